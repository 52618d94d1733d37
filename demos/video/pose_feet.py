"""Feet that stand stay where they are, and those that go are lifted: a figure's points with its legs bent or stretched
so that soles do not slide."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_closing, gaussian_filter1d

from demos.corpus.keypoints import PLACE
from demos.motion.contacts import runs
from demos.motion.vector import FPS
from demos.video.pose_state import FEET

STANDS = 0.3
"""From which a foot is held: nine of ten such frames of the codec are of feet that stand (at 0.5 a third of those that
stand are missed)."""
_SHORTEST_FRAMES = 4
_GAP_FRAMES = 3
_FADE_FRAMES = 6
_REACH = 0.998
"""Share of a leg's length beyond which it is not stretched."""
_SOLE_M = 0.022
"""What `clear` is of the suite's own body: the measures below are its metres."""
_LOW_M, _SLOW_M_S = 0.05, 0.3
"""A point of a foot that is no higher above its standing height and no faster stands, whatever the codec says."""
_STEP_M = 0.04
"""A foot that stands this far from where it stood has made a step."""
_LIFT_M, _LIFT_SHARE, _HIGHEST_M = 0.06, 0.25, 0.14
"""How high a step is at least, how much of its way more, and at most: feet that nobody saw lifted were learnt to glide
(chosen by eye)."""


def planted(space: np.ndarray, stands: np.ndarray, clear: float) -> np.ndarray:
    """Places (frames, 60, 3), y above a floor at 0, with feet held where they stand.

    stands : (frames, 4) 0 to 1, of FEET. clear : how far FEET of a foot on the floor are above it. Bones keep their
    lengths; a foot that would be out of reach stays as near as the leg lets it, and no foot goes through the floor.
    """
    found = np.array(space, np.float64)
    metre = clear / _SOLE_M
    for index, side in enumerate(("left", "right")):
        pair = slice(2 * index, 2 * index + 2)
        points = found[:, list(FEET[pair])]
        shift, held = _shifts(points, np.maximum(stands[:, pair], _still(points, clear, metre)), clear)
        shift = _stepping(points, shift, held, clear, metre)
        below = clear - (points[..., 1] + shift[:, None, 1]).min(axis=1)
        shift[:, 1] += gaussian_filter1d(np.maximum(below, 0), 1.0)
        _move_foot(found, side, shift)
    return found


def _still(points: np.ndarray, clear: float, metre: float) -> np.ndarray:
    """(frames, 2) 0 or 1: low and slow."""
    if len(points) < 2:
        return np.zeros(points.shape[:2])
    steady = gaussian_filter1d(points, 1.5, axis=0, mode="nearest")
    speed = np.linalg.norm(np.gradient(steady, axis=0), axis=-1) * FPS
    return ((steady[..., 1] < clear + _LOW_M * metre) & (speed < _SLOW_M_S * metre)).astype(float)


def _shifts(points: np.ndarray, stands: np.ndarray, clear: float) -> tuple[np.ndarray, np.ndarray]:
    """(frames, 3) how far a foot must move, and (frames,) where it is held; points, stands : (frames, 2, ...) of its
    heel and toe."""
    frames = len(points)
    shift, held = np.zeros((frames, 3)), np.zeros(frames, bool)
    standing = binary_closing(np.pad(stands.max(axis=1) > STANDS, _GAP_FRAMES), np.ones(_GAP_FRAMES))
    for start, stop in runs(standing[_GAP_FRAMES:-_GAP_FRAMES]):
        if stop - start < _SHORTEST_FRAMES:
            continue
        # The point that stands through most of it is held; the other turns about it.
        point = points[start:stop, int(stands[start:stop].mean(axis=0).argmax())]
        shift[start:stop] = np.median(point, axis=0) - point
        shift[start:stop, 1] = clear - point[:, 1]
        held[start:stop] = True
    if held.any():
        shift = _faded(shift, held)
    return shift, held


def _stepping(points: np.ndarray, shift: np.ndarray, held: np.ndarray, clear: float, metre: float) -> np.ndarray:
    """Shifts (frames, 3) with which the foot goes from one stand to the next as feet do: not before it has left the
    floor, and clear of it on the way."""
    found = shift.copy()
    for start, stop in runs(~held):
        if start == 0 or stop == len(held) or stop - start < _SHORTEST_FRAMES:
            continue
        own = slice(start - 1, stop + 1)
        way = points[own].mean(axis=1) + shift[own]
        long = float(np.linalg.norm((way[-1] - way[0])[[0, 2]]))
        if long < _STEP_M * metre:
            continue
        share = np.linspace(0, 1, len(way))
        eased = share * share * (3 - 2 * share)
        for axis in (0, 2):
            found[own, axis] += np.interp(eased, share, way[:, axis]) - way[:, axis]
        high = min(_LIFT_M * metre + _LIFT_SHARE * long, _HIGHEST_M * metre) * np.sin(np.pi * share)
        lowest = (points[own, :, 1] + shift[own, None, 1]).min(axis=1) - clear
        found[own, 1] += np.maximum(high - lowest, 0)
    return found


def _faded(shift: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Between stands a shift goes over into the next one, or away where that is far."""
    places = np.flatnonzero(held)
    time = np.arange(len(held))
    between = np.stack([np.interp(time, places, shift[places, axis]) for axis in range(3)], axis=-1)
    distance = np.abs(time[:, None] - places[None]).min(axis=1)
    fade = np.clip(1 - distance / _FADE_FRAMES, 0, 1)
    return between * (fade**2 * (3 - 2 * fade))[:, None]


def _move_foot(space: np.ndarray, side: str, shift: np.ndarray) -> None:
    """Move a foot by (frames, 3) as far as the leg reaches, in place; the knee keeps pointing where it did."""
    hip, knee, ankle, heel, toe = (PLACE[f"{side}_{name}"] for name in ("hip", "knee", "ankle", "heel", "toe"))
    thigh = np.linalg.norm(space[:, knee] - space[:, hip], axis=-1)
    shin = np.linalg.norm(space[:, ankle] - space[:, knee], axis=-1)
    line = space[:, ankle] + shift - space[:, hip]
    long = np.linalg.norm(line, axis=-1)
    reach = np.clip(long, np.abs(thigh - shin) + 1e-6, np.maximum(_REACH * (thigh + shin), _stretch(space, hip, ankle)))
    along = line / np.maximum(long, 1e-9)[:, None]
    bend = space[:, knee] - space[:, hip]
    bend = bend - (bend * along).sum(-1, keepdims=True) * along
    size = np.linalg.norm(bend, axis=-1, keepdims=True)
    forward = np.array([0.0, 0.0, 1.0]) - along * along[:, 2:]
    bend = np.where(size > 1e-4 * thigh[:, None], bend / np.maximum(size, 1e-9), forward)
    down = (thigh**2 - shin**2 + reach**2) / (2 * reach)
    out = np.sqrt(np.maximum(thigh**2 - down**2, 0))
    space[:, knee] = space[:, hip] + down[:, None] * along + out[:, None] * bend
    moved = space[:, hip] + reach[:, None] * along - space[:, ankle]
    for point in (ankle, heel, toe):
        space[:, point] += moved


def _stretch(space: np.ndarray, hip: int, ankle: int) -> np.ndarray:
    """How far the foot is from the hip as it is: a leg that is straight already may stay so."""
    return np.linalg.norm(space[:, ankle] - space[:, hip], axis=-1)
