"""What the Find tab does when something is clicked. Every handler is given Inputs first and gives back Shown."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from demos.audio import cache
from demos.handover import Parcel
from demos.motion.dance import Dance
from demos.motion.files import open_dance
from demos.page import told
from demos.render.player import player_value
from demos.retrieval import panels, pipeline, quest
from demos.retrieval.facets import Picks, page_facets
from demos.retrieval.layout import shipped_songs
from demos.retrieval.quest import Quest, Wish, shelf
from demos.retrieval.stage import Stage, adapt, bring
from demos.runtime import workspace
from demos.runtime.caches import file_sha256
from demos.runtime.errors import InputError

HASH = "find"
OUR_FAULT = "Something went wrong on our side. Your search is still here: try again."
_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class Visitor:
    """What one visitor has on this page; it changes in place, so that quick clicks never undo each other.
    received : the parcels that were taken in -> the wish each became."""

    quest: Quest = field(default_factory=Quest)
    stage: Stage = field(default_factory=Stage)
    received: dict[str, str] = field(default_factory=dict)


class Shown(NamedTuple):
    """New values for the page, in the order of every handler's outputs; what is left out stays as it is."""

    visitor: Any = gr.skip()
    folder: Any = gr.skip()
    words: Any = gr.skip()
    reading: Any = gr.skip()
    wishes: Any = gr.skip()
    facets: Any = gr.skip()
    grid: Any = gr.skip()
    pins: Any = gr.skip()
    player: Any = gr.skip()
    about: Any = gr.skip()
    fitted: Any = gr.skip()


Action = Callable[..., None]


def searching(action: Action) -> Callable[..., Shown]:
    """A handler that changes the search and shows what it finds; on bad input a sentence, and all stays."""

    def handler(visitor: Visitor | None, folder: str | None, *values: Any) -> Shown:
        here = visitor or Visitor()
        try:
            action(here, *values)
            return _results(here)
        except InputError as error:
            return Shown(visitor=here, reading=_said(panels.trouble(str(error))))
        except Exception:
            _LOG.exception("a search failed")
            return Shown(visitor=here, reading=_said(panels.trouble(OUR_FAULT)))

    return handler


def staging(action: Action) -> Callable[..., Shown]:
    """A handler that changes the stage and plays it; on bad input a sentence in the page's corner, and all stays."""

    def handler(visitor: Visitor | None, folder: str | None, *values: Any) -> Shown:
        here, folder = visitor or Visitor(), folder or workspace.create().name
        try:
            action(here, workspace.root() / folder, *values)
            return _staged(here, folder)
        except InputError as error:
            gr.Warning(str(error))
        except Exception:
            _LOG.exception("the stage failed")
            gr.Warning(OUR_FAULT)
        return Shown(visitor=here, folder=folder, pins=_pins(here))

    return handler


def _said(text: str) -> dict:
    return gr.update(value=text, visible=bool(text))


def _results(here: Visitor, **more: Any) -> Shown:
    """Everything that shows what is searched for and what was found."""
    place = shelf()
    found = quest.find(here.quest, place)
    counted = page_facets(place.catalogue(), here.quest.picks)
    shown = Shown(
        visitor=here,
        reading=_said(panels.reading(here.quest)),
        wishes=panels.wishes_value(here.quest),
        facets=panels.facets_value(here.quest, counted),
        grid=panels.grid_value(here.quest, found, place.library, here.stage),
    )
    return shown._replace(**more)


def _pins(here: Visitor, *, start: str = "") -> dict[str, Any]:
    return panels.pins_value(here.stage, shelf().library, start=start)


def _staged(here: Visitor, folder: str) -> Shown:
    """The stage as it is now, playing."""
    scene, shown = here.stage.scene(), here.stage.shown
    if scene is None:
        return Shown(visitor=here, folder=folder, pins=_pins(here))
    value = player_value(
        list(scene.dances), names=list(scene.names), song_path=scene.song, folder=workspace.root() / folder
    )
    text = panels.beside_about(shown, scene.note) if len(shown) > 1 else panels.about(next(iter(shown)))
    return Shown(
        visitor=here, folder=folder, pins=_pins(here, start=value["id"]), player=value,
        about=text, fitted=_said(""),
    )  # fmt: skip


# --- the search


