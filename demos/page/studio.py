"""What one visitor has on a page: the versions of dances, their songs, and what stands on the stage. No gradio here."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from demos.motion.change import SEEN, change
from demos.motion.dance import Dance
from demos.motion.history import History, Version, reopen
from demos.runtime import workspace
from demos.runtime.caches import file_sha256
from demos.runtime.errors import InputError
from demos.runtime.settings import ASSETS

BOTH, ALONE, RAW = "both", "alone", "raw"
"""Ways to look at a version: beside what it was made from, by itself, beside itself with the feet not tidied."""
LETTERS = "ABC"
_SONG = "song-"
_FROM_ELSEWHERE = "From another tab."


@dataclass(frozen=True)
class Scene:
    """Dances for the player and the strip beneath it."""

    dances: tuple[Dance, ...]
    names: tuple[str, ...]
    song: Path | None
    title: str
    change: np.ndarray | None = None


@dataclass(frozen=True)
class Offer:
    """A result that waits to be kept: what `History.add` takes, and where it would hang."""

    dance: Dance
    name: str
    text: str = ""
    parent: str | None = None
    raw: Dance | None = None
    achieved: bool | None = None
    message: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Studio:
    """One visitor's desk. It changes in place, so that a long job and a click beside it never undo each other.

    songs : content hash -> file. view, compared : how the current version is shown, and beside which other one.
    offers : alternatives among which to choose. draft : what a job that still runs has made so far.
    received : the parcels of other tabs that were taken in -> what was on the stage before, "" for nothing.
    tidied : what finishing did, above the finished dance.
    """

    history: History = field(default_factory=History)
    songs: dict[str, Path] = field(default_factory=dict)
    view: str = BOTH
    compared: str | None = None
    offers: tuple[Offer, ...] = ()
    draft: Offer | None = None
    received: dict[str, str] = field(default_factory=dict)
    tidied: str = "Feet tidied"
    _job: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # --- jobs

    def begin(self) -> int:
        """Start a job; the ticket with which it may change this desk, until another begins or it is called off."""
        with self._lock:
            self._job += 1
            self.draft = None
            return self._job

    def may(self, ticket: int) -> bool:
        """Whether a job's ticket still counts."""
        return ticket == self._job

    def sketch(self, ticket: int, draft: Offer) -> None:
        """Remember what a job has made so far."""
        with self._lock:
            if self.may(ticket):
                self.draft = draft

    def finish(self, ticket: int, offer: Offer) -> bool:
        """Keep a job's result; False when the job was called off meanwhile."""
        with self._lock:
            if not self.may(ticket):
                return False
            self.keep(offer)
            return True

    def propose(self, ticket: int, offers: Sequence[Offer]) -> bool:
        """Put alternatives up for choice; False when the job was called off meanwhile."""
        with self._lock:
            if self.may(ticket):
                self.offers = tuple(offers)
            return self.may(ticket)

    def call_off(self) -> Offer | None:
        """End the running job; what it had made so far is kept, and returned."""
        with self._lock:
            self._job += 1
            draft, self.draft = self.draft, None
            if draft is not None:
                self.keep(draft)
            return draft

    # --- versions

    def keep(self, offer: Offer) -> Version:
        """Add a version under its parent and show it."""
        with self._lock:
            self.history = self.history.add(
                offer.dance, name=offer.name, text=offer.text, parent=offer.parent, root=offer.parent is None,
                raw=offer.raw, achieved=offer.achieved, message=offer.message, facts=offer.facts,
            )  # fmt: skip
            self.draft, self.offers, self.compared = None, (), None
            if self.view == RAW and offer.raw is None:
                self.view = BOTH
            return self.history.current

    def choose(self, index: int) -> Version:
        """Keep one of the alternatives."""
        with self._lock:
            if not 0 <= index < len(self.offers):
                raise InputError("That alternative is gone; ask for three new ones.")
            self._job += 1  # the job that may still make more of them is over
            return self.keep(self.offers[index])

    def decline(self) -> None:
        """Let the alternatives go."""
        self.offers = ()

    def go(self, identity: str) -> None:
        """Show a version; the next change branches off it."""
        with self._lock:
            self.history = self.history.go(identity)
            self.compared, self.offers = None, ()

    def undo(self) -> None:
        """Back to what the current version was made from."""
        with self._lock:
            self.history = self.history.undo()
            self.compared, self.offers = None, ()

    def rename(self, identity: str, name: str) -> None:
        """Call a version something else."""
        with self._lock:
            self.history = self.history.rename(identity, name)

    def compare(self, identity: str) -> None:
        """Show a version beside the current one; asked again, no longer."""
        other = self.history[identity].id
        self.compared = None if other in (self.compared, self.history.current_id) else other
        self.offers = ()

    def adopt(self, other: History) -> None:
        """Take in an opened tree; what was here stays beside it."""
        with self._lock:
            taken: dict[str, str] = {}
            tree = self.history
            for version in other.versions:
                above = taken.get(version.parent or "")
                tree = tree.add(
                    version.dance, name=version.name, text=version.text, parent=above, root=above is None,
                    raw=version.raw, achieved=version.achieved, message=version.message, facts=version.facts,
                )  # fmt: skip
                taken[version.id] = tree.current.id
            self.history = tree.go(taken[other.current.id])
            self.compared, self.offers, self.draft = None, (), None

    def take_in(self, dance: Dance, name: str, song: Path | None, folder: Path) -> None:
        """A dance of another tab as a first version beside what is here, with its song."""
        if song is not None:
            sha256 = file_sha256(song)
            if sha256 not in shipped():
                self.bring(sha256, song, folder)
            dance = replace(dance, song_sha256=sha256)
        elif self.song_of(dance) is None:
            dance = replace(dance, song_sha256="")
        self.keep(Offer(dance, name, message=_FROM_ELSEWHERE))

    def withdraw(self, parcel: str) -> None:
        """Back to what was on the stage before a parcel came, unless the visitor has gone elsewhere since; what came
        stays among the versions."""
        with self._lock:
            before = self.received.get(parcel)
            if before and self.current is not None and self.current.message == _FROM_ELSEWHERE:
                self.go(before)

    def bring(self, sha256: str, path: Path, folder: Path) -> None:
        """Keep a visitor's song in their workspace, for as long as their dances."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / f"{_SONG}{sha256}{path.suffix.lower()}"
        if not kept.exists():
            shutil.copyfile(path, kept)
        self.songs[sha256] = kept

    # --- what is shown

    @property
    def current(self) -> Version | None:
        """The version on the stage, None before the first."""
        return self.history.current if len(self.history) else None

    def ways(self) -> list[str]:
        """The ways in which the current version can be looked at."""
        version = self.current
        if version is None or self.offers:
            return []
        return [*([BOTH] if version.parent else []), ALONE, *([RAW] if version.raw is not None else [])]

    def song_of(self, dance: Dance) -> Path | None:
        """The file of the song a dance belongs to, where it is known here."""
        path = self.songs.get(dance.song_sha256) or shipped().get(dance.song_sha256)
        return path if path is not None and path.is_file() else None

    def scene(self) -> Scene | None:
        """What the stage shows now; None for an empty one."""
        if self.draft is not None:
            return self._scene((self.draft.dance,), ("In the making",), "What may change")
        if self.offers:
            letters = tuple(LETTERS[: len(self.offers)])
            return self._scene(tuple(offer.dance for offer in self.offers), letters, "What may change")
        version = self.current
        if version is None:
            return None
        if self.compared:
            other = self.history[self.compared]
            return self._pair((other.dance, other.name), (version.dance, version.name), "The difference")
        view = self.view if self.view in self.ways() else self.ways()[0]
        if view == BOTH and version.parent:
            return self._pair((self.history[version.parent].dance, "Before"), (version.dance, "After"), "What changed")
        if view == RAW and version.raw is not None:
            return self._pair((version.raw, "Raw"), (version.dance, self.tidied), "What tidying did")
        return self._scene((version.dance,), (version.name,), "What may change")

    def _scene(self, dances: tuple[Dance, ...], names: tuple[str, ...], title: str, differs=None) -> Scene:
        return Scene(dances, names, self.song_of(dances[-1]), title, differs)

    def _pair(self, first: tuple[Dance, str], second: tuple[Dance, str], title: str) -> Scene:
        try:
            differs = change(first[0], second[0])
        except InputError:  # shown, but not measured
            alike = len(first[0].motions) == len(second[0].motions)
            unlike = "the same length" if alike else "as many dancers"
            differs, title = None, f"Not {unlike}: shown without the difference"
        if differs is not None and not (differs >= SEEN).any():
            title = f"{title}: nothing to be seen"
        return self._scene((first[0], second[0]), (first[1], second[1]), title, differs)

    def rows(self) -> list[dict[str, Any]]:
        """The versions for the tree on the page."""
        return [
            {
                "id": version.id,
                "parent": version.parent,
                "title": version.name,
                "note": str(version.facts.get("note", "")),
                "mark": {True: "good", False: "half", None: ""}[version.achieved],
            }
            for version in self.history.versions
        ]


def recall(folder: str, room: str = "") -> Studio:
    """The desk of a workspace's name, as a browser remembers it over a reload; an empty one where it is gone.

    room : as in history.reopen.
    """
    try:
        tree = reopen(folder, room)
    except InputError:  # damaged: better an empty desk than none
        return Studio()
    if not len(tree):
        return Studio()
    songs = {path.stem.removeprefix(_SONG): path for path in (workspace.root() / folder / room).glob(f"{_SONG}*")}
    return Studio(tree, songs)


@cache
def shipped() -> Mapping[str, Path]:
    """Content hash -> file of the songs in assets/songs."""
    return {file_sha256(path): path for path in sorted((ASSETS / "songs").glob("*.mp3"))}


def title_of(path: Path) -> str:
    """A song's name in words, from its file."""
    return " ".join(path.stem.replace("-", " ").replace("_", " ").split()).capitalize()[:60] or "Song"
