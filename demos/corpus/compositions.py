"""Two dancers who share one dance: read at their own time and to their own side, set into formations, hands joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from demos.corpus import inertialisation
from demos.corpus.counts import CountGrid
from demos.corpus.formations import Segment, slots, timelines
from demos.corpus.holds import Hold
from demos.corpus.phrases import FPS
from demos.motion import rotations
from demos.motion.contacts import foot_contacts, runs
from demos.motion.duet_metrics import facing_angles, root_distance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, MIRROR
from demos.motion.solo_metrics import heading

JOIN_S = 0.45
"""Half the time over which a dancer changes to the other side of the dance."""
_DRIFT_S, _LOOK_S = 1.6, 1.4  # sigmas: travel and facing slower than this are the formation's, faster the dance's
_HOME_S = 12.0
_EARLY_LATE_S = 0.045
_STRIDE = {"hold": 0.65, "open": 0.85, "apart": 1.0}  # of the dance's own travel about its slot
_HOLD_REACH_M = 1.15
_ARMS_REACH_M = 0.95  # between the shoulders of two who hold hands: two arms, a little bent
_HOLD_ANGLE = np.radians(80)
_SHORTEST_HOLD_S = 1.2
_HOLD_HEIGHT_M = 1.08
_LIVELY = 0.4  # of the free hands' own movement that held hands keep


@dataclass(frozen=True, eq=False)
class Pair:
    """Two dancers before their feet are locked.

    motions : lead, follow. contacts : (frames, 4) bool of each, skeleton.FEET order: when their feet mean to stand.
    """

    motions: tuple[Motion, Motion]
    contacts: tuple[np.ndarray, np.ndarray]


def compose(
    dance: Motion, grid: CountGrid, segments: Sequence[Segment], closeness: str, rng: np.random.Generator | None = None
) -> Pair:
    """Two dancers in formations who share one dance.

    dance : a solo at 30 fps whose count i is at grid.times_s[i]. Slow travel and facing of the dance give way to the
    formation's; both dancers keep the travel that they have in common. rng : lets the two be a little early and late,
    each in their own way, as people are; None: to the frame.
    """
    clock = np.arange(len(dance)) / FPS
    counts = grid_counts(grid, len(dance))
    standing = foot_contacts(dance)
    where = slots(segments, counts, closeness, FPS)
    bodies = []
    for body, place in enumerate(timelines(segments, counts, grid.bar, FPS)):
        flipped = np.zeros(len(dance), bool)
        for segment in segments:
            if body and segment.form.mirrored:
                flipped |= (counts >= segment.start) & (counts < segment.stop)
        moments = np.clip(np.interp(place, np.arange(len(grid.times_s)), grid.times_s), 0, clock[-1])
        if rng is not None:
            moments = np.clip(moments + _wander(rng, len(moments)), 0, clock[-1])
        bodies.append(_Shared(dance, standing, moments * FPS, flipped))
    drifts, turns = zip(*(_settled(body, where.heading[i]) for i, body in enumerate(bodies)), strict=True)
    stage = _stage([_turned(np.gradient(d, axis=0), t) for d, t in zip(drifts, turns, strict=True)])
    motions = []
    for body, drift, turn, place in zip(bodies, drifts, turns, where.place, strict=True):
        near = _STRIDE[closeness] * _turned(body.roots[:, [0, 2]] - drift, turn)
        roots = body.roots.copy()
        roots[:, [0, 2]] = stage + place + near
        world = rotations.yaw(turn) @ rotations.quaternion_to_matrix(body.quaternions[:, 0])
        quaternions = body.quaternions.copy()
        quaternions[:, 0] = rotations.matrix_to_quaternion(world)
        motions.append(Motion(rotations.quaternion_to_rotvec(quaternions), roots, FPS))
    return Pair((motions[0], motions[1]), (bodies[0].contacts, bodies[1].contacts))


def grid_counts(grid: CountGrid, frames: int) -> np.ndarray:
    """(frames,) the position on the grid, in counts from its start, at every frame."""
    return np.interp(np.arange(frames) / FPS, grid.times_s, np.arange(len(grid.times_s)))


def _wander(rng: np.random.Generator, frames: int) -> np.ndarray:
    """(frames,) seconds by which one dancer is late or early: slow, of standard deviation _EARLY_LATE_S."""
    drawn = gaussian_filter1d(rng.standard_normal(frames), FPS, mode="wrap")
    return _EARLY_LATE_S * drawn / max(float(drawn.std()), 1e-9)


class _Shared:
    """One dancer's own reading of the dance: at frames of it, to one side or the other, in the dance's world."""

    def __init__(self, dance: Motion, standing: np.ndarray, frames: np.ndarray, flipped: np.ndarray) -> None:
        flipped = _best_flips(dance, frames, flipped)
        low = np.minimum(frames.astype(int), len(dance) - 2)
        part = (frames - low)[:, None]
        path = CubicSpline(np.arange(len(dance)), dance.translation.astype(np.float64))(frames)
        sides = []
        for motion in (dance, dance.mirror()):
            known = rotations.rotvec_to_quaternion(motion.poses)
            sides.append(rotations.slerp(known[low], known[low + 1], part))
        self.quaternions = np.where(flipped[:, None, None], sides[1], sides[0])
        self.roots = np.where(flipped[:, None], path * [-1.0, 1.0, 1.0], path)
        nearest = standing[np.round(frames).astype(int)]
        self.contacts = np.where(flipped[:, None], nearest[:, [1, 0, 3, 2]], nearest)
        self.changes = np.flatnonzero(np.diff(flipped.astype(int)) != 0) + 1
        for change in self.changes:
            before, after = (0, 1) if flipped[change] else (1, 0)
            both = [path, path * [-1.0, 1.0, 1.0]]
            self._join(change, sides[before], sides[after], both[before], both[after])

    def _join(self, change: int, before: np.ndarray, after: np.ndarray, path: np.ndarray, later: np.ndarray) -> None:
        """Let both sides of a change meet half-way; the way over the floor goes on from where it was."""
        length = len(self.roots)
        step = max(change - 1, 0), min(change + 1, length - 1)
        jump = path[change] - later[change]
        flat = jump * [1.0, 0.0, 1.0]
        self.roots[change:] += flat
        rise = jump - flat
        middle = inertialisation.halfway(before[change], after[change])
        elapsed = (step[1] - step[0]) / FPS
        spins = [inertialisation.rotation_offset(q[step[0]], q[step[1]]) / elapsed for q in (before, after)]
        rates = [(p[step[1]] - p[step[0]]) / elapsed for p in (path, later)]
        frames = np.arange(length)
        for side, known, spin, rate, lift in (
            (-1, before, spins[0], rates[0], -rise / 2),
            (1, after, spins[1], rates[1], rise / 2),
        ):
            since = side * (frames - change) / FPS
            near = np.flatnonzero((since >= 0 if side > 0 else since > 0) & (since < JOIN_S))
            if not len(near):
                continue
            turned = inertialisation.rotation_offset(known[change], middle)
            speed = inertialisation.tame(turned, side * ((spins[0] + spins[1]) / 2 - spin), JOIN_S)
            offset = inertialisation.decay(turned, speed, since[near], JOIN_S)
            self.quaternions[near] = inertialisation.add_rotation(offset, self.quaternions[near])
            drift = inertialisation.tame(lift, side * ((rates[0] + rates[1]) / 2 - rate), JOIN_S)
            self.roots[near] += inertialisation.decay(lift, drift, since[near], JOIN_S)


def _best_flips(dance: Motion, frames: np.ndarray, flipped: np.ndarray) -> np.ndarray:
    """The changes of side moved, by up to 0.7 s, to where the pose is most like its own mirror image."""
    changes = np.flatnonzero(np.diff(flipped.astype(int)) != 0) + 1
    if not len(changes):
        return flipped
    turned = rotations.yaw(-heading(dance))
    joints = np.einsum("fij,fkj->fki", turned, (dance.joints - dance.joints[:, :1]).astype(np.float64))
    unlike = np.linalg.norm(joints - joints[:, MIRROR] * [-1.0, 1.0, 1.0], axis=-1).mean(axis=1)
    unlike = np.interp(frames, np.arange(len(dance)), unlike)
    moved = flipped.copy()
    reach = round(0.7 * FPS)
    for change in changes:
        low, high = max(change - reach, 0), min(change + reach, len(frames))
        best = low + int(unlike[low:high].argmin())
        moved[min(best, change) : max(best, change)] = flipped[change - 1] if best > change else flipped[change]
    return moved


def _settled(body: _Shared, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A dancer's slow drift over the floor (frames, 2) and the turn (frames,) that makes it usually face `wanted`."""
    drift = gaussian_filter1d(body.roots[:, [0, 2]], _DRIFT_S * FPS, axis=0, mode="nearest")
    faces = rotations.quaternion_to_matrix(body.quaternions[:, 0])[:, :, 2]
    faces = gaussian_filter1d(faces, _LOOK_S * FPS, axis=0, mode="nearest")
    usual = np.unwrap(np.arctan2(faces[:, 0], faces[:, 2]))
    turn = np.unwrap(wanted - usual)
    return drift, turn - 2 * np.pi * round(float(turn.mean()) / (2 * np.pi))


