"""Measures of two dancers together: distance, facing, hands, touch and overlap, echo, moving together.

Lead and follow are the first and second Motion of a Dance; both share one world, length and frame rate.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.motion import rhythm
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX
from demos.motion.solo_metrics import FPS, heading

FACING_DEG = 45.0
HOLD_M = 0.20
TOUCH_GAP_M = 0.02
"""Surfaces this close touch: Duolando's contact frequency swells both meshes by 1 cm first."""
OVERLAP_M = 0.03
LONGEST_LAG_S = 1.0

INTERACTION_JOINTS = tuple(
    INDEX[name]
    for name in (
        "pelvis", "left_ankle", "right_ankle", "left_foot", "right_foot",
        "head", "left_shoulder", "right_shoulder", "left_wrist", "right_wrist",
    )
)  # fmt: skip
"""The ten joints of FID_cd (Duolando, metrics_duet.py)."""

# A capsule about a bone: two joints and a radius in metres, fitted to the shipped body: half of its skin lies within
# 2 cm of the nearest capsule. The head's goes on past its joint, which lies at the base of the skull.
CAPSULES = (
    ("pelvis", "spine3", 0.12), ("spine3", "neck", 0.09), ("left_hip", "right_hip", 0.10),
    ("left_shoulder", "right_shoulder", 0.07), ("neck", "head_top", 0.085),
    ("left_hip", "left_knee", 0.07), ("right_hip", "right_knee", 0.07),
    ("left_knee", "left_ankle", 0.05), ("right_knee", "right_ankle", 0.05),
    ("left_ankle", "left_foot", 0.04), ("right_ankle", "right_foot", 0.04),
    ("left_shoulder", "left_elbow", 0.045), ("right_shoulder", "right_elbow", 0.045),
    ("left_elbow", "left_wrist", 0.03), ("right_elbow", "right_wrist", 0.03),
    ("left_wrist", "left_hand", 0.035), ("right_wrist", "right_hand", 0.035),
)  # fmt: skip
CAPSULE_RADII = np.array([radius for *_, radius in CAPSULES])
_LOWER_ARMS = np.array([end.split("_")[-1] in ("wrist", "hand") for _, end, _ in CAPSULES])
_HELD = _LOWER_ARMS[:, None] & _LOWER_ARMS[None]  # pairs that meet on purpose when hands are held


def measure_duet(lead: Motion, follow: Motion) -> dict[str, float | None]:
    """All duet keys of metrics.MEASURES. Shares 0-1, metres, seconds; None where undefined."""
    lead, follow = lead.resample(FPS), follow.resample(FPS)
    lead_faces, follow_faces = facing_angles(lead, follow)
    hands = hand_distance(lead, follow)
    gaps, deepest = capsule_gaps(lead, follow)
    overlap = np.maximum(deepest, 0)
    bed, bed_shifted = rhythm.beat_echo_degree(lead, follow)
    together, lag = speed_correlation(lead, follow)
    close = np.radians(FACING_DEG)
    return {
        "distance": float(np.median(root_distance(lead, follow))),
        "lead_faces": float((lead_faces < close).mean()),
        "follow_faces": float((follow_faces < close).mean()),
        "same_way": float((heading_difference(lead, follow) < close).mean()),
        "hand_distance": float(np.median(hands)),
        "hand_hold": float((hands < HOLD_M).mean()),
        "contact": float((gaps < TOUCH_GAP_M).mean()),
        "overlap": float(overlap.mean()),
        "overlap_share": float((overlap > OVERLAP_M).mean()),
        "bed": bed,
        "bed_shifted": bed_shifted,
        "together": together,
        "together_lag": lag,
    }


def root_distance(lead: Motion, follow: Motion) -> np.ndarray:
    """Between the pelvises, seen from above -> (frames,) metres."""
    return np.linalg.norm(_apart(lead, follow), axis=-1)


def _apart(lead: Motion, follow: Motion) -> np.ndarray:
    return (follow.joints[:, 0] - lead.joints[:, 0]).astype(np.float64)[:, [0, 2]]


def facing_angles(lead: Motion, follow: Motion) -> tuple[np.ndarray, np.ndarray]:
    """From above, between where a torso faces and its partner -> lead's, follow's (frames,) radians, 0-pi."""
    apart = _apart(lead, follow)
    bearing = np.arctan2(apart[:, 0], apart[:, 1])
    return _turn(heading(lead) - bearing), _turn(heading(follow) - bearing - np.pi)


def heading_difference(lead: Motion, follow: Motion) -> np.ndarray:
    """Angle between the ways that the torsos face -> (frames,) radians: 0 the same way, pi opposite."""
    return _turn(heading(lead) - heading(follow))


def _turn(angle: np.ndarray) -> np.ndarray:
    return np.abs((angle + np.pi) % (2 * np.pi) - np.pi)


def hand_distance(lead: Motion, follow: Motion, *, joint: str = "hand") -> np.ndarray:
    """From the nearest hand (or "wrist") of one to the nearest of the other -> (frames,) metres."""
    hands = [INDEX[f"left_{joint}"], INDEX[f"right_{joint}"]]
    return _pair_distances(lead, follow, hands).min(axis=(1, 2))


