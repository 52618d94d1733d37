"""What the training sets hold and how one shard of each is made: a song, the dances to it, their words and changes.

A shard is a song. Its dances are choreographed once and cut into overlapping windows; edits and 2-D sequences are made
of the windows of the shard of the same number, so that every set keeps to the split of its song and of its phrases.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import resample_poly

from demos.audio.features import SAMPLE_RATE, feature_values
from demos.corpus import pose2d
from demos.corpus.attributes import measure_attributes
from demos.corpus.captions import captions
from demos.corpus.checkers import check
from demos.corpus.choreographer import Choreography, choreograph
from demos.corpus.couples import choreograph_couple
from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edits import carry_out, sample_edit
from demos.corpus.instructions import instructions
from demos.corpus.layers.kind import Layer
from demos.corpus.layers.registry import KINDS, apply
from demos.corpus.measures.music import facts_of_composition
from demos.corpus.music import CATALOGUE, Composition, compose, midi_bytes, synthesise
from demos.corpus.phrases import Clip, Phrase
from demos.corpus.shards import Shard, ShardWriter, shorten, sub_view
from demos.corpus.splits import phrases_by_split, song_seed, styles_of
from demos.motion.contacts import foot_contacts
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.vector import FPS
from demos.runtime.errors import InputError

SETS = ("solo", "duets", "edits", "pose2d")
WINDOW_S, HOP_S = 12.0, 6.0
"""Of solo, duet and 2-D items: the clips of TD-Data last 12 s."""
CAPTIONS = 4
EDIT_S = 8.0
CHAIN = 4
_DRAWS = 3  # of an edit before a chain ends
WORDINGS = 3
LAYERED_SHARE = 0.5
"""Of the solo dances have layers laid over them, for what no capture shows: kicks, waves, punches, held levels ..."""
_LAYER_CHANCE = 0.5  # per eight counts of a layered dance
_OVERSAMPLED = 2  # songs are rendered at this many times the features' rate, so that cymbals do not alias

DANCED = {
    "salsa": ("salsa",), "cha_cha": ("salsa",), "bachata": ("salsa",), "samba": ("salsa", "pop"),
    "tango": ("modern", "salsa"), "reggaeton": ("hiphop", "pop"), "flamenco": ("indian", "modern"),
    "hip_hop": ("hiphop", "pop"), "breaking": ("breaking", "hiphop"), "popping": ("hiphop", "pop"),
    "locking": ("disco", "hiphop"), "krump": ("hiphop", "breaking"), "street_jazz": ("jazz", "hiphop"),
    "house": ("pop", "disco"), "disco": ("disco", "pop"), "k_pop": ("pop", "hiphop"), "afrobeat": ("hiphop", "pop"),
    "swing": ("jazz", "salsa"), "rock_n_roll": ("jazz", "pop"), "folk": ("mixed", "indian"),
    "waltz": ("modern", "jazz"), "ballet": ("modern",), "contemporary": ("modern",), "indian_classical": ("indian",),
}  # fmt: skip
"""The dance styles that go with each style of music, the usual one first."""

COUPLES = (
    ("salsa", ("salsa", "bachata", "cha_cha", "samba"), ("hold", "hold", "open")),
    ("pop", ("k_pop", "house", "rock_n_roll", "disco"), ("open", "hold", "apart")),
    ("salsa", ("salsa", "salsa", "cha_cha", "bachata"), ("hold", "hold", "hold")),
    ("jazz", ("swing", "street_jazz", "rock_n_roll"), ("hold", "open", "apart")),
    ("hiphop", ("hip_hop", "locking", "afrobeat", "reggaeton"), ("apart", "open", "hold")),
    ("mixed", ("disco", "folk", "waltz", "house"), ("hold", "apart", "open")),
)  # fmt: skip
"""Dance style, styles of music, and closeness of each duet to a song; songs take these in turn. Salsa in hold is danced
by the real couples."""


@dataclass(frozen=True)
class Size:
    """How much is built. songs, duet_songs : of train, validation and test. song_s : seconds of a song and its dances.

    dances, duets : to each song. chains : of edits to each solo dance. cameras : on each window of a solo dance's.
    """

    songs: tuple[int, int, int]
    duet_songs: tuple[int, int, int]
    song_s: float
    dances: int
    duets: int
    chains: int
    cameras: int


SIZES = {
    "small": Size((2, 1, 1), (1, 1, 1), 26.0, 2, 1, 1, 1),
    "medium": Size((16, 3, 3), (6, 2, 2), 48.0, 4, 2, 12, 1),
    "full": Size((140, 18, 18), (70, 9, 9), 66.0, 4, 3, 36, 1),
}
"""full: 12.9 h of solo dance, 4.8 h of duets, over 60,000 edits."""


class Sources:
    """The phrases that each split may dance, and their styles."""

    def __init__(self, clips: Sequence[Clip]) -> None:
        self.clips = tuple(clips)
        self.phrases: dict[str, list[Phrase]] = phrases_by_split(clips)
        self.styles: dict[str, tuple[str, ...]] = {split: styles_of(phrases) for split, phrases in self.phrases.items()}

    @cached_property
    def fingerprint(self) -> str:
        """Of the trials' names and motions: corpora of the same fingerprint, seed and size are the same."""
        digest = hashlib.sha256()
        for clip in self.clips:
            digest.update(f"{clip.source} {clip.role} {len(clip.motion)}".encode())
            digest.update(clip.motion.poses.tobytes())
        return digest.hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class SetSong:
    """A composed song with its features."""

    composition: Composition
    values: np.ndarray
    sha256: str

    def facts(self) -> dict[str, Any]:
        """What items say about it."""
        song = self.composition
        return {
            "sha256": self.sha256,
            "style": song.style,
            "variant": song.variant,
            "genre": song.genre,
            "seed": song.seed,
            "tempo_bpm": song.tempo_bpm,
            "key": song.key,
        }


