"""Bones and states: there and back, mirrors, facings, feet that stay, cameras undone."""

import numpy as np
import pose_made as made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.corpus.keypoints import NAMES, PLACE, landmarks
from demos.motion.skeleton import INDEX
from demos.video import pose_bones as bones
from demos.video import pose_data as data
from demos.video import pose_state as state


def test_every_point_hangs_on_the_pelvis():
    named = {NAMES[i]: NAMES[p] for i, p in enumerate(bones.PARENTS) if p >= 0}
    assert len(named) == 59
    assert named["left_wrist"] == "left_elbow"
    assert named["right_hip"] == "pelvis"
    assert named["left_eye"] == "nose"
    assert named["right_index_tip"] == "right_index_pip"
    assert named["left_thumb_cmc"] == "left_wrist"
    way = [NAMES[i] for i in np.flatnonzero(bones.PATHS[PLACE["left_thumb_tip"]])]
    assert set(way) == {
        "neck", "left_shoulder", "left_elbow", "left_wrist", "left_thumb_cmc", "left_thumb_mcp", "left_thumb_ip",
        "left_thumb_tip",
    }  # fmt: skip


@given(st.integers(0, 1000))
def test_bones_and_places_are_inverse(seed):
    places = np.random.default_rng(seed).normal(size=(2, 60, 3))
    places -= places[:, PLACE["pelvis"], None]
    np.testing.assert_allclose(bones.places_of(bones.bones_of(places)), places, atol=1e-12)


def test_bones_take_lengths_and_keep_directions():
    given_bones = np.zeros((60, 3))
    given_bones[5] = [3.0, 0.0, 4.0]
    found = bones.of_length(given_bones, np.full(60, 2.0))
    np.testing.assert_allclose(found[5], [1.2, 0.0, 1.6])
    np.testing.assert_allclose(found[6], [0.0, -2.0, 0.0])


def test_usual_lengths_are_those_of_the_skeleton():
    lengths = bones.usual_lengths()
    assert lengths[PLACE["pelvis"]] == 0
    joints = made.groove().joints[0]
    thigh = np.linalg.norm(joints[INDEX["left_knee"]] - joints[INDEX["left_hip"]])
    assert lengths[PLACE["left_knee"]] == pytest.approx(thigh, abs=1e-4)


@pytest.mark.parametrize("turn", [0.0, 0.6, -2.0, np.pi])
def test_states_know_the_facing_and_do_not_see_it_in_the_bones(turn):
    plain, turned = made.true_states(made.groove()), made.true_states(made.groove(4.0, turn))
    angle = np.arctan2(turned[:, state.SINE], turned[:, state.COSINE])
    before = np.arctan2(plain[:, state.SINE], plain[:, state.COSINE])
    np.testing.assert_allclose(np.cos(angle - before - turn), 1, atol=1e-6)
    np.testing.assert_allclose(turned[:, state.BONES], plain[:, state.BONES], atol=1e-5)


def test_a_state_turned_to_the_right_faces_the_right_of_the_picture():
    states = made.true_states(made.groove(4.0, 1.0))
    assert states[:, state.SINE].mean() > 0.5
    points = state.figure_places(states, bones.usual_lengths(), np.full(len(states), 1.0))
    # Whoever turns to the right of the picture has the nose right of the neck.
    assert (points[:, PLACE["nose"], 0] > points[:, PLACE["neck"], 0]).mean() > 0.9


@pytest.mark.parametrize("slides", [False, True])
def test_the_figure_of_states_is_the_one_that_was_seen(slides):
    motion = made.groove(4.0, 0.4, slides)
    points, _ = landmarks(motion)
    states = made.true_states(motion)
    if slides:  # feet that stand would not go along
        states[:, state.STANDING] = 0
    path = state.path_of(states, bones.usual_lengths())
    space = state.figure_places(states, bones.usual_lengths(), path.facing) + path.places[:, None]
    wrong = np.linalg.norm(space - points, axis=-1)
    assert np.median(wrong) < 0.025
    assert wrong[:, 8:18].max() < 0.08  # the legs, the way and the height together


def test_mirrored_twice_is_nothing_and_once_is_the_motion_mirrored():
    motion = made.groove(4.0, 0.5)
    states = made.true_states(motion)
    np.testing.assert_array_equal(state.mirrored(state.mirrored(states)), states)
    np.testing.assert_allclose(state.mirrored(states), made.true_states(motion.mirror()), atol=2e-4)


def test_parts_share_out_all_columns_but_none_twice():
    columns = np.concatenate(state.part_columns())
    assert sorted(columns) == list(range(state.STATE))


def test_standing_feet_stay_when_legs_get_longer():
    states = made.true_states(made.groove(4.0, 0.0, True))
    lengths = bones.usual_lengths().copy()
    lengths[[PLACE[f"{side}_{joint}"] for side in ("left", "right") for joint in ("knee", "ankle")]] *= 1.4
    speeds = []
    for stands in (0, 1):
        states[:, state.STANDING] = [stands, stands, 0, 0]
        path = state.path_of(states, lengths)
        feet = state.figure_places(states, lengths, path.facing)[:, state.FEET] + path.places[:, None]
        speeds.append(np.linalg.norm(np.diff(feet[:, 0][:, [0, 2]], axis=0), axis=-1).mean() * 30)
    assert speeds[1] < 0.05 < 0.1 < speeds[0]


def test_a_path_goes_between_places_and_steps():
    places = np.array([[0.0], [5.0], [0.0]])
    still = state.between(places, np.zeros((2, 1)), trust=1e3)
    np.testing.assert_allclose(still, 5 / 3, atol=1e-2)
    np.testing.assert_allclose(state.between(places, np.zeros((2, 1)), trust=0.0), places)


@pytest.mark.parametrize("azimuth", [0.0, 1.2])
def test_a_camera_is_undone(azimuth):
    motion = made.groove()
    one = made.item(motion, azimuth=azimuth)
    sure = np.ones_like(one.arrays["confidence"])
    space = data.lifted(one.arrays["clean"], one.arrays["depth"], sure, one.facts["camera"])
    points, _ = landmarks(motion.turn(-azimuth))
    np.testing.assert_allclose(space[..., 1], points[..., 1], atol=0.05)  # heights above the floor
    np.testing.assert_allclose(space[..., 0], points[..., 0], atol=0.05)


def test_the_distance_follows_from_the_limbs():
    points, _ = landmarks(made.groove())
    far = 3.0 - points[..., 2]
    flat = points[..., :2] / far[..., None]
    depth = far - far[:, PLACE["pelvis"], None]
    found = data.distances(flat, depth, np.ones(depth.shape))
    np.testing.assert_allclose(found, far[:, PLACE["pelvis"]], rtol=0.01)


def test_sequences_come_with_music_and_style():
    one = data.sequence_of(made.item(made.groove()))
    assert one.seen.shape == one.true.shape == (120, state.STATE)
    assert one.music.shape == (120, 39)
    assert one.style > 0
    assert (one.true[:, state.SURE] == 1).all()
    wrong = np.abs(one.seen - one.true)[:, state.BONES]
    assert 0 < wrong.mean() < 0.05
