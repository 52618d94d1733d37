"""Dances of a Unitree G1 humanoid robot: its links' orientations turned into a human performance.

The robot has short limbs, no head, hands or toes and a waist that hardly bends. What carries over is how its links are
turned; proportions are the suite's, and head, spine, collars and toes get a natural share. The factors below were
measured on a take that exists both as a person and as this robot (`retarget_report` prints the agreement).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from demos.motion import ik, kinematics, rotations
from demos.motion.performance import Performance, smpl_leg_length
from demos.motion.skeleton import INDEX, JOINTS, REST_OFFSETS
from demos.runtime.errors import InputError

# name, parent, position in the parent (m), orientation in the parent (quaternion w x y z), hinge axis: the kinematic
# tree of Unitree's public model g1_29dof_rev_1_0, x forward, y left, z up. Only facts of geometry; meshes are not used.
_LEG = (
    ("hip_pitch_link", "pelvis", (0, 0.064452, -0.1027), 0, "y"),
    ("hip_roll_link", "hip_pitch_link", (0, 0.052, -0.030465), (0.996179, 0, -0.0873386, 0), "x"),
    ("hip_yaw_link", "hip_roll_link", (0.025001, 0, -0.12412), 0, "z"),
    ("knee_link", "hip_yaw_link", (-0.078273, 0.0021489, -0.17734), (0.996179, 0, 0.0873386, 0), "y"),
    ("ankle_pitch_link", "knee_link", (0, -9.4445e-05, -0.30001), 0, "y"),
    ("ankle_roll_link", "ankle_pitch_link", (0, 0, -0.017558), 0, "x"),
)
_WAIST = (
    ("waist_yaw_link", "pelvis", (0, 0, 0), 0, "z"),
    ("waist_roll_link", "waist_yaw_link", (-0.0039635, 0, 0.044), 0, "x"),
    ("torso_link", "waist_roll_link", (0, 0, 0), 0, "y"),
)
_ARM = (
    ("shoulder_pitch_link", "torso_link", (0.0039563, 0.10022, 0.24778), (0.990264, 0.139201, 0, 0), "y"),
    ("shoulder_roll_link", "shoulder_pitch_link", (0, 0.038, -0.013831), (0.990268, -0.139172, 0, 0), "x"),
    ("shoulder_yaw_link", "shoulder_roll_link", (0, 0.00624, -0.1032), 0, "z"),
    ("elbow_link", "shoulder_yaw_link", (0.015783, 0, -0.080518), 0, "y"),
    ("wrist_roll_link", "elbow_link", (0.1, 0.00188791, -0.01), 0, "x"),
    ("wrist_pitch_link", "wrist_roll_link", (0.038, 0, 0), 0, "y"),
    ("wrist_yaw_link", "wrist_pitch_link", (0.046, 0, 0), 0, "z"),
)


def _tree() -> list[tuple[str, int, np.ndarray, np.ndarray, int]]:
    """The robot's 30 links in the order of its joints: name, parent, position, orientation (3, 3), hinge axis."""
    links: list[tuple[str, int, np.ndarray, np.ndarray, int]] = [("pelvis", -1, np.zeros(3), np.eye(3), -1)]
    index = {"pelvis": 0}
    for part, side in ((_LEG, "left_"), (_LEG, "right_"), (_WAIST, ""), (_ARM, "left_"), (_ARM, "right_")):
        mirror = np.array([1, -1 if side == "right_" else 1, 1])
        for name, parent, position, turn, axis in part:
            above = parent if parent in ("pelvis", "torso_link") else side + parent
            quaternion = np.array(turn or (1, 0, 0, 0), np.float64)
            quaternion[1::2] *= mirror[1]  # a mirrored turn keeps its y and flips x and z
            matrix = rotations.quaternion_to_matrix(quaternion)
            index[side + name] = len(links)
            links.append((side + name, index[above], np.array(position) * mirror, matrix, "xyz".index(axis)))
    return links


LINKS = _tree()
NAMES = tuple(link[0] for link in LINKS)

SCALE_TRAVEL = 0.96
SCALE_HEIGHT = 1.14
"""A person crosses less ground and bobs more than leg length says: measured on that take."""
COLLAR_RISE = (0.16, 13.0)
COLLAR_FORWARD = (11.0, 4.0)
"""The robot has no collar bones; a person's rises with the arm (share of the arm's elevation in degrees, plus degrees)
and goes forward with it (degrees for an arm straight ahead, plus degrees). Least squares on the bridge take,
the mean of both sides; 2 degrees of spread remain."""
NECK_PITCH_DEG = 7.5
"""The robot's head is its torso; people hold theirs a little lower."""
WRIST_YAW_DEG = 7.0
"""The robot's hand link is turned by this much about the palm's normal from a person's straight hand."""

_TO_Y_UP = np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
"""(forward, left, up) -> (left, up, forward)."""

