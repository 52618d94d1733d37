"""What the arms do: raised, wide, waving, crossing, punching, circling, clapping, on the hips, mirrored, still."""

from __future__ import annotations

import numpy as np

from demos.corpus.measures.performer import ARM_M, FPS, Performer, peaks, rate, spells, swings, unit, winding
from demos.motion.contacts import runs

HEAD_TOP_M = 0.12
"""Over the head joint, which lies at the base of the skull: about the forehead."""
WIDE_SHARE, WIDE_HEIGHT = 0.75, 0.5
"""A wide arm points sideways with this share of its length, and no more than this share of it up or down."""
CROSS_M = 0.05
PUNCH_SPEED, PUNCH_REACH, PUNCH_BACK_M = 2.2, 0.88, 0.10
WAVE_WINDOW_S, WAVE_SWING_M, WAVE_SWINGS = 1.8, 0.08, 4
CLAP_M, CLAP_SPEED = 0.17, 0.8
HIP_M, HIP_ELBOW_M = 0.26, 0.12
CIRCLE_RAD, CIRCLE_SPEED, CIRCLE_SHARE = np.radians(320), 1.8, 0.35
SIDES = ("left", "right")


def measure_arms(dancer: Performer) -> dict[str, float]:
    """All keys "arms.*"; shares of time 0-1, counts, m/s."""
    reach = {side: dancer.at(f"{side}_wrist") - dancer.at(f"{side}_shoulder") for side in SIDES}
    upright = np.abs(dancer.lean) < 60  # upside down or lying, "raised" would say nothing
    up = {side: (reach[side][:, 1] > 0.0) & upright for side in SIDES}
    top = dancer.at("head")[:, 1] + HEAD_TOP_M
    over = {side: (dancer.at(f"{side}_wrist")[:, 1] > top) & upright for side in SIDES}
    wide = {side: _wide(reach[side], outward=1 if side == "left" else -1) for side in SIDES}
    speeds = {side: _about_chest(dancer, side) for side in SIDES}
    activity = {side: float(speeds[side].mean()) for side in SIDES}
    total = sum(activity.values())
    crossed = _crossed(dancer)
    waves = {side: waving(dancer, side) for side in SIDES}
    return {
        "arms.raised": _share(up["left"] | up["right"]),
        "arms.both_raised": _share(up["left"] & up["right"]),
        "arms.overhead": _share(over["left"] | over["right"]),
        "arms.both_overhead": _share(over["left"] & over["right"]),
        "arms.lifts_left": float(len(spells(up["left"], shortest_s=0.2, gap_s=0.2))),
        "arms.lifts_right": float(len(spells(up["right"], shortest_s=0.2, gap_s=0.2))),
        "arms.wide": _share(wide["left"] & wide["right"]),
        "arms.waves": float(sum(len(runs(mask)) for mask in waves.values())),
        "arms.waving": _share(waves["left"] | waves["right"]),
        "arms.crosses": float(len(spells(crossed, shortest_s=0.1, gap_s=0.15))),
        "arms.crossed": _share(crossed),
        "arms.punches": float(sum(len(punches(dancer, side)) for side in SIDES)),
        "arms.circles": float(sum(circles(reach[side]) for side in SIDES)),
        "arms.claps": float(len(claps(dancer))),
        "arms.on_hips": _share(_on_hip(dancer, "left") & _on_hip(dancer, "right")),
        "arms.speed": total / 2,
        "arms.left_part": activity["left"] / total if total > 1e-6 else 0.5,
        "arms.mirrored": _mirrored(dancer),
        "arms.reach": float(np.mean([np.linalg.norm(reach[side], axis=-1).mean() for side in SIDES]) / ARM_M),
    }


