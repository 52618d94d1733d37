"""X-Dancer's pose networks: the codec, and a transformer that writes its tokens to music, step after step.

One transformer runs over time (a step is four frames), with a cache and causal attention; a smaller one writes the
thirty tokens of a step: first the deciding token of each part, one part after the other, then the refining ones, five
parts at once. The published one is of GPT-2's size and writes all tokens in one row; this one has under a million
parameters, for two processor cores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from demos.audio.conditions import MUSIC
from demos.corpus.styles import STYLE_NAMES
from demos.nn.normaliser import Normaliser
from demos.nn.quantiser import Quantiser
from demos.nn.taps import Taps
from demos.nn.transformer import AdaIN
from demos.video.pose_codec import EDGE, PARTS, STEP, TINY, Codec, Config
from demos.video.pose_state import AHEAD, ASIDE, STANDING, STATE, TURN

SEGMENT = 16
"""Steps that the transformer sees at once: 64 frames (X-Dancer)."""
OVERLAP = 3
"""Steps of a segment that are those of the one before: 12 frames (X-Dancer)."""
DROPPED = 0.1
"""Share of what a feed-forward layer says that is left out in training."""
PRIORS = 4
"""Earlier poses of the same dance that a segment is told."""
GLOBAL = 2 * 35
"""Means and deviations of a whole song's features: its style."""


