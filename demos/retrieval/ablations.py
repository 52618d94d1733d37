"""Tables 2 and 3 of the paper on our data: RNN, LSTM, ADD, MUL and the whole network, equally long, several seeds.

`python -m demos evaluate retrieval --ablations --corpus DIR --out DIR`; what is done is kept and not done again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from demos.retrieval import data
from demos.retrieval.evaluate import GALLERY, compare, gallery_of, scorers
from demos.retrieval.model import Retriever
from demos.retrieval.train import PRESETS, Plan, train

VARIANTS: dict[str, dict[str, str]] = {
    "RNN": {"backbone": "rnn"}, "LSTM": {"backbone": "lstm"}, "MUL": {"fusion": "mul"}, "ADD": {"fusion": "add"},
    "CustomDancer": {},
}  # fmt: skip
TABLES = {
    "temporal encoder (table 2)": ("RNN", "LSTM", "CustomDancer"),
    "fusion (table 3)": ("MUL", "ADD", "CustomDancer"),
}
FIGURES = ("R@1", "R@5", "R@10", "MedR", "MnR")
PAPER = {"RNN": 6.40, "LSTM": 7.67, "MUL": 4.86, "ADD": 9.71, "CustomDancer": 10.23}
"""R@1 there."""


def ablations(
    *,
    corpus: Path,
    out: Path,
    seeds: Sequence[int] = (0, 1, 2),
    plan: Plan | None = None,
    gallery_size: int = GALLERY,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Train and measure every variant with every seed -> JSON-able: figures a run, and mean and deviation a variant."""
    plan = plan or PRESETS["ablation"]
    gallery = gallery_of(data.prepare(corpus, "test", out / "data"), gallery_size)
    runs = [(name, seed) for seed in seeds for name in VARIANTS]
    found: dict[str, list[dict[str, float]]] = {name: [] for name in VARIANTS}
    for done, (name, seed) in enumerate(runs):
        if on_progress:
            on_progress(done, len(runs))
        kept = out / f"{name.lower()}-{seed}.json"
        if not kept.is_file():
            changed = replace(plan, config=replace(plan.config, **VARIANTS[name]))
            folder = out / f"{name.lower()}-{seed}"
            train(corpus=corpus, out=folder, data_in=out / "data", plan=changed, seed=seed)
            network = average_of(folder / "checkpoint.pt", changed)
            score = scorers(network, gallery)["network"]
            kept.write_text(json.dumps(compare(gallery, score, count=2)["text to dance"]), encoding="utf-8")
        found[name].append(json.loads(kept.read_text(encoding="utf-8")))
    variants = {name: _spread(rows) for name, rows in found.items()}
    return {"seeds": list(seeds), "steps": plan.steps, "gallery": len(gallery), "variants": variants, "runs": found}


def average_of(checkpoint: Path, plan: Plan) -> Retriever:
    """The averaged network of a checkpoint of `train`."""
    network = Retriever(plan.config)
    network.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["average"])
    return network.eval()


def text(found: dict[str, Any]) -> str:
    """Both tables for people."""
    lines = [f"{found['steps']} steps each, seeds {found['seeds']}, {found['gallery']} clips, mean ± deviation"]
    for title, names in TABLES.items():
        lines.append(f"\n| {title} | R@1 | R@5 | R@10 | MedR | MnR | R@1 in the paper |\n|---|---|---|---|---|---|---|")
        for name in names:
            row = found["variants"][name]
            cells = [f"{row[key]['mean']:.1f} ± {row[key]['deviation']:.1f}" for key in FIGURES]
            lines.append(f"| {name} | {' | '.join(cells)} | {PAPER[name]:.2f} |")
    return "\n".join(lines)


def _spread(rows: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    return {
        key: {
            "mean": float(np.mean([row[key] for row in rows])),
            "deviation": float(np.std([row[key] for row in rows])),
        }
        for key in rows[0]
    }
