"""Pose from music as a whole: the picture's pose first, its proportions kept, any song, one sentence for bad input."""

import numpy as np
import pose_made as made
import pytest

from demos.corpus.keypoints import MIRROR_PLACES, PLACE, landmarks
from demos.runtime.errors import InputError
from demos.video import pose_pipeline as pipeline
from demos.video import pose_start as start
from demos.video import pose_train as training
from demos.video.figure import Figure
from demos.video.pose_bones import bones_of, usual_lengths
from demos.video.pose_finishing import ease, towards_viewer, track_of
from demos.video.pose_state import BONES, COSINE, SINE, TURN
from demos.video.track import height_m


@pytest.fixture(scope="module")
def kept_weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("poses") / "xdancer.safetensors"
    training.write_weights(made.network(), path)
    return path


def figure(turn: float = 0.0, *, legs: float = 1.0, kind: str = "person") -> Figure:
    """A picture of the suite's skeleton, 300 pixels a metre, with legs of another length."""
    points = landmarks(made.groove(4.0, turn))[0][0]  # legs straight
    space = points - points[PLACE["pelvis"]]
    for side in ("left", "right"):
        for joint, hanging in (("knee", ("knee", "ankle", "heel", "toe")), ("ankle", ("ankle", "heel", "toe"))):
            above = PLACE[f"{side}_hip"] if joint == "knee" else PLACE[f"{side}_knee"]
            longer = (legs - 1) * (space[PLACE[f"{side}_{joint}"]] - space[above])
            space[[PLACE[f"{side}_{name}"] for name in hanging]] += longer
    flat = np.stack([400 + 300 * space[:, 0], 500 - 300 * space[:, 1]], axis=-1)
    picture = np.zeros((900, 800, 4), np.uint8)
    return Figure(picture, np.zeros((900, 800)), flat, np.full(60, 0.9), -300 * space[:, 2], kind)


def shown(found: Figure) -> np.ndarray:
    """Its points from its hips, y down, in heights of the figure."""
    return (found.points - found.points[PLACE["pelvis"]]) / start.start_of(
        found.points, found.confidence, found.depth, flat=found.kind != "person"
    ).unit


@pytest.mark.parametrize("legs", [0.8, 1.0, 1.4])
def test_the_dance_begins_as_the_picture_is(kept_weights, legs):
    found = figure(legs=legs)
    track = pipeline.dance(made.song(), found, seconds=4, weights=kept_weights).track
    assert len(track) == 120
    np.testing.assert_allclose(track.values[0, :, :2], shown(found), atol=0.02)


@pytest.mark.parametrize("legs", [0.8, 1.4])
def test_proportions_are_kept_throughout(kept_weights, legs):
    track = pipeline.dance(made.song(), figure(legs=legs), seconds=4, weights=kept_weights).track
    lengths = np.linalg.norm(bones_of(track.values[..., :3].astype(np.float64)), axis=-1)
    np.testing.assert_allclose(lengths, np.repeat(lengths[:1], len(lengths), axis=0), atol=1e-5)
    shin, arm = (lengths[0, PLACE[f"left_{joint}"]] for joint in ("ankle", "elbow"))
    usual = usual_lengths()
    assert shin / arm == pytest.approx(legs * usual[PLACE["left_ankle"]] / usual[PLACE["left_elbow"]], rel=0.05)


def test_a_figure_without_picture_is_the_suites_own(kept_weights):
    track = pipeline.dance(made.song(), seconds=2, weights=kept_weights).track
    lengths = np.linalg.norm(bones_of(track.values[..., :3].astype(np.float64)), axis=-1)
    np.testing.assert_allclose(lengths[0], usual_lengths() / height_m(), rtol=0.02, atol=1e-6)
    assert track.floor == pytest.approx(0.53, abs=0.02)


@pytest.mark.parametrize("turn", [0.0, 0.9, -0.9, np.pi])
def test_the_start_knows_which_way_the_figure_faces(turn):
    found = figure(turn)
    state = start.start_of(found.points, found.confidence, found.depth).state
    # Across a depth that is known, to a few degrees; from the picture alone, at least the side.
    assert np.cos(np.arctan2(state[SINE], state[COSINE]) - turn) > 0.97
    guessed = start.start_of(found.points, found.confidence).state
    assert np.cos(np.arctan2(guessed[SINE], guessed[COSINE]) - turn) > 0.8


def test_drawings_keep_odd_lengths_that_a_person_would_not_have():
    found = figure(legs=0.3)
    person = start.start_of(found.points, found.confidence).lengths
    drawn = start.start_of(found.points, found.confidence, flat=True).lengths
    knee, elbow = PLACE["left_knee"], PLACE["left_elbow"]
    usual = usual_lengths()
    assert drawn[knee] / drawn[elbow] == pytest.approx(0.3 * usual[knee] / usual[elbow], rel=0.2)  # bent a little
    assert person[knee] / person[elbow] > 0.8 * usual[knee] / usual[elbow]
    np.testing.assert_allclose(drawn, drawn[MIRROR_PLACES])


