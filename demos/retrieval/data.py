"""What the retriever learns from: windows of the solo set with their streams, texts and measured keys, ready to batch.

A shard of the corpus is turned once into plain arrays in a cache folder (movement, music, states of the words of all
texts) and memory-mapped from there, so that training, ablations and evaluation share the work and the page cache.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from demos.corpus.attributes import Attributes
from demos.corpus.captions import captions, queries
from demos.corpus.predicates import PREDICATES
from demos.corpus.shards import Shard
from demos.corpus.vocabulary import mentions, written
from demos.retrieval.model import MOVEMENT, MUSIC, TEXT, movement
from demos.runtime.errors import InputError
from demos.text.encoder import token_states

KEYS = tuple(PREDICATES)
"""Every key of the vocabulary, in its order: columns of all key arrays here."""
MORE_CAPTIONS, MORE_QUERIES, CUES, DENIALS = 3, 1, 3, 1
"""Texts that a training window gets beside the corpus's own captions, made of the same measured attributes: captions,
searches, rows of the cues that people search with and captions never use, and searches that wish something away."""
DENIABLE = (
    "jumps.any.any", "turns.any.any", "legs.kick.any", "level.crouch.crouch", "torso.hips.sway", "legs.cross.cross",
    "torso.bend.forward", "arms.height.overhead", "arms.wave.wave", "arms.punch.punch", "legs.knee.one",
    "beat.bounce.bouncy", "turns.half.half", "torso.twist.twist", "arms.height.raised",
)  # fmt: skip
"""What a search may wish away."""
_JOINTS = (", ", " and ", " with ", " ")
LONGEST = 160
"""Word pieces of a text that the network reads."""
_SENTENCES = 12  # of a text, that are read
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_PLACE = {key: index for index, key in enumerate(KEYS)}
_FORMAT = 1
_FACTS = ("id", "dance", "start", "style", "song", "captions", "attributes")


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts as the network reads them.

    states : (words, 384) float16, one text after another; places : (texts + 1,) where each begins and ends.
    named, denied : (texts, keys) bool, what each asks for and asks not to see.
    """

    states: np.ndarray
    places: np.ndarray
    named: np.ndarray
    denied: np.ndarray

    def __len__(self) -> int:
        return len(self.named)

    def of(self, index: int) -> np.ndarray:
        """The states of one text, (its words, 384)."""
        return self.states[self.places[index] : self.places[index + 1]]


@dataclass(frozen=True, eq=False)
class Prepared:
    """One shard. movement (n, frames, MOVEMENT), music (n, frames, 35) float16; keys (n, keys) bool: what is true.

    owned : for each window the numbers of its texts, the corpus's own captions first.
    """

    facts: tuple[dict[str, Any], ...]
    movement: np.ndarray
    music: np.ndarray
    keys: np.ndarray
    texts: Texts
    owned: tuple[tuple[int, ...], ...]


