"""What the Edit tab does when something is clicked: quick answers, and long jobs that report as they go.

Every handler is given Inputs first and gives back Shown: the new values of the page.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from demos.audio import cache
from demos.editing import pipeline, suggestions
from demos.handover import Parcel
from demos.motion import history
from demos.motion.export import export
from demos.page.panels import answer, card, progress, trouble
from demos.page.stage import FILM_WIDTHS, picked_song, stage_values, told_of, tree_of
from demos.page.strip import chosen_parts, strip_value
from demos.page.studio import ALONE, BOTH, RAW, Offer, Studio, recall, shipped, title_of
from demos.page.work import heard, safely, said, watched
from demos.render.player import region_of
from demos.render.video import render_dance
from demos.runtime import workspace
from demos.runtime.errors import InputError
from demos.runtime.settings import ASSETS

HASH = "edit"
VIEWS = {BOTH: "Before and after", ALONE: "This dance alone", RAW: "Raw and tidied feet"}
OUR_FAULT = "Something went wrong on our side. Nothing of yours is lost: try again, or say it in other words."


class Shown(NamedTuple):
    """New values for the page, in the order of every handler's outputs; what is left out stays as it is."""

    studio: Any = gr.skip()
    folder: Any = gr.skip()
    player: Any = gr.skip()
    strip: Any = gr.skip()
    tree: Any = gr.skip()
    view: Any = gr.skip()
    offers: Any = gr.skip()
    home: Any = gr.skip()
    downloads: Any = gr.skip()
    words: Any = gr.skip()
    made: Any = gr.skip()
    answer: Any = gr.skip()
    saved: Any = gr.skip()
    make: Any = gr.skip()
    change: Any = gr.skip()
    three: Any = gr.skip()
    save: Any = gr.skip()
    stop_make: Any = gr.skip()
    stop_change: Any = gr.skip()
    stop_save: Any = gr.skip()


class Inputs(NamedTuple):
    """What every handler is given first."""

    studio: Studio | None
    folder: str | None
    player: Any
    strip: Any


def _busy(name: str, message: dict[str, dict]) -> Shown:
    """The page while a job runs: its Stop, and no second job of its sort."""
    off = gr.update(interactive=False)
    buttons = {"make": off, "change": off, "three": off} if name != "save" else {"save": off}
    if name == "change":  # the box is emptied when the change is done: what was typed meanwhile would be lost
        buttons["words"] = off
    return Shown(**buttons, **{f"stop_{name}": gr.update(visible=True)}, **message)


def _idle(*, done: bool = False) -> dict[str, Any]:
    """The buttons when no dance is being made or changed, and the words' box, emptied once they are carried out."""
    on, gone = gr.update(interactive=True), gr.update(visible=False)
    words = gr.update(value="", interactive=True) if done else on
    return {"make": on, "change": on, "three": on, "words": words, "stop_make": gone, "stop_change": gone}


def _saved(text: str = "", **more: Any) -> Shown:
    """The place of the exports when no file is being written."""
    return Shown(saved=said(text), save=gr.update(interactive=True), stop_save=gr.update(visible=False), **more)


def _page(studio: Studio, inputs: Inputs, *, look: bool = False, **more: Any) -> Shown:
    """Everything that shows where the visitor is; the picked time and body parts stay.

    look : whether a player that stands still goes to where the change is plainest.
    """
    folder = inputs.folder or workspace.create().name
    place = workspace.root() / folder
    scene = studio.scene()
    if scene is None:
        return Shown(studio=studio, folder=folder, **more)
    dance = scene.dances[-1]
    strip = strip_value(
        dance, player="edit-player", target="edit-target", change=scene.change, title=scene.title,
        chosen=chosen_parts(inputs.strip) or (), clock=dance.song_sha256, look=look, folder=folder,
    )  # fmt: skip
    stage = stage_values(studio, scene, strip, place=place, picked=inputs.player, views=VIEWS)
    return Shown(studio=studio, folder=folder, **stage)._replace(**more)


