"""The shipped body's facts, skinning against smplx and against a case done by hand, colours and shapes."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import smplx
import torch
from smplx.utils import Struct

from demos.body import body as bodies
from demos.body.body import PALETTES, PATH, Body, Region, colours, grounded, load_body, skin
from demos.motion.motion import Motion
from demos.motion.skeleton import (
    ANKLE_HEIGHT,
    INDEX,
    JOINTS,
    MIRROR,
    PARENTS,
    REST_HEIGHT,
    REST_OFFSETS,
    TOE_HEIGHT,
)


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    with np.load(PATH) as archive:
        return dict(archive)


@pytest.fixture(scope="module")
def body() -> Body:
    return load_body(path=PATH)


@pytest.fixture(scope="module")
def model(arrays) -> smplx.SMPL:
    return smplx.SMPL("", data_struct=Struct(**arrays))


def random_motion(frames: int = 12, scale: float = 0.5) -> Motion:
    random = np.random.default_rng(3)
    return Motion(random.normal(0, scale, (frames, 24, 3)), random.normal(0, 2, (frames, 3)), 30)


def through_smplx(model: smplx.SMPL, motion: Motion, betas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and joints, moved so that the pelvis is at the motion's translation as in the suite."""
    frames = len(motion)
    with torch.no_grad():
        result = model(
            betas=torch.tensor(np.tile(betas, (frames, 1)), dtype=torch.float32),
            global_orient=torch.tensor(motion.poses[:, 0]),
            body_pose=torch.tensor(motion.poses[:, 1:].reshape(frames, -1)),
            transl=torch.zeros(frames, 3),
        )
    joints = result.joints[:, :24].numpy()
    shift = motion.translation[:, None] - joints[:, :1]
    return result.vertices.numpy() + shift, joints + shift


def test_sizes(arrays):
    count, faces = len(arrays["v_template"]), len(arrays["f"])
    assert 7000 <= faces <= 14000
    assert arrays["shapedirs"].shape == (count, 3, 10)
    assert arrays["posedirs"].shape == (count, 3, 207)
    assert not arrays["posedirs"].any()
    assert arrays["J_regressor"].shape == (24, count)
    assert arrays["weights"].shape == (count, 24)
    assert tuple(arrays["kintree_table"][0, 1:]) == PARENTS[1:]
    assert PATH.stat().st_size < 6e6


def test_licence_notice_is_beside_the_file():
    notice = PATH.with_suffix(".md").read_text()
    assert "CC0" in notice
    assert "MakeHuman" in notice
    assert "demos.body.build" in notice


def test_weights_are_a_partition_of_unity_with_four_influences(arrays):
    weights = arrays["weights"]
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-5)
    assert weights.min() >= 0
    assert (weights > 0).sum(1).max() <= 4
    assert (weights.max(0) > 0.3).all(), "every joint moves something"


def test_rest_pose_is_the_convention_of_smpl(body):
    joint: dict[str, np.ndarray] = dict(zip(JOINTS, body.joints, strict=True))
    for side, sign in (("left", 1), ("right", -1)):
        arm = joint[f"{side}_wrist"] - joint[f"{side}_shoulder"]
        assert sign * arm[0] / np.linalg.norm(arm) > 0.999
        leg = joint[f"{side}_ankle"] - joint[f"{side}_hip"]
        assert -leg[1] / np.linalg.norm(leg) > 0.999
        assert joint[f"{side}_foot"][2] > joint[f"{side}_ankle"][2] + 0.1
    iris = body.vertices[body.regions == Region.IRIS].mean(0)
    assert iris[2] > joint["head"][2] + 0.05, "faces +z"
    assert 1.65 < np.ptp(body.vertices[:, 1]) < 1.75


def test_left_and_right_are_mirror_images(arrays):
    mirror = arrays["mirror"]
    flip = np.array([-1, 1, 1])
    assert (mirror[mirror] == np.arange(len(mirror))).all()
    np.testing.assert_allclose(arrays["v_template"][mirror] * flip, arrays["v_template"], atol=1e-6)
    np.testing.assert_allclose(arrays["shapedirs"][mirror] * flip[:, None], arrays["shapedirs"], atol=1e-6)
    np.testing.assert_allclose(arrays["weights"][mirror][:, list(MIRROR)], arrays["weights"], atol=1e-6)
    np.testing.assert_array_equal(arrays["regions"][mirror], arrays["regions"])
    faces = {tuple(sorted(face)) for face in arrays["f"].tolist()}
    assert {tuple(sorted(face)) for face in mirror[arrays["f"]].tolist()} == faces


