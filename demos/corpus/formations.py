"""Formations: how two dancers stand to one another, who waits for whom, and how a dance is divided among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.runtime.errors import InputError

CLOSENESS = ("hold", "open", "apart")
"""Hands held where the form allows; near, hands free; room between."""
_LONGEST_SWAY = 4  # counts: in so many at most, who waits goes back along the dance and comes again ...
_SWAY = 0.35  # ... by this share of them: as fast as one dances, or it would look like standing about
_EASE_S = 0.1  # over which waiting begins and ends
_CHANGE_S = 0.75  # sigma of a change of formation


@dataclass(frozen=True)
class Form:
    """One way to dance together.

    mirrored : the follow dances to the other side. facing : 0 both to the front .. 1 to one another.
    apart_m : between the two, for each closeness in order. behind_m : how far the follow stands behind.
    delay : counts by which the follow comes later; "bar" a whole bar; 0 together. orbit : half turns about one another
    in sixteen counts. hold : hands may be held. near : the closenesses that choose it.
    """

    name: str
    mirrored: bool
    facing: float
    apart_m: tuple[float, float, float]
    behind_m: float = 0.0
    delay: int | str = 0
    orbit: int = 0
    hold: bool = False
    near: tuple[str, ...] = CLOSENESS


FORMS = {
    form.name: form
    for form in (
        Form("side", False, 0.0, (0.95, 1.2, 1.7)),
        Form("mirror", True, 0.0, (0.9, 1.25, 1.8), hold=True),
        Form("facing", True, 0.85, (0.85, 1.2, 1.8), hold=True),
        Form("canon", False, 0.0, (1.1, 1.3, 1.8), delay=2, near=("open", "apart")),
        Form("answer", True, 0.6, (1.1, 1.35, 1.9), delay="bar", near=("open", "apart")),
        Form("orbit", False, 0.9, (0.85, 1.2, 1.7), orbit=1, hold=True),
        Form("shadow", False, 0.0, (0.5, 0.6, 0.8), behind_m=0.95, near=("open", "apart")),
    )
}
"""The forms by name: unison side by side, its mirror image, mirror face to face, canon, call and response, going round
one another, and one behind the other."""


@dataclass(frozen=True)
class Segment:
    """A stretch of counts danced in one form: from count start to stop, counted from the start of the grid."""

    form: Form
    start: int
    stop: int


def find_form(name: str) -> Form:
    """A form by its name; InputError for one that is not there."""
    if name not in FORMS:
        raise InputError(f'There is no way to dance together called "{name}"; choose from {", ".join(FORMS)}.')
    return FORMS[name]


def check_closeness(closeness: str) -> str:
    """InputError unless it is one of CLOSENESS."""
    if closeness not in CLOSENESS:
        raise InputError(f'Closeness is {", ".join(CLOSENESS[:-1])} or {CLOSENESS[-1]}, not "{closeness}".')
    return closeness


def plan_segments(
    bars: int, bar: int, closeness: str, rng: np.random.Generator, forms: Sequence[str] = (), first: int = 0
) -> list[Segment]:
    """A form for every sixteen counts or so: the given ones in turn, or drawn, none twice in a row.

    bars of `bar` counts each; `first` bars of them before the first whole eight-count.
    """
    given = [find_form(name) for name in forms]
    known = [form for form in FORMS.values() if closeness in form.near]
    length = 8 if bar <= 2 else 4 if bar <= 4 else 2  # bars
    edges = [0, *range(first + length, bars, length), bars]
    if len(edges) > 2 and edges[-1] - edges[-2] < 2:
        del edges[-2]
    segments: list[Segment] = []
    for index, (start, stop) in enumerate(pairwise(edges)):
        if given:
            form = given[index % len(given)]
        else:
            used = [segment.form.name for segment in segments]
            share = np.array([0.0 if used[-1:] == [f.name] else 0.4 ** used.count(f.name) for f in known])
            form = known[int(rng.choice(len(known), p=share / share.sum()))]
        segments.append(Segment(form, start * bar, stop * bar))
    return segments


def timelines(segments: Sequence[Segment], counts: np.ndarray, bar: int, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Where in the common dance lead and follow are at every frame -> two (frames,) positions in counts.

    counts : (frames,) rising positions on the grid. In canon and answer the follow waits first and the lead last, so
    that both leave together; who waits dances the last moment back and again.
    """
    places = [counts.copy(), counts.copy()]
    lag = 0
    for segment in segments:
        delay = bar if segment.form.delay == "bar" else int(segment.form.delay)
        inside = (counts >= segment.start) & (counts < segment.stop)
        after = counts >= segment.stop
        span = segment.stop - segment.start
        places[0][inside] = places[1][inside] = counts[inside] - lag
        if delay and span >= 2 * delay:
            period = 2 * delay if segment.form.delay == "bar" else span  # an answer follows every call
            for turn in range(span // period):
                begin = segment.start + turn * period
                end = segment.stop if turn + 1 == span // period else begin + period
                now = (counts >= begin) & (counts < end)
                places[0][now] = places[1][now] = counts[now] - lag
                _wait(places[1], counts, begin, delay, lag, end)
                _wait(places[0], counts, end - delay, delay, lag, end)
                lag += delay
        places[0][after] = places[1][after] = counts[after] - lag
    return tuple(gaussian_filter1d(place, _EASE_S * fps, mode="nearest") for place in places)  # pyright: ignore


def _wait(place: np.ndarray, counts: np.ndarray, begin: float, delay: int, lag: int, end: float) -> None:
    """Go back the way a little and come again for `delay` counts, then go on with as much more lag, up to `end`."""
    waiting = (counts >= begin) & (counts < begin + delay)
    later = (counts >= begin + delay) & (counts < end)
    since = counts[waiting] - begin
    period = delay / np.ceil(delay / _LONGEST_SWAY)
    back = 0.5 * _SWAY * period * (1 - np.cos(2 * np.pi * since / period))
    here = begin - lag
    place[waiting] = here - back if here - _SWAY * period >= counts[0] else here + back  # nothing is before the start
    place[later] = counts[later] - lag - delay


@dataclass(frozen=True, eq=False)
class Slots:
    """Where each dancer belongs. place (2, frames, 2) metres x, z; heading (2, frames) radians, 0 to the front."""

    place: np.ndarray
    heading: np.ndarray


def slots(segments: Sequence[Segment], counts: np.ndarray, closeness: str, fps: float) -> Slots:
    """The dancers' slots about the origin at every frame, going smoothly from form to form.

    Lead and follow are always opposite one another about the origin, so they never meet on the way.
    """
    level = CLOSENESS.index(closeness)
    shape = len(counts)
    apart, behind, facing, turn = (np.zeros(shape) for _ in range(4))
    angle = 0.0
    for segment in segments:
        inside = (counts >= segment.start) & (counts <= segment.stop)
        form = segment.form
        apart[inside], behind[inside], facing[inside] = form.apart_m[level], form.behind_m, form.facing
        share = (counts - segment.start - 1) / max(segment.stop - segment.start - 2, 1)
        whole = np.pi * form.orbit * max(round((segment.stop - segment.start) / 16), 1)
        turn[inside] = angle + whole * np.clip(share[inside], 0, 1)
        angle += whole
        turn[counts > segment.stop] = angle
        for values in (apart, behind, facing):
            values[counts > segment.stop] = values[np.flatnonzero(inside)[-1]] if inside.any() else 0.0
    apart, behind, facing, turn = (
        gaussian_filter1d(values, _CHANGE_S * fps, mode="nearest") for values in (apart, behind, facing, turn)
    )
    line = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    offset = 0.5 * (apart[:, None] * line - behind[:, None] * [0.0, 1.0])
    way = offset / np.maximum(np.linalg.norm(offset, axis=-1, keepdims=True), 1e-6)
    headings = []
    for sign in (1.0, -1.0):
        look = (1 - facing)[:, None] * [0.0, 1.0] + sign * facing[:, None] * way
        headings.append(np.arctan2(look[:, 0], look[:, 1]))
    return Slots(np.stack([-offset, offset]), np.unwrap(np.stack(headings), axis=1))
