"""How good dances to unheard songs are, beside real dances, the choreographer's, wrong music, and dumb baselines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from demos.corpus.cleaning import broken
from demos.corpus.report import Window
from demos.corpus.shards import Shards
from demos.editing.evaluate_material import Real, Table, UnheardSong, mean_pose, windows
from demos.editing.model import Predictor
from demos.editing.sampling import predict
from demos.motion import rhythm, solo_metrics, vector
from demos.motion.clip_features import Features, distances, diversities, features_of, mean_rows
from demos.motion.motion import Motion
from demos.nn.finishing import grow
from demos.runtime.errors import InputError

RAW, LOCKED, MADE, REAL = "generated", "generated, feet locked", "choreographer", "real, held-out"
NEAREST, STILL = "training clip, nearest music", "mean pose"
SEARCHED = 600
"""Training clips among which the nearest music is looked for."""


@dataclass(frozen=True, eq=False)
class Generated:
    """The dances made for the test songs, one a song: vectors (frames, 151) as sampled; shown, smoothed and with feet
    locked as the page shows them."""

    songs: tuple[UnheardSong, ...]
    vectors: tuple[np.ndarray, ...]
    shown: tuple[Motion, ...]


def generate(
    predictor: Predictor,
    songs: Sequence[UnheardSong],
    *,
    style: str | None = None,
    seed: int = 0,
    steps: int,
    guidance: float,
    on_done: Callable[[], None] = lambda: None,
) -> Generated:
    """A dance for every song."""
    made, shown = [], []
    for number, song in enumerate(songs):
        parts = list(predict(predictor, song.music, style=style, seed=seed + number, steps=steps, guidance=guidance))
        made.append(np.concatenate(parts))
        *_, (_, finished) = grow(parts, lock=True)
        shown.append(finished)
        on_done()
    return Generated(tuple(songs), tuple(made), tuple(shown))


def measure(generated: Generated, real: Real, corpus: Path) -> dict[str, Any]:
    """Everything about the generated dances.

    Returns "columns" (name -> measure -> value), "clips" (name -> how many), "compared" (clips in every Fréchet
    distance), "beat" (BAS against other songs' beats: `beat_listening`), ready for JSON.

    The choreographer's dances serve twice: half of those to each song are what the others are compared with, the
    other half are a column, so that its own distance is that of two sets of the same kind.
    """
    columns: dict[str, list[Window]] = {REAL: list(real.held_out), MADE: []}
    reference: list[Window] = []
    columns[RAW], columns[LOCKED] = [], []
    for song, vectors, shown in zip(generated.songs, generated.vectors, generated.shown, strict=True):
        for place, danced in enumerate(song.danced):
            side = columns[MADE] if place % 2 == 0 else reference
            side += windows(vector.decode(danced), song.beats, song.name)
        columns[RAW] += windows(vector.decode(vectors), song.beats, song.name)
        columns[LOCKED] += windows(shown, song.beats, song.name)
    columns |= _baselines(generated.songs, real, corpus)
    found = {name: features_of(window.motion for window in chosen) for name, chosen in columns.items() if chosen}
    trained = features_of(window.motion for window in real.trained)
    choreographed = features_of(window.motion for window in reference)
    scale = Features(
        np.concatenate([found[REAL].kinetic, trained.kinetic]),
        np.concatenate([found[REAL].geometric, trained.geometric]),
    )
    compared = min(len(item) for item in (*found.values(), choreographed) if len(item))
    table: Table = {}
    for name, chosen in columns.items():
        if not chosen:
            continue
        row = distances(found[name], trained if name == REAL else found[REAL], scale, count=compared)
        row |= {
            f"{key} to the choreographer's": value
            for key, value in distances(found[name], choreographed, scale, count=compared).items()
        }
        table[name] = {**row, **diversities(found[name], scale), **measured(chosen)}
    table[REAL] |= real.pulse
    for name in (RAW, LOCKED, MADE):
        table[name]["BAS, other songs' beats"] = other_beats(columns[name])
    return {
        "columns": table,
        "clips": {name: len(chosen) for name, chosen in columns.items() if chosen} | {"reference": len(reference)},
        "compared": compared,
        "beat": beat_listening(columns[LOCKED]),
    }


def measured(chosen: Sequence[Window]) -> dict[str, float | None]:
    """Means over clips of what is measured on each alone."""
    return mean_rows(_one(window.motion, window.beats) for window in chosen)


def _one(motion: Motion, beats: np.ndarray) -> dict[str, float | None]:
    skate = solo_metrics.foot_skate(motion)
    row: dict[str, float | None] = {}
    if len(beats):
        aligned = rhythm.beat_alignment(motion, beats)
        row |= {"BAS": aligned.bas, "BAS, dance beats": aligned.bas_dance, "BAS, random grid": aligned.bas_shuffled}
    return {
        **row,
        "PFC": solo_metrics.physical_foot_contact(motion),
        "foot skate, %": None if skate is None else 100 * skate,
        "on its feet, %": 100 * solo_metrics.planted(motion),
        "over 2 cm through floor, %": 100 * solo_metrics.floor_depth(motion)[1],
        "speed, m/s": solo_metrics.speed(motion)[0],
        "typical jerk, m/s3": solo_metrics.jerk(motion)[1],
        "limb range, deg": solo_metrics.limb_range(motion),
        "pops or past range, %": 100 * float(broken(motion).mean()),
    }


def other_beats(chosen: Sequence[Window]) -> float | None:
    """BAS of each clip against the beats of the clips of all other songs: dances made for another song."""
    scores = [score for window in chosen for score in _others(window, chosen)]
    return float(np.mean(scores)) if scores else None


def _others(window: Window, chosen: Sequence[Window]) -> list[float]:
    danced = rhythm.kinematic_beats(window.motion.resample(rhythm.FPS).joints)
    frames = round(window.motion.duration_s * rhythm.FPS) - 1
    grids = [rhythm.music_frames(other.beats, frames) for other in chosen if other.group != window.group]
    return [score for grid in grids if (score := rhythm.hit_rate(grid, danced)) is not None]


def beat_listening(chosen: Sequence[Window]) -> dict[str, float | int | None]:
    """Whether dances hear their own song: over songs, the BAS with its beats less that with all others'.

    Returns "more" (the mean difference), "error" (its standard error over songs) and "songs".
    """
    by_song: dict[str, list[float]] = {}
    for window in chosen:
        own = rhythm.beat_alignment(window.motion, window.beats).bas
        others = _others(window, chosen)
        if own is not None and others:
            by_song.setdefault(window.group, []).append(own - float(np.mean(others)))
    means = [float(np.mean(values)) for values in by_song.values()]
    count = len(means)
    return {
        "more": float(np.mean(means)) if count else None,
        "error": float(np.std(means, ddof=1) / np.sqrt(count)) if count > 1 else None,
        "songs": count,
    }


def _baselines(songs: Sequence[UnheardSong], real: Real, corpus: Path) -> dict[str, list[Window]]:
    """Dumb dances to the same songs: nobody moving; the training clip whose music is most like."""
    found: dict[str, list[Window]] = {NEAREST: [], STILL: []}
    nearest = _nearest_clips(songs, corpus)
    for song in songs:
        if real.trained:
            found[STILL] += windows(vector.decode(mean_pose(real.trained, len(song.values))), song.beats, song.name)
        for place, window in enumerate(windows(vector.decode(song.danced[0]), song.beats, song.name)):
            motion = nearest.get((song.name, place))
            if motion is not None:
                found[NEAREST].append(Window(motion, window.beats, song.name))
    return found


def _nearest_clips(songs: Sequence[UnheardSong], corpus: Path) -> dict[tuple[str, int], Motion]:
    """For each clip of each song the training clip with the nearest mean and deviation of the music; {} without any."""
    try:
        shards = Shards(corpus, "solo", "train")
    except InputError:
        return {}
    places = np.unique(np.linspace(0, len(shards) - 1, min(SEARCHED, len(shards))).astype(int))
    known = np.stack([_music_summary(shards[int(place)].arrays["music"]) for place in places])
    mean, spread = known.mean(axis=0), known.std(axis=0) + 1e-6
    found = {}
    for song in songs:
        length = len(shards[int(places[0])].arrays["music"])
        for number, start in enumerate(range(0, len(song.values) - length + 1, length)):
            wanted = _music_summary(song.values[start : start + length])
            best = int(np.linalg.norm((known - wanted) / spread, axis=1).argmin()) if len(mean) else 0
            found[song.name, number] = shards[int(places[best])].motion()
    return found


def _music_summary(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values.mean(axis=0), values.std(axis=0)])
