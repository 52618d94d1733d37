"""GLB (binary glTF 2.0): one or two skinned, animated dancers in one clip, for browsers and Blender.

Written directly: a file is one JSON object and one block of arrays, and no library at hand writes skins with
animation (trimesh reads and writes static scenes; pygltflib only wraps the JSON). glTF and this suite agree
on metres, y up, right-handed, facing +z, so nothing is converted.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.motion import rotations
from demos.motion.dance import Dance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, JOINTS, PARENTS

if TYPE_CHECKING:
    from demos.body.body import Body

# glTF's numbers for component types and buffer uses (glTF 2.0 specification, 3.6.2 and 3.6.1).
_COMPONENT = {np.dtype(np.uint8): 5121, np.dtype(np.uint16): 5123, np.dtype(np.uint32): 5125}
_COMPONENT[np.dtype(np.float32)] = 5126
_VERTICES, _INDICES = 34962, 34963
_TYPE = {(): "SCALAR", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4"}


class _Buffer:
    """The binary block of a GLB as it grows, with the bufferViews and accessors that describe it."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def add(
        self, array: np.ndarray, *, target: int | None = None, normalized: bool = False, bounds: bool = False
    ) -> int:
        """Append an array, one element a row, and return the index of its accessor."""
        shape = array.shape[1:]
        # Matrices are stored column by column.
        rows = np.ascontiguousarray(np.swapaxes(array, 1, 2) if shape == (4, 4) else array)
        self.data.extend(b"\0" * (-len(self.data) % 4))
        view: dict[str, Any] = {"buffer": 0, "byteOffset": len(self.data), "byteLength": rows.nbytes}
        if target is not None:
            view["target"] = target
        accessor: dict[str, Any] = {
            "bufferView": len(self.views),
            "componentType": _COMPONENT[rows.dtype],
            "count": len(rows),
            "type": _TYPE[shape],
        }
        if normalized:
            accessor["normalized"] = True
        if bounds:
            accessor["min"] = np.atleast_1d(rows.min(axis=0)).tolist()
            accessor["max"] = np.atleast_1d(rows.max(axis=0)).tolist()
        self.data.extend(rows.tobytes())
        self.views.append(view)
        self.accessors.append(accessor)
        return len(self.accessors) - 1


Colour = tuple[float, float, float]
COLOURS: tuple[Colour, Colour] = ((0.93, 0.36, 0.30), (0.17, 0.55, 0.69))
"""sRGB 0..1: the clothes of the first and the second dancer."""

_SKIN: Colour = (0.86, 0.66, 0.54)
_SHOES: Colour = (0.16, 0.15, 0.18)
_DRESSED = {
    "trousers": ("pelvis", "left_hip", "right_hip", "left_knee", "right_knee"),
    "shoes": ("left_ankle", "right_ankle", "left_foot", "right_foot"),
    "top": ("spine1", "spine2", "spine3", "left_collar", "right_collar", "left_shoulder", "right_shoulder"),
}
"""What covers the part of the body that a joint moves most; the rest (head, forearms, hands) is skin."""


def write_glb(
    dance: Dance, path: str | Path, *, body: Body | None = None, colours: Sequence[Colour] | None = None
) -> Path:
    """Write a dance as an animated GLB; parameters as in `to_bytes`."""
    path = Path(path)
    path.write_bytes(to_bytes(dance, body=body, colours=colours))
    return path


