"""Replaced footwork: from a written pattern of steps to where both feet and the pelvis go.

A step says on which beat a foot lands and where, in the dancer's own axes about a moving anchor (the smoothed path of
the dance below). Standing feet are at rest; a standing foot turns about its ball when the dancer turns past it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicHermiteSpline
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from demos.corpus.layers.curves import smooth
from demos.corpus.layers.limbs import chain
from demos.corpus.layers.workspace import LEGS, Feet, Work, cross_feet, set_feet, toward, world
from demos.motion import rotations
from demos.motion.skeleton import INDEX, REST_HEIGHT, REST_OFFSETS, TOE_HEIGHT

LEFT, RIGHT = 0, 1
STANCE_M = 0.10
"""Half the distance between two standing feet."""
_TOE = REST_OFFSETS[INDEX["left_foot"]].astype(np.float64)  # from the ankle, the foot flat and straight ahead
_TOE_OUT = 0.14  # radians
_PIVOT = 0.65, 0.35  # radians by which the pelvis turns away from a standing foot freely, and beyond that softly
_FASTEST_TURN = 2.2  # radians a second
_PAD_S = 1.5
_SOFT_M = 0.06  # by which dancers stand lower than upright
_LEG_M = float(
    sum(np.linalg.norm(REST_OFFSETS[INDEX[name]]) for name in ("left_knee", "left_ankle"))
)  # from hip to ankle, straight
_HEEL_SHARE = 0.955  # of the leg's length, beyond which the heel comes up
_PATH_S = 0.8  # the anchor is the dance's own path smoothed over about this long


@dataclass(frozen=True)
class Air:
    """A point of a foot on its way: at `beat` from its landing, the ball of the foot in the dancer's axes (metres;
    height above the floor), its pitch (toes down) and roll (sole to the left), radians. peak : it stops there."""

    beat: float
    across: float
    height: float
    ahead: float
    pitch: float = 0.0
    roll: float = 0.0
    peak: bool = False


@dataclass(frozen=True)
class Step:
    """One landing. beat : in the pattern. foot : LEFT or RIGHT. across, ahead : metres from the anchor, left and
    forwards positive. weight : whether the body comes over it. swing : beats in the air. lift : height of the way."""

    beat: float
    foot: int
    across: float
    ahead: float = 0.0
    weight: bool = True
    swing: float = 0.6
    lift: float = 0.075
    air: tuple[Air, ...] = ()


@dataclass(frozen=True)
class Style:
    """How the body rides on the steps. dip : metres lower on each landing. roll, twist : radians of the hips towards
    the standing side. over : share of the way that the pelvis goes over the standing foot. centre : (across, ahead)
    of the pattern's middle, which is put on the anchor."""

    dip: float = 0.02
    roll: float = 0.05
    twist: float = 0.0
    over: float = 0.72
    centre: tuple[float, float] = (0.0, 0.0)


@dataclass
class Ground:
    """The dancer's moving axes over the padded time: anchor (frames, 2) x and z metres, heading (frames,) radians."""

    time_s: np.ndarray
    anchor: np.ndarray
    heading: np.ndarray

    def at(self, time_s: float) -> tuple[np.ndarray, float]:
        place = [np.interp(time_s, self.time_s, self.anchor[:, axis]) for axis in (0, 1)]
        return np.array(place), float(np.interp(time_s, self.time_s, self.heading))


def ground(
    work: Work, *, path: np.ndarray | None = None, turn: Callable[[np.ndarray], np.ndarray] | None = None
) -> Ground:
    """The axes that the dance below moves in, smoothed, with a displacement and a turn added.

    path : (padded frames, 2) metres across and ahead, in the axes at the range's start. turn : time -> radians.
    """
    time = padded_time(work)
    facing = np.interp(time, work.time_s, work.heading())
    place = np.stack([np.interp(time, work.time_s, work.source_root[:, axis]) for axis in (0, 2)], axis=-1)
    sigma = _PATH_S * work.fps
    for slower in (1.0, 1.5, 2.2, 3.3):  # as smooth as it takes for steps to keep up with the dancer's turns
        even = gaussian_filter1d(facing, slower * sigma, mode="nearest")
        if np.abs(np.diff(even)).max(initial=0) * work.fps < _FASTEST_TURN:
            break
    facing = even
    place = gaussian_filter1d(place, sigma, axis=0, mode="nearest")
    if path is not None:
        start = float(np.interp(max(work.span_s[0], 0.0), time, facing))
        place = place + to_world(path, np.full(len(path), start))
    if turn is not None:
        facing = facing + turn(time)
    return Ground(time, place, facing)


