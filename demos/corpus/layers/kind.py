"""What a layer is and what a kind of layer declares: parts, parameters with their ranges, opposite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from demos.corpus.parts import expand
from demos.runtime.errors import InputError


@dataclass(frozen=True)
class Layer:
    """One named change from start_s to end_s.

    kind : a name of registry.KINDS. parts : names of demos.corpus.parts, those the change may touch; () for the
    kind's own. strength : 0 (nothing) to 1. params : the kind's parameters by name; what is left out has its default.
    """

    kind: str
    start_s: float
    end_s: float
    parts: tuple[str, ...] = ()
    strength: float = 1.0
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Param:
    """A parameter of a kind: a number between low and high, or one of some choices.

    unit : of the number, for people ("beats", "m", "turns").
    """

    default: Any
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    whole: bool = False
    points: bool = False

    def check(self, name: str, value: Any) -> Any:
        """The value as the layer uses it; InputError when it is not one."""
        if self.choices:
            if value not in self.choices:
                raise InputError(f'"{name}" is {value!r}: choose from {", ".join(self.choices)}.')
            return value
        if self.points:
            return _points(name, value)
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = float("nan")
        assert self.low is not None
        assert self.high is not None
        if not self.low <= number <= self.high:
            raise InputError(f'"{name}" is {value!r}: give a number from {self.low:g} to {self.high:g} {self.unit}.')
        return round(number) if self.whole else number


def _points(name: str, value: Any) -> np.ndarray:
    """(n, 4) beat, outwards, up, ahead; rising beats."""
    try:
        points = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        points = np.zeros(0)
    good = points.ndim == 2 and points.shape[1:] == (4,) and 2 <= len(points) <= 64 and bool(np.isfinite(points).all())
    if not good or (np.diff(points[:, 0]) <= 0).any() or points[-1, 0] - points[0, 0] < 0.5:
        raise InputError(
            f'"{name}" must be 2 to 64 rows of beat, outwards, up and ahead (arm lengths), with rising beats at least '
            "half a beat long in all."
        )
    return points


@dataclass(frozen=True)
class Kind:
    """One kind of layer.

    parts : all it can touch. defaults : what it touches when the layer names none; `parts` when (). together : groups
    of parts of which it needs all or none. needed : parts without which it does nothing. blend_s : over which it comes
    and goes before start_s and after end_s. footwork : it chooses where the feet step. opposite : the kind that undoes
    it, if any. chain : other kinds with their parameters, laid one after the other instead of `build`.
    """

    name: str
    family: str
    description: str
    parts: tuple[str, ...]
    build: Callable[[Any], None] | None
    params: Mapping[str, Param] = field(default_factory=dict)
    defaults: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    together: tuple[tuple[str, ...], ...] = (("legs", "root"),)
    blend_s: float = 0.4
    footwork: bool = False
    opposite: str | None = None
    chain: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    def touched(self, wanted: tuple[str, ...]) -> frozenset[str]:
        """The plain parts a layer with these parts changes; InputError when they cannot carry this kind."""
        own = expand(self.parts)
        chosen = (expand(wanted) & own) if wanted else expand(self.defaults or self.parts)
        words = self.name.replace("_", " ")
        if not chosen:
            raise InputError(f'The layer "{words}" changes {_list(self.parts)}: name at least one of these parts.')
        lacking = expand(self.needed) - chosen if self.needed else frozenset()
        for group in self.together:
            members = expand(group) & own
            if chosen & members and not members <= chosen:
                lacking |= members - chosen
        if lacking:
            raise InputError(f'The layer "{words}" also needs {_list(sorted(lacking))}: add that to its parts.')
        return chosen

    def values(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters with defaults filled in; InputError on an unknown one or one out of range."""
        unknown = set(params) - set(self.params)
        if unknown:
            known = ", ".join(self.params) or "none"
            raise InputError(f'The layer "{self.name}" has no "{sorted(unknown)[0]}"; its parameters: {known}.')
        return {name: param.check(name, params.get(name, param.default)) for name, param in self.params.items()}


def _list(names: Any) -> str:
    names = list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
