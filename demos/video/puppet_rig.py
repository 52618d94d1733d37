"""A picture's figure as a jointed body: balloons of its layers in heights of the figure, fifteen bones, soft weights.

World of the puppet: unit = height of the standing figure; x right, y up, z towards the viewer; the floor is y = 0, the
middle of the hips stands at x = 0, z = 0. A camera stands CAMERA_FAR in front; at rest the puppet covers the very
pixels of the picture that it was cut from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from demos.corpus.keypoints import PLACE
from demos.video import puppet_raster as loops
from demos.video.figure import Figure
from demos.video.inflation import inflate
from demos.video.layers import SIDES, Anatomy, Layer, Pieces, bones, take_apart, to_segment
from demos.video.rims import Ink

BONES = (
    "pelvis", "chest", "head", "left_upper_arm", "right_upper_arm", "left_forearm", "right_forearm", "left_hand",
    "right_hand", "left_thigh", "right_thigh", "left_shin", "right_shin", "left_foot", "right_foot",
)  # fmt: skip
BONE = {name: i for i, name in enumerate(BONES)}
CAMERA_FAR = 3.5
CAMERA_HIGH = 0.95
"""Heights of the figure: how far the camera stands, and how high above the floor: at the eyes of who takes a picture
of the whole of somebody (chosen; no picture says it)."""
_DEEP = {"pelvis": 0.76, "chest": 0.76, "neck": 1.0, "head": 1.0, "arm": 1.0, "leg": 1.06}
_DEEP_PERSON = {"pelvis": 0.9, "chest": 0.76, "neck": 0.9, "head": 1.42, "arm": 1.0, "leg": 1.12}
"""Thickness by that of a balloon: trunks are not round, people's heads longer than wide, and buttocks stand out."""
_AHEAD = {"chest": 0.018, "pelvis": 0.012, "head": 0.009, "thigh": 0.011, "shin": -0.006}
"""Heights: how far before its bones a person's flesh lies: the chest before the joints of the shoulders, calves behind.
These and _DEEP_PERSON were read off MakeHuman's body; other people differ."""
_FOOT = 0.115, 0.032
"""Heights: how far toes and heel are from the ankle."""
_FINE = 105
"""Triangles along the figure's height."""
_ENDS = {"upper_arm": ("shoulder", "elbow"), "forearm": ("elbow", "wrist"), "hand": ("wrist", "middle_mcp"),
         "thigh": ("hip", "knee"), "shin": ("knee", "ankle"), "foot": ("ankle", "ankle")}  # fmt: skip
"""Where the depth of what hangs on a bone begins and ends. Feet have their length in depth already."""
_PLANES = {"pelvis": ("left_hip", "right_hip", "neck"), "chest": ("left_shoulder", "right_shoulder", "pelvis"),
           "head": ("left_ear", "right_ear")}  # fmt: skip
_LIMB = {"arm": ("upper_arm", "forearm", "hand"), "leg": ("thigh", "shin", "foot")}


@dataclass(frozen=True, eq=False)
class Rig:
    """A puppet at rest.

    vertices : (v, 3) float32 world. faces : (f, 3) int32. weights : (v, 15) float32. loose : (v,) float32 0 to 1, how
        much a vertex lags behind, as hair and cloth do. texture : (f,) int32, which of the textures a face shows.
    places : (v, 2) float32 pixels within the textures. textures : (n, h, w, 3) uint8.
    joints : name of a point -> (2,) world x, y at rest, or (3,) where depths are known. shown : the pose that the
    picture shows, name of a point -> (3,) in any place and size, where depths are known. begins : whether what is
    danced begins with that pose. anatomy : in pixels. origin : (2,) pixels of the world's origin
        (below the hips, on the floor). size : width, height of the picture. solid : how many of the vertices are the
    figure's own; those after them are lines of ink around it. side : x of the camera, before the middle of the picture.
    """

    vertices: np.ndarray
    faces: np.ndarray
    weights: np.ndarray
    loose: np.ndarray
    texture: np.ndarray
    places: np.ndarray
    textures: np.ndarray
    joints: dict[str, np.ndarray]
    anatomy: Anatomy
    origin: np.ndarray
    size: tuple[int, int]
    kind: str
    solid: int
    side: float = 0.0
    shown: dict[str, np.ndarray] | None = None
    begins: bool = False


