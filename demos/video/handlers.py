"""What the Film tab does when something is clicked: quick answers, and long jobs that report as they go.

Every handler is given the visitor's cast and folder first and gives back Shown: the new values of the page.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from demos.audio import cache
from demos.handover import Parcel
from demos.motion.dance import Dance
from demos.motion.files import open_dance
from demos.page import told
from demos.page.panels import card, progress, trouble
from demos.page.stage import picked_song
from demos.page.work import safely, said, watched
from demos.runtime import workspace
from demos.runtime.errors import InputError
from demos.video import muse_pipeline, muse_shown, pipeline, visit
from demos.video.cast import (
    NEW,
    Cast,
    Steps,
    finder_value,
    picture_url,
    shipped_dances,
    shipped_pictures,
    stick_value,
    with_steps,
)
from demos.video.layout import shelf_value, step_choices
from demos.video.muse_words import LONGEST
from demos.video.picture import from_array
from demos.video.puppet_pose import pose
from demos.video.track_motion import to_dance
from demos.video.track_rhythm import beat_alignment

HASH = "film"
PREVIEW_S = 5.0
_SUFFIX = {"MP4": ".mp4", "WebM": ".webm", "GIF": ".gif"}


class Shown(NamedTuple):
    """New values for the page, in the order of every handler's outputs; what is left out stays as it is."""

    cast: Any = gr.skip()
    folder: Any = gr.skip()
    shelf: Any = gr.skip()
    finder: Any = gr.skip()
    told: Any = gr.skip()
    second: Any = gr.skip()
    alone: Any = gr.skip()
    system: Any = gr.skip()
    words: Any = gr.skip()
    text: Any = gr.skip()
    steps: Any = gr.skip()
    made: Any = gr.skip()
    preview: Any = gr.skip()
    full: Any = gr.skip()
    stop: Any = gr.skip()
    screen: Any = gr.skip()
    home: Any = gr.skip()
    save: Any = gr.skip()
    stop_save: Any = gr.skip()
    saved: Any = gr.skip()
    downloads: Any = gr.skip()


def _idle() -> dict[str, Any]:
    on = gr.update(interactive=True)
    return {"preview": on, "full": on, "stop": gr.update(visible=False)}


def _picture(cast: Cast, folder: str | None, text: str = "", chosen: str = "", **more: Any) -> Shown:
    """The page when the picture has changed."""
    found = cast.found.said if cast.found else ""
    if cast.system == "musedance" and cast.figures:
        found = muse_shown.finder_parts(cast.figure)[1]
    told_card = card(text or found, mark="good")
    folder = folder or workspace.create().name
    visit.keep(cast, _place(folder))
    return Shown(
        cast=cast, folder=folder, shelf=shelf_value(chosen), finder=finder_value(cast, folder), told=said(told_card),
        alone=gr.update(visible=cast.partner is not None), **_system(cast),
    )._replace(**more)  # fmt: skip


def _place(folder: str) -> Path:
    """Where this tab keeps things in a visitor's workspace."""
    return workspace.root() / folder / HASH


def _system(cast: Cast) -> dict[str, Any]:
    """What of the page goes with who makes the steps."""
    by_words = cast.system == "musedance"
    return {
        "system": cast.system, "words": gr.update(visible=by_words), "steps": gr.update(visible=not by_words),
        "second": gr.update(visible=bool(cast.figures) and not by_words),
    }  # fmt: skip


def _with_picture(action: Callable[[Cast], None]) -> Callable[..., Shown]:
    """Change the picture or what was found; on bad input a sentence, and all stays."""

    def change(cast: Cast | None, folder: str | None, *, chosen: str = "", text: str = "") -> Shown:
        cast = cast or Cast()
        try:
            action(cast)
        except InputError as error:
            return Shown(cast=cast, told=said(trouble(str(error))))
        return _picture(cast, folder, text, chosen)

    return change


def arrive(cast: Cast | None, folder: str | None, event: gr.EventData) -> Shown:
    """Whoever comes in finds a picture that can dance at once; after a reload, all that was there."""
    return _enter(cast, folder, str(told(event, "folder") or ""))


