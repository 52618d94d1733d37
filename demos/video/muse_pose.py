"""Poses of a shape: 35 numbers a frame, and where they take any point - bend, squash, tilt, turn, lift, swing of limbs.

A pose moves control points by chains - whole figure, axis, limbs - so that no pose can tear a figure or let it grow.
All functions take numpy arrays; demos.video.muse_model has the same chain for training where it is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.video.muse_shape import CORE, LIMB_POINTS, LIMBS, Shape

FPS = 30.0
WHOLE = {"x": 0, "y": 1, "tilt": 2, "squash": 3, "cosine": 4, "sine": 5}
"""Columns of a state: shift and lift (units), tilt (radians, positive leans to the picture's left), squash (log of the
height's factor), and the turn about the upright axis as cosine - 1 and sine."""
BEND = slice(6, 6 + CORE - 1)
"""How far each stretch of the axis is turned against the one below, radians, positive to the left."""
LIMB = slice(BEND.stop, BEND.stop + 3 * LIMBS)
"""Of each limb: swing at the root and bend at the middle (radians, positive anticlockwise), stretch (log)."""
STATE = LIMB.stop
NAMES = (*WHOLE, *(f"bend {k}" for k in range(CORE - 1)),
         *(f"limb {k} {name}" for k in range(LIMBS) for name in ("swing", "bend", "stretch")))  # fmt: skip
ROUND = 0.75
"""What grows taller by a factor grows thinner by this power of it: 1 would keep the area, 0.5 a round body's volume."""
THINNEST = 0.14
"""Share of its width that a figure seen from the side keeps."""


@dataclass(frozen=True, eq=False)
class Binding:
    """How points follow a shape's chains. places : (v, 2) units at rest. high : (v,) 0 to CORE - 1, where on the axis.
    limb : (v,) slot or -1. root, middle : (v,) 0 to 1, how far a point follows the limb's swing, and its bend."""

    places: np.ndarray
    high: np.ndarray
    limb: np.ndarray
    root: np.ndarray
    middle: np.ndarray


def bind_points(shape: Shape) -> Binding:
    """The control points themselves."""
    limb = np.repeat(np.arange(LIMBS), LIMB_POINTS)
    limb = np.concatenate([np.full(CORE, -1), np.where(shape.present[limb], limb, -1)])
    ranks = np.tile(np.arange(LIMB_POINTS), LIMBS)
    root = np.concatenate([np.zeros(CORE), np.where(ranks > 0, 1.0, 0.0)]) * (limb >= 0)
    middle = np.concatenate([np.zeros(CORE), np.where(ranks > 1, 1.0, 0.0)]) * (limb >= 0)
    return bind(shape, shape.points.astype(np.float64), limb, root, middle)


def bind(shape: Shape, places: np.ndarray, limb: np.ndarray, root: np.ndarray, middle: np.ndarray) -> Binding:
    """Points that follow limbs, with their place on the axis: a free limb's all go with its root."""
    high = places[:, 1] / shape.height
    slot = np.maximum(limb, 0)
    free = (limb >= 0) & ~shape.held[slot]
    at_root = shape.limbs[slot, 0, 1] / shape.height
    high = np.where(free, (1 - root) * high + root * at_root, high)
    return Binding(places, np.clip(high, 0, 1) * (CORE - 1), limb, root, middle)


def deform(shape: Shape, binding: Binding, states: np.ndarray) -> np.ndarray:
    """Where bound points go: states (frames, 35) -> (frames, v, 2) units."""
    points = np.repeat(binding.places[None], len(states), axis=0)
    points = _limbs(shape, binding, states, points)
    grown = np.exp(states[:, WHOLE["squash"], None])
    points[..., 1] *= grown
    points[..., 0] /= grown**ROUND
    points = _bent(shape, binding, states, points, grown)
    tilt = states[:, WHOLE["tilt"], None]
    x, y = points[..., 0], points[..., 1]
    x, y = np.cos(tilt) * x - np.sin(tilt) * y, np.sin(tilt) * x + np.cos(tilt) * y
    facing = 1 + states[:, WHOLE["cosine"], None]
    facing = np.where(np.abs(facing) < THINNEST, np.where(facing < 0, -THINNEST, THINNEST), np.clip(facing, -1, 1))
    return np.stack([facing * x + states[:, :1], y + states[:, 1:2]], axis=-1)


def control_points(shape: Shape, states: np.ndarray) -> np.ndarray:
    """(frames, 30, 2) units: the control points in time."""
    return deform(shape, bind_points(shape), states)


def _limbs(shape: Shape, binding: Binding, states: np.ndarray, points: np.ndarray) -> np.ndarray:
    for slot in np.flatnonzero(shape.present):
        own = np.flatnonzero(binding.limb == slot)
        if len(own) == 0:
            continue
        swing, bend, stretch = (states[:, LIMB.start + 3 * slot + k, None] for k in range(3))
        root, middle, tip = (shape.limbs[slot, k].astype(np.float64) for k in range(3))
        part = points[:, own]
        part = _turned(part, middle, bend * binding.middle[own])
        part = _turned(part, root, swing * binding.root[own])
        way = tip - root
        way = way / max(float(np.linalg.norm(way)), 1e-6)
        heading = np.stack([np.cos(swing) * way[0] - np.sin(swing) * way[1],
                            np.sin(swing) * way[0] + np.cos(swing) * way[1]], axis=-1)  # fmt: skip
        reach = ((part - root) * heading).sum(axis=-1)
        part = part + ((np.exp(stretch) - 1) * binding.root[own] * reach)[..., None] * heading
        points[:, own] = part
    return points


def _turned(points: np.ndarray, about: np.ndarray, angle: np.ndarray) -> np.ndarray:
    x, y = points[..., 0] - about[0], points[..., 1] - about[1]
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack([cosine * x - sine * y + about[0], sine * x + cosine * y + about[1]], axis=-1)


def _bent(
    shape: Shape, binding: Binding, states: np.ndarray, points: np.ndarray, grown: np.ndarray
) -> np.ndarray:  # fmt: skip
    """Points carried along by the bent axis: its stretches turn one after another, and what hangs on them with them."""
    angles = np.cumsum(states[:, BEND], axis=1)
    fine = 4
    step = shape.height / ((CORE - 1) * fine)
    grid = np.linspace(0, CORE - 1, (CORE - 1) * fine + 1)
    at = np.clip(grid - 0.5, 0, CORE - 2)
    low = np.minimum(at.astype(int), CORE - 3)
    share = at - low
    along = (1 - share) * angles[:, low] + share * angles[:, low + 1]
    along = along * np.clip(grid, 0, 1)  # the ground holds
    mid = 0.5 * (along[:, 1:] + along[:, :-1])
    x = np.concatenate([np.zeros((len(states), 1)), np.cumsum(-np.sin(mid), axis=1)], axis=1) * step * grown
    y = np.concatenate([np.zeros((len(states), 1)), np.cumsum(np.cos(mid), axis=1)], axis=1) * step * grown
    place = binding.high * fine
    first = np.minimum(place.astype(int), len(grid) - 2)
    share = place - first
    angle = (1 - share) * along[:, first] + share * along[:, first + 1]
    axis_x = (1 - share) * x[:, first] + share * x[:, first + 1]
    axis_y = (1 - share) * y[:, first] + share * y[:, first + 1]
    # A wide figure's sides would fold over one another if they turned as far as the middle does.
    turned = angle * min(1.0, 0.9 * shape.height / shape.width)
    off_x = points[..., 0]
    off_y = points[..., 1] - (binding.high / (CORE - 1) * shape.height)[None] * grown
    cosine, sine = np.cos(turned), np.sin(turned)
    return np.stack([axis_x + cosine * off_x - sine * off_y, axis_y + sine * off_x + cosine * off_y], axis=-1)


def smoothstep(x: np.ndarray) -> np.ndarray:
    """0 below 0, 1 above 1, smooth between."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def at_rate(states: np.ndarray, fps: float) -> np.ndarray:
    """States (frames, 35) of 30 fps at another rate."""
    if fps == FPS:
        return states
    times = np.arange(max(1, round(len(states) * fps / FPS))) * FPS / fps
    low = np.minimum(times.astype(int), len(states) - 1)
    high = np.minimum(low + 1, len(states) - 1)
    share = (times - low)[:, None]
    return (1 - share) * states[low] + share * states[high]
