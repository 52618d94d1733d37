"""What the networks are trained for: the clean motion, its speed, where the joints are, and feet that stand still."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from demos.editing.conditions import PART_NAMES
from demos.editing.model import Doors
from demos.editing.origins import Origins
from demos.motion.skeleton import FEET
from demos.motion.vector import FPS
from demos.nn.kinematics import joint_positions

WEIGHTS = {
    "reconstruction": 3.0, "velocity": 2.0, "position": 8.0, "foot": 8.0, "time": 2.0, "turn": 0.3, "doors": 0.2,
}  # fmt: skip
"""DanceEditor has 10 x simple + velocity + foot without saying in which units; chosen so that each term of a
half-trained network is of the same size."""
RATE, RATE_FRAMES = 0.3, 4
"""How much a second a second of a wrong rate of time counts beside a second of a wrong time, and the frames over which
rates are compared: where poses come from is known to a frame."""
STRETCH = 60
"""Frames, at a random place, on which joint positions are compared: they cost as much as the network."""


def motion_losses(
    clean: Tensor, wanted: Tensor, inverse, *, generator: torch.Generator, weights: Tensor | None = None
) -> dict[str, Tensor]:
    """The four terms, not yet weighed against each other.

    clean, wanted : (batch, frames, 151) as the network sees them. inverse : back to metres and plain 6-D in the world.
    weights : (batch,) how much each row counts, all the same when None.
    Velocity is the difference of neighbouring frames; positions are metres, the feet's movement metres a frame where
    the wanted contacts say that they stand.
    """
    frames = clean.shape[1]
    start = int(torch.randint(max(frames - STRETCH, 0) + 1, (), generator=generator))
    part = slice(start, start + STRETCH)
    shown, truth = inverse(clean)[:, part], inverse(wanted)[:, part]
    made, real = joint_positions(shown), joint_positions(truth)
    standing = truth[..., :4].clamp(0, 1)
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


def origin_losses(
    later: Tensor, yaw: Tensor, doors: Doors, origins: Origins[Tensor], where: Tensor, sees: Tensor
) -> dict[str, Tensor]:
    """How far what an editor takes from the dance before is from where the edited frames do come from.

    later, yaw : (batch, frames, 1). where : (batch, frames, 18), counted where it lets change in full. sees : (batch,)
    0 for rows that do not count.
    "time" is in seconds and "turn" in radians, of the rows that have any, with how fast they change counted too: a
    place that wavers by a frame trembles. "doors" is the cross entropy of all doors.
    """
    inside = (where[..., : len(PART_NAMES)].amax(-1) > 0.99).float() * sees[:, None]

    def mean(made: Tensor, wanted: Tensor, rows: Tensor, beta: float) -> Tensor:
        made = made[..., 0]
        values = functional.smooth_l1_loss(made, wanted, reduction="none", beta=beta) * inside
        wrong = (made - wanted) * FPS / RATE_FRAMES
        rate = wrong[:, RATE_FRAMES:] - wrong[:, :-RATE_FRAMES]
        speeds = functional.smooth_l1_loss(rate, torch.zeros_like(rate), reduction="none", beta=beta)
        values[:, RATE_FRAMES:] += RATE * speeds * inside[:, RATE_FRAMES:] * inside[:, :-RATE_FRAMES]
        return (values.sum(1) / inside.sum(1).clamp(min=1) * rows).mean()

    wanted = ((doors.later, origins.retimed), (doors.yaw, origins.turned))
    open_ = [functional.binary_cross_entropy_with_logits(door[:, 0, 0], flag, sees) for door, flag in wanted]
    side = functional.binary_cross_entropy_with_logits(doors.mirror[:, 0], origins.mirrored, sees[:, None])
    return {
        "time": mean(later, origins.later, origins.retimed, 0.1),
        "turn": mean(yaw, origins.yaw, origins.turned, 0.3),
        "doors": sum(open_, side),
    }


def weighted(terms: dict[str, Tensor]) -> Tensor:
    """The weighted sum of those there are."""
    first, *others = (weight * terms[name] for name, weight in WEIGHTS.items() if name in terms)
    return sum(others, first)
