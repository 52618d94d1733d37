"""The long jobs of the Duet page: couples, partners, parts made anew, files; each reports and may be stopped."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from demos.audio import cache
from demos.duet import pipeline
from demos.duet.layout import BOTH as BOTH_DANCERS
from demos.duet.layout import EVERYTHING
from demos.duet.showing import PLACES, Inputs, Shown, busy, idle, new_studio, page_of, place_of, saved
from demos.motion import history
from demos.motion.dance import Dance
from demos.motion.export import export
from demos.page.panels import card, progress
from demos.page.stage import FILM_WIDTHS, picked_song
from demos.page.studio import ALONE, BOTH, Offer, Studio, shipped, title_of
from demos.page.work import safely, said, watched
from demos.render.player import region_of
from demos.render.video import render_dance
from demos.runtime import workspace
from demos.runtime.errors import InputError
from demos.runtime.limits import LARGEST_SEED

PARTS = {EVERYTHING: None, "arms": ("arms",), "rest": ("legs", "torso", "head", "root")}
_CALLED = {"arms": "Arms", "rest": "All but the arms"}
_NAMES = ("lead", "follow")


@dataclass(frozen=True)
class Manner:
    """The settings that count for all that is made, as the page gives them."""

    style: str | None
    closeness: str | None
    seed: float | None
    guidance: float
    variety: float
    tidy: bool

    def seed_of(self, number: int) -> int:
        """Seeds go round, so that there is always a next one."""
        return (int(self.seed or 0) + number) % (LARGEST_SEED + 1)

    def settings(self, number: int = 0) -> dict[str, Any]:
        """For the pipeline; number : which of several alternatives."""
        return {
            "style": self.style or None, "closeness": self.closeness or None, "seed": self.seed_of(number),
            "guidance": self.guidance, "variety": self.variety, "finishing": self.tidy,
        }  # fmt: skip

    def note(self, number: int = 0) -> str:
        """In the list of versions."""
        words = [self.style or "style from the music", *([self.closeness] if self.closeness else [])]
        return ", ".join([*words, f"seed {self.seed_of(number)}"])


def begin(name: str, title: str) -> Callable[[], Shown]:
    """What the page shows from the click until the job's first report."""
    return lambda: busy(name, title)


def _job(name: str, desk: Studio, steps: Iterator[Shown], inputs: Inputs) -> Iterator[Shown]:
    """The steps of a job of this page; whatever goes wrong is one sentence at its place, what was made is kept."""

    def ended(sentence: str) -> Shown:
        kept = desk.call_off()
        page = page_of(desk, inputs) if kept else Shown(studio=desk)
        return page._replace(**{PLACES[name]: said(sentence)}, **idle())

    yield from safely(steps, ended)


def make(studio, folder, player, strip, key, own, seconds, *manner, count: int) -> Iterator[Shown]:
    """A couple from a song, or several to choose from."""
    desk = studio or new_studio()
    inputs = Inputs(desk, folder or workspace.create().name, None, None)
    path = picked_song(key, own)
    yield from _job("make", desk, _making(desk, inputs, path, seconds, Manner(*manner), count), inputs)


