"""The skeleton in torch says what the one in NumPy says, and canonical views can be undone."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_motion import make_groove

from demos.motion import vector
from demos.nn.kinematics import canonical, heading, joint_positions, moved, placed


def _vectors() -> torch.Tensor:
    return torch.from_numpy(vector.encode(make_groove(seconds=2.0)))[None]


def test_joints_are_those_of_the_motion():
    vectors = _vectors()
    expected = vector.decode(vectors[0].numpy()).joints
    np.testing.assert_allclose(joint_positions(vectors)[0].numpy(), expected, atol=1e-4)


def test_rest_faces_forward_and_a_left_turn_is_positive():
    rest = torch.zeros(1, 1, 151)
    rest[..., 7:] = torch.tensor([1.0, 0, 0, 0, 1, 0]).repeat(24)
    assert heading(rest).item() == 0
    left = moved(rest, torch.tensor([0.7]), torch.zeros(1, 2))
    np.testing.assert_allclose(heading(left).item(), 0.7, atol=1e-6)
    # Turning left by a right angle takes what lay ahead (+z) to the left (+x).
    rest[..., 4:7] = torch.tensor([0.0, 1.0, 2.0])
    np.testing.assert_allclose(
        moved(rest, torch.tensor([np.pi / 2]).float(), torch.zeros(1, 2))[0, 0, 4:7], [2, 1, 0], atol=1e-6
    )


@settings(max_examples=20, deadline=None)
@given(angle=st.floats(-3, 3), x=st.floats(-2, 2), z=st.floats(-2, 2))
def test_canonical_forgets_the_place_and_can_be_undone(angle, x, z):
    vectors = _vectors()
    elsewhere = moved(vectors, torch.tensor([angle]), torch.tensor([[x, z]]))
    seen = canonical(elsewhere, elsewhere)
    torch.testing.assert_close(seen, canonical(vectors, vectors), atol=2e-5, rtol=0)
    torch.testing.assert_close(heading(seen[:, 0]), torch.zeros(1), atol=1e-5, rtol=0)
    torch.testing.assert_close(seen[:, 0, [4, 6]], torch.zeros(1, 2), atol=1e-5, rtol=0)
    torch.testing.assert_close(placed(seen, elsewhere), elsewhere, atol=2e-5, rtol=0)
