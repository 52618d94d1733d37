"""Short pieces with exactly known beats, in many dance styles: to train and to measure beat trackers.

Notes only; what they sound like is left to `synth` (NumPy, always there) and `soundfont` (General MIDI, when
fluidsynth and a soundfont are installed).

A pattern is text, one character a step: ``X`` accent, ``x`` hit, ``o`` ghost, ``?`` a hit half of the time,
``.`` rest. Its length is a whole number of bars.
"""

from dataclasses import dataclass

import numpy as np

DRUMS = -1  # "program" of the drum kit
KICK, SNARE, RIM, CLAP, HAT, OPEN_HAT, RIDE, CRASH = 36, 38, 37, 39, 42, 46, 51, 49
TOM_LOW, TOM_MID, TOM_HIGH, COWBELL, CONGA_HIGH, CONGA_LOW, CLAVE, SHAKER, TAMBOURINE = (
    41,
    45,
    48,
    56,
    62,
    64,
    75,
    70,
    54,
)
VELOCITIES = {"X": 115, "x": 92, "o": 52, "?": 72}


@dataclass(frozen=True)
class Note:
    """One note: seconds, MIDI pitch and velocity, General MIDI program (`DRUMS` for the kit)."""

    start_s: float
    duration_s: float
    pitch: int
    velocity: int
    program: int


@dataclass(frozen=True)
class Groove:
    """A piece and its truth: beats and downbeats in seconds."""

    name: str
    notes: tuple[Note, ...]
    beats: np.ndarray
    downbeats: np.ndarray
    tempo_bpm: float
    meter: int
    duration_s: float


@dataclass(frozen=True)
class Style:
    """How a genre plays: tempo range, beats a bar, steps a beat, and one or more patterns for each part."""

    tempos_bpm: tuple[float, float]
    drums: tuple[dict[int, str], ...]
    bass: tuple[str, ...]
    chords: tuple[str, ...]
    meter: int = 4
    grid: int = 4
    swing: tuple[float, float] = (0.5, 0.5)
    basses: tuple[int, ...] = (32, 33, 34, 36, 38, 39)
    instruments: tuple[int, ...] = (0, 4, 5, 16, 24, 25, 27, 48, 61, 62, 80, 81, 88, 89)


