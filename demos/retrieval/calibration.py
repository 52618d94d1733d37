"""What a trained retriever's scores are worth, fitted on the validation split: confidence, and when a text is a search.

The results go into the header of the weights file, as `pipeline.confidence` and `understanding` read them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.cluster.vq import kmeans2

from demos.corpus.vocabulary import written
from demos.retrieval import data
from demos.retrieval.data import Windows
from demos.retrieval.evaluate import embed_texts, embed_windows
from demos.retrieval.model import Retriever
from demos.text.encoder import encode

CENTRES = 192
_BANK_TEXTS = 6000
_SHOWN = 12
"""Clips a search shows: those that the confidence is fitted on."""
_NEWTON_STEPS = 40
OUTSIDE = (
    "how do I fix a leaking kitchen tap", "the capital of Portugal", "chicken soup recipe with noodles",
    "what will the weather be tomorrow in Berlin", "train times from London to Leeds", "my laptop will not turn on",
    "explain photosynthesis to a child", "buy cheap running shoes online", "who won the election in 1996",
    "convert 12 miles to kilometres", "python function that sorts a list", "symptoms of a common cold",
    "the stock price of a car maker", "write a poem about autumn leaves", "translate this letter into German",
    "best pizza near the station", "how many planets are there", "cancel my hotel booking", "mortgage interest rates",
    "a picture of a cat asleep on a sofa", "football results from Saturday", "assemble a wooden bookshelf",
    "tax return deadline", "the plot of Hamlet", "how to remove coffee stains", "battery for a digital camera",
    "a recipe for chocolate cake", "phone number of the dentist", "what is the meaning of life", "learn French grammar",
    "the history of the Roman empire", "red sports car with leather seats", "water the tomatoes every evening",
    "install the printer driver", "calories in a banana", "flight to New York on Friday", "knitting pattern",
    "the quick brown fox ate my homework", "solve x squared plus three", "meeting notes from Monday",
)  # fmt: skip
"""Sentences that are no search for a dance; with them it is learnt what an unfamiliar text looks like."""


def platt(scores: np.ndarray, good: np.ndarray) -> tuple[float, float]:
    """Slope and offset of the logistic curve that turns scores into the share of good ones (Platt 1999).

    (n,) each. With the small prior that Platt suggests, so that perfectly parted scores stay finite.
    """
    yes, no = int(good.sum()), int((~good).sum())
    wanted = np.where(good, (yes + 1) / (yes + 2), 1 / (no + 2))
    inputs = np.stack([scores, np.ones_like(scores)], axis=1).astype(np.float64)
    weights = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        shares = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (wanted - shares) - 1e-4 * weights
        curve = (inputs * (shares * (1 - shares))[:, None]).T @ inputs + 1e-4 * np.eye(2)
        weights = weights + np.clip(np.linalg.solve(curve, slope), -5, 5)
    return float(weights[0]), float(weights[1])


def shown_scores(network: Retriever, windows: Windows) -> tuple[np.ndarray, np.ndarray]:
    """Scores of the clips that captions of a split would show, and whether each is all that the caption names."""
    dances = embed_windows(network, windows, range(len(windows)))
    scores, good = [], []
    for turn in (0, 1):
        texts = [facts["captions"][turn] for facts in windows.facts]
        found = embed_texts(network, texts) @ dances.T
        answers = data.fits(*data.asked(texts), windows.keys)
        best = np.argsort(-found, axis=1)[:, :_SHOWN]
        scores.append(np.take_along_axis(found, best, 1).ravel())
        good.append(np.take_along_axis(answers, best, 1).ravel())
    return np.concatenate(scores), np.concatenate(good)


def bank_of(windows: Windows, *, seed: int = 0) -> np.ndarray:
    """(CENTRES, 384) float32 unit vectors: the middles of groups of training texts (pooled word states)."""
    pooled = [shard.texts.of(number).mean(0, dtype=np.float32) for shard, number in _some_texts(windows)]
    vectors = np.stack([*pooled, *encode(cues())])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    centres, _ = kmeans2(vectors, min(CENTRES, len(vectors)), minit="points", rng=np.random.default_rng(seed))
    return (centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def cues() -> list[str]:
    """What people type when they search, without any sentence around it: the vocabulary's cues."""
    return sorted({wording.text for found in written("cue").values() for wording in found})


def familiar(
    bank: np.ndarray, *, inside: Sequence[str] | None = None, outside: Sequence[str] = OUTSIDE
) -> tuple[float, float]:
    """Slope and offset from a text's nearest likeness to the bank to how familiar it is.

    0.5 lies half-way between the lower end of searches (the cues when None) and the upper end of other sentences.
    """
    within = np.quantile((encode(inside or cues()) @ bank.T).max(1), 0.1)
    other = np.quantile((encode(list(outside)) @ bank.T).max(1), 0.9)
    gap = max(0.02, float(within - other) / 2)
    slope = np.log(9) / gap
    return float(slope), float(-slope * (within + other) / 2)


def _some_texts(windows: Windows):
    everything = [(shard, number) for shard in windows.shards for numbers in shard.owned for number in numbers]
    return everything[:: max(1, len(everything) // _BANK_TEXTS)]
