"""Opening any file: found out by content, one sentence for what is no dance, couples at their true distance,
frame rates."""

import pickle
import struct

import numpy as np
import pytest
from made_files import bvh_text, cmu_daz, stepping

from demos.motion import files, stage
from demos.motion.bvh_writer import write_bvh
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX
from demos.runtime.errors import InputError

WALK = bvh_text(turns=stepping(), frames=120)


def aist(path, scaling: float | None = 93.0, frames=60, **other):
    """An AIST++ file: a figure that bends its left elbow, 2 m from the origin, in the file's own units."""
    poses = np.zeros((frames, 72), np.float32)
    poses[:, 3 * INDEX["left_elbow"] + 1] = -1.2
    trans = np.tile([2.0, 1.0, 0.0], (frames, 1)) * (scaling or 1)
    value = {"smpl_poses": poses, "smpl_trans": trans.astype(np.float32), "smpl_loss": 1.5}
    if scaling:
        value["smpl_scaling"] = np.array([scaling], np.float32)
    path.write_bytes(pickle.dumps({**value, **other}))
    return path


@pytest.mark.parametrize("suffix", [".bvh", ".txt", "", ".pkl", ".npz"])
def test_content_decides_not_the_name(tmp_path, suffix):
    path = tmp_path / f"dance{suffix}"
    path.write_text(WALK)
    dance = files.open_dance(path)
    assert len(dance.motions) == 1
    assert dance.provenance.source == path.name


NOT_MOTION = {
    "song.mp3": (b"ID3\x04" + bytes(99), "music"),
    "song.wav": (b"RIFF\0\0\0\0WAVEfmt " + bytes(99), "music"),
    "song.m4a": (b"\0\0\0\x20ftypM4A " + bytes(99), "music"),
    "film.mp4": (b"\0\0\0\x20ftypisom" + bytes(99), "a video"),
    "film.webm": (b"\x1aE\xdf\xa3" + bytes(99), "a video"),
    "film.avi": (b"RIFF\0\0\0\0AVI LIST" + bytes(99), "a video"),
    "me.png": (b"\x89PNG\r\n\x1a\n" + bytes(99), "a picture"),
    "me.jpg": (b"\xff\xd8\xff\xe0" + bytes(99), "a picture"),
    "figure.glb": (b"glTF" + struct.pack("<II", 2, 99) + bytes(99), "save it as BVH"),
    "figure.fbx": (b"Kaydara FBX Binary  \0" + bytes(99), "save it as BVH"),
    "figure2.fbx": (b"; FBX 7.3.0 project file\n", "save it as BVH"),
    "empty.bvh": (b"", "is empty"),
    "blank.bvh": (b" \n\n ", "is empty"),
    "note.txt": (b"left foot, right foot", "is text"),
    "note.pkl": (b"left foot, right foot", "is text|damaged"),
    "table.csv": (b"1,2,3\n", "is text"),
    "what.bin": (bytes(range(256)), "no motion file that we know"),
    "wrong.npz": (b"hello", "not a NumPy file"),
    "wrong.bvh": (b"hello", "does not start with HIERARCHY"),
    "run.exe": (b"MZ" + bytes(99), "a program"),
    "half.pkl": (pickle.dumps({"smpl_poses": np.zeros((9, 72))}, 4)[:-40], "damaged"),
    "other.pkl": (pickle.dumps({"hello": 1}), "holds hello"),
    "list.pkl": (pickle.dumps([1, 2]), "no named arrays"),
}


@pytest.mark.parametrize("name", NOT_MOTION)
def test_what_is_no_motion_gets_a_sentence_with_advice(tmp_path, name):
    data, words = NOT_MOTION[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=words) as error:
        files.open_dance(tmp_path / name)
    message = str(error.value)
    assert message.startswith(name)
    assert message.endswith(".")
    assert "\n" not in message
    assert str(tmp_path) not in message


def test_absent_files_folders_and_giants(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="not a file that is there"):
        files.open_dance(tmp_path / "gone.bvh")
    with pytest.raises(InputError, match="not a file that is there"):
        files.open_dance(tmp_path)
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 100)
    (tmp_path / "big.bvh").write_text(WALK)
    with pytest.raises(InputError, match="larger than"):
        files.open_dance(tmp_path / "big.bvh")


def test_ten_minutes_are_the_limit(tmp_path):
    path = tmp_path / "long.npz"
    np.savez(path, poses=np.zeros((1300, 72)), trans=np.zeros((1300, 3)), mocap_framerate=2.0)
    with pytest.raises(InputError, match=r"11 minutes long at 2 frames a second"):
        files.open_dance(path)
    assert files.open_dance(path, fps=30).duration_s < 60


def test_a_caller_may_override_the_rate_within_reason(tmp_path):
    path = tmp_path / "a.bvh"
    path.write_text(WALK)
    dance = files.open_dance(path, fps=30)
    assert dance.fps == 30
    assert dance.provenance.settings["fps_why"] == "given by the caller"
    for wrong in (0, -1, np.nan, np.inf, 1e9):
        with pytest.raises(InputError, match="makes no sense"):
            files.open_dance(path, fps=wrong)


