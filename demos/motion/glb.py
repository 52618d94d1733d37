"""GLB (binary glTF 2.0): one or two skinned, animated dancers in one clip, for browsers and Blender.

Written directly: a file is one JSON object and one block of arrays, and no library at hand writes skins with
animation (trimesh reads and writes static scenes; pygltflib only wraps the JSON). glTF and this suite agree
on metres, y up, right-handed, facing +z, so nothing is converted.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from demos.body.body import PALETTES, Body, Region, load_body
from demos.motion import rotations
from demos.motion.dance import Dance
from demos.motion.motion import Motion
from demos.motion.skeleton import JOINTS, PARENTS

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


Palette = Mapping[Region, tuple[int, int, int]]

_ROUGHNESS = {Region.EYE: 0.15, Region.IRIS: 0.15, Region.SHOES: 0.5, Region.HAIR: 0.6, Region.LIPS: 0.6}
"""glTF's roughness, 0 mirror to 1 matt, of what is not plain cloth or skin."""


def write_glb(
    dance: Dance,
    path: str | Path,
    *,
    body: Body | None = None,
    colours: Sequence[str | Palette] | None = None,
) -> Path:
    """Write a dance as an animated GLB; parameters as in `to_bytes`."""
    path = Path(path)
    path.write_bytes(to_bytes(dance, body=body, colours=colours))
    return path


def to_bytes(dance: Dance, *, body: Body | None = None, colours: Sequence[str | Palette] | None = None) -> bytes:
    """A dance as the bytes of a GLB file.

    Each dancer is a tree of 24 nodes with SMPL's joint names ("a_" and "b_" before them for a couple), whose
    root is the pelvis, and one skinned mesh. At rest the nodes stand in a T-pose on the floor. The only
    animation, "dance", starts at 0 s and has a key a frame: the rotation of each joint and the translation of
    the pelvis, all linear. The `extras` of the scene carry fps, frames, beats, downbeats, song_sha256 and
    provenance.

    Parameters
    ----------
    body : the body of every dancer; the suite's own when None. The pose-dependent offsets of a real SMPL
        file are left out: glTF knows none.
    colours : for each dancer a name in `demos.body.body.PALETTES` or a palette of one's own; the first two
        palettes when None.
    """
    body = load_body() if body is None else body
    palettes = [PALETTES[c] if isinstance(c, str) else c for c in colours or PALETTES]
    if len(palettes) < len(dance.motions):
        raise ValueError(f"{len(dance.motions)} dancers need as many palettes, not {len(palettes)}")

    buffer = _Buffer()
    shared = _share(buffer, body, dance)
    file: dict[str, Any] = {key: [] for key in ("nodes", "meshes", "skins", "materials")}
    animation: dict[str, Any] = {"name": "dance", "channels": [], "samplers": []}
    roots: list[int] = []
    for motion, palette, dancer in zip(dance.motions, palettes, "ab", strict=False):
        prefix = f"{dancer}_" if len(dance.motions) > 1 else ""
        first = len(file["nodes"])
        roots += [first, first + len(JOINTS)]
        file["nodes"] += _joint_nodes(body, motion, first, prefix)
        _add_figure(file, shared, palette, first, prefix)
        _add_animation(buffer, animation, motion, first, shared.clock)
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


@dataclass(frozen=True)
class _Shared:
    """Indices of the accessors that all dancers use."""

    attributes: dict[str, int]
    regions: dict[Region, int]
    bind: int
    clock: int


def _share(buffer: _Buffer, body: Body, dance: Dance) -> _Shared:
    """The rest mesh with its indices by region, the inverse bind matrices and the time of each frame."""
    vertices, weights, faces = _cut(body)
    joints, shares = _influences(weights)
    normals = _normals(vertices, np.concatenate(list(faces.values())))
    attributes = {
        "POSITION": buffer.add(vertices.astype(np.float32), target=_VERTICES, bounds=True),
        "NORMAL": buffer.add(normals, target=_VERTICES),
        "JOINTS_0": buffer.add(joints, target=_VERTICES),
        "WEIGHTS_0": buffer.add(shares, target=_VERTICES, normalized=True),
    }
    # The largest value of the type is reserved for "restart the strip".
    index = np.uint16 if len(vertices) < 65535 else np.uint32
    regions = {region: buffer.add(part.ravel().astype(index), target=_INDICES) for region, part in faces.items()}
    inverse_bind = np.tile(np.eye(4, dtype=np.float32), (len(JOINTS), 1, 1))
    inverse_bind[:, :3, 3] = -body.joints
    times = (np.arange(len(dance)) / dance.fps).astype(np.float32)
    return _Shared(attributes, regions, buffer.add(inverse_bind), buffer.add(times, bounds=True))


