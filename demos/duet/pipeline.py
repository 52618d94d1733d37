"""Duet: a couple from a song, a partner for a dancer, a part of a duet made anew. Plain inputs, frozen results.

Every result says in its provenance how it was made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from demos.audio import cache
from demos.audio.conditions import music_condition
from demos.audio.features import AudioFeatures
from demos.audio.song import Song
from demos.corpus.parts import PARTS, expand
from demos.corpus.styles import STYLE_NAMES
from demos.duet import decoding
from demos.duet import weights as networks
from demos.duet.decoding import Choices
from demos.duet.finishing import Finished, bridged, finish, on_floor, staged
from demos.duet.model import CLOSENESS, Duet
from demos.duet.representation import STATES, STREAMS, dancer_state, stage_of, states_of, streams_of
from demos.duet.timing import bent, bent_contacts, on_the_beat
from demos.motion.contacts import foot_contacts
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion, concatenate
from demos.motion.vector import FPS
from demos.nn.finishing import BODY, FEET_NEED, hold
from demos.runtime.errors import InputError
from demos.runtime.limits import LARGEST_SEED, SHORTEST_S, SHORTEST_SPAN_S, check

Heard = tuple[Song, AudioFeatures]
Progress = Callable[[int, int], None]
"""Called with (done, all); it may raise to stop the work."""

SYSTEM = "DuetGen"
LONGEST_S = 600.0
"""Of a given lead: as long as a song may be."""
RAMP_S = 0.25
"""Over which what is made anew is led into the dance around it."""
ENOUGH = 0.75
"""Share of a dance after which no more of it is shown before the whole."""
DANCERS = ("lead", "follow")
_SIDES = ("left", "right")
_ARMS = frozenset(("left_arm", "right_arm"))


@dataclass(frozen=True, eq=False)
class Generated:
    """A couple's dance. raw : before finishing (the same where that is off). features : None where no song was heard.

    The provenance's settings name the "holds": which hands hold one another, and when.
    """

    dance: Dance
    raw: Dance
    features: AudioFeatures | None
    message: str


@dataclass(frozen=True)
class Manner:
    """Settings that all ways of making share, checked."""

    style: str | None
    closeness: str | None
    seed: int
    guidance: float
    variety: float
    finishing: bool

    @staticmethod
    def of(
        style: str | None, closeness: str | None, seed: int, guidance: float, variety: float, finishing: bool
    ) -> Manner:
        """InputError names what is out of range."""
        check("seed", seed, 0, LARGEST_SEED, whole=True)
        check("guidance", guidance, 0, 20)
        check("variety", variety, 0, 3)
        return Manner(
            _named("dance style", style, STYLE_NAMES), _named("closeness", closeness, CLOSENESS), int(seed),
            float(guidance), float(variety), bool(finishing),
        )  # fmt: skip

    @property
    def choices(self) -> Choices:
        """As decoding knows them."""
        style = 0 if self.style is None else STYLE_NAMES.index(self.style) + 1
        closeness = 0 if self.closeness is None else CLOSENESS.index(self.closeness) + 1
        usual = Choices()
        top_k = max(1, round(usual.top_k * self.variety))
        return replace(
            usual, style=style, closeness=closeness, seed=self.seed, guidance=self.guidance, top_k=top_k,
            temperature=usual.temperature * self.variety,
        )  # fmt: skip


def generate(
    song: str | Path | Heard,
    *,
    seconds: float | None = None,
    style: str | None = None,
    closeness: str | None = None,
    seed: int = 0,
    guidance: float = 2.0,
    variety: float = 1.0,
    finishing: bool = True,
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Generated:
    """A couple's dance to a song.

    song : a file, or what `audio.cache.load` gave. seconds : of the song's beginning, all of it when None.
    style : one of STYLE_NAMES, None to choose from the music. closeness : hold, open or apart, None as it comes.
    guidance : how much the music counts. variety : how far from the likeliest dance, 0 the same one every time.
    finishing : steps brought onto the beat, feet locked, bodies apart, held hands closed. weights : see weights.load.
    on_progress : (done, all).

    Raises InputError for a song that is none or shorter than 2 s, and for settings out of range.
    """
    *_, whole = _grown(
        song, seconds, Manner.of(style, closeness, seed, guidance, variety, finishing), weights, on_progress, math.inf
    )
    return whole


def preview(
    song: str | Path | Heard,
    *,
    seconds: float | None = None,
    style: str | None = None,
    closeness: str | None = None,
    seed: int = 0,
    guidance: float = 2.0,
    variety: float = 1.0,
    finishing: bool = True,
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Iterator[Generated]:
    """As `generate`, but first the beginning, then ever more of it, each at least twice as long; at last the whole."""
    manner = Manner.of(style, closeness, seed, guidance, variety, finishing)
    yield from _grown(song, seconds, manner, weights, on_progress, 2.0)


def _grown(
    song: str | Path | Heard, seconds: float | None, manner: Manner, weights: str | Path | None,
    on_progress: Progress | None, times: float,
) -> Iterator[Generated]:  # fmt: skip
    """The dance as it grows: shown first, then when `times` longer than it was; in the end the whole, always."""
    heard, features = song if isinstance(song, tuple) else cache.load(song)
    frames = _frames(heard, seconds)
    network = networks.load(weights)
    music = music_condition(features.values, features.beats, features.downbeats, frames)
    hidden = decoding.known_tokens(network, None, frames)
    settings = {"generate": {"frames": frames, **_told(manner)}, **_versions()}
    shown = 1 if times < math.inf else frames
    for tokens, known in decoding.grow_tokens(network, hidden, music, manner.choices, on_step=on_progress):
        known = min(known, frames)
        if known < frames and (known < shown or known > ENOUGH * frames):
            continue
        shown = times * known
        states = decoding.states_from(network, tokens, known)
        lead, follow = staged(*decoding.place(states, interaction=network.config.interaction))
        made = _finished(lead, follow, states, manner, given=False, beats=features.beats)
        provenance = Provenance(SYSTEM, networks.digest(weights), manner.seed, (), settings)
        message = (
            f"A {_adjective(manner)}dance for two of {known / FPS:.0f} s{_to(heard, features)}{_hands(made, known)}."
        )
        yield _result(made, (lead, follow), provenance, (heard, features), features, message)


def follow(
    lead: Dance | Motion,
    song: str | Path | Heard | None = None,
    *,
    style: str | None = None,
    closeness: str | None = None,
    seed: int = 0,
    guidance: float = 2.0,
    variety: float = 1.0,
    finishing: bool = True,
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Generated:
    """A partner for a dancer, who stays bit by bit (but for standing off the floor, which is put right).

    lead : of any frame rate, facing any way; of a couple the first dancer. song : what it is danced to; without one
    only the dance's own beats are heard. The others as in `generate`. The result has the lead's frame rate.

    Raises InputError for a lead shorter than 2 s or longer than 10 minutes, and for settings out of range.
    """
    manner = Manner.of(style, closeness, seed, guidance, variety, finishing)
    dance = lead if isinstance(lead, Dance) else Dance((lead,), Provenance("unknown"))
    first = dance.motions[0]
    if first.duration_s < SHORTEST_S:
        raise InputError(
            f"The lead dances for {first.duration_s:.1f} s: give one of at least {SHORTEST_S:g} s to dance with."
        )
    if first.duration_s > LONGEST_S:
        raise InputError(
            f"The lead dances for {first.duration_s / 60:.0f} minutes: cut it to {LONGEST_S / 60:.0f} at most."
        )
    first, off = on_floor(first)
    given = first.resample(FPS)
    heard = None if song is None else song if isinstance(song, tuple) else cache.load(song)
    network = networks.load(weights)
    if not network.config.interaction:
        raise InputError("These weights were trained without the relation between the dancers: choose others.")
    music = _music(dance, heard, len(given))
    known = decoding.empty_states(len(given))
    known[:, STATES[0]] = dancer_state(given)
    states = _danced(network, known, music, manner, on_progress, streams=streams_of([1]))
    _, raw = decoding.place(states, lead=given)
    made = _finished(given, raw, states, manner, given=True)
    times = np.arange(len(first)) / first.fps
    made, raw = replace(made, lead=first, follow=_at(made.follow, first, times)), _at(raw, first, times)
    settings = {"follow": _told(manner), "lead": {"system": dance.provenance.system, "source": dance.provenance.source}}
    provenance = Provenance(SYSTEM, networks.digest(weights), manner.seed, (), {**settings, **_versions()})
    message = f"A partner for {first.duration_s:.0f} s of dance{_hands(made, len(first))}."
    if off:
        message += f" The lead stood {abs(off):.2f} m {'above' if off > 0 else 'below'} the floor and was put on it."
    return _result(made, (first, raw), provenance, heard, None if heard is None else heard[1], message, like=dance)


def redo(
    dance: Dance,
    span: tuple[float, float],
    parts: Sequence[str] | None = None,
    *,
    dancers: Sequence[str] = DANCERS,
    song: str | Path | Heard | None = None,
    style: str | None = None,
    closeness: str | None = None,
    seed: int = 0,
    guidance: float = 2.0,
    variety: float = 1.0,
    finishing: bool = True,
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Generated:
    """A stretch of a couple's dance made anew; all else stays bit by bit.

    span : seconds. parts : names of demos.corpus.parts, such as "arms", that alone may change, all when None.
    dancers : "lead", "follow" or both. The others as in `follow`. What is made begins and ends where the old one did,
    so it also fills in what lies between two dances put one after the other.

    Raises InputError for a dance of one dancer, a span outside it or shorter than 1 s, and settings out of range.
    """
    manner = Manner.of(style, closeness, seed, guidance, variety, finishing)
    start_s, end_s = _span(dance, span)
    plain = frozenset(PARTS) if parts is None else expand(parts)
    if not plain:
        raise InputError("No body part is chosen: name some, such as arms, or none to make all anew.")
    if plain & FEET_NEED and parts is not None:
        plain |= FEET_NEED  # legs bring the pelvis that they carry, and the other way round
    whom = [DANCERS.index(str(_named("dancer", name, DANCERS))) for name in dancers]
    if not whom:
        raise InputError("No dancer is chosen: name lead, follow or both.")
    network = networks.load(weights)
    if not network.config.interaction:
        raise InputError("These weights were trained without the relation between the dancers: choose others.")
    heard = None if song is None else song if isinstance(song, tuple) else cache.load(song)
    old = dance.resample(FPS).motions
    states = states_of(old[0], old[1])
    first, stop = round(start_s * FPS), min(round(end_s * FPS), len(states))
    streams = streams_of(whom, body=bool(plain - _ARMS), arms=bool(plain & _ARMS))
    found = _danced(
        network, states, _music(dance, heard, len(states)), manner, on_progress, streams=streams, span=(first, stop)
    )  # fmt: skip
    lead = old[0]
    if 0 in whom:
        fresh = decoding.walked(found[first:stop][:, STATES[0]], stage_of(old[0].slice(first, stop)))
        lead = _spliced(old[0], bridged(fresh, old[0].slice(first, stop)), first)
    both = decoding.place(found, lead=lead)
    motions = list(dance.motions)
    raw = [_over(before, after, start_s, end_s, plain) for before, after in zip(motions, both, strict=True)]
    raw = [raw[index] if index in whom else motions[index] for index in (0, 1)]
    made = Finished(raw[0], raw[1], ())
    if manner.finishing:
        contacts = [found[:, dancer][:, :4] > 0.5 for dancer in STATES]
        fine = finish(
            raw[0].resample(FPS),
            raw[1].resample(FPS),
            claimed=contacts,
            closeness=manner.closeness,
            given=0 not in whom,
        )
        done = [_over(motions[i], part, start_s, end_s, plain) for i, part in enumerate((fine.lead, fine.follow))]
        done = [done[index] if index in whom else motions[index] for index in (0, 1)]
        made = Finished(done[0], done[1], fine.holds)
    entry = {"span": [start_s, end_s], "parts": None if parts is None else sorted(plain), "dancers": list(dancers)}
    kept = dance.provenance.settings if dance.provenance.system == SYSTEM else {"base": dance.provenance.system}
    settings = {**kept, "redo": [*kept.get("redo", []), {**entry, **_told(manner)}], **_versions()}
    provenance = Provenance(SYSTEM, networks.digest(weights), manner.seed, (), settings, dance.provenance.source)
    who = "both dancers" if len(set(whom)) == 2 else f"the {DANCERS[whom[0]]}"
    what = "" if parts is None else f" ({_words(plain)})"
    held = _hands(made, len(dance), of="in all")
    message = f"Made anew: {who}{what} from {start_s:.1f} to {end_s:.1f} s{held}."
    return _result(made, (raw[0], raw[1]), provenance, heard, None if heard is None else heard[1], message, like=dance)


def _words(parts: frozenset[str]) -> str:
    """Parts for people: "arms, legs and pelvis"."""
    both = parts >= _ARMS
    names = [*(["arms"] if both else []), *(part for part in PARTS if part in parts and not (both and part in _ARMS))]
    words = ["pelvis" if name == "root" else name.replace("_", " ") for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def swapped(dance: Dance) -> Dance:
    """The couple with roles exchanged: the follow first. InputError for one dancer."""
    if len(dance.motions) != 2:
        raise InputError("Only one dancer dances here: roles can be swapped between two.")
    return dance.with_motions((dance.motions[1], dance.motions[0]))


def _danced(
    network: Duet,
    known: np.ndarray | None,
    music: np.ndarray,
    manner: Manner,
    on_progress: Progress | None,
    *,
    streams: tuple[int, ...] = tuple(range(len(STREAMS))),
    span: tuple[int, int] | None = None,
) -> np.ndarray:
    """States of the whole dance; of what is known only `streams` within `span` (frames) are found anew."""
    tokens = decoding.known_tokens(network, known, len(music))
    if known is not None:
        first, stop = span or (0, len(music))
        tokens = decoding.hide(tokens, first, stop, streams)
    tokens = decoding.find_tokens(network, tokens, music, manner.choices, on_step=on_progress)
    return decoding.states_from(network, tokens, len(music))


def _finished(
    lead: Motion,
    partner: Motion,
    states: np.ndarray,
    manner: Manner,
    *,
    given: bool,
    beats: np.ndarray | None = None,
) -> Finished:
    """beats : of the music, onto which the couple is brought; none where a lead was given, who stays as it is."""
    if not manner.finishing:
        return Finished(lead, partner, ())
    contacts = [states[:, dancer][:, :4] > 0.5 for dancer in STATES]
    if given:
        contacts[0] = foot_contacts(lead)
    times = None if beats is None else on_the_beat((lead, partner), beats)
    if times is not None:
        lead, partner = bent(lead, times), bent(partner, times)
        contacts = [bent_contacts(one, times, FPS) for one in contacts]
    return finish(lead, partner, claimed=contacts, closeness=manner.closeness, given=given)


def _over(before: Motion, after: Motion, start_s: float, end_s: float, parts: frozenset[str]) -> Motion:
    """`before`, but between two times and in some parts `after` (at 30 fps), led in and out."""
    fps = before.fps
    first, stop = math.ceil(start_s * fps - 1e-6), min(math.floor(end_s * fps + 1e-6), len(before))
    full = _at(after, before, np.arange(len(before)) / fps)
    chosen = BODY if parts >= BODY else parts
    return hold(before, full, first=first, stop=stop, parts=chosen, ramp=round(RAMP_S * fps))


def _spliced(motion: Motion, part: Motion, first: int) -> Motion:
    """With the frames from first on replaced by those of a part."""
    pieces = [motion.slice(0, first), part, motion.slice(first + len(part), len(motion))] if first else [
        part, motion.slice(len(part), len(motion))] if len(part) < len(motion) else [part]  # fmt: skip
    return concatenate([piece for piece in pieces])


def _at(motion: Motion, like: Motion, times: np.ndarray) -> Motion:
    return motion if motion.fps == like.fps and len(motion) == len(like) else motion.at(times, like.fps)


def _music(dance: Dance, heard: Heard | None, frames: int) -> np.ndarray:
    """The song's features where there is one, silence else; beats of the dance, or the song's where it has none."""
    values = np.zeros((0, 35), np.float32) if heard is None else heard[1].values
    beats, downbeats = dance.beats, dance.downbeats
    if not len(beats) and heard is not None:
        beats, downbeats = heard[1].beats, heard[1].downbeats
    return music_condition(values, beats, downbeats, frames)


def _result(
    made: Finished, raw: tuple[Motion, Motion], provenance: Provenance, heard: Heard | None,
    features: AudioFeatures | None, message: str, *, like: Dance | None = None,
) -> Generated:  # fmt: skip
    fps = made.lead.fps
    scale = fps / FPS
    told = [
        {"lead": _SIDES[h.lead_side], "follow": _SIDES[h.follow_side], "start_s": h.start / FPS, "end_s": h.stop / FPS}
        for h in made.holds
    ]
    provenance = replace(provenance, settings={**provenance.settings, "holds": told})
    end_s = len(made.lead) / (FPS * scale)
    beats, downbeats, song = np.zeros(0), np.zeros(0), ""
    if like is not None:
        beats, downbeats, song = like.beats, like.downbeats, like.song_sha256
    if heard is not None and not len(beats):
        beats, downbeats = (times[times < end_s] for times in (heard[1].beats, heard[1].downbeats))
        song = heard[0].sha256
    shown, plain = (Dance(pair, provenance, song, beats, downbeats) for pair in ((made.lead, made.follow), raw))
    return Generated(shown, plain, features, message)


def _told(manner: Manner) -> dict:
    return {
        "style": manner.style, "closeness": manner.closeness, "seed": manner.seed, "guidance": manner.guidance,
        "variety": manner.variety, "finishing": manner.finishing,
    }  # fmt: skip


def _versions() -> dict:
    return {"versions": {"torch": torch.__version__, "numpy": np.__version__}}


def _adjective(manner: Manner) -> str:
    return f"{manner.style} " if manner.style else ""


def _to(song: Song, features: AudioFeatures) -> str:
    if len(features.beats) < 2:
        return f" to “{song.name}”, in which no beat was heard"
    return f" to “{song.name}”, {features.tempo_bpm:.0f} beats a minute"


def _hands(made: Finished, frames: int, *, of: str = "of it") -> str:
    if not made.holds:
        return ""
    held = np.zeros(max(frames, max(h.stop for h in made.holds)), bool)
    for one in made.holds:
        held[one.start : one.stop] = True
    seconds = held.sum() / FPS
    return f"; hands are held for {seconds:.0f} s {of}"


def _frames(song: Song, seconds: float | None) -> int:
    if song.duration_s < SHORTEST_S:
        raise InputError(
            f'"{song.name}" lasts {song.duration_s:.1f} s: choose a song of at least {SHORTEST_S:g} s to dance to.'
        )
    seconds = song.duration_s if seconds is None else seconds
    if not (math.isfinite(seconds) and seconds >= SHORTEST_S):
        raise InputError(f"A dance of {seconds:g} s is too short: ask for at least {SHORTEST_S:g} s.")
    return round(min(float(seconds), song.duration_s) * FPS)


def _named(what: str, name: str | None, known: Sequence[str]) -> str | None:
    plain = (name or "").strip().lower()
    if plain and plain not in known:
        raise InputError(f"There is no {what} “{name}”: choose from {', '.join(known)}.")
    return plain or None


def _span(dance: Dance, span: tuple[float, float]) -> tuple[float, float]:
    if len(dance.motions) != 2:
        raise InputError("Only one dancer dances here: give a duet to make a part of it anew.")
    start_s, end_s = (float(time) for time in span)
    if not (math.isfinite(start_s) and math.isfinite(end_s)):
        raise InputError("The stretch to make anew needs two times in seconds.")
    start_s, end_s = max(start_s, 0.0), min(end_s, dance.duration_s)
    if end_s - start_s < SHORTEST_SPAN_S:
        raise InputError(
            f"The stretch to make anew is shorter than {SHORTEST_SPAN_S:g} s (the dance lasts "
            f"{dance.duration_s:.1f} s): choose a longer one."
        )
    return start_s, end_s
