"""The room's jobs of the shell: files in the folder asked for, a sentence for bad input, songs found by content."""

import argparse
import json
import shutil
from pathlib import Path

import pytest
from rigged import obey, puzzled, read_as, reading, tiny_weights

from demos.audio import cache
from demos.corpus.edits import make_edit
from demos.editing import jobs
from demos.motion import history
from demos.motion.dance import Dance, Provenance
from demos.motion.files import open_dance
from demos.runtime.errors import InputError


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    return tiny_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def run(weights, private_cache):
    """Run a job as the shell would."""
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()

    def job(function):
        sub = subparsers.add_parser(function.__name__, help=function.__doc__)
        sub.set_defaults(job=function)
        sub.add_argument("--json", action="store_true")
        return sub

    jobs.add_jobs(job)

    def shell(*arguments) -> dict:
        common = ["--json", "--steps", 1, "--weights", weights]
        options = parser.parse_args([str(argument) for argument in [*arguments, *common]])
        found, text = options.job(options)
        assert text
        return json.loads(json.dumps(found))

    return shell


@pytest.fixture
def saved(groove, tmp_path, click_song) -> Path:
    """A dance to the song of clicks."""
    song = cache.load(click_song)[0]
    dance = Dance(groove.motions, Provenance("test"), song.sha256, groove.beats, groove.downbeats)
    return dance.save(tmp_path / "mine.npz")


def test_generate_writes_all_files(run, click_song, tmp_path):
    out = tmp_path / "new" / "folder"
    found = run("generate", click_song, "--out", out, "--seconds", 2, "--seed", 3, "--style", "jazz")
    assert sorted(path.name for path in out.iterdir()) == ["dance.bvh", "dance.glb", "dance.mp4", "dance.npz"]
    assert sorted(found["out"]) == sorted(str(path) for path in out.iterdir())
    assert (found["seconds"], found["fps"], found["seed"]) == (2.0, 30.0, 3)
    assert open_dance(out / "dance.npz").provenance.settings["generate"]["style"] == "jazz"


def test_edit_goes_on_in_the_same_history(run, saved, groove, click_song, tmp_path, monkeypatch):
    asked = make_edit(groove, "raise_arms")
    read_as(monkeypatch, reading(asked, "arms up"))
    obey(monkeypatch, groove, asked, asked)
    first = run("edit", saved, "arms up", "--song", click_song, "--out", tmp_path / "a", "--no-video")
    assert first["achieved"] is True
    assert first["clauses"][0]["understood"] == "Raise both arms overhead."
    assert not (tmp_path / "a" / "dance.mp4").exists()
    run("edit", tmp_path / "a" / "dance.npz", "again", "--song", click_song, "--out", tmp_path / "a", "--no-video")
    tree = history.restore(tmp_path / "a" / "dance.npz")
    assert [version.name for version in tree.path()] == ["mine", "arms up", "again"]


def test_a_stretch_and_parts_reach_the_pipeline(run, saved, groove, click_song, tmp_path, monkeypatch):
    read_as(monkeypatch, reading(make_edit(groove, "energy")))
    run(
        "edit", saved, "more", "--song", click_song, "--out", tmp_path, "--no-video",
        "--start", 1.5, "--parts", "left arm, head", "--strength", 0.9,
    )  # fmt: skip
    entry = open_dance(tmp_path / "dance.npz").provenance.settings["edits"][0]
    assert (entry["span"], entry["parts"], entry["strength"]) == ([1.5, 4.0], ["left_arm", "head"], 0.9)


def test_the_song_is_found_beside_the_dance_by_its_content(run, saved, groove, click_song, tmp_path, monkeypatch):
    read_as(monkeypatch, reading(make_edit(groove, "energy")))
    with pytest.raises(InputError, match="--song"):
        run("edit", saved, "more", "--out", tmp_path / "out", "--no-video")
    shutil.copy(click_song, tmp_path / "any name.wav")
    run("edit", saved, "more", "--out", tmp_path / "out", "--no-video")
    assert open_dance(tmp_path / "out" / "dance.npz").provenance.settings["edits"][0]["song"] is True


def test_words_that_are_not_understood_are_bad_input(run, saved, click_song, tmp_path, monkeypatch):
    read_as(monkeypatch, puzzled(problem="Say what the dancer should do."))
    with pytest.raises(InputError, match="Say what the dancer should do"):
        run("edit", saved, "blub", "--song", click_song, "--out", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_other_motion_files_can_be_edited_too(run, groove, click_song, tmp_path, monkeypatch):
    from demos.motion.export import export

    (path,) = export(groove, tmp_path / "mine.bvh")
    read_as(monkeypatch, reading(make_edit(groove, "energy")))
    run("edit", path, "more", "--out", tmp_path / "out", "--no-video")
    assert open_dance(tmp_path / "out" / "dance.npz").song_sha256 == ""


@pytest.mark.parametrize("path", ["absent.npz", "README.md"])
def test_files_that_are_none(run, tmp_path, path):
    with pytest.raises(InputError):
        run("edit", path, "arms up", "--out", tmp_path)
