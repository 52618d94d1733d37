"""One dancer's measures on cases worked by hand, at several rates, and on clips too short or too still to measure."""

import numpy as np
import pytest

from demos.motion import solo_metrics
from demos.motion.motion import Motion
from demos.motion.skeleton import FEET, REST_HEIGHT, TOE_HEIGHT


def body(path: np.ndarray, fps: float = 30.0) -> Motion:
    """A rest pose whose pelvis is at path (frames, 3) plus its standing height."""
    return Motion(np.zeros((len(path), 24, 3)), np.asarray(path) + np.array([0, REST_HEIGHT, 0]), fps)


def line(frames: int, step: list[float]) -> np.ndarray:
    return np.arange(frames)[:, None] * np.asarray(step, float)


def test_pfc_by_hand():
    # Pelvis (and with it both feet) at x = 0, 1, 3, 6 cm: steps 1, 2, 3 cm, accelerations 1 cm / frame^2 twice.
    # Frame by frame: 0.02^2 * 1 and 0.03^2 * 1 (acceleration over its maximum), mean 0.00065, times 10,000.
    path = np.array([[0, 0, 0], [0.01, 0, 0], [0.03, 0, 0], [0.06, 0, 0]])
    assert solo_metrics.physical_foot_contact(body(path)) == pytest.approx(6.5, rel=1e-3)


def test_pfc_floors_the_vertical_acceleration_and_not_the_horizontal():
    # x: steps 1 cm throughout but the last, 2 cm: acceleration 0, 1 cm. y: up-down-up: accelerations -2, +2 cm.
    path = np.array([[0, 0, 0], [0.01, 0.01, 0], [0.02, 0, 0], [0.04, 0.01, 0]])
    # Floored: |a| = 0 and sqrt(1 + 4) cm; scaled 0 and 1: (0 + 0.02^2) / 2 * 10,000 = 2.
    assert solo_metrics.physical_foot_contact(body(path)) == pytest.approx(2.0, rel=1e-3)
    # Backwards in x counts as much as forwards.
    assert solo_metrics.physical_foot_contact(body(path * [-1, 1, 1])) == pytest.approx(2.0, rel=1e-3)


def test_pfc_is_the_loop_of_edge_on_random_motion():
    rng = np.random.default_rng(5)
    motion = Motion(rng.normal(scale=0.4, size=(40, 24, 3)), rng.normal(size=(40, 3)), 30)
    joints = motion.joints.astype(np.float64)[:, :, [2, 0, 1]]  # z up, as EDGE has it
    total, largest = [], 0.0
    for t in range(len(joints) - 2):
        velocity = [(joints[t + k + 1, 0] - joints[t + k, 0]) * 30 for k in (0, 1)]
        acceleration = (velocity[1] - velocity[0]) * 30
        acceleration[2] = max(acceleration[2], 0)
        size = np.linalg.norm(acceleration)
        largest = max(largest, size)
        feet = [np.linalg.norm((joints[t + 2, j] - joints[t + 1, j])[:2]) for j in (7, 10, 8, 11)]
        total.append(min(feet[0], feet[1]) * min(feet[2], feet[3]) * size)
    assert solo_metrics.physical_foot_contact(motion) == pytest.approx(np.mean(total) / largest * 1e4, rel=1e-5)


@pytest.mark.parametrize(("step_cm", "expected"), [(0.9, 0.0), (1.1, 9 / 10)])
def test_skate_by_hand(step_cm, expected):
    # Ten frames on the floor; the last has no step to slide by and counts among the standing ones.
    motion = body(line(10, [step_cm / 100, 0, 0]))
    assert solo_metrics.foot_skate(motion) == pytest.approx(expected)


def test_skate_counts_each_foot_over_its_own_standing_frames():
    # The right foot, lifted in frames 5-9, only slides in 0-4; the left slides in 0-8 of its ten.
    poses = np.zeros((10, 24, 3))
    poses[5:, 2, 0] = -1.2
    motion = Motion(poses, line(10, [0.02, 0, 0]) + np.array([0, REST_HEIGHT, 0]), 30)
    assert solo_metrics.foot_skate(motion) == pytest.approx((9 / 10 + 5 / 5) / 2)


def test_skate_does_not_depend_on_where_the_floor_was_put_and_is_none_in_the_air():
    path = line(30, [0.02, 0, 0])
    path[20:] = path[20]  # then stands
    motion = body(path)
    assert solo_metrics.foot_skate(motion) == pytest.approx(20 / 30)
    assert solo_metrics.foot_skate(motion.move(np.array([0, 0.04, 0]))) == pytest.approx(20 / 30)
    assert solo_metrics.foot_skate(motion.move(np.array([0, 0.5, 0]))) is None


