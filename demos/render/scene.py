"""Scenes: dances into pictures. One dance or several side by side, one clock, names beneath, any camera and theme."""

import os
import queue
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from demos.motion.dance import Dance
from demos.motion.motion import Motion
from demos.render import captions
from demos.render import theme as themes
from demos.render.camera import Shot, plan
from demos.render.figure import Figure, figure
from demos.render.panel import Canvas, Panel
from demos.runtime.errors import InputError

MOST_PANELS = 4
SMALLEST, LARGEST = 64, 3840
"""Pixels: the shortest and longest side of a picture."""
CHUNK = 8
"""Frames skinned and drawn as one job; also the most a cancelled film still computes on each thread."""


def processors() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_size(size: tuple[int, int]) -> tuple[int, int]:
    """(width, height) in pixels as whole numbers, or InputError."""
    try:
        width, height = (int(side) for side in size)
    except (TypeError, ValueError):
        raise InputError(f"The picture size must be two whole numbers, width and height, not {size!r}.") from None
    if min(width, height) < SMALLEST or max(width, height) > LARGEST:
        raise InputError(
            f"The picture size {width} x {height} is out of range: each side must be {SMALLEST} to {LARGEST} pixels."
        )
    return width, height


def layout(count: int, width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Where the panels of a picture lie: (left, top, right, bottom) each, in rows so that dancers appear largest."""
    options = []
    for rows in range(1, count + 1):
        if count % rows == 0:
            columns = count // rows
            options.append((min(width / columns / 0.8, height / rows), -rows, rows, columns))
    _, _, rows, columns = max(options)
    across = np.linspace(0, width, columns + 1).astype(int)
    down = np.linspace(0, height, rows + 1).astype(int)
    return [
        (int(across[i]), int(down[j]), int(across[i + 1]), int(down[j + 1]))
        for j in range(rows)
        for i in range(columns)
    ]


def length_s(dances: Sequence[Dance], seconds: float | None, start_s: float) -> float:
    """Seconds of film: as asked, or to the end of the longest dance."""
    if not (np.isfinite(start_s) and start_s >= 0):
        raise InputError(f"The start must be 0 seconds or later, not {start_s}.")
    if seconds is None:
        seconds = max(dance.duration_s for dance in dances) - start_s
        if seconds <= 0:
            raise InputError(f"The dance is over before {start_s:g} s; choose an earlier start.")
    if not (np.isfinite(seconds) and seconds > 0):
        raise InputError(f"The length must be more than 0 seconds, not {seconds}.")
    return seconds


def frames(
    dances: Dance | Sequence[Dance],
    *,
    size: tuple[int, int] = (512, 512),
    fps: float = 30.0,
    seconds: float | None = None,
    start_s: float = 0.0,
    camera: str = "follow",
    theme: str = "dark",
    style: str = "mesh",
    names: Sequence[str] | None = None,
    workers: int | None = None,
) -> Generator[np.ndarray, None, None]:
    """Pictures of one to four dances on one clock.

    Parameters
    ----------
    size : width and height of the whole picture in pixels, 64 to 3840 each.
    seconds : length; to the end of the longest dance when None. A dance that ends earlier holds its last pose.
    start_s : where on the dances' clock the film begins.
    camera : one of camera.CAMERAS. theme : dark or light. style : mesh or skeleton.
    names : one caption a dance, or None for none. workers : threads; as many as this process may use when None.

    Returns
    -------
    Generator of round(seconds * fps) pictures (height, width, 3) uint8 sRGB, the same bytes for the same arguments
    whatever the number of threads. Close it to stop early.

    Raises
    ------
    InputError at once (not at the first picture) when an argument is out of range.
    """
    group = [dances] if isinstance(dances, Dance) else list(dances)
    if not 1 <= len(group) <= MOST_PANELS:
        raise InputError(f"A film shows 1 to {MOST_PANELS} dances side by side, not {len(group)}.")
    if names is not None and len(names) != len(group):
        raise InputError(f"{len(group)} dances need {len(group)} names, not {len(names)}.")
    if not (np.isfinite(fps) and 1 <= fps <= 120):
        raise InputError(f"The frame rate must be 1 to 120 pictures a second, not {fps}.")
    width, height = check_size(size)
    look = themes.theme(theme)
    count = max(1, round(length_s(group, seconds, start_s) * fps))
    times = start_s + np.arange(count) / fps
    casts = [[figure(style, i) for i in range(len(dance.motions))] for dance in group]
    motions = [[motion.at(times, fps) for motion in dance.motions] for dance in group]
    places = layout(len(group), width, height)
    panels = [
        Panel(cast, shot, look, bottom - top, right - left)
        for cast, shot, (left, top, right, bottom) in zip(
            casts, _shots(motions, fps, camera, places), places, strict=True
        )
    ]
    overlay = captions.Overlay(names, places, look) if names else None
    return _film(panels, casts, motions, places, overlay, (width, height), workers or processors())


def _shots(motions: list[list[Motion]], fps: float, camera: str, places: list[tuple[int, int, int, int]]) -> list[Shot]:
    """A shot a panel; where no camera moves, all stand equally far, so that dancers compare in size."""
    shots = []
    for dancers, (left, top, right, bottom) in zip(motions, places, strict=True):
        joints = np.stack([motion.joints for motion in dancers])
        shots.append(plan(joints, fps, camera=camera, aspect=(right - left) / (bottom - top)))
    if all(shot.still for shot in shots):
        far = max(float(shot.distance[0]) for shot in shots)
        shots = [replace(shot, distance=np.full(len(shot), far)) for shot in shots]
    return shots


def _film(
    panels: list[Panel],
    casts: list[list[Figure]],
    motions: list[list[Motion]],
    places: list[tuple[int, int, int, int]],
    overlay: captions.Overlay | None,
    size: tuple[int, int],
    workers: int,
) -> Generator[np.ndarray, None, None]:
    """Draw CHUNK frames a job, `workers` jobs at once, and hand the pictures out in order."""
    width, height = size
    count = len(motions[0][0])
    spare: queue.SimpleQueue[list[Canvas]] = queue.SimpleQueue()
    for _ in range(workers):
        spare.put([Canvas(panel) for panel in panels])

    def draw(start: int) -> np.ndarray:
        stop = min(start + CHUNK, count)
        pictures = np.empty((stop - start, height, width, 3), np.uint8)
        canvases = spare.get()
        try:
            for panel, canvas, figures, dancers, place in zip(panels, canvases, casts, motions, places, strict=True):
                left, top, right, bottom = place
                skins = [each.pose(m.slice(start, stop)) for each, m in zip(figures, dancers, strict=True)]
                vertices = np.ascontiguousarray(np.concatenate(skins, axis=1))
                for i in range(stop - start):
                    panel.draw(vertices[i], start + i, canvas, pictures[i, top:bottom, left:right])
        finally:
            spare.put(canvases)
        for left, top, right, bottom in places:  # a hairline between panels
            pictures[:, top:bottom, left : left + (left > 0)] //= 2
            pictures[:, top : top + (top > 0), left:right] //= 2
        if overlay is not None:
            overlay.lay(pictures)
        return pictures

    pool = ThreadPoolExecutor(workers, thread_name_prefix="render")
    try:
        ahead: deque[Future[np.ndarray]] = deque()
        starts = iter(range(0, count, CHUNK))
        for start in starts:
            ahead.append(pool.submit(draw, start))
            if len(ahead) > workers:
                yield from ahead.popleft().result()
        while ahead:
            yield from ahead.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
