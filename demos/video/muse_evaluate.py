"""How good MuseDance is: words followed, beats met, drift over a minute, what each module is for, variety.

Wordings, shapes and songs are ones that training never saw. The modules' table switches trained modules off; it does
not train without them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from demos.audio.features import AudioFeatures
from demos.text import encoder
from demos.video import muse_checks, muse_data, muse_outlines, muse_pipeline, muse_pose, muse_words
from demos.video import muse_weights as networks
from demos.video.muse_model import MODULES, PATCH, PIECE, MuseDance
from demos.video.muse_moves import Ask, Clock, perform
from demos.video.muse_pose import FPS
from demos.video.muse_shape import Shape

COUNT = 120
DRIFT_S = (10, 30, 60)
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
    done, total = 0, len(runs) * len(cases) + len(DRIFT_S)
    report: dict = {"count": count, "modules": {}}
    for name, without in runs.items():
        rows = []
        for k, case in enumerate(cases):
            rows.append((case, _made(network, case, seed=seed + k, without=without)))
            done += 1
            if on_progress is not None:
                on_progress(done, total)
        report["modules"][name] = {**_words(rows), **_beats(rows, rng), "jerk": _jerk(rows), "seam": _seam(rows)}
    report["real"] = _words([(case, _shown(case, rng)) for case in cases])
    report["chance"] = _words([(case, rows[k - 1][1]) for k, (case, _) in enumerate(rows)])["follows"]
    report["diversity"] = _diversity(network, cases[: min(8, count)], seed)
    report["drift"] = []
    for seconds in DRIFT_S:
        report["drift"].append(_drift(network, stretches[0], shapes[:3], seconds, seed))
        done += 1
        if on_progress is not None:
            on_progress(done, total)
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
    texts = np.repeat(encoder.encode([case.words]), 2 * PIECE // PATCH, axis=0)
    return muse_pipeline.make(
        network, case.shape, case.heard, texts, frames=2 * PIECE, seed=seed, without=without
    )  # fmt: skip


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


def _drift(
    network: MuseDance, stretch: muse_data.Stretch, shapes: Sequence[Shape], seconds: float, seed: int
) -> dict[str, float]:
    """At the end of so many seconds: how far the area of the outline (by its control points' hull) is off rest, in
    its middle over the last 8 s, the farthest that it stands from its place, and how lively it is still."""
    frames = round(seconds * FPS)
    heard = listen(stretch, frames)
    texts = np.repeat(encoder.encode(["sway and bounce"]), len(heard.beat) // PATCH, axis=0)
    area, away, lively = [], [], []
    for k, shape in enumerate(shapes):
        states = muse_pipeline.make(network, shape, heard, texts, frames=frames, seed=seed + k)[-8 * round(FPS) :]
        growth = np.exp(0.5 * states[:, muse_pose.WHOLE["squash"]])
        area.append(abs(float(np.median(growth)) - 1))
        away.append(float(np.abs(states[:, muse_pose.WHOLE["x"]]).max()))
        lively.append(muse_checks.activity(states))
    return {
        "seconds": seconds, "area": float(np.mean(area)), "away": float(np.mean(away)),
        "activity": float(np.mean(lively)),
    }  # fmt: skip


def text(found: dict) -> str:
    """The report in words: a line a table's row."""
    lines = [f"{found['count']} asks; wordings, shapes, songs that training never saw; trained modules switched off"]
    lines.append("modules            words   move  amplitude  tempo  side  beats  shuffled  jerk  seam")
    names = ("follows", "move", "amplitude", "tempo", "side", "alignment", "shuffled", "jerk", "seam")
    for name, row in found["modules"].items():
        lines.append(f"{name:18s} " + "  ".join(f"{row.get(key, float('nan')):5.3f}" for key in names))
    lines.append(
        f"what training shows, judged alike: {found['real']['follows']:.3f}; others' asks: {found['chance']:.3f}"
    )
    lines.append(f"between two seeds: {found['diversity']:.3f} units")
    lines += [
        f"after {row['seconds']} s: area off by {100 * row['area']:.1f} %, {row['away']:.2f} units away, "
        f"activity {row['activity']:.3f}"
        for row in found["drift"]
    ]
    return "\n".join(lines)
