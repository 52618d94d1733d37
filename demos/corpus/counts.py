"""The counts and the form that a dance is set to: a song's beats as dancers count them, its bars, and what repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

LONGEST_BAR_S = 2.7
"""Slow bars are danced in halves: nobody repeats a movement of six seconds, and few captured ones last as long."""


class Section(Protocol):
    """One part of a song's form; demos.corpus.music's sections are such."""

    @property
    def label(self) -> str:
        """What repeats has the same label."""
        ...

    @property
    def start_s(self) -> float:
        """Seconds."""
        ...

    @property
    def end_s(self) -> float:
        """Seconds."""
        ...

    @property
    def energy(self) -> float:
        """0 calm .. 1 all out."""
        ...


@dataclass(frozen=True, eq=False)
class CountGrid:
    """The counts a dance is set to: times_s[i] is count first + i; count 0 is a downbeat; bar counts make a bar.

    Whole bars; the first starts at or before 0, the last ends at or after the end of the dance.
    """

    times_s: np.ndarray
    first: int
    bar: int
    count_s: float

    @property
    def slots(self) -> int:
        """Number of bars."""
        return (len(self.times_s) - 1) // self.bar

    def slot_s(self, slot: int) -> float:
        """When a bar starts, seconds."""
        return float(self.times_s[slot * self.bar])


def count_grid(beats: np.ndarray, downbeats: np.ndarray, seconds: float, count_s: float) -> CountGrid:
    """Counts for a song: its beats, or twice or half as many to come near count_s, continued before and after."""
    beats = steadied(beats)
    interval = float(np.median(np.diff(beats)))
    factor = min((0.5, 1.0, 2.0), key=lambda f: abs(np.log(interval * f / count_s)) + (0.2 if f != 1 else 0))
    meter = 4
    origin = 0
    if len(downbeats):
        nearest = np.abs(beats[:, None] - downbeats[None]).argmin(axis=0)
        origin = int(nearest[0])
        if len(nearest) > 1:
            meter = int(np.clip(np.median(np.diff(nearest)), 1, 16))
    positions = np.arange(len(beats)) - origin  # in beats, 0 a downbeat
    if factor == 0.5:
        axis = np.arange(2 * positions[0], 2 * positions[-1] + 1)
        times, bar = np.interp(axis / 2, positions, beats), 2 * meter
    elif factor == 2.0:
        axis = np.arange(int(np.ceil(positions[0] / 2)), positions[-1] // 2 + 1)
        times, bar = np.interp(2 * axis, positions, beats), meter // 2 if meter % 2 == 0 else meter
    else:
        axis, times, bar = positions, beats, meter
    step = float(np.median(np.diff(times)))
    while bar % 2 == 0 and (bar > 5 or bar * step > LONGEST_BAR_S):
        bar //= 2
    if bar * step < 1.0:
        bar *= 2
    early = int(np.ceil(max(times[0], 0) / step)) + bar
    late = int(np.ceil(max(seconds - times[-1], 0) / step)) + bar
    times = np.concatenate(
        [times[0] - step * np.arange(early, 0, -1), times, times[-1] + step * np.arange(1, late + 1)]
    )
    axis = np.arange(axis[0] - early, axis[0] - early + len(times))
    starts = np.flatnonzero((axis % bar == 0) & (times <= 0))
    begin = int(starts[-1]) if len(starts) else int(np.flatnonzero(axis % bar == 0)[0])
    bars = int(np.ceil((np.searchsorted(times, seconds) - begin) / bar))
    end = begin + bars * bar
    if end >= len(times):
        times = np.concatenate([times, times[-1] + step * np.arange(1, end - len(times) + 2)])
    return CountGrid(times[begin : end + 1], int(axis[begin]), bar, step)


def steadied(beats: np.ndarray) -> np.ndarray:
    """Beats (n,) without doubles, and with those that a break left out: dancers count through it."""
    usual = float(np.median(np.diff(beats)))
    beats = beats[np.concatenate([[True], np.diff(beats) > 0.4 * usual])]
    missing = np.maximum(np.round(np.diff(beats) / usual).astype(int), 1)
    places = np.concatenate([[0], np.cumsum(missing)])
    return np.interp(np.arange(places[-1] + 1), places, beats)


def wanted_energy(counts: CountGrid, sections: Sequence[Section], rng: np.random.Generator) -> np.ndarray:
    """(slots,) 0 .. 1: what each bar asks for. Without sections a gentle rise in every four bars."""
    shape = np.array([0.45, 0.6, 0.55, 0.75])
    wanted = shape[np.arange(counts.slots) % 4] + 0.05 * rng.standard_normal(counts.slots)
    if not len(sections):
        return np.clip(wanted, 0.2, 0.95)
    energies = np.array([section.energy for section in sections])
    for slot in range(counts.slots):
        middle = (counts.slot_s(slot) + counts.slot_s(slot + 1)) / 2
        index = next((i for i, section in enumerate(sections) if middle < section.end_s), len(sections) - 1)
        wanted[slot] = 0.3 * wanted[slot] + 0.7 * (0.15 + 0.8 * energies[index])
    return np.clip(wanted, 0.1, 0.95)


def repeats_of(counts: CountGrid, sections: Sequence[Section]) -> dict[int, tuple[int, bool]]:
    """slot -> (earlier slot to repeat, to the other side).

    An eight-count and then the same to the other side, now and then; and each chorus and drop begins with the
    eight-count that the first of its name began with. Verses go on telling.
    """
    repeats: dict[int, tuple[int, bool]] = {}
    even = (-counts.first // counts.bar) % 2  # the bar of count 0 starts an eight-count
    period = 12 if len(sections) else 8
    for slot in range(2, counts.slots):
        if (slot - even) % period in (2, 3):
            repeats[slot] = (slot - 2, True)
    firsts: dict[str, int] = {}
    for section in sections:
        early = section.start_s - 0.6 * counts.count_s
        begin = next((slot for slot in range(counts.slots) if counts.slot_s(slot) >= early), None)
        if begin is None or section.label not in ("chorus", "drop"):
            continue
        first = firsts.setdefault(section.label, begin)
        for slot in range(begin, min(begin + 2, counts.slots)):
            if first < begin:
                repeats[slot] = (first + slot - begin, False)
    return {slot: (earlier, flip) for slot, (earlier, flip) in repeats.items() if earlier >= 0}
