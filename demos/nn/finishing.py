"""After a network: what must not change is put back exactly, jitter smoothed, feet locked; at once or as a dance grows.

Everything outside the frames and parts that may change is copied, never computed, so that it stays equal bit by bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from scipy.ndimage import binary_dilation, gaussian_filter1d

from demos.corpus.layers.curves import smooth
from demos.corpus.layers.workspace import toward
from demos.corpus.parts import PARTS, joint_set
from demos.motion import rotations, vector
from demos.motion.contacts import foot_contacts, joint_speeds
from demos.motion.footlock import lock_feet
from demos.motion.motion import Motion, concatenate
from demos.motion.skeleton import FEET

BODY = frozenset(PARTS)
FEET_NEED = frozenset(("legs", "root"))
"""Feet can be locked only where the legs may bend and the pelvis may come down."""
CONTEXT_S = 2.0
"""What the foot lock sees around the frames it may change."""
RAMP_S = 0.3
"""Over which one stretch's lock goes over into the next one's, and a lock comes and goes at the ends of an edit."""
SMOOTH_S = 0.03
"""Deviation of the smoothing: under a frame at 30 fps, for jitter is a frame long and a danced hit takes five."""
_HIGHEST_M, _FASTEST = 0.20, 1.5
"""A contact that a network claims is believed below this height above the floor and this speed, m/s."""
_SOONER_S = 1 / 30
"""A foot is held this much sooner and longer than it stands, for a lock takes hold softly, and till then it slides."""


def hold(before: Motion, after: Motion, *, first: int, stop: int, parts: frozenset[str], ramp: int) -> Motion:
    """`after` in the frames first to stop (excluded) and in `parts`; everywhere else exactly `before`.

    Inside the range, over `ramp` frames from each end that has frames beyond it, the one goes over into the other along
    the way round that it began with. A range too short for both takes a third of it for each.
    before, after : of the same length and rate. parts : plain names of demos.corpus.parts; "root" brings the place.
    """
    if len(before) != len(after) or before.fps != after.fps:
        raise ValueError("before and after must have the same length and rate")
    first, stop = max(first, 0), min(stop, len(before))
    if stop <= first or not parts:
        return before
    weight = _weight(first, stop, len(before), ramp)
    joints = np.array(joint_set(parts))
    poses, translation = before.poses.copy(), before.translation.copy()
    full = first + np.flatnonzero(weight >= 1.0)
    chosen = full[:, None], joints
    poses[chosen] = after.poses[chosen]
    for start, end in ((first, int(full[0])), (int(full[-1]) + 1, stop)):
        if start < end:
            frames = np.arange(start, end)
            chosen = frames[:, None], joints
            b, a = (rotations.rotvec_to_matrix(motion.poses[chosen]) for motion in (before, after))
            mixed = toward(b, a, weight[frames - first][:, None])
            poses[chosen] = rotations.matrix_to_rotvec(mixed)
    if "root" in parts:
        share = weight[:, None].astype(np.float32)
        moved = before.translation[first:stop] * (1 - share) + after.translation[first:stop] * share
        translation[first:stop] = np.where(share >= 1, after.translation[first:stop], moved)
    return Motion(poses, translation, before.fps)


def _weight(first: int, stop: int, frames: int, ramp: int) -> np.ndarray:
    """(stop - first,) 0 to 1: how much of `after` is shown; nothing to blend with at the dance's own ends."""
    ramp = min(ramp, max((stop - first) // 3, 0))
    place = np.arange(stop - first)
    weight = np.ones(stop - first)
    if first > 0:
        weight = np.minimum(weight, smooth((place + 1) / (ramp + 1)))
    if stop < frames:
        weight = np.minimum(weight, smooth((stop - first - place) / (ramp + 1)))
    return weight


def settle(motion: Motion, parts: frozenset[str] = BODY, *, claimed: np.ndarray | None = None) -> Motion:
    """A network's motion with its jitter smoothed and, where legs and pelvis may move, its standing feet locked.

    claimed : (frames, 4) bool contacts of the network itself, believed where the foot is low and slow; feet that
    stand by their own height and speed are locked without being claimed.
    """
    steady = _smoothed(motion, parts)
    if not parts >= FEET_NEED:
        return steady
    contacts = foot_contacts(steady)
    if claimed is not None:
        feet = steady.joints[:, FEET].astype(np.float64)
        plausible = (feet[..., 1] < _HIGHEST_M) & (joint_speeds(feet, steady.fps) < _FASTEST)
        contacts = contacts | (claimed & plausible)
    around = np.ones((2 * max(1, round(_SOONER_S * steady.fps)) + 1, 1), bool)
    return lock_feet(steady, binary_dilation(contacts, around))


def _smoothed(motion: Motion, parts: frozenset[str]) -> Motion:
    joints = list(joint_set(parts))
    deviation = SMOOTH_S * motion.fps
    matrices = gaussian_filter1d(rotations.rotvec_to_matrix(motion.poses[:, joints]), deviation, axis=0, mode="nearest")
    sixd = np.concatenate([matrices[..., 0], matrices[..., 1]], axis=-1)  # a mean of matrices is no rotation yet
    poses, translation = motion.poses.copy(), motion.translation
    poses[:, joints] = rotations.matrix_to_rotvec(rotations.sixd_to_matrix(sixd))
    if "root" in parts:
        translation = gaussian_filter1d(motion.translation, deviation, axis=0, mode="nearest")
    return Motion(poses, translation, motion.fps)


def settle_range(
    before: Motion, raw: Motion, *, first: int, stop: int, parts: frozenset[str], claimed: np.ndarray | None = None
) -> Motion:
    """`before`, but from first to stop and in `parts` what `settle` makes of `raw`. Exactly `before` elsewhere.

    Only the range and CONTEXT_S around it is looked at, however long the dance is.
    """
    around = round(CONTEXT_S * raw.fps)
    low, high = max(first - around, 0), min(stop + around, len(raw))
    settled = settle(raw.slice(low, high), parts, claimed=None if claimed is None else claimed[low:high])
    merged = Motion(
        np.concatenate([raw.poses[:low], settled.poses, raw.poses[high:]]),
        np.concatenate([raw.translation[:low], settled.translation, raw.translation[high:]]),
        raw.fps,
    )
    return hold(before, merged, first=first, stop=stop, parts=parts, ramp=round(RAMP_S * raw.fps))


def grow(stretches: Iterable[np.ndarray], *, lock: bool) -> Iterator[tuple[Motion, Motion]]:
    """(raw, shown) of a dance as it grows by stretches of (n, 151) vectors; the last pair is the whole.

    shown : settled where `lock`, else the same as raw. Each stretch is settled with CONTEXT_S of what came before, so
    the work does not grow with the length. Frames that were shown change later only within RAMP_S of their end.
    """
    raw: Motion | None = None
    shown: Motion | None = None
    claims = np.zeros((0, 4), bool)
    for stretch in stretches:
        if not len(stretch):
            continue
        new = vector.decode(stretch)
        claims = np.concatenate([claims[-round(CONTEXT_S * vector.FPS) :], vector.contacts_of(stretch)])
        old = 0 if raw is None else len(raw)
        raw = new if raw is None else concatenate([raw, new])
        if not lock:
            yield raw, raw
            continue
        low = len(raw) - len(claims)
        settled = settle(raw.slice(low, len(raw)), claimed=claims)
        if shown is None:
            shown = settled
        else:
            seam = max(old - round(RAMP_S * vector.FPS), low)
            known = concatenate([shown.slice(low, old), settled.slice(old - low, len(settled))])
            tail = hold(known, settled, first=seam - low, stop=len(settled), parts=BODY, ramp=old - seam)
            shown = concatenate([shown.slice(0, low), tail]) if low else tail
        yield raw, shown


def partly(before: Motion, after: Motion, share: float, parts: frozenset[str]) -> Motion:
    """Between two motions of the same length: `before` gone towards `after` by a share, joint by joint, in `parts`."""
    joints = np.array(joint_set(parts))
    b, a = (rotations.rotvec_to_matrix(motion.poses[:, joints]) for motion in (before, after))
    poses, translation = before.poses.copy(), before.translation
    mixed = toward(b, a, np.full((len(before), 1), share))
    poses[:, joints] = rotations.matrix_to_rotvec(mixed)
    if "root" in parts:
        translation = before.translation * (1 - share) + after.translation * share
    return Motion(poses, translation, before.fps)
