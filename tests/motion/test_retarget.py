"""Retargeting: limbs point where the source's do, feet stand, and rigs of every convention give the same dance."""

import numpy as np
import pytest
from made_files import LEG, MIXAMO, bvh_text, cmu_daz, cmu_motionbuilder, stepping

from demos.motion import anatomy, bvh, bvh_source, files, floor, kinematics, retarget, retarget_report, rotations
from demos.motion.performance import smpl_leg_length
from demos.motion.skeleton import INDEX, JOINTS
from demos.runtime.errors import InputError

Z_UP_FACING_X = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
"""(left, up, forward) -> (forward, left, up) as robots and many game engines have it."""


def source_of(text, fps=60.0):
    return bvh_source.from_clip(bvh.parse(text.encode()), fps=fps)


def opened(tmp_path, text, name="dance.bvh", **how):
    path = tmp_path / name
    path.write_text(text)
    return files.open_dance(path, **how)


def test_t_pose_is_our_rest_pose():
    performance = retarget.to_smpl(source_of(bvh_text(frames=2)), 1.0)
    away = np.degrees(np.linalg.norm(performance.poses, axis=-1)).max(axis=0)
    # Our knees are drawn a little bent, theirs are straight: only the legs make up for that.
    legs = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("hip", "knee", "ankle")]
    assert away[legs].max() < 12
    assert np.delete(away, legs).max() < 1e-4


def test_an_elbow_bent_by_hand():
    performance = retarget.to_smpl(source_of(bvh_text(turns={"LeftForeArm": (0, -90, 0)}, frames=2)), 1.0)
    np.testing.assert_allclose(np.degrees(performance.poses[0, INDEX["left_elbow"]]), [0, -90, 0], atol=1e-4)
    joints = kinematics.joint_positions(performance.poses, performance.root)[0]
    forearm = joints[INDEX["left_wrist"]] - joints[INDEX["left_elbow"]]
    np.testing.assert_allclose(forearm / np.linalg.norm(forearm), [0, 0, 1], atol=1e-5)
    assert joints[INDEX["left_elbow"], 0] > 0 > joints[INDEX["right_elbow"], 0]


def test_a_bent_knee_bends_backwards_and_keeps_its_directions():
    source = source_of(bvh_text(turns={"LeftUpLeg": (-100, 0, 0), "LeftLeg": (130, 0, 0)}, frames=2))
    performance = retarget.to_smpl(source, retarget.scale_of(source))
    joints = kinematics.joint_positions(performance.poses, performance.root)[0]
    thigh = joints[INDEX["left_knee"]] - joints[INDEX["left_hip"]]
    shin = joints[INDEX["left_ankle"]] - joints[INDEX["left_knee"]]
    expected = [0, -np.cos(np.radians(100)), np.sin(np.radians(100))]
    np.testing.assert_allclose(thigh / np.linalg.norm(thigh), expected, atol=1e-3)
    np.testing.assert_allclose(shin / np.linalg.norm(shin), [0, -np.cos(np.radians(30)), -0.5], atol=1e-3)


def test_scale_is_leg_length_whatever_the_unit():
    for unit in (1.0, 100.0, 39.37):
        source = source_of(bvh_text(unit=unit, frames=2))
        assert retarget.scale_of(source) == pytest.approx(smpl_leg_length() / (LEG * unit), rel=1e-4)


@pytest.mark.parametrize("unit", [100.0, 39.37])
def test_the_unit_of_the_file_does_not_matter(tmp_path, unit):
    one = opened(tmp_path, bvh_text(turns=stepping(), frames=120))
    other = opened(tmp_path, bvh_text(turns=stepping(), frames=120, unit=unit))
    np.testing.assert_allclose(other.joints, one.joints, atol=2e-4)


@pytest.mark.parametrize("prefix", ["mixamorig:", "mixamorig_", "Character1_", "model|"])
def test_prefixes_of_names_do_not_matter(tmp_path, prefix):
    plain = opened(tmp_path, bvh_text(turns=stepping(), frames=60 * 2))
    named = opened(tmp_path, bvh_text(turns=stepping(), frames=60 * 2, prefix=prefix))
    np.testing.assert_array_equal(named.joints, plain.joints)


