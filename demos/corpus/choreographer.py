"""The choreographer: from a song's beats to a dance of any length, by a search over phrases of real dances.

A beam search lays phrases onto bars and eight-counts. It weighs how well each joins the last, how its kinematic beats
fall on the music's, how its energy fits the section, whether the clip has been seen, where it leaves the dancer; and
it repeats: an eight-count to the other side, a chorus as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from demos.corpus.alignment import Fits, fit_counts
from demos.corpus.assembly import Run, assemble
from demos.corpus.motion_graph import MotionGraph, build_graph
from demos.corpus.phrases import FPS, Phrase
from demos.corpus.styles import Style, find_style
from demos.motion.dance import Dance, Provenance
from demos.runtime.caches import ContentCache, shared
from demos.runtime.errors import InputError

SHORTEST_S, LONGEST_S = 3.0, 600.0
IDLE_SPEED = 0.24
"""m/s, mean over the joints and a second: what moves less does not get into a dance."""
STEPPING_SPEED = 0.3
"""m/s, mean over ankles and toes: who moves the feet less stands rooted, which costs."""
JOIN_M = 0.11  # cost of a join that counts as 1
WORST_JOIN_M = 0.34

GRAPHS_BYTES = 512 << 20  # of motion graphs kept in memory
BEAM = 48
_BRANCHES = 10
_SAME_LAST = 3  # hypotheses kept that end with the same phrase

# Weights of the search, in units of a fair join; those of a stretch are per four counts.
_ALIGN = 0.35
_ENERGY = 1.6
_FAMILY = 1.0
_SEEN = 1.1
_SEEN_SHARE = 1 / 18  # of the dance that one clip may have before it costs
_LONG_RUN = 1.2
_FRONT = 0.5
_STAGE = 2.5
_HELD = 2.5
_CHANCE = 0.9
_MOOD = 0.7  # the same for all phrases of a clip: today's favourites
_ROOTED = 2.0
_REPEAT = 2.2
_LONGEST_RUN_COUNTS = 16


class Section(Protocol):
    """One part of a song's form; demos.corpus.music's sections are such."""

    @property
    def label(self) -> str:
        """What repeats has the same label."""
        ...

    @property
    def start_s(self) -> float:
        """Seconds."""
        ...

    @property
    def end_s(self) -> float:
        """Seconds."""
        ...

    @property
    def energy(self) -> float:
        """0 calm .. 1 all out."""
        ...


@dataclass(frozen=True)
class Step:
    """A phrase in a plan: which stretch of which clip is danced from one count to another.

    start_s, end_s : on the dance's clock. from_s, to_s : in the source clip. repeats : the step this one repeats.
    """

    start_s: float
    end_s: float
    source: str
    trial: str
    dancer: str
    genre: str
    collection: str
    from_s: float
    to_s: float
    mirrored: bool
    counts: int
    join_m: float
    hits: int
    held: float
    repeats: int | None = None


@dataclass(frozen=True, eq=False)
class Choreography:
    """A dance and how it was put together."""

    dance: Dance
    plan: tuple[Step, ...]
    style: str
    seed: int

    @property
    def sources(self) -> tuple[str, ...]:
        """The stems of the source files, sorted."""
        return tuple(sorted({step.source for step in self.plan}))


@dataclass(frozen=True, eq=False)
class _Units:
    """What the search chooses from: fits of phrases to counts and their mirror images (the second half)."""

    fits: Fits
    start: np.ndarray  # nodes, mirrored ones from n
    end: np.ndarray
    counts: np.ndarray
    clip: np.ndarray
    from_s: np.ndarray
    to_s: np.ndarray
    base: np.ndarray  # cost whatever comes before
    energy: np.ndarray  # 0 .. 1, rank
    turn: np.ndarray  # radians
    moved: np.ndarray  # (units, 2) metres x, z seen from the start's facing
    held: np.ndarray

    def __len__(self) -> int:
        return len(self.start)

    def mirror(self, unit: int) -> int:
        """The same phrase to the other side."""
        half = len(self) // 2
        return unit + half if unit < half else unit - half


@dataclass(eq=False)
class _Path:
    """A hypothesis of the search."""

    cost: float
    last: int
    slot: int
    parent: _Path | None
    join_m: float
    repeats: int | None  # the slot that this one repeats
    run_counts: int
    heading: float
    place: np.ndarray
    seen_s: np.ndarray  # seconds by clip
    banned: np.ndarray  # (units,) bool
    chosen: dict[int, int] = field(default_factory=dict)  # slot -> unit that starts there


def choreograph(
    beats: np.ndarray,
    downbeats: np.ndarray,
    *,
    seconds: float,
    phrases: list[Phrase],
    style: str = "mixed",
    seed: int = 0,
    sections: Sequence[Section] = (),
    accent: float | None = None,
    couple: bool = False,
    song_sha256: str = "",
) -> Choreography:
    """A dance to a song's beats.

    Parameters
    ----------
    beats, downbeats : (n,) rising seconds; at least four beats. downbeats may be empty: bars of four then.
    seconds : 3 to 600, the length of the dance, from the start of the song.
    phrases : of phrases.cut_phrases; what the dance is made of. With couple, only those of leads.
    couple : choreograph couples: the follow moves as recorded beside their lead.
    style : a name of styles.STYLES. accent : 0 .. 0.25 instead of the style's own. seed : the same arguments and seed
    give the same dance.
    sections : the song's form, if known: energy is followed, what has the same label is danced alike.

    Raises InputError for too few beats, a length out of range, an unknown style, or no phrase that fits.
    """
    beats = np.asarray(beats, np.float64).ravel()
    downbeats = np.asarray(downbeats, np.float64).ravel()
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise InputError(f"A dance lasts {SHORTEST_S:.0f} to {LONGEST_S:.0f} seconds, not {seconds:g}.")
    if len(beats) < 4 or not np.isfinite(beats).all() or (np.diff(beats) <= 0.05).any():
        raise InputError("The song has no clear beat to dance to; give one with at least four beats, in rising order.")
    chosen = find_style(style)
    usable = [
        phrase
        for phrase in phrases
        if chosen.weights.get(phrase.genre, 0) > 0 and (phrase.clip.role == "lead" or not couple)
    ]
    if not usable:
        raise InputError(f"There are no phrases to dance {chosen.name} with; add dances of its families.")
    counts = count_grid(beats, downbeats, seconds, chosen.count_s)
    graph = _graph(usable, couple)
    rng = np.random.default_rng([seed, 7919])
    lengths = (counts.bar, 2 * counts.bar)
    units = _units(graph, usable, fit_counts(graph, counts.count_s, lengths), chosen, couple, rng)
    path = _search(graph, units, counts, chosen, seconds, sections, rng)
    steps, runs = _plan(graph, units, counts, path, chosen.accent if accent is None else float(accent))
    frames = max(1, round(seconds * FPS))
    ends = float(beats[-1]) if seconds > beats[-1] + counts.count_s else None  # the song stops before the dance
    motions = assemble(runs, counts.times_s, counts.first, frames, couple=couple, rest_s=ends)
    plan = tuple(steps)
    provenance = Provenance(
        "choreographer",
        seed=seed,
        settings={"style": chosen.name, "accent": chosen.accent if accent is None else float(accent)},
        source=", ".join(sorted({step.source for step in plan})),
    )
    inside = beats[(beats >= 0) & (beats < seconds)], downbeats[(downbeats >= 0) & (downbeats < seconds)]
    return Choreography(Dance(motions, provenance, song_sha256, *inside), plan, chosen.name, seed)


@dataclass(frozen=True, eq=False)
class CountGrid:
    """The counts a dance is set to: times_s[i] is count first + i; count 0 is a downbeat; bar counts make a bar.

    Whole bars; the first starts at or before 0, the last ends at or after the end of the dance.
    """

    times_s: np.ndarray
    first: int
    bar: int
    count_s: float

    @property
    def slots(self) -> int:
        """Number of bars."""
        return (len(self.times_s) - 1) // self.bar

    def slot_s(self, slot: int) -> float:
        """When a bar starts, seconds."""
        return float(self.times_s[slot * self.bar])


def count_grid(beats: np.ndarray, downbeats: np.ndarray, seconds: float, count_s: float) -> CountGrid:
    """Counts for a song: its beats, or twice or half as many to come near count_s, continued before and after."""
    interval = float(np.median(np.diff(beats)))
    factor = min((0.5, 1.0, 2.0), key=lambda f: abs(np.log(interval * f / count_s)) + (0.25 if f != 1 else 0))
    meter = 4
    origin = 0
    if len(downbeats):
        nearest = np.abs(beats[:, None] - downbeats[None]).argmin(axis=0)
        origin = int(nearest[0])
        if len(nearest) > 1:
            meter = int(np.clip(np.median(np.diff(nearest)), 1, 16))
    positions = np.arange(len(beats)) - origin  # in beats, 0 a downbeat
    if factor == 0.5:
        axis = np.arange(2 * positions[0], 2 * positions[-1] + 1)
        times, bar = np.interp(axis / 2, positions, beats), 2 * meter
    elif factor == 2.0:
        axis = np.arange(int(np.ceil(positions[0] / 2)), positions[-1] // 2 + 1)
        times, bar = np.interp(2 * axis, positions, beats), meter // 2 if meter % 2 == 0 else meter
    else:
        axis, times, bar = positions, beats, meter
    step = float(np.median(np.diff(times)))
    while bar > 5 and bar % 2 == 0:
        bar //= 2
    if bar * step < 1.0:
        bar *= 2
    early = int(np.ceil(max(times[0], 0) / step)) + bar
    late = int(np.ceil(max(seconds - times[-1], 0) / step)) + bar
    times = np.concatenate(
        [times[0] - step * np.arange(early, 0, -1), times, times[-1] + step * np.arange(1, late + 1)]
    )
    axis = np.arange(axis[0] - early, axis[0] - early + len(times))
    starts = np.flatnonzero((axis % bar == 0) & (times <= 0))
    begin = int(starts[-1]) if len(starts) else int(np.flatnonzero(axis % bar == 0)[0])
    bars = int(np.ceil((np.searchsorted(times, seconds) - begin) / bar))
    end = begin + bars * bar
    if end >= len(times):
        times = np.concatenate([times, times[-1] + step * np.arange(1, end - len(times) + 2)])
    return CountGrid(times[begin : end + 1], int(axis[begin]), bar, step)


def _graph(phrases: list[Phrase], couple: bool) -> MotionGraph:
    """The graph of these phrases, remembered for the next dances of this process."""
    cache = shared("motion graphs", _graph_cache)
    # A graph holds its clips, so that while it is kept no other clip can have their ids.
    identity = hash(tuple((id(phrase.clip), phrase.start_s, phrase.end_s) for phrase in phrases))
    return cache.get(f"{couple}-{len(phrases)}-{identity}", lambda: build_graph(phrases, couple=couple))


def _graph_cache() -> ContentCache[MotionGraph]:
    def unwritten(*_: object) -> Any:
        raise OSError("graphs stay in memory")

    return ContentCache(
        folder=None,
        memory_bytes=GRAPHS_BYTES,
        disk_bytes=0,
        write=unwritten,
        read=unwritten,
        size_of=lambda graph: 3 * (graph.same.nbytes + graph.crossed.nbytes),
    )


def _units(
    graph: MotionGraph, phrases: list[Phrase], fits: Fits, style: Style, couple: bool, rng: np.random.Generator
) -> _Units:
    clip = graph.clip[fits.start]
    from_s, to_s = graph.time_s[fits.start], graph.time_s[fits.end]
    energy, footwork, quietest, held = _activity(graph, clip, from_s, to_s)
    keep = quietest > IDLE_SPEED
    if not keep.any():
        raise InputError("None of the phrases moves enough and fits this song's tempo; add dances or change the style.")
    fits = Fits(*(getattr(fits, name)[keep] for name in Fits.__dataclass_fields__))
    clip, from_s, to_s, energy, footwork, held = (a[keep] for a in (clip, from_s, to_s, energy, footwork, held))
    weights = np.array([style.weights[graph.clips[i].genre] for i in clip])
    fours = fits.counts / 4
    base = _ALIGN * fits.cost - _FAMILY * np.log(weights) * fours + fours * _chance(rng, clip, len(graph.clips))
    base = base + _ROOTED * np.maximum(1 - footwork / STEPPING_SPEED, 0) * fours
    if not couple:
        base = base + _HELD * held * fours
    turn = graph.heading[fits.end] - graph.heading[fits.start]
    moved = graph.place[fits.end] - graph.place[fits.start]
    sine, cosine = np.sin(-graph.heading[fits.start]), np.cos(-graph.heading[fits.start])
    local = np.stack([cosine * moved[:, 0] + sine * moved[:, 1], cosine * moved[:, 1] - sine * moved[:, 0]], axis=1)
    energy = 0.65 * _rank(energy) + 0.35 * _rank(footwork)
    n = len(graph)

    def twice(a: np.ndarray) -> np.ndarray:
        return np.concatenate([a, a])

    return _Units(
        fits=fits,
        start=np.concatenate([fits.start, fits.start + n]),
        end=np.concatenate([fits.end, fits.end + n]),
        counts=twice(fits.counts),
        clip=twice(clip),
        from_s=twice(from_s),
        to_s=twice(to_s),
        base=np.concatenate([base, base + 0.1 * rng.standard_normal(len(base))]),
        energy=twice(_rank(energy)),
        turn=np.concatenate([turn, -turn]),
        moved=np.concatenate([local, local * [-1, 1]]),
        held=twice(held),
    )


def _chance(rng: np.random.Generator, clip: np.ndarray, clips: int) -> np.ndarray:
    """(units,) costs by which seeds differ."""
    return _CHANCE * rng.gumbel(size=len(clip)) + _MOOD * rng.gumbel(size=clips)[clip]


def _rank(values: np.ndarray) -> np.ndarray:
    """Each value's place among all, 0 .. 1."""
    return np.argsort(np.argsort(values)) / max(len(values) - 1, 1)


