"""Cleaning: pops and impossible joints are found, heads mended, standing about left out; good motion is untouched."""

import numpy as np

from demos.corpus.cleaning import broken, joint_speed, mend, usable_frames
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX
from tests.corpus.dancers import made_motion


def changed(motion: Motion, joint: str, frames: slice, rotvec: tuple[float, float, float]) -> Motion:
    poses = motion.poses.copy()
    poses[frames, INDEX[joint]] = rotvec
    return Motion(poses, motion.translation, motion.fps)


def test_a_good_motion_is_whole():
    motion = made_motion(0)
    assert not broken(motion).any()
    np.testing.assert_array_equal(mend(motion).poses, motion.poses)
    assert usable_frames(motion, broken(motion)).all()


def test_a_leg_that_pops_for_a_frame_is_found_and_only_there():
    bad = broken(changed(made_motion(0), "left_hip", slice(200, 201), (-1.5, 0, 0)))
    assert bad[198:203].all()
    assert not bad[:185].any()
    assert not bad[215:].any()


def test_a_foot_on_backwards_is_found_however_still():
    bad = broken(changed(made_motion(0), "right_ankle", slice(100, 400), (0, np.pi, 0)))
    assert bad[100:400].all()
    assert not bad[:90].any()


def test_a_flipped_head_is_filled_from_around_it():
    motion = changed(made_motion(0), "head", slice(0, 480), (0.2, 0, 0))
    mended = mend(changed(motion, "head", slice(100, 150), (np.pi, 0, 0)))
    np.testing.assert_allclose(mended.poses[:, INDEX["head"]], np.tile([0.2, 0, 0], (480, 1)), atol=1e-6)
    others = [joint for joint in range(24) if joint != INDEX["head"]]
    np.testing.assert_array_equal(mended.poses[:, others], motion.poses[:, others])


def test_a_head_that_is_never_right_is_straight():
    mended = mend(changed(made_motion(0), "head", slice(None), (np.pi, 0, 0)))
    assert not mended.poses[:, INDEX["head"]].any()


def test_still_starts_ends_and_held_poses_are_left_out():
    moving = made_motion(0)
    held = np.concatenate([np.zeros(60, int), np.arange(200), np.full(75, 200), np.arange(200, 480), np.full(60, 479)])
    motion = Motion(moving.poses[held], moving.translation[held], moving.fps)
    usable = usable_frames(motion, np.zeros(len(motion), bool))
    assert not usable[:40].any()
    assert not usable[285:310].any()
    assert not usable[-40:].any()
    assert usable[100:230].all()
    assert usable[370:560].all()


def test_speed_is_metres_a_second():
    joints = np.zeros((30, 24, 3))
    joints[:, :, 0] = np.arange(30)[:, None] * 0.02
    np.testing.assert_allclose(joint_speed(joints, 30), 0.6)
