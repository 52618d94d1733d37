"""A network of EDGE's published size and shape with random weights: the yardstick of `bench editing`, no system itself.

After EDGE (Tseng, Castellon, Liu 2023) and its code: 8 decoder layers of width 512 with 8 heads, feed-forward 1024,
FiLM of the diffusion step and the pooled music after self-attention, attention to the music and feed-forward; two
encoder layers over the music's 4800 Jukebox values a frame; windows of 150 frames that overlap by half and are made to
agree at every one of 50 DDIM steps; guidance 2, which runs the network twice a step.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from demos.motion.vector import WIDTH
from demos.nn.diffusion import sample
from demos.nn.transformer import rotary, timestep_embedding

WINDOW = 150
"""Frames: 5 s."""
STEPS = 50
GUIDANCE = 2.0
MUSIC = 4800
"""Values a frame of Jukebox, whose own time (minutes on a processor) nobody counts here."""


class EdgeSize(nn.Module):
    """(batch, 150, 151) noisy motion, (batch, 150, music) and steps -> (batch, 150, 151) clean motion."""

    def __init__(
        self, *, width: int = 512, inner: int = 1024, layers: int = 8, heads: int = 8, music: int = MUSIC
    ) -> None:
        super().__init__()
        self.width = width
        self.music_in = nn.Linear(music, width)
        self.music_layers = nn.ModuleList(_Layer(width, inner, heads) for _ in range(2))
        self.no_music = nn.Parameter(torch.randn(1, WINDOW, width))
        self.no_music_pooled = nn.Parameter(torch.randn(1, width))
        self.pooled = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width)
        )  # fmt: skip
        self.step = nn.Sequential(nn.Linear(width, 4 * width), nn.Mish())
        self.step_film = nn.Linear(4 * width, width)
        self.step_tokens = nn.Linear(4 * width, 2 * width)
        self.norm = nn.LayerNorm(width)
        self.motion_in = nn.Linear(WIDTH, width)
        self.layers = nn.ModuleList(_Layer(width, inner, heads, decodes=True) for _ in range(layers))
        self.out = nn.Linear(width, WIDTH)

    @classmethod
    def tiny(cls) -> EdgeSize:
        """The same shape with few numbers, for tests."""
        return cls(width=16, inner=32, layers=1, heads=2, music=8)

    def forward(self, noisy: Tensor, music: Tensor, steps: Tensor, *, unconditioned: bool = False) -> Tensor:
        heard = self.music_in(music)
        for layer in self.music_layers:
            heard = layer(heard)
        if unconditioned:  # the published code encodes the music here too, then drops it
            heard = self.no_music.expand_as(heard)
        hidden = self.step(timestep_embedding(steps, self.width))
        pooled = self.no_music_pooled if unconditioned else self.pooled(heard.mean(dim=1))
        film = self.step_film(hidden) + pooled
        tokens = torch.cat([heard, self.step_tokens(hidden).unflatten(1, (2, self.width))], dim=1)
        memory = self.norm(tokens)
        moved = self.motion_in(noisy)
        for layer in self.layers:
            moved = layer(moved, memory, film)
        return self.out(moved)


class _Layer(nn.Module):
    """Attention and feed-forward behind norms; a decoding one attends to a memory too and is modulated by FiLM."""

    def __init__(self, width: int, inner: int, heads: int, *, decodes: bool = False) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.across = nn.MultiheadAttention(width, heads, batch_first=True) if decodes else None
        self.forward_layers = nn.Sequential(nn.Linear(width, inner), nn.GELU(), nn.Linear(inner, width))
        count = 3 if decodes else 2
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(count))
        self.films = nn.ModuleList(nn.Linear(width, 2 * width) for _ in range(count if decodes else 0))

    def forward(self, tokens: Tensor, memory: Tensor | None = None, film: Tensor | None = None) -> Tensor:
        normed = self.norms[0](tokens)
        placed = _placed(normed)
        tokens = tokens + self._modulated(0, self.attention(placed, placed, normed, need_weights=False)[0], film)
        if self.across is not None and memory is not None:
            asked = _placed(self.norms[1](tokens))
            told = self.across(asked, _placed(memory), memory, need_weights=False)[0]
            tokens = tokens + self._modulated(1, told, film)
        last = len(self.norms) - 1
        return tokens + self._modulated(last, self.forward_layers(self.norms[last](tokens)), film)

    def _modulated(self, place: int, values: Tensor, film: Tensor | None) -> Tensor:
        if film is None:
            return values
        scale, shift = self.films[place](functional.mish(film))[:, None].chunk(2, dim=-1)
        return (scale + 1) * values + shift


def _placed(tokens: Tensor) -> Tensor:
    """Tokens turned by their places before the projections, over the whole width."""
    return rotary(tokens[:, None])[:, 0]


def windows_of(frames: int) -> int:
    """Windows of 150 frames, overlapping by half, that cover a dance."""
    return max(1, -(-(frames - WINDOW) // (WINDOW // 2)) + 1)


@torch.inference_mode()
def dance(
    network: EdgeSize,
    frames: int,
    *,
    steps: int = STEPS,
    seed: int = 0,
    keep: Tensor | None = None,
    on_step: Callable[[int, int], None] | None = None,
) -> Tensor:
    """Sample a dance of so many frames as EDGE does -> (windows, 150, 151); all windows are done together at the end.

    keep : (windows, 150, 151), 1 where a given dance is held (EDGE's editing: the known is put back, noised, at every
    step); the given dance is noise too, for only the work counts.
    """
    count = windows_of(frames)
    generator = torch.Generator().manual_seed(seed)
    music = torch.randn(count, WINDOW, network.music_in.in_features, generator=generator)
    noise = torch.randn(count, WINDOW, WIDTH, generator=generator)
    given = torch.randn(count, WINDOW, WIDTH, generator=generator) if keep is not None else None
    half = WINDOW // 2

    def denoise(noisy: Tensor, step: Tensor) -> Tensor:
        if keep is not None and given is not None:
            noisy = keep * given + (1 - keep) * noisy
        plain = network(noisy, music, step, unconditioned=True)
        clean = plain + GUIDANCE * (network(noisy, music, step) - plain)
        if count > 1:
            clean[1:, :half] = clean[:-1, half:]  # neighbours agree where they overlap
        return clean

    return sample(denoise, noise, steps=steps, on_step=on_step)
