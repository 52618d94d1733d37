"""Meshes from outlines: a layer's flat shape, triangulated and blown up to a body with a front and a back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import map_coordinates
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve
from scipy.spatial import Delaunay

_INFLATE = 180
"""Pixels of a layer's longer side at which its thickness is computed."""


@dataclass(frozen=True, eq=False)
class Balloon:
    """A closed mesh. places : (v, 2) pixels of the picture. height : (v,) pixels towards the viewer, negative behind;
    the first half of the vertices is the front, the second the back. faces : (f, 3), anticlockwise seen from outside
    with x right, y UP, z to the viewer; the first half is the front. wall : (w, 3) faces that close it where
    triangulation left gaps at the rim; the first half shows the front's colours."""

    places: np.ndarray
    height: np.ndarray
    faces: np.ndarray
    wall: np.ndarray


def inflate(mask: np.ndarray, corner: np.ndarray, step: float) -> Balloon | None:
    """A balloon of an outline (h, w) float32, with triangles about `step` pixels wide; None when there is nothing."""
    rim = _contours(mask, step)
    if not rim:
        return None
    flat, inside = _fill(mask, rim, step)
    faces = _triangles(flat, mask)
    if len(faces) == 0:
        return None
    used = np.unique(faces)
    number = np.full(len(flat), -1)
    number[used] = np.arange(len(used))
    flat, faces = flat[used], number[faces]
    thick = _thickness(mask, flat)
    edge = ~inside[used]
    thick[edge] = 0
    count = len(flat)
    back = faces[:, ::-1] + count
    return Balloon(
        np.concatenate([flat, flat]) + corner, np.concatenate([thick, -thick]), np.concatenate([faces, back]),
        _wall(faces, thick),
    )  # fmt: skip


def _wall(faces: np.ndarray, thick: np.ndarray) -> np.ndarray:
    """(w, 3) faces between front and back where they do not meet: where the front (f, 3) ends off the rim."""
    count = len(thick)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    code = np.sort(edges, axis=1) @ np.array([count, 1])
    _, first, times = np.unique(code, return_index=True, return_counts=True)
    open_ = edges[first[times == 1]]
    a, b = open_[(thick[open_] > 0).any(axis=1)].T
    return np.concatenate([np.stack([b, a, a + count], axis=1), np.stack([b, a + count, b + count], axis=1)])


