"""Kinematic beats, BAS and BED on cases worked by hand and against a plain rewrite of the published loops."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from demos.motion import rhythm
from demos.motion.motion import Motion
from demos.motion.skeleton import REST_HEIGHT


def swinging(frames: int, fps: float, period_s: float, phase_s: float = 0.0) -> Motion:
    """Arms that swing so that they stand still every half period, at phase_s and on."""
    times = np.arange(frames) / fps
    poses = np.zeros((frames, 24, 3))
    # 3 ms late: exactly between two frames both would be equally slow, and a strict minimum sees neither.
    poses[:, 16, 2] = -np.cos(2 * np.pi * (times - phase_s - 0.003) / period_s)
    return Motion(poses, np.tile([0, REST_HEIGHT, 0], (frames, 1)), fps)


def test_hit_rate_by_hand():
    assert rhythm.hit_rate(np.array([10]), np.array([7, 20])) == pytest.approx(np.exp(-9 / 18))
    two = rhythm.hit_rate(np.array([10, 30]), np.array([20, 30, 44]))
    assert two == pytest.approx((np.exp(-100 / 18) + 1) / 2)
    assert rhythm.hit_rate(np.zeros(0), np.array([1])) is None
    assert rhythm.hit_rate(np.array([1]), np.zeros(0)) == 0.0


def test_kinematic_beats_are_the_strict_minima_of_the_smoothed_speed():
    rng = np.random.default_rng(3)
    joints = np.cumsum(rng.normal(size=(400, 24, 3)), axis=0)
    speeds = [[np.linalg.norm(joints[i + 1, j] - joints[i, j]) for j in range(24)] for i in range(399)]
    steps = np.array([np.mean(row) for row in speeds])
    smooth = gaussian_filter(steps, 5)
    by_hand = [i for i in range(1, len(smooth) - 1) if smooth[i - 1] > smooth[i] < smooth[i + 1]]
    np.testing.assert_array_equal(rhythm.kinematic_beats(joints), by_hand)


@pytest.mark.parametrize("fps", [24, 30, 60, 120])
def test_a_dance_that_stops_on_every_beat_scores_high_at_any_rate(fps):
    motion = swinging(round(12 * fps), fps, period_s=1.0, phase_s=0.25)  # still at 0.25, 0.75, 1.25 ...
    on_beat = rhythm.beat_alignment(motion, np.arange(0.25, 12, 0.5))
    assert on_beat.bas == pytest.approx(1.0, abs=0.12)
    assert on_beat.bas_dance == pytest.approx(1.0, abs=0.12)
    off_beat = rhythm.beat_alignment(motion, np.arange(0.5, 12, 0.5))  # a quarter second off: 15 frames
    assert off_beat.bas is not None
    assert off_beat.bas < 0.05


def test_the_baseline_of_a_metronome_is_the_mean_over_phases():
    motion = swinging(3600, 60, period_s=1.0)
    aligned = rhythm.beat_alignment(motion, np.arange(0.0, 60, 0.5))
    chance = np.mean([np.exp(-(min(d, 30 - d) ** 2) / 18) for d in np.arange(0, 30, 0.1)])  # beats 30 frames apart
    assert aligned.bas_shuffled is not None
    assert aligned.bas_shuffled_sd is not None
    error = aligned.bas_shuffled_sd / np.sqrt(rhythm.BASELINE_SEEDS)
    assert aligned.bas_shuffled == pytest.approx(chance, abs=3 * error)
    assert aligned.bas is not None
    assert aligned.bas > aligned.bas_shuffled


def test_shuffling_keeps_count_and_intervals():
    grid = np.array([5.0, 10, 20, 50])
    for shuffled in rhythm.shuffled_grids(grid, 1000, seeds=5):
        assert len(shuffled) == 4
        gaps = sorted(np.diff(shuffled))
        ring = sorted(np.append(gaps, shuffled[0] + 1000 - shuffled[-1]))
        np.testing.assert_allclose(ring, [5, 10, 30, 955], atol=1e-9)


def test_beats_outside_the_motion_do_not_count():
    np.testing.assert_array_equal(rhythm.music_frames(np.array([-1.0, 0.5, 0.5, 2.0]), 100), [30])


@pytest.mark.parametrize("frames", [1, 2, 4])
def test_short_and_still_motions_are_defined(frames):
    still = Motion(np.zeros((frames, 24, 3)), np.zeros((frames, 3)), 30)
    aligned = rhythm.beat_alignment(still, np.array([0.0]))
    assert aligned.bas in (0.0, None)
    assert aligned.bas_dance is None
    assert rhythm.beat_echo_degree(still, still) == (None, None)


def test_a_follower_who_copies_echoes_fully_and_one_between_the_beats_not():
    lead = swinging(600, 30, period_s=2.0)
    assert rhythm.beat_echo_degree(lead, lead)[0] == pytest.approx(1.0)
    late = swinging(600, 30, period_s=2.0, phase_s=0.5)  # still when the lead is fastest
    bed, shifted = rhythm.beat_echo_degree(lead, late)
    assert bed is not None
    assert bed < 0.05
    assert shifted is not None
    assert 0.05 < shifted < 0.6


def test_echo_counts_the_leads_beats():
    lead, follow = swinging(600, 30, period_s=4.0), swinging(600, 30, period_s=2.0)
    assert rhythm.beat_echo_degree(lead, follow)[0] == pytest.approx(1.0, abs=0.05)
    assert rhythm.beat_echo_degree(follow, lead)[0] == pytest.approx(0.5, abs=0.1)
