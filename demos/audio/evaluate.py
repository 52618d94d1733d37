"""How well the beats are found: `python -m demos evaluate beats`.

Pieces with exactly known beats, none of them heard in training (other seeds; another synthesiser; where it is at
hand, the suite's own composer), tracked by librosa and by ours and judged by mir_eval: the F-measure with its
usual window of 70 ms. The first five seconds are judged too (mir_eval's habit of cutting them is for live
trackers).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import librosa
import mir_eval
import numpy as np

from demos.audio import beats as beat_tracking
from demos.audio import grooves, soundfont, synth
from demos.audio.features import SAMPLE_RATE, resample
from demos.audio.song import decode
from demos.runtime.errors import InputError

FIRST_SEED = 100_000  # training uses seeds from 0 on
BANDS_BPM = ((40, 60), (60, 80), (80, 100), (100, 120), (120, 140), (140, 165), (165, 190), (190, 261))
DURATION_S = 30.0


@dataclass(frozen=True, eq=False)
class Trial:
    """One piece: its sound at 15,360 Hz and its truth in seconds."""

    group: str
    tempo_bpm: float
    samples: np.ndarray
    beats: np.ndarray
    downbeats: np.ndarray


@dataclass(frozen=True)
class Score:
    """F-measures 0..1; octave is whether the tempo is (nearly) a half, third, double or triple of the truth."""

    beat_f: float
    downbeat_f: float
    octave: bool


def evaluate(*, pieces_a_style: int = 2, songs: Path | None = None, seed: int = FIRST_SEED) -> dict:
    """Scores of librosa and of ours by genre, tempo band and sound; tempos of the real songs in `songs`.

    Returns a JSON-able dictionary; `text` makes tables of it.
    """
    rows = []
    for trial in _trials(pieces_a_style, seed):
        rows.append((trial, _score(trial, *_ours(trial.samples)), _score(trial, *_librosa(trial.samples))))
    results = {
        "pieces": len(rows),
        "all": _means(rows),
        "60_to_190_bpm": _means([row for row in rows if 60 <= row[0].tempo_bpm <= 190]),
        "by_sound": _grouped(rows, lambda trial: trial.group.split("/")[0]),
        "by_genre": _grouped(rows, lambda trial: trial.group),
        "by_tempo": _grouped(rows, lambda trial: _band(trial.tempo_bpm)),
        "songs": _song_tempos(songs) if songs else {},
    }
    return results


def _trials(pieces_a_style: int, seed: int) -> Iterator[Trial]:
    """Held-out pieces, half exact and half loose, from every sound that this machine can make."""
    rate = 2 * SAMPLE_RATE
    players = {"numpy synth": lambda groove: synth.play(groove, sample_rate=rate)}
    if soundfont.available():
        players["soundfont"] = lambda groove: soundfont.play(groove, sample_rate=rate)
    for sound, play in players.items():
        for name in sorted(grooves.STYLES):
            for index in range(pieces_a_style):
                groove = grooves.compose(name, seed=seed + index, duration_s=DURATION_S, loose=index % 2 == 1)
                yield _trial(f"{sound}/{name}", groove.tempo_bpm, play(groove), groove.beats, groove.downbeats)
    if soundfont.available():
        yield from _composed(pieces_a_style, seed)


def _composed(pieces_a_style: int, seed: int) -> Iterator[Trial]:
    """Pieces of the suite's own composer, which shares nothing with the training music but the soundfont."""
    from demos.corpus.music.composition import compose
    from demos.corpus.music.styles import CATALOGUE
    from demos.corpus.music.synthesis import synthesise

    for name in sorted(CATALOGUE):
        for index in range(pieces_a_style):
            piece = compose(name, seconds=DURATION_S, seed=seed + index)
            samples = synthesise(piece, sample_rate=2 * SAMPLE_RATE, channels=1)
            yield _trial(f"composer/{name}", piece.tempo_bpm, samples, piece.beats, piece.downbeats)


def _trial(group: str, tempo_bpm: float, samples: np.ndarray, beats: np.ndarray, downbeats: np.ndarray) -> Trial:
    """A piece played at twice the features' rate, brought to it."""
    halved = librosa.resample(samples, orig_sr=2 * SAMPLE_RATE, target_sr=SAMPLE_RATE)
    return Trial(group, tempo_bpm, halved, beats, downbeats)


