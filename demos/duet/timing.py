"""Time bent so that a couple's own beats fall on the music's: both dancers alike, so that nothing between them changes.

The networks hardly hear the beat. This is part of finishing what they make.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.interpolate import PchipInterpolator

from demos.motion import rhythm
from demos.motion.motion import Motion

FURTHEST_S = 0.3
"""A movement is never brought earlier or later than this."""
FASTEST = 0.2
"""Nothing is played faster or slower by more than this share."""
_NEAR_S = 0.05  # a beat this near to the music's counts exp(-1/2), as in the beat alignment score
_BENT = 2.5  # what a second costs whose time is bent by FASTEST, in beats hit
_GRID = 37


def on_the_beat(dancers: Sequence[Motion], beats: np.ndarray) -> np.ndarray | None:
    """When each frame should be danced -> (frames,) seconds on the dancers' own clock, rising; None without a beat.

    dancers : of one length, at 30 fps. beats : of the music, seconds. The first and the last frame stay where they are.
    Of all ways to bend time the one is chosen whose kinematic beats meet most of the music's at the least bending.
    """
    first = dancers[0]
    end_s = (len(first) - 1) / first.fps
    inside = np.unique(np.asarray(beats, np.float64))
    inside = inside[(inside > 0) & (inside < end_s)]
    danced = [_beats_of(motion) for motion in dancers]
    if len(inside) < 2 or not any(map(len, danced)):
        return None
    offsets = np.linspace(-FURTHEST_S, FURTHEST_S, _GRID)
    knots = np.concatenate([[0.0], inside, [end_s]])
    still = np.where(offsets == offsets[_GRID // 2], 0.0, np.inf)
    cost = still
    came: list[np.ndarray] = []
    for before, here in pairwise(knots):
        rate = (offsets[None] - offsets[:, None]) / max(here - before, 1e-3)  # from one offset to another
        bent = np.where(np.abs(rate) <= FASTEST, _BENT * (here - before) * (rate / FASTEST) ** 2, np.inf)
        ways = cost[:, None] + bent
        came.append(ways.argmin(axis=0))
        cost = ways.min(axis=0) + (still if here == end_s else -_hits(here + offsets, danced))
    place = _GRID // 2
    chosen = [place]
    for back in reversed(came):
        chosen.append(place := int(back[place]))
    bent_to = knots + offsets[np.array(chosen[::-1])]
    times = PchipInterpolator(knots, bent_to)(np.arange(len(first)) / first.fps)
    return np.clip(times, 0.0, end_s)


def bent(motion: Motion, times: np.ndarray) -> Motion:
    """The motion danced at other times (frames,) of its own clock."""
    return motion.at(times, motion.fps)


def bent_contacts(contacts: np.ndarray, times: np.ndarray, fps: float) -> np.ndarray:
    """(frames, 4) contacts at other times."""
    return contacts[np.clip(np.round(times * fps).astype(int), 0, len(contacts) - 1)]


def _beats_of(motion: Motion) -> np.ndarray:
    """Seconds of the kinematic beats; between its frames a joint goes straight."""
    joints = motion.joints
    doubled = np.repeat(joints, 2, axis=0)[:-1].astype(np.float64)
    doubled[1::2] = 0.5 * (joints[1:] + joints[:-1])
    return (rhythm.kinematic_beats(doubled) + 0.5) / (2 * motion.fps)


def _hits(times: np.ndarray, danced: Sequence[np.ndarray]) -> np.ndarray:
    """How well the music's beat is met if what is danced at each of some times falls on it: mean over dancers."""
    apart = [np.abs(times[:, None] - beats[None]).min(axis=1) for beats in danced if len(beats)]
    return np.sum([np.exp(-0.5 * (gaps / _NEAR_S) ** 2) for gaps in apart], axis=0) / len(danced)
