"""A plain dance made here, whose beats are known."""

import numpy as np

from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT


def make_groove(seconds: float = 4.0, *, fps: float = 30.0, bpm: float = 120.0, side: float = 0.0) -> Motion:
    """Arms that swing and knees that bounce on the beat: plain, but it moves and its beats are known."""
    time = np.arange(round(seconds * fps)) / fps
    phase = 2 * np.pi * time * bpm / 60
    poses = np.zeros((len(time), 24, 3), np.float32)
    poses[:, INDEX["left_shoulder"], 2] = -0.9 + 0.5 * np.cos(phase / 2)
    poses[:, INDEX["right_shoulder"], 2] = 0.9 + 0.5 * np.cos(phase / 2)
    bend = 0.25 * (1 - np.cos(phase))
    for name, share in (("hip", -1.0), ("knee", 2.0), ("ankle", -1.0)):
        for leg in ("left", "right"):
            poses[:, INDEX[f"{leg}_{name}"], 0] = share * bend
    translation = np.zeros((len(time), 3), np.float32)
    translation[:, 0] = side
    translation[:, 1] = REST_HEIGHT - 0.8 * (1 - np.cos(bend))  # thigh and shin, about 0.4 m each
    return Motion(poses, translation, fps)
