"""Edit: a dance from a song, then words change it, as often as wanted. Plain inputs, frozen results, no page.

Every result says in its provenance how it was made, from the first song on, and `replay` makes it again.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from demos.audio import cache
from demos.audio.conditions import MUSIC, music_condition
from demos.audio.features import AudioFeatures
from demos.audio.song import Song
from demos.corpus import checkers
from demos.corpus.checkers import Verdict
from demos.corpus.edits import carry_out
from demos.corpus.styles import STYLE_NAMES
from demos.editing import reader, sampling, telling
from demos.editing import weights as networks
from demos.editing.couples import NAMES, addressed
from demos.editing.model import Editor, Predictor
from demos.editing.orders import FULL, Job, Order, job_of
from demos.editing.reader import EMBEDDING, Reading
from demos.motion import vector
from demos.motion.change import change
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.nn import finishing
from demos.runtime.caches import file_sha256
from demos.runtime.errors import InputError
from demos.runtime.limits import LARGEST_SEED, SHORTEST_S, check
from demos.runtime.settings import WEIGHTS

Result = TypeVar("Result")
Heard = tuple[Song, AudioFeatures]
Progress = Callable[[int, int], None]
"""Called with (done, all); it may raise to stop the work."""

SYSTEM = "DanceEditor"
LONGEST_TEXT = 2000
ALTERNATIVES = 3
RAMP_S = 0.2
"""Over which a network's change is led into the dance around it, at the outer ends of where it comes and goes."""


@dataclass(frozen=True, eq=False)
class Generated:
    """A dance made from a song.

    raw : before foot lock and smoothing (the same where they are off). done : 0 to 1, how much of it there is yet.
    """

    dance: Dance
    raw: Dance
    features: AudioFeatures
    message: str
    done: float = 1.0


