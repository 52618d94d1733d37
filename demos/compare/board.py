"""What one visitor compares: dances and a song, blind or not, with votes and undo. No gradio here."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from demos import systems
from demos.compare import pipeline
from demos.compare.pipeline import MOST_DANCES, Comparison, Row
from demos.motion import history
from demos.motion.files import open_dance
from demos.runtime import workspace
from demos.runtime.caches import file_sha256
from demos.runtime.errors import InputError
from demos.systems import Ask, Run

LETTERS = "ABCD"
MOST_PAST = 20
MOST_VOTES = 500
_FILE = "board.json"


@dataclass(frozen=True)
class Source:
    """One file of the comparison and what is said about it.

    row : name, couple, frame rate and start. note : what made it, in words. system, ask : of systems.SYSTEMS where it
    was made here, "" and None for a file. song : content hash of what it was made to. versions : in the file's history.
    """

    path: Path
    row: Row
    note: str = ""
    system: str = ""
    ask: Ask | None = None
    song: str = ""
    versions: int = 1


@dataclass(frozen=True)
class Vote:
    """Of dances shown without their names the one that was liked best. notes : one a dance, in the same order."""

    song: str
    names: tuple[str, ...]
    notes: tuple[str, ...]
    best: int


@dataclass(frozen=True)
class _State:
    sources: tuple[Source, ...] = ()
    song: Path | None = None
    picked: str = ""


@dataclass(eq=False)
class Board:
    """One visitor's comparison; it changes in place, so that a long job and a click beside it never undo each other.

    sources, song : what is compared. picked : key of the song's chip, "" for none. guest : whether what is shown is the
    example that whoever arrives finds. order : in which the dances stand while their names are hidden, None while they
    are not. revealed : whether that order still stands after a vote. votes : oldest first. received : parcels taken in.
    """

    sources: tuple[Source, ...] = ()
    song: Path | None = None
    picked: str = ""
    guest: bool = False
    order: tuple[int, ...] | None = None
    revealed: bool = False
    votes: tuple[Vote, ...] = ()
    received: set[str] = field(default_factory=set)
    _arrivals: dict[str, tuple[bool, _State, tuple[Source, ...]]] = field(default_factory=dict)
    _past: list[_State] = field(default_factory=list)
    _result: tuple[Any, Comparison] | None = None
    _job: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # --- jobs

    def begin(self) -> int:
        """Start a job; the ticket with which it may change this board, until another begins or it is stopped."""
        with self._lock:
            self._job += 1
            return self._job

    def may(self, ticket: int) -> bool:
        """Whether a job's ticket still counts."""
        return ticket == self._job

    # --- what is compared

    @property
    def blind(self) -> bool:
        """Whether names are hidden."""
        return self.order is not None and not self.revealed

    def add(
        self, sources: Sequence[Source], *, anew: bool = False, music: tuple[Path | None, str] | None = None
    ) -> None:
        """More dances beside those here, or instead of them; with another song (file and chip), if any is given.

        Raises InputError when they do not fit.
        """
        with self._lock:
            kept = () if anew or self.guest else self.sources
            if len(kept) + len(sources) > MOST_DANCES:
                raise InputError(
                    f"{MOST_DANCES} dances fit side by side, and {len(kept)} are here: take some out first."
                )
            song, picked = music or (self.song, self.picked)
            self._remember()
            self._set(_State((*kept, *sources), song, picked))

    def take_in(self, parcel: str, sources: Sequence[Source], *, music: tuple[Path | None, str] | None) -> None:
        """Dances of another tab, as `add`."""
        with self._lock:
            before = (self.guest, _State(self.sources, self.song, self.picked))
            self.add(sources, music=music)
            self._arrivals[parcel] = (*before, tuple(sources))

    def withdraw(self, parcel: str) -> None:
        """Without the dances of a parcel: all as it was before it came, where nothing else has changed since."""
        with self._lock:
            if parcel not in self._arrivals:
                return
            guest, before, came = self._arrivals.pop(parcel)
            kept = () if guest else before.sources
            if self.sources == (*kept, *came):
                self._past = self._past[:-1]
                self._set(before)
                self.guest = guest
            else:
                self._remember()
                self._set(_State(tuple(each for each in self.sources if each not in came), self.song, self.picked))

    def welcome(self, sources: Sequence[Source], song: Path | None, picked: str) -> None:
        """What whoever arrives finds; it goes when anything of theirs comes."""
        self._set(_State(tuple(sources), song, picked))
        self.guest = True

    def drop(self, index: int) -> None:
        """Without one of the dances, by its place on the stage."""
        with self._lock:
            places = self._places()
            if 0 <= index < len(places):
                gone = self.sources[places[index]]
                self._remember()
                left = tuple(each for each in self.sources if each is not gone)
                left = tuple(
                    replace(each, row=replace(each.row, couple=""))
                    if gone.row.couple and each.row.couple == gone.row.couple
                    else each
                    for each in left
                )
                self._set(_State(left, self.song, self.picked))

    def say(self, rows: Sequence[Row]) -> None:
        """What the visitor says of the dances: names, couples, rates, starts. InputError for impossible couples."""
        with self._lock:
            if len(rows) == len(self.sources):
                pipeline.entries_from([source.path for source in self.sources], list(rows))
                self._remember()
                told = tuple(replace(source, row=row) for source, row in zip(self.sources, rows, strict=True))
                self._set(_State(told, self.song, self.picked))

    def play(self, song: Path | None, picked: str) -> None:
        """Another song, or none."""
        with self._lock:
            if (song, picked) != (self.song, self.picked):
                self._remember()
                self._set(_State(self.sources, song, picked))

    def versions(self, index: int, folder: Path) -> None:
        """Instead of one dance, the last of the versions that it went through. InputError where it has but one."""
        with self._lock:
            places = self._places()
            if not 0 <= index < len(places):
                return
            source = self.sources[places[index]]
            steps = history.restore(source.path).path()[-MOST_DANCES:]
            if len(steps) < 2:
                raise InputError(f"“{source.row.name}” has no earlier versions.")
            made = []
            for version in steps:
                path = place_in(folder, version.name)
                version.dance.save(path)
                made.append(Source(path, Row(version.name), version.text or version.message, song=source.song))
            self._remember()
            self._set(_State(tuple(made), self.song, self.picked))

    def undo(self) -> None:
        """As it was before the last change."""
        with self._lock:
            if self._past:
                self._set(self._past.pop())

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to go back to."""
        return bool(self._past)

    def _remember(self) -> None:
        self._past = [*self._past, _State(self.sources, self.song, self.picked)][-MOST_PAST:]

    def _set(self, state: _State) -> None:
        self.sources, self.song, self.picked = state.sources, state.song, state.picked
        self.guest, self.revealed = False, False
        if self.order is not None:
            self.hide(True)

    # --- names hidden, votes

    def hide(self, hidden: bool) -> None:
        """Hide the names, in an order drawn anew; or show them, in the order in which they came."""
        with self._lock:
            self.revealed = False
            count = len(self._entries())
            self.order = tuple(np.random.default_rng().permutation(count).tolist()) if hidden else None

    def vote(self, index: int) -> Vote:
        """The dance at a place on the stage was liked best; names are shown then. InputError where none are hidden."""
        with self._lock:
            result = self.comparison()
            if not self.blind or result is None or not 0 <= index < len(result.dances) or len(result.dances) < 2:
                raise InputError("A vote needs two dances or more whose names are hidden.")
            entries, places = self._entries(), self._order()
            names = tuple(entries[place].name for place in places)
            notes = tuple(self.sources[place].note for place in self._places())
            found = Vote(result.song.name if result.song else "", names, notes, index)
            self.votes = (*self.votes, found)[-MOST_VOTES:]
            self.revealed = True
            return found

    def tally(self) -> list[tuple[str, int, int]]:
        """(name, times best, times shown) of all that were voted on, the most liked first."""
        shown: dict[str, list[int]] = {}
        for vote in self.votes:
            for place, name in enumerate(vote.names):
                shown.setdefault(name, []).append(int(place == vote.best))
        rows = [(name, sum(wins), len(wins)) for name, wins in shown.items()]
        return sorted(rows, key=lambda row: (-row[1] / row[2], -row[1], row[0]))

    # --- what is shown

    def comparison(self) -> Comparison | None:
        """The dances on one clock, in the order and under the names in which they are shown; None for an empty board.

        Raises InputError when none of them can be opened.
        """
        with self._lock:
            if not self.sources:
                return None
            key = (self.sources, self.song)
            if self._result is None or self._result[0] != key:
                self._result = (key, pipeline.compare(self._entries(), self.song))
            result = self._result[1]
            if self.order is None or len(self.order) != len(result.dances):
                return result
            names = [result.names[place] for place in self.order]
            hidden = [LETTERS[place] for place in range(len(names))]
            shown = [f"{letter}: {name}" for letter, name in zip(hidden, names, strict=True)]
            return replace(
                result,
                dances=tuple(result.dances[place] for place in self.order),
                reports=tuple(result.reports[place] for place in self.order),
                names=tuple(hidden if self.blind else shown),
            )

    def rows(self) -> list[dict[str, Any]]:
        """The dances for the list on the page, in the order of the stage."""
        heard = file_sha256(self.song) if self.song is not None and self.song.is_file() else ""
        rows = []
        for place, index in enumerate(self._places()):
            source = self.sources[index]
            rows.append(
                {
                    "name": LETTERS[place] if self.blind else source.row.name,
                    "note": "" if self.blind else source.note,
                    "stale": bool(source.system and source.song != heard and not self.blind),
                    "versions": 1 if self.blind else source.versions,
                }
            )
        return rows

    def stale(self) -> list[int]:
        """Places in `sources` of dances made here to another song."""
        heard = file_sha256(self.song) if self.song is not None and self.song.is_file() else ""
        return [index for index, each in enumerate(self.sources) if each.system and each.song != heard]

    def renew(self, index: int, source: Source) -> None:
        """Another dance in the place of one."""
        with self._lock:
            if 0 <= index < len(self.sources):
                self._remember()
                made = (*self.sources[:index], source, *self.sources[index + 1 :])
                self._set(_State(made, self.song, self.picked))

    def _entries(self) -> list[pipeline.Entry]:
        return pipeline.entries_from([each.path for each in self.sources], [each.row for each in self.sources])

    def _order(self) -> tuple[int, ...]:
        count = len(self._entries())
        return self.order if self.order is not None and len(self.order) == count else tuple(range(count))

    def _places(self) -> list[int]:
        """Index in `sources` of the (leading) file of each dance, in the order of the stage."""
        seen: set[str] = set()
        leads = []
        for index, source in enumerate(self.sources):
            if not source.row.couple or source.row.couple not in seen:
                leads.append(index)
            seen.add(source.row.couple)
        return [leads[place] for place in self._order()] if len(leads) == len(self._order()) else leads


def place_in(folder: Path, name: str) -> Path:
    """A new place for a dance of a name in a folder."""
    plain = " ".join(re.sub(r"[^\w ,()+-]", " ", name).split())[:60] or "Dance"
    path = folder / secrets.token_hex(4) / f"{plain}.npz"
    path.parent.mkdir(parents=True)
    return path


def of_run(key: str, ask: Ask, run: Run, folder: Path) -> Source:
    """A dance made here, saved into a folder."""
    path = place_in(folder, run.name)
    run.dance.save(path)
    return Source(path, Row(run.name), run.message, key, ask, run.dance.song_sha256)


def of_files(paths: Sequence[Path], folder: Path) -> tuple[list[Source], tuple[str, ...]]:
    """Dropped files, copied into a folder, partners whose names say so marked as couples; and a sentence for each that
    holds no dance. Raises InputError when none does."""
    good, problems = [], []
    for path in paths:
        try:
            open_dance(path)
            good.append(path)
        except InputError as error:
            problems.append(str(error))
    if problems and not good:
        raise InputError(" ".join(problems))
    found = []
    for path, row in zip(good, pipeline.rows_for(good), strict=True):
        kept = folder / secrets.token_hex(4) / path.name
        kept.parent.mkdir(parents=True)
        shutil.copyfile(path, kept)
        found.append(Source(kept, row, "a file", versions=_versions(kept)))
    return found, tuple(problems)


def _versions(path: Path) -> int:
    """How many versions a saved dance went through; 1 for any other file."""
    if path.suffix.lower() != ".npz":
        return 1
    try:
        return len(history.restore(path).path())
    except InputError:
        return 1


# --- kept over a reload


def keep(board: Board, folder: Path) -> None:
    """Write down a board in a folder; its files are named, not copied."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "sources": [
            {
                "path": str(each.path), "row": asdict(each.row), "note": each.note, "system": each.system,
                "ask": asdict(each.ask) if each.ask else None, "song": each.song, "versions": each.versions,
            }
            for each in board.sources
        ],
        "song": str(board.song) if board.song else "", "picked": board.picked, "guest": board.guest,
        "order": board.order, "revealed": board.revealed, "votes": [asdict(vote) for vote in board.votes],
        "received": sorted(board.received),
    }  # fmt: skip
    draft = folder / f".{_FILE}.part"
    draft.write_text(json.dumps(told), encoding="utf-8")
    draft.replace(folder / _FILE)


