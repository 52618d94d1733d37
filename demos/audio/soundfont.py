"""Grooves played by a General MIDI soundfont: for training and measuring only, never at run time."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from demos.audio.grooves import DRUMS, Groove

SOUNDFONTS = (
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),  # Debian's fluid-soundfont-gm (MIT)
    Path("/usr/share/sounds/sf2/default-GM.sf2"),
)
SECONDS_TO_RENDER = 120  # a longer run means that something hangs


def available() -> bool:
    """Whether this machine can play a soundfont."""
    return shutil.which("fluidsynth") is not None and any(font.exists() for font in SOUNDFONTS)


def play(groove: Groove, *, sample_rate: int = 44100, reverb: bool = True) -> np.ndarray:
    """The groove as mono samples, (n,) float32, exactly `groove.duration_s` long."""
    import pretty_midi

    midi = pretty_midi.PrettyMIDI(resolution=960, initial_tempo=120)
    for program in sorted({note.program for note in groove.notes}):
        instrument = pretty_midi.Instrument(program=max(program, 0), is_drum=program == DRUMS)
        instrument.notes = [
            pretty_midi.Note(note.velocity, note.pitch, note.start_s, note.start_s + note.duration_s)
            for note in groove.notes
            if note.program == program
        ]
        midi.instruments.append(instrument)
    font = next(font for font in SOUNDFONTS if font.exists())
    with tempfile.TemporaryDirectory() as folder:
        midi_path, wav_path = Path(folder) / "groove.mid", Path(folder) / "groove.wav"
        midi.write(str(midi_path))
        switches = ["-R", "1" if reverb else "0", "-C", "0", "-g", "0.6", "-r", str(sample_rate)]
        subprocess.run(
            ["fluidsynth", "-ni", *switches, "-F", str(wav_path), str(font), str(midi_path)],
            check=True,
            capture_output=True,
            timeout=SECONDS_TO_RENDER,
        )
        samples, _ = soundfile.read(wav_path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    wanted = round(groove.duration_s * sample_rate)
    return np.pad(mono, (0, max(0, wanted - len(mono))))[:wanted]
