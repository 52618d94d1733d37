"""Held hands: found where they are near, closed to within a hand, let go smoothly, and nothing else touched."""

import numpy as np
import pytest

from demos.corpus import reaching
from demos.corpus.holds import PALMS_M, RAMP_S, Hold, close_holds, find_holds, ramp
from demos.motion.duet_metrics import HOLD_M
from demos.motion.skeleton import FEET
from tests.corpus.couple_poses import FPS, face_to_face


def hand_gap(lead, follow, hold):
    one = lead.joints[:, reaching.HANDS[hold.lead_side]]
    other = follow.joints[:, reaching.HANDS[hold.follow_side]]
    return np.linalg.norm(one - other, axis=-1)


def test_facing_partners_hold_left_in_right_and_right_in_left():
    lead, follow = face_to_face(0.85)
    gap = hand_gap(lead, follow, Hold(0, 1, 0, len(lead)))
    assert 0.05 < gap.min() < HOLD_M  # near, but not yet in one another
    assert find_holds(lead, follow) == [Hold(0, 1, 0, len(lead)), Hold(1, 0, 0, len(lead))]


def test_partners_far_apart_hold_nobody_and_stay_the_same_objects():
    lead, follow = face_to_face(3.0)
    assert find_holds(lead, follow) == []
    closed = close_holds(lead, follow)
    assert closed[0] is lead
    assert closed[1] is follow


def test_held_hands_close_and_feet_and_pelvis_stay():
    lead, follow = face_to_face(0.9)
    holds = [Hold(0, 1, 30, 90)]
    assert hand_gap(lead, follow, holds[0]).min() > 0.15
    closed = close_holds(lead, follow, holds)
    inside = hand_gap(*closed, holds[0])[30:90]
    np.testing.assert_allclose(inside, PALMS_M, atol=0.02)
    for before, after in zip((lead, follow), closed, strict=True):
        np.testing.assert_array_equal(after.translation, before.translation)
        np.testing.assert_array_equal(after.joints[:, FEET], before.joints[:, FEET])
        quiet = np.r_[0 : 30 - round(RAMP_S * FPS) - 15, 90 + round(RAMP_S * FPS) + 15 : len(before)]
        np.testing.assert_allclose(after.poses[quiet], before.poses[quiet], atol=1e-3)


def test_a_hold_comes_and_goes_without_a_pop():
    lead, follow = face_to_face(0.95)
    closed = close_holds(lead, follow, [Hold(0, 1, 45, 75)])
    hand = closed[0].joints[:, reaching.HANDS[0]].astype(np.float64)
    acceleration = np.linalg.norm(np.diff(hand, n=2, axis=0), axis=-1) * FPS**2
    assert acceleration.max() < 15


def test_arms_too_short_meet_as_near_as_they_can():
    lead, follow = face_to_face(1.6)
    hold = Hold(0, 1, 0, len(lead))
    closed = close_holds(lead, follow, [hold])
    assert hand_gap(*closed, hold).mean() < 0.6 * hand_gap(lead, follow, hold).mean()
    assert np.isfinite(closed[0].poses).all()


def test_hands_meet_where_they_are_told():
    lead, follow = face_to_face(0.9)
    place = np.tile([0.2, 1.3, 0.45], (1, len(lead), 1))
    closed = close_holds(lead, follow, [Hold(0, 1, 0, len(lead))], meeting=place)
    middle = 0.5 * (closed[0].joints[:, reaching.HANDS[0]] + closed[1].joints[:, reaching.HANDS[1]])
    assert np.linalg.norm(middle - place[0], axis=-1).max() < 0.08


def test_the_ramp_is_one_inside_and_nothing_far_away():
    weight = ramp(Hold(0, 0, 40, 60), 120, FPS)
    assert (weight[40:60] == 1).all()
    assert (weight[: 40 - round(RAMP_S * FPS)] == 0).all()
    assert (np.diff(weight[:40]) >= 0).all()


def test_partners_of_other_lengths_are_refused():
    lead, follow = face_to_face()
    with pytest.raises(ValueError, match="share length"):
        close_holds(lead, follow.slice(0, 10))


def test_hands_that_swing_fast_stay_in_one_another():
    lead, follow = face_to_face(0.75)
    frames, hold = len(lead), Hold(0, 1, 10, len(lead) - 10)
    middle = 0.5 * (lead.joints[:, reaching.HANDS[0]] + follow.joints[:, reaching.HANDS[1]]).astype(np.float64)
    phase = 2 * np.pi * 4 * np.arange(frames) / FPS
    swing = 0.22 * np.stack([np.sign(np.sin(phase)), np.sin(phase), np.zeros(frames)], axis=1)
    closed = close_holds(lead, follow, [hold], meeting=(middle + swing)[None])
    assert hand_gap(*closed, hold)[12:-12].max() < 0.1