def make_song(style: str, seconds: float, seed: int, *, audio: Path | None = None) -> SetSong:
    """Compose and render a song and take its 35 features; audio : a .flac to write as well."""
    composition = compose(style, seconds=seconds, seed=seed)
    sound = synthesise(composition, sample_rate=_OVERSAMPLED * SAMPLE_RATE, channels=1)
    samples = resample_poly(sound, 1, _OVERSAMPLED).astype(np.float32)
    if audio is not None:
        import soundfile

        audio.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(audio, sound, _OVERSAMPLED * SAMPLE_RATE)
    frames = round(seconds * FPS)
    values = feature_values(samples)
    values = np.pad(values, ((0, max(0, frames - len(values))), (0, 0)), mode="edge")[:frames]
    return SetSong(composition, values, hashlib.sha256(midi_bytes(composition)).hexdigest())


def solo_shard(
    sources: Sources, size: Size, *, seed: int, split: str, number: int, audio: Path | None = None
) -> ShardWriter:
    """A song and its solo dances, in windows with captions, attributes, and the clips they come from."""
    rng = np.random.default_rng([seed, 1, number, *split.encode()])
    names = sorted(CATALOGUE)
    music = names[(number + int(np.random.default_rng([seed, *split.encode()]).integers(len(names)))) % len(names)]
    song = make_song(music, size.song_s, song_seed(seed, "solo", split, number), audio=audio)
    writer = ShardWriter()
    heard = writer.add_rows("music", song.values)
    for index in range(size.dances):
        wanted = DANCED.get(music, ("mixed",))
        style = wanted[index % len(wanted)] if rng.random() < 0.85 else str(rng.choice(sources.styles[split]))
        made = _solo(sources, split, song, size.song_s, style, int(rng.integers(1 << 31)))
        motion, layers = made.dance.motions[0], []
        if rng.random() < LAYERED_SHARE:
            motion, layers = lay_over(motion, song.composition, rng)
        view = writer.add_motion(motion, foot_contacts(motion))
        for place, start in enumerate(window_starts(len(motion))):
            stop = min(start + round(WINDOW_S * FPS), len(motion))
            dance, words = _words(song, (motion,), start, stop, seed=int(rng.integers(1 << 31)))
            facts = {
                "id": f"solo/{split}/{number:05d}/{index}/{place}",
                "dance": index,
                "start": start,
                "style": made.style,
                "song": song.facts(),
                "beats": _rounded(dance.beats),
                "downbeats": _rounded(dance.downbeats),
                "sources": _sources(made, start / FPS, stop / FPS),
                "layers": [entry for entry in layers if entry["end_s"] * FPS > start and entry["start_s"] * FPS < stop],
                **words,
            }
            views = {"motion": sub_view(view, start, stop), "music": sub_view(heard, start, stop)}
            writer.add_item(views, facts)
    return writer


