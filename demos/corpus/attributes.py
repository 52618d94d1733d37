"""Attributes of a dance, measured on the result: numbers with units and words for music, each dancer and the pair.

The groups are those of TD-Data (CustomDancer): genre, rhythm, tempo, valence of the music; arms, legs, torso,
fluidity, space and intensity of the motion; and turns, jumps, level, hits, beat and the pair beside them. Nothing is
copied from a request: a dance that was asked to jump and does not has no jumps. What each is: demos.corpus.measures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from demos.corpus.measures.arms import measure_arms
from demos.corpus.measures.dynamics import measure_dynamics
from demos.corpus.measures.floor import measure_floor
from demos.corpus.measures.legs import measure_legs
from demos.corpus.measures.music import MusicFacts
from demos.corpus.measures.pair import measure_pair
from demos.corpus.measures.performer import FPS, Performer
from demos.corpus.measures.scales import SCALES, UNITS
from demos.corpus.measures.torso import measure_torso
from demos.motion.dance import Dance

SHORTEST_S = 1.0
WINDOW_S = 12.0
"""Length of a clip in TD-Data, and of the windows that `calibrate` measures."""


@dataclass(frozen=True)
class Attributes:
    """What was measured on one dance.

    seconds : its length. music : facts of the music, all unknown when none were given.
    dancers : one mapping a dancer (lead first), key -> number; the keys and their units are measures.scales.UNITS.
    pair : the same for two dancers together; empty for a soloist.
    Keys "beat.*" are there only when the beats are known.
    """

    seconds: float
    music: MusicFacts
    dancers: tuple[Mapping[str, float], ...]
    pair: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dancers", tuple(MappingProxyType(dict(dancer)) for dancer in self.dancers))
        object.__setattr__(self, "pair", MappingProxyType(dict(self.pair)))

    def number(self, key: str, dancer: int = 0) -> float | None:
        """One number, None where it is not known. Keys "pair.*" belong to both dancers, "music.*" to the song."""
        group = key.split(".", 1)[0]
        source = {"pair": self.pair, "music": self.music_numbers}.get(group, self.dancers[dancer])
        return source.get(key)

    @property
    def music_numbers(self) -> dict[str, float]:
        """What is known of the music in numbers, by key "music.*"."""
        facts = self.music.to_dict()
        known = {key: facts[key.removeprefix("music.")] for key in UNITS if key.startswith("music.")}
        return {key: float(number) for key, number in known.items() if number is not None}

    def word(self, key: str, dancer: int = 0) -> str:
        """The number in a word of its scale ("high"), "" where there is no scale or no number."""
        number = self.number(key, dancer)
        return "" if number is None else word_of(key, number)

    def rows(self) -> Iterator[tuple[str, str, float, str, str]]:
        """(whose, key, number, unit, word) of everything known; whose is "music", "dancer 1", "pair"."""
        groups = [(f"dancer {index + 1}", dancer) for index, dancer in enumerate(self.dancers)]
        for whose, numbers in [("music", self.music_numbers), *groups, ("pair", self.pair)]:
            for key, number in numbers.items():
                yield whose, key, number, UNITS[key], word_of(key, number)

    def to_json(self) -> str:
        """As JSON text with sorted keys; numbers keep six significant digits."""
        values = {
            "seconds": self.seconds,
            "music": self.music.to_dict(),
            "dancers": [_rounded(dancer) for dancer in self.dancers],
            "pair": _rounded(self.pair),
        }
        return json.dumps(values, sort_keys=True)

    @staticmethod
    def from_json(text: str) -> Attributes:
        """From `to_json`'s text."""
        values = json.loads(text)
        music = MusicFacts.from_dict(values["music"])
        return Attributes(values["seconds"], music, tuple(values["dancers"]), values["pair"])


def measure_attributes(dance: Dance, *, music: MusicFacts | None = None) -> Attributes:
    """Measure a dance of any length and frame rate (at 30 fps inside). Under a second, counts and rates mean little.

    music : facts of its song while it lasts (measures.music); without them the dance's own beats, if it has any, are
        used for what is measured on the beat, and nothing is known about genre, tempo or mood.
    """
    music = music or MusicFacts(beats_s=tuple(float(beat) for beat in dance.beats))
    performers = [Performer.of(motion) for motion in dance.motions]
    beats = np.array(music.beats_s, float)
    dancers = tuple(measure_dancer(performer, beats) for performer in performers)
    pair = measure_pair(*performers) if len(performers) == 2 else {}
    return Attributes(round(performers[0].seconds, 3), music, dancers, pair)


def measure_dancer(performer: Performer, beats_s: np.ndarray) -> dict[str, float]:
    """Every key of one dancer."""
    return {
        **measure_arms(performer),
        **measure_legs(performer),
        **measure_torso(performer),
        **measure_floor(performer),
        **measure_dynamics(performer, beats_s),
    }


def word_of(key: str, number: float) -> str:
    """The word of a number on its key's scale, "" where the key has none."""
    if key not in SCALES:
        return ""
    edges, words = SCALES[key]
    return words[int(np.searchsorted(edges, number, side="right"))]


def calibrate(folder: Path | str) -> str:
    """Percentiles of every number over 12-s windows of the real dances below a folder, as a table to print.

    The scales in measures.scales were set from it:
    python -c "from demos.corpus.attributes import calibrate; print(calibrate('../shared/data/mocap'))"
    """
    from demos.corpus.phrases import load_clips

    rows: list[Mapping[str, float]] = []
    pairs: list[Mapping[str, float]] = []
    window = round(WINDOW_S * FPS)
    for clip in load_clips(folder):
        for start in range(0, max(1, len(clip.motion) - window + 1), window // 2):
            part = Performer.of(clip.motion.slice(start, start + window))
            rows.append(measure_dancer(part, np.zeros(0)))
            if clip.partner is not None and clip.source == clip.trial:  # once a couple
                other = Performer.of(clip.partner.slice(start, start + window))
                pairs.append(measure_pair(part, other))
    marks = (5, 10, 20, 35, 50, 65, 80, 90, 95)
    lines = [f"{len(rows)} windows of a dancer, {len(pairs)} of a couple; percentiles"]
    lines.append(f"{'':22s}" + "".join(f"{mark:>9d}" for mark in marks))
    for group in (rows, pairs):
        for key in group[0] if group else ():
            values = np.percentile([row[key] for row in group], marks)
            lines.append(f"{key:22s}" + "".join(f"{value:9.3f}" for value in values) + f"  {UNITS[key]}")
    return "\n".join(lines)


def _rounded(numbers: Mapping[str, float]) -> dict[str, float]:
    return {key: float(f"{number:.6g}") for key, number in numbers.items()}
