"""What measures the soft puppet: known frames, outlines in time."""

import cv2
import numpy as np

from demos.video import finding, muse_fidelity, muse_pictures, muse_puppet, muse_shape
from demos.video.muse_pose import STATE, WHOLE


def pot(scale: float = 0.3) -> np.ndarray:
    return cv2.resize(muse_pictures.teapot(cut_out=True), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def test_a_pose_at_rest_changes_nothing():
    drawn = pot()
    shape = muse_shape.find(drawn[..., 3] / 255)
    same = muse_fidelity.pulled(drawn, shape, np.zeros(STATE))
    behind = np.full((*drawn.shape[:2], 3), 200, np.uint8)
    off = muse_fidelity.over(same, behind).astype(int) - muse_fidelity.over(drawn, behind)
    assert np.abs(off).max() <= 2


def test_a_shift_moves_every_pixel():
    drawn = pot()
    shape = muse_shape.find(drawn[..., 3] / 255)
    state = np.zeros(STATE)
    state[WHOLE["x"]] = 6 / shape.unit
    moved = muse_fidelity.pulled(drawn, shape, state)
    assert np.abs(moved[:, 6:, 3].astype(int) - drawn[:, :-6, 3]).max() <= 2


def test_outlines_are_told_from_torn_ones():
    drawn = pot()
    figure = finding.of_shape(drawn, drawn[..., 3] / 255)
    sheet = muse_puppet.build(figure)
    states = np.zeros((30, STATE))
    states[15:, WHOLE["squash"]] = 0.2
    calm, grown = muse_fidelity.steadiness(sheet, states, [(0, 10), (20, 30)])
    assert abs(calm["area"]) < 0.02
    assert calm["torn"] == 0
    assert 0.03 < grown["area"] < 0.08  # e^0.05


def test_a_jump_stays_in_the_picture():
    drawn = pot()
    low = np.flatnonzero(drawn[..., 3].max(axis=1))[0]
    drawn = np.ascontiguousarray(drawn[low + 1 :])  # the lid touches the picture's edge
    sheet = muse_puppet.build(finding.of_shape(drawn, drawn[..., 3] / 255))
    states = np.zeros((20, STATE))
    states[10:, WHOLE["y"]] = 0.4
    pixels = muse_puppet.rehearse(sheet, states, 30).pixels
    assert pixels[..., 1].min() > -3
    assert np.ptp(pixels[-1, :, 1]) < 0.9 * np.ptp(drawn[..., 3].nonzero()[0])
