"""From a BVH clip to a performance that can be retargeted: its parts, its upright world and its calibration pose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from demos.motion import anatomy, bvh, kinematics, rotations, skeleton_maps
from demos.motion.bvh import BvhClip
from demos.motion.motion import Motion
from demos.motion.retarget import Source
from demos.motion.skeleton import INDEX, JOINTS, PARENTS, REST_OFFSETS
from demos.runtime.errors import InputError


def from_clip(clip: BvhClip, *, fps: float, name: str = "the file") -> Source:
    """The performance in a BVH clip, world turned y up and calibrated; `lead` counts its T-pose frames."""
    found = skeleton_maps.match(clip.names, clip.parents, name=name)
    used = sorted({*found.roles.values(), *found.spine})
    place = {joint: i for i, joint in enumerate(used)}
    positions, orientations = bvh.forward(clip, used)
    zero = bvh.rest(clip)[used]
    roles = {role: place[joint] for role, joint in found.roles.items()}
    for side in ("left", "right"):
        tip = _end_site(clip, found.roles[f"{side}_ankle"])
        if f"{side}_foot" not in roles and tip is not None:
            # Without a toe joint the end of the foot bone is the ball of the foot, which turns as the ankle does.
            ankle = roles[f"{side}_ankle"]
            roles[f"{side}_foot"] = len(zero)
            end = positions[:, ankle] + orientations[:, ankle] @ tip
            positions = np.concatenate([positions, end[:, None]], axis=1)
            orientations = np.concatenate([orientations, orientations[:, ankle, None]], axis=1)
            zero = np.concatenate([zero, zero[ankle, None] + tip])
    upright = _upright(positions, roles)
    positions, orientations = positions @ upright.T, upright @ orientations
    tips = np.stack([_hand_tip(clip, found.roles[f"{side}_wrist"]) for side in ("left", "right")])
    notes = list(clip.notes)
    if not np.allclose(upright, np.eye(3)):
        notes.append("The file's world is z up; it was turned to y up.")
    source = Source(
        kind=found.kind,
        roles=roles,
        spine=tuple(place[joint] for joint in found.spine),
        positions=positions,
        orientations=orientations,
        rest_positions=zero,
        rest_orientations=np.broadcast_to(np.eye(3), (len(zero), 3, 3)),
        hand_tips=np.zeros((2, 3)),
        fps=fps,
        notes=tuple(notes),
    )
    return _calibrate(source, tips, lambda: _by_anatomy(source, clip, used, tips))


def own_motion(clip: BvhClip, *, fps: float) -> Motion | None:
    """What our own writer wrote, exactly: SMPL's tree with the suite's bones in centimetres; else None."""
    if sorted(clip.names) != sorted(JOINTS):
        return None
    order = [clip.names.index(name) for name in JOINTS]
    parents = [clip.names[clip.parents[joint]] if clip.parents[joint] >= 0 else None for joint in order]
    if parents != [JOINTS[parent] if parent >= 0 else None for parent in PARENTS]:
        return None
    if any(name.endswith("position") for joint in order[1:] for name in clip.channels[joint]):
        return None
    if not np.allclose(clip.offsets[order] / 100, REST_OFFSETS, rtol=0, atol=1e-5):
        return None
    positions, orientations = bvh.forward(clip, order)
    poses = rotations.matrix_to_rotvec(kinematics.to_local(orientations))
    return Motion(poses, positions[:, 0] / 100, fps)


def _upright(positions: np.ndarray, roles: dict[str, int]) -> np.ndarray:
    """(3, 3): turns the file's vertical to +y. Z is taken for the vertical only when heads clearly rise along it."""
    feet = (positions[:, roles["left_ankle"]] + positions[:, roles["right_ankle"]]) / 2
    rise = (positions[:, roles["head"]] - feet).mean(axis=0)
    if abs(rise[2]) > 2 * abs(rise[1]):
        return rotations.rotvec_to_matrix(np.array([-np.pi / 2 * np.sign(rise[2]), 0.0, 0.0]))
    return np.eye(3)


def _end_site(clip: BvhClip, joint: int) -> np.ndarray | None:
    """(3,) offset of a joint's End Site, None when it has none of any length."""
    ends = [offset for owner, offset in clip.end_sites if owner == joint and np.linalg.norm(offset) > 1e-6]
    return ends[0] if ends else None


