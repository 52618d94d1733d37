"""The history of a dance: an immutable tree of versions, kept in a visitor's folder or inside a dance.npz."""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from demos.motion import npz
from demos.motion.change import change
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.runtime import workspace
from demos.runtime.errors import InputError

MOST_VERSIONS = 200
LONGEST_NAME = 60
FILE = "history.json"
_FORMAT = 1
_KEY = "history"
"""Under this key of a saved dance's provenance settings lies its tree."""
_ID = re.compile(r"v[1-9]\d{0,5}")


@dataclass(frozen=True, eq=False)
class Version:
    """One dance of the tree.

    id : "v1", "v2" ... in the order of making. parent : the id it was made from, None for a first one.
    name : what people call it; by default what was asked. text : the instruction, "" for a generated dance.
    dance : the result. raw : the same before foot lock and smoothing, where they were on.
    achieved : whether the checkers saw what was asked; None where nothing was asked.
    message : what was said about it. facts : anything else worth keeping, JSON-able.
    """

    id: str
    parent: str | None
    name: str
    dance: Dance
    text: str = ""
    raw: Dance | None = None
    achieved: bool | None = None
    message: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class Pair(NamedTuple):
    """Two versions side by side; change : (bins, parts) of demos.motion.change, None where they do not match."""

    first: Version
    second: Version
    change: np.ndarray | None


@dataclass(frozen=True, eq=False)
class History:
    """Versions in the order of making, and the id of the one shown. Every method gives a new History."""

    versions: tuple[Version, ...] = ()
    current_id: str | None = None

    def __post_init__(self) -> None:
        known: set[str] = set()
        for version in self.versions:
            if version.id in known or (version.parent is not None and version.parent not in known):
                raise ValueError(f"version {version.id} comes twice or before its parent")
            known.add(version.id)
        if (self.current_id is None) != (not self.versions) or (self.current_id and self.current_id not in known):
            raise ValueError(f"the current version {self.current_id} is not in the history")

    def __len__(self) -> int:
        return len(self.versions)

    def __getitem__(self, identity: str) -> Version:
        for version in self.versions:
            if version.id == identity:
                return version
        raise InputError(f"There is no version “{identity}” in this history; choose one of those shown.")

    @property
    def current(self) -> Version:
        """The version shown. InputError where there is none yet."""
        if self.current_id is None:
            raise InputError("There is no dance yet: choose a song first.")
        return self[self.current_id]

    def add(
        self,
        dance: Dance,
        *,
        name: str = "",
        text: str = "",
        parent: str | None = None,
        root: bool = False,
        raw: Dance | None = None,
        achieved: bool | None = None,
        message: str = "",
        facts: Mapping[str, Any] | None = None,
    ) -> History:
        """A new version under `parent` (by default the current one; `root`: under none), which becomes the current.

        InputError when the tree is full or there is no such parent.
        """
        if len(self.versions) >= MOST_VERSIONS:
            raise InputError(f"This history holds {MOST_VERSIONS} versions, as many as fit; export and start anew.")
        above = None if root else (parent or self.current_id)
        if above is not None:
            above = self[above].id
        identity = f"v{1 + max((int(version.id[1:]) for version in self.versions), default=0)}"
        label = _label(name or text) or ("Dance" if above is None else "Edit")
        version = Version(identity, above, label, dance, text, raw, achieved, message, dict(facts or {}))
        return History((*self.versions, version), identity)

    def go(self, identity: str) -> History:
        """Show another version; what is added next branches off it."""
        return History(self.versions, self[identity].id)

    def undo(self) -> History:
        """Show what the current version was made from; nothing is lost. The same history at a first version."""
        parent = self.current.parent
        return self if parent is None else self.go(parent)

    def redo(self) -> History:
        """Show the newest version made from the current one; the same history where there is none."""
        made = self.children(self.current.id)
        return self.go(made[-1].id) if made else self

    def rename(self, identity: str, name: str) -> History:
        """Call a version something else. InputError for an empty name."""
        label = _label(name)
        if not label:
            raise InputError("A version needs a name of at least one letter.")
        renamed = replace(self[identity], name=label)
        return History(tuple(renamed if v.id == identity else v for v in self.versions), self.current_id)

    def children(self, identity: str | None) -> list[Version]:
        """Versions made from one, oldest first; the first ones of the tree for None."""
        return [version for version in self.versions if version.parent == identity]

    def path(self, identity: str | None = None) -> list[Version]:
        """From the first version to one (by default the current), both included."""
        here: Version | None = self[identity] if identity else self.current
        found: list[Version] = []
        while here is not None:
            found.append(here)
            here = self[here.parent] if here.parent else None
        return found[::-1]

    def rows(self) -> list[tuple[int, Version]]:
        """(depth, version) of the whole tree, each version followed by what was made from it, oldest first."""
        found: list[tuple[int, Version]] = []
        waiting = [(0, version) for version in reversed(self.children(None))]
        while waiting:
            depth, version = waiting.pop()
            found.append((depth, version))
            waiting += [(depth + 1, child) for child in reversed(self.children(version.id))]
        return found

    def pair(self, first: str, second: str) -> Pair:
        """Any two versions to compare, with what differs where they have the same length."""
        a, b = self[first], self[second]
        try:
            differs = change(a.dance, b.dance)
        except InputError:
            differs = None
        return Pair(a, b, differs)


