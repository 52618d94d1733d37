"""Captions and search texts: sentences of 6 to 25 words that name only what the vocabulary finds true of a dance.

A small grammar: a structure (noun-led, subject-led, clauses, terse ...) asks for wordings by form, a register colours
them, and each caption draws other attributes than the ones before. Same attributes and seed, same texts.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from demos.corpus.attributes import Attributes
from demos.corpus.grammar import article, count_words, gerund, inflect, listed, sentence, third_person
from demos.corpus.vocabulary import Wording, one_of_two, true_keys, written
from demos.corpus.wordings_music import GENRE_CUES

FEWEST_WORDS, MOST_WORDS = 6, 25
FEWEST_QUERY_WORDS, MOST_QUERY_WORDS = 2, 10
_TRIES = 60
_REGISTERS = (("plain", 0.45), ("jargon", 0.22), ("casual", 0.18), ("light", 0.15))
_USED_AGAIN = 0.2
"""How welcome an attribute is in a caption after another caption of the same clip has named it."""
_GROUP_CAP = {"arms": 2, "legs": 2, "turns": 1, "jumps": 1, "pair": 2}
_MUSIC_GROUPS = frozenset(("genre", "tempo", "rhythm", "valence", "music"))
_COMMON = {
    "torso.lean.upright": 0.35, "arms.height.low": 0.5, "intensity.level.moderate": 0.45, "turns.none.none": 0.2,
    "legs.steps.steady": 0.5, "rhythm.feel.straight": 0.25, "tempo.speed.medium": 0.6, "legs.bend.straight": 0.5,
    "turns.half.half": 0.5, "legs.knee.one": 0.5, "arms.only.left": 0.6, "arms.only.right": 0.6,
    "torso.amount.still": 0.6, "who.count.solo": 0.0, "who.count.couple": 0.0, "pair.hold.hold": 0.6,
    "pair.gap.changes": 0.6, "level.change.varied": 0.7, "torso.head.nod": 0.5,
}  # fmt: skip
"""Attributes that hold for very many dances say little, and are drawn less often."""

_NOUNS = {
    False: ("dance", "routine", "solo", "number", "piece", "performance", "solo dance"),
    True: ("duet", "couple dance", "partner dance", "routine for two", "dance for two"),
}
_SUBJECTS = {
    False: ("the dancer", "a dancer", "the performer", "a soloist", "the soloist"),
    True: ("the couple", "the partners", "two dancers", "both dancers", "the two dancers"),
}
_CASUAL_SUBJECTS = {False: ("someone", "this dancer"), True: ("the two of them", "these two")}
_SINGULAR_COUPLES = ("the couple",)
_ROLE_GROUPS = ("arms", "legs", "torso", "turns", "jumps", "level")
_ROLE_NAMES = {"lead": ("the leader", "the lead"), "follow": ("the follower", "the follow")}
_GENRE_NOUNS = frozenset(("salsa", "cha-cha", "bachata", "samba", "tango", "flamenco", "waltz"))
_MUSIC_NOUNS = ("music", "track", "song", "tune", "music")

_NAMES = (*_NOUNS.values(), *_SUBJECTS.values(), *_CASUAL_SUBJECTS.values(), *_ROLE_NAMES.values(), _MUSIC_NOUNS)
_SMALL_WORDS = (
    "a an the and with while as to in over is this set danced",
    "show me find looking for i want to see dancer",
)
GLUE = frozenset(" ".join((*(text for texts in _NAMES for text in texts), *_SMALL_WORDS)).split())
"""Words that captions and search texts use and that claim nothing."""


@dataclass
class _Draw:
    """True wordings still to be used in one text, and the draws of one random stream."""

    attributes: Attributes
    rng: np.random.Generator
    register: str
    order: list[str]
    used: list[str] = field(default_factory=list)
    light: int = 0

    @property
    def couple(self) -> bool:
        """Whether two dance."""
        return len(self.attributes.dancers) == 2

    def choose(self, options: Sequence[str]) -> str:
        """One of several strings."""
        return str(options[int(self.rng.integers(len(options)))])

    def chance(self, share: float) -> bool:
        """True with a probability."""
        return bool(self.rng.random() < share)

    def take(self, form: str, most: int = 1, *, music: bool = False) -> list[str]:
        """Up to `most` wordings of a form, each of another topic than all taken before."""
        texts = []
        for key in self.order:
            if len(texts) == most:
                break
            if key not in written(form) or (_group(key) in _MUSIC_GROUPS) != music or not self._free(key):
                continue
            wording = self._word(written(form)[key])
            if wording is not None:
                self.used.append(key)
                texts.append(wording.text)
        return texts

    def role(self, role: str, most: int) -> list[str]:
        """Up to `most` verb phrases, third person, of what one dancer of a couple does."""
        alone = one_of_two(self.attributes, role)
        if alone is None:
            return []
        keys = [key for key in true_keys(alone) if _group(key) in _ROLE_GROUPS]
        one = _Draw(alone, self.rng, self.register, _order(keys, {}, self.rng), light=1)
        one.used = [key for key in self.used if _group(key) not in _ROLE_GROUPS]
        acts = [inflect(act, third_person) for act in one.take("vp", most)]
        self.used += [f"{role}:{key}" for key in one.used if _group(key) in _ROLE_GROUPS]
        return acts

    def subject(self) -> tuple[str, Callable[[str], str]]:
        """A subject and the form of verb that agrees with it."""
        casual = self.register == "casual" and self.chance(0.5)
        subject = self.choose((_CASUAL_SUBJECTS if casual else _SUBJECTS)[self.couple])
        plural = self.couple and subject not in _SINGULAR_COUPLES
        return subject, str if plural else third_person

    def genre(self, share: float) -> str:
        """The genre's name, or "" when it is unknown or not drawn."""
        found = self.take("genre", music=True) if self.chance(share) else []
        return found[0] if found else ""

    def noun(self, genre: str) -> str:
        """ "salsa routine", "salsa", "dance"."""
        if genre in _GENRE_NOUNS and not self.couple and self.chance(0.4):
            return genre
        return f"{genre} {self.choose(_NOUNS[self.couple])}".strip()

    def music(self, share: float, *, short: bool = False) -> str:
        """ "an up-tempo salsa track", "music with a swung groove", or ""."""
        if not self.chance(share):
            return ""
        before = self.take("madj", int(self.rng.integers(int(short), 3)), music=True)
        after = self.take("mnp", 1, music=True) if not short and (not before or self.chance(0.3)) else []
        if not before and not after:
            return ""
        noun = self.choose(_MUSIC_NOUNS)
        genre = [text for text in before if text in GENRE_CUES]
        text = " ".join([", ".join(text for text in before if text not in GENRE_CUES), *genre, noun]).strip()
        text = text if noun == "music" else article(text)
        return f"{text} with {after[0]}" if after else text

    def _free(self, key: str) -> bool:
        if _topic(key) in map(_topic, self.used):
            return False
        if _group(key) == "genre" and any(_group(known) == "genre" for known in self.used):
            return False
        group = _group(key)
        return sum(_group(known) == group for known in self.used) < _GROUP_CAP.get(group, 1 if group != "rhythm" else 2)

    def _word(self, options: tuple[Wording, ...]) -> Wording | None:
        own = [w for w in options if w.register == self.register]
        plain = [w for w in options if w.register == "plain"]
        if self.register == "light" and self.light:
            own = []  # one figure of speech a caption
        pool = own if own and (not plain or self.chance(0.75)) else plain
        if not pool:
            return None
        wording = pool[int(self.rng.integers(len(pool)))]
        self.light += wording.register == "light"
        return wording


