"""Checks of the dancer in space and of the feet: turns, jumps, travelling, staying, kicks and named steps."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.checks.view import Finding, View, cm, turned
from demos.corpus.edit_kinds import Params
from demos.corpus.layers.kind import Layer
from demos.corpus.layers.registry import apply
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import ANKLE_HEIGHT, REST_HEIGHT, TOE_HEIGHT

_FEET = ("left_ankle", "right_ankle")
FULL_TRAVEL_M = 2.5


def turned_round(before: View, after: View, params: Params) -> Finding:
    """Whole turns more than before, counted to the side asked."""
    sign = 1.0 if params["way"] == "left" else -1.0
    rounds = [sign * (view.heading[-1] - view.heading[0]) / (2 * np.pi) for view in (before, after)]
    gain = rounds[1] - rounds[0]
    count = params["count"]
    missed = abs(gain - count)
    score = 1 - missed if gain > 0.3 else min(gain, 0.3)
    times = "once" if round(gain) == 1 else f"{max(gain, 0):.1f} times" if missed > 0.2 else f"{gain:.0f} times"
    return Finding(float(score), f"the dancer turns {times} to the {params['way']}")


def jumped(before: View, after: View, params: Params) -> Finding:
    """Flights, both feet well off the floor, against how many the beats ask for."""
    least_m = _OFF_FLOOR_QUICK_M if params["every"] < 2 else _OFF_FLOOR_M
    flights = [_flights(view, least_m) for view in (before, after)]
    expected = max(1.0, 0.75 * (after.beats - 0.75) / params["every"] - 0.5)
    gain = flights[1] - flights[0]
    return Finding(
        gain / expected, f"there {'is' if flights[1] == 1 else 'are'} {flights[1]} jump{'s' * (flights[1] != 1)}"
    )


_OFF_FLOOR_M, _OFF_FLOOR_QUICK_M = 0.07, 0.045  # jumps on every beat have no time to go high


def _flights(view: View, least_m: float = _OFF_FLOOR_M) -> int:
    ankles = np.minimum(*(view.at(name)[:, 1] for name in _FEET)) - ANKLE_HEIGHT
    toes = np.minimum(*(view.at(name)[:, 1] for name in ("left_foot", "right_foot"))) - TOE_HEIGHT
    up = np.minimum(ankles, toes + 0.02) > least_m
    return int((np.diff(up.astype(int)) == 1).sum() + up[0])


def jump_room(before: View, params: Params) -> float:
    return 1.0 - _flights(before)


_WAYS = {"forward": (0.0, 1.0), "back": (0.0, -1.0), "left": (1.0, 0.0), "right": (-1.0, 0.0)}


def travelled(before: View, after: View, params: Params) -> Finding:
    """The furthest the dancer is from where they were before, in the direction asked, as they faced at first."""
    away = after.at("pelvis") - before.at("pelvis")
    across, ahead = turned(away, -float(before.facing[0]))[:, [0, 2]].T
    x, z = _WAYS[params["to"]]
    along, aside = x * across + z * ahead, np.abs(z * across + x * ahead)
    far = int(np.argmax(along))
    length = float(after.time_s[-1] - after.time_s[0])
    back_again = after.end_s < after.motion.duration_s - 0.1
    full = min(FULL_TRAVEL_M, 0.65 * (length / 2 if back_again else length))
    score = along[far] / full
    if aside[far] > along[far] or (along.min() < 0 and -along.min() > along[far]):
        score = min(score, 0.1) if along[far] > -along.min() else along.min() / full
    where = {"forward": "forwards", "back": "backwards"}.get(params["to"], f"to the {params['to']}")
    return Finding(float(score), f"the dancer goes {max(along[far], 0):.1f} m further {where}")


def stayed(before: View, after: View, params: Params) -> Finding:
    reach = [_reach(view) for view in (before, after)]
    return Finding(1 - reach[1] / max(reach[0], 0.1), f"the dancer stays within {cm(reach[1])}, before {cm(reach[0])}")


def _reach(view: View) -> float:
    """Metres that the slow path of the pelvis strays from its middle, 90th percentile."""
    path = gaussian_filter1d(view.at("pelvis")[:, [0, 2]], 0.5 * view.fps, axis=0, mode="nearest")
    return float(np.percentile(np.linalg.norm(path - np.median(path, axis=0), axis=-1), 90))


def stay_room(before: View, params: Params) -> float:
    # In the middle of a dance the way from where it begins to where it ends has to be gone anyway.
    inside = before.start_s > 0.1 and before.end_s < before.motion.duration_s - 0.1
    return -1.0 if inside else _reach(before) - 0.30


# Steps are told apart by how the ankles move over eight beats, in the dancer's own axes.
_PERIOD, _BINS = 8.0, 32
_PATTERNS: dict[str, tuple[tuple[str, dict], ...]] = {
    "kick": tuple(("kick", {"to": to, "every": every}) for to in ("front", "side") for every in (2.0, 4.0)),
    "knee_lift": (("knee_lift", {"every": 2.0}), ("knee_lift", {"every": 1.0})),
    **{name: ((name, {}),) for name in ("march", "step_touch", "two_step", "grapevine", "box", "cha_cha", "salsa")},
}


def footwork(view: View) -> np.ndarray:
    """(bins, 6) the ankles' velocities in m/beat over eight beats, folded: left x, y, z, right x, y, z."""
    rows = np.concatenate([view.flat(np.gradient(view.at(name), axis=0)) for name in _FEET], axis=-1)
    rate = np.gradient(view.phase)
    rows = rows / np.maximum(rate, 1e-6)[:, None]
    place = np.floor(np.mod(view.phase, _PERIOD) * _BINS / _PERIOD).astype(int) % _BINS
    total, count = np.zeros((_BINS, 6)), np.zeros(_BINS)
    np.add.at(total, place, rows)
    np.add.at(count, place, 1)
    return total / np.maximum(count, 1)[:, None]


