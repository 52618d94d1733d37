"""Beat-fit and the stage: beats meet beats, time never runs backwards, pins share one clock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import soundfile
from made_motion import make_groove
from retrieval.made_library import RATE, make_shipped, make_song, tiny_loaded

from demos.audio.features import AudioFeatures
from demos.motion.dance import Dance, Provenance
from demos.retrieval import pipeline
from demos.retrieval.fit import beats_of, counts, fit_beats, fit_song
from demos.retrieval.library import Library
from demos.retrieval.stage import MOST_PINS, Stage, adapt, bring, on_beats_of
from demos.runtime.errors import InputError


def dance(bpm: float, seconds: float = 8.0, *, first: float = 0.2) -> Dance:
    beats = np.arange(first, seconds, 60 / bpm)
    return Dance((make_groove(seconds, bpm=bpm),), Provenance("test"), beats=beats, downbeats=beats[::4])


def song(bpm: float, seconds: float = 30.0, *, loud_from: float | None = None) -> AudioFeatures:
    beats = np.arange(0.3, seconds, 60 / bpm)
    values = np.zeros((round(30 * seconds), 35), np.float32)
    values[:, 0] = 1.0 if loud_from is None else np.arange(len(values)) / 30 >= loud_from
    return AudioFeatures(values, beats, beats[::4], bpm, seconds)


# --- beat-fit


@pytest.mark.parametrize("bpm", [92.0, 100.0, 116.0])
def test_the_dances_beats_come_at_the_songs_beats(bpm):
    own, music = dance(100.0), song(bpm)
    fitted = fit_song(own, music)
    assert fitted.slowest == pytest.approx(bpm / 100, rel=1e-3)
    assert fitted.fastest == pytest.approx(bpm / 100, rel=1e-3)
    assert fitted.dance.duration_s == pytest.approx(8.0 * 100 / bpm, abs=0.1)
    # The pose at each beat of the song is the dance's own pose at one of its beats.
    joints = fitted.dance.motions[0].joints
    sources = own.motions[0].at(own.beats, own.fps).joints
    for moment in fitted.dance.beats[1:6]:
        here = joints[round(moment * 30)] - joints[round(moment * 30)][:1]
        apart = np.linalg.norm(sources - sources[:, :1] - here, axis=-1).mean(axis=1).min()
        assert apart < 0.03


def test_a_song_of_twice_the_tempo_is_danced_in_half_time():
    fitted = fit_song(dance(80.0), song(160.0))
    assert fitted.fastest == pytest.approx(1.0, rel=1e-3)
    fitted = fit_song(dance(150.0), song(75.0))
    assert fitted.slowest == pytest.approx(1.0, rel=1e-3)
    assert fitted.verdict == "Fits well"


def test_counts_of_a_song():
    beats = np.arange(0, 4, 0.4)
    assert counts(beats, 0.75) == pytest.approx(beats[::2])
    assert counts(beats, 0.41) == pytest.approx(beats)
    assert counts(beats, 0.2)[:3] == pytest.approx([0, 0.2, 0.4])


def test_it_goes_where_the_song_is_loud_and_steady():
    assert fit_song(dance(100.0), song(100.0, 60.0, loud_from=30.0)).start_s > 25
    wobbly = song(100.0, 40.0)
    beats = wobbly.beats + np.where(wobbly.beats < 20, 0.08 * (-1.0) ** np.arange(len(wobbly.beats)), 0)
    assert fit_song(dance(100.0), replace(wobbly, beats=beats, downbeats=beats[::4])).start_s > 18


def test_a_song_that_ends_early_cuts_the_dance():
    fitted = fit_song(dance(100.0), song(100.0, 5.0))
    assert 3.5 < fitted.dance.duration_s <= 5.0


def test_uneven_beats_bend_time_without_running_back():
    own = dance(100.0)
    beats = own.beats * 1.02 + 0.08 * np.sin(np.arange(len(own.beats)))
    fitted = fit_beats(own, own.beats, beats, song=song(100.0), start_s=0.0)
    assert 1 / 1.6 < fitted.slowest < 1 < fitted.fastest < 1.6
    assert "of its own speed" in fitted.said
    speed = np.linalg.norm(np.diff(fitted.dance.motions[0].joints, axis=0), axis=-1).mean(axis=1)
    before = np.linalg.norm(np.diff(own.motions[0].joints, axis=0), axis=-1).mean(axis=1)
    assert speed.max() < 1.7 * before.max()  # nowhere a leap


def test_what_cannot_be_fitted_is_said():
    with pytest.raises(InputError, match="No steady beat"):
        fit_song(dance(100.0), replace(song(100.0), beats=np.zeros(0)))
    beats = dance(100.0).beats
    with pytest.raises(InputError, match="out of reach"):
        fit_beats(dance(100.0), beats, 2.0 * beats, song=song(100.0))
    short = Dance((make_groove(0.6),), Provenance("test"))
    with pytest.raises(InputError, match="too short"):
        fit_song(short, song(100.0))


def test_a_dance_without_beats_has_accents():
    silent = Dance((make_groove(8.0, bpm=100.0),), Provenance("test"))
    found = beats_of(silent)
    step = float(np.median(np.diff(found)))
    assert min(abs(step - each) for each in (0.3, 0.6, 1.2)) < 0.04


def test_the_fit_is_told_in_the_provenance():
    fitted = fit_song(dance(100.0), song(110.0), name="tune")
    facts = fitted.dance.provenance.settings["beat_fit"]
    assert facts["song"] == "tune"
    assert facts["speed"][0] == pytest.approx(1.1, abs=0.01)
    assert fitted.dance.provenance.system == "test, beat-fit"


# --- the stage


@pytest.fixture
def library(tmp_path, private_cache, monkeypatch) -> Library:
    monkeypatch.setattr(pipeline, "load", lambda source=None: tiny_loaded())
    make_shipped(tmp_path / "shipped", count=6)
    return Library.open(tmp_path / "own", shipped=tmp_path / "shipped")


def test_one_dance_plays_with_its_own_part_of_the_song(library, tmp_path):
    stage = Stage()
    assert stage.scene() is None
    stage.play(bring(library, "made-2", tmp_path / "visit"))
    scene = stage.scene()
    assert scene is not None
    assert len(scene.dances) == 1
    assert scene.song is not None
    assert soundfile.info(scene.song).duration == pytest.approx(scene.dances[0].duration_s, abs=0.01)


def test_up_to_four_are_side_by_side_to_the_music_of_one(library, tmp_path):
    stage = Stage()
    staged = [bring(library, f"made-{number}", tmp_path / "visit") for number in range(MOST_PINS + 1)]
    stage.pin(staged[0])
    assert not stage.beside  # one alone is not beside anything
    assert [each.id for each in stage.shown] == ["made-0"]
    for each in staged[1:MOST_PINS]:
        stage.pin(each)
    with pytest.raises(InputError, match="take one out"):
        stage.pin(staged[MOST_PINS])
    scene = stage.scene()
    assert scene is not None
    assert len(scene.dances) == MOST_PINS
    assert scene.song == staged[0].song
    stage.follow("made-2")
    assert stage.shown[0].id == "made-2"
    scene = stage.scene()
    assert scene is not None
    assert scene.song == staged[2].song
    assert scene.dances[2] is staged[2].dance  # places stay when the music changes
    for name in ("made-2", "made-0", "made-1"):
        stage.unpin(name)
    assert not stage.beside
    assert [each.id for each in stage.shown] == ["made-3"]


def test_all_can_dance_on_the_beats_of_one(library, tmp_path):
    lead, other = dance(100.0), dance(112.0)
    bent = on_beats_of(other, lead)
    assert bent.beats[:5] == pytest.approx(lead.beats[:5], abs=0.02)
    assert bent.song_sha256 == lead.song_sha256
    stage = Stage()
    for number in range(2):
        stage.pin(replace(bring(library, f"made-{number}", tmp_path), dance=dance(100.0 + 12 * number)))
    stage.together = True
    scene = stage.scene()
    assert scene is not None
    assert scene.dances[0] is stage.pins["made-0"].dance
    assert scene.dances[1] is not stage.pins["made-1"].dance
    assert scene.note == ""


def test_a_found_dance_goes_to_another_song(library, tmp_path):
    tune = make_song(tmp_path / "tune.wav", 20.0, bpm=120.0)
    staged = bring(library, "made-2", tmp_path / "visit")
    beats = np.arange(0, 4, 0.5)
    clip = replace(staged.clip, beats=tuple(beats), downbeats=tuple(beats[::4]))
    library.shipped["made-2"] = clip
    adapted = adapt(library, replace(staged, clip=clip), tune, tmp_path / "visit")
    assert adapted.fitted is not None
    assert adapted.song is not None
    sound, rate = soundfile.read(adapted.song)
    assert rate == RATE
    assert len(sound) / rate == pytest.approx(adapted.dance.duration_s, abs=0.01)
    loud = np.abs(sound)
    for beat in adapted.dance.beats[1:4]:  # the file's clicks are where the dance's beats are
        at = round(beat * rate)
        assert loud[max(0, at - 1400) : at + 1400].max() > 0.3
