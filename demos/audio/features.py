"""AudioFeatures: the 35 numbers a frame that music-to-dance models read, and the beats a dance is set to.

The values follow AIST++ (Li et al., 2021) and EDGE (Tseng et al., 2023): librosa at 15,360 Hz with a hop of
512, so 30 frames a second. Published models were trained on exactly these values, librosa's own beats in
column 34 included; the better beats of `demos.audio.beats` are kept beside them, in seconds.
"""

import warnings
from dataclasses import dataclass

import librosa
import numpy as np

from demos.audio import beats as beat_tracking
from demos.audio.song import Song

FPS = 30
HOP = 512
SAMPLE_RATE = FPS * HOP  # 15,360 Hz
WINDOW = 2048  # librosa's default frame, used by onset strength, MFCC and tuning alike
COLUMNS = {
    "onset": slice(0, 1),
    "mfcc": slice(1, 21),
    "chroma": slice(21, 33),
    "peak": slice(33, 34),
    "beat": slice(34, 35),
}
VERSION = 2  # raise it whenever any number below may change: cached features of older versions are then left behind


@dataclass(frozen=True, eq=False)
class AudioFeatures:
    """What the rooms know about a song. Arrays are read-only.

    values : (frames, 35) float32 at 30 fps, frame i at i / 30 s: onset strength, 20 MFCC, 12 chroma (CENS),
        onset peak (0 or 1), librosa beat (0 or 1)
    beats, downbeats : seconds, float64, rising, from `demos.audio.beats`; every downbeat is one of the beats;
        both empty where there is no pulse (silence)
    tempo_bpm : beats a minute, 0 where there is no pulse
    """

    values: np.ndarray
    beats: np.ndarray
    downbeats: np.ndarray
    tempo_bpm: float
    duration_s: float


def extract(song: Song) -> AudioFeatures:
    """The features of a song of any length and rate; silence gives zeros (MFCC: librosa's constant) and no
    beats.
    """
    samples = resample(song)
    values = feature_values(samples)
    pulse = beat_tracking.track(samples)
    for array in (values, pulse.beats, pulse.downbeats):
        array.flags.writeable = False
    return AudioFeatures(values, pulse.beats, pulse.downbeats, pulse.tempo_bpm, song.duration_s)


def resample(song: Song) -> np.ndarray:
    """The song at the features' own rate, 15,360 Hz, as `librosa.load(path, sr=15360)` gives it."""
    if song.sample_rate == SAMPLE_RATE:
        return song.samples
    return librosa.resample(song.samples, orig_sr=song.sample_rate, target_sr=SAMPLE_RATE)


def feature_values(samples: np.ndarray, *, start_bpm: float = 120.0) -> np.ndarray:
    """The 35 features of mono samples at 15,360 Hz: (frames, 35) float32 with frames = 1 + n // 512.

    Equal to the plain calls `onset_strength(y)`, `mfcc(y, n_mfcc=20)`, `chroma_cens(y)`,
    `onset_detect(onset)`, `beat_track(onset, start_bpm)`, but with one short-time Fourier transform where
    those take three, and one mel spectrogram where they take two. `start_bpm` is where librosa starts to
    look for the tempo: 120 is its default; EDGE passes the tempo that the AIST++ file name gives.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_fft=.* is too large")  # a song shorter than the window
        warnings.filterwarnings("ignore", message="Trying to estimate tuning from empty")  # silence
        return _values(samples, start_bpm)


def _values(samples: np.ndarray, start_bpm: float) -> np.ndarray:
    magnitudes = np.abs(librosa.stft(samples, n_fft=WINDOW, hop_length=HOP))
    mel = librosa.feature.melspectrogram(S=np.square(magnitudes), sr=SAMPLE_RATE, n_fft=WINDOW)
    decibels = librosa.power_to_db(mel)
    onset = librosa.onset.onset_strength(S=decibels, sr=SAMPLE_RATE, hop_length=HOP, n_fft=WINDOW)
    mfcc = librosa.feature.mfcc(S=decibels, n_mfcc=20)
    tuning = librosa.estimate_tuning(S=magnitudes, sr=SAMPLE_RATE, n_fft=WINDOW, bins_per_octave=36)
    chroma = librosa.feature.chroma_cens(y=samples, sr=SAMPLE_RATE, hop_length=HOP, tuning=tuning)
    peaks = librosa.onset.onset_detect(onset_envelope=onset, sr=SAMPLE_RATE, hop_length=HOP)
    _, librosa_beats = librosa.beat.beat_track(
        onset_envelope=onset, sr=SAMPLE_RATE, hop_length=HOP, start_bpm=start_bpm, tightness=100
    )
    values = np.column_stack([onset, mfcc.T, chroma.T, _flags(peaks, len(onset)), _flags(librosa_beats, len(onset))])
    return values.astype(np.float32)


def _flags(frames: np.ndarray, length: int) -> np.ndarray:
    """1 at the given frames, 0 elsewhere."""
    flags = np.zeros(length, dtype=np.float32)
    flags[frames] = 1
    return flags
