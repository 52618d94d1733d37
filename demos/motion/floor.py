"""The floor under a performance: how low the soles are, where the ground is, and lifting what sinks below it."""

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from demos.motion.skeleton import INDEX, PARENTS, REST_HEIGHT, REST_OFFSETS

HEEL_BACK_M = 0.05
"""How far the heel's ground contact lies behind the ankle joint."""
GROUND_PERCENTILE = 3.0
"""A standing foot is the lower toe's usual minimum; the lowest few frames are capture noise."""
TOLERANCE_M = 0.005
"""How deep a sole may stay below the floor."""
SMOOTH_S = 0.1
"""Half-width of the window in which a sinking dancer is lifted."""


def rest_heights() -> np.ndarray:
    """(24,) metres: height of every joint above the soles at rest."""
    heights = np.empty(len(PARENTS))
    heights[0] = REST_HEIGHT
    for joint in range(1, len(PARENTS)):
        heights[joint] = heights[PARENTS[joint]] + REST_OFFSETS[joint, 1]
    return heights


def soles(world: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """(frames, 4) metres: height of the left heel, right heel, left ball and right ball of the foot.

    world : (frames, 24, 3, 3) orientations. joints : (frames, 24, 3) metres.
    """
    heights = rest_heights()
    result = []
    for role, back in (("ankle", HEEL_BACK_M), ("foot", 0.0)):
        for side in ("left", "right"):
            joint = INDEX[f"{side}_{role}"]
            point = np.array([0.0, -heights[joint], -back])
            # The ball of the foot is part of the foot, not of the toes, which bend.
            turn = world[:, INDEX[f"{side}_ankle"]]
            result.append(joints[:, joint, 1] + (turn @ point)[:, 1])
    return np.stack(result, axis=1)


def ground(lowest: np.ndarray) -> float:
    """Height of the floor from the lowest sole of each frame (frames,)."""
    return float(np.percentile(lowest, GROUND_PERCENTILE))


def lift(lowest: np.ndarray, fps: float) -> np.ndarray:
    """(frames,) metres to raise the dancer so that no sole is below the floor; smooth, zero where nothing sinks."""
    depth = np.maximum(0.0, -lowest - TOLERANCE_M)
    if not depth.any():
        return np.zeros_like(depth)
    half = max(1, round(SMOOTH_S * fps))
    widened = maximum_filter1d(depth, 2 * half + 1, mode="nearest")
    return gaussian_filter1d(widened, half / 2, mode="nearest", truncate=2.0)
