"""From a track to the bones of a puppet: directions are the track's, lengths the picture's, standing feet stay.

All in the puppet's world (heights of the figure, y up, z to the viewer).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from demos.corpus.keypoints import PLACE
from demos.video.layers import SIDES
from demos.video.puppet_rig import BONE, BONES, Rig
from demos.video.track import PoseTrack

_FRONT = np.array([0.0, 0.0, 1.0])
_TRUNK = 0.85, 1.12
"""Least and most of its usual length that a trunk is long."""
_KNUCKLES = ("index_mcp", "middle_mcp", "ring_mcp", "little_mcp")
_ENDS = {"upper_arm": ("shoulder", "elbow"), "forearm": ("elbow", "wrist"), "hand": ("wrist", "knuckles"),
         "thigh": ("hip", "knee"), "shin": ("knee", "ankle"), "foot": ("ankle", "toe")}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Bones:
    """Where the bones take the puppet. transforms : (frames, 15, 3, 4) float32, rest to world. points : name of a joint
    -> (frames, 3) world. planted : (frames, 2) bool, left and right foot on the floor."""

    transforms: np.ndarray
    points: dict[str, np.ndarray]
    planted: np.ndarray


def pose(rig: Rig, track: PoseTrack, *, travel: float = 1.0, way: np.ndarray | None = None) -> Bones:
    """Bones of a puppet over a track.

    travel : how much of the way over the floor is kept, 0 to 1; feet step in place of walking where it is less.
    way : (frames, 3) that way, in the puppet's axes and the track's heights; the track's own when None. A couple has
    one in common, so that both stay where they are to each other.
    """
    source = source_of(track)
    rest = _Rest.of(rig)
    turns = _upper_turns(source)
    hips, up = turns["pelvis"], _up(source)
    legs = [side for side in SIDES if f"{side}_leg" in rig.anatomy.limbs]
    ratio = rest.leg / _source_leg(source) if legs else 0.5 / track.floor
    if rig.begins and rig.shown is not None:
        ratio = _source_leg(_one(rig.shown)) / _source_leg({name: place[:1] for name, place in source.items()})
    elif legs and rig.kind == "person":  # detectors are a few per cent off; people's proportions differ less than that
        ratio = 1 + 0.4 * (ratio - 1) if abs(ratio - 1) < 0.15 else ratio
    root = source["pelvis"] * ratio
    way = way_of(track) if way is None else way
    places, planted = _walk(rig, rest, source, hips, root, ratio, -(1 - travel) * ratio * way)
    if rig.begins:
        places = {name: place + (rest.places[name] - place[0]) for name, place in places.items()}

    def carried(bone: str, way: np.ndarray) -> np.ndarray:
        return turns[bone] @ (rest.frames[bone].T @ way)

    points: dict[str, np.ndarray] = {"pelvis": places["pelvis"]}
    long = np.linalg.norm(source["neck"] - source["pelvis"], axis=1, keepdims=True)
    usual = long[0] if rig.begins else np.median(long)
    stretch = np.clip(long / usual, *_TRUNK)  # backs bend, and shoulders are shrugged
    points["neck"] = points["pelvis"] + stretch * (up * rest.trunk + carried("pelvis", rest.off_trunk))
    for side in SIDES:
        _arm(side, rest, points, turns)
        _leg(side, rest, source, places, points, turns, side in legs, bends=rig.begins)
    points["head"] = points["neck"] + _throat(source) * rest.throat + carried("chest", rest.off_throat)
    return Bones(_transforms(rest, turns, points), points, planted)


def way_of(track: PoseTrack) -> np.ndarray:
    """(frames, 3) where a track goes over the floor from its first frame on, in the puppet's axes."""
    place = track.values[:, PLACE["pelvis"], :3].astype(np.float64)
    way = np.stack([place[:, 0], np.zeros(len(place)), -place[:, 2]], axis=1)
    return way - way[0]


