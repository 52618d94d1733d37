"""Key points for a shape that no detector knows: its limbs are what sticks out, the longest ways through its inside.

The trunk is where the shape is widest; the ends of arms, legs and head are the places farthest from it on ways inside
the shape (geodesic distance); which is which, their directions say; elbows and knees halve the ways.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from demos.corpus.keypoints import NAMES, PARTS, PLACE
from demos.video.figure import settle
from demos.video.matting import disc
from demos.video.people import guess_hand

_WORK = 150
"""Pixels of the shape's longer side at which ways are measured."""
_SOLID = 0.9
_LEAST = 0.16
"""Of the shape's height: what sticks out less is no limb."""


@dataclass(frozen=True, eq=False)
class _Ways:
    """Ways inside a shape. pixels (n, 2) x, y; far (n,) from the trunk's middle; before (n,) the next pixel home."""

    pixels: np.ndarray
    far: np.ndarray
    before: np.ndarray

    def way(self, end: int) -> np.ndarray:
        """(k, 2) pixels from the trunk to an end."""
        path = [end]
        while self.before[path[-1]] >= 0:
            path.append(int(self.before[path[-1]]))
        return self.pixels[path[::-1]]


def find_joints(alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray, str]:
    """Key points (60, 2) pixels, confidence (60,) and kind (drawing, or shape without limbs) of an outline (h, w).

    Limbs that were found have confidence 0.6; limbs that the shape does not have are laid inside it, with 0.
    """
    ys, xs = np.nonzero(alpha > 0.5)
    corner = np.array([xs.min(), ys.min()])
    size = np.array([np.ptp(xs) + 1, np.ptp(ys) + 1])
    scale = min(1.0, _WORK / max(size))
    crop = (alpha[corner[1] : corner[1] + size[1], corner[0] : corner[0] + size[0]] > 0.5).astype(np.uint8)
    small = cv2.resize(crop, tuple(np.maximum(np.round(size * scale), 4).astype(int)), interpolation=cv2.INTER_AREA) > 0
    small = np.pad(small, 2)
    points, confidence, kind = _joints(small)
    return (points - 2 + 0.5) / scale + corner, confidence, kind


def _joints(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray, str]:
    height, width = mask.shape[0] - 4, mask.shape[1] - 4
    inner = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    middle = _trunk(inner)
    ways = _walk(mask, inner, middle)
    ends = _ends(ways, inner, middle, max(height, 0.7 * width))
    # What is much wider than tall - an animal from the side, a car - has no arms to wave: it moves as one piece.
    limbed = width < 1.35 * height and _solid(mask) < _SOLID
    named = _name(ends, ways, inner, middle) if limbed else {}
    template = _template(mask, inner, middle)
    points, confidence = template.copy(), np.zeros(len(NAMES))
    core = float(inner[middle[1], middle[0]])
    for name in ("left_arm", "right_arm", "left_leg", "right_leg"):
        if name in named:
            _limb(name, ways.way(named[name]), inner, core, points, confidence)
    points = settle(points)
    _head(mask, inner, points, confidence)
    arms, legs = (sum(f"{side}_{limb}" in named for side in ("left", "right")) for limb in ("arm", "leg"))
    return points, confidence, "drawing" if arms + legs >= 2 else "shape"


def _solid(mask: np.ndarray) -> float:
    """How much of its own convex hull a shape fills: 1 for a box, whose corners are no limbs."""
    lines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.convexHull(np.concatenate(lines))
    return float(mask.sum() / max(cv2.contourArea(hull), 1.0))


