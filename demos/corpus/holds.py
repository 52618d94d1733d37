"""Held hands: which hands of a couple hold one another and when, and arms bent by IK until they really do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus import reaching
from demos.corpus.apartness import out_of_bodies
from demos.motion.contacts import runs
from demos.motion.duet_metrics import HOLD_M
from demos.motion.motion import Motion

LET_GO_M = 0.27
"""A hold begins below duet_metrics.HOLD_M and lasts while the hands stay nearer than this."""
SHORTEST_HOLD_S, SHORTEST_GAP_S = 0.25, 0.35
PALMS_M = 0.045
"""Between the palm joints of held hands: about a hand's thickness."""
RAMP_S = 0.4
"""Over which a hand comes into a hold and leaves it."""
_ROUNDS = 3
_CALM_S = 0.06
_CLOSINGS = 3
_SLACK_M = 0.02
_ALL = ((0, 0), (0, 1), (1, 0), (1, 1))  # lead's left and right hand, follow's left and right


@dataclass(frozen=True)
class Hold:
    """One hand of the lead in one of the follow, from frame start to stop (excluded). Sides: 0 left, 1 right."""

    lead_side: int
    follow_side: int
    start: int
    stop: int


def find_holds(lead: Motion, follow: Motion, *, near_m: float = HOLD_M, far_m: float = LET_GO_M) -> list[Hold]:
    """Where hands come near enough to be holding, in order of time; each hand holds at most one other at a time."""
    fps = lead.fps
    hands = list(reaching.HANDS)
    apart = lead.joints[:, hands, None].astype(np.float64) - follow.joints[:, None, hands]
    distance = gaussian_filter1d(np.linalg.norm(apart, axis=-1), 0.03 * fps, axis=0, mode="nearest")
    holds = []
    for pairs in (((0, 0), (1, 1)), ((0, 1), (1, 0))):
        for a, b in pairs:
            mask = np.zeros(len(lead), bool)
            for start, stop in runs(distance[:, a, b] < far_m):
                mask[start:stop] = (distance[start:stop, a, b] < near_m).any()
            rival = np.minimum(distance[:, a, 1 - b], distance[:, 1 - a, b])
            mask &= (distance[:, a, b] <= rival) | (rival > near_m)
            for start, stop in runs(~mask):
                if start > 0 and stop < len(mask) and stop - start < SHORTEST_GAP_S * fps:
                    mask[start:stop] = distance[start:stop, a, b].max() < 2 * far_m
            holds += [Hold(a, b, i, j) for i, j in runs(mask) if j - i >= SHORTEST_HOLD_S * fps]
    return sorted(holds, key=lambda hold: (hold.start, hold.lead_side, hold.follow_side))


def close_holds(
    lead: Motion, follow: Motion, holds: Sequence[Hold] | None = None, *, meeting: np.ndarray | None = None
) -> tuple[Motion, Motion]:
    """The couple with held hands in one another.

    Hands meet half-way, nearer to the one whose arm is at its end, and outside both bodies; elbows and shoulders turn,
    and where arms are too short both trunks lean a little. Hands come and go over 0.4 s. Nothing else changes: feet,
    pelvis and hands that hold nobody stay.

    holds : find_holds(lead, follow) when None. meeting : (holds, frames, 3) metres, where the hands of each hold are to
    meet (of each, only its frames and the ramps about them count); half-way between them when None.
    """
    if (len(lead), lead.fps) != (len(follow), follow.fps):
        raise ValueError("partners must share length and frame rate")
    holds = find_holds(lead, follow) if holds is None else list(holds)
    if not holds:
        return lead, follow
    fps, bodies = lead.fps, (reaching.unpack(lead), reaching.unpack(follow))
    weights = np.stack([ramp(hold, len(lead), fps) for hold in holds])  # (holds, frames)
    source = [[bodies[body][0][:, hand].copy() for hand in reaching.HANDS] for body in (0, 1)]
    places = [0.5 * (source[0][h.lead_side] + source[1][h.follow_side]) for h in holds]
    if meeting is not None:
        places = list(np.asarray(meeting, np.float64))
    sides = [(hold.lead_side, hold.follow_side) for hold in holds]
    across = [_across(source[0][a], source[1][b], fps) for a, b in sides]
    for turn in range(_ROUNDS):
        places = [out_of_bodies(place, bodies, weight > 0, fps) for place, weight in zip(places, weights, strict=True)]
        goals = [
            [source[body][side] + _moves(body, side, sides, weights, places, across, source) for side in (0, 1)]
            for body in (0, 1)
        ]
        for body, side in _ALL:
            reaching.reach(side, *bodies[body], goals[body][side])
            if turn == 0:
                firm = _firmness(body, side, sides, weights)[:, None]
                missing = np.minimum(firm, 1.0) * (goals[body][side] - bodies[body][0][:, reaching.HANDS[side]])
                reaching.lean(side, *bodies[body], missing, fps)
        if turn + 1 < _ROUNDS:  # an arm at its end: meet where it can
            for index, (a, b) in enumerate(sides):
                one = bodies[0][0][:, reaching.HANDS[a]] - 0.5 * PALMS_M * across[index]
                other = bodies[1][0][:, reaching.HANDS[b]] + 0.5 * PALMS_M * across[index]
                firm = weights[index][:, None] ** 2
                places[index] = places[index] + firm * (0.5 * (one + other) - places[index])
    calmed: list[tuple[np.ndarray, np.ndarray]] = []
    for body, motion in enumerate((lead, follow)):
        calmed.append(reaching.calm(motion, bodies[body][1], fps))
        for side, hand in enumerate(reaching.HANDS):
            moved = bodies[body][0][:, hand] - source[body][side]
            moved = gaussian_filter1d(moved, _CALM_S * fps, axis=0, mode="nearest")
            reaching.reach(side, *calmed[body], source[body][side] + moved)
    for _ in range(_CLOSINGS):
        _close_in(calmed, sides, weights, across, fps)
    return reaching.pack(lead, calmed[0][1]), reaching.pack(follow, calmed[1][1])


