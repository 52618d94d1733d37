"""Two-bone inverse kinematics for legs and arms: analytic, over all frames at once, keeping the way knees
point."""

from dataclasses import dataclass

import numpy as np

from demos.motion import rotations
from demos.motion.skeleton import INDEX

SOFT_SHARE = 0.02
"""Share of the limb's length over which it slows down before it is straight."""
STRAIGHT_SINE = 0.1
"""Below this sine of the bend (6 degrees) the direction of the bend is noise and the hinge's own helps
out."""
BACKWARDS_SINE = 0.26, 0.44
"""A limb bent backwards by less than the first (15 degrees) is overstretched and bends forwards; beyond the
second (26 degrees) it is taken as meant: bones twisted otherwise than ours."""


@dataclass(frozen=True)
class Limb:
    """A chain of two bones: upper from `root` to `middle`, lower from `middle` to `end` (joint indices).

    hinge : (3,) axis in the frame of the root joint about which the lower bone bends by a positive angle.
    """

    root: int
    middle: int
    end: int
    hinge: tuple[float, float, float]


def _limb(side: str, joints: tuple[str, str, str], hinge: tuple[float, float, float]) -> Limb:
    root, middle, end = (INDEX[f"{side}_{joint}"] for joint in joints)
    return Limb(root, middle, end, hinge)


LEFT_LEG = _limb("left", ("hip", "knee", "ankle"), (1.0, 0.0, 0.0))  # shins swing back
RIGHT_LEG = _limb("right", ("hip", "knee", "ankle"), (1.0, 0.0, 0.0))
LEFT_ARM = _limb("left", ("shoulder", "elbow", "wrist"), (0.0, -1.0, 0.0))  # in the T-pose forearms swing forward
RIGHT_ARM = _limb("right", ("shoulder", "elbow", "wrist"), (0.0, 1.0, 0.0))


def solve_limb(
    limb: Limb, positions: np.ndarray, orientations: np.ndarray, target: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Turn the two bones of a limb so that its end comes to a target.

    The lower bone bends in the plane it is already in and then the whole limb swings by the smallest
    rotation: the knee or elbow keeps pointing where it did, and a target at the present end changes nothing.
    Targets out of reach are approached, not met: the limb slows down over the last 2 % of its length instead
    of snapping straight; one that is straighter already may stay so. Knees bent backwards a little are bent
    forwards by as much.

    Parameters
    ----------
    positions : (frames, 24, 3) metres, world. orientations : (frames, 24, 3, 3), world.
    target : (frames, 3) metres, world.

    Returns
    -------
    upper, lower : (frames, 3, 3) new world orientations of the root and the middle joint.
    """
    start, bend, end = (positions[:, joint].astype(np.float64) for joint in (limb.root, limb.middle, limb.end))
    upper_length, upper = _split(bend - start)
    lower_length, lower = _split(end - bend)
    distance = np.linalg.norm(end - start, axis=-1)
    wanted = reachable(np.linalg.norm(target - start, axis=-1), distance, upper_length, lower_length)

    # The bend is the angle from the upper bone's direction to the lower's; 0 is straight (law of cosines).
    cosine = (wanted**2 - upper_length**2 - lower_length**2) / (2 * upper_length * lower_length)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    aside = _bend_direction(limb, orientations[:, limb.root], upper, lower)
    bent = np.cos(angle)[:, None] * upper + np.sin(angle)[:, None] * aside
    fold = rotations.between(lower, bent)

    reach = upper_length[:, None] * upper + lower_length[:, None] * bent
    swing = rotations.between(reach, _safe(target - start, reach))
    return swing @ orientations[:, limb.root], swing @ fold @ orientations[:, limb.middle]


def reachable(
    wanted: np.ndarray, present: np.ndarray, upper_length: np.ndarray, lower_length: np.ndarray
) -> np.ndarray:
    """The distance from root to end that the limb takes on for a wanted one; all (frames,) metres.

    Equal to the wanted one up to 98 % of the limb's length, from there towards full length without reaching
    it (its slope goes on from 1). A limb that is straighter already may stay so.
    """
    length = upper_length + lower_length
    soft = SOFT_SHARE * length
    over = np.maximum(wanted - (length - soft), 0.0)
    eased = np.where(over > 0, length - soft * np.exp(-over / soft), wanted)
    kept = np.maximum(eased, np.minimum(wanted, present))
    shortest = np.abs(upper_length - lower_length) + 0.05 * length  # a knee does not fold flat
    return np.maximum(kept, np.minimum(shortest, present))


def _bend_direction(limb: Limb, root: np.ndarray, upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Unit (frames, 3) across the upper bone, towards the side to which the lower bone leaves it."""
    across = lower - (lower * upper).sum(-1, keepdims=True) * upper
    hinge = root @ np.asarray(limb.hinge)
    natural = np.cross(hinge, upper)
    natural = natural / np.maximum(np.linalg.norm(natural, axis=-1, keepdims=True), 1e-9)
    sine = np.linalg.norm(across, axis=-1, keepdims=True)
    forwards = (across * natural).sum(-1, keepdims=True)
    low, high = BACKWARDS_SINE
    turned = np.clip((high - sine) / (high - low), 0.0, 1.0)
    help_out = 0.5 * STRAIGHT_SINE * np.maximum(1.0 - sine / STRAIGHT_SINE, 0.0) ** 2
    mixed = across + (2 * turned * np.maximum(-forwards, 0.0) + help_out) * natural
    return mixed / np.maximum(np.linalg.norm(mixed, axis=-1, keepdims=True), 1e-9)


def _split(vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    length = np.linalg.norm(vector, axis=-1)
    return length, vector / np.maximum(length, 1e-9)[:, None]


def _safe(direction: np.ndarray, fallback: np.ndarray) -> np.ndarray:
    """A direction, or the fallback where it is too short to have one (the target on the hip)."""
    return np.where(np.linalg.norm(direction, axis=-1, keepdims=True) > 1e-6, direction, fallback)
