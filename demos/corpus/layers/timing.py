"""When things happen: sharp or fluid, freezes, double and half time, delay, reverse. Poses stay what they were."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.layers.carry import cross, fit, standing
from demos.corpus.layers.curves import ease, even, smooth
from demos.corpus.layers.kind import Kind, Param
from demos.corpus.layers.workspace import ANKLES, Feet, Work, toward, world
from demos.corpus.parts import joint_set
from demos.motion import rotations
from demos.motion.contacts import foot_contacts
from demos.motion.footlock import lock_feet
from demos.motion.motion import Motion

ALL = ("arms", "torso", "head", "legs", "root")


def sampled(work: Work, time_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The original at other times (frames,) -> local (frames, 24, 3, 3) and root (frames, 3)."""
    moved = work.motion.at(time_s, work.fps)
    return rotations.rotvec_to_matrix(moved.poses), moved.translation.astype(np.float64)


def rewind(work: Work, time_s: np.ndarray) -> None:
    """Let the layer's parts show what the original shows at other times; where those are the frame's own, nothing."""
    local, root = sampled(work, time_s)
    moved = np.abs(time_s - work.time_s) > 1e-6
    for joint in joint_set(work.parts):
        work.local[moved, joint] = local[moved, joint]
    if work.has("root"):
        work.root[moved] = root[moved]
    work.plant = False


def _towards_beats(work: Work, hold: float, snap: float, every: float = 1.0) -> np.ndarray:
    """Times that stay behind and then hurry, to be right on every beat; `hold` is the share of standing still."""
    phase = work.phase / every
    step = np.floor(phase)
    u = phase - step
    moved = ease((u - hold) / (1 - hold), snap)
    warped = work.grid.time_s((step + moved) * every)
    return work.time_s + work.weight * (warped - work.time_s)


def _sharp(work: Work) -> None:
    rewind(work, _towards_beats(work, 0.12, 0.6, work.params["every"]))


def _hit(work: Work) -> None:
    rewind(work, _towards_beats(work, 0.28, 0.6, work.params["every"]))


def _freeze(work: Work) -> None:
    every, hold = work.params["every"], work.params["hold"]
    phase = work.phase / every
    step = np.floor(phase)
    # The freeze begins on the beat; the rest of the way is danced a little faster.
    warped = work.grid.time_s((step + even((phase - step - hold) / (1 - hold))) * every)
    rewind(work, work.time_s + work.weight * (warped - work.time_s))


def _fluid(work: Work) -> None:
    sigma = 0.26 * work.fps
    margin = int(4 * sigma)
    begin, end = max(work.first - margin, 0), min(work.stop + margin, len(work.motion))
    inside = slice(work.first - begin, work.stop - begin)
    quaternions = rotations.rotvec_to_quaternion(work.motion.poses[begin:end])
    flips = np.where((quaternions[1:] * quaternions[:-1]).sum(-1) < 0, -1.0, 1.0)
    quaternions[1:] *= np.cumprod(flips, axis=0)[..., None]
    even = gaussian_filter1d(quaternions, sigma, axis=0, mode="nearest")[inside]
    own = quaternions[inside]
    joints = [joint for joint in joint_set(work.parts) if joint not in joint_set(("legs",))]
    if joints:
        mixed = rotations.slerp(own[:, joints], even[:, joints], work.weight[:, None])
        work.local[:, joints] = rotations.quaternion_to_matrix(mixed)
    if work.has("root"):
        # The pelvis glides; the feet keep their places and their timing.
        path = gaussian_filter1d(work.motion.translation[begin:end].astype(float), 0.6 * sigma, axis=0, mode="nearest")
        work.root = work.root + work.weight[:, None] * (path[inside] - work.source_root)


