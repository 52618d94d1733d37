"""Tokens written to music, segment after segment, and made into states.

Plain arrays in and out: music (frames, 39), states (frames, 252), at 30 fps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from demos.video.pose_codec import PARTS, STEP
from demos.video.pose_model import (
    OVERLAP,
    PRIORS,
    SEGMENT,
    Cache,
    Told,
    XDancer,
    books_in_order,
    rounds,
    song_style,
    still,
)
from demos.video.pose_state import BONES

OnStep = Callable[[int, int], None]
STEADY_FRAMES = 1.0
"""Tokens were learnt from what detectors saw and tremble a little as those do: twice as much jerk as real dancers have
without this, three quarters of it with."""
_NEAR = 6
"""Steps to either side that a decoded frame is told by: four convolutions over steps, two over frames."""


@dataclass(frozen=True)
class Choices:
    """How codes are drawn.

    style : 0 for none, else index + 1 of STYLE_NAMES. temperature : 0 the likeliest. top_k : the codes drawn from.
    refining : temperature of the refining tokens as a share of that of the deciding ones, for they carry noise too.
    guidance : how much more than chance the music counts; 1 takes it as it is.
    """

    style: int = 0
    seed: int = 0
    temperature: float = 0.9
    top_k: int = 40
    refining: float = 0.5
    guidance: float = 1.5


@torch.inference_mode()
def write(
    network: XDancer,
    music: np.ndarray,
    values: np.ndarray,
    start: np.ndarray | None,
    choices: Choices,
    *,
    on_step: OnStep | None = None,
) -> Tensor:
    """Tokens (1, steps, 5, levels) of a dance.

    music : (frames, 39), what is danced to. values : (n, 35) features of the whole song. start : (252,) plain state of
    the pose to begin with, None for any.
    """
    steps = -(-len(music) // STEP)
    padded = np.concatenate([music, np.repeat(music[-1:], SEGMENT * STEP + steps * STEP - len(music), axis=0)])
    heard = torch.from_numpy(padded)[None].float()
    song = song_style(torch.from_numpy(np.array(values, np.float32)))[None]
    writer = _Writer(network, choices)
    normal = network.codec.normalise
    begin = torch.zeros(1, len(normal.mean)) if start is None else still(normal(torch.from_numpy(start)[None].float()))
    tokens = torch.zeros(1, 0, PARTS, network.config.levels, dtype=torch.long)
    past = torch.zeros(0, len(normal.mean))
    while tokens.shape[1] < steps:
        count = tokens.shape[1]
        first = max(0, count - OVERLAP)
        if count:
            past = _longer(network, past, tokens)
            begin = past[first][None]
        told = writer.told(heard[:, STEP * first : STEP * (first + SEGMENT)], song, begin, past[:first])
        tokens = torch.cat([tokens, writer.segment(tokens[:, first:], told, min(SEGMENT, steps - first))], dim=1)
        if on_step is not None:
            on_step(tokens.shape[1], steps)
    return tokens


@torch.inference_mode()
def states_from(network: XDancer, tokens: Tensor, frames: int) -> np.ndarray:
    """Plain states (frames, 252) of tokens (1, steps, 5, levels), their bones steadied."""
    states = network.codec.normalise.inverse(network.codec.decode(tokens))[0, :frames].numpy()
    states[:, BONES] = gaussian_filter1d(states[:, BONES], STEADY_FRAMES, axis=0, mode="nearest")
    return states


def _longer(network: XDancer, past: Tensor, tokens: Tensor) -> Tensor:
    """Normalised states (steps, 252) at the first frames of all tokens (1, steps, 5, levels), of which some are known:
    only those are decoded anew that are new or were near the end, so that a long dance takes no longer a second."""
    keep = max(0, len(past) - _NEAR)
    begin = max(0, keep - _NEAR)
    fresh = still(network.codec.decode(tokens[:, begin:])[0, ::STEP])
    return torch.cat([past[:keep], fresh[keep - begin :]])


class _Writer:
    """Draws the tokens of a segment one after the other; keeps what does not change from step to step."""

    def __init__(self, network: XDancer, choices: Choices) -> None:
        self.codec, self.dancer, self.choices = network.codec, network.dancer, choices
        self.generator = torch.Generator().manual_seed(choices.seed)
        self.even = network.codec.even_codes()
        self.flat = books_in_order(self.even)
        self.rounds = rounds(network.config.levels)
        self.rows = 1 if choices.guidance == 1 else 2  # with what is told, and without

    def told(self, music: Tensor, song: Tensor, begin: Tensor, past: Tensor) -> Told:
        """For one segment; past : (steps, 252) normalised states of what was danced before it."""
        known = torch.full((1, PRIORS), float(len(past) > 0))
        places = torch.randint(max(len(past), 1), (PRIORS,), generator=self.generator)
        priors = past[places] if len(past) else torch.zeros(PRIORS, begin.shape[1])
        style = torch.tensor([self.choices.style])
        both = [row.expand(self.rows, *row.shape[1:]) for row in (music, song, style, begin, priors[None], known)]
        return Told(*both, hears=torch.tensor([1.0, 0.0][: self.rows]))

    def segment(self, known: Tensor, told: Told, steps: int) -> Tensor:
        """(1, n, 5, levels) tokens that go on from those of a segment that are known, to `steps` in all."""
        dancer, cache, written = self.dancer, Cache(), []
        condition, start = dancer.condition(told)
        count = known.shape[1]
        rows = dancer.steps_in(known.expand(self.rows, -1, -1, -1), start, self.codec)
        hidden = dancer.later[: count + 1, : count + 1]
        while count < steps:
            for index, block in enumerate(dancer.blocks):
                rows = block(rows, condition[:, count + 1 - rows.shape[1] : count + 1], hidden, cache, index)
            found = self._step(dancer.norm(rows[:, -1:]))
            written.append(found)
            count += 1
            if count < steps:
                read = dancer.before(dancer.latents(found, self.codec)).expand(self.rows, -1, -1)
                rows = read + dancer.position[count]
                hidden = torch.zeros(1, 1)
        return torch.cat(written, dim=1)

    def _step(self, step: Tensor) -> Tensor:
        """(rows, 1, width) -> the tokens of a step (1, 1, 5, levels)."""
        dancer, cache = self.dancer, Cache()
        base = dancer.to_inner(step) + dancer.place
        written: list[Tensor] = []
        nothing = torch.zeros(1, 1)
        before = torch.zeros(1, 1, self.flat.shape[2])
        for part in self.rounds:
            values = dancer.token(before) + base[:, part]
            for index, block in enumerate(dancer.inner):
                values = block(values, nothing, cache, index)
            drawn = self._draw(dancer.to_logits(values, part, self.flat), deciding=part.start < PARTS)
            written.append(drawn)
            tokens = torch.cat(written)
            if part.start < PARTS - 1:
                before = self.flat[part.start, drawn][None]
            else:  # the next level reads what each part has just decided
                last = torch.arange(len(tokens) - PARTS, len(tokens))
                before = self.flat[last, tokens[-PARTS:]][None]
        return torch.cat(written).view(1, 1, -1, PARTS).transpose(2, 3)

    def _draw(self, logits: Tensor, *, deciding: bool) -> Tensor:
        """(rows, n, codes) -> (n,) codes."""
        choices = self.choices
        scores = logits[0] if self.rows == 1 else logits[1] + choices.guidance * (logits[0] - logits[1])
        warm = choices.temperature * (1.0 if deciding else choices.refining)
        if warm <= 0:
            return scores.argmax(dim=-1)
        best, codes = scores.topk(min(choices.top_k, scores.shape[-1]), dim=-1)
        drawn = torch.multinomial((best / warm).softmax(dim=-1), 1, generator=self.generator)
        return codes.gather(-1, drawn)[:, 0]
