"""Fairmotion's features of sets of clips: how far sets are from one another, and how varied each is."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgWarning

from demos.motion import fairmotion_features as features
from demos.motion.motion import Motion

DRAWS = 8
"""Random choices over which a Fréchet distance is averaged where one set has more clips than the other."""


@dataclass(frozen=True, eq=False)
class Features:
    """Fairmotion's features of some clips: kinetic (n, 72), geometric (n, 32)."""

    kinetic: np.ndarray
    geometric: np.ndarray

    def __len__(self) -> int:
        return len(self.kinetic)


def features_of(motions: Iterable[Motion]) -> Features:
    """The features of clips."""
    motions = list(motions)
    kinetic = [features.kinetic_features(motion) for motion in motions]
    geometric = [features.geometric_features(motion) for motion in motions]
    return Features(np.array(kinetic).reshape(-1, 72), np.array(geometric).reshape(-1, 32))


def distances(found: Features, reference: Features, scale: Features, *, count: int, seed: int = 0) -> dict:
    """FID_k and FID_g of `count` clips each, normalised by `scale`; the mean over DRAWS where there are more clips."""
    row: dict[str, float | None] = {}
    for name, part in (("FID_k", "kinetic"), ("FID_g", "geometric")):
        one, other = (
            features.normalise(getattr(scale, part), getattr(side, part))[1] for side in (found, reference)
        )  # fmt: skip
        rng = np.random.default_rng(seed)
        draws = 1 if len(one) == len(other) == count else DRAWS
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LinAlgWarning)  # fewer clips than dimensions: the tables say how many
            values = [
                features.frechet_distance(_drawn(one, count, rng), _drawn(other, count, rng)) for _ in range(draws)
            ]
        known = [value for value in values if value is not None]
        row[name] = float(np.mean(known)) if known else None
    return row


def _drawn(values: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    if len(values) <= count:
        return values
    return values[np.sort(rng.choice(len(values), count, replace=False))]


def diversities(found: Features, scale: Features) -> dict[str, float | None]:
    """DIV_k and DIV_g, normalised by `scale`."""
    return {
        "DIV_k": features.diversity(found.kinetic, scale.kinetic),
        "DIV_g": features.diversity(found.geometric, scale.geometric),
    }


def mean_rows(rows: Iterable[dict[str, float | None]]) -> dict[str, float | None]:
    """Mean of each key over the rows that know it; None where none does."""
    rows = list(rows)
    means: dict[str, float | None] = {}
    for key in dict.fromkeys(key for row in rows for key in row):
        values = [value for row in rows if (value := row.get(key)) is not None]
        means[key] = float(np.mean(values)) if values else None
    return means
