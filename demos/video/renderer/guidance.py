"""What tells the film's UNet where to paint: X-Dancer's motion decoder, drawn skeletons for its ablation, masks.

The motion decoder and the skeleton's ControlNet say the same to the UNet: a residual for each of its skips and one for
its middle.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from diffusers.models.controlnets.controlnet import ControlNetConditioningEmbedding, ControlNetModel
from torch import Tensor, nn
from torch.nn import functional

from demos.video.pose_codec import STEP
from demos.video.renderer.reference import connect
from demos.video.renderer.sizes import Sizes

PLACEMENT = 3
"""Where the figure stands in the picture: across and down of its pelvis in the first frame, and how tall its metre is,
all in picture heights. Pose tokens are metres of the figure itself."""


@dataclass(frozen=True)
class Residuals:
    """skips : one for each of the UNet's skips (frames, channels, height, width). middle : the last."""

    skips: tuple[Tensor, ...]
    middle: Tensor


def skip_shapes(size: Sizes) -> list[tuple[int, int]]:
    """(channels, level) of each of the UNet's skips, in its order: level n is 2**n times smaller than the latents."""
    found = [(size.levels[0], 0)]
    last = len(size.levels) - 1
    for level, width in enumerate(size.levels):
        found += [(width, level)] * size.layers
        if level < last:
            found.append((width, level + 1))
    return found


class StyledBlock(nn.Module):
    """A convolution whose channels' means and deviations a style sets (AdaIN, Huang and Belongie eq. 8)."""

    def __init__(self, inwards: int, outwards: int, style: int) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(inwards, outwards, 3, padding=1)
        self.norm = nn.InstanceNorm2d(outwards)
        self.scale_shift = nn.Linear(style, 2 * outwards)
        nn.init.zeros_(self.scale_shift.bias)

    def forward(self, maps: Tensor, style: Tensor) -> Tensor:
        """(frames, inwards, h, w), (frames, style) -> (frames, outwards, h, w)."""
        scale, shift = self.scale_shift(style)[:, :, None, None].chunk(2, dim=1)
        return functional.silu(self.norm(self.convolve(maps)) * (1 + scale) + shift)


class MotionDecoder(nn.Module):
    """X-Dancer's: a learnt map grows to every scale of the UNet, styled at each by the pose tokens of the window.

    Neighbouring steps of tokens are mixed first, so that a frame hears the movement it is part of.
    """

    def __init__(self, size: Sizes) -> None:
        super().__init__()
        self.size = size
        wide = size.style
        self.enter = nn.Conv1d(size.codes, wide, 3, padding=1)
        self.mix = nn.Conv1d(wide, wide, 3, padding=1)
        self.frames = nn.Linear(wide, STEP * wide)
        self.placement = nn.Sequential(nn.Linear(PLACEMENT, wide), nn.SiLU(), nn.Linear(wide, wide))
        self.start = nn.Parameter(torch.randn(1, size.levels[-1], size.start, size.start))
        inwards = [*size.levels[1:], size.levels[-1]]
        self.grow = nn.ModuleList(
            StyledBlock(before, width, wide) for before, width in zip(inwards, size.levels, strict=True)
        )
        self.refine = nn.ModuleList(StyledBlock(width, width, wide) for width in size.levels)
        self.skips = nn.ModuleList(nn.Conv2d(size.levels[level], width, 1) for width, level in skip_shapes(size))
        self.middle = nn.Conv2d(size.levels[-1], size.levels[-1], 1)
        for last in (*self.skips, self.middle):  # begins by saying nothing, as ControlNet does
            nn.init.zeros_(last.weight)  # pyright: ignore[reportArgumentType]
            nn.init.zeros_(last.bias)  # pyright: ignore[reportArgumentType]

    def styles(self, codes: Tensor, placement: Tensor) -> Tensor:
        """What the tokens of a window stand for (batch, steps, codes), placement (batch, 3) -> styles (batch, frames,
        style), four frames a step."""
        hidden = functional.silu(self.enter(codes.transpose(1, 2)))
        hidden = functional.silu(hidden + self.mix(hidden)).transpose(1, 2)
        frames = self.frames(hidden).unflatten(-1, (STEP, -1)).flatten(1, 2)
        return functional.silu(frames + self.placement(placement)[:, None])

    def forward(self, codes: Tensor, placement: Tensor, shape: tuple[int, int]) -> Residuals:
        """shape : height and width of the latents. Residuals are of batch x frames pictures."""
        styles = self.styles(codes, placement).flatten(0, 1)
        maps = self.start.expand(len(styles), -1, -1, -1)
        scales: dict[int, Tensor] = {}
        for level in reversed(range(len(self.size.levels))):
            side = (shape[0] >> level, shape[1] >> level)
            maps = functional.interpolate(maps, side, mode="bilinear", align_corners=False)
            maps = self.refine[level](self.grow[level](maps, styles), styles)
            scales[level] = maps
        said = zip(self.skips, skip_shapes(self.size), strict=True)
        return Residuals(tuple(last(scales[level]) for last, (_, level) in said), self.middle(scales[max(scales)]))


def skeleton_net(size: Sizes) -> ControlNetModel:
    """What reads drawn skeletons: diffusers' ControlNet, so that the pose ControlNets of Stable Diffusion 1.5 fit."""
    attends = [True] * (len(size.levels) - 1)
    net = ControlNetModel(
        in_channels=size.latent,
        down_block_types=tuple("CrossAttnDownBlock2D" if a else "DownBlock2D" for a in [*attends, False]),
        block_out_channels=size.levels,
        layers_per_block=size.layers,
        norm_num_groups=size.groups,
        cross_attention_dim=size.words,
        attention_head_dim=size.heads,
        conditioning_embedding_out_channels=size.drawn,
    )
    connect(net)  # pyright: ignore[reportArgumentType]
    return net


def mask_encoder(size: Sizes) -> ControlNetConditioningEmbedding:
    """MuseDance's mask encoder: convolutions down to the latents, to which they are added (3.2, eq. 1)."""
    return ControlNetConditioningEmbedding(size.latent, conditioning_channels=1, block_out_channels=size.drawn)
