"""Systems by name: what each takes, what a run says of itself, and the music that is shuffled."""

import numpy as np
import pytest

from demos import systems
from demos.audio import cache
from demos.runtime.errors import InputError
from demos.systems import SYSTEMS, Ask


def test_a_run_is_named_by_what_it_was_asked():
    assert systems.parse("danceeditor") == ("danceeditor", Ask())
    key, ask = systems.parse("Duet-Gen:closeness=hold, seed=3,hears=shuffled", Ask(seconds=7))
    assert (key, ask) == ("duetgen", Ask(seconds=7, seed=3, closeness="hold", hears="shuffled"))
    assert systems.name_of(key, ask) == "DuetGen, seed 3, hold, shuffled music"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("waltzer", "no system “waltzer”"),
        ("xdancer:closeness=hold", "X-Dancer does not take “closeness”"),
        ("random:hears=shuffled", "does not take “hears”"),
        ("danceeditor:seed=x", "“seed=x” is no number"),
        ("danceeditor:seed=-1", "seed is -1"),
        ("danceeditor:volume=3", "no setting"),
        ("danceeditor:seconds=nan", "length in seconds"),
        ("danceeditor:finishing=maybe", "neither yes nor no"),
    ],
)
def test_what_cannot_be_understood_is_a_sentence(text, sentence):
    with pytest.raises(InputError, match=sentence):
        systems.parse(text)


@pytest.mark.parametrize("key", [key for key in SYSTEMS if key != "choreographer"])
def test_every_system_dances_to_a_song(key, click_song, private_cache):
    run = systems.run(key, click_song, Ask(seconds=4))
    heard, features = cache.load(click_song)
    assert len(run.dance.motions) == (2 if key in ("duetgen", "twosolos") else 1)
    assert 2 < run.dance.duration_s <= 4 + 1 / 30
    assert run.dance.song_sha256 == heard.sha256
    assert np.array_equal(run.dance.beats, features.beats[features.beats < run.dance.duration_s])
    assert run.dance.provenance.settings["compare"]["system"] == key
    assert run.message


def test_without_the_reference_data_the_choreographer_says_so(click_song, private_cache, monkeypatch, tmp_path):
    monkeypatch.setattr(systems, "MOVES", tmp_path / "nowhere")
    assert "choreographer" not in {system.key for system in systems.available()}
    with pytest.raises(InputError, match="reference data"):
        systems.run("choreographer", click_song)


def test_shuffled_music_is_the_same_music_in_another_order(click_song, private_cache):
    heard = cache.load(click_song)
    song, features = systems.shuffled(heard, 3)
    assert song is heard[0]
    assert not np.array_equal(features.values, heard[1].values)
    assert np.array_equal(np.sort(features.values, axis=0), np.sort(heard[1].values, axis=0))
    assert (np.diff(features.beats) > 0).all()
    assert np.isin(features.downbeats, features.beats).all()
    again = systems.shuffled(heard, 3)[1]
    assert np.array_equal(features.beats, again.beats)


def test_two_solos_stand_face_to_face(click_song, private_cache):
    lead, follow = systems.run("twosolos", click_song, Ask(seconds=4)).dance.motions
    between = (follow.translation - lead.translation)[:, [0, 2]].mean(axis=0)
    assert np.linalg.norm(between) == pytest.approx(systems.APART_M, abs=0.05)
