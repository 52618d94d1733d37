"""A dance as a camera and a person detector see it: 60 key points, confidences, noise and drop-out.

How confidence, noise and drop-out depend on occlusion, facing and speed was measured on the AIST++ key points (ten
breakdance clips, nine cameras, 17 COCO points) and is printed beside the simulation by pose2d_report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from scipy.signal import lfilter

from demos.corpus.keypoints import COCO_PLACES, MIRROR_PLACES, NAMES, PARTS, PLACE, landmarks
from demos.motion.duet_metrics import CAPSULE_RADII, CAPSULES, capsules
from demos.motion.motion import Motion
from demos.motion.vector import FPS


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera that stands still.

    turn : (3, 3), rows are the camera's right, up and back in the world. place : (3,) metres. focal : picture heights.
    aspect : width by height. Picture coordinates are heights: x from 0 to aspect rightwards, y from 0 to 1 downwards.
    """

    turn: np.ndarray
    place: np.ndarray
    focal: float
    aspect: float

    def facts(self) -> dict[str, Any]:
        """As plain numbers, for JSON."""
        return {
            "turn": np.round(self.turn, 6).tolist(),
            "place": np.round(self.place, 4).tolist(),
            "focal": round(self.focal, 5),
            "aspect": round(self.aspect, 4),
        }


@dataclass(frozen=True, eq=False)
class Seen:
    """What a detector reports of one dancer.

    keypoints, clean : (frames, 60, 2) float32 picture heights, with and without its errors. confidence : (frames, 60)
    float32 0 to 1. depth : (frames, 60) float32 metres behind the pelvis (towards the camera negative).
    """

    keypoints: np.ndarray
    clean: np.ndarray
    confidence: np.ndarray
    depth: np.ndarray


def look_at(place: np.ndarray, target: np.ndarray, focal: float, aspect: float, *, roll: float = 0.0) -> Camera:
    """A camera at a place that has a target in the middle of its picture; roll in radians."""
    back = (place - target) / np.linalg.norm(place - target)
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    up = np.cross(back, right)
    cosine, sine = np.cos(roll), np.sin(roll)
    return Camera(np.stack([cosine * right + sine * up, cosine * up - sine * right, back]), place, focal, aspect)


def project(points: np.ndarray, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """World points (..., 3) -> picture (..., 2) in heights, and distance along the view (...) in metres.

    Worked case: what lies straight ahead is at (aspect / 2, 0.5).
    """
    local = (points - camera.place) @ camera.turn.T
    depth = np.maximum(-local[..., 2], 0.05)
    flat = camera.focal * local[..., :2] / depth[..., None]
    return np.stack([camera.aspect / 2 + flat[..., 0], 0.5 - flat[..., 1]], axis=-1), depth


def random_camera(motion: Motion, rng: np.random.Generator) -> Camera:
    """A camera as people film dancers: mostly from the front, at chest height, the whole dance in the picture.

    One in eight comes so near that hands or feet leave the picture.
    """
    joints = motion.joints.reshape(-1, 3).astype(np.float64)
    low, high = np.percentile(joints, 1, axis=0), np.percentile(joints, 99, axis=0)
    middle = (low + high) / 2
    azimuth = rng.normal(0, 0.5) if rng.random() < 0.7 else rng.uniform(-np.pi, np.pi)
    elevation = np.clip(rng.normal(0.04, 0.12), -0.2, 0.6)
    aspect = float(rng.choice([9 / 16, 2 / 3, 1.0, 4 / 3, 16 / 9], p=[0.3, 0.15, 0.2, 0.1, 0.25]))
    focal = 0.5 / np.tan(np.radians(rng.uniform(28, 62)) / 2)
    direction = np.array([np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)])
    fill = rng.uniform(0.55, 0.9) * (1.3 if rng.random() < 0.125 else 1.0)
    distance = 2.5
    roll = float(rng.normal(0, 0.015))
    for _ in range(6):  # perspective: the size in the picture answers to the distance almost inversely
        camera = look_at(middle + distance * direction, middle, float(focal), aspect, roll=roll)
        flat, _ = project(joints, camera)
        spread = np.percentile(flat, 99, axis=0) - np.percentile(flat, 1, axis=0)
        distance = float(np.clip(distance * max(spread[1], spread[0] / aspect) / fill, 1.2, 30.0))
    target = middle + np.array([0.0, rng.normal(0, 0.05), 0.0])
    return look_at(middle + distance * direction, target, float(focal), aspect, roll=roll)


