"""Instructions: an edit said in many ways and registers, the wordings split into those to train on and unseen ones."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from demos.corpus import edit_slots as slots
from demos.corpus import edit_wordings_arms, edit_wordings_body, edit_wordings_space
from demos.corpus.edits import Edit
from demos.runtime.errors import InputError

WORDINGS = {**edit_wordings_arms.WORDINGS, **edit_wordings_body.WORDINGS, **edit_wordings_space.WORDINGS}
"""Kind of edit -> wordings, notation in edit_wordings_arms."""
REGISTERS = ("plain", "casual", "formal", "terse", "jargon")
SPLITS = ("train", "validation", "test")
_TAGS = {"t:": "terse", "j:": "jargon", "c:": "casual", "f:": "formal"}
_FRAMES = {
    "plain": ("{x}", "{x}", "{x}.", "the dancer should {x}", "I want you to {x}", "now {x}"),
    "casual": (
        "can you {x}?", "ok now {x}", "let's {x}", "hey, {x}", "could you maybe {x}", "{x} please", "how about we {x}",
        "I'd love it if you {x}", "just {x}", "{x}, yeah?",
    ),
    "formal": (
        "Please {x}.", "Could you please {x}?", "I would like you to {x}.", "Would you kindly {x}?",
        "I would ask you to {x}.", "The performer is asked to {x}.",
    ),
    "terse": ("{x}",),
    "jargon": ("{x}", "from the top: {x}", "5, 6, 7, 8: {x}", "ok people, {x}", "and {x}"),
}  # fmt: skip
_CLAUSE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
MOST_TRIES = 40


def split_of(kind: str, index: int) -> str:
    """The split of a kind's wording: every fifth is for the test, the third of each five in turn for validation.

    Held-out wordings bring verbs and turns of phrase that no training wording of their kind has.
    """
    place = (index + sum(map(ord, kind))) % 5
    return {4: "test", 1: "validation" if index % 2 else "train"}.get(place, "train")


def wordings(kind: str, split: str | None = None) -> list[tuple[str, str]]:
    """(register, wording) of a kind in a split, or in all. A wording for every register can be framed: "plain"."""
    if kind not in WORDINGS:
        raise InputError(f'There are no wordings for an edit "{kind}".')
    chosen = _splits(kind)
    return [
        (_TAGS.get(text[:2], "plain"), text[2:] if text[:2] in _TAGS else text)
        for index, text in enumerate(WORDINGS[kind])
        if split is None or chosen[index] == split
    ]


@lru_cache(maxsize=256)
def _splits(kind: str) -> tuple[str, ...]:
    """The split of each wording of a kind; every split has at least one that can be framed for every register."""
    chosen = [split_of(kind, index) for index in range(len(WORDINGS[kind]))]
    said: dict[str, int] = {}
    for index, text in enumerate(WORDINGS[kind]):
        # A wording said elsewhere tersely or in jargon is the same wording: it stays in one split.
        for way in expansions((text[2:] if text[:2] in _TAGS else text).replace("{bare", "{").replace("_t}", "}")):
            chosen[index] = chosen[said.setdefault(way, index)]
    free = [index for index, text in enumerate(WORDINGS[kind]) if text[:2] not in _TAGS]
    for split, place in (("test", -1), ("validation", -2)):
        if not any(chosen[index] == split for index in free):
            chosen[free[place]] = split
    return tuple(chosen)


def instructions(
    edit: Edit, *, seed: int, count: int, registers: Sequence[str] = REGISTERS, split: str = "train"
) -> list[str]:
    """Different ways to ask for an edit, drawn from one split's wordings.

    Fewer than `count` only where there are no more. The same arguments always give the same list.
    Raises InputError for an unknown register or split, or fewer than one wanted.
    """
    unknown = [name for name in registers if name not in REGISTERS]
    if unknown or not registers:
        raise InputError(f"Registers are {', '.join(REGISTERS)}; choose at least one of these.")
    if split not in SPLITS or count < 1:
        raise InputError(f"Ask for at least one instruction of a split: {', '.join(SPLITS)}.")
    rng = np.random.default_rng([seed, 31337, SPLITS.index(split)])
    found: dict[str, None] = {}
    for _ in range(MOST_TRIES * count):
        text = _say(edit, str(rng.choice(list(registers))), split, rng)
        found.setdefault(text)
        if len(found) == count:
            break
    return list(found)


def _say(edit: Edit, register: str, split: str, rng: np.random.Generator) -> str:
    every = wordings(edit.kind, split)
    own = [text for tag, text in every if tag == register]
    plain = [text for tag, text in every if tag == "plain"]
    if own and (register == "terse" or rng.random() < 0.5 or not plain):
        template, frame = _pick(own, rng), "{x}"
    else:
        template, frame = _pick(plain, rng), _pick(_FRAMES[register], rng)
    core = _fill(_choose(template, rng), slots.slots(edit), rng)
    if not slots.has_degree(edit, template):
        core += _pick(slots.degree_end(edit), rng)
    if edit.only and "{it}" not in template and "{with}" not in template:
        core += _pick(slots.only_words(edit), rng)
    when = _pick(slots.time_ways(edit), rng)
    kept = _pick(slots.keep_words(edit), rng)
    if when and frame == "{x}" and rng.random() < 0.35 and register != "terse":
        text = f"{when}, {core}{kept}" if register != "jargon" else f"{when}: {core}{kept}"
    elif when and register == "terse":
        text = f"{core}, {when.removeprefix('in the ').removeprefix('for the ').removeprefix('during the ')}{kept}"
    else:
        text = f"{core} {when}{kept}" if when else f"{core}{kept}"
    said = frame.replace("{x}", text)
    if register in ("formal", "plain") and rng.random() < 0.7:
        said = said[0].upper() + said[1:]
    if register == "formal" and said[-1] not in ".?":
        said += "."
    return re.sub(r"\s+([,.?;])", r"\1", re.sub(r"\s+", " ", said)).strip()


def _pick(ways: Sequence[str], rng: np.random.Generator) -> str:
    return ways[int(rng.integers(len(ways)))]


def _choose(template: str, rng: np.random.Generator) -> str:
    """One of the alternatives of every [a|b]."""
    return _CLAUSE.sub(lambda found: _pick(found[1].split("|"), rng), template)


def _fill(text: str, fillings: dict | object, rng: np.random.Generator) -> str:
    return _SLOT.sub(lambda found: _pick(fillings[found[1]], rng), text)  # pyright: ignore[reportIndexIssue]


def expansions(template: str) -> list[str]:
    """All choices of every [a|b] of a wording; slots stay. "[raise|lift] {arms}" -> ["raise {arms}", "lift {arms}"]."""
    pieces = _CLAUSE.split(template)
    ways = [piece.split("|") if index % 2 else [piece] for index, piece in enumerate(pieces)]
    return ["".join(choice) for choice in itertools.product(*ways)]
