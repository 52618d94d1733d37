"""The room's jobs for the shell: `duet` makes couples, partners, parts anew; its weights trained and measured."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from demos.runtime.errors import InputError

Report = tuple[dict, str]
"""What a job found: for programs, and in words."""


def add_jobs(job: Callable[[Callable[[argparse.Namespace], Report]], argparse.ArgumentParser]) -> None:
    """Give the shell this room's job; `job` makes a parser for a function by its name and first line."""
    sub = job(duet)
    sub.add_argument("song", type=Path)
    sub.add_argument("--out", type=Path, required=True, help="the folder for dance.npz, .mp4, .bvh and .glb")
    sub.add_argument("--lead", type=Path, metavar="DANCE", help="a dancer to find a partner for: any motion file")
    sub.add_argument("--redo", type=Path, metavar="DANCE", help="a duet of which --start to --end is made anew")
    sub.add_argument("--start", type=float, help="seconds; before, every pose stays exactly")
    sub.add_argument("--end", type=float, help="seconds; after, every pose stays exactly")
    sub.add_argument("--parts", help="body parts that alone are made anew, such as arms; others stay exactly")
    sub.add_argument("--dancers", default="lead,follow", help="whose: lead, follow or both")
    sub.add_argument("--seconds", type=float, help="how much of the song; all of it when left out")
    sub.add_argument("--style", help="a dance style's name; chosen from the music when left out")
    sub.add_argument("--closeness", help="hold, open or apart; as it comes when left out")
    sub.add_argument("--guidance", type=float, default=2.0, help="how much the music counts")
    sub.add_argument("--variety", type=float, default=1.0, help="0 the likeliest dance, more: further from it")
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--raw", action="store_true", help="no foot lock, no closing of hands, no pushing apart")
    sub.add_argument("--weights", help="a .safetensors file, a folder or a Hub repository instead of what is shipped")
    sub.add_argument("--no-video", action="store_true", help="no dance.mp4")


def duet(options: argparse.Namespace) -> Report:
    """Two dancers from one song, or a partner for one."""
    from demos.audio import cache
    from demos.duet import pipeline
    from demos.motion.export import export
    from demos.motion.files import open_dance
    from demos.render.video import render_dance

    if options.lead is not None and options.redo is not None:
        raise InputError("Give a lead or a duet to make anew in part, not both.")
    if options.redo is None and (options.start is not None or options.end is not None or options.parts):
        raise InputError("--start, --end and --parts say what of a duet is made anew: name it with --redo DANCE.")
    _folder(options.out)
    song = cache.load(options.song)
    manner = {
        "style": options.style, "closeness": options.closeness, "seed": options.seed, "guidance": options.guidance,
        "variety": options.variety, "finishing": not options.raw, "weights": options.weights,
        "on_progress": _bar("duet", options),
    }  # fmt: skip
    if options.lead is not None:
        made = pipeline.follow(open_dance(options.lead), song, **manner)
    elif options.redo is not None:
        dance = open_dance(options.redo)
        span = (options.start or 0.0, dance.duration_s if options.end is None else options.end)
        made = pipeline.redo(
            dance, span, _names(options.parts), dancers=_names(options.dancers) or (), song=song, **manner
        )  # fmt: skip
    else:
        made = pipeline.generate(song, seconds=options.seconds, **manner)
    written = [made.dance.save(options.out / "dance.npz")]
    for name in ("dance.bvh", "dance.glb"):
        written += export(made.dance, options.out / name)
    if not options.no_video:
        film = options.out / "dance.mp4"
        written.append(render_dance(made.dance, film, song_path=options.song, on_progress=_bar("film", options)))
    paths = [str(path) for path in written]
    found = {
        "out": paths, "seconds": made.dance.duration_s, "fps": made.dance.fps, "seed": options.seed,
        "message": made.message, "holds": made.dance.provenance.settings.get("holds", []),
    }  # fmt: skip
    return found, "\n".join([made.message, *paths])


ABLATION = "duet_without_interaction.safetensors"


def train_duets(options: argparse.Namespace, out: Path) -> Report:
    """The networks from a corpus, and from real couples where those are at hand."""
    from demos.duet.train import train
    from demos.runtime.settings import WEIGHTS

    real, ablation = options.data / "mocap", options.without_interaction
    target = out / ABLATION if ablation else WEIGHTS / "duet.safetensors"
    found = train(
        corpus=options.corpus, data=real if real.is_dir() else None, preset=options.preset, out=target,
        checkpoint=out / f"{target.stem}-checkpoints", minutes=options.minutes, interaction=not ablation,
        seed=options.seed,
    )  # fmt: skip
    found = {"weights": str(target), **found}
    return found, "\n".join(f"{name}: {value}" for name, value in found.items())


def evaluate_duets(options: argparse.Namespace, on_progress: Callable[[int, int], None] | None) -> Report:
    """The room's table, with the ablation where `train duet --without-interaction` has left it."""
    from demos.duet import evaluate

    if options.corpus is None:
        raise InputError("Say which corpus to measure on: --corpus DIR, built with python -m demos corpus build.")
    ablation = (options.out or Path("output") / "duet") / ABLATION
    counts = {} if options.count is None else {"songs": options.count}
    found = evaluate.evaluate(
        options.corpus, data=options.data / "mocap", ablation=ablation if ablation.is_file() else None, **counts,
        on_progress=on_progress,
    )  # fmt: skip
    return found, evaluate.text(found)


def _names(text: str | None) -> tuple[str, ...] | None:
    return tuple(name.strip().replace(" ", "_") for name in text.split(",") if name.strip()) if text else None


def _folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {out} cannot be made: {error.strerror}; choose another.") from error


def _bar(what: str, options: argparse.Namespace) -> Callable[[int, int], None] | None:
    """A progress bar on stderr for people; silence for programs."""
    if options.json or not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    bar = tqdm(desc=what)

    def report(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return report
