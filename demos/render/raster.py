"""The rasteriser's inner loops: vertices to the screen, a z-buffer with four samples a pixel, a map of shadows.

Conventions. World: y up, metres. Screen: pixels, x right, y down, (0, 0) the top left corner of the picture. A view
is (eye, right, up, forward, focal, centre): orthonormal axes, focal length in pixels, principal point in pixels.
Buffers hold four samples a pixel on a rotated grid, so that edges near the horizontal and the vertical get four
steps as well; depth is 1/distance along the view, larger is nearer. Nothing is clipped against
the near plane: a triangle with a corner nearer than NEAR is left out.
"""

import numpy as np

from demos.runtime.compiled import compiled

NEAR = 0.05
"""Metres in front of the eye where the picture starts."""

SAMPLES = ((0.375, 0.125), (0.875, 0.375), (0.125, 0.625), (0.625, 0.875))
"""Places of the samples in a pixel: x right, y down."""

ALL = 2**32 - 1
DEPTH_SCALE = 2.0**27
"""Depth is kept as 1/distance times this, a whole number below 2**32 (NEAR is 20 of 32 possible)."""

SNAP = 256.0
"""Corners are snapped to 1/256 pixel."""


@compiled
def project(vertices, axes, eye, focal, centre, screen):
    """World vertices (v, 3) -> screen (v, 3) float32: x, y in pixels, 1/distance (0 when behind NEAR).

    axes : (3, 3), rows right, up, forward. eye : (3,). centre : (2,) pixels.
    """
    for i in range(len(vertices)):
        x = vertices[i, 0] - eye[0]
        y = vertices[i, 1] - eye[1]
        z = vertices[i, 2] - eye[2]
        far = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z
        if far < NEAR:
            screen[i, 0] = 0.0
            screen[i, 1] = 0.0
            screen[i, 2] = 0.0
            continue
        scale = focal / far
        across = centre[0] + scale * (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z)
        down = centre[1] - scale * (axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z)
        screen[i, 0] = np.rint(min(max(across, -16000.0), 16000.0) * SNAP) / SNAP
        screen[i, 1] = np.rint(min(max(down, -16000.0), 16000.0) * SNAP) / SNAP
        screen[i, 2] = 1.0 / far


@compiled
def mirror(vertices, limit, axes, eye, focal, centre, scratch, screen):
    """Like `project`, of the vertices' image in the floor; those higher than `limit` metres are left out.

    scratch : (v, 3) float32, written: the image's vertices. Faces must be turned over to be drawn with it.
    """
    for i in range(len(vertices)):
        scratch[i, 0] = vertices[i, 0]
        scratch[i, 1] = -max(np.float32(0.0), vertices[i, 1])
        scratch[i, 2] = vertices[i, 2]
    project(scratch, axes, eye, focal, centre, screen)
    for i in range(len(vertices)):
        if vertices[i, 1] > limit:
            screen[i, 2] = 0.0


@compiled
def place(vertices, faces, surface):
    """Write where a mesh is into the first six columns of surface (v, 6 or more): point, then unit normal.

    vertices : (v, 3) metres. faces : (f, 3). Normals are those of the faces around a vertex, weighted by area.
    """
    for i in range(len(vertices)):
        for k in range(3):
            surface[i, k] = vertices[i, k]
            surface[i, 3 + k] = 0.0
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux = vertices[b, 0] - vertices[a, 0]
        uy = vertices[b, 1] - vertices[a, 1]
        uz = vertices[b, 2] - vertices[a, 2]
        vx = vertices[c, 0] - vertices[a, 0]
        vy = vertices[c, 1] - vertices[a, 1]
        vz = vertices[c, 2] - vertices[a, 2]
        nx = uy * vz - uz * vy
        ny = uz * vx - ux * vz
        nz = ux * vy - uy * vx
        for corner in (a, b, c):
            surface[corner, 3] += nx
            surface[corner, 4] += ny
            surface[corner, 5] += nz
    for i in range(len(vertices)):
        size = surface[i, 3] ** 2 + surface[i, 4] ** 2 + surface[i, 5] ** 2
        scale = 1.0 / np.sqrt(size + 1e-30)
        for k in range(3, 6):
            surface[i, k] *= scale


