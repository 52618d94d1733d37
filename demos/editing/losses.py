"""What the networks are trained for: the clean motion, its speed, where the joints are, and feet that stand still."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from demos.editing.model import Taking
from demos.editing.origins import Origins
from demos.motion.skeleton import FEET
from demos.nn.kinematics import joint_positions

WEIGHTS = {
    "reconstruction": 3.0, "velocity": 2.0, "position": 8.0, "foot": 8.0, "time": 1.0, "side": 0.3, "turn": 0.3,
}  # fmt: skip
"""DanceEditor has 10 x simple + velocity + foot without saying in which units; chosen so that each term of a
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


def origin_losses(taking: Taking, origins: Origins[Tensor], mask: Tensor, sees: Tensor) -> dict[str, Tensor]:
    """How far what an editor takes from the dance before is from where the edited frames do come from.

    mask : (batch, frames, 6), counted where it lets change in full. sees : (batch,) 0 for rows without a dance.
    "time" is in seconds, "side" a cross entropy, "turn" in radians; the mean of all rows, those without included.
    """
    inside = (mask.amax(-1) > 0.99).float() * sees[:, None]

    def mean(values: Tensor, rows: Tensor) -> Tensor:
        return ((values * inside).sum(1) / inside.sum(1).clamp(min=1) * rows).mean()

    side = functional.binary_cross_entropy(
        taking.mirror.float().clamp(1e-5, 1 - 1e-5),
        origins.mirrored[:, None].expand_as(taking.mirror),
        reduction="none",
    )
    return {
        "time": mean(functional.smooth_l1_loss(taking.later[..., 0].float(), origins.later, reduction="none", beta=0.1),
                     origins.retimed),
        "side": mean((side * origins.mirrored[:, None]).sum(-1) / origins.mirrored.sum(-1).clamp(min=1)[:, None],
                     origins.swapped),
        "turn": mean(functional.smooth_l1_loss(taking.yaw[..., 0].float(), origins.yaw, reduction="none", beta=0.3),
                     origins.turned),
    }  # fmt: skip


def weighted(terms: dict[str, Tensor]) -> Tensor:
    """The weighted sum of those there are."""
    first, *others = (weight * terms[name] for name, weight in WEIGHTS.items() if name in terms)
    return sum(others, first)
