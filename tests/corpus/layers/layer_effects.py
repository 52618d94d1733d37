"""What each kind of layer does, as one number, and the curve whose peaks its beats are; for the tests of layers."""

import numpy as np

from demos.corpus.parts import centre_of_mass
from demos.motion import kinematics, rotations
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX
from demos.motion.solo_metrics import heading

LEFT_HAND, RIGHT_HAND = INDEX["left_hand"], INDEX["right_hand"]


def turns(motion: Motion) -> np.ndarray:
    """(frames, 24, 3, 3) world orientations."""
    return kinematics.forward(rotations.rotvec_to_matrix(motion.poses), motion.translation.astype(float))[1]


def wrist(motion: Motion, side: str) -> np.ndarray:
    """(frames, 3) metres from the shoulder, in the chest's axes: outwards, up, ahead."""
    joints = motion.joints.astype(float)
    away = joints[:, INDEX[f"{side}_wrist"]] - joints[:, INDEX[f"{side}_shoulder"]]
    local = np.einsum("fji,fj->fi", turns(motion)[:, INDEX["spine3"]], away)
    return local * np.array([1.0 if side == "left" else -1.0, 1, 1])


def both(motion: Motion, axis: int) -> np.ndarray:
    return (wrist(motion, "left") + wrist(motion, "right"))[:, axis] / 2


def apart(motion: Motion, joint: str) -> np.ndarray:
    """(frames,) how far left and right joints are from each other; negative when crossed."""
    joints = motion.joints.astype(float)
    across = turns(motion)[:, INDEX["spine3"], :, 0]
    return ((joints[:, INDEX[f"left_{joint}"]] - joints[:, INDEX[f"right_{joint}"]]) * across).sum(-1)


def hands(motion: Motion) -> np.ndarray:
    joints = motion.joints.astype(float)
    return np.linalg.norm(joints[:, LEFT_HAND] - joints[:, RIGHT_HAND], axis=-1)


def bent(motion: Motion, axis: int) -> np.ndarray:
    """(frames,) radians of the chest over the pelvis: 0 forwards, 1 to the left about the vertical, 2 over to the
    right."""
    world = turns(motion)
    return rotations.matrix_to_rotvec(np.swapaxes(world[:, 0], -1, -2) @ world[:, INDEX["spine3"]])[:, axis]


def nodded(motion: Motion, axis: int) -> np.ndarray:
    world = turns(motion)
    return rotations.matrix_to_rotvec(np.swapaxes(world[:, INDEX["spine3"]], -1, -2) @ world[:, INDEX["head"]])[:, axis]


def local(motion: Motion, joint: str, axis: int) -> np.ndarray:
    return motion.poses[:, INDEX[joint], axis].astype(float)


def pelvis(motion: Motion, axis: int) -> np.ndarray:
    return motion.translation[:, axis].astype(float)


def height(motion: Motion, joint: str) -> np.ndarray:
    return motion.joints[:, INDEX[joint], 1].astype(float)


def span(curve: np.ndarray) -> float:
    return float(np.percentile(curve, 96) - np.percentile(curve, 4))


def _gain(measure, of):
    return lambda before, after, window: of(measure(after)[window]) - of(measure(before)[window])


def _fall(measure, of):
    return lambda before, after, window: of(measure(before)[window]) - of(measure(after)[window])


def high(curve: np.ndarray) -> float:
    return float(np.percentile(curve, 96))


def low(curve: np.ndarray) -> float:
    return float(np.percentile(curve, 4))


def median(curve: np.ndarray) -> float:
    return float(np.median(curve))


def to_hip(motion: Motion) -> np.ndarray:
    joints = motion.joints.astype(float)
    middle = joints[:, 0] + np.array([0.0, 0.08, 0.0])
    return np.linalg.norm(joints[:, INDEX["left_wrist"]] - middle, axis=-1)


def moved(*names: str):
    """Mean distance of joints from where they were, metres."""
    columns = [INDEX[name] for name in names]

    def effect(before: Motion, after: Motion, window: slice) -> float:
        away = np.linalg.norm(after.joints[window][:, columns] - before.joints[window][:, columns], axis=-1)
        return float(away.mean())

    return effect


def turned(joint: str):
    """96th percentile of the angle between a joint's world orientations before and after, radians."""

    def effect(before: Motion, after: Motion, window: slice) -> float:
        a, b = (turns(motion)[window][:, INDEX[joint]] for motion in (before, after))
        return high(np.linalg.norm(rotations.matrix_to_rotvec(np.swapaxes(a, -1, -2) @ b), axis=-1))

    return effect


def winding(before: Motion, after: Motion, window: slice) -> float:
    """Radians that the dancer turns more than before, from end to end."""
    return float(abs(np.ptp(np.unwrap(heading(after)))) - abs(np.ptp(np.unwrap(heading(before)))))


