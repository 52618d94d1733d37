"""A couple brought onto the beat: both dancers alike, so that nothing between them changes.

Used twice: on the couples that train the networks, whose makers were made to dance a little beside the beat, so that
there is a beat to be learnt; and, as a part of finishing, on what the networks make.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demos.motion import rhythm, timing
from demos.motion.motion import Motion

LIMITS = timing.Limits(furthest_s=0.3, fastest=0.2, cost=2.5)


def on_the_beat(dancers: Sequence[Motion], beats: np.ndarray) -> np.ndarray | None:
    """When each frame should be danced -> (frames,) seconds on the dancers' own clock, rising; None without a beat.

    dancers : of one length and rate. beats : of the music, seconds. Their kinematic beats are brought to the music's.
    """
    first = dancers[0]
    return timing.on_beats([_beats_of(motion) for motion in dancers], beats, len(first), first.fps, LIMITS)


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
