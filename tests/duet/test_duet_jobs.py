"""The shell's job: a couple or a partner in files, one sentence and exit code 2 for bad input."""

import json

import pytest
from made_motion import make_groove

from demos.__main__ import main
from demos.motion.dance import Dance, Provenance
from demos.motion.files import open_dance
from demos.nn import weight_files


@pytest.fixture
def shell(monkeypatch, private_cache, duet_weights, capsys):
    monkeypatch.setattr(weight_files, "WEIGHTS", duet_weights.parent)

    def run(*arguments) -> tuple[int, str, str]:
        code = main([*map(str, arguments)])
        return code, *capsys.readouterr()

    return run


def test_a_partner_for_a_lead_in_all_files(shell, click_song, tmp_path):
    lead = Dance((make_groove(seconds=3.0, fps=24),), Provenance("test")).save(tmp_path / "lead.npz")
    options = ("--lead", lead, "--style", "salsa", "--closeness", "hold", "--no-video", "--json")
    code, out, err = shell("duet", click_song, "--out", tmp_path / "out", *options)
    assert code == 0, err
    report = json.loads(out)
    assert report["fps"] == 24
    assert [path.rsplit("/")[-1] for path in report["out"]] == ["dance.npz", "dance_a.bvh", "dance_b.bvh", "dance.glb"]
    assert len(open_dance(report["out"][0]).motions) == 2


def test_a_couple_with_its_film(shell, click_song, tmp_path):
    code, _, err = shell("duet", click_song, "--out", tmp_path, "--seconds", 2, "--seed", 4, "--json")
    assert code == 0, err
    assert (tmp_path / "dance.mp4").read_bytes()[4:8] == b"ftyp"
    assert open_dance(tmp_path / "dance.npz").provenance.seed == 4


BAD = {
    "no song": (["nothing.wav"], "nothing.wav"),
    "style": (["{song}", "--style", "polka"], "no dance style"),
    "closeness": (["{song}", "--closeness", "far"], "no closeness"),
    "both": (["{song}", "--lead", "a.npz", "--redo", "b.npz"], "not both"),
    "span": (["{song}", "--start", "2"], "--redo"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_a_sentence(shell, click_song, tmp_path, case):
    arguments, words = BAD[case]
    filled = [argument.format(song=click_song) for argument in arguments]
    code, out, err = shell("duet", *filled, "--out", tmp_path, "--no-video")
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_training_and_measuring_ask_for_a_corpus(shell, tmp_path):
    for job in (["train", "duet", "--out", tmp_path], ["evaluate", "duet"]):
        code, _, err = shell(*job)
        assert code == 2
        assert "--corpus DIR" in err
