"""Finding dances: texts, songs and dances as unit vectors of one space, mixed with weights, and what a score is worth.

Everything here is plain inputs to arrays and frozen results; where the vectors are kept and searched is the store's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open

from demos.audio.features import AudioFeatures
from demos.motion import vector
from demos.motion.dance import Dance
from demos.nn import weight_files
from demos.retrieval.data import word_states
from demos.retrieval.model import Config, Retriever
from demos.runtime.caches import file_sha256, shared
from demos.runtime.errors import InputError
from demos.text.encoder import pad

NAME = "retrieval"
WINDOW, HOP = 12 * vector.FPS, 6 * vector.FPS
"""Frames of the clips that the network learnt from, and between the windows of a longer dance."""
SHORTEST = vector.FPS
"""Frames: what is shorter than a second cannot be placed."""
BANK = "bank"
"""The tensor beside the network's own: what texts about dance look like to the sentence encoder."""
_AT_ONCE = 32
_LARGEST = {"width": 2048, "depth": 16, "early": 8, "heads": 64, "embedding": 4096}


@dataclass(frozen=True, eq=False)
class Loaded:
    """A network ready to run, what its file says of it, and its bank (n, 384) of texts about dance, unit vectors."""

    network: Retriever
    facts: dict[str, Any]
    bank: np.ndarray
    sha256: str


@dataclass(frozen=True, eq=False)
class Parts:
    """Unit vectors (256,) of a dance: with its music (what is stored and searched), and of either alone."""

    whole: np.ndarray
    music: np.ndarray | None
    motion: np.ndarray


@dataclass(frozen=True)
class Shares:
    """How much of a score comes from the music and how much from the motion; they add up to 1."""

    music: float
    motion: float


def load(source: str | Path | None = None) -> Loaded:
    """The network with its weights; kept in memory by content.

    source : as weight_files.find. Raises InputError: not there, damaged, another kind of network.
    """
    return shared("retrieval networks", weight_files.Kept[Loaded]).get(weight_files.find(NAME, source), read)


def embed_text(texts: str | Sequence[str], *, loaded: Loaded | None = None) -> np.ndarray:
    """Searches -> (n, 256) unit vectors, one row for a single string. Long texts are cut (data.LONGEST).

    Raises InputError for a text without words.
    """
    texts = [texts] if isinstance(texts, str) else list(texts)
    if any(not re.search(r"\w", text) for text in texts):
        raise InputError("The search is empty: describe a dance, for example “fast salsa with lots of turns”.")
    network = (loaded or load()).network
    found = [np.zeros((0, network.config.embedding), np.float32)]
    for start in range(0, len(texts), _AT_ONCE):
        words, mask = pad(word_states(texts[start : start + _AT_ONCE]))
        with torch.inference_mode():
            found.append(network.encode_text(torch.from_numpy(words), torch.from_numpy(mask)).numpy())
    return np.concatenate(found)


def embed_dance(dance: Dance, features: AudioFeatures | None, *, loaded: Loaded | None = None) -> np.ndarray:
    """A dance, with the features of its song from the dance's beginning or None -> (256,) unit vector.

    Longer dances are the mean of their 12-s windows, couples of their dancers. Raises InputError under a second.
    """
    return embed_parts(dance, features, loaded=loaded).whole


def embed_parts(dance: Dance, features: AudioFeatures | None, *, loaded: Loaded | None = None) -> Parts:
    """`embed_dance`, with the vectors of its music alone and of its motion alone, for `shares`."""
    network = (loaded or load()).network
    frames = min(len(vectors) for vectors in (vector.encode(motion) for motion in dance.motions))
    heard = None if features is None else _of_length(features.values, frames)
    whole, music, motion = [], [], []
    with torch.inference_mode():
        for performer in dance.motions:
            moves = network.encode_motion(_windows(vector.encode(performer)[:frames], "dance"))
            motion.append(network.blend(None, moves))
            if heard is not None:
                song = network.encode_music(_windows(heard, "song"))
                music.append(network.blend(song, None))
                whole.append(network.blend(song, moves))
    alone = _mean(motion)
    return Parts(_mean(whole) if whole else alone, _mean(music) if music else None, alone)


def embed_song(features: AudioFeatures, *, loaded: Loaded | None = None) -> np.ndarray:
    """A song without a dance -> (256,) unit vector, near the dances that fit it. Raises InputError under a second."""
    network = (loaded or load()).network
    found = []
    windows = _windows(np.asarray(features.values, np.float32), "song")
    with torch.inference_mode():
        for start in range(0, len(windows), _AT_ONCE):
            found.append(network.blend(network.encode_music(windows[start : start + _AT_ONCE]), None))
    return _mean(found)


