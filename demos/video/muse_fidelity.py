"""How true the soft puppet is, and how steady over a minute: films against frames that are known, and outlines in time.

The known frames are drawn without the puppet: every pixel of a drawing is pulled through the true motion, before a
background that is known behind it. The puppet sees the first frame alone and has to find, cut out and fill.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from demos.video import backdrop, finding, likeness, muse_pictures, muse_pose, muse_puppet, muse_shape
from demos.video.muse_moves import Ask, Clock, perform
from demos.video.muse_pose import FPS, LIMB, Binding
from demos.video.muse_shape import Shape

MOVES = ("sway", "bounce", "rock", "ripple")
SECONDS = 4.0
_SHORT = 288
_EVERY = 6
_SPECK = 0.002
"""Share of an outline: smaller pieces of it are no pieces."""


def fidelity() -> list[dict]:
    """PSNR, SSIM and GMSD (in place of LPIPS) of films of drawings that do known moves; still_... holds the first
    frame. box_... is about the figure alone."""
    rows = []
    for name, draw in (("cat", muse_pictures.cat), ("teapot", muse_pictures.teapot), ("tree", muse_pictures.tree)):
        cut_out = _reduced(draw(cut_out=True))
        for move in MOVES:
            rows.append({"picture": name, "move": move, **_compared(cut_out, move)})
    return rows


def _compared(cut_out: np.ndarray, move: str) -> dict[str, float]:
    behind = _wall(*cut_out.shape[:2])
    shape = muse_shape.find(cut_out[..., 3] / 255.0)
    beat = np.arange(round(SECONDS * FPS)) / FPS * 2
    states = perform(Ask(move), shape, Clock(beat, np.full(len(beat), 0.5), 0.5), np.random.default_rng(3))
    states[:, LIMB] = 0
    states *= muse_pose.smoothstep(np.arange(len(states)) / 15)[:, None]
    first = over(cut_out, behind)
    figure = finding.find(np.dstack([first, np.full(first.shape[:2], 255, np.uint8)])).figures[0]
    sheet = muse_puppet.build(figure)
    performance = muse_puppet.rehearse(sheet, states, FPS, stay=False, late=False)
    made = muse_puppet.frames(performance, backdrop.behind(figure), shadow=False)
    found: dict[str, list[float]] = {name: [] for name in ("psnr", "ssim", "gmsd", "box_psnr", "still_psnr")}
    for frame, ours in enumerate(made):
        if frame % _EVERY:
            continue
        moved = pulled(cut_out, shape, states[frame])
        truth = over(moved, behind)
        ys, xs = np.nonzero((moved[..., 3] > 0) | (cut_out[..., 3] > 0))
        box = slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1)
        found["psnr"].append(likeness.psnr(ours, truth))
        found["ssim"].append(likeness.ssim(ours, truth))
        found["gmsd"].append(likeness.gmsd(ours, truth))
        found["box_psnr"].append(likeness.psnr(ours[box], truth[box]))
        found["still_psnr"].append(likeness.psnr(first, truth))
    return {name: float(np.mean(values)) for name, values in found.items()}


def pulled(cut_out: np.ndarray, shape: Shape, state: np.ndarray) -> np.ndarray:
    """A cut-out (h, w, 4) uint8 in a pose (35,) without limbs, pixel by pixel: where each comes from is searched."""
    height, width = cut_out.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width]
    wanted = np.stack([xs.ravel() + 0.5, ys.ravel() + 0.5], axis=1)
    none = np.full(len(wanted), -1)
    zero = np.zeros(len(wanted))
    source = wanted.copy()
    for _ in range(12):  # fixed point: go back by as much as the place that was tried lands off
        units = (source - shape.origin) / shape.unit * [1, -1]
        high = np.clip(units[:, 1] / shape.height, 0, 1) * (muse_shape.CORE - 1)
        lands = muse_pose.deform(shape, Binding(units, high, none, zero, zero), state[None])[0]
        source = source - 0.9 * (lands * [1, -1] * shape.unit + shape.origin - wanted)
    at = (source - 0.5).astype(np.float32).reshape(height, width, 2)
    whole = cut_out.astype(np.float32)
    whole[..., :3] *= whole[..., 3:] / 255  # colours count as far as they are there
    moved = cv2.remap(whole, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderValue=(0, 0, 0, 0))
    moved[..., :3] /= np.maximum(moved[..., 3:] / 255, 1e-3)
    return np.clip(moved + 0.5, 0, 255).astype(np.uint8)


def over(cut_out: np.ndarray, behind: np.ndarray) -> np.ndarray:
    """A cut-out (h, w, 4) laid on a picture (h, w, 3)."""
    alpha = cut_out[..., 3:].astype(np.float32) / 255
    return np.ascontiguousarray((cut_out[..., :3] * alpha + behind * (1 - alpha) + 0.5).astype(np.uint8))


def _reduced(cut_out: np.ndarray) -> np.ndarray:
    scale = _SHORT / min(cut_out.shape[:2])
    size = round(cut_out.shape[1] * scale), round(cut_out.shape[0] * scale)
    return cv2.resize(cut_out, size, interpolation=cv2.INTER_AREA)


def _wall(height: int, width: int) -> np.ndarray:
    """A wall that is lighter above, with stripes wide enough to be guessed behind a figure."""
    y, x = np.mgrid[0:height, 0:width] / height
    shade = 214 - 40 * y + 6 * np.sin(2 * np.pi * x * 5)
    return np.stack([shade, shade + 6, shade + 14], axis=-1).clip(0, 255).astype(np.uint8)


def steadiness(sheet: muse_puppet.Sheet, states: np.ndarray, spans: Sequence[tuple[int, int]]) -> list[dict]:
    """What becomes of a figure's outline in spans of frames. area : how far its median is off that at rest, share.
    pieces : into how many more than at rest it falls at worst; torn : share of frames in which it does."""
    rest = _outline(sheet, states * 0, [0])[0]
    own, whole = _pieces(rest), int((rest > 128).sum())
    rows = []
    for low, high in spans:
        seen = _outline(sheet, states, range(low, high, 2))
        areas = [int((cover > 128).sum()) for cover in seen]
        more = [_pieces(cover) - own for cover in seen]
        rows.append({
            "area": float(np.median(areas)) / whole - 1, "pieces": max(0, *more),
            "torn": float(np.mean(np.array(more) > 0)),
        })  # fmt: skip
    return rows


def _outline(sheet: muse_puppet.Sheet, states: np.ndarray, frames: Sequence[int] | range) -> list[np.ndarray]:
    performance = muse_puppet.rehearse(sheet, states, FPS)
    width, height = sheet.size
    stage = muse_puppet.Stage(sheet)
    blank = np.zeros((height, width, 3), np.uint8)
    return [muse_puppet.draw(stage, performance, frame, blank, shadow=False).copy() for frame in frames]


def _pieces(cover: np.ndarray) -> int:
    seen = (cover > 128).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(seen, connectivity=8)
    return sum(stats[k, cv2.CC_STAT_AREA] > _SPECK * seen.sum() for k in range(1, count))
