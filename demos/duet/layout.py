"""What is on the Duet tab and where, beside the stage: the song's box, the lead's box, the box of what is made anew."""

from __future__ import annotations

from typing import NamedTuple

import gradio as gr

from demos.corpus.styles import STYLE_NAMES
from demos.duet.model import CLOSENESS
from demos.page.panels import Chips
from demos.page.stage import song_row
from demos.runtime.limits import LARGEST_SEED

HASH = "duet"
KINDS = [
    ("Film (MP4)", "MP4"),
    ("3-D scene (GLB)", "GLB"),
    ("Skeletons (BVH), one file each", "BVH"),
    ("Dance with all versions (NPZ)", "NPZ"),
]
"""Exports: what they are called here, and the file's kind."""
OPENS = [".npz", ".bvh", ".pkl", ".npy"]
"""Files of dancers that can be opened."""
BOTH, EVERYTHING = "both", "everything"
WHO = [("Both", BOTH), ("Lead", "lead"), ("Follow", "follow")]
WHAT = [("Everything", EVERYTHING), ("Arms only", "arms"), ("All but arms", "rest")]
_CLOSE = {"hold": "Hands held", "open": "Open, hands at times", "apart": "Apart"}


class SongBox(NamedTuple):
    songs: Chips
    own: gr.Audio
    style: gr.Dropdown
    closeness: gr.Dropdown
    seconds: gr.Slider
    make: gr.Button
    three: gr.Button
    stop: gr.Button
    made: gr.HTML
    seed: gr.Number
    guidance: gr.Slider
    variety: gr.Slider
    tidy: gr.Checkbox

    @property
    def manner(self) -> list:
        """What counts for all that is made, in the order of handlers.Manner."""
        return [self.style, self.closeness, self.seed, self.guidance, self.variety, self.tidy]


class LeadBox(NamedTuple):
    leading: gr.HTML
    open: gr.UploadButton
    find: gr.Button
    three: gr.Button
    stop: gr.Button
    found: gr.HTML


class RedoBox(NamedTuple):
    box: gr.Column
    who: gr.Radio
    what: gr.Radio
    redo: gr.Button
    three: gr.Button
    stop: gr.Button
    swap: gr.Button
    answer: gr.HTML


def song_box() -> SongBox:
    with gr.Column(elem_id="duet-song", elem_classes="ed-box ed-first"):
        gr.Markdown("**1. Pick a song**, get a couple", elem_classes="ed-step")
        songs, own = song_row(HASH)
        with gr.Row():
            style = gr.Dropdown(
                [("From the music", ""), *((name.capitalize(), name) for name in STYLE_NAMES)],
                value="salsa", label="Style", min_width=140, elem_id="duet-style",
            )  # fmt: skip
            closeness = gr.Dropdown(
                [("As it comes", ""), *((_CLOSE[name], name) for name in CLOSENESS)],
                value="hold", label="Closeness", min_width=140, elem_id="duet-closeness",
            )  # fmt: skip
        seconds = gr.Slider(4, 120, value=20, step=1, label="Seconds", elem_id="duet-seconds")
        with gr.Row():
            make = gr.Button("Make a couple", variant="primary", elem_id="duet-make", min_width=140, scale=2)
            three = gr.Button("Three ways", elem_id="duet-make-three", min_width=110)
            stop = gr.Button("Stop", visible=False, elem_id="duet-stop-make", min_width=90, scale=0)
        made = gr.HTML(elem_id="duet-made", visible=False)
        with gr.Accordion("Options", open=False, elem_classes="ed-fold"):
            with gr.Row():
                seed = gr.Number(0, label="Seed", precision=0, minimum=0, maximum=LARGEST_SEED, min_width=110)
                guidance = gr.Slider(1, 4, value=2, step=0.1, label="Follow the music", min_width=140)
            variety = gr.Slider(0, 2, value=1, step=0.1, label="Variety", info="0 is the likeliest dance")
            tidy = gr.Checkbox(
                True, label="Finish it",
                info="Steps fall on the beat, feet stand still, held hands meet, nobody walks through anybody. The raw "
                "result is kept.",
            )  # fmt: skip
    return SongBox(
        songs, own, style, closeness, seconds, make, three, stop, made, seed, guidance, variety, tidy
    )  # fmt: skip


def lead_box() -> LeadBox:
    with gr.Column(elem_id="duet-lead", elem_classes="ed-box ed-then"):
        gr.Markdown("**Or give a lead**, get a partner", elem_classes="ed-step")
        leading = gr.HTML(elem_id="duet-leading", visible=False)
        with gr.Row():
            opened = gr.UploadButton(
                "Open a dancer or a couple", file_types=OPENS, size="md", elem_id="duet-open", min_width=160
            )
        with gr.Row():
            find = gr.Button("Find a partner", elem_id="duet-find", min_width=140, scale=2)
            three = gr.Button("Three ways", elem_id="duet-find-three", min_width=110)
            stop = gr.Button("Stop", visible=False, elem_id="duet-stop-find", min_width=90, scale=0)
        found = gr.HTML(elem_id="duet-found", visible=False)
    return LeadBox(leading, opened, find, three, stop, found)


def redo_box() -> RedoBox:
    with gr.Column(elem_id="duet-redo-box", elem_classes="ed-box ed-then") as box:
        gr.Markdown("**2. Make a part of it anew**", elem_classes="ed-step")
        who = gr.Radio(WHO, value=BOTH, label="Who", container=False, elem_id="duet-who", elem_classes="ed-choice")
        what = gr.Radio(
            WHAT, value=EVERYTHING, label="What", container=False, elem_id="duet-what", elem_classes="ed-choice"
        )
        gr.HTML('<div class="ed-target"></div>', elem_id="duet-target")
        with gr.Row():
            redo = gr.Button("Make it anew", variant="primary", elem_id="duet-redo", min_width=120, scale=2)
            three = gr.Button("Three ways", elem_id="duet-redo-three", min_width=110)
            stop = gr.Button("Stop", visible=False, elem_id="duet-stop-redo", min_width=90, scale=0)
        swap = gr.Button("Swap roles", size="sm", elem_id="duet-swap")
        answer = gr.HTML(elem_id="duet-answer", visible=False)
    return RedoBox(box, who, what, redo, three, stop, swap, answer)
