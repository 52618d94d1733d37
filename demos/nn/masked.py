"""Masked token modelling: which tokens are hidden in training, and filling hidden ones a few at a time (MaskGIT)."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

HIDDEN = -1
"""Stands for a token that is to be found."""


def hidden_share(progress: float | Tensor) -> float | Tensor:
    """Share of the tokens still hidden, 1 at progress 0 and 0 at 1: the cosine schedule (Chang et al. 2022)."""
    if isinstance(progress, Tensor):
        return torch.cos(0.5 * math.pi * progress)
    return math.cos(0.5 * math.pi * progress)


def training_mask(free: Tensor, generator: torch.Generator) -> Tensor:
    """Which tokens to hide in one training step -> bool of free's shape.

    free : (batch, ...) bool, the tokens that may be hidden. Of each row a share drawn by the cosine schedule, at random
    places, at least one where any is free.
    """
    flat = free.flatten(1)
    share = torch.as_tensor(hidden_share(torch.rand(len(flat), generator=generator)))
    score = torch.rand(flat.shape, generator=generator).masked_fill(~flat, 2.0)
    wanted = (share * flat.sum(1)).ceil().clamp(min=1)
    rank = score.argsort(1).argsort(1)
    return ((rank < wanted[:, None]) & flat).view(free.shape)


@torch.no_grad()
def fill(
    logits: Callable[[Tensor], Tensor],
    tokens: Tensor,
    *,
    steps: int,
    generator: torch.Generator,
    top_k: int = 20,
    temperature: float = 1.0,
    on_step: Callable[[int, int], None] | None = None,
) -> Tensor:
    """Find the HIDDEN ones of tokens (batch, ...); all others stay.

    logits : tokens (batch, ...) -> (batch, ..., codes); guidance happens inside. Each step draws all hidden tokens from
    their `top_k` likeliest codes and keeps those it is surest of, as many as the cosine schedule says; the others are
    hidden again. temperature : of what is kept, falling to 0: at first chance has a say, for variety.
    """
    tokens = tokens.clone()
    total = (tokens == HIDDEN).flatten(1).sum(1)
    for step in range(steps):
        hidden = tokens == HIDDEN
        if not hidden.any():
            break
        scores = logits(tokens).float()
        best, codes = scores.topk(min(top_k, scores.shape[-1]), dim=-1)
        chances = best.softmax(dim=-1)
        drawn = torch.multinomial(chances.flatten(0, -2).cpu(), 1, generator=generator).view(tokens.shape)
        drawn = drawn.to(tokens.device)[..., None]
        found = codes.gather(-1, drawn)[..., 0]
        sure = chances.gather(-1, drawn)[..., 0].clamp(min=1e-9).log()
        luck = -(-torch.rand(sure.shape, generator=generator).clamp(1e-9, 1 - 1e-6).log()).log().to(sure.device)
        sure = sure + temperature * (1 - (step + 1) / steps) * luck
        left = (float(hidden_share((step + 1) / steps)) * total).floor() if step + 1 < steps else 0 * total
        # The surest are kept: hide again the `left` least sure of what was hidden.
        rank = sure.masked_fill(~hidden, math.inf).flatten(1).argsort(1).argsort(1).view(tokens.shape)
        again = hidden & (rank < left.view(-1, *[1] * (tokens.ndim - 1)))
        tokens = torch.where(hidden & ~again, found, tokens)
        if on_step is not None:
            on_step(step + 1, steps)
    return tokens