def duet_shard(
    sources: Sources, size: Size, *, seed: int, split: str, number: int, audio: Path | None = None
) -> ShardWriter:
    """A song and couples who dance to it."""
    rng = np.random.default_rng([seed, 2, number, *split.encode()])
    style, tunes, nearness = COUPLES[number % len(COUPLES)]
    music = str(rng.choice(tunes))
    song = make_song(music, size.song_s, song_seed(seed, "duets", split, number), audio=audio)
    composition = song.composition
    writer = ShardWriter()
    heard = writer.add_rows("music", song.values)
    for index in range(size.duets):
        closeness, dance = nearness[index % len(nearness)], None
        for chosen in (style, "mixed"):
            try:
                dance = choreograph_couple(
                    composition.beats, composition.downbeats, seconds=size.song_s, phrases=sources.phrases[split],
                    style=chosen, seed=int(rng.integers(1 << 31)), closeness=closeness, sections=composition.sections,
                    song_sha256=song.sha256,
                )  # fmt: skip
                break
            except InputError:
                continue
        if dance is None:
            continue
        told = dance.provenance.settings
        views = [writer.add_motion(motion, foot_contacts(motion)) for motion in dance.motions]
        for place, start in enumerate(window_starts(len(dance))):
            stop = min(start + round(WINDOW_S * FPS), len(dance))
            part, words = _words(song, dance.motions, start, stop, seed=int(rng.integers(1 << 31)))
            facts = {
                "id": f"duets/{split}/{number:05d}/{index}/{place}",
                "dance": index,
                "start": start,
                "style": told.get("style", style),
                "closeness": closeness,
                "song": song.facts(),
                "beats": _rounded(part.beats),
                "downbeats": _rounded(part.downbeats),
                "sources": dance.provenance.source.split(", "),
                "forms": _during(told.get("forms", ()), start / FPS, stop / FPS),
                "holds": _during(told.get("holds", ()), start / FPS, stop / FPS),
                **words,
            }
            writer.add_item(
                {
                    "lead": sub_view(views[0], start, stop),
                    "follow": sub_view(views[1], start, stop),
                    "music": sub_view(heard, start, stop),
                },
                facts,
            )
    return writer


