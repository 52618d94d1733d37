"""The outline of what no detector knows: drawings, toys, animals, cut-outs. From transparency, or from the paper."""

from __future__ import annotations

import cv2
import numpy as np

from demos.video import matting

_WORK = 512
"""Pixels of the longer side at which shapes are looked for."""
_OTHER, _SHADED, _SHADOW = 13.0, 4.5, 40.0
"""Lab units: how far a drawn figure's colours are from the border's, surely and at least; how much darker shadows are
than floors."""
_PLAIN = 14.0
"""Lab units: a border whose colours lie closer together than this about a smooth surface is paper or a wall."""


def transparent(picture: np.ndarray) -> bool:
    """Whether a picture (h, w, 4) is a cut-out already: some of it is see-through, some is not."""
    alpha = picture[..., 3]
    return bool(0.01 < (alpha < 100).mean() < 0.995)


def plain(rgb: np.ndarray) -> bool:
    """Whether the border of a picture (h, w, 3) is paper or a wall."""
    scale = min(1.0, _WORK / max(rgb.shape[:2]))
    return _from_paper(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))[1] < _PLAIN


def find_shape(picture: np.ndarray) -> np.ndarray | None:
    """Alpha (h, w) float32 of the main shape of a picture (h, w, 4) uint8, None where there is none to be seen."""
    height, width = picture.shape[:2]
    if transparent(picture):
        alpha = picture[..., 3].astype(np.float32) / 255
        main = cv2.dilate(matting.largest(alpha > 0.4, keep=0.15).astype(np.uint8), np.ones((5, 5), np.uint8))
        return alpha * main
    rgb = np.ascontiguousarray(picture[..., :3])
    scale = min(1.0, _WORK / max(height, width))
    size = max(8, round(width * scale)), max(8, round(height * scale))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    difference, spread = _from_paper(small)
    on_paper = spread < _PLAIN
    mask = _drawn(difference, spread) if on_paper else _grabbed(small)
    if mask is None or not 0.004 < mask.mean() < 0.93:
        mask = _grabbed(small) if on_paper else None
    if mask is None or not 0.004 < mask.mean() < 0.93:
        return None
    soft = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    if on_paper:  # the paper inside an outline is the figure as well: edges of ink must not cut it up
        return np.clip((cv2.GaussianBlur(soft, (0, 0), max(0.6, 0.4 / scale)) - 0.5) * 2 + 0.5, 0, 1)
    return matting.follow_edges(rgb, soft, max(2, round(1.5 / scale)))


