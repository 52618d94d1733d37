"""Pose from music: a track of key points for a song, beginning with the pose of a picture. Plain inputs, frozen result.

Every result says in its provenance how it was made.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from demos.audio import cache
from demos.audio.conditions import music_condition
from demos.audio.features import AudioFeatures
from demos.audio.song import Song
from demos.corpus.styles import STYLE_NAMES
from demos.motion.dance import Provenance
from demos.motion.vector import FPS
from demos.runtime.errors import InputError
from demos.runtime.limits import LARGEST_SEED, SHORTEST_S, check
from demos.video import pose_decoding as decoding
from demos.video import pose_weights as networks
from demos.video.figure import Figure
from demos.video.pose_beats import on_the_beat
from demos.video.pose_decoding import Choices
from demos.video.pose_finishing import towards_viewer, track_of
from demos.video.pose_start import Start, start_of
from demos.video.track import PoseTrack

Heard = tuple[Song, AudioFeatures]
Progress = Callable[[int, int], None]
"""Called with (done, all); it may raise to stop the work."""

SYSTEM = "X-Dancer"
MOST_K = 1024
FRONT = 0.5


@dataclass(frozen=True, eq=False)
class Danced:
    """A track, what made it, the song's features, and one sentence about it. raw : the track as the network wrote it,
    before its stops were laid on beats, its feet held where they stand and lifted where they go."""

    track: PoseTrack
    raw: PoseTrack
    provenance: Provenance
    features: AudioFeatures
    message: str


def dance(
    song: str | Path | Heard,
    figure: Figure | None = None,
    *,
    seconds: float | None = None,
    style: str | None = None,
    seed: int = 0,
    temperature: float = 0.9,
    top_k: int = 40,
    guidance: float = 1.5,
    front: float = FRONT,
    feet: bool = True,
    beats: bool = True,
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Danced:
    """A dance of a picture's figure to a song, at 30 frames a second.

    song : a file, or what `audio.cache.load` gave. figure : who dances; None for the suite's own body, which begins in
    any pose. seconds : of the song's beginning, all of it when None. style : one of STYLE_NAMES, None to choose
    from the music. temperature : 0 the likeliest dance, more is looser. top_k : how many of the likeliest codes are
    drawn from. guidance : how much the music counts, 1 as it was learnt. front : how fast the figure comes back to
    face the viewer when its steps have turned it away, rad/s at most, 0 for not at all. feet : whether those that stand
    are held, and those that go are lifted. beats : whether time bends so that stops fall on beats. weights : see
    pose_weights.load.

    The first frame is the pose of the picture, and bones keep the lengths that they have there. Raises InputError for a
    song that is none or shorter than 2 s, a figure without extent, and settings out of range.
    """
    check("seed", seed, 0, LARGEST_SEED, whole=True)
    check("temperature", temperature, 0, 3)
    check("top_k", top_k, 1, MOST_K, whole=True)
    check("guidance", guidance, 0, 20)
    check("front", front, 0, 10)
    style = _known_style(style)
    start = None if figure is None else _start(figure)
    heard, features = song if isinstance(song, tuple) else cache.load(song)
    frames = _frames(heard, seconds)
    network = networks.load(weights)
    music = music_condition(features.values, features.beats, features.downbeats, frames)
    choices = Choices(
        style=0 if style is None else STYLE_NAMES.index(style) + 1, seed=int(seed), temperature=float(temperature),
        top_k=int(top_k), guidance=float(guidance),
    )  # fmt: skip
    first = None if start is None else start.state
    tokens = decoding.write(network, music, features.values, first, choices, on_step=on_progress)
    states = towards_viewer(decoding.states_from(network, tokens, frames), float(front))
    raw = track_of(states, start, feet=False)
    if beats:
        states = on_the_beat(states, features.beats)
    track = track_of(states, start, feet=feet)
    settings = {
        "dance": {
            "frames": frames, "style": style, "temperature": float(temperature), "top_k": int(top_k),
            "guidance": float(guidance), "front": float(front), "feet": bool(feet), "beats": bool(beats),
            "start": _told(start),
        },
        "versions": {"torch": torch.__version__, "numpy": np.__version__},
    }  # fmt: skip
    provenance = Provenance(SYSTEM, networks.digest(weights), int(seed), (), settings, heard.sha256)
    return Danced(track, raw, provenance, features, f"{frames / FPS:.0f} s of dance{_to(heard, features)}.")


def _start(figure: Figure) -> Start:
    if np.ptp(figure.points, axis=0).max() <= 0:
        raise InputError("All points of the figure lie in one place: find the figure again, or move its joints apart.")
    return start_of(figure.points, figure.confidence, figure.depth, flat=figure.kind != "person")


def _told(start: Start | None) -> dict | None:
    """The figure's proportions and pose, as numbers: enough to make the same dance again without the picture."""
    if start is None:
        return None
    return {
        "state": np.round(start.state.astype(float), 4).tolist(),
        "lengths": np.round(start.lengths, 5).tolist(),
        "hips": round(start.hips, 5),
        "unit": round(start.unit, 4),
    }


def _known_style(style: str | None) -> str | None:
    plain = (style or "").strip().lower()
    if plain and plain not in STYLE_NAMES:
        raise InputError(f"There is no dance style “{style}”: choose from {', '.join(STYLE_NAMES)}.")
    return plain or None


def _frames(song: Song, seconds: float | None) -> int:
    if song.duration_s < SHORTEST_S:
        raise InputError(
            f'"{song.name}" lasts {song.duration_s:.1f} s: choose a song of at least {SHORTEST_S:g} s to dance to.'
        )
    seconds = song.duration_s if seconds is None else seconds
    if not (math.isfinite(seconds) and seconds >= SHORTEST_S):
        raise InputError(f"A dance of {seconds:g} s is too short: ask for at least {SHORTEST_S:g} s.")
    return round(min(float(seconds), song.duration_s) * FPS)


def _to(song: Song, features: AudioFeatures) -> str:
    if len(features.beats) < 2:
        return f" to “{song.name}”, in which no beat was heard"
    return f" to “{song.name}”, {features.tempo_bpm:.0f} beats a minute"
