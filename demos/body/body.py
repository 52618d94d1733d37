"""The dancers' body: an SMPL-format mesh on the suite's skeleton, its shape, its colours and its skinning.

The shipped `assets/body.npz` is made by `demos.body.build`; `DANCEFLOOR_SMPL` names a real SMPL file instead.
Rest pose: T-pose, arms along +-x (left = +x), y up, facing +z; metres. The pose is SMPL's: axis-angle per joint.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from pathlib import Path

import numpy as np

from demos.body.smpl_file import SmplData, read_smpl
from demos.motion import kinematics, rotations
from demos.motion.motion import Motion
from demos.motion.skeleton import REST_HEIGHT
from demos.runtime.compiled import compiled
from demos.runtime.settings import ASSETS, settings

PATH = ASSETS / "body.npz"


class Region(IntEnum):
    """What a vertex belongs to; the values are stored in `assets/body.npz` as `regions`."""

    SKIN = 0
    TOP = 1
    LEGGINGS = 2
    SHOES = 3
    HAIR = 4
    EYE = 5
    IRIS = 6
    LIPS = 7
    BROWS = 8


DANCERS = ("#ff6b57", "#27c4b0")
"""Coral leads, teal follows: the same two colours everywhere in the suite."""


def rgb(colour: str) -> tuple[int, int, int]:
    """'#rrggbb' as three bytes."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _palette(colours: dict[Region, str]) -> dict[Region, tuple[int, int, int]]:
    return {region: rgb(colour) for region, colour in colours.items()}


# Clothes differ in hue and in lightness, so that the two can be told apart without colour vision.
PALETTES: dict[str, dict[Region, tuple[int, int, int]]] = {
    "lead": _palette({
        Region.SKIN: "#d9a184", Region.TOP: DANCERS[0], Region.LEGGINGS: "#a5324c", Region.SHOES: "#f3e6d8",
        Region.HAIR: "#4a2c22", Region.EYE: "#f1ece4", Region.IRIS: "#33241d", Region.LIPS: "#b96a5d",
        Region.BROWS: "#4a3026",
    }),
    "follow": _palette({
        Region.SKIN: "#a9714f", Region.TOP: DANCERS[1], Region.LEGGINGS: "#1d6b82", Region.SHOES: "#f3e6d8",
        Region.HAIR: "#241a1c", Region.EYE: "#f1ece4", Region.IRIS: "#2a1d18", Region.LIPS: "#8c4f43",
        Region.BROWS: "#241a1c",
    }),
}  # fmt: skip
"""Two distinguishable dancers: name -> region -> sRGB bytes."""


@dataclass(frozen=True, eq=False)
class Body:
    """A body at rest.

    vertices : (v, 3) float32 metres, T-pose, pelvis near the origin. faces : (f, 3) int32, counter-clockwise outside.
    weights : (v, 24) float32, rows sum to 1. joints : (24, 3) float32 metres, of this shape.
    regions : (v,) uint8, values of Region; all TOP for a body that has none.
    pose_offsets : (v, 3, 207) float32 metres per entry of (rotation - identity), or None.
    """

    vertices: np.ndarray
    faces: np.ndarray
    weights: np.ndarray
    joints: np.ndarray
    regions: np.ndarray
    pose_offsets: np.ndarray | None = None
    influences: tuple[np.ndarray, np.ndarray] = field(init=False, repr=False)
    """Joint indices and weights, (v, k) each: the k largest non-zero weights, k the most any vertex has."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "influences", _influences(self.weights))
        for array in (self.vertices, self.faces, self.weights, self.joints, self.regions, *self.influences):
            array.flags.writeable = False  # bodies are cached and shared

    @property
    def offsets(self) -> np.ndarray:
        """(24, 3) metres: each joint relative to its parent; the pelvis is 0."""
        offsets = self.joints - self.joints[np.maximum(kinematics.PARENTS, 0)]
        return offsets.astype(np.float32)

    @property
    def sole_y(self) -> float:
        """Height of the lowest vertex at rest, in the body's own frame."""
        return float(self.vertices[:, 1].min())