# ---------------------------------------------------------------- rest


@dataclass(frozen=True, eq=False)
class _Rest:
    """The figure at rest: frames of its bones (3, 3) columns, places of its joints and pivots (3,), lengths, and how
    bones are lengthened. off_trunk, off_throat : (3,) what trunk and neck differ from the shown pose's directions."""

    frames: dict[str, np.ndarray]
    places: dict[str, np.ndarray]
    pivots: dict[str, np.ndarray]
    lengths: dict[str, float]
    stretch: dict[str, float]
    trunk: float
    throat: float
    off_trunk: np.ndarray
    off_throat: np.ndarray
    leg: float
    sole: float
    hip_half: float

    @staticmethod
    def of(rig: Rig) -> _Rest:
        at = {name: np.append(place, 0.0) if len(place) == 2 else place for name, place in rig.joints.items()}
        for side in SIDES:
            at[f"{side}_knuckles"] = np.mean([at[f"{side}_{f}"] for f in _KNUCKLES], axis=0)
        ears = (at["left_ear"] + at["right_ear"]) / 2
        pivots = {"pelvis": at["pelvis"], "chest": at["neck"], "head": ears}
        lengths, stretch = {}, {}
        for side in SIDES:
            for bone, (start, end) in _ENDS.items():
                pivots[f"{side}_{bone}"] = at[f"{side}_{start}"]
                if bone != "foot":
                    lengths[f"{side}_{bone}"] = float(np.linalg.norm(at[f"{side}_{end}"] - at[f"{side}_{start}"]))
        trunk, throat = at["neck"] - at["pelvis"], ears - at["neck"]
        if rig.shown is None:
            frames, up, neck = _flat_frames(at), _unit(trunk), _unit(throat)
            _same_lengths(lengths, stretch, rig)
        else:
            shown = _one(rig.shown)
            frames = {name: turn[0] for name, turn in turns_of(shown).items()}
            up, neck = _up(shown)[0], _throat(shown)[0]
        long, high = float(np.linalg.norm(trunk)), float(np.linalg.norm(throat))
        leg = np.mean([lengths[f"{side}_thigh"] + lengths[f"{side}_shin"] for side in SIDES])
        sole = float(np.mean([at[f"{side}_ankle"][1] for side in SIDES]))
        return _Rest(
            frames, at, pivots, lengths, stretch, long, high, trunk - long * up, throat - high * neck, float(leg),
            float(np.clip(sole, 0.01, 0.12)), float(np.linalg.norm(at["left_hip"] - at["right_hip"]) / 2),
        )  # fmt: skip


