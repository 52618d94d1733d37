"""Train MuseDance on a corpus: `python -m demos train musedance --corpus DIR`.

Two stages as in the paper: shapes, single poses and words; then time, with those frozen. Each writes checkpoints and
goes on from them when started again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from demos.nn import diffusion, training, weight_files
from demos.nn.training import Plan, Randomness
from demos.runtime.errors import InputError
from demos.video import muse_data
from demos.video.muse_data import Pieces
from demos.video.muse_model import ANSWERS, MODULES, NAME, Config, MuseDance, Stills, Told, parameters_of
from demos.video.muse_weights import write

STAGES = ("stills", "mover")
LEAST_DEVIATION, LEAST_MUSIC = 0.03, 0.05
WORD_NOISE = 0.1
"""Added to states of word pieces, so that other wordings nearby say the same."""
SMOOTH = 0.05
"""Of the reader's answers: it is never quite sure."""
READ = 192
"""Sentences of a batch of the first stage."""
OFF = {"music": 0.12, "beat": 0.06, "motion": 0.25}
"""Shares of a batch that go without a module: what it says may be missing, and guidance compares with that."""
SILENT = 0.1
"""Share of a batch without words, for guidance."""
BEFORE_NOISE = 0.1
"""Deviations added to the frames before: what a piece goes on from is not as good as what is learnt from (drift)."""
SPEED_WEIGHT, STATE_WEIGHT = 1.0, 0.5


@dataclass(frozen=True)
class Preset:
    """minutes, batch, rate : of each of STAGES. pieces, sentences, kinds : how much is made to learn from."""

    minutes: tuple[float, float]
    batch: tuple[int, int] = (512, 40)
    rate: tuple[float, float] = (2e-3, 2e-3)
    pieces: int = 9000
    sentences: int = 5000
    kinds: int = 270
    steps: int = 100_000
    config: Config = field(default_factory=Config)


PRESETS = {
    "cpu": Preset((0.8, 7.0)),
    "gpu": Preset((1.0, 8.0), (4096, 256), pieces=30_000, sentences=8000, kinds=700),
    "trial": Preset((1, 1), (32, 4), pieces=12, sentences=20, kinds=9, steps=4, config=Config.tiny()),
}


def train(
    *,
    corpus: Path | str,
    preset: str = "cpu",
    out: Path | None = None,
    checkpoint: Path | None = None,
    minutes: float | None = None,
    stages: Sequence[str] = STAGES,
    seed: int = 0,
) -> dict[str, float]:
    """Train both stages, or some of them (the others as checkpoints left them).

    corpus : a folder with solo dances. out : the weights to write, those that ship when None. checkpoint : the folder
    of checkpoints, beside the corpus when None. minutes : of both stages together instead of the preset's.

    Returns steps, minutes and running means by stage. Raises InputError for unknown names or corpora.
    """
    if preset not in PRESETS:
        raise InputError(f'There is no preset "{preset}": choose from {", ".join(PRESETS)}.')
    unknown = [name for name in stages if name not in STAGES]
    if unknown:
        raise InputError(f'There is no stage "{unknown[0]}" of training: choose from {", ".join(STAGES)}.')
    plan = PRESETS[preset]
    out = out or weight_files.shipped(NAME)
    folder = checkpoint or Path(corpus) / f"{out.stem}-checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    network = MuseDance(plan.config)

    def make() -> Pieces:
        found = muse_data.stretches(corpus, "train")
        return muse_data.build(found, count=plan.pieces, seed=seed, kinds=plan.kinds, sentences=plan.sentences)

    pieces = muse_data.kept(folder / "pieces.npz", make)
    report: dict[str, float] = {"parameters": parameters_of(network), "pieces": len(pieces)}
    share = 1.0 if minutes is None else minutes / sum(plan.minutes)
    measure(network, pieces)
    for stage in STAGES:
        if (folder / f"{stage}.pt").is_file():
            _restore(getattr(network, stage), folder / f"{stage}.pt")
    network.to(device)
    for index, stage in enumerate(STAGES):
        if stage not in stages:
            continue
        part = getattr(network, stage)
        task = (
            StillsTask(network.stills, pieces, plan.batch[0])
            if index == 0
            else MoverTask(network, pieces, plan.batch[1])
        )
        part.requires_grad_(True)
        network.stills.spread.requires_grad_(False)
        limits = Plan(share * plan.minutes[index], plan.steps, plan.rate[index], 0.99 if index == 0 else 0.998)
        numbers = training.run(
            part, task.losses, limits, name=stage, checkpoint=folder / f"{stage}.pt", seed=seed + index
        )
        report |= {f"{stage} {key}": value for key, value in numbers.items()}
        part.requires_grad_(False)
        if index == 0:
            even_out(network.stills, pieces)
        write(network, out)
    return report


