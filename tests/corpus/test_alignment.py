"""Putting kinematic beats on counts: exact where they fit, bent within bounds, nothing where they cannot."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.corpus.alignment import STRETCH, fit_counts
from demos.corpus.motion_graph import MotionGraph


def graph_of(times: np.ndarray, span: np.ndarray | None = None) -> MotionGraph:
    n = len(times)
    nothing = np.zeros((n, n), np.float32)
    spans = np.zeros(n, int) if span is None else span
    return MotionGraph((), np.zeros(n, int), spans, times, np.zeros(n), np.zeros((n, 2)), nothing, nothing)


def test_beats_on_every_count_are_all_hit_unbent():
    fits = fit_counts(graph_of(np.arange(20) * 0.5), 0.5, (4, 8))
    best = (fits.start == 0) & (fits.end == fits.start + fits.counts)
    assert sorted(fits.counts[best]) == [4, 8]
    for entry in np.flatnonzero(best):
        n = fits.anchors_n[entry]
        assert fits.hits[entry] == fits.counts[entry] == n - 1
        np.testing.assert_array_equal(fits.anchor_count[entry, :n], 2 * np.arange(n))
        np.testing.assert_array_equal(fits.anchor_node[entry, :n], np.arange(n))
        assert fits.cost[entry] < 0


def test_a_little_off_tempo_is_bent_and_too_much_is_not():
    assert (fit_counts(graph_of(np.arange(20) * 0.57), 0.5, (4,)).hits >= 4).any()
    lonely = graph_of(np.arange(6) * 1.3)  # beats 1.3 s apart against bars of 2 s
    assert len(fit_counts(lonely, 0.5, (4,))) == 0


def test_no_fit_crosses_from_one_span_to_another():
    span = np.repeat([0, 1], 4)
    fits = fit_counts(graph_of(np.arange(8) * 0.5, span), 0.5, (2, 4))
    assert len(fits)
    assert (span[fits.start] == span[fits.end]).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.34, 0.5, 0.65]))
def test_anchors_rise_and_no_stretch_is_bent_too_far(seed, count_s):
    times = np.cumsum(np.random.default_rng(seed).uniform(0.25, 0.9, 40))
    fits = fit_counts(graph_of(times), count_s, (4, 8))
    for entry in range(len(fits)):
        n = fits.anchors_n[entry]
        counts, nodes = fits.anchor_count[entry, :n] / 2, fits.anchor_node[entry, :n]
        assert (counts[0], nodes[0]) == (0, fits.start[entry])
        assert (counts[-1], nodes[-1]) == (fits.counts[entry], fits.end[entry])
        rates = np.diff(counts) * count_s / np.diff(times[nodes])
        assert (np.diff(counts) > 0).all()
        assert rates.max() <= STRETCH * (1 + 1e-9)
        assert rates.min() >= 1 / STRETCH * (1 - 1e-9)
        assert fits.hits[entry] == (counts[1:] % 1 == 0).sum()


def test_two_ends_for_a_start_differ():
    fits = fit_counts(graph_of(np.cumsum(np.full(40, 0.23))), 0.5, (4,))
    for start in np.unique(fits.start):
        ends = fits.end[fits.start == start]
        assert len(ends) == len(set(ends)) <= 2
    assert (np.bincount(fits.start) == 2).any()
    assert fits.cost.max() < np.inf
    assert pytest.approx(0) == fits.anchor_count[:, 0].max()
