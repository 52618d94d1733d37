"""How faithful retargeting is: limb directions, floor and foot skate against the source's own joints, clip by clip."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demos.motion import files, floor, kinematics, retarget, rotations
from demos.motion.files import Take
from demos.motion.motion import Motion
from demos.motion.retarget import Source
from demos.motion.skeleton import INDEX, PARENTS
from demos.runtime.errors import InputError

LIMBS = (
    "left_knee", "right_knee", "left_ankle", "right_ankle", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
)  # fmt: skip
"""The lower ends of the bones whose directions are compared: thighs, shins, upper arms and forearms."""

REPORT_FPS = 30.0
CONTACT_M = 0.03
SLIDE_M = 0.01
"""A foot joint rests within 3 cm of its own lowest height; more than 1 cm a frame then is skating (LODGE's step)."""


def report(folder: str | Path) -> list[dict]:
    """One row for every motion file below a folder, in the order of their names; files that are none are left out.

    Keys: clip, skeleton, frames, fps, direction_mean_deg, direction_95_deg (None for SMPL and robot clips, which have
    no foreign limbs to compare), lowest_sole_m, skate_source, skate (shares of frames; the source's feet, where
    it has them, say when a foot rests), mpjpe_m (robot clips beside which the same take lies as BVH).
    """
    rows = []
    for path in sorted(Path(folder).rglob("*")):
        if path.suffix.lower() in (".bvh", ".npz", ".npy", ".pkl"):
            try:
                rows.append({"clip": str(path.relative_to(folder)), **row(path)})
            except InputError:
                continue
    return rows


def row(path: str | Path) -> dict:
    """The figures of one file."""
    path = Path(path)
    take = files.read(path)
    dance = files.open_dance(path)
    motion = dance.motions[0]
    poses = rotations.rotvec_to_matrix(motion.poses)
    joints, world = kinematics.forward(poses, motion.translation.astype(np.float64))
    result = {
        "skeleton": take.skeleton,
        "frames": len(motion),
        "fps": motion.fps,
        "direction_mean_deg": None,
        "direction_95_deg": None,
        "lowest_sole_m": float(floor.soles(world, joints).min()),
        "skate_source": None,
        "skate": skate(joints[:, list(_FEET)], motion.fps),
        "mpjpe_m": None,
    }
    if take.source is not None:
        source = take.source
        error = direction_errors(source, motion, take.lead)
        result["direction_mean_deg"] = float(error.mean())
        result["direction_95_deg"] = float(np.percentile(error, 95))
        feet = [f"{side}_{part}" for part in ("ankle", "foot") for side in ("left", "right")]
        if all(foot in source.roles for foot in feet):
            positions = np.stack([source.joint(foot) for foot in feet], axis=1)[take.lead :] * take.scale
            # A take that floats was brought down: bring its own feet down alike, or they would never rest.
            brought = retarget.place_root(source, retarget.orientations(source), take.scale)[take.lead :, 1]
            positions[..., 1] += (motion.translation[:, 1] - brought)[:, None]
            result["skate_source"] = skate(positions, motion.fps)
            result["skate"] = skate(joints[:, list(_FEET)], motion.fps, judge=positions)
    human = path.with_suffix(".bvh")
    if take.format == "robot clip" and human.is_file():
        result["mpjpe_m"] = bridge_error(take, files.read(human))
    return result


_FEET = tuple(INDEX[name] for name in ("left_ankle", "right_ankle", "left_foot", "right_foot"))


def direction_errors(source: Source, motion: Motion, lead: int) -> np.ndarray:
    """(frames, 8) degrees between the directions of the source's limbs and ours, whatever way either faces."""
    orientation = rotations.rotvec_to_matrix(motion.poses[:, 0])
    ours, theirs = motion.joints.astype(np.float64), source.positions[lead : lead + len(motion)]
    # The stage turns the whole performance once: find that turn from the first frame's pelvis and undo it.
    pelvis = retarget.orientations(source, slice(lead, lead + 1))[0, 0]
    turn = orientation[0] @ pelvis.T
    errors = []
    for end in LIMBS:
        parent = PARENTS[INDEX[end]]
        start = next(name for name, index in INDEX.items() if index == parent)
        a = ours[:, INDEX[end]] - ours[:, parent]
        b = (theirs[:, source.roles[end]] - theirs[:, source.roles[start]]) @ turn.T
        cosine = (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
        errors.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return np.stack(errors, axis=1)


def skate(feet: np.ndarray, fps: float, *, judge: np.ndarray | None = None) -> float:
    """Share of frames (at 30 a second) in which a foot slides over the floor, mean of both feet.

    feet : (frames, 4, 3) metres, y up: left ankle, right ankle, left toe, right toe. A foot slides when it rests and
    none of its resting joints stands still: turning on the ball or the heel is dancing, not skating.
    judge : other feet of the same shape that decide when a foot rests, so that two skeletons are held to one account.
    """
    feet = _at_report_rate(feet, fps)
    if len(feet) < 2:
        return 0.0
    judged = feet if judge is None else _at_report_rate(judge, fps)
    height = judged[..., 1] - np.percentile(judged[..., 1], 3, axis=0)
    resting = np.maximum(height[1:], height[:-1]) < CONTACT_M
    step = np.linalg.norm(np.diff(feet[..., [0, 2]], axis=0), axis=-1)
    stillest = np.where(resting, step, np.inf).reshape(len(step), -1, 2).min(axis=1)  # ankle and toe of each side
    return float((np.isfinite(stillest) & (stillest > SLIDE_M)).mean())


def _at_report_rate(feet: np.ndarray, fps: float) -> np.ndarray:
    """(frames, joints, 3) at REPORT_FPS, linearly."""
    times = np.arange(int(len(feet) / fps * REPORT_FPS)) / REPORT_FPS * fps
    low = np.minimum(times.astype(int), len(feet) - 1)
    high = np.minimum(low + 1, len(feet) - 1)
    return feet[low] + (times - low)[:, None, None] * (feet[high] - feet[low])


def bridge_error(robot_take: Take, human_take: Take) -> float:
    """Mean distance in metres, pelvis on pelvis, between a robot clip and the same take of a person, turned alike."""
    assert robot_take.performance is not None
    assert human_take.source is not None
    ours = robot_take.performance
    theirs = retarget.to_smpl(human_take.source, human_take.scale)
    frames = min(len(ours), len(theirs))
    places = []
    for performance in (ours, theirs):
        matrices = rotations.rotvec_to_matrix(performance.poses[:frames])
        joints, world = kinematics.forward(matrices, np.zeros((frames, 3)))
        places.append((joints, np.arctan2(world[:, 0, 0, 2], world[:, 0, 2, 2])))
    turn = np.angle(np.exp(1j * (places[1][1] - places[0][1])).mean())
    apart = places[0][0] @ rotations.yaw(turn).T - places[1][0]
    return float(np.linalg.norm(apart, axis=-1).mean())


def table(rows: list[dict]) -> str:
    """The rows as text, a line each."""
    head = (
        f"{'clip':44}{'frames':>7}{'fps':>5}  {'direction mean/95%':>18}  {'lowest':>7}  "
        f"{'skate source -> ours':>20}  bridge"
    )
    lines = [head]
    for row in rows:
        direction = _two(row["direction_mean_deg"], row["direction_95_deg"], "{:.2f} / {:.2f}")
        slide = _two(row["skate_source"], row["skate"], "{:.4f} -> {:.4f}")
        bridge = "" if row["mpjpe_m"] is None else f"{100 * row['mpjpe_m']:.1f} cm"
        lines.append(
            f"{row['clip'][:43]:44}{row['frames']:7}{row['fps']:5g}  {direction:>18}  "
            f"{100 * row['lowest_sole_m']:4.1f} cm  {slide:>20}  {bridge}"
        )
    return "\n".join(lines)


def _two(first: float | None, second: float | None, form: str) -> str:
    return form.format(first, second) if first is not None else "" if second is None else f"{second:.4f}"
