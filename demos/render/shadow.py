"""Shadows: what the key light cannot reach, on the floor and on the dancers, and the dark under their feet.

One map serves both. It lies on the floor: a point p of the world falls, along the light, on the floor point
(p.x - p.y kx, p.z - p.y kz), where (kx, kz) is the light's slope. Of everything above a cell the map keeps the highest
point (what lies under it is in shadow) and the lowest (how far away the edge of a shadow on the floor is, and so how
soft). Cells stand still in the world, so shadows do not swim when dancers travel.
"""

from dataclasses import dataclass

import numpy as np

from demos.render.theme import LIGHT_DIRECTION
from demos.runtime.compiled import compiled

CELL_M = 0.011
"""Metres across a cell of the map, when the dancers fit into MAX_CELLS of them."""
MAX_CELLS = 900
"""Cells across the map at most; beyond that cells grow."""
MARGIN = 34
"""Empty cells around the dancers: room for the widest blur."""
RADII = (1, 5, 15)
"""Half widths in cells of the three blurs between which a shadow's softness is chosen."""
SOFTNESS = 0.11
"""Half width of a shadow's edge for each metre between the edge and the floor: a light as big as a window."""
HUSH_CELL_M = 0.035
"""Metres across a cell of the contact map."""
CLOSE_M = 0.9
"""Metres: what is higher takes no light from the floor by its nearness."""


@dataclass(frozen=True, eq=False)
class ShadowMap:
    """What the key light sees.

    highest : (n, m) float32 metres, -1 where nothing is. floor : (n, m) float32, 0 lit to 1 dark, softened.
    hush : (k, l) float32, 0 open to 1 covered from close above. origin : (2,) metres, the world's x, z of the corner.
    cell : metres. slope : (2,) metres sideways per metre up.
    """

    highest: np.ndarray
    floor: np.ndarray
    hush: np.ndarray
    hush_origin: np.ndarray
    origin: np.ndarray
    cell: float
    slope: np.ndarray


def light_direction(azimuth: float) -> np.ndarray:
    """(3,) unit vector towards the key light, for a picture seen from the given azimuth (radians)."""
    x, y, z = LIGHT_DIRECTION
    turned = np.array([x * np.cos(azimuth) + z * np.sin(azimuth), y, z * np.cos(azimuth) - x * np.sin(azimuth)])
    return turned / np.linalg.norm(turned)


def cast(vertices: np.ndarray, faces: np.ndarray, direction: np.ndarray) -> ShadowMap:
    """The shadow map of a mesh: vertices (v, 3) metres, faces (f, 3), direction (3,) towards the light."""
    slope = np.array([direction[0] / direction[1], direction[2] / direction[1]])
    places = np.empty((len(vertices), 2), np.float32)
    bounds = _fall(vertices, slope, places)
    cell = CELL_M * max(1.0, float(max(bounds[2] - bounds[0], bounds[3] - bounds[1])) / (CELL_M * MAX_CELLS))
    corner = np.floor(bounds[:2] / cell) - MARGIN
    columns, rows = (np.ceil(bounds[2:] / cell) - corner + MARGIN).astype(int)
    highest = np.full((rows, columns), -1.0, np.float32)
    lowest = np.full((rows, columns), 1e3, np.float32)
    _fill(places, vertices, faces, corner * cell, 1.0 / cell, highest, lowest)
    hush, hush_origin = _hush(vertices)
    return ShadowMap(highest, _soften(highest, lowest, cell), hush, hush_origin, corner * cell, cell, slope)


@compiled
def _fall(vertices, slope, places):
    """Where vertices (v, 3) fall on the floor along the light, into places (v, 2): x, z. Returns their bounds (4,)."""
    bounds = np.array([1e9, 1e9, -1e9, -1e9])
    for i in range(len(vertices)):
        height = max(np.float32(0.0), vertices[i, 1])
        x = vertices[i, 0] - height * slope[0]
        z = vertices[i, 2] - height * slope[1]
        places[i, 0] = x
        places[i, 1] = z
        bounds[0] = min(bounds[0], x)
        bounds[1] = min(bounds[1], z)
        bounds[2] = max(bounds[2], x)
        bounds[3] = max(bounds[3], z)
    return bounds


