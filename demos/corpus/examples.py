"""The example dances that ship with the project: dances to its own example songs, made by the choreographer.

python -m demos.corpus.examples --out assets/dances [--data ../shared/data/mocap]
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from demos.audio.cache import load
from demos.corpus.choreographer import choreograph
from demos.corpus.couples import choreograph_couple
from demos.corpus.phrases import Phrase, cut_phrases
from demos.corpus.sources import ATTRIBUTIONS
from demos.motion.dance import Dance
from demos.runtime.settings import ASSETS, ROOT

DATA = ROOT.parent / "shared" / "data" / "mocap"


@dataclass(frozen=True)
class Example:
    """One example: the song's file name without suffix, the style, the seed that was chosen by looking, and for how
    many dancers."""

    song: str
    style: str
    seed: int
    seconds: float = 24.0
    couple: bool = False

    @property
    def name(self) -> str:
        """The file's name without suffix."""
        return f"{self.song}-couple" if self.couple else self.song


EXAMPLES = (
    Example("four-walls-one-floor", "pop", 8),
    Example("late-for-the-last-bus", "salsa", 8),
    Example("late-for-the-last-bus", "salsa", 4, couple=True),
    Example("two-left-sneakers", "hiphop", 9),
)


def make(example: Example, phrases: list[Phrase], songs: Path = ASSETS / "songs") -> Dance:
    """Choreograph one example; the dance's provenance names its sources and what must be said about them."""
    song, features = load(songs / f"{example.song}.mp3")
    wanted = {
        "seconds": min(example.seconds, song.duration_s),
        "phrases": phrases,
        "style": example.style,
        "seed": example.seed,
        "song_sha256": song.sha256,
    }
    if example.couple:
        dance = choreograph_couple(features.beats, features.downbeats, **wanted)
        sources, collections = dance.provenance.source.split(", "), dance.provenance.settings["collections"]
    else:
        made = choreograph(features.beats, features.downbeats, tightness=1.0, **wanted)
        dance, sources, collections = made.dance, list(made.sources), {step.collection for step in made.plan}
    facts = {
        **dance.provenance.settings,
        "song": f"{example.song}.mp3",
        "sources": sources,
        "attribution": [ATTRIBUTIONS[name] for name in sorted(collections)],
    }
    return Dance(dance.motions, replace(dance.provenance, settings=facts), song.sha256, dance.beats, dance.downbeats)


def main() -> None:
    """Build all examples into a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ASSETS / "dances")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real dances (cmu/, g1moves/, aist/ ...)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    phrases = cut_phrases(arguments.data)
    for example in EXAMPLES:
        dance = make(example, phrases)
        path = dance.save(arguments.out / f"{example.name}.npz")
        sources = ", ".join(dance.provenance.settings["sources"])
        print(f"{path.name}: {example.style}, {path.stat().st_size / 1024:.0f} kB, from {sources}")


if __name__ == "__main__":
    main()