def recall(name: str, room: str, folder: Path, shipped: Sequence[Path]) -> Board | None:
    """The board of a workspace's name, as a browser remembers it over a reload, its files copied into a folder.

    shipped : folders besides the workspaces whose files may be named. None where the name is none, or nothing whole was
    kept; no other file can be reached.
    """
    if not re.fullmatch(r"[\w-]{16,64}", str(name)):
        return None
    before = workspace.root() / name / room
    try:
        told = json.loads((before / _FILE).read_text(encoding="utf-8"))
        sources = []
        for each in told["sources"]:
            path = _kept(each["path"], folder, shipped)
            ask = Ask(**each["ask"]) if each["ask"] else None
            if each["system"] and each["system"] not in systems.SYSTEMS:
                raise ValueError("a system of another version")
            sources.append(
                Source(path, Row(**each["row"]), str(each["note"]), str(each["system"]), ask, str(each["song"]),
                       int(each["versions"]))
            )  # fmt: skip
        votes = tuple(
            Vote(str(vote["song"]), tuple(vote["names"]), tuple(vote["notes"]), int(vote["best"]))
            for vote in told["votes"]
        )
        song = _kept(told["song"], folder, shipped) if told["song"] else None
        order = None if told["order"] is None else tuple(int(place) for place in told["order"])
        return Board(
            tuple(sources), song, str(told["picked"]), bool(told["guest"]), order, bool(told["revealed"]), votes,
            set(told["received"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, IndexError, InputError):
        return None


def _kept(text: str, folder: Path, shipped: Sequence[Path]) -> Path:
    """A file of an earlier visit in the folder of this one, or one that ships; ValueError for any other."""
    source = Path(text).resolve()
    if any(source.is_relative_to(each.resolve()) for each in shipped):
        return source
    if not source.is_relative_to(workspace.root().resolve()) or not source.is_file():
        raise ValueError("not a file of this suite")
    target = folder / secrets.token_hex(4) / source.name
    target.parent.mkdir(parents=True)
    return Path(shutil.copyfile(source, target))