def captions(attributes: Attributes, *, seed: int, count: int) -> list[str]:
    """`count` different captions of a dance, each naming other attributes where there are enough.

    Fewer only if so little is true of the dance that no more different sentences can be made.
    """
    return _texts(attributes, seed, count, _STRUCTURES, _caption_length)


def queries(attributes: Attributes, *, seed: int, count: int) -> list[str]:
    """`count` short search texts that this dance answers, such as "fast salsa with lots of turns"; 2 to 10 words."""
    return _texts(attributes, seed + 7919, count, _QUERIES, _query_length)


def _caption_length(text: str) -> bool:
    return FEWEST_WORDS <= count_words(text) <= MOST_WORDS


def _query_length(text: str) -> bool:
    return FEWEST_QUERY_WORDS <= count_words(text) <= MOST_QUERY_WORDS


def _texts(
    attributes: Attributes,
    seed: int,
    count: int,
    structures: dict[Callable[[_Draw], str], float],
    fits: Callable[[str], bool],
) -> list[str]:
    rng = np.random.default_rng([seed, zlib.crc32(attributes.to_json().encode())])
    keys = [key for key in true_keys(attributes) if _COMMON.get(key, 1.0) > 0]
    named: dict[str, int] = {}
    texts: list[str] = []
    shares = np.array(list(structures.values())) / sum(structures.values())
    for _ in range(count):
        for _try in range(_TRIES):
            build = list(structures)[int(rng.choice(len(shares), p=shares))]
            register = str(rng.choice([r for r, _ in _REGISTERS], p=[share for _, share in _REGISTERS]))
            draw = _Draw(attributes, rng, register, _order(keys, named, rng))
            text = build(draw)
            if text and fits(text) and text not in texts:
                texts.append(text)
                for key in draw.used:
                    named[key] = named.get(key, 0) + 1
                break
    return texts


