"""Train the retriever: `python -m demos train retrieval --corpus DIR` writes weights/retrieval.safetensors.

The objective is the paper's: one-way contrast from text to dance, learnt temperature, balanced batches (eq. 11, 12).
Windows that are all that a text asks for are not counted against it, and three helpers are added, none of which is
shipped: tag heads that read the vocabulary's keys from both sides (Chen et al., TABLE, tag before they align, too), and
the same contrast for music alone and motion alone, so that a song without a dance has its place in the space.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from demos.nn.training import optimisers
from demos.retrieval import calibration, data
from demos.retrieval.data import KEYS, Windows
from demos.retrieval.model import Config, Retriever
from demos.retrieval.pipeline import BANK
from demos.runtime.errors import InputError
from demos.text.encoder import pad

CHECKPOINT_STEPS = 25
_WORDS_DROPPED = 0.1
_ALONE = 0.25  # weight of music alone and of motion alone
_TAGS = 1.0
_EMA = 0.995
_AS_ONE = (0.5, 0.35, 0.15)  # how often one, two, three texts of a window are read as one
_HEARD = torch.tensor([key.split(".")[0] in ("genre", "tempo", "rhythm", "valence", "music") for key in KEYS])
"""Keys that can be heard."""
_SHIFT = 0.3  # deviations of a feature
_PULSES = slice(33, 35)  # onset peaks and beats are 0 or 1


@dataclass(frozen=True)
class Plan:
    """How long and how. songs x each : windows of a batch. minutes : of the processor's time, the most it may take."""

    steps: int = 3000
    songs: int = 16
    each: int = 4
    rate: float = 1.5e-3
    minutes: float = 25.0
    config: Config = field(default_factory=Config)


PRESETS = {
    "cpu": Plan(),
    "gpu": Plan(steps=12000, songs=24, each=16, minutes=20.0, config=Config(width=256, depth=3, early=1)),
    "ablation": Plan(steps=300, minutes=8.0),
}


class Tagger(nn.Module):
    """Heads that read the vocabulary's keys from an embedding: what is true of a dance, what a text names."""

    def __init__(self, embedding: int) -> None:
        super().__init__()
        self.true, self.named = nn.Linear(embedding, len(KEYS)), nn.Linear(embedding, len(KEYS))
        for head in (self.true, self.named):
            nn.init.constant_(head.bias, -2.0)


@dataclass(frozen=True)
class Batch:
    """Windows with one text each. allowed (n, n) bool: True where a window must not count against a text."""

    music: Tensor
    movement: Tensor
    words: Tensor
    mask: Tensor
    named: Tensor
    keys: Tensor
    allowed: Tensor
    same_song: Tensor


def contrast(scale: Tensor, texts: Tensor, dances: Tensor, allowed: Tensor) -> Tensor:
    """Eq. 11 and 12: each text's own dance against those of the batch that do not answer it too; unit vectors."""
    scores = scale * texts @ dances.T
    own = torch.eye(len(texts), dtype=torch.bool, device=texts.device)
    scores = scores.masked_fill(allowed & ~own, float("-inf"))
    return functional.cross_entropy(scores, torch.arange(len(texts), device=texts.device))


