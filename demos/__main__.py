"""The suite's jobs from a shell: python -m demos JOB. The same pipelines as the page, no page needed."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from demos.compare import jobs as compare_jobs
from demos.duet import jobs as duet_jobs
from demos.editing import jobs as editing_jobs
from demos.retrieval import jobs as retrieval_jobs
from demos.runtime.errors import InputError
from demos.runtime.settings import WEIGHTS
from demos.video import jobs as video_jobs
from demos.video import pose_jobs

Report = tuple[dict, str]
"""What a job found: for programs, and in words."""
SIZE_HELP = "WIDTHxHEIGHT of the film, such as 1280x720"


def main(arguments: list[str] | None = None) -> int:
    """Run one job; 0 when done, 2 with one sentence on stderr for bad input. Anything else is our fault and raises."""
    options = _parser().parse_args(arguments)
    try:
        report, text = options.job(options)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        if str(error.name).startswith("demos"):
            raise
        print(
            f"This job needs the package {error.name}: run make test once, it installs what jobs need.", file=sys.stderr
        )
        return 2
    except BrokenPipeError:  # the reader of our output, such as head, has left
        return 0
    print(json.dumps(report) if options.json else text)
    return 0


def features(options: argparse.Namespace) -> Report:
    """The 35 features of a song, its beats and its tempo."""
    import numpy as np

    from demos.audio import cache

    song, found = cache.load(options.song)
    if options.out:
        _in_folder(options.out)
        np.savez_compressed(
            options.out,
            values=found.values,
            beats=found.beats,
            downbeats=found.downbeats,
            tempo_bpm=found.tempo_bpm,
        )
    return _report(
        {
            "song": song.name,
            "sha256": song.sha256,
            "seconds": found.duration_s,
            "frames": len(found.values),
            "fps": 30,
            "tempo_bpm": found.tempo_bpm,
            "beats": [round(float(beat), 3) for beat in found.beats],
            "downbeats": [round(float(beat), 3) for beat in found.downbeats],
            **({"out": str(options.out)} if options.out else {}),
        }
    )


def inspect(options: argparse.Namespace) -> Report:
    """What is in a motion file."""
    from demos.motion.files import describe

    return _report(describe(options.motion, fps=options.fps))


def metrics(options: argparse.Namespace) -> Report:
    """Every measure of a dance, against a song's beats where a song is given."""
    from demos.compare import pipeline

    result = pipeline.compare([_entry(options)], options.song)
    if result.problems:
        raise InputError(result.problems[0])
    return _report({"name": result.names[0], **result.reports[0]})


def render(options: argparse.Namespace) -> Report:
    """A film of one or more dances side by side, with the song."""
    from demos.compare import pipeline
    from demos.render.video import render_dance

    entries = [
        pipeline.Entry(path, fps=options.fps, partner=options.partner if index == 0 else None)
        for index, path in enumerate(options.motion)
    ]
    result = pipeline.compare(entries, options.song)
    if result.problems:
        raise InputError(result.problems[0])
    _in_folder(options.out)
    size = options.size or pipeline.film_size(len(entries), 512 if len(entries) == 1 else 1280)
    out = render_dance(
        list(result.dances), options.out, song_path=options.song, size=size, seconds=options.seconds,
        start_s=options.start, names=list(result.names) if len(entries) > 1 else None, camera=options.camera,
        theme=options.theme, style=options.style, on_progress=_progress("film", "frames", options),
    )  # fmt: skip
    return _report({"out": str(out), "bytes": out.stat().st_size, "size": list(size), "dances": list(result.names)})


def export(options: argparse.Namespace) -> Report:
    """A dance as .glb, .bvh or .npz."""
    from demos.motion.export import export as write
    from demos.motion.files import open_dance

    dance = open_dance(options.motion, fps=options.fps, partner=options.partner)
    written = write(dance, options.out)
    return _report({"out": [str(path) for path in written], "bytes": [path.stat().st_size for path in written]})


def bench(options: argparse.Namespace) -> Report:
    """How fast a part is on this machine, beside what it is compared with, in one run."""
    if options.part == "audio":
        from demos.audio.bench import bench as run

        return _report(run())
    if options.part == "retrieval":
        return retrieval_jobs.bench_store(options)
    if options.part == "render":
        from demos.render import bench as part
    elif options.part == "video":
        from demos.video import bench as part
    elif options.part == "duet":
        from demos.duet import bench as part
    elif options.part == "start":
        from demos.runtime import bench as part
    else:
        from demos.editing import bench as part
    found = part.bench()
    return found, part.text(found)


