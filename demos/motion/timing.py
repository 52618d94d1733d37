"""Time bent so that what is danced falls on the music's beats: when each frame should be shown, of all ways the best.

What is danced (the stops of one dancer or of several) and what is moved in time are the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.interpolate import PchipInterpolator

_NEAR_S = 0.05  # a beat this near to the music's counts exp(-1/2), as in the beat alignment score
_GRID = 37


@dataclass(frozen=True)
class Limits:
    """How far time may be bent.

    furthest_s : a movement is never brought earlier or later than this. fastest : nothing is played faster or slower by
    more than this share. cost : what a second costs whose time is bent by `fastest`, in beats hit.
    """

    furthest_s: float
    fastest: float
    cost: float


def on_beats(
    stops: Sequence[np.ndarray], beats: np.ndarray, frames: int, fps: float, limits: Limits
) -> np.ndarray | None:
    """When each frame should be danced -> (frames,) seconds on the dancers' own clock, rising; None without a beat.

    stops : of each dancer the seconds at which it stops or turns back. beats : of the music, seconds. The first and the
    last frame stay where they are. Of all ways within the limits the one is chosen whose stops meet most beats at the
    least bending (found by dynamic programming over the beats).
    """
    end_s = (frames - 1) / fps
    inside = _apart(beats, end_s, 1 / fps)
    if len(inside) < 2 or not any(map(len, stops)):
        return None
    offsets = np.linspace(-limits.furthest_s, limits.furthest_s, _GRID)
    knots = np.concatenate([[0.0], inside, [end_s]])
    still = np.where(offsets == offsets[_GRID // 2], 0.0, np.inf)
    cost = still
    came: list[np.ndarray] = []
    for before, here in pairwise(knots):
        rate = (offsets[None] - offsets[:, None]) / (here - before)  # from one offset to another
        dear = limits.cost * (here - before) * (rate / limits.fastest) ** 2
        ways = cost[:, None] + np.where(np.abs(rate) <= limits.fastest, dear, np.inf)
        came.append(ways.argmin(axis=0))
        cost = ways.min(axis=0) + (still if here == end_s else -_hits(here + offsets, stops))
    place = _GRID // 2
    chosen = [place]
    for back in reversed(came):
        chosen.append(place := int(back[place]))
    times = PchipInterpolator(knots, knots + offsets[np.array(chosen[::-1])])(np.arange(frames) / fps)
    return np.clip(times, 0.0, end_s)


def _apart(beats: np.ndarray, end_s: float, least_s: float) -> np.ndarray:
    """Those of the beats that lie inside, rising, without such as are no time after another."""
    kept = [0.0]
    for beat in np.sort(np.asarray(beats, np.float64)):
        if kept[-1] + least_s <= beat <= end_s - least_s:
            kept.append(float(beat))
    return np.array(kept[1:])


def _hits(times: np.ndarray, stops: Sequence[np.ndarray]) -> np.ndarray:
    """How well the music's beat is met if what is danced at each of some times falls on it: mean over dancers."""
    apart = [np.abs(times[:, None] - own[None]).min(axis=1) for own in stops if len(own)]
    return np.sum([np.exp(-0.5 * (gaps / _NEAR_S) ** 2) for gaps in apart], axis=0) / len(stops)