_STRAIGHT_HATS = ("x.x.x.x.x.x.x.x.", "xoxoxoxoxoxoxoxo", "x...x...x...x...", "X.o.X.o.X.o.X.o.")
STYLES: dict[str, Style] = {
    "rock": Style(
        (88, 185),
        (
            {KICK: "X.......X.x.....", SNARE: "....X.......X...", HAT: _STRAIGHT_HATS[0]},
            {KICK: "X.....x.X.?.....", SNARE: "....X.......X..o", RIDE: _STRAIGHT_HATS[0]},
            {KICK: "X..x..x...x..?..", SNARE: "....X.......X...", OPEN_HAT: _STRAIGHT_HATS[2]},
        ),
        ("x.x.x.x.x.x.x.x.", "X.......x.x.....", "X..x..x.x..x..x."),
        ("x.x.x.x.x.x.x.x.", "X...............", "X.....x...x....."),
        instruments=(25, 26, 27, 28, 29, 30, 16, 0),
    ),
    "house": Style(
        (114, 132),
        (
            {KICK: "X...X...X...X...", CLAP: "....X.......X...", OPEN_HAT: "..x...x...x...x."},
            {KICK: "X...X...X...X...", HAT: _STRAIGHT_HATS[1], SNARE: "....x..?....x..o"},
        ),
        ("..x...x...x...x.", "..xx..xx..xx..xx", "X..x..x...x..x.."),
        ("x..x..x..x..x...", "..x...x...x...x.", "X..............."),
    ),
    "techno": Style(
        (124, 150),
        (
            {KICK: "X...X...X...X...", HAT: "..x...x...x...x."},
            {KICK: "X...X...X...X..?", CLAP: "....x.......x...", SHAKER: _STRAIGHT_HATS[1]},
        ),
        (".xxx.xxx.xxx.xxx", "x.x.x.x.x.x.x.x.", "..x...x...x...x."),
        ("xoxxoxxoxxoxxoxo", "x..x..x.x..x..x.", "X..............."),
    ),
    "electro": Style(
        (95, 140),
        (
            {KICK: "X.....x...x.....", SNARE: "....X.......X...", HAT: _STRAIGHT_HATS[1]},
            {KICK: "X..x..x.....x...", CLAP: "....X.......X...", HAT: _STRAIGHT_HATS[0]},
            {KICK: "X...............", SNARE: "....X.......X..."},
        ),
        ("xxxxxxxxxxxxxxxx", "X..x..x.X..x..x.", "X..............."),
        ("xoxoxoxoxoxoxoxo", "X...............", "x.xx.xx.x.xx.xx."),
        instruments=(80, 81, 82, 86, 87, 88, 90, 95, 38),
    ),
    "hip_hop": Style(
        (72, 108),
        (
            {KICK: "X..x..x...x.....", SNARE: "....X.......X...", HAT: "x.x.x.x.x.x.x.xx"},
            {KICK: "X......x..x..?..", SNARE: "....X.......X...", HAT: _STRAIGHT_HATS[1]},
            {KICK: "X.x.......xx....", CLAP: "....X.......X...", HAT: _STRAIGHT_HATS[0]},
        ),
        ("X..x......x.....", "X......x..x..x..", "X.........x..x.."),
        ("X...............", "X......x........", "..x...x...x...x."),
        swing=(0.5, 0.62),
    ),
    "funk": Style(
        (92, 122),
        (
            {KICK: "X.x....x..x..x..", SNARE: "....X..o.o..X..o", HAT: _STRAIGHT_HATS[1]},
            {KICK: "X..x..x...x.....", SNARE: "....X..o.o.oX...", HAT: _STRAIGHT_HATS[0]},
        ),
        ("X.x..x.x..x.x.x.", "X..x...xx..x..x.", "X.....xxX.....x."),
        ("..x..x.x..x..x..", "xoxxoxxoxoxxoxox"),
        swing=(0.5, 0.56),
        instruments=(27, 28, 4, 7, 16, 61),
    ),
    "disco": Style(
        (108, 130),
        (
            {
                KICK: "X...X...X...X...",
                SNARE: "....X.......X...",
                HAT: "x.o.x.o.x.o.x.o.",
                OPEN_HAT: "..x...x...x...x.",
            },
        ),
        ("X.x.X.x.X.x.X.x.", "X..xX..xX..xX..x"),
        ("..xx..xx..xx..xx", "X......x........"),
        instruments=(27, 28, 4, 48, 50, 61),
    ),
    "reggae": Style(
        (68, 96),
        (
            {KICK: "........X.......", RIM: "........X.......", HAT: _STRAIGHT_HATS[0]},
            {KICK: "X...X...X...X...", RIM: "........X.......", HAT: _STRAIGHT_HATS[0]},
        ),
        ("X..x..x...x..x..", "..x.x...X..x....", "X.....x.X......."),
        ("....X.......X...", "..x...x...x...x.", "....Xo......Xo.."),
        swing=(0.5, 0.6),
        instruments=(16, 17, 27, 28, 0),
    ),
    "reggaeton": Style(
        (84, 106),
        ({KICK: "X...X...X...X...", SNARE: "...x..x....x..x.", HAT: _STRAIGHT_HATS[0]},),
        ("X..x..x.X..x..x.", "X...x...x...x...", "X......x........"),
        ("x..x..x.x..x..x.", "X..............."),
    ),
    "drum_and_bass": Style(
        (160, 190),
        (
            {KICK: "X.........x.....", SNARE: "....X.......X...", HAT: _STRAIGHT_HATS[0]},
            {KICK: "X.x.......xx....", SNARE: "....X..o.o..X..o", RIDE: _STRAIGHT_HATS[0]},
        ),
        ("X...............", "X.....x...x.....", "X.........x....."),
        ("X...............", "..x...x...x...x."),
        instruments=(88, 89, 90, 94, 95, 4, 81),
    ),
    "salsa": Style(
        (150, 192),
        (
            {
                CLAVE: "x.....x.....x.......x...x.......",
                COWBELL: "X...x...X...x...X...x...X...x...",
                CONGA_HIGH: "....x.......o.......x.......o...",
                CONGA_LOW: "............x.x.............x.x.",
            },
            {
                CLAVE: "....x...x.......x.....x.....x...",
                CONGA_HIGH: "....x.......o.......x.......o...",
                CONGA_LOW: "............x.x.............x.x.",
                SHAKER: "x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.",
                KICK: "x...............x...............",
            },
        ),
        ("......x.....x...", "x.....x.....x..."),
        ("x...x.x...x.x...x.x.x.x...x.x.x.", "x...x.x...x...x...x.x.x...x...x."),
        basses=(32, 33, 35),
        instruments=(0, 1, 2, 56, 57, 61),
    ),
    "bossa": Style(
        (110, 150),
        (
            {
                RIM: "x.....x.....x.......x.....x.....",
                KICK: "x.....x.x.....x.x.....x.x.....x.",
                HAT: _STRAIGHT_HATS[0] * 2,
            },
        ),
        ("X.....x.X.....x.",),
        ("x...x.....x...x.", "x.....x.....x..."),
        basses=(32, 33),
        instruments=(24, 0, 4, 11, 73),
    ),
    "swing": Style(
        (100, 190),
        (
            {RIDE: "X..x.xX..x.x", HAT: "...x.....x..", KICK: "o..o..o..o.."},
            {RIDE: "X..x.xX..x.x", HAT: "...x.....x..", SNARE: "..?.....?..."},
        ),
        ("x..x..x..x..",),
        (".....x......", "x....x......", "......x....x"),
        grid=3,
        basses=(32,),
        instruments=(0, 26, 56, 65, 66, 11),
    ),
    "shuffle": Style(
        (66, 150),
        (
            {KICK: "X.....X....x", SNARE: "...X.....X..", HAT: "x.xx.xx.xx.x"},
            {KICK: "X..x..X..x..", SNARE: "...X.....X..", RIDE: "x.xx.xx.xx.x"},
            {KICK: "X....xX.....", SNARE: "......X.....", HAT: "xxxxxxxxxxxx"},
        ),
        ("x.xx.xx.xx.x", "x..x..x..x..", "X....xx....."),
        ("x.xx.xx.xx.x", "...x.....x..", "X..........."),
        grid=3,
        instruments=(26, 27, 16, 0, 22),
    ),
    "slow_twelve": Style(
        (56, 84),
        ({KICK: "X....xX.....", SNARE: "...X.....X..", HAT: "xxxxxxxxxxxx"}, {}),
        ("X....xx.....", "X..........."),
        ("xxxxxxxxxxxx", "X..........."),
        grid=3,
        instruments=(0, 4, 16, 24, 48),
    ),
    "ballad": Style(
        (56, 92),
        ({}, {}, {KICK: "X.......x.......", RIM: "....x.......x...", HAT: _STRAIGHT_HATS[0]}),
        ("X...............", "X.......x.......", "X.....x.X......."),
        ("x.x.x.x.x.x.x.x.", "X...x...x...x...", "x.xxx.xxx.xxx.xx"),
        instruments=(0, 1, 4, 24, 46, 48),
    ),
    "country": Style(
        (96, 176),
        (
            {KICK: "X.......X.......", SNARE: "....X.......X..."},
            {SNARE: "oxXxoxXxoxXxoxXx", KICK: "X...x...X...x..."},
        ),
        ("X.......x.......",),
        ("....x.......x...", "....x.x.....x.x."),
        instruments=(25, 105, 110, 21, 24),
        basses=(32, 33),
    ),
    "march": Style(
        (96, 132),
        ({KICK: "X.......X.......", SNARE: "x.oox.oox.oox.xx", CRASH: "?.......?......."},),
        ("X.......x.......", "X...x...X...x..."),
        ("....x.......x...", "X...x...x...x..."),
        instruments=(56, 57, 60, 61, 71, 73),
        basses=(58, 43),
    ),
    "metal": Style(
        (90, 185),
        (
            {KICK: "xxxxxxxxxxxxxxxx", SNARE: "....X.......X...", CRASH: "X...x...X...x..."},
            {KICK: "X.xxX.xxX.xxX.xx", SNARE: "....X.......X...", RIDE: _STRAIGHT_HATS[2]},
        ),
        ("X.xxX.xxX.xxX.xx", "xxxxxxxxxxxxxxxx"),
        ("X.xxX.xxX.xxX.xx", "X..x..x..x..x.x.", "X..............."),
        instruments=(29, 30),
        basses=(33, 34),
    ),
    "tango": Style(
        (58, 72),
        ({}, {TAMBOURINE: "X...x...X...x..."}),
        ("X...x...x...x...", "X..x....x...x.x."),
        ("X...x...x...x...", "x.x.x.x.x.x.x.x."),
        instruments=(21, 22, 40, 0),
        basses=(32, 43),
    ),
    "samba": Style(
        (92, 132),
        (
            {KICK: "X..xX..xX..xX..x", TAMBOURINE: "X.oxX.oxX.oxX.ox", SHAKER: _STRAIGHT_HATS[1]},
            {
                TOM_LOW: "o...X...o...X...",
                TOM_MID: "X.......X.......",
                SNARE: "X.oxo.x.X.oxo.x.",
                SHAKER: _STRAIGHT_HATS[3],
            },
        ),
        ("X..xX..xX..xX..x",),
        ("x.x.xx.x.x.xx.x.", "X..x..x...x..x.."),
        basses=(32, 33),
        instruments=(24, 25, 0, 73),
    ),
    "waltz": Style(
        (84, 192),
        ({KICK: "X.....", SNARE: "..x.x."}, {}, {RIDE: "x.x.x.", KICK: "X.....", HAT: "..x.x."}),
        ("X.....", "X...x."),
        ("..x.x.", "x.x.x.", "xxxxxx"),
        meter=3,
        grid=2,
        instruments=(0, 21, 24, 40, 48, 71),
        basses=(32, 43, 58),
    ),
    "slow_waltz": Style(
        (62, 100),
        ({}, {KICK: "X...........", RIM: "....x...x...", HAT: "x.x.x.x.x.x."}),
        ("X...........", "X.......x..."),
        ("x.x.x.x.x.x.", "X...x...x...", "x...xxx.x.x."),
        meter=3,
        instruments=(0, 4, 24, 46, 48),
    ),
    "jazz_waltz": Style(
        (110, 180),
        ({RIDE: "X..x.xx..", HAT: "...x.....", KICK: "o........"}, {RIDE: "X..x.xx.x", SNARE: ".....?..?"}),
        ("x..x..x..", "X........"),
        (".....x...", "x....x..."),
        meter=3,
        grid=3,
        basses=(32,),
        instruments=(0, 26, 11, 65),
    ),
}
# Roots in semitones above the key and whether the triad is minor: common progressions of four bars.
_PROGRESSIONS = (
    ((0, 0), (7, 0), (9, 1), (5, 0)),
    ((9, 1), (5, 0), (0, 0), (7, 0)),
    ((0, 1), (8, 0), (3, 0), (10, 0)),
    ((2, 1), (7, 0), (0, 0), (0, 0)),
    ((0, 0), (0, 0), (5, 0), (7, 0)),
    ((0, 1), (5, 1), (7, 1), (0, 1)),
    ((0, 1), (0, 1), (0, 1), (0, 1)),
    ((0, 0), (9, 1), (2, 1), (7, 0)),
)


