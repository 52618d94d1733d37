"""Eases, pulses and the beat grid."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.corpus.layers import curves


def test_eases_start_and_end_at_rest():
    u = np.linspace(0, 1, 1001)
    for curve in (curves.smooth(u), curves.late(u), curves.even(u), curves.ease(u, 0.5)):
        slope = np.gradient(curve, u)
        assert curve[0] == 0
        assert abs(curve[-1] - 1) < 1e-9
        assert (np.diff(curve) >= -1e-12).all()
        assert abs(slope[0]) < 0.05
        assert abs(slope[-1]) < 0.05


def test_late_is_fastest_at_three_quarters():
    u = np.linspace(0, 1, 1001)
    assert abs(u[np.gradient(curves.late(u)).argmax()] - 0.75) < 0.01


def test_even_keeps_one_speed_in_the_middle():
    u = np.linspace(0.3, 0.7, 41)
    np.testing.assert_allclose(np.diff(curves.even(u)), np.diff(curves.even(u))[0], rtol=1e-6)


def test_a_pulse_is_one_on_its_beats_and_nothing_between():
    np.testing.assert_allclose(curves.pulse(np.array([0.0, 1.0, 2.0]), 1.0), 1.0)
    np.testing.assert_allclose(curves.pulse(np.array([0.6, 1.62]), 1.0, rise=0.25, fall=0.5), 0.0, atol=1e-12)


def test_a_grid_counts_from_the_first_downbeat_in_the_range():
    beats = 0.1 + 0.5 * np.arange(20)
    grid = curves.beat_grid(beats, beats[2::4], 2.0, 6.0)
    assert grid.bar == 4
    np.testing.assert_allclose(grid.phase(np.array([3.1, 3.6, 5.1])), [0, 1, 4], atol=1e-9)
    np.testing.assert_allclose(grid.time_s(np.array([0, 4])), [3.1, 5.1])


def test_a_grid_goes_on_beyond_its_beats():
    beats = np.array([1.0, 1.5, 2.0])
    grid = curves.beat_grid(beats, np.array([]), 20.0, 30.0)
    whole = grid.phase(np.array([20.0, 20.5, 30.0]))
    np.testing.assert_allclose(np.diff(whole), [1, 19], atol=1e-6)


def test_without_beats_the_grid_is_steady():
    grid = curves.beat_grid(np.array([]), np.array([]), 0.3, 4.0)
    np.testing.assert_allclose(grid.phase(np.array([0.3, 0.8, 1.3])), [0, 1, 2], atol=1e-9)


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.lists(st.floats(0.25, 1.2), min_size=2, max_size=20), st.floats(0, 10))
def test_phase_and_time_undo_each_other_on_beats(steps, start):
    beats = np.cumsum(steps)
    grid = curves.beat_grid(beats, beats[::4], start, start + 4)
    np.testing.assert_allclose(grid.phase(grid.times_s), np.arange(len(grid.times_s)) - grid.zero, atol=1e-6)
    assert grid.times_s[0] <= start - 5
    assert grid.times_s[-1] >= start + 9