@compiled
def _fill(places, vertices, faces, origin, per_metre, highest, lowest):
    """Keep the highest and lowest point of the mesh above each cell; places (v, 2) metres on the floor."""
    rows, columns = highest.shape
    scale = 256.0 * per_metre
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        # Whole 1/256 cells, as in raster.fill; the middle of cell x is at 256 x + 128.
        ax, ay = np.int64((places[a, 0] - origin[0]) * scale), np.int64((places[a, 1] - origin[1]) * scale)
        bx, by = np.int64((places[b, 0] - origin[0]) * scale), np.int64((places[b, 1] - origin[1]) * scale)
        cx, cy = np.int64((places[c, 0] - origin[0]) * scale), np.int64((places[c, 1] - origin[1]) * scale)
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0:
            continue
        left, right = max(0, (min(ax, bx, cx) + 127) >> 8), min(columns - 1, (max(ax, bx, cx) - 128) >> 8)
        top, bottom = max(0, (min(ay, by, cy) + 127) >> 8), min(rows - 1, (max(ay, by, cy) - 128) >> 8)
        if left > right or top > bottom:
            continue
        sign = 1 if area > 0 else -1
        adx, ady = sign * (by - cy), sign * (cx - bx)
        bdx, bdy = sign * (cy - ay), sign * (ax - cx)
        cdx, cdy = sign * (ay - by), sign * (bx - ax)
        part = 1.0 / np.float64(sign * area)
        ha, hb, hc = vertices[a, 1] * part, vertices[b, 1] * part, vertices[c, 1] * part
        for y in range(top, bottom + 1):
            ea = adx * (256 * left + 128 - bx) + ady * (256 * y + 128 - by)
            eb = bdx * (256 * left + 128 - cx) + bdy * (256 * y + 128 - cy)
            ec = cdx * (256 * left + 128 - ax) + cdy * (256 * y + 128 - ay)
            for x in range(left, right + 1):
                if (ea | eb | ec) >= 0:
                    height = np.float32(max(0.0, ea * ha + eb * hb + ec * hc))
                    highest[y, x] = max(highest[y, x], height)
                    lowest[y, x] = min(lowest[y, x], height)
                ea += 256 * adx
                eb += 256 * bdx
                ec += 256 * cdx


@compiled
def _blur(field, radius, scratch):
    """Box blur of half width `radius` cells, rows then columns, twice, in place; nothing lies outside the field."""
    rows, columns = field.shape
    scale = np.float32(1.0 / (2 * radius + 1))
    totals = np.zeros(columns, np.float32)
    for _ in range(2):
        for y in range(rows):
            total = np.float32(0.0)
            for x in range(min(radius, columns)):
                total += field[y, x]
            for x in range(columns):
                if x + radius < columns:
                    total += field[y, x + radius]
                scratch[y, x] = total * scale
                if x - radius >= 0:
                    total -= field[y, x - radius]
        totals[:] = 0.0
        for y in range(min(radius, rows)):
            for x in range(columns):
                totals[x] += scratch[y, x]
        for y in range(rows):
            if y + radius < rows:
                for x in range(columns):
                    totals[x] += scratch[y + radius, x]
            for x in range(columns):
                field[y, x] = max(np.float32(0.0), totals[x] * scale)
            if y - radius >= 0:
                for x in range(columns):
                    totals[x] -= scratch[y - radius, x]


