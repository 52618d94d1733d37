"""Keeping a couple's bodies out of one another: steps aside, and arms that go round instead of through."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from demos.corpus import reaching
from demos.motion.contacts import foot_contacts
from demos.motion.duet_metrics import CAPSULE_RADII, CAPSULES, capsules, segment_closest
from demos.motion.footlock import lock_feet
from demos.motion.motion import Motion
from demos.motion.skeleton import JOINTS

SOFT_M = 0.01
"""Overlap that is left: clothes and flesh give way."""
MOST_APART_M = 0.4
"""Both partners together step aside by no more than this."""
_ROUNDS = 4
_HOLD_S, _CALM_S = 0.25, 0.2
_ARM_CALM_S = 0.05
_ARM_ROUNDS = 4
_MOST_ARM_M = 0.25
_PALM_M = 0.035

_ENDS = np.array([end.split("_")[-1] for _, end, _ in CAPSULES])
_LOWER_ARM = np.isin(_ENDS, ("wrist", "hand"))
_ARM = _LOWER_ARM | (_ENDS == "elbow")
_TRUNK = ~_ARM


def push_apart(
    lead: Motion, follow: Motion, *, contacts: tuple[np.ndarray, np.ndarray] | None = None
) -> tuple[Motion, Motion]:
    """The couple with overlapping bodies pushed apart.

    Trunks, heads, legs and upper arms: both step aside, half each, away from one another over the floor, smoothly and
    with their feet standing where they stand. Forearms and hands in the partner's body: the arm is drawn out by IK.
    Forearms among themselves are left alone, hands are held there. A couple that does not overlap is returned as it is.

    contacts : (frames, 4) bool of each, skeleton.FEET order; found when None.
    """
    if (len(lead), lead.fps) != (len(follow), follow.fps):
        raise ValueError("partners must share length and frame rate")
    apart = _steps_aside(lead, follow)
    motions = (lead, follow)
    if apart is not None:
        found = contacts if contacts is not None else tuple(foot_contacts(motion) for motion in motions)
        moved = []
        for motion, sign, standing in zip(motions, (-0.5, 0.5), found, strict=True):
            shifted = Motion(motion.poses, motion.translation + sign * apart, motion.fps)
            moved.append(lock_feet(shifted, standing))
        motions = (moved[0], moved[1])
    return draw_arms_out(*motions)


def _steps_aside(lead: Motion, follow: Motion) -> np.ndarray | None:
    """(frames, 3) metres, from lead to follow, by which they must come apart; None when they need not."""
    fps = lead.fps
    way = (follow.joints[:, 0] - lead.joints[:, 0]).astype(np.float64) * [1.0, 0.0, 1.0]
    way = gaussian_filter1d(way, 0.1 * fps, axis=0, mode="nearest")
    way = way / np.maximum(np.linalg.norm(way, axis=-1, keepdims=True), 1e-3)
    one, other = capsules(lead.joints), capsules(follow.joints)
    bodies = _TRUNK[:, None] & _TRUNK[None] | (_ENDS == "elbow")[:, None] & _TRUNK[None]
    bodies |= bodies.T
    rows, columns = np.nonzero(bodies)
    radii = CAPSULE_RADII[rows] + CAPSULE_RADII[columns]
    needed = np.zeros(len(lead))
    for _ in range(_ROUNDS):
        shift = (needed[:, None] * way)[:, None]
        p, q = segment_closest(
            one[0][:, rows], one[1][:, rows], other[0][:, columns] + shift, other[1][:, columns] + shift
        )
        depth = (radii - np.linalg.norm(p - q, axis=-1)).max(axis=1) - SOFT_M
        if depth.max() <= 0:
            break
        needed = np.minimum(needed + np.maximum(depth, 0.0), MOST_APART_M)
    if not needed.any():
        return None
    window = 2 * round(_HOLD_S * fps) + 1
    calm = gaussian_filter1d(maximum_filter1d(needed, window, mode="nearest"), _CALM_S * fps / 2, mode="nearest")
    return calm[:, None] * way


def draw_arms_out(lead: Motion, follow: Motion) -> tuple[Motion, Motion]:
    """The couple with forearms and hands drawn out of the partner's body by IK, each by at most 25 cm."""
    fps = lead.fps
    bodies = [reaching.unpack(lead), reaching.unpack(follow)]
    touched = [False, False]
    for body, motion in enumerate((lead, follow)):
        positions, orientations = bodies[body]
        goals = []
        partner = capsules(bodies[1 - body][0])
        for side in (0, 1):
            start = positions[:, reaching.HANDS[side]].copy()
            pushed = np.zeros_like(start)
            for _ in range(_ARM_ROUNDS):
                out = _out_of_body(side, positions, partner)
                if np.linalg.norm(out, axis=-1).max() < 0.005:
                    break
                pushed += gaussian_filter1d(out, _ARM_CALM_S * fps, axis=0, mode="nearest")
                size = np.linalg.norm(pushed, axis=-1, keepdims=True)
                pushed *= np.minimum(1.0, _MOST_ARM_M / np.maximum(size, 1e-9))
                reaching.reach(side, positions, orientations, start + pushed)
                touched[body] = True
            goals.append(start + pushed)
        if touched[body]:
            bodies[body] = reaching.calm(motion, orientations, fps)
            for side in (0, 1):
                reaching.reach(side, *bodies[body], goals[side])
    lead = reaching.pack(lead, bodies[0][1]) if touched[0] else lead
    return lead, reaching.pack(follow, bodies[1][1]) if touched[1] else follow


