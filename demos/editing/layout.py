"""What is on the Edit tab and where, beside the stage: the song's box and the words' box."""

from __future__ import annotations

from typing import NamedTuple

import gradio as gr

from demos.corpus.styles import STYLE_NAMES
from demos.editing.sampling import GUIDANCE
from demos.page.panels import Chips
from demos.page.stage import song_row
from demos.runtime.limits import LARGEST_SEED

LONGEST_WORDS = 2000

FROM_MUSIC = "From the music"
KINDS = [
    ("Film of the stage (MP4)", "MP4"),
    ("3-D scene (GLB)", "GLB"),
    ("Skeleton (BVH)", "BVH"),
    ("Dance with all versions (NPZ)", "NPZ"),
]
"""Exports: what they are called here, and the file's kind."""


class SongBox(NamedTuple):
    songs: Chips
    own: gr.Audio
    style: gr.Dropdown
    seconds: gr.Slider
    make: gr.Button
    stop: gr.Button
    made: gr.HTML
    seed: gr.Number
    guidance: gr.Slider
    tidy: gr.Checkbox
    open: gr.UploadButton


class WordsBox(NamedTuple):
    words: gr.Textbox
    change: gr.Button
    three: gr.Button
    stop: gr.Button
    answer: gr.HTML
    ideas: Chips
    strength: gr.Slider
    seed: gr.Number
    text_guidance: gr.Slider
    source_guidance: gr.Slider
    tidy: gr.Checkbox
    rules: gr.Checkbox


def song_box() -> SongBox:
    with gr.Column(elem_id="edit-song", elem_classes="ed-box ed-first"):
        gr.Markdown("**1. Pick a song**, get a dance", elem_classes="ed-step")
        songs, own = song_row("edit")
        with gr.Row():
            style = gr.Dropdown(
                [(FROM_MUSIC, ""), *((name.capitalize(), name) for name in STYLE_NAMES)],
                value="", label="Style", min_width=140, elem_id="edit-style",
            )  # fmt: skip
            seconds = gr.Slider(4, 120, value=20, step=1, label="Seconds", min_width=140, elem_id="edit-seconds")
        with gr.Row():
            make = gr.Button("Make a dance", variant="primary", elem_id="edit-make", min_width=140)
            stop = gr.Button("Stop", visible=False, elem_id="edit-stop-make", min_width=90, scale=0)
        made = gr.HTML(elem_id="edit-made", visible=False)
        with gr.Accordion("Options, or open a dance you saved", open=False, elem_classes="ed-fold"):
            with gr.Row():
                seed = gr.Number(0, label="Seed", precision=0, minimum=0, maximum=LARGEST_SEED, min_width=110)
                guidance = gr.Slider(1, 4, value=GUIDANCE, step=0.1, label="Follow the music", min_width=140)
            tidy = gr.Checkbox(True, label="Tidy the feet", info="No sliding on the floor. The raw result is kept.")
            opened = gr.UploadButton("Open a dance (.npz)", file_types=[".npz"], size="sm", elem_id="edit-open")
    return SongBox(songs, own, style, seconds, make, stop, made, seed, guidance, tidy, opened)


def words_box() -> WordsBox:
    with gr.Column(elem_id="edit-words", elem_classes="ed-box ed-then"):
        gr.Markdown("**2. Say what should change**", elem_classes="ed-step")
        words = gr.Textbox(
            placeholder="raise both arms in the second half", lines=2, max_lines=5, max_length=LONGEST_WORDS,
            show_label=False, label="What should change", container=False, elem_id="edit-text",
        )  # fmt: skip
        gr.HTML('<div class="ed-target"></div>', elem_id="edit-target")
        with gr.Row():
            change = gr.Button("Change it", variant="primary", elem_id="edit-change", min_width=110, scale=2)
            three = gr.Button("Three ways", elem_id="edit-three", min_width=110)
            stop = gr.Button("Stop", visible=False, elem_id="edit-stop-change", min_width=90, scale=0)
        answer = gr.HTML(elem_id="edit-answer", visible=False)
        ideas = Chips(elem_id="edit-ideas")
        with gr.Accordion("Options", open=False, elem_classes="ed-fold"):
            strength = gr.Slider(0.2, 1.0, value=1.0, step=0.05, label="Strength", info="Less is a hint of it")
            with gr.Row():
                text_guidance = gr.Slider(0.5, 3, value=1.0, step=0.1, label="Follow the words", min_width=140)
                source_guidance = gr.Slider(0.5, 3, value=1.0, step=0.1, label="Stay near the dance", min_width=140)
            with gr.Row():
                seed = gr.Number(0, label="Seed", precision=0, minimum=0, maximum=LARGEST_SEED, min_width=110)
                tidy = gr.Checkbox(True, label="Tidy the feet", info="The raw result is kept.", min_width=140)
            rules = gr.Checkbox(
                True, label="Rules finish it", info="Where the network does not achieve it; the answer says so.",
                min_width=140,
            )  # fmt: skip
    return WordsBox(
        words, change, three, stop, answer, ideas, strength, seed, text_guidance, source_guidance, tidy, rules
    )  # fmt: skip
