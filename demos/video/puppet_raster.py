"""The puppet's inner loops: soft skinning with a second, late pose; textured triangles with clean edges; its shadow.

Coverage and depth come from demos.render.raster.fill (four samples a pixel); here pixels get their colours.
"""

import numpy as np

from demos.render.raster import ALL, SNAP
from demos.runtime.compiled import compiled


@compiled
def skin(rest, weights, loose, transforms, late, vertices):
    """Rest vertices (v, 3) into the world (v, 3): blended bones (b, 3, 4), and where loose the late ones as well."""
    for v in range(len(rest)):
        x, y, z = rest[v, 0], rest[v, 1], rest[v, 2]
        a = b = c = np.float32(0)
        slack = loose[v]
        for k in range(weights.shape[1]):
            w = weights[v, k]
            if w < 1e-4:
                continue
            m = transforms[k]
            own = w * (np.float32(1) - slack)
            a += own * (m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3])
            b += own * (m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3])
            c += own * (m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3])
            if slack > 0:
                m = late[k]
                own = w * slack
                a += own * (m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3])
                b += own * (m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3])
                c += own * (m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3])
        vertices[v, 0], vertices[v, 1], vertices[v, 2] = a, b, c


@compiled
def project(vertices, far, high, side, height, origin, screen):
    """World (v, 3) -> screen (v, 3): pixels x, y and 1/distance. height : pixels of one unit at depth 0. origin : (2,)
    pixels of the world's origin. far, high, side : where the camera stands."""
    for i in range(len(vertices)):
        near = far / (far - vertices[i, 2])
        x = origin[0] + height * (side + (vertices[i, 0] - side) * near)
        y = origin[1] - height * (high + (vertices[i, 1] - high) * near)
        screen[i, 0] = np.rint(min(max(x, -16000.0), 16000.0) * SNAP) / SNAP
        screen[i, 1] = np.rint(min(max(y, -16000.0), 16000.0) * SNAP) / SNAP
        screen[i, 2] = 1.0 / (far - vertices[i, 2])


