"""Training batches from a corpus: crops of dances with their music, and pairs of dances with instructions."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from demos.audio.conditions import music_condition
from demos.corpus.edits import Edit
from demos.corpus.shards import Shard, Shards, shard_folder
from demos.corpus.styles import STYLE_NAMES
from demos.editing import origins
from demos.editing.conditions import blend_s, change_mask, edit_condition
from demos.editing.origins import Origins
from demos.editing.reader_said import retold
from demos.motion.vector import FPS
from demos.nn.kinematics import canonical
from demos.runtime.errors import InputError

WINDOW = 240
"""Frames the networks see at once: 8 s."""


@dataclass(frozen=True)
class DanceBatch:
    """motion (batch, WINDOW, 151) from where its first frame stands, music (batch, WINDOW, 39), style (batch,) long."""

    motion: Tensor
    music: Tensor
    style: Tensor


@dataclass(frozen=True)
class EditBatch:
    """before, after (batch, WINDOW, 151), music (batch, WINDOW, 39), instruction (batch, 129): its embedding and its
    strength, where (batch, WINDOW, 22) of conditions.edit_condition, origins : what is taken from the dance before.
    """

    before: Tensor
    after: Tensor
    music: Tensor
    instruction: Tensor
    where: Tensor
    origins: Origins[Tensor]


@dataclass(frozen=True, eq=False)
class _Dance:
    motion: np.ndarray
    music: np.ndarray
    style: int


class Dances:
    """The solo dances of a split, whole, in memory (about 2.6 MB a minute)."""

    def __init__(self, corpus: Path | str, split: str) -> None:
        items = Shards(corpus, "solo", split)
        windows: dict[str, list[dict]] = {}
        for index in range(len(items)):
            facts = items.facts(index)
            windows.setdefault(facts["id"].rpartition("/")[0], []).append(facts)
        self.dances = [self._dance(items.folder, split, name, parts) for name, parts in windows.items()]
        self.dances = [dance for dance in self.dances if len(dance.motion) >= WINDOW]
        if not self.dances:
            raise InputError(
                f"The corpus {items.folder.name} has no dances of {WINDOW / FPS:g} s; build a larger size."
            )

    @staticmethod
    def _dance(folder: Path, split: str, name: str, windows: list[dict]) -> _Dance:
        shard = Shard(shard_folder(folder, "solo", split, int(name.split("/")[2])))
        first, last = windows[0]["views"], windows[-1]["views"]
        motion = shard.rows([first["motion"][0], first["motion"][1], last["motion"][2]])
        values = shard.rows([first["music"][0], first["music"][1], last["music"][2]])
        grids = []
        for grid in ("beats", "downbeats"):
            times = np.concatenate([np.array(window[grid]) + window["start"] / FPS for window in windows])
            grids.append(np.unique(np.round(times, 2)))
            grids[-1] = grids[-1][np.concatenate([[True], np.diff(grids[-1]) > 0.1])] if len(times) else grids[-1]
        music = music_condition(values, grids[0], grids[1], len(motion))
        return _Dance(motion, music, STYLE_NAMES.index(windows[0]["style"]) + 1)

    def batch(self, size: int, rng: np.random.Generator) -> DanceBatch:
        """Crops from anywhere, long dances more often than short ones."""
        lengths = np.array([len(dance.motion) - WINDOW + 1 for dance in self.dances], float)
        motion, music, style = [], [], []
        for index in rng.choice(len(self.dances), size, p=lengths / lengths.sum()):
            dance = self.dances[index]
            start = int(rng.integers(len(dance.motion) - WINDOW + 1))
            motion.append(dance.motion[start : start + WINDOW])
            music.append(dance.music[start : start + WINDOW])
            style.append(dance.style)
        vectors = torch.from_numpy(np.stack(motion))
        return DanceBatch(canonical(vectors, vectors), torch.from_numpy(np.stack(music)), torch.tensor(style))


@dataclass(frozen=True)
class _Pair:
    shard: int
    before: tuple
    after: tuple
    music: tuple
    beats: tuple[float, ...]
    downbeats: tuple[float, ...]
    kind: str
    start: int
    stop: int
    blend: int
    parts: frozenset[str]
    strength: float
    sentences: tuple[int, ...]


class Pairs:
    """The edits of a split: motions stay on disk, instructions are embedded once.

    embed : sentences -> (n, 128) float32.
    """

    def __init__(self, corpus: Path | str, split: str, embed: Callable[[Sequence[str]], np.ndarray]) -> None:
        items = Shards(corpus, "edits", split)
        self._folder, self._split = items.folder, split
        self._shards: dict[int, Shard] = {}
        sentences: dict[str, int] = {}
        self.pairs: list[_Pair] = []
        for index in range(len(items)):
            facts = items.facts(index)
            edit = Edit.from_json(json.dumps(facts["edit"]))
            views = facts["views"]
            if views["before"][2] - views["before"][1] != WINDOW:
                continue
            shard = int(facts["id"].split("/")[2])
            start, stop = round(edit.start_s * FPS), round(edit.end_s * FPS)
            self.pairs.append(
                _Pair(
                    shard, tuple(views["before"]), tuple(views["after"]), tuple(views["music"]),
                    tuple(facts["beats"]), tuple(facts["downbeats"]), edit.kind, start, min(stop, WINDOW),
                    round(blend_s(edit.kind) * FPS), edit.parts, edit.strength,
                    tuple(sentences.setdefault(text, len(sentences)) for text in retold(edit)),
                )
            )  # fmt: skip
        self.embeddings = embed(list(sentences)).astype(np.float32)

    def batch(self, size: int, rng: np.random.Generator) -> EditBatch:
        """Pairs at random, one of their wordings each, turned to where the first frame stands."""
        return self.take(rng.integers(len(self.pairs), size=size), rng)

    def take(self, indices: Sequence[int] | np.ndarray, rng: np.random.Generator) -> EditBatch:
        """These pairs."""
        chosen = [self.pairs[index] for index in indices]
        rows = [[self._rows(pair, view) for pair in chosen] for view in ("before", "after", "music")]
        before, after = (torch.from_numpy(np.stack(part)) for part in rows[:2])
        music = [
            music_condition(values, np.array(pair.beats), np.array(pair.downbeats), WINDOW)
            for values, pair in zip(rows[2], chosen, strict=True)
        ]
        told = [np.append(self.embeddings[rng.choice(pair.sentences)], np.float32(pair.strength)) for pair in chosen]
        where = [
            edit_condition(
                change_mask(WINDOW, pair.start, pair.stop, pair.parts, blend=pair.blend), heard, was, pair.start,
                pair.stop,
            )
            for pair, heard, was in zip(chosen, music, rows[0], strict=True)
        ]  # fmt: skip
        after, before = canonical(after, before), canonical(before, before)
        return EditBatch(
            before, after, torch.from_numpy(np.stack(music)),
            torch.from_numpy(np.stack(told)), torch.from_numpy(np.stack(where)), self._origins(chosen, before, after),
        )  # fmt: skip

    @staticmethod
    def _origins(chosen: Sequence[_Pair], before: Tensor, after: Tensor) -> Origins[Tensor]:
        found = [
            origins.of_edit(pair.kind, pair.parts, *(motion[row].numpy() for motion in (before, after)))
            for row, pair in enumerate(chosen)
        ]
        return Origins(*(torch.from_numpy(np.stack(part)) for part in zip(*found, strict=True)))

    def _rows(self, pair: _Pair, view: str) -> np.ndarray:
        if pair.shard not in self._shards:
            self._shards[pair.shard] = Shard(shard_folder(self._folder, "edits", self._split, pair.shard))
        return self._shards[pair.shard].rows(getattr(pair, view))
