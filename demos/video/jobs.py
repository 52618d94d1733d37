"""The room's jobs for the shell: `animate`, and what `evaluate video` and `bench video` run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from demos.runtime.errors import InputError

Report = tuple[dict, str]
"""What a job found: for programs, and in words."""
_SUFFIXES = (".mp4", ".webm", ".gif")


def add_jobs(job: Callable[[Callable[[argparse.Namespace], Report]], argparse.ArgumentParser]) -> None:
    """Give the shell this room's job; `job` makes a parser for a function by its name and first line."""
    sub = job(animate)
    sub.add_argument("image", type=Path, help="a picture of a person, a drawing, a toy")
    sub.add_argument("song", type=Path)
    sub.add_argument("--out", type=Path, required=True, help="the .mp4; .webm or .gif for the figure alone")
    sub.add_argument("--system", default="xdancer", help="who makes the steps: xdancer, or musedance (reads --text)")
    sub.add_argument("--text", help="musedance: what it should do, such as “sway gently, then jump on every beat”")
    sub.add_argument("--dance", type=Path, help="a motion file to perform instead of new steps")
    sub.add_argument("--partner", type=Path, metavar="IMAGE", help="a second picture, whose figure dances as well")
    sub.add_argument("--seconds", type=float, help="length; the song's, at most 3 minutes, when left out")
    sub.add_argument("--size", type=_size, help="pixels of the shorter side, 96 to 1080; the picture's when left out")
    sub.add_argument("--fps", type=float, default=30.0)
    sub.add_argument("--camera", default="still", help="still, or follow")
    sub.add_argument("--style", help="of the new steps; chosen from the music when left out")
    sub.add_argument("--no-shadow", action="store_true")
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--weights", help="a .safetensors file, a folder or a Hub repository instead of what is shipped")


def animate(options: argparse.Namespace) -> Report:
    """A film of the figure in a picture, dancing to a song."""
    from demos.motion.files import open_dance
    from demos.video import pipeline

    if options.out.suffix.lower() not in _SUFFIXES:
        raise InputError(f"The film's name must end in {', '.join(_SUFFIXES)}, not “{options.out.name}”.")
    try:
        options.out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder {options.out.parent} cannot be made: {error.strerror}; choose another."
        ) from error
    found = pipeline.find(options.image)
    figures = [found.figures[0]]
    if options.partner is not None:
        figures.append(pipeline.find(options.partner).figures[0])
    film = pipeline.animate(
        figures, options.song, options.out, system=options.system, text=options.text,
        dance=open_dance(options.dance) if options.dance else None, seconds=options.seconds, size=options.size,
        fps=options.fps, seed=options.seed, style=options.style, camera=options.camera, shadow=not options.no_shadow,
        weights=options.weights, on_progress=_bar(options),
    )  # fmt: skip
    seen = found.said
    if film.track is None:  # moved by words, by limbs of its own
        from demos.video import muse_shape, muse_shown

        seen = muse_shown.described(muse_shape.find(figures[0].alpha))
    about = {
        "out": str(film.path), "bytes": film.path.stat().st_size, "size": list(film.size), "seconds": film.seconds,
        "fps": film.fps, "found": seen, "kind": found.figures[0].kind, "system": film.provenance.system,
        "message": film.message,
    }  # fmt: skip
    width, height = film.size
    return about, f"{seen}\n{film.message} {width} x {height} pixels.\n{film.path}"


def _size(text: str) -> int:
    try:
        return int(text.lower().removesuffix("p").removesuffix("px"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of pixels such as 512") from None


def _bar(options: argparse.Namespace) -> Callable[[int, int], None] | None:
    """A progress bar on stderr for people; silence for programs."""
    if options.json or not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    bar = tqdm(desc="film", unit="frames")

    def report(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return report
