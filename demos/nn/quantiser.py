"""Vector quantisation: latents become the nearest of a few learnt codes (van den Oord et al. 2017).

The codes are the running means of what chose them (Razavi et al. 2019, eq. 2), not trained by gradients; codes that
nothing chooses any more are put where latents are, so that the whole book stays in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

KEEP = 0.98
"""Share of the running means kept at each step."""
DEAD = 0.05
"""A code whose running count falls below this share of an even one is reset."""


@dataclass(frozen=True)
class Quantised:
    """values (..., width) of the codes, with the latents' gradients; tokens (...) long; commitment: how far the latents
    are from their codes, mean square."""

    values: Tensor
    tokens: Tensor
    commitment: Tensor


class Quantiser(nn.Module):
    """A book of codes."""

    codes: Tensor
    counts: Tensor
    sums: Tensor

    def __init__(self, codes: int, width: int) -> None:
        super().__init__()
        self.register_buffer("codes", torch.randn(codes, width) / width**0.5)
        # Only training needs these: a file of weights does without.
        self.register_buffer("counts", torch.zeros(codes), persistent=False)
        self.register_buffer("sums", torch.zeros(codes, width), persistent=False)

    def forward(self, latents: Tensor) -> Quantised:
        """(..., width) latents, each for its nearest code."""
        flat = latents.detach().float().reshape(-1, latents.shape[-1])
        if self.training and not self.counts.any():
            self._start(flat)
        tokens = nearest(flat, self.codes)
        values = self.codes[tokens].view(latents.shape)
        if self.training:
            self._follow(flat, tokens)
        commitment = (latents.float() - values).square().mean()
        straight = latents + (values.to(latents.dtype) - latents).detach()
        return Quantised(straight, tokens.view(latents.shape[:-1]), commitment)

    def lookup(self, tokens: Tensor) -> Tensor:
        """(...) tokens -> (..., width) codes."""
        return self.codes[tokens]

    @property
    def even(self) -> Tensor:
        """(codes, width) the codes with columns of mean 0 and deviation 1: what other networks should read and point
        to, for a codec may make its latents as large as it likes."""
        return (self.codes - self.codes.mean(0)) / self.codes.std(0).clamp(min=1e-4)

    @torch.no_grad()
    def reset_dead(self, latents: Tensor, generator: torch.Generator) -> int:
        """Put codes that are hardly chosen onto latents (n, width) drawn at random -> how many."""
        dead = self.counts < DEAD * self.counts.mean()
        count = int(dead.sum())
        if count and len(latents):
            drawn = torch.randint(len(latents), (count,), generator=generator).to(latents.device)
            self.codes[dead] = latents[drawn].float()
            self.counts[dead] = self.counts.mean()
            self.sums[dead] = self.codes[dead] * self.counts[dead, None]
        return count

    @torch.no_grad()
    def _start(self, flat: Tensor) -> None:
        """From the first latents themselves: nothing is as near to them."""
        drawn = torch.randint(len(flat), (len(self.codes),), device=flat.device)
        self.codes.copy_(flat[drawn] + 1e-3 * torch.randn_like(self.codes))
        self.counts.fill_(len(flat) / len(self.codes))
        self.sums.copy_(self.codes * self.counts[:, None])

    @torch.no_grad()
    def _follow(self, flat: Tensor, tokens: Tensor) -> None:
        counts = torch.bincount(tokens, minlength=len(self.codes)).to(flat.dtype)
        sums = torch.zeros_like(self.sums).index_add_(0, tokens, flat)
        self.counts.mul_(KEEP).add_(counts, alpha=1 - KEEP)
        self.sums.mul_(KEEP).add_(sums, alpha=1 - KEEP)
        self.codes.copy_(self.sums / self.counts.clamp(min=1e-4)[:, None])


def residual(books: Sequence[Quantiser], latents: Tensor) -> tuple[list[Quantised], Tensor]:
    """Each book of what those before it leave (Zeghidour et al. 2021) -> what each found, and their sum, (..., width)
    with the latents' gradients."""
    found: list[Quantised] = []
    left = latents
    for book in books:
        found.append(book(left))
        left = left - found[-1].values.detach()
    return found, latents + (latents - left).detach() - latents.detach()


def nearest(flat: Tensor, codes: Tensor) -> Tensor:
    """(..., width), (codes, width) -> (...) long: the index of the nearest code."""
    return (flat @ codes.T - 0.5 * codes.square().sum(-1)).argmax(dim=-1)


def perplexity(tokens: Tensor, codes: int) -> float:
    """How many codes are in even use: exp of the entropy of tokens (any shape), 1 to `codes`."""
    share = torch.bincount(tokens.flatten(), minlength=codes).float()
    share = share / share.sum().clamp(min=1)
    return float(torch.exp(-(share * share.clamp(min=1e-12).log()).sum()))
