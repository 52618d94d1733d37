"""One dancer prepared for measuring: joints in the dancer's own frame, heading, floor, and spells of a condition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from demos.motion.contacts import foot_contacts, runs, standing_levels
from demos.motion.motion import Motion
from demos.motion.skeleton import ANKLE_HEIGHT, FEET, INDEX, REST_HEIGHT, REST_OFFSETS, TOE_HEIGHT

FPS = 30
ARM_M = float(np.linalg.norm(REST_OFFSETS[[INDEX["left_elbow"], INDEX["left_wrist"]]], axis=-1).sum())
"""Shoulder to wrist, stretched."""
LEG_M = float(np.linalg.norm(REST_OFFSETS[[INDEX["left_knee"], INDEX["left_ankle"]]], axis=-1).sum())
"""Hip to ankle, stretched."""
_SMOOTHING_FRAMES = 1.0
_LEVEL_LINE = 0.5
"""Hips and shoulders tipped so far that less than this share of their line is horizontal have no heading."""


@dataclass(frozen=True, eq=False)
class Performer:
    """One dancer at 30 fps. Left is the dancer's left; all arrays float64, lightly smoothed over 1 frame."""

    motion: Motion

    @staticmethod
    def of(motion: Motion) -> Performer:
        """Any motion, brought to 30 fps."""
        return Performer(motion.resample(FPS))

    def __len__(self) -> int:
        return len(self.motion)

    @property
    def seconds(self) -> float:
        """Length."""
        return len(self) / FPS

    @cached_property
    def joints(self) -> np.ndarray:
        """(frames, 24, 3) metres, world."""
        return gaussian_filter1d(self.motion.joints.astype(np.float64), _SMOOTHING_FRAMES, axis=0, mode="nearest")

    @cached_property
    def velocity(self) -> np.ndarray:
        """(frames, 24, 3) m/s, world."""
        return rate(self.joints)

    @cached_property
    def heading(self) -> np.ndarray:
        """(frames,) radians, unwrapped; positive to the left. Bridged where the body is tipped over."""
        pairs = [self.joints[:, INDEX[f"left_{p}"]] - self.joints[:, INDEX[f"right_{p}"]] for p in ("hip", "shoulder")]
        across = pairs[0] + pairs[1]
        level = np.hypot(across[:, 0], across[:, 2]) > _LEVEL_LINE * np.linalg.norm(across, axis=-1)
        if not level.any():
            return np.zeros(len(self))
        angle = np.unwrap(np.arctan2(-across[level, 2], across[level, 0]))
        return np.interp(np.arange(len(self)), np.flatnonzero(level), angle)

    @cached_property
    def local(self) -> np.ndarray:
        """(frames, 24, 3) metres from the pelvis: x to the dancer's left, y up, z ahead."""
        offset = self.joints - self.joints[:, :1]
        sine, cosine = np.sin(self.heading)[:, None], np.cos(self.heading)[:, None]
        left = cosine * offset[..., 0] - sine * offset[..., 2]
        ahead = sine * offset[..., 0] + cosine * offset[..., 2]
        return np.stack([left, offset[..., 1], ahead], axis=-1)

    @cached_property
    def floor(self) -> float:
        """Height of the floor under the toes, metres."""
        return float(standing_levels(self.motion)[2])

    @cached_property
    def level(self) -> np.ndarray:
        """(frames,) height of the pelvis over the floor as a share of its height in standing."""
        return (self.joints[:, 0, 1] - self.floor) / REST_HEIGHT

    @cached_property
    def foot_rise(self) -> np.ndarray:
        """(frames, 4) metres of left ankle, right ankle, left toe, right toe over their height in standing."""
        return self.joints[:, FEET, 1] - self.floor - np.array([ANKLE_HEIGHT, ANKLE_HEIGHT, TOE_HEIGHT, TOE_HEIGHT])

    @cached_property
    def planted(self) -> np.ndarray:
        """(frames, 2) bool: the left, the right foot stands, on ankle or toe."""
        contacts = foot_contacts(self.motion)
        return contacts[:, [0, 1]] | contacts[:, [2, 3]]

    @cached_property
    def tilt(self) -> np.ndarray:
        """(frames, 2) degrees that the trunk leans from the vertical: ahead (+) or back, to the left (+) or right."""
        trunk = self.local[:, INDEX["neck"]]
        return np.degrees(np.arctan2(trunk[:, [2, 0]], np.maximum(trunk[:, 1:2], 1e-6)))

    @cached_property
    def lean(self) -> np.ndarray:
        """(frames,) degrees between the trunk and the vertical, 0 to 180."""
        trunk = self.local[:, INDEX["neck"]]
        return np.degrees(np.arctan2(np.hypot(trunk[:, 0], trunk[:, 2]), trunk[:, 1]))

    def at(self, name: str) -> np.ndarray:
        """(frames, 3) metres, one joint in the dancer's own frame."""
        return self.local[:, INDEX[name]]

    def world(self, name: str) -> np.ndarray:
        """(frames, 3) metres, one joint in the world."""
        return self.joints[:, INDEX[name]]

    def turning_speed(self) -> np.ndarray:
        """(frames,) radians a second, to the left positive, smoothed over 0.1 s."""
        return rate(gaussian_filter1d(self.heading, 0.1 * FPS, mode="nearest"))


