"""How a corpus lies on disk: shards of raw memory-mapped arrays, one line of JSON an item, read at random.

    DIR/corpus.json                     what was built, from what, with which statistics
    DIR/<set>/<split>/00000/*.npy       arrays of a shard: rows are frames
    DIR/<set>/<split>/00000/items.jsonl one item a line: its views (which rows of which array) and its facts

Poses are stored as rotation vectors in 16 bits (a step of 1e-4 radians: 0.1 mm at a hand), lengths in pictures in 16,
confidences in 8, everything else in full; items of one dance share rows, so that a window costs nothing. Raw arrays
were chosen over .npz, which must be unpacked whole, and over a database: the page cache is the only server needed.
"""

from __future__ import annotations

import json
import shutil
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from demos.motion import vector
from demos.motion.motion import Motion
from demos.runtime.errors import InputError

FORMAT = 1
INDEX_FILE = "corpus.json"
ITEMS_FILE = "items.jsonl"
POSE_STEP = float(np.float32(np.pi / 32767))
"""Radians of one step of a stored pose."""
LENGTH_STEP = 1 / 4096
"""Picture heights or metres of one step of what `shorten` stored."""
MOTION = "motion"
"""The view that is put together of the arrays poses, root and contacts."""
_OPEN_SHARDS = 64


@dataclass(frozen=True)
class Item:
    """One entry of a set.

    facts : everything that is not an array: captions, attributes, sources ... arrays : name -> array; motions are
    (frames, 151) float32 vectors (demos.motion.vector).
    """

    facts: dict[str, Any]
    arrays: dict[str, np.ndarray]

    def motion(self, name: str = MOTION) -> Motion:
        """One of the motion arrays as a Motion at 30 fps."""
        return vector.decode(self.arrays[name])


def quantise(poses: np.ndarray) -> np.ndarray:
    """(frames, 24, 3) rotation vectors, radians -> int16; angles over pi are brought below it."""
    angle = np.linalg.norm(poses, axis=-1, keepdims=True)
    wrapped = (angle + np.pi) % (2 * np.pi) - np.pi
    poses = np.where(angle > np.pi, poses * wrapped / np.maximum(angle, 1e-9), poses)
    return np.clip(np.round(poses / POSE_STEP), -32767, 32767).astype(np.int16)


def restore(poses: np.ndarray) -> np.ndarray:
    """The inverse of `quantise` -> float32 radians."""
    return poses.astype(np.float32) * np.float32(POSE_STEP)


def shorten(values: np.ndarray) -> np.ndarray:
    """Lengths between -8 and 8 as int16."""
    return np.clip(np.round(values / LENGTH_STEP), -32767, 32767).astype(np.int16)


def pack_contacts(contacts: np.ndarray) -> np.ndarray:
    """(frames, 4) bool -> (frames,) uint8."""
    return (np.asarray(contacts, np.uint8) << np.arange(4, dtype=np.uint8)).sum(axis=1).astype(np.uint8)


def unpack_contacts(bits: np.ndarray) -> np.ndarray:
    """(frames,) uint8 -> (frames, 4) bool."""
    return (bits[:, None] >> np.arange(4, dtype=np.uint8) & 1).astype(bool)


def _lengthened(values: np.ndarray) -> np.ndarray:
    """Stored rows as float32: lengths of `shorten`, shares of 255, or floats."""
    if values.dtype == np.int16:
        return values.astype(np.float32) * np.float32(LENGTH_STEP)
    if values.dtype == np.uint8:
        return values.astype(np.float32) / np.float32(255)
    return np.array(values)


class ShardWriter:
    """Rows and items of one shard, put on disk at once: there is a whole shard or none."""

    def __init__(self) -> None:
        self._rows: dict[str, list[np.ndarray]] = {}
        self._length: dict[str, int] = {}
        self._items: list[dict] = []

    def __len__(self) -> int:
        return len(self._items)

    def add_rows(self, name: str, values: np.ndarray) -> list:
        """Append rows to an array -> the view of them, [array, start, stop]."""
        start = self._length.get(name, 0)
        self._rows.setdefault(name, []).append(values)
        self._length[name] = start + len(values)
        return [name, start, start + len(values)]

    def add_motion(self, motion: Motion, contacts: np.ndarray) -> list:
        """Append a motion at 30 fps with its (frames, 4) contacts -> its view."""
        _, start, stop = self.add_rows("poses", quantise(motion.poses))
        self.add_rows("root", motion.translation)
        self.add_rows("contacts", pack_contacts(contacts))
        return [MOTION, start, stop]

    def add_item(self, views: Mapping[str, list], facts: Mapping[str, Any]) -> None:
        """An item: name -> view, and facts for JSON."""
        self._items.append({"views": dict(views), **facts})

    def write(self, folder: Path) -> None:
        """Write the shard as a folder; what lies there goes first."""
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name, rows in self._rows.items():
            np.save(part / f"{name}.npy", np.concatenate(rows))
        lines = [json.dumps(item, sort_keys=True).encode() + b"\n" for item in self._items]
        (part / ITEMS_FILE).write_bytes(b"".join(lines))
        ends = np.cumsum([0, *(len(line) for line in lines)], dtype=np.int64)
        np.save(part / "lines.npy", ends)
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)


