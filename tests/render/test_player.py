"""What the player is given: files, contacts, camera hints, loudness and the limits of the input."""

import base64
import json
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile

from demos.body.body import Body
from demos.motion.contacts import foot_contacts
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import PARENTS, REST_HEIGHT, REST_OFFSETS
from demos.render.player import SCRIPT, Player, player_value, region_of
from demos.runtime.errors import InputError

FPS = 30


@pytest.fixture(scope="module")
def body() -> Body:
    """One small tetrahedron a joint: a body that is quick to write."""
    joints = np.zeros((24, 3), np.float32)
    for joint, parent in enumerate(PARENTS[1:], start=1):
        joints[joint] = joints[parent] + REST_OFFSETS[joint]
    corners = 0.05 * np.array([[0, 1, 0], [1, -1, 0], [-1, -1, 1], [-1, -1, -1]])
    vertices = (joints[:, None] + corners).reshape(-1, 3).astype(np.float32)
    faces = np.array([[0, 2, 1], [0, 3, 2], [0, 1, 3], [1, 2, 3]]) + 4 * np.arange(24)[:, None, None]
    return Body(
        vertices=vertices,
        faces=faces.reshape(-1, 3).astype(np.int32),
        weights=np.repeat(np.eye(24, dtype=np.float32), 4, axis=0),
        joints=joints,
        regions=np.zeros(len(vertices), np.uint8),
    )


def standing(seconds: float = 2.0, *, turned: float = 0.0, at=(0.0, 0.0)) -> Motion:
    frames = round(seconds * FPS)
    place = np.tile([at[0], REST_HEIGHT, at[1]], (frames, 1))
    return Motion(np.zeros((frames, 24, 3)), place, FPS).turn(turned)


def dance(*motions: Motion, beats=()) -> Dance:
    return Dance(motions, Provenance("test"), beats=np.array(beats), downbeats=np.array(beats[::4]))


def decoded(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)


def test_a_value_is_json_and_its_files_are_there(tmp_path, body):
    value = player_value([dance(standing())], names=["One"], folder=tmp_path, body=body)
    again = json.loads(json.dumps(value))
    shown = again["dances"][0]
    with open(shown["file"]["path"], "rb") as file:
        assert file.read(4) == b"glTF"
    assert shown["file"]["meta"] == {"_type": "gradio.FileData"}
    assert again["song"] is None
    assert again["duration_s"] == pytest.approx(2.0)
    assert len(decoded(again["levels"], "u1")) == 1600


def test_two_values_never_share_a_place(tmp_path, body):
    first, second = (player_value([dance(standing())], folder=tmp_path, body=body) for _ in range(2))
    assert first["id"] != second["id"]
    assert first["dances"][0]["file"]["path"] != second["dances"][0]["file"]["path"]
    assert first["dances"][0]["name"] == "Dance 1"


def test_names_stay_as_they_are_on_one_line_and_short(tmp_path, body):
    names = ["<img src=x onerror=alert(1)>", "two\n lines " + "x" * 200]
    value = player_value([dance(standing())] * 2, names=names, folder=tmp_path, body=body)
    assert value["dances"][0]["name"] == names[0]
    assert value["dances"][1]["name"].startswith("two lines x")
    assert len(value["dances"][1]["name"]) == 80


def test_contacts_are_one_digit_a_frame_left_ankle_lowest(tmp_path, body):
    lifted = standing()
    poses = np.array(lifted.poses)
    poses[20:50, 1, 0] = -1.2  # the left hip bends: left ankle and toe leave the floor
    motion = Motion(poses, lifted.translation, FPS)
    value = player_value([dance(motion)], folder=tmp_path, body=body)
    text = value["dances"][0]["contacts"][0]
    assert len(text) == len(motion)
    assert text[0] == "f"
    assert text[35] == "a"  # right ankle (2) and right toe (8)
    bits = np.array([[int(digit, 16) >> bit & 1 for bit in range(4)] for digit in text], bool)
    np.testing.assert_array_equal(bits, foot_contacts(motion))


def test_the_camera_is_told_where_the_dance_goes(tmp_path, body):
    moved = np.tile([0, REST_HEIGHT, 0], (60, 1))
    moved[:, 0] = np.linspace(0, 3, 60)
    value = player_value([dance(Motion(np.zeros((60, 24, 3)), moved, FPS))], folder=tmp_path, body=body)
    shown = value["dances"][0]
    path = decoded(shown["path"]["data"], "<i2").reshape(-1, 2) / 100
    assert shown["path"]["fps"] == 5
    assert len(path) == 11  # 0 to 59/30 s at 5 Hz, and one past the end
    assert path[5, 0] == pytest.approx(3 * 30 / 59, abs=0.02)
    assert np.abs(path[:, 1]).max() <= 0.05
    low, high = shown["bounds"]
    assert high[0] - low[0] > 3
    assert 0.7 < shown["reach"] < 1.6  # half a T-pose, a little more


