"""What drives MuseDance's film: its music, beat and motion-alignment modules, after the last motion module of every
attending block of the UNet (where in the UNet they stand is not stated; chosen).

Each begins as if it were not there. They stand beside the UNet and speak through hooks, so that the UNet keeps its own
names and shapes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.models.attention_processor import Attention
from diffusers.models.unets.unet_motion_model import AnimateDiffTransformer3D, UNetMotionModel
from torch import Tensor, nn

from demos.video.renderer.sizes import BEFORE, Sizes


@dataclass(frozen=True)
class Heard:
    """What a window is driven by.

    music : (batch, L, columns) embeddings evenly over the window's time. beats : (batch, frames) whole numbers, 1 on
    frames with a beat. before : what ReferenceNet kept of the last frames made, (batch x BEFORE, places, channels) by
    the name of the attention.
    """

    music: Tensor
    beats: Tensor
    before: Mapping[str, Tensor]


def places(count: int, width: int, device: torch.device) -> Tensor:
    """(count, width) sines and cosines of times 0 to 1, so that different numbers of frames and sounds meet."""
    time = (torch.arange(count, device=device) + 0.5) / count
    frequency = 2 ** torch.linspace(0, math.log2(32), width // 2, device=device) * math.pi
    angle = time[:, None] * frequency
    return torch.cat([angle.sin(), angle.cos()], dim=-1)


def temporal(width: int, size: Sizes, *, length: int) -> AnimateDiffTransformer3D:
    """One self-attention over time and a feed-forward, that begins as if it were not there."""
    made = AnimateDiffTransformer3D(
        num_attention_heads=size.heads, attention_head_dim=width // size.heads, in_channels=width,
        norm_num_groups=size.groups, double_self_attention=False, positional_embeddings="sinusoidal",
        num_positional_embeddings=length,
    )  # fmt: skip
    nn.init.zeros_(made.proj_out.weight)
    nn.init.zeros_(made.proj_out.bias)
    return made


class HearingModule(nn.Module):
    """Pictures hear a sequence (cross-attention), then each other over time: music's and beat's way (3.3)."""

    def __init__(self, width: int, size: Sizes) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.hear = Attention(
            query_dim=width, cross_attention_dim=width, heads=size.heads, dim_head=width // size.heads
        )
        out: nn.Linear = self.hear.to_out[0]  # pyright: ignore[reportAssignmentType, reportOptionalSubscript]
        nn.init.zeros_(out.weight)
        nn.init.zeros_(out.bias)
        self.time = temporal(width, size, length=size.length)

    def forward(self, states: Tensor, said: Tensor, frames: int) -> Tensor:
        """states (batch x frames, width, h, w), said (batch, L, width) -> states."""
        batch, width, height, across = len(states) // frames, *states.shape[1:]
        flat = states.flatten(2).transpose(1, 2).unflatten(0, (batch, frames))
        asking = self.norm(flat) + places(frames, width, states.device)[:, None].to(flat.dtype)
        heard = said + places(said.shape[1], width, states.device).to(said.dtype)
        flat = flat + self.hear(asking.flatten(1, 2), encoder_hidden_states=heard).view_as(flat)
        states = flat.flatten(0, 1).transpose(1, 2).unflatten(2, (height, across))
        return self.time(states, num_frames=frames)


class MusicModule(nn.Module):
    """Embeddings of the music, to each place of each frame."""

    def __init__(self, width: int, size: Sizes) -> None:
        super().__init__()
        self.enter = nn.Sequential(nn.LayerNorm(size.music), nn.Linear(size.music, width))
        self.module = HearingModule(width, size)

    def forward(self, states: Tensor, music: Tensor, frames: int) -> Tensor:
        return self.module(states, self.enter(music), frames)


class BeatModule(nn.Module):
    """Beat or none of each frame, looked up, to each place of each frame."""

    def __init__(self, width: int, size: Sizes) -> None:
        super().__init__()
        self.enter = nn.Embedding(2, width)
        self.module = HearingModule(width, size)

    def forward(self, states: Tensor, beats: Tensor, frames: int) -> Tensor:
        return self.module(states, self.enter(beats), frames)


class MotionAlignment(nn.Module):
    """Frames attend over time to themselves and the last frames made, of which the window's own go on."""

    def __init__(self, width: int, size: Sizes) -> None:
        super().__init__()
        self.time = temporal(width, size, length=size.length + BEFORE)

    def forward(self, states: Tensor, before: Tensor, frames: int) -> Tensor:
        """before : (batch x BEFORE, places, width)."""
        side = states.shape[2:]
        ahead = before.transpose(1, 2).unflatten(2, side).unflatten(0, (-1, BEFORE))
        both = torch.cat([ahead, states.unflatten(0, (-1, frames))], dim=1)
        made = self.time(both.flatten(0, 1), num_frames=BEFORE + frames)
        return made.unflatten(0, (-1, BEFORE + frames))[:, BEFORE:].flatten(0, 1)


class Station(nn.Module):
    """The three modules at one block. name : of the block's last self-attention, whose kept states it aligns to."""

    def __init__(self, name: str, width: int, size: Sizes) -> None:
        super().__init__()
        self.name = name
        self.music, self.beat = MusicModule(width, size), BeatModule(width, size)
        self.motion = MotionAlignment(width, size)

    def forward(self, states: Tensor, heard: Heard) -> Tensor:
        """(batch x frames, width, h, w) -> the same."""
        frames = heard.beats.shape[1]
        states = self.music(states, heard.music, frames)
        states = self.beat(states, heard.beats, frames)
        return self.motion(states, heard.before[self.name], frames)


class Driver(nn.Module):
    """All stations of a UNet."""

    def __init__(self, unet: UNetMotionModel, size: Sizes) -> None:
        super().__init__()
        self.stations = nn.ModuleList()
        self._heard: Heard | None = None
        for name, block in _attending(unet):
            module = block.motion_modules[-1]
            kept = f"{name}.attentions.{len(block.attentions) - 1}.transformer_blocks.0.attn1.processor"
            station = Station(kept, module.in_channels, size)
            self.stations.append(station)
            module.register_forward_hook(self._hook(station))

    @contextmanager
    def hearing(self, heard: Heard | None) -> Iterator[None]:
        """Within this the UNet is driven; by nothing where it is None."""
        self._heard = heard
        try:
            yield
        finally:
            self._heard = None

    def _hook(self, station: Station):
        def drive(module: nn.Module, given: object, states: Tensor) -> Tensor:
            return states if self._heard is None else station(states, self._heard)

        return drive


def _attending(unet: UNetMotionModel) -> Iterator[tuple[str, Any]]:
    """The blocks with attention, and their names."""
    rows = [(f"down_blocks.{i}", block) for i, block in enumerate(unet.down_blocks)]
    rows.append(("mid_block", unet.mid_block))
    rows += [(f"up_blocks.{i}", block) for i, block in enumerate(unet.up_blocks)]
    for name, block in rows:
        if hasattr(block, "attentions"):
            yield name, block
