"""Moves that any shape can do in time with beats: what training shows, each with what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX
from demos.video.muse_pose import BEND, FPS, LIMB, STATE, WHOLE, smoothstep
from demos.video.muse_shape import LIMBS, Shape

MOVES = (
    "sway", "rock", "bounce", "jump", "shake", "nod", "spin", "twist", "ripple", "wiggle", "arms", "march", "slide",
    "stretch", "lean", "still", "dance",
)  # fmt: skip
AMPLITUDES = {"gentle": 0.5, "normal": 1.0, "wild": 1.75}
TEMPI = {"slow": 2.0, "normal": 1.0, "fast": 0.5}
"""Beats from one extreme to the next, or of one hop, against a move's usual ones."""
TURNING = ("spin", "lean", "nod", "arms")
"""Moves that may be asked to one side. Left and right are the picture's."""
STEADY = ("lean", "still", "dance")
"""Moves without a tempo of their own."""
SIZELESS = ("still", "spin", "dance")
"""Moves without an amplitude of their own."""
_FASTEST_HZ = 5.0
_SHARES = np.array([0.3, 0.22, 0.18, 0.16, 0.14])
"""How much of a bend each stretch of the axis takes."""


@dataclass(frozen=True)
class Ask:
    """What words ask for. move : of MOVES, then perhaps a second one at once. amplitude : of AMPLITUDES. tempo : of
    TEMPI. side : left, right or both (no side)."""

    move: str
    also: str = ""
    amplitude: str = "normal"
    tempo: str = "normal"
    side: str = "both"


@dataclass(frozen=True, eq=False)
class Clock:
    """Music as moves follow it. beat : (frames,) beats since some downbeat. energy : (frames,) 0 to 1, how loud it is
    against the rest of the song. beat_s : seconds a beat."""

    beat: np.ndarray
    energy: np.ndarray
    beat_s: float


def perform(
    ask: Ask, shape: Shape, clock: Clock, rng: np.random.Generator, *, dance: np.ndarray | None = None
) -> np.ndarray:
    """States (frames, 35) of what is asked for. dance : (frames, 35) of a real dance for the move "dance"."""
    states = np.zeros((len(clock.beat), STATE))
    loud = 0.75 + 0.5 * clock.energy
    size = AMPLITUDES[ask.amplitude] * float(rng.uniform(0.88, 1.12)) * loud
    _MADE[ask.move](states, _Told(ask, shape, clock, size, TEMPI[ask.tempo], rng, dance))
    if ask.also:
        second = np.zeros_like(states)
        _MADE[ask.also](second, _Told(ask, shape, clock, 0.8 * size, TEMPI[ask.tempo], rng, dance))
        states = states + second
    if ask.move not in ("still", "bounce", "jump", "dance"):
        # Nothing alive is quite stiff: a little give on every beat.
        states[:, WHOLE["squash"]] -= 0.025 * loud * (0.5 + 0.5 * np.cos(2 * np.pi * clock.beat))
    return states


@dataclass(frozen=True, eq=False)
class _Told:
    ask: Ask
    shape: Shape
    clock: Clock
    size: np.ndarray
    period: float
    rng: np.random.Generator
    dance: np.ndarray | None

    @property
    def side(self) -> int:
        """1 left, -1 right; drawn where neither was asked for."""
        return {"left": 1, "right": -1}.get(self.ask.side) or int(self.rng.choice([-1, 1]))

    def swing(self, beats: float = 1.0, late: float = 0.0) -> np.ndarray:
        """Cosine that is at an extreme every so many beats."""
        return np.cos(np.pi * (self.clock.beat - late) / self.beats(beats))

    def pulse(self, beats: float = 1.0) -> np.ndarray:
        """1 on every so many beats, 0 between."""
        return 0.5 + 0.5 * np.cos(2 * np.pi * self.clock.beat / self.beats(beats))

    def beats(self, beats: float) -> float:
        """The move's own beats at the tempo asked for, no faster than can be seen."""
        wanted = beats * self.period
        while 1 / (2 * wanted * self.clock.beat_s) > _FASTEST_HZ:
            wanted *= 2
        return wanted


def _bend(states: np.ndarray, angle: np.ndarray) -> None:
    states[:, BEND] += angle[:, None] * _SHARES


