"""BVH out: one performer as a text file that Blender, Maya, MotionBuilder and game engines read.

Centimetres, degrees, y up, facing +z; SMPL's joint names; the zero pose is the T-pose. The root's OFFSET is
zero and its position channels are the pelvis in the world, because readers differ on whether to add the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from demos.motion.motion import Motion
from demos.motion.skeleton import JOINTS, PARENTS, REST_OFFSETS

CENTIMETRES = 100.0

_LIMBS = ("hip", "knee", "ankle", "foot", "wrist", "hand")
_ORDERS = tuple("ZYX" if name.endswith(_LIMBS) else "YXZ" for name in JOINTS)
"""Channel order of each joint, outermost rotation first. The middle one must stay away from +-90 degrees, where
two of the three curves run wild. Knees and hips bend about x and wrists twist about x, so their middle is y; the
pelvis spins and elbows bend about y, shoulders swing about y and z, so their middle is x. On 14 CMU dances this
leaves 0.03 % of all joints and frames within 10 degrees of trouble, a single order for all of them 0.16 to 1 %."""

# Chosen: metres from the last joint to the tip, for readers that draw bones.
_TIPS = {
    "head": (0.0, 0.16, 0.02),
    "left_foot": (0.01, -0.01, 0.07),
    "right_foot": (-0.01, -0.01, 0.07),
    "left_hand": (0.09, 0.0, 0.0),
    "right_hand": (-0.09, 0.0, 0.0),
}


def write_bvh(motion: Motion, path: str | Path) -> Path:
    """Write one performer as a BVH file, its own frame rate kept."""
    path = Path(path)
    path.write_text(to_text(motion), encoding="ascii", newline="\n")
    return path


def to_text(motion: Motion) -> str:
    """One performer as the text of a BVH file."""
    order = list(_depth_first(0))
    angles = np.rad2deg(_euler(motion.poses))[:, order].reshape(len(motion), -1)
    place = motion.translation.astype(np.float64) * CENTIMETRES
    rows = np.round(np.concatenate([place, angles], axis=1), 5) + 0.0  # adding zero turns -0 into 0
    line = " ".join(["%.5f"] * rows.shape[1])
    header = ["MOTION", f"Frames: {len(motion)}", f"Frame Time: {1 / motion.fps:.10f}"]
    lines = ["HIERARCHY", *_joint(0, ""), *header, *(line % tuple(row) for row in rows.tolist())]
    return "\n".join(lines) + "\n"


def _children(joint: int) -> list[int]:
    return [child for child, parent in enumerate(PARENTS) if parent == joint]


def _depth_first(joint: int) -> Iterator[int]:
    yield joint
    for child in _children(joint):
        yield from _depth_first(child)


def _joint(joint: int, indent: str) -> Iterator[str]:
    """The lines of a joint and everything below it."""
    root = PARENTS[joint] < 0
    inner = indent + "\t"
    channels = [f"{axis}rotation" for axis in _ORDERS[joint]]
    if root:
        channels = ["Xposition", "Yposition", "Zposition", *channels]
    yield f"{indent}{'ROOT' if root else 'JOINT'} {JOINTS[joint]}"
    yield f"{indent}{{"
    yield f"{inner}OFFSET {_centimetres(np.zeros(3) if root else REST_OFFSETS[joint])}"
    yield f"{inner}CHANNELS {len(channels)} {' '.join(channels)}"
    for child in _children(joint):
        yield from _joint(child, inner)
    if JOINTS[joint] in _TIPS:
        yield from (f"{inner}End Site", f"{inner}{{")
        yield f"{inner}\tOFFSET {_centimetres(np.array(_TIPS[JOINTS[joint]]))}"
        yield f"{inner}}}"
    yield f"{indent}}}"


def _centimetres(offset: np.ndarray) -> str:
    return " ".join(f"{value:.5f}" for value in np.asarray(offset, np.float64) * CENTIMETRES + 0.0)


def _euler(poses: np.ndarray) -> np.ndarray:
    """Axis-angle (frames, 24, 3) -> angles (frames, 24, 3) radians in the order of each joint's channels."""
    angles = np.empty(poses.shape)
    for joint, order in enumerate(_ORDERS):
        turns = Rotation.from_rotvec(poses[:, joint].astype(np.float64))
        angles[:, joint] = turns.as_euler(order, suppress_warnings=True)
    return _continuous(angles)


def _continuous(angles: np.ndarray) -> np.ndarray:
    """The same rotations by angles (frames, joints, 3) that change as little as possible from frame to frame.

    Two triples about three different axes are the same rotation, (a, b, c) and (a + pi, pi - b, c + pi), and
    each angle is free by whole turns: editors draw and interpolate these curves, so they must not jump.
    """
    smooth = angles.copy()
    other = np.stack([angles[..., 0] + np.pi, np.pi - angles[..., 1], angles[..., 2] + np.pi], axis=-1)
    for frame in range(1, len(angles)):
        before = smooth[frame - 1]
        one, two = (
            triple[frame] - 2 * np.pi * np.round((triple[frame] - before) / (2 * np.pi)) for triple in (angles, other)
        )
        nearer = np.abs(one - before).sum(axis=-1) <= np.abs(two - before).sum(axis=-1)
        smooth[frame] = np.where(nearer[:, None], one, two)
    return smooth