def daz(folder, name, fps=120.0, **how):
    bones, ends = cmu_daz()
    path = folder / name
    path.write_text(bvh_text(bones, ends=ends, unit=100, fps=fps, **how))
    return path


def test_cmus_60_fps_subjects_are_known(tmp_path):
    for name, fps in (("60_05.bvh", 60), ("61_01_poses.bvh", 60), ("94_02.bvh", 120), ("136_19.bvh", 60)):
        assert files.open_dance(daz(tmp_path, name)).fps == fps, name
    assert files.open_dance(daz(tmp_path, "60_06.bvh", fps=60)).fps == 60
    assert files.open_dance(daz(tmp_path, "60_07.bvh"), fps=120).fps == 120
    other = tmp_path / "60_08.bvh"  # the same name on another skeleton proves nothing
    other.write_text(bvh_text(frames=60, fps=120))
    assert files.open_dance(other).fps == 120
    assert "header says 120" in files.describe(daz(tmp_path, "60_05.bvh"))["fps_why"]


def test_couples_keep_their_distance_and_stand_side_by_side(tmp_path):
    frames = 120
    away = np.linspace(0, 0.5, frames)
    place = np.tile([3.0, 0.94, 5.0], (frames, 1))
    other = place + np.array([0.0, 0.02, 0.7]) + np.stack([0 * away, 0 * away, away], axis=1)
    one, two = daz(tmp_path, "a.bvh", root=place, frames=frames), daz(tmp_path, "b.bvh", root=other, frames=frames)
    dance = files.open_dance(one, partner=two)
    a, b = (motion.translation for motion in dance.motions)
    scale = dance.provenance.settings["scale"] * 100
    apart = np.linalg.norm((b - a)[:, [0, 2]], axis=1)
    np.testing.assert_allclose(apart, scale * (0.7 + away), atol=1e-4)
    np.testing.assert_allclose((a[0] + b[0])[[0, 2]], 0, atol=1e-5)
    assert (b - a)[0, 0] > 0.6, "the second dancer stands at the first one's left, seen from the front"
    # Both stand on the one floor although their captures differ by 2 cm.
    np.testing.assert_allclose(a[:, 1].min(), b[:, 1].min(), atol=2e-3)
    assert dance.provenance.source == "a.bvh + b.bvh"


def test_couples_are_trimmed_alike(tmp_path):
    frames = 120
    down = np.zeros((frames, 3))
    down[1:, 2] = -70
    place = np.tile([0.0, 0.94, 0.0], (frames, 1))
    place[:, 0] = np.arange(frames) * 0.001
    one = daz(tmp_path, "a.bvh", frames=frames, root=place, turns={"lShldr": down, "rShldr": -down})
    two = daz(tmp_path, "b.bvh", frames=frames - 10, root=(place + np.array([0.8, 0, 0]))[:-10])
    dance = files.open_dance(one, partner=two)
    assert len(dance) == frames - 11
    a, b = (motion.translation for motion in dance.motions)
    assert np.ptp((b - a)[:, [0, 2]], axis=0).max() < 2e-3, "the same moments must stay together"


def test_what_makes_no_couple(tmp_path):
    one = daz(tmp_path, "a.bvh", frames=100)
    with pytest.raises(InputError, match="frames a second"):
        files.open_dance(one, partner=daz(tmp_path, "b.bvh", fps=60, frames=100))
    with pytest.raises(InputError, match="length"):
        files.open_dance(one, partner=daz(tmp_path, "b.bvh", frames=40))
    couple = files.open_dance(one, partner=daz(tmp_path, "b.bvh", frames=100)).save(tmp_path / "couple.npz")
    with pytest.raises(InputError, match="already has two dancers"):
        files.open_dance(couple, partner=one, fps=120)


def test_solos_face_the_audience_from_the_middle(tmp_path):
    yaw = np.zeros((60, 3))
    yaw[:, 1] = 130
    path = tmp_path / "a.bvh"
    path.write_text(bvh_text(turns={"Hips": yaw}, frames=60, root=np.tile([4.0, 0.94, -3.0], (60, 1))))
    joints = files.open_dance(path).joints[0, 0]
    np.testing.assert_allclose(joints[0, [0, 2]], 0, atol=1e-5)
    ahead = joints[INDEX["left_foot"]] - joints[INDEX["left_ankle"]]
    assert ahead[2] > 0.14
    assert abs(ahead[0]) < 0.01
    assert joints[INDEX["left_hip"], 0] > 0 > joints[INDEX["right_hip"], 0]


