"""The room's jobs for the shell: `generate` and `edit`. What is heavy is imported when a job runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from demos.runtime.errors import InputError

if TYPE_CHECKING:
    from demos.audio.features import AudioFeatures
    from demos.audio.song import Song
    from demos.motion.dance import Dance
    from demos.motion.history import History

Report = tuple[dict, str]
"""What a job found: for programs, and in words."""
MOST_SONGS = 60
"""Files beside a dance that are looked at to find its song."""
SOUND = (".mp3", ".wav", ".ogg", ".flac", ".m4a", ".aac", ".opus", ".mp4")


def add_jobs(job: Callable[[Callable[[argparse.Namespace], Report]], argparse.ArgumentParser]) -> None:
    """Give the shell this room's jobs; `job` makes a parser for a function by its name and first line."""
    sub = job(generate)
    sub.add_argument("song", type=Path)
    _out(sub)
    sub.add_argument("--seconds", type=float, help="how much of the song; all of it when left out")
    sub.add_argument("--style", help="a dance style's name; chosen from the music when left out")
    sub.add_argument("--guidance", type=float, help="how much the music counts")

    sub = job(edit)
    sub.add_argument("dance", type=Path, metavar="DANCE.npz", help="a saved dance, or any motion file")
    sub.add_argument("text", help='what should change, such as "raise both arms in the second half"')
    _out(sub)
    sub.add_argument("--song", type=Path, help="its song; looked for beside it and among the examples when left out")
    sub.add_argument("--start", type=float, help="seconds; before, every pose stays exactly")
    sub.add_argument("--end", type=float, help="seconds; after, every pose stays exactly")
    sub.add_argument("--parts", help="body parts that alone may change, such as arms,legs; others stay exactly")
    sub.add_argument("--strength", type=float, default=1.0, help="0 to 1, of what the words ask for")
    sub.add_argument("--network-only", action="store_true", help="never by rule where the network's change fails")
    sub.add_argument("--text-guidance", type=float, default=1.0, help="how much the words count")
    sub.add_argument("--source-guidance", type=float, default=1.0, help="how much the dance before counts")


def _out(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--out", type=Path, required=True, help="the folder for dance.npz, .mp4, .bvh and .glb")
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--steps", type=int, default=10, help="of the diffusion")
    sub.add_argument("--raw", action="store_true", help="no foot lock and no smoothing")
    sub.add_argument("--weights", help="a .safetensors file, a folder or a Hub repository instead of what is shipped")
    sub.add_argument("--no-video", action="store_true", help="no dance.mp4")


def generate(options: argparse.Namespace) -> Report:
    """A dance to a song."""
    from demos.audio import cache
    from demos.editing import pipeline
    from demos.motion import history

    _folder(options.out)
    song = cache.load(options.song)
    made = pipeline.generate(
        song, seconds=options.seconds, style=options.style, seed=options.seed, steps=options.steps,
        guidance=options.guidance, lock=not options.raw, weights=options.weights,
        on_progress=_bar("dance", options),
    )  # fmt: skip
    tree = history.History().add(made.dance, name=options.song.stem, raw=made.raw)
    written = _write(tree, options, options.song)
    found = {
        "out": written, "seconds": made.dance.duration_s, "fps": made.dance.fps, "style": options.style,
        "seed": options.seed, "tempo_bpm": made.features.tempo_bpm, "message": made.message,
    }  # fmt: skip
    return found, "\n".join([made.message, *written])


def edit(options: argparse.Namespace) -> Report:
    """A dance changed by words."""
    from demos.editing import pipeline

    tree = _opened(options.dance)
    before = tree.current.dance
    song_path = _song_of(before, options)
    song = _heard(song_path)
    _folder(options.out)
    edited = pipeline.edit(
        before, options.text, song=song, span=_span(options, before), parts=_parts(options.parts),
        strength=options.strength, seed=options.seed, steps=options.steps, text_guidance=options.text_guidance,
        source_guidance=options.source_guidance, lock=not options.raw, rules=not options.network_only,
        weights=options.weights, on_progress=_bar("edit", options),
    )  # fmt: skip
    if not edited.changed:
        raise InputError(edited.message.replace("\n", " "))
    tree = tree.add(
        edited.dance, text=options.text, raw=edited.raw, achieved=edited.achieved, message=edited.message
    )  # fmt: skip
    written = _write(tree, options, song_path)
    found = {
        "out": written, "message": edited.message, "achieved": edited.achieved,
        "clauses": [
            {"text": clause.text, "understood": clause.said, "problem": clause.problem} for clause in edited.readings
        ],
        "verdicts": [
            {"achieved": verdict.achieved, "score": round(verdict.score, 3), "preserved": verdict.preserved,
             "reason": verdict.reason, "by_rule": by_rule}
            for verdict, by_rule in zip(edited.verdicts, edited.by_rule, strict=True)
        ],
    }  # fmt: skip
    return found, "\n".join([edited.message, *written])


def _folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {out} cannot be made: {error.strerror}; choose another.") from error


def _opened(path: Path) -> History:
    """The tree inside a saved dance, or one of that dance alone, or of any motion file."""
    from demos.motion import history
    from demos.motion.files import open_dance

    if path.suffix.lower() == ".npz" and path.is_file():
        try:
            return history.restore(path)
        except InputError:  # an AMASS file perhaps; if it is none either, opening it says what is wrong
            pass
    return history.History().add(open_dance(path), name=path.stem)


def _song_of(dance: Dance, options: argparse.Namespace) -> Path | None:
    """The song named, or the file whose content is the dance's; None for a dance that has none.

    Raises InputError when the dance has a song and it is not found.
    """
    from demos.runtime.caches import file_sha256
    from demos.runtime.settings import ASSETS

    if options.song is not None or not dance.song_sha256:
        return options.song
    for folder in (options.dance.parent, ASSETS / "songs"):
        sounds = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in SOUND and path.is_file()]
        for path in sounds[:MOST_SONGS]:
            if file_sha256(path) == dance.song_sha256:
                return path
    raise InputError(f"The song of {options.dance.name} is not beside it: name it with --song SONG.")


def _heard(song: Path | None) -> tuple[Song, AudioFeatures] | None:
    from demos.audio import cache

    return None if song is None else cache.load(song)


def _span(options: argparse.Namespace, dance: Dance) -> tuple[float, float] | None:
    if options.start is None and options.end is None:
        return None
    return options.start or 0.0, dance.duration_s if options.end is None else options.end


def _parts(text: str | None) -> tuple[str, ...] | None:
    return tuple(name.strip().replace(" ", "_") for name in text.split(",") if name.strip()) if text else None


def _write(tree: History, options: argparse.Namespace, song: Path | None) -> list[str]:
    """The files of the current version; their paths."""
    from demos.motion import history
    from demos.motion.export import export
    from demos.render.video import render_dance

    dance = tree.current.dance
    written = [history.export_npz(tree, options.out / "dance.npz")]
    for name in ("dance.bvh", "dance.glb"):
        written += export(dance, options.out / name)
    if not options.no_video:
        written.append(
            render_dance(dance, options.out / "dance.mp4", song_path=song, on_progress=_bar("film", options))
        )  # fmt: skip
    return [str(path) for path in written]


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
