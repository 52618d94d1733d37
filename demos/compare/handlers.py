"""What the Compare tab does when something is clicked: quick answers, and long jobs that report as they go.

Every handler is given the visitor's board and folder first and gives back Shown: the new values of the page.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from demos import systems
from demos.compare import board as boards
from demos.compare import pipeline, table
from demos.compare.board import Board, Source
from demos.compare.examples import Example, examples
from demos.compare.layout import EXAMPLE, HASH, SILENCE, VIDEO_SIZES, example_chips, line_up_chips, song_chips
from demos.compare.panels import charts_value, lineup_value
from demos.compare.pipeline import MOST_DANCES, Comparison, Row
from demos.compare.report import write_report
from demos.handover import Parcel
from demos.motion import history
from demos.motion.dance import Dance
from demos.motion.export import export
from demos.page import told
from demos.page.panels import card, progress, trouble
from demos.page.stage import OWN
from demos.page.studio import shipped
from demos.page.work import safely, said, watched
from demos.render.player import player_value
from demos.render.video import render_dance
from demos.runtime import workspace
from demos.runtime.caches import file_sha256
from demos.runtime.errors import InputError
from demos.runtime.limits import LARGEST_SEED
from demos.runtime.settings import ASSETS, settings
from demos.systems import SHUFFLED, SONG, Ask

PLAYER = "compare-player"
REPORT_WIDTH = 960
_EMPTY = "Add dances: choose a line-up, add a run, or drop files."


class Shown(NamedTuple):
    """New values for the page, in the order of every handler's outputs; what is left out stays as it is."""

    board: Any = gr.skip()
    folder: Any = gr.skip()
    songs: Any = gr.skip()
    own: Any = gr.skip()
    line_ups: Any = gr.skip()
    examples: Any = gr.skip()
    made: Any = gr.skip()
    add: Any = gr.skip()
    again: Any = gr.skip()
    stop: Any = gr.skip()
    files: Any = gr.skip()
    fold: Any = gr.skip()
    details: Any = gr.skip()
    notice: Any = gr.skip()
    player: Any = gr.skip()
    blind: Any = gr.skip()
    lineup: Any = gr.skip()
    facts: Any = gr.skip()
    charts: Any = gr.skip()
    measures: Any = gr.skip()
    home: Any = gr.skip()
    save: Any = gr.skip()
    stop_save: Any = gr.skip()
    saved: Any = gr.skip()
    downloads: Any = gr.skip()
    which: Any = gr.skip()


def _place(folder: str) -> Path:
    """Where this tab keeps things in a visitor's workspace."""
    return workspace.root() / folder / HASH


def _page(board: Board, folder: str, **more: Any) -> Shown:
    """Everything that shows where the visitor is."""
    boards.keep(board, _place(folder))
    try:
        result = board.comparison()
        problems = result.problems if result else ()
    except InputError as error:
        result, problems = None, (str(error),)
    shown = Shown(
        board=board, folder=folder, songs=song_chips(board.picked),
        own=gr.update(visible=_visible(board.picked == OWN)),
        again=gr.update(visible=bool(board.stale()), interactive=True), fold=gr.update(visible=not board.blind),
        details=[] if board.blind else _details(board), notice=_notice(problems),
        blind=gr.update(value=board.blind, interactive=result is not None and len(result.dances) > 1),
        lineup=lineup_value(board, folder), downloads=gr.update(visible=False), saved=said(""),
    )  # fmt: skip
    if result is None:
        gone = gr.update(visible=False)
        return shown._replace(player=None, facts=gone, charts=None, measures=gone, home=gone, which=gone)._replace(
            **more
        )
    value = player_value(
        list(result.dances), names=list(result.names), song_path=result.song_path, folder=workspace.root() / folder
    )
    hidden = board.blind
    return shown._replace(
        player=value,
        facts=gr.update(value="" if hidden else table.facts(result), visible=not hidden),
        charts=None if hidden else charts_value(result, player=PLAYER),
        measures=gr.update(value="" if hidden else table.measures(result), visible=not hidden),
        home=gr.update(visible=not hidden),
        which=gr.update(
            choices=[(name, place) for place, name in enumerate(result.names)], value=0, visible=len(result.names) > 1
        ),
    )._replace(**more)


