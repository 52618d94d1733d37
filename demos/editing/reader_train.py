"""Trains the reader on made-up instructions: a few minutes of one CPU thread, no data but the project's own words."""

from __future__ import annotations

import argparse
import copy
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn import functional

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.editing.reader import load_reader
from demos.editing.reader_data import UNSAID, Example, examples, further, labels
from demos.editing.reader_model import HEADS, NO_EDIT, Reader
from demos.runtime.settings import WEIGHTS
from demos.text.encoder import WIDTH, pad, token_states

COUNT, EPOCHS, BATCH, RATE = 14_000, 6, 64, 1e-3
MORE, MORE_EPOCHS, MORE_RATE = 12_000, 5, 6e-4
MORE_SHORT = 60
"""Characters of the further examples that are learnt from: what people type is short."""
_WEIGHT = {"when": 0.3, "problem": 0.5}
_SMOOTHING = 0.05
_BUCKET = 32  # batches among which sentences of like length are put together


def train(
    out: Path | None = None,
    *,
    embedder: Path | None = None,
    count: int = COUNT,
    epochs: int = EPOCHS,
    seed: int = 0,
    on_progress: Callable[[str], None] = print,
) -> Reader:
    """Train on made-up instructions, calibrate on validation wordings, save at `out` in half precision.

    First a tower on `count` examples, which becomes the embedder; then its copy, the judge, on further ones, with
    half as many of the first again. embedder : a trained reader to take the first stage from, so that its embeddings
    stay exactly the same: an Editor is trained on one embedder and needs that one.
    """
    torch.manual_seed(seed)
    more = [example for example in further(MORE, seed=seed) if len(example.text) <= MORE_SHORT]
    again = len(more) // 2  # so many of the first are seen again, so that nothing is unlearnt
    made = examples(count if embedder is None else again, seed=seed)
    on_progress(f"{len(made)} + {len(more)} instructions, for example: {made[0].text!r}, {more[0].text!r}")
    states = encoded([example.text for example in made])
    on_progress("encoded the first")
    if embedder is None:
        reader = Reader()
        fit(reader, states, _answers(made), epochs=epochs, seed=seed, on_progress=on_progress)
        reader.embedder.load_state_dict(reader.judge.state_dict())
    else:
        reader = copy.deepcopy(load_reader(embedder)).requires_grad_(True)
        reader.judge.load_state_dict(reader.embedder.state_dict())
        reader.temperature.fill_(1.0)
    states = states[:again] + encoded([example.text for example in more])
    on_progress("encoded the further ones")
    answers = _answers([*made[:again], *more])
    fit(reader, states, answers, epochs=MORE_EPOCHS, seed=seed + 1, rate=MORE_RATE, on_progress=on_progress)
    held = examples(150, seed=seed + 1, split="validation") + _none_only(40, seed + 2)
    on_progress(f"temperature {calibrate(reader, held):.2f}")
    facts = {
        "count": count,
        "further": len(more),
        "epochs": epochs,
        "seed": seed,
        "embedder kept": embedder is not None,
    }
    save(reader, out or WEIGHTS / "reader.safetensors", facts=facts)
    return reader


def _answers(made: Sequence[Example]) -> dict[str, torch.Tensor]:
    rows = [labels(example) for example in made]
    return {name: torch.tensor([row[name] for row in rows]) for name in HEADS}


def encoded(texts: Sequence[str]) -> list[np.ndarray]:
    """States of each text in half precision, a part at a time."""
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    found: list[np.ndarray] = [np.zeros((1, WIDTH), np.float16)] * len(texts)
    for start in range(0, len(order), 512):
        part = order[start : start + 512]
        for index, rows in zip(part, token_states([texts[index] for index in part]), strict=True):
            found[index] = rows.astype(np.float16)
    return found


