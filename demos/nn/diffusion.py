"""Diffusion as the suite does it: diffusers' scheduler, networks that predict the clean sample, few-step sampling.

diffusers takes over two seconds to import, so that waits until something is sampled: a page opens sooner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from torch import Tensor

if TYPE_CHECKING:
    from diffusers import DDPMScheduler, DPMSolverMultistepScheduler  # pyright: ignore[reportPrivateImportUsage]

STEPS = 1000
"""Of training (DanceEditor: 1000, cosine)."""


_CHAIN = {
    "num_train_timesteps": STEPS,
    "beta_schedule": "squaredcos_cap_v2",
    "prediction_type": "sample",
    # The last step is pure noise, so that sampling starts where training ended (Lin et al. 2024).
    "rescale_betas_zero_snr": True,
}


FARTHEST = 100.0
"""Deviations from the mean beyond which nothing is: an untrained network's answers, fed back, would overflow."""


def scheduler() -> DDPMScheduler:
    """The chain of training: it adds noise."""
    from diffusers import DDPMScheduler  # pyright: ignore[reportPrivateImportUsage]

    return DDPMScheduler(**_CHAIN, clip_sample=False)


def solver() -> DPMSolverMultistepScheduler:
    """The chain of sampling: DPM-Solver++ of second order (Lu et al. 2022).

    Its steps are those of Karras et al. 2022: motion is so redundant that what a dance will be is decided while nearly
    all is noise still; ten steps even in time pass over that and give dances of less spread.
    """
    from diffusers import DPMSolverMultistepScheduler  # pyright: ignore[reportPrivateImportUsage]

    return DPMSolverMultistepScheduler(**_CHAIN, use_karras_sigmas=True)


def sample(
    denoise: Callable[[Tensor, Tensor], Tensor],
    noise: Tensor,
    *,
    steps: int,
    on_step: Callable[[int, int], None] | None = None,
) -> Tensor:
    """From noise to a sample in a few deterministic steps.

    denoise : (noisy (batch, ...), steps (batch,)) -> clean; guidance happens inside. on_step : called with (done, all).
    """
    chain = solver()
    chain.set_timesteps(steps)
    noisy = noise
    for done, step in enumerate(chain.timesteps, start=1):
        clean = denoise(noisy, step.expand(len(noisy))).clamp(-FARTHEST, FARTHEST)
        noisy = chain.step(clean, step, noisy).prev_sample  # pyright: ignore[reportArgumentType, reportAttributeAccessIssue]
        if on_step is not None:
            on_step(done, steps)
    return noisy