def padded_time(work: Work) -> np.ndarray:
    pad = int(_PAD_S * work.fps)
    return np.arange(work.first - pad, work.stop + pad) / work.fps


def to_world(flat: np.ndarray, heading: np.ndarray) -> np.ndarray:
    """Across and ahead (frames, 2) -> world x and z (frames, 2)."""
    cos, sin = np.cos(heading), np.sin(heading)
    return np.stack([cos * flat[:, 0] + sin * flat[:, 1], -sin * flat[:, 0] + cos * flat[:, 1]], axis=-1)


def lay(work: Work, steps: Sequence[Step], period: float, axes: Ground, style: Style) -> None:
    """Replace the footwork by a pattern; trunk, arms and head keep their joints and ride on the pelvis.

    The strength of the layer scales the steps; where the layer comes and goes, each foot takes a small step.
    """
    scale = work.strength
    tracks = [_Track(work, axes, [s for s in steps if s.foot == foot], period, foot, style, scale) for foot in (0, 1)]
    for track in tracks:
        track.settle(np.interp(axes.time_s, work.time_s, smooth(2 * work.envelope - 1)))
    balls = np.stack([track.ball for track in tracks], axis=1)
    inside = slice(int(_PAD_S * work.fps), int(_PAD_S * work.fps) + len(work.envelope))
    share = _weight_share(work, axes, steps, period)
    middle = 0.5 + style.over * (share - 0.5)
    flat = middle[:, None] * tracks[0].hold + (1 - middle[:, None]) * tracks[1].hold
    flat = gaussian_filter1d(flat, 0.09 * work.fps, axis=0, mode="nearest")
    back = to_world(np.array([[0.0, -0.035]]).repeat(len(flat), 0), axes.heading)
    flat = flat + back
    beat = work.grid.phase(axes.time_s)
    dip = style.dip * scale * (0.5 + 0.5 * np.cos(2 * np.pi * beat))
    root = np.stack([flat[:, 0], np.full(len(flat), _height(work)) - dip, flat[:, 1]], axis=-1)[inside]

    away = wrap(axes.heading[inside] - work.heading())
    sideways = (2 * share - 1)[inside] * scale
    twist = rotations.yaw(axes.heading[inside]) @ rotations.rotvec_to_matrix(
        np.stack([0 * sideways, -style.twist * sideways, style.roll * sideways], axis=-1)
    )
    level = twist @ rotations.yaw(-axes.heading[inside])
    pelvis = level @ rotations.yaw(away) @ work.source_local[:, 0]
    turns = []
    for foot, track in enumerate(tracks):
        hip = root + pelvis @ REST_OFFSETS[LEGS[foot].root]
        turns.append(track.turned(_heel_lift(hip, track.ball[inside], track.yaw[inside], work.fps), inside))
    turns = np.stack(turns, axis=1)
    planned = Feet(balls[inside] - turns @ _TOE, turns)
    _ride(work, pelvis, root, planned)


def _ride(work: Work, pelvis: np.ndarray, root: np.ndarray, planned: Feet) -> None:
    """Bring pelvis and feet from the dance's own to the planned ones by the envelope, and pose the legs."""
    envelope = work.envelope
    feet = cross_feet(work.source_feet, planned, envelope)
    work.local[:, 0] = toward(work.source_local[:, :1], pelvis[:, None], envelope[:, None])[:, 0]
    work.root = work.source_root + envelope[:, None] * (root - work.source_root)
    joints, turns = world(work.local, work.root)
    legs = []
    for side, limb in enumerate(LEGS):
        facing = feet.turns[:, side] @ np.array([0.0, 0.0, 1.0])
        ahead = turns[:, 0] @ np.array([0.0, 0.0, 1.0])
        pole = facing + ahead + np.array([0.0, 0.25, 0.0])
        upper, lower = chain(limb, feet.ankles[:, side] - joints[:, limb.root], pole)
        legs += [np.swapaxes(turns[:, 0], -1, -2) @ upper, np.swapaxes(upper, -1, -2) @ lower]
    indices = [joint for limb in LEGS for joint in (limb.root, limb.middle)]
    posed = toward(work.source_local[:, indices], np.stack(legs, axis=1), envelope[:, None])
    work.local[:, indices] = posed
    toes = [INDEX["left_foot"], INDEX["right_foot"]]
    flat = np.broadcast_to(np.eye(3), (len(envelope), 2, 3, 3))
    work.local[:, toes] = toward(work.source_local[:, toes], flat, envelope[:, None])
    set_feet(work, feet)
    work.plant = False


