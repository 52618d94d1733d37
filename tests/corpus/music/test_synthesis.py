"""Sound through FluidSynth; skipped where the program or the soundfont is not installed."""

import dataclasses

import numpy as np
import pretty_midi
import pytest

from demos.corpus.music.composition import compose
from demos.corpus.music.mixing import CEILING
from demos.corpus.music.synthesis import find_fluidsynth, find_soundfont, synthesise
from demos.runtime.errors import InputError

RATE = 22050


@pytest.fixture(scope="module")
def synthesiser():
    """Skips the module's tests where sound cannot be made."""
    try:
        find_fluidsynth()
        find_soundfont()
    except InputError as missing:
        pytest.skip(str(missing))


def test_a_song_sounds_the_same_twice_at_the_right_length_and_level(synthesiser):
    song = compose("cha_cha", seconds=8, seed=2)
    first, again = (synthesise(song, sample_rate=RATE) for _ in range(2))
    assert first.shape == (8 * RATE, 2)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, again)
    assert 0.2 < np.abs(first).max() <= CEILING
    assert np.sqrt(np.mean(first**2)) > 0.03
    # A mix with a left and a right side.
    assert np.abs(first[:, 0] - first[:, 1]).max() > 0.01


def test_mono_is_the_mean_of_both_sides(synthesiser):
    song = compose("tango", seconds=6, seed=2)
    stereo, mono = (synthesise(song, sample_rate=RATE, channels=n) for n in (2, 1))
    assert mono.shape == (6 * RATE,)
    np.testing.assert_allclose(mono, stereo.mean(axis=1), atol=1e-6)


def test_beats_fall_on_the_samples(synthesiser):
    song = compose("house", seconds=8, seed=1)
    clicks = pretty_midi.Instrument(0, is_drum=True)
    clicks.notes = [pretty_midi.Note(120, 37, float(beat), float(beat) + 0.1) for beat in song.beats]
    midi = compose("house", seconds=8, seed=1).midi
    midi.instruments = [clicks]
    sound = synthesise(dataclasses.replace(song, midi=midi), sample_rate=RATE, channels=1, mastered=False)
    for beat in song.beats[:-1]:
        start = round((beat - 0.02) * RATE)
        window = np.abs(sound[max(start, 0) : start + round(0.1 * RATE)])
        heard = (max(start, 0) + np.argmax(window > 0.2 * window.max())) / RATE
        assert abs(heard - beat) < 0.01


def test_missing_parts_are_named_in_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("DANCEFLOOR_SOUNDFONT", str(tmp_path / "none.sf2"))
    with pytest.raises(InputError, match="soundfont"):
        find_soundfont()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="FluidSynth"):
        find_fluidsynth()
