"""Made-up instructions with what they ask for: the corpus's wordings and freer ones, spoilt as people spoil them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from demos.corpus import edit_slots as slots
from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import NAMES, WHOLE, When
from demos.corpus.edits import KEEPABLE, SLIGHT, STRONG, USUAL, Edit
from demos.corpus.instructions import instructions
from demos.editing.reader_model import HEADS, NO_EDIT
from demos.editing.reader_words import AFTER, BEFORE, FREE, PROBLEMS
from demos.editing.reader_words_more import FURTHER, MORE_NONE, OPENINGS, SHORT, TAILS
from demos.editing.reader_words_plain import PLAIN
from demos.runtime.errors import InputError

UNSAID = -1
"""A label that the loss passes over."""
_FREE, _SPOILT, _NONE = 0.5, 0.6, 0.2
_CHOICE, _SLOT = re.compile(r"\[([^\[\]]*)\]"), re.compile(r"\{(\w+)\}")
_KEYS = "qwertyuiop asdfghjkl zxcvbnm"
_SYLLABLES = ("ka", "blo", "rum", "zi", "pex", "dro", "nil", "fu", "gra", "wem", "sto", "qui", "hib", "ty", "on", "ers")
_WORD_LIST = (
    "table window cloud seven paper engine yellow bottle market silent lemon history orange stone battery garden "
    "number castle winter finger pocket bridge monkey glass ladder kitchen button rocket coffee planet violin"
)
_WORDS = _WORD_LIST.split()


@dataclass(frozen=True)
class Example:
    """A text and what is asked in it: an edit, or None and why it is none."""

    text: str
    edit: Edit | None
    problem: str = ""


def examples(count: int, *, seed: int, split: str = "train") -> list[Example]:
    """So many examples. Only "train" has the freer wordings, spoilt texts and texts that ask for no edit."""
    rng = np.random.default_rng([seed, 1109])
    found = []
    for _ in range(count):
        if split == "train" and rng.random() < _NONE:
            text, problem = _no_edit(rng)
            found.append(Example(_spoil(text, rng) if rng.random() < 0.3 else text, None, problem))
            continue
        edit = draw(rng)
        if split == "train" and rng.random() < _FREE:
            text = _free(edit, rng)
        else:
            text = instructions(edit, seed=int(rng.integers(1 << 31)), count=1, split=split)[0]
        if split == "train" and rng.random() < _SPOILT:
            text = _spoil(text, rng)
        found.append(Example(text, edit))
    return found


def further(count: int, *, seed: int) -> list[Example]:
    """So many more examples to train on: images and idioms, in haste, with asides; near misses that are no edit."""
    rng = np.random.default_rng([seed, 2207])
    found = []
    for _ in range(count):
        if rng.random() < _NONE:
            problem = list(MORE_NONE)[int(rng.integers(len(MORE_NONE)))]
            text = _pick(MORE_NONE[problem], rng)
            found.append(Example(_hurry(text, rng) if rng.random() < 0.2 else text, None, problem))
            continue
        edit = draw(rng)
        if rng.random() < 0.6 and not EDIT_KINDS[edit.kind].ends:  # bare: a short order without a time, as most are
            edit = Edit(edit.kind, WHOLE, 0.0, 8.0, edit.params, edit.only, (), edit.strength)
        words = (PLAIN, FURTHER, FREE)[int(rng.choice(3, p=(0.45, 0.35, 0.2)))]
        text = _free(edit, rng, words)
        if rng.random() < 0.25:
            text += _pick(TAILS, rng)
        if rng.random() < 0.25:
            text = _pick(OPENINGS, rng) + text
        if rng.random() < 0.25:
            text = _hurry(text, rng)
        found.append(Example(_spoil(text, rng) if rng.random() < 0.35 else text, edit))
    return found


def _hurry(text: str, rng: np.random.Generator) -> str:
    """Up to three words written as in a short message."""
    for index in rng.permutation(len(SHORT))[:12]:
        word, written = SHORT[index]
        text = re.sub(rf"\b{word}\b", written, text, count=1)
    return text


def draw(rng: np.random.Generator) -> Edit:
    """Any edit, of no dance in particular (its seconds mean nothing); every kind and value as likely as another."""
    names = list(EDIT_KINDS)
    while True:
        kind = EDIT_KINDS[names[int(rng.integers(len(names)))]]
        params = {name: choices[int(rng.integers(len(choices)))] for name, choices in kind.choices.items()}
        if kind.name == "lean":
            params["every"] = 2.0 if params["to"] == "sides" else (0.0, 4.0)[int(rng.integers(2))]
        if kind.name == "hold_end":
            when = (When("last_bars", 1), When("last_counts", 8), When("last_s", 2), When("last_s", 3))[rng.integers(4)]
        elif kind.name == "hold_start":
            when = (When("first_bars", 1), When("until_s", 2), When("first_counts", 4))[rng.integers(3)]
        else:
            when = _draw_when(rng)
        only: tuple[str, ...] = ()
        keep: tuple[str, ...] = ()
        if kind.only and rng.random() < 0.35:
            only = (kind.only[int(rng.integers(len(kind.only)))],)
        elif rng.random() < 0.2:
            keep = (KEEPABLE[int(rng.integers(len(KEEPABLE)))],)
        strength = (SLIGHT, USUAL, STRONG)[int(rng.integers(3))] if kind.halves else STRONG
        edit = Edit(kind.name, when, 0.0, 8.0, params, only, keep, strength)
        try:
            _ = edit.parts
        except InputError:  # nothing is left of it when those parts are kept
            continue
        return edit


def _draw_when(rng: np.random.Generator) -> When:
    """Any stretch, often the whole."""
    if rng.random() < 0.4:
        return WHOLE
    name = NAMES[int(rng.integers(len(NAMES)))]
    if name in ("first_counts", "last_counts"):
        return When(name, (4, 8, 16)[int(rng.integers(3))])
    if name in ("first_bars", "last_bars"):
        return When(name, (1, 2, 4)[int(rng.integers(3))])
    if name == "counts_from":
        return When(name, int(rng.integers(2, 7)), 8)
    if name == "bar":
        return When(name, int(rng.integers(2, 9)))
    if name in ("from_s", "until_s", "last_s"):
        return When(name, int(rng.integers(2, 20)))
    if name == "between_s":
        start = int(rng.integers(0, 18))
        return When(name, start, start + int(rng.integers(2, 9)))
    return When(name)


def labels(example: Example) -> dict[str, int]:
    """Head -> index of the right choice; UNSAID where there is none."""
    found = dict.fromkeys(HEADS, UNSAID)
    edit = example.edit
    if edit is None:
        return {**found, "kind": HEADS["kind"].index(NO_EDIT), "problem": HEADS["problem"].index(example.problem)}
    said = {
        "kind": edit.kind,
        **edit.params,
        "only": edit.only[0] if edit.only else "",
        "keep": edit.keep[0] if edit.keep else "",
        "when": edit.when.name,
    }
    if EDIT_KINDS[edit.kind].halves:
        said["degree"] = {"little": "little", "": "usual", "lot": "lot"}[slots.degree(edit)]
    return {**found, **{name: HEADS[name].index(value) for name, value in said.items()}}


def _pick(ways, rng: np.random.Generator) -> str:
    return ways[int(rng.integers(len(ways)))]


def _free(edit: Edit, rng: np.random.Generator, words: Mapping[str, tuple[str, ...]] = FREE) -> str:
    """An edit in one of the freer wordings, with when, what is kept and by how much."""
    template = _pick(words[edit.kind], rng)
    fillings = slots.slots(edit)
    core = _CHOICE.sub(lambda found: _pick(found[1].split("|"), rng), template)
    core = _SLOT.sub(lambda found: _pick(fillings[found[1]], rng), core)
    if not slots.has_degree(edit, template):
        core += _pick(slots.degree_end(edit), rng)
    side = edit.params.get("side", "both")
    if side != "both" and not re.search(r"\{(arms|hands|fists|bare\w+)\}", template):
        core += f", only the {side} arm"
    if "way" in edit.params and "{way}" not in template:
        core += f" {edit.params['way']}"
    if "to" in edit.params and not re.search(r"\{(to|pto|cto|kto|tto|lto|lean)\}", template):
        core += "" if edit.params["to"] == EDIT_KINDS[edit.kind].choices["to"][0] else f" {edit.params['to']}"
    if edit.only and "{it}" not in template and "{with}" not in template:
        core += _pick(slots.only_words(edit), rng)
    when, kept = _pick(slots.time_ways(edit), rng), _pick(slots.keep_words(edit), rng)
    if when and edit.when != WHOLE and rng.random() < 0.4:
        text = f"{when}{_pick((', ', ' ', ': '), rng)}{core}{kept}"
    else:
        text = f"{core} {when}{kept}"
    return re.sub(r"\s+([,.?;])", r"\1", re.sub(r"\s+", " ", text)).strip(" ,")


def _no_edit(rng: np.random.Generator) -> tuple[str, str]:
    """A text that asks for no edit, and why."""
    problem = list(PROBLEMS)[int(rng.integers(len(PROBLEMS)))]
    if problem != "nonsense":
        return _pick(PROBLEMS[problem], rng), problem
    size = int(rng.integers(1, 8))
    way = int(rng.integers(5))
    if way == 0:
        letters = _KEYS.replace(" ", "")
        words = ["".join(_pick(letters, rng) for _ in range(rng.integers(3, 10))) for _ in range(size)]
    elif way == 1:
        words = ["".join(_pick(_SYLLABLES, rng) for _ in range(rng.integers(1, 4))) for _ in range(size)]
    elif way == 2:
        words = [_pick(_WORDS, rng) for _ in range(size)]
    elif way == 3:
        words = [
            "".join(_pick("0123456789+-*/.,;:!?#%&()", rng) for _ in range(rng.integers(1, 7))) for _ in range(size)
        ]
    else:
        words = [_pick("😀😂🔥💃🎉❤️👍🌈🎵✨", rng) for _ in range(size)]
    return " ".join(words), "nonsense"


def _spoil(text: str, rng: np.random.Generator) -> str:
    """The text as people type it: fillers, case, missing or doubled letters, a word left out, no punctuation."""
    if rng.random() < 0.5:
        text = _pick(BEFORE, rng) + text
    if rng.random() < 0.4:
        text = text.rstrip(".?") + _pick(AFTER, rng)
    if rng.random() < 0.35:
        text = _typo(text, rng)
    if rng.random() < 0.12:
        words = text.split(" ")
        small = [
            index for index, word in enumerate(words) if word.lower() in ("the", "your", "a", "to", "it", "with", "of")
        ]
        if small:
            del words[small[int(rng.integers(len(small)))]]
        text = " ".join(words)
    style = rng.random()
    if style < 0.25:
        text = text.lower()
    elif style < 0.33:
        text = text.upper()
    elif style < 0.5:
        text = re.sub(r"[,.;:?!]", "", text)
    return text.strip() or "dance"


def _typo(text: str, rng: np.random.Generator) -> str:
    """One or two slips in longer words: letters swapped, lost, doubled or hit beside."""
    words = text.split(" ")
    long = [index for index, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    for _ in range(1 + int(rng.random() < 0.3)):
        if not long:
            break
        index = long[int(rng.integers(len(long)))]
        word = words[index]
        place = int(rng.integers(1, len(word) - 1))
        way = int(rng.integers(4))
        if way == 0:
            word = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        elif way == 1:
            word = word[:place] + word[place + 1 :]
        elif way == 2:
            word = word[:place] + word[place] + word[place:]
        else:
            near = _KEYS.find(word[place].lower())
            word = word[:place] + _KEYS[max(near - 1, 0)].replace(" ", "e") + word[place + 1 :]
        words[index] = word
    return " ".join(words)