def fit(
    reader: Reader,
    states: Sequence[np.ndarray],
    answers: dict[str, torch.Tensor],
    *,
    epochs: int,
    seed: int,
    rate: float = RATE,
    on_progress: Callable[[str], None],
) -> None:
    """Adam with a one-cycle rate on the sum of all heads' cross-entropies; those a kind has not are passed over."""
    rng = np.random.default_rng(seed)
    steps = epochs * -(-len(states) // BATCH)
    trained = [*reader.judge.parameters(), *reader.heads.parameters()]
    optimiser = torch.optim.AdamW(trained, rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.1)
    allowed = _allowed()
    for epoch in range(epochs):
        reader.train()
        total = []
        for rows in _batches([len(row) for row in states], rng):
            padded, mask = pad([states[row] for row in rows])
            picked = torch.from_numpy(rows)
            logits = reader.read(torch.from_numpy(padded), torch.from_numpy(mask))
            loss = _loss(logits, {name: answer[picked] for name, answer in answers.items()}, allowed)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            schedule.step()
            total.append(float(loss.detach()))
        on_progress(f"epoch {epoch + 1} of {epochs}: loss {np.mean(total):.3f}")
    reader.eval()


def _batches(lengths: Sequence[int], rng: np.random.Generator) -> list[np.ndarray]:
    """Rows in batches of like length, in random order."""
    order = rng.permutation(len(lengths))
    found = []
    for start in range(0, len(order), BATCH * _BUCKET):
        part = sorted(order[start : start + BATCH * _BUCKET], key=lambda row: lengths[row])
        found += [np.array(part[at : at + BATCH]) for at in range(0, len(part), BATCH)]
    return [found[index] for index in rng.permutation(len(found))]


def _allowed() -> dict[str, torch.Tensor]:
    """Parameter -> (kinds + 1, its values) bool: which values each kind has."""
    found = {}
    for name, values in HEADS.items():
        table = torch.zeros(len(HEADS["kind"]), len(values), dtype=torch.bool)
        for row, kind in enumerate(HEADS["kind"]):
            choices = EDIT_KINDS[kind].choices.get(name, ()) if kind != NO_EDIT else ()
            for column, value in enumerate(values):
                table[row, column] = value in choices or not choices
        found[name] = table
    return found


def _loss(
    logits: dict[str, torch.Tensor], answers: dict[str, torch.Tensor], allowed: dict[str, torch.Tensor]
) -> torch.Tensor:
    total = torch.zeros(())
    for name, answer in answers.items():
        if not (answer != UNSAID).any():
            continue
        scores = logits[name]
        smoothing = _SMOOTHING if name == "kind" else 0.0
        if name != "kind":  # among the values that the kind asked for has
            scores = scores.masked_fill(~allowed[name][answers["kind"]], -1e4)
        loss = functional.cross_entropy(scores, answer, ignore_index=UNSAID, label_smoothing=smoothing, reduction="sum")
        total = total + _WEIGHT.get(name, 1.0) * loss / len(answer)
    return total


def _none_only(count: int, seed: int) -> list[Example]:
    return [example for example in examples(count * 6, seed=seed) if example.edit is None][:count]


@torch.no_grad()
def calibrate(reader: Reader, held: Sequence[Example]) -> float:
    """Set the temperature that makes the kind's probabilities likeliest on held-out examples; returns it."""
    padded, mask = pad(encoded([example.text for example in held]))
    reader.temperature.fill_(1.0)
    logits = reader.read(torch.from_numpy(padded), torch.from_numpy(mask))["kind"]
    answer = torch.tensor([labels(example)["kind"] for example in held])
    tried = torch.linspace(0.3, 3.0, 55)
    losses = torch.stack([functional.cross_entropy(logits / value, answer) for value in tried])
    reader.temperature.copy_(tried[losses.argmin()])
    return float(reader.temperature)


def save(reader: Reader, path: Path, *, facts: dict) -> None:
    """Weights in half precision with the sizes and heads in the header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    config = {**reader.config_dict(), "heads": {name: list(values) for name, values in HEADS.items()}}
    weights = {name: tensor.half().contiguous() for name, tensor in reader.state_dict().items()}
    save_file(weights, path, {"config": json.dumps(config), "facts": json.dumps(facts)})


def main(arguments: Sequence[str] | None = None) -> None:
    """Train from a shell: `python -m demos.editing.reader_train [--embedder weights/reader.safetensors]`."""
    parser = argparse.ArgumentParser(description="Train the reader of instructions.")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--embedder", type=Path, help="a trained reader whose embeddings stay exactly as they are")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    train(
        options.out, embedder=options.embedder, count=options.count, epochs=options.epochs, seed=options.seed,
        on_progress=lambda line: print(line, flush=True),
    )  # fmt: skip


if __name__ == "__main__":
    main()
