"""Grooves played by plain NumPy: no soundfont, no installed program, the same samples everywhere."""

import numpy as np

from demos.audio import grooves
from demos.audio.grooves import DRUMS, Groove, Note

HARMONICS = 8
BASS_BELOW = 52  # MIDI pitch under which notes are dull and short of high harmonics


def play(groove: Groove, *, sample_rate: int = 22050) -> np.ndarray:
    """The groove as mono samples, (n,) float32, peak 0.9, exactly `groove.duration_s` long."""
    track = np.zeros(round(groove.duration_s * sample_rate) + 1, dtype=np.float64)
    sounds: dict[tuple, np.ndarray] = {}
    for note in groove.notes:
        key = (note.program, note.pitch, round(note.duration_s, 2))
        if key not in sounds:
            sounds[key] = _drum(note, sample_rate) if note.program == DRUMS else _tone(note, sample_rate)
        start = round(note.start_s * sample_rate)
        sound = sounds[key][: max(0, len(track) - start)]
        track[start : start + len(sound)] += sound * (note.velocity / 127) ** 1.5
    track = track[:-1]
    peak = np.abs(track).max(initial=0.0)
    return (track * (0.9 / peak if peak else 0.0)).astype(np.float32)


def _tone(note: Note, sample_rate: int) -> np.ndarray:
    """A plucked or held tone, by the program's family: harmonics that fade, the high ones first."""
    held = note.program // 8 in (2, 5, 6, 7, 8, 9, 11)  # organs, strings, ensembles, brass, reeds, pipes, pads
    seconds = note.duration_s + (0.05 if held else 0.25)
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    frequency = 440 * 2 ** ((note.pitch - 69) / 12)
    brightness = 1.0 + (note.program % 8) / 8
    wave = np.zeros_like(time)
    for harmonic in range(1, 4 if note.pitch < BASS_BELOW else HARMONICS):
        if harmonic * frequency > 0.45 * sample_rate:
            break
        fade = 0 if held else 3 * harmonic
        wave += np.sin(2 * np.pi * harmonic * frequency * time) * harmonic**-brightness * np.exp(-fade * time)
    attack = np.minimum(1, time / (0.03 if held else 0.004))
    release = np.clip((seconds - time) / 0.05, 0, 1)
    return wave * attack * release * (0.5 if note.pitch < BASS_BELOW else 0.22)


def _drum(note: Note, sample_rate: int) -> np.ndarray:
    """One hit of the kit: swept sine for skins, ringing partials for wood and metal, hiss for cymbals."""
    time = np.arange(round(0.5 * sample_rate)) / sample_rate
    noise = np.random.default_rng(note.pitch).normal(size=len(time))
    hiss = np.diff(noise, prepend=0.0)  # no lows
    match note.pitch:
        case grooves.KICK:
            return np.sin(2 * np.pi * (50 * time + 8 * (1 - np.exp(-40 * time)))) * np.exp(-9 * time)
        case grooves.SNARE | grooves.CLAP:
            return 0.35 * noise * np.exp(-18 * time) + 0.4 * np.sin(2 * np.pi * 190 * time) * np.exp(-25 * time)
        case grooves.HAT | grooves.SHAKER | grooves.TAMBOURINE:
            return 0.18 * hiss * np.exp(-50 * time)
        case grooves.OPEN_HAT | grooves.RIDE:
            return 0.14 * hiss * np.exp(-10 * time)
        case grooves.CRASH:
            return 0.2 * hiss * np.exp(-5 * time)
        case grooves.RIM | grooves.CLAVE | grooves.COWBELL:
            pitch = {grooves.RIM: 1700, grooves.CLAVE: 2500, grooves.COWBELL: 560}[note.pitch]
            ring = np.sin(2 * np.pi * pitch * time) + 0.6 * np.sin(2 * np.pi * 1.48 * pitch * time)
            return 0.25 * ring * np.exp(-30 * time)
        case _:  # toms and congas: the higher the pitch, the higher the skin
            pitch = 70 + 6 * (note.pitch - 40)
            return 0.6 * np.sin(2 * np.pi * (pitch * time + 2 * (1 - np.exp(-30 * time)))) * np.exp(-14 * time)
