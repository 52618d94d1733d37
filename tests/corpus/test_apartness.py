"""Apartness: bodies leave one another, feet stand where they stand, couples that do not overlap stay as they are."""

import numpy as np
import pytest

from demos.corpus.apartness import draw_arms_out, out_of_bodies, push_apart
from demos.corpus.reaching import unpack
from demos.motion.duet_metrics import capsule_gaps, root_distance
from demos.motion.skeleton import FEET
from demos.motion.solo_metrics import foot_skate
from tests.corpus.couple_poses import face_to_face


def test_bodies_that_overlap_come_apart_evenly():
    lead, follow = face_to_face(0.12, bend=0.0)
    assert capsule_gaps(lead, follow)[1].max() > 0.1
    apart = push_apart(lead, follow)
    assert capsule_gaps(*apart)[1].max() < 0.03
    assert root_distance(*apart).max() < 0.45
    moved = [after.translation - before.translation for before, after in zip((lead, follow), apart, strict=True)]
    np.testing.assert_allclose(moved[0][:, 2], -moved[1][:, 2], atol=1e-3)


def test_feet_that_stand_keep_standing_when_one_walks_into_the_other():
    lead, follow = face_to_face(0.6, bend=0.0)
    time = np.arange(len(lead)) / lead.fps
    closer = follow.translation.copy()
    closer[:, 2] -= 0.4 * np.sin(np.pi * time / time[-1]) ** 2  # sways in and out again
    swaying = type(follow)(follow.poses, closer, follow.fps)
    apart = push_apart(lead, swaying)
    assert capsule_gaps(*apart)[1].max() < 0.05
    still = apart[0].joints[:, FEET].astype(np.float64)
    assert np.ptp(still[..., [0, 2]], axis=0).max() < 0.12  # the lead never stepped: only a slow give
    assert foot_skate(apart[0]) == 0


def test_a_hand_in_the_partner_is_drawn_out():
    lead, follow = face_to_face(0.42, bend=1.3)
    follow = follow.move(np.array([0.25, 0.0, 0.0]))  # the lead's left hand is in the follow's chest
    before = capsule_gaps(lead, follow)[1]
    assert before.max() > 0.05
    out = draw_arms_out(lead, follow)
    assert capsule_gaps(*out)[1].max() < 0.5 * before.max()
    np.testing.assert_array_equal(out[0].translation, lead.translation)
    np.testing.assert_array_equal(out[0].joints[:, FEET], lead.joints[:, FEET])


def test_a_couple_that_does_not_overlap_stays_as_it_is():
    lead, follow = face_to_face(1.6)
    apart = push_apart(lead, follow)
    assert apart[0] is lead
    assert apart[1] is follow


def test_points_leave_bodies_and_others_stay():
    lead, follow = face_to_face(1.5)
    inside = lead.joints[:, 6].astype(np.float64)  # in the middle of the trunk
    outside = inside + np.array([0.0, 0.0, 0.75])
    bodies = (unpack(lead), unpack(follow))
    wanted = np.ones(len(lead), bool)
    assert np.linalg.norm(out_of_bodies(inside, bodies, wanted, 30.0) - inside, axis=-1).min() > 0.05
    np.testing.assert_allclose(out_of_bodies(outside, bodies, wanted, 30.0), outside, atol=1e-9)
    np.testing.assert_array_equal(out_of_bodies(inside, bodies, ~wanted, 30.0), inside)


def test_partners_of_other_rates_are_refused():
    lead, follow = face_to_face()
    with pytest.raises(ValueError, match="share length"):
        push_apart(lead, follow.resample(25))
