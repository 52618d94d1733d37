"""Arms and legs placed from nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.corpus.layers import limbs
from demos.motion import ik, kinematics
from demos.motion.skeleton import INDEX, REST_OFFSETS


def posed(side, rotations):
    """Joints (24, 3) of a body at rest but for one arm."""
    local = np.broadcast_to(np.eye(3), (24, 3, 3)).copy()
    local[list(limbs.ARM_JOINTS[side])] = rotations
    return kinematics.forward(local, np.zeros(3))[0]


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
@settings(deadline=None, derandomize=True)
@given(
    x=st.floats(-0.5, 0.9), y=st.floats(-0.9, 0.9), z=st.floats(0.1, 0.9), far=st.floats(0.45, 0.95),
    flex=st.floats(-1, 1), twist=st.floats(-1, 1),
)  # fmt: skip
def test_the_wrist_comes_to_its_point(side, sign, x, y, z, far, flex, twist):
    point = np.array([x, y, z])
    point *= far / np.linalg.norm(point)
    joints = posed(side, limbs.arm(side, point[None], flex=flex, twist=twist)[0])
    rest = posed(side, np.eye(3))
    wanted = rest[INDEX[f"{side}_shoulder"]] + point * [sign, 1, 1] * limbs.ARM_LENGTH
    # A lifted collar moves the shoulder, so that far points can be a little out of reach.
    assert np.linalg.norm(joints[INDEX[f"{side}_wrist"]] - wanted) < 0.05


def test_left_and_right_are_mirror_images():
    point = np.array([[0.5, 0.4, 0.3]])
    left, right = (posed(side, limbs.arm(side, point, flex=0.4, twist=0.3)[0]) for side in ("left", "right"))
    for joint in ("elbow", "wrist", "hand"):
        np.testing.assert_allclose(left[INDEX[f"left_{joint}"]], right[INDEX[f"right_{joint}"]] * [-1, 1, 1], atol=1e-9)


def test_a_hand_bends_towards_its_palm():
    # Ahead with the elbow down the palms face each other: flexed hands point inwards.
    point = np.array([[0.0, 0.0, 0.8]])
    straight, bent = (posed("left", limbs.arm("left", point, pole=np.array([[0, -1.0, 0]]), flex=f)[0]) for f in (0, 1))
    assert bent[INDEX["left_hand"], 0] < straight[INDEX["left_hand"], 0] - 0.05


def test_the_elbow_points_to_its_pole():
    point = np.array([[0.0, 0.0, 0.7]])
    for pole in ([0, -1.0, 0], [1.0, 0, 0]):
        joints = posed("left", limbs.arm("left", point, pole=np.array([pole]))[0])
        aside = joints[INDEX["left_elbow"]] - 0.5 * (joints[INDEX["left_shoulder"]] + joints[INDEX["left_wrist"]])
        assert aside @ pole > 0.1


def test_no_point_in_reach_leaves_the_elbow_without_a_side():
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, 21)] * 3, indexing="ij"), -1).reshape(-1, 3)
    far = np.linalg.norm(grid, axis=-1)
    # Behind the back and through the trunk no layer goes.
    usable = grid[(far > 0.4) & (far < 1) & (grid[:, 2] > 0) & ~((grid[:, 0] < -0.1) & (grid[:, 2] < 0.3))]
    along = usable / np.linalg.norm(usable, axis=-1, keepdims=True)
    pole = limbs.usual_pole(usable)
    across = pole - (pole * along).sum(-1, keepdims=True) * along
    assert np.linalg.norm(across, axis=-1).min() > 0.2


def test_a_leg_reaches_its_ankle_with_the_knee_ahead():
    target = np.array([[0.1, -0.6, 0.2]])
    upper, lower = limbs.chain(ik.LEFT_LEG, target, np.array([[0.0, 0.0, 1.0]]))
    knee = upper[0] @ REST_OFFSETS[INDEX["left_knee"]]
    np.testing.assert_allclose(knee + lower[0] @ REST_OFFSETS[INDEX["left_ankle"]], target[0], atol=1e-6)
    assert knee[2] > 0.2
