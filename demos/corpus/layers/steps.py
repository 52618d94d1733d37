"""Named steps, kicks and knee lifts as patterns for `footwork`, landing (or kicking) on the beat."""

from __future__ import annotations

from collections.abc import Callable

from demos.corpus.layers.footwork import LEFT, RIGHT, STANCE_M, Air, Step, Style, ground, lay
from demos.corpus.layers.kind import Kind, Param
from demos.corpus.layers.workspace import Work

_W = STANCE_M
Pattern = tuple[list[Step], float, Style]


def _march(work: Work) -> Pattern:
    air = (Air(-0.46, 0.0, 0.34, 0.12, 0.55),)
    steps = [
        Step(0, LEFT, _W, 0, swing=0.9, air=(_aside(air[0], _W),)),
        Step(1, RIGHT, -_W, 0, swing=0.9, air=(_aside(air[0], -_W),)),
    ]
    return steps, 2.0, Style(dip=0.02, roll=0.05, twist=0.10, over=0.65)


def _aside(air: Air, across: float) -> Air:
    return Air(air.beat, air.across + across, air.height, air.ahead, air.pitch, air.roll, air.peak)


def _step_touch(work: Work) -> Pattern:
    side = work.params["size"]
    steps = [
        Step(0, RIGHT, -side),
        Step(1, LEFT, -side + 0.17, 0.02, weight=False),
        Step(2, LEFT, side),
        Step(3, RIGHT, side - 0.17, 0.02, weight=False),
    ]
    return steps, 4.0, Style(dip=0.03, roll=0.08, over=0.70)


def _two_step(work: Work) -> Pattern:
    a = work.params["size"]
    steps = [
        Step(0, RIGHT, -_W - a), Step(1, LEFT, _W - a), Step(2, RIGHT, -_W - 2 * a),
        Step(3, LEFT, 0.07 - 2 * a, weight=False),
        Step(4, LEFT, _W - a), Step(5, RIGHT, -_W - a), Step(6, LEFT, _W), Step(7, RIGHT, -0.07, weight=False),
    ]  # fmt: skip
    return steps, 8.0, Style(dip=0.03, roll=0.08, over=0.70, centre=(-a, 0.0))


def _grapevine(work: Work) -> Pattern:
    a = work.params["size"]
    steps = [
        Step(0, RIGHT, -_W - a), Step(1, LEFT, -_W - 1.45 * a, -0.20), Step(2, RIGHT, -_W - 2.3 * a),
        Step(3, LEFT, 0.07 - 2.3 * a, 0.04, weight=False),
        Step(4, LEFT, _W - 1.3 * a), Step(5, RIGHT, _W - 0.85 * a, -0.20), Step(6, LEFT, _W),
        Step(7, RIGHT, -0.07, 0.04, weight=False),
    ]  # fmt: skip
    return steps, 8.0, Style(dip=0.02, roll=0.06, twist=0.12, over=0.72, centre=(-1.15 * a, -0.05))


def _box(work: Work) -> Pattern:
    a = work.params["size"]
    steps = [
        Step(0, LEFT, _W, a), Step(1, RIGHT, -_W - a, a), Step(2, LEFT, _W - a, a),
        Step(4, RIGHT, -_W - a, 0.0), Step(5, LEFT, _W, 0.0), Step(6, RIGHT, -_W, 0.0),
    ]  # fmt: skip
    return steps, 8.0, Style(dip=0.015, roll=0.05, over=0.75, centre=(-a / 2, a / 2))


def _cha_cha(work: Work) -> Pattern:
    a = work.params["size"]
    quick = 0.42
    steps = [
        Step(0, RIGHT, -_W, 0.0, swing=quick),
        Step(1, LEFT, _W - 0.03, a), Step(2, RIGHT, -_W, 0.0, swing=0.5, lift=0.035),
        Step(3, LEFT, _W + 0.45 * a, swing=0.6), Step(3.5, RIGHT, -_W + 0.55 * a, swing=quick, lift=0.03),
        Step(4, LEFT, _W + a, swing=quick),
        Step(5, RIGHT, -_W + a + 0.03, -a), Step(6, LEFT, _W + a, swing=0.5, lift=0.035),
        Step(7, RIGHT, -_W + 0.55 * a, swing=0.6), Step(7.5, LEFT, _W + 0.45 * a, swing=quick, lift=0.03),
    ]  # fmt: skip
    return steps, 8.0, Style(dip=0.01, roll=0.13, twist=0.12, over=0.75, centre=(a / 2, 0.0))


