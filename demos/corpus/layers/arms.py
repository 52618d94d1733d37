"""Arms on the beat: raise, lower, wave, punch, circle, clap, cross, reach, open, swing, hands on hips, free paths.

Poses are wrist points before the chest (outwards, up, ahead, in arm lengths from the shoulder). Between two poses the
shoulder leads, the elbow follows and the wrist arrives last, on the beat.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.interpolate import CubicHermiteSpline, CubicSpline

from demos.corpus.layers.curves import ease, pulse, wave
from demos.corpus.layers.kind import Kind, Param
from demos.corpus.layers.limbs import ARM_JOINTS, arm
from demos.corpus.layers.workspace import Work
from demos.motion import rotations

_LEAVE = np.array([0.0, 0.0, 0.08, 0.16])  # shares of the way between two poses: collar, shoulder, elbow, wrist
_ARRIVE = np.array([0.86, 0.88, 0.94, 1.0])


class Pose(NamedTuple):
    """One arm pose: wrist point, bend of the hand towards the palm and turn of the thumb up (radians), elbow's side."""

    point: tuple[float, float, float]
    flex: float = 0.0
    twist: float = 0.0
    pole: tuple[float, float, float] | None = None


Keys = list[tuple[float, Pose]]
"""Beats within a period, rising from 0, and the pose reached on each."""


def keyed(work: Work, side: str, keys: Keys, period: float, *, snap: float = 0.0) -> None:
    """Lead an arm through poses that repeat every `period` beats, reaching each on its beat."""
    beats = np.array([beat for beat, _ in keys])
    posed = np.concatenate(
        [arm(side, np.array([p.point]), pole=None if p.pole is None else np.array([p.pole]), flex=p.flex, twist=p.twist)
         for _, p in keys]
    )  # fmt: skip
    place = np.mod(work.phase - beats[0], period) + beats[0]
    before = np.searchsorted(beats, place + 1e-9, side="right") - 1
    after = (before + 1) % len(keys)
    length = np.where(after > before, beats[after] - beats[before], period - beats[before] + beats[0])
    u = (place - beats[before]) / np.maximum(length, 1e-6)
    # Long ways are not crept along: they take at most two beats, the last ones before the pose.
    u = 1 - (1 - u) * np.maximum(length / 2.0, 1.0)
    share = ease((u[:, None] - _LEAVE) / (_ARRIVE - _LEAVE), snap)
    away = rotations.matrix_to_rotvec(np.swapaxes(posed, -1, -2) @ np.roll(posed, -1, axis=0))
    turned = posed[before] @ rotations.rotvec_to_matrix(away[before] * share[..., None])
    work.blend(ARM_JOINTS[side], turned, work.weight)


def led(work: Work, side: str, point: np.ndarray, **options: np.ndarray | float | None) -> None:
    """Lead an arm along a dense path (frames, 3); options as in `limbs.arm`."""
    work.blend(ARM_JOINTS[side], arm(side, point, **options), work.weight)  # pyright: ignore[reportArgumentType]


def support(
    work: Work, *, twist: np.ndarray | float = 0.0, side: np.ndarray | float = 0.0, bow: np.ndarray | float = 0
):
    """A little of the torso in an arm's movement, when it may move: radians to the left, left, and forwards."""
    if work.has("torso"):
        turn = work.weight[:, None] * np.stack(np.broadcast_arrays(bow, twist, -np.asarray(side), work.phase)[:3], -1)
        for joint, share in (("spine2", 0.4), ("spine3", 0.6)):
            work.add_turn(joint, share * turn)


_RAISED = {
    "side": (Pose((0.96, 0.14, 0.12), -0.25), Pose((0.88, -0.06, 0.24), 0.1)),
    "front": (Pose((0.02, 0.16, 0.95), -0.2, 0.2), Pose((0.10, -0.04, 0.86), 0.1)),
    "overhead": (Pose((0.20, 0.95, 0.06), -0.2), Pose((0.42, 0.78, 0.16), 0.15)),
}
_HANGING = Pose((0.16, -0.95, 0.08), 0.1)


def _raise(work: Work) -> None:
    high, soft = _RAISED[work.params["to"]]
    every = work.params["every"]
    for side in work.sides:
        if every < 0.5:
            keyed(work, side, [(0.0, high), (0.5, soft)], 1.0)
        else:
            keyed(work, side, [(0.0, high), (every / 2, _HANGING)], every)
    both = len(work.sides) == 2
    lean = 0.0 if both else (-0.08 if work.sides == ["left"] else 0.08)
    support(work, side=lean, bow=-0.10 if work.params["to"] == "overhead" else 0.0)


def _lower(work: Work) -> None:
    for index, side in enumerate(work.sides):
        swing = 0.10 * wave(work.phase + index, 2.0)
        point = np.stack([0.17 + 0 * swing, -0.93 + 0.3 * swing**2, 0.10 + swing], axis=-1)
        led(work, side, point, flex=0.15 + 0.5 * swing)


