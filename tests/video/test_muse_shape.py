"""Control points of outlines, poses and the sheet that follows them."""

import numpy as np
import pytest

from demos.runtime.errors import InputError
from demos.video import muse_outlines, muse_pose, muse_puppet, muse_shape
from demos.video.figure import Figure
from demos.video.muse_pose import BEND, LIMB, STATE, WHOLE


def cross() -> np.ndarray:
    """A body with two arms and two legs, by hand: 100 pixels tall."""
    mask = np.zeros((120, 120), np.float32)
    mask[10:80, 48:72] = 1
    mask[30:38, 10:110] = 1
    mask[70:110, 48:56] = 1
    mask[70:110, 64:72] = 1
    return mask


@pytest.fixture(scope="module")
def shape():
    return muse_shape.find(cross())


def figure_of(mask: np.ndarray) -> Figure:
    picture = np.zeros((*mask.shape, 4), np.uint8)
    picture[..., 0], picture[..., 3] = 200, 255
    return Figure(picture, mask, np.zeros((60, 2)), np.zeros(60), np.zeros(60), "shape")


@pytest.fixture(scope="module")
def sheet():
    return muse_puppet.build(figure_of(cross()))


def test_limbs_are_found_and_ordered(shape):
    assert shape.present.tolist() == [True, True, False, False] * 2
    assert shape.held.tolist() == [False, True, False, False] * 2
    assert shape.limbs[0, 2, 0] < -0.4
    assert shape.limbs[4, 2, 0] > 0.4
    assert abs(shape.limbs[0, 2, 1] - 0.76) < 0.05
    assert shape.height == pytest.approx(1.0)
    assert shape.unit == pytest.approx(100)
    assert shape.origin == pytest.approx((60, 110), abs=1)


def test_a_blob_has_an_axis_and_no_limbs():
    y, x = np.mgrid[:100, :100]
    blob = muse_shape.find((((x - 50) / 40) ** 2 + ((y - 50) / 45) ** 2 < 1).astype(np.float32))
    assert not blob.present.any()
    assert np.all(np.diff(blob.axis[:, 1]) > 0)
    assert np.abs(blob.axis[:, 0]).max() < 0.03


def test_letters_are_limbs():
    mask = np.zeros((60, 240), np.float32)
    for k in range(4):
        mask[10:50, 10 + 60 * k : 40 + 60 * k] = 1
    word = muse_shape.find(mask)
    assert word.present.sum() == 4
    assert word.held[word.present].all()
    tips = word.limbs[word.present, 2]
    assert np.allclose(tips[:, 1], word.height, atol=0.05)


def test_a_mirrored_outline_has_mirrored_points(shape):
    other = muse_shape.find(np.ascontiguousarray(cross()[:, ::-1]))
    assert np.allclose(other.limbs[4, 2] * [-1, 1], shape.limbs[0, 2], atol=0.04)


@pytest.mark.parametrize("kind", muse_outlines.KINDS)
def test_every_kind_of_outline_is_taken_apart(kind):
    found = muse_shape.find(muse_outlines.outline(kind, np.random.default_rng(4)))
    assert np.isfinite(found.points).all()
    assert np.abs(found.points).max() < 3
    assert found.points[0, 1] == pytest.approx(0, abs=0.02)


def test_an_empty_outline_is_refused():
    with pytest.raises(InputError, match="outline is empty"):
        muse_shape.find(np.zeros((50, 50)))


def test_rest_changes_nothing(shape):
    assert np.allclose(muse_pose.control_points(shape, np.zeros((1, STATE)))[0], shape.points, atol=1e-6)


def test_whole_figure_moves_by_hand(shape):
    states = np.zeros((4, STATE))
    states[0, WHOLE["x"]] = 0.25
    states[1, WHOLE["tilt"]] = np.pi / 2
    states[2, WHOLE["squash"]] = np.log(2)
    states[3, WHOLE["cosine"]] = -2
    made = muse_pose.control_points(shape, states)
    assert np.allclose(made[0] - shape.points, [0.25, 0], atol=1e-6)
    assert np.allclose(made[1], np.stack([-shape.points[:, 1], shape.points[:, 0]], axis=1), atol=1e-6)
    assert np.allclose(made[2], shape.points * [2**-0.75, 2], atol=1e-6)
    assert np.allclose(made[3], shape.points * [-1, 1], atol=1e-6)


