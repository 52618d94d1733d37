"""How well dances are found: `python -m demos evaluate retrieval --corpus DIR` over 391 held-out clips.

Captions of the test split (songs, real trials and dances that training never saw) ask for their own clip among 391, the
size of the paper's gallery, and clips ask for their captions. Ties share their ranks. "Equals count" takes the best
ranked of all clips that are everything the text names, for a caption may describe several clips equally well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from demos.retrieval import data, queries, quest
from demos.retrieval.data import Windows
from demos.retrieval.model import Retriever
from demos.retrieval.pipeline import load
from demos.runtime.errors import InputError
from demos.text.encoder import encode, pad

GALLERY = 391
"""Clips in the paper's gallery: all its recalls are multiples of 1/391."""
PAPER = {"R@1": 10.23, "R@5": 34.78, "R@10": 48.34, "MedR": 11.0, "MnR": 22.09}
TARGETS = {"R@10": 60.0, "MedR": 6.0, "precision": 0.8}
_ENCODED_AT_ONCE = 48


@dataclass(frozen=True, eq=False)
class Gallery:
    """Clips to be found: their windows, indices into them, keys (n, keys) and embeddings (n, width)."""

    windows: Windows
    indices: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def keys(self) -> np.ndarray:
        """(n, keys) bool, what is true of each."""
        return self.windows.keys[list(self.indices)]

    def texts(self, count: int) -> list[list[str]]:
        """Sets of queries, one a clip in each: the captions one by one, or `count` of them read together."""
        own = [self.windows.facts[index]["captions"] for index in self.indices]
        rounds = min(map(len, own)) // count
        return [[" ".join(texts[count * turn : count * (turn + 1)]) for texts in own] for turn in range(rounds)]


def gallery_of(windows: Windows, size: int = GALLERY) -> Gallery:
    """`size` windows: first those that do not overlap, over all dances, then overlapping ones for what is missing.

    Raises InputError when the split has fewer.
    """
    if len(windows) < size:
        raise InputError(f"The gallery needs {size} test windows and this corpus has {len(windows)}: build size full.")
    starts = np.array([facts["start"] for facts in windows.facts])
    apart = starts % (12 * 30) == 0
    rng = np.random.default_rng(0)
    order = [*rng.permutation(np.flatnonzero(apart)), *rng.permutation(np.flatnonzero(~apart))]
    return Gallery(windows, tuple(sorted(int(index) for index in order[:size])))


def ranks(scores: np.ndarray) -> np.ndarray:
    """(n, n) scores, each row's own on the diagonal -> (n,) ranks from 1; ties share the mean of their places."""
    own = np.diagonal(scores)[:, None]
    return (scores > own).sum(1) + ((scores == own).sum(1) + 1) / 2


def tolerant_ranks(scores: np.ndarray, good: np.ndarray) -> np.ndarray:
    """(n, m) scores and which are right -> (n,) expected rank of the first right one, ties in random order."""
    best = np.where(good, scores, -np.inf).max(1, keepdims=True)
    level = scores == best
    return (scores > best).sum(1) + (level.sum(1) + 1) / ((level & good).sum(1) + 1)


def figures(found: np.ndarray) -> dict[str, float]:
    """Recall at 1, 5, 10 in percent, median and mean rank."""
    recalls = {f"R@{most}": float(100 * (found <= most).mean()) for most in (1, 5, 10)}
    return {**recalls, "MedR": float(np.median(found)), "MnR": float(found.mean())}


def chance(size: int = GALLERY) -> dict[str, float]:
    """The figures of a random order."""
    return {**{f"R@{most}": 100 * most / size for most in (1, 5, 10)}, "MedR": (size + 1) / 2, "MnR": (size + 1) / 2}


@torch.inference_mode()
def embed_windows(network: Retriever, windows: Windows, indices: Sequence[int]) -> np.ndarray:
    """(n, embedding) unit vectors of windows."""
    found = []
    for start in range(0, len(indices), _ENCODED_AT_ONCE):
        music, moves = windows.streams(indices[start : start + _ENCODED_AT_ONCE])
        found.append(network.blend(network.encode_music(music), network.encode_motion(moves)).numpy())
    return np.concatenate(found)


@torch.inference_mode()
def embed_texts(network: Retriever, texts: Sequence[str]) -> np.ndarray:
    """(n, embedding) unit vectors of texts."""
    found = []
    for start in range(0, len(texts), _ENCODED_AT_ONCE):
        words, mask = pad(data.word_states(texts[start : start + _ENCODED_AT_ONCE]))
        found.append(network.encode_text(torch.from_numpy(words), torch.from_numpy(mask)).numpy())
    return np.concatenate(found)


def compare(gallery: Gallery, score: Callable[[list[str]], np.ndarray], *, count: int) -> dict[str, Any]:
    """Figures of a way to score texts against the gallery, averaged over its sets of queries.

    score : texts -> (texts, clips). count : captions read together as one query.
    """
    rows, backward, equals, widths = [], [], [], []
    for texts in gallery.texts(count):
        scores = score(texts)
        named, denied = data.asked(texts)
        good = data.fits(named, denied, gallery.keys) | np.eye(len(gallery), dtype=bool)
        rows.append(figures(ranks(scores)))
        backward.append(figures(ranks(scores.T)))
        equals.append(figures(tolerant_ranks(scores, good)))
        widths.append(good.sum(1).mean())
    mean = {"text to dance": rows, "dance to text": backward, "equals count": equals}
    found = {name: {key: float(np.mean([row[key] for row in each])) for key in each[0]} for name, each in mean.items()}
    return {**found, "queries": len(rows) * len(gallery), "clips that are all a text names": float(np.mean(widths))}


