"""Tokens found and made into motion: windows that share known tokens, guidance, steps over the floor that fit the feet.

Plain arrays in and out: states are (frames, 308) of demos.duet.representation, music (frames, 39), at 30 fps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.linalg import solveh_banded
from torch import Tensor

from demos.duet import losses as goals
from demos.duet.data import WINDOW
from demos.duet.model import COARSE, FINE, Duet, Tokens
from demos.duet.representation import (
    HEIGHT,
    SPEED,
    STATE,
    STATES,
    STREAMS,
    Stage,
    columns_of,
    headings,
    motions_of,
    placed,
    walked,
)
from demos.motion import rotations
from demos.motion.motion import Motion
from demos.motion.vector import FPS
from demos.nn.masked import HIDDEN, fill

OVERLAP = 64
"""Frames whose tokens a window takes over from the one before it: about 2 s."""
STEPS = (12, 8)
"""Of finding the coarse and the fine tokens (DuetGen: 20; more than these changed nothing to see)."""
FEET_TRUST = 6.0
"""How much the follow's own steps count against where the relation puts it, for speeds over a tenth of a second."""
OnStep = Callable[[int, int], None]


@dataclass(frozen=True)
class Choices:
    """What tokens are found with. style, closeness : 0 for none, else index + 1 of STYLES, CLOSENESS.

    guidance : how much more than chance the music counts; 1 takes it as it is. top_k : likeliest codes drawn from.
    """

    style: int = 0
    closeness: int = 0
    seed: int = 0
    steps: tuple[int, int] = STEPS
    guidance: float = 2.0
    top_k: int = 12
    temperature: float = 2.0


