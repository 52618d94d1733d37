"""From MakeHuman's bones to SMPL's 24 joints: T-posing, joint places, skinning weights, joint regressor (build time).

A MakeHuman phenotype stands in an A-pose with slightly bent arms. `t_pose` turns its bones, with MakeHuman's own
weights, into SMPL's rest pose: arms along +-x with palms down and relaxed fingers, legs straight down, toes forward,
pelvis at the origin.
"""

from functools import cache

import numpy as np
from scipy.optimize import nnls
from scipy.spatial import KDTree

from demos.body import makehuman
from demos.motion.rotations import between, rotvec_to_matrix
from demos.motion.skeleton import INDEX, JOINTS, MIRROR

FINGER_CURL = {"-1": 0.22, "-2": 0.34, "-3": 0.26}
"""Radians added at each finger joint, root to tip: a dancer's relaxed hand rather than a flat star. Chosen."""

SPINE = {"spine1": 0.346, "spine2": 0.571, "spine3": 0.659}
"""Where SMPL's spine joints sit between its hips (0) and its neck (1), by height; the pelvis at PELVIS."""
PELVIS = 0.15

THRIFT_M = 0.0005
"""Metres of error (root mean square over the shapes) that a unit of total weight costs. Chosen by held-out error."""


@cache
def mirror_map() -> np.ndarray:
    """(v,) for each vertex of MakeHuman's template the vertex at its mirror image."""
    vertices = makehuman.base_mesh().vertices
    distance, index = map(np.asarray, KDTree(vertices).query(vertices * [-1, 1, 1]))
    if distance.max() > 1e-3 or (index[index] != np.arange(len(index))).any():
        raise RuntimeError("the base mesh is not symmetric")
    return index


def symmetric(vertices: np.ndarray) -> np.ndarray:
    """(v, 3) averaged with its mirror image, so that left and right match exactly."""
    return (vertices + vertices[mirror_map()] * [-1, 1, 1]) / 2


def joints(vertices: np.ndarray) -> np.ndarray:
    """SMPL's joints (24, 3) of MakeHuman vertices (v, 3), from MakeHuman's joint markers, in any pose."""

    def at(name: str) -> np.ndarray:
        return vertices[makehuman.base_mesh().group_vertices(f"joint-{name}")].mean(0)

    place = {"neck": at("neck"), "head": at("head")}
    for side, letter in (("left", "l"), ("right", "r")):
        place[f"{side}_hip"] = at(f"{letter}-upper-leg")
        place[f"{side}_knee"] = at(f"{letter}-knee")
        place[f"{side}_ankle"] = at(f"{letter}-ankle")
        place[f"{side}_foot"] = np.mean([at(f"{letter}-toe-{k}-1") for k in (1, 2, 3)], axis=0)
        place[f"{side}_collar"] = at(f"{letter}-clavicle") * 0.45 + at(f"{letter}-scapula") * 0.55
        place[f"{side}_shoulder"] = at(f"{letter}-shoulder")
        place[f"{side}_elbow"] = at(f"{letter}-elbow")
        place[f"{side}_wrist"] = at(f"{letter}-hand")
        place[f"{side}_hand"] = np.mean([at(f"{letter}-finger-{k}-1") for k in (2, 3, 4, 5)], axis=0)
    hips = (place["left_hip"] + place["right_hip"]) / 2
    curve = np.array([at(name) for name in ("spine-4", "spine-3", "spine-2", "spine-1", "neck")])

    def on_spine(fraction: float) -> np.ndarray:
        height = hips[1] + fraction * (place["neck"][1] - hips[1])
        return np.array([np.interp(height, curve[:, 1], curve[:, k]) if k != 1 else height for k in range(3)])

    place["pelvis"] = hips + PELVIS * (place["neck"] - hips) * [1, 1, 0]
    place |= {name: on_spine(fraction) for name, fraction in SPINE.items()}
    return np.array([place[name] for name in JOINTS])


