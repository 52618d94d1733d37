"""Training batches: couples of a corpus with their music, real ones without, and the tokens of whole dances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from demos.audio.conditions import music_condition
from demos.corpus.phrases import Clip, load_clips
from demos.corpus.shards import Shard, Shards, shard_folder
from demos.corpus.splits import split_trials
from demos.corpus.styles import STYLE_NAMES
from demos.duet.model import CLOSENESS, COARSE, Codec, Tokens
from demos.duet.representation import FPS, STATE, mirrored, states_of
from demos.motion.contacts import runs
from demos.motion.motion import Motion
from demos.runtime.errors import InputError

CROP = 64
"""Frames that the codec sees at once in training: about 2 s."""
WINDOW = 240
"""Frames of the windows that the transformers fill: 8 s."""
SHIFTS = (0, 3, 6)
"""First frames at which dances are cut into tokens for the transformers, so that cuts fall anywhere in a beat."""
_MIRRORED_FEET = (1, 0, 3, 2)


@dataclass(frozen=True, eq=False)
class DancedCouple:
    """One couple's dance. states (frames, 308), music (frames, 39); style, closeness: 0 for none, else index + 1.

    motions : lead and follow at 30 fps. beats, downbeats : seconds. name : where it comes from.
    """

    name: str
    states: np.ndarray
    music: np.ndarray
    style: int
    closeness: int
    motions: tuple[Motion, Motion]
    beats: np.ndarray
    downbeats: np.ndarray
    values: np.ndarray


def corpus_couples(corpus: Path | str, split: str, *, mirror: bool = False) -> Iterator[DancedCouple]:
    """The couples of a split, whole; with `mirror` each followed by its mirror image.

    Raises InputError where the corpus has no duets.
    """
    items = Shards(corpus, "duets", split)
    dances: dict[str, list[dict]] = {}
    for index in range(len(items)):
        facts = items.facts(index)
        dances.setdefault(facts["id"].rpartition("/")[0], []).append(facts)
    for name, windows in dances.items():
        shard = Shard(shard_folder(items.folder, "duets", split, int(name.split("/")[2])))
        first, last = windows[0]["views"], windows[-1]["views"]
        views = [[*first[role][:2], last[role][2]] for role in ("lead", "follow")]
        motions = (shard.motion(views[0]), shard.motion(views[1]))
        contacts = (shard.rows(views[0])[:, :4] > 0.5, shard.rows(views[1])[:, :4] > 0.5)
        values = shard.rows([*first["music"][:2], last["music"][2]])
        beats, downbeats = (_joined(windows, grid) for grid in ("beats", "downbeats"))
        music = music_condition(values, beats, downbeats, len(motions[0]))
        style = windows[0]["style"]
        told = STYLE_NAMES.index(style) + 1 if style in STYLE_NAMES else 0
        closeness = CLOSENESS.index(windows[0]["closeness"]) + 1
        for image in (False, True)[: 1 + mirror]:
            pair, standing = (mirrored(*motions), _swapped(contacts)) if image else (motions, contacts)
            states = states_of(*pair, standing)
            yield DancedCouple(name, states, music, told, closeness, pair, beats, downbeats, values)


def real_couples(data: Path | str, splits: Sequence[str]) -> Iterator[tuple[str, Motion, Motion]]:
    """Captured couples of some splits, from where they begin to dance to where they end, whole.

    Yields (trial, lead, follow), stretches of at least CROP frames at 30 fps, feet locked.
    """
    clips = load_clips(data)
    parted = split_trials(clips)
    for clip in clips:
        if clip.role != "lead" or clip.partner is None or parted[clip.trial] not in splits:
            continue
        for start, stop in runs(_danced(clip)):
            if stop - start >= CROP:
                yield clip.trial, clip.motion.slice(start, stop), clip.partner.slice(start, stop)


class Crops:
    """States of couples for the codec: those of a corpus's split and, where given, the real ones; mirrored too."""

    def __init__(self, corpus: Path | str, split: str = "train", *, data: Path | str | None = None) -> None:
        self.dances = [danced.states for danced in corpus_couples(corpus, split, mirror=True)]
        if data is not None:
            for _, lead, follow in real_couples(data, [split]):
                self.dances += [states_of(lead, follow), states_of(*mirrored(lead, follow))]
        self.dances = [states for states in self.dances if len(states) >= CROP]
        if not self.dances:
            raise InputError(f"The corpus {Path(corpus).name} has no couples of {CROP / FPS:g} s; build a larger size.")

    def batch(self, size: int, rng: np.random.Generator) -> Tensor:
        """(size, CROP, 308) plain states from anywhere."""
        lengths = np.array([len(states) - CROP + 1 for states in self.dances], float)
        crops = np.empty((size, CROP, STATE), np.float32)
        for row, index in enumerate(rng.choice(len(self.dances), size, p=lengths / lengths.sum())):
            start = int(rng.integers(lengths[index]))
            crops[row] = self.dances[index][start : start + CROP]
        return torch.from_numpy(crops)


