"""The pose that a picture shows, in depth: lengths of the figure's bones, and the state that its dance begins with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from demos.corpus.keypoints import MIRROR_PLACES, NAMES, PARTS, PLACE, landmarks
from demos.motion.motion import Motion
from demos.motion.skeleton import REST_HEIGHT
from demos.video.pose_bones import LIMBS, POINTS, bones_of, of_length, places_of, usual_lengths
from demos.video.pose_state import BONES, COSINE, FEET, HEIGHT, SINE, STATE, SURE, sole, turned

SHORTEST, LONGEST = 0.55, 1.9
"""What is seen of a bone, as a share of what is usual: below the first it is foreshortened, above the second the length
is kept but hardly a person's."""
LEAST = 0.05
"""Of a drawn bone: none has no length at all."""
_LONG_BONES = 0.7  # quantile of the limbs' sizes in the picture by which the figure's own size goes
_PROFILE = 0.8  # shoulders and hips narrower than this share of theirs are turned


@dataclass(frozen=True, eq=False)
class Start:
    """How a figure begins.

    state : (252,) float32. lengths : (60,) of its bones, in heights of the figure standing. hips : height of the middle
    of its hips above its soles as it stands in the picture, in the same unit. unit : the picture's units in it.
    """

    state: np.ndarray
    lengths: np.ndarray
    hips: float
    unit: float


def start_of(
    points: np.ndarray, confidence: np.ndarray, depth: np.ndarray | None = None, *, flat: bool = False
) -> Start:
    """From points (60, 2) in a picture, x right and y down, in any unit, and how sure they are (60,).

    flat : every bone lies in the picture, as in drawings, however odd its length; else a bone much shorter than a
    person's, or than its counterpart, is taken to be foreshortened. depth : (60,) behind the middle of the hips in the
    same unit; where it is 0 or left out, a bone that looks too short leans as it does in a person who stands.
    """
    places = np.asarray(points, np.float64) * [1, -1]
    sure = np.clip(np.asarray(confidence, np.float64), 0, 1)
    seen = np.linalg.norm(bones_of(places), axis=-1)
    known = np.zeros(POINTS) if depth is None else -bones_of(np.asarray(depth, np.float64)[:, None])[:, 0]
    metre = _metre(seen, sure)
    # Detectors exaggerate depth: believe it as far as it makes a bone as long as is usual, no further.
    long = np.minimum(np.hypot(seen, known), np.maximum(seen, metre * usual_lengths()))
    lengths = _lengths(long / metre, sure, flat) * metre
    ahead = 0.0 if flat else _ahead(places, seen / metre)
    bones = np.zeros((POINTS, 3))
    bones[:, :2] = bones_of(places)
    lean = turned(_standing_bones()[None], np.array([ahead]))[0, :, 2]
    lean = np.where(np.abs(known) > 1e-3 * metre, known, lean)
    missing = np.sqrt(np.maximum(lengths**2 - seen**2, 0))
    bones[:, 2] = np.where(lean < 0, -missing, missing)
    guessed = sure <= 0  # what nobody saw is as it is in a person who stands
    guessed[PLACE["pelvis"]] = False
    bones = np.where(guessed[:, None], turned(_standing_bones()[None], np.array([ahead]))[0] * metre, bones)
    space = places_of(bones)
    across = bones_across(space)
    facing = float(np.arctan2(-across[2], across[0]))
    state = np.zeros(STATE, np.float32)
    state[BONES] = of_length(turned(bones[None], np.array([-facing]))[0], usual_lengths()).ravel()
    state[SURE] = sure
    state[COSINE], state[SINE] = np.cos(facing), np.sin(facing)
    unit = standing_height(lengths)
    state[HEIGHT] = -places_of(state[BONES].reshape(POINTS, 3))[list(FEET), 1].min() + sole(usual_lengths())
    hips = (sole(lengths) - space[list(FEET), 1].min()) / unit
    return Start(state, lengths / unit, float(hips), float(unit))


def bones_across(space: np.ndarray) -> np.ndarray:
    """(3,) from the right to the left of the hips and shoulders of places (60, 3)."""
    left, right = ([PLACE[f"{side}_{joint}"] for joint in ("hip", "shoulder")] for side in ("left", "right"))
    return space[left].sum(axis=0) - space[right].sum(axis=0)


