"""Drummers and percussionists: grooves by energy, ghost strokes, fills at phrase ends, rolls in builds."""

import numpy as np

from demos.corpus.music.patterns import steps_in_bar
from demos.corpus.music.score import Bar, Note, Page
from demos.corpus.music.styles.style import Style, Voice

STROKES = {"X": 1.0, "x": 0.78, "o": 0.56, "g": 0.32}

# The drums a fill moves over, from its first stroke to its last.
FILLS: dict[str, tuple[str, ...]] = {
    "toms": ("snare", "high tom", "mid tom", "low tom", "floor tom"),
    "snare": ("snare",),
    "funk": ("snare", "snare", "high tom", "snare", "floor tom"),
    "kick": ("kick", "snare", "kick", "floor tom"),
    "808": ("high tom", "high tom", "mid tom", "low tom"),
    "clap": ("clap", "snare", "clap"),
    "roll": ("snare",),
    "timbales": ("high timbale", "high timbale", "low timbale", "high timbale"),
    "bongos": ("high bongo", "high bongo", "low bongo", "conga open", "low conga"),
    "samba": ("snare", "snare", "high timbale", "surdo"),
    "palmas": ("clap", "rim", "clap"),
    "sticks": ("rim", "low conga", "rim"),
    "swell": ("triangle",),
    "tabla": ("tambourine",),
    "gap": (),
}


def grid(style: Style) -> int:
    """Steps in a beat that the style's drummers think in."""
    steps = [len(pattern.split("|")[0]) for voice in style.drums for pattern in voice.patterns]
    return max(2, max(steps, default=8) // style.meter.beats)


def strokes(voice: Voice, pattern: str, bar: Bar, page: Page) -> list[Note]:
    """One voice in one bar. Pitch 0: the kit knows the drum's key."""
    notes = []
    for step in steps_in_bar(pattern, page.bar_beats, bar.place):
        beat = bar.beat + step.beat
        if step.sign == "r":
            notes += [
                Note(beat, step.length / 2, 0, 0.5),
                Note(beat + step.length / 2, step.length / 2, 0, 0.62),
            ]
        elif step.sign == "f":
            notes += [Note(beat - 0.04, 0.04, 0, 0.4), Note(beat, step.length, 0, 0.95)]
        else:
            notes.append(Note(beat, step.length, 0, STROKES[step.sign]))
    return notes


def groove(voice: Voice, page: Page, rng: np.random.Generator) -> list[Note]:
    """A voice through the song: one pattern for quiet sections and one for full ones, now and then another."""
    joins = voice.energy + rng.uniform(-0.05, 0.05) if voice.energy > 0.15 else voice.energy
    usual, full = rng.integers(len(voice.patterns), size=2)
    notes: list[Note] = []
    for bar in page.bars:
        swaps = rng.random() < 0.12 and bar.place % 4 == 3
        other = int(rng.integers(len(voice.patterns)))
        choice = other if swaps else int(full if bar.energy > 0.8 else usual)
        if not joins <= bar.energy < voice.until:
            continue
        for note in strokes(voice, voice.patterns[choice], bar, page):
            # A voice that has just joined plays a little under, ghosts come and go.
            ghost = note.loudness < 0.4
            keep, scale = rng.random(), 0.85 if bar.energy - joins < 0.1 else 1.0
            if not ghost or keep < 0.75:
                notes.append(note._replace(loudness=note.loudness * scale))
    return notes


def fill_bars(page: Page, rng: np.random.Generator) -> dict[int, tuple[str, float]]:
    """Bars that end in a fill: its family, and its length in beats, longer at a section's end than at a phrase's."""
    style, fills = page.style, {}
    phrase = style.meter.phrase_bars
    for bar in page.bars[:-1]:
        chance, family = rng.random(), str(rng.choice(style.fills))
        section_end = bar.last
        phrase_end = (bar.place + 1) % phrase == 0
        if bar.energy < 0.25 or not (section_end or phrase_end):
            continue
        if section_end and chance < style.fill_chance:
            length = float(rng.choice([page.bar_beats / 2, page.bar_beats]))
            # A gap holds its breath for one beat, it does not leave the floor.
            fills[bar.number] = (family, length if FILLS[family] else 1.0)
        elif chance < style.fill_chance * 0.4:
            fills[bar.number] = (family, min(1.0, page.bar_beats / 2))
    return fills


def fill(page: Page, bar: Bar, family: str, length: float, rng: np.random.Generator) -> dict[str, list[Note]]:
    """A fill of a family over the last `length` beats of a bar: strokes thicken and move down the drums."""
    drums = FILLS[family]
    if not drums:
        return {}
    per_beat = grid(page.style)
    count = max(2, round(length * per_beat))
    start = bar.beat + page.bar_beats - length
    density = rng.uniform(0.55, 0.9)
    played: dict[str, list[Note]] = {}
    for step in range(count):
        progress = step / count
        on_beat = step % per_beat == 0
        if rng.random() > density + 0.3 * progress and not (on_beat and step == 0):
            continue
        drum = drums[min(len(drums) - 1, int(progress * len(drums)))]
        loudness = 0.6 + 0.35 * progress + (0.08 if on_beat else 0.0)
        played.setdefault(drum, []).append(Note(start + step / per_beat, 1 / per_beat, 0, min(1.0, loudness)))
    return played


def roll(page: Page, section: list[Bar], drum: str) -> list[Note]:
    """The roll of a build: quarters, then eighths, then sixteenths, ever louder."""
    notes = []
    total = len(section) * page.bar_beats
    beat = 0.0
    while beat < total:
        progress = beat / total
        step = 1.0 if progress < 0.5 else 0.5 if progress < 0.75 else 0.25
        notes.append(Note(section[0].beat + beat, step, 0, 0.3 + 0.6 * progress))
        beat += step
    return notes


def play(page: Page, rng: np.random.Generator) -> dict[str, list[Note]]:
    """Every drum's strokes through the song, in beats."""
    played: dict[str, list[Note]] = {}
    fills = fill_bars(page, rng)
    fills_from = {number: (number + 1) * page.bar_beats - length for number, (_, length) in fills.items()}
    for voice in page.style.drums:
        notes = groove(voice, page, rng)
        # Time keepers (shakers, bells) run through a fill; kick, snare and cymbals make room for it.
        if voice.drum in ("kick", "kick 2", "snare", "snare 2", "clap", "hat", "open hat", "ride", "rim"):
            notes = [n for n in notes if n.beat < fills_from.get(int(n.beat // page.bar_beats), np.inf) - 1e-6]
        played.setdefault(voice.drum, []).extend(notes)
    for number, (family, length) in fills.items():
        for drum, notes in fill(page, page.bars[number], family, length, rng).items():
            played.setdefault(drum, []).extend(notes)
    if page.style.drums and "swell" not in page.style.fills:
        for index in {bar.section for bar in page.bars if bar.label == "build"}:
            section = [bar for bar in page.bars if bar.section == index]
            played.setdefault("snare", []).extend(roll(page, section, "snare"))
    if page.style.crash:
        played.setdefault("crash", []).extend(
            Note(bar.beat, 4.0, 0, 0.6 + 0.35 * bar.energy) for bar in page.bars if bar.place == 0 and bar.energy > 0.45
        )
    return played
