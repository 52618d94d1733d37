"""What the networks are trained for: the clean motion, its speed, where the joints are, and feet that stand still."""

from __future__ import annotations

import torch
from torch import Tensor

from demos.motion.skeleton import FEET
from demos.nn.kinematics import joint_positions

RECONSTRUCTION, VELOCITY, POSITION, FOOT = 3.0, 2.0, 8.0, 8.0
"""Weights: DanceEditor has 10 x simple + velocity + foot without saying in which units; chosen so that each term of a
half-trained network is of the same size."""
STRETCH = 60
"""Frames, at a random place, on which joint positions are compared: they cost as much as the network."""


def motion_losses(
    clean: Tensor, wanted: Tensor, inverse, *, generator: torch.Generator, weights: Tensor | None = None
) -> dict[str, Tensor]:
    """The four terms, not yet weighed against each other.

    clean, wanted : (batch, frames, 151) normalised. inverse : back to metres and plain 6-D.
    weights : (batch,) how much each row counts, all the same when None.
    Velocity is the difference of neighbouring frames; positions are metres, the feet's movement metres a frame where
    the wanted contacts say that they stand.
    """
    frames = clean.shape[1]
    start = int(torch.randint(max(frames - STRETCH, 0) + 1, (), generator=generator))
    part = slice(start, start + STRETCH)
    made, real = joint_positions(inverse(clean[:, part])), joint_positions(inverse(wanted[:, part]))
    standing = inverse(wanted[:, part])[..., :4].clamp(0, 1)
    feet = made[:, 1:, FEET] - made[:, :-1, FEET]
    speed = (clean[:, 1:] - clean[:, :-1]) - (wanted[:, 1:] - wanted[:, :-1])
    joint_speed = (made[:, 1:] - made[:, :-1]) - (real[:, 1:] - real[:, :-1])

    def mean(squares: Tensor) -> Tensor:
        rows = squares.flatten(1).mean(1)
        return rows.mean() if weights is None else (rows * weights).mean()

    return {
        "reconstruction": mean((clean - wanted).square()),
        "velocity": mean(speed.square()) + 100 * mean(joint_speed.square()),
        "position": mean((made - real).square()),
        "foot": 100 * mean(feet.square().sum(-1) * standing[:, 1:]),
    }


def weighted(terms: dict[str, Tensor]) -> Tensor:
    """Their weighted sum."""
    return (
        RECONSTRUCTION * terms["reconstruction"]
        + VELOCITY * terms["velocity"]
        + POSITION * terms["position"]
        + FOOT * terms["foot"]
    )