def evaluate(options: argparse.Namespace) -> Report:
    """How good a part is: a table, with the plain baseline beside it."""
    if options.part == "beats":
        from demos.audio import evaluate as beats

        songs = options.data / "music"
        found = beats.evaluate(songs=songs if songs.is_dir() else None)
        return found, beats.text(found)
    if options.part == "retrieval":
        return retrieval_jobs.evaluate_search(options)
    if options.part == "reader":
        from demos.editing import reader_evaluate

        found = reader_evaluate.evaluate(count=options.count or reader_evaluate.COUNT)
        return found, reader_evaluate.table(found)
    if options.part == "editing":
        from demos.editing import evaluate as editing

        counts = {} if options.count is None else {"songs": options.count, "chains": options.count}
        found = editing.evaluate(
            options.corpus, data=options.data / "mocap", **counts, each=options.each,
            on_progress=_progress("editing", "items", options),
        )  # fmt: skip
        return found, editing.text(found)
    if options.part == "video":
        from demos.video import evaluate as films

        counts = {} if options.count is None else {"count": options.count}
        found = films.evaluate(**counts, on_progress=_progress("video", "parts", options))
        return found, films.text(found)
    if options.part == "duet":
        return duet_jobs.evaluate_duets(options, _progress("duet", "dances", options))
    if options.part == "xdancer":
        return pose_jobs.evaluate_poses(options, _progress("xdancer", "songs", options))
    if options.part == "musedance":
        from demos.video import muse_jobs

        return muse_jobs.evaluate_moves(options, _progress("musedance", "films", options))
    from demos.motion import retarget_report

    clips = retarget_report.report(options.data / "mocap")
    return {"clips": clips}, retarget_report.table(clips)


def train(options: argparse.Namespace) -> Report:
    """Weights from data; stopped, it goes on where it was."""
    out = options.out or Path("output") / options.name
    out.mkdir(parents=True, exist_ok=True)
    if options.name == "beats":
        from demos.audio.train import train as train_beats

        checkpoint = out / "checkpoint.pt"
        return _report(train_beats(preset=options.preset, corpus=out / "corpus", checkpoint=checkpoint))
    if options.name == "reader":
        from demos.editing import reader_train

        reader_train.train(on_progress=lambda line: print(line, file=sys.stderr))
        return _report({"weights": str(WEIGHTS / "reader.safetensors")})
    if options.corpus is None:
        raise InputError(
            "Say which corpus to train on: --corpus DIR, built with python -m demos corpus build --out DIR."
        )
    if options.name == "retrieval":
        return retrieval_jobs.train_search(options, out)
    if options.name == "duet":
        return duet_jobs.train_duets(options, out)
    if options.name == "xdancer":
        return pose_jobs.train_poses(options, out)
    if options.name == "musedance":
        from demos.video import muse_jobs

        return muse_jobs.train_moves(options, out)
    from demos.editing.train import train as train_editing

    name = "editor_without_cem" if options.without_cem else options.name
    found = train_editing(
        options.name, corpus=options.corpus, preset=options.preset, out=WEIGHTS / f"{name}.safetensors",
        checkpoint=out / f"{name}.checkpoint.pt", start=options.start, minutes=options.minutes,
        rate=options.rate, cem=not options.without_cem, seed=options.seed,
    )  # fmt: skip
    return _report(found)


def corpus(options: argparse.Namespace) -> Report:
    """The training sets: build them from the reference data, or report how their dances compare with real ones."""
    mocap = options.data / "mocap"
    if options.action == "build":
        from demos.corpus import build

        if options.out is None:
            raise InputError("Say where the corpus goes: python -m demos corpus build --out DIR.")
        found = build.build(
            options.out, size=options.size, seed=options.seed, data=mocap, workers=options.workers,
            on_progress=_progress("corpus", "shards", options),
        )  # fmt: skip
        return found, build.text(found)
    from demos.corpus import report

    found = report.report(mocap, options.out, workers=options.workers)
    return found, report.text(found)


def _entry(options: argparse.Namespace):
    from demos.compare.pipeline import Entry

    return Entry(options.motion, partner=options.partner, fps=options.fps)


def _in_folder(out: Path) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {out.parent} cannot be made: {error.strerror}; choose another.") from error


