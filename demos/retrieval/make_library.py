"""Making the library that ships with the app: songs of every style, dances to each, cut into twelve seconds.

python -m demos.retrieval.make_library [--out assets/library] [--data ../shared/data/mocap] [--work output/library]

The same data and seed give the same library. A stopped making goes on where it was: finished songs stay in --work.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np

from demos.corpus.attributes import measure_attributes
from demos.corpus.captions import captions
from demos.corpus.choreographer import Choreography, choreograph
from demos.corpus.measures.music import facts_of_composition
from demos.corpus.music import CATALOGUE, Composition, compose, synthesise
from demos.corpus.phrases import load_clips
from demos.corpus.sets import CAPTIONS, DANCED, Sources, lay_over
from demos.corpus.sources import ATTRIBUTIONS
from demos.corpus.splits import song_seed
from demos.corpus.styles import STYLES
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.vector import FPS
from demos.retrieval.clips import Clip, describe_source, pack
from demos.retrieval.library import CLIPS_FILE, MOTION_FILE, SHIPPED
from demos.retrieval.previews import write_preview
from demos.runtime.caches import file_sha256
from demos.runtime.errors import InputError
from demos.runtime.settings import ROOT

DATA = ROOT.parent / "shared" / "data" / "mocap"
LINES_FILE = "clips.jsonl"  # of one song, in the work folder
WORK = ROOT / "output" / "library"
SEED = 0
TAKES = 2
"""Songs of each style."""
DANCES = (5, 4)
"""To the first song of a style, and to the second."""
SONG_S, CLIP_S = 25.2, 12.0
SPLIT = "train"
"""Only phrases that the networks may learn from: the galleries that they are tested on share no step with the page."""
_RATE, _BITRATE = 24000, "40k"  # mono: a song of 25 s takes 126 kB
_LONGEST_OVERLAP_S = 2.0  # between the two clips of a dance, so that the second starts on a bar


@dataclass(frozen=True)
class Unit:
    """One song with its dances. take : 0 .. TAKES - 1 of its style; styles : of the dances."""

    music: str
    take: int
    styles: tuple[str, ...]

    @property
    def name(self) -> str:
        """ "cha-cha-2"."""
        return f"{self.music.replace('_', '-')}-{self.take + 1}"


def plan() -> list[Unit]:
    """Every song with the styles danced to it: mostly what goes with the music, now and then something else."""
    units = []
    names = list(STYLES)
    for number, music in enumerate(sorted(CATALOGUE)):
        usual = DANCED[music]
        others = [name for name in names if name not in usual]
        for take in range(TAKES):
            odd = others[(2 * number + 3 * take) % len(others)]
            styles = (usual[0], usual[-1], odd, usual[0], usual[-1])[: DANCES[take]]
            units.append(Unit(music, take, styles))
    return units


def make(
    out: Path = SHIPPED,
    *,
    data: Path = DATA,
    work: Path = WORK,
    workers: int = 1,
    units: list[Unit] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Make the library into a folder; finished units in `work` are taken as they are.

    on_progress : called with (songs done, songs in all). Returns clips, songs, seconds and bytes.
    Raises InputError when the dances, FluidSynth or the soundfont are missing.
    """
    units = plan() if units is None else units
    done = [unit for unit in units if (work / unit.name / LINES_FILE).is_file()]
    left = [unit for unit in units if unit not in done]
    count = len(done)

    def tick() -> None:
        nonlocal count
        count += 1
        if on_progress:
            on_progress(count, len(units))

    if workers == 1 or len(left) < 2:
        for unit in left:
            make_unit(unit, work, data)
            tick()
    else:
        # Spawned: a fork would copy the locks of whatever threads the caller runs.
        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
            futures = [pool.submit(make_unit, unit, work, data) for unit in left]
            for future in as_completed(futures):
                future.result()
                tick()
    return assemble(units, work, out)


def make_unit(unit: Unit, work: Path, data: Path) -> None:
    """One song, its dances, clips and previews, as a folder of `work` that is there whole or not at all."""
    part = work / f".{unit.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    song = compose(unit.music, seconds=SONG_S, seed=song_seed(SEED, "library", SPLIT, _number(unit)))
    title = f"{song.genre.capitalize()} {'I' * (unit.take + 1)}"
    path = _write_song(song, part / "songs" / f"{unit.name}.mp3", title)
    made: list[Clip] = []
    with (part / MOTION_FILE).open("wb") as packed:
        for clip, dance in _clips(unit, song, _sources(str(data))):
            data_bytes = pack(dance.motions[0])
            preview = f"previews/{clip.id}.mp4"
            write_preview(dance, part / preview, style=clip.style)
            made.append(
                replace(
                    clip, motion=MOTION_FILE, offset=packed.tell(), size=len(data_bytes), preview=preview,
                    song=f"songs/{path.name}", song_sha256=file_sha256(path), song_name=title,
                )
            )  # fmt: skip
            packed.write(data_bytes)
    (part / LINES_FILE).write_text("".join(clip.to_json() + "\n" for clip in made), encoding="utf-8")
    shutil.rmtree(work / unit.name, ignore_errors=True)
    part.rename(work / unit.name)


