"""Pose from music for the shell: `train xdancer` and `evaluate xdancer`. What is heavy is imported when a job runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from demos.runtime.errors import InputError

Report = tuple[dict, str]
"""What a job found: for programs, and in words."""
NAME = "xdancer"
WITHOUT = "xdancer_without_confidence"
"""Weights of the ablation: never shipped, kept where training keeps its checkpoints."""


def train_poses(options: argparse.Namespace, out: Path) -> Report:
    """Train the pose networks, or with --without-confidence the codec of the ablation; checkpoints go to `out`."""
    from demos.nn import weight_files
    from demos.video.pose_train import train

    ablation = options.without_confidence
    weights = out / f"{WITHOUT}.safetensors" if ablation else weight_files.shipped(NAME)
    found = train(
        corpus=options.corpus, preset=options.preset, out=weights, checkpoint=out / ("without" if ablation else "with"),
        minutes=options.minutes, confidence=not ablation, stages=("codec",) if ablation else ("codec", "dancer"),
        seed=options.seed,
    )  # fmt: skip
    lines = [f"{name}: {value:.4g}" for name, value in found.items()]
    return {**found, "weights": str(weights)}, "\n".join([*lines, f"weights: {weights}"])


def evaluate_poses(options: argparse.Namespace, on_progress: Callable[[int, int], None] | None) -> Report:
    """The tables of pose from music."""
    from demos.video import pose_evaluate

    if options.corpus is None:
        raise InputError("Say which corpus holds the unheard songs: --corpus DIR.")
    kept = (options.out or Path("output") / NAME) / f"{WITHOUT}.safetensors"
    counts = {} if options.count is None else {"songs": options.count}
    found = pose_evaluate.evaluate(
        options.corpus, without=kept if kept.is_file() else None, **counts, on_progress=on_progress
    )
    return found, pose_evaluate.text(found)