def _height(work: Work) -> float:
    """How high this dancer's pelvis rides: that of the dance below, within what walking needs."""
    usual = float(np.median(work.source_root[:, 1]))
    return float(np.clip(usual, REST_HEIGHT - 0.14, REST_HEIGHT - _SOFT_M))


def wrap(angle: np.ndarray) -> np.ndarray:
    """The same angles, shifted together by whole turns so that the first lies within half a turn of 0."""
    return angle - 2 * np.pi * np.round(angle[0] / (2 * np.pi))


class _Track:
    """One foot over the padded time: ball (frames, 3), hold (frames, 2) where it stands or is bound for, and its yaw,
    pitch and roll (frames,) radians."""

    def __init__(
        self, work: Work, axes: Ground, steps: list[Step], period: float, foot: int, style: Style, scale: float
    ) -> None:
        self.time = axes.time_s
        sign = 1.0 if foot == LEFT else -1.0
        stance = np.array([sign * STANCE_M, 0.0])
        first, last = work.grid.phase(self.time[[0, -1]])
        events = []
        for cycle in range(int(np.floor(first / period)) - 2, int(np.ceil(last / period)) + 2):
            events += [(cycle * period + step.beat, step) for step in steps]
        events.sort(key=lambda event: event[0])
        lands = [float(work.grid.time_s(beat)) for beat, _ in events]
        starts = [float(work.grid.time_s(beat - step.swing)) for beat, step in events]
        self.ball = np.zeros((len(self.time), 3))
        self.hold = np.zeros((len(self.time), 2))
        yaws, pitch, roll = (np.zeros(len(self.time)) for _ in range(3))
        spots, headings = [], []
        for index, (_, step) in enumerate(events):
            ends = starts[index + 1] if index + 1 < len(events) else lands[index] + 0.5
            anchor, heading = axes.at(0.5 * (lands[index] + max(ends, lands[index])))
            wanted = np.array([step.across - style.centre[0], step.ahead - style.centre[1]])
            local = stance + scale * (wanted - stance)
            spots.append(anchor + to_world(local[None], np.array([heading]))[0])
            headings.append(heading + sign * _TOE_OUT)
        for index in range(len(events) - 1):
            stand = (self.time >= lands[index]) & (self.time < starts[index + 1])
            swing = (self.time >= starts[index + 1]) & (self.time < lands[index + 1])
            self.ball[stand] = [spots[index][0], TOE_HEIGHT, spots[index][1]]
            self.hold[stand] = spots[index]
            yaws[stand] = headings[index]
            if swing.any():
                self._swing(work, axes, swing, events[index + 1], (starts[index + 1], lands[index + 1]),
                            (spots[index], spots[index + 1]), (headings[index], headings[index + 1]), scale,
                            (yaws, pitch, roll))  # fmt: skip
        self.yaw, self.pitch, self.roll = _pivoted(yaws, axes.heading), pitch, roll

    def settle(self, share: np.ndarray) -> None:
        """Keep swings and kicks low (frames,) where the layer is still coming or going already: 1 leaves them."""
        rest = np.stack([self.hold[:, 0], np.full(len(share), TOE_HEIGHT), self.hold[:, 1]], axis=-1)
        high = np.clip((self.ball[:, 1] - TOE_HEIGHT) / 0.15, 0.0, 1.0)
        share = 1 - (1 - share) * high
        self.ball = rest + share[:, None] * (self.ball - rest)
        self.pitch, self.roll = self.pitch * share, self.roll * share

    def turned(self, heel: np.ndarray, inside: slice) -> np.ndarray:
        """(frames, 3, 3) world orientation of the foot, its heel up by at least (frames,) radians."""
        pitch, roll = self.pitch[inside], self.roll[inside]
        tip = np.stack([np.where(pitch < heel, heel, pitch), 0 * pitch, roll], axis=-1)
        return rotations.yaw(self.yaw[inside]) @ rotations.rotvec_to_matrix(tip)

    def _swing(self, work, axes, frames, event, times, spots, headings, scale, angles) -> None:
        beat, step = event
        yaws, pitch, roll = angles
        time = self.time[frames]
        u = (time - times[0]) / (times[1] - times[0])
        share = smooth(u)
        self.hold[frames] = spots[0] + share[:, None] * (spots[1] - spots[0])
        yaws[frames] = headings[0] + share * (headings[1] - headings[0])
        if not step.air:
            apart = float(np.linalg.norm(spots[1] - spots[0]))
            lift = step.lift * (0.35 + 0.65 * scale) * min(1.0, 0.5 + apart / 0.25)
            self.ball[frames, 0], self.ball[frames, 2] = self.hold[frames].T
            self.ball[frames, 1] = TOE_HEIGHT + lift * (4 * u * (1 - u)) ** 1.5
            # The heel leaves first and the toe is up a little before it lands.
            pitch[frames] = 0.42 * np.sin(np.pi * np.clip(u / 0.75, 0, 1)) ** 2 - 0.10 * np.sin(np.pi * u) ** 2 * u
            return
        knots, points = [times[0]], [np.array([spots[0][0], TOE_HEIGHT, spots[0][1], 0.0, 0.0])]
        still = [True]
        for air in step.air:
            at = float(work.grid.time_s(beat + air.beat))
            anchor, heading = axes.at(at)
            flat = anchor + to_world(np.array([[air.across, air.ahead]]), np.array([heading]))[0]
            home = spots[0] + (spots[1] - spots[0]) * float(smooth((at - times[0]) / (times[1] - times[0])))
            flat = home + scale * (flat - home)
            height = TOE_HEIGHT + scale * (air.height - TOE_HEIGHT)
            knots.append(at)
            points.append(np.array([flat[0], height, flat[1], scale * air.pitch, scale * air.roll]))
            still.append(air.peak)
        knots.append(times[1])
        points.append(np.array([spots[1][0], TOE_HEIGHT, spots[1][1], 0.0, 0.0]))
        still.append(True)
        table = np.stack(points)
        slopes = np.gradient(table, np.array(knots), axis=0)
        slopes[np.array(still)] = 0.0
        path = CubicHermiteSpline(knots, table, slopes)(time)
        self.ball[frames] = path[:, :3]
        pitch[frames], roll[frames] = path[:, 3], path[:, 4]


