"""What the legs do: steps, kicks and slow leg lifts by direction, knee lifts, crossing, wide stance, bent knees."""

from __future__ import annotations

import numpy as np

from demos.corpus.measures.performer import FPS, LEG_M, Performer, bend, rate, spells
from demos.motion.contacts import runs

STEP_M = 0.10
RAISED_M = 0.20
"""A straight leg with the ankle this far above its height in standing is kicked or lifted."""
STANDING_M = 0.08
STRAIGHT = 0.90
KICK_SPEED = 2.0
UPRIGHT_LEVEL, UPRIGHT_DEG = 0.62, 60.0
THIGH_DEG, KNEE_DEG = 50.0, 50.0
CROSS_M, WIDE_M = 0.0, 0.62
SIDES = ("left", "right")


def measure_legs(dancer: Performer) -> dict[str, float]:
    """All keys "legs.*"; shares of time 0-1, counts, steps a second, m/s, degrees."""
    upright = (dancer.level > UPRIGHT_LEVEL) & (dancer.lean < UPRIGHT_DEG)
    raised = {"front": 0, "side": 0, "back": 0}
    kicks = {"front": 0, "side": 0, "back": 0}
    by_side = {side: leg_raises(dancer, side, upright) for side in SIDES}
    for found in by_side.values():
        for where, kicked in found:
            (kicks if kicked else raised)[where] += 1
    knees = {side: len(knee_lifts(dancer, side, upright)) for side in SIDES}
    left, right = dancer.at("left_ankle"), dancer.at("right_ankle")
    crossed = (left[:, 0] < right[:, 0] - CROSS_M) & upright & (dancer.foot_rise[:, :2].max(axis=1) < 0.25)
    wide = (np.linalg.norm((left - right)[:, [0, 2]], axis=-1) > WIDE_M) & dancer.planted.all(axis=1) & upright
    steps = {side: len(footsteps(dancer, index)) for index, side in enumerate(SIDES)}
    flexion = [_knee(dancer, side) for side in SIDES]
    return {
        "legs.steps": float(sum(steps.values())),
        "legs.step_rate": sum(steps.values()) / dancer.seconds,
        "legs.kicks": float(sum(kicks.values())),
        **{f"legs.kicks_{where}": float(count) for where, count in kicks.items()},
        "legs.lifts": float(sum(raised.values())),
        **{f"legs.lifts_{where}": float(count) for where, count in raised.items()},
        "legs.left_kicks": float(sum(kicked for _, kicked in by_side["left"])),
        "legs.knee_lifts": float(sum(knees.values())),
        "legs.left_knee_lifts": float(knees["left"]),
        "legs.crosses": float(len(spells(crossed, shortest_s=0.1, gap_s=0.1))),
        "legs.wide": float(wide.mean()),
        "legs.bent": float(np.mean(flexion)),
        "legs.speed": float(np.mean([np.linalg.norm(rate(dancer.world(f"{s}_ankle")), axis=-1).mean() for s in SIDES])),
    }


def leg_raises(dancer: Performer, side: str, upright: np.ndarray) -> list[tuple[str, bool]]:
    """Each time a straight leg goes up: where to ("front", "side", "back") and whether as a kick or slowly."""
    leg = dancer.at(f"{side}_ankle") - dancer.at(f"{side}_hip")
    rise = dancer.foot_rise[:, SIDES.index(side)]
    other = dancer.foot_rise[:, 1 - SIDES.index(side)]
    straight = np.linalg.norm(leg, axis=-1) > STRAIGHT * LEG_M
    up = (rise > RAISED_M) & (other < STANDING_M) & straight & upright  # legs thrown in a leap are no kicks
    speed = np.linalg.norm(rate(leg), axis=-1)
    found = []
    for start, stop in spells(up, shortest_s=0.06, gap_s=0.2):
        top = start + int(rise[start:stop].argmax())
        outward = leg[top, 0] * (1 if side == "left" else -1)
        ahead = leg[top, 2]
        where = "side" if abs(outward) > abs(ahead) and outward > 0 else ("front" if ahead > 0 else "back")
        found.append((where, bool(speed[max(start - 8, 0) : top + 1].max() > KICK_SPEED)))
    return found


def knee_lifts(dancer: Performer, side: str, upright: np.ndarray) -> list[tuple[int, int]]:
    """Spells in which a bent knee is lifted well forward of straight down, the foot off the floor."""
    thigh = dancer.at(f"{side}_knee") - dancer.at(f"{side}_hip")
    angle = np.degrees(np.arctan2(np.hypot(thigh[:, 0], np.maximum(thigh[:, 2], 0)), -thigh[:, 1]))
    rise = dancer.foot_rise[:, SIDES.index(side)]
    other = dancer.foot_rise[:, 1 - SIDES.index(side)]
    lifted = (angle > THIGH_DEG) & (_knee(dancer, side) > KNEE_DEG) & (rise > 0.12) & (rise > other + 0.06) & upright
    return spells(lifted, shortest_s=0.1, gap_s=0.2)


def footsteps(dancer: Performer, foot: int) -> list[int]:
    """Frames at which a foot (0 left, 1 right) comes to stand at least 10 cm from where it stood before."""
    ankle = dancer.world(f"{SIDES[foot]}_ankle")
    stands = runs(dancer.planted[:, foot])
    places = [ankle[start:stop].mean(axis=0) for start, stop in stands]
    return [
        stands[index + 1][0]
        for index in range(len(stands) - 1)
        if np.hypot(*(places[index + 1] - places[index])[[0, 2]]) > STEP_M
    ]


def step_times(dancer: Performer) -> np.ndarray:
    """Seconds of all footsteps, rising."""
    return np.sort(np.array([frame for foot in (0, 1) for frame in footsteps(dancer, foot)], float)) / FPS


def _knee(dancer: Performer, side: str) -> np.ndarray:
    thigh = dancer.at(f"{side}_knee") - dancer.at(f"{side}_hip")
    return bend(thigh, dancer.at(f"{side}_ankle") - dancer.at(f"{side}_knee"))