def _flat_frames(at: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Frames of bones that all lie in the picture and show their front."""
    up = _unit(at["neck"] - at["pelvis"])
    frames = {
        "pelvis": _frame(_unit(at["left_hip"] - at["right_hip"]), up),
        "chest": _frame(_unit(at["left_shoulder"] - at["right_shoulder"]), up),
    }
    crown = _unit(at["crown"] - at["chin"])
    frames["head"] = _frame(np.array([crown[1], -crown[0], 0.0]), crown, first="up")
    for side in SIDES:
        for bone, (start, end) in _ENDS.items():
            way = at[f"{side}_{end}"] - at[f"{side}_{start}"]
            long = float(np.linalg.norm(way))
            frames[f"{side}_{bone}"] = _along(way / long if long > 1e-4 else np.array([0.0, -1.0, 0.0]), _FRONT)
        aside = np.clip((at[f"{side}_toe"] - at[f"{side}_heel"])[0] / 0.15, -0.5, 0.5)
        frames[f"{side}_foot"] = _frame(
            np.array([np.sqrt(1 - aside**2), 0, -aside]), np.array([0.0, 1.0, 0.0]), first="up"
        )  # fmt: skip
    return frames


def _one(shown: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A pose as a skeleton of one frame."""
    return {name: place[None] for name, place in shown.items()}


def _same_lengths(lengths: dict[str, float], stretch: dict[str, float], rig: Rig) -> None:
    """Both sides alike, and nothing much shorter than bodies are: a bone that points at the viewer looks short."""
    usual = {"upper_arm": 0.15, "forearm": 0.14, "hand": 0.05, "thigh": 0.23, "shin": 0.245}
    for bone, normal in usual.items():
        own = [lengths[f"{side}_{bone}"] for side in SIDES]
        limb = "arm" if bone in ("upper_arm", "forearm", "hand") else "leg"
        there = [
            length for side, length in zip(SIDES, own, strict=True) if f"{side}_{limb}" in rig.anatomy.limbs
        ] or own  # fmt: skip
        longest = max(there)
        wanted = longest
        if rig.kind == "person" and bone != "hand":
            # What is shorter than people's by far, as thighs of who sits, points at the viewer.
            wanted = max(longest, float(np.interp(longest / normal, [0.45, 0.75], [0.95, 0.72])) * normal)
        for side, length in zip(SIDES, own, strict=True):
            # Half way to the longer side: pictures are not measured that well.
            target = max(0.5 * (length + wanted), 0.85 * wanted) if length > 1e-3 else wanted
            stretch[f"{side}_{bone}"] = target / max(length, 1e-3) if length > 1e-3 else 1.0
            lengths[f"{side}_{bone}"] = target


# ---------------------------------------------------------------- the track's skeleton


def source_of(track: PoseTrack) -> dict[str, np.ndarray]:
    """(frames, 3) by name, in the puppet's axes: y up from the floor, z to the viewer."""
    values = track.values.astype(np.float64)
    place = np.stack([values[..., 0], track.floor - values[..., 1], -values[..., 2]], axis=-1)
    return {name: place[:, index] for name, index in PLACE.items()}


def _source_leg(source: dict[str, np.ndarray]) -> float:
    total = [
        np.linalg.norm(source[f"{side}_{a}"] - source[f"{side}_{b}"], axis=1)
        for side in SIDES for a, b in (("hip", "knee"), ("knee", "ankle"))
    ]  # fmt: skip
    return float(np.median(total[0] + total[1] + total[2] + total[3]) / 2)


# ---------------------------------------------------------------- over the floor


def _walk(
    rig: Rig, rest: _Rest, source: dict[str, np.ndarray], hips: np.ndarray, root: np.ndarray, ratio: float,
    wish: np.ndarray,
) -> tuple[dict[str, np.ndarray], np.ndarray]:  # fmt: skip
    """Where the hips and both ankles are (frames, 3).

    Feet that stand are given one place each time they stand; what the picture's proportions and its edges ask for -
    wider hips, less travel - is made up for while they are in the air.
    """
    planted = np.stack([_stands(source, side) for side in SIDES], axis=1)
    ankles = {}
    given = []
    sole_source = float(
        np.percentile(np.concatenate([source[f"{s}_ankle"][:, 1] for s in SIDES]), 5)
    )  # the lowest the ankles come: flat feet on the floor
    for index, side in enumerate(SIDES):
        place = source[f"{side}_ankle"] * ratio
        place[:, 1] = (source[f"{side}_ankle"][:, 1] - sole_source) * ratio + rest.sole
        wider = rest.hip_half - ratio * 0.5 * np.median(
            np.linalg.norm(source["left_hip"] - source["right_hip"], axis=1)
        )  # fmt: skip
        outward = (1 if side == "left" else -1) * wider * hips[:, :, 0]
        outward[:, 1] = 0
        offset = _held(wish + outward, planted[:, index])
        ankles[f"{side}_ankle"] = place + offset
        given.append(offset - outward)
    shift = gaussian_filter1d((given[0] + given[1]) / 2, 4.0, axis=0, mode="nearest")
    hip_y = (source["pelvis"][:, 1] - sole_source) * ratio + rest.sole
    pelvis = np.stack([root[:, 0] + shift[:, 0], hip_y, root[:, 2] + shift[:, 2]], axis=1)
    if any(f"{side}_leg" in rig.anatomy.limbs for side in SIDES):
        pelvis[:, 1] -= _drop(rest, pelvis, ankles, hips)
    return {"pelvis": pelvis, **ankles}, planted


def _stands(source: dict[str, np.ndarray], side: str) -> np.ndarray:
    """(frames,) bool: heel or toe is low and hardly moves."""
    stands = np.zeros(len(source["pelvis"]), bool)
    for name in ("heel", "toe"):
        place = source[f"{side}_{name}"]
        speed = np.linalg.norm(np.gradient(place, axis=0), axis=1) if len(place) > 1 else np.zeros(1)
        low = place[:, 1] - np.percentile(place[:, 1], 5)
        stands |= (speed < 0.007) & (low < 0.045)
    return stands


def _held(wish: np.ndarray, planted: np.ndarray) -> np.ndarray:
    """Offsets (frames, 3) that are constant while a foot stands and go smoothly to the next while it does not."""
    frames = np.arange(len(planted))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], planted.astype(int), [0]])))
    knots, values = [], []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        mean = wish[start:stop].mean(axis=0)
        knots += [start, stop - 1]
        values += [mean, mean]
    if not knots:
        return gaussian_filter1d(wish, 4.0, axis=0, mode="nearest")
    place = np.interp(frames, knots, np.arange(len(knots)))
    low = np.minimum(place.astype(int), len(knots) - 2) if len(knots) > 1 else np.zeros(len(frames), int)
    share = np.clip(place - low, 0, 1)
    share = share * share * (3 - 2 * share)
    values = np.stack(values)
    return values[low] + share[:, None] * (values[np.minimum(low + 1, len(knots) - 1)] - values[low])


