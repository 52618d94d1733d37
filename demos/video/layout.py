"""What is on the Film tab and where: the picture, the song and the steps, the screen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import gradio as gr

from demos.handover import Desk
from demos.page.panels import Chips
from demos.page.stage import song_row
from demos.runtime.limits import LARGEST_SEED
from demos.video.cast import NEW, picture_url, shipped_dances, shipped_pictures
from demos.video.muse_shown import TEXTS
from demos.video.muse_words import LONGEST
from demos.video.panels import Finder, Screen, Shelf

PICTURE_FILES = [".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"]
SIZES = {"512 pixels": 512, "720 pixels": 720, "As large as the picture, up to 1080": 1080}
KINDS = [("Film with sound (MP4)", "MP4"), ("Figure alone (WebM, see-through)", "WebM"), ("Sticker (GIF)", "GIF")]
NEW_STEPS = "New steps for this song"
SYSTEMS = [("A person (X-Dancer)", "xdancer"), ("Anything, as words say (MuseDance)", "musedance")]


class PictureBox(NamedTuple):
    shelf: Shelf
    own: gr.UploadButton
    webcam: gr.Image
    finder: Finder
    told: gr.HTML
    second: gr.UploadButton
    alone: gr.Button


class SongBox(NamedTuple):
    songs: Chips
    own: gr.Audio
    system: gr.Radio
    words: gr.Column
    text: gr.Textbox
    texts: Chips
    steps: gr.Dropdown
    seconds: gr.Slider
    preview: gr.Button
    full: gr.Button
    stop: gr.Button
    made: gr.HTML
    camera: gr.Radio
    size: gr.Dropdown
    seed: gr.Number
    shadow: gr.Checkbox


class ScreenBox(NamedTuple):
    screen: Screen
    home: gr.Column
    kind: gr.Radio
    save: gr.Button
    stop: gr.Button
    saved: gr.HTML
    downloads: gr.File
    sends: Mapping[str, gr.Button]


def picture_box() -> PictureBox:
    with gr.Column(elem_id="film-picture", elem_classes="ed-box ed-first"):
        gr.Markdown("**1. Pick a picture** of whoever should dance", elem_classes="ed-step")
        shelf = Shelf(shelf_value(""), elem_id="film-shelf")
        with gr.Row():
            own = gr.UploadButton(
                "A picture of mine", file_types=PICTURE_FILES, size="sm", min_width=140, elem_id="film-own-picture"
            )
            second = gr.UploadButton(
                "A partner from a second picture", file_types=PICTURE_FILES, size="sm", min_width=160, visible=False,
                elem_id="film-second",
            )  # fmt: skip
            alone = gr.Button("Dance alone again", size="sm", min_width=120, visible=False, elem_id="film-alone")
        finder = Finder(elem_id="film-finder")
        told = gr.HTML(visible=False, elem_id="film-found")
        with gr.Accordion("Take one with the camera", open=False, elem_classes="ed-fold"):
            webcam = gr.Image(
                sources=["webcam"], type="numpy", show_label=False, label="Camera", height=240, elem_id="film-webcam"
            )
    return PictureBox(shelf, own, webcam, finder, told, second, alone)


def song_box() -> SongBox:
    with gr.Column(elem_id="film-song", elem_classes="ed-box ed-then"):
        gr.Markdown("**2. Pick a song**, and who makes the steps", elem_classes="ed-step")
        songs, own = song_row("film")
        system = gr.Radio(SYSTEMS, value="xdancer", show_label=False, label="Who dances", elem_id="film-system")
        with gr.Column(visible=False, elem_id="film-words") as words:
            text = gr.Textbox(
                label="What it should do", placeholder="Sway gently, then jump on every beat", lines=1, max_lines=2,
                max_length=LONGEST, elem_id="film-text",
            )  # fmt: skip
            texts = Chips(
                {"items": [{"key": text, "text": text, "quiet": True} for text in TEXTS]}, elem_id="film-texts"
            )  # fmt: skip
        with gr.Row():
            steps = gr.Dropdown(step_choices({}), value=NEW, label="Steps", min_width=180, elem_id="film-steps")
            seconds = gr.Slider(3, 60, value=10, step=1, label="Seconds", min_width=140, elem_id="film-seconds")
        with gr.Row():
            preview = gr.Button("Preview", variant="primary", elem_id="film-preview", min_width=110)
            full = gr.Button("Film it in full", elem_id="film-full", min_width=130)
            stop = gr.Button("Stop", visible=False, elem_id="film-stop", min_width=80, scale=0)
        made = gr.HTML(visible=False, elem_id="film-made")
        with gr.Accordion("Options", open=False, elem_classes="ed-fold"):
            camera = gr.Radio(
                [("Stands still", "still"), ("Follows gently", "follow")], value="still", label="Camera"
            )  # fmt: skip
            with gr.Row():
                size = gr.Dropdown(
                    list(SIZES.items()), value=512, label="Size in full (shorter side)", min_width=160,
                    elem_id="film-size",
                )  # fmt: skip
                seed = gr.Number(0, label="Seed", precision=0, minimum=0, maximum=LARGEST_SEED, min_width=110)
            shadow = gr.Checkbox(True, label="Shadow on the floor")
    return SongBox(
        songs, own, system, words, text, texts, steps, seconds, preview, full, stop, made, camera, size, seed, shadow
    )


def screen_box(desk: Desk, room: str) -> ScreenBox:
    screen = Screen({"waiting": "Pick a picture and a song: the film appears here."}, elem_id="film-screen",
                    elem_classes="ed-player")  # fmt: skip
    with gr.Column(visible=False, elem_id="film-home", elem_classes="ed-box ed-home ed-below") as home:
        kind = gr.Radio(KINDS, value="MP4", show_label=False, label="Take it home", container=False)
        with gr.Row():
            save = gr.Button("Take it home", elem_id="film-save", min_width=120)
            stop = gr.Button("Stop", visible=False, elem_id="film-stop-save", min_width=80, scale=0)
        saved = gr.HTML(visible=False, elem_id="film-saved")
        downloads = gr.File(label="Ready", interactive=False, visible=False, elem_id="film-downloads")
        with gr.Row(elem_id="film-sends"):
            sends = desk.buttons(room)
    return ScreenBox(screen, home, kind, save, stop, saved, downloads, sends)


def shelf_value(chosen: str) -> dict[str, Any]:
    """The example pictures to pick from."""
    return {"items": [{"key": key, "picture": url} for key, url in _thumbnails().items()], "chosen": chosen}


@cache
def _thumbnails() -> dict[str, str]:
    from demos.video.picture import open_picture

    return {key: picture_url(open_picture(path), 184) for key, path in shipped_pictures().items()}


def step_choices(received: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Who makes the steps: the network, a dance that came from another tab, a dance that ships."""
    own = [(f"{name} (from another tab)", f"own:{name}") for name in received]
    shipped = [(f"Dance: {name}", f"shipped:{name}") for name in shipped_dances()]
    return [(NEW_STEPS, NEW), *own, *shipped]
