"""Words for moves: many wordings of every ask, some kept from training; and the order of what a text asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from demos.video.muse_moves import SIZELESS, STEADY, TURNING, Ask

_VERBS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "sway": (("sway", "sway from side to side", "swing gracefully left and right", "sway like grass in the wind",
              "swaying", "bend from one side to the other", "swing to and fro", "sway the body"),
             ("swaying softly from left to right", "sway to the tune", "bend left and right like a reed")),
    "rock": (("rock", "rock from side to side", "tip from one foot to the other", "tilt back and forth",
              "rocking like a boat", "tilt left and right stiffly", "teeter", "rock stiffly"),
             ("rock like a cradle", "tilting from one edge to the other", "tip over left and right")),
    "bounce": (("bounce", "bob up and down", "bounce in place", "bouncing", "squash and stretch", "bob",
                "pump up and down", "bounce like a ball"),
               ("bouncing up and down", "bob to the music", "bounce like jelly")),
    "jump": (("jump", "hop", "jump up and down", "leap into the air", "jumping", "hop up", "leap",
        "spring off the ground"),
             ("hopping up", "jump high off the floor", "leaping up and down")),
    "shake": (("shake", "tremble", "shake all over", "shiver", "vibrate", "shaking", "rattle", "jitter"),
              ("trembling all over", "shake the whole thing", "quiver")),
    "nod": (("nod", "nod the head", "nod along", "bob the head", "nodding", "bow the head to the beat", "dip the head"),
            ("nods its head", "nodding along with the head", "a nod")),
    "spin": (("spin", "turn around", "spin around", "rotate", "spinning", "whirl", "pirouette", "twirl"),
             ("twirling round and round", "turn all the way round", "spins around")),
    "twist": (("twist", "do the twist", "twist left and right", "turn half to one side and the other", "twisting",
               "swivel", "turn back and forth"),
              ("twisting to and fro", "swivelling", "do a twist")),
    "ripple": (("ripple", "undulate", "do a body wave", "let a wave run up the body", "snake", "slither upwards",
                "wave like a ribbon", "move like a snake"),
               ("undulating like seaweed", "a wave runs through the whole body", "rippling")),
    "wiggle": (("wiggle", "wiggle all the legs", "wriggle", "flutter every limb", "wiggling", "wiggle the limbs",
                "kick all legs about", "squirm"),
               ("wriggling all its legs", "wiggle every limb", "fluttering legs")),
    "arms": (("wave the arms", "raise the arms and wave", "arms up", "wave hello", "wave", "flap the arms",
              "lift the arms and swing them", "waving arms"),
             ("waving its arms", "arms in the air, waving", "flapping arms")),
    "march": (("march", "march in place", "step in place", "walk on the spot", "stomp", "marching", "tramp",
        "stamp the feet"),
              ("marching on the spot", "stomping feet", "walk in place")),
    "slide": (("slide", "slide from side to side", "glide left and right", "shuffle sideways", "sliding",
        "glide across",
               "drift from left to right"),
              ("gliding from side to side", "slide across the floor", "shuffling sideways")),
    "stretch": (("stretch", "stretch up", "grow tall and shrink", "stretch and shrink", "swell up and down",
        "stretching",
                 "reach up tall", "breathe in and out"),
                ("stretching up tall", "grow and shrink", "getting taller and shorter")),
    "lean": (("lean", "lean over", "lean to the side", "leaning", "bend over and stay", "hang over sideways", "slouch"),
             ("leaning over to one side", "lean and hold it", "stay bent over")),
    "still": (("stand still", "freeze", "do not move", "hold still", "stay still", "stop", "be motionless", "pause"),
              ("standing still", "don't move", "frozen in place")),
    "dance": (("dance", "dance to the music", "dance freely", "dancing", "move to the beat", "groove", "show a dance",
               "dance like a person", ""),
              ("groove to the music", "do a dance", "dancing happily")),
}  # fmt: skip
"""Move -> wordings of training, wordings kept from it."""
_AMPLITUDES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "gentle": (("gently", "softly", "a little", "slightly", "subtly", "calmly", "with small movements", "lightly",
        "gentle"),
               ("delicately", "just a bit", "with tiny moves")),
    "normal": (("",), ("",)),
    "wild": (("wildly", "energetically", "a lot", "strongly", "with big movements", "like crazy", "vigorously",
        "as much as possible", "wild"),
             ("with huge moves", "furiously", "really big")),
}  # fmt: skip
_TEMPI: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "slow": (("slowly", "at half speed", "on every other beat", "in slow motion", "every second beat",
        "at a slow pace"),
             ("unhurriedly", "half as fast", "slow")),
    "normal": (("", "", "on the beat", "on every beat", "in time", "to the beat"), ("", "with each beat",
        "on each beat")),
    "fast": (("fast", "quickly", "at double speed", "twice every beat", "in double time", "rapidly"),
             ("speedily", "twice as fast", "at a quick pace")),
}  # fmt: skip
_SIDES = {"left": ("to the left", "left", "on the left side"), "right": ("to the right", "right", "on the right side")}
_SIDES_ARMS = {
    "left": ("the left arm", "its left arm", "only the left arm"),
    "right": ("the right arm", "its right arm",
        "only the right arm"),
}  # fmt: skip
_ARMS_ONE = (
    ("wave {}", "raise {} and wave", "flap {}", "swing {}", "lift {} and wave it"),
    ("waving {}", "wave with {}"),
)
_FRAMES = (
    ("{}", "{}", "{}", "it should {}", "make it {}", "let it {}", "please {}", "the figure should {}"),
    ("{}", "I want it to {}", "have it {}"),
)
SPLITS = ("train", "test")
_THEN = re.compile(
    r"\s*(?:[,;.]\s*(?:and\s+)?then\s+|\s+(?:and\s+)?then\s+|,?\s*(?:followed by|and after that|after that,?|"
    r"afterwards,?|and finally|finally,?)\s+|[;.]\s+)", re.IGNORECASE,
)  # fmt: skip
_LOUD = re.compile(
    r",?\s*\b(?:only\s+)?(?:in|during|at|on)\s+(?:the\s+)?"
    r"(?:chorus(?:es)?|loud\s+(?:parts?|passages?|sections?)|drops?|refrain)\b", re.IGNORECASE,
)  # fmt: skip
LONGEST = 400
"""Characters of a text."""


def wording(ask: Ask, rng: np.random.Generator, *, split: str = "train") -> str:
    """A sentence that asks for it. split : "train" or "test", whose wordings training never sees."""
    which = SPLITS.index(split)
    verb = _verb(ask.move, ask.side, which, rng)
    if ask.also:
        verb = f"{verb} and {_verb(ask.also, 'both', which, rng)}"
    extras = []
    if ask.move not in SIZELESS:
        extras.append(_pick(_AMPLITUDES[ask.amplitude][which], rng))
    if ask.move not in STEADY:
        extras.append(_pick(_TEMPI[ask.tempo][which], rng))
    if ask.side != "both" and ask.move != "arms":
        verb = f"{verb} {_pick(_SIDES[ask.side], rng)}"
    extras = [extra for extra in extras if extra]
    rng.shuffle(extras)
    first = extras and rng.random() < 0.25 and extras[0].endswith("ly")
    text = " ".join([extras[0], verb, *extras[1:]] if first else [verb, *extras])
    return _pick(_FRAMES[which], rng).format(text).strip() if text else ""


def draw(rng: np.random.Generator, *, combined: float = 0.12) -> Ask:
    """Something to ask for at random. combined : how often two moves at once."""
    from demos.video.muse_moves import MOVES

    weights = np.array([2.0 if move == "dance" else 0.6 if move == "still" else 1.0 for move in MOVES])
    move = str(rng.choice(MOVES, p=weights / weights.sum()))
    amplitude = "normal" if move in SIZELESS else str(rng.choice(["gentle", "normal", "wild"], p=[0.3, 0.4, 0.3]))
    tempo = "normal" if move in STEADY else str(rng.choice(["slow", "normal", "fast"], p=[0.25, 0.5, 0.25]))
    side = "both"
    if move in TURNING and rng.random() < (0.9 if move == "lean" else 0.5):
        side = str(rng.choice(["left", "right"]))
    also = ""
    if move in ("sway", "bounce", "arms", "slide", "twist", "march") and rng.random() < combined * 3:
        also = str(rng.choice([other for other in ("nod", "bounce", "arms", "twist", "wiggle") if other != move]))
        side = "both"
    return Ask(move, also, amplitude, tempo, side)


@dataclass(frozen=True)
class Clause:
    """One thing that a text asks for. loud : only where the music is loud."""

    text: str
    loud: bool = False


def clauses(text: str) -> tuple[Clause, ...]:
    """What a text asks for, in order: parted at "then", "after that", full stops; "in the chorus" is where it is loud.

    Worked case: "nod, then spin" is ("nod", "spin"); "sway, shake wildly in the chorus" is "sway" and, loud, "shake
    wildly".
    """
    made: list[Clause] = []
    for part in _THEN.split(" ".join(text[:LONGEST].split())):
        part = part.strip(" ,;.!")
        if not part:
            continue
        found = _LOUD.search(part)
        if not found:
            made.append(Clause(part))
            continue
        said = (part[: found.start()] + " " + part[found.end() :]).strip(" ,;.!")
        if "," in said:
            before, _, said = said.rpartition(",")
            made.append(Clause(before.strip(" ,")))
        made.append(Clause(re.sub(r"^(?:and|but)\s+", "", said.strip(" ,")) or "dance", True))
    return tuple(made)


def _verb(move: str, side: str, which: int, rng: np.random.Generator) -> str:
    if move == "arms" and side != "both":
        return _pick(_ARMS_ONE[which], rng).format(_pick(_SIDES_ARMS[side], rng))
    return _pick(_VERBS[move][which], rng)


def _pick(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
