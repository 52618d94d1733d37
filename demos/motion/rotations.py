"""Rotations as arrays: rotation vectors, matrices, quaternions and the 6-D form, in NumPy; 6-D in torch too.

Conventions: matrices act on column vectors; rotation vectors (axis times angle) are radians, right-handed;
quaternions are (w, x, y, z), unit, either sign. Every function keeps leading dimensions, here (...).
Worked case: [0, pi/2, 0] turns +z (0, 0, 1) into +x (1, 0, 0).
"""

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation


def _rotation(values: np.ndarray, build: Any, trailing: int) -> tuple[Rotation, tuple[int, ...]]:
    values = np.asarray(values, dtype=np.float64)
    lead = values.shape[: values.ndim - trailing]
    return build(values.reshape((-1, *values.shape[values.ndim - trailing :]))), lead


def rotvec_to_matrix(rotvec: np.ndarray) -> np.ndarray:
    """(..., 3) radians -> (..., 3, 3) float64."""
    rotation, lead = _rotation(rotvec, Rotation.from_rotvec, 1)
    return rotation.as_matrix().reshape(*lead, 3, 3)


def matrix_to_rotvec(matrix: np.ndarray) -> np.ndarray:
    """(..., 3, 3) -> (..., 3) radians, angle in [0, pi]. Input is projected to the nearest rotation."""
    rotation, lead = _rotation(matrix, Rotation.from_matrix, 2)
    return rotation.as_rotvec().reshape(*lead, 3)


def matrix_to_quaternion(matrix: np.ndarray) -> np.ndarray:
    """(..., 3, 3) -> (..., 4) w, x, y, z."""
    rotation, lead = _rotation(matrix, Rotation.from_matrix, 2)
    return rotation.as_quat(scalar_first=True).reshape(*lead, 4)


def quaternion_to_matrix(quaternion: np.ndarray) -> np.ndarray:
    """(..., 4) w, x, y, z of any non-zero length -> (..., 3, 3)."""
    rotation, lead = _rotation(quaternion, lambda q: Rotation.from_quat(q, scalar_first=True), 1)
    return rotation.as_matrix().reshape(*lead, 3, 3)


def rotvec_to_quaternion(rotvec: np.ndarray) -> np.ndarray:
    """(..., 3) radians -> (..., 4) w, x, y, z."""
    rotation, lead = _rotation(rotvec, Rotation.from_rotvec, 1)
    return rotation.as_quat(scalar_first=True).reshape(*lead, 4)


def quaternion_to_rotvec(quaternion: np.ndarray) -> np.ndarray:
    """(..., 4) w, x, y, z -> (..., 3) radians, angle in [0, pi]."""
    rotation, lead = _rotation(quaternion, lambda q: Rotation.from_quat(q, scalar_first=True), 1)
    return rotation.as_rotvec().reshape(*lead, 3)


def slerp(start: np.ndarray, end: np.ndarray, weight: np.ndarray | float) -> np.ndarray:
    """Shortest-arc interpolation of quaternions (..., 4); weight (...) 0 is start, 1 is end; broadcasts."""
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    weight = np.asarray(weight, np.float64)[..., None]
    cosine = np.sum(start * end, axis=-1, keepdims=True)
    end = np.where(cosine < 0, -end, end)
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    sine = np.sin(angle)
    near = sine < 1e-6  # chord and arc agree to 1e-12 there
    safe = np.where(near, 1.0, sine)
    a = np.where(near, 1.0 - weight, np.sin((1.0 - weight) * angle) / safe)
    b = np.where(near, weight, np.sin(weight * angle) / safe)
    mixed = a * start + b * end
    return mixed / np.linalg.norm(mixed, axis=-1, keepdims=True)


def between(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The smallest rotation (..., 3, 3) that turns direction source (..., 3) into target (..., 3)."""
    a, b = np.asarray(source, np.float64), np.asarray(target, np.float64)
    a = a / np.linalg.norm(a, axis=-1, keepdims=True)
    b = b / np.linalg.norm(b, axis=-1, keepdims=True)
    cosine = np.sum(a * b, axis=-1, keepdims=True)
    # Opposite directions leave the axis open: take one perpendicular to a.
    helper = np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    perpendicular = np.cross(a, helper)
    half = np.where(cosine < -1 + 1e-9, perpendicular, np.cross(a, b))
    w = np.where(cosine < -1 + 1e-9, 0.0, 1.0 + cosine)
    return quaternion_to_matrix(np.concatenate([w, half], axis=-1))


def yaw(angle: np.ndarray | float) -> np.ndarray:
    """Rotation (..., 3, 3) about the vertical (y) by angle (...) radians; positive turns +z towards +x."""
    angle = np.asarray(angle, np.float64)
    return rotvec_to_matrix(np.stack([np.zeros_like(angle), angle, np.zeros_like(angle)], axis=-1))


def matrix_to_sixd(matrix: Any) -> Any:
    """(..., 3, 3) -> (..., 6): first column, then second (Zhou et al. 2019). NumPy or torch."""
    xp = _namespace(matrix)
    return xp.concatenate([matrix[..., :, 0], matrix[..., :, 1]], -1)


def sixd_to_matrix(sixd: Any) -> Any:
    """(..., 6) -> (..., 3, 3) by Gram-Schmidt (Zhou et al. 2019, eq. 15), any finite input. NumPy, torch."""
    xp = _namespace(sixd)
    first = _unit(sixd[..., :3], xp)
    second = sixd[..., 3:] - (first * sixd[..., 3:]).sum(-1)[..., None] * first
    second = _unit(second, xp)
    third = xp.stack(
        [
            first[..., 1] * second[..., 2] - first[..., 2] * second[..., 1],
            first[..., 2] * second[..., 0] - first[..., 0] * second[..., 2],
            first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0],
        ],
        -1,
    )
    return xp.stack([first, second, third], -1)


def _unit(vector: Any, xp: Any) -> Any:
    return vector / xp.sqrt((vector * vector).sum(-1) + 1e-12)[..., None]


def _namespace(array: Any) -> Any:
    if isinstance(array, np.ndarray):
        return np
    import torch  # deferred: a second of start-up for jobs that never train

    return torch
