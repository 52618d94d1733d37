"""Names of body parts, joint limits, centre of mass."""

import numpy as np
import pytest

from demos.corpus import parts
from demos.motion import rotations
from demos.motion.skeleton import INDEX, REST_HEIGHT
from demos.runtime.errors import InputError


def test_the_parts_hold_every_joint_once():
    joints = [joint for group in parts.PARTS.values() for joint in group]
    assert sorted(joints) == list(range(24))


def test_groups_expand():
    assert parts.expand(("arms", "head")) == {"left_arm", "right_arm", "head"}
    assert parts.joint_set(("head",)) == (INDEX["neck"], INDEX["head"])
    assert parts.joint_set(("body",)) == tuple(range(24))


def test_an_unknown_part_is_explained():
    with pytest.raises(InputError, match="tail"):
        parts.expand(("tail",))


def test_a_joint_past_its_range_comes_back_to_the_edge_of_it():
    local = np.broadcast_to(np.eye(3), (1, 24, 3, 3)).copy()
    source = local.copy()
    local[0, INDEX["spine2"]] = rotations.rotvec_to_matrix(np.radians([0.0, 80.0, 0.0]))
    limited = parts.limit(local, source)
    angle = np.degrees(rotations.matrix_to_rotvec(limited[0, INDEX["spine2"]]))
    np.testing.assert_allclose(angle, [0, 35, 0], atol=1e-6)
    # What the dance itself shows stays.
    np.testing.assert_array_equal(parts.limit(local, local), local)


def test_standing_straight_is_within_every_range():
    local = np.broadcast_to(np.eye(3), (1, 24, 3, 3))
    assert (parts.excursion(local) < parts.WIDTH).all()


def test_a_knee_bent_backwards_is_past_its_range():
    local = np.broadcast_to(np.eye(3), (1, 24, 3, 3)).copy()
    local[0, INDEX["left_knee"]] = rotations.rotvec_to_matrix(np.radians([-40.0, 0.0, 0.0]))
    column = parts.LIMITED.index(INDEX["left_knee"])
    assert parts.excursion(local)[0, column] > parts.WIDTH[column]


def test_the_centre_of_mass_of_a_standing_body_is_near_its_navel(standing):
    centre = parts.centre_of_mass(standing.joints.astype(float))
    assert abs(centre[:, 0]).max() < 0.05
    assert 0.9 < centre[:, 1].mean() < REST_HEIGHT + 0.15