def _wave(work: Work) -> None:
    turn = 2 * np.pi * work.phase / work.params["every"]
    lag = 0.75  # radians from joint to joint
    for side in work.sides:
        # Through the body: in at the right hand, out at the left.
        sign, start = (-1.0, 0.0) if side == "left" else (1.0, np.pi)
        wrist, elbow, shoulder = (np.cos(turn + start - sign * k * lag) for k in (0, 1, 2))
        point = np.stack([0.84 - 0.04 * elbow, 0.06 + 0.34 * wrist + 0.05 * shoulder, 0.18 + 0 * wrist], axis=-1)
        pole = np.stack([0 * wrist, 0.25 + 1.3 * elbow, -1.0 + 0 * wrist], axis=-1)
        hand = np.cos(turn + start + sign * lag)
        led(work, side, point, pole=pole, flex=-0.75 * hand)
    if len(work.sides) == 2:
        support(work, side=0.10 * np.cos(turn + np.pi))


_PUNCHES = {
    "front": Pose((-0.18, 0.06, 0.97), 0.0),
    "up": Pose((0.0, 0.97, 0.18), 0.0),
    "side": Pose((0.98, 0.08, 0.10), 0.0),
    "down": Pose((-0.05, -0.80, 0.55), 0.0),
}
_GUARD = Pose((-0.12, -0.12, 0.40), 0.0, 0.6, (0.5, -1.0, -0.2))


def _punch(work: Work) -> None:
    out, every = _PUNCHES[work.params["to"]], work.params["every"]
    period = every * max(len(work.sides), 1)
    hold = 0.10 * every
    for index, side in enumerate(work.sides):
        keys = [(0.0, out), (hold, out), (hold + 0.42 * every, _GUARD), (period - 0.46 * every, _GUARD)]
        shifted(work, side, keys, period, index * every, snap=0.6)
    sign = np.zeros(len(work.phase))
    for index, side in enumerate(work.sides):
        sign += (-1.0 if side == "left" else 1.0) * pulse(work.phase - index * every, period)
    support(work, twist=0.22 * sign)


def shifted(work: Work, side: str, keys: Keys, period: float, by: float, *, snap: float = 0.0) -> None:
    """`keyed` with every pose `by` beats later."""
    moved = sorted(((beat + by) % period, pose) for beat, pose in keys)
    keyed(work, side, moved, period, snap=snap)


def _circle(work: Work) -> None:
    sign = 1.0 if work.params["way"] == "outwards" else -1.0
    angle = 2 * np.pi * work.phase / work.params["every"]
    out, up = np.sin(sign * angle), np.cos(angle)
    inner = np.clip(-out, 0.0, 1.0)
    ahead = 0.24 + 0.34 * inner + 0.10 * np.clip(-up, 0, 1)
    point = np.stack([0.16 + 0.68 * out, 0.14 + 0.80 * up, ahead], axis=-1)
    for side in work.sides:
        led(work, side, point, flex=-0.35 * np.sin(angle - 0.6))
    support(work, bow=-0.08 * up)


_CLAPS = {
    "front": (Pose((-0.30, -0.20, 0.64), -0.75), Pose((0.34, -0.18, 0.66), -0.2)),
    "overhead": (Pose((-0.29, 0.86, 0.22), -0.55), Pose((0.42, 0.72, 0.25), -0.1)),
}


def _clap(work: Work) -> None:
    together, apart = _CLAPS[work.params["to"]]
    every = work.params["every"]
    for side in work.sides:
        keyed(work, side, [(0.0, together), (0.06, together), (0.5 * every, apart)], every, snap=0.75)
    support(work, bow=0.06 * pulse(work.phase, every))


def _cross(work: Work) -> None:
    every = work.params["every"]
    for side in work.sides:
        over = 0.12 if side == "right" else 0.0
        crossed = Pose((-0.62, -0.05 - over / 2, 0.42 + over), 0.1)
        keyed(work, side, [(0.0, crossed), (0.5 * every, Pose((0.82, -0.10, 0.30), -0.1))], every, snap=0.5)
    support(work, bow=0.10 * pulse(work.phase, every))


_REACHES = {
    "diagonal": (0.55, 0.76, 0.30), "up": (0.12, 0.98, 0.12), "side": (0.99, 0.06, 0.10), "front": (0.05, 0.12, 0.98),
}  # fmt: skip


def _reach(work: Work) -> None:
    every = work.params["every"]
    point = _REACHES[work.params["to"]]
    period = every * max(len(work.sides), 1)
    lean = np.zeros(len(work.phase))
    for index, side in enumerate(work.sides):
        keys = [(0.0, Pose(point, -0.3)), (period / 2, Pose((0.22, -0.72, 0.34), 0.2))]
        shifted(work, side, keys, period, index * every)
        lean += (1.0 if side == "left" else -1.0) * pulse(work.phase - index * every, period, rise=every, fall=every)
    support(work, side=0.14 * lean, twist=-0.10 * lean)


def _on_hips(work: Work) -> None:
    sway = 0.03 * wave(work.phase, 2.0)
    for side in work.sides:
        point = np.stack([0.06 + 0 * sway, -0.60 + 0.3 * sway, 0.10 + sway], axis=-1)
        led(work, side, point, pole=np.broadcast_to((1.0, 0.0, -0.45), point.shape), flex=0.55, twist=-0.5)