def against_border(rgb: np.ndarray, mask: np.ndarray) -> np.ndarray | None:
    """Alpha (h, w) float32 of a drawn figure (h, w, 3): what has none of the border's colours and hangs together with
    a detector's mask (h, w). Such detectors, trained on photos, leave out the hair and hats of cartoons. None when
    that is nothing like the mask."""
    height, width = mask.shape
    scale = min(1.0, _WORK / max(height, width))
    size = max(8, round(width * scale)), max(8, round(height * scale))
    lab = cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    small = cv2.resize(mask, size, interpolation=cv2.INTER_AREA) > 0.5
    rim = max(2, round(0.02 * max(size)))
    border = np.concatenate([part.reshape(-1, 3) for part in (lab[:rim], lab[-rim:], lab[:, :rim], lab[:, -rim:])])
    cv2.setRNGSeed(1)
    rounds = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, _, colours = cv2.kmeans(border[:: max(1, len(border) // 3000)], 5, None, rounds, 2, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    away = np.min([np.linalg.norm(lab - colour, axis=-1) for colour in colours], axis=0)
    other = np.min([_unlike(lab, colour) for colour in colours], axis=0) > _OTHER
    _, labels = cv2.connectedComponents(other.astype(np.uint8))
    held = np.unique(labels[small & other])
    whole = np.isin(labels, held[held > 0])
    certain = cv2.erode(small.astype(np.uint8), matting.disc(2)) > 0
    whole |= _enclosed(whole, 1) & certain
    # White shoes on a white floor: shaded a little, and the detector is certain of them.
    missed = cv2.morphologyEx((certain & ~whole & (away > _SHADED)).astype(np.uint8), cv2.MORPH_OPEN, matting.disc(1))
    missed = cv2.dilate(missed, matting.disc(3)) > 0
    whole |= (cv2.morphologyEx((missed & small).astype(np.uint8), cv2.MORPH_CLOSE, matting.disc(2)) > 0) & small
    if not 0.75 * small.sum() < whole.sum() < 2.2 * small.sum():
        return None
    soft = cv2.resize(whole.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return matting.follow_edges(rgb, soft, max(2, round(1.0 / scale)))


def _unlike(lab: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """(h, w) how unlike a colour of the border each pixel (h, w, 3) Lab is; darker of the same hue may be a shadow."""
    off = lab - colour
    darker = np.clip(-off[..., 0], 0, _SHADOW)
    return np.linalg.norm(np.stack([off[..., 0] + 0.6 * darker, off[..., 1], off[..., 2]], axis=-1), axis=-1)


def _from_paper(rgb: np.ndarray) -> tuple[np.ndarray, float]:
    """How far each pixel is from the paper's colour there (h, w) Lab units, and how much the paper itself varies.

    The paper is a smooth surface (quadratic in x and y) through the border, fitted again without what does not fit:
    what crosses the border is the drawing.
    """
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    height, width = lab.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    u, v = 2 * x / width - 1, 2 * y / height - 1
    terms = np.stack([np.ones_like(u), u, v, u * u, u * v, v * v], axis=-1).reshape(-1, 6)
    rim = max(2, round(0.03 * max(height, width)))
    border = np.ones((height, width), bool)
    border[rim:-rim, rim:-rim] = False
    places = np.flatnonzero(border)
    values = lab.reshape(-1, 3)
    kept = places[np.linalg.norm(values[places] - np.median(values[places], axis=0), axis=1) < 30]
    if len(kept) < 0.3 * len(places):
        kept = places
    fitted = np.zeros((6, 3))
    off = np.zeros(len(places))
    for _ in range(4):
        fitted = np.linalg.lstsq(terms[kept], values[kept], rcond=None)[0]
        off = np.linalg.norm(values[places] - terms[places] @ fitted, axis=1)
        kept = places[off < max(2.5 * np.median(off), 3.0)]
    difference = np.linalg.norm(values - terms @ fitted, axis=1).reshape(height, width)
    return difference, float(np.percentile(off, 70))


def _drawn(difference: np.ndarray, spread: float) -> np.ndarray | None:
    """The shape on plain paper: strokes and colours, and all that they enclose."""
    height, width = difference.shape
    limit = max(6.5, 3.2 * spread)
    inked = cv2.GaussianBlur(difference.astype(np.float32), (0, 0), 0.8) > limit
    inked = _without_specks(inked, round(2e-4 * height * width) + 4)
    if inked.sum() < 30:
        return None
    best, best_gain = inked, 0.0
    # Wider bridges close more gaps in an outline; take the narrowest that encloses about all that any does.
    for bridge in (1, 2, 4, 6):
        filled = _enclosed(inked, bridge)
        gain = float(filled.sum())
        if gain > 1.12 * max(best_gain, 1.0):
            best, best_gain = filled, gain
    if best.sum() < 1.25 * inked.sum() and _thin(inked):  # lines that enclose little: a stick figure has a body too
        reach = max(2, round(0.012 * max(height, width)))
        best = cv2.dilate(best.astype(np.uint8), matting.disc(reach)) > 0
    return matting.largest(best, keep=0.25)


def _enclosed(inked: np.ndarray, bridge: int) -> np.ndarray:
    """What the outside cannot reach, when gaps up to about 2 x bridge are closed."""
    rim = bridge + 2
    wide = np.pad(inked.astype(np.uint8), rim)
    closed = cv2.dilate(wide, matting.disc(bridge))
    flooded = closed.copy()
    cv2.floodFill(flooded, np.zeros((wide.shape[0] + 2, wide.shape[1] + 2), np.uint8), (0, 0), (2,))
    inside = (flooded != 2).astype(np.uint8)
    shrunk = cv2.erode(inside, matting.disc(bridge))
    return (np.maximum(shrunk, wide) > 0)[rim:-rim, rim:-rim]


def _thin(inked: np.ndarray) -> bool:
    inner = cv2.distanceTransform(inked.astype(np.uint8), cv2.DIST_L2, 3)
    return bool(inner.max() < 0.035 * max(inked.shape))


def _without_specks(mask: np.ndarray, least: int) -> np.ndarray:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    big = stats[:, cv2.CC_STAT_AREA] >= least
    big[0] = False
    return np.isin(labels, np.flatnonzero(big))


def _grabbed(rgb: np.ndarray) -> np.ndarray | None:
    """The shape in the middle of a busy picture, by colour against the border's."""
    height, width = rgb.shape[:2]
    state = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    rim_y, rim_x = max(2, round(0.05 * height)), max(2, round(0.05 * width))
    state[:rim_y], state[-1:], state[:, :rim_x], state[:, -rim_x:] = (cv2.GC_BGD,) * 4
    state[rim_y:-rim_y, rim_x:-rim_x] = cv2.GC_PR_FGD
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)
    try:
        cv2.grabCut(rgb, state, None, *models, 4, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    except cv2.error:
        return None
    mask = ((state == cv2.GC_FGD) | (state == cv2.GC_PR_FGD)).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, matting.disc(2))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, matting.disc(4))
    return matting.largest(mask > 0, keep=0.3) if mask.any() else None