def _order(keys: list[str], named: dict[str, int], rng: np.random.Generator) -> list[str]:
    """A random order in which telling attributes, not named yet, tend to come first (Efraimidis and Spirakis)."""
    weights = np.array([_COMMON.get(key, 1.0) * _USED_AGAIN ** min(named.get(key, 0), 3) for key in keys])
    return [keys[i] for i in np.argsort(-(rng.random(len(keys)) ** (1 / np.maximum(weights, 1e-6))))]


def _group(key: str) -> str:
    return key.split(".", 1)[0]


def _topic(key: str) -> str:
    return ".".join(key.split(".")[:2])


def _tail(draw: _Draw, share: float, *, short: bool = False) -> str:
    """ " to an up-tempo track", or ""; short: without a "with" of its own."""
    music = draw.music(share, short=short)
    return f" {draw.choose(('to', 'set to', 'danced to', 'over'))} {music}" if music else ""


def _noun_led(draw: _Draw) -> str:
    genre = draw.genre(0.75)
    adjectives = draw.take("adj", int(draw.rng.integers(0, 3)))
    features = draw.take("np", int(draw.rng.integers(1, 4)))
    place = draw.take("adv") if draw.chance(0.25) else []
    if not features:
        return ""
    head = article(f"{', '.join(adjectives)} {draw.noun(genre)}".strip())
    return sentence(f"{head}{_tail(draw, 0.35, short=True)} with {listed(features)}{''.join(f', {p}' for p in place)}")


def _subject_led(draw: _Draw) -> str:
    subject, form = draw.subject()
    acts = [inflect(act, form) for act in draw.take("vp", int(draw.rng.integers(2, 4)))]
    place = draw.take("adv") if draw.chance(0.35) else []
    music = draw.music(0.4)
    if not acts:
        return ""
    body = ", ".join([f"{subject} {_acts(acts)}", *place])
    if music and draw.chance(0.5):
        return sentence(f"to {music}, {body}")
    return sentence(f"{body}{',' if place else ''}{f' to {music}' if music else ''}")


