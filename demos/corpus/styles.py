"""Dance styles of the choreographer: weights over families of source dances, and how it treats time."""

from __future__ import annotations

from dataclasses import dataclass

from demos.runtime.errors import InputError


@dataclass(frozen=True)
class Style:
    """How a style chooses.

    weights : family (sources.GENRES) -> 0 .. 1, how welcome its phrases are; families left out do not appear.
    accent : 0 .. 0.25, how much time lingers on each count: 0 flows, 0.2 hits.
    count_s : seconds of a count it likes best: songs are counted in beats, or twice or half as fast, to come near.
    travel_m : how far from the middle of the stage it likes to go.
    calm : 0 .. 1, how far below the usual liveliness (units.py) a phrase may stay before it costs, or is left out.
    """

    name: str
    weights: dict[str, float]
    accent: float = 0.04
    count_s: float = 0.5
    travel_m: float = 1.2
    calm: float = 0.0


# The last few of each are guests: a phrase or two a minute that keeps twelve clips within reach where a family was
# captured in two or three trials only. They come from neighbours, never from anywhere.
_FAMILIES = {
    "mixed": dict(pop=1, hiphop=1, jazz=1, disco=1, breaking=0.6, salsa=0.5, modern=0.5, indian=0.4),
    "pop": {"pop": 1, "disco": 0.9, "hiphop": 0.6, "jazz": 0.6, "breaking": 0.3, "modern": 0.2},
    "hiphop": {"hiphop": 1, "breaking": 0.9, "pop": 0.6, "disco": 0.4, "jazz": 0.3, "modern": 0.15},
    "breaking": {"breaking": 1, "hiphop": 0.8, "pop": 0.4, "disco": 0.3, "jazz": 0.25, "modern": 0.2},
    "jazz": {"jazz": 1, "disco": 0.6, "pop": 0.4, "modern": 0.35, "hiphop": 0.2, "salsa": 0.12},
    "disco": {"disco": 1, "pop": 0.7, "jazz": 0.6, "hiphop": 0.3, "salsa": 0.12, "breaking": 0.12},
    "salsa": {"salsa": 1, "jazz": 0.2, "disco": 0.15, "pop": 0.08},
    "modern": {"modern": 1, "jazz": 0.3, "indian": 0.25, "salsa": 0.05, "pop": 0.05},
    "indian": {"indian": 1, "modern": 0.3, "jazz": 0.12, "salsa": 0.03, "pop": 0.05},
}

_MANNERS: dict[str, dict[str, float]] = {
    "hiphop": {"accent": 0.06},
    "breaking": {"accent": 0.06},
    "salsa": {"accent": 0.03, "count_s": 0.34},
    "modern": {"accent": 0.0, "count_s": 0.6, "travel_m": 1.8, "calm": 0.3},
    "indian": {"accent": 0.03, "count_s": 0.45},
}

STYLES = {name: Style(name, weights, **_MANNERS.get(name, {})) for name, weights in _FAMILIES.items()}
"""The styles by name."""
STYLE_NAMES = tuple(STYLES)
"""In the order in which networks know them."""


def find_style(name: str) -> Style:
    """A style by its name, however written. Raises InputError for one that is not there."""
    key = name.strip().lower().replace("-", "").replace(" ", "")
    if key not in STYLES:
        raise InputError(f"There is no dance style called {name!r}; choose one of {', '.join(STYLES)}.")
    return STYLES[key]
