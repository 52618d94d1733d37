"""The dancer in space: turns, jumps, travelling, staying in place."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.layers.carry import carry, standing
from demos.corpus.layers.curves import even, smooth
from demos.corpus.layers.footwork import LEFT, RIGHT, Step, Style, ground, lay, padded_time
from demos.corpus.layers.kind import Kind, Param
from demos.corpus.layers.workspace import Feet, Work
from demos.motion import rotations
from demos.motion.skeleton import INDEX, REST_OFFSETS

GRAVITY = 9.81
_FOOT_M = float(REST_OFFSETS[INDEX["left_foot"]][2])
_FASTEST = 1.0  # m/s of travelling: beyond it steps become leaps


def turn_windows(work: Work) -> list[tuple[float, float, int]]:
    """When the layer turns: start and end in seconds and whole turns in each, all inside its range."""
    count = max(1, round(work.params["count"] * work.strength))
    start_s, end_s = max(work.span_s[0], 0.0), min(work.span_s[1], work.motion.duration_s)
    beats, every = work.params["beats"], work.params["every"]
    begin = 0.0
    last = float(work.grid.phase(np.array([end_s]))[0])
    if last - begin < min(beats, 2.0):
        begin = float(work.grid.phase(np.array([start_s]))[0])
    if every <= beats or count == 1:
        spans = [(begin, min(begin + beats * count, last), count)]
    else:
        spans = [(begin + every * i, begin + every * i + beats, 1) for i in range(count)]
        if spans[-1][1] > last:
            scale = (last - begin) / (spans[-1][1] - begin)
            spans = [(begin + (a - begin) * scale, begin + (b - begin) * scale, 1) for a, b, _ in spans]
    return [(float(work.grid.time_s(a)), float(work.grid.time_s(b)), n) for a, b, n in spans]


def _turn(work: Work) -> None:
    windows = turn_windows(work)
    sign = 1.0 if work.params["way"] == "left" else -1.0
    blend = 0.8
    time = work.time_s
    inside = [smooth(np.minimum((time - a + blend) / blend, (b + blend - time) / blend)) for a, b, _ in windows]
    work.envelope = np.minimum(work.envelope, np.max(inside, axis=0))

    def angle(at_s: np.ndarray) -> np.ndarray:
        return sign * 2 * np.pi * np.sum([n * even((at_s - a) / (b - a)) for a, b, n in windows], axis=0)

    beats_a_turn = min((b - a) / n for a, b, n in windows) / work.grid.beat_s
    pace = 1.0 if beats_a_turn >= 6 else 0.5
    first, second = (LEFT, RIGHT) if sign < 0 else (RIGHT, LEFT)
    side = {LEFT: 0.085, RIGHT: -0.085}
    steps = [Step(0, first, side[first], swing=0.9 * pace, lift=0.07),
             Step(pace, second, side[second], swing=0.9 * pace, lift=0.07)]  # fmt: skip
    strength, work.strength = work.strength, 1.0
    lay(work, steps, 2 * pace, ground(work, turn=angle), Style(dip=0.01, roll=0.04, over=0.45))
    work.strength = strength


def landings(work: Work) -> list[float]:
    """Seconds at which the layer's jumps land: on beats, with room before and after."""
    start_s, end_s = max(work.span_s[0], 0.0), min(work.span_s[1], work.motion.duration_s)
    every = work.params["every"]
    before, after = _jump_times(work.params["height"] * work.strength)[3:]
    places = np.arange(-4, np.ceil((end_s - start_s) / work.grid.beat_s) + 4, every)
    times = work.grid.time_s(places)
    fits = times[(times - before >= start_s - 0.4) & (times + after <= end_s + 0.4) & (times > start_s)]
    fits = fits[(fits > 0.05) & (fits < work.motion.duration_s - 0.05)]
    if len(fits):
        return [float(time) for time in fits]
    middle = 0.5 * (start_s + end_s) + 0.2
    beat = work.grid.time_s(np.round(work.grid.phase(np.array([middle]))))
    return [float(beat[0])] if start_s < beat[0] < end_s else [middle]


def _jump_times(height: float) -> tuple[float, float, float, float, float]:
    """Take-off speed, flight, push time, seconds a jump takes before its landing, and after."""
    speed = np.sqrt(2 * GRAVITY * height)
    flight = 2 * speed / GRAVITY
    push = 2 * _dip(height) / speed
    return float(speed), float(flight), float(push), float(flight + push + 0.30), float(push + 0.42)


def _dip(height: float) -> float:
    """Metres of knee bend before and after a jump of a height."""
    return 0.06 + 0.45 * height


def jump_curve(time_s: np.ndarray, land_s: float, height: float) -> tuple[np.ndarray, np.ndarray]:
    """Pelvis offset and how far the feet leave the floor, both (frames,) metres, of one jump.

    Knees bend, push at a steady force, the body flies as thrown, and the knees take it up at a steady force.
    """
    speed, flight, push, _, _ = _jump_times(height)
    dip = _dip(height)
    since = time_s - (land_s - flight)
    up = np.zeros(len(time_s))
    prepare = smooth((since + push + 0.30) / 0.30)
    pushed = np.clip((since + push) / push, 0.0, 1.0)
    up = np.where(since < 0, -dip * prepare + dip * pushed**2, up)
    flying = (since >= 0) & (since <= flight)
    up = np.where(flying, speed * since - 0.5 * GRAVITY * since**2, up)
    after = since - flight
    taken = np.clip(after / push, 0.0, 1.0)
    recover = smooth((after - push) / 0.42)
    up = np.where(after > 0, (-dip * (1 - (1 - taken) ** 2)) * (1 - recover), up)
    lift = np.where(flying, np.maximum(up, 0.0), 0.0)
    return up, lift


