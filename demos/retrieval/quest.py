"""A visitor's search: wishes with weights, filters, an order, and what is found. No gradio here.

A Shelf is the library as every visitor shares it; a Quest is one visitor's, and changes in place.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from demos.corpus.attributes import Attributes
from demos.corpus.measures.music import MusicFacts
from demos.corpus.vocabulary import holds, read, tokens
from demos.retrieval import facets, pipeline, understanding
from demos.retrieval.clips import PARTS, Clip
from demos.retrieval.facets import Catalogue, Picks
from demos.retrieval.library import Library
from demos.retrieval.store import Hit
from demos.retrieval.understanding import Understanding
from demos.runtime.caches import shared
from demos.runtime.errors import InputError
from demos.runtime.settings import settings

PAGE = 24
MOST_SHOWN = 240
MOST_COUNTED = 200_000
"""Facets count at most so many clips; of larger libraries, the first."""
SORTED_FROM = 96
"""Other orders than the network's are orders of so many dances that it finds nearest."""
TEXT = "text"
LESS = -0.6
"""Weight of a dance of which less is wanted."""
HEAVIEST = 2.0
MOST_WISHES = 12
SURE = 0.35
"""Where not even the first result is as sure as this, the page says so."""
_SAMPLE = 2000
_WORDS_READ = 256
_MOST_CHECKS = 8
SORTS = {
    "match": ("Best match", "", 0),
    "network": ("As the network ranks", "", 0),
    "fast": ("Fastest music", "tempo_bpm", -1),
    "slow": ("Slowest music", "tempo_bpm", 1),
    "energetic": ("Most energy", "energy", -1),
    "calm": ("Least energy", "energy", 1),
    "happy": ("Happiest music", "valence", -1),
    "long": ("Longest", "length_s", -1),
}
"""Key -> words, clip's number, direction. "match" puts first, of the dances that the network finds nearest, those that
measure as the text says."""


@dataclass(frozen=True, eq=False)
class Wish:
    """One part of a search. kind : text, song, dance, or a dance of the library to have more ("like") or less of.
    vector : (256,) unit. weight : -2 to 2. clip : id of the library's dance, "" for others."""

    id: str
    kind: Literal["text", "song", "dance", "like", "less"]
    label: str
    vector: np.ndarray
    weight: float = 1.0
    clip: str = ""


@dataclass(frozen=True, eq=False)
class Result:
    """A dance that was found. sure : calibrated, 0..1, that it is everything the text says; None without a text.
    checks : what the text names, each with whether the dance measures so, whatever the search believes.
    alike : 0..1, how near to what was asked, from like any dance to the same; None without a question.
    music : 0..1, the share of the music in it, the motion has the rest."""

    clip: Clip
    sure: float | None = None
    alike: float | None = None
    music: float | None = None
    checks: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, eq=False)
class Found:
    """Results in order; total : dances that pass the filters; more : whether there are more to show; of : the library's
    size; note : what should be known about these results, ""; loosen : for no results, which filter to open."""

    results: tuple[Result, ...]
    total: int
    of: int
    more: bool
    note: str = ""
    loosen: tuple[dict[str, Any], ...] = ()


