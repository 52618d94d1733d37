"""The one skeleton of the suite: SMPL's 24 joints, their tree, their rest pose and their mirror image."""

import numpy as np

JOINTS = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle",
    "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_hand", "right_hand",
)  # fmt: skip
PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21)
INDEX = {name: i for i, name in enumerate(JOINTS)}

FEET = (7, 8, 10, 11)
"""Left ankle, right ankle, left toe, right toe: the four foot contacts, in EDGE's order."""

MIRROR = tuple(
    INDEX[name.replace("left", "right") if name.startswith("left") else name.replace("right", "left")]
    for name in JOINTS
)
"""For each joint the index of its counterpart on the other side of the body."""

# Metres, y up, facing +z, left is +x, T-pose. Those of assets/body.npz at zero shape (a test holds them together).
REST_OFFSETS = np.array(
    [
        [0.0000, 0.0000, 0.0000],
        [0.1055, -0.0823, 0.0000], [-0.1055, -0.0823, 0.0000], [0.0000, 0.1075, -0.0157],
        [0.0000, -0.3822, 0.0333], [0.0000, -0.3822, 0.0333], [0.0000, 0.1234, -0.0063],
        [0.0000, -0.4425, -0.0266], [0.0000, -0.4425, -0.0266], [0.0000, 0.0483, -0.0040],
        [-0.0005, -0.0469, 0.1435], [0.0005, -0.0469, 0.1435],
        [0.0000, 0.1871, 0.0301], [0.0695, 0.1260, 0.0472],
        [-0.0695, 0.1260, 0.0472], [0.0000, 0.1038, 0.0375],
        [0.1192, -0.0207, -0.0040], [-0.1192, -0.0207, -0.0040],
        [0.2619, 0.0000, 0.0000], [-0.2619, 0.0000, 0.0000],
        [0.2373, 0.0000, 0.0000], [-0.2373, 0.0000, 0.0000],
        [0.1021, 0.0000, 0.0000], [-0.1021, 0.0000, 0.0000],
    ],
    dtype=np.float32,
)  # fmt: skip
"""(24, 3) float32 metres: each joint relative to its parent at rest."""

REST_HEIGHT = 0.9870
"""Metres from the floor (soles) to the pelvis at rest."""

ANKLE_HEIGHT = 0.0800
"""Metres from the floor to the ankle joint when standing at rest."""

TOE_HEIGHT = 0.0330
"""Metres from the floor to the toe joint (the ball of the foot) when standing at rest."""
