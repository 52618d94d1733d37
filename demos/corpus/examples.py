"""The example dances that ship with the project: three solos to its own example songs, made by the choreographer.

python -m demos.corpus.examples --out assets/dances [--data ../shared/data/mocap]
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from demos.audio.cache import load
from demos.corpus.choreographer import Choreography, choreograph
from demos.corpus.phrases import Phrase, cut_phrases
from demos.corpus.sources import ATTRIBUTIONS
from demos.motion.dance import Dance
from demos.runtime.settings import ASSETS, ROOT

DATA = ROOT.parent / "shared" / "data" / "mocap"


@dataclass(frozen=True)
class Example:
    """One example: the song's file name without suffix, the style, and the seed that was chosen by looking."""

    song: str
    style: str
    seed: int
    seconds: float = 24.0


EXAMPLES = (
    Example("four-walls-one-floor", "pop", 8),
    Example("late-for-the-last-bus", "salsa", 8),
    Example("two-left-sneakers", "hiphop", 9),
)


def make(example: Example, phrases: list[Phrase], songs: Path = ASSETS / "songs") -> Choreography:
    """Choreograph one example; the dance's provenance names its sources and what must be said about them."""
    song, features = load(songs / f"{example.song}.mp3")
    made = choreograph(
        features.beats,
        features.downbeats,
        seconds=min(example.seconds, song.duration_s),
        phrases=phrases,
        style=example.style,
        seed=example.seed,
        tightness=1.0,
        song_sha256=song.sha256,
    )
    collections = sorted({step.collection for step in made.plan})
    facts = {
        **made.dance.provenance.settings,
        "song": f"{example.song}.mp3",
        "sources": list(made.sources),
        "attribution": [ATTRIBUTIONS[name] for name in collections],
    }
    dance = made.dance
    provenance = replace(dance.provenance, settings=facts)
    return replace(made, dance=Dance(dance.motions, provenance, song.sha256, dance.beats, dance.downbeats))


def main() -> None:
    """Build all examples into a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ASSETS / "dances")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real dances (cmu/, g1moves/, aist/ ...)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    phrases = cut_phrases(arguments.data)
    for example in EXAMPLES:
        made = make(example, phrases)
        path = made.dance.save(arguments.out / f"{example.song}.npz")
        print(f"{path.name}: {example.style}, {path.stat().st_size / 1024:.0f} kB, from {', '.join(made.sources)}")


if __name__ == "__main__":
    main()
