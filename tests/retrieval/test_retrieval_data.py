"""What training reads: prepared shards, texts and the keys they name, what fits, batches."""

import json
from pathlib import Path

import numpy as np
import pytest
from retrieval.made_shards import write_shard

from demos.corpus.attributes import Attributes
from demos.corpus.vocabulary import holds, mentions
from demos.retrieval import data
from demos.retrieval.data import KEYS, Windows
from demos.runtime.errors import InputError


def test_windows_hold_streams_keys_and_texts(windows: Windows):
    assert len(windows) == 8
    music, moves = windows.streams([0, 5])
    assert music.shape == (2, 90, 35)
    assert moves.shape[:2] == (2, 90)
    assert set(windows.genres) == {"salsa", "waltz"}
    salsa = KEYS.index("genre.name.salsa")
    assert [bool(row[salsa]) for row in windows.keys] == [genre == "salsa" for genre in windows.genres]


def test_training_texts_are_true_of_their_window(windows: Windows):
    shard = windows.shards[0]
    texts = json.loads((Path(shard.movement.filename).parent / "index.json").read_text())["texts"]  # pyright: ignore
    checked = 0
    for place, facts in enumerate(shard.facts):
        attributes = Attributes.from_json(json.dumps(facts["attributes"]))
        assert len(shard.owned[place]) > len(facts["captions"])
        for number in shard.owned[place]:
            for key in mentions(texts[number]):
                assert holds(key, attributes), (texts[number], key)
                checked += 1
    assert checked > 20
    assert shard.texts.denied.any()  # some wish something away


def test_held_out_windows_have_the_corpus_captions_only(made_corpus: Path, prepared: Path):
    test = data.prepare(made_corpus, "test", prepared)
    assert [len(test.texts(index)) for index in range(len(test))] == [len(f["captions"]) for f in test.facts]


def test_a_changed_shard_is_prepared_again(tmp_path: Path):
    write_shard(tmp_path / "solo" / "test", 0, dances=1)
    assert len(data.prepare(tmp_path, "test", tmp_path / "kept")) == 1
    kept = tmp_path / "kept" / "test" / "00000" / "index.json"
    before = kept.stat().st_mtime_ns
    data.prepare(tmp_path, "test", tmp_path / "kept")
    assert kept.stat().st_mtime_ns == before
    write_shard(tmp_path / "solo" / "test", 0, dances=2)
    assert len(data.prepare(tmp_path, "test", tmp_path / "kept")) == 2


def test_no_corpus_is_said(tmp_path: Path):
    with pytest.raises(InputError, match="corpus build"):
        data.prepare(tmp_path, "train", tmp_path / "kept")


def test_fits_asks_for_all_that_is_named_and_none_that_is_denied():
    named, denied = data.asked(["fast salsa with jumps", "salsa without jumps", "qwrt"])
    keys = np.zeros((3, len(KEYS)), bool)
    salsa, fast, jumps = (KEYS.index(key) for key in ("genre.name.salsa", "pace.any.fast", "jumps.any.any"))
    keys[0, [salsa, fast, jumps]] = True
    keys[1, [salsa, fast]] = True
    assert data.fits(named, denied, keys).tolist() == [[True, False, False], [False, True, False], [True, True, True]]


def test_sentences_are_read_one_by_one_and_long_texts_end():
    one, two = data.word_states(["Fast salsa.", "Fast salsa. She turns twice."])
    np.testing.assert_allclose(two[: len(one)], one, atol=1e-5)
    assert len(data.word_states(["turning and jumping " * 900])[0]) <= data.LONGEST


def test_batches_take_different_genres_and_no_window_twice(windows: Windows):
    batches = data.balanced(windows, np.random.default_rng(0), songs=2, each=3)
    for _, batch in zip(range(4), batches, strict=False):
        assert len(batch) == len(set(batch)) == 6
        assert {windows.genres[index] for index in batch} == {"salsa", "waltz"}
