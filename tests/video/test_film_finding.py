"""What is found in pictures: people, drawings, shapes, cut-outs, nobody; never a crash."""

import cv2
import numpy as np
import pytest
from film_made import INK, PAPER, doll, standing

from demos.corpus.keypoints import PLACE
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX
from demos.render import scene as stage
from demos.runtime.errors import InputError
from demos.video import finding, puppet_rig
from demos.video.cast import shipped_pictures
from demos.video.figure import HANDLES
from demos.video.picture import open_picture
from demos.video.puppet_pose import pose

EXAMPLES = shipped_pictures()


@pytest.fixture(scope="module")
def person():
    return open_picture(EXAMPLES["A person"])


@pytest.fixture(scope="module")
def found_person(person):
    return finding.find(person)


def inside(figure, name):
    x, y = (int(v) for v in figure.point(name))
    return figure.alpha[y, x] > 0.5


def test_the_person_is_found_whole(found_person):
    assert len(found_person.figures) == 1
    figure = found_person.figures[0]
    assert figure.kind == "person"
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle"):
        assert inside(figure, f"left_{joint}"), joint
        assert inside(figure, f"right_{joint}"), joint
    # They face us: their left is on our right.
    assert figure.point("left_shoulder")[0] > figure.point("right_shoulder")[0]
    assert figure.point("crown")[1] < figure.point("chin")[1] < figure.point("pelvis")[1] < figure.point("left_toe")[1]
    _, top, _, bottom = figure.box
    assert 0.7 < (bottom - top) / figure.size[1] < 0.9
    assert abs(figure.point("crown")[1] - top) < 0.04 * (bottom - top)


def test_a_cartoon_keeps_its_hair():
    figure = finding.find(open_picture(EXAMPLES["B cartoon"])).figures[0]
    assert figure.alpha[100, 290] > 0.9  # the tuft
    assert figure.alpha[600, 300] < 0.1  # between the legs
    assert figure.alpha[728, 340] > 0.9  # a shoe


def test_a_cut_out_robot_has_four_limbs():
    found = finding.find(open_picture(EXAMPLES["C robot"]))
    figure = found.figures[0]
    assert figure.kind == "drawing"
    for name in ("left_wrist", "right_wrist", "left_ankle", "right_ankle"):
        assert figure.confidence[PLACE[name]] > 0.3
    assert figure.point("left_wrist")[0] > 450
    assert figure.point("right_wrist")[0] < 150
    assert figure.point("left_ankle")[1] > 640
    assert np.abs(figure.alpha - open_picture(EXAMPLES["C robot"])[..., 3] / 255).max() < 0.02


@pytest.mark.parametrize("seen", [True, False], ids=["on paper", "cut out"])
def test_a_doll_is_a_drawing(seen):
    figure = finding.find(doll(seen=seen)).figures[0]
    assert figure.kind in ("person", "drawing")  # the detector knows simple dolls, too
    truth = cv2.cvtColor(doll(seen=False), cv2.COLOR_RGBA2RGB).sum(axis=2) > 0
    both = (figure.alpha > 0.5) & truth
    assert both.sum() / ((figure.alpha > 0.5) | truth).sum() > 0.95
    for name, (x, y) in {"left_wrist": (0.62, 0.41), "right_wrist": (0.2, 0.41), "left_toe": (0.55, 0.93)}.items():
        assert np.linalg.norm(figure.point(name) / 360 - [x, y]) < 0.09, name
    assert abs(figure.point("crown")[1] / 360 - 0.07) < 0.03
    assert abs(figure.point("chin")[1] / 360 - 0.29) < 0.05


def test_two_people_can_be_chosen_from(person):
    beside = np.concatenate([person, person[:, ::-1]], axis=1)
    found = finding.find(np.ascontiguousarray(beside))
    assert len(found.figures) == 2
    middles = sorted((figure.box[0] + figure.box[2]) / 2 / beside.shape[1] for figure in found.figures)
    assert middles == pytest.approx([0.25, 0.75], abs=0.05)
    assert "2 people" in found.said


def test_cropped_at_the_waist_still_dances(person):
    figure = finding.find(person[:560]).figures[0]
    assert figure.kind == "person"
    assert figure.point("left_ankle")[1] > 560
    assert "upper body" in finding.find(person[:560]).said


