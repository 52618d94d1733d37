"""What can dance to a song: every system of the rooms and the baselines beside them, one line each in SYSTEMS.

A line names a function that calls a room's pipeline, which is imported when it runs. Compare, the shell and other
programs go through `run` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from demos.motion.clock import beginning, starting_at
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.runtime.errors import InputError
from demos.runtime.limits import LARGEST_SEED, SHORTEST_S, check
from demos.runtime.settings import ROOT

if TYPE_CHECKING:
    from demos.audio.features import AudioFeatures
    from demos.audio.song import Song

    Heard = tuple[Song, AudioFeatures]

Progress = Callable[[int, int], None]
"""Called with (done, all); it may raise to stop the work."""

MOVES = ROOT.parent / "shared" / "data" / "mocap"
"""The reference data, which the choreographer alone needs."""
CLOSENESS = ("hold", "open", "apart")
SONG, SHUFFLED = "song", "shuffled"
HEARS = (SONG, SHUFFLED)
"""What a system is given to hear: the song, or its pieces in random order: the baseline for listening."""
PIECE_S = (0.6, 2.4)
FEATURES_FPS = 30
SHORTEST_BEAT_S = 0.1
APART_M = 0.9
"""Between two solos: about as far as the dancers of an open hold."""
NEAREST = 24
"""Clips of the library that are looked at for a song."""


@dataclass(frozen=True)
class Ask:
    """What a run is asked for.

    seconds : of the song's beginning. style : a dance style's name, None to choose from the music. closeness : one of
    CLOSENESS or None. finishing : feet locked and whatever else a system does last. weights : a .safetensors file, a
    folder or a Hub repository instead of what is shipped. hears : one of HEARS.
    """

    seconds: float = 20.0
    seed: int = 0
    style: str | None = None
    closeness: str | None = None
    finishing: bool = True
    weights: str | None = None
    hears: str = SONG


@dataclass(frozen=True, eq=False)
class Run:
    """A dance to the song's clock, what it should be called, and one sentence about it."""

    dance: Dance
    name: str
    message: str


@dataclass(frozen=True)
class System:
    """A way to a dance. says : for the menu. make : what `run` calls. takes : the fields of Ask that count for it
    beside seconds and seed. baseline : something to be better than."""

    key: str
    title: str
    says: str
    make: Callable[[Heard, Ask, Progress | None], tuple[Dance, str]]
    takes: tuple[str, ...] = ()
    baseline: bool = False


def _danceeditor(heard: Heard, ask: Ask, report: Progress | None) -> tuple[Dance, str]:
    from demos.editing import pipeline

    made = pipeline.generate(
        heard, seconds=ask.seconds, style=ask.style, seed=ask.seed, lock=ask.finishing, weights=ask.weights,
        on_progress=report,
    )  # fmt: skip
    return made.dance, made.message


def _duetgen(heard: Heard, ask: Ask, report: Progress | None) -> tuple[Dance, str]:
    from demos.duet import pipeline

    made = pipeline.generate(
        heard, seconds=ask.seconds, style=ask.style, closeness=ask.closeness, seed=ask.seed, finishing=ask.finishing,
        weights=ask.weights, on_progress=report,
    )  # fmt: skip
    return made.dance, made.message


def _xdancer(heard: Heard, ask: Ask, report: Progress | None) -> tuple[Dance, str]:
    from demos.video import pose_pipeline
    from demos.video.track_motion import to_motion

    made = pose_pipeline.dance(
        heard, seconds=ask.seconds, style=ask.style, seed=ask.seed, feet=ask.finishing, beats=ask.finishing,
        weights=ask.weights, on_progress=report,
    )  # fmt: skip
    return Dance((to_motion(made.track),), made.provenance), made.message


def _retrieval(heard: Heard, ask: Ask, report: Progress | None) -> tuple[Dance, str]:
    from demos.retrieval import pipeline
    from demos.retrieval.quest import shelf

    library = shelf().library
    library.refresh()
    loaded = pipeline.load(ask.weights)
    if loaded.sha256 != pipeline.load().sha256:
        raise InputError("The library's vectors are of the shipped weights: retrieval runs with those alone.")
    hits = library.search(pipeline.embed_song(heard[1], loaded=loaded), top=NEAREST)
    return _fitted((hit.id for hit in hits), heard, ask.seed, loaded.sha256, "CustomDancer")


def _any_dance(heard: Heard, ask: Ask, report: Progress | None) -> tuple[Dance, str]:
    from demos.retrieval.quest import shelf

    names = sorted(shelf().library.shipped)
    order = np.random.default_rng(ask.seed).permutation(len(names))
    return _fitted((names[index] for index in order), heard, 0, "", "random clip")