def test_lodges_code_misses_a_diagonal_slide_and_shortens_another():
    missed, shortened = body(line(10, [0.05, 0, -0.05])), body(line(10, [0.009, 0, 0.009]))
    assert solo_metrics.foot_skate(missed) == pytest.approx(0.9)
    assert solo_metrics.foot_skate_lodge(missed) == 0.0
    assert solo_metrics.foot_skate(shortened) == pytest.approx(0.9)  # 1.27 cm a frame
    assert solo_metrics.foot_skate_lodge(shortened) == 0.0  # |mean| 0.9 cm
    assert solo_metrics.foot_skate_lodge(body(line(10, [0.05, 0, 0]))) == pytest.approx(0.9)  # 2.5 cm
    # Its ground is the first frame's toe, wherever that is.
    assert solo_metrics.foot_skate_lodge(body(line(10, [0.05, 0, 0])).move(np.array([0, 0.5, 0]))) == pytest.approx(0.9)


def test_the_ground_of_skate_is_the_standing_toe():
    assert solo_metrics.foot_skate(body(np.zeros((5, 3)))) == 0.0
    standing_toes = body(np.zeros((1, 3))).joints[0, FEET[2:], 1]
    assert float(standing_toes.mean()) == pytest.approx(TOE_HEIGHT, abs=0.005)


@pytest.mark.parametrize("fps", [30, 60, 120])
def test_jerk_and_speed_by_hand_at_any_rate(fps):
    times = np.arange(4 * fps) / fps
    motion = body(np.stack([times**3, 0 * times, 0 * times], axis=-1), fps)  # third derivative 6, speed 3 t^2
    mean, median = solo_metrics.jerk(motion)
    assert mean == pytest.approx(6, rel=0.1)
    assert median == pytest.approx(6, rel=0.1)
    assert solo_metrics.speed(motion)[0] == pytest.approx(16, rel=0.03)  # the mean of 3 t^2 over 4 s
    assert solo_metrics.speed(motion)[1] == pytest.approx(48, rel=0.05)


def test_joint_ranges_by_hand():
    poses = np.zeros((901, 24, 3))
    poses[:, 18, 1] = np.linspace(0, np.radians(90), 901)
    ranges = solo_metrics.joint_ranges(Motion(poses, np.zeros((901, 3)), 30))
    assert ranges[18] == pytest.approx(85.5, abs=0.2)
    assert np.delete(ranges, 18).max() < 1e-6
    assert solo_metrics.limb_range(Motion(poses, np.zeros((901, 3)), 30)) == pytest.approx(8.55, abs=0.02)


def test_travel_and_area_by_hand():
    side = np.linspace(0, 2, 61)[:-1]
    square = [[x, 0, 0] for x in side] + [[2, 0, x] for x in side] + [[2 - x, 0, 2] for x in side]
    square = np.array([*square, *[[0, 0, 2 - x] for x in side], [0, 0, 0]])
    motion = body(square)
    assert solo_metrics.travel(motion) == pytest.approx(8, rel=1e-3)
    assert solo_metrics.floor_area(motion) == pytest.approx(4, rel=0.02)
    assert solo_metrics.floor_area(body(line(30, [0.1, 0, 0]))) == 0.0


def test_space_ignores_travel_and_turning_and_grows_with_the_arms():
    rng = np.random.default_rng(0)
    poses = rng.normal(scale=0.05, size=(60, 24, 3))
    poses[:, 0] = 0
    small = Motion(poses, line(60, [0.05, 0, 0]) + np.array([0, REST_HEIGHT, 0]), 30)
    spun = poses.copy()
    spun[:, 0, 1] = np.linspace(0, 6, 60)
    assert solo_metrics.reach_space(Motion(spun, small.translation, 30)) == pytest.approx(
        solo_metrics.reach_space(small), rel=1e-3
    )
    poses[:, 16, 2] = np.linspace(-1, 1, 60)
    assert solo_metrics.reach_space(Motion(poses, small.translation, 30)) > 1.1 * solo_metrics.reach_space(small)


@pytest.mark.parametrize("angle", [-2.5, -0.5, 0.0, 1.0, 3.0])
def test_heading_is_the_turn_of_the_body(angle):
    turned = body(np.zeros((3, 3))).turn(angle)
    np.testing.assert_allclose(solo_metrics.heading(turned), angle, atol=0.03)


def test_floor_depth_by_hand():
    depth, share = solo_metrics.floor_depth(body(np.zeros((10, 3))).move(np.array([0, -0.05, 0])))
    assert depth == pytest.approx(0.05, abs=0.005)
    assert share == 1.0
    assert solo_metrics.floor_depth(body(np.zeros((10, 3))))[0] < 0.005


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_short_clips_are_none_or_finite(frames):
    motion = body(np.zeros((frames, 3)))
    assert solo_metrics.jerk(motion) == (None, None)
    assert solo_metrics.physical_foot_contact(motion) in (None, 0.0)
    assert (solo_metrics.speed(motion)[0] is None) == (frames == 1)
    assert solo_metrics.travel(motion) == 0.0
    assert np.isfinite(solo_metrics.reach_space(motion))
    assert solo_metrics.planted(motion) == 1.0
