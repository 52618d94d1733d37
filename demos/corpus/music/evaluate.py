"""Does it pass as music? Styles told apart by ear-like features, beats found by trackers, form and notes measured.

python -m demos.corpus.music.evaluate --songs 6 --seconds 30
"""

import argparse
import json
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import librosa
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from demos.audio import beats as beat_tracking
from demos.audio.features import COLUMNS, FPS, HOP, SAMPLE_RATE, feature_values
from demos.corpus.music.composition import Composition, compose
from demos.corpus.music.styles import CATALOGUE
from demos.corpus.music.synthesis import synthesise
from demos.runtime.errors import InputError

WINDOW_S = 0.07  # a beat found this near counts, as in MIREX
LAGS_S = np.geomspace(0.1, 2.4, 48)  # periods at which the onsets' self-similarity is read


@dataclass(frozen=True, eq=False)
class Heard:
    """One song as it was made and as it was heard."""

    style: str
    tempo_bpm: float
    texture: np.ndarray  # what a classifier reads
    librosa_f: float
    librosa_any_level_f: float
    tracker_f: float  # nan where the trained tracker is not installed
    tracker_any_level_f: float
    downbeat_f: float
    boundary_contrast: float
    notes: dict[str, float]
    compose_s: float
    render_s: float
    seconds: float


def f_measure(found: np.ndarray, true: np.ndarray, *, window_s: float = WINDOW_S) -> float:
    """F-measure of event times in seconds: each true event may be met by one found event within the window."""
    found, true = np.sort(found), np.sort(true)
    if not len(found) or not len(true):
        return 0.0
    hits, here = 0, 0
    for event in true:
        while here < len(found) and found[here] < event - window_s:
            here += 1
        if here < len(found) and found[here] <= event + window_s:
            hits += 1
            here += 1
    return 2 * hits / (len(found) + len(true))


def any_level(found: np.ndarray, true: np.ndarray) -> float:
    """F-measure at the best of the levels dancers may feel: every beat, every other, or twice as many."""
    halves = (true[:-1] + true[1:]) / 2
    levels = (true, true[::2], true[1::2], np.sort(np.concatenate([true, halves])))
    return max(f_measure(found, level) for level in levels)


def onset_periods(onset: np.ndarray) -> np.ndarray:
    """(48,) how like itself the onset envelope is after each of LAGS_S seconds, -1..1."""
    centred = onset - onset.mean()
    size = 1 << int(2 * len(centred) - 1).bit_length()
    correlation = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2)[: len(centred)]
    correlation = correlation / max(correlation[0], 1e-9)
    return np.interp(LAGS_S, np.arange(len(correlation)) / FPS, correlation)


def texture(values: np.ndarray) -> np.ndarray:
    """What a song sounds like on the whole: timbre and its movement, onsets and their periods, tonal spread.

    values : (frames, 35) of demos.audio.features. No key, no tempo given from outside.
    """
    onset, mfcc, chroma = values[:, 0], values[:, COLUMNS["mfcc"]], values[:, COLUMNS["chroma"]]
    peaks = values[:, COLUMNS["peak"]].sum() / len(values) * FPS
    return np.concatenate(
        [
            mfcc.mean(0),
            mfcc.std(0),
            np.abs(np.diff(mfcc, axis=0)).mean(0),
            np.sort(chroma.mean(0)),
            onset_periods(onset),
            [onset.mean(), onset.std(), peaks],
        ]
    )


def boundary_contrast(values: np.ndarray, composition: Composition) -> float:
    """Novelty where sections meet over novelty on the other downbeats; 1 where the form cannot be heard.

    Novelty at a time is the distance between the mean timbre and onsets of the three seconds before and after.
    """
    columns = np.column_stack([values[:, 0], values[:, COLUMNS["mfcc"]]])
    columns = (columns - columns.mean(0)) / (columns.std(0) + 1e-6)
    total = np.vstack([np.zeros(columns.shape[1]), np.cumsum(columns, axis=0)])
    reach = 3 * FPS

    def novelty(time_s: float) -> float | None:
        at = round(time_s * FPS)
        if at < reach or at + reach > len(columns):
            return None
        before, after = (total[at] - total[at - reach]) / reach, (total[at + reach] - total[at]) / reach
        return float(np.linalg.norm(after - before))

    edges = [section.start_s for section in composition.sections[1:]]
    inside = [t for t in composition.downbeats if not edges or min(abs(t - e) for e in edges) > 2.0]
    at_edges = [n for n in map(novelty, edges) if n is not None]
    elsewhere = [n for n in map(novelty, inside) if n is not None]
    return float(np.mean(at_edges) / np.mean(elsewhere)) if at_edges and elsewhere else float("nan")


