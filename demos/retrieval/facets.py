"""Facets: what dances can be narrowed down to, and how many there are of each. Arrays in, plain values out."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from demos.retrieval.clips import LEVELS, PARTS, Clip
from demos.retrieval.store import Filters, Range
from demos.runtime.errors import InputError

BUSY = {"arms": 0.8, "legs": 0.8, "torso": 0.8, "feet": 0.6, "turns": 0.45, "jumps": 0.25}
"""Part -> involvement from which a dance counts as one of it: about the upper third of those that ship."""
STYLES = {
    "hiphop": "Hip-hop",
    "indian": "Indian",
    "jazz": "Jazz",
    "mixed": "Freestyle",
    "modern": "Modern",
    "pop": "Pop",
    "salsa": "Salsa",
    "disco": "Disco",
    "breaking": "Breaking",
}
LEVEL_WORDS = {"low": "Goes down low", "bent": "Bends the knees", "mid": "Upright", "high": "Up on the toes"}
PART_WORDS = {
    "arms": "Busy arms",
    "legs": "Busy legs",
    "torso": "Torso",
    "feet": "Footwork",
    "turns": "Turns",
    "jumps": "Jumps",
}
ORIGINS = {"shipped": "Ours", "added": "Your own"}
_WORDS = {
    "genres": ("genre", "Music"),
    "parts": ("", "Body"),
    "styles": ("style", "Danced as"),
    "levels": ("level", "Level"),
    "origins": ("origin", "From"),
}
RANGES = {
    "tempo_bpm": ("Tempo", " BPM", (60.0, 200.0), 20, ("slow", "fast")),
    "energy": ("Energy", "", (0.2, 0.9), 20, ("calm", "wild")),
    "valence": ("Mood of the music", "", (0.1, 1.0), 20, ("sad", "happy")),
}
"""Column -> title, unit, the ends of its scale (what lies beyond counts with them), bins, words for the ends."""
NUMBERS = (*RANGES, "length_s", *PARTS)


@dataclass(frozen=True)
class Picks:
    """What a visitor has narrowed the library down to. Within a facet any of its values will do, but of `parts` all;
    ranges are (low, high), None open."""

    genres: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    tempo_bpm: Range = (None, None)
    energy: Range = (None, None)
    valence: Range = (None, None)

    def toggled(self, facet: str, value: str) -> Picks:
        """With a value of a facet of words in, or out again."""
        if facet not in _WORDS:
            raise InputError(f"There is no filter “{facet}”; reload the page.")
        now: tuple[str, ...] = getattr(self, facet)
        after = tuple(each for each in now if each != value) if value in now else (*now, value)
        return replace(self, **{facet: after})

    def ranged(self, facet: str, low: float | None, high: float | None) -> Picks:
        """With another range; ends of the scale are open."""
        if facet not in RANGES:
            raise InputError(f"There is no filter “{facet}”; reload the page.")
        first, last = RANGES[facet][2]
        bounds = (None if low is None or low <= first else low, None if high is None or high >= last else high)
        return replace(self, **{facet: bounds})

    def active(self) -> tuple[str, ...]:
        """The facets that leave something out."""
        return tuple(name for name in (*_WORDS, *RANGES) if getattr(self, name) not in ((), (None, None)))

    def without(self, facet: str) -> Picks:
        """With one facet open again."""
        return replace(self, **{facet: (None, None) if facet in RANGES else ()})

    def filters(self, without: tuple[str, ...] = ()) -> Filters:
        """For the store. without : ids to leave out."""
        return Filters(
            genres=self.genres, styles=self.styles, levels=self.levels, tempo_bpm=self.tempo_bpm, energy=self.energy,
            valence=self.valence, parts={part: BUSY[part] for part in self.parts if part in BUSY},
            origin=self.origins[0] if len(self.origins) == 1 else "", without=without,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What can be filtered on, of all clips: ids (n,), words and numbers by column (n,), unknown "" and nan."""

    ids: np.ndarray
    words: Mapping[str, np.ndarray]
    numbers: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.ids)

    @staticmethod
    def of_clips(clips: Iterable[Clip], origin: str = "shipped") -> Catalogue:
        """From clips in memory."""
        clips = list(clips)
        words = {name: np.array([getattr(clip, name) for clip in clips], str) for name in ("genre", "style", "level")}
        numbers = {
            name: np.array([_number(clip.parts[name] if name in PARTS else getattr(clip, name)) for clip in clips])
            for name in NUMBERS
        }
        return Catalogue(
            np.array([clip.id for clip in clips], str), {**words, "origin": np.full(len(clips), origin)}, numbers
        )

    @staticmethod
    def of_columns(columns: Mapping[str, Any]) -> Catalogue:
        """From the store's columns (lists, None for unknown)."""
        words = {
            name: np.array([value or "" for value in columns[name]], str)
            for name in ("genre", "style", "level", "origin")
        }
        numbers = {name: np.array([_number(value) for value in columns[name]]) for name in NUMBERS}
        return Catalogue(np.array(columns["id"], str), words, numbers)

    def passing(self, picks: Picks, *, but: str = "") -> np.ndarray:
        """(n,) bool which clips pass; but : a facet that is not asked about."""
        keep = np.ones(len(self), bool)
        for facet, (column, _) in _WORDS.items():
            values = getattr(picks, facet)
            if not values or facet == but:
                continue
            if facet == "parts":
                for part in values:
                    keep &= self._busy(part)
            else:
                keep &= np.isin(self.words[column], values)
        for facet in RANGES:
            low, high = getattr(picks, facet)
            if facet != but and (low is not None or high is not None):
                keep &= self.numbers[facet] >= (-np.inf if low is None else low)
                keep &= self.numbers[facet] <= (np.inf if high is None else high)
        return keep

    def _busy(self, part: str) -> np.ndarray:
        return self.numbers[part] >= BUSY[part] if part in BUSY else np.zeros(len(self), bool)

    def inviting(self) -> np.ndarray:
        """(n,) places in an order to look around in: genre by genre in turn, of each the liveliest first."""
        lively = np.nan_to_num(self.numbers["energy"])
        for part in ("turns", "jumps", "arms"):
            lively = lively + 0.3 * np.nan_to_num(self.numbers[part])
        rank = np.zeros(len(self))
        for genre in np.unique(self.words["genre"]):
            of_genre = np.flatnonzero(self.words["genre"] == genre)
            rank[of_genre[np.argsort(-lively[of_genre], kind="stable")]] = np.arange(len(of_genre))
        mixed = np.array([zlib.crc32(str(genre).encode()) for genre in self.words["genre"]])
        keys: Any = (self.ids, mixed, rank)  # the last one counts most
        return np.lexsort(keys)


