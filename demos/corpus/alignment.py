"""Putting a phrase's kinematic beats onto the beats of music: which beat goes where, by how much time is bent.

Given the kinematic beats of a clip and the seconds of one count, every start is tried with every end that a monotone
time warp within +-20 % brings onto a whole number of counts; inside, kinematic beats are anchored to counts or half
counts by dynamic programming.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from demos.corpus.motion_graph import MotionGraph

STRETCH = 1.2
"""No stretch of time between two anchors is played faster or slower than by this factor."""
MOST_ANCHORS = 20
ENDS = 2
_BENT = 8.0  # cost of a count whose time is bent by a factor e, squared
_MISSED = 0.35  # of a kinematic beat that falls on no half count
_HALF = 0.1  # of one on a half count
_HIT = 0.2  # reward of one on a count


@dataclass(frozen=True, eq=False)
class Fits:
    """Ways to dance stretches of clips over counts, one an entry (m of them).

    start, end : (m,) nodes of the graph. counts : (m,) how many. cost : (m,), lower is better, negative is good.
    hits : (m,) how many of the counts after the first have a kinematic beat on them.
    anchors_n : (m,) number of anchors; anchor_count (m, 20) half counts from the start, anchor_node (m, 20) nodes.
    """

    start: np.ndarray
    end: np.ndarray
    counts: np.ndarray
    cost: np.ndarray
    hits: np.ndarray
    anchors_n: np.ndarray
    anchor_count: np.ndarray
    anchor_node: np.ndarray

    def __len__(self) -> int:
        return len(self.start)


def fit_counts(graph: MotionGraph, count_s: float, lengths: tuple[int, ...], *, tightness: float = 1.0) -> Fits:
    """For each node and each length in counts the best fits that start there, with up to two different ends.

    tightness : 1 seeks out counts for the beats inside a phrase, 0 bends time only as far as its ends ask.
    """
    columns = [
        _fit(graph.time_s, graph.span, float(count_s), int(length), STRETCH, float(tightness)) for length in lengths
    ]
    keep = [column[1] >= 0 for column in columns]
    parts = [
        np.concatenate([column[index][kept] for column, kept in zip(columns, keep, strict=True)]) for index in range(7)
    ]
    counts = np.concatenate([np.full(kept.sum(), length) for kept, length in zip(keep, lengths, strict=True)])
    return Fits(parts[0], parts[1], counts, *parts[2:])


@numba.njit(cache=True)
def _fit(times, spans, count_s, length, stretch, tightness):
    nodes, grid, limit = len(times), 2 * length, np.log(stretch)
    room = nodes * ENDS
    start, end = np.arange(room) // ENDS, np.full(room, -1)
    cost, hits, anchors_n = np.full(room, np.inf), np.zeros(room, np.int64), np.zeros(room, np.int64)
    anchor_count = np.full((room, MOST_ANCHORS), -1)
    anchor_node = np.full((room, MOST_ANCHORS), -1)
    widest = 64
    best = np.empty((widest, grid + 1))
    from_node, from_grid = np.empty((widest, grid + 1), np.int64), np.empty((widest, grid + 1), np.int64)
    used = np.empty((widest, grid + 1), np.int64)
    for i in range(nodes):
        reach = 0
        while (
            reach + 1 < widest
            and i + reach + 1 < nodes
            and spans[i + reach + 1] == spans[i]
            and times[i + reach + 1] - times[i] <= length * count_s * stretch
        ):
            reach += 1
        if reach == 0:
            continue
        best[: reach + 1] = np.inf
        best[0, 0] = 0.0
        used[0, 0] = 1
        for a in range(1, reach + 1):
            for h in range(1, grid + 1):
                for b in range(a):
                    gap = times[i + a] - times[i + b]
                    for g in range(h):
                        if best[b, g] == np.inf or used[b, g] >= MOST_ANCHORS:
                            continue
                        bent = np.log((h - g) * 0.5 * count_s / gap)
                        if abs(bent) > limit:
                            continue
                        value = best[b, g] + _BENT * bent * bent * (h - g) * 0.5 + tightness * _MISSED * (a - b - 1)
                        value += tightness * (_HALF if h % 2 else -_HIT)
                        if value < best[a, h]:
                            best[a, h] = value
                            from_node[a, h], from_grid[a, h] = b, g
                            used[a, h] = used[b, g] + 1
        for place in range(ENDS):
            a = -1
            for candidate in range(1, reach + 1):
                if best[candidate, grid] < np.inf and (a < 0 or best[candidate, grid] < best[a, grid]):
                    a = candidate
            if a < 0:
                break
            entry, last = i * ENDS + place, a
            end[entry], cost[entry] = i + a, best[a, grid]
            h, n = grid, used[a, grid]
            anchors_n[entry] = n
            for k in range(n - 1, -1, -1):
                anchor_count[entry, k], anchor_node[entry, k] = h, i + a
                if k > 0 and h % 2 == 0:
                    hits[entry] += 1
                if k > 0:
                    a, h = from_node[a, h], from_grid[a, h]
            best[last, grid] = np.inf  # nothing leads on from the last count, so that only this end is struck out
    return start, end, cost, hits, anchors_n, anchor_count, anchor_node
