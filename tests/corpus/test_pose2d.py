"""Key points as cameras see them: geometry by hand, what hides what, and errors like a detector's."""

import numpy as np
import pytest
from made_motion import make_groove

from demos.corpus import pose2d, pose2d_report
from demos.corpus.keypoints import COCO_PLACES, MIRROR_PLACES, NAMES, PARTS, PLACE, landmarks
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT


def standing(frames: int = 40, *, arms_down: bool = True) -> Motion:
    poses = np.zeros((frames, 24, 3))
    if arms_down:
        poses[:, INDEX["left_shoulder"], 2], poses[:, INDEX["right_shoulder"], 2] = -1.3, 1.3
    return Motion(poses, np.tile([0, REST_HEIGHT, 0], (frames, 1)), 30)


def camera_at(degrees: float, distance: float = 4.0) -> pose2d.Camera:
    angle = np.radians(degrees)
    return pose2d.look_at(
        np.array([distance * np.sin(angle), 1.0, distance * np.cos(angle)]), np.array([0, 1.0, 0]), 1.5, 1.0
    )


def test_there_are_sixty_points_in_five_parts_with_their_mirror_images():
    assert len(NAMES) == len(set(NAMES)) == 60
    covered = np.concatenate([np.arange(60)[part] for part in PARTS.values()])
    assert np.array_equal(covered, np.arange(60))
    assert np.array_equal(MIRROR_PLACES[MIRROR_PLACES], np.arange(60))
    assert [NAMES[i] for i in COCO_PLACES[:6]] == [
        "nose",
        "left_eye",
        "right_eye",
        "left_ear",
        "right_ear",
        "left_shoulder",
    ]


def test_points_lie_where_a_standing_body_has_them():
    points, looks = landmarks(standing(2), 0.0)
    at = {name: points[0, PLACE[name]] for name in NAMES}
    assert at["crown"][1] > at["forehead"][1] > at["left_eye"][1] > at["nose"][1] > at["left_mouth"][1] > at["chin"][1]
    assert at["chin"][1] > at["neck"][1]
    assert at["nose"][2] > at["left_ear"][2]
    assert at["left_ear"][0] > 0 > at["right_ear"][0]
    assert at["left_toe"][2] > at["left_heel"][2] + 0.15
    assert at["left_heel"][1] == pytest.approx(0.03, abs=0.03)
    reach = np.linalg.norm(at["left_middle_tip"] - at["left_wrist"])
    assert 0.16 < reach < 0.21
    assert looks[0, PLACE["nose"]] == pytest.approx([0, 0, 1])
    fist, _ = landmarks(standing(2), 1.0)
    assert np.linalg.norm(fist[0, PLACE["left_middle_tip"]] - at["left_wrist"]) < 0.6 * reach


def test_mirroring_a_dance_mirrors_its_points():
    motion = make_groove(1.0)
    one, _ = landmarks(motion)
    other, _ = landmarks(motion.mirror())
    # The shipped skeleton's two sides differ by less than a millimetre.
    assert np.abs(other[:, MIRROR_PLACES] * [-1, 1, 1] - one).max() < 2e-3


def test_projection_worked_out_by_hand():
    camera = pose2d.Camera(np.eye(3), np.array([0.0, 1.0, 5.0]), focal=2.0, aspect=1.5)
    flat, depth = pose2d.project(np.array([[0.0, 1.0, 0.0], [1.0, 1.5, 1.0]]), camera)
    assert flat == pytest.approx(np.array([[0.75, 0.5], [0.75 + 2 / 4, 0.5 - 2 * 0.5 / 4]]))
    assert depth == pytest.approx([5, 4])


def test_a_camera_in_front_has_the_dancers_left_on_its_right():
    flat, _ = pose2d.project(landmarks(standing(1))[0], camera_at(0))
    assert flat[0, PLACE["left_shoulder"], 0] > 0.5 > flat[0, PLACE["right_shoulder"], 0]
    assert flat[0, PLACE["crown"], 1] < flat[0, PLACE["pelvis"], 1] < flat[0, PLACE["left_toe"], 1]


def test_the_body_hides_the_far_side_only():
    motion = standing(1)
    points, _ = landmarks(motion)
    front = pose2d.occlusion(motion, points, camera_at(0))[0]
    side = pose2d.occlusion(motion, points, camera_at(90))[0]  # from the dancer's left
    for joint in ("shoulder", "elbow", "hip", "knee"):
        assert front[PLACE[f"left_{joint}"]] < 0.3
        if joint != "hip":  # the hanging hand is in front of it
            assert side[PLACE[f"left_{joint}"]] < 0.3
    assert side[PLACE["right_shoulder"]] > 0.9
    assert side[PLACE["right_hip"]] > 0.9
    assert side[PLACE["right_ankle"]] > 0.5


