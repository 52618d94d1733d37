"""The band together: chords laid out, every part played, tutti hits, pickups into the climax, and a proper ending."""

from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

import numpy as np

from demos.corpus.music import bass, chords, drums, melody
from demos.corpus.music.bass import degree_pitch
from demos.corpus.music.form import Span
from demos.corpus.music.harmony import (
    Key,
    chord,
    minor_like,
    nearest,
    progression,
    scale_over,
    suits,
    voicing,
)
from demos.corpus.music.score import Bar, ChordSpan, Note, Page
from demos.corpus.music.styles.style import Part, Style

RISER = Part(name="riser", idiom="pad", sounds=("reverse cymbal",), low=60, high=72, volume=120, reverb=0.3)


class Track(NamedTuple):
    """What one player plays: the part, the sound drawn for it, and its notes in beats."""

    part: Part
    sound: str
    notes: list[Note]


class Accent(NamedTuple):
    """A beat the music strikes, for dancers to hit: its place in beats and its strength 0..1."""

    beat: float
    strength: float


class Arrangement(NamedTuple):
    """All tracks, each drum's strokes, and the accents in order."""

    tracks: list[Track]
    drums: dict[str, list[Note]]
    accents: list[Accent]


def stream(seed: int, *names: str) -> np.random.Generator:
    """A random stream of its own for every player, so that changing one leaves the others as they were."""
    return np.random.default_rng([seed, *(crc32(name.encode()) for name in names)])


def harmonise(style: Style, key: Key, spans: list[Span], bars: tuple[Bar, ...], seed: int) -> tuple[ChordSpan, ...]:
    """Chords for every bar: one progression for the climax, one for the rest, the tonic at the very end."""
    rng = stream(seed, "harmony")

    def draw(texts: tuple[str, ...]) -> str:
        return str(rng.choice([text for text in texts if suits(text, key.mode)] or list(texts)))

    verse, climax = draw(style.verse), draw(style.chorus)
    tonic = next((t for t in (*verse.split(), "") if t.lower().rstrip("m679adjsu") == "i"), "")
    tonic = tonic or ("i" if minor_like(key.mode) else "I")
    climaxes = [index for index, span in enumerate(spans) if span.label == style.climax]
    lifted = climaxes[-1] if len(climaxes) > 1 and style.lift and rng.random() < 0.6 else len(spans)
    out: list[ChordSpan] = []
    for bar in bars:
        here = Key((key.tonic + style.lift) % 12, key.mode) if bar.section >= lifted else key
        cycle = progression(climax if bar.label == style.climax else verse)
        numerals = (tonic,) if bar.number == len(bars) - 1 else cycle[bar.place % len(cycle)]
        edges = [round(style.meter.beats * i / len(numerals) + 1e-3) for i in range(len(numerals) + 1)]
        for numeral, (start, end) in zip(numerals, pairwise(edges), strict=True):
            if end > start:
                out.append(ChordSpan(bar.beat + start, bar.beat + end, chord(numeral, here), here))
    return merge(out, {bars[span.first_bar].beat for span in spans})


def merge(spans: list[ChordSpan], breaks: set[float]) -> tuple[ChordSpan, ...]:
    """Join neighbours that are the same chord, except where a section starts."""
    out: list[ChordSpan] = []
    for span in spans:
        same = out and out[-1].chord == span.chord and out[-1].key == span.key
        if same and span.start not in breaks:
            out[-1] = out[-1]._replace(end=span.end)
        else:
            out.append(span)
    return tuple(out)


def play(part: Part, page: Page, seed: int) -> list[Note]:
    """One player's notes, but for those who follow another or only hit with the band."""
    rng = stream(seed, part.name)
    if part.idiom == "bass":
        return bass.pattern_line(part, page, rng)
    if part.idiom == "riff":
        return bass.riff(part, page, rng)
    if part.idiom == "walking":
        return bass.walking(part, page, rng)
    if part.idiom == "drone":
        return bass.drone(part, page, rng)
    if part.idiom == "comp":
        return chords.comp(part, page, rng)
    if part.idiom == "pad":
        return chords.pad(part, page, rng)
    if part.idiom == "melody":
        return ornament(melody.melody(part, page, rng), part, page, rng)
    return []