def test_a_world_with_z_up_gives_the_same_dance(tmp_path):
    plain = opened(tmp_path, bvh_text(frames=30))
    turned = opened(tmp_path, bvh_text(frames=30, world=Z_UP_FACING_X))
    np.testing.assert_allclose(turned.joints, plain.joints, atol=1e-4)
    assert any("z up" in note for note in turned.provenance.settings["notes"])


def _renamed(table):
    bones = []
    for name, parent, offset in MIXAMO:
        side = "left" if name.startswith("Left") else "right" if name.startswith("Right") else ""
        above = "left" if parent.startswith("Left") else "right" if parent.startswith("Right") else ""
        new = table(side, name.removeprefix("Left").removeprefix("Right"))
        old = table(above, parent.removeprefix("Left").removeprefix("Right")) if parent else ""
        bones.append((new, old, offset))
    return bones


_UNREAL = {
    "Hips": "pelvis", "Spine": "spine_01", "Spine1": "spine_02", "Spine2": "spine_03", "Neck": "neck_01",
    "Head": "head", "Shoulder": "clavicle", "Arm": "upperarm", "ForeArm": "lowerarm", "Hand": "hand",
    "HandMiddle1": "middle_01", "UpLeg": "thigh", "Leg": "calf", "Foot": "foot", "ToeBase": "ball",
}  # fmt: skip
_XSENS = {
    "Hips": "Hips", "Spine": "Chest", "Spine1": "Chest2", "Spine2": "Chest3", "Neck": "Neck", "Head": "Head",
    "Shoulder": "Collar", "Arm": "Shoulder", "ForeArm": "Elbow", "Hand": "Wrist", "HandMiddle1": "Hand",
    "UpLeg": "Hip", "Leg": "Knee", "Foot": "Ankle", "ToeBase": "Toe",
}  # fmt: skip
_SMPL = {
    "Hips": "pelvis", "Spine": "spine1", "Spine1": "spine2", "Spine2": "spine3", "Neck": "neck", "Head": "head",
    "Shoulder": "collar", "Arm": "shoulder", "ForeArm": "elbow", "Hand": "wrist", "HandMiddle1": "hand",
    "UpLeg": "hip", "Leg": "knee", "Foot": "ankle", "ToeBase": "foot",
}  # fmt: skip
_BIPED = {
    "Hips": "Pelvis", "Spine": "Spine", "Spine1": "Spine1", "Spine2": "Spine2", "Neck": "Neck", "Head": "Head",
    "Shoulder": "Clavicle", "Arm": "UpperArm", "ForeArm": "Forearm", "Hand": "Hand", "HandMiddle1": "Finger2",
    "UpLeg": "Thigh", "Leg": "Calf", "Foot": "Foot", "ToeBase": "Toe0",
}  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [
        lambda side, name: _UNREAL[name] + (f"_{side[0]}" if side else ""),
        lambda side, name: side.capitalize() + _XSENS[name],
        lambda side, name: (f"{side}_" if side else "") + _SMPL[name],
        lambda side, name: "Bip01 " + (f"{side[0].upper()} " if side else "") + _BIPED[name],
        lambda side, name: _UNREAL[name].capitalize() + (f".{side[0].upper()}" if side else ""),
    ],
    ids=["unreal", "xsens", "smpl", "biped", "blender"],
)
def test_other_naming_conventions(tmp_path, table):
    turns = stepping()
    plain = opened(tmp_path, bvh_text(turns=turns, frames=120))
    names = {old: new for (old, *_), (new, *_) in zip(MIXAMO, _renamed(table), strict=True)}
    turns = {names[joint]: turn for joint, turn in turns.items()}
    other = opened(tmp_path, bvh_text(_renamed(table), turns, frames=120))
    np.testing.assert_allclose(other.joints, plain.joints, atol=1e-5)


def test_what_is_missing_is_named(tmp_path):
    bones = [bone for bone in MIXAMO if not bone[0].startswith("LeftFo") and bone[0] not in ("LeftToeBase", "LeftHand")]
    bones = [bone for bone in bones if bone[1] in {name for name, *_ in bones} | {""}]
    with pytest.raises(InputError, match=r"missing left foot, left forearm, left hand|left upper arm") as error:
        opened(tmp_path, bvh_text(bones, frames=2))
    assert "Mixamo" in str(error.value)
    with pytest.raises(InputError, match="head"):
        opened(
            tmp_path,
            "HIERARCHY\nROOT box\n{\nOFFSET 0 0 0\nCHANNELS 1 Xposition\n}\nMOTION\nFrames: 1\nFrame Time: .1\n0\n",
        )


