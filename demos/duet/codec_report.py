"""What tokens lose of a couple, and how evenly their codes are used."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch

from demos.duet import decoding
from demos.duet.data import tokenise
from demos.duet.model import COARSE, Duet, couple_joints, dancer_joints
from demos.duet.representation import STATES, states_of
from demos.motion.motion import Motion
from demos.nn.quantiser import perplexity

Pair = tuple[Motion, Motion]
WAY_S = 4.0
"""Of way over the floor is compared: so long the lead goes by its own speeds."""


@torch.inference_mode()
def report(network: Duet, real: Iterable[Pair], choreographed: Iterable[Pair]) -> dict[str, dict[str, float]]:
    """Means over couples at 30 fps: "real, held-out" and "choreographer" -> measure -> value.

    - mean joint error, mm: over both dancers' joints, both seen from the lead (its pelvis and heading), so that an
      error of where the follow stands counts fully
    - of the lead, of the follow alone: each seen from its own pelvis and heading
    - way, mm: how far the lead's pelvis is from its true place after 4 s
    - codes in use: perplexity of the tokens, coarse and fine, mean over their books; and the share that was ever chosen
    """
    return {"real, held-out": _of(network, list(real)), "choreographer": _of(network, list(choreographed))}


def _of(network: Duet, pairs: list[Pair]) -> dict[str, float]:
    errors: dict[str, list[np.ndarray]] = {"both": [], "lead": [], "follow": [], "way": []}
    coarse, fine = [], []
    for pair in pairs:
        true = states_of(*pair)
        frames = len(true) // COARSE * COARSE
        if not frames:
            continue
        true = true[:frames]
        tokens = tokenise(network.codec, true)
        made = decoding.states_from(network, tokens, frames)
        coarse.append(tokens.coarse[0])
        fine.append(tokens.fine[0])
        one, other = torch.from_numpy(made), torch.from_numpy(true)
        errors["both"] += [_apart(a, b) for a, b in zip(couple_joints(one), couple_joints(other), strict=True)]
        for name, dancer in zip(("lead", "follow"), STATES, strict=True):
            errors[name].append(_apart(dancer_joints(one[:, dancer]), dancer_joints(other[:, dancer])))
        errors["way"].append(_way(made, true))
    if not coarse:
        return {}
    mean = {name: 1000 * float(np.concatenate(values).mean()) for name, values in errors.items()}
    return {
        "mean joint error, mm": mean["both"],
        "of the lead alone, mm": mean["lead"],
        "of the follow alone, mm": mean["follow"],
        f"way after {WAY_S:g} s, mm": mean["way"],
        **_use("coarse", torch.cat(coarse), network.config.codes),
        **_use("fine", torch.cat(fine), network.config.codes),
    }


def _use(level: str, tokens: torch.Tensor, codes: int) -> dict[str, float]:
    streams = list(tokens.unbind(-1))
    return {
        f"{level} codes, perplexity": float(np.mean([perplexity(stream, codes) for stream in streams])),
        f"{level} codes chosen, %": 100 * float(np.mean([len(stream.unique()) / codes for stream in streams])),
    }


def _apart(one: torch.Tensor, other: torch.Tensor) -> np.ndarray:
    return (one - other).norm(dim=-1).mean(dim=-1).numpy()


def _way(made: np.ndarray, true: np.ndarray) -> np.ndarray:
    """(stretches,) metres between where the lead ends after WAY_S by speeds told and by true ones."""
    length = round(WAY_S * 30)
    ends = []
    for start in range(0, len(true) - length + 1, length):
        walks = [
            decoding.walked(states[start : start + length][:, STATES[0]], decoding.Stage()) for states in (made, true)
        ]
        ends.append(np.linalg.norm((walks[0].translation[-1] - walks[1].translation[-1])[[0, 2]]))
    return np.array(ends)
