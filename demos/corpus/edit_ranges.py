"""When an edit holds: named stretches of a dance (its second half, its first eight counts ...) and their seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.corpus.layers.curves import Grid, beat_grid
from demos.motion.dance import Dance
from demos.runtime.errors import InputError

NAMES = (
    "whole", "first_half", "second_half", "middle", "first_counts", "last_counts", "counts_from", "first_bars",
    "last_bars", "bar", "from_s", "until_s", "between_s", "last_s",
)  # fmt: skip
"""counts_from : the a-th group of b counts. bar : the a-th bar. *_s : seconds a, and b for between_s."""


@dataclass(frozen=True)
class When:
    """A named stretch of a dance; a and b as NAMES says."""

    name: str = "whole"
    a: float = 0.0
    b: float = 0.0

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise InputError(f'There is no stretch of a dance called "{self.name}": choose from {", ".join(NAMES)}.')


WHOLE = When()


def grid_of(dance: Dance) -> Grid:
    """The dance's beats, counted from its first downbeat, carried on over its whole length."""
    return beat_grid(dance.beats, dance.downbeats, 0.0, dance.duration_s)


def span_of(when: When, dance: Dance) -> tuple[float, float]:
    """Start and end in seconds on the dance's clock. InputError when the dance has no such stretch.

    Worked case: beats every 0.5 s from 0, 16 s: ("first_counts", 8) is 0 to 4 s, ("second_half") 8 to 16 s.
    """
    end = dance.duration_s
    grid = grid_of(dance)
    first = float(grid.time_s(0))
    bar = grid.bar
    last_bar = float(np.floor(grid.phase(np.array([end - 0.02]))[0] / bar + 1e-6))
    a, b = when.a, when.b
    if when.name == "whole":
        span = (0.0, end)
    elif when.name in ("first_half", "second_half"):
        middle = _near_downbeat(grid, end / 2, end / 4)
        span = (0.0, middle) if when.name == "first_half" else (middle, end)
    elif when.name == "middle":
        span = (_near_downbeat(grid, end / 3, end / 8), _near_downbeat(grid, 2 * end / 3, end / 8))
    elif when.name == "first_counts":
        span = (first, float(grid.time_s(a)))
    elif when.name == "last_counts":
        last = float(np.floor(grid.phase(np.array([end + 0.05]))[0]))
        span = (float(grid.time_s(last - a)), end)
    elif when.name == "counts_from":
        span = (float(grid.time_s((a - 1) * b)), float(grid.time_s(a * b)))
    elif when.name == "first_bars":
        span = (first, float(grid.time_s(a * bar)))
    elif when.name == "last_bars":
        span = (float(grid.time_s((last_bar + 1 - a) * bar)), end)
    elif when.name == "bar":
        span = (float(grid.time_s((a - 1) * bar)), float(grid.time_s(a * bar)))
    elif when.name == "from_s":
        span = (a, end)
    elif when.name == "until_s":
        span = (0.0, a)
    elif when.name == "last_s":
        span = (end - a, end)
    else:
        span = (a, b)
    start_s, end_s = max(span[0], 0.0), min(span[1], end)
    if end_s - start_s < 0.5 or span[0] < -0.6 or span[1] > end + 0.6:
        raise InputError(f"The dance lasts {end:.1f} s and has no such stretch; ask for one inside it.")
    return start_s, end_s


def _near_downbeat(grid: Grid, time_s: float, within_s: float) -> float:
    place = float(np.round(grid.phase(np.array([time_s]))[0] / grid.bar) * grid.bar)
    snapped = float(grid.time_s(place))
    return snapped if abs(snapped - time_s) <= within_s else time_s


def sample_when(dance: Dance, rng: np.random.Generator, *, least_beats: float) -> When:
    """A stretch that this dance has and that holds at least so many beats; often the whole."""
    grid = grid_of(dance)
    end = dance.duration_s
    counts = float(grid.phase(np.array([end]))[0])
    options: list[tuple[When, float]] = [(WHOLE, 0.40), (When("first_half"), 0.10), (When("second_half"), 0.14)]
    options.append((When("middle"), 0.05))
    for length in (8, 16):
        options += [(When("first_counts", length), 0.05), (When("last_counts", length), 0.05)]
    groups = int(counts // 8)
    options += [(When("counts_from", group, 8), 0.06 / max(groups - 2, 1)) for group in range(2, groups)]
    bars = int(counts // grid.bar)
    for count in (1, 2, 4):
        options += [(When("first_bars", count), 0.02), (When("last_bars", count), 0.03)]
    options += [(When("bar", bar), 0.04 / max(bars, 1)) for bar in range(2, min(bars, 8))]
    whole_s = [float(second) for second in range(2, int(end) - 1)]
    if whole_s:
        start = float(rng.choice(whole_s))
        options += [(When("from_s", start), 0.05), (When("until_s", start), 0.04)]
        options.append((When("last_s", float(rng.choice(whole_s))), 0.03))
        later = [second for second in whole_s if second >= start + 2]
        if later:
            options.append((When("between_s", start, float(rng.choice(later))), 0.06))
    fitting = []
    for when, weight in options:
        try:
            start_s, end_s = span_of(when, dance)
        except InputError:
            continue
        if (end_s - start_s) / grid.beat_s >= least_beats - 0.1:
            fitting.append((when, weight))
    if not fitting:
        return WHOLE
    weights = np.array([weight for _, weight in fitting])
    return fitting[int(rng.choice(len(fitting), p=weights / weights.sum()))][0]
