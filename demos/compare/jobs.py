"""The room's job for the shell: `compare` puts songs through several systems."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

Report = tuple[dict, str]
"""What a job found: for programs, and in words."""


def add_jobs(job: Callable[[Callable[[argparse.Namespace], Report]], argparse.ArgumentParser]) -> None:
    """Give the shell this room's job; `job` makes a parser for a function by its name and first line."""
    sub = job(compare)
    sub.add_argument("songs", type=Path, nargs="+", help="songs, or folders of songs")
    sub.add_argument(
        "--systems", nargs="+", default=["danceeditor", "duetgen", "xdancer", "customdancer"], metavar="SYSTEM",
        help="up to four, such as danceeditor, duetgen:closeness=hold, danceeditor:hears=shuffled,seed=3",
    )  # fmt: skip
    sub.add_argument("--out", type=Path, required=True, help="the folder for dances, films, reports and the summary")
    sub.add_argument("--seconds", type=float, default=20.0, help="of each song")
    sub.add_argument("--seeds", type=int, nargs="+", default=[0], help="each song once for each")
    sub.add_argument("--no-video", action="store_true", help="no films, and none in the reports")


def compare(options: argparse.Namespace) -> Report:
    """Songs through several systems, side by side, with a report for each and a table over all."""
    from demos import systems
    from demos.compare import batch

    usual = systems.Ask(seconds=options.seconds)
    runs = [systems.parse(text, usual) for text in options.systems]
    songs = batch.songs_in(options.songs)
    found = batch.batch(
        songs, runs, options.out, seeds=options.seeds, video=not options.no_video, on_progress=_bar(options)
    )
    return {"out": str(options.out), **found}, f"{batch.text(found)}\n{options.out / 'summary.html'}"


def _bar(options: argparse.Namespace) -> Callable[[int, int], None] | None:
    """A progress bar on stderr for people; silence for programs."""
    if options.json or not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    bar = tqdm(unit="dances")

    def report(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return report
