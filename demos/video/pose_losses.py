"""What the pose codec is trained for: bones and places of points as far as they were seen, confidence, travel, feet."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from demos.motion.vector import FPS
from demos.video.pose_bones import PARENTS, PATHS, POINTS
from demos.video.pose_state import AHEAD, ASIDE, BONES, COSINE, HEIGHT, SINE, STANDING, SURE, TURN, X, Z

BONE, POSITION, SPEED, CONFIDENCE, PLACE, COMMITMENT = 1.0, 2.0, 0.3, 0.3, 0.5, 0.1
"""Weights (not stated by the paper; chosen so that no term of a half-trained network dwarfs the others)."""
UNIT_M = 0.1
"""Metres that count as one."""
_PLACES = (X, Z, HEIGHT, AHEAD, ASIDE, COSINE, SINE, TURN)


def codec_terms(made: Tensor, wanted: Tensor, *, confidence: bool) -> dict[str, Tensor]:
    """The terms, not yet weighed. made, wanted : plain states (batch, frames, 252).

    confidence : points count as much as they were seen; in the ablation all count alike and confidence is not made.
    """
    sure = wanted[..., SURE].clamp(0, 1) if confidence else torch.ones_like(wanted[..., SURE])
    above = torch.tensor([max(parent, 0) for parent in PARENTS], device=made.device)
    held = (sure * sure[..., above])[..., None]
    mine, theirs = (states[..., BONES].unflatten(-1, (POINTS, 3)) / UNIT_M for states in (made, wanted))
    paths = torch.from_numpy(PATHS).to(made)
    bones = mine - theirs
    points = paths @ bones
    moved = points[:, 1:] - points[:, :-1]
    both = (torch.minimum(sure[:, 1:], sure[:, :-1]))[..., None]
    terms = {
        "bone": _mean(bones, held),
        "position": _mean(points, sure[..., None]),
        "speed": _mean(moved * (FPS / 10), both),
        "place": functional.smooth_l1_loss(made[..., _PLACES], wanted[..., _PLACES], beta=0.1),
        "standing": (made[..., STANDING] - wanted[..., STANDING]).square().mean(),
    }
    if confidence:
        terms["confidence"] = (made[..., SURE] - wanted[..., SURE]).square().mean()
    return terms


def codec_loss(terms: dict[str, Tensor], commitment: Tensor) -> Tensor:
    """Their weighted sum."""
    total = BONE * terms["bone"] + POSITION * terms["position"] + SPEED * terms["speed"]
    total = total + PLACE * (5 * terms["place"] + terms["standing"]) + COMMITMENT * commitment
    return total + CONFIDENCE * terms["confidence"] if "confidence" in terms else total


def _mean(errors: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean of a loss that is square for small errors and not for large: strays are no poses."""
    size = (errors.square().sum(-1, keepdim=True) + 1e-8).sqrt()
    loss = functional.huber_loss(size, torch.zeros_like(size), reduction="none", delta=0.5)
    return (weights * loss).sum() / weights.sum().clamp(min=1e-6)
