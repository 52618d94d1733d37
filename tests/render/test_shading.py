"""Light against the same formulas in NumPy, the stage's geometry, and the way to bytes."""

import numpy as np
import pytest

from demos.render import camera, raster, shading, shadow
from demos.render.theme import THEMES, encode, linear, theme
from demos.runtime.errors import InputError

HEIGHT = WIDTH = 48


def sphere(radius: float = 0.8, rings: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """A closed ball around (0, 1, 0)."""
    trimesh = pytest.importorskip("trimesh")
    ball = trimesh.creation.uv_sphere(radius=radius, count=[rings, 2 * rings])
    return (ball.vertices + np.array([0, 1, 0])).astype(np.float32), ball.faces.astype(np.int32)


def light(point, normal, albedo, gloss, eye, lamps):
    """What `shading` says a lit point sends to the eye, for arrays of points (n, 3)."""
    key_way, key, sky, ground, rim_way, rim = lamps
    n = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    v = eye - point
    v = v / np.linalg.norm(v, axis=-1, keepdims=True)
    h = key_way + v
    h = h / np.linalg.norm(h, axis=-1, keepdims=True)
    towards = n @ key_way
    up = (0.5 * n[:, 1] + 0.5)[:, None]
    ambient = (ground + up * (sky - ground)) * (0.55 + 0.45 * np.clip(point[:, 1:2] / 0.5, 0, 1))
    diffuse = np.clip((towards + 0.2) / 1.2, 0, None)[:, None]
    shine = np.clip((n * h).sum(-1), 0, None) ** 16 * gloss * np.clip(4 * towards, 0, 1)
    edge = (1 - np.clip((n * v).sum(-1), 0, None)) ** 3 * np.clip(0.35 + n @ rim_way, 0, 1)
    return albedo * (ambient + diffuse * key) + key * shine[:, None] + rim * edge[:, None] * (0.35 + 0.65 * albedo)


def draw(vertices, faces, albedo, gloss, lamps, background):
    """The lit picture (h, w, 3), the samples covered (h, w), and eye, axes, focal, centre."""
    axes = camera.axes(0.3, 0.15)
    eye = np.array([0, 1, 0]) - 4.0 * axes[2]
    focal, centre = 80.0, np.array([WIDTH / 2, HEIGHT / 2])
    screen = np.zeros((len(vertices), 3), np.float32)
    raster.project(vertices, axes, eye, focal, centre, screen)
    surface = np.zeros((len(vertices), 10), np.float32)
    raster.place(vertices, faces, surface)
    surface[:, 6:9], surface[:, 9] = albedo, gloss
    samples = np.zeros((HEIGHT, WIDTH, 4), np.uint64)
    box = np.array([WIDTH, HEIGHT, 0, 0])
    raster.fill(screen, faces, samples, box)
    picture = np.full((HEIGHT, WIDTH, 3), background, np.float32)
    nothing = np.full((4, 4), -1.0, np.float32)
    shading.resolve(samples, box, screen, faces, surface, eye, lamps, nothing, np.zeros(2), 0.01, np.zeros(2), picture)
    return picture, (samples != 0).sum(axis=-1), eye, axes, focal, centre


def test_a_lit_ball_equals_the_formulas():
    vertices, faces = sphere()
    look = THEMES["dark"]
    lamps = shading.lamps(look, shadow.light_direction(0.3), 0.3)
    albedo, gloss = np.array([0.8, 0.3, 0.1]), 0.5
    picture, covered, eye, axes, focal, centre = draw(vertices, faces, albedo, gloss, lamps, 0.0)
    # Where the ray through each pixel's middle meets the true ball.
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    ray = axes[2] + ((x - centre[0]) / focal)[..., None] * axes[0] + ((centre[1] - y) / focal)[..., None] * axes[1]
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    offset = eye - np.array([0, 1, 0])
    half = ray @ offset
    room = half**2 - (offset @ offset - 0.8**2)
    point = eye + (-half - np.sqrt(np.maximum(room, 0)))[..., None] * ray
    facing = -((point - [0, 1, 0]) / 0.8 * ray).sum(-1)
    inside = (covered == 4) & (room > 0) & (facing > 0.35)  # at the rim a pixel spans a wide range of normals
    assert inside.sum() > 500
    expected = light(point[inside], point[inside] - [0, 1, 0], albedo, gloss, eye, lamps)
    assert np.abs(picture[inside] - expected).max() < 0.04  # a ball of flat faces
    assert np.abs(picture[inside] - expected).mean() < 0.003


def test_an_edge_pixel_mixes_by_the_samples_covered():
    vertices, faces = sphere()
    # No light but the same from everywhere: every covered sample shows the albedo.
    lamps = np.zeros((6, 3))
    lamps[0], lamps[4] = [0, 1, 0], [0, 1, 0]
    lamps[2:4] = 1.0
    vertices = vertices + np.array([0, 5, 0], np.float32)  # far above the floor, where it takes no light away
    vertices[:, 1] -= 5 - 0.5
    picture, covered, *_ = draw(vertices, faces, np.ones(3), 0.0, lamps, 3.0)
    assert set(np.unique(covered)) == {0, 1, 2, 3, 4}
    high = np.arange(HEIGHT)[:, None] < HEIGHT // 2
    expected = np.where(high, covered / 4 + 3.0 * (1 - covered / 4), picture[..., 0])
    np.testing.assert_allclose(picture[..., 0], expected, atol=1e-5)


@pytest.mark.parametrize(("width", "footprint"), [(0.016, 0.004), (0.2, 0.05), (0.016, 0.7), (0.3, 3.3)])
def test_grid_lines_are_averaged_exactly(width, footprint):
    places = np.linspace(-2.3, 2.3, 41)
    for place in places:
        fine = place + (np.arange(20000) + 0.5) / 20000 * footprint - footprint / 2
        on_line = np.abs(fine - np.round(fine)) < width / 2
        assert shading._lines(place, footprint, width) == pytest.approx(on_line.mean(), abs=2e-3)


def test_the_grid_lies_on_the_floor_where_the_world_puts_it():
    look = THEMES["dark"]
    height = width = 200
    axes = camera.axes(0.0, 0.5)
    eye = -4.0 * axes[2]
    wall = shading.backdrop(look, height, width)
    picture, floorness = np.empty((height, width, 3), np.float32), np.empty((height, width), np.float32)
    centre = np.array([100.0, 100.0])
    shading.stage(
        wall, axes, eye, 250.0, centre, np.zeros(2), shading.floor_colours(look), 1.0, 0, height, picture, floorness
    )

    def bright(x: float, z: float) -> float:
        seen = np.zeros((1, 3), np.float32)
        raster.project(np.array([[x, 0.0, z]]), axes, eye, 250.0, centre, seen)
        return float(picture[int(seen[0, 1]), int(seen[0, 0])].sum())

    for x, z in ((0.0, 0.25), (0.5, 0.25), (-0.5, -0.25), (0.25, 0.0), (0.25, 0.5)):
        assert bright(x, z) > 1.15 * bright(0.25, 0.25)
    assert floorness[100, 100] > 0.9
    assert floorness[0, 0] < floorness[100, 100]


def test_tone_is_srgb_below_the_knee_and_never_turns_back():
    table = shading.tone_table()
    assert (np.diff(table) >= 0).all()
    assert table[0] == 0
    assert table[-1] == pytest.approx(255, abs=0.5)
    picture = np.tile(linear("#ff6b57").astype(np.float32) * 0.5, (8, 8, 1))
    out = np.zeros((8, 8, 3), np.uint8)
    shading.tone(picture, table, np.full((8, 8), 0.5, np.float32), np.array([0, 0, 8, 8]), out)
    np.testing.assert_allclose(out[0, 0], np.round(255 * encode(linear("#ff6b57") * 0.5)), atol=1)


def test_dither_keeps_the_mean():
    noise = shading.dither(64, 64)
    assert noise.min() >= 0
    assert noise.max() < 1
    picture = np.full((64, 64, 3), 0.0123, np.float32)
    out = np.zeros((64, 64, 3), np.uint8)
    shading.tone(picture, shading.tone_table(), noise, np.array([0, 0, 64, 64]), out)
    assert len(np.unique(out)) == 2
    assert out.mean() == pytest.approx(255 * float(encode(np.array(0.0123))), abs=0.1)


def test_colours_there_and_back():
    values = np.linspace(0, 1, 11)
    grey = np.array([linear(f"#{v:02x}{v:02x}{v:02x}")[0] for v in range(0, 256, 51)])
    np.testing.assert_allclose(encode(grey) * 255, np.arange(0, 256, 51), atol=1e-6)
    assert (np.diff(encode(values)) > 0).all()


def test_an_unknown_theme_is_refused():
    with pytest.raises(InputError, match="dark or light"):
        theme("neon")


def test_the_floor_reflects_what_is_near_it_and_more_of_what_is_nearer():
    vertices, faces = sphere(0.2)
    look = THEMES["dark"]
    lamps = shading.lamps(look, shadow.light_direction(0.3), 0.3)
    axes = camera.axes(0.0, 0.3)
    eye = np.array([0, 0.3, 0]) - 3.0 * axes[2]
    focal, centre = 80.0, np.array([WIDTH / 2, HEIGHT / 2])
    turned = np.ascontiguousarray(faces[:, ::-1])
    sums = []
    for height in (0.2, 0.35, 2.0):
        ball = vertices + np.array([0, height - 1, 0], np.float32)
        surface = np.zeros((len(ball), 10), np.float32)
        raster.place(ball, faces, surface)
        surface[:, 6:9] = 1.0
        image, screen = np.zeros_like(ball), np.zeros((len(ball), 3), np.float32)
        raster.mirror(ball, shading.REFLECTED_M, axes, eye, focal, centre, image, screen)
        np.testing.assert_allclose(image[:, 1], -ball[:, 1], atol=1e-6)
        samples, box = np.zeros((HEIGHT, WIDTH, 4), np.uint64), np.array([WIDTH, HEIGHT, 0, 0])
        raster.fill(screen, turned, samples, box)
        picture = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        floorness = np.ones((HEIGHT, WIDTH), np.float32)
        shading.reflect(samples, box, screen, turned, surface, floorness, lamps, 0.5, picture)
        sums.append(float(picture.sum()))
    assert sums[0] > 1.5 * sums[1] > 0
    assert sums[2] == 0