def _open(work: Work) -> None:
    every = work.params["every"]
    wide, soft = Pose((0.95, 0.22, -0.10), -0.35, 0.6), Pose((0.62, -0.18, 0.46), 0.15, 0.2)
    for side in work.sides:
        keyed(work, side, [(0.0, wide), (0.15 * every, wide), (0.5 * every, soft)], every)
    support(work, bow=-0.10 * pulse(work.phase, every, rise=every / 2, fall=every / 2))


def _swing(work: Work) -> None:
    every = work.params["every"]
    for side in work.sides:
        forth = wave(work.phase + (every if side == "right" else 0.0), 2 * every)
        ahead, back = np.clip(forth, 0, 1), np.clip(-forth, 0, 1)
        point = np.stack([0.14 + 0.10 * back, -0.90 + 0.36 * ahead**2 + 0.12 * back**2, 0.62 * forth + 0.08], axis=-1)
        pole = np.broadcast_to((0.25, -0.2, -1.0), point.shape)
        led(work, side, 0.97 * point / np.maximum(np.linalg.norm(point, axis=-1, keepdims=True), 1), pole=pole)
    if len(work.sides) == 2:
        support(work, twist=-0.16 * wave(work.phase, 2 * every))


def _path(work: Work) -> None:
    points = work.params["points"]
    length = points[-1, 0] - points[0, 0]
    closed = np.allclose(points[0, 1:], points[-1, 1:])
    if closed:
        curve = CubicSpline(points[:, 0], points[:, 1:], bc_type="periodic" if len(points) > 2 else "clamped")
        place = points[0, 0] + np.mod(work.phase - points[0, 0], length)
    else:
        # A path that does not come back rests at its ends.
        slopes = np.gradient(points[:, 1:], points[:, 0], axis=0)
        slopes[[0, -1]] = 0
        curve = CubicHermiteSpline(points[:, 0], points[:, 1:], slopes)
        place = np.clip(work.phase, points[0, 0], points[-1, 0])
    path = curve(place)
    far = np.linalg.norm(path, axis=-1, keepdims=True)
    for side in work.sides:
        led(work, side, path * np.minimum(1.0, 0.99 / np.maximum(far, 1e-6)))


def _every(default: float, low: float = 0.5) -> Param:
    return Param(default, low, 16.0, unit="beats")


_SIDE = Param("both", choices=("both", "left", "right"))
_WITH_TORSO = ("arms", "torso")


def _kind(name, description, build, *, opposite=None, parts=_WITH_TORSO, **params) -> Kind:
    return Kind(
        name, "arms", description, parts, build, params={"side": _SIDE, **params}, defaults=("arms",), needed=(),
        opposite=opposite,
    )  # fmt: skip


KINDS = (
    _kind("arm_raise", "One or both arms lifted to the side, to the front or overhead, held with a lift on every beat, "
          "or raised and lowered every few beats.", _raise, opposite="arm_lower",
          to=Param("overhead", choices=("overhead", "side", "front")), every=Param(0.0, 0.0, 16.0, unit="beats")),
    _kind("arm_lower", "Arms let down to hang beside the body, swinging a little.", _lower, opposite="arm_raise"),
    _kind("arm_wave", "A wave that travels through the arms from fingertip to fingertip, crest on the beat.", _wave,
          every=_every(2.0, 1.0)),
    _kind("arm_punch", "Punches that shoot out on the beat and come back to guard, left and right in turn.", _punch,
          to=Param("front", choices=("front", "up", "side", "down")), every=_every(1.0)),
    _kind("arm_circle", "Large circles of the arms, at the top on the beat.", _circle,
          way=Param("outwards", choices=("outwards", "inwards")), every=_every(4.0, 1.0)),
    _kind("arm_clap", "Hands clapped on the beat, in front of the chest or overhead.", _clap,
          to=Param("front", choices=("front", "overhead")), every=_every(1.0)),
    _kind("arm_cross", "Arms crossed before the chest on the beat and opened between.", _cross, opposite="arm_open",
          every=_every(2.0)),
    _kind("arm_reach", "Long reaches, left and right in turn, longest on the beat.", _reach,
          to=Param("diagonal", choices=("diagonal", "up", "side", "front")), every=_every(2.0)),
    _kind("arm_open", "Arms opened wide with the chest, widest on the beat.", _open, opposite="arm_cross",
          every=_every(2.0)),
    _kind("arm_swing", "Arms swung forwards and back against each other, furthest on the beat.", _swing,
          every=_every(1.0)),
    _kind("hands_on_hips", "Hands on the hips, elbows out.", _on_hips),
    _kind("arm_path", "Wrists led along a path of one's own through points on given beats (outwards, up, ahead from "
          "the shoulder, in arm lengths); one that ends where it began repeats.", _path,
          points=Param([[0, 0.9, 0.2, 0.1], [2, 0.2, 0.9, 0.2], [4, 0.9, 0.2, 0.1]], points=True)),
)  # fmt: skip