def _visible(shown: bool) -> Any:
    """Hidden, but on the page: a file can be dropped into it."""
    return True if shown else "hidden"


def _notice(sentences: Sequence[str]) -> dict:
    return said("".join(trouble(sentence) for sentence in sentences))


def _details(board: Board) -> list[list]:
    """The editable rows of the dances."""
    rows = [(source.path.name, source.row) for source in board.sources]
    return [[name, row.name, row.couple, row.fps, row.start_s] for name, row in rows]


def _quick(action: Callable[..., object]) -> Callable[..., Shown]:
    """A handler for a click: carry it out, show the page; on bad input a sentence, and all stays."""

    def handler(board: Board | None, folder: str | None, *values: Any) -> Shown:
        here, folder = board or Board(), folder or workspace.create().name
        try:
            action(here, _place(folder), *values)
        except InputError as error:
            return Shown(board=here, folder=folder, notice=_notice([str(error)]), lineup=lineup_value(here, folder))
        return _page(here, folder)

    return handler


# --- what is compared


def arrive(board: Board | None, folder: str | None, event: gr.EventData) -> Shown:
    """Whoever comes in finds dances on the stage; after a reload, all that was there."""
    if board is not None:
        return Shown()
    folder = folder or workspace.create().name
    board = boards.recall(str(told(event, "folder") or ""), HASH, _place(folder), (ASSETS,))
    if board is None:
        board = Board()
        for example in examples()[:1]:
            board.welcome(*_example(example))
    return _page(
        board, folder, line_ups=line_up_chips(), examples=example_chips(), files=gr.update(visible=True),
        add=gr.update(interactive=True),
    )  # fmt: skip


def _example(example: Example) -> tuple[list[Source], Path | None, str]:
    """An example as sources, its song, and the song's chip."""
    rows = pipeline.rows_for(list(example.dances))
    found = [Source(path, row, "an example") for path, row in zip(example.dances, rows, strict=True)]
    return found, example.song, next((key for key, path in shipped().items() if path == example.song), SILENCE)


def pick_example(board, folder, event: gr.EventData) -> Shown:
    key = str(told(event, "key") or "").removeprefix(EXAMPLE)
    if not key.isdecimal() or int(key) >= len(examples()):
        return Shown()
    sources, *music = _example(examples()[int(key)])
    return _quick(lambda here, place: here.add(sources, anew=True, music=(music[0], music[1])))(board, folder)


def pick_song(board, folder, event: gr.EventData) -> Shown:
    """One of the songs, none, or the field for one's own."""
    key = str(told(event, "key") or "")
    if key == OWN:
        return Shown(songs=song_chips(OWN), own=gr.update(visible=True))
    path = shipped().get(key)
    return _quick(lambda here, place: here.play(path, key if path else SILENCE))(board, folder)


def own_song(board, folder, path: str | None) -> Shown:
    """A song of the visitor's own; a copy stays in their workspace."""
    if not path:
        return Shown()

    def play(here: Board, place: Path) -> None:
        song = _copied(Path(path), place)
        if here.guest:
            here.add([], anew=True, music=(song, OWN))
        else:
            here.play(song, OWN)

    return _quick(play)(board, folder)


def _copied(path: Path, place: Path) -> Path:
    kept = place / secrets.token_hex(4) / path.name
    kept.parent.mkdir(parents=True)
    return Path(shutil.copyfile(path, kept))


