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
    from demos.retrieval import pipeline
    from demos.retrieval.library import Library
    from demos.retrieval.understanding import understand

    if not 1 <= options.top <= MOST:
        raise InputError(f"{options.top} results cannot be shown: ask for 1 to {MOST}.")
    meant = understand(options.text)
    query = pipeline.embed_text(options.text)[0]
    library = Library.open(options.library)
    hits = library.search(query, top=options.top, filters=_filters(options))
    rows = []
    for rank, hit in enumerate(hits, 1):
        shares = pipeline.shares(query, pipeline.Parts(query, hit.music, hit.motion))
        clip = hit.clip
        rows.append(
            {
                "rank": rank,
                "id": hit.id,
                "confidence": round(float(pipeline.confidence(hit.score)), 3),
                "score": round(hit.score, 4),
                "music_share": round(shares.music, 3),
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
    found = {"text": options.text, "note": meant.note, "unsure": meant.unsure, "of": len(library), "found": rows}
    lines = [meant.note] if meant.note else []
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


def _filters(options: argparse.Namespace):
    from demos.retrieval.store import Filters

    return Filters(genres=tuple(options.genre), styles=tuple(options.style), tempo_bpm=options.tempo)


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
