"""Fairmotion's 72 kinetic and 32 geometric features, and the Fréchet distance and diversity counted on them.

Definitions as the evaluation code of AIST++ (google/aistplusplus_api) and Bailando runs them: joints of SMPL
in metres, y up, 60 fps. Geometric relations: Müller, Röder, Clausen, "Efficient content-based retrieval of
motion capture data" (2005). Traps kept on purpose, because published numbers contain them:

- geometric speeds are divided by 1/120 s although the motion runs at 60 fps, so every speed threshold is half
  of what it says;
- "move" relations never read the fourth joint: the third is what moves;
- body scale (humerus, shoulder and hip width) is that of SMPL's male rest pose, not the dancer's;
- "energy expenditure" is the plain norm of the window's mean acceleration, not a power.

One trap is NOT kept: early versions of both repositories divided only one term of a difference by the frame
time, which turned the acceleration into a position. Both have put that right; older numbers do not compare.
"""

import numpy as np
from scipy import linalg
from scipy.spatial.distance import pdist

from demos.motion.motion import Motion

FPS = 60
WINDOW = 2
"""Velocities and accelerations are averaged over this many frames to each side, cut at the ends."""

HUMERUS, SHOULDER_WIDTH, HIP_WIDTH = 0.256838, 0.390848, 0.119247
"""Metres, of the rest pose that AIST++'s code spells out as joint coordinates."""

_GEOMETRIC_FPS = 120  # the trap: see above
_JOINT = {
    name: index
    for index, name in enumerate(
        (
            "root", "lhip", "rhip", "belly", "lknee", "rknee", "spine", "lankle", "rankle", "chest",
            "ltoes", "rtoes", "neck", "linshoulder", "rinshoulder", "head", "lshoulder", "rshoulder",
            "lelbow", "relbow", "lwrist", "rwrist", "lhand", "rhand",
        )
    )
}  # fmt: skip
"""AIST++'s short names for SMPL's joints."""


def kinetic_features(motion: Motion) -> np.ndarray:
    """Per joint: mean squared horizontal and vertical speed, mean acceleration -> (72,) float32, SI units.

    Speeds and accelerations are means over a window of 5 differences, cut at the ends, averaged over all
    frames but the first. Without enough frames for a difference (1; 2 for accelerations) the value is 0.
    """
    joints = motion.resample(FPS).joints.astype(np.float64)
    frames = np.arange(1, len(joints))
    if len(frames) == 0:
        return np.zeros(72, np.float32)
    steps = np.diff(joints, axis=0) * FPS  # steps[k] leads from frame k to k + 1
    velocity = _window_mean(steps, frames - 1)
    change = np.diff(steps, axis=0) * FPS  # change[k] is centred on frame k + 1
    acceleration = np.linalg.norm(_window_mean(change, frames - 1), axis=-1)
    features = np.stack(
        [
            (velocity[..., 0] ** 2 + velocity[..., 2] ** 2).mean(axis=0),
            (velocity[..., 1] ** 2).mean(axis=0),
            acceleration.mean(axis=0),
        ],
        axis=-1,
    )
    return features.reshape(72).astype(np.float32)