def build(figure: Figure) -> Rig:
    """The puppet of a figure."""
    pieces = take_apart(figure)
    anatomy = pieces.anatomy
    origin = np.array([figure.point("pelvis")[0], anatomy.floor])
    left, top, right, bottom = figure.box
    step = max(2.0, anatomy.height / _FINE, max(right - left, bottom - top) / (1.6 * _FINE))
    side = float(np.clip((figure.size[0] / 2 - origin[0]) / anatomy.height, -1.5, 1.5))
    found = [_part(figure, pieces, layer, index, step, origin, side) for index, layer in enumerate(pieces.layers)]
    parts = [part for part in found if part is not None]
    textures = [colours for layer in pieces.layers for colours in (layer.front, layer.back)]
    solid = sum(len(part.vertices) for part in parts)
    if pieces.ink is not None:
        parts += [_outlined(part, pieces.ink, anatomy, len(textures)) for part in parts]
        textures.append(np.full_like(textures[0], pieces.ink.colour))
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    joints = {
        name: np.array([figure.point(name)[0] - origin[0], origin[1] - figure.point(name)[1]]) / anatomy.height
        for name in PLACE
    }  # fmt: skip
    return Rig(
        np.concatenate([part.vertices for part in parts]).astype(np.float32),
        np.concatenate([part.faces + start for part, start in zip(parts, starts, strict=False)]).astype(np.int32),
        np.concatenate([part.weights for part in parts]).astype(np.float32),
        np.concatenate([part.loose for part in parts]).astype(np.float32),
        np.concatenate([part.texture for part in parts]).astype(np.int32),
        np.concatenate([part.places for part in parts]).astype(np.float32), np.stack(textures), joints, anatomy, origin,
        figure.size, figure.kind, solid, side,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Part:
    """A piece of a rig; arrays as there, faces of its own vertices."""

    vertices: np.ndarray
    faces: np.ndarray
    weights: np.ndarray
    loose: np.ndarray
    texture: np.ndarray
    places: np.ndarray


def _part(
    figure: Figure, pieces: Pieces, layer: Layer, index: int, step: float, origin: np.ndarray, side: float
) -> _Part | None:
    """The body of a layer; None where there is nothing of it."""
    balloon = inflate(layer.mask, pieces.corner, step)
    if balloon is None:
        return None
    anatomy = pieces.anatomy
    real = figure.kind == "person" and pieces.ink is None  # drawn people are not built like people
    own = _weights(figure, pieces, layer.name, balloon.places)
    thick, middle = balloon.height * _deep(real, figure, layer.name, own, balloon.places), np.zeros(len(own))
    if layer.name.endswith("leg"):
        thick, middle = _foot_depth(real, figure, layer.name, balloon.places, thick, anatomy)
    flat = (balloon.places - origin) / anatomy.height * [1, -1]
    deep = (thick + middle) / anatomy.height
    if real:
        deep = deep + sum(_AHEAD.get(bone.split("_")[-1], 0.0) * own[:, place] for bone, place in BONE.items())
    faces = np.concatenate([balloon.faces, balloon.wall])
    shown = [np.repeat([2 * index, 2 * index + 1], len(part) // 2) for part in (balloon.faces, balloon.wall)]
    return _Part(
        world_of(np.column_stack([flat, deep]), side), faces, own,
        _loose(figure, anatomy, layer.name, balloon.places), np.concatenate(shown), balloon.places - pieces.corner,
    )  # fmt: skip


def _outlined(part: _Part, ink: Ink, anatomy: Anatomy, texture: int) -> _Part:
    """A line of ink around a part, from wherever it is seen: its faces turned inside out, as far outside as the line is
    wide. Those behind the part are seen past its edges; those before it look away, and are not drawn."""
    count = len(part.vertices) // 2
    wide = cv2.remap(ink.drawn, *np.float32((part.places - 0.5).T[..., None]), cv2.INTER_LINEAR)[:, 0]  # type: ignore[call-overload]
    out = np.empty_like(part.vertices)
    loops.normals(part.vertices, part.faces, out)
    # Front and back meet at the rim, and move together there.
    apart = np.linalg.norm(part.vertices[:count] - part.vertices[count:], axis=1)
    met = np.tile(apart < 1e-6, 2)
    both = np.tile(out[:count] + out[count:], (2, 1))
    out = np.where(met[:, None], both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-6), out)
    moved = part.vertices + (ink.width / anatomy.height) * wide[:, None] * out
    faces = part.faces[:, ::-1]
    return replace(
        part, vertices=moved, faces=faces, texture=np.full(len(faces), texture), places=np.ones_like(part.places)
    )  # fmt: skip


def _deep(real: bool, figure: Figure, layer: str, weights: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(v,) factors of a balloon's thickness."""
    factors = _DEEP_PERSON if real else _DEEP
    if layer != "trunk":
        return np.full(len(weights), factors[layer.split("_")[1]])
    own = np.stack([weights[:, BONE[bone]] for bone in ("pelvis", "chest", "head")], axis=1)
    limbs = 1 - own.sum(axis=1)  # hems and shoulders go with the limbs
    result = own @ [factors[bone] for bone in ("pelvis", "chest", "head")] + limbs * factors["pelvis"]
    chin, crown = figure.point("chin"), figure.point("crown")
    up = (places - chin) @ (crown - chin) / max(float((crown - chin) @ (crown - chin)), 1e-6)
    return result + (factors["neck"] - factors["head"]) * own[:, 2] * (1 - _smooth((up + 0.15) / 0.4))


def lifted(rig: Rig, shown: dict[str, np.ndarray], *, begins: bool) -> Rig:
    """The same puppet in depth: what covers the picture's pixels stays, nearer or farther as the pose `shown` says.

    shown : name of a point -> (3,), in the puppet's axes and size; z is 0 in the picture's plane.
    """
    depths = {name: float(shown[name][2]) for name in PLACE}
    at = {name: np.append(place[:2], 0.0) for name, place in rig.joints.items()}
    flat = flat_of(rig.vertices, rig.side)
    z = np.zeros(len(flat))
    for bone, index in BONE.items():
        own = rig.weights[:, index]
        used = own > 1e-4
        if used.any():
            z[used] += own[used] * _depth_along(bone, flat[used, :2], at, depths)
    vertices = world_of(np.column_stack([flat[:, :2], flat[:, 2] + z]), rig.side)
    joints = {name: world_of(np.append(place[:2], depths[name]), rig.side) for name, place in at.items()}
    return replace(rig, vertices=vertices.astype(np.float32), joints=joints, shown=shown, begins=begins)


def _depth_along(bone: str, places: np.ndarray, at: dict[str, np.ndarray], depths: dict[str, float]) -> np.ndarray:
    """(v,) depths of what hangs on a bone at places (v, 2): along it, or for the trunk and the head on their plane."""
    side, _, part = bone.partition("_")
    if part in _ENDS:
        start, end = (f"{side}_{joint}" for joint in _ENDS[part])
        _, share = to_segment(places, at[start][:2], at[end][:2])
        return depths[start] + share * (depths[end] - depths[start])
    corners = [at[name][:2] for name in _PLANES[bone]]
    known = np.array([depths[name] for name in _PLANES[bone]])
    rows = np.column_stack([np.array(corners), np.ones(len(corners))])
    # A little ridge: points that nearly lie on one line tell nothing of what lies beside it.
    pull = np.diag([0.004, 0.004, 0.0])
    plane = np.linalg.solve(rows.T @ rows + pull, rows.T @ known)
    return np.clip(places @ plane[:2] + plane[2], known.min() - 0.05, known.max() + 0.05)


def flat_of(world: np.ndarray, side: float) -> np.ndarray:
    """World (..., 3) -> where it lies in the picture (x to the right, y up from the floor), in heights, and its depth.
    side : x of the camera, which looks at the middle of the picture."""
    near = CAMERA_FAR / (CAMERA_FAR - world[..., 2])
    x = side + (world[..., 0] - side) * near
    return np.stack([x, CAMERA_HIGH + (world[..., 1] - CAMERA_HIGH) * near, world[..., 2]], axis=-1)


def world_of(flat: np.ndarray, side: float) -> np.ndarray:
    """The inverse of `flat_of`."""
    far = (CAMERA_FAR - flat[..., 2]) / CAMERA_FAR
    x = side + (flat[..., 0] - side) * far
    return np.stack([x, CAMERA_HIGH + (flat[..., 1] - CAMERA_HIGH) * far, flat[..., 2]], axis=-1)


def _foot_depth(
    real: bool, figure: Figure, limb: str, places: np.ndarray, thick: np.ndarray, anatomy: Anatomy
) -> tuple[np.ndarray, np.ndarray]:
    """Thickness (v,) and middle depth (v,) of a leg, pixels: feet seen from the front are short in the picture, and get
    their length towards the viewer. A person's soles lie on the floor, of which the picture shows more the nearer."""
    joints = bones(figure, limb)
    turned = min(abs(joints[3][0] - joints[2][0]) / (0.1 * anatomy.height), 1.0)
    if not real:
        low = np.clip((places[:, 1] - joints[2][1]) / max(0.3 * anatomy.radius[limb], 1.0), 0, 1)
        longer = 2.0 - turned
        return thick * np.where(thick > 0, 1 + (longer - 1) * low, 1 + 0.25 * (longer - 1) * low), np.zeros(len(thick))
    straight = np.sqrt(1 - turned**2)
    toes, heel = (straight * reach * anatomy.height for reach in _FOOT)
    sole = places[:, 1].max() - joints[2][1]  # of the foot that is lifted as well
    low = np.clip((places[:, 1] - joints[2][1]) / max(sole, 1.0), 0, 1)
    middle = 0.85 * toes * np.clip((low - 0.6) / 0.4, 0, 1)
    foot = low > 0.2
    usual = max(float(np.quantile(thick[foot], 0.97)), 1.0) if foot.any() else 1.0
    share = np.abs(thick) / usual
    above = np.maximum(thick, share * low * (toes - middle))
    behind = share * np.maximum(usual * (1 - low), heel * np.clip(np.minimum(5 * low, 2.5 * (1 - low)), 0, 1))
    return np.where(thick > 0, above, -np.where(low > 0, behind, np.abs(thick))), middle


def _weights(figure: Figure, pieces: Pieces, layer: str, places: np.ndarray) -> np.ndarray:
    """(v, 15) rows sum to 1."""
    weights = np.zeros((len(places), len(BONES)))
    if layer == "trunk":
        _trunk_weights(figure, pieces.anatomy, places, weights)
        return weights
    side, kind = layer.split("_")
    joints, radius = bones(figure, layer), pieces.anatomy.root[layer]
    ends = [(joints[0], joints[1]), (joints[1], joints[2]), (joints[2], joints[3])]
    if kind == "leg":  # a foot is what is below the ankle, wherever it points
        heel = figure.point(f"{side}_heel")
        away_foot = np.minimum(to_segment(places, joints[2], joints[3])[0], to_segment(places, joints[2], heel)[0])
    off = np.stack([to_segment(places, *end)[0] for end in ends], axis=1)
    if kind == "leg":
        off[:, 2] = away_foot
    soft = np.array([0.4, 0.35, 0.25 if kind == "arm" else 0.2]) * radius
    near = np.exp(-(off - off.min(axis=1, keepdims=True)) / np.maximum(soft, 0.5))
    near /= near.sum(axis=1, keepdims=True)
    # The root of a limb moves a little with the body, so that no edge shows.
    along = to_segment(places, joints[0], joints[1])[1]
    reach = np.linalg.norm(joints[1] - joints[0])
    share = np.clip(1 - along * reach / max(0.9 * radius, 1), 0, 1)
    base = (0.5 if kind == "arm" else 0.45) * _smooth(share)
    weights[:, BONE["chest" if kind == "arm" else "pelvis"]] = base
    for k, name in enumerate(_LIMB[kind]):
        weights[:, BONE[f"{side}_{name}"]] = (1 - base) * near[:, k]
    return weights


def _trunk_weights(figure: Figure, anatomy: Anatomy, places: np.ndarray, weights: np.ndarray) -> None:
    neck, pelvis = figure.point("neck"), figure.point("pelvis")
    axis = neck - pelvis
    length = max(float(np.linalg.norm(axis)), 1.0)
    rise = (places - pelvis) @ axis / length**2
    chest = _smooth((rise - 0.05) / 0.85)
    chin, crown = figure.point("chin"), figure.point("crown")
    throat = chin - neck
    reach = max(float(np.linalg.norm(throat)), 0.02 * anatomy.height)
    up = (crown - chin) / max(float(np.linalg.norm(crown - chin)), 1e-6)
    over = (places - neck) @ up / max(float(throat @ up), 0.35 * reach)
    # Long hair hangs beside the neck: what is far to the side of it below the chin stays with the shoulders.
    head = _smooth((over - 0.35) / 0.75)
    if figure.kind == "shape":
        head = 0 * head  # it has none of its own
    weights[:, BONE["head"]] = head
    weights[:, BONE["chest"]] = (1 - head) * chest
    weights[:, BONE["pelvis"]] = (1 - head) * (1 - chest)
    for side in SIDES:
        if f"{side}_arm" in anatomy.limbs:
            near = np.linalg.norm(places - figure.point(f"{side}_shoulder"), axis=1)
            share = 0.3 * np.exp(-((near / (0.05 * anatomy.height)) ** 2)) * (1 - head)
            weights *= 1 - share[:, None]
            weights[:, BONE[f"{side}_upper_arm"]] += share
    legs = [side for side in SIDES if f"{side}_leg" in anatomy.limbs]
    if len(legs) == 2:  # cloth below the hips goes with the thighs
        hems = [anatomy.hem[side] for side in legs]
        depth = max(0.16, *hems) * 0.5 * anatomy.height
        below = _smooth(((places - pelvis) @ (-axis) / length - 0.02 * anatomy.height) / depth)
        share = (0.75 if max(hems) else 0.5) * below
        left, right = figure.point("left_hip"), figure.point("right_hip")
        across = left - right
        place = ((places - (left + right) / 2) @ across) / max(float(across @ across), 1.0)
        to_left = _smooth(0.5 + 0.45 * place)
        weights *= 1 - share[:, None]
        weights[:, BONE["left_thigh"]] += share * to_left
        weights[:, BONE["right_thigh"]] += share * (1 - to_left)


def _loose(figure: Figure, anatomy: Anatomy, layer: str, places: np.ndarray) -> np.ndarray:
    """How much vertices lag behind: hair away from the skull, skirts towards the hem, wide sleeves and trousers."""
    height = anatomy.height
    if layer != "trunk":
        joints, radius = bones(figure, layer), anatomy.radius[layer]
        off = np.minimum(to_segment(places, joints[0], joints[1])[0], to_segment(places, joints[1], joints[2])[0])
        hand = to_segment(places, joints[2], joints[3])[1] > 0.05
        return np.where(hand, 0.0, 0.8 * np.clip((off - 1.1 * radius) / (0.05 * height), 0, 1))
    crown, chin = figure.point("crown"), figure.point("chin")
    face = max(float(np.linalg.norm(crown - chin)), 1.0)
    middle = (crown + chin) / 2
    hair = np.clip((np.linalg.norm(places - middle, axis=1) - 0.55 * face) / (0.5 * face), 0, 1)
    neck, pelvis = figure.point("neck"), figure.point("pelvis")
    down = (pelvis - neck) / max(float(np.linalg.norm(pelvis - neck)), 1e-6)
    above = np.clip(1 - ((places - neck) @ down) / (0.06 * height), 0, 1)
    spine = to_segment(places, neck, pelvis)[0]
    shoulders = np.linalg.norm(figure.point("left_shoulder") - figure.point("right_shoulder"))
    wide = np.clip((spine - 0.75 * shoulders) / (0.06 * height), 0, 1)
    below = (places - pelvis) @ down
    skirt = np.clip((below - 0.06 * height) / (0.2 * height), 0, 1)
    return np.clip(np.maximum.reduce([hair * above, 0.7 * wide * (1 - above), skirt]), 0, 1)


def _smooth(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)
