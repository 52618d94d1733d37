"""Adding dances of one's own to the library, and the jobs of the shell."""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from made_motion import make_groove
from retrieval.made_library import make_shipped, make_song, tiny_loaded

from demos.motion.bvh_writer import write_bvh
from demos.motion.dance import Dance, Provenance
from demos.retrieval import adding, jobs, pipeline, understanding
from demos.retrieval.adding import add, find_song, motion_files, pieces
from demos.retrieval.library import Library
from demos.runtime.caches import drop_shared
from demos.runtime.errors import InputError


def _save(path: Path, seconds: float = 3.0, bpm: float = 120.0, fps: float = 30.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return Dance((make_groove(seconds, bpm=bpm, fps=fps),), Provenance("someone", seed=4)).save(path)


@pytest.fixture
def shelf(tmp_path, private_cache, monkeypatch) -> Library:
    drop_shared()
    monkeypatch.setattr(pipeline, "load", lambda source=None: tiny_loaded())
    make_shipped(tmp_path / "shipped", count=1)
    return Library.open(tmp_path / "own", shipped=tmp_path / "shipped")


def test_a_folder_of_dances_and_rubbish(shelf, tmp_path):
    folder = tmp_path / "mine"
    _save(folder / "swing.npz", 3.0)
    make_song(folder / "swing.wav", 5.0)
    (folder / "swing.txt").write_text("A dance I know.\n\n")
    _save(folder / "deep" / "silent.npz", 3.5, bpm=90)
    shutil.copy(folder / "swing.npz", folder / "the-same.npz")
    write_bvh(make_groove(3.5, bpm=90), folder / "deep" / "written-otherwise.bvh")
    (folder / "broken.bvh").write_text("HIERARCHY\nROOT nothing")
    (folder / "empty.npz").write_bytes(b"")
    _save(folder / "blink.npz", 0.5)
    (folder / "notes.md").write_text("no dance")
    report = add(shelf, folder, previews=False)
    assert (report.files, report.clips, sorted(report.added)) == (7, 2, ["deep/silent.npz", "swing.npz"])
    assert {name for name, _ in report.skipped} == {"broken.bvh", "empty.npz", "blink.npz"}
    assert dict(report.duplicates) == {"the-same.npz": "swing.npz", "deep/written-otherwise.bvh": "silent.npz"}
    assert report.silent[0] == "deep/silent.npz"

    clips = {hit.clip.source: hit.clip for hit in shelf.store.browse() if hit.id not in shelf.shipped}
    swing = clips["swing.npz"]
    assert swing.captions[0] == "A dance I know."
    assert len(swing.captions) > 1
    assert swing.tempo_bpm == pytest.approx(120, abs=2)
    assert swing.provenance["seed"] == 4
    assert swing.provenance["settings"]["file"] == "swing.npz"
    shutil.rmtree(folder)  # the library stays whole
    assert np.abs(shelf.dance(swing).joints[0] - make_groove(3.0).joints).max() < 1e-4
    assert shelf.song_path(swing) is not None
    assert shelf.song_path(clips["silent.npz"]) is None
    assert shelf.search(shelf.store.vectors([swing.id])[swing.id], top=1)[0].id == swing.id


def test_adding_goes_on_where_it_was(shelf, tmp_path):
    for number in range(3):
        _save(tmp_path / "mine" / f"{number}.npz", 3.0, bpm=80 + 20 * number)

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adding, "_BATCH_FILES", 1)
        with pytest.raises(KeyboardInterrupt):
            add(shelf, tmp_path / "mine", previews=False, on_progress=stop)
    (tmp_path / "mine" / "0.npz").rename(tmp_path / "mine" / "renamed.npz")  # known by its content
    report = add(shelf, tmp_path / "mine", previews=False)
    assert (report.known, report.clips) == (2, 1)
    again = add(shelf, tmp_path / "mine", previews=False)
    assert (again.known, again.clips, again.skipped) == (3, 0, [])
    assert len(shelf) == 1 + 3


