"""Dances for two: real salsa couples joined phrase to phrase, and compositions of one dance shared by two dancers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from demos.corpus.apartness import push_apart
from demos.corpus.choreographer import Choreography, Step, choreograph
from demos.corpus.compositions import Pair, agreed_holds, compose, grid_counts
from demos.corpus.counts import CountGrid, Section, count_grid
from demos.corpus.formations import Segment, check_closeness, plan_segments
from demos.corpus.holds import Hold, close_holds, find_holds
from demos.corpus.interludes import switch_frames, weave
from demos.corpus.phrases import FPS, Phrase
from demos.corpus.styles import find_style
from demos.motion.contacts import foot_contacts
from demos.motion.dance import Dance, Provenance
from demos.motion.footlock import lock_feet

_INTERLUDE = ("facing", "answer", "orbit")  # forms for dancing apart between partnering: those that face one another


def choreograph_couple(
    beats: np.ndarray,
    downbeats: np.ndarray,
    *,
    seconds: float,
    phrases: list[Phrase],
    style: str = "salsa",
    seed: int = 0,
    closeness: str = "hold",
    forms: Sequence[str] = (),
    sections: Sequence[Section] = (),
    raw: bool = False,
    song_sha256: str = "",
) -> Dance:
    """A dance for two to a song's beats; the lead is the first motion.

    Salsa in hold is danced by the real couples among the phrases, both partners as one; open, it goes to and fro
    between their partnering and dancing apart, a form every sixteen counts. Everything else is composed: both dance one
    dance of the style, side by side, mirrored, face to face, in canon, as call and response, round one another or one
    behind the other, in forms that change with the phrases of the music.

    Parameters
    ----------
    beats, downbeats, seconds, phrases, style, seed, sections : as in choreographer.choreograph.
    closeness : "hold" (hands held), "open" (near, hands free) or "apart".
    forms : names of formations.FORMS to go through in turn, a form every sixteen counts; chosen by the seed when empty.
    raw : leave out what comes after: bodies pushed apart, hands closed, and in formations feet locked.

    The same arguments give the same dance. Its provenance names the sources, the forms with their seconds, the holds.
    Raises InputError as choreographer.choreograph does, and for an unknown closeness or form.
    """
    check_closeness(closeness)
    chosen = find_style(style)
    rng = np.random.default_rng([seed, 104729])

    def danced(couple: bool) -> Choreography:
        return choreograph(
            beats, downbeats, seconds=seconds, phrases=phrases, style=style, seed=seed, sections=sections, couple=couple
        )

    real = chosen.name == "salsa" and not forms and any(phrase.clip.role == "lead" for phrase in phrases)
    grid = count_grid(np.asarray(beats, np.float64), np.asarray(downbeats, np.float64), seconds, chosen.count_s)
    made: list[Choreography] = []
    segments: list[Segment] = []
    couple = alone = None
    if real and closeness != "apart":
        made.append(danced(True))
        couple = _real_couple(made[0])
    if couple is None or closeness == "open":
        made.append(danced(False))
        drawn = tuple(rng.permutation(_INTERLUDE)) if couple else forms
        first = int((-grid.first // grid.bar) % 2)
        segments = plan_segments(grid.slots, grid.bar, closeness, rng, drawn, first)
        alone = compose(made[-1].dance.motions[0], grid, segments, closeness, rng)
    used = [_described(segment, grid, seconds) for segment in segments]
    if couple is None:
        assert alone is not None
        pair = alone
    elif alone is None:
        pair, used = couple, [{"form": "couple", "start_s": 0.0, "end_s": float(seconds)}]
    else:
        pair, used = _in_turn(couple, alone, segments, grid, seconds)
    lead, follow = pair.motions
    holds: list[Hold] = []
    meeting = None
    if couple is not None:
        holds = find_holds(lead, follow)
    if not raw:
        lead, follow = (lock_feet(m, c) for m, c in zip(pair.motions, pair.contacts, strict=True))
        lead, follow = push_apart(lead, follow)
    if couple is None and closeness == "hold":
        holds, meeting = agreed_holds(lead, follow, segments, grid_counts(grid, len(lead)))
    if not raw and holds:
        lead, follow = close_holds(lead, follow, holds, meeting=meeting)
    plan = [step for choreography in made for step in choreography.plan]
    return Dance(
        (lead, follow), _provenance(plan, chosen.name, closeness, seed, used, holds, raw), song_sha256,
        made[0].dance.beats, made[0].dance.downbeats,
    )  # fmt: skip


def _real_couple(made: Choreography) -> Pair:
    """The partners of a choreography of real couples, mirrored as a whole where most is, seen from the side."""
    lead, follow = made.dance.motions
    if sum(step.mirrored * step.counts for step in made.plan) > sum(step.counts for step in made.plan) / 2:
        lead, follow = lead.mirror(), follow.mirror()  # the lead's left hand is the one that leads
    line = (follow.translation - lead.translation).astype(np.float64).mean(axis=0)
    aside = np.pi / 2 - float(np.arctan2(line[0], line[2]))
    lead, follow = lead.turn(aside), follow.turn(aside)  # the lead mostly left, the follow right, of the audience
    return Pair((lead, follow), (foot_contacts(lead), foot_contacts(follow)))


def _in_turn(
    couple: Pair, alone: Pair, segments: Sequence[Segment], grid: CountGrid, seconds: float
) -> tuple[Pair, list[dict]]:
    """Real partnering and dancing apart, a segment each in turn -> the pair, and the forms with their seconds."""
    counts = grid_counts(grid, len(couple.motions[0]))
    options = []
    for segment in segments[1:]:
        bars = segment.start + grid.bar * np.array([-1, 0, 1]) if grid.bar <= 4 else np.array([segment.start])
        frames = np.unique(np.searchsorted(counts, bars))
        options.append(frames[(frames > FPS) & (frames < len(counts) - FPS)])
    switches = switch_frames(couple, [frames for frames in options if len(frames)])
    edges = [0.0, *(frame / FPS for frame in switches), float(seconds)]
    used = [
        {"form": "couple" if index % 2 == 0 else segments[index].form.name, "start_s": start, "end_s": stop}
        for index, (start, stop) in enumerate(pairwise(edges))
    ]
    return weave(couple, alone, switches), used


def _described(segment: Segment, grid: CountGrid, seconds: float) -> dict:
    start, end = float(grid.times_s[segment.start]), float(grid.times_s[segment.stop])
    return {"form": segment.form.name, "start_s": max(start, 0.0), "end_s": min(end, float(seconds))}


def _provenance(
    plan: Sequence[Step], style: str, closeness: str, seed: int, forms: list[dict], holds: Sequence[Hold], raw: bool
) -> Provenance:
    sides = ("left", "right")
    held = [
        {"lead": sides[h.lead_side], "follow": sides[h.follow_side], "start_s": h.start / FPS, "end_s": h.stop / FPS}
        for h in holds
    ]
    facts = {
        "style": style,
        "closeness": closeness,
        "forms": forms,
        "holds": held,
        "raw": raw,
        "trials": sorted({step.trial for step in plan}),
        "collections": sorted({step.collection for step in plan}),
    }
    return Provenance(
        "couple choreographer", seed=seed, settings=facts, source=", ".join(sorted({step.source for step in plan}))
    )
