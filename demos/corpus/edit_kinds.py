"""Every kind of edit: which layers carry it out, what may be asked of it, what undoes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from demos.corpus.layers.registry import KINDS as LAYERS
from demos.corpus.parts import expand
from demos.runtime.errors import InputError

Params = Mapping[str, Any]
SIDES = ("both", "left", "right")
DOWNBEATS = "downbeats"
"""As `every`: once a bar, on its first beat."""


@dataclass(frozen=True)
class EditKind:
    """One kind of edit.

    layer : the layer that carries it out. choices : parameter -> the values that may be asked for, the usual first.
    fixed : parameters of the layer that are always the same. parts : what it touches, () for the layer's own.
    least_beats : the shortest stretch it can be seen in. halves : whether half as much of it makes sense.
    undo : kind and parameters (taking its own) of the opposite edit. ends : it belongs to a dance's start or end.
    only : parts to which it is sometimes asked to be confined. needs : parts without which it is not to be seen.
    """

    name: str
    family: str
    layer: str
    choices: Mapping[str, tuple] = field(default_factory=dict)
    fixed: Params = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    least_beats: float = 4.0
    halves: bool = True
    undo: Callable[[Params], tuple[str, Params]] | None = None
    ends: bool = False
    only: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def complete(self, params: Params) -> dict[str, Any]:
        """All parameters, the usual for what is left out; InputError on an unknown one or a value out of choice."""
        unknown = set(params) - set(self.choices)
        if unknown:
            raise InputError(f'The edit "{self.name}" has no "{sorted(unknown)[0]}".')
        values = {}
        for name, choices in self.choices.items():
            value = params.get(name, choices[0])
            if value not in choices:
                raise InputError(f'"{name}" is {value!r}: choose from {", ".join(map(str, choices))}.')
            values[name] = value
        return values

    def touched(self, params: Params, only: tuple[str, ...] = (), keep: tuple[str, ...] = ()) -> frozenset[str]:
        """The plain parts that change. InputError when what is left of them cannot carry the edit."""
        side = params.get("side", "both")
        own = expand(self.parts) if self.parts else (
            LAYERS[self.layer].touched(()) if self.layer in LAYERS else expand(("body",))
        )  # fmt: skip
        if side != "both" and self.family == "arms":
            own = own & {f"{side}_arm"}
        if only:
            own = own & expand(only)
        own = own - expand(keep)
        if not own or not expand(self.needs) <= own:
            raise InputError("Nothing of this edit is left when those body parts are kept.")
        return LAYERS[self.layer].touched(tuple(sorted(own))) if self.layer in LAYERS else own


def _flip(param: str, to: Mapping[Any, Any], name: str) -> Callable[[Params], tuple[str, Params]]:
    return lambda params: (name, {**params, param: to[params[param]]})


_LEFT_RIGHT = {"left": "right", "right": "left", "forward": "back", "back": "forward", "up": "down", "down": "up"}
_EVERY_1 = {"every": (1.0, 2.0)}
_SIDE = {"side": SIDES}
_QUALITY_ONLY = ("arms", "upper", "left_arm", "right_arm")


def _arms(name: str, layer: str, *, undo=None, halves: bool = True, choices: Mapping[str, tuple] | None = None):
    return EditKind(name, "arms", layer, {**_SIDE, **(choices or {})}, parts=("arms",), undo=undo, halves=halves)


def _same(name: str) -> Callable[[Params], tuple[str, Params]]:
    return lambda params: (name, {key: value for key, value in params.items() if key == "side"})


def _other(name: str) -> Callable[[Params], tuple[str, Params]]:
    return lambda params: (name, {})


def _steps(name: str, least_beats: float = 8.0, choices: Mapping[str, tuple] | None = None) -> EditKind:
    return EditKind(name, "steps", name, choices or {}, least_beats=least_beats, halves=False)


_ALL = (
    _arms("raise_arms", "arm_raise", undo=_same("lower_arms"), choices={"to": ("overhead", "side", "front")}),
    _arms("lower_arms", "arm_lower", undo=_same("raise_arms")),
    _arms("wave_arms", "arm_wave", halves=False, choices={"every": (2.0, 4.0)}),
    _arms("punch", "arm_punch", choices={"to": ("front", "up", "side"), "every": (1.0, 2.0)}),
    _arms("circle_arms", "arm_circle", undo=_flip("way", {"outwards": "inwards", "inwards": "outwards"}, "circle_arms"),
          choices={"way": ("outwards", "inwards"), "every": (4.0, 2.0)}),
    EditKind("clap", "arms", "arm_clap", {"to": ("front", "overhead"), "every": (1.0, 2.0)}, parts=("arms",),
             halves=False,             undo=_other("open_arms")),
    EditKind("cross_arms", "arms", "arm_cross", {"every": (2.0, 4.0)}, parts=("arms",), undo=_other("open_arms")),
    EditKind("open_arms", "arms", "arm_open", {"every": (2.0, 4.0)}, parts=("arms",), undo=_other("cross_arms")),
    EditKind("swing_arms", "arms", "arm_swing", {"every": (1.0, 2.0)}, parts=("arms",)),
    _arms("hands_on_hips", "hands_on_hips", undo=_same("raise_arms")),
    EditKind("sharper", "quality", "sharp", undo=_other("smoother"), only=_QUALITY_ONLY),
    EditKind("smoother", "quality", "fluid", undo=_other("sharper"), only=_QUALITY_ONLY),
    EditKind("bigger", "quality", "bigger", undo=_other("smaller"), only=_QUALITY_ONLY),
    EditKind("smaller", "quality", "smaller", undo=_other("bigger"), only=_QUALITY_ONLY),
    EditKind("energy", "quality", "energy", undo=_other("calmer")),
    EditKind("calmer", "quality", "calmer", undo=_other("energy")),
    EditKind("faster", "timing", "double_time", undo=_other("slower"), least_beats=8.0),
    EditKind("slower", "timing", "half_time", undo=_other("faster"), least_beats=8.0),
    EditKind("freeze", "timing", "freeze", {"every": (4.0, 8.0)}, {"hold": 0.4}, least_beats=8.0),
    EditKind("hits", "timing", "hit", {"every": (1.0, 2.0)}),
    EditKind("hold_end", "timing", "", least_beats=4.0, ends=True, halves=False),
    EditKind("hold_start", "timing", "", least_beats=4.0, ends=True, halves=False),
    EditKind("turn", "space", "turn", {"way": ("left", "right"), "count": (1, 2, 3, 4)}, halves=False,
             undo=_flip("way", _LEFT_RIGHT, "turn")),
    EditKind("jump", "space", "jump", {"every": (4.0, 2.0, 1.0)}, undo=_other("crouch")),
    EditKind("travel", "space", "travel", {"to": ("forward", "back", "left", "right")}, {"distance": 2.5},
             undo=_flip("to", _LEFT_RIGHT, "travel"), least_beats=6.0),
    EditKind("stay", "space", "stay", undo=_other("travel")),
    EditKind("crouch", "level", "crouch", undo=_other("rise")),
    EditKind("rise", "level", "rise", undo=_other("crouch")),
    EditKind("sink", "level", "sink", {"on": ("downbeats", "beats")}, undo=_other("rise")),
    EditKind("bounce", "level", "bounce", {"every": (1.0, 2.0)}),
    EditKind("hip_sway", "hips", "hip_sway", {"every": (1.0, 2.0)}),
    EditKind("hip_circle", "hips", "hip_circle", {"way": ("left", "right"), "every": (4.0, 2.0)},
             undo=_flip("way", _LEFT_RIGHT, "hip_circle")),
    EditKind("nod", "head", "head_nod", _EVERY_1),
    EditKind("look", "head", "head_look", {"to": ("sides", "left", "right", "up", "down")},
             undo=lambda p: ("look", {"to": _LEFT_RIGHT.get(p["to"], "up")})),
    EditKind("lean", "torso", "lean", {"to": ("left", "right", "forward", "back", "sides"), "every": (0.0, 2.0, 4.0)},
             parts=("torso", "head", "legs", "root"),
             undo=lambda p: ("lean", {"to": _LEFT_RIGHT.get(p["to"], "forward"), "every": 0.0})),
    EditKind("torso_wave", "torso", "torso_wave", {"every": (4.0, 2.0)}),
    EditKind("torso_twist", "torso", "torso_twist", {"every": (1.0, 2.0)}),
    EditKind("chest_pop", "torso", "chest_hit", {"every": (1.0, 2.0)}, parts=("torso",)),
    EditKind("shimmy", "torso", "shoulder_shimmy", {"every": (0.5, 1.0)}, parts=("arms", "torso"), needs=("arms",)),
    EditKind("kick", "steps", "kick", {"to": ("front", "side"), "every": (2.0, 4.0)}, least_beats=6.0, halves=False),
    EditKind("knee_lift", "steps", "knee_lift", {"every": (2.0, 1.0)}, least_beats=6.0, halves=False),
    _steps("march", 4.0), _steps("step_touch", 8.0), _steps("two_step"), _steps("grapevine"), _steps("box"),
    _steps("cha_cha"), _steps("salsa"),
    EditKind("mirror", "whole", "mirror", halves=False),
    EditKind("mirror_arms", "arms", "mirror_arms", halves=False, parts=("arms",)),
)  # fmt: skip

EDIT_KINDS: dict[str, EditKind] = {kind.name: kind for kind in _ALL}
"""Name -> kind of edit, family by family."""
