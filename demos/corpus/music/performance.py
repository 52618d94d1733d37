"""From beats to seconds: swing, laid-back and pushing players, human loudness, bends, and the MIDI file."""

import io

import mido
import numpy as np
import pretty_midi

from demos.corpus.music.arrangement import Arrangement, Track, stream
from demos.corpus.music.instruments import DRUMS, INSTRUMENTS, KITS
from demos.corpus.music.mixing import drum_controls, part_controls
from demos.corpus.music.score import Note, Page

RESOLUTION = 960  # ticks in a quarter note: about half a millisecond at 120
# Spread of human timing, standard deviation; machines keep time.
JITTER_MS = {"electronic": 0.6, "808": 0.6}
HUMAN_MS = 3.5


def swung(beats: np.ndarray, ratio: float, unit: float) -> np.ndarray:
    """Beat positions with the second of each pair of notes delayed; whole units stay where they are.

    ratio : part of the unit that the first note takes, 0.5 straight.
    """
    whole = np.floor(beats / unit + 1e-9)
    part = beats / unit - whole
    warped = np.where(part < 0.5, part * 2 * ratio, ratio + (part - 0.5) * 2 * (1 - ratio))
    return (whole + warped) * unit


def seconds_at(beats: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Seconds at beat positions; before and after the grid its first and last beat lengths go on."""
    places = np.arange(len(grid))
    inside = np.interp(beats, places, grid)
    early = grid[0] + beats * (grid[1] - grid[0])
    late = grid[-1] + (beats - places[-1]) * (grid[-1] - grid[-2])
    return np.where(beats < 0, early, np.where(beats > places[-1], late, inside))


def empty_midi(grid: np.ndarray, page: Page) -> pretty_midi.PrettyMIDI:
    """A file with the tempo of every beat and the metre, and no notes yet; the lead-in is its first beat."""
    lengths = np.diff(grid) / page.style.meter.quarters
    file = mido.MidiFile(ticks_per_beat=RESOLUTION)
    track = mido.MidiTrack()
    numerator, denominator = (int(n) for n in page.style.meter.written.split("/"))
    ticks_per_beat = round(RESOLUTION * page.style.meter.quarters)
    # The lead-in is at most a beat of its own length, then the metre and the real tempo begin.
    waits = []
    if grid[0] > 0:
        waits.append((ticks_per_beat, grid[0] / page.style.meter.quarters))
    track.append(mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator, time=0))
    gap = 0
    previous = None
    for ticks, quarter_s in [*waits, *((ticks_per_beat, length) for length in lengths)]:
        tempo = round(quarter_s * 1e6)
        if tempo != previous:
            track.append(mido.MetaMessage("set_tempo", tempo=tempo, time=gap))
            previous, gap = tempo, 0
        gap += ticks
    track.append(mido.MetaMessage("end_of_track", time=gap))
    file.tracks.append(track)
    data = io.BytesIO()
    file.save(file=data)
    data.seek(0)
    return pretty_midi.PrettyMIDI(data)


def timed(
    notes: list[Note],
    page: Page,
    grid: np.ndarray,
    swing: float,
    *,
    lag_ms: float,
    jitter_ms: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Start and end seconds of notes, with the player's own lag and jitter on the starts; none before zero."""
    starts = np.array([n.beat for n in notes])
    ends = np.array([n.beat + n.length for n in notes])
    unit = page.style.swing_unit
    start_s = seconds_at(swung(starts, swing, unit), grid)
    end_s = seconds_at(swung(ends, swing, unit), grid)
    # Notes of one chord move together: the jitter belongs to the moment, not to the finger.
    moments, index = np.unique(np.round(starts, 4), return_inverse=True)
    off = np.clip(rng.normal(0, jitter_ms, len(moments)), -2.2 * jitter_ms, 2.2 * jitter_ms)[index] + lag_ms
    return np.maximum(0.0, start_s + off / 1000), np.maximum(end_s, start_s + 0.03)


def velocities(notes: list[Note], page: Page, humanise: float, rng: np.random.Generator) -> np.ndarray:
    """MIDI velocities: the written loudness, the section's energy, the style's touch and a human spread."""
    energy = np.array([page.bars[min(len(page.bars) - 1, max(0, int(n.beat // page.bar_beats)))].energy for n in notes])
    loudness = np.array([n.loudness for n in notes])
    value = 127 * loudness * page.style.loudness * (0.66 + 0.34 * np.minimum(energy, 1.0))
    value += rng.normal(0, 4.0 * humanise, len(notes))
    return np.clip(np.round(value), 8, 127).astype(int)


def parted(notes: list[pretty_midi.Note]) -> list[pretty_midi.Note]:
    """Notes in order, each let go before the same key is struck again."""
    notes = sorted(notes, key=lambda n: (n.start, n.pitch))
    last: dict[int, pretty_midi.Note] = {}
    kept = []
    for note in notes:
        before = last.get(note.pitch)
        if before is not None:
            if note.start - before.start < 0.012:
                before.velocity = max(before.velocity, note.velocity)
                continue
            before.end = min(before.end, note.start - 0.004)
        last[note.pitch] = note
        kept.append(note)
    return kept


def slides(notes: list[pretty_midi.Note], part_share: float, rng: np.random.Generator) -> list[pretty_midi.PitchBend]:
    """Bends that glide into some notes from up to a whole tone below within a twelfth of a second."""
    bends = []
    for note in notes:
        if rng.random() >= part_share or note.end - note.start < 0.12:
            continue
        depth = rng.uniform(0.4, 1.0)
        for place in np.linspace(0, 1, 7):
            bend = -int(8191 * depth * (1 - place) ** 1.5)
            bends.append(pretty_midi.PitchBend(bend, note.start + 0.085 * float(place)))
    return bends


def perform_track(
    track: Track, page: Page, grid: np.ndarray, swing: float, *, humanise: float, seed: int
) -> pretty_midi.Instrument:
    """One melodic part as a MIDI instrument with its controls."""
    part, sound = track.part, INSTRUMENTS[track.sound]
    rng = stream(seed, part.name, "hands")
    machine = page.style.kit in JITTER_MS and part.idiom in ("comp", "bass", "pad", "riff")
    jitter = humanise * (JITTER_MS["808"] if machine else HUMAN_MS)
    instrument = pretty_midi.Instrument(sound.program, name=part.name)
    notes = [n._replace(pitch=fit(n.pitch, sound.low, sound.high)) for n in track.notes]
    if notes:
        starts, ends = timed(notes, page, grid, swing, lag_ms=part.lag_ms * humanise, jitter_ms=jitter, rng=rng)
        if part.strum_ms:
            starts = starts + strum_offsets(notes, part.strum_ms * humanise)
        struck = velocities(notes, page, humanise, rng)
        instrument.notes = parted(
            [
                pretty_midi.Note(int(v), n.pitch, float(s), float(max(e, s + 0.03)))
                for n, v, s, e in zip(notes, struck, starts, ends, strict=True)
            ]
        )
    if part.slide and instrument.notes:
        instrument.pitch_bends = slides(instrument.notes, part.slide, rng)
    instrument.control_changes = part_controls(part, sound.bank, instrument.notes, page, grid)
    return instrument


def fit(pitch: int, low: int, high: int) -> int:
    """A pitch moved by octaves into an instrument's range."""
    while pitch > high:
        pitch -= 12
    while pitch < low:
        pitch += 12
    return pitch


def strum_offsets(notes: list[Note], strum_ms: float) -> np.ndarray:
    """Seconds each string waits: down strokes on the beat from the low string, up strokes off it from the high one."""
    offsets = np.zeros(len(notes))
    groups: dict[float, list[int]] = {}
    for index, note in enumerate(notes):
        groups.setdefault(note.beat, []).append(index)
    for beat, indices in groups.items():
        if len(indices) < 2:
            continue
        down = abs(beat * 2 - round(beat * 2)) < 1e-6
        order = sorted(indices, key=lambda i, d=down: notes[i].pitch if d else -notes[i].pitch)
        for rank, index in enumerate(order):
            offsets[index] = strum_ms / 1000 * rank / (len(order) - 1)
    return offsets


def perform_drums(
    arrangement: Arrangement, page: Page, grid: np.ndarray, swing: float, *, humanise: float, seed: int
) -> pretty_midi.Instrument:
    """All drums as one kit on the drum channel."""
    style = page.style
    kit = pretty_midi.Instrument(KITS[style.kit], is_drum=True, name="drums")
    lags = {voice.drum: voice.lag_ms for voice in style.drums}
    jitter = humanise * JITTER_MS.get(style.kit, 2.5)
    for drum, notes in sorted(arrangement.drums.items()):
        if not notes:
            continue
        rng = stream(seed, drum, "sticks")
        starts, _ = timed(notes, page, grid, swing, lag_ms=lags.get(drum, 0.0) * humanise, jitter_ms=jitter, rng=rng)
        struck = velocities(notes, page, humanise, rng)
        kit.notes += [
            pretty_midi.Note(int(v), DRUMS[drum], float(s), float(s) + 0.1) for v, s in zip(struck, starts, strict=True)
        ]
    kit.notes = parted(kit.notes)
    kit.control_changes = drum_controls(style)
    return kit


def perform(
    arrangement: Arrangement, page: Page, grid: np.ndarray, swing: float, *, humanise: float, seed: int
) -> pretty_midi.PrettyMIDI:
    """The whole band as one MIDI file, players without a note left out.

    grid : (beats + 1,) seconds of every beat and of the end.
    """
    midi = empty_midi(grid, page)
    for track in arrangement.tracks:
        instrument = perform_track(track, page, grid, swing, humanise=humanise, seed=seed)
        if instrument.notes:
            midi.instruments.append(instrument)
    kit = perform_drums(arrangement, page, grid, swing, humanise=humanise, seed=seed)
    if kit.notes:
        midi.instruments.append(kit)
    return midi
