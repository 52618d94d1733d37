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
from demos.duet.model import CLOSENESS, COARSE, FINE, Codec, Tokens
from demos.duet.representation import FPS, SPEED, STATES, mirrored, states_of
from demos.duet.timing import bent, bent_contacts, on_the_beat
from demos.motion.contacts import runs
from demos.motion.motion import Motion
from demos.runtime.errors import InputError

CROP = 64
"""Frames that the codec sees at once in training: about 2 s."""
PACES = (0.8, 1.25)
"""How much slower or faster than they danced some crops are seen."""
REAL = 0.15
"""Share of the crops that are of real couples, of whom there is little."""
_REACH = int(CROP * PACES[1]) + 2
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


def corpus_couples(
    corpus: Path | str, split: str, *, mirror: bool = False, timed: bool = False
) -> Iterator[DancedCouple]:
    """The couples of a split, whole; with `mirror` each followed by its mirror image; with `timed` brought onto the
    beat, beside which their makers were made to dance a little.

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
        times = on_the_beat(motions, beats) if timed else None
        if times is not None:
            motions = (bent(motions[0], times), bent(motions[1], times))
            contacts = (bent_contacts(contacts[0], times, FPS), bent_contacts(contacts[1], times, FPS))
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
        made = [danced.states for danced in corpus_couples(corpus, split, mirror=True, timed=True)]
        real: list[np.ndarray] = []
        for _, lead, follow in real_couples(data, [split]) if data is not None else ():
            real += [states_of(lead, follow), states_of(*mirrored(lead, follow))]
        kinds = [[states for states in kind if len(states) >= _REACH] for kind in (made, real)]
        if not kinds[0]:
            raise InputError(
                f"The corpus {Path(corpus).name} has no couples of {_REACH / FPS:.1f} s; build a larger size."
            )
        self._fill(kinds)

    def _fill(self, kinds: Sequence[Sequence[np.ndarray]]) -> None:
        """Take dances, made and real, and note from which of their frames crops may begin."""
        self.states = torch.from_numpy(np.concatenate([states for kind in kinds for states in kind]))
        self._first, begun = [], 0
        for kind in kinds:
            firsts = []
            for states in kind:
                firsts.append(np.arange(begun, begun + len(states) - _REACH + 1))
                begun += len(states)
            self._first.append(np.concatenate(firsts) if firsts else np.zeros(0, int))

    def to(self, device: torch.device) -> Crops:
        """With its states where they are wanted."""
        self.states = self.states.to(device)
        return self

    def batch(self, size: int, rng: np.random.Generator) -> Tensor:
        """(size, CROP, 308) plain states from anywhere, a share of them real, half of them danced faster or slower."""
        kinds = rng.random(size) < (REAL if len(self._first[1]) else 0.0)
        first = np.where(kinds, *(rng.choice(part, size) if len(part) else 0 for part in self._first[::-1]))
        pace = np.where(rng.random(size) < 0.5, 1.0, rng.uniform(*PACES, size)).astype(np.float32)
        places = np.arange(CROP, dtype=np.float32) * pace[:, None]  # at most _REACH - 2
        whole = np.minimum(places.astype(int), _REACH - 2)
        share, below = (
            torch.from_numpy(part).to(self.states.device)
            for part in (np.float32(places - whole), first[:, None] + whole)
        )
        crops = torch.lerp(self.states[below], self.states[below + 1], share[..., None])
        for dancer in STATES:
            crops[..., dancer][..., SPEED] *= torch.from_numpy(pace).to(crops.device)[:, None, None]
        return crops


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
        coarse, fine, music, told, first = [], [], [], [], []
        begun = 0
        for danced in corpus_couples(corpus, split, mirror=True, timed=True):
            for shift in SHIFTS:
                frames = (len(danced.states) - shift) // COARSE * COARSE
                if frames < WINDOW:
                    continue
                tokens = tokenise(codec, danced.states[shift : shift + frames])
                count = frames // COARSE
                coarse.append(tokens.coarse[0].short())
                fine.append(tokens.fine[0].short())
                music.append(torch.from_numpy(danced.music[shift : shift + frames]).half())
                told.append(torch.tensor([danced.style, danced.closeness]).expand(count, 2))
                first.append(np.arange(begun, begun + count - WINDOW // COARSE + 1))
                begun += count
        if not coarse:
            raise InputError(
                f"The corpus {Path(corpus).name} has no couples of {WINDOW / FPS:g} s; build a larger size."
            )
        device = codec.normalise.mean.device
        self._first = np.concatenate(first)
        self._told = torch.cat(told).to(device)
        self._coarse = torch.cat(coarse).to(device)
        self._fine = torch.cat(fine).to(device).unflatten(0, (-1, COARSE // FINE))
        self._music = torch.cat(music).to(device).unflatten(0, (-1, COARSE))

    def batch(self, size: int, rng: np.random.Generator) -> TokenBatch:
        """Windows from anywhere."""
        first = torch.from_numpy(rng.choice(self._first, size)).to(self._coarse.device)
        places = first[:, None] + torch.arange(WINDOW // COARSE, device=first.device)
        style, closeness = self._told[first].unbind(1)
        tokens = Tokens(self._coarse[places].long(), self._fine[places].flatten(1, 2).long())
        return TokenBatch(tokens, self._music[places].flatten(1, 2).float(), style, closeness)


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