def t_pose(vertices: np.ndarray) -> np.ndarray:
    """A phenotype (v, 3) in SMPL's rest pose, pelvis at the origin, exactly symmetric."""
    bones = makehuman.bones()
    heads = {name: vertices[bone["head"]].mean(0) for name, bone in bones.items()}
    joint = joints(vertices)
    turns: dict[str, np.ndarray] = {}  # world rotation of a bone that is set; the others follow their parent
    for side, letter, sign in (("left", "L", 1.0), ("right", "R", -1.0)):
        arm = np.array([sign, 0, 0])

        def place(name: str, side: str = side) -> np.ndarray:
            return joint[INDEX[f"{side}_{name}"]]

        turns[f"clavicle.{letter}"] = rotvec_to_matrix(np.array([0, 0, sign * 0.10]))
        turns[f"upperarm01.{letter}"] = between(place("elbow") - place("shoulder"), arm)
        straight = between(turns[f"upperarm01.{letter}"] @ (place("wrist") - place("elbow")), arm)
        turns[f"lowerarm01.{letter}"] = straight @ turns[f"upperarm01.{letter}"]
        reach = turns[f"lowerarm01.{letter}"] @ (place("hand") - place("wrist"))
        hand = between(reach, arm) @ turns[f"lowerarm01.{letter}"]
        across = hand @ (heads[f"finger2-1.{letter}"] - heads[f"finger5-1.{letter}"])
        twist = np.arctan2(across[1], across[2])  # index ahead of little finger makes the palm face down
        turns[f"lowerarm02.{letter}"] = _about_x(twist / 2) @ turns[f"lowerarm01.{letter}"]
        turns[f"wrist.{letter}"] = _about_x(twist) @ hand
        for finger in (2, 3, 4, 5):
            bend = np.eye(3)
            for part, angle in FINGER_CURL.items():
                bend = rotvec_to_matrix(np.array([0, 0, -sign * angle])) @ bend
                turns[f"finger{finger}{part}.{letter}"] = bend @ turns[f"wrist.{letter}"]
        turns[f"upperleg01.{letter}"] = _in_front(place("knee") - place("hip"))
        turns[f"lowerleg01.{letter}"] = _in_front(place("ankle") - place("knee"))
        toes = place("foot") - place("ankle")
        turns[f"foot.{letter}"] = rotvec_to_matrix(np.array([0, -np.arctan2(toes[0], toes[2]) * 0.9, 0]))
    posed = symmetric(_skin(vertices, heads, turns))
    return posed - joints(posed)[0]


def _about_x(angle: float) -> np.ndarray:
    return rotvec_to_matrix(np.array([angle, 0, 0]))


def _in_front(bone: np.ndarray) -> np.ndarray:
    """The rotation about z that brings a leg bone into the plane of walking: straight down seen from the front."""
    return rotvec_to_matrix(np.array([0, 0, np.arctan2(-bone[0], -bone[1])]))


def _skin(vertices: np.ndarray, heads: dict[str, np.ndarray], turns: dict[str, np.ndarray]) -> np.ndarray:
    """Linear blend skinning with MakeHuman's bones; `turns` holds world rotations, unset bones follow the parent."""
    bones = makehuman.bones()
    done: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def transform(name: str) -> tuple[np.ndarray, np.ndarray]:
        if name not in done:
            parent = bones[name]["parent"]
            rotation, shift = transform(parent) if parent else (np.eye(3), np.zeros(3))
            head = rotation @ heads[name] + shift
            rotation = turns.get(name, rotation)
            done[name] = rotation, head - rotation @ heads[name]
        return done[name]

    posed = np.zeros_like(vertices)
    for name, (rows, weights) in _all_weights().items():
        rotation, shift = transform(name)
        posed[rows] += weights[:, None] * (vertices[rows] @ rotation.T + shift)
    return posed


@cache
def _all_weights() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """MakeHuman's weights, completed for its joint markers, which carry none: each follows the bones at its place."""
    mesh = makehuman.base_mesh()
    weights = {name: (list(rows), list(values)) for name, (rows, values) in makehuman.bone_weights().items()}
    total = np.zeros(len(mesh.vertices))
    for rows, values in weights.values():
        np.add.at(total, np.array(rows, int), values)
    bones = makehuman.bones()
    names = list(bones)
    heads = np.array([mesh.vertices[bones[name]["head"]].mean(0) for name in names])
    for group in mesh.quads:
        if not group.startswith("joint-"):
            continue
        rows = mesh.group_vertices(group)
        centre = mesh.vertices[rows].mean(0)
        distance, index = KDTree(heads).query(centre)
        bone = names[index] if distance < 1e-4 else _bone_ending_at(centre)
        for row in rows[total[rows] < 0.5]:
            entry = weights.setdefault(bone, ([], []))
            entry[0].append(row)
            entry[1].append(1.0)
    return {name: (np.array(rows, int), np.array(values)) for name, (rows, values) in weights.items()}


def _bone_ending_at(point: np.ndarray) -> str:
    mesh = makehuman.base_mesh()
    tails = {name: mesh.vertices[bone["tail"]].mean(0) for name, bone in makehuman.bones().items()}
    return min(tails, key=lambda name: float(np.linalg.norm(tails[name] - point)))


OWNER = {
    "clavicle": "collar", "shoulder01": "collar", "upperarm01": "shoulder", "upperarm02": "shoulder",
    "lowerarm01": "elbow", "lowerarm02": "elbow", "wrist": "wrist", "upperleg01": "hip", "upperleg02": "hip",
    "lowerleg01": "knee", "lowerleg02": "knee", "foot": "ankle",
}  # fmt: skip
"""MakeHuman bone (without its side) -> SMPL joint (without its side), limbs only."""


def owner(bone: str) -> str:
    """The SMPL joint that moves a MakeHuman bone; "torso" for the trunk, which is split along the spine."""
    stem, _, letter = bone.partition(".")
    side = {"L": "left_", "R": "right_"}.get(letter, "")
    if stem in OWNER:
        return side + OWNER[stem]
    if stem.startswith("metacarpal") or stem == "finger1-1":
        return side + "wrist"
    if stem.startswith("finger"):
        return side + "hand"
    if stem.startswith("toe"):
        return side + "foot"
    if stem in ("root", "pelvis", "breast") or stem.startswith("spine"):
        return "torso"
    return "neck" if stem in ("neck01", "neck02") else "head"


