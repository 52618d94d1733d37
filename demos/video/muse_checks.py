"""Whether a motion does what was asked: measured on the motion alone - which move, how large, how fast, which side."""

from __future__ import annotations

import numpy as np

from demos.video.muse_moves import AMPLITUDES, SIZELESS, TEMPI, Ask
from demos.video.muse_pose import BEND, FPS, LIMB, WHOLE
from demos.video.muse_shape import LIMBS, Shape

RIVALS = (
    ("sway", "ripple", "nod", "lean"), ("spin", "twist"), ("bounce", "jump", "stretch"),
    ("rock", "shake", "slide", "march"), ("wiggle", "arms"),
)  # fmt: skip
"""Moves that one would take for one another: the one asked for must be the largest of its group."""
LEAST, ELSEWHERE = 0.3, 0.45
"""A move is there from this share of its usual size (at the amplitude asked for), and of the largest other one."""
SMALL, LARGE = 0.75, 1.28
"""Of the usual size: below it is gentle, above it is wild."""
PERIODS = {
    "sway": 2, "rock": 2, "bounce": 1, "jump": 1, "shake": 0.5, "nod": 1, "spin": 2, "twist": 2, "ripple": 2,
    "wiggle": 1, "arms": 2, "march": 2, "slide": 4, "stretch": 4,
}  # fmt: skip
"""Beats of one round of a move at normal tempo."""


def follows(ask: Ask, states: np.ndarray, shape: Shape, beat: np.ndarray) -> dict[str, bool]:
    """What of an ask a motion (frames, 35) does: move, also, amplitude, tempo, side - those that were asked for.

    beat : (frames,) beats since a downbeat.
    """
    sizes = strengths(states, shape, beat)
    found = {"move": _there(ask.move, ask, sizes, shape)}
    if ask.also:
        found["also"] = sizes.get(ask.also, 0.0) > LEAST * 0.6 * AMPLITUDES[ask.amplitude]
    if ask.amplitude != "normal" and ask.move not in SIZELESS:
        size = sizes[ask.move]
        found["amplitude"] = size < SMALL if ask.amplitude == "gentle" else size > LARGE
    if ask.tempo != "normal" and ask.move in PERIODS:
        found["tempo"] = tempo_of(ask.move, states, shape, beat) == ask.tempo
    if ask.side != "both":
        found["side"] = _side(ask, states, shape) == ask.side
    return found


def strengths(states: np.ndarray, shape: Shape, beat: np.ndarray) -> dict[str, float]:
    """How large each move is in a motion, 1 at its normal amplitude."""
    bends = states[:, BEND]
    total = bends.sum(axis=1)
    shares = np.array([0.3, 0.22, 0.18, 0.16, 0.14])
    off = bends - total[:, None] * shares
    head = bends[:, 3:].sum(axis=1) - bends[:, :3].sum(axis=1) * (0.3 / 0.7)
    x, y, tilt, squash = (states[:, WHOLE[name]] for name in ("x", "y", "tilt", "squash"))
    turn = turned(states)
    beats = max(float(beat[-1] - beat[0]), 1e-3)
    slow = _smooth(squash, 1.2 * FPS * _beat_s(beat))
    quick = x - _smooth(x, 0.6 * FPS * _beat_s(beat))
    swings = states[:, LIMB].reshape(len(states), LIMBS, 3)[..., 0]
    free, held = np.flatnonzero(shape.present & ~shape.held), np.flatnonzero(shape.present & shape.held)
    outwards = np.where(shape.limbs[:, 2, 0] > shape.limbs[:, 0, 0], 1, -1)
    net = abs(turn[-1] - turn[0])
    trunk = _range(bends[:, :2].sum(axis=1))
    sizes = {
        "sway": (_range(total) - 0.8 * _range(off[:, 4])) / 1.0,
        "ripple": float(np.mean([_range(off[:, k]) for k in (0, 2, 4)])) / 0.5,
        "nod": _range(head) / 0.55 * (1.0 if trunk < 0.5 * _range(bends[:, 3:].sum(axis=1)) else 0.3),
        "lean": abs(float(np.mean(total))) / 0.5 * (1.0 if abs(np.mean(total)) > 0.8 * _range(total) else 0.3),
        "spin": net / (np.pi * beats),
        "twist": 0.0 if net > 4.5 else _range(turn) / 1.5,
        "bounce": _range(squash - slow) / 0.2 * (1.0 if np.percentile(y, 95) < 0.05 else 0.3),
        "jump": float(np.percentile(y, 95)) / 0.18,
        "stretch": _range(slow) / 0.25,
        "rock": _range(tilt) / 0.52,
        "shake": float(np.std(quick[8:-8])) / 0.033,
        "slide": _range(_smooth(x, 0.5 * FPS * _beat_s(beat))) / 0.45,
        "march": _range(tilt) / 0.2 * min(1.0, _range(y) / 0.03) if len(held) == 0 else _legs(swings[:, held]),
        "wiggle": _apart(swings, free, held) if shape.present.any() else _range(bends[:, 2] - bends[:, 4]) / 0.9,
        "arms": _range(total) / 0.6 if len(free) == 0 else _raised(swings[:, free] * outwards[free]),
    }  # fmt: skip
    sizes["any"] = activity(states)
    return {name: float(value) for name, value in sizes.items()}


