"""The soft puppet: an outline as one textured sheet of triangles that follows control points, before its background."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.sparse import coo_matrix

from demos.render import raster
from demos.render.scene import processors
from demos.runtime.errors import InputError
from demos.video import muse_pose, muse_shape
from demos.video import puppet_raster as loops
from demos.video.figure import Figure
from demos.video.inflation import inflate
from demos.video.muse_shape import LIMBS, Shape
from demos.video.puppet import shot
from demos.video.rims import bleed

_FINE = 72
"""Triangles across the longer side."""
_SMOOTHINGS = 5
LATE_S, FOLLOW = 0.11, 0.55
"""Tips are this late, and swing on by this share of what they are late by."""
_DARK = 0.4


@dataclass(frozen=True, eq=False)
class Sheet:
    """A figure as a sheet. faces : (f, 3), those seen from the front, then the same from behind. texture : (h, w, 3)
    uint8 of the whole picture, its colours carried on past the outline. size : of the picture, pixels."""

    shape: Shape
    binding: muse_pose.Binding
    faces: np.ndarray
    texture: np.ndarray
    size: tuple[int, int]


def build(figure: Figure) -> Sheet:
    """The sheet of a figure."""
    parted = muse_shape.take_apart(figure.alpha)
    shape = parted.shape
    left, top, right, bottom = figure.box
    step = max(2.0, max(right - left, bottom - top) / _FINE)
    balloon = inflate(figure.alpha, np.zeros(2), step)
    if balloon is None:
        raise InputError("The outline is too thin to move: paint a wider one.")
    count = len(balloon.places) // 2
    faces = balloon.faces[: len(balloon.faces) // 2].astype(np.int32)
    places = balloon.places[:count]
    faces = faces[_apart(figure.alpha, places, faces)]
    limb, root, middle = _follow(parted, places, faces)
    units = (places - shape.origin) / shape.unit * [1, -1]
    binding = muse_pose.bind(shape, units, limb, root, middle)
    return Sheet(
        shape, binding, np.concatenate([faces, faces[:, ::-1]]),
        bleed(np.ascontiguousarray(figure.picture[..., :3]), figure.alpha > 0.9), figure.size,
    )  # fmt: skip


def _apart(alpha: np.ndarray, places: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(f,) bool: triangles of one piece of the outline, which do not bridge two, as letters of a word are."""
    gaps = (alpha <= 0.5).astype(np.uint8)
    piece = cv2.distanceTransformWithLabels(gaps, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP)[1]
    at = np.clip(places.astype(int), 0, np.array(alpha.shape[::-1]) - 1)
    corners = np.asarray(piece)[at[:, 1], at[:, 0]][faces]
    return (corners == corners[:, :1]).all(axis=1)