def weights(vertices: np.ndarray) -> np.ndarray:
    """Skinning weights (v, 24) of every MakeHuman vertex of a T-posed shape; rows sum to 1, symmetric."""
    result = np.zeros((len(vertices), 24))
    torso = np.zeros(len(vertices))
    for bone, (rows, values) in _all_weights().items():
        name = owner(bone)
        if name == "torso":
            torso[rows] += values
        else:
            result[rows, INDEX[name]] += values
    joint = joints(vertices)
    chain = [INDEX[name] for name in ("pelvis", "spine1", "spine2", "spine3")]
    heights = joint[[*chain, INDEX["neck"]], 1]
    # Each spine joint takes over from the one below across a band centred on the joint.
    reach = [_smooth((vertices[:, 1] - (y - 0.06)) / 0.12) for y in heights[1:4]]
    shares = [1 - reach[0], reach[0] * (1 - reach[1]), reach[1] * (1 - reach[2]), reach[2]]
    shares = np.array(shares) / np.sum(shares, axis=0)
    for index, share in zip(chain, shares, strict=True):
        result[:, index] += torso * share
    for side, sign in (("left", 1), ("right", -1)):
        _spread_wrist(result, sign * vertices[:, 0], sign * joint[INDEX[f"{side}_wrist"], 0], side)
    result = (result + result[mirror_map()][:, list(MIRROR)]) / 2
    return result / result.sum(1, keepdims=True)


def _spread_wrist(weights: np.ndarray, along: np.ndarray, wrist: float, side: str) -> None:
    """Let the wrist's twist run up the forearm (pronation turns the whole of it), in place."""
    elbow_index, wrist_index = INDEX[f"{side}_elbow"], INDEX[f"{side}_wrist"]
    both = weights[:, elbow_index] + weights[:, wrist_index]
    share = np.maximum(weights[:, wrist_index], both * 0.5 * _smooth((along - wrist + 0.13) / 0.13))
    weights[:, wrist_index] = np.where(along < wrist, share, weights[:, wrist_index])
    weights[:, elbow_index] = both - weights[:, wrist_index]


def _smooth(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def regressor(shapes: np.ndarray, places: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    """A sparse joint regressor (24, v), symmetric; each row sums to 1.

    shapes (s, v, 3) and places (s, 24, 3) metres: bodies and their true joints, the template first. mirror (v,): the
    mirrored vertex. Candidates lie around the joint, close by and ever more thinly farther off. Some weights are
    negative: a spine stays a hand's breadth in front of the back however deep the chest, which no average of skin
    does (all positive: errors up to 16 mm).
    """
    result = np.zeros((24, shapes.shape[1]))
    for joint in range(24):
        if MIRROR[joint] < joint:  # the right side repeats the left
            result[joint, mirror] = result[MIRROR[joint]]
            continue
        away = shapes[0] - places[0, joint]
        order = np.argsort(np.linalg.norm(away, axis=1), kind="stable")
        octant = (away[order] > 0) @ [1, 2, 4]
        near = np.concatenate([order[octant == k][_thinning(int(np.sum(octant == k)))] for k in range(8)])
        if MIRROR[joint] == joint:  # each candidate stands for its pair
            near = near[shapes[0, near, 0] >= 0]
            seen = (shapes[:, near] + shapes[:, mirror[near]]) / 2
        else:
            seen = shapes[:, near]
        result[joint, near] = _sparse_fit(seen, places[:, joint])
        if MIRROR[joint] == joint:
            result[joint] = (result[joint] + result[joint][mirror]) / 2
    return result / result.sum(1, keepdims=True)


def _sparse_fit(seen: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Weights (n,) that take seen (s, n, 3) to goal (s, 3): few and small, sum 1, the first body met exactly.

    The sum of absolute weights is penalised (as in the lasso), by non-negative least squares on plus and minus parts.
    """
    emphasis = np.ones((len(seen), 1))
    emphasis[0] = 100.0
    matrix = (seen * emphasis[:, :, None]).transpose(0, 2, 1).reshape(-1, seen.shape[1])
    ones = np.ones((1, seen.shape[1]))
    thrift = THRIFT_M * np.sqrt(len(seen)) * ones
    plus = np.concatenate([matrix, 1e3 * ones, thrift])
    minus = np.concatenate([-matrix, -1e3 * ones, thrift])
    target = np.concatenate([(goal * emphasis).reshape(-1), [1e3, 0]])
    parts, _ = nnls(np.concatenate([plus, minus], axis=1), target, maxiter=20000)
    return parts[: seen.shape[1]] - parts[seen.shape[1] :]


def _thinning(count: int) -> np.ndarray:
    """Places in a list by distance: 0, 1, 2, ... and then every next about an eighth farther on, up to 600."""
    places = [0]
    while places[-1] + 1 + places[-1] // 8 < min(count, 600):
        places.append(places[-1] + 1 + places[-1] // 8)
    return np.array(places[: min(count, len(places))], int)
