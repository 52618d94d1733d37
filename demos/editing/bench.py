"""How quick this room is beside an EDGE-size network, in one run: `python -m demos bench editing`."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch

from demos.audio import cache, grooves, synth
from demos.audio.conditions import music_condition
from demos.editing import edge_size, pipeline, sampling
from demos.editing.model import Predictor, parameters_of
from demos.editing.weights import load
from demos.motion.vector import FPS

SECONDS = 30.0
THREADS = 2
REPEATS = 3
EDGE_STEPS = 4
"""Of EDGE's 50 steps that are timed: they are all alike, and 50 would take minutes."""
STEPS = 10
WORDS = "raise both arms in the second half"
PREVIEW_TARGET_S = EDIT_TARGET_S = 3.0
_SAMPLED_S = 0.02


def bench(song_path: str | Path | None = None, *, seconds: float = SECONDS, edge_steps: int = EDGE_STEPS) -> dict:
    """Seconds (the best of some runs, warm, 2 threads) and ratios for the first 30 s of a song, made here when None.

    - features_s: file to features, not cached; all that follows has them
    - first_preview_s, dance_s: until the first stretch of the dance can be played; until all of it is done
    - edit_s: words to the changed dance, feet locked, judged by the checker
    - predict_s, edge_s: the networks' own time for the same dance, ours and EDGE-size (`edge_steps` of its 50 steps
      timed, the rest reckoned); edge_to_ours: how many times longer it takes. Its music features are not counted.
    - edge_edit_s, edge_edit_to_ours: the same of an edit (EDGE edits by sampling anew round what is kept)
    - edge_to_first_preview: EDGE has nothing to show before its last step
    - parameters and memory_mb: of each; memory is what the process grew by at most while it worked
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    load_before = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = _measure(_song(song_path, Path(folder), seconds), Path(folder), seconds, edge_steps)
    finally:
        torch.set_num_threads(threads)
    return {"cores": os.cpu_count(), "threads": THREADS, "load": load_before, **found}


def _measure(path: Path, folder: Path, seconds: float, edge_steps: int) -> dict[str, Any]:
    folders = iter((folder / "first", folder / "second"))
    features_s = min(_timed(lambda: cache.load(path, cache.make_cache(next(folders)))) for _ in range(2))
    song, heard = cache.load(path)
    frames = round(min(seconds, song.duration_s) * FPS)
    music = music_condition(heard.values, heard.beats, heard.downbeats, frames)
    predictor, editor = load("predictor"), load("editor")
    assert isinstance(predictor, Predictor)
    edge = edge_size.EdgeSize().eval()
    keep = torch.zeros(edge_size.windows_of(frames), edge_size.WINDOW, 1)
    keep[: len(keep) // 2] = 1
    made = pipeline.generate(path, seconds=seconds, steps=STEPS)  # warms up

    def predict() -> None:
        list(sampling.predict(predictor, music, style=None, seed=0, steps=STEPS))

    def change() -> None:
        pipeline.edit(made.dance, WORDS, song=(song, heard), steps=STEPS)

    change()
    rows: dict[str, list[float]] = {}
    for _ in range(REPEATS):  # in turns, so that a busy machine slows all alike
        rows.setdefault("preview", []).append(_first(path, seconds))
        rows.setdefault("dance", []).append(_timed(lambda: pipeline.generate(path, seconds=seconds, steps=STEPS)))
        rows.setdefault("predict", []).append(_timed(predict))
        rows.setdefault("edit", []).append(_timed(change))
    per_step, per_edit_step = (_edge_step_s(edge, frames, edge_steps, mask) for mask in (None, keep))
    with _grown() as ours_mb:
        pipeline.generate(path, seconds=seconds, steps=STEPS)
        change()
    with _grown() as edge_mb:
        edge_size.dance(edge, frames, steps=1)
    best = {name: min(values) for name, values in rows.items()}
    edge_s, edge_edit_s = edge_size.STEPS * per_step, edge_size.STEPS * per_edit_step
    return {
        "song_seconds": frames / FPS,
        "steps": STEPS,
        "features_s": features_s,
        "first_preview_s": best["preview"],
        "dance_s": best["dance"],
        "edit_s": best["edit"],
        "predict_s": best["predict"],
        "edge_s": edge_s,
        "edge_steps_timed": edge_steps,
        "edge_to_ours": edge_s / best["predict"],
        "edge_to_first_preview": edge_s / best["preview"],
        "edge_edit_s": edge_edit_s,
        "edge_edit_to_ours": edge_edit_s / best["edit"],
        "parameters": {
            "predictor": parameters_of(predictor), "editor": parameters_of(editor), "EDGE-size": parameters_of(edge),
        },
        "memory_mb": {"ours": ours_mb[0], "EDGE-size": edge_mb[0]},
        "targets": {
            f"first preview within {PREVIEW_TARGET_S:g} s": best["preview"] <= PREVIEW_TARGET_S,
            f"an edit within {EDIT_TARGET_S:g} s": best["edit"] <= EDIT_TARGET_S,
        },
    }  # fmt: skip


def _first(path: Path, seconds: float) -> float:
    """Seconds until the preview has something to play; the rest of it is not waited for."""
    start = time.perf_counter()
    stream = iter(pipeline.preview(path, seconds=seconds, steps=STEPS))
    next(stream)
    return time.perf_counter() - start


def _edge_step_s(edge: edge_size.EdgeSize, frames: int, steps: int, keep: torch.Tensor | None) -> float:
    """Seconds of EDGE's quickest step of some."""
    moments = [time.perf_counter()]
    edge_size.dance(edge, frames, steps=steps, keep=keep, on_step=lambda *_: moments.append(time.perf_counter()))
    return float(np.diff(moments).min())


