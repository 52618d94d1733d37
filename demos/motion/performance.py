"""A performance on SMPL's skeleton before it is put on our stage: floor, origin and facing are still the file's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.motion.skeleton import INDEX, REST_OFFSETS


@dataclass(frozen=True, eq=False)
class Performance:
    """Poses of SMPL's joints in a y-up world, wherever the file put floor and origin.

    poses : (frames, 24, 3) radians. root : (frames, 3) metres, pelvis. scale : metres here for one unit of the file.
    """

    kind: str
    poses: np.ndarray
    root: np.ndarray
    fps: float
    scale: float
    notes: tuple[str, ...] = ()
    exact: bool = False
    """Ours already: floor, origin and facing are taken as they are."""

    def __len__(self) -> int:
        return len(self.poses)


def smpl_leg_length(offsets: np.ndarray = REST_OFFSETS) -> float:
    """Mean length of thigh and shin together of the suite's skeleton, metres."""
    bones = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("knee", "ankle")]
    return float(np.linalg.norm(offsets[bones], axis=1).sum() / 2)