def ornament(notes: list[Note], part: Part, page: Page, rng: np.random.Generator) -> list[Note]:
    """Quick upper neighbours before some notes on the beat."""
    out = []
    for note in notes:
        if rng.random() < part.grace and note.length >= 0.4 and note.beat > 0.5:
            span = page.chord_at(note.beat)
            upper = nearest(note.pitch + 2, scale_over(span.chord, span.key), note.pitch + 1, note.pitch + 13)
            if upper <= part.high:
                out.append(Note(note.beat - 0.11, 0.1, upper, note.loudness * 0.7))
        out.append(note)
    return out


def tutti_bars(page: Page, spans: list[Span], rng: np.random.Generator) -> dict[int, list[float]]:
    """Bars in which the whole band stops and hits together, and the beats it hits on."""
    style = page.style
    chosen: dict[int, list[float]] = {}
    if not style.hits:
        return chosen
    rhythm = str(rng.choice(style.hits))
    for bar in page.bars[:-1]:
        draw = rng.random()
        following = spans[bar.section + 1].label if bar.section + 1 < len(spans) else ""
        before_climax = bar.last and following == style.climax and bar.bars > 1 and draw < 0.6
        in_climax = bar.label == style.climax and bar.place % 8 == 7 and draw < 0.35
        if (before_climax or in_climax) and bar.label != "intro":
            width = style.meter.beats / len(rhythm)
            chosen[bar.number] = [bar.beat + i * width for i, sign in enumerate(rhythm) if sign != "."]
    return chosen


def silence(notes: list[Note], start: float, end: float) -> list[Note]:
    """Notes without those that start in a stretch; those that sound into it stop at its start."""
    kept = [n for n in notes if not start - 1e-6 <= n.beat < end - 1e-6]
    return [n._replace(length=start - n.beat) if n.beat < start < n.beat + n.length else n for n in kept]


def hit_length(beats: list[float], place: int, end: float) -> float:
    """How long a hit rings: half the way to the next one, at most half a beat."""
    following = beats[place + 1] if place + 1 < len(beats) else end
    return min(0.5, 0.6 * (following - beats[place]))


def hit_together(
    arrangement: Arrangement, page: Page, number: int, beats: list[float], rng: np.random.Generator
) -> None:
    """Rewrite one bar as tutti hits, in place; drums may fill what is left after the last hit."""
    start, end = number * page.bar_beats, (number + 1) * page.bar_beats
    for index, track in enumerate(arrangement.tracks):
        if track.part.idiom == "pad" and track.part is not RISER:
            continue
        notes = silence(track.notes, start, end)
        played_before = any(start - 4 * page.bar_beats <= n.beat < start for n in track.notes)
        for place, beat in enumerate(beats):
            length, span = hit_length(beats, place, end), page.chord_at(beat)
            if track.part.idiom == "hits" or (track.part.idiom == "comp" and played_before):
                notes += chords.stabs(track.part, page, [beat], length)
            elif track.part.idiom in ("bass", "walking") or (track.part.idiom == "riff" and track.part.low <= 40):
                notes.append(Note(beat, length, degree_pitch("1", span.chord, span.key, track.part), 0.95))
        arrangement.tracks[index] = track._replace(notes=notes)
    room_for_fill = end - beats[-1] >= 1.0 and rng.random() < 0.7
    fill_from = beats[-1] + 0.5 if room_for_fill else end
    for drum, strokes in arrangement.drums.items():
        arrangement.drums[drum] = silence(strokes, start, fill_from)
    names = {voice.drum for voice in page.style.drums}
    for drum in ("kick", "snare", "surdo", "high timbale", "clap", "mute surdo", "cowbell"):
        if drum in names:
            arrangement.drums.setdefault(drum, []).extend(Note(beat, 0.25, 0, 0.98) for beat in beats)
    arrangement.accents.extend(Accent(beat, 0.9) for beat in beats)


