"""Mean and deviation of columns, kept among a network's weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Normaliser(nn.Module):
    """Plain values (..., columns) to ones of mean 0 and deviation 1, and back."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("deviation", torch.ones(width))

    def forward(self, values: Tensor) -> Tensor:
        return (values - self.mean) / self.deviation

    def inverse(self, values: Tensor) -> Tensor:
        """Back to plain values."""
        return values * self.deviation + self.mean

    @torch.no_grad()
    def measure(self, sample: Tensor, *, least: float) -> None:
        """Take mean and deviation over all but the last dimension; of nearly still columns the latter is raised."""
        flat = sample.reshape(-1, sample.shape[-1])
        self.mean.copy_(flat.mean(0))
        self.deviation.copy_(flat.std(0).clamp(min=least))