def test_a_hand_behind_the_back_is_hidden_from_the_front_and_seen_from_behind():
    motion = standing(1)
    points, _ = landmarks(motion)
    wrist = PLACE["left_wrist"]
    points[0, wrist] = [0.0, 1.15, -0.25]
    assert pose2d.occlusion(motion, points, camera_at(0))[0, wrist] > 0.9
    assert pose2d.occlusion(motion, points, camera_at(180))[0, wrist] == 0


def test_confidence_falls_for_what_is_hidden_turned_away_or_out_of_the_picture():
    motion = standing(300)
    front, back, side = (pose2d.see(motion, camera_at(a), np.random.default_rng(0)).confidence for a in (0, 180, 90))
    assert np.median(front[:, PLACE["nose"]]) > 0.9
    assert np.median(back[:, PLACE["nose"]]) < 0.15
    assert np.median(back[:, PLACE["left_eye"]]) < 0.02
    assert np.median(side[:, PLACE["left_ear"]]) > 0.7 > 0.1 > np.median(side[:, PLACE["right_ear"]])
    assert np.median(side[:, PLACE["right_elbow"]]) < np.median(side[:, PLACE["left_elbow"]]) - 0.3
    near = pose2d.Camera(camera_at(0).turn, np.array([0.0, 1.9, 1.5]), 1.5, 1.0)
    cut = pose2d.see(motion, near, np.random.default_rng(0))
    assert cut.confidence[:, PLACE["left_ankle"]].max() < 0.05
    assert cut.keypoints.min() >= 0
    assert cut.keypoints.max() <= 1


def test_errors_grow_as_confidence_falls_and_strays_are_with_the_doubtful():
    motion = make_groove(20.0)
    rng = np.random.default_rng(1)
    seen = [pose2d.see(motion, camera_at(angle), rng) for angle in (0, 60, 120, 180)]
    off = np.concatenate([np.linalg.norm(s.keypoints - s.clean, axis=-1).ravel() for s in seen])
    sure = np.concatenate([s.confidence.ravel() for s in seen])
    high, low = off[sure > 0.8], off[sure < 0.1]
    assert np.median(high) < np.median(low)
    assert np.percentile(high, 99) < 0.02
    assert np.percentile(low, 97) > 0.05


def test_the_same_stream_sees_the_same():
    motion = make_groove(2.0)
    one, other = (pose2d.see(motion, camera_at(20), np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(one.keypoints, other.keypoints)
    assert np.array_equal(one.confidence, other.confidence)


def test_random_cameras_keep_the_dancer_in_the_picture_and_their_turn_is_a_rotation():
    motion, rng = make_groove(3.0), np.random.default_rng(2)
    inside = []
    for _ in range(40):
        camera = pose2d.random_camera(motion, rng)
        assert camera.turn @ camera.turn.T == pytest.approx(np.eye(3), abs=1e-9)
        assert np.linalg.det(camera.turn) == pytest.approx(1)
        flat, _ = pose2d.project(motion.joints.astype(float), camera)
        inside.append(((flat >= 0) & (flat <= [camera.aspect, 1])).all(-1).mean())
        if inside[-1] > 0.999:
            assert np.ptp(flat[..., 1]) > 0.2
    assert np.mean(np.array(inside) > 0.97) > 0.75
    assert min(inside) > 0.5


def test_simulated_points_are_like_the_real_ones(shared_data):
    found = pose2d_report.report(shared_data / "pose2d" / "aist", shared_data / "mocap" / "aist")
    real, simulated = found["real"], found["simulated"]
    for joint, values in real["confidence"].items():
        assert simulated["confidence"][joint][1] == pytest.approx(values[1], abs=0.2), joint
        assert simulated["dropout"][joint][0] == pytest.approx(real["dropout"][joint][0], abs=0.07), joint
    for level, values in real["jitter"].items():
        assert values[0] / 3 < simulated["jitter"][level][0] < 3 * values[0], level
        assert values[2] / 3 < simulated["jitter"][level][2] < 3 * values[2], level
    table = pose2d_report.text(found)
    assert "wrist" in table
    assert "simulated" in table