def arrive(visitor: Visitor | None, folder: str | None) -> Shown:
    """Whoever comes in finds dances to look at; the network is made ready meanwhile."""
    here = visitor or Visitor()
    try:
        return _results(here)
    except Exception as error:
        if not isinstance(error, InputError):
            _LOG.exception("the library could not be shown")
        sentence = str(error) if isinstance(error, InputError) else OUR_FAULT
        return Shown(visitor=here, reading=_said(panels.trouble(sentence)))


def warm() -> None:
    """Load what the first search needs."""
    try:
        quest.shelf().sample()
        pipeline.embed_text("a dance")
    except InputError:
        pass  # said when something is searched for


@searching
def ask(here: Visitor, text: str | None) -> None:
    if not (text or "").strip() and not here.quest.wishes:
        raise InputError("The search is empty: describe a dance, for example “fast salsa with lots of turns”.")
    here.quest.say(text or "")


def try_example(visitor: Visitor | None, folder: str | None, event: gr.EventData) -> Shown:
    """A description to try, or a song of the app."""
    key = str(told(event, "key") or "")
    song = shipped_songs().get(key)
    if song is not None:
        return by_song(visitor, folder, str(song))
    return ask(visitor, folder, key)._replace(words=key)


@searching
def by_song(here: Visitor, path: str | None) -> None:
    """Dances that fit a song."""
    if not path:
        raise InputError("Choose a song: any sound file will do.")
    heard = cache.load(path)[1]
    vector = pipeline.embed_song(heard)
    song = Path(path)
    here.quest.add(Wish(f"song-{file_sha256(song)[:12]}", "song", _title(song), vector))


@searching
def by_dance(here: Visitor, path: str | None) -> None:
    """Dances like one of the visitor's own."""
    if not path:
        raise InputError("Choose a dance: a BVH, an AIST++ pkl or an NPZ file.")
    dance = open_dance(path)
    here.quest.add(_like(dance, _title(Path(path)), None))


def _like(dance: Dance, name: str, song: Path | None) -> Wish:
    features = cache.load(song)[1] if song is not None else None
    vector = pipeline.embed_dance(dance, features)
    return Wish(f"dance-{secrets.token_hex(4)}", "dance", name, vector)


def _title(path: Path) -> str:
    return " ".join(path.stem.replace("-", " ").replace("_", " ").split())[:60] or "Song"


def _event(handler: Callable[..., Shown], *names: str) -> Callable[..., Shown]:
    """A handler that is given what a script told, by name, after what it is always given."""

    def heard(visitor: Visitor | None, folder: str | None, event: gr.EventData) -> Shown:
        return handler(visitor, folder, *(told(event, name) for name in names))

    return heard


@searching
def _weigh(here: Visitor, name: Any, weight: Any) -> None:
    here.quest.weigh(str(name), _number(weight, 1.0))


def _leave(visitor: Visitor | None, folder: str | None, name: Any) -> Shown:
    shown = _dropping(visitor, folder, name)
    return shown._replace(words="") if name == quest.TEXT else shown


@searching
def _dropping(here: Visitor, name: Any) -> None:
    here.quest.drop(str(name))


@searching
def _toggle(here: Visitor, facet: Any, key: Any) -> None:
    here.quest.pick(here.quest.picks.toggled(str(facet), str(key)))


@searching
def _range(here: Visitor, facet: Any, low: Any, high: Any) -> None:
    here.quest.pick(here.quest.picks.ranged(str(facet), _number(low), _number(high)))


@searching
def reset(here: Visitor) -> None:
    here.quest.pick(Picks())


@searching
def _open(here: Visitor, facet: Any) -> None:
    if facet in here.quest.picks.active():
        here.quest.pick(here.quest.picks.without(str(facet)))


@searching
def _arrange(here: Visitor, key: Any) -> None:
    here.quest.order(str(key))


@searching
def further(here: Visitor) -> None:
    here.quest.show_more()


@searching
def _closer(here: Visitor, name: Any) -> None:
    here.quest.add(shelf().wish(str(name), "like"))


@searching
def _away(here: Visitor, name: Any) -> None:
    here.quest.add(shelf().wish(str(name), "less"))


weigh, leave, toggle, narrow = (
    _event(_weigh, "id", "weight"), _event(_leave, "id"), _event(_toggle, "facet", "key"),
    _event(_range, "facet", "low", "high"),
)  # fmt: skip
open_facet, arrange, closer, away = (
    _event(_open, "facet"),
    _event(_arrange, "key"),
    _event(_closer, "id"),
    _event(_away, "id"),
)


