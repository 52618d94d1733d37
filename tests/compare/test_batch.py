"""Many songs through several systems: files, summary, going on where it was, and songs that are none."""

import csv
import json

import numpy as np
import pytest

from demos import systems
from demos.__main__ import main
from demos.compare import batch
from demos.motion.files import open_dance
from demos.runtime.errors import InputError
from demos.systems import Ask


@pytest.fixture
def songs(click_song, tmp_path):
    folder = tmp_path / "songs"
    folder.mkdir()
    (folder / "clicks.wav").write_bytes(click_song.read_bytes())
    (folder / "diary.mp3").write_text("dear diary")
    (folder / "notes.txt").write_text("not a song")
    return folder


def test_songs_are_compared_from_a_shell(songs, tmp_path, capsys, private_cache):
    out = tmp_path / "out"
    code = main(
        ["compare", str(songs), "--systems", "random", "random:seed=5", "--seconds", "4", "--out", str(out), "--json",
         "--no-video"]
    )  # fmt: skip
    printed, said = capsys.readouterr()
    assert code == 0, said
    found = json.loads(printed)
    (entry,) = found["songs"]
    assert [run["name"] for run in entry["runs"]] == ["Random clip", "Random clip, seed 5"]
    assert [failed["song"] for failed in found["failed"]] == [str(songs / "diary.mp3")]
    assert "Random clip, seed 5" in (out / "clicks" / "report.html").read_text()
    assert "clicks/report.html" in (out / "summary.html").read_text()
    rows = list(csv.DictReader((out / "summary.csv").open()))
    assert {row["run"] for row in rows} == {"Random clip", "Random clip, seed 5"}


def test_a_batch_goes_on_where_it_was(songs, tmp_path, private_cache, monkeypatch):
    song, out = songs / "clicks.wav", tmp_path / "out"
    runs = [systems.parse("random", Ask(seconds=4))]
    first = batch.batch([song], runs, out, video=False)
    made = []
    running = systems.run
    monkeypatch.setattr(systems, "run", lambda *given, **named: made.append(given) or running(*given, **named))
    again = batch.batch([song], runs, out, video=False)
    assert made == []
    assert again["summary"] == first["summary"]
    other = batch.batch([song], [systems.parse("random", Ask(seconds=3))], out, video=False)
    assert len(made) == 1
    assert open_dance(other["songs"][0]["runs"][0]["dance"]).duration_s == pytest.approx(3, abs=0.05)


def test_seeds_have_folders_and_the_summary_is_over_all(songs, tmp_path, private_cache):
    found = batch.batch(
        [songs / "clicks.wav"], [systems.parse("random", Ask(seconds=4))], tmp_path / "out", seeds=(1, 2), video=False
    )
    speeds = [entry["runs"][0]["measures"]["speed"] for entry in found["songs"]]
    cell = found["summary"]["Random clip"]["speed"]
    assert cell["count"] == 2
    assert cell["mean"] == pytest.approx(np.mean(speeds))
    assert cell["spread"] == pytest.approx(np.std(speeds))
    assert (tmp_path / "out" / "clicks" / "seed-2" / "Random clip.npz").is_file()
    assert "Random clip" in batch.text(found)


def test_what_cannot_be_compared_is_a_sentence(songs, tmp_path):
    runs = [systems.parse("random")] * 2
    with pytest.raises(InputError, match="the same"):
        batch.batch([songs / "clicks.wav"], runs, tmp_path)
    with pytest.raises(InputError, match="not 5"):
        batch.batch([songs / "clicks.wav"], runs[:1] * 5, tmp_path)
    with pytest.raises(InputError, match="Nothing could be compared"):
        batch.batch([songs / "diary.mp3"], runs[:1], tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="holds no songs"):
        batch.songs_in([empty])
