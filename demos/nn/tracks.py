"""Tracks told twice: where each frame is, and how it goes on from the last, each with how far it is to be trusted.

What is only told where it is wavers from frame to frame; what is only told how it goes drifts. Together they are a
least-squares problem with one answer, as in a Rauch-Tung-Striebel smoother.
"""

from __future__ import annotations

import torch
from torch import Tensor


def fused(place: Tensor, step: Tensor, sure_place: Tensor, sure_step: Tensor) -> Tensor:
    """The track y that makes sum a (y_t - place_t)^2 + sum b (y_t+1 - y_t - step_t)^2 least.

    place, sure_place (a > 0) : (batch, frames). step, sure_step (b >= 0) : (batch, frames - 1). Returns (batch, frames)
    float32, with gradients for all four.
    """
    return _Fused.apply(*(part.float() for part in (place, step, sure_place, sure_step)))  # pyright: ignore


class _Fused(torch.autograd.Function):
    """The answer solves M y = a place + D' b step with M = diag(a) + D' diag(b) D; its gradient solves M too."""

    @staticmethod
    def forward(ctx, place: Tensor, step: Tensor, a: Tensor, b: Tensor) -> Tensor:  # pyright: ignore
        track = _solve(a, b, a * place + _towards(b * step))
        ctx.save_for_backward(place, step, a, b, track)
        return track

    @staticmethod
    def backward(ctx, wanted: Tensor) -> tuple[Tensor, ...]:  # pyright: ignore
        place, step, a, b, track = ctx.saved_tensors
        pull = _solve(a, b, wanted)
        rise = pull.diff(dim=1)
        return a * pull, b * rise, pull * (place - track), rise * (step - track.diff(dim=1))


def _towards(steps: Tensor) -> Tensor:
    """D' of (batch, frames - 1), where D takes differences -> (batch, frames)."""
    none = torch.zeros_like(steps[:, :1])
    return torch.cat([none, steps], dim=1) - torch.cat([steps, none], dim=1)


def _solve(a: Tensor, b: Tensor, right: Tensor) -> Tensor:
    """M y = right by elimination along the diagonal (Thomas 1949), all rows of the batch at once."""
    none = torch.zeros_like(b[:, :1])
    diagonal = (a + torch.cat([none, b], dim=1) + torch.cat([b, none], dim=1)).unbind(1)
    beside, values = b.unbind(1), list(right.unbind(1))
    pivots = [diagonal[0]]
    for frame, off in enumerate(beside):
        share = off / pivots[-1]
        pivots.append(diagonal[frame + 1] - share * off)
        values[frame + 1] = values[frame + 1] + share * values[frame]
    found = [values[-1] / pivots[-1]]
    for frame in range(len(beside) - 1, -1, -1):
        found.append((values[frame] + beside[frame] * found[-1]) / pivots[frame])
    return torch.stack(found[::-1], dim=1)
