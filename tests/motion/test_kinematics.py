"""Forward kinematics: worked by hand, by the rules any rigid tree obeys, in NumPy and in torch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.motion import kinematics, rotations
from demos.motion.skeleton import INDEX, PARENTS, REST_OFFSETS

LENGTHS = np.linalg.norm(REST_OFFSETS[1:], axis=1)
SEEDS = st.integers(0, 2**32 - 1)


def random_pose(seed: int, *lead: int) -> tuple[np.ndarray, np.ndarray]:
    """Rotation matrices (*lead, 24, 3, 3) and translations (*lead, 3)."""
    rng = np.random.default_rng(seed)
    return rotations.rotvec_to_matrix(2 * rng.normal(size=(*lead, 24, 3))), rng.normal(size=(*lead, 3))


def test_at_rest_offsets_add_up_along_the_tree() -> None:
    positions, orientations = kinematics.forward(np.tile(np.eye(3), (24, 1, 1)), np.array([1.0, 2.0, 3.0]))
    chain = ["spine1", "spine2", "spine3", "left_collar", "left_shoulder", "left_elbow"]
    expected = np.array([1.0, 2.0, 3.0]) + sum(REST_OFFSETS[INDEX[name]] for name in chain)
    np.testing.assert_allclose(positions[INDEX["left_elbow"]], expected, atol=1e-6)
    np.testing.assert_allclose(orientations, np.tile(np.eye(3), (24, 1, 1)), atol=1e-12)


def test_a_bent_elbow_by_hand() -> None:
    """The left elbow bent 90 degrees forward (-90 about y takes +x to +z): the forearm's offset turns with it."""
    pose = np.zeros((24, 3))
    pose[INDEX["left_elbow"], 1] = -np.pi / 2
    positions = kinematics.joint_positions(pose, np.zeros(3)).astype(float)
    x, y, z = REST_OFFSETS[INDEX["left_wrist"]]
    forearm = positions[INDEX["left_wrist"]] - positions[INDEX["left_elbow"]]
    np.testing.assert_allclose(forearm, [-z, y, x], atol=1e-6)
    assert forearm[2] > 0.2  # forward
    straight = kinematics.joint_positions(np.zeros((24, 3)), np.zeros(3))
    np.testing.assert_allclose(positions[INDEX["left_elbow"]], straight[INDEX["left_elbow"]], atol=1e-6)


def test_own_offsets_may_be_given() -> None:
    offsets = np.zeros((24, 3))
    offsets[INDEX["spine1"]] = [0, 10, 0]
    pose = np.zeros((24, 3))
    pose[0] = [0, 0, np.pi / 2]  # +y to -x
    positions = kinematics.joint_positions(pose, np.array([1.0, 0, 0]), offsets)
    np.testing.assert_allclose(positions[INDEX["head"]], [-9, 0, 0], atol=1e-5)
    np.testing.assert_allclose(positions[INDEX["left_foot"]], [1, 0, 0], atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_bones_keep_their_lengths_and_the_pelvis_its_place(seed: int) -> None:
    rotation, translation = random_pose(seed, 4)
    positions, orientations = kinematics.forward(rotation, translation)
    bones = positions[:, 1:] - positions[:, list(PARENTS[1:])]
    np.testing.assert_allclose(np.linalg.norm(bones, axis=-1), np.tile(LENGTHS, (4, 1)), atol=1e-6)
    np.testing.assert_allclose(positions[:, 0], translation)
    eye = orientations @ np.swapaxes(orientations, -1, -2)
    np.testing.assert_allclose(eye, np.broadcast_to(np.eye(3), eye.shape), atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_to_local_undoes_forward(seed: int) -> None:
    rotation, translation = random_pose(seed, 3)
    _, orientations = kinematics.forward(rotation, translation)
    before = orientations.copy()
    np.testing.assert_allclose(kinematics.to_local(orientations), rotation, atol=1e-9)
    np.testing.assert_array_equal(orientations, before)  # and leaves its input alone


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_moving_the_root_moves_the_whole(seed: int) -> None:
    """A rotation G and a shift t of the world: joints go to G x + t, wherever the root was."""
    rotation, translation = random_pose(seed)
    turn, shift = rotations.rotvec_to_matrix(np.array([0.3, -2.0, 1.1])), np.array([0.5, -1.0, 2.0])
    positions, orientations = kinematics.forward(rotation, translation)
    moved = rotation.copy()
    moved[0] = turn @ rotation[0]
    there, turned = kinematics.forward(moved, turn @ translation + shift)
    np.testing.assert_allclose(there, positions @ turn.T + shift, atol=1e-9)
    np.testing.assert_allclose(turned, turn @ orientations, atol=1e-9)


@pytest.mark.parametrize("joint", ["left_knee", "spine2", "right_shoulder"])
def test_a_joint_moves_only_what_hangs_on_it(joint: str) -> None:
    rotation, translation = random_pose(1)
    bent = rotation.copy()
    bent[INDEX[joint]] = rotations.yaw(1.0) @ bent[INDEX[joint]]
    moved = np.abs(kinematics.forward(bent, translation)[0] - kinematics.forward(rotation, translation)[0])
    below = set()
    for child, parent in enumerate(PARENTS):
        if parent == INDEX[joint] or parent in below:
            below.add(child)
    for index in range(24):
        assert (moved[index].max() > 1e-6) == (index in below)


@pytest.mark.parametrize("lead", [(), (7,), (2, 5)])
def test_torch_gives_the_same_as_numpy(lead: tuple[int, ...]) -> None:
    rotation, translation = random_pose(5, *lead)
    positions, orientations = kinematics.forward(rotation, translation)
    there, turned = kinematics.forward(torch.tensor(rotation), torch.tensor(translation))
    assert positions.shape == (*lead, 24, 3)
    np.testing.assert_allclose(there.numpy(), positions, atol=1e-6)
    np.testing.assert_allclose(turned.numpy(), orientations, atol=1e-12)
    single, _ = kinematics.forward(torch.tensor(rotation).float(), torch.tensor(translation).float())
    assert single.dtype == torch.float32
    np.testing.assert_allclose(single.numpy(), positions, atol=1e-5)


def test_gradients_flow_through_torch() -> None:
    rotation, translation = random_pose(6, 2)
    turns = torch.tensor(rotation, requires_grad=True)
    kinematics.forward(turns, torch.tensor(translation))[0].square().sum().backward()
    assert turns.grad is not None
    # A leaf's own rotation moves no joint; its parent's does.
    assert float(turns.grad[:, INDEX["left_hand"]].abs().max()) == 0
    assert float(turns.grad[:, INDEX["left_wrist"]].abs().max()) > 0


def test_joint_positions_are_single_precision_of_the_same() -> None:
    rng = np.random.default_rng(0)
    poses, translation = rng.normal(size=(6, 24, 3)).astype(np.float32), rng.normal(size=(6, 3))
    positions = kinematics.joint_positions(poses, translation)
    assert positions.dtype == np.float32
    expected, _ = kinematics.forward(rotations.rotvec_to_matrix(poses), translation)
    np.testing.assert_allclose(positions, expected, atol=1e-6)
