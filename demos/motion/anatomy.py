"""Calibrating skeletons without a standing rest pose, from how bodies are built and move.

Some rigs lay every bone along one axis, so that their zero pose is no pose at all. What their local axes mean is found
from the body: hips and shoulders are left and right of the trunk, knees and elbows are hinges, soles stand flat.
"""

from __future__ import annotations

import numpy as np

from demos.motion.skeleton import INDEX, REST_OFFSETS

ODD_AXES_DEG = 40.0
"""A neck or back that is turned by more than this on average has axes of its own."""
_LIMBS = (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))


def calibration(
    roles: dict[str, int],
    spine: tuple[int, ...],
    offsets: dict[tuple[int, int], np.ndarray],
    orientations: np.ndarray,
    positions: np.ndarray,
    across_hand: dict[str, np.ndarray],
) -> np.ndarray:
    """(joints, 3, 3) orientations of the rig's joints when the body stands in SMPL's T-pose.

    roles, spine : as in `retarget.Source`. offsets : (ancestor, joint) -> (3,) rest offset in the ancestor's frame.
    orientations (frames, joints, 3, 3), positions (frames, joints, 3) : the performance, y up.
    across_hand : "left" and "right" -> (3,) from the little to the index finger in the wrist's frame; may lack them.
    """
    rest = np.broadcast_to(np.eye(3), (orientations.shape[1], 3, 3)).copy()
    pelvis, chest = roles["pelvis"], roles["spine3"]
    first = spine[0] if spine else chest
    rest[pelvis] = _trunk(
        offsets[pelvis, roles["left_hip"]] - offsets[pelvis, roles["right_hip"]],
        offsets[pelvis, first] if np.linalg.norm(offsets[pelvis, first]) > 1e-6 else offsets[pelvis, roles["head"]],
    )
    rest[chest] = _trunk(
        offsets[chest, roles["left_shoulder"]] - offsets[chest, roles["right_shoulder"]],
        offsets[chest, roles["head"]],
    )
    for joint in (*spine[:-1], roles["neck"], roles["head"]):
        if joint not in (pelvis, chest):
            # Along the trunk such rigs mostly keep one meaning of their axes: unturned is straight.
            rest[joint] = rest[chest]
            if _usual_angle(joint, chest, rest, orientations) > ODD_AXES_DEG:
                rest[joint] = _as_parent(joint, chest, rest, orientations)
    for side in ("left", "right"):
        for top, middle, bottom in _LIMBS:
            names = [f"{side}_{part}" for part in (top, middle, bottom)]
            upper, lower, end = (roles[name] for name in names)
            hinge = _hinge(orientations, offsets[upper, lower], offsets[lower, end], upper, lower)
            axis = _bending_axis(top, side)
            for joint, child, bone in ((upper, lower, names[1]), (lower, end, names[2])):
                local = np.einsum("fji,fj->fi", orientations[:, joint], hinge).mean(axis=0)
                rest[joint] = _frame(REST_OFFSETS[INDEX[bone]], axis) @ _frame(offsets[joint, child], _snap(local)).T
        rest[roles[f"{side}_ankle"]] = _foot(side, roles, offsets, orientations, positions)
        if f"{side}_foot" in roles:
            rest[roles[f"{side}_foot"]] = _as_parent(roles[f"{side}_foot"], roles[f"{side}_ankle"], rest, orientations)
        if f"{side}_collar" in roles:
            rest[roles[f"{side}_collar"]] = _as_parent(roles[f"{side}_collar"], chest, rest, orientations)
        wrist, fingers = roles[f"{side}_wrist"], across_hand.get(side)
        if fingers is not None and (wrist, -1) in offsets:
            ours = _frame(REST_OFFSETS[INDEX[f"{side}_hand"]], np.array([0.0, 0.0, 1.0]))
            rest[wrist] = ours @ _frame(offsets[wrist, -1], fingers).T
        else:
            rest[wrist] = _as_parent(wrist, roles[f"{side}_elbow"], rest, orientations)
    return rest