def _influences(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    count = max(1, int((weights > 0).sum(1).max()))
    index = np.argsort(-weights, axis=1, kind="stable")[:, :count]
    value = np.take_along_axis(weights, index, axis=1)
    return np.ascontiguousarray(index, np.int32), np.ascontiguousarray(value, np.float32)


def load_body(betas: np.ndarray | None = None, *, path: Path | None = None) -> Body:
    """The body of a shape: up to 10 coefficients, about N(0, 1) each; None is the neutral dancer.

    `path` is an SMPL file; by default the host's own (`DANCEFLOOR_SMPL`) or the shipped one. Raises InputError when
    the file is not SMPL.
    """
    if path is None:
        path = settings().smpl_path or PATH
    path = Path(path)
    coefficients = () if betas is None else tuple(float(b) for b in np.asarray(betas, np.float64).ravel())
    return _shaped(path, path.stat().st_mtime_ns if path.exists() else 0, coefficients)


@lru_cache(maxsize=8)
def _data(path: Path, _modified: int) -> SmplData:
    return read_smpl(path)


@lru_cache(maxsize=16)
def _shaped(path: Path, modified: int, betas: tuple[float, ...]) -> Body:
    data = _data(path, modified)
    count = data.shapes.shape[2]
    if len(betas) > count:
        raise ValueError(f"this body has {count} shape coefficients, not {len(betas)}")
    vertices = data.template + data.shapes[:, :, : len(betas)] @ np.array(betas, np.float64)
    return Body(
        vertices=vertices.astype(np.float32),
        faces=data.faces,
        weights=data.weights,
        joints=(data.regressor @ vertices).astype(np.float32),
        regions=data.regions,
        pose_offsets=data.pose_offsets,
    )


def colours(body: Body, palette: str | dict[Region, tuple[int, int, int]] = "lead") -> np.ndarray:
    """(v, 3) uint8 sRGB of every vertex, by name in PALETTES or by a palette of one's own."""
    chosen = PALETTES[palette] if isinstance(palette, str) else palette
    table = np.zeros((max(Region) + 1, 3), np.uint8)
    for region, colour in chosen.items():
        table[region] = colour
    return table[body.regions]


def joint_transforms(body: Body, motion: Motion) -> np.ndarray:
    """(frames, 24, 3, 4) float32: where each joint takes a rest vertex of the body, into the world."""
    rotation = rotations.rotvec_to_matrix(motion.poses)
    position, orientation = kinematics.forward(
        rotation, np.asarray(motion.translation, np.float64), body.offsets.astype(np.float64)
    )
    shift = position - np.einsum("fjab,jb->fja", orientation, body.joints.astype(np.float64))
    return np.concatenate([orientation, shift[..., None]], axis=-1).astype(np.float32)


def grounded(body: Body, motion: Motion) -> Motion:
    """The motion at the pelvis height of another body: vertical travel scaled by leg length, so that feet that stood
    on the floor with the suite's skeleton do so with this body. The neutral dancer's motion is unchanged."""
    ratio = (body.joints[0, 1] - body.sole_y) / REST_HEIGHT
    if abs(ratio - 1) < 1e-3:
        return motion
    return Motion(motion.poses, motion.translation * np.array([1, ratio, 1], np.float32), motion.fps)


def skin(body: Body, motion: Motion) -> np.ndarray:
    """(frames, v, 3) float32 world vertices of a motion: linear blend skinning.

    The pelvis joint lands on `motion.translation`. SMPL's pose offsets are added when the body has them.
    """
    transforms = joint_transforms(body, motion)
    index, weight = body.influences
    if body.pose_offsets is None:
        return _blend(body.vertices[None], index, weight, transforms)
    rotation = rotations.rotvec_to_matrix(motion.poses[:, 1:]) - np.eye(3)
    basis = body.pose_offsets.reshape(-1, body.pose_offsets.shape[-1])
    result = np.empty((len(motion), len(body.vertices), 3), np.float32)
    for start in range(0, len(motion), 64):  # bounds the memory of a long dance
        stop = min(start + 64, len(motion))
        feature = rotation[start:stop].reshape(stop - start, -1).astype(np.float32)
        bent = body.vertices[None] + (feature @ basis.T).reshape(stop - start, -1, 3)
        result[start:stop] = _blend(bent, index, weight, transforms[start:stop])
    return result


@compiled
def _blend(rest: np.ndarray, index: np.ndarray, weight: np.ndarray, transforms: np.ndarray) -> np.ndarray:
    """rest (1 or frames, v, 3), index and weight (v, k), transforms (frames, 24, 3, 4) -> (frames, v, 3)."""
    frames, vertices = len(transforms), len(index)
    result = np.empty((frames, vertices, 3), np.float32)
    step = 1 if len(rest) > 1 else 0
    for f in range(frames):
        own = f * step
        for v in range(vertices):
            x, y, z = rest[own, v, 0], rest[own, v, 1], rest[own, v, 2]
            a = b = c = np.float32(0)
            for k in range(index.shape[1]):
                w = weight[v, k]
                if w == 0:
                    break  # sorted: the rest is zero as well
                m = transforms[f, index[v, k]]
                a += w * (m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3])
                b += w * (m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3])
                c += w * (m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3])
            result[f, v, 0], result[f, v, 1], result[f, v, 2] = a, b, c
    return result