def _quick(action: Callable[..., object]) -> Callable[..., Shown]:
    """A handler for a click on the desk: carry it out, show the page; on bad input a sentence, and all stays."""

    def handler(studio: Studio | None, folder: str | None, player: Any, strip: Any, *more: Any, **named: Any) -> Shown:
        desk = studio or Studio()
        try:
            action(desk, *more, **named)
            return _page(desk, Inputs(desk, folder, player, strip), answer=told_of(desk))
        except InputError as error:
            return Shown(studio=desk, answer=said(trouble(str(error))))

    return handler


def go(studio, folder, player, strip, event: gr.EventData) -> Shown:
    return _quick(Studio.go)(studio, folder, player, strip, heard(event, "id"))


def compare_versions(studio, folder, player, strip, event: gr.EventData) -> Shown:
    return _quick(Studio.compare)(studio, folder, player, strip, heard(event, "id"))


def rename(studio: Studio, folder, player, strip, event: gr.EventData) -> Shown:
    try:
        studio.rename(heard(event, "id"), heard(event, "name"))
    except InputError as error:
        return Shown(tree=tree_of(studio), answer=said(trouble(str(error))))
    return Shown(studio=studio, tree=tree_of(studio))


undo = _quick(Studio.undo)
decline = _quick(Studio.decline)


def keep(studio, folder, player, strip, *, index: int) -> Shown:
    return _quick(Studio.choose)(studio, folder, player, strip, index)._replace(**_idle(done=True))


@_quick
def look_at(studio: Studio, view: str | None) -> None:
    studio.view, studio.compared = view if view in VIEWS else BOTH, None


def arrive(studio: Studio | None, folder, player, strip, event: gr.EventData) -> Shown:
    """Whoever comes in finds a dance on the stage, and may change it at once; after a reload, all that was there."""
    if studio is not None:
        return Shown()
    desk = recall(heard(event, "folder"))
    if len(desk.history):  # in a workspace of its own: the one of before goes when its visit is over
        folder = folder or workspace.create().name
        for sha256, path in list(desk.songs.items()):
            desk.bring(sha256, path, workspace.root() / folder)
        return _page(desk, Inputs(desk, folder, player, strip), answer=told_of(desk))
    for path in sorted((ASSETS / "dances").glob("*.npz"))[:1]:
        desk.adopt(history.restore(path))
        opened = desk.history.current
        desk.rename(opened.id, title_of(path))
    return _page(desk, Inputs(desk, folder, player, strip))


def open_dance(studio: Studio | None, folder, player, strip, path: str | None) -> Shown:
    """A saved dance, with the versions inside it."""
    desk = studio or Studio()
    try:
        if not path:
            raise InputError("Choose a dance.npz that this page or the shell wrote.")
        desk.adopt(history.restore(path))
    except InputError as error:
        return Shown(studio=desk, made=said(trouble(str(error))))
    count = len(desk.history.path())
    here = desk.history.current
    lost = "" if desk.song_of(here.dance) else " Its song is not here: it plays in silence."
    told = card(f"Opened “{here.name}” with {count} version{'s' if count > 1 else ''}.{lost}", mark="good")
    return _page(desk, Inputs(desk, folder, player, strip), made=said(told), answer=told_of(desk))


def receive(studio: Studio | None, folder, player, strip, parcel: Parcel | None) -> Shown:
    """Dances of another tab: each is a first version beside what is here, the first of them on the stage."""
    if studio is None or parcel is None or parcel.to != HASH or parcel.id in studio.received:
        return Shown()
    studio.received[parcel.id] = studio.history.current_id or ""
    folder = folder or workspace.create().name
    place = workspace.root() / folder
    try:
        for dance, name in reversed(list(zip(parcel.dances, parcel.names, strict=True))):
            studio.take_in(dance, name, parcel.song, place)
    except InputError as error:
        return Shown(studio=studio, folder=folder, answer=said(trouble(str(error))))
    told = card(f"“{parcel.names[0]}” is here. Say what should change.", mark="good")
    return _page(studio, Inputs(studio, folder, player, strip), made=said(""), answer=said(told))