def _making(
    desk: Studio, inputs: Inputs, path: Path | None, seconds: float, manner: Manner, count: int
) -> Iterator[Shown]:  # fmt: skip
    if path is None:
        raise InputError("Choose one of the songs, or drop or record one of your own.")
    ticket = desk.begin()
    song = _brought(desk, path, str(inputs.folder))
    name = title_of(path)

    def offer(made: pipeline.Generated, number: int) -> Offer:
        return Offer(
            made.dance, name, raw=made.raw if manner.tidy else None, message=made.message,
            facts={"note": manner.note(number)},
        )  # fmt: skip

    def grow(report: Callable[[int, int], None]) -> pipeline.Generated:
        """What has been made so far is on the stage, and is kept when the job is stopped."""
        made = None
        for made in pipeline.preview(song, seconds=seconds, on_progress=report, **manner.settings()):
            desk.sketch(ticket, offer(made, 0))
        assert made is not None
        return made

    if count > 1:
        jobs = [
            functools.partial(pipeline.generate, song, seconds=seconds, **manner.settings(number))
            for number in range(count)
        ]
        yield from _offering(desk, inputs, ticket, "make", "Dancing", jobs, offer)
        return
    seen: list[Offer | None] = [None]
    length = min(seconds, song[0].duration_s)

    def show(done: int, total: int) -> Shown:
        told = said(progress("Dancing", done, total))
        if not desk.may(ticket):
            return Shown()
        draft = desk.draft
        if (
            draft is not None and draft is not seen[0] and draft.dance.duration_s < length - 0.5
        ):  # the whole comes anyway
            seen[0] = draft
            return page_of(desk, inputs, made=told)
        return Shown(made=told)

    made = yield from watched(grow, show)
    if desk.finish(ticket, offer(made, 0)):
        desk.view = ALONE
        yield page_of(desk, inputs, made=said(card(made.message, mark="good")), answer=said(""), **idle())


def find(studio, folder, player, strip, key, own, *manner, count: int) -> Iterator[Shown]:
    """A partner for the first dancer on the stage."""
    desk = studio or new_studio()
    inputs = Inputs(desk, folder or workspace.create().name, player, strip)
    steps = _finding(desk, inputs, picked_song(key, own), Manner(*manner), count)
    yield from _job("find", desk, steps, inputs)


def _finding(desk: Studio, inputs: Inputs, picked: Path | None, manner: Manner, count: int) -> Iterator[Shown]:
    before = desk.history.current
    ticket = desk.begin()
    path = desk.song_of(before.dance)
    if path is None and not len(before.dance.beats) and picked is not None:
        path = picked  # a dancer without music dances to the song that is picked
    song = None if path is None else _brought(desk, path, str(inputs.folder))

    def offer(made: pipeline.Generated, number: int) -> Offer:
        lead = before.name.removeprefix("A partner for ")
        return Offer(
            made.dance, f"A partner for {lead}", parent=before.id, raw=made.raw if manner.tidy else None,
            message=made.message, facts={"note": manner.note(number)},
        )  # fmt: skip

    jobs = [
        functools.partial(pipeline.follow, before.dance, song, **manner.settings(number)) for number in range(count)
    ]
    yield from _offering(desk, inputs, ticket, "find", "Finding a partner", jobs, offer)


def redo(studio, folder, player, strip, who, what, *manner, count: int) -> Iterator[Shown]:
    """The picked time of the couple on the stage made anew."""
    desk = studio or new_studio()
    inputs = Inputs(desk, folder or workspace.create().name, player, strip)
    yield from _job("redo", desk, _redoing(desk, inputs, who, what, Manner(*manner), count), inputs)


def _redoing(desk: Studio, inputs: Inputs, who: str, what: str, manner: Manner, count: int) -> Iterator[Shown]:
    before = desk.history.current
    ticket = desk.begin()
    path = desk.song_of(before.dance)
    span = region_of(inputs.player) or (0.0, before.dance.duration_s)
    dancers = (who,) if who in _NAMES else _NAMES
    parts = PARTS.get(what)
    made_before = len(before.dance.provenance.settings.get("redo", []))  # the same seed again would change nothing

    def offer(made: pipeline.Generated, number: int) -> Offer:
        whose = "" if who == BOTH_DANCERS else f", {who}"
        return Offer(
            made.dance, f"{_CALLED.get(what, 'Anew')}{whose}, {span[0]:.1f} to {span[1]:.1f} s", parent=before.id,
            raw=made.raw if manner.tidy else None, message=made.message,
            facts={"note": manner.note(number + made_before + 1)},
        )  # fmt: skip

    jobs = [
        functools.partial(
            pipeline.redo, before.dance, span, parts, dancers=dancers, song=None if path is None else cache.load(path),
            **manner.settings(number + made_before + 1),
        )
        for number in range(count)
    ]  # fmt: skip
    yield from _offering(desk, inputs, ticket, "redo", "Making it anew", jobs, offer, view=BOTH)


