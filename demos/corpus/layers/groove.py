"""The body's centre on the beat: bounce, groove, hips, sinking, crouching, rising. The feet stay where they are."""

from __future__ import annotations

import numpy as np

from demos.corpus.layers.curves import pulse, smooth, wave
from demos.corpus.layers.kind import Kind, Param
from demos.corpus.layers.torso import axes
from demos.corpus.layers.workspace import Work
from demos.motion import rotations
from demos.motion.skeleton import INDEX, REST_OFFSETS

_LOWEST_M, _ROOM_M = 0.38, 0.45  # the lowest a pelvis is brought; above it by this much, all of a depth is danced
_HEEL_OFFSET = REST_OFFSETS[INDEX["left_foot"]]


def _shift(work: Work, across: np.ndarray | float, up: np.ndarray | float, ahead: np.ndarray | float) -> np.ndarray:
    zero = np.zeros(len(work.phase))
    return work.weight[:, None] * np.stack([zero + across, zero + up, zero + ahead], axis=-1)


def _spine(work: Work, bow: np.ndarray | float, twist: np.ndarray | float, side: np.ndarray | float) -> None:
    if work.has("torso"):
        turn = work.weight[:, None] * axes(work, bow, twist, side)
        for joint in ("spine1", "spine2", "spine3"):
            work.add_turn(joint, turn / 3)


def _bounce(work: Work) -> None:
    every = work.params["every"]
    depth = work.params["depth"]
    place = work.phase if work.params["accent"] == "down" else work.phase + every / 2
    # Down like a ball, up like a spring: time below is shorter than above.
    low = (0.5 + 0.5 * wave(place, every)) ** 1.3
    work.move_pelvis(_shift(work, 0, -depth * low, -0.15 * depth * low))
    _spine(work, 0.10 * (low - 0.4), 0, 0)
    if work.has("head"):
        work.add_turn("head", work.weight[:, None] * axes(work, 0.14 * (low - 0.4), 0, 0))


def _groove(work: Work) -> None:
    low = (0.5 + 0.5 * wave(work.phase)) ** 1.3
    rock = wave(work.phase, 4.0)
    twist = wave(work.phase - 0.25, 2.0)
    roll = np.stack([0.06 * low, 0.10 * twist, 0.09 * rock], axis=-1) * work.weight[:, None]
    work.move_pelvis(_shift(work, 0.075 * rock, -0.065 * low - 0.012, 0), roll, upright=1.0)
    _spine(work, 0.16 * (low - 0.5), -0.22 * twist, 0.10 * wave(work.phase - 0.3, 4.0))
    if work.has("head"):
        for joint in ("neck", "head"):
            late = wave(work.phase - 0.12)
            work.add_turn(joint, work.weight[:, None] * axes(work, 0.09 * late, 0, 0.05 * wave(work.phase - 0.5, 4.0)))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        if work.has(f"{side}_arm"):
            up = 0.05 + 0.05 * wave(work.phase - 0.1) + 0.05 * sign * wave(work.phase - 0.2, 2.0)
            work.add_turn(f"{side}_collar", work.weight[:, None] * np.stack([0 * up, 0 * up, sign * up], axis=-1))


def _hip_sway(work: Work) -> None:
    sway = wave(work.phase, 2 * work.params["every"])
    sway = 0.7 * sway + 0.3 * np.sin(0.5 * np.pi * sway)
    roll = np.stack([0 * sway, 0 * sway, 0.20 * sway], axis=-1) * work.weight[:, None]
    work.move_pelvis(_shift(work, 0.085 * sway, -0.015 * (1 - np.abs(sway)), 0), roll)


def _hip_circle(work: Work) -> None:
    angle = 2 * np.pi * work.phase / work.params["every"] * (1.0 if work.params["way"] == "left" else -1.0)
    across, ahead = np.sin(angle), np.cos(angle)
    roll = np.stack([-0.20 * ahead, 0 * angle, 0.17 * across], axis=-1) * work.weight[:, None]
    work.move_pelvis(_shift(work, 0.085 * across, -0.025, 0.075 * ahead), roll)


def _hip_accent(work: Work) -> None:
    every = work.params["every"]
    left = pulse(work.phase, 2 * every, rise=0.25, fall=0.6)
    right = pulse(work.phase - every, 2 * every, rise=0.25, fall=0.6)
    sides = {"both": left - right, "left": left + right, "right": -left - right}
    hit = sides[work.params["side"]]
    roll = np.stack([0 * hit, -0.10 * hit, 0.26 * hit], axis=-1) * work.weight[:, None]
    work.move_pelvis(_shift(work, 0.09 * hit, -0.02 * (1 - np.abs(hit)), 0), roll)


