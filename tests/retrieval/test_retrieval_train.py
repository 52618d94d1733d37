"""Training: the contrast by hand, what is not counted against a text, resuming bit for bit, the written file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from demos.retrieval import data
from demos.retrieval import train as training
from demos.retrieval.calibration import platt, short_searches
from demos.retrieval.data import Windows
from demos.retrieval.model import Config, Retriever
from demos.retrieval.pipeline import read
from demos.retrieval.train import Plan, Tagger, contrast, draw, loss_of, train
from demos.runtime.errors import InputError

TINY = Plan(steps=4, songs=2, each=3, config=Config(width=16, depth=2, early=1, heads=2, embedding=12))


def test_contrast_of_a_case_done_by_hand():
    texts = torch.eye(2)
    dances = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    none = torch.zeros(2, 2, dtype=torch.bool)
    # Text 0 scores 2 and 2, text 1 scores 0 and 0: both cannot tell the dances apart.
    assert float(contrast(torch.tensor(2.0), texts, dances, none)) == pytest.approx(np.log(2))
    # When the other dance answers text 0 too, only text 1 is left in doubt.
    allowed = torch.tensor([[False, True], [False, False]])
    assert float(contrast(torch.tensor(2.0), texts, dances, allowed)) == pytest.approx(np.log(2) / 2)


def test_a_batch_has_one_text_a_window_and_excuses_what_fits(windows: Windows):
    batch = draw(windows, [0, 1, 4], np.random.default_rng(0))
    assert batch.words.shape[0] == 3
    assert bool(batch.mask.any(1).all())
    assert bool(batch.allowed.diagonal().all())  # a window is always all that its own texts name
    assert batch.same_song.tolist() == [[True, True, False], [True, True, False], [False, False, True]]


def test_training_lowers_the_loss(windows: Windows):
    torch.manual_seed(0)
    network, tagger = Retriever.tiny(), Tagger(12)
    training.statistics(network, windows)
    optimizer = torch.optim.AdamW([*network.parameters(), *tagger.parameters()], 5e-3)
    batch = draw(windows, list(range(8)), np.random.default_rng(0))
    losses = []
    for _ in range(25):
        loss, _ = loss_of(network, tagger, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    assert losses[-1] < 0.8 * losses[0]


def test_a_resumed_run_ends_where_an_unbroken_one_does(made_corpus: Path, prepared: Path, tmp_path: Path):
    def run(folder: Path, **changes) -> dict:
        return train(corpus=made_corpus, out=folder, data_in=prepared, plan=replace(TINY, **changes))

    run(tmp_path / "whole")

    # Rates follow the plan's length, so the broken run is stopped by an exception, not by a shorter plan.
    def stop(step: int, _: int) -> None:
        if step == 2:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "CHECKPOINT_STEPS", 2)
        with pytest.raises(KeyboardInterrupt):
            train(corpus=made_corpus, out=tmp_path / "broken", data_in=prepared, plan=TINY, on_progress=stop)
    assert run(tmp_path / "broken")["steps"] == 4
    ends = [torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)["average"] for name in ("whole", "broken")]
    for name, value in ends[0].items():
        torch.testing.assert_close(value, ends[1][name], atol=2e-4, rtol=1e-2)  # bfloat16 on the way


def test_a_checkpoint_of_another_network_is_refused(made_corpus: Path, prepared: Path, tmp_path: Path):
    train(corpus=made_corpus, out=tmp_path, data_in=prepared, plan=replace(TINY, steps=1))
    other = replace(TINY, config=replace(TINY.config, width=24))
    with pytest.raises(InputError, match="another plan"):
        train(corpus=made_corpus, out=tmp_path, data_in=prepared, plan=other)


def test_the_written_file_is_what_the_pipeline_reads(made_corpus: Path, prepared: Path, tmp_path: Path):
    path = tmp_path / "retrieval.safetensors"
    found = train(corpus=made_corpus, out=tmp_path / "run", data_in=prepared, plan=TINY, weights=path)
    loaded = read(path)
    assert loaded.network.config == TINY.config
    assert loaded.facts["training"]["steps"] == found["steps"] == 4
    assert loaded.bank.shape[1] == 384
    assert len(loaded.facts["calibration"]) == 4
    assert np.isfinite(loaded.facts["calibration"]).all()


def test_platt_finds_the_curve_that_made_the_data():
    rng = np.random.default_rng(0)
    scores = rng.uniform(-1, 1, 20000)
    good = rng.random(20000) < 1 / (1 + np.exp(-(6 * scores - 2)))
    slope, offset = platt(scores[:, None], good)
    assert slope == pytest.approx(6, rel=0.08)
    assert offset == pytest.approx(-2, rel=0.1)


def test_the_curve_knows_what_counts_beside_the_score():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(20000, 2))
    good = rng.random(20000) < 1 / (1 + np.exp(-(0.2 * features[:, 0] + 3 * features[:, 1])))
    assert platt(features, good) == pytest.approx([0.2, 3.0, 0.0], abs=0.15)


def test_short_searches_name_what_some_window_has(windows):
    texts = short_searches(windows.keys, count=40)
    named, denied = data.asked(texts)
    assert 1 <= named.sum(1).mean() <= 3
    held = data.fits(named, denied, windows.keys).any(1)
    assert held.mean() > 0.9  # a cue may also name a wider key than the one it was chosen for


def test_an_unknown_preset_is_said(made_corpus: Path, tmp_path: Path):
    with pytest.raises(InputError, match="no preset"):
        train(corpus=made_corpus, out=tmp_path, preset="huge")