def _window_mean(values: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Mean of values[centre - 2 : centre + 3], cut at the ends; 0 where nothing is left."""
    sums = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    start = np.clip(centres - WINDOW, 0, len(values))
    stop = np.clip(centres + WINDOW + 1, 0, len(values))
    count = np.maximum(stop - start, 1).reshape(-1, *[1] * (values.ndim - 1))
    return (sums[stop] - sums[start]) / count


def geometric_features(motion: Motion) -> np.ndarray:
    """Share of frames in which each of 32 relations between joints holds -> (32,) float32 in [0, 1].

    The order of AIST++'s `manual` features. Frames but the first; all 0 for a single frame.
    """
    joints = motion.resample(FPS).joints.astype(np.float64)
    if len(joints) < 2:
        return np.zeros(32, np.float32)
    return _Relations(joints).all().mean(axis=1).astype(np.float32)


class _Relations:
    """The relations over one motion; each method returns (frames - 1,) bool, NaN comparing as False."""

    def __init__(self, joints: np.ndarray) -> None:
        now = {name: joints[1:, index] for name, index in _JOINT.items()}
        floor = np.zeros_like(joints[1:, 0])
        floor[:, 1] = joints[1:, :, 1].min(axis=1)
        fixed = {"zero": [0, 0, 0], "up": [0, 1, 0], "down": [0, -1, 0]}
        self.now = now | {"lowest": floor} | {k: np.broadcast_to(v, floor.shape) for k, v in fixed.items()}
        self.before = {name: joints[:-1, index] for name, index in _JOINT.items()}

    def _drift(self, point: str, origin: str) -> np.ndarray:
        moved = (self.now[point] - self.now[origin]) - (self.before[point] - self.before[origin])
        return moved * _GEOMETRIC_FPS

    def _from(self, origin: str, point: str) -> np.ndarray:
        return self.now[point] - self.now[origin]

    def towards(self, a: str, b: str, mover: str, _unread: str, speed: float) -> np.ndarray:
        """The mover's velocity relative to a along a -> b is above the speed."""
        return _along(self._drift(mover, a), self._from(a, b)) > speed

    def across(self, a: str, b: str, c: str, mover: str, speed: float) -> np.ndarray:
        """The mover's velocity relative to a along the normal of the plane a, b, c is above the speed."""
        return _along(self._drift(mover, a), np.cross(self._from(a, c), self._from(a, b))) > speed

    def beyond_plane(self, a: str, b: str, c: str, point: str, distance: float) -> np.ndarray:
        """The point lies further than the distance in front of the plane through a, b, c."""
        return _along(self._from(a, point), np.cross(self._from(a, c), self._from(a, b))) > distance

    def beyond(self, a: str, b: str, origin: str, point: str, distance: float) -> np.ndarray:
        """The point lies further than the distance from the origin in direction a -> b."""
        return _along(self._from(origin, point), self._from(a, b)) > distance

    def bent(self, a: str, b: str, c: str, d: str, low: float, high: float) -> np.ndarray:
        """The angle between a -> b and c -> d lies strictly between low and high degrees."""
        one, other = self._from(a, b), self._from(c, d)
        with np.errstate(invalid="ignore", divide="ignore"):
            cosine = (one * other).sum(-1) / (np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1))
            angle = np.degrees(np.arccos(cosine))
            return (angle > low) & (angle < high)

    def fast(self, joint: str, speed: float) -> np.ndarray:
        """The joint is faster than the speed."""
        moved = np.linalg.norm(self.now[joint] - self.before[joint], axis=-1)
        return moved * _GEOMETRIC_FPS > speed

    def all(self) -> np.ndarray:
        """(32, frames - 1) bool, AIST++'s order."""
        hl, sw, hw = HUMERUS, SHOULDER_WIDTH, HIP_WIDTH
        relations = [
            self.across("neck", "rhip", "lhip", "rwrist", 1.8 * hl),
            self.across("neck", "lhip", "rhip", "lwrist", 1.8 * hl),
            self.beyond("chest", "neck", "neck", "rwrist", 0.2 * hl),
            self.beyond("chest", "neck", "neck", "lwrist", 0.2 * hl),
            self.towards("belly", "chest", "chest", "rwrist", 1.8 * hl),
            self.towards("belly", "chest", "chest", "lwrist", 1.8 * hl),
            self.bent("relbow", "rshoulder", "relbow", "rwrist", 0, 110),
            self.bent("lelbow", "lshoulder", "lelbow", "lwrist", 0, 110),
            self.beyond("lshoulder", "rshoulder", "lwrist", "rwrist", 2.5 * sw),
            self.towards("lwrist", "rwrist", "rwrist", "lwrist", 1.4 * hl),
            self.towards("rwrist", "root", "lwrist", "root", 1.4 * hl),
            self.towards("lwrist", "root", "rwrist", "root", 1.4 * hl),
            self.fast("rwrist", 2.5 * hl),
            self.fast("lwrist", 2.5 * hl),
            self.beyond_plane("root", "lhip", "ltoes", "rankle", 0.38 * hl),
            self.beyond_plane("root", "rhip", "rtoes", "lankle", 0.38 * hl),
            self.beyond("zero", "up", "lowest", "rankle", 1.2 * hl),
            self.beyond("zero", "up", "lowest", "lankle", 1.2 * hl),
            self.beyond("lhip", "rhip", "lankle", "rankle", 2.1 * hw),
            self.bent("rknee", "rhip", "rknee", "rankle", 0, 110),
            self.bent("lknee", "lhip", "lknee", "lankle", 0, 110),
            self.fast("rankle", 2.5 * hl),
            self.fast("lankle", 2.5 * hl),
            self.bent("neck", "root", "rshoulder", "relbow", 25, 180),
            self.bent("neck", "root", "lshoulder", "lelbow", 25, 180),
            self.bent("neck", "root", "rhip", "rknee", 50, 180),
            self.bent("neck", "root", "lhip", "lknee", 50, 180),
            self.beyond_plane("rankle", "neck", "lankle", "root", 0.5 * hl),
            self.bent("neck", "root", "zero", "up", 70, 110),
            self.beyond("zero", "down", "lowest", "rwrist", -1.2 * hl),
            self.beyond("zero", "down", "lowest", "lwrist", -1.2 * hl),
            self.fast("root", 2.3 * hl),
        ]
        return np.stack(relations)


