"""Inertialised joins: the quintic's end conditions, and rotations as offsets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.corpus import inertialisation
from demos.motion import rotations


def test_half_way_half_of_the_offset_is_left():
    left = inertialisation.decay(np.array([1.0]), np.array([0.0]), np.array([0.0, 0.2, 0.4, 9.0]), 0.4)
    np.testing.assert_allclose(left[:, 0], [1.0, 0.5, 0.0, 0.0], atol=1e-12)


@given(st.floats(-2, 2), st.floats(-5, 5), st.floats(0.1, 1.0))
def test_starts_with_the_offset_and_its_speed_and_rests_at_the_end(offset, speed, duration):
    step = 1e-4
    time = np.concatenate([np.arange(3) * step, duration - np.arange(3)[::-1] * step])
    curve = inertialisation.decay(np.array([offset]), np.array([speed]), time, duration)[:, 0]
    assert curve[0] == pytest.approx(offset, abs=1e-12)
    assert (curve[1] - curve[0]) / step == pytest.approx(speed, abs=0.02 * (1 + abs(speed) + abs(offset)))
    acceleration = (curve[2] - 2 * curve[1] + curve[0]) / step**2
    assert abs(acceleration) < 1.0 + 100 * (abs(offset) + abs(speed)) / duration**3 * 60 * step
    assert np.abs(curve[3:]).max() < 1e-6 * (1 + abs(offset) + abs(speed)) / duration**3


def test_fast_offsets_are_tamed_and_slow_ones_left():
    offset = np.array([[0.2, 0.0, 0.0], [0.2, 0.0, 0.0]])
    speed = np.array([[100.0, 0.0, 0.0], [0.1, 0.0, 0.0]])
    tamed = inertialisation.tame(offset, speed, 0.4)
    assert tamed[0, 0] * 0.4 == pytest.approx(0.2 * inertialisation.MOST_OVERSHOOT)
    np.testing.assert_array_equal(tamed[1], speed[1])


def test_the_offset_between_two_rotations_leads_from_one_to_the_other():
    rng = np.random.default_rng(0)
    a, b = (rotations.rotvec_to_quaternion(rng.normal(size=(50, 3))) for _ in range(2))
    reached = inertialisation.add_rotation(inertialisation.rotation_offset(a, b), a)
    np.testing.assert_allclose(rotations.quaternion_to_matrix(reached), rotations.quaternion_to_matrix(b), atol=1e-9)
    quarter = inertialisation.rotation_offset(
        np.array([1.0, 0, 0, 0]), rotations.rotvec_to_quaternion(np.array([0, np.pi / 2, 0]))
    )
    np.testing.assert_allclose(quarter, [0, np.pi / 2, 0], atol=1e-12)
