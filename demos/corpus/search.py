"""The search: a beam of plans that grow bar by bar over the music, and the cheapest of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from demos.corpus.counts import CountGrid, Section, repeats_of, wanted_energy
from demos.corpus.motion_graph import MotionGraph
from demos.corpus.styles import Style
from demos.corpus.units import Units
from demos.runtime.errors import InputError

JOIN_M = 0.1  # cost of a join that counts as 1
WORST_JOIN_M = 0.34
FRESH_A_MINUTE = 14
"""Source trials that a dance looks for, a minute. Partners of one trial count once."""

BEAM = 48
_BRANCHES = 10
_SAME_LAST = 3  # hypotheses kept that end with the same phrase

# Weights, in units of a fair join; those of a stretch are per four counts.
_ENERGY = 1.6
_SEEN = 1.8
_SEEN_SHARE = 1 / 18  # of the dance that a usual clip may have before it costs; see _allowances
_LEAST_SHARE, _MOST_SHARE = 0.6, 1.5  # of _SEEN_SHARE, for the shortest and most distant, the longest and nearest
_OWN_SHARE, _MOST_OWN = 0.35, 0.14  # of the dance that all clips, and each, of the style's own family may always have
_MOST_OF_ONE, _TOO_MUCH = 0.22, 20.0  # share of the dance that no clip passes without need, repeats counted; its cost
_FRESH = 3.5  # reward of a trial not danced yet, while there are fewer than FRESH_A_MINUTE
_BEHIND = 0.6  # by which it grows for each trial that the dance is short of by now, at most to two and a half times
_LONG_RUN = 1.2  # for every two seconds over _RUN_S
_RUN_S = 4.0
_FRONT = 0.8
_STAGE = 2.5
_REPEAT = 2.2
_ACROSS = 1.5  # an eight-count that straddles two of the music's
_LONGEST_RUN_COUNTS = 16
_FORBIDDEN = 30.0


@dataclass(eq=False)
class Path:
    """A hypothesis of the search."""

    cost: float
    last: int
    slot: int
    parent: Path | None
    join_m: float
    repeats: int | None  # the slot that this one repeats
    run_counts: int
    heading: float
    place: np.ndarray
    seen_s: np.ndarray  # seconds by clip
    banned: np.ndarray  # (units,) bool
    chosen: dict[int, int] = field(default_factory=dict)  # slot -> unit that starts there


@dataclass(frozen=True, eq=False)
class _Task:
    """What every step of a search looks up. seen_s and allowances go by clip, size and length_s by unit."""

    graph: MotionGraph
    units: Units
    counts: CountGrid
    style: Style
    repeats: dict[int, tuple[int, bool]]
    size: np.ndarray  # bars
    length_s: np.ndarray
    allowed_s: np.ndarray
    most_s: float  # of one clip
    trial: np.ndarray  # (clips,) number of the trial
    fresh: float  # trials looked for


def search(
    graph: MotionGraph,
    units: Units,
    counts: CountGrid,
    style: Style,
    seconds: float,
    sections: Sequence[Section],
    rng: np.random.Generator,
) -> Path:
    """The cheapest path found over all bars."""
    wanted = wanted_energy(counts, sections, rng)
    size = units.counts // counts.bar
    task = _Task(
        graph=graph,
        units=units,
        counts=counts,
        style=style,
        repeats=repeats_of(counts, sections),
        size=size,
        length_s=units.counts * counts.count_s,
        allowed_s=_allowances(graph, style, seconds, counts.count_s),
        most_s=max(_MOST_OF_ONE * seconds, 12 * counts.count_s),
        trial=np.unique([clip.trial for clip in graph.clips], return_inverse=True)[1],
        fresh=FRESH_A_MINUTE * seconds / 60,
    )
    even = (-counts.first // counts.bar) % 2
    root = Path(
        0.0, -1, 0, None, 0.0, None, 0, 0.0, np.zeros(2), np.zeros(len(graph.clips)), np.zeros(len(units), bool)
    )
    pools: list[list[Path]] = [[] for _ in range(counts.slots + 3)]
    pools[0] = [root]
    for slot in range(counts.slots):
        level = np.stack([wanted[np.minimum(slot + np.arange(k), counts.slots - 1)].mean() for k in range(1, 3)])
        shared_cost = units.base + _ENERGY * units.counts / 4 * np.abs(units.energy - level[np.minimum(size, 2) - 1])
        shared_cost = shared_cost + _LONG_RUN * np.maximum(task.length_s - _RUN_S, 0) / 2
        if (slot - even) % 2:  # an eight-count across two eight-counts blurs the phrase
            shared_cost = shared_cost + _ACROSS * (size == 2)
        for path in _prune(pools[slot]):
            _expand(task, path, slot, shared_cost, pools)
        pools[slot] = []
    done = [path for pool in pools[counts.slots :] for path in pool]
    if not done:
        raise InputError("The phrases cannot be joined into a dance of this tempo; add dances or change the style.")
    return min(done, key=lambda path: path.cost)


def _allowances(graph: MotionGraph, style: Style, seconds: float, count_s: float) -> np.ndarray:
    """(clips,) seconds of the dance that each clip may have before it costs: more for long clips of the style's own."""
    # The root: a clip ten times as long is not ten times as varied.
    usual = np.array([style.weights[clip.genre] * np.sqrt(clip.usable.sum()) for clip in graph.clips])
    usual /= usual.mean()
    share = _SEEN_SHARE * np.clip(usual, _LEAST_SHARE, _MOST_SHARE)
    own = np.array([style.weights[clip.genre] == 1 for clip in graph.clips])
    if own.any():  # a family of two trials would be a guest at its own dance
        share[own] = np.maximum(share[own], min(_OWN_SHARE / own.sum(), _MOST_OWN))
    return np.maximum(share * seconds, 4.0 * count_s)