def test_facing_may_be_left_alone(tmp_path):
    path = aist(tmp_path / "a.pkl")
    performance = files.read(path).performance
    assert performance is not None
    performance.poses[:, 0, 1] = 1.0
    (turned,), facts = stage.settle([performance])
    (kept,), _ = stage.settle([performance], face=False)
    assert facts["turned_deg"] == pytest.approx(-np.degrees(1.0), abs=0.1)
    np.testing.assert_allclose(kept.poses[:, 0], performance.poses[:, 0], atol=1e-6)
    np.testing.assert_allclose(turned.poses[:, 0], 0, atol=1e-6)


def test_aist_files_are_scaled_and_stand_on_the_floor(tmp_path):
    dance = files.open_dance(aist(tmp_path / "a.pkl"))
    assert dance.fps == 60
    np.testing.assert_allclose(dance.joints[0, 0, 0, [0, 2]], 0, atol=1e-6)
    assert dance.joints[0, :, INDEX["left_ankle"], 1].mean() == pytest.approx(0.08, abs=0.01)
    np.testing.assert_allclose(dance.motions[0].poses[:, INDEX["left_elbow"], 1], -1.2, atol=1e-6)
    travel = aist(tmp_path / "b.pkl", smpl_trans=np.linspace([0, 93, 0], [93, 93, 0], 60).astype(np.float32))
    moved = files.open_dance(travel).motions[0].translation
    assert np.linalg.norm(moved[-1] - moved[0]) == pytest.approx(1.063, abs=0.05), "metres for a body of our leg length"


def test_files_without_scaling_are_edges(tmp_path):
    dance = files.open_dance(aist(tmp_path / "edge.pkl", scaling=None, full_pose=np.zeros((60, 24, 3))))
    assert dance.fps == 30
    for wrong in (0.0, np.nan, -1.0):
        with pytest.raises(InputError, match="smpl_scaling"):
            files.open_dance(aist(tmp_path / "a.pkl", smpl_scaling=np.array([wrong])))


def test_our_own_bvh_comes_back_exactly(tmp_path):
    rng = np.random.default_rng(1)
    motion = Motion(rng.normal(0, 0.4, (30, 24, 3)), rng.normal(0, 1, (30, 3)), 30.0)
    back = files.open_dance(write_bvh(motion, tmp_path / "own.bvh")).motions[0]
    np.testing.assert_allclose(back.joints, motion.joints, atol=1e-4)
    assert back.fps == 30


def test_two_files_of_our_own_become_a_couple_where_they_stood(tmp_path):
    motions = [Motion(np.zeros((9, 24, 3)), np.tile([x, 0.98, 1.0], (9, 1)), 30.0) for x in (-0.4, 0.4)]
    one, two = (write_bvh(motion, tmp_path / f"{i}.bvh") for i, motion in enumerate(motions))
    dance = files.open_dance(one, partner=two)
    for ours, theirs in zip(dance.motions, motions, strict=True):
        np.testing.assert_allclose(ours.translation, theirs.translation, atol=1e-5)


def test_describe_says_what_is_in_a_file(tmp_path):
    path = tmp_path / "a.bvh"
    path.write_text(WALK)
    facts = files.describe(path)
    assert facts["format"] == "BVH"
    assert facts["frames"] == 120
    assert facts["duration_s"] == 2.0
    assert facts["fps_header"] == 60.0
    assert facts["dancers"] == 1
    assert facts["head_height_m"][0] > 1.3
    assert facts["problems"] == []
    popping = stepping()
    popping["LeftUpLeg"] = popping["LeftUpLeg"].copy()
    popping["LeftUpLeg"][60] = [-90, 0, 0]
    path.write_text(bvh_text(turns=popping, frames=120))
    assert "leg jumps faster" in files.describe(path)["problems"][0]


def test_real_files_open(shared_data):
    mocap = shared_data / "mocap"
    couple = files.open_dance(mocap / "cmu" / "60_01.bvh", partner=mocap / "cmu" / "61_01.bvh")
    assert couple.fps == 60
    assert len(couple.motions) == 2
    apart = np.linalg.norm(np.diff(couple.joints[:, :, 0][..., [0, 2]], axis=0)[0], axis=-1)
    assert 0.45 < np.median(apart) < 1.0
    assert files.open_dance(mocap / "cmu" / "05_10.bvh").fps == 120
    dance = files.open_dance(next((mocap / "aist").glob("*.pkl")))
    assert len(dance) == 720
    amp = files.open_dance(mocap / "cmu55" / "amp_humanoid_dance.npy")
    assert len(amp) == 902
    assert files.describe(mocap / "cmu" / "94_07.bvh")["problems"]


def test_a_skeleton_without_directions_is_a_sentence(tmp_path, monkeypatch):
    path = tmp_path / "flat.bvh"
    path.write_text(bvh_text(frames=4))

    def impossible(*_):
        raise ValueError("Non-positive determinant in rotation matrix 2")

    monkeypatch.setattr(files, "_together", impossible)
    with pytest.raises(InputError, match=r"flat\.bvh has bones without length"):
        files.open_dance(path)
