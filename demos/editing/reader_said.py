"""An edit in words: as the page repeats what it has understood, and as the Editor is told it."""

from __future__ import annotations

from functools import lru_cache

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import WHOLE, When
from demos.corpus.edits import SLIGHT, STRONG, USUAL, Edit
from demos.corpus.instructions import instructions

_PHRASES: dict[str, str] = {
    "raise_arms": "raise {side} {to}", "lower_arms": "lower {side}", "wave_arms": "wave {side}{every}",
    "punch": "punch with {side} {to}{every}", "circle_arms": "circle {side} {way}{every}", "clap": "clap {to}{every}",
    "cross_arms": "cross the arms{every}", "open_arms": "open the arms wide{every}",
    "swing_arms": "swing the arms{every}",
    "hands_on_hips": "{hand} on the hips", "sharper": "make {it} sharper", "smoother": "make {it} smoother",
    "bigger": "make {it} bigger", "smaller": "make {it} smaller", "energy": "give it more energy",
    "calmer": "make it calmer",
    "faster": "dance in double time", "slower": "dance in half time", "freeze": "freeze{every}",
    "hits": "hit the beats{every}",
    "hold_end": "hold the final pose", "hold_start": "hold the first pose", "turn": "turn to the {way} {count}",
    "jump": "jump{every}", "travel": "travel {to}", "stay": "stay on the spot", "crouch": "dance lower, knees bent",
    "rise": "rise onto the toes", "sink": "sink {on}", "bounce": "bounce{every}", "hip_sway": "sway the hips{every}",
    "hip_circle": "circle the hips to the {way}{every}", "nod": "nod the head{every}", "look": "look {to}",
    "lean": "lean {to}{every}", "torso_wave": "send a wave through the body{every}",
    "torso_twist": "twist the torso{every}",
    "chest_pop": "pop the chest{every}", "shimmy": "shimmy the shoulders{every}", "kick": "kick {to}{every}",
    "knee_lift": "lift the knees{every}", "march": "march", "step_touch": "step-touch", "two_step": "two-step",
    "grapevine": "grapevine", "box": "box step", "cha_cha": "cha-cha basic", "salsa": "salsa basic",
    "mirror": "mirror the dance left to right", "mirror_arms": "swap what the left and the right arm do",
}  # fmt: skip
_SIDES = {"both": "both arms", "left": "the left arm", "right": "the right arm"}
_HANDS = {"both": "both hands", "left": "the left hand", "right": "the right hand"}
_TO = {
    "overhead": "overhead", "side": "to the side", "front": "to the front", "up": "up", "down": "down",
    "forward": "forwards",
    "back": "backwards", "left": "to the left", "right": "to the right", "sides": "from side to side",
}  # fmt: skip
_TIMES = {1: "once", 2: "twice", 3: "three times", 4: "four times"}
_EVERY = {
    0.0: "", 0.5: " twice a beat", 1.0: " on every beat", 2.0: " every two beats", 4.0: " every four beats",
    8.0: " every eight beats",
}  # fmt: skip
_PARTS = {"left_arm": "left arm", "right_arm": "right arm", "upper": "upper body"}


_REGISTERS = ("plain", "casual", "formal", "terse")
_EACH = 2
_ENDS = {"hold_start": When("first_bars", 1), "hold_end": When("last_bars", 1)}


def retold(edit: Edit) -> tuple[str, ...]:
    """An edit in a few wordings that the Editor is trained on. When, and what is kept, are left out: these it is told
    frame by frame."""
    strength = min((SLIGHT, USUAL, STRONG), key=lambda amount: abs(amount - edit.strength))
    when = _ENDS.get(edit.kind, WHOLE)
    return _retold(Edit(edit.kind, when, 0.0, 0.0, edit.params, edit.only, (), strength).to_json())


@lru_cache(maxsize=4096)
def _retold(text: str) -> tuple[str, ...]:
    edit = Edit.from_json(text)
    return tuple(
        way for register in _REGISTERS for way in instructions(edit, seed=0, count=_EACH, registers=(register,))
    )


def describe(edit: Edit) -> str:
    """One line: what, where, when and by how much. "Raise both arms overhead in the second half; the legs stay." """
    params = edit.params
    only = _parts(edit.only)
    what = _PHRASES[edit.kind].format(
        side=_SIDES.get(params.get("side", ""), ""),
        hand=_HANDS.get(params.get("side", ""), ""),
        to=_TO.get(params.get("to", ""), ""),
        way=params.get("way", ""),
        count=_TIMES.get(params.get("count", 1), ""),
        every=_EVERY.get(params.get("every", 0.0), ""),
        on="on every downbeat" if params.get("on") == "downbeats" else "on every beat",
        it=only or "the dance",
    )
    if EDIT_KINDS[edit.kind].halves and edit.strength <= SLIGHT + 0.05:
        what += ", a little"
    elif EDIT_KINDS[edit.kind].halves and edit.strength >= 0.97:
        what += ", a lot"
    if only and "{it}" not in _PHRASES[edit.kind]:
        what += f", only in {only}"
    when = when_words(edit.when)
    what += f" {when}" if when else ""
    kept = _parts(edit.keep)
    what += f"; {kept} {'stay' if kept.endswith('s') or ' and ' in kept else 'stays'} as before" if kept else ""
    return f"{what[0].upper()}{what[1:]}."


def _parts(names: tuple[str, ...]) -> str:
    return " and ".join(f"the {_PARTS.get(name, name)}" for name in names)


def when_words(when: When) -> str:
    """A stretch in words; "" for the whole dance."""
    a, b = f"{when.a:g}", f"{when.b:g}"
    bars = "bar" if when.a == 1 else f"{a} bars"
    return {
        "whole": "", "first_half": "in the first half", "second_half": "in the second half", "middle": "in the middle",
        "first_counts": f"on the first {a} counts", "last_counts": f"on the last {a} counts",
        "counts_from": f"in group {a} of {b} counts", "first_bars": f"in the first {bars}",
        "last_bars": f"in the last {bars}", "bar": f"in bar {a}", "from_s": f"from {a} s on", "until_s": f"until {a} s",
        "between_s": f"from {a} to {b} s", "last_s": f"in the last {a} s",
    }[when.name]  # fmt: skip