# ---------------------------------------------------------------- what hides what

_TRUNK = (0, 1, 2, 3)
_HEAD_CAPSULES = (1, 4)


def _own_capsules() -> np.ndarray:
    """(60, capsules) bool: the capsules that a point belongs to, which do not hide it."""
    own = np.zeros((len(NAMES), len(CAPSULES)), bool)
    for place, name in enumerate(NAMES):
        side = name.split("_")[0]
        if PARTS["head"].start <= place < PARTS["head"].stop:
            own[place, list(_HEAD_CAPSULES)] = True
        elif place >= PARTS["left_hand"].start:
            own[place, [i for i, (_, b, _) in enumerate(CAPSULES) if b in (f"{side}_wrist", f"{side}_hand")]] = True
        elif name in ("neck", "pelvis"):
            own[place, list(_TRUNK)] = True
        else:
            joint = {"heel": f"{side}_ankle", "toe": f"{side}_foot"}.get(name.split("_")[-1], name)
            hits = [i for i, (a, b, _) in enumerate(CAPSULES) if joint in (a, b)]
            own[place, [i for i in hits if i not in _TRUNK]] = True
    return own


_OWN = _own_capsules()
_NEAR_M = 0.10
"""Flesh this near in front of a point is its own."""


def occlusion(motion: Motion, points: np.ndarray, camera: Camera) -> np.ndarray:
    """How much the dancer's own body hides each of (frames, 60, 3) points -> (frames, 60) 0 (free) to 1."""
    start, end = capsules(motion.joints)
    return _hidden(points, start, end, CAPSULE_RADII, _OWN, camera.place.astype(np.float64), _NEAR_M)


@numba.njit(cache=True)
def _hidden(points, start, end, radii, own, eye, near):
    frames, count = points.shape[:2]
    found = np.zeros((frames, count))
    for f in range(frames):
        for p in range(count):
            px, py, pz = points[f, p, 0], points[f, p, 1], points[f, p, 2]
            ux, uy, uz = eye[0] - px, eye[1] - py, eye[2] - pz
            long = np.sqrt(ux * ux + uy * uy + uz * uz)
            ux, uy, uz = ux / long, uy / long, uz / long
            worst = 0.0
            for k in range(len(radii)):
                if own[p, k]:
                    continue
                vx, vy, vz = end[f, k, 0] - start[f, k, 0], end[f, k, 1] - start[f, k, 1], end[f, k, 2] - start[f, k, 2]
                rx, ry, rz = px - start[f, k, 0], py - start[f, k, 1], pz - start[f, k, 2]
                e = vx * vx + vy * vy + vz * vz + 1e-12
                b = ux * vx + uy * vy + uz * vz
                c = ux * rx + uy * ry + uz * rz
                g = vx * rx + vy * ry + vz * rz
                s = min(max((b * g - c * e) / max(e - b * b, 1e-9), near), long)
                t = min(max((b * s + g) / e, 0.0), 1.0)
                s = min(max(b * t - c, near), long)
                dx, dy, dz = rx + ux * s - vx * t, ry + uy * s - vy * t, rz + uz * s - vz * t
                gap = np.sqrt(dx * dx + dy * dy + dz * dz)
                worst = max(worst, min((radii[k] - gap) / (0.5 * radii[k]), 1.0))
            found[f, p] = worst
    return found


# ---------------------------------------------------------------- what a detector makes of it

