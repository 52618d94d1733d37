"""Foot contacts: standing, stepping, sliding, jumping, at any frame rate and length."""

import numpy as np
import pytest

from demos.motion.contacts import STANDING_HEIGHTS, foot_contacts, joint_speeds, runs, standing_levels
from demos.motion.motion import Motion
from demos.motion.skeleton import FEET, REST_HEIGHT


def standing(frames: int, fps: float = 30.0) -> Motion:
    translation = np.tile([0.0, REST_HEIGHT, 0.0], (frames, 1))
    return Motion(np.zeros((frames, 24, 3)), translation, fps)


def moved(fps: float, seconds: float, path) -> Motion:
    """A standing body whose pelvis follows path(seconds) -> offset (3,)."""
    times = np.arange(round(seconds * fps)) / fps
    places = np.array([path(t) for t in times]) + np.array([0, REST_HEIGHT, 0])
    return Motion(np.zeros((len(times), 24, 3)), places, fps)


def test_standing_heights_are_those_of_the_rest_pose():
    np.testing.assert_allclose(standing(1).joints[0, FEET, 1], STANDING_HEIGHTS, atol=0.01)


@pytest.mark.parametrize("frames", [1, 2, 3, 5, 60])
def test_standing_still_is_contact_throughout(frames):
    assert foot_contacts(standing(frames)).all()
    assert foot_contacts(standing(frames)).shape == (frames, 4)


def test_floating_is_no_contact():
    assert not foot_contacts(standing(30).move(np.array([0, 0.2, 0]))).any()


def test_a_floor_put_wrong_by_centimetres_is_found():
    raised = standing(30).move(np.array([0, 0.04, 0]))
    np.testing.assert_allclose(standing_levels(raised), 0.04, atol=0.005)
    assert foot_contacts(raised).all()
    np.testing.assert_array_equal(standing_levels(standing(30).move(np.array([0, 0.2, 0]))), 0)


def test_heels_of_shoes_are_found():
    poses = np.zeros((30, 24, 3))
    poses[:, [7, 8], 0] = 0.3  # toes down by 17 degrees: the ankles stand 4 cm and more above the balls of the feet
    tiptoe = Motion(poses, standing(30).translation, 30)
    sunk = tiptoe.move(np.array([0, 0.033 - tiptoe.joints[0, 10, 1], 0]))
    levels = standing_levels(sunk)
    assert levels[0] == pytest.approx(0.04, abs=0.015)
    assert levels[2] == pytest.approx(0.0, abs=0.01)
    assert foot_contacts(sunk).all()


def test_travelling_fast_at_floor_height_is_no_contact():
    assert not foot_contacts(moved(30, 2, lambda t: [1.0 * t, 0, 0])).any()


@pytest.mark.parametrize("fps", [15, 24, 30, 60, 120])
def test_a_jump_leaves_the_floor_at_the_same_time_at_any_rate(fps):
    # 0.5 s in the air, 31 cm high: from 1.0 s to 1.5 s.
    motion = moved(fps, 2.5, lambda t: [0, max(0, 9.81 / 2 * (t - 1.0) * (1.5 - t)), 0])
    contacts = foot_contacts(motion).all(axis=1)
    (start, stop), *more = runs(~contacts)
    assert not more
    assert start / fps == pytest.approx(1.02, abs=0.06 + 1 / fps)
    assert stop / fps == pytest.approx(1.48, abs=0.06 + 1 / fps)


def test_a_foot_lifted_slowly_by_eight_centimetres_is_no_contact():
    rise = moved(30, 3, lambda t: [0, 0.08 * np.clip((t - 1) / 0.5, 0, 1) * (t < 2), 0])
    contacts = foot_contacts(rise)
    assert contacts[:25].all()
    assert not contacts[45:58].any()


def test_one_foot_lifted_releases_only_that_foot():
    poses = np.zeros((90, 24, 3))
    poses[30:60, 1, 0] = -np.radians(60)  # left thigh up
    contacts = foot_contacts(Motion(poses, standing(90).translation, 30))
    assert not contacts[32:58, [0, 2]].any()
    assert contacts[:, [1, 3]].all()


def test_a_flicker_is_not_a_contact_and_a_short_gap_is_closed():
    flicker = moved(60, 1, lambda t: [0, 0.0 if 0.5 <= t < 0.53 else 0.2, 0])
    assert not foot_contacts(flicker).any()
    gap = moved(60, 1, lambda t: [0, 0.08 if 0.5 <= t < 0.52 else 0.0, 0])
    contacts = foot_contacts(gap)
    assert contacts[:, 0].mean() > 0.8


def test_speeds_by_hand():
    line = np.stack([np.arange(30) * 0.02, np.zeros(30), np.zeros(30)], axis=-1)  # 2 cm a frame
    np.testing.assert_allclose(joint_speeds(line, 30), 0.6, atol=1e-9)
    np.testing.assert_allclose(joint_speeds(line[:1], 30), 0.0)


def test_runs_by_hand():
    assert runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert runs(np.zeros(3, bool)) == []