def _genre_led(draw: _Draw) -> str:
    genre = draw.genre(1.0)
    if not genre:
        return ""
    subject, form = draw.subject()
    acts = [inflect(act, form) for act in draw.take("vp", int(draw.rng.integers(1, 4)))]
    if not acts:
        return ""
    adjectives = ", ".join(draw.take("adj", int(draw.rng.integers(0, 2))))
    noun = f"{genre} {draw.choose(_NOUNS[draw.couple])}"
    head = (
        f"in this {f'{adjectives} {noun}'.strip()}"
        if draw.chance(0.5)
        else f"in {article(f'{adjectives} {noun}'.strip())}"
    )
    return sentence(f"{head}, {subject} {_acts(acts)}")


def _gerunds(draw: _Draw) -> str:
    genre = draw.genre(0.7)
    adjectives = draw.take("adj", int(draw.rng.integers(1, 3)))
    acts = [inflect(act, gerund) for act in draw.take("vp", int(draw.rng.integers(2, 4)))]
    if not acts or not (genre or adjectives):
        return ""
    place = draw.take("adv") if draw.chance(0.3) else []
    head = f"{' and '.join(adjectives) if not genre else ', '.join(adjectives)} {draw.noun(genre)}".strip()
    return sentence(f"{head}: {', '.join([*acts, *place])}{_tail(draw, 0.3)}")


def _clauses(draw: _Draw) -> str:
    parts = draw.take("clause", int(draw.rng.integers(2, 4)))
    if len(parts) < 2:
        return ""
    genre = draw.genre(0.45)
    lead = f"in this {genre} {draw.choose(_NOUNS[draw.couple])}, " if genre else ""
    if len(parts) == 2:
        joined = f"{parts[0]} {draw.choose(('while', 'and', 'as'))} {parts[1]}"
    else:
        joined = f"{parts[0]}, {parts[1]} and {parts[2]}"
    tail = draw.music(0.3)
    return sentence(f"{lead}{joined}{f', to {tail}' if tail else ''}")


def _quality(draw: _Draw) -> str:
    adjectives = draw.take("adj", 2)
    features = draw.take("np", int(draw.rng.integers(1, 4)))
    if not adjectives or not features:
        return ""
    genre = draw.genre(0.6)
    noun = f"{genre} {draw.choose(_NOUNS[draw.couple])}".strip()
    return sentence(f"{draw.choose(('the', 'this'))} {noun} is {' and '.join(adjectives)}, with {listed(features)}")


def _mixed(draw: _Draw) -> str:
    clause, subject = draw.take("clause"), draw.subject()
    acts = [inflect(act, subject[1]) for act in draw.take("vp", int(draw.rng.integers(1, 3)))]
    if not clause or not acts:
        return ""
    link = draw.choose((" while ", " and ", "; "))
    music = draw.music(0.3)
    return sentence(f"{subject[0]} {_acts(acts)}{link}{clause[0]}{f', to {music}' if music else ''}")


def _roles(draw: _Draw) -> str:
    if not draw.couple:
        return ""
    parts = []
    for role in ("lead", "follow") if draw.chance(0.7) else ("follow",):
        acts = draw.role(role, int(draw.rng.integers(1, 3)))
        if acts:
            parts.append(f"{draw.choose(_ROLE_NAMES[role])} {_acts(acts)}")
    if not parts:
        return ""
    genre = draw.genre(0.5)
    lead = f"in this {genre} {draw.choose(_NOUNS[True])}, " if genre else ""
    if len(parts) == 1:
        together = draw.take("clause", 1)
        if not together:
            return ""
        parts = [together[0], parts[0]]
    return sentence(f"{lead}{draw.choose((' while ', ' and ')).join(parts)}")


def _terse(draw: _Draw) -> str:
    genre = draw.genre(0.85)
    adjectives = draw.take("adj", 1)
    features = [_bare(f) for f in draw.take("np", int(draw.rng.integers(2, 5)))]
    music = draw.take("madj", 1, music=True) if draw.chance(0.3) else []
    head = " ".join([*music, *adjectives, genre]).strip() if genre else ", ".join([*music, *adjectives])
    parts = [part for part in (head, *features) if part]
    return sentence(", ".join(parts)) if features else ""