def closer_to_stage(visitor: Visitor | None, folder: str | None) -> Shown:
    return _closer(visitor, folder, _lead(visitor))


def away_from_stage(visitor: Visitor | None, folder: str | None) -> Shown:
    return _away(visitor, folder, _lead(visitor))


def _lead(visitor: Visitor | None) -> str:
    shown = visitor.stage.shown if visitor else ()
    return shown[0].id if shown else ""


def _number(value: Any, otherwise: float | None = None) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise


# --- the stage


@staging
def _perform(here: Visitor, folder: Path, name: Any) -> None:
    here.stage.play(bring(shelf().library, str(name), folder))


@staging
def _pin(here: Visitor, folder: Path, name: Any) -> None:
    name = str(name)
    if name in here.stage.pins:
        here.stage.unpin(name)
        return
    staged = next((each for each in here.stage.shown if each.id == name), None)
    here.stage.pin(staged or bring(shelf().library, name, folder))


@staging
def _unpin(here: Visitor, folder: Path, name: Any) -> None:
    here.stage.unpin(str(name))


@staging
def _follow(here: Visitor, folder: Path, name: Any) -> None:
    here.stage.follow(str(name))


@staging
def _together(here: Visitor, folder: Path, on: Any) -> None:
    here.stage.together, here.stage.beside = bool(on), len(here.stage.pins) > 1


@staging
def beside(here: Visitor, folder: Path) -> None:
    here.stage.beside = len(here.stage.pins) > 1


perform, pin, unpin, follow, together = (
    _event(_perform, "id"), _event(_pin, "id"), _event(_unpin, "id"), _event(_follow, "id"), _event(_together, "on"),
)  # fmt: skip


def to_song(visitor: Visitor | None, folder: str | None, path: str | None) -> Shown:
    """The dance on the stage, on another song; what is wrong is said where the song was chosen."""
    here, folder = visitor or Visitor(), folder or workspace.create().name
    try:
        if not here.stage.shown:
            raise InputError("Click a dance first.")
        if not path:
            raise InputError("Choose a song: any sound file will do.")
        fitted = adapt(shelf().library, here.stage.shown[0], Path(path), workspace.root() / folder)
        here.stage.play(fitted)
        return _staged(here, folder)
    except InputError as error:
        return Shown(visitor=here, folder=folder, fitted=_said(panels.trouble(str(error))))


def to_example_song(visitor: Visitor | None, folder: str | None, event: gr.EventData) -> Shown:
    song = shipped_songs().get(str(told(event, "key") or ""))
    return to_song(visitor, folder, str(song) if song else None)


# --- other tabs


def pack(to: str, visitor: Visitor | None) -> Parcel:
    """What is on the stage, for another tab."""
    scene = visitor.stage.scene() if visitor else None
    if visitor is None or scene is None:
        raise InputError("Click a dance first: what is on the stage is sent.")
    lead = visitor.stage.shown[0]
    order = [scene.names.index(lead.name), *(i for i, name in enumerate(scene.names) if name != lead.name)]
    return Parcel(
        to, tuple(scene.dances[i] for i in order), tuple(scene.names[i] for i in order), scene.song
    )  # fmt: skip


def receive(visitor: Visitor | None, folder: str | None, parcel: Parcel | None) -> Shown:
    """A dance of another tab: more like it."""
    if parcel is None or parcel.to != HASH or visitor is None or parcel.id in visitor.received:
        return Shown()
    visitor.received[parcel.id] = ""
    return _received(visitor, folder, parcel)


def withdraw(visitor: Visitor | None, folder: str | None, parcel: Parcel | None) -> Shown:
    """A dance that was sent here is taken back: the search is without it."""
    if parcel is None or parcel.to != HASH or visitor is None or parcel.id not in visitor.received:
        return Shown()
    return _withdrawn(visitor, folder, parcel)


@searching
def _withdrawn(here: Visitor, parcel: Parcel) -> None:
    here.quest.drop(here.received[parcel.id])


@searching
def _received(here: Visitor, parcel: Parcel) -> None:
    wish = _like(parcel.dances[0], parcel.names[0], parcel.song)
    here.quest.add(wish)
    here.received[parcel.id] = wish.id