def edit_shard(solo: Path, size: Size, *, seed: int, split: str, number: int) -> ShardWriter:
    """Chains of edits of stretches of a solo shard's dances, all passed by their checkers."""
    rng = np.random.default_rng([seed, 3, number, *split.encode()])
    shard = Shard(solo)
    writer = ShardWriter()
    for index, windows in dances_of(shard).items():
        for chain in range(size.chains):
            window = windows[int(rng.integers(len(windows)))]
            whole = shard.motion(window["views"]["motion"])
            length = min(round(EDIT_S * FPS), len(whole))
            beats = np.array([beat for beat in window["downbeats"] if beat * FPS <= len(whole) - length] or [0.0])
            start = max(0, round(float(rng.choice(beats)) * FPS) - int(rng.integers(0, 4)))
            stop = start + length
            motion = whole.slice(start, stop)
            dance = Dance(
                (motion,), Provenance("choreographer"), window["song"]["sha256"],
                *(_inside(np.array(window[name]), start / FPS, stop / FPS) for name in ("beats", "downbeats")),
            )  # fmt: skip
            turns = edit_chain(
                dance, seed=int(rng.integers(1 << 31)), length=int(rng.integers(1, CHAIN + 1)), split=split
            )
            if not turns:
                continue
            heard = writer.add_rows("music", shard.rows(sub_view(window["views"]["music"], start, stop)))
            view = writer.add_motion(motion, foot_contacts(motion))
            for turn, (after, told) in enumerate(turns):
                before, view = view, writer.add_motion(after, foot_contacts(after))
                facts = {
                    "id": f"edits/{split}/{number:05d}/{index}-{chain}/{turn}",
                    "chain": f"{number:05d}/{index}-{chain}",
                    "turn": turn,
                    "turns": len(turns),
                    "solo": window["id"],
                    "start": start,
                    "style": window["style"],
                    "song": window["song"],
                    "beats": _rounded(dance.beats),
                    "downbeats": _rounded(dance.downbeats),
                    **told,
                }
                writer.add_item({"before": before, "after": view, "music": heard}, facts)
    return writer


def edit_chain(dance: Dance, *, seed: int, length: int, split: str) -> list[tuple[Motion, dict[str, Any]]]:
    """Up to `length` edits of a solo, each of the last one's result: what comes out, and facts for the item.

    What its own checker does not pass, or changes what was to stay, is drawn again; after a few times the chain ends.
    """
    rng = np.random.default_rng([seed, 5])
    turns: list[tuple[Motion, dict[str, Any]]] = []
    left = list(EDIT_KINDS)
    for _ in range(length * _DRAWS):
        if len(turns) == length:
            break
        try:
            edit = sample_edit(dance, seed=int(rng.integers(1 << 31)), kinds=left)
            after = carry_out(dance, edit)
        except InputError:
            continue
        verdict = check(dance, after, edit)
        if not (verdict.achieved and verdict.preserved):
            continue
        facts = {
            "instructions": instructions(edit, seed=int(rng.integers(1 << 31)), count=WORDINGS, split=split),
            "edit": json.loads(edit.to_json()),
            "score": round(float(verdict.score), 4),
        }
        turns.append((after.motions[0], facts))
        left.remove(edit.kind)
        dance = after
    return turns


def pose2d_shard(solo: Path, size: Size, *, seed: int, split: str, number: int) -> ShardWriter:
    """The windows of a solo shard's dances as random cameras and a detector see them."""
    rng = np.random.default_rng([seed, 4, number, *split.encode()])
    shard = Shard(solo)
    writer = ShardWriter()
    for windows in dances_of(shard).values():
        for window in windows[:: round(WINDOW_S / HOP_S)]:
            motion = shard.motion(window["views"]["motion"])
            heard = writer.add_rows("music", shard.rows(window["views"]["music"]))
            for camera_number in range(size.cameras):
                camera = pose2d.random_camera(motion, rng)
                seen = pose2d.see(motion, camera, rng)
                views = {
                    "keypoints": writer.add_rows("keypoints", shorten(seen.keypoints)),
                    "clean": writer.add_rows("clean", shorten(seen.clean)),
                    "confidence": writer.add_rows("confidence", np.round(255 * seen.confidence).astype(np.uint8)),
                    "depth": writer.add_rows("depth", shorten(seen.depth)),
                    "music": heard,
                }
                facts = {
                    "id": f"pose2d/{window['id'].removeprefix('solo/')}/{camera_number}",
                    "solo": window["id"],
                    "camera": camera.facts(),
                    **{key: window[key] for key in ("style", "song", "beats", "downbeats", "captions")},
                }
                writer.add_item(views, facts)
    return writer


def dances_of(shard: Shard) -> dict[int, list[dict]]:
    """The items of a solo shard by dance."""
    found: dict[int, list[dict]] = {}
    for index in range(len(shard)):
        facts = shard.facts(index)
        found.setdefault(facts["dance"], []).append(facts)
    return found


