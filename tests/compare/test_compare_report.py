"""Charts and the report: what they say is true, they stand alone, and names cannot bring markup."""

import re
from dataclasses import replace

import numpy as np
import pytest

from demos.compare import charts, pipeline
from demos.compare.board import Vote
from demos.compare.pipeline import Entry
from demos.compare.report import report
from demos.motion import rhythm
from demos.motion.dance import Provenance

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def result(groove, couple, tmp_path, click_song, private_cache):
    entries = [Entry(groove.save(tmp_path / "a.npz"), name=EVIL), Entry(couple.save(tmp_path / "b.npz"), name="Us")]
    return pipeline.compare(entries, click_song)


def test_the_report_stands_alone(result, tmp_path):
    film = tmp_path / "film.mp4"
    film.write_bytes(b"not really a film")
    evil = replace(result.dances[0], provenance=Provenance(EVIL, prompts=(EVIL,), settings={"x": EVIL}))
    result = replace(result, dances=(evil, result.dances[1]), problems=(EVIL,))
    page = report(result, notes=[EVIL, "fine"], votes=[Vote(EVIL, (EVIL, "Us"), ("", ""), 0)], film=film)
    assert "<img" not in page
    assert "<script" not in page
    assert re.findall(r"(?:src|href)=\"(?!data:)[^\"]*", page) == []
    assert not re.search(r"url\((?!data:)", page)
    assert "data:video/mp4;base64," in page
    assert page.count("<table") == 3  # headline, details, votes


def test_the_charts_mark_what_the_beat_score_counts(groove):
    times, speed, accents = charts.speed_curve(groove)
    assert len(times) == len(speed) == 60 * 4 - 1
    wanted = rhythm.kinematic_beats(groove.motions[0].resample(60).joints) / 60
    assert np.array_equal(accents, wanted)
    compared = pipeline.Comparison((groove,), ("a",), ({},))
    page = charts.charts(compared)
    near = [float(np.abs(groove.beats - at).min()) <= 0.05 for at in accents]
    assert f"{sum(near)} of {len(near)} accents on a beat" in page
    assert page.count("cp-dot cp-hit") == sum(near)


def test_a_couple_has_lanes_for_both_and_for_hands(couple):
    page = charts.charts(pipeline.Comparison((couple,), ("a",), ({},)))
    for label in ("lead&#x27;s left foot", "follow&#x27;s right foot", "hands held"):
        assert label in page


def test_what_edits_changed_is_drawn_only_where_there_are_edits(groove):
    motion = groove.motions[0]
    poses = motion.poses.copy()
    poses[60:, 16, 2] += 1.0
    moved = groove.with_motions((replace(motion, poses=poses),))
    assert "What edits changed" not in charts.charts(pipeline.Comparison((groove, moved), ("a", "b"), ({}, {})))
    edited = replace(moved, provenance=Provenance("x", settings={"edits": [{"text": "raise"}]}))
    page = charts.charts(pipeline.Comparison((groove, edited), ("a", "b"), ({}, {})))
    assert "What edits changed" in page
    most = float(re.search(r"at most ([\d.]+) rad", page)[1])  # type: ignore[index]
    assert most == pytest.approx(1.0, abs=0.1)