def _turned(vectors: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """(frames, 2) x, z turned about the vertical by (frames,) radians, from +z towards +x."""
    sine, cosine = np.sin(turn), np.cos(turn)
    x, z = vectors.T
    return np.stack([cosine * x + sine * z, cosine * z - sine * x], axis=1)


def _stage(steps: list[np.ndarray]) -> np.ndarray:
    """(frames, 2) metres: where the couple's middle goes by what both travel alike; it tends back to the origin."""
    common = (steps[0] + steps[1]) / 2
    place = np.zeros_like(common)
    keep = np.exp(-1 / (_HOME_S * FPS))
    for frame in range(1, len(place)):
        place[frame] = keep * place[frame - 1] + common[frame]
    return place - place.mean(axis=0)


def agreed_holds(
    lead: Motion, follow: Motion, segments: Sequence[Segment], counts: np.ndarray
) -> tuple[list[Hold], np.ndarray]:
    """Which hands to hold in composed forms, and where they meet: between the shoulders, alive with both dances."""
    inside = np.zeros(len(lead), bool)
    for segment in segments:
        if segment.form.hold:
            inside |= (counts >= segment.start + 1) & (counts < segment.stop - 1)
    hands = [[motion.joints[:, INDEX[f"{side}_hand"]].astype(np.float64) for side in ("left", "right")]
             for motion in (lead, follow)]  # fmt: skip
    shoulders = [[motion.joints[:, INDEX[f"{side}_shoulder"]].astype(np.float64) for side in ("left", "right")]
                 for motion in (lead, follow)]  # fmt: skip
    faces = facing_angles(lead, follow)
    near = root_distance(lead, follow) < _HOLD_REACH_M
    near &= np.min([np.linalg.norm(a - b, axis=-1) for a in shoulders[0] for b in shoulders[1]], axis=0) < _ARMS_REACH_M
    both = inside & near & (np.maximum(*faces) < np.pi - _HOLD_ANGLE)
    holds, meeting = [], []
    for start, stop in runs(_closed(both)):
        part = slice(start, stop)
        if stop - start < _SHORTEST_HOLD_S * FPS:
            continue
        apart = {
            (a, b): float(np.linalg.norm(shoulders[0][a][part] - shoulders[1][b][part], axis=-1).mean())
            for a in (0, 1)
            for b in (0, 1)
        }
        a, b = min(apart, key=lambda pair: apart[pair])
        if apart[a, b] > _HOLD_REACH_M:
            continue
        pairs = [(a, b)]
        if apart[1 - a, 1 - b] < 0.9 and max(face[part].mean() for face in faces) < np.radians(40):
            pairs.append((1 - a, 1 - b))
        for a, b in pairs:
            middle = 0.5 * (shoulders[0][a] + shoulders[1][b])
            middle[:, 1] = _HOLD_HEIGHT_M
            lively = gaussian_filter1d(0.5 * (hands[0][a] + hands[1][b]) - middle, 0.1 * FPS, axis=0, mode="nearest")
            size = np.linalg.norm(lively, axis=-1, keepdims=True)
            lively = lively * np.minimum(1.0, 0.5 / np.maximum(size, 1e-6))
            holds.append(Hold(a, b, start, stop))
            meeting.append(gaussian_filter1d(middle, 0.1 * FPS, axis=0, mode="nearest") + _LIVELY * lively)
    return holds, np.array(meeting)


def _closed(mask: np.ndarray) -> np.ndarray:
    """Gaps under half a second closed."""
    mask = mask.copy()
    for start, stop in runs(~mask):
        if start > 0 and stop < len(mask) and stop - start < 0.5 * FPS:
            mask[start:stop] = True
    return mask
