"""How quick the audio side is, in ratios measured in one run: `python -m demos bench audio`."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import librosa
import numpy as np
import soundfile

from demos.audio import beats, cache, features, grooves, synth
from demos.audio.song import decode

SECONDS = 60.0
REPEATS = 5


def bench(song_path: str | Path | None = None) -> dict:
    """Seconds (the best of some runs, warm) and ratios for the first minute of a song, made here when none is given.

    - plain_s, features_s, features_to_plain: the 35 values by five plain librosa calls and by ours, run in turns
    - equal: the largest difference between the two
    - decode_s, beats_s, pipeline_s: file to samples; beats, downbeats and tempo; everything from file to features
    - cached_s: a second request of the same file; cached_from_disk_s: one of a new process
    """
    with tempfile.TemporaryDirectory() as folder:
        path = _minute(song_path, Path(folder))
        song = decode(path)
        samples = features.resample(song)
        plain, ours = _in_turns(lambda: plain_values(samples), lambda: features.feature_values(samples))
        whole, decoding = _in_turns(lambda: features.extract(decode(path)), lambda: decode(path))
        beats_s, _ = _in_turns(lambda: beats.track(samples), lambda: None)
        difference = float(np.abs(plain_values(samples) - features.feature_values(samples)).max())
        cached = cache.make_cache(Path(folder) / "cache")
        cache.load(path, cached)
        cached_s, _ = _in_turns(lambda: cache.load(path, cached), lambda: None)
        from_disk_s = min(_timed(lambda: cache.load(path, cache.make_cache(Path(folder) / "cache"))) for _ in range(3))
    return {
        "song_seconds": round(song.duration_s, 2),
        "cores": os.cpu_count(),
        "plain_s": plain,
        "features_s": ours,
        "features_to_plain": round(ours / plain, 3),
        "largest_difference": difference,
        "decode_s": decoding,
        "beats_s": beats_s,
        "pipeline_s": whole,
        "cached_s": cached_s,
        "cached_from_disk_s": from_disk_s,
    }


def plain_values(samples: np.ndarray) -> np.ndarray:
    """The 35 features by five calls of librosa, as published code makes them: the yardstick of ours."""
    rate, hop = features.SAMPLE_RATE, features.HOP
    onset = librosa.onset.onset_strength(y=samples, sr=rate)
    mfcc = librosa.feature.mfcc(y=samples, sr=rate, n_mfcc=20)
    chroma = librosa.feature.chroma_cens(y=samples, sr=rate, hop_length=hop, n_chroma=12)
    peaks = librosa.onset.onset_detect(onset_envelope=onset, sr=rate, hop_length=hop)
    _, beat_frames = librosa.beat.beat_track(onset_envelope=onset, sr=rate, hop_length=hop)
    flags = np.zeros((2, len(onset)), dtype=np.float32)
    flags[0, peaks] = flags[1, beat_frames] = 1
    return np.vstack([onset, mfcc, chroma, flags]).T


def _minute(song_path: str | Path | None, folder: Path) -> Path:
    """The first minute of a song as a wav file."""
    if song_path is None:
        groove = grooves.compose("disco", seed=1, duration_s=SECONDS)
        samples, rate = synth.play(groove, sample_rate=44100), 44100
    else:
        song = decode(song_path)
        samples, rate = song.samples[: round(SECONDS * song.sample_rate)], song.sample_rate
    path = folder / "minute.wav"
    soundfile.write(path, samples, rate)
    return path


def _in_turns(first: Callable, second: Callable) -> tuple[float, float]:
    """Best seconds of both, run alternately so that a busy machine slows both alike; the first round warms up."""
    times = [(_timed(first), _timed(second)) for _ in range(REPEATS + 1)][1:]
    return min(one for one, _ in times), min(two for _, two in times)


def _timed(action: Callable) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
