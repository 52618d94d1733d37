"""Two dancers made here who stand face to face and move a little, to hold hands and to be kept apart."""

import numpy as np

from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT

FPS = 30.0


def face_to_face(apart_m: float = 0.8, *, seconds: float = 4.0, bend: float = 1.3) -> tuple[Motion, Motion]:
    """Lead at the origin facing +z, follow facing the lead; forearms forward, swinging gently. bend : radians."""
    time = np.arange(round(seconds * FPS)) / FPS
    poses = np.zeros((len(time), 24, 3), np.float32)
    swing = 0.08 * np.sin(2 * np.pi * time)
    for side, sign in (("left", -1.0), ("right", 1.0)):
        poses[:, INDEX[f"{side}_shoulder"], 2] = sign * 1.25
        poses[:, INDEX[f"{side}_elbow"], 1] = sign * (bend + swing)
    still = np.zeros((len(time), 3), np.float32)
    still[:, 1] = REST_HEIGHT
    one = Motion(poses, still, FPS)
    return one, one.turn(np.pi).move(np.array([0.0, 0.0, apart_m]))
