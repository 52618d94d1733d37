"""What captures get wrong: pops, limbs turned past what bodies can do, heads on backwards, standing about."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_dilation, uniform_filter1d

from demos.motion import rotations
from demos.motion.contacts import runs
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX

GLITCH_SPEED = 10.0  # m/s of a limb's end about the pelvis: beyond it is a pop of the capture
GLITCH_ACCELERATION = 450.0  # m/s^2, the same
GLITCH_MARGIN_S = 0.2
STILL_SPEED = 0.16  # m/s, mean over joints and STILL_S: below it nobody dances
STILL_S = 1.0
SHORTEST_SPAN_S = 1.2

_ENDS = [INDEX[f"{side}_{joint}"] for joint in ("wrist", "ankle", "knee") for side in ("left", "right")]

# Degrees from the rest pose that no dancer exceeds; beyond it the capture's solver has flipped the joint. Wide: a
# dancer's hip really reaches 130.
_BREAKS = {"hip": 135, "knee": 158, "ankle": 85, "spine1": 80, "spine2": 65, "spine3": 60}
_MENDS = {"neck": 60, "head": 60, "wrist": 95}


def _limits(table: dict[str, int]) -> tuple[list[int], np.ndarray]:
    pairs = [(INDEX[name], degrees) for key, degrees in table.items() for name in INDEX if _is(name, key)]
    return [joint for joint, _ in pairs], np.radians([degrees for _, degrees in pairs])


def _is(name: str, key: str) -> bool:
    return name.removeprefix("left_").removeprefix("right_") == key


_BREAKING, _BREAKING_ANGLE = _limits(_BREAKS)
_MENDING, _MENDING_ANGLE = _limits(_MENDS)


def mend(motion: Motion) -> Motion:
    """The motion with heads and hands that were captured past human range brought back.

    Frames in which neck, head or wrist is turned further than a body can are filled from the good frames around them
    by slerp; a joint that is never good is straight. Nothing else changes.
    """
    poses = motion.poses.copy()
    margin = max(1, round(0.1 * motion.fps))
    for joint, limit in zip(_MENDING, _MENDING_ANGLE, strict=True):
        bad = np.linalg.norm(poses[:, joint], axis=-1) > limit
        if not bad.any():
            continue
        poses[:, joint] = _filled(poses[:, joint], np.flatnonzero(np.logical_not(_widened(bad, margin))))
    return Motion(poses, motion.translation, motion.fps)


def _filled(rotvec: np.ndarray, good: np.ndarray) -> np.ndarray:
    """(frames, 3) rotation vectors with all but the good frames interpolated between those."""
    if len(good) == 0:
        return np.zeros_like(rotvec)
    frames = np.arange(len(rotvec))
    after = np.clip(np.searchsorted(good, frames), 0, len(good) - 1)
    before = np.maximum(after - (good[after] > frames), 0)
    first, last = good[before], good[after]
    weight = np.where(last > first, (frames - first) / np.maximum(last - first, 1), 0.0)
    quaternions = rotations.rotvec_to_quaternion(rotvec)
    return rotations.quaternion_to_rotvec(rotations.slerp(quaternions[first], quaternions[last], weight))


def broken(motion: Motion) -> np.ndarray:
    """Frames near a pop or with a leg or the spine past human range -> (frames,) bool.

    A pop: an end of a limb that moves faster about the pelvis, or is flung harder, than a dancer's.
    """
    ends = (motion.joints[:, _ENDS] - motion.joints[:, :1]).astype(np.float64)
    bad = (np.linalg.norm(motion.poses[:, _BREAKING], axis=-1) > _BREAKING_ANGLE).any(axis=1)
    if len(ends) >= 3:
        fps = motion.fps
        bad[1:] |= (np.linalg.norm(np.diff(ends, axis=0), axis=-1) * fps > GLITCH_SPEED).any(axis=1)
        flung = np.linalg.norm(np.diff(ends, n=2, axis=0), axis=-1) * fps**2
        bad[1:-1] |= (flung > GLITCH_ACCELERATION).any(axis=1)
    return _widened(bad, max(1, round(GLITCH_MARGIN_S * motion.fps)))


def _widened(mask: np.ndarray, frames: int) -> np.ndarray:
    """A (frames,) bool with every stretch of True grown by so many frames at both ends."""
    return np.asarray(binary_dilation(mask, iterations=frames)) if mask.any() else mask


def usable_frames(motion: Motion, bad: np.ndarray) -> np.ndarray:
    """Frames to cut phrases from: not bad, no still start or end, no pose held for a second -> (frames,) bool."""
    window = max(1, round(STILL_S * motion.fps))
    still = uniform_filter1d(joint_speed(motion.joints, motion.fps), window, mode="nearest") < STILL_SPEED
    good = ~still & ~bad
    kept = np.zeros_like(good)
    for start, stop in runs(good):
        kept[start:stop] = stop - start >= SHORTEST_SPAN_S * motion.fps
    return kept


def joint_speed(joints: np.ndarray, fps: float) -> np.ndarray:
    """Mean over joints of their speed: (frames, joints, 3) metres -> (frames,) m/s."""
    if len(joints) < 2:
        return np.zeros(len(joints))
    return np.linalg.norm(np.gradient(joints.astype(np.float64), axis=0), axis=-1).mean(axis=1) * fps
