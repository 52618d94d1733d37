"""What dancing networks hear: the song while it lasts, the place in the beat and in the bar."""

import numpy as np

from demos.audio.conditions import MUSIC, music_condition


def test_phases_turn_with_the_beat():
    condition = music_condition(np.ones((90, 35), np.float32), np.array([0.5, 1.0, 1.5]), np.array([0.5, 2.5]), 120)
    assert condition.shape == (120, MUSIC)
    assert not condition[90:, :35].any()  # the song is over
    np.testing.assert_allclose(condition[[0, 15, 30, 45, 60, 105], 35], 1, atol=1e-6)  # on beats, also beyond the known
    np.testing.assert_allclose(condition[[15, 75], 37], 1, atol=1e-6)
    np.testing.assert_allclose(condition[45, 37], -1, atol=1e-6)  # the middle of the bar
    assert not music_condition(np.ones((9, 35), np.float32), np.array([1.0]), np.array([]), 9)[:, 35:].any()
