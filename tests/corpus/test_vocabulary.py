"""The vocabulary: wordings that cannot be confused, words read back, denials, tempi, English inflection."""

import numpy as np
import pytest
from made_moves import arms_up, crouching, jumping, kicking, turning

from demos.corpus.attributes import measure_attributes
from demos.corpus.grammar import article, gerund, inflect, listed, sentence, third_person, verbs
from demos.corpus.measures.music import MusicFacts, facts_of_composition, facts_of_sound
from demos.corpus.music.composition import compose
from demos.corpus.music.styles import CATALOGUE
from demos.corpus.predicates import PREDICATES, genre_key
from demos.corpus.vocabulary import (
    holds,
    mentions,
    read,
    surfaces_of,
    tokens,
    true_keys,
    wordings,
    written,
)  # fmt: skip
from demos.motion.dance import Dance, Provenance


def test_every_key_is_worded_and_every_wording_has_a_test():
    assert {wording.key for wording in wordings()} == set(PREDICATES)


def test_no_text_that_captions_write_belongs_to_two_keys():
    owner: dict[tuple[str, ...], str] = {}
    for wording in wordings():
        if wording.form == "cue":
            continue
        for surface in surfaces_of(wording):
            words = tuple(tokens(surface))
            assert owner.setdefault(words, wording.key) == wording.key, surface


def test_every_written_wording_reads_back_as_its_key():
    for wording in wordings():
        if wording.form == "cue":
            continue
        for surface in surfaces_of(wording):
            assert mentions(surface) == {wording.key}, surface


def test_wordings_are_many_and_of_every_register():
    by_key: dict[str, int] = {}
    for wording in wordings():
        by_key[wording.key] = by_key.get(wording.key, 0) + (wording.form != "cue")
    # Counts and genres have fewer ways of being said; the "any" keys are only ever understood.
    plain = [n for key, n in by_key.items() if not key[-1].isdigit() and not key.startswith("genre") and n]
    assert np.median(plain) >= 8
    assert {wording.register for wording in wordings()} == {"plain", "jargon", "casual", "light"}


def test_every_genre_of_the_composer_has_a_key():
    for variants in CATALOGUE.values():
        for style in variants:
            assert genre_key(style.genre) in PREDICATES


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("fast salsa with lots of turns", {"pace.any.fast", "genre.name.salsa", "turns.many.many"}),
        ("Hip-hop at 95 BPM, hands in the air", {"genre.name.hip_hop", "tempo.bpm.95", "arms.height.both_overhead"}),
        ("a couple holding hands", {"who.count.couple", "pair.hold.hold"}),
        ("two spins to the left, then a leap", {"turns.left.2", "jumps.leap.leap"}),
        ("slow waltz, swaying hips", {"pace.any.slow", "genre.name.waltz", "torso.hips.sway"}),
        ("no jumps or kicks but high knees", {"not:jumps.any.any", "not:legs.kick.any", "legs.knee.several"}),
        ("energetic, without any turns", {"intensity.level.energetic", "not:turns.any.any"}),
        ("breakdance freeze", {"genre.name.breaking", "dynamics.freeze.any"}),
        ("jumps three times", {"jumps.count.3"}),
        (
            "the leader kicks and the follower turns twice, both jump",
            {"lead:legs.kick.any", "follow:turns.count.2", "jumps.any.any"},
        ),
        ("sharp punches", {"fluidity.flow.sharp", "arms.punch.punch"}),
        ("purple elephants file a tax return", set()),
        ("", set()),
    ],
)
def test_free_queries_are_understood(text, keys):
    assert mentions(text) == keys


def test_what_was_not_understood_is_told():
    found = read("graceful zebra spin")
    assert [key for _, _, key in found] == ["fluidity.flow.smooth", "", "turns.any.any"]


def test_keys_hold_for_what_was_done():
    turns = measure_attributes(turning(2))
    assert holds("turns.count.2", turns)
    assert holds("turns.left.2", turns)
    assert holds("turns.way.left", turns)
    assert not holds("turns.count.1", turns)
    assert not holds("turns.way.right", turns)
    assert holds("not:jumps.any.any", turns)
    assert holds("jumps.count.3", measure_attributes(jumping(3)))
    assert holds("legs.kick.front", measure_attributes(kicking(1)))
    assert holds("arms.only.left", measure_attributes(arms_up(right=False)))
    assert holds("level.crouch.crouch", measure_attributes(crouching(1)))
    with pytest.raises(KeyError):
        holds("arms.height.nonsense", turns)


