"""What the networks learn from: many shapes that do as they are told, to the corpus' songs and dances, made here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from demos.corpus.shards import INDEX_FILE, MOTION, Shard, Shards
from demos.motion.motion import Motion
from demos.runtime.errors import InputError
from demos.text import encoder
from demos.video import muse_moves, muse_outlines, muse_words
from demos.video.muse_model import ANSWERS, BEATS, BEFORE, PATCH, PIECE, Reader, Told
from demos.video.muse_moves import AMPLITUDES, MOVES, TEMPI, Ask, Clock
from demos.video.muse_pose import FPS, STATE, smoothstep
from demos.video.muse_shape import LIMBS, Shape

LENGTH = PIECE + BEFORE
SIDES = ("both", "left", "right")
SWITCHED, WORDLESS = 0.25, 0.06
"""Shares of pieces that are told something else on the way, and nothing at all."""
_BLEND_S = 0.3
_LOUD, _LOUD_SPREAD = -110.0, 45.0
"""Of the first MFCC: what counts as neither loud nor soft."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """12 s of the corpus. music : (frames, 35). beats, downbeats : seconds. motion : who dances to it."""

    music: np.ndarray
    beats: np.ndarray
    downbeats: np.ndarray
    motion: Motion | None = None


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces of 4 s with the frames before. states : (n, 128, 35) float16. shapes : (kinds, 88). shape : (n,) which.
    music : (stretches, frames, 35) float16. stretch, start : (n,) which, and from which frame. beats : (n, 128, 14)
    float16. texts : (sentences, T, 384) float16 states of word pieces. real : (sentences, T) bool, those of words.
    text : (n, 32) which sentence, -1 for none. answers : name -> (sentences,) int. present : (kinds, 35), which columns
    of a state a shape has."""

    states: np.ndarray
    shapes: np.ndarray
    shape: np.ndarray
    music: np.ndarray
    stretch: np.ndarray
    start: np.ndarray
    beats: np.ndarray
    texts: np.ndarray
    real: np.ndarray
    text: np.ndarray
    answers: dict[str, np.ndarray]
    present: np.ndarray

    def __len__(self) -> int:
        return len(self.states)

    def batch(self, rows: np.ndarray, said: torch.Tensor) -> tuple[torch.Tensor, Told]:
        """States to make (n, 120, 35), and what is told; all modules on. said : (sentences, SAID) what they say."""
        states = torch.from_numpy(self.states[rows].astype(np.float32))
        text = torch.from_numpy(self.text[rows][:, BEFORE // PATCH :])
        told = Told(
            torch.from_numpy(self.shapes[self.shape[rows]]), torch.from_numpy(self.heard(rows)),
            torch.from_numpy(self.beats[rows, BEFORE:].astype(np.float32)),
            torch.where(text[..., None] >= 0, said[text.clamp(min=0)], 0.0), states[:, :BEFORE],
            torch.ones(len(rows), 3),
        )  # fmt: skip
        return states[:, BEFORE:], told

    def heard(self, rows: np.ndarray) -> np.ndarray:
        """Music (n, 120, 35) float32 of pieces."""
        frames = self.start[rows, None] + np.arange(BEFORE, LENGTH)
        return self.music[self.stretch[rows, None], frames].astype(np.float32)

    @torch.no_grad()
    def said(self, reader: Reader) -> torch.Tensor:
        """(sentences, SAID) what a reader hears in all sentences."""
        spans = [slice(k, k + 512) for k in range(0, len(self.texts), 512)]
        return torch.cat([reader.say(*map(torch.from_numpy, self.sentences(span))) for span in spans])

    def sentences(self, rows: np.ndarray | slice) -> tuple[np.ndarray, np.ndarray]:
        """States (n, T, 384) float32 and which are words (n, T), without padding that none needs."""
        real = self.real[rows]
        longest = int(real.sum(axis=1).max())
        return self.texts[rows, :longest].astype(np.float32), real[:, :longest]


def kept(path: Path, make: Callable[[], Pieces]) -> Pieces:
    """Pieces from a file, or made and written there: training that goes on need not make them again."""
    if path.is_file():
        with np.load(path) as file:
            values = {name: file[name] for name in file.files}
        answers = {name: values.pop(f"answer {name}") for name in ANSWERS}
        return Pieces(**values, answers=answers)
    pieces = make()
    values = {name: value for name, value in vars(pieces).items() if name != "answers"}
    part = path.with_name("part-" + path.name)
    np.savez(part, **values, **{f"answer {name}": value for name, value in pieces.answers.items()})
    part.replace(path)
    return pieces


def shape_vector(shape: Shape) -> np.ndarray:
    """(88,) float32 that describe a shape: its limbs slot by slot, its axis, its size."""
    limbs = shape.limbs
    way = limbs[:, 2] - limbs[:, 0]
    far = np.linalg.norm(way, axis=1, keepdims=True)
    rows = np.concatenate(
        [shape.present[:, None], shape.held[:, None], limbs[:, 0], limbs[:, 2], way / np.maximum(far, 1e-6), far,
         shape.radius[:, None] * 4], axis=1,
    ) * shape.present[:, None]  # fmt: skip
    whole = [*shape.axis[1:, 0], shape.width, shape.height, float(shape.present.sum() / LIMBS)]
    return np.concatenate([rows.ravel(), whole]).astype(np.float32)


def beat_features(beat: np.ndarray, beat_s: float) -> np.ndarray:
    """(frames, 14): sine and cosine of the place in a quarter of a beat, half a beat, one, two, four and eight, one-hot
    beats, and the tempo.

    beat : (frames,) beats since a downbeat.
    """
    parts = [f(2 * np.pi * beat / beats) for beats in (0.25, 0.5, 1, 2, 4, 8) for f in (np.sin, np.cos)]
    struck = np.diff(np.floor(beat), prepend=np.floor(beat[0])) > 0
    tempo = np.full(len(beat), np.log2(max(beat_s, 0.1) / 0.5))
    return np.stack([*parts, struck, tempo], axis=1).astype(np.float32)


def count_beats(times_s: np.ndarray, beats: np.ndarray, downbeats: np.ndarray) -> tuple[np.ndarray, float]:
    """Beats (frames,) since a downbeat at times, carried on evenly past the first and the last, and seconds a beat.

    Without beats the count goes at 120 a minute.
    """
    beats = np.asarray(beats, np.float64)
    if len(beats) < 2:
        return times_s * 2.0, 0.5
    steps = np.diff(beats)
    first, last = np.median(steps[:8]), np.median(steps[-8:])
    count = np.interp(times_s, beats, np.arange(len(beats)))
    count = np.where(times_s < beats[0], (times_s - beats[0]) / first, count)
    count = np.where(times_s > beats[-1], len(beats) - 1 + (times_s - beats[-1]) / last, count)
    if len(downbeats):
        count = count - int(np.argmin(np.abs(beats - downbeats[0])))
    return count, float(np.median(steps))


def loudness(music: np.ndarray) -> np.ndarray:
    """(frames,) 0 to 1: how loud features (frames, 35) are, over about half a second."""
    width = min(15, len(music))
    smooth = np.convolve(
        np.pad(music[:, 1], (width // 2, width - 1 - width // 2), mode="edge"), np.ones(width) / width, "valid"
    )
    return 1 / (1 + np.exp(-(smooth - _LOUD) / _LOUD_SPREAD))


def stretches(corpus: Path | str, split: str, *, most: int = 400, every: int = 3) -> list[Stretch]:
    """Stretches of a corpus' solo dances, finished or still being built. InputError where there are none."""
    made: list[Stretch] = []
    for shard, index in _items(Path(corpus), split, every):
        facts = shard.facts(index)
        views = facts["views"]
        beats = np.array(facts["beats"], np.float64)
        if len(beats) < 6:
            continue
        made.append(
            Stretch(
                shard.rows(views["music"]), beats, np.array(facts["downbeats"], np.float64), shard.motion(views[MOTION])
            )
        )
        if len(made) >= most:
            break
    if not made:
        raise InputError(
            f"There are no solo dances for {split} in {corpus}: build them with python -m demos corpus build."
        )
    return made


def _items(corpus: Path, split: str, every: int) -> Iterator[tuple[Shard, int]]:
    if (corpus / INDEX_FILE).is_file():
        Shards(corpus, "solo", split)  # says what is wrong where it is of another kind
    folders = sorted(path for path in (corpus / "solo" / split).glob("[0-9]*") if path.suffix != ".part")
    shards = [Shard(folder) for folder in folders]
    longest = max((len(shard) for shard in shards), default=0)
    for index in range(0, longest, every):
        for shard in shards:
            if index < len(shard):
                yield shard, index


def build(
    found: Sequence[Stretch],
    *,
    count: int,
    seed: int = 0,
    kinds: int = 270,
    sentences: int = 3500,
    split: str = "train",
) -> Pieces:
    """Pieces made for training (or for testing, with wordings that training never sees)."""
    rng = np.random.default_rng([seed, muse_words.SPLITS.index(split)])
    people = [s.motion.joints[int(rng.integers(len(s.motion)))] for s in found[:120] if s.motion is not None]
    shapes = muse_outlines.shapes(kinds, seed=seed + 1000 * muse_words.SPLITS.index(split), poses=people)
    asks = [muse_words.draw(rng) for _ in range(sentences)]
    said = [muse_words.wording(ask, rng, split=split) for ask in asks]
    texts, real = encoder.encode_tokens(said)
    states = np.zeros((count, LENGTH, STATE), np.float16)
    longest = max(len(stretch.music) for stretch in found)
    music = np.stack([np.pad(s.music, ((0, longest - len(s.music)), (0, 0)), mode="edge") for s in found])
    where, starts = rng.integers(len(found), size=count), np.zeros(count, np.int64)
    beats = np.zeros((count, LENGTH, BEATS), np.float16)
    text = np.zeros((count, LENGTH // PATCH), np.int32)
    which = rng.integers(len(shapes), size=count)
    for row in range(count):
        stretch = found[int(where[row])]
        starts[row] = start = int(rng.integers(0, len(stretch.music) - LENGTH + 1))
        times = (start + np.arange(LENGTH)) / FPS
        beat, beat_s = count_beats(times, stretch.beats, stretch.downbeats)
        beats[row] = beat_features(beat, beat_s)
        clock = Clock(beat, loudness(stretch.music)[start : start + LENGTH], beat_s)
        shape = shapes[which[row]]
        chosen = rng.integers(len(asks), size=2)
        own = [_perform(asks[k], shape, clock, rng, stretch, start) for k in chosen]
        if rng.random() < SWITCHED:
            at = int(rng.integers(PATCH * 3, LENGTH - PATCH * 3)) // PATCH * PATCH
            share = smoothstep((np.arange(LENGTH) - at) / (_BLEND_S * FPS))[:, None]
            states[row] = (1 - share) * own[0] + share * own[1]
            text[row] = np.where(np.arange(LENGTH // PATCH) * PATCH < at, chosen[0], chosen[1])
        else:
            states[row], text[row] = own[0], chosen[0]
        if rng.random() < WORDLESS:
            text[row] = -1
    text = np.where((text >= 0) & np.array([bool(s) for s in said])[np.maximum(text, 0)], text, -1)
    vectors, columns = (np.stack([of(shape) for shape in shapes]) for of in (shape_vector, columns_of))
    return Pieces(
        states, vectors, which, np.clip(music, -6e4, 6e4).astype(np.float16), where, starts, beats,
        texts.astype(np.float16), real, text, answers_of(asks), columns,
    )  # fmt: skip


def _perform(
    ask: Ask, shape: Shape, clock: Clock, rng: np.random.Generator, stretch: Stretch, start: int
) -> np.ndarray:  # fmt: skip
    dance = None
    if "dance" in (ask.move, ask.also) and stretch.motion is not None and rng.random() < 0.85:
        dance = muse_moves.from_dance(stretch.motion, shape)[start : start + LENGTH]
        if len(dance) < LENGTH:
            dance = None
    return muse_moves.perform(ask, shape, clock, rng, dance=dance) * columns_of(shape)


def columns_of(shape: Shape) -> np.ndarray:
    """(35,) float32 0 or 1: which columns of a state move this shape."""
    limbs = np.repeat(shape.present, 3)
    return np.concatenate([np.ones(STATE - len(limbs)), limbs]).astype(np.float32)


def answers_of(asks: Sequence[Ask]) -> dict[str, np.ndarray]:
    """What a reader should say of asks, by the names of ANSWERS."""
    made = {
        "move": [MOVES.index(ask.move) for ask in asks],
        "also": [MOVES.index(ask.also) + 1 if ask.also else 0 for ask in asks],
        "amplitude": [list(AMPLITUDES).index(ask.amplitude) for ask in asks],
        "tempo": [list(TEMPI).index(ask.tempo) for ask in asks],
        "side": [SIDES.index(ask.side) for ask in asks],
    }
    made = {name: made[name] for name in ANSWERS}
    return {name: np.array(values) for name, values in made.items()}
