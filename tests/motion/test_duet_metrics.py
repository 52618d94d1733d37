"""Two dancers' measures: cases worked by hand, and the real salsa couples against the figures measured by others."""

import numpy as np
import pytest

from demos.motion import duet_metrics, files
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT


def body(frames: int = 10, *, at: tuple[float, float] = (0.0, 0.0), facing: float = 0.0) -> Motion:
    """A rest pose standing at (x, z), turned by `facing` radians."""
    motion = Motion(np.zeros((frames, 24, 3)), np.tile([0.0, REST_HEIGHT, 0.0], (frames, 1)), 30)
    return motion.turn(facing).move(np.array([at[0], 0, at[1]]))


def test_distance_and_facing_by_hand():
    lead, follow = body(), body(at=(3.0, 4.0), facing=np.pi)
    np.testing.assert_allclose(duet_metrics.root_distance(lead, follow), 5.0, atol=1e-5)
    lead_faces, follow_faces = duet_metrics.facing_angles(lead, follow)
    # The lead looks along +z; the follow is atan2(3, 4) to the left; she looks along -z, he is as far to her left.
    np.testing.assert_allclose(lead_faces, np.arctan2(3, 4), atol=0.03)
    np.testing.assert_allclose(follow_faces, np.arctan2(3, 4), atol=0.03)
    np.testing.assert_allclose(duet_metrics.heading_difference(lead, follow), np.pi, atol=0.03)


def test_a_dancer_behind_the_other_is_faced_by_one_only():
    front, behind = body(), body(at=(0.0, -1.0))
    front_faces, behind_faces = duet_metrics.facing_angles(front, behind)
    np.testing.assert_allclose(front_faces, np.pi, atol=0.03)
    np.testing.assert_allclose(behind_faces, 0, atol=0.03)
    np.testing.assert_allclose(duet_metrics.heading_difference(front, behind), 0, atol=1e-6)


def test_hand_distance_by_hand():
    lead = body()
    joints = lead.joints[0]
    span = joints[INDEX["left_hand"], 0] - joints[INDEX["right_hand"], 0]
    beside = body(at=(float(span) + 0.1, 0.0))  # her right hand 10 cm from his left
    hands = duet_metrics.hand_distance(lead, beside)
    np.testing.assert_allclose(hands, 0.1, atol=0.03)  # left and right differ by millimetres in the rest pose
    assert duet_metrics.hand_distance(lead, beside, joint="wrist")[0] > hands[0] + 0.1


def test_interaction_features_are_follower_by_lead():
    lead, follow = body(), body(at=(0.0, 2.0))
    features = duet_metrics.interaction_features(lead, follow).reshape(10, 10)
    np.testing.assert_allclose(np.diag(features), 2.0, atol=1e-4)
    ankle_of_follow, head_of_lead = follow.joints[0, 7], lead.joints[0, 15]
    assert features[1, 5] == pytest.approx(np.linalg.norm(ankle_of_follow - head_of_lead), abs=1e-5)
    assert duet_metrics.INTERACTION_JOINTS == (0, 7, 8, 10, 11, 15, 16, 17, 20, 21)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (([0, 0, 0], [1, 0, 0]), ([0.5, 1, -1], [0.5, 1, 1]), 1.0),  # crossing, one above the other
        (([0, 0, 0], [1, 0, 0]), ([0, 2, 0], [1, 2, 0]), 2.0),  # parallel
        (([0, 0, 0], [1, 0, 0]), ([3, 0, 0], [4, 0, 0]), 2.0),  # in line
        (([0, 0, 0], [1, 0, 0]), ([2, 1, 0], [2, 3, 0]), np.sqrt(2)),  # corner to corner
        (([0, 0, 0], [0, 0, 0]), ([0, 1, 0], [0, 3, 0]), 1.0),  # a point
        (([0, 0, 0], [2, 0, 0]), ([1, -1, 0], [1, 1, 0]), 0.0),  # meeting
    ],
)
def test_segment_distance_by_hand(one, other, expected):
    arrays = [np.array(point, float) for point in (*one, *other)]
    assert duet_metrics.segment_distance(*arrays) == pytest.approx(expected, abs=1e-5)
    assert duet_metrics.segment_distance(*arrays[2:], *arrays[:2]) == pytest.approx(expected, abs=1e-5)


