"""Trunk, shoulders and head on the beat: waves, leans, twists, contractions, rolls, shimmy; nod, turn, tilt, circle.

Spine joints turn about the body's own left, up and ahead; arms and head ride along.
"""

from __future__ import annotations

import numpy as np

from demos.corpus.layers.curves import pulse, smooth, wave
from demos.corpus.layers.kind import Kind, Param
from demos.corpus.layers.workspace import Work
from demos.motion import rotations
from demos.motion.skeleton import INDEX

_SPINE = (("spine1", 0.40), ("spine2", 0.33), ("spine3", 0.27))


def bend(work: Work, bow: np.ndarray | float, twist: np.ndarray | float, side: np.ndarray | float) -> None:
    """Turn the spine by radians in all: forwards, to the left about the vertical, over to the left."""
    turn = work.weight[:, None] * axes(work, bow, twist, side)
    for joint, share in _SPINE:
        work.add_turn(joint, share * turn)


def axes(work: Work, bow: np.ndarray | float, twist: np.ndarray | float, side: np.ndarray | float) -> np.ndarray:
    """(frames, 3) rotation vectors about left, up, ahead; leaning left turns up towards left, which is minus ahead."""
    zero = np.zeros(len(work.phase))
    return np.stack([zero + bow, zero + twist, zero - side], axis=-1)


def counter_shift(work: Work, bow: np.ndarray | float, side: np.ndarray | float) -> None:
    """With legs and root among the parts, move the pelvis against a lean so that the weight stays over the feet."""
    if work.has("root"):
        # The trunk, arms and head are two thirds of the body and about 0.3 m above the waist.
        zero = np.zeros(len(work.phase))
        shift = np.stack([zero - 0.17 * np.sin(side), zero, zero - 0.17 * np.sin(bow)], axis=-1)
        work.move_pelvis(work.weight[:, None] * shift)


def _wave(work: Work) -> None:
    every = work.params["every"]
    angle = 2 * np.pi * work.phase / every
    lag = 1.3
    # Up through the body: hips, waist, ribs, chest, neck; the chest is furthest back on the beat.
    for joint, size, behind in (("spine1", 0.26, -1.6 * lag), ("spine2", 0.25, -0.8 * lag), ("spine3", 0.28, 0.0)):
        turn = work.weight * size * np.cos(angle - behind)
        work.add_turn(joint, axes(work, turn, 0, 0))
    if work.has("head"):
        for joint in ("neck", "head"):
            work.add_turn(joint, axes(work, -work.weight * 0.20 * np.cos(angle - 0.6 * lag), 0, 0))
    if work.has("root"):
        ahead = 0.07 * np.cos(angle + 2.6)
        shift = np.stack([0 * ahead, -0.035 * (1 + np.cos(angle)) / 2, ahead], axis=-1)
        work.move_pelvis(work.weight[:, None] * shift)


_DIRECTIONS = {"left": (0.0, 1.0), "right": (0.0, -1.0), "forward": (1.0, 0.0), "back": (-0.8, 0.0)}


def _lean(work: Work) -> None:
    every, to = work.params["every"], work.params["to"]
    if to == "sides":
        sway = wave(work.phase, 2 * max(every, 1.0))
        bow, side = 0.0 * sway, np.sign(sway) * np.abs(sway) ** 0.7
    else:
        held = np.ones(len(work.phase)) if every < 0.5 else 0.5 + 0.5 * wave(work.phase, every)
        # Even a held lean breathes with the music.
        held = held * (0.93 + 0.07 * wave(work.phase))
        ahead, across = _DIRECTIONS[to]
        bow, side = ahead * held, across * held
    bend(work, 0.62 * bow, 0, 0.52 * side)
    counter_shift(work, 0.62 * bow, 0.52 * side)
    if work.has("head"):
        for joint in ("neck", "head"):
            work.add_turn(joint, work.weight[:, None] * axes(work, -0.12 * bow, 0, -0.10 * side))


