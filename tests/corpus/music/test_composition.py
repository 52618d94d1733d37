"""Composed songs: beats, form, notes and mood are what they say they are, for every style, tempo and length."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.corpus.music.composition import Composition, compose
from demos.corpus.music.harmony import MODES
from demos.corpus.music.instruments import DRUMS, INSTRUMENTS
from demos.corpus.music.mixing import BANK
from demos.corpus.music.styles import CATALOGUE
from demos.corpus.music.synthesis import midi_bytes
from demos.runtime.errors import InputError

STYLES = [(style.name, style.variant) for variants in CATALOGUE.values() for style in variants]
ENDS = [(name, variant, end, length) for name, variant in STYLES for end, length in ((0, 10.0), (1, 180.0))]
LABELS = {"intro", "verse", "build", "chorus", "drop", "break", "outro"}


def style_of(song: Composition):
    """The catalogue's entry for a song."""
    return next(s for s in CATALOGUE[song.style] if s.variant == song.variant)


def onsets(song: Composition) -> np.ndarray:
    """Seconds of every note, in order."""
    return np.sort([note.start for part in song.midi.instruments for note in part.notes])


def check_clock(song: Composition) -> None:
    """Beats rise evenly enough, downbeats and counts and phrases are picked from them."""
    periods = np.diff(song.beats)
    assert (np.abs(periods * song.tempo_bpm / 60 - 1) < 0.15).all()
    assert np.median(periods) == pytest.approx(60 / song.tempo_bpm, rel=0.03)
    assert 0 <= song.beats[0] < 0.5
    assert song.beats[-1] < song.duration_s
    np.testing.assert_array_equal(song.downbeats, song.beats[:: song.meter])
    np.testing.assert_array_equal(song.phrases, song.counts[::8])
    assert set(song.counts) <= set(song.beats)
    # Waltzes are counted by the bar, all else by the beat.
    assert len(song.counts) == (len(song.downbeats) if song.written_meter == "3/4" else len(song.beats))


def check_form(song: Composition) -> None:
    """Sections follow one another from the first beat to past the last, and start on downbeats."""
    assert {s.label for s in song.sections} <= LABELS
    assert song.sections[0].start_s == song.beats[0]
    assert song.sections[-1].end_s > song.beats[-1]
    for before, after in zip(song.sections, song.sections[1:], strict=False):
        assert before.end_s == after.start_s
    phrases = set(np.round(song.phrases, 6))
    assert all(round(s.start_s, 6) in phrases for s in song.sections)
    assert all(0 <= s.energy <= 1 for s in song.sections)
    times = [accent.time_s for accent in song.accents]
    assert times == sorted(times)
    assert all(0 < accent.strength <= 1 for accent in song.accents)


def check_notes(song: Composition) -> None:
    """Every note is inside the song and playable on its instrument."""
    for part in song.midi.instruments:
        assert part.notes
        if part.is_drum:
            assert {n.pitch for n in part.notes} <= set(DRUMS.values())
        else:
            bank = next(c.value for c in part.control_changes if c.number == BANK)
            same = [i for i in INSTRUMENTS.values() if (i.bank, i.program) == (bank, part.program)]
            assert min(n.pitch for n in part.notes) >= min(i.low for i in same)
            assert max(n.pitch for n in part.notes) <= max(i.high for i in same)
        assert all(1 <= n.velocity <= 127 and 0 <= n.start < n.end for n in part.notes)
        assert max(n.start for n in part.notes) < song.duration_s


@pytest.mark.parametrize(("name", "variant", "end", "length"), ENDS)
def test_every_style_composes_at_the_ends_of_its_range(name, variant, end, length):
    style = next(s for s in CATALOGUE[name] if s.variant == variant)
    song = compose(name, variant=variant or None, seconds=length, seed=3, tempo_bpm=style.tempo_bpm[end])
    assert song.tempo_bpm == style.tempo_bpm[end]
    assert song.duration_s == length
    # The music fills the time it was given, but for less than a bar and the ring of the last chord.
    assert song.sections[-1].end_s > length - 60 / song.tempo_bpm * song.meter - 1.0
    check_clock(song)
    check_form(song)
    check_notes(song)
    assert 0 <= song.valence <= 1
    assert style.meter.written == song.written_meter


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from(sorted(CATALOGUE)),
    seconds=st.floats(5, 60),
    tempo=st.one_of(st.none(), st.floats(40, 260)),
    seed=st.integers(0, 2**31),
)
def test_any_length_tempo_and_seed_composes(name, seconds, tempo, seed):
    song = compose(name, seconds=seconds, tempo_bpm=tempo, seed=seed)
    check_clock(song)
    check_form(song)
    check_notes(song)


@pytest.mark.parametrize(("name", "variant"), STYLES)
def test_without_human_timing_notes_fall_exactly_on_the_written_grid(name, variant):
    song = compose(name, variant=variant or None, seconds=30, seed=5, humanise=0)
    style = style_of(song)
    beats = np.append(song.beats, 2 * song.beats[-1] - song.beats[-2])
    place = np.interp(onsets(song), beats, np.arange(len(beats)))
    # Undo the swing, then every onset but grace notes and flams sits on a 48th of a beat.
    unit = style.swing_unit
    part = place / unit % 1
    part = np.where(part < song.swing, part / song.swing / 2, 0.5 + (part - song.swing) / (1 - song.swing) / 2)
    straight = (np.floor(place / unit + 1e-6) + np.where(part > 1 - 1e-6, 0, part)) * unit
    off = np.abs(straight * 48 - np.round(straight * 48)) / 48 * 60 / song.tempo_bpm
    assert np.mean(off < 0.002) > 0.95
    # And the beats themselves are played: nearly every downbeat but rests and the ring of the end has an onset.
    played = [np.abs(onsets(song) - beat).min() < 0.002 for beat in song.downbeats]
    assert np.mean(played) > 0.75


