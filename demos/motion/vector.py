"""The 151 numbers a frame that the networks read: 4 foot contacts, 3 root, 24 rotations in 6-D (EDGE's layout)."""

from __future__ import annotations

import numpy as np

from demos.motion import rotations
from demos.motion.contacts import foot_contacts
from demos.motion.motion import Motion
from demos.motion.skeleton import FEET, MIRROR

FPS = 30
WIDTH = 151
CONTACTS, ROOT, ROTATIONS = slice(0, 4), slice(4, 7), slice(7, 151)
"""Columns: contacts 0 or 1 in skeleton.FEET order; pelvis in the world, metres; joint by joint, the matrix's first
column, then its second, the pelvis relative to the world."""


def encode(motion: Motion, contacts: np.ndarray | None = None) -> np.ndarray:
    """A motion as vectors -> (frames, 151) float32, at 30 fps.

    contacts : (frames, 4) bool of the motion at 30 fps, skeleton.FEET order; detected when None.
    Worked case: at rest every joint reads 1 0 0 0 1 0.
    """
    motion = motion.resample(FPS)
    if contacts is None:
        contacts = foot_contacts(motion)
    return pack(motion.poses, motion.translation, contacts)


def pack(poses: np.ndarray, translation: np.ndarray, contacts: np.ndarray) -> np.ndarray:
    """(frames, 24, 3) rotation vectors, (frames, 3) metres, (frames, 4) contacts -> (frames, 151) float32."""
    vectors = np.empty((len(poses), WIDTH), np.float32)
    vectors[:, CONTACTS] = contacts
    vectors[:, ROOT] = translation
    vectors[:, ROTATIONS] = _sixd(np.asarray(poses, np.float32)).reshape(len(poses), -1)
    return vectors


def decode(vectors: np.ndarray, *, fps: float = FPS) -> Motion:
    """The motion of (frames, 151) vectors; 6-D rotations need not be orthonormal. The contacts are not used.

    Raises ValueError for another width.
    """
    vectors = np.asarray(vectors)
    if vectors.ndim != 2 or vectors.shape[1] != WIDTH:
        raise ValueError(f"motion vectors are (frames, {WIDTH}), not {vectors.shape}")
    sixd = vectors[:, ROTATIONS].astype(np.float64).reshape(len(vectors), 24, 6)
    return Motion(rotations.matrix_to_rotvec(rotations.sixd_to_matrix(sixd)), vectors[:, ROOT], fps)


def mirrored_columns() -> tuple[np.ndarray, np.ndarray]:
    """Left and right exchanged, reflected in the plane x = 0: vectors[..., columns] * signs -> (151,) int, float32."""
    columns, signs = np.arange(WIDTH), np.ones(WIDTH, np.float32)
    columns[CONTACTS] = [FEET.index(MIRROR[joint]) for joint in FEET]
    signs[ROOT.start] = -1
    for joint, other in enumerate(MIRROR):
        place = ROTATIONS.start + 6 * joint
        columns[place : place + 6] = ROTATIONS.start + 6 * other + np.arange(6)
        signs[place : place + 6] = [1, -1, -1, -1, 1, 1]
    return columns, signs


def contacts_of(vectors: np.ndarray) -> np.ndarray:
    """The contacts of (frames, 151) vectors, a network's included -> (frames, 4) bool."""
    return vectors[:, CONTACTS] > 0.5


def _sixd(rotvec: np.ndarray) -> np.ndarray:
    """(..., 3) rotation vectors -> (..., 6), the first two columns of Rodrigues' matrix."""
    square = (rotvec * rotvec).sum(axis=-1)
    angle = np.sqrt(square)
    small = angle < 1e-3  # there the series is exact to float32
    safe = np.where(small, 1.0, angle)
    sine = np.where(small, 1 - square / 6, np.sin(safe) / safe)
    versine = np.where(small, 0.5 - square / 24, (1 - np.cos(safe)) / (safe * safe))
    x, y, z = rotvec[..., 0], rotvec[..., 1], rotvec[..., 2]
    first = (1 - versine * (y * y + z * z), versine * x * y + sine * z, versine * x * z - sine * y)
    second = (versine * x * y - sine * z, 1 - versine * (x * x + z * z), versine * y * z + sine * x)
    return np.stack([*first, *second], axis=-1)
