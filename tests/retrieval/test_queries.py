"""The free searches: enough, readable, answerable, unlike the captions; and precision by hand."""

import json

import numpy as np
import pytest

from demos.corpus.attributes import Attributes
from demos.corpus.measures.music import MusicFacts
from demos.corpus.measures.scales import UNITS
from demos.corpus.predicates import genre_key
from demos.corpus.wordings_music import GENRE_CUES
from demos.retrieval.queries import QUERIES, Query, judge


def _dance(genre: str = "salsa", tempo: float = 180.0, **numbers: float) -> dict:
    keys = {key: 0.0 for key in UNITS if key.split(".")[0] not in ("music", "pair")}
    named = {key.replace("__", "."): value for key, value in numbers.items()}
    music = MusicFacts(genre=genre, tempo_bpm=tempo, valence=0.8, energy=0.5, swing=0.5, kick=0.1)
    return json.loads(Attributes(12.0, music, ({**keys, **named},)).to_json())


def test_there_are_enough_and_no_two_alike():
    assert len(QUERIES) >= 60
    assert len({query.text for query in QUERIES}) == len(QUERIES)


def test_every_condition_names_something_that_is_measured():
    for query in QUERIES:
        for condition in query.conditions:
            if condition.startswith("genre "):
                assert set(condition.removeprefix("genre ").split("|")) <= set(GENRE_CUES), condition
            else:
                assert condition.split()[0] in UNITS, condition
    assert genre_key("K-pop") == "genre.name.k_pop"


def test_conditions_are_read():
    turning = Query("spinning salsa", ("genre salsa|samba", "turns.full >= 2", "legs.kicks <= 0"))
    assert turning.answered_by(Attributes.from_json(json.dumps(_dance(turns__full=2))))
    assert not turning.answered_by(Attributes.from_json(json.dumps(_dance(turns__full=1))))
    assert not turning.answered_by(Attributes.from_json(json.dumps(_dance("waltz", turns__full=2))))
    with pytest.raises(ValueError, match="no condition"):
        Query("x", ("turns many",)).answered_by(Attributes.from_json(json.dumps(_dance())))


def test_precision_counts_the_first_clips():
    dances = [_dance("samba")] * 3 + [_dance("salsa")] * 3
    downwards = -np.arange(6.0)
    found = judge(dances, lambda texts: np.tile(downwards, (len(texts), 1)), first=4)
    row = next(row for row in found["rows"] if row["text"].startswith("samba"))
    assert row["precision"] == pytest.approx(3 / 4)
    assert row["chance"] == pytest.approx(1 / 2)
    assert row["reachable"] == pytest.approx(3 / 4)
    assert found["queries"] == len(QUERIES)
