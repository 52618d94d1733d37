"""Compare: up to four dances and a song brought onto one clock and measured. Plain inputs, a frozen result."""

import math
import re
import string
from dataclasses import dataclass, field
from pathlib import Path

from demos.audio import cache
from demos.audio.features import AudioFeatures
from demos.audio.song import Song
from demos.motion import metrics
from demos.motion.clock import starting_at
from demos.motion.dance import Dance
from demos.motion.files import open_dance
from demos.runtime.errors import InputError

MOST_DANCES = 4

# File names that say "one couple": CMU's salsa subjects, and what this suite exports.
PARTNER_PATTERNS = (
    (re.compile(r"^60_(\d\d)$"), "61_{}"),
    (re.compile(r"^(.+)_a$"), "{}_b"),
)


@dataclass(frozen=True)
class Entry:
    """One dance to compare.

    path : the motion file. partner : the second dancer's file where the couple is in two files.
    name : what to call it. fps : frame rate to believe instead of the file's, or None.
    start_s : when the dance begins on the song's clock; negative skips the dance's own beginning.
    """

    path: Path
    name: str = ""
    partner: Path | None = None
    fps: float | None = None
    start_s: float = 0.0


@dataclass(frozen=True, eq=False)
class Comparison:
    """Dances on one clock. `reports[i]` is `metrics.measure` of `dances[i]`; `problems` are sentences for people."""

    dances: tuple[Dance, ...]
    names: tuple[str, ...]
    reports: tuple[dict, ...]
    song: Song | None = None
    features: AudioFeatures | None = None
    song_path: Path | None = None
    problems: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Row:
    """What a person may say about one dropped file.

    couple : files with the same mark dance together; "" dances alone. fps, start_s : as in `Entry`.
    """

    name: str = ""
    couple: str = ""
    fps: float | None = None
    start_s: float = 0.0

    @staticmethod
    def parse(name: object, couple: object, fps: object, start_s: object) -> "Row":
        """From the cells of a table, where a number may be empty or text.

        Raises
        ------
        InputError : a cell that should be a number and is not.
        """
        rate = _number(fps, "FPS")
        return Row(
            str(name or "").strip(),
            str(couple or "").strip(),
            rate or None,
            _number(start_s, "Start") or 0.0,
        )


def _number(cell: object, column: str) -> float | None:
    text = str(cell if cell is not None else "").strip()
    try:
        value = float(text) if text else None
    except ValueError:
        value = math.nan
    if value is not None and not math.isfinite(value):
        raise InputError(f"“{text}” under {column} is not a number; write one such as 60 or leave the cell empty.")
    return value


def rows_for(paths: list[Path]) -> list[Row]:
    """A row for each dropped file, those marked as a couple whose names say so."""
    stems = [path.stem for path in paths]
    rows = {stem: Row(name=stem) for stem in stems}
    marks = iter(string.ascii_uppercase)
    for stem in stems:
        mate = _partner_stem(stem)
        if mate in rows:
            mark = next(marks)
            rows[stem], rows[mate] = Row(name=f"{stem} + {mate}", couple=mark), Row(name=mate, couple=mark)
    return [rows[stem] for stem in stems]


def _partner_stem(stem: str) -> str | None:
    for pattern, template in PARTNER_PATTERNS:
        if match := pattern.match(stem):
            return template.format(match.group(1))
    return None


def entries_from(paths: list[Path], rows: list[Row] | None = None) -> list[Entry]:
    """Entries for dropped files and what was said about them; the first of a couple leads and gives the name.

    Raises
    ------
    InputError : a couple of one or of three.
    """
    rows = rows if rows and len(rows) == len(paths) else rows_for(paths)
    members: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        members.setdefault(row.couple or f"alone {index}", []).append(index)
    entries = []
    for mark, (lead, *rest) in members.items():
        row = rows[lead]
        if len(rest) != (1 if row.couple else 0):
            raise InputError(f"Couple “{mark}” has {1 + len(rest)} dancers; give exactly two files the same letter.")
        partner = paths[rest[0]] if rest else None
        entries.append(Entry(paths[lead], row.name or paths[lead].stem, partner, row.fps, row.start_s))
    return entries


def film_size(panels: int, width: int) -> tuple[int, int]:
    """Width and height of a film of so many panels: tall enough for a whole body in each."""
    return width, width * 9 // 16 if panels != 4 else width * 3 // 8


def compare(entries: list[Entry], song_path: Path | None = None) -> Comparison:
    """Open, align and measure.

    A dance that cannot be opened becomes a sentence in `problems`, and so does a song as long as there is a dance
    to show; the others are still compared.

    Raises
    ------
    InputError : no dance at all, too many of them, or none that can be opened.
    """
    if not entries:
        raise InputError("Add at least one dance: a BVH, an AIST++ pkl or an NPZ file.")
    if len(entries) > MOST_DANCES:
        raise InputError(f"Up to {MOST_DANCES} dances fit side by side; you added {len(entries)}. Remove some.")
    problems: list[str] = []
    dances, names = [], []
    for entry in entries:
        try:
            dances.append(starting_at(open_dance(entry.path, fps=entry.fps, partner=entry.partner), entry.start_s))
            names.append(entry.name or Path(entry.path).stem)
        except InputError as error:
            problems.append(str(error))
    if not dances:
        raise InputError(" ".join(problems))
    song = features = None
    if song_path is not None:
        try:
            song, features = cache.load(song_path)
            dances = [on_song(dance, song, features) for dance in dances]
        except InputError as error:
            problems.append(str(error))
    reports = tuple(metrics.measure(dance) for dance in dances)
    return Comparison(
        tuple(dances), tuple(names), reports, song, features, song_path if song else None, tuple(problems)
    )


def on_song(dance: Dance, song: Song, features: AudioFeatures) -> Dance:
    """The dance with the song's beats on its clock, as far as the dance lasts."""
    return Dance(
        dance.motions,
        dance.provenance,
        song.sha256,
        features.beats[features.beats < dance.duration_s],
        features.downbeats[features.downbeats < dance.duration_s],
    )
