"""Train the beat network on pieces made here, with exactly known beats: `python -m demos train beats`.

The music is composed by `grooves`; three pieces of four are played by a General MIDI soundfont, one by `synth`
with an unusual band. Nothing recorded is used. Every piece differs in style, tempo, instruments, drum pattern,
looseness and drop-outs, and is equalised anew each time it is seen. The weights go to weights/beats.safetensors;
their card is weights/beats.md.
"""

import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from tqdm import tqdm

from demos.audio import grooves, soundfont, synth
from demos.audio.beat_model import BANDS, FPS, SAMPLE_RATE, BeatNetwork, compress, mel_magnitudes
from demos.audio.beats import load_network
from demos.runtime.errors import InputError
from demos.runtime.settings import WEIGHTS

PIECE_SECONDS = 24.0
RENDER_RATE = 2 * SAMPLE_RATE
PRESETS = {
    "cpu": {"pieces": 900, "composed": 0, "steps": 1200, "batch": 8, "rate": 3e-3},
    # Continues from the weights at hand, with the suite's own composer among the music.
    "polish": {"pieces": 900, "composed": 144, "steps": 700, "batch": 8, "rate": 1.5e-3},
    "gpu": {"pieces": 3000, "composed": 600, "steps": 20000, "batch": 32, "rate": 3e-3},
}
CROP_FRAMES = 16 * FPS
CHECKPOINT_STEPS = 200


def render_corpus(folder: Path, pieces: int) -> None:
    """Compose and play training pieces into `folder`, one npz each; those already there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(grooves.STYLES)
    for seed in tqdm(range(pieces), desc="rendering pieces"):
        path = folder / f"{seed:05d}.npz"
        if path.exists():
            continue
        groove = grooves.compose(names[seed % len(names)], seed=seed, duration_s=PIECE_SECONDS)
        if seed % 4 == 3:  # another sound, so that the network does not learn one soundfont by heart
            samples = synth.play(groove, sample_rate=RENDER_RATE, band=seed)
        else:
            samples = soundfont.play(groove, sample_rate=RENDER_RATE)
        np.savez(
            path,
            magnitudes=mel_magnitudes(_halve(samples)).astype(np.float16),
            beats=groove.beats,
            downbeats=groove.downbeats,
        )


def render_composed(folder: Path, pieces: int) -> None:
    """The same with songs of the suite's own composer."""
    from demos.corpus.music.composition import compose
    from demos.corpus.music.styles import CATALOGUE
    from demos.corpus.music.synthesis import synthesise

    names = sorted(CATALOGUE)
    for seed in tqdm(range(pieces), desc="rendering composed songs"):
        path = folder / f"composed{seed:05d}.npz"
        if path.exists():
            continue
        song = compose(names[seed % len(names)], seconds=PIECE_SECONDS, seed=seed)
        samples = _halve(synthesise(song, sample_rate=RENDER_RATE, channels=1))
        magnitudes = mel_magnitudes(samples).astype(np.float16)
        np.savez(path, magnitudes=magnitudes, beats=song.beats, downbeats=song.downbeats)


def _halve(samples: np.ndarray) -> np.ndarray:
    import soxr

    return soxr.resample(samples, RENDER_RATE, SAMPLE_RATE, "HQ").astype(np.float32)


def _load_corpus(folder: Path) -> list[dict[str, np.ndarray]]:
    pieces = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as data:
            pieces.append({name: data[name] for name in data.files})
    return pieces


def targets(beats: np.ndarray, downbeats: np.ndarray, frames: int) -> np.ndarray:
    """(frames, 2) in 0..1: 1 on the frame of a beat (a downbeat), 0.5 beside it, as in Davies and Boeck."""
    wanted = np.zeros((frames, 2), dtype=np.float32)
    for column, times in enumerate((beats, downbeats)):
        centres = np.round(times * FPS).astype(int)
        for offset, value in ((-1, 0.5), (1, 0.5), (0, 1.0)):
            places = centres + offset
            places = places[(places >= 0) & (places < frames)]
            wanted[places, column] = np.maximum(wanted[places, column], value)
    return wanted


