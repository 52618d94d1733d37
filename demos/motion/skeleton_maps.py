"""Which joint of a foreign skeleton plays which part: matching by name along each limb, no geometry."""

from __future__ import annotations

import re
from dataclasses import dataclass

from demos.runtime.errors import InputError

_UPPER_LEG = {"upleg", "upperleg", "upleg1", "thigh", "hip", "legupper", "femur"}
_LOWER_LEG = {"leg", "lowerleg", "lowleg", "calf", "shin", "knee", "leglower", "tibia", "crus"}
_ANKLE = {"ankle", "foot"}
_TOE = {"toe", "toebase", "toes", "ball", "toe0", "foot", "forefoot"}
_COLLAR = {"collar", "clavicle", "shoulder", "inshoulder", "clav"}
_UPPER_ARM = {"arm", "upperarm", "uparm", "shldr", "shoulder", "armupper", "humerus"}
_LOWER_ARM = {"forearm", "lowerarm", "lowarm", "elbow", "armlower", "radius"}
_WRIST = {"wrist", "hand"}
_HAND = {"hand", "palm", "fingerbase", "middle1", "mid1", "handmiddle1", "inhandmiddle", "middle01", "index1"}
_PELVIS = {"hips", "hip", "pelvis", "root", "hipcenter"}
_HEAD = {"head"}
_FINGER = re.compile(r"thumb|index|mid|ring|pinky|finger|carpal|prop|nail")

CHAINS = {
    "hip": (_UPPER_LEG, _LOWER_LEG, _ANKLE, _TOE),
    "shoulder": (_UPPER_ARM, _LOWER_ARM, _WRIST, _HAND),
}
CMU_MOTIONBUILDER = "CMU (MotionBuilder names)"
_ROLE_NAMES = {
    "hip": ("hip", "knee", "ankle", "foot"),
    "shoulder": ("shoulder", "elbow", "wrist", "hand"),
}
_PLAIN = {
    "hip": "upper leg", "knee": "lower leg", "ankle": "foot", "shoulder": "upper arm", "elbow": "forearm",
    "wrist": "hand", "head": "head", "pelvis": "hips",
}  # fmt: skip


@dataclass(frozen=True)
class SkeletonMap:
    """The parts of a foreign skeleton.

    kind : what to call it, e.g. "CMU, 43 joints".
    roles : SMPL joint name -> index in the foreign skeleton; toes, hands and collars may be absent.
    spine : indices from the first joint above the pelvis to the one that carries both arms.
    """

    kind: str
    roles: dict[str, int]
    spine: tuple[int, ...]


def match(names: tuple[str, ...], parents: tuple[int, ...], *, name: str = "the file") -> SkeletonMap:
    """Find SMPL's joints among foreign names. InputError listing what is missing when it is no human figure."""
    plain = [_split(raw) for raw in names]
    roles: dict[str, int] = {}
    missing: list[str] = []
    for side in ("left", "right"):
        for limb in ("hip", "shoulder"):
            found = _limb(plain, parents, side, limb)
            roles.update({f"{side}_{role}": joint for role, joint in found.items()})
            missing += [f"{side} {_PLAIN[role]}" for role in _ROLE_NAMES[limb][:3] if role not in found]
    heads = [i for i, (side, base) in enumerate(plain) if side == "" and base in _HEAD]
    if heads:
        roles["head"] = heads[0]
    else:
        missing.append("head")
    if missing:
        raise InputError(
            f"{name} has no human skeleton that we know: missing {', '.join(missing)}; name its joints as Mixamo, "
            f"CMU or SMPL do (its joints are {', '.join(names[:6])}{' ...' if len(names) > 6 else ''})."
        )
    _torso(roles, plain, parents)
    chest = roles["spine3"]
    path = _path(parents, roles["pelvis"], chest)
    return SkeletonMap(_kind(names), roles, tuple(path[1:]))


def _split(raw: str) -> tuple[str, str]:
    """A joint's name -> (side, bare name): "mixamorig:LeftUpLeg" -> ("left", "upleg"), "Hips" -> ("", "hips")."""
    name = re.split(r"[:|/]", raw.strip())[-1]
    name = re.sub(r"^(Bip\d*|J_Bip|CC_Base|Character\d*|bip\d*|m_avg|f_avg|mixamorig\d*|DEF|ORG)[\s_\-.]+", "", name)
    words = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    words = re.sub(r"\b([LR])([A-Z][a-z])", r"\1 \2", words)
    words = re.sub(r"^([lr])\s(?=[A-Z])", r"\1 ", words)
    tokens = [token.lower() for token in re.split(r"[\s_\-.]+", words) if token]
    side = ""
    for word, meaning in (("left", "left"), ("right", "right"), ("l", "left"), ("r", "right")):
        if word in tokens and len(tokens) > 1:
            tokens.remove(word)
            side = meaning
            break
    if side == "" and len(tokens) == 1:
        for word in ("left", "right"):
            if tokens[0].startswith(word) and len(tokens[0]) > len(word):
                side, tokens = word, [tokens[0][len(word) :]]
    if side == "" and tokens and tokens[0] in ("c", "centre", "center") and len(tokens) > 1:
        tokens = tokens[1:]
    return side, "".join(tokens)