@contextmanager
def _grown() -> Iterator[list[float | None]]:
    """Megabytes by which this process grows at most meanwhile, put into the list at the end; None off Linux."""
    found: list[float | None] = [None]
    start = _resident()
    if start is None:
        yield found
        return
    peak, stop = [start], threading.Event()

    def watch() -> None:
        while not stop.wait(_SAMPLED_S):
            peak[0] = max(peak[0], _resident() or 0)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        stop.set()
        watcher.join()
        found[0] = (peak[0] - start) / 2**20


def _resident() -> int | None:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def _song(song_path: str | Path | None, folder: Path, seconds: float) -> Path:
    """The start of a song as a wav file."""
    if song_path is None:
        rate = 44100
        samples = synth.play(grooves.compose("disco", seed=1, duration_s=seconds), sample_rate=rate)
    else:
        song = cache.load(song_path)[0]
        samples, rate = song.samples, song.sample_rate
    path = folder / "song.wav"
    soundfile.write(path, samples[: round(seconds * rate)], rate)
    return path


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def text(found: Mapping[str, Any]) -> str:
    """The results in words."""
    sizes = ", ".join(f"{name} {count / 1e6:.1f} M" for name, count in found["parameters"].items())
    memory = ", ".join(f"{name} {_mb(size)}" for name, size in found["memory_mb"].items())
    goals = "; ".join(f"{goal}: {'yes' if met else 'NO'}" for goal, met in found["targets"].items())
    busy = "" if found["load"] is None else f", load {found['load']:.1f} before"
    return "\n".join(
        (
            f"editing: a dance of {found['song_seconds']:.0f} s on {found['threads']} threads{busy}",
            f"  features of the song, once: {found['features_s']:.2f} s",
            f"  first preview {found['first_preview_s']:.2f} s, whole dance {found['dance_s']:.2f} s, "
            f"an edit of it {found['edit_s']:.2f} s",
            f"  EDGE-size, {edge_size.STEPS} steps ({found['edge_steps_timed']} timed, the rest reckoned): "
            f"{found['edge_s']:.0f} s for the dance, {found['edge_edit_s']:.0f} s for an edit",
            f"  that is {found['edge_to_ours']:.0f} times our network's {found['predict_s']:.2f} s "
            f"({found['steps']} steps), {found['edge_to_first_preview']:.0f} times our first preview, "
            f"{found['edge_edit_to_ours']:.0f} times our edit",
            f"  parameters: {sizes}; memory while working: {memory}",
            f"  {goals}",
        )
    )


def _mb(size: float | None) -> str:
    return "not known" if size is None else f"{size:.0f} MB"