def assemble(units: list[Unit], work: Path, out: Path) -> dict[str, Any]:
    """Put finished units together into the library's folder; what does not belong there goes."""
    out.mkdir(parents=True, exist_ok=True)
    for name in ("songs", "previews"):
        shutil.rmtree(out / name, ignore_errors=True)
        (out / name).mkdir()
    clips: list[Clip] = []
    with (out / MOTION_FILE).open("wb") as packed:
        for unit in units:
            folder = work / unit.name
            begin = packed.tell()
            packed.write((folder / MOTION_FILE).read_bytes())
            for line in (folder / LINES_FILE).read_text(encoding="utf-8").splitlines():
                clip = Clip.from_json(line)
                clips.append(replace(clip, offset=begin + clip.offset))
                shutil.copyfile(folder / clip.preview, out / clip.preview)
                shutil.copyfile(folder / clip.song, out / clip.song)
    lines = "".join(clip.to_json() + "\n" for clip in clips)
    (out / CLIPS_FILE).write_bytes(gzip.compress(lines.encode(), 9, mtime=0))
    (out / "README.md").write_text(_readme(clips), encoding="utf-8")
    return {
        "clips": len(clips),
        "songs": len({clip.song for clip in clips}),
        "seconds": round(sum(clip.length_s for clip in clips), 1),
        "bytes": sum(path.stat().st_size for path in out.rglob("*") if path.is_file()),
        "out": str(out),
    }


def _clips(unit: Unit, song: Composition, sources: Sources) -> Iterator[tuple[Clip, Dance]]:
    """The clips of all dances to a song, without files; each with its dance."""
    for index, style in enumerate(unit.styles):
        rng = np.random.default_rng([SEED, 11, _number(unit), index])
        seed = int(rng.integers(1 << 31))
        made = _choreograph(song, sources, style, seed)
        motion, layers = made.dance.motions[0], []
        if index % 2:  # what no capture shows: kicks, waves, punches, held levels ...
            motion, layers = lay_over(motion, song, rng)
        for place, start in enumerate(_starts(song)):
            stop = start + round(CLIP_S * FPS)
            begin, end = start / FPS, stop / FPS
            steps = [step for step in made.plan if step.end_s > begin and step.start_s < end]
            collections = sorted({step.collection for step in steps})
            settings = {
                **made.dance.provenance.settings,
                "song": {"style": song.style, "seed": song.seed, "seconds": SONG_S, "start_s": round(begin, 4)},
                "layers": [entry for entry in layers if entry["end_s"] > begin and entry["start_s"] < end],
                "sources": sorted({step.source for step in steps}),
                "attribution": [ATTRIBUTIONS[name] for name in collections],
            }
            provenance = Provenance(
                "choreographer", seed=seed, settings=settings, source=", ".join(settings["sources"])
            )
            dance = Dance(
                (_centred(motion.slice(start, stop)),), provenance, "",
                _inside(song.beats, begin, end), _inside(song.downbeats, begin, end),
            )  # fmt: skip
            attributes = measure_attributes(dance, music=facts_of_composition(song, start_s=begin, end_s=end))
            said = captions(attributes, seed=int(rng.integers(1 << 31)), count=CAPTIONS)
            yield (
                Clip(
                    id=f"{unit.name}{'abcdefgh'[index]}-{place + 1}",
                    captions=tuple(said),
                    attributes=_short(attributes.to_json()),
                    genre=song.genre,
                    style=made.style,
                    tempo_bpm=float(song.tempo_bpm),
                    length_s=CLIP_S,
                    source=f"made by Dancefloor from {describe_source([{'collection': name} for name in collections])}",
                    provenance=_plain(provenance),
                    start_s=round(begin, 4),
                    beats=tuple(round(float(beat), 3) for beat in dance.beats),
                    downbeats=tuple(round(float(beat), 3) for beat in dance.downbeats),
                ),
                dance,
            )


