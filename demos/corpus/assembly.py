"""From a plan of phrases to one motion: bend their time onto the counts, place each where the last one ended, join."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from demos.corpus import inertialisation, parts
from demos.corpus.phrases import FPS, Clip
from demos.motion import kinematics, rotations
from demos.motion.contacts import foot_contacts
from demos.motion.footlock import lock_feet
from demos.motion.motion import Motion
from demos.motion.skeleton import FEET

BLEND_S = 0.4
"""Seconds on each side of a join over which the difference dies away."""
STAGE_M = 2.2
"""Metres from the middle of the stage within which a dance is kept, apart from single steps."""
STAGE_S = 0.8
_DELTA_S = 1 / FPS  # of the finite differences at a join
_FOOT_WEIGHT = 6.0  # of a planted foot against any other joint when a phrase is laid onto the last one's end
_BODY_WEIGHTS = np.array([4.0, 2, 2, 2, 1, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.3, 0.3, 0.2, 0.2])


@dataclass(frozen=True, eq=False)
class Run:
    """One unbroken stretch of a clip laid on counts.

    counts, source_s : (k,) rising anchors: position in counts, seconds in the clip. accent : 0 .. 0.25, how much time
    lingers on each count and hurries between.
    """

    clip: Clip
    mirrored: bool
    counts: np.ndarray
    source_s: np.ndarray
    accent: float = 0.0

    def source_at(self, count: np.ndarray) -> np.ndarray:
        """Seconds in the clip at positions in counts; beyond the anchors time goes on as at their ends."""
        count = np.asarray(count, np.float64)
        if self.accent:
            count = count - self.accent / (2 * np.pi) * np.sin(2 * np.pi * count)
        curve = PchipInterpolator(self.counts, self.source_s)
        inside = np.clip(count, self.counts[0], self.counts[-1])
        rates = np.diff(self.source_s)[[0, -1]] / np.diff(self.counts)[[0, -1]]
        beyond = np.minimum(count - self.counts[0], 0) * rates[0] + np.maximum(count - self.counts[-1], 0) * rates[1]
        return curve(inside) + beyond


@dataclass(frozen=True, eq=False)
class _Sampled:
    """Performers of a run at some moments: quaternions (bodies, frames, 24, 4), roots (bodies, frames, 3)."""

    quaternions: np.ndarray
    roots: np.ndarray
    contacts: np.ndarray  # (bodies, frames, 4)

    def placed(self, turn: np.ndarray, shift: np.ndarray) -> _Sampled:
        """Turned about the vertical by a (3, 3) and then shifted by (3,)."""
        world = rotations.quaternion_to_matrix(self.quaternions[:, :, 0])
        quaternions = self.quaternions.copy()
        quaternions[:, :, 0] = rotations.matrix_to_quaternion(turn @ world)
        return _Sampled(quaternions, self.roots @ turn.T + shift, self.contacts)


def assemble(
    runs: list[Run],
    count_times: np.ndarray,
    first_count: int,
    frames: int,
    *,
    couple: bool = False,
    rest_s: float | None = None,
) -> tuple[Motion, ...]:
    """Dance the runs one after the other and return what `frames` frames at 30 fps show.

    runs : contiguous in counts. count_times : (n,) rising seconds of counts first_count, first_count + 1, ...
    Feet are locked at the end. couple : partners move along, in the world of their lead.
    rest_s : from this moment on the dance comes to rest, within a count and a half.
    """
    clock = np.arange(frames) / FPS
    axis = np.arange(len(count_times)) + first_count
    count_at = PchipInterpolator(count_times, axis, extrapolate=True)
    times = clock if rest_s is None else _coming_to_rest(clock, rest_s, 1.5 * float(np.median(np.diff(count_times))))
    edges = [float(np.interp(run.counts[0], axis, count_times)) for run in runs[1:]]
    cuts = np.searchsorted(times, [-np.inf, *edges, np.inf])
    pieces: list[_Sampled] = []
    turn, shift = np.eye(3), np.zeros(3)
    previous: tuple[Run, np.ndarray, np.ndarray] | None = None
    joins = []
    for index, run in enumerate(runs):
        moments = times[cuts[index] : cuts[index + 1]]
        if previous is not None:
            near = edges[index - 1] + np.array([-_DELTA_S, 0.0, _DELTA_S])
            before = sample(previous[0], count_at(near), couple).placed(previous[1], previous[2])
            after = sample(run, count_at(near), couple)
            turn, shift = lay_onto(after, before)
            joins.append((edges[index - 1], before, after.placed(turn, shift)))
        else:
            start = sample(run, count_at(np.zeros(1)), couple)
            turn, shift = _to_centre(start)
        pieces.append(sample(run, count_at(moments), couple).placed(turn, shift))
        previous = (run, turn, shift)
    for index, (edge, before, after) in enumerate(joins):
        _blend(pieces, index, times[cuts[index] : cuts[index + 2]] - edge, before, after)
    names = ("quaternions", "roots", "contacts")
    whole = [np.concatenate([getattr(piece, name) for piece in pieces], axis=1) for name in names]
    drift = stage_correction(whole[1].mean(axis=0))
    motions = []
    for quaternions, roots, contacts in zip(*whole, strict=True):
        motion = Motion(_within_range(quaternions), roots, FPS)
        standing = contacts | foot_contacts(motion)  # before the stage moves under them
        motions.append(lock_feet(Motion(motion.poses, roots + drift, FPS), standing))
    return tuple(motions)


def _within_range(quaternions: np.ndarray) -> np.ndarray:
    """Quaternions (frames, 24, 4) -> rotation vectors (frames, 24, 3) with every joint inside its human range."""
    local = rotations.quaternion_to_matrix(quaternions)
    rest = np.broadcast_to(np.eye(3), local.shape)  # allows nothing beyond the ranges themselves
    return rotations.matrix_to_rotvec(parts.limit(local, rest))


def stage_correction(path: np.ndarray) -> np.ndarray:
    """What to add to a path (frames, 3) metres so that it stays on the stage -> (frames, 3).

    The middle of the path comes to the middle of the stage; where the path, smoothed over STAGE_S, still leaves
    STAGE_M, steps are shortened so slowly that the feet can be locked afterwards.
    """
    slow = gaussian_filter1d(path[:, [0, 2]], STAGE_S * FPS, axis=0, mode="nearest")
    middle = (slow.min(axis=0) + slow.max(axis=0)) / 2
    slow = slow - middle
    radius = np.linalg.norm(slow, axis=1, keepdims=True)
    # Up to half-way nothing changes; the rest, however far, is brought within the stage.
    free = STAGE_M / 2
    farthest = max(float(radius.max()), STAGE_M)
    squeezed = np.where(radius <= free, radius, free + (radius - free) * (STAGE_M - free) / (farthest - free))
    moved = slow * (squeezed / np.maximum(radius, 1e-9) - 1) - middle
    return np.stack([moved[:, 0], np.zeros(len(path)), moved[:, 1]], axis=1)


def _coming_to_rest(times: np.ndarray, from_s: float, over_s: float) -> np.ndarray:
    """Times that run as they do up to a moment and then slow down evenly to a stop, over so many seconds."""
    since = np.clip(times - from_s, 0, over_s)
    return np.minimum(times, from_s) + since - since**2 / (2 * over_s)


def sample(run: Run, counts: np.ndarray, couple: bool = False) -> _Sampled:
    """The performers of a run at positions in counts, in the clip's own world; mirrored when the run is."""
    place = run.source_at(counts) * FPS
    bodies = [run.clip.motion]
    if couple:
        assert run.clip.partner is not None
        bodies.append(run.clip.partner)
    quaternions, roots = [], []
    for body in bodies:
        body = body.mirror() if run.mirrored else body
        last = len(body) - 1
        inside = np.clip(place, 0, last)
        low = np.minimum(inside.astype(int), max(last - 1, 0))
        known = rotations.rotvec_to_quaternion(body.poses[low])
        following = rotations.rotvec_to_quaternion(body.poses[np.minimum(low + 1, last)])
        quaternions.append(rotations.slerp(known, following, (inside - low)[:, None]))
        roots.append(_smooth_path(body.translation.astype(np.float64), inside))
    nearest = np.clip(np.round(place).astype(int), 0, len(run.clip.contacts) - 1)
    contacts = [run.clip.contacts[nearest], run.clip.partner_contacts[nearest]][: len(bodies)]
    contacts = [one[:, [1, 0, 3, 2]] if run.mirrored else one for one in contacts]
    return _Sampled(np.stack(quaternions), np.stack(roots), np.stack(contacts))