@lru_cache(maxsize=1)
def _templates() -> dict[tuple[str, str], np.ndarray]:
    """Each pattern's footwork on a dancer who stands."""
    frames = 30 * 12
    poses = np.zeros((frames, 24, 3), np.float32)
    place = np.tile(np.array([0.0, REST_HEIGHT - 0.02, 0.0], np.float32), (frames, 1))
    beats = np.arange(0, 24) * 0.5
    standing = Dance((Motion(poses, place, 30.0),), Provenance("template"), beats=beats, downbeats=beats[::4])
    found = {}
    for patterns in _PATTERNS.values():
        for name, params in patterns:
            laid = apply(standing.motions[0], Layer(name, 0.0, 12.0, params=params), beats=beats, downbeats=beats[::4])
            view = View.of(standing.with_motions((laid,)), 0, 2.0, 10.0)
            found[(name, _key(params))] = footwork(view)
    return found


def _key(params: Params) -> str:
    return " ".join(f"{name}={params[name]}" for name in sorted(params))


def _match(steps: np.ndarray, template: np.ndarray, covered: np.ndarray) -> tuple[float, float]:
    """Likeness (cosine) and size (1 for the template's own) at the best shift by whole beats."""
    best = (-1.0, 0.0)
    per_beat = _BINS // int(_PERIOD)
    for shift in range(int(_PERIOD)):
        moved = np.roll(template, shift * per_beat, axis=0)[covered]
        inner = float((steps[covered] * moved).sum())
        likeness = inner / max(float(np.linalg.norm(steps[covered]) * np.linalg.norm(moved)), 1e-6)
        best = max(best, (likeness, inner / max(float((moved**2).sum()), 1e-6)))
    return best


def stepped(before: View, after: View, kind: str, params: Params) -> Finding:
    """Whether the feet now dance the pattern asked: like it, as large, and like no other pattern more."""
    place = np.floor(np.mod(after.phase, _PERIOD) * _BINS / _PERIOD).astype(int) % _BINS
    covered = np.bincount(place, minlength=_BINS) > 0
    steps, old = footwork(after), footwork(before)
    likeness = {key: _match(steps, template, covered) for key, template in _templates().items()}
    asked = (kind, _key(params))
    like, size = likeness[asked]
    was = _match(old, _templates()[asked], covered)[0]
    score = min((like - 0.25) / 0.6, size / 0.9, (like - was) / 0.25)
    best = max(likeness, key=lambda key: likeness[key][0])
    if best != asked and likeness[best][0] > like + 0.01:
        score = min(score, 0.2)
    words = kind.replace("_", " ")
    return Finding(score, f"the feet dance {'a' if score > 0.3 else 'no'} {words} ({max(like, 0) * 100:.0f} % alike)")


CHECKS = {
    "turn": (turned_round, None), "jump": (jumped, jump_room), "travel": (travelled, None), "stay": (stayed, stay_room),
}  # fmt: skip
STEPS = tuple(_PATTERNS)
"""Kind of edit -> its check, and the room a dance leaves for it; STEPS go through `stepped`."""