def test_an_a_pose_at_rest_gives_the_same_dance(tmp_path):
    """The arms of the rest pose hang by 45 degrees; turned up again by the channels they must be straight out."""
    turn = {"Left": rotations.rotvec_to_matrix(np.array([0, 0, -np.pi / 4]))}
    turn["Right"] = turn["Left"].T
    bones = [
        (name, parent, tuple(turn[name[:4] if name[0] == "L" else name[:5]] @ np.array(offset)))
        if name.endswith(("ForeArm", "Hand", "Middle1"))
        else (name, parent, offset)
        for name, parent, offset in MIXAMO
    ]
    raised = {"LeftArm": (0, 0, 45), "RightArm": (0, 0, -45)}
    plain = opened(tmp_path, bvh_text(frames=20))
    a_pose = opened(tmp_path, bvh_text(bones, raised, frames=20))
    np.testing.assert_allclose(a_pose.joints, plain.joints, atol=1e-4)
    np.testing.assert_allclose(a_pose.motions[0].poses, plain.motions[0].poses, atol=1e-4)


def test_cmu_daz_names_without_toes():
    bones, ends = cmu_daz()
    source = source_of(bvh_text(bones, {"lForeArm": (0, -90, 0)}, ends=ends, unit=100, frames=4))
    assert "Daz" in source.kind
    performance = retarget.to_smpl(source, retarget.scale_of(source))
    np.testing.assert_allclose(np.degrees(performance.poses[0, INDEX["left_elbow"]]), [0, -90, 0], atol=1e-3)
    # The End Site is the ball of the foot, so feet are led as if there were toes.
    assert "left_foot" in source.roles


def cmu_31(tmp_path, lead=True, frames=90):
    """A standing figure on the splayed rig; frame 0 a T-pose, then legs straight, arms down."""
    straight = {"LeftUpLeg": (0, 0, -20), "RightUpLeg": (0, 0, 20), "Hips": (20, 0, 0)}
    turns = {joint: np.tile(np.array(turn, float), (frames, 1)) for joint, turn in straight.items()}
    turns["LeftArm"] = np.tile([0.0, 0, -75], (frames, 1))
    turns["RightArm"] = np.tile([0.0, 0, 75], (frames, 1))
    turns["LowerBack"] = np.tile([-20.0, 0, 0], (frames, 1))
    turns["LeftUpLeg"] = turns["LeftUpLeg"] + [-20.0, 0, 0]
    turns["RightUpLeg"] = turns["RightUpLeg"] + [-20.0, 0, 0]
    if lead:
        for joint in ("LeftArm", "RightArm", "Hips", "LowerBack"):
            turns[joint][0] = 0
        turns["LeftUpLeg"][0], turns["RightUpLeg"][0] = (0, 0, -20), (0, 0, 20)
    return bvh_text(cmu_motionbuilder(), turns, frames=frames, fps=120, order="ZYX")


def test_cmu_motionbuilder_stands_upright_and_loses_its_t_pose(tmp_path):
    text = cmu_31(tmp_path)
    source = source_of(text, 120.0)
    assert source.kind.startswith("CMU (MotionBuilder")
    assert source.lead == 1
    dance = opened(tmp_path, text)
    assert len(dance) == 89
    motion = dance.motions[0]
    _, world = kinematics.forward(rotations.rotvec_to_matrix(motion.poses), motion.translation.astype(np.float64))
    for foot in ("left_ankle", "right_ankle"):
        assert world[:, INDEX[foot], 1, 1].min() > np.cos(np.radians(4)), "feet must be level, not rolled by the splay"
    tip = np.degrees(np.arcsin(world[0, 0, 2, 1]))
    assert abs(tip) < 10, "the rig's tipped pelvis must stand upright"


def test_a_take_that_merely_begins_with_open_arms_keeps_its_first_frame(tmp_path):
    arms = np.stack([np.zeros(60), np.zeros(60), np.linspace(0, -40, 60)], axis=1)
    dance = opened(tmp_path, bvh_text(turns={"LeftArm": arms, "RightArm": -arms}, frames=60))
    assert len(dance) == 60


