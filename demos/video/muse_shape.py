"""Shape: where control points sit in any outline - an axis from the ground to the top, and up to eight limbs.

Limbs are the branches of the outline's medial axis (thinned; Zhang and Suen 1984) outside the body. What carries the
figure (one trunk, one neck) belongs to the axis. Words and other rows of pieces get their slices as limbs.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from demos.runtime.errors import InputError

CORE, SIDE_LIMBS, LIMB_POINTS = 6, 4, 3
LIMBS = 2 * SIDE_LIMBS
"""Those whose tips are left in the picture, from the top down, then those on the right."""
POINTS = CORE + LIMBS * LIMB_POINTS
_WORK = 160
"""Pixels of the longer side at which outlines are taken apart."""
_SHORTEST = 0.11
"""Units: branches shorter than this are bumps, no limbs."""
_FATTEST = 0.13
"""Units: half the thickness from which a branch is a body of its own."""
_BODY = 0.62
"""Share of the largest inner radius from which a place belongs to the body."""
_GROUND = 0.08
"""Share of the height within which a tip stands on the ground."""


@dataclass(frozen=True, eq=False)
class Shape:
    """Control points of an outline at rest. Units are the outline's height, or half its width where that is more;
    x grows to the right in the picture, y UP, and the origin is the middle of what touches the ground.

    points : (30, 2) float32: CORE points of the axis from the ground to the top, then root, middle and tip of each of
        the LIMBS slots; those of an absent limb lie on the axis.
    present, held : (8,) bool: which slots hold limbs, and which of those stand on the ground.
    radius : (8,) float32 half the thickness of limbs at their middles. width, height : of the outline. unit : pixels.
    origin : (2,) pixels.
    """

    points: np.ndarray
    present: np.ndarray
    held: np.ndarray
    radius: np.ndarray
    width: float
    height: float
    unit: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)

    @property
    def axis(self) -> np.ndarray:
        """(6, 2) from the ground to the top."""
        return self.points[:CORE]

    @property
    def limbs(self) -> np.ndarray:
        """(8, 3, 2) roots, middles and tips."""
        return self.points[CORE:].reshape(LIMBS, LIMB_POINTS, 2)


@dataclass(frozen=True, eq=False)
class Parted:
    """An outline taken apart at working size. shape : its control points. scale : working pixels a pixel.
    limb : (h, w) int, -1 where no limb is. along : (h, w) float32 units from the limb's root. mask : (h, w) bool."""

    shape: Shape
    scale: float
    limb: np.ndarray
    along: np.ndarray
    mask: np.ndarray


