"""Shadows fall where the light's direction says, sharp below and soft from above, and darken what is beneath."""

import numpy as np
import pytest

from demos.render import shading, shadow


def plate(height: float, half: float = 0.4) -> tuple[np.ndarray, np.ndarray]:
    """A level square of two triangles around x = z = 0, finely cut."""
    side = np.linspace(-half, half, 21)
    x, z = np.meshgrid(side, side)
    vertices = np.stack([x.ravel(), np.full(x.size, height), z.ravel()], axis=1).astype(np.float32)
    k = np.arange(21 * 21).reshape(21, 21)
    a, b, c, d = k[:-1, :-1].ravel(), k[:-1, 1:].ravel(), k[1:, :-1].ravel(), k[1:, 1:].ravel()
    return vertices, np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]).astype(np.int32)


def at(field: np.ndarray, origin: np.ndarray, cell: float, x: float, z: float) -> float:
    return float(field[int((z - origin[1]) / cell), int((x - origin[0]) / cell)])


@pytest.mark.parametrize("height", [0.02, 0.5, 1.5])
def test_a_shadow_lies_down_the_light(height):
    direction = shadow.light_direction(0.7)
    cast = shadow.cast(*plate(height), direction)
    x, z = -height * direction[0] / direction[1], -height * direction[2] / direction[1]
    assert at(cast.floor, cast.origin, cast.cell, x, z) > 0.97
    for away in ((0.7, 0), (-0.7, 0), (0, 0.7), (0, -0.7)):
        column = (x + away[0] - cast.origin[0]) / cast.cell
        row = (z + away[1] - cast.origin[1]) / cast.cell
        assert shading._bilinear(cast.floor, row, column) < 0.02
    assert cast.floor.min() >= 0
    assert cast.floor.max() <= 1.0001


def test_shadows_grow_softer_with_height():
    direction = np.array([0.0, 1.0, 0.0])
    widths = []
    for height in (0.02, 0.6, 1.6):
        cast = shadow.cast(*plate(height), direction)
        middle = cast.floor[cast.floor.shape[0] // 2]
        widths.append(((middle > 0.1) & (middle < 0.9)).sum() * cast.cell)
    assert 2 * widths[0] < widths[1]  # two edges each
    assert 1.5 * widths[1] < widths[2]


def test_what_lies_beneath_is_dark_and_what_lies_above_is_lit():
    cast = shadow.cast(*plate(1.0), np.array([0.0, 1.0, 0.0]))
    row = column = (0.0 - cast.origin[0]) / cast.cell
    assert shading._lit(cast.highest, row, column, 0.5) == 0.0
    assert shading._lit(cast.highest, row, column, 1.1) == 1.0
    edge = (0.4 - cast.origin[0]) / cast.cell
    assert 0.2 < shading._lit(cast.highest, row, edge, 0.5) < 0.8


def test_contact_fades_with_height():
    darkest = [shadow.cast(*plate(height), np.array([0.0, 1.0, 0.0])).hush.max() for height in (0.0, 0.2, 0.5)]
    assert darkest[0] > 0.5
    assert darkest[0] > 1.3 * darkest[1] > 2 * darkest[2] > 0
    assert not shadow.cast(*plate(2.0), np.array([0.0, 1.0, 0.0])).hush.any()


def test_cells_stand_still_in_the_world():
    direction = shadow.light_direction(0.0)
    vertices, faces = plate(0.3)
    first = shadow.cast(vertices, faces, direction)
    moved = shadow.cast(vertices + np.array([0.1234, 0, -0.0567], np.float32), faces, direction)
    steps = (moved.origin - first.origin) / shadow.CELL_M
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-6)


def test_far_apart_dancers_get_larger_cells_not_a_larger_map():
    vertices, faces = plate(0.5)
    both = np.concatenate([vertices, vertices + np.array([40, 0, 0], np.float32)])
    cast = shadow.cast(both, np.concatenate([faces, faces + len(vertices)]), shadow.light_direction(0.0))
    assert cast.cell > shadow.CELL_M
    assert max(cast.floor.shape) <= shadow.MAX_CELLS + 2 * shadow.MARGIN + 2