def _progress(what: str, unit: str, options: argparse.Namespace) -> Callable[[int, int], None] | None:
    """A progress bar on stderr for people; silence for programs."""
    if options.json or not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    bar = tqdm(desc=what, unit=unit)

    def report(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return report


def _report(found: dict) -> Report:
    """What was found, and the same for people: one line a value, long lists shortened."""
    lines = []
    for key, value in found.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{key}:")
            lines += ["  " + "  ".join(f"{name} {_text(item)}" for name, item in row.items()) for row in value]
        elif isinstance(value, dict):
            lines.append(f"{key}: " + ", ".join(f"{name} {_text(item)}" for name, item in value.items()))
        else:
            lines.append(f"{key}: {_text(value)}")
    return found, "\n".join(lines)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        words = [_text(item) for item in value[:8]]
        return " ".join(words) + (f" ... ({len(value)} in all)" if len(value) > 8 else "")
    return "-" if value is None else str(value)


class _Parser(argparse.ArgumentParser):
    """argparse, but a mistake is one line on stderr."""

    def error(self, message: str):  # argparse: exits
        print(f"{message[0].upper()}{message[1:]}; see {self.prog} --help.", file=sys.stderr)
        raise SystemExit(2)


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a size such as 1280x720") from None
    return width, height


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m demos", description=__doc__)
    jobs = parser.add_subparsers(title="jobs", required=True, metavar="JOB", parser_class=_Parser)

    def job(function: Callable[[argparse.Namespace], Report], *, motion: bool = False) -> argparse.ArgumentParser:
        text = function.__doc__
        sub = jobs.add_parser(function.__name__, help=text, description=text)
        sub.set_defaults(job=function)
        sub.add_argument("--json", action="store_true", help="one JSON object on stdout, messages on stderr")
        if motion:
            sub.add_argument("--fps", type=float, help="frame rate to believe instead of the file's")
            sub.add_argument("--partner", type=Path, help="the second dancer's file of a couple")
        return sub

    sub = job(features)
    sub.add_argument("song", type=Path)
    sub.add_argument("--out", type=Path, help="also write the features to this .npz")

    sub = job(inspect)
    sub.add_argument("motion", type=Path)
    sub.add_argument("--fps", type=float, help="frame rate to believe instead of the file's")

    sub = job(metrics, motion=True)
    sub.add_argument("motion", type=Path)
    sub.add_argument("--song", type=Path)

    sub = job(render, motion=True)
    sub.add_argument("motion", type=Path, nargs="+", help="one to four dances, side by side")
    sub.add_argument("--song", type=Path)
    sub.add_argument("--out", type=Path, required=True, help="the .mp4 to write")
    sub.add_argument("--size", type=_size, help=SIZE_HELP)
    sub.add_argument("--seconds", type=float, help="length; the longest dance's when left out")
    sub.add_argument("--start", type=float, default=0.0, help="where on the clock to begin, seconds")
    sub.add_argument("--camera", default="follow", choices=["follow", "front", "side", "top", "orbit"])
    sub.add_argument("--theme", default="dark", choices=["dark", "light"])
    sub.add_argument("--style", default="mesh", choices=["mesh", "skeleton"])

    sub = job(export, motion=True)
    sub.add_argument("motion", type=Path)
    sub.add_argument("--out", type=Path, required=True, help="a .glb, .bvh or .npz file")

    editing_jobs.add_jobs(job)
    duet_jobs.add_jobs(job)
    retrieval_jobs.add_jobs(job)
    video_jobs.add_jobs(job)
    compare_jobs.add_jobs(job)

    sub = job(bench)
    sub.add_argument("part", choices=["audio", "render", "editing", "retrieval", "duet", "video", "start"])
    sub.add_argument("--rows", type=int, action="append", help="retrieval: clips of a synthetic library; several times")

    sub = job(evaluate)
    sub.add_argument(
        "part", choices=["beats", "retarget", "reader", "editing", "retrieval", "duet", "video", "xdancer", "musedance"]
    )
    sub.add_argument("--data", type=Path, default=Path("../shared/data"), help="the reference data")
    sub.add_argument("--corpus", type=Path, help="a built corpus; editing: a small one is built when left out")
    sub.add_argument("--out", type=Path, help="retrieval, duet, xdancer: where what was prepared is kept; output/NAME")
    sub.add_argument("--ablations", action="store_true", help="retrieval: the two tables of ablations, trained anew")
    sub.add_argument(
        "--count", type=int, help="editing, duet, xdancer: songs (and chains of edits); reader: instructions"
    )
    sub.add_argument("--each", type=int, default=3, help="editing: edits of every kind")

    sub = job(train)
    sub.add_argument(
        "name",
        choices=["beats", "reader", "predictor", "editor", "origins", "retrieval", "duet", "xdancer", "musedance"],
        help="origins: the editor's first stage, for --start",
    )
    sub.add_argument("--preset", choices=["cpu", "polish", "gpu"], default="cpu", help="polish: beats only")
    sub.add_argument("--out", type=Path, help="where data and checkpoints are kept; output/NAME when left out")
    sub.add_argument("--corpus", type=Path, help="all but beats and reader: the corpus to learn from")
    sub.add_argument("--minutes", type=float, help="predictor, editor, origins, duet, xdancer: instead of the preset's")
    sub.add_argument("--start", type=Path, help="predictor, editor, origins: weights to begin with")
    sub.add_argument("--rate", type=float, help="predictor, editor, origins: of learning, instead of the preset's")
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--without-cem", action="store_true", help="editor: the ablation, to weights of its own")
    sub.add_argument("--without-interaction", action="store_true", help="duet: the ablation, kept in --out")
    sub.add_argument("--data", type=Path, default=Path("../shared/data"), help="duet: the reference data, if there")
    sub.add_argument("--without-confidence", action="store_true", help="xdancer: the ablation's codec, kept in --out")

    sub = job(corpus)
    sub.add_argument("action", choices=["build", "report"])
    sub.add_argument("--out", "--corpus", type=Path, help="the corpus: where to build it, or which one to report on")
    sub.add_argument("--size", default="small", choices=["small", "medium", "full"])
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--workers", type=int, default=2, help="processes")
    sub.add_argument("--data", type=Path, default=Path("../shared/data"), help="the reference data")
    return parser


if __name__ == "__main__":
    sys.exit(main())
