"""What the networks of this room are told beside the music: what of a dance may change, and how it comes and goes."""

from __future__ import annotations

import numpy as np

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.layers.registry import KINDS as LAYERS
from demos.corpus.parts import PARTS
from demos.motion.vector import WIDTH

PART_NAMES = tuple(PARTS)
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


def blend_s(kind: str) -> float:
    """Seconds over which a kind of edit comes and goes: arms are led over sooner than steps."""
    layer = EDIT_KINDS[kind].layer
    return LAYERS[layer].blend_s if layer in LAYERS else _HELD_POSE_S