def _twist(work: Work) -> None:
    turn = _plateau(wave(work.phase, 2 * work.params["every"]))
    bend(work, 0, 0.75 * turn, 0)
    if work.has("head"):
        for joint in ("neck", "head"):
            work.add_turn(joint, work.weight[:, None] * axes(work, 0, -0.22 * turn, 0))


def _plateau(x: np.ndarray) -> np.ndarray:
    """A cosine with flatter tops: dancers stay a moment where they arrive."""
    return np.sin(0.5 * np.pi * x) * 0.6 + 0.4 * x


def _contract(work: Work) -> None:
    hit = pulse(work.phase, work.params["every"], rise=0.30, fall=0.6)
    if work.params["way"] == "pop":
        # The chest out: ribs back over a waist that gives way.
        for joint, size in (("spine1", 0.16), ("spine2", -0.20), ("spine3", -0.30)):
            work.add_turn(joint, work.weight[:, None] * axes(work, size * hit, 0, 0))
        lift, neck = -0.05, 0.16
    else:
        for joint, size in (("spine1", 0.24), ("spine2", 0.26), ("spine3", 0.24)):
            work.add_turn(joint, work.weight[:, None] * axes(work, size * hit, 0, 0))
        lift, neck = 0.16, 0.10
    if work.has("head"):
        work.add_turn("neck", work.weight[:, None] * axes(work, neck * hit, 0, 0))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        if work.has(f"{side}_arm"):
            shoulders = np.stack([0 * hit, -sign * lift * hit, sign * 0.10 * hit], axis=-1)
            work.add_turn(f"{side}_collar", work.weight[:, None] * shoulders)


def _roll(work: Work) -> None:
    angle = 2 * np.pi * work.phase / work.params["every"] * (1.0 if work.params["way"] == "left" else -1.0)
    size = 0.34
    bend(work, size * np.cos(angle), 0, size * np.sin(angle))
    counter_shift(work, size * np.cos(angle), size * np.sin(angle))
    if work.has("head"):
        for joint in ("neck", "head"):
            work.add_turn(joint, work.weight[:, None] * axes(work, -0.1 * np.cos(angle), 0, -0.1 * np.sin(angle)))


def _shimmy(work: Work) -> None:
    shake = wave(work.phase, work.params["every"])
    chest = -0.12 * shake if work.has("torso") else 0.0 * shake
    # One shoulder forward while the other goes back, and a little up; loose arms hang on and are not flung about.
    for side, sign in (("left", 1.0), ("right", -1.0)):
        if work.has(f"{side}_arm"):
            forward = sign * shake
            turn = np.stack([0 * shake, -0.26 * shake, sign * 0.05 * (1 - forward)], axis=-1)
            work.add_turn(f"{side}_collar", work.weight[:, None] * turn)
            loose = -turn - np.stack([0 * chest, chest, 0 * chest], axis=-1)
            work.add_turn(f"{side}_shoulder", 0.75 * work.weight[:, None] * loose)
    if work.has("torso"):
        work.add_turn("spine3", work.weight[:, None] * axes(work, 0, chest, 0))
        if work.has("head"):
            work.add_turn("neck", work.weight[:, None] * axes(work, 0, -chest, 0))


def _shared(work: Work, turn: np.ndarray) -> None:
    """A turn of the head (frames, 3), neck and head taking a half each."""
    for joint in ("neck", "head"):
        work.add_turn(joint, 0.5 * work.weight[:, None] * turn)


def _nod(work: Work) -> None:
    down = pulse(work.phase, work.params["every"], rise=0.38, fall=0.55)
    _shared(work, axes(work, 0.62 * down - 0.12, 0, 0))


