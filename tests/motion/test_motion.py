"""Motion: what it accepts, and how resampling, slicing, mirroring, turning, moving and joining behave."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.motion import rotations
from demos.motion.motion import Motion, concatenate
from demos.motion.skeleton import INDEX, MIRROR

SEEDS = st.integers(0, 2**32 - 1)
RATES = st.sampled_from([12.0, 24.0, 25.0, 29.97, 30.0, 60.0, 120.0])


def smooth(seed: int = 0, frames: int = 40, fps: float = 30) -> Motion:
    """A random motion with continuous joints, away from half turns."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames)[:, None, None] / fps
    poses = 0.8 * np.sin(2 * np.pi * rng.uniform(0.2, 1, (1, 24, 3)) * time + rng.uniform(0, 6, (1, 24, 3)))
    place = np.array([0, 0.95, 0]) + 0.3 * np.sin(time[:, 0] * rng.uniform(0.5, 3, 3))
    return Motion(poses, place, fps)


def same_rotations(one: np.ndarray, two: np.ndarray, tolerance: float = 1e-5) -> None:
    a, b = rotations.rotvec_to_matrix(one), rotations.rotvec_to_matrix(two)
    np.testing.assert_allclose(a, b, atol=tolerance)


# What it accepts.


def test_it_stores_single_precision_that_nobody_can_change() -> None:
    poses = np.zeros((2, 24, 3))
    motion = Motion(poses, np.zeros((2, 3)), 30)
    poses[:] = 9
    assert motion.poses.dtype == motion.translation.dtype == np.float32
    assert not motion.poses.any()
    for array in (motion.poses, motion.translation, motion.joints):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError):
        motion.fps = 60  # type: ignore[misc]


def test_it_leaves_the_arrays_it_was_given_writeable() -> None:
    poses, translation = np.zeros((2, 24, 3), np.float32), np.zeros((2, 3), np.float32)
    motion = Motion(poses, translation, 30)
    poses[0], translation[0] = 1, 1
    assert not motion.poses.any()
    assert not motion.translation.any()


@pytest.mark.parametrize(
    ("poses", "translation", "fps", "message"),
    [
        (np.zeros((2, 22, 3)), np.zeros((2, 3)), 30, "24, 3"),
        (np.zeros((24, 3)), np.zeros(3), 30, "frames, 24, 3"),
        (np.zeros((0, 24, 3)), np.zeros((0, 3)), 30, "at least one frame"),
        (np.zeros((2, 24, 3)), np.zeros((3, 3)), 30, "translation"),
        (np.full((2, 24, 3), np.nan), np.zeros((2, 3)), 30, "finite"),
        (np.zeros((2, 24, 3)), np.full((2, 3), np.inf), 30, "finite"),
        (np.zeros((2, 24, 3)), np.zeros((2, 3)), 0, "fps"),
        (np.zeros((2, 24, 3)), np.zeros((2, 3)), float("nan"), "fps"),
    ],
)
def test_it_refuses_what_is_no_motion(poses: Any, translation: Any, fps: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Motion(poses, translation, fps)


def test_length_and_duration() -> None:
    motion = smooth(frames=45)
    assert len(motion) == 45
    assert motion.duration_s == 1.5
    assert motion.joints.shape == (45, 24, 3)
    np.testing.assert_allclose(motion.joints[:, 0], motion.translation)


# Slicing and joining.


@given(SEEDS, st.integers(1, 39))
@settings(max_examples=20, deadline=None)
def test_cut_in_two_and_joined_it_is_whole(seed: int, cut: int) -> None:
    motion = smooth(seed)
    whole = concatenate([motion.slice(0, cut), motion.slice(cut, 40)])
    np.testing.assert_array_equal(whole.poses, motion.poses)
    np.testing.assert_array_equal(whole.translation, motion.translation)
    assert whole.fps == 30


def test_joining_brings_all_to_the_first_rate() -> None:
    joined = concatenate([smooth(0, 30, 30), smooth(1, 120, 60)])
    assert joined.fps == 30
    assert len(joined) == 30 + 60
    np.testing.assert_allclose(joined.poses[30:], smooth(1, 120, 60).poses[::2], atol=1e-5)


def test_nothing_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match="nothing"):
        concatenate([])


# Resampling.


@given(SEEDS, RATES, RATES)
@settings(max_examples=30, deadline=None)
def test_resampling_keeps_start_and_duration(seed: int, fps: float, target: float) -> None:
    motion = smooth(seed, 50, fps)
    other = motion.resample(target)
    assert other.fps == target
    assert abs(other.duration_s - motion.duration_s) <= 0.5 / target + 1e-9
    np.testing.assert_allclose(other.translation[0], motion.translation[0], atol=1e-6)
    same_rotations(other.poses[0], motion.poses[0])


@given(SEEDS, st.integers(2, 5))
@settings(max_examples=20, deadline=None)
def test_up_by_a_whole_factor_and_down_again_is_the_same(seed: int, factor: int) -> None:
    motion = smooth(seed, 25)
    up = motion.resample(30 * factor)
    same_rotations(up.poses[::factor], motion.poses)
    back = up.resample(30)
    assert len(back) == 25
    same_rotations(back.poses, motion.poses)
    np.testing.assert_allclose(back.translation, motion.translation, atol=1e-6)