def rate(values: np.ndarray) -> np.ndarray:
    """Change a second of (frames, ...) values at 30 fps; 0 for a single frame."""
    return np.gradient(values, axis=0) * FPS if len(values) > 1 else np.zeros_like(values)


def spells(mask: np.ndarray, *, shortest_s: float = 0.0, gap_s: float = 0.0) -> list[tuple[int, int]]:
    """Stretches of True as (start, stop) frames: gaps up to gap_s closed, then those under shortest_s dropped."""
    closed = mask.copy()
    for start, stop in runs(~mask):
        if start > 0 and stop < len(mask) and stop - start <= gap_s * FPS:
            closed[start:stop] = True
    return [(start, stop) for start, stop in runs(closed) if stop - start >= shortest_s * FPS]


def swings(values: np.ndarray, *, least: float) -> int:
    """How often a curve turns back after moving at least `least`: a sine of two periods from 0 turns 4 times."""
    turns, way = 0, 0
    low = high = values[0]
    for value in values[1:]:
        low, high = min(low, value), max(high, value)
        if way >= 0 and value <= high - least:
            turns, way, low = turns + (way > 0), -1, value
        elif way <= 0 and value >= low + least:
            turns, way, high = turns + (way < 0), 1, value
    return turns


def spread(values: np.ndarray) -> float:
    """From the 5th to the 95th percentile."""
    low, high = np.percentile(values, [5, 95])
    return float(high - low)


def peaks(values: np.ndarray, *, height: float, apart_s: float) -> np.ndarray:
    """Frames of local maxima of at least `height`, at least `apart_s` apart."""
    return find_peaks(values, height=height, distance=max(1, round(apart_s * FPS)))[0]


def unit(vectors: np.ndarray) -> np.ndarray:
    """(..., 3) scaled to length 1; a zero vector stays."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def bend(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Degrees between two bones (frames, 3) that meet in a joint: 0 when stretched."""
    return np.degrees(np.arccos(np.clip((unit(upper) * unit(lower)).sum(axis=-1), -1, 1)))


def winding(angle: np.ndarray, *, least_speed: float, gap_s: float = 0.25) -> list[tuple[int, int, float]]:
    """Stretches in which an unwrapped angle (radians) keeps running one way -> (start, stop, radians run).

    least_speed : radians a second; slower stretches of up to gap_s are bridged when the way stays the same.
    """
    speed = rate(angle)
    found = []
    for way in (1, -1):
        for start, stop in spells(way * speed > least_speed, shortest_s=0.1, gap_s=gap_s):
            found.append((start, stop, float(angle[stop - 1] - angle[start])))
    return sorted(found)
