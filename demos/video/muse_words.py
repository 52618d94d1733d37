"""Words for moves: sentences for every ask, some of whose wordings training never sees; and the order of what a text
asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from demos.video.muse_moves import SIZELESS, STEADY, TURNING, Ask
from demos.video.muse_wordings import AMPLITUDES, ARMS_ONE, FRAMES, SIDES, SIDES_ARMS, TEMPI, VERBS

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
        extras.append(_pick(AMPLITUDES[ask.amplitude][which], rng))
    if ask.move not in STEADY:
        extras.append(_pick(TEMPI[ask.tempo][which], rng))
    if ask.side != "both" and ask.move != "arms":
        verb = f"{verb} {_pick(SIDES[ask.side], rng)}"
    extras = [extra for extra in extras if extra]
    rng.shuffle(extras)
    first = extras and rng.random() < 0.25 and extras[0].endswith("ly")
    text = " ".join([extras[0], verb, *extras[1:]] if first else [verb, *extras])
    return _pick(FRAMES[which], rng).format(text).strip() if text else ""


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
        return _pick(ARMS_ONE[which], rng).format(_pick(SIDES_ARMS[side], rng))
    return _pick(VERBS[move][which], rng)


def _pick(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
