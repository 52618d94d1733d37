"""Rhythms written as text: one character a step, one `|` between bars.

"x...x...|x..x..x." is two bars of eight steps. Each bar is divided evenly by the number of its characters, so that
sixteenths (16 in 4/4), triplets (12) and quarters (4) may be mixed freely. What a character means is the player's
business (drums: X x o g = loud to ghost; bass: chord degrees; chords: voicing tones), but everywhere `.` rests
and `-` holds the note before it, also over the bar line.
"""

from functools import lru_cache
from typing import NamedTuple


class Step(NamedTuple):
    """One struck step: where it starts and how long it lasts, in beats from the pattern's start, and its sign."""

    beat: float
    length: float
    sign: str


@lru_cache(maxsize=2048)
def parse(pattern: str, bar_beats: int) -> tuple[int, tuple[Step, ...]]:
    """Read a pattern for bars of `bar_beats` beats: its number of bars and its steps in order."""
    bars = pattern.split("|")
    cells = [
        (bar * bar_beats + place * bar_beats / len(text), bar_beats / len(text), sign)
        for bar, text in enumerate(bars)
        for place, sign in enumerate(text)
    ]
    steps: list[Step] = []
    sounding = False
    for beat, width, sign in cells:
        if sign == "-" and sounding:
            last = steps[-1]
            steps[-1] = last._replace(length=last.length + width)
        elif sign in ".-":
            sounding = False
        else:
            steps.append(Step(beat, width, sign))
            sounding = True
    return len(bars), tuple(steps)


def steps_in_bar(pattern: str, bar_beats: int, place: int) -> list[Step]:
    """Steps of the pattern that start in bar number `place` (the pattern repeats), in beats from that bar's start."""
    bars, steps = parse(pattern, bar_beats)
    start = (place % bars) * bar_beats
    return [step._replace(beat=step.beat - start) for step in steps if start <= step.beat < start + bar_beats]