# Logits of the median confidence of free and of hidden joints, and their spread, measured on AIST++ (upright frames).
_BODY = {
    "shoulder": (1.4, 0.0, 0.6), "elbow": (0.9, -1.5, 1.1), "wrist": (0.9, -2.5, 1.3), "hip": (0.58, -0.2, 0.4),
    "knee": (1.4, 0.3, 0.6), "ankle": (1.45, 0.2, 0.6),
}  # fmt: skip
# The same by the cosine between where a face point looks and the camera.
_COSINES = (-0.8, -0.45, -0.15, 0.15, 0.45, 0.8)
_FACES = {
    "nose": (-3.5, 0.0, 1.7, 2.9, 3.3, 3.8), "eye": (-5.8, -3.2, -1.6, 0.95, 1.9, 4.4),
    "ear": (-5.0, -1.7, 0.9, 2.2, 2.3, 2.4),
}  # fmt: skip
_FACE_SPREAD = (2.1, 0.9)  # looking away, looking into the camera
_UPSIDE_DOWN = {"shoulder": 1.8, "elbow": 1.25, "wrist": 0.65, "hip": 1.45, "knee": 1.8, "ankle": 1.6, "head": 2.5}
# What AIST++ has no points for goes by its neighbours: (like, how much lower).
_LIKE = {"heel": ("ankle", 0.3), "toe": ("ankle", 0.2), "neck": ("shoulder", 0.0), "pelvis": ("hip", 0.0)}
_FACE_LIKE = {"mouth": "nose", "chin": "nose", "forehead": "nose", "crown": "nose"}
_HAND_LOGIT, _HAND_HIDDEN, _HAND_SPREAD = 0.9, -2.4, 1.2  # not measured: as the wrist
_SKEW = 0.25
_SHARED = 0.5  # of the spread (variance) is common to a part
_SEQUENCE_SPREAD = 0.3
_MEMORY_S = 0.13
_SPEED_LOSS = 0.25  # logits for each body height a second beyond half a height
_BLUR_FREE = 0.5
_JITTER = (0.0035, 0.010)  # body heights, at confidence 1 and 0
_JITTER_MEMORY = 0.5
_STRAY, _STRAY_FALL = 0.22, 0.13
"""Share of strays (a point put on the other side, or elsewhere) at confidence 0, and how fast it falls with it."""
_STRAY_FRAMES = 4.0
_SWAPPED = 0.5
_STRAY_REACH = 0.2
_MISSED = 0.0003
"""Share of frames in which nobody is found at all."""
_OUTSIDE_LOGIT = -4.0


def see(motion: Motion, camera: Camera, rng: np.random.Generator) -> Seen:
    """What a detector reports of a dance at 30 fps through a camera."""
    frames = len(motion)
    curl = np.clip(0.3 + 0.5 * rng.normal(0, 0.4, 2) + _wander(rng, (frames, 2), 0.6) * 0.15, 0, 1)
    points, looks = landmarks(motion, curl)
    clean, depth = project(points, camera)
    height = max(float(np.percentile(np.ptp(clean[..., 1], axis=1), 75)), 1e-3)
    logit, spread = _logits(motion, points, looks, clean / height, camera)
    logit = logit + spread * _unrest(rng, frames) + rng.normal(0, _SEQUENCE_SPREAD)
    outside = (clean < 0).any(-1) | (clean[..., 0] > camera.aspect) | (clean[..., 1] > 1)
    logit = np.where(outside, np.minimum(logit, _OUTSIDE_LOGIT), logit)
    confidence = 1 / (1 + np.exp(-logit))
    found = clean + _noise(rng, clean, confidence, height)
    found = np.clip(found, 0, [camera.aspect, 1.0])
    missed = np.flatnonzero(rng.random(frames) < _MISSED)
    for frame in missed:
        confidence[frame] = 0
        found[frame] = found[max(frame - 1, 0)]
    relative = depth - depth[:, PLACE["pelvis"], None]
    return Seen(*(a.astype(np.float32) for a in (found, clean, confidence, relative)))