def _sway(states: np.ndarray, told: _Told) -> None:
    way = told.swing() * told.rng.choice([-1, 1])
    _bend(states, 0.5 * told.size * way)
    states[:, WHOLE["x"]] -= 0.02 * told.size * way
    _trail(states, told, -0.12 * told.size * way)


def _rock(states: np.ndarray, told: _Told) -> None:
    way = told.swing() * told.rng.choice([-1, 1])
    states[:, WHOLE["tilt"]] += 0.26 * told.size * way
    states[:, WHOLE["y"]] += 0.015 * told.size * way**2


def _bounce(states: np.ndarray, told: _Told) -> None:
    down = told.pulse()
    states[:, WHOLE["squash"]] += told.size * (0.07 - 0.2 * down)
    _trail(states, told, 0.16 * told.size * (down - 0.5), mirrored=True)


def _jump(states: np.ndarray, told: _Told) -> None:
    beats = told.beats(1.0)
    share = (told.clock.beat / beats) % 1
    air = np.clip((share - 0.14) / 0.72, 0, 1)
    up = 4 * air * (1 - air)
    states[:, WHOLE["y"]] += 0.2 * told.size * up
    states[:, WHOLE["squash"]] += 0.1 * told.size * up - 0.16 * told.size * np.clip(1 - up * 2.5, 0, 1)
    _trail(states, told, -0.3 * told.size * (up - 0.5), mirrored=True)


def _shake(states: np.ndarray, told: _Told) -> None:
    way = told.swing(0.25)
    states[:, WHOLE["x"]] += 0.05 * told.size * way
    states[:, WHOLE["tilt"]] += 0.07 * told.size * told.swing(0.25, 0.1)


def _nod(states: np.ndarray, told: _Told) -> None:
    angle = told.side * 0.55 * told.size * told.pulse()
    states[:, BEND.start + 3] += 0.4 * angle
    states[:, BEND.start + 4] += 0.6 * angle
    states[:, WHOLE["squash"]] -= 0.03 * told.size * told.pulse()


def _spin(states: np.ndarray, told: _Told) -> None:
    turn = 2 * np.pi * told.side * told.clock.beat / told.beats(2.0)
    turn = turn - 0.45 * told.side * np.sin(told.side * turn)  # quick past the profile, at ease to the front
    states[:, WHOLE["cosine"]] += np.cos(turn) - 1
    states[:, WHOLE["sine"]] += np.sin(turn)


def _twist(states: np.ndarray, told: _Told) -> None:
    turn = np.clip(0.75 * told.size, 0, 1.35) * told.swing() * told.rng.choice([-1, 1])
    states[:, WHOLE["cosine"]] += np.cos(turn) - 1
    states[:, WHOLE["sine"]] += np.sin(turn)
    states[:, BEND.start + 4] += 0.08 * told.size * told.swing(late=0.2)


def _ripple(states: np.ndarray, told: _Told) -> None:
    for k in range(5):
        states[:, BEND.start + k] += 0.32 * told.size * told.swing(1.0, late=0.42 * k * told.beats(1.0))


