"""ReferenceNet: what the picture's own UNet attends to, the film's UNet attends to as well.

Both are diffusers UNets with the same attention layers. A processor, which both have, keeps what a self-attention was
given or reads what the other kept (MuseDance 3.2: features side by side through self-attention, the first half taken
out; the second half's own answers are not needed, so only its keys and values are made).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.models.unets.unet_motion_model import UNetMotionModel
from torch import Tensor, cat
from torch.nn import functional

from demos.video.renderer.sizes import Sizes

SELF, CROSS, MOTION = ".attn1.processor", ".attn2.processor", "motion_modules"
Kept = dict[str, Tensor]
"""Name of a self-attention -> what it was given (pictures, places, channels)."""


class SharedSelfAttention:
    """A spatial self-attention that keeps what it is given, or reads what its counterpart kept, under one name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
        keep: Kept | None = None,
        seen: Mapping[str, Tensor] | None = None,
    ) -> Tensor:
        """hidden_states (pictures, places, channels). keep : written to. seen : of fewer pictures, one for as many
        frames in a row as there are frames to each; none is read where it is None."""
        if keep is not None:
            keep[self.name] = hidden_states
        keys, values = attn.to_k(hidden_states), attn.to_v(hidden_states)
        if seen is not None:
            other = seen[self.name]
            frames = len(hidden_states) // len(other)
            keys = cat([keys, attn.to_k(other).repeat_interleave(frames, dim=0)], dim=1)
            values = cat([values, attn.to_v(other).repeat_interleave(frames, dim=0)], dim=1)
        queries, keys, values = (
            states.unflatten(-1, (attn.heads, -1)).transpose(1, 2)
            for states in (attn.to_q(hidden_states), keys, values)
        )
        mixed = functional.scaled_dot_product_attention(queries, keys, values)
        last, drop = attn.to_out
        return drop(last(mixed.transpose(1, 2).flatten(2)))


class PlainCrossAttention(AttnProcessor2_0):
    """diffusers' own, which takes what is meant for self-attention and leaves it."""

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
        keep: Kept | None = None,
        seen: Mapping[str, Tensor] | None = None,
    ) -> Tensor:
        return super().__call__(attn, hidden_states, encoder_hidden_states, attention_mask, temb)


def connect(unet: UNet2DConditionModel | UNetMotionModel) -> None:
    """Give a UNet's spatial attentions the processors above; its motion modules' stay as they are."""
    chosen: dict[str, Any] = dict(unet.attn_processors)
    for name in chosen:
        if MOTION not in name:
            chosen[name] = SharedSelfAttention(name) if name.endswith(SELF) else PlainCrossAttention()
    unet.set_attn_processor(chosen)


def reference_net(size: Sizes) -> UNet2DConditionModel:
    """The picture's UNet: the film's, without time."""
    attends = [True] * (len(size.levels) - 1)
    unet = UNet2DConditionModel(
        in_channels=size.latent,
        out_channels=size.latent,
        down_block_types=tuple("CrossAttnDownBlock2D" if a else "DownBlock2D" for a in [*attends, False]),
        up_block_types=tuple("CrossAttnUpBlock2D" if a else "UpBlock2D" for a in [False, *attends]),
        block_out_channels=size.levels,
        layers_per_block=size.layers,
        norm_num_groups=size.groups,
        cross_attention_dim=size.words,
        attention_head_dim=size.heads,  # diffusers' name for how many there are, in Stable Diffusion 1.5
    )
    connect(unet)
    return unet


def film_unet(size: Sizes) -> UNetMotionModel:
    """The film's UNet. Its motion modules begin as if they were not there (AnimateDiff 4.2)."""
    attends = [True] * (len(size.levels) - 1)
    unet = UNetMotionModel(
        in_channels=size.latent,
        out_channels=size.latent,
        down_block_types=tuple("CrossAttnDownBlockMotion" if a else "DownBlockMotion" for a in [*attends, False]),
        up_block_types=tuple("CrossAttnUpBlockMotion" if a else "UpBlockMotion" for a in [False, *attends]),
        block_out_channels=size.levels,
        layers_per_block=size.layers,
        norm_num_groups=size.groups,
        cross_attention_dim=size.words,
        num_attention_heads=size.heads,
        motion_max_seq_length=size.length,
        motion_num_attention_heads=size.heads,
    )
    for name, value in unet.named_parameters():
        if MOTION in name and ".proj_out." in name:
            value.detach().zero_()
    connect(unet)
    return unet
