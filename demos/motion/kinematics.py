"""From poses to joint positions, in NumPy or torch with the same code."""

from typing import Any

import numpy as np

from demos.motion import rotations
from demos.motion.skeleton import PARENTS, REST_OFFSETS


def forward(rotation: Any, translation: Any, offsets: Any = None) -> tuple[Any, Any]:
    """Forward kinematics of SMPL's tree.

    Parameters
    ----------
    rotation : (..., 24, 3, 3) array or tensor, each joint relative to its parent, the pelvis to the world.
    translation : (..., 3) metres, the pelvis in the world.
    offsets : (24, 3) metres, rest offset of each joint from its parent; the suite's skeleton when None.

    Returns
    -------
    positions : (..., 24, 3) metres, world. orientations : (..., 24, 3, 3), world.
    """
    if offsets is None:
        offsets = REST_OFFSETS
    stack: Any = np.stack
    if not isinstance(rotation, np.ndarray):
        import torch

        stack = torch.stack
        offsets = torch.as_tensor(offsets, dtype=rotation.dtype, device=rotation.device)
    world = [rotation[..., 0, :, :]]
    position = [translation]
    for joint in range(1, len(PARENTS)):
        parent = PARENTS[joint]
        world.append(world[parent] @ rotation[..., joint, :, :])
        position.append(position[parent] + world[parent] @ offsets[joint])
    return stack(position, -2), stack(world, -3)


def to_local(orientations: np.ndarray) -> np.ndarray:
    """World orientations (..., 24, 3, 3) -> rotations relative to the parent, the inverse of `forward`."""
    parents = list(PARENTS[1:])
    local = orientations.copy()
    local[..., 1:, :, :] = np.swapaxes(orientations[..., parents, :, :], -1, -2) @ orientations[..., 1:, :, :]
    return local


def joint_positions(poses: np.ndarray, translation: np.ndarray, offsets: np.ndarray | None = None) -> np.ndarray:
    """Axis-angle poses (..., 24, 3) and translation (..., 3) -> world joints (..., 24, 3) metres, float32."""
    positions, _ = forward(rotations.rotvec_to_matrix(poses), np.asarray(translation, np.float64), offsets)
    return positions.astype(np.float32)