def test_ramp_out_of_a_t_pose_is_dropped(tmp_path):
    down = np.zeros((120, 3))
    down[:, 2] = -70 + 2 * np.sin(np.arange(120) / 9)
    down[:6, 2] = [0, -35, -50, -60, -66, -69]
    dance = opened(tmp_path, bvh_text(turns={"LeftArm": down, "RightArm": -down}, frames=120))
    assert 120 - len(dance) in (5, 6, 7)
    speed = np.linalg.norm(np.diff(dance.joints[0], axis=0), axis=-1).max() * 60
    assert speed < 2


def test_feet_stay_where_the_sources_are():
    """A wide pelvis swings the feet about: our hips are narrower, the feet must go as far all the same."""
    frames = 120
    yaw = 25 * np.sin(2 * np.pi * np.arange(frames) / 60)
    still = np.zeros(frames)
    wide = [(n, p, (np.sign(o[0]) * 0.14, *o[1:]) if n.endswith("UpLeg") else o) for n, p, o in MIXAMO]
    source = source_of(bvh_text(wide, {"Hips": np.stack([still, yaw, still], 1)}, frames=frames))
    scale = retarget.scale_of(source)
    performance = retarget.to_smpl(source, scale)
    joints = kinematics.joint_positions(performance.poses, performance.root)
    for side in ("left", "right"):
        ours, theirs = joints[:, INDEX[f"{side}_foot"]], scale * source.joint(f"{side}_foot")
        slide = np.linalg.norm(np.diff(theirs[:, [0, 2]], axis=0), axis=1).sum()
        assert slide > 0.5
        assert np.linalg.norm(np.diff((ours - theirs)[:, [0, 2]], axis=0), axis=1).sum() < 0.15 * slide


def test_the_floor_carries_every_frame(tmp_path):
    """A figure that sinks by 15 cm for a sixth of a second is stood back on the floor by bending its knees."""
    root = np.tile([0.0, 0.94, 0.0], (240, 1))
    root[100:110, 1] -= 0.15 * np.sin(np.linspace(0, np.pi, 10))
    dance = opened(tmp_path, bvh_text(frames=240, root=root))
    motion = dance.motions[0]
    joints, world = kinematics.forward(rotations.rotvec_to_matrix(motion.poses), motion.translation.astype(np.float64))
    assert floor.soles(world, joints).min() > -0.02
    assert abs(np.median(floor.soles(world, joints))) < 0.015
    assert dance.provenance.settings["most_foot_lift_m"][0] > 0.1
    assert motion.translation[:, 1].min() < np.median(motion.translation[:, 1]) - 0.1, "the body still goes down"


def test_jumps_stay_jumps(tmp_path):
    root = np.tile([0.0, 0.94, 0.0], (240, 1))
    root[60:90, 1] += 0.3 * np.sin(np.linspace(0, np.pi, 30))
    dance = opened(tmp_path, bvh_text(frames=240, root=root))
    height = dance.motions[0].translation[:, 1]
    assert height.max() - np.median(height) == pytest.approx(0.3 * smpl_leg_length() / LEG, rel=0.02)


def test_a_take_that_floats_comes_down(tmp_path):
    root = np.tile([0.0, 0.94, 0.0], (600, 1))
    root[:, 1] += np.clip(np.linspace(-0.1, 0.5, 600), 0, 0.4)
    dance = opened(tmp_path, bvh_text(frames=600, root=root))
    height = dance.motions[0].translation[:, 1]
    assert np.ptp(height) < 0.08
    assert dance.provenance.settings["most_drift_m"][0] > 0.2


def test_toes_bend_when_the_heel_rises(tmp_path):
    tiptoe = np.zeros((120, 3))
    tiptoe[:, 0] = 35 * np.clip(np.sin(np.arange(120) / 10), 0, None)
    dance = opened(tmp_path, bvh_text(turns={"LeftFoot": tiptoe, "RightFoot": tiptoe}, frames=120))
    motion = dance.motions[0]
    joints, world = kinematics.forward(rotations.rotvec_to_matrix(motion.poses), motion.translation.astype(np.float64))
    for side in ("left", "right"):
        toe = INDEX[f"{side}_foot"]
        tip = joints[:, toe, 1] + (world[:, toe] @ [0, -floor.rest_heights()[toe], floor.TOE_LENGTH_M])[:, 1]
        assert tip.min() > -0.015
        assert np.degrees(np.linalg.norm(motion.poses[:, toe], axis=1)).max() > 15


