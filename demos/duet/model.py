"""DuetGen's networks: tokens of a couple and back, two masked transformers that fill tokens in to music, and feet.

The codec is a hierarchical VQ-VAE: coarse tokens of eight frames, fine ones of four. The paper has one token for both
dancers; here each of five streams (body and arms of lead and follow, and where the follow stands) has its own, side by
side in one sequence, so that a partner, a stretch or the arms alone can be hidden and found anew by the same networks.
A fine token is several codes, each of what those before it leave (residual quantisation). Sizes are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from demos.audio.conditions import MUSIC
from demos.corpus.styles import STYLE_NAMES
from demos.duet.representation import (
    DANCER,
    RELATION,
    SPEED,
    STATE,
    STREAMS,
    TURNS,
    seen_columns,
    stream_columns,
)
from demos.nn.kinematics import joint_positions
from demos.nn.masked import HIDDEN
from demos.nn.normaliser import Normaliser
from demos.nn.quantiser import Quantised, Quantiser, residual
from demos.nn.taps import Residual, Taps
from demos.nn.transformer import Block

CLOSENESS = ("hold", "open", "apart")
FINE, COARSE = 4, 8
"""Frames of a token (DuetGen: 4 and 8 of 200 frames)."""
DROPOUT = 0.1
"""Share of what the transformers read that training leaves out (the corpus has few songs)."""
FEET_SEEN = 20
"""Columns of a dancer that its trajectory is told from: 4 feet where they are, their contacts, height, speed."""


@dataclass(frozen=True)
class Config:
    """Sizes.

    codes, code : of each book. depth : codes of a fine token. encoder, decoder, detail : channels of the codec.
    width, heads, coarse_depth, fine_depth : of the transformers. interaction : False for the ablation without the
    relation between the dancers.
    """

    codes: int = 256
    code: int = 24
    depth: int = 3
    encoder: int = 64
    decoder: int = 152
    detail: int = 64
    width: int = 96
    heads: int = 4
    coarse_depth: int = 4
    fine_depth: int = 3
    interaction: bool = True


TINY = Config(
    codes=16, code=8, depth=2, encoder=16, decoder=16, detail=8, width=16, heads=2, coarse_depth=1, fine_depth=1
)


def patched(values: Tensor, frames: int) -> Tensor:
    """(batch, time, channels) -> (batch, time / frames, frames x channels)."""
    return values.reshape(values.shape[0], -1, frames * values.shape[2])


class StreamEncoder(nn.Module):
    """What a stream sees -> its latents: (batch, frames / 4, code) and (batch, frames / 8, code)."""

    def __init__(self, seen: int, config: Config) -> None:
        super().__init__()
        width = config.encoder
        self.patch = nn.Linear(FINE * seen, width)
        self.near = nn.Sequential(Residual(width), Residual(width))
        self.halve = nn.Linear(2 * width, width)
        self.far = Residual(width)
        self.coarse = nn.Linear(width, config.code)
        self.fine = nn.Linear(width + config.code, config.code)

    def forward(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, frames, columns) -> features (batch, frames / 4, width), coarse latents."""
        near = self.near(self.patch(patched(seen, FINE)))
        return near, self.coarse(self.far(self.halve(patched(near, 2))))

    def detail(self, near: Tensor, coarse: Tensor) -> Tensor:
        """Fine latents, of what the coarse codes (batch, frames / 8, code) leave to say."""
        return self.fine(torch.cat([near, coarse.repeat_interleave(2, dim=1)], dim=-1))


@dataclass(frozen=True)
class Tokens:
    """A couple as tokens, long: coarse (batch, frames / 8, 5), fine (batch, frames / 4, 5 for each depth); 5 for
    STREAMS."""

    coarse: Tensor
    fine: Tensor


