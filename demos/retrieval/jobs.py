"""The room's jobs from a shell: `search`, `library add|make|embed|show`; each gives facts and a text."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from demos.runtime.errors import InputError

Report = tuple[dict, str]
MOST = 200


def search(options: argparse.Namespace) -> Report:
    """Dances of the library that fit a description, best first."""
    from demos.retrieval.facets import Picks
    from demos.retrieval.library import Library
    from demos.retrieval.quest import Quest, Shelf, find

    if not 1 <= options.top <= MOST:
        raise InputError(f"{options.top} results cannot be shown: ask for 1 to {MOST}.")
    quest, shelf = Quest(), Shelf(Library.open(options.library))
    quest.say(options.text)
    if quest.meant is None:
        raise InputError("The search is empty: describe a dance, for example “fast salsa with lots of turns”.")
    quest.picks = Picks(genres=tuple(options.genre), styles=tuple(options.style), tempo_bpm=options.tempo)
    quest.shown = options.top
    results = find(quest, shelf)
    meant, library = quest.meant, shelf.library
    rows = []
    for rank, result in enumerate(results.results, 1):
        clip = result.clip
        rows.append(
            {
                "rank": rank,
                "id": clip.id,
                "confidence": round(result.sure or 0.0, 3),
                "music_share": round(result.music or 0.0, 3),
                "measured": dict(result.checks),
                "caption": clip.captions[0] if clip.captions else "",
                "genre": clip.genre,
                "style": clip.style,
                "tempo_bpm": clip.tempo_bpm,
                "seconds": clip.length_s,
                "source": clip.source,
                "song": str(library.song_path(clip) or ""),
                "start_s": clip.start_s,
            }
        )
    found = {"text": options.text, "note": results.note, "unsure": meant.unsure, "of": len(library), "found": rows}
    lines = [results.note] if results.note else []
    lines += [_line(row) for row in rows] or ["Nothing in the library passes these filters; widen them."]
    return found, "\n".join(lines)


def library(options: argparse.Namespace) -> Report:
    """The library of dances: add a folder of your own, show what is in it, or make what ships."""
    actions: dict[str, Callable[[argparse.Namespace], Report]] = {
        "add": _add,
        "show": _show,
        "make": _make,
        "embed": _embed,
    }
    return actions[options.action](options)


def _add(options: argparse.Namespace) -> Report:
    from demos.retrieval.adding import add
    from demos.retrieval.library import Library

    if options.folder is None:
        raise InputError("Say which folder to add: python -m demos library add DIR.")
    shelf = Library.open(options.library)
    report = add(shelf, options.folder, previews=not options.no_previews, on_progress=_bar("files", options))
    found = {
        "folder": str(options.folder),
        "library": str(shelf.folder),
        "files": report.files,
        "clips": report.clips,
        "already_there": report.known,
        "without_song": report.silent,
        "duplicates": [{"file": name, "same_as": other} for name, other in report.duplicates],
        "skipped": [{"file": name, "why": why} for name, why in report.skipped],
        "in_library": len(shelf),
    }
    lines = [
        f"{report.clips} clips of {len(report.added)} files added, {report.known} of {report.files} files already "
        f"there; the library holds {len(shelf)}."
    ]
    lines += [f"  the same dance: {name} is {other}" for name, other in report.duplicates]
    lines += [f"  no song beside: {name}" for name in report.silent]
    lines += [f"  skipped: {name}: {why}" for name, why in report.skipped]
    return found, "\n".join(lines)


def _show(options: argparse.Namespace) -> Report:
    from demos.retrieval.library import Library

    shelf = Library.open(options.library)
    shelf.refresh()
    facets = shelf.store.facets()
    found = {"library": str(shelf.folder), "clips": len(shelf), **facets}
    lines = [f"{len(shelf)} clips; added ones lie in {shelf.folder}"]
    lines += [f"{name}: " + ", ".join(f"{value} {n}" for value, n in counts.items()) for name, counts in facets.items()]
    return found, "\n".join(lines)


def _make(options: argparse.Namespace) -> Report:
    from demos.retrieval import make_library

    found = make_library.make(data=options.data / "mocap", workers=options.workers, on_progress=_bar("songs", options))
    return found, ", ".join(f"{name} {value}" for name, value in found.items())


def _embed(options: argparse.Namespace) -> Report:
    from demos.retrieval.library import write_embeddings

    count = write_embeddings(on_progress=_bar("clips", options))
    return {"embedded": count}, f"{count} clips embedded with the present weights."


def train_search(options: argparse.Namespace, out: Path) -> Report:
    """Train the network of this room; stopped, it goes on where it was."""
    from dataclasses import replace

    from demos.nn import weight_files
    from demos.retrieval.pipeline import NAME
    from demos.retrieval.train import PRESETS, train

    if options.preset not in PRESETS:
        raise InputError(f"There is no preset {options.preset!r} for retrieval: choose {', '.join(PRESETS)}.")
    plan = PRESETS[options.preset]
    plan = replace(plan, minutes=options.minutes) if options.minutes else plan
    found = train(
        corpus=options.corpus, out=out, plan=plan, seed=options.seed, weights=weight_files.shipped(NAME),
        on_progress=_bar("steps", options),
    )  # fmt: skip
    lines = [f"{name} {value}" for name, value in found.items()]
    return found, "\n".join([*lines, "Now: python -m demos library embed"])


def evaluate_search(options: argparse.Namespace) -> Report:
    """The measures of this room over a held-out gallery, or the ablations' tables."""
    out = options.out or Path("output") / "retrieval"
    if options.corpus is None:
        raise InputError("Say which corpus to measure on: --corpus DIR, built with python -m demos corpus build.")
    if options.ablations:
        from demos.retrieval import ablations

        found = ablations.ablations(corpus=options.corpus, out=out, on_progress=_bar("runs", options))
        return found, ablations.text(found)
    from demos.retrieval import evaluate

    found = evaluate.evaluate(corpus=options.corpus, cache=out / "data")
    return found, evaluate.text(found)


