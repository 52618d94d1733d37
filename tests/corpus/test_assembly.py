"""Assembly: unbent time gives the clip back, joins do not pop, feet stay, dances stay on the stage and come to rest."""

import numpy as np
import pytest

from demos.corpus import assembly
from demos.corpus.assembly import Run, assemble, lay_onto, sample, stage_correction
from demos.corpus.phrases import FPS, Clip
from demos.motion import rotations
from demos.motion.solo_metrics import foot_skate, heading
from tests.corpus.dancers import made_clip

COUNTS = np.arange(0, 33) * 0.5


def straight(
    clip: Clip, *, first: float, counts: int, from_s: float, mirrored: bool = False, accent: float = 0.0
) -> Run:
    """A run at the clip's own speed, a count half a second."""
    places = np.arange(counts + 1)
    return Run(clip, mirrored, first + places, from_s + 0.5 * places, accent)


def test_one_run_at_its_own_speed_is_the_clip():
    clip = made_clip("a", 0, seconds=18)
    (danced,) = assemble([straight(clip, first=0, counts=32, from_s=0)], COUNTS, 0, 480)
    ours = clip.motion.slice(0, 480)
    turned = heading(danced) - heading(ours)
    assert np.abs(turned - turned[0]).max() < 0.02
    arms = [16, 17, 18, 19]
    np.testing.assert_allclose(danced.poses[:, arms], ours.poses[:, arms], atol=2e-3)


def test_accents_keep_the_counts_and_linger_there():
    clip = made_clip("a", 0)
    plain, accented = (straight(clip, first=0, counts=8, from_s=1, accent=a) for a in (0.0, 0.2))
    whole = np.arange(9.0)
    np.testing.assert_allclose(accented.source_at(whole), plain.source_at(whole), atol=1e-9)
    near = np.array([3.95, 4.05, 4.45, 4.55])
    at = accented.source_at(near)
    assert (at[1] - at[0]) / 0.05 == pytest.approx(0.8, abs=0.02)
    assert (at[3] - at[2]) / 0.05 == pytest.approx(1.2, abs=0.02)


def test_warps_rise_and_pass_through_their_anchors():
    clip = made_clip("a", 0)
    run = Run(clip, False, np.array([0.0, 1, 2.5, 4]), np.array([1.0, 1.55, 2.2, 3.05]), 0.15)
    np.testing.assert_allclose(run.source_at(run.counts), run.source_s, atol=1e-9)
    assert (np.diff(run.source_at(np.linspace(-2, 6, 400))) > 0).all()


def test_a_join_between_different_dances_does_not_pop():
    first, second = made_clip("a", 0), made_clip("b", 7)
    runs = [straight(first, first=0, counts=16, from_s=0), straight(second, first=16, counts=16, from_s=1.0)]
    (danced,) = assemble(runs, COUNTS, 0, 480)
    alone = [assemble([run], COUNTS, 0, 480)[0] for run in (straight(first, first=0, counts=32, from_s=0),)]
    jumps = np.linalg.norm(np.diff(danced.joints, n=2, axis=0), axis=-1).max(axis=1)
    usual = np.linalg.norm(np.diff(alone[0].joints, n=2, axis=0), axis=-1).max()
    assert jumps[230:250].max() < 2.0 * usual
    cut = np.concatenate([danced.joints[:240], danced.joints[243:]])  # what a pop looks like
    assert np.linalg.norm(np.diff(cut, n=2, axis=0), axis=-1).max() > 2.0 * usual


def test_far_from_a_join_nothing_is_touched():
    first, second = made_clip("a", 0), made_clip("b", 7)
    run = straight(first, first=0, counts=16, from_s=0)
    (joined,) = assemble([run, straight(second, first=16, counts=16, from_s=1)], COUNTS, 0, 480)
    (alone,) = assemble([straight(first, first=0, counts=32, from_s=0)], COUNTS, 0, 480)
    until = 240 - round(assembly.BLEND_S * FPS) - 1
    np.testing.assert_allclose(joined.poses[:until, 16:20], alone.poses[:until, 16:20], atol=1e-5)


def test_a_planted_foot_stays_where_it_is_across_a_join():
    clip = made_clip("a", 0)
    runs = [straight(clip, first=0, counts=16, from_s=0), straight(clip, first=16, counts=16, from_s=3.0)]
    (danced,) = assemble(runs, COUNTS, 0, 480)
    skate = foot_skate(danced)
    assert skate is not None
    assert skate < 0.05


def test_runs_are_laid_onto_each_other_wherever_they_were():
    clip = made_clip("a", 0)
    here = sample(straight(clip, first=0, counts=8, from_s=1), np.array([2.9, 3.0, 3.1]))
    there = here.placed(rotations.yaw(1.1), np.array([2.0, 0.0, -3.0]))
    turn, shift = lay_onto(here, there)
    np.testing.assert_allclose(turn, rotations.yaw(1.1), atol=1e-6)
    np.testing.assert_allclose(shift, [2.0, 0.0, -3.0], atol=1e-6)


def test_wandering_dances_are_kept_on_the_stage_and_others_only_centred():
    time = np.linspace(0, 60, 1800)
    path = np.stack([0.15 * time, np.ones_like(time), np.zeros_like(time)], axis=1)
    kept = path + stage_correction(path)
    assert np.linalg.norm(kept[:, [0, 2]], axis=1).max() < assembly.STAGE_M + 0.1
    np.testing.assert_array_equal(kept[:, 1], path[:, 1])
    assert np.linalg.norm(np.diff(kept, axis=0), axis=1).max() * FPS < 0.2
    small = np.stack([0.5 * np.sin(time), np.ones_like(time), np.zeros_like(time)], axis=1)
    correction = stage_correction(small)
    np.testing.assert_allclose(correction, np.broadcast_to(correction[0], correction.shape), atol=1e-9)


def test_the_end_comes_to_rest():
    clip = made_clip("a", 0, seconds=18)
    (danced,) = assemble([straight(clip, first=0, counts=32, from_s=0)], COUNTS, 0, 480, rest_s=12.0)
    speed = np.linalg.norm(np.diff(danced.joints, axis=0), axis=-1).mean(axis=1) * FPS
    assert speed[400:].max() < 1e-3
    assert speed[:360].mean() > 0.1
    assert np.abs(np.diff(speed)).max() < 0.25


def test_partners_keep_their_distance():
    follow = made_clip("follow", 5).motion.turn(np.pi).move(np.array([0.0, 0.0, 0.8]))
    lead = made_clip("lead", 4, partner=follow, role="lead")
    runs = [
        straight(lead, first=0, counts=16, from_s=0),
        straight(lead, first=16, counts=16, from_s=4.0, mirrored=True),
    ]
    one, other = assemble(runs, COUNTS, 0, 480, couple=True)
    apart = np.linalg.norm((one.translation - other.translation)[:, [0, 2]], axis=1)
    assert np.abs(apart - 0.8).max() < 0.35
