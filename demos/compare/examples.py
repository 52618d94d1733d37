"""One-click examples: dances of assets/dances with the song of assets/songs that each was made to."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from demos.runtime.caches import file_sha256
from demos.runtime.settings import ASSETS


@dataclass(frozen=True)
class Example:
    """A dance of ours and its song."""

    title: str
    dances: tuple[Path, ...]
    song: Path | None


@cache
def examples() -> tuple[Example, ...]:
    """What ships with the suite, in the order of the file names; titles are the file names in words."""
    songs = {file_sha256(path): path for path in (ASSETS / "songs").glob("*.*") if path.suffix != ".md"}
    found = []
    for path in sorted((ASSETS / "dances").glob("*.npz")):
        with np.load(path, allow_pickle=False) as saved:
            song = songs.get(str(saved["song_sha256"]))
        found.append(Example(path.stem.replace("-", " ").title(), (path,), song))
    return tuple(found)
