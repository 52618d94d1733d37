"""The choreographer: from a song's beats to a dance of any length, made of phrases of real dances.

A beam search (search.py) lays phrases onto bars and eight-counts. It weighs how well each joins the last, how its
kinematic beats fall on the music's, how its energy fits the section, whether it has been seen, where it leaves the
dancer; and it repeats: an eight-count to the other side, a chorus as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.alignment import fit_counts
from demos.corpus.assembly import Run, assemble
from demos.corpus.counts import CountGrid, Section, count_grid
from demos.corpus.motion_graph import MotionGraph, build_graph
from demos.corpus.phrases import FPS, Phrase
from demos.corpus.search import Path, search
from demos.corpus.styles import find_style
from demos.corpus.units import Units, make_units
from demos.motion.dance import Dance, Provenance
from demos.runtime.caches import ContentCache, shared
from demos.runtime.errors import InputError

SHORTEST_S, LONGEST_S = 3.0, 600.0
LONGEST_RING_S = 4.0
LOOSENESS_S = 0.09
"""How far people dance off the beat. With it a minute's dance to each of 24 composed songs scores a BAS of .29, and .19
on grids beside the beat (python -m demos corpus report); real ones score .2 to .3 on the grid of their own pulse."""
_LEAN_S = 1.0  # standard deviation of the Gaussian that smooths how far off: ahead for some counts, then behind
GRAPHS_BYTES = 512 << 20  # of motion graphs kept in memory


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
    tightness: float = 0.1,
    looseness_s: float = LOOSENESS_S,
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
    style : a name of styles.STYLES. accent : 0 .. 0.25 instead of the style's own.
    tightness : 1 looks for phrases whose own beats fall on the music's, 0 sets only their ends on beats.
    looseness_s : 0 .. 0.1, seconds (standard deviation) by which the dancer runs ahead of the beat or behind it.
    seed : the same arguments and seed give the same dance.
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
    lingering = chosen.accent if accent is None else float(accent)
    rng = np.random.default_rng([seed, 7919])
    lengths = (counts.bar, 2 * counts.bar)
    fits = fit_counts(graph, counts.count_s, lengths, tightness=tightness)
    units = make_units(graph, fits, chosen, couple, rng)
    path = search(graph, units, counts, chosen, seconds, sections, rng)
    steps, runs = _plan(graph, units, counts, path, lingering)
    frames = max(1, round(seconds * FPS))
    ringing_s = seconds - float(beats[-1])  # a song's last chord; a longer stretch without beats is danced through
    ends = float(beats[-1]) if counts.count_s < ringing_s < LONGEST_RING_S else None
    felt = counts.times_s + lean(len(counts.times_s), counts.count_s, looseness_s, seed)
    motions = assemble(runs, felt, counts.first, frames, couple=couple, rest_s=ends)
    plan = tuple(steps)
    provenance = Provenance(
        "choreographer",
        seed=seed,
        settings={
            "style": chosen.name,
            "accent": lingering,
            "tightness": float(tightness),
            "looseness_s": float(looseness_s),
        },
        source=", ".join(sorted({step.source for step in plan})),
    )
    inside = beats[(beats >= 0) & (beats < seconds)], downbeats[(downbeats >= 0) & (downbeats < seconds)]
    return Choreography(Dance(motions, provenance, song_sha256, *inside), plan, chosen.name, seed)


def lean(counts: int, count_s: float, looseness_s: float, seed: int) -> np.ndarray:
    """(counts,) seconds by which each count is felt late (early when negative), of standard deviation looseness_s.

    Smooth over counts of count_s seconds, so that time bends by a few per cent only.
    """
    drawn = np.random.default_rng([seed, 6007]).standard_normal(counts)
    width = _LEAN_S / count_s
    felt = gaussian_filter1d(drawn, width) * np.sqrt(2 * np.sqrt(np.pi) * width)  # what smoothing took
    return np.clip(looseness_s * felt, -2 * looseness_s, 2 * looseness_s)


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


def _plan(
    graph: MotionGraph, units: Units, counts: CountGrid, path: Path, accent: float
) -> tuple[list[Step], list[Run]]:
    """The steps of a path in order, and the unbroken runs they make."""
    chain: list[Path] = []
    node: Path | None = path
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
