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
_SEARCHES = 600
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


def platt(features: np.ndarray, good: np.ndarray) -> list[float]:
    """Slopes (k) and offset of the logistic curve that turns features (n, k) into the share of good ones (Platt 1999).

    good : (n,) bool. With the small prior that Platt suggests, so that perfectly parted scores stay finite.
    """
    yes, no = int(good.sum()), int((~good).sum())
    wanted = np.where(good, (yes + 1) / (yes + 2), 1 / (no + 2))
    inputs = np.column_stack([features, np.ones(len(features))]).astype(np.float64)
    weights = np.zeros(inputs.shape[1])
    for _ in range(_NEWTON_STEPS):
        shares = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (wanted - shares) - 1e-4 * weights
        curve = (inputs * (shares * (1 - shares))[:, None]).T @ inputs + 1e-4 * np.eye(len(weights))
        weights = weights + np.clip(np.linalg.solve(curve, slope), -5, 5)
    return [float(weight) for weight in weights]


def sureness(network: Retriever, windows: Windows, shares: np.ndarray) -> list[float]:
    """The four numbers of `pipeline.confidence`, fitted on what short searches would show of a split.

    A score alone says little: whether a clip is all that was asked for hangs mostly on how much was asked. So the curve
    also knows how far the score stands out among the split's, and how rare what is asked for is.
    shares : (keys,) of training clips that hold each.
    """
    texts = short_searches(windows.keys)
    named, denied = data.asked(texts)
    texts = [text for text, any_key in zip(texts, (named | denied).any(1), strict=True) if any_key]
    named, denied = data.asked(texts)
    scores = embed_texts(network, texts) @ embed_windows(network, windows, range(len(windows))).T
    rise = (scores - scores.mean(1, keepdims=True)) / np.maximum(scores.std(1, keepdims=True), 1e-6)
    odds = named @ log_share(shares) + denied @ log_share(1 - shares)
    best = np.argsort(-scores, axis=1)[:, :_SHOWN]
    good = data.fits(named, denied, windows.keys)
    shown = [np.take_along_axis(each, best, 1).ravel() for each in (scores, rise, good)]
    return platt(np.column_stack([shown[0], shown[1], np.repeat(odds, best.shape[1])]), shown[2])


def short_searches(keys: np.ndarray, *, count: int = _SEARCHES, seed: int = 0) -> list[str]:
    """One to three cues each, of keys that some window (windows, keys) has together, as people type them."""
    rng = np.random.default_rng(seed)
    cues_of = written("cue")
    known = np.array([key in cues_of for key in data.KEYS])
    texts = []
    for _ in range(count):
        held = np.flatnonzero(keys[rng.integers(len(keys))] & known)
        if len(held):
            chosen = rng.choice(held, min(len(held), int(rng.integers(1, 4))), replace=False)
            ways = [cues_of[data.KEYS[key]] for key in chosen]
            texts.append(", ".join(way[rng.integers(len(way))].text for way in ways))
    return texts


def log_share(shares: np.ndarray) -> np.ndarray:
    """Logarithms of shares, none further than a thousandth from nothing or all."""
    return np.log(np.clip(shares, 1e-3, 1 - 1e-3))


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
