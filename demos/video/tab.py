"""The Film tab: a picture dances to a song. Lays out the page and connects it with its handlers."""

from __future__ import annotations

import functools

import gradio as gr

from demos.handover import Desk
from demos.page.stage import first_song, pick_song
from demos.page.work import SILENT, Wires
from demos.video import api, handlers
from demos.video.handlers import HASH, Shown
from demos.video.layout import PictureBox, SongBox, picture_box, screen_box, song_box

TITLE = "Film"
RECEIVES = "Film it with a picture"
__all__ = ["HASH", "RECEIVES", "TITLE", "build"]


def build(page: gr.Blocks, folder: gr.State, desk: Desk) -> None:
    """Lay out the tab on the page. `folder` holds the name of the visitor's workspace."""
    cast = gr.State(None)
    key = gr.State(first_song())
    with gr.Row(equal_height=False, elem_id="film-room", elem_classes="ed-room"):
        with gr.Column(scale=4, min_width=330, elem_classes="ed-column"):
            picture = picture_box()
            song = song_box()
        with gr.Column(scale=6, min_width=330, elem_classes="ed-column"):
            screen = screen_box(desk, HASH)
    outputs = Shown(
        cast, folder, picture.shelf, picture.finder, picture.told, picture.second, picture.alone, song.system,
        song.words, song.text, song.steps, song.made, song.preview, song.full, song.stop, screen.screen, screen.home,
        screen.save, screen.stop, screen.saved, screen.downloads,
    )  # fmt: skip
    wires = Wires([cast, folder], list(outputs), handlers.stopped)
    arrived = _connect_picture(wires, picture)
    _connect_song(wires, song, key)
    saving = wires.job(screen.save.click, handlers.begin_saving, handlers.save, screen.kind)
    wires.stop(screen.stop, [saving], handlers.stopped_saving)
    # A tab is made when it is first opened, so a parcel may be here before the cast is: looked for at both times.
    inbox = desk.inboxes[HASH]
    for event in (inbox.parcel.change, arrived.then):
        wires.quick(event, handlers.receive, inbox.parcel)
    wires.quick(inbox.recalled.change, handlers.withdraw, inbox.recalled)
    desk.connect(HASH, screen.sends, handlers.pack, [cast])
    api.publish()


def _connect_picture(wires: Wires, picture: PictureBox):
    wires.quick(picture.shelf.pick, handlers.pick)
    wires.quick(picture.own.upload, handlers.upload, picture.own)
    wires.quick(picture.second.upload, handlers.invite, picture.second)
    wires.quick(picture.alone.click, handlers.dance_alone)
    wires.quick(picture.webcam.input, handlers.photograph, picture.webcam)
    wires.quick(picture.finder.move, handlers.move)
    wires.quick(picture.finder.paint, handlers.paint)
    wires.quick(picture.finder.choose, handlers.choose)
    wires.quick(picture.finder.reset, handlers.reset)
    return wires.quick(picture.finder.arrive, handlers.arrive)


def _connect_song(wires: Wires, song: SongBox, key: gr.State) -> None:
    song.songs.pick(pick_song, None, [key, song.songs, song.own], **SILENT)
    wires.quick(song.system.input, handlers.choose_system, song.system)
    wires.quick(song.texts.pick, handlers.pick_text)
    settings = [key, song.own, song.text, song.steps, song.seconds, song.camera, song.size, song.seed, song.shadow]
    making = [
        wires.job(button.click, handlers.begin, functools.partial(handlers.make, small=small), *settings)
        for button, small in ((song.preview, True), (song.full, False))
    ]
    wires.stop(song.stop, making)