def _prune(pool: list[Path]) -> list[Path]:
    kept: list[Path] = []
    times: dict[int, int] = {}
    for path in sorted(pool, key=lambda path: path.cost):
        if times.get(path.last, 0) < _SAME_LAST:
            times[path.last] = times.get(path.last, 0) + 1
            kept.append(path)
            if len(kept) == BEAM:
                break
    return kept


def _expand(task: _Task, path: Path, slot: int, shared_cost: np.ndarray, pools: list[list[Path]]) -> None:
    """Put the best continuations of one hypothesis into the pools of the bars where they end."""
    units, counts, length_s = task.units, task.counts, task.length_s
    join = np.zeros(len(units))
    follows = np.zeros(len(units), bool)
    cost = shared_cost + path.cost
    if path.last >= 0:
        end = int(units.end[path.last])
        join = task.graph.cost_from(end)[units.start]
        follows = units.start == end
        join = np.where(follows, 0.0, join)
        cost = cost + (join / JOIN_M) ** 1.5 + np.where(join > WORST_JOIN_M, 20.0, 0.0)
        over = np.maximum((path.run_counts + units.counts) * counts.count_s - _RUN_S, 0) / 2
        cost = cost + follows * (_LONG_RUN * over + 50.0 * (path.run_counts + units.counts > _LONGEST_RUN_COUNTS))
    allowed = task.allowed_s[units.clip]
    seen = path.seen_s[units.clip] / allowed
    cost = cost + _SEEN * ((seen + length_s / allowed) ** 2 - seen**2)
    too_much = path.seen_s[units.clip] + length_s > task.most_s
    cost = cost + _TOO_MUCH * too_much
    seen_trials = np.bincount(task.trial, path.seen_s) > 0
    short = task.fresh * (slot + 1) / counts.slots - seen_trials.sum()
    bonus = _FRESH * float(np.clip(1 + _BEHIND * short, 1, 2.5)) if seen_trials.sum() < task.fresh else 0.0
    cost = cost - bonus * ~seen_trials[task.trial[units.clip]]
    heading = path.heading + units.turn
    sine, cosine = np.sin(path.heading), np.cos(path.heading)
    x = path.place[0] + cosine * units.moved[:, 0] + sine * units.moved[:, 1]
    z = path.place[1] + cosine * units.moved[:, 1] - sine * units.moved[:, 0]
    cost = cost + _FRONT * (1 - np.cos(heading))
    cost = cost + _STAGE * np.maximum(np.hypot(x, z) - task.style.travel_m, 0) ** 2
    cost = np.where(path.banned, cost + _FORBIDDEN, cost)
    motif, earlier = -1, None
    if slot in task.repeats:
        earlier, flip = task.repeats[slot]
        unit = path.chosen.get(earlier, -1)
        if unit >= 0 and not too_much[unit]:
            motif = units.mirror(unit) if flip else unit
            cost[motif] -= _REPEAT * units.counts[motif] / 4 + _FORBIDDEN * path.banned[motif] + bonus
    best = np.argpartition(cost, _BRANCHES)[:_BRANCHES] if len(cost) > _BRANCHES else np.arange(len(cost))
    options = set(best.tolist()) | ({motif} if motif >= 0 else set())
    for unit in sorted(options):
        seen_s = path.seen_s.copy()
        seen_s[units.clip[unit]] += length_s[unit]
        pools[slot + int(task.size[unit])].append(
            Path(
                cost=float(cost[unit]),
                last=unit,
                slot=slot,
                parent=path,
                join_m=float(join[unit]),
                repeats=earlier if unit == motif else None,
                run_counts=int(units.counts[unit]) + (path.run_counts if follows[unit] else 0),
                heading=float(heading[unit]),
                place=np.array([x[unit], z[unit]]),
                seen_s=seen_s,
                banned=path.banned | units.novelty.like(unit),
                chosen={**path.chosen, slot: unit},
            )
        )
