"""Comparing dances: files, couples, clocks, and what happens to bad ones."""

from pathlib import Path

import numpy as np
import pytest

from demos.compare import pipeline
from demos.compare.pipeline import Entry, Row
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.runtime.errors import InputError


@pytest.fixture
def saved(groove, tmp_path) -> Path:
    return groove.save(tmp_path / "groove.npz")


def test_a_song_gives_its_beats_to_every_dance(saved, couple, tmp_path, click_song, private_cache):
    other = couple.save(tmp_path / "pair.npz")
    result = pipeline.compare([Entry(saved), Entry(other, name="Us")], click_song)
    assert result.names == ("groove", "Us")
    assert result.problems == ()
    assert result.song is not None
    for dance, report in zip(result.dances, result.reports, strict=True):
        assert dance.song_sha256 == result.song.sha256
        assert len(dance.beats) >= 6
        assert report["bas"] is not None
    assert result.reports[1]["distance"] == pytest.approx(1.0, abs=0.02)


def test_a_broken_file_is_a_sentence_and_the_others_are_compared(saved, tmp_path):
    broken = tmp_path / "broken.bvh"
    broken.write_text("HIERARCHY\nnonsense")
    result = pipeline.compare([Entry(broken), Entry(saved)])
    assert result.names == ("groove",)
    assert len(result.problems) == 1


def test_a_broken_song_is_a_sentence_and_the_dance_is_still_shown(saved, tmp_path, private_cache):
    song = tmp_path / "song.mp3"
    song.write_text("not a song")
    result = pipeline.compare([Entry(saved)], song)
    assert result.song is None
    assert len(result.problems) == 1
    assert len(result.dances) == 1


def test_nothing_to_compare_and_too_much_of_it_are_refused(saved, tmp_path):
    with pytest.raises(InputError, match="at least one"):
        pipeline.compare([])
    with pytest.raises(InputError, match="you added 5"):
        pipeline.compare([Entry(saved)] * 5)
    with pytest.raises(InputError):
        pipeline.compare([Entry(tmp_path / "absent.bvh")])


def test_partners_find_one_another_by_their_names():
    paths = [Path("60_01.bvh"), Path("05_10.bvh"), Path("61_01.bvh"), Path("me_a.bvh"), Path("me_b.bvh")]
    entries = pipeline.entries_from(paths)
    assert [(entry.name, entry.partner) for entry in entries] == [
        ("60_01 + 61_01", paths[2]),
        ("05_10", None),
        ("me_a + me_b", paths[4]),
    ]


def test_a_person_decides_who_dances_with_whom():
    paths = [Path("one.bvh"), Path("two.bvh"), Path("three.bvh")]
    rows = [Row("Solo", "", 60.0, 1.5), Row("Anna", "x"), Row("Ben", "x")]
    solo, pair = pipeline.entries_from(paths, rows)
    assert (solo.name, solo.fps, solo.start_s, solo.partner) == ("Solo", 60.0, 1.5, None)
    assert (pair.name, pair.path, pair.partner) == ("Anna", paths[1], paths[2])
    with pytest.raises(InputError, match="Couple “x” has 1"):
        pipeline.entries_from(paths[:2], [Row("a", "x"), Row("b")])


def test_files_with_the_same_stem_are_all_kept():
    paths = [Path("first/dance.bvh"), Path("second/dance.bvh")]
    assert [entry.path for entry in pipeline.entries_from(paths)] == paths


def test_cells_of_a_table_become_rows():
    assert Row.parse(" Anna ", None, "60", "") == Row("Anna", "", 60.0, 0.0)
    assert Row.parse(None, "b", None, -2) == Row("", "b", None, -2.0)
    with pytest.raises(InputError, match="fast"):
        Row.parse("a", "", "fast", 0)


def counting(frames: int = 30) -> Dance:
    """A dance whose height tells the frame."""
    translation = np.zeros((frames, 3), np.float32)
    translation[:, 1] = np.arange(frames)
    return Dance(
        (Motion(np.zeros((frames, 24, 3)), translation, 10.0),),
        Provenance("test"),
        beats=np.array([0.0, 1.0]),
    )


def test_a_later_start_holds_the_first_pose():
    dance = pipeline.starting_at(counting(), 0.5)
    assert dance.motions[0].translation[:7, 1].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert len(dance) == 35
    assert dance.beats.tolist() == [0.5, 1.5]


def test_an_earlier_start_loses_the_beginning():
    dance = pipeline.starting_at(counting(), -0.5)
    assert dance.motions[0].translation[:2, 1].tolist() == [5, 6]
    assert dance.beats.tolist() == [0.5]
    with pytest.raises(InputError, match="cannot start"):
        pipeline.starting_at(counting(), -3)
    with pytest.raises(InputError, match="cannot start"):
        pipeline.starting_at(counting(), 1e6)
