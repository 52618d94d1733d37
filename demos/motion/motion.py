"""Motion: one performer moving. Methods resample, slice, mirror, turn and move; the rest are functions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from demos.motion import kinematics, rotations
from demos.motion.skeleton import MIRROR


@dataclass(frozen=True, eq=False)
class Motion:
    """One performer. y up, right-handed, facing +z at rest, left hand towards +x.

    poses : (frames, 24, 3) float32, axis-angle radians, SMPL joint order; the pelvis relative to the world.
    translation : (frames, 3) float32 metres, the pelvis joint in the world (floor at y = 0).
    fps : frames per second, positive.
    """

    poses: np.ndarray
    translation: np.ndarray
    fps: float

    def __post_init__(self) -> None:
        # Copies: freezing the caller's own arrays would surprise, and writing to them would change the motion.
        poses = np.array(self.poses, np.float32, order="C")
        translation = np.array(self.translation, np.float32, order="C")
        if poses.ndim != 3 or poses.shape[1:] != (24, 3) or len(poses) == 0:
            raise ValueError(f"poses must be (frames, 24, 3) with at least one frame, not {poses.shape}")
        if translation.shape != (len(poses), 3):
            raise ValueError(f"translation must be ({len(poses)}, 3), not {translation.shape}")
        if not (np.isfinite(poses).all() and np.isfinite(translation).all()):
            raise ValueError("poses and translation must be finite numbers")
        if not (np.isfinite(self.fps) and self.fps > 0):
            raise ValueError(f"fps must be positive, not {self.fps}")
        for name, array in (("poses", poses), ("translation", translation)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        object.__setattr__(self, "fps", float(self.fps))

    def __len__(self) -> int:
        return len(self.poses)

    @property
    def duration_s(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return len(self) / self.fps

    @cached_property
    def joints(self) -> np.ndarray:
        """(frames, 24, 3) float32 metres: joints in the world, of the suite's skeleton."""
        positions = kinematics.joint_positions(self.poses, self.translation)
        positions.flags.writeable = False
        return positions

    def slice(self, start: int, stop: int) -> Motion:
        """Frames start (included) to stop (excluded)."""
        return Motion(self.poses[start:stop], self.translation[start:stop], self.fps)

    def resample(self, fps: float) -> Motion:
        """At another frame rate: joints by slerp, translation linearly; same start, length within a frame."""
        if fps == self.fps:
            return self
        frames = max(1, round(len(self) * fps / self.fps))
        return self.at(np.arange(frames) / fps, fps)

    def at(self, times_s: np.ndarray, fps: float) -> Motion:
        """Poses at given times (seconds, clamped to the motion), as a motion of the given rate."""
        place = np.clip(np.asarray(times_s, np.float64) * self.fps, 0, len(self) - 1)
        low = np.minimum(place.astype(int), max(len(self) - 2, 0))
        high = np.minimum(low + 1, len(self) - 1)
        weight = place - low
        quaternions = rotations.rotvec_to_quaternion(self.poses)
        mixed = rotations.slerp(quaternions[low], quaternions[high], weight[:, None])
        moved = self.translation[low] + weight[:, None] * (self.translation[high] - self.translation[low])
        return Motion(rotations.quaternion_to_rotvec(mixed), moved, fps)

    def mirror(self) -> Motion:
        """Left and right exchanged, reflected in the plane x = 0."""
        poses = self.poses[:, MIRROR] * np.array([1, -1, -1], np.float32)
        return Motion(poses, self.translation * np.array([-1, 1, 1], np.float32), self.fps)

    def turn(self, angle: float) -> Motion:
        """The whole performance turned about the vertical of the world by radians, from +z towards +x."""
        rotation = rotations.yaw(angle)
        root = rotations.matrix_to_rotvec(rotation @ rotations.rotvec_to_matrix(self.poses[:, 0]))
        poses = np.concatenate([root[:, None], self.poses[:, 1:]], axis=1)
        return Motion(poses, self.translation @ rotation.T, self.fps)

    def move(self, offset: np.ndarray) -> Motion:
        """The whole performance shifted by (3,) metres."""
        return Motion(self.poses, self.translation + np.asarray(offset, np.float32), self.fps)


def concatenate(motions: list[Motion]) -> Motion:
    """One after the other, at the first one's frame rate; no blending, no alignment."""
    if not motions:
        raise ValueError("nothing to concatenate")
    fps = motions[0].fps
    parts = [motion.resample(fps) for motion in motions]
    return Motion(
        np.concatenate([part.poses for part in parts]),
        np.concatenate([part.translation for part in parts]),
        fps,
    )
