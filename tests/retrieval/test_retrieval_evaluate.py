"""The figures by hand: ranks with ties, equals that count, the gallery, chance, and the ablations' tables."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demos.corpus.measures.music import MusicFacts
from demos.retrieval import ablations, data, evaluate
from demos.retrieval.ablations import VARIANTS
from demos.retrieval.data import Windows
from demos.retrieval.evaluate import best_match, chance, compare, figures, gallery_of, ranks, scorers, tolerant_ranks
from demos.retrieval.model import Config, Retriever
from demos.retrieval.train import Plan
from demos.runtime.errors import InputError


def test_ranks_share_ties():
    scores = np.array([[0.9, 0.1, 0.5], [0.7, 0.7, 0.7], [0.3, 0.3, 0.1]])
    assert ranks(scores).tolist() == [1.0, 2.0, 3.0]


def test_constant_scores_get_the_figures_of_chance():
    found = figures(ranks(np.zeros((391, 391))))
    assert found["MedR"] == found["MnR"] == chance()["MnR"] == 196
    assert found["R@10"] == 0.0  # a shared middle place is no hit


def test_the_first_right_clip_counts_when_equals_do():
    scores = np.array([[0.1, 0.9, 0.5], [0.4, 0.4, 0.4]])
    good = np.array([[True, False, True], [False, True, True]])
    # Row 0: the better right clip is second. Row 1: of three in random order, two right, the first stands at 4/3.
    assert tolerant_ranks(scores, good) == pytest.approx([2.0, 4 / 3])


def test_figures_count_what_is_within():
    found = figures(np.array([1.0, 1.5, 5.0, 11.0]))
    assert found == {"R@1": 25.0, "R@5": 75.0, "R@10": 75.0, "MedR": 3.25, "MnR": 4.625}


def test_chance_of_the_papers_gallery():
    assert chance()["R@1"] == pytest.approx(0.2558, abs=1e-4)
    assert chance()["R@10"] == pytest.approx(2.5575, abs=1e-4)


@pytest.fixture(scope="module")
def held_out(made_corpus: Path, prepared: Path) -> Windows:
    return data.prepare(made_corpus, "test", prepared)


def test_a_gallery_needs_enough_windows(held_out: Windows):
    assert len(gallery_of(held_out, 6)) == 6
    assert gallery_of(held_out, 6).indices == gallery_of(held_out, 6).indices
    with pytest.raises(InputError, match="391"):
        gallery_of(held_out)


def test_gallery_prefers_windows_that_do_not_overlap(held_out: Windows):
    class Half(Windows):
        """The same windows, of which the first four begin half-way into another."""

        def __init__(self) -> None:
            super().__init__(held_out.shards)
            self.facts = [{**facts, "start": 180 if i < 4 else 360} for i, facts in enumerate(self.facts)]

    assert gallery_of(Half(), 4).indices == (4, 5, 6, 7)


def test_reading_the_measured_keys_beats_a_random_network(held_out: Windows):
    gallery = gallery_of(held_out, 8)
    ways = scorers(Retriever.tiny().eval(), gallery)
    found = {name: compare(gallery, score, count=2) for name, score in ways.items()}
    bound = found["measured keys, read exactly (bound)"]["equals count"]
    assert bound["R@1"] == 100.0
    assert bound["R@1"] >= found["network"]["equals count"]["R@1"]
    assert found["network"]["queries"] == 16  # four captions a clip, two read together


def test_every_ablation_trains_once_and_fills_both_tables(made_corpus: Path, prepared: Path, tmp_path: Path):
    plan = Plan(steps=1, songs=2, each=2, config=Config(width=16, depth=1, early=1, heads=2, embedding=12))
    (tmp_path / "data").symlink_to(prepared)
    arguments = {"corpus": made_corpus, "out": tmp_path, "seeds": (0,), "plan": plan, "gallery_size": 8}
    found = ablations.ablations(**arguments)
    assert set(found["variants"]) == set(VARIANTS)
    kept = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.json")}
    assert ablations.ablations(**arguments)["runs"] == found["runs"]
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.json")} == kept
    text = ablations.text(found)
    assert all(f"| {name} |" in text for name in VARIANTS)


def test_report_names_every_target(held_out: Windows, made_corpus: Path, prepared: Path, monkeypatch):
    monkeypatch.setattr(evaluate, "GALLERY", 8)
    monkeypatch.setattr(evaluate, "gallery_of", lambda windows: replace(gallery_of(windows, 8)))
    found = evaluate.evaluate(corpus=made_corpus, cache=prepared, network=Retriever.tiny().eval())
    text = evaluate.text(found)
    for word in ("chance", "paper", "MedR", "bound", "free searches", "measured ones first"):
        assert word in text


def test_the_pages_order_puts_first_what_measures_as_was_said():
    measured = [
        {"seconds": 12.0, "dancers": [], "pair": {}, "music": MusicFacts(genre).to_dict()}
        for genre in ("waltz", "salsa", "salsa", "tango")
    ]
    scores = np.array([[0.9, 0.1, 0.5, 0.2], [0.1, 0.2, 0.3, 0.4]])
    ordered = best_match(lambda texts: scores, measured)(["salsa", "nothing known"])
    assert np.argsort(-ordered[0]).tolist() == [2, 1, 0, 3]  # salsa first, the network's order among equals
    assert np.argsort(-ordered[1]).tolist() == np.argsort(-scores[1]).tolist()
    assert scores[0].tolist() == [0.9, 0.1, 0.5, 0.2]