@compiled
def _mix(covers, raised, near, penumbra, radii, out):
    """Choose at each cell between the blurs by how high above the floor the shadow's edge is."""
    rows, columns = out.shape
    for y in range(rows):
        for x in range(columns):
            if covers[2, y, x] <= 1e-5:
                out[y, x] = 0.0
                continue
            radius = raised[y, x] / (near[y, x] + 1e-6) * penumbra
            if radius <= radii[1]:
                share = max(0.0, (radius - radii[0]) / (radii[1] - radii[0]))
                out[y, x] = covers[0, y, x] + share * (covers[1, y, x] - covers[0, y, x])
            else:
                share = min(1.0, (radius - radii[1]) / (radii[2] - radii[1]))
                out[y, x] = covers[1, y, x] + share * (covers[2, y, x] - covers[1, y, x])


def _soften(highest: np.ndarray, lowest: np.ndarray, cell: float) -> np.ndarray:
    """The shadow on the floor (n, m): sharp under the soles, soft under what is high above them."""
    covers = np.empty((3, *highest.shape), np.float32)
    near, raised, scratch = np.empty((3, *highest.shape), np.float32)
    _prepare(highest, lowest, covers, near, raised)
    for cover, radius in zip(covers, RADII, strict=True):
        _blur(cover, radius, scratch)
    _blur(near, 7, scratch)
    _blur(raised, 7, scratch)
    _mix(covers, raised, near, SOFTNESS / cell, np.array(RADII, np.float64), scratch)
    return scratch


@compiled
def _prepare(highest, lowest, covers, near, raised):
    """Split the map into what is covered, three times and once more, and how high the lowest cover is."""
    for y in range(highest.shape[0]):
        for x in range(highest.shape[1]):
            covered = np.float32(1.0) if highest[y, x] >= 0.0 else np.float32(0.0)
            for k in range(3):
                covers[k, y, x] = covered
            near[y, x] = covered
            raised[y, x] = covered * lowest[y, x]


def _hush(vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much of the sky the lowest parts of the dancers take from the floor, (k, l) in 0..1, and its corner."""
    bounds = _close_bounds(vertices)
    if bounds[0] > bounds[2]:
        return np.zeros((2, 2), np.float32), np.zeros(2)
    corner = np.floor(bounds[:2] / HUSH_CELL_M) - 10
    shape = np.minimum(np.ceil(bounds[2:] / HUSH_CELL_M) - corner + 10, 1024).astype(int)
    field = np.zeros((shape[1], shape[0]), np.float32)
    # A body of 1.8 square metres spread over its vertices, each weighing less the higher it is.
    _splat(vertices, corner * HUSH_CELL_M, HUSH_CELL_M, 1.8 / len(vertices), field)
    _blur(field, 2, np.empty_like(field))
    return 1.0 - np.exp(-1.6 * field), corner * HUSH_CELL_M


@compiled
def _close_bounds(vertices):
    """x, z of the box (4,) around the vertices near the floor; empty (first above third) when there are none."""
    bounds = np.array([1e9, 1e9, -1e9, -1e9])
    for i in range(len(vertices)):
        if vertices[i, 1] < CLOSE_M:
            bounds[0] = min(bounds[0], vertices[i, 0])
            bounds[1] = min(bounds[1], vertices[i, 2])
            bounds[2] = max(bounds[2], vertices[i, 0])
            bounds[3] = max(bounds[3], vertices[i, 2])
    return bounds


@compiled
def _splat(vertices, origin, cell, area, field):
    """Spread each vertex over the four cells around it, weighted by area and nearness to the floor."""
    for i in range(len(vertices)):
        if vertices[i, 1] >= CLOSE_M:
            continue
        x = (vertices[i, 0] - origin[0]) / cell - 0.5
        z = (vertices[i, 2] - origin[1]) / cell - 0.5
        column, row = int(np.floor(x)), int(np.floor(z))
        if column < 0 or row < 0 or column + 1 >= field.shape[1] or row + 1 >= field.shape[0]:
            continue
        weight = area / (cell * cell) * np.exp(-max(0.0, vertices[i, 1]) / 0.16)
        u, v = x - column, z - row
        field[row, column] += weight * (1 - u) * (1 - v)
        field[row, column + 1] += weight * u * (1 - v)
        field[row + 1, column] += weight * (1 - u) * v
        field[row + 1, column + 1] += weight * u * v
