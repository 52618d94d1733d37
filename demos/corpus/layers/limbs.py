"""Arms and legs placed from nothing: two-bone chains to a target with the elbow or knee where it should point.

`demos.motion.ik` moves a limb that has a pose already and keeps the way it bends; here the whole pose is chosen.
"""

from __future__ import annotations

import numpy as np

from demos.corpus.layers.curves import smooth
from demos.motion import ik, rotations
from demos.motion.skeleton import INDEX, REST_OFFSETS

ARM_JOINTS = {
    side: tuple(INDEX[f"{side}_{joint}"] for joint in ("collar", "shoulder", "elbow", "wrist"))
    for side in ("left", "right")
}
"""The joints that `arm` poses, from the trunk outwards."""
_ARMS = {"left": ik.LEFT_ARM, "right": ik.RIGHT_ARM}
ARM_LENGTH = float(
    np.linalg.norm(REST_OFFSETS[INDEX["left_elbow"]]) + np.linalg.norm(REST_OFFSETS[INDEX["left_wrist"]])
)
"""Metres from shoulder to wrist, straight."""
_LIFT, _FORWARD = 0.38, 0.22  # radians that the collar takes of an arm straight up, straight ahead


def arm(
    side: str,
    point: np.ndarray,
    *,
    pole: np.ndarray | None = None,
    flex: np.ndarray | float = 0.0,
    twist: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Rotations of collar, shoulder, elbow and wrist that bring the wrist to a point before the chest.

    Parameters
    ----------
    point : (frames, 3) in arm lengths from the shoulder at rest: outwards from the body, up, ahead, as the chest faces.
    pole : (frames, 3) where the elbow points, in the same axes; from the arm's height when None.
    flex : radians by which the hand bends towards the palm. twist : radians by which the thumb turns up (supination).

    Returns
    -------
    (frames, 4, 3, 3) relative to each one's parent.
    """
    sign = 1.0 if side == "left" else -1.0
    across = np.array([sign, 1.0, 1.0])
    point = np.atleast_2d(np.asarray(point, np.float64))
    pole = usual_pole(point) if pole is None else np.broadcast_to(np.asarray(pole, np.float64), point.shape)
    distance = np.maximum(np.linalg.norm(point, axis=-1), 1e-6)
    up, ahead = point[:, 1] / np.maximum(distance, 0.5), point[:, 2] / np.maximum(distance, 0.5)
    lift = _LIFT * np.clip(up + 0.35, 0.0, 1.35) ** 2 / 1.35
    zero = np.zeros(len(point))
    # Along the body's axes: up is about z, forwards about y, mirrored on the right.
    collar = rotations.rotvec_to_matrix(np.stack([zero, -sign * _FORWARD * ahead, sign * lift], axis=-1))
    limb = _ARMS[side]
    offset = REST_OFFSETS[limb.root].astype(np.float64)
    target = point * across * ARM_LENGTH + offset - collar @ offset
    upper, lower = chain(limb, target, pole * across)
    elbow = np.swapaxes(upper, -1, -2) @ lower
    flex, twist = (np.broadcast_to(np.asarray(value, np.float64), zero.shape) for value in (flex, twist))
    # Half of a turn of the hand is seen in the forearm already.
    half = rotations.rotvec_to_matrix(np.stack([-0.5 * twist, zero, zero], axis=-1))
    bend = rotations.rotvec_to_matrix(np.stack([zero, zero, -sign * flex], axis=-1))
    shoulder = np.swapaxes(collar, -1, -2) @ upper
    return np.stack([collar, shoulder, elbow @ half, half @ bend], axis=1)


def usual_pole(point: np.ndarray) -> np.ndarray:
    """Where an elbow points for a wrist at (frames, 3): down, out and back; across the body down and out; overhead out.

    Chosen so that no wrist in reach lies along it, where an elbow would not know which way to turn.
    """
    height = smooth((point[:, 1] - 0.2) / 0.6)[:, None]
    inside = smooth(-point[:, 0] / 0.4)[:, None]
    low = (1 - inside) * np.array([0.45, -0.6, -0.7]) + inside * np.array([0.7, -1.0, 0.5])
    return (1 - height) * low + height * np.array([1.0, -0.2, 0.25])


def chain(limb: ik.Limb, target: np.ndarray, pole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """World orientations (frames, 3, 3) of both bones of a limb whose end is `target` from its root, (frames, 3) m.

    pole : (frames, 3) the side to which elbow or knee points. Targets out of reach are approached softly.
    """
    first, second = (REST_OFFSETS[joint].astype(np.float64) for joint in (limb.middle, limb.end))
    a, b = np.linalg.norm(first), np.linalg.norm(second)
    distance = np.maximum(np.linalg.norm(target, axis=-1), 1e-6)
    along = target / distance[:, None]
    zero = np.zeros_like(distance)
    reach = ik.reachable(distance, np.full_like(distance, 0.5 * (a + b)), zero + a, zero + b)
    across = pole - (pole * along).sum(-1, keepdims=True) * along
    across = across / np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-6)
    cosine = np.clip((a**2 + reach**2 - b**2) / (2 * a * reach), -1.0, 1.0)[:, None]
    upper = cosine * along + np.sqrt(1 - cosine**2) * across
    lower = (reach[:, None] * along - a * upper) / b
    hinge = np.cross(across, along)
    return _aligned(first / a, limb, upper, hinge), _aligned(second / b, limb, lower, hinge)


def _aligned(bone: np.ndarray, limb: ik.Limb, direction: np.ndarray, hinge: np.ndarray) -> np.ndarray:
    """(frames, 3, 3) that turns a rest bone into a direction and the limb's hinge into the world's."""
    axis = np.asarray(limb.hinge)
    rest = np.stack([bone, axis, np.cross(bone, axis)], axis=-1)
    direction = direction / np.linalg.norm(direction, axis=-1, keepdims=True)
    hinge = hinge / np.maximum(np.linalg.norm(hinge, axis=-1, keepdims=True), 1e-9)
    world = np.stack([direction, hinge, np.cross(direction, hinge)], axis=-1)
    return world @ rest.T
