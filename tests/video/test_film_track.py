"""Tracks: conventions worked by hand, resampling, what is refused."""

import numpy as np
import pytest
from film_made import standing, walk

from demos.corpus.keypoints import NAMES, PLACE
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT
from demos.video.track import PoseTrack, from_motion, height_m
from demos.video.track_motion import to_motion


def test_the_standing_skeleton_is_one_high():
    track = standing()
    frame = track.values[0]
    assert np.allclose(frame[PLACE["pelvis"], :3], 0, atol=1e-6)
    assert track.floor - frame[PLACE["crown"], 1] == pytest.approx(1, abs=1e-5)
    # y grows downwards, the figure's left is on the viewer's right, toes point at the viewer.
    assert frame[PLACE["left_ankle"], 1] > 0.4
    assert frame[PLACE["left_wrist"], 0] > 0.3
    assert frame[PLACE["left_toe"], 2] < frame[PLACE["left_heel"], 2]


def test_a_step_towards_the_viewer_comes_nearer():
    motion = Motion(np.zeros((2, 24, 3)), np.array([[0, REST_HEIGHT, 0], [0.3, REST_HEIGHT, 0.5]]), 30)
    moved = from_motion(motion).values[1, PLACE["pelvis"], :3]
    assert np.allclose(moved, [0.3 / height_m(), 0, -0.5 / height_m()], atol=1e-5)


def test_seen_from_its_left_side_a_figure_looks_to_the_left():
    # From +x the figure, which faces +z, has its front on the viewer's left.
    track = from_motion(Motion(np.zeros((1, 24, 3)), np.array([[0, REST_HEIGHT, 0]]), 30), azimuth=np.pi / 2)
    frame = track.values[0]
    assert frame[PLACE["nose"], 0] < frame[PLACE["crown"], 0] - 0.03
    assert frame[PLACE["left_wrist"], 2] < -0.3


def test_resampling_goes_through_the_same_places():
    values = np.zeros((4, len(NAMES), 4), np.float32)
    values[:, :, 0] = np.arange(4)[:, None]
    fast = PoseTrack(values, 30).resample(60)
    assert len(fast) == 8
    assert np.allclose(fast.values[:7, 0, 0], np.arange(7) / 2)
    assert fast.values[7, 0, 0] == 3


@pytest.mark.parametrize("shape", [(0, 60, 4), (3, 59, 4), (3, 60, 3), (60, 4)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="track must be"):
        PoseTrack(np.zeros(shape))


def test_infinite_numbers_are_refused():
    values = np.zeros((2, 60, 4))
    values[1, 3, 2] = np.nan
    with pytest.raises(ValueError, match="finite"):
        PoseTrack(values)


def test_both_of_a_couple_share_an_origin():
    rest = np.zeros((1, 24, 3))
    origin = np.array([0.0, 0.9, 0.0])
    left = from_motion(Motion(rest, np.array([[-0.5, REST_HEIGHT, 0]]), 30), origin=origin)
    right = from_motion(Motion(rest, np.array([[0.5, REST_HEIGHT, 0]]), 30), origin=origin)
    apart = right.values[0, PLACE["pelvis"], 0] - left.values[0, PLACE["pelvis"], 0]
    assert apart == pytest.approx(1 / height_m(), abs=1e-5)
    assert INDEX["pelvis"] == 0


def test_a_track_of_a_dance_seen_from_the_front_gives_the_dance_back():
    motion = walk()
    back = to_motion(from_motion(motion))
    off = np.linalg.norm(back.joints - (motion.joints - motion.joints[:1, :1] * [1, 0, 1]), axis=-1)
    assert off[:, [4, 5, 7, 8, 15, 18, 19, 20, 21]].mean() < 0.04
    assert off.max() < 0.15
    assert back.fps == 30