def take_apart(alpha: np.ndarray) -> Parted:
    """Control points of an outline (h, w), 0 to 1, and which pixels belong to which limb.

    Raises InputError where it is empty.
    """
    height, width = alpha.shape
    ys, xs = np.nonzero(alpha > 0.5)
    if len(xs) < 60:
        raise InputError("The outline is empty: paint over the figure that should dance.")
    left, right, top, bottom = xs.min(), xs.max() + 1, ys.min(), ys.max() + 1
    scale = min(1.0, _WORK / max(right - left, bottom - top))
    size = max(3, round(width * scale)), max(3, round(height * scale))
    mask = cv2.resize((alpha > 0.5).astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.4
    mask[[0, -1]], mask[:, [0, -1]] = False, False
    solid = _without_holes(mask)
    unit = max(bottom - top, 0.5 * (right - left)) * scale
    ground, axis = _axis(solid)
    pieces = _slices(solid, unit)
    paths = pieces if pieces else _branches(solid, unit, axis)
    order = _slots(paths, axis)
    limb, along = _regions(solid, [paths[k] if k >= 0 else None for k in order], unit, sliced=bool(pieces))
    inner = cv2.distanceTransform(np.pad(solid, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    points = np.zeros((POINTS, 2), np.float32)
    points[:CORE] = axis
    present, held, radius = np.zeros(LIMBS, bool), np.zeros(LIMBS, bool), np.zeros(LIMBS, np.float32)
    low = np.nonzero(solid.any(axis=1))[0].max() + 1
    tall = low - np.nonzero(solid.any(axis=1))[0].min()
    for slot, which in enumerate(order):
        place = slice(CORE + LIMB_POINTS * slot, CORE + LIMB_POINTS * (slot + 1))
        if which < 0:
            points[place] = axis[CORE // 2]
            continue
        path = paths[which]
        points[place] = path[[0, len(path) // 2, -1]]
        present[slot] = True
        held[slot] = bool(max(path[-1, 1], path[0, 1] if pieces else 0) > low - _GROUND * tall - 1)
        radius[slot] = inner[int(path[len(path) // 2, 1]), int(path[len(path) // 2, 0])] / unit
    moved = (points - ground) / unit * [1, -1]
    shape = Shape(
        moved.astype(np.float32), present, held, radius, (right - left) * scale / unit, tall / unit, unit / scale,
        (float(ground[0] / scale), float(ground[1] / scale)),
    )  # fmt: skip
    return Parted(shape, scale, limb, along, mask)


def find(alpha: np.ndarray) -> Shape:
    """The control points of an outline (h, w), 0 to 1."""
    return take_apart(alpha).shape


def _with_twigs(thin: np.ndarray, number: np.ndarray, label: np.ndarray, reach: np.ndarray, unit: float) -> None:
    """What of the medial axis hangs on a limb alone - fingers, toes, leaves - goes with it: label and reach (n,) of the
    pixels that number (h, w) counts are filled in there."""
    known = np.zeros(thin.shape, bool)
    ys, xs = np.nonzero(number >= 0)
    known[ys, xs] = label[number[ys, xs]] >= 0
    rest = (thin & (number >= 0) & ~known).astype(np.uint8)
    count, parts = cv2.connectedComponents(rest, connectivity=8)
    inner = cv2.distanceTransform((number >= 0).astype(np.uint8), cv2.DIST_L2, 5)
    body = parts[np.unravel_index(int(np.argmax(np.where(rest > 0, inner, -1))), parts.shape)]
    for part in range(1, count):
        if part == body:
            continue
        own = parts == part
        beside = (cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & known
        if not beside.any():
            continue
        at_y, at_x = np.argwhere(beside)[0]
        root = number[at_y, at_x]
        rows = np.argwhere(own)
        label[number[own]] = label[root]
        reach[number[own]] = reach[root] + np.linalg.norm(rows - [at_y, at_x], axis=1) / unit


def _without_holes(mask: np.ndarray) -> np.ndarray:
    """Handles and the insides of letters are filled, so that the medial axis has no loops."""
    outer, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    solid = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(solid, outer, -1, (1.0,), cv2.FILLED)
    return solid > 0


def _axis(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The middle of the ground contact (2,), and CORE points (6, 2) up to the top, pixels."""
    rows = np.nonzero(mask.any(axis=1))[0]
    top, low = rows.min(), rows.max() + 1
    tall = low - top
    centres = np.array([_middle(mask, row) for row in range(top, low)])
    whole = np.nonzero(mask)[1].mean()
    foot = np.nonzero(mask[low - max(1, round(0.05 * tall)) : low].any(axis=0))[0]
    ground = np.array([0.5 * (foot.min() + foot.max()) + 0.5, float(low)])
    smooth = cv2.GaussianBlur(centres[:, None].astype(np.float32), (1, 0), 0.12 * tall, sigmaY=0.12 * tall)[:, 0]
    heights = np.linspace(0, 1, CORE)
    at = np.clip((1 - heights) * (tall - 1), 0, tall - 1).round().astype(int)
    x = 0.6 * smooth[at] + 0.4 * whole
    x[0] = ground[0]
    return ground, np.stack([x, low - heights * tall], axis=1)


def _middle(mask: np.ndarray, row: int) -> float:
    columns = np.nonzero(mask[row])[0]
    return float(columns.mean() + 0.5) if len(columns) else 0.5 * mask.shape[1]


def _slices(mask: np.ndarray, unit: float) -> list[np.ndarray]:
    """Paths from bottom to top of the pieces of a row of pieces (a word), left to right; none where it is no row."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    big = [k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] > 0.03 * mask.sum()]
    if len(big) >= 3:
        big = sorted(big, key=lambda k: -stats[k, cv2.CC_STAT_AREA])[:LIMBS]
        boxes = [tuple(stats[k, :4]) for k in big]
        tall = [h > 0.35 * unit * 0.5 for _, _, _, h in boxes]
        return [_upright(x, y, w, h) for (x, y, w, h), kept in zip(boxes, tall, strict=True) if kept]
    return []


def _upright(x: float, y: float, w: float, h: float) -> np.ndarray:
    return np.stack([np.full(9, x + 0.5 * w), np.linspace(y + h - 0.5, y + 0.5, 9)], axis=1).astype(np.float64)


def _branches(mask: np.ndarray, unit: float, axis: np.ndarray) -> list[np.ndarray]:
    """Paths (n, 2) of limbs from root to tip, pixels: stretches of the medial axis that lead to one end only."""
    inner = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    thin = cv2.ximgproc.thinning(mask.astype(np.uint8) * 255) > 0
    ys, xs = np.nonzero(thin)
    if len(xs) < 4:
        return []
    graph = _graph(thin)
    degree = np.diff(graph.indptr)
    ends = np.flatnonzero(degree == 1)
    if len(ends) == 0:
        return []
    radius = inner[ys, xs]
    far = dijkstra(graph, indices=ends)
    reach = np.where(np.isfinite(far), far, 0).max(axis=0)
    body = radius > _BODY * radius.max()
    centre = int(np.argmin(reach - 0.6 * radius + np.where(np.isfinite(far).all(axis=0), 0, 1e6)))
    away, before = dijkstra(graph, indices=centre, return_predecessors=True)
    chains = {int(end): _chain(int(end), centre, before) for end in ends if np.isfinite(away[end])}
    while chains:
        count = np.zeros(len(xs), int)
        for chain in chains.values():
            count[chain] += 1
        own = {end: _alone(chain, count, body) for end, chain in chains.items()}
        short = {end: _length(xs, ys, path, radius, unit) for end, path in own.items()}
        end = min(short, key=lambda e: short[e][0])
        if short[end][0] >= _SHORTEST * unit and short[end][1] > 1.1:
            break
        slim = [e for e in short if short[e][0] < _SHORTEST * unit or short[e][1] <= 1.1]
        del chains[min(slim, key=lambda e: short[e][0])]
    paths = []
    for end, chain in chains.items():
        count = np.zeros(len(xs), int)
        for other in chains.values():
            count[other] += 1
        path = _alone(chain, count, body)[::-1]
        places = np.stack([xs[path], ys[path]], axis=1) + 0.5
        # What still lies within the body's own disc at the root is body.
        past = np.linalg.norm(places - places[0], axis=1) > min(0.75 * radius[path[0]], 0.4 * _SHORTEST * unit * 3)
        first = min(int(np.argmax(past)), max(len(path) - 5, 0))
        places = places[first:]
        heading = places[-1] - places[max(0, len(places) - 6)]
        heading = heading / max(float(np.linalg.norm(heading)), 1e-6)
        tip = places[-1] + 0.92 * radius[end] * heading
        paths.append(np.concatenate([places, tip[None]]))
    return _without_carriers(paths, axis)


def _alone(chain: list[int], count: np.ndarray, body: np.ndarray) -> list[int]:
    """The stretch of a chain from its end that no other end shares and that lies outside the body."""
    stops = [k for k, p in enumerate(chain) if count[p] > 1 or body[p]]
    return chain[: stops[0]] if stops else chain


def _length(xs: np.ndarray, ys: np.ndarray, path: list[int], radius: np.ndarray, unit: float) -> tuple[float, float]:
    """Length of a branch, pixels, and how many times its own thickness that is; crowns and heads are no branches."""
    if len(path) < 2 or radius[path].mean() > _FATTEST * unit:
        return 0.0, 0.0
    steps = np.hypot(np.diff(xs[path].astype(float)), np.diff(ys[path].astype(float))).sum()
    return float(steps), float((steps + radius[path[0]]) / max(2 * radius[path].mean(), 1.0))


def _without_carriers(paths: list[np.ndarray], axis: np.ndarray) -> list[np.ndarray]:
    """Leave out what is the axis itself: the one trunk that stands on the ground, a head on its neck."""
    tall = axis[0, 1] - axis[-1, 1]
    low = [k for k, path in enumerate(paths) if path[-1, 1] > axis[0, 1] - 0.1 * tall]
    dropped = set(low) if len(low) == 1 and abs(paths[low[0]][-1, 0] - axis[0, 0]) < 0.25 * tall else set()
    heads = []
    for k, path in enumerate(paths):
        way = path[-1] - path[0]
        near = path[-1, 1] < axis[-1, 1] + 0.15 * tall and abs(path[-1, 0] - axis[-1, 0]) < 0.1 * tall
        if near and -way[1] > 1.4 * abs(way[0]):
            heads.append(k)
    dropped |= set(heads) if len(heads) == 1 else set()
    kept = [path for k, path in enumerate(paths) if k not in dropped]
    return sorted(kept, key=lambda path: -len(path))[:LIMBS]


def _graph(inside: np.ndarray):
    """Neighbours among the pixels (n of them, in reading order) of a mask, by distance."""
    number = np.full((inside.shape[0] + 2, inside.shape[1] + 2), -1)
    ys, xs = np.nonzero(inside)
    number[ys + 1, xs + 1] = np.arange(len(xs))
    rows, columns, values = [], [], []
    for dx, dy in ((1, 0), (0, 1), (1, 1), (1, -1)):
        other = number[ys + 1 + dy, xs + 1 + dx]
        linked = other >= 0
        if dx and dy:  # corners are no links where there is a way along the sides: ends would not be ends
            linked &= (number[ys + 1 + dy, xs + 1] < 0) & (number[ys + 1, xs + 1 + dx] < 0)
        rows += [np.flatnonzero(linked), other[linked]]
        columns += [other[linked], np.flatnonzero(linked)]
        values += [np.full(2 * int(linked.sum()), np.hypot(dx, dy))]
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    return coo_matrix(entries, shape=(len(xs), len(xs))).tocsr()


def _chain(end: int, centre: int, before: np.ndarray) -> list[int]:
    """From an end to the centre, the centre left out."""
    chain = []
    while end != centre and end >= 0:
        chain.append(end)
        end = int(before[end])
    return chain


def _slots(paths: list[np.ndarray], axis: np.ndarray) -> list[int]:
    """Which path fills each of the LIMBS slots, -1 for none: left ones from the top down, then right ones."""
    middle = float(np.mean(axis[:, 0]))
    heights = [path[0, 1] + 0.35 * path[-1, 1] for path in paths]
    by_side = sorted(range(len(paths)), key=lambda k: paths[k][-1, 0] - middle)
    left = [k for k in by_side if paths[k][-1, 0] < middle]
    # A side has room for four: what is too much goes over to the other one.
    left = by_side[: int(np.clip(len(left), len(paths) - SIDE_LIMBS, SIDE_LIMBS))]
    slots = [-1] * LIMBS
    for first, side in ((0, left), (SIDE_LIMBS, [k for k in by_side if k not in left])):
        for place, k in enumerate(sorted(side, key=lambda k: heights[k])):
            slots[first + place] = k
    return slots


def _regions(
    mask: np.ndarray, paths: list[np.ndarray | None], unit: float, *, sliced: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Which limb (h, w) a pixel belongs to, by ways inside the outline, and how far along it lies, units."""
    ys, xs = np.nonzero(mask)
    limb = np.full(mask.shape, -1)
    along = np.zeros(mask.shape, np.float32)
    if not any(path is not None for path in paths):
        return limb, along
    spots, owner, distance = [], [], []
    for slot, path in enumerate(paths):
        if path is None:
            continue
        far = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        spots.append(path)
        owner.append(np.full(len(path), slot))
        distance.append(far / unit)
    spots, owner, distance = np.concatenate(spots), np.concatenate(owner), np.concatenate(distance)
    if sliced:
        nearest = np.abs(xs[:, None] + 0.5 - spots[None, :, 0])
        nearest = nearest + 1e-3 * np.abs(ys[:, None] + 0.5 - spots[None, :, 1])
        chosen = nearest.argmin(axis=1)
        limb[ys, xs], along[ys, xs] = owner[chosen], distance[chosen]
        return limb, along
    number = np.full(mask.shape, -1)
    number[ys, xs] = np.arange(len(xs))
    thin = cv2.ximgproc.thinning(mask.astype(np.uint8) * 255) > 0
    label = np.full(len(xs), -1)
    reach = np.zeros(len(xs), np.float32)
    at = np.clip(spots.astype(int), 0, np.array(mask.shape[::-1]) - 1)
    where = number[at[:, 1], at[:, 0]]
    label[where[where >= 0]], reach[where[where >= 0]] = owner[where >= 0], distance[where >= 0]
    _with_twigs(thin, number, label, reach, unit)
    seeds = np.unique(np.concatenate([where[where >= 0], number[thin & (number >= 0)]]))
    full = np.array([[1, 0], [0, 1], [1, 1], [1, -1]])
    rows, columns, values = [], [], []
    wide = np.pad(number, 1, constant_values=-1)
    for dx, dy in full:
        other = wide[ys + 1 + dy, xs + 1 + dx]
        linked = other >= 0
        rows.append(np.flatnonzero(linked))
        columns.append(other[linked])
        values.append(np.full(int(linked.sum()), np.hypot(dx, dy)))
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    graph = coo_matrix(entries, shape=(len(xs), len(xs)))
    _, _, source = dijkstra(graph.tocsr(), directed=False, indices=seeds, min_only=True, return_predecessors=True)
    known = source >= 0
    limb[ys[known], xs[known]] = label[source[known]]
    along[ys[known], xs[known]] = reach[source[known]]
    return limb, along
