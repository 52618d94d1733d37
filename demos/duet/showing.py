"""The Duet page as handlers see it: what they are given, what they give back, and how a desk looks on it."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from demos.duet.layout import HASH
from demos.duet.marks import LANES, change_of, marks_of
from demos.page.panels import card, progress
from demos.page.stage import stage_values
from demos.page.strip import strip_value
from demos.page.studio import ALONE, BOTH, RAW, Scene, Studio
from demos.page.work import said
from demos.runtime import workspace

VIEWS = {BOTH: "Before and after", ALONE: "This dance alone", RAW: "Raw and finished"}
PLACES = {"make": "made", "find": "found", "redo": "answer"}
"""Where each job says how it goes."""


class Shown(NamedTuple):
    """New values for the page, in the order of every handler's outputs; what is left out stays as it is."""

    studio: Any = gr.skip()
    folder: Any = gr.skip()
    player: Any = gr.skip()
    strip: Any = gr.skip()
    tree: Any = gr.skip()
    view: Any = gr.skip()
    offers: Any = gr.skip()
    home: Any = gr.skip()
    downloads: Any = gr.skip()
    saved: Any = gr.skip()
    made: Any = gr.skip()
    found: Any = gr.skip()
    answer: Any = gr.skip()
    leading: Any = gr.skip()
    anew: Any = gr.skip()
    make: Any = gr.skip()
    make_three: Any = gr.skip()
    find: Any = gr.skip()
    find_three: Any = gr.skip()
    redo: Any = gr.skip()
    redo_three: Any = gr.skip()
    swap: Any = gr.skip()
    save: Any = gr.skip()
    stop_make: Any = gr.skip()
    stop_find: Any = gr.skip()
    stop_redo: Any = gr.skip()
    stop_save: Any = gr.skip()


class Inputs(NamedTuple):
    """What every handler is given first."""

    studio: Studio | None
    folder: str | None
    player: Any
    strip: Any


def new_studio() -> Studio:
    """An empty desk of this room."""
    return Studio(view=ALONE, tidied="Finished")


def place_of(folder: str) -> Path:
    """The room's own part of a workspace: other rooms keep histories there too."""
    place = workspace.root() / folder / HASH
    place.mkdir(exist_ok=True)
    return place


def busy(name: str, title: str) -> Shown:
    """The page while a job runs: its Stop, and no second job of its sort."""
    off, here = gr.update(interactive=False), gr.update(visible=True)
    told = said(progress(title))
    if name == "save":
        return Shown(save=off, stop_save=here, saved=told)
    others = {place: said("") for job, place in PLACES.items() if job != name}
    return Shown(
        make=off, make_three=off, find=off, find_three=off, redo=off, redo_three=off, swap=off,
        **{f"stop_{name}": here, PLACES[name]: told}, **others,
    )  # fmt: skip


def idle() -> dict[str, Any]:
    """The buttons when nothing is being made."""
    on, gone = gr.update(interactive=True), gr.update(visible=False)
    buttons = ("make", "make_three", "find", "find_three", "redo", "redo_three", "swap")
    return {**dict.fromkeys(buttons, on), **dict.fromkeys(("stop_make", "stop_find", "stop_redo"), gone)}


def saved(text: str = "", **more: Any) -> Shown:
    """The place of the exports when no file is being written."""
    return Shown(saved=said(text), save=gr.update(interactive=True), stop_save=gr.update(visible=False), **more)


def page_of(studio: Studio, inputs: Inputs, *, look: bool = False, **more: Any) -> Shown:
    """Everything that shows where the visitor is; the picked time stays.

    look : whether a player that stands still goes to where the change is plainest.
    """
    folder = inputs.folder or workspace.create().name
    scene = studio.scene()
    if scene is None:
        return Shown(studio=studio, folder=folder, **more)
    strip = _strip(scene, look=look, folder=folder)
    stage = stage_values(studio, scene, strip, place=place_of(folder), picked=inputs.player, views=VIEWS)
    couple = studio.current is None or len(studio.current.dance.motions) == 2
    more["find"] = {**more.get("find", gr.update()), "variant": "secondary" if couple else "primary"}
    page = Shown(
        studio=studio, folder=folder, leading=said(leading(studio)), anew=gr.update(visible=couple), **stage
    )  # fmt: skip
    return page._replace(**more)


def _strip(scene: Scene, *, look: bool, folder: str) -> dict[str, Any]:
    """What changed between two couples side by side; what happens between the dancers of the last one."""
    dance = scene.dances[-1]
    alike = scene.change is not None and len(dance.motions) == 2
    marks = () if len(scene.dances) == 3 else marks_of(dance)
    return strip_value(
        dance, player="duet-player", target="duet-target", change=change_of(*scene.dances) if alike else None,
        title=scene.title if len(scene.dances) == 2 else "Together" if marks else "Time", columns=tuple(LANES),
        lanes=LANES if alike else {}, picks=False, marks=marks, clock=dance.song_sha256, look=look, folder=folder,
        room=HASH,
    )  # fmt: skip


def leading(studio: Studio) -> str:
    """Who would lead: always the first dancer of the version on the stage."""
    version = studio.current
    if version is None:
        return ""
    name = f"<b>{escape(version.name)}</b>"
    if len(version.dance.motions) == 1:
        return f'<p class="ed-hint">{name}, the dancer on the stage, leads.</p>'
    return f'<p class="ed-hint">The lead of {name}, on the stage, gets another partner.</p>'


def told_of(studio: Studio) -> dict[str, Any]:
    """What was said about the version on the stage, at one place."""
    version = studio.current
    message = card(version.message, mark="good") if version and version.message else ""
    return {"made": said(""), "found": said(""), "answer": said(message)}