def test_surface_is_sound(arrays):
    vertices, faces = arrays["v_template"].astype(np.float64), arrays["f"]
    assert len(np.unique(faces)) == len(vertices), "no stray vertex"
    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.linalg.norm(normals, axis=1) > 0).all()
    volume = np.sum(corners[:, 0] * normals) / 6
    assert 0.04 < volume < 0.09, "litres of a person, and faces wound outwards"
    directed = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    assert len(np.unique(directed, axis=0)) == len(directed), "each edge has one face on each side"


def test_joint_regressor_is_within_a_centimetre_of_makehumans_joints(arrays):
    """Bodies the build did not fit, as shape coefficients with their true joints."""
    betas, truth = arrays["check_betas"], arrays["check_joints"]
    shaped = arrays["v_template"] + np.einsum("vak,sk->sva", arrays["shapedirs"], betas)
    error = np.linalg.norm(arrays["J_regressor"] @ shaped - truth, axis=-1)
    assert len(betas) >= 50
    assert error.max() < 0.01
    assert error.mean() < 0.002
    np.testing.assert_allclose(arrays["J_regressor"].sum(1), 1, atol=1e-5)
    assert (arrays["J_regressor"] != 0).sum(1).max() < 200, "sparse"


def test_coefficients_are_about_standard_normal_and_adult(arrays):
    spread = arrays["check_betas"].std(0)
    assert ((spread > 0.5) & (spread < 2)).all()
    shaped = arrays["v_template"] + np.einsum("vak,sk->sva", arrays["shapedirs"], arrays["check_betas"])
    statures = np.ptp(shaped[:, :, 1], axis=1)
    assert 1.45 < statures.min() < 1.62
    assert 1.80 < statures.max() < 2.0


def test_skeleton_constants_are_those_of_this_body(body):
    np.testing.assert_allclose(body.offsets, REST_OFFSETS, atol=1e-4)
    np.testing.assert_allclose(REST_OFFSETS[list(MIRROR)] * [-1, 1, 1], REST_OFFSETS, atol=1e-6)
    height = body.joints[:, 1] - body.sole_y
    assert height[INDEX["pelvis"]] == pytest.approx(REST_HEIGHT, abs=1e-3)
    assert height[INDEX["left_ankle"]] == pytest.approx(ANKLE_HEIGHT, abs=1e-3)
    assert height[INDEX["right_foot"]] == pytest.approx(TOE_HEIGHT, abs=1e-3)


def test_both_soles_touch_the_floor(body):
    for ankle in ("left_ankle", "right_ankle"):
        foot = body.weights[:, INDEX[ankle]] > 0.9
        assert body.vertices[foot, 1].min() == pytest.approx(body.sole_y, abs=2e-3)


@pytest.mark.parametrize("shape", [np.zeros(10), np.linspace(-2, 2, 10)])
def test_agrees_with_smplx(model, shape):
    motion = random_motion()
    vertices, joints = through_smplx(model, motion, shape)
    shaped = load_body(shape, path=PATH)
    np.testing.assert_allclose(skin(shaped, motion), vertices, atol=1e-4)
    moved = bodies.joint_transforms(shaped, motion)
    ours = np.einsum("fjab,jb->fja", moved[..., :3], shaped.joints) + moved[..., 3]
    np.testing.assert_allclose(ours, joints, atol=1e-4)


def test_motion_joints_follow_the_mesh(model):
    motion = random_motion()
    _, joints = through_smplx(model, motion, np.zeros(10))
    np.testing.assert_allclose(motion.joints, joints, atol=1e-3)


def test_pose_offsets_are_used(arrays, tmp_path):
    random = np.random.default_rng(0)
    changed = arrays | {"posedirs": random.normal(0, 0.002, arrays["posedirs"].shape).astype(np.float32)}
    np.savez(tmp_path / "smpl.npz", **changed)
    motion = random_motion(frames=70)  # more than one block
    vertices, _ = through_smplx(smplx.SMPL("", data_struct=Struct(**changed)), motion, np.zeros(10))
    np.testing.assert_allclose(skin(load_body(path=tmp_path / "smpl.npz"), motion), vertices, atol=1e-4)


