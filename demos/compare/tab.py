"""The Compare tab: wires files and a song to the player, the table of measures and the exports."""

import contextlib
import functools
import html
import re
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import gradio as gr
from gradio import FileData
from gradio.events import api

from demos.compare import pipeline, table
from demos.compare.examples import Example, examples
from demos.compare.pipeline import Comparison, Row
from demos.handover import Desk, Parcel
from demos.motion.export import export
from demos.page.endpoints import sentences, uploaded
from demos.render.player import Player, player_value
from demos.render.video import render_dance
from demos.runtime import jobs, workspace
from demos.runtime.errors import InputError

TITLE = "Compare"
HASH = "compare"
RECEIVES = "Send to Compare"

DETAIL_HEADERS = ["File", "Name", "Couple", "FPS", "Start"]
DETAIL_HINT = (
    "Two files with the same letter under **Couple** dance together, in one world. Leave **FPS** empty to believe "
    "the file. **Start**, in seconds, moves a dance on the song's clock; a negative number skips its beginning."
)
VIDEO_SIZES = {"Small (640 wide)": 640, "Medium (1280 wide)": 1280, "Full HD (1920 wide)": 1920}


def build(page: gr.Blocks, folder: gr.State, desk: Desk) -> None:
    """Lay out the tab on the page. `folder` holds the name of the visitor's workspace."""
    comparison = gr.State(None)
    with gr.Row(equal_height=False):
        with gr.Column(scale=1, min_width=320):
            gr.Markdown("Drop a song and a dance, or try one of these:", elem_classes="df-hint")
            with gr.Row():
                buttons = {
                    gr.Button(example.title, size="sm", min_width=160, elem_classes="df-example"): example
                    for example in examples()
                }
            files = gr.File(
                label="Dances: BVH, AIST++ pkl or NPZ, one to four",
                file_count="multiple",
                file_types=[".bvh", ".pkl", ".npz", ".npy"],
                height=190,
                elem_id="compare-files",
            )
            song = gr.Audio(
                label="Song (optional)",
                sources=["upload", "microphone"],
                type="filepath",
                elem_id="compare-song",
            )
            with gr.Accordion("Names, couples, frame rates", open=False):
                gr.Markdown(DETAIL_HINT, elem_classes="df-hint")
                details = gr.Dataframe(
                    headers=DETAIL_HEADERS,
                    datatype=["str", "str", "str", "number", "number"],
                    type="array",
                    column_count=len(DETAIL_HEADERS),
                    interactive=True,
                    static_columns=[0],
                    column_widths=["27%", "29%", "17%", "13%", "14%"],
                    elem_id="compare-details",
                    show_label=False,
                    buttons=[],
                    wrap=True,
                )
                update = gr.Button("Apply", size="sm")
        with gr.Column(scale=2, min_width=320):
            notice = gr.HTML(visible=False, elem_id="compare-notice")
            player = Player(elem_id="compare-player")
            facts = gr.HTML(visible=False)
            with gr.Group(visible=False) as take_home:
                with gr.Row():
                    kind = gr.Radio(
                        ["MP4", "GLB", "BVH", "NPZ"],
                        value="MP4",
                        label="Take it home",
                        info="Film with sound, 3-D scene, skeleton for Blender or Maya, or the numbers",
                        scale=3,
                    )
                    size = gr.Dropdown(list(VIDEO_SIZES), value="Medium (1280 wide)", label="Film size", scale=1)
                with gr.Row():
                    save = gr.Button("Make the file", variant="primary", elem_id="compare-export")
                    cancel = gr.Button("Stop", visible=False)
                downloads = gr.File(
                    label="Ready",
                    interactive=False,
                    visible=False,
                    file_count="multiple",
                    elem_id="compare-downloads",
                )
            with gr.Row(visible=False, equal_height=True, elem_id="compare-sends") as hand_over:
                which = gr.Dropdown([], show_label=False, label="Which dance", container=False, min_width=150)
                sends = desk.buttons(HASH)
            measures = gr.HTML(visible=False, elem_id="compare-measures")

    shown = [comparison, folder, notice, player, facts, measures, take_home, downloads, hand_over, which]
    filled = files.change(_details, [files], [details], show_progress="hidden", api_visibility="private")
    for event, show in ((filled.then, _show), (song.change, _show_with_song), (update.click, _show)):
        event(
            show, [files, song, details, comparison, folder], shown,
            show_progress_on=[player], trigger_mode="always_last", api_visibility="private",
        )  # fmt: skip
    desk.connect(sends, _pack, [comparison, which])
    desk.parcel.change(
        _receive, [files, song, comparison, folder, desk.parcel], [files, song, folder, notice],
        show_progress="hidden", api_visibility="private",
    )  # fmt: skip
    for button, example in buttons.items():
        button.click(
            functools.partial(_load, example), None, [song, files], show_progress="hidden", api_visibility="private"
        )
    # Whoever arrives finds a dance on the stage, unless something was dropped before it was ready.
    arrival = page.load(_welcome, [folder], shown, show_progress="hidden", api_visibility="private")
    for event in (files.upload, song.upload, *(button.click for button in buttons)):
        event(None, cancels=[arrival], api_visibility="private")
    kind.change(
        lambda chosen: gr.update(visible=chosen == "MP4"), kind, size, show_progress="hidden", api_visibility="private"
    )
    making = save.click(
        _export, [comparison, kind, size, folder], [downloads, save, cancel, notice],
        show_progress_on=[downloads], concurrency_limit=1, api_visibility="private",
    )  # fmt: skip
    cancel.click(
        _stopped, None, [downloads, save, cancel], cancels=[making], show_progress="hidden", api_visibility="private"
    )
    api(compare_files, api_name="compare")


