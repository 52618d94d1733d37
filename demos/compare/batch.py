"""Many songs through several systems: a folder a song with dances, report and film, and a summary over all of them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from demos import systems
from demos.audio import cache
from demos.compare import pipeline, table
from demos.compare.pipeline import MOST_DANCES, Comparison
from demos.compare.report import page, write_report
from demos.motion import metrics
from demos.motion.dance import Dance
from demos.motion.files import open_dance
from demos.motion.metrics import MEASURES
from demos.render.video import render_dance
from demos.runtime.errors import InputError
from demos.systems import Ask

SOUND = (".mp3", ".wav", ".ogg", ".flac", ".m4a", ".aac", ".opus")
FILM_WIDTH = 960
SHOWN = tuple(row for row in MEASURES if row.headline)
Progress = Callable[[int, int], None]


def songs_in(paths: Sequence[Path]) -> list[Path]:
    """The songs that files and folders mean, in order. Raises InputError where one is not there or holds none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in SOUND and each.is_file())
            if not inside:
                raise InputError(f"The folder {path} holds no songs: {', '.join(SOUND)} are read.")
            found += inside
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def batch(
    songs: Sequence[Path],
    runs: Sequence[tuple[str, Ask]],
    out: Path,
    *,
    seeds: Sequence[int] = (0,),
    video: bool = True,
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Every song through every run, once a seed, into folders of `out`; what was made before is taken as it is.

    runs : of systems.parse; each seed is added to theirs. Returns "songs" (one entry a song and seed: its files and
    measures), "failed" (song or run and the sentence why), "summary" (run -> measure -> mean, spread, count).
    Raises InputError for more runs than fit side by side, two of the same name, or no song that can be read.
    """
    if not 1 <= len(runs) <= MOST_DANCES:
        raise InputError(f"One to {MOST_DANCES} systems fit side by side, not {len(runs)}.")
    titles = [systems.name_of(key, ask) for key, ask in runs]
    if len(set(titles)) < len(titles):
        raise InputError("Two of the systems are the same: give one of them another setting, such as seed=1.")
    out.mkdir(parents=True, exist_ok=True)
    done: list[dict[str, Any]] = []
    failed: list[dict[str, str]] = []
    total = len(songs) * len(seeds) * len(runs)
    for number, song in enumerate(songs):
        try:
            heard = cache.load(song)
        except InputError as error:
            failed.append({"song": str(song), "why": str(error)})
            continue
        for turn, seed in enumerate(seeds):
            before = (number * len(seeds) + turn) * len(runs)
            place = _place(out, song, songs) / (f"seed-{seed}" if len(seeds) > 1 else "")
            place.mkdir(parents=True, exist_ok=True)
            dances: dict[str, tuple[Dance, str]] = {}
            for step, ((key, ask), title) in enumerate(zip(runs, titles, strict=True)):
                try:
                    dances[title] = _danced(key, replace(ask, seed=ask.seed + seed), heard, place / _file(title))
                except InputError as error:
                    failed.append({"song": str(song), "run": title, "why": str(error)})
                if on_progress:
                    on_progress(before + step + 1, total)
            if dances:
                done.append(_compared(song, heard, seed, dances, place, video))
    if not done:
        why = failed[0]["why"] if failed else "No songs were given."
        raise InputError(f"Nothing could be compared. {why}")
    found = {"songs": done, "failed": failed, "summary": summary(done, titles)}
    _write(found, titles, out)
    return found


def _place(out: Path, song: Path, songs: Sequence[Path]) -> Path:
    """A folder for a song; songs of the same name get a number."""
    same = [each for each in songs if each.stem == song.stem]
    number = f" {same.index(song) + 1}" if len(same) > 1 else ""
    return out / f"{_plain(song.stem)}{number}"


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w ,()+-]", " ", text).split())[:80] or "song"


def _file(title: str) -> str:
    return f"{_plain(title)}.npz"


def _danced(key: str, ask: Ask, heard: tuple, path: Path) -> tuple[Dance, str]:
    """The dance of a run: the one that lies there if it is the same, else made and saved."""
    asked = {**asdict(ask), "system": key}
    if path.is_file():
        try:
            kept = open_dance(path)
            if kept.song_sha256 == heard[0].sha256 and kept.provenance.settings.get("asked") == asked:
                return kept, str(kept.provenance.settings.get("said", ""))
        except InputError:  # half written
            pass
    run = systems.run(key, heard, ask)
    told = {**run.dance.provenance.settings, "asked": asked, "said": run.message}
    dance = replace(run.dance, provenance=replace(run.dance.provenance, settings=told))
    draft = path.with_name(f".{path.name}.part")
    dance.save(draft)
    draft.replace(path)
    return dance, run.message


def _compared(
    song: Path, heard: tuple, seed: int, dances: dict[str, tuple[Dance, str]], place: Path, video: bool
) -> dict[str, Any]:  # fmt: skip
    group = [dance for dance, _ in dances.values()]
    reports = tuple(metrics.measure(dance) for dance in group)
    result = Comparison(tuple(group), tuple(dances), reports, heard[0], heard[1], song)
    film = None
    if video:
        size = pipeline.film_size(len(group), FILM_WIDTH)
        film = render_dance(group, place / "film.mp4", names=list(dances), song_path=song, size=size)
    told = write_report(result, place / "report.html", notes=[note for _, note in dances.values()], film=film)
    return {
        "song": str(song), "seed": seed, "report": str(told), **({"film": str(film)} if film else {}),
        "runs": [
            {"name": name, "dance": str(place / _file(name)), "message": note, "measures": measured}
            for (name, (_, note)), measured in zip(dances.items(), reports, strict=True)
        ],
    }  # fmt: skip


def summary(done: Sequence[dict[str, Any]], titles: Sequence[str]) -> dict[str, dict[str, dict[str, float | int]]]:
    """Run -> measure -> mean and spread (standard deviation) over the songs and seeds in which it is known, and count.

    Values are those of metrics.measure, so shares are 0 to 1.
    """
    found: dict[str, dict[str, dict[str, float | int]]] = {}
    for title in titles:
        rows = [run["measures"] for entry in done for run in entry["runs"] if run["name"] == title]
        found[title] = {}
        for measure in MEASURES:
            values = [row[measure.key] for row in rows if row.get(measure.key) is not None]
            if values:
                spread = float(np.std(values))
                found[title][measure.key] = {"mean": float(np.mean(values)), "spread": spread, "count": len(values)}
    return found


def _write(found: dict[str, Any], titles: Sequence[str], out: Path) -> None:
    (out / "summary.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    with (out / "summary.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["run", "measure", "unit", "better", "mean", "spread", "count"])
        for title in titles:
            for row in MEASURES:
                if cell := found["summary"][title].get(row.key):
                    shown = [metrics.display(row, cell[key]) for key in ("mean", "spread")]
                    writer.writerow([title, row.label, row.unit, row.better, *shown, cell["count"]])
    songs = "".join(
        f'<li><a href="{escape(Path(entry["report"]).relative_to(out).as_posix(), quote=True)}">'
        f"{escape(Path(entry['song']).stem)}, seed {entry['seed']}</a></li>"
        for entry in found["songs"]
    )
    body = f"<h1>Systems compared</h1><h2>Means over {len(found['songs'])} comparisons</h2>"
    body += f"{_table(found['summary'], titles)}<h2>Songs</h2><ul>{songs}</ul>"
    (out / "summary.html").write_text(page("Systems compared", body), encoding="utf-8")


def _table(means: dict[str, dict], titles: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    lines = []
    for row, values, spreads in _rows(means, titles):
        best, worst = table.extremes(row, values)
        cells = "".join(
            f'<td class="{table.mark(value, best, worst)}">'
            + ("–" if value is None else f"{table.number(value)}<small>± {table.number(spread or 0)}</small>")
            + "</td>"
            for value, spread in zip(values, spreads, strict=True)
        )
        unit = f" ({escape(row.unit)})" if row.unit else ""
        lines.append(f'<tr><th scope="row">{escape(row.label)}{unit}</th>{cells}</tr>')
    return (
        f'<div class="df-scroll"><table class="df-table"><thead><tr><th scope="col">Measure</th>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _rows(means: dict[str, dict], titles: Sequence[str]) -> list[tuple]:
    """(measure, mean of each run, spread of each run) of the measures that any run has, in the units of the table."""
    rows = []
    for row in SHOWN:
        cells = [means[title].get(row.key, {}) for title in titles]
        if any(cells):
            rows.append(
                (
                    row,
                    [metrics.display(row, cell.get("mean")) for cell in cells],
                    [metrics.display(row, cell.get("spread")) for cell in cells],
                )
            )
    return rows


def text(found: dict[str, Any]) -> str:
    """The summary for a terminal: ▲ marks the best of a row, ▼ the worst."""
    titles = list(found["summary"])
    width = max(28, *(len(title) + 3 for title in titles))
    lines = [f"{'':<28}" + "".join(f"{title:>{width}}" for title in titles)]
    for row, values, spreads in _rows(found["summary"], titles):
        best, worst = table.extremes(row, values)
        marks = {"df-best": " ▲", "df-worst": " ▼", "": "  "}
        cells = [
            "–  "
            if value is None
            else f"{table.number(value)} ± {table.number(spread or 0)}{marks[table.mark(value, best, worst)]}"
            for value, spread in zip(values, spreads, strict=True)
        ]
        label = f"{row.label} ({row.unit})" if row.unit else row.label
        lines.append(f"{label[:27]:<28}" + "".join(f"{cell:>{width}}" for cell in cells))
    lines += [
        f"failed: {each['song']}{', ' + each['run'] if 'run' in each else ''}: {each['why']}"
        for each in found["failed"]
    ]
    return "\n".join(lines)
