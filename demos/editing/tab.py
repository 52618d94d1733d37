"""The Edit tab: a dance from a song, then words change it. Lays out the page and connects it with its handlers."""

from __future__ import annotations

import functools
from typing import Any

import gradio as gr

from demos.editing import api, handlers
from demos.editing.handlers import HASH, Shown
from demos.editing.layout import KINDS, SongBox, WordsBox, song_box, words_box
from demos.handover import Desk
from demos.page.stage import StageBox, first_song, pick_song, stage_box
from demos.page.work import SILENT, Wires

TITLE = "Edit"
RECEIVES = "Send to Edit"
__all__ = ["HASH", "RECEIVES", "TITLE", "build"]


def build(page: gr.Blocks, folder: gr.State, desk: Desk) -> None:
    """Lay out the tab on the page. `folder` holds the name of the visitor's workspace."""
    studio = gr.State(None)
    song_key = gr.State(first_song())
    with gr.Row(equal_height=False, elem_id="edit-room", elem_classes="ed-room"):
        with gr.Column(scale=4, min_width=330, elem_classes="ed-column"):
            song = song_box()
            words = words_box()
        with gr.Column(scale=7, min_width=330, elem_classes="ed-column"):
            stage = stage_box(desk, HASH, KINDS)
    outputs = Shown(
        studio, folder, stage.player, stage.strip, stage.tree, stage.view, stage.offers, stage.home, stage.downloads,
        words.words, song.made, words.answer, stage.saved, song.make, words.change, words.three, stage.save, song.stop,
        words.stop, stage.stop,
    )  # fmt: skip

    def ideas(done: Any) -> None:
        done.then(handlers.ideas, [studio], [words.ideas], **SILENT)

    wires = Wires([studio, folder, stage.player, stage.strip], list(outputs), handlers.stopped, ideas)
    _connect_song(wires, song, song_key)
    _connect_words(wires, words)
    arrived = _connect_stage(wires, stage)
    desk.connect(HASH, stage.sends, handlers.pack, [studio])
    # A tab is made when it is first opened, so a parcel may be here before the studio is: looked for at both times.
    inbox = desk.inboxes[HASH]
    for event in (inbox.parcel.change, arrived.then):
        wires.quick(event, handlers.receive, inbox.parcel)
    wires.quick(inbox.recalled.change, handlers.withdraw, inbox.recalled)
    api.publish()


def _connect_song(wires: Wires, song: SongBox, key: gr.State) -> None:
    song.songs.pick(pick_song, None, [key, song.songs, song.own], **SILENT)
    making = wires.job(
        song.make.click, handlers.begin("make", "made", "Listening to the song"), handlers.make,
        key, song.own, song.style, song.seconds, song.seed, song.guidance, song.tidy,
    )  # fmt: skip
    wires.stop(song.stop, [making])
    wires.quick(song.open.upload, handlers.open_dance, song.open)


def _connect_words(wires: Wires, words: WordsBox) -> None:
    begin = handlers.begin("change", "answer", "Reading your words")
    settings = [
        words.words,
        words.strength,
        words.seed,
        words.text_guidance,
        words.source_guidance,
        words.tidy,
        words.rules,
    ]
    picked = words.ideas.pick(handlers.pick_idea, None, [words.words], **SILENT)
    once, thrice = (functools.partial(handlers.change, count=count) for count in (1, 3))
    changing = [
        wires.job(event, begin, once, *settings) for event in (words.change.click, words.words.submit, picked.then)
    ]
    changing.append(wires.job(words.three.click, begin, thrice, *settings))
    wires.stop(words.stop, changing)


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
    saving = wires.job(stage.save.click, handlers.begin("save", "saved", "Writing"), handlers.save, stage.kind)
    wires.stop(stage.stop, [saving], handlers.stopped_saving)
    return arrived