def stepping(before: Motion, after: Motion, window: slice) -> float:
    """Metres that both feet go over the floor, more than before."""
    gone = [
        np.linalg.norm(np.diff(motion.joints[window][:, [7, 8]][..., [0, 2]], axis=0), axis=-1).sum()
        for motion in (before, after)
    ]
    return float(gone[1] - gone[0])


def lifted(before: Motion, after: Motion, window: slice) -> float:
    """Metres between the highest and the lowest of a foot, more than before."""
    return max(span(height(after, f"{s}_ankle")[window]) - span(height(before, f"{s}_ankle")[window]) for s in SIDES)


SIDES = ("left", "right")


def flown(before: Motion, after: Motion, window: slice) -> float:
    """Metres that the lower ankle comes up, at most."""
    lowest = [motion.joints[window][:, [7, 8], 1].min(axis=1) for motion in (before, after)]
    return float((lowest[1] - lowest[0]).max())


def travelled(before: Motion, after: Motion, window: slice) -> float:
    away = after.translation[window][:, [0, 2]] - before.translation[window][:, [0, 2]]
    return float(np.linalg.norm(away, axis=-1).max())


def unevenness(motion: Motion) -> float:
    """Spread of the joints' speed over time, relative to its mean."""
    speed = np.linalg.norm(np.diff(motion.joints.astype(float), axis=0), axis=-1).mean(axis=1)
    return float(speed.std() / max(speed.mean(), 1e-9))


def jerked(motion: Motion) -> float:
    joints = motion.joints.astype(float)
    return float(np.linalg.norm(np.diff(joints, n=3, axis=0), axis=-1).mean() * motion.fps**3)


def still(before: Motion, after: Motion, window: slice) -> float:
    """Share of frames in which the wrists hardly move, more than before."""
    shares = []
    for motion in (before, after):
        step = np.linalg.norm(np.diff(motion.joints[window][:, [20, 21]], axis=0), axis=-1).mean(axis=1)
        shares.append((step < 0.25 * step.mean()).mean())
    return float(shares[1] - shares[0])


def size(motion: Motion) -> np.ndarray:
    """(frames,) how far the wrists are from their own mean, in the chest's axes."""
    points = wrist(motion, "left")
    return np.linalg.norm(points - points.mean(axis=0), axis=-1)


def balance(motion: Motion) -> np.ndarray:
    """(frames,) metres from under the centre of mass to the nearest point of the standing feet's lines and the line
    between them."""
    joints = motion.joints.astype(float)
    centre = centre_of_mass(joints)[:, [0, 2]]
    best = np.full(len(centre), np.inf)
    for a, b in ((7, 10), (8, 11), (10, 11), (7, 8), (7, 11), (8, 10)):
        start, end = joints[:, a][:, [0, 2]], joints[:, b][:, [0, 2]]
        way = end - start
        along = ((centre - start) * way).sum(-1) / np.maximum((way**2).sum(-1), 1e-9)
        near = start + np.clip(along, 0, 1)[:, None] * way
        best = np.minimum(best, np.linalg.norm(centre - near, axis=-1))
    return best


