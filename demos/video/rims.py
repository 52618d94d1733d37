"""Rims of figures: the lines of ink that drawings have around them, and colours that stay clean when a rim turns to us.

What lies within a few pixels of an outline is a mixture of figure and background, or ink; of a rounded body it covers
half of what is seen once the body turns aside.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from demos.video.matting import disc

_MOST = 0.03
"""Of a figure's longer side: the widest line."""
_LIKE = 24.0
"""Lab units within which ink is one colour."""
_EVEN, _ENDS = 0.7, 0.45
"""Share of the rim that is ink where there is a line, and below which, farther inside, it has ended."""
_MIXED = 0.004
"""Of a figure's longer side: how deep its rim is a mixture."""


@dataclass(frozen=True, eq=False)
class Ink:
    """A line around a figure. colour : (3,) uint8. width : pixels. inner : (h, w) float32 alpha of what the line
    surrounds. drawn : (h, w) float32 0 to 1: where it does; what is as thin as the line itself has none around it."""

    colour: np.ndarray
    width: float
    inner: np.ndarray
    drawn: np.ndarray


def depth_of(alpha: np.ndarray) -> np.ndarray:
    """(h, w) float32 pixels from the outline of alpha (h, w), inside."""
    return cv2.distanceTransform(np.pad(alpha > 0.5, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]


def find_ink(colours: np.ndarray, alpha: np.ndarray) -> Ink | None:
    """The line around a figure (h, w, 3) uint8 with alpha (h, w); None where it has none: most photos and paintings."""
    deep = depth_of(alpha)
    ys, xs = np.nonzero(deep)
    if len(xs) == 0:
        return None
    long = int(max(np.ptp(xs), np.ptp(ys))) + 1
    lab = cv2.cvtColor(colours.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    start = max(1.5, 0.003 * long)
    rim = (deep > start) & (deep <= start + max(1.0, 0.002 * long))
    if rim.sum() < 50:
        return None
    colour = np.median(lab[rim], axis=0)
    like = np.linalg.norm(lab - colour, axis=-1) < _LIKE
    steps = np.arange(start, _MOST * long + 1.0)
    shares = [float(like[ring].mean()) if (ring := (deep > at) & (deep <= at + 1)).any() else 0.0 for at in steps]
    ended = np.flatnonzero(np.array(shares) < _ENDS)
    if shares[0] < _EVEN or len(ended) == 0:
        return None
    width = float(steps[ended[0]])
    # What is inside must be lighter: a line is dark on every paper that drawings are made on.
    beyond = (deep > width + 1) & (deep < 2 * width + 4)
    if not beyond.any() or np.median(lab[beyond][:, 0]) < colour[0] + 12:
        return None
    inner, drawn = _within(alpha, deep, width)
    return Ink(np.median(colours[rim & like], axis=0).astype(np.uint8), width, inner, drawn)


def _within(alpha: np.ndarray, deep: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """What a line surrounds: alpha less the line, but where a part is hardly wider than two lines, the part itself."""
    inner = np.clip(deep - width + 0.5, 0, 1)
    reach = round(1.6 * width) + 1
    core = cv2.morphologyEx((deep > 1.25 * width).astype(np.uint8), cv2.MORPH_OPEN, disc(1))
    thin = (alpha > 0.5) & (cv2.dilate(core, disc(round(1.25 * width) + 2)) == 0)
    near = cv2.dilate(cv2.morphologyEx(thin.astype(np.uint8), cv2.MORPH_OPEN, disc(1)), disc(reach)) > 0
    kept = np.where(near, alpha, inner).astype(np.float32)
    return kept, cv2.GaussianBlur((~near).astype(np.float32), (0, 0), 1.0)


def bleed(colours: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Colours (h, w, 3) uint8 with those outside `known` (h, w) bool taken from near by: pull up, push down.

    Averages of what is known, at every scale, fill what is not (the pyramid of Gortler et al. 1996).
    """
    levels = [(colours.astype(np.float32) * known[..., None], known.astype(np.float32))]
    while min(levels[-1][1].shape) > 2:
        value, weight = levels[-1]
        size = (value.shape[1] + 1) // 2, (value.shape[0] + 1) // 2
        value, weight = (cv2.resize(x, size, interpolation=cv2.INTER_AREA) for x in (value, weight))
        full = np.minimum(weight * 4, 1) / np.maximum(weight, 1e-6)
        levels.append((value * full[..., None], weight * full))
    value, weight = levels[-1]
    filled = value / np.maximum(weight, 1e-3)[..., None]
    for value, weight in reversed(levels[:-1]):
        filled = cv2.resize(filled, value.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        filled = value + (1 - weight)[..., None] * filled
    result = np.clip(filled.round(), 0, 255).astype(np.uint8)
    result[known] = colours[known]
    return result


def calmed(colours: np.ndarray, alpha: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Colours (h, w, 3) uint8 of a layer with mask (h, w), those of the outline alpha (h, w) taken from farther inside,
    those of the layer's own rim smooth: once it is turned aside, a few pixels are as wide as half of the layer."""
    deep, inside = depth_of(mask), depth_of(alpha)
    ys, xs = np.nonzero(deep)
    if len(xs) < 12:
        return colours
    long = int(max(np.ptp(xs), np.ptp(ys))) + 1
    around = disc(max(2, round(0.05 * long)))
    mixed = max(1.2, _MIXED * long)
    clean = bleed(colours, inside > np.minimum(mixed, 0.5 * cv2.dilate(inside, around)))
    smooth = cv2.GaussianBlur(clean, (0, 0), max(1.0, 0.012 * long))
    share = np.clip(1.25 - deep / np.maximum(0.16 * cv2.dilate(deep, around), mixed), 0, 1)[..., None]
    return (clean * (1 - share) + smooth * share).round().astype(np.uint8)