def _drop(rest: _Rest, pelvis: np.ndarray, ankles: dict[str, np.ndarray], hips: np.ndarray) -> np.ndarray:
    """(frames,) how much the hips must come down for both feet to be reached, smooth."""
    needed = np.zeros(len(pelvis))
    for side in SIDES:
        hip = pelvis + hips @ _hip_offset(rest, side)
        reach = 0.995 * (rest.lengths[f"{side}_thigh"] + rest.lengths[f"{side}_shin"])
        gap = ankles[f"{side}_ankle"] - hip
        flat = np.linalg.norm(gap[:, [0, 2]], axis=1)
        tall = np.sqrt(np.maximum(reach**2 - np.minimum(flat, reach) ** 2, 0))
        # Only down to where the ankle is below: a kick is not a reason to sit down.
        needed = np.maximum(needed, np.clip(-gap[:, 1] - tall, 0, 0.12))
    return gaussian_filter1d(maximum_filter1d(needed, 7), 2.0, mode="nearest")


def _hip_offset(rest: _Rest, side: str) -> np.ndarray:
    return rest.frames["pelvis"].T @ (rest.pivots[f"{side}_thigh"] - rest.pivots["pelvis"])


# ---------------------------------------------------------------- directions


def _up(source: dict[str, np.ndarray]) -> np.ndarray:
    return _unit(source["neck"] - source["pelvis"])


def _throat(source: dict[str, np.ndarray]) -> np.ndarray:
    return _unit((source["left_ear"] + source["right_ear"]) / 2 - source["neck"])