def combine(vectors: Sequence[np.ndarray], weights: Sequence[float] | None = None) -> np.ndarray:
    """Several wishes as one unit vector (256,): their weighted sum; a negative weight says "less of this".

    What is already in the other wishes is kept: only the part of an unwanted vector that they do not ask for counts
    against. Raises InputError when there is nothing to look for, or the wishes cancel each other.
    """
    weights = [1.0] * len(vectors) if weights is None else list(weights)
    if len(weights) != len(vectors) or not all(np.isfinite(weights)):
        raise InputError("Give each part of the search one weight, a plain number.")
    wanted = [weight * vector for vector, weight in zip(vectors, weights, strict=True) if weight > 0]
    if not wanted:
        raise InputError("Say what to look for, not only what to leave out: add a text, a song or a dance.")
    total = np.sum(wanted, axis=0).astype(np.float32)
    if np.linalg.norm(total) < 1e-4:
        raise InputError("The parts of this search cancel each other: give one of them more weight.")
    aim = total / np.linalg.norm(total)
    for unwanted, weight in zip(vectors, weights, strict=True):
        if weight < 0:
            apart = unwanted - (unwanted @ aim) * aim
            total = total + weight * apart
    return total / np.linalg.norm(total)


def confidence(
    score: float | np.ndarray, *, rise: float | np.ndarray = 0.0, odds: float = 0.0, loaded: Loaded | None = None
) -> Any:
    """A product of unit vectors -> 0..1, how likely the clip is everything the search says; same shape as given.

    rise : how far the score stands out among those of the library, in standard deviations. odds : logarithm of the
    share of clips that would be all of it by chance (`Understanding.odds`).
    Calibrated on the validation split (Platt's logistic fit), so of clips shown with 0.7 about seven in ten are.
    """
    of_score, of_rise, of_odds, offset = (loaded or load()).facts["calibration"]
    weighed = of_score * np.asarray(score, np.float64) + of_rise * np.asarray(rise, np.float64) + of_odds * odds
    return 1 / (1 + np.exp(-(weighed + offset)))


def shares(query: np.ndarray, parts: Parts) -> Shares:
    """What music and motion give to the score of a query (256,) and a dance: how well either alone answers it.

    Scores at or below zero count as nothing; where neither says anything the parts are even.
    """
    if parts.music is None:
        return Shares(0.0, 1.0)
    heard, seen = max(0.0, float(query @ parts.music)), max(0.0, float(query @ parts.motion))
    if heard + seen <= 1e-6:
        return Shares(0.5, 0.5)
    return Shares(heard / (heard + seen), seen / (heard + seen))


def _of_length(values: np.ndarray, frames: int) -> np.ndarray:
    """Song features cut, or their last frame repeated, to a dance's frames."""
    values = np.asarray(values, np.float32)[:frames]
    if not len(values):
        raise InputError("The song is too short for this dance: it has no sound while the dance lasts.")
    return np.pad(values, ((0, frames - len(values)), (0, 0)), mode="edge")


def _windows(values: np.ndarray, what: str) -> torch.Tensor:
    """(frames, width) -> (n, frames of a window, width): whole windows every HOP, the last one at the end."""
    if len(values) < SHORTEST:
        raise InputError(f"The {what} is {len(values) / vector.FPS:.1f} s long: a second or more is needed.")
    last = max(0, len(values) - WINDOW)
    starts = sorted({*range(0, last + 1, HOP), last})
    return torch.from_numpy(np.stack([values[start : start + WINDOW] for start in starts]))


def _mean(found: Sequence[torch.Tensor]) -> np.ndarray:
    mean = torch.cat(list(found)).mean(0)
    return torch.nn.functional.normalize(mean, dim=0).numpy()


def read(path: Path) -> Loaded:
    """Read a weights file. Raises InputError when it is damaged or holds another network."""
    try:
        with safe_open(str(path), framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise InputError(f'The weights "{path.name}" are damaged: get the file again.') from error
    try:
        config = Config(**json.loads(header["config"]))
        if any(not 1 <= getattr(config, name) <= most for name, most in _LARGEST.items()):
            raise ValueError("sizes out of range")
        facts, bank = json.loads(header["facts"]), tensors.pop(BANK).numpy()
        network = Retriever(config)
        network.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f'"{path.name}" holds no retrieval network of this suite: train one, or name another file.'
        ) from error
    return Loaded(network.eval().requires_grad_(False), facts, bank, file_sha256(path))