def _load(example: Example) -> tuple[str | None, list[str]]:
    return str(example.song) if example.song else None, [str(path) for path in example.dances]


def _details(files: list[str] | None) -> list[list]:
    """The editable rows for dropped files, couples recognised by their names."""
    paths = [Path(path) for path in files or []]
    return [[path.name, row.name, row.couple, row.fps, row.start_s] for path, row in
            zip(paths, pipeline.rows_for(paths), strict=True)]  # fmt: skip


def _show(
    files: list[str] | None,
    song: str | None,
    details: list[list],
    before: Comparison | None,
    folder: str | None,
) -> tuple:
    """Compare and show; on bad input a sentence, with whatever was on the page still there."""
    if not files:
        empty = gr.update(visible=False)
        return None, folder, empty, None, empty, empty, empty, empty, empty, gr.skip()
    try:
        entries = pipeline.entries_from([Path(path) for path in files], [Row.parse(*row[1:]) for row in details])
        result = pipeline.compare(entries, Path(song) if song else None)
    except InputError as error:
        unchanged = gr.skip()
        return before, folder, _notice([str(error)]), *[unchanged] * 7
    return _shown(result, folder)


def _show_with_song(files: list[str] | None, *rest) -> tuple:
    """The same when the song changed: without files of the visitor's own, what is on the stage stays there."""
    return _show(files, *rest) if files else (gr.skip(),) * 10


def _welcome(folder: str | None) -> Iterator[tuple]:
    """The first example, on an empty stage; a generator, so that it can be called off."""
    for example in examples()[:1]:
        yield _shown(pipeline.compare(pipeline.entries_from(list(example.dances)), example.song), folder)


def _shown(result: Comparison, folder: str | None) -> tuple:
    """What the page shows of a comparison, in the order of `shown`."""
    folder = folder or workspace.create().name
    value = player_value(
        list(result.dances), names=list(result.names), song_path=result.song_path, folder=workspace.root() / folder
    )
    return (
        result,
        folder,
        _notice(result.problems),
        value,
        gr.update(value=table.facts(result), visible=True),
        gr.update(value=table.measures(result), visible=True),
        gr.update(visible=True),
        gr.update(visible=False),
        gr.update(visible=True),
        gr.update(choices=list(result.names), value=result.names[0], visible=len(result.names) > 1),
    )


