"""The shell's `train xdancer` and `evaluate xdancer`."""

import json

import pose_made as made
import pytest

from demos.__main__ import main
from demos.nn import weight_files
from demos.video import pose_evaluate, pose_jobs
from demos.video import pose_train as training
from demos.video.pose_codec import TINY


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return made.corpus(tmp_path_factory.mktemp("jobs-corpus"))


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """Quick training, into a folder of the test's own."""
    monkeypatch.setattr(weight_files, "WEIGHTS", tmp_path / "weights")
    monkeypatch.setitem(training.PRESETS, "cpu", training.Preset((1, 1), (2, 2), steps=2, config=TINY))
    monkeypatch.setattr(pose_evaluate, "LONG_S", 6.0)
    return tmp_path


def test_train_then_evaluate_with_the_ablation(shop, corpus, capsys):
    kept = ["--out", str(shop / "kept")]
    assert main(["train", "xdancer", "--corpus", str(corpus), *kept, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["codec steps"] == found["dancer steps"] == 2
    assert (shop / "weights" / "xdancer.safetensors").is_file()
    assert main(["train", "xdancer", "--corpus", str(corpus), *kept, "--without-confidence"]) == 0
    assert (shop / "kept" / f"{pose_jobs.WITHOUT}.safetensors").is_file()
    assert "weights" in capsys.readouterr().out
    assert main(["evaluate", "xdancer", "--corpus", str(corpus), *kept, "--count", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "without confidence" in found["tokens"]
    assert found["settings"]["sequences"] == 2


def test_what_is_missing_is_said(shop, corpus, capsys):
    assert main(["evaluate", "xdancer"]) == 2
    assert "--corpus DIR" in capsys.readouterr().err
    assert main(["train", "xdancer"]) == 2
    assert "--corpus DIR" in capsys.readouterr().err
    assert main(["evaluate", "xdancer", "--corpus", str(corpus)]) == 2  # nothing was trained
    said = capsys.readouterr().err
    assert "xdancer.safetensors" in said
    assert said.count("\n") == 1
