"""The floor under a performance: how low the soles are, where the ground is, and lifting what sinks below it."""

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, minimum_filter1d

from demos.motion import ik, rotations
from demos.motion.skeleton import INDEX, PARENTS, REST_HEIGHT, REST_OFFSETS

HEEL_BACK_M = 0.05
"""How far the heel's ground contact lies behind the ankle joint."""
TOE_LENGTH_M = 0.06
"""From the ball of the foot to the tip of the toes."""
MOST_TOE_BEND = np.radians(60)
"""Toes bend back no further."""
GROUND_PERCENTILE = 5.0
"""A standing foot is the lower toe's usual minimum; the lowest few frames are capture noise."""
TOLERANCE_M = 0.005
"""How deep a sole may stay below the floor."""
LONGEST_JUMP_S = 1.2
FLOATING_M = 0.12
"""A jump of 1.2 s would be 1.8 m high (g t^2 / 8); a body 12 cm above the floor for longer is capture drift;
less than that is somebody on tiptoe."""
# How far the skin is from a joint, roughly, for bodies that kneel, sit or lie.
_FLESH_M = {
    "pelvis": 0.12, "head": 0.1, "left_knee": 0.06, "right_knee": 0.06, "left_hand": 0.03, "right_hand": 0.03,
    "left_elbow": 0.05, "right_elbow": 0.05, "spine3": 0.1,
}  # fmt: skip
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


def drift(lowest: np.ndarray, fps: float) -> np.ndarray:
    """(frames,) metres by which the whole take floats: nobody stays in the air for longer than LONGEST_JUMP_S.

    lowest : (frames,) metres, the lowest point of the whole body above the floor (hands and knees included). Zero for
    takes that come down often enough; else a slow curve that leaves jumps alone.
    """
    half = max(1, round(LONGEST_JUMP_S / 2 * fps))
    if len(lowest) < 2 * half:
        return np.zeros(len(lowest))
    reached = minimum_filter1d(lowest, 2 * half + 1, mode="nearest")
    floating = maximum_filter1d(reached, 2 * half + 1, mode="nearest")
    if floating.max() < FLOATING_M:
        return np.zeros(len(lowest))
    return gaussian_filter1d(np.maximum(reached, 0.0), half / 2, mode="nearest", truncate=2.0)


def body_lowest(sole: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """(frames,) metres: height of whatever is nearest to the floor, flesh included."""
    names = list(_FLESH_M)
    flesh = joints[:, [INDEX[name] for name in names], 1] - np.array([_FLESH_M[name] for name in names])
    return np.minimum(sole.min(axis=1), flesh.min(axis=1))


def ground(lowest: np.ndarray) -> float:
    """Height of the floor from the lowest sole of each frame (frames,)."""
    return float(np.percentile(lowest, GROUND_PERCENTILE))


def lift(lowest: np.ndarray, fps: float) -> np.ndarray:
    """(frames, ...) metres to raise what sinks below the floor; smooth, zero where nothing sinks."""
    depth = np.maximum(0.0, -lowest - TOLERANCE_M)
    if not depth.any():
        return np.zeros_like(depth)
    half = max(1, round(SMOOTH_S * fps))
    widened = maximum_filter1d(depth, 2 * half + 1, axis=0, mode="nearest")
    return gaussian_filter1d(widened, half / 2, axis=0, mode="nearest", truncate=2.0)


def raise_feet(world: np.ndarray, joints: np.ndarray, fps: float) -> np.ndarray:
    """Bend the legs so that feet that sink below y = 0 stay on it; writes `world`, returns the (frames, 2)
    metres raised.

    Bending one leg leaves the other foot and the body where they are; raising the dancer would not.
    """
    sole = soles(world, joints).reshape(len(joints), 2, 2).min(axis=1)  # heel and ball of each side
    raised = lift(sole, fps)
    for leg, rise in zip((ik.LEFT_LEG, ik.RIGHT_LEG), raised.T, strict=True):
        if rise.any():
            target = joints[:, leg.end] + rise[:, None] * np.array([0.0, 1.0, 0.0])
            solved = ik.solve_limb(leg, joints, world, target)
            moved = rise > 0  # elsewhere even rounding stays out
            world[moved, leg.root], world[moved, leg.middle] = solved[0][moved], solved[1][moved]
    return raised


def bend_toes(world: np.ndarray, joints: np.ndarray) -> bool:
    """Bend toes up where they would pierce the floor while the ball of the foot stands on it; writes `world`.

    Most sources have no toes of their own: a heel that rises would push ours into the ground. Returns whether any bent.
    """
    bent = False
    tip = np.array([0.0, -rest_heights()[INDEX["left_foot"]], TOE_LENGTH_M])
    up = np.array([0.0, tip[2], -tip[1]])  # the tip after a quarter turn upwards
    for side in ("left", "right"):
        toe = INDEX[f"{side}_foot"]
        here, turned = ((world[:, toe] @ point)[:, 1] for point in (tip, up))
        # The tip's height over the toe joint is here cos(a) + turned sin(a): the smallest a that brings it to
        # the floor.
        reach = np.hypot(here, turned)
        wanted = np.clip(-joints[:, toe, 1] / np.maximum(reach, 1e-9), -1, 1)
        angle = np.arctan2(turned, here) - np.arccos(wanted)
        angle = np.where(here < -joints[:, toe, 1], np.clip(angle, 0, MOST_TOE_BEND), 0.0)
        if angle.any():
            bent = True
            world[:, toe] = world[:, toe] @ rotations.rotvec_to_matrix(angle[:, None] * np.array([-1.0, 0.0, 0.0]))
    return bent