def _limb(plain: list[tuple[str, str]], parents: tuple[int, ...], side: str, limb: str) -> dict[str, int]:
    """The joints of one limb by role, e.g. {"hip": 3, "knee": 4, "ankle": 5}; what is not found is absent."""
    chain = CHAINS[limb]
    lower = [i for i, (s, base) in enumerate(plain) if s == side and base in chain[1]]
    found: dict[str, int] = {}
    for middle in lower:
        above = parents[middle]
        while above >= 0 and not (plain[above][0] == side and plain[above][1] in chain[0]):
            above = parents[above]
        if above < 0:
            continue
        found = {_ROLE_NAMES[limb][0]: above, _ROLE_NAMES[limb][1]: middle}
        end = _below(plain, parents, middle, side, chain[2])
        if end is not None:
            found[_ROLE_NAMES[limb][2]] = end
            tip = _below(plain, parents, end, side, chain[3])
            if tip is not None:
                found[_ROLE_NAMES[limb][3]] = tip
            break
    if limb == "shoulder" and "shoulder" in found:
        collar = parents[found["shoulder"]]
        if collar >= 0 and plain[collar][0] == side and plain[collar][1] in _COLLAR:
            found["collar"] = collar
    return found


def _below(plain: list, parents: tuple[int, ...], joint: int, side: str, names: set[str]) -> int | None:
    """The first joint below another whose name is in a set, nearest first."""
    level = [joint]
    while level:
        level = [i for i, parent in enumerate(parents) if parent in level]
        for i in level:
            if plain[i][1] in names and plain[i][0] in (side, ""):
                return i
    return None


def _torso(roles: dict[str, int], plain: list[tuple[str, str]], parents: tuple[int, ...]) -> None:
    """Add pelvis, spine3 (what carries both arms) and neck to the roles."""
    up = {
        role: _ancestors(parents, roles[role]) for role in ("left_hip", "right_hip", "left_shoulder", "right_shoulder")
    }
    pelvis = next(i for i in up["left_hip"] if i in up["right_hip"])
    chest = next(i for i in up["left_shoulder"] if i in up["right_shoulder"])
    # Some rigs hang the legs on a joint of their own beside the spine: the pelvis is what carries both.
    trunk = _ancestors(parents, chest)
    if pelvis not in trunk and pelvis != chest:
        pelvis = next(i for i in _ancestors(parents, pelvis) if i in trunk or i == chest)
    roles["pelvis"], roles["spine3"] = pelvis, chest
    head = roles["head"]
    path = [head, *_ancestors(parents, head)]
    above = path[: path.index(chest)] if chest in path else path
    roles["neck"] = above[-1] if above else head


def _ancestors(parents: tuple[int, ...], joint: int) -> list[int]:
    """From the parent up to the root."""
    chain = []
    while (joint := parents[joint]) >= 0:
        chain.append(joint)
    return chain


def _path(parents: tuple[int, ...], top: int, bottom: int) -> list[int]:
    """From an ancestor down to a joint, both included; the joint alone when it is not below."""
    chain = [bottom]
    while chain[-1] != top and parents[chain[-1]] >= 0:
        chain.append(parents[chain[-1]])
    return chain[::-1] if chain[-1] == top else [top, bottom] if top != bottom else [top]


def _kind(names: tuple[str, ...]) -> str:
    """A name for the skeleton that a dancer may recognise."""
    known = set(names)
    count = f"{len(names)} joints"
    if {"lButtock", "rShldr"} <= known:
        return f"CMU (Daz names), {count}"
    if {"LHipJoint", "LowerBack"} <= known:
        return f"{CMU_MOTIONBUILDER}, {count}"
    if {"left_hip", "left_knee", "spine3"} <= known:
        return f"SMPL names, {count}"
    if any(name.lower().startswith("mixamorig") for name in names):
        return f"Mixamo, {count}"
    if "LeftInHandIndex" in known:
        return f"Rokoko, {count}"
    return f"humanoid, {count}"


def hand_children(plain_names: tuple[str, ...], parents: tuple[int, ...], wrist: int) -> list[int]:
    """Children of the wrist that say where the hand points: the middle finger, else all but the thumb."""
    children = [i for i, parent in enumerate(parents) if parent == wrist and "thumb" not in plain_names[i].lower()]
    middle = [i for i in children if "mid" in plain_names[i].lower()]
    return middle or children


def finger_bases(names: tuple[str, ...], parents: tuple[int, ...], wrist: int) -> tuple[int, int] | None:
    """The first joints of index and little finger below a wrist, or None when the hand has none."""
    children = [i for i, parent in enumerate(parents) if parent == wrist]
    index = [i for i in children if "index" in names[i].lower()]
    little = [i for i in children if "pinky" in names[i].lower() or "little" in names[i].lower()]
    return (index[0], little[0]) if index and little else None