def drop_files(board, folder, paths: list[str] | None) -> Shown:
    """Files of the visitor's own, beside what is here."""
    if not paths:
        return Shown()

    problems: tuple[str, ...] = ()

    def add(here: Board, place: Path) -> None:
        nonlocal problems
        found, problems = boards.of_files([Path(path) for path in paths], place)
        here.add(found, music=(None, SILENCE) if here.guest else None)  # the example goes, and its song with it

    shown = _quick(add)(board, folder)._replace(files=None)
    return shown._replace(notice=_notice(problems)) if problems else shown


def say(board, folder, rows: list[list]) -> Shown:
    """What was written into the table of names."""
    return _quick(lambda here, place: here.say([Row.parse(*row[1:]) for row in rows]))(board, folder)


def undo(board, folder) -> Shown:
    return _quick(lambda here, place: here.undo())(board, folder)


def drop(board, folder, event: gr.EventData) -> Shown:
    index = _index(event)
    return _quick(lambda here, place: here.drop(index))(board, folder)


def versions(board, folder, event: gr.EventData) -> Shown:
    index = _index(event)
    return _quick(lambda here, place: here.versions(index, place))(board, folder)


def hide(board, folder, hidden: bool) -> Shown:
    return _quick(lambda here, place: here.hide(bool(hidden)))(board, folder)._replace(made=said(""))


def vote(board, folder, event: gr.EventData) -> Shown:
    """The best of dances without names; then the names are shown."""
    here, index = board or Board(), _index(event)
    try:
        found = here.vote(index)
    except InputError as error:
        return Shown(board=here, notice=_notice([str(error)]))
    return _page(here, folder, made=said(card(f"You liked {found.names[index]} best.", mark="good")))


def _index(event: gr.EventData) -> int:
    index = told(event, "index")
    return index if type(index) is int else -1


# --- other tabs


def receive(board: Board | None, folder: str | None, parcel: Parcel | None) -> Shown:
    """Dances of another tab beside those here; their song where there is none yet."""
    if board is None or parcel is None or parcel.to != HASH or parcel.id in board.received:
        return Shown()
    folder = folder or workspace.create().name
    place = _place(folder)
    try:
        sources = [_taken(dance, name, parcel, place) for dance, name in zip(parcel.dances, parcel.names, strict=True)]
        board.take_in(parcel.id, sources, music=_music(board, parcel, place))
    except InputError as error:
        board.received.add(parcel.id)
        return Shown(board=board, folder=folder, notice=_notice([str(error)]))
    board.received.add(parcel.id)
    return _page(board, folder, made=said(card(f"“{parcel.names[0]}” is here.", mark="good")))


def _music(board: Board, parcel: Parcel, place: Path) -> tuple[Path | None, str] | None:
    """The song that comes with dances, where there is none yet."""
    if board.sources and not board.guest and (board.song is not None or parcel.song is None):
        return None
    if parcel.song is None:
        return None, SILENCE
    key = file_sha256(parcel.song)
    return (shipped()[key], key) if key in shipped() else (_copied(parcel.song, place), OWN)


def _taken(dance: Dance, name: str, parcel: Parcel, place: Path) -> Source:
    path = boards.place_in(place, name)
    tree = parcel.history
    if tree is not None and tree.current.dance is dance:
        history.export_npz(tree, path)
        return Source(path, Row(name), "from another tab", versions=len(tree.path()))
    dance.save(path)
    return Source(path, Row(name), "from another tab")


def withdraw(board: Board | None, folder: str | None, parcel: Parcel | None) -> Shown:
    """Dances that were sent here are taken back; whatever else is here stays."""
    if board is None or parcel is None or parcel.to != HASH or parcel.id not in board.received:
        return Shown()
    return _quick(lambda here, place: here.withdraw(parcel.id))(board, folder)._replace(made=said(""))


def pack(to: str, board: Board | None, which: Any) -> Parcel:
    """The chosen dance, for another tab."""
    result = board.comparison() if board else None
    if result is None:
        raise InputError("There is no dance here yet: drop one, or try an example.")
    place = which if type(which) is int and 0 <= which < len(result.dances) else 0
    return Parcel(to, (result.dances[place],), (result.names[place],), result.song_path)


