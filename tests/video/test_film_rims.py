"""Rims: lines of ink are found, kept out of the textures and drawn around what is seen; edges are of clean colours."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from film_made import mannequin, turning

from demos.video import puppet, puppet_rig, rims, silhouette

LINE = (40, 30, 50)


def outlined(wide: int):
    """A mannequin in even colours with a line of ink as wide, inside its outline."""
    figure = mannequin(height=560, width=520)
    deep = rims.depth_of(figure.alpha)
    picture = figure.picture.copy()
    picture[figure.alpha > 0.5, :3] = (230, 160, 70)
    picture[(deep > 0) & (deep <= wide), :3] = LINE
    return replace(figure, picture=picture)


@pytest.fixture(scope="module")
def drawn():
    return outlined(4)


def test_a_line_of_ink_is_measured(drawn):
    ink = rims.find_ink(drawn.picture[..., :3], drawn.alpha)
    assert ink is not None
    assert np.abs(ink.colour.astype(int) - LINE).max() <= 2
    assert 3 <= ink.width <= 6
    assert (ink.inner[drawn.alpha < 0.5] == 0).all()
    # The line itself is no part of what it surrounds.
    deep = rims.depth_of(drawn.alpha)
    thick = cv2.dilate(deep, np.ones((25, 25), np.uint8)) > 12
    assert ink.inner[(deep > 0) & (deep < 3) & thick].mean() < 0.1


def test_what_has_no_line_has_none():
    plain = mannequin()
    assert rims.find_ink(plain.picture[..., :3], plain.alpha) is None  # stripes up to the edge
    black = plain.picture.copy()
    black[plain.alpha > 0.5, :3] = 20
    assert rims.find_ink(black[..., :3], plain.alpha) is None  # dark all through


def dark_share(figure, angle):
    rig = puppet_rig.build(figure)
    actors = puppet.rehearse([rig], [turning([angle])], rig.size, stay=False, lag=False)
    picture = np.full((rig.size[1], rig.size[0], 3), 255, np.uint8)
    cover = puppet.draw(puppet.Stage(rig.size[1], rig.size[0], actors), actors, 0, picture, shadows=False)
    own = picture[cover > 200].astype(int)
    return (np.abs(own - LINE).max(axis=1) < 60).mean()


def test_a_line_stays_a_line_when_the_figure_turns(drawn):
    front, aside = dark_share(drawn, 0.0), dark_share(drawn, np.pi / 2)
    assert 0.05 < front < 0.45
    assert aside < 1.8 * front  # it was a band over half of the body


def test_the_mixture_at_an_edge_is_not_in_the_colours():
    mask = np.zeros((120, 90), np.float32)
    mask[10:110, 20:70] = 1
    colours = np.full((120, 90, 3), 255, np.uint8)
    colours[10:110, 20:70] = (200, 40, 40)
    colours[10:110, 20] = colours[10:110, 69] = (228, 150, 150)
    calm = rims.calmed(colours, mask, mask)
    assert np.abs(calm[10:110, 20:70].astype(int) - (200, 40, 40)).max() <= 3


def test_shoes_of_the_floors_colour_are_kept_and_shadows_are_not():
    wall = np.full((300, 200, 3), (240, 238, 234), np.uint8)
    wall[250:262, 100:150] = (196, 194, 192)  # the shadow
    wall[40:240, 70:130] = (150, 40, 60)
    wall[236:262, 66:100] = (226, 221, 212)  # a shoe, lit from above
    mask = np.zeros((300, 200), np.float32)
    mask[40:240, 70:130] = 1
    mask[234:263, 65:101] = 1
    alpha = silhouette.against_border(wall, mask)
    assert alpha is not None
    assert alpha[250, 82] > 0.8
    assert alpha[256, 130] < 0.2
    assert alpha[120, 100] > 0.9