_LINK_OF = {
    "pelvis": "pelvis", "spine3": "torso_link",
    **{
        f"{side}_{role}": f"{side}_{link}"
        for side in ("left", "right")
        for role, link in (
            ("hip", "hip_yaw_link"), ("knee", "knee_link"), ("ankle", "ankle_roll_link"),
            ("shoulder", "shoulder_yaw_link"), ("elbow", "wrist_roll_link"), ("wrist", "wrist_yaw_link"),
        )
    },
}  # fmt: skip


def forward(root: np.ndarray, orientation: np.ndarray, angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The robot's forward kinematics, in its own axes (z up).

    root : (frames, 3) metres. orientation : (frames, 3, 3). angles : (frames, 29) radians in the order of LINKS[1:].
    Returns positions (frames, 30, 3) and orientations (frames, 30, 3, 3).
    """
    positions, turns = [root], [orientation]
    for (_, parent, position, rest, axis), angle in zip(LINKS[1:], angles.T, strict=True):
        hinge = rotations.rotvec_to_matrix(angle[:, None] * np.eye(3)[axis])
        positions.append(positions[parent] + turns[parent] @ position)
        turns.append(turns[parent] @ rest @ hinge)
    return np.stack(positions, axis=1), np.stack(turns, axis=1)


def _zero() -> tuple[np.ndarray, np.ndarray]:
    """Positions (30, 3) and orientations (30, 3, 3) of the links when every hinge is at zero."""
    positions, turns = forward(np.zeros((1, 3)), np.eye(3)[None], np.zeros((1, len(LINKS) - 1)))
    return positions[0], turns[0]


def _fit(name: str) -> np.ndarray:
    """(3, 3): SMPL's rest bone to the robot's zero pose: legs and upper arms down, forearms forward, palms inwards."""
    side = 1.0 if name.startswith("left") else -1.0
    down = rotations.rotvec_to_matrix(np.array([0, 0, -side * np.pi / 2]))
    if name.endswith(("hip", "knee")):
        child = name.replace("hip", "ankle_").replace("knee", "ankle").replace("ankle_", "knee")
        return rotations.between(REST_OFFSETS[INDEX[child]], np.array([0.0, -1.0, 0.0]))
    if name.endswith("shoulder"):
        return down
    if name.endswith(("elbow", "wrist")):
        return rotations.rotvec_to_matrix(np.array([-np.pi / 2, 0, 0])) @ down
    return np.eye(3)


def is_clip(arrays: dict[str, Any]) -> bool:
    """Whether arrays by name are link positions and orientations of the robot."""
    return {"body_pos", "body_quat_wxyz", "body_names"} <= arrays.keys()


def is_joints(arrays: dict[str, Any]) -> bool:
    """Whether arrays by name are the robot's root and joint angles."""
    return {"root_pos", "root_rot", "dof_pos"} <= arrays.keys()


def from_links(arrays: dict[str, np.ndarray], *, fps: float, name: str = "the file") -> Performance:
    """From body_pos (frames, links, 3) metres, body_quat_wxyz (frames, links, 4) and body_names, z up."""
    positions, quaternions = np.asarray(arrays["body_pos"]), np.asarray(arrays["body_quat_wxyz"])
    names = [str(link) for link in np.asarray(arrays["body_names"]).ravel()]
    missing = [link for link in NAMES if link not in names]
    if missing:
        raise InputError(f"{name} is no Unitree G1 clip: its links {', '.join(missing[:4])} are missing.")
    shape = positions.shape[:2]
    if shape != quaternions.shape[:2] or shape[1:] != (len(names),) or positions.shape[2:] != (3,):
        raise InputError(f"{name} is a damaged robot clip: its positions and orientations do not fit together.")
    if quaternions.shape[2:] != (4,) or len(positions) == 0:
        raise InputError(f"{name} is a damaged robot clip: its positions and orientations do not fit together.")
    order = [names.index(link) for link in NAMES]
    _check_numbers(name, positions, quaternions)
    turns = rotations.quaternion_to_matrix(quaternions[:, order])
    return _performance(positions[:, order].astype(np.float64), turns, fps)


def from_joints(arrays: dict[str, Any], *, fps: float, name: str = "the file") -> Performance:
    """From root_pos (frames, 3) metres, root_rot (frames, 4) x, y, z, w and dof_pos (frames, 29) radians, z up."""
    root, quaternion, angles = (np.asarray(arrays[key]) for key in ("root_pos", "root_rot", "dof_pos"))
    frames = len(root)
    if root.shape != (frames, 3) or quaternion.shape != (frames, 4) or angles.shape != (frames, 29) or not frames:
        raise InputError(
            f"{name} is no Unitree G1 clip: root_pos (frames, 3), root_rot (frames, 4) and dof_pos "
            "(frames, 29) are read."
        )
    _check_numbers(name, root, quaternion, angles)
    turns = rotations.quaternion_to_matrix(quaternion[:, [3, 0, 1, 2]])
    return _performance(*forward(root.astype(np.float64), turns, angles.astype(np.float64)), fps)


def _check_numbers(name: str, *arrays: np.ndarray) -> None:
    """InputError unless all are finite numbers and every quaternion has a length."""
    if any(array.dtype.kind not in "fiu" or not np.isfinite(array).all() for array in arrays):
        raise InputError(f"{name} is a damaged robot clip: it holds numbers that are not finite.")
    if np.linalg.norm(arrays[1], axis=-1).min() < 1e-6:
        raise InputError(f"{name} is a damaged robot clip: one of its orientations is empty.")


def _performance(positions: np.ndarray, turns: np.ndarray, fps: float) -> Performance:
    """From world positions (frames, 30, 3) and orientations (frames, 30, 3, 3) of the links, z up."""
    positions = positions @ _TO_Y_UP.T
    # Conjugation also renames the links' own axes, so that a standing robot's orientations are the identity.
    turns = _TO_Y_UP @ turns @ _TO_Y_UP.T
    zero = _TO_Y_UP @ _zero()[1] @ _TO_Y_UP.T
    world = np.empty((len(positions), len(JOINTS), 3, 3))
    for role, link in _LINK_OF.items():
        at = NAMES.index(link)
        world[:, INDEX[role]] = turns[:, at] @ zero[at].T @ _fit(role)
    _fill(world)
    scale = smpl_leg_length() / leg_length()
    root = _place(positions, world, scale)
    poses = rotations.matrix_to_rotvec(kinematics.to_local(world))
    return Performance("Unitree G1 robot", poses, root, fps, scale)


def leg_length() -> float:
    """Metres from the robot's hip centre to its knee and on to its ankle, knee straight."""
    positions = _zero()[0]
    hip, knee, ankle = (positions[NAMES.index(f"left_{link}_link")] for link in ("hip_roll", "knee", "ankle_roll"))
    return float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))


