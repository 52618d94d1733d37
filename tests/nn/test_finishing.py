"""After the networks: held frames and parts are copies, seams are smooth, feet stand still, nothing is lost."""

import numpy as np
import pytest
from made_motion import make_groove

from demos.corpus.parts import PARTS, joint_set
from demos.motion import vector
from demos.motion.dance import Dance, Provenance
from demos.motion.metrics import measure
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX
from demos.nn import finishing
from demos.nn.finishing import BODY, grow, hold, partly, settle, settle_range

BEFORE = make_groove(4.0)
FRAMES = len(BEFORE)


def shaken(motion: Motion = BEFORE, *, by: float = 0.05, slide: float = 0.0) -> Motion:
    """Jitter in every joint, and feet that slide aside at so many metres a second."""
    rng = np.random.default_rng(1)
    moved = motion.translation.copy()
    moved[:, 0] += slide * np.arange(len(motion)) / motion.fps
    return Motion(motion.poses + rng.normal(0, by, motion.poses.shape), moved, motion.fps)


AFTER = shaken(by=0.3, slide=0.2)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("first", "stop"), [(30, 90), (0, 60), (60, FRAMES), (0, FRAMES), (50, 52), (-5, 500)])
def test_only_the_range_and_the_part_change(part, first, stop):
    held = hold(BEFORE, AFTER, first=first, stop=stop, parts=frozenset((part,)), ramp=6)
    inside = np.zeros(FRAMES, bool)
    inside[max(first, 0) : stop] = True
    other = [joint for joint in range(24) if joint not in PARTS[part]]
    assert np.array_equal(held.poses[~inside], BEFORE.poses[~inside])
    assert np.array_equal(held.poses[:, other], BEFORE.poses[:, other])
    assert np.array_equal(held.translation, BEFORE.translation) == (part != "root")
    middle = (max(first, 0) + min(stop, FRAMES)) // 2
    assert np.array_equal(held.poses[middle, PARTS[part]], AFTER.poses[middle, PARTS[part]])


def test_nothing_to_change_is_the_same_motion():
    assert hold(BEFORE, AFTER, first=40, stop=40, parts=BODY, ramp=6) is BEFORE
    assert hold(BEFORE, AFTER, first=0, stop=40, parts=frozenset(), ramp=6) is BEFORE
    with pytest.raises(ValueError, match="same length"):
        hold(BEFORE, AFTER.slice(0, 50), first=0, stop=40, parts=BODY, ramp=6)


def test_a_ramp_comes_and_goes_without_a_step():
    turned = BEFORE.poses.copy()
    turned[:, INDEX["left_elbow"], 1] -= 1.0
    held = hold(BEFORE, Motion(turned, BEFORE.translation, 30.0), first=30, stop=90, parts=BODY, ramp=9)
    bend = held.poses[:, INDEX["left_elbow"], 1]
    assert bend[29] == 0
    assert bend[60] == -1.0
    assert np.abs(np.diff(bend)).max() < 0.25
    assert (np.diff(bend[25:45]) <= 1e-6).all()


def test_a_share_of_a_change_is_that_share():
    turned = BEFORE.poses.copy()
    turned[:, INDEX["left_elbow"], 1] -= 1.0
    half = partly(BEFORE, Motion(turned, BEFORE.translation + 1, 30.0), 0.5, frozenset(("left_arm",)))
    assert np.allclose(half.poses[:, INDEX["left_elbow"], 1], -0.5, atol=1e-5)
    assert np.array_equal(half.translation, BEFORE.translation)


def test_settling_stops_jitter_and_sliding():
    rough = shaken(by=0.02, slide=0.15)
    settled = settle(rough)
    numbers = [measure(Dance((motion,), Provenance("test")))["dancers"][0] for motion in (rough, settled)]
    assert numbers[1]["jerk"] < 0.5 * numbers[0]["jerk"]
    assert numbers[1]["skate"] < 0.5 * numbers[0]["skate"]


def test_arms_alone_are_smoothed_without_touching_the_feet():
    rough = shaken(by=0.02)
    settled = settle(rough, frozenset(("left_arm",)))
    rest = [joint for joint in range(24) if joint not in joint_set(["left_arm"])]
    assert np.array_equal(settled.poses[:, rest], rough.poses[:, rest])
    assert np.array_equal(settled.translation, rough.translation)


def test_settling_a_range_keeps_the_rest_bit_by_bit():
    rough = hold(BEFORE, shaken(by=0.02, slide=0.1), first=40, stop=80, parts=BODY, ramp=6)
    settled = settle_range(BEFORE, rough, first=40, stop=80, parts=BODY)
    outside = np.r_[0:40, 80:FRAMES]
    assert np.array_equal(settled.poses[outside], BEFORE.poses[outside])
    assert not np.array_equal(settled.poses[40:80], rough.poses[40:80])


def test_a_claimed_contact_counts_only_where_it_can_be():
    high = BEFORE.move(np.array([0.0, 1.0, 0.0]))
    everywhere = np.ones((FRAMES, 4), bool)
    moved = settle(high, claimed=everywhere)
    assert np.abs(moved.joints - settle(high).joints).max() < 1e-5


@pytest.mark.parametrize("cut", [(240,), (100, 200), (3, 60, 61, 200)])
def test_a_dance_that_grows_is_the_same_raw_dance(cut):
    vectors = vector.encode(make_groove(8.0))
    stretches = np.split(vectors, cut)
    grown = list(grow(stretches, lock=True))
    assert len(grown) == sum(len(stretch) > 0 for stretch in stretches)
    assert np.array_equal(grown[-1][0].poses, vector.decode(vectors).poses)
    assert all(len(raw) == len(shown) for raw, shown in grown)
    whole = settle(vector.decode(vectors), claimed=vector.contacts_of(vectors))
    assert np.abs(grown[-1][1].joints - whole.joints).max() < 0.02
    step = np.abs(np.diff(grown[-1][1].joints, axis=0)).max()
    assert step < np.abs(np.diff(whole.joints, axis=0)).max() + 0.01


def test_growing_without_a_lock_is_raw():
    for raw, shown in grow(np.split(vector.encode(BEFORE), (60,)), lock=False):
        assert raw is shown


def test_the_work_of_growing_does_not_grow(monkeypatch):
    seen = []

    def counted(motion, parts=BODY, *, claimed=None):
        seen.append(len(motion))
        return motion

    monkeypatch.setattr(finishing, "settle", counted)
    list(grow(np.split(vector.encode(make_groove(20.0)), range(60, 600, 60)), lock=True))
    assert max(seen) <= 60 + finishing.CONTEXT_S * vector.FPS