def _enter(cast: Cast | None, folder: str | None, before: str = "") -> Shown:
    """before : the workspace of the visit before a reload, as the browser remembers it."""
    if cast is not None:
        return Shown()
    folder = folder or workspace.create().name
    kept = visit.recall(before, HASH, _place(folder))
    if kept is not None:
        return _again(kept, folder)
    pictures = shipped_pictures()
    if not pictures:
        return Shown()
    key = next(iter(pictures))
    return _with_picture(lambda new: new.show(pictures[key]))(cast, folder, chosen=key)


def _again(cast: Cast, folder: str) -> Shown:
    """The page as it was before a reload. The film can be looked at and taken home; to write it in another form, its
    puppet must be made anew."""
    titles = {path.stem: key for key, path in shipped_pictures().items()}
    shown = _picture(cast, folder, chosen=titles.get(cast.name, ""))
    steps = dict(shown.steps) if isinstance(shown.steps, dict) else {}
    shown = shown._replace(steps={**steps, **gr.update(choices=step_choices(cast.steps))})
    if cast.screen is None:
        return shown
    return shown._replace(screen=cast.screen, home=gr.update(visible=True))


def pick(cast: Cast | None, folder: str | None, event: gr.EventData) -> Shown:
    """One of the example pictures."""
    path = shipped_pictures().get(str(told(event, "key")))
    if path is None:
        return Shown()
    return _with_picture(lambda new: new.show(path))(cast, folder, chosen=str(told(event, "key")))


def upload(cast: Cast | None, folder: str | None, path: str | None) -> Shown:
    """A picture of the visitor's own."""
    if not path:
        return Shown()
    return _with_picture(lambda new: new.show(Path(path)))(cast, folder)


def photograph(cast: Cast | None, folder: str | None, values: np.ndarray | None) -> Shown:
    """A picture taken with the camera."""
    if values is None:
        return Shown()

    def show(new: Cast) -> None:
        found = pipeline.finding.find(from_array(values, "The camera's picture"))
        new.name, new.found, new.figures, new.chosen = "camera", found, list(found.figures), 0

    return _with_picture(show)(cast, folder)


def invite(cast: Cast | None, folder: str | None, path: str | None) -> Shown:
    """A second picture, whose figure dances as well."""
    if not path:
        return Shown()
    text = "Two dance: the second picture's figure comes into the first picture. A duet from another tab fits best."
    return _with_picture(lambda new: new.invite(Path(path)))(cast, folder, text=text)


def dance_alone(cast: Cast | None, folder: str | None) -> Shown:
    return _with_picture(lambda new: new.invite(None))(cast, folder)


def choose(cast: Cast | None, folder: str | None, event: gr.EventData) -> Shown:
    index = told(event, "index")
    return _with_picture(lambda new: new.choose(index))(cast, folder)


def move(cast: Cast | None, folder: str | None, event: gr.EventData) -> Shown:
    """A joint dragged elsewhere: the page shows it already, so only the figure changes."""
    cast = cast or Cast()
    try:
        cast.move(told(event, "name"), told(event, "x"), told(event, "y"))
    except InputError as error:
        return Shown(cast=cast, told=said(trouble(str(error))))
    if folder:
        visit.keep(cast, _place(folder))
    return Shown(cast=cast)


def paint(cast: Cast | None, folder: str | None, event: gr.EventData) -> Shown:
    strokes = told(event, "strokes")
    return _with_picture(lambda new: new.paint(strokes))(cast, folder, text="The outline is as you painted it.")


def reset(cast: Cast | None, folder: str | None) -> Shown:
    return _with_picture(lambda new: new.reset())(cast, folder)


def choose_system(cast: Cast | None, folder: str | None, system: str) -> Shown:
    """Who makes the steps: X-Dancer for people, or MuseDance, which moves anything as words say."""
    cast = cast or Cast()
    cast.wanted = system if system in pipeline.SYSTEMS else None
    shown = _picture(cast, folder) if cast.figures else Shown(cast=cast, **_system(cast))
    return shown._replace(shelf=gr.skip())


