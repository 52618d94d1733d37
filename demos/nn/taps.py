"""Convolutions over time as single matrices: quicker to train on a CPU, and matrices are what Muon is for."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Edge = Literal["constant", "replicate"]
"""What is seen beyond the ends: nothing, or the frames at the ends."""


class Taps(nn.Module):
    """A convolution over time, (batch, time, channels) to (batch, time, out), as one matrix."""

    def __init__(self, channels: int, out: int, kernel: int, *, edge: Edge = "constant") -> None:
        super().__init__()
        self.kernel, self.edge = kernel, edge
        self.mix = nn.Linear(kernel * channels, out)

    def forward(self, values: Tensor) -> Tensor:
        count, half = values.shape[1], self.kernel // 2
        padded = functional.pad(values.transpose(1, 2), (half, half), mode=self.edge).transpose(1, 2)
        return self.mix(torch.cat([padded[:, shift : shift + count] for shift in range(self.kernel)], dim=-1))


class Residual(nn.Module):
    """Taps behind a norm, with a way round them; (batch, time, channels) stays so. Norms are frame by frame, so that
    what a token says does not depend on how much of the dance is there."""

    def __init__(self, channels: int, kernel: int = 3, *, edge: Edge = "constant") -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.taps = Taps(channels, channels, kernel, edge=edge)

    def forward(self, values: Tensor) -> Tensor:
        return values + self.taps(functional.silu(self.norm(values)))
