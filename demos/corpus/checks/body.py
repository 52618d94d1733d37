"""Checks of trunk, hips, head and level: crouch, rise, sink, bounce, sway, circle, lean, wave, twist, nod, look."""

from __future__ import annotations

import numpy as np

from demos.corpus.checks.view import Finding, View, cm, degrees, gained, q
from demos.corpus.edit_kinds import Params
from demos.motion.skeleton import ANKLE_HEIGHT


def _height(view: View) -> np.ndarray:
    return view.at("pelvis")[:, 1]


def crouched(before: View, after: View, params: Params) -> Finding:
    fall = q(_height(before), 50) - q(_height(after), 50)
    steady = q(_height(before), 85) - q(_height(after), 85)
    return Finding(min(fall, steady) / 0.24, f"the body is {cm(fall)} {'lower' if fall >= 0 else 'higher'}")


def crouch_room(before: View, params: Params) -> float:
    return q(_height(before), 40) - 0.72


def rose(before: View, after: View, params: Params) -> Finding:
    rise = q(_height(after), 50) - q(_height(before), 50)
    heels = float(np.mean(_heels(after) - _heels(before)))
    return Finding(
        min(rise / 0.07, heels / 0.06), f"the body is {cm(rise)} {'higher' if rise >= 0 else 'lower'}, on the toes"
    )


def _heels(view: View) -> np.ndarray:
    """(frames,) how high the lower ankle is."""
    return np.minimum(view.at("left_ankle")[:, 1], view.at("right_ankle")[:, 1]) - ANKLE_HEIGHT


def rise_room(before: View, params: Params) -> float:
    return min(0.08 - q(_heels(before), 50), q(_height(before), 50) - 0.7)


def sank(before: View, after: View, params: Params) -> Finding:
    """Lower around the beats asked, compared with half-way between them."""
    period = float(after.grid.bar) if params["on"] == "downbeats" else 1.0
    change = _height(after) - _height(before)
    place = np.mod(after.phase + period / 2, period) - period / 2
    near, far = np.abs(place) < 0.12 * min(period, 2.0), np.abs(place) > 0.38 * period
    if not (near.any() and far.any()):
        return Finding(0.0, "the stretch is too short to sink in")
    # Every bar must sink, not one: the depths of single bars, the second least of four.
    bars = np.floor((after.phase + period / 2) / period)
    depths = [
        float(change[far & (bars == bar)].mean() - change[near & (bars == bar)].mean())
        for bar in np.unique(bars)
        if (far & (bars == bar)).any() and (near & (bars == bar)).any()
    ]
    depth = q(np.array(depths), 30) if depths else 0.0
    still = 1.5 - abs(float(change[far].mean())) / 0.08 if params["on"] == "downbeats" else 1.0
    usual = 0.20 if params["on"] == "downbeats" else 0.12
    on = "downbeat" if params["on"] == "downbeats" else "beat"
    score = min(depth / usual, max(still, 0.0) if depth > 0 else depth)
    return Finding(score, f"the body sinks {cm(max(depth, 0.0))} lower on every {on}")


def bounced(before: View, after: View, params: Params) -> Finding:
    period = params["every"]
    gain = gained(before, after, _height, period)
    slow = after.amplitude(_height(after), (4.0,)) - before.amplitude(_height(before), (4.0,))
    feet = after.amplitude(_heels(after), (period,)) - before.amplitude(_heels(before), (period,))
    lower = abs(float((_height(after) - _height(before)).mean()))
    score = gain / 0.036 - max(feet - 0.01, 0) / 0.02 - max(slow - 0.03, 0) / 0.05 - max(lower - 0.12, 0) / 0.05
    score = min(score, _planted(before, after))
    return Finding(score, f"the body bounces by {cm(2 * gain)}")


def _hips(view: View) -> np.ndarray:
    """(frames, 3) metres of the pelvis from between the ankles: left, up, ahead."""
    return view.flat(view.at("pelvis") - (view.at("left_ankle") + view.at("right_ankle")) / 2)


def _hip_tilt(view: View) -> np.ndarray:
    """(frames,) how much of the pelvis's left-right axis points up."""
    return view.turns[:, 0, 1, 0]