def waving(dancer: Performer, side: str) -> np.ndarray:
    """(frames,) bool: the raised hand swings to and fro about its elbow, turning back at least four times in 1.8 s."""
    elbow, wrist = dancer.at(f"{side}_elbow"), dancer.at(f"{side}_wrist")
    sideways = (wrist - elbow)[:, 0]
    raised = (wrist[:, 1] > elbow[:, 1] + 0.05) & (wrist[:, 1] > dancer.at(f"{side}_shoulder")[:, 1] - 0.05)
    mask = np.zeros(len(dancer), bool)
    window = round(WAVE_WINDOW_S * FPS)
    for start, stop in spells(raised, shortest_s=WAVE_WINDOW_S * 0.6, gap_s=0.1):
        for first in range(start, max(start + 1, stop - window // 2), window // 4):
            last = min(first + window, stop)
            if swings(sideways[first:last], least=WAVE_SWING_M) >= WAVE_SWINGS:
                mask[first:last] = True
    return mask


def punches(dancer: Performer, side: str) -> np.ndarray:
    """Frames at which the arm has shot out straight from a bent start and stops."""
    arm = dancer.at(f"{side}_wrist") - dancer.at(f"{side}_shoulder")
    length = np.linalg.norm(arm, axis=-1)
    out = rate(length)
    hits = []
    for frame in peaks(out, height=PUNCH_SPEED, apart_s=0.25):
        before, after = slice(max(frame - 8, 0), frame + 1), slice(frame, min(frame + 8, len(arm)))
        end = frame + int(length[after].argmax())
        stretched = length[end] > PUNCH_REACH * ARM_M
        from_bent = length[before].min() < length[end] - 2 * PUNCH_BACK_M
        level = -0.45 < unit(arm[end])[1] < 0.75  # an arm that drops or is thrown straight up does not punch
        if stretched and from_bent and level:
            hits.append(end)
    return np.array(hits, int)


def circles(arm: np.ndarray) -> int:
    """Whole rounds of a stretched arm (frames, 3) about its shoulder, seen from the front or the side."""
    best = 0
    for across in (0, 2):
        radius = np.hypot(arm[:, across], arm[:, 1])
        angle = np.unwrap(np.arctan2(arm[:, across], arm[:, 1]))
        rounds = 0
        for start, stop, run in winding(angle, least_speed=CIRCLE_SPEED):
            if radius[start:stop].min() > CIRCLE_SHARE * ARM_M and abs(run) >= CIRCLE_RAD:
                rounds += round(abs(run) / (2 * np.pi))
        best = max(best, rounds)
    return best


def claps(dancer: Performer) -> np.ndarray:
    """Frames at which the hands meet after closing fast and part where they came from: arms that cross pass by."""
    apart = dancer.at("left_hand") - dancer.at("right_hand")
    gap = np.linalg.norm(apart, axis=-1)
    closing = -rate(gap)
    meetings = []
    for frame in peaks(-gap, height=-CLAP_M, apart_s=0.2):
        before, after = apart[max(frame - 4, 0)], apart[min(frame + 4, len(gap) - 1)]
        bounced = (unit(before) * unit(after)).sum() > 0.3
        if bounced and closing[max(frame - 6, 0) : frame + 1].max() > CLAP_SPEED:
            meetings.append(int(frame))
    return np.array(meetings, int)


def _wide(arm: np.ndarray, *, outward: int) -> np.ndarray:
    return (outward * arm[:, 0] > WIDE_SHARE * ARM_M) & (np.abs(arm[:, 1]) < WIDE_HEIGHT * ARM_M)


def _crossed(dancer: Performer) -> np.ndarray:
    left, right = dancer.at("left_wrist"), dancer.at("right_wrist")
    return (left[:, 0] < right[:, 0] - CROSS_M) & (np.minimum(left[:, 2], right[:, 2]) > 0)


def _on_hip(dancer: Performer, side: str) -> np.ndarray:
    wrist, hip = dancer.at(f"{side}_wrist"), dancer.at(f"{side}_hip")
    out = np.abs(dancer.at(f"{side}_elbow")[:, 0]) - np.abs(wrist[:, 0])
    return (np.linalg.norm(wrist - hip, axis=-1) < HIP_M) & (out > HIP_ELBOW_M)


def _about_chest(dancer: Performer, side: str) -> np.ndarray:
    return np.linalg.norm(rate(dancer.at(f"{side}_wrist") - dancer.at("spine3")), axis=-1)


def _mirrored(dancer: Performer) -> float:
    """Correlation of one wrist's velocity with the mirror image of the other's: 1 mirrored, -1 opposed."""
    left = rate(dancer.at("left_wrist") - dancer.at("spine3"))
    right = rate(dancer.at("right_wrist") - dancer.at("spine3")) * np.array([-1, 1, 1])
    norm = np.sqrt((left**2).sum() * (right**2).sum())
    return float((left * right).sum() / norm) if norm > 1e-9 else 0.0


def _share(mask: np.ndarray) -> float:
    return float(mask.mean())
