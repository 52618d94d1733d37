"""SkeletonMotion dictionaries (NVIDIA's pose library, the AMP humanoid) in, as the equivalent BVH clip."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from demos.motion.bvh import MAX_JOINTS, BvhClip
from demos.runtime.errors import InputError

DEFAULT_FPS = 60.0
_CHANNELS = ("zrotation", "xrotation", "yrotation")


def is_motion(value: dict[str, Any]) -> bool:
    """Whether named values are a SkeletonMotion."""
    return {"rotation", "root_translation", "skeleton_tree"} <= value.keys()


def clip(value: dict[str, Any], *, name: str = "the file") -> BvhClip:
    """The same motion as a BVH clip: quaternions x, y, z, w relative to the parent become Euler channels."""
    tree = value["skeleton_tree"] if isinstance(value["skeleton_tree"], dict) else {}
    names = tuple(str(joint) for joint in tree.get("node_names", ()))
    rotation, root = _array(value["rotation"]), _array(value["root_translation"])
    offsets, parents = _array(tree.get("local_translation")), _array(tree.get("parent_indices"))
    joints = len(names)
    fits = rotation.ndim == 3 and rotation.shape[1:] == (joints, 4) and root.shape == (len(rotation), 3)
    if not (fits and 0 < joints <= MAX_JOINTS and offsets.shape == (joints, 3) and parents.shape == (joints,)):
        raise InputError(f"{name} is a damaged SkeletonMotion: its rotations and its skeleton do not fit together.")
    above = [int(parent) for parent in parents]
    if len(rotation) == 0 or above[0] != -1 or any(not 0 <= p < i for i, p in enumerate(above) if i):
        raise InputError(f"{name} is a damaged SkeletonMotion: its skeleton is no tree or it has no frames.")
    if not value.get("is_local", True):
        raise InputError(f"{name} holds world rotations; save the motion with local ones.")
    numbers = np.concatenate([rotation.ravel(), root.ravel(), offsets.ravel()])
    if not np.isfinite(numbers).all() or np.linalg.norm(rotation, axis=-1).min() < 1e-6:
        raise InputError(f"{name} is a damaged SkeletonMotion: it holds numbers that are not finite.")
    angles = Rotation.from_quat(rotation.reshape(-1, 4)).as_euler("ZXY", degrees=True)
    angles = angles.reshape(len(rotation), joints * 3)
    rate = float(np.asarray(_array(value.get("fps", DEFAULT_FPS))).ravel()[0])
    if not 1 <= rate <= 1000:
        rate = DEFAULT_FPS
    return BvhClip(
        names=names,
        parents=tuple(above),
        offsets=offsets.astype(np.float64),
        channels=(("xposition", "yposition", "zposition", *_CHANNELS), *([_CHANNELS] * (joints - 1))),
        values=np.concatenate([root, angles], axis=1).astype(np.float64),
        frame_time=1 / rate,
        end_sites=(),
    )


def _array(value: Any) -> np.ndarray:
    """A tensor of the file ({"arr": ..., "context": ...}) or an array, as numbers; empty when it is neither."""
    value = value.get("arr") if isinstance(value, dict) else value
    array = np.asarray(value if value is not None else ())
    return array if array.dtype.kind in "fiu" else np.zeros(0)
