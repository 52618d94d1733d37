"""Moving a dance about the floor without sliding: standing feet hold, and what they are off is made up in steps."""

from __future__ import annotations

import numpy as np

from demos.corpus.layers.curves import smooth
from demos.corpus.layers.workspace import Feet, Work, cross_feet, heading_of, set_feet, toward
from demos.corpus.parts import joint_set
from demos.motion import rotations
from demos.motion.contacts import foot_contacts, runs
from demos.motion.motion import Motion

_LONGEST_DRIFT_M = 0.13
"""A stand that would be left further behind than this is broken by small steps."""
_STEP_S = 0.28
_LIFT_M = 0.07


def standing(motion: Motion) -> np.ndarray:
    """(frames, 2) bool: which foot, left and right, stands by its ankle or toe."""
    contacts = foot_contacts(motion)
    return contacts[:, [0, 1]] | contacts[:, [2, 3]]


def held(
    offset: np.ndarray,
    stands: np.ndarray,
    fps: float,
    *,
    late: bool = False,
    pinned: tuple[bool, bool] = (False, False),
) -> tuple[np.ndarray, np.ndarray]:
    """An offset of a foot (frames, n) made constant while it stands -> the same shape, and its extra lift (frames,) m.

    Between two stands it goes from one constant to the other. A long stand is cut by small steps; `late` shifts them
    by half their distance, so that the other foot steps in between. pinned : whether the first and the last frame must
    keep their own offset, because the motion goes on beyond them.
    """
    frames = len(offset)
    lift = np.zeros(frames)
    pieces: list[tuple[int, int]] = []
    gap = max(3, round(_STEP_S * fps))
    for start, stop in runs(stands):
        drift = np.linalg.norm(np.diff(offset[start:stop, :2], axis=0), axis=-1).sum()
        count = min(int(np.ceil(drift / _LONGEST_DRIFT_M)), max(1, (stop - start) // (2 * gap)))
        edges = start + (stop - start) * (np.arange(1, count) + (0.0 if late else -0.5)) / max(count, 1)
        begin = start
        for edge in edges:
            middle = round(float(edge))
            if middle - gap // 2 <= begin + 1:
                continue
            pieces.append((begin, middle - gap // 2))
            begin = middle + gap - gap // 2
            span = np.arange(pieces[-1][1], min(begin, stop))
            u = (span - span[0] + 1) / (len(span) + 1)
            lift[span] = np.maximum(lift[span], _LIFT_M * 16 * u**2 * (1 - u) ** 2)
        if begin < stop:
            pieces.append((begin, stop))
    if not pieces:
        return offset, lift
    result = offset.copy()
    means = [offset[start:stop].mean(axis=0) for start, stop in pieces]
    if pinned[1] and pieces[-1][1] == frames:
        means[-1] = offset[-1]
    if pinned[0] and pieces[0][0] == 0:
        means[0] = offset[0]
    for (start, stop), mean in zip(pieces, means, strict=True):
        result[start:stop] = mean
    for (_, stop), (start, _), before, after in zip(pieces[:-1], pieces[1:], means[:-1], means[1:], strict=True):
        u = smooth(np.arange(1, start - stop + 1) / (start - stop + 1))[:, None]
        result[stop:start] = before + u * (after - before)
    first, last = pieces[0][0], pieces[-1][1]
    # Before the first and after the last stand the foot flies: its own offset, brought to the stand's.
    result[:first] = offset[:first] + smooth(np.arange(first) / max(first, 1))[:, None] * (means[0] - offset[first])
    rest = frames - last
    if rest:
        away = means[-1] - offset[last - 1]
        result[last:] = offset[last:] + smooth(1 - np.arange(1, rest + 1) / rest)[:, None] * away
    return result, lift


def carry(work: Work, feet: Feet, free: Feet, stands: np.ndarray) -> Feet:
    """Feet led from their places to new ones (`free`), without sliding where they stand."""
    pinned = not work.from_start, not work.to_end
    ankles, turns = feet.ankles.copy(), feet.turns.copy()
    for foot in (0, 1):
        shift = free.ankles[:, foot] - feet.ankles[:, foot]
        yaw = _yaw_between(feet.turns[:, foot], free.turns[:, foot])
        offset = np.concatenate([shift[:, [0, 2]], yaw[:, None]], axis=-1)
        moved, lift = held(offset, stands[:, foot], work.fps, late=foot == 1, pinned=pinned)
        ankles[:, foot, 0] += moved[:, 0]
        ankles[:, foot, 2] += moved[:, 1]
        ankles[:, foot, 1] = free.ankles[:, foot, 1] + lift
        turns[:, foot] = rotations.yaw(moved[:, 2]) @ feet.turns[:, foot]
    return Feet(ankles, turns)


def _yaw_between(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    turn = end @ np.swapaxes(start, -1, -2)
    return np.unwrap(np.arctan2(turn[:, 0, 2] - turn[:, 2, 0], turn[:, 0, 0] + turn[:, 2, 2]))


def cross(work: Work, local: np.ndarray, root: np.ndarray, feet: Feet) -> None:
    """From the dance to another version of it (all its joints, its root and feet) by the envelope and back."""
    joints = list(joint_set(work.parts))
    # Feet cannot stand half here and half there: with the root it is all or nothing, whatever the strength.
    weight = work.envelope if work.has("root") else work.weight
    work.local[:, joints] = toward(work.source_local[:, joints], local[:, joints], weight[:, None])
    if work.has("root"):
        work.root = work.source_root + work.envelope[:, None] * (root - work.source_root)
        set_feet(work, cross_feet(work.source_feet, feet, work.envelope))
    work.plant = False


def fit(work: Work, local: np.ndarray, root: np.ndarray, feet: Feet, stands: np.ndarray) -> tuple:
    """Another version of the stretch turned and moved to begin, and end, where the dance does -> local, root, feet.

    What is off at the end is made up little by little over the whole stretch, by the feet in their steps.
    """
    local, root, feet = local.copy(), root.copy(), feet.copy()
    inside = np.flatnonzero(work.envelope > 0.5)
    begin, end = int(inside[0]), int(inside[-1])
    place = end if work.from_start and not work.to_end else begin
    if not (work.from_start and work.to_end):
        _carry_rigidly(local, root, feet, *_off(work, local, root, place), root[place].copy())
    if work.from_start or work.to_end:
        return local, root, feet
    angle, shift = _off(work, local, root, end)
    share = smooth((np.arange(len(root)) - begin) / max(end - begin, 1))
    moved_local, moved_root, moved_feet = local.copy(), root.copy(), feet.copy()
    pivot = root.copy()
    _carry_rigidly(moved_local, moved_root, moved_feet, share * angle, share[:, None] * shift, pivot)
    return moved_local, moved_root, carry(work, feet, moved_feet, stands)


def _off(work: Work, local: np.ndarray, root: np.ndarray, frame: int) -> tuple[float, np.ndarray]:
    """Radians and (3,) metres by which a version must be turned and moved to stand as the dance does in a frame."""
    present = heading_of(local[frame : frame + 1, 0])[0]
    wanted = heading_of(work.source_local[frame : frame + 1, 0])[0]
    angle = (wanted - present + np.pi) % (2 * np.pi) - np.pi
    shift = work.source_root[frame] - root[frame]
    return float(angle), shift * np.array([1.0, 0.0, 1.0])


def _carry_rigidly(
    local: np.ndarray, root: np.ndarray, feet: Feet, angle: np.ndarray | float, shift: np.ndarray, pivot: np.ndarray
) -> None:
    turn = rotations.yaw(np.broadcast_to(np.asarray(angle, np.float64), len(root)))
    local[:, 0] = turn @ local[:, 0]
    for foot in (0, 1):
        feet.ankles[:, foot] = np.einsum("fij,fj->fi", turn, feet.ankles[:, foot] - pivot) + pivot + shift
        feet.turns[:, foot] = turn @ feet.turns[:, foot]
    root[:] = np.einsum("fij,fj->fi", turn, root - pivot) + pivot + shift