def stick(**changes) -> Body:
    """Two vertices: one carried by the pelvis, one shared evenly by pelvis and left hip."""
    joints = np.zeros((24, 3), np.float32)
    joints[1] = [0.1, 0, 0]
    weights = np.zeros((2, 24), np.float32)
    weights[0, 0] = 1
    weights[1, :2] = 0.5
    return Body(
        vertices=np.array([[0, 1, 0], [1.1, 0, 0]], np.float32),
        faces=np.zeros((1, 3), np.int32),
        weights=weights,
        joints=joints,
        regions=np.array([Region.HAIR, Region.TOP], np.uint8),
        **changes,
    )


def test_a_case_by_hand():
    """The hip turns 90 degrees about y: 1 m along x from it goes to 1 m along -z; the shared vertex half of the way."""
    poses = np.zeros((1, 24, 3))
    poses[0, 1] = [0, np.pi / 2, 0]
    result = skin(stick(), Motion(poses, np.array([[5.0, 1, 2]]), 30))
    np.testing.assert_allclose(result[0], [[5, 2, 2], [5.6, 1, 1.5]], atol=1e-6)


def test_colours_follow_the_regions():
    result = colours(stick(), "follow")
    np.testing.assert_array_equal(result, [PALETTES["follow"][Region.HAIR], PALETTES["follow"][Region.TOP]])
    own = colours(stick(), {Region.TOP: (1, 2, 3)})
    np.testing.assert_array_equal(own, [[0, 0, 0], [1, 2, 3]])


def test_every_region_is_worn_and_coloured(body):
    assert set(np.unique(body.regions)) == set(Region)
    for palette in PALETTES.values():
        assert set(palette) == set(Region)
    assert (
        colours(body, "lead")[body.regions == Region.TOP] != colours(body, "follow")[body.regions == Region.TOP]
    ).any()


def test_grounded_keeps_feet_on_the_floor_of_a_taller_body(body):
    motion = Motion(np.zeros((2, 24, 3)), np.array([[0, REST_HEIGHT, 0], [1, REST_HEIGHT + 0.3, 2]]), 30)
    assert grounded(body, motion) is motion
    tall = load_body(np.array([2.0]), path=PATH)
    standing = grounded(tall, motion)
    assert skin(tall, standing)[0, :, 1].min() == pytest.approx(0, abs=1e-3)
    np.testing.assert_array_equal(standing.translation[:, [0, 2]], motion.translation[:, [0, 2]])


def test_bodies_are_shared_and_cannot_be_written(body):
    assert load_body(np.zeros(10), path=PATH) is load_body(np.zeros(10), path=PATH)
    with pytest.raises(ValueError, match="read-only"):
        body.vertices[0] = 0


def test_the_hosts_own_file_is_used(monkeypatch, arrays, tmp_path):
    path = tmp_path / "own.npz"
    np.savez(path, **(arrays | {"v_template": arrays["v_template"] * 1.1}))
    monkeypatch.setattr(bodies, "settings", lambda: SimpleNamespace(smpl_path=Path(path)))
    assert np.ptp(load_body().vertices[:, 1]) == pytest.approx(1.1 * np.ptp(arrays["v_template"][:, 1]), rel=1e-5)


def test_too_many_coefficients():
    with pytest.raises(ValueError, match="10 shape coefficients"):
        load_body(np.zeros(11), path=PATH)


def test_limbs_keep_their_bulk_when_they_swing_wide(body):
    """Cross-sections through shoulder, hip, knee and elbow do not collapse: the surface near the joint keeps its
    distance from it."""
    for name, turn, least in (
        ("left_shoulder", [0, 0, np.radians(85)], 0.6),
        ("left_shoulder", [0, -np.radians(100), 0], 0.6),
        ("left_hip", [-np.radians(100), 0, 0], 0.55),
        ("left_hip", [0, 0, np.radians(85)], 0.6),
        ("left_knee", [np.radians(120), 0, 0], 0.5),
        ("left_elbow", [0, -np.radians(130), 0], 0.4),
    ):
        poses = np.zeros((1, 24, 3))
        poses[0, INDEX[name]] = turn
        motion = Motion(poses, np.zeros((1, 3)), 30)
        bent = skin(body, motion)[0] - motion.joints[0, INDEX[name]]
        rest = body.vertices - body.joints[0] - (body.joints[INDEX[name]] - body.joints[0])
        near = (body.weights[:, INDEX[name]] > 0.2) & (body.weights[:, INDEX[name]] < 0.8)
        kept = np.linalg.norm(bent[near], axis=1) / np.linalg.norm(rest[near], axis=1)
        assert np.percentile(kept, 5) > least, name
