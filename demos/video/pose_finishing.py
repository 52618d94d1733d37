"""From states to a track: the picture's pose eased into the dance, its proportions put back, feet on the floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demos.motion.vector import FPS
from demos.video.pose_bones import usual_lengths
from demos.video.pose_feet import planted
from demos.video.pose_start import Start, standing_height, standing_hips
from demos.video.pose_state import BONES, COSINE, SINE, STANDING, SURE, TURN, figure_places, path_of, sole
from demos.video.track import PoseTrack

EASE_FRAMES = 18.0
"""Over which what the picture shows and the dance does not is left behind."""


def track_of(states: np.ndarray, start: Start | None = None, *, feet: bool = True) -> PoseTrack:
    """Plain states (frames, 252) at 30 fps as a track of the figure that begins so, or of the suite's own body.

    feet : False leaves them as they were written, sliding where they slide.
    """
    lengths = usual_lengths() / standing_height(usual_lengths()) if start is None else start.lengths
    hips = standing_hips(lengths) if start is None else start.hips
    eased = states if start is None else ease(states, start.state)
    facing = float(np.arctan2(eased[0, SINE], eased[0, COSINE]))
    path = path_of(eased, lengths, start=(0.0, 0.0, facing))
    if start is not None:
        lift = _fade(len(states)) * (hips - path.places[0, 1])
        path = replace(path, places=path.places + lift[:, None] * [0, 1, 0])
    space = figure_places(eased, lengths, path.facing) + path.places[:, None]
    stands = eased[:, STANDING] if start is None else (1 - _fade(len(states))[:, None]) * eased[:, STANDING]
    space = planted(space, stands, sole(lengths)) if feet else space
    values = np.empty((*space.shape[:2], 4), np.float32)
    values[..., 0], values[..., 1], values[..., 2] = space[..., 0], hips - space[..., 1], -space[..., 2]
    values[..., 3] = np.clip(eased[:, SURE], 0, 1)
    return PoseTrack(values, floor=hips)


def ease(states: np.ndarray, start: np.ndarray) -> np.ndarray:
    """States that begin with the pose of another (252,) and come to themselves."""
    fade = _fade(len(states))[:, None]
    found = np.array(states, np.float32)
    found[:, BONES] += fade * (start[BONES] - states[0, BONES])
    angle = np.unwrap(np.arctan2(states[:, SINE], states[:, COSINE]))
    first = np.arctan2(start[SINE], start[COSINE])
    angle = angle + fade[:, 0] * ((first - angle[0] + np.pi) % (2 * np.pi) - np.pi)
    found[:, COSINE], found[:, SINE] = np.cos(angle), np.sin(angle)
    return found


def towards_viewer(states: np.ndarray, pull: float) -> np.ndarray:
    """States whose figure, wherever its steps turn it, comes back to face the viewer, by at most `pull` rad/s.

    A picture shows one side of a figure; turns are danced, but nobody stays turned away for long.
    """
    if pull <= 0 or len(states) < 2:
        return states
    told = np.unwrap(np.arctan2(states[:, SINE], states[:, COSINE]))
    facing = np.empty(len(told))
    facing[0] = told[0]
    for frame in range(1, len(told)):
        back = pull / FPS * np.sin(facing[frame - 1])
        facing[frame] = facing[frame - 1] + told[frame] - told[frame - 1] - back
    found = np.array(states, np.float32)
    found[:, COSINE], found[:, SINE] = np.cos(facing), np.sin(facing)
    found[:, TURN] += FPS * np.gradient(facing - told)
    return found


def _fade(frames: int) -> np.ndarray:
    """1 at the first frame, 0 after EASE_FRAMES, with no speed at either end."""
    place = np.clip(np.arange(frames) / EASE_FRAMES, 0, 1)
    return (1 - place**3 * (10 - 15 * place + 6 * place**2)).astype(np.float32)