class Windows:
    """All windows of a split: `windows[i]` is (shard, place)."""

    def __init__(self, shards: Sequence[Prepared]) -> None:
        self.shards = tuple(shards)
        self.at = [(shard, place) for shard in self.shards for place in range(len(shard.facts))]
        self.facts = [shard.facts[place] for shard, place in self.at]
        self.keys = np.concatenate([shard.keys for shard in self.shards])
        self.genres = [facts["song"]["genre"] for facts in self.facts]
        self.songs = [facts["song"]["sha256"] for facts in self.facts]

    def __len__(self) -> int:
        return len(self.at)

    def streams(self, indices: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Music (n, frames, 35) float32 and movement (n, frames, MOVEMENT) float16 of some windows."""
        music = np.stack([self.at[index][0].music[self.at[index][1]] for index in indices])
        moves = np.stack([self.at[index][0].movement[self.at[index][1]] for index in indices])
        return torch.from_numpy(music).float(), torch.from_numpy(moves)

    def texts(self, index: int) -> tuple[int, ...]:
        """The numbers of a window's texts in its shard."""
        shard, place = self.at[index]
        return shard.owned[place]

    def text(self, index: int, numbers: Sequence[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Some texts of a window's shard read as one: states (words, 384), named (keys,), denied (keys,)."""
        texts = self.at[index][0].texts
        states = np.concatenate([texts.of(number) for number in numbers])
        return states, texts.named[list(numbers)].any(0), texts.denied[list(numbers)].any(0)


def prepare(
    corpus: Path | str,
    split: str,
    cache: Path | str,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Windows:
    """The windows of a split; shards not met before are prepared into the cache folder.

    Shards are taken as they lie, so that training may begin while a corpus is still being built.
    Raises InputError where there are none.
    """
    folders = sorted(path for path in (Path(corpus) / "solo" / split).glob("[0-9]*") if path.name.isdigit())
    if not folders:
        raise InputError(f"There is no set solo for {split} in {corpus}; build one: python -m demos corpus build.")
    found = []
    for done, folder in enumerate(folders):
        if on_progress:
            on_progress(done, len(folders))
        kept = Path(cache) / split / folder.name
        if not _current(kept, folder):
            prepare_shard(folder, kept, more=split == "train")
        found.append(_load(kept))
    if on_progress:
        on_progress(len(folders), len(folders))
    return Windows(found)


def prepare_shard(folder: Path, out: Path, *, more: bool) -> None:
    """Turn one shard of the corpus into the arrays of `Prepared`; more : make further texts, for training."""
    shard = Shard(folder)
    facts = [shard.facts(index) for index in range(len(shard))]
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    moves = np.stack([shard.rows(item["views"]["motion"]) for item in facts])
    with torch.inference_mode():
        np.save(part / "movement.npy", movement(torch.from_numpy(moves)).numpy().astype(np.float16))
    music = np.stack([shard.rows(item["views"]["music"]) for item in facts]).astype(np.float16)
    np.save(part / "music.npy", music)
    measured = [Attributes.from_json(json.dumps(item["attributes"])) for item in facts]
    keys = np.array([[test(attributes) for test in PREDICATES.values()] for attributes in measured])
    np.save(part / "keys.npy", keys)
    owned: list[list[int]] = []
    texts: list[str] = []
    for place, (item, attributes) in enumerate(zip(facts, measured, strict=True)):
        own = list(item["captions"])
        if more:
            own += more_texts(attributes, keys[place], seed=item["start"] + 7 * item["dance"])
        owned.append(list(range(len(texts), len(texts) + len(own))))
        texts += own
    states = token_states(texts)
    np.save(part / "states.npy", np.concatenate(states).astype(np.float16))
    np.save(part / "places.npy", np.cumsum([0, *map(len, states)], dtype=np.int64))
    for name, columns in zip(("named", "denied"), asked(texts), strict=True):
        np.save(part / f"{name}.npy", columns)
    kept = [{name: item[name] for name in _FACTS} for item in facts]
    index = {"format": _FORMAT, "made_of": _stamp(folder), "facts": kept, "owned": owned, "texts": texts}
    (part / "index.json").write_text(json.dumps(index), encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    part.rename(out)


def more_texts(attributes: Attributes, true: np.ndarray, *, seed: int) -> list[str]:
    """Further texts of a window whose true keys are given: captions, searches, cues, and searches with a denial."""
    rng = np.random.default_rng(seed)
    found = captions(attributes, seed=seed + 1, count=MORE_CAPTIONS)
    searches = queries(attributes, seed=seed + 2, count=MORE_QUERIES + DENIALS)
    cues, nouns = written("cue"), written("np")
    known = [key for key, holds in zip(KEYS, true, strict=True) if holds and key in cues]
    for _ in range(CUES if known else 0):
        drawn = rng.permutation(known)[: int(rng.integers(1, 4))]
        words = [str(rng.choice([wording.text for wording in cues[key]])) for key in drawn]
        found.append(_JOINTS[int(rng.integers(len(_JOINTS)))].join(words))
    false = [key for key in DENIABLE if not true[_PLACE[key]]]
    for number in range(1, 1 + min(DENIALS, len(searches), len(false))):
        key = str(rng.choice(false))
        unwanted = str(rng.choice([wording.text for wording in (*nouns.get(key, ()), *cues.get(key, ()))]))
        first, _, rest = unwanted.partition(" ")
        unwanted = rest if first in ("a", "an", "the") else unwanted
        wish = rng.choice(["no", "without", "but no", "not"])
        searches[-number] = f"{searches[-number].rstrip('.')}, {wish} {unwanted}"
    return found + searches


def word_states(texts: Sequence[str]) -> list[np.ndarray]:
    """The states of each text's words, (words, 384) float32, its sentences encoded one by one; at most LONGEST words.

    Training reads several captions of a window in a row; a user's longer text is read the same way.
    """
    sentences = [[part for part in _SENTENCE_END.split(text) if part.strip()][:_SENTENCES] or [text] for text in texts]
    states = iter(token_states([part for parts in sentences for part in parts]))
    return [np.concatenate([next(states) for _ in parts])[:LONGEST] for parts in sentences]


def asked(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """What texts name and what they deny, (texts, keys) bool each."""
    keys = [mentions(text) for text in texts]
    named = np.array([_columns(found) for found in keys]).reshape(-1, len(KEYS))
    denied = np.array([_columns(key[4:] for key in found if key[:4] == "not:") for found in keys])
    return named, denied.reshape(-1, len(KEYS))


def fits(named: np.ndarray, denied: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Which windows are all that a text asks for: (texts, keys) twice, (windows, keys) -> (texts, windows) bool."""
    named, denied, keys = (values.astype(np.float32) for values in (named, denied, keys))
    return (named @ (1 - keys).T + denied @ keys.T) == 0


def balanced(windows: Windows, rng: np.random.Generator, *, songs: int, each: int) -> Iterator[list[int]]:
    """Batches without end: `songs` songs of genres as different as can be, `each` windows of every one.

    Different genres teach the music, windows of one song the motion (the paper's balanced batches).
    """
    by_genre: dict[str, dict[str, list[int]]] = {}
    for index, (genre, song) in enumerate(zip(windows.genres, windows.songs, strict=True)):
        by_genre.setdefault(genre, {}).setdefault(song, []).append(index)
    genres = sorted(by_genre)
    while True:
        order = [genres[place] for _ in range(-(-songs // len(genres))) for place in rng.permutation(len(genres))]
        batch: list[int] = []
        for genre in order[:songs]:
            song = sorted(by_genre[genre])[int(rng.integers(len(by_genre[genre])))]
            members = by_genre[genre][song]
            batch += [members[place] for place in rng.permutation(len(members))[:each]]
        yield batch


def _columns(keys: Iterable[str]) -> np.ndarray:
    row = np.zeros(len(KEYS), bool)
    row[[_PLACE[key] for key in keys if key in _PLACE]] = True
    return row


def _stamp(folder: Path) -> list[int]:
    status = (folder / "items.jsonl").stat()
    return [status.st_size, status.st_mtime_ns]


def _current(kept: Path, folder: Path) -> bool:
    path = kept / "index.json"
    if not path.is_file():
        return False
    index = json.loads(path.read_text(encoding="utf-8"))
    if index["format"] != _FORMAT or index["made_of"] != _stamp(folder):
        return False
    shapes = [
        np.load(kept / f"{name}.npy", mmap_mode="r").shape[-1] for name in ("movement", "music", "keys", "states")
    ]
    return shapes == [MOVEMENT, MUSIC, len(KEYS), TEXT]


def _load(kept: Path) -> Prepared:
    index = json.loads((kept / "index.json").read_text(encoding="utf-8"))

    def array(name: str) -> np.ndarray:
        return np.load(kept / f"{name}.npy", mmap_mode="r")

    texts = Texts(array("states"), np.array(array("places")), np.array(array("named")), np.array(array("denied")))
    return Prepared(
        tuple(index["facts"]), array("movement"), array("music"), np.array(array("keys")), texts,
        tuple(tuple(numbers) for numbers in index["owned"]),
    )  # fmt: skip