class Codec(nn.Module):
    """States of a couple to tokens and back."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.seen = [torch.from_numpy(columns) for columns in seen_columns()]
        self.columns = torch.cat([torch.from_numpy(columns) for columns in stream_columns()])
        self.normalise = Normaliser(STATE)
        self.encoders = nn.ModuleList(StreamEncoder(len(columns), config) for columns in self.seen)
        self.coarse = nn.ModuleList(Quantiser(config.codes, config.code) for _ in STREAMS)
        self.fine = nn.ModuleList(Quantiser(config.codes, config.code) for _ in range(config.depth) for _ in STREAMS)
        width = config.decoder
        self.start = Taps(2 * len(STREAMS) * config.code, width, 3)
        self.body = nn.Sequential(Residual(width), Residual(width), Residual(width))
        self.unpatch = nn.Linear(width, FINE * config.detail)
        self.smooth = nn.Sequential(Residual(config.detail, 5), Residual(config.detail, 5))
        self.out = nn.Linear(config.detail, STATE)

    def forward(self, states: Tensor) -> tuple[Tensor, Tensor, list[Quantised]]:
        """Normalised states (batch, frames, 308) -> the same through tokens, the commitment, and what was quantised."""
        found, coarse, fine = self._quantise(states)
        made = self._decode(coarse, fine)
        return made, torch.stack([part.commitment for part in found]).mean(), found

    def encode(self, states: Tensor) -> Tokens:
        """Normalised states (batch, frames, 308), frames a multiple of 8 -> tokens."""
        found, *_ = self._quantise(states)
        coarse, fine = found[: len(STREAMS)], found[len(STREAMS) :]
        return Tokens(
            torch.stack([part.tokens for part in coarse], dim=-1), torch.stack([part.tokens for part in fine], dim=-1)
        )

    def decode(self, tokens: Tokens) -> Tensor:
        """Tokens -> normalised states (batch, frames, 308)."""
        coarse = [book.lookup(tokens.coarse[..., index]) for index, book in enumerate(self.books("coarse"))]
        each = [book.lookup(tokens.fine[..., index]) for index, book in enumerate(self.books("fine"))]
        fine = [torch.stack(each[index :: len(STREAMS)]).sum(0) for index in range(len(STREAMS))]
        return self._decode(coarse, fine)

    def books(self, level: Literal["coarse", "fine"]) -> list[Quantiser]:
        """The books of a level, one for each of STREAMS; of the fine level so for each depth, one after the other."""
        return cast(list[Quantiser], list(self.coarse if level == "coarse" else self.fine))

    def stream_encoders(self) -> list[tuple[Tensor, StreamEncoder]]:
        """For each of STREAMS the columns it sees, and its encoder."""
        return list(zip(self.seen, cast(list[StreamEncoder], list(self.encoders)), strict=True))

    def _quantise(self, states: Tensor) -> tuple[list[Quantised], list[Tensor], list[Tensor]]:
        """All that was quantised, in the order of tokens; coarse and fine values (batch, time, code) of each stream."""
        states = self.visible(states)
        far, near = [], []
        fine: list[list[Quantised]] = []
        books, count = self.books("fine"), len(STREAMS)
        encoders = zip(self.stream_encoders(), self.books("coarse"), strict=True)
        for index, ((columns, encoder), above) in enumerate(encoders):
            features, latents = encoder(states[..., columns])
            far.append(above(latents))
            found, value = residual(
                books[index::count], encoder.detail(features, far[-1].values.to(features.dtype)).float()
            )
            fine.append(found)
            near.append(value)
        flat = [part[depth] for depth in range(self.config.depth) for part in fine]
        return [*far, *flat], [part.values for part in far], near

    def _decode(self, coarse: list[Tensor], fine: list[Tensor]) -> Tensor:
        long = [part.repeat_interleave(2, dim=1) for part in coarse]
        values = self.unpatch(self.body(self.start(torch.cat([*long, *fine], dim=-1))))
        values = values.reshape(len(values), -1, self.config.detail)  # frame by frame
        return self.visible(self.out(self.smooth(values)))

    def visible(self, states: Tensor) -> Tensor:
        """States as the codec sees and makes them: without the relation, in the ablation."""
        if self.config.interaction:
            return states
        return torch.cat([states[..., : RELATION.start], torch.zeros_like(states[..., RELATION])], dim=-1)


class Filler(nn.Module):
    """A masked transformer over the tokens of one level: music, style, closeness and known tokens to likely codes."""

    def __init__(self, config: Config, level: Literal["coarse", "fine"]) -> None:
        super().__init__()
        self.config = config
        self.level: Literal["coarse", "fine"] = level
        width = config.width
        self.frames = FINE if level == "fine" else COARSE
        depth = config.fine_depth if level == "fine" else config.coarse_depth
        self.normalise = Normaliser(MUSIC)
        self.music = nn.Linear(self.frames * MUSIC, width)
        self.near = Residual(width, 5)
        columns = len(STREAMS) * (config.depth if level == "fine" else 1)
        self.known = nn.ModuleList(nn.Linear(config.code, width) for _ in range(columns))
        self.hidden = nn.Parameter(torch.randn(columns, width) * 0.02)
        self.above = nn.Linear(len(STREAMS) * config.code, width) if level == "fine" else None
        self.style = nn.Embedding(len(STYLE_NAMES) + 1, width)  # 0: from the music
        self.closeness = nn.Embedding(len(CLOSENESS) + 1, width)  # 0: as it comes
        self.silence = nn.Parameter(torch.zeros(width))
        self.blocks = nn.ModuleList(Block(width, config.heads, width, expansion=3) for _ in range(depth))
        self.drop = nn.Dropout(DROPOUT)
        self.norm = nn.LayerNorm(width)
        self.heads = nn.ModuleList(nn.Linear(width, config.code) for _ in range(columns))
        for head in self.heads:  # begin with how common codes are, not with chance
            assert isinstance(head, nn.Linear)
            nn.init.normal_(head.weight, std=0.01)
            nn.init.zeros_(head.bias)
        self.bias = nn.Parameter(torch.zeros(columns, config.codes))

    def forward(
        self,
        tokens: Tensor,
        music: Tensor,
        style: Tensor,
        closeness: Tensor,
        hears: Tensor,
        codec: Codec,
        coarse: Tensor | None = None,
        depth: int = 0,
    ) -> Tensor:
        """Logits (batch, n, 5, codes) of the tokens of one depth.

        tokens : (batch, n, 5 for each depth) long, HIDDEN where not known. music : (batch, frames, 39).
        style : (batch,) 0 for none, i + 1 for STYLE_NAMES[i]. closeness : (batch,) the same of CLOSENESS.
        hears : (batch,) 0 where music, style and closeness are dropped. codec : whose codes the tokens are.
        coarse : (batch, n / 2, 5), for the fine level.
        """
        books = codec.books(self.level)
        heard = hears.view(-1, 1, 1)
        listened = self.near(self.music(patched(self.normalise(music), self.frames)))
        listened = listened * heard + self.silence * (1 - heard)
        told = (self.style(style) + self.closeness(closeness))[:, None] * heard
        values = listened + told
        codes = [book.even for book in books]
        for index, (even, known) in enumerate(zip(codes, self.known, strict=True)):
            column = tokens[..., index]
            seen = known(even[column.clamp(min=0)].to(values.dtype))
            values = values + torch.where((column == HIDDEN)[..., None], self.hidden[index], seen)
        if self.above is not None:
            assert coarse is not None
            above = torch.cat([book.even[coarse[..., i]] for i, book in enumerate(codec.books("coarse"))], dim=-1)
            values = values + self.above(above.to(values.dtype)).repeat_interleave(2, dim=1)
        condition = self.drop(functional.silu(listened + told))
        values = self.drop(values)
        for block in self.blocks:
            values = block(values, condition)
        values = self.norm(values)
        asked = range(depth * len(STREAMS), (depth + 1) * len(STREAMS))
        scores = [self.heads[i](values) @ codes[i].T.to(values.dtype) + self.bias[i] for i in asked]
        return torch.stack(scores, dim=2)


class Trajectory(nn.Module):
    """How each dancer goes over the floor, from what its feet do: after decoding, the root follows the feet.

    One small network for either dancer: (batch, frames, 20) of `feet_seen` -> speeds (batch, frames, 3).
    """

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        self.normalise = Normaliser(FEET_SEEN)
        self.speeds = Normaliser(3)
        self.start = Taps(FEET_SEEN, width, 5)
        self.body = nn.Sequential(Residual(width, 5), Residual(width, 5))
        self.out = nn.Linear(width, 3)
        nn.init.zeros_(self.out.weight)

    def forward(self, feet: Tensor) -> Tensor:
        more = self.out(functional.silu(self.body(self.start(self.normalise(feet)))))
        return feet[..., -3:] + self.speeds.deviation * more


class Duet(nn.Module):
    """All of the room's networks."""

    kind = "duet"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.codec = Codec(config)
        self.coarse = Filler(config, "coarse")
        self.fine = Filler(config, "fine")
        self.trajectory = Trajectory()

    @classmethod
    def tiny(cls, *, seed: int = 0, interaction: bool = True) -> Duet:
        """Small networks of random weights, for tests."""
        from dataclasses import replace

        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(seed)
            network = cls(replace(TINY, interaction=interaction))
            for parameter in network.parameters():
                if not parameter.any():
                    parameter.normal_(std=0.2)
        return network.eval()


