"""Train the pose networks on a corpus with 2-D sequences: `python -m demos train xdancer --corpus DIR`.

Two stages: the codec on what detectors saw, then the transformer on the codec's tokens. Each writes checkpoints beside
the corpus and goes on from them when started again.
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
from demos.nn import training, weight_files
from demos.nn.quantiser import perplexity
from demos.nn.training import Plan, Randomness
from demos.runtime.errors import InputError
from demos.video import pose_losses as goals
from demos.video.pose_codec import PARTS, Codec, Config
from demos.video.pose_data import Crops, Sequence2D, TokenBatch, TokenDances, couples_seen, sequences
from demos.video.pose_model import Dancer, Past, Told, XDancer, parameters_of

STAGES = ("codec", "dancer")
LEAST_DEVIATION = {"states": 0.03, "music": 0.05, "song": 0.02}
"""Columns that hardly move are normalised by these, so that their noise does not count as dance."""
RESET_STEPS, LAST_RESET = 40, 0.7
"""Dead codes are reset every so many steps, until this share of the training is done."""
FEWER = 0.3
"""Share of the codec's steps that go through fewer levels than all, so that the first ones say the most."""
NO_MUSIC, NO_STYLE, NO_START = 0.1, 0.3, 0.1
"""Shares of a batch without music (for guidance), style, a pose to begin with."""
WRONG = 0.2
"""Share of the tokens read that are others at random, at most: what is danced on from is not as good as what is learnt
from."""
FORGOTTEN = 0.6
"""Share of earlier steps that are not read, at most: who knows what was danced need not listen for what comes."""
POSE_NOISE, SONG_NOISE, TIMBRE_NOISE = 0.4, 0.5, 0.5
"""Of the poses, the song's style and the timbre that are told, in deviations: exact ones tell a dance apart from all
others, which was learnt by heart: the loss of the upper body's first token was .9 higher for unheard songs."""
NO_TIMBRE = 0.4
"""Share of a batch that hears onsets, beats and bars alone."""
TIMBRE = slice(1, 33)
"""Columns of the music: cepstrum and chroma."""
COUPLES = 0
"""Dancers of couples: more dances, but captured couples keep the beat less (BAS on the beat above that between beats by
.05, the 2-D sequences by .18), and a transformer that learnt from 1,500 of them, at other tempi and with drop-out
besides, lost it; which of the three was to blame has not been told apart."""
SMOOTHING = 0.02
WANTED = 8
"""Steps of each segment, at random, whose tokens are asked for: neighbours teach much the same, and cost the most."""
LEVEL_WEIGHT = 0.75
"""How much each level's tokens count against those of the one before."""


@dataclass(frozen=True)
class Preset:
    """minutes, batch, rate : of each of STAGES."""

    minutes: tuple[float, float]
    batch: tuple[int, int]
    rate: tuple[float, float] = (2e-3, 2e-3)
    steps: int = 100_000
    config: Config = field(default_factory=Config)


PRESETS = {
    "cpu": Preset((8, 17), (32, 40)),
    "gpu": Preset((5, 8), (256, 256)),
    "trial": Preset((1, 1), (8, 4), steps=8, config=Config(codes=32, levels=3, encoder=16, decoder=32, width=32)),
}


