"""Stretches of time in an instruction: the corpus's grammar, and what people say besides ("at the end", "at 0:05")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import WHOLE, When
from demos.corpus.understanding import normal, when_said
from demos.motion.dance import Dance

_SECONDS = r"(\d+(?:\.\d+)?)"
_CLOCK = re.compile(r"\b(\d{1,2}):(\d{2}(?:\.\d+)?)\b")
_UNKNOWN = re.compile(
    r"\b(?:at|in|on|during|when|after|before|until) (?:the )?(drop|chorus|verse|bridge|hook|breakdown|solo)\b"
)
_THIRDS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1, "final": -1, "middle": 1, "opening": 0}


@dataclass(frozen=True)
class TimeSaid:
    """The stretch that is named, the words without its name, and what of it could not be found."""

    when: When
    rest: str
    note: str = ""


def time_said(text: str, dance: Dance, kind: str = "") -> TimeSaid:
    """The stretch of this dance that a text names; the whole where none is named. kind : of edit, "" when unknown.

    Worked cases for a dance of 9 s: "in the last third" is 6 to 9 s; "at 0:02" is from 2 s on.
    """
    plain = _CLOCK.sub(
        lambda found: f"{60 * int(found[1]) + float(found[2]):g} seconds", text.lower().replace("–", "-")
    )
    plain = re.sub(
        rf"{_SECONDS}(?: ?s\b| ?seconds?| ?sec)? ?- ?{_SECONDS} ?(?:s\b|seconds?|sec)", r"from \1 to \2 seconds", plain
    )
    plain = normal(plain)
    place = re.search(r"\b(first|second|third|fourth|last|final|middle|opening) (third|quarter)\b", plain)
    if place and not (place[1] == "fourth" and place[2] == "third"):
        share = 3 if place[2] == "third" else 4
        index = _THIRDS[place[1]] % share
        length = dance.duration_s / share
        when = When("between_s", round(index * length, 2), round((index + 1) * length, 2))
        return TimeSaid(when, _without(plain, place[0]))
    bars = re.search(r"\b(?:bars?|measures?) (\d+) (?:to|and|until|through|-) ?(\d+)", plain)
    if bars and float(bars[2]) > float(bars[1]):
        return TimeSaid(_bars(dance, int(bars[1]), int(bars[2])), _without(plain, bars[0]))
    plain = re.sub(r"\bmeasure", "bar", plain)
    plain = re.sub(r"\bhalfway through\b|\bafter the middle\b|\bfrom the middle on\b", "from halfway", plain)
    when, rest = when_said(plain)
    if when == WHOLE and not (kind and EDIT_KINDS[kind].ends):
        for pattern, found in (
            (
                r"(?:at|towards?|near|by|right at) the (?:very )?end\b|\bto finish\b|\bas a finish\b|\bin the end\b",
                When("last_counts", 8),
            ),
            (r"(?:at|in|right at|from) the (?:very )?(?:start|beginning)\b|\bto begin with\b", When("first_counts", 8)),
        ):
            said = re.search(pattern, rest)
            if said:
                return TimeSaid(found, _without(rest, said[0]))
    if when == WHOLE:
        at = re.search(rf"\bat (?:second )?{_SECONDS} ?(?:s\b|seconds?|sec)", rest)
        if at:
            return TimeSaid(When("from_s", float(at[1])), _without(rest, at[0]))
    unknown = _UNKNOWN.search(rest)
    if unknown and when == WHOLE:
        note = f"I do not know where the {unknown[1]} is: mark it on the timeline, or say it in seconds or bars."
        return TimeSaid(when, _without(rest, unknown[0]), note)
    return TimeSaid(when, rest)


def _bars(dance: Dance, first: int, last: int) -> When:
    """The seconds of bars first to last, both included."""
    from demos.corpus.edit_ranges import grid_of

    grid = grid_of(dance)
    return When(
        "between_s", round(float(grid.time_s((first - 1) * grid.bar)), 3), round(float(grid.time_s(last * grid.bar)), 3)
    )


def _without(text: str, part: str) -> str:
    return re.sub(r"\s+", " ", text.replace(part, " ")).strip()
