"""The diffusion renderer whole: autoencoder, the film's UNet, ReferenceNet, and what guides them.

Three ways to be guided, `Way`: by pose tokens (X-Dancer), by drawn skeletons (its ablation), by music, beats and words
(MuseDance). Pictures are (n, 3, height, width) from -1 to 1, their sides multiples of Sizes.multiple.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor, nn

from demos.video.pose_codec import STEP
from demos.video.renderer.driving import Driver, Heard
from demos.video.renderer.guidance import MotionDecoder, Residuals, mask_encoder, skeleton_net
from demos.video.renderer.reference import Kept, film_unet, reference_net
from demos.video.renderer.sizes import BEFORE, Sizes

Way = Literal["tokens", "skeleton", "muse"]
WAYS: tuple[Way, ...] = ("tokens", "skeleton", "muse")


def autoencoder(size: Sizes) -> AutoencoderKL:
    """Pictures to latents and back."""
    shape: dict[str, Any] = {
        "down_block_types": ("DownEncoderBlock2D",) * len(size.coder),
        "up_block_types": ("UpDecoderBlock2D",) * len(size.coder),
        "block_out_channels": size.coder,
    }
    return AutoencoderKL(
        **shape, layers_per_block=size.coder_layers, norm_num_groups=size.coder_groups, latent_channels=size.latent,
        scaling_factor=size.scale,
    )  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What a window of frames is told; None of each for what its way does not use, or guidance leaves out.

    words : (batch, n, words) states of a text. codes : (batch, frames / 4, codes) what pose tokens stand for.
    placement : (batch, 3) of the figure in the picture. drawn : (batch, frames, 3, height, width) skeletons, 0 to 1.
    heard : music, beats and the last frames made.
    """

    words: Tensor | None = None
    codes: Tensor | None = None
    placement: Tensor | None = None
    drawn: Tensor | None = None
    heard: Heard | None = None

    def cut(self, start: int, stop: int) -> Told:
        """What its frames start .. stop are told, both multiples of the frames of a step of tokens; words and placement
        are the same everywhere, and what is heard is of one window only."""
        if start % STEP or stop % STEP:
            raise ValueError(f"tokens are cut between their steps of {STEP} frames, not at {start} .. {stop}")
        codes = None if self.codes is None else self.codes[:, start // STEP : stop // STEP]
        drawn = None if self.drawn is None else self.drawn[:, start:stop]
        return replace(self, codes=codes, drawn=drawn)


class Renderer(nn.Module):
    """All networks of one way."""

    kind = "renderer"

    def __init__(self, size: Sizes, way: Way = "tokens") -> None:
        super().__init__()
        self.size, self.way = size, way
        self.coder: Any = autoencoder(size)
        self.unet, self.reference = film_unet(size), reference_net(size)
        self.silence = nn.Parameter(torch.zeros(1, 1, size.words))
        """Stands for a text where there is none."""
        self.decoder = MotionDecoder(size) if way == "tokens" else None
        self.skeleton = skeleton_net(size) if way == "skeleton" else None
        self.mask = mask_encoder(size) if way == "muse" else None
        self.driver = Driver(self.unet, size) if way == "muse" else None

    def encode(self, pictures: Tensor) -> Tensor:
        """Pictures -> latents (n, latent, height / factor, width / factor) of deviation about 1."""
        return self.coder.encode(pictures).latent_dist.mode() * self.size.scale

    def decode(self, latents: Tensor) -> Tensor:
        """The way back, clamped to -1 .. 1."""
        return self.coder.decode(latents / self.size.scale).sample.clamp(-1, 1)

    def look(self, latents: Tensor, *, words: Tensor | None = None, mask: Tensor | None = None) -> Kept:
        """What the film's UNet will see of pictures' latents (n, latent, h, w). mask : (n, 1, height, width) 0 to 1,
        where the figure is; MuseDance alone has one."""
        if mask is not None and self.mask is not None:
            latents = latents + self.mask(mask)
        kept: Kept = {}
        step = torch.zeros(len(latents), dtype=torch.long, device=latents.device)
        self.reference(latents, step, self._words(words, len(latents)), cross_attention_kwargs={"keep": kept})
        return kept

    def look_back(self, latents: Tensor, *, words: Tensor | None = None) -> Kept:
        """What MuseDance aligns to: latents (batch, BEFORE, latent, h, w) of the last frames made; at the beginning of
        a film the picture itself, BEFORE times."""
        if latents.shape[1] != BEFORE:
            raise ValueError(f"{BEFORE} frames before, not {latents.shape[1]}")
        words = None if words is None else words.repeat_interleave(BEFORE, dim=0)
        return self.look(latents.flatten(0, 1), words=words)

    def forward(self, noisy: Tensor, steps: Tensor, told: Told, seen: Kept | None) -> Tensor:
        """One step of denoising.

        noisy : (batch, frames, latent, h, w). steps : (batch,) of the chain. seen : what `look` kept, or None for
        nobody in particular. Returns what Sizes.noise says is predicted, in noisy's shape.
        """
        batch, frames = noisy.shape[:2]
        words = self._words(told.words, batch).repeat_interleave(frames, dim=0)
        said = self._guided(noisy, steps, words, told)
        driven = nullcontext() if self.driver is None else self.driver.hearing(told.heard)
        with driven:
            made = self.unet(
                noisy.transpose(1, 2),
                steps,
                words,
                cross_attention_kwargs={"seen": seen},
                down_block_additional_residuals=None if said is None else said.skips,
                mid_block_additional_residual=None if said is None else said.middle,
            ).sample
        return made.transpose(1, 2)

    def _guided(self, noisy: Tensor, steps: Tensor, words: Tensor, told: Told) -> Residuals | None:
        if self.decoder is not None and told.codes is not None and told.placement is not None:
            return self.decoder(told.codes, told.placement, (noisy.shape[-2], noisy.shape[-1]))
        if self.skeleton is not None and told.drawn is not None:
            frames = noisy.shape[1]
            skips, middle = self.skeleton(
                noisy.flatten(0, 1), steps.repeat_interleave(frames), words,
                controlnet_cond=told.drawn.flatten(0, 1), return_dict=False,
            )  # fmt: skip
            return Residuals(tuple(skips), middle)
        return None

    def _words(self, words: Tensor | None, batch: int) -> Tensor:
        return self.silence.expand(batch, -1, -1) if words is None else words
