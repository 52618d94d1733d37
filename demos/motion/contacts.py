"""When each foot stands on the floor: ankle and toe contacts from height and speed, at any frame rate."""

import numpy as np

from demos.motion.motion import Motion
from demos.motion.skeleton import ANKLE_HEIGHT, FEET, TOE_HEIGHT

STRONG_HEIGHT_M, WEAK_HEIGHT_M = 0.025, 0.045
"""Metres above where the joint usually stands: a contact starts below the first, ends above the second."""
STRONG_SPEED, WEAK_SPEED = 0.25, 0.60
"""The same for speed, m/s. Above the second (2 cm a frame at 30 fps) a foot is travelling, not standing."""
FLOOR_ERROR_M = 0.10
SHORTEST_CONTACT_S, SHORTEST_GAP_S = 0.08, 0.07
SPEED_WINDOW_S = 1 / 15
"""Speed is displacement over this time, so that 15 and 120 fps tell the same story and noise averages out."""
STANDING_HEIGHTS = np.array([ANKLE_HEIGHT, ANKLE_HEIGHT, TOE_HEIGHT, TOE_HEIGHT])
"""(4,) metres above the floor in standing, in the order of skeleton.FEET."""


def foot_contacts(motion: Motion) -> np.ndarray:
    """Which of left ankle, right ankle, left toe, right toe (skeleton.FEET) stand on the floor.

    A contact is a stretch of low height and low speed with hysteresis: it begins only where both are clearly
    low and lasts while both stay fairly low. Stretches under 0.08 s are dropped unless the clip cuts them
    off; gaps under 0.07 s are closed.

    Returns
    -------
    (frames, 4) bool
    """
    feet = motion.joints[:, FEET].astype(np.float64)
    speed = joint_speeds(feet, motion.fps)
    height = feet[..., 1] - STANDING_HEIGHTS - standing_levels(motion)
    strong = (height < STRONG_HEIGHT_M) & (speed < STRONG_SPEED)
    weak = (height < WEAK_HEIGHT_M) & (speed < WEAK_SPEED)
    contacts = np.zeros_like(strong)
    for foot in range(len(FEET)):
        standing = _hysteresis(strong[:, foot], weak[:, foot])
        standing = ~_drop_short(~standing, SHORTEST_GAP_S * motion.fps)
        contacts[:, foot] = _drop_short(standing, SHORTEST_CONTACT_S * motion.fps)
    return contacts


def standing_levels(motion: Motion) -> np.ndarray:
    """How far above its rest height each foot joint usually stands -> (4,) metres, in skeleton.FEET order.

    Captures put the floor a few centimetres off, dance shoes have heels, and retargeting tips feet: for ankles
    and for toes, the median height of the lower one over the frames in which it is slow. 0 when it never is, or
    stands more than 10 cm off: that is no floor.
    """
    feet = motion.joints[:, FEET].astype(np.float64)
    speed = joint_speeds(feet, motion.fps)
    levels = []
    for pair in (slice(0, 2), slice(2, 4)):
        heights = feet[:, pair, 1] - STANDING_HEIGHTS[pair]
        lower = heights.argmin(axis=1)[:, None]
        slow = np.take_along_axis(speed[:, pair], lower, axis=1)[:, 0] < STRONG_SPEED
        level = np.median(np.take_along_axis(heights, lower, axis=1)[slow]) if slow.any() else 0.0
        levels += [level if abs(level) <= FLOOR_ERROR_M else 0.0] * 2
    return np.array(levels)


def joint_speeds(positions: np.ndarray, fps: float, window_s: float = SPEED_WINDOW_S) -> np.ndarray:
    """Speed of points (frames, ..., 3) metres by displacement over a centred window -> (frames, ...) m/s.

    The window is cut at the ends of the clip; a single frame has speed 0.
    """
    frames = np.arange(len(positions))
    half = window_s * fps / 2
    early, late = np.maximum(frames - half, 0), np.minimum(frames + half, len(positions) - 1)
    moved = np.linalg.norm(_sample(positions, late) - _sample(positions, early), axis=-1)
    elapsed = np.where(late > early, (late - early) / fps, 1.0)
    return moved / elapsed.reshape(-1, *[1] * (moved.ndim - 1))


def runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """Stretches of True in (frames,) bool as (start, stop) frames, stop excluded."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _sample(positions: np.ndarray, place: np.ndarray) -> np.ndarray:
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, len(positions) - 1)
    weight = (place - low).reshape(-1, *[1] * (positions.ndim - 1))
    return positions[low] * (1 - weight) + positions[high] * weight


def _hysteresis(strong: np.ndarray, weak: np.ndarray) -> np.ndarray:
    """Those stretches of `weak` that hold at least one `strong` frame."""
    kept = np.zeros_like(weak)
    for start, stop in runs(weak):
        kept[start:stop] = strong[start:stop].any()
    return kept


def _drop_short(mask: np.ndarray, shortest_frames: float) -> np.ndarray:
    mask = mask.copy()
    for start, stop in runs(mask):
        cut_off = start == 0 or stop == len(mask)
        if stop - start < shortest_frames and not cut_off:
            mask[start:stop] = False
    return mask