def known_tokens(network: Duet, states: np.ndarray | None, frames: int) -> Tokens:
    """Tokens of a dance that is known, or all hidden ones -> of one row, enough for `frames`."""
    count = -(-frames // COARSE)
    if states is None:
        hidden = torch.full((1, count, len(STREAMS)), HIDDEN)
        return Tokens(hidden, hidden.repeat(1, 2, network.config.depth))
    with torch.inference_mode():
        whole = np.concatenate([states, np.repeat(states[-1:], count * COARSE - len(states), axis=0)])
        device = network.codec.normalise.mean.device
        tokens = network.codec.encode(network.codec.normalise(torch.from_numpy(whole)[None].to(device)))
        return Tokens(tokens.coarse.cpu(), tokens.fine.cpu())


def hide(tokens: Tokens, start: int, stop: int, streams: tuple[int, ...]) -> Tokens:
    """With what touches the frames start to stop (excluded) of some streams hidden."""
    coarse, fine = tokens.coarse.clone(), tokens.fine.clone()
    for part, frames in ((coarse, COARSE), (fine, FINE)):
        part[:, start // frames : -(-stop // frames), columns_of(streams, part.shape[2])] = HIDDEN
    return Tokens(coarse, fine)


def find_tokens(
    network: Duet, tokens: Tokens, music: np.ndarray, choices: Choices, *, on_step: OnStep | None = None
) -> Tokens:
    """The hidden tokens found. Parameters as in `grow_tokens`."""
    *_, (found, _) = grow_tokens(network, tokens, music, choices, on_step=on_step)
    return found


def grow_tokens(
    network: Duet, tokens: Tokens, music: np.ndarray, choices: Choices, *, on_step: OnStep | None = None
) -> Iterator[tuple[Tokens, int]]:
    """The hidden tokens found window by window of 8 s, those of a window being known to the next.

    tokens : one row. music : (frames, 39), at least as long as the tokens, or its end is held.
    Yields all tokens and how many frames from the beginning are found; the last time that is all of them.
    """
    count = tokens.coarse.shape[1]
    size, hop = WINDOW // COARSE, (WINDOW - OVERLAP) // COARSE
    windows = 1 + max(0, -(-(count - size) // hop))
    starts = [round(place) for place in np.linspace(0, max(0, count - size), windows)]
    generator = torch.Generator().manual_seed(choices.seed)
    heard = np.concatenate([music, np.repeat(music[-1:], max(0, count * COARSE - len(music)), axis=0)])
    steps = (choices.steps[0], sum(_fine_steps(network, choices)))
    total = len(starts) * sum(steps)
    coarse, fine = tokens.coarse.clone(), tokens.fine.clone()
    for number, start in enumerate(starts):
        stop = min(start + size, count)
        done = number * sum(steps)
        heard_here = torch.from_numpy(heard[start * COARSE : stop * COARSE])[None].float()
        tell = None if on_step is None else (lambda step, _, done=done: on_step(done + step, total))
        coarse[:, start:stop] = _window(
            network, "coarse", coarse[:, start:stop], heard_here, None, choices, generator, tell
        )  # fmt: skip
        done += steps[0]
        tell = None if on_step is None else (lambda step, _, done=done: on_step(done + step, total))
        fine[:, 2 * start : 2 * stop] = _window(
            network, "fine", fine[:, 2 * start : 2 * stop], heard_here, coarse[:, start:stop], choices, generator, tell
        )  # fmt: skip
        if on_step is not None and stop == count:
            on_step(total, total)
        yield Tokens(coarse, fine), stop * COARSE


@torch.inference_mode()
def _window(
    network: Duet, level: str, tokens: Tensor, music: Tensor, coarse: Tensor | None, choices: Choices,
    generator: torch.Generator, on_step: OnStep | None,
) -> Tensor:  # fmt: skip
    if not (tokens == HIDDEN).any():
        return tokens
    filler = network.fine if level == "fine" else network.coarse
    device = network.codec.normalise.mean.device
    rows = 1 if choices.guidance == 1 else 2  # with what is told, and without
    hears = torch.tensor([1.0, 0.0][:rows], device=device)
    style, closeness = (torch.full((rows,), told, device=device) for told in (choices.style, choices.closeness))
    heard = music.to(device).expand(rows, -1, -1)
    above = None if coarse is None else coarse.to(device).expand(rows, -1, -1)

    def logits(known: Tensor, depth: int = 0) -> Tensor:
        found = filler(known.expand(rows, -1, -1), heard, style, closeness, hears, network.codec, above, depth)
        return found[:1] if rows == 1 else found[1:] + choices.guidance * (found[:1] - found[1:])

    # Details follow from what is above them: there chance only makes noise.
    tokens = tokens.to(device)
    if level == "coarse":
        return fill(
            logits, tokens, steps=choices.steps[0], generator=generator, top_k=choices.top_k,
            temperature=choices.temperature, on_step=on_step,
        ).cpu()  # fmt: skip
    count, done = len(STREAMS), 0
    for depth, steps in enumerate(_fine_steps(network, choices)):
        here = slice(depth * count, (depth + 1) * count)

        def deeper(known: Tensor, here: slice = here, depth: int = depth) -> Tensor:
            return logits(torch.cat([tokens[..., : here.start], known, tokens[..., here.stop :]], dim=-1), depth)

        tokens[..., here] = fill(
            deeper, tokens[..., here], steps=steps, generator=generator,
            top_k=max(1, choices.top_k // 2 ** (depth + 1)),
            temperature=choices.temperature / 2 ** (depth + 1),
            on_step=None if on_step is None else (lambda step, total, done=done: on_step(done + step, total)),
        )  # fmt: skip
        done += steps
    return tokens.cpu()


def _fine_steps(network: Duet, choices: Choices) -> list[int]:
    """Of finding the fine tokens, depth by depth: the deeper, the less is left to choose."""
    return [max(1, choices.steps[1] // 2**depth) for depth in range(network.config.depth)]


@torch.inference_mode()
def states_from(network: Duet, tokens: Tokens, frames: int) -> np.ndarray:
    """The couple of the first tokens (one row) -> plain (frames, 308), speeds told by the feet."""
    codec, count = network.codec, -(-frames // COARSE)
    tokens = Tokens(tokens.coarse[:, :count], tokens.fine[:, : 2 * count])
    device = codec.normalise.mean.device
    plain = codec.normalise.inverse(codec.decode(Tokens(tokens.coarse.to(device), tokens.fine.to(device))))
    feet, _ = goals.trajectory_inputs(plain)
    speeds = network.trajectory(feet)
    states = plain[0].cpu().numpy()[:frames]
    for dancer, told in zip(STATES, speeds.cpu().numpy(), strict=True):
        states[:, dancer][:, SPEED] = told[:frames]
        states[:, dancer][:, :4] = states[:, dancer][:, :4].clip(0, 1)
    return np.ascontiguousarray(states, np.float32)


def place(
    states: np.ndarray,
    stage: Stage | None = None,
    *,
    lead: Motion | None = None,
    interaction: bool = True,
    follow_stage: Stage | None = None,
) -> tuple[Motion, Motion]:
    """The couple of states in the world.

    The lead walks on from the stage by its speeds, or is the motion given. The follow goes between two wishes: to be
    where the relation says, which keeps it with its partner, and to step as its own feet do, which keeps those from
    sliding. Without interaction (the ablation) it walks alone from follow_stage.
    """
    states = np.asarray(states, np.float64)
    lead = lead or walked(states[:, STATES[0]], stage or Stage())
    own = states[:, STATES[1]]
    if not interaction:
        return lead, walked(own, follow_stage or Stage(np.pi, 0.0, 0.8))
    _, bound = motions_of(states, lead=lead)
    faces = np.unwrap(headings(rotations.rotvec_to_matrix(bound.poses[:, 0])))
    faces = _between(faces[:, None], own[1:, 151:152] / FPS)[:, 0]
    steps = np.stack([own[:, 149], np.zeros(len(own)), own[:, 150]], axis=1) / FPS
    way = (rotations.yaw(faces[:-1]) @ steps[1:, :, None])[..., 0]
    root = _between(bound.translation.astype(np.float64), way)
    root[:, 1] = own[:, HEIGHT]
    return lead, placed(own, root, faces)


def _between(places: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """The least-squares path (frames, axes) near places whose differences are near steps (frames - 1, axes)."""
    count = len(places)
    if count < 2:
        return places.copy()
    trust = (FEET_TRUST * FPS / 10) ** 2
    band = np.zeros((2, count))
    band[1] = 1.0
    band[1, :-1] += trust
    band[1, 1:] += trust
    band[0, 1:] = -trust
    right = places.copy()
    right[1:] += trust * steps
    right[:-1] -= trust * steps
    return solveh_banded(band, right)


def empty_states(frames: int) -> np.ndarray:
    """(frames, 308) of nobody: a place to put known dancers into."""
    return np.zeros((frames, STATE), np.float32)
