"""What the players share: notes in beats, the bars of the song, its chords, and the page they all read from."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from demos.corpus.music.harmony import Chord, Key
from demos.corpus.music.styles.style import Style


class Note(NamedTuple):
    """One note: start and length in beats (before swing and human timing), MIDI pitch, loudness 0..1."""

    beat: float
    length: float
    pitch: int
    loudness: float


class Bar(NamedTuple):
    """One bar: its number, first beat, section, place in that section, bars in that section, energy 0..1."""

    number: int
    beat: float
    section: int
    label: str
    place: int
    bars: int
    energy: float

    @property
    def last(self) -> bool:
        """Whether it is the last bar of its section."""
        return self.place == self.bars - 1


class ChordSpan(NamedTuple):
    """One chord from beat `start` to beat `end`, and the key it is heard in."""

    start: float
    end: float
    chord: Chord
    key: Key


@dataclass(frozen=True)
class Page:
    """The lead sheet every player reads: the style, the bars with their energy, the chords."""

    style: Style
    bars: tuple[Bar, ...]
    chords: tuple[ChordSpan, ...]

    @cached_property
    def _chord_starts(self) -> list[float]:
        return [span.start for span in self.chords]

    def chord_at(self, beat: float) -> ChordSpan:
        """The chord sounding at a beat; the first or last one outside the song."""
        return self.chords[max(0, bisect_right(self._chord_starts, beat + 1e-6) - 1)]

    def chord_after(self, beat: float) -> ChordSpan:
        """The chord that follows the one sounding at a beat; the last one at the end of the song."""
        return self.chords[min(len(self.chords) - 1, bisect_right(self._chord_starts, beat + 1e-6))]

    @property
    def bar_beats(self) -> int:
        """Beats in a bar."""
        return self.style.meter.beats

    @property
    def end(self) -> float:
        """The beat just after the last bar."""
        return self.bars[-1].beat + self.bar_beats
