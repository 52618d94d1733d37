"""Edits: what may be asked of a dance, drawn so that it makes sense for it, and carried out through layers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from demos.corpus.edit_kinds import EDIT_KINDS, EditKind, Params
from demos.corpus.edit_ranges import WHOLE, When, grid_of, sample_when, span_of
from demos.corpus.holding import hold_pose
from demos.corpus.layers.kind import Layer
from demos.corpus.layers.registry import KINDS as LAYERS
from demos.corpus.layers.registry import apply
from demos.motion.dance import Dance
from demos.runtime.errors import InputError

KEEPABLE = ("arms", "legs", "head", "torso")
"""What people ask to be kept. With the legs the root is kept too: feet cannot stay while the pelvis goes."""
SLIGHT, USUAL, STRONG = 0.6, 0.85, 1.0
"""Strengths: "a little", as asked, "a lot"."""
MOST_TURNS_BEATS = 4.0


@dataclass(frozen=True)
class Edit:
    """One change to a dance.

    kind : a name of EDIT_KINDS. when : the stretch as it is named; start_s, end_s : its seconds on the dance's clock.
    params : the kind's parameters. only, keep : body parts (or groups) that alone change, that are kept.
    strength : 0 to 1.
    """

    kind: str
    when: When
    start_s: float
    end_s: float
    params: Mapping[str, Any] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    strength: float = USUAL

    @property
    def parts(self) -> frozenset[str]:
        """The plain parts that may change."""
        return EDIT_KINDS[self.kind].touched(self.params, self.only, _kept(self.keep))

    def to_json(self) -> str:
        """As JSON text."""
        values = {**self.__dict__, "params": dict(self.params), "when": [self.when.name, self.when.a, self.when.b]}
        return json.dumps(values, sort_keys=True)

    @staticmethod
    def from_json(text: str) -> Edit:
        """From `to_json`'s text."""
        values = json.loads(text)
        lists = {name: tuple(values[name]) for name in ("only", "keep")}
        return Edit(**{**values, **lists, "when": When(*values["when"])})


def _kept(keep: Sequence[str]) -> tuple[str, ...]:
    return (*keep, "root") if "legs" in keep else tuple(keep)


def make_edit(
    dance: Dance,
    kind: str,
    *,
    when: When = WHOLE,
    params: Params | None = None,
    only: Sequence[str] = (),
    keep: Sequence[str] = (),
    strength: float = USUAL,
) -> Edit:
    """An edit for this dance. InputError for an unknown kind, parameter or part, or a stretch the dance has not."""
    if kind not in EDIT_KINDS:
        raise InputError(f'There is no edit "{kind}": choose from {", ".join(EDIT_KINDS)}.')
    if not 0 <= strength <= 1:
        raise InputError(f"The strength is {strength}: give a number from 0 (none) to 1 (full).")
    start_s, end_s = span_of(when, dance)
    edit = Edit(kind, when, start_s, end_s, EDIT_KINDS[kind].complete(params or {}), tuple(only), tuple(keep), strength)
    _ = edit.parts  # raises when nothing is left to change
    return edit


def carry_out(dance: Dance, edit: Edit) -> Dance:
    """The dance with the edit laid over every dancer; exactly unchanged in other parts and, but for blends, times."""
    kind = EDIT_KINDS[edit.kind]
    if not kind.layer:
        motions = tuple(hold_pose(motion, edit.start_s, edit.end_s, edit.kind, edit.parts) for motion in dance.motions)
        return dance.with_motions(motions)
    layer = Layer(
        kind.layer, edit.start_s, edit.end_s, tuple(sorted(edit.parts)), edit.strength, layer_params(edit, dance)
    )
    return dance.with_motions(
        tuple(apply(motion, layer, beats=dance.beats, downbeats=dance.downbeats) for motion in dance.motions)
    )


def layer_params(edit: Edit, dance: Dance) -> dict[str, Any]:
    """The parameters of the edit's layer."""
    kind = EDIT_KINDS[edit.kind]
    known = LAYERS[kind.layer].params
    params = {**kind.fixed, **{name: value for name, value in edit.params.items() if name in known}}
    if edit.kind == "turn":
        beats = (edit.end_s - edit.start_s) / grid_of(dance).beat_s
        params["beats"] = float(np.clip((beats - 1) / edit.params["count"], 1.0, MOST_TURNS_BEATS))
    return params


