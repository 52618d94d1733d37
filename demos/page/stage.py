"""The stage of a page on which dances are made and changed: player, strip, versions, exports; what each shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from demos.handover import Desk
from demos.motion import history
from demos.page.panels import Chips, Tree, answer, tree_value
from demos.page.strip import Strip
from demos.page.studio import LETTERS, Scene, Studio, shipped, title_of
from demos.page.work import said
from demos.render.player import Player, player_value, region_of

OWN = "own"
FILM_WIDTHS = {1: 1280, 2: 1280, 3: 1920}


class StageBox(NamedTuple):
    view: gr.Radio
    player: Player
    strip: Strip
    offers: gr.Row
    chosen: list[gr.Button]
    none: gr.Button
    tree: Tree
    home: gr.Column
    kind: gr.Radio
    each: gr.Checkbox
    save: gr.Button
    stop: gr.Button
    saved: gr.HTML
    downloads: gr.File
    sends: Mapping[str, gr.Button]


def stage_box(desk: Desk, room: str, kinds: Sequence[tuple[str, str]], *, each: bool = False) -> StageBox:
    """Lay out the stage of a room, by its HASH.

    kinds : exports: what they are called here, and the file's kind. each : whether it asks for one file a dancer.
    """
    view = gr.Radio(
        [], show_label=False, label="View", container=False, visible=False, elem_id=f"{room}-view",
        elem_classes="ed-view",
    )  # fmt: skip
    player = Player(elem_id=f"{room}-player", elem_classes="ed-player")
    with gr.Row(visible=False, elem_id=f"{room}-offers", elem_classes="ed-offers") as offers:
        gr.Markdown("**Which one stays?**", elem_classes="ed-step")
        chosen = [gr.Button(f"Keep {letter}", min_width=90, elem_classes="ed-keep") for letter in LETTERS]
        none = gr.Button("None of them", min_width=110, variant="secondary")
    strip = Strip(room, elem_id=f"{room}-strip", elem_classes="ed-strip-place")
    with gr.Row(equal_height=False, elem_id=f"{room}-below", elem_classes="ed-below"):
        with gr.Column(scale=3, min_width=330):
            tree = Tree(elem_id=f"{room}-tree")
        with gr.Column(
            scale=2, min_width=250, visible=False, elem_id=f"{room}-home", elem_classes="ed-box ed-home"
        ) as home:
            kind = gr.Radio(
                list(kinds), value=kinds[0][1], show_label=False, label="Take it home", container=False
            )  # fmt: skip
            one_each = gr.Checkbox(
                False, label="One file for each dancer", visible=each, container=False, elem_id=f"{room}-each",
                elem_classes="ed-plain",
            )  # fmt: skip
            with gr.Row():
                save = gr.Button("Take it home", elem_id=f"{room}-save", min_width=120)
                stop = gr.Button("Stop", visible=False, elem_id=f"{room}-stop-save", min_width=80, scale=0)
            saved = gr.HTML(visible=False, elem_id=f"{room}-saved")
            downloads = gr.File(
                label="Ready", interactive=False, visible=False, file_count="multiple", elem_id=f"{room}-downloads"
            )
            with gr.Row():
                sends = desk.buttons(room)
    return StageBox(
        view, player, strip, offers, chosen, none, tree, home, kind, one_each, save, stop, saved, downloads, sends
    )  # fmt: skip


def first_song() -> str:
    """Key of the song that is picked on arrival."""
    return next(iter(shipped()), OWN)


def song_chips(chosen: str) -> dict:
    """The songs to pick from."""
    items = [{"key": key, "text": title_of(path)} for key, path in shipped().items()]
    return {"items": [*items, {"key": OWN, "text": "Your own song", "quiet": True}], "chosen": chosen}


def pick_song(event: gr.EventData) -> tuple:
    """(key, chips, the field for an own song) after a song was picked."""
    key = str((event._data or {}).get("key", ""))
    return key, song_chips(key), gr.update(visible=key == OWN)


def picked_song(key: str, own: str | None) -> Path | None:
    """The file of the picked song."""
    return shipped().get(key) or (Path(own) if own else None)


def stage_values(
    studio: Studio, scene: Scene, strip: Mapping[str, Any], *, place: Path, picked: Any, views: Mapping[str, str]
) -> dict[str, Any]:
    """What the stage shows, by the names of StageBox; the picked time stays, files go to `place`.

    strip : its value. picked : the player's value as the visitor left it. views : way to look at a version -> words.
    """
    history.save(studio.history, place)
    value = player_value(list(scene.dances), names=list(scene.names), song_path=scene.song, folder=place)
    region = region_of(picked)
    if region and region[1] <= value["duration_s"] + 0.05:
        value["region"] = list(region)
    ways = studio.ways()
    shown = None if studio.compared else studio.view if studio.view in ways else next(iter(ways), None)
    return {
        "player": value,
        "strip": strip,
        "tree": tree_of(studio),
        "view": gr.update(choices=[(views[way], way) for way in ways], value=shown, visible=len(ways) > 1),
        "offers": gr.update(visible=bool(studio.offers)),
        "home": gr.update(visible=studio.current is not None),
        "downloads": gr.update(visible=False),
        "saved": said(""),
    }


def tree_of(studio: Studio) -> dict:
    """The versions."""
    current = studio.current
    return tree_value(
        studio.rows(), current=current.id if current else None, compared=studio.compared,
        undo=bool(current and current.parent),
    )  # fmt: skip


def told_of(studio: Studio) -> dict:
    """The answer that belongs to the current version."""
    version = studio.current
    if version is None or not version.text:
        return said("")
    return said(answer(version.message, mark="good" if version.achieved else "half"))


def song_row(room: str) -> tuple[Chips, gr.Audio]:
    """The songs to pick from, and the field for a song of one's own."""
    songs = Chips(song_chips(first_song()), elem_id=f"{room}-songs")
    own = gr.Audio(
        label="Your song", sources=["upload", "microphone"], type="filepath", visible=False, elem_id=f"{room}-own"
    )
    return songs, own
