"""From a foreign skeleton to SMPL's: orientations joint by joint, the root by leg length, the floor by the feet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.motion import ik, kinematics, rotations
from demos.motion.performance import Performance, smpl_leg_length
from demos.motion.skeleton import INDEX, JOINTS, REST_OFFSETS
from demos.runtime.errors import InputError

SWUNG = {
    "left_hip": "left_knee", "left_knee": "left_ankle", "right_hip": "right_knee", "right_knee": "right_ankle",
    "left_shoulder": "left_elbow", "left_elbow": "left_wrist", "left_wrist": "left_hand",
    "right_shoulder": "right_elbow", "right_elbow": "right_wrist", "right_wrist": "right_hand",
}  # fmt: skip
"""Joints whose bone takes the source's direction exactly. Swung collars and ankles stood crooked when tried."""

FREE_M = (0.1, 0.4)
"""Metres above their standing height between which feet cease to follow the source's places: in the air directions
count, on the floor places."""
HEEL_M = (0.02, 0.05)
"""Metres by which a heel is up before the ball of the foot alone is kept in place."""
QUIET_M_S = 0.05
"""m/s below which it does not matter which part of the foot moves."""
PIVOT_S = 0.1
"""Seconds over which the lead passes between heel and ball. All four: chosen on 25 takes by the skate they left."""


@dataclass(frozen=True, eq=False)
class Source:
    """A performance on a skeleton of its own, in a y-up world.

    kind : what to call the skeleton. roles : SMPL joint name -> index among the joints below.
    spine : indices from the first joint above the pelvis to the one that carries the arms.
    positions : (frames, joints, 3) source units. orientations : (frames, joints, 3, 3).
    rest_positions (joints, 3), rest_orientations (joints, 3, 3) : a pose in which the figure stands facing +z, left
    towards +x: the calibration, to which SMPL's rest pose is fitted.
    hand_tips : (2, 3) left and right, positions in the calibration pose of where the hand points to.
    lead : frames at the start that are a rest pose and the jump out of it, to be left out.
    """

    kind: str
    roles: dict[str, int]
    spine: tuple[int, ...]
    positions: np.ndarray
    orientations: np.ndarray
    rest_positions: np.ndarray
    rest_orientations: np.ndarray
    hand_tips: np.ndarray
    fps: float
    lead: int = 0
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.positions)

    def rest(self, role: str) -> np.ndarray:
        """(3,) a joint of the calibration pose."""
        return self.rest_positions[self.roles[role]]

    def joint(self, role: str) -> np.ndarray:
        """(frames, 3) a joint in motion."""
        return self.positions[:, self.roles[role]]


def leg_length(source: Source) -> float:
    """Mean length of thigh and shin together, source units."""
    total = 0.0
    for side in ("left", "right"):
        hip, knee, ankle = (source.rest(f"{side}_{part}") for part in ("hip", "knee", "ankle"))
        total += np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee)
    return float(total / 2)


def scale_of(source: Source) -> float:
    """Metres of the suite's body for one unit of the source."""
    length = leg_length(source)
    if not length > 1e-9:
        raise InputError("The skeleton has legs of no length; export the motion with its real bone lengths.")
    return smpl_leg_length() / length


def orientations(source: Source, frames: slice = slice(None)) -> np.ndarray:
    """(frames, 24, 3, 3): world orientation of every SMPL joint, G = G_source G_source(calibration)^T A."""
    source = replace(source, positions=source.positions[frames], orientations=source.orientations[frames])
    result = np.empty((len(source), len(JOINTS), 3, 3))
    for name in JOINTS:
        joint = INDEX[name]
        if name in source.roles and not name.startswith("spine"):
            result[:, joint] = _turned(source, source.roles[name]) @ _swing(source, name)
    _fill_spine(source, result)
    if source.roles["neck"] == source.roles["head"]:
        ends = [rotations.matrix_to_quaternion(result[:, INDEX[name]]) for name in ("spine3", "head")]
        result[:, INDEX["neck"]] = rotations.quaternion_to_matrix(rotations.slerp(ends[0], ends[1], 0.5))
    for side in ("left", "right"):
        if f"{side}_collar" not in source.roles:
            result[:, INDEX[f"{side}_collar"]] = result[:, INDEX["spine3"]]
        if f"{side}_foot" not in source.roles:
            result[:, INDEX[f"{side}_foot"]] = result[:, INDEX[f"{side}_ankle"]]
        result[:, INDEX[f"{side}_hand"]] = result[:, INDEX[f"{side}_wrist"]]
    return result


def _turned(source: Source, joint: int) -> np.ndarray:
    """(frames, 3, 3): how far a source joint has turned from the calibration pose, in the world."""
    return source.orientations[:, joint] @ source.rest_orientations[joint].T


