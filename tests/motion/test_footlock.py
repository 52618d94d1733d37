"""Foot locking: standing feet stop sliding, nothing pops, nothing else changes, on made and on real motion."""

import numpy as np
import pytest

from demos.motion import files, solo_metrics
from demos.motion.contacts import STANDING_HEIGHTS, foot_contacts, joint_speeds
from demos.motion.footlock import lock_feet
from demos.motion.motion import Motion
from demos.motion.skeleton import FEET, INDEX, REST_HEIGHT

LEGS = [INDEX[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle") for side in ("left", "right")]


def swaying(fps: float = 30.0, seconds: float = 4.0, drift: float = 0.08, height: float = -0.03) -> Motion:
    """Bent knees, a body that sways and drifts so that its feet slide and sink, as bad retargeting makes them."""
    times = np.arange(round(seconds * fps)) / fps
    poses = np.zeros((len(times), 24, 3))
    for side in ("left", "right"):
        poses[:, INDEX[f"{side}_hip"], 0] = -0.35
        poses[:, INDEX[f"{side}_knee"], 0] = 0.7
        poses[:, INDEX[f"{side}_ankle"], 0] = -0.35
    poses[:, INDEX["spine1"], 1] = 0.3 * np.sin(3 * times)
    translation = np.zeros((len(times), 3))
    translation[:, 0] = drift * np.sin(2 * np.pi * times / 2.5)
    translation[:, 1] = REST_HEIGHT - 0.047 + height + 0.01 * np.sin(4 * times)
    return Motion(poses, translation, fps)


def slip(motion: Motion, contacts: np.ndarray) -> float:
    """Mean horizontal speed of standing ankles and toes, m/s."""
    flat = motion.joints[:, FEET].astype(np.float64) * [1, 0, 1]
    return float(joint_speeds(flat, motion.fps)[contacts].mean())


@pytest.mark.parametrize("fps", [24, 30, 60, 120])
def test_sliding_sinking_feet_come_to_rest_on_the_floor(fps):
    motion = swaying(fps)
    contacts = np.ones((len(motion), 4), bool)
    locked = lock_feet(motion, contacts)
    assert slip(motion, contacts) > 0.1
    assert slip(locked, contacts) < 0.01
    heights = locked.joints[:, FEET, 1] - STANDING_HEIGHTS
    assert heights.min() > -0.002
    assert np.median(heights) < 0.006


def test_only_legs_and_the_pelvis_height_change():
    motion = swaying()
    locked = lock_feet(motion)
    others = [joint for joint in range(24) if joint not in LEGS]
    np.testing.assert_array_equal(locked.poses[:, others], motion.poses[:, others])
    np.testing.assert_array_equal(locked.translation[:, [0, 2]], motion.translation[:, [0, 2]])
    drop = motion.translation[:, 1] - locked.translation[:, 1]
    assert drop.min() > -1e-6
    assert drop.max() <= 0.1


def test_a_straight_legged_dancer_pulled_away_lowers_the_pelvis_instead_of_sliding():
    frames = 90
    translation = np.tile([0.0, REST_HEIGHT, 0.0], (frames, 1))
    translation[:, 0] = 0.15 * np.sin(np.linspace(0, np.pi, frames))
    motion = Motion(np.zeros((frames, 24, 3)), translation, 30)
    contacts = np.ones((frames, 4), bool)
    locked = lock_feet(motion, contacts)
    assert slip(locked, contacts) < 0.02
    assert (motion.translation[:, 1] - locked.translation[:, 1]).max() > 0.005


def test_nothing_to_do_changes_nothing():
    air = swaying(height=0.3)
    assert lock_feet(air) is air


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5])
def test_short_clips(frames):
    motion = swaying().slice(0, frames)
    locked = lock_feet(motion)
    assert len(locked) == frames
    assert np.isfinite(locked.poses).all()


def test_wrong_contacts_are_named():
    with pytest.raises(ValueError, match=r"contacts must be \(120, 4\)"):
        lock_feet(swaying(), np.ones((3, 4), bool))


def test_contacts_that_come_and_go_do_not_pop():
    motion = swaying(60)
    contacts = np.zeros((len(motion), 4), bool)
    for start in range(20, 220, 40):
        contacts[start : start + 22] = True
    locked = lock_feet(motion, contacts)
    turn = np.abs(np.diff(locked.poses[:, LEGS], n=2, axis=0)).max()
    assert turn < 0.03  # radians a frame a frame; snapping 8 cm to the pin in a frame would be 0.1 and more
    jerk, _ = solo_metrics.jerk(locked)
    assert jerk is not None
    assert jerk < 40  # the legs must catch up 8 cm within a fifth of a second


@pytest.mark.parametrize("name", ["60_01.bvh", "61_07.bvh", "05_13.bvh", "94_14.bvh"])
def test_real_dances_skate_less_and_are_no_rougher(shared_data, name):
    motion = files.open_dance(shared_data / "mocap" / "cmu" / name).motions[0].resample(30)
    locked = lock_feet(motion)
    contacts = foot_contacts(motion)
    assert slip(locked, contacts) < 0.35 * slip(motion, contacts)
    before, after = solo_metrics.foot_skate(motion), solo_metrics.foot_skate(locked)
    assert before is not None
    assert after is not None
    assert after < 0.75 * before
    jerk_before, jerk_after = solo_metrics.jerk(motion)[0], solo_metrics.jerk(locked)[0]
    assert jerk_before is not None
    assert jerk_after is not None
    assert jerk_after < 1.05 * jerk_before
    feet = [7, 8, 10, 11]
    jerks = [np.linalg.norm(np.diff(m.joints[:, feet], n=3, axis=0), axis=-1).mean() for m in (motion, locked)]
    assert jerks[1] < 1.05 * jerks[0]
    assert (locked.joints[:, FEET, 1] - STANDING_HEIGHTS).min() > -0.002
    assert (motion.translation[:, 1] - locked.translation[:, 1]).max() <= 0.1


def test_raised_heels_stay_raised_and_toes_come_down():
    motion = swaying(height=0.0)
    poses = motion.poses.copy()
    poses[:, [INDEX["left_ankle"], INDEX["right_ankle"]], 0] += 0.3
    heels = Motion(poses, motion.translation + np.array([0, 0.05, 0], np.float32), motion.fps)
    locked = lock_feet(heels, np.ones((len(heels), 4), bool))
    heights = np.median(locked.joints[:, FEET, 1] - STANDING_HEIGHTS, axis=0)
    assert abs(heights[2:]).max() < 0.01
    assert heights[:2].min() > 0.02