def to_bytes(dance: Dance, *, body: Body | None = None, colours: Sequence[Colour] | None = None) -> bytes:
    """A dance as the bytes of a GLB file.

    Each dancer is a tree of 24 nodes with SMPL's joint names ("a_" and "b_" before them for a couple), whose
    root is the pelvis, and one skinned mesh. At rest the nodes stand in a T-pose on the floor. The only
    animation, "dance", starts at 0 s and has a key a frame: the rotation of each joint and the translation of
    the pelvis, all linear. The scene's `extras` carry fps, frames, beats, downbeats, song_sha256 and provenance.

    Parameters
    ----------
    body : the body of every dancer; the suite's own when None.
    colours : sRGB 0..1, the clothes of each dancer; `COLOURS` when None.
    """
    if body is None:
        from demos.body.body import load_body

        body = load_body()
    colours = COLOURS if colours is None else colours
    if len(colours) < len(dance.motions):
        raise ValueError(f"{len(dance.motions)} dancers need as many colours, not {len(colours)}")

    buffer = _Buffer()
    attributes, regions = _add_mesh(buffer, body)
    inverse_bind = np.tile(np.eye(4, dtype=np.float32), (len(JOINTS), 1, 1))
    inverse_bind[:, :3, 3] = -body.joints
    bind = buffer.add(inverse_bind)
    clock = buffer.add(np.arange(len(dance), dtype=np.float32) / np.float32(dance.fps), bounds=True)

    file: dict[str, Any] = {key: [] for key in ("nodes", "meshes", "skins", "materials")}
    animation: dict[str, Any] = {"name": "dance", "channels": [], "samplers": []}
    roots: list[int] = []
    for motion, colour, dancer in zip(dance.motions, colours, "ab", strict=False):
        prefix = f"{dancer}_" if len(dance.motions) > 1 else ""
        first = len(file["nodes"])
        roots += [first, first + len(JOINTS)]
        file["nodes"] += _joint_nodes(body, motion, first, prefix)
        file["nodes"].append(
            {"name": f"{prefix}body", "mesh": len(file["meshes"]), "skin": len(file["skins"])}
        )
        file["meshes"].append({"name": f"{prefix}body", "primitives": []})
        for region, indices in regions.items():
            primitive = {"attributes": attributes, "indices": indices, "material": len(file["materials"])}
            file["meshes"][-1]["primitives"].append(primitive)
            file["materials"].append(_material(f"{prefix}{region}", region, colour))
        joints = list(range(first, first + len(JOINTS)))
        file["skins"].append(
            {"name": f"{prefix}skeleton", "inverseBindMatrices": bind, "skeleton": first, "joints": joints}
        )
        _add_animation(buffer, animation, motion, first, clock)

    document = {
        "asset": {"version": "2.0", "generator": "Dancefloor"},
        "scene": 0,
        "scenes": [{"name": "dance", "nodes": roots, "extras": _extras(dance)}],
        **file,
        "animations": [animation],
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": [{"byteLength": len(buffer.data) + -len(buffer.data) % 4}],
    }
    return _container(document, buffer.data)


def _add_mesh(buffer: _Buffer, body: Body) -> tuple[dict[str, int], dict[str, int]]:
    """The rest mesh, shared by all dancers: vertex attributes, and one list of indices a region."""
    joints, weights = _influences(body.weights)
    attributes = {
        "POSITION": buffer.add(np.asarray(body.vertices, np.float32), target=_VERTICES, bounds=True),
        "NORMAL": buffer.add(_normals(body.vertices, body.faces), target=_VERTICES),
        "JOINTS_0": buffer.add(joints, target=_VERTICES),
        "WEIGHTS_0": buffer.add(weights, target=_VERTICES, normalized=True),
    }
    # The largest value of the type is reserved for "restart the strip".
    index = np.uint16 if len(body.vertices) < 65535 else np.uint32
    regions = {
        region: buffer.add(faces.ravel().astype(index), target=_INDICES)
        for region, faces in _dress(body).items()
        if len(faces)
    }
    return attributes, regions


def _dress(body: Body) -> dict[str, np.ndarray]:
    """Faces (f, 3) of each region, by the joint that moves them most."""
    wearer = body.weights[body.faces].sum(axis=1).argmax(axis=1)
    covered = {name: np.isin(wearer, [INDEX[joint] for joint in joints]) for name, joints in _DRESSED.items()}
    covered["skin"] = ~np.any(list(covered.values()), axis=0)
    return {name: body.faces[mask] for name, mask in covered.items()}


