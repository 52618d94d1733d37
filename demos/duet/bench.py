"""How quick this room is beside networks of the published size, in one run: `python -m demos bench duet`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from demos.audio.conditions import music_condition
from demos.audio.features import SAMPLE_RATE, AudioFeatures
from demos.audio.song import Song
from demos.duet import decoding, pipeline, weights
from demos.duet.decoding import Choices
from demos.duet.model import Config, Duet, parameters_of
from demos.motion.vector import FPS

SECONDS = 13.0
THREADS = 2
REPEATS = 3
TARGET_S = 2.0
PUBLISHED = Config(
    codes=1024,
    code=512,
    depth=1,
    encoder=512,
    decoder=512,
    detail=256,
    width=512,
    heads=8,
    coarse_depth=8,
    fine_depth=8,
)
"""DuetGen's transformers (8 layers of 512, 1024 codes); of the codec only the codes are stated: as wide as those."""
PUBLISHED_CHOICES = Choices(steps=(20, 20), guidance=3.0)


def bench(*, source: str | Path | None = None, seconds: float = SECONDS, published: Config = PUBLISHED) -> dict:
    """Seconds (best of some runs, warm, 2 threads) and ratios for a couple's dance to a song whose features are known.

    - couple_s: pipeline.generate, finishing included; finishing_s: what of it is not the networks'
    - networks_s, published_s: tokens and states alone, ours and those of the published size (random weights, its 20
      steps for each level); published_to_ours: how many times longer those take
    - parameters of both; load: of the machine when it began, for other work slows everything
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    try:
        heard = _song(seconds)
        music = music_condition(heard[1].values, heard[1].beats, heard[1].downbeats, round(seconds * FPS))
        ours = weights.load(source)
        large = Duet(published).eval().requires_grad_(False)
        couple_s = _best(lambda: pipeline.generate(heard, weights=source))
        networks_s = _best(lambda: _danced(ours, music, Choices()))
        published_s = _best(lambda: _danced(large, music, PUBLISHED_CHOICES), repeats=1)
    finally:
        torch.set_num_threads(threads)
    return {
        "cores": os.cpu_count(), "threads": THREADS, "load": load, "seconds": seconds, "couple_s": couple_s,
        "networks_s": networks_s, "finishing_s": couple_s - networks_s, "published_s": published_s,
        "published_to_ours": published_s / networks_s, "parameters": parameters_of(ours),
        "published_parameters": parameters_of(large), "target_s": TARGET_S, "met": couple_s <= TARGET_S,
    }  # fmt: skip


def text(found: dict) -> str:
    """For people."""
    return "\n".join(
        [
            f"{found['threads']} threads of {found['cores']} cores, load {found['load']:.1f} before",
            f"a couple of {found['seconds']:g} s: {found['couple_s']:.2f} s (at most {found['target_s']:g} s wanted), "
            f"of which the networks {found['networks_s']:.2f} s",
            f"networks of the published size: {found['published_s']:.1f} s, {found['published_to_ours']:.0f} times "
            f"ours ({found['published_parameters'] / 1e6:.0f} and {found['parameters'] / 1e6:.1f} million parameters)",
        ]
    )


def _danced(network: Duet, music: np.ndarray, choices: Choices) -> np.ndarray:
    tokens = decoding.known_tokens(network, None, len(music))
    return decoding.states_from(network, decoding.find_tokens(network, tokens, music, choices), len(music))


def _song(seconds: float) -> tuple[Song, AudioFeatures]:
    beats = np.arange(0, seconds, 60 / 170)
    values = np.random.default_rng(0).normal(size=(round(seconds * FPS), 35)).astype(np.float32)
    song = Song(np.zeros(round(seconds * SAMPLE_RATE), np.float32), SAMPLE_RATE, "", "made here")
    return song, AudioFeatures(values, beats, beats[::4], 170.0, seconds)


def _best(work: Callable[[], object], *, repeats: int = REPEATS) -> float:
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)
