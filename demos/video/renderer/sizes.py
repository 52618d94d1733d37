"""How large the diffusion renderer's networks are: one set of numbers for each size, and the chain of noise it learnt.

`tiny` is for tests, `small` is trained here, `sd15` has the shapes of Stable Diffusion 1.5, its CLIP text encoder and
AnimateDiff's motion module, so that their files fit key by key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demos.runtime.errors import InputError
from demos.text.encoder import WIDTH as SENTENCE_WIDTH
from demos.video.pose_codec import PARTS, Config

WINDOW, OVERLAP = 16, 4
"""Frames of a window (X-Dancer: 16), and of it those that the next one shares (not stated; chosen)."""
BEFORE = 2
"""Frames already made that a MuseDance piece hears (MuseDance 4.2: the last two)."""


@dataclass(frozen=True)
class Sizes:
    """latent : channels of a latent. coder : channels of the autoencoder's levels; each but the first halves the
    picture. coder_layers, coder_groups : of each. scale : latents times this have deviation 1. levels : channels of the
    UNet's levels; all but the last attend. layers, heads, groups : of each. length : frames that motion modules have
    places for. words : width of the text's states. music : columns of the music. codes : numbers that a step of pose
    tokens stands for. style, start : width of a frame's style and side of the learnt map of the motion decoder.
    drawn : channels of what reads drawn skeletons and masks. noise : of diffusers' schedulers.
    """

    name: str
    latent: int
    coder: tuple[int, ...]
    coder_layers: int
    coder_groups: int
    scale: float
    levels: tuple[int, ...]
    layers: int
    heads: int
    groups: int
    length: int
    words: int
    music: int
    codes: int
    style: int
    start: int
    drawn: tuple[int, ...]
    noise: dict[str, Any]

    @property
    def factor(self) -> int:
        """Pixels to a latent's side."""
        return 2 ** (len(self.coder) - 1)

    @property
    def multiple(self) -> int:
        """The sides of a picture must be multiples of this."""
        return self.factor * 2 ** (len(self.levels) - 1)


_ZERO_END = {
    "num_train_timesteps": 1000, "beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction",
    # The last step is noise alone, so that sampling starts where training ended (Lin et al. 2024).
    "rescale_betas_zero_snr": True, "clip_sample": False,
}  # fmt: skip
_SD15 = {
    "num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "prediction_type": "epsilon", "steps_offset": 1, "clip_sample": False,
}  # fmt: skip
_CODES = PARTS * Config().code

SIZES = {
    "tiny": Sizes(
        name="tiny", latent=4, coder=(8, 8), coder_layers=1, coder_groups=4, scale=1.0, levels=(8, 16), layers=1,
        heads=2, groups=4, length=32, words=12, music=6, codes=10, style=12, start=2, drawn=(4, 8), noise=_ZERO_END,
    ),
    "small": Sizes(
        name="small", latent=8, coder=(16, 24, 48, 64), coder_layers=1, coder_groups=8, scale=1.0,
        levels=(48, 64, 64), layers=1, heads=4, groups=16, length=32, words=SENTENCE_WIDTH, music=35, codes=_CODES,
        style=96, start=4, drawn=(8, 16, 24, 32), noise=_ZERO_END,
    ),
    "sd15": Sizes(
        name="sd15", latent=4, coder=(128, 256, 512, 512), coder_layers=2, coder_groups=32, scale=0.18215,
        levels=(320, 640, 1280, 1280), layers=2, heads=8, groups=32, length=32, words=768, music=768, codes=_CODES,
        style=512, start=4, drawn=(16, 32, 96, 256), noise=_SD15,
    ),
}  # fmt: skip
"""By name. sd15's music is as wide as the AST embeddings of MuseDance 3.3."""


def sizes(name: str) -> Sizes:
    """The sizes of a name; InputError for any other."""
    if name not in SIZES:
        raise InputError(f'There is no size "{name}": choose from {", ".join(SIZES)}.')
    return SIZES[name]
