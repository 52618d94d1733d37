"""The stretch of a motion that a layer works on: its arrays, its weight over time, and how it is put back.

A kind changes `local` and `root`; feet stay where the source has them unless it says otherwise (`feet`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from demos.corpus import parts as body
from demos.corpus.layers.curves import Grid, smooth
from demos.motion import ik, kinematics, rotations
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX

LEGS = (ik.LEFT_LEG, ik.RIGHT_LEG)
ANKLES = (INDEX["left_ankle"], INDEX["right_ankle"])
TOES = (INDEX["left_foot"], INDEX["right_foot"])
_STRETCH = 0.985  # share of a leg's length it may take before the pelvis comes down
_DEEPEST_DROP_M = 0.25
_LIFTED_M, _FREE_M = 0.16, 0.30  # an ankle above the first begins to go with the pelvis, and does so the second higher
_DROP_S = 0.10


@dataclass
class Feet:
    """Where both feet go. ankles : (frames, 2, 3) metres, world, left then right. turns : (frames, 2, 3, 3), world."""

    ankles: np.ndarray
    turns: np.ndarray

    def copy(self) -> Feet:
        return Feet(self.ankles.copy(), self.turns.copy())


@dataclass
class Work:
    """Frames [first, stop) of a motion, being changed.

    envelope : (frames,) 0 at the ends of the blends, 1 in the range. strength : the layer's. parts : plain names.
    local (frames, 24, 3, 3), root (frames, 3) : the result so far. source : forward kinematics of the original.
    """

    motion: Motion
    first: int
    stop: int
    envelope: np.ndarray
    strength: float
    parts: frozenset[str]
    params: dict[str, Any]
    grid: Grid
    span_s: tuple[float, float]
    local: np.ndarray
    root: np.ndarray
    source_local: np.ndarray
    source_root: np.ndarray
    source_joints: np.ndarray
    source_turns: np.ndarray
    feet: Feet | None = None
    plant: bool = True

    @property
    def fps(self) -> float:
        return self.motion.fps

    @property
    def time_s(self) -> np.ndarray:
        return np.arange(self.first, self.stop) / self.fps

    @property
    def phase(self) -> np.ndarray:
        """(frames,) beats since the first downbeat of the range."""
        return self.grid.phase(self.time_s)

    @property
    def weight(self) -> np.ndarray:
        """(frames,) envelope times strength."""
        return self.envelope * self.strength

    @property
    def to_end(self) -> bool:
        """Whether the range lasts to the end of the motion, so that nothing after it must fit."""
        return self.envelope[-1] > 0.999

    @property
    def from_start(self) -> bool:
        """Whether the range begins with the motion."""
        return self.envelope[0] > 0.999

    @property
    def source_feet(self) -> Feet:
        return Feet(self.source_joints[:, ANKLES].copy(), self.source_turns[:, ANKLES].copy())

    def has(self, part: str) -> bool:
        return part in self.parts

    @property
    def sides(self) -> list[str]:
        """Arms that may change, narrowed by a parameter `side` where there is one."""
        wanted = self.params.get("side", "both")
        return [s for s in ("left", "right") if f"{s}_arm" in self.parts and wanted in (s, "both")]

    def heading(self) -> np.ndarray:
        """(frames,) radians, unwrapped: where the source's pelvis faces; 0 is +z, positive towards +x."""
        return heading_of(self.source_turns[:, 0])

    def add_turn(self, joint: str, rotvec: np.ndarray) -> None:
        """Turn a joint by (frames, 3) radians about its parent's axes; for the trunk: left, up, ahead."""
        index = INDEX[joint]
        self.local[:, index] = rotations.rotvec_to_matrix(rotvec) @ self.local[:, index]

    def move_pelvis(self, offset: np.ndarray, rotvec: np.ndarray | None = None, *, upright: float = 1.0) -> None:
        """Shift (frames, 3) metres and turn (frames, 3) radians the pelvis, both along where the dancer faces.

        With the torso among the parts the spine takes back a share `upright` of the turn.
        """
        facing = rotations.yaw(self.heading())
        self.root = self.root + np.einsum("fij,fj->fi", facing, offset)
        if rotvec is None:
            return
        turn = facing @ rotations.rotvec_to_matrix(rotvec) @ np.swapaxes(facing, -1, -2)
        before = self.local[:, 0].copy()
        self.local[:, 0] = turn @ before
        if self.has("torso"):
            back = facing @ rotations.rotvec_to_matrix(-upright * rotvec) @ np.swapaxes(facing, -1, -2)
            # Shared by the two lowest joints of the spine, as hips and ribs part in the waist.
            undone = np.swapaxes(self.local[:, 0], -1, -2) @ back @ self.local[:, 0]
            half = rotations.rotvec_to_matrix(0.5 * rotations.matrix_to_rotvec(undone))
            spine1, spine2 = INDEX["spine1"], INDEX["spine2"]
            old = self.local[:, spine1].copy()
            self.local[:, spine1] = half @ old
            self.local[:, spine2] = np.swapaxes(old, -1, -2) @ half @ old @ self.local[:, spine2]

    def blend(self, joints: tuple[int, ...], target: np.ndarray, weight: np.ndarray) -> None:
        """Turn joints from where they are towards target (frames, joints, 3, 3) by weight (frames,)."""
        joints_list = list(joints)
        self.local[:, joints_list] = toward(self.local[:, joints_list], target, weight[:, None])