def _follow(
    parted: muse_shape.Parted, places: np.ndarray, faces: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which limb vertices follow, and how far (v,) its swing and its bend: smooth over the sheet."""
    shape = parted.shape
    at = np.clip((places * parted.scale).astype(int), 0, np.array(parted.mask.shape[::-1]) - 1)
    known = parted.mask.astype(np.uint8)
    labels = cv2.distanceTransformWithLabels(1 - known, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    near = np.asarray(labels, np.int64)
    ys, xs = np.nonzero(parted.mask)
    chosen = np.zeros(near.max() + 1, int)
    chosen[near[ys, xs]] = np.arange(len(xs))
    nearest = chosen[near[at[:, 1], at[:, 0]]]
    limb = parted.limb[ys[nearest], xs[nearest]]
    along = parted.along[ys[nearest], xs[nearest]].astype(np.float64)
    slot = np.maximum(limb, 0)
    lengths = np.linalg.norm(np.diff(shape.limbs, axis=1), axis=-1)
    soft = np.maximum(shape.radius, 0.02)[slot]
    root = muse_pose.smoothstep(0.5 + (along - 0.6 * soft) / (2.4 * soft)) * (limb >= 0)
    middle = muse_pose.smoothstep(0.5 + (along - lengths[slot, 0]) / (2.2 * soft)) * (limb >= 0)
    # Every vertex has one limb, the neighbours' where it has none, so that weights may fade over the border.
    linked = _neighbours(faces, len(places))
    for _ in range(_SMOOTHINGS):
        for target in np.flatnonzero(limb < 0):
            around = limb[linked[target].indices]
            around = around[around >= 0]
            if len(around):
                limb[target] = around[0]
        root, middle = _mean(linked, limb, root), _mean(linked, limb, middle)
    return limb, root, middle


def _neighbours(faces: np.ndarray, count: int):
    a = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    ones = np.ones(len(a))
    graph = coo_matrix((ones, (a[:, 0], a[:, 1])), shape=(count, count)).tocsr()
    return ((graph + graph.T) > 0).astype(np.float64).tocsr()


def _mean(linked, limb: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weights halfway to the mean of the neighbours'; those of other limbs count as none."""
    rows = linked.tocoo()
    same = limb[rows.row] == limb[rows.col]
    total = np.bincount(rows.row, np.where(same, weights[rows.col], 0.0), minlength=len(weights))
    degree = np.maximum(np.bincount(rows.row, minlength=len(weights)), 1)
    return 0.5 * weights + 0.5 * total / degree


def follow_through(shape: Shape, states: np.ndarray, fps: float) -> np.ndarray:
    """States with late tips: the axis' top and the limbs' ends swing on when what carries them stops or turns."""
    late = _late(states, fps)
    lag = FOLLOW * (late - states)
    made = states.copy()
    bends = muse_pose.BEND
    carried = lag[:, muse_pose.WHOLE["tilt"]] + lag[:, bends.start : bends.start + 3].sum(axis=1)
    carried = carried - 0.8 * lag[:, muse_pose.WHOLE["x"]]
    made[:, bends.stop - 1] += 0.5 * carried
    for slot in np.flatnonzero(shape.present):
        swing = muse_pose.LIMB.start + 3 * slot
        made[:, swing + 1] += lag[:, swing] + (0.5 * carried if not shape.held[slot] else 0)
    return made


def _late(values: np.ndarray, fps: float) -> np.ndarray:
    """Values as a spring sees them."""
    late, speed = values.copy(), np.zeros_like(values[0])
    stiff = (2 / (LATE_S * fps)) ** 2
    damping = 2 * 0.5 * np.sqrt(stiff)
    for frame in range(1, len(values)):
        place = late[frame - 1]
        for _ in range(2):
            speed = speed + 0.5 * (stiff * (values[frame] - place) - damping * speed)
            place = place + 0.5 * speed
        late[frame] = place
    return late


@dataclass(frozen=True, eq=False)
class Performance:
    """A sheet with what it does. pixels : (frames, v, 2). lift : (frames,) pixels above the ground. foot : (frames,)
    x of the contact."""

    sheet: Sheet
    pixels: np.ndarray
    lift: np.ndarray
    foot: np.ndarray


def rehearse(sheet: Sheet, states: np.ndarray, fps: float, *, stay: bool = True, late: bool = True) -> Performance:
    """What a sheet does in states (frames, 35). stay : inside its picture, smaller where it would leave it. late : with
    tips that follow late."""
    shape = sheet.shape
    states = np.asarray(states, np.float64)
    states = follow_through(shape, states, fps) if late else states
    units = muse_pose.deform(shape, sheet.binding, states)
    width, height = sheet.size
    scale, shift = 1.0, 0.0
    origin = np.array(shape.origin)
    if stay:
        rest = sheet.binding.places
        low, high = units.reshape(-1, 2).min(axis=0), units.reshape(-1, 2).max(axis=0)
        room = [1.0]
        margin = 0.01 * max(width, height)
        top = min(margin, origin[1] - shape.unit * rest[:, 1].max())  # what the picture cuts off stays so
        room.append((origin[1] - top) / max(shape.unit * high[1], 1.0))
        if high[0] - low[0] > rest[:, 0].max() - rest[:, 0].min():
            wide = max(width - 2 * margin, shape.unit * (rest[:, 0].max() - rest[:, 0].min()))
            room.append(wide / max(shape.unit * (high[0] - low[0]), 1.0))
        scale = float(np.clip(min(room), 0.4, 1.0))
        unit = shape.unit * scale
        over = origin[0] + unit * high[0] - (width - margin)
        under = margin - (origin[0] + unit * low[0])
        shift = float(max(under, 0) - max(over, 0)) if max(under, 0) * max(over, 0) == 0 else 0.0
    pixels = origin + shape.unit * scale * units * [1, -1] + [shift, 0]
    foot = origin[0] + shift + shape.unit * scale * states[:, muse_pose.WHOLE["x"]]
    lift = shape.unit * scale * np.maximum(states[:, muse_pose.WHOLE["y"]], 0)
    return Performance(sheet, pixels.astype(np.float32), lift, foot)


class Stage:
    """What one thread draws on."""

    def __init__(self, sheet: Sheet):
        width, height = sheet.size
        count = len(sheet.binding.places)
        self.samples = np.zeros((height, width, 4), np.uint64)
        self.cover = np.zeros((height, width), np.uint8)
        self.screen = np.ones((count, 3), np.float32)
        # Limbs lie before the body, each at a depth of its own.
        limb = sheet.binding.limb
        self.screen[:, 2] += 0.01 * sheet.binding.root * (1 + 0.1 * np.maximum(limb, 0) / LIMBS)
        self.places = np.ascontiguousarray(
            (sheet.binding.places * [1, -1] * sheet.shape.unit + sheet.shape.origin).astype(np.float32)
        )
        self.shade = np.ones(count, np.float32)
        self.texture = np.zeros(len(sheet.faces), np.int32)
        self.textures = sheet.texture[None]


def draw(stage: Stage, performance: Performance, frame: int, picture: np.ndarray, *, shadow: bool = True) -> np.ndarray:
    """Draw a frame into picture (h, w, 3) uint8; returns the cover (h, w) uint8, a buffer used again."""
    sheet = performance.sheet
    stage.cover[:] = 0
    if shadow:
        _shadow(performance, frame, picture)
    stage.screen[:, :2] = np.rint(performance.pixels[frame] * raster.SNAP) / raster.SNAP
    height, width = picture.shape[:2]
    box = np.array([width, height, 0, 0], np.int64)
    raster.fill(stage.screen, sheet.faces, stage.samples, box)
    if box[2] > box[0]:
        loops.paint(
            stage.samples, box, stage.screen, sheet.faces, stage.places, stage.texture, stage.textures, stage.shade,
            picture, stage.cover,
        )  # fmt: skip
        stage.samples[box[1] : box[3], box[0] : box[2]] = 0
    return stage.cover


def _shadow(performance: Performance, frame: int, picture: np.ndarray) -> None:
    """A soft dark patch on the ground, smaller and fainter the higher the figure is."""
    sheet = performance.sheet
    shape = sheet.shape
    height, width = picture.shape[:2]
    y = shape.origin[1]
    if y >= height:
        return
    low = sheet.binding.places[:, 1] < 0.12 * shape.height
    x = performance.pixels[frame][low, 0]
    half = max(0.55 * float(np.ptp(x)), 0.06 * shape.unit) if low.any() else 0.2 * shape.unit
    middle = float(x.mean()) if low.any() else float(performance.foot[frame])
    up = float(performance.lift[frame]) / shape.unit
    flat = max(3.0, 0.16 * half + 0.012 * shape.unit)
    left, right = int(max(0, middle - 1.8 * half)), int(min(width, middle + 1.8 * half + 1))
    top, bottom = int(max(0, y - 2.5 * flat)), int(min(height, y + 2.5 * flat + 1))
    if left >= right or top >= bottom:
        return
    grid_y, grid_x = np.mgrid[top:bottom, left:right]
    away = ((grid_x + 0.5 - middle) / half) ** 2 + ((grid_y + 0.5 - y) / flat) ** 2
    dark = _DARK / (1 + 6 * up) * np.exp(-1.3 * away)
    part = picture[top:bottom, left:right]
    part[:] = (part * (1 - dark[..., None]) + 0.5).astype(np.uint8)


def frames(
    performance: Performance, background: np.ndarray, *, shadow: bool = True, cut_out: bool = False
) -> Generator[np.ndarray, None, None]:
    """Pictures (h, w, 3) uint8 before a background (h, w, 3); (h, w, 4) of the figure alone when cut_out."""

    def take(stage: Stage, frame: int, picture: np.ndarray) -> np.ndarray:
        return draw(stage, performance, frame, picture, shadow=shadow and not cut_out)

    stages = [Stage(performance.sheet) for _ in range(processors())]
    yield from shot(len(performance.pixels), stages, take, background, cut_out=cut_out)