WRISTS = ("left_wrist", "right_wrist")
EFFECTS = {
    "arm_raise": (_gain(lambda m: both(m, 1), median), 0.40),
    "arm_lower": (_fall(lambda m: both(m, 1), median), 0.12),
    "arm_wave": (moved("left_hand", "right_hand"), 0.15),
    "arm_punch": (_gain(lambda m: wrist(m, "left")[:, 2], high), 0.12),
    "arm_circle": (_gain(lambda m: both(m, 1), span), 0.5),
    "arm_clap": (_fall(hands, low), 0.4),
    "arm_cross": (_fall(lambda m: apart(m, "wrist"), low), 0.5),
    "arm_reach": (_gain(lambda m: wrist(m, "left")[:, 1], high), 0.4),
    "arm_open": (_gain(lambda m: apart(m, "wrist"), high), 0.10),
    "arm_swing": (_gain(lambda m: wrist(m, "left")[:, 2], span), 0.3),
    "hands_on_hips": (_fall(to_hip, median), 0.10),
    "arm_path": (moved(*WRISTS), 0.15),
    "arm_style": (moved(*WRISTS), 0.2),
    "torso_wave": (_gain(lambda m: bent(m, 0), span), 0.5),
    "lean": (_gain(lambda m: bent(m, 2), span), 0.8),
    "torso_twist": (_gain(lambda m: bent(m, 1), span), 1.1),
    "chest_hit": (_gain(lambda m: local(m, "spine3", 0), span), 0.2),
    "torso_roll": (_gain(lambda m: bent(m, 2), span), 0.5),
    "shoulder_shimmy": (_gain(lambda m: local(m, "left_collar", 1), span), 0.3),
    "head_nod": (_gain(lambda m: nodded(m, 0), span), 0.5),
    "head_look": (_gain(lambda m: nodded(m, 1), span), 1.4),
    "head_tilt": (_gain(lambda m: nodded(m, 2), span), 0.9),
    "head_circle": (_gain(lambda m: nodded(m, 0), span), 0.7),
    "bounce": (_gain(lambda m: pelvis(m, 1), span), 0.06),
    "groove": (_gain(lambda m: pelvis(m, 0), span), 0.10),
    "hip_sway": (_gain(lambda m: pelvis(m, 0), span), 0.13),
    "hip_circle": (_gain(lambda m: pelvis(m, 2), span), 0.11),
    "hip_accent": (_gain(lambda m: pelvis(m, 0), span), 0.13),
    "sink": (_gain(lambda m: pelvis(m, 1), span), 0.2),
    "crouch": (_fall(lambda m: pelvis(m, 1), median), 0.2),
    "rise": (_gain(lambda m: pelvis(m, 1), median), 0.05),
    **{name: (stepping, 1.0) for name in ("step_touch", "two_step", "grapevine", "box", "cha_cha", "salsa")},
    **{name: (lifted, least) for name, least in (("march", 0.15), ("kick", 0.4), ("knee_lift", 0.3))},
    "turn": (winding, 6.0),
    "jump": (flown, 0.18),
    "travel": (travelled, 1.0),
    "stay": (travelled, 0.3),
    "sharp": (lambda a, b, w: unevenness(b.slice(w.start, w.stop)) - unevenness(a.slice(w.start, w.stop)), 0.2),
    "hit": (lambda a, b, w: unevenness(b.slice(w.start, w.stop)) - unevenness(a.slice(w.start, w.stop)), 0.5),
    "freeze": (still, 0.15),
    "fluid": (lambda a, b, w: (jerked(a.slice(w.start, w.stop)) - jerked(b.slice(w.start, w.stop)))
              / jerked(a.slice(w.start, w.stop)), 0.15),
    "double_time": (moved(*WRISTS), 0.05),
    "half_time": (moved(*WRISTS), 0.05),
    "delay": (moved(*WRISTS), 0.05),
    "reverse": (moved(*WRISTS), 0.05),
    "bigger": (_gain(size, high), 0.03),
    "smaller": (_fall(size, high), 0.03),
    "energy": (_gain(size, high), 0.02),
    "calmer": (_fall(size, high), 0.03),
    "mirror": (moved(*WRISTS), 0.03),
    "mirror_arms": (moved(*WRISTS), 0.03),
}  # fmt: skip
"""Kind -> its effect (before, after, window) and the least that counts as plain to see at full strength."""

PEAKS = {
    "arm_raise": (lambda m: both(m, 1), 1), "arm_wave": (lambda m: wrist(m, "left")[:, 1], 2),
    "arm_punch": (lambda m: wrist(m, "left")[:, 2], 2), "arm_circle": (lambda m: both(m, 1), 4),
    "arm_clap": (lambda m: -hands(m), 1), "arm_cross": (lambda m: -apart(m, "wrist"), 2),
    "arm_reach": (lambda m: wrist(m, "left")[:, 1], 4), "arm_open": (lambda m: apart(m, "wrist"), 2),
    "arm_swing": (lambda m: wrist(m, "left")[:, 2], 2), "torso_wave": (lambda m: local(m, "spine3", 0), 4),
    "lean": (lambda m: -bent(m, 2), 4), "torso_twist": (lambda m: bent(m, 1), 2),
    "chest_hit": (lambda m: -local(m, "spine3", 0), 1), "torso_roll": (lambda m: bent(m, 0), 4),
    "head_nod": (lambda m: nodded(m, 0), 1), "head_look": (lambda m: nodded(m, 1), 4),
    "head_tilt": (lambda m: -nodded(m, 2), 2), "head_circle": (lambda m: nodded(m, 0), 4),
    "bounce": (lambda m: -pelvis(m, 1), 1), "groove": (lambda m: -pelvis(m, 1), 1),
    "hip_sway": (lambda m: pelvis(m, 0), 2), "hip_circle": (lambda m: pelvis(m, 2), 4),
    "hip_accent": (lambda m: pelvis(m, 0), 2), "sink": (lambda m: -pelvis(m, 1), 4),
    "kick": (lambda m: height(m, "right_ankle"), 4), "knee_lift": (lambda m: height(m, "right_knee"), 4),
}  # fmt: skip
"""Kind -> a curve that is highest on beats 0, period, 2 period ..., and the period."""
