"""From conditions to motion: windows that go on from one another, guidance, changes that stay where they belong.

Plain arrays in and out: motions are (frames, 151) float32 vectors at 30 fps in world metres.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from demos.corpus.styles import STYLE_NAMES
from demos.editing.conditions import CYCLIC, ONCE, change_mask, columns_of_parts, edit_condition
from demos.editing.data import WINDOW
from demos.editing.model import Editor, Predictor, token_frames
from demos.motion.vector import CONTACTS, ROTATIONS, WIDTH
from demos.nn.diffusion import sample
from demos.nn.kinematics import Ground, canonical, ground_below, placed, sixd_to_matrix
from demos.runtime.errors import InputError

OVERLAP = 60
"""Frames that a window takes over from the one before it: 2 s, as much as is ever given in training."""
EDIT_OVERLAP = 60
"""Frames over which neighbouring windows of an edit are mixed."""
GUIDANCE = 2.5
"""How much more the music counts than chance, unless asked for otherwise: both FIDs to real dances are lower than with
1.5 (evaluate_prediction, six songs)."""
OnStep = Callable[[int, int], None]


def predict(
    network: Predictor,
    music: np.ndarray,
    *,
    style: str | None = None,
    seed: int = 0,
    steps: int = 10,
    guidance: float = GUIDANCE,
    start: np.ndarray | None = None,
    on_step: OnStep | None = None,
) -> Iterator[np.ndarray]:
    """A dance to music, window by window: yields consecutive stretches that make up as many frames as the music has.

    music : (frames, 39) of conditions.music_condition. style : one of STYLE_NAMES, None to choose from the music.
    guidance : how much more the conditions count than chance; 1 takes them as they are.
    start : (n, 151) frames to go on from, at least a few; they are not yielded again. on_step : (steps done, of all).

    Windows are 8 s long and share 2 s: those frames are given to the next window, which agrees with them exactly.
    Raises InputError for an unknown style.
    """
    frames = len(music)
    past = None if start is None or not len(start) else np.asarray(start, np.float32)[-OVERLAP:]
    fresh = _fresh(frames, 0 if past is None else len(past))
    generator = torch.Generator().manual_seed(seed)
    made = 0
    for window, count in enumerate(fresh):
        known = 0 if past is None else len(past)
        heard = music[max(made - known, 0) : made + count]
        heard = np.concatenate([np.repeat(heard[:1], known + count - len(heard), axis=0), heard])
        motion = _predict_window(
            network, heard, past, _style_index(style), generator, steps, guidance,
            _part_of(on_step, window, len(fresh)),
        )  # fmt: skip
        new = motion[known:]
        past = (new if past is None else np.concatenate([past, new]))[-OVERLAP:]
        made += count
        yield new


def _fresh(frames: int, known: int) -> list[int]:
    """How many new frames each window makes."""
    counts = []
    while frames > 0:
        counts.append(min(frames, WINDOW - known))
        frames -= counts[-1]
        known = OVERLAP
    return counts


@torch.inference_mode()
def _predict_window(
    network: Predictor,
    music: np.ndarray,
    past: np.ndarray | None,
    style: int,
    generator: torch.Generator,
    steps: int,
    guidance: float,
    on_step: OnStep | None,
) -> np.ndarray:
    device = next(network.parameters()).device
    wanted = len(music)
    # Whole windows, so that the network sees the lengths it knows; what was not asked for is cut off again.
    frames = token_frames(max(wanted, WINDOW), network.config.patch)
    music = np.concatenate([music, np.repeat(music[-1:], frames - wanted, axis=0)])
    known = torch.zeros(1, frames, WIDTH)
    given = torch.zeros(1, frames, 1)
    if past is not None:
        reference = torch.from_numpy(past)[None]
        known[:, : len(past)] = network.normalise(canonical(reference, reference).to(device)).cpu()
        given[:, : len(past)] = 1
    # Two rows: with the conditions and without.
    rows = 1 if guidance == 1 else 2
    heard = torch.from_numpy(music)[None].expand(rows, -1, -1).to(device)
    hears = torch.tensor([1.0, 0.0][:rows], device=device)
    styles = torch.tensor([style, 0][:rows], device=device)
    known, given = known.to(device).expand(rows, -1, -1), given.to(device).expand(rows, -1, -1)

    def denoise(noisy: Tensor, step: Tensor) -> Tensor:
        clean = network(noisy.expand(rows, -1, -1), step.expand(rows), heard, styles, known, given, hears)
        return clean[:1] if rows == 1 else clean[1:] + guidance * (clean[:1] - clean[1:])

    noise = torch.randn(1, frames, WIDTH, generator=generator).to(device)
    clean = network.normalise.inverse(sample(denoise, noise, steps=steps, on_step=on_step)).float().cpu()
    if past is not None:
        clean = placed(clean, torch.from_numpy(past)[None])
        clean[:, : len(past)] = torch.from_numpy(past)
    return _upright(clean[0, :wanted].numpy())


def edit(
    network: Editor,
    before: np.ndarray,
    music: np.ndarray,
    embedding: np.ndarray,
    *,
    start: int,
    stop: int,
    parts: frozenset[str],
    blend: int = 12,
    strength: float = 0.85,
    seed: int = 0,
    steps: int = 10,
    text_guidance: float = 1.0,
    source_guidance: float = 1.0,
    kind: str = "",
    on_step: OnStep | None = None,
) -> np.ndarray:
    """The dance changed as an instruction asks -> (frames, 151).

    before : (frames, 151). music : (frames, 39). embedding : (128,) of the instruction. start, stop : frames (excluded)
    it is about. parts : the plain parts that may change. blend : frames on either side over which the change comes and
    goes; further out, and in all other parts, the result is bit-equal to `before`. strength : 0 .. 1.
    text_guidance, source_guidance : how much more than chance the words, the dance before count; 1 takes them as they
    are (InstructPix2Pix eq. 3). kind : of the edit, where it is known: some are
    carried out otherwise over long stretches (conditions.CYCLIC, ONCE). Raises ValueError for arrays that do not fit.
    """
    frames = len(before)
    if before.shape != (frames, WIDTH) or len(music) != frames:
        raise ValueError(f"before is {before.shape} and music {music.shape}: both need the same frames")
    if kind in ONCE:
        stop = min(stop, start + WINDOW - 2 * blend)
    if kind in CYCLIC and (count := math.ceil((stop - start + 2 * blend) / WINDOW)) > 1:
        made, edges = [], np.linspace(start, stop, count + 1).round().astype(int)
        for piece, (begin, end) in enumerate(pairwise(edges)):
            first, last = begin if piece else 0, end if piece < count - 1 else frames
            made.append(
                edit(
                    network, before[first:last], music[first:last], embedding, start=begin - first, stop=end - first,
                    parts=parts, blend=blend, strength=strength, seed=seed, steps=steps, text_guidance=text_guidance,
                    source_guidance=source_guidance, on_step=_part_of(on_step, piece, count),
                )
            )  # fmt: skip
        return np.concatenate(made)
    mask = change_mask(frames, start, stop, parts, blend=blend)
    touched = np.flatnonzero(mask.any(axis=1))
    if not len(touched):
        return before.copy()
    where = edit_condition(mask, music, before, start, stop)
    windows = _edit_windows(int(touched[0]), int(touched[-1]) + 1, frames)
    generator = torch.Generator().manual_seed(seed)
    total, weight = np.zeros((frames, WIDTH), np.float64), np.zeros((frames, 1))
    for number, (first, last) in enumerate(windows):
        place = slice(first, last)
        made = _edit_window(
            network, before[place], music[place], np.append(embedding, strength).astype(np.float32), where[place],
            generator, steps, text_guidance, source_guidance,
            _part_of(on_step, number, len(windows)),
        )  # fmt: skip
        share = _hat(first, last, frames)
        total[place] += made * share
        weight[place] += share
    made = _upright((total / np.maximum(weight, 1e-9)).astype(np.float32))
    free = (mask @ columns_of_parts().astype(np.float32)) > 0
    return np.where(free, made, before).astype(np.float32)


def _part_of(on_step: OnStep | None, number: int, count: int) -> OnStep | None:
    """Steps of one of several equal pieces of work, told as steps of all."""
    return None if on_step is None else lambda done, of: on_step(number * of + done, count * of)


def _edit_windows(first: int, last: int, frames: int) -> list[tuple[int, int]]:
    """Windows that cover frames first to last, each with as much of the dance around as there is."""
    if frames <= WINDOW:
        return [(0, frames)]
    spare = WINDOW - (last - first)
    if spare >= 0:
        begin = int(np.clip(first - spare // 2, 0, frames - WINDOW))
        return [(begin, begin + WINDOW)]
    starts = [*range(first, last - WINDOW, WINDOW - EDIT_OVERLAP), last - WINDOW]
    return [(start, start + WINDOW) for start in starts]


def _hat(first: int, last: int, frames: int) -> np.ndarray:
    """(last - first, 1): how much a window counts in its mean with its neighbours."""
    time = np.arange(last - first)
    rise = np.ones(last - first) if first == 0 else (time + 1) / (EDIT_OVERLAP + 1)
    fall = np.ones(last - first) if last == frames else (last - first - time) / (EDIT_OVERLAP + 1)
    return np.clip(np.minimum(rise, fall), 1e-3, 1.0)[:, None]


@torch.inference_mode()
def _edit_window(
    network: Editor,
    before: np.ndarray,
    music: np.ndarray,
    instruction: np.ndarray,
    where: np.ndarray,
    generator: torch.Generator,
    steps: int,
    text_guidance: float,
    source_guidance: float,
    on_step: OnStep | None,
) -> np.ndarray:
    device = next(network.parameters()).device
    wanted = len(before)
    frames = token_frames(wanted, network.config.patch)
    before, music, where = (
        np.concatenate([part, np.repeat(part[-1:], frames - wanted, axis=0)]) for part in (before, music, where)
    )
    source = torch.from_numpy(np.ascontiguousarray(before))[None]
    was = canonical(source, source).to(device)
    below = ground_below(was)
    # Rows: neither words nor source, source alone, both.
    reads, sees = ([0.0, 0.0, 1.0], [0.0, 1.0, 1.0])
    plain = text_guidance == 1 and source_guidance == 1
    reads, sees = (part[2:] if plain else part for part in (reads, sees))
    rows = len(reads)
    heard, place, told = (
        torch.from_numpy(part)[None].to(device).expand(rows, *part.shape) for part in (music, where, instruction)
    )
    ground = Ground(*(part.expand(rows, *part.shape[1:]) for part in below))
    reading, seeing = torch.tensor(reads, device=device), torch.tensor(sees, device=device)

    def denoise(noisy: Tensor, step: Tensor) -> Tensor:
        clean = network(
            noisy.expand(rows, -1, -1), step.expand(rows), was.expand(rows, -1, -1), ground, heard, told, place,
            reading, seeing,
        )  # fmt: skip
        if not plain:
            neither, source_only, both = clean.split(1)
            clean = neither + source_guidance * (source_only - neither) + text_guidance * (both - source_only)
        return clean

    noise = torch.randn(1, frames, WIDTH, generator=generator).to(device)
    clean = network.shown(sample(denoise, noise, steps=steps, on_step=on_step), below).float().cpu()
    return placed(clean, source)[0, :wanted].numpy()


def _upright(vectors: np.ndarray) -> np.ndarray:
    """Vectors with true rotations and contacts of 0 or 1 to 1, as the readers of motions expect them."""
    matrices = sixd_to_matrix(torch.from_numpy(vectors[:, ROTATIONS]).reshape(len(vectors), 24, 6))
    matrices[torch.linalg.det(matrices) < 0.5] = torch.eye(3)  # no rotation at all, as untrained networks may say
    tidy = vectors.copy()
    tidy[:, ROTATIONS] = matrices[..., :2].transpose(-1, -2).reshape(len(vectors), -1).numpy()
    tidy[:, CONTACTS] = tidy[:, CONTACTS].clip(0, 1)
    return tidy


def _style_index(style: str | None) -> int:
    if style is None:
        return 0
    if style not in STYLE_NAMES:
        raise InputError(f'There is no dance style "{style}": choose from {", ".join(STYLE_NAMES)}, or none.')
    return STYLE_NAMES.index(style) + 1
