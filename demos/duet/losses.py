"""What the codec and the trajectory are trained for: states, joints, distances between the dancers, feet that stand."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from demos.duet.model import dancer_joints, feet_seen, seen_by_lead
from demos.duet.representation import DANCER, FPS, HEIGHT, RELATION, SPEED, STATES, TURNS
from demos.motion.duet_metrics import INTERACTION_JOINTS
from demos.motion.skeleton import FEET, INDEX, PARENTS, REST_OFFSETS
from demos.motion.vector import CONTACTS

RECONSTRUCTION, POSITION, DISTANCE, FOOT, COMMITMENT = 0.1, 300.0, 60.0, 10.0, 0.1
"""Weights (not stated by the paper; chosen so that no term of a half-trained network dwarfs the others)."""
STRETCH = 8
"""Frames of each crop, at a random place, of which joints are compared: they cost as much as the network."""
NEAR_M = 0.5
"""Distances between dancers count the more the smaller they are; one of this much counts 1 / e."""
CONTACT_M, SPEED_S = 0.02, 0.05
"""What a wrong contact counts, and a speed wrong by 1 m/s."""
HANDS = (INDEX["left_hand"], INDEX["right_hand"])
_TOUCHING = (*INTERACTION_JOINTS, *HANDS)


def codec_losses(
    made: Tensor, wanted: Tensor, inverse, *, interaction: bool, generator: torch.Generator
) -> dict[str, Tensor]:
    """The terms, not yet weighed. made, wanted : (batch, frames, 308) normalised. inverse : back to plain states.

    Without interaction nothing that stands between the dancers counts.
    """
    kept = slice(None) if interaction else slice(0, RELATION.start)
    error = (made - wanted)[..., kept]
    metres = (inverse(made) - inverse(wanted))[..., kept] * levers()[kept].to(made.device)
    start = int(torch.randint(max(made.shape[1] - STRETCH, 0) + 1, (), generator=generator))
    part = slice(start, start + STRETCH)
    one, other = inverse(made[:, part]), inverse(wanted[:, part])
    own = dancer_pair(one), dancer_pair(other)
    joints = _together(one, own[0], interaction), _together(other, own[1], interaction)
    errors = [a - b for a, b in zip(*joints, strict=True)]
    speeds = [FPS * (e[:, 1:] - e[:, :-1]) for e in errors]
    terms = {
        "reconstruction": error.square().mean(),
        "metres": 0.5 * metres.square().sum(-1).mean(),
        "velocity": 0.5 * (0.1 * FPS) ** 2 * (metres[:, 1:] - metres[:, :-1]).square().sum(-1).mean(),
        "position": torch.stack([e.square().sum(-1).mean() for e in errors]).mean(),
        "joint speed": 0.01 * torch.stack([s.square().sum(-1).mean() for s in speeds]).mean(),
        "foot": skating(one, own[0], other),
    }
    if interaction:
        terms["distance"] = _distance_error(joints[0], joints[1])
    return terms


def codec_weighted(terms: dict[str, Tensor], commitment: Tensor) -> Tensor:
    """Their weighted sum."""
    total = RECONSTRUCTION * terms["reconstruction"] + COMMITMENT * commitment + FOOT * terms["foot"]
    total = total + POSITION * sum(terms[name] for name in ("position", "joint speed", "metres", "velocity"))
    return total + DISTANCE * terms["distance"] if "distance" in terms else total


@lru_cache(maxsize=1)
def levers() -> Tensor:
    """(308,) about how many metres the joints of a dancer move, root of mean square, for one unit of a column's error.

    A turn moves the joints beyond by their distance. Contacts and speeds move none here: they count a little.
    """
    reach = np.zeros(len(PARENTS))
    rest = np.zeros((len(PARENTS), 3))
    for joint, parent in enumerate(PARENTS[1:], 1):
        rest[joint] = rest[parent] + REST_OFFSETS[joint]
    for joint in range(len(PARENTS)):
        above = joint
        while (above := PARENTS[above]) >= 0:
            reach[above] += ((rest[joint] - rest[above]) ** 2).sum()
    own = np.zeros(DANCER)
    own[CONTACTS], own[HEIGHT], own[SPEED] = CONTACT_M, 1.0, SPEED_S
    own[TURNS] = np.repeat(np.sqrt(0.5 * reach / len(PARENTS)), 6)  # both columns of a matrix show its turn
    round_m = np.sqrt((rest[:, [0, 2]] ** 2).sum(-1).mean())
    return torch.from_numpy(np.concatenate([own, own, [1.0, 1.0, round_m, round_m]])).float()


def dancer_pair(states: Tensor) -> tuple[Tensor, Tensor]:
    """Joints (..., 24, 3) of lead and follow, each in its own heading."""
    lead, follow = dancer_joints(torch.stack([states[..., dancer] for dancer in STATES])).unbind(0)
    return lead, follow


def skating(states: Tensor, joints: tuple[Tensor, Tensor], truth: Tensor) -> Tensor:
    """Mean square speed (m/s) of feet that stand by the truth's contacts, over both dancers; plain states."""
    terms = [
        _slide(mine, states[..., dancer][..., SPEED], truth[..., dancer][..., :4].clamp(0, 1))
        for mine, dancer in zip(joints, STATES, strict=True)
    ]
    return torch.stack(terms).mean()


