"""How good MuseDance is: words followed, beats met, what each module is for, variety, drift over a minute, truth to
known frames, speed.

Wordings, shapes and songs are ones that training never saw. The modules' table switches trained modules off; it does
not train without them.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from demos.audio import cache
from demos.audio.features import AudioFeatures
from demos.runtime.settings import ASSETS
from demos.video import (
    finding,
    muse_checks,
    muse_data,
    muse_fidelity,
    muse_outlines,
    muse_pipeline,
    muse_pose,
    muse_puppet,
    muse_words,
)
from demos.video import muse_weights as networks
from demos.video.muse_model import MODULES, PIECE, MuseDance
from demos.video.muse_moves import Ask, Clock, perform
from demos.video.muse_pose import FPS
from demos.video.muse_shape import Shape
from demos.video.muse_words import Clause
from demos.video.picture import open_picture

COUNT = 120
DRIFT_S = (10, 30, 60)
_PICTURES = ("d-cat", "e-teapot", "f-tree")
_SMALL = 200
SIGMA = 3.0
"""Frames at 60 a second by which a beat of the motion may miss one of the music (beat alignment score)."""
Progress = Callable[[int, int], None]


def evaluate(
    corpus: Path | str,
    *,
    count: int = COUNT,
    seed: int = 0,
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> dict:
    """All measures. corpus : a folder with solo dances for the split test. count : asks that are judged."""
    network = networks.load(weights)
    stretches = muse_data.stretches(corpus, "test", most=60)
    shapes = muse_outlines.shapes(27, seed=seed + 777)
    rng = np.random.default_rng([seed, 21])
    cases = [_case(rng, stretches, shapes) for _ in range(count)]
    runs = {"all": (), **{f"without {name}": (name,) for name in MODULES}}
    done, total = 0, len(runs) * len(cases) + 3

    def step() -> None:
        nonlocal done
        done += 1
        if on_progress is not None:
            on_progress(done, total)

    report: dict = {"count": count, "modules": {}}
    for name, without in runs.items():
        rows = []
        for k, case in enumerate(cases):
            rows.append((case, _made(network, case, seed=seed + k, without=without)))
            step()
        report["modules"][name] = {**_words(rows), **_beats(rows, rng), "jerk": _jerk(rows), "seam": _seam(rows)}
        if not without:
            report["moves"] = _moves(rows)
            swapped = [(case, rows[k - 1][1]) for k, (case, _) in enumerate(rows)]
            report["chance"] = _words(swapped)["follows"]
    shown = [(case, _shown(case, rng)) for case in cases]
    report["real"] = {**_words(shown), **_beats(shown, rng)}
    report["diversity"] = _diversity(network, cases[: min(8, count)], seed)
    report["drift"] = drift(network, seed)
    step()
    report["fidelity"] = muse_fidelity.fidelity()
    step()
    report["speed"] = speed(weights)
    step()
    return report


class _Case:
    """An ask in words that training never saw, with a shape and a song."""

    def __init__(self, ask: Ask, words: str, shape: Shape, stretch: muse_data.Stretch) -> None:
        self.ask, self.words, self.shape, self.stretch = ask, words, shape, stretch
        self.heard = listen(stretch, 2 * PIECE)


def listen(stretch: muse_data.Stretch, frames: int) -> muse_pipeline.Heeded:
    """A stretch as the pipeline hears a song."""
    steps = np.diff(stretch.beats)
    tempo = 60 / float(np.median(steps)) if len(steps) else 120.0
    features = AudioFeatures(stretch.music, stretch.beats, stretch.downbeats, tempo, len(stretch.music) / FPS)
    return muse_pipeline.listen(features, frames)


def _case(rng: np.random.Generator, stretches: Sequence[muse_data.Stretch], shapes: Sequence[Shape]) -> _Case:
    ask = muse_words.draw(rng)
    words = muse_words.wording(ask, rng, split="test")
    return _Case(
        ask, words, shapes[int(rng.integers(len(shapes)))], stretches[int(rng.integers(len(stretches)))]
    )  # fmt: skip


def _made(network: MuseDance, case: _Case, *, seed: int, without: Sequence[str] = ()) -> np.ndarray:
    said = _said(network, case.words, 2 * PIECE)
    return muse_pipeline.make(network, case.shape, case.heard, said, frames=2 * PIECE, seed=seed, without=without)


def _said(network: MuseDance, words: str, frames: int) -> np.ndarray:
    """What one text says all the time."""
    clauses = [Clause(words)] if words else []
    return muse_pipeline.sayings(network, clauses, np.zeros(frames, int))


def _shown(case: _Case, rng: np.random.Generator) -> np.ndarray:
    """What training would have shown: the most that the checks can find."""
    beat = case.heard.beat
    loud = muse_data.loudness(case.heard.music)
    beat_s = (len(beat) - 1) / FPS / max(float(beat[-1] - beat[0]), 1e-3)
    return perform(case.ask, case.shape, Clock(beat, loud, beat_s), rng) * muse_data.columns_of(case.shape)


def _words(rows: Sequence[tuple[_Case, np.ndarray]]) -> dict[str, float]:
    """Shares of what was asked for that was done: of all facets, and of each kind."""
    facets = defaultdict(list)
    for case, states in rows:
        for name, good in muse_checks.follows(
            case.ask, states[PIECE:], case.shape, case.heard.beat[PIECE : len(states)]
        ).items():  # fmt: skip
            facets[name].append(good)
            facets["follows"].append(good)
    return {name: float(np.mean(values)) for name, values in facets.items()}


def _moves(rows: Sequence[tuple[_Case, np.ndarray]]) -> dict[str, float]:
    """Share of what was asked for that was done, by the move asked for."""
    facets = defaultdict(list)
    for case, states in rows:
        beat = case.heard.beat[PIECE : len(states)]
        facets[case.ask.move] += muse_checks.follows(case.ask, states[PIECE:], case.shape, beat).values()
    return {name: float(np.mean(values)) for name, values in sorted(facets.items())}


def alignment(shape: Shape, states: np.ndarray, beats_s: np.ndarray) -> float:
    """Mean over beats of the music of exp(-d^2 / 18), d the frames at 60 a second to the nearest beat of the motion: a
    strict minimum of the control points' mean speed, smoothed over 5 frames at 60 a second."""
    speed = np.linalg.norm(np.diff(muse_pose.control_points(shape, states), axis=0), axis=-1).mean(axis=1)
    kernel = np.exp(-0.5 * (np.arange(-8, 9) / 2.5) ** 2)
    speed = np.convolve(np.pad(speed, 8, mode="edge"), kernel / kernel.sum(), "valid")
    low = np.flatnonzero((speed[1:-1] < speed[:-2]) & (speed[1:-1] < speed[2:])) + 1.5
    inside = beats_s[(beats_s > 0.3) & (beats_s < len(states) / FPS - 0.3)]
    if len(low) == 0 or len(inside) == 0:
        return 0.0
    off = np.abs(inside[:, None] - low[None] / FPS).min(axis=1) * 60
    return float(np.exp(-(off**2) / (2 * SIGMA**2)).mean())