def _fitted(names: Iterable[str], heard: Heard, skip: int, weights: str, system: str) -> tuple[Dance, str]:
    """The first dance of the library that can be laid onto the song's beats, after `skip` that can."""
    from demos.retrieval.fit import fit_song
    from demos.retrieval.quest import shelf, title_of

    library, (song, features) = shelf().library, heard
    for name in names:
        clip = library.clip(name)
        try:
            found = fit_song(library.dance(clip), _beginning(features, clip.length_s * 1.3), name=song.name)
        except InputError:
            continue
        if skip:
            skip -= 1
            continue
        told = {"clip": name, "caption": clip.captions[0] if clip.captions else ""}
        own = found.dance.provenance
        provenance = replace(own, system=system, weights_sha256=weights, settings={**own.settings, "retrieved": told})
        return starting_at(
            replace(found.dance, provenance=provenance), found.start_s
        ), f"“{title_of(clip)}”. {found.said}"
    raise InputError("No dance of the library can be laid onto this song: its beat is too unsteady, or out of reach.")


def _beginning(features: AudioFeatures, seconds: float) -> AudioFeatures:
    """A song's features up to a moment."""
    beats, downbeats = (times[times < seconds] for times in (features.beats, features.downbeats))
    return replace(
        features, values=features.values[: round(FEATURES_FPS * seconds)], beats=beats, downbeats=downbeats,
        duration_s=min(features.duration_s, seconds),
    )  # fmt: skip


def _two_solos(heard: Heard, ask: Ask, report: Progress | None) -> tuple[Dance, str]:
    from demos.duet.finishing import staged
    from demos.motion.solo_metrics import heading

    first, _ = _danceeditor(heard, ask, report)
    second, _ = _danceeditor(heard, replace(ask, seed=(ask.seed + 1) % (LARGEST_SEED + 1)), report)
    placed = []
    for motion, towards, side in ((first.motions[0], np.pi / 2, -0.5), (second.motions[0], -np.pi / 2, 0.5)):
        usual = float(np.angle(np.exp(1j * heading(motion)).mean()))
        turned: Motion = motion.turn(towards - usual)
        middle = turned.translation.mean(axis=0) * np.array([1.0, 0.0, 1.0], np.float32)
        placed.append(turned.move(np.array([side * APART_M, 0.0, 0.0]) - middle))
    provenance = replace(first.provenance, system="two solos of DanceEditor")
    message = f"Two dances to the same song that know nothing of one another, {APART_M:g} m apart."
    return replace(first, motions=staged(*placed), provenance=provenance), message


def _choreographer(heard: Heard, ask: Ask, report: Progress | None) -> tuple[Dance, str]:
    if not MOVES.is_dir():
        raise InputError("The choreographer needs the reference data of real dances, which is not part of Dancefloor.")
    from demos.corpus.choreographer import choreograph
    from demos.corpus.phrases import cut_phrases
    from demos.runtime.caches import shared

    features = heard[1]
    phrases = shared("choreographer's phrases", lambda: cut_phrases(MOVES))
    made = choreograph(
        features.beats, features.downbeats, seconds=min(ask.seconds, heard[0].duration_s), phrases=phrases,
        style=ask.style or "mixed", seed=ask.seed, song_sha256=heard[0].sha256,
    )  # fmt: skip
    return made.dance, f"{len(made.plan)} phrases of {len(made.sources)} real dances, in the style {made.style}."


SYSTEMS = {
    system.key: system
    for system in (
        System("danceeditor", "DanceEditor", "one dancer, from the music", _danceeditor,
               ("style", "finishing", "weights", "hears")),
        System("duetgen", "DuetGen", "a couple, from the music", _duetgen,
               ("style", "closeness", "finishing", "weights", "hears")),
        System("xdancer", "X-Dancer", "one dancer as a picture would move", _xdancer,
               ("style", "finishing", "weights", "hears")),
        System("customdancer", "CustomDancer", "the library's dance that fits this song best", _retrieval,
               ("weights",)),
        System("random", "Random clip", "any dance of the library, on the beats", _any_dance, (), True),
        System("twosolos", "Two solos", "two dances that know nothing of one another", _two_solos,
               ("style", "finishing", "weights", "hears"), True),
        System("choreographer", "Choreographer", "phrases of real dances, re-timed (needs the reference data)",
               _choreographer, ("style", "hears"), True),
    )
}  # fmt: skip
"""By key. A new system is one line here."""


def available() -> tuple[System, ...]:
    """Those that can run on this machine."""
    return tuple(system for key, system in SYSTEMS.items() if key != "choreographer" or MOVES.is_dir())


