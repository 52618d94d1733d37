"""A composed song and the composer: style, length and seed in, MIDI with its exact beats, form and mood out."""

from dataclasses import dataclass

import numpy as np
import pretty_midi

from demos.corpus.music.arrangement import Arrangement, arrange, harmonise, stream
from demos.corpus.music.form import Span, beat_times, lay_out
from demos.corpus.music.harmony import MODES, NAMES, Key
from demos.corpus.music.performance import perform, seconds_at, swung
from demos.corpus.music.score import Bar, ChordSpan, Page
from demos.corpus.music.styles import find
from demos.corpus.music.styles.style import Style
from demos.runtime.errors import InputError

SHORTEST_S, LONGEST_S = 5.0, 900.0
SLOWEST_BPM, FASTEST_BPM = 40.0, 260.0
RING_S = 0.8  # the last chord rings at least this long


@dataclass(frozen=True)
class Section:
    """One part of the form: intro, verse, build, chorus, drop, break or outro; seconds; mean energy 0..1."""

    label: str
    start_s: float
    end_s: float
    energy: float


@dataclass(frozen=True)
class Accent:
    """A moment the whole band strikes: seconds, and strength 0..1."""

    time_s: float
    strength: float


@dataclass(frozen=True, eq=False)
class Composition:
    """A song before it sounds. All times in seconds from the start of the audio.

    midi : the notes. beats, downbeats : every beat and every bar's first.
    counts : the dancer's counts, a beat each (a bar each in waltz time). phrases : the first of every eight counts.
    sections : follow one another without gaps from the first beat to the end of the last bar.
    accents : hits in order of time. chords : (start, name) pairs.
    meter : beats in a bar. swing : part of a pair of notes its first takes, 0.5 straight.
    valence : 0 sad or dark .. 1 happy, from mode, tempo and harmony. energy : mean over the sections.
    """

    midi: pretty_midi.PrettyMIDI
    style: str
    variant: str
    genre: str
    seed: int
    duration_s: float
    tempo_bpm: float
    meter: int
    written_meter: str
    swing: float
    key: str
    beats: np.ndarray
    downbeats: np.ndarray
    counts: np.ndarray
    phrases: np.ndarray
    sections: tuple[Section, ...]
    accents: tuple[Accent, ...]
    chords: tuple[tuple[float, str], ...]
    valence: float
    energy: float
    room: float

    def section_at(self, time_s: float) -> Section:
        """The section sounding at a time; the first or last one outside the song."""
        for section in self.sections:
            if time_s < section.end_s:
                return section
        return self.sections[-1]


def valence_of(style: Style, key: Key, chords: tuple[ChordSpan, ...], tempo_bpm: float) -> float:
    """Happiness 0..1: a bright mode, major chords and a quick pulse raise it, diminished chords lower it.

    The direction of each term follows the usual findings on mode and tempo in music psychology; weights chosen.
    """
    lengths = np.array([span.end - span.start for span in chords])
    share = lengths / lengths.sum()
    major = float(share @ np.array([not span.chord.minor for span in chords]))
    tense = float(share @ np.array([span.chord.tense for span in chords]))
    quick = float(np.clip((tempo_bpm - 60) / 100, 0, 1))
    score = 0.06 + 0.40 * MODES[key.mode].brightness + 0.22 * quick + 0.20 * major - 0.15 * tense + style.lively
    return round(float(np.clip(score, 0.02, 0.98)), 3)


def timed_sections(spans: list[Span], bars: tuple[Bar, ...], grid: np.ndarray, meter: int) -> tuple[Section, ...]:
    """The form in seconds, with each section's mean energy."""
    return tuple(
        Section(
            span.label,
            float(grid[span.first_bar * meter]),
            float(grid[(span.first_bar + span.bars) * meter]),
            round(float(np.mean([b.energy for b in bars[span.first_bar : span.first_bar + span.bars]])), 3),
        )
        for span in spans
    )


def timed_accents(arrangement: Arrangement, grid: np.ndarray, swing: float, unit: float) -> tuple[Accent, ...]:
    """The accents in seconds, in order."""
    beats = np.array([accent.beat for accent in arrangement.accents])
    times = seconds_at(swung(beats, swing, unit), grid)
    return tuple(Accent(float(t), round(a.strength, 3)) for t, a in zip(times, arrangement.accents, strict=True))