def swayed(before: View, after: View, params: Params) -> Finding:
    period = 2 * params["every"]
    b, a = _hips(before), _hips(after)
    gain = gained(before, after, lambda view: _hips(view)[:, 0], period)
    tilt = gained(before, after, _hip_tilt, period)
    round_ = after.amplitude(a[:, 2], (period,)) - before.amplitude(b[:, 2], (period,))
    score = min(gain / 0.08, tilt / 0.15) - max(round_ - 0.5 * abs(gain) - 0.01, 0) / 0.03
    return Finding(min(score, _planted(before, after)), f"the hips swing {cm(2 * gain)} from side to side")


def _planted(before: View, after: View) -> float:
    """1 while the feet stay where they were, less as they go elsewhere."""
    gone = [
        np.linalg.norm((after.at(name) - before.at(name))[:, [0, 2]], axis=-1).mean()
        for name in ("left_ankle", "right_ankle")
    ]
    return 1.3 - float(max(gone)) / 0.15


def _circling(view: View, sign: float, period: float) -> np.ndarray:
    """(2,) metres: the part of the hips' path that goes round one way, left to ahead (1) or the other (-1)."""
    offset = _hips(view)
    (c, s), (d, t) = (view.harmonic(offset[:, axis], period) for axis in (0, 2))
    return np.array([s * sign + d, c * sign - t]) / 2


def hips_circled(before: View, after: View, params: Params) -> Finding:
    sign = 1.0 if params["way"] == "left" else -1.0
    period = params["every"]
    old, new = _circling(before, sign, period), _circling(after, sign, period)
    gain = float(min(np.linalg.norm(new), np.linalg.norm(new - old)))
    # A way to and fro is two circles of equal size, one each way.
    gain -= max(
        0.0, float(np.linalg.norm(_circling(after, -sign, period)) - np.linalg.norm(_circling(before, -sign, period)))
    )
    aside = gained(before, after, lambda view: _hips(view)[:, 0], period)
    return Finding(
        min(gain / 0.09, aside / 0.07, _planted(before, after)),
        f"the hips circle {cm(2 * gain)} wide to the {params['way']}",
    )


def nodded(before: View, after: View, params: Params) -> Finding:
    gain = _swing(before, after, "head", "spine3", 0, params["every"])
    aside = _swing(before, after, "head", "spine3", 1, params["every"])
    return Finding(gain / 0.28 if gain > aside else 0.0, f"the head nods by {degrees(2 * gain)}")


def _swing(before: View, after: View, joint: str, to: str, axis: int, period: float) -> float:
    """Radians by which a joint swings further over another: 0 forwards, 1 turning, 2 sideways."""
    return gained(before, after, lambda view: view.relative(joint, to)[:, axis], period)


_LOOKS = {"left": (1, 1.0, 0.95), "right": (1, -1.0, 0.95), "up": (0, -1.0, 0.7), "down": (0, 1.0, 0.65)}


def looked(before: View, after: View, params: Params) -> Finding:
    to = params["to"]
    if to == "sides":
        gain = max(
            min(_swing(before, after, "head", of, 1, period) for of in ("spine3", "pelvis"))
            for period in (4.0, 2.0, 8.0)
        )
        return Finding(gain / 1.2, f"the head turns {degrees(2 * gain)} from side to side")
    axis, sign, full = _LOOKS[to]
    b, a = (sign * view.relative("head", "spine3")[:, axis] for view in (before, after))
    gain = q(a, 40) - q(b, 40)
    where = f"to the {to}" if to in ("left", "right") else to
    return Finding(
        gain / max(full - q(b, 40), 0.4),
        f"the head looks {degrees(gain)} {'further' if gain >= 0 else 'less far'} {where}",
    )


def look_room(before: View, params: Params) -> float:
    if params["to"] == "sides":
        return 1.0
    axis, sign, full = _LOOKS[params["to"]]
    return 0.6 * full - q(sign * before.relative("head", "spine3")[:, axis], 50)


_LEANS = {"forward": (0, 1.0, 0.62), "back": (0, -1.0, 0.5), "left": (2, -1.0, 0.52), "right": (2, 1.0, 0.52)}


