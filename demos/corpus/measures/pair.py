"""What two dancers do together: facing, distance, hold, contact, mirror, unison, canon, circling one another."""

from __future__ import annotations

import numpy as np

from demos.corpus.measures.performer import FPS, Performer, spread
from demos.motion import duet_metrics
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, MIRROR

LIMBS = [
    INDEX[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist", "knee", "ankle") for side in ("left", "right")
]
CANON_S = (0.3, 4.5)
_CONTACT_EVERY = 3  # frames: capsules are costly, and a touch lasts longer than a tenth of a second


def measure_pair(lead: Performer, follow: Performer) -> dict[str, float]:
    """All keys "pair.*"; shares of time 0-1, metres, correlations -1 to 1, seconds, rounds."""
    one, other = lead.motion, follow.motion
    near = np.radians(duet_metrics.FACING_DEG)
    faces = [angle < near for angle in duet_metrics.facing_angles(one, other)]
    same = duet_metrics.heading_difference(one, other) < near
    distance = duet_metrics.root_distance(one, other)
    hands = duet_metrics.hand_distance(one, other)
    gaps, _ = duet_metrics.capsule_gaps(_every(one, _CONTACT_EVERY), _every(other, _CONTACT_EVERY))
    best, lag = canon(lead, follow)
    return {
        "pair.distance": float(np.median(distance)),
        "pair.distance_range": spread(distance),
        "pair.facing": float((faces[0] & faces[1]).mean()),
        "pair.same_way": float(same.mean()),
        "pair.behind": float((faces[0] ^ faces[1])[same].sum() / len(same)),
        "pair.hold": float((hands < duet_metrics.HOLD_M).mean()),
        "pair.contact": float((gaps < duet_metrics.TOUCH_GAP_M).mean()),
        "pair.unison": likeness(lead, follow, mirrored=False),
        "pair.mirror": likeness(lead, follow, mirrored=True),
        "pair.canon": best,
        "pair.canon_lag": lag,
        "pair.orbits": orbits(lead, follow),
    }


def likeness(lead: Performer, follow: Performer, *, mirrored: bool, lag: int = 0) -> float:
    """How alike the limbs move, each seen from its own body, -1 to 1: cosine of all limb velocities over time.

    mirrored : the second dancer as in a mirror. lag : frames that the second dancer is later (+).
    """
    one, other = _limb_velocity(lead), _limb_velocity(follow, mirrored=mirrored)
    return _cosine(one, other, lag)


def canon(lead: Performer, follow: Performer) -> tuple[float, float]:
    """The best likeness at a delay of 0.3 to 4.5 s and that delay in seconds, positive when the second is later."""
    one = _limb_velocity(lead)
    best = (0.0, 0.0)
    for other in (_limb_velocity(follow), _limb_velocity(follow, mirrored=True)):
        for lag in range(round(CANON_S[0] * FPS), min(round(CANON_S[1] * FPS), len(one) // 2), 2):
            for way in (lag, -lag):
                best = max(best, (_cosine(one, other, way), way / FPS))
    return best


def orbits(lead: Performer, follow: Performer) -> float:
    """Rounds that the two go about one another, net."""
    apart = (follow.joints[:, 0] - lead.joints[:, 0])[:, [0, 2]]
    return float(abs(np.ptp(np.unwrap(np.arctan2(apart[:, 0], apart[:, 1])))) / (2 * np.pi))


def _limb_velocity(dancer: Performer, *, mirrored: bool = False) -> np.ndarray:
    local = dancer.local
    if mirrored:
        local = local[:, MIRROR] * np.array([-1.0, 1.0, 1.0])
    return np.gradient(local[:, LIMBS], axis=0).reshape(len(local), -1) if len(local) > 1 else local[:, LIMBS] * 0.0


def _cosine(one: np.ndarray, other: np.ndarray, lag: int) -> float:
    frames = len(one) - abs(lag)
    if frames < FPS:
        return 0.0
    a, b = one[max(0, -lag) :][:frames], other[max(0, lag) :][:frames]
    norm = np.sqrt((a**2).sum() * (b**2).sum())
    return float((a * b).sum() / norm) if norm > 1e-9 else 0.0


def _every(motion: Motion, step: int) -> Motion:
    return Motion(motion.poses[::step], motion.translation[::step], motion.fps / step)