@dataclass(frozen=True)
class TokenBatch:
    """tokens of WINDOW frames, music (batch, WINDOW, 39), style and closeness (batch,) long."""

    tokens: Tokens
    music: Tensor
    style: Tensor
    closeness: Tensor


class TokenDances:
    """Dances of a corpus as tokens of a codec, with their music."""

    def __init__(self, corpus: Path | str, codec: Codec, split: str = "train") -> None:
        self._coarse: list[Tensor] = []
        self._fine: list[Tensor] = []
        self._music: list[Tensor] = []
        self._told: list[tuple[int, int]] = []
        for danced in corpus_couples(corpus, split, mirror=True):
            for shift in SHIFTS:
                frames = (len(danced.states) - shift) // COARSE * COARSE
                if frames < WINDOW:
                    continue
                tokens = tokenise(codec, danced.states[shift : shift + frames])
                self._coarse.append(tokens.coarse[0].short())
                self._fine.append(tokens.fine[0].short())
                self._music.append(torch.from_numpy(danced.music[shift : shift + frames]))
                self._told.append((danced.style, danced.closeness))
        if not self._coarse:
            raise InputError(
                f"The corpus {Path(corpus).name} has no couples of {WINDOW / FPS:g} s; build a larger size."
            )

    def batch(self, size: int, rng: np.random.Generator) -> TokenBatch:
        """Windows from anywhere."""
        count = WINDOW // COARSE
        places = np.array([len(coarse) - count + 1 for coarse in self._coarse], float)
        coarse, fine, music, told = [], [], [], []
        for index in rng.choice(len(places), size, p=places / places.sum()):
            start = int(rng.integers(places[index]))
            coarse.append(self._coarse[index][start : start + count])
            fine.append(self._fine[index][2 * start : 2 * (start + count)])
            music.append(self._music[index][COARSE * start : COARSE * start + WINDOW])
            told.append(self._told[index])
        style, closeness = torch.tensor(told).unbind(1)
        tokens = Tokens(torch.stack(coarse).long(), torch.stack(fine).long())
        return TokenBatch(tokens, torch.stack(music), style, closeness)


@torch.no_grad()
def tokenise(codec: Codec, states: np.ndarray) -> Tokens:
    """(frames, 308) plain states, frames a multiple of 8 -> the tokens of a batch of one."""
    device = codec.normalise.mean.device
    return codec.encode(codec.normalise(torch.from_numpy(np.asarray(states, np.float32))[None].to(device)))


def _joined(windows: Sequence[dict], grid: str) -> np.ndarray:
    """The beats of overlapping windows on the dance's clock."""
    times = np.concatenate([np.array(window[grid]) + window["start"] / FPS for window in windows])
    times = np.unique(np.round(times, 2))
    return times[np.diff(times, prepend=-1.0) > 0.1] if len(times) else times


def _danced(clip: Clip) -> np.ndarray:
    """(frames,) bool: dancing, not standing about before or after."""
    dancing = np.flatnonzero(clip.usable)
    inside = np.zeros(len(clip.motion), bool)
    if len(dancing):
        inside[dancing[0] : dancing[-1] + 1] = True
    return inside


def _swapped(contacts: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return contacts[0][:, _MIRRORED_FEET], contacts[1][:, _MIRRORED_FEET]
