"""Diffusion as the suite does it: diffusers' scheduler, networks that predict the clean sample, few-step sampling."""

from __future__ import annotations

from collections.abc import Callable

from diffusers import DDIMScheduler  # pyright: ignore[reportPrivateImportUsage]
from torch import Tensor

STEPS = 1000
"""Of training (DanceEditor: 1000, cosine)."""


def scheduler() -> DDIMScheduler:
    """DDIM on the cosine schedule; the last step is pure noise, so that sampling starts where training ended
    (Lin et al. 2024, "zero terminal SNR")."""
    return DDIMScheduler(
        num_train_timesteps=STEPS,
        beta_schedule="squaredcos_cap_v2",
        prediction_type="sample",
        clip_sample=False,
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
    )


SPREAD = 0.7
"""Deviation of normalised motion; below 1 because still columns are not blown up."""


def shares(steps: Tensor) -> tuple[Tensor, Tensor]:
    """How much of a clean guess is the noisy sample itself and how much the network's answer -> two (batch, 1, 1).

    The linear estimate and its error, as Karras et al. 2022 (table 1) have them for their noise: near the clean end the
    sample is left nearly as it is, at the noisy end all is the network's. Without this, a small network must carry every
    detail of its input to its output.
    """
    signal = _SIGNAL.to(steps.device)[steps].view(-1, 1, 1)  # squared
    total = signal * SPREAD**2 + 1 - signal
    return signal.sqrt() * SPREAD**2 / total, ((1 - signal) / total).sqrt()


def sample(
    denoise: Callable[[Tensor, Tensor], Tensor],
    noise: Tensor,
    *,
    steps: int,
    on_step: Callable[[int, int], None] | None = None,
) -> Tensor:
    """From noise to a sample in a few deterministic steps (DDIM, eta 0).

    denoise : (noisy (batch, ...), steps (batch,)) -> clean; guidance happens inside. on_step : called with (done, all).
    """
    chain = scheduler()
    chain.set_timesteps(steps)
    noisy = noise
    for done, step in enumerate(chain.timesteps, start=1):
        clean = denoise(noisy, step.expand(len(noisy)))
        noisy = chain.step(clean, step, noisy, eta=0.0).prev_sample  # pyright: ignore[reportArgumentType, reportAttributeAccessIssue]
        if on_step is not None:
            on_step(done, steps)
    return noisy


_SIGNAL = scheduler().alphas_cumprod.float()