def opposite(edit: Edit) -> Edit | None:
    """The edit that asks for the contrary at the same time, None where there is none."""
    undo = EDIT_KINDS[edit.kind].undo
    if undo is None:
        return None
    name, params = undo(edit.params)
    kind = EDIT_KINDS[name]
    return Edit(name, edit.when, edit.start_s, edit.end_s, kind.complete(params), strength=edit.strength)


def sample_edit(dance: Dance, *, seed: int, kinds: Sequence[str] = tuple(EDIT_KINDS)) -> Edit:
    """An edit that makes sense for this dance: of one of `kinds`, and not of what the dance shows already.

    Raises InputError when none of the kinds suits the dance.
    """
    rng = np.random.default_rng([seed, 4261])
    order = list(rng.permutation(list(kinds)))
    for name in order:
        for _ in range(4):
            edit = _draw(dance, EDIT_KINDS[name], rng)
            if edit is not None and suits(dance, edit):
                return edit
    raise InputError("None of these edits would change this dance to see; choose other kinds or another dance.")


def _draw(dance: Dance, kind: EditKind, rng: np.random.Generator) -> Edit | None:
    params = {name: _choice(rng, choices) for name, choices in kind.choices.items()}
    if kind.name == "lean":
        params["every"] = 2.0 if params["to"] == "sides" else (0.0 if rng.random() < 0.7 else 4.0)
    least = kind.least_beats * (max(params["count"] * 2.0 + 1, 4) / 4 if kind.name == "turn" else 1)
    least = max(least, 2 * float(params.get("every", 0)))
    if kind.name == "hold_end":
        when = (When("last_bars", 1), When("last_counts", 8), When("last_s", 2), When("last_s", 3))[rng.integers(4)]
    elif kind.name == "hold_start":
        when = (When("first_bars", 1), When("until_s", 2), When("first_counts", 4))[rng.integers(3)]
    else:
        when = sample_when(dance, rng, least_beats=least)
    only: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    if kind.only and rng.random() < 0.3:
        only = (str(rng.choice(list(kind.only))),)
    elif rng.random() < 0.2:
        keep = (str(rng.choice(list(KEEPABLE))),)
    strength = float(rng.choice([SLIGHT, USUAL, STRONG], p=[0.15, 0.6, 0.25])) if kind.halves else STRONG
    strength = max(strength, USUAL) if kind.family == "timing" else strength
    try:
        return make_edit(dance, kind.name, when=when, params=params, only=only, keep=keep, strength=strength)
    except InputError:
        return None


def _choice(rng: np.random.Generator, choices: tuple) -> Any:
    """The usual value more often than the others."""
    weights = np.ones(len(choices))
    weights[0] = max(1.0, 0.6 * len(choices))
    return choices[int(rng.choice(len(choices), p=weights / weights.sum()))]


def suits(dance: Dance, edit: Edit) -> bool:
    """Whether the dance leaves room for the edit: arms that are down can be raised, a dance that goes can stay."""
    from demos.corpus.checkers import room  # the measures that check an edit also know its room

    start_s, end_s = edit.start_s, edit.end_s
    beats = (end_s - start_s) / grid_of(dance).beat_s
    if edit.kind == "turn" and beats < 2 * edit.params["count"] + 1:
        return False
    return room(dance, edit) > 0


@dataclass(frozen=True)
class Turn:
    """One turn of a conversation about a dance: the edit, and the dance before and after it."""

    edit: Edit
    before: Dance
    after: Dance


def sample_chain(dance: Dance, *, seed: int, length: int = 4, kinds: Sequence[str] = tuple(EDIT_KINDS)) -> list[Turn]:
    """Up to `length` edits, each of the last one's result; of one kind at most once. Shorter where none suits."""
    rng = np.random.default_rng([seed, 977])
    left, turns, present = list(kinds), [], dance
    for _ in range(length):
        try:
            edit = sample_edit(present, seed=int(rng.integers(1 << 31)), kinds=left)
        except InputError:
            break
        after = carry_out(present, edit)
        turns.append(Turn(edit, present, after))
        left.remove(edit.kind)
        present = after
    return turns