def heading_of(turns: np.ndarray) -> np.ndarray:
    """World orientations of a pelvis (frames, 3, 3) -> (frames,) radians, unwrapped."""
    across = turns[:, :, 0]
    return np.unwrap(np.arctan2(-across[:, 2], across[:, 0]))


def toward(start: np.ndarray, target: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Rotations (frames, n, 3, 3) turned towards target by weight (frames, 1 or n), along one path for all frames.

    The shortest way flips sides as two poses drift past half a turn from each other; here the way of the frame before
    is kept, so that it never jumps. Where the weight is 1 all ways end alike, and the shortest is taken again.
    """
    away = rotations.matrix_to_rotvec(np.swapaxes(start, -1, -2) @ target)
    away = unwrapped(away, np.broadcast_to(weight, away.shape[:2]) >= 1.0)
    return start @ rotations.rotvec_to_matrix(away * weight[..., None])


def unwrapped(rotvec: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Rotation vectors (frames, n, 3) with whole turns added so that each is nearest to the frame before.

    free : (frames, n) bool, where the shortest form is kept.
    """
    result = rotvec.copy()
    for frame in range(1, len(result)):
        if free[frame].all():
            continue
        angle = np.linalg.norm(rotvec[frame], axis=-1, keepdims=True)
        axis = rotvec[frame] / np.maximum(angle, 1e-9)
        along = (result[frame - 1] * axis).sum(-1, keepdims=True)
        turns = np.where(angle > 1e-3, np.round((along - angle) / (2 * np.pi)), 0.0)
        turns = np.where(free[frame][:, None], 0.0, turns)
        result[frame] = axis * (angle + 2 * np.pi * turns)
    return result


def cross_feet(start: Feet, end: Feet, weight: np.ndarray) -> Feet:
    """From one pair of feet to another by a small step of each in turn; weight (frames,) 0 to 1."""
    ankles, turns = start.ankles.copy(), start.turns.copy()
    middle = len(weight) // 2
    for part in (slice(0, middle), slice(middle, None)):
        w = weight[part]
        moving = (w > 0.001) & (w < 0.5)
        heights = (start.ankles[part, :, 1] + end.ankles[part, :, 1])[moving] if moving.any() else np.zeros((1, 2))
        lead = int(heights.mean(axis=0).argmax())
        for foot in (0, 1):
            share = smooth(2 * w if foot == lead else 2 * w - 1)
            a, b = start.ankles[part, foot], end.ankles[part, foot]
            apart = np.linalg.norm((b - a)[:, [0, 2]], axis=-1)
            mixed = a + share[:, None] * (b - a)
            mixed[:, 1] += 4 * share * (1 - share) * np.minimum(0.10, 0.6 * apart)
            ankles[part, foot] = mixed
            turn = toward(start.turns[part, foot][:, None], end.turns[part, foot][:, None], share[:, None])
            turns[part, foot] = turn[:, 0]
    return Feet(ankles, turns)


def world(local: np.ndarray, root: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Joints (frames, 24, 3) and orientations (frames, 24, 3, 3) in the world."""
    return kinematics.forward(local, root)


def set_feet(work: Work, feet: Feet) -> None:
    """Bend the legs so that the feet are where `feet` has them; the pelvis comes down where a leg is too short."""
    joints, turns = world(work.local, work.root)
    drop = _drop(joints, feet.ankles, work)
    joints[..., 1] -= drop[:, None]
    work.root = work.root - np.array([0.0, 1.0, 0.0]) * drop[:, None]
    for side, limb in enumerate(LEGS):
        upper, lower = ik.solve_limb(limb, joints, turns, feet.ankles[:, side])
        parent = np.swapaxes(turns[:, 0], -1, -2)
        work.local[:, limb.root] = parent @ upper
        work.local[:, limb.middle] = np.swapaxes(upper, -1, -2) @ lower
        work.local[:, limb.end] = np.swapaxes(lower, -1, -2) @ feet.turns[:, side]


def following_feet(work: Work) -> Feet:
    """The source's feet: where they are as long as they stand, along with the pelvis once they are well lifted."""
    feet = work.source_feet
    free = smooth((feet.ankles[..., 1] - _LIFTED_M) / _FREE_M)
    feet.ankles += free[..., None] * (work.root - work.source_root)[:, None]
    return feet


def _drop(joints: np.ndarray, ankles: np.ndarray, work: Work) -> np.ndarray:
    """(frames,) metres, smooth, 0 where the layer is."""
    needed = np.zeros(len(joints))
    for side, limb in enumerate(LEGS):
        hip, knee, old = joints[:, limb.root], joints[:, limb.middle], joints[:, limb.end]
        length = np.linalg.norm(knee - hip, axis=-1) + np.linalg.norm(old - knee, axis=-1)
        before = np.linalg.norm(work.source_joints[:, limb.end] - work.source_joints[:, limb.root], axis=-1)
        reach = np.maximum(_STRETCH * length, before)
        across = np.linalg.norm((ankles[:, side] - hip)[:, [0, 2]], axis=-1)
        rise = np.sqrt(np.maximum(reach**2 - across**2, 0.0))
        # For a foot in the air nobody bends the standing knee: it just does not go so far.
        low = 1 - smooth((ankles[:, side, 1] - _LIFTED_M) / 0.12)
        needed = np.maximum(needed, low * (hip[:, 1] - ankles[:, side, 1] - rise))
    needed = np.clip(needed, 0.0, _DEEPEST_DROP_M)
    window = max(1, round(_DROP_S * work.fps))
    envelope = maximum_filter1d(needed, 2 * window + 1, mode="nearest")
    smoothed = gaussian_filter1d(envelope, window / 2, mode="nearest", truncate=2.0)
    return smoothed * smooth(4 * work.envelope)


def open_work(
    motion: Motion,
    span_s: tuple[float, float],
    blend_s: float,
    strength: float,
    parts: frozenset[str],
    params: dict[str, Any],
    grid: Grid,
) -> Work | None:
    """The frames of a motion that a range with its blends touches; None when there are none."""
    start_s, end_s = span_s
    time = np.arange(len(motion)) / motion.fps
    inside = np.minimum((time - (start_s - blend_s)) / blend_s, ((end_s + blend_s) - time) / blend_s)
    envelope = smooth(inside)
    # A range from the first or to the last frame has nothing to blend with there.
    touched = np.flatnonzero(envelope > 0)
    if not len(touched):
        return None
    first, stop = int(touched[0]), int(touched[-1]) + 1
    local = rotations.rotvec_to_matrix(motion.poses[first:stop])
    root = motion.translation[first:stop].astype(np.float64)
    joints, turns = world(local, root)
    return Work(
        motion, first, stop, envelope[first:stop], strength, parts, params, grid, span_s,
        local.copy(), root.copy(), local, root, joints, turns,
    )  # fmt: skip


def close_work(work: Work) -> Motion:
    """The motion with the work put in: only its frames, and of them only the joints that may and do change."""
    moved = work.feet is not None or not (
        np.array_equal(work.root, work.source_root) and np.array_equal(work.local[:, 0], work.source_local[:, 0])
    )
    if work.plant and moved and work.has("legs"):
        set_feet(work, work.feet or following_feet(work))
    allowed = body.joint_set(work.parts)
    work.local = body.limit(work.local, work.source_local)
    poses, translation = work.motion.poses.copy(), work.motion.translation.copy()
    window = slice(work.first, work.stop)
    for joint in allowed:
        changed = np.abs(work.local[:, joint] - work.source_local[:, joint]).max(axis=(-1, -2)) > 1e-9
        frames = np.flatnonzero(changed)
        if len(frames):
            poses[work.first + frames, joint] = rotations.matrix_to_rotvec(work.local[frames, joint])
    if work.has("root"):
        shifted = (work.root != work.source_root).any(axis=1)
        translation[window][shifted] = work.root[shifted]
    return Motion(poses, translation, work.motion.fps)
