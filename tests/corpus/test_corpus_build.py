"""A corpus is built once, the same each time, goes on where it was stopped, and refuses what it cannot use."""

import hashlib
import json

import numpy as np
import pytest
from corpus.built import TINY, tiny

from demos.corpus import build, sets
from demos.corpus.shards import Shards, read_index
from demos.runtime.errors import InputError


@pytest.fixture
def tiny_corpus(tmp_path_factory):
    return tiny(tmp_path_factory.getbasetemp())


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def tiny_size(monkeypatch):
    monkeypatch.setitem(sets.SIZES, "tiny", TINY)


def test_what_was_stopped_goes_on_and_gives_the_same_bytes(tiny_corpus, tiny_size, tmp_path):
    data, whole, _ = tiny_corpus
    out = tmp_path / "corpus"

    class Stopped(Exception):
        pass

    def stop(done, total):
        if done == 3:
            raise Stopped

    with pytest.raises(Stopped):
        build.build(out, size="tiny", data=data, workers=1, on_progress=stop)
    assert not (out / "corpus.json").exists()
    (out / "solo" / "test" / "00000.part").mkdir(parents=True)  # as a kill leaves it
    seen = []
    found = build.build(
        out, size="tiny", data=data, workers=2, on_progress=lambda done, total: seen.append((done, total))
    )
    assert seen[0] == (3, 10)
    assert seen[-1] == (10, 10)
    assert found["built"] == 7
    assert digests(out) == digests(whole)
    again = build.build(out, size="tiny", data=data, workers=1)
    assert again["built"] == 0


def test_the_index_says_what_is_there(tiny_corpus):
    _, folder, found = tiny_corpus
    index = read_index(folder)
    assert set(index["sets"]) == set(sets.SETS)
    assert index["fps"] == 30
    assert index["attribution"] == ["AIST++ Dance Motion Dataset, Google LLC (CC BY 4.0)"]
    for name, splits in found["sets"].items():
        for split, row in splits.items():
            assert len(Shards(folder, name, split)) == row["items"]
    assert found["sets"]["solo"]["train"]["hours"] == pytest.approx(2 * 12 / 3600, abs=0.002)
    assert "solo" in build.text(found)


def test_statistics_are_those_of_the_training_rows(tiny_corpus):
    _, folder, _ = tiny_corpus
    train = Shards(folder, "solo", "train")
    rows = np.concatenate([item.arrays["motion"] for item in train]).astype(np.float64)  # windows of these dances
    told = train.statistics["motion"]
    assert told["frames"] == 2 * 14 * 30
    assert len(told["mean"]) == len(told["std"]) == 151
    assert np.abs(rows.mean(axis=0) - told["mean"]).max() < 0.1
    assert len(train.statistics["music"]["mean"]) == 35
    assert len(Shards(folder, "pose2d", "train").statistics["keypoints"]["mean"]) == 120
    assert len(Shards(folder, "edits", "train").statistics["motion"]["mean"]) == 151


def test_other_seeds_make_other_corpora(tiny_corpus, tiny_size, tmp_path):
    data, folder, _ = tiny_corpus
    with pytest.raises(InputError, match="another seed"):
        build.build(folder, size="tiny", seed=1, data=data)
    plan = json.loads((folder / "plan.json").read_text())
    assert plan["seed"] == 0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"size": "gigantic"}, "small, medium, full"),
        ({"wanted": ("solos",)}, "choose from"),
        ({"wanted": ("edits",)}, "made of the set solo"),
        ({"seed": -1}, "0 to 999"),
        ({"workers": 0}, "1 or more"),
    ],
)
def test_bad_requests_are_refused_in_a_sentence(tmp_path, settings, words):
    with pytest.raises(InputError, match=words):
        build.build(tmp_path / "corpus", data=tmp_path, **settings)


def test_a_folder_of_other_things_is_left_alone(tiny_corpus, tiny_size, tmp_path):
    data, _, _ = tiny_corpus
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="not empty"):
        build.build(tmp_path, size="tiny", data=data)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
