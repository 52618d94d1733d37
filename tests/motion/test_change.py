"""The heat-map of a change: what moved is seen, what was carried along is not, and parts can be compared."""

import numpy as np
import pytest
from made_motion import make_groove

from demos.motion.change import PART_NAMES, SEEN, between, change
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX
from demos.runtime.errors import InputError

AT_REST = Motion(np.zeros((30, 24, 3)), np.tile([0.0, 0.987, 0.0], (30, 1)), 30.0)


def turned(joint: str, rotvec, motion: Motion = AT_REST, frames: slice = slice(None)) -> Motion:
    poses = motion.poses.copy()
    poses[frames, INDEX[joint]] += np.array(rotvec, np.float32)
    return Motion(poses, motion.translation, motion.fps)


def column(part: str) -> int:
    return PART_NAMES.index(part)


@pytest.mark.parametrize(
    ("joint", "part"),
    [
        ("left_shoulder", "left_arm"),
        ("right_shoulder", "right_arm"),
        ("head", "head"),
        ("spine1", "torso"),
        ("left_hip", "legs"),
    ],
)
def test_a_turn_by_the_same_angle_is_about_as_large_in_every_part(joint, part):
    found = between(AT_REST, turned(joint, (0, 0, 0.3)))[0]
    assert found[column(part)] == pytest.approx(0.3, abs=0.08)
    others = np.delete(found, column(part))
    assert others.max() < SEEN / 2


def test_arms_carried_by_the_body_are_unchanged():
    moved = AT_REST.turn(0.5).move(np.array([0.2, 0.0, 0.0]))
    found = between(AT_REST, moved)[0]
    assert found[column("root")] == pytest.approx(0.5, abs=1e-3)
    assert np.delete(found, column("root")).max() < 1e-4


def test_a_shift_is_measured_in_hip_heights():
    found = between(AT_REST, AT_REST.move(np.array([0.987, 0.0, 0.0])))[0]
    assert found[column("root")] == pytest.approx(1.0, abs=1e-3)


def test_time_bins_hold_their_own_frames():
    before = Dance((make_groove(2.0),), Provenance("test"))
    after = before.with_motions((turned("left_elbow", (0, 0.6, 0), before.motions[0], slice(30, 45)),))
    found = change(before, after)
    assert found.shape == (20, len(PART_NAMES))
    changed = found[:, column("left_arm")] > 1e-3
    assert np.flatnonzero(changed).tolist() == list(range(10, 15))
    assert found[:10].max() == 0.0  # exactly: nothing was touched there


@pytest.mark.parametrize("fps", [7.0, 24.0, 30.0, 60.0])
def test_any_frame_rate_gives_ten_a_second_without_gaps(fps):
    dance = Dance((make_groove(2.0, fps=fps),), Provenance("test"))
    after = dance.with_motions((turned("left_shoulder", (0, 0, 0.4), dance.motions[0]),))
    found = change(dance, after)
    assert 19 <= len(found) <= 20
    assert found[:, column("left_arm")].min() > 0.2


def test_of_a_couple_the_dancer_who_changed_more_counts():
    pair = Dance((AT_REST, AT_REST), Provenance("test"))
    after = pair.with_motions((AT_REST, turned("head", (0.5, 0, 0))))
    assert change(pair, after)[:, column("head")].min() == pytest.approx(0.5, abs=1e-3)


def test_dances_that_do_not_match_are_refused():
    short = Dance((AT_REST.slice(0, 10),), Provenance("test"))
    with pytest.raises(InputError, match="same length"):
        change(Dance((AT_REST,), Provenance("test")), short)
    with pytest.raises(InputError, match="solo"):
        change(short, Dance((AT_REST, AT_REST), Provenance("test")))
