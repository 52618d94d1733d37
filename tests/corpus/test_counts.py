"""Counts: beats as dancers count them, whole bars over the whole dance, and what repeats."""

from dataclasses import dataclass

import numpy as np
import pytest

from demos.corpus.counts import count_grid, repeats_of, steadied, wanted_energy


@dataclass(frozen=True)
class Part:
    label: str
    start_s: float
    end_s: float
    energy: float


def grid_of(bpm: float, meter: int = 4, *, seconds: float = 30.0, start: float = 0.4, likes: float = 0.5):
    beats = np.arange(start, seconds - 1, 60 / bpm)
    return count_grid(beats, beats[::meter], seconds, likes)


@pytest.mark.parametrize(("bpm", "count_s"), [(120, 0.5), (100, 0.6), (62, 60 / 124), (190, 120 / 190)])
def test_slow_songs_are_counted_double_and_fast_ones_half(bpm, count_s):
    assert grid_of(bpm).count_s == pytest.approx(count_s, rel=1e-6)


def test_salsa_is_counted_fast():
    assert grid_of(180, likes=0.34).count_s == pytest.approx(1 / 3)


@pytest.mark.parametrize("bpm", [62, 100, 120, 190])
def test_the_grid_covers_the_dance_in_whole_bars_and_bars_start_on_downbeats(bpm):
    grid = grid_of(bpm)
    assert grid.times_s[0] <= 0
    assert grid.times_s[-1] >= 30
    assert (len(grid.times_s) - 1) % grid.bar == 0
    assert grid.first % grid.bar == 0
    np.testing.assert_allclose(np.diff(grid.times_s), grid.count_s, rtol=1e-6)
    assert np.abs(grid.times_s[:: grid.bar] - 0.4).min() < 1e-6


def test_a_waltz_has_bars_of_three():
    assert grid_of(120, 3).bar == 3


def test_counts_follow_a_song_that_speeds_up():
    beats = np.cumsum(np.linspace(0.55, 0.45, 60))
    grid = count_grid(beats, beats[::4], float(beats[-1]), 0.5)
    assert np.abs(grid.times_s[:, None] - beats).min(axis=0).max() < 1e-9


def test_without_downbeats_bars_are_four():
    beats = np.arange(0.4, 20, 0.5)
    assert count_grid(beats, np.zeros(0), 20.0, 0.5).bar == 4


def test_an_eight_count_is_repeated_to_the_other_side():
    repeats = repeats_of(grid_of(120), ())
    assert repeats
    assert all(flip and slot - earlier == 2 for slot, (earlier, flip) in repeats.items())


def test_choruses_begin_alike_and_verses_go_on():
    grid = grid_of(120, seconds=60.0)
    parts = [Part("verse", 0.4, 16.4, 0.5), Part("chorus", 16.4, 32.4, 0.9), Part("verse", 32.4, 48.4, 0.5)]
    parts += [Part("chorus", 48.4, 60.0, 0.9)]
    starts = {part.label: [] for part in parts}
    for part in parts:
        starts[part.label].append(int(np.argmin([abs(grid.slot_s(slot) - part.start_s) for slot in range(grid.slots)])))
    repeats = repeats_of(grid, parts)
    first, second = starts["chorus"]
    assert repeats[second] == (first, False)
    assert repeats[second + 1] == (first + 1, False)
    assert starts["verse"][1] not in repeats or repeats[starts["verse"][1]][1]
    assert starts["chorus"][0] not in repeats or repeats[starts["chorus"][0]][1]


def test_energy_follows_the_sections():
    grid = grid_of(120, seconds=60.0)
    parts = [Part("verse", 0.4, 30.4, 0.2), Part("drop", 30.4, 60, 1.0)]
    wanted = wanted_energy(grid, parts, np.random.default_rng(0))
    half = grid.slots // 2
    assert wanted[half + 1 :].min() > wanted[: half - 1].max() + 0.2
    assert wanted.min() >= 0.1
    assert wanted.max() <= 0.95


def test_a_break_without_beats_is_counted_through_and_doubles_are_dropped():
    beats = np.arange(0.4, 30, 0.5)
    broken = np.sort(np.concatenate([beats[(beats < 10) | (beats > 16)], [20.02]]))
    np.testing.assert_allclose(steadied(broken), beats, atol=0.03)
    np.testing.assert_allclose(np.diff(count_grid(broken, beats[::4], 30.0, 0.5).times_s), 0.5, atol=0.03)
