"""DanceEditor's two networks: music to a dance, and a dance with an instruction to the changed dance.

Both are diffusion transformers that predict the clean motion (frames, 151) of a noisy one, on tokens of a few frames.
Sizes are ours: the paper's are for large GPUs. Vectors here are world metres and plain 6-D rotations; the networks
normalise them by statistics kept among their weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, TypeVar

import numpy as np
import torch
from scipy.fft import dct
from scipy.ndimage import gaussian_filter1d
from torch import Tensor, nn
from torch.nn import functional

from demos.audio.conditions import MUSIC
from demos.corpus.styles import STYLE_NAMES
from demos.editing.conditions import PART_NAMES, WHERE, columns_of_parts
from demos.motion.vector import FPS, ROOT, ROTATIONS, WIDTH, mirrored_columns
from demos.nn.diffusion import scheduler
from demos.nn.kinematics import Ground, moved, off, onto
from demos.nn.normaliser import Normaliser
from demos.nn.tracks import fused
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
    that no seam shows between tokens and fine movement need not pass through them.

    How far the noisy frames are let in depends on the diffusion step: at first they are noise, at last the dance.
    """

    def __init__(self, seen: int, out: int, config: Config) -> None:
        super().__init__()
        self.patch, width = config.patch, config.detail
        self.unpatch = nn.Linear(config.width, config.patch * width)
        self.noisy = nn.Linear(WIDTH, width, bias=False)
        self.seen = nn.Linear(seen, width)
        self.layers = nn.ModuleList(nn.Conv1d(width, width, 5, padding=2) for _ in range(3))
        self.out = nn.Linear(width, out)
        self.let_in = nn.Linear(config.width, width)
        nn.init.zeros_(self.let_in.weight)
        nn.init.zeros_(self.let_in.bias)

    def forward(self, tokens: Tensor, noisy: Tensor, seen: Tensor, step: Tensor) -> Tensor:
        """tokens (batch, n, width), noisy (batch, frames, 151), seen (batch, frames, channels), step (batch, 1, width)
        of StepEmbedding -> (batch, frames, out)."""
        batch, frames, _ = seen.shape
        hidden = self.unpatch(tokens).reshape(batch, frames, -1) + self.seen(seen)
        hidden = hidden + 2 * self.let_in(functional.silu(step)).sigmoid() * self.noisy(noisy)
        for layer in self.layers:
            hidden = hidden + layer(functional.silu(hidden).transpose(1, 2)).transpose(1, 2)
        return self.out(hidden)


class Posterior(nn.Module):
    """What a network expects and what the noisy sample shows, weighed by how sure each is: the mean of the posterior
    where both err as Gaussians do, a Wiener filter.

    A network that must hand every frame through its tokens blurs them all, at the last steps too, when the sample
    shows them better than it can. Noise is as quick as it is slow and movement is mostly slow, so the variance that the
    network leaves open is learnt for every column at several frequencies.
    """

    signal: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("signal", scheduler().alphas_cumprod.float(), persistent=False)
        self.magnitude = nn.Parameter(torch.full((BANDS, WIDTH), -2.0))

    @torch.no_grad()
    def set_spectrum(self, motion: Tensor, share: float) -> None:
        """Leave open, to begin with, a share of the variance of normalised motion (n, frames, 151)."""
        cosines, bands = (torch.from_numpy(table) for table in (_cosines(motion.shape[1]), _bands(motion.shape[1])))
        power = (cosines @ motion.cpu()).square().mean(0)
        mean = bands.T @ power / bands.sum(0)[:, None].clamp(min=1e-6)  # short motion has no slow bands
        self.magnitude.copy_((share * mean).clamp(min=1e-7).log10())

    def forward(self, expected: Tensor, noisy: Tensor, steps: Tensor) -> Tensor:
        """expected, noisy (batch, frames, 151), steps (batch,) -> (batch, frames, 151), all normalised."""
        frames = noisy.shape[1]
        cosines, bands = (torch.from_numpy(table).to(noisy) for table in (_cosines(frames), _bands(frames)))
        signal = self.signal[steps].view(-1, 1, 1)
        with torch.autocast(noisy.device.type, enabled=False):  # half precision is itself noise
            variance = 10 ** (bands @ self.magnitude)
            surprise = cosines @ (signal.sqrt() * noisy - signal * expected.float())
            return expected + cosines.T @ (variance / (variance * signal + 1 - signal) * surprise)


