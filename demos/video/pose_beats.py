"""Steps laid on the beat: time runs a little faster or slower, so that a figure stops or turns back on the music's
beats. The corpus's own phrases were brought to its songs in the same way."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.keypoints import COCO_PLACES
from demos.motion import timing
from demos.motion.vector import FPS
from demos.video.pose_bones import usual_lengths
from demos.video.pose_state import AHEAD, ASIDE, COSINE, SINE, TURN, figure_places, path_of

_STEADY_FRAMES = 2.5
LIMITS = timing.Limits(furthest_s=0.25, fastest=0.35, cost=1.0)
"""Wider than a couple's: a figure on a flat picture shows less of what is played faster or slower."""


def on_the_beat(states: np.ndarray, beats: np.ndarray) -> np.ndarray:
    """Plain states (frames, 252) at 30 fps with their stops on beats (seconds), as far as time bends; as long as
    before, and beginning and ending with the same pose."""
    if len(states) < 4:
        return states
    times = timing.on_beats([stops_of(states) / FPS], beats, len(states), FPS, LIMITS)
    if times is None:
        return states
    at = times * FPS
    low = np.minimum(at.astype(int), len(states) - 2)
    share = (at - low)[:, None].astype(np.float32)
    found = (1 - share) * states[low] + share * states[low + 1]
    found[:, [AHEAD, ASIDE, TURN]] *= np.gradient(at)[:, None].astype(np.float32)
    long = np.maximum(np.hypot(found[:, COSINE], found[:, SINE]), 1e-6)
    found[:, COSINE] /= long
    found[:, SINE] /= long
    return found


def stops_of(states: np.ndarray) -> np.ndarray:
    """(n,) frames at which the figure of states moves least: local minima of its points' mean speed."""
    if len(states) < 4:
        return np.zeros(0)
    path = path_of(states, usual_lengths())
    places = figure_places(states, usual_lengths(), path.facing) + path.places[:, None]
    speed = np.linalg.norm(np.diff(places[:, COCO_PLACES], axis=0), axis=-1).mean(axis=1)
    speed = gaussian_filter1d(speed, _STEADY_FRAMES, mode="nearest")
    inner = np.flatnonzero((speed[1:-1] < speed[:-2]) & (speed[1:-1] < speed[2:])) + 1
    return inner + 0.5  # a speed lies between two frames
