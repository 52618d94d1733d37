"""Light: the stage with its floor and grid, the dancers on it, and the way from linear light to bytes.

Everything is computed in linear light and encoded once at the end. The camera has no roll (right lies level), so a
row of the picture meets the floor at one distance: the stage costs a few operations a pixel.
"""

import numpy as np

from demos.render.raster import ALL, SAMPLES
from demos.render.theme import Theme, encode, linear
from demos.runtime.compiled import compiled

GRID_M = 0.5
"""Metres between lines of the grid; every second line is stronger."""
POOL_M = 4.6
"""Radius in metres at which the floor has faded into the backdrop."""
REFLECTED_M = 0.6
"""Metres: what is higher than this is not reflected by the floor, what is lower the more the nearer it is."""
KNEE, WHITE = 0.7, 1.3
"""Linear light above which highlights roll off, and the light that is shown as white."""

_CURVE = 8192
"""Entries of the tone table, over the square root of light: even steps for the eye."""


def lamps(theme: Theme, direction: np.ndarray, azimuth: float) -> np.ndarray:
    """(6, 3) float64 for `resolve`: key direction, key, sky, ground, rim direction, rim (linear light)."""
    rim = np.array([0.75 * np.cos(azimuth) - np.sin(azimuth), 0.45, -0.75 * np.sin(azimuth) - np.cos(azimuth)])
    scaled = [linear(colour) * strength for colour, strength in (theme.key, theme.sky, theme.ground, theme.rim)]
    return np.stack([direction, *scaled[:3], rim / np.linalg.norm(rim), scaled[3]])


def backdrop(theme: Theme, height: int, width: int) -> np.ndarray:
    """(h, w, 3) float32 linear: the wall behind the stage, fixed in the picture: a gradient, a glow, dark corners."""
    y = (np.arange(height) + 0.5)[:, None, None] / height
    x = ((np.arange(width) + 0.5)[None, :, None] - 0.5 * width) / height
    rise = np.clip(y / 0.62, 0, 1)
    rise = rise * rise * (3 - 2 * rise)
    wall = linear(theme.top) + rise * (linear(theme.low) - linear(theme.top))
    colour, strength = theme.glow
    wall = wall + linear(colour) * strength * np.exp(-((x / 0.46) ** 2 + ((y - 0.46) / 0.34) ** 2))
    if theme.name == "dark":
        wall = wall * (1 - 0.25 * np.clip((x / 0.9) ** 2 + ((y - 0.5) / 0.8) ** 2, 0, 1))
    return np.ascontiguousarray(wall, np.float32)


def dither(height: int, width: int) -> np.ndarray:
    """(h, w) float32 in 0..1: interleaved gradient noise (Jimenez 2014), which keeps dark gradients from banding."""
    x, y = np.arange(width)[None, :], np.arange(height)[:, None]
    return np.ascontiguousarray((52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1.0)) % 1.0, np.float32)


def tone_table() -> np.ndarray:
    """(8192,) float32: sqrt(light) / sqrt(WHITE) -> 0..255, sRGB with a soft shoulder above KNEE."""
    light = np.linspace(0, 1, _CURVE) ** 2 * WHITE
    over = np.clip(light - KNEE, 0, None)
    # A parabola with slope 1 at the knee and level at white: it ends at 1 because WHITE is 2 - KNEE.
    shown = np.minimum(light, KNEE) + over * (1 - over / (2 * (WHITE - KNEE)))
    return (255.0 * encode(shown)).astype(np.float32)


def floor_colours(theme: Theme) -> np.ndarray:
    """(3, 3) float64 linear for `stage`: the floor, the warm light added in the pool, the grid's lines."""
    return np.stack([linear(theme.floor), linear(theme.pool[0]) * theme.pool[1], linear(theme.line)])


@compiled
def _lines(place, footprint, width):
    """Share of a footprint covered by lines of the given width on a grid of pitch 1, exact for a box footprint."""
    low = place + 0.5 * width - 0.5 * footprint
    high = low + footprint
    low_whole, high_whole = np.floor(low), np.floor(high)
    inside = (high_whole - low_whole) * width
    inside += min(high - high_whole, width) - min(low - low_whole, width)
    return inside / footprint