def entropy(items: list) -> float:
    """Shannon entropy in bits."""
    counts = np.array(list(Counter(items).values()), dtype=float)
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum())


def note_facts(starts: np.ndarray, pitches: list[int], loudness: list[int], duration_s: float) -> dict[str, float]:
    """Density a second, entropies of pitch class and of the time between notes (20-ms bins), spread of velocity."""
    gaps = np.diff(np.unique(np.round(np.sort(starts), 2)))
    return {
        "notes_per_s": len(starts) / duration_s,
        "pitch_class_bits": entropy([p % 12 for p in pitches]) if pitches else 0.0,
        "gap_bits": entropy(list(np.round(gaps / 0.02).astype(int))) if len(gaps) else 0.0,
        "velocity_spread": float(np.std(loudness)),
    }


def song_facts(composition: Composition) -> dict[str, float]:
    """The note facts of a composition; drums count in all but the pitch classes."""
    notes = [(n, i.is_drum) for i in composition.midi.instruments for n in i.notes]
    return note_facts(
        np.array([n.start for n, _ in notes]),
        [n.pitch for n, drum in notes if not drum],
        [n.velocity for n, _ in notes],
        composition.duration_s,
    )


def baselines(seconds: float, rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """The same facts of what music is not: a metronome at 120, and notes at random."""
    ticks = np.arange(0, seconds, 0.5)
    count = int(seconds * 30)
    random_pitches = [int(p) for p in rng.integers(36, 96, count)]
    random_loudness = [int(v) for v in rng.integers(1, 127, count)]
    return {
        "metronome": note_facts(ticks, [76] * len(ticks), [100] * len(ticks), seconds),
        "random notes": note_facts(rng.uniform(0, seconds, count), random_pitches, random_loudness, seconds),
    }


def processor_s() -> float:
    """Processor seconds this process and its finished children have used, fair on a busy machine."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def tracked(samples: np.ndarray) -> beat_tracking.Pulse | None:
    """The beats of the project's own tracker, or None where its weights are not installed."""
    try:
        return beat_tracking.track(samples)
    except InputError:
        return None


def hear(style: str, seed: int, seconds: float) -> Heard:
    """Compose, render and listen to one song."""
    begun = processor_s()
    song = compose(style, seconds=seconds, seed=seed)
    composed = processor_s()
    sound = synthesise(song, sample_rate=2 * SAMPLE_RATE, channels=1)
    rendered = processor_s()
    samples = librosa.resample(sound, orig_sr=2 * SAMPLE_RATE, target_sr=SAMPLE_RATE)
    values = feature_values(samples)
    onset = values[:, 0]
    _, frames = librosa.beat.beat_track(onset_envelope=onset, sr=SAMPLE_RATE, hop_length=HOP)
    librosa_beats = np.asarray(frames) * HOP / SAMPLE_RATE
    pulse = tracked(samples)
    return Heard(
        style=style,
        tempo_bpm=song.tempo_bpm,
        texture=texture(values),
        librosa_f=f_measure(librosa_beats, song.beats),
        librosa_any_level_f=any_level(librosa_beats, song.beats),
        tracker_f=f_measure(pulse.beats, song.beats) if pulse else np.nan,
        tracker_any_level_f=any_level(pulse.beats, song.beats) if pulse else np.nan,
        downbeat_f=f_measure(pulse.downbeats, song.downbeats) if pulse else np.nan,
        boundary_contrast=boundary_contrast(values, song),
        notes=song_facts(song),
        compose_s=composed - begun,
        render_s=rendered - composed,
        seconds=seconds,
    )


def separability(songs: list[Heard], folds: int) -> tuple[dict[str, float], dict[str, Counter]]:
    """Cross-validated accuracy of two simple classifiers over styles, and what each style was taken for."""
    features = np.stack([song.texture for song in songs])
    styles = np.array([song.style for song in songs])
    split = StratifiedKFold(folds, shuffle=True, random_state=0)
    models = {
        "nearest centroid": make_pipeline(StandardScaler(), NearestCentroid()),
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=2000)),
    }
    right = dict.fromkeys(models, 0)
    taken: dict[str, Counter] = {style: Counter() for style in sorted(set(styles))}
    for train, test in split.split(features, styles):
        for name, model in models.items():
            guess = model.fit(features[train], styles[train]).predict(features[test])
            right[name] += int((guess == styles[test]).sum())
            if name == "logistic regression":
                for true, said in zip(styles[test], guess, strict=True):
                    taken[str(true)][str(said)] += 1
    return {name: count / len(songs) for name, count in right.items()}, taken