def activity(states: np.ndarray) -> float:
    """How much moves at all: the mean range of shift, lift, tilt, squash, turn, bend and limbs."""
    limbs = states[:, LIMB]
    parts = [_range(states[:, k]) for k in range(4)] + [0.3 * _range(states[:, 4]), _range(states[:, BEND].sum(axis=1))]
    return float(np.mean(parts) + 0.15 * np.mean([_range(limbs[:, k]) for k in range(limbs.shape[1])]))


def turned(states: np.ndarray) -> np.ndarray:
    """(frames,) radians about the upright axis, whole turns counted."""
    return np.unwrap(np.arctan2(states[:, WHOLE["sine"]], 1 + states[:, WHOLE["cosine"]]))


def tempo_of(move: str, states: np.ndarray, shape: Shape, beat: np.ndarray) -> str:
    """slow, normal or fast: the tempo whose period explains most of a move's own numbers."""
    if move == "spin":
        turn = turned(states)
        rounds = abs(turn[-1] - turn[0]) / (np.pi * max(float(beat[-1] - beat[0]), 1e-3))
        return min(TEMPI, key=lambda name: abs(np.log(max(rounds, 1e-3) * TEMPI[name])))
    series = _series(move, states, shape)
    series = series - np.polyval(np.polyfit(beat, series, 1), beat)
    energy = {}
    for name, factor in TEMPI.items():
        period = PERIODS[move] * factor
        while 1 / (period * _beat_s(beat)) > 5.0:  # no faster than moves are made
            period *= 2
        waves = np.stack([f(2 * np.pi * beat / period) for f in (np.sin, np.cos)], axis=1)
        fit = waves @ np.linalg.lstsq(waves, series, rcond=None)[0]
        energy[name] = float((fit**2).sum())
    return max(energy, key=lambda name: energy[name])


def _series(move: str, states: np.ndarray, shape: Shape) -> np.ndarray:
    bends = states[:, BEND]
    swings = states[:, LIMB].reshape(len(states), LIMBS, 3)[..., 0]
    free = np.flatnonzero(shape.present & ~shape.held)
    outwards = np.where(shape.limbs[:, 2, 0] > shape.limbs[:, 0, 0], 1, -1)
    if move in ("rock", "march"):
        return states[:, WHOLE["tilt"]]
    if move in ("bounce", "stretch"):
        return states[:, WHOLE["squash"]]
    if move == "jump":
        return states[:, WHOLE["y"]]
    if move in ("slide", "shake"):
        return states[:, WHOLE["x"]]
    if move == "twist":
        return turned(states)
    if move == "nod":
        return bends[:, 3:].sum(axis=1)
    if move == "ripple":
        return bends[:, 2]
    if move == "wiggle" and shape.present.any():
        return swings[:, np.flatnonzero(shape.present)[0]]
    if move == "wiggle":
        return bends[:, 2] - bends[:, 4]
    if move == "arms" and len(free):
        return (swings[:, free] * outwards[free]).mean(axis=1)
    return bends.sum(axis=1)


