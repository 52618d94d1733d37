"""NPZ in: our saved dances come back as they were, AMASS files are found upright, bombs and damage are refused."""

import io
import zipfile

import numpy as np
import pytest

from demos.motion import files, npz
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX
from demos.runtime.errors import InputError


def some_dance(dancers=1, frames=20):
    rng = np.random.default_rng(0)
    motions = tuple(
        Motion(rng.normal(0, 0.3, (frames, 24, 3)), rng.normal(0, 1, (frames, 3)), 30.0) for _ in range(dancers)
    )
    provenance = Provenance("danceditor", seed=3, prompts=("raise the arms",), settings={"strength": 0.5})
    return Dance(motions, provenance, "ab" * 32, np.array([0.5, 1.0]), np.array([0.5]))


@pytest.mark.parametrize("dancers", [1, 2])
def test_saved_dances_come_back_exactly(tmp_path, dancers):
    dance = some_dance(dancers)
    back = files.open_dance(dance.save(tmp_path / "d.npz"))
    assert len(back.motions) == dancers
    for ours, theirs in zip(back.motions, dance.motions, strict=True):
        np.testing.assert_array_equal(ours.poses, theirs.poses)
        np.testing.assert_array_equal(ours.translation, theirs.translation)
    assert back.provenance == dance.provenance
    assert back.song_sha256 == dance.song_sha256
    np.testing.assert_array_equal(back.beats, dance.beats)
    np.testing.assert_array_equal(back.downbeats, dance.downbeats)


def test_the_suffix_does_not_matter(tmp_path):
    path = some_dance().save(tmp_path / "d.npz")
    path = path.rename(tmp_path / "d.download")
    assert len(files.open_dance(path)) == 20


def amass(tmp_path, width=156, **other):
    """A figure that stands z up, facing -y as AMASS has it."""
    poses = np.zeros((40, width))
    poses[:, 0] = np.pi / 2
    poses[:, 3 * INDEX["left_elbow"] + 1] = -1.0
    poses[:, 66:] = 0.3  # fingers, jaw and eyes, or SMPL's hands: left out unless the file is plain SMPL
    trans = np.tile([5.0, 6.0, 0.9], (40, 1))
    trans[:, 0] += np.linspace(0, 1, 40)
    arrays = {"poses": poses, "trans": trans, "mocap_framerate": 120.0, "gender": "neutral", **other}
    path = tmp_path / "amass.npz"
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    return path


@pytest.mark.parametrize("width", [156, 165])
def test_amass_is_turned_upright_and_put_on_the_stage(tmp_path, width):
    dance = files.open_dance(amass(tmp_path, width))
    assert dance.fps == 120.0
    joints = dance.joints[0]
    assert joints[:, INDEX["head"], 1].min() > 1.3
    assert abs(joints[:, INDEX["left_ankle"], 1].mean() - 0.08) < 0.03
    np.testing.assert_allclose(joints[0, 0, [0, 2]], 0, atol=1e-5)
    ahead = joints[0, INDEX["left_foot"]] - joints[0, INDEX["left_ankle"]]
    assert ahead[2] > 0.1
    assert joints[0, INDEX["left_hand"], 0] > joints[0, INDEX["right_hand"], 0]
    poses = dance.motions[0].poses
    np.testing.assert_allclose(poses[:, INDEX["left_elbow"]], np.tile([0, -1, 0], (40, 1)), atol=1e-6)
    assert (poses[:, INDEX["left_hand"]] == 0).all()