def trajectory_losses(speeds: Tensor, feet: Tensor, truth: Tensor) -> dict[str, Tensor]:
    """speeds (batch, frames, 3) told; feet (batch, frames, 20) they were told from; truth (batch, frames, 3).

    `way` is how far one has come from the right place after a second, metres squared, and the heading in radians;
    `foot` as in `skating`, with the contacts decoded.
    """
    steps = (speeds - truth) / FPS
    way = steps.cumsum(1)
    drift = way[:, FPS:] - way[:, :-FPS]
    joints = torch.zeros(*feet.shape[:-1], 24, 3, dtype=feet.dtype, device=feet.device)
    joints[..., FEET, :] = feet[..., :12].unflatten(-1, (4, 3))
    return {
        "speed": steps.square().sum(-1).mean() * FPS,
        "way": drift.square().sum(-1).mean(),
        "foot": 0.01 * _slide(joints, speeds, feet[..., 12:16].clamp(0, 1)),
    }


def trajectory_inputs(states: Tensor) -> tuple[Tensor, Tensor]:
    """Plain states (batch, frames, 308) of both dancers, one below the other -> feet (2 batch, frames, 20), speeds."""
    dancers = torch.cat([states[..., :DANCER], states[..., DANCER : 2 * DANCER]])
    return feet_seen(dancers, dancer_joints(dancers)), dancers[..., SPEED]


def _slide(joints: Tensor, speeds: Tensor, standing: Tensor) -> Tensor:
    """Mean square speed over the floor of FEET where they stand; joints in the dancer's own heading."""
    feet = joints[..., FEET, :]
    turn = speeds[:, 1:, 2:] / FPS
    x = feet[:, 1:, :, 0] * turn.cos() + feet[:, 1:, :, 2] * turn.sin() + speeds[:, 1:, :1] / FPS
    z = feet[:, 1:, :, 2] * turn.cos() - feet[:, 1:, :, 0] * turn.sin() + speeds[:, 1:, 1:2] / FPS
    moved = torch.stack([x - feet[:, :-1, :, 0], z - feet[:, :-1, :, 2]], dim=-1) * FPS
    held = standing[:, 1:] * standing[:, :-1]
    return (moved.square().sum(-1) * held).mean()


def _together(states: Tensor, joints: tuple[Tensor, Tensor], interaction: bool) -> tuple[Tensor, Tensor]:
    """Both as the lead sees them; in the ablation each stays in its own heading."""
    return (joints[0], seen_by_lead(joints[1], states[..., RELATION])) if interaction else joints


def _distance_error(made: tuple[Tensor, Tensor], wanted: tuple[Tensor, Tensor]) -> Tensor:
    """Mean square error of distances between joints of the one and of the other, near ones before all."""
    one, other = (
        torch.cdist(pair[0][..., _TOUCHING, :].flatten(0, 1), pair[1][..., _TOUCHING, :].flatten(0, 1))
        for pair in (made, wanted)
    )
    return ((one - other).square() * torch.exp(-other / NEAR_M)).mean()