def _look(work: Work) -> None:
    to, every = work.params["to"], work.params["every"]
    if to == "sides":
        turn = 1.05 * _held(work.phase, every)
        _shared(work, axes(work, -0.10 * (1 - np.abs(turn)), turn, 0))
        return
    arrive = 0.94 + 0.06 * wave(work.phase)
    bow, turn = {"left": (0.0, 1.0), "right": (0.0, -1.0), "up": (-0.75, 0.0), "down": (0.7, 0.0)}[to]
    # Looking somewhere replaces where the head was: bring it straight first, then turn it there.
    for joint in ("neck", "head"):
        index = INDEX[joint]
        goal = rotations.rotvec_to_matrix(0.5 * axes(work, bow * arrive, turn * arrive, 0))
        work.blend((index,), goal[:, None], work.weight)


def _held(phase: np.ndarray, every: float) -> np.ndarray:
    """1 and -1 in turn, arriving on beats 0, every, 2 every ... and staying there for the first half of the way."""
    place = np.mod(phase, 2 * every) / every
    forth = 1 - 2 * smooth((np.mod(place, 1.0) - 0.45) / 0.55)
    return np.where(place < 1, forth, -forth)


def _tilt(work: Work) -> None:
    side = _plateau(wave(work.phase, 2 * work.params["every"]))
    _shared(work, axes(work, 0, 0, 0.62 * side))


def _circle(work: Work) -> None:
    angle = 2 * np.pi * work.phase / work.params["every"] * (1.0 if work.params["way"] == "left" else -1.0)
    _shared(work, axes(work, 0.5 * np.cos(angle), 0, 0.5 * np.sin(angle)))


def _every(default: float, low: float = 0.5) -> Param:
    return Param(default, low, 16.0, unit="beats")


_WAY = Param("left", choices=("left", "right"))
_BALANCED = ("torso", "head", "legs", "root")

KINDS = (
    Kind("torso_wave", "torso", "A wave up the body: hips, waist, ribs, chest; the chest furthest forward on the beat.",
         _BALANCED, _wave, params={"every": _every(4.0, 1.0)}, needed=("torso",)),
    Kind("lean", "torso", "The trunk leaned to a side, forwards or back, or from side to side on the beat; the hips "
         "give way so that the weight stays over the feet.", _BALANCED, _lean, needed=("torso",),
         params={"to": Param("sides", choices=("sides", "left", "right", "forward", "back")),
                 "every": Param(2.0, 0.0, 16.0, unit="beats")}),
    Kind("torso_twist", "torso", "The chest turned left and right over the hips, furthest on the beat.",
         ("torso", "head"), _twist, params={"every": _every(1.0)}, needed=("torso",)),
    Kind("chest_hit", "torso", "Chest pops or contractions, sharp on the beat.", ("torso", "head", "arms"), _contract,
         params={"every": _every(1.0), "way": Param("pop", choices=("pop", "contract"))}, needed=("torso",)),
    Kind("torso_roll", "torso", "The ribcage rolled round in a circle over the hips, forwards on the beat.", _BALANCED,
         _roll, params={"every": _every(4.0, 1.0), "way": _WAY}, needed=("torso",)),
    Kind("shoulder_shimmy", "torso", "Shoulders shaken forwards and back against each other, several times a beat.",
         ("arms", "torso", "head"), _shimmy, params={"every": Param(0.5, 0.25, 4.0, unit="beats")}),
    Kind("head_nod", "head", "The head nodded, down on the beat.", ("head",), _nod, params={"every": _every(1.0)}),
    Kind("head_look", "head", "The head turned to look left and right in turn, or held to one side, up or down.",
         ("head",), _look, params={"to": Param("sides", choices=("sides", "left", "right", "up", "down")),
                                   "every": _every(2.0, 1.0)}),
    Kind("head_tilt", "head", "The head tilted from shoulder to shoulder, furthest on the beat.", ("head",), _tilt,
         params={"every": _every(1.0)}),
    Kind("head_circle", "head", "The head rolled in a circle, chin down on the beat.", ("head",), _circle,
         params={"every": _every(4.0, 1.0), "way": _WAY}),
)  # fmt: skip