def _pair_distances(lead: Motion, follow: Motion, joints: list[int]) -> np.ndarray:
    """(frames, lead's joint, follow's joint) metres."""
    one, other = lead.joints[:, joints].astype(np.float64), follow.joints[:, joints].astype(np.float64)
    return np.linalg.norm(one[:, :, None] - other[:, None], axis=-1)


def interaction_features(lead: Motion, follow: Motion) -> np.ndarray:
    """FID_cd's features (Duolando): mean over time of the distances between ten joints of each dancer.

    Rows the FOLLOWER's joints, columns the lead's, as Duolando flattens them -> (100,) float64 metres.
    """
    distances = _pair_distances(follow, lead, list(INTERACTION_JOINTS))
    return distances.mean(axis=0).ravel()


def capsule_gaps(lead: Motion, follow: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Touch and overlap by capsules about the bones (radii in CAPSULE_RADII; a stand-in for meshes).

    Returns
    -------
    gap : (frames,) metres between the nearest surfaces, negative inside.
    depth : (frames,) metres of the deepest overlap, negative when apart; forearms and hands against forearms
        and hands do not count, because held hands meet there.
    """
    reach = CAPSULE_RADII[:, None] + CAPSULE_RADII[None]
    gap, depth = np.empty(len(lead)), np.empty(len(lead))
    for start in range(0, len(lead), 256):  # 256 frames x 289 pairs stay in the cache
        part = slice(start, start + 256)
        one, other = capsules(lead.joints[part]), capsules(follow.joints[part])
        gaps = segment_distance(one[0][:, :, None], one[1][:, :, None], other[0][:, None], other[1][:, None]) - reach
        gap[part] = gaps.min(axis=(1, 2))
        depth[part] = -np.where(_HELD, np.inf, gaps).min(axis=(1, 2))
    return gap, depth


def capsules(joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the bones of (frames, 24, 3) joints -> two (frames, capsules, 3)."""
    joints = joints.astype(np.float64)
    top = 2.2 * joints[:, INDEX["head"]] - 1.2 * joints[:, INDEX["neck"]]
    points = np.concatenate([joints, top[:, None]], axis=1)
    index = {**INDEX, "head_top": len(INDEX)}
    return points[:, [index[a] for a, _, _ in CAPSULES]], points[:, [index[b] for _, b, _ in CAPSULES]]


def segment_distance(p1: np.ndarray, q1: np.ndarray, p2: np.ndarray, q2: np.ndarray) -> np.ndarray:
    """Between segments p1-q1 and p2-q2 (..., 3) -> (...)."""
    near, other = segment_closest(p1, q1, p2, q2)
    return np.linalg.norm(near - other, axis=-1)


def segment_closest(p1: np.ndarray, q1: np.ndarray, p2: np.ndarray, q2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest points of segments p1-q1 and p2-q2, each (..., 3); Ericson, Real-Time Collision Detection, 5.1.9."""
    d1, d2, r = q1 - p1, q2 - p2, p1 - p2
    a, e, b = (d1 * d1).sum(-1) + 1e-12, (d2 * d2).sum(-1) + 1e-12, (d1 * d2).sum(-1)
    c, f = (d1 * r).sum(-1), (d2 * r).sum(-1)
    s = np.clip((b * f - c * e) / np.maximum(a * e - b * b, 1e-12), 0, 1)
    t = np.clip((b * s + f) / e, 0, 1)
    s = np.clip((b * t - c) / a, 0, 1)
    return p1 + s[..., None] * d1, p2 + t[..., None] * d2


def speed_correlation(lead: Motion, follow: Motion) -> tuple[float | None, float | None]:
    """Pearson's r of the two mean joint speeds (30 fps, smoothed over 0.1 s) at the lag of up to 1 s where it
    is highest, and that lag in seconds, positive when the follow is later. None for clips under 4 s or
    without motion.
    """
    lead, follow = lead.resample(FPS), follow.resample(FPS)
    longest = round(LONGEST_LAG_S * FPS)
    if len(lead) < 4 * longest:
        return None, None
    one, other = _speed(lead), _speed(follow)
    if min(one.std(), other.std()) < 1e-6:
        return None, None
    best: tuple[float, int] = (-2.0, 0)
    for lag in sorted(range(-longest, longest + 1), key=abs):
        early, late = (
            one[max(0, -lag) : len(one) - max(0, lag)],
            other[max(0, lag) : len(other) - max(0, -lag)],
        )
        if min(early.std(), late.std()) > 1e-6:
            best = max(best, (float(np.corrcoef(early, late)[0, 1]), lag), key=lambda pair: pair[0])
    return (best[0], best[1] / FPS) if best[0] >= -1.001 else (None, None)


def _speed(motion: Motion) -> np.ndarray:
    steps = np.linalg.norm(np.diff(motion.joints.astype(np.float64), axis=0), axis=-1).mean(axis=1)
    return gaussian_filter1d(steps * FPS, 0.1 * FPS)