def _swing(source: Source, name: str) -> np.ndarray:
    """(3, 3): smallest turn from SMPL's rest bone to the source's in the calibration pose."""
    child = SWUNG.get(name)
    if child is None:
        return np.eye(3)
    hands = dict(zip(("left_hand", "right_hand"), source.hand_tips, strict=True))
    tip = hands[child] if child in hands else source.rest(child)
    bone = tip - source.rest(name)
    if np.linalg.norm(bone) < 1e-9:
        return np.eye(3)
    return rotations.between(REST_OFFSETS[INDEX[child]].astype(np.float64), bone)


def _fill_spine(source: Source, result: np.ndarray) -> None:
    """Three SMPL spine joints from however many the source has; a lone one shares its turn with the two below."""
    chain = [_turned(source, joint) for joint in source.spine]
    if not chain:
        chain = [result[:, 0]]
    if len(chain) == 1:
        places = np.array([1 / 3, 2 / 3, 1.0])
        chain = [result[:, 0], *chain]
    else:
        places = np.linspace(0, len(chain) - 1, 3)
    quaternions = [rotations.matrix_to_quaternion(turn) for turn in chain]
    for name, place in zip(("spine1", "spine2", "spine3"), places, strict=True):
        low = min(int(place), len(chain) - 2)
        mixed = rotations.slerp(quaternions[low], quaternions[low + 1], place - low)
        result[:, INDEX[name]] = rotations.quaternion_to_matrix(mixed)


def place_root(source: Source, world: np.ndarray, scale: float) -> np.ndarray:
    """(frames, 3) metres: the pelvis placed so that the middle of the hips is the source's, scaled."""
    middle = scale * (source.joint("left_hip") + source.joint("right_hip")) / 2
    hips = (REST_OFFSETS[INDEX["left_hip"]] + REST_OFFSETS[INDEX["right_hip"]]) / 2
    return middle - world[:, 0] @ hips.astype(np.float64)


def plant(source: Source, world: np.ndarray, root: np.ndarray, scale: float) -> None:
    """Bend and swing the legs so that each ball of the foot goes where the source's does; writes `world` in place.

    Our hips are wider or narrower than the source's: legs that only copy directions would slide whenever the
    pelvis turns. The correction is a few degrees. Without a toe in the source the ankle is led instead.
    """
    positions, _ = kinematics.forward(kinematics.to_local(world), root)
    ground = [_standing_height(source, part, scale) for part in ("ankle", "foot")]
    for leg, side in ((ik.LEFT_LEG, "left"), (ik.RIGHT_LEG, "right")):
        led = scale * source.joint(f"{side}_ankle")
        foot = f"{side}_foot"
        height = led[:, 1] - ground[0]
        if foot in source.roles:
            ball = world[:, leg.end] @ REST_OFFSETS[INDEX[foot]].astype(np.float64)
            toe = scale * source.joint(foot)
            share = _ball_share(led, toe, source.fps)
            led = led + share[:, None] * (toe - ball - led)
            height = np.minimum(height, toe[:, 1] - ground[1])
        near = np.clip((FREE_M[1] - height) / (FREE_M[1] - FREE_M[0]), 0, 1)
        near = near * near * (3 - 2 * near)
        target = positions[:, leg.end] + near[:, None] * (led - positions[:, leg.end])
        world[:, leg.root], world[:, leg.middle] = ik.solve_limb(leg, positions, world, target)


def _standing_height(source: Source, part: str, scale: float) -> float:
    """Height in metres at which the lower of two joints usually rests; 0 without such joints."""
    names = [f"{side}_{part}" for side in ("left", "right") if f"{side}_{part}" in source.roles]
    if not names:
        return 0.0
    return scale * float(np.percentile(np.min([source.joint(name)[:, 1] for name in names], axis=0), 3))


def _ball_share(ankle: np.ndarray, toe: np.ndarray, fps: float) -> np.ndarray:
    """(frames,) 0-1: how far the ball of the foot leads rather than the ankle: the one that moves less.

    Feet differ in length: who turns on the ball must keep the ball in place, who turns on the heel the heel.
    """
    if len(ankle) < 2:
        return np.ones(len(ankle))
    speeds = [np.linalg.norm(np.gradient(joint, axis=0), axis=1) * fps for joint in (ankle, toe)]
    ankle_speed, toe_speed = (speed**2 + QUIET_M_S**2 for speed in speeds)
    heel_up = (ankle[:, 1] - np.percentile(ankle[:, 1], 3) - HEEL_M[0]) / (HEEL_M[1] - HEEL_M[0])
    share = np.maximum(ankle_speed / (ankle_speed + toe_speed), np.clip(heel_up, 0, 1))
    return gaussian_filter1d(share, PIVOT_S * fps, mode="nearest")


def to_smpl(source: Source, scale: float) -> Performance:
    """The performance on SMPL's skeleton; floor and origin are still the source's."""
    world = orientations(source)
    root = place_root(source, world, scale)
    plant(source, world, root, scale)
    poses = rotations.matrix_to_rotvec(kinematics.to_local(world))
    return Performance(source.kind, poses, root, source.fps, scale, source.notes)