def page_facets(catalogue: Catalogue, picks: Picks) -> dict[str, Any]:
    """What the facets' panel shows: values with counts (of what the other facets leave), and small histograms."""
    return {
        "words": [found for facet in _WORDS if (found := _word_facet(catalogue, picks, facet))],
        "ranges": [_range_facet(catalogue, picks, facet) for facet in RANGES],
        "active": len(picks.active()),
    }


def _word_facet(catalogue: Catalogue, picks: Picks, facet: str) -> dict[str, Any] | None:
    column, title = _WORDS[facet]
    chosen = getattr(picks, facet)
    # Parts are asked for together, so each says how many would be left with it; of other facets any value will do.
    keep = catalogue.passing(picks, but="" if facet == "parts" else facet)
    if facet == "parts":
        counts = {part: int((keep & catalogue._busy(part)).sum()) for part in PARTS}
    else:
        values, numbers = np.unique(catalogue.words[column][keep], return_counts=True)
        counts = dict(zip(values.tolist(), numbers.tolist(), strict=True))
        everything = {value for value in np.unique(catalogue.words[column]).tolist() if value}
        if len(everything) < 2:
            return None
        order = LEVELS if facet == "levels" else sorted(everything, key=lambda value: word(facet, value).lower())
        counts = {value: counts.get(value, 0) for value in order if value in everything}
    items = [
        {"key": value, "text": word(facet, value), "count": count, "on": value in chosen}
        for value, count in counts.items()
    ]
    return {"facet": facet, "title": title, "values": items}


def _range_facet(catalogue: Catalogue, picks: Picks, facet: str) -> dict[str, Any]:
    title, unit, (first, last), bins, ends = RANGES[facet]
    values = catalogue.numbers[facet][catalogue.passing(picks, but=facet)]
    counts, _ = np.histogram(np.clip(values[np.isfinite(values)], first, last), bins, (first, last))
    low, high = getattr(picks, facet)
    return {
        "facet": facet, "title": title, "unit": unit, "first": first, "last": last, "ends": list(ends),
        "bins": counts.tolist(), "low": first if low is None else low, "high": last if high is None else high,
        "on": (low, high) != (None, None),
    }  # fmt: skip


def loosened(catalogue: Catalogue, picks: Picks) -> list[dict[str, Any]]:
    """For an empty result: each active facet with how many dances there would be without it, most first."""
    found = [
        {"facet": facet, "text": title(facet), "count": int(catalogue.passing(picks, but=facet).sum())}
        for facet in picks.active()
    ]
    return sorted((each for each in found if each["count"]), key=lambda each: -each["count"])


def title(facet: str) -> str:
    """A facet's name for people."""
    return RANGES[facet][0] if facet in RANGES else _WORDS[facet][1]


def word(facet: str, value: str) -> str:
    """A facet's value for people."""
    table = {"styles": STYLES, "levels": LEVEL_WORDS, "parts": PART_WORDS, "origins": ORIGINS}.get(facet, {})
    return table.get(value) or value[:1].upper() + value[1:]


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)
