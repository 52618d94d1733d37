"""BVH files: read back by bvhio, by our own reader and by the eye of a test on the text."""

import re
from pathlib import Path
from typing import Any

import bvhio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from demos.motion import bvh_writer, rotations
from demos.motion.files import open_dance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, JOINTS, PARENTS, REST_OFFSETS

REST = Motion(np.zeros((2, 24, 3)), np.tile([0.0, 0.95, 0.0], (2, 1)), 30)


def wild_motion(seed: int = 0, frames: int = 30, fps: float = 30) -> Motion:
    """Every joint swings smoothly through large angles while the pelvis travels and spins."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames)[:, None, None] / fps
    speed = 2 * np.pi * rng.uniform(0.2, 1.0, (1, 24, 3))
    poses = 1.3 * np.sin(speed * time + rng.uniform(0, 6, (1, 24, 3)))
    spin = rotations.yaw(6.0 * time[:, 0, 0])
    poses[:, 0] = rotations.matrix_to_rotvec(spin @ rotations.rotvec_to_matrix(0.3 * poses[:, 0]))
    travel = np.stack([np.sin(3 * time[:, 0, 0]), 0.9 + 0.1 * time[:, 0, 0], 2 * time[:, 0, 0]], axis=-1)
    return Motion(poses, travel, fps)


def angle_error(one: np.ndarray, two: np.ndarray) -> float:
    """Largest angle in radians between rotation vectors (..., 3)."""
    a, b = (Rotation.from_rotvec(np.reshape(poses, (-1, 3))) for poses in (one, two))
    return float((a.inv() * b).magnitude().max())


def read_by_bvhio(path: Path) -> tuple[np.ndarray, np.ndarray, float]:
    """Local rotation vectors (frames, 24, 3), world joints (frames, 24, 3) in file units, and fps."""
    container: Any = bvhio.readAsBvh(str(path))
    local = np.zeros((container.FrameCount, 24, 3))
    for joint, _, _ in container.Root.layout():
        turns = [[key.Rotation.x, key.Rotation.y, key.Rotation.z, key.Rotation.w] for key in joint.Keyframes]
        local[:, INDEX[joint.Name]] = Rotation.from_quat(turns).as_rotvec()
    root: Any = bvhio.readAsHierarchy(str(path))
    world = np.zeros((container.FrameCount, 24, 3))
    for frame in range(container.FrameCount):
        root.loadPose(frame)
        for joint, _, _ in root.layout():
            world[frame, INDEX[joint.Name]] = list(joint.PositionWorld)
    return local, world, 1 / container.FrameTime


@pytest.mark.parametrize("fps", [24, 30, 59.94, 120])
def test_bvhio_reads_the_same_motion(tmp_path: Path, fps: float) -> None:
    motion = wild_motion(fps=fps)
    local, world, rate = read_by_bvhio(bvh_writer.write_bvh(motion, tmp_path / "dance.bvh"))
    assert angle_error(local, motion.poses) < 1e-4
    np.testing.assert_allclose(world / 100, motion.joints, atol=1e-4)
    assert rate == pytest.approx(fps, rel=1e-7)


@pytest.mark.parametrize("fps", [30, 60])
def test_our_own_reader_reads_the_same_motion(tmp_path: Path, fps: float) -> None:
    motion = wild_motion(3, fps=fps)
    (read,) = open_dance(bvh_writer.write_bvh(motion, tmp_path / "dance.bvh")).motions
    assert (len(read), read.fps) == (len(motion), fps)
    assert angle_error(read.poses, motion.poses) < 1e-4
    np.testing.assert_allclose(read.translation, motion.translation, atol=1e-4)
    np.testing.assert_allclose(read.joints, motion.joints, atol=1e-4)


def test_a_couple_keeps_its_distance_in_two_files(tmp_path: Path) -> None:
    lead, follower = wild_motion(1), wild_motion(2).turn(np.pi).move(np.array([0.3, 0.0, 1.5]))
    paths = [bvh_writer.write_bvh(m, tmp_path / f"{n}.bvh") for n, m in (("a", lead), ("b", follower))]
    one, two = (read_by_bvhio(path)[1] / 100 for path in paths)
    np.testing.assert_allclose(two - one, follower.joints - lead.joints, atol=2e-4)


def test_our_own_reader_makes_a_couple_of_the_two_files(tmp_path: Path) -> None:
    lead, follower = wild_motion(1), wild_motion(2).turn(np.pi).move(np.array([0.3, 0.0, 1.5]))
    paths = [bvh_writer.write_bvh(m, tmp_path / f"{n}.bvh") for n, m in (("a", lead), ("b", follower))]
    couple = open_dance(paths[0], partner=paths[1])
    np.testing.assert_allclose(couple.joints, [lead.joints, follower.joints], atol=1e-4)


def test_a_skeleton_with_other_bones_is_not_taken_for_our_own(tmp_path: Path) -> None:
    """The same names with an arm 1 cm longer: the file is retargeted, and stands on our floor at the origin."""
    path = bvh_writer.write_bvh(wild_motion(1).move(np.array([5.0, 0.0, 5.0])), tmp_path / "dance.bvh")
    lines = path.read_text().splitlines()
    place = next(i for i, line in enumerate(lines) if "JOINT left_elbow" in line) + 2
    x, y, z = (float(word) for word in lines[place].split()[1:])
    lines[place] = f"OFFSET {x + 1} {y} {z}"
    path.write_text("\n".join(lines))
    assert np.abs(open_dance(path).motions[0].translation[0, [0, 2]]).max() < 0.01


def test_facing_away_and_left_from_right(tmp_path: Path) -> None:
    """Facing -z the toes point to -z, and the left hand, at +x before, is at -x."""
    _, world, _ = read_by_bvhio(bvh_writer.write_bvh(REST.turn(np.pi), tmp_path / "away.bvh"))
    assert world[0, INDEX["left_foot"], 2] < world[0, INDEX["left_ankle"], 2] - 8
    assert world[0, INDEX["left_wrist"], 0] < -50
    np.testing.assert_allclose(world[0, 0], [0, 95, 0], atol=1e-3)


def test_the_text_is_what_editors_expect() -> None:
    text = bvh_writer.to_text(REST)
    assert text.startswith("HIERARCHY\nROOT pelvis\n{\n\tOFFSET 0.00000 0.00000 0.00000\n\tCHANNELS 6 Xposition")
    assert sorted(re.findall(r"(?:ROOT|JOINT) (\w+)", text)) == sorted(JOINTS)
    assert text.count("End Site") == sum(joint not in PARENTS for joint in range(24)) == 5
    assert text.count("CHANNELS 3") == 23
    assert text.count("{") == text.count("}")
    assert "Frames: 2\nFrame Time: 0.0333333333\n0.00000 95.00000 0.00000 0.00000" in text
    assert "-0.00000" not in text
    elbow = text[text.index("JOINT left_elbow") :].splitlines()
    offset = [float(word) for word in elbow[2].split()[1:]]
    np.testing.assert_allclose(offset, 100 * REST_OFFSETS[INDEX["left_elbow"]], atol=1e-4)
    assert elbow[3].split()[1:] == ["3", "Yrotation", "Xrotation", "Zrotation"]


def test_a_bent_elbow_by_hand() -> None:
    """The left forearm forward, -90 degrees about y, is one number in the row: the elbow's first channel."""
    poses = np.zeros((1, 24, 3))
    poses[0, INDEX["left_elbow"], 1] = -np.pi / 2
    text = bvh_writer.to_text(Motion(poses, np.zeros((1, 3)), 30))
    row = [float(word) for word in text.splitlines()[-1].split()]
    order = re.findall(r"(?:ROOT|JOINT) (\w+)", text)
    place = 3 + 3 * order.index("left_elbow")
    assert row[place : place + 3] == [-90, 0, 0]
    assert np.count_nonzero(row) == 1


