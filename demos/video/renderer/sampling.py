"""From noise to the latents of a film: windows that overlap, diffusers' samplers, guidance, or a start that is given.

Films by pose are painted all at once: at every step of a sampler each window says what it sees, and where windows share
frames they agree on a mean. MuseDance's are painted window after window, each told the last frames before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from diffusers.schedulers.scheduling_lcm import LCMScheduler
from torch import Tensor

from demos.runtime.errors import InputError
from demos.video.pose_codec import STEP
from demos.video.renderer.driving import Heard
from demos.video.renderer.network import Renderer, Told
from demos.video.renderer.reference import Kept
from demos.video.renderer.sizes import BEFORE, OVERLAP, WINDOW, Sizes

_SAMPLERS: dict[str, Any] = {"ddim": DDIMScheduler, "dpm": DPMSolverMultistepScheduler, "lcm": LCMScheduler}
SAMPLERS = tuple(_SAMPLERS)
"""lcm is for networks distilled to few steps."""


@dataclass(frozen=True)
class Plan:
    """How a film is sampled. guidance : how far beyond what nobody in particular would look like, 1 for no guidance.
    strength : share of the chain that is gone through from a given start; 1 forgets it but for its colours."""

    steps: int = 20
    sampler: str = "ddim"
    guidance: float = 2.0
    strength: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.sampler not in _SAMPLERS:
            raise InputError(f'There is no sampler "{self.sampler}": choose from {", ".join(SAMPLERS)}.')
        if self.steps < 1:
            raise InputError(f"A film is painted in at least 1 step, not {self.steps}.")
        if not 0 <= self.strength <= 1:
            raise InputError(f"The strength must be from 0 to 1, not {self.strength:g}.")


def chain(size: Sizes, sampler: str) -> Any:
    """A sampler's scheduler for the noise that a size learnt."""
    kind = _SAMPLERS[sampler]
    known = {key: value for key, value in size.noise.items() if sampler != "dpm" or key != "clip_sample"}
    if sampler == "lcm":
        return kind(**known, original_inference_steps=50)
    return kind(**known, timestep_spacing="trailing")  # begins with the last step of training (Lin et al. 2024)


def windows(frames: int) -> list[int]:
    """First frames of the windows that cover a film of frames, a multiple of 4; each shares OVERLAP or more with the
    next. Worked case: 40 frames -> 0, 12, 24."""
    if frames % STEP:
        raise ValueError(f"a film has a multiple of {STEP} frames, not {frames}")
    last = max(frames - WINDOW, 0)
    return [*range(0, last, WINDOW - OVERLAP), last]


def weights(frames: int) -> Tensor:
    """(frames,) how much a window's frames count: less towards its ends, where it knows least."""
    place = torch.arange(frames) + 0.5
    return torch.minimum(place, frames - place).clamp(max=OVERLAP) / OVERLAP


@torch.no_grad()
def paint(
    network: Renderer,
    told: Told,
    seen: Kept,
    shape: tuple[int, int, int],
    plan: Plan,
    *,
    start: Tensor | None = None,
    on_step: Callable[[int, int], None] | None = None,
) -> Tensor:
    """The latents (1, frames, latent, h, w) of a film.

    told : of all its frames. seen : what the network kept of the picture. shape : frames (a multiple of 4), height and
    width of the latents. start : latents of frames to repaint, as far as plan.strength says. on_step : called with
    (done, all).
    """
    frames = shape[0]
    begins = windows(frames)

    def predict(noisy: Tensor, step: Tensor) -> Tensor:
        total, share = torch.zeros_like(noisy), noisy.new_zeros(frames)
        for begin in begins:
            end = min(begin + WINDOW, frames)
            part = told.cut(begin, end)
            kept = weights(end - begin).to(noisy)
            made = _guided(network, noisy[:, begin:end], step, part, seen, plan.guidance)
            total[:, begin:end] += made * kept[:, None, None, None]
            share[begin:end] += kept
        return total / share[:, None, None, None]

    return _run(network.size, predict, shape, plan, start=start, like=next(network.parameters()), on_step=on_step)


@torch.no_grad()
def paint_on(
    network: Renderer,
    words: Tensor | None,
    music: Tensor,
    beats: Tensor,
    picture: Tensor,
    mask: Tensor,
    plan: Plan,
    *,
    on_step: Callable[[int, int], None] | None = None,
) -> Tensor:
    """The latents of MuseDance's film, window after window, each going on from the last frames before it.

    words : (1, n, words) or None. music : (1, frames, columns), a column of embeddings for each frame. beats : (1,
    frames) 0 or 1. picture : its latents (1, latent, h, w). mask : (1, 1, height, width) where the figure is.
    """
    seen = network.look(picture, words=words, mask=mask)
    frames = beats.shape[1]
    made = picture[:, None].repeat(1, BEFORE, 1, 1, 1)
    pieces = range(0, frames, WINDOW)
    for number, begin in enumerate(pieces):
        end = min(begin + WINDOW, frames)
        before = network.look_back(made[:, -BEFORE:], words=words)
        told = Told(words=words, heard=Heard(music[:, begin:end], beats[:, begin:end], before))

        def predict(noisy: Tensor, step: Tensor, told: Told = told) -> Tensor:
            return _guided(network, noisy, step, told, seen, plan.guidance)

        def report(done: int, count: int, number: int = number) -> None:
            if on_step is not None:
                on_step(number * count + done, len(pieces) * count)

        piece = replace(plan, seed=plan.seed + number)
        shape = (end - begin, picture.shape[2], picture.shape[3])
        window = _run(network.size, predict, shape, piece, like=picture, on_step=report)
        made = torch.cat([made, window], dim=1)
    return made[:, BEFORE:]


def _guided(network: Renderer, noisy: Tensor, step: Tensor, told: Told, seen: Kept, guidance: float) -> Tensor:
    """What a window looks like, carried beyond what it would be of nobody and to nothing (Ho and Salimans 2022)."""
    made = network(noisy, step, told, seen)
    if guidance == 1:
        return made
    nothing = network(noisy, step, Told(), None)
    return nothing + guidance * (made - nothing)


def _run(
    size: Sizes,
    predict: Callable[[Tensor, Tensor], Tensor],
    shape: tuple[int, int, int],
    plan: Plan,
    *,
    like: Tensor,
    start: Tensor | None = None,
    on_step: Callable[[int, int], None] | None = None,
) -> Tensor:
    """Go through a chain; like : of what device and precision."""
    if start is not None and plan.strength == 0:
        return start
    scheduler = chain(size, plan.sampler)
    scheduler.set_timesteps(plan.steps, device=like.device)
    # Made on the CPU, so that a seed gives the same film everywhere.
    chance = torch.Generator().manual_seed(plan.seed)
    frames, height, width = shape
    noisy = torch.randn(1, frames, size.latent, height, width, generator=chance).to(like)
    steps = scheduler.timesteps
    if start is not None:
        first = min(round((1 - plan.strength) * len(steps)), len(steps) - 1)
        steps = steps[first:]
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(first)
        noisy = scheduler.add_noise(start, noisy, steps[:1])
    for done, step in enumerate(steps, start=1):
        made = predict(noisy, step[None])
        noisy = scheduler.step(made, step, noisy, generator=chance).prev_sample
        if on_step is not None:
            on_step(done, len(steps))
    return noisy
