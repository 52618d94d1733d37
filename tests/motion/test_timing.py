"""Time bent onto beats: what is danced beside them comes onto them, within the limits, and nothing else happens."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.motion import timing

LIMITS = timing.Limits(furthest_s=0.3, fastest=0.2, cost=2.5)
FRAMES, FPS = 301, 30
BEATS = np.arange(1.0, 9.5, 0.5)


def shown_at(times, stop):
    """When a stop is seen."""
    return float(np.interp(stop, times, np.arange(FRAMES) / FPS))


def test_stops_come_onto_the_beats():
    stops = BEATS + 0.1
    times = timing.on_beats([stops], BEATS, FRAMES, FPS, LIMITS)
    assert times is not None
    assert times.shape == (FRAMES,)
    late = [shown_at(times, stop) - beat for stop, beat in zip(stops, BEATS, strict=True)]
    assert np.abs(late[2:-2]).max() < 0.02
    np.testing.assert_allclose(times[[0, -1]], [0.0, 10.0], atol=1e-9)


def test_what_is_on_the_beat_stays():
    times = timing.on_beats([BEATS], BEATS, FRAMES, FPS, LIMITS)
    assert times is not None
    np.testing.assert_allclose(times, np.arange(FRAMES) / FPS, atol=1e-6)


def test_a_stop_too_far_off_is_left_alone():
    times = timing.on_beats([np.array([5.25])], np.array([2.0, 4.5, 8.0]), FRAMES, FPS, LIMITS)
    assert times is not None
    np.testing.assert_allclose(times, np.arange(FRAMES) / FPS, atol=1e-6)


def test_two_dancers_are_both_heard():
    """Where they cannot both be brought onto a beat, the nearer one is: it costs less."""
    times = timing.on_beats([np.array([4.9]), np.array([5.2])], np.array([1.0, 5.0, 9.0]), FRAMES, FPS, LIMITS)
    assert times is not None
    assert abs(shown_at(times, 4.9) - 5.0) < 0.03


def test_without_beats_or_stops_there_is_nothing_to_bend():
    assert timing.on_beats([BEATS], np.array([3.0]), FRAMES, FPS, LIMITS) is None
    assert timing.on_beats([np.zeros(0)], BEATS, FRAMES, FPS, LIMITS) is None
    assert timing.on_beats([BEATS], BEATS + 60, FRAMES, FPS, LIMITS) is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.0, 10.0), min_size=1, max_size=30), st.lists(st.floats(-1.0, 11.0), min_size=2, max_size=30)
)
def test_time_goes_on_and_ends_where_it_did(stops, beats):
    times = timing.on_beats([np.sort(stops)], np.array(beats), FRAMES, FPS, LIMITS)
    if times is not None:
        assert np.diff(times).min() >= -1e-9
        np.testing.assert_allclose(times[[0, -1]], [0.0, 10.0], atol=1e-9)
        assert np.abs(times - np.arange(FRAMES) / FPS).max() <= LIMITS.furthest_s + 1e-6
