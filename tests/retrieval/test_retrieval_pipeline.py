"""Finding: vectors of texts, songs, dances; mixing them; confidence and shares; loading weights; doubtful searches."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_motion import make_groove
from retrieval.made_shards import dance_of, music_of

from demos.audio.features import AudioFeatures
from demos.corpus.vocabulary import mentions
from demos.motion.dance import Dance, Provenance
from demos.retrieval import pipeline, queries
from demos.retrieval.calibration import OUTSIDE
from demos.retrieval.data import KEYS
from demos.retrieval.pipeline import Loaded, Parts, combine, confidence, shares
from demos.retrieval.understanding import is_foreign, understand
from demos.runtime.errors import InputError


def _features(seconds: float = 3.0) -> AudioFeatures:
    nothing = np.zeros(0)
    return AudioFeatures(music_of(0, seconds=seconds), nothing, nothing, 0.0, seconds)


def _dance(*motions) -> Dance:
    return Dance(motions or (dance_of(0),), Provenance("test"))


def _unit(*numbers: float) -> np.ndarray:
    return np.array(numbers, np.float32) / np.linalg.norm(numbers)


def test_everything_becomes_unit_vectors(tiny: Loaded):
    texts = pipeline.embed_text(["fast salsa", "slow waltz with turns"], loaded=tiny)
    song, dance = (
        pipeline.embed_song(_features(), loaded=tiny),
        pipeline.embed_dance(_dance(), _features(), loaded=tiny),
    )
    assert texts.shape == (2, 12)
    assert pipeline.embed_text("fast salsa", loaded=tiny).shape == (1, 12)
    for vector in (*texts, song, dance):
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_the_same_search_gives_the_same_vector_alone_or_among_others(tiny: Loaded):
    alone = pipeline.embed_text("slow waltz", loaded=tiny)[0]
    np.testing.assert_allclose(pipeline.embed_text(["slow waltz", "x " * 90], loaded=tiny)[0], alone, atol=1e-5)


def test_music_changes_a_dance_and_its_absence_is_allowed(tiny: Loaded):
    whole = pipeline.embed_parts(_dance(), _features(), loaded=tiny)
    silent = pipeline.embed_parts(_dance(), None, loaded=tiny)
    assert silent.music is None
    np.testing.assert_allclose(silent.whole, whole.motion, atol=1e-6)
    assert not np.allclose(whole.whole, whole.motion, atol=1e-3)


def test_longer_dances_are_the_mean_of_their_windows(tiny: Loaded):
    motion, features = dance_of(1, seconds=18.0), _features(18.0)
    found = pipeline.embed_dance(_dance(motion), features, loaded=tiny)
    parts = [
        pipeline.embed_dance(
            _dance(motion.slice(start, start + 360)), replace(features, values=features.values[start : start + 360]),
            loaded=tiny,
        )
        for start in (0, 180)
    ]  # fmt: skip
    assert float(found @ (parts[0] + parts[1]) / np.linalg.norm(parts[0] + parts[1])) > 0.999


def test_couples_are_both_their_dancers(tiny: Loaded):
    one, other = dance_of(0), dance_of(1)
    couple = pipeline.embed_dance(_dance(one, other), None, loaded=tiny)
    both = sum(pipeline.embed_dance(_dance(each), None, loaded=tiny) for each in (one, other))
    assert float(couple @ both / np.linalg.norm(both)) == pytest.approx(1, abs=1e-4)


def test_too_short_or_silent_input_is_said(tiny: Loaded):
    with pytest.raises(InputError, match="a second or more"):
        pipeline.embed_dance(_dance(make_groove(0.5)), None, loaded=tiny)
    with pytest.raises(InputError, match="too short"):
        pipeline.embed_dance(_dance(), replace(_features(), values=np.zeros((0, 35), np.float32)), loaded=tiny)
    with pytest.raises(InputError, match="a second or more"):
        pipeline.embed_song(_features(0.5), loaded=tiny)


@pytest.mark.parametrize("text", ["", "   ", "?!"])
def test_an_empty_search_is_said(text: str, tiny: Loaded):
    with pytest.raises(InputError, match="empty"):
        pipeline.embed_text(text, loaded=tiny)
    with pytest.raises(InputError, match="empty"):
        understand(text, loaded=tiny)


def test_weights_lean_towards_what_they_favour():
    one, other = _unit(1, 0, 0), _unit(0, 1, 0)
    mixed = combine([one, other], [3.0, 1.0])
    assert mixed @ one > 2.9 * (mixed @ other)
    assert np.linalg.norm(mixed) == pytest.approx(1, abs=1e-6)


def test_less_of_this_lowers_what_is_unwanted_and_keeps_the_wish():
    wish, unwanted, close = _unit(1, 0, 0), _unit(1, 1, 0), _unit(1, 0.02, 0)
    less = combine([wish, unwanted], [1.0, -0.7])
    assert less @ unwanted < wish @ unwanted - 0.2
    assert less @ wish > 0.8
    # What is nearly the wish itself cannot be wished away with it.
    assert combine([wish, close], [1.0, -1.0]) @ wish > 0.999


@pytest.mark.parametrize(
    ("weights", "words"), [([-1.0], "what to look for"), ([0.0], "what to look for"), ([1.0, 2.0], "one weight")]
)
def test_wishes_without_an_aim_are_said(weights: list[float], words: str):
    with pytest.raises(InputError, match=words):
        combine([_unit(1, 0)], weights)
    with pytest.raises(InputError, match="cancel"):
        combine([_unit(1, 0), _unit(-1, 0)])


def test_confidence_follows_the_calibration(tiny: Loaded):
    assert confidence(0.5, loaded=tiny) == pytest.approx(0.5)  # 8 * 0.5 - 4
    found = confidence(np.array([-1.0, 0.0, 0.6, 1.0]), loaded=tiny)
    assert found.shape == (4,)
    assert (np.diff(found) > 0).all()
    assert 0 < found[0] < found[-1] < 1
    assert confidence(0.5, rise=2.0, loaded=tiny) > confidence(0.5, odds=-3.0, loaded=tiny)


def test_the_more_is_asked_the_less_likely_is_all_of_it(tiny: Loaded):
    one, three = (understand(text, loaded=tiny).odds for text in ("salsa", "fast salsa with many turns"))
    assert three < one < 0


def test_shares_say_which_half_answers():
    parts = Parts(_unit(1, 1), _unit(1, 0), _unit(0, 1))
    heard = shares(_unit(3, 1), parts)
    assert heard.music == pytest.approx(0.75)
    assert heard.music + heard.motion == pytest.approx(1)
    assert shares(_unit(-1, -1), parts).music == 0.5
    assert shares(_unit(1, 0), Parts(_unit(1, 0), None, _unit(1, 0))).motion == 1.0


def test_weights_are_checked(tiny_weights: Path, tmp_path: Path):
    assert pipeline.load(tiny_weights.parent).network.config.width == 16
    assert pipeline.load(tiny_weights) is pipeline.load(str(tiny_weights))
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(tiny_weights.read_bytes()[:900])
    with pytest.raises(InputError, match="damaged"):
        pipeline.load(broken)
    with pytest.raises(InputError, match="There are no weights"):
        pipeline.load(tmp_path / "none.safetensors")
    other = tmp_path / "other.safetensors"
    from safetensors.numpy import save_file

    save_file({"a": np.zeros(2, np.float32)}, other)
    with pytest.raises(InputError, match="no retrieval network"):
        pipeline.load(other)


def test_searches_for_dances_are_trusted_and_others_doubted(aware: Loaded):
    sure = ["fast salsa with lots of turns", "someone kicking and spinning", "sad slow waltz"]
    unsure = ["how do I file my tax return", "recipe for potato salad", "the boiling point of water"]
    assert not set(unsure) & set(OUTSIDE)
    assert [understand(text, loaded=aware).unsure for text in sure] == [False] * 3
    assert [understand(text, loaded=aware).unsure for text in unsure] == [True] * 3
    assert "guesses" in understand(unsure[0], loaded=aware).note


def test_most_free_searches_are_recognised(aware: Loaded):
    doubted = [query.text for query in queries.QUERIES if understand(query.text, loaded=aware).unsure]
    assert len(doubted) <= 0.15 * len(queries.QUERIES), doubted


@pytest.mark.parametrize(
    "text",
    ["une danse rapide avec des sauts", "ein trauriger Tanz mit vielen Drehungen", "быстрый танец", "激しい踊り"],
)
def test_other_languages_are_noticed(text: str, aware: Loaded):
    found = understand(text, loaded=aware)
    assert found.unsure
    assert "English" in found.note


def test_english_is_not_taken_for_another_language():
    assert not any(is_foreign(query.text.lower().split()) for query in queries.QUERIES)


def test_rare_and_unknown_words_are_told(tiny: Loaded):
    text = "salsa with a leap and zorblax"
    leap = next(key for key in mentions(text) if "jump" in key)
    shares_of = [0.001 if key == leap else 0.3 for key in KEYS]
    found = understand(text, loaded=replace(tiny, facts={**tiny.facts, "key_shares": shares_of}))
    assert found.rare
    assert found.unknown == ("zorblax",)
    assert "genre.name.salsa" in found.keys


def test_five_thousand_characters_are_read_in_part(aware: Loaded):
    text = "fast salsa with turns " * 230
    assert pipeline.embed_text(text, loaded=aware).shape == (1, 12)
    assert "end is not read" in understand(text, loaded=aware).note
