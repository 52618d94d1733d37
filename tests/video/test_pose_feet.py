"""Feet that stand: no sliding, bones as long as before, out of reach stays as near as can be."""

import numpy as np
import pose_made as made

from demos.corpus.keypoints import PLACE, landmarks
from demos.video.pose_bones import bones_of
from demos.video.pose_feet import planted
from demos.video.pose_state import FEET

CLEAR = 0.022


def sliding():
    return landmarks(made.groove(4.0, 0.3, True))[0]


def speed(space, point, part=slice(None)):
    return np.linalg.norm(np.diff(space[part, PLACE[point]][:, [0, 2]], axis=0), axis=-1).max() * 30


def test_a_standing_foot_stays_and_the_other_goes():
    space = sliding()
    stands = np.zeros((len(space), 4))
    stands[20:80, :2] = 1
    found = planted(space, stands, CLEAR)
    assert speed(space, "left_heel", slice(20, 80)) > 0.1
    held = min(speed(found, point, slice(20, 80)) for point in ("left_heel", "left_toe"))
    assert held < 0.02
    np.testing.assert_allclose(found[:10], space[:10], atol=2e-2)
    assert speed(found, "right_heel", slice(20, 80)) > 0.1


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
    stands[40:70, :2] = 1
    moved = planted(space, stands, CLEAR)[:, PLACE["left_toe"]] - space[:, PLACE["left_toe"]]
    assert np.abs(np.diff(moved, axis=0)).max() < 0.02


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
