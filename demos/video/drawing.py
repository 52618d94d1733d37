"""Drawing the example pictures: smooth shapes, thick limbs, dots and lines of ink on a sheet."""

from __future__ import annotations

import cv2
import numpy as np

from demos.runtime.settings import ASSETS

FOLDER = ASSETS / "pictures"
FINE = 3
"""Drawings are drawn this many times larger and made small, for soft edges."""
Colour = tuple[int, int, int]


class Sheet:
    """A drawing in points of a 600 x 800 sheet, kept larger by FINE; ink outlines around flat colours."""

    def __init__(self, ground: Colour | None, width: int = 600, height: int = 800):
        self.size = width, height
        colour = (*ground, 255) if ground else (0, 0, 0, 0)
        self.ink = np.full((height * FINE, width * FINE, 4), colour, np.uint8)

    def _at(self, points: list[tuple[float, float]]) -> np.ndarray:
        return np.round(np.array(points, np.float64) * FINE).astype(np.int32).reshape(-1, 1, 2)

    def shape(self, points: list[tuple[float, float]], colour: Colour, line: Colour | None = (38, 30, 52)) -> None:
        """A smooth closed shape through points."""
        curve = self._at(_smooth(points))
        cv2.fillPoly(self.ink, [curve], (*colour, 255))
        if line:
            cv2.polylines(self.ink, [curve], True, (*line, 255), 5 * FINE, cv2.LINE_AA)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, *, round_: float = 12) -> None:
        """A box with round corners."""
        r = round_
        corners = [
            (left + r, top + r, 180),
            (right - r, top + r, 270),
            (right - r, bottom - r, 0),
            (left + r, bottom - r, 90),
        ]
        angle = np.radians(np.linspace(0, 90, 8))
        points = [
            (x + r * np.cos(a + np.radians(start)), y + r * np.sin(a + np.radians(start)))
            for x, y, start in corners for a in angle
        ]  # fmt: skip
        cv2.fillPoly(self.ink, [self._at(points)], (*colour, 255))
        cv2.polylines(self.ink, [self._at(points)], True, (38, 30, 52, 255), 5 * FINE, cv2.LINE_AA)

    def dot(self, x: float, y: float, radius: float, colour: Colour, *, line: bool = False) -> None:
        """A round spot."""
        place = round(x * FINE), round(y * FINE)
        cv2.circle(self.ink, place, round(radius * FINE), (*colour, 255), -1, cv2.LINE_AA)
        if line:
            cv2.circle(self.ink, place, round(radius * FINE), (38, 30, 52, 255), 5 * FINE, cv2.LINE_AA)

    def stroke(self, points: list[tuple[float, float]], colour: Colour, wide: float) -> None:
        """An open line."""
        cv2.polylines(self.ink, [self._at(points)], False, (*colour, 255), round(wide * FINE), cv2.LINE_AA)

    def limb(self, points: list[tuple[float, float]], colour: Colour, wide: float) -> None:
        """A thick line with an outline."""
        self.stroke(points, (38, 30, 52), wide + 10)
        self.stroke(points, colour, wide)

    def small(self) -> np.ndarray:
        """The drawing in its own size."""
        return cv2.resize(self.ink, self.size, interpolation=cv2.INTER_AREA)


def _smooth(points: list[tuple[float, float]], steps: int = 10) -> list[tuple[float, float]]:
    """A closed Catmull-Rom curve through points."""
    own = np.array(points, np.float64)
    a, b, c, d = np.roll(own, 1, 0), own, np.roll(own, -1, 0), np.roll(own, -2, 0)
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    a, b, c, d = (x[:, None] for x in (a, b, c, d))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return [tuple(p) for p in curve.reshape(-1, 2)]