@dataclass(eq=False)
class Quest:
    """What one visitor is looking for. turn : counts the changes, so that a late answer can be told from the last."""

    text: str = ""
    meant: Understanding | None = None
    wishes: dict[str, Wish] = field(default_factory=dict)
    picks: Picks = field(default_factory=Picks)
    sort: str = "match"
    shown: int = PAGE
    turn: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def say(self, text: str) -> None:
        """Search for a description; an empty one takes the text out. Raises InputError, and nothing changes."""
        said = " ".join(text.split())
        if not said:
            with self.lock:
                self.text, self.meant = "", None
                self.wishes.pop(TEXT, None)
            self.changed()
            return
        meant = understanding.understand(said)
        wish = Wish(TEXT, "text", said, pipeline.embed_text(said)[0], self.weight_of(TEXT))
        with self.lock:
            self.text, self.meant = said, meant
            self.wishes = {TEXT: wish, **{name: other for name, other in self.wishes.items() if name != TEXT}}
        self.changed()

    def add(self, wish: Wish) -> None:
        """One wish more; the same one again replaces it."""
        with self.lock:
            if wish.id not in self.wishes and len(self.wishes) >= MOST_WISHES:
                raise InputError(f"A search has at most {MOST_WISHES} parts: take one out first.")
            self.wishes = {**{name: other for name, other in self.wishes.items() if name != wish.id}, wish.id: wish}
        self.changed()

    def weigh(self, name: str, weight: float) -> None:
        """Another weight, of the sign it has; 0 asks for nothing. What is not there any more is passed over."""
        with self.lock:
            wish = self.wishes.get(name)
            if wish is not None and np.isfinite(weight):
                size = min(abs(float(weight)), HEAVIEST)
                self.wishes[name] = replace(wish, weight=-size if wish.kind == "less" else size)
        self.changed()

    def drop(self, name: str) -> None:
        """Without one of the wishes."""
        with self.lock:
            self.wishes.pop(name, None)
            if name == TEXT:
                self.text, self.meant = "", None
        self.changed()

    def pick(self, picks: Picks) -> None:
        """Other filters."""
        self.picks = picks
        self.changed()

    def order(self, sort: str) -> None:
        """Another order."""
        self.sort = sort if sort in SORTS else "match"
        self.changed()

    def show_more(self) -> None:
        """A page more."""
        self.shown = min(self.shown + PAGE, MOST_SHOWN)
        self.turn += 1

    def changed(self) -> None:
        """After any other question the results begin anew."""
        self.shown = PAGE
        self.turn += 1

    def weight_of(self, name: str) -> float:
        """The weight that a wish has, 1 for a new one."""
        return self.wishes[name].weight if name in self.wishes else 1.0


