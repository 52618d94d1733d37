"""Checks of manner: sharp or smooth, big or small, calm or full of energy, fast or slow, still on beats, mirrored."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.checks.view import Finding, View
from demos.corpus.edit_kinds import Params

_GROUPS = {
    "left_arm": (("left_elbow", "left_wrist"), "spine3"),
    "right_arm": (("right_elbow", "right_wrist"), "spine3"),
    "torso": (("spine3", "neck"), "pelvis"),
    "legs": (("left_knee", "left_ankle", "right_knee", "right_ankle"), "pelvis"),
}
_MIDDLE_S = 0.9


class Manner(NamedTuple):
    """Of one group of joints, over a stretch. size : metres about the slow middle. pace : mean m/s. quick : pace over
    size, 1/s. rough : jerk over speed, 1/s^2, root mean squares. uneven : spread of speed over its mean. onbeat : how
    much faster it is just before beats than just after them, relative to its mean."""

    size: float
    pace: float
    quick: float
    rough: float
    uneven: float
    onbeat: float


def manner(view: View, group: str, every: float = 1.0) -> Manner:
    """Measure one of _GROUPS; beats are counted every so many."""
    names, frame = _GROUPS[group]
    points = view.in_frame(names, frame).reshape(len(view.phase), -1)
    middle = gaussian_filter1d(points, _MIDDLE_S * view.fps, axis=0, mode="nearest")
    size = float(np.sqrt(((points - middle) ** 2).sum(-1).mean()))
    step = np.diff(points, axis=0)
    speed = np.linalg.norm(step, axis=-1) * view.fps
    # 5 mm of noise at 30 fps would outweigh any jerk that is danced.
    calm = gaussian_filter1d(points, 1.0, axis=0, mode="nearest")
    jerk = np.diff(calm, n=3, axis=0) * view.fps**3
    velocity = np.diff(calm, axis=0) * view.fps
    rough = float(np.sqrt((jerk**2).sum(-1).mean()) / max(np.sqrt((velocity**2).sum(-1).mean()), 1e-3))
    pace = float(speed.mean())
    turn = np.pi * (view.phase[1:] + view.phase[:-1]) / every
    onbeat = -float((speed * np.sin(turn)).mean()) / max(pace, 1e-3)
    return Manner(
        size, pace, pace / max(size, 5e-3), rough, float(speed.std()) / max(pace, 1e-3), onbeat
    )  # fmt: skip


def groups_of(parts: frozenset[str]) -> list[str]:
    """The groups that parts of an edit let change."""
    return [group for group in _GROUPS if group in parts]


def ratios(before: View, after: View, parts: frozenset[str]) -> list[tuple[Manner, Manner]]:
    return [(manner(before, group), manner(after, group)) for group in groups_of(parts)]


def _log(pairs: list[tuple[Manner, Manner]], name: str) -> list[float]:
    """log2 of after over before of one number, group by group."""
    return [float(np.log2(max(getattr(a, name), 1e-4) / max(getattr(b, name), 1e-4))) for b, a in pairs]


def _gain(pairs: list[tuple[Manner, Manner]], name: str) -> float:
    return float(np.median([getattr(a, name) - getattr(b, name) for b, a in pairs]))


def _throughout(before: View, after: View, parts: frozenset[str], name: str, sign: float = 1.0) -> float:
    """log2 of after over before of one number where it grew (sign 1) or shrank (-1) least: in arms, or in the rest."""
    groups = groups_of(parts)
    values = _log(ratios(before, after, parts), name)
    arms = [value for group, value in zip(groups, values, strict=True) if group.endswith("arm")]
    rest = [value for group, value in zip(groups, values, strict=True) if not group.endswith("arm")]
    return sign * min(sign * float(np.mean(some)) for some in (arms, rest) if some)


def _percent(log2: float) -> str:
    """Worked case: 1 is "100 % more", -1 "50 % less"."""
    change = 2.0**log2 - 1
    return f"{abs(change) * 100:.0f} % {'more' if change >= 0 else 'less'}"


def _sized(before: View, after: View, parts: frozenset[str], sign: float) -> tuple[float, str]:
    grown = _throughout(before, after, parts, "size", sign)
    return grown, f"the movements take {_percent(grown)} room"


def bigger(before: View, after: View, params: Params, parts: frozenset[str]) -> Finding:
    grown, fact = _sized(before, after, parts, 1.0)
    return Finding(grown / 0.36, fact)


def smaller(before: View, after: View, params: Params, parts: frozenset[str]) -> Finding:
    grown, fact = _sized(before, after, parts, -1.0)
    return Finding(-grown / 0.75, fact)


def sharper(before: View, after: View, params: Params, parts: frozenset[str]) -> Finding:
    pairs = ratios(before, after, parts)
    gain = _gain(pairs, "onbeat")
    return Finding(gain / 0.48, f"the movements hurry into the beat {_points(gain)}")


def _points(gain: float) -> str:
    return f"{abs(gain) * 100:.0f} points {'more' if gain >= 0 else 'less'}"


def hit(before: View, after: View, params: Params, parts: frozenset[str]) -> Finding:
    """Shot into the beats and standing after them."""
    stiller = _stiller(before, after, parts, params["every"], 0.26)
    onbeat = _gain([(manner(before, g, params["every"]), manner(after, g, params["every"])) for g in groups_of(parts)],
                   "onbeat")  # fmt: skip
    return Finding(
        min(onbeat / 0.66, stiller / 0.8), f"the movements shoot into the beats {_points(onbeat)} and stop there"
    )


def smoother(before: View, after: View, params: Params, parts: frozenset[str]) -> Finding:
    upper = parts - {"legs"} if len(parts) > 1 else parts
    calmed = max(_log(ratios(before, after, upper), "rough"))
    return Finding(-calmed / 1.4, f"the movements have {_percent(calmed)} corners")


def energetic(before: View, after: View, params: Params, parts: frozenset[str]) -> Finding:
    pairs = ratios(before, after, parts)
    pace, onbeat = _throughout(before, after, parts, "pace"), _gain(pairs, "onbeat")
    return Finding(min((pace / 0.3 + onbeat / 0.45) / 2, pace / 0.2), f"the body moves {_percent(pace)}")


def calmed(before: View, after: View, params: Params, parts: frozenset[str]) -> Finding:
    pace = _throughout(before, after, parts, "pace", -1.0)
    return Finding(-pace / 1.3, f"the body moves {_percent(pace)}")


def faster(before: View, after: View, params: Params, parts: frozenset[str]) -> Finding:
    quick, pace = _timed(before, after, parts)
    return Finding(min(quick / 0.75, pace / 0.8), f"the same movements go {_percent(quick)} quickly")


def slower(before: View, after: View, params: Params, parts: frozenset[str]) -> Finding:
    quick, pace = _timed(before, after, parts, slow=True)
    score = min(-quick / 0.5, -pace / 0.9)
    if "legs" in parts:  # rounding off leaves the feet their timing; slowing does not
        score = min(score, -_log(ratios(before, after, frozenset(("legs",))), "rough")[0] / 0.6)
    return Finding(score, f"the same movements go {_percent(quick)} quickly")


def _timed(before: View, after: View, parts: frozenset[str], *, slow: bool = False) -> tuple[float, float]:
    """log2 of how much quicker (pace over size), and of how much more pace; the legs must follow where they may."""
    pairs = ratios(before, after, parts)
    quick, pace = _log(pairs, "quick"), float(np.median(_log(pairs, "pace")))
    middle = float(np.median(quick))
    if "legs" in parts:
        middle = max(middle, quick[-1]) if slow else min(middle, quick[-1])
    return middle, pace


def frozen(before: View, after: View, params: Params, parts: frozenset[str]) -> Finding:
    stiller = _stiller(before, after, parts, params["every"], 0.34)
    return Finding(
        stiller, f"the body moves {abs(stiller) * 100:.0f} % {'less' if stiller >= 0 else 'more'} in the freezes"
    )


def _stiller(before: View, after: View, parts: frozenset[str], every: float, hold: float) -> float:
    """How much less the body moves in the first share of every few beats, against its usual pace: 1 stands still."""
    found = []
    for group in groups_of(parts):
        shares = []
        for view in (before, after):
            names, frame = _GROUPS[group]
            points = view.in_frame(names, frame).reshape(len(view.phase), -1)
            speed = np.linalg.norm(np.diff(points, axis=0), axis=-1)
            place = np.mod((view.phase[1:] + view.phase[:-1]) / 2, every) / every
            inside = (place > 0.02) & (place < hold)
            shares.append(speed[inside].mean() / max(speed.mean(), 1e-5) if inside.any() else 1.0)
        found.append(1 - shares[1] / max(shares[0], 0.05))
    return float(np.median(found))


def held(before: View, after: View, params: Params, parts: frozenset[str]) -> Finding:
    """Whether the body stands still. The views hold only what lies well inside the hold."""
    pace = [np.median([manner(view, group).pace for group in groups_of(parts)]) for view in (before, after)]
    left = float(pace[1] / max(pace[0], 0.02))
    return Finding(1 - left, f"the body keeps {min(left, 9.99) * 100:.0f} % of its movement")


def hold_room(before: View, params: Params) -> float:
    return float(np.median([manner(before, group).pace for group in _GROUPS])) - 0.12


def mirrored(before: View, after: View, params: Params, parts: frozenset[str]) -> Finding:
    """Arms and legs do what the other side did."""
    scores = []
    for names, frame, part in (("elbow", "spine3", "arms"), ("wrist", "spine3", "arms"), ("ankle", "pelvis", "legs")):
        if not {"left_arm" if part == "arms" else part} & parts:
            continue
        own, other = 0.0, 0.0
        flip = np.array([-1.0, 1.0, 1.0])
        b = before.in_frame((f"left_{names}", f"right_{names}"), frame)
        a = after.in_frame((f"left_{names}", f"right_{names}"), frame)
        own = float(np.linalg.norm(a - b, axis=-1).mean())
        other = float(np.linalg.norm(a - flip * b[:, ::-1], axis=-1).mean())
        scores.append((own - other) / max(own + other, 0.06))
    score = min(scores, default=0.0)
    return Finding(score, "left and right are exchanged" if score > 0.3 else "left and right stay as they were")


def mirror_room(before: View, params: Params) -> float:
    flip = np.array([-1.0, 1.0, 1.0])
    gaps = []
    for names, frame in (("wrist", "spine3"), ("ankle", "pelvis")):
        b = before.in_frame((f"left_{names}", f"right_{names}"), frame)
        gaps.append(np.linalg.norm(b - flip * b[:, ::-1], axis=-1).mean())
    return float(min(gaps)) - 0.08


CHECKS = {
    "sharper": (sharper, None), "smoother": (smoother, None), "bigger": (bigger, None), "smaller": (smaller, None),
    "energy": (energetic, None), "calmer": (calmed, None), "faster": (faster, None), "slower": (slower, None),
    "freeze": (frozen, None), "hits": (hit, None), "hold_end": (held, hold_room), "hold_start": (held, hold_room),
    "mirror": (mirrored, mirror_room),
}  # fmt: skip
"""Kind of edit -> its check, and the room a dance leaves for it. These also look at which parts may change."""