def _hand_tip(clip: BvhClip, wrist: int) -> np.ndarray:
    """(3,) where the hand points to, from the wrist in the wrist's own frame; zero when the file does not say."""
    fingers = skeleton_maps.hand_children(clip.names, clip.parents, wrist)
    tips = [clip.offsets[joint] for joint in fingers if np.linalg.norm(clip.offsets[joint]) > 1e-6]
    # CMU hangs its fingers on a base that sits in the wrist: look one joint further.
    tips = tips or [clip.offsets[i] for i, parent in enumerate(clip.parents) if parent in fingers]
    tips = tips or [offset for joint, offset in clip.end_sites if joint == wrist]
    return np.mean(tips, axis=0) if tips else np.zeros(3)


def _by_anatomy(source: Source, clip: BvhClip, used: list[int], tips: np.ndarray) -> Source:
    """Calibrated from how the body is built and moves; the calibration pose is SMPL's T-pose, put together here."""
    zero, roles = source.rest_positions, source.roles
    offsets = {(a, b): zero[b] - zero[a] for a in range(len(zero)) for b in range(len(zero))}
    across = {}
    for row, side in enumerate(("left", "right")):
        if np.linalg.norm(tips[row]) > 1e-6:
            offsets[roles[f"{side}_wrist"], -1] = tips[row]
        fingers = skeleton_maps.finger_bases(clip.names, clip.parents, used[roles[f"{side}_wrist"]])
        if fingers is not None:
            across[side] = clip.offsets[fingers[0]] - clip.offsets[fingers[1]]
    try:
        orientations = anatomy.calibration(roles, source.spine, offsets, source.orientations, source.positions, across)
    except ValueError:
        raise InputError(
            "The skeleton's rest pose is neither a T-pose nor an A-pose; put a T-pose on its first frame."
        ) from None
    positions = np.zeros((len(zero), 3))
    place = {joint: i for i, joint in enumerate(used)}
    for i, joint in enumerate(used):
        parent = clip.parents[joint]
        while parent >= 0 and parent not in place:
            parent = clip.parents[parent]
        if parent >= 0:
            above = place[parent]
            positions[i] = positions[above] + orientations[above] @ offsets[above, i]
    for side in ("left", "right"):
        toe, ankle = roles.get(f"{side}_foot", -1), roles[f"{side}_ankle"]
        if toe >= len(used):
            positions[toe] = positions[ankle] + orientations[ankle] @ offsets[ankle, toe]
    note = "The rest pose is no T-pose; the skeleton was calibrated from how the body moves."
    return replace(source, rest_positions=positions, rest_orientations=orientations, notes=(*source.notes, note))


def _calibrate(source: Source, hand_tips: np.ndarray, otherwise: Callable[[], Source]) -> Source:
    """Choose the calibration pose: the zero pose when a figure stands in it, a T-pose on frame 0, or `otherwise`."""
    turn = _facing(source.rest_positions, source.roles)
    zero = turn is not None and _stands(source.rest_positions @ turn.T, source.roles)
    first = _facing(source.positions[0], source.roles)
    lead = 0
    if first is not None and _is_t_pose(source.positions[0] @ first.T, source.roles):
        lead = _ramp(source)
    if first is not None and (lead or (not zero and _is_t_pose(source.positions[0] @ first.T, source.roles))):
        # A T-pose put in front of the take is what its maker calls straight; the zero pose may be splayed.
        positions, orientations = source.positions[0] @ first.T, first @ source.orientations[0]
    elif zero and turn is not None:
        positions = source.rest_positions @ turn.T
        orientations = turn @ source.rest_orientations
    else:
        source = otherwise()
        positions, orientations = source.rest_positions, source.rest_orientations
    if source.kind.startswith(skeleton_maps.CMU_MOTIONBUILDER):
        orientations = _level_pelvis(source.roles, source.spine, positions, orientations)
    wrists = [source.roles["left_wrist"], source.roles["right_wrist"]]
    tips = positions[wrists] + np.einsum("kij,kj->ki", orientations[wrists], hand_tips)
    return replace(
        source,
        rest_positions=positions,
        rest_orientations=orientations,
        hand_tips=tips,
        lead=lead,
    )