def test_human_timing_stays_close_to_the_grid_and_differs():
    exact, human = (compose("disco", seconds=20, seed=1, humanise=h) for h in (0, 1))
    assert not np.array_equal(onsets(exact), onsets(human))
    nearest = [np.abs(onsets(human) - beat).min() for beat in human.beats[:-4]]
    assert np.quantile(nearest, 0.9) < 0.015


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_song():
    first, again, other = (midi_bytes(compose("salsa", seconds=20, seed=s)) for s in (7, 7, 8))
    assert first == again
    assert first != other


def test_the_midi_file_carries_the_same_beats():
    song = compose("waltz", seconds=30, seed=2)
    written = song.midi.get_beats()
    assert all(np.abs(written - beat).min() < 0.003 for beat in song.beats)
    assert (song.midi.time_signature_changes[-1].numerator, song.midi.time_signature_changes[-1].denominator) == (3, 4)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_long_songs_have_a_form_with_louder_and_quieter_sections(name):
    song = compose(name, seconds=100, seed=4)
    labels = [s.label for s in song.sections]
    assert labels[0] == "intro"
    assert labels[-1] == "outro"
    climax = style_of(song).climax
    assert climax in labels
    assert "verse" in labels
    notes = [note for part in song.midi.instruments for note in part.notes]

    def power(label: str) -> float:
        spans = [s for s in song.sections if s.label == label]
        struck = sum((n.velocity / 127) ** 2 for n in notes for s in spans if s.start_s <= n.start < s.end_s)
        return struck / sum(s.end_s - s.start_s for s in spans)

    assert power(climax) > 1.1 * power("verse") > 0
    assert power("intro") > 0


def test_valence_follows_mode_and_tempo():
    def valence(mode: str, tempo: float) -> float:
        return compose("k_pop", seconds=30, seed=1, mode=mode, tempo_bpm=tempo).valence

    assert valence("major", 120) > valence("minor", 120) + 0.1
    assert valence("minor", 134) > valence("minor", 80)
    songs = [compose(name, seconds=20, seed=s).valence for name in CATALOGUE for s in range(2)]
    assert min(songs) < 0.4 < 0.7 < max(songs)


def test_key_and_mode_can_be_asked_for():
    song = compose("house", seconds=20, seed=1, key="A", mode="minor")
    assert song.key == "A minor"
    assert song.chords[-1][1].startswith("Am")


def test_styles_keep_their_idioms():
    salsa = compose("salsa", seconds=40, seed=3, humanise=0)
    kit = next(i for i in salsa.midi.instruments if i.is_drum)
    assert DRUMS["claves"] in {n.pitch for n in kit.notes}
    bass = next(i for i in salsa.midi.instruments if i.name == "bass")
    beats = np.append(salsa.beats, salsa.duration_s)
    place = np.round(np.interp([n.start for n in bass.notes], beats, np.arange(len(beats))) % 4, 2)
    # A tumbao anticipates: the and of two and beat four carry it, the downbeat hardly ever.
    assert np.mean(np.isin(place, [1.5, 3.0])) > 0.7

    tango = compose("tango", seconds=30, seed=3)
    assert not any(i.is_drum for i in tango.midi.instruments)

    house = compose("house", seconds=40, seed=3, humanise=0)
    kit = next(i for i in house.midi.instruments if i.is_drum)
    kicks = np.array([n.start for n in kit.notes if n.pitch == DRUMS["kick"]])
    drop = next(s for s in house.sections if s.label == "drop")
    inside = [b for b in house.beats if drop.start_s <= b < drop.end_s]
    assert np.mean([np.abs(kicks - beat).min() < 0.002 for beat in inside]) > 0.8


@pytest.mark.parametrize("written", ["Hip-Hop", "hip hop", "HIP_HOP", "k-pop", "rock'n'roll", "jazz swing"])
def test_style_names_may_be_written_as_people_do(written):
    assert compose(written, seconds=8, seed=0).style in CATALOGUE


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"style": "polka"}, "no style called"),
        ({"style": "salsa", "seconds": 2}, "lasts"),
        ({"style": "salsa", "seconds": float("nan")}, "lasts"),
        ({"style": "salsa", "tempo_bpm": 900}, "tempo"),
        ({"style": "salsa", "key": "H"}, "no key"),
        ({"style": "salsa", "mode": "purple"}, "no mode"),
        ({"style": "folk", "variant": "czardas"}, "no variant"),
        ({"style": "salsa", "seed": -1}, "seed"),
    ],
)
def test_what_is_not_offered_is_refused_in_a_sentence(arguments, words):
    with pytest.raises(InputError, match=words):
        compose(arguments.pop("style"), **arguments)


def test_every_part_of_every_style_has_sounds_that_reach_its_range():
    for variants in CATALOGUE.values():
        for style in variants:
            assert all(mode in MODES for mode, _ in style.modes)
            for part in style.parts:
                for sound in part.sounds:
                    instrument = INSTRUMENTS[sound]
                    assert part.high - part.low >= 11, (style.name, part.name)
                    assert min(part.high, instrument.high) - max(part.low, instrument.low) >= 11, (
                        style.name,
                        part.name,
                        sound,
                    )
