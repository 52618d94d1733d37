"""A figure in time as tokens and back: X-Dancer's part-wise, confidence-aware VQ-VAE with a shared decoder.

Every part (upper body, lower body, head, two hands) has an encoder and a book of its own; one decoder puts the whole
figure together. Two things differ from the paper. A token group stands for four frames, not one, so that a dance of
30 s has 225 steps and runs on a CPU. The six tokens of a part are residual (each says what those before it left to
say, Lee et al. 2022) instead of six slices of a latent, so that the first decides the pose and later ones only refine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from demos.nn.normaliser import Normaliser
from demos.nn.quantiser import Quantised, Quantiser
from demos.nn.taps import Edge, Residual, Taps
from demos.video.pose_state import PART_NAMES, STATE, SURE, part_columns

STEP = 4
"""Frames of a group of tokens."""
PARTS = len(PART_NAMES)


EDGE: Edge = "replicate"
"""A track begins with the picture's own pose, so what lies before it is more of that pose."""


@dataclass(frozen=True)
class Config:
    """Sizes.

    codes, code : of each book. levels : tokens of a part. encoder, decoder, detail : channels of the codec. width,
    heads, depth : of the transformer over time; inner, inner_depth : of the one over the tokens of a step.
    confidence : False for the ablation in which all points count alike, seen or not.
    """

    codes: int = 256
    code: int = 16
    levels: int = 6
    encoder: int = 40
    decoder: int = 128
    detail: int = 48
    width: int = 96
    heads: int = 4
    depth: int = 4
    inner: int = 72
    inner_depth: int = 2
    confidence: bool = True


TINY = Config(
    codes=16, code=8, levels=3, encoder=12, decoder=16, detail=8, width=16, heads=2, depth=1, inner=16, inner_depth=1
)


class PartEncoder(nn.Module):
    """What one part does -> a latent for each step."""

    def __init__(self, columns: int, config: Config) -> None:
        super().__init__()
        width = config.encoder
        self.patch = nn.Linear(STEP * columns, width)
        self.near = nn.Sequential(Residual(width, edge=EDGE), Residual(width, edge=EDGE))
        self.out = nn.Linear(width, config.code)

    def forward(self, part: Tensor) -> Tensor:
        """(batch, frames, columns) -> (batch, frames / 4, code)."""
        patches = part.reshape(len(part), -1, STEP * part.shape[-1])
        return self.out(self.near(self.patch(patches)))


@dataclass(frozen=True)
class Coded:
    """What came through the tokens: made (batch, frames, 252) normalised; commitment; for each book what it was given
    and chose, parts within levels."""

    made: Tensor
    commitment: Tensor
    latents: list[Tensor]
    found: list[Quantised]


class Codec(nn.Module):
    """States to tokens (batch, steps, 5 parts, levels) and back."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.columns = [torch.from_numpy(columns) for columns in part_columns()]
        self.normalise = Normaliser(STATE)
        self.encoders = nn.ModuleList(PartEncoder(len(columns), config) for columns in self.columns)
        self.books = nn.ModuleList(Quantiser(config.codes, config.code) for _ in range(PARTS * config.levels))
        width = config.decoder
        self.start = Taps(PARTS * config.code, width, 3, edge=EDGE)
        self.body = nn.Sequential(Residual(width, edge=EDGE), Residual(width, edge=EDGE), Residual(width, edge=EDGE))
        self.unpatch = nn.Linear(width, STEP * config.detail)
        self.smooth = nn.Sequential(Residual(config.detail, 5, edge=EDGE), Residual(config.detail, 5, edge=EDGE))
        self.out = nn.Linear(config.detail, STATE)

    def book(self, part: int, level: int) -> Quantiser:
        """The book of a part's level."""
        return cast(Quantiser, self.books[level * PARTS + part])

    def visible(self, states: Tensor) -> Tensor:
        """States as the codec sees them: without confidences, in the ablation."""
        if self.config.confidence:
            return states
        hidden = states.clone()
        hidden[..., SURE] = 0
        return hidden

    def forward(self, states: Tensor, *, levels: int | None = None) -> Coded:
        """Normalised states (batch, frames, 252), frames a multiple of 4, through the first `levels` tokens."""
        levels = levels or self.config.levels
        latents: list[Tensor] = []
        found: list[Quantised] = []
        left = [encoder(part) for encoder, part in zip(self.encoders, self._parts(states), strict=True)]
        sums = [torch.zeros_like(latent) for latent in left]
        for level in range(levels):
            for part in range(PARTS):
                quantised = self.book(part, level)(left[part])
                latents.append(left[part])
                found.append(quantised)
                sums[part] = sums[part] + quantised.values
                left[part] = left[part] - quantised.values.detach()
        # The gradient passes the whole row of books once, not once for each of them.
        straight = [
            latents[part] + (total.to(latents[part].dtype) - latents[part]).detach() for part, total in enumerate(sums)
        ]
        commitment = torch.stack([one.commitment for one in found]).mean()
        return Coded(self._decode(torch.cat(straight, dim=-1)), commitment, latents, found)

    @torch.no_grad()
    def encode(self, states: Tensor) -> Tensor:
        """Normalised states (batch, frames, 252), frames a multiple of 4 -> tokens (batch, frames / 4, 5, levels)."""
        rows = []
        for index, (encoder, part) in enumerate(zip(self.encoders, self._parts(states), strict=True)):
            left, row = encoder(part), []
            for level in range(self.config.levels):
                quantised = self.book(index, level)(left)
                row.append(quantised.tokens)
                left = left - quantised.values
            rows.append(torch.stack(row, dim=-1))
        return torch.stack(rows, dim=2)

    def decode(self, tokens: Tensor) -> Tensor:
        """Tokens (batch, steps, 5, levels) -> normalised states (batch, 4 steps, 252)."""
        sums = [
            torch.stack([self.book(part, level).lookup(tokens[:, :, part, level]) for level in range(tokens.shape[3])])
            .sum(0)
            for part in range(PARTS)
        ]  # fmt: skip
        return self._decode(torch.cat(sums, dim=-1))

    def even_codes(self) -> Tensor:
        """(parts, levels, codes, code) with columns of mean 0 and deviation 1: what the transformer reads."""
        books = [
            torch.stack([self.book(part, level).even for level in range(self.config.levels)]) for part in range(PARTS)
        ]
        return torch.stack(books)

    def _parts(self, states: Tensor) -> list[Tensor]:
        states = self.visible(states)
        return [states[..., columns] for columns in self.columns]

    def _decode(self, codes: Tensor) -> Tensor:
        values = self.unpatch(self.body(self.start(codes)))
        return self.out(self.smooth(values.reshape(len(values), -1, self.config.detail)))
