"""Both layouts of a couple: exact inverses, worked cases, independence from the place in the world."""

import numpy as np
import pytest
from made_motion import make_groove

from demos.duet import representation as rep
from demos.motion import rotations
from demos.motion.motion import Motion


@pytest.fixture(scope="module")
def pair():
    lead = make_groove(seconds=3.0, side=-0.4).turn(2.0).move(np.array([3.0, 0.0, -2.0]))
    spin = rotations.yaw(np.linspace(0, 9.0, len(lead)))
    poses = lead.poses.copy()
    poses[:, 0] = rotations.matrix_to_rotvec(spin @ rotations.rotvec_to_matrix(poses[:, 0]))
    lead = Motion(poses, lead.translation + np.linspace(0, 1, len(lead))[:, None] * [1.5, 0, 0.5], lead.fps)
    follow = make_groove(seconds=3.0, side=0.3).turn(-1.0).move(np.array([3.2, 0.0, -1.2]))
    return lead, follow


def _assert_same(one, other, atol=1e-5):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a.translation, b.translation, atol=atol)
        np.testing.assert_allclose(rotations.rotvec_to_matrix(a.poses), rotations.rotvec_to_matrix(b.poses), atol=atol)
        np.testing.assert_allclose(a.joints, b.joints, atol=2 * atol)


def test_vectors_come_back_exactly(pair):
    vectors, stage = rep.encode(*pair)
    assert vectors.shape == (len(pair[0]), rep.WIDTH)
    _assert_same(rep.decode(vectors, stage), pair)


def test_states_come_back_exactly(pair):
    states = rep.states_of(*pair)
    assert states.shape == (len(pair[0]), rep.STATE)
    _assert_same(rep.motions_of(states, rep.stage_of(pair[0])), pair, atol=5e-5)  # speeds are summed up
    lead, follow = rep.motions_of(states, lead=pair[0])
    assert lead is pair[0]
    _assert_same((lead, follow), pair)


def test_the_follow_walks_by_its_own_speeds_too(pair):
    states = rep.states_of(*pair)
    alone = rep.walked(states[:, rep.STATES[1]], rep.stage_of(pair[1]))
    _assert_same((alone,), (pair[1],), atol=5e-5)


def test_neither_layout_depends_on_the_place_in_the_world(pair):
    moved = [motion.turn(1.3).move(np.array([-4.0, 0.0, 7.0])) for motion in pair]
    np.testing.assert_allclose(rep.encode(*moved)[0], rep.encode(*pair)[0], atol=2e-4)
    np.testing.assert_allclose(rep.states_of(*moved), rep.states_of(*pair), atol=2e-3)  # speeds are differences x 30


def test_a_couple_face_to_face_reads_as_the_docstring_says():
    still = np.zeros((4, 24, 3))
    lead = Motion(still, np.tile([0.0, 1.0, 0.0], (4, 1)), 30).turn(0.7).move(np.array([5.0, 0, 5.0]))
    follow = Motion(still, np.tile([0.0, 1.0, 0.0], (4, 1)), 30).turn(np.pi).move(np.array([0.0, -0.1, 1.0]))
    follow = follow.turn(0.7).move(np.array([5.0, 0, 5.0]))
    vectors, stage = rep.encode(lead, follow)
    assert stage.heading == pytest.approx(0.7, abs=1e-6)
    np.testing.assert_allclose(vectors[:, rep.LEAD][:, 4:7], np.tile([0, 1, 0], (4, 1)), atol=1e-6)
    np.testing.assert_allclose(vectors[:, rep.FOLLOW][:, 4:7], np.tile([0, 0.9, 1], (4, 1)), atol=1e-6)
    np.testing.assert_allclose(vectors[:, rep.FOLLOW][:, 7:13], np.tile([-1, 0, 0, 0, 1, 0], (4, 1)), atol=1e-6)
    states = rep.states_of(lead, follow)
    np.testing.assert_allclose(states[:, rep.RELATION], np.tile([0, 1, -1, 0], (4, 1)), atol=1e-6)
    np.testing.assert_allclose(states[:, rep.SPEED], 0, atol=1e-6)


def test_every_column_is_in_one_stream_and_leads_never_see_follows():
    columns = rep.stream_columns()
    np.testing.assert_array_equal(np.sort(np.concatenate(columns)), np.arange(rep.STATE))
    seen = rep.seen_columns()
    for own, sees in zip(columns, seen, strict=True):
        assert set(own) <= set(sees)
    assert max(seen[0].max(), seen[1].max()) < rep.DANCER
    assert not set(seen[2]) & (set(columns[1]) | set(columns[3]))


def test_partners_must_fit(pair):
    with pytest.raises(ValueError, match="30 fps"):
        rep.encode(pair[0], pair[1].slice(0, 20))
    with pytest.raises(ValueError, match="30 fps"):
        rep.states_of(pair[0].resample(60), pair[1].resample(60))
    with pytest.raises(ValueError, match="302"):
        rep.decode(np.zeros((4, 151)))