def _heel_lift(hip: np.ndarray, ball: np.ndarray, yaw: np.ndarray, fps: float) -> np.ndarray:
    """(frames,) radians by which a heel must come up for the leg to reach the ball without straightening."""
    pitches = np.linspace(0.0, 0.95, 20)
    tips = rotations.rotvec_to_matrix(np.stack([pitches, 0 * pitches, 0 * pitches], axis=-1)) @ _TOE
    ankles = ball[:, None] - np.einsum("fij,pj->fpi", rotations.yaw(yaw), tips)
    far = np.linalg.norm(ankles - hip[:, None], axis=-1) > _HEEL_SHARE * _LEG_M
    low = ball[:, 1] < TOE_HEIGHT + 0.10
    needed = np.where(low, pitches[np.minimum(far.sum(axis=1), len(pitches) - 1)], 0.0)
    window = max(1, round(0.07 * fps))
    return gaussian_filter1d(maximum_filter1d(needed, 2 * window + 1, mode="nearest"), window / 2, mode="nearest")


def _pivoted(yaws: np.ndarray, heading: np.ndarray) -> np.ndarray:
    """Feet (frames,) turned about their balls as far as the pelvis's heading demands, softly."""
    away = yaws - heading
    free, soft = _PIVOT
    beyond = np.maximum(np.abs(away) - free, 0.0)
    return yaws - np.sign(away) * (beyond - soft * np.tanh(beyond / soft))


def _weight_share(work: Work, axes: Ground, steps: Sequence[Step], period: float) -> np.ndarray:
    """(padded frames,) 1 with the weight on the left foot, 0 on the right; it goes over as a foot lands."""
    time = axes.time_s
    first, last = work.grid.phase(time[[0, -1]])
    share = np.full(len(time), 0.5)
    landings = sorted(
        (cycle * period + step.beat, step.foot)
        for cycle in range(int(np.floor(first / period)) - 2, int(np.ceil(last / period)) + 2)
        for step in steps
        if step.weight
    )
    for beat, foot in landings:
        share[time >= float(work.grid.time_s(beat)) - 0.05] = 1.0 if foot == LEFT else 0.0
    return gaussian_filter1d(share, 0.11 * work.fps, mode="nearest")