def _equalise(rng: np.random.Generator, magnitudes: np.ndarray) -> np.ndarray:
    """The same music through another room: random smooth equaliser, level, and a floor of noise."""
    anchors = rng.normal(0, rng.uniform(0, 9), 6)  # decibels
    curve = np.interp(np.linspace(0, 5, BANDS), np.arange(6), anchors) + rng.normal(0, 4)
    louder = magnitudes * (10 ** (curve / 20)).astype(np.float32)
    noise = 10 ** (rng.uniform(-80, -30) / 20) * rng.rayleigh(1, magnitudes.shape)
    return (louder + louder.mean() * 4 * noise).astype(np.float32)


def _batch(
    rng: np.random.Generator, pieces: list[dict[str, np.ndarray]], size: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """(size, frames, bands) inputs and (size, frames, 2) targets, cut at random places."""
    inputs, wanted = [], []
    for index in rng.integers(len(pieces), size=size):
        piece = pieces[index]
        magnitudes = piece["magnitudes"].astype(np.float32)
        truth = targets(piece["beats"], piece["downbeats"], len(magnitudes))
        start = int(rng.integers(0, max(1, len(magnitudes) - CROP_FRAMES)))
        magnitudes = _equalise(rng, magnitudes[start : start + CROP_FRAMES])
        inputs.append(compress(magnitudes))
        wanted.append(torch.from_numpy(truth[start : start + CROP_FRAMES]))
    return torch.stack(inputs), torch.stack(wanted)


def loss_of(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Mean binary cross-entropy over frames, the downbeat counting as much as the beat."""
    return nn.functional.binary_cross_entropy_with_logits(logits, wanted)


def train(*, preset: str = "cpu", corpus: Path, checkpoint: Path, seed: int = 0) -> dict[str, float]:
    """Train from the pieces in `corpus` (rendered first where they are missing); resumes from `checkpoint`.

    Writes weights/beats.safetensors and returns the figures for its card.
    """
    if not soundfont.available():
        raise InputError("Training beats needs fluidsynth and the soundfont fluid-soundfont-gm: install both.")
    plan = PRESETS[preset]
    render_corpus(corpus, plan["pieces"])
    render_composed(corpus, plan["composed"])
    pieces = _load_corpus(corpus)
    held_out, pieces = pieces[::20], [piece for index, piece in enumerate(pieces) if index % 20]
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = BeatNetwork()
    if preset == "polish":
        network.load_state_dict(load_network(WEIGHTS / "beats.safetensors").state_dict())
    else:
        sample = torch.cat([compress(piece["magnitudes"].astype(np.float32)) for piece in pieces[:100]])
        network.mean.copy_(sample.mean(0))
        network.deviation.copy_(sample.std(0))
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan["rate"], weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan["rate"], total_steps=plan["steps"], pct_start=0.1)
    first = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        first = state["step"]
    started = time.monotonic()
    progress = tqdm(range(first, plan["steps"]), initial=first, total=plan["steps"], desc="training")
    network.train()
    for step in progress:
        rng = np.random.default_rng([seed, step, plan["composed"]])  # the same batch at the same step, resumed or not
        inputs, wanted = _batch(rng, pieces, plan["batch"])
        loss = loss_of(network(inputs), wanted)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        progress.set_postfix(loss=f"{loss.item():.4f}")
        if (step + 1) % CHECKPOINT_STEPS == 0:
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
            torch.save({**state, "schedule": schedule.state_dict(), "step": step + 1}, checkpoint)
    network.eval()
    with torch.no_grad():
        inputs, wanted = _batch(np.random.default_rng(seed), held_out, min(len(held_out), 32))
        held_out_loss = float(loss_of(network(inputs), wanted))
    save_file({name: value.half() for name, value in network.state_dict().items()}, WEIGHTS / "beats.safetensors")
    return {
        "steps": plan["steps"],
        "pieces": len(pieces),
        "held_out_loss": held_out_loss,
        "minutes": (time.monotonic() - started) / 60,
    }
