"""What the pose networks see of a figure, frame by frame: bones as its own facing sees them, how sure each point is,
where it is, how it goes, and which feet stand.

A state is (252,) float32: 60 bones x 3 axes in metres of the suite's own body, whoever danced (the pelvis's is spare
and stays 0), 60 confidences, and 12 columns of `PLACES`. Turning with the figure lets one code serve every camera.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded
from scipy.ndimage import gaussian_filter1d

from demos.corpus.keypoints import MIRROR_PLACES, PARTS, PLACE
from demos.motion.vector import FPS
from demos.video.pose_bones import POINTS, bones_of, of_length, places_of, usual_lengths

BONES = slice(0, 3 * POINTS)
SURE = slice(3 * POINTS, 4 * POINTS)
PLACES = slice(4 * POINTS, 4 * POINTS + 12)
STATE = PLACES.stop
X, Z, HEIGHT, AHEAD, ASIDE, COSINE, SINE, TURN = range(PLACES.start, PLACES.start + 8)
"""Metres from the middle of the picture, to the right and towards the viewer; height of the pelvis above the floor;
speed ahead and to the figure's left, m/s; cosine and sine of the facing; rad/s."""
STANDING = slice(PLACES.stop - 4, PLACES.stop)
FEET = tuple(PLACE[f"{side}_{point}"] for side in ("left", "right") for point in ("heel", "toe"))
"""In the order of STANDING."""
PART_NAMES = tuple(PARTS)

_STANDING_M, _STANDING_M_S = 0.07, 0.35
_STEADY_FRAMES = 3.0
_FACING_FRAMES = 2.5
_PELVIS_FRAMES = 2.0
PATH_TRUST, FEET_TRUST = 6.0, 40.0
"""How much steps count against places: those that are told, and those of feet that stand."""
_SOLE_M = 0.022  # FEET of the suite's body above the floor on which it stands
_HEIGHT_FRAMES = 1.5


@dataclass(frozen=True, eq=False)
class Path:
    """Where a figure is: places (frames, 3) metres of its pelvis, y above the floor; facing (frames,) radians, 0
    towards the viewer, growing to the right of the picture."""

    places: np.ndarray
    facing: np.ndarray


def part_columns() -> list[np.ndarray]:
    """For each part the columns of a state that it has: its bones, its confidences; the places go with the legs."""
    found = []
    for name, part in PARTS.items():
        points = np.arange(part.start, part.stop)
        columns = [*(3 * points[:, None] + np.arange(3)).ravel(), *(SURE.start + points)]
        if name == "lower":
            columns += range(PLACES.start, PLACES.stop)
        found.append(np.array(columns))
    return found


