"""The robot reader: its own kinematics, limb directions, human shares, and agreement with a person where both exist."""

import numpy as np
import pytest

from demos.motion import files, kinematics, npz, retarget_report, robot, rotations
from demos.motion.performance import smpl_leg_length
from demos.motion.skeleton import INDEX
from demos.runtime.errors import InputError


def joints_pickle(frames: float = 30, **angles: float):
    """Root and joint angles (radians) of a standing robot, as the bridge file has them."""
    frames = int(frames)
    dof = np.zeros((frames, 29))
    for name, angle in angles.items():
        dof[:, robot.NAMES.index(f"{name}_link") - 1] = angle
    root = np.tile([1.0, 2.0, 0.79], (frames, 1))
    rot = np.tile([0.0, 0, 0, 1], (frames, 1))
    return {"fps": 60, "root_pos": root, "root_rot": rot, "dof_pos": dof}


def links_file(path, frames: float = 30, **angles: float):
    """The same as link positions and orientations, links in another order than ours."""
    value = joints_pickle(frames, **angles)
    turn = np.broadcast_to(np.eye(3), (int(frames), 3, 3))
    positions, turns = robot.forward(value["root_pos"], turn, value["dof_pos"])
    order = np.random.default_rng(0).permutation(len(robot.NAMES))
    np.savez(
        path,
        body_pos=positions[:, order].astype(np.float32),
        body_quat_wxyz=rotations.matrix_to_quaternion(turns[:, order]).astype(np.float32),
        body_names=np.array(robot.NAMES)[order],
        fps=np.int64(60),
    )
    return path


def test_zero_pose_of_the_robot():
    positions, _ = robot.forward(np.zeros((1, 3)), np.eye(3)[None], np.zeros((1, 29)))
    place = dict(zip(robot.NAMES, positions[0], strict=True))
    assert len(robot.NAMES) == 30
    # Ankles straight below the hips, mirrored; forearms forward.
    np.testing.assert_allclose(place["left_ankle_roll_link"], [0, 0.118, -0.757], atol=0.01)
    np.testing.assert_allclose(place["right_ankle_roll_link"] * [1, -1, 1], place["left_ankle_roll_link"], atol=1e-4)
    np.testing.assert_allclose(place["right_wrist_yaw_link"] * [1, -1, 1], place["left_wrist_yaw_link"], atol=1e-4)
    assert place["left_wrist_yaw_link"][0] > 0.15
    assert robot.leg_length() == pytest.approx(0.624, abs=0.002)


def test_standing_robot_is_a_standing_person(tmp_path):
    dance = files.open_dance(links_file(tmp_path / "stand.npz"))
    joints = dance.joints[0, 0]
    assert dance.fps == 60.0
    np.testing.assert_allclose(joints[0, [0, 2]], 0, atol=1e-6)
    thigh, arm, forearm = (
        joints[INDEX[f"left_{end}"]] - joints[INDEX[f"left_{start}"]]
        for start, end in (("hip", "knee"), ("shoulder", "elbow"), ("elbow", "wrist"))
    )
    for bone, direction in ((thigh, [0, -1, 0]), (arm, [0, -1, 0]), (forearm, [0, 0, 1])):
        assert np.degrees(np.arccos(bone @ direction / np.linalg.norm(bone))) < 3
    assert joints[INDEX["left_shoulder"], 0] > joints[INDEX["right_shoulder"], 0]
    assert joints[INDEX["head"], 1] > 1.4
    height = joints[INDEX["left_hip"], 1] - joints[INDEX["left_ankle"], 1]
    assert height == pytest.approx(smpl_leg_length(), abs=0.01)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_bent_elbow_and_knee_by_hand(side):
    value = joints_pickle(**{f"{side}_elbow": -np.pi / 2, f"{side}_knee": 1.0, f"{side}_hip_pitch": -1.0})
    performance = robot.from_joints(value, fps=60)
    joints = kinematics.joint_positions(performance.poses, performance.root)[0]
    forearm = joints[INDEX[f"{side}_wrist"]] - joints[INDEX[f"{side}_elbow"]]
    # Zero is a forearm held forward: a quarter turn back about the lateral axis lifts it up.
    np.testing.assert_allclose(forearm / np.linalg.norm(forearm), [0, 1, 0], atol=0.02)
    thigh = joints[INDEX[f"{side}_knee"]] - joints[INDEX[f"{side}_hip"]]
    np.testing.assert_allclose(thigh / np.linalg.norm(thigh), [0, -np.cos(1), np.sin(1)], atol=0.05)
    shin = joints[INDEX[f"{side}_ankle"]] - joints[INDEX[f"{side}_knee"]]
    np.testing.assert_allclose(shin / np.linalg.norm(shin), [0, -1, 0], atol=0.05)


def test_links_and_joint_angles_agree(tmp_path):
    angles = {"left_shoulder_roll": 0.8, "right_knee": 0.6, "waist_yaw": 0.5, "left_wrist_yaw": 0.4}
    arrays = npz.load(links_file(tmp_path / "a.npz", **angles).read_bytes())
    one = robot.from_links(arrays, fps=60)
    other = robot.from_joints(joints_pickle(**angles), fps=60)
    np.testing.assert_allclose(one.poses, other.poses, atol=1e-4)
    np.testing.assert_allclose(one.root, other.root, atol=1e-4)


def test_collars_rise_with_the_arms():
    low = robot.from_joints(joints_pickle(), fps=60).poses[0, INDEX["left_collar"], 2]
    high = robot.from_joints(joints_pickle(left_shoulder_roll=2.2), fps=60).poses[0, INDEX["left_collar"], 2]
    assert np.degrees(high - low) > 12


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"body_names": np.array([f"link{i}" for i in range(30)])}, "no Unitree G1"),
        ({"body_pos": np.zeros((30, 29, 3))}, "do not fit"),
        ({"body_pos": np.full((30, 30, 3), np.nan)}, "not finite"),
        ({"body_quat_wxyz": np.zeros((30, 30, 4))}, "orientations is empty"),
        ({"body_quat_wxyz": np.zeros((30, 30, 3))}, "do not fit"),
        ({"fps": np.array([1, 2])}, "frame rate"),
    ],
)
def test_damaged_clips_are_one_sentence(tmp_path, change, words):
    arrays = dict(np.load(links_file(tmp_path / "a.npz")))
    np.savez(tmp_path / "b.npz", **{**arrays, **change})
    with pytest.raises(InputError, match=words):
        files.open_dance(tmp_path / "b.npz")


def test_damaged_joint_files_are_one_sentence():
    value = joints_pickle()
    with pytest.raises(InputError, match="dof_pos"):
        robot.from_joints({**value, "dof_pos": np.zeros((30, 23))}, fps=60)
    with pytest.raises(InputError, match="not finite"):
        robot.from_joints({**value, "root_pos": np.full((30, 3), np.inf)}, fps=60)


def test_the_bridge_take_agrees_with_the_person(shared_data):
    row = retarget_report.row(shared_data / "mocap" / "movin" / "test1.pkl")
    assert row["mpjpe_m"] < 0.026


def test_a_real_clip_stands_on_the_floor(shared_data):
    row = retarget_report.row(shared_data / "mocap" / "g1moves" / "J_ShortDance14_Disco.npz")
    assert row["fps"] == 60
    assert row["lowest_sole_m"] > -0.02
    assert row["skate"] < 0.06
