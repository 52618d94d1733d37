"""Where the dancer is and goes: space on the floor, turns, jumps, level."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.measures.performer import FPS, Performer, spells, swings, winding

TURN_SPEED = np.radians(50)
TIPPED_DEG = 65.0
"""A body leaning further has no heading to speak of: a cartwheel is no turn, and ends the one before it."""
FULL_TURN_DEG, HALF_TURN_DEG = 315.0, 150.0
"""A turn counts as whole from 7/8 of a round: dancers start before and end after the frame of the turn itself."""
AIR_M, AIR_S, FREE_FALL = 0.02, 0.16, -4.0
"""Both feet this far over the floor for this long, the pelvis falling with at least this m/s^2: a jump."""
LEAP_M = 0.4
CROUCH_LEVEL, LOW_LEVEL, FLOOR_LEVEL = 0.78, 0.72, 0.45
HAND_FLOOR_M = 0.15
CIRCLE_RADIUS_M = 0.45
SWAY_M = 0.25


def measure_floor(dancer: Performer) -> dict[str, float]:
    """All keys "space.*", "turns.*", "jumps.*", "level.*"."""
    return {**_space(dancer), **_turns(dancer), **_jumps(dancer), **_level(dancer)}


def _space(dancer: Performer) -> dict[str, float]:
    path = gaussian_filter1d(dancer.joints[:, 0][:, [0, 2]], 0.15 * FPS, axis=0, mode="nearest")
    centred = path - np.median(path, axis=0)
    steps = np.linalg.norm(np.diff(path, axis=0), axis=-1)
    ways, _, turned = np.linalg.svd(centred - centred.mean(axis=0), full_matrices=False)
    del ways
    along = (centred - centred.mean(axis=0)) @ turned.T  # columns: longest way, then across it
    extent = np.ptp(along, axis=0)
    # The way of travel against the way faced: 0 ahead and back, 90 sideways.
    moved = np.diff(path, axis=0)
    faced = dancer.heading[:-1]
    sideways = np.abs(moved[:, 0] * np.cos(faced) - moved[:, 1] * np.sin(faced)).sum()
    return {
        "space.radius": float(np.percentile(np.linalg.norm(centred, axis=-1), 95)),
        "space.extent": float(extent[0]),
        "space.roundness": float(extent[1] / extent[0]) if extent[0] > 1e-6 else 0.0,
        "space.path": float(steps.sum()),
        "space.travel": float(steps.sum() / dancer.seconds),
        "space.net": float(np.linalg.norm(path[-1] - path[0])),
        "space.sideways": float(sideways / steps.sum()) if steps.sum() > 1e-6 else 0.0,
        "space.returns": float(swings(along[:, 0], least=SWAY_M)),
        "space.circles": path_rounds(path),
    }


def path_rounds(path: np.ndarray) -> float:
    """Rounds walked about the middle of a path (frames, 2) metres; 0 when it does not go round something."""
    about = path - (path.max(axis=0) + path.min(axis=0)) / 2
    radius = np.linalg.norm(about, axis=-1)
    if radius.min() < CIRCLE_RADIUS_M / 3 or np.median(radius) < CIRCLE_RADIUS_M:
        return 0.0
    angle = np.unwrap(np.arctan2(about[:, 0], about[:, 1]))
    return float(np.ptp(angle) / (2 * np.pi))


def find_turns(dancer: Performer) -> list[tuple[int, int, float]]:
    """Turns of the whole body of at least 150 degrees: (start, stop frames, degrees, to the left positive)."""
    heading = gaussian_filter1d(dancer.heading, 0.08 * FPS, mode="nearest")
    found = []
    for first, last in spells(dancer.lean < TIPPED_DEG, shortest_s=0.2):
        for start, stop, run in winding(heading[first:last], least_speed=TURN_SPEED, gap_s=0.3):
            if abs(run) >= np.radians(HALF_TURN_DEG):
                found.append((first + start, first + stop, float(np.degrees(run))))
    return found


def full_turns(degrees: float) -> int:
    """Whole rounds in a turn; the last counts from 7/8."""
    return int((abs(degrees) + 360 - FULL_TURN_DEG) // 360)


def _turns(dancer: Performer) -> dict[str, float]:
    turns = find_turns(dancer)
    left = sum(full_turns(angle) for *_, angle in turns if angle > 0)
    right = sum(full_turns(angle) for *_, angle in turns if angle < 0)
    halves = sum(full_turns(angle) == 0 for *_, angle in turns)
    speeds = [abs(angle) / ((stop - start) / FPS) for start, stop, angle in turns if full_turns(angle)]
    return {
        "turns.full": float(left + right),
        "turns.left": float(left),
        "turns.right": float(right),
        "turns.half": float(halves),
        "turns.longest": float(max((abs(angle) for *_, angle in turns), default=0.0)),
        "turns.fastest": float(max(speeds, default=0.0)),
        "turns.yaw": float(np.degrees(np.abs(np.diff(dancer.heading)).sum()) / dancer.seconds),
    }


def find_jumps(dancer: Performer) -> list[tuple[int, int]]:
    """Flights: both feet clear of the floor and the pelvis falling freely -> (start, stop) frames.

    The pelvis follows a parabola in the air whatever the limbs do; that tells a jump from a floor misjudged
    by a few centimetres and from a handstand.
    """
    clear = dancer.foot_rise.min(axis=1) > AIR_M
    height = gaussian_filter1d(dancer.motion.joints[:, 0, 1].astype(np.float64), 1.0, mode="nearest")
    found = []
    for start, stop in spells(clear, shortest_s=AIR_S, gap_s=0.04):
        low, high = max(start - 1, 0), min(stop + 1, len(height))
        if high - low < 4:
            continue
        time = np.arange(high - low) / FPS
        fall = 2 * np.polyfit(time, height[low:high], 2)[0]
        if fall < FREE_FALL and stop - start < 1.0 * FPS:
            found.append((start, stop))
    return found


def _jumps(dancer: Performer) -> dict[str, float]:
    flights = find_jumps(dancer)
    travel = [float(np.hypot(*(dancer.joints[b - 1, 0] - dancer.joints[a, 0])[[0, 2]])) for a, b in flights]
    longest = max((stop - start for start, stop in flights), default=0) / FPS
    return {
        "jumps.count": float(len(flights)),
        "jumps.leaps": float(sum(distance > LEAP_M for distance in travel)),
        "jumps.longest": longest,
    }


def _level(dancer: Performer) -> dict[str, float]:
    level = gaussian_filter1d(dancer.level, 2.0, mode="nearest")
    hands = np.minimum(dancer.world("left_hand")[:, 1], dancer.world("right_hand")[:, 1]) - dancer.floor
    return {
        "level.mean": float(level.mean()),
        "level.lowest": float(level.min()),
        "level.low": float((level < LOW_LEVEL).mean()),
        "level.floor": float((level < FLOOR_LEVEL).mean()),
        "level.range": float(np.percentile(level, 95) - np.percentile(level, 5)),
        "level.crouches": float(len(spells(level < CROUCH_LEVEL, shortest_s=0.15, gap_s=0.2))),
        "level.hand_floor": float(len(spells(hands < HAND_FLOOR_M, shortest_s=0.06, gap_s=0.3))),
        "level.inverted": float((dancer.lean > 100).mean()),
        "level.toes": float((dancer.foot_rise[:, :2].min(axis=1) > 0.04).mean()),
    }
