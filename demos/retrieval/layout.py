"""What is on the Find tab and where: the question, the filters, the grid of dances, the stage beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import gradio as gr

from demos.handover import Desk
from demos.render.player import Player
from demos.retrieval.panels import Examples, Facets, Grid, Pins, Wishes
from demos.runtime.settings import ASSETS

LONGEST_WORDS = 5000
SONG_FILES = [".mp3", ".wav", ".flac", ".ogg", ".m4a", ".aac", ".opus", ".mp4"]
DANCE_FILES = [".bvh", ".npz", ".npy", ".pkl"]
QUERIES = (
    "fast salsa with lots of turns",
    "slow and sad, hardly any steps",
    "hands up in the air, happy song",
    "kicking and jumping to rock'n'roll",
    "sharp popping, busy arms",
    "waltz that uses the whole floor",
)
"""Examples; all are answered by what ships."""


class AskBox(NamedTuple):
    words: gr.Textbox
    search: gr.Button
    song: gr.UploadButton
    dance: gr.UploadButton
    examples: Examples
    songs: Examples
    wishes: Wishes
    reading: gr.HTML


class ResultBox(NamedTuple):
    facets: Facets
    grid: Grid


class StageBox(NamedTuple):
    pins: Pins
    player: Player
    about: gr.HTML
    closer: gr.Button
    away: gr.Button
    sends: Mapping[str, gr.Button]
    songs: Examples
    own: gr.UploadButton
    fitted: gr.HTML


def ask_box() -> AskBox:
    with gr.Column(elem_id="find-ask"):
        with gr.Row(equal_height=True, elem_id="find-line"):
            words = gr.Textbox(
                placeholder="Describe a dance", lines=1, max_lines=4,
                max_length=LONGEST_WORDS, show_label=False, label="Describe a dance", container=False, scale=8,
                elem_id="find-words",
            )  # fmt: skip
            search = gr.Button("Find", variant="primary", scale=1, min_width=100, elem_id="find-search")
        tries = [{"key": text, "text": text} for text in QUERIES]
        examples = Examples({"label": "Try", "items": tries}, elem_id="find-examples")
        with gr.Row(elem_id="find-more-ways"):
            songs = Examples({"label": "What fits", "items": song_items()}, elem_id="find-by-ear")
            song = gr.UploadButton(
                "A song of mine", file_types=SONG_FILES, size="sm", min_width=100, elem_id="find-song"
            )
            dance = gr.UploadButton(
                "More like a dance of mine", file_types=DANCE_FILES, size="sm", min_width=100, elem_id="find-dance"
            )
        wishes = Wishes(elem_id="find-wishes")
        reading = gr.HTML(visible=False, elem_id="find-reading")
    return AskBox(words, search, song, dance, examples, songs, wishes, reading)


def result_box() -> ResultBox:
    with gr.Column(scale=0, min_width=210, elem_id="find-left"):
        facets = Facets(elem_id="find-facets")
    with gr.Column(scale=1, min_width=300, elem_id="find-middle"):
        grid = Grid(elem_id="find-grid")
    return ResultBox(facets, grid)


def stage_box(desk: Desk, room: str) -> StageBox:
    # Shown by the script of the pins: gradio forgets what panels inside an invisible column are told.
    with gr.Column(scale=0, min_width=320, elem_id="find-stage"):
        pins = Pins(elem_id="find-pins")
        player = Player(elem_id="find-player")
        about = gr.HTML(elem_id="find-about")
        with gr.Row(elem_classes="fd-row"):
            closer = gr.Button("More like this", size="sm", min_width=120, elem_id="find-closer")
            away = gr.Button("Less like this", size="sm", min_width=120, elem_id="find-away")
        with gr.Row(elem_classes="fd-row"):
            sends = desk.buttons(room)
        with gr.Accordion("Dance it to another song", open=False, elem_id="find-adapt", elem_classes="fd-fold"):
            songs = Examples({"items": song_items()}, elem_id="find-songs")
            own = gr.UploadButton("A song of mine", file_types=SONG_FILES, size="sm", elem_id="find-own")
            fitted = gr.HTML(visible=False, elem_id="find-fitted")
    return StageBox(pins, player, about, closer, away, sends, songs, own, fitted)


def song_items() -> list[dict[str, str]]:
    return [{"key": key, "text": key, "icon": "song"} for key in shipped_songs()]


@cache
def shipped_songs() -> Mapping[str, Path]:
    """Title -> file of the songs in assets/songs."""
    return {
        path.stem.replace("-", " ").capitalize(): path for path in sorted((ASSETS / "songs").glob("*.mp3"))
    }  # fmt: skip