def _there(move: str, ask: Ask, sizes: dict[str, float], shape: Shape) -> bool:
    if move == "still":
        return sizes["any"] < 0.03
    if move == "dance":
        return sizes["any"] > 0.03
    if move == "arms" and not (shape.present & ~shape.held).any():
        return max(sizes["sway"], sizes["lean"], sizes["arms"]) > LEAST
    wanted = LEAST * min(AMPLITUDES[ask.amplitude] if move not in SIZELESS else 1.0, 1.2)
    if move == "spin":
        wanted = 0.3
    own = sizes[move]
    rivals = [sizes[other] for group in RIVALS if move in group for other in group if other not in (move, ask.also)]
    others = [sizes[other] for group in RIVALS if move not in group for other in group if other != ask.also]
    return own > wanted and own > max(rivals, default=0.0) and own > ELSEWHERE * max(others)


def _side(ask: Ask, states: np.ndarray, shape: Shape) -> str:
    bends = states[:, BEND]
    if ask.move == "spin":
        turn = turned(states)
        return "left" if turn[-1] > turn[0] else "right"
    if ask.move == "arms":
        swings = states[:, LIMB].reshape(len(states), LIMBS, 3)[..., 0]
        free = shape.present & ~shape.held
        first = np.arange(LIMBS) < LIMBS // 2
        sides = [np.flatnonzero(free & first), np.flatnonzero(free & ~first)]
        if len(sides[0]) == 0 or len(sides[1]) == 0:
            return ask.side  # there is but one to choose
        left, right = (float(np.mean(np.abs(swings[:, own]))) for own in sides)
        return "left" if left > 1.5 * right else "right" if right > 1.5 * left else "both"
    lean = bends[:, 3:].sum(axis=1) if ask.move == "nod" else bends.sum(axis=1)
    return "left" if float(np.mean(lean)) > 0 else "right"


def _legs(swings: np.ndarray) -> float:
    return float(np.mean([_range(swings[:, k]) for k in range(swings.shape[1])])) / 0.4


def _apart(swings: np.ndarray, free: np.ndarray, held: np.ndarray) -> float:
    """How far limbs swing out of step with one another."""
    own = np.concatenate([free, held]).astype(int)
    moved = swings[:, own]
    quick = moved - moved.mean(axis=0)
    if len(own) > 1:
        quick = quick - quick.mean(axis=1, keepdims=True)
    usual = np.array([0.42] * len(free) + [0.24] * len(held)) * 2
    return float(np.mean([_range(quick[:, k]) / usual[k] for k in range(len(own))]))


def _raised(outwards: np.ndarray) -> float:
    """How high and how lively the liveliest half of the free limbs wave."""
    each = [abs(float(np.mean(outwards[:, k]))) + _range(outwards[:, k]) for k in range(outwards.shape[1])]
    sizes = sorted(each, reverse=True)
    best = sizes[: max(1, len(sizes) // 2)]
    return float(np.mean(best)) / 1.05


def _range(series: np.ndarray) -> float:
    low, high = np.percentile(series, [4, 96])
    return float(high - low)


def _beat_s(beat: np.ndarray) -> float:
    return (len(beat) - 1) / FPS / max(float(beat[-1] - beat[0]), 1e-3)


def _smooth(series: np.ndarray, frames: float) -> np.ndarray:
    width = int(np.clip(round(frames), 1, len(series) // 2))
    padded = np.pad(series, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.ones(width) / width, "valid")