def _jump(work: Work) -> None:
    height = work.params["height"] * work.strength
    times = landings(work)
    if len(times) > 1:
        # Jumps close together are lower: there is no time to fly.
        room = float(np.diff(times).min()) - 0.25
        height = min(height, GRAVITY * max(room, 0.12) ** 2 / 8)
    up, lift = np.zeros(len(work.time_s)), np.zeros(len(work.time_s))
    for land_s in times:
        one, feet_up = jump_curve(work.time_s, land_s, height)
        up = np.where(np.abs(one) > np.abs(up), one, up)
        lift = np.maximum(lift, feet_up)
    # Ankles and soles give: no landing stops a body within a frame.
    up, lift = (gaussian_filter1d(curve, 0.03 * work.fps, mode="nearest") * work.envelope for curve in (up, lift))
    bow = np.clip(-up, 0.0, None)
    work.move_pelvis(
        np.stack([0 * up, up, -0.25 * bow], axis=-1), np.stack([0.7 * bow, 0 * up, 0 * up], axis=-1), upright=0.3
    )
    feet = work.source_feet
    # The feet leave the floor toes last: as far as they are up, they point.
    point = np.arcsin(np.clip(0.55 * lift / _FOOT_M, 0.0, np.sin(0.65)))
    tip = rotations.rotvec_to_matrix(np.stack([point, 0 * point, 0 * point], axis=-1))
    for foot in (0, 1):
        feet.turns[:, foot] = feet.turns[:, foot] @ tip
        feet.ankles[:, foot, 1] += lift * 1.04
    work.feet = feet


_WAYS = {"forward": (0.0, 1.0), "back": (0.0, -1.0), "left": (1.0, 0.0), "right": (-1.0, 0.0)}


def _travel(work: Work) -> None:
    start_s, end_s = max(work.span_s[0], 0.0), min(work.span_s[1], work.motion.duration_s)
    length = end_s - start_s
    time = padded_time(work)
    u = (time - start_s) / length
    to = work.params["to"]
    if to == "circle":
        around = min(work.params["distance"], _FASTEST * length * 0.7) * work.strength
        radius = around / (2 * np.pi)
        angle = 2 * np.pi * even(u)
        path = radius * np.stack([1 - np.cos(angle), np.sin(angle)], axis=-1)
    else:
        way = length if work.to_end else length / 2
        far = min(work.params["distance"], _FASTEST * way * 0.7) * work.strength
        # After the layer the dance goes on where it was, so the way back belongs to it.
        share = even(u) if work.to_end else even(2 * u) - even(2 * u - 1)
        path = far * share[:, None] * np.array(_WAYS[to])
    strength, work.strength = work.strength, 1.0
    steps = [Step(0, LEFT, 0.085, swing=0.85, lift=0.07), Step(1, RIGHT, -0.085, swing=0.85, lift=0.07)]
    lay(work, steps, 2.0, ground(work, path=path), Style(dip=0.015, roll=0.06, twist=0.08, over=0.5))
    work.strength = strength


def _stay(work: Work) -> None:
    path = gaussian_filter1d(work.source_root[:, [0, 2]], 0.6 * work.fps, axis=0, mode="nearest")
    inside = np.flatnonzero(work.envelope > 0.5)
    begin, end = inside[0], inside[-1]
    share = np.clip((np.arange(len(path)) - begin) / max(end - begin, 1), 0, 1)[:, None]
    # What comes after must fit: then the straight way from start to end is kept, and only the rest of the way goes.
    line = path[begin] + (0.0 if work.to_end else share) * (path[end] - path[begin])
    if work.from_start and not work.to_end:
        line = np.broadcast_to(path[end], path.shape)
    shift = np.zeros_like(work.source_root)
    shift[:, [0, 2]] = work.weight[:, None] * (line - path)
    work.root = work.root + shift
    source = work.source_feet
    free = Feet(source.ankles + shift[:, None], source.turns)
    work.feet = carry(work, source, free, standing(work.motion)[work.first : work.stop])


_LOWER = ("legs", "root")

KINDS = (
    Kind("turn", "root", "Whole turns on the spot to the left or right, stepping round on the beat.", _LOWER, _turn,
         needed=_LOWER, blend_s=0.8, footwork=True,
         params={"way": Param("left", choices=("left", "right")), "count": Param(1, 1, 16, unit="turns", whole=True),
                 "beats": Param(4.0, 1.0, 16.0, unit="beats a turn"),
                 "every": Param(0.0, 0.0, 64.0, unit="beats from one to the next; 0: without a stop")}),
    Kind("jump", "root", "Jumps that land on the beat: knees bend, the body flies, knees take it up.",
         ("legs", "root", "torso"), _jump, needed=_LOWER,
         params={"height": Param(0.22, 0.05, 0.45, unit="m"), "every": Param(4.0, 1.0, 32.0, unit="beats")}),
    Kind("travel", "root", "Walking steps that carry the dance forwards, back, to a side (and back again where more of "
         "the dance follows) or round in a circle.", _LOWER, _travel, needed=_LOWER, blend_s=0.8, footwork=True,
         opposite="stay", params={"to": Param("forward", choices=("forward", "back", "left", "right", "circle")),
                                  "distance": Param(2.0, 0.2, 8.0, unit="m")}),
    Kind("stay", "root", "The dance kept on the spot: its way across the floor taken out.", _LOWER, _stay,
         needed=_LOWER, opposite="travel", blend_s=0.8),
)  # fmt: skip
