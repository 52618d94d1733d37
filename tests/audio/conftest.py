"""Sound made here for the audio tests."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile

from demos.audio import grooves, synth
from demos.audio.grooves import Groove
from demos.runtime import caches
from demos.runtime.settings import settings

RATE = 22050


@pytest.fixture(scope="session")
def groove() -> Groove:
    """Twelve exact seconds of disco at 120 BPM."""
    return grooves.compose("disco", seed=7, duration_s=12.0, tempo_bpm=120.0, loose=False)


@pytest.fixture(scope="session")
def sound(groove: Groove) -> np.ndarray:
    """The groove as stereo samples, (n, 2), the sides different."""
    mono = synth.play(groove, sample_rate=RATE)
    return np.stack([0.9 * mono, 0.5 * np.roll(mono, 40)], axis=1)


@pytest.fixture(scope="session")
def sound_files(sound: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same sound in every format, by suffix; mp4 is a video with it."""
    folder = tmp_path_factory.mktemp("sound")
    files = {"wav": folder / "song.wav"}
    soundfile.write(files["wav"], sound, RATE)
    for suffix in ("flac", "mp3", "ogg", "m4a", "mp4"):
        files[suffix] = folder / f"song.{suffix}"
        picture = ["-f", "lavfi", "-i", "color=c=red:s=64x64:r=5:d=12"] if suffix == "mp4" else []
        _run_ffmpeg("-i", str(files["wav"]), *picture, "-shortest", str(files[suffix]))
    return files


@pytest.fixture(scope="session")
def run_ffmpeg():
    """ffmpeg with some arguments, quietly."""
    return _run_ffmpeg


def _run_ffmpeg(*arguments: str) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *arguments]
    subprocess.run(command, check=True, timeout=60)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of this test's own, empty, with nothing in memory."""
    monkeypatch.setenv("DANCEFLOOR_CACHE", str(tmp_path / "cache"))
    settings.cache_clear()
    caches.drop_shared()
    yield tmp_path / "cache"
    settings.cache_clear()
    caches.drop_shared()
