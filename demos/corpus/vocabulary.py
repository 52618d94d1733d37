"""The vocabulary: every key with its wordings and the test that licenses it, and words read back into keys.

`holds(key, attributes)` says whether a key may be named of a dance; `mentions(text)` which keys a text names, so that a
free query can be judged against measured attributes and a user told what was understood. A key with "not:" before it is
its denial ("no jumps" -> "not:jumps.any.any"), one with "lead:" or "follow:" before it is about one dancer of a couple
("the follower turns twice" -> "follow:turns.count.2"); "tempo.bpm.128" stands for any tempo in numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from demos.corpus import wordings_motion, wordings_music, wordings_space
from demos.corpus.attributes import Attributes
from demos.corpus.grammar import gerund, inflect, third_person, verbs
from demos.corpus.predicates import COUNTED, PREDICATES, genre_key

FORMS = ("adj", "np", "vp", "adv", "clause", "madj", "mnp", "genre", "cue")
ROLES = ("lead", "follow")
REGISTERS = ("plain", "jargon", "casual", "light")
BPM_TOLERANCE = 3.0
NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
TIMES = {1: "once", 2: "twice", **{n: f"{NUMBERS[n]} times" for n in range(3, 7)}}
_COUNT_NOUNS = ("turn", "rotation", "spin", "pirouette", "jump", "hop", "leap")
_NEGATIONS = frozenset(
    ("no", "without", "not", "never", "dont", "don't", "avoid", "avoiding", "neither", "nor", "hardly")
)
_NEGATION_GLUE = frozenset(("any", "the", "a", "an", "much", "many", "of", "doing", "too", "lot", "lots", "or", "nor"))


_ROLE_WORDS = {"leader": "lead", "lead": "lead", "follower": "follow", "follow": "follow"}
_TOGETHER = frozenset(("both", "partners", "couple", "pair", "dancers", "they", "their", "two", ";", "."))
"""After these a text is about both dancers again."""
_SHARED = ("genre", "tempo", "rhythm", "valence", "music", "pair", "who")
"""Groups of keys that are never about one dancer of two."""


@dataclass(frozen=True)
class Wording:
    """One way to say a key: its form, register and text; verbs of a "vp" carry a ~ before them."""

    key: str
    form: str
    register: str
    text: str


def holds(key: str, attributes: Attributes) -> bool:
    """Whether a key may be named of a dance. Raises KeyError for a key that is not in the vocabulary."""
    if key.startswith("not:"):
        return not holds(key[4:], attributes)
    role, _, rest = key.partition(":")
    if rest:
        alone = one_of_two(attributes, role)
        return alone is not None and holds(rest, alone)
    if key.startswith("tempo.bpm."):
        tempo = attributes.music.tempo_bpm
        return tempo is not None and abs(tempo - float(key.rsplit(".", 1)[1])) <= BPM_TOLERANCE
    return PREDICATES[key](attributes)


def one_of_two(attributes: Attributes, role: str) -> Attributes | None:
    """The attributes of one dancer of a couple, "lead" or "follow", as if alone; None for a soloist."""
    if len(attributes.dancers) != 2:
        return None
    return Attributes(attributes.seconds, attributes.music, (attributes.dancers[ROLES.index(role)],))


def true_keys(attributes: Attributes) -> list[str]:
    """Every key that holds, in the vocabulary's order."""
    return [key for key, test in PREDICATES.items() if test(attributes)]


def mentions(text: str) -> frozenset[str]:
    """The keys that a text names, longest phrases first; unknown words are passed over."""
    return frozenset(key for _, _, key in read(text) if key)


def tokens(text: str) -> list[str]:
    """Lower-case words, numbers and the stops "," ";" and "."; hyphens part words, apostrophes stay inside."""
    text = text.lower().replace("’", "'").replace("-", " ")
    words: list[str] = re.findall(r"[^\W_]+(?:'[^\W_]+)*|[,;:.!?]", text)
    stops = {":": ",", "!": ".", "?": "."}
    return [stops.get(word, word) for word in words]


