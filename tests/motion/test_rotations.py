"""Rotations: every form and back, the algebra of slerp, `between` and 6-D, and cases worked by hand."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from demos.motion import rotations as rot

settings.register_profile("motion", max_examples=60, deadline=None)
settings.load_profile("motion")

X, Y, Z = np.eye(3)

ROTVECS = st.one_of(
    arrays(np.float64, 3, elements=st.floats(-6, 6)),
    arrays(np.float64, 3, elements=st.floats(-1e-6, 1e-6)),
    # About half a turn, where the axis of a rotation vector changes sign.
    st.builds(
        lambda axis, near: axis / np.linalg.norm(axis) * (np.pi + near),
        arrays(np.float64, 3, elements=st.floats(0.1, 1)),
        st.floats(-1e-5, 1e-5),
    ),
)
DIRECTIONS = arrays(np.float64, 3, elements=st.floats(-1, 1)).filter(lambda v: bool(np.linalg.norm(v) > 1e-3))
WEIGHTS = st.floats(0, 1)


def angle(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Radians between rotation matrices (..., 3, 3), exact for small angles too."""
    relative = np.swapaxes(one, -1, -2) @ two
    chord = np.linalg.norm(relative - np.eye(3), axis=(-2, -1)) / np.sqrt(8)
    return 2 * np.arcsin(np.clip(chord, 0, 1))


def angle_q(one: np.ndarray, two: np.ndarray) -> float:
    return float(angle(rot.quaternion_to_matrix(one), rot.quaternion_to_matrix(two)))


# Worked by hand.


def test_a_quarter_turn_about_y_takes_forward_to_the_left() -> None:
    matrix = rot.rotvec_to_matrix(np.array([0, np.pi / 2, 0]))
    np.testing.assert_allclose(matrix @ Z, X, atol=1e-12)
    np.testing.assert_allclose(matrix @ X, -Z, atol=1e-12)
    np.testing.assert_allclose(matrix, [[0, 0, 1], [0, 1, 0], [-1, 0, 0]], atol=1e-12)


def test_quaternions_are_w_first() -> None:
    half = np.sqrt(0.5)
    quaternion = rot.rotvec_to_quaternion(np.array([np.pi / 2, 0, 0]))
    np.testing.assert_allclose(quaternion * np.sign(quaternion[0]), [half, half, 0, 0], atol=1e-12)
    np.testing.assert_allclose(rot.quaternion_to_matrix(np.array([half, half, 0, 0])) @ Y, Z, atol=1e-12)


def test_sixd_is_the_first_column_then_the_second() -> None:
    matrix = rot.rotvec_to_matrix(np.array([0, 0, np.pi / 2]))  # x -> y, y -> -x
    np.testing.assert_allclose(rot.matrix_to_sixd(matrix), [0, 1, 0, -1, 0, 0], atol=1e-12)


def test_gram_schmidt_by_hand() -> None:
    """(2, 0, 0) and (1, 3, 0): the first is made unit, the second loses its part along the first."""
    np.testing.assert_allclose(rot.sixd_to_matrix(np.array([2.0, 0, 0, 1, 3, 0])), np.eye(3), atol=1e-6)


def test_slerp_by_hand() -> None:
    """A third of the way from nothing to 90 degrees about z is 30 degrees about z."""
    end = rot.rotvec_to_quaternion(np.array([0, 0, np.pi / 2]))
    third = rot.slerp(np.array([1.0, 0, 0, 0]), end, 1 / 3)
    np.testing.assert_allclose(rot.quaternion_to_rotvec(third), [0, 0, np.pi / 6], atol=1e-12)


def test_yaw_by_hand() -> None:
    turns = rot.yaw(np.array([0, np.pi / 2, np.pi]))
    np.testing.assert_allclose(turns @ Z, [Z, X, -Z], atol=1e-12)
    np.testing.assert_allclose(rot.yaw(0.3) @ Y, Y, atol=1e-12)


# There and back.


@given(ROTVECS)
def test_every_form_and_back_is_the_same_rotation(vector: np.ndarray) -> None:
    matrix = rot.rotvec_to_matrix(vector)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1)
    ways = {
        "rotvec": rot.rotvec_to_matrix(rot.matrix_to_rotvec(matrix)),
        "quaternion": rot.quaternion_to_matrix(rot.matrix_to_quaternion(matrix)),
        "rotvec-quaternion": rot.quaternion_to_matrix(rot.rotvec_to_quaternion(vector)),
        "quaternion-rotvec": rot.rotvec_to_matrix(rot.quaternion_to_rotvec(rot.rotvec_to_quaternion(vector))),
        "sixd": rot.sixd_to_matrix(rot.matrix_to_sixd(matrix)),
    }
    for name, back in ways.items():
        assert angle(back, matrix) < 1e-6, name


