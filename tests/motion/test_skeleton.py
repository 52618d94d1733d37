"""The skeleton: a tree of 24 joints, mirrored onto itself, standing as its conventions say, held to the body."""

from itertools import pairwise

import numpy as np

from demos.body.body import load_body
from demos.motion.skeleton import FEET, INDEX, JOINTS, MIRROR, PARENTS, REST_HEIGHT, REST_OFFSETS


def rest() -> np.ndarray:
    """(24, 3) joints of the rest pose, pelvis at the origin."""
    places = np.zeros((24, 3))
    for joint in range(1, 24):
        places[joint] = places[PARENTS[joint]] + REST_OFFSETS[joint]
    return places


def test_it_is_a_tree_in_which_parents_come_first() -> None:
    assert len(JOINTS) == len(set(JOINTS)) == len(PARENTS) == len(MIRROR) == len(REST_OFFSETS) == 24
    assert PARENTS[0] == -1
    assert all(0 <= parent < joint for joint, parent in enumerate(PARENTS) if joint)
    assert [INDEX[name] for name in JOINTS] == list(range(24))


def test_limbs_hang_together() -> None:
    for side in ("left", "right"):
        for chain in (("hip", "knee", "ankle", "foot"), ("collar", "shoulder", "elbow", "wrist", "hand")):
            for upper, lower in pairwise(chain):
                assert PARENTS[INDEX[f"{side}_{lower}"]] == INDEX[f"{side}_{upper}"]
        assert PARENTS[INDEX[f"{side}_hip"]] == INDEX["pelvis"]
        assert PARENTS[INDEX[f"{side}_collar"]] == INDEX["spine3"]
    assert [JOINTS[joint] for joint in FEET] == ["left_ankle", "right_ankle", "left_foot", "right_foot"]


def test_mirroring_is_its_own_inverse_and_keeps_the_tree() -> None:
    assert [MIRROR[joint] for joint in MIRROR] == list(range(24))
    assert JOINTS[MIRROR[INDEX["left_wrist"]]] == "right_wrist"
    assert MIRROR[INDEX["head"]] == INDEX["head"]
    for joint in range(1, 24):
        assert PARENTS[MIRROR[joint]] == MIRROR[PARENTS[joint]]


def test_at_rest_it_faces_forward_with_its_left_to_plus_x() -> None:
    place = dict(zip(JOINTS, rest(), strict=True))
    assert place["left_wrist"][0] > 0.5
    assert place["right_wrist"][0] < -0.5
    assert place["left_foot"][2] > place["left_ankle"][2] + 0.08
    assert place["head"][1] > place["neck"][1] > place["spine3"][1] > 0 > place["left_knee"][1]
    # T-pose: arms level, legs straight down.
    assert abs(place["left_wrist"][1] - place["left_shoulder"][1]) < 0.06
    assert abs(place["left_ankle"][0] - place["left_hip"][0]) < 0.06


def test_it_has_the_size_of_an_adult() -> None:
    place = dict(zip(JOINTS, rest(), strict=True))
    assert 0.75 < -place["left_ankle"][1] < 0.95
    assert 1.3 < np.ptp(rest()[:, 1]) < 1.7


def test_it_is_symmetric() -> None:
    np.testing.assert_allclose(REST_OFFSETS[list(MIRROR)] * [-1, 1, 1], REST_OFFSETS, atol=1e-6)


def test_it_is_that_of_the_shipped_body() -> None:
    body = load_body()
    offsets = np.array(body.joints)
    offsets[1:] -= body.joints[list(PARENTS[1:])]
    np.testing.assert_allclose(REST_OFFSETS[1:], offsets[1:], atol=1e-3)
    assert (REST_OFFSETS[0] == 0).all()
    soles = body.joints[0, 1] - body.vertices[:, 1].min()
    assert abs(soles - REST_HEIGHT) < 0.005
