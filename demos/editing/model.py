"""DanceEditor's two networks: music to a dance, and a dance with an instruction to the changed dance.

Both are diffusion transformers that predict the clean motion (frames, 151) of a noisy one, on tokens of a few frames.
Sizes are ours: the paper's are for large GPUs. Vectors here are world metres and plain 6-D rotations; the networks
normalise them by statistics kept among their weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from demos.editing.conditions import MUSIC, PART_NAMES, STYLES, columns_of_parts
from demos.motion.vector import WIDTH
from demos.nn.transformer import Block, timestep_embedding

EMBEDDING = 128
"""Width of an instruction's embedding (demos.editing.reader)."""


@dataclass(frozen=True)
class Config:
    """Size of a network.

    width, heads : of the transformer. depth : blocks of the denoiser. patch : frames of a token.
    detail : channels of the convolutions that work on single frames. cem : the editor's Cross-modality Editing Module,
    or, for the ablation, both conditions pooled over time.
    """

    width: int = 192
    heads: int = 4
    depth: int = 6
    patch: int = 6
    detail: int = 96
    cem: bool = True


TINY = Config(width=32, heads=2, depth=1, detail=16)


class Normaliser(nn.Module):
    """Mean and deviation of columns, kept with the weights."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("deviation", torch.ones(width))

    def forward(self, values: Tensor) -> Tensor:
        return (values - self.mean) / self.deviation

    def inverse(self, values: Tensor) -> Tensor:
        """Back to plain values."""
        return values * self.deviation + self.mean


class Patches(nn.Module):
    """(batch, frames, channels) -> (batch, frames / patch, width): each token sees its frames."""

    def __init__(self, channels: int, config: Config) -> None:
        super().__init__()
        self.patch = config.patch
        self.project = nn.Linear(channels * config.patch, config.width)

    def forward(self, values: Tensor) -> Tensor:
        batch, frames, channels = values.shape
        return self.project(values.reshape(batch, frames // self.patch, channels * self.patch))


class MusicEncoder(nn.Module):
    """(batch, frames, 39) -> (batch, tokens, width), each token hearing about a second around it."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.normalise = Normaliser(MUSIC)
        self.patches = Patches(MUSIC, config)
        self.near = nn.Conv1d(config.width, config.width, 7, padding=3, groups=config.width)
        self.mix = nn.Linear(config.width, config.width)

    def forward(self, music: Tensor) -> Tensor:
        tokens = self.patches(self.normalise(music))
        near = functional.silu(self.near(tokens.transpose(1, 2)).transpose(1, 2))
        return tokens + self.mix(near)


class Detail(nn.Module):
    """From tokens back to frames: a linear map to each frame, then convolutions that also see the frames put in, so
    that no seam shows between tokens and fine movement need not pass through them."""

    def __init__(self, seen: int, out: int, config: Config) -> None:
        super().__init__()
        self.patch, width = config.patch, config.detail
        self.unpatch = nn.Linear(config.width, config.patch * width)
        self.seen = nn.Linear(seen, width)
        self.layers = nn.ModuleList(nn.Conv1d(width, width, 5, padding=2) for _ in range(3))
        self.out = nn.Linear(width, out)

    def forward(self, tokens: Tensor, seen: Tensor) -> Tensor:
        """tokens (batch, n, width), seen (batch, frames, channels) -> (batch, frames, out)."""
        batch, frames, _ = seen.shape
        hidden = self.unpatch(tokens).reshape(batch, frames, -1) + self.seen(seen)
        for layer in self.layers:
            hidden = hidden + layer(functional.silu(hidden).transpose(1, 2)).transpose(1, 2)
        return self.out(hidden)


class StepEmbedding(nn.Module):
    """Diffusion steps -> (batch, 1, width)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.layers = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, steps: Tensor) -> Tensor:
        return self.layers(timestep_embedding(steps, self.width))[:, None]


class Predictor(nn.Module):
    """The prediction stage: music, and a style or none, to a dance.

    Windows go on from one another: the first frames may be given, and the network is trained to continue them.
    """

    kind = "predictor"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.normalise = Normaliser(WIDTH)
        self.music = MusicEncoder(config)
        self.motion = Patches(2 * WIDTH + 1, config)
        self.step = StepEmbedding(config.width)
        self.style = nn.Embedding(len(STYLES) + 1, config.width)  # 0: from the music
        self.silence = nn.Parameter(torch.zeros(config.width))
        self.blocks = nn.ModuleList(Block(config.width, config.heads, config.width) for _ in range(config.depth))
        self.detail = Detail(2 * WIDTH + 1 + MUSIC, WIDTH, config)

    @classmethod
    def tiny(cls, *, seed: int = 0) -> Predictor:
        """A small network of random weights, for tests."""
        return _stirred(cls, seed)

    def forward(
        self, noisy: Tensor, steps: Tensor, music: Tensor, style: Tensor, known: Tensor, given: Tensor, hears: Tensor
    ) -> Tensor:
        """The clean motion, normalised.

        noisy : (batch, frames, 151) normalised. steps : (batch,) 0 .. 999. music : (batch, frames, 39).
        style : (batch,) long, 0 for none, i + 1 for STYLES[i]. known : (batch, frames, 151) normalised frames that are
        given where `given` (batch, frames, 1) is 1. hears : (batch,) 0 where the music is dropped (for guidance).
        frames : a multiple of the patch.
        """
        heard = hears.view(-1, 1, 1)
        seen = torch.cat([noisy, known * given, given], dim=-1)
        music_tokens = self.music(music) * heard + self.silence * (1 - heard)
        tokens = self.motion(seen) + music_tokens
        condition = functional.silu(self.step(steps) + self.style(style)[:, None] + music_tokens)
        for block in self.blocks:
            tokens = block(tokens, condition)
        clean = self.detail(tokens, torch.cat([seen, self.music.normalise(music) * heard], dim=-1))
        return clean * (1 - given) + known * given


class CrossModalityEditing(nn.Module):
    """CEM: the initial dance and the instruction, weighed against each other token by token.

    (sigma, 1 - sigma) = softmax over pooled edit and initial features; f = sigma f_init + (1 - sigma) f_edit
    (DanceEditor); f goes into the denoiser's blocks by AdaIN as temporal motion cues.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.width
        self.initial = nn.ModuleList(Block(width, config.heads, width) for _ in range(2))
        self.edit = Block(width, config.heads, width)
        self.gate = nn.Linear(2 * width, 2)
        self.pooled = not config.cem

    def forward(self, initial: Tensor, edit: Tensor, music: Tensor) -> tuple[Tensor, Tensor]:
        """initial, edit, music (batch, n, width) -> cues (batch, n, width), sigma (batch, n, 1).

        edit : the instruction on every token, with where it may act. Each side hears the music.
        """
        for block in self.initial:
            initial = block(initial, music)
        edit = self.edit(edit, music)
        if self.pooled:  # the ablation: no gate, no cues in time
            both = (initial + edit).mean(dim=1, keepdim=True).expand_as(edit)
            return both, torch.full_like(edit[..., :1], 0.5)
        sigma = self.gate(torch.cat([initial, edit], dim=-1)).softmax(dim=-1)
        return sigma[..., :1] * initial + sigma[..., 1:] * edit, sigma[..., :1]


