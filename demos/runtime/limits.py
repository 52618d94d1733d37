"""What may be asked for: the limits that rooms share, and the sentence when a number is beyond its own."""

from __future__ import annotations

import numpy as np

from demos.runtime.errors import InputError

SHORTEST_S = 2.0
"""Of music to dance to, and of a dance to change."""
SHORTEST_SPAN_S = 1.0
"""Of a stretch picked by hand: in less, nothing can come and go."""
LARGEST_SEED = 2**31 - 1


def check(name: str, value: float, low: float, high: float, *, whole: bool = False) -> None:
    """InputError unless a number lies between two others."""
    fits = isinstance(value, int | float | np.number) and not isinstance(value, bool) and low <= value <= high
    if not fits or (whole and value != int(value)):
        kind = "a whole number" if whole else "a number"
        raise InputError(f"The {name} is {value}: give {kind} from {low:g} to {high:g}.")
