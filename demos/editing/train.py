"""Train the two networks on a corpus: `python -m demos train predictor|editor --corpus DIR`.

A run writes checkpoints beside the corpus and goes on from them when started again; what ships is the running average
of the weights, with its configuration in the file's header.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from demos.corpus.styles import STYLE_NAMES
from demos.editing import origins, weights
from demos.editing.data import WINDOW, Dances, EditBatch, Pairs
from demos.editing.losses import motion_losses, origin_losses, weighted
from demos.editing.model import EMBEDDING, Config, Editor, Kind, Predictor, parameters_of
from demos.editing.origins import Origins
from demos.nn import training, weight_files
from demos.nn.diffusion import STEPS, scheduler
from demos.nn.kinematics import ground_below, onto
from demos.runtime.caches import file_sha256
from demos.runtime.errors import InputError
from demos.runtime.settings import WEIGHTS

LEAST_DEVIATION = 0.08
"""Columns that hardly move are normalised by this, so that their noise does not count as dance."""
CONTINUED = (15, 60)
"""Frames that are given when a window continues another, in training: from half a second to two."""
NO_STYLE, NO_MUSIC = 0.4, 0.1
NO_INSTRUCTION, NO_BEFORE = 0.08, 0.08
"""Shares of a batch without a condition, for guidance."""
TYPICAL_CHANGE, LEAST_CHANGE = 0.2, 0.03
"""Mean squares of what an edit changes, normalised, over all columns of a window: the mean of all kinds, and about what
a lean or a shimmy does, from where on a smaller change counts less."""
SLOW, SLOW_SHARE = frozenset({"stay", "travel", "smoother", "hip_circle", "shimmy", "faster", "turn"}), 0.4
"""Kinds of edit that are learnt last, and how much of a batch is drawn from them alone, the rest from all."""
ORIGINS = "origins"
"""The first stage of the editor's training: a name beside predictor and editor."""
OPEN = {"predictor": 0.15, "editor": 0.05}
"""Share of the variance of motion that a network leaves open at first: the editor sees most in the dance before."""
AVERAGE = 0.995
"""Share that the running average of the weights keeps at each step: it spans the last 200 of a few thousand."""


@dataclass(frozen=True)
class Preset:
    """How long and how large. minutes : of training; the learning rate falls over them. steps : at most."""

    minutes: float
    steps: int
    batch: int
    rate: float
    config: Config


PRESETS = {
    "cpu": Preset(80, 100_000, 64, 1.5e-3, Config()),
    "gpu": Preset(18, 100_000, 256, 1e-3, Config(width=384, heads=6, depth=8, patch=4, detail=192)),
    "trial": Preset(1, 40, 8, 1e-3, Config(width=64, depth=2, detail=32)),
}


def train(
    name: str,
    *,
    corpus: Path | str,
    preset: str = "cpu",
    out: Path | None = None,
    checkpoint: Path | None = None,
    start: str | Path | None = None,
    minutes: float | None = None,
    rate: float | None = None,
    cem: bool = True,
    seed: int = 0,
) -> dict[str, float]:
    """Train one network.

    name : predictor, editor, or origins for the editor's first stage alone. corpus : a folder built by `corpus build`.
    out : the weights to write, in weights/ when None. checkpoint : where to go on from. start : weights to begin with
    (as weight_files.find) instead of random ones; their size and statistics stay. minutes, rate : instead of the
    preset's; a start wants a rate of about a third. cem : False for the editor's ablation, which takes of a start what
    it has too.
    Returns steps, minutes and the running means of the losses. Raises InputError for unknown names, corpora or weights.
    """
    if preset not in PRESETS:
        raise InputError(f'There is no preset "{preset}": choose from {", ".join(PRESETS)}.')
    if name not in _TASKS:
        raise InputError(f'There is no network "{name}" to train here: choose from {", ".join(_TASKS)}.')
    plan = PRESETS[preset]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    network = None if start is None else weights.load(_kind(name), start)
    config = plan.config if network is None else network.config
    task = _TASKS[name](corpus, replace(config, cem=cem and config.cem), device, seed)
    if network is not None:
        _take_over(network, task.network)
    out = out or WEIGHTS / f"{name}.safetensors"
    checkpoint = checkpoint or Path(corpus) / f"{out.stem}.checkpoint.pt"
    loop = training.Plan(minutes or plan.minutes, plan.steps, rate or plan.rate, AVERAGE)

    def losses(chance: training.Randomness, _: float) -> tuple[Tensor, dict[str, float]]:
        terms = task.losses(plan.batch, chance)
        return weighted(terms), {term: float(value.detach()) for term, value in terms.items()}

    found = training.run(task.network, losses, loop, name=name, checkpoint=checkpoint, seed=seed)
    write_weights(task.network, out)
    return {"parameters": parameters_of(task.network), **found}


