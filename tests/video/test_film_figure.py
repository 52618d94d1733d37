"""A figure put right by hand: joints dragged, outlines painted."""

import numpy as np
import pytest
from film_made import mannequin

from demos.corpus.keypoints import PARTS, PLACE
from demos.runtime.errors import InputError
from demos.video.cast import Cast, finder_value
from demos.video.finding import Found


@pytest.fixture
def cast():
    figure = mannequin()
    return Cast("doll", Found((figure,), "One."), [figure])


def test_what_hangs_on_a_joint_comes_along():
    figure = mannequin()
    moved = figure.with_point("left_wrist", (300, 100))
    assert np.allclose(moved.point("left_wrist"), (300, 100))
    shift = np.array([300, 100]) - figure.point("left_wrist")
    hand = PARTS["left_hand"]
    assert np.allclose(moved.points[hand], figure.points[hand] + shift, atol=1e-3)
    assert np.allclose(moved.point("left_elbow"), figure.point("left_elbow"))


def test_the_neck_stays_between_the_shoulders():
    moved = mannequin().with_point("left_shoulder", (200, 150))
    middle = (moved.point("left_shoulder") + moved.point("right_shoulder")) / 2
    assert np.allclose(moved.point("neck"), middle)


def test_a_dragged_joint_is_sure():
    figure = mannequin().with_point("left_knee", (150, 300))
    assert figure.confidence[PLACE["left_knee"]] == 1
    with pytest.raises(ValueError, match="not one of"):
        figure.with_point("left_nostril", (0, 0))


def test_painting_adds_and_erases(cast):
    cast.paint([{"erase": False, "radius": 0.03, "points": [[0.05, 0.05], [0.2, 0.05]]}])
    assert cast.figure.alpha[21, 40] > 0.9
    cast.paint([{"erase": True, "radius": 0.05, "points": [[0.5, 0.5]]}])
    assert cast.figure.alpha[210, 160] < 0.1
    cast.reset()
    assert np.array_equal(cast.figure.alpha, mannequin().alpha)


@pytest.mark.parametrize("strokes", [None, [], "x", [{"erase": 1, "radius": 0.1, "points": []}]])
def test_empty_strokes_change_nothing(cast, strokes):
    cast.paint(strokes)
    assert np.array_equal(cast.figure.alpha, mannequin().alpha)


@pytest.mark.parametrize("stroke", [{}, {"erase": 0, "radius": "wide", "points": [[0, 0]]}, {"points": 3}, 7])
def test_strokes_that_are_none_are_told(cast, stroke):
    with pytest.raises(InputError, match="strokes"):
        cast.paint([stroke])


@pytest.mark.parametrize("event", [("nose", 0, 0), ("left_knee", "a", 0), ("left_knee", None, 0),
                                   ("left_knee", float("nan"), 0)])  # fmt: skip
def test_moves_that_are_none_are_told(cast, event):
    with pytest.raises(InputError, match="no such joint"):
        cast.move(*event)


def test_the_page_is_told_all(cast):
    value = finder_value(cast)
    assert value is not None
    assert value["picture"].startswith("data:image/")
    assert value["outline"].startswith("data:image/png")
    assert set(value["points"]) >= {"crown", "left_wrist", "right_toe"}
    assert finder_value(Cast()) is None
