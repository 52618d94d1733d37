"""Foot locking: standing feet stay where they stand, on the floor and not in it; legs and pelvis follow,
softly.

Each foot's ankle and toe get a correction over time that solves one linear least-squares problem: in contact
the corrected joint stands still (and on the floor); everywhere the correction is small, smooth, and the same
for ankle and toe. So nothing pops where a contact begins or ends, and no step has to be planned. Then the
pelvis comes down where a leg would be too short, two-bone IK bends the legs, and the feet turn to their own
ankle and toe.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from demos.motion import kinematics, rotations
from demos.motion.contacts import STANDING_HEIGHTS, foot_contacts, runs, standing_levels
from demos.motion.ik import LEFT_LEG, RIGHT_LEG, Limb, solve_limb
from demos.motion.motion import Motion
from demos.motion.skeleton import FEET, INDEX


@dataclass(frozen=True)
class _Foot:
    leg: Limb
    ankle: int
    toe: int
    columns: tuple[int, int]  # of ankle and toe in skeleton.FEET


_FEET = (
    _Foot(LEFT_LEG, INDEX["left_ankle"], INDEX["left_foot"], (0, 2)),
    _Foot(RIGHT_LEG, INDEX["right_ankle"], INDEX["right_foot"], (1, 3)),
)

# Weights of the least-squares problem, a second of motion against a second: chosen by eye and by the measures
# in tests/motion/test_footlock.py.
_SMALL = 1.0  # correction squared, m^2
_FADE_S = 0.12  # horizontal corrections fade over about this long; its fourth power weighs their acceleration
_FADE_HEIGHT_S = 0.05  # and those of height: a swinging foot should not be drawn along the floor
_STILL = 30.0  # speed of a standing joint squared: a stand of 5 s may still drift along with the dancer
_RIGID = 5.0  # ankle against toe
_ON_FLOOR = 10.0  # height of a standing or sunken joint
_RAMP_S = 0.05  # over which a contact takes hold
_DEEPEST_PULL_M = 0.06

_STRETCH = 0.985  # share of a leg's length that a standing leg may take before the pelvis comes down
_DEEPEST_PELVIS_M = 0.10
_PELVIS_S = 0.12


def lock_feet(motion: Motion, contacts: np.ndarray | None = None) -> Motion:
    """The same dance with its standing feet at rest on the floor.

    Only hips, knees, ankles and the pelvis's height change. A contact holds its place to within millimetres
    over its usual length; a stand of many seconds may drift slowly with the dancer.

    contacts : (frames, 4) bool in skeleton.FEET order; contacts.foot_contacts(motion) when None.
    """
    contacts = foot_contacts(motion) if contacts is None else np.asarray(contacts, bool)
    if contacts.shape != (len(motion), 4):
        raise ValueError(f"contacts must be ({len(motion)}, 4), not {contacts.shape}")
    positions, orientations = kinematics.forward(
        rotations.rotvec_to_matrix(motion.poses), motion.translation.astype(np.float64)
    )
    heights = positions[:, FEET, 1] - STANDING_HEIGHTS
    if not contacts.any() and heights.min() >= 0:
        return motion

    hold = np.stack([_ramped(contacts[:, column], motion.fps) for column in range(4)], axis=1)
    floor = STANDING_HEIGHTS + _heel_lift(motion)
    targets = [_foot_targets(foot, positions, floor, contacts, hold, motion.fps) for foot in _FEET]
    drop = _pelvis_drop(positions, [ankle for ankle, _ in targets], motion.fps)
    positions[..., 1] -= drop[:, None]
    for foot, (ankle, toe) in zip(_FEET, targets, strict=True):
        _place_foot(foot, positions, orientations, ankle, toe)
    return _with_legs(motion, orientations, drop)


def _ramped(contact: np.ndarray, fps: float) -> np.ndarray:
    """(frames,) 0-1: how firmly a joint is held; rises from each end of a contact, not from the clip's own
    ends.
    """
    hold = np.zeros(len(contact))
    for start, stop in runs(contact):
        frames = np.arange(start, stop)
        inside = np.full(len(frames), np.inf)
        if start > 0:
            inside = np.minimum(inside, frames - start + 1)
        if stop < len(contact):
            inside = np.minimum(inside, stop - frames)
        hold[start:stop] = np.minimum(inside / max(_RAMP_S * fps, 1.0), 1.0) ** 2
    return hold


def _heel_lift(motion: Motion) -> np.ndarray:
    """(4,) metres: dancers who usually stand with raised heels (shoes) keep them; toes stand on the floor."""
    levels = np.maximum(standing_levels(motion), 0.0)
    return np.maximum(levels - levels[2], 0.0)


def _foot_targets(
    foot: _Foot, positions: np.ndarray, floor: np.ndarray, contacts: np.ndarray, hold: np.ndarray, fps: float
) -> tuple[np.ndarray, np.ndarray]:
    """Where ankle and toe go -> two (frames, 3) metres, as far apart as they are."""
    joints = positions[:, [foot.ankle, foot.toe]]
    hold, contact = hold[:, foot.columns], contacts[:, foot.columns]
    lowest = STANDING_HEIGHTS[list(foot.columns)]
    heights = joints[..., 1] - lowest
    above = joints[..., 1] - floor[list(foot.columns)]
    moved = joints.copy()
    loose = np.full(hold.shape, _SMALL)
    moved[..., [0, 2]] += _correct(joints[..., [0, 2]], hold, np.zeros((*hold.shape, 2)), loose, _FADE_S, fps)
    wanted = np.where(contact, -np.minimum(above, _DEEPEST_PULL_M), np.maximum(-heights, 0.0))
    weight = _SMALL + _ON_FLOOR * np.where(heights < 0, 1.0, hold)
    moved[..., 1] += _correct(joints[..., 1:2], hold, wanted[..., None], weight, _FADE_HEIGHT_S, fps)[..., 0]

    # The foot is stiff: share out what its length is off, the less to a joint the firmer it is held.
    length = float(np.linalg.norm(joints[0, 1] - joints[0, 0]))
    bone = moved[:, 1] - moved[:, 0]
    apart = np.maximum(np.linalg.norm(bone, axis=-1, keepdims=True), 1e-6)
    excess = bone * (1 - length / apart)
    ankle_share = ((hold[:, 1] + 0.01) / (hold.sum(axis=1) + 0.02))[:, None]
    ankle, toe = moved[:, 0] + ankle_share * excess, moved[:, 1] - (1 - ankle_share) * excess
    toe = _above_floor(toe, ankle, lowest[1], length)
    return _above_floor(ankle, toe, lowest[0], length), toe


def _above_floor(end: np.ndarray, pivot: np.ndarray, lowest: float, length: float) -> np.ndarray:
    """One end of the foot (frames, 3) turned up about the other until it is no lower than `lowest`."""
    rise = np.clip(np.maximum(end[:, 1], lowest) - pivot[:, 1], -length, length)
    flat = (end - pivot)[:, [0, 2]]
    span = np.sqrt(length**2 - rise**2) / np.maximum(np.linalg.norm(flat, axis=-1), 1e-6)
    turned = pivot.copy()
    turned[:, 1] += rise
    turned[:, [0, 2]] += flat * span[:, None]
    return np.where((end[:, 1] < lowest)[:, None], turned, end)


def _correct(
    joints: np.ndarray, hold: np.ndarray, wanted: np.ndarray, weight: np.ndarray, fade_s: float, fps: float
) -> np.ndarray:
    """Least-squares corrections of two joints (frames, 2, axes) -> the same shape, metres.

    Minimises, per axis, the sum over frames and both joints of weight * (e - wanted)^2 + hold * STILL *
    speed(x + e)^2 + fade_s^4 * acceleration(e)^2, and RIGID * (e_ankle - e_toe)^2. hold, weight : (frames,
    2).
    """
    frames, _, axes = joints.shape
    size = 2 * frames
    band = np.zeros((5, size))  # upper form: band[4 - k, i + k] holds row i, column i + k
    right = (weight[..., None] * wanted).reshape(size, axes)
    band[4] = weight.ravel() + _RIGID
    band[3, 1::2] -= _RIGID
    if frames > 1:
        still = _STILL * fps**2 * np.minimum(hold[1:], hold[:-1])
        band[4, :-2] += still.ravel()
        band[4, 2:] += still.ravel()
        band[2, 2:] -= still.ravel()
        pull = (still[..., None] * np.diff(joints, axis=0)).reshape(size - 2, axes)
        right[:-2] += pull
        right[2:] -= pull
    if frames > 2:
        smooth = (fade_s * fps) ** 4
        for offset, share in ((0, 1.0), (2, 4.0), (4, 1.0)):
            band[4, offset : size - 4 + offset] += share * smooth
        band[2, 2:-2] -= 2 * smooth
        band[2, 4:] -= 2 * smooth
        band[0, 4:] += smooth
    return solveh_banded(band, right).reshape(frames, 2, axes)


def _pelvis_drop(positions: np.ndarray, ankles: list[np.ndarray], fps: float) -> np.ndarray:
    """(frames,) metres, smooth, by which the pelvis must come down for both legs to reach their ankles."""
    needed = np.zeros(len(positions))
    for foot, ankle in zip(_FEET, ankles, strict=True):
        hip, knee, old = (positions[:, joint] for joint in (foot.leg.root, foot.leg.middle, foot.leg.end))
        length = np.linalg.norm(knee - hip, axis=-1) + np.linalg.norm(old - knee, axis=-1)
        reach = np.maximum(_STRETCH * length, np.linalg.norm(old - hip, axis=-1))
        across = np.linalg.norm((ankle - hip)[:, [0, 2]], axis=-1)
        needed = np.maximum(needed, hip[:, 1] - ankle[:, 1] - np.sqrt(np.maximum(reach**2 - across**2, 0)))
    needed = np.minimum(needed, _DEEPEST_PELVIS_M)
    window = max(1, round(_PELVIS_S * fps))
    envelope = maximum_filter1d(needed, 2 * window + 1, mode="nearest")
    return gaussian_filter1d(envelope, window / 2, mode="nearest", truncate=2.0)


def _place_foot(
    foot: _Foot, positions: np.ndarray, orientations: np.ndarray, ankle: np.ndarray, toe: np.ndarray
) -> None:
    """Bend the leg to the ankle and turn the foot to the toe; writes the world orientations."""
    bone = positions[:, foot.toe] - positions[:, foot.ankle]
    upper, lower = solve_limb(foot.leg, positions, orientations, ankle)
    leg = foot.leg
    thigh, shin = positions[:, leg.middle] - positions[:, leg.root], positions[:, leg.end] - positions[:, leg.middle]
    turned = (
        upper @ np.swapaxes(orientations[:, leg.root], -1, -2),
        lower @ np.swapaxes(orientations[:, leg.middle], -1, -2),
    )
    reached = positions[:, leg.root] + (turned[0] @ thigh[..., None] + turned[1] @ shin[..., None])[..., 0]
    orientations[:, leg.root], orientations[:, leg.middle] = upper, lower
    foot_turn = rotations.between(bone, toe - reached)
    orientations[:, foot.toe] = foot_turn @ orientations[:, foot.toe]
    orientations[:, foot.ankle] = foot_turn @ orientations[:, foot.ankle]


def _with_legs(motion: Motion, orientations: np.ndarray, drop: np.ndarray) -> Motion:
    local = kinematics.to_local(orientations)
    joints = [joint for foot in _FEET for joint in (foot.leg.root, foot.leg.middle, foot.ankle)]
    poses = motion.poses.copy()
    poses[:, joints] = rotations.matrix_to_rotvec(local[:, joints])
    translation = motion.translation.copy()
    translation[:, 1] -= drop
    return Motion(poses, translation, motion.fps)