def turns_of(source: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Frames (frames, 3, 3) of all bones of a skeleton."""
    return {**_upper_turns(source), **_lower_turns(source)}


def _upper_turns(source: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Frames (frames, 3, 3) of the trunk's, the head's and the arms' bones of a skeleton."""
    up = _up(source)
    chest = _frame(_unit(source["left_shoulder"] - source["right_shoulder"]), up)
    turns = {
        "pelvis": _frame(_unit(source["left_hip"] - source["right_hip"]), up),
        "chest": chest,
        "head": _frame(
            _unit(source["left_ear"] - source["right_ear"]), _unit(source["crown"] - source["chin"]), first="up"
        ),
    }
    for side in SIDES:
        outward = chest[:, :, 0] * (1 if side == "left" else -1)
        upper = _unit(source[f"{side}_elbow"] - source[f"{side}_shoulder"])
        fore = _unit(source[f"{side}_wrist"] - source[f"{side}_elbow"])
        knuckles = np.mean([source[f"{side}_{f}"] for f in _KNUCKLES], axis=0)
        hand = _unit(knuckles - source[f"{side}_wrist"])
        front = _swing(outward, upper, chest[:, :, 2])
        front_fore = _swing(upper, fore, front)
        front_hand = _swing(fore, hand, front_fore)
        for bone, along, facing in (
            ("upper_arm", upper, front), ("forearm", fore, front_fore), ("hand", hand, front_hand)
        ):  # fmt: skip
            turns[f"{side}_{bone}"] = _along(along, facing)
    return turns


def _lower_turns(source: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same of the legs' bones."""
    hips = _frame(_unit(source["left_hip"] - source["right_hip"]), _up(source))
    turns: dict[str, np.ndarray] = {}
    for side in SIDES:
        hip, knee, ankle = (source[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle"))
        toes = _unit(source[f"{side}_toe"] - source[f"{side}_heel"])
        _leg_turns(side, hips, _unit(knee - hip), _unit(ankle - knee), toes, turns)
    return turns


def _leg_turns(
    side: str, hips: np.ndarray, upper: np.ndarray, lower: np.ndarray, toes: np.ndarray, turns: dict[str, np.ndarray]
) -> None:
    front = _swing(-hips[:, :, 1], upper, hips[:, :, 2])
    front_lower = _swing(upper, lower, front)
    turns[f"{side}_thigh"], turns[f"{side}_shin"] = _along(upper, front), _along(lower, front_lower)
    flat = np.cross(np.broadcast_to([0.0, 1.0, 0.0], toes.shape), toes)
    turns[f"{side}_foot"] = _foot(toes, _unit(flat))


# ---------------------------------------------------------------- limbs


def _arm(side: str, rest: _Rest, points: dict[str, np.ndarray], turns: dict[str, np.ndarray]) -> None:
    # Shoulders sit on the chest as they do in the picture, and go up and ahead as the track's do.
    offset = rest.frames["chest"].T @ (rest.pivots[f"{side}_upper_arm"] - rest.pivots["chest"])
    points[f"{side}_shoulder"] = points["neck"] + turns["chest"] @ offset
    for bone in ("upper_arm", "forearm", "hand"):
        name, (start, end) = f"{side}_{bone}", _ENDS[bone]
        way = rest.stretch.get(name, 1.0) * (rest.places[f"{side}_{end}"] - rest.places[f"{side}_{start}"])
        points[f"{side}_{end}"] = points[f"{side}_{start}"] + turns[name] @ (rest.frames[name].T @ way)


def _leg(
    side: str, rest: _Rest, source: dict[str, np.ndarray], places: dict[str, np.ndarray],
    points: dict[str, np.ndarray], turns: dict[str, np.ndarray], there: bool, *, bends: bool,
) -> None:  # fmt: skip
    """Hip, knee and ankle of a leg that reaches its ankle's place. bends : as the figure does at rest, at first."""
    hips = turns["pelvis"]
    hip = points["pelvis"] + hips @ _hip_offset(rest, side)
    ankle = places[f"{side}_ankle"] if there else hip - [0, rest.leg, 0]
    long_upper, long_lower = rest.lengths[f"{side}_thigh"], rest.lengths[f"{side}_shin"]
    gap = ankle - hip
    reach = np.linalg.norm(gap, axis=1, keepdims=True)
    towards = gap / np.maximum(reach, 1e-6)
    span = np.clip(reach, abs(long_upper - long_lower) + 1e-3, 0.999 * (long_upper + long_lower))
    ankle = hip + towards * span
    # The knee bends the way the track's does; straight legs bend to the front of the foot.
    bend = source[f"{side}_knee"] - (source[f"{side}_hip"] + source[f"{side}_ankle"]) / 2
    if bends:
        at = [rest.places[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle")]
        bend = bend + (at[1] - (at[0] + at[2]) / 2 - bend[0])
    toes = _unit(source[f"{side}_toe"] - source[f"{side}_heel"])
    if not bends:
        bend = bend + 0.03 * toes + 0.02 * hips[:, :, 2]
    bend = _unit(bend - (bend * towards).sum(axis=1, keepdims=True) * towards)
    share = (long_upper**2 - long_lower**2 + span**2) / (2 * span)
    out = np.sqrt(np.maximum(long_upper**2 - share**2, 0))
    knee = hip + towards * share + bend * out
    points[f"{side}_hip"], points[f"{side}_knee"], points[f"{side}_ankle"] = hip, knee, ankle
    _leg_turns(side, hips, _unit(knee - hip), _unit(ankle - knee), toes, turns)


def _foot(toes: np.ndarray, across: np.ndarray) -> np.ndarray:
    """(frames, 3, 3) columns left, up, ahead of a foot that points along its toes."""
    up = _unit(np.cross(toes, across))
    return np.stack([across, up, toes], axis=-1)


# ---------------------------------------------------------------- frames and transforms


def _transforms(rest: _Rest, turns: dict[str, np.ndarray], points: dict[str, np.ndarray]) -> np.ndarray:
    pivots = {
        "pelvis": "pelvis", "chest": "neck", "head": "head",
        **{f"{side}_{bone}": f"{side}_{joint}" for side in SIDES
           for bone, joint in (("upper_arm", "shoulder"), ("forearm", "elbow"), ("hand", "wrist"), ("thigh", "hip"),
                               ("shin", "knee"), ("foot", "ankle"))},
    }  # fmt: skip
    frames = len(points["pelvis"])
    result = np.zeros((frames, len(BONES), 3, 4), np.float32)
    for name, index in BONE.items():
        turn = turns[name] @ rest.frames[name].T
        longer = rest.stretch.get(name, 1.0)
        if abs(longer - 1) > 1e-3:
            along = rest.frames[name][:, 0]
            turn = turn @ (np.eye(3) + (longer - 1) * np.outer(along, along))
        result[:, index, :, :3] = turn
        result[:, index, :, 3] = points[pivots[name]] - turn @ rest.pivots[name]
    return result


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _frame(across: np.ndarray, up: np.ndarray, *, first: str = "across") -> np.ndarray:
    """(..., 3, 3) columns left, up, front; the one named first is kept as it is."""
    if first == "across":
        up = _unit(up - (up * across).sum(axis=-1, keepdims=True) * across)
    else:
        across = _unit(across - (across * up).sum(axis=-1, keepdims=True) * up)
    return np.stack([across, up, np.cross(across, up)], axis=-1)


def _along(along: np.ndarray, front: np.ndarray) -> np.ndarray:
    """(..., 3, 3) columns along, front x along, front, of a bone that shows its front."""
    front = _unit(front - (front * along).sum(axis=-1, keepdims=True) * along)
    return np.stack([along, np.cross(front, along), front], axis=-1)


def _swing(start: np.ndarray, end: np.ndarray, carried: np.ndarray) -> np.ndarray:
    """(frames, 3) vectors carried by the smallest turn that takes start to end (Rodrigues' formula)."""
    axis = np.cross(start, end)
    cosine = (start * end).sum(axis=-1, keepdims=True)
    return (
        carried + np.cross(axis, carried) + np.cross(axis, np.cross(axis, carried)) / np.maximum(1 + cosine, 0.05)
    )  # fmt: skip