def _trunk(left: np.ndarray, up: np.ndarray) -> np.ndarray:
    """(3, 3) that turns a local left direction to +x and a local up direction, as far as square to it, to +y."""
    return _frame(left, up).T


def _frame(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(3, 3) with columns: first, second made square to it, and their cross product, all of unit length."""
    a = np.asarray(first, np.float64) / np.linalg.norm(first)
    b = second - (second @ a) * a
    b = b / max(float(np.linalg.norm(b)), 1e-12)
    return np.stack([a, b, np.cross(a, b)], axis=1)


def _snap(direction: np.ndarray) -> np.ndarray:
    """The coordinate axis within 25 degrees of a direction, else the direction: rigs put hinges on axes."""
    unit = direction / max(float(np.linalg.norm(direction)), 1e-12)
    axis = int(np.abs(unit).argmax())
    return np.sign(unit[axis]) * np.eye(3)[axis] if abs(unit[axis]) > np.cos(np.radians(25)) else unit


def _bending_axis(top: str, side: str) -> np.ndarray:
    """The axis, in SMPL's rest pose, about which knees and elbows bend."""
    if top == "hip":
        return np.array([1.0, 0.0, 0.0])
    return np.array([0.0, -1.0 if side == "left" else 1.0, 0.0])


def _hinge(orientations: np.ndarray, thigh: np.ndarray, shin: np.ndarray, upper: int, lower: int) -> np.ndarray:
    """(frames, 3) world axis of a hinge, longer the more it is bent: across its two bones."""
    a = orientations[:, upper] @ (thigh / np.linalg.norm(thigh))
    b = orientations[:, lower] @ (shin / np.linalg.norm(shin))
    return np.cross(a, b)


def _foot(
    side: str, roles: dict[str, int], offsets: dict, orientations: np.ndarray, positions: np.ndarray
) -> np.ndarray:
    """(3, 3) calibration of an ankle: level when the foot rests, pointing where its toe does."""
    ankle = roles[f"{side}_ankle"]
    height = positions[:, ankle, 1]
    speed = np.linalg.norm(np.diff(positions[:, ankle], axis=0, prepend=positions[:1, ankle]), axis=1)
    low = (height <= np.percentile(height, 30)) & (speed <= np.percentile(speed, 40))
    rest = orientations[low] if low.sum() > 5 else orientations
    up = rest[:, ankle, 1].mean(axis=0)  # the world's y in the foot's own axes, averaged
    toe = roles.get(f"{side}_foot")
    ahead = offsets[ankle, toe] if toe is not None else offsets[roles[f"{side}_knee"], ankle]
    if toe is None or np.linalg.norm(ahead) < 1e-6:
        raise ValueError("a foot without a toe has no direction")
    # Feet point a little outwards at rest; keep the toe's heading straight ahead as SMPL's is.
    return _frame(np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])) @ _frame(up, ahead).T


def _as_parent(joint: int, parent: int, rest: np.ndarray, orientations: np.ndarray) -> np.ndarray:
    """(3, 3) calibration of a joint that on average is turned as its parent is."""
    turned = orientations[:, parent] @ rest[parent].T
    # Turned alike means G R^T = T, so R = T^T G, averaged.
    return _nearest_rotation(np.mean(np.swapaxes(turned, -1, -2) @ orientations[:, joint], axis=0))


def _usual_angle(joint: int, parent: int, rest: np.ndarray, orientations: np.ndarray) -> float:
    """Degrees by which a joint is turned from another on average, as `rest` has it."""
    ours, theirs = (orientations[:, j] @ rest[j].T for j in (joint, parent))
    mean = _nearest_rotation(np.mean(np.swapaxes(theirs, -1, -2) @ ours, axis=0))
    return float(np.degrees(np.arccos(np.clip((np.trace(mean) - 1) / 2, -1, 1))))


def _nearest_rotation(matrix: np.ndarray) -> np.ndarray:
    """(3, 3) the rotation nearest to a matrix."""
    u, _, v = np.linalg.svd(matrix)
    return u @ np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ v))]) @ v