@torch.no_grad()
def measure(network: MuseDance, pieces: Pieces) -> None:
    """Means and deviations of what is to be learnt; columns of limbs that are not there do not count."""
    rows = np.linspace(0, len(pieces) - 1, min(len(pieces), 600)).astype(int)
    states = torch.from_numpy(pieces.states[rows].astype(np.float32))
    there = torch.from_numpy(pieces.present[pieces.shape[rows]])[:, None].expand_as(states)
    total = there.sum((0, 1)).clamp(min=1)
    mean = (states * there).sum((0, 1)) / total
    spread = (((states - mean) ** 2 * there).sum((0, 1)) / total).sqrt()
    network.stills.normalise.mean.copy_(mean)
    network.stills.normalise.deviation.copy_(spread.clamp(min=LEAST_DEVIATION))
    network.mover.music.normalise.measure(torch.from_numpy(pieces.heard(rows)), least=LEAST_MUSIC)


@torch.no_grad()
def even_out(stills: Stills, pieces: Pieces) -> None:
    """Divide latents by their deviations, once they are learnt, so that noise is as strong for all."""
    device = stills.spread.device
    stills.spread.fill_(1.0)
    rows = np.linspace(0, len(pieces) - 1, min(len(pieces), 400)).astype(int)
    states = torch.from_numpy(pieces.states[rows].astype(np.float32))
    shapes = torch.from_numpy(pieces.shapes[pieces.shape[rows]])
    latents = stills.encode(states.to(device), stills.see(shapes.to(device)))
    stills.spread.copy_(latents.flatten(0, 1).std(0).clamp(min=1e-3))


class StillsTask:
    """Single poses through the latent and back, and words to what they say."""

    def __init__(self, stills: Stills, pieces: Pieces, size: int) -> None:
        self.stills, self.pieces, self.size = stills, pieces, size

    def losses(self, chance: Randomness, progress: float) -> tuple[Tensor, dict[str, float]]:
        pieces, device = self.pieces, self.stills.spread.device
        rows = chance.rng.integers(len(pieces), size=self.size)
        frames = chance.rng.integers(pieces.states.shape[1], size=self.size)
        states = torch.from_numpy(pieces.states[rows, frames].astype(np.float32)).to(device)[:, None]
        shape = pieces.shape[rows]
        seen = self.stills.see(torch.from_numpy(pieces.shapes[shape]).to(device))
        latents = self.stills.encode(states, seen)
        noise = 0.04 * torch.randn(latents.shape, generator=chance.noise).to(device)
        made = self.stills.decode(latents + noise, seen)
        there = torch.from_numpy(pieces.present[shape]).to(device)[:, None]
        off = (made - states) / self.stills.normalise.deviation
        pose = (off.square() * there).sum() / there.sum() + 0.1 * (off.square() * (1 - there)).mean()
        # Latents of about deviation 1, so that the noise above weighs the same for all.
        size = latents.mean((0, 1)).square().mean() + (latents.std((0, 1)) - 1).square().mean()
        answer, hit = self._answers(chance, device)
        total = pose + 0.02 * size + answer
        return total, {"pose": float(pose.detach()), "answer": float(answer.detach()), "hit": hit}

    def _answers(self, chance: Randomness, device: torch.device) -> tuple[Tensor, float]:
        pieces = self.pieces
        rows = chance.rng.integers(len(pieces.texts), size=READ)
        states, real = map(torch.from_numpy, pieces.sentences(rows))
        states = states + WORD_NOISE * torch.randn(states.shape, generator=chance.noise)
        loss, hit = torch.zeros((), device=device), 0.0
        for name, logits in self.stills.reader(states.to(device), real.to(device)).items():
            goal = torch.from_numpy(pieces.answers[name][rows]).to(device)
            loss = loss + functional.cross_entropy(logits, goal, label_smoothing=SMOOTH)
            hit += float((logits.argmax(-1) == goal).float().mean()) / len(ANSWERS)
        return loss, hit


