"""Phrases: cut at kinematic beats, with what is said about them true; clips prepared once and read back the same."""

import numpy as np
import pytest

from demos.corpus import phrases as module
from demos.corpus.phrases import FPS, cut_phrases, load_clips, own_pulse, phrases_of
from demos.corpus.sources import ATTRIBUTIONS, GENRES, find_trials
from demos.motion.bvh_writer import write_bvh
from demos.runtime import caches
from demos.runtime.errors import InputError
from tests.corpus.dancers import made_clip, made_motion


@pytest.fixture
def folder(tmp_path):
    """Two dances on disk, named as the collections name them."""
    (tmp_path / "data" / "cmu").mkdir(parents=True)
    for index, name in enumerate(("05_02", "94_13")):
        write_bvh(made_motion(index, seconds=6), tmp_path / "data" / "cmu" / f"{name}.bvh")
    return tmp_path / "data"


def test_phrases_start_and_end_on_kinematic_beats():
    clip = made_clip("a", 0)
    phrases = phrases_of(clip)
    assert {phrase.beats for phrase in phrases} == {1, 2, 4, 8}
    for phrase in phrases:
        assert np.abs(clip.beats_s - phrase.start_s).min() < 1e-9
        assert np.abs(clip.beats_s - phrase.end_s).min() < 1e-9
        assert phrase.duration_s == pytest.approx(phrase.beats * 0.5, rel=0.25)
        assert phrase.beats_s[0] == 0
        assert phrase.beats_s[-1] == pytest.approx(phrase.duration_s)
        assert len(phrase.motion) == len(phrase.contacts) == phrase.stop - phrase.start


def test_what_is_said_of_a_phrase():
    clip = made_clip("a", 0)
    phrase = phrases_of(clip)[10]
    joints = phrase.motion.joints
    assert phrase.travel == pytest.approx(float(np.linalg.norm((joints[-1, 0] - joints[0, 0])[[0, 2]])), abs=1e-5)
    assert phrase.level == pytest.approx(float(joints[:, 0, 1].mean()), abs=1e-5)
    steps = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean() * FPS
    assert phrase.energy == pytest.approx(steps, rel=0.15)
    assert phrase.partner is None
    assert phrase.held == 0


def test_no_phrase_crosses_what_is_unusable():
    clip = made_clip("a", 0)
    clip.usable[200:230] = False
    for phrase in phrases_of(clip):
        assert clip.usable[phrase.start : phrase.stop].all()


def test_the_pulse_of_a_dance_is_found_and_of_noise_is_not():
    alternating = made_motion(0, seconds=30, pulse_s=0.4)
    assert own_pulse(alternating.joints) == pytest.approx(0.4, rel=0.06)
    noise = np.random.default_rng(0).normal(size=(900, 24, 3)).cumsum(axis=0) * 0.01
    assert own_pulse(noise) is None
    assert own_pulse(alternating.joints[:100]) is None


def test_clips_are_prepared_once_and_read_back_the_same(folder, private_cache, monkeypatch):
    caches.drop_shared()
    first = load_clips(folder)
    caches.drop_shared()
    monkeypatch.setattr(module, "prepare", lambda trial: pytest.fail("prepared twice"))
    again = load_clips(folder)
    caches.drop_shared()
    assert [clip.source for clip in first] == [clip.source for clip in again] == ["05_02", "94_13"]
    assert [clip.genre for clip in again] == ["modern", "indian"]
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.motion.poses, other.motion.poses)
        np.testing.assert_array_equal(one.contacts, other.contacts)
        np.testing.assert_array_equal(one.beats_s, other.beats_s)
        assert one.pulse_s == other.pulse_s
        assert one.motion.fps == FPS


def test_progress_is_told_and_phrases_come_from_every_clip(folder, private_cache):
    caches.drop_shared()
    told = []
    phrases = cut_phrases(folder, on_progress=lambda done, of: told.append((done, of)))
    caches.drop_shared()
    assert told == [(1, 2), (2, 2)]
    assert {phrase.source for phrase in phrases} == {"05_02", "94_13"}


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="No dances"):
        find_trials(tmp_path)


def test_trials_of_the_reference_data(shared_data):
    trials = find_trials(shared_data / "mocap")
    names = [trial.name for trial in trials]
    assert len(names) == len(set(names)) >= 60
    assert sum(len(trial.files) == 2 for trial in trials) == 12
    assert "94_07" not in names
    assert {trial.genre for trial in trials} == set(GENRES)
    assert all(trial.collection in ATTRIBUTIONS for trial in trials)


def test_a_salsa_couple_is_prepared_together(shared_data, tmp_path, private_cache):
    (tmp_path / "cmu").mkdir()
    for name in ("60_07", "61_07"):
        (tmp_path / "cmu" / f"{name}.bvh").symlink_to(shared_data / "mocap" / "cmu" / f"{name}.bvh")
    caches.drop_shared()
    lead, follow = load_clips(tmp_path)
    caches.drop_shared()
    assert (lead.role, follow.role) == ("lead", "follow")
    assert lead.partner is follow.motion
    assert follow.partner is lead.motion
    assert lead.pulse_s == follow.pulse_s == pytest.approx(60 / 176, rel=0.06)  # 176 BPM by the lab's measurement
    assert 0.5 < lead.held.mean() < 0.95
    head = np.linalg.norm(lead.motion.poses[:, 15], axis=-1)
    assert np.degrees(head).max() < 65  # this capture's head is upside down for much of the time
