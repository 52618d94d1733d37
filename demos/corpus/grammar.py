"""English for the captions: inflected verbs, a or an, lists, sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_VERB = re.compile(r"~([a-z]+)")
_DOUBLED = (
    *("hit", "stop", "spin", "sit", "clap", "nod", "bob", "put", "get", "dip", "drop", "tip", "flip", "step", "snap"),
    *("whip", "hop", "bop", "cut", "let", "run", "travel"),
)
"""Verbs that double their last letter before -ing."""
_AN_NOT = ("uni", "one", "eu", "use")
"""Beginnings spelt with a vowel and said with a consonant."""


def verbs(text: str) -> list[str]:
    """The verbs marked in a verb phrase."""
    return _VERB.findall(text)


def inflect(text: str, form: Callable[[str], str]) -> str:
    """A verb phrase with every marked verb put in a form (`str` leaves the base form)."""
    return _VERB.sub(lambda match: form(match[1]), text)


def third_person(verb: str) -> str:
    """raise -> raises, cross -> crosses, carry -> carries."""
    if verb.endswith(("s", "sh", "ch", "x", "z")) or verb in ("go", "do"):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


def gerund(verb: str) -> str:
    """raise -> raising, spin -> spinning, tie -> tying, dance -> dancing."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")):
        return verb[:-1] + "ing"
    return verb + verb[-1] + "ing" if verb in _DOUBLED else verb + "ing"


def article(text: str) -> str:
    """The text with "a" or "an" before it."""
    first = text.lower()
    vowel = first[0] in "aeiou" and not first.startswith(_AN_NOT)
    return f"{'an' if vowel else 'a'} {text}"


def listed(parts: Sequence[str], *, last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def sentence(text: str) -> str:
    """First letter large, one full stop at the end, single spaces."""
    text = " ".join(text.split()).strip(" ,;")
    text = re.sub(r"\s+([,;.:])", r"\1", text)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def count_words(text: str) -> int:
    """Words, those with hyphens as one."""
    return len(text.split())
