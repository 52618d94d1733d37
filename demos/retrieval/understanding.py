"""What a search says: which of its words are known, which are rare or unknown, and when to doubt that it is a search.

The network turns any text into a vector; whether that vector means anything is decided here, from the vocabulary, from
how often training saw what is named, and from how near the text is to texts about dance at all.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from demos.corpus.captions import GLUE
from demos.corpus.vocabulary import read, tokens
from demos.retrieval.data import KEYS, LONGEST
from demos.retrieval.pipeline import Loaded, load
from demos.runtime.errors import InputError
from demos.text.encoder import encode

RARE_SHARE = 0.02
"""A key that fewer training clips had is rare: the network met little of it."""
UNKNOWN_ODDS = math.log(0.15)
"""Of a search without a single known word: like one usual key."""
LONG_WORDS = 120
"""Of longer texts the end is not read (data.LONGEST word pieces)."""
_SMALL = """
    about after again all along also am are as at be been before being both but by can could did do does doing down
    each every everything few for from further get go going had has have having he her here hers him his how i if into
    it its itself just keep keeps like little lot lots make makes many may me more most much my never no nor not now of
    off on once one only or other our out own please really same she should so some someone something somewhere such
    than that their them then there these they thing things those through too two under until up us very was way we
    well were what when where which who whole whose why will would you your dance dances dancing danced dancers
    move moves moving movement song songs music track tune style part parts clip clips video
    """
_STOP = GLUE | frozenset(_SMALL.split())
_OTHERS = """
    le les une des du et est avec dans pour sur qui que pas je nous vous très una unos unas los las con por para como
    muy es el y del al esta este bailando baile der die das und mit ist ein eine einen nicht zu von für auf sehr im
    il lo gli di che e per molto della dei sono um uma os com não muito een het met van niet zeer och att som den
    """
_FOREIGN = frozenset(_OTHERS.split())
"""The small words of the languages most likely to be typed here."""


@dataclass(frozen=True)
class Understanding:
    """How a search was understood.

    keys : of the vocabulary, "not:" before what is wished away. rare : words for what training had little of.
    unknown : words outside the vocabulary, read by their likeness to known ones only.
    familiar : 0..1, how much the text looks like one about dance. unsure : results deserve doubt. note : why, for
    whoever searched, "" when there is nothing to say. odds : logarithm of the share of clips that would be all of the
    keys by chance, were they independent.
    """

    keys: tuple[str, ...]
    rare: tuple[str, ...]
    unknown: tuple[str, ...]
    familiar: float
    unsure: bool
    note: str
    odds: float = 0.0


def understand(text: str, *, loaded: Loaded | None = None) -> Understanding:
    """How a search will be understood. Raises InputError for a text without words."""
    if not re.search(r"\w", text):
        raise InputError("The search is empty: describe a dance, for example “fast salsa with lots of turns”.")
    loaded = loaded or load()
    words = tokens(text)[: 2 * LONGEST]
    keys, rare, unknown = [], [], []
    odds: dict[str, float] = {}
    often = dict(zip(KEYS, loaded.facts["key_shares"], strict=True))
    for start, stop, key in read(" ".join(words)):
        phrase = " ".join(words[start:stop])
        if key:
            keys.append(key)
            plain = key.removeprefix("not:").rpartition(":")[2]
            if often.get(plain, 1.0) < RARE_SHARE:
                rare.append(phrase)
            if plain in often:
                share = 1 - often[plain] if key.startswith("not:") else often[plain]
                odds[key] = math.log(min(max(share, 1e-3), 1 - 1e-3))
        elif phrase not in _STOP and re.search(r"[^\W\d_]", phrase):
            unknown.append(phrase)
    near = familiarity(text, loaded)
    foreign = is_foreign(words)
    known = any(not key.startswith("who.") for key in keys)
    unsure = foreign or near < 0.5 * (0.5 if known else 1.0)
    keys, rare, unknown = (tuple(dict.fromkeys(each)) for each in (keys, rare, unknown))
    note = _note(foreign, unsure, rare, unknown if not known else (), len(text.split()))
    return Understanding(keys, rare, unknown, near, unsure, note, sum(odds.values()) if odds else UNKNOWN_ODDS)


def familiarity(text: str, loaded: Loaded) -> float:
    """0..1: how much a text looks like those about dance; 0.5 is where a search may as well be about something else."""
    slope, offset = loaded.facts["familiar"]
    nearest = float((encode([text])[0] @ loaded.bank.T).max())
    return float(1 / (1 + np.exp(-(slope * nearest + offset))))


def is_foreign(words: list[str]) -> bool:
    """Whether lower-case words are not English: another script, or the small words of another language."""
    letters = [letter for word in words for letter in word if letter.isalpha()]
    latin = sum("LATIN" in _name(letter) for letter in letters)
    if letters and latin < 0.5 * len(letters):
        return True
    plain = [word for word in words if word.isalpha()]
    strange = sum(word in _FOREIGN for word in plain)
    usual = sum(word in _STOP for word in plain)
    return (strange >= 2 and strange > usual) or (bool(plain) and strange / len(plain) >= 0.4)


def _name(letter: str) -> str:
    import unicodedata

    return unicodedata.name(letter, "")


def _note(foreign: bool, unsure: bool, rare: tuple[str, ...], unknown: tuple[str, ...], length: int) -> str:
    """One or two sentences for the person who searched."""
    said = []
    if foreign:
        said.append("Only English is understood: these are guesses.")
    elif unsure:
        said.append("This does not read like a search for a dance: these are guesses.")
    elif rare:
        said.append(f"Rare here: {_listed(rare)}; expect near misses.")
    elif unknown:
        said.append(f"Not in the vocabulary: {_listed(unknown)}; matched by likeness.")
    if length > LONG_WORDS:
        said.append("The text is long: its end is not read.")
    return " ".join(said)


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{word}”" for word in words[:4]) + (" …" if len(words) > 4 else "")