def save(history: History, folder: str | Path) -> Path:
    """Write the tree into a folder (a visitor's workspace): FILE, and one .npz a version and result.

    Versions never change, so only new ones are written; FILE comes last and whole, so that a reload in the middle of a
    save finds the tree as it was.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for version in history.versions:
        for dance, name in ((version.dance, f"{version.id}.npz"), (version.raw, f"{version.id}.raw.npz")):
            if dance is not None and not (folder / name).exists():
                _atomically(folder / name, dance)
    draft = folder / f".{FILE}.part"
    draft.write_text(json.dumps(_to_json(history)), encoding="utf-8")
    os.replace(draft, folder / FILE)
    return folder / FILE


def load(folder: str | Path) -> History:
    """The tree of a folder that `save` wrote; an empty one where nothing was saved. InputError when it is damaged."""
    folder = Path(folder)
    path = folder / FILE
    if not path.is_file():
        return History()
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        dances = {}
        for name in {row["id"] for row in tree["versions"]}:
            if not _ID.fullmatch(name):
                raise ValueError(f"{name} is no version")
            dances[name] = _open(folder / f"{name}.npz")
            if (folder / f"{name}.raw.npz").is_file():
                dances[f"{name}.raw"] = _open(folder / f"{name}.raw.npz")
        return _from_json(tree, dances)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "The history in this folder is damaged; open a dance.npz that was exported from it."
        ) from error


def reopen(name: str, room: str = "") -> History:
    """The tree in a visitor's workspace by the workspace's name, as a page remembers it over a reload.

    room : the folder in the workspace that the tree was saved to, "" for the workspace itself.
    Empty where the name is none or the workspace is gone; no other folder can be reached.
    """
    if not re.fullmatch(r"[\w-]{16,64}", str(name)):
        return History()
    return load(workspace.root() / name / room)


def export_npz(history: History, path: str | Path, identity: str | None = None) -> Path:
    """One version (by default the current) as a dance.npz with the whole tree inside.

    The motions of the other versions lie in further arrays, `history_poses` (frames, 24, 3) and `history_translation`
    (frames, 3), one after the other; their names, texts and provenances in the provenance's settings.
    Any reader of dance.npz opens it; `restore` gives the tree back (without the raw results).
    """
    shown = history[identity] if identity else history.current
    tree = _to_json(history)
    tree["current"] = shown.id
    poses, translation, place = [], [], 0
    for row, version in zip(tree["versions"], history.versions, strict=True):
        row["frames"] = [place, len(version.dance), len(version.dance.motions)]
        for motion in version.dance.motions:
            poses.append(motion.poses)
            translation.append(motion.translation)
            place += len(motion)
    provenance = replace(shown.dance.provenance, settings={**_own(shown.dance.provenance).settings, _KEY: tree})
    path = Path(path)
    draft = path.with_name(f".{path.name}.part")
    dance = Dance(shown.dance.motions, provenance, shown.dance.song_sha256, shown.dance.beats, shown.dance.downbeats)
    dance.save(draft)
    with zipfile.ZipFile(draft, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, arrays in (("history_poses", poses), ("history_translation", translation)):
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.concatenate(arrays), allow_pickle=False)
    os.replace(draft, path)
    return path


def restore(path: str | Path) -> History:
    """The tree inside a dance.npz; a tree of that one dance where it carries none (any saved dance of the suite).

    Raises InputError when the file is no saved dance or its tree is damaged.
    """
    path = Path(path)
    try:
        arrays = npz.load(path.read_bytes(), name=path.name)
    except OSError as error:
        raise InputError(f"{path.name} cannot be opened; check the file and its permissions.") from error
    if not npz.is_dance(arrays):
        raise InputError(f"{path.name} is no saved dance; choose a dance.npz of this suite.")
    shown = npz.dance(arrays, name=path.name)
    tree = shown.provenance.settings.get(_KEY)
    if tree is None or "history_poses" not in arrays or "history_translation" not in arrays:
        return History().add(replace(shown, provenance=_own(shown.provenance)), name=path.stem)
    try:
        dances = {}
        for row in tree["versions"]:
            first, frames, dancers = (int(number) for number in row["frames"])
            motions = []
            for dancer in range(dancers):
                part = slice(first + dancer * frames, first + (dancer + 1) * frames)
                poses, translation = arrays["history_poses"][part], arrays["history_translation"][part]
                motions.append(Motion(poses, translation, row["fps"]))
            music = [np.array(row[key], np.float64) for key in ("beats", "downbeats")]
            provenance = Provenance.from_json(json.dumps(row["provenance"]))
            dances[row["id"]] = Dance(tuple(motions), provenance, str(row["song"]), *music)
        return _from_json(tree, dances)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"The history inside {path.name} is damaged; its dance opens in the other rooms.") from error


def _own(provenance: Provenance) -> Provenance:
    """A provenance without the tree that an export put into it."""
    kept = {key: value for key, value in provenance.settings.items() if key != _KEY}
    return replace(provenance, settings=kept)


def _to_json(history: History) -> dict:
    rows = []
    for version in history.versions:
        dance = version.dance
        rows.append(
            {
                "id": version.id,
                "parent": version.parent,
                "name": version.name,
                "text": version.text,
                "achieved": version.achieved,
                "message": version.message,
                "facts": dict(version.facts),
                "fps": dance.fps,
                "song": dance.song_sha256,
                "beats": dance.beats.tolist(),
                "downbeats": dance.downbeats.tolist(),
                "provenance": json.loads(_own(dance.provenance).to_json()),
            }
        )
    return {"format": _FORMAT, "current": history.current_id, "versions": rows}


def _from_json(tree: dict, dances: Mapping[str, Dance]) -> History:
    """The tree of its JSON and the dances by id (raw results by id.raw). ValueError and its kin where it is damaged."""
    if tree["format"] != _FORMAT or len(tree["versions"]) > MOST_VERSIONS:
        raise ValueError("another format")
    versions = tuple(
        Version(
            row["id"] if _ID.fullmatch(row["id"]) else _refuse(row["id"]),
            row["parent"], _label(row["name"]) or row["id"], dances[row["id"]], str(row["text"]),
            dances.get(f"{row['id']}.raw"), None if row["achieved"] is None else bool(row["achieved"]),
            str(row["message"]), dict(row["facts"]),
        )
        for row in tree["versions"]
    )  # fmt: skip
    return History(versions, tree["current"])


def _refuse(what: object):
    raise ValueError(f"{what} cannot be used")


def _open(path: Path) -> Dance:
    arrays = npz.load(path.read_bytes(), name=path.name)
    if not npz.is_dance(arrays):
        raise ValueError(f"{path.name} is no dance")
    return npz.dance(arrays, name=path.name)


def _atomically(path: Path, dance: Dance) -> None:
    draft = path.with_name(f".{path.name}.part")
    dance.save(draft)
    os.replace(draft, path)


def _label(name: str) -> str:
    """One short line."""
    plain = " ".join(str(name).split())
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1].rstrip() + "…"
