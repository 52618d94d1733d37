"""The measures of the music, on cases with known answers."""

import numpy as np
import pytest

from demos.corpus.music.composition import compose
from demos.corpus.music.evaluate import (
    any_level,
    baselines,
    boundary_contrast,
    entropy,
    f_measure,
    onset_periods,
    song_facts,
)

BEATS = np.arange(20) * 0.5


def test_f_measure_by_hand():
    assert f_measure(BEATS, BEATS) == 1.0
    assert f_measure(BEATS + 0.06, BEATS) == 1.0
    assert f_measure(BEATS + 0.25, BEATS) == 0.0
    assert f_measure(BEATS[::2], BEATS) == pytest.approx(2 * 10 / 30)
    assert f_measure(np.array([]), BEATS) == 0.0
    # One found beat cannot meet two true ones.
    assert f_measure(np.array([1.0]), np.array([0.98, 1.02])) == pytest.approx(2 / 3)


def test_half_and_double_time_are_forgiven_at_any_level():
    assert any_level(BEATS[::2], BEATS) == 1.0
    assert any_level(np.arange(39) * 0.25, BEATS) == 1.0
    assert any_level(BEATS * 1.37, BEATS) < 0.6


def test_entropy_of_fair_choices():
    assert entropy([1, 1, 1]) == 0
    assert entropy([0, 1, 2, 3]) == pytest.approx(2.0)


def test_a_pulse_shows_in_the_onset_periods():
    onset = np.zeros(900)
    onset[::15] = 1.0  # every half second at 30 fps
    periods = onset_periods(onset)
    lags = np.geomspace(0.1, 2.4, 48)
    assert periods[np.argmin(abs(lags - 0.5))] > 0.5 > periods[np.argmin(abs(lags - 0.36))]


def test_boundary_contrast_hears_a_change_of_timbre_where_sections_meet():
    song = compose("house", seconds=60, seed=1)
    values = np.random.default_rng(0).normal(0, 0.3, (60 * 30, 35))
    flat = boundary_contrast(values, song)
    for number, section in enumerate(song.sections):
        values[round(section.start_s * 30) : round(section.end_s * 30), 1:21] += 3 * (number % 2)
    assert boundary_contrast(values, song) > 2 > flat


def test_music_is_neither_a_metronome_nor_noise():
    plain = baselines(30, np.random.default_rng(0))
    for style in ("salsa", "waltz", "indian_classical", "krump"):
        facts = song_facts(compose(style, seconds=30, seed=0))
        assert facts["pitch_class_bits"] > plain["metronome"]["pitch_class_bits"] + 1
        assert facts["pitch_class_bits"] < plain["random notes"]["pitch_class_bits"] - 0.3
        assert facts["gap_bits"] > 1
        assert facts["velocity_spread"] > 6