def _beats(rows: Sequence[tuple[_Case, np.ndarray]], rng: np.random.Generator) -> dict[str, float]:
    """Alignment with the own beats, and with those of other songs."""
    rows = [(case, states) for case, states in rows if case.ask.move not in ("still", "lean", "spin")]
    if not rows:
        return {"alignment": 0.0, "shuffled": 0.0}
    own = [alignment(case.shape, states, case.stretch.beats) for case, states in rows]
    other = rng.permutation(len(rows))
    shuffled = [
        alignment(case.shape, states, rows[other[k]][0].stretch.beats + rng.uniform(0, 0.5))
        for k, (case, states) in enumerate(rows)
    ]
    return {"alignment": float(np.mean(own)), "shuffled": float(np.mean(shuffled))}


def _jerk(rows: Sequence[tuple[_Case, np.ndarray]]) -> float:
    """Mean size of the third difference of control points, units a frame^3, in hundredths."""
    sizes = [np.abs(np.diff(muse_pose.control_points(case.shape, states), n=3, axis=0)).mean() for case, states in rows]
    return 100 * float(np.mean(sizes))


def _seam(rows: Sequence[tuple[_Case, np.ndarray]]) -> float:
    """How much faster control points go where two pieces meet than elsewhere."""
    ratios = []
    for case, states in rows:
        speed = np.linalg.norm(np.diff(muse_pose.control_points(case.shape, states), axis=0), axis=-1).mean(axis=1)
        ratios.append(speed[PIECE - 2 : PIECE + 1].max() / max(float(np.median(speed)), 1e-4))
    return float(np.median(ratios))


def _diversity(network: MuseDance, cases: Sequence[_Case], seed: int) -> float:
    """Mean distance of control points, units, between two seeds of the same ask."""
    apart = []
    for case in cases:
        first, second = (
            muse_pose.control_points(case.shape, _made(network, case, seed=seed + k)) for k in (5000, 6000)
        )
        apart.append(np.linalg.norm(first - second, axis=-1).mean())
    return float(np.mean(apart))


