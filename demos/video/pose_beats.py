"""Steps laid on the beat: time runs a little faster or slower, so that a figure stops or turns back on the music's
beats. The corpus's own phrases were brought to its songs in the same way."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from demos.corpus.keypoints import COCO_PLACES
from demos.motion.vector import FPS
from demos.video.pose_bones import usual_lengths
from demos.video.pose_state import AHEAD, ASIDE, COSINE, SINE, TURN, figure_places, path_of

_STEADY_FRAMES = 2.5
_NEAR = 0.4
"""Of the time between beats: a stop that is farther from any of them stays where it is."""
_RATES = 0.72, 1.4
"""How slow and how fast time may run."""


def on_the_beat(states: np.ndarray, beats: np.ndarray) -> np.ndarray:
    """Plain states (frames, 252) at 30 fps with their stops on beats (seconds), as far as time bends; as long as
    before, and beginning and ending with the same pose."""
    stops, wanted = _pairs(stops_of(states), np.asarray(beats, np.float64) * FPS, len(states) - 1)
    if len(stops) < 3:
        return states
    at = np.clip(PchipInterpolator(wanted, stops)(np.arange(len(states))), 0, len(states) - 1)
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


def _pairs(stops: np.ndarray, beats: np.ndarray, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Stops and the beats they go to, both rising from 0 to the last frame; time between them keeps to _RATES."""
    inside = beats[(beats > 2) & (beats < last - 2)]
    pairs = [(0.0, 0.0)]
    gap = float(np.median(np.diff(inside))) if len(inside) > 1 else 0.0
    for beat in inside:
        near = stops[np.abs(stops - beat) < _NEAR * gap]
        for stop in near[np.argsort(np.abs(near - beat))]:
            if _may(pairs[-1], (stop, beat)):
                pairs.append((float(stop), float(beat)))
                break
    end = (float(last), float(last))
    while len(pairs) > 1 and not _may(pairs[-1], end):
        pairs.pop()
    taken = np.array([*pairs, end])
    return taken[:, 0], taken[:, 1]


def _may(before: tuple[float, float], after: tuple[float, float]) -> bool:
    danced, heard = after[0] - before[0], after[1] - before[1]
    return heard > 0 and _RATES[0] < danced / heard < _RATES[1]