@compiled
def stage(wall, axes, eye, focal, centre, focus, colours, line_strength, top, bottom, picture, floorness):
    """Paint the stage without its dancers into rows top..bottom of picture (h, w, 3) float32, linear.

    wall : (h, w, 3) backdrop. focus : (2,) the world's x, z of the middle of the pool of light.
    floorness : (h, w) float32, how much of a pixel is floor (so that shadows fall only there), written.
    """
    width = floorness.shape[1]
    right_x, right_z = axes[0, 0], axes[0, 2]
    up_x, up_y, up_z = axes[1, 0], axes[1, 1], axes[1, 2]
    for y in range(top, bottom):
        down = (centre[1] - (y + 0.5)) / focal
        fall = axes[2, 1] + down * up_y
        far = -eye[1] / fall if fall < -1e-4 else 1e9
        if far > 60.0:
            for x in range(width):
                floorness[y, x] = 0.0
                for k in range(3):
                    picture[y, x, k] = wall[y, x, k]
            continue
        turn = eye[1] * up_y / (fall * fall)
        across_x = abs(far * right_x) / focal
        across_z = abs(far * right_z) / focal
        for x in range(width):
            side = (x + 0.5 - centre[0]) / focal
            way_x = axes[2, 0] + side * right_x + down * up_x
            way_z = axes[2, 2] + side * right_z + down * up_z
            px, pz = eye[0] + far * way_x, eye[2] + far * way_z
            dx, dz = px - focus[0], pz - focus[1]
            spread = (dx * dx + dz * dz) / (POOL_M * POOL_M)
            share = max(0.0, 1.0 - spread)
            share = share * share
            floorness[y, x] = share
            if share <= 0.0:
                for k in range(3):
                    picture[y, x, k] = wall[y, x, k]
                continue
            foot_x = across_x + abs(far * up_x + way_x * turn) / focal
            foot_z = across_z + abs(far * up_z + way_z * turn) / focal
            fx, fz = 1.35 * foot_x / GRID_M, 1.35 * foot_z / GRID_M
            gx, gz = px / GRID_M, pz / GRID_M
            fine = 1.0 - (1.0 - _lines(gx, fx, 0.014)) * (1.0 - _lines(gz, fz, 0.014))
            bold = 1.0 - (1.0 - _lines(0.5 * gx, 0.5 * fx, 0.011)) * (1.0 - _lines(0.5 * gz, 0.5 * fz, 0.011))
            line = line_strength * min(1.0, 0.55 * fine + 0.75 * bold)
            warm = share * share
            for k in range(3):
                ground = colours[0, k] * (0.35 + 0.65 * share) + warm * colours[1, k]
                ground += line * (colours[2, k] - ground)
                picture[y, x, k] = wall[y, x, k] + share * (ground - wall[y, x, k])


@compiled
def _bilinear(field, row, column):
    """A field (n, m) at fractional cell centres; 0 outside."""
    r, c = int(np.floor(row)), int(np.floor(column))
    if r < 0 or c < 0 or r + 1 >= field.shape[0] or c + 1 >= field.shape[1]:
        return 0.0
    v, u = row - r, column - c
    upper = field[r, c] + u * (field[r, c + 1] - field[r, c])
    lower = field[r + 1, c] + u * (field[r + 1, c + 1] - field[r + 1, c])
    return upper + v * (lower - upper)


@compiled
def darken(
    picture, floorness, axes, eye, focal, centre, shadow, origin, cell, hush, hush_origin, hush_cell, shade, box
):
    """Lay the shadows on the floor, in place, inside box (4,) left, top, right, bottom of the picture.

    shade : (3,) what full shadow leaves of each colour.
    """
    for y in range(box[1], box[3]):
        down = (centre[1] - (y + 0.5)) / focal
        fall = axes[2, 1] + down * axes[1, 1]
        if fall >= -1e-4:
            continue
        far = -eye[1] / fall
        for x in range(box[0], box[2]):
            share = floorness[y, x]
            if share <= 0.0:
                continue
            side = (x + 0.5 - centre[0]) / focal
            px = eye[0] + far * (axes[2, 0] + side * axes[0, 0] + down * axes[1, 0])
            pz = eye[2] + far * (axes[2, 2] + side * axes[0, 2] + down * axes[1, 2])
            dark = _bilinear(shadow, (pz - origin[1]) / cell - 0.5, (px - origin[0]) / cell - 0.5)
            close = _bilinear(hush, (pz - hush_origin[1]) / hush_cell - 0.5, (px - hush_origin[0]) / hush_cell - 0.5)
            if dark <= 0.0 and close <= 0.0:
                continue
            for k in range(3):
                left = (1.0 - dark * (1.0 - shade[k])) * (1.0 - 0.62 * close)
                picture[y, x, k] *= 1.0 - share * (1.0 - left)


