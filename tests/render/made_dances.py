"""Dances made of a few numbers, for the tests of pictures and films."""

import numpy as np

from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT


def make_dance(seconds: float = 1.0, *, dancers: int = 1, travel: float = 0.0, fps: float = 30.0) -> Dance:
    """One or two dancers who sway and wave, 0.9 m apart, and travel so many metres to their left."""
    motions = tuple(_motion(seconds, fps, 0.9 * i, travel, i) for i in range(dancers))
    return Dance(motions, Provenance("test"))


def _motion(seconds: float, fps: float, x: float, travel: float, seed: int) -> Motion:
    t = np.arange(max(1, round(seconds * fps))) / fps
    rng = np.random.default_rng(seed)
    poses = np.zeros((len(t), 24, 3), np.float32)
    for name in ("left_shoulder", "right_shoulder", "spine1", "left_hip", "head"):
        poses[:, INDEX[name]] = 0.5 * np.sin(2 * np.pi * t[:, None] * rng.uniform(0.3, 0.9, 3) + rng.uniform(0, 6, 3))
    translation = np.zeros((len(t), 3), np.float32)
    translation[:, 0] = x + travel * t / max(seconds, 1e-9)
    translation[:, 1] = REST_HEIGHT
    return Motion(poses, translation, fps)
