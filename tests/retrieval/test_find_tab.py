"""The Find tab without a browser: what its handlers show, its parts' values, what is handed over, the endpoint."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

import gradio as gr
import pytest
from made_motion import make_groove
from retrieval.made_library import make_shipped, make_song, tiny_loaded
from retrieval.test_find_quest import knowing

from demos.handover import Desk, Parcel
from demos.motion.dance import Dance, Provenance
from demos.retrieval import api, handlers, panels, pipeline, quest, understanding
from demos.retrieval.handlers import Shown, Visitor
from demos.retrieval.library import Library
from demos.retrieval.quest import Shelf
from demos.runtime.errors import InputError
from demos.runtime.settings import ASSETS

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def place(tmp_path, private_cache, monkeypatch) -> Shelf:
    """Five made dances on the page's one shelf."""
    loaded = knowing(tiny_loaded())
    for module in (pipeline, understanding):
        monkeypatch.setattr(module, "load", lambda source=None: loaded)
    make_shipped(tmp_path / "shipped", count=5)
    shelf = Shelf(Library.open(tmp_path / "own", shipped=tmp_path / "shipped"))
    for module in (handlers, quest, api):
        monkeypatch.setattr(module, "shelf", lambda: shelf)
    return shelf


def told(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def tell(handler: Callable[..., Shown], visitor: Visitor, folder: str | None = None, **data: Any) -> Shown:
    return handler(visitor, folder, told(**data))


def test_whoever_arrives_finds_dances(place):
    shown = handlers.arrive(None, None)
    assert shown.grid["head"] == "5 dances"
    assert len(shown.grid["cards"]) == 5
    assert all(card["sure"] is None for card in shown.grid["cards"])
    json.dumps([shown.grid, shown.facets, shown.wishes])


def test_words_find_and_refinements_stay(place):
    visitor = Visitor()
    shown = handlers.ask(visitor, None, "salsa")
    assert "Understood" in shown.reading["value"]
    assert shown.grid["scored"] == "sure"
    assert shown.wishes["items"] == []  # the box says it already
    turn = shown.grid["turn"]
    shown = tell(handlers.toggle, visitor, facet="genres", key="salsa")
    assert shown.grid["turn"] > turn
    assert {card["genre"] for card in shown.grid["cards"]} == {"Salsa"}
    shown = tell(handlers.narrow, visitor, facet="tempo_bpm", low=199, high=None)
    assert shown.grid["cards"] == []
    assert shown.grid["loosen"][0]["facet"] == "tempo_bpm"
    shown = tell(handlers.open_facet, visitor, facet="tempo_bpm")
    assert shown.grid["cards"]
    assert len(handlers.reset(visitor, None).grid["cards"]) == 5
    assert visitor.quest.text == "salsa"


@pytest.mark.parametrize(
    ("text", "words"), [("", "The search is empty"), ("   ", "The search is empty"), ("?!", "The search is empty")]
)
def test_an_empty_search_is_one_sentence(place, text, words):
    visitor = Visitor()
    shown = handlers.ask(visitor, None, text)
    assert words in shown.reading["value"]
    assert 'role="alert"' in shown.reading["value"]
    assert shown.visitor is visitor
    assert "skip" in json.dumps(shown.grid) or shown.grid == gr.skip()  # what is on the page stays there


def test_nonsense_of_a_browser_does_no_harm(place):
    visitor = Visitor()
    for handler, data in (
        (handlers.toggle, {"facet": "colour", "key": EVIL}),
        (handlers.narrow, {"facet": None, "low": "x", "high": []}),
        (handlers.weigh, {"id": None, "weight": "much"}),
        (handlers.leave, {"id": {"a": 1}}),
        (handlers.closer, {"id": EVIL}),
        (handlers.arrange, {}),
    ):
        assert isinstance(handler(visitor, None, told(**data)), Shown)
    handlers.ask(visitor, None, f"salsa {EVIL}")
    assert "<img" not in panels.reading(visitor.quest)


def test_a_song_and_a_dance_are_wishes(place, tmp_path):
    visitor = Visitor()
    shown = handlers.by_song(visitor, None, str(make_song(tmp_path / "my song.wav", 3.0)))
    assert shown.wishes["items"][0]["text"] == "my song"
    assert shown.grid["scored"] == "alike"
    path = Dance((make_groove(3.0),), Provenance("me")).save(tmp_path / "mine.npz")
    shown = handlers.by_dance(visitor, None, str(path))
    assert [item["kind"] for item in shown.wishes["items"]] == ["song", "dance"]
    shown = tell(handlers.weigh, visitor, id=shown.wishes["items"][0]["id"], weight=0.3)
    assert shown.wishes["items"][0]["weight"] == 0.3
    shown = tell(handlers.leave, visitor, id=shown.wishes["items"][0]["id"])
    assert len(shown.wishes["items"]) == 1
    (tmp_path / "bad.bvh").write_text("dear diary")
    shown = handlers.by_dance(visitor, None, str(tmp_path / "bad.bvh"))
    assert "bad.bvh" in shown.reading["value"]
    assert len(visitor.quest.wishes) == 1


def test_more_and_less_of_a_card(place):
    visitor = Visitor()
    shown = tell(handlers.closer, visitor, id="made-1")
    assert shown.grid["cards"][0]["id"] == "made-1"
    shown = tell(handlers.away, visitor, id="made-2")
    assert "made-2" not in [card["id"] for card in shown.grid["cards"]]
    assert [item["kind"] for item in shown.wishes["items"]] == ["like", "less"]


def test_a_card_plays_and_pins_stand_side_by_side(place):
    visitor = Visitor()
    shown = tell(handlers.perform, visitor, id="made-0")
    assert len(shown.player["dances"]) == 1
    assert shown.player["song"]
    assert shown.pins["start"] == shown.player["id"]
    assert shown.pins["playing"] == ["made-0"]
    assert "Dance number 0." in shown.about
    folder = shown.folder
    tell(handlers.pin, visitor, folder, id="made-0")
    shown = tell(handlers.pin, visitor, folder, id="made-1")
    assert [spec["name"] for spec in shown.player["dances"]] == ["made-0", "made-1"]
    assert "Side by side" in shown.about
    parcel = handlers.pack("edit", visitor)
    assert (parcel.to, len(parcel.dances), parcel.names[0]) == ("edit", 2, "made-0")
    assert parcel.song is not None
    shown = tell(handlers.pin, visitor, folder, id="made-1")  # once more: out again
    assert len(shown.player["dances"]) == 1


def test_a_dance_that_is_gone_is_said_and_the_stage_stays(place, monkeypatch):
    said = []
    monkeypatch.setattr(gr, "Warning", said.append)
    visitor = Visitor()
    tell(handlers.perform, visitor, id="made-0")
    shown = tell(handlers.perform, visitor, id="nowhere")
    assert "no dance called" in said[0]
    assert visitor.stage.shown[0].id == "made-0"
    assert shown.pins["playing"] == ["made-0"]


def test_where_a_dance_comes_from_is_told_safely(place):
    visitor = Visitor()
    tell(handlers.perform, visitor, id="made-0")
    text = panels.about(visitor.stage.shown[0])
    assert "Made by" in text
    assert "test" in text
    assert "Seed" in text
    staged = visitor.stage.shown[0]
    clip = cast(Any, staged.clip)
    object.__setattr__(clip, "captions", (EVIL, EVIL))
    assert "<img" not in panels.about(staged)


def test_parcels_are_taken_in_once_and_only_ours(place):
    visitor = Visitor()
    dance = Dance((make_groove(3.0),), Provenance("edit"))
    parcel = Parcel("find", (dance,), ("Raised arms",))
    assert handlers.receive(None, None, parcel) == Shown()
    assert handlers.receive(visitor, None, Parcel("compare", (dance,), ("x",))) == Shown()
    shown = handlers.receive(visitor, None, parcel)
    assert shown.wishes["items"][0]["text"] == "Raised arms"
    assert handlers.receive(visitor, None, parcel) == Shown()


def test_nothing_is_sent_from_an_empty_stage():
    with pytest.raises(InputError, match="Click a dance"):
        handlers.pack("edit", Visitor())


def test_a_desk_has_a_button_for_every_other_room():
    with gr.Blocks():
        desk = Desk({}, gr.Tabs(), {"find": "Find more like this", "edit": "Send to Edit"})
        assert list(desk.buttons("find")) == ["edit"]


def test_the_endpoint_answers_with_plain_values(place):
    found = api.search_dances("salsa", top=3)
    assert len(found["found"]) == 3
    assert 0 <= found["found"][0]["confidence"] <= 1
    json.dumps(found)
    assert {row["genre"] for row in api.search_dances("salsa", genres=["house"])["found"]} == {"house"}
    assert all(row["tempo_bpm"] <= 110 for row in api.search_dances("salsa", tempo_high=110)["found"])
    for text, top in ((" ", 5), ("salsa", 0), ("salsa", 999)):
        with pytest.raises(gr.Error):
            api.search_dances(text, top)


def test_five_thousand_characters_are_searched_for(place):
    shown = handlers.ask(Visitor(), None, "fast salsa with turns " * 227)
    assert "end is not read" in shown.reading["value"]
    assert len(shown.grid["cards"]) == 5


def test_previews_are_found_beside_the_scripts_or_anywhere(tmp_path):
    assert panels.address(ASSETS / "library" / "previews" / "a.mp4") == "library/previews/a.mp4"
    assert panels.address(tmp_path / "a.mp4") == str(tmp_path / "a.mp4")
    assert panels.address(None) == ""