def _activity(
    graph: MotionGraph, clip: np.ndarray, from_s: np.ndarray, to_s: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Mean speed, mean speed of the feet, speed of the quietest second, share of held hands; each (units,)."""
    energy, footwork, quietest, held = (np.zeros(len(clip)) for _ in range(4))
    window = FPS
    for index, source in enumerate(graph.clips):
        total = np.concatenate([[0.0], np.cumsum(source.speed)])
        feet = np.concatenate([[0.0], np.cumsum(source.footwork)])
        holding = np.concatenate([[0.0], np.cumsum(source.held)])
        for unit in np.flatnonzero(clip == index):
            a, b = round(from_s[unit] * FPS), round(to_s[unit] * FPS) + 1
            energy[unit] = (total[b] - total[a]) / (b - a)
            footwork[unit] = (feet[b] - feet[a]) / (b - a)
            held[unit] = (holding[b] - holding[a]) / (b - a)
            starts = np.arange(a, max(b - window, a) + 1)
            ends = np.minimum(starts + window, b)
            quietest[unit] = ((total[ends] - total[starts]) / (ends - starts)).min()
    return energy, footwork, quietest, held


def _wanted_energy(counts: CountGrid, sections: Sequence[Section], rng: np.random.Generator) -> np.ndarray:
    """(slots,) 0 .. 1: what each bar asks for. Without sections a gentle rise in every four bars."""
    shape = np.array([0.45, 0.6, 0.55, 0.75])
    wanted = shape[np.arange(counts.slots) % 4] + 0.05 * rng.standard_normal(counts.slots)
    if not len(sections):
        return np.clip(wanted, 0.2, 0.95)
    energies = np.array([section.energy for section in sections])
    for slot in range(counts.slots):
        middle = (counts.slot_s(slot) + counts.slot_s(slot + 1)) / 2
        index = next((i for i, section in enumerate(sections) if middle < section.end_s), len(sections) - 1)
        wanted[slot] = 0.3 * wanted[slot] + 0.7 * (0.15 + 0.8 * energies[index])
    return np.clip(wanted, 0.1, 0.95)


def _repeats(counts: CountGrid, sections: Sequence[Section]) -> dict[int, tuple[int, bool]]:
    """slot -> (earlier slot to repeat, to the other side).

    An eight-count and then the same to the other side, now and then; and each chorus, drop and verse begins with
    the eight-count that the first of its name began with.
    """
    repeats: dict[int, tuple[int, bool]] = {}
    even = (-counts.first // counts.bar) % 2  # the bar of count 0 starts an eight-count
    period = 12 if len(sections) else 8
    for slot in range(2, counts.slots):
        if (slot - even) % period in (2, 3):
            repeats[slot] = (slot - 2, True)
    firsts: dict[str, int] = {}
    for section in sections:
        early = section.start_s - 0.6 * counts.count_s
        begin = next((slot for slot in range(counts.slots) if counts.slot_s(slot) >= early), None)
        if begin is None or section.label not in ("verse", "chorus", "drop"):
            continue
        first = firsts.setdefault(section.label, begin)
        for slot in range(begin, min(begin + 2, counts.slots)):
            if first < begin:
                repeats[slot] = (first + slot - begin, False)
    return {slot: (earlier, flip) for slot, (earlier, flip) in repeats.items() if earlier >= 0}


def _search(
    graph: MotionGraph,
    units: _Units,
    counts: CountGrid,
    style: Style,
    seconds: float,
    sections: Sequence[Section],
    rng: np.random.Generator,
) -> _Path:
    """The cheapest path found over all bars."""
    wanted = _wanted_energy(counts, sections, rng)
    repeats = _repeats(counts, sections)
    size = units.counts // counts.bar  # bars
    length_s = units.counts * counts.count_s
    allowed_s = max(_SEEN_SHARE * seconds, 6.0 * counts.count_s)
    even = (-counts.first // counts.bar) % 2
    root = _Path(
        0.0, -1, 0, None, 0.0, None, 0, 0.0, np.zeros(2), np.zeros(len(graph.clips)), np.zeros(len(units), bool)
    )
    pools: list[list[_Path]] = [[] for _ in range(counts.slots + 3)]
    pools[0] = [root]
    for slot in range(counts.slots):
        level = np.stack([wanted[np.minimum(slot + np.arange(k), counts.slots - 1)].mean() for k in range(1, 3)])
        shared_cost = units.base + _ENERGY * units.counts / 4 * np.abs(units.energy - level[np.minimum(size, 2) - 1])
        if (slot - even) % 2:  # an eight-count across two eight-counts blurs the phrase
            shared_cost = shared_cost + 1.5 * (size == 2)
        for path in _prune(pools[slot]):
            _expand(graph, units, path, slot, shared_cost, repeats, size, length_s, allowed_s, style, counts, pools)
        pools[slot] = []
    done = [path for pool in pools[counts.slots :] for path in pool]
    if not done:
        raise InputError("The phrases cannot be joined into a dance of this tempo; add dances or change the style.")
    return min(done, key=lambda path: path.cost)


def _prune(pool: list[_Path]) -> list[_Path]:
    kept: list[_Path] = []
    times: dict[int, int] = {}
    for path in sorted(pool, key=lambda path: path.cost):
        if times.get(path.last, 0) < _SAME_LAST:
            times[path.last] = times.get(path.last, 0) + 1
            kept.append(path)
            if len(kept) == BEAM:
                break
    return kept


def _expand(
    graph: MotionGraph,
    units: _Units,
    path: _Path,
    slot: int,
    shared_cost: np.ndarray,
    repeats: dict[int, tuple[int, bool]],
    size: np.ndarray,
    length_s: np.ndarray,
    allowed_s: float,
    style: Style,
    counts: CountGrid,
    pools: list[list[_Path]],
) -> None:
    """Put the best continuations of one hypothesis into the pools of the bars where they end."""
    join = np.zeros(len(units))
    follows = np.zeros(len(units), bool)
    cost = shared_cost + path.cost
    if path.last >= 0:
        end = int(units.end[path.last])
        join = graph.cost_from(end)[units.start]
        follows = units.start == end
        join = np.where(follows, 0.0, join)
        cost = cost + (join / JOIN_M) ** 1.5 + np.where(join > WORST_JOIN_M, 20.0, 0.0)
        over = np.maximum(path.run_counts + units.counts - 8, 0) / 4
        cost = cost + follows * (_LONG_RUN * over + 50.0 * (path.run_counts + units.counts > _LONGEST_RUN_COUNTS))
    seen = path.seen_s[units.clip] / allowed_s
    cost = cost + _SEEN * ((seen + length_s / allowed_s) ** 2 - seen**2)
    heading = path.heading + units.turn
    sine, cosine = np.sin(path.heading), np.cos(path.heading)
    x = path.place[0] + cosine * units.moved[:, 0] + sine * units.moved[:, 1]
    z = path.place[1] + cosine * units.moved[:, 1] - sine * units.moved[:, 0]
    cost = cost + _FRONT * (1 - np.cos(heading))
    cost = cost + _STAGE * np.maximum(np.hypot(x, z) - style.travel_m, 0) ** 2
    cost = np.where(path.banned, cost + 30.0, cost)
    motif, earlier = -1, None
    if slot in repeats:
        earlier, flip = repeats[slot]
        unit = path.chosen.get(earlier, -1)
        if unit >= 0:
            motif = units.mirror(unit) if flip else unit
            cost[motif] -= _REPEAT * units.counts[motif] / 4 + 30.0 * path.banned[motif]
    best = np.argpartition(cost, _BRANCHES)[:_BRANCHES] if len(cost) > _BRANCHES else np.arange(len(cost))
    options = set(best.tolist()) | ({motif} if motif >= 0 else set())
    for unit in sorted(options):
        seen_s = path.seen_s.copy()
        seen_s[units.clip[unit]] += length_s[unit]
        pools[slot + int(size[unit])].append(
            _Path(
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
                banned=path.banned | _like(units, unit),
                chosen={**path.chosen, slot: unit},
            )
        )


def _like(units: _Units, unit: int) -> np.ndarray:
    """(units,) bool: those that overlap a unit's stretch of its clip by a third or more, either side."""
    overlap = np.minimum(units.to_s, units.to_s[unit]) - np.maximum(units.from_s, units.from_s[unit])
    shorter = np.minimum(units.to_s - units.from_s, units.to_s[unit] - units.from_s[unit])
    return (units.clip == units.clip[unit]) & (overlap > 0.34 * shorter)


def _plan(
    graph: MotionGraph, units: _Units, counts: CountGrid, path: _Path, accent: float
) -> tuple[list[Step], list[Run]]:
    """The steps of a path in order, and the unbroken runs they make."""
    chain: list[_Path] = []
    node: _Path | None = path
    while node is not None and node.last >= 0:
        chain.append(node)
        node = node.parent
    chain.reverse()
    half = len(units) // 2
    steps: list[Step] = []
    by_slot: dict[int, int] = {}
    laid: list[tuple[int, bool, list[float], list[float], int]] = []
    for item in chain:
        unit, fit = item.last, item.last % half
        mirrored = unit >= half
        begin = counts.first + item.slot * counts.bar
        n = int(units.fits.anchors_n[fit])
        at = (begin + units.fits.anchor_count[fit, :n] / 2).tolist()
        when = graph.time_s[units.fits.anchor_node[fit, :n]].tolist()
        clip = graph.clips[units.clip[unit]]
        end_slot = item.slot + int(units.counts[unit]) // counts.bar
        steps.append(
            Step(
                start_s=counts.slot_s(item.slot),
                end_s=float(counts.times_s[min(end_slot * counts.bar, len(counts.times_s) - 1)]),
                source=clip.source,
                trial=clip.trial,
                dancer=clip.dancer,
                genre=clip.genre,
                collection=clip.collection,
                from_s=float(units.from_s[unit]),
                to_s=float(units.to_s[unit]),
                mirrored=mirrored,
                counts=int(units.counts[unit]),
                join_m=item.join_m,
                hits=int(units.fits.hits[fit]),
                held=float(units.held[unit]),
                repeats=by_slot.get(item.repeats) if item.repeats is not None else None,
            )
        )
        by_slot[item.slot] = len(steps) - 1
        if laid and laid[-1][4] == units.start[unit]:
            clip_index, side, old_at, old_when, _ = laid[-1]
            laid[-1] = (clip_index, side, old_at + at[1:], old_when + when[1:], int(units.end[unit]))
        else:
            laid.append((int(units.clip[unit]), mirrored, at, when, int(units.end[unit])))
    runs = [Run(graph.clips[c], side, np.array(at), np.array(when), accent) for c, side, at, when, _ in laid]
    return steps, runs
