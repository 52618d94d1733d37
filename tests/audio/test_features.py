"""The 35 features: equal to plain librosa, and sane for every sound."""

import librosa
import numpy as np
import pytest

from demos.audio.features import COLUMNS, FPS, SAMPLE_RATE, extract, feature_values, resample
from demos.audio.song import Song, decode


def five_plain_calls(samples: np.ndarray) -> np.ndarray:
    """The features as published code makes them; every call starts from the samples."""
    onset = librosa.onset.onset_strength(y=samples, sr=15360)
    mfcc = librosa.feature.mfcc(y=samples, sr=15360, n_mfcc=20).T
    chroma = librosa.feature.chroma_cens(y=samples, sr=15360, hop_length=512, n_chroma=12).T
    peaks = librosa.onset.onset_detect(onset_envelope=onset.flatten(), sr=15360, hop_length=512)
    _, beats = librosa.beat.beat_track(onset_envelope=onset, sr=15360, hop_length=512, start_bpm=120, tightness=100)
    peak_flags, beat_flags = np.zeros_like(onset), np.zeros_like(onset)
    peak_flags[peaks] = 1
    beat_flags[beats] = 1
    return np.concatenate([onset[:, None], mfcc, chroma, peak_flags[:, None], beat_flags[:, None]], axis=1)


def song_of(samples: np.ndarray, rate: int = SAMPLE_RATE) -> Song:
    return Song(samples.astype(np.float32), rate, "0" * 64, "made here")


def test_equal_to_plain_librosa_on_a_file(sound_files):
    samples, _ = librosa.load(sound_files["ogg"], sr=15360)
    values = feature_values(resample(decode(sound_files["ogg"])))
    expected = five_plain_calls(samples)
    assert values.shape == expected.shape
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-5)
    assert values[:, 33].sum() > 10
    assert values[:, 34].sum() > 10


@pytest.mark.parametrize("seed", range(3))
def test_equal_to_plain_librosa_on_detuned_chords(seed):
    """The tuning that the chroma needs is estimated from the shared transform: test it away from 440 Hz."""
    rng = np.random.default_rng(seed)
    time = np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE
    detune = 2 ** (rng.uniform(-0.5, 0.5) / 12)
    samples = 0.01 * rng.normal(size=len(time))
    for pitch in rng.integers(48, 80, 4):
        samples += 0.2 * np.sin(2 * np.pi * detune * 440 * 2 ** ((pitch - 69) / 12) * time)
    samples = (samples * (1 + np.sin(2 * np.pi * 2 * time))).astype(np.float32)
    np.testing.assert_allclose(feature_values(samples), five_plain_calls(samples), rtol=1e-5, atol=1e-5)


def test_equal_to_plain_librosa_on_real_songs(shared_data):
    for path in sorted((shared_data / "music").glob("*.ogg"))[:2]:
        samples, _ = librosa.load(path, sr=15360, offset=30, duration=20)
        np.testing.assert_allclose(feature_values(samples), five_plain_calls(samples), rtol=1e-5, atol=1e-5)


@pytest.mark.filterwarnings("ignore:n_fft")
@pytest.mark.parametrize("count", [1, 2, 100, 512, 1500, 3072])
def test_equal_to_plain_librosa_on_scraps(count):
    samples = np.random.default_rng(count).normal(0, 0.1, count).astype(np.float32)
    np.testing.assert_allclose(feature_values(samples), five_plain_calls(samples), rtol=1e-5, atol=1e-5)


def test_start_tempo_is_passed_on(sound_files):
    samples = resample(decode(sound_files["wav"]))
    onset = librosa.onset.onset_strength(y=samples, sr=15360)
    _, beats = librosa.beat.beat_track(onset_envelope=onset, sr=15360, hop_length=512, start_bpm=60, tightness=100)
    assert list(np.flatnonzero(feature_values(samples, start_bpm=60)[:, 34])) == list(beats)


def test_columns_cover_the_35_features_once():
    covered = np.concatenate([np.arange(35)[columns] for columns in COLUMNS.values()])
    assert list(covered) == list(range(35))


def test_a_songs_features(sound_files, groove):
    features = extract(decode(sound_files["wav"]))
    assert features.values.dtype == np.float32
    assert features.values.shape == (1 + int(12 * FPS), 35)
    assert features.duration_s == pytest.approx(12)
    assert features.tempo_bpm == pytest.approx(120, abs=1.5)
    assert set(features.downbeats) <= set(features.beats)
    assert np.all(np.diff(features.beats) > 0)
    chroma = features.values[:, COLUMNS["chroma"]]
    assert chroma.min() >= 0
    assert np.linalg.norm(chroma, axis=1).max() == pytest.approx(1, abs=1e-5)
    for array in (features.values, features.beats, features.downbeats):
        assert not array.flags.writeable


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_frames_follow_the_duration_at_any_rate(rate):
    samples = np.random.default_rng(0).normal(0, 0.1, 2 * rate)
    assert extract(song_of(samples, rate)).values.shape == (61, 35)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seconds", [1 / SAMPLE_RATE, 0.05, 0.2, 1.0, 5.0])
@pytest.mark.parametrize("kind", ["silence", "noise", "constant", "click"])
def test_odd_sounds_have_sane_features(kind, seconds):
    count = max(1, round(seconds * SAMPLE_RATE))
    samples = {
        "silence": np.zeros(count),
        "noise": np.random.default_rng(0).normal(0, 0.2, count),
        "constant": np.ones(count),
        "click": np.eye(1, count, count // 2)[0],
    }[kind]
    features = extract(song_of(samples))
    assert features.values.shape == (1 + count // 512, 35)
    assert np.isfinite(features.values).all()
    assert np.isfinite(features.tempo_bpm)
    assert np.all(features.beats < seconds)
    if kind == "silence":
        assert len(features.beats) == 0
        assert features.tempo_bpm == 0
        assert not features.values[:, [0, 33, 34]].any()
