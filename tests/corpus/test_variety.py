"""How varied a minute is: counts that agree with the plan, off the beat, and a table's mean, least and most."""

import numpy as np
import pytest

from demos.corpus.choreographer import choreograph
from demos.corpus.phrases import phrases_of
from demos.corpus.variety import composition, off_beat, summary
from tests.corpus.dancers import made_clip

BEATS = np.arange(0.3, 24, 0.5)


@pytest.fixture(scope="module")
def made():
    clips = [made_clip(f"clip{seed}", seed, genre=("jazz", "pop")[seed % 2], speed=1.4) for seed in range(6)]
    return choreograph(
        BEATS, BEATS[::4], seconds=20, phrases=[p for c in clips for p in phrases_of(c)], style="jazz", seed=1
    )


def test_a_dance_is_counted_by_its_plan(made):
    row = composition(made)
    assert row["trials"] == len({step.trial for step in made.plan})
    assert row["clips"] == len(made.sources)
    fresh = [step for step in made.plan if step.repeats is None]
    assert len(fresh) <= row["phrases"] + 2  # a flipped repeat shares its phrase
    assert row["phrases"] <= row["steps"] == len(made.plan)
    lengths = [step.end_s - step.start_s for step in made.plan]
    own = sum(length for step, length in zip(made.plan, lengths, strict=True) if step.genre == "jazz")
    assert row["own family, %"] == pytest.approx(100 * own / sum(lengths), abs=1.0)
    assert 100 / row["trials"] <= row["most of one trial, %"] <= 100


def test_off_the_beat_is_less_than_on_it(made):
    off = off_beat(made.dance.motions[0], made.dance.beats)
    assert off is not None
    assert 0 < off < composition(made)["BAS"]


def test_a_summary_by_hand():
    table = {"a": {"x": 1.0, "y": 5.0}, "b": {"x": 3.0}}
    assert summary(table) == {
        "mean": {"x": 2.0, "y": 5.0},
        "least": {"x": 1.0, "y": 5.0},
        "most": {"x": 3.0, "y": 5.0},
    }