def test_points_nobody_saw_are_as_in_one_who_stands():
    found = figure()
    sure = found.confidence.copy()
    sure[8:18] = 0
    points = found.points.copy()
    points[8:18] = 0
    state = start.start_of(points, sure).state
    legs = state[BONES].reshape(60, 3)[[PLACE["left_knee"], PLACE["right_ankle"]]]
    assert (legs[:, 1] < -0.3).all()


def test_the_start_is_left_behind_softly():
    states = np.repeat(made.true_states(made.groove())[:1], 60, axis=0)
    other = made.true_states(made.groove(4.0, 2.5))[10]
    eased = ease(states, other)
    np.testing.assert_allclose(eased[0, BONES], other[BONES], atol=1e-6)
    np.testing.assert_allclose(eased[30:, BONES], states[30:, BONES], atol=1e-6)
    angle = np.unwrap(np.arctan2(eased[:, SINE], eased[:, COSINE]))
    assert np.abs(np.diff(angle)).max() < 0.3


def test_a_figure_comes_back_to_face_the_viewer_but_turns_all_the_same():
    states = np.repeat(made.true_states(made.groove())[:1], 300, axis=0)
    time = np.arange(300) / 30
    for way in (2.0 * (time > 1), 2 * np.pi * np.clip(time - 1, 0, 1)):  # turned away; a whole turn in a second
        states[:, COSINE], states[:, SINE] = np.cos(way), np.sin(way)
        states[:, TURN] = 30 * np.gradient(way)
        front = towards_viewer(states, 0.5)
        angle = np.unwrap(np.arctan2(front[:, SINE], front[:, COSINE]))
        assert np.cos(angle[-1]) > 0.95
        assert np.abs(np.diff(angle - way)).max() <= 0.5 / 30 + 1e-6
        np.testing.assert_allclose(front[:, TURN].mean(), 30 * np.gradient(angle).mean(), atol=1e-3)
        assert angle.max() > 1.9
    assert towards_viewer(states, 0.0) is states


def test_feet_are_on_the_floor_of_the_track():
    states = made.true_states(made.groove())
    track = track_of(states)
    soles = track.values[:, [PLACE["left_toe"], PLACE["right_toe"]], 1].max(axis=1)
    np.testing.assert_allclose(soles, track.floor, atol=0.03)


def test_what_was_made_can_be_made_again(kept_weights):
    made_once = pipeline.dance(made.song(), figure(), seconds=2, seed=5, style=" Salsa ", weights=kept_weights)
    again = pipeline.dance(made.song(), figure(), seconds=2, seed=5, style="salsa", weights=kept_weights)
    np.testing.assert_array_equal(made_once.track.values, again.track.values)
    told = made_once.provenance
    assert told.system == "X-Dancer"
    assert told.seed == 5
    assert told.settings["dance"]["style"] == "salsa"
    assert len(told.weights_sha256) == 64
    assert told.to_json() == again.provenance.to_json()
    other = pipeline.dance(made.song(), figure(), seconds=2, seed=6, style="salsa", weights=kept_weights)
    assert not np.array_equal(made_once.track.values, other.track.values)
    assert "120 beats a minute" in made_once.message


def test_progress_is_told_and_may_stop_the_work(kept_weights):
    seen = []
    pipeline.dance(made.song(), seconds=6, weights=kept_weights, on_progress=lambda *now: seen.append(now))
    assert seen[-1] == (45, 45)
    assert len(seen) > 2

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.dance(made.song(), seconds=6, weights=kept_weights, on_progress=stop)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"seed": -1}, "seed is -1"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"temperature": 9}, "temperature is 9"),
        ({"top_k": 0}, "top_k is 0"),
        ({"guidance": float("nan")}, "guidance is nan"),
        ({"front": -1}, "front is -1"),
        ({"style": "polka"}, "no dance style “polka”"),
        ({"seconds": 0.5}, "0.5 s is too short"),
        ({"seconds": float("inf")}, "too short"),
    ],
)
def test_settings_out_of_range_are_one_sentence(kept_weights, settings, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        pipeline.dance(made.song(), weights=kept_weights, **settings)
    assert "\n" not in str(caught.value)


def test_songs_and_figures_that_are_none_are_one_sentence(kept_weights, tmp_path):
    with pytest.raises(InputError, match=r"lasts 1\.0 s"):
        pipeline.dance(made.song(1.0), weights=kept_weights)
    text = tmp_path / "song.txt"
    text.write_text("la la la")
    with pytest.raises(InputError):
        pipeline.dance(text, weights=kept_weights)
    nothing = Figure(np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9)), np.zeros((60, 2)), np.ones(60), np.zeros(60))
    with pytest.raises(InputError, match="lie in one place"):
        pipeline.dance(made.song(), nothing, weights=kept_weights)


def test_a_song_without_beats_is_danced_to_all_the_same(kept_weights):
    from dataclasses import replace

    song, features = made.song()
    quiet = replace(features, beats=np.zeros(0), downbeats=np.zeros(0), tempo_bpm=0.0)
    found = pipeline.dance((song, quiet), seconds=2, weights=kept_weights)
    assert "no beat was heard" in found.message
    assert np.isfinite(found.track.values).all()