def test_amass_rates_and_parts(tmp_path):
    path = amass(tmp_path, mocap_framerate=None, mocap_frame_rate=np.int64(60))
    assert files.open_dance(path).fps == 60.0
    path = amass(tmp_path, mocap_framerate=None)
    with pytest.raises(InputError, match="frame rate"):
        files.open_dance(path)
    assert files.open_dance(path, fps=25).fps == 25.0
    np.savez(
        path, root_orient=np.zeros((9, 3)), pose_body=np.zeros((9, 63)), trans=np.zeros((9, 3)), mocap_frame_rate=30
    )
    assert len(files.open_dance(path)) == 9
    np.savez(path, smpl_poses=np.zeros((9, 72)), smpl_trans=np.zeros((9, 3)), fps=30)
    assert len(files.open_dance(path)) == 9


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"poses": np.zeros((40, 100))}, "100 pose numbers"),
        ({"poses": np.zeros((0, 156))}, "no frames"),
        ({"poses": np.full((40, 156), np.nan)}, "not finite"),
        ({"poses": np.full((40, 156), 1e9)}, "radians"),
        ({"poses": np.full((40, 156), "x")}, "not numbers"),
        ({"poses": np.float64(1)}, "no frames"),
        ({"trans": np.zeros((39, 3))}, "translations of shape"),
        ({"mocap_framerate": -1.0}, "frame rate"),
        ({"mocap_framerate": np.inf}, "frame rate"),
    ],
)
def test_bad_amass_is_one_sentence(tmp_path, change, words):
    with pytest.raises(InputError, match=words):
        files.open_dance(amass(tmp_path, **change))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"poses": np.zeros((3, 9, 24, 3), np.float32)}, "no saved dance"),
        ({"poses": np.zeros((1, 0, 24, 3), np.float32)}, "no saved dance"),
        ({"translation": np.zeros((1, 9, 2), np.float32)}, "translation"),
        ({"poses": np.full((1, 20, 24, 3), np.nan, np.float32)}, "not finite"),
        ({"fps": np.float64(0)}, "frame rate"),
        ({"fps": np.array("thirty")}, "frame rate"),
        ({"beats": np.array([np.nan])}, "beats"),
    ],
)
def test_bad_dances_are_one_sentence(tmp_path, change, words):
    saved = dict(np.load(some_dance().save(tmp_path / "d.npz")))
    np.savez(tmp_path / "bad.npz", **{**saved, **change})
    with pytest.raises(InputError, match=words):
        files.open_dance(tmp_path / "bad.npz")


def test_a_dance_without_its_story_still_opens(tmp_path):
    saved = dict(np.load(some_dance().save(tmp_path / "d.npz")))
    del saved["provenance"], saved["song_sha256"], saved["beats"]
    saved["joints"] = np.zeros(1)
    np.savez(tmp_path / "old.npz", **saved)
    assert files.open_dance(tmp_path / "old.npz").provenance.system == "file"
    np.savez(tmp_path / "odd.npz", **{**saved, "provenance": np.array("[1")})
    assert files.open_dance(tmp_path / "odd.npz").provenance.system == "file"


def test_pickled_arrays_are_left_alone(tmp_path):
    np.savez(tmp_path / "p.npz", poses=np.array([{}], object), trans=np.zeros((1, 3)))
    with pytest.raises(InputError, match="no motion that we know"):
        files.open_dance(tmp_path / "p.npz")


def test_zip_bombs_are_refused(monkeypatch):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, poses=np.zeros((1000, 156)), trans=np.zeros((1000, 3)))
    assert len(buffer.getvalue()) < 20_000
    monkeypatch.setattr(npz, "MAX_TOTAL_BYTES", 1_000_000)
    with pytest.raises(InputError, match="more than a dance can need"):
        npz.load(buffer.getvalue())


def test_archives_that_lie_about_their_size_are_refused(monkeypatch):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        header = (
            b"\x93NUMPY\x01\x00v\x00"
            + b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 3), }".ljust(117)
        )
        archive.writestr("poses.npy", header + b"\n" + b"\0" * 64)
    with pytest.raises(InputError, match="damaged"):
        npz.load(buffer.getvalue())


@pytest.mark.parametrize("cut", [10, 200, 2000])
def test_damaged_archives_are_one_sentence(tmp_path, cut):
    data = some_dance().save(tmp_path / "d.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(data[:cut])
    with pytest.raises(InputError):
        files.open_dance(tmp_path / "cut.npz")


def test_a_zip_of_other_things(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(InputError, match="zip archive without arrays"):
        files.open_dance(tmp_path / "a.npz")