def _smooth_path(path: np.ndarray, place: np.ndarray) -> np.ndarray:
    """A path (frames, 3) at fractional frames, by a cubic spline: a polyline would jerk at every frame."""
    if len(path) < 4 or len(place) == 0:
        return path[np.round(place).astype(int)]
    low, high = max(int(place.min()) - 8, 0), min(int(place.max()) + 10, len(path))
    if high - low < 4:
        low = max(high - 4, 0)
    return CubicSpline(np.arange(low, high), path[low:high])(place)


def joints_of(sampled: _Sampled, frame: int) -> np.ndarray:
    """(bodies * 24, 3) metres: joints of all performers at one moment."""
    matrices = rotations.quaternion_to_matrix(sampled.quaternions[:, frame])
    positions, _ = kinematics.forward(matrices, sampled.roots[:, frame])
    return positions.reshape(-1, 3)


def lay_onto(after: _Sampled, before: _Sampled) -> tuple[np.ndarray, np.ndarray]:
    """The turn (3, 3) about the vertical and the shift (3,) over the floor that bring one run's pose onto another's.

    Both hold three moments about the join. Weighted least squares over all joints seen from above; planted feet weigh
    most, so that they need not slide.
    """
    source, target = joints_of(after, 1), joints_of(before, 1)
    weights = np.concatenate([_BODY_WEIGHTS.copy() for _ in range(len(source) // 24)])
    for body in range(len(source) // 24):
        planted = before.contacts[body, 1] & after.contacts[body, 1]
        weights[24 * body + np.array(FEET)[planted]] *= _FOOT_WEIGHT
    weights = weights / weights.sum()
    here, there = source[:, [0, 2]], target[:, [0, 2]]
    middle_here, middle_there = weights @ here, weights @ there
    a, b = here - middle_here, there - middle_there
    # yaw turns +z towards +x: (x, z) -> (x cos + z sin, z cos - x sin)
    sine = (weights * (a[:, 1] * b[:, 0] - a[:, 0] * b[:, 1])).sum()
    cosine = (weights[:, None] * a * b).sum()
    turn = rotations.yaw(np.arctan2(sine, cosine))
    centre = turn @ np.array([middle_here[0], 0.0, middle_here[1]])
    return turn, np.array([middle_there[0] - centre[0], 0.0, middle_there[1] - centre[2]])


def _to_centre(start: _Sampled) -> tuple[np.ndarray, np.ndarray]:
    """Turn and shift that bring the first moment to the origin, facing +z."""
    joints = joints_of(start, 0)
    across = joints[1] - joints[2] + joints[16] - joints[17]
    turn = rotations.yaw(-np.arctan2(-across[2], across[0]))
    return turn, -(turn @ start.roots[:, 0].mean(axis=0)) * np.array([1.0, 0.0, 1.0])


def _blend(pieces: list[_Sampled], index: int, since: np.ndarray, before: _Sampled, after: _Sampled) -> None:
    """Let both sides of a join meet half-way; writes into the pieces. since : seconds since the join, both pieces."""
    left, right = pieces[index], pieces[index + 1]
    split = left.roots.shape[1]
    step = 2 * _DELTA_S
    spin_left = inertialisation.rotation_offset(before.quaternions[:, 0], before.quaternions[:, 2]) / step
    spin_right = inertialisation.rotation_offset(after.quaternions[:, 0], after.quaternions[:, 2]) / step
    meeting = inertialisation.halfway(before.quaternions[:, 1], after.quaternions[:, 1])
    move_left = (before.roots[:, 2] - before.roots[:, 0]) / step
    move_right = (after.roots[:, 2] - after.roots[:, 0]) / step
    middle = (before.roots[:, 1] + after.roots[:, 1]) / 2
    for side, piece, known, spin, move, time in (
        (-1, left, before, spin_left, move_left, -since[:split]),
        (1, right, after, spin_right, move_right, since[split:]),
    ):
        if len(time) == 0:
            continue
        duration = min(BLEND_S, max(0.5 * len(time) / FPS, 2 / FPS))
        near = np.flatnonzero(time < duration)
        turned = inertialisation.rotation_offset(known.quaternions[:, 1], meeting)
        spinning = side * ((spin_left + spin_right) / 2 - spin)
        spinning = inertialisation.tame(turned, spinning, duration)
        offset = inertialisation.decay(turned, spinning, time[near], duration)  # (near, bodies, 24, 3)
        piece.quaternions[:, near] = inertialisation.add_rotation(np.swapaxes(offset, 0, 1), piece.quaternions[:, near])
        moved = middle - known.roots[:, 1]
        drift = inertialisation.tame(moved, side * ((move_left + move_right) / 2 - move), duration)
        piece.roots[:, near] += np.swapaxes(inertialisation.decay(moved, drift, time[near], duration), 0, 1)