def leaned(before: View, after: View, params: Params) -> Finding:
    """The chest over the pelvis, tipped in the direction asked; held, or out and back in time."""
    to, every = params["to"], params["every"]
    if to == "sides":
        gain = _swing(before, after, "spine3", "pelvis", 2, 2 * max(every, 1.0))
        ahead = _swing(before, after, "spine3", "pelvis", 0, 2 * max(every, 1.0))
        return Finding(gain / 0.46 if gain > ahead else 0.0, f"the trunk leans {degrees(gain)} from side to side")
    axis, sign, full = _LEANS[to]
    b, a = (sign * view.relative("spine3", "pelvis")[:, axis] for view in (before, after))
    where = f"to the {to}" if to in ("left", "right") else to
    if every >= 0.5:
        gain = float((a - b).mean())
        swing = gained(before, after, lambda view: sign * view.relative("spine3", "pelvis")[:, axis], every)
        score = min(gain / (0.47 * full), swing / (0.40 * full))
    else:
        gain = q(a, 35) - q(b, 35)
        score = min(gain, float(np.percentile(a - b, 20))) / (0.9 * full)
    return Finding(score, f"the trunk leans {degrees(gain)} {'further' if gain >= 0 else 'less far'} {where}")


def torso_waved(before: View, after: View, params: Params) -> Finding:
    """Waist, ribs and chest bend one after the other."""
    period = params["every"]
    gains, phases = [], []
    for joint, parent in (("spine1", "pelvis"), ("spine3", "spine2")):
        gains.append(_swing(before, after, joint, parent, 0, period))
        change = after.relative(joint, parent)[:, 0] - before.relative(joint, parent)[:, 0]
        cosine, sine = after.harmonic(change, period)
        phases.append(float(np.arctan2(sine, cosine)))
    lag = abs((phases[1] - phases[0] + np.pi) % (2 * np.pi) - np.pi)
    aside = _swing(before, after, "spine3", "pelvis", 2, period)
    score = min(gains[0] / 0.32, gains[1] / 0.24)
    if lag < 0.6 or aside > 0.15:
        score = min(score, 0.1)
    return Finding(score, f"a wave of {degrees(2 * gains[0])} runs up the body")


def twisted(before: View, after: View, params: Params) -> Finding:
    gain = _swing(before, after, "spine3", "pelvis", 1, 2 * params["every"])
    return Finding(gain / 0.72, f"the chest turns {degrees(2 * gain)} against the hips")


def chest_popped(before: View, after: View, params: Params) -> Finding:
    """The chest tipped back over a waist that gives way, on the beat."""
    every = params["every"]
    ribs, waist = (
        after.harmonic(after.relative(*pair)[:, 0], every)[0] - before.harmonic(before.relative(*pair)[:, 0], every)[0]
        for pair in (("spine3", "spine2"), ("spine1", "pelvis"))
    )
    score = min(-ribs / 0.11, waist / 0.055)
    return Finding(
        score,
        f"the chest pops {degrees(2 * ribs)} further out on the beat" if score > 0 else "the chest pops no further out",
    )


def _shoulder_line(view: View) -> np.ndarray:
    """(frames,) metres by which the left shoulder is ahead of the right."""
    points = view.in_frame(("left_shoulder", "right_shoulder"), "spine2")
    return (points[:, 0] - points[:, 1])[:, 2]


def shimmied(before: View, after: View, params: Params) -> Finding:
    """Shoulders that go forwards and back against each other, quickly."""
    period = params["every"]
    gain = gained(before, after, _shoulder_line, period)
    collars = [_swing(before, after, f"{side}_collar", "spine3", 1, period) for side in ("left", "right")]
    return Finding(min(min(collars) / 0.22, gain / 0.05), f"the shoulders shake by {cm(gain)}")


CHECKS = {
    "crouch": (crouched, crouch_room), "rise": (rose, rise_room), "sink": (sank, crouch_room),
    "bounce": (bounced, None),
    "hip_sway": (swayed, None), "hip_circle": (hips_circled, None), "nod": (nodded, None), "look": (looked, look_room),
    "lean": (leaned, None), "torso_wave": (torso_waved, None), "torso_twist": (twisted, None),
    "chest_pop": (chest_popped, None), "shimmy": (shimmied, None),
}  # fmt: skip
"""Kind of edit -> its check, and the room a dance leaves for it (more than 0 to make sense)."""