def _influences(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (v, 24) -> four strongest joints (v, 4) uint8 and shares (v, 4) uint16 that sum to 65535."""
    joints = np.argsort(-weights, axis=1, kind="stable")[:, :4]
    share = np.take_along_axis(weights, joints, axis=1).astype(np.float64)
    share = np.floor(share / share.sum(axis=1, keepdims=True) * 65535).astype(np.int64)
    share[:, 0] += 65535 - share.sum(axis=1)
    return np.where(share > 0, joints, 0).astype(np.uint8), share.astype(np.uint16)


def _normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Unit vertex normals (v, 3) float32, faces weighted by area."""
    corners = np.asarray(vertices, np.float64)[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros(vertices.shape)
    for corner in range(3):
        np.add.at(total, faces[:, corner], normal)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    # A vertex that no face uses has no normal; the format still asks for a unit vector.
    return np.where(length > 0, total / np.where(length > 0, length, 1), [0, 1, 0]).astype(np.float32)


def _joint_nodes(body: Body, motion: Motion, first: int, prefix: str) -> list[dict[str, Any]]:
    """The 24 nodes of a dancer at rest: in a T-pose, on the floor where the dance begins."""
    offsets = np.array(body.joints, np.float64)
    offsets[1:] -= body.joints[list(PARENTS[1:])]
    x, z = motion.translation[0, [0, 2]]
    offsets[0] = x, body.joints[0, 1] - body.vertices[:, 1].min(), z
    nodes: list[dict[str, Any]] = []
    for joint, name in enumerate(JOINTS):
        node: dict[str, Any] = {"name": prefix + name, "translation": offsets[joint].tolist()}
        children = [first + child for child, parent in enumerate(PARENTS) if parent == joint]
        if children:
            node["children"] = children
        nodes.append(node)
    return nodes


def _add_animation(
    buffer: _Buffer, animation: dict[str, Any], motion: Motion, first: int, clock: int
) -> None:
    """Append a dancer's channels: 24 rotations and the pelvis' translation."""

    def channel(node: int, path: str, values: np.ndarray) -> None:
        sampler = {"input": clock, "output": buffer.add(values), "interpolation": "LINEAR"}
        target = {"sampler": len(animation["samplers"]), "target": {"node": node, "path": path}}
        animation["samplers"].append(sampler)
        animation["channels"].append(target)

    channel(first, "translation", motion.translation)
    quaternions = _continuous(rotations.rotvec_to_quaternion(motion.poses))[..., [1, 2, 3, 0]]
    for joint in range(len(JOINTS)):
        channel(first + joint, "rotation", quaternions[:, joint].astype(np.float32))


def _continuous(quaternions: np.ndarray) -> np.ndarray:
    """Quaternions (frames, joints, 4) with signs chosen so that neighbouring keys lie on the same side."""
    flips = np.where(np.sum(quaternions[1:] * quaternions[:-1], axis=-1) < 0, -1.0, 1.0)
    signs = np.concatenate([np.ones_like(quaternions[:1, :, 0]), np.cumprod(flips, axis=0)])
    return quaternions * signs[..., None]


def _material(name: str, region: str, colour: Colour) -> dict[str, Any]:
    """A matt material: the dancer's colour on top, a darker one below, skin and shoes as everybody's."""
    darker: Colour = (0.45 * colour[0], 0.45 * colour[1], 0.45 * colour[2])
    srgb = {"top": colour, "trousers": darker, "skin": _SKIN, "shoes": _SHOES}[region]
    factor = [round(float(value), 5) for value in _linear(np.array(srgb))]
    shading = {"baseColorFactor": [*factor, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.8}
    return {"name": name, "pbrMetallicRoughness": shading}


def _linear(srgb: np.ndarray) -> np.ndarray:
    """sRGB 0..1 -> linear light 0..1, the transfer function of IEC 61966-2-1."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _extras(dance: Dance) -> dict[str, Any]:
    return {
        "fps": dance.fps,
        "frames": len(dance),
        "beats": np.round(dance.beats, 6).tolist(),
        "downbeats": np.round(dance.downbeats, 6).tolist(),
        "song_sha256": dance.song_sha256,
        "provenance": json.loads(dance.provenance.to_json()),
    }


def _container(document: dict[str, Any], binary: bytearray) -> bytes:
    """JSON and binary chunks behind the 12-byte header (glTF 2.0 specification, 4.4)."""
    text = json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    block = bytes(binary) + b"\0" * (-len(binary) % 4)
    total = 12 + 8 + len(text) + 8 + len(block)
    header = struct.pack("<4sII", b"glTF", 2, total)
    return (
        header
        + struct.pack("<I4s", len(text), b"JSON")
        + text
        + struct.pack("<I4s", len(block), b"BIN\0")
        + block
    )
