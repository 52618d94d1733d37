"""From a rough mask to a clean outline: colours decide near the edge, and the edge is as soft as the picture's own."""

from __future__ import annotations

import cv2
import numpy as np

_WORK = 520
"""Pixels of the longer side at which colours are told apart."""


def refine(rgb: np.ndarray, rough: np.ndarray) -> np.ndarray:
    """Alpha (h, w) float32 of a figure in a picture (h, w, 3) uint8, from a detector's soft mask (h, w) float32."""
    height, width = rough.shape
    scale = min(1.0, _WORK / max(height, width))
    size = max(8, round(width * scale)), max(8, round(height * scale))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(rough, size, interpolation=cv2.INTER_AREA)
    mask = cv2.ximgproc.guidedFilter(small, np.clip((mask - 0.5) * 1.6 + 0.5, 0, 1), 4, 60.0)
    mask = mask * cv2.dilate(largest(mask > 0.5, keep=0.04).astype(np.uint8), disc(2))
    soft = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return follow_edges(rgb, soft, max(2, round(1.2 / scale)))


def drawn(rgb: np.ndarray) -> bool:
    """Whether a picture (h, w, 3) is made of even colours, as cartoons are."""
    scale = min(1.0, 400 / max(rgb.shape[:2]))  # large photos are smooth, too, from pixel to pixel
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    edges = cv2.Laplacian(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), cv2.CV_32F)
    return bool((np.abs(edges) < 2.5).mean() > 0.72)


def follow_edges(rgb: np.ndarray, alpha: np.ndarray, radius: int) -> np.ndarray:
    """An alpha whose edge lies on the picture's (guided filter: He et al. 2010), steep again afterwards."""
    guide = cv2.bilateralFilter(rgb, 5, 25, 3) if rgb.size < 3_000_000 else rgb
    fine = cv2.ximgproc.guidedFilter(guide, alpha.astype(np.float32), 2 * radius, 40.0)
    return np.clip((fine - 0.5) * 1.9 + 0.5, 0, 1).astype(np.float32)


def largest(mask: np.ndarray, *, keep: float = 0.1) -> np.ndarray:
    """A mask (h, w) bool with its largest piece, and others of at least `keep` of its area; holes stay."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count <= 2:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    return np.isin(labels, np.flatnonzero(areas >= keep * areas.max())) & mask


def disc(radius: int) -> np.ndarray:
    """A round structuring element, (2 radius + 1) square."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