def _close_in(
    bodies: Sequence[tuple[np.ndarray, np.ndarray]],
    sides: Sequence[tuple[int, int]],
    weights: np.ndarray,
    across: Sequence[np.ndarray],
    fps: float,
) -> None:
    """Bring held hands that calming has parted by more than _SLACK_M nearer, half each; writes into the bodies."""
    apart = []
    for (a, b), way in zip(sides, across, strict=True):
        gap = bodies[1][0][:, reaching.HANDS[b]] - bodies[0][0][:, reaching.HANDS[a]] + PALMS_M * way
        length = np.linalg.norm(gap, axis=-1, keepdims=True)
        apart.append(gap * np.maximum(1 - _SLACK_M / np.maximum(length, 1e-9), 0.0))
    for body, side in _ALL:
        total = np.maximum(_firmness(body, side, sides, weights), 1.0)
        step = np.zeros_like(apart[0])
        for pair, weight, way in zip(sides, weights, apart, strict=True):
            if pair[body] == side:
                step += (weight / total)[:, None] * (0.5 - body) * way
        if step.any():
            step = gaussian_filter1d(step, _CALM_S * fps, axis=0, mode="nearest")
            reaching.reach(side, *bodies[body], bodies[body][0][:, reaching.HANDS[side]] + step)


def _moves(
    body: int,
    side: int,
    sides: Sequence[tuple[int, int]],
    weights: np.ndarray,
    places: Sequence[np.ndarray],
    across: Sequence[np.ndarray],
    source: Sequence[Sequence[np.ndarray]],
) -> np.ndarray:
    """(frames, 3) metres by which one hand is to go; where two holds want it, their mean."""
    total = np.maximum(_firmness(body, side, sides, weights), 1.0)
    moves = np.zeros_like(source[body][side])
    for place, way, weight, pair in zip(places, across, weights, sides, strict=True):
        if pair[body] == side:
            palm = place + (0.5 - body) * PALMS_M * way
            moves += (weight / total)[:, None] * (palm - source[body][side])
    return moves


def _firmness(body: int, side: int, sides: Sequence[tuple[int, int]], weights: np.ndarray) -> np.ndarray:
    """(frames,) the weights of one hand's holds together."""
    mine = np.array([pair[body] == side for pair in sides])
    return weights[mine].sum(axis=0)


def ramp(hold: Hold, frames: int, fps: float) -> np.ndarray:
    """(frames,) 0-1: 1 inside a hold, rising and falling smoothly outside it over RAMP_S."""
    frame = np.arange(frames)
    outside = np.maximum(np.maximum(hold.start - frame, frame - hold.stop + 1), 0)
    part = np.clip(1 - outside / (RAMP_S * fps), 0.0, 1.0)
    return part**3 * (10 - 15 * part + 6 * part**2)


def _across(one: np.ndarray, other: np.ndarray, fps: float) -> np.ndarray:
    """(frames, 3) calm, at most unit: from the partner's palm to the lead's."""
    way = gaussian_filter1d(one - other, _CALM_S * fps, axis=0, mode="nearest")
    return way / np.maximum(np.linalg.norm(way, axis=-1, keepdims=True), 0.05)
