"""One dancer over one stretch of time, prepared for comparing before with after: frames of reference and beats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.layers.curves import Grid, beat_grid
from demos.corpus.layers.workspace import heading_of
from demos.corpus.measures.performer import ARM_M
from demos.motion import kinematics, rotations
from demos.motion.dance import Dance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX

_FACING_S = 0.8


class Finding(NamedTuple):
    """What a check saw: score (0 nothing, 1 all that was asked, negative the contrary) and a clause that says it."""

    score: float
    fact: str


@dataclass(frozen=True, eq=False)
class View:
    """A motion between two times. All arrays hold the frames of the stretch only; lengths in metres unless said."""

    motion: Motion
    start_s: float
    end_s: float
    grid: Grid

    @staticmethod
    def of(dance: Dance, dancer: int, start_s: float, end_s: float) -> View:
        """A dancer of a dance between two times; beat 0 is the first downbeat inside, as for layers."""
        grid = beat_grid(dance.beats, dance.downbeats, max(start_s, 0.0), end_s)
        return View(dance.motions[dancer], start_s, end_s, grid)

    @property
    def fps(self) -> float:
        return self.motion.fps

    @cached_property
    def window(self) -> slice:
        """Its frames."""
        first = max(0, int(np.ceil(self.start_s * self.fps - 1e-6)))
        stop = min(len(self.motion), int(np.floor(self.end_s * self.fps + 1e-6)) + 1)
        return slice(min(first, max(stop - 2, 0)), max(stop, 2))

    @cached_property
    def time_s(self) -> np.ndarray:
        return np.arange(self.window.start, self.window.stop)[: len(self.motion) - self.window.start] / self.fps

    @cached_property
    def phase(self) -> np.ndarray:
        """Beats since the first downbeat of the stretch."""
        return self.grid.phase(self.time_s)

    @property
    def beats(self) -> float:
        """How many beats the stretch lasts."""
        return float(self.phase[-1] - self.phase[0])

    @cached_property
    def _world(self) -> tuple[np.ndarray, np.ndarray]:
        local = rotations.rotvec_to_matrix(self.motion.poses[self.window])
        return kinematics.forward(local, self.motion.translation[self.window].astype(np.float64))

    @property
    def joints(self) -> np.ndarray:
        """(frames, 24, 3) world."""
        return self._world[0]

    @property
    def turns(self) -> np.ndarray:
        """(frames, 24, 3, 3) world orientations."""
        return self._world[1]

    @cached_property
    def heading(self) -> np.ndarray:
        """(frames,) radians, unwrapped, positive to the left."""
        return heading_of(self.turns[:, 0])

    @cached_property
    def facing(self) -> np.ndarray:
        """(frames,) the heading smoothed over about a second."""
        return gaussian_filter1d(self.heading, _FACING_S * self.fps, mode="nearest")

    def at(self, name: str) -> np.ndarray:
        """(frames, 3) a joint in the world."""
        return self.joints[:, INDEX[name]]

    def flat(self, offset: np.ndarray) -> np.ndarray:
        """World vectors (frames, 3) along the dancer's left, up, ahead."""
        return turned(offset, -self.facing)

    def wrist(self, side: str, joint: str = "wrist") -> np.ndarray:
        """(frames, 3) arm lengths from the shoulder before the chest: outwards, up, ahead."""
        away = self.at(f"{side}_{joint}") - self.at(f"{side}_shoulder")
        local = np.einsum("fji,fj->fi", self.turns[:, INDEX["spine3"]], away) / ARM_M
        return local * np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])

    def apart(self, joint: str) -> np.ndarray:
        """(frames,) metres from the right to the left joint along the chest; negative when crossed."""
        across = self.turns[:, INDEX["spine3"], :, 0]
        return ((self.at(f"left_{joint}") - self.at(f"right_{joint}")) * across).sum(-1)

    def relative(self, joint: str, to: str) -> np.ndarray:
        """(frames, 3) radians of a joint over another: forwards, to the left about the vertical, over to the right."""
        between = np.swapaxes(self.turns[:, INDEX[to]], -1, -2) @ self.turns[:, INDEX[joint]]
        return rotations.matrix_to_rotvec(between)

    def in_frame(self, names: Iterable[str], of: str) -> np.ndarray:
        """(frames, n, 3) joints in the axes of another joint."""
        columns = [INDEX[name] for name in names]
        away = self.joints[:, columns] - self.joints[:, INDEX[of], None]
        return np.einsum("fji,fnj->fni", self.turns[:, INDEX[of]], away)

    def amplitude(self, curve: np.ndarray, periods: Sequence[float]) -> float:
        """Half the swing of a curve that repeats every so many beats; the largest over several periods."""
        return max(float(np.hypot(*self.harmonic(curve, period))) for period in periods)

    def harmonic(self, curve: np.ndarray, period: float) -> tuple[float, float]:
        """Cosine and sine parts of a curve at a period in beats: the cosine is high on beats 0, period ..."""
        turn = 2 * np.pi * self.phase / period
        rows = np.stack([np.cos(turn), np.sin(turn), np.ones(len(turn)), turn - turn.mean()], axis=-1)
        found = np.linalg.lstsq(rows, curve, rcond=None)[0]
        return float(found[0]), float(found[1])


def gained(before: View, after: View, curve: Callable[[View], np.ndarray], period: float) -> float:
    """How far a curve now swings every so many beats that it did not before: half the swing, 0 when nothing changed."""
    old, new = np.array(before.harmonic(curve(before), period)), np.array(after.harmonic(curve(after), period))
    return float(min(np.linalg.norm(new), np.linalg.norm(new - old)))


def turned(vectors: np.ndarray, angle: np.ndarray | float) -> np.ndarray:
    """World vectors (frames, 3) turned about the vertical by radians, from +z towards +x."""
    sine, cosine = np.sin(angle), np.cos(angle)
    x, z = vectors[..., 0], vectors[..., 2]
    return np.stack([cosine * x + sine * z, vectors[..., 1], cosine * z - sine * x], axis=-1)


def q(values: np.ndarray, percent: float) -> float:
    """A percentile."""
    return float(np.percentile(values, percent))


def cm(metres: float) -> str:
    """Metres as whole centimetres."""
    return f"{abs(metres) * 100:.0f} cm"


def degrees(radians: float) -> str:
    """Radians as whole degrees."""
    return f"{abs(np.degrees(radians)):.0f} degrees"


def share(before: float, after: float, target: float, *, least: float) -> float:
    """How far a number went from before towards a target; the way counts as at least `least`.

    Worked case: from 2 to 5 with target 8 is 0.5.
    """
    way = target - before
    sign = 1.0 if target >= 0 and way >= 0 else (-1.0 if way < 0 else 1.0)
    return sign * (after - before) / max(abs(way), least)
