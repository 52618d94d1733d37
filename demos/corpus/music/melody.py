"""Melodies: motifs that return and vary (AABA), calls and answers, second voices."""

from typing import NamedTuple

import numpy as np

from demos.corpus.music.bass import plays
from demos.corpus.music.harmony import ladder, nearest, scale_over
from demos.corpus.music.patterns import parse
from demos.corpus.music.score import ChordSpan, Note, Page
from demos.corpus.music.styles.style import Part, Style


class Tone(NamedTuple):
    """One note of a motif: beat from the phrase's start, length in beats, scale steps from the phrase's centre."""

    beat: float
    length: float
    step: int


Theme = dict[str, list[Tone]]


def contour(count: int, leap: float, rng: np.random.Generator) -> list[int]:
    """A line of scale steps: mostly stepwise, leaps are turned back, the whole follows an arch, a fall or a rise."""
    shape = rng.choice(["arch", "fall", "rise", "wave"])
    reach = rng.uniform(2.0, 4.5)
    at = np.linspace(0, 1, max(count, 2))
    target = (
        reach
        * {
            "arch": np.sin(np.pi * at),
            "fall": 1 - 1.4 * at,
            "rise": 1.4 * at - 0.4,
            "wave": np.sin(2 * np.pi * at),
        }[str(shape)]
    )
    steps, here, turn = [], round(float(target[0])), 0
    for place in range(count):
        steps.append(here)
        if turn:
            here, turn = here + turn, 0
            continue
        pull = np.sign(target[min(place + 1, count - 1)] - here)
        if rng.random() < leap:
            jump = int(rng.choice([2, 3, 4])) * int(pull or rng.choice([-1, 1]))
            turn = -int(np.sign(jump))
            here += jump
        else:
            here += int(rng.choice([pull, pull, 0, -pull])) if pull else int(rng.choice([-1, 0, 1]))
    return steps


def rhythm(cells: tuple[str, str], bar_beats: int) -> list[tuple[float, float]]:
    """Two cells one after the other: (beat, length) from the phrase's start."""
    out, start = [], 0.0
    for cell in cells:
        bars, steps = parse(cell, bar_beats)
        out += [(start + step.beat, step.length) for step in steps]
        start += bars * bar_beats
    return out


def phrase_beats(style: Style) -> int:
    """Beats in a melodic phrase: two rhythm cells."""
    return 2 * (style.cells[0].count("|") + 1) * style.meter.beats


def theme(style: Style, rng: np.random.Generator) -> Theme:
    """Phrases A, A' (closed ending) and B from two or three rhythm cells."""
    names = [str(rng.choice(style.cells)) for _ in range(3)]
    first = rhythm((names[0], names[1]), style.meter.beats)
    second = rhythm((names[2], names[1]), style.meter.beats)
    a = [Tone(b, length, s) for (b, length), s in zip(first, contour(len(first), style.leap, rng), strict=True)]
    lift = int(rng.choice([1, 2, 2, 3]))
    b = [
        Tone(t, length, s + lift) for (t, length), s in zip(second, contour(len(second), style.leap, rng), strict=True)
    ]
    return {"A": a, "A'": [*a[:-1], a[-1]._replace(step=0)], "B": b}


def vary(tones: list[Tone], rng: np.random.Generator) -> list[Tone]:
    """The same phrase told again: a note left out, a long one turned, or the end lifted."""
    draw = rng.random()
    if draw < 0.45 or len(tones) < 4:
        return tones
    where = int(rng.integers(1, len(tones)))
    if draw < 0.6:
        return tones[:where] + tones[where + 1 :]
    if draw < 0.8:
        long = max(range(len(tones)), key=lambda i: tones[i].length)
        tone = tones[long]
        if tone.length >= 1.0:
            half = tone.length / 2
            split = [
                Tone(tone.beat, half, tone.step),
                Tone(tone.beat + half, half, tone.step + int(rng.choice([-1, 1]))),
            ]
            return tones[:long] + split + tones[long + 1 :]
        return tones
    return tones[:where] + [tone._replace(step=tone.step + 1) for tone in tones[where:]]