def sub_view(view: Sequence, start: int, stop: int) -> list:
    """The view of rows start to stop (excluded) of a view."""
    return [view[0], view[1] + start, min(view[1] + stop, view[2])]


class Shard:
    """One shard, memory-mapped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ends = np.load(folder / "lines.npy")
        self._items = np.memmap(folder / ITEMS_FILE, np.uint8, "r") if self._ends[-1] else np.zeros(0, np.uint8)
        self._arrays: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self._ends) - 1

    def facts(self, index: int) -> dict[str, Any]:
        """An item's line of JSON."""
        return json.loads(self._items[self._ends[index] : self._ends[index + 1]].tobytes())

    def rows(self, view: Sequence) -> np.ndarray:
        """The rows of a view; a motion's as (frames, 151) float32."""
        name, start, stop = view
        if name != MOTION:
            return _lengthened(self._array(name)[start:stop])
        poses, root, contacts = (self._array(part)[start:stop] for part in ("poses", "root", "contacts"))
        return vector.pack(restore(poses), root, unpack_contacts(contacts))

    def motion(self, view: Sequence) -> Motion:
        """The motion of a view, without the way through 6-D."""
        _, start, stop = view
        return Motion(restore(self._array("poses")[start:stop]), self._array("root")[start:stop], vector.FPS)

    def _array(self, name: str) -> np.ndarray:
        if name not in self._arrays:
            self._arrays[name] = np.load(self.folder / f"{name}.npy", mmap_mode="r")
        return self._arrays[name]


class Shards:
    """All items of one split of one set: `Shards(folder, "solo", "train")[i]`. Opens shards when first asked.

    Picklable, so that data loaders may hand it to their workers. Raises InputError where nothing was built.
    """

    def __init__(self, folder: Path | str, set_name: str, split: str) -> None:
        self.folder = Path(folder)
        index = read_index(self.folder)
        if split not in index["sets"].get(set_name, {}):
            built = ", ".join(f"{name} ({', '.join(splits)})" for name, splits in index["sets"].items())
            raise InputError(f"The corpus {self.folder.name} has no {set_name} for {split}; it has {built}.")
        entry = index["sets"][set_name][split]
        self.set_name, self.split = set_name, split
        self.statistics: dict[str, dict] = index["statistics"].get(set_name, {})
        self._counts: list[int] = entry["items"]
        self._starts = np.cumsum([0, *self._counts]).tolist()
        self._open: OrderedDict[int, Shard] = OrderedDict()

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, index: int) -> Item:
        shard, place = self._find(index)
        facts = shard.facts(place)
        return Item(facts, {name: shard.rows(view) for name, view in facts.pop("views").items()})

    def __iter__(self) -> Iterator[Item]:
        return (self[index] for index in range(len(self)))

    def facts(self, index: int) -> dict[str, Any]:
        """An item's facts without its arrays; "views" says where those are."""
        shard, place = self._find(index)
        return shard.facts(place)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_open": OrderedDict()}

    def _find(self, index: int) -> tuple[Shard, int]:
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(f"item {index} of {len(self)}")
        number = bisect_right(self._starts, index) - 1
        if number not in self._open:
            self._open[number] = Shard(shard_folder(self.folder, self.set_name, self.split, number))
            if len(self._open) > _OPEN_SHARDS:
                self._open.popitem(last=False)
        self._open.move_to_end(number)
        return self._open[number], index - self._starts[number]


def shard_folder(folder: Path, set_name: str, split: str, number: int) -> Path:
    """Where a shard lies."""
    return folder / set_name / split / f"{number:05d}"


def read_index(folder: Path) -> dict[str, Any]:
    """What corpus.json says. Raises InputError where there is none, or of another version."""
    path = folder / INDEX_FILE
    if not path.is_file():
        raise InputError(f"There is no finished corpus in {folder}; build one: python -m demos corpus build --out DIR.")
    index = json.loads(path.read_text(encoding="utf-8"))
    if index.get("format") != FORMAT:
        raise InputError(f"The corpus in {folder} is of format {index.get('format')}, not {FORMAT}; build it again.")
    return index
