"""The choreographer: dances on the beat, of the length asked for, varied, repeatable; real ones hold to the real."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import uniform_filter1d

from demos.corpus.choreographer import choreograph, lean
from demos.corpus.cleaning import joint_speed
from demos.corpus.phrases import FPS, cut_phrases, phrases_of
from demos.corpus.styles import STYLES, find_style
from demos.motion import rhythm
from demos.motion.solo_metrics import foot_skate, jerk
from demos.runtime import caches
from demos.runtime.errors import InputError
from tests.corpus.dancers import made_clip

BEATS = np.arange(0.3, 40, 0.5)


@pytest.fixture(scope="module")
def phrases():
    """Twelve dances made here at different tempi: small, big, of two families."""
    clips = [
        made_clip(f"clip{seed}", seed, genre=("pop", "jazz")[seed % 2], pulse_s=0.42 + 0.02 * (seed % 6), speed=1.3)
        for seed in range(12)
    ]
    return [phrase for clip in clips for phrase in phrases_of(clip)]


@pytest.fixture(scope="module")
def made(phrases):
    return choreograph(BEATS, BEATS[::4], seconds=30, phrases=phrases, style="pop", seed=1)


def test_the_dance_has_the_length_asked_for_and_knows_its_song(made):
    assert len(made.dance) == 900
    assert made.dance.fps == FPS
    np.testing.assert_array_equal(made.dance.beats, BEATS[BEATS < 30])
    assert made.dance.provenance.system == "choreographer"
    assert made.dance.provenance.seed == 1
    assert set(made.dance.provenance.source.split(", ")) == set(made.sources)


def on_and_beside(dance):
    """BAS on the beats, and the best of three grids beside them."""
    scores = [rhythm.beat_alignment(dance.motions[0], dance.beats + shift).bas or 0 for shift in (0, 0.17, 0.25, 0.33)]
    return scores[0], max(scores[1:])


def test_it_moves_on_the_beat_and_not_beside_it(made):
    on, beside = on_and_beside(made.dance)
    assert on > 0.3
    assert on > 1.4 * beside


def test_without_looseness_it_moves_on_the_beat_to_the_frame(phrases, made):
    options = {"seconds": 30, "phrases": phrases, "style": "pop", "seed": 1}
    on, beside = on_and_beside(choreograph(BEATS, BEATS[::4], **options, tightness=0.5, looseness_s=0.0).dance)
    assert on > 2 * beside
    assert on > on_and_beside(made.dance)[0]


def test_how_far_off_the_beat_it_is_felt_drifts_slowly_and_no_further_than_asked():
    felt = lean(4000, 0.5, 0.08, seed=3)
    assert felt.std() == pytest.approx(0.08, rel=0.15)
    assert np.abs(felt).max() <= 0.16
    assert np.abs(np.diff(felt)).max() < 0.2 * 0.5  # time bends by less than the stretch of a phrase
    np.testing.assert_array_equal(felt, lean(4000, 0.5, 0.08, seed=3))
    assert not lean(100, 0.5, 0.0, seed=3).any()


def test_the_plan_covers_the_dance_without_gaps(made):
    plan = made.plan
    assert plan[0].start_s <= 0
    assert plan[-1].end_s >= 30
    for one, other in itertools.pairwise(plan):
        assert one.end_s == pytest.approx(other.start_s)
        assert one.counts in (4, 8)
        assert (one.to_s - one.from_s) / (one.end_s - one.start_s) == pytest.approx(1, abs=0.21)


def test_many_clips_and_no_stretch_danced_twice_unless_repeated(made):
    assert len(made.sources) >= 6
    fresh = [step for step in made.plan if step.repeats is None]
    for index, step in enumerate(fresh):
        for other in fresh[index + 1 :]:
            if step.source == other.source:
                overlap = min(step.to_s, other.to_s) - max(step.from_s, other.from_s)
                assert overlap < 0.5 * min(step.to_s - step.from_s, other.to_s - other.from_s)
    repeated = [step for step in made.plan if step.repeats is not None]
    assert repeated
    for step in repeated:
        first = made.plan[step.repeats]
        assert (first.source, first.from_s, first.counts) == (step.source, step.from_s, step.counts)


def test_a_minute_draws_on_twelve_trials_though_its_own_family_has_three(phrases):
    clips = list({id(phrase.clip): phrase.clip for phrase in phrases}.values())
    few = [replace(clip, genre="disco" if index < 3 else "jazz") for index, clip in enumerate(clips)]
    beats = np.arange(0.3, 62, 0.5)
    made = choreograph(
        beats, beats[::4], seconds=60, phrases=[p for clip in few for p in phrases_of(clip)], style="disco", seed=0
    )
    assert len({step.trial for step in made.plan}) == len(clips) == 12
    own = sum(step.counts for step in made.plan if step.genre == "disco") / sum(step.counts for step in made.plan)
    assert own > 3 / 12  # more than its share of the clips


def test_slow_bars_are_danced_in_halves_and_quick_ones_whole(phrases):
    slow = np.arange(0.2, 30, 60 / 68)
    steps = choreograph(slow, slow[::4], seconds=24, phrases=phrases, style="modern", seed=0).plan
    assert {step.counts for step in steps} <= {2, 4}
    quick = choreograph(BEATS, BEATS[::4], seconds=24, phrases=phrases, style="pop", seed=0).plan
    assert {step.counts for step in quick} <= {4, 8}


def test_nobody_stands_about(made):
    speed = uniform_filter1d(joint_speed(made.dance.motions[0].joints, FPS), FPS)
    assert speed.min() > 0.15


def test_the_same_seed_is_the_same_dance_and_another_is_not(phrases, made):
    again = choreograph(BEATS, BEATS[::4], seconds=30, phrases=phrases, style="pop", seed=1)
    np.testing.assert_array_equal(again.dance.motions[0].poses, made.dance.motions[0].poses)
    other = choreograph(BEATS, BEATS[::4], seconds=30, phrases=phrases, style="pop", seed=2)
    assert [step.source for step in other.plan] != [step.source for step in made.plan]


def test_styles_choose_their_families(phrases):
    pop = choreograph(BEATS, BEATS[::4], seconds=20, phrases=phrases, style="pop", seed=3)
    jazz = choreograph(BEATS, BEATS[::4], seconds=20, phrases=phrases, style="jazz", seed=3)

    def share(made, genre):
        return np.mean([step.genre == genre for step in made.plan])

    assert share(pop, "pop") > share(jazz, "pop")
    clips = {id(phrase.clip): phrase.clip for phrase in phrases}.values()
    changed = [replace(clip, genre="indian") if clip.genre == "jazz" else clip for clip in clips]
    mixed = [phrase for clip in changed for phrase in phrases_of(clip)]
    hiphop = choreograph(BEATS, BEATS[::4], seconds=10, phrases=mixed, style="hiphop", seed=3)
    assert {step.genre for step in hiphop.plan} == {"pop"}  # Indian dance is none of its families


@pytest.mark.parametrize(("bpm", "meter"), [(60, 4), (90, 3), (174, 4)])
def test_any_tempo_and_metre_can_be_danced(phrases, bpm, meter):
    beats = np.arange(0.2, 12, 60 / bpm)
    made = choreograph(beats, beats[::meter], seconds=12, phrases=phrases, seed=0)
    assert len(made.dance) == 360
    assert np.isfinite(made.dance.joints).all()


def test_couples_move_together():
    clips = []
    for seed in range(4):
        follow = made_clip("f", seed + 20).motion.turn(np.pi).move(np.array([0.0, 0.0, 0.8]))
        clips.append(made_clip(f"60_{seed}", seed, genre="salsa", partner=follow, role="lead", pulse_s=0.36))
    beats = np.arange(0.2, 12, 0.35)
    made = choreograph(
        beats, beats[::4], seconds=10, phrases=[p for c in clips for p in phrases_of(c)], style="salsa", couple=True
    )
    assert len(made.dance.motions) == 2
    apart = np.linalg.norm((made.dance.motions[0].translation - made.dance.motions[1].translation)[:, [0, 2]], axis=1)
    assert apart.min() > 0.4
    assert apart.max() < 1.3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seconds": 1.0}, "seconds"),
        ({"seconds": 1000.0}, "seconds"),
        ({"beats": np.arange(3.0)}, "beat"),
        ({"beats": np.array([0.0, 1, 0.5, 2, 3])}, "beat"),
        ({"style": "polka"}, "no dance style"),
        ({"style": "salsa"}, "no phrases"),
    ],
)
def test_what_cannot_be_danced_is_said(phrases, change, words):
    arguments = {"beats": BEATS, "downbeats": BEATS[::4], "seconds": 20.0, "phrases": phrases, "style": "pop"} | change
    beats, downbeats = arguments.pop("beats"), arguments.pop("downbeats")
    if change.get("style") == "salsa":
        clips = {id(phrase.clip): phrase.clip for phrase in phrases}.values()
        arguments["phrases"] = [p for clip in clips for p in phrases_of(replace(clip, genre="indian"))]
    with pytest.raises(InputError, match=words):
        choreograph(beats, downbeats, **arguments)


def test_styles_are_found_however_written():
    assert find_style("Hip-Hop") is STYLES["hiphop"]
    for style in STYLES.values():
        assert max(style.weights.values()) == 1
        assert 0 <= style.accent <= 0.25


REAL = ("J_Dance7_Party", "J_Dance9_PeaceMaker", "J_Dance18_TikTok", "J_Dance12_LushLife", "J_Dance0_StepTouch")


def test_a_dance_of_real_phrases_skates_and_jerks_like_them(shared_data, tmp_path, private_cache):
    (tmp_path / "g1moves").mkdir()
    for name in REAL:
        (tmp_path / "g1moves" / f"{name}.npz").symlink_to(shared_data / "mocap" / "g1moves" / f"{name}.npz")
    caches.drop_shared()
    phrases = cut_phrases(tmp_path)
    made = choreograph(BEATS, BEATS[::4], seconds=30, phrases=phrases, style="pop", seed=0)
    caches.drop_shared()
    clips = {phrase.source: phrase.clip.motion for phrase in phrases}
    pieces = [clips[step.source].slice(round(step.from_s * FPS), round(step.to_s * FPS) + 1) for step in made.plan]
    motion = made.dance.motions[0]

    def typical(measure):
        return np.mean([value for piece in pieces if (value := measure(piece)) is not None])

    assert (foot_skate(motion) or 0) < 1.2 * typical(foot_skate) + 0.02
    assert (jerk(motion)[0] or 0) < 1.3 * typical(lambda piece: jerk(piece)[0])
    scores = rhythm.beat_alignment(motion, made.dance.beats)
    assert scores.bas is not None
    assert scores.bas > (scores.bas_shuffled or 0) + 0.05
    assert np.linalg.norm(motion.translation[:, [0, 2]], axis=1).max() < 3.0
