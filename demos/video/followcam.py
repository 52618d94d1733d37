"""A camera that follows gently: a little nearer than the picture, after the figures, never leaving any of them."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.video.puppet import Actor

NEAREST = 0.78
"""Share of the picture that is shown at the nearest."""
CALM_S = 0.9
_ROOM = 0.02


def follow(
    pictures: Generator[np.ndarray, None, None], actors: Sequence[Actor], size: tuple[int, int], fps: float
) -> Generator[np.ndarray, None, None]:
    """The pictures (h, w, 3) as that camera sees them, in the same size."""
    width, height = size
    share, middles = plan(actors, size, fps)
    with contextlib.closing(pictures):
        for picture, middle in zip(pictures, middles, strict=False):
            if share > 0.995:
                yield picture
                continue
            zoom = 1 / share
            # Where the window's upper left pixel goes: a similarity without turn, between whole pixels as well.
            matrix = np.array(
                [[zoom, 0, width / 2 - zoom * middle[0]], [0, zoom, height / 2 - zoom * middle[1]]], np.float64
            )
            yield cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def plan(actors: Sequence[Actor], size: tuple[int, int], fps: float) -> tuple[float, np.ndarray]:
    """The share of the picture that is shown, and the middle (frames, 2) of the window, pixels."""
    box = np.array([actor.extent() for actor in actors])
    low, high = box[..., :2].min(axis=0), box[..., 2:].max(axis=0)
    whole = np.array(size, np.float64)
    low, high = np.clip(low, 0, whole), np.clip(high, 0, whole)
    path = gaussian_filter1d((low + high) / 2, CALM_S * fps, axis=0, mode="nearest")
    share = NEAREST
    for _ in range(12):
        half = share * whole / 2
        middle = np.clip(path, half, whole - half)
        room = _ROOM * whole
        # As far as the figures need, the window goes with them; where even that is too narrow, it shows more.
        fits = (low >= middle - half + np.minimum(room, low)) & (
            high <= middle + half - np.minimum(room, whole - high)
        )  # fmt: skip
        if fits.all():
            return share, middle
        share = min(1.0, share + 0.02)
    return 1.0, np.tile(whole / 2, (len(path), 1))