def _trunk(inner: np.ndarray) -> np.ndarray:
    """(2,) x, y: the middle of the widest place, preferring the middle of the shape to a big head."""
    height, width = inner.shape
    y, x = np.mgrid[0:height, 0:width]
    _, xs = np.nonzero(inner)
    off = ((x - xs.mean()) / width) ** 2 + ((y - 0.53 * height) / (0.55 * height)) ** 2
    best = np.argmax(inner / inner.max() - 1.1 * off)
    return np.array([best % width, best // width])


def _walk(mask: np.ndarray, inner: np.ndarray, middle: np.ndarray) -> _Ways:
    """Ways from the middle to every pixel, keeping away from the edge where there is room."""
    ys, xs = np.nonzero(mask)
    number = np.full(mask.shape, -1)
    number[ys, xs] = np.arange(len(xs))
    rows, columns, costs = [], [], []
    for dx, dy, length in ((1, 0, 1.0), (0, 1, 1.0), (1, 1, 2**0.5), (1, -1, 2**0.5)):
        other = number[np.clip(ys + dy, 0, mask.shape[0] - 1), np.clip(xs + dx, 0, mask.shape[1] - 1)]
        linked = other >= 0
        near = 1 / (0.5 + np.minimum(inner[ys[linked], xs[linked]], 8.0))
        rows.append(np.flatnonzero(linked))
        columns.append(other[linked])
        costs.append(length * (1 + 0.6 * near))
    graph = csr_matrix((np.concatenate(costs), (np.concatenate(rows), np.concatenate(columns))), (len(xs), len(xs)))
    far, before = dijkstra(graph, directed=False, indices=number[middle[1], middle[0]], return_predecessors=True)
    return _Ways(np.stack([xs, ys], axis=1), far, before)


def _ends(ways: _Ways, inner: np.ndarray, middle: np.ndarray, height: float) -> list[int]:
    """What sticks out: the farthest pixels, one a limb, farthest first."""
    image = np.full(inner.shape, -np.inf)
    reached = np.isfinite(ways.far)
    image[ways.pixels[reached, 1], ways.pixels[reached, 0]] = ways.far[reached]
    core = inner[middle[1], middle[0]]
    peak = cv2.dilate(image.astype(np.float32), np.ones((7, 7))) == image.astype(np.float32)
    candidates = [i for i in np.argsort(-ways.far) if reached[i] and peak[ways.pixels[i, 1], ways.pixels[i, 0]]]
    taken = np.zeros(inner.shape, bool)
    ends: list[int] = []
    for end in candidates:
        path = ways.way(end)
        # The part of its way that no longer limb has gone: how far it sticks out by itself.
        own = path[~taken[path[:, 1], path[:, 0]]]
        off = np.linalg.norm(own - middle, axis=1) > 0.8 * core
        if off.sum() < _LEAST * height:
            continue
        ends.append(int(end))
        reach = max(2, int(0.03 * height))
        canvas = taken.astype(np.uint8)
        cv2.polylines(canvas, [path.reshape(-1, 1, 2).astype(np.int32)], False, (1,), 2 * reach + 1)
        taken = canvas > 0
        if len(ends) == 12:
            break
    return ends


def _name(ends: list[int], ways: _Ways, inner: np.ndarray, middle: np.ndarray) -> dict[str, int]:
    """Which end is what. The figure faces us: its left is on the right of the picture."""
    height = inner.shape[0]
    places = {end: ways.pixels[end] for end in ends}
    named: dict[str, int] = {}
    low = [end for end in ends if places[end][1] > middle[1] + 0.22 * height]
    low.sort(key=lambda end: -places[end][1])
    legs = sorted(low[:2] if len(low) > 1 else [], key=lambda end: places[end][0])
    if len(low) > 2:  # four-legged or with things in hand: the outermost of those that reach the ground
        ground = [end for end in low if places[end][1] > 0.8 * height]
        if len(ground) >= 2:
            ground.sort(key=lambda end: places[end][0])
            legs = [ground[0], ground[-1]]
    if len(legs) == 2:
        named["right_leg"], named["left_leg"] = legs
    rest = [end for end in ends if end not in legs]
    # The head: what goes up most steeply, and is wide at the end rather than thin like a raised arm.
    best, head = 0.45, None
    for end in rest:
        way = ways.way(end)
        up = (middle[1] - places[end][1]) / max(1.0, np.linalg.norm(places[end] - middle))
        last = way[-max(3, len(way) // 3) :]
        wide = inner[last[:, 1], last[:, 0]].max() / inner.max()
        score = up * (0.35 + wide)
        if up > 0.6 and score > best:
            best, head = score, end
    if head is not None:
        named["head"] = head
        rest.remove(head)
    sides = {"right_arm": -1, "left_arm": 1}
    for name, sign in sides.items():
        mine = [end for end in rest if sign * (places[end][0] - middle[0]) > 0.06 * inner.shape[1]]
        mine = [end for end in mine if places[end][1] < middle[1] + 0.35 * height]
        if mine:  # of several, the one farthest out to the side
            named[name] = max(mine, key=lambda end: sign * (places[end][0] - middle[0]) + 0.3 * ways.far[end])
    return named


def _limb(
    name: str, way: np.ndarray, inner: np.ndarray, core: float, points: np.ndarray, confidence: np.ndarray
) -> None:
    """Shoulder, elbow, wrist and hand, or hip, knee, ankle and foot, along a way from the trunk to the end."""
    side, kind = name.split("_")
    wide = inner[way[:, 1], way[:, 0]]
    # The limb begins where the way leaves the trunk: going home from its end, where the shape becomes wide.
    end_wide = np.median(wide[len(wide) // 2 :])
    least = max(1.7 * end_wide, end_wide + 0.35 * (core - end_wide))
    # Wide is what a disc as wide fits around, up to the trunk's own edge; joints lie a little inside it.
    trunk = cv2.dilate((inner > least).astype(np.uint8), disc(round(least)))
    trunk_like = np.flatnonzero(trunk[way[:, 1], way[:, 0]])
    start = max(0, int(trunk_like[-1]) - round(0.8 * end_wide)) if len(trunk_like) else 0
    start = min(start, len(way) - 4) if len(way) > 6 else 0
    own = way[start:].astype(np.float64)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(own, axis=0), axis=1))])

    def at(share: float) -> np.ndarray:
        return np.array([np.interp(share * along[-1], along, own[:, k]) for k in range(2)])

    if kind == "arm":
        joints = {"shoulder": 0.02, "elbow": 0.42, "wrist": 0.8}
        points[PARTS[f"{side}_hand"]] = guess_hand(at(0.8), at(0.9), at(0.88) + _aside(at(0.8), at(1.0), side))
        confidence[PARTS[f"{side}_hand"]] = 0.5
    else:
        joints = {"hip": 0.02, "knee": 0.48, "ankle": 0.9}
    for joint, share in joints.items():
        points[PLACE[f"{side}_{joint}"]] = at(share)
        confidence[PLACE[f"{side}_{joint}"]] = 0.6
    if kind == "leg":
        points[PLACE[f"{side}_heel"]] = at(0.93)
        points[PLACE[f"{side}_toe"]] = at(1.0)
        confidence[[PLACE[f"{side}_heel"], PLACE[f"{side}_toe"]]] = 0.6


def _aside(start: np.ndarray, end: np.ndarray, side: str) -> np.ndarray:
    """Where a thumb points: up for an arm that is held out."""
    along = end - start
    return 0.4 * np.array([along[1], -along[0]]) * (1 if side == "left" else -1)


def _head(mask: np.ndarray, inner: np.ndarray, points: np.ndarray, confidence: np.ndarray) -> None:
    """The face, in the widest round place above the shoulders; where there is none, in what rises from them."""
    neck = points[PLACE["neck"]]
    row = int(np.clip(neck[1], 3, mask.shape[0] - 1))
    above = inner[:row].copy()
    above -= 0.25 * np.abs(np.arange(mask.shape[1]) - neck[0])
    middle = np.array(np.unravel_index(np.argmax(above), above.shape)[::-1], np.float64)
    radius = float(inner[int(middle[1]), int(middle[0])])
    column = np.flatnonzero(mask[:row, int(middle[0])])
    top = float(column.min()) if len(column) else 2.0
    if middle[1] + radius < neck[1] + 0.35 * radius and radius > 2:  # a head of its own
        crown = np.array([middle[0], max(top, middle[1] - 1.9 * radius)])
        chin = middle + radius * (neck - middle) / max(float(np.linalg.norm(neck - middle)), 1.0)
    else:
        crown = np.array([middle[0], top])
        chin = crown + 0.82 * (neck - crown)
    _face(crown, chin, points)
    confidence[PARTS["head"]] = 0.6


def _face(crown: np.ndarray, chin: np.ndarray, points: np.ndarray) -> None:
    down = chin - crown
    across = np.array([down[1], -down[0]])  # to the figure's left, on the right of the picture
    places = {
        "crown": (0, 0), "forehead": (0.22, 0), "nose": (0.6, 0), "chin": (1, 0), "left_eye": (0.48, 0.16),
        "right_eye": (0.48, -0.16), "left_ear": (0.52, 0.36), "right_ear": (0.52, -0.36), "left_mouth": (0.8, 0.11),
        "right_mouth": (0.8, -0.11),
    }  # fmt: skip
    for name, (along, aside) in places.items():
        points[PLACE[name]] = crown + along * down + aside * across


def _template(mask: np.ndarray, inner: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """(60, 2) the points of a standing figure laid into the shape's own trunk, for what is not found."""
    ys, _ = np.nonzero(mask)
    top, bottom = float(ys.min()), float(ys.max())
    tall = bottom - top
    core = float(inner[middle[1], middle[0]])
    points = np.zeros((len(NAMES), 2))
    neck_y = max(top + 0.24 * tall, middle[1] - 1.0 * core)
    hips_y = min(top + 0.66 * tall, max(middle[1] + 0.9 * core, neck_y + 0.2 * tall))
    x = float(middle[0])

    def put(name: str, across: float, y: float) -> None:
        points[PLACE[name]] = x + across * core, y

    for sign, side in ((1, "left"), (-1, "right")):
        put(f"{side}_shoulder", 0.72 * sign, neck_y + 0.02 * tall)
        put(f"{side}_elbow", 0.8 * sign, (neck_y + hips_y) / 2)
        put(f"{side}_wrist", 0.8 * sign, hips_y)
        put(f"{side}_hip", 0.45 * sign, hips_y)
        put(f"{side}_knee", 0.45 * sign, (hips_y + bottom) / 2)
        put(f"{side}_ankle", 0.45 * sign, bottom - 0.05 * tall)
        put(f"{side}_heel", 0.45 * sign, bottom - 0.01 * tall)
        put(f"{side}_toe", 0.5 * sign, bottom)
        wrist = points[PLACE[f"{side}_wrist"]]
        knuckles, thumb = np.array([0, 0.05 * tall]), np.array([0.02 * sign * tall, 0.03 * tall])
        points[PARTS[f"{side}_hand"]] = guess_hand(wrist, wrist + knuckles, wrist + thumb)
    _face(np.array([x, top]), np.array([x, top + 0.8 * (neck_y - top)]), points)
    return settle(points)
