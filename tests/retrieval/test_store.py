"""The vector store: nearest first, filters inside it, several writers at once."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from retrieval.made_library import make_clip, make_rows, unit

from demos.retrieval import store as stores
from demos.retrieval.store import Filters, Row, Store
from demos.runtime.errors import InputError


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return make_rows(120)


@pytest.fixture(scope="module")
def store(rows, tmp_path_factory) -> Store:
    store = Store.open(tmp_path_factory.mktemp("store") / "index")
    store.upsert(rows)
    return store


def test_the_nearest_come_first_with_the_product_as_score(store, rows):
    query = unit(np.random.default_rng(5))
    products = {row.clip.id: float(row.vector @ query) for row in rows}
    hits = store.search(query, top=10)
    assert [hit.id for hit in hits] == sorted(products, key=lambda name: -products[name])[:10]
    assert [hit.score for hit in hits] == pytest.approx([products[hit.id] for hit in hits], abs=1e-5)


def test_a_hit_brings_its_clip_and_the_vectors_of_its_parts(store, rows):
    for row in (rows[3], rows[4]):
        hit = store.search(row.vector, top=1)[0]
        assert hit.clip == row.clip
        np.testing.assert_allclose(hit.motion, row.motion, atol=1e-3)
        assert (hit.music is None) == (row.music is None)


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        (Filters(), lambda clip: True),
        (Filters(genres=("rock 'n' roll", "waltz")), lambda clip: clip.genre in ("rock 'n' roll", "waltz")),
        (Filters(styles=("pop",), tempo_bpm=(90, 120)), lambda c: c.style == "pop" and 90 <= c.tempo_bpm <= 120),
        (Filters(tempo_bpm=(None, 99.5)), lambda clip: clip.tempo_bpm <= 99.5),
        (Filters(levels=("mid", "high")), lambda clip: clip.level in ("mid", "high")),
        (Filters(energy=(0.5, None), valence=(None, 0.4)), lambda c: c.energy >= 0.5 and c.valence <= 0.4),
        (Filters(parts={"arms": 0.6, "jumps": 0.5}), lambda c: c.parts["arms"] >= 0.6 and c.parts["jumps"] >= 0.5),
        (Filters(without=("clip-1", "clip-2")), lambda clip: clip.id not in ("clip-1", "clip-2")),
        (Filters(genres=("x') OR ('1'='1",)), lambda clip: False),
        (Filters(origin="added"), lambda clip: False),
    ],
)
def test_filters_let_through_exactly_what_they_say(store, rows, filters, passes):
    right = {row.clip.id for row in rows if passes(row.clip)}
    hits = store.search(rows[0].vector, top=200, filters=filters)
    assert {hit.id for hit in hits} == right
    assert store.count(filters) == len(right)


def test_clips_without_a_song_pass_no_range_of_tempo(tmp_path):
    store = Store.open(tmp_path)
    rng = np.random.default_rng(0)
    store.upsert([Row(make_clip("silent", rng, tempo_bpm=None), unit(rng), unit(rng), None, "w")])
    assert store.count() == 1
    assert store.count(Filters(tempo_bpm=(0, 1000))) == 0


@pytest.mark.parametrize(
    "filters",
    [Filters(parts={"ears": 0.5}), Filters(levels=("upstairs",)), Filters(tempo_bpm=(120, 90)),
     Filters(energy=(float("nan"), None))],
)  # fmt: skip
def test_filters_that_make_no_sense_are_refused(store, filters):
    with pytest.raises(InputError):
        store.search(np.ones(256, np.float32), filters=filters)


def test_counts_of_each_value_and_plain_lists(store, rows):
    facets = store.facets()
    assert sum(facets["genre"].values()) == len(rows)
    assert list(facets["style"].values()) == sorted(facets["style"].values(), reverse=True)
    assert len(store.entries()) == len(rows)
    assert [hit.id for hit in store.get(["clip-7", "nobody", "clip-2"])] == ["clip-7", "clip-2"]
    np.testing.assert_allclose(store.vectors(["clip-7"])["clip-7"], rows[7].vector)
    assert len({hit.id for start in (0, 50, 100) for hit in store.browse(top=50, offset=start)}) == len(rows)


def test_the_same_id_is_replaced_and_others_see_it_at_once(tmp_path):
    store, other = Store.open(tmp_path), Store.open(tmp_path)
    rng = np.random.default_rng(0)
    first, second = (Row(make_clip("one", rng), unit(rng), unit(rng), None, name) for name in ("w1", "w2"))
    assert store.upsert([first, first]) == 1
    assert [entry["weights"] for entry in other.entries()] == ["w1"]
    other.upsert([second])
    assert [entry["weights"] for entry in store.entries()] == ["w2"]
    assert store.search(second.vector, top=1)[0].score == pytest.approx(1, abs=1e-5)
    store.remove(["one", "nobody"])
    assert len(other) == 0


def _index(place: Path, number: int) -> None:
    store = Store.open(place)
    for start in range(0, 40, 10):  # both write the first twenty
        rows = make_rows(60)[start + 20 * number : start + 20 * number + 10]
        store.upsert(rows)


def test_two_processes_that_index_at_once_lose_and_double_nothing(tmp_path):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        for future in [pool.submit(_index, tmp_path, number) for number in (0, 1)]:
            future.result()
    names = [entry["id"] for entry in Store.open(tmp_path).entries()]
    assert sorted(names) == sorted(f"clip-{i}" for i in range(60))


def test_large_tables_are_indexed_and_narrow_filters_answered_exactly(tmp_path, monkeypatch):
    monkeypatch.setattr(stores, "INDEX_FROM", 500)
    monkeypatch.setattr(stores, "EXACT_BELOW", 60)
    store = Store.open(tmp_path)
    rows = make_rows(600)
    store.upsert(rows)
    assert store.maintain()
    query = rows[11].vector
    assert store.search(query, top=5)[0].id == "clip-11"
    narrow = Filters(genres=("waltz",), tempo_bpm=(60, 80))
    right = sorted(
        (row for row in rows if row.clip.genre == "waltz" and (row.clip.tempo_bpm or 999) <= 80),
        key=lambda r: -(r.vector @ query),
    )
    assert 24 < len(right) < 60
    assert [hit.id for hit in store.search(query, top=24, filters=narrow)] == [row.clip.id for row in right[:24]]
    late = Row(make_clip("late", np.random.default_rng(1)), unit(np.random.default_rng(2)), query, None, "w1")
    store.upsert([late])  # not in the index yet, found all the same
    assert store.search(late.vector, top=1)[0].id == "late"


def test_a_store_in_memory_works_through_the_same_client(rows):
    store = Store.open("memory://library")
    store.upsert(rows[:5])
    assert store.search(rows[2].vector, top=1)[0].id == "clip-2"


def test_what_cannot_be_opened_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InputError, match="cannot be opened"):
        Store.open(tmp_path / "file")
    Store.open(tmp_path / "narrow", width=12)
    with pytest.raises(InputError, match="cannot be opened"):
        Store.open(tmp_path / "narrow")
