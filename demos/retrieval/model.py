"""CustomDancer's network: texts, music and motion to unit vectors of one space; no files, no training.

Equation numbers are those of the paper. It gives no sizes: every size here was chosen so that the network trains on
one CPU thread. Two liberties are taken: the motion stream reads, beside the 151 numbers of a frame, what forward
kinematics makes of them (`movement`), and positions are rotary, so that a dance may have any length.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from demos.motion.skeleton import PARENTS
from demos.motion.vector import CONTACTS, FPS, ROOT, ROTATIONS, WIDTH
from demos.nn.kinematics import canonical, heading, joint_positions
from demos.nn.transformer import Attention

MUSIC = 35
TEXT = 384
MOVEMENT = 4 + 7 + 2 * 3 * (len(PARENTS) - 1) + 144
"""Numbers a frame that `movement` makes: contacts, the way of the body, joints and their speeds, rotations."""
_FIRST_SCALE = 10.0
"""One over the first temperature: moderate (4.8), not CLIP's 14."""
_LARGEST_SCALE = 50.0
_SEEDS = 4  # learnt questions that the text tower asks of its words


@dataclass(frozen=True)
class Config:
    """Sizes, and the ablations of tables 2 and 3.

    width : of both streams. depth : blocks a stream, a stride-2 convolution before each. early : convolutions more
    before the first, for speed. every : of the motion's frames is read, in place of that many early convolutions (a
    power of two). embedding : of the space. backbone : what a block is. fusion : the blender's paths.
    """

    width: int = 96
    depth: int = 2
    early: int = 2
    every: int = 2
    heads: int = 4
    embedding: int = 256
    dropout: float = 0.1
    backbone: Literal["transformer", "rnn", "lstm"] = "transformer"
    fusion: Literal["blend", "add", "mul"] = "blend"

    def __post_init__(self) -> None:
        if self.every not in (1, 2, 4, 8) or 2**self.early < self.every:
            raise ValueError(f"every {self.every} frames cannot stand for {self.early} early convolutions")


def movement(vectors: Tensor) -> Tensor:
    """(n, frames, 151) motion vectors -> (n, frames, MOVEMENT), the same wherever the dance begins and faces.

    Contacts; height of the pelvis, its place on the floor from the start (metres), turns since the start, its speed
    ahead, left and up (m/s), turning speed (revolutions/s); joints from the pelvis as seen by the dancer (metres) and
    their speeds (m/s); the rotations, the pelvis's relative to the first frame's heading.
    """
    vectors = canonical(vectors, vectors)
    facing = heading(vectors)
    step = functional.pad(torch.diff(facing, dim=1), (1, 0))
    step = torch.remainder(step + math.pi, 2 * math.pi) - math.pi
    turned = step.cumsum(1)
    root = vectors[..., ROOT]
    joints = joint_positions(vectors)[..., 1:, :] - root[..., None, :]
    seen = _from_heading(joints, facing[..., None])
    speed = FPS * functional.pad(torch.diff(root, dim=1), (0, 0, 1, 0))
    own_speed = _from_heading(speed, facing)
    joint_speed = FPS * functional.pad(torch.diff(seen, dim=1), (0, 0, 0, 0, 1, 0))
    way = torch.stack([turned / (2 * math.pi), FPS * step / (2 * math.pi)], dim=-1)
    return torch.cat(
        [
            vectors[..., CONTACTS], root[..., 1:2], root[..., [0, 2]], way[..., :1], own_speed[..., [2, 0]],
            way[..., 1:], seen.flatten(-2), joint_speed.flatten(-2), vectors[..., ROTATIONS],
        ],
        dim=-1,
    )  # fmt: skip


def _from_heading(triples: Tensor, facing: Tensor) -> Tensor:
    """(..., 3) world directions as seen by who faces so: +x to the left, +z ahead."""
    cos, sin = facing.cos(), facing.sin()
    x, y, z = triples.unbind(-1)
    return torch.stack([cos * x - sin * z, y, sin * x + cos * z], dim=-1)


class Block(nn.Module):
    """A Transformer block, norms first (eq. 6, 7)."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.before_attention, self.before_forward = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.forward_in, self.forward_out = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor) -> Tensor:
        """(n, tokens, width) -> the same."""
        tokens = tokens + self.attention(self.before_attention(tokens))
        hidden = functional.gelu(self.forward_in(self.before_forward(tokens)), approximate="tanh")
        return tokens + self.dropout(self.forward_out(hidden))


class Recurrent(nn.Module):
    """What stands in for a block in table 2: an RNN or LSTM of the same width, with the same residual."""

    def __init__(self, width: int, kind: str, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.cells = {"rnn": nn.RNN, "lstm": nn.LSTM}[kind](width, width, batch_first=True)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor) -> Tensor:
        """(n, tokens, width) -> the same."""
        return tokens + self.dropout(self.cells(self.norm(tokens))[0])


class Reduce(nn.Module):
    """The stride-2 convolution of kernel 3, as one product of matrices: half as many tokens."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.weigh = nn.Linear(3 * inputs, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(n, tokens, inputs) -> (n, tokens / 2 rounded up, width)."""
        padded = functional.pad(tokens, (0, 0, 1, 1 + tokens.shape[1] % 2))
        count = (tokens.shape[1] + 1) // 2
        near = [padded[:, place : place + 2 * count : 2] for place in range(3)]
        return self.weigh(torch.cat(near, dim=-1))


