"""The shipped tracker on music made here; `evaluate` measures it on more."""

import mir_eval
import numpy as np
import pytest
import soxr
import torch

from demos.audio import beats as tracking
from demos.audio import grooves, synth
from demos.audio.beat_model import FPS, SAMPLE_RATE, BeatNetwork, compress, mel_magnitudes
from demos.audio.features import resample
from demos.audio.song import decode
from demos.runtime.errors import InputError


def piece(style: str, tempo: float, *, seed: int = 900_000, seconds: float = 20.0):
    """(samples at 15,360 Hz, the groove): never part of the training corpus, whose seeds are small."""
    groove = grooves.compose(style, seed=seed, duration_s=seconds, tempo_bpm=tempo, loose=False)
    played = synth.play(groove, sample_rate=2 * SAMPLE_RATE)
    return soxr.resample(played, 2 * SAMPLE_RATE, SAMPLE_RATE, "HQ"), groove


@pytest.mark.parametrize(
    ("style", "tempo"),
    [("rock", 92), ("disco", 120), ("techno", 138), ("hip_hop", 84), ("drum_and_bass", 174), ("waltz", 150)],
)
def test_finds_beats_and_downbeats(style, tempo):
    samples, groove = piece(style, tempo)
    pulse = tracking.track(samples)
    assert mir_eval.beat.f_measure(groove.beats, pulse.beats) > 0.95
    assert mir_eval.beat.f_measure(groove.downbeats, pulse.downbeats) > 0.8
    assert pulse.tempo_bpm == pytest.approx(tempo, rel=0.01)


def test_beats_are_in_time():
    """Not only within mir_eval's 70 ms: on the whole no earlier or later than the hits."""
    samples, groove = piece("disco", 120)
    found = tracking.track(samples).beats
    offsets = [found[np.abs(found - beat).argmin()] - beat for beat in groove.beats]
    assert abs(np.median(offsets)) < 0.015


@pytest.mark.parametrize("gain", [0.003, 1.0, 30.0])
def test_loudness_does_not_matter(gain):
    samples, _ = piece("house", 124, seconds=10)
    np.testing.assert_allclose(tracking.track(samples * gain).beats, tracking.track(samples).beats, atol=0.01)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(100), np.zeros(5 * SAMPLE_RATE), np.full(50_000, 1e-6)])
def test_silence_has_no_pulse(samples):
    pulse = tracking.track(samples.astype(np.float32))
    assert len(pulse.beats) == len(pulse.downbeats) == 0
    assert pulse.tempo_bpm == 0


def test_a_long_song_is_heard_in_pieces_without_a_seam(monkeypatch):
    samples, _ = piece("techno", 130, seconds=40)
    whole = tracking.activations(samples)
    monkeypatch.setattr(tracking, "CHUNK_FRAMES", 15 * FPS)
    in_pieces = tracking.activations(samples)
    assert in_pieces.shape == whole.shape == (1 + len(samples) // 256, 2)
    assert np.corrcoef(in_pieces[:, 0], whole[:, 0])[0, 1] > 0.9
    np.testing.assert_allclose(tracking.track(samples).beats[5:60], np.arange(5, 60) * 60 / 130, atol=0.05)


def test_tempo_is_finer_than_the_decoders_grid():
    beats = np.round(np.arange(40) * 60 / 128 * 120) / 120
    assert tracking.tempo(beats) == pytest.approx(128, abs=0.3)
    assert tracking.tempo(np.array([0.0, 0.5, 1.0])) == pytest.approx(120)


def test_mel_frames_are_centred_on_their_time():
    samples = np.zeros(SAMPLE_RATE, np.float32)
    samples[SAMPLE_RATE // 2] = 1
    assert mel_magnitudes(samples).sum(axis=1).argmax() == FPS // 2


def test_mel_blocks_join(monkeypatch):
    samples = np.random.default_rng(0).normal(size=20_000).astype(np.float32)
    whole = mel_magnitudes(samples)
    monkeypatch.setattr("demos.audio.beat_model.BLOCK_FRAMES", 7)
    np.testing.assert_allclose(mel_magnitudes(samples), whole, rtol=1e-5)


def test_network_keeps_time_and_batch():
    torch.manual_seed(0)
    network = BeatNetwork(front=4, width=4, layers=3).eval()
    mel = compress(torch.rand(2, 50, 64))
    with torch.no_grad():
        both, one = network(mel), network(mel[1:])
    assert both.shape == (2, 50, 2)
    torch.testing.assert_close(both[1:], one)


@pytest.mark.parametrize("content", [None, b"", b"not weights"])
def test_bad_weights_are_one_sentence(tmp_path, content):
    path = tmp_path / "beats.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="missing or damaged"):
        tracking.load_network(path)


def test_real_songs_keep_a_steady_pulse(shared_data):
    """The data's README gives 120 BPM: the beats follow it, doubled or halved or not."""
    samples = resample(decode(shared_data / "music" / "enemy_unknown.ogg"))[60 * SAMPLE_RATE : 100 * SAMPLE_RATE]
    pulse = tracking.track(samples)
    assert pulse.tempo_bpm == pytest.approx(120, abs=1)
    assert np.std(np.diff(pulse.beats)) < 0.02
