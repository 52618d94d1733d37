"""All kinds of layers by name, and how one is laid over a motion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demos.corpus.layers import arm_styles, arms, dynamics, groove, root, steps, timing, torso
from demos.corpus.layers.curves import beat_grid
from demos.corpus.layers.kind import Kind, Layer
from demos.corpus.layers.workspace import close_work, open_work
from demos.corpus.parts import expand
from demos.motion.motion import Motion
from demos.runtime.errors import InputError

KINDS: dict[str, Kind] = {
    kind.name: kind
    for family in (arms, arm_styles, torso, groove, steps, root, timing, dynamics)
    for kind in family.KINDS
}
"""Name -> kind; the order is that of the families."""


def apply(
    motion: Motion,
    layer: Layer,
    *,
    beats: Sequence[float] | np.ndarray = (),
    downbeats: Sequence[float] | np.ndarray = (),
) -> Motion:
    """The motion with a layer laid over it.

    Bit-equal outside [start_s - blend_s, end_s + blend_s] of the layer's kind and, everywhere, in all joints but those
    of the layer's parts. Strength 0 gives the motion itself. The same input always gives the same result.

    beats, downbeats : seconds on the motion's clock; carried on steadily where there are none (120 a minute).

    Raises
    ------
    InputError for an unknown kind, part or parameter, or a range or strength that is none.
    """
    kind = KINDS.get(layer.kind)
    if kind is None:
        raise InputError(f'There is no layer "{layer.kind}": choose from {", ".join(KINDS)}.')
    if not (np.isfinite(layer.start_s) and np.isfinite(layer.end_s) and layer.end_s > layer.start_s):
        raise InputError(f"A layer cannot last from {layer.start_s} to {layer.end_s} s: its end must be later.")
    if not 0 <= layer.strength <= 1:
        raise InputError(f"A layer's strength is {layer.strength}: give a number from 0 (none) to 1 (full).")
    parts, values = kind.touched(tuple(layer.parts)), kind.values(layer.params)
    if layer.strength == 0:
        return motion
    if kind.chain:
        for name, params in kind.chain:
            motion = _link(motion, layer, parts, name, params, beats, downbeats)
        return motion
    assert kind.build is not None
    span = (max(layer.start_s, -kind.blend_s), min(layer.end_s, motion.duration_s + kind.blend_s))
    grid = beat_grid(np.asarray(beats), np.asarray(downbeats), max(span[0], 0.0), span[1])
    work = open_work(motion, span, kind.blend_s, layer.strength, parts, values, grid)
    if work is None:
        return motion
    kind.build(work)
    return close_work(work)


def _link(motion, layer: Layer, parts: frozenset[str], name: str, params, beats, downbeats) -> Motion:
    """One kind of a chain, on those of the layer's parts that it can change."""
    own = parts & expand(KINDS[name].parts)
    if not own or expand(KINDS[name].needed) - own:
        return motion
    link = Layer(name, layer.start_s, layer.end_s, tuple(sorted(own)), layer.strength, params)
    return apply(motion, link, beats=beats, downbeats=downbeats)
