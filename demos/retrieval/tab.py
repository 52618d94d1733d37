"""The Find tab: describe a dance and see those that fit. Lays out the page and connects it with its handlers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from demos.handover import Desk
from demos.retrieval import api, handlers, panels
from demos.retrieval.handlers import HASH, Shown
from demos.retrieval.layout import AskBox, ResultBox, StageBox, ask_box, result_box, stage_box
from demos.retrieval.library import SHIPPED, read_clips

TITLE = "Find"
RECEIVES = "Find more like this"
__all__ = ["HASH", "RECEIVES", "TITLE", "build"]

_SILENT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Nothing here takes long; the scripts show that something is under way, and the public endpoint is that of `api`."""


def build(page: gr.Blocks, folder: gr.State, desk: Desk) -> None:
    """Lay out the tab on the page. `folder` holds the name of the visitor's workspace."""
    visitor = gr.State(None)
    with gr.Column(elem_id="find-room"):
        ask = ask_box()
        with gr.Row(equal_height=False, elem_id="find-body"):
            results = result_box()
            stage = stage_box(desk, HASH)
        with gr.Accordion("About the library", open=False, elem_id="find-library", elem_classes="fd-fold"):
            gr.Markdown(panels.library_facts(list(read_clips(SHIPPED))))
    outputs = Shown(
        visitor, folder, ask.words, ask.reading, ask.wishes, results.facets, results.grid, stage.pins,
        stage.player, stage.about, stage.fitted,
    )  # fmt: skip
    wires = _Wires([visitor, folder], list(outputs))
    arrived = _connect_search(wires, ask, results)
    _connect_stage(wires, stage, results)
    desk.connect(HASH, stage.sends, handlers.pack, [visitor])
    # A tab is made when it is first opened, so a parcel may be here before the visitor is: looked for at both times.
    inbox = desk.inboxes[HASH]
    for event in (inbox.parcel.change, arrived.then):
        wires.quick(event, handlers.receive, inbox.parcel)
    wires.quick(inbox.recalled.change, handlers.withdraw, inbox.recalled)
    api.publish()


class _Wires:
    """Connects events with handlers: all are given `inputs` first and answer with `outputs`."""

    def __init__(self, inputs: list, outputs: list) -> None:
        self.inputs, self.outputs = inputs, outputs

    def quick(self, event: Callable, handler: Callable, *more: Any) -> Any:
        """Something clicked, however fast: every click counts, and late answers know that they are late."""
        return event(
            handler, [*self.inputs, *more], self.outputs, trigger_mode="multiple", concurrency_limit=4,
            concurrency_id="find", **_SILENT,
        )  # fmt: skip


def _connect_search(wires: _Wires, ask: AskBox, results: ResultBox) -> Any:
    facets, grid = results
    arrived = wires.quick(grid.arrive, handlers.arrive)
    arrived.then(handlers.warm, None, None, **_SILENT)
    wires.quick(ask.search.click, handlers.ask, ask.words)
    wires.quick(ask.words.submit, handlers.ask, ask.words)
    for examples in (ask.examples, ask.songs):
        wires.quick(examples.pick, handlers.try_example)
    wires.quick(ask.song.upload, handlers.by_song, ask.song)
    wires.quick(ask.dance.upload, handlers.by_dance, ask.dance)
    wires.quick(ask.wishes.weigh, handlers.weigh)
    wires.quick(ask.wishes.leave, handlers.leave)
    wires.quick(facets.toggle, handlers.toggle)
    wires.quick(facets.range, handlers.narrow)
    wires.quick(facets.reset, handlers.reset)
    wires.quick(grid.open, handlers.open_facet)
    wires.quick(grid.arrange, handlers.arrange)
    wires.quick(grid.further, handlers.further)
    wires.quick(grid.closer, handlers.closer)
    wires.quick(grid.away, handlers.away)
    return arrived


def _connect_stage(wires: _Wires, stage: StageBox, results: ResultBox) -> None:
    wires.quick(results.grid.perform, handlers.perform)
    wires.quick(results.grid.pin, handlers.pin)
    wires.quick(stage.pins.follow, handlers.follow)
    wires.quick(stage.pins.unpin, handlers.unpin)
    wires.quick(stage.pins.together, handlers.together)
    wires.quick(stage.pins.beside, handlers.beside)
    wires.quick(stage.closer.click, handlers.closer_to_stage)
    wires.quick(stage.away.click, handlers.away_from_stage)
    wires.quick(stage.songs.pick, handlers.to_example_song)
    wires.quick(stage.own.upload, handlers.to_song, stage.own)