def withdraw(studio: Studio | None, folder, player, strip, parcel: Parcel | None) -> Shown:
    """A dance that was sent here is taken back: the stage is as it was."""
    if studio is None or parcel is None or parcel.to != HASH:
        return Shown()
    return _quick(Studio.withdraw)(studio, folder, player, strip, parcel.id)


def pack(to: str, studio: Studio | None) -> Parcel:
    """The version on the stage, for another tab."""
    if studio is None or studio.current is None:
        raise InputError("There is no dance yet: choose a song first.")
    version = studio.current
    return Parcel(to, (version.dance,), (version.name,), studio.song_of(version.dance), studio.history)


def pick_idea(event: gr.EventData) -> str:
    return heard(event, "key")


def ideas(studio: Studio | None) -> Any:
    """What could be asked of the dance on the stage."""
    version = studio.current if studio and not studio.offers else None
    if version is None:
        return None
    asked = [earlier.text for earlier in (studio.history.path() if studio else [])]
    try:
        found = suggestions.suggest(version.dance, n=5, seed=len(asked), avoid=asked)
    except InputError:
        return None
    return {"label": "Or try:", "items": [{"key": text, "text": text} for text in found]}


# --- the long jobs


def begin(name: str, place: str, title: str) -> Callable[[], Shown]:
    """What the page shows from the click until the job's first report."""
    return lambda: _busy(name, {place: said(progress(title))})


def make(studio, folder, player, strip, key, own, style, seconds, seed, guidance, tidy) -> Iterator[Shown]:
    path = picked_song(key, own)
    desk = studio or Studio()
    inputs = Inputs(desk, folder or workspace.create().name, None, None)
    settings = {"seconds": seconds, "style": style or None, "seed": int(seed or 0), "guidance": guidance, "lock": tidy}

    def ended(sentence: str) -> Shown:
        kept = desk.call_off()
        return (_page(desk, inputs) if kept else Shown())._replace(made=said(sentence), **_idle())

    yield from safely(_making(desk, inputs, path, settings), ended)


def _making(desk: Studio, inputs: Inputs, path: Path | None, settings: dict) -> Iterator[Shown]:
    """Stretch after stretch of a new dance: the first is on the stage at once, then the whole."""
    if path is None:
        raise InputError("Choose one of the songs, or drop or record one of your own.")
    ticket = desk.begin()
    song, _ = cache.load(path)
    if song.sha256 not in shipped():
        desk.bring(song.sha256, path, workspace.root() / str(inputs.folder))
    name = title_of(path)
    total = min(settings["seconds"], song.duration_s)
    offer, first = None, True
    for part in pipeline.preview(path, **settings):
        offer = Offer(
            part.dance, name, raw=part.raw if settings["lock"] else None, message=part.message,
            facts={"note": f"{settings['style'] or 'style from the music'}, seed {settings['seed']}"},
        )  # fmt: skip
        desk.sketch(ticket, offer)
        done = part.dance.duration_s
        if not desk.may(ticket):
            return
        told = said(progress(f"Dancing: {done:.0f} of {total:.0f} s", round(done), round(total)))
        if first and done < total - 0.5:
            yield _page(desk, inputs, made=told)
        else:
            yield Shown(studio=desk, made=told)
        first = False
    if offer is None or not desk.finish(ticket, offer):
        return
    told = card(offer.message, [("good", "Now say what should change.")], mark="good")
    yield _page(desk, inputs, made=said(told), answer=said(""), **_idle())


def change(
    studio, folder, player, strip, words, strength, seed, text_guidance, source_guidance, tidy, rules, *, count: int
) -> Iterator[Shown]:
    desk = studio or Studio()
    settings = {
        "span": region_of(player), "parts": chosen_parts(strip), "strength": strength, "seed": int(seed or 0),
        "text_guidance": text_guidance, "source_guidance": source_guidance, "lock": tidy,
        "rules": rules,
    }  # fmt: skip
    yield from safely(
        _changing(desk, Inputs(desk, folder, player, strip), words or "", settings, count),
        lambda sentence: Shown(answer=said(sentence), **_idle()),
        fault=OUR_FAULT,
    )


