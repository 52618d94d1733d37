"""How fast films are made, warm, in one run: `python -m demos bench video`."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from demos.motion.files import open_dance
from demos.runtime.settings import ASSETS
from demos.video import pipeline
from demos.video.cast import shipped_pictures
from demos.video.figure import Figure

TARGETS_S = {"preview": 6.0, "512": 20.0, "1080": 90.0}
MOST_MB = 3000


def bench() -> dict:
    """Seconds for finding, cutting out and filming: a 5-s preview, 10 s at 512 pixels, 10 s at 1080; memory at most.

    The steps are a given dance's. A film's time includes cutting out and the background (prepare_s is their share); the
    machine's load is told because other work slows everything.
    """
    path = next(iter(shipped_pictures().values()))
    song = sorted((ASSETS / "songs").glob("*.mp3"))[0]
    dance = open_dance(sorted((ASSETS / "dances").glob("*.npz"))[0])
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    pipeline.find(path)  # loads the detector, and compiles what is compiled at first use
    find_s = _time(lambda: pipeline.find(path))
    figure = pipeline.find(path).figures[0]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "film.mp4"
        pipeline.animate(figure, song, out, dance=dance, seconds=2, size=128)
        for name, size, seconds in (("preview", pipeline.PREVIEW, 5.0), ("512", 512, 10.0), ("1080", 1080, 10.0)):
            shown = _enlarged(figure, size)
            prepare_s = _time(lambda shown=shown, size=size: pipeline.prepare([shown], size))
            film_s = _time(
                lambda shown=shown, size=size, seconds=seconds: pipeline.animate(
                    shown, song, out, dance=dance, seconds=seconds, size=size
                )
            )
            rows.append({
                "film": name, "pixels": size, "film_seconds": seconds, "prepare_s": prepare_s, "film_s": film_s,
                "total_s": prepare_s + film_s, "frames_per_s": 30 * seconds / film_s, "target_s": TARGETS_S[name],
                "met": prepare_s + film_s <= TARGETS_S[name],
            })  # fmt: skip
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    memory_mb = most / (2**20 if sys.platform == "darwin" else 2**10)
    return {"cores": os.cpu_count(), "load": load, "find_s": find_s, "films": rows, "memory_mb": memory_mb,
            "memory_target_mb": MOST_MB}  # fmt: skip


def _enlarged(figure: Figure, size: int) -> Figure:
    """The example picture is small: for the large film it is made large first."""
    return figure if min(figure.size) >= size else figure.scaled(size / min(figure.size))


def _time(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def text(found: dict) -> str:
    """The table for people."""
    lines = [f"{found['cores']} cores, load {found['load']:.1f} when it began; a picture is looked at in "
             f"{found['find_s']:.2f} s"]  # fmt: skip
    lines.append(f"{'film':<10}{'pixels':>8}{'length':>8}{'ready':>9}{'filmed':>9}{'in all':>9}{'target':>9}")
    lines += [
        f"{row['film']:<10}{row['pixels']:>8}{row['film_seconds']:>7.0f}s{row['prepare_s']:>8.2f}s"
        f"{row['film_s']:>8.2f}s{row['total_s']:>8.2f}s{row['target_s']:>8.0f}s {'met' if row['met'] else 'missed'}"
        for row in found["films"]
    ]
    return "\n".join([*lines, f"memory at most {found['memory_mb']:.0f} MB (target {found['memory_target_mb']})"])