def _receive(
    files: list[str] | None, song: str | None, before: Comparison | None, folder: str | None, parcel: Parcel | None
) -> tuple:
    """Dances of another tab beside those dropped here; their song where there is none yet."""
    if parcel is None or parcel.to != HASH:
        return (gr.skip(),) * 4
    files, folder = list(files or []), folder or workspace.create().name
    room = pipeline.MOST_DANCES - len(files)
    if room < len(parcel.dances):
        sentence = f"{pipeline.MOST_DANCES} dances fit side by side, and {len(files)} are here: take some out first."
        return gr.skip(), gr.skip(), folder, _notice([sentence])
    place = workspace.root() / folder / parcel.id
    place.mkdir(parents=True)
    for dance, name in zip(parcel.dances, parcel.names, strict=True):
        path = place / f"{_file_name(name)}.npz"
        while path.exists():
            path = path.with_stem(f"{path.stem} again")
        files.append(str(dance.save(path)))
    sound = gr.skip()
    if parcel.song is not None and song is None:
        sound = str(shutil.copyfile(parcel.song, place / parcel.song.name))
    return files, sound, folder, gr.skip()


def _file_name(name: str) -> str:
    """A dance's name as a file can have it."""
    return " ".join(re.sub(r"[^\w ,()+-]", " ", name).split())[:60] or "Dance"


def _pack(to: str, result: Comparison | None, which: str | None) -> Parcel:
    """The chosen dance, for another tab."""
    if result is None:
        raise InputError("There is no dance here yet: drop one, or try an example.")
    index = result.names.index(which) if which in result.names else 0
    return Parcel(to, (result.dances[index],), (result.names[index],), result.song_path)


def _notice(sentences: tuple[str, ...] | list[str]) -> dict:
    text = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in sentences)
    return gr.update(value=f'<div class="df-notice" role="alert">{text}</div>', visible=bool(sentences))


def _export(
    result: Comparison, kind: str, size: str, folder: str, progress: gr.Progress = gr.Progress()
) -> Iterator[tuple]:
    """Write the files; a generator, so that Stop frees the lane at once."""
    yield gr.update(value=None, visible=True), gr.update(interactive=False), gr.update(visible=True), gr.skip()
    try:
        if kind == "MP4":
            paths = yield from _film(result, size, workspace.root() / folder / "dancefloor.mp4", progress)
        else:
            paths = []
            for number, dance in enumerate(result.dances, start=1):
                progress((number - 1, len(result.dances)), desc="Writing", unit="dances")
                paths += export(dance, workspace.root() / folder / f"dance-{number}.{kind.lower()}")
    except InputError as error:
        yield *_stopped(), _notice([str(error)])
        return
    yield [str(path) for path in paths], gr.update(interactive=True), gr.update(visible=False), gr.skip()


def _film(result: Comparison, size: str, path: Path, progress: gr.Progress) -> Generator[tuple, None, list[Path]]:
    filming = jobs.steps(
        lambda report: render_dance(
            list(result.dances),
            path,
            names=list(result.names),
            song_path=result.song_path,
            size=pipeline.film_size(len(result.dances), VIDEO_SIZES[size]),
            on_progress=report,
        )
    )
    with contextlib.closing(filming):
        for done in filming:
            progress(done, desc="Filming", unit="frames")
            yield (gr.skip(),) * 4
    return [path]


def compare_files(dances: list[FileData], song: FileData | None = None) -> dict:
    """Measure one to four dance files (BVH, AIST++ pkl, NPZ) against a song's beats.

    Files whose names say that they are partners (60_01 and 61_01, name_a and name_b) count as one couple. Returns the
    names, a dictionary of measures for each dance, and a sentence for each file that could not be read.
    """
    with sentences():
        paths = [uploaded(dance) for dance in dances]
        result = pipeline.compare(pipeline.entries_from(paths), uploaded(song) if song else None)
    return {"names": list(result.names), "measures": list(result.reports), "problems": list(result.problems)}


def _stopped() -> tuple:
    return gr.update(visible=False), gr.update(interactive=True), gr.update(visible=False)
