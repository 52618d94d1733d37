"""How big the dance is, and its mirror image: bigger, smaller, mirrored; energy and calm chain other kinds."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.layers.carry import carry, cross, fit, standing
from demos.corpus.layers.curves import smooth
from demos.corpus.layers.kind import Kind, Param
from demos.corpus.layers.timing import ALL
from demos.corpus.layers.workspace import ANKLES, Feet, Work, world
from demos.corpus.parts import joint_set
from demos.motion import rotations
from demos.motion.contacts import STANDING_HEIGHTS
from demos.motion.skeleton import MIRROR

_BASE_S = 6.0  # the pose from which movements are measured is the dance smoothed over about this long
_PATH_S = 2.2


def _smooth_poses(work: Work, joints: list[int]) -> np.ndarray:
    """(frames, joints, 4) quaternions of the dance's slow poses."""
    margin = int(4 * _BASE_S * work.fps)
    begin, end = max(work.first - margin, 0), min(work.stop + margin, len(work.motion))
    quaternions = rotations.rotvec_to_quaternion(work.motion.poses[begin:end][:, joints])
    flips = np.where((quaternions[1:] * quaternions[:-1]).sum(-1) < 0, -1.0, 1.0)
    quaternions[1:] *= np.cumprod(flips, axis=0)[..., None]
    even = gaussian_filter1d(quaternions, _BASE_S * work.fps, axis=0, mode="nearest")
    return even[work.first - begin : work.stop - begin]


def _scale(work: Work) -> None:
    """Scale how far every joint, the pelvis and the feet leave their slow middle."""
    factor = 1 + (work.params["factor"] - 1) * work.weight
    upper = [joint for joint in joint_set(work.parts) if joint not in joint_set(("legs", "root"))]
    if upper:
        base = rotations.quaternion_to_matrix(_smooth_poses(work, upper))
        away = rotations.matrix_to_rotvec(np.swapaxes(base, -1, -2) @ work.local[:, upper])
        # Towards half a turn away from the middle left and right become one: there nothing is scaled.
        near = 1 - smooth((np.linalg.norm(away, axis=-1, keepdims=True) - 2.2) / 0.8)
        work.local[:, upper] = base @ rotations.rotvec_to_matrix(away * (1 + near * (factor[:, None, None] - 1)))
    if not work.has("root"):
        return
    heading = work.heading()
    level = rotations.yaw(-heading) @ work.local[:, 0]
    tilt = rotations.matrix_to_rotvec(level)
    middle = gaussian_filter1d(tilt, _BASE_S * work.fps, axis=0, mode="nearest")
    work.local[:, 0] = rotations.yaw(heading) @ rotations.rotvec_to_matrix(
        middle + (tilt - middle) * factor[:, None]
    )  # fmt: skip
    path = gaussian_filter1d(work.source_root, _PATH_S * work.fps, axis=0, mode="nearest")
    high = np.percentile(work.source_root[:, 1], 90)
    centre = np.stack([path[:, 0], np.minimum(path[:, 1], high), path[:, 2]], axis=-1)
    work.root = centre + (work.source_root - centre) * factor[:, None]
    source = work.source_feet
    free = source.copy()
    for axis in (0, 2):
        middle = path[:, axis, None]
        free.ankles[..., axis] = middle + (source.ankles[..., axis] - middle) * factor[:, None]
    above = np.maximum(source.ankles[..., 1] - STANDING_HEIGHTS[0], 0.0)
    free.ankles[..., 1] = source.ankles[..., 1] + above * (np.minimum(factor, 1.6) - 1)[:, None]
    # Lowering a lifted foot must not push its toe through the floor: small changes of height only.
    drop = np.minimum(source.ankles[..., 1] - free.ankles[..., 1], 0.5 * np.maximum(above - 0.05, 0.0))
    lowered = free.ankles[..., 1] < source.ankles[..., 1]
    free.ankles[..., 1] = np.where(lowered, source.ankles[..., 1] - drop, free.ankles[..., 1])
    work.feet = carry(work, source, free, standing(work.motion)[work.first : work.stop])


def _mirror(work: Work) -> None:
    flip = np.array([1.0, -1.0, -1.0])
    swapped = rotations.rotvec_to_matrix(rotations.matrix_to_rotvec(work.source_local[:, MIRROR]) * flip)
    if not work.has("root"):
        cross(work, swapped, work.source_root, work.source_feet)
        return
    inside = np.flatnonzero(work.envelope > 0.5)
    begin = int(inside[0])
    # In the upright plane through the dancer that contains where they face as it begins.
    facing = work.heading()[begin]
    back, forth = rotations.yaw(-facing), rotations.yaw(facing)
    origin = work.source_root[begin] * np.array([1.0, 0.0, 1.0])
    pelvis = back @ work.source_local[:, 0]
    swapped[:, 0] = forth @ rotations.rotvec_to_matrix(rotations.matrix_to_rotvec(pelvis) * flip)
    away = (work.source_root - origin) @ back.T
    root = (away * np.array([-1.0, 1.0, 1.0])) @ forth.T + origin
    joints, turns = world(swapped, root)
    feet = Feet(joints[:, ANKLES].copy(), turns[:, ANKLES].copy())
    stands = standing(work.motion)[work.first : work.stop, ::-1]
    cross(work, *fit(work, swapped, root, feet, stands))


KINDS = (
    Kind("bigger", "dynamics", "Everything bigger: limbs, trunk, steps and levels go further.", ALL, _scale,
         params={"factor": Param(1.5, 1.0, 1.9, unit="times")}, opposite="smaller"),
    Kind("smaller", "dynamics", "Everything smaller, nearer to the middle of the movement.", ALL, _scale,
         params={"factor": Param(0.5, 0.2, 1.0, unit="times")}, opposite="bigger"),
    Kind("energy", "dynamics", "More energy: bigger, sharper, with a bounce in the knees.", ALL, None,
         opposite="calmer", chain=(("bigger", {"factor": 1.4}), ("sharp", {}), ("bounce", {"depth": 0.05}))),
    Kind("calmer", "dynamics", "Calmer: smaller and more fluid.", ALL, None, opposite="energy",
         chain=(("smaller", {"factor": 0.6}), ("fluid", {}))),
    Kind("mirror", "dynamics", "Left and right exchanged, for the whole dance or some parts of it.", ALL, _mirror,
         blend_s=0.8, opposite="mirror", together=(("legs", "root"), ("left_arm", "right_arm"))),
    Kind("mirror_arms", "dynamics", "The arms' movements exchanged, left for right.", ("arms",), _mirror, blend_s=0.6,
         opposite="mirror_arms", together=(("left_arm", "right_arm"),)),
)  # fmt: skip
