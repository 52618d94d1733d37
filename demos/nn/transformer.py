"""Transformer blocks that read their conditions through adaptive norms: attention with rotary positions, any length."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


def rotary(values: Tensor) -> Tensor:
    """Turn (batch, heads, tokens, width) by its positions (RoFormer eq. 34), so that attention sees distances.

    width must be even. Nothing is learnt, so that a dance may be longer than any seen in training.
    """
    half = values.shape[-1] // 2
    position = torch.arange(values.shape[-2], device=values.device, dtype=torch.float32)
    frequency = torch.exp(-math.log(10_000.0) / half * torch.arange(half, device=values.device, dtype=torch.float32))
    angle = position[:, None] * frequency
    cos, sin = angle.cos().to(values.dtype), angle.sin().to(values.dtype)
    first, second = values[..., :half], values[..., half:]
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)


def timestep_embedding(steps: Tensor, width: int) -> Tensor:
    """(batch,) diffusion steps -> (batch, width) sines and cosines (Vaswani et al. 3.5)."""
    half = width // 2
    frequency = torch.exp(-math.log(10_000.0) / half * torch.arange(half, device=steps.device, dtype=torch.float32))
    angle = steps.float()[:, None] * frequency
    return torch.cat([angle.cos(), angle.sin()], dim=-1)


class Attention(nn.Module):
    """Self-attention over (batch, tokens, width)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        batch, count, width = tokens.shape
        split = self.queries_keys_values(tokens).view(batch, count, 3, self.heads, width // self.heads)
        queries, keys, values = split.permute(2, 0, 3, 1, 4)
        # Written out: with this few tokens torch's fused kernel takes five times as long to train on a CPU.
        likeness = rotary(queries) @ rotary(keys).transpose(-1, -2) / math.sqrt(width // self.heads)
        mixed = likeness.softmax(dim=-1) @ values
        return self.out(mixed.transpose(1, 2).reshape(batch, count, width))


class AdaIN(nn.Module):
    """Adaptive instance normalisation (Huang and Belongie eq. 8) along a token: its own mean and deviation are taken
    off, and scale and shift come from a condition, token by token. Starts as plain normalisation."""

    def __init__(self, width: int, condition: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.scale_shift = nn.Linear(condition, 2 * width)
        nn.init.zeros_(self.scale_shift.weight)
        nn.init.zeros_(self.scale_shift.bias)

    def forward(self, tokens: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self.scale_shift(condition).chunk(2, dim=-1)
        return self.norm(tokens) * (1 + scale) + shift


class Block(nn.Module):
    """Attention and a feed-forward layer, each behind AdaIN, with residuals that start small."""

    def __init__(self, width: int, heads: int, condition: int, *, expansion: int = 4) -> None:
        super().__init__()
        self.before_attention = AdaIN(width, condition)
        self.attention = Attention(width, heads)
        self.before_forward = AdaIN(width, condition)
        self.forward_in = nn.Linear(width, expansion * width)
        self.forward_out = nn.Linear(expansion * width, width)
        for last in (self.attention.out, self.forward_out):
            nn.init.normal_(last.weight, std=0.02 / math.sqrt(2 * 8))

    def forward(self, tokens: Tensor, condition: Tensor) -> Tensor:
        """tokens (batch, n, width), condition (batch, n or 1, condition) -> (batch, n, width)."""
        tokens = tokens + self.attention(self.before_attention(tokens, condition))
        hidden = functional.relu(self.forward_in(self.before_forward(tokens, condition))).square()  # So et al. 2021
        return tokens + self.forward_out(hidden)
