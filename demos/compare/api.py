"""The Compare room's public endpoint: dances and systems in, measures out."""

from __future__ import annotations

from gradio import FileData
from gradio.events import api

from demos import systems
from demos.compare import board as boards
from demos.compare import pipeline
from demos.compare.report import write_report
from demos.page.endpoints import LANE, sent, sentences, uploaded
from demos.runtime import workspace
from demos.runtime.errors import InputError
from demos.runtime.settings import settings


def publish() -> None:
    """Add the endpoints to the page under construction."""
    api(compare_dances, api_name="compare", **LANE)
    api(list_systems, api_name="systems")


def compare_dances(
    dances: list[FileData],
    song: FileData | None = None,
    systems_to_run: list[str] | None = None,
    seconds: float = 16,
    with_report: bool = False,
) -> tuple[dict, FileData | None]:
    """Measure up to four dances on one clock: files, and dances that systems make to the song.

    Args:
        dances: motion files (BVH, AIST++ pkl, NPZ), or none; name_a and name_b count as one couple
        song: any sound file; without one nothing is measured against beats
        systems_to_run: such as "danceeditor", "duetgen:closeness=hold,seed=3"; /systems lists them
        seconds: of the song that systems dance to
        with_report: whether to write a report, one HTML file

    Returns:
        The names, a dictionary of measures and a sentence for each dance, and "problems": a sentence for each file
        that could not be read; and the report's file, if asked for.
    """
    with sentences():
        path = uploaded(song) if song else None
        folder = workspace.create()
        sources, problems = boards.of_files([uploaded(dance) for dance in dances or []], folder)
        for text in systems_to_run or []:
            key, ask = systems.parse(text, systems.Ask(seconds=seconds))
            if ask.weights and not settings().local:
                raise InputError("This host runs the weights that it ships: leave “weights” out.")
            if path is None:
                raise InputError("Give a song for the systems to dance to.")
            sources.append(boards.of_run(key, ask, systems.run(key, path, ask), folder))
        shown = boards.Board()
        shown.add(sources, music=(path, ""))
        result = shown.comparison() or pipeline.compare([])
        found = {
            "names": list(result.names), "measures": list(result.reports), "problems": [*problems, *result.problems],
            "messages": [row["note"] for row in shown.rows()],
        }  # fmt: skip
        report = None
        if with_report:
            report = sent(write_report(result, folder / "report.html", notes=found["messages"]))
        return found, report


def list_systems() -> list[dict]:
    """The systems that /compare can run here.

    Returns:
        A list with key, title, what each makes, the settings that it takes beside seconds and seed, and whether it is a
        baseline.
    """
    return [
        {
            "key": system.key, "title": system.title, "makes": system.says, "settings": list(system.takes),
            "baseline": system.baseline,
        }
        for system in systems.available()
    ]  # fmt: skip