def _checked(seconds: float, tempo_bpm: float | None, seed: int) -> None:
    if seed < 0:
        raise InputError(f"The seed {seed} is negative: choose 0 or more.")
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise InputError(
            f"A song lasts {SHORTEST_S:.0f} to {LONGEST_S:.0f} seconds, not {seconds:g}: choose a length between."
        )
    if tempo_bpm is not None and not SLOWEST_BPM <= tempo_bpm <= FASTEST_BPM:
        raise InputError(
            f"A tempo of {tempo_bpm:g} cannot be played: choose {SLOWEST_BPM:.0f} to {FASTEST_BPM:.0f} beats a minute."
        )


def compose(
    style: str,
    *,
    seconds: float = 60.0,
    seed: int = 0,
    tempo_bpm: float | None = None,
    variant: str | None = None,
    key: str | None = None,
    mode: str | None = None,
    humanise: float = 1.0,
) -> Composition:
    """Compose a song; the same arguments give the same song.

    style : a name of the catalogue, however written. variant : "jig", "tintal" ...; drawn by the seed when None.
    seconds : 5..900, the length of the audio, the last chord's ring included.
    tempo_bpm : 40..260; drawn from the style's usual range when None. key : "C" .. "B", mode : a name in
    harmony.MODES; drawn when None. seed : 0 or more.
    humanise : 0 puts every note exactly on its (swung) place, 1 is human.
    Raises InputError for a style, length, tempo, seed, key or mode that is not offered.
    """
    _checked(seconds, tempo_bpm, seed)
    variants = find(style, variant=variant)
    rng = stream(seed, "song", variants[0].name)
    chosen = variants[int(rng.integers(len(variants)))]
    drawn_tempo = float(np.round(rng.uniform(*chosen.tempo_bpm)))
    tempo = float(tempo_bpm) if tempo_bpm is not None else drawn_tempo
    weights = np.array([weight for _, weight in chosen.modes], dtype=float)
    drawn_mode = chosen.modes[int(rng.choice(len(weights), p=weights / weights.sum()))][0]
    drawn_tonic = int(rng.integers(12))
    if key is not None and key not in NAMES:
        raise InputError(f"There is no key called {key!r}: choose one of {', '.join(NAMES)}.")
    if mode is not None and mode not in MODES:
        raise InputError(f"There is no mode called {mode!r}: choose one of {', '.join(MODES)}.")
    home = Key(NAMES.index(key) if key else drawn_tonic, mode or drawn_mode)
    swing = round(float(rng.uniform(*chosen.swing)), 3)
    lead_in = round(float(rng.uniform(0.05, 0.45)), 3)

    meter = chosen.meter.beats
    bar_s = meter * 60.0 / tempo
    count = max(1, int((seconds - lead_in - RING_S) / bar_s + (1 if bar_s > RING_S else 0)))
    while count > 1 and lead_in + (count - 1) * bar_s + RING_S > seconds:
        count -= 1
    spans, bars = lay_out(chosen, count, bar_s)
    grid = beat_times(chosen, count, tempo, lead_in, rng)
    page = Page(chosen, bars, harmonise(chosen, home, spans, bars, seed))
    arrangement = arrange(page, spans, seed)
    midi = perform(arrangement, page, grid, swing, humanise=humanise, seed=seed)

    beats = grid[:-1]
    beats = beats[beats < seconds]
    counts = beats[:: int(chosen.meter.beats_per_count)]
    sections = timed_sections(spans, bars, grid, meter)
    lengths = np.array([s.end_s - s.start_s for s in sections])
    return Composition(
        midi=midi,
        style=chosen.name,
        variant=chosen.variant,
        genre=chosen.genre,
        seed=seed,
        duration_s=float(seconds),
        tempo_bpm=tempo,
        meter=meter,
        written_meter=chosen.meter.written,
        swing=swing,
        key=home.name,
        beats=beats,
        downbeats=beats[::meter],
        counts=counts,
        phrases=counts[::8],
        sections=sections,
        accents=timed_accents(arrangement, grid, swing, chosen.swing_unit),
        chords=tuple((float(seconds_at(np.array([s.start]), grid)[0]), s.chord.name) for s in page.chords),
        valence=valence_of(chosen, home, page.chords, tempo),
        energy=round(float(lengths @ np.array([s.energy for s in sections]) / lengths.sum()), 3),
        room=chosen.room,
    )
