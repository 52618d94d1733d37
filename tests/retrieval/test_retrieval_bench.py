"""The bench: all systems answer alike, and the report says what it measured."""

import numpy as np
import pytest

from demos.retrieval import bench


@pytest.fixture(autouse=True)
def few_queries(monkeypatch):
    monkeypatch.setattr(bench, "QUERIES", 3)


def test_systems_find_the_same_clips(tmp_path):
    asks = {"numpy": bench._numpy(2000, tmp_path)[1], "store": bench._store(2000, tmp_path)[1]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench, "_CHUNK", 700)  # chunks of any size hold the rows asked for
        assert sum(len(vectors) for vectors, _ in bench.chunks(2000)) == 2000
    for label, filters in bench.FILTERS.items():
        for vector in bench.queries():
            (one, passed), (other, also) = (ask(vector, filters) for ask in asks.values())
            assert passed == also
            assert one == other, label
            assert len(one) == min(bench.TOP, passed)


def test_faiss_too_where_it_is_installed(tmp_path):
    pytest.importorskip("faiss", reason="faiss-cpu is a dev extra: only to compare with")
    ask, truth = bench._faiss(500, tmp_path)[1], bench._numpy(500, tmp_path)[1]
    for filters in bench.FILTERS.values():
        vector = bench.queries()[0]
        assert set(ask(vector, filters)[0]) == set(truth(vector, filters)[0])


def test_a_measurement_becomes_a_table(tmp_path):
    rows = bench._measure("numpy", 300, str(tmp_path))
    assert [row["filter"] for row in rows] == list(bench.FILTERS)
    assert rows[0]["pass"] == 300
    assert rows[0]["pass"] > rows[1]["pass"] > rows[2]["pass"]
    assert all(row["median_ms"] <= row["p95_ms"] for row in rows)
    missing = {"rows": 300, "system": "faiss", "missing": "not installed (faiss)"}
    text = bench.text({"top": 24, "width": 256, "queries": 3, "measured": [*rows, missing]})
    assert text.count("NumPy, exact") == len(rows)
    assert "not installed" in text


def test_vectors_are_of_length_one():
    vectors, columns = next(bench.chunks(100))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert set(columns) == {"style", "tempo_bpm", "energy"}