@compiled
def _weights(screen, a, b, c, x, y):
    """Perspective-correct shares of three corners at a point of the screen: areas times 1/distance."""
    ax, ay = screen[a, 0] - x, screen[a, 1] - y
    bx, by = screen[b, 0] - x, screen[b, 1] - y
    cx, cy = screen[c, 0] - x, screen[c, 1] - y
    wa = (bx * cy - by * cx) * screen[a, 2]
    wb = (cx * ay - cy * ax) * screen[b, 2]
    wc = (ax * by - ay * bx) * screen[c, 2]
    scale = 1.0 / (wa + wb + wc)
    return wa * scale, wb * scale, wc * scale


@compiled
def reflect(samples, box, screen, faces, surface, floorness, lights, strength, picture):
    """Lay the dancers' image in the floor over the picture (h, w, 3), in place, fading with height.

    samples, box : of `raster.fill` from `raster.mirror`. strength : what the floor returns of light at its own level.
    """
    for y in range(box[1], box[3]):
        for x in range(box[0], box[2]):
            count, last = 0, 0
            for s in range(4):
                if samples[y, x, s] != 0:
                    count += 1
                    last = s
            if count == 0:
                continue
            # A floor is not a mirror: one face stands for the pixel.
            face = ALL - np.int64(samples[y, x, last] & np.uint64(ALL))
            a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
            wa, wb, wc = _weights(screen, a, b, c, x + SAMPLES[last][0], y + SAMPLES[last][1])
            fade = max(0.0, 1.0 - (wa * surface[a, 1] + wb * surface[b, 1] + wc * surface[c, 1]) / REFLECTED_M)
            part = 0.25 * count * strength * floorness[y, x] * fade * fade
            side = 0.3
            for k in range(3):
                side += lights[0, k] * (wa * surface[a, 3 + k] + wb * surface[b, 3 + k] + wc * surface[c, 3 + k])
            for k in range(3):
                light = 0.5 * (lights[2, k] + lights[3, k]) + 0.5 * max(0.0, side) * lights[1, k]
                colour = wa * surface[a, 6 + k] + wb * surface[b, 6 + k] + wc * surface[c, 6 + k]
                picture[y, x, k] += part * (colour * light - picture[y, x, k])


@compiled
def _lit(highest, row, column, height):
    """Share of the key light that reaches a point, from a 3x3 tent of comparisons that slides with the point."""
    row -= 0.5
    column -= 0.5
    r, c = int(np.floor(row)), int(np.floor(column))
    if r < 1 or c < 1 or r + 2 >= highest.shape[0] or c + 2 >= highest.shape[1]:
        return 1.0
    v, u = row - r, column - c
    total = 0.0
    for i in range(4):
        across = 0.0
        across += (1.0 - u) * (highest[r - 1 + i, c - 1] <= height)
        across += highest[r - 1 + i, c] <= height
        across += highest[r - 1 + i, c + 1] <= height
        across += u * (highest[r - 1 + i, c + 2] <= height)
        weight = 1.0
        if i == 0:
            weight = 1.0 - v
        elif i == 3:
            weight = v
        total += weight * across
    return total / 9.0


@compiled
def _light(point, normal, albedo, gloss, eye, lights, highest, origin, cell, slope, out, share):
    """Add to out (3,) the light a surface point sends to the eye, times share. Arguments as in `resolve`."""
    nx, ny, nz = normal[0], normal[1], normal[2]
    size = 1.0 / np.sqrt(nx * nx + ny * ny + nz * nz + 1e-20)
    nx *= size
    ny *= size
    nz *= size
    vx, vy, vz = eye[0] - point[0], eye[1] - point[1], eye[2] - point[2]
    size = 1.0 / np.sqrt(vx * vx + vy * vy + vz * vz)
    vx *= size
    vy *= size
    vz *= size
    # Key light, wrapped a little round the form, less where another part stands in its way.
    key = nx * lights[0, 0] + ny * lights[0, 1] + nz * lights[0, 2]
    diffuse = 0.0
    shine = 0.0
    if key > -0.2:
        # Moved off the surface so that it does not shade itself.
        ox, oy, oz = point[0] + 0.022 * nx, point[1] + 0.022 * ny + 0.012, point[2] + 0.022 * nz
        row = (oz - oy * slope[1] - origin[1]) / cell
        column = (ox - oy * slope[0] - origin[0]) / cell
        lit = _lit(highest, row, column, oy + 0.012)
        diffuse = lit * (key + 0.2) / 1.2
        if key > 0.0:
            hx, hy, hz = lights[0, 0] + vx, lights[0, 1] + vy, lights[0, 2] + vz
            shine = max(0.0, nx * hx + ny * hy + nz * hz)
            shine = shine * shine / (hx * hx + hy * hy + hz * hz + 1e-20)
            shine *= shine
            shine *= shine
            shine *= shine  # the cosine to the power of 16
            shine *= gloss * lit * min(1.0, 4.0 * key)
    edge = 1.0 - max(0.0, nx * vx + ny * vy + nz * vz)
    edge = edge * edge * edge
    edge *= max(0.0, min(1.0, 0.35 + nx * lights[4, 0] + ny * lights[4, 1] + nz * lights[4, 2]))
    up = 0.5 * ny + 0.5
    low = 0.55 + 0.45 * min(1.0, max(0.0, point[1] / 0.5))  # the floor's corner keeps the feet darker
    for k in range(3):
        sky = (lights[3, k] + up * (lights[2, k] - lights[3, k])) * low
        light = albedo[k] * (sky + diffuse * lights[1, k])
        light += lights[1, k] * shine + lights[5, k] * edge * (0.35 + 0.65 * albedo[k])
        out[k] += share * light