@given(ROTVECS)
def test_a_rotation_vector_comes_back_with_at_most_half_a_turn(vector: np.ndarray) -> None:
    assert np.linalg.norm(rot.matrix_to_rotvec(rot.rotvec_to_matrix(vector))) <= np.pi + 1e-9
    assert np.linalg.norm(rot.quaternion_to_rotvec(rot.rotvec_to_quaternion(vector))) <= np.pi + 1e-9


@given(ROTVECS.filter(lambda v: bool(np.linalg.norm(v) < 3.1)))
def test_below_half_a_turn_the_vector_itself_comes_back(vector: np.ndarray) -> None:
    np.testing.assert_allclose(rot.matrix_to_rotvec(rot.rotvec_to_matrix(vector)), vector, atol=1e-7)
    np.testing.assert_allclose(rot.quaternion_to_rotvec(rot.rotvec_to_quaternion(vector)), vector, atol=1e-7)


@given(ROTVECS, st.floats(0.1, 10), st.sampled_from([-1, 1]))
def test_length_and_sign_of_a_quaternion_do_not_matter(vector: np.ndarray, length: float, sign: int) -> None:
    quaternion = rot.rotvec_to_quaternion(vector)
    assert np.linalg.norm(quaternion) == pytest.approx(1)
    assert angle_q(sign * length * quaternion, quaternion) < 1e-7


@pytest.mark.parametrize("lead", [(), (1,), (5,), (2, 3), (0,)])
def test_leading_dimensions_are_kept(lead: tuple[int, ...]) -> None:
    vectors = np.random.default_rng(0).normal(size=(*lead, 3))
    matrices, quaternions = rot.rotvec_to_matrix(vectors), rot.rotvec_to_quaternion(vectors)
    assert matrices.shape == (*lead, 3, 3)
    assert quaternions.shape == rot.matrix_to_quaternion(matrices).shape == (*lead, 4)
    assert rot.matrix_to_sixd(matrices).shape == (*lead, 6)
    assert rot.sixd_to_matrix(rot.matrix_to_sixd(matrices)).shape == (*lead, 3, 3)
    assert rot.matrix_to_rotvec(matrices).shape == rot.quaternion_to_rotvec(quaternions).shape == (*lead, 3)
    for index in np.ndindex(lead):
        np.testing.assert_allclose(matrices[index], rot.rotvec_to_matrix(vectors[index]), atol=1e-12)


# Composition.


@given(ROTVECS, ROTVECS)
def test_matrices_compose_right_to_left(first: np.ndarray, second: np.ndarray) -> None:
    together = rot.rotvec_to_matrix(second) @ rot.rotvec_to_matrix(first)
    step = rot.rotvec_to_matrix(second) @ (rot.rotvec_to_matrix(first) @ Z)
    np.testing.assert_allclose(together @ Z, step, atol=1e-12)


@given(st.floats(-10, 10), st.floats(-10, 10))
def test_turns_about_the_vertical_add_up(one: float, two: float) -> None:
    assert angle(rot.yaw(one) @ rot.yaw(two), rot.yaw(one + two)) < 1e-7


# slerp.


@given(ROTVECS, ROTVECS, WEIGHTS)
def test_slerp_divides_the_angle_in_proportion(one: np.ndarray, two: np.ndarray, weight: float) -> None:
    start, end = rot.rotvec_to_quaternion(one), rot.rotvec_to_quaternion(two)
    middle = rot.slerp(start, end, weight)
    whole = angle_q(start, end)
    assert np.linalg.norm(middle) == pytest.approx(1)
    assert angle_q(start, middle) == pytest.approx(weight * whole, abs=1e-6)
    assert angle_q(middle, end) == pytest.approx((1 - weight) * whole, abs=1e-6)


@given(ROTVECS, ROTVECS, WEIGHTS)
def test_slerp_forward_is_slerp_backward(one: np.ndarray, two: np.ndarray, weight: float) -> None:
    start, end = rot.rotvec_to_quaternion(one), rot.rotvec_to_quaternion(two)
    assume(angle_q(start, end) < np.pi - 1e-3)  # at half a turn both ways round are shortest
    assert angle_q(rot.slerp(start, end, weight), rot.slerp(end, start, 1 - weight)) < 1e-6
    assert angle_q(rot.slerp(start, -end, weight), rot.slerp(start, end, weight)) < 1e-6


@given(ROTVECS, ROTVECS)
def test_slerp_begins_and_ends_where_it_should(one: np.ndarray, two: np.ndarray) -> None:
    start, end = rot.rotvec_to_quaternion(one), rot.rotvec_to_quaternion(two)
    assert angle_q(rot.slerp(start, end, 0.0), start) < 1e-7
    assert angle_q(rot.slerp(start, end, 1.0), end) < 1e-7


