"""What has been seen: which phrases overlap or look like one another, so that a dance does not repeat unasked."""

from __future__ import annotations

import numpy as np

from demos.corpus.phrases import FPS, Clip
from demos.motion import rotations
from demos.motion.skeleton import INDEX, MIRROR

LIKE_M = 0.11
"""Phrases whose limbs are nearer than this on average, at the same moments, look the same."""
OVERLAP = 0.34
"""Share of the shorter of two stretches of a clip from which on they are the same material."""
MOMENTS = 5

_JOINTS = [INDEX[f"{side}_{joint}"] for joint in ("wrist", "elbow", "ankle", "knee") for side in ("left", "right")] + [
    INDEX["head"]
]
_MIRRORED = [_JOINTS.index(MIRROR[joint]) for joint in _JOINTS]


def looks(clips: tuple[Clip, ...], clip: np.ndarray, from_s: np.ndarray, to_s: np.ndarray) -> np.ndarray:
    """How phrases look: limbs about the pelvis, seen from their facing, at five moments -> (units, 5, 9, 3) float32.

    clip : (units,) index of the clip; from_s, to_s : (units,) seconds in it.
    """
    result = np.zeros((len(clip), MOMENTS, len(_JOINTS), 3), np.float32)
    for index, source in enumerate(clips):
        units = np.flatnonzero(clip == index)
        if not len(units):
            continue
        joints = source.motion.joints
        seen = np.einsum("fij,fkj->fki", rotations.yaw(-source.heading), joints[:, _JOINTS] - joints[:, :1])
        share = np.linspace(0, 1, MOMENTS)
        frames = (from_s[units, None] + share * (to_s - from_s)[units, None]) * FPS
        result[units] = seen[np.clip(np.round(frames).astype(int), 0, len(seen) - 1)]
    return result


def mirrored(look: np.ndarray) -> np.ndarray:
    """The looks of the mirrored phrases."""
    return look[:, :, _MIRRORED] * np.array([-1, 1, 1], np.float32)


class Novelty:
    """Answers, for a phrase just danced, which phrases would repeat it. Answers are remembered.

    clip, from_s, to_s : (units,). looks : (units, moments, joints, 3).
    """

    def __init__(self, clip: np.ndarray, from_s: np.ndarray, to_s: np.ndarray, looks: np.ndarray) -> None:
        self._clip, self._from_s, self._to_s = clip, from_s, to_s
        points = looks.shape[1] * looks.shape[2]
        flat = looks.reshape(len(looks), -1)
        self._points = points
        self._flat = np.ascontiguousarray(flat)
        self._square = (flat**2).sum(axis=1)
        self._known: dict[int, np.ndarray] = {}

    def like(self, unit: int) -> np.ndarray:
        """(units,) bool: phrases that share material with this one (to either side) or look like it."""
        if unit not in self._known:
            self._known[unit] = self._shared(unit) | self._similar(unit)
        return self._known[unit]

    def _shared(self, unit: int) -> np.ndarray:
        overlap = np.minimum(self._to_s, self._to_s[unit]) - np.maximum(self._from_s, self._from_s[unit])
        shorter = np.minimum(self._to_s - self._from_s, self._to_s[unit] - self._from_s[unit])
        return (self._clip == self._clip[unit]) & (overlap > OVERLAP * shorter)

    def _similar(self, unit: int) -> np.ndarray:
        # Root mean square over points, by the scalar product: far cheaper than differences.
        square = self._square + self._square[unit] - 2 * (self._flat @ self._flat[unit])
        return square < self._points * LIKE_M**2