class MoverTask:
    """Pieces from noise, by what they are told."""

    def __init__(self, network: MuseDance, pieces: Pieces, size: int) -> None:
        self.network, self.pieces, self.size = network, pieces, size
        self.stills = network.stills.eval().requires_grad_(False)
        self.chain = diffusion.scheduler()
        self.said = pieces.said(self.stills.reader.cpu())
        self.stills.reader.to(self.stills.spread.device)

    def losses(self, chance: Randomness, progress: float) -> tuple[Tensor, dict[str, float]]:
        stills, device = self.stills, self.stills.spread.device
        rows = chance.rng.integers(len(self.pieces), size=self.size)
        states, told = self.pieces.batch(rows, self.said)
        told = with_gaps(told, chance)
        states = states.to(device)
        told = Told(**{name: value.to(device) for name, value in vars(told).items()})
        with torch.no_grad():
            seen = stills.see(told.shapes)
            clean = stills.encode(states, seen)
            before = stills.encode(told.before, seen)
            before = before + BEFORE_NOISE * torch.randn(before.shape, generator=chance.noise).to(device)
        steps = torch.randint(diffusion.STEPS, (len(rows),), generator=chance.noise).to(device)
        noise = torch.randn(clean.shape, generator=chance.noise).to(device)
        noisy = self.chain.add_noise(clean, noise, steps)  # pyright: ignore[reportArgumentType]
        with torch.autocast(device.type, torch.bfloat16):
            made = self.network.mover(noisy, steps, told, seen, before)
        made = made.float()
        place = functional.mse_loss(made, clean)
        joined = torch.cat(
            [before[:, -1:] * told.on[:, 2, None, None] + made[:, :1] * (1 - told.on[:, 2, None, None]), made], 1
        )
        wanted = torch.cat(
            [before[:, -1:] * told.on[:, 2, None, None] + clean[:, :1] * (1 - told.on[:, 2, None, None]), clean], 1
        )
        speed = functional.mse_loss(joined.diff(dim=1), wanted.diff(dim=1))
        there = torch.from_numpy(self.pieces.present[self.pieces.shape[rows]]).to(device)[:, None]
        off = (stills.decode(made, seen) - states) / stills.normalise.deviation
        pose = (off.square() * there).sum() / (there.sum() * off.shape[1])
        total = place + SPEED_WEIGHT * speed + STATE_WEIGHT * pose
        return total, {"latent": float(place.detach()), "speed": float(speed.detach()), "pose": float(pose.detach())}


def with_gaps(told: Told, chance: Randomness) -> Told:
    """What a batch is told, with modules off and words missing here and there."""
    count = len(told.shapes)
    draws = torch.rand(len(MODULES) + 1, count, generator=chance.noise)
    on = torch.stack([(draws[k] >= OFF[name]).float() for k, name in enumerate(MODULES)], dim=1)
    said = told.said * (draws[-1] >= SILENT).float()[:, None, None]
    return replace(told, on=on, said=said)


def _restore(part: torch.nn.Module, path: Path) -> None:
    part.load_state_dict(training.read_checkpoint(path, part)["average"])
    part.eval().requires_grad_(False)
