"""Reaching with a hand: two-bone IK from shoulder to palm, a trunk that leans a little, and back to a Motion."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.motion import kinematics, rotations
from demos.motion.ik import LEFT_ARM, RIGHT_ARM, solve_limb
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, JOINTS, PARENTS, REST_OFFSETS

ARMS = (LEFT_ARM, RIGHT_ARM)
HANDS = (INDEX["left_hand"], INDEX["right_hand"])
"""Left, then right, here and wherever a side is a number."""
MOST_LEAN = np.radians(12.0)
CALM_S = 0.06
NEAREST_M = 0.18

_OFFSETS = REST_OFFSETS.astype(np.float64)
_ROUNDS = 5  # the palm turns with the forearm: each round takes out most of what that throws it off
_LEAN_S = 0.15
_SPINE = tuple(INDEX[name] for name in ("spine1", "spine2", "spine3"))
_CARRIED = tuple(
    INDEX[name]
    for name in JOINTS
    if name == "neck" or name.split("_")[-1] in ("collar", "shoulder", "elbow", "wrist", "hand")
)  # the head keeps looking where it did


def unpack(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """World positions (frames, 24, 3) metres and orientations (frames, 24, 3, 3), float64 and free to write to."""
    return kinematics.forward(rotations.rotvec_to_matrix(motion.poses), motion.translation.astype(np.float64))


def pack(motion: Motion, orientations: np.ndarray) -> Motion:
    """The motion with other world orientations; joints that did not turn keep their poses bit by bit."""
    local = kinematics.to_local(orientations)
    changed = np.abs(local - rotations.rotvec_to_matrix(motion.poses)).max(axis=(-1, -2)) > 1e-7
    poses = motion.poses.copy()
    poses[changed] = rotations.matrix_to_rotvec(local[changed])
    return Motion(poses, motion.translation, motion.fps)


def reach(side: int, positions: np.ndarray, orientations: np.ndarray, target: np.ndarray) -> None:
    """Bring a palm to a target (frames, 3) metres as far as the arm goes; writes into both arrays.

    Only shoulder and elbow turn; the hand keeps its place on the forearm. A target where the palm is changes nothing.
    """
    arm, hand = ARMS[side], HANDS[side]
    for _ in range(_ROUNDS):
        wrist = positions[:, arm.end] + target - positions[:, hand]
        wrist = _clear_of_shoulder(wrist, positions[:, arm.root], positions[:, arm.end], orientations[:, _SPINE[2]])
        upper, lower = solve_limb(arm, positions, orientations, wrist)
        turned = lower @ np.swapaxes(orientations[:, arm.middle], -1, -2)
        orientations[:, arm.root] = upper
        for joint in (arm.middle, arm.end, hand):
            orientations[:, joint] = turned @ orientations[:, joint]
            parent = PARENTS[joint]
            positions[:, joint] = positions[:, parent] + orientations[:, parent] @ _OFFSETS[joint]


def _clear_of_shoulder(wrist: np.ndarray, shoulder: np.ndarray, now: np.ndarray, chest: np.ndarray) -> np.ndarray:
    """Where a wrist is to go, (frames, 3) metres, kept a hand's width in front of its shoulder.

    Through the shoulder itself the arm would have to swing over in no time. A wrist that is nearer now may stay so.
    """
    ahead = chest[:, :, 2]
    offset = wrist - shoulder
    depth = (offset * ahead).sum(-1)
    across = np.maximum((offset**2).sum(-1) - depth**2, 0.0)
    room = np.minimum(NEAREST_M, np.linalg.norm(now - shoulder, axis=-1))
    least = np.sqrt(np.maximum(room**2 - across, 0.0))
    meant = np.clip(2 + depth / NEAREST_M, 0.0, 1.0)  # behind the back it is not on its way through
    inside = np.clip(1 - across / np.maximum(room**2, 1e-9), 0.0, 1.0)
    return wrist + (meant * inside * np.maximum(least - depth, 0.0))[:, None] * ahead


def lean(side: int, positions: np.ndarray, orientations: np.ndarray, missing: np.ndarray, fps: float) -> None:
    """Lean the spine so that one shoulder goes by what its hand misses (frames, 3) metres; writes into both arrays.

    At most 12 degrees, smooth over time; the pelvis stays and the head keeps looking where it did.
    """
    if np.linalg.norm(missing, axis=-1).max() < 1e-3:
        return
    lever = positions[:, ARMS[side].root] - positions[:, _SPINE[0]]
    turn = np.cross(lever, missing) / np.maximum((lever**2).sum(-1, keepdims=True), 1e-6)
    turn = gaussian_filter1d(turn, _LEAN_S * fps, axis=0, mode="nearest")
    angle = np.linalg.norm(turn, axis=-1, keepdims=True)
    turn = turn * (MOST_LEAN * np.tanh(angle / MOST_LEAN) / np.maximum(angle, 1e-9))
    third, two, whole = (rotations.rotvec_to_matrix(turn * share) for share in (1 / 3, 2 / 3, 1.0))
    for joint, rotation in zip(_SPINE, (third, two, whole), strict=True):
        orientations[:, joint] = rotation @ orientations[:, joint]
    for joint in _CARRIED:
        orientations[:, joint] = whole @ orientations[:, joint]
    positions[:], _ = kinematics.forward(kinematics.to_local(orientations), positions[:, 0].copy())


def calm(motion: Motion, orientations: np.ndarray, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions and orientations with what IK did to the arms evened out over time: elbows swing round, not jump.

    orientations : (frames, 24, 3, 3), world, of the motion with its arms moved. Hands miss a little afterwards: reach
    once more.
    """
    local = kinematics.to_local(orientations)
    for arm in ARMS:
        for joint in (arm.root, arm.middle):
            old = rotations.rotvec_to_matrix(motion.poses[:, joint])
            turned = rotations.matrix_to_quaternion(local[:, joint] @ np.swapaxes(old, -1, -2))
            jumps = np.where((turned[1:] * turned[:-1]).sum(-1) < 0, -1.0, 1.0)
            turned[1:] *= np.cumprod(jumps)[:, None]  # a quaternion and its negative are one turn
            turned = gaussian_filter1d(turned, CALM_S * fps, axis=0, mode="nearest")
            size = np.linalg.norm(turned, axis=-1, keepdims=True)
            turned = np.where(size > 1e-6, turned, [1.0, 0.0, 0.0, 0.0])
            local[:, joint] = rotations.quaternion_to_matrix(turned) @ old
    root = motion.translation.astype(np.float64)
    return kinematics.forward(local, root)