def scorers(network: Retriever, gallery: Gallery) -> dict[str, Callable[[list[str]], np.ndarray]]:
    """Ways to score: the network, simple ones, and a bound."""
    dances = embed_windows(network, gallery.windows, gallery.indices)
    keys = gallery.keys.astype(np.float32)
    genre = np.array([key.startswith("genre.") for key in data.KEYS])
    last = encode([texts[-1] for texts in (gallery.windows.facts[i]["captions"] for i in gallery.indices)])

    def oracle(texts: list[str]) -> np.ndarray:
        named, denied = data.asked(texts)
        # Of clips for which as much is true, one with fewer true keys is likelier to be described so.
        return named @ keys.T - denied @ keys.T - 0.01 * keys.sum(1)

    def by_genre(texts: list[str]) -> np.ndarray:
        return (data.asked(texts)[0] & genre) @ keys.T

    return {
        "network": lambda texts: embed_texts(network, texts) @ dances.T,
        "genre alone": by_genre,
        "another caption's words": lambda texts: encode(texts) @ last.T,
        "measured keys, read exactly (bound)": oracle,
    }


def evaluate(*, corpus: Path, cache: Path, network: Retriever | None = None) -> dict[str, Any]:
    """Everything the card reports but the ablations (see `ablations`).

    corpus : with a test split. cache : where prepared shards are kept. network : the shipped one when None.
    """
    if network is None:
        network = load().network
    gallery = gallery_of(data.prepare(corpus, "test", cache))
    ways = scorers(network, gallery)
    found: dict[str, Any] = {"gallery": len(gallery), "chance": chance(len(gallery)), "paper": PAPER, "ways": {}}
    for name, score in ways.items():
        kinds = {"sentence": 1, "description": 2}
        if name == "another caption's words":
            kinds = {"sentence": 1}
        found["ways"][name] = {kind: compare(gallery, score, count=count) for kind, count in kinds.items()}
    measured = [gallery.windows.facts[index]["attributes"] for index in gallery.indices]
    found["free queries"] = queries.judge(measured, ways["network"])
    found["free queries, best match"] = queries.judge(measured, best_match(ways["network"], measured))
    return found


def best_match(
    score: Callable[[list[str]], np.ndarray], measured: Sequence[dict[str, Any]]
) -> Callable[[list[str]], np.ndarray]:
    """Scores in the page's own order: of the clips that score best, those first that measure as the text says.

    What counts as an answer is measured too, so this says how well words are read and looked up, not how well the
    network knows dances.
    """

    def ordered(texts: list[str]) -> np.ndarray:
        scores = np.array(score(texts), np.float64)
        for text, line in zip(texts, scores, strict=True):
            named = quest.keys_of(text)
            for place in np.argsort(-line, kind="stable")[: quest.SORTED_FROM]:
                # Scores lie between -1 and 1: who is among the first stays before all others, met or not.
                line[place] += 10 + 10 * sum(fits for _, fits in quest.checks(measured[place], named))
        return scores

    return ordered


def text(found: dict[str, Any]) -> str:
    """The report for people: tables in Markdown, targets beside what was reached."""
    names = ("R@1", "R@5", "R@10", "MedR", "MnR")
    lines = [f"gallery of {found['gallery']} clips of the test split"]

    def row(name: str, values: dict[str, float]) -> str:
        return f"| {name} | " + " | ".join(f"{values[key]:.1f}" for key in names) + " |"

    for kind, title in (("sentence", "one caption (6 to 25 words)"), ("description", "two captions read together")):
        for way in ("text to dance", "dance to text", "equals count"):
            lines += ["", f"| {title}: {way} | " + " | ".join(names) + " |", "|---" * 6 + "|"]
            lines += [row(name, kinds[kind][way]) for name, kinds in found["ways"].items() if kind in kinds]
            if way == "text to dance":
                lines += [row("chance", found["chance"]), row("the paper, on its own data", found["paper"])]
        width = found["ways"]["network"][kind]["clips that are all a text names"]
        lines.append(f"\nA text describes {width:.1f} of the clips equally well.")
    free = found["free queries"]
    lines += [
        "",
        f"free searches: {free['queries']}, precision at {free['first']} {free['precision']:.3f} "
        f"(chance {free['chance']:.3f}, reachable {free['reachable']:.3f})",
    ]
    page = found["free queries, best match"]
    lines.append(f"in the page's order, measured ones first: {page['precision']:.3f}")
    worst = sorted(free["rows"], key=lambda row: row["precision"])[:12]
    lines += [f"  {row['precision']:.1f}  chance {row['chance']:.2f}  {row['text']}" for row in worst]
    main = found["ways"]["network"]["description"]["text to dance"]
    reached = {"R@10": main["R@10"], "MedR": main["MedR"], "precision": free["precision"]}
    lines += ["", "targets: " + ", ".join(f"{name} {reached[name]:.2f} of {TARGETS[name]:g}" for name in TARGETS)]
    return "\n".join(lines)