def read(text: str) -> list[tuple[int, int, str]]:
    """How a text was understood: (first word, word after the last, key) in order; "" for a word without a key."""
    words = tokens(text)
    table, longest = _surfaces()
    found: list[tuple[int, int, str]] = []
    place, denied, role = 0, False, ""
    while place < len(words):
        tempo = _tempo(words, place)
        length, key = tempo or next(
            (
                (size, table[tuple(words[place : place + size])])
                for size in range(min(longest, len(words) - place), 0, -1)
                if tuple(words[place : place + size]) in table
            ),
            (1, ""),
        )
        word = words[place]
        if key:
            if key.split(".")[0] not in _SHARED:
                key = role + key
            found.append((place, place + length, f"not:{key}" if denied else key))
            # "no jumps or kicks" denies both; "no jumps, fast" only the first
            denied = denied and place + length < len(words) and words[place + length] in ("or", "nor")
        else:
            role = f"{_ROLE_WORDS[word]}:" if word in _ROLE_WORDS else ("" if word in _TOGETHER else role)
            denied = word in _NEGATIONS or (denied and word in _NEGATION_GLUE)  # a stop ends it
            found.append((place, place + 1, ""))
        place += length
    return found


@cache
def wordings() -> tuple[Wording, ...]:
    """Every wording of every key, counts and genres filled in."""
    found: list[Wording] = []
    blocks = {
        **wordings_motion.ARMS, **wordings_motion.LEGS, **wordings_motion.TORSO,
        **wordings_space.SPACE, **wordings_space.TURNS, **wordings_space.JUMPS, **wordings_space.LEVEL,
        **wordings_space.DYNAMICS, **wordings_space.PAIR, **wordings_music.MUSIC, **wordings_music.WHO,
    }  # fmt: skip
    for key, block in blocks.items():
        for n in COUNTED if "{n}" in key else (0,):
            found += _parse(key.replace("{n}", str(n)), block, _counts(n))
    for genre, cues in wordings_music.GENRE_CUES.items():
        found += _parse(genre_key(genre), wordings_music.GENRE, {"genre": genre, "cues": cues or genre})
    return tuple(found)


@cache
def written(form: str) -> dict[str, tuple[Wording, ...]]:
    """The wordings of one form that captions may use, by key."""
    by_key: dict[str, list[Wording]] = {}
    for wording in wordings():
        if wording.form == form:
            by_key.setdefault(wording.key, []).append(wording)
    return {key: tuple(found) for key, found in by_key.items()}


def surfaces_of(wording: Wording) -> Iterator[str]:
    """The texts in which a wording may appear: a verb phrase in base form, third person and as -ing."""
    if wording.form == "vp":
        for form in (str, third_person, gerund):
            yield inflect(wording.text, form)
    else:
        yield wording.text


@cache
def _surfaces() -> tuple[dict[tuple[str, ...], str], int]:
    table: dict[tuple[str, ...], str] = {}
    ordered = sorted(wordings(), key=lambda wording: wording.form == "cue")  # what captions write comes first
    for wording in ordered:
        for surface in surfaces_of(wording):
            table.setdefault(tuple(tokens(surface)), wording.key)
    # A query leaves articles out: "kick to the side", "crouch".
    for words, key in list(table.items()):
        if words[0] in ("a", "an", "the") and len(words) > 1:
            table.setdefault(words[1:], key)
    return table, max(map(len, table))


def _parse(key: str, block: str, slots: dict[str, str]) -> list[Wording]:
    found = []
    for line in block.format(**slots).strip().splitlines():
        head, _, body = line.strip().partition(":")
        form, _, register = head.partition(" ")
        if form not in FORMS or (register or "plain") not in REGISTERS:
            raise ValueError(f"{key}: {head!r} is no form and register")
        for text in body.split("|"):
            filled = text.strip()
            if filled:
                found.append(Wording(key, form, register or "plain", filled))
            if form == "vp" and not verbs(filled):
                raise ValueError(f"{key}: {filled!r} marks no verb")
    return found


def _counts(n: int) -> dict[str, str]:
    if not n:
        return {}
    nouns = {f"{noun}s": noun if n == 1 else f"{noun}s" for noun in _COUNT_NOUNS}
    return {"n": NUMBERS[n], "times": TIMES[n], **nouns}


def _tempo(words: list[str], place: int) -> tuple[int, str] | None:
    """ "128 bpm" or "128 beats per minute" at a place -> words used and key."""
    match = re.fullmatch(r"(\d{2,3})(bpm)?", words[place])
    if not match:
        return None
    rest = words[place + 1 : place + 4]
    if match[2]:
        return 1, f"tempo.bpm.{match[1]}"
    if rest[:1] == ["bpm"]:
        return 2, f"tempo.bpm.{match[1]}"
    if rest in (["beats", "per", "minute"], ["beats", "a", "minute"]):
        return 4, f"tempo.bpm.{match[1]}"
    return None
