"""Feet that stand stay where they are: a figure's points with its legs bent or stretched so that soles do not slide."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_closing, gaussian_filter1d

from demos.corpus.keypoints import PLACE
from demos.motion.contacts import runs
from demos.video.pose_state import FEET

STANDS = 0.3
"""From which a foot is held: nine of ten such frames of the codec are of feet that stand (at 0.5 a third of those that
stand are missed)."""
_SHORTEST_FRAMES = 4
_GAP_FRAMES = 3
_FADE_FRAMES = 6
_REACH = 0.998
"""Share of a leg's length beyond which it is not stretched."""


def planted(space: np.ndarray, stands: np.ndarray, clear: float) -> np.ndarray:
    """Places (frames, 60, 3), y above a floor at 0, with feet held where they stand.

    stands : (frames, 4) 0 to 1, of FEET. clear : how far FEET of a foot on the floor are above it. Bones keep their
    lengths; a foot that would be out of reach stays as near as the leg lets it, and no foot goes through the floor.
    """
    found = np.array(space, np.float64)
    for index, side in enumerate(("left", "right")):
        pair = slice(2 * index, 2 * index + 2)
        shift = _shifts(found[:, list(FEET[pair])], stands[:, pair], clear)
        _move_foot(found, side, shift)
    return found


def _shifts(points: np.ndarray, stands: np.ndarray, clear: float) -> np.ndarray:
    """(frames, 3) how far a foot must move; points, stands : (frames, 2, ...) of its heel and toe."""
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
    below = clear - (points[..., 1] + shift[:, None, 1]).min(axis=1)
    shift[:, 1] += gaussian_filter1d(np.maximum(below, 0), 1.0)
    return shift


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