def test_long_dances_are_cut(private_cache):
    parts = list(pieces(Dance((make_groove(25.0),), Provenance("x"), beats=np.arange(0, 25, 0.5))))
    assert [(begin, round(part.duration_s, 2)) for begin, part in parts] == [(0, 12), (12, 12)]
    assert parts[1][1].beats[0] == pytest.approx(0)
    assert parts[1][1].beats[-1] < 12


def test_songs_are_found_beside(tmp_path):
    def touch(*names: str) -> None:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(b"x")

    touch("a/walk.bvh", "a/walk.mp3", "a/run.bvh", "a/other.wav", "b/only.npz", "b/Track 7.flac")
    touch("c/gBR_sBM_cAll_d04_mBR0_ch01.pkl", "c/mBR0.wav", "c/mBR1.wav", "d/x.npz", "d/y.npz", "d/z.wav")
    found = {path: find_song(tmp_path / path) for path in ("a/walk.bvh", "a/run.bvh", "b/only.npz", "d/x.npz")}
    assert found["a/walk.bvh"] == tmp_path / "a/walk.mp3"
    assert found["a/run.bvh"] is None
    assert found["b/only.npz"] == tmp_path / "b/Track 7.flac"
    assert found["d/x.npz"] is None
    assert find_song(tmp_path / "c/gBR_sBM_cAll_d04_mBR0_ch01.pkl") == tmp_path / "c/mBR0.wav"


def test_folders_without_dances_are_refused(tmp_path):
    with pytest.raises(InputError, match="no folder"):
        motion_files(tmp_path / "nowhere")
    (tmp_path / ".hidden.npz").write_bytes(b"x")
    with pytest.raises(InputError, match="No dances"):
        motion_files(tmp_path)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.npz").write_bytes(b"x")
    with pytest.raises(InputError, match="No dances"):
        motion_files(tmp_path, without=tmp_path / "own")


def _options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    subs = parser.add_subparsers()

    def job(function):
        sub = subs.add_parser(function.__name__)
        sub.set_defaults(job=function)
        sub.add_argument("--json", action="store_true")
        return sub

    jobs.add_jobs(job)
    return parser.parse_args([*words, "--json"])


@pytest.fixture
def said(monkeypatch, shelf, tmp_path):
    """Jobs over the library of this test, with a search that needs no sentence encoder."""
    query = shelf.store
    real = Library.open
    monkeypatch.setattr(
        Library, "open", staticmethod(lambda folder=None, **_: real(tmp_path / "own", shipped=tmp_path / "shipped"))
    )
    vector = np.eye(1, 256, dtype=np.float32)
    monkeypatch.setattr(pipeline, "embed_text", lambda text: vector)
    meant = understanding.Understanding((), (), (), 1.0, True, "These are guesses.")
    monkeypatch.setattr(understanding, "understand", lambda text: meant)
    return query


def test_search_lists_dances_with_their_facts(said):
    options = _options("search", "happy salsa", "--top", "5")
    found, text = options.job(options)
    row = found["found"][0]
    assert row["id"] == "made-0"
    assert 0 <= row["confidence"] <= 1
    assert 0 <= row["music_share"] <= 1
    assert row["song"].endswith("clicks.wav")
    assert json.loads(json.dumps(found)) == found
    assert text.startswith("These are guesses.\n")
    assert "Dance number 0." in text
    options = _options("search", "happy salsa", "--tempo", "150-180")
    assert "widen them" in options.job(options)[1]
    none = _options("search", "x", "--top", "0")
    with pytest.raises(InputError):
        none.job(none)


def test_add_and_show_from_the_shell(said, tmp_path):
    _save(tmp_path / "mine" / "one.npz")
    (tmp_path / "mine" / "bad.pkl").write_bytes(b"nothing")
    options = _options("library", "add", str(tmp_path / "mine"), "--no-previews")
    found, text = options.job(options)
    assert (found["clips"], found["in_library"], found["skipped"][0]["file"]) == (1, 2, "bad.pkl")
    assert json.loads(json.dumps(found)) == found
    assert "1 clips of 1 files added" in text
    options = _options("library", "show")
    assert options.job(options)[0]["clips"] == 2
    nothing = _options("library", "add")
    with pytest.raises(InputError, match="which folder"):
        nothing.job(nothing)