def _ours(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    pulse = beat_tracking.track(samples)
    return pulse.beats, pulse.downbeats


def _librosa(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """librosa's beats at its own default rate (at 15,360 Hz they come 15 ms later, which would be unfair); it
    knows no downbeats, so every fourth beat from the first stands in for them."""
    rate = 22050
    resampled = librosa.resample(samples, orig_sr=SAMPLE_RATE, target_sr=rate)
    _, beats = librosa.beat.beat_track(y=resampled, sr=rate, units="time")
    return beats, beats[::4]


def _score(trial: Trial, beats: np.ndarray, downbeats: np.ndarray) -> Score:
    ratio = _tempo(beats) / _tempo(trial.beats)
    octave = any(abs(ratio / wrong - 1) < 0.08 for wrong in (1 / 3, 1 / 2, 2 / 3, 3 / 2, 2, 3))
    return Score(
        mir_eval.beat.f_measure(trial.beats, beats),
        mir_eval.beat.f_measure(trial.downbeats, downbeats),
        octave,
    )


def _tempo(beats: np.ndarray) -> float:
    return beat_tracking.tempo(beats) if len(beats) > 1 else 0.0


def _band(tempo_bpm: float) -> str:
    low, high = next(band for band in BANDS_BPM if tempo_bpm < band[1])
    return f"{low}-{high} BPM"


def _grouped(rows: list, key) -> dict:
    names = sorted({key(trial) for trial, _, _ in rows}, key=_natural)
    return {name: _means([row for row in rows if key(row[0]) == name]) for name in names}


def _means(rows: list) -> dict:
    """Mean scores of both trackers over some trials."""
    means: dict = {"pieces": len(rows)}
    for tracker, column in (("ours", 1), ("librosa", 2)):
        scores = [row[column] for row in rows]
        means[tracker] = {
            "beat_f": round(float(np.mean([score.beat_f for score in scores])), 4),
            "downbeat_f": round(float(np.mean([score.downbeat_f for score in scores])), 4),
            "octave_errors": sum(score.octave for score in scores),
        }
    return means


def _natural(name: str) -> tuple[int, str]:
    """80-100 BPM before 100-120 BPM; names by the alphabet."""
    number = name.split("-")[0]
    return (int(number) if number.isdigit() else 0, name)


def _song_tempos(folder: Path) -> dict:
    """Tempo and meter that each tracker gives to real songs, minute by minute, and how steady the beats are."""
    found = {}
    for path in sorted(folder.iterdir()):
        try:
            samples = resample(decode(path))
        except InputError:
            continue
        ours = beat_tracking.track(samples)
        reference, _ = _librosa(samples)
        minutes = [samples[start : start + 60 * SAMPLE_RATE] for start in range(0, len(samples), 60 * SAMPLE_RATE)]
        found[path.name] = {
            "ours_bpm": round(ours.tempo_bpm, 1),
            "librosa_bpm": round(_tempo(reference), 1),
            "ours_bpm_by_minute": [round(beat_tracking.track(minute).tempo_bpm, 1) for minute in minutes],
            "interval_spread_ms": round(1000 * float(np.std(np.diff(ours.beats))), 1) if len(ours.beats) else 0.0,
            "beats_a_bar": round(len(ours.beats) / max(1, len(ours.downbeats)), 2),
        }
    return found


def text(results: dict) -> str:
    """The results as tables."""
    head = f"{'pieces':>7}  {'ours: beat':>10} {'downbeat':>9} {'octave':>7}   {'librosa: beat':>13} {'octave':>7}"
    lines = [" " * 32 + head]
    for table in ("by_sound", "by_genre", "by_tempo"):
        together = {"60-190": results["60_to_190_bpm"], "all": results["all"]} if table == "by_tempo" else {}
        for name, row in {**results[table], **together}.items():
            ours, other = row["ours"], row["librosa"]
            lines.append(
                f"{name:32}{row['pieces']:>7}  {ours['beat_f']:>10.3f} {ours['downbeat_f']:>9.3f} "
                f"{ours['octave_errors']:>7}   {other['beat_f']:>13.3f} {other['octave_errors']:>7}"
            )
        lines.append("")
    for name, row in results["songs"].items():
        lines.append(
            f"{name:32} ours {row['ours_bpm']:6.1f} BPM, librosa {row['librosa_bpm']:6.1f}; "
            f"by minute {row['ours_bpm_by_minute']}; intervals spread {row['interval_spread_ms']} ms; "
            f"{row['beats_a_bar']} beats a bar"
        )
    return "\n".join(lines)
