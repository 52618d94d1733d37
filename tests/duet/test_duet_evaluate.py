"""The evaluation's measures on couples made here, and the shell's job."""

import argparse
import json

import numpy as np
import pytest

from demos.duet import codec_report, evaluate, jobs
from demos.duet.evaluate import CHOREOGRAPHED, MADE, REAL, SOLOS, Stretch
from demos.motion.dance import Dance, Provenance
from demos.motion.duet_metrics import root_distance
from demos.motion.files import open_dance
from demos.runtime.errors import InputError


def _column(couple, apart, count=3):
    lead, follow = (motion.slice(0, 150) for motion in couple.motions)
    return [
        Stretch(lead, follow.move(np.array([apart + 0.01 * k, 0, 0.02 * k])), couple.beats[:9]) for k in range(count)
    ]


def test_the_table_compares_with_the_real_column(grooving_couple):
    columns = {REAL: _column(grooving_couple, 0.0), MADE: _column(grooving_couple, 0.05)}
    columns |= {CHOREOGRAPHED: _column(grooving_couple, 0.3), SOLOS: _column(grooving_couple, 1.0)}
    table = evaluate.measure(columns)
    assert table[REAL]["distance, m, from real"] == 0.0
    assert table[MADE]["distance, m, from real"] == pytest.approx(0.05, abs=0.01)
    assert table[SOLOS]["distance, m, from real"] == pytest.approx(1.0, abs=0.01)
    pairs = [table[name]["FID_cd"] or 0.0 for name in (MADE, CHOREOGRAPHED, SOLOS)]
    assert 0 < pairs[0] < pairs[1] < pairs[2]
    assert table[REAL]["lead faces, %"] == 100.0
    codec = {REAL: {"mean joint error, mm": 20.0}, CHOREOGRAPHED: {"mean joint error, mm": 20.0}}
    found = {"columns": table, "codec": codec, "windows": {}, "settings": {}}
    rows = {row["target"]: row["met"] for row in evaluate.targets(found)}
    assert rows["tokens lose at most 35 mm"] is True
    assert rows["distance, m, from real: nearer than the choreographer's and two solos"] is True
    assert rows["without interaction clearly worse"] is None
    codec[REAL]["mean joint error, mm"] = 40.0
    assert evaluate.targets(found)[4]["met"] is False
    assert "| FID_cd" in evaluate.text({**found, "targets": evaluate.targets(found)})


def test_two_solos_are_put_face_to_face(grooving_couple):
    one, other = grooving_couple.motions
    pair = evaluate._face_to_face(one.turn(1.0), other.turn(2.0).move(np.array([3.0, 0, 0])), 0.7)
    assert np.median(root_distance(*pair)) == pytest.approx(0.7, abs=0.01)
    assert all((evaluate.duet_metrics.facing_angles(*pair)[k] < 0.2).mean() > 0.9 for k in (0, 1))


def test_what_tokens_lose_is_measured_in_millimetres(duet_network, grooving_couple):
    found = codec_report.report(duet_network, [grooving_couple.motions], [])
    row = found["real, held-out"]
    assert row["mean joint error, mm"] > 50  # a network that learnt nothing
    assert 1 <= row["coarse codes, perplexity"] <= 16
    assert 0 < row["fine codes chosen, %"] <= 100
    assert found["choreographer"] == {}


@pytest.fixture
def shell(duet_weights, private_cache):
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()

    def job(function):
        sub = subparsers.add_parser(function.__name__)
        sub.set_defaults(job=function)
        sub.add_argument("--json", action="store_true")
        return sub

    jobs.add_jobs(job)

    def run(*arguments):
        common = ["--json", "--no-video", "--weights", duet_weights]
        options = parser.parse_args([str(argument) for argument in ["duet", *arguments, *common]])
        found, text = options.job(options)
        assert text
        return json.loads(json.dumps(found))

    return run


def test_the_shell_makes_a_couple_a_partner_and_a_part(shell, click_song, tmp_path):
    found = shell(click_song, "--out", tmp_path / "a", "--seconds", 3, "--style", "salsa", "--closeness", "hold")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert sorted(str(tmp_path / "a" / name) for name in names) == sorted(found["out"])
    made = open_dance(tmp_path / "a" / "dance.npz")
    assert len(made.motions) == 2
    shell(click_song, "--out", tmp_path / "b", "--lead", tmp_path / "a" / "dance.npz")
    partnered = open_dance(tmp_path / "b" / "dance.npz")
    np.testing.assert_array_equal(partnered.motions[0].poses, made.motions[0].poses)
    shell(click_song, "--out", tmp_path / "c", "--redo", tmp_path / "a" / "dance.npz", "--start", 1, "--end", 2.5,
          "--parts", "arms", "--dancers", "follow")  # fmt: skip
    redone = open_dance(tmp_path / "c" / "dance.npz")
    np.testing.assert_array_equal(redone.motions[0].poses, made.motions[0].poses)
    assert (redone.motions[1].poses != made.motions[1].poses).any()


def test_the_shell_says_what_does_not_go_together(shell, click_song, tmp_path, groove):
    saved = Dance(groove.motions, Provenance("test")).save(tmp_path / "solo.npz")
    for arguments, words in (
        (["--lead", saved, "--redo", saved], "not both"),
        (["--start", 1], "--redo"),
        (["--redo", saved], "Only one dancer"),
    ):
        with pytest.raises(InputError, match=words):
            shell(click_song, "--out", tmp_path / "x", *arguments)