def parameters_of(network: nn.Module) -> int:
    """How many numbers it has learnt, codes included."""
    learnt = sum(parameter.numel() for parameter in network.parameters())
    return learnt + sum(part.codes.numel() for part in network.modules() if isinstance(part, Quantiser))


def dancer_joints(states: Tensor) -> Tensor:
    """(..., 152) plain states of one dancer -> (..., 24, 3) metres, seen from below its pelvis with its own heading."""
    height = states[..., 4:5]
    root = torch.cat([torch.zeros_like(height), height, torch.zeros_like(height)], dim=-1)
    return joint_positions(torch.cat([states[..., :4], root, states[..., TURNS]], dim=-1))


def couple_joints(states: Tensor) -> tuple[Tensor, Tensor]:
    """(..., 308) plain states -> joints (..., 24, 3) of lead and follow, metres, both as the lead sees them."""
    lead, follow = dancer_joints(states[..., :DANCER]), dancer_joints(states[..., DANCER : 2 * DANCER])
    return lead, seen_by_lead(follow, states[..., RELATION])


def seen_by_lead(follow: Tensor, relation: Tensor) -> Tensor:
    """Joints (..., 24, 3) of the follow in its own heading -> in the lead's, by the relation (..., 4)."""
    turn = functional.normalize(relation[..., 2:], dim=-1, eps=1e-4)[..., None, :]
    cosine, sine = turn[..., 0], turn[..., 1]
    x = cosine * follow[..., 0] + sine * follow[..., 2] + relation[..., None, 0]
    z = cosine * follow[..., 2] - sine * follow[..., 0] + relation[..., None, 1]
    return torch.stack([x, follow[..., 1], z], dim=-1)


def feet_seen(states: Tensor, joints: Tensor) -> Tensor:
    """What the trajectory is told from: (..., 152) plain states and (..., 24, 3) own joints -> (..., 20)."""
    feet = joints[..., (7, 8, 10, 11), :].flatten(-2)
    return torch.cat([feet, states[..., :4], states[..., 4:5], states[..., SPEED]], dim=-1)
