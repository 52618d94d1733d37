"""Words, moves and checks of MuseDance: what is asked is what is shown, and what is found."""

import numpy as np
import pytest

from demos.video import muse_checks, muse_data, muse_moves, muse_outlines, muse_words
from demos.video.muse_moves import MOVES, Ask, Clock
from demos.video.muse_pose import FPS, LIMB, WHOLE
from demos.video.muse_words import Clause


@pytest.fixture(scope="module")
def shapes():
    return muse_outlines.shapes(9, seed=3)


def clock(*, beat_s: float = 0.5, frames: int = 120) -> Clock:
    return Clock(np.arange(frames) / FPS / beat_s, np.full(frames, 0.5), beat_s)


def test_texts_are_parted_in_order():
    assert muse_words.clauses("nod, then spin") == (Clause("nod"), Clause("spin"))
    assert muse_words.clauses("Sway gently and then jump on every beat. After that, freeze!") == (
        Clause("Sway gently"), Clause("jump on every beat"), Clause("freeze"),
    )  # fmt: skip
    assert muse_words.clauses("sway, shake wildly in the chorus") == (Clause("sway"), Clause("shake wildly", True))
    assert muse_words.clauses("shake wildly in the chorus") == (Clause("shake wildly", True),)
    assert muse_words.clauses("  ") == ()


def test_wordings_of_the_splits_differ():
    rng = np.random.default_rng(0)
    asks = [muse_words.draw(rng) for _ in range(600)]
    train = {muse_words.wording(ask, rng) for ask in asks}
    test = {muse_words.wording(ask, rng, split="test") for ask in asks}
    assert len(train) > 350
    assert len(train & test) <= 3  # the empty text, for a dance


def test_amplitude_and_side_are_in_the_words():
    rng = np.random.default_rng(1)
    said = [muse_words.wording(Ask("lean", side="left", amplitude="wild"), rng) for _ in range(20)]
    assert all("left" in text for text in said)
    assert len(set(said)) > 8


@pytest.mark.parametrize("move", MOVES)
def test_every_move_is_recognised(move, shapes):
    found = []
    for k, shape in enumerate(shapes):
        states = muse_moves.perform(Ask(move), shape, clock(), np.random.default_rng(k)) * muse_data.columns_of(shape)
        found.append(muse_checks.follows(Ask(move), states, shape, clock().beat)["move"])
    assert np.mean(found) > 0.6


def test_one_move_is_not_taken_for_another(shapes):
    wrong = []
    for other in ("sway", "bounce", "jump", "spin", "slide"):
        for asked in ("nod", "twist", "shake", "lean", "still"):
            states = muse_moves.perform(Ask(other), shapes[0], clock(), np.random.default_rng(1))
            wrong.append(muse_checks.follows(Ask(asked), states, shapes[0], clock().beat)["move"])
    assert np.mean(wrong) < 0.1


@pytest.mark.parametrize("move", ["sway", "bounce", "jump", "nod", "spin"])
@pytest.mark.parametrize("tempo", ["slow", "fast"])
def test_tempo_is_measured(move, tempo, shapes):
    ask = Ask(move, tempo=tempo)
    states = muse_moves.perform(ask, shapes[1], clock(), np.random.default_rng(5))
    assert muse_checks.tempo_of(move, states, shapes[1], clock().beat) == tempo


def test_amplitude_and_side_are_measured(shapes):
    for amplitude in ("gentle", "wild"):
        ask = Ask("lean", amplitude=amplitude, side="left")
        states = muse_moves.perform(ask, shapes[0], clock(), np.random.default_rng(5))
        assert muse_checks.follows(ask, states, shapes[0], clock().beat) == {
            "move": True, "amplitude": True, "side": True,
        }  # fmt: skip


def test_a_jump_lands_on_the_beat(shapes):
    states = muse_moves.perform(Ask("jump"), shapes[0], clock(), np.random.default_rng(0))
    height = states[:, WHOLE["y"]]
    assert height[15] < 0.01
    assert height[30] < 0.01
    assert height[7] > 0.15
    assert height[22] > 0.15


def test_one_arm_waves_alone(shapes):
    shape = next(s for s in shapes if len(muse_moves.free_limbs(s)) >= 2 and (s.present & ~s.held)[:4].any()
                 and (s.present & ~s.held)[4:].any())  # fmt: skip
    states = muse_moves.perform(Ask("arms", side="right"), shape, clock(), np.random.default_rng(0))
    swings = np.abs(states[:, LIMB].reshape(120, 8, 3)[..., 0]).max(axis=0)
    assert swings[:4].max() < 1e-9 < swings[4:].max()


def test_beats_are_counted_past_their_ends():
    beats = np.array([1.0, 1.5, 2.0, 2.5, 3.0])
    count, beat_s = muse_data.count_beats(np.array([0.5, 1.0, 1.75, 4.0]), beats, np.array([2.0]))
    assert np.allclose(count, [-3, -2, -0.5, 4])
    assert beat_s == pytest.approx(0.5)
    assert np.allclose(muse_data.count_beats(np.array([0.0, 1.0]), np.zeros(0), np.zeros(0))[0], [0, 2])


def test_beat_features_say_the_phase():
    features = muse_data.beat_features(np.array([0.0, 0.25, 0.5, 1.0]), 0.5)
    assert np.allclose(features[:, 4], [0, 1, 0, 0], atol=1e-6)  # sine of one beat
    assert features[:, 12].tolist() == [0, 0, 0, 1]
    assert np.allclose(features[:, 13], 0)