def test_what_one_of_two_does():
    kicks, spins = kicking(4).motions[0], turning(2, seconds=5.8).motions[0]
    couple = measure_attributes(Dance((kicks, spins.move(np.array([1.5, 0, 0]))), Provenance("test")))
    assert holds("lead:legs.kick.front", couple)
    assert holds("follow:turns.count.2", couple)
    assert not holds("follow:legs.kick.front", couple)
    assert not holds("legs.kick.front", couple)
    assert holds("not:lead:turns.any.any", couple)
    assert not holds("lead:legs.kick.front", measure_attributes(kicking(4)))


def test_what_is_not_known_of_the_music_does_not_hold():
    silent = measure_attributes(turning(1))
    known = measure_attributes(turning(1), music=MusicFacts("salsa", 180.0, 4, 0.5, 0.8, 0.7, 0.1, 0.3))
    music = ("genre", "tempo", "rhythm", "valence", "music")
    assert not [key for key in true_keys(silent) if key.split(".")[0] in music]
    assert holds("genre.name.salsa", known)
    assert holds("tempo.speed.fast", known)
    assert holds("tempo.bpm.181", known)
    assert not holds("tempo.bpm.128", known)
    assert holds("valence.mood.happy", known)
    assert not holds("tempo.bpm.128", silent)


def test_facts_of_composed_music():
    house, waltz, swing = (
        facts_of_composition(compose(style, seconds=40, seed=1), start_s=12, end_s=24)
        for style in ("house", "waltz", "swing")
    )
    assert house.genre == "house"
    assert house.kick is not None
    assert house.kick > 0.8
    assert waltz.meter == 3
    assert swing.swing is not None
    assert swing.swing > 0.6
    assert house.syncopation is not None
    assert waltz.syncopation is not None
    assert house.syncopation > waltz.syncopation
    assert min(house.beats_s) >= 0
    assert max(house.beats_s) < 12
    assert len(house.beats_s) == pytest.approx(12 * (house.tempo_bpm or 0) / 60, abs=1)


def test_facts_of_sound_know_tempo_and_bar_only():
    from demos.audio.features import AudioFeatures

    beats = np.arange(0, 20, 0.5)
    features = AudioFeatures(np.zeros((600, 35), np.float32), beats, beats[::4], 120.0, 20.0)
    facts = facts_of_sound(features, start_s=4.0, end_s=10.0)
    assert (facts.tempo_bpm, facts.meter, facts.genre, facts.swing, facts.valence) == (120.0, 4, "", None, None)
    assert facts.beats_s == tuple(np.arange(0, 6, 0.5))
    silence = AudioFeatures(np.zeros((30, 35), np.float32), np.zeros(0), np.zeros(0), 0.0, 1.0)
    assert facts_of_sound(silence).tempo_bpm is None


def test_verbs_are_inflected():
    thirds = {
        "raise": "raises",
        "cross": "crosses",
        "carry": "carries",
        "punch": "punches",
        "go": "goes",
        "stay": "stays",
    }
    ings = {
        "raise": "raising", "spin": "spinning", "step": "stepping", "keep": "keeping", "draw": "drawing",
        "lift": "lifting", "cross": "crossing", "clap": "clapping", "mirror": "mirroring",
        "travel": "travelling", "open": "opening",
    }  # fmt: skip
    assert {verb: third_person(verb) for verb in thirds} == thirds
    assert {verb: gerund(verb) for verb in ings} == ings
    assert inflect("~curl and ~arch the spine", third_person) == "curls and arches the spine"


def test_every_verb_in_use_has_an_ing_form_that_is_spelt_right():
    vowels = "aeiou"
    for wording in {w for options in written("vp").values() for w in options}:
        for verb in verbs(wording.text):
            one_syllable = sum(c in vowels and (i == 0 or verb[i - 1] not in vowels) for i, c in enumerate(verb)) == 1
            closed = len(verb) > 2 and verb[-1] not in vowels + "wxy" and verb[-2] in vowels and verb[-3] not in vowels
            if one_syllable and closed:
                assert gerund(verb) == verb + verb[-1] + "ing", verb
            if verb.endswith("e") and not verb.endswith(("ee", "ie")):
                assert gerund(verb) == verb[:-1] + "ing", verb


def test_articles_lists_and_sentences():
    assert article("up-tempo track") == "an up-tempo track"
    assert article("unhurried dance") == "an unhurried dance"
    assert article("one-two step") == "a one-two step"
    assert article("waltz") == "a waltz"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a"]) == "a"
    assert sentence("  two  words ,") == "Two words."
