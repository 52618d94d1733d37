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


def motion_losses(clean: Tensor, wanted: Tensor, inverse, *, generator: torch.Generator) -> dict[str, Tensor]:
    """The four terms, unweighted.

    clean, wanted : (batch, frames, 151) normalised. inverse : back to metres and plain 6-D.
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
    return {
        "reconstruction": (clean - wanted).square().mean(),
        "velocity": speed.square().mean() + 100 * joint_speed.square().mean(),
        "position": (made - real).square().mean(),
        "foot": 100 * (feet.square().sum(-1) * standing[:, 1:]).mean(),
    }


def weighted(terms: dict[str, Tensor]) -> Tensor:
    """Their weighted sum."""
    return (
        RECONSTRUCTION * terms["reconstruction"]
        + VELOCITY * terms["velocity"]
        + POSITION * terms["position"]
        + FOOT * terms["foot"]
    )
