"""Train the room's networks on a corpus with duets: `python -m demos train duet --corpus DIR`.

Four stages, one after the other: the codec; the trajectory on what the codec makes of real speeds; the two transformers
on the codec's tokens. Each writes checkpoints beside the corpus and goes on from them when started again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from demos.audio.conditions import SOUND
from demos.corpus.styles import STYLE_NAMES
from demos.duet import losses as goals
from demos.duet.data import Crops, TokenBatch, TokenDances
from demos.duet.model import CLOSENESS, STREAMS, Codec, Config, Duet, Filler, parameters_of
from demos.duet.representation import streams_of
from demos.nn import training, weight_files
from demos.nn.masked import HIDDEN, training_mask
from demos.nn.quantiser import nearest, perplexity
from demos.nn.training import Plan, Randomness
from demos.runtime.errors import InputError
from demos.runtime.settings import WEIGHTS

STAGES = ("codec", "trajectory", "coarse", "fine")
LEAST_DEVIATION = {"states": 0.08, "music": 0.05, "feet": 0.02, "speeds": 0.05}
"""Columns that hardly move are normalised by these, so that their noise does not count as dance."""
EXACT = ("normalise", "speeds", "codec.smooth")
"""What weights keep in single precision: the last, narrow layers of the codec lose 5 mm in 8 bits, all others none."""
RESET_STEPS, LAST_RESET = 40, 0.75
"""Dead codes are reset every so many steps, until this share of the training is done."""
NO_CONDITION, NO_STYLE, NO_CLOSENESS, NO_SOUND = 0.1, 0.3, 0.3, 0.5
"""Shares of a batch without any condition (for guidance), style, closeness, sound (all that is heard but beat and bar:
songs are few, and how they sound tells which dance it is)."""
DEEPER = 0.3
"""Share of the batches that look for the codes of what the first ones leave, where there are any."""
MISREAD = 0.04
"""Share of the known tokens that training shows as others."""
HELD_STEPS = 200
"""Every so many steps the loss is measured on couples to songs that train nothing."""
SMOOTHING = 0.02
"""Share of each wanted code that goes to all others alike."""


@dataclass(frozen=True)
class Preset:
    """minutes : of each of STAGES. batch : of each. rate : of each."""

    minutes: tuple[float, float, float, float]
    batch: tuple[int, int, int, int]
    rate: tuple[float, float, float, float] = (2e-3, 2e-3, 2e-3, 2e-3)
    steps: int = 100_000
    config: Config = field(default_factory=Config)


PRESETS = {
    "cpu": Preset((23, 2, 12, 10), (32, 32, 32, 32)),
    "gpu": Preset((8, 1, 4, 4), (256, 128, 256, 256), (2e-3, 2e-3, 2e-3, 2e-3)),
    "trial": Preset((1, 1, 1, 1), (8, 4, 4, 4), steps=8, config=Config(codes=32, encoder=16, decoder=32, width=32)),
}


def train(
    *,
    corpus: Path | str,
    data: Path | str | None = None,
    preset: str = "cpu",
    out: Path | None = None,
    checkpoint: Path | None = None,
    minutes: float | None = None,
    interaction: bool = True,
    stages: Sequence[str] = STAGES,
    seed: int = 0,
) -> dict[str, float]:
    """Train the networks.

    corpus : a folder built by `corpus build` with duets. data : the folder of real dances, whose training couples the
    codec sees too. out : the weights to write, weights/duet.safetensors when None. checkpoint : the folder of the
    checkpoints, beside the corpus when None. minutes : of all stages together, instead of the preset's.
    interaction : False for the ablation. stages : those to go through; the others are taken as checkpoints left them.

    Returns steps, minutes and running means of every stage by name. Raises InputError for unknown names or corpora.
    """
    if preset not in PRESETS:
        raise InputError(f'There is no preset "{preset}": choose from {", ".join(PRESETS)}.')
    unknown = [name for name in stages if name not in STAGES]
    if unknown:
        raise InputError(f'There is no stage "{unknown[0]}" of training: choose from {", ".join(STAGES)}.')
    plan = PRESETS[preset]
    plan = replace(plan, config=replace(plan.config, interaction=interaction))
    out = out or WEIGHTS / "duet.safetensors"
    folder = checkpoint or Path(corpus) / f"{out.stem}-checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    network = Duet(plan.config)
    report: dict[str, float] = {"parameters": parameters_of(network)}
    share = 1.0 if minutes is None else minutes / sum(plan.minutes)
    crops = Crops(corpus, data=data) if {"codec", "trajectory"} & set(stages) else None
    if crops is not None:
        set_statistics(network, crops, Randomness(seed))
    for stage in STAGES:  # what is written on the way holds all that was learnt so far
        if (folder / f"{stage}.pt").is_file():
            _restore(getattr(network, stage), folder / f"{stage}.pt")
    network.to(device)
    if crops is not None:
        crops.to(device)
    dances: TokenDances | None = None
    held: TokenDances | None = None
    for index, stage in enumerate(STAGES):
        part, path = getattr(network, stage), folder / f"{stage}.pt"
        if stage not in stages:
            continue
        part.requires_grad_(True)
        if stage in ("codec", "trajectory"):
            assert crops is not None
            task = (CodecTask if stage == "codec" else TrajectoryTask)(network, crops, plan.batch[index])
        else:
            dances = dances or TokenDances(corpus, network.codec)
            held = held or _held_out(corpus, network.codec)
            task = FillerTask(network, stage, dances, plan.batch[index], held)
        limits = Plan(share * plan.minutes[index], plan.steps, plan.rate[index], 0.0 if stage == "codec" else 0.995)
        found = training.run(part, task.losses, limits, name=stage, checkpoint=path, seed=seed + index)
        report |= {f"{stage} {key}": value for key, value in found.items()}
        part.requires_grad_(False)
        write_weights(network, out)
    write_weights(network, out)
    return report


def _held_out(corpus: Path | str, codec: Codec) -> TokenDances | None:
    """Couples of the validation split, where the corpus has one."""
    try:
        return TokenDances(corpus, codec, "validation")
    except InputError:
        return None


class CodecTask:
    """Crops of couples through the tokens and back."""

    def __init__(self, network: Duet, crops: Crops, size: int) -> None:
        self.codec, self.crops, self.size, self.step = network.codec, crops, size, 0
        self.used: list[float] = []

    def losses(self, chance: Randomness, progress: float) -> tuple[Tensor, dict[str, float]]:
        codec = self.codec
        wanted = codec.normalise(self.crops.batch(self.size, chance.rng))
        with _autocast(wanted.device):
            made, commitment, found = codec(wanted)
        terms = goals.codec_losses(
            made.float(), wanted, codec.normalise.inverse, interaction=codec.config.interaction, generator=chance.noise
        )
        self.step += 1
        if self.step % RESET_STEPS == 0 and progress < LAST_RESET:
            self._reset(wanted, chance)
        numbers = {name: float(value.detach()) for name, value in terms.items()}
        if self.step % 20 == 1:
            self.used = [perplexity(part.tokens, codec.config.codes) for part in found]
        numbers |= {"commit": float(commitment.detach()), "least used": min(self.used), "used": max(self.used)}
        return goals.codec_weighted(terms, commitment), numbers

    @torch.no_grad()
    def _reset(self, wanted: Tensor, chance: Randomness) -> None:
        codec = self.codec
        fine, count = codec.books("fine"), len(STREAMS)
        for index, ((columns, encoder), coarse) in enumerate(
            zip(codec.stream_encoders(), codec.books("coarse"), strict=True)
        ):
            near, latents = encoder(codec.visible(wanted)[..., columns])
            coarse.reset_dead(latents.flatten(0, 1), chance.noise)
            left = encoder.detail(near, coarse.lookup(nearest(latents, coarse.codes)))
            for book in fine[index::count]:
                book.reset_dead(left.flatten(0, 1), chance.noise)
                left = left - book.lookup(nearest(left, book.codes))


class TrajectoryTask:
    """The speeds of the dancers from the feet that the codec gives back."""

    def __init__(self, network: Duet, crops: Crops, size: int) -> None:
        self.codec, self.trajectory, self.crops, self.size = network.codec, network.trajectory, crops, size
        self.codec.eval()

    def losses(self, chance: Randomness, progress: float) -> tuple[Tensor, dict[str, float]]:
        plain = self.crops.batch(self.size, chance.rng)
        with torch.no_grad():
            made = self.codec.normalise.inverse(self.codec.decode(self.codec.encode(self.codec.normalise(plain))))
            feet, _ = goals.trajectory_inputs(made)
            _, truth = goals.trajectory_inputs(plain)
        terms = goals.trajectory_losses(self.trajectory(feet), feet, truth)
        return sum(terms.values(), torch.zeros(())), {name: float(value.detach()) for name, value in terms.items()}


class FillerTask:
    """Hidden tokens found again: any, those of the follow, those of the arms, those of a stretch."""

    def __init__(
        self, network: Duet, level: str, dances: TokenDances, size: int, held: TokenDances | None = None
    ) -> None:
        self.codec, self.level, self.dances, self.size = network.codec, level, dances, size
        self.held, self.step, self.unheard = held, 0, 0.0
        self.filler: Filler = getattr(network, level)
        self.codec.eval()
        sample = dances.batch(256, Randomness(0).rng)
        self.filler.normalise.measure(sample.music, least=LEAST_DEVIATION["music"])
        self._start_from_frequencies(getattr(sample.tokens, level))

    @torch.no_grad()
    def _start_from_frequencies(self, tokens: Tensor) -> None:
        """How common each code is need not be learnt step by step."""
        for stream, bias in enumerate(self.filler.bias):
            counts = torch.bincount(tokens[..., stream].flatten(), minlength=len(bias)).float()
            common = (counts + 0.5).log()
            bias.copy_(common - common.mean())

    def losses(self, chance: Randomness, progress: float) -> tuple[Tensor, dict[str, float]]:
        loss, hit = self._losses(self.dances, chance)
        self.step += 1
        if self.held and self.step % HELD_STEPS == 1:
            self.filler.eval()
            with torch.no_grad():  # always the same windows and masks
                chances = Randomness(0)
                self.unheard = float(np.mean([float(self._losses(self.held, chances)[0]) for _ in range(4)]))
            self.filler.train()
        numbers = {"loss": float(loss.detach()), "hit": float(hit)}
        return loss, numbers | ({"held out": self.unheard} if self.held else {})

    def _losses(self, dances: TokenDances, chance: Randomness) -> tuple[Tensor, Tensor]:
        batch = dances.batch(self.size, chance.rng)
        wanted = getattr(batch.tokens, self.level)
        depth = self._depth(wanted.shape[2] // len(STREAMS), chance)
        hidden, mask = (part.to(wanted.device) for part in hidden_tokens(wanted.shape, depth, chance))
        seen = misread(wanted, self.codec.config.codes, chance) if self.filler.training else wanted
        logits = self._logits(torch.where(hidden, HIDDEN, seen), batch, depth, chance)
        wanted = wanted[..., depth * len(STREAMS) : (depth + 1) * len(STREAMS)]
        loss = functional.cross_entropy(logits[mask], wanted[mask], label_smoothing=SMOOTHING)
        return loss, (logits[mask].argmax(-1) == wanted[mask]).float().mean()

    def _depth(self, depths: int, chance: Randomness) -> int:
        return int(chance.rng.integers(1, depths)) if depths > 1 and chance.rng.random() < DEEPER else 0

    def _logits(self, tokens: Tensor, batch: TokenBatch, depth: int, chance: Randomness) -> Tensor:
        size, device = len(tokens), tokens.device
        chances = torch.rand(4, size, generator=chance.noise).to(device)
        style = torch.where(chances[0] < NO_STYLE, 0, batch.style)
        closeness = torch.where(chances[1] < NO_CLOSENESS, 0, batch.closeness)
        hears = (chances[2] >= NO_CONDITION).float()
        deaf = (chances[3] < NO_SOUND)[:, None, None]
        sound = torch.where(deaf, self.filler.normalise.mean[:SOUND], batch.music[..., :SOUND])
        music = torch.cat([sound, batch.music[..., SOUND:]], dim=-1)
        above = None
        if self.level == "fine":
            coarse = batch.tokens.coarse
            above = misread(coarse, self.codec.config.codes, chance) if self.filler.training else coarse
        with _autocast(device):
            logits = self.filler(tokens, music, style, closeness, hears, self.codec, above, depth)
        return logits.float()


def misread(tokens: Tensor, codes: int, chance: Randomness) -> Tensor:
    """With a share of tokens replaced by any others: what is filled in step by step is not always right."""
    wrong = torch.rand(tokens.shape, generator=chance.noise) < MISREAD
    other = torch.randint(codes, tokens.shape, generator=chance.noise)
    return torch.where(wrong.to(tokens.device), other.to(tokens.device), tokens)


def hidden_tokens(shape: Sequence[int], depth: int, chance: Randomness) -> tuple[Tensor, Tensor]:
    """Which of a level's tokens are hidden, (batch, n, columns) bool, and which of those of a depth are asked for,
    (batch, n, streams) bool: what lies above that depth is known, what lies below it is not yet."""
    size, count, columns = shape
    streams = len(STREAMS)
    free = free_tokens((size, count, streams), chance)
    asked = training_mask(free, chance.noise)
    above = torch.zeros(size, count, depth * streams, dtype=torch.bool)
    below = free.repeat(1, 1, columns // streams - depth - 1)
    return torch.cat([above, asked, below], dim=-1), asked


def free_tokens(shape: Sequence[int], chance: Randomness) -> Tensor:
    """(batch, n, streams) bool: which tokens may be hidden. Three of eight rows all; the others as the room is used: a
    known lead, known bodies, a stretch between known ends, what goes on from a known beginning."""
    size, count, streams = shape
    free = torch.ones(size, count, streams, dtype=torch.bool)
    arms = streams_of((0, 1), body=False)
    for row in range(size):
        kind = int(chance.rng.integers(8))
        if kind in (0, 1):
            free[row, :, list(streams_of([0]))] = False
        elif kind == 2:
            free[row, :, [index for index in range(streams) if index not in arms]] = False
        elif kind == 3:
            start, stop = sorted(chance.rng.integers(0, count, size=2))
            free[row] = False
            free[row, start : stop + 1] = True
        elif kind == 4:
            free[row, : int(chance.rng.integers(1, count // 2 + 1))] = False
    return free


def set_statistics(network: Duet, crops: Crops, chance: Randomness) -> None:
    """Means and deviations of states, feet and speeds, from a sample."""
    sample = torch.cat([crops.batch(64, chance.rng) for _ in range(8)])
    network.codec.normalise.measure(sample, least=LEAST_DEVIATION["states"])
    feet, speeds = goals.trajectory_inputs(sample[:64])
    network.trajectory.normalise.measure(feet, least=LEAST_DEVIATION["feet"])
    network.trajectory.speeds.measure(speeds, least=LEAST_DEVIATION["speeds"])


def write_weights(network: Duet, path: Path) -> None:
    """Weights with configuration and conditions in the header."""
    header = {
        "kind": network.kind, "config": json.dumps(asdict(network.config)), "styles": json.dumps(STYLE_NAMES),
        "closeness": json.dumps(CLOSENESS),
    }  # fmt: skip
    weight_files.write(path, network.state_dict(), header, exact=EXACT)


def _restore(part: torch.nn.Module, path: Path) -> None:
    saved = training.read_checkpoint(path, part)
    part.load_state_dict(saved["network"] if isinstance(part, Codec) else saved["average"])
    part.eval().requires_grad_(False)


def _autocast(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16)