def _wiggle(states: np.ndarray, told: _Told) -> None:
    slots = np.flatnonzero(told.shape.present)
    if len(slots) == 0:
        states[:, BEND.start + 2] += 0.2 * told.size * told.swing(0.5)
        states[:, BEND.start + 4] -= 0.28 * told.size * told.swing(0.5)
        return
    for rank, slot in enumerate(slots):
        own = told.swing(0.5, late=told.beats(0.5) * (rank % 2 + 0.25 * (rank // 2)))
        size = told.size * (0.24 if told.shape.held[slot] else 0.42)
        states[:, LIMB.start + 3 * slot] += size * own
        states[:, LIMB.start + 3 * slot + 1] += 0.5 * size * told.swing(0.5, late=told.beats(0.5) * (rank % 2) + 0.15)


def _arms(states: np.ndarray, told: _Told) -> None:
    free = free_limbs(told.shape, told.ask.side)
    if not free:  # what has no arms leans like waving grass
        _bend(
            states, 0.3 * told.size * told.swing() + 0.12 * told.size * {"left": 1, "right": -1}.get(told.ask.side, 0)
        )
        return
    for slot in free:
        outwards, gap = _up(told.shape, slot)
        lift = min(max(gap - 0.35, 0.1), 1.1)
        way = told.swing() if told.ask.side == "both" else told.swing(0.5)
        states[:, LIMB.start + 3 * slot] += outwards * (0.6 * lift * np.minimum(told.size, 1.3) + 0.4 * told.size * way)
        states[:, LIMB.start + 3 * slot + 1] += outwards * 0.3 * told.size * told.swing(late=0.25)


def _march(states: np.ndarray, told: _Told) -> None:
    beats = told.beats(1.0)
    step = np.sin(np.pi * told.clock.beat / beats)
    legs = np.flatnonzero(told.shape.present & told.shape.held)
    for rank, slot in enumerate(legs):
        up = np.clip(step if rank % 2 == 0 else -step, 0, 1)
        side = 1 if told.shape.limbs[slot, 2, 0] >= 0 else -1
        states[:, LIMB.start + 3 * slot] += side * 0.4 * told.size * up
        states[:, LIMB.start + 3 * slot + 1] -= side * 0.45 * told.size * up
        states[:, LIMB.start + 3 * slot + 2] -= 0.3 * told.size * up
    states[:, WHOLE["tilt"]] += 0.1 * told.size * step
    states[:, WHOLE["y"]] += 0.05 * told.size * np.abs(step)
    _trail(states, told, 0.25 * told.size * step)


def _slide(states: np.ndarray, told: _Told) -> None:
    way = told.swing(2.0) * told.rng.choice([-1, 1])
    states[:, WHOLE["x"]] += 0.24 * told.size * smoothstep(0.5 + 0.62 * way) * 2 - 0.24 * told.size
    _bend(states, 0.12 * told.size * told.swing(2.0, late=0.5))


def _stretch(states: np.ndarray, told: _Told) -> None:
    states[:, WHOLE["squash"]] += 0.28 * told.size * (1 - told.pulse(4.0)) - 0.04 * told.size
    _trail(states, told, 0.3 * told.size * (1 - told.pulse(4.0)), mirrored=True)


def _lean(states: np.ndarray, told: _Told) -> None:
    side = told.side
    _bend(states, side * told.size * (0.5 + 0.05 * told.swing()))
    states[:, WHOLE["x"]] -= side * 0.03 * told.size


def _still(states: np.ndarray, told: _Told) -> None:
    states[:, WHOLE["squash"]] += 0.006 * np.sin(np.pi * told.clock.beat / 4)


def _dance(states: np.ndarray, told: _Told) -> None:
    if told.dance is not None:
        states += told.dance
        return
    first, second = told.rng.choice(["sway", "bounce", "rock", "ripple", "twist"], 2, replace=False)
    for move, share in ((first, 0.8), (second, 0.5)):
        part = np.zeros_like(states)
        _MADE[move](part, _Told(told.ask, told.shape, told.clock, share * told.size, told.period, told.rng, None))
        states += part


def _trail(states: np.ndarray, told: _Told, angle: np.ndarray, *, mirrored: bool = False) -> None:
    """Free limbs go with what the body does."""
    for slot in np.flatnonzero(told.shape.present & ~told.shape.held):
        outwards, _ = _up(told.shape, slot)
        states[:, LIMB.start + 3 * slot] += angle * (outwards if mirrored else 1)


def free_limbs(shape: Shape, side: str = "both") -> list[int]:
    """Slots of limbs off the ground, of a side of the picture; where that side has none, all of them."""
    free = [int(slot) for slot in np.flatnonzero(shape.present & ~shape.held)]
    wanted = [slot for slot in free if side == "both" or (slot < LIMBS // 2) == (side == "left")]
    return wanted or free


def _up(shape: Shape, slot: int) -> tuple[int, float]:
    """The sign of swings that raise a limb, and how far it hangs from straight up, radians."""
    way = shape.limbs[slot, 2] - shape.limbs[slot, 0]
    return (1 if way[0] > 0 else -1), float(abs(np.arctan2(way[0], way[1])))


_MADE: dict[str, Callable[[np.ndarray, _Told], None]] = {
    "sway": _sway, "rock": _rock, "bounce": _bounce, "jump": _jump, "shake": _shake, "nod": _nod, "spin": _spin,
    "twist": _twist, "ripple": _ripple, "wiggle": _wiggle, "arms": _arms, "march": _march, "slide": _slide,
    "stretch": _stretch, "lean": _lean, "still": _still, "dance": _dance,
}  # fmt: skip


# ---------------------------------------------------------------- real dances

_BONES = {
    ("arm", "left"): ("left_shoulder", "left_elbow", "left_wrist"),
    ("arm", "right"): ("right_shoulder", "right_elbow", "right_wrist"),
    ("leg", "left"): ("left_hip", "left_knee", "left_ankle"),
    ("leg", "right"): ("right_hip", "right_knee", "right_ankle"),
}


def from_dance(motion: Motion, shape: Shape) -> np.ndarray:
    """A real dance seen from the front, as states (frames, 35) of a shape: trunk to axis, arms and legs to limbs.

    A dancer who faces the viewer has the left hand on the picture's right.
    """
    joints = motion.at(np.arange(round(len(motion) / motion.fps * FPS)) / FPS, FPS).joints
    flat = joints[..., :2].astype(np.float64)
    states = np.zeros((len(flat), STATE))
    pelvis, neck, head = (flat[:, INDEX[name]] for name in ("pelvis", "neck", "head"))
    lean = _angle(neck - pelvis, np.array([0.0, 1.0]))
    nod = np.clip(_angle(head - neck, np.array([0.0, 1.0])) - lean, -0.6, 0.6)
    states[:, BEND.start : BEND.start + 4] = np.clip(lean, -0.7, 0.7)[:, None] * 0.25
    states[:, BEND.stop - 1] = nod
    floor = flat[:, [INDEX[name] for name in ("left_foot", "right_foot")], 1].min(axis=1)
    tall = np.median(np.linalg.norm(head - pelvis, axis=1)) / 0.34
    states[:, WHOLE["x"]] = np.clip((pelvis[:, 0] - np.median(pelvis[:, 0])) / tall * 0.5, -0.3, 0.3)
    states[:, WHOLE["y"]] = np.clip((floor - np.percentile(floor, 20)) / tall, 0, 0.3)
    high = (pelvis[:, 1] - np.percentile(floor, 20)) / tall - states[:, WHOLE["y"]]
    states[:, WHOLE["squash"]] = np.clip(1.1 * (high / np.percentile(high, 90) - 1), -0.35, 0.1)
    hips = joints[:, INDEX["left_hip"]] - joints[:, INDEX["right_hip"]]
    turn = np.arctan2(-hips[:, 2], hips[:, 0])
    states[:, WHOLE["cosine"]], states[:, WHOLE["sine"]] = np.cos(turn) - 1, np.sin(turn)
    for slot in np.flatnonzero(shape.present):
        kind = "leg" if shape.held[slot] else "arm"
        side = "right" if slot < LIMBS // 2 else "left"
        a, b, c = (flat[:, INDEX[name]] for name in _BONES[kind, side])
        limb = shape.limbs[slot].astype(np.float64)
        rest = np.array([0.0, -1.0])
        swing = _angle(b - a, rest) - lean
        bend = _angle(c - b, b - a)
        first = _angle((limb[1] - limb[0])[None], rest)[0] if kind == "arm" else 0.0
        share = 0.8 if kind == "arm" else 0.6
        swing = (swing + np.pi) % (2 * np.pi) - np.pi
        states[:, LIMB.start + 3 * slot] = np.clip(share * (_smooth_turn(swing) - (0.5 * first)), -1.6, 1.6)
        states[:, LIMB.start + 3 * slot + 1] = np.clip(0.7 * bend, -1.2, 1.2)
    return states


def _angle(way: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Signed angles (n,) from base to way, radians, positive anticlockwise."""
    cross = base[..., 0] * way[..., 1] - base[..., 1] * way[..., 0]
    return np.arctan2(cross, (base * way).sum(axis=-1))


def _smooth_turn(angle: np.ndarray) -> np.ndarray:
    """Angles that do not jump by a whole turn, about zero."""
    turned = np.unwrap(angle)
    return turned - 2 * np.pi * np.round(np.median(turned) / (2 * np.pi))