def strange_rig(frames=240):
    """The stepping figure, arms swinging, and a rig whose bones all lie along their own x axis."""
    time = np.arange(frames) / 60
    still = np.zeros(frames)
    swing = 40 * np.sin(2 * np.pi * time)
    turns = stepping(frames)
    turns["LeftForeArm"] = np.stack([still, -45 - swing, still], 1)
    turns["RightForeArm"] = np.stack([still, 45 - swing, still], 1)
    turns["LeftArm"] = np.stack([still, still, -50 + swing / 2], 1)
    turns["RightArm"] = np.stack([still, still, 50 + swing / 2], 1)
    source = source_of(bvh_text(turns=turns, frames=frames))
    # A rig's own axes: x along the bone for limbs, x up for the trunk.
    axes = {}
    for role, joint in source.roles.items():
        if role.endswith(("hip", "knee")):
            axes[joint] = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]]).T
        elif role.startswith("right") and role.endswith(("shoulder", "elbow", "wrist", "collar")):
            axes[joint] = np.diag([-1.0, -1.0, 1.0])
        elif role in ("spine3", "neck", "head"):
            axes[joint] = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    for joint in source.spine:
        axes[joint] = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    return source, axes


def test_a_rig_without_a_rest_pose_is_calibrated_from_its_dance():
    source, axes = strange_rig()
    turn = np.stack([axes.get(joint, np.eye(3)) for joint in range(len(source.rest_positions))])
    strange = source.orientations @ np.swapaxes(turn, -1, -2)
    count = len(source.rest_positions)
    rest = source.rest_positions
    offsets = {(a, b): turn[a] @ (rest[b] - rest[a]) for a in range(count) for b in range(count)}
    for side in ("left", "right"):
        wrist = source.roles[f"{side}_wrist"]
        offsets[wrist, -1] = turn[wrist] @ (source.hand_tips[0 if side == "left" else 1] - rest[wrist])
    across = {side: turn[source.roles[f"{side}_wrist"]] @ np.array([0.0, 0, 1]) for side in ("left", "right")}
    found = anatomy.calibration(source.roles, source.spine, offsets, strange, source.positions, across)
    expected = np.swapaxes(turn, -1, -2)
    for role, joint in source.roles.items():
        between = found[joint].T @ expected[joint]
        angle = np.degrees(np.arccos(np.clip((np.trace(between) - 1) / 2, -1, 1)))
        assert angle < 12, f"{role} is off by {angle:.0f} degrees"


def test_direction_errors_and_skate_by_hand():
    feet = np.zeros((61, 4, 3))
    assert retarget_report.skate(feet, 30.0) == 0.0
    sliding = feet.copy()
    sliding[:, :, 0] = np.arange(61)[:, None] * 0.02
    assert retarget_report.skate(sliding, 30.0) == 1.0
    pivot = feet.copy()
    pivot[:, :2, 0] = np.arange(61)[:, None] * 0.02  # the ankles move, the toes stand: turning on the ball
    assert retarget_report.skate(pivot, 30.0) == 0.0
    flying = sliding.copy()
    flying[5:, :, 1] = 0.5
    assert retarget_report.skate(flying, 30.0) < 0.1


def test_report_has_a_row_for_every_file_that_can_be_read(tmp_path):
    (tmp_path / "a.bvh").write_text(bvh_text(turns=stepping(), frames=120))
    (tmp_path / "broken.bvh").write_text("nothing")
    rows = retarget_report.report(tmp_path)
    assert [row["clip"] for row in rows] == ["a.bvh"]
    assert rows[0]["direction_mean_deg"] < 5
    assert "a.bvh" in retarget_report.table(rows)


@pytest.mark.parametrize(
    "clip",
    ["cmu/05_10", "cmu/49_17", "cmu/60_10", "cmu/61_10", "cmu/94_13", "rokoko/jesse_dance", "fair1/dab", "movin/test1"],
)
def test_real_takes_keep_directions_floor_and_feet(shared_data, clip):
    row = retarget_report.row(shared_data / "mocap" / f"{clip}.bvh")
    assert row["direction_mean_deg"] < 5
    assert row["lowest_sole_m"] > -0.02
    # Rokoko's ten seconds have 300 frames: one frame more or less is 5 %.
    assert row["skate"] <= 1.1 * row["skate_source"] + 0.005


def test_all_joints_have_a_role_or_a_rule():
    source = source_of(bvh_text(frames=2))
    assert not np.isnan(retarget.orientations(source)).any()
    assert len(JOINTS) == retarget.orientations(source).shape[1]
