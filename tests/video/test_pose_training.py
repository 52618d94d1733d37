"""A run that learns, stops and goes on; batches; the evaluation's measures by hand, and its tables."""

import json
from dataclasses import replace

import numpy as np
import pose_made as made
import pytest
import torch

from demos.nn.training import Randomness
from demos.runtime.errors import InputError
from demos.video import pose_data as data
from demos.video import pose_evaluate as evaluate
from demos.video import pose_train as training
from demos.video import pose_weights as weights
from demos.video.pose_codec import PARTS, TINY
from demos.video.pose_finishing import track_of
from demos.video.pose_model import SEGMENT
from demos.video.pose_state import AHEAD, ASIDE, STATE, SURE, TURN, mirrored
from demos.video.track import PoseTrack
from demos.video.track_rhythm import beat_alignment

SPEEDS = (AHEAD, ASIDE, TURN)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return made.corpus(tmp_path_factory.mktemp("poses-corpus"))


@pytest.fixture(scope="module")
def found(corpus):
    return list(data.sequences(corpus, "train"))


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setitem(training.PRESETS, "quick", training.Preset((1, 1), (4, 4), steps=6, config=TINY))


def test_corpora_without_pictures_are_said(tmp_path, corpus):
    with pytest.raises(InputError, match="no finished corpus"):
        list(data.sequences(tmp_path, "train"))
    with pytest.raises(InputError, match="has no pose2d for validation"):
        list(data.sequences(corpus, "validation"))


def test_crops_are_stretches_of_the_sequences_or_their_mirrors(found):
    batch = data.Crops(found).batch(6, np.random.default_rng(0)).numpy()
    assert batch.shape == (6, data.CROP, STATE)
    known = [np.lib.stride_tricks.sliding_window_view(one[:, SURE][:, 30], data.CROP)
             for sequence in found for one in (sequence.seen, mirrored(sequence.seen))]  # fmt: skip
    for row in batch[..., SURE][..., 30]:
        assert min(np.abs(windows - row).max(axis=1).min() for windows in known) < 1e-3


def test_tokens_come_with_what_is_told(found):
    batch = data.TokenDances(found, made.network().codec).batch(5, np.random.default_rng(0))
    assert batch.tokens.shape == (5, SEGMENT, PARTS, TINY.levels)
    assert batch.sure.shape == (5, SEGMENT, PARTS)
    assert batch.music.shape == (5, 4 * SEGMENT, 39)
    assert batch.start.shape == (5, STATE)
    assert float(batch.sure.min()) >= 0
    assert float(batch.sure.max()) <= 1
    told = training.told_in_training(batch, Randomness(0), made.network().dancer)
    assert set(told.hears.tolist()) <= {0.0, 1.0}


def test_training_learns_stops_and_goes_on(corpus, quick, tmp_path):
    settings = {"corpus": corpus, "preset": "quick", "out": tmp_path / "xdancer.safetensors"}
    report = training.train(**settings, checkpoint=tmp_path / "kept")
    assert report["codec steps"] == report["dancer steps"] == 6
    assert np.isfinite([value for value in report.values()]).all()
    first = weights.load(tmp_path / "xdancer.safetensors")
    assert first.config == TINY
    again = training.train(**settings, checkpoint=tmp_path / "kept")
    assert again["codec steps"] == 6  # all was done before
    assert torch.equal(weights.load(tmp_path / "xdancer.safetensors").dancer.bias, first.dancer.bias)


def test_the_ablation_is_a_network_of_its_own(corpus, quick, tmp_path):
    path = tmp_path / "without.safetensors"
    training.train(
        corpus=corpus, preset="quick", out=path, checkpoint=tmp_path / "kept", confidence=False, stages=("codec",)
    )
    assert weights.load(path).config.confidence is False


def test_unknown_names_are_said(corpus, tmp_path):
    with pytest.raises(InputError, match="no preset"):
        training.train(corpus=corpus, preset="slow", out=tmp_path / "x")
    with pytest.raises(InputError, match="no stage"):
        training.train(corpus=corpus, stages=("codec", "dance"), out=tmp_path / "x")


def test_losses_fall(corpus, found):
    torch.manual_seed(0)
    from demos.video.pose_model import XDancer

    network = XDancer(TINY)
    crops = data.Crops(found)
    network.codec.normalise.measure(crops.batch(16, np.random.default_rng(0)), least=0.03)
    task = training.CodecTask(network.codec, crops, 4)
    optimiser = torch.optim.AdamW(network.codec.parameters(), 5e-3)
    chance, losses = Randomness(0), []
    for _ in range(40):
        loss, _ = task.losses(chance, 0.5)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])


def stopping(every_s: float, seconds: float = 8.0) -> PoseTrack:
    """A figure that goes to and fro and turns back at 0, every_s, 2 every_s ..."""
    base = track_of(made.true_states(made.groove(seconds)))
    time = np.arange(len(base)) / base.fps
    values = np.repeat(base.values[:1], len(base), axis=0)
    values[..., 0] += 0.2 * np.cos(np.pi * (time - 0.004) / every_s)[:, None]
    return PoseTrack(values, base.fps, base.floor)


