"""What the networks of this room are told: the music with its beats, the style, and what of a dance may change."""

from __future__ import annotations

import numpy as np

from demos.audio.features import FPS
from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.layers.registry import KINDS as LAYERS
from demos.corpus.parts import PARTS
from demos.corpus.styles import STYLES as _STYLES
from demos.motion.vector import WIDTH

STYLES = tuple(_STYLES)
"""Dance styles the predictor knows, in the order of its embedding; None chooses from the music."""
MUSIC = 39
"""35 features, cosine and sine of the place in the beat and in the bar."""
PART_NAMES = tuple(PARTS)
_HELD_POSE_S = 0.4  # held poses are no layer


def music_condition(values: np.ndarray, beats: np.ndarray, downbeats: np.ndarray, frames: int) -> np.ndarray:
    """(n, 35) features and beat times (s) -> (frames, 39) float32.

    Features end when the song does: silence (zeros) follows. Phases are 0 on a beat and 1 just before the next; before
    the first and after the last they go on at the nearest tempo. Fewer than two beats: phases are zeros.
    """
    heard = np.zeros((frames, MUSIC), np.float32)
    count = min(frames, len(values))
    heard[:count, :35] = values[:count]
    time = np.arange(frames) / FPS
    for column, grid in ((35, np.asarray(beats)), (37, np.asarray(downbeats))):
        if len(grid) >= 2:
            angle = 2 * np.pi * _count_of(time, grid)
            heard[:, column], heard[:, column + 1] = np.cos(angle), np.sin(angle)
    return heard


def _count_of(time: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """How many beats have passed at each time, with fractions."""
    first, last = grid[1] - grid[0], grid[-1] - grid[-2]
    count = np.interp(time, grid, np.arange(len(grid), dtype=np.float64))
    count = np.where(time < grid[0], (time - grid[0]) / first, count)
    return np.where(time > grid[-1], len(grid) - 1 + (time - grid[-1]) / last, count)


def columns_of_parts() -> np.ndarray:
    """(6, 151) bool: which columns of a motion vector each of PART_NAMES holds.

    The root's are its place and its orientation; the contacts belong to the legs.
    """
    columns = np.zeros((len(PART_NAMES), WIDTH), bool)
    for row, name in enumerate(PART_NAMES):
        for joint in PARTS[name]:
            columns[row, 7 + 6 * joint : 13 + 6 * joint] = True
        if name == "root":
            columns[row, 4:7] = True
        if name == "legs":
            columns[row, :4] = True
    return columns


def change_mask(frames: int, start: int, stop: int, parts: frozenset[str], *, blend: int = 0) -> np.ndarray:
    """(frames, 6) float32: how far each of PART_NAMES may change, 0 where it is held.

    1 from start to stop (excluded), falling to 0 over `blend` frames on either side: there the change comes and goes.
    """
    time = np.arange(frames)
    rise = np.minimum(time - (start - blend - 1), (stop + blend) - time) / (blend + 1)
    inside = np.clip(rise, 0.0, 1.0).astype(np.float32)
    chosen = np.array([name in parts for name in PART_NAMES], np.float32)
    return inside[:, None] * chosen


def blend_s(kind: str) -> float:
    """Seconds over which a kind of edit comes and goes: arms are led over sooner than steps."""
    layer = EDIT_KINDS[kind].layer
    return LAYERS[layer].blend_s if layer in LAYERS else _HELD_POSE_S
