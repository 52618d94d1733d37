"""Training, evaluation and the benchmark run to their end, small."""

import numpy as np
import pytest
import torch

from demos.audio import bench, evaluate, soundfont, train


def test_targets_mark_beats_and_their_neighbours():
    wanted = train.targets(np.array([0.5, 1.0]), np.array([1.0]), 61)
    assert list(np.flatnonzero(wanted[:, 0] == 1)) == [30, 60]
    assert list(np.flatnonzero(wanted[:, 0] == 0.5)) == [29, 31, 59]
    assert list(np.flatnonzero(wanted[:, 1])) == [59, 60]


@pytest.mark.skipif(not soundfont.available(), reason="fluidsynth or its soundfont is not installed")
def test_training_learns_saves_and_resumes(tmp_path, monkeypatch):
    pytest.importorskip("pretty_midi")
    monkeypatch.setattr(train, "WEIGHTS", tmp_path)
    monkeypatch.setattr(train, "PIECE_SECONDS", 4.0)
    monkeypatch.setattr(train, "CROP_FRAMES", 120)
    monkeypatch.setitem(train.PRESETS, "cpu", {"pieces": 4, "composed": 0, "steps": 3, "batch": 2, "rate": 1e-3})
    monkeypatch.setattr(train, "CHECKPOINT_STEPS", 2)
    figures = train.train(corpus=tmp_path / "corpus", checkpoint=tmp_path / "state.pt")
    assert np.isfinite(figures["held_out_loss"])
    assert torch.load(tmp_path / "state.pt", weights_only=True)["step"] == 2
    assert (tmp_path / "beats.safetensors").stat().st_size < 400_000
    first = (tmp_path / "beats.safetensors").read_bytes()
    train.train(corpus=tmp_path / "corpus", checkpoint=tmp_path / "state.pt")  # from step 2
    assert len((tmp_path / "beats.safetensors").read_bytes()) == len(first)


def test_a_perfect_and_a_halved_tracker_are_told_apart():
    beats = np.arange(0, 20, 0.5)
    trial = evaluate.Trial("sound/genre", 120, np.zeros(0), beats, beats[::4])
    perfect = evaluate._score(trial, beats, beats[::4])
    halved = evaluate._score(trial, beats[::2], beats[::4])
    assert (perfect.beat_f, perfect.downbeat_f, perfect.octave) == (1, 1, False)
    assert halved.octave
    assert halved.beat_f == pytest.approx(2 / 3, abs=0.01)
    assert evaluate._score(trial, np.zeros(0), np.zeros(0)).beat_f == 0


def test_evaluation_reports_every_group(monkeypatch, sound_files):
    monkeypatch.setattr(evaluate.grooves, "STYLES", {"disco": evaluate.grooves.STYLES["disco"]})
    monkeypatch.setattr(evaluate.soundfont, "available", lambda: False)
    monkeypatch.setattr(evaluate, "DURATION_S", 10.0)
    results = evaluate.evaluate(pieces_a_style=2, songs=sound_files["wav"].parent)
    assert results["pieces"] == 2
    assert results["by_genre"]["numpy synth/disco"]["ours"]["beat_f"] > 0.9
    assert results["songs"]["song.wav"]["ours_bpm"] == pytest.approx(120, abs=1)
    assert "disco" in evaluate.text(results)


def test_bench_measures_everything(sound_files, monkeypatch):
    monkeypatch.setattr(bench, "REPEATS", 1)
    monkeypatch.setattr(bench, "SECONDS", 3.0)
    figures = bench.bench(sound_files["wav"])
    assert figures["largest_difference"] < 1e-5
    assert figures["song_seconds"] == pytest.approx(3)
    assert all(figures[name] > 0 for name in ("plain_s", "features_s", "pipeline_s", "cached_s"))