@compiled
def fill(screen, faces, samples, box):
    """Draw a mesh into the z-buffer.

    screen : (v, 3) float32 of `project`. faces : (f, 3), anticlockwise seen from outside; backs are left out.
    samples : (h, w, 4) uint64, changed in place; 0 is empty. The upper 32 bits are the depth, the lower
        ones ALL - face: one comparison decides, one line of cache is touched, and of equal depths the first face stays.
    box : (4,) int64 left, top, right, bottom (excluded) of what was drawn, grown in place.
    """
    height, width = samples.shape[0], samples.shape[1]
    for f in range(len(faces)):
        # The screen's y runs down, which turns fronts clockwise: exchange two corners.
        a, b, c = faces[f, 0], faces[f, 2], faces[f, 1]
        if screen[a, 2] == 0.0 or screen[b, 2] == 0.0 or screen[c, 2] == 0.0:
            continue
        # Whole 1/256 pixels from here on: edge functions are exact, so neighbours leave no pinholes.
        ax, ay = np.int64(screen[a, 0] * SNAP), np.int64(screen[a, 1] * SNAP)
        bx, by = np.int64(screen[b, 0] * SNAP), np.int64(screen[b, 1] * SNAP)
        cx, cy = np.int64(screen[c, 0] * SNAP), np.int64(screen[c, 1] * SNAP)
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area <= 0:
            continue
        left = max(0, (min(ax, bx, cx) + 31) >> 8)
        top = max(0, (min(ay, by, cy) + 31) >> 8)
        right = min(width - 1, (max(ax, bx, cx) - 32) >> 8)
        bottom = min(height - 1, (max(ay, by, cy) - 32) >> 8)
        if left > right or top > bottom:
            continue
        box[0] = min(box[0], left)
        box[1] = min(box[1], top)
        box[2] = max(box[2], right + 1)
        box[3] = max(box[3], bottom + 1)
        # Edge functions, positive inside; ea belongs to the edge opposite corner a. What each gains from a pixel's
        # corner to its samples (SAMPLES in 1/256 pixels), and the most of it: pixels that stay negative hold none.
        adx, ady = by - cy, cx - bx
        bdx, bdy = cy - ay, ax - cx
        cdx, cdy = ay - by, bx - ax
        da = (96 * adx + 32 * ady, 224 * adx + 96 * ady, 32 * adx + 160 * ady, 160 * adx + 224 * ady)
        db = (96 * bdx + 32 * bdy, 224 * bdx + 96 * bdy, 32 * bdx + 160 * bdy, 160 * bdx + 224 * bdy)
        dc = (96 * cdx + 32 * cdy, 224 * cdx + 96 * cdy, 32 * cdx + 160 * cdy, 160 * cdx + 224 * cdy)
        most_a = max(max(da[0], da[1]), max(da[2], da[3]))
        most_b = max(max(db[0], db[1]), max(db[2], db[3]))
        most_c = max(max(dc[0], dc[1]), max(dc[2], dc[3]))
        scale = DEPTH_SCALE / np.float64(area)
        za, zb, zc = screen[a, 2] * scale, screen[b, 2] * scale, screen[c, 2] * scale
        name = np.uint64(ALL - f)
        for y in range(top, bottom + 1):
            ea = adx * (256 * left - bx) + ady * (256 * y - by)
            eb = bdx * (256 * left - cx) + bdy * (256 * y - cy)
            ec = cdx * (256 * left - ax) + cdy * (256 * y - ay)
            for x in range(left, right + 1):
                # One test of signs instead of three: the sign of a bitwise or.
                if ((ea + most_a) | (eb + most_b) | (ec + most_c)) >= 0:
                    for s in range(4):
                        wa, wb, wc = ea + da[s], eb + db[s], ec + dc[s]
                        if (wa | wb | wc) >= 0:
                            near = np.uint64(np.int64(wa * za + wb * zb + wc * zc))
                            samples[y, x, s] = max(samples[y, x, s], (near << np.uint64(32)) | name)
                ea += 256 * adx
                eb += 256 * bdx
                ec += 256 * cdx


def unpack(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The z-buffer (h, w, 4) uint64 as distances in metres, infinite where nothing is, and faces, -1 there."""
    empty = samples == 0
    depth = (samples >> np.uint64(32)).astype(np.float64)
    faces = ALL - (samples & np.uint64(ALL)).astype(np.int64)
    return np.where(empty, np.inf, DEPTH_SCALE / np.maximum(depth, 1)), np.where(empty, -1, faces)