def test_resampling_by_hand() -> None:
    """From 0 to 90 degrees and 0 to 1 m in one step: halfway is 45 degrees and half a metre, then it rests."""
    poses = np.zeros((2, 24, 3))
    poses[1, 0, 1] = np.pi / 2
    motion = Motion(poses, np.array([[0, 0, 0], [1, 0, 0]]), 10).resample(20)
    np.testing.assert_allclose(motion.poses[:, 0, 1], np.array([0, 45, 90, 90]) * np.pi / 180, atol=1e-6)
    np.testing.assert_allclose(motion.translation[:, 0], [0, 0.5, 1, 1], atol=1e-6)


def test_resampling_goes_the_short_way_past_half_a_turn() -> None:
    """170 degrees one way and 170 the other are 20 degrees apart: between them lies 180, not 0."""
    poses = np.zeros((2, 24, 3))
    poses[:, 0, 1] = np.deg2rad([170, -170])
    middle = Motion(poses, np.zeros((2, 3)), 10).at(np.array([0.05]), 10).poses[0, 0]
    assert np.linalg.norm(middle) == pytest.approx(np.pi, abs=1e-5)


def test_to_its_own_rate_it_is_itself_and_one_frame_stays_one() -> None:
    motion = smooth()
    assert motion.resample(30) is motion
    assert len(smooth(frames=1).resample(60)) == 2
    np.testing.assert_array_equal(*smooth(frames=1).resample(60).translation)


def test_times_outside_are_held() -> None:
    motion = smooth()
    held = motion.at(np.array([-5.0, 99.0]), 30)
    np.testing.assert_allclose(held.translation, motion.translation[[0, -1]], atol=1e-6)
    same_rotations(held.poses, motion.poses[[0, -1]])


# Mirroring, turning, moving.


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_mirroring_twice_is_nothing(seed: int) -> None:
    motion = smooth(seed)
    twice = motion.mirror().mirror()
    np.testing.assert_array_equal(twice.poses, motion.poses)
    np.testing.assert_array_equal(twice.translation, motion.translation)


def test_the_mirror_image_is_a_reflection_of_the_joints() -> None:
    motion = smooth(3)
    reflected = motion.joints[:, MIRROR] * [-1, 1, 1]
    np.testing.assert_allclose(motion.mirror().joints, reflected, atol=1e-5)


def test_a_raised_left_arm_becomes_a_raised_right_arm() -> None:
    poses = np.zeros((1, 24, 3))
    poses[0, INDEX["left_shoulder"], 2] = np.pi / 2
    motion = Motion(poses, np.array([[0.5, 1, 0]]), 30)
    mirrored = motion.mirror()
    assert mirrored.poses[0, INDEX["right_shoulder"]] == pytest.approx([0, 0, -np.pi / 2])
    assert not mirrored.poses[0, INDEX["left_shoulder"]].any()
    assert mirrored.joints[0, INDEX["right_wrist"], 1] > mirrored.joints[0, INDEX["head"], 1]
    assert mirrored.translation[0, 0] == -0.5


@given(SEEDS, st.floats(-7, 7))
@settings(max_examples=30, deadline=None)
def test_turning_turns_every_joint_about_the_vertical(seed: int, angle: float) -> None:
    motion = smooth(seed, 10)
    turned = motion.turn(angle)
    np.testing.assert_allclose(turned.joints, motion.joints @ rotations.yaw(angle).T, atol=1e-5)
    np.testing.assert_array_equal(turned.poses[:, 1:], motion.poses[:, 1:])


@given(st.floats(-3, 3), st.floats(-3, 3))
@settings(max_examples=20, deadline=None)
def test_turns_add_up(one: float, two: float) -> None:
    motion = smooth(1, 5)
    np.testing.assert_allclose(motion.turn(one).turn(two).joints, motion.turn(one + two).joints, atol=1e-5)


def test_a_quarter_turn_by_hand() -> None:
    """Facing +z at (0, 1, 2); a quarter turn from +z towards +x: at (2, 1, 0), toes to +x, left hand to -z."""
    motion = Motion(np.zeros((1, 24, 3)), np.array([[0, 1, 2]]), 30).turn(np.pi / 2)
    np.testing.assert_allclose(motion.translation[0], [2, 1, 0], atol=1e-6)
    joints = motion.joints[0]
    assert joints[INDEX["left_foot"], 0] > joints[INDEX["left_ankle"], 0] + 0.08
    assert joints[INDEX["left_wrist"], 2] < -0.5


def test_moving_moves_and_nothing_else() -> None:
    motion = smooth()
    moved = motion.move(np.array([1.0, 0.0, -2.0]))
    np.testing.assert_array_equal(moved.poses, motion.poses)
    np.testing.assert_allclose(moved.joints - motion.joints, np.tile([1.0, 0, -2], (40, 24, 1)), atol=1e-6)