def states_of(space: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """Places (frames, 60, 3) metres above a floor at 0, and confidences (frames, 60) -> states (frames, 252) float32.

    Metres are of the size of the suite's body; bones of other lengths are brought to its own.
    """
    space = np.asarray(space, np.float64)
    facing = facing_of(space, sure)
    bones = of_length(bones_of(turned(space, -facing)), usual_lengths())
    pelvis = gaussian_filter1d(space[:, PLACE["pelvis"]], _PELVIS_FRAMES, axis=0, mode="nearest")
    way = turned(np.gradient(pelvis, axis=0)[:, None] if len(space) > 1 else np.zeros_like(pelvis)[:, None], -facing)
    states = np.zeros((len(space), STATE), np.float32)
    states[:, BONES] = bones.reshape(len(space), -1)
    states[:, SURE] = sure
    states[:, X], states[:, Z], states[:, HEIGHT] = pelvis[:, 0], pelvis[:, 2], pelvis[:, 1]
    states[:, AHEAD], states[:, ASIDE] = FPS * way[:, 0, 2], FPS * way[:, 0, 0]
    states[:, COSINE], states[:, SINE] = np.cos(facing), np.sin(facing)
    states[:, TURN] = FPS * np.gradient(facing) if len(space) > 1 else 0
    states[:, STANDING] = standing(space)
    return states


def facing_of(space: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """(frames,) radians, without leaps: across hips and shoulders, steadied by what is seen best."""
    across = np.zeros((len(space), 2))
    for joint in ("hip", "shoulder"):
        left, right = PLACE[f"left_{joint}"], PLACE[f"right_{joint}"]
        weight = sure[:, left] * sure[:, right] + 1e-3
        across += weight[:, None] * (space[:, left] - space[:, right])[:, [0, 2]]
    across = gaussian_filter1d(across, _FACING_FRAMES, axis=0, mode="nearest")
    return np.unwrap(np.arctan2(-across[:, 1], across[:, 0]))


def turned(points: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """(frames, n, 3) turned about the vertical by (frames,) radians, from the viewer (+z) towards the right (+x)."""
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    return np.stack([cos * x + sin * z, y, cos * z - sin * x], axis=-1)


def standing(space: np.ndarray) -> np.ndarray:
    """(frames, 4) 0 or 1: which of FEET stand on the floor, low and slow."""
    feet = gaussian_filter1d(space[:, FEET], _STEADY_FRAMES, axis=0, mode="nearest")
    speed = np.linalg.norm(np.gradient(feet, axis=0), axis=-1) * FPS if len(feet) > 1 else np.zeros(feet.shape[:2])
    return ((feet[..., 1] < _STANDING_M) & (speed < _STANDING_M_S)).astype(np.float32)


def mirrored(states: np.ndarray) -> np.ndarray:
    """The same dance in a mirror."""
    found = states.copy()
    bones = states[:, BONES].reshape(len(states), POINTS, 3)[:, MIRROR_PLACES] * np.array([-1, 1, 1], np.float32)
    found[:, BONES] = bones.reshape(len(states), -1)
    found[:, SURE] = states[:, SURE][:, MIRROR_PLACES]
    for column in (X, ASIDE, SINE, TURN):
        found[:, column] = -states[:, column]
    found[:, STANDING] = states[:, STANDING][:, [2, 3, 0, 1]]
    return found


def figure_places(states: np.ndarray, lengths: np.ndarray, facing: np.ndarray) -> np.ndarray:
    """(frames, 60, 3) from the pelvis, of a figure with bones of these lengths (60,), facing (frames,)."""
    bones = of_length(states[:, BONES].reshape(len(states), POINTS, 3).astype(np.float64), lengths)
    return turned(places_of(bones), facing)


def path_of(states: np.ndarray, lengths: np.ndarray, *, start: tuple[float, float, float] | None = None) -> Path:
    """Where the figure of states goes: between where they say it is and how its feet push it.

    lengths : (60,) of its bones in any unit; speeds and places, which are the suite's body's metres, are scaled by its
    legs. start : x, z (in the lengths' unit) and facing of the first frame, instead of what states say: all is moved.
    """
    states = np.asarray(states, np.float64)
    scale = leg_length(lengths) / leg_length(usual_lengths())
    facing = np.unwrap(np.arctan2(states[:, SINE], states[:, COSINE]))
    rate = 0.5 * (states[1:, TURN] + states[:-1, TURN]) / FPS
    facing = between(facing[:, None], rate[:, None])[:, 0]
    if start is not None:
        facing = facing - facing[0] + start[2]
    figure = figure_places(states, lengths, facing)
    speed = np.stack([states[:, ASIDE], np.zeros(len(states)), states[:, AHEAD]], axis=-1)[:, None]
    told = scale * turned(speed, facing)[:, 0] / FPS
    steps, stood = _steps(figure, states[:, STANDING], 0.5 * (told[1:] + told[:-1]))
    wished = scale * states[:, [X, HEIGHT, Z]]
    if start is not None:
        wished[:, [0, 2]] += np.array([start[0], start[1]]) - wished[0, [0, 2]]
    level = np.column_stack([wished[:, 0], np.zeros(len(states)), wished[:, 2]])
    places = between(level, steps * [1, 0, 1], PATH_TRUST + (FEET_TRUST - PATH_TRUST) * stood)
    places[:, 1] = _heights(figure, states[:, STANDING], wished[:, 1], sole(lengths))
    if start is not None:
        places[:, [0, 2]] += np.array([start[0], start[1]]) - places[0, [0, 2]]
    return Path(places, facing)


def leg_length(lengths: np.ndarray) -> float:
    """Thigh and shin, mean of both sides."""
    names = [f"{side}_{joint}" for side in ("left", "right") for joint in ("knee", "ankle")]
    return float(sum(lengths[PLACE[name]] for name in names)) / 2


def between(places: np.ndarray, steps: np.ndarray, trust: np.ndarray | float = PATH_TRUST) -> np.ndarray:
    """The least-squares path (frames, axes) near places whose differences are near steps (frames - 1, axes).

    trust : in all steps or each (frames - 1,): how much it counts against places, for speeds over a tenth of a second.
    """
    count = len(places)
    if count < 2:
        return places.copy()
    weight = np.broadcast_to((np.asarray(trust, np.float64) * FPS / 10) ** 2, (count - 1,))
    band = np.zeros((2, count))
    band[1] = 1.0
    band[1, :-1] += weight
    band[1, 1:] += weight
    band[0, 1:] = -weight
    right = places.astype(np.float64).copy()
    right[1:] += weight[:, None] * steps
    right[:-1] -= weight[:, None] * steps
    return solveh_banded(band, right)


def _steps(figure: np.ndarray, stands: np.ndarray, told: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(frames - 1, 3) how the pelvis goes: as standing feet that stay where they are push it, else as told; and
    (frames - 1,) how far it is feet that say so."""
    feet = figure[:, FEET]
    pushed = -(feet[1:] - feet[:-1])
    held = np.clip(np.minimum(stands[1:], stands[:-1]), 0, 1) ** 2
    total = held.sum(axis=1, keepdims=True)
    by_feet = (held[..., None] * pushed).sum(axis=1) / np.maximum(total, 1e-6)
    share = np.clip(held.max(axis=1, keepdims=True) * 1.5, 0, 1)
    return share * by_feet + (1 - share) * told, share[:, 0]


def sole(lengths: np.ndarray) -> float:
    """How far FEET of a figure with these bones (60,) are above the floor when they stand on it, in their unit."""
    return _SOLE_M * leg_length(lengths) / leg_length(usual_lengths())


def _heights(figure: np.ndarray, stands: np.ndarray, told: np.ndarray, clear: float) -> np.ndarray:
    """(frames,) of the pelvis above the floor: on its standing feet, else as told."""
    lowest = clear - figure[:, FEET, 1].min(axis=1)
    stood = np.clip(1.5 * stands.max(axis=1), 0, 1)
    height = stood * lowest + (1 - stood) * np.maximum(told, lowest)
    return gaussian_filter1d(height, _HEIGHT_FRAMES, mode="nearest")
