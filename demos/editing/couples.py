"""Which of two dancers an instruction is for: "the follower raises both arms", "both of them turn once"."""

from __future__ import annotations

import re

from demos.motion.dance import Dance
from demos.runtime.errors import InputError

NAMES = ("the leader", "the follower")
"""Of a couple's dancers, in the order of `Dance.motions`."""
_WHOSE = r"\b(?:the |her |his |your )"
_LEADER = rf"{_WHOSE}(?:leader|lead(?=['’ ,.;:!?]|$)|first dancer|1st dancer)|\bleader\b|\bdancer (?:1|one)\b"
_FOLLOWER = (
    rf"{_WHOSE}(?:follower|follow(?=['’ ,.;:!?]|$)|partner|second dancer|2nd dancer|other dancer)|\bfollower\b"
    r"|\bdancer (?:2|two)\b"
)
_NAMED = re.compile(rf"(?P<leader>{_LEADER})|(?P<follower>{_FOLLOWER})", re.I)


def addressed(text: str, dance: Dance) -> tuple[tuple[int, ...], str]:
    """(indices of the dancers meant, the text with "the dancer" for each name); everyone where nobody is named.

    "The lead" is a dancer, to "lead with the chest" is not. Raises InputError when a second dancer is named and there
    is none.
    """
    named = {0 if found["leader"] else 1 for found in _NAMED.finditer(text)}
    if not named:
        return tuple(range(len(dance.motions))), text
    if max(named) >= len(dance.motions):
        raise InputError("Only one dancer dances here: say what changes without naming a second one.")
    return tuple(sorted(named)), _NAMED.sub("the dancer", text)
