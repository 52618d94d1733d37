"""A figure taken apart: trunk with head, two arms, two legs, each a layer of its own that reaches under its neighbours.

What an arm covers of the trunk, or a skirt of a leg, is painted in, so that there is something to see when it moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from demos.corpus.keypoints import PARTS, PLACE
from demos.video.figure import Figure
from demos.video.matting import disc
from demos.video.rims import Ink, bleed, calmed, find_ink

SIDES = ("left", "right")
LAYERS = ("trunk", "left_arm", "right_arm", "left_leg", "right_leg")
_TOES_LOW = 0.03
"""Heights: how far below the floor at the ankles a picture has the tips of feet that point at the viewer, who looks
down at them from about the height of the eyes."""
_WORK = 420
"""Pixels of the figure's box, its longer side, at which it is taken apart."""


@dataclass(frozen=True, eq=False)
class Anatomy:
    """Measures of a figure in its own picture, pixels.

    height : as it would stand, crown to sole. floor : y of the soles. limbs : names of LAYERS it has beside the trunk.
    radius : limb -> half its thickness; root : the same where it leaves the trunk. hem : side ->
    where a skirt ends on the leg, 0 (hip) to 1 (ankle), 0 for none.
    """

    height: float
    floor: float
    limbs: tuple[str, ...]
    radius: dict[str, float]
    root: dict[str, float]
    hem: dict[str, float]


@dataclass(frozen=True, eq=False)
class Layer:
    """One piece. mask (h, w) float32 0 to 1 and colours (h, w, 3) uint8 front, back; all of the figure's box."""

    name: str
    mask: np.ndarray
    front: np.ndarray
    back: np.ndarray


@dataclass(frozen=True, eq=False)
class Pieces:
    """A figure in layers. corner : (2,) pixels x, y of the layers' upper left corner in the picture. ink : the line
    that is drawn around it, if any; it is in no layer."""

    corner: np.ndarray
    layers: tuple[Layer, ...]
    anatomy: Anatomy
    ink: Ink | None


def bones(figure: Figure, limb: str) -> np.ndarray:
    """(4, 2) pixels: the joints along an arm or a leg, from the trunk out; the last is the finger tips or the toe."""
    side, kind = limb.split("_")
    if kind == "arm":
        wrist = figure.point(f"{side}_wrist")
        knuckles = figure.points[PARTS[f"{side}_hand"]][[4, 13]].mean(axis=0)
        return np.stack([figure.point(f"{side}_{j}") for j in ("shoulder", "elbow", "wrist")] + [2 * knuckles - wrist])
    return np.stack([figure.point(f"{side}_{j}") for j in ("hip", "knee", "ankle", "toe")])


