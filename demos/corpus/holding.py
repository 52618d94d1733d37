"""Poses held: a dance that starts late from its first pose, or comes to rest in a last one."""

from __future__ import annotations

import numpy as np

from demos.corpus.parts import joint_set
from demos.motion.contacts import foot_contacts
from demos.motion.motion import Motion

_EASE_S = 0.5  # from moving to still, or back


def hold_pose(motion: Motion, start_s: float, end_s: float, which: str, parts: frozenset[str]) -> Motion:
    """Stand still from start_s to end_s: "hold_end" keeps what is reached at its start, "hold_start" waits in the
    pose of its end. Only times are changed: every pose is one of the dance's own. Bit-equal elsewhere but for the ease,
    and in all parts (plain names of demos.corpus.parts) but those given.
    """
    time = np.arange(len(motion)) / motion.fps
    if which == "hold_end":
        pose_s = _standing_near(motion, start_s)
        # The dance slows evenly to a stop: its time runs on by half of the ease.
        u = np.clip((time - (pose_s - _EASE_S / 2)) / _EASE_S, 0.0, 1.0)
        shown = np.where(u > 0, pose_s - _EASE_S / 2 + _EASE_S * (u - u**2 / 2), time)
    else:
        pose_s = _standing_near(motion, end_s)
        u = np.clip((pose_s + _EASE_S / 2 - time) / _EASE_S, 0.0, 1.0)
        shown = np.where(u > 0, pose_s + _EASE_S / 2 - _EASE_S * (u - u**2 / 2), time)
    moved = np.abs(shown - time) > 1e-9
    held = motion.at(shown, motion.fps)
    poses, translation = motion.poses.copy(), motion.translation.copy()
    joints = np.array(joint_set(parts), int)
    chosen = np.flatnonzero(moved)[:, None], joints[None]
    poses[chosen] = held.poses[chosen]
    if "root" in parts:
        translation[moved] = held.translation[moved]
    return Motion(poses, translation, motion.fps)


def _standing_near(motion: Motion, time_s: float, within_s: float = 0.4) -> float:
    """Seconds near a time at which both feet stand, or else the slower moment: nobody freezes in mid-step."""
    contacts = foot_contacts(motion)
    both = (contacts[:, 0] | contacts[:, 2]) & (contacts[:, 1] | contacts[:, 3])
    time = np.arange(len(motion)) / motion.fps
    near = np.abs(time - time_s) <= within_s
    if not near.any():
        return time_s
    speed = np.linalg.norm(np.gradient(motion.joints.astype(np.float64), axis=0), axis=-1).mean(axis=1)
    cost = np.where(both, 0.0, 0.05) + speed + 0.01 * np.abs(time - time_s)
    return float(time[np.flatnonzero(near)[cost[near].argmin()]])
