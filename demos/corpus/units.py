"""What the choreographer chooses from: fits of phrases to counts, their mirror images, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.corpus.alignment import Fits
from demos.corpus.motion_graph import MotionGraph
from demos.corpus.novelty import Novelty, looks, mirrored
from demos.corpus.phrases import FPS
from demos.corpus.styles import Style
from demos.runtime.errors import InputError

IDLE_SPEED = 0.24
"""m/s, mean over the joints and a second: what moves less does not get into a dance."""
STEPPING_SPEED = 0.3
"""m/s, mean over ankles and toes: who moves the feet less stands rooted, which costs."""
LIVELY_SPEED = 0.42
"""m/s, as IDLE_SPEED: a phrase with a quieter second looks subdued on stage, which costs."""
STIFF_SPEED = 0.36
"""m/s, Clip.armwork in a phrase's quietest second: below it the arms are just held there, which costs."""

# Weights of what a unit costs by itself, in units of a fair join, per four counts.
_ALIGN = 0.35
_FAMILY = 1.3
_HELD = 2.5
_ROOTED = 2.0
_SUBDUED = 2.5
_STIFF = 2.0
_CHANCE = 1.1
_MOOD = 0.5  # the same for all phrases of a clip: today's favourites


@dataclass(frozen=True, eq=False)
class Units:
    """What the search chooses from: fits of phrases to counts and their mirror images (the second half)."""

    fits: Fits
    start: np.ndarray  # nodes, mirrored ones from n
    end: np.ndarray
    counts: np.ndarray
    clip: np.ndarray
    from_s: np.ndarray
    to_s: np.ndarray
    base: np.ndarray  # cost whatever comes before
    energy: np.ndarray  # 0 .. 1, rank
    turn: np.ndarray  # radians
    moved: np.ndarray  # (units, 2) metres x, z seen from the start's facing
    held: np.ndarray
    novelty: Novelty

    def __len__(self) -> int:
        return len(self.start)

    def mirror(self, unit: int) -> int:
        """The same phrase to the other side."""
        half = len(self) // 2
        return unit + half if unit < half else unit - half


def make_units(graph: MotionGraph, fits: Fits, style: Style, couple: bool, rng: np.random.Generator) -> Units:
    """The units that move enough, with what each costs by itself in a style; both sides of each.

    Raises InputError when there is none.
    """
    clip = graph.clip[fits.start]
    from_s, to_s = graph.time_s[fits.start], graph.time_s[fits.end]
    energy, footwork, quietest, arms, held = _activity(graph, clip, from_s, to_s)
    lively = 1 - style.calm
    keep = quietest > lively * IDLE_SPEED
    if not keep.any():
        raise InputError("None of the phrases moves enough and fits this song's tempo; add dances or change the style.")
    fits = Fits(*(getattr(fits, name)[keep] for name in Fits.__dataclass_fields__))
    clip, from_s, to_s = clip[keep], from_s[keep], to_s[keep]
    energy, footwork, quietest, arms, held = (a[keep] for a in (energy, footwork, quietest, arms, held))
    weights = np.array([style.weights[graph.clips[i].genre] for i in clip])
    fours = fits.counts / 4
    base = _ALIGN * fits.cost - _FAMILY * np.log(weights) * fours + fours * _chance(rng, clip, len(graph.clips))
    base = base + _ROOTED * np.maximum(1 - footwork / (lively * STEPPING_SPEED), 0) * fours
    base = base + _SUBDUED * np.maximum(1 - quietest / (lively * LIVELY_SPEED), 0) * fours
    if not couple:  # who holds a partner holds the arms
        base = base + (_HELD * held + _STIFF * np.maximum(1 - arms / (lively * STIFF_SPEED), 0)) * fours
    turn = graph.heading[fits.end] - graph.heading[fits.start]
    moved = graph.place[fits.end] - graph.place[fits.start]
    sine, cosine = np.sin(-graph.heading[fits.start]), np.cos(-graph.heading[fits.start])
    local = np.stack([cosine * moved[:, 0] + sine * moved[:, 1], cosine * moved[:, 1] - sine * moved[:, 0]], axis=1)
    energy = 0.65 * _rank(energy) + 0.35 * _rank(footwork)
    look = looks(graph.clips, clip, from_s, to_s)
    n = len(graph)

    def twice(a: np.ndarray) -> np.ndarray:
        return np.concatenate([a, a])

    return Units(
        fits=fits,
        start=np.concatenate([fits.start, fits.start + n]),
        end=np.concatenate([fits.end, fits.end + n]),
        counts=twice(fits.counts),
        clip=twice(clip),
        from_s=twice(from_s),
        to_s=twice(to_s),
        base=np.concatenate([base, base + 0.1 * rng.standard_normal(len(base))]),
        energy=twice(_rank(energy)),
        turn=np.concatenate([turn, -turn]),
        moved=np.concatenate([local, local * [-1, 1]]),
        held=twice(held),
        novelty=Novelty(twice(clip), twice(from_s), twice(to_s), np.concatenate([look, mirrored(look)])),
    )


def _chance(rng: np.random.Generator, clip: np.ndarray, clips: int) -> np.ndarray:
    """(units,) costs by which seeds differ."""
    return _CHANCE * rng.gumbel(size=len(clip)) + _MOOD * rng.gumbel(size=clips)[clip]


def _rank(values: np.ndarray) -> np.ndarray:
    """Each value's place among all, 0 .. 1."""
    return np.argsort(np.argsort(values)) / max(len(values) - 1, 1)


def _activity(
    graph: MotionGraph, clip: np.ndarray, from_s: np.ndarray, to_s: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Mean speed, mean speed of the feet, speed of the quietest second, the arms' in theirs, share of held hands.

    Each (units,).
    """
    energy, footwork, quietest, arms, held = (np.zeros(len(clip)) for _ in range(5))
    window = FPS
    for index, source in enumerate(graph.clips):
        total, feet, upper, holding = (
            np.concatenate([[0.0], np.cumsum(values)])
            for values in (source.speed, source.footwork, source.armwork, source.held)
        )
        for unit in np.flatnonzero(clip == index):
            a, b = round(from_s[unit] * FPS), round(to_s[unit] * FPS) + 1
            energy[unit] = (total[b] - total[a]) / (b - a)
            footwork[unit] = (feet[b] - feet[a]) / (b - a)
            held[unit] = (holding[b] - holding[a]) / (b - a)
            starts = np.arange(a, max(b - window, a) + 1)
            ends = np.minimum(starts + window, b)
            quietest[unit] = ((total[ends] - total[starts]) / (ends - starts)).min()
            arms[unit] = ((upper[ends] - upper[starts]) / (ends - starts)).min()
    return energy, footwork, quietest, arms, held