def compose(
    style_name: str,
    *,
    seed: int,
    duration_s: float = 30.0,
    tempo_bpm: float | None = None,
    loose: bool = True,
) -> Groove:
    """A piece in one style; the same seed gives the same piece.

    `loose` lets players be human: timing spread, a slow drift of tempo in some pieces, parts that rest for a
    few bars, a lead-in of silence or a pick-up bar. Without it the grid is exact.
    """
    style = STYLES[style_name]
    rng = np.random.default_rng([seed, sorted(STYLES).index(style_name)])
    tempo = float(tempo_bpm if tempo_bpm is not None else rng.uniform(*style.tempos_bpm))
    bars = int(np.ceil(duration_s * tempo / 60 / style.meter)) + 1
    clock = _beat_clock(rng, bars * style.meter + 1, tempo, loose)
    spread_s = rng.choice([0.0, 0.003, 0.008, 0.014]) if loose else 0.0
    swing = rng.uniform(*style.swing)
    position = _step_clock(clock, style, swing)
    notes: list[Note] = []
    for section_start in range(0, bars, 8):
        section = range(section_start, min(section_start + 8, bars))
        notes += _section_notes(rng, style, section, position, loose)
    notes = [_humanise(rng, note, spread_s) for note in notes if note.start_s < duration_s]
    beats = clock[clock < duration_s - 0.05]
    return Groove(
        style_name, tuple(notes), beats, clock[:: style.meter][clock[:: style.meter] < duration_s - 0.05],
        tempo, style.meter, duration_s,
    )  # fmt: skip