def _take_over(start: Predictor | Editor, network: Predictor | Editor) -> None:
    """Weights of a start into a network: all, but for the ablation, where some have no place or another shape."""
    wanted = network.state_dict()
    network.load_state_dict(
        wanted | {name: value for name, value in start.state_dict().items() if _fits(value, wanted.get(name))}
    )


def _fits(value: Tensor, place: Tensor | None) -> bool:
    return place is not None and value.shape == place.shape


def _kind(name: str) -> Kind:
    return "predictor" if name == "predictor" else "editor"


class PredictorTask:
    """Batches and losses of the prediction stage."""

    def __init__(self, corpus: Path | str, config: Config, device: torch.device, seed: int) -> None:
        self.dances, self.device = Dances(corpus, "train"), device
        self.network = Predictor(config)
        sample = self.dances.batch(512, np.random.default_rng(seed))
        _set_statistics(self.network, sample.motion, sample.music)
        self.network.to(device)

    def losses(self, size: int, chance: training.Randomness) -> dict[str, Tensor]:
        """The loss terms of the next batch."""
        network, noise, batch = self.network, chance.noise, self.dances.batch(size, chance.rng)
        wanted = network.normalise(batch.motion.to(self.device))
        noisy, steps = _noised(wanted, noise)
        given = torch.zeros(size, WINDOW, 1)
        for row in range(0, size, 2):  # every other window continues another
            given[row, : int(torch.randint(*CONTINUED, (), generator=noise))] = 1
        style = torch.where(torch.rand(size, generator=noise) < NO_STYLE, 0, batch.style)
        hears = (torch.rand(size, generator=noise) >= NO_MUSIC).float()
        style = torch.where(hears == 0, 0, style)
        with _autocast(self.device):
            clean = network(
                noisy, steps, batch.music.to(self.device), style.to(self.device), wanted, given.to(self.device),
                hears.to(self.device),
            )  # fmt: skip
        return motion_losses(clean.float(), wanted, network.normalise.inverse, generator=noise)


class EditorTask:
    """Batches and losses of the editing stage; seen from the ground below the dance before."""

    def __init__(self, corpus: Path | str, config: Config, device: torch.device, seed: int) -> None:
        self.pairs, self.device = Pairs(corpus, "train", lambda sentences: embedded(sentences, Path(corpus))), device
        self.slow = self._rows(SLOW)
        self.network = Editor(config)
        sample = self.pairs.batch(512, np.random.default_rng(seed))
        ground = ground_below(sample.before)
        motion = torch.cat([onto(sample.before, ground), onto(sample.after, ground)])
        _set_statistics(self.network, motion, sample.music)
        self.network.to(device)

    def losses(self, size: int, chance: training.Randomness) -> dict[str, Tensor]:
        """The loss terms of the next batch, on what the mask lets change."""
        network, noise, batch = self.network, chance.noise, self.pairs.take(self._drawn(size, chance), chance.rng)
        before, where = batch.before.to(self.device), batch.where.to(self.device)
        ground = ground_below(before)
        was, wanted = network.seen(before, ground), network.seen(batch.after.to(self.device), ground)
        noisy, steps = _noised(wanted, noise)
        reads = (torch.rand(size, generator=noise) >= NO_INSTRUCTION).float().to(self.device)
        sees = (torch.rand(size, generator=noise) >= NO_BEFORE).float().to(self.device)
        with _autocast(self.device):
            clean, taking = network.changed(
                noisy, steps, before, ground, batch.music.to(self.device), batch.instruction.to(self.device), where,
                reads, sees,
            )  # fmt: skip
        weights = _weights((was - wanted).square().mean((1, 2)), sees)
        found = motion_losses(
            clean.float(), wanted, lambda seen: network.shown(seen, ground), generator=noise, weights=weights
        )
        if taking is not None:
            shown, doors = taking
            found |= origin_losses(shown.later, shown.yaw, doors, self._origins(batch), where, reads * sees)
        return found

    def _rows(self, kinds: frozenset[str]) -> np.ndarray:
        return np.flatnonzero([pair.kind in kinds for pair in self.pairs.pairs])

    def _drawn(self, size: int, chance: training.Randomness) -> np.ndarray:
        rows = chance.rng.integers(len(self.pairs.pairs), size=size)
        slow = chance.rng.random(size) < (SLOW_SHARE if len(self.slow) else 0)
        rows[slow] = chance.rng.choice(self.slow, slow.sum())
        return rows

    def _origins(self, batch: EditBatch) -> Origins[Tensor]:
        return Origins(*(part.to(self.device) for part in batch.origins))


