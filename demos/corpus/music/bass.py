"""Bass players: written patterns of chord degrees, walking lines, fixed riffs and drones."""

import numpy as np

from demos.corpus.music.harmony import MODES, Chord, Key, ladder, nearest, scale_over
from demos.corpus.music.patterns import parse
from demos.corpus.music.score import Bar, Note, Page
from demos.corpus.music.styles.style import Part


def degree_pitch(sign: str, chord: Chord, key: Key, part: Part) -> int:
    """The pitch of a degree sign over a chord, its root in the lowest octave of the part."""
    root = part.low + (chord.root - part.low) % 12
    scale = sorted((tone - chord.root) % 12 for tone in scale_over(chord, key))
    step = {
        "1": 0,
        "2": next((s for s in scale if s in (1, 2)), 2),
        "3": (chord.third - chord.root) % 12,
        "4": 5 if 5 in scale else 6,
        "5": (chord.fifth - chord.root) % 12,
        "6": next((s for s in reversed(scale) if s in (8, 9)), 9),
        "7": next((t for t in ((chord.seventh - chord.root) % 12,) if t >= 10), 10),
        "8": 12,
    }[sign]
    pitch = root + step
    return pitch - 12 if pitch > part.high else pitch


def unrolled(part: Part, page: Page, rng: np.random.Generator) -> list[tuple[float, float, str, Bar]]:
    """The part's patterns laid over the bars it plays in: (beat, length, sign, bar), holds crossing bar lines.

    Quiet and full sections draw one pattern each, which returns with them, so that a listener knows the song again.
    """
    quiet, full = rng.integers(len(part.patterns), size=2)
    joins = part.energy + rng.uniform(-0.06, 0.06) if part.energy > 0.15 else part.energy
    steps = []
    for bar in page.bars:
        swaps = rng.random() < 0.15 and bar.place % 4 == 3
        other = int(rng.integers(len(part.patterns)))
        if not plays(part, bar, joins):
            continue
        pattern = part.patterns[other if swaps else int(full if bar.energy > 0.8 else quiet)]
        bars, cells = parse(pattern, page.bar_beats)
        start = (bar.place % bars) * page.bar_beats
        end = start + page.bar_beats
        for cell in cells:
            if start - 1e-6 <= cell.beat < end - 1e-6:
                # A pattern's last hold reaches into its own repeat, as a tumbao's does.
                wraps = cell.beat + cell.length > bars * page.bar_beats - 1e-6
                held = parse_lead(pattern, page.bar_beats) if wraps else 0.0
                steps.append((bar.beat + cell.beat - start, cell.length + held, cell.sign, bar))
    return steps


def parse_lead(pattern: str, bar_beats: int) -> float:
    """Beats that a pattern opens with `-`, holding over from the bar before."""
    first = pattern.split("|")[0]
    return (len(first) - len(first.lstrip("-"))) * bar_beats / len(first)


def plays(part: Part, bar: Bar, joins: float) -> bool:
    """Whether a part sounds in a bar."""
    return joins <= bar.energy < part.until and (not part.labels or bar.label in part.labels)


def metric(beat: float, bar_beats: int) -> float:
    """How hard a plain note is struck for its place in the bar: the first beat most, notes off the beat least."""
    return 0.92 if beat % bar_beats == 0 else 0.83 if beat == int(beat) else 0.74


def pattern_line(part: Part, page: Page, rng: np.random.Generator) -> list[Note]:
    """A line of chord degrees; see Part.idiom for the signs."""
    notes = []
    for beat, length, sign, bar in unrolled(part, page, rng):
        here = page.chord_at(beat)
        loudness = metric(beat, page.bar_beats)
        if sign == "n":
            target = page.chord_at(bar.beat + page.bar_beats)
            pitch = degree_pitch("1", target.chord, target.key, part)
            loudness = 0.9
        elif sign == "a":
            target = page.chord_at(bar.beat + page.bar_beats)
            root = degree_pitch("1", target.chord, target.key, part)
            pitch = root + (-1 if root > part.low and rng.random() < 0.7 else 1)
        elif sign == "x":
            pitch, length, loudness = degree_pitch("1", here.chord, here.key, part), min(length, 0.12), 0.4
        else:
            pitch = degree_pitch(sign, here.chord, here.key, part)
        notes.append(Note(beat, length * part.gate, pitch, loudness))
    return notes


def riff(part: Part, page: Page, rng: np.random.Generator) -> list[Note]:
    """A fixed motif. Low parts carry it to each chord's root; high ones keep it in the key and bend it to the chord."""
    if part.low <= 40:
        return pattern_line(part, page, rng)
    notes = []
    for beat, length, sign, _ in unrolled(part, page, rng):
        span = page.chord_at(beat)
        degrees = MODES[span.key.mode].degrees
        tonic = part.low + (span.key.tonic - part.low) % 12
        pitch = tonic + (12 if sign == "8" else degrees[int(sign) - 1])
        pitch = pitch - 12 if pitch > part.high else pitch
        if pitch % 12 not in scale_over(span.chord, span.key):
            pitch = nearest(pitch, span.chord.tones, part.low, part.high)
        notes.append(Note(beat, length * part.gate, pitch, metric(beat, page.bar_beats) - 0.06))
    return notes


def walking(part: Part, page: Page, rng: np.random.Generator) -> list[Note]:
    """Four to the bar: the root where a chord starts, steps between, a semitone or fifth into the next chord."""
    notes: list[Note] = []
    pitch = None
    for bar in page.bars:
        two_feel = bar.energy < 0.3
        for place in range(page.bar_beats):
            draw, skip = rng.random(), rng.random()
            beat = bar.beat + place
            if two_feel and place % 2:
                continue
            span, ahead = page.chord_at(beat), page.chord_after(beat)
            root = degree_pitch("1", span.chord, span.key, part)
            if pitch is None or abs(beat - span.start) < 1e-6:
                choices = [p for p in (root, root + 12) if p <= part.high]
                pitch = root if pitch is None else min(choices, key=lambda p, at=pitch: abs(p - at))
            elif abs(beat + 1 - span.end) < 1e-6:
                target = nearest(pitch, (ahead.chord.root,), part.low, part.high)
                pitch = target + (-1 if draw < 0.55 else 1 if draw < 0.85 else 7 if target + 7 <= part.high else -5)
                pitch = min(max(pitch, part.low), part.high)
            else:
                tones = span.chord.tones if place == 2 or draw < 0.35 else scale_over(span.chord, span.key)
                steps = [p for p in ladder(tuple(tones), part.low, part.high) if 0 < abs(p - pitch) <= 5]
                pitch = int(rng.choice(steps)) if steps else root
            length = 2.0 if two_feel else 1.0
            notes.append(Note(beat, length * part.gate, pitch, 0.82 if place % 2 == 0 else 0.9))
            if skip < 0.1 and not two_feel:
                notes.append(Note(beat + 0.5, 0.25, pitch, 0.5))
    return notes


def drone(part: Part, page: Page, rng: np.random.Generator) -> list[Note]:
    """Tonic and fifth of the key, renewed every two bars."""
    notes = []
    for bar in page.bars:
        if bar.place % 2 or not plays(part, bar, part.energy):
            continue
        tonic = part.low + (page.chord_at(bar.beat).key.tonic - part.low) % 12
        length = min(2, bar.bars - bar.place) * page.bar_beats * part.gate
        notes += [Note(bar.beat, length, pitch, 0.6) for pitch in (tonic, tonic + 7) if pitch <= part.high]
    return notes
