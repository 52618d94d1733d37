"""Train the room's networks on a corpus with duets: `python -m demos train duet --corpus DIR`.

Four stages, one after the other: the codec; the trajectory on what the codec makes of real speeds; the two transformers
on the codec's tokens. Each writes checkpoints beside the corpus and goes on from them when started again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from demos.corpus.styles import STYLE_NAMES
from demos.duet import losses as goals
from demos.duet.data import Crops, TokenBatch, TokenDances
from demos.duet.model import CLOSENESS, STREAMS, Codec, Config, Duet, Filler, parameters_of
from demos.nn import training, weight_files
from demos.nn.masked import HIDDEN, training_mask
from demos.nn.quantiser import nearest, perplexity
from demos.nn.training import Plan, Randomness
from demos.runtime.errors import InputError
from demos.runtime.settings import WEIGHTS

STAGES = ("codec", "trajectory", "coarse", "fine")
LEAST_DEVIATION = {"states": 0.08, "music": 0.05, "feet": 0.02, "speeds": 0.05}
"""Columns that hardly move are normalised by these, so that their noise does not count as dance."""
RESET_STEPS, LAST_RESET = 40, 0.75
"""Dead codes are reset every so many steps, until this share of the training is done."""
NO_CONDITION, NO_STYLE, NO_CLOSENESS = 0.1, 0.4, 0.3
"""Shares of a batch without any condition (for guidance), style, closeness."""
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
    "cpu": Preset((19, 2, 9, 9), (32, 32, 32, 32)),
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
    dances: TokenDances | None = None
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
            task = FillerTask(network, stage, dances, plan.batch[index])
        limits = Plan(share * plan.minutes[index], plan.steps, plan.rate[index], 0.0 if stage == "codec" else 0.995)
        found = training.run(part, task.losses, limits, name=stage, checkpoint=path, seed=seed + index)
        report |= {f"{stage} {key}": value for key, value in found.items()}
        part.requires_grad_(False)
        write_weights(network, out)
    write_weights(network, out)
    return report


class CodecTask:
    """Crops of couples through the tokens and back."""

    def __init__(self, network: Duet, crops: Crops, size: int) -> None:
        self.codec, self.crops, self.size, self.step = network.codec, crops, size, 0
        self.used: list[float] = []

    def losses(self, chance: Randomness, progress: float) -> tuple[Tensor, dict[str, float]]:
        codec = self.codec
        device = codec.normalise.mean.device
        wanted = codec.normalise(self.crops.batch(self.size, chance.rng).to(device))
        with _autocast(device):
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
        books = zip(codec.books("coarse"), codec.books("fine"), strict=True)
        for (columns, encoder), (coarse, fine) in zip(codec.stream_encoders(), books, strict=True):
            near, latents = encoder(codec.visible(wanted)[..., columns])
            coarse.reset_dead(latents.flatten(0, 1), chance.noise)
            far = coarse.lookup(nearest(latents, coarse.codes))
            fine.reset_dead(encoder.detail(near, far).flatten(0, 1), chance.noise)


class TrajectoryTask:
    """The speeds of the dancers from the feet that the codec gives back."""

    def __init__(self, network: Duet, crops: Crops, size: int) -> None:
        self.codec, self.trajectory, self.crops, self.size = network.codec, network.trajectory, crops, size
        self.codec.eval()

    def losses(self, chance: Randomness, progress: float) -> tuple[Tensor, dict[str, float]]:
        plain = self.crops.batch(self.size, chance.rng).to(self.codec.normalise.mean.device)
        with torch.no_grad():
            made = self.codec.normalise.inverse(self.codec.decode(self.codec.encode(self.codec.normalise(plain))))
            feet, _ = goals.trajectory_inputs(made)
            _, truth = goals.trajectory_inputs(plain)
        terms = goals.trajectory_losses(self.trajectory(feet), feet, truth)
        return sum(terms.values(), torch.zeros(())), {name: float(value.detach()) for name, value in terms.items()}


class FillerTask:
    """Hidden tokens found again: any, those of the follow, those of the arms, those of a stretch."""

    def __init__(self, network: Duet, level: str, dances: TokenDances, size: int) -> None:
        self.codec, self.level, self.dances, self.size = network.codec, level, dances, size
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
        batch = self.dances.batch(self.size, chance.rng)
        device = self.codec.normalise.mean.device
        wanted = getattr(batch.tokens, self.level).to(device)
        free = free_tokens(wanted.shape, chance)
        mask = training_mask(free, chance.noise).to(device)
        logits = self._logits(torch.where(mask, HIDDEN, wanted), batch, chance, device)
        loss = functional.cross_entropy(logits[mask], wanted[mask], label_smoothing=SMOOTHING)
        hit = (logits[mask].argmax(-1) == wanted[mask]).float().mean()
        return loss, {"loss": float(loss.detach()), "hit": float(hit)}

    def _logits(self, tokens: Tensor, batch: TokenBatch, chance: Randomness, device: torch.device) -> Tensor:
        size = len(tokens)
        chances = torch.rand(3, size, generator=chance.noise)
        style = torch.where(chances[0] < NO_STYLE, 0, batch.style).to(device)
        closeness = torch.where(chances[1] < NO_CLOSENESS, 0, batch.closeness).to(device)
        hears = (chances[2] >= NO_CONDITION).float().to(device)
        coarse = batch.tokens.coarse.to(device) if self.level == "fine" else None
        with _autocast(device):
            logits = self.filler(tokens, batch.music.to(device), style, closeness, hears, self.codec, coarse)
        return logits.float()


def free_tokens(shape: Sequence[int], chance: Randomness) -> Tensor:
    """(batch, n, 4) bool: which tokens may be hidden. Three of eight rows all; the others as the room is used: a
    known lead, known bodies, a stretch between known ends, what goes on from a known beginning."""
    size, count, streams = shape
    free = torch.ones(size, count, streams, dtype=torch.bool)
    for row in range(size):
        kind = int(chance.rng.integers(8))
        if kind in (0, 1):
            free[row, :, :2] = False
        elif kind == 2:
            free[row, :, [index for index, name in enumerate(STREAMS) if name.endswith("body")]] = False
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
    weight_files.write(path, network.state_dict(), header, exact=("normalise", "speeds"))


def _restore(part: torch.nn.Module, path: Path) -> None:
    saved = training.read_checkpoint(path, part)
    part.load_state_dict(saved["network"] if isinstance(part, Codec) else saved["average"])
    part.eval().requires_grad_(False)


def _autocast(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16)