def pick_text(cast: Cast | None, folder: str | None, event: gr.EventData) -> Shown:
    """One of the example texts."""
    return Shown(text=str(told(event, "key"))[:LONGEST])


# --- other tabs


def receive(cast: Cast | None, folder: str | None, parcel: Parcel | None) -> Shown:
    """A dance of another tab, to be performed by the picture."""
    if parcel is None or parcel.to != HASH or (cast is not None and parcel.id in cast.received):
        return Shown()
    shown = _enter(cast, folder)
    cast = shown.cast if isinstance(shown.cast, Cast) else cast or Cast()
    folder = shown.folder if isinstance(shown.folder, str) else folder or workspace.create().name
    cast.received.add(parcel.id)
    cast.wanted = "xdancer"  # whose puppet performs given steps
    song = None
    if parcel.song is not None:
        place = workspace.root() / folder / parcel.id
        place.mkdir(parents=True, exist_ok=True)
        song = Path(shutil.copyfile(parcel.song, place / parcel.song.name))
    for dance, name in zip(parcel.dances, parcel.names, strict=True):
        with_steps(cast, Steps(name, dance, song))
    newest = f"own:{next(reversed(cast.steps))}"
    text = f"“{parcel.names[0]}” is here: pick a picture and press Preview."
    visit.keep(cast, _place(folder))
    return shown._replace(
        cast=cast, folder=folder, finder=finder_value(cast, folder), made=said(card(text, mark="good")),
        **_system(cast) | {"steps": gr.update(choices=step_choices(cast.steps), value=newest, visible=True)},
    )  # fmt: skip


def withdraw(cast: Cast | None, folder: str | None, parcel: Parcel | None) -> Shown:
    """A dance that was sent here is taken back: the menu of steps is without it."""
    if cast is None or parcel is None or parcel.to != HASH or not folder:
        return Shown()
    own = {id(dance) for dance in parcel.dances}
    cast.steps = {name: steps for name, steps in cast.steps.items() if id(steps.dance) not in own}
    visit.keep(cast, _place(folder))
    return Shown(
        cast=cast, made=said(""), steps=gr.update(choices=step_choices(cast.steps), value=NEW)
    )  # fmt: skip


def pack(to: str, cast: Cast | None) -> Parcel:
    """What the film's figures dance, for another tab: a given dance as it is, new steps as the suite's own body would
    do them."""
    if cast is None or cast.made is None:
        raise InputError("There are no steps yet: press Preview first.")
    steps, song = cast.made["steps"], cast.made["song"]
    dance, name = cast.made["dance"], cast.made["name"]
    if dance is None:
        if not isinstance(steps, pipeline.Steps):
            raise InputError("What moves by words has no dancer's joints: only steps of persons can be sent on.")
        dance = to_dance(steps.tracks, steps.provenance, song)
    return Parcel(to, (dance,), (name,), song)


# --- the long jobs


def begin() -> Shown:
    """What the page shows from the click until the job's first report."""
    off = gr.update(interactive=False)
    return Shown(preview=off, full=off, stop=gr.update(visible=True), made=said(progress("Cutting the figure out")))


def make(cast, folder, key, own, text, steps, seconds, camera, size, seed, shadow, *, small: bool) -> Iterator[Shown]:
    """A film: a preview, or the whole."""
    cast = cast or Cast()
    settings = {
        "seconds": min(PREVIEW_S, seconds) if small else seconds, "camera": camera, "seed": int(seed or 0),
        "shadow": bool(shadow), "size": pipeline.PREVIEW if small else int(size), "text": text or "",
    }  # fmt: skip
    yield from safely(
        _making(cast, folder or workspace.create().name, picked_song(key, own), steps, settings, small),
        lambda sentence: Shown(cast=cast, made=said(sentence), **_idle()),
    )


