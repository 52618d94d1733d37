"""The z-buffer against a plain NumPy one, its geometry against the pinhole formula, and its watertightness."""

import numpy as np
import pytest

from demos.render import camera, raster
from demos.runtime.compiled import compiled

HEIGHT, WIDTH = 40, 56


def view(azimuth: float = 0.4, elevation: float = 0.2, distance: float = 4.0):
    """axes, eye, focal, centre of a camera that looks at the origin."""
    axes = camera.axes(azimuth, elevation)
    return axes, -distance * axes[2], 60.0, np.array([WIDTH / 2, HEIGHT / 2])


def draw(vertices: np.ndarray, faces: np.ndarray, **kwargs) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """depth and faces (h, w, 4), the screen and the box of what was drawn."""
    axes, eye, focal, centre = view(**kwargs)
    screen = np.zeros((len(vertices), 3), np.float32)
    raster.project(vertices.astype(np.float32), axes, eye, focal, centre, screen)
    samples = np.zeros((HEIGHT, WIDTH, 4), np.uint64)
    box = np.array([WIDTH, HEIGHT, 0, 0])
    raster.fill(screen, faces.astype(np.int32), samples, box)
    depth, drawn = raster.unpack(samples)
    return depth, drawn, screen, box


def reference(screen: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same by testing every sample of the picture against every triangle, with plain barycentric weights."""
    places = np.array(raster.SAMPLES)
    x = np.arange(WIDTH)[None, :, None] + places[:, 0]
    y = np.arange(HEIGHT)[:, None, None] + places[:, 1]
    x, y = np.broadcast_arrays(x, y)
    depth, drawn = np.full(x.shape, np.inf), np.full(x.shape, -1)
    for index, (a, b, c) in enumerate(screen[faces].astype(float)):
        matrix = np.array([[a[0], b[0], c[0]], [a[1], b[1], c[1]], [1.0, 1.0, 1.0]])
        if np.linalg.det(matrix) >= 0 or min(a[2], b[2], c[2]) <= 0:  # y runs down: fronts are clockwise
            continue
        weights = np.linalg.inv(matrix) @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
        distance = (1 / (np.array([a[2], b[2], c[2]]) @ weights)).reshape(x.shape)
        nearer = (weights >= -1e-9).all(axis=0).reshape(x.shape) & (distance < depth - 1e-6)
        depth[nearer], drawn[nearer] = distance[nearer], index
    return depth, drawn


def soup(seed: int, count: int = 90) -> tuple[np.ndarray, np.ndarray]:
    """Random triangles that cross and hide one another."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(-1.2, 1.2, (count, 1, 3))
    return (middle + rng.normal(0, 0.4, (count, 3, 3))).reshape(-1, 3), np.arange(3 * count).reshape(-1, 3)


@pytest.mark.parametrize("seed", range(4))
def test_equals_the_plain_z_buffer(seed):
    vertices, faces = soup(seed)
    depth, drawn, screen, _ = draw(vertices, faces)
    expected_depth, expected = reference(screen, faces)
    assert (expected >= 0).mean() > 0.2
    # Where two triangles cross, rounding may choose either.
    assert (drawn == expected).mean() > 0.999
    assert ((drawn >= 0) == (expected >= 0)).all()
    hit = expected >= 0
    np.testing.assert_allclose(depth[hit], expected_depth[hit], rtol=1e-5)


def test_box_holds_all_that_was_drawn():
    _, drawn, _, (left, top, right, bottom) = draw(*soup(5))
    outside = (drawn >= 0).any(axis=-1)
    assert outside.any()
    outside[top:bottom, left:right] = False
    assert not outside.any()


def test_a_point_lands_where_the_pinhole_formula_puts_it():
    axes, eye, focal, centre = view(azimuth=0.0, elevation=0.0, distance=4.0)
    screen = np.zeros((2, 3), np.float32)
    raster.project(np.array([[0.5, 0.25, 0.0], [0.0, 0.0, 5.0]], np.float32), axes, eye, focal, centre, screen)
    # 4 m in front: 0.5 m right is 0.5 * 60 / 4 = 7.5 pixels, 0.25 m up is 3.75 pixels.
    np.testing.assert_allclose(screen[0], [WIDTH / 2 + 7.5, HEIGHT / 2 - 3.75, 0.25], atol=1e-6)
    assert screen[1, 2] == 0  # behind the eye


def test_neighbours_leave_no_pinholes_and_backs_are_left_out():
    # A fan of thin triangles around the origin, facing the camera, then the same turned over.
    angle = np.linspace(0, 2 * np.pi, 38)[:-1]
    rim = np.stack([np.cos(angle), np.sin(angle), np.zeros(37)], axis=1)
    vertices = np.concatenate([[[0.013, 0.007, 0.0]], rim])
    faces = np.array([[0, 1 + k, 1 + (k + 1) % 37] for k in range(37)])
    _, drawn, _, _ = draw(vertices, faces, azimuth=0.0, elevation=0.0)
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    inside = np.hypot(x - WIDTH / 2, y - HEIGHT / 2) < 13.5  # the disc has 15 pixels of radius
    assert (drawn[inside] >= 0).all()
    _, turned, _, _ = draw(vertices, faces[:, ::-1], azimuth=0.0, elevation=0.0)
    assert (turned < 0).all()


def test_of_equal_depths_the_first_face_stays():
    vertices = np.array([[-1, -1, 0], [1, -1, 0], [0, 1, 0]], float)
    _, drawn, _, _ = draw(vertices, np.array([[0, 1, 2], [0, 1, 2]]), azimuth=0.0, elevation=0.0)
    assert set(np.unique(drawn)) == {-1, 0}


def test_triangles_that_reach_behind_the_eye_are_left_out_and_giants_are_cut():
    vertices = np.array([[-1, 0, 0], [1, 0, 0], [0, 1, 9.0]])
    assert (draw(vertices, np.array([[0, 1, 2]]), azimuth=0.0, elevation=0.0)[1] < 0).all()
    wall = np.array([[-900, -900, 0], [900, -900, 0], [0, 900, 0]], float)
    assert (draw(wall, np.array([[0, 1, 2]]), azimuth=0.0, elevation=0.0)[1] == 0).all()


def test_normals_of_a_sphere_point_outwards():
    trimesh = pytest.importorskip("trimesh")
    ball = trimesh.creation.icosphere(subdivisions=3, radius=0.7)
    surface = np.zeros((len(ball.vertices), 10), np.float32)
    raster.place(ball.vertices.astype(np.float32), ball.faces.astype(np.int32), surface)
    np.testing.assert_allclose(surface[:, :3], ball.vertices, atol=1e-6)
    np.testing.assert_allclose(surface[:, 3:6], ball.vertices / 0.7, atol=0.03)


def test_loops_compile_where_nothing_can_be_written(monkeypatch):
    import numba
    import numba.core.config

    real, refused = numba.njit, []

    def njit(**options):
        if options.get("cache"):
            refused.append(vars(numba.core.config)["CACHE_DIR"])
            raise RuntimeError("cannot cache function: no locator available")
        return real(**options)

    monkeypatch.setattr(numba, "njit", njit)
    monkeypatch.setitem(vars(numba.core.config), "CACHE_DIR", "")
    double = compiled(lambda x: 2 * x)
    assert double(21) == 42
    assert len(refused) == 2
    assert refused[1].endswith("numba")
