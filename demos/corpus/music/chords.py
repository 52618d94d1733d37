"""Players of chords: comping patterns, arpeggios, strums, pads and the band's stabs."""

import numpy as np

from demos.corpus.music.bass import metric, plays, unrolled
from demos.corpus.music.harmony import Chord, voicing
from demos.corpus.music.score import ChordSpan, Note, Page
from demos.corpus.music.styles.style import Part


class Hand:
    """Remembers the last voicing, so that the next one moves little."""

    def __init__(self, part: Part):
        self.part = part
        self.last: tuple[int, ...] | None = None
        self.span: ChordSpan | None = None

    def voices(self, span: ChordSpan) -> tuple[int, ...]:
        """The voicing of the chord now sounding, low to high."""
        if span is not self.span or self.last is None:
            size = min(self.part.size, len(span.chord.tones))
            self.last = voicing(span.chord, self.part.low, self.part.high, previous=self.last, size=size)
            self.span = span
        return self.last


def low_tone(chord: Chord, part: Part, *, fifth: bool) -> int:
    """Root or fifth under the voicing, within an octave below the part's range."""
    tone = chord.fifth if fifth else chord.root
    bottom = max(part.low - 14, 28)
    return bottom + (tone - bottom) % 12


def comp(part: Part, page: Page, rng: np.random.Generator) -> list[Note]:
    """Chords and broken chords in the part's patterns; see Part.idiom for the signs."""
    hand = Hand(part)
    notes: list[Note] = []
    for beat, length, sign, bar in unrolled(part, page, rng):
        # A stab on the last eighth of a bar already belongs to the next chord.
        ahead = sign in "cC" and beat + length >= bar.beat + page.bar_beats - 1e-6 and beat % 1 != 0
        span = page.chord_at(beat + length if ahead else beat)
        voices = hand.voices(span)
        if sign in "cC":
            loudness = 0.94 if sign == "C" else metric(beat, page.bar_beats) - 0.06
            notes += chord_notes(voices, beat, length * part.gate, loudness)
        elif sign == "d":
            notes += chord_notes(voices[-3:], beat, min(length, 0.1), 0.36)
        elif sign in "bf":
            pitch = low_tone(span.chord, part, fifth=sign == "f")
            notes.append(Note(beat, length * part.gate, pitch, 0.86))
        else:
            index = int(sign)
            pitch = voices[index % len(voices)] + 12 * (index // len(voices))
            pitch = pitch - 12 if pitch > part.high + 12 else pitch
            notes.append(Note(beat, length * part.gate, pitch, metric(beat, page.bar_beats) - 0.04))
            if part.octaves:
                notes.append(Note(beat, length * part.gate, pitch + 12, 0.66))
    return notes


def chord_notes(voices: tuple[int, ...], beat: float, length: float, loudness: float) -> list[Note]:
    """All voices struck together, the top one a little louder."""
    return [Note(beat, length, p, loudness * (1.0 if p == voices[-1] else 0.9)) for p in voices]


def pad(part: Part, page: Page, rng: np.random.Generator) -> list[Note]:
    """Each chord held as long as it lasts, in the sections where the part plays."""
    hand = Hand(part)
    joins = part.energy + rng.uniform(-0.06, 0.06) if part.energy > 0.15 else part.energy
    notes: list[Note] = []
    for span in page.chords:
        bar = page.bars[min(len(page.bars) - 1, int(span.start // page.bar_beats))]
        if plays(part, bar, joins):
            notes += chord_notes(hand.voices(span), span.start, (span.end - span.start) * 0.98, 0.6)
    return notes


def stabs(part: Part, page: Page, beats: list[float], length: float) -> list[Note]:
    """Short chords on the beats the whole band hits."""
    hand = Hand(part)
    notes: list[Note] = []
    for beat in beats:
        notes += chord_notes(hand.voices(page.chord_at(beat)), beat, length, 0.98)
    return notes