def window_starts(frames: int) -> list[int]:
    """First frames of the windows of a dance: every HOP_S, whole windows only (one window for a shorter dance)."""
    window, hop = round(WINDOW_S * FPS), round(HOP_S * FPS)
    return list(range(0, max(frames - window, 0) + 1, hop))


def lay_over(motion: Motion, song: Composition, rng: np.random.Generator) -> tuple[Motion, list[dict]]:
    """A solo with a layer over about every other eight-count; the layers, and where they are."""
    names = [name for name in KINDS if name not in ("delay", "reverse", "arm_path", "stay", "mirror")]
    laid = []
    for start in song.phrases:
        end = float(np.searchsorted(song.phrases, start + 1e-6))
        end = float(song.phrases[int(end)]) if end < len(song.phrases) else float(song.beats[-1])
        if end - start < 2.0 or start >= motion.duration_s or rng.random() > _LAYER_CHANCE:
            continue
        kind = str(rng.choice(names))
        layer = Layer(kind, float(start), min(end, motion.duration_s), strength=float(rng.choice([0.6, 0.8, 1.0])))
        try:
            motion = apply(motion, layer, beats=song.beats, downbeats=song.downbeats)
        except InputError:
            continue  # this kind finds nothing to do here
        span = {"start_s": round(layer.start_s, 3), "end_s": round(layer.end_s, 3)}
        laid.append({"kind": kind, **span, "strength": layer.strength})
    return motion, laid


def _solo(sources: Sources, split: str, song: SetSong, seconds: float, style: str, seed: int) -> Choreography:
    """A dance of this style if the split's phrases can dance it, else of a style that they can."""
    order = [style, "mixed"] if style in sources.styles[split] else ["mixed"]
    composition = song.composition
    problem = None
    for name in order:
        try:
            return choreograph(
                composition.beats, composition.downbeats, seconds=seconds, phrases=sources.phrases[split], style=name,
                seed=seed, sections=composition.sections, song_sha256=song.sha256,
            )  # fmt: skip
        except InputError as error:
            problem = error
    raise InputError(f"The {split} dances cannot be joined into one to {composition.genre}: {problem}")


def _words(
    song: SetSong, motions: Sequence[Motion], start: int, stop: int, *, seed: int
) -> tuple[Dance, dict[str, Any]]:
    """A window as a dance of its own, its captions and attributes."""
    begin, end = start / FPS, stop / FPS
    dance = Dance(
        tuple(motion.slice(start, stop) for motion in motions), Provenance("choreographer"), song.sha256,
        _inside(song.composition.beats, begin, end), _inside(song.composition.downbeats, begin, end),
    )  # fmt: skip
    attributes = measure_attributes(dance, music=facts_of_composition(song.composition, start_s=begin, end_s=end))
    return dance, {
        "captions": captions(attributes, seed=seed, count=CAPTIONS),
        "attributes": json.loads(attributes.to_json()),
    }


def _inside(times: np.ndarray, start_s: float, end_s: float) -> np.ndarray:
    """Those of some times that fall into a stretch, on its clock."""
    return times[(times >= start_s) & (times < end_s)] - start_s


def _rounded(times: np.ndarray) -> list[float]:
    return [round(float(time), 4) for time in times]


def _during(entries: Sequence[dict], start_s: float, end_s: float) -> list[dict]:
    """Entries with start_s and end_s that touch a stretch, on its clock."""
    return [
        {**entry, "start_s": round(entry["start_s"] - start_s, 3), "end_s": round(entry["end_s"] - start_s, 3)}
        for entry in entries
        if entry["end_s"] > start_s and entry["start_s"] < end_s
    ]


def _sources(made: Choreography, start_s: float, end_s: float) -> list[dict]:
    return [
        {
            "trial": step.trial,
            "source": step.source,
            "collection": step.collection,
            "from_s": round(step.from_s, 3),
            "to_s": round(step.to_s, 3),
            "mirrored": step.mirrored,
        }
        for step in made.plan
        if step.end_s > start_s and step.start_s < end_s
    ]