def _fill(world: np.ndarray) -> None:
    """Spine, neck, head, collars, hands and toes, which the robot has not, into world orientations in place."""
    pelvis, chest = (rotations.matrix_to_quaternion(world[:, INDEX[j]]) for j in ("pelvis", "spine3"))
    for joint, share in (("spine1", 1 / 3), ("spine2", 2 / 3)):
        world[:, INDEX[joint]] = rotations.quaternion_to_matrix(rotations.slerp(pelvis, chest, share))
    torso = world[:, INDEX["spine3"]]
    nod = rotations.rotvec_to_matrix(np.array([np.radians(NECK_PITCH_DEG), 0, 0]))
    for joint in ("neck", "head"):
        world[:, INDEX[joint]] = torso @ nod
    for side, sign in (("left", 1.0), ("right", -1.0)):
        arm = world[:, INDEX[f"{side}_shoulder"]] @ np.array([sign, 0.0, 0.0])
        up, ahead = (np.einsum("fi,fi->f", arm, torso[:, :, axis]) for axis in (1, 2))
        rise = COLLAR_RISE[0] * np.degrees(np.arcsin(np.clip(up, -1, 1))) + COLLAR_RISE[1]
        forward = COLLAR_FORWARD[0] * ahead + COLLAR_FORWARD[1]
        turn = np.radians(np.stack([0 * rise, -sign * forward, sign * rise], axis=-1))
        world[:, INDEX[f"{side}_collar"]] = torso @ rotations.rotvec_to_matrix(turn)
        yaw = rotations.rotvec_to_matrix(np.array([0, -sign * np.radians(WRIST_YAW_DEG), 0]))
        world[:, INDEX[f"{side}_wrist"]] = world[:, INDEX[f"{side}_wrist"]] @ yaw
        world[:, INDEX[f"{side}_hand"]] = world[:, INDEX[f"{side}_wrist"]]
        world[:, INDEX[f"{side}_foot"]] = world[:, INDEX[f"{side}_ankle"]]


def _place(positions: np.ndarray, world: np.ndarray, scale: float) -> np.ndarray:
    """(frames, 3) the pelvis: the middle of the robot's hips scaled; then travel and bobbing as people do them.

    The legs are bent so that the feet stand where they stood: writes `world`.
    """
    hips = [NAMES.index(f"{side}_hip_roll_link") for side in ("left", "right")]
    ours = (REST_OFFSETS[INDEX["left_hip"]] + REST_OFFSETS[INDEX["right_hip"]]).astype(np.float64) / 2
    root = positions[:, hips].mean(axis=1) * scale - world[:, 0] @ ours
    standing, _ = kinematics.forward(kinematics.to_local(world), root)
    travel = np.array([SCALE_TRAVEL, 1.0, SCALE_TRAVEL])
    typical = np.median(root[:, 1])
    root = root * travel
    root[:, 1] = typical + SCALE_HEIGHT * (root[:, 1] - typical)
    joints, _ = kinematics.forward(kinematics.to_local(world), root)
    for leg in (ik.LEFT_LEG, ik.RIGHT_LEG):
        solved = ik.solve_limb(leg, joints, world, standing[:, leg.end] * travel)
        world[:, leg.root], world[:, leg.middle] = solved
    return root