def _making(
    cast: Cast, folder: str, song: Path | None, chosen: str, settings: dict, small: bool
) -> Iterator[Shown]:  # fmt: skip
    ticket = cast.begin()
    work = _by_words(cast, song, settings) if cast.system == "musedance" else _by_steps(cast, song, chosen, settings)
    scene = yield from watched(lambda report: work.prepare(), _quiet)
    if not cast.may(ticket):
        return
    yield Shown(made=said(progress(work.title)))
    planned = yield from watched(
        lambda report: work.plan(scene, report), lambda done, total: _told(cast, ticket, work.title, done, total)
    )
    if not cast.may(ticket):
        return
    path = workspace.root() / folder / secrets.token_hex(6) / "film.mp4"
    path.parent.mkdir(parents=True)
    clock = time.monotonic()
    film = yield from watched(
        lambda report: work.shoot(scene, planned, path, song=work.song, on_progress=report, **work.filming),
        lambda done, total: _told(cast, ticket, "Filming", done, total, clock),
    )
    if not cast.may(ticket):
        return
    cast.film = film
    cast.screen = _screen(cast, work.stick(scene, planned), film)
    cast.made = {
        "scene": scene, "steps": planned, "song": work.song, "settings": settings, "shoot": work.shoot,
        "dance": work.dance, "name": f"Film of {cast.name}" if work.dance is None else _named(chosen),
    }  # fmt: skip
    visit.keep(cast, _place(folder))
    width, height = film.size
    text = f"{planned.message} {width} x {height} pixels."
    made_by = film.provenance
    points = [
        ("good", f"Steps: {made_by.system}, weights {made_by.weights_sha256[:8] or 'none'}, seed {made_by.seed}.")
    ]
    points += _rhythm(planned, work.song)
    if small:
        points.append(("half", "This is a quick preview: film it in full for size and length."))
    yield Shown(
        cast=cast, folder=folder, screen=cast.screen, home=gr.update(visible=True),
        made=said(card(text, points, mark="good")), downloads=gr.update(visible=False), saved=said(""), **_idle(),
    )  # fmt: skip


def _rhythm(planned: Any, song: Path | None) -> list[tuple[str, str]]:
    """How well the film keeps the beat, in one sentence, where there are a beat and key points."""
    if song is None or not isinstance(planned, pipeline.Steps):
        return []
    on, chance, _ = beat_alignment(planned.tracks[0], cache.load(song)[1].beats)
    if on is None or chance is None:
        return []
    return [("good" if on > chance else "half", f"Beat alignment {on:.2f}; by chance it would be {chance:.2f}.")]


class _Work(NamedTuple):
    """How one of the systems makes a film. prepare() -> scene; plan(scene, report) -> steps; shoot(scene, steps, path,
    song=, on_progress=, **filming) -> film; stick(scene, steps): what moves beside it."""

    title: str
    song: Path | None
    prepare: Callable[[], Any]
    plan: Callable[[Any, Any], Any]
    shoot: Callable[..., pipeline.Film]
    stick: Callable[[Any, Any], dict[str, Any]]
    filming: dict[str, Any]
    dance: Dance | None = None


def _named(chosen: str) -> str:
    """The name of a dance that was picked."""
    return chosen.partition(":")[2] or "A dance"


def _by_steps(cast: Cast, song: Path | None, chosen: str, settings: dict) -> _Work:
    """A person's steps: new ones, or those of a dance."""
    dance, own_song = _steps(cast, chosen)
    song = own_song if dance is not None and own_song is not None else song
    figures = cast.dancers
    if dance is not None and len(dance.motions) == 2 and cast.partner is None and len(cast.figures) > 1:
        others = [figure for index, figure in enumerate(cast.figures) if index != cast.chosen]
        figures = [*figures, others[0]]
    return _Work(
        "Finding the steps" if dance is None else "Learning the steps",
        song,
        lambda: pipeline.prepare(figures, _fitting(figures[0].size, settings["size"])),
        lambda scene, report: pipeline.choreograph(
            figures, song, dance=dance, seconds=settings["seconds"], seed=settings["seed"], on_progress=report
        ),
        pipeline.shoot,
        lambda scene, steps: stick_value(
            scene.rigs, [pose(*pair) for pair in zip(scene.rigs, steps.tracks, strict=True)], steps.tracks[0].fps
        ),
        {"camera": settings["camera"], "shadow": settings["shadow"]},
        dance,
    )


