"""Sound from a composition through FluidSynth and a General MIDI soundfont: a tool to build with, never at run time.

Debian: `apt-get install fluidsynth fluid-soundfont-gm` (FluidR3 GM, MIT licence). DANCEFLOOR_SOUNDFONT names another.
"""

import io
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import mido
import numpy as np

from demos.corpus.music.composition import Composition
from demos.corpus.music.mixing import BANK, master
from demos.runtime.errors import InputError

_FOLDERS = (
    "/usr/share/sounds/sf2",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/opt/homebrew/share/soundfonts",
)
_NAMES = ("FluidR3_GM.sf2", "FluidR3_GM2-2.sf2", "default.sf2", "default-GM.sf2")


def find_soundfont() -> Path:
    """The General MIDI soundfont: the one DANCEFLOOR_SOUNDFONT names, else FluidR3 where systems keep it.

    Raises InputError when there is none.
    """
    named = os.environ.get("DANCEFLOOR_SOUNDFONT")
    candidates = [Path(named)] if named else [Path(folder) / name for folder in _FOLDERS for name in _NAMES]
    for path in candidates:
        if path.is_file():
            return path
    raise InputError(
        "No General MIDI soundfont was found: install fluid-soundfont-gm or set DANCEFLOOR_SOUNDFONT to an .sf2 file."
    )


def find_fluidsynth() -> str:
    """The FluidSynth program. Raises InputError when it is not installed."""
    program = shutil.which("fluidsynth")
    if program is None:
        raise InputError("FluidSynth is not installed: install the package fluidsynth to turn compositions into sound.")
    return program


def midi_bytes(composition: Composition) -> bytes:
    """The composition as a standard MIDI file, with each sound bank chosen before its program."""
    raw = io.BytesIO()
    composition.midi.write(raw)
    raw.seek(0)
    file = mido.MidiFile(file=raw)
    for track in file.tracks:
        banks = [m for m in track if m.type == "control_change" and m.control == BANK]
        place = next((i for i, m in enumerate(track) if m.type == "program_change"), None)
        if place is None:
            continue
        # Bank and program both come at tick zero, so no later message's delta changes.
        for message in banks:
            track.remove(message)
            track.insert(place, message)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def synthesise(
    composition: Composition, *, sample_rate: int = 44100, channels: int = 2, mastered: bool = True
) -> np.ndarray:
    """The composition as sound; the same composition gives the same samples.

    sample_rate : 8000..96000 Hz. channels : 2 stereo, 1 mono. mastered : loudness set and peaks limited.
    Returns (n, 2) float32, or (n,) for mono, with n = duration_s * sample_rate, within +-0.89 when mastered.
    Beats of the composition fall on the samples to within the synthesiser's block of 64 samples.
    Raises InputError when FluidSynth or the soundfont is missing.
    """
    program, soundfont = find_fluidsynth(), find_soundfont()
    length = round(composition.duration_s * sample_rate)
    with tempfile.TemporaryDirectory() as folder:
        score, sound = Path(folder) / "song.mid", Path(folder) / "song.raw"
        score.write_bytes(midi_bytes(composition))
        settings = {
            "synth.reverb.room-size": f"{0.25 + 0.55 * composition.room:.2f}",
            "synth.reverb.damp": "0.35",
            "synth.reverb.width": "0.8",
            "synth.reverb.level": "0.75",
            "synth.chorus.level": "1.2",
            "synth.chorus.depth": "5.0",
        }
        options = [text for name, value in settings.items() for text in ("-o", f"{name}={value}")]
        command = [
            program,
            "-ni",
            "-q",
            *options,
            "-g",
            "0.5",
            "-r",
            str(sample_rate),
            "-T",
            "raw",
            "-O",
            "float",
        ]
        command += ["-E", "little", "-F", str(sound), str(soundfont), str(score)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0 or not sound.is_file():
            raise RuntimeError(f"FluidSynth failed ({done.returncode}): {done.stderr.strip()[-300:]}")
        stereo = np.fromfile(sound, dtype="<f4").reshape(-1, 2)
    stereo = stereo[:length]
    stereo = np.pad(stereo, ((0, length - len(stereo)), (0, 0)))
    if mastered:
        stereo = master(stereo, sample_rate)
    return stereo if channels == 2 else stereo.mean(axis=1).astype(np.float32)