def _add_figure(file: dict[str, Any], shared: _Shared, palette: Palette, first: int, prefix: str) -> None:
    """Append a dancer's mesh, its materials, and the skin that ties it to the 24 nodes from `first` on."""
    primitives = []
    for region, indices in shared.regions.items():
        material = len(file["materials"])
        primitives.append({"attributes": shared.attributes, "indices": indices, "material": material})
        file["materials"].append(_material(prefix + region.name.lower(), region, palette))
    skin: dict[str, Any] = {"name": f"{prefix}skeleton", "inverseBindMatrices": shared.bind}
    skin |= {"skeleton": first, "joints": list(range(first, first + len(JOINTS)))}
    name = f"{prefix}body"
    file["nodes"].append({"name": name, "mesh": len(file["meshes"]), "skin": len(file["skins"])})
    file["meshes"].append({"name": name, "primitives": primitives})
    file["skins"].append(skin)


def _cut(body: Body) -> tuple[np.ndarray, np.ndarray, dict[Region, np.ndarray]]:
    """The mesh cut along the borders of its regions: vertices (w, 3), weights (w, 24), faces by region.

    The body's vertices come first. Every edge between two regions gets another in its middle, and the border
    runs through these: whole triangles would leave it like the teeth of a saw.
    """
    regions, faces = body.regions, body.faces
    edges = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]], axis=2).reshape(-1, 2)
    crossing = regions[edges[:, 0]] != regions[edges[:, 1]]
    ends, which = np.unique(edges[crossing], axis=0, return_inverse=True)
    middles = np.full(len(edges), -1)
    middles[crossing] = len(body.vertices) + which.ravel()
    vertices = np.concatenate([body.vertices, body.vertices[ends].mean(axis=1)])
    weights = np.concatenate([body.weights, body.weights[ends].mean(axis=1)])

    mixed = crossing.reshape(-1, 3).any(axis=1)
    parts = {region: [faces[~mixed & (regions[faces[:, 0]] == region)]] for region in Region}
    for face, middle in zip(faces[mixed], middles.reshape(-1, 3)[mixed], strict=True):
        for region, piece in _pieces(face, middle, regions):
            parts[Region(region)].append(np.array([piece], faces.dtype))
    joined = {region: np.concatenate(pieces) for region, pieces in parts.items()}
    return vertices, weights, {region: piece for region, piece in joined.items() if len(piece)}


def _pieces(face: np.ndarray, middle: np.ndarray, regions: np.ndarray) -> list[tuple[int, tuple]]:
    """A triangle of several regions in pieces; middle (3,): the vertex on edge ab, bc and ca, or -1."""
    if (middle >= 0).all():
        (a, b, c), (ab, bc, ca) = face, middle
        corners = [(regions[a], (a, ab, ca)), (regions[b], (b, bc, ab)), (regions[c], (c, ca, bc))]
        return [*corners, (regions[a], (ab, bc, ca))]
    turn = int(np.flatnonzero(middle < 0)[0]) - 1  # so that the uncut edge is bc
    (a, b, c), (ab, _, ca) = np.roll(face, -turn), np.roll(middle, -turn)
    return [(regions[a], (a, ab, ca)), (regions[b], (ab, b, c)), (regions[b], (ab, c, ca))]


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


def _add_animation(buffer: _Buffer, animation: dict[str, Any], motion: Motion, first: int, clock: int) -> None:
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


def _material(name: str, region: Region, palette: Palette) -> dict[str, Any]:
    colour = [round(float(value), 5) for value in _linear(np.array(palette[region]) / 255)]
    roughness = _ROUGHNESS.get(region, 0.85)
    shading = {"baseColorFactor": [*colour, 1.0], "metallicFactor": 0.0, "roughnessFactor": roughness}
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
    return header + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(block), b"BIN\0") + block
