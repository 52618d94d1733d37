"""Feet that stand: no sliding, bones as long as before, out of reach stays as near as can be."""

import numpy as np
import pose_made as made

from demos.corpus.keypoints import PLACE, landmarks
from demos.video.pose_bones import bones_of
from demos.video.pose_feet import planted
from demos.video.pose_state import FEET

CLEAR = 0.022


def sliding():
    """Too fast for feet that stand."""
    space = landmarks(made.groove(4.0, 0.3, True))[0]
    return space + np.linspace(0, 2.0, len(space))[:, None, None] * [1, 0, 0]


def speed(space, point, part=slice(None)):
    return np.linalg.norm(np.diff(space[part, PLACE[point]][:, [0, 2]], axis=0), axis=-1).max() * 30


def test_a_standing_foot_stays_and_the_other_goes():
    space = sliding()
    stands = np.zeros((len(space), 4))
    stands[40:60, :2] = 1
    found = planted(space, stands, CLEAR)
    assert speed(space, "left_heel", slice(40, 60)) > 0.4
    held = min(speed(found, point, slice(40, 60)) for point in ("left_heel", "left_toe"))
    assert held < 0.04  # at the ends the leg is short of it
    np.testing.assert_allclose(found[:10], space[:10], atol=2e-2)
    assert speed(found, "right_heel", slice(40, 60)) > 0.4


def test_a_foot_that_is_low_and_slow_stands_though_the_codec_says_it_does_not():
    space = landmarks(made.groove(4.0, 0.3, True))[0]
    found = planted(space, np.zeros((len(space), 4)), CLEAR)
    assert speed(space, "left_heel", slice(20, 80)) > 0.1
    assert np.median(np.abs(np.diff(found[20:80, PLACE["left_heel"], 0]))) * 30 < 0.05


def test_bones_keep_their_lengths_and_only_legs_move():
    space = sliding()
    stands = np.zeros((len(space), 4))
    stands[20:80] = 1
    found = planted(space, stands, CLEAR)
    before, after = (np.linalg.norm(bones_of(values), axis=-1) for values in (space, found))
    np.testing.assert_allclose(after, before, atol=1e-9)
    legs = [PLACE[f"{side}_{name}"] for side in ("left", "right") for name in ("knee", "ankle", "heel", "toe")]
    rest = np.setdiff1d(np.arange(60), legs)
    np.testing.assert_array_equal(found[:, rest], space[:, rest])


def test_shifts_come_and_go_softly():
    space = sliding()
    stands = np.zeros((len(space), 4))
    stands[45:60, :2] = 1
    moved = planted(space, stands, CLEAR)[:, PLACE["left_toe"]] - space[:, PLACE["left_toe"]]
    assert np.abs(np.diff(moved, axis=0)).max() < 0.06


def test_out_of_reach_is_as_near_as_can_be():
    space = landmarks(made.groove())[0]
    away = space + np.linspace(0, 2, len(space))[:, None, None] * [1, 0, 0]  # walks off, feet told to stay
    found = planted(away, np.ones((len(space), 4)), CLEAR)
    assert np.isfinite(found).all()
    after = np.linalg.norm(bones_of(found), axis=-1)
    np.testing.assert_allclose(after, np.linalg.norm(bones_of(away), axis=-1), atol=1e-9)


def test_no_foot_goes_through_the_floor():
    space = landmarks(made.groove())[0] - [0, 0.1, 0]
    found = planted(space, np.zeros((len(space), 4)), CLEAR)
    assert found[:, list(FEET), 1].min() > CLEAR - 0.01


def test_a_step_is_lifted_and_does_not_begin_before_it_leaves_the_floor():
    space = np.repeat(landmarks(made.groove(2.0))[0][:1], 50, axis=0)
    foot = [PLACE[f"left_{name}"] for name in ("ankle", "heel", "toe")]
    space[:, foot] += (0.25 * np.clip((np.arange(50) - 15) / 14, 0, 1))[:, None, None] * [1, 0, 0]  # glides
    stands = np.zeros((50, 4))
    stands[:16], stands[30:] = 1, 1
    found = planted(space, stands, CLEAR)
    heel, before = found[:, PLACE["left_heel"]], space[:, PLACE["left_heel"]]
    assert heel[20:25, 1].min() > before[20:25, 1].max() + 0.04
    assert abs(heel[17, 0] - before[0, 0]) < 0.6 * abs(before[17, 0] - before[0, 0])
    np.testing.assert_allclose(heel[32:, 0], heel[-1, 0], atol=0.01)
    np.testing.assert_allclose(
        np.linalg.norm(bones_of(found), axis=-1), np.linalg.norm(bones_of(space), axis=-1), atol=0.06
    )  # the leg that glides was stretched by the glide itself