def _level_pelvis(
    roles: dict[str, int], spine: tuple[int, ...], positions: np.ndarray, orientations: np.ndarray
) -> np.ndarray:
    """Calibration orientations with the pelvis upright.

    CMU's MotionBuilder rig draws the pelvis tipped back in its T-pose: the hips lie 26 degrees in front of the lumbar
    joint, and its dancers' pelvis leans forward by 20 to 26 degrees all the time. Ours hangs its hips below the spine.
    """
    middle = (positions[roles["left_hip"]] + positions[roles["right_hip"]]) / 2
    rise = positions[spine[0]] - middle
    ours = REST_OFFSETS[INDEX["spine1"]] - (REST_OFFSETS[INDEX["left_hip"]] + REST_OFFSETS[INDEX["right_hip"]]) / 2
    tipped = np.arctan2(rise[2], rise[1]) - np.arctan2(ours[2], ours[1])
    levelled = orientations.copy()
    pelvis = roles["pelvis"]
    levelled[pelvis] = rotations.rotvec_to_matrix(np.array([-tipped, 0.0, 0.0])) @ orientations[pelvis]
    return levelled


def _facing(positions: np.ndarray, roles: dict[str, int]) -> np.ndarray | None:
    """(3, 3) that turns a standing figure's left to +x and up to +y; None when the pose has no such directions.

    Within 20 degrees of a right-angled turn it is that turn: a figure drawn leaning stays leaning.
    """
    left = positions[roles["left_hip"]] - positions[roles["right_hip"]]
    up = positions[roles["neck"]] - (positions[roles["left_hip"]] + positions[roles["right_hip"]]) / 2
    if np.linalg.norm(left) < 1e-6 or np.linalg.norm(up) < 1e-6:
        return None
    left, up = left / np.linalg.norm(left), up / np.linalg.norm(up)
    if abs(left @ up) > 0.5:
        return None
    up = up - (up @ left) * left
    up /= np.linalg.norm(up)
    turn = np.stack([left, up, np.cross(left, up)])
    snapped = np.zeros((3, 3))
    snapped[np.arange(3), np.abs(turn).argmax(axis=1)] = 1
    snapped *= np.sign(turn)
    proper = abs(np.linalg.det(snapped) - 1) < 1e-9
    near = proper and np.trace(snapped @ turn.T) > 1 + 2 * np.cos(np.radians(20))
    return snapped if near else turn


def _directions(positions: np.ndarray, roles: dict[str, int]) -> dict[str, np.ndarray]:
    """Unit bone directions of the four limbs, keyed by the joint at their top; degenerate bones are left out."""
    bones = {}
    for side in ("left", "right"):
        for top, bottom in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist")):
            bone = positions[roles[f"{side}_{bottom}"]] - positions[roles[f"{side}_{top}"]]
            length = np.linalg.norm(bone)
            if length > 1e-9:
                bones[f"{side}_{top}"] = bone / length
    return bones


def _stands(positions: np.ndarray, roles: dict[str, int]) -> bool:
    """Whether a figure stands in the pose: legs within 40 degrees of straight down, arms outwards or hanging."""
    bones = _directions(positions, roles)
    if len(bones) < 8:
        return False
    for name, bone in bones.items():
        outwards = bone[0] * (1 if name.startswith("left") else -1)
        if name.endswith(("hip", "knee")):
            if -bone[1] < np.cos(np.radians(40)):
                return False
        elif max(outwards, -bone[1]) < np.cos(np.radians(50)):
            return False
    toes = [side for side in ("left", "right") if f"{side}_foot" in roles]
    ahead = [(positions[roles[f"{side}_foot"]] - positions[roles[f"{side}_ankle"]])[2] for side in toes]
    return all(forward > 0 for forward in ahead)


def _is_t_pose(positions: np.ndarray, roles: dict[str, int]) -> bool:
    """Whether the arms are straight out sideways and the legs straight down, within 20 degrees."""
    bones = _directions(positions, roles)
    if len(bones) < 8:
        return False
    for name, bone in bones.items():
        side = 1 if name.startswith("left") else -1
        cosine = -bone[1] if name.endswith(("hip", "knee")) else side * bone[0]
        if cosine < np.cos(np.radians(20)):
            return False
    return True


def _ramp(source: Source) -> int:
    """Leading frames that belong to a T-pose on frame 0: it and the jump or quick blend into the dance."""
    head = source.positions[: min(len(source), 90)]
    if len(head) < 30:
        return 0
    relative = head - head[:, :1]
    step = np.linalg.norm(np.diff(relative, axis=0), axis=-1).max(axis=1)
    usual = np.percentile(step[15:], 90)
    quick = np.flatnonzero(step[:15] > max(2 * usual, 1e-9))
    return int(quick[-1]) + 1 if len(quick) and step[0] > 4 * usual else 0