def _salsa(work: Work) -> Pattern:
    a = work.params["size"]
    steps = [
        Step(0, LEFT, _W - 0.03, a), Step(1, RIGHT, -_W, 0.0, swing=0.5, lift=0.03), Step(2, LEFT, _W, 0.0),
        Step(4, RIGHT, -_W + 0.03, -a), Step(5, LEFT, _W, 0.0, swing=0.5, lift=0.03), Step(6, RIGHT, -_W, 0.0),
    ]  # fmt: skip
    return steps, 8.0, Style(dip=0.008, roll=0.14, twist=0.14, over=0.78)


def _kicks(work: Work) -> Pattern:
    every = work.params["every"]
    high = work.params["height"]
    to = work.params["to"]
    steps = []
    for index, (foot, sign) in enumerate(((RIGHT, -1.0), (LEFT, 1.0))):
        # Off the floor, folded, out on the beat, folded again, down: at most half a beat or so each.
        span = min(0.5 * every, 0.9)
        land = span
        fold = Air(-land - 0.52 * span, sign * _W, 0.34, 0.16, 0.75)
        refold = Air(-0.48 * span, sign * _W, 0.30, 0.14, 0.6)
        if to == "front":
            reach = max(0.84**2 - (0.92 - high) ** 2, 0.1) ** 0.5
            out = Air(-land, sign * 0.06, high + 0.04, reach + 0.08, -0.95 * (high / 0.7), peak=True)
        else:
            reach = max(0.80**2 - (0.92 - high) ** 2, 0.1) ** 0.5
            out = Air(-land, sign * (_W + reach), high, 0.12, 0.15, sign * 1.05 * (high / 0.6), peak=True)
        steps.append(
            Step(index * every + land, foot, sign * _W * 0.8, swing=land + min(0.95 * span, every - span),
                 air=(fold, out, refold))
        )  # fmt: skip
    return steps, 2 * every, Style(dip=0.01, roll=0.05, over=0.92)


def _knees(work: Work) -> Pattern:
    every, high = work.params["every"], work.params["height"]
    steps = []
    for index, (foot, sign) in enumerate(((RIGHT, -1.0), (LEFT, 1.0))):
        span = min(0.5 * every, 0.9)
        top = Air(-span, sign * 0.09, high, 0.24, 0.75, peak=True)
        steps.append(
            Step(index * every + span, foot, sign * _W * 0.8, swing=span + min(0.95 * span, every - span), air=(top,))
        )
    return steps, 2 * every, Style(dip=-0.012, roll=0.04, over=0.92)


def _laid(pattern: Callable[[Work], Pattern]) -> Callable[[Work], None]:
    def build(work: Work) -> None:
        steps, period, style = pattern(work)
        lay(work, steps, period, ground(work), style)

    return build


def _kind(name: str, description: str, pattern: Callable[[Work], Pattern], **params: Param) -> Kind:
    return Kind(name, "legs", description, ("legs", "root"), _laid(pattern), params=params, needed=("legs", "root"),
                blend_s=0.8, footwork=True)  # fmt: skip


def _size(default: float, high: float) -> Param:
    return Param(default, 0.1, high, unit="m")


_EVERY = Param(2.0, 1.0, 8.0, unit="beats")

KINDS = (
    _kind("march", "Marching on the spot, a foot down on every beat.", _march),
    _kind("step_touch", "Step to the side and touch, right and left, a foot down on every beat.", _step_touch,
          size=_size(0.28, 0.45)),
    _kind("two_step", "Side, together, side, touch to the right and back.", _two_step, size=_size(0.36, 0.5)),
    _kind("grapevine", "Side, behind, side, touch to the right and back.", _grapevine, size=_size(0.38, 0.5)),
    _kind("box", "A box step: forwards, side, close; back, side, close.", _box, size=_size(0.36, 0.5)),
    _kind("cha_cha", "The cha-cha basic: rock forwards, cha-cha-cha to the side, rock back, cha-cha-cha.", _cha_cha,
          size=_size(0.30, 0.45)),
    _kind("salsa", "The salsa basic on one: forwards, in place, close, hold; back, in place, close, hold.", _salsa,
          size=_size(0.32, 0.5)),
    _kind("kick", "Kicks to the front or side instead of steps, right and left in turn, out on the beat.", _kicks,
          to=Param("front", choices=("front", "side")), every=_EVERY, height=Param(0.65, 0.2, 1.0, unit="m")),
    _kind("knee_lift", "Knees lifted instead of steps, right and left in turn, highest on the beat.", _knees,
          every=_EVERY, height=Param(0.52, 0.2, 0.7, unit="m")),
)  # fmt: skip
