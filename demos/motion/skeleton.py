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
        [0.000, 0.000, 0.000],
        [0.069, -0.091, -0.007], [-0.068, -0.090, -0.004], [-0.003, 0.109, -0.027],
        [0.034, -0.379, -0.004], [-0.038, -0.381, -0.009], [0.005, 0.135, 0.001],
        [-0.015, -0.401, -0.037], [0.016, -0.399, -0.034], [-0.001, 0.053, 0.025],
        [0.025, -0.060, 0.122], [-0.025, -0.062, 0.130],
        [-0.003, 0.214, -0.033], [0.075, 0.114, -0.017], [-0.079, 0.113, -0.021], [0.005, 0.065, 0.051],
        [0.119, 0.045, -0.015], [-0.113, 0.047, -0.008],
        [0.256, -0.016, -0.023], [-0.256, -0.014, -0.031],
        [0.265, 0.013, -0.007], [-0.269, 0.007, -0.006],
        [0.087, -0.011, -0.016], [-0.087, -0.008, -0.010],
    ],
    dtype=np.float32,
)  # fmt: skip
"""(24, 3) float32 metres: each joint relative to its parent at rest."""

REST_HEIGHT = 0.95
"""Metres from the floor (soles) to the pelvis at rest."""
