"""A visitor's search: wishes and weights, filters with counts, orders, doubts; results that measure as was said."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from retrieval.made_library import make_clip, make_rows, make_shipped, tiny_loaded, unit

from demos.corpus.measures.music import MusicFacts
from demos.nn import weight_files
from demos.retrieval import facets, pipeline, quest, understanding
from demos.retrieval.data import KEYS
from demos.retrieval.facets import Catalogue, Picks, page_facets
from demos.retrieval.library import EMBEDDINGS_FILE, SHIPPED, Library, read_clips, read_embeddings
from demos.retrieval.pipeline import Loaded
from demos.retrieval.quest import LESS, PAGE, TEXT, Quest, Shelf, Wish, aim_of, find
from demos.runtime.errors import InputError


def knowing(loaded: Loaded) -> Loaded:
    """A tiny network whose header says what `understand` needs."""
    facts = {**loaded.facts, "calibration": [4.0, 0.5, 0.5, 0.0], "key_shares": [0.3] * len(KEYS)}
    return replace(loaded, facts={**facts, "familiar": [0.0, 1.0]})


@pytest.fixture
def place(tmp_path, private_cache, monkeypatch) -> Shelf:
    """A library of 60 made rows over three shipped clips."""
    loaded = knowing(tiny_loaded())
    for module in (pipeline, understanding):
        monkeypatch.setattr(module, "load", lambda source=None: loaded)
    make_shipped(tmp_path / "shipped", count=3)
    library = Library.open(tmp_path / "own", shipped=tmp_path / "shipped")
    library.store.upsert([replace(row, origin="added") for row in make_rows(60)])
    return Shelf(library)


def wish(vector: np.ndarray, name: str = "w", kind: Any = "song", weight: float = 1.0, clip: str = "") -> Wish:
    return Wish(name, kind, name, vector, weight, clip)


# --- finding


def test_without_a_question_everything_is_there_to_look_at(place):
    found = find(Quest(), place)
    assert (found.total, found.of, len(found.results), found.more) == (63, 63, PAGE, True)
    assert {result.sure for result in found.results} == {None}
    genres = [result.clip.genre for result in found.results[:4]]
    assert len(set(genres)) == 4  # one of each genre before the second of any


def test_a_page_more_goes_on_where_the_last_one_ended(place):
    search = Quest()
    first = [result.clip.id for result in find(search, place).results]
    search.show_more()
    second = [result.clip.id for result in find(search, place).results]
    assert second[:PAGE] == first
    assert len(set(second)) == 2 * PAGE
    search.order("fast")
    assert search.shown == PAGE


def test_words_are_scored_and_other_wishes_only_compared(place):
    search = Quest()
    search.say("salsa")
    for result in find(search, place).results:
        assert result.sure is not None
        assert 0 <= result.sure <= 1
        assert result.alike is None
    other = Quest()
    other.add(wish(unit(np.random.default_rng(5))))
    for result in find(other, place).results:
        assert result.sure is None
        assert result.alike is not None
        assert 0 <= result.alike <= 1


def test_more_of_a_dance_finds_it_first_and_less_of_it_never(place):
    liked = place.wish("clip-7", "like")
    search = Quest()
    search.add(liked)
    assert find(search, place).results[0].clip.id == "clip-7"
    search.add(place.wish("clip-9", "less"))
    shown = [result.clip.id for result in find(search, place).results]
    assert "clip-9" not in shown
    only = Quest()
    only.add(place.wish("clip-9", "less"))
    far = [result.clip.id for result in find(only, place).results]
    assert far
    assert "clip-9" not in far


def test_weights_change_what_is_looked_for():
    rng = np.random.default_rng(0)
    one, two = unit(rng), unit(rng)
    search = Quest()
    search.add(wish(one, "one"))
    search.add(wish(two, "two"))
    even = aim_of(list(search.wishes.values()))
    search.weigh("two", 0.2)
    assert aim_of(list(search.wishes.values())) @ one > even @ one
    search.weigh("one", -5)
    assert search.wishes["one"].weight == 2.0  # a wish for more never becomes one for less
    search.add(wish(two, "away", "less", LESS))
    search.weigh("away", 1.5)
    assert search.wishes["away"].weight == -1.5
    search.weigh("gone", 1.0)
    search.weigh("two", float("nan"))
    assert search.wishes["two"].weight == 0.2


def test_orders_are_orders(place):
    def tempi(search: Quest) -> list[float]:
        return [result.clip.tempo_bpm or 0.0 for result in find(search, place).results]

    search = Quest()
    search.order("fast")
    assert tempi(search) == sorted(tempi(search), reverse=True)
    search.order("slow")
    assert tempi(search) == sorted(tempi(search))
    search.say("salsa")
    assert tempi(search) == sorted(tempi(search))
    search.order("nonsense")
    assert search.sort == "match"


def test_best_matches_measure_as_the_words_say(place):
    search = Quest()
    search.say("salsa")
    genres = [result.clip.genre for result in find(search, place).results]
    several = genres.count("salsa")
    assert 0 < several < PAGE
    assert genres[:several] == ["salsa"] * several  # nothing else stands before one that is what was asked for
    assert all(dict(result.checks)["salsa"] == (result.clip.genre == "salsa") for result in find(search, place).results)
    search.order("network")
    assert [result.clip.genre for result in find(search, place).results] != genres


def test_what_is_denied_is_checked_too(place):
    values = {**make_clip("x", np.random.default_rng(0)).attributes, "music": MusicFacts("salsa").to_dict()}
    named = quest.keys_of("no salsa")
    assert quest.checks(values, named) == (("no salsa", False),)


@pytest.mark.parametrize("text", ["?!", "🕺"])
def test_nothing_is_lost_when_a_text_cannot_be_searched_for(place, text):
    search = Quest()
    search.say("salsa")
    before = dict(search.wishes)
    with pytest.raises(InputError, match="empty"):
        search.say(text)
    assert search.wishes == before
    search.say("  ")
    assert TEXT not in search.wishes


def test_a_doubtful_text_is_doubted(place, monkeypatch):
    search = Quest()
    search.say("salsa")
    sure = find(search, place).results[0].sure
    assert search.meant is not None
    assert sure is not None
    meant = replace(search.meant, unsure=True, familiar=0.1, note="These are guesses.")
    search.meant = meant
    found = find(search, place)
    assert found.results[0].sure == pytest.approx(0.2 * sure)
    assert found.note == "These are guesses."


def test_a_search_has_an_end():
    search = Quest()
    for number in range(quest.MOST_WISHES):
        search.add(wish(unit(np.random.default_rng(number)), f"w{number}"))
    with pytest.raises(InputError, match="at most"):
        search.add(wish(unit(np.random.default_rng(99)), "one more"))


def test_what_was_read_is_marked():
    meant = understanding.Understanding((), ("a leap",), ("zorblax",), 1.0, False, "")
    assert quest.words_of("salsa, no turns and zorblax", meant) == [
        ("salsa", "known"),
        ("turns", "denied"),
        ("zorblax", "unknown"),
    ]


def test_without_weights_the_library_can_still_be_looked_at(tmp_path, private_cache, monkeypatch):
    def absent(source=None):
        raise InputError("The weights are missing.")

    monkeypatch.setattr(pipeline, "load", absent)
    make_shipped(tmp_path / "shipped", count=3)
    place = Shelf(Library.open(tmp_path / "own", shipped=tmp_path / "shipped"))
    assert len(find(Quest(), place).results) == 3
    with pytest.raises(InputError, match="missing"):
        place.wish("made-1", "like")


# --- facets


def test_filters_narrow_and_say_how_many_are_left(place):
    search = Quest()
    search.pick(search.picks.toggled("genres", "salsa").ranged("tempo_bpm", 100, 140))
    found = find(search, place)
    assert found.total == len(found.results) > 0
    assert all(r.clip.genre == "salsa" and 100 <= (r.clip.tempo_bpm or 0) <= 140 for r in found.results)
    counted = page_facets(place.catalogue(), search.picks)
    genres = next(each for each in counted["words"] if each["facet"] == "genres")["values"]
    chosen = next(each for each in genres if each["key"] == "salsa")
    assert (chosen["count"], chosen["on"]) == (found.total, True)
    assert sum(each["count"] for each in genres) > found.total  # the others as if chosen as well
    tempo = next(each for each in counted["ranges"] if each["facet"] == "tempo_bpm")
    assert (tempo["low"], tempo["high"], tempo["on"]) == (100, 140, True)
    assert counted["active"] == 2


def test_the_catalogue_and_the_store_leave_the_same(place):
    picks = Picks(parts=("arms", "legs"), levels=("mid", "high"), energy=(0.3, None))
    assert int(place.catalogue().passing(picks).sum()) == place.library.store.count(picks.filters())


def test_an_empty_result_says_what_to_open(place):
    search = Quest()
    search.pick(Picks(genres=("salsa",), tempo_bpm=(199.0, None)))
    found = find(search, place)
    assert found.results == ()
    assert found.loosen[0]["text"] == "Tempo"
    assert found.loosen[0]["count"] == int(place.catalogue().passing(Picks(genres=("salsa",))).sum())


def test_ends_of_a_scale_are_open_and_nonsense_is_said():
    picks = Picks().ranged("tempo_bpm", 60, 200)
    assert picks == Picks()
    assert Picks().toggled("parts", "arms").toggled("parts", "arms") == Picks()
    for change in (lambda: picks.toggled("colour", "red"), lambda: picks.ranged("genres", 1, 2)):
        with pytest.raises(InputError, match="no filter"):
            change()
    with pytest.raises(InputError):
        Picks(tempo_bpm=(150.0, 90.0)).filters().sql()


def test_added_dances_are_counted_at_once(place):
    before = len(place.catalogue())
    place.library.store.upsert([replace(row, origin="added") for row in make_rows(61)[60:]])
    assert len(place.catalogue()) == before + 1


# --- what ships


def test_examples_are_answered_by_what_ships():
    from demos.retrieval.layout import QUERIES

    clips = list(read_clips(SHIPPED))
    for text in QUERIES:
        named = quest.keys_of(text)
        assert named, text
        best = max(np.mean([fits for _, fits in quest.checks(clip.attributes, named)]) for clip in clips)
        assert best > 0.6, text


def test_every_facet_value_of_what_ships_has_a_word_and_dances():
    catalogue = Catalogue.of_clips(read_clips(SHIPPED))
    for facet in page_facets(catalogue, Picks())["words"]:
        assert all(each["text"] and each["count"] for each in facet["values"]), facet["facet"]
    assert set(facets.STYLES) >= set(catalogue.words["style"].tolist())


def test_the_shipped_network_finds_what_is_asked_for(private_cache):
    if not weight_files.shipped(pipeline.NAME).is_file():
        pytest.skip("weights/retrieval.safetensors is not in this checkout")
    loaded = pipeline.load()
    kept = read_embeddings(SHIPPED / EMBEDDINGS_FILE, loaded.sha256)
    clips = list(read_clips(SHIPPED))
    assert len(kept) == len(clips), "run python -m demos library embed"
    vectors = np.stack([kept[f"{clip.id}-{clip.content}"].whole for clip in clips])
    hit = []
    for text in ("salsa", "a waltz", "hip hop"):
        best = np.argsort(-(vectors @ pipeline.embed_text(text)[0]))[:10]
        named = quest.keys_of(text)
        hit.append(np.mean([quest.checks(clips[place].attributes, named)[0][1] for place in best]))
    assert np.mean(hit) > 0.5  # one in 24 by chance


def test_json_can_carry_all_of_it(place):
    json.dumps(page_facets(place.catalogue(), Picks()))
