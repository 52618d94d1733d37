"""Marks lie where hands, bodies and faces of two dancers meet."""

import numpy as np
import pytest
from made_motion import make_groove

from demos.corpus.reaching import HANDS
from demos.duet.marks import LANES, change_of, marks_of
from demos.motion.dance import Dance, Provenance
from demos.motion.skeleton import INDEX
from demos.runtime.errors import InputError


def couple(apart_m: float, *, seconds: float = 6.0, fps: float = 30.0) -> Dance:
    """Two who face one another across x, and turn their backs after half of the time."""
    lead = make_groove(seconds=seconds, fps=fps).turn(np.pi / 2).move(np.array([-apart_m / 2, 0.0, 0.0]))
    follow = make_groove(seconds=seconds, fps=fps).turn(-np.pi / 2).move(np.array([apart_m / 2, 0.0, 0.0]))
    half = len(follow) // 2
    poses = follow.poses.copy()
    poses[half:] = follow.turn(np.pi).poses[half:]
    return Dance((lead, type(follow)(poses, follow.translation, fps)), Provenance("test"))


@pytest.mark.parametrize("fps", [30.0, 60.0])
def test_faces_meet_until_one_turns_away(fps):
    marks = {mark.label: mark for mark in marks_of(couple(1.2, fps=fps))}
    (span,) = marks["Face to face"].spans
    assert span[:2] == pytest.approx((0.0, 3.0), abs=0.1)
    assert marks["Bodies touch"].spans == ()


def test_bodies_that_stand_in_one_another_touch():
    marks = {mark.label: mark for mark in marks_of(couple(0.1))}
    assert marks["Bodies touch"].spans[0][:2] == pytest.approx((0.0, 6.0), abs=0.1)


def test_hands_are_held_where_they_are_near():
    dance = couple(0.5)
    lead = dance.motions[0]
    poses = lead.poses.copy()
    for side in ("left", "right"):
        poses[:, INDEX[f"{side}_shoulder"]] = 0
    dance = dance.with_motions((type(lead)(poses, lead.translation, lead.fps), dance.motions[1]))
    hands = [motion.joints[:, list(HANDS)] for motion in dance.motions]
    near = np.linalg.norm(hands[0][:, :, None] - hands[1][:, None], axis=-1)
    for index, mark in enumerate(marks_of(dance)[:2]):
        for start, end, text in mark.spans:
            side = 0 if "left" in text else 1
            inside = near[round(start * 30) : round(end * 30), index, side]
            assert inside.min() < 0.2


def test_one_dancer_has_no_marks():
    assert marks_of(Dance((make_groove(),), Provenance("test"))) == ()


def test_what_changed_is_told_by_dancer_and_part():
    before = couple(1.0)
    lead, follow = before.motions
    poses = follow.poses.copy()
    poses[30:60, INDEX["left_shoulder"], 2] += 1.0
    after = before.with_motions((lead, type(follow)(poses, follow.translation, follow.fps)))
    found = change_of(before, after)
    columns = dict(zip(LANES, found.T, strict=True))
    assert columns["follow_arms"][10:20].min() > 0.3
    assert not columns["follow_arms"][:10].any()
    assert all(columns[name].max() < 0.01 for name in ("lead_arms", "lead_body", "follow_body"))
    with pytest.raises(InputError):
        change_of(before, couple(1.0, seconds=4.0))
