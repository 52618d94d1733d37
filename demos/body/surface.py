"""A surface whose points are blends of template vertices, so that cuts and seams follow every shape (build time only).

A point is a row of weights over MakeHuman's vertices: a plain vertex is one weight of 1, a cut through an edge two.
Whatever is linear in MakeHuman's vertices (positions, morphs, skinning weights) carries over by one sparse product.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_matrix

SNAP = 0.08

Row = tuple[tuple[int, float], ...]


@dataclass
class Surface:
    """rows: the points; faces: (points of a triangle, tag). Points of different tags are never shared."""

    rows: list[Row] = field(default_factory=list)
    faces: list[tuple[int, int, int]] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    _index: dict[Row, int] = field(default_factory=dict)

    def point(self, row: Row) -> int:
        """The index of a point, added when new."""
        if row not in self._index:
            self._index[row] = len(self.rows)
            self.rows.append(row)
        return self._index[row]

    def add(self, triangles: np.ndarray, tag: int) -> None:
        """Triangles (f, 3) of template vertices."""
        for triangle in triangles.tolist():
            a, b, c = (self.point(((v, 1.0),)) for v in triangle)
            self.faces.append((a, b, c))
            self.tags.append(tag)

    def positions(self, vertices: np.ndarray) -> np.ndarray:
        """(points, k) of any template quantity (v, k)."""
        return matrix(self.rows, len(vertices)) @ vertices

    def cut(self, values: np.ndarray, tag: int, new: int) -> None:
        """Give the part of the faces of `tag` where values (points,) > 0 the tag `new`, cutting along values = 0.

        A value within SNAP of its edge's span counts as zero: no slivers, at the price of a slightly uneven cut.
        """
        values = self._snapped(values, tag)
        faces, tags = self.faces, self.tags
        self.faces, self.tags = [], []
        for face, label in zip(faces, tags, strict=True):
            signs = [int(values[v] > 0) - int(values[v] < 0) for v in face]
            if label != tag or max(signs) <= 0:
                self._keep(face, label)
            elif min(signs) >= 0:
                self._keep(face, new)
            else:
                self._split(face, signs, values, label, new)

    def _snapped(self, values: np.ndarray, tag: int) -> np.ndarray:
        values = np.array(values, float)
        triangles = np.array([f for f, t in zip(self.faces, self.tags, strict=True) if t == tag])
        span = np.full(len(values), np.inf)
        for i, j in ((0, 1), (1, 2), (2, 0)):
            a, b = triangles[:, i], triangles[:, j]
            crossing = values[a] * values[b] < 0
            gap = np.abs(values[a] - values[b])[crossing]
            np.minimum.at(span, a[crossing], gap)
            np.minimum.at(span, b[crossing], gap)
        return np.where(np.isfinite(span) & (np.abs(values) < SNAP * span), 0.0, values)

    def _keep(self, face: tuple[int, int, int], tag: int) -> None:
        self.faces.append(face)
        self.tags.append(tag)

    def _split(self, face: tuple, signs: list[int], values: np.ndarray, tag: int, new: int) -> None:
        """One triangle across the line: walk around it and hand each side its polygon."""
        sides: dict[int, list[int]] = {1: [], -1: []}
        for k in range(3):
            here, there = face[k], face[(k + 1) % 3]
            for side in (1, -1):
                if signs[k] != -side:
                    sides[side].append(here)
            if signs[k] * signs[(k + 1) % 3] < 0:
                t = abs(values[here]) / (abs(values[here]) + abs(values[there]))
                middle = self.point(blend(self.rows[here], self.rows[there], float(t)))
                sides[1].append(middle)
                sides[-1].append(middle)
        for side, label in ((1, new), (-1, tag)):
            polygon = sides[side]
            for k in range(1, len(polygon) - 1):
                self._keep((polygon[0], polygon[k], polygon[k + 1]), label)

    def drop(self, tag: int) -> None:
        """Remove the faces of a tag."""
        kept = [k for k, t in enumerate(self.tags) if t != tag]
        self.faces, self.tags = [self.faces[k] for k in kept], [self.tags[k] for k in kept]


def blend(one: Row, two: Row, t: float) -> Row:
    """The point a fraction t of the way from one to two."""
    total: dict[int, float] = {}
    for row, share in ((one, 1 - t), (two, t)):
        for vertex, weight in row:
            total[vertex] = total.get(vertex, 0) + share * weight
    return tuple(sorted((vertex, round(weight, 9)) for vertex, weight in total.items()))


def mirrored(row: Row, mirror: np.ndarray) -> Row:
    """The same point on the other side of the body."""
    total: dict[int, float] = {}
    for vertex, weight in row:
        total[int(mirror[vertex])] = weight
    return tuple(sorted(total.items()))


def matrix(rows: list[Row], count: int) -> csr_matrix:
    """(len(rows), count) sparse."""
    lengths = [len(row) for row in rows]
    columns = [vertex for row in rows for vertex, _ in row]
    weights = [weight for row in rows for _, weight in row]
    return csr_matrix((weights, columns, np.cumsum([0, *lengths])), shape=(len(rows), count))
