"""Inertialised joins: the difference between two motions at a cut dies away by a quintic on both sides of it.

After D. Bollo, "Inertialization: High-Performance Animation Transitions in Gears of War" (GDC 2018): instead of mixing
two motions, keep one and add its offset to the other, which decays with no step in position, velocity or acceleration.
There the offset is carried forward only, as a game cannot change the past; here each side takes half of it.
"""

from __future__ import annotations

import numpy as np

from demos.motion import rotations

MOST_OVERSHOOT = 3.0
"""An offset's speed may carry it no further, over the decay, than this many times its size (or SMALL)."""
SMALL = 0.08  # radians or metres


def decay(offset: np.ndarray, speed: np.ndarray, time_s: np.ndarray, duration_s: float) -> np.ndarray:
    """The quintic that starts at an offset with a speed and no acceleration and rests at 0 after duration_s.

    offset, speed : (..., n), per second. time_s : (frames,) seconds since the cut, not negative.
    Returns (frames, ..., n): the offset at time 0, 0 from duration_s on.

    Worked case: offset 1, speed 0: half-way it is exactly 0.5.
    """
    s = np.clip(np.asarray(time_s, np.float64) / duration_s, 0.0, 1.0)
    # Hermite quintics on [0, 1] whose other five end conditions are 0: one starts at 1, one with slope 1.
    place = 1 - 10 * s**3 + 15 * s**4 - 6 * s**5
    slope = s - 6 * s**3 + 8 * s**4 - 3 * s**5
    shape = (-1, *[1] * np.ndim(offset))
    return place.reshape(shape) * offset + slope.reshape(shape) * (duration_s * np.asarray(speed))


def tame(offset: np.ndarray, speed: np.ndarray, duration_s: float) -> np.ndarray:
    """The speed (..., n) shortened where it would fling the offset (..., n) far beyond its own size."""
    carried = np.linalg.norm(speed, axis=-1, keepdims=True) * duration_s
    allowed = MOST_OVERSHOOT * np.maximum(np.linalg.norm(offset, axis=-1, keepdims=True), SMALL)
    return speed * np.minimum(1.0, allowed / np.maximum(carried, 1e-9))


def rotation_offset(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The rotation vector (..., 3), in the parent's frame, that turns quaternion source (..., 4) into target."""
    return rotations.quaternion_to_rotvec(_product(target, _conjugate(source)))


def add_rotation(offset: np.ndarray, quaternion: np.ndarray) -> np.ndarray:
    """A quaternion (..., 4) turned by a rotation vector (..., 3) of the parent's frame."""
    return _product(rotations.rotvec_to_quaternion(offset), quaternion)


def halfway(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The quaternion half-way between two (..., 4)."""
    return rotations.slerp(first, second, 0.5)


def _conjugate(q: np.ndarray) -> np.ndarray:
    return q * np.array([1.0, -1.0, -1.0, -1.0])


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Hamilton product of (w, x, y, z)."""
    w = a[..., :1] * b[..., :1] - (a[..., 1:] * b[..., 1:]).sum(-1, keepdims=True)
    v = a[..., :1] * b[..., 1:] + b[..., :1] * a[..., 1:] + np.cross(a[..., 1:], b[..., 1:])
    return np.concatenate([w, v], axis=-1)
