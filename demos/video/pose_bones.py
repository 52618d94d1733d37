"""The 60 key points as bones: which point hangs on which, how long bones are, and from bones to places and back.

Space here is as a level camera sees it: x to the right of the picture, y up, z towards the viewer, so that a figure
that faces the viewer stands as every motion of the suite does at rest.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from demos.corpus.keypoints import NAMES, PARTS, PLACE, landmarks
from demos.motion.motion import Motion
from demos.motion.skeleton import REST_HEIGHT

POINTS = len(NAMES)
ROOT = PLACE["pelvis"]
_ABOVE = {"neck": "pelvis", "nose": "neck", "shoulder": "neck", "elbow": "shoulder", "wrist": "elbow", "hip": "pelvis",
          "knee": "hip", "ankle": "knee", "heel": "ankle", "toe": "ankle"}  # fmt: skip
_MIDDLE = ("neck", "pelvis", "nose")


def _parent(name: str) -> int:
    if name == "pelvis":
        return -1
    place = PLACE[name]
    side, _, joint = name.partition("_")
    if place >= PARTS["left_hand"].start:
        finger, _, knuckle = joint.partition("_")
        before = {"mcp": "cmc", "ip": "mcp", "tip": "ip"} if finger == "thumb" else {"pip": "mcp", "tip": "pip"}
        return PLACE[f"{side}_{finger}_{before[knuckle]}"] if knuckle in before else PLACE[f"{side}_wrist"]
    if name != "nose" and PARTS["head"].start <= place < PARTS["head"].stop:
        return PLACE["nose"]
    above = _ABOVE[name if name in _ABOVE else joint]
    return PLACE[above if above in _MIDDLE else f"{side}_{above}"]


PARENTS = tuple(_parent(name) for name in NAMES)
"""For each of the 60 points the one it hangs on; -1 for the pelvis."""
LIMBS = tuple(
    PLACE[f"{side}_{joint}"] for joint in ("elbow", "wrist", "knee", "ankle", "shoulder") for side in ("left", "right")
)
"""Bones (named by their lower point) that neither bend nor are short: their lengths tell the distance."""


def _order() -> tuple[int, ...]:
    found = [ROOT]
    while len(found) < POINTS:
        found += [i for i in range(POINTS) if PARENTS[i] in found and i not in found]
    return tuple(found)


ORDER = _order()
"""The points, each after the one it hangs on."""


def _paths() -> np.ndarray:
    paths = np.zeros((POINTS, POINTS), np.float32)
    for place in ORDER[1:]:
        paths[place] = paths[PARENTS[place]]
        paths[place, place] = 1
    return paths


PATHS = _paths()
"""(60, 60): 1 where the bone of the column lies between the pelvis and the point of the row."""


@cache
def usual_lengths() -> np.ndarray:
    """(60,) metres: the bones of the suite's own body; 0 for the pelvis."""
    rest = Motion(np.zeros((1, 24, 3)), np.array([[0.0, REST_HEIGHT, 0.0]]), 30)
    lengths = np.linalg.norm(bones_of(landmarks(rest, 0.25)[0]), axis=-1)[0]
    lengths.flags.writeable = False
    return lengths


def bones_of(points: np.ndarray) -> np.ndarray:
    """(..., 60, axes) places -> (..., 60, axes) from each point's parent to it; zeros for the pelvis."""
    parents = np.array(PARENTS)
    bones = points - points[..., np.where(parents < 0, np.arange(POINTS), parents), :]
    return bones


def places_of(bones: np.ndarray) -> np.ndarray:
    """(..., 60, axes) bones -> places from the pelvis; the inverse of `bones_of` but for where the pelvis is."""
    return PATHS.astype(bones.dtype) @ bones


def of_length(bones: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Bones (..., 60, 3) of the given lengths (60,), each in its direction; what has none points down."""
    norm = np.linalg.norm(bones, axis=-1, keepdims=True)
    directions = np.where(norm > 1e-6, bones / np.maximum(norm, 1e-6), np.array([0.0, -1.0, 0.0]))
    return directions * np.asarray(lengths)[:, None]