BANDS = 16
"""Frequencies at which a posterior knows its variance: from one swing in 8 s to one in two frames."""


@lru_cache(maxsize=8)
def _cosines(frames: int) -> np.ndarray:
    """(frames, frames) float32: the orthonormal cosine transform of columns."""
    return np.asarray(dct(np.eye(frames), axis=0, norm="ortho"), np.float32)


@lru_cache(maxsize=8)
def _bands(frames: int) -> np.ndarray:
    """(frames, BANDS) float32: how much each band counts at each of the transform's frequencies; rows add up to 1."""
    frequency = np.arange(frames) / (2 * frames)  # a frame
    nodes = np.geomspace(1 / 480, 0.5, BANDS)
    place = np.interp(np.log(np.maximum(frequency, nodes[0])), np.log(nodes), np.arange(BANDS))
    weights = np.clip(1 - np.abs(place[:, None] - np.arange(BANDS)), 0, None)
    return weights.astype(np.float32)


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
        self.style = nn.Embedding(len(STYLE_NAMES) + 1, config.width)  # 0: from the music
        self.silence = nn.Parameter(torch.zeros(config.width))
        self.blocks = nn.ModuleList(Block(config.width, config.heads, config.width) for _ in range(config.depth))
        self.detail = Detail(WIDTH + 1 + MUSIC, WIDTH, config)
        self.posterior = Posterior()

    @classmethod
    def tiny(cls, *, seed: int = 0) -> Predictor:
        """A small network of random weights, for tests."""
        return _stirred(cls, seed)

    def forward(
        self, noisy: Tensor, steps: Tensor, music: Tensor, style: Tensor, known: Tensor, given: Tensor, hears: Tensor
    ) -> Tensor:
        """The clean motion, normalised.

        noisy : (batch, frames, 151) normalised. steps : (batch,) 0 .. 999. music : (batch, frames, 39).
        style : (batch,) long, 0 for none, i + 1 for STYLE_NAMES[i]. known : (batch, frames, 151) normalised frames that
        are given where `given` (batch, frames, 1) is 1. hears : (batch,) 0 where the music is dropped (for guidance).
        frames : a multiple of the patch.
        """
        heard = hears.view(-1, 1, 1)
        given_frames = torch.cat([known * given, given], dim=-1)
        step = self.step(steps)
        music_tokens = self.music(music) * heard + self.silence * (1 - heard)
        tokens = self.motion(torch.cat([noisy, given_frames], dim=-1)) + music_tokens
        condition = functional.silu(step + self.style(style)[:, None] + music_tokens)
        for block in self.blocks:
            tokens = block(tokens, condition)
        seen = torch.cat([given_frames, self.music.normalise(music) * heard], dim=-1)
        expected = self.detail(tokens, noisy, seen, step) * (1 - given) + known * given
        return self.posterior(expected, noisy, steps) * (1 - given) + known * given


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


