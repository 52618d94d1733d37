"""Measures of likeness, against cases worked by hand."""

import numpy as np
import pytest

from demos.video import likeness


@pytest.fixture
def picture():
    return np.random.default_rng(0).integers(20, 230, (64, 80, 3), np.uint8)


def test_the_same_picture_is_perfect(picture):
    assert likeness.psnr(picture, picture) == 99
    assert likeness.ssim(picture, picture) == pytest.approx(1)
    assert likeness.gmsd(picture, picture) == pytest.approx(0)


def test_all_off_by_one_is_48_decibels(picture):
    assert likeness.psnr(picture, picture + 1) == pytest.approx(48.1308, abs=1e-3)


def test_worse_is_worse(picture):
    rng = np.random.default_rng(1)
    noisy = [np.clip(picture + rng.normal(0, s, picture.shape), 0, 255).astype(np.uint8) for s in (5, 20, 60)]
    for measure, sign in ((likeness.psnr, -1), (likeness.ssim, -1), (likeness.gmsd, 1)):
        values = [sign * measure(other, picture) for other in noisy]
        assert values == sorted(values)


def test_ssim_of_two_flat_pictures_by_hand():
    # Without variance only the means count: (2 * 100 * 110 + c1) / (100^2 + 110^2 + c1), c1 = 6.5025.
    flat = np.full((32, 32, 3), 100, np.uint8)
    wanted = (2 * 100 * 110 + 6.5025) / (100**2 + 110**2 + 6.5025)
    assert likeness.ssim(flat, flat + 10) == pytest.approx(wanted, abs=1e-6)


def test_colours_do_not_ask_where(picture):
    cover = np.zeros((64, 80), np.uint8)
    cover[10:30, 10:30] = 255
    moved, there = np.roll(picture, 20, axis=1), np.roll(cover, 20, axis=1)
    assert likeness.colour_drift(likeness.colours(picture, cover), likeness.colours(moved, there)) == 0
    red, blue = (np.full((64, 80, 3), c, np.uint8) for c in ((200, 0, 0), (0, 0, 200)))
    assert likeness.colour_drift(likeness.colours(red, cover), likeness.colours(blue, cover)) > 0.6


def test_blur_is_less_sharp(picture):
    import cv2

    cover = np.full((64, 80), 255, np.uint8)
    assert likeness.sharpness(cv2.GaussianBlur(picture, (0, 0), 2), cover) < 0.5 * likeness.sharpness(picture, cover)