@dataclass(frozen=True, eq=False)
class Edited:
    """What words did to a dance.

    dance : the result; the very dance that was given where nothing could be done. raw : before foot lock and smoothing.
    readings : one a clause of the text. verdicts : the checkers' on each clause that was carried out, in that order.
    change : (bins at 10 Hz, parts) radians, see demos.motion.change. message : what was understood, achieved, or not.
    by_rule : of each verdict, whether the choreographer's layers did it and not the network.
    """

    dance: Dance
    raw: Dance
    readings: tuple[Reading, ...]
    verdicts: tuple[Verdict, ...]
    change: np.ndarray
    message: str
    by_rule: tuple[bool, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything was carried out; if not, the dance is the one that was given."""
        return bool(self.verdicts)

    @property
    def achieved(self) -> bool:
        """Whether all that was asked was understood, and the checkers see it in the result."""
        return len(self.verdicts) == len(self.readings) and all(verdict.achieved for verdict in self.verdicts)


def generate(
    song: str | Path | Heard,
    *,
    seconds: float | None = None,
    style: str | None = None,
    seed: int = 0,
    steps: int = 10,
    guidance: float | None = None,
    lock: bool = True,
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Generated:
    """A dance to a song: the last, whole one of those that `preview` yields."""
    growing = preview(
        song, seconds=seconds, style=style, seed=seed, steps=steps, guidance=guidance, lock=lock, weights=weights,
        on_progress=on_progress,
    )  # fmt: skip
    made = next(growing)
    for made in growing:  # noqa: B007
        pass
    return made


def preview(
    song: str | Path | Heard,
    *,
    seconds: float | None = None,
    style: str | None = None,
    seed: int = 0,
    steps: int = 10,
    guidance: float | None = None,
    lock: bool = True,
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Iterator[Generated]:
    """The dance as it grows, window after window: the first seconds at once, the last one yielded is whole.

    song : a file, or what `audio.cache.load` gave. seconds : of the song's beginning, all of it when None.
    style : one of STYLE_NAMES, None to choose from the music. steps : of the diffusion. guidance : how much the
    music counts, sampling.GUIDANCE when None. lock : foot lock and smoothing. weights : see weights.load.
    on_progress : (steps done, of all).

    Raises InputError for a song that is none or shorter than SHORTEST_S, and for settings out of range.
    """
    check("seed", seed, 0, LARGEST_SEED, whole=True)
    check("number of steps", steps, 1, 1000, whole=True)
    guidance = sampling.GUIDANCE if guidance is None else guidance
    check("guidance", guidance, 0, 20)
    style = _style(style)
    heard, features = song if isinstance(song, tuple) else cache.load(song)
    frames = _frames(heard, seconds)
    network = networks.load("predictor", weights)
    assert isinstance(network, Predictor)
    settings = {"frames": frames, "style": style, "seed": int(seed), "steps": int(steps), "guidance": float(guidance),
                "lock": bool(lock)}  # fmt: skip
    provenance = Provenance(
        SYSTEM, networks.digest("predictor", weights), int(seed), (), {"generate": settings, "versions": _versions()}
    )
    music = music_condition(features.values, features.beats, features.downbeats, frames)
    stretches = sampling.predict(
        network, music, style=style, seed=int(seed), steps=int(steps), guidance=float(guidance), on_step=on_progress
    )
    end_s = frames / vector.FPS
    beats, downbeats = (times[times < end_s] for times in (features.beats, features.downbeats))
    for raw, shown in finishing.grow(stretches, lock=lock):
        dances = [Dance((motion,), provenance, heard.sha256, beats, downbeats) for motion in (shown, raw)]
        yield Generated(dances[0], dances[1], features, _made(heard, features, frames, style), len(shown) / frames)


def edit(
    dance: Dance,
    text: str,
    *,
    song: Heard | None = None,
    span: tuple[float, float] | None = None,
    parts: Sequence[str] | None = None,
    strength: float = 1.0,
    seed: int = 0,
    steps: int = 10,
    text_guidance: float = 1.0,
    source_guidance: float = 1.0,
    lock: bool = True,
    rules: bool = True,
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Edited:
    """The dance changed as a text asks, clause by clause.

    song : the dance's, for the music; without it only the dance's own beats are heard.
    span : seconds outside which every pose stays bit by bit; None: when the words say. parts : names of
    demos.corpus.parts that alone may change, the others stay bit by bit ("legs" brings the pelvis that they carry);
    None: what the words say. strength : 0 to 1, of what the words ask for. text_guidance, source_guidance : how much
    the words, and the dance before, count. lock, weights, steps : as in `preview`. rules : where the checkers do not
    see in the network's change what was asked, the choreographer's own layers carry it out, and the message says so.
    A couple's dancers change both, unless the text names one ("the follower ...").

    Words that are not understood, or ask for what cannot be, raise nothing: the dance stays and the message says so.
    Raises InputError for settings out of range and dances shorter than SHORTEST_S.
    """
    order = Order.of(
        dance, span=span, parts=parts, strength=strength, seed=seed, steps=steps, text_guidance=text_guidance,
        source_guidance=source_guidance, lock=lock, rules=rules,
    )  # fmt: skip
    text = str(text).strip()
    given, dance = dance, _on_song(dance, song)
    whom, readings = _read(text, dance)
    jobs = [job_of(dance, reading, order) for reading in readings]
    todo = [job for job in jobs if job.edit is not None]
    if not todo or order.strength == 0:
        told = telling.message(jobs, (), order, ())
        return Edited(given, given, tuple(readings), (), change(given, given), told)
    network = networks.load("editor", weights)
    assert isinstance(network, Editor)
    music = _music(dance, song)
    raw = shown = dance
    verdicts, ways = [], []
    for number, job in enumerate(todo):
        before = shown
        for place, dancer in enumerate(whom):
            report = _share(on_progress, number * len(whom) + place, len(todo) * len(whom))
            raw, shown = _carry_out(network, raw, shown, dancer, job, music, order, report)
        verdict, by_rule = _checked(before, shown, whom, job), False
        if order.rules and not verdict.achieved:
            ruled = before
            for dancer in whom:
                ruled = _by_rule(ruled, dancer, job)
            second = _checked(before, ruled, whom, job)
            if second.achieved:
                raw = shown = ruled
                verdict, by_rule = second, True
        verdicts.append(verdict)
        ways.append(by_rule)
    verdicts = [
        verdict if job is todo[-1] else telling.lasting(verdict, _only(dance, whom), _only(shown, whom), job)
        for verdict, job in zip(verdicts, todo, strict=True)
    ]
    provenance = _continued(dance, text, order, song, networks.digest("editor", weights))
    one = NAMES[whom[0]] if len(whom) < len(dance.motions) else ""
    return Edited(
        replace(shown, provenance=provenance), replace(raw, provenance=provenance), tuple(readings), tuple(verdicts),
        change(dance, shown), telling.message(jobs, verdicts, order, ways, whom=one), tuple(ways),
    )  # fmt: skip


def alternatives(make: Callable[..., Result], *, seed: int = 0, count: int = ALTERNATIVES) -> Iterator[Result]:
    """The same with several seeds, one after the other: `alternatives(partial(edit, dance, text, song=song))`."""
    for index in range(count):
        yield make(seed=(seed + index) % (LARGEST_SEED + 1))


def replay(
    provenance: Provenance,
    song: str | Path | Heard,
    *,
    base: Dance | None = None,
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Dance:
    """The dance of a provenance, made again: the same numbers with the same weights, versions and kind of machine.

    base : the dance that was first edited, where that was not generated here.
    Raises InputError where the provenance is not of this room, the base is missing or another, or weights differ.
    """
    settings = provenance.settings
    edits = settings.get("edits", [])
    if "generate" in settings:
        _same("predictor", provenance.weights_sha256, weights)
        values = dict(settings["generate"])
        seconds = values.pop("frames") / vector.FPS
        dance = generate(song, seconds=seconds, weights=weights, on_progress=on_progress, **values).dance
    elif "base" in settings:
        if base is None or _content(base) != settings["base"]["sha256"]:
            raise InputError("This dance began with another one that was not made here: give that one too.")
        dance = base
    else:
        raise InputError("This dance does not say how it was made here, so it cannot be made again.")
    for entry in edits:
        values = dict(entry)
        text, with_song = values.pop("text"), values.pop("song")
        _same("editor", values.pop("editor"), weights)
        if values.pop("reader") != _reader_sha256():
            raise InputError("The reader's weights are not those that this dance was made with.")
        heard = (song if isinstance(song, tuple) else cache.load(song)) if with_song else None
        dance = edit(dance, text, song=heard, weights=weights, on_progress=on_progress, **values).dance
    return dance


def _carry_out(
    network: Editor, raw: Dance, shown: Dance, dancer: int, job: Job, music: np.ndarray, order: Order,
    on_step: Progress | None,
) -> tuple[Dance, Dance]:  # fmt: skip
    """(raw, shown) with one dancer changed by one job."""
    assert job.edit is not None
    motion, parts = shown.motions[dancer], job.edit.parts
    vectors = vector.encode(motion)
    start, stop, blend = job.window(shown, len(vectors))
    made = sampling.edit(
        network, vectors, music, job.reading.embedding, start=start, stop=stop, blend=blend, parts=parts,
        strength=job.strength, seed=order.seed + dancer, steps=order.steps, text_guidance=order.text_guidance,
        source_guidance=order.source_guidance, kind=job.edit.kind, on_step=on_step,
    )  # fmt: skip
    after = vector.decode(made)
    contacts = vector.contacts_of(made)
    if motion.fps != vector.FPS:
        times = np.arange(len(motion)) / motion.fps
        after = after.at(times, motion.fps)
        contacts = contacts[np.minimum(np.round(times * vector.FPS).astype(int), len(made) - 1)]
    if job.share < FULL:
        after = finishing.partly(motion, after, job.share, parts)
    held = {"first": job.first, "stop": job.stop, "parts": parts}
    after = finishing.hold(raw.motions[dancer], after, ramp=round(RAMP_S * motion.fps), **held)
    result = finishing.settle_range(motion, after, claimed=contacts, **held) if order.lock else after
    return _with(raw, dancer, after), _with(shown, dancer, result)


def _by_rule(shown: Dance, dancer: int, job: Job) -> Dance:
    """One dancer changed by the layers that made the networks' examples, in the frames and parts of the job alone."""
    assert job.edit is not None
    start_s, end_s = job.first / shown.fps, job.stop / shown.fps
    blend_s = min(job.blend_s, (end_s - start_s) / 4)
    inner = replace(
        job.edit,
        start_s=start_s if job.first == 0 else start_s + blend_s,
        end_s=end_s if job.stop == len(shown) else end_s - blend_s,
        strength=job.strength * job.share,
    )
    motion = shown.motions[dancer]
    try:
        after = carry_out(_only(shown, [dancer]), inner).motions[0]
    except InputError:  # too short a stretch for this kind
        return shown
    held = finishing.hold(
        motion, after, first=job.first, stop=job.stop, parts=job.edit.parts, ramp=round(RAMP_S * motion.fps)
    )
    return _with(shown, dancer, held)


def _with(dance: Dance, dancer: int, motion: Motion) -> Dance:
    motions = list(dance.motions)
    motions[dancer] = motion
    return dance.with_motions(tuple(motions))


def _only(dance: Dance, whom: Sequence[int]) -> Dance:
    """The dance of some of its dancers."""
    return dance.with_motions(tuple(dance.motions[dancer] for dancer in whom))


def _checked(before: Dance, after: Dance, whom: Sequence[int], job: Job) -> Verdict:
    assert job.edit is not None
    return checkers.check(_only(before, whom), _only(after, whom), job.edit)


def _read(text: str, dance: Dance) -> tuple[tuple[int, ...], list[Reading]]:
    """Who is meant, and the readings of what is asked of them; problems are readings without an edit."""
    everyone = tuple(range(len(dance.motions)))
    if len(text) > LONGEST_TEXT:
        problem = (
            f"That are {len(text)} characters, more than the {LONGEST_TEXT} that are read: say one change at a time, "
            f"such as {reader.EXAMPLES}."
        )
        return everyone, [_unread(text, problem)]
    try:
        whom, said = addressed(text, dance)
    except InputError as error:
        return everyone, [_unread(text, str(error))]
    return whom, reader.read_all(said, dance)


def _unread(text: str, problem: str) -> Reading:
    return Reading(None, np.zeros(EMBEDDING, np.float32), 0.0, "", problem, text)


def _on_song(dance: Dance, song: Heard | None) -> Dance:
    """A dance that has no song yet gets this one's beats; any other keeps its own."""
    if song is None or dance.song_sha256 or len(dance.beats):
        return dance
    end_s = dance.duration_s
    beats, downbeats = (times[times < end_s] for times in (song[1].beats, song[1].downbeats))
    return Dance(dance.motions, dance.provenance, song[0].sha256, beats, downbeats)


def _music(dance: Dance, song: Heard | None) -> np.ndarray:
    """(frames at 30 fps, 39): the song's features where there is one, silence else; the beats are the dance's."""
    frames = max(1, round(len(dance) * vector.FPS / dance.fps))
    values = song[1].values if song is not None else np.zeros((0, MUSIC - 4), np.float32)
    return music_condition(values, dance.beats, dance.downbeats, frames)


def _frames(song: Song, seconds: float | None) -> int:
    """How many frames are danced. InputError where that is too little to dance to."""
    if song.duration_s < SHORTEST_S:
        raise InputError(
            f'"{song.name}" lasts {song.duration_s:.1f} s: choose a song of at least {SHORTEST_S:g} s to dance to.'
        )
    if seconds is None:
        seconds = song.duration_s
    if not (math.isfinite(seconds) and seconds >= SHORTEST_S):
        raise InputError(f"A dance of {seconds:g} s is too short: ask for at least {SHORTEST_S:g} s.")
    return round(min(float(seconds), song.duration_s) * vector.FPS)


def _style(name: str | None) -> str | None:
    plain = (name or "").strip().lower()
    if plain and plain not in STYLE_NAMES:
        raise InputError(f"There is no dance style “{name}”: choose from {', '.join(STYLE_NAMES)}, or none.")
    return plain or None


def _made(song: Song, features: AudioFeatures, frames: int, style: str | None) -> str:
    manner = f"{style} " if style else ""
    if len(features.beats) < 2:
        return f"A {manner}dance of {frames / vector.FPS:.0f} s; no beat was heard in “{song.name}”, so it keeps none."
    return f"A {manner}dance of {frames / vector.FPS:.0f} s to “{song.name}”, {features.tempo_bpm:.0f} beats a minute."


def _share(on_progress: Progress | None, index: int, count: int) -> Progress | None:
    """Progress of one of several equal pieces of work, in hundredths of the whole."""
    if on_progress is None:
        return None
    return lambda done, of: on_progress(round(100 * (index + done / of) / count), 100)


def _continued(dance: Dance, text: str, order: Order, song: Heard | None, editor: str) -> Provenance:
    """The provenance of an edited dance: all that came before, and this text with its settings."""
    entry = {**asdict(order), "text": text, "song": song is not None, "editor": editor, "reader": _reader_sha256()}
    entry["span"], entry["parts"] = (list(value) if value else None for value in (order.span, order.parts))
    old = dance.provenance
    if old.system == SYSTEM and ("generate" in old.settings or "base" in old.settings):
        kept = {key: value for key, value in old.settings.items() if key != "history"}
        settings = {**kept, "edits": [*kept.get("edits", []), entry]}
        return replace(old, prompts=(*old.prompts, text), settings=settings)
    base = {"sha256": _content(dance), "system": old.system, "source": old.source, "prompts": list(old.prompts)}
    settings = {"base": base, "edits": [entry], "versions": _versions()}
    return Provenance(SYSTEM, editor, order.seed, (text,), settings, old.source)


def _content(dance: Dance) -> str:
    """sha256 of what a dance's motions are."""
    total = hashlib.sha256()
    for motion in dance.motions:
        total.update(repr((motion.fps, motion.poses.shape)).encode())
        total.update(motion.poses.tobytes())
        total.update(motion.translation.tobytes())
    return total.hexdigest()


def _versions() -> dict[str, str]:
    """Of what the numbers depend on beside our own code."""
    return {"torch": torch.__version__, "numpy": np.__version__}


def _reader_sha256() -> str:
    path = WEIGHTS / "reader.safetensors"
    return file_sha256(path) if path.is_file() else ""


def _same(kind: networks.Kind, sha256: str, weights: str | Path | None) -> None:
    found = networks.digest(kind, weights)
    if found != sha256:
        raise InputError(
            f"This dance was made with other weights of the {kind} ({sha256[:12]}) than those here ({found[:12]})."
        )
