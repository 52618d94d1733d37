"""Two-bone IK: targets are met, poles and bone lengths kept, nothing snaps, no change where none is asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.motion import ik, kinematics, rotations
from demos.motion.skeleton import REST_HEIGHT

LIMBS = [ik.LEFT_LEG, ik.RIGHT_LEG, ik.LEFT_ARM, ik.RIGHT_ARM]


def posed(bend: float, frames: int = 1, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """World positions and orientations of a body with knees and elbows bent by `bend` radians."""
    poses = np.zeros((frames, 24, 3))
    if seed is not None:
        poses += np.random.default_rng(seed).normal(scale=0.3, size=poses.shape)
    for limb in LIMBS:
        poses[:, limb.middle] = bend * np.asarray(limb.hinge)
    return kinematics.forward(rotations.rotvec_to_matrix(poses), np.tile([0.0, REST_HEIGHT, 0], (frames, 1)))


def end_of(limb: ik.Limb, positions, orientations, upper, lower) -> tuple[np.ndarray, np.ndarray]:
    """Where middle and end come to lie with the new orientations."""
    root, middle, end = positions[:, limb.root], positions[:, limb.middle], positions[:, limb.end]
    first = np.swapaxes(orientations[:, limb.root], -1, -2) @ (middle - root)[..., None]
    second = np.swapaxes(orientations[:, limb.middle], -1, -2) @ (end - middle)[..., None]
    new_middle = root + (upper @ first)[..., 0]
    return new_middle, new_middle + (lower @ second)[..., 0]


@given(
    st.sampled_from(range(4)), st.integers(0, 10**6), st.floats(0.3, 2.0), st.floats(0.3, 0.95),
    st.floats(-1, 1), st.floats(-np.pi, np.pi),
)  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_a_target_in_reach_is_met_and_bones_stay_rigid(which, seed, bend, share, height, angle):
    limb = LIMBS[which]
    positions, orientations = posed(bend, seed=seed)
    root = positions[:, limb.root]
    length = np.linalg.norm(positions[:, limb.middle] - root) + np.linalg.norm(
        positions[:, limb.end] - positions[:, limb.middle]
    )
    flat = np.sqrt(1 - height**2)
    direction = np.array([[flat * np.cos(angle), height, flat * np.sin(angle)]])
    target = root + share * length * direction
    upper, lower = ik.solve_limb(limb, positions, orientations, target)
    _, end = end_of(limb, positions, orientations, upper, lower)
    np.testing.assert_allclose(end, target, atol=1e-6)
    for matrix in (upper, lower):
        np.testing.assert_allclose(matrix @ np.swapaxes(matrix, -1, -2), np.eye(3)[None], atol=1e-9)


@pytest.mark.parametrize("limb", LIMBS)
@pytest.mark.parametrize("bend", [0.2, 1.0, 2.0])
def test_the_present_end_as_target_changes_nothing(limb, bend):
    positions, orientations = posed(bend, frames=4, seed=1)
    upper, lower = ik.solve_limb(limb, positions, orientations, positions[:, limb.end])
    np.testing.assert_allclose(upper, orientations[:, limb.root], atol=1e-6)
    np.testing.assert_allclose(lower, orientations[:, limb.middle], atol=1e-6)


def test_by_hand_a_straight_leg_shortened_bends_the_knee_forward():
    positions, orientations = posed(0.0)
    leg = ik.LEFT_LEG
    hip, knee, ankle = positions[0, leg.root], positions[0, leg.middle], positions[0, leg.end]
    target = ankle + np.array([0, 0.2, 0])
    upper, lower = ik.solve_limb(leg, positions, orientations, target[None])
    new_knee, end = end_of(leg, positions, orientations, upper, lower)
    np.testing.assert_allclose(end[0], target, atol=1e-6)
    assert new_knee[0, 2] > knee[2] + 0.2  # forward is +z
    assert abs(new_knee[0, 0] - hip[0]) < 0.08  # not out to the side


def test_elbows_bend_forward_from_the_t_pose():
    positions, orientations = posed(0.0)
    for limb in (ik.LEFT_ARM, ik.RIGHT_ARM):
        target = positions[:, limb.root] + 0.6 * (positions[:, limb.end] - positions[:, limb.root])
        upper, lower = ik.solve_limb(limb, positions, orientations, target)
        elbow, _ = end_of(limb, positions, orientations, upper, lower)
        assert elbow[0, 2] < positions[0, limb.root, 2] - 0.1  # the forearm swings forward, so the elbow goes back


def test_the_knee_keeps_pointing_where_it_did():
    positions, orientations = posed(0.8)
    outwards = rotations.yaw(0.7) @ orientations[:, ik.LEFT_LEG.root]
    turned = positions.copy()
    hip = positions[:, ik.LEFT_LEG.root]
    for joint in (ik.LEFT_LEG.middle, ik.LEFT_LEG.end):
        turned[:, joint] = hip + (positions[:, joint] - hip) @ rotations.yaw(0.7).T
    orientations = orientations.copy()
    orientations[:, ik.LEFT_LEG.root] = outwards
    orientations[:, ik.LEFT_LEG.middle] = rotations.yaw(0.7) @ orientations[:, ik.LEFT_LEG.middle]
    target = turned[:, ik.LEFT_LEG.end] + [0, 0.1, 0]
    upper, lower = ik.solve_limb(ik.LEFT_LEG, turned, orientations, target)
    knee, end = end_of(ik.LEFT_LEG, turned, orientations, upper, lower)
    np.testing.assert_allclose(end, target, atol=1e-6)
    out = (knee - (hip + end) / 2)[0]
    assert np.arctan2(out[0], out[2]) == pytest.approx(0.7, abs=0.25)


def test_reach_is_soft_and_never_full():
    one = np.full(1000, 0.4)
    wanted = np.linspace(0.5, 1.2, 1000)
    got = ik.reachable(wanted, np.full(1000, 0.6), one, one)
    assert (got < 0.8).all()
    slope = np.diff(got) / np.diff(wanted)
    assert (slope > -1e-9).all()
    assert np.abs(np.diff(slope)).max() < 0.05  # no corner
    np.testing.assert_allclose(got[wanted < 0.78], wanted[wanted < 0.78])
    # A leg that is straighter than the soft zone allows may stay so.
    np.testing.assert_allclose(ik.reachable(one[:1] * 1.99, one[:1] * 1.995, one[:1], one[:1]), 0.796)


def test_a_path_through_full_reach_and_back_has_no_pop():
    frames = 400
    positions, orientations = posed(0.3, frames)
    leg = ik.LEFT_LEG
    target = positions[:, leg.end].copy()
    target[:, 1] -= 0.3 * np.sin(np.linspace(0, 2 * np.pi, frames))  # 30 cm too far, then 30 cm up
    upper, lower = ik.solve_limb(leg, positions, orientations, target)
    for matrices in (upper, lower):
        steps = np.swapaxes(matrices[:-1], -1, -2) @ matrices[1:]
        angles = np.linalg.norm(rotations.matrix_to_rotvec(steps), axis=-1)
        assert angles.max() < np.radians(3)  # the target moves up to 4.7 mm a frame


def test_an_overstretched_knee_bends_the_right_way():
    positions, orientations = posed(-0.33)  # 10 degrees backwards: the rest pose has 9 forwards
    leg = ik.LEFT_LEG
    upper, lower = ik.solve_limb(leg, positions, orientations, positions[:, leg.end] + [0, 0.05, 0])
    knee, _ = end_of(leg, positions, orientations, upper, lower)
    middle = (positions[:, leg.root] + positions[:, leg.end]) / 2
    assert knee[0, 2] > middle[0, 2] + 0.05


def test_a_target_on_the_hip_is_survived():
    positions, orientations = posed(0.5)
    upper, lower = ik.solve_limb(ik.LEFT_LEG, positions, orientations, positions[:, ik.LEFT_LEG.root])
    assert np.isfinite(upper).all()
    assert np.isfinite(lower).all()