@given(ROTVECS, ROTVECS, ROTVECS, WEIGHTS)
def test_slerp_does_not_depend_on_the_frame(one: np.ndarray, two: np.ndarray, frame: np.ndarray, weight: float) -> None:
    start, end, turn = (rot.rotvec_to_matrix(vector) for vector in (one, two, frame))
    assume(angle(start, end) < np.pi - 1e-3)
    plain = rot.slerp(rot.matrix_to_quaternion(start), rot.matrix_to_quaternion(end), weight)
    turned = rot.slerp(rot.matrix_to_quaternion(turn @ start), rot.matrix_to_quaternion(turn @ end), weight)
    assert angle(rot.quaternion_to_matrix(turned), turn @ rot.quaternion_to_matrix(plain)) < 1e-6


def test_slerp_broadcasts_its_weight() -> None:
    rng = np.random.default_rng(0)
    start, end = rot.rotvec_to_quaternion(rng.normal(size=(2, 5, 24, 3)))
    weight = rng.random((5, 1))
    mixed = rot.slerp(start, end, weight)
    assert mixed.shape == (5, 24, 4)
    np.testing.assert_allclose(mixed[3, 7], rot.slerp(start[3, 7], end[3, 7], weight[3, 0]), atol=1e-12)


# between.


@given(DIRECTIONS, DIRECTIONS)
def test_between_turns_one_direction_into_the_other_by_no_more_than_needed(
    source: np.ndarray, target: np.ndarray
) -> None:
    matrix = rot.between(source, target)
    a, b = source / np.linalg.norm(source), target / np.linalg.norm(target)
    np.testing.assert_allclose(matrix @ a, b, atol=1e-4)
    needed = 2 * np.arcsin(np.clip(np.linalg.norm(a - b) / 2, 0, 1))
    assert angle(matrix, np.eye(3)) == pytest.approx(needed, abs=1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("direction", [X, -X, Y, Z, np.array([0.6, 0.8, 0.0]), np.array([0.36, 0.48, -0.8])])
def test_between_opposite_directions_is_half_a_turn(direction: np.ndarray, dtype: Any) -> None:
    matrix = rot.between(direction.astype(dtype), -direction.astype(dtype))
    np.testing.assert_allclose(matrix @ direction, -direction, atol=1e-6)
    assert np.linalg.det(matrix) == pytest.approx(1)


@given(DIRECTIONS, st.floats(-1e-3, 1e-3))
def test_between_almost_opposite_directions(direction: np.ndarray, off: float) -> None:
    a = direction / np.linalg.norm(direction)
    target = -a + off * np.cross(a, X + 2 * Y + 3 * Z)
    np.testing.assert_allclose(rot.between(a, target) @ a, target / np.linalg.norm(target), atol=1e-4)


def test_between_many_at_once() -> None:
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(2, 4, 24, 3))
    turned = np.einsum("...ij,...j->...i", rot.between(source, target), source)
    lengths = np.linalg.norm(source, axis=-1) / np.linalg.norm(target, axis=-1)
    np.testing.assert_allclose(turned, target * lengths[..., None], atol=1e-9)


# 6-D.


@given(arrays(np.float64, 6, elements=st.floats(-100, 100)))
def test_any_six_numbers_that_span_a_plane_give_a_rotation(sixd: np.ndarray) -> None:
    first, second = sixd[:3], sixd[3:]
    assume(np.linalg.norm(first) > 1e-2 and np.linalg.norm(second) > 1e-2)
    assume(np.linalg.norm(np.cross(first, second)) > 1e-2 * np.linalg.norm(first) * np.linalg.norm(second))
    matrix = rot.sixd_to_matrix(sixd)
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(3), atol=1e-4)
    assert np.linalg.det(matrix) == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(matrix[:, 0], first / np.linalg.norm(first), atol=1e-6)


@pytest.mark.parametrize("sixd", [np.zeros(6), np.array([1.0, 0, 0, 2, 0, 0]), np.full(6, 1e10)])
def test_degenerate_sixd_stays_finite(sixd: np.ndarray) -> None:
    assert np.isfinite(rot.sixd_to_matrix(sixd)).all()


def test_sixd_in_torch_is_sixd_in_numpy_and_can_be_trained_through() -> None:
    matrices = rot.rotvec_to_matrix(np.random.default_rng(0).normal(size=(4, 24, 3)))
    sixd = rot.matrix_to_sixd(torch.tensor(matrices))
    np.testing.assert_allclose(sixd.numpy(), rot.matrix_to_sixd(matrices), atol=1e-12)
    noisy = (sixd + 0.1).requires_grad_(True)
    back = rot.sixd_to_matrix(noisy)
    np.testing.assert_allclose(back.detach().numpy(), rot.sixd_to_matrix(sixd.numpy() + 0.1), atol=1e-9)
    back.sum().backward()
    assert noisy.grad is not None
    assert torch.isfinite(noisy.grad).all()
