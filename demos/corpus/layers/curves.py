"""Time shapes of the layers: eases, pulses, and the grid that turns seconds into counted beats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

STEADY_BEAT_S = 0.5
"""The beat of a motion without beats: 120 a minute."""


def smooth(u: np.ndarray | float) -> np.ndarray:
    """0 to 1 with no speed and no acceleration at either end (the least-jerk quintic); clamped outside."""
    u = np.clip(np.asarray(u, np.float64), 0.0, 1.0)
    return u**3 * (10 - 15 * u + 6 * u**2)


def late(u: np.ndarray | float) -> np.ndarray:
    """0 to 1 that gathers speed towards the end and stops there: fastest at 3/4 of the way; clamped outside."""
    u = np.clip(np.asarray(u, np.float64), 0.0, 1.0)
    return u**4 * (5 - 4 * u)


def ease(u: np.ndarray | float, snap: float) -> np.ndarray:
    """Between `smooth` (snap 0) and `late` (snap 1)."""
    return (1 - snap) * smooth(u) + snap * late(u)


def even(u: np.ndarray) -> np.ndarray:
    """0 to 1 at an even speed with soft ends of a quarter each: a turn or a walk, not a swing."""
    u = np.clip(u, 0.0, 1.0)
    soft = 0.25
    # The integral of a speed that rises as 3 s^2 - 2 s^3 over `soft` and falls likewise.
    ramp = lambda s: s**3 - 0.5 * s**4  # noqa: E731
    rise = np.where(u < soft, soft * ramp(u / soft), 0.5 * soft + u - soft)
    fall = np.where(u > 1 - soft, (1 - 1.5 * soft) + 0.5 * soft - soft * ramp((1 - u) / soft), rise)
    return np.where(u > 1 - soft, fall, rise) / (1 - soft)


def wave(phase: np.ndarray, period: float = 1.0) -> np.ndarray:
    """1 on beats 0, period, 2 period ..., -1 half-way between; a cosine."""
    return np.cos(2 * np.pi * np.asarray(phase) / period)


def pulse(phase: np.ndarray, period: float = 1.0, *, rise: float = 0.25, fall: float = 0.5) -> np.ndarray:
    """1 on beats 0, period ..., 0 away from them: up over `rise` beats before, down over `fall` beats after."""
    since = np.mod(phase, period)
    before = smooth(1 - (period - since) / rise)
    after = 1 - smooth(since / fall)
    return np.maximum(before, after)


@dataclass(frozen=True)
class Grid:
    """Counted beats around a range of time. Beat 0 is the first downbeat in the range (or its first beat).

    times_s : (beats,) rising, well beyond both ends of the range. zero : index in times_s of beat 0.
    bar : beats in a bar.
    """

    times_s: np.ndarray
    zero: int
    bar: int

    def phase(self, time_s: np.ndarray) -> np.ndarray:
        """Beats counted from beat 0, fractions between beats, at times in seconds."""
        curve = PchipInterpolator(self.times_s, np.arange(len(self.times_s), dtype=np.float64))
        return curve(np.clip(time_s, self.times_s[0], self.times_s[-1])) - self.zero

    def time_s(self, beat: np.ndarray | float) -> np.ndarray:
        """Seconds at which a beat number, also a fraction, falls."""
        curve = PchipInterpolator(np.arange(len(self.times_s), dtype=np.float64), self.times_s)
        return curve(np.clip(np.asarray(beat, np.float64) + self.zero, 0, len(self.times_s) - 1))

    @property
    def beat_s(self) -> float:
        """The usual length of a beat."""
        return float(np.median(np.diff(self.times_s)))


def beat_grid(beats: np.ndarray, downbeats: np.ndarray, start_s: float, end_s: float, *, margin_s: float = 6.0) -> Grid:
    """The beats (seconds) carried on steadily to cover [start_s - margin_s, end_s + margin_s].

    Without two usable beats the grid is steady, 120 a minute, with a downbeat at start_s.
    """
    beats = np.unique(np.asarray(beats, np.float64))
    downbeats = np.unique(np.asarray(downbeats, np.float64))
    beats = beats[np.isfinite(beats)]
    beats = beats[np.concatenate([[True], np.diff(beats) > 0.1])] if len(beats) else beats
    if len(beats) < 2:
        anchor = beats[0] if len(beats) else start_s
        beats, downbeats = np.array([anchor, anchor + STEADY_BEAT_S]), np.array([anchor])
    step = float(np.median(np.diff(beats)))
    before = max(0, int(np.ceil((beats[0] - (start_s - margin_s)) / step)))
    after = max(0, int(np.ceil((end_s + margin_s - beats[-1]) / step)))
    times = np.concatenate(
        [beats[0] - step * np.arange(before, 0, -1), beats, beats[-1] + step * np.arange(1, after + 1)]
    )
    ones = _nearest(times, downbeats, 0.3 * step)
    bar = int(np.median(np.diff(ones))) if len(ones) > 1 else 4
    first = int(np.searchsorted(times, start_s - 0.25 * step))
    if len(ones):
        first += int((ones[0] - first) % bar)
        later = ones[times[ones] >= start_s - 0.25 * step]
        first = int(later[0]) if len(later) and later[0] - first < bar else first
    return Grid(times, min(first, len(times) - 1), bar)


def _nearest(times: np.ndarray, wanted: np.ndarray, within_s: float) -> np.ndarray:
    """Indices of the grid's beats that some wanted time falls on."""
    if not len(wanted):
        return np.zeros(0, int)
    places = np.abs(times[None] - wanted[:, None]).argmin(axis=1)
    return np.unique(places[np.abs(times[places] - wanted) <= within_s])