def evaluate(*, songs_per_style: int = 6, seconds: float = 30.0, seed: int = 1000, workers: int = 2) -> dict:
    """Compose and listen to songs of every style; see the module's first line for what is measured.

    songs_per_style : at least 2. Returns plain numbers: accuracy and chance, confusions, beat F-measures, novelty
    contrast, note facts with their baselines, and seconds of music made per second.
    """
    jobs = [(style, seed + number, seconds) for style in CATALOGUE for number in range(songs_per_style)]
    with ProcessPoolExecutor(workers) as pool:
        songs = list(pool.map(hear, *zip(*jobs, strict=True), chunksize=2))
    accuracy, taken = separability(songs, min(songs_per_style, 5))

    def mean(style: str | None, field: str) -> float:
        values = [getattr(s, field) for s in songs if style in (None, s.style)]
        known = [value for value in values if not np.isnan(value)]
        return float(np.mean(known)) if known else float("nan")

    fields = ("librosa_f", "librosa_any_level_f", "tracker_f", "tracker_any_level_f", "downbeat_f", "boundary_contrast")
    facts = {
        style: {key: float(np.mean([s.notes[key] for s in songs if s.style == style])) for key in songs[0].notes}
        for style in CATALOGUE
    }
    return {
        "songs": len(songs),
        "accuracy": accuracy,
        "chance": 1 / len(CATALOGUE),
        "taken_for": {style: dict(counter.most_common()) for style, counter in taken.items()},
        "by_style": {style: {field: mean(style, field) for field in fields} for style in CATALOGUE},
        "all": {field: mean(None, field) for field in fields},
        "notes": facts,
        "baselines": baselines(seconds, np.random.default_rng(seed)),
        "speed": {
            "compose_x_realtime": sum(s.seconds for s in songs) / sum(s.compose_s for s in songs),
            "render_x_realtime": sum(s.seconds for s in songs) / sum(s.render_s for s in songs),
        },
    }


_COLUMNS = {
    "librosa_f": "librosa",
    "librosa_any_level_f": "any lvl",
    "tracker_f": "tracker",
    "tracker_any_level_f": "any lvl",
    "downbeat_f": "downbeat",
    "boundary_contrast": "novelty",
}
_NOTE_COLUMNS = {
    "notes_per_s": "notes/s",
    "pitch_class_bits": "pc bits",
    "gap_bits": "gap bits",
    "velocity_spread": "velocity",
}


def print_table(result: dict) -> None:
    """The result for people."""
    shares = ", ".join(f"{name} {share:.0%}" for name, share in result["accuracy"].items())
    styles = len(result["by_style"])
    print(f"{result['songs']} songs, {styles} styles told apart: {shares}; chance {result['chance']:.1%}\n")

    def line(name: str, heard: dict | None, notes: dict | None, last: str = "") -> None:
        cells = [f"{heard[key]:9.2f}" if heard else " " * 9 for key in _COLUMNS]
        cells += [f"{notes[key]:9.2f}" if notes else " " * 9 for key in _NOTE_COLUMNS]
        print(f"{name:18s}{''.join(cells)}  {last}".rstrip())

    heads = [*_COLUMNS.values(), *_NOTE_COLUMNS.values()]
    print(f"{'':18s}{''.join(f'{head:>9s}' for head in heads)}  taken for")
    for style, row in result["by_style"].items():
        taken = ", ".join(f"{name} {count}" for name, count in result["taken_for"][style].items())
        line(style, row, result["notes"][style], taken)
    line("all", result["all"], None)
    for name, notes in result["baselines"].items():
        line(name, None, notes)
    speed = result["speed"]
    print(
        f"\nspeed: composing {speed['compose_x_realtime']:.0f}x, rendering {speed['render_x_realtime']:.0f}x real time "
        f"a core at {2 * SAMPLE_RATE} Hz"
    )


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m demos.corpus.music.evaluate", description="Measure the music.")
    parser.add_argument("--songs", type=int, default=6, help="songs a style (default 6, at least 2)")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options = parser.parse_args(arguments)
    result = evaluate(songs_per_style=max(2, options.songs), seconds=options.seconds, seed=options.seed)
    if options.json:
        json.dump(result, sys.stdout)
    else:
        print_table(result)


if __name__ == "__main__":
    main()
