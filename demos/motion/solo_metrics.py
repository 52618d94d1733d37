"""Measures of one dancer: foot physics, skating, smoothness, speed, range, space; beats are in rhythm.py.

Every measure runs at the frame rate of its published definition (30 fps here) whatever the motion's own, and
returns None where it is undefined: too few frames, no foot on the floor.
"""

import numpy as np
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.transform import Rotation

from demos.motion import rotations
from demos.motion.contacts import STANDING_HEIGHTS, foot_contacts, standing_levels
from demos.motion.motion import Motion
from demos.motion.skeleton import FEET, INDEX, JOINTS, TOE_HEIGHT

FPS = 30
LIMB_JOINTS = tuple(
    INDEX[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle", "shoulder", "elbow") for side in ("left", "right")
)
_SPACE_FPS = 10  # a convex hull needs no more; keeps ten minutes of dance under a second


def physical_foot_contact(motion: Motion) -> float | None:
    """PFC (EDGE, eval_pfc.py): feet that slide while the body accelerates. Lower is more physical.

    10,000 x mean over frames of (slower of left ankle and toe) x (slower of right ankle and toe) x root
    acceleration. Feet: horizontal step a frame in metres, NOT divided by time. Root: second difference of the
    pelvis with the vertical part floored at 0, its norm divided by its maximum over the clip: one jump or
    glitch lowers the score of the whole clip, and clips of different lengths do not compare. 30 fps, y up
    (EDGE: z up). 0 for a pelvis that never accelerates; None under 3 frames.
    """
    joints = motion.resample(FPS).joints.astype(np.float64)
    if len(joints) < 3:
        return None
    acceleration = np.diff(joints[:, 0], n=2, axis=0) * FPS**2
    acceleration[:, 1] = np.maximum(acceleration[:, 1], 0)
    push = np.linalg.norm(acceleration, axis=-1)
    if push.max() < 1e-9:
        return 0.0
    steps = _floor_steps(joints[1:, FEET])  # EDGE pairs frame t's acceleration with the step from t + 1 to t + 2
    left, right = steps[:, [0, 2]].min(axis=1), steps[:, [1, 3]].min(axis=1)
    return float((left * right * push / push.max()).mean() * 10_000)


def foot_skate(motion: Motion) -> float | None:
    """Share of a standing foot's frames in which it slides: mean of left and right, as LODGE defines it.

    A foot stands while its ankle is at most 8 cm and its toe joint at most 5 cm above the ground (where the
    toe joint is in standing); it slides when ankle or toe moves over 1 cm to the next frame at 30 fps,
    horizontally. A foot that never stands does not count; None when neither does.
    """
    joints = motion.resample(FPS).joints.astype(np.float64)
    return _skate(joints[:, FEET], TOE_HEIGHT + standing_levels(motion).min(), _floor_steps(joints[:, FEET]))


def foot_skate_lodge(motion: Motion) -> float | None:
    """`foot_skate` with the two habits of LODGE's code (metric/foot_skating.py), to compare with its table.

    The ground is the first frame's lower toe (the mean of both within 2 cm), wherever that is; and a step is
    |mean of dx and dz|, so that a slide along x = -z counts as none and one along x = z by 0.71 of its
    length.
    """
    joints = motion.resample(FPS).joints.astype(np.float64)
    toes = joints[0, [INDEX["left_foot"], INDEX["right_foot"]], 1]
    ground = toes.mean() if abs(toes[0] - toes[1]) < 0.02 else toes.min()
    steps = np.abs(np.diff(joints[:, FEET], axis=0)[..., [0, 2]].mean(axis=-1))
    return _skate(joints[:, FEET], float(ground), steps)


def _skate(feet: np.ndarray, ground: float, steps: np.ndarray) -> float | None:
    """feet (frames, 4, 3) in skeleton.FEET order, steps (frames - 1, 4) metres."""
    low = feet[..., 1] <= ground + np.array([0.08, 0.08, 0.05, 0.05])
    slides = np.concatenate([steps > 0.01, np.zeros((1, 4), bool)])  # the last frame has no step, and counts
    shares = []
    for ankle, toe in ((0, 2), (1, 3)):
        standing = low[:, ankle] & low[:, toe]
        if standing.any():
            shares.append((slides[:, ankle] | slides[:, toe])[standing].mean())
    return float(np.mean(shares)) if shares else None


def _floor_steps(points: np.ndarray) -> np.ndarray:
    """(frames, n, 3) -> (frames - 1, n) metres a frame, horizontal."""
    return np.linalg.norm(np.diff(points, axis=0)[..., [0, 2]], axis=-1)


def jerk(motion: Motion) -> tuple[float | None, float | None]:
    """Mean and median over joints and frames of the third difference of position at 30 fps, m/s^3."""
    joints = motion.resample(FPS).joints.astype(np.float64)
    if len(joints) < 4:
        return None, None
    values = np.linalg.norm(np.diff(joints, n=3, axis=0), axis=-1) * FPS**3
    return float(values.mean()), float(np.median(values))


def speed(motion: Motion) -> tuple[float | None, float | None]:
    """Mean speed over joints and frames, and the 99th percentile over frames of the fastest joint's; m/s."""
    joints = motion.resample(FPS).joints.astype(np.float64)
    if len(joints) < 2:
        return None, None
    values = np.linalg.norm(np.diff(joints, axis=0), axis=-1) * FPS
    return float(values.mean()), float(np.percentile(values.max(axis=1), 99))


def joint_ranges(motion: Motion) -> np.ndarray:
    """How far joints turn: twice the 95th percentile of the angle from the mean rotation -> (24,) degrees.

    Worked case: a hinge swinging evenly from 0 to 90 degrees is up to 42.75 from its mean 95 % of the time:
    85.5.
    """
    poses = motion.resample(FPS).poses
    ranges = np.zeros(len(JOINTS))
    for joint in range(len(JOINTS)):
        turns = Rotation.from_rotvec(poses[:, joint])
        ranges[joint] = 2 * np.degrees(np.percentile((turns.mean().inv() * turns).magnitude(), 95))
    return ranges


def limb_range(motion: Motion) -> float:
    """Mean of `joint_ranges` over hips, knees, ankles, shoulders and elbows, degrees."""
    return float(joint_ranges(motion)[list(LIMB_JOINTS)].mean())


def travel(motion: Motion) -> float:
    """Metres that the pelvis travels over the floor, there and back counted, at 30 fps."""
    return float(_floor_steps(motion.resample(FPS).joints[:, :1].astype(np.float64)).sum())


def floor_area(motion: Motion) -> float:
    """Square metres of floor used: the convex hull of the pelvis seen from above."""
    return _hull_volume(motion.resample(_SPACE_FPS).joints[:, 0, [0, 2]])


def reach_space(motion: Motion) -> float:
    """Cubic metres that the body sweeps about itself: the convex hull of all joints seen from the pelvis.

    Turning does not count: the heading is taken out first.
    """
    motion = motion.resample(_SPACE_FPS)
    turned = rotations.yaw(-heading(motion))
    local = np.einsum("fij,fkj->fki", turned, motion.joints - motion.joints[:, :1])
    return _hull_volume(local.reshape(-1, 3))


def _hull_volume(points: np.ndarray) -> float:
    try:
        return float(ConvexHull(points).volume)  # in the plane: the area
    except (QhullError, ValueError):  # too few points, or all on a line or in a plane
        return 0.0


def heading(motion: Motion) -> np.ndarray:
    """Where the torso faces, seen from above -> (frames,) radians: 0 is +z, positive towards +x.

    From the lines across the hips and across the shoulders, which stay level when the pelvis tips.
    """
    joints = motion.joints.astype(np.float64)
    lines = [joints[:, INDEX[f"left_{pair}"]] - joints[:, INDEX[f"right_{pair}"]] for pair in ("hip", "shoulder")]
    across = lines[0] + lines[1]
    return np.arctan2(-across[:, 2], across[:, 0])  # forward = across x up


def floor_depth(motion: Motion) -> tuple[float, float]:
    """How far the lower foot sinks through the floor: mean over frames, metres; share of frames over 2 cm."""
    feet = motion.resample(FPS).joints[:, FEET, 1]
    depth = np.maximum((STANDING_HEIGHTS - feet).max(axis=1), 0)
    return float(depth.mean()), float((depth > 0.02).mean())


def planted(motion: Motion) -> float:
    """Share of frames in which some foot stands (contacts.foot_contacts)."""
    return float(foot_contacts(motion).any(axis=1).mean())
