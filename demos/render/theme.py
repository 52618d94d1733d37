"""Colours and lights of the stage, dark and light: data only."""

from dataclasses import dataclass

import numpy as np

from demos.body.body import rgb
from demos.runtime.errors import InputError

LIGHT_DIRECTION = (-0.52, 1.0, 0.62)
"""Towards the key light, seen from a camera at azimuth 0: high, from the left, a little in front."""


def linear(colour: str) -> np.ndarray:
    """'#rrggbb' (sRGB) -> (3,) float64 linear light, 0..1."""
    return decode(np.array(rgb(colour)) / 255.0)


def decode(value: np.ndarray) -> np.ndarray:
    """sRGB -> linear light, both 0..1 (IEC 61966-2-1)."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def encode(value: np.ndarray) -> np.ndarray:
    """Linear light -> sRGB, both 0..1: the inverse of `decode`."""
    value = np.clip(value, 0.0, 1.0)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)


@dataclass(frozen=True)
class Theme:
    """One look. Colours are '#rrggbb'; strengths multiply linear light.

    top, low : the backdrop at the upper edge and at the horizon. glow : colour and strength of the light behind.
    floor, line : the floor in the pool of light and the grid on it. line_strength : 0..1.
    key, sky, ground, rim : lights with their strengths. shade : what is left of the floor's light in full shadow.
    reflection : what the floor returns of the dancers, 0..1.
    ink, plate : text of captions and the band behind it, with the band's opacity.
    """

    name: str
    top: str
    low: str
    glow: tuple[str, float]
    floor: str
    pool: tuple[str, float]
    line: str
    line_strength: float
    key: tuple[str, float]
    sky: tuple[str, float]
    ground: tuple[str, float]
    rim: tuple[str, float]
    shade: tuple[float, float, float]
    reflection: float
    ink: str
    plate: tuple[str, float]


THEMES = {
    "dark": Theme(
        name="dark",
        top="#12101c",
        low="#241d3b",
        glow=("#8a5a7c", 0.10),
        floor="#352b55",
        pool=("#ffb98a", 0.075),
        line="#a99ad6",
        line_strength=0.30,
        key=("#fff0dc", 0.98),
        sky=("#8f8ad6", 0.42),
        ground=("#6b4a52", 0.34),
        rim=("#ffb765", 0.85),
        shade=(0.20, 0.19, 0.27),
        reflection=0.30,
        ink="#f4efff",
        plate=("#12101c", 0.55),
    ),
    "light": Theme(
        name="light",
        top="#f6f3ee",
        low="#ece6e2",
        glow=("#ffffff", 0.10),
        floor="#efe9e6",
        pool=("#fff3e0", 0.10),
        line="#8d80ac",
        line_strength=0.42,
        key=("#fff6ea", 0.86),
        sky=("#dfe2ff", 0.46),
        ground=("#d9c7bd", 0.40),
        rim=("#ffffff", 0.25),
        shade=(0.50, 0.47, 0.58),
        reflection=0.16,
        ink="#241d3b",
        plate=("#f6f3ee", 0.72),
    ),
}


def theme(name: str) -> Theme:
    """The theme of a name, or InputError naming the choices."""
    if name not in THEMES:
        raise InputError(f"There is no theme called {name!r}; choose {' or '.join(sorted(THEMES))}.")
    return THEMES[name]