def _logits(
    motion: Motion, points: np.ndarray, looks: np.ndarray, flat: np.ndarray, camera: Camera
) -> tuple[np.ndarray, np.ndarray]:
    """Median confidence of each point as a logit (frames, 60), and its spread (frames, 60). flat : in body heights."""
    hidden = occlusion(motion, points, camera)
    sight = camera.place - points
    cosine = (looks * sight).sum(-1) / np.linalg.norm(sight, axis=-1)
    speed = np.linalg.norm(np.gradient(flat, axis=0), axis=-1) * FPS if len(flat) > 1 else np.zeros(flat.shape[:2])
    drop = points[:, PLACE["pelvis"], 1] - points[:, PLACE["nose"], 1]
    upside_down = 1 / (1 + np.exp(-(drop - 0.05) / 0.08))
    logit, spread = np.zeros_like(hidden), np.zeros_like(hidden)
    for place, name in enumerate(NAMES):
        kind = name.split("_")[-1]
        if place >= PARTS["left_hand"].start:
            free, behind, wide = _HAND_LOGIT, _HAND_HIDDEN, _HAND_SPREAD
            loss = _UPSIDE_DOWN["wrist"]
        elif PARTS["head"].start <= place < PARTS["head"].stop:
            free = np.interp(cosine[:, place], _COSINES, _FACES[_FACE_LIKE.get(kind, kind)])
            if kind == "crown":
                free = np.full(len(hidden), 2.5)  # seen from every side
            behind = np.minimum(free, -2.0)
            wide = np.interp(cosine[:, place], (-1, 1), _FACE_SPREAD)
            loss = _UPSIDE_DOWN["head"]
        else:
            like, lower = _LIKE.get(kind, (kind, 0.0))
            free, behind, wide = _BODY[like]
            free, behind, loss = free - lower, behind - lower, _UPSIDE_DOWN[like]
        logit[:, place] = free + (behind - free) * hidden[:, place] - loss * upside_down
        spread[:, place] = wide
    return logit - _SPEED_LOSS * np.maximum(speed - _BLUR_FREE, 0), spread


def _unrest(rng: np.random.Generator, frames: int) -> np.ndarray:
    """(frames, 60) how confidence wanders, of unit variance, alike within a part, with a longer tail downwards."""
    own = _wander(rng, (frames, len(NAMES)), _MEMORY_S)
    common = _wander(rng, (frames, len(PARTS)), _MEMORY_S)
    for index, part in enumerate(PARTS.values()):
        own[:, part] = np.sqrt(1 - _SHARED) * own[:, part] + np.sqrt(_SHARED) * common[:, index, None]
    return own - _SKEW * (own**2 - 1)


def _wander(rng: np.random.Generator, shape: tuple[int, int], memory_s: float) -> np.ndarray:
    """Smooth noise of unit variance: white noise twice through a filter that forgets in memory_s."""
    keep = np.exp(-1 / (memory_s * FPS))
    settling = round(8 * memory_s * FPS)
    steps = rng.standard_normal((settling + shape[0], shape[1]))
    wandering = np.asarray(lfilter([1.0], [1.0, -2 * keep, keep**2], steps, axis=0))[settling:]
    # Variance of the response (n + 1) keep^n.
    return wandering * np.sqrt((1 - keep**2) ** 3 / (1 + keep**2))


def _noise(rng: np.random.Generator, clean: np.ndarray, confidence: np.ndarray, height: float) -> np.ndarray:
    """(frames, 60, 2) picture heights: jitter that grows as confidence falls, and strays."""
    frames, count = confidence.shape
    keep = _JITTER_MEMORY
    steps = rng.standard_normal((frames, count, 2)) * np.sqrt(1 - keep**2)
    jitter = np.asarray(lfilter([1.0], [1.0, -keep], steps, axis=0))
    size = _JITTER[1] + (_JITTER[0] - _JITTER[1]) * confidence
    noise = jitter * size[..., None] * height
    begins = rng.random((frames, count)) < _STRAY * np.exp(-confidence / _STRAY_FALL) / _STRAY_FRAMES
    for frame, point in zip(*np.nonzero(begins), strict=True):
        until = min(frame + int(rng.geometric(1 / _STRAY_FRAMES)), frames)
        if rng.random() < _SWAPPED and MIRROR_PLACES[point] != point:
            noise[frame:until, point] += clean[frame:until, MIRROR_PLACES[point]] - clean[frame:until, point]
        else:
            noise[frame:until, point] += rng.normal(0, _STRAY_REACH * height, 2)
    return noise


def coco(values: np.ndarray) -> np.ndarray:
    """Those of (frames, 60, ...) values that are COCO's 17 -> (frames, 17, ...)."""
    return values[:, COCO_PLACES]