def _changing(desk: Studio, inputs: Inputs, words: str, settings: dict, count: int) -> Iterator[Shown]:
    """One change, or several to choose from, of the version on the stage."""
    before = desk.history.current
    if not words.strip():
        raise InputError("Say what should change, such as “raise both arms in the second half”.")
    ticket = desk.begin()
    path = desk.song_of(before.dance)
    song = cache.load(path) if path else None
    offers: list[Offer] = []
    for number in range(count):
        title = "Changing the dance" if count == 1 else f"Changing the dance: way {number + 1} of {count}"
        varied = {**settings, "seed": settings["seed"] + number}
        job = functools.partial(pipeline.edit, before.dance, words, song=song, **varied)
        # A step under way when Stop was pressed must not write over what Stop said.
        edited = yield from watched(
            lambda report, job=job: job(on_progress=report),
            lambda done, total, title=title: (
                Shown(answer=said(progress(title, done, total))) if desk.may(ticket) else Shown()
            ),
        )
        if not edited.changed:  # not understood, or not possible: the words stay, to be said in another way
            yield Shown(studio=desk, answer=said(answer(edited.message, mark="bad")), **_idle())
            return
        offers.append(_offer(before, words, edited, varied))
        if count > 1:
            if not desk.propose(ticket, offers):
                yield Shown(**_idle())
                return
            yield _page(desk, inputs, look=True, answer=said(progress(title, number + 1, count)))
    if count > 1:
        told = card("Three ways to do it: watch them side by side and keep the one you like.", mark="half")
        yield _page(desk, inputs, answer=said(told), **_idle())
    elif desk.finish(ticket, offers[0]):
        desk.view = BOTH
        yield _page(desk, inputs, look=True, answer=told_of(desk), **_idle(done=True))


def _offer(before: history.Version, words: str, edited: pipeline.Edited, settings: dict) -> Offer:
    facts = {"note": " ".join(reading.said for reading in edited.readings if reading.said), "seed": settings["seed"]}
    return Offer(
        edited.dance, words, text=words, parent=before.id, raw=edited.raw if settings["lock"] else None,
        achieved=edited.achieved, message=edited.message, facts=facts,
    )  # fmt: skip


def stopped(studio: Studio | None, folder, player, strip) -> Shown:
    """After Stop: what was made so far stays, and is a version like any other."""
    desk = studio or Studio()
    kept = desk.call_off()
    if kept is not None:
        told = card(f"Stopped: the {kept.dance.duration_s:.0f} seconds that were ready are yours.", mark="half")
        return _page(desk, Inputs(desk, folder, player, strip), made=said(told), answer=said(""), **_idle())
    return Shown(studio=desk, made=said(""), answer=said(card("Stopped. All is as it was.", mark="half")), **_idle())


def save(studio, folder, player, strip, kind) -> Iterator[Shown]:
    yield from safely(_saving(studio or Studio(), folder, kind), _saved)


def stopped_saving(studio, folder, player, strip) -> Shown:
    """After Stop while a file is written."""
    return _saved(downloads=gr.update(visible=False))


def _saving(desk: Studio, folder: str, kind: str) -> Iterator[Shown]:
    """The files of one kind. MP4 films what is on the stage, the others hold the current version."""
    version, scene, place = desk.history.current, desk.scene(), workspace.root() / folder
    if kind == "MP4" and scene is not None:
        path, width = place / "dance.mp4", FILM_WIDTHS[len(scene.dances)]
        job = functools.partial(
            render_dance, list(scene.dances), path, names=list(scene.names), song_path=scene.song,
            size=(width, width * 9 // 16),
        )  # fmt: skip
        paths = [
            (
                yield from watched(
                    lambda report: job(on_progress=report),
                    lambda done, total: Shown(saved=said(progress("Filming", done, total))),
                )
            )
        ]
    elif kind == "NPZ":
        paths = [history.export_npz(desk.history, place / "dance.npz")]
    else:
        paths = export(version.dance, place / f"dance.{str(kind).lower()}")
    yield _saved(downloads=gr.update(value=[str(path) for path in paths], visible=True))