def _lower(work: Work, depth: np.ndarray) -> None:
    """Bring the pelvis down by (frames,) metres at full strength, sitting back and bowing to stay balanced."""
    # A dancer who is low already cannot sink as far again.
    depth = depth * np.clip((work.source_root[:, 1] - _LOWEST_M) / _ROOM_M, 0.0, 1.0)
    pitch = np.stack([0.85 * depth, 0 * depth, 0 * depth], axis=-1) * work.weight[:, None]
    work.move_pelvis(_shift(work, 0, -depth, -0.34 * depth), pitch, upright=0.35)
    if work.has("head"):
        work.add_turn("neck", work.weight[:, None] * axes(work, -0.55 * depth, 0, 0))


def _sink(work: Work) -> None:
    phase = work.phase
    period = {"downbeats": float(work.grid.bar), "beats": 1.0, "counts": work.params["every"]}[work.params["on"]]
    quick = min(0.45 * period, 0.8)
    _lower(work, work.params["depth"] * pulse(phase, period, rise=quick, fall=min(0.55 * period, 1.3)))


def _crouch(work: Work) -> None:
    _lower(work, work.params["depth"] * (0.95 + 0.05 * wave(work.phase)))


def _rise(work: Work) -> None:
    """Onto the balls of the feet: standing feet turn about their toes."""
    lift = 0.90 + 0.10 * wave(work.phase)
    angle = 0.62 * work.weight * lift
    feet = work.source_feet
    low = np.clip(1 - (feet.ankles[..., 1] - 0.10) / 0.10, 0.0, 1.0)
    low = low * smooth((feet.turns[..., 1, 1] - 0.7) / 0.2)  # only feet that are flat
    for foot in (0, 1):
        turn = feet.turns[:, foot]
        ball = feet.ankles[:, foot] + turn @ _HEEL_OFFSET
        pitch = np.zeros((len(angle), 3))
        pitch[:, 0] = angle * low[:, foot]
        feet.turns[:, foot] = turn @ rotations.rotvec_to_matrix(pitch)
        feet.ankles[:, foot] = ball - feet.turns[:, foot] @ _HEEL_OFFSET
    raised = (feet.ankles - work.source_feet.ankles)[..., 1].mean(axis=1)
    work.root = work.root + np.stack([0 * raised, raised + 0.012 * work.weight, 0 * raised], axis=-1)
    facing = rotations.yaw(work.heading())
    # The weight goes over the balls of the feet.
    work.root = work.root + np.einsum("fij,fj->fi", facing, np.stack([0 * raised, 0 * raised, 0.7 * raised], -1))
    work.feet = feet


def _every(default: float, low: float = 0.5) -> Param:
    return Param(default, low, 16.0, unit="beats")


_ALL = ("legs", "root", "torso", "head", "arms")
_CORE = ("legs", "root", "torso")
_NEEDED = ("legs", "root")

KINDS = (
    Kind("bounce", "groove", "Knees that give on every beat (or half, or second beat), so that the whole body bounces.",
         ("legs", "root", "torso", "head"), _bounce, needed=_NEEDED,
         params={"every": _every(1.0), "depth": Param(0.075, 0.02, 0.20, unit="m"),
                 "accent": Param("down", choices=("down", "up"))}),
    Kind("groove", "groove", "A groove in the whole body: knees on the beat, weight from side to side, chest against "
         "the hips, shoulders and head behind the beat.", _ALL, _groove, needed=_NEEDED),
    Kind("hip_sway", "hips", "Hips swung from side to side, furthest on the beat, under a quiet chest.", _CORE,
         _hip_sway, params={"every": _every(1.0)}, needed=_NEEDED),
    Kind("hip_circle", "hips", "Hips circled under a quiet chest, forwards on the beat.", _CORE, _hip_circle,
         params={"every": _every(4.0, 1.0), "way": Param("left", choices=("left", "right"))}, needed=_NEEDED),
    Kind("hip_accent", "hips", "Sharp hip hits to the side on the beat.", _CORE, _hip_accent, needed=_NEEDED,
         params={"every": _every(1.0), "side": Param("both", choices=("both", "left", "right"))}),
    Kind("sink", "level", "The body sinks lower on every downbeat (or beat) and comes up again.",
         ("legs", "root", "torso", "head"), _sink, needed=_NEEDED, opposite="rise",
         params={"depth": Param(0.24, 0.05, 0.45, unit="m"), "every": _every(4.0, 1.0),
                 "on": Param("downbeats", choices=("downbeats", "beats", "counts"))}),
    Kind("crouch", "level", "The dance brought lower, knees bent throughout.", ("legs", "root", "torso", "head"),
         _crouch, needed=_NEEDED, opposite="rise", params={"depth": Param(0.26, 0.05, 0.45, unit="m")}),
    Kind("rise", "level", "The dance lifted onto the balls of the feet.", ("legs", "root"), _rise, needed=_NEEDED,
         opposite="crouch"),
)  # fmt: skip
