"""Checks of arms: raised, lowered, waving, punching, circling, clapping, crossed, open, swinging, on the hips."""

from __future__ import annotations

import numpy as np

from demos.corpus.checks.view import Finding, View, cm, gained, q
from demos.corpus.edit_kinds import Params
from demos.corpus.measures.performer import ARM_M

_RAISED = {"overhead": (0.20, 0.95, 0.06), "side": (0.96, 0.14, 0.12), "front": (0.02, 0.16, 0.95)}
_STAYS = 0.3
"""Score from which an arm that hardly rose was up before."""
_HIP = (0.06, -0.60, 0.10)


def sides_of(params: Params) -> tuple[str, ...]:
    """The arms an edit asks for."""
    side = params.get("side", "both")
    return ("left", "right") if side == "both" else (side,)


def named(params: Params, plural: str = "arms", one: str = "arm") -> str:
    side = params.get("side", "both")
    return f"the {plural}" if side == "both" else f"the {side} {one}"


def verb(params: Params, plural: str, one: str) -> str:
    return plural if params.get("side", "both") == "both" else one


def _least(findings: list[tuple[float, float]]) -> tuple[float, float]:
    return min(findings)


def raised(before: View, after: View, params: Params) -> Finding:
    """How far up the wrists came and stayed, and how near they are to where they were asked to be.

    To the front or side it is enough that they stay at the height of the shoulders, overhead that they stay well above
    them: wrists that were there now and then before, only elsewhere, have no further to rise.
    """
    target = np.array(_RAISED[params["to"]])
    found = []
    for side in sides_of(params):
        b, a = before.wrist(side), after.wrist(side)
        rise = q(a[:, 1], 30) - q(b[:, 1], 30)
        score = rise / max(target[1] - q(b[:, 1], 30), 0.4)
        low, room = (0.25, 0.5) if params["to"] == "overhead" else (-0.45, 0.4)
        score = max(score, (q(a[:, 1], 30) - low) / room)
        near = 1 - _away(a, target) / max(_away(b, target), 1.0 if q(b[:, 1], 30) > low else 0.3)
        found.append((min(score, near / 0.9), rise * ARM_M))
    score, rise = _least(found)
    where = {"overhead": "overhead", "side": "to the side", "front": "to the front"}[params["to"]]
    how = f"{cm(rise)} {'higher' if rise >= 0 else 'lower'}" if rise > 0.05 or score < _STAYS else "up"
    return Finding(score, f"{named(params)} {verb(params, 'are', 'is')} {how}, {where}")


def raise_room(before: View, params: Params) -> float:
    target = np.array(_RAISED[params["to"]])
    below = 0.45 if params["to"] == "overhead" else 0.10  # from higher up it would not be raising
    arms = [before.wrist(side) for side in sides_of(params)]
    return min(min(below - q(arm[:, 1], 60), _away(arm, target) - 0.6) for arm in arms)


def lowered(before: View, after: View, params: Params) -> Finding:
    found = []
    for side in sides_of(params):
        b, a = before.wrist(side)[:, 1], after.wrist(side)[:, 1]
        fall = (q(b, 70) - q(a, 70), b.mean() - a.mean())
        found.append((min(fall[0] / max(q(b, 70) + 0.93, 0.25), fall[1] / 0.12), fall[0] * ARM_M))
    score, fall = _least(found)
    return Finding(
        score, f"{named(params)} {verb(params, 'hang', 'hangs')} {cm(fall)} {'lower' if fall >= 0 else 'higher'}"
    )


def lower_room(before: View, params: Params) -> float:
    return min(q(before.wrist(s)[:, 1], 60) + 0.6 for s in sides_of(params))


def _away(points: np.ndarray, target: np.ndarray) -> float:
    return float(np.linalg.norm(points - target, axis=-1).mean())


def waved(before: View, after: View, params: Params) -> Finding:
    """Stretched arms whose wrists rise and fall in time; with both arms, one up while the other is down."""
    found, curves = [], []
    for side in sides_of(params):
        a = after.wrist(side)
        gain = gained(before, after, lambda view, side=side: view.wrist(side)[:, 1], params["every"])
        out = (a[:, 0].mean() - 0.30) / 0.45
        found.append((min(gain / 0.30, out), gain * ARM_M))
        curves.append(after.harmonic(a[:, 1], params["every"]))
    score, gain = _least(found)
    if len(curves) == 2:
        (c, s), (d, t) = curves
        together = (c * d + s * t) / max(np.hypot(c, s) * np.hypot(d, t), 1e-6)
        score = min(score, 1.0 - together if together > 0 else score)
        if together > 0.6:
            score = min(score, 0.0)
    return Finding(score, f"{named(params, 'hands', 'hand')} {verb(params, 'wave', 'waves')} by {cm(2 * gain)}")


