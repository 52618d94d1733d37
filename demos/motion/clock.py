"""Dances on a clock: begun later or earlier, and cut."""

from __future__ import annotations

import numpy as np

from demos.motion.dance import Dance
from demos.motion.motion import Motion
from demos.runtime.errors import InputError

LATEST_START_S = 600.0


def starting_at(dance: Dance, start_s: float) -> Dance:
    """The dance moved on its clock: later, holding its first pose until then, or earlier, losing its beginning.

    Raises
    ------
    InputError : nothing would be left, or the start is over ten minutes away.
    """
    frames = round(start_s * dance.fps)
    if frames == 0:
        return dance
    if frames <= -len(dance) or start_s > LATEST_START_S:
        raise InputError(
            f"A dance of {dance.duration_s:.1f} s cannot start at {start_s:g} s; "
            f"choose between {-dance.duration_s:.1f} and {LATEST_START_S:g} s."
        )
    moved = dance.with_motions(tuple(_shifted(motion, frames) for motion in dance.motions))
    later = frames / dance.fps
    return Dance(
        moved.motions,
        moved.provenance,
        moved.song_sha256,
        (dance.beats + later)[dance.beats + later >= 0],
        (dance.downbeats + later)[dance.downbeats + later >= 0],
    )


def _shifted(motion: Motion, frames: int) -> Motion:
    if frames < 0:
        return motion.slice(-frames, len(motion))
    source = np.maximum(np.arange(len(motion) + frames) - frames, 0)
    return Motion(motion.poses[source], motion.translation[source], motion.fps)


def beginning(dance: Dance, seconds: float) -> Dance:
    """The dance up to a moment, with the beats inside it; the dance itself where it is no longer."""
    frames = round(seconds * dance.fps)
    if frames >= len(dance):
        return dance
    beats, downbeats = (times[times < frames / dance.fps] for times in (dance.beats, dance.downbeats))
    motions = tuple(motion.slice(0, max(frames, 1)) for motion in dance.motions)
    return Dance(motions, dance.provenance, dance.song_sha256, beats, downbeats)