def _contours(mask: np.ndarray, step: float) -> list[np.ndarray]:
    """Points along the outlines, about `step` apart, where the mask is one half. Pixel centres are at .5."""
    wide = np.pad(mask, 1)
    found, _ = cv2.findContours((wide > 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    soft = cv2.GaussianBlur(wide, (0, 0), 0.8)
    slope = np.stack([cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)]) / 8
    rims = []
    for line in found:
        line = line[:, 0].astype(np.float64)
        closed = np.concatenate([line, line[:1]])
        along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
        count = int(along[-1] / step)
        if count < 4:
            continue
        at = np.linspace(0, along[-1], count, endpoint=False)
        points = np.stack([np.interp(at, along, closed[:, k]) for k in range(2)], axis=1)
        for _ in range(3):  # Newton's steps down the slope to the half
            value = map_coordinates(soft, points[:, ::-1].T, order=1, mode="nearest")
            grade = np.stack([map_coordinates(s, points[:, ::-1].T, order=1, mode="nearest") for s in slope], axis=1)
            size = (grade**2).sum(axis=1)
            move = ((0.5 - value) / np.maximum(size, 1e-3))[:, None] * grade
            points += np.clip(move, -0.7, 0.7)
        rims.append(points - 1 + 0.5)
    return rims


def _fill(mask: np.ndarray, rims: list[np.ndarray], step: float) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (v, 2): the rims, rings close inside them, then a lattice of triangles; and which are inside (v,).

    A balloon is steep at its rim: without the rings, its outline would show corners once it is turned.
    """
    height, width = mask.shape
    inner = cv2.distanceTransform((np.pad(mask, 1) > 0.5).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]

    def deep(points: np.ndarray) -> np.ndarray:
        return map_coordinates(inner, points[:, ::-1].T - 0.5, order=1, mode="constant")

    rings = []
    for rim in rims:
        along = np.roll(rim, -1, axis=0) - np.roll(rim, 1, axis=0)
        inward = np.stack([along[:, 1], -along[:, 0]], axis=1)
        inward /= np.maximum(np.linalg.norm(inward, axis=1, keepdims=True), 1e-6)
        if np.mean(deep(rim + 2.0 * inward)) < np.mean(deep(rim - 2.0 * inward)):
            inward = -inward
        between = (rim + np.roll(rim, -1, axis=0)) / 2
        for start, share in ((rim, 0.22), (between, 0.7)):
            ring = start + share * step * inward
            rings.append(ring[deep(ring) > 0.75 * share * step])
    rows = np.arange(0.5 * step, height, step * 0.866)
    lattice = np.concatenate([
        np.stack(np.broadcast_arrays(np.arange((0.25 if i % 2 else 0.75) * step, width, step), y), axis=1)
        for i, y in enumerate(rows)
    ])  # fmt: skip
    kept = lattice[deep(lattice) > 1.2 * step]
    outline, inside = np.concatenate(rims), np.concatenate([*rings, kept])
    return np.concatenate([outline, inside]), np.concatenate([np.zeros(len(outline), bool), np.ones(len(inside), bool)])


def _triangles(flat: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(f, 3) Delaunay triangles whose middle is inside the mask, anticlockwise when y points up."""
    if len(flat) < 4:
        return np.zeros((0, 3), np.int64)
    faces = Delaunay(flat).simplices
    corners = flat[faces]
    middle = np.clip(corners.mean(axis=1), 0, np.array(mask.shape[::-1]) - 1)
    value = map_coordinates(mask, middle[:, ::-1].T - 0.5, order=1, mode="nearest")
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    kept = (value > 0.4) & (np.abs(area) > 1e-3)
    faces, area = faces[kept], area[kept]
    return np.where(area[:, None] < 0, faces, faces[:, ::-1])


def _thickness(mask: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """Half the thickness (v,) pixels at vertices: the root of a membrane's height under pressure.

    A strip of half width r becomes a cylinder of radius r; a disc somewhat flatter than a ball.
    """
    scale = min(1.0, _INFLATE / max(mask.shape))
    size = max(3, round(mask.shape[1] * scale)), max(3, round(mask.shape[0] * scale))
    small = np.pad(cv2.resize(mask, size, interpolation=cv2.INTER_AREA) > 0.5, 1)
    ys, xs = np.nonzero(small)
    if len(xs) == 0:
        return np.zeros(len(flat))
    number = np.full(small.shape, -1)
    number[ys, xs] = np.arange(len(xs))
    rows, columns = [np.arange(len(xs))], [np.arange(len(xs))]
    values = [np.full(len(xs), 4.0)]
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        other = number[ys + dy, xs + dx]
        linked = np.flatnonzero(other >= 0)
        rows.append(linked)
        columns.append(other[linked])
        values.append(np.full(len(linked), -1.0))
    matrix = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))).tocsc()
    pressed = np.zeros(small.shape)
    pressed[ys, xs] = np.maximum(np.asarray(spsolve(matrix, np.full(len(xs), 2.0))), 0)
    return (
        np.sqrt(np.maximum(_at(pressed, flat, mask.shape, size), 0)) * _towards_rim(mask, flat, pressed, size) / scale
    )


def _at(field: np.ndarray, flat: np.ndarray, shape: tuple[int, ...], size: tuple[int, int]) -> np.ndarray:
    """A field of the small, padded mask at places (v, 2) of the full one."""
    at = flat * [size[0] / shape[1], size[1] / shape[0]] + 0.5
    return map_coordinates(field, at[:, ::-1].T, order=1, mode="nearest")


def _towards_rim(mask: np.ndarray, flat: np.ndarray, pressed: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Factors (v,) that take the steps of the small mask out of the thickness close to the rim.

    There the square of the thickness grows evenly with the distance from the rim, which is known to a fraction of a
    pixel: it is read farther inside, where the small mask is right, and brought back.
    """
    inner = cv2.distanceTransform((np.pad(mask, 1) > 0.5).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    smooth = cv2.GaussianBlur(inner, (0, 0), 1.5)
    slope = np.stack([cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)]) / 8
    here = flat[:, ::-1].T - 0.5
    depth = map_coordinates(inner, here, order=1, mode="constant")
    way = np.stack([map_coordinates(part, here, order=1, mode="nearest") for part in slope], axis=1)
    way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6)
    safe = 3.0 * mask.shape[1] / size[0]
    inside = flat + way * (safe - depth)[:, None]
    reached = map_coordinates(inner, inside[:, ::-1].T - 0.5, order=1, mode="constant")
    wanted = _at(pressed, inside, mask.shape, size) * np.clip(depth / safe, 0, 1)
    found = _at(pressed, flat, mask.shape, size)
    close = (depth < safe) & (reached > 0.8 * safe)
    return np.where(close, np.sqrt(wanted / np.maximum(found, 1e-3)), 1.0)