class Editor(nn.Module):
    """The editing stage: a dance, its music and an instruction to the changed dance.

    What the result keeps of the dance is decided frame by frame and column by column with a second gate, of the same
    cues, so that what was not asked to change comes through untouched.
    """

    kind = "editor"
    columns: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        width, parts = config.width, len(PART_NAMES)
        self.register_buffer("columns", torch.from_numpy(columns_of_parts()).float(), persistent=False)
        self.normalise = Normaliser(WIDTH)
        self.music = MusicEncoder(config)
        self.motion = Patches(WIDTH + parts, config)
        self.initial = Patches(WIDTH, config)
        self.instruction = nn.Sequential(nn.Linear(EMBEDDING + 1, width), nn.SiLU(), nn.Linear(width, width))
        self.where = Patches(parts, config)
        self.no_instruction = nn.Parameter(torch.zeros(width))
        self.no_initial = nn.Parameter(torch.zeros(width))
        self.step = StepEmbedding(width)
        self.cem = CrossModalityEditing(config)
        self.blocks = nn.ModuleList(Block(width, config.heads, width) for _ in range(config.depth))
        seen = (2 if config.cem else 1) * WIDTH + parts + MUSIC
        self.detail = Detail(seen, (2 if config.cem else 1) * WIDTH, config)

    @classmethod
    def tiny(cls, *, seed: int = 0) -> Editor:
        """A small network of random weights, for tests."""
        return _stirred(cls, seed)

    def forward(
        self, noisy: Tensor, steps: Tensor, before: Tensor, music: Tensor, instruction: Tensor, mask: Tensor,
        reads: Tensor, sees: Tensor,
    ) -> Tensor:  # fmt: skip
        """The clean changed motion, normalised.

        noisy, before : (batch, frames, 151) normalised. steps : (batch,). music : (batch, frames, 39).
        instruction : (batch, 129) embedding and strength 0 .. 1. mask : (batch, frames, 6) of conditions.change_mask.
        reads, sees : (batch,) 0 where the instruction, the dance before, is dropped (for guidance).
        """
        reading, seeing = reads.view(-1, 1, 1), sees.view(-1, 1, 1)
        music_tokens = self.music(music)
        step = self.step(steps)
        told = self.instruction(instruction)[:, None]
        told = told * reading + self.no_instruction * (1 - reading)
        edit = told + self.where(mask)
        initial = self.initial(before) * seeing + self.no_initial * (1 - seeing)
        cues, _ = self.cem(initial, edit, functional.silu(step + music_tokens))
        condition = functional.silu(step + cues)
        tokens = self.motion(torch.cat([noisy, mask], dim=-1)) + music_tokens
        for block in self.blocks:
            tokens = block(tokens, condition)
        heard = self.music.normalise(music)
        if not self.config.cem:
            return self.detail(tokens, torch.cat([noisy, mask, heard], dim=-1))
        kept = before * seeing
        made, gate = self.detail(tokens, torch.cat([noisy, kept, mask, heard], dim=-1)).chunk(2, dim=-1)
        gate = (gate + 2 * (1 - seeing)).sigmoid()  # without a dance to keep, nearly all is made
        return kept + gate * (made - kept)


Network = TypeVar("Network", Predictor, Editor)


def _stirred(kind: type[Network], seed: int) -> Network:
    """A tiny network whose every weight counts, those that start at zero included."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        network = kind(TINY)
        for parameter in network.parameters():
            if not parameter.any():
                parameter.normal_(std=0.2)
    return network.eval()


def parameters_of(network: nn.Module) -> int:
    """How many numbers it has learnt."""
    return sum(parameter.numel() for parameter in network.parameters())


NETWORKS: dict[str, type[Predictor] | type[Editor]] = {"predictor": Predictor, "editor": Editor}
Kind = Literal["predictor", "editor"]


def token_frames(frames: int, patch: int) -> int:
    """The next multiple of the patch."""
    return math.ceil(frames / patch) * patch
