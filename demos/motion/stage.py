"""Putting dancers on the stage: feet on the floor, the start at the origin, facing the audience."""

from __future__ import annotations

import numpy as np

from demos.motion import floor, kinematics, rotations
from demos.motion.motion import Motion
from demos.motion.performance import Performance
from demos.motion.skeleton import INDEX

_TOES = ("left_foot", "right_foot")
_LEGS = ("pelvis", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", *_TOES)
FACING_S = 0.5
"""Seconds over which the facing at the start is averaged."""


def settle(dancers: list[Performance], *, face: bool = True) -> tuple[tuple[Motion, ...], dict]:
    """Performances of one world and length -> motions on our stage, and what was shifted (metres, degrees).

    One shift and one turn for all, so that distances between partners stay true: the mean of the starting places comes
    to the origin; a soloist is turned to face +z, a couple so that the second stands at the first one's left (+x).
    Heights are each dancer's own: both stand on one floor, but capture errors differ from dancer to dancer.
    """
    start = np.mean([dancer.root[0] for dancer in dancers], axis=0) * [1, 0, 1]
    angle = _angle(dancers) if face else 0.0
    turn = rotations.yaw(angle)
    motions, floors, lifts, bends, drifts = [], [], [], [], []
    for dancer in dancers:
        matrices = rotations.rotvec_to_matrix(dancer.poses)
        matrices[:, 0] = turn @ matrices[:, 0]
        root = (dancer.root - start) @ turn.T
        joints, world = kinematics.forward(matrices, root)
        soles = floor.soles(world, joints)
        ground = floor.ground(soles.min(axis=1))
        # A partner may carry a dancer for as long as they like.
        floating = floor.drift(floor.body_lowest(soles, joints) - ground, dancer.fps) if len(dancers) == 1 else 0.0
        root[:, 1] -= ground + floating
        joints[..., 1] -= ground + np.reshape(floating, (-1, 1))
        bent = floor.raise_feet(world, joints, dancer.fps)
        joints, _ = kinematics.forward(kinematics.to_local(world), root)
        raised = floor.lift(floor.soles(world, joints).min(axis=1), dancer.fps)  # what no knee can take up
        root[:, 1] += raised
        joints[..., 1] += raised[:, None]
        floor.bend_toes(world, joints)
        poses = dancer.poses.copy()
        changed = [INDEX[name] for name in (_LEGS if bent.any() else ("pelvis", *_TOES))]
        poses[:, changed] = rotations.matrix_to_rotvec(kinematics.to_local(world)[:, changed])
        motions.append(Motion(poses, root, dancer.fps))
        floors.append(round(-ground, 4))
        drifts.append(round(float(np.max(floating)), 4))
        lifts.append(round(float(raised.max()), 4))
        bends.append(round(float(bent.max()), 4))
    return tuple(motions), {
        "floor_shift_m": floors,
        "most_foot_lift_m": bends,
        "most_lift_m": lifts,
        "most_drift_m": drifts,
        "origin_shift_m": [round(float(x), 4) for x in -start],
        "turned_deg": round(float(np.degrees(angle)), 2),
    }


def _angle(dancers: list[Performance]) -> float:
    """Radians about the vertical that bring the start to face the audience."""
    frames = max(1, round(FACING_S * dancers[0].fps))
    if len(dancers) == 2:
        apart = (dancers[1].root[:frames] - dancers[0].root[:frames]).mean(axis=0)
        if np.hypot(apart[0], apart[2]) > 0.1:
            return float(np.pi / 2 - np.arctan2(apart[0], apart[2]))
    ahead = rotations.rotvec_to_matrix(dancers[0].poses[:frames, 0])[:, :, 2].mean(axis=0)
    if np.hypot(ahead[0], ahead[2]) < 0.2:
        return 0.0
    return float(-np.arctan2(ahead[0], ahead[2]))