@pytest.mark.parametrize("size", [(1100, 620), (620, 1100), (800, 800)])
def test_the_person_is_found_in_any_format_and_small(person, size):
    whole = finding.on_white(person)
    tall = size[1] // 2
    small = cv2.resize(whole, (round(whole.shape[1] * tall / whole.shape[0]), tall), interpolation=cv2.INTER_AREA)
    width, height = size
    left, top = (width - small.shape[1]) // 2, height - tall - 20
    sides = top, 20, left, width - small.shape[1] - left
    wide = cv2.copyMakeBorder(small, *sides, cv2.BORDER_REPLICATE)
    picture = np.dstack([wide, np.full(wide.shape[:2], 255, np.uint8)])
    found = finding.find(picture).figures[0]
    assert found.kind == "person"
    assert inside(found, "left_hip")
    assert inside(found, "right_shoulder")
    assert found.box[3] - found.box[1] < tall


def test_who_sits_gets_legs_to_dance_with():
    poses = np.zeros((1, 24, 3))
    poses[0, [INDEX["left_hip"], INDEX["right_hip"]], 0] = -1.45
    poses[0, [INDEX["left_knee"], INDEX["right_knee"]], 0] = 1.45
    dance = Dance((Motion(poses, np.array([[0.0, 0.55, 0.0]]), 30),), Provenance("test"))
    picture = next(stage.frames(dance, size=(360, 480), seconds=0.1, camera="front", theme="light"))
    found = finding.find(np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)]))
    assert found.figures[0].kind == "person"
    assert "seated" in found.said
    rig = puppet_rig.build(found.figures[0])
    bones = pose(rig, standing())
    long = [np.linalg.norm(bones.points[f"left_{b}"][0] - bones.points[f"left_{a}"][0]) for a, b in
            (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"))]  # fmt: skip
    assert long[0] > 0.9 * long[2]  # the thigh, which the picture shows from its end, is as long as a body's
    assert long[1] > 0.9 * long[2]


def test_the_robots_limbs_begin_where_its_box_ends():
    picture = open_picture(EXAMPLES["C robot"])
    figure = finding.find(picture).figures[0]
    for side, edge in (("left", 397), ("right", 203)):
        assert abs(figure.point(f"{side}_shoulder")[0] - edge) < 30
        assert figure.point(f"{side}_hip")[1] > 490


def test_a_ball_is_a_shape():
    picture = np.full((240, 320, 4), (*PAPER, 255), np.uint8)
    cv2.circle(picture, (160, 130), 70, (*INK, 255), -1)
    found = finding.find(picture)
    assert found.figures[0].kind == "shape"
    assert "Nobody" in found.said
    assert all(np.isfinite(found.figures[0].point(name)).all() for name in HANDLES)


def test_a_busy_picture_without_anybody_still_gives_a_figure():
    noise = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    picture = np.dstack([cv2.resize(noise, (300, 200)), np.full((200, 300), 255, np.uint8)])
    figure = finding.find(picture).figures[0]
    assert (figure.alpha > 0.5).any()


@pytest.mark.parametrize("colour", [0, 128, 255])
def test_one_plain_colour_is_told(colour):
    with pytest.raises(InputError, match="plain colour"):
        finding.find(np.full((100, 100, 4), (colour, colour, colour, 255), np.uint8))


def test_found_twice_is_the_same(person, found_person):
    again = finding.find(person).figures[0]
    assert np.array_equal(again.alpha, found_person.figures[0].alpha)
    assert np.allclose(again.points, found_person.figures[0].points)


def test_every_reference_picture_gives_something(shared_data):
    paths = [
        *sorted((shared_data / "images/drawings").glob("*texture.png")),
        *(shared_data / "images/photos").iterdir(),
    ]
    kinds = {path.name: finding.find(open_picture(path)).figures[0].kind for path in paths}
    assert kinds["person_a.jpg"] == kinds["person_b.jpg"] == "person"
    assert [kinds[f"char{k}_texture.png"] for k in (1, 2, 3, 4)] == ["drawing"] * 4
    for path in paths:
        if not path.name.startswith("char"):
            continue
        mask = cv2.imread(str(path).replace("texture", "mask"), cv2.IMREAD_GRAYSCALE)
        assert mask is not None
        own, truth = finding.find(open_picture(path)).figures[0].alpha > 0.5, mask > 127
        assert (own & truth).sum() / (own | truth).sum() > 0.8, path.name