class Shelf:
    """The library as all visitors share it, with what the page needs to count and look around."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._lock = threading.Lock()
        self._catalogue: Catalogue | None = None
        self._version: Any = None
        self._sample: np.ndarray | None = None

    def searchable(self) -> str:
        """Why nothing can be searched, empty when it can; the first call brings the index up to the app."""
        try:
            self.library.refresh()
        except InputError as error:
            return str(error)
        return ""

    def catalogue(self) -> Catalogue:
        """All clips' facts; read anew when somebody has added some. Without weights, those that ship."""
        version = "shipped" if self.searchable() else self.library.store.version
        with self._lock:
            if self._catalogue is None or version != self._version:
                if version == "shipped":
                    self._catalogue = Catalogue.of_clips(self.library.shipped.values())
                else:
                    names = ["id", "genre", "style", "level", "origin", "tempo_bpm", "energy", "valence", "length_s"]
                    columns = self.library.store.columns([*names, *PARTS], most=MOST_COUNTED)
                    self._catalogue = Catalogue.of_columns(columns)
                self._version, self._sample = version, None
            return self._catalogue

    def sample(self) -> np.ndarray:
        """(n, 256) vectors of some of the library, to know what is usual."""
        catalogue = self.catalogue()
        if self._sample is None:
            step = max(1, len(catalogue) // _SAMPLE)
            vectors = self.library.store.vectors([str(name) for name in catalogue.ids[::step][:_SAMPLE]])
            self._sample = np.stack(list(vectors.values())) if vectors else np.zeros((1, 256), np.float32)
        return self._sample

    def clips(self, names: Sequence[str]) -> list[Clip]:
        """Clips by id, in that order; those that are gone left out."""
        kept: Mapping[str, Clip] = self.library.shipped
        missing = [name for name in names if name not in kept]
        if missing:
            kept = {**kept, **{hit.id: hit.clip for hit in self.library.store.get(missing)}}
        return [kept[name] for name in names if name in kept]

    def wish(self, name: str, kind: Literal["like", "less"]) -> Wish:
        """More or less of a dance of the library. Raises InputError when it is gone, or nothing can be searched."""
        self.library.refresh()
        clip = self.library.clip(name)
        vectors = self.library.store.vectors([name])
        if name not in vectors:
            raise InputError("That dance has left the library; search again.")
        return Wish(f"{kind}-{name}", kind, title_of(clip), vectors[name], LESS if kind == "less" else 1.0, name)


def shelf() -> Shelf:
    """The one Shelf of this process and its settings."""
    folder = settings().library_dir
    return shared(f"library of {folder}", partial(_open, folder))


def _open(folder: Any) -> Shelf:
    return Shelf(Library.open(folder))


def find(quest: Quest, place: Shelf) -> Found:
    """What a quest finds now. Raises InputError where its wishes cannot be searched for."""
    with quest.lock:
        wishes, picks, sort, shown = tuple(quest.wishes.values()), quest.picks, quest.sort, quest.shown
        meant, text = quest.meant, quest.wishes.get(TEXT)
    catalogue = place.catalogue()
    passing = catalogue.passing(picks)
    total = int(passing.sum())
    asked = [wish for wish in wishes if wish.weight != 0]
    if not asked:
        results = tuple(Result(clip) for clip in _browse(place, catalogue, passing, sort, shown))
        return _found(results, total, catalogue, picks, shown, meant.note if meant else "")
    aim = aim_of(asked)
    without = tuple(wish.clip for wish in asked if wish.kind == "less" and wish.clip)
    hits = place.library.search(aim, top=max(shown, SORTED_FROM), filters=picks.filters(without))
    named = keys_of(text.label) if text is not None else []
    hits = _ordered(hits, sort, named)[:shown]
    if SORTS[sort][1]:
        total = min(total, SORTED_FROM)
    results = _judged(place, hits, aim, asked, text, meant)
    return _found(results, total, catalogue, picks, shown, _note(meant, results, text))


def aim_of(wishes: Sequence[Wish]) -> np.ndarray:
    """The unit vector (256,) to look near to; with nothing but "less of this", it looks far away from those."""
    if any(wish.weight > 0 for wish in wishes):
        return pipeline.combine([wish.vector for wish in wishes], [wish.weight for wish in wishes])
    away = np.sum([wish.weight * wish.vector for wish in wishes], axis=0)
    return (away / max(float(np.linalg.norm(away)), 1e-9)).astype(np.float32)


def _judged(
    place: Shelf,
    hits: Sequence[Hit],
    aim: np.ndarray,
    asked: Sequence[Wish],
    text: Wish | None,
    meant: Understanding | None,
) -> tuple[Result, ...]:
    """Hits with what their scores are worth."""
    only_text = text is not None and len(asked) == 1
    said = {hit.id: hit.score for hit in hits}
    if text is not None and not only_text:
        vectors = place.library.store.vectors([hit.id for hit in hits])
        said = {name: float(vector @ text.vector) for name, vector in vectors.items()}
    usual = 0.0 if text is not None else float(np.median(place.sample() @ aim))
    named = keys_of(text.label) if text is not None else []
    believed = _belief(place, text, meant) if text is not None and meant is not None else None
    results = []
    for hit in hits:
        shares = pipeline.shares(aim, pipeline.Parts(aim, hit.music, hit.motion))
        sure = believed(said[hit.id]) if believed is not None and hit.id in said else None
        alike = None if text is not None else float(np.clip((hit.score - usual) / max(1 - usual, 1e-6), 0, 1))
        results.append(Result(hit.clip, sure, alike, shares.music, checks(hit.clip.attributes, named)))
    return tuple(results)


def _ordered(hits: list[Hit], sort: str, named: Sequence[tuple[str, str]]) -> list[Hit]:
    """Hits in the order asked for; what the network finds farther away than SORTED_FROM others stays behind."""
    if SORTS[sort][1]:
        return sorted(hits[:SORTED_FROM], key=lambda hit: _rank(hit.clip, sort))
    if sort == "match" and named:
        met = {hit.id: sum(fits for _, fits in checks(hit.clip.attributes, named)) for hit in hits[:SORTED_FROM]}
        return sorted(hits[:SORTED_FROM], key=lambda hit: -met[hit.id]) + hits[SORTED_FROM:]
    return hits


def _belief(place: Shelf, text: Wish, meant: Understanding) -> Callable[[float], float]:
    """From a score to how sure it is that a clip is all that a text says; doubtful texts are doubted further."""
    scores = place.sample() @ text.vector
    mean, spread = float(scores.mean()), max(float(scores.std()), 1e-6)
    trust = min(1.0, 2 * meant.familiar) if meant.unsure else 1.0

    def believe(score: float) -> float:
        return trust * float(pipeline.confidence(score, rise=(score - mean) / spread, odds=meant.odds))

    return believe


def _browse(place: Shelf, catalogue: Catalogue, passing: np.ndarray, sort: str, shown: int) -> list[Clip]:
    """Dances without a question: an inviting mixture, or by a number."""
    _, column, direction = SORTS.get(sort, SORTS["match"])
    order = catalogue.inviting()
    if column:
        values = direction * catalogue.numbers[column][order]
        order = order[np.argsort(values, kind="stable")]  # unknown ones, nan, come last either way
    order = order[passing[order]][:shown]
    return place.clips([str(name) for name in catalogue.ids[order]])


def _rank(clip: Clip, sort: str) -> float:
    _, column, direction = SORTS[sort]
    value = getattr(clip, column)
    return np.inf if value is None else direction * value


def _found(results: tuple[Result, ...], total: int, catalogue: Catalogue, picks: Picks, shown: int, note: str) -> Found:
    loosen = () if results else tuple(facets.loosened(catalogue, picks))
    more = len(results) >= shown and shown < min(total, MOST_SHOWN)
    return Found(results, total, len(catalogue), more, note, loosen)


def _note(meant: Understanding | None, results: Sequence[Result], text: Wish | None) -> str:
    """What to know about these results, for the person who searched."""
    said = [meant.note] if meant and meant.note else []
    best = max((result.sure or 0.0 for result in results), default=1.0)
    if text is not None and best < SURE and not (meant and meant.unsure):
        said.append("Nothing here is surely all of that: these come nearest.")
    return " ".join(said)


def keys_of(text: str) -> list[tuple[str, str]]:
    """What a search names that can be measured: (phrase, key), in order."""
    words = tokens(text)[:_WORDS_READ]
    found = [(" ".join(words[start:stop]), key) for start, stop, key in read(" ".join(words))]
    return list({key: (phrase, key) for phrase, key in found if key and not key.startswith("who.")}.values())


def checks(values: Mapping[str, Any], named: Sequence[tuple[str, str]]) -> tuple[tuple[str, bool], ...]:
    """Which of what was named a dance is, by its measured attributes (their JSON's values)."""
    if not named:
        return ()
    music = MusicFacts.from_dict(values["music"])
    attributes = Attributes(values["seconds"], music, tuple(values["dancers"]), values["pair"])
    found = []
    for phrase, key in named[:_MOST_CHECKS]:
        with contextlib.suppress(KeyError):  # a word of a newer vocabulary
            found.append((f"no {phrase}" if key.startswith("not:") else phrase, holds(key, attributes)))
    return tuple(found)


def words_of(text: str, meant: Understanding) -> list[tuple[str, str]]:
    """How a search was read, in order: (phrase, "known" | "denied" | "rare" | "unknown"); small words are left out."""
    words = tokens(text)
    found: list[tuple[str, str]] = []
    for start, stop, key in read(" ".join(words[:_WORDS_READ])):
        phrase = " ".join(words[start:stop])
        if key:
            kind = "rare" if phrase in meant.rare else "denied" if key.startswith("not:") else "known"
            found.append((phrase, kind))
        elif phrase in meant.unknown:
            found.append((phrase, "unknown"))
    return list(dict.fromkeys(found))


def title_of(clip: Clip) -> str:
    """What to call a dance of the library: its song and its letter, or its file."""
    if clip.song_name and clip.source.startswith("made by Dancefloor"):
        return f"{clip.song_name}, {clip.id.rpartition('-')[0][-1:].upper()}{clip.id.rpartition('-')[2]}"
    return clip.source.rpartition(".")[0].partition(", from")[0] or clip.id