def pitch_of(step: int, strong: bool, span: ChordSpan, part: Part, centre: int, last: int | None) -> int:
    """A scale step as a pitch: strong notes fall on chord tones, the others on the scale over the chord."""
    rungs = ladder(span.key.melody_tones, part.low, part.high)
    home = min(range(len(rungs)), key=lambda i: (abs(rungs[i] - centre), rungs[i] % 12 != span.key.tonic))
    index = home + step
    while index >= len(rungs):
        index -= len(span.key.melody_tones)
    index = max(0, index)
    # Over a bare fifth (a drone) a tune is free to dwell on any tone of its scale.
    harmonic = strong and len(span.chord.tones) > 2
    tones = span.chord.tones if harmonic else scale_over(span.chord, span.key)
    pitch = nearest(rungs[index], tones, part.low, part.high)
    if last is not None and abs(pitch - last) > 9:
        folded = pitch + (12 if pitch < last else -12)
        if part.low <= folded <= part.high and abs(folded - last) < abs(pitch - last):
            pitch = folded
    return pitch


def melody(part: Part, page: Page, rng: np.random.Generator) -> list[Note]:
    """The part's tune through the song: AABA by section, one theme for verses and one for the climax."""
    style = page.style
    length = phrase_beats(style)
    bars = length // style.meter.beats
    themes = {"verse": theme(style, rng), "climax": theme(style, rng)}
    joins = part.energy + rng.uniform(-0.06, 0.06) if part.energy > 0.15 else part.energy
    notes: list[Note] = []
    last = None
    turn = {"all": (0, 1), "call": (0,), "answer": (1,)}[part.turn]
    centre = part.low + (part.high - part.low) * 0.42
    for bar in page.bars:
        varied = rng.random(4)
        if bar.place % bars or not plays(part, bar, joins):
            continue
        number = bar.place // bars
        if part.turn != "all" and bar.bars >= 2 * bars and number % 2 not in turn:
            continue
        told = number if part.turn == "all" else number // 2
        name = "AABA"[told % 4]
        name = "A'" if name == "A" and told % 4 == 3 else name
        climax = bar.label == style.climax
        tones = themes["climax" if climax else "verse"][name]
        tones = vary(tones, np.random.default_rng(int(varied[0] * 2**32))) if told else tones
        middle = nearest(centre + (3 if climax else 0), (page.chord_at(bar.beat).key.tonic,), part.low, part.high)
        until = page.bars[min(len(page.bars), bar.number + bar.bars - bar.place) - 1].beat + page.bar_beats
        for place, tone in enumerate(tones):
            beat = bar.beat + tone.beat
            if beat >= until - 1e-6:
                break
            closing = place == len(tones) - 1
            strong = tone.length >= 1.0 or closing or beat % 2 == 0
            last = pitch_of(tone.step, strong, page.chord_at(beat), part, middle, last)
            accent = 0.94 if beat % page.bar_beats == 0 else 0.88 if beat == int(beat) else 0.8
            swell = 0.06 * np.sin(np.pi * place / max(1, len(tones) - 1))
            held = min(tone.length * part.gate, until - beat)
            notes.append(Note(beat, held, last, accent + swell - 0.06))
    return notes


def follow(part: Part, page: Page, leader: list[Note]) -> list[Note]:
    """A second voice some scale steps from another part; 7 and -7 are octaves, 0 is unison."""
    notes = []
    joins = part.energy
    for note in leader:
        bar = page.bars[min(len(page.bars) - 1, int(note.beat // page.bar_beats))]
        if not plays(part, bar, joins):
            continue
        span = page.chord_at(note.beat)
        if part.shift % 7 == 0:
            pitch = note.pitch + 12 * (part.shift // 7)
        else:
            tones = span.chord.tones if note.length >= 0.9 else scale_over(span.chord, span.key)
            wanted = note.pitch + round(part.shift * 12 / 7)
            pitch = nearest(wanted, tones, wanted - 6, wanted + 6)
        while pitch > part.high:
            pitch -= 12
        while pitch < part.low:
            pitch += 12
        if part.low <= pitch <= part.high:
            notes.append(note._replace(pitch=pitch, loudness=note.loudness * 0.86))
    return notes