def test_segment_distance_against_a_fine_grid():
    rng = np.random.default_rng(0)
    p1, q1, p2, q2 = rng.normal(size=(4, 50, 3))
    share = np.linspace(0, 1, 201)[:, None, None]
    one, other = p1 + share * (q1 - p1), p2 + share * (q2 - p2)
    grid = np.linalg.norm(one[:, None] - other[None], axis=-1).min(axis=(0, 1))
    np.testing.assert_allclose(duet_metrics.segment_distance(p1, q1, p2, q2), grid, atol=0.02)


def test_bodies_apart_touching_and_inside_each_other():
    lead = body()
    apart_gap, apart_depth = duet_metrics.capsule_gaps(lead, body(at=(0.0, 1.0)))
    assert (apart_gap > 0.4).all()
    assert (apart_depth < 0).all()
    # Back to back at 20 cm: the trunks' capsules of 12 cm radius overlap by about 4 cm.
    _, depth = duet_metrics.capsule_gaps(lead, body(at=(0.0, -0.2), facing=np.pi))
    assert 0.0 < depth.min() < 0.15


def test_held_hands_touch_but_do_not_overlap():
    lead = body()
    joints = lead.joints[0]
    span = float(joints[INDEX["left_hand"], 0] - joints[INDEX["right_hand"], 0])
    gap, depth = duet_metrics.capsule_gaps(lead, body(at=(span - 0.05, 0.0)))
    assert (gap < 0).all()
    assert (depth < 0).all()


def moving(times: np.ndarray) -> Motion:
    """Arms whose speed has bursts at irregular times."""
    bursts = sum(np.exp(-(((times - at) / 0.2) ** 2)) for at in (1.0, 2.3, 4.1, 5.2, 7.7, 8.5))
    poses = np.zeros((len(times), 24, 3))
    poses[:, 16, 2] = np.cumsum(bursts) / 30
    return Motion(poses, np.tile([0, REST_HEIGHT, 0], (len(times), 1)), 30)


def test_a_delayed_copy_correlates_fully_at_its_delay():
    times = np.arange(300) / 30
    together, lag = duet_metrics.speed_correlation(moving(times), moving(times - 0.2))
    assert together == pytest.approx(1.0, abs=0.01)
    assert lag == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("frames", [1, 2, 5, 100])
def test_still_and_short_couples_are_defined(frames):
    report = duet_metrics.measure_duet(body(frames), body(frames, at=(0.0, 1.0), facing=np.pi))
    assert report["together"] is None
    assert report["bed"] is None
    assert report["lead_faces"] == 1.0
    assert report["contact"] == 0.0
    assert all(value is None or np.isfinite(value) for value in report.values())


def test_the_real_couples_measure_as_known(shared_data):
    """An earlier trial: distance .65 m, hands within 20 cm .52, lead faces .82, follow .67; echo above chance."""
    folder = shared_data / "mocap" / "cmu"
    reports = []
    for trial in ("02", "04", "06", "13", "15"):
        dance = files.open_dance(folder / f"60_{trial}.bvh", partner=folder / f"61_{trial}.bvh")
        reports.append(duet_metrics.measure_duet(*dance.motions))
    mean = {key: np.mean([report[key] for report in reports]) for key in reports[0]}
    assert mean["distance"] == pytest.approx(0.65, abs=0.1)
    assert mean["hand_hold"] == pytest.approx(0.52, abs=0.12)
    assert mean["lead_faces"] == pytest.approx(0.82, abs=0.1)
    assert mean["follow_faces"] == pytest.approx(0.67, abs=0.12)
    assert mean["bed"] > mean["bed_shifted"] + 0.05
    assert abs(mean["together_lag"]) < 0.1


def test_the_capsules_fit_the_shipped_body():
    body_module = pytest.importorskip("demos.body.body")
    shape = body_module.load_body()
    skin = np.asarray(shape.vertices, np.float64)
    starts, ends = duet_metrics.capsules(np.asarray(shape.joints, np.float32)[None])
    to_bones = duet_metrics.segment_distance(skin[:, None], skin[:, None], starts, ends)
    outside = (to_bones - duet_metrics.CAPSULE_RADII).min(axis=1)
    assert abs(np.median(outside)) < 0.01
    assert np.percentile(np.abs(outside), 90) < 0.06
