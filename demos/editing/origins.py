"""Where the frames of an edited dance come from: read off the pair, so that the editor need not find it by chance.

Until a network takes poses over at nearly the right time, being a little less wrong does not pay; so the time, side and
turn that the corpus's layers used are taught beside the motion itself.
"""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numba import njit
from scipy.ndimage import gaussian_filter1d

from demos.corpus.parts import joint_set
from demos.motion import rotations
from demos.motion.vector import FPS, ROTATIONS, WIDTH, mirrored_columns

Values = TypeVar("Values")
RETIMED = frozenset({"sharper", "hits", "freeze", "faster", "slower", "hold_end", "hold_start"})
MIRRORED = frozenset({"mirror", "mirror_arms"})
TURNED = frozenset({"turn", "mirror"})
MOST_STEPS = 4
"""Frames forwards or back that a taken pose may follow the last by: dances are at most twice as fast."""
EVEN_STEPS = 0.002
"""Cost, in squares of 6-D, of each frame that the next pose is not the next one: decides where little moves."""


class Origins(NamedTuple, Generic[Values]):
    """later : (frames,) seconds from a frame to the one of the dance before that it shows. yaw : (frames,) radians
    that the pelvis is turned to the left by. mirrored : (151,) 1 for columns that show the other side. retimed, turned,
    swapped : 1 where an edit of this kind does so at all, else 0. All float32 or tensors of them."""

    later: Values
    yaw: Values
    mirrored: Values
    retimed: Values
    turned: Values
    swapped: Values


def of_edit(kind: str, parts: frozenset[str], before: np.ndarray, after: np.ndarray) -> Origins[np.ndarray]:
    """Of an edit on plain parts, from vectors (frames, 151) before and after it, seen from where the first frame
    stands: that is the side of the mirror."""
    frames = len(before)
    joints = [joint for joint in joint_set(parts) if joint]
    columns = np.concatenate([ROTATIONS.start + 6 * joint + np.arange(6) for joint in joints] or [np.zeros(0, int)])
    later, yaw, mirrored = np.zeros(frames), np.zeros(frames), np.zeros(WIDTH)
    retimed = kind in RETIMED and len(columns) > 0
    turned = kind in TURNED and "root" in parts
    swapped = kind in MIRRORED
    if retimed:
        later = _later(before[:, columns], after[:, columns])
    if swapped:
        mirrored[columns] = 1
    source = before
    if turned:
        if swapped:
            mirrored[ROTATIONS.start : ROTATIONS.start + 6] = 1
            order, signs = mirrored_columns()
            source = before[:, order] * signs
        yaw = _yaw(source, after)
    flags = (np.float32(flag) for flag in (retimed, turned, swapped))
    return Origins(*(values.astype(np.float32) for values in (later, yaw, mirrored)), *flags)


def _later(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(frames,) seconds: the path through the dance before that shows poses most like those after, by dynamic
    programming (Sakoe and Chiba 1978, with steps back)."""
    squares = (after**2).sum(1)[:, None] + (before**2).sum(1)[None] - 2 * after @ before.T
    path = _path(np.maximum(squares, 0) / before.shape[1], EVEN_STEPS, MOST_STEPS)
    return gaussian_filter1d((path - np.arange(len(path))).astype(float), 1.0, mode="nearest") / FPS


@njit(cache=True)
def _path(costs, even, most):
    """(frames,) the cheapest row of sources for (frames, sources) costs, beginning anywhere."""
    frames, sources = costs.shape
    total = costs[0] + even * np.abs(np.arange(sources))
    came = np.zeros((frames, sources), np.int16)
    for frame in range(1, frames):
        now = np.empty(sources)
        for source in range(sources):
            best, place = np.inf, 0
            for step in range(-most, most + 1):
                last = source - step
                if 0 <= last < sources:
                    cost = total[last] + even * abs(step - 1)
                    if cost < best:
                        best, place = cost, last
            now[source] = best + costs[frame, source]
            came[frame, source] = place
        total = now
    path = np.empty(frames, np.int64)
    path[-1] = np.argmin(total)
    for frame in range(frames - 1, 0, -1):
        path[frame - 1] = came[frame, path[frame]]
    return path


def _yaw(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(frames,) radians, without jumps: how far the pelvis is turned to the left of how it was."""
    pelvis = slice(ROTATIONS.start, ROTATIONS.start + 6)
    first, second = (rotations.sixd_to_matrix(motion[:, pelvis].astype(np.float64)) for motion in (before, after))
    turned = second @ np.swapaxes(first, -1, -2)
    angle = np.unwrap(np.arctan2(turned[:, 0, 2] - turned[:, 2, 0], turned[:, 0, 0] + turned[:, 2, 2]))
    return angle - 2 * np.pi * np.round(angle[0] / (2 * np.pi))
