"""The skeleton in torch: 6-D rotations, forward kinematics and headings of 151-d motion vectors, with gradients."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from demos.motion.skeleton import PARENTS, REST_OFFSETS
from demos.motion.vector import FPS, ROOT, ROTATIONS


def sixd_to_matrix(sixd: Tensor) -> Tensor:
    """(..., 6), a matrix's first two columns, not quite orthonormal -> (..., 3, 3) (Zhou et al. eq. 15)."""
    first = torch.nn.functional.normalize(sixd[..., :3], dim=-1)
    second = sixd[..., 3:] - (first * sixd[..., 3:]).sum(-1, keepdim=True) * first
    second = torch.nn.functional.normalize(second, dim=-1)
    return torch.stack([first, second, torch.cross(first, second, dim=-1)], dim=-1)


def joint_positions(vectors: Tensor) -> Tensor:
    """(..., 151) vectors -> (..., 24, 3) world positions, metres."""
    local = sixd_to_matrix(vectors[..., ROTATIONS].unflatten(-1, (24, 6)))
    offsets = torch.as_tensor(REST_OFFSETS, dtype=vectors.dtype, device=vectors.device)
    # All joints as far from the pelvis at once: nine products instead of forty-six.
    world, positions = [local[..., :1, :, :]], [vectors[..., None, ROOT]]
    for joints, places in _LEVELS:
        above = world[-1][..., places, :, :]
        positions.append(positions[-1][..., places, :] + (above @ offsets[joints][..., None])[..., 0])
        world.append(above @ local[..., joints, :, :])
    return torch.cat(positions, dim=-2)[..., _ORDER, :]


def _levels() -> tuple[list[tuple[list[int], list[int]]], list[int]]:
    """The joints by how many bones they are from the pelvis, each with its parent's place in the level above; and where
    each joint is when the levels follow one another."""
    levels: list[list[int]] = [[0]]
    while sum(map(len, levels)) < len(PARENTS):
        levels.append([joint for joint in range(len(PARENTS)) if PARENTS[joint] in levels[-1]])
    placed = [(level, [above.index(PARENTS[joint]) for joint in level]) for above, level in pairwise(levels)]
    flat = [joint for level in levels for joint in level]
    return placed, [flat.index(joint) for joint in range(len(PARENTS))]


_LEVELS, _ORDER = _levels()


def heading(vectors: Tensor) -> Tensor:
    """(..., 151) -> (...,) radians about y by which the pelvis is turned, 0 facing +z, left turns positive."""
    left = vectors[..., ROTATIONS][..., :3]  # the pelvis's own x axis
    return torch.atan2(-left[..., 2], left[..., 0])


def moved(vectors: Tensor, angle: Tensor, origin: Tensor) -> Tensor:
    """Vectors turned about the y axis through the world's middle, then shifted on the floor.

    vectors : (batch, frames, 151). angle : radians, (batch,) or, frame by frame, (batch, frames). origin : (batch, 2)
    or (batch, frames, 2) metres, x and z, added after turning.
    """
    if angle.ndim == 1:
        angle, origin = angle[:, None], origin[:, None]
    cos, sin = angle.cos()[..., None], angle.sin()[..., None]

    def turned(triples: Tensor) -> Tensor:
        x, y, z = triples[..., 0:1], triples[..., 1:2], triples[..., 2:3]
        return torch.cat([cos * x + sin * z, y, cos * z - sin * x], dim=-1)

    root = turned(vectors[..., ROOT])
    shift = torch.stack([origin[..., 0], torch.zeros_like(angle), origin[..., 1]], dim=-1)
    first, second = vectors[..., 7:10], vectors[..., 10:13]  # the pelvis's columns; other joints are relative to it
    return torch.cat([vectors[..., :4], root + shift, turned(first), turned(second), vectors[..., 13:]], dim=-1)


def canonical(vectors: Tensor, reference: Tensor) -> Tensor:
    """Vectors seen from where the first frame of `reference` (batch, frames, 151) stands: it faces +z in the middle."""
    angle = -heading(reference[:, 0])
    turned = moved(vectors, angle, torch.zeros_like(angle)[:, None].expand(-1, 2))
    start = moved(reference[:, :1], angle, torch.zeros_like(angle)[:, None].expand(-1, 2))[:, 0, ROOT]
    return moved(turned, torch.zeros_like(angle), -start[:, [0, 2]])


def placed(vectors: Tensor, reference: Tensor) -> Tensor:
    """The inverse of `canonical` for the same reference."""
    angle = heading(reference[:, 0])
    turned = moved(vectors, angle, torch.zeros_like(angle)[:, None].expand(-1, 2))
    return moved(turned, torch.zeros_like(angle), reference[:, 0, ROOT][:, [0, 2]])


class Ground(NamedTuple):
    """Where a dance goes and faces when its steps and swings are smoothed away: axes to see movement in.

    angle : (batch, frames) radians, without jumps. place : (batch, frames, 2) metres, x and z.
    """

    angle: Tensor
    place: Tensor


def ground_below(vectors: Tensor) -> Ground:
    """The ground below vectors (batch, frames, 151) at 30 fps."""
    smooth = torch.from_numpy(_smoothing(vectors.shape[1])).to(vectors)
    facing = heading(vectors)
    steps = torch.remainder(facing.diff(dim=1) + torch.pi, 2 * torch.pi) - torch.pi
    facing = torch.cat([facing[:, :1], facing[:, :1] + steps.cumsum(1)], dim=1)
    return Ground(facing @ smooth.T, smooth @ vectors[..., ROOT][..., [0, 2]])


def onto(vectors: Tensor, ground: Ground) -> Tensor:
    """Vectors (batch, frames, 151) as seen from the ground's axes, frame by frame."""
    back = torch.zeros_like(ground.place)
    shifted = moved(vectors, torch.zeros_like(ground.angle), -ground.place)
    return moved(shifted, -ground.angle, back)


def off(vectors: Tensor, ground: Ground) -> Tensor:
    """The inverse of `onto`."""
    return moved(vectors, ground.angle, ground.place)


GROUND_S = 0.8
"""Deviation of the bell that smooths a dance to its ground, as where the corpus lays its steps."""


@lru_cache(maxsize=8)
def _smoothing(frames: int) -> np.ndarray:
    """(frames, frames) float32: smooths columns."""
    return gaussian_filter1d(np.eye(frames), GROUND_S * FPS, axis=0, mode="nearest").astype(np.float32)
