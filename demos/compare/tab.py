"""The Compare tab: up to four dances to one song on one clock. Lays out the page and connects it with its handlers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from demos.compare import api, handlers
from demos.compare.handlers import Shown
from demos.compare.layout import (
    HASH,
    LINE_UPS,
    FileBox,
    RunBox,
    SongBox,
    StageBox,
    file_box,
    run_box,
    song_box,
    stage_box,
)
from demos.handover import Desk
from demos.page import told
from demos.page.work import SILENT, Wires

TITLE = "Compare"
RECEIVES = "Send to Compare"
__all__ = ["HASH", "RECEIVES", "TITLE", "build"]


def build(page: gr.Blocks, folder: gr.State, desk: Desk) -> None:
    """Lay out the tab on the page. `folder` holds the name of the visitor's workspace."""
    board = gr.State(None)
    with gr.Row(equal_height=False, elem_id="compare-room", elem_classes="ed-room"):
        with gr.Column(scale=4, min_width=330, elem_classes="ed-column"):
            song, runs, files = song_box(), run_box(), file_box()
        with gr.Column(scale=7, min_width=330, elem_classes="ed-column"):
            stage = stage_box(desk)
    outputs = Shown(
        board, folder, song.songs, song.own, runs.line_ups, files.examples, runs.made, runs.add,
        runs.again, runs.stop, files.files, files.fold,
        files.details, stage.notice, stage.player, stage.blind, stage.lineup, stage.facts, stage.charts,
        stage.measures, stage.home, stage.save, stage.stop, stage.saved, stage.downloads, stage.which,
    )  # fmt: skip
    wires = Wires([board, folder], list(outputs), handlers.stopped)
    _connect_sources(wires, song, files)
    _connect_runs(wires, runs)
    arrived = _connect_stage(wires, stage)
    desk.connect(HASH, stage.sends, handlers.pack, [board, stage.which])
    # A tab is made when it is first opened, so a parcel may be here before the board is: looked for at both times.
    inbox = desk.inboxes[HASH]
    for event in (inbox.parcel.change, arrived.then):
        wires.quick(event, handlers.receive, inbox.parcel)
    wires.quick(inbox.recalled.change, handlers.withdraw, inbox.recalled)
    api.publish()


def _connect_sources(wires: Wires, song: SongBox, files: FileBox) -> None:
    wires.quick(song.songs.pick, handlers.pick_song)
    wires.quick(song.own.change, handlers.own_song, song.own)
    wires.quick(files.files.upload, handlers.drop_files, files.files)
    wires.quick(files.examples.pick, handlers.pick_example)
    wires.quick(files.apply.click, handlers.say, files.details)


def _connect_runs(wires: Wires, runs: RunBox) -> None:
    asked = [
        runs.system, runs.seed, runs.seconds, runs.style, runs.closeness, runs.hears, runs.finishing, runs.weights
    ]  # fmt: skip
    picked = runs.line_ups.pick(_picked, None, [runs.picked], queue=False, **SILENT)
    working = [
        wires.job(runs.add.click, handlers.begin, handlers.add_run, *asked),
        wires.job(picked.then, handlers.begin, _line_up, runs.picked, *asked),
        wires.job(runs.again.click, handlers.begin, handlers.make_again),
    ]
    wires.stop(runs.stop, working)


def _connect_stage(wires: Wires, stage: StageBox) -> Any:
    arrived = wires.quick(stage.lineup.arrive, handlers.arrive)
    wires.quick(stage.lineup.undo, handlers.undo)
    wires.quick(stage.lineup.drop, handlers.drop)
    wires.quick(stage.lineup.versions, handlers.versions)
    wires.quick(stage.lineup.vote, handlers.vote)
    wires.quick(stage.blind.input, handlers.hide, stage.blind)
    stage.kind.change(lambda kind: gr.update(visible=kind == "MP4"), stage.kind, stage.size, **SILENT)
    saving = wires.job(stage.save.click, handlers.begin_saving, handlers.save, stage.kind, stage.size)
    wires.stop(stage.stop, [saving], handlers.stopped_saving)
    return arrived


def _line_up(board, folder, kind: str, *values: Any) -> Iterator[Shown]:
    yield from handlers.add_line_up(board, folder, *values, kind=kind if kind in LINE_UPS else "systems")


def _picked(event: gr.EventData) -> str:
    return str(told(event, "key") or "")
