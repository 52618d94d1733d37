"""The bar-pointer decoder: against brute force, and on pulses made by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.audio import bar_pointer
from demos.audio.bar_pointer import BEAT_HALF_WIDTH, decode

FPS = 60


def probabilities(
    beats: np.ndarray, downbeats: np.ndarray, seconds: float, *, peak: float = 0.8
) -> tuple[np.ndarray, np.ndarray]:
    """What a network would say about a piece, frame by frame."""
    curves = np.full((2, int(seconds * FPS)), 0.02)
    curves[1] = 0.01
    for curve, times in zip(curves, (beats, downbeats), strict=True):
        for offset, value in ((-1, peak / 2), (1, peak / 2), (0, peak)):
            frames = np.round(times * FPS).astype(int) + offset
            frames = frames[(frames >= 0) & (frames < len(curve))]
            curve[frames] = value
    return curves[0], curves[1]


@pytest.mark.parametrize("meter", [3, 4])
@pytest.mark.parametrize("tempo", [55, 60, 77.7, 100, 120, 133.3, 150, 171, 190])
def test_finds_a_steady_pulse(tempo, meter):
    beats = np.arange(0.5, 29.5, 60 / tempo)
    decoded = decode(*probabilities(beats, beats[::meter], 30), FPS)
    assert decoded.meter == meter
    found = decoded.beats[: len(beats)]
    assert len(found) == len(beats)
    np.testing.assert_allclose(found, beats, atol=0.021)
    np.testing.assert_allclose(decoded.beats[decoded.positions == 0][: len(beats[::meter])], beats[::meter], atol=0.021)


def test_pick_up_beats_come_before_the_first_downbeat():
    beats = np.arange(0.5, 29.5, 0.5)
    decoded = decode(*probabilities(beats, beats[3::4], 30), FPS)
    assert list(decoded.positions[:5]) == [1, 2, 3, 0, 1]


def test_fills_beats_that_nobody_plays():
    beats = np.arange(0.5, 29.5, 0.5)
    heard = np.delete(beats, [9, 10, 11, 30, 31])
    decoded = decode(*probabilities(heard, beats[::4], 30), FPS)
    np.testing.assert_allclose(decoded.beats[: len(beats)], beats, atol=0.03)


def test_prefers_the_walking_tempo_of_two_that_fit():
    """Every second beat is played, the others only hinted at: 60 or 120 BPM? 140 or 70?"""
    for slow, expected in ((60, 120), (70, 140), (100, 100)):
        beats = np.arange(0.5, 29.5, 60 / slow)
        beat, _ = probabilities(beats, beats[:0], 30)
        hinted, _ = probabilities(beats + 30 / slow, beats[:0], 30, peak=0.5)
        heard = np.maximum(beat, hinted)
        tempo = 60 / np.median(np.diff(decode(heard, heard / 4, FPS).beats))
        assert tempo == pytest.approx(expected, rel=0.02)


def test_follows_a_drifting_tempo():
    beats = 0.5 + np.cumsum(60 / (110 + 12 * np.sin(np.arange(60) / 9)))
    decoded = decode(*probabilities(beats, beats[::4], beats[-1] + 0.5), FPS)
    np.testing.assert_allclose(decoded.beats[: len(beats)], beats, atol=0.03)


def test_ignores_stray_hits():
    rng = np.random.default_rng(0)
    beats = np.arange(0.5, 29.5, 0.5)
    beat, down = probabilities(beats, beats[::4], 30)
    beat[rng.integers(0, len(beat), 30)] = 0.5
    np.testing.assert_allclose(decode(beat, down, FPS).beats[: len(beats)], beats, atol=0.03)


def test_silence_around_the_music_holds_no_beats():
    beats = np.arange(10, 20, 0.5)
    decoded = decode(*probabilities(beats, beats[::4], 40), FPS)
    assert decoded.beats[0] > 9
    assert decoded.beats[-1] < 21


@pytest.mark.parametrize("count", [0, 1, 2, 30])
def test_nothing_heard_is_no_beat(count):
    assert len(decode(np.full(count, 0.01), np.full(count, 0.005), FPS).beats) == 0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_beats_rise_and_count_the_bar_whatever_is_heard(seed):
    rng = np.random.default_rng(seed)
    beat = rng.beta(0.3, 2, rng.integers(1, 400))
    decoded = decode(beat, beat * rng.random(len(beat)), FPS)
    assert np.all(np.diff(decoded.beats) > 60 / bar_pointer.FASTEST_BPM - 0.01)
    np.testing.assert_array_equal(np.diff(decoded.positions) % decoded.meter, 1)


def best_by_brute_force(down, other, silence, intervals, step_cost, habit, meter):
    """The best score over every list of beats that the model allows."""
    frames, best = len(down), -np.inf
    place = {int(interval): np.cumsum(step_cost)[index] for index, interval in enumerate(intervals)}
    for count in range(1, frames // int(intervals[0]) + 2):
        for chosen in itertools.combinations(range(frames), count):
            gaps = np.diff(chosen)
            if any(int(gap) not in place for gap in gaps) or frames - chosen[-1] > intervals[-1]:
                continue
            for phase, first_gap in itertools.product(range(meter), place):
                if chosen[0] >= first_gap:
                    continue
                score = silence[max(0, chosen[0] - BEAT_HALF_WIDTH)]
                for index, frame in enumerate(chosen):
                    score += (down if (phase + index) % meter == 0 else other)[frame]
                for left, right in itertools.pairwise(chosen):
                    start, stop = left + 1 + BEAT_HALF_WIDTH, right - BEAT_HALF_WIDTH
                    score += silence[stop] - silence[start] if stop > start else 0
                steps = [first_gap, *map(int, gaps)]
                score += sum(habit[step - intervals[0]] for step in steps)
                score -= sum(abs(place[a] - place[b]) for a, b in itertools.pairwise(steps))
                if frames - chosen[-1] > steps[-1]:
                    continue
                score += silence[frames] - silence[min(frames, chosen[-1] + 1 + BEAT_HALF_WIDTH)]
                best = max(best, score)
    return best


@pytest.mark.parametrize("seed", range(6))
def test_viterbi_is_exact(seed):
    rng = np.random.default_rng(seed)
    frames, intervals = 17, np.arange(4, 9)
    beat, share = rng.uniform(0.05, 0.95, frames), rng.uniform(0.1, 0.9, frames)
    down, other = np.log(beat * share).astype(np.float32), np.log(beat * (1 - share)).astype(np.float32)
    silence = np.concatenate([[0], np.cumsum(np.log1p(-beat))])
    step_cost = (3 * np.diff(np.log(intervals), prepend=np.log(4))).astype(np.float32)
    habit = rng.normal(0, 0.3, len(intervals)).astype(np.float32)
    _, _, score = bar_pointer._viterbi(down, other, silence, intervals, step_cost, habit, 3)
    assert score == pytest.approx(best_by_brute_force(down, other, silence, intervals, step_cost, habit, 3), abs=1e-4)