def drift(network: MuseDance, seed: int = 0) -> list[dict[str, float]]:
    """In the 4 s that end at each of DRIFT_S, of a minute of the example pictures dancing: how far the area of the
    rendered outline (its median) is off that at rest, into how many more pieces it falls at worst and in what share of
    frames, how far it is from its place, and how lively it still is."""
    features = cache.load(sorted((ASSETS / "songs").glob("*.mp3"))[0])[1]
    frames = round(DRIFT_S[-1] * FPS)
    heard = muse_pipeline.listen(features, frames)
    said = _said(network, "sway and bounce", len(heard.beat))
    spans = [(round((at - 4) * FPS), round(at * FPS)) for at in DRIFT_S]
    found = defaultdict(list)
    for k, name in enumerate(_PICTURES):
        figure = finding.find(open_picture(ASSETS / "pictures" / f"{name}.png")).figures[0]
        sheet = muse_puppet.build(figure.scaled(_SMALL / min(figure.size)))
        states = muse_pipeline.make(network, sheet.shape, heard, said, frames=frames, seed=seed + k)
        for at, (low, high), row in zip(DRIFT_S, spans, muse_fidelity.steadiness(sheet, states, spans), strict=True):
            place = float(np.abs(states[low:high, muse_pose.WHOLE["x"]]).max())
            found[at].append({**row, "away": place, "activity": muse_checks.activity(states[low:high])})
    return [
        {
            "seconds": at, "area": float(np.mean([abs(row["area"]) for row in rows])),
            "worst_area": float(np.max([abs(row["area"]) for row in rows])),
            **{name: float(np.mean([row[name] for row in rows])) for name in ("pieces", "torn", "away", "activity")},
        }
        for at, rows in found.items()
    ]  # fmt: skip


def speed(weights: str | Path | None = None) -> dict[str, float]:
    """Seconds that a film of 4 s takes at 512 pixels, all of it, once everything is loaded: the best of two."""
    song = sorted((ASSETS / "songs").glob("*.mp3"))[0]
    figure = finding.find(open_picture(ASSETS / "pictures" / f"{_PICTURES[0]}.png")).figures[0]
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for seconds in (2.0, 4.0, 4.0):
            clock, worked = time.perf_counter(), time.process_time()
            muse_pipeline.animate(
                figure, song, Path(folder) / "film.mp4", text="sway", seconds=seconds, size=512, weights=weights
            )
            times.append((time.perf_counter() - clock, time.process_time() - worked))
    took, work = min(times[1:])
    return {"film_s": 4.0, "took_s": took, "work_s": work, "cores": os.cpu_count() or 1, "load": os.getloadavg()[0]}


def text(found: dict) -> str:
    """The report in words: a line a table's row."""
    lines = [f"{found['count']} asks; wordings, shapes, songs that training never saw; trained modules switched off"]
    lines.append("modules            words   move  amplitude  tempo  side  beats  shuffled  jerk  seam")
    names = ("follows", "move", "amplitude", "tempo", "side", "alignment", "shuffled", "jerk", "seam")
    for name, row in found["modules"].items():
        lines.append(f"{name:18s} " + "  ".join(f"{row.get(key, float('nan')):5.3f}" for key in names))
    real = found["real"]
    lines.append(
        f"what training shows, judged alike: words {real['follows']:.3f}, beats {real['alignment']:.3f} (shuffled "
        f"{real['shuffled']:.3f}); judged by others' asks: {found['chance']:.3f}"
    )
    lines.append("by move: " + ", ".join(f"{name} {share:.2f}" for name, share in found["moves"].items()))
    lines.append(f"between two seeds: {found['diversity']:.3f} units")
    lines += [
        f"after {row['seconds']} s: area off by {100 * row['area']:.1f} % (worst {100 * row['worst_area']:.1f}), "
        f"{row['pieces']:.1f} loose pieces in {100 * row['torn']:.0f} % of frames, {row['away']:.2f} units away, "
        f"activity {row['activity']:.3f}"
        for row in found["drift"]
    ]
    lines.append("known frames       PSNR  of the figure  still   SSIM   GMSD")
    rows = found["fidelity"]
    for name in dict.fromkeys(row["picture"] for row in rows):
        own = [row for row in rows if row["picture"] == name]
        psnr, box, still, ssim, gmsd = (
            float(np.mean([row[key] for row in own])) for key in ("psnr", "box_psnr", "still_psnr", "ssim", "gmsd")
        )
        lines.append(f"{name:18s} {psnr:5.1f}  {box:13.1f}  {still:5.1f}  {ssim:.3f}  {gmsd:.3f}")
    fast = found["speed"]
    lines.append(f"{fast['film_s']:.0f} s at 512 pixels: {fast['took_s']:.1f} s on {fast['cores']} cores, load "
                 f"{fast['load']:.1f}; {fast['work_s']:.1f} s of work besides the encoder's")  # fmt: skip
    return "\n".join(lines)