def standing_height(lengths: np.ndarray) -> float:
    """From soles to crown of a figure with these bones (60,) when it stands upright."""
    places = places_of(of_length(_standing_bones(), lengths))
    return float(places[PLACE["crown"], 1] - places[list(FEET), 1].min() + sole(lengths))


def standing_hips(lengths: np.ndarray) -> float:
    """From soles to the middle of the hips of the same."""
    return float(sole(lengths) - places_of(of_length(_standing_bones(), lengths))[list(FEET), 1].min())


def _metre(seen: np.ndarray, sure: np.ndarray) -> float:
    """How much of the picture a metre of the usual body is, by those limbs that lie most in the picture's plane."""
    limbs = [limb for limb in LIMBS if sure[limb] > 0 or not sure.any()] or list(LIMBS)
    found = float(np.quantile(seen[limbs] / usual_lengths()[limbs], _LONG_BONES))
    return max(found, 1e-6)


def _lengths(seen: np.ndarray, sure: np.ndarray, flat: bool) -> np.ndarray:
    """(60,) lengths in metres of the usual body: the longer of both sides where that is believable."""
    usual = np.maximum(usual_lengths(), 1e-6)
    shown = np.where(sure > 0, seen, 0.0)
    both = np.maximum(shown, shown[MIRROR_PLACES])
    if flat:
        return np.where(both > 0, np.maximum(both, LEAST * usual), usual) * (np.arange(POINTS) != PLACE["pelvis"])
    share = both / usual
    shortest = np.where([name.split("_")[-1] in ("shoulder", "hip") for name in NAMES], _PROFILE, SHORTEST)
    lengths = np.where(share < shortest, usual, np.minimum(both, LONGEST * usual))
    for place, name in enumerate(NAMES):
        # Feet point at the viewer more often than not, and so do noses.
        if name.split("_")[-1] in ("toe", "heel") or PARTS["head"].start <= place < PARTS["head"].stop:
            lengths[place] = max(lengths[place], min(usual[place], 1.3 * both[place] + 0.5 * usual[place]))
    # A hand is as large as its arm says, for fingers curl.
    arm = np.mean([lengths[PLACE[f"{side}_{joint}"]] / usual[PLACE[f"{side}_{joint}"]]
                   for side in ("left", "right") for joint in ("elbow", "wrist")])  # fmt: skip
    hands = np.arange(PARTS["left_hand"].start, POINTS)
    lengths[hands] = np.clip(lengths[hands], 0.8 * arm * usual[hands], 1.4 * arm * usual[hands])
    lengths[PLACE["pelvis"]] = 0
    return lengths


def _ahead(flat: np.ndarray, seen: np.ndarray) -> float:
    """Which way the figure faces, radians: by how wide shoulders and hips look, by their sides, and by the nose."""
    across = [flat[PLACE[f"left_{joint}"], 0] - flat[PLACE[f"right_{joint}"], 0] for joint in ("shoulder", "hip")]
    usual = usual_lengths()
    wide = np.mean([seen[PLACE[f"{side}_{joint}"]] / usual[PLACE[f"{side}_{joint}"]]
                    for joint in ("shoulder", "hip") for side in ("left", "right")])  # fmt: skip
    turn = 0.0 if wide > _PROFILE else float(np.arccos(np.clip(wide, 0, 1)))
    nose = flat[PLACE["nose"], 0] - flat[PLACE["neck"], 0]
    turn = float(np.copysign(turn, nose))
    return turn if sum(across) >= 0 else np.pi - turn


@cache
def _standing_bones() -> np.ndarray:
    """(60, 3) metres: of the suite's body, upright, arms down, facing the viewer."""
    poses = np.zeros((1, 24, 3))
    poses[0, 16, 2], poses[0, 17, 2] = -1.2, 1.2
    motion = Motion(poses, np.array([[0.0, REST_HEIGHT, 0.0]]), 30)
    bones = bones_of(landmarks(motion, 0.25)[0])[0]
    bones.flags.writeable = False
    return bones
