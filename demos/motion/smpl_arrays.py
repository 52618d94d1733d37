"""Performances that are SMPL already: poses and translations as AIST++, AMASS, EDGE and their kin store them."""

from __future__ import annotations

import numpy as np

from demos.motion import kinematics, rotations
from demos.motion.performance import Performance, smpl_leg_length
from demos.motion.skeleton import INDEX
from demos.runtime.errors import InputError

SMPL_LEG_M = 0.778
"""Thigh and shin of SMPL's neutral template body (regressed joints of the published model): .377 + .401 m."""


def from_arrays(
    kind: str,
    poses: np.ndarray,
    translation: np.ndarray,
    *,
    fps: float,
    unit: float = 1.0,
    name: str = "the file",
) -> Performance:
    """From poses (frames, 72 | 156 | 165 | joints x 3 | joints, 3) and translation (frames, 3) in `unit` metres.

    Hands and face beyond SMPL's body joints are left out. Which way is up is found from the performance itself.
    """
    poses, translation = np.asarray(poses), np.asarray(translation)
    if poses.dtype.kind not in "fiu" or translation.dtype.kind not in "fiu":
        raise InputError(f"{name} holds poses that are not numbers.")
    poses = poses.reshape(len(poses), -1).astype(np.float64) if poses.ndim >= 2 and len(poses) else np.zeros((0, 0))
    translation = translation.reshape(len(translation), -1) if translation.ndim >= 2 else np.zeros((0, 0))
    if len(poses) == 0:
        raise InputError(f"{name} has no frames of motion.")
    if poses.shape[1] not in (66, 72, 156, 165):
        raise InputError(
            f"{name} has {poses.shape[1]} pose numbers a frame; SMPL's 72 (24 joints x 3), SMPL-H's 156 and SMPL-X's "
            "165 are read."
        )
    if translation.shape != (len(poses), 3):
        raise InputError(f"{name} has {len(poses)} frames of poses but translations of shape {translation.shape}.")
    translation = translation.astype(np.float64)
    if not (np.isfinite(poses).all() and np.isfinite(translation).all()):
        raise InputError(f"{name} holds numbers that are not finite.")
    if np.abs(poses).max() > 1e3 or np.abs(translation).max() > 1e6:
        raise InputError(
            f"{name} holds poses or translations far beyond what a body can do; are they in radians and metres?"
        )
    body = np.zeros((len(poses), 24, 3))
    # SMPL-H and SMPL-X share SMPL's first 22 joints; what follows are jaw, eyes and fingers.
    joints = 24 if poses.shape[1] == 72 else 22
    body[:, :joints] = poses[:, : 3 * joints].reshape(len(poses), joints, 3)
    scale = unit * smpl_leg_length() / SMPL_LEG_M
    root = translation * scale
    turn = _upright(body)
    notes: tuple[str, ...] = ()
    if not np.allclose(turn, np.eye(3)):
        body[:, 0] = rotations.matrix_to_rotvec(turn @ rotations.rotvec_to_matrix(body[:, 0]))
        root = root @ turn.T
        notes = ("The file's world is z up; it was turned to y up.",)
    return Performance(kind, body, root, fps, scale, notes)


def _upright(poses: np.ndarray) -> np.ndarray:
    """(3, 3): turns the file's vertical to +y; z is taken for it only when heads clearly rise along z."""
    joints = kinematics.joint_positions(poses, np.zeros((len(poses), 3)))
    feet = (joints[:, INDEX["left_ankle"]] + joints[:, INDEX["right_ankle"]]) / 2
    rise = (joints[:, INDEX["head"]] - feet).mean(axis=0)
    if abs(rise[2]) > 2 * abs(rise[1]):
        return rotations.rotvec_to_matrix(np.array([-np.pi / 2 * np.sign(rise[2]), 0.0, 0.0]))
    return np.eye(3)
