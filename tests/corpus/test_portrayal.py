"""People of many looks as they dance: the same from the same seed, unlike one another, and where their points say."""

import numpy as np
import pytest
from made_motion import make_groove

from demos.body import body
from demos.corpus import looks
from demos.corpus.keypoints import PARTS, landmarks
from demos.corpus.looks import look, scenery, seeds
from demos.corpus.portrayal import portray
from demos.corpus.pose2d import project
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT
from demos.runtime.errors import InputError

SIZE = (96, 80)


def filmed(seed: int, motion: Motion):
    return portray(look(seed), motion, size=SIZE, rng=np.random.default_rng(seed))


@pytest.fixture(scope="module")
def dance() -> Motion:
    return make_groove(seconds=1.0).slice(0, 12)


def test_a_seed_is_one_look():
    first, again, other = look(3), look(3), look(6)
    assert np.array_equal(first.albedo, again.albedo)
    assert np.array_equal(scenery(first, 48, 40, 0.4), scenery(again, 48, 40, 0.4))
    assert np.abs(first.albedo - other.albedo).mean() > 0.02
    assert np.abs(first.shape.vertices - other.shape.vertices).max() > 0.005


def test_looks_are_many():
    found = [look(seed) for seed in range(40)]
    tops = np.array([one.albedo[one.shape.regions == body.Region.TOP].mean(0) for one in found])
    apart = np.linalg.norm(tops[:, None] - tops[None], axis=-1)[~np.eye(40, dtype=bool)]
    assert np.median(apart) > 0.2
    heights = [np.ptp(one.shape.vertices[:-100, 1]) for one in found]
    assert max(heights) - min(heights) > 0.1
    assert {one.place for one in found} == set(looks._PLACES)
    for one in found:
        assert one.albedo.min() >= 0
        assert one.albedo.max() <= 1
        assert np.isfinite(one.albedo).all()


def test_splits_share_no_look():
    sets = [set(seeds(split, 300)) for split in looks.SPLITS]
    assert [len(one) for one in sets] == [300] * 3
    assert len(set.union(*sets)) == 900
    with pytest.raises(InputError, match="train, validation, test"):
        seeds("holiday", 3)


@pytest.mark.parametrize("seed", range(6))
def test_points_of_the_body_lie_on_it(seed, dance):
    film = filmed(seed, dance)
    assert film.frames.shape == (12, *SIZE, 3)
    assert film.masks.shape == (12, *SIZE)
    joints = [*range(PARTS["upper"].stop), *range(PARTS["lower"].start, PARTS["lower"].start + 6)]  # as far as ankles
    points = film.points[:, joints] * SIZE[0]
    column, row = np.floor(points).astype(int).transpose(2, 0, 1)
    inside = (column >= 0) & (column < SIZE[1]) & (row >= 0) & (row < SIZE[0])
    assert inside.mean() > 0.8
    frames = np.broadcast_to(np.arange(12)[:, None], column.shape)[inside]
    assert (film.masks[frames, row[inside], column[inside]] > 0).mean() > 0.97


def test_the_camera_says_where_points_are(dance):
    film = filmed(5, dance)
    shape = look(5).shape
    points, _ = landmarks(body.grounded(shape, dance), offsets=shape.offsets.astype(np.float64))
    flat, depth = project(points, film.camera)
    np.testing.assert_allclose(flat, film.seen_by_camera, atol=1e-5)
    assert film.depth[:, 1] == pytest.approx(0)  # the pelvis
    np.testing.assert_allclose(film.depth, depth - depth[:, 1, None], atol=1e-5)
    np.testing.assert_allclose(film.placement[:2], film.points[0, 1], atol=1e-6)


def test_pictures_are_made_of_the_frames_that_are_shown(dance):
    whole = filmed(1, dance)
    part = portray(look(1), dance, size=SIZE, rng=np.random.default_rng(1), shown=[0, 7])
    assert np.array_equal(part.frames, whole.frames[[0, 7]])
    assert np.array_equal(part.masks, whole.masks[[0, 7]])
    assert np.array_equal(part.points, whole.points)


@pytest.mark.parametrize("seed", range(4))
def test_a_metre_is_as_tall_as_told(seed):
    """A figure that stands upright, arms down, is as tall in the picture as its height in metres says."""
    poses = np.zeros((1, 24, 3))
    poses[:, INDEX["left_shoulder"], 2], poses[:, INDEX["right_shoulder"], 2] = -1.3, 1.3
    film = filmed(seed, Motion(poses, np.array([[0, REST_HEIGHT, 0]]), 30))
    shape = look(seed).shape
    rows = np.flatnonzero((film.masks[0] > 127).any(1))
    told = film.placement[2] * np.ptp(shape.vertices[:, 1])
    own = REST_HEIGHT / (shape.joints[0, 1] - shape.sole_y)  # the metre is the suite's body's
    assert np.ptp(rows) / SIZE[0] == pytest.approx(told * own, rel=0.06)


def test_the_place_stands_still_and_the_figure_does_not(dance):
    film = filmed(2, dance)
    far = film.masks.max(0) == 0
    far[SIZE[0] // 2 :] = False  # below there are shadows
    assert far.mean() > 0.1
    assert np.ptp(film.frames[:, far].astype(int), axis=0).max() == 0
    assert (film.masks[0] != film.masks[8]).any()