def train(
    *,
    corpus: Path | str,
    preset: str = "cpu",
    out: Path | None = None,
    checkpoint: Path | None = None,
    minutes: float | None = None,
    confidence: bool = True,
    stages: Sequence[str] = STAGES,
    most: int | None = None,
    couples: int = COUPLES,
    seed: int = 0,
) -> dict[str, float]:
    """Train the networks.

    corpus : a folder built by `corpus build` with the set pose2d. out : the weights to write, those that ship when
    None. checkpoint : the folder of the checkpoints, beside the corpus when None. minutes : of both stages together,
    instead of the preset's. confidence : False for the ablation. stages : those to go through; the others are taken as
    checkpoints left them. most : 2-D sequences to learn from, all when None. couples : dancers of couples to learn from
    beside those, where the corpus has couples.

    Returns steps, minutes and running means of both stages by name. Raises InputError for unknown names or corpora.
    """
    if preset not in PRESETS:
        raise InputError(f'There is no preset "{preset}": choose from {", ".join(PRESETS)}.')
    unknown = [name for name in stages if name not in STAGES]
    if unknown:
        raise InputError(f'There is no stage "{unknown[0]}" of training: choose from {", ".join(STAGES)}.')
    plan = PRESETS[preset]
    plan = replace(plan, config=replace(plan.config, confidence=confidence))
    out = out or weight_files.shipped("xdancer")
    folder = checkpoint or Path(corpus) / f"{out.stem}-checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    network = XDancer(plan.config)
    report: dict[str, float] = {"parameters": parameters_of(network)}
    share = 1.0 if minutes is None else minutes / sum(plan.minutes)
    found = [*sequences(corpus, "train", most=most), *couples_seen(corpus, "train", most=couples)]
    found = [replace(one, true=one.seen) for one in found]  # the truth is for evaluation: half the memory
    crops = Crops(found)
    sample = torch.cat([crops.batch(64, Randomness(seed).rng) for _ in range(8)])
    network.codec.normalise.measure(sample, least=LEAST_DEVIATION["states"])
    for stage in STAGES:  # what is written on the way holds all that was learnt so far
        if (folder / f"{stage}.pt").is_file():
            _restore(getattr(network, stage), folder / f"{stage}.pt")
    network.to(device)
    for index, stage in enumerate(STAGES):
        if stage not in stages:
            continue
        part = getattr(network, stage)
        part.requires_grad_(True)
        size = plan.batch[index]
        task = CodecTask(network.codec, crops, size) if stage == "codec" else DancerTask(network, found, size)
        limits = Plan(share * plan.minutes[index], plan.steps, plan.rate[index], 0.0 if stage == "codec" else 0.998)
        numbers = training.run(
            part, task.losses, limits, name=stage, checkpoint=folder / f"{stage}.pt", seed=seed + index
        )
        report |= {f"{stage} {key}": value for key, value in numbers.items()}
        part.requires_grad_(False)
        write_weights(network, out)
    return report