def _double(work: Work) -> None:
    """Twice as fast: three quarters forwards, one quarter back in the middle, so that it ends where it was.

    Each eight beats: 3 forwards (6 of the dance), 2 back (4), 3 forwards (6).
    """
    start_s, end_s = max(work.span_s[0], 0.0), min(work.span_s[1], work.motion.duration_s)
    length = end_s - start_s
    count = max(1, round(length / (8 * work.grid.beat_s)))
    cycle = length / count
    u = np.mod(work.time_s - start_s, cycle) / cycle
    along = np.interp(u, [0, 3 / 8, 5 / 8, 1], [0, 6 / 8, 2 / 8, 1])
    ahead = np.where((work.time_s > start_s) & (work.time_s < end_s), (along - u) * cycle, 0.0)
    ahead = gaussian_filter1d(ahead, 0.07 * work.fps, mode="nearest")
    shown_s = work.time_s + work.weight * ahead
    rewind(work, shown_s)
    if work.has("root"):
        # At twice the speed a small slide of the original is a large one: standing feet are held.
        frames = np.clip(np.round(shown_s * work.fps).astype(int), 0, len(work.motion) - 1)
        poses = rotations.matrix_to_rotvec(work.local)
        locked = lock_feet(Motion(poses, work.root, work.fps), foot_contacts(work.motion)[frames])
        joints, turns = (values[:, ANKLES] for values in world(work.local, work.root))
        better = world(rotations.rotvec_to_matrix(locked.poses), locked.translation.astype(np.float64))
        ankles = joints + work.weight[:, None, None] * (better[0][:, ANKLES] - joints)
        work.feet = Feet(ankles, toward(turns, better[1][:, ANKLES], work.weight[:, None]))
        work.plant = True


def _delay(work: Work) -> None:
    late_s = work.params["beats"] * work.grid.beat_s
    rewind(work, np.clip(work.time_s - work.weight * late_s, 0.0, None))


def other_times(work: Work, time_s: np.ndarray) -> None:
    """Cross over to the original at other times, fitted to where the dancer is at the layer's start and end."""
    local, root = sampled(work, time_s)
    joints, turns = world(local, root)
    feet = Feet(joints[:, ANKLES].copy(), turns[:, ANKLES].copy())
    frames = np.clip(np.round(time_s * work.fps).astype(int), 0, len(work.motion) - 1)
    if work.has("root"):
        local, root, feet = fit(work, local, root, feet, standing(work.motion)[frames])
    cross(work, local, root, feet)


def _half(work: Work) -> None:
    speed = 1 - 0.5 * work.strength
    start_s = max(work.span_s[0], 0.0)
    slow = smooth((work.time_s - start_s) / 0.3 + 0.5) if not work.from_start else np.ones(len(work.time_s))
    rate = 1 - (1 - speed) * slow
    passed = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]))]) / work.fps
    other_times(work, work.first / work.fps + passed)


def _reverse(work: Work) -> None:
    start_s, end_s = max(work.span_s[0], 0.0), min(work.span_s[1], work.motion.duration_s - 1 / work.fps)
    other_times(work, np.clip(start_s + end_s - work.time_s, 0.0, work.motion.duration_s))


def _every(default: float) -> Param:
    return Param(default, 1.0, 16.0, unit="beats")


KINDS = (
    Kind("sharp", "timing", "Sharper: movements hurry into each beat and stay a moment.", ALL, _sharp,
         params={"every": _every(1.0)}, opposite="fluid"),
    Kind("fluid", "timing", "More fluid: corners rounded, one movement flowing into the next.", ALL, _fluid,
         opposite="sharp"),
    Kind("hit", "timing", "Hits: the body shoots into each beat and stands for a third of it.", ALL, _hit,
         params={"every": _every(1.0)}, opposite="fluid"),
    Kind("freeze", "timing", "Freezes on every few beats, then catches up.", ALL, _freeze, opposite="fluid",
         params={"every": _every(4.0), "hold": Param(0.35, 0.1, 0.6, unit="of the way to the next")}),
    Kind("double_time", "timing", "Twice as fast, going back over a quarter of it to stay with the rest of the dance.",
         ALL, _double, opposite="half_time"),
    Kind("half_time", "timing", "Half as fast.", ALL, _half, opposite="double_time", blend_s=0.8),
    Kind("delay", "timing", "Late by part of a beat, as arms that trail behind the body.", ALL, _delay,
         defaults=("arms",), params={"beats": Param(0.5, 0.1, 2.0, unit="beats")}, blend_s=1.0),
    Kind("reverse", "timing", "Backwards in time.", ALL, _reverse, blend_s=0.8),
)  # fmt: skip
