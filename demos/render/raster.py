"""The rasteriser's inner loops: vertices to the screen, a z-buffer with four samples a pixel, a map of shadows.

Conventions. World: y up, metres. Screen: pixels, x right, y down, (0, 0) the top left corner of the picture. A view
is (eye, right, up, forward, focal, centre): orthonormal axes, focal length in pixels, principal point in pixels.
Buffers hold four samples a pixel on a rotated grid, so that edges near the horizontal and the vertical get four
steps as well; depth is 1/distance along the view (0 = nothing there), larger is nearer. Nothing is clipped against
the near plane: a triangle with a corner nearer than NEAR is left out.
"""

import numpy as np

from demos.runtime.compiled import compiled

NEAR = 0.05
"""Metres in front of the eye where the picture starts."""

SAMPLES = np.array([[0.375, 0.125], [0.875, 0.375], [0.125, 0.625], [0.625, 0.875]])
"""(4, 2) places of the samples in a pixel: x right, y down."""

SNAP = 256.0
"""Corners are snapped to 1/256 pixel: edge functions are then exact in float64, so neighbours leave no pinholes."""


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
def vertex_normals(vertices, faces, normals):
    """Area-weighted vertex normals of a mesh: vertices (v, 3), faces (f, 3) -> normals (v, 3), unit length."""
    normals[:] = 0.0
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
            normals[corner, 0] += nx
            normals[corner, 1] += ny
            normals[corner, 2] += nz
    for i in range(len(normals)):
        size = normals[i, 0] ** 2 + normals[i, 1] ** 2 + normals[i, 2] ** 2
        scale = 1.0 / np.sqrt(size + 1e-30)
        normals[i, 0] *= scale
        normals[i, 1] *= scale
        normals[i, 2] *= scale


@compiled
def fill(screen, faces, depth, ids, box):
    """Draw a mesh into the z-buffer.

    screen : (v, 3) float32 of `project`. faces : (f, 3), anticlockwise seen from outside; backs are left out.
    depth : (h, w, 4) float32 and ids : (h, w, 4) int32 (-1 = nothing), changed in place; equal depths keep the first.
    box : (4,) int64 left, top, right, bottom (excluded) of what was drawn, grown in place.
    """
    height, width = depth.shape[0], depth.shape[1]
    for f in range(len(faces)):
        # The screen's y runs down, which turns fronts clockwise: exchange two corners.
        a, b, c = faces[f, 0], faces[f, 2], faces[f, 1]
        if screen[a, 2] == 0.0 or screen[b, 2] == 0.0 or screen[c, 2] == 0.0:
            continue
        ax, ay = np.float64(screen[a, 0]), np.float64(screen[a, 1])
        bx, by = np.float64(screen[b, 0]), np.float64(screen[b, 1])
        cx, cy = np.float64(screen[c, 0]), np.float64(screen[c, 1])
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area <= 0.0:
            continue
        left = max(0, int(np.floor(min(ax, bx, cx) - 0.875)))
        top = max(0, int(np.floor(min(ay, by, cy) - 0.875)))
        right = min(width, int(np.floor(max(ax, bx, cx) - 0.125)) + 1)
        bottom = min(height, int(np.floor(max(ay, by, cy) - 0.125)) + 1)
        if left >= right or top >= bottom:
            continue
        box[0] = min(box[0], left)
        box[1] = min(box[1], top)
        box[2] = max(box[2], right)
        box[3] = max(box[3], bottom)
        # Edge functions e = base + x*dx + y*dy, positive inside; e_a belongs to the edge opposite corner a.
        adx, ady = by - cy, cx - bx
        bdx, bdy = cy - ay, ax - cx
        cdx, cdy = ay - by, bx - ax
        a0 = -(adx * bx + ady * by)
        b0 = -(bdx * cx + bdy * cy)
        c0 = -(cdx * ax + cdy * ay)
        za = screen[a, 2] / area
        zb = screen[b, 2] / area
        zc = screen[c, 2] / area
        for y in range(top, bottom):
            for x in range(left, right):
                ea = a0 + adx * x + ady * y
                eb = b0 + bdx * x + bdy * y
                ec = c0 + cdx * x + cdy * y
                for s in range(4):
                    px, py = SAMPLES[s, 0], SAMPLES[s, 1]
                    wa = ea + adx * px + ady * py
                    wb = eb + bdx * px + bdy * py
                    wc = ec + cdx * px + cdy * py
                    if wa >= 0.0 and wb >= 0.0 and wc >= 0.0:
                        near = np.float32(wa * za + wb * zb + wc * zc)
                        if near > depth[y, x, s]:
                            depth[y, x, s] = near
                            ids[y, x, s] = f