class Stream(nn.Module):
    """A temporal encoder: stride-2 convolutions and blocks in turn; 30 frames a second become 30 / 8 by default."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, inputs: int, config: Config, *, every: int = 1) -> None:
        super().__init__()
        width, early = config.width, config.early - (every - 1).bit_length()
        self.every = every
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("deviation", torch.ones(inputs))
        sizes = [inputs, *[width] * (early + config.depth)]
        reducers = [Reduce(before, after) for before, after in itertools.pairwise(sizes)]
        self.early, self.reducers = nn.ModuleList(reducers[:early]), nn.ModuleList(reducers[early:])
        self.blocks = nn.ModuleList(
            Block(width, config.heads, config.dropout)
            if config.backbone == "transformer"
            else Recurrent(width, config.backbone, config.dropout)
            for _ in range(config.depth)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, values: Tensor) -> Tensor:
        """(n, frames, inputs) -> (n, frames / 2 ** (early + depth), width)."""
        tokens = (values[:, :: self.every].float() - self.mean) / self.deviation
        for reducer in self.early:
            tokens = functional.gelu(reducer(tokens), approximate="tanh")
        for reducer, block in zip(self.reducers, self.blocks, strict=True):
            tokens = block(reducer(tokens))
        return self.norm(tokens)


class TextTower(nn.Module):
    """Word states of a sentence encoder, gathered by learnt questions, then the two-layer adapter (eq. 5)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.embedding
        self.inward = nn.Linear(TEXT, width)
        self.seeds = nn.Parameter(torch.randn(_SEEDS, width) * 0.2)
        self.gather = nn.MultiheadAttention(width, 4, batch_first=True)
        self.adapter = nn.Sequential(
            nn.LayerNorm((_SEEDS + 1) * width), nn.Linear((_SEEDS + 1) * width, 2 * width), nn.GELU(),
            nn.Dropout(config.dropout), nn.Linear(2 * width, width),
        )  # fmt: skip

    def forward(self, tokens: Tensor, mask: Tensor | None) -> Tensor:
        """(n, T, 384), (n, T) bool of the real ones -> (n, embedding)."""
        if mask is None:
            mask = torch.ones(tokens.shape[:2], dtype=torch.bool, device=tokens.device)
        words = self.inward(tokens)
        seeds = self.seeds.expand(len(words), -1, -1).to(words.dtype)
        answers, _ = self.gather(seeds, words, words, key_padding_mask=~mask, need_weights=False)
        share = mask.to(words.dtype) / mask.sum(1, keepdim=True).clamp(min=1).to(words.dtype)
        return self.adapter(torch.cat([answers.flatten(1), torch.einsum("nt,ntw->nw", share, words)], dim=-1))


class Blender(nn.Module):
    """Music and motion into one: an additive and a multiplicative path, pooled over time (eq. 9, 10).

    The projection and nonlinearity follow each path; a song without a dance, or a dance without a song, is blended
    with a learnt stand-in, so that the same space answers "what fits this song?".
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.width
        self.no_music = nn.Parameter(0.02 * torch.randn(width))
        self.no_motion = nn.Parameter(0.02 * torch.randn(width))
        self.add = nn.Linear(width, 2 * width) if config.fusion != "mul" else None
        self.multiply = nn.Linear(width, 2 * width) if config.fusion != "add" else None
        self.out = nn.Sequential(
            nn.LayerNorm(2 * width), nn.Dropout(config.dropout), nn.Linear(2 * width, config.embedding)
        )

    def forward(self, music: Tensor, motion: Tensor) -> Tensor:
        """(n, tokens, width) each -> (n, embedding)."""
        paths = []
        if self.add is not None:
            paths.append(functional.gelu(self.add(music + motion), approximate="tanh"))
        if self.multiply is not None:
            paths.append(functional.gelu(self.multiply(music * motion), approximate="tanh"))
        return self.out(torch.stack(paths).sum(0).mean(dim=1))


class Retriever(nn.Module):
    """Texts, songs and dances as unit vectors whose products say how well they go together (eq. 1)."""

    def __init__(self, config: Config | None = None) -> None:
        super().__init__()
        self.config = config = config or Config()
        self.text = TextTower(config)
        self.music = Stream(MUSIC, config)
        self.motion = Stream(MOVEMENT, config, every=config.every)
        self.blender = Blender(config)
        self.log_scale = nn.Parameter(torch.tensor(math.log(_FIRST_SCALE)))

    @staticmethod
    def tiny(**changes) -> Retriever:
        """A small one with random weights, for tests."""
        return Retriever(Config(**{"width": 16, "heads": 2, "embedding": 12, "dropout": 0.0, **changes}))

    @property
    def scale(self) -> Tensor:
        """One over the temperature (eq. 11)."""
        return self.log_scale.exp().clamp(max=_LARGEST_SCALE)

    def encode_text(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """Word states (n, T, 384) with mask (n, T) of the real ones, or pooled sentences (n, 384) -> (n, embedding)."""
        if tokens.ndim == 2:
            tokens, mask = tokens[:, None], None
        return functional.normalize(self.text(tokens, mask).float(), dim=-1)

    def encode_music(self, values: Tensor) -> Tensor:
        """(n, frames, 35) features at 30 fps -> (n, tokens, width)."""
        return self.music(values)

    def encode_motion(self, vectors: Tensor) -> Tensor:
        """(n, frames, 151) motion vectors, or what `movement` made of them -> (n, tokens, width)."""
        return self.motion(movement(vectors) if vectors.shape[-1] == WIDTH else vectors)

    def blend(self, music: Tensor | None, motion: Tensor | None) -> Tensor:
        """Encoded music and motion, one of them None when absent -> (n, embedding) unit vectors (eq. 4)."""
        known = music if music is not None else motion
        if known is None:
            raise ValueError("a dance needs music or motion")
        if music is None:
            music = self.blender.no_music.to(known.dtype).expand_as(known)
        if motion is None:
            motion = self.blender.no_motion.to(known.dtype).expand_as(known)
        return functional.normalize(self.blender(music, motion).float(), dim=-1)
