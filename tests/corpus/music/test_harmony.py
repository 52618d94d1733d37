"""Chords, scales and voicings, on cases any theory book gives."""

import pytest

from demos.corpus.music.harmony import Key, chord, nearest, progression, scale_over, suits, voicing

A_MINOR, C_MAJOR = Key(9, "minor"), Key(0, "major")


@pytest.mark.parametrize(
    ("numeral", "key", "name", "tones"),
    [
        ("I", C_MAJOR, "C", {0, 4, 7}),
        ("ii7", C_MAJOR, "Dm7", {2, 5, 9, 0}),
        ("V7", A_MINOR, "E7", {4, 8, 11, 2}),
        ("VI", A_MINOR, "F", {5, 9, 0}),
        ("bVII", Key(7, "mixolydian"), "F", {5, 9, 0}),
        ("bII", A_MINOR, "Bb", {10, 2, 5}),
        ("iih7", A_MINOR, "Bm7b5", {11, 2, 5, 9}),
        ("#idim7", C_MAJOR, "Dbdim7", {1, 4, 7, 10}),
    ],
)
def test_roman_numerals(numeral, key, name, tones):
    found = chord(numeral, key)
    assert (found.name, set(found.tones)) == (name, tones)


def test_a_numeral_that_is_none_is_refused():
    with pytest.raises(ValueError, match="Roman"):
        chord("H7", C_MAJOR)


def test_progressions_part_bars_and_shared_bars():
    assert progression("i iv,V7 i") == (("i",), ("iv", "V7"), ("i",))


@pytest.mark.parametrize(
    ("text", "mode", "fits"),
    [
        ("i iv V7 i", "minor", True),
        ("i iv V7 i", "major", False),
        ("VI VII v", "dorian", True),
        ("IV V iii7 vi", "major", True),
    ],
)
def test_progressions_know_their_family(text, mode, fits):
    assert suits(text, mode) is fits


def test_scales_give_way_to_foreign_chord_tones():
    # E7 in A minor brings G sharp; G natural and A step aside unless they belong to the chord.
    scale = scale_over(chord("V7", A_MINOR), A_MINOR)
    assert 8 in scale
    assert 7 not in scale


def test_voicings_move_little_and_stay_in_range():
    hand = None
    for numeral in ("I", "vi", "ii7", "V7", "I"):
        found = chord(numeral, C_MAJOR)
        voices = voicing(found, 52, 76, previous=hand)
        assert all(52 <= v <= 76 for v in voices)
        assert {v % 12 for v in voices} == set(found.tones)
        if hand is not None:
            assert max(min(abs(v - h) for h in hand) for v in voices) <= 4
        hand = voices


def test_nearest_pitch_of_a_class():
    assert nearest(61, (0, 7), 48, 72) == 60
    assert nearest(65.6, (0, 7), 48, 72) == 67