@compiled
def resolve(samples, box, screen, faces, surface, eye, lights, highest, origin, cell, slope, picture):
    """Light the dancers and lay them over the picture (h, w, 3) float32 linear, in place, inside box (4,).

    The samples of a pixel that lie on one surface (distances within 2 %) are lit together, from their mean point,
    normal and colour; another surface behind them (an arm's edge before the chest) is lit for itself.
    surface : (v, 10) point, unit normal, albedo (linear), gloss (0..1) of each vertex. lights : (6, 3) of `lamps`.
    highest, origin, cell, slope : of ShadowMap.
    """
    point, normal, colour, sums = np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3)
    for y in range(box[1], box[3]):
        for x in range(box[0], box[2]):
            open_ = 0  # bits of the samples not dealt with yet
            for s in range(4):
                if samples[y, x, s] != 0:
                    open_ |= 1 << s
            if open_ == 0:
                continue
            covered = 0
            for k in range(3):
                sums[k] = 0.0
            while open_ != 0:
                reference = 0.0
                taken = 0
                shiny = 0.0
                for k in range(3):
                    point[k] = 0.0
                    normal[k] = 0.0
                    colour[k] = 0.0
                for s in range(4):
                    if not open_ & (1 << s):
                        continue
                    key = samples[y, x, s]
                    near = np.float64(key >> np.uint64(32))
                    if reference == 0.0:
                        reference = near
                    elif abs(near - reference) > 0.02 * reference:
                        continue
                    name = key & np.uint64(ALL)
                    face = ALL - np.int64(name)
                    count, mx, my = 0, 0.0, 0.0
                    for t in range(s, 4):
                        if open_ & (1 << t) and samples[y, x, t] & np.uint64(ALL) == name:
                            open_ &= ~(1 << t)
                            count += 1
                            mx += SAMPLES[t][0]
                            my += SAMPLES[t][1]
                    mx = x + mx / count
                    my = y + my / count
                    taken += count
                    a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
                    wa, wb, wc = _weights(screen, a, b, c, mx, my)
                    wa *= count
                    wb *= count
                    wc *= count
                    shiny += wa * surface[a, 9] + wb * surface[b, 9] + wc * surface[c, 9]
                    for k in range(3):
                        point[k] += wa * surface[a, k] + wb * surface[b, k] + wc * surface[c, k]
                        normal[k] += wa * surface[a, 3 + k] + wb * surface[b, 3 + k] + wc * surface[c, 3 + k]
                        colour[k] += wa * surface[a, 6 + k] + wb * surface[b, 6 + k] + wc * surface[c, 6 + k]
                scale = 1.0 / taken
                for k in range(3):
                    point[k] *= scale
                    colour[k] *= scale
                _light(
                    point, normal, colour, shiny * scale, eye, lights, highest, origin, cell, slope, sums, 0.25 * taken
                )
                covered += taken
            if covered == 4:
                for k in range(3):
                    picture[y, x, k] = sums[k]
            else:
                free = 1.0 - 0.25 * covered
                for k in range(3):
                    picture[y, x, k] = free * picture[y, x, k] + sums[k]


@compiled
def tone(picture, table, noise, box, out):
    """Linear light (h, w, 3) -> bytes inside box (4,), through the tone table, dithered."""
    scale = (len(table) - 1) / np.sqrt(np.float32(WHITE))
    last = len(table) - 1
    for y in range(box[1], box[3]):
        for x in range(box[0], box[2]):
            for k in range(3):
                index = int(np.sqrt(max(np.float32(0.0), picture[y, x, k])) * scale + np.float32(0.5))
                out[y, x, k] = np.uint8(min(np.float32(255.0), table[min(index, last)] + noise[y, x]))
