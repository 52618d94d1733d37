"""The loop of training: optimisers, a rate that rises and falls, running averages, checkpoints to go on from."""

from __future__ import annotations

import math
import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from demos.runtime.errors import InputError

CHECKPOINT_S = 30.0
WARM_STEPS = 100
"""Over which the rate rises."""
LAST_RATE = 0.02
"""Share of the rate that is left at the end of its cosine."""


@dataclass
class Randomness:
    """Where chance comes from: the same seed, the same training, also when gone on with at a checkpoint."""

    seed: int
    noise: torch.Generator = field(init=False)
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.restart(0)

    def restart(self, step: int) -> None:
        """Begin anew for a step."""
        self.noise = torch.Generator().manual_seed(self.seed + step)
        self.rng = np.random.default_rng([self.seed, step])


@dataclass(frozen=True)
class Plan:
    """How long and how hard. minutes : of training, over which the rate falls; of
    processor time on a CPU. steps : at most. average : share that the
    running average of the weights keeps at each step, 0 for the last weights themselves."""

    minutes: float
    steps: int
    rate: float
    average: float = 0.0


Losses = Callable[[Randomness, float], tuple[Tensor, dict[str, float]]]
"""(chance, progress 0 to 1) -> the loss to lower, and numbers to show."""


def run(
    network: nn.Module, losses: Losses, plan: Plan, *, name: str, checkpoint: Path | None = None, seed: int = 0
) -> dict[str, float]:
    """Train a network in place, going on from a checkpoint where there is one -> steps, minutes, means of the numbers.

    When done the network holds the averaged weights (where the plan averages) and no gradients.
    """
    network.train()
    state = _State(network, plan, Randomness(seed))
    if checkpoint is not None and checkpoint.is_file():
        state.restore(read_checkpoint(checkpoint, network))
    # On a CPU others may want it too: count what was had of it.
    clock = time.process_time if next(network.parameters()).device.type == "cpu" else time.monotonic
    bar = tqdm(initial=state.step, desc=name, mininterval=10)
    mark = saved = clock()
    while (progress := max(state.spent / (60 * plan.minutes), state.step / plan.steps)) < 1:
        shown = state.advance(losses, progress)
        now = clock()
        state.spent, mark = state.spent + now - mark, now
        bar.update()
        if state.step % 20 == 0:
            bar.set_postfix({key: f"{value:.4f}" for key, value in shown.items()} | {"min": f"{state.spent / 60:.1f}"})
        if checkpoint is not None and now - saved > CHECKPOINT_S:
            saved = now
            state.save(checkpoint)
    bar.close()
    if checkpoint is not None:
        state.save(checkpoint)
    state.finish()
    return {"steps": state.step, "minutes": state.spent / 60, **state.means}


def read_checkpoint(path: Path, network: nn.Module) -> dict:
    """What `run` saved. InputError where it is of a network of another size, or damaged."""
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
        shapes = {name: value.shape for name, value in saved["network"].items()}
    except (OSError, RuntimeError, KeyError, AttributeError, pickle.UnpicklingError) as error:
        raise InputError(f"The checkpoint {path.name} is damaged: delete it to begin anew.") from error
    if shapes != {name: value.shape for name, value in network.state_dict().items()}:
        raise InputError(f"The checkpoint {path.name} is of a network of another size: delete it to begin anew.")
    return saved


def optimisers(network: nn.Module, rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices, which brings all directions of a weight forward alike and so halves the steps a small
    network needs; AdamW for vectors, tables and convolutions, which Muon is not for."""
    tables = {id(part.weight) for part in network.modules() if isinstance(part, nn.Embedding)}
    matrices = [p for p in network.parameters() if p.ndim == 2 and id(p) not in tables]
    chosen = {id(p) for p in matrices}
    others = [p for p in network.parameters() if id(p) not in chosen]
    found: list[torch.optim.Optimizer] = [torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.01)]
    if matrices:
        found.append(torch.optim.Muon(matrices, lr=rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"))
    return found


def rate_at(plan: Plan, step: int, progress: float) -> float:
    """The rate of a step: up over WARM_STEPS, then down along a cosine."""
    fall = LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
    return plan.rate * min(1.0, (step + 1) / WARM_STEPS) * fall


class _State:
    """What a run is made of at a step."""

    def __init__(self, network: nn.Module, plan: Plan, chance: Randomness) -> None:
        self.network, self.plan, self.chance = network, plan, chance
        self.optimisers = optimisers(network, plan.rate)
        self.average = {name: value.detach().clone() for name, value in network.state_dict().items()}
        self.step, self.spent = 0, 0.0
        self.means: dict[str, float] = {}

    def advance(self, losses: Losses, progress: float) -> dict[str, float]:
        rate = rate_at(self.plan, self.step, progress)
        for group in (group for optimiser in self.optimisers for group in optimiser.param_groups):
            group["lr"] = rate
        loss, numbers = losses(self.chance, progress)
        self.network.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.step += 1
        if self.plan.average:
            keep = min(self.plan.average, (1 + self.step) / (10 + self.step))
            with torch.no_grad():
                for name, value in self.network.state_dict().items():
                    self.average[name].lerp_(value, 1 - keep)
        for name, value in numbers.items():
            self.means[name] = 0.98 * self.means.get(name, value) + 0.02 * value
        return self.means

    def save(self, path: Path) -> None:
        part = path.with_name(path.name + ".part")
        torch.save(
            {
                "network": self.network.state_dict(),
                "unsaved": {name: value for name, value in self.network.named_buffers()},
                "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
                "average": self.average, "step": self.step, "spent": self.spent, "means": self.means,
            },
            part,
        )  # fmt: skip
        part.replace(path)

    def restore(self, saved: dict) -> None:
        self.network.load_state_dict(saved["network"])
        with torch.no_grad():
            for name, value in self.network.named_buffers():  # those too that weights do without
                value.copy_(saved["unsaved"][name])
        for optimiser, state in zip(self.optimisers, saved["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        self.average, self.step = saved["average"], saved["step"]
        self.spent, self.means = saved["spent"], saved["means"]
        self.chance.restart(self.step)

    def finish(self) -> None:
        if self.plan.average:
            self.network.load_state_dict(self.average)
        self.network.zero_grad(set_to_none=True)
        self.network.eval()
