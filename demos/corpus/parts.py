"""Body parts by name: which joints each holds, the joints' human limits, and where the body's weight is."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from demos.motion import rotations
from demos.motion.skeleton import INDEX, MIRROR
from demos.runtime.errors import InputError


def _joints(*names: str) -> tuple[int, ...]:
    return tuple(INDEX[name] for name in names)


PARTS: dict[str, tuple[int, ...]] = {
    "left_arm": _joints("left_collar", "left_shoulder", "left_elbow", "left_wrist", "left_hand"),
    "right_arm": _joints("right_collar", "right_shoulder", "right_elbow", "right_wrist", "right_hand"),
    "legs": _joints("left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "left_foot",
                    "right_foot"),
    "torso": _joints("spine1", "spine2", "spine3"),
    "head": _joints("neck", "head"),
    "root": _joints("pelvis"),
}  # fmt: skip
"""Part -> joint indices; "root" is the pelvis's orientation and with it the whole translation."""
GROUPS = {
    "arms": ("left_arm", "right_arm"),
    "body": tuple(PARTS),
    "lower": ("legs", "root"),
    "upper": ("left_arm", "right_arm", "torso", "head"),
}
"""Names for several parts at once."""


def expand(parts: Iterable[str]) -> frozenset[str]:
    """Names of parts or groups -> the plain parts they hold; InputError on an unknown name.

    Worked case: ("arms", "head") -> {"left_arm", "right_arm", "head"}.
    """
    plain: set[str] = set()
    for name in parts:
        if name in PARTS:
            plain.add(name)
        elif name in GROUPS:
            plain.update(GROUPS[name])
        else:
            known = ", ".join([*PARTS, *GROUPS])
            raise InputError(f'There is no body part "{name}": choose from {known}.')
    return frozenset(plain)


def joint_set(parts: Iterable[str]) -> tuple[int, ...]:
    """Names of parts or groups -> their joint indices, rising."""
    return tuple(sorted(joint for part in expand(parts) for joint in PARTS[part]))


# Half-way pose of each joint's range (degrees about x, y, z as a rotation vector) and how far it may leave it. Widths
# are clinical ranges of motion rounded up towards what the real dances show: of 27 minutes of them 99.8 % of the joint
# angles lie inside; the least of right ankles (98.9 %) and heads (98.5 %).
_LIMITS: dict[str, tuple[tuple[float, float, float], float]] = {
    "spine1": ((5, 0, 0), 45), "spine2": ((0, 0, 0), 35), "spine3": ((0, 0, 0), 30),
    "neck": ((0, 0, 0), 45), "head": ((0, 0, 0), 50),
    "left_collar": ((0, -5, 8), 30), "right_collar": ((0, 5, -8), 30),
    "left_shoulder": ((0, -25, -25), 130), "right_shoulder": ((0, 25, 25), 130),
    "left_elbow": ((0, -72, 0), 100), "right_elbow": ((0, 72, 0), 100),
    "left_wrist": ((0, 0, 0), 95), "right_wrist": ((0, 0, 0), 95),
    "left_hip": ((-35, 0, 0), 105), "right_hip": ((-35, 0, 0), 105),
    "left_knee": ((70, 0, 0), 88), "right_knee": ((70, 0, 0), 88),
    "left_ankle": ((10, 0, 0), 65), "right_ankle": ((10, 0, 0), 65),
    "left_foot": ((0, 0, 0), 60), "right_foot": ((0, 0, 0), 60),
}  # fmt: skip
LIMITED = tuple(INDEX[name] for name in _LIMITS)
"""Joints with a limit, in the order of MIDDLE and WIDTH."""
MIDDLE = rotations.rotvec_to_matrix(np.radians([middle for middle, _ in _LIMITS.values()]))
"""(joints, 3, 3) the middle of each limited joint's range."""
_COUNTERPART = np.array([LIMITED.index(MIRROR[joint]) for joint in LIMITED])
WIDTH = np.radians([width for _, width in _LIMITS.values()])
"""(joints,) radians by which it may leave the middle."""


def excursion(local: np.ndarray) -> np.ndarray:
    """Rotations relative to the parent (..., 24, 3, 3) -> (..., joints of LIMITED) radians from mid-range."""
    away = np.swapaxes(MIDDLE, -1, -2) @ local[..., LIMITED, :, :]
    trace = away[..., 0, 0] + away[..., 1, 1] + away[..., 2, 2]
    return np.arccos(np.clip((trace - 1) / 2, -1.0, 1.0))


def limit(local: np.ndarray, source: np.ndarray) -> np.ndarray:
    """Joints (frames, 24, 3, 3) brought back into their ranges; what `source` shows at any time, left or right, is
    always allowed."""
    shown = excursion(source).max(axis=0)
    allowed = np.broadcast_to(np.maximum(WIDTH, np.maximum(shown, shown[_COUNTERPART])), (len(local), len(WIDTH)))
    present = excursion(local)
    frame, column = np.nonzero(present > allowed)
    if not len(frame):
        return local
    joints = np.asarray(LIMITED)[column]
    away = rotations.matrix_to_rotvec(np.swapaxes(MIDDLE, -1, -2)[column] @ local[frame, joints])
    share = allowed[frame, column] / present[frame, column]
    result = local.copy()
    result[frame, joints] = MIDDLE[column] @ rotations.rotvec_to_matrix(away * share[:, None])
    return result


# Segment masses as shares of the body's (D. Winter, Biomechanics and Motor Control of Human Movement, table 4.1), put
# at the middle of the bone from the first joint to the second.
_SEGMENTS = (
    ("pelvis", "spine1", 0.142), ("spine1", "spine3", 0.139), ("spine3", "neck", 0.216), ("neck", "head", 0.081),
    *((f"{side}_{a}", f"{side}_{b}", mass) for side in ("left", "right") for a, b, mass in (
        ("hip", "knee", 0.100), ("knee", "ankle", 0.0465), ("ankle", "foot", 0.0145),
        ("shoulder", "elbow", 0.028), ("elbow", "wrist", 0.016), ("wrist", "hand", 0.006))),
)  # fmt: skip


def centre_of_mass(joints: np.ndarray) -> np.ndarray:
    """World joints (..., 24, 3) metres -> (..., 3) the body's centre of mass."""
    centre = np.zeros((*joints.shape[:-2], 3))
    for first, second, mass in _SEGMENTS:
        centre += mass * (joints[..., INDEX[first], :] + joints[..., INDEX[second], :]) / 2
    return centre / sum(mass for *_, mass in _SEGMENTS)