_WAYS = {"front": (0.0, 0.0, 1.0), "up": (0.0, 1.0, 0.1), "side": (1.0, 0.0, 0.1)}


def punched(before: View, after: View, params: Params) -> Finding:
    """Arms that stretch in the direction asked and bend again, in time; with both, one after the other."""
    way = np.array(_WAYS[params["to"]])
    sides = sides_of(params)
    period = params["every"] * len(sides)
    found, phases = [], []
    for side in sides:
        reach = after.wrist(side) @ way
        along = gained(before, after, lambda view, side=side: view.wrist(side) @ way, period)
        gain = gained(before, after, lambda view, side=side: np.linalg.norm(view.wrist(side), axis=-1), period)
        there = (q(reach, 93) - 0.45) / 0.40
        found.append((min(gain / 0.17, along / 0.17, there), along * ARM_M))
        phases.append(after.harmonic(reach, period))
    score, gain = _least(found)
    if len(phases) == 2:
        score = min(score, 1.2 * _in_turn(phases))
    return Finding(score, f"{named(params)} {verb(params, 'punch', 'punches')} {cm(2 * gain)} out on the beat")


def _in_turn(phases: list[tuple[float, float]]) -> float:
    """1 when two curves swing against each other, -1 together."""
    (c, s), (d, t) = phases
    return -float((c * d + s * t) / max(np.hypot(c, s) * np.hypot(d, t), 1e-6))


def circled(before: View, after: View, params: Params) -> Finding:
    """Rounds of the wrists about the middle of their path, seen from the front, in the direction asked."""
    sign = 1.0 if params["way"] == "outwards" else -1.0
    expected = max(after.beats / params["every"], 0.5)
    found = []
    for side in sides_of(params):
        rounds, radius = _rounds(after.wrist(side))
        old, _ = _rounds(before.wrist(side))
        found.append((sign * (rounds - old) / expected * min(1.0, max(radius - 0.05, 0.0) / 0.25), sign * rounds))
    score, rounds = _least(found)
    shown = max(rounds, 0.0)
    return Finding(score, f"{named(params)} {verb(params, 'circle', 'circles')} {params['way']} {shown:.0f} times")


def _rounds(path: np.ndarray) -> tuple[float, float]:
    """Whole turns of a path about its middle, outwards at the top positive, and how wide it is (arm lengths)."""
    middle = np.array([(q(path[:, axis], 5) + q(path[:, axis], 95)) / 2 for axis in (0, 1)])
    out, up = (path[:, :2] - middle).T
    angle = np.unwrap(np.arctan2(out, up))
    return float(angle[-1] - angle[0]) / (2 * np.pi), q(np.hypot(out, up), 50)


def _between_hands(view: View) -> np.ndarray:
    return np.linalg.norm(view.at("left_hand") - view.at("right_hand"), axis=-1)


def clapped(before: View, after: View, params: Params) -> Finding:
    """Hands that come together, and apart again, in time, at the height asked."""
    b, a = _between_hands(before), _between_hands(after)
    closer = q(b, 15) - q(a, 15)
    together = closer / max(q(b, 15) - 0.10, 0.15)
    swing = gained(before, after, _between_hands, params["every"])
    crossed = min(q(after.apart("wrist"), 8) + 0.12, 0.0)
    up = float(np.mean([after.wrist(side)[:, 1] for side in ("left", "right")]))
    height = (up - 0.1) / 0.35 if params["to"] == "overhead" else (0.75 - abs(up)) / 0.35
    unlike = float(np.abs(after.wrist("left") - after.wrist("right")).mean())
    even = 1 + (0.15 - unlike) / 0.12
    meet = 1 + (0.14 - q(a, 8)) / 0.2
    score = min(together, swing / 0.12, meet, even, 1 + 12 * crossed, height)
    return Finding(score, f"the hands come within {cm(q(a, 8))} of each other on the beat")