def run(key: str, song: str | Path | Heard, ask: Ask = Ask(), *, on_progress: Progress | None = None) -> Run:
    """A system's dance to a song.

    key : of SYSTEMS. song : a file, or what `audio.cache.load` gave. The dance's beats are the song's own, whatever the
    system was given to hear. Raises InputError: no such system, a setting it does not take or out of range, a song that
    is none or too short.
    """
    from demos.audio import cache

    system = _known(key)
    _checked(system, ask)
    heard = song if isinstance(song, tuple) else cache.load(song)
    given = shuffled(heard, ask.seed) if ask.hears == SHUFFLED else heard
    try:
        dance, message = system.make(given, ask, on_progress)
    except ImportError as error:
        if isinstance(error, ModuleNotFoundError) and str(error.name).startswith("demos"):
            raise
        raise InputError(
            f"{system.title} needs a part that is not installed here: {str(error).split(':')[0]}."
        ) from error
    dance = beginning(dance, ask.seconds)
    beats, downbeats = (times[times < dance.duration_s] for times in (heard[1].beats, heard[1].downbeats))
    told = {"compare": {"system": key, "hears": ask.hears, "seconds": ask.seconds, "seed": ask.seed}}
    provenance: Provenance = replace(dance.provenance, settings={**dance.provenance.settings, **told})
    return Run(Dance(dance.motions, provenance, heard[0].sha256, beats, downbeats), name_of(key, ask), message)


def name_of(key: str, ask: Ask) -> str:
    """What a run is called: the system, and whatever it was asked beside the usual."""
    said = [
        f"seed {ask.seed}" if ask.seed else "", ask.style or "", ask.closeness or "",
        "" if ask.finishing else "raw", Path(ask.weights).stem if ask.weights else "",
        "shuffled music" if ask.hears == SHUFFLED else "",
    ]  # fmt: skip
    return ", ".join([_known(key).title, *(word for word in said if word)])


def parse(text: str, ask: Ask = Ask()) -> tuple[str, Ask]:
    """A run as the shell writes it: "danceeditor", "duetgen:closeness=hold,seed=3", "xdancer:hears=shuffled".

    ask : what counts where the text says nothing. Raises InputError where it cannot be understood.
    """
    key, _, said = text.partition(":")
    changes: dict[str, object] = {}
    for part in filter(None, said.split(",")):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value or name not in Ask.__dataclass_fields__:
            known = ", ".join(Ask.__dataclass_fields__)
            raise InputError(f"“{part}” is no setting of a system: write NAME=VALUE with one of {known}.")
        changes[name] = _value(name, value)
    key = key.strip().lower().replace("-", "").replace("_", "")
    found = replace(ask, **changes)  # type: ignore[arg-type]
    _checked(_known(key), found)
    return key, found


def _value(name: str, text: str) -> object:
    if name == "finishing":
        if text not in ("yes", "no"):
            raise InputError(f"“finishing={text}” is neither yes nor no.")
        return text == "yes"
    if name not in ("seconds", "seed"):
        return text
    try:
        return int(text) if name == "seed" else float(text)
    except ValueError:
        raise InputError(f"“{name}={text}” is no number.") from None


def _known(key: str) -> System:
    if key not in SYSTEMS:
        raise InputError(f"There is no system “{key}”: choose from {', '.join(SYSTEMS)}.")
    return SYSTEMS[key]


def _checked(system: System, ask: Ask) -> None:
    check("seed", ask.seed, 0, LARGEST_SEED, whole=True)
    check("length in seconds", ask.seconds, SHORTEST_S, 600)
    if ask.hears not in HEARS:
        raise InputError(f"A system hears the song or its pieces shuffled, not “{ask.hears}”.")
    plain = Ask()
    for name in ("style", "closeness", "finishing", "weights", "hears"):
        if name not in system.takes and getattr(ask, name) != getattr(plain, name):
            raise InputError(f"{system.title} does not take “{name}”: leave it out.")


def shuffled(heard: Heard, seed: int) -> Heard:
    """A song whose pieces come in random order, as far as features and beats say: the sound stays.

    Pieces are of uneven length (PIECE_S), else those of a steady song would fall on its beats again.
    """
    song, features = heard
    rng = np.random.default_rng([seed, 61])
    frames = len(features.values)
    steps = rng.integers(*(round(FEATURES_FPS * each) for each in PIECE_S), size=frames)
    cuts = np.cumsum(steps)
    edges = np.concatenate([[0], cuts[cuts < frames], [frames]])
    order = rng.permutation(len(edges) - 1)
    rows = np.concatenate([np.arange(int(edges[piece]), int(edges[piece + 1])) for piece in order])
    lengths = np.diff(edges)
    begins = np.empty(len(order), int)
    begins[order] = np.concatenate([[0], np.cumsum(lengths[order])[:-1]])

    def placed(times: np.ndarray) -> np.ndarray:
        piece = np.clip(np.searchsorted(edges, times * FEATURES_FPS, side="right") - 1, 0, len(order) - 1)
        return times + (begins[piece] - edges[piece]) / FEATURES_FPS

    beats = np.sort(placed(features.beats))
    beats = beats[np.concatenate([[True], np.diff(beats) > SHORTEST_BEAT_S])] if len(beats) else beats
    downbeats = np.sort(placed(features.downbeats))
    return song, replace(
        features, values=features.values[rows], beats=beats, downbeats=downbeats[np.isin(downbeats, beats)]
    )  # fmt: skip
