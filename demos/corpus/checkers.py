"""Checkers: from the motions before and after alone, whether an edit was carried out and the rest preserved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from demos.corpus.checks import arms, body, preservation, quality, space
from demos.corpus.checks.view import Finding, View
from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edits import Edit
from demos.motion.dance import Dance
from demos.runtime.errors import InputError

ENOUGH = 0.3
"""Least score that counts as carried out: a third of what full strength does, so that half strength passes."""
_ENOUGH = {
    "turn": 0.7, "hold_end": 0.85, "hold_start": 0.85, "faster": 0.2, "slower": 0.38, "hits": 0.33, "mirror": 0.3,
    "mirror_arms": 0.3, "jump": 0.5, "stay": 0.4, **dict.fromkeys(space.STEPS, 0.45),
}  # fmt: skip
ALSO: dict[str, tuple[str, ...]] = {
    "energy": ("bigger", "sharper", "hits", "bounce"), "bigger": ("energy",), "faster": ("energy",),
    "hits": ("sharper",), "sharper": ("hits",), "smoother": ("calmer", "smaller"), "smaller": ("calmer",),
    "slower": ("calmer", "smaller", "smoother", "stay"), "calmer": ("smaller", "smoother"),
    "swing_arms": ("lower_arms",), "hands_on_hips": ("lower_arms",), "mirror": ("mirror_arms",),
}  # fmt: skip
"""What a kind of edit fairly achieves besides: a calmer dance is smaller and smoother too."""
_QUALITY = quality.CHECKS
_PLAIN = {**arms.CHECKS, **body.CHECKS, **space.CHECKS}
_HOLD_EASE_S = 0.9  # a dance takes a moment to come to rest


@dataclass(frozen=True)
class Verdict:
    """What a checker decided.

    achieved : the instruction was carried out, by every dancer. score : 1 for all that full strength does.
    preserved : the rest stayed within tolerance. errors : where (a part, or "before", "after") -> metres of joint error
    there (see checks.preservation). reason : a sentence for the dancer.
    """

    achieved: bool
    score: float
    preserved: bool
    errors: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""

    @property
    def passed(self) -> bool:
        """Carried out, and nothing else disturbed."""
        return self.achieved and self.preserved


def check(before: Dance, after: Dance, edit: Edit) -> Verdict:
    """Decide from two motions whether an edit was carried out and the rest preserved.

    before, after : of the same length, rate and number of dancers; the beats are those of `before`.
    Raises InputError when they cannot be compared.
    """
    if len(before) != len(after) or before.fps != after.fps or len(before.motions) != len(after.motions):
        raise InputError("Before and after must have the same length, frame rate and number of dancers.")
    if not 0 <= edit.start_s < edit.end_s or edit.start_s > before.duration_s - 0.2:
        raise InputError("The edit lies outside the dance.")
    found = min((finding(before, after, edit, dancer) for dancer in range(len(before.motions))), key=lambda f: f.score)
    achieved = found.score >= enough(edit.kind)
    errors = preservation.errors(before, after, edit)
    broken = preservation.broken(errors, edit)
    return Verdict(achieved, found.score, not broken, errors, _reason(found, achieved, errors, broken, edit))


def enough(kind: str) -> float:
    """The least score that counts as carried out."""
    return _ENOUGH.get(kind, ENOUGH)


def finding(before: Dance, after: Dance, edit: Edit, dancer: int = 0) -> Finding:
    """What the check of the edit's kind sees on one dancer."""
    b, a = (_view(dance, edit, dancer, before) for dance in (before, after))
    if edit.kind in space.STEPS:
        return space.stepped(b, a, edit.kind, edit.params)
    if edit.kind in _QUALITY:
        return _QUALITY[edit.kind][0](b, a, edit.params, edit.parts)
    return _PLAIN[edit.kind][0](b, a, edit.params)


def _view(dance: Dance, edit: Edit, dancer: int, beats: Dance) -> View:
    start_s, end_s = edit.start_s, edit.end_s
    if EDIT_KINDS[edit.kind].ends:
        ease_s = min(_HOLD_EASE_S, 0.5 * (end_s - start_s))
        start_s, end_s = (start_s + ease_s, end_s) if edit.kind == "hold_end" else (0.0, end_s - ease_s)
    timed = Dance(dance.motions, dance.provenance, dance.song_sha256, beats.beats, beats.downbeats)
    return View.of(timed, dancer, start_s, end_s)


def room(dance: Dance, edit: Edit) -> float:
    """How much room a dance leaves for an edit: 0 or less when it shows already what is asked. No unit."""
    plain, careful = _PLAIN.get(edit.kind), _QUALITY.get(edit.kind)
    check_room = (plain or careful or (None, None))[1]
    views = [_view(dance, edit, dancer, dance) for dancer in range(len(dance.motions))]
    still = min(_moving(view) for view in views) if careful else 1.0
    if check_room is None:
        return still
    return min(still, *(check_room(view, edit.params) for view in views), 1.0)


def _moving(view: View) -> float:
    """More than 0 when there is movement whose manner can change."""
    return quality.hold_room(view, {})


def _reason(found: Finding, achieved: bool, errors: Mapping[str, float], broken: list[str], edit: Edit) -> str:
    fact = found.fact[0].upper() + found.fact[1:]
    asked = f"{fact} {preservation.time_words(edit)}".rstrip()
    first = (
        f"{asked}." if achieved else f"Not what was asked: {found.fact} {preservation.time_words(edit)}".rstrip() + "."
    )
    if not broken:
        return first
    worst = max(broken, key=lambda name: errors[name])
    return f"{first} But {preservation.words(worst)} changed too, by {errors[worst] * 100:.0f} cm."
