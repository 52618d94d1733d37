"""The Duet tab: a couple from a song, a partner for a lead, parts made anew. Lays out the page and connects it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import gradio as gr

from demos.duet import api, handlers, making
from demos.duet.layout import HASH, KINDS, LeadBox, RedoBox, SongBox, lead_box, redo_box, song_box
from demos.duet.showing import Shown
from demos.handover import Desk
from demos.page.stage import StageBox, first_song, pick_song, stage_box
from demos.page.work import SILENT, Wires

TITLE = "Duet"
RECEIVES = "Send to Duet"
__all__ = ["HASH", "RECEIVES", "TITLE", "build"]


def build(page: gr.Blocks, folder: gr.State, desk: Desk) -> None:
    """Lay out the tab on the page. `folder` holds the name of the visitor's workspace."""
    studio = gr.State(None)
    song_key = gr.State(first_song())
    with gr.Row(equal_height=False, elem_id="duet-room", elem_classes="ed-room"):
        with gr.Column(scale=4, min_width=330, elem_classes="ed-column"):
            song, lead, redo = song_box(), lead_box(), redo_box()
        with gr.Column(scale=7, min_width=330, elem_classes="ed-column"):
            stage = stage_box(desk, HASH, KINDS, each=True)
    outputs = Shown(
        studio, folder, stage.player, stage.strip, stage.tree, stage.view, stage.offers, stage.home, stage.downloads,
        stage.saved, song.made, lead.found, redo.answer, lead.leading, redo.box, song.make, song.three, lead.find,
        lead.three, redo.redo, redo.three, redo.swap, stage.save, song.stop, lead.stop, redo.stop, stage.stop,
    )  # fmt: skip
    wires = Wires([studio, folder, stage.player, stage.strip], list(outputs), handlers.stopped)
    song.songs.pick(pick_song, None, [song_key, song.songs, song.own], **SILENT)
    _connect_jobs(wires, song, song_key, lead, redo)
    wires.quick(lead.open.upload, handlers.open_file, lead.open)
    wires.quick(redo.swap.click, handlers.swap)
    arrived = _connect_stage(wires, stage)
    desk.connect(HASH, stage.sends, handlers.pack, [studio])
    # A tab is made when it is first opened, so a parcel may be here before the studio is: looked for at both times.
    inbox = desk.inboxes[HASH]
    for event in (inbox.parcel.change, arrived.then):
        wires.quick(event, handlers.receive, inbox.parcel)
    wires.quick(inbox.recalled.change, handlers.withdraw, inbox.recalled)
    api.publish()


def _connect_jobs(wires: Wires, song: SongBox, key: gr.State, lead: LeadBox, redo: RedoBox) -> None:
    """The three ways to make something, each once or three times over."""
    jobs: tuple[tuple[str, str, Callable, Any, list], ...] = (
        ("make", "Listening to the song", making.make, song, [key, song.own, song.seconds]),
        ("find", "Watching the lead", making.find, lead, [key, song.own]),
        ("redo", "Watching the couple", making.redo, redo, [redo.who, redo.what]),
    )
    for name, title, work, box, first in jobs:
        begin = making.begin(name, title)
        given = [*first, *song.manner]
        working = [
            wires.job(button.click, begin, functools.partial(work, count=count), *given)
            for button, count in ((getattr(box, name), 1), (box.three, 3))
        ]
        wires.stop(box.stop, working)


def _connect_stage(wires: Wires, stage: StageBox) -> Any:
    arrived = wires.quick(stage.strip.arrive, handlers.arrive)
    wires.quick(stage.tree.go, handlers.go)
    wires.quick(stage.tree.undo, handlers.undo)
    wires.quick(stage.tree.rename, handlers.rename)
    wires.quick(stage.tree.compare, handlers.compare_versions)
    wires.quick(stage.view.input, handlers.look_at, stage.view)
    for index, button in enumerate(stage.chosen):
        wires.quick(button.click, functools.partial(handlers.keep, index=index))
    wires.quick(stage.none.click, handlers.decline)
    saving = wires.job(stage.save.click, making.begin("save", "Writing"), making.save, stage.kind, stage.each)
    wires.stop(stage.stop, [saving], handlers.stopped_saving)
    return arrived