def to_segment(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance of (..., 2) points to a segment, and the share of the way along it (0 to 1) of the nearest place."""
    along = end - start
    share = np.clip(((points - start) @ along) / max(float(along @ along), 1e-6), 0, 1)
    return np.linalg.norm(points - (start + share[..., None] * along), axis=-1), share


def measure(figure: Figure) -> Anatomy:
    """Sizes of a figure by its points and its outline."""
    inner = cv2.distanceTransform(np.pad(figure.alpha > 0.5, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    limbs = tuple(limb for limb in LAYERS[1:] if _has(figure, limb))
    left, top, right, bottom = figure.box
    trunk = np.linalg.norm(figure.point("neck") - figure.point("pelvis"))
    head = np.linalg.norm(figure.point("crown") - figure.point("neck"))
    reach = [
        np.linalg.norm(np.diff(bones(figure, limb)[:3], axis=0), axis=1).sum() for limb in limbs if "leg" in limb
    ]  # fmt: skip
    soles = max(figure.points[PLACE[f"{side}_{j}"]][1] for side in SIDES for j in ("ankle", "heel", "toe"))
    floor = max(float(soles), float(bottom)) if soles < figure.size[1] * 1.02 else float(soles)
    if figure.kind == "person":
        floor -= _TOES_LOW * _ahead(figure) * (floor - figure.point("crown")[1])
    standing = trunk + head + (max(reach) * 1.07 if reach else max(bottom - figure.point("pelvis")[1], 1.0))
    if figure.kind == "person" and len(reach) == 2 and floor <= figure.size[1] and _upright(figure, max(reach)):
        standing = floor - figure.point("crown")[1]
    height = float(np.clip(standing, 0.75 * (bottom - top), 2.5 * max(bottom - top, 0.6 * (right - left))))
    radius, root, hem = {}, {}, {}
    for limb in limbs:
        radius[limb], root[limb], covered = _thickness(figure, limb, inner, height)
        hem[limb.split("_")[0]] = max(covered, hem.get(limb.split("_")[0], 0.0))
    for kind in ("arm", "leg"):  # sides are alike; the thinner one touches nothing else
        both = [limb for limb in limbs if limb.endswith(kind)]
        for limb in both:
            radius[limb] = min(radius[limb], 1.15 * min(radius[other] for other in both))
            root[limb] = min(root[limb], 1.15 * min(root[other] for other in both))
    if len(hem) == 2 and min(hem.values()) == 0:  # a skirt covers both
        hem = dict.fromkeys(hem, 0.0)
    return Anatomy(height, floor, limbs, radius, root, hem)


def _ahead(figure: Figure) -> float:
    """How much the foot that stands points at the viewer, 0 to 1."""
    ankle, toe = max(
        ((figure.point(f"{side}_ankle"), figure.point(f"{side}_toe")) for side in SIDES), key=lambda pair: pair[1][1]
    )  # fmt: skip
    aside = abs(float(toe[0] - ankle[0])) / max(0.1 * float(ankle[1] - figure.point("crown")[1]), 1.0)
    return float(np.sqrt(max(0.0, 1 - aside**2)))


def _upright(figure: Figure, leg: float) -> bool:
    """Whether a person stands straight, so that the picture itself shows how tall they are."""
    ankles = max(figure.point(f"{side}_ankle")[1] for side in SIDES)
    trunk = figure.point("pelvis") - figure.point("neck")
    straight = ankles - figure.point("pelvis")[1] > 0.9 * leg
    return bool(straight and trunk[1] > 0.95 * np.linalg.norm(trunk))


def _between(figure: Figure, share: float) -> bool:
    """Whether cloth hangs between the legs: it fills the gap that legs alone would leave, a share of the way down."""
    places = []
    for side in SIDES:
        joints = bones(figure, f"{side}_leg")
        lengths = np.linalg.norm(np.diff(joints[:3], axis=0), axis=1)
        along = 0.85 * share * lengths.sum()
        first = along < lengths[0]
        start, end = (joints[0], joints[1]) if first else (joints[1], joints[2])
        part = along / lengths[0] if first else (along - lengths[0]) / lengths[1]
        places.append(start + part * (end - start))
    middle = np.mean(places, axis=0)
    height, width = figure.alpha.shape
    x, y = (int(np.clip(v, 0, limit - 1)) for v, limit in zip(middle, (width, height), strict=True))
    apart = float(np.linalg.norm(places[0] - places[1]))
    return bool(figure.alpha[y, x] > 0.5 and apart > 0.07 * (figure.box[3] - figure.box[1]))


def _has(figure: Figure, limb: str) -> bool:
    side, kind = limb.split("_")
    names = ("elbow", "wrist") if kind == "arm" else ("knee", "ankle")
    places = [PLACE[f"{side}_{name}"] for name in names]
    if figure.kind != "person":
        return bool(figure.confidence[places].min() > 0)
    inside = _inside(figure.alpha, bones(figure, limb)[1:3])
    return bool(kind == "leg" or inside or figure.confidence[places].max() > 0.3)


def _inside(alpha: np.ndarray, points: np.ndarray) -> bool:
    """Whether most of the way between points is in the outline."""
    way = np.concatenate([np.linspace(a, b, 12) for a, b in pairwise(points)]).astype(int)
    height, width = alpha.shape
    kept = way[(way[:, 0] >= 0) & (way[:, 0] < width) & (way[:, 1] >= 0) & (way[:, 1] < height)]
    return len(kept) > 0 and (alpha[kept[:, 1], kept[:, 0]] > 0.5).mean() > 0.5


def _thickness(figure: Figure, limb: str, inner: np.ndarray, height: float) -> tuple[float, float, float]:
    """Half a limb's thickness in pixels, the same at its root, and how far down a skirt covers it (0 to 1)."""
    joints = bones(figure, limb)
    leg = limb.endswith("leg")
    wide = _along(inner, joints[1], joints[2])
    upper = _along(inner, joints[0], joints[1])
    low, high = (0.022, 0.08 if leg else 0.048) if figure.kind == "person" else (0.008, 0.13)
    length = np.linalg.norm(np.diff(joints[:3], axis=0), axis=1).sum()
    # Low quantiles: where a limb touches the body, the outline says nothing about its thickness.
    thin = float(np.clip(np.quantile(wide, 0.4) if len(wide) else 0.03 * height, low * height, high * height))
    thick = float(np.clip(np.median(upper) if len(upper) else thin, thin, 1.6 * thin))
    own = float(min(thick if leg else 0.5 * (thin + thick), 0.33 * length))
    root = float(np.clip(1.05 * np.quantile(upper, 0.6) if len(upper) else own, own, 2.4 * thin))
    root = float(min(root, high * height, 0.33 * length)) if leg else own
    if not leg or not len(upper) or not len(wide):
        return own, max(root, own), 0.0
    # From the ankle up: where the outline becomes much wider than the leg, cloth begins.
    profile = np.concatenate([upper, wide])
    shin = np.median(wide[len(wide) // 2 :])
    covered = np.flatnonzero(profile > max(2.1 * shin, 0.035 * height))
    hem = (covered[-1] + 1) / len(profile) if len(covered) else 0.0
    if 0.3 < hem < 0.9 and _between(figure, hem):
        own = float(min(own, 1.5 * shin))
        return own, own, float(hem)
    return own, max(root, own), 0.0


def _along(values: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Values (h, w) at 24 places between two points, the ends of the way left out; what is outside is left out."""
    way = np.linspace(start, end, 28)[2:-2].astype(int)
    height, width = values.shape
    kept = way[(way[:, 0] >= 0) & (way[:, 0] < width) & (way[:, 1] >= 0) & (way[:, 1] < height)]
    found = values[kept[:, 1], kept[:, 0]] if len(kept) else np.zeros(0)
    return found[found > 0]


def take_apart(figure: Figure) -> Pieces:
    """The layers of a figure, in the resolution of its picture."""
    anatomy = measure(figure)
    left, top, right, bottom = figure.box
    pad = max(3, round(0.02 * max(right - left, bottom - top)))
    height, width = figure.alpha.shape
    x0, y0, x1, y1 = max(0, left - pad), max(0, top - pad), min(width, right + pad), min(height, bottom + pad)
    alpha = figure.alpha[y0:y1, x0:x1]
    colours = np.ascontiguousarray(figure.picture[y0:y1, x0:x1, :3])
    corner = np.array([x0, y0])
    scale = min(1.0, _WORK / max(alpha.shape))
    size = max(4, round(alpha.shape[1] * scale)), max(4, round(alpha.shape[0] * scale))
    small = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    at = (np.stack(np.meshgrid(np.arange(size[0]), np.arange(size[1])), axis=-1) + 0.5) / scale + corner
    skin = _skin(figure)
    hidden_hands = [
        limb for limb in anatomy.limbs if limb.endswith("arm") and _hand_hidden(figure, anatomy, limb, skin)
    ]
    owner = _beyond_edge(_owners(figure, anatomy, at, small > 0.3, hidden_hands), small > 0.5)
    ink = find_ink(colours, alpha) if figure.kind != "shape" else None
    if ink is not None:
        alpha = ink.inner
    colours = bleed(colours, alpha > 0.9)
    names = [name for name in LAYERS if name == "trunk" or name in anatomy.limbs]
    regions = {
        name: _grown((owner == LAYERS.index(name)) | _under(figure, anatomy, name, at), alpha.shape) for name in names
    }  # fmt: skip
    # Where three layers meet, smooth edges would leave a hole: the trunk goes on beneath it.
    hole = (np.max(list(regions.values()), axis=0) < 0.8) & (alpha > 0.5)
    regions["trunk"] = np.maximum(regions["trunk"], _dilated(hole, 2).astype(np.float32))
    layers = []
    for name in names:
        index, region = LAYERS.index(name), regions[name]
        seen = _grown(owner == index, alpha.shape)
        if (region * alpha > 0.5).sum() < 12:
            continue
        hidden = (region > 0.4) & (seen < 0.5) & _covered(figure, anatomy, name, owner, index, alpha.shape, at)
        front = bleed(colours, (alpha > 0.9) & ~cv2.dilate(hidden.astype(np.uint8), np.ones((3, 3))).astype(bool))
        back = _back(front, figure, corner, alpha * region) if name == "trunk" else front
        mask = (region * alpha).astype(np.float32)
        if name in hidden_hands:
            mask, front = _with_hand(figure, anatomy, name, corner, mask, front, skin)
            back = front
        front, back = (calmed(side, alpha, mask) for side in (front, back))
        layers.append(Layer(name, mask, front, back))
    return Pieces(corner, tuple(layers), anatomy, ink)


def _dilated(mask: np.ndarray, radius: int) -> np.ndarray:
    return cv2.dilate(mask.astype(np.uint8), disc(radius)) > 0


def _beyond_edge(owner: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Owners (h, w) with those outside the outline like the nearest inside: alpha alone cuts the outline."""
    if not inside.any():
        return owner
    _, label = cv2.distanceTransformWithLabels(
        (~inside).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )  # fmt: skip
    ys, xs = np.nonzero(inside)
    table = np.zeros(label.max() + 1, owner.dtype)
    table[label[ys, xs]] = owner[ys, xs]
    return np.where(inside, owner, table[label])


def _grown(region: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A small mask (h, w) bool in full size, float32 with a smooth edge."""
    soft = cv2.GaussianBlur(region.astype(np.float32), (0, 0), 1.1)
    return np.clip(2 * cv2.resize(soft, shape[::-1], interpolation=cv2.INTER_CUBIC) - 0.5, 0, 1)


def _skin(figure: Figure) -> np.ndarray | None:
    """The colour of a person's face (3,) float, None where none is seen."""
    if figure.kind != "person" or figure.confidence[PLACE["nose"]] < 0.5:
        return None
    face = np.stack([figure.point(name) for name in ("left_eye", "right_eye", "left_mouth", "right_mouth", "nose")])
    cheeks = np.stack([(face[0] + face[2]) / 2, (face[1] + face[3]) / 2, face[4]])
    height, width = figure.alpha.shape
    at = np.clip(cheeks, 0, [width - 1, height - 1]).astype(int)
    reach = max(1, int(0.15 * np.linalg.norm(face[0] - face[1])))
    patches = [figure.picture[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1, :3] for x, y in at]
    return np.median(np.concatenate([patch.reshape(-1, 3) for patch in patches]), axis=0)


def _hand_hidden(figure: Figure, anatomy: Anatomy, limb: str, skin: np.ndarray | None) -> bool:
    """Whether a person's hand is in a pocket or behind the back: where it should be, there is no skin."""
    hand = PARTS[f"{limb.split('_')[0]}_hand"]
    if skin is None or figure.confidence[hand].max() > 0.75:
        return False
    height, width = figure.alpha.shape
    at = figure.points[hand].astype(int)
    at = at[(at >= 0).all(1) & (at[:, 0] < width) & (at[:, 1] < height)]
    if len(at) < 5 or (figure.alpha[at[:, 1], at[:, 0]] > 0.5).mean() < 0.5:
        return False
    lab = cv2.cvtColor(np.concatenate([figure.picture[at[:, 1], at[:, 0], :3], [skin.astype(np.uint8)]])[None]
                       .astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]  # fmt: skip
    off = np.linalg.norm((lab[:-1] - lab[-1]) * [0.5, 1, 1], axis=1)
    return bool(np.median(off) > 22)


def _with_hand(
    figure: Figure, anatomy: Anatomy, limb: str, corner: np.ndarray, mask: np.ndarray, front: np.ndarray,
    skin: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """An arm with a plain hand of the face's colour at its end, for one that the picture hides."""
    joints = bones(figure, limb)
    along = joints[2] - joints[1]
    along = along / max(float(np.linalg.norm(along)), 1e-6)
    radius = 0.021 * anatomy.height
    wrist = joints[2] - corner
    start, end = wrist - 0.5 * radius * along, wrist + 0.07 * anatomy.height * along
    y, x = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]].astype(np.float32) + 0.5
    off, share = to_segment(np.stack([x, y], axis=-1), start, end)
    round_hand = radius * (0.62 + 0.5 * np.sin(np.pi * np.clip(share, 0, 1) ** 0.8))
    hand = np.clip(round_hand - off + 0.5, 0, 1).astype(np.float32)
    paint = hand * (1 - (mask > 0.5) * (share < 0.02))
    shaded = skin * (0.96 - 0.16 * np.clip(off / radius, 0, 1))[..., None]
    colours = front * (1 - paint[..., None]) + shaded * paint[..., None]
    return np.maximum(mask, hand), np.clip(colours.round(), 0, 255).astype(np.uint8)


def _owners(
    figure: Figure, anatomy: Anatomy, at: np.ndarray, inside: np.ndarray, hidden_hands: list[str]
) -> np.ndarray:
    """Which of LAYERS each place (h, w, 2) belongs to. inside : (h, w) bool, the outline."""
    trunk = _from_trunk(figure, anatomy, at) / (0.03 * anatomy.height)
    best = np.full(at.shape[:2], np.inf)
    owner = np.zeros(at.shape[:2], np.int8)
    axis = figure.point("pelvis") - figure.point("neck")
    axis = axis / max(np.linalg.norm(axis), 1e-6)
    for limb in anatomy.limbs:
        joints, radius = bones(figure, limb), anatomy.radius[limb]
        off, shortest = np.full(at.shape[:2], np.inf), np.full(at.shape[:2], np.inf)
        beyond = np.zeros(at.shape[:2], bool)
        for k in range(2 if limb in hidden_hands else 3):
            distance, share = to_segment(at, joints[k], joints[k + 1])
            along = anatomy.root[limb] + share * (radius - anatomy.root[limb]) if k == 0 else radius
            reach = along * (1.25 if k == 2 else 1.0)
            if k == 2 and limb.endswith("leg"):
                reach = max(1.35 * radius, 0.045 * anatomy.height)
            away = distance / reach
            if k == 0 and limb.endswith("arm"):  # the shoulder itself is the trunk's
                away = away + 1.5 * np.clip(0.22 - share, 0, 1)
            off = np.minimum(off, away)
            nearest = distance <= shortest
            shortest = np.minimum(shortest, distance)
            beyond = np.where(nearest, (share <= 0) & (k == 0), beyond)
        # What lies over the shoulder is hair or hood.
        loose = (off < 2.6) & (off < 0.6 + trunk)
        mine = (off <= 1.0) | (loose & ~beyond)
        if limb.endswith("leg"):
            hip = joints[0]
            below = ((at - hip) @ axis) > -0.1 * radius
            mine &= below
            hem = anatomy.hem[limb.split("_")[0]]
            if hem:
                mine &= _share_of_leg(at, joints) > hem
        owner = np.where(mine & (off < best), LAYERS.index(limb), owner).astype(np.int8)
        best = np.where(mine, np.minimum(best, off), best)
    if figure.kind != "person":  # drawn limbs are of any thickness: what is nearest on ways inside the outline owns
        return _by_ways(inside, owner, trunk, best)
    return owner


def _by_ways(inside: np.ndarray, owner: np.ndarray, trunk: np.ndarray, limb: np.ndarray) -> np.ndarray:
    """Ownership spread from what is certain - the limbs' bones, the trunk - along the shortest ways inside the outline.

    trunk, limb : (h, w) how far off both each place is, 1 at their surface.
    """
    seeds = np.where((limb < 0.75) & (owner > 0), owner, np.where((trunk <= 0) & (owner == 0), 0, -1))
    height, width = inside.shape
    number = np.full(inside.shape, -1)
    ys, xs = np.nonzero(inside)
    number[ys, xs] = np.arange(len(xs))
    starts = np.flatnonzero(seeds[ys, xs] >= 0)
    if len(starts) == 0:
        return owner
    rows, columns, costs = [], [], []
    for dx, dy, length in ((1, 0, 1.0), (0, 1, 1.0), (1, 1, 2**0.5), (1, -1, 2**0.5)):
        near_y, near_x = ys + dy, xs + dx
        held = (near_y >= 0) & (near_y < height) & (near_x >= 0) & (near_x < width)
        other = np.full(len(xs), -1)
        other[held] = number[near_y[held], near_x[held]]
        linked = other >= 0
        rows.append(np.flatnonzero(linked))
        columns.append(other[linked])
        costs.append(np.full(int(linked.sum()), length))
    graph = csr_matrix((np.concatenate(costs), (np.concatenate(rows), np.concatenate(columns))), (len(xs), len(xs)))
    _, _, sources = dijkstra(graph, directed=False, indices=starts, min_only=True, return_predecessors=True)
    spread = owner.copy()
    reached = sources >= 0
    spread[ys[reached], xs[reached]] = seeds[ys[sources[reached]], xs[sources[reached]]]
    spread[ys[~reached], xs[~reached]] = 0
    return spread


def _share_of_leg(at: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """How far down a leg each place is: 0 the hip, 1 the ankle."""
    upper, along_upper = to_segment(at, joints[0], joints[1])
    lower, along_lower = to_segment(at, joints[1], joints[2])
    lengths = np.linalg.norm(np.diff(joints[:3], axis=0), axis=1)
    place = np.where(upper <= lower, along_upper * lengths[0], lengths[0] + along_lower * lengths[1])
    return place / max(lengths.sum(), 1e-6)


def _from_trunk(figure: Figure, anatomy: Anatomy, at: np.ndarray) -> np.ndarray:
    """Pixels from the trunk, neck and head: 0 inside the quadrangle of shoulders and hips and inside the head."""
    neck, pelvis = figure.point("neck"), figure.point("pelvis")
    shoulders = [neck + 0.8 * (figure.point(f"{side}_shoulder") - neck) for side in SIDES]
    hips = [pelvis + 1.15 * (figure.point(f"{side}_hip") - pelvis) for side in SIDES]
    corners = np.stack([shoulders[0], shoulders[1], hips[1], hips[0]])
    away = np.min([to_segment(at, corners[k], corners[(k + 1) % 4])[0] for k in range(4)], axis=0)
    away = np.where(_in_polygon(at, corners), 0, away)
    crown, chin = figure.point("crown"), figure.point("chin")
    face = np.linalg.norm(crown - chin)
    head = np.linalg.norm(at - (crown + chin) / 2, axis=-1) - 0.55 * face
    throat = to_segment(at, neck, chin)[0] - 0.025 * anatomy.height
    return np.maximum(np.minimum(away, np.minimum(head, throat)), 0)


def _in_polygon(at: np.ndarray, corners: np.ndarray) -> np.ndarray:
    inside = np.zeros(at.shape[:-1], bool)
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        crosses = (a[1] > at[..., 1]) != (b[1] > at[..., 1])
        x = a[0] + (at[..., 1] - a[1]) * (b[0] - a[0]) / (b[1] - a[1] if b[1] != a[1] else 1e-6)
        inside ^= crosses & (at[..., 0] < x)
    return inside


def _under(figure: Figure, anatomy: Anatomy, name: str, at: np.ndarray) -> np.ndarray:
    """Where a layer goes on beneath its neighbours."""
    if name == "trunk":
        pelvis = figure.point("pelvis")
        reach = _from_trunk(figure, anatomy, at) < 0.012 * anatomy.height
        for side in SIDES:
            radius = anatomy.root.get(f"{side}_leg", 0.0)
            hip = pelvis + 0.9 * (figure.point(f"{side}_hip") - pelvis)
            reach |= np.linalg.norm(at - hip, axis=-1) < 0.95 * radius
        return reach
    joints, radius = bones(figure, name), anatomy.root[name]
    if name.endswith("arm"):
        return to_segment(at, joints[0], joints[0] + 0.3 * (joints[1] - joints[0]))[0] < 0.95 * radius
    hem = anatomy.hem[name.split("_")[0]]
    upper = np.minimum(to_segment(at, joints[0], joints[1])[0], to_segment(at, joints[1], joints[2])[0])
    return (upper < 0.95 * radius) & (_share_of_leg(at, joints) < max(hem + 0.1, 0.3))


def _covered(
    figure: Figure, anatomy: Anatomy, name: str, owner: np.ndarray, index: int, shape: tuple[int, ...], at: np.ndarray
) -> np.ndarray:
    """(h, w) bool: where a layer's colours are not in the picture: another layer lies on it."""
    if name == "trunk":
        arms = [LAYERS.index(limb) for limb in anatomy.limbs if limb.endswith("arm")]
        hidden = np.isin(owner, arms)
    elif name.endswith("leg") and anatomy.hem[name.split("_")[0]]:
        hidden = owner != index
    else:
        return np.zeros(shape, bool)
    return cv2.resize(hidden.astype(np.float32), shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.4


def _back(front: np.ndarray, figure: Figure, corner: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The trunk and head from behind: the face is painted over with what surrounds it, hair rather than skin."""
    crown, chin = figure.point("crown") - corner, figure.point("chin") - corner
    down = chin - crown
    length = float(np.linalg.norm(down))
    if length < 3 or figure.kind == "shape":
        return front
    height, width = mask.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
    along = ((x - crown[0]) * down[0] + (y - crown[1]) * down[1]) / length**2
    across = ((x - crown[0]) * down[1] - (y - crown[1]) * down[0]) / length**2
    if figure.kind == "person":
        face = (np.abs(across) < 0.56) & (along > 0.25) & (along < 0.92)  # below is the neck
    else:
        face = ((along - 0.6) / 0.36) ** 2 + (across / 0.3) ** 2 < 1
    face &= mask > 0.3
    known = (mask > 0.9) & ~face
    if figure.kind == "person":  # from the hair alone, where there is some
        hair = known & (along < 0.22) & (along > -0.4) & (np.abs(across) < 0.7)
        if hair.sum() > 30:
            known = hair
    filled = bleed(front, known)
    soft = cv2.GaussianBlur(face.astype(np.float32), (0, 0), max(0.8, 0.02 * length))[..., None]
    return (front * (1 - soft) + filled * soft).round().astype(np.uint8)
