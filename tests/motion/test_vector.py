"""The 151-d codec: layout, round trip, tolerance to what networks give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_motion import make_groove

from demos.motion import rotations, vector
from demos.motion.contacts import foot_contacts
from demos.motion.motion import Motion


def random_motion(seed: int, frames: int = 12) -> Motion:
    rng = np.random.default_rng(seed)
    axes = rng.standard_normal((frames, 24, 3))
    axes /= np.linalg.norm(axes, axis=-1, keepdims=True)
    angles = rng.uniform(0, np.pi, (frames, 24, 1)) * rng.choice([1.0, 1e-4, 0.0], (frames, 24, 1))
    return Motion(axes * angles, rng.uniform(-3, 3, (frames, 3)), 30)


def test_a_quarter_turn_about_the_vertical_has_the_columns_worked_out_by_hand():
    poses = np.zeros((2, 24, 3))
    poses[:, 0, 1] = np.pi / 2  # z becomes x, x becomes -z
    values = vector.encode(Motion(poses, np.array([[0.1, 0.9, 0.2]] * 2), 30), np.array([[1, 0, 0, 1]] * 2))
    assert values.shape == (2, 151)
    assert values.dtype == np.float32
    assert values[0, :7] == pytest.approx([1, 0, 0, 1, 0.1, 0.9, 0.2])
    assert values[0, 7:13] == pytest.approx([0, 0, -1, 0, 1, 0], abs=1e-6)
    assert values[0, 13:19] == pytest.approx([1, 0, 0, 0, 1, 0])


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_decoding_undoes_encoding(seed):
    motion = random_motion(seed)
    back = vector.decode(vector.encode(motion))
    assert np.abs(rotations.rotvec_to_matrix(back.poses) - rotations.rotvec_to_matrix(motion.poses)).max() < 2e-5
    assert np.array_equal(back.translation, motion.translation)


def test_the_six_numbers_are_those_of_the_rotations_module():
    poses = random_motion(3).poses
    expected = rotations.matrix_to_sixd(rotations.rotvec_to_matrix(poses))
    ours = vector.pack(poses, np.zeros((12, 3)), np.zeros((12, 4)))[:, 7:].reshape(12, 24, 6)
    assert np.abs(ours - expected).max() < 1e-6


def test_contacts_are_detected_and_other_rates_come_to_thirty():
    motion = make_groove(2.0, fps=60)
    values = vector.encode(motion)
    assert len(values) == 60
    assert np.array_equal(vector.contacts_of(values), foot_contacts(motion.resample(30)))
    assert values[:, :4].any()


def test_rotations_that_a_network_gives_are_made_orthonormal():
    motion = random_motion(5)
    values = vector.encode(motion)
    values[:, 7:] *= 1.7
    assert np.abs(vector.decode(values).joints - motion.joints).max() < 1e-4


def test_another_width_is_refused():
    with pytest.raises(ValueError, match="151"):
        vector.decode(np.zeros((4, 150)))
