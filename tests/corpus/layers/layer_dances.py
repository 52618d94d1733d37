"""A dance made here for the tests of layers: it stands and moves its arms and trunk, off the beat."""

import numpy as np

from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX

BEAT_S = 0.5
BEATS = np.arange(0, 80, BEAT_S)
DOWNBEATS = np.arange(0, 80, 4 * BEAT_S)


def make_standing(seconds: float, *, fps: float = 30.0) -> Motion:
    """Feet still; arms half raised and a trunk that move slowly, off the beat and differently left and right."""
    time = np.arange(round(seconds * fps)) / fps
    poses = np.zeros((len(time), 24, 3), np.float32)
    poses[:, INDEX["left_shoulder"], 2] = -0.75 + 0.35 * np.sin(2.3 * time)
    poses[:, INDEX["right_shoulder"], 2] = 0.95 + 0.25 * np.sin(2.9 * time + 1.0)
    poses[:, INDEX["left_elbow"], 1] = -0.6 - 0.3 * np.sin(2.6 * time + 0.4)
    poses[:, INDEX["right_elbow"], 1] = 0.8 + 0.3 * np.sin(2.1 * time)
    poses[:, INDEX["spine2"], 1] = 0.06 * np.sin(1.7 * time)
    for side, sign in (("left", 1), ("right", -1)):
        poses[:, INDEX[f"{side}_hip"], 0] = -0.30
        poses[:, INDEX[f"{side}_knee"], 0] = 0.58
        poses[:, INDEX[f"{side}_ankle"], 0] = -0.28
        poses[:, INDEX[f"{side}_hip"], 2] = 0.06 * sign
        poses[:, INDEX[f"{side}_ankle"], 2] = -0.06 * sign
    standing = Motion(poses, np.zeros((len(time), 3), np.float32), fps)
    feet = float(standing.joints[0, [10, 11], 1].min())
    translation = np.zeros((len(time), 3), np.float32)
    translation[:, 1] = 0.033 - feet
    return Motion(poses, translation, fps)
