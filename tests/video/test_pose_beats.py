"""Stops on the beat: found where they are, moved where they should be, and nothing else lost."""

import numpy as np
import pose_made as made

from demos.video.pose_beats import on_the_beat, stops_of
from demos.video.pose_finishing import track_of
from demos.video.track_rhythm import beat_alignment


def late(seconds=8.0, by=0.12):
    """A groove on the half second, and beats that come `by` seconds later."""
    return made.true_states(made.groove(seconds)), np.arange(0.5, seconds - 0.5, 0.5) + by


def test_stops_come_to_the_beats():
    states, beats = late()
    moved = on_the_beat(states, beats)
    assert moved.shape == states.shape
    before, after = (beat_alignment(track_of(one, feet=False), beats)[0] for one in (states, moved))
    assert before is not None
    assert after is not None
    assert after > before + 0.2
    np.testing.assert_allclose(moved[0], states[0], atol=1e-5)
    np.testing.assert_allclose(np.hypot(moved[:, 244 + 1], moved[:, 244 + 2]), 1, atol=0.6)


def test_time_never_runs_far_off():
    states, beats = late(by=0.2)
    ramp = np.repeat(np.arange(len(states), dtype=np.float32)[:, None], states.shape[1], axis=1)
    ramp[:, :180] = states[:, :180]
    counted = on_the_beat(ramp, beats)[:, 240]  # the first column of places: x, here the frame's own number
    assert np.diff(counted).min() > 0.3
    assert np.diff(counted).max() < 2.2
    assert counted[0] == 0
    assert abs(counted[-1] - (len(states) - 1)) < 1e-3


def test_without_beats_or_stops_nothing_moves():
    states, _ = late(4.0)
    assert on_the_beat(states, np.zeros(0)) is states
    still = np.repeat(states[:1], 90, axis=0)
    assert on_the_beat(still, np.arange(0, 3, 0.5)) is still
    assert len(stops_of(states[:3])) == 0