def _terse_acts(draw: _Draw) -> str:
    genre = draw.genre(0.6)
    acts = [inflect(act, str) for act in draw.take("vp", int(draw.rng.integers(2, 4)))]
    adjectives = draw.take("adj", 1)
    head = " ".join([*adjectives, genre]).strip()
    return sentence(f"{f'{head}: ' if head else ''}{', '.join(acts)}") if acts and head else ""


def _music_led(draw: _Draw) -> str:
    music = draw.music(1.0, short=True)
    features = draw.take("np", int(draw.rng.integers(1, 4)))
    if not music or not features:
        return ""
    adjectives = draw.take("adj", int(draw.rng.integers(0, 2)))
    noun = article(f"{', '.join(adjectives)} {draw.choose(_NOUNS[draw.couple])}".strip())
    return sentence(f"{draw.choose(('to', 'over'))} {music}, {noun} with {listed(features)}")


def _acts(acts: list[str]) -> str:
    """Verb phrases in a row; those that hold an "and" of their own are parted by commas."""
    if len(acts) == 2 and " and " in acts[0]:
        return f"{acts[0]}, and {acts[1]}"
    return listed(acts)


def _bare(text: str) -> str:
    """A noun phrase without its article, as notes have it."""
    first, _, rest = text.partition(" ")
    return rest if first in ("a", "an", "the") and rest else text


_STRUCTURES: dict[Callable[[_Draw], str], float] = {
    _noun_led: 2.2,
    _subject_led: 2.2,
    _genre_led: 1.3,
    _gerunds: 1.2,
    _clauses: 1.4,
    _quality: 1.0,
    _mixed: 1.3,
    _roles: 3.0,
    _terse: 1.0,
    _terse_acts: 0.6,
    _music_led: 0.6,
}


def _query_with(draw: _Draw) -> str:
    genre = draw.genre(0.9)
    noun = genre if genre and draw.chance(0.5) else draw.noun(genre)
    return _query_of(draw, noun)


def _query_of(draw: _Draw, noun: str) -> str:
    head = " ".join([*draw.take("adj", int(draw.rng.integers(0, 2))), noun])
    features = draw.take("np", int(draw.rng.integers(1, 3)))
    return f"{head} with {' and '.join(features)}" if features else ""


def _query_terms(draw: _Draw) -> str:
    head = " ".join([*draw.take("adj", 1), draw.genre(0.7)]).strip()
    return ", ".join(part for part in (head, *map(_bare, draw.take("np", int(draw.rng.integers(0, 3))))) if part)


def _query_acts(draw: _Draw) -> str:
    acts = [inflect(act, gerund) for act in draw.take("vp", int(draw.rng.integers(1, 3)))]
    who = (
        draw.choose(("couple", "two dancers", "partners"))
        if draw.couple
        else draw.choose(("someone", "dancer", "a dancer"))
    )
    return f"{who} {' and '.join(acts)}" if acts else ""


def _query_genre(draw: _Draw) -> str:
    genre = draw.genre(1.0)
    adjectives = [*draw.take("madj", int(draw.rng.integers(0, 2)), music=True), *draw.take("adj", 1)]
    place = draw.take("adv") if draw.chance(0.3) else []
    return " ".join([*adjectives, genre, *place]) if genre else ""


def _query_asked(draw: _Draw) -> str:
    text = _query_of(draw, draw.noun(draw.genre(0.6)))
    return f"{draw.choose(('show me', 'find', 'looking for', 'i want to see'))} {article(text)}" if text else ""


_QUERIES: dict[Callable[[_Draw], str], float] = {
    _query_with: 2.0,
    _query_terms: 1.5,
    _query_acts: 1.5,
    _query_genre: 1.0,
    _query_asked: 0.6,
}
