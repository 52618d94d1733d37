"""Dance and Provenance: what they accept, and that a saved dance holds everything."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.motion.dance import Dance, Provenance
from demos.motion.files import open_dance
from demos.motion.motion import Motion

TEXT = st.text(max_size=30)
SETTINGS = st.dictionaries(
    st.sampled_from(["strength", "style", "steps"]), st.one_of(st.integers(), TEXT, st.booleans(), st.none())
)
PROVENANCES = st.builds(
    Provenance,
    system=TEXT,
    weights_sha256=TEXT,
    seed=st.one_of(st.none(), st.integers(0, 2**31)),
    prompts=st.lists(TEXT, max_size=3).map(tuple),
    settings=SETTINGS,
    source=TEXT,
)


def motion(seed: int = 0, frames: int = 20, fps: float = 30) -> Motion:
    rng = np.random.default_rng(seed)
    return Motion(rng.normal(size=(frames, 24, 3)), rng.normal(1, 0.1, size=(frames, 3)), fps)


def dance(*motions: Motion) -> Dance:
    made = Provenance("editor", "77aa", 4, ("raise the arms", "größer"), {"strength": 0.5}, "song.wav")
    return Dance(motions or (motion(),), made, "ab" * 32, np.array([0.1, 0.6]), np.array([0.1]))


@given(PROVENANCES)
def test_provenance_survives_json(made: Provenance) -> None:
    assert Provenance.from_json(made.to_json()) == made


def test_provenance_from_a_newer_version_keeps_what_it_does_not_know() -> None:
    made = Provenance.from_json('{"system": "x", "sampler": "ddim", "settings": {"steps": 5}}')
    assert made == Provenance("x", settings={"steps": 5, "sampler": "ddim"})
    assert Provenance.from_json("{}").system == "unknown"


def test_json_of_the_same_provenance_is_the_same_text() -> None:
    one = Provenance("x", settings={"a": 1, "b": 2})
    assert one.to_json() == Provenance("x", settings={"b": 2, "a": 1}).to_json()


def test_a_couple_shares_length_and_rate() -> None:
    couple = dance(motion(0), motion(1))
    assert (len(couple), couple.fps, couple.duration_s) == (20, 30, pytest.approx(20 / 30))
    assert couple.joints.shape == (2, 20, 24, 3)
    with pytest.raises(ValueError, match="share"):
        dance(motion(0), motion(1, frames=21))
    with pytest.raises(ValueError, match="share"):
        dance(motion(0), motion(1, fps=60))
    with pytest.raises(ValueError, match="one or two"):
        dance(motion(0), motion(1), motion(2))
    with pytest.raises(ValueError, match="one or two"):
        Dance((), Provenance("x"))


def test_resampling_keeps_everything_else() -> None:
    faster = dance(motion(0), motion(1)).resample(60)
    assert (faster.fps, len(faster)) == (60, 40)
    assert faster.provenance == dance().provenance
    assert faster.song_sha256 == "ab" * 32
    np.testing.assert_array_equal(faster.beats, [0.1, 0.6])
    np.testing.assert_array_equal(faster.downbeats, [0.1])


@pytest.mark.parametrize("dancers", [1, 2])
def test_the_saved_file_has_the_documented_arrays(tmp_path: Path, dancers: int) -> None:
    made = dance(*(motion(seed) for seed in range(dancers)))
    path = made.save(tmp_path / "dance.npz")
    with np.load(path, allow_pickle=False) as saved:
        shapes = {name: saved[name].shape for name in saved.files}
        assert shapes == {
            "poses": (dancers, 20, 24, 3),
            "translation": (dancers, 20, 3),
            "joints": (dancers, 20, 24, 3),
            "fps": (),
            "beats": (2,),
            "downbeats": (1,),
            "song_sha256": (),
            "provenance": (),
        }
        for index, one in enumerate(made.motions):
            np.testing.assert_array_equal(saved["poses"][index], one.poses)
            np.testing.assert_array_equal(saved["translation"][index], one.translation)
            np.testing.assert_array_equal(saved["joints"][index], one.joints)
        assert float(saved["fps"]) == 30
        assert str(saved["song_sha256"]) == "ab" * 32
        assert json.loads(str(saved["provenance"]))["prompts"] == ["raise the arms", "größer"]


@pytest.mark.parametrize("dancers", [1, 2])
def test_saved_and_opened_it_is_the_same_dance(tmp_path: Path, dancers: int) -> None:
    made = dance(*(motion(seed) for seed in range(dancers)))
    opened = open_dance(made.save(tmp_path / "dance.npz"))
    assert len(opened.motions) == dancers
    for one, two in zip(made.motions, opened.motions, strict=True):
        np.testing.assert_array_equal(one.poses, two.poses)
        np.testing.assert_array_equal(one.translation, two.translation)
    same: Any = (made.fps, made.provenance, made.song_sha256)
    assert (opened.fps, opened.provenance, opened.song_sha256) == same
    np.testing.assert_array_equal(opened.beats, made.beats)
    np.testing.assert_array_equal(opened.downbeats, made.downbeats)


def test_the_file_has_the_very_name_that_was_asked_for(tmp_path: Path) -> None:
    path = dance().save(tmp_path / "dance.draft")
    assert path.is_file()
    assert [file.name for file in tmp_path.iterdir()] == ["dance.draft"]