def bench_store(options: argparse.Namespace) -> Report:
    """The library's index beside plain NumPy and FAISS, in one run."""
    from demos.retrieval import bench

    found = bench.bench(tuple(options.rows or bench.ROWS))
    return found, bench.text(found)


def add_jobs(job: Callable[[Callable[[argparse.Namespace], Report]], argparse.ArgumentParser]) -> None:
    """Declare the jobs; `job` makes the sub-parser of a function, as in demos.__main__."""
    sub = job(search)
    sub.add_argument("text", help="what the dance is like, in English")
    sub.add_argument("--top", type=int, default=10, help="how many")
    sub.add_argument("--genre", action="append", default=[], help="of the music; may be given several times")
    sub.add_argument("--style", action="append", default=[], help="of the dance; may be given several times")
    sub.add_argument("--tempo", type=_range, default=(None, None), metavar="LOW-HIGH", help="beats a minute, as 90-120")
    sub.add_argument("--library", type=Path, help="the library's folder (default DANCEFLOOR_LIBRARY)")
    sub = job(library)
    sub.add_argument("action", choices=["add", "show", "make", "embed"])
    sub.add_argument("folder", type=Path, nargs="?", help="add: the folder of dances and songs")
    sub.add_argument("--library", type=Path, help="the library's folder (default DANCEFLOOR_LIBRARY)")
    sub.add_argument("--no-previews", action="store_true", help="add: no looping pictures (faster)")
    sub.add_argument("--data", type=Path, default=Path("../shared/data"), help="make: the reference data")
    sub.add_argument("--workers", type=int, default=1, help="make: processes")


def _range(text: str) -> tuple[float | None, float | None]:
    low, _, high = text.partition("-")
    try:
        return (float(low) if low else None, float(high) if high else None)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a range such as 90-120") from None


def _line(row: dict) -> str:
    facts = [row["genre"] or row["style"], f"{row['tempo_bpm']:.0f} BPM" if row["tempo_bpm"] else "", row["id"]]
    return f"{row['rank']:3d}  {row['confidence']:4.0%}  {row['caption']}  [{', '.join(f for f in facts if f)}]"


def _bar(unit: str, options: argparse.Namespace) -> Callable[[int, int], None] | None:
    """A progress bar on stderr for people; silence for programs."""
    import sys

    if options.json or not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    bar = tqdm(unit=unit)

    def report(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return report
