"""MuseDance's networks: shape and single poses to a latent, and a diffusion over latents in time.

The paper's three modules are parts by name: MusicModule, BeatModule, MotionAlignment. Each can be switched off for a
piece, and is then answered for by a vector it learnt for silence. The rest follows the paper's plan at a size that a
laptop's processor runs: spatial parts (Stills: shape, pose, words) are trained first and frozen; time comes after.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from demos.audio.features import COLUMNS
from demos.nn.normaliser import Normaliser
from demos.nn.transformer import AdaIN, Block, timestep_embedding
from demos.text.encoder import WIDTH as TEXT_WIDTH
from demos.video.muse_moves import AMPLITUDES, MOVES, TEMPI
from demos.video.muse_pose import STATE

NAME = "musedance"
SHAPE, BEATS = 88, 14
"""Numbers that describe a shape (muse_data.shape_vector), and the beats at a frame (muse_data.beat_features)."""
MUSIC = COLUMNS["beat"].stop
MODULES = ("music", "beat", "motion")
ANSWERS = {"move": len(MOVES), "also": len(MOVES) + 1, "amplitude": len(AMPLITUDES), "tempo": len(TEMPI), "side": 3}
"""What the reader says of a text: how likely each choice is. This is all that the rest of the network hears of it."""
SAID = sum(ANSWERS.values())
SHARP = 0.6
"""Logits of a text are divided by this: what is likely is heard as meant."""
PIECE, PATCH, BEFORE = 120, 4, 8
"""Frames of a piece (4 s, as the paper's), of a token, and of the piece before that a piece goes on from."""


@dataclass(frozen=True)
class Config:
    """Sizes. latent : numbers of a pose. spatial : of the stills' layers. seen : of what they know of a shape. views :
    of a text that are pooled. plan : of what is worked out from words and beats. condition : of what blocks hear."""

    latent: int = 32
    spatial: int = 128
    seen: int = 64
    views: int = 6
    width: int = 128
    heads: int = 4
    depth: int = 3
    plan: int = 192
    condition: int = 96

    @classmethod
    def tiny(cls) -> Config:
        """For tests."""
        return cls(latent=8, spatial=16, seen=8, views=2, width=16, heads=2, depth=1, plan=12, condition=16)


class Reader(nn.Module):
    """States of a text's word pieces to what it says: several views of them, each an average that it learnt."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        wide = config.spatial
        self.enter = nn.Sequential(nn.LayerNorm(TEXT_WIDTH), nn.Linear(TEXT_WIDTH, wide))
        self.views = nn.Linear(wide, config.views)
        self.drop = nn.Dropout(0.1)
        self.leave = nn.Linear(config.views * wide, 64)
        self.answers = nn.ModuleDict({name: nn.Linear(64, count) for name, count in ANSWERS.items()})

    def forward(self, states: Tensor, real: Tensor) -> dict[str, Tensor]:
        """(n, T, 384), (n, T) bool -> logits (n, choices) by the names of ANSWERS."""
        hidden = functional.silu(self.enter(states))
        weights = self.views(hidden).masked_fill(~real[..., None], -1e4).softmax(1)
        pooled = self.leave(torch.einsum("ntq,ntw->nqw", weights, hidden).flatten(1))
        return {name: head(self.drop(pooled)) for name, head in self.answers.items()}

    def say(self, states: Tensor, real: Tensor) -> Tensor:
        """-> (n, SAID) chances of all choices, after one another."""
        return torch.cat([(logits / SHARP).softmax(-1) for logits in self(states, real).values()], dim=-1)


class Stills(nn.Module):
    """The first stage, without time: shapes, single poses and what words say."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        wide = config.spatial
        self.normalise = Normaliser(STATE)
        self.shape = nn.Sequential(nn.Linear(SHAPE, wide), nn.SiLU(), nn.Linear(wide, config.seen))
        self.inwards = nn.Sequential(
            nn.Linear(STATE + config.seen, wide), nn.SiLU(), nn.Linear(wide, wide), nn.SiLU(),
            nn.Linear(wide, config.latent),
        )  # fmt: skip
        self.outwards = nn.Sequential(
            nn.Linear(config.latent + config.seen, wide), nn.SiLU(), nn.Linear(wide, wide), nn.SiLU(),
            nn.Linear(wide, STATE),
        )  # fmt: skip
        self.spread = nn.Parameter(torch.ones(config.latent), requires_grad=False)
        self.reader = Reader(config)

    def see(self, shapes: Tensor) -> Tensor:
        """(batch, 88) -> (batch, seen)."""
        return self.shape(shapes)

    def encode(self, states: Tensor, seen: Tensor) -> Tensor:
        """States (batch, frames, 35) of shapes seen (batch, seen) -> latents of deviation 1."""
        wide = seen[:, None].expand(-1, states.shape[1], -1)
        return self.inwards(torch.cat([self.normalise(states), wide], dim=-1)) / self.spread

    def decode(self, latents: Tensor, seen: Tensor) -> Tensor:
        """The way back."""
        wide = seen[:, None].expand(-1, latents.shape[1], -1)
        return self.normalise.inverse(self.outwards(torch.cat([latents * self.spread, wide], dim=-1)).float())


class MusicModule(nn.Module):
    """How the music sounds, token by token; attention lets a token hear what surrounds it (paper: 3.3, music)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.normalise = Normaliser(MUSIC)
        self.enter = nn.Linear(MUSIC * 2, 48)
        self.around = Block(48, 2, 16, expansion=2)
        self.plain = nn.Parameter(torch.zeros(16))
        self.leave = nn.Linear(48, config.condition)
        self.nothing = nn.Parameter(torch.zeros(config.condition))

    def forward(self, music: Tensor, on: Tensor) -> Tensor:
        """(batch, frames, 35), (batch,) 0 or 1 -> (batch, tokens, condition)."""
        parts = self.normalise(music).clamp(-4, 4).unflatten(1, (-1, PATCH))
        tokens = self.enter(torch.cat([parts.mean(2), parts.amax(2)], dim=-1))
        tokens = self.around(tokens, self.plain.expand(len(tokens), 1, -1))
        return torch.where(on[:, None, None] > 0, self.leave(tokens), self.nothing.to(tokens.dtype))


class BeatModule(nn.Module):
    """Where in the beat every frame is, and where beats fall, one-hot (paper: 3.3, beat)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.straight = nn.Linear(BEATS * PATCH, config.condition)
        self.enter = nn.Linear(BEATS * PATCH, config.condition)
        self.leave = nn.Linear(config.condition, config.condition)
        self.nothing = nn.Parameter(torch.zeros(config.condition))

    def forward(self, beats: Tensor, on: Tensor) -> Tensor:
        """(batch, frames, 14), (batch,) 0 or 1 -> (batch, tokens, condition)."""
        parts = beats.unflatten(1, (-1, PATCH)).flatten(2)
        made = self.straight(parts) + self.leave(functional.silu(self.enter(parts)))
        return torch.where(on[:, None, None] > 0, made, self.nothing.to(made.dtype))


class MotionAlignment(nn.Module):
    """The last frames of the piece before, as tokens that all others attend to (paper: 3.3, motion alignment)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.enter = nn.Linear(config.latent * PATCH, config.width)
        self.nothing = nn.Parameter(torch.zeros(BEFORE // PATCH, config.width))

    def forward(self, before: Tensor, on: Tensor) -> Tensor:
        """Latents (batch, 8, latent), (batch,) 0 or 1 -> (batch, 2, width)."""
        made = self.enter(before.unflatten(1, (-1, PATCH)).flatten(2))
        return torch.where(on[:, None, None] > 0, made, self.nothing.to(made.dtype))


class Plan(nn.Module):
    """What words mean on these beats for this shape. "Twice as fast" and "gently" multiply what a beat does, so sums of
    words and beats, as in the blocks' norms alone, learn tempo and size ten times more slowly."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        wide = config.plan
        self.asked = nn.Sequential(
            nn.Linear(SAID + config.seen, config.spatial), nn.SiLU(), nn.Linear(config.spatial, 2 * wide)
        )
        self.clock = nn.Linear(config.condition, wide)
        self.middle = nn.Linear(wide, wide)
        self.leave = nn.Linear(2 * wide, config.width)

    def forward(self, said: Tensor, seen: Tensor, beats: Tensor) -> Tensor:
        """(batch, 30, SAID), (batch, seen), (batch, 30, condition) -> (batch, 30, width)."""
        asked = self.asked(torch.cat([said, seen[:, None].expand(-1, said.shape[1], -1)], dim=-1))
        scale, shift = asked.chunk(2, dim=-1)
        hidden = self.clock(beats) * scale + shift
        return self.leave(torch.cat([hidden, functional.silu(self.middle(hidden))], dim=-1))


@dataclass(frozen=True)
class Told:
    """What a batch of pieces is told. shapes : (batch, 88). music : (batch, 120, 35). beats : (batch, 120, 14). said :
    (batch, 30, SAID) what the reader heard, zeros for no words. before : states (batch, 8, 35) of the piece before.
    on : (batch, 3) 0 or 1: which of MODULES hear anything."""

    shapes: Tensor
    music: Tensor
    beats: Tensor
    said: Tensor
    before: Tensor
    on: Tensor


class Mover(nn.Module):
    """The second stage: latents of a piece from noise."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        wide = config.condition
        self.music, self.beat, self.motion = MusicModule(config), BeatModule(config), MotionAlignment(config)
        self.step = nn.Sequential(nn.Linear(64, wide), nn.SiLU(), nn.Linear(wide, wide))
        self.seen = nn.Linear(config.seen, wide)
        self.said = nn.Linear(SAID, wide)
        self.plan = Plan(config)
        self.enter = nn.Linear(config.latent * PATCH, config.width)
        self.blocks = nn.ModuleList(
            Block(config.width, config.heads, wide, expansion=2) for _ in range(config.depth)
        )  # fmt: skip
        self.last = AdaIN(config.width, wide)
        self.leave = nn.Linear(config.width, config.latent * PATCH)

    def forward(self, noisy: Tensor, steps: Tensor, told: Told, seen: Tensor, before: Tensor) -> Tensor:
        """Noisy latents (batch, 120, latent), steps (batch,) -> clean ones. seen (batch, seen) and before (batch, 8,
        latent) are what Stills made of told."""
        beats = self.beat(told.beats, told.on[:, 1])
        condition = functional.silu(
            self.step(timestep_embedding(steps, 64))[:, None] + self.seen(seen)[:, None] + self.said(told.said)
            + self.music(told.music, told.on[:, 0]) + beats
        )  # fmt: skip
        tokens = self.enter(noisy.unflatten(1, (-1, PATCH)).flatten(2)) + self.plan(told.said, seen, beats)
        ahead = self.motion(before, told.on[:, 2])
        tokens = torch.cat([ahead, tokens], dim=1)
        condition = torch.cat([condition[:, :1].expand(-1, ahead.shape[1], -1), condition], dim=1)
        for block in self.blocks:
            tokens = block(tokens, condition)
        made = self.leave(self.last(tokens, condition))[:, ahead.shape[1] :]
        return made.unflatten(-1, (PATCH, -1)).flatten(1, 2)


class MuseDance(nn.Module):
    """Both stages."""

    kind = NAME

    def __init__(self, config: Config | None = None) -> None:
        super().__init__()
        self.config = config or Config()
        self.stills, self.mover = Stills(self.config), Mover(self.config)


def parameters_of(network: nn.Module) -> int:
    """How many numbers are learnt."""
    return sum(value.numel() for value in network.parameters())