# --- the long jobs


def begin() -> Shown:
    """What the page shows from the click until the job's first report."""
    off = gr.update(interactive=False)
    return Shown(add=off, again=off, stop=gr.update(visible=True), made=said(progress("Listening to the song")))


def _idle(text: str = "") -> dict[str, Any]:
    on = gr.update(interactive=True)
    return {"add": on, "stop": gr.update(visible=False), "made": said(text)}


def _ask(seed, seconds, style, closeness, hears, finishing, weights) -> Ask:
    """The settings of the page; what a browser must not name on a host that serves others is left out."""
    return Ask(
        float(seconds or 16), int(seed or 0), style or None, closeness or None, bool(finishing),
        (weights or "").strip() or None if settings().local else None, hears if hears in systems.HEARS else SONG,
    )  # fmt: skip


def fitting(key: str, ask: Ask) -> Ask:
    """Of the page's settings those that a system takes."""
    takes = systems.SYSTEMS[key].takes if key in systems.SYSTEMS else ()
    plain = Ask()
    names = ("style", "closeness", "finishing", "weights", "hears")
    return replace(ask, **{name: getattr(plain, name) for name in names if name not in takes})  # type: ignore[arg-type]


def line_up(kind: str, key: str, ask: Ask) -> list[tuple[str, Ask]]:
    """The runs of a line-up of layout.LINE_UPS, around a system and its settings."""
    near = [replace(ask, seed=(ask.seed + step) % (LARGEST_SEED + 1)) for step in range(MOST_DANCES)]
    needed = {"music": "hears"}.get(kind, kind)
    main = key if needed in systems.SYSTEMS[key].takes else "danceeditor"
    runs = {
        "systems": [(name, ask) for name in ("danceeditor", "duetgen", "xdancer", "customdancer")],
        "seeds": [(key, each) for each in near],
        "music": [(main, replace(each, hears=hears)) for hears in (SONG, SHUFFLED) for each in near[:2]],
        "couples": [(name, each) for each in near[:2] for name in ("duetgen", "twosolos")],
        "finishing": [(main, replace(each, finishing=on)) for each in near[:2] for on in (True, False)],
    }.get(kind, [])
    shared = replace(ask, weights=None)  # the weights of one system are not those of another
    return [
        (name, fitting(name, each if name == key else replace(each, weights=shared.weights))) for name, each in runs
    ]


def add_run(board, folder, key: str, *values: Any) -> Iterator[Shown]:
    """One more dance to the song."""
    yield from _job(board, folder, lambda: [(key, fitting(key, _ask(*values)))], anew=False)


def add_line_up(board, folder, key: str, *values: Any, kind: str) -> Iterator[Shown]:
    """Several dances to the song, instead of those here."""
    yield from _job(board, folder, lambda: line_up(kind, key, _ask(*values)), anew=True)


def make_again(board: Board | None, folder: str | None) -> Iterator[Shown]:
    """What was made here to another song, made to this one."""
    here, folder = board or Board(), folder or workspace.create().name
    yield from safely(_renewing(here, folder), lambda sentence: _page(here, folder, **_idle(sentence)))


def _job(board: Board | None, folder: str | None, runs: Callable[[], list], *, anew: bool) -> Iterator[Shown]:
    here, folder = board or Board(), folder or workspace.create().name
    yield from safely(_running(here, folder, runs, anew), lambda sentence: _page(here, folder, **_idle(sentence)))


def _running(board: Board, folder: str, runs: Callable[[], list], anew: bool) -> Iterator[Shown]:
    asked = runs()
    song = _song(board)
    if not anew and not board.guest and len(board.sources) >= MOST_DANCES:
        raise InputError(f"{MOST_DANCES} dances fit side by side: take one out first.")
    ticket = board.begin()
    for number, (key, ask) in enumerate(asked):
        source = yield from _made(board, folder, ticket, key, ask, song, f"{number + 1} of {len(asked)}")
        if source is None:
            return
        board.add([source], anew=anew and number == 0)
        last = number == len(asked) - 1
        text = card(f"{source.row.name}: {source.note}", mark="good")
        yield _page(
            board, folder, **(_idle(text) if last else {"made": said(progress("Dancing", number + 1, len(asked)))})
        )


