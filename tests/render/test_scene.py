"""Pictures of dances: the same bytes from any number of threads, the right length, panels, names and refusals."""

import numpy as np
import pytest
from made_dances import make_dance

from demos.render import scene
from demos.render.figure import STYLES
from demos.runtime.errors import InputError

SMALL = {"size": (96, 96), "fps": 10.0}


def film(dances, **kwargs) -> np.ndarray:
    return np.stack(list(scene.frames(dances, **{**SMALL, **kwargs})))


@pytest.mark.parametrize("camera", ["front", "orbit"])
def test_the_same_bytes_whatever_the_threads(camera):
    dance = make_dance(2.5, dancers=2)
    one = film(dance, camera=camera, workers=1)
    np.testing.assert_array_equal(one, film(dance, camera=camera, workers=3))
    assert one.shape == (25, 96, 96, 3)
    assert one.dtype == np.uint8


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_both_dancers_are_seen_in_their_colours(style, theme):
    picture = film(make_dance(dancers=2), style=style, theme=theme, camera="front", seconds=0.1)[0].astype(int)
    red, green, blue = np.moveaxis(picture, -1, 0)
    coral = (red > green + 60) & (red > blue + 60)
    teal = (green > red + 40) & (blue > red + 25)
    assert coral.sum() > 40
    assert teal.sum() > 40
    assert np.nonzero(coral)[1].mean() < np.nonzero(teal)[1].mean()  # the first stands at x = 0, the second at 0.9


def test_themes_are_dark_and_light():
    dance = make_dance()
    dark, light = (film(dance, theme=name, seconds=0.1)[0, :10].mean() for name in ("dark", "light"))
    assert dark < 40
    assert light > 225


def test_a_dance_that_ends_holds_its_last_pose():
    short, long = make_dance(0.5), make_dance(2.0)
    pictures = film([short, long], size=(192, 96))
    assert len(pictures) == 20
    left, right = pictures[:, :, :96], pictures[:, :, 96:]
    np.testing.assert_array_equal(left[8], left[-1])
    assert (left[0] != left[8]).any()
    assert (right[8] != right[-1]).any()


def test_start_and_length():
    dance = make_dance(2.0)
    whole = film(dance, camera="front")
    assert len(film(dance, seconds=1.26)) == 13
    assert len(film(dance, start_s=0.5)) == 15
    # The camera is planned for what is shown, so compare films of the same stretch.
    assert (film(dance, start_s=0.5, camera="front")[0] != whole[0]).any()


def test_a_floor_shadow_lies_beside_the_dancer():
    lit = film(make_dance(), theme="light", camera="front", seconds=0.1, size=(200, 200))[0].astype(int).sum(axis=-1)
    rows = lit[150:190]
    empty = np.median(rows, axis=1, keepdims=True)
    assert (rows < 0.85 * empty).sum() > 60  # the contact and the shadow behind
    assert (rows[:, :20] > 0.9 * empty).all()


def test_panels_fill_the_picture_without_overlap():
    for count in range(1, 5):
        for width, height in ((512, 512), (1280, 720), (720, 1280), (333, 257)):
            taken = np.zeros((height, width), int)
            for left, top, right, bottom in scene.layout(count, width, height):
                taken[top:bottom, left:right] += 1
            assert (taken == 1).all()
    assert len({top for _, top, _, _ in scene.layout(4, 1600, 500)}) == 1
    assert len({top for _, top, _, _ in scene.layout(2, 500, 1600)}) == 2


def test_names_are_written_under_their_panels():
    dances = [make_dance(0.2)] * 3
    bare = film(dances, size=(480, 200))[0].astype(int)
    named = film(dances, size=(480, 200), names=["first", "", "a very long name that cannot possibly fit " * 3])
    changed = (np.abs(named[0] - bare) > 60).any(axis=-1)
    rows, columns = np.nonzero(changed)
    assert rows.min() > 150
    assert changed[:, :160].sum() > 30
    assert not changed[:, 160:320].any()
    assert changed[:, 320:].sum() > 100
    assert columns.max() < 480


def test_equal_panels_show_dancers_equally_large():
    near, wide = make_dance(0.5), make_dance(0.5, dancers=2)
    together = film([near, wide], size=(192, 96), camera="front")
    alone = film(near, camera="front")
    coral = [(p[..., 0] > p[..., 1] + 60.0).sum() for p in (together[0, :, :96].astype(float), alone[0].astype(float))]
    assert coral[0] < coral[1]


def test_stopping_early_leaves_no_thread():
    import threading

    pictures = scene.frames(make_dance(20.0), **SMALL)
    next(pictures)
    pictures.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("render")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size": (10, 512)}, "64 to 3840"),
        ({"size": (512, 9999)}, "64 to 3840"),
        ({"size": ("wide", 2)}, "two whole numbers"),
        ({"fps": 0}, "1 to 120"),
        ({"fps": float("nan")}, "1 to 120"),
        ({"seconds": -1}, "more than 0"),
        ({"start_s": -1}, "0 seconds or later"),
        ({"start_s": 99}, "is over before"),
        ({"style": "clay"}, "mesh or skeleton"),
        ({"camera": "drone"}, "follow"),
        ({"theme": "neon"}, "dark or light"),
        ({"names": ["one", "two"]}, "1 dances need 1 names"),
    ],
)
def test_what_cannot_be_drawn_is_refused_at_once(change, words):
    with pytest.raises(InputError, match=words):
        scene.frames(make_dance(), **{**SMALL, **change})


def test_one_to_four_dances():
    for count in (0, 5):
        with pytest.raises(InputError, match="1 to 4"):
            scene.frames([make_dance()] * count)