class OriginsTask(EditorTask):
    """Only where the frames of retimed and turned dances come from: what else moves would drown it at first."""

    def __init__(self, corpus: Path | str, config: Config, device: torch.device, seed: int) -> None:
        super().__init__(corpus, config, device, seed)
        self.rows = self._rows(origins.RETIMED | origins.TURNED)
        if not config.cem or not len(self.rows):
            raise InputError("Origins are trained with the module, on a corpus with edits that retime or turn.")

    def losses(self, size: int, chance: training.Randomness) -> dict[str, Tensor]:
        """The loss terms of the next batch."""
        network, batch = self.network, self.pairs.take(chance.rng.choice(self.rows, size), chance.rng)
        before, where = batch.before.to(self.device), batch.where.to(self.device)
        steps = torch.randint(STEPS, (size,), generator=chance.noise).to(self.device)
        with _autocast(self.device):
            later, yaw, doors = network.origins(
                before, ground_below(before), batch.music.to(self.device), batch.instruction.to(self.device), where,
                steps,
            )  # fmt: skip
        return origin_losses(later, yaw, doors, self._origins(batch), where, torch.ones(size, device=self.device))


def _weights(changes: Tensor, sees: Tensor) -> Tensor:
    """How much each pair counts: what is left to learn is compared with what there was to change, for a nod changes a
    hundredth of what mirroring does and would else never be learnt. A pair whose dance is not seen has all to make."""
    return TYPICAL_CHANGE / (torch.where(sees > 0, changes, 1.0) + LEAST_CHANGE)


_TASKS = {"predictor": PredictorTask, "editor": EditorTask, ORIGINS: OriginsTask}


def embedded(sentences: Sequence[str], corpus: Path) -> np.ndarray:
    """Sentences -> (n, 128) by the shipped reader, kept beside the corpus: encoding them takes as long as an epoch."""
    from demos.editing.reader import embeddings  # brings the sentence encoder, which the predictor does without

    digest = hashlib.sha256(file_sha256(WEIGHTS / "reader.safetensors").encode())
    digest.update("\n".join(sentences).encode())
    path = corpus / f"instructions-{digest.hexdigest()[:16]}.npy"
    if not path.is_file():
        order = sorted(range(len(sentences)), key=lambda index: len(sentences[index]))  # little padding
        found = np.zeros((len(sentences), EMBEDDING), np.float32)
        for start in tqdm(range(0, len(order), 256), desc="reading instructions"):
            rows = order[start : start + 256]
            with torch.autocast("cpu", torch.bfloat16):
                found[rows] = embeddings([sentences[row] for row in rows])
        np.save(path, found)
    return np.load(path)


def write_weights(network: Predictor | Editor, path: Path) -> None:
    """Weights with kind, configuration and styles in the header."""
    header = {"kind": network.kind, "config": json.dumps(asdict(network.config)), "styles": json.dumps(STYLE_NAMES)}
    weight_files.write(path, network.state_dict(), header, exact=("normalise", "magnitude"))


def _noised(wanted: Tensor, noise: torch.Generator) -> tuple[Tensor, Tensor]:
    """Noisy samples at random steps, and the steps."""
    steps = torch.randint(STEPS, (len(wanted),), generator=noise).to(wanted.device)
    grain = torch.randn(wanted.shape, generator=noise).to(wanted.device)
    return _CHAIN.add_noise(wanted, grain, steps), steps  # pyright: ignore[reportArgumentType]


_CHAIN = scheduler()


def _autocast(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16)


@torch.no_grad()
def _set_statistics(network: Predictor | Editor, motion: Tensor, music: Tensor) -> None:
    network.normalise.measure(motion, least=LEAST_DEVIATION)
    network.music.normalise.measure(music, least=0.05)
    network.posterior.set_spectrum(network.normalise(motion), OPEN[network.kind])