@compiled
def normals(vertices, faces, out):
    """Unit normals (v, 3) of a mesh, those of the faces around a vertex weighted by area."""
    out[:] = 0
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy, uz = vertices[b, 0] - vertices[a, 0], vertices[b, 1] - vertices[a, 1], vertices[b, 2] - vertices[a, 2]
        vx, vy, vz = vertices[c, 0] - vertices[a, 0], vertices[c, 1] - vertices[a, 1], vertices[c, 2] - vertices[a, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for corner in (a, b, c):
            out[corner, 0] += nx
            out[corner, 1] += ny
            out[corner, 2] += nz
    for i in range(len(out)):
        size = np.sqrt(out[i, 0] ** 2 + out[i, 1] ** 2 + out[i, 2] ** 2) + 1e-20
        for k in range(3):
            out[i, k] /= size


@compiled
def light(now, rest, lamp, strength, shade):
    """How much brighter (v,) vertices are than in the picture: by how their normals turned to the lamp (3,).

    rest : (v, 3) normals in the picture, whose colours hold that light already.
    """
    for i in range(len(now)):
        there = now[i, 0] * lamp[0] + now[i, 1] * lamp[1] + now[i, 2] * lamp[2]
        before = rest[i, 0] * lamp[0] + rest[i, 1] * lamp[1] + abs(rest[i, 2]) * lamp[2]
        shade[i] = 1.0 + strength * (there - before)


@compiled
def paint(samples, box, screen, faces, places, texture, textures, shade, picture, cover):
    """Colour the pixels of picture (h, w, 3) uint8 that the mesh covers, in place, within box left, top, right, bottom.

    places : (v, 2) pixels in the textures (n, th, tw, 3). texture : (f,) which. shade : (v,). cover : (h, w) uint8,
    written: how much of a pixel is covered.
    """
    high, wide = textures.shape[1], textures.shape[2]
    colour = np.zeros(3, np.float32)
    for y in range(box[1], box[3]):
        for x in range(box[0], box[2]):
            red = green = blue = np.float32(0)
            count = 0
            last = -1
            for s in range(4):
                if samples[y, x, s] == 0:
                    continue
                face = ALL - np.int64(samples[y, x, s] & np.uint64(ALL))
                if face != last:
                    last = face
                    a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
                    ax, ay = screen[a, 0], screen[a, 1]
                    ux, uy = screen[b, 0] - ax, screen[b, 1] - ay
                    vx, vy = screen[c, 0] - ax, screen[c, 1] - ay
                    area = ux * vy - uy * vx
                    px, py = np.float32(x + 0.5) - ax, np.float32(y + 0.5) - ay
                    wb = (px * vy - py * vx) / area
                    wc = (ux * py - uy * px) / area
                    # The middle of an edge pixel lies off the face: stay on it.
                    wb = min(max(wb, np.float32(0)), np.float32(1))
                    wc = min(max(wc, np.float32(0)), np.float32(1) - wb)
                    wa = np.float32(1) - wb - wc
                    u = wa * places[a, 0] + wb * places[b, 0] + wc * places[c, 0] - np.float32(0.5)
                    v = wa * places[a, 1] + wb * places[b, 1] + wc * places[c, 1] - np.float32(0.5)
                    u = min(max(u, np.float32(0)), np.float32(wide - 1.001))
                    v = min(max(v, np.float32(0)), np.float32(high - 1.001))
                    i, j = int(v), int(u)
                    fu, fv = u - j, v - i
                    bright = wa * shade[a] + wb * shade[b] + wc * shade[c]
                    t = texture[face]
                    for k in range(3):
                        upper = textures[t, i, j, k] * (1 - fu) + textures[t, i, j + 1, k] * fu
                        lower = textures[t, i + 1, j, k] * (1 - fu) + textures[t, i + 1, j + 1, k] * fu
                        colour[k] = min((upper * (1 - fv) + lower * fv) * bright, np.float32(255))
                red += colour[0]
                green += colour[1]
                blue += colour[2]
                count += 1
            if count > 0:
                left = np.float32(4 - count)
                picture[y, x, 0] = np.uint8((red + left * picture[y, x, 0]) * np.float32(0.25) + np.float32(0.5))
                picture[y, x, 1] = np.uint8((green + left * picture[y, x, 1]) * np.float32(0.25) + np.float32(0.5))
                picture[y, x, 2] = np.uint8((blue + left * picture[y, x, 2]) * np.float32(0.25) + np.float32(0.5))
                cover[y, x] = np.uint8(min(255, 64 * count))


@compiled
def drop(vertices, lean, cell, left, back, near, soft):
    """Add what stands on the floor to two maps (rows z, columns x): near (what almost touches), soft (all of it)."""
    rows, columns = near.shape
    for i in range(len(vertices)):
        tall = max(vertices[i, 1], np.float32(0))
        x = (vertices[i, 0] + lean[0] * tall - left) / cell
        z = (vertices[i, 2] + lean[1] * tall - back) / cell
        r, c = int(z), int(x)
        if r < 0 or c < 0 or r >= rows or c >= columns:
            continue
        if tall < 0.05:
            near[r, c] += np.float32(1) - tall / np.float32(0.05)
        soft[r, c] += max(np.float32(0), np.float32(1) - tall / np.float32(0.9))


@compiled
def shadow(picture, far, high, side, height, origin, cell, left, back, near, soft, top, bottom, dark):
    """Darken the floor of picture (h, w, 3) in rows top..bottom by two maps of `drop`, blurred, 0 to 1."""
    rows, columns = near.shape
    wide = picture.shape[1]
    for y in range(top, bottom):
        # A pixel below the horizon looks at the floor at one depth.
        scale = 1.0 + ((y + 0.5) - origin[1]) / (height * high)
        if scale <= 0.3:
            continue
        z = far - far / scale
        r = (z - back) / cell - 0.5
        if r < 0 or r >= rows - 1:
            continue
        i = int(r)
        fr = r - i
        for x in range(wide):
            c = (side + ((x + 0.5 - origin[0]) / height - side) / scale - left) / cell - 0.5
            if c < 0 or c >= columns - 1:
                continue
            j = int(c)
            fc = c - j
            close = (near[i, j] * (1 - fc) + near[i, j + 1] * fc) * (1 - fr)
            close += (near[i + 1, j] * (1 - fc) + near[i + 1, j + 1] * fc) * fr
            wide_shade = (soft[i, j] * (1 - fc) + soft[i, j + 1] * fc) * (1 - fr)
            wide_shade += (soft[i + 1, j] * (1 - fc) + soft[i + 1, j + 1] * fc) * fr
            left_over = (1.0 - dark * min(close, 1.0)) * (1.0 - 0.75 * dark * min(wide_shade, 1.0))
            if left_over < 0.996:
                for k in range(3):
                    picture[y, x, k] = np.uint8(picture[y, x, k] * left_over + 0.5)
