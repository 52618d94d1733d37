"""What could be asked of a dance next: edits it has room for, by what was measured on it, in words the reader knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from demos.corpus.attributes import Attributes, measure_attributes
from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import WHOLE, When
from demos.corpus.edits import make_edit, suits
from demos.editing import reader
from demos.editing.couples import NAMES
from demos.editing.reader_clauses import ASK
from demos.motion.dance import Dance
from demos.motion.motion import Motion
from demos.runtime.errors import InputError

LOOKED_AT_S = 16.0
"""Of the middle of a dance: what is missing there is missing."""
SHORTEST_S = 4.0
"""Shorter dances are looked at and changed as a whole."""
_WELCOME: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("arms.raised", ("low", "sometimes raised"), ("raise_arms", "wave_arms", "clap", "open_arms", "punch")),
    ("arms.raised", ("often raised", "mostly raised"), ("lower_arms", "hands_on_hips", "swing_arms")),
    ("dynamics.speed", ("still", "calm"), ("energy", "faster", "jump", "bigger")),
    ("dynamics.speed", ("energetic", "explosive"), ("calmer", "slower", "freeze", "smaller")),
    ("dynamics.sharpness", ("flowing", "smooth"), ("sharper", "hits")),
    ("dynamics.sharpness", ("crisp", "sharp"), ("smoother", "torso_wave")),
    ("turns.full", ("none",), ("turn",)),
    ("jumps.count", ("none",), ("jump",)),
    ("space.travel", ("on the spot", "drifting"), ("travel", "grapevine")),
    ("space.radius", ("medium", "large"), ("stay",)),
    ("level.mean", ("mid", "high"), ("sink", "crouch")),
    ("level.mean", ("low",), ("rise",)),
    ("legs.step_rate", ("planted", "few steps"), ("step_touch", "kick", "march", "knee_lift")),
    ("torso.twist", ("little",), ("torso_twist", "shimmy", "look")),
    ("torso.sway", ("little",), ("hip_sway", "hip_circle")),
    ("torso.roll", ("little",), ("torso_wave", "chest_pop")),
    ("dynamics.bounce", ("flat",), ("bounce",)),
)
"""Measured number, words of its scale, kinds of edit that then bring something new."""
_WELCOME_TIMES, _RARE = 4.0, {"hold_start": 0.3, "mirror_arms": 0.5, "cha_cha": 0.4, "salsa": 0.4, "box": 0.4}
"""How much more often a welcome kind is drawn than any other; kinds that few people want."""
_LATER = 0.35
"""Share of suggestions for the second half only."""


def suggest(dance: Dance, *, n: int = 4, seed: int = 0, avoid: Sequence[str] = ()) -> list[str]:
    """Up to n instructions for this dance, of different families as far as there are, each with room in the dance.

    avoid : texts that were asked already; what they name is not suggested again. The same arguments give the same list.
    Raises InputError for a dance too short to change.
    """
    if dance.duration_s < 2.0:
        raise InputError("The dance is too short to change.")
    rng = np.random.default_rng([seed, 7207])
    welcome = _welcome(measure_attributes(_middle(dance)))
    asked = [_words(text) for text in avoid]
    found: list[str] = []
    families: list[str] = []
    later: list[str] = []
    for kind in _drawn(welcome, rng):
        family = EDIT_KINDS[kind].family
        if any(_words(ASK[kind]) <= words for words in asked):
            continue
        if family in families:  # kept for when the families run out
            later.append(kind)
            continue
        text = _said(dance, kind, rng)
        if text:
            found.append(text)
            families.append(family)
        if len(found) == n:
            return found
    for kind in later:
        text = _said(dance, kind, rng)
        if text:
            found.append(text)
        if len(found) == n:
            break
    return found


def _middle(dance: Dance) -> Dance:
    """The first dancer of the middle of a dance, with its beats."""
    spare = max(dance.duration_s - LOOKED_AT_S, 0.0) / 2
    first, stop = round(spare * dance.fps), round((dance.duration_s - spare) * dance.fps)
    motion = dance.motions[0]
    part = Motion(motion.poses[first:stop], motion.translation[first:stop], motion.fps)
    start_s, end_s = first / dance.fps, stop / dance.fps
    beats = dance.beats[(dance.beats >= start_s) & (dance.beats < end_s)] - start_s
    return Dance((part,), dance.provenance, dance.song_sha256, beats)


def _welcome(attributes: Attributes) -> dict[str, float]:
    """Kind -> how welcome it is."""
    weights = {kind: _RARE.get(kind, 1.0) for kind in EDIT_KINDS}
    for key, words, kinds in _WELCOME:
        if attributes.word(key) in words:
            for kind in kinds:
                weights[kind] *= _WELCOME_TIMES
    return weights


def _drawn(weights: dict[str, float], rng: np.random.Generator) -> Iterator[str]:
    """All kinds in a random order in which heavy ones tend to come first (Efraimidis and Spirakis)."""
    kinds = list(weights)
    keys = rng.random(len(kinds)) ** (1 / np.array([weights[kind] for kind in kinds]))
    return iter([kinds[index] for index in np.argsort(-keys)])


def _said(dance: Dance, kind: str, rng: np.random.Generator) -> str:
    """An instruction of this kind, "" where the dance has no room for it."""
    ends, whole = EDIT_KINDS[kind].ends, rng.random() >= _LATER or dance.duration_s < 2 * SHORTEST_S
    when = When("last_s" if kind == "hold_end" else "until_s", 2.0) if ends else WHOLE if whole else When("second_half")
    try:
        if not suits(dance, make_edit(dance, kind, when=when)):
            return ""
    except InputError:  # no such stretch in this dance
        return ""
    text = ASK[kind] if ends or when == WHOLE else f"{ASK[kind]} in the second half"
    understood = reader.read(text, dance).edit
    if understood is None or understood.kind != kind:  # whatever is suggested must work
        return ""
    if len(dance.motions) == 2 and rng.random() < _LATER:
        text = f"{NAMES[int(rng.integers(2))]} should {text}"
    return text


def _words(text: str) -> frozenset[str]:
    """The words of a text that say something."""
    return frozenset(word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 3)