def test_the_beat_score_is_high_on_the_beat_and_low_between():
    track = stopping(0.5)
    on, chance, halfway = beat_alignment(track, np.arange(0.5, 7.5, 0.5))
    between, _, _ = beat_alignment(track, np.arange(0.75, 7.5, 0.5))
    assert halfway is not None
    assert halfway < 0.1
    assert on is not None
    assert between is not None
    assert chance is not None
    assert on > 0.9 > 0.1 > between
    assert between < chance < on


def test_measures_of_a_track_that_is_known():
    track = stopping(1.0)
    assert evaluate.speed_of(track) == pytest.approx(0.4, rel=0.05)  # twice 0.2 heights a second
    assert evaluate.turned_away(track) == 0
    assert evaluate.slide_of(track) > 0.5  # its standing feet go along
    assert evaluate.slide_of(evaluate.swaying(track, np.zeros(0))) == 0
    rows = np.stack([evaluate.features_of(track)] * 3)
    same = evaluate.measure([track] * 3, [np.arange(0, 8, 0.5)] * 3, rows + np.arange(3)[:, None])
    assert same["DIV"] == pytest.approx(0, abs=1e-6)


def test_drift_is_seen():
    track = track_of(made.true_states(made.groove(9.0)))
    calm = evaluate.drift(track)
    assert calm["bone length error, %"] < 0.01
    assert calm["place in the last third, heights"] < 0.1
    values = track.values.copy()
    values[..., 0] += np.linspace(0, 1, len(track))[:, None]
    values[180:] = values[180]
    lost = evaluate.drift(PoseTrack(values, track.fps, track.floor))
    assert lost["place in the last third, heights"] > 0.5
    assert lost["longest standstill, s"] == pytest.approx(3.0, abs=0.1)


def test_tokens_are_measured_against_the_truth(found):
    exact = [replace(one, seen=one.true) for one in found]
    assert evaluate.reconstruction(None, exact)["seen"] == pytest.approx(0, abs=1e-6)
    detected = evaluate.reconstruction(None, found)
    assert detected["hidden"] is not None
    assert detected["seen"] is not None
    assert detected["hidden"] > detected["seen"] > 0
    made_by = evaluate.reconstruction(made.network(), found)
    assert made_by["seen"] is not None
    assert made_by["seen"] > detected["seen"]


def test_the_long_song_goes_on_in_time(found):
    _, features = evaluate.long_song(found, 20.0)
    assert len(features.values) == 600
    np.testing.assert_allclose(np.diff(features.beats), 0.5, atol=0.02)


def test_the_tables_come_with_baselines(corpus, tmp_path, monkeypatch):
    path = tmp_path / "xdancer.safetensors"
    training.write_weights(made.network(), path)
    monkeypatch.setattr(evaluate, "LONG_S", 12.0)
    seen = []
    found = evaluate.evaluate(corpus, source=path, without=path, songs=2, on_progress=lambda *now: seen.append(now))
    assert seen[-1] == (4, 4)
    assert set(found["tracks"]) == {
        evaluate.MADE, evaluate.RAW, evaluate.UNMUSICAL, evaluate.REAL, evaluate.OTHER, evaluate.SWAY
    }  # fmt: skip
    assert found["tracks"][evaluate.SWAY]["BAS"] > found["tracks"][evaluate.SWAY]["BAS, random grid"]
    assert set(found["hearing"]) == {"its own", "half a beat off", "another song's", "none"}
    assert set(found["tokens"]) == {"with confidence", "without confidence", "as detected"}
    json.dumps(found)
    told = evaluate.text(found)
    assert "| BAS " in told
    assert "without confidence" in told


def test_another_tempo_is_the_same_dance_sooner(found):
    one = found[0]
    states, music = data.at_tempo(one.seen, one.music, 1.25)
    assert len(states) == len(music) == 144
    np.testing.assert_allclose(states[40], one.seen[50] * np.where(np.isin(range(STATE), SPEEDS), 1.25, 1), rtol=1e-5)
    np.testing.assert_array_equal(music[40], one.music[50])
    assert data.at_tempo(one.seen, one.music, 1.0)[0] is one.seen


def test_dancers_of_couples_are_seen_one_by_one(corpus, tmp_path):
    assert list(data.couples_seen(corpus, "train", most=3)) == []
    folder = made.couples(tmp_path)
    seen = list(data.couples_seen(folder, "train", most=3))
    assert len(seen) == 2
    again = next(iter(data.couples_seen(folder, "train", most=3)))
    np.testing.assert_array_equal(seen[0].seen, again.seen)
    assert not np.allclose(seen[0].seen[:60], seen[1].seen[:60])
    assert seen[0].music.shape[1] == 39