def _out_of_body(side: int, positions: np.ndarray, partner: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """(frames, 3) metres by which a hand must go for its forearm and itself to leave the partner's body."""
    arm, hand = reaching.ARMS[side], reaching.HANDS[side]
    body = np.flatnonzero(~_LOWER_ARM)
    best = np.zeros((len(positions), 3))
    for first, last in ((arm.middle, arm.end), (arm.end, hand)):
        index = next(i for i, (_, end, _) in enumerate(CAPSULES) if end == JOINTS[last])
        p, q = segment_closest(
            positions[:, None, first], positions[:, None, last], partner[0][:, body], partner[1][:, body]
        )
        gap = p - q
        length = np.linalg.norm(gap, axis=-1)
        depth = CAPSULE_RADII[index] + CAPSULE_RADII[body] - length - SOFT_M
        deepest = depth.argmax(axis=1)[:, None]
        inside = np.maximum(np.take_along_axis(depth, deepest, axis=1), 0.0)
        way = np.take_along_axis(gap / np.maximum(length, 1e-4)[..., None], deepest[..., None], axis=1)[:, 0]
        # Near the elbow the hand must go further for the forearm to clear.
        best = np.where(inside > np.linalg.norm(best, axis=-1, keepdims=True), way * inside, best)
    return best


def out_of_bodies(
    points: np.ndarray, bodies: tuple[tuple[np.ndarray, np.ndarray], ...], wanted: np.ndarray, fps: float
) -> np.ndarray:
    """Points (frames, 3) moved out of the trunks, heads and legs of bodies, with room for a palm; where `wanted`.

    bodies : positions (frames, 24, 3) and orientations of each.
    """
    moved = points.copy()
    for positions, _ in bodies:
        starts, ends = (part[:, _TRUNK] for part in capsules(positions))
        radii = CAPSULE_RADII[_TRUNK] + _PALM_M
        p, q = segment_closest(moved[:, None], moved[:, None], starts, ends)
        gap = p - q
        length = np.linalg.norm(gap, axis=-1)
        depth = np.maximum(radii - length, 0.0)
        deepest = depth.argmax(axis=1)[:, None]
        way = np.take_along_axis(gap / np.maximum(length, 1e-4)[..., None], deepest[..., None], axis=1)[:, 0]
        out = way * np.take_along_axis(depth, deepest, axis=1) * wanted[:, None]
        if out.any():
            moved = moved + gaussian_filter1d(out, _ARM_CALM_S * fps, axis=0, mode="nearest")
    return moved