def crossed(before: View, after: View, params: Params) -> Finding:
    b, a = before.apart("wrist"), after.apart("wrist")
    over = q(b, 10) - q(a, 10)
    swing = gained(before, after, lambda view: view.apart("wrist"), params["every"])
    score = min(over / max(q(b, 10) + 0.25, 0.2), swing / 0.15, 1 + (0.10 - q(a, 10)) / 0.15)
    return Finding(
        score, f"the wrists come {cm(over)} {'further across' if over >= 0 else 'less far across'} each other"
    )


def cross_room(before: View, params: Params) -> float:
    return q(before.apart("wrist"), 10) + 0.05


def opened(before: View, after: View, params: Params) -> Finding:
    b, a = before.apart("wrist"), after.apart("wrist")
    wider = q(a, 80) - q(b, 80)
    swing = gained(before, after, lambda view: view.apart("wrist"), params["every"])
    together = _in_turn([after.harmonic(after.wrist(side)[:, 0], params["every"]) for side in ("left", "right")])
    uncrossed = (q(a, 8) - 0.05) / 0.35
    score = min(wider / max(1.25 - q(b, 80), 0.15), swing / 0.08, -1.5 * together, uncrossed)
    return Finding(score, f"the arms open {cm(wider)} {'wider' if wider >= 0 else 'less wide'}")


def open_room(before: View, params: Params) -> float:
    return 1.0 - q(before.apart("wrist"), 80)


def swung(before: View, after: View, params: Params) -> Finding:
    """Long arms that go forwards and back against each other."""
    period = 2 * params["every"]
    gains, phases = [], []
    for side in ("left", "right"):
        gains.append(gained(before, after, lambda view, side=side: view.wrist(side)[:, 2], period))
        phases.append(after.harmonic(after.wrist(side)[:, 2], period))
    low = float(np.mean([-after.wrist(side)[:, 1].mean() for side in ("left", "right")]))
    score = min(min(gains) / 0.55, 1.2 * _in_turn(phases), (low - 0.1) / 0.5)
    return Finding(score, f"the arms swing {cm(2 * min(gains) * ARM_M)} forwards and back")


def on_hips(before: View, after: View, params: Params) -> Finding:
    found = []
    for side in sides_of(params):
        b, a = before.wrist(side), after.wrist(side)
        target = np.array(_HIP)
        near = 1 - _away(a, target) / max(_away(b, target), 0.25)
        elbow = after.wrist(side, "elbow")
        out = (elbow[:, 0].mean() - 0.12) / 0.2
        bent = (0.93 - np.linalg.norm(a, axis=-1).mean()) / 0.12
        found.append((min(near / 0.85, out, bent), (_away(b, target) - _away(a, target)) * ARM_M))
    score, closer = _least(found)
    words = "closer to" if closer >= 0 else "further from"
    where = f"{cm(closer)} {words} the {verb(params, 'hips', 'hip')}"
    return Finding(score, f"{named(params, 'hands', 'hand')} {verb(params, 'are', 'is')} {where}")


def hips_room(before: View, params: Params) -> float:
    return min(_away(before.wrist(side), np.array(_HIP)) - 0.35 for side in sides_of(params))


def mirrored_arms(before: View, after: View, params: Params) -> Finding:
    """Each wrist does what the other did, reflected."""
    own, other = 0.0, 0.0
    for side, across in (("left", "right"), ("right", "left")):
        a = after.wrist(side)
        own += float(np.linalg.norm(a - before.wrist(side), axis=-1).mean())
        other += float(np.linalg.norm(a - before.wrist(across), axis=-1).mean())
    return Finding(_exchanged(own, other), "the arms change sides" if own > other else "the arms keep their sides")


def _exchanged(own: float, other: float) -> float:
    return (own - other) / max(own + other, 0.10)


def mirror_room(before: View, params: Params) -> float:
    apart = np.linalg.norm(before.wrist("left") - before.wrist("right"), axis=-1)
    return float(apart.mean()) - 0.25


CHECKS = {
    "raise_arms": (raised, raise_room), "lower_arms": (lowered, lower_room), "wave_arms": (waved, None),
    "punch": (punched, None), "circle_arms": (circled, None), "clap": (clapped, None),
    "cross_arms": (crossed, cross_room), "open_arms": (opened, open_room), "swing_arms": (swung, None),
    "hands_on_hips": (on_hips, hips_room), "mirror_arms": (mirrored_arms, mirror_room),
}  # fmt: skip
"""Kind of edit -> its check, and the room a dance leaves for it (more than 0 to make sense)."""