def _beat_clock(rng: np.random.Generator, count: int, tempo: float, loose: bool) -> np.ndarray:
    """Times of the beats; seconds."""
    intervals = np.full(count, 60 / tempo)
    start = 0.0
    if loose:
        start = float(rng.choice([0.0, rng.uniform(0.05, 1.5)]))
        if rng.random() < 0.35:
            walk = np.cumsum(rng.normal(0, 0.004, count))
            intervals *= np.exp(np.clip(walk - walk.mean(), -0.06, 0.06))
    return start + np.concatenate([[0.0], np.cumsum(intervals)[:-1]])


def _step_clock(clock: np.ndarray, style: Style, swing: float) -> np.ndarray:
    """Times of the grid's steps: (beats, grid), the off-steps of a 4-grid delayed by the swing."""
    fractions = np.arange(style.grid) / style.grid
    if style.grid == 4:  # swing of sixteenths: the second of each pair comes late
        fractions = fractions + np.array([0, 1, 0, 1]) * (swing - 0.5) / 2
    intervals = np.append(np.diff(clock), clock[-1] - clock[-2])
    return clock[:, None] + intervals[:, None] * fractions


def _section_notes(
    rng: np.random.Generator, style: Style, bars: range, position: np.ndarray, loose: bool
) -> list[Note]:
    """Up to eight bars with one drum pattern, bass line, accompaniment and, sometimes, melody."""
    steps_a_bar = style.meter * style.grid
    times = position.reshape(-1)
    drums = style.drums[rng.integers(len(style.drums))]
    bass, comp = str(rng.choice(style.bass)), str(rng.choice(style.chords))
    bass_program = int(rng.choice(style.basses))
    chord_program, lead_program = (int(p) for p in rng.choice(style.instruments, 2))
    key = int(rng.integers(12))
    progression = _PROGRESSIONS[rng.integers(len(_PROGRESSIONS))]
    bars_a_chord = int(rng.choice([1, 1, 1, 2]))
    without_drums = loose and rng.random() < 0.12
    without_bass = loose and rng.random() < 0.12
    with_lead = rng.random() < 0.5
    notes: list[Note] = []
    for bar in bars:
        first = bar * steps_a_bar
        if first + steps_a_bar > len(times):
            break
        bar_times = np.append(times[first : first + steps_a_bar], times[min(first + steps_a_bar, len(times) - 1)])
        root, minor = progression[(bar // bars_a_chord) % 4]
        if not without_drums and drums:
            fill = bar == bars[-1] and rng.random() < 0.5
            notes += _drum_notes(rng, drums, bar, bar_times, steps_a_bar, fill)
            if bar == bars[0] and rng.random() < 0.6:
                notes.append(Note(float(bar_times[0]), 1.0, CRASH, 100, DRUMS))
        if not without_bass:
            low = 28 + (key + root) % 12 + 4
            for step, velocity in _hits(rng, bass, bar, steps_a_bar):
                pitch = low + int(rng.choice([0, 0, 0, 7, 12] if step else [0]))
                notes.append(_note(bar_times, step, pitch, velocity, bass_program, style.grid))
        triad = [key + root, key + root + (3 if minor else 4), key + root + 7]
        arpeggio = sum(character in "Xxo?" for character in comp) * 16 > len(comp) * 9
        for index, (step, velocity) in enumerate(_hits(rng, comp, bar, steps_a_bar)):
            pitches = [triad[index % 3]] if arpeggio else triad
            notes += [_note(bar_times, step, 55 + p % 12, velocity - 18, chord_program, style.grid) for p in pitches]
        if with_lead:
            notes += _lead_notes(rng, triad, bar_times, steps_a_bar, style.grid, lead_program)
    return notes


def _hits(rng: np.random.Generator, pattern: str, bar: int, steps_a_bar: int) -> list[tuple[int, int]]:
    """(step, velocity) of one bar of a pattern that may be several bars long."""
    offset = bar * steps_a_bar % len(pattern)
    line = pattern[offset : offset + steps_a_bar]
    return [
        (step, VELOCITIES[mark])
        for step, mark in enumerate(line)
        if mark != "." and (mark != "?" or rng.random() < 0.5)
    ]


def _drum_notes(
    rng: np.random.Generator, drums: dict[int, str], bar: int, bar_times: np.ndarray, steps: int, fill: bool
) -> list[Note]:
    """One bar of the kit; a fill replaces its second half by snare and toms."""
    notes = [
        Note(float(bar_times[step]), 0.1, pitch, velocity, DRUMS)
        for pitch, pattern in drums.items()
        for step, velocity in _hits(rng, pattern, bar, steps)
        if not (fill and step >= steps // 2)
    ]
    if fill:
        notes += [
            Note(float(bar_times[step]), 0.1, int(rng.choice([SNARE, TOM_LOW, TOM_MID, TOM_HIGH])), 95, DRUMS)
            for step in range(steps // 2, steps)
            if rng.random() < 0.6
        ]
    return notes


def _lead_notes(
    rng: np.random.Generator, triad: list[int], bar_times: np.ndarray, steps: int, grid: int, program: int
) -> list[Note]:
    """A melody on the off and on steps alike: it must not give the beat away by itself."""
    density = rng.uniform(0.1, 0.45)
    scale = [*triad, triad[0] + 2, triad[0] + 9]
    return [
        _note(bar_times, step, 67 + int(rng.choice(scale)) % 12, int(rng.integers(70, 105)), program, grid)
        for step in range(steps)
        if rng.random() < density
    ]


def _note(bar_times: np.ndarray, step: int, pitch: int, velocity: int, program: int, grid: int) -> Note:
    """A pitched note that lasts about one step and a half."""
    step_s = (bar_times[-1] - bar_times[0]) / (len(bar_times) - 1)
    return Note(float(bar_times[step]), float(step_s * (1.5 if grid > 2 else 1.1)), pitch, velocity, program)


def _humanise(rng: np.random.Generator, note: Note, spread_s: float) -> Note:
    """The same note, a little early or late and a little louder or softer."""
    start = max(0.0, note.start_s + rng.normal(0, spread_s)) if spread_s else note.start_s
    velocity = int(np.clip(note.velocity + rng.normal(0, 6), 1, 127))
    return Note(start, note.duration_s, note.pitch, velocity, note.program)