def _choreograph(song: Composition, sources: Sources, style: str, seed: int) -> Choreography:
    """In the style if the phrases can dance it, else of everything."""
    phrases = sources.phrases[SPLIT]
    wanted: dict[str, Any] = {"seconds": SONG_S, "phrases": phrases, "seed": seed, "sections": song.sections}
    if style in sources.styles[SPLIT]:
        try:
            return choreograph(song.beats, song.downbeats, style=style, **wanted)
        except InputError:
            pass
    return choreograph(song.beats, song.downbeats, style="mixed", **wanted)


def _starts(song: Composition) -> list[int]:
    """First frames of the two clips of a dance: on downbeats where there are any in the right places."""
    latest = SONG_S - CLIP_S
    first = next((float(beat) for beat in song.downbeats if 0 <= beat <= latest - CLIP_S), 0.0)
    aim = first + CLIP_S
    fitting = [float(beat) for beat in song.downbeats if aim - _LONGEST_OVERLAP_S <= beat <= latest]
    second = min(fitting, key=lambda beat: abs(beat - aim)) if fitting else latest
    return [round(first * FPS), min(round(second * FPS), round(SONG_S * FPS) - round(CLIP_S * FPS))]


def _centred(motion: Motion) -> Motion:
    """Starting over the middle of the stage."""
    return motion.move(-motion.translation[0] * np.array([1, 0, 1], np.float32))


def _inside(times: np.ndarray, begin: float, end: float) -> np.ndarray:
    return times[(times >= begin) & (times < end)] - begin


def _short(text: str) -> dict[str, Any]:
    """Measured attributes with four digits, without the beats (a clip has them already)."""
    import json

    def rounded(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: rounded(item) for key, item in value.items() if key != "beats_s"}
        if isinstance(value, list):
            return [rounded(item) for item in value]
        return float(f"{value:.4g}") if isinstance(value, float) else value

    values = rounded(json.loads(text))
    values["music"]["beats_s"] = []
    return values


def _plain(provenance: Provenance) -> dict[str, Any]:
    import json

    return json.loads(provenance.to_json())


def _number(unit: Unit) -> int:
    return TAKES * sorted(CATALOGUE).index(unit.music) + unit.take


@lru_cache(maxsize=1)
def _sources(data: str) -> Sources:
    return Sources(load_clips(data))


def _write_song(song: Composition, path: Path, title: str) -> Path:
    """A composition as a small mono MP3 without dates or versions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = synthesise(song, sample_rate=44100, channels=1)
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-y",
        "-f",
        "f32le",
        "-ar",
        "44100",
        "-ac",
        "1",
        "-i",
        "-",
    ]
    command += ["-c:a", "libmp3lame", "-ar", str(_RATE), "-b:a", _BITRATE, "-metadata", f"title={title}"]
    command += ["-metadata", f"genre={song.genre}", "-metadata", "artist=Dancefloor"]
    command += ["-fflags", "+bitexact", "-flags:a", "+bitexact", str(path)]
    subprocess.run(command, input=samples.astype("<f4").tobytes(), check=True)
    return path


def _readme(clips: list[Clip]) -> str:
    songs = len({clip.song for clip in clips})
    said = sorted({line for clip in clips for line in clip.provenance["settings"]["attribution"]})
    styles = ", ".join(sorted({clip.style for clip in clips}))
    lines = [
        "# The library that ships with the app",
        "",
        f"{len(clips)} dances of {CLIP_S:.0f} seconds to {songs} songs of {len({c.genre for c in clips})} styles; "
        f"danced: {styles}. Made by this project's composer and choreographer from phrases of real dances:",
        "",
        "    python -m demos.retrieval.make_library",
        "",
        f"- `{CLIPS_FILE}`: one dance a line: captions, measured attributes, tempo, song, and how it was made.",
        f"- `{MOTION_FILE}`: the motions, packed (`pack` and `unpack` of `demos/retrieval/clips.py`).",
        "- `songs/`: the songs (FluidSynth with the FluidR3 GM soundfont, Frank Wen, MIT licence; MP3 by ffmpeg).",
        "- `previews/`: a loop of each dance (H.264, silent).",
        "- `embeddings.safetensors`: the vectors of the search, with the hash of the network that made them.",
        "",
        "Dances, songs and pictures are part of this project and under its licence. The real dances ask to be named:",
        "",
        *[f"- {line}" for line in said],
        "",
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    from tqdm import tqdm

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real dances (cmu/, g1moves/, aist/ ...)")
    parser.add_argument("--work", type=Path, default=WORK, help="where finished songs wait")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    options = parser.parse_args(arguments)
    with tqdm(desc="library", unit="song") as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        found = make(options.out, data=options.data, work=options.work, workers=options.workers, on_progress=report)
    print(", ".join(f"{name} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
