"""Reaching: the palm gets there, what does not reach stays as it was, and a lean is small."""

import numpy as np
import pytest

from demos.corpus import reaching
from demos.motion.skeleton import INDEX
from tests.corpus.couple_poses import face_to_face


@pytest.mark.parametrize("side", [0, 1])
def test_the_palm_comes_to_its_target_and_bones_keep_their_lengths(side):
    motion, _ = face_to_face()
    positions, orientations = reaching.unpack(motion)
    target = positions[:, reaching.HANDS[side]] + [0.05, 0.12, 0.08]
    reaching.reach(side, positions, orientations, target)
    moved = reaching.pack(motion, orientations)
    np.testing.assert_allclose(moved.joints[:, reaching.HANDS[side]], target, atol=0.008)
    np.testing.assert_allclose(moved.joints, positions, atol=1e-4)
    others = [i for i in range(24) if i not in (*bones_of(side), reaching.HANDS[side])]
    np.testing.assert_array_equal(moved.poses[:, others], motion.poses[:, others])


def bones_of(side):
    return reaching.ARMS[side].root, reaching.ARMS[side].middle, reaching.ARMS[side].end


def test_a_target_where_the_palm_is_changes_nothing():
    motion, _ = face_to_face()
    positions, orientations = reaching.unpack(motion)
    reaching.reach(0, positions, orientations, positions[:, reaching.HANDS[0]].copy())
    np.testing.assert_allclose(reaching.pack(motion, orientations).poses, motion.poses, atol=1e-5)


def test_a_lean_brings_the_shoulder_nearer_by_a_bounded_angle_and_the_head_looks_on():
    motion, _ = face_to_face()
    positions, orientations = reaching.unpack(motion)
    before, looked = positions.copy(), orientations[:, INDEX["head"]].copy()
    missing = np.broadcast_to([0.0, 0.0, 0.5], (len(motion), 3))
    reaching.lean(0, positions, orientations, missing, motion.fps)
    shoulder = INDEX["left_shoulder"]
    assert (positions[:, shoulder, 2] - before[:, shoulder, 2]).min() > 0.03
    np.testing.assert_array_equal(positions[:, INDEX["left_ankle"]], before[:, INDEX["left_ankle"]])
    np.testing.assert_array_equal(orientations[:, INDEX["head"]], looked)
    spine = orientations[:, INDEX["spine3"]]
    turned = np.arccos(np.clip((np.trace(spine, axis1=1, axis2=2) - 1) / 2, -1, 1))
    assert turned.max() <= reaching.MOST_LEAN + 1e-6


def test_a_palm_drawn_through_its_own_shoulder_does_not_fling_the_elbow():
    motion, _ = face_to_face()
    positions, orientations = reaching.unpack(motion)
    shoulder = positions[:, reaching.ARMS[0].root]
    aside = np.linspace(0.35, -0.25, len(motion))[:, None] * [1.0, 0.0, 0.0] + [0.0, 0.0, 0.05]
    reaching.reach(0, positions, orientations, shoulder + aside)
    calmed, turned = reaching.calm(motion, orientations, motion.fps)
    elbow = calmed[:, reaching.ARMS[0].middle]
    assert np.linalg.norm(np.diff(elbow, axis=0), axis=-1).max() * motion.fps < 1.5
    wrist = positions[:, reaching.ARMS[0].end]
    assert np.linalg.norm(wrist - shoulder, axis=-1).min() > 0.06
    assert np.linalg.det(turned).min() > 0.999


def test_calming_leaves_what_was_not_moved():
    motion, _ = face_to_face()
    positions, orientations = reaching.unpack(motion)
    calmed, turned = reaching.calm(motion, orientations, motion.fps)
    np.testing.assert_allclose(calmed, positions, atol=1e-6)
    np.testing.assert_allclose(turned, orientations, atol=1e-6)