def test_bending_keeps_the_ground_and_the_length(shape):
    states = np.zeros((1, STATE))
    states[0, BEND] = 0.15
    made = muse_pose.control_points(shape, states)[0]
    assert np.allclose(made[0], shape.points[0], atol=1e-6)
    assert made[5, 0] < shape.points[5, 0] - 0.1  # to the left
    lengths = np.linalg.norm(np.diff(made[:6], axis=0), axis=1)
    assert np.allclose(lengths, np.linalg.norm(np.diff(shape.axis, axis=0), axis=1), rtol=0.08)


def test_a_limb_swings_about_its_root(shape):
    states = np.zeros((1, STATE))
    states[0, LIMB.start + 3 * 4] = 0.5
    made = muse_pose.control_points(shape, states)[0][6:].reshape(8, 3, 2)
    assert np.allclose(made[4, 0], shape.limbs[4, 0], atol=1e-6)
    assert made[4, 2, 1] > shape.limbs[4, 2, 1] + 0.1  # anticlockwise lifts what points right
    before, after = (np.linalg.norm(limb[2] - limb[0]) for limb in (shape.limbs[4], made[4]))
    assert after == pytest.approx(before, rel=1e-5)
    others = np.delete(np.arange(8), 4)
    assert np.allclose(made[others], shape.limbs[others], atol=1e-6)


def test_no_pose_tears_the_sheet(sheet):
    rng = np.random.default_rng(2)
    states = np.zeros((12, STATE))
    states[:, BEND] = rng.uniform(-0.15, 0.15, (12, 5))
    states[:, LIMB] = rng.uniform(-0.5, 0.5, (12, 24))
    states[:, LIMB.start + 2 :: 3] *= 0.3
    moved = muse_pose.deform(sheet.shape, sheet.binding, states)
    faces = sheet.faces[: len(sheet.faces) // 2]
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]]])
    rest = np.linalg.norm(np.diff(sheet.binding.places[edges], axis=1)[:, 0], axis=-1)
    now = np.linalg.norm(moved[:, edges[:, 1]] - moved[:, edges[:, 0]], axis=-1)
    assert np.percentile(now / rest, 99.5) < 3
    assert (now - rest).max() < 0.12


def test_at_rest_the_film_is_the_picture(sheet):
    figure = figure_of(cross())
    background = np.zeros((120, 120, 3), np.uint8)
    performance = muse_puppet.rehearse(sheet, np.zeros((2, STATE)), 30)
    picture = next(muse_puppet.frames(performance, background, shadow=False))
    inside = figure.alpha > 0.5
    assert (picture[inside, 0] > 150).mean() > 0.97
    assert (picture[~inside, 0] < 120).mean() > 0.97


def test_a_jump_stays_in_the_picture_and_off_the_ground(sheet):
    states = np.zeros((2, STATE))
    states[1, WHOLE["y"]] = 0.3
    performance = muse_puppet.rehearse(sheet, states, 30)
    assert performance.pixels[..., 1].min() > -1
    assert performance.lift[1] > 15
    cut = list(muse_puppet.frames(performance, np.zeros((120, 120, 3), np.uint8), cut_out=True))
    assert cut[1].shape == (120, 120, 4)
    assert cut[1][-15:, :, 3].max() == 0
    assert cut[0][-15:, :, 3].max() > 0


def test_tips_swing_on(sheet):
    states = np.zeros((40, STATE))
    states[5:, LIMB.start] = 0.6  # a swing that stops at once
    made = muse_puppet.follow_through(sheet.shape, states, 30)
    bend = made[:, LIMB.start + 1]
    assert bend[6] < -0.1  # late
    assert bend[5:25].max() > 0.01  # and past it
    assert abs(bend[-1]) < 0.02