class Course(nn.Module):
    """When and how far turned the dance before is taken over, frame by frame: told by the cues and the counts alone.

    Each is told twice, as a place and as a rate, and fused (`demos.nn.tracks`): a held pose stands still only if its
    time runs backwards as fast as the dance runs on, which no sequence of places says exactly.

    The noisy sample is kept from it: at its last steps it shows the answer, and at the first, where the dance is
    decided, the network would have learnt little but to look there.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.detail
        self.scale_shift = nn.Linear(config.width, 2 * config.patch * width)
        self.seen = nn.Linear(WHERE + MUSIC + 2 * SHARES, width)
        self.layers = nn.ModuleList(nn.Conv1d(width, width, 5, padding=2) for _ in range(2))
        self.out = nn.Linear(width, 8)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, cues: Tensor, where: Tensor, music: Tensor) -> tuple[Tensor, Tensor]:
        """cues (batch, n, width), where (batch, frames, WHERE), music (batch, frames, MUSIC) normalised ->
        (batch, frames, 1) seconds and radians, 0 where the edit may not act."""
        frames = where.shape[:2]
        scale, shift = self.scale_shift(functional.silu(cues)).chunk(2, dim=-1)
        hidden = self.seen(torch.cat([where, music, _shares(where)], dim=-1))
        hidden = hidden * (1 + scale.reshape(*frames, -1)) + shift.reshape(*frames, -1)
        for layer in self.layers:
            hidden = hidden + layer(functional.silu(hidden).transpose(1, 2)).transpose(1, 2)
        inside = (where[..., : len(PART_NAMES)].amax(-1, keepdim=True) > 0).float()
        place, rate, sure_place, sure_rate = self.out(hidden).float().split(2, dim=-1)
        # Outside, the dance is where it was, but turned it may stay: two turns are as good as none.
        outside = (inside - 1) * sure_place.new_tensor([0.0, SURE_SPAN])
        sure_place = (SURE_SPAN * (sure_place / SURE_SPAN).tanh() * inside + outside).exp()
        sure_rate = SURE_RATE * (SURE_SPAN * (sure_rate / SURE_SPAN).tanh()).exp()
        told = (place * inside, rate[:, 1:] * inside[:, 1:] / FPS, sure_place, sure_rate[:, 1:])
        later, yaw = fused(*(torch.cat(part.unbind(-1)) for part in told)).chunk(2)
        return later[..., None], yaw[..., None]


SHARES = 3
"""Swings, from the edit's start to its end, by which a course knows how much of the edit is over."""
SURE_RATE, SURE_SPAN = 900.0, 5.0
"""A place that is right to .3 s (or rad) goes with a rate that is right to .3 s in a second: their variances a frame
are 900 apart. Each may be exp(+-SURE_SPAN) as sure."""


def _shares(where: Tensor) -> Tensor:
    """How much of the edit is over, as angles: (batch, frames, WHERE) -> (batch, frames, 2 SHARES)."""
    since, until = where[..., -2:].split(1, dim=-1)
    share = 2 * torch.pi * since / (since + until).clamp(min=1e-3)
    swings = share * torch.arange(1, SHARES + 1, device=where.device)
    return torch.cat([swings.cos() - 1, swings.sin()], dim=-1)


class Taking(NamedTuple):
    """What is taken over from the dance before, frame by frame.

    later : (batch, frames, 1) seconds. mirror : (batch, frames, 151), 0 own side .. 1 the other. swing : (batch,
    frames, 151) of how much more than now each column leaves its mean. even : (batch, frames, 151), 1 for smoothed,
    less than 0 for sharpened. yaw : (batch, frames, 1) radians that the pelvis is turned to the left.
    """

    later: Tensor
    mirror: Tensor
    swing: Tensor
    even: Tensor
    yaw: Tensor


class Doors(NamedTuple):
    """Whether an instruction takes anything over at other times, in other swings, turned, or from the other side:
    (batch, 1, 1), and (batch, 1, 151) for sides, logits.

    Shut to begin with: a dance whose time wavers, be it by a frame, trembles all over.
    """

    later: Tensor
    swing: Tensor
    yaw: Tensor
    mirror: Tensor


class Taken(nn.Module):
    """What the result takes over from the dance before: poses at other times, mirrored, smoothed, in larger or smaller
    swings, turned.

    Much of what people ask for (sharper, slower, freeze, mirror it, smoother, a turn) shows the same poses otherwise. A
    network that had to hand them through its tokens would blur them; here it says only when, how far and which side.
    """

    columns: Tensor
    signs: Tensor

    def __init__(self) -> None:
        super().__init__()
        columns, signs = mirrored_columns()
        self.register_buffer("columns", torch.from_numpy(columns), persistent=False)
        self.register_buffer("signs", torch.from_numpy(signs), persistent=False)

    def forward(self, before: Tensor, taking: Taking) -> Tensor:
        """before (batch, frames, 151) in metres from where its first frame stands -> (batch, frames, 151).

        Swings are not for here: they leave the mean of what the network sees (`Editor`).
        """
        smooth = torch.from_numpy(_smoothing(before.shape[1])).to(before) @ before
        shown = _at(before, taking.later)
        shown = shown + taking.even * (_at(smooth, taking.later) - shown)
        shown = shown + taking.mirror * (shown[..., self.columns] * self.signs - shown)
        turned = moved(shown, taking.yaw[..., 0], torch.zeros_like(shown[..., :2]))
        return torch.cat([shown[..., : ROOT.stop], turned[..., ROOT.stop :]], dim=-1)  # on the spot


DOOR_SPEED = 10.0
"""How much faster doors learn than other weights: nothing behind a shut one is used."""
EVEN_S = 0.26
"""Deviation of the bell that smooths, as in the corpus's layer for fluid movement."""


