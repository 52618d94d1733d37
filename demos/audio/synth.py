"""Grooves played by plain NumPy: no soundfont, no installed program, the same samples everywhere."""

import numpy as np

from demos.audio import grooves
from demos.audio.grooves import DRUMS, Groove, Note

HARMONICS = 8
SPREAD = {"pitch": 0.25, "decay": 0.6, "brightness": 0.4, "gain": 0.5}  # log spread of the parts of an unusual band
BASS_BELOW = 52  # MIDI pitch under which notes are dull and short of high harmonics


def play(groove: Groove, *, sample_rate: int = 22050, band: int | None = None) -> np.ndarray:
    """The groove as mono samples, (n,) float32, peak 0.9, exactly `groove.duration_s` long.

    `band` is the seed of another kit and other instruments (pitch of the skins, decays, brightness, balance);
    without one the standard band plays.
    """
    track = np.zeros(round(groove.duration_s * sample_rate) + 1, dtype=np.float64)
    sounds: dict[tuple, np.ndarray] = {}
    for note in groove.notes:
        key = (note.program, note.pitch, round(note.duration_s, 2))
        if key not in sounds:
            voice = _voice(note, band)
            make = _drum if note.program == DRUMS else _tone
            sounds[key] = voice["gain"] * make(note, sample_rate, voice)
        start = round(note.start_s * sample_rate)
        sound = sounds[key][: max(0, len(track) - start)]
        track[start : start + len(sound)] += sound * (note.velocity / 127) ** 1.5
    track = track[:-1]
    peak = np.abs(track).max(initial=0.0)
    return (track * (0.9 / peak if peak else 0.0)).astype(np.float32)


def _voice(note: Note, band: int | None) -> dict[str, float]:
    """How a band's instrument differs from the standard one: factors, 1 for the standard band."""
    if band is None:
        return dict.fromkeys(SPREAD, 1.0)
    part = note.pitch if note.program == DRUMS else 200 + note.program
    rng = np.random.default_rng([band, part])
    return {name: float(np.exp(rng.normal(0, spread))) for name, spread in SPREAD.items()}


def _tone(note: Note, sample_rate: int, voice: dict[str, float]) -> np.ndarray:
    """A plucked or held tone, by the program's family: harmonics that fade, the high ones first."""
    held = note.program // 8 in (2, 5, 6, 7, 8, 9, 11)  # organs, strings, ensembles, brass, reeds, pipes, pads
    seconds = note.duration_s + (0.05 if held else 0.25)
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    frequency = 440 * 2 ** ((note.pitch - 69) / 12)
    slope = (1.0 + (note.program % 8) / 8) / voice["brightness"]
    wave = np.zeros_like(time)
    for harmonic in range(1, 4 if note.pitch < BASS_BELOW else HARMONICS):
        if harmonic * frequency > 0.45 * sample_rate:
            break
        fade = 0 if held else 3 * harmonic / voice["decay"]
        wave += np.sin(2 * np.pi * harmonic * frequency * time) * harmonic**-slope * np.exp(-fade * time)
    attack = np.minimum(1, time / (0.03 * voice["decay"] if held else 0.004))
    release = np.clip((seconds - time) / 0.05, 0, 1)
    return wave * attack * release * (0.5 if note.pitch < BASS_BELOW else 0.22)


def _drum(note: Note, sample_rate: int, voice: dict[str, float]) -> np.ndarray:
    """One hit of the kit: swept sine for skins, ringing partials for wood and metal, hiss for cymbals."""
    time = np.arange(round(0.5 * sample_rate)) / sample_rate
    turns = 2 * np.pi * voice["pitch"] * time
    fading = time / voice["decay"]
    noise = np.random.default_rng(note.pitch).normal(size=len(time))
    hiss = np.diff(noise, prepend=0.0)  # no lows
    match note.pitch:
        case grooves.KICK:
            return np.sin(50 * turns + 16 * np.pi * (1 - np.exp(-40 * time))) * np.exp(-9 * fading)
        case grooves.SNARE | grooves.CLAP:
            return 0.35 * noise * np.exp(-18 * fading) + 0.4 * np.sin(190 * turns) * np.exp(-25 * fading)
        case grooves.HAT | grooves.SHAKER | grooves.TAMBOURINE:
            return 0.18 * hiss * np.exp(-50 * fading)
        case grooves.OPEN_HAT | grooves.RIDE:
            return 0.14 * hiss * np.exp(-10 * fading)
        case grooves.CRASH:
            return 0.2 * hiss * np.exp(-5 * fading)
        case grooves.RIM | grooves.CLAVE | grooves.COWBELL:
            pitch = {grooves.RIM: 1700, grooves.CLAVE: 2500, grooves.COWBELL: 560}[note.pitch]
            ring = np.sin(pitch * turns) + 0.6 * np.sin(1.48 * pitch * turns)
            return 0.25 * ring * np.exp(-30 * fading)
        case _:  # toms and congas: the higher the pitch, the higher the skin
            pitch = 70 + 6 * (note.pitch - 40)
            return 0.6 * np.sin(pitch * turns + 4 * np.pi * (1 - np.exp(-30 * time))) * np.exp(-14 * fading)