@pytest.mark.parametrize(("turned", "front"), [(0.0, 0.0), (0.5, 0.0), (np.pi / 2, np.pi / 2), (-2.5, -2.5)])
def test_front_is_where_a_solo_dancer_looks(tmp_path, body, turned, front):
    value = player_value([dance(standing(turned=turned))], folder=tmp_path, body=body)
    assert value["dances"][0]["front"] == pytest.approx(front, abs=0.01)


@pytest.mark.parametrize(("places", "front"), [([(-0.5, 0), (0.5, 0)], 0), ([(0, -0.5), (0, 0.5)], np.pi / 2)])
def test_a_couple_is_seen_from_where_neither_hides_the_other(tmp_path, body, places, front):
    couple = dance(*(standing(at=at) for at in places))
    value = player_value([couple], folder=tmp_path, body=body)
    assert value["dances"][0]["front"] == pytest.approx(front)
    assert len(value["dances"][0]["colours"]) == 2


def test_beats_come_from_the_first_dance_that_has_any(tmp_path, body):
    dances = [dance(standing()), dance(standing(), beats=(0.5, 1.0, 1.5, 9.0))]
    value = player_value(dances, folder=tmp_path, body=body)
    assert value["beats"] == [0.5, 1.0, 1.5]  # 9 s lies beyond the dance
    assert value["downbeats"] == [0.5]
    value = player_value(dances, beats=np.array([0.25]), folder=tmp_path, body=body)
    assert value["beats"] == [0.25]


def test_a_song_is_cut_to_the_dance_and_its_loudness_is_shown(tmp_path, body):
    rate = 44100
    sound = np.zeros((5 * rate, 2))
    sound[rate : rate + 4410] = 0.5 * np.sin(np.arange(4410) * 0.2)[:, None]  # a tone from 1.0 to 1.1 s
    soundfile.write(tmp_path / "song.flac", sound, rate)
    value = player_value([dance(standing())], song_path=tmp_path / "song.flac", folder=tmp_path, body=body)
    loud = np.flatnonzero(decoded(value["levels"], "u1") > 100) * 2.0 / 1600
    assert loud.min() == pytest.approx(1.0, abs=0.02)
    assert loud.max() == pytest.approx(1.1, abs=0.02)
    made = decode(value["song"]["path"])
    assert len(made) / rate == pytest.approx(2.0, abs=0.05)
    assert np.flatnonzero(np.abs(made) > 0.1)[0] / rate == pytest.approx(1.0, abs=0.003)  # encoding adds no delay


def decode(path: str) -> np.ndarray:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-ac", "1", "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<f4")


def test_without_a_song_the_timeline_shows_movement(tmp_path, body):
    poses = np.zeros((60, 24, 3))
    poses[30:, 16, 2] = np.linspace(0, 2, 30)  # an arm moves in the second half
    value = player_value([dance(Motion(poses, standing().translation, FPS))], folder=tmp_path, body=body)
    levels = decoded(value["levels"], "u1")
    assert levels[:700].max() == 0
    assert levels[850:1500].min() > 50


@pytest.mark.parametrize("count", [0, 5])
def test_too_few_and_too_many_dances_are_refused_in_a_sentence(tmp_path, body, count):
    with pytest.raises(InputError, match=r"1 to 4 dances"):
        player_value([dance(standing())] * count, folder=tmp_path, body=body)


def test_a_song_that_is_none_is_refused_in_a_sentence(tmp_path, body):
    path = tmp_path / "song.mp3"
    path.write_text("not a song")
    with pytest.raises(InputError, match=r'"song.mp3" could not be read as sound'):
        player_value([dance(standing())], song_path=path, folder=tmp_path, body=body)


def test_a_single_frame_plays(tmp_path, body):
    motion = Motion(np.zeros((1, 24, 3)), np.array([[0, REST_HEIGHT, 0]]), FPS)
    value = player_value([dance(motion)], folder=tmp_path, body=body)
    assert value["duration_s"] > 0


def test_the_region_is_read_from_a_value():
    assert region_of({"region": [1, 2.5]}) == (1.0, 2.5)


@pytest.mark.parametrize("region", [None, [], [1], "ab", [2, 1], [-1, 1], [0, float("nan")], {"a": 1}])
def test_a_region_that_makes_no_sense_is_none(region):
    assert region_of(None) is None
    assert region_of({}) is None
    assert region_of({"region": region}) is None


def test_the_component_takes_only_its_own_values():
    assert Player().postprocess(None) is None
    with pytest.raises(ValueError, match="player_value"):
        Player({"song": None})


def test_the_vendored_script_carries_its_licence_and_names_no_other_host():
    vendored = next((SCRIPT / "vendor").glob("three-*.min.js")).read_text()
    assert "SPDX-License-Identifier: MIT" in vendored
    assert "Permission is hereby granted" in (SCRIPT / "vendor" / "LICENSE").read_text()
    for script in [vendored, *(path.read_text() for path in SCRIPT.glob("*.*"))]:
        hosts = script.replace("http://www.w3.org/1999/xhtml", "")
        assert "http://" not in hosts
        assert "https://" not in hosts
