"""The example songs of assets/songs, made by the composer: `python -m demos.corpus.music.examples`."""

import argparse
import subprocess
from pathlib import Path
from typing import NamedTuple

import imageio_ffmpeg
import numpy as np

from demos.corpus.music.composition import Composition, compose
from demos.corpus.music.synthesis import synthesise

FOLDER = Path(__file__).parents[3] / "assets" / "songs"
SAMPLE_RATE = 44100
BITRATE = "80k"  # joint stereo; 26 s are about 260 KB


class Example(NamedTuple):
    """One song to make: file name without suffix, title, and the composer's arguments."""

    name: str
    title: str
    style: str
    seconds: float
    tempo_bpm: float
    seed: int


EXAMPLES = (
    Example("late-for-the-last-bus", "Late for the Last Bus", "salsa", 26.0, 178.0, 10),
    Example("four-walls-one-floor", "Four Walls, One Floor", "house", 28.0, 124.0, 4),
    Example("mind-the-hem", "Mind the Hem", "waltz", 28.0, 90.0, 36),
    Example("two-left-sneakers", "Two Left Sneakers", "hip_hop", 27.0, 94.0, 23),
)


def write_mp3(samples: np.ndarray, sample_rate: int, path: Path, *, title: str, genre: str) -> None:
    """Encode (n, 2) float samples with the ffmpeg that imageio-ffmpeg brings; no dates or versions in the file."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "f32le", "-ar", str(sample_rate), "-ac", "2"]
    command += ["-i", "-", "-c:a", "libmp3lame", "-b:a", BITRATE, "-joint_stereo", "1"]
    command += ["-metadata", f"title={title}", "-metadata", f"genre={genre}", "-metadata", "artist=Dancefloor"]
    command += ["-fflags", "+bitexact", "-flags:a", "+bitexact", str(path)]
    subprocess.run(command, input=samples.astype("<f4").tobytes(), check=True)


def make(example: Example, folder: Path) -> tuple[Path, Composition]:
    """Compose, render and encode one example."""
    song = compose(example.style, seconds=example.seconds, seed=example.seed, tempo_bpm=example.tempo_bpm)
    path = folder / f"{example.name}.mp3"
    write_mp3(synthesise(song, sample_rate=SAMPLE_RATE), SAMPLE_RATE, path, title=example.title, genre=song.genre)
    return path, song


def write_readme(made: list[tuple[Example, Path, Composition]], folder: Path) -> None:
    """The table beside the songs."""
    rows = [
        f"| `{path.name}` | {example.title} | {song.genre} | {song.tempo_bpm:g} | {song.written_meter} | {song.key} "
        f"| {example.seconds:g} s | {example.seed} |"
        for example, path, song in made
    ]
    text = """# Example songs

Four short pieces to try every tab with, composed and rendered by this project:

    python -m demos.corpus.music.examples

| file | title | style | beats a minute | metre | key | length | seed |
|---|---|---|---|---|---|---|---|
{rows}

The notes come from `demos/corpus/music`, the sound from FluidSynth with the FluidR3 GM soundfont (Frank Wen, MIT
licence; Debian package fluid-soundfont-gm), encoded as MP3 by ffmpeg. The songs themselves are part of this project and
under its licence. The same command makes the same notes again; the beats are known exactly, see `compose(...)`.
"""
    (folder / "README.md").write_text(text.format(rows="\n".join(rows)), encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m demos.corpus.music.examples", description="Make the example songs."
    )
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder (default assets/songs)")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    made = []
    for example in EXAMPLES:
        path, song = make(example, options.out)
        made.append((example, path, song))
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} KB, {song.genre}, {song.tempo_bpm:g} beats a minute")
    write_readme(made, options.out)


if __name__ == "__main__":
    main()
