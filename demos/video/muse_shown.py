"""What the page shows of a figure that moves as words ask: its control points, in the picture and beside the film."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from demos.runtime.errors import InputError
from demos.video import muse_pose, muse_shape
from demos.video.figure import Figure
from demos.video.muse_shape import CORE, SIDE_LIMBS, Shape

TEXTS = (
    "Sway gently", "Jump on every beat", "Nod, then spin", "Wave the arms wildly", "Bounce, shake wildly in the chorus",
    "March slowly",
)  # fmt: skip
_PARTS = ("root", "middle", "tip")


def names(shape: Shape) -> dict[str, int]:
    """Name -> row of the control points that are there; "left" and "right" are the picture's."""
    found = {f"axis_{k}": k for k in range(CORE)}
    for slot in np.flatnonzero(shape.present):
        side, rank = ("left", slot) if slot < SIDE_LIMBS else ("right", slot - SIDE_LIMBS)
        for k, part in enumerate(_PARTS):
            found[f"{side}_limb {rank + 1}_{part}"] = CORE + len(_PARTS) * int(slot) + k
    return found


def lines(shape: Shape) -> list[list[str]]:
    """What the control points' skeleton joins, by names."""
    known = names(shape)
    made = [[f"axis_{k}", f"axis_{k + 1}"] for k in range(CORE - 1)]
    for name in known:
        limb, _, part = name.rpartition("_")
        if part in _PARTS[:2]:
            made.append([name, f"{limb}_{_PARTS[_PARTS.index(part) + 1]}"])
    return made


def described(shape: Shape) -> str:
    """One sentence for people."""
    limbs, standing = int(shape.present.sum()), int((shape.present & shape.held).sum())
    said = {0: "no limbs: it moves as one soft piece", 1: "one limb"}.get(limbs, f"{limbs} limbs")
    return f"A body with {said}" + (f", {standing} on the ground." if standing else ".")


def finder_parts(figure: Figure) -> tuple[dict[str, Any], str]:
    """What the picture's panel shows instead of joints, and what to say about it."""
    try:
        shape = muse_shape.find(figure.alpha)
    except InputError as error:
        return {"points": {}, "lines": [], "fixed": True}, str(error)
    places = (shape.origin + shape.unit * shape.points * [1, -1]) / figure.size
    shown = {name: np.round(places[row], 4).tolist() for name, row in names(shape).items()}
    text = f"{described(shape)} Paint where the outline is off; what is bright will dance."
    return {"points": shown, "lines": lines(shape), "fixed": True}, text


def stick_value(shape: Shape, states: np.ndarray, fps: float) -> dict[str, Any]:
    """The control points that move beside the film: places in parts of 10,000 of a square, int16, little endian."""
    known = names(shape)
    flat = muse_pose.control_points(shape, states)[:, list(known.values())]
    low, high = flat.min(axis=(0, 1)), flat.max(axis=(0, 1))
    side = max(float((high - low).max()), 1e-3) * 1.14
    shown = (flat - (low + high) / 2) / side * [1, -1] + 0.5
    data = np.clip(np.round(shown * 10000), -32000, 32000).astype("<i2")
    return {
        "fps": fps, "frames": len(flat), "dancers": 1, "names": list(known), "lines": lines(shape),
        "head": f"axis_{CORE - 1}", "data": base64.b64encode(data.tobytes()).decode(),
    }  # fmt: skip