def _along(vector: np.ndarray, direction: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return (vector * direction).sum(-1) / np.linalg.norm(direction, axis=-1)


def normalise(real: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both sets (n, d), (m, d) by the REAL set's mean and standard deviation (of the population, + 1e-10).

    Features constant over the real set are left out: the published code divides by 1e-10 there and any
    deviation drowns all else. Where no feature is constant, this is the published code.
    """
    real, other = np.asarray(real, np.float64), np.asarray(other, np.float64)
    mean, spread = real.mean(axis=0), real.std(axis=0)
    kept = spread > 1e-9
    scale = spread[kept] + 1e-10
    return (real[:, kept] - mean[kept]) / scale, (other[:, kept] - mean[kept]) / scale


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float | None:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of two sets of features (n, d), (m, d) as they are.

    Covariances of the sample. When the root of the product is not finite, 1e-5 is added to both diagonals
    (Bailando, Duolando; 1e-6 in mint). An imaginary part, numerical, is dropped. Fewer clips than dimensions
    make the covariances singular and the value unreliable: count clips before comparing. None under 2 clips a
    set.
    Worked case: means 3 apart in one dimension, variances 1 and 4: 9 + 1 + 4 - 2 * 2 = 10.
    """
    first, second = (np.atleast_2d(np.asarray(values, np.float64)) for values in (first, second))
    if min(len(first), len(second)) < 2:
        return None
    gap = first.mean(axis=0) - second.mean(axis=0)
    one, two = (np.atleast_2d(np.cov(values, rowvar=False)) for values in (first, second))
    root = np.asarray(linalg.sqrtm(one @ two))
    if not np.isfinite(root).all():
        offset = np.eye(len(one)) * 1e-5
        root = np.asarray(linalg.sqrtm((one + offset) @ (two + offset)))
    return float(gap @ gap + np.trace(one) + np.trace(two) - 2 * np.trace(root.real))


def fid(generated: np.ndarray, real: np.ndarray) -> float | None:
    """FID_k, FID_g or FID_cd: Fréchet distance after normalising both sets (n, d) by the real one."""
    if min(len(generated), len(real)) < 2:
        return None
    return frechet_distance(*normalise(real, generated))


def diversity(features: np.ndarray, real: np.ndarray) -> float | None:
    """DIV: mean distance over all pairs of clips (n, d), normalised by the real set. None under 2 clips."""
    if len(features) < 2 or len(real) < 2:
        return None
    _, features = normalise(real, features)
    return float(pdist(features).mean())