@dataclass
class Cache:
    """Keys and values of what was seen so far, one pair for each block."""

    keys: list[Tensor] = field(default_factory=list)
    values: list[Tensor] = field(default_factory=list)

    def extend(self, block: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Append (batch, heads, n, width) to a block's -> all of its keys and values."""
        if block == len(self.keys):
            self.keys.append(keys)
            self.values.append(values)
        else:
            self.keys[block] = torch.cat([self.keys[block], keys], dim=2)
            self.values[block] = torch.cat([self.values[block], values], dim=2)
        return self.keys[block], self.values[block]


class Attention(nn.Module):
    """Self-attention over (batch, tokens, width) where `allowed`; with a cache the tokens follow those in it."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        nn.init.normal_(self.out.weight, std=0.02 / math.sqrt(2 * 8))

    def forward(self, tokens: Tensor, hidden: Tensor, cache: Cache | None = None, block: int = 0) -> Tensor:
        """hidden : (queries, keys) float, -inf where a key may not be seen, 0 elsewhere."""
        batch, count, width = tokens.shape
        split = self.queries_keys_values(tokens).view(batch, count, 3, self.heads, width // self.heads)
        queries, keys, values = split.permute(2, 0, 3, 1, 4).unbind(0)
        if cache is not None:
            keys, values = cache.extend(block, keys, values)
        # Written out: with this few tokens torch's fused kernel takes five times as long to train on a CPU.
        likeness = queries @ keys.transpose(-1, -2) / math.sqrt(width // self.heads) + hidden.to(queries.dtype)
        mixed = likeness.softmax(dim=-1) @ values
        return self.out(mixed.transpose(1, 2).reshape(batch, count, width))


class FeedForward(nn.Module):
    """Two layers with squared rectifiers (So et al. 2021)."""

    def __init__(self, width: int, expansion: int) -> None:
        super().__init__()
        self.up = nn.Linear(width, expansion * width)
        self.down = nn.Linear(expansion * width, width)
        self.drop = nn.Dropout(DROPPED)
        nn.init.normal_(self.down.weight, std=0.02 / math.sqrt(2 * 8))

    def forward(self, values: Tensor) -> Tensor:
        return self.down(self.drop(functional.relu(self.up(values)).square()))


class TimeBlock(nn.Module):
    """Attention over time and a feed-forward layer, both behind norms that the condition of each step sets."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.before_attention = AdaIN(width, width)
        self.attention = Attention(width, heads)
        self.before_forward = AdaIN(width, width)
        self.forward_layers = FeedForward(width, 3)

    def forward(self, values: Tensor, condition: Tensor, hidden: Tensor, cache: Cache | None, block: int) -> Tensor:
        values = values + self.attention(self.before_attention(values, condition), hidden, cache, block)
        return values + self.forward_layers(self.before_forward(values, condition))


class InnerBlock(nn.Module):
    """Attention among the tokens of one step, and a feed-forward layer."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.before_forward = nn.LayerNorm(width)
        self.forward_layers = FeedForward(width, 2)

    def forward(self, values: Tensor, hidden: Tensor, cache: Cache | None = None, block: int = 0) -> Tensor:
        values = values + self.attention(self.before_attention(values), hidden, cache, block)
        return values + self.forward_layers(self.before_forward(values))


def rounds(levels: int) -> list[slice]:
    """The tokens of a step, level by level and part by part, as they are written: one, one, ..., then five at once."""
    return [
        *(slice(part, part + 1) for part in range(PARTS)),
        *(slice(PARTS * level, PARTS * (level + 1)) for level in range(1, levels)),
    ]


def hidden_rounds(levels: int) -> Tensor:
    """(tokens, tokens): -inf for what is written in a later round than the query."""
    of = torch.zeros(PARTS * levels)
    for number, part in enumerate(rounds(levels)):
        of[part] = number
    return torch.where(of[None] > of[:, None], -math.inf, 0.0)


@dataclass(frozen=True)
class Told:
    """What a segment is danced to.

    music : (batch, 4 steps, 39). song : (batch, 70) of `song_style`. style : (batch,) 0 for none, else index + 1 of
    STYLE_NAMES. start : (batch, 252) normalised state at the first frame, of `standing_still`. priors : (batch, 4, 252)
    the same of earlier frames. known : (batch, 4) 0 where there is no such prior. hears : (batch,) 0 where music, song
    and style are kept back.
    """

    music: Tensor
    song: Tensor
    style: Tensor
    start: Tensor
    priors: Tensor
    known: Tensor
    hears: Tensor


@dataclass(frozen=True)
class Past:
    """How much of earlier steps is read in training. levels : of their tokens. kept : (batch, n - 1) 0 where a step is
    forgotten."""

    levels: int
    kept: Tensor


def still(states: Tensor) -> Tensor:
    """Normalised states as a picture tells them: without speeds and without which feet stand."""
    found = states.clone()
    for column in (AHEAD, ASIDE, TURN, STANDING):
        found[..., column] = 0
    return found


def song_style(values: Tensor) -> Tensor:
    """(..., frames, 35) features of a whole song -> (..., 70) their means and deviations."""
    return torch.cat([values.mean(-2), values.std(-2, correction=0)], dim=-1)


class Dancer(nn.Module):
    """Music, the pose to begin with and what was danced so far -> how likely each code is next."""

    hidden: Tensor
    later: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        width, inner = config.width, config.inner
        self.normalise = Normaliser(MUSIC)
        self.song_normalise = Normaliser(GLOBAL)
        self.music = nn.Linear(STEP * MUSIC, width)
        self.near = Taps(width, width, 5, edge=EDGE)
        self.song = nn.Linear(GLOBAL, width)
        self.style = nn.Embedding(len(STYLE_NAMES) + 1, width)
        self.silence = nn.Parameter(torch.zeros(width))
        self.pose = nn.Sequential(nn.Linear(STATE, width), nn.SiLU())
        self.start = nn.Linear(width, width)
        self.prior = nn.Linear(width, width)
        self.begin = nn.Parameter(torch.randn(width) * 0.02)
        self.before = nn.Linear(PARTS * config.code, width)
        self.position = nn.Parameter(torch.randn(SEGMENT, width) * 0.02)
        self.blocks = nn.ModuleList(TimeBlock(width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width)
        count = PARTS * config.levels
        self.to_inner = nn.Linear(width, inner)
        self.token = nn.Linear(config.code, inner)
        self.place = nn.Parameter(torch.randn(count, inner) * 0.02)
        self.inner = nn.ModuleList(InnerBlock(inner, config.heads) for _ in range(config.inner_depth))
        self.inner_norm = nn.LayerNorm(inner)
        self.heads = nn.Parameter(torch.randn(count, inner, config.code) * 0.01)
        self.bias = nn.Parameter(torch.zeros(count, config.codes))
        self.register_buffer("hidden", hidden_rounds(config.levels), persistent=False)
        self.register_buffer("later", torch.full((SEGMENT, SEGMENT), -math.inf).triu(1), persistent=False)

    def forward(
        self, tokens: Tensor, told: Told, codec: Codec, *, only: Tensor | None = None, past: Past | None = None
    ) -> Tensor:
        """Tokens (batch, n, 5, levels) of a segment, n at most SEGMENT -> logits (batch, n, levels x 5, codes) of each,
        told by those before it. only : (m,) of the steps, when not all are wanted. past : what is to be known of
        earlier steps instead of all."""
        even = codec.even_codes()
        condition, start = self.condition(told)
        values = self.steps_in(tokens[:, :-1], start, codec, past)
        count = tokens.shape[1]
        for block in self.blocks:
            values = block(values, condition[:, :count], self.later[:count, :count], None, 0)
        step = self.norm(values)
        if only is not None:
            tokens, step = tokens[:, only], step[:, only]
        return self.inner_logits(tokens, step, even)

    def condition(self, told: Told) -> tuple[Tensor, Tensor]:
        """(batch, steps, width) what sets the norms, and (batch, width) the pose to begin with."""
        heard = told.hears.view(-1, 1, 1)
        music = self.normalise(told.music)
        music = self.near(self.music(music.reshape(len(music), -1, STEP * MUSIC)))
        song = (self.song(self.song_normalise(told.song)) + self.style(told.style))[:, None]
        listened = (music + song) * heard + self.silence * (1 - heard)
        start = self.start(self.pose(told.start))
        known = told.known[..., None]
        prior = (self.prior(self.pose(told.priors)) * known).sum(1) / known.sum(1).clamp(min=1)
        return functional.silu(listened + (start + prior)[:, None]), start

    def steps_in(self, tokens: Tensor, start: Tensor, codec: Codec, past: Past | None = None) -> Tensor:
        """What the transformer over time reads: the beginning, then the tokens (batch, n, 5, levels) of steps."""
        tokens = tokens if past is None else tokens[..., : past.levels]
        before = self.before(self.latents(tokens, codec).to(start.dtype))
        if past is not None:
            before = before * past.kept[..., None].to(before.dtype)
        rows = torch.cat([(self.begin + start)[:, None], before], dim=1)
        return rows + self.position[: rows.shape[1]]

    def latents(self, tokens: Tensor, codec: Codec) -> Tensor:
        """(batch, n, 5, levels) -> (batch, n, 5 x code): what the codec's decoder sees of them, evened out."""
        found = []
        for part in range(PARTS):
            first = codec.book(part, 0).codes
            total = sum(codec.book(part, level).lookup(tokens[:, :, part, level]) for level in range(tokens.shape[3]))
            found.append((total - first.mean(0)) / first.std(0).clamp(min=1e-4))
        return torch.cat(found, dim=-1)

    def inner_logits(self, tokens: Tensor, step: Tensor, even: Tensor) -> Tensor:
        """Logits (batch, n, levels x 5, codes) of steps (batch, n, width), each token told by those before it."""
        batch, count = tokens.shape[:2]
        codes = self.codes_of(tokens, even)
        shifted = torch.cat([torch.zeros_like(codes[:, :, :1]), codes[:, :, : PARTS - 1], codes[:, :, :-PARTS]], dim=2)
        values = self.token(shifted.to(step.dtype)) + self.place + self.to_inner(step)[:, :, None]
        values = values.flatten(0, 1)
        for block in self.inner:
            values = block(values, self.hidden)
        return self.to_logits(values, slice(None), books_in_order(even)).reshape(batch, count, -1, self.config.codes)

    def codes_of(self, tokens: Tensor, even: Tensor) -> Tensor:
        """Tokens (batch, n, 5, levels) -> their evened codes (batch, n, levels x 5, code)."""
        parts = torch.arange(PARTS, device=tokens.device)[:, None]
        levels = torch.arange(tokens.shape[3], device=tokens.device)[None]
        return even[parts, levels, tokens].transpose(2, 3).flatten(2, 3)

    def to_logits(self, values: Tensor, part: slice, books: Tensor) -> Tensor:
        """(batch, tokens, inner) of some tokens of a step -> (batch, tokens, codes). books : of `books_in_order`."""
        pointed = self.inner_norm(values).transpose(0, 1) @ self.heads[part].to(values.dtype)
        scores = pointed @ books[part].to(values.dtype).transpose(1, 2)
        return scores.transpose(0, 1) + self.bias[part]


def books_in_order(even: Tensor) -> Tensor:
    """(parts, levels, codes, code) -> (levels x 5, codes, code): as the tokens of a step follow one another."""
    return even.transpose(0, 1).flatten(0, 1)


class XDancer(nn.Module):
    """All of the pose networks."""

    kind = "xdancer"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.codec = Codec(config)
        self.dancer = Dancer(config)

    @classmethod
    def tiny(cls, *, seed: int = 0, confidence: bool = True) -> XDancer:
        """Small networks of random weights, for tests."""
        from dataclasses import replace

        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(seed)
            network = cls(replace(TINY, confidence=confidence))
            for parameter in network.parameters():
                if not parameter.any():
                    parameter.normal_(std=0.2)
        return network.eval().requires_grad_(False)


def parameters_of(network: nn.Module) -> int:
    """How many numbers it has learnt, codes included."""
    learnt = sum(parameter.numel() for parameter in network.parameters())
    return learnt + sum(part.codes.numel() for part in network.modules() if isinstance(part, Quantiser))