def end_song(arrangement: Arrangement, page: Page) -> None:
    """The last bar, in place: everyone who was playing lands on the tonic and lets it ring."""
    bar = page.bars[-1]
    span, ring = page.chord_at(bar.beat), page.bar_beats + 1.0
    for index, track in enumerate(arrangement.tracks):
        part = track.part
        was_playing = any(bar.beat - 2 * page.bar_beats <= n.beat for n in track.notes) and part is not RISER
        notes = silence(track.notes, bar.beat, bar.beat + page.bar_beats)
        if was_playing and part.idiom in ("comp", "pad"):
            size = min(part.size, len(span.chord.tones))
            voices = voicing(span.chord, part.low, part.high, previous=None, size=size)
            notes += chords.chord_notes(voices, bar.beat, ring, 0.85)
        elif was_playing and (part.idiom in ("bass", "walking") or (part.idiom == "riff" and part.low <= 40)):
            notes.append(Note(bar.beat, ring, degree_pitch("1", span.chord, span.key, part), 0.9))
        elif was_playing and part.idiom in ("melody", "follow", "riff", "drone"):
            last = notes[-1].pitch if notes else (part.low + part.high) / 2
            pitch = nearest(last, (span.key.tonic,), part.low, part.high)
            notes.append(Note(bar.beat, ring * 0.8, pitch, 0.85))
        arrangement.tracks[index] = track._replace(notes=notes)
    names = {voice.drum for voice in page.style.drums}
    for drum, strokes in arrangement.drums.items():
        arrangement.drums[drum] = silence(strokes, bar.beat, bar.beat + page.bar_beats)
    for drum in ("kick", "surdo", "mute surdo", "high timbale", "crash" if page.style.crash else "cowbell"):
        if drum in names or drum == "crash":
            arrangement.drums.setdefault(drum, []).append(Note(bar.beat, 2.0, 0, 0.95))
    arrangement.accents.append(Accent(bar.beat, 1.0))


def gaps(arrangement: Arrangement, page: Page, spans: list[Span], rng: np.random.Generator) -> None:
    """Silence on the last beat before some climaxes, in place, and a reversed cymbal into them."""
    for before, span in pairwise(spans):
        if span.label != page.style.climax or before.bars < 2:
            continue
        start = span.first_bar * page.bar_beats
        silent = "gap" in page.style.fills and rng.random() < 0.5
        for index, track in enumerate(arrangement.tracks):
            if track.part is RISER:
                track.notes.append(Note(start - 4.0, 4.0, 66, 0.95))
            elif silent and track.part.idiom not in ("melody", "pad"):
                arrangement.tracks[index] = track._replace(notes=silence(track.notes, start - 1.0, start))
        if silent:
            for drum, strokes in arrangement.drums.items():
                arrangement.drums[drum] = silence(strokes, start - 1.0, start)


def landmarks(page: Page, arrangement: Arrangement) -> list[Accent]:
    """Accents of the form: section starts, phrases of the climax, and the brass's own stabs."""
    phrase = page.style.meter.phrase_bars
    found = [Accent(bar.beat, 0.6 + 0.4 * bar.energy) for bar in page.bars if bar.place == 0]
    found += [
        Accent(bar.beat, 0.6)
        for bar in page.bars
        if bar.label == page.style.climax and bar.place and bar.place % phrase == 0
    ]
    for track in arrangement.tracks:
        if track.part.idiom == "comp" and track.part.energy >= 0.6:
            found += [Accent(n.beat, 0.5) for n in track.notes if n.loudness >= 0.94]
    return found


def arrange(page: Page, spans: list[Span], seed: int) -> Arrangement:
    """Everything the band plays."""
    rng = stream(seed, "band")
    parts = list(page.style.parts)
    if page.style.kit in ("electronic", "808") and page.style.drums:
        parts.append(RISER)
    played: dict[str, list[Note]] = {}
    tracks = []
    for part in parts:
        sound = str(stream(seed, part.name, "sound").choice(part.sounds))
        if part.idiom == "follow":
            notes = melody.follow(part, page, played[part.follows])
        else:
            notes = [] if part is RISER else play(part, page, seed)
        played[part.name] = notes
        tracks.append(Track(part, sound, notes))
    arrangement = Arrangement(tracks, drums.play(page, stream(seed, "drums")) if page.style.drums else {}, [])
    arrangement.accents.extend(landmarks(page, arrangement))
    gaps(arrangement, page, spans, rng)
    for number, beats in tutti_bars(page, spans, rng).items():
        hit_together(arrangement, page, number, beats, rng)
    end_song(arrangement, page)
    strongest: dict[float, float] = {}
    for accent in arrangement.accents:
        strongest[accent.beat] = max(accent.strength, strongest.get(accent.beat, 0.0))
    ordered = [Accent(beat, strongest[beat]) for beat in sorted(strongest)]
    return arrangement._replace(accents=ordered)