def _renewing(board: Board, folder: str) -> Iterator[Shown]:
    song, ticket, stale = _song(board), board.begin(), board.stale()
    for number, index in enumerate(stale):
        before = board.sources[index]
        if before.ask is None:
            continue
        counted = f"{number + 1} of {len(stale)}"
        source = yield from _made(board, folder, ticket, before.system, before.ask, song, counted)
        if source is None:
            return
        board.renew(index, source)
    yield _page(board, folder, **_idle(card("Made again to this song.", mark="good")))


def _song(board: Board) -> Path:
    if board.song is None or not board.song.is_file():
        raise InputError("Choose one of the songs, or drop or record one of your own.")
    return board.song


def _made(
    board: Board, folder: str, ticket: int, key: str, ask: Ask, song: Path, counted: str
) -> Generator[Shown, None, Source | None]:
    """A run as a source; None when the job was called off meanwhile."""
    title = systems.SYSTEMS[key].title if key in systems.SYSTEMS else key

    def show(done: int, total: int) -> Shown:
        return Shown(made=said(progress(f"{title}: {counted}", done, total))) if board.may(ticket) else Shown()

    run = yield from watched(lambda report: systems.run(key, song, ask, on_progress=report), show)
    return boards.of_run(key, ask, run, _place(folder)) if board.may(ticket) else None


def stopped(board: Board | None, folder: str | None) -> Shown:
    """After Stop: what was ready stays."""
    here, folder = board or Board(), folder or workspace.create().name
    here.begin()
    return _page(here, folder, **_idle(card("Stopped. What was ready is on the stage.", mark="half")))


def begin_saving() -> Shown:
    return Shown(save=gr.update(interactive=False), stop_save=gr.update(visible=True), saved=said(progress("Writing")))


def save(board: Board | None, folder: str, kind: str, size: str) -> Iterator[Shown]:
    """The files of one kind."""
    yield from safely(_saving(board or Board(), folder, kind, size), lambda sentence: _saved(sentence))


def _saving(board: Board, folder: str, kind: str, size: str) -> Iterator[Shown]:
    result = board.comparison()
    if result is None:
        raise InputError(_EMPTY)
    place = workspace.root() / folder / HASH
    place.mkdir(parents=True, exist_ok=True)
    if kind == "MP4":
        paths = [(yield from _film(result, VIDEO_SIZES.get(size, 1280), place / "dancefloor.mp4"))]
    elif kind == "HTML":
        film = yield from _film(result, REPORT_WIDTH, place / "report.mp4")
        notes = [row["note"] for row in board.rows()]
        paths = [write_report(result, place / "report.html", notes=notes, votes=board.votes, film=film)]
    else:
        paths = []
        for number, dance in enumerate(result.dances, start=1):
            paths += export(dance, place / f"dance-{number}.{str(kind).lower()}")
    yield _saved("", downloads=gr.update(value=[str(path) for path in paths], visible=True))


def _film(result: Comparison, width: int, path: Path) -> Generator[Shown, None, Path]:
    names, count = list(result.names), len(result.dances)
    return (
        yield from watched(
            lambda report: render_dance(
                list(result.dances), path, names=names, song_path=result.song_path,
                size=pipeline.film_size(count, width), on_progress=report,
            ),
            lambda done, total: Shown(saved=said(progress("Filming", done, total))),
        )
    )  # fmt: skip


def _saved(text: str = "", **more: Any) -> Shown:
    return Shown(saved=said(text), save=gr.update(interactive=True), stop_save=gr.update(visible=False), **more)


def stopped_saving(board: Board | None, folder: str | None) -> Shown:
    return _saved(card("Stopped.", mark="half"), downloads=gr.update(visible=False))
