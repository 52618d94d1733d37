"""The 60 key points of a figure in a picture: names, parts, and where on the body they are in three dimensions.

Body joints are the skeleton's; face and finger points, heels and toes are placed by the shipped body's proportions. All
can be read off a person detector with hands and face (MediaPipe's holistic model); COCO's 17 are among them.
"""

from __future__ import annotations

import numpy as np

from demos.motion import kinematics, rotations
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX

_SIDES = ("left", "right")
_FINGERS = ("index", "middle", "ring", "little")
UPPER = ("neck", "pelvis", *(f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist") for side in _SIDES))
LOWER = tuple(f"{side}_{joint}" for joint in ("hip", "knee", "ankle", "heel", "toe") for side in _SIDES)
HEAD = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_mouth", "right_mouth", "chin", "forehead", "crown",
)  # fmt: skip
_HAND = (
    *(f"thumb_{joint}" for joint in ("cmc", "mcp", "ip", "tip")),
    *(f"{finger}_{joint}" for finger in _FINGERS for joint in ("mcp", "pip", "tip")),
)
HANDS = tuple(tuple(f"{side}_{name}" for name in _HAND) for side in _SIDES)
NAMES = (*UPPER, *LOWER, *HEAD, *HANDS[0], *HANDS[1])
"""All 60, in order."""
PLACE = {name: i for i, name in enumerate(NAMES)}
PARTS = {
    "upper": slice(0, 8), "lower": slice(8, 18), "head": slice(18, 28), "left_hand": slice(28, 44),
    "right_hand": slice(44, 60),
}  # fmt: skip
"""X-Dancer's five parts, each with a codebook of its own."""
COCO = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle",
)  # fmt: skip
COCO_PLACES = np.array([PLACE[name] for name in COCO])
"""Where COCO's 17 are among the 60."""
MIRROR_PLACES = np.array(
    [PLACE[n.replace("left", "right") if n.startswith("left") else n.replace("right", "left")] for n in NAMES]
)
"""Each point's counterpart on the other side."""

# Metres from the head joint in its own frame (x to the figure's left, y up, z ahead), and which way each point looks.
_FACE = {
    "nose": ((0, 0.012, 0.122), (0, 0, 1)),
    "left_eye": ((0.032, 0.047, 0.09), (0.25, 0, 0.97)),
    "left_ear": ((0.078, 0.03, 0.0), (1, 0, 0.05)),
    "left_mouth": ((0.024, -0.028, 0.105), (0.2, 0, 0.98)),
    "chin": ((0, -0.07, 0.085), (0, -0.1, 0.99)),
    "forehead": ((0, 0.105, 0.095), (0, 0.35, 0.94)),
    "crown": ((0, 0.16, 0.0), (0, 1, 0)),
}
_HEEL = (0.0, -0.055, -0.045)  # from the ankle
_TOE = (0.0, -0.012, 0.075)  # from the toe joint
# The left hand from the wrist: along the fingers (x), up out of the back of the hand (y), towards the thumb (z).
_THUMB = ((0.025, -0.008, 0.026), (0.052, -0.016, 0.044), (0.078, -0.022, 0.054), (0.1, -0.027, 0.06))
_KNUCKLES = ((0.095, 0, 0.027), (0.098, 0, 0.006), (0.092, 0, -0.014), (0.082, -0.003, -0.032))
_FIRST, _REST = (0.043, 0.047, 0.043, 0.034), (0.047, 0.052, 0.048, 0.038)
_BEND, _SECOND = 1.25, 1.5  # radians of a closed fist's knuckles and middle joints


def landmarks(
    motion: Motion, curl: np.ndarray | float = 0.25, offsets: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The 60 points of a motion in the world, and which way those of the head look.

    curl : 0 (flat hands) to 1 (fists), for all frames or (frames, 2), left and right. offsets : (24, 3) metres from
    each joint's parent, of a body of another shape; face, hands and feet keep the suite's size.

    Returns
    -------
    points : (frames, 60, 3) float64 metres. looks : (frames, 60, 3) unit vectors, 0 where a point looks every way.
    """
    joints, turned = kinematics.forward(
        rotations.rotvec_to_matrix(motion.poses), motion.translation.astype(np.float64), offsets
    )
    frames = len(motion)
    points, looks = np.zeros((frames, len(NAMES), 3)), np.zeros((frames, len(NAMES), 3))
    for name in (*UPPER, *LOWER[:6]):
        points[:, PLACE[name]] = joints[:, INDEX[name]]
    points[:, PLACE["neck"]] = joints[:, [INDEX["left_shoulder"], INDEX["right_shoulder"]]].mean(axis=1)
    # Halfway between the hips, as detectors have it; the skeleton's own pelvis joint is higher.
    points[:, PLACE["pelvis"]] = joints[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1)
    head = INDEX["head"]
    for name, (offset, look) in _FACE.items():
        for side in _SIDES if name.startswith("left") else ("",):
            flip = np.array([-1.0 if side == "right" else 1.0, 1.0, 1.0])
            place = PLACE[name.replace("left", side)]
            points[:, place] = joints[:, head] + turned[:, head] @ (np.array(offset) * flip)
            looks[:, place] = turned[:, head] @ (np.array(look) / np.linalg.norm(look) * flip)
    curls = np.broadcast_to(np.asarray(curl, np.float64), (frames, 2)) if np.ndim(curl) else np.full((frames, 2), curl)
    for index, side in enumerate(_SIDES):
        for name, joint, offset in (("heel", "ankle", _HEEL), ("toe", "foot", _TOE)):
            at = INDEX[f"{side}_{joint}"]
            points[:, PLACE[f"{side}_{name}"]] = joints[:, at] + turned[:, at] @ np.array(offset)
        wrist = INDEX[f"{side}_wrist"]
        hand = _hand(curls[:, index]) * [1.0 if side == "left" else -1.0, 1.0, 1.0]
        # The wrist's own turn; SMPL's hand joint only stiffens it.
        world = joints[:, wrist, None] + np.einsum("fij,fnj->fni", turned[:, wrist], hand)
        points[:, PARTS[f"{side}_hand"]] = world
    return points, looks


def _hand(curl: np.ndarray) -> np.ndarray:
    """(frames,) curl -> (frames, 16, 3) metres from the left wrist."""
    # The thumb closes over the palm as the fingers do, in one piece.
    points = [np.array(place) - 0.25 * curl[:, None] * [place[0], 0.1, 0.12] for place in _THUMB]
    for knuckle, first, rest in zip(_KNUCKLES, _FIRST, _REST, strict=True):
        bend = _BEND * curl
        middle = knuckle + first * np.stack([np.cos(bend), -np.sin(bend), np.zeros_like(bend)], axis=1)
        bend = bend + _SECOND * curl
        tip = middle + rest * np.stack([np.cos(bend), -np.sin(bend), np.zeros_like(bend)], axis=1)
        points += [np.broadcast_to(np.array(knuckle, np.float64), (len(curl), 3)), middle, tip]
    return np.stack(points, axis=1)