def test_curves_of_an_endless_spin_and_of_deep_bends_never_jump() -> None:
    """Pelvis three times round, knees and elbows to 150 degrees: no step larger than the motion's own."""
    frames = 120
    poses = np.zeros((frames, 24, 3))
    poses[:, 0, 1] = np.linspace(0, 6 * np.pi, frames)
    poses[:, INDEX["left_knee"], 0] = np.linspace(0, np.deg2rad(150), frames)
    poses[:, INDEX["right_hip"], 0] = np.linspace(0, -np.deg2rad(130), frames)
    poses[:, INDEX["left_elbow"], 1] = np.linspace(0, -np.deg2rad(150), frames)
    angles = bvh_writer._euler(poses)
    assert np.abs(np.diff(angles, axis=0)).max() < 6 * np.pi / (frames - 1) + 1e-6
    assert angles[-1, 0, 0] == pytest.approx(6 * np.pi)
    assert np.count_nonzero(np.abs(angles[-1]) > 1e-6) == 4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-3.1, 3.1)] * 3), min_size=2, max_size=12))
def test_any_rotation_survives_as_angles(vectors: list) -> None:
    """Gimbal lock included: what is written is the same rotation, whatever the frames before."""
    poses = np.repeat(np.array(vectors)[:, None], 24, axis=1)
    angles = bvh_writer._euler(poses)
    for joint, order in enumerate(bvh_writer._ORDERS):
        back = Rotation.from_euler(order, angles[:, joint]).as_rotvec()
        assert angle_error(back, poses[:, joint]) < 1e-5


@pytest.mark.parametrize("joint", ["pelvis", "left_knee"])
def test_exact_gimbal_lock_survives(joint: str) -> None:
    order = bvh_writer._ORDERS[INDEX[joint]]
    poses = np.zeros((3, 24, 3))
    locked = Rotation.from_euler(order, [[20, 90, 30], [20, -90, 30], [0, 90, 0]], degrees=True)
    poses[:, INDEX[joint]] = locked.as_rotvec()
    angles = bvh_writer._euler(poses)[:, INDEX[joint]]
    assert angle_error(Rotation.from_euler(order, angles).as_rotvec(), poses[:, INDEX[joint]]) < 1e-5