def _offering(
    desk: Studio, inputs: Inputs, ticket: int, name: str, title: str, jobs: list[Callable[..., pipeline.Generated]],
    offer: Callable[[pipeline.Generated, int], Offer], *, view: str = ALONE,
) -> Iterator[Shown]:  # fmt: skip
    """One result that is kept, or several side by side among which to choose."""
    place = PLACES[name]
    offers: list[Offer] = []
    for number, job in enumerate(jobs):
        told = title if len(jobs) == 1 else f"{title}: {number + 1} of {len(jobs)}"
        made = yield from watched(
            lambda report, job=job: job(on_progress=report),
            lambda done, total, told=told: (
                Shown(**{place: said(progress(told, done, total))}) if desk.may(ticket) else Shown()
            ),
        )
        offers.append(offer(made, number))
        if len(jobs) == 1:
            break
        if not desk.propose(ticket, offers):
            yield Shown(**idle())
            return
        values: dict[str, Any] = {place: said(progress(told, number + 1, len(jobs)))}
        yield page_of(desk, inputs, **values)
    if len(jobs) > 1:
        told = card("Three couples: watch them side by side and keep the one you like.", mark="half")
        values = {place: said(told), **idle()}
        yield page_of(desk, inputs, **values)
    elif desk.finish(ticket, offers[0]):
        desk.view = view
        values = {place: said(card(offers[0].message, mark="good")), **idle()}
        yield page_of(desk, inputs, look=view == BOTH, **values)


def _brought(desk: Studio, path: Path, folder: str) -> pipeline.Heard:
    """A song heard; a visitor's own is kept with their dances."""
    song = cache.load(path)
    if song[0].sha256 not in shipped():
        desk.bring(song[0].sha256, path, place_of(folder))
    return song


# --- exports


def save(studio, folder, player, strip, kind, each) -> Iterator[Shown]:
    yield from safely(_saving(studio or new_studio(), folder, kind, each), saved)


def _saving(desk: Studio, folder: str, kind: str, each: bool) -> Iterator[Shown]:
    """The files of one kind. A film of all shows what is on the stage, the others hold the current version."""
    version, scene, place = desk.history.current, desk.scene(), place_of(folder)
    couple = len(version.dance.motions) == 2
    alone = [version.dance.with_motions((motion,)) for motion in version.dance.motions]
    if each and couple and kind != "BVH":
        paths = []
        for name, dance in zip(_NAMES, alone, strict=True):
            path = place / f"dance-{name}.{str(kind).lower()}"
            if kind == "MP4":
                paths.append((yield from _filming([dance], [name], desk.song_of(version.dance), path)))
            else:
                paths += export(dance, path)
    elif kind == "MP4" and scene is not None:
        names = list(scene.names)
        paths = [(yield from _filming(list(scene.dances), names, scene.song, place / "dance.mp4"))]
    elif kind == "NPZ":
        paths = [history.export_npz(desk.history, place / "dance.npz")]
    else:
        paths = export(version.dance, place / f"dance.{str(kind).lower()}")
    yield saved(downloads=gr.update(value=[str(path) for path in paths], visible=True))


def _filming(dances: list[Dance], names: list[str], song: Path | None, path: Path) -> Generator[Shown, None, Path]:
    width = FILM_WIDTHS[len(dances)]
    title = f"Filming the {names[0]}" if names[0] in _NAMES else "Filming"
    job = functools.partial(render_dance, dances, path, names=names, song_path=song, size=(width, width * 9 // 16))
    return (
        yield from watched(
            lambda report: job(on_progress=report),
            lambda done, total: Shown(saved=said(progress(title, done, total))),
        )
    )