class CodecTask:
    """Stretches of dance through the tokens and back."""

    def __init__(self, codec: Codec, crops: Crops, size: int) -> None:
        self.codec, self.crops, self.size, self.step = codec, crops, size, 0
        self.used: list[float] = [0.0]

    def losses(self, chance: Randomness, progress: float) -> tuple[Tensor, dict[str, float]]:
        codec = self.codec
        device = codec.normalise.mean.device
        wanted = self.crops.batch(self.size, chance.rng).to(device)
        levels = codec.config.levels
        if chance.rng.random() < FEWER:
            levels = int(chance.rng.integers(1, levels + 1))
        with _autocast(device):
            coded = codec(codec.normalise(wanted), levels=levels)
        made = codec.normalise.inverse(coded.made.float())
        terms = goals.codec_terms(made, wanted, confidence=codec.config.confidence)
        self.step += 1
        if self.step % RESET_STEPS == 0 and progress < LAST_RESET:
            for index, latents in enumerate(coded.latents):
                codec.book(index % PARTS, index // PARTS).reset_dead(latents.detach().flatten(0, 1), chance.noise)
        if self.step % 20 == 1:
            self.used = [perplexity(one.tokens, codec.config.codes) for one in coded.found]
        numbers = {name: float(value.detach()) for name, value in terms.items()}
        numbers |= {"commit": float(coded.commitment.detach()), "least used": min(self.used), "used": max(self.used)}
        return goals.codec_loss(terms, coded.commitment), numbers


class DancerTask:
    """The tokens of a segment, each from those before it, the music and the pose to begin with."""

    def __init__(self, network: XDancer, found: Sequence[Sequence2D], size: int) -> None:
        self.codec, self.dancer, self.size = network.codec, network.dancer, size
        self.codec.eval().requires_grad_(False)
        self.dances = TokenDances(found, self.codec)
        sample = self.dances.batch(256, Randomness(0).rng)
        self.dancer.normalise.measure(sample.music, least=LEAST_DEVIATION["music"])
        self.dancer.song_normalise.measure(sample.song, least=LEAST_DEVIATION["song"])
        self._start_from_frequencies(sample.tokens)

    @torch.no_grad()
    def _start_from_frequencies(self, tokens: Tensor) -> None:
        """How common each code is need not be learnt step by step."""
        rows = tokens.permute(3, 2, 0, 1).flatten(2).flatten(0, 1)
        for row, bias in zip(rows, self.dancer.bias, strict=True):
            common = (torch.bincount(row, minlength=len(bias)).float() + 0.5).log()
            bias.copy_(common - common.mean())

    def losses(self, chance: Randomness, progress: float) -> tuple[Tensor, dict[str, float]]:
        batch = self.dances.batch(self.size, chance.rng)
        device = self.codec.normalise.mean.device
        wanted = batch.tokens.to(device)
        told = told_in_training(batch, chance, self.dancer)
        told = Told(**{name: value.to(device) for name, value in vars(told).items()})
        wrong = torch.rand(wanted.shape, generator=chance.noise) < WRONG * torch.rand(len(wanted), 1, 1, 1)
        other = torch.randint(self.codec.config.codes, wanted.shape, generator=chance.noise)
        read = torch.where(wrong.to(device), other.to(device), wanted)
        past = past_in_training(wanted, chance)
        only = torch.randperm(wanted.shape[1], generator=chance.noise)[:WANTED].sort().values.to(device)
        with _autocast(device):
            logits = self.dancer(read, told, self.codec, only=only, past=past).float()
        goal = wanted[:, only].transpose(2, 3).flatten(2)
        loss = functional.cross_entropy(
            logits.flatten(0, 2), goal.flatten(), reduction="none", label_smoothing=SMOOTHING
        ).view(goal.shape)
        weights = token_weights(batch.sure.to(device)[:, only], self.codec.config)
        total = (loss * weights).sum() / weights.sum()
        first = (logits[:, :, :PARTS].argmax(-1) == goal[:, :, :PARTS]).float().mean()
        by_level = loss.detach().unflatten(2, (-1, PARTS)).mean((0, 1, 3))
        return total, {"loss": float(total.detach()), "hit": float(first), "first": float(by_level[0])}


def told_in_training(batch: TokenBatch, chance: Randomness, dancer: Dancer) -> Told:
    """What a batch is told, some of it kept back, the poses, the song's style and the timbre not quite as they were."""
    chances = torch.rand(4, len(batch.style), generator=chance.noise)

    def noise(*shape: int) -> Tensor:
        return torch.randn(shape, generator=chance.noise)

    start = (batch.start + POSE_NOISE * noise(*batch.start.shape)) * (chances[2] >= NO_START)[:, None]
    priors = batch.priors + POSE_NOISE * noise(*batch.priors.shape)
    style = torch.where(chances[1] < NO_STYLE, 0, batch.style)
    song = batch.song + SONG_NOISE * dancer.song_normalise.deviation.cpu() * noise(*batch.song.shape)
    usual, wide = (values.cpu()[TIMBRE] for values in (dancer.normalise.mean, dancer.normalise.deviation))
    timbre = batch.music[..., TIMBRE] - usual + TIMBRE_NOISE * wide * noise(len(song), 1, len(usual))
    music = batch.music.clone()
    music[..., TIMBRE] = usual + timbre * (chances[3] >= NO_TIMBRE)[:, None, None]
    return Told(music, song, style, start, priors, batch.known, (chances[0] >= NO_MUSIC).float())


def past_in_training(tokens: Tensor, chance: Randomness) -> Past:
    """How much of the earlier ones of tokens (batch, n, 5, levels) is read."""
    batch, count, _, levels = tokens.shape
    share = FORGOTTEN * torch.rand(batch, 1, generator=chance.noise)
    kept = torch.rand(batch, count - 1, generator=chance.noise) >= share
    return Past(int(chance.rng.integers(1, levels + 1)), kept.float().to(tokens.device))


def token_weights(sure: Tensor, config: Config) -> Tensor:
    """(batch, n, 5) how well parts were seen -> (batch, n, levels x 5): tokens of what was hidden hardly count, those
    of later levels less and less; without confidence all parts count alike."""
    levels = LEVEL_WEIGHT ** torch.arange(config.levels, device=sure.device, dtype=torch.float32)
    seen = sure if config.confidence else torch.ones_like(sure)
    return (levels[:, None] * seen[:, :, None]).flatten(2)


def write_weights(network: XDancer, path: Path) -> None:
    """Weights with configuration and styles in the header."""
    header = {"kind": network.kind, "config": json.dumps(asdict(network.config)), "styles": json.dumps(STYLE_NAMES)}
    weight_files.write(path, network.state_dict(), header, exact=("normalise",))


def _restore(part: Codec | Dancer, path: Path) -> None:
    saved = training.read_checkpoint(path, part)
    part.load_state_dict(saved["network"] if isinstance(part, Codec) else saved["average"])
    part.eval().requires_grad_(False)


def _autocast(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16)