def loss_of(network: Retriever, tagger: Tagger, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch, and its parts."""
    texts = network.encode_text(batch.words, batch.mask)
    music, motion = network.encode_music(batch.music), network.encode_motion(batch.movement)
    whole, song, moves = network.blend(music, motion), network.blend(music, None), network.blend(None, motion)
    parts = {
        "pairs": contrast(network.scale, texts, whole, batch.allowed),
        # Music cannot tell the dances to one song apart.
        "music": _ALONE * contrast(network.scale, texts, song, batch.allowed | batch.same_song),
        "motion": _ALONE * contrast(network.scale, texts, moves, batch.allowed),
    }
    size = math.sqrt(texts.shape[-1])
    keys, heard = batch.keys.float(), _HEARD.to(texts.device)
    parts["tags"] = _TAGS * (
        _binary(tagger.true(whole * size), keys)
        + _binary(tagger.named(texts * size), batch.named.float())
        + _ALONE * _binary(tagger.true(song * size)[:, heard], keys[:, heard])
    )
    total = torch.stack(list(parts.values())).sum()
    return total, {name: float(part.detach()) for name, part in parts.items()}


def _binary(logits: Tensor, wanted: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits.float(), wanted)


def draw(windows: Windows, indices: list[int], rng: np.random.Generator) -> Batch:
    """A batch of these windows, with texts drawn anew."""
    states, named, denied = [], [], []
    for index in indices:
        owned = windows.texts(index)
        count = min(len(owned), 1 + int(rng.choice(len(_AS_ONE), p=_AS_ONE)))
        words, asks, wishes_away = windows.text(index, rng.permutation(owned)[:count].tolist())
        states.append(words[: data.LONGEST].astype(np.float32))
        named.append(asks)
        denied.append(wishes_away)
    words, mask = pad(states)
    kept = mask & (rng.random(mask.shape) > _WORDS_DROPPED)
    mask = np.where(kept.any(1, keepdims=True), kept, mask)
    keys = windows.keys[indices]
    songs = np.array([windows.songs[index] for index in indices])
    music, moves = windows.streams(indices)
    return Batch(
        music, moves, torch.from_numpy(words), torch.from_numpy(mask), torch.from_numpy(np.array(named)),
        torch.from_numpy(keys), torch.from_numpy(data.fits(np.array(named), np.array(denied), keys)),
        torch.from_numpy(songs[:, None] == songs[None]),
    )  # fmt: skip


def vary(batch: Batch, network: Retriever, generator: torch.Generator) -> Batch:
    """The same music through another room: each feature of each song is shifted a little."""
    deviation = network.music.deviation
    shift = torch.randn(len(batch.music), 1, deviation.shape[0], generator=generator)
    shift[..., _PULSES] = 0
    return replace(batch, music=batch.music + _SHIFT * deviation * shift.to(deviation.device))


def statistics(network: Retriever, windows: Windows) -> None:
    """Set the means and deviations of both streams from a sample of the windows."""
    indices = list(range(0, len(windows), max(1, len(windows) // 400)))
    for stream, values in zip((network.music, network.motion), windows.streams(indices), strict=True):
        stream.mean.copy_(values.float().mean((0, 1)))
        stream.deviation.copy_(values.float().std((0, 1)).clamp(min=0.02))


def train(
    *,
    corpus: Path,
    out: Path,
    preset: str = "cpu",
    seed: int = 0,
    plan: Plan | None = None,
    weights: Path | None = None,
    data_in: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Train from a corpus; the prepared shards and the checkpoint are kept in `out`, where a second call goes on.

    plan : instead of a preset's. weights : the file to write; its card is written by hand. data_in : where prepared
    shards are, if not in `out`. Returns the figures.
    """
    if plan is None:
        if preset not in PRESETS:
            raise InputError(f"There is no preset {preset!r} for retrieval: choose {', '.join(PRESETS)}.")
        plan = PRESETS[preset]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data_in = data_in or out / "data"
    windows = data.prepare(corpus, "train", data_in)
    torch.manual_seed(seed)
    state = _State(plan, seed, len(windows), device)
    if not state.resume(out / "checkpoint.pt"):
        statistics(state.network, windows)
        state.average.load_state_dict(state.network.state_dict())
    while state.step < plan.steps and state.seconds < 60 * plan.minutes:
        state.advance(windows)
        if state.step % CHECKPOINT_STEPS == 0:
            state.save(out / "checkpoint.pt")
        if on_progress:
            on_progress(state.step, plan.steps)
    state.save(out / "checkpoint.pt")
    facts = {
        "steps": state.step, "seconds": round(state.seconds), "seed": seed, "windows": len(windows),
        "device": str(device),
        "parameters": sum(value.numel() for value in state.average.parameters()), "loss": state.recent,
    }  # fmt: skip
    if weights is not None:
        found, bank = finish(state.average, windows, data.prepare(corpus, "validation", data_in))
        write_weights(state.average, weights, {"training": facts, **found}, bank)
    return facts


def finish(network: Retriever, windows: Windows, validation: Windows) -> tuple[dict[str, Any], np.ndarray]:
    """What the header says beside the config, and the bank of texts about dance."""
    network.eval()
    bank = calibration.bank_of(windows)
    shares = windows.keys.mean(0).round(4)
    return {
        "calibration": calibration.sureness(network, validation, shares),
        "familiar": calibration.familiar(bank),
        "key_shares": shares.tolist(),
    }, bank


class _State:
    """Everything that a checkpoint holds."""

    def __init__(self, plan: Plan, seed: int, windows: int, device: torch.device) -> None:
        self.plan, self.seed, self.device = plan, seed, device
        self.network, self.average = Retriever(plan.config).to(device), Retriever(plan.config).to(device)
        self.tagger = Tagger(plan.config.embedding).to(device)
        self.about = {"config": asdict(plan.config), "seed": seed}
        self.optimisers = optimisers(nn.ModuleList([self.network, self.tagger]), plan.rate)
        self.step, self.seconds = 0, 0.0
        self.recent: dict[str, float] = {}

    def advance(self, windows: Windows) -> None:
        """One step. The draws depend on seed and step alone, so that a resumed run goes on as the first would have."""
        began = time.process_time()
        plan, rng = self.plan, np.random.default_rng([self.seed, self.step])
        generator = torch.Generator().manual_seed(int(rng.integers(1 << 31)))
        indices = next(data.balanced(windows, rng, songs=plan.songs, each=plan.each))
        batch = draw(windows, indices, rng)
        batch = Batch(**{name: value.to(self.device) for name, value in vars(batch).items()})
        done = max(self.step / plan.steps, self.seconds / (60 * plan.minutes))
        rate = plan.rate * min(1.0, (self.step + 1) / 50) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(done, 1))))
        for group in (group for optimiser in self.optimisers for group in optimiser.param_groups):
            group["lr"] = rate
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16):
            loss, parts = loss_of(self.network, self.tagger, vary(batch, self.network, generator))
        self.network.zero_grad(set_to_none=True)
        self.tagger.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.step += 1
        with torch.no_grad():
            keep = min(_EMA, self.step / (self.step + 10))
            for kept, new in zip(self.average.parameters(), self.network.parameters(), strict=True):
                kept.lerp_(new, 1 - keep)
        for name, value in parts.items():
            self.recent[name] = round(0.95 * self.recent.get(name, value) + 0.05 * value, 4)
        self.seconds += time.process_time() - began

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        kept: dict[str, Any] = {name: getattr(self, name).state_dict() for name in ("network", "average", "tagger")}
        kept["optimisers"] = [optimiser.state_dict() for optimiser in self.optimisers]
        torch.save(
            {**kept, "about": self.about, "step": self.step, "seconds": self.seconds, "recent": self.recent}, part
        )
        part.replace(path)

    def resume(self, path: Path) -> bool:
        if not path.is_file():
            return False
        kept = torch.load(path, map_location=self.device, weights_only=True)
        if kept["about"] != self.about:
            raise InputError(f"{path} is a checkpoint of another plan: give another folder, or delete it.")
        for name in ("network", "average", "tagger"):
            getattr(self, name).load_state_dict(kept[name])
        for optimiser, kept_state in zip(self.optimisers, kept["optimisers"], strict=True):
            optimiser.load_state_dict(kept_state)
        self.step, self.seconds, self.recent = kept["step"], kept["seconds"], kept["recent"]
        return True


def write_weights(network: Retriever, path: Path, facts: dict[str, Any], bank: np.ndarray) -> None:
    """The network and its bank in half precision, with the config and the facts in the header."""
    tensors = {name: value.detach().half().cpu().contiguous() for name, value in network.state_dict().items()}
    tensors[BANK] = torch.from_numpy(bank).half()
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, {"config": json.dumps(asdict(network.config)), "facts": json.dumps(facts)})
