"""The made-here music: what it claims about its beats is what is played."""

import numpy as np
import pytest

from demos.audio import grooves, soundfont, synth


@pytest.mark.parametrize("name", sorted(grooves.STYLES))
def test_patterns_fill_whole_bars(name):
    style = grooves.STYLES[name]
    bar = style.meter * style.grid
    lines = [*style.bass, *style.chords, *(line for kit in style.drums for line in kit.values())]
    assert all(line and len(line) % bar == 0 and set(line) <= set("Xxo?.") for line in lines)
    assert 50 <= style.tempos_bpm[0] <= style.tempos_bpm[1] <= 195


@pytest.mark.parametrize("name", sorted(grooves.STYLES))
def test_a_piece_tells_the_truth(name):
    groove = grooves.compose(name, seed=3, duration_s=15, tempo_bpm=100, loose=False)
    np.testing.assert_allclose(np.diff(groove.beats), 0.6)
    np.testing.assert_allclose(groove.downbeats, groove.beats[:: groove.meter])
    starts = np.array([note.start_s for note in groove.notes])
    assert groove.beats[-1] < 15
    assert starts.max() < 15
    on_bars = [np.abs(starts - downbeat).min() < 1e-9 for downbeat in groove.downbeats]
    assert np.mean(on_bars) > 0.7  # salsa's bass leaves the one out; everyone else plays it


def test_the_same_seed_is_the_same_piece():
    one, two = (grooves.compose("funk", seed=5) for _ in range(2))
    assert one.notes == two.notes
    assert grooves.compose("funk", seed=6).notes != one.notes


def test_loose_players_stay_near_the_beat():
    groove = grooves.compose("rock", seed=11, duration_s=30)
    intervals = np.diff(groove.beats)
    assert np.all(np.abs(intervals / np.median(intervals) - 1) < 0.1)


def test_synth_plays_hits_on_time():
    groove = grooves.compose("techno", seed=1, duration_s=6, tempo_bpm=120, loose=False)
    samples = synth.play(groove, sample_rate=8000)
    assert samples.shape == (48000,)
    assert np.abs(samples).max() == pytest.approx(0.9)
    np.testing.assert_array_equal(samples, synth.play(groove, sample_rate=8000))
    assert not np.array_equal(samples, synth.play(groove, sample_rate=8000, band=1))


def test_synth_plays_nothing_as_silence():
    empty = grooves.Groove("none", (), np.zeros(0), np.zeros(0), 120, 4, 1.0)
    assert not synth.play(empty).any()


@pytest.mark.skipif(not soundfont.available(), reason="fluidsynth or its soundfont is not installed")
def test_soundfont_plays_hits_on_time():
    pytest.importorskip("pretty_midi")
    notes = tuple(grooves.Note(time, 0.1, grooves.RIM, 110, grooves.DRUMS) for time in (0.5, 1.0, 1.5))
    clicks = grooves.Groove("clicks", notes, np.array([0.5, 1.0, 1.5]), np.array([0.5]), 120, 4, 2.0)
    samples = soundfont.play(clicks, sample_rate=22050, reverb=False)
    assert len(samples) == 44100
    loud = np.flatnonzero(np.abs(samples) > 0.3 * np.abs(samples).max()) / 22050
    for note in notes:
        assert loud[loud > note.start_s - 0.02][0] == pytest.approx(note.start_s, abs=0.01)
