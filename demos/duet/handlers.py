"""What the Duet tab does at once when something is clicked. The long jobs are in `making`.

Every handler is given Inputs first and gives back Shown: the new values of the page.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from demos.duet import pipeline, weights
from demos.duet.layout import HASH
from demos.duet.showing import (
    PLACES,
    VIEWS,
    Inputs,
    Shown,
    idle,
    leading,
    new_studio,
    page_of,
    place_of,
    saved,
    told_of,
)  # fmt: skip
from demos.handover import Parcel
from demos.motion import history
from demos.motion.dance import Dance
from demos.motion.files import open_dance
from demos.page.panels import card, trouble
from demos.page.stage import tree_of
from demos.page.studio import ALONE, Offer, Studio, recall, title_of
from demos.page.work import heard, said
from demos.runtime import workspace
from demos.runtime.errors import InputError
from demos.runtime.settings import ASSETS


def _quick(action: Callable[..., object]) -> Callable[..., Shown]:
    """A handler for a click on the desk: carry it out, show the page; on bad input a sentence, and all stays."""

    def handler(studio: Studio | None, folder: str | None, player: Any, strip: Any, *more: Any, **named: Any) -> Shown:
        desk = studio or new_studio()
        try:
            action(desk, *more, **named)
            return page_of(desk, Inputs(desk, folder, player, strip), **told_of(desk))
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
    return Shown(studio=studio, tree=tree_of(studio), leading=said(leading(studio)))


undo = _quick(Studio.undo)
decline = _quick(Studio.decline)


def keep(studio, folder, player, strip, *, index: int) -> Shown:
    return _quick(Studio.choose)(studio, folder, player, strip, index)._replace(**idle())


@_quick
def look_at(studio: Studio, view: str | None) -> None:
    studio.view, studio.compared = view if view in VIEWS else ALONE, None


@_quick
def swap(studio: Studio) -> None:
    before = studio.history.current
    dance = pipeline.swapped(before.dance)
    raw = None if before.raw is None else pipeline.swapped(before.raw)
    studio.keep(Offer(dance, "Roles swapped", parent=before.id, raw=raw, message="The follow leads, the lead follows."))
    studio.view = ALONE


def arrive(studio: Studio | None, folder, player, strip, event: gr.EventData) -> Shown:
    """Whoever comes in finds a couple on the stage; after a reload, all that was there."""
    if studio is not None:
        return Shown()
    desk = recall(heard(event, "folder"), HASH)
    desk.view, desk.tidied = ALONE, "Finished"
    folder = folder or workspace.create().name
    if len(desk.history):  # in a workspace of its own: the one of before goes when its visit is over
        for sha256, path in list(desk.songs.items()):
            desk.bring(sha256, path, place_of(folder))
        return page_of(desk, Inputs(desk, folder, player, strip), **{**told_of(desk), **_missing()})
    for path in sorted((ASSETS / "dances").glob("*-couple.npz"))[:1]:
        desk.adopt(history.restore(path))
        desk.rename(desk.history.current.id, title_of(path))
    return page_of(desk, Inputs(desk, folder, player, strip), **_missing())


def _missing() -> dict[str, Any]:
    """One sentence where there are no networks to make couples with."""
    try:
        weights.digest()
    except InputError as error:
        return {"made": said(trouble(str(error)))}
    return {}


def open_file(studio: Studio | None, folder, player, strip, path: str | None) -> Shown:
    """A dancer or a couple from any motion file; of a saved dance, with the versions inside it."""
    desk = studio or new_studio()
    try:
        if not path:
            raise InputError("Choose a file of one dancer or of a couple: NPZ, BVH, PKL or NPY.")
        dance = open_dance(path)
        if dance.provenance.settings.get("history"):
            desk.adopt(history.restore(path))
        else:
            desk.keep(Offer(dance, title_of(Path(path)), message=""))
    except InputError as error:
        return Shown(studio=desk, found=said(trouble(str(error))))
    desk.view = ALONE
    told = card(_greeting(desk.history.current.dance, desk.history.current.name, "Opened"), mark="good")
    return page_of(desk, Inputs(desk, folder, player, strip), **{**told_of(desk), "found": said(told)})


def _greeting(dance: Dance, name: str, how: str) -> str:
    if len(dance.motions) == 1:
        return f"{how}: “{name}” leads. Find a partner."
    return f"{how}: “{name}” dances as a couple. Make a part anew, or find its lead another partner."


def receive(studio: Studio | None, folder, player, strip, parcel: Parcel | None) -> Shown:
    """Dances of another tab: each is a first version beside what is here, the first of them on the stage."""
    if studio is None or parcel is None or parcel.to != HASH or parcel.id in studio.received:
        return Shown()
    studio.received[parcel.id] = studio.history.current_id or ""
    folder = folder or workspace.create().name
    try:
        for dance, name in reversed(list(zip(parcel.dances, parcel.names, strict=True))):
            studio.take_in(dance, name, parcel.song, place_of(folder))
    except InputError as error:
        return Shown(studio=studio, folder=folder, found=said(trouble(str(error))))
    studio.view = ALONE
    told = card(_greeting(parcel.dances[0], parcel.names[0], "Here"), mark="good")
    values: dict[str, Any] = {"made": said(""), "answer": said(""), "found": said(told)}
    return page_of(studio, Inputs(studio, folder, player, strip), **values)


def withdraw(studio: Studio | None, folder, player, strip, parcel: Parcel | None) -> Shown:
    """A dance that was sent here is taken back: the stage is as it was."""
    if studio is None or parcel is None or parcel.to != HASH:
        return Shown()
    return _quick(Studio.withdraw)(studio, folder, player, strip, parcel.id)._replace(found=said(""))


def pack(to: str, studio: Studio | None) -> Parcel:
    """The version on the stage, for another tab."""
    if studio is None or studio.current is None:
        raise InputError("There is no dance yet: choose a song first.")
    version = studio.current
    return Parcel(to, (version.dance,), (version.name,), studio.song_of(version.dance), studio.history)


def stopped(studio: Studio | None, folder, player, strip) -> Shown:
    """After Stop: what was made so far stays, and is a version like any other."""
    desk = studio or new_studio()
    kept = desk.call_off()
    told: dict[str, Any] = {place: said("") for place in PLACES.values()}
    if kept is not None:
        told["made"] = said(card(f"Stopped: the {kept.dance.duration_s:.0f} s that were ready are yours.", mark="half"))
        return page_of(desk, Inputs(desk, folder, player, strip), **{**told, **idle()})
    told["answer"] = said(card("Stopped. All is as it was.", mark="half"))
    return Shown(studio=desk, **told, **idle())


def stopped_saving(studio, folder, player, strip) -> Shown:
    """After Stop while a file is written."""
    return saved(downloads=gr.update(visible=False))
