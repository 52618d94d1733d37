"""What the networks of this room are told beside the music: what of a dance may change, and how it comes and goes."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.layers.registry import KINDS as LAYERS
from demos.corpus.parts import PARTS
from demos.motion.vector import FPS, ROOT, ROTATIONS, WIDTH
from demos.nn.kinematics import GROUND_S

PART_NAMES = tuple(PARTS)
CYCLES = (8, 4, 2, 1, 0.5)
"""Beats after which what an edit lays into a dance may repeat."""
WHERE = len(PART_NAMES) + 2 * len(CYCLES) + 4 + 2
"""Columns of an edit's condition."""
CYCLIC = frozenset({"faster"})
"""Kinds that are back where the dance was every eight beats: a long one is several short ones."""
ONCE = frozenset({"turn"})
"""Kinds that happen once, at the beginning of a long stretch: the rest of it stays as it is."""
_LONG_S = 8.0
_HELD_POSE_S = 0.4  # held poses are no layer


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


def edit_counts(music: np.ndarray, start: int) -> np.ndarray:
    """Where each frame is in the edit's own counts of eight, four, two, one and a half -> (frames, 10) float32.

    music : (frames, 39) of music_condition. start : the frame at which the edit starts; its beat 0 is the first
    downbeat from there on, as where the corpus lays steps. Zeros for music without beats.
    """
    counts = np.zeros((len(music), 2 * len(CYCLES)), np.float32)
    beat, bar = (_unwound(music[:, column], music[:, column + 1]) for column in (35, 37))
    if beat is None:
        return counts
    first = min(max(start, 0), len(music) - 1)
    zero = np.ceil(beat[first] - 0.25)
    if bar is not None and bar[-1] > bar[0]:
        beats = (beat[-1] - beat[0]) / (bar[-1] - bar[0])
        zero = np.round(beat[first] + (np.ceil(bar[first] - 0.25 / beats) - bar[first]) * beats)
    for number, cycle in enumerate(CYCLES):
        angle = 2 * np.pi * (beat - zero) / cycle
        counts[:, 2 * number], counts[:, 2 * number + 1] = np.cos(angle), np.sin(angle)
    return counts


def _unwound(cosine: np.ndarray, sine: np.ndarray) -> np.ndarray | None:
    """How many rounds an angle has gone, None where there is none."""
    return np.unwrap(np.arctan2(sine, cosine)) / (2 * np.pi) if (cosine.any() or sine.any()) else None


def edit_ways(before: np.ndarray, start: int, stop: int) -> np.ndarray:
    """From each frame of a dance to where the edit starts, and to where it ends -> (frames, 4) float32: metres to the
    left and ahead, as the ground below the dance faces (kinematics.Ground).

    before : (frames, 151). A network that sees movement from that ground cannot else tell where the dance goes.
    """
    left, deviation = before[:, ROTATIONS][:, :3], GROUND_S * FPS
    facing = gaussian_filter1d(np.unwrap(np.arctan2(-left[:, 2], left[:, 0])), deviation, mode="nearest")[:, None]
    place = gaussian_filter1d(before[:, ROOT][:, [0, 2]], deviation, axis=0, mode="nearest")
    edges = place[np.clip([start, stop - 1], 0, len(before) - 1)]
    x, z = np.moveaxis(edges[None] - place[:, None], -1, 0)
    cos, sin = np.cos(facing), np.sin(facing)
    return np.concatenate([cos * x - sin * z, cos * z + sin * x], axis=1).astype(np.float32)


def edit_condition(mask: np.ndarray, music: np.ndarray, before: np.ndarray, start: int, stop: int) -> np.ndarray:
    """What may change, and there the counts, the ways to the start and the end, the time since the start and the time
    until the end: (frames, 6), (frames, 39), (frames, 151) -> (frames, 22) float32.

    Times are in 8 s, the longest edit in training, or, for a longer one, in its own length.
    """
    time = np.arange(len(mask))[:, None]
    times = np.concatenate([time - start, stop - time], axis=1) / max(_LONG_S * FPS, stop - start)
    inside = mask.max(axis=1, keepdims=True)
    told = np.concatenate([edit_counts(music, start), edit_ways(before, start, stop), times], axis=1)
    return np.concatenate([mask, told * inside], axis=1).astype(np.float32)


def blend_s(kind: str) -> float:
    """Seconds over which a kind of edit comes and goes: arms are led over sooner than steps."""
    layer = EDIT_KINDS[kind].layer
    return LAYERS[layer].blend_s if layer in LAYERS else _HELD_POSE_S
