"""What is on the Compare tab and where: the song, what dances to it, the stage, what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import gradio as gr

from demos import systems
from demos.compare.examples import examples
from demos.compare.panels import Charts, LineUp
from demos.corpus.styles import STYLE_NAMES
from demos.handover import Desk
from demos.page.panels import Chips
from demos.page.stage import song_chips as shipped_chips
from demos.render.player import Player
from demos.runtime.limits import LARGEST_SEED
from demos.runtime.settings import settings

HASH = "compare"
SILENCE = "silence"
"""Key of the chip for no song."""
FROM_MUSIC = "From the music"
LINE_UPS = {
    "systems": "Every system",
    "seeds": "Four seeds",
    "music": "Right and shuffled music",
    "couples": "A couple or two solos",
    "finishing": "With and without finishing",
}
"""What is lined up at one click: key -> words."""
EXAMPLE = "example:"
KINDS = [
    ("Film side by side (MP4)", "MP4"),
    ("Report with film (HTML)", "HTML"),
    ("3-D scenes (GLB)", "GLB"),
    ("Skeletons (BVH)", "BVH"),
    ("Numbers (NPZ)", "NPZ"),
]
FILES = [".bvh", ".pkl", ".npz", ".npy"]
DETAIL_HEADERS = ["File", "Name", "Couple", "FPS", "Start"]
DETAIL_HINT = (
    "Two files with the same letter under **Couple** dance together, in one world. Leave **FPS** empty to believe "
    "the file. **Start**, in seconds, moves a dance on the song's clock; a negative number skips its beginning."
)
VIDEO_SIZES = {"Small (640 wide)": 640, "Medium (1280 wide)": 1280, "Full HD (1920 wide)": 1920}


class SongBox(NamedTuple):
    songs: Chips
    own: gr.Audio


class RunBox(NamedTuple):
    line_ups: Chips
    picked: gr.State
    system: gr.Dropdown
    seed: gr.Number
    seconds: gr.Slider
    style: gr.Dropdown
    closeness: gr.Dropdown
    hears: gr.Radio
    finishing: gr.Checkbox
    weights: gr.Textbox
    add: gr.Button
    again: gr.Button
    stop: gr.Button
    made: gr.HTML


class FileBox(NamedTuple):
    files: gr.File
    examples: Chips
    fold: gr.Accordion
    details: gr.Dataframe
    apply: gr.Button


class StageBox(NamedTuple):
    notice: gr.HTML
    player: Player
    blind: gr.Checkbox
    lineup: LineUp
    facts: gr.HTML
    charts: Charts
    measures: gr.HTML
    home: gr.Column
    kind: gr.Radio
    size: gr.Dropdown
    save: gr.Button
    stop: gr.Button
    saved: gr.HTML
    downloads: gr.File
    which: gr.Dropdown
    sends: Mapping[str, gr.Button]


# The page is filled when its visitor has arrived: what is clicked before would be lost when what was kept comes.


def line_up_chips() -> dict:
    """What is lined up at one click."""
    return {"label": "At one click:", "items": [{"key": key, "text": text} for key, text in LINE_UPS.items()]}


def example_chips() -> dict:
    """The dances that ship."""
    items = [{"key": f"{EXAMPLE}{place}", "text": each.title} for place, each in enumerate(examples())]
    return {"label": "Or look at an example:", "items": items}


def song_chips(chosen: str) -> dict:
    """The songs to pick from, or none."""
    chips = shipped_chips(chosen)
    return {**chips, "items": [*chips["items"], {"key": SILENCE, "text": "No song", "quiet": True}]}


def song_box() -> SongBox:
    with gr.Column(elem_id="compare-music", elem_classes="ed-box ed-first"):
        gr.Markdown("**1. Pick a song**", elem_classes="ed-step")
        songs = Chips(elem_id="compare-songs")
        own = gr.Audio(
            label="Your song", sources=["upload", "microphone"], type="filepath", visible=False,
            elem_id="compare-song",
        )  # fmt: skip
    return SongBox(songs, own)


def run_box() -> RunBox:
    """Line-ups at one click, and runs one by one."""
    menu = [(f"{system.title}: {system.says}", system.key) for system in systems.available()]
    with gr.Column(elem_id="compare-runs", elem_classes="ed-box ed-first"):
        gr.Markdown("**2. Let up to four dance to it**", elem_classes="ed-step")
        line_ups = Chips(elem_id="compare-line-ups")
        system = gr.Dropdown(menu, value="danceeditor", label="Or one by one", elem_id="compare-system")
        with gr.Row():
            seed = gr.Number(
                0, label="Seed", precision=0, minimum=0, maximum=LARGEST_SEED, min_width=80, elem_id="compare-seed"
            )
            add = gr.Button(
                "Add this run", variant="primary", elem_id="compare-add", min_width=130, scale=2, interactive=False
            )
        with gr.Row():
            again = gr.Button("Make again to this song", visible=False, elem_id="compare-again", min_width=150)
            stop = gr.Button("Stop", visible=False, elem_id="compare-stop", min_width=80, scale=0)
        made = gr.HTML(visible=False, elem_id="compare-made")
        with gr.Accordion("Settings of the run", open=False, elem_classes="ed-fold"):
            seconds = gr.Slider(4, 60, value=16, step=1, label="Seconds", elem_id="compare-seconds")
            with gr.Row():
                style = gr.Dropdown(
                    [(FROM_MUSIC, ""), *((name.capitalize(), name) for name in STYLE_NAMES)],
                    value="", label="Style", min_width=130,
                )  # fmt: skip
                closeness = gr.Dropdown(
                    [("As it comes", ""), *((name.capitalize(), name) for name in systems.CLOSENESS)],
                    value="", label="Closeness (couples)", min_width=130,
                )  # fmt: skip
            hears = gr.Radio(
                [("the song", systems.SONG), ("its pieces shuffled", systems.SHUFFLED)], value=systems.SONG,
                label="It hears", info="Shuffled, a system that listens should do worse on the beat.",
            )  # fmt: skip
            finishing = gr.Checkbox(True, label="Finishing", info="Feet locked, and whatever a system does last.")
            weights = gr.Textbox(
                label="Weights", placeholder="as shipped; or a .safetensors file, a folder, a Hub repository",
                visible=settings().local, max_lines=1, elem_id="compare-weights",
            )  # fmt: skip
    return RunBox(
        line_ups, gr.State(""), system, seed, seconds, style, closeness, hears, finishing, weights, add, again, stop,
        made,
    )  # fmt: skip


def file_box() -> FileBox:
    with gr.Column(elem_id="compare-own", elem_classes="ed-box"):
        gr.Markdown("**Or drop dances** of yours, real or made", elem_classes="ed-step")
        files = gr.File(
            label="BVH, AIST++ pkl or NPZ",
            file_count="multiple",
            file_types=FILES,
            height=120,
            visible=False,
            elem_id="compare-files",
        )
        shown = Chips(elem_id="compare-examples")
        with gr.Accordion("Names, couples, frame rates, starts", open=False, elem_classes="ed-fold") as fold:
            gr.Markdown(DETAIL_HINT, elem_classes="df-hint")
            details = gr.Dataframe(
                headers=DETAIL_HEADERS, datatype=["str", "str", "str", "number", "number"], type="array",
                column_count=len(DETAIL_HEADERS), interactive=True, static_columns=[0],
                column_widths=["27%", "29%", "17%", "13%", "14%"], elem_id="compare-details", show_label=False,
                buttons=[], wrap=True,
            )  # fmt: skip
            apply = gr.Button("Apply", size="sm", elem_id="compare-apply")
    return FileBox(files, shown, fold, details, apply)


def stage_box(desk: Desk) -> StageBox:
    notice = gr.HTML(visible=False, elem_id="compare-notice")
    player = Player(elem_id="compare-player", elem_classes="ed-player")
    with gr.Row(equal_height=False, elem_classes="ed-below"):
        with gr.Column(scale=3, min_width=330):
            lineup = LineUp(elem_id="compare-lineup")
            blind = gr.Checkbox(
                False, label="Hide the names", container=False, elem_id="compare-blind", elem_classes="ed-plain",
            )  # fmt: skip
            facts = gr.HTML(visible=False, elem_id="compare-facts")
        with gr.Column(
            scale=2, min_width=250, visible=False, elem_id="compare-home", elem_classes="ed-box ed-home"
        ) as home:
            kind = gr.Radio(KINDS, value="MP4", show_label=False, label="Take it home", container=False)
            size = gr.Dropdown(list(VIDEO_SIZES), value="Medium (1280 wide)", show_label=False, label="Film size")
            with gr.Row():
                save = gr.Button("Take it home", elem_id="compare-export", min_width=120)
                stop = gr.Button("Stop", visible=False, elem_id="compare-stop-export", min_width=80, scale=0)
            saved = gr.HTML(visible=False, elem_id="compare-saved")
            downloads = gr.File(
                label="Ready", interactive=False, visible=False, file_count="multiple", elem_id="compare-downloads"
            )
            which = gr.Dropdown([], label="Send on", min_width=150, visible=False, elem_id="compare-which")
            with gr.Row():
                sends = desk.buttons(HASH)
    charts = Charts(elem_id="compare-charts")
    measures = gr.HTML(visible=False, elem_id="compare-measures")
    return StageBox(
        notice, player, blind, lineup, facts, charts, measures, home, kind, size, save, stop, saved, downloads, which,
        sends,
    )  # fmt: skip
