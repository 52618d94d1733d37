"""How much each body part differs between two dances, over time: one number a part and a tenth of a second.

A part's change is how far its joints moved, in the axes of the part it hangs on, over the length that swings them:
arc over radius, so radians for every part. A raised arm and a nod that look equally large give equally large numbers,
and an arm that is only carried along by a turning body counts as unchanged: that is the pelvis's doing.
"""

from __future__ import annotations

import numpy as np

from demos.corpus.parts import PARTS
from demos.motion import kinematics, rotations
from demos.motion.dance import Dance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT, REST_OFFSETS
from demos.runtime.errors import InputError

RATE_HZ = 10.0
PART_NAMES = tuple(PARTS)
"""The order of the columns."""
SEEN = 0.1
"""Radians: less than this (5 cm of a hand on a straight arm) is not seen while dancing."""

_LIMBS: dict[str, tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]] = {
    "left_arm": (("spine3", ("left_elbow", "left_wrist"), ("left_elbow", "left_wrist")),),
    "right_arm": (("spine3", ("right_elbow", "right_wrist"), ("right_elbow", "right_wrist")),),
    "legs": tuple(
        ("pelvis", (f"{side}_knee", f"{side}_ankle"), (f"{side}_knee", f"{side}_ankle")) for side in ("left", "right")
    ),
    "torso": (("pelvis", ("spine2", "neck"), ("spine2", "spine3", "neck")),),
}
"""Part -> its limbs: the joint in whose axes each is seen, the joints that show its movement, the ends of the bones
from where it begins to swing. Head and root: see `between`."""


def between(before: Motion, after: Motion) -> np.ndarray:
    """Frame by frame: two motions of the same length and rate -> (frames, 6) float32 radians, columns PART_NAMES.

    Arms, legs and torso: the mean over their joints of distance / reach, the reach being the length of the bones from
    where the part begins; of the legs, the one that changed more. Head: the angle between its two orientations over the
    chest. Root: the larger of the pelvis's turn and its shift over the height of the hips (one hip-height aside is 1).

    Worked case: a straight arm turned by 0.3 about its shoulder is 0.3 in its part (as a chord: 0.299), 0 elsewhere.
    """
    if len(before) != len(after) or before.fps != after.fps:
        raise InputError("Only dances of the same length and frame rate can be compared part by part.")
    (b_place, b_turn), (a_place, a_turn) = (_forward(motion) for motion in (before, after))
    found = np.zeros((len(before), len(PART_NAMES)))
    for column, part in enumerate(PART_NAMES):
        if part in _LIMBS:
            limbs = [_swung(limb, (b_place, b_turn), (a_place, a_turn)) for limb in _LIMBS[part]]
            found[:, column] = np.max(limbs, axis=0)
        elif part == "head":
            chest, head = INDEX["spine3"], INDEX["head"]
            turns = [np.swapaxes(turn[:, chest], -1, -2) @ turn[:, head] for turn in (b_turn, a_turn)]
            found[:, column] = _angle(*turns)
        else:
            shift = np.linalg.norm(a_place[:, 0] - b_place[:, 0], axis=-1) / REST_HEIGHT
            found[:, column] = np.maximum(shift, _angle(b_turn[:, 0], a_turn[:, 0]))
    same = (before.poses == after.poses).all(axis=(1, 2)) & (before.translation == after.translation).all(axis=1)
    found[same] = 0.0  # what is held exactly reads exactly 0, not the rounding of its rotations
    return found.astype(np.float32)


def change(before: Dance, after: Dance, *, rate_hz: float = RATE_HZ) -> np.ndarray:
    """(bins, 6) float32 radians: the mean of `between` over each 1 / rate_hz seconds, of the dancer it is more in.

    Bin i holds the frames from i / rate_hz s on. Raises InputError for dances that differ in length, rate or dancers.
    """
    if len(before.motions) != len(after.motions):
        raise InputError("A solo and a couple cannot be compared part by part.")
    frames = np.maximum.reduce([between(b, a) for b, a in zip(before.motions, after.motions, strict=True)])
    place = np.floor(np.arange(len(frames)) / before.fps * rate_hz + 1e-6).astype(int)
    count = np.bincount(place)
    total = np.zeros((len(count), frames.shape[1]))
    np.add.at(total, place, frames)
    filled = count > 0  # a dance slower than the rate leaves bins empty: they show the one before
    source = np.maximum.accumulate(np.where(filled, np.arange(len(count)), 0))
    return (total[source] / count[source][:, None]).astype(np.float32)


def _forward(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    return kinematics.forward(rotations.rotvec_to_matrix(motion.poses), motion.translation.astype(np.float64))


def _swung(limb: tuple, before: tuple[np.ndarray, np.ndarray], after: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """(frames,) mean over a limb's joints of how far each moved over its reach, metres of bone at rest."""
    of, names, bones = limb
    columns = [INDEX[name] for name in names]
    seen = []
    for place, turn in (before, after):
        away = place[:, columns] - place[:, INDEX[of], None]
        seen.append(np.einsum("fji,fnj->fni", turn[:, INDEX[of]], away))
    lengths = [float(np.linalg.norm(REST_OFFSETS[INDEX[bone]])) for bone in bones]
    reaches = np.array([sum(lengths[: bones.index(name) + 1]) for name in names])
    return (np.linalg.norm(seen[1] - seen[0], axis=-1) / reaches).mean(axis=1)


def _angle(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(frames,) radians between rotations (frames, 3, 3)."""
    trace = np.einsum("fij,fij->f", first, second)
    return np.arccos(np.clip((trace - 1) / 2, -1.0, 1.0))
