"""MuseDance for the shell: `train musedance` and `evaluate musedance`. What is heavy is imported when a job runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from demos.runtime.errors import InputError

Report = tuple[dict, str]
"""What a job found: for programs, and in words."""


def train_moves(options: argparse.Namespace, out: Path) -> Report:
    """Train the networks that move anything; data and checkpoints go to `out`."""
    from demos.nn import weight_files
    from demos.video.muse_model import NAME
    from demos.video.muse_train import train

    weights = weight_files.shipped(NAME)
    found = train(
        corpus=options.corpus, preset=options.preset, out=weights, checkpoint=out, minutes=options.minutes,
        seed=options.seed,
    )  # fmt: skip
    lines = [f"{name}: {value:.4g}" for name, value in found.items()]
    return {**found, "weights": str(weights)}, "\n".join([*lines, f"weights: {weights}"])


def evaluate_moves(options: argparse.Namespace, on_progress: Callable[[int, int], None] | None) -> Report:
    """How well words and beats are followed, and what each module is for."""
    from demos.video import muse_evaluate

    if options.corpus is None:
        raise InputError("Say which corpus holds the unheard songs: --corpus DIR.")
    counts = {} if options.count is None else {"count": options.count}
    found = muse_evaluate.evaluate(options.corpus, **counts, on_progress=on_progress)
    return found, muse_evaluate.text(found)
