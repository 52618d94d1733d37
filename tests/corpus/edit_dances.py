"""A dance made here to be edited: steps round a circle, arms half raised and different, beats every half second."""

from functools import lru_cache

import numpy as np

from demos.corpus.layers.kind import Layer
from demos.corpus.layers.registry import apply
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX

SECONDS = 14.0
BEATS = np.arange(0, SECONDS, 0.5)
_FPS = 30.0


@lru_cache(maxsize=1)
def edit_dance() -> Dance:
    """14 s at 120 a minute; off the beat, so that what falls on it was put there."""
    time = np.arange(round(SECONDS * _FPS)) / _FPS
    poses = np.zeros((len(time), 24, 3), np.float32)
    poses[:, INDEX["left_shoulder"], 2] = -0.85 + 0.30 * np.sin(2.3 * time) + 0.12 * np.sin(7.1 * time)
    poses[:, INDEX["right_shoulder"], 2] = 1.05 + 0.22 * np.sin(2.9 * time + 1.0) + 0.12 * np.sin(6.3 * time)
    poses[:, INDEX["left_elbow"], 1] = -0.6 - 0.3 * np.sin(2.6 * time + 0.4)
    poses[:, INDEX["right_elbow"], 1] = 0.8 + 0.3 * np.sin(2.1 * time)
    poses[:, INDEX["spine2"], 1] = 0.14 * np.sin(1.7 * time)
    poses[:, INDEX["spine1"], 0] = 0.10 * np.sin(2.5 * time) + 0.05 * np.sin(6.7 * time)
    for side, sign in (("left", 1), ("right", -1)):
        poses[:, INDEX[f"{side}_hip"], 0] = -0.30
        poses[:, INDEX[f"{side}_knee"], 0] = 0.58
        poses[:, INDEX[f"{side}_ankle"], 0] = -0.28
        poses[:, INDEX[f"{side}_hip"], 2] = 0.06 * sign
        poses[:, INDEX[f"{side}_ankle"], 2] = -0.06 * sign
    place = np.zeros((len(time), 3), np.float32)
    place[:, 1] = 0.033 - float(Motion(poses, place, _FPS).joints[0, [10, 11], 1].min())
    standing = Motion(poses, place, _FPS)
    walk = Layer("travel", 0.0, SECONDS, params={"to": "circle", "distance": 6.0})
    motion = apply(standing, walk, beats=BEATS + 0.13, downbeats=BEATS[::4] + 0.13)
    return Dance((motion,), Provenance("made here"), beats=BEATS, downbeats=BEATS[::4])