@lru_cache(maxsize=8)
def _smoothing(frames: int) -> np.ndarray:
    """(frames, frames) float32: smooths columns."""
    return gaussian_filter1d(np.eye(frames), EVEN_S * FPS, axis=0, mode="nearest").astype(np.float32)


def _at(motion: Tensor, later: Tensor) -> Tensor:
    """(batch, frames, 151) at (batch, frames, 1) seconds later, between frames on the line."""
    frames = motion.shape[1]
    place = torch.arange(frames, device=motion.device)[:, None] + FPS * later.float()
    place = place.clamp(0, frames - 1)
    first = place.detach().floor().clamp(max=max(frames - 2, 0))
    share = place - first
    first = first.long().expand(-1, -1, WIDTH)
    return motion.gather(1, first) * (1 - share) + motion.gather(1, (first + 1).clamp(max=frames - 1)) * share


class Editor(nn.Module):
    """The editing stage: a dance, its music and an instruction to the changed dance.

    It sees movement from the ground below the dance (kinematics.Ground), so that a step to the side looks the same
    wherever the dancer stands and faces. What the result keeps of the dance (`Taken`) is decided frame by frame and
    column by column with a second gate, of the same cues, so that what was not asked to change comes through untouched;
    and what is laid on top of the dance (a sway of the hips while the feet go on) is added, so that it need not be told
    apart from the dance first.
    """

    kind = "editor"
    columns: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.register_buffer("columns", torch.from_numpy(columns_of_parts()).float(), persistent=False)
        self.normalise = Normaliser(WIDTH)
        self.music = MusicEncoder(config)
        self.motion = Patches(WIDTH + WHERE, config)
        self.initial = Patches(WIDTH, config)
        self.instruction = nn.Sequential(nn.Linear(EMBEDDING + 1, width), nn.SiLU(), nn.Linear(width, width))
        self.where = Patches(WHERE, config)
        self.no_instruction = nn.Parameter(torch.zeros(width))
        self.no_initial = nn.Parameter(torch.zeros(width))
        self.step = StepEmbedding(width)
        self.cem = CrossModalityEditing(config)
        self.blocks = nn.ModuleList(Block(width, config.heads, width) for _ in range(config.depth))
        seen = (WIDTH if config.cem else 0) + WHERE + MUSIC
        self.detail = Detail(seen, 5 * WIDTH if config.cem else WIDTH, config)
        self.course = Course(config)
        self.doors = nn.Linear(width, 3 + WIDTH)
        nn.init.zeros_(self.doors.weight)
        nn.init.constant_(self.doors.bias, -4.0 / DOOR_SPEED)
        self.taken = Taken()
        self.posterior = Posterior()

    @classmethod
    def tiny(cls, *, seed: int = 0) -> Editor:
        """A small network of random weights, for tests."""
        return _stirred(cls, seed)

    def seen(self, motion: Tensor, ground: Ground) -> Tensor:
        """(batch, frames, 151) metres -> as the network sees it: from the ground, normalised."""
        return self.normalise(onto(motion, ground))

    def shown(self, clean: Tensor, ground: Ground) -> Tensor:
        """The inverse of `seen`."""
        return off(self.normalise.inverse(clean), ground)

    def forward(
        self, noisy: Tensor, steps: Tensor, before: Tensor, ground: Ground, music: Tensor, instruction: Tensor,
        where: Tensor, reads: Tensor, sees: Tensor,
    ) -> Tensor:  # fmt: skip
        """The clean changed motion, as the network sees it.

        noisy : (batch, frames, 151) as seen. steps : (batch,). before : (batch, frames, 151) metres, from where its
        first frame stands; ground : below it. music : (batch, frames, 39). instruction : (batch, 129) embedding and
        strength 0 .. 1. where : (batch, frames, 22) of conditions.edit_condition.
        reads, sees : (batch,) 0 where the instruction, the dance before, is dropped (for guidance).
        """
        return self.changed(noisy, steps, before, ground, music, instruction, where, reads, sees)[0]

    def changed(
        self, noisy: Tensor, steps: Tensor, before: Tensor, ground: Ground, music: Tensor, instruction: Tensor,
        where: Tensor, reads: Tensor, sees: Tensor,
    ) -> tuple[Tensor, tuple[Taking, Doors] | None]:  # fmt: skip
        """As `forward`, with what would be taken over from the dance before were its doors open, and the doors; None
        without the module."""
        seeing = sees.view(-1, 1, 1)
        was = self.seen(before, ground)
        music_tokens = self.music(music)
        step = self.step(steps)
        told = self._told(instruction, reads)
        cues = self._cues(was, told, where, step, music_tokens, seeing)
        condition = functional.silu(step + cues)
        tokens = self.motion(torch.cat([noisy, where], dim=-1)) + music_tokens
        for block in self.blocks:
            tokens = block(tokens, condition)
        around = torch.cat([where, self.music.normalise(music)], dim=-1)
        free = where[..., : len(PART_NAMES)] @ self.columns > 0
        if not self.config.cem:
            expected = torch.where(free, self.detail(tokens, noisy, around, step), was)
            return torch.where(free, self.posterior(expected, noisy, steps), was), None
        said = self.detail(tokens, noisy, torch.cat([was * seeing, around], dim=-1), step)
        made, gate, added, swing, even = said.split(WIDTH, dim=-1)
        later, yaw = self.course(cues + told, where, around[..., WHERE:])
        doors = self._doors(told)
        gate = (gate + 2 * (1 - seeing)).sigmoid()  # without a dance to keep, nearly all is made
        acts = where[..., : len(PART_NAMES)]
        side = doors.mirror.sigmoid() * (acts @ self.columns)
        with torch.autocast(noisy.device.type, enabled=False):  # metres from afar need all their digits
            acts = acts.amax(-1, keepdim=True)
            taking = Taking(later, side, swing.float() * doors.swing.sigmoid(), even.float(), yaw)
            retimed = doors.later.sigmoid()
            turned = doors.yaw.sigmoid() * yaw
            round_ = (2 * torch.pi * (turned / (2 * torch.pi)).round()).detach()  # it ends at whole turns, not at none
            shown = taking._replace(
                later=retimed * acts * later, yaw=round_ + acts * (turned - round_), even=(1 - retimed) * taking.even
            )
            kept = self.seen(self.taken(before, shown), ground) * seeing
            kept = kept + taking.swing * (kept - kept.mean(dim=1, keepdim=True))
            # What is taken from other times is whole, and a heading that is turned is right: nothing is made beside
            # them, and no noise is left in them, for it would move a pose that is held.
            taken = retimed.expand_as(side)
            heading = ROTATIONS.start + torch.arange(6, device=side.device)
            taken = taken.index_copy(-1, heading, torch.maximum(taken, doors.yaw.sigmoid())[..., heading])
        expected = (kept + (1 - taken) * (gate * (made - kept) + added)).to(was.dtype)
        clean = expected + (1 - taken) * (self.posterior(expected, noisy, steps) - expected)
        return torch.where(free, clean, was), (taking, doors)

    def origins(
        self, before: Tensor, ground: Ground, music: Tensor, instruction: Tensor, where: Tensor, steps: Tensor
    ) -> tuple[Tensor, Tensor, Doors]:
        """Where the frames of the result come from, without the result: later, yaw (batch, frames, 1) and the doors.
        Arguments as in `forward`."""
        everything = torch.ones_like(steps, dtype=before.dtype)
        told = self._told(instruction, everything)
        was, seeing = self.seen(before, ground), everything.view(-1, 1, 1)
        cues = self._cues(was, told, where, self.step(steps), self.music(music), seeing)
        later, yaw = self.course(cues + told, where, self.music.normalise(music))
        return later, yaw, self._doors(told)

    def _told(self, instruction: Tensor, reads: Tensor) -> Tensor:
        reading = reads.view(-1, 1, 1)
        return self.instruction(instruction)[:, None] * reading + self.no_instruction * (1 - reading)

    def _cues(
        self, was: Tensor, told: Tensor, where: Tensor, step: Tensor, music_tokens: Tensor, seeing: Tensor
    ) -> Tensor:
        initial = self.initial(was) * seeing + self.no_initial * (1 - seeing)
        cues, _ = self.cem(initial, told + self.where(where), functional.silu(step + music_tokens))
        return cues

    def _doors(self, told: Tensor) -> Doors:
        logits = DOOR_SPEED * self.doors(functional.silu(told)).float()
        return Doors(*logits.split([1, 1, 1, WIDTH], dim=-1))


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
