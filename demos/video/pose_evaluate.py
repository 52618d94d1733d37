"""How good pose from music is: on the beat, various, steady, and what its tokens lose; beside real tracks and two plain
baselines. Of unheard songs and unseen dances: `python -m demos evaluate xdancer --corpus DIR`.

Everything is measured on tracks as the viewer sees them: two dimensions, in heights of the figure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from demos.audio.features import SAMPLE_RATE, AudioFeatures
from demos.audio.song import Song
from demos.corpus.keypoints import COCO_PLACES, PLACE
from demos.motion.contacts import runs
from demos.motion.fairmotion_features import frechet_distance
from demos.motion.vector import FPS
from demos.runtime.errors import InputError
from demos.video import pose_pipeline as pipeline
from demos.video import pose_weights as networks
from demos.video.pose_bones import bones_of, places_of, usual_lengths
from demos.video.pose_codec import PARTS, STEP
from demos.video.pose_data import Sequence2D, sequences
from demos.video.pose_finishing import track_of
from demos.video.pose_model import PRIORS, SEGMENT, Told, XDancer, song_style, still
from demos.video.pose_state import BONES, FEET, STATE, SURE
from demos.video.track import PoseTrack, height_m
from demos.video.track_rhythm import beat_alignment

SONGS = 24
LONG_S = 60.0
"""Of the track on which drift is measured."""
MADE, RAW, UNMUSICAL, REAL, OTHER, SWAY = (
    "made", "made, as written", "made, shuffled music", "real", "real, of another song", "swaying on the beat"
)  # fmt: skip
HIDDEN = 0.3
"""Points less sure than this count as hidden."""
STRAY = 0.1
"""Points that were found further off than this, in heights, count as astray."""
_LOW, _SLOW = 0.05, 0.15  # heights, heights a second: a foot that stands
Found = dict[str, Any]
OnProgress = Callable[[int, int], None]


def evaluate(
    corpus: Path | str,
    *,
    source: str | Path | None = None,
    without: str | Path | None = None,
    split: str = "test",
    songs: int = SONGS,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Found:
    """Tables of a corpus's unheard songs. source : weights, those that ship when None. without : those of the ablation
    without confidence, left out when None. songs : sequences to dance to, spread over the split."""
    network = networks.load(source)
    material = list(sequences(corpus, split, most=songs))
    if len(material) < 2:
        raise InputError(f"The corpus {Path(corpus).name} has less than two 2-D sequences for {split}.")
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if on_progress:
            on_progress(done, len(material) + 2)

    tracks: dict[str, list[PoseTrack]] = {name: [] for name in (MADE, RAW, UNMUSICAL, REAL, OTHER, SWAY)}
    for index, one in enumerate(material):
        real = track_of(one.true, feet=False)
        tracks[REAL].append(real)
        tracks[OTHER].append(track_of(material[(index + len(material) // 2) % len(material)].true, feet=False))
        made = pipeline.dance(heard(one), seed=seed + index, weights=source)
        tracks[MADE].append(made.track)
        tracks[RAW].append(made.raw)
        tracks[UNMUSICAL].append(
            pipeline.dance(heard(shuffled(one, seed + index)), seed=seed + index, weights=source).track
        )
        tracks[SWAY].append(swaying(real, one.beats))
        tick()
    beats = [one.beats for one in material]
    scale = np.stack([features_of(track) for track in tracks[REAL]])
    table = {name: measure(found, beats, scale) for name, found in tracks.items()}
    codec = {"with confidence": reconstruction(network, material)}
    if without is not None:
        codec["without confidence"] = reconstruction(networks.load(without), material)
    codec["as detected"] = reconstruction(None, material)
    tick()
    begun = time.process_time()
    minute = pipeline.dance(long_song(material, LONG_S), seed=seed, weights=source).track
    spent = {"processor seconds for 30 s": 30 * (time.process_time() - begun) / minute.duration_s}
    tick()
    return {
        "tracks": table, "hearing": hearing(network, material), "tokens": codec, "minute": drift(minute) | spent,
        "settings": {"corpus": Path(corpus).name, "split": split, "sequences": len(material), "seed": seed},
    }  # fmt: skip


def heard(one: Sequence2D) -> tuple[Song, AudioFeatures]:
    """A song of the corpus: its features are what counts."""
    seconds = len(one.values) / FPS
    steps = np.diff(one.beats)
    tempo = 60 / float(np.median(steps)) if len(steps) else 0.0
    song = Song(np.zeros(round(seconds * SAMPLE_RATE), np.float32), SAMPLE_RATE, "", "unheard")
    return song, AudioFeatures(one.values, one.beats, one.downbeats, tempo, seconds)


def shuffled(one: Sequence2D, seed: int) -> Sequence2D:
    """The same song with its features and its beats moved round by a random time: its style, not its moments."""
    rng = np.random.default_rng(seed)
    seconds = len(one.values) / FPS
    gap = float(np.median(np.diff(one.beats))) if len(one.beats) > 1 else 0.5
    by = float(rng.uniform(0.25, 0.75) * gap + rng.integers(1, 8) * gap)
    moved = [np.sort((times + by) % seconds) for times in (one.beats, one.downbeats)]
    return replace(one, values=np.roll(one.values, round(by * FPS), axis=0), beats=moved[0], downbeats=moved[1])


def long_song(material: Sequence[Sequence2D], seconds: float) -> tuple[Song, AudioFeatures]:
    """One sequence's song again and again, for `seconds`."""
    one = material[0]
    span = one.downbeats[-1] - one.downbeats[0] if len(one.downbeats) > 1 else len(one.values) / FPS
    first = one.downbeats[0] if len(one.downbeats) > 1 else 0.0
    start, stop = round(first * FPS), round((first + span) * FPS)
    times = -(-int(seconds * FPS) // (stop - start))
    frames = round(seconds * FPS)
    values = np.concatenate([one.values[start:stop]] * times)[:frames]
    grids = []
    for grid in (one.beats, one.downbeats):
        inside = grid[(grid >= first) & (grid < first + span - 1e-3)] - first
        grids.append(np.concatenate([inside + turn * span for turn in range(times)]))
    long = [grid[grid < seconds] for grid in grids]
    song = Song(np.zeros(round(seconds * SAMPLE_RATE), np.float32), SAMPLE_RATE, "", "unheard")
    return song, AudioFeatures(values, long[0], long[1], 60 * len(one.beats) * FPS / len(one.values), seconds)


def swaying(track: PoseTrack, beats: np.ndarray) -> PoseTrack:
    """The first pose of a track leaning from side to side, still on every beat: what needs no network."""
    time = np.arange(len(track)) / track.fps
    lean = 0.08 * np.cos(np.pi * np.interp(time, beats, np.arange(len(beats)))) if len(beats) > 1 else 0.0 * time
    values = np.repeat(track.values[:1], len(track), axis=0)
    values[..., 0] += lean[:, None] * (track.floor - values[..., 1])
    return PoseTrack(values, track.fps, track.floor)


def measure(tracks: Sequence[PoseTrack], beats: Sequence[np.ndarray], scale: np.ndarray) -> dict[str, float | None]:
    """Means over tracks. scale : (n, 51) features of the real ones, by whose deviations spread is counted."""
    rows = np.stack([features_of(track) for track in tracks])
    deviation = scale.std(axis=0) + 1e-6
    normal, real = (rows - scale.mean(axis=0)) / deviation, (scale - scale.mean(axis=0)) / deviation
    pairs = np.linalg.norm(normal[:, None] - normal[None], axis=-1)
    aligned = [beat_alignment(track, grid) for track, grid in zip(tracks, beats, strict=True)]
    return {
        "BAS": _mean([found[0] for found in aligned]),
        "BAS, half a beat off": _mean([found[2] for found in aligned]),
        "BAS, random grid": _mean([found[1] for found in aligned]),
        "DIV": float(pairs.sum() / max(len(rows) * (len(rows) - 1), 1)),
        "Frechet distance": frechet_distance(normal, real),
        "speed, heights/s": _mean([speed_of(track) for track in tracks]),
        "jerk, heights/s3": _mean([jerk_of(track) for track in tracks]),
        "foot slide, %": _mean([100 * slide_of(track) for track in tracks]),
        "way from the start, heights": _mean([float(np.abs(_root(track)).max()) for track in tracks]),
        "turned away, %": _mean([100 * turned_away(track) for track in tracks]),
    }


def features_of(track: PoseTrack) -> np.ndarray:
    """(51,) how COCO's 17 points move in the picture: mean speed along, across, and mean acceleration."""
    points = track.values[:, COCO_PLACES, :2]
    speed = np.abs(np.diff(points, axis=0)).mean(axis=0) * track.fps
    hard = np.linalg.norm(np.diff(points, n=2, axis=0), axis=-1).mean(axis=0) * track.fps**2
    return np.concatenate([speed.ravel(), 0.1 * hard])


def speed_of(track: PoseTrack) -> float:
    """Mean over COCO's points."""
    points = track.values[:, COCO_PLACES, :2]
    return float(np.linalg.norm(np.diff(points, axis=0), axis=-1).mean() * track.fps)


def jerk_of(track: PoseTrack) -> float:
    """Median over time of the mean over COCO's points."""
    points = track.values[:, COCO_PLACES, :2]
    return float(np.median(np.linalg.norm(np.diff(points, n=3, axis=0), axis=-1).mean(axis=1)) * track.fps**3)


def slide_of(track: PoseTrack) -> float:
    """Share of the time on the floor in which a low foot goes over it, in the picture."""
    feet = track.values[:, FEET, :2]
    low = feet[1:, :, 1] > track.floor - _LOW
    fast = np.abs(np.diff(feet[..., 0], axis=0)) * track.fps > _SLOW
    return float((low & fast).sum() / max(low.sum(), 1))


def turned_away(track: PoseTrack) -> float:
    """Share of the time in which the figure shows its back."""
    across = track.values[:, PLACE["left_shoulder"], 0] - track.values[:, PLACE["right_shoulder"], 0]
    return float((across < 0).mean())


def reconstruction(network: XDancer | None, material: Sequence[Sequence2D]) -> dict[str, float | None]:
    """How far the points of a figure that came through the tokens are from where they truly were, in per cent of its
    height, from its own hips and in its own facing: of those that were seen, that were not, that were found far off.

    network : None for the detector's points themselves.
    """
    clear, hidden, stray, moved = [], [], [], []
    for one in material:
        made = one.seen if network is None else through(network, one.seen)
        places = [places_of(states[:, BONES].reshape(len(states), -1, 3)) for states in (made, one.true, one.seen)]
        wrong = 100 * np.linalg.norm(places[0] - places[1], axis=-1) / height_m()
        unseen = one.seen[:, SURE] < HIDDEN
        stray.append(wrong[np.linalg.norm(places[2] - places[1], axis=-1) > STRAY * height_m()])
        clear.append(wrong[~unseen])
        hidden.append(wrong[unseen])
        moved.append(100 * np.linalg.norm(np.diff(places[0] - places[1], axis=0), axis=-1).mean() / height_m() * FPS)
    return {
        "seen": _mean(np.concatenate(clear).tolist()), "hidden": _mean(np.concatenate(hidden).tolist()),
        "astray": _mean(np.concatenate(stray).tolist()), "a second": _mean(moved),
    }  # fmt: skip


@torch.inference_mode()
def through(network: XDancer, states: np.ndarray) -> np.ndarray:
    """States (frames, 252) through the tokens and back."""
    frames = len(states) // 4 * 4
    whole = torch.from_numpy(np.ascontiguousarray(states[:frames]))[None]
    codec = network.codec
    made = codec.normalise.inverse(codec.decode(codec.encode(codec.normalise(whole))))[0].numpy()
    return np.concatenate([made, np.repeat(made[-1:], len(states) - frames, axis=0)]).reshape(-1, STATE)


@torch.inference_mode()
def hearing(network: XDancer, material: Sequence[Sequence2D]) -> dict[str, dict[str, float]]:
    """How well the transformer foresees the deciding tokens of real dances, nats a token, told what was danced before:
    to their music, to the same half a beat off, to another's, and to none. What the first saves is what it hears."""
    dances = [segments_of(one, network) for one in material]
    rows: dict[str, list[float]] = {}
    for index, (tokens, told, offs) in enumerate(dances):
        other = dances[(index + len(dances) // 2) % len(dances)][1].music
        heard = {"its own": told.music, "half a beat off": offs, "another song's": torch.roll(other, 1, 0)[: len(offs)]}
        for name, music in (*heard.items(), ("none", told.music)):
            if len(music) < len(tokens):
                continue
            hears = torch.full_like(told.hears, float(name != "none"))
            logits = network.dancer(tokens, replace(told, music=music, hears=hears), network.codec)
            wanted = tokens[..., 0].flatten()
            lost = torch.nn.functional.cross_entropy(logits[:, :, :PARTS].flatten(0, 2), wanted)
            rows.setdefault(name, []).append(float(lost))
    return {name: {"nats a deciding token": float(np.mean(values))} for name, values in rows.items()}


def segments_of(one: Sequence2D, network: XDancer) -> tuple[torch.Tensor, Told, torch.Tensor]:
    """A dance cut into segments: tokens (n, 16, 5, levels), what they are told, and the music half a beat off."""
    count = len(one.seen) // (STEP * SEGMENT)
    frames = count * STEP * SEGMENT
    states = network.codec.normalise(torch.from_numpy(np.ascontiguousarray(one.seen[:frames]))[None])
    tokens = network.codec.encode(states)[0].unflatten(0, (count, SEGMENT))
    starts = still(states[0, :: STEP * SEGMENT])
    gap = float(np.median(np.diff(one.beats))) if len(one.beats) > 1 else 0.5
    music, off = (
        torch.from_numpy(np.roll(one.music, round(by * FPS), axis=0)[:frames]).unflatten(0, (count, STEP * SEGMENT))
        for by in (0.0, gap / 2)
    )
    song = song_style(torch.from_numpy(one.values)).expand(count, -1)
    style = torch.full((count,), one.style)
    priors = torch.zeros(count, PRIORS, starts.shape[1])
    told = Told(music, song, style, starts, priors, torch.zeros(count, PRIORS), torch.ones(count))
    return tokens, told, off


def drift(track: PoseTrack) -> dict[str, float]:
    """What a long track may lose: lengths of bones, size, place, liveliness, the floor."""
    bones = np.linalg.norm(bones_of(track.values[..., :3].astype(np.float64)), axis=-1)
    lengths = usual_lengths() / height_m()
    third = len(track) // 3
    parts = [PoseTrack(track.values[i * third : (i + 1) * third], track.fps, track.floor) for i in range(3)]
    still = np.linalg.norm(np.diff(track.values[:, COCO_PLACES, :2], axis=0), axis=-1).mean(axis=1) * track.fps < 0.02
    root = _root(track)
    return {
        "seconds": track.duration_s,
        "bone length error, %": float(100 * np.abs(bones[:, 1:] - bones[:1, 1:]).max() / lengths.max()),
        "place in the first third, heights": float(np.abs(root[:third]).max()),
        "place in the last third, heights": float(np.abs(root[-third:]).max()),
        "speed in the first third": speed_of(parts[0]),
        "speed in the last third": speed_of(parts[2]),
        "longest standstill, s": max((stop - start for start, stop in runs(still)), default=0) / track.fps,
        "lowest sole from the floor, heights": float(
            np.abs(track.values[:, FEET, 1].max(axis=1) - track.floor)[third:].mean()
        ),
    }


def text(found: Mapping[str, Any]) -> str:
    """The results as tables."""
    told = found["settings"]
    return "\n\n".join(
        [
            f"## Tracks to unheard songs ({told['sequences']} of 12 s, {told['split']})",
            _table(found["tracks"]),
            "## Does it hear? How well it foresees real dances, by the music it is told",
            _table(found["hearing"]),
            "## What the tokens lose: per cent of the height, from the truth (a second: of change)",
            _table(found["tokens"]),
            "## A minute",
            _table({"made": found["minute"]}),
        ]
    )


def _root(track: PoseTrack) -> np.ndarray:
    return track.values[:, PLACE["pelvis"], 0] - track.values[0, PLACE["pelvis"], 0]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _table(columns: Mapping[str, Mapping[str, float | None]]) -> str:
    keys = dict.fromkeys(key for column in columns.values() for key in column)
    width = max((len(key) for key in keys), default=0)
    lines = ["| " + " " * width + " | " + " | ".join(columns) + " |", "|" + "---|" * (len(columns) + 1)]
    for key in keys:
        cells = [_number(column.get(key)).rjust(len(name)) for name, column in columns.items()]
        lines.append(f"| {key:<{width}} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