def _by_words(cast: Cast, song: Path | None, settings: dict) -> _Work:
    """Whatever is in the picture moves as words say."""
    figure = cast.figure
    if song is None:
        raise InputError("Choose a song to dance to.")
    return _Work(
        "Finding the moves",
        song,
        lambda: muse_pipeline.prepare(figure, _fitting(figure.size, settings["size"])),
        lambda stage, report: muse_pipeline.dance(
            song, stage.sheet.shape, text=settings["text"], seconds=settings["seconds"], seed=settings["seed"],
            on_progress=report,
        ),
        muse_pipeline.shoot,
        lambda stage, moves: muse_shown.stick_value(stage.sheet.shape, moves.states, muse_pipeline.FPS),
        {"shadow": settings["shadow"]},
    )  # fmt: skip


def _fitting(size: tuple[int, int], wanted: int) -> int:
    """The shorter side of a film: what is wanted, or what the picture has."""
    return max(pipeline.SMALLEST, min(wanted, max(min(size), 2 * pipeline.SMALLEST)))


def _steps(cast: Cast, chosen: str) -> tuple[Dance | None, Path | None]:
    """The dance that was picked and its song; None where the network makes the steps."""
    where, _, name = (chosen or NEW).partition(":")
    if where == "own" and name in cast.steps:
        return cast.steps[name].dance, cast.steps[name].song
    if where == "shipped" and name in shipped_dances():
        return open_dance(shipped_dances()[name]), None
    return None, None


def _quiet(done: int, total: int) -> Shown:
    return Shown()


def _told(cast: Cast, ticket: int, title: str, done: int, total: int, clock: float | None = None) -> Shown:
    """How far a job is, and how long it will still take once that can be said."""
    if not cast.may(ticket):
        return Shown()
    if clock is not None and done > 8:
        left = (time.monotonic() - clock) / done * (total - done)
        title = f"{title}: about {max(1, round(left))} s left"
    return Shown(made=said(progress(title, done, total)))


def _screen(cast: Cast, stick: dict[str, Any], film: pipeline.Film) -> dict[str, Any]:
    return {
        "film": gr.FileData(path=str(film.path)).model_dump(), "picture": picture_url(cast.figure.picture, 360),
        "stick": stick,
    }  # fmt: skip


def stopped(cast: Cast | None, folder: str | None) -> Shown:
    """Stop was pressed: what was made before stays."""
    if cast is not None:
        cast.begin()
    return Shown(made=said(card("Stopped.", mark="half")), **_idle())


def begin_saving() -> Shown:
    return Shown(
        save=gr.update(interactive=False), stop_save=gr.update(visible=True), saved=said(progress("Writing"))
    )  # fmt: skip


def save(cast, folder, kind) -> Iterator[Shown]:
    """The film as a file to take home."""
    yield from safely(_saving(cast, folder, kind), lambda sentence: _saved(sentence))


def _saving(cast: Cast | None, folder: str, kind: str) -> Iterator[Shown]:
    if cast is None or cast.screen is None:
        raise InputError("There is no film yet: press Preview first.")
    made, path = cast.made, Path(cast.screen["film"]["path"])
    if _SUFFIX.get(kind, ".mp4") != ".mp4":
        if made is None:
            raise InputError(f"The page was loaded anew since this was filmed: film it again to write a {kind}.")
        path = path.with_suffix(_SUFFIX[kind])
        clock = time.monotonic()
        ticket = cast.ticket
        yield from watched(
            lambda report: made["shoot"](made["scene"], made["steps"], path, on_progress=report),
            lambda done, total: Shown(saved=_told(cast, ticket, "Writing", done, total, clock).made),
        )
    yield _saved("", downloads=gr.update(value=str(path), visible=True))


def _saved(text: str = "", **more: Any) -> Shown:
    return Shown(saved=said(text), save=gr.update(interactive=True), stop_save=gr.update(visible=False), **more)


def stopped_saving(cast: Cast | None, folder: str | None) -> Shown:
    return _saved(card("Stopped.", mark="half"))
