"""What dancing networks hear: the features of a song with the place in the beat and in the bar."""

from __future__ import annotations

import numpy as np

from demos.audio.features import FPS

MUSIC, SOUND = 39, 35
"""35 features of the sound, cosine and sine of the place in the beat and in the bar."""


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
