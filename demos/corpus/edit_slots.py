"""What fills the slots of an instruction: parts, ways, counts, times, degrees, what is kept; several ways each."""

from __future__ import annotations

from collections.abc import Mapping

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edits import SLIGHT, Edit

Ways = tuple[str, ...]

_SIDES: dict[str, dict[str, Ways]] = {
    "arms": {
        "both": ("both arms", "your arms", "the arms", "both of your arms"),
        "left": ("your left arm", "the left arm", "the arm on the left"),
        "right": ("your right arm", "the right arm", "the arm on the right"),
    },
    "barearms": {"both": ("arms", "both arms"), "left": ("left arm",), "right": ("right arm",)},
    "hands": {
        "both": ("your hands", "both hands", "the hands"),
        "left": ("your left hand", "the left hand"),
        "right": ("your right hand", "the right hand"),
    },
    "barehands": {"both": ("hands", "both hands"), "left": ("left hand",), "right": ("right hand",)},
    "fists": {
        "both": ("your fists", "both fists", "the fists"),
        "left": ("your left fist", "the left fist"),
        "right": ("your right fist", "the right fist"),
    },
    "hips": {
        "both": ("the hips", "your hips"),
        "left": ("the hip", "your left hip"),
        "right": ("the hip", "your right hip"),
    },
    "barehips": {"both": ("hips",), "left": ("hip",), "right": ("hip",)},
    "side_t": {"both": ("",), "left": (" left", ", left arm"), "right": (" right", ", right arm")},
}
_TO: dict[str, Ways] = {
    "overhead": ("overhead", "above the head", "over your head", "to the ceiling"),
    "side": ("to the side", "out to the side", "sideways"),
    "front": ("in front", "to the front", "forwards"),
}
_PUNCH: dict[str, Ways] = {
    "front": ("to the front", "forwards", "straight ahead"),
    "up": ("up", "upwards", "to the ceiling"),
    "side": ("to the side", "sideways", "out to the side"),
}
_GO: dict[str, Ways] = {
    "forward": ("forward", "forwards", "to the front", "ahead"),
    "back": ("back", "backwards", "to the back"),
    "left": ("to the left", "left", "to your left"),
    "right": ("to the right", "right", "to your right"),
}
_LOOK: dict[str, Ways] = {
    "sides": ("around", "left and right", "from side to side", "to both sides"),
    "left": ("to the left", "left", "over the left shoulder"),
    "right": ("to the right", "right", "over the right shoulder"),
    "up": ("up", "upwards", "at the ceiling"),
    "down": ("down", "downwards", "at the floor"),
}
_LEAN: dict[str, Ways] = {
    **{way: _GO[way] for way in ("forward", "back", "left", "right")},
    "sides": ("from side to side", "left and right", "to both sides"),
}
_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}
_MULTIPLES = {1: "single", 2: "double", 3: "triple", 4: "quadruple"}
_TIMES: dict[int, Ways] = {
    1: ("once", "one time"), 2: ("twice", "two times"), 3: ("three times", "3 times"), 4: ("four times", "4 times"),
}  # fmt: skip
_EVERY: dict[float, Ways] = {
    0.5: (" very fast", " twice a beat"),
    1.0: (" on every beat", " on each beat", " to the beat", " on every count"),
    2.0: (" every two beats", " every second beat", " every other beat", " every two counts"),
    4.0: (" every four beats", " every four counts", " once every four beats"),
    8.0: (" every eight beats", " every eight counts", " once per eight-count"),
}
_EVERY_T: dict[float, Ways] = {
    0.5: (", fast",), 1.0: (", every beat", " on beat"), 2.0: (", every 2", ", every other beat"),
    4.0: (", every 4", ", every 4 beats"), 8.0: (", every 8", ", every 8 counts"),
}  # fmt: skip
_ON: dict[str, Ways] = {
    "downbeats": ("on every downbeat", "on the downbeats", "on every one", "on the first beat of every bar"),
    "beats": ("on every beat", "on each beat", "on every count"),
}
_NO_TIME: Ways = ("",)
_DEGREES: dict[str, Ways] = {
    "little": ("a bit ", "a little ", "slightly ", "a touch ", "somewhat "),
    "": ("",),
    "lot": ("much ", "a lot ", "far ", "way "),
}
_DEGREES_END: dict[str, Ways] = {
    "little": (" a bit", " a little", " slightly", " just a touch", " somewhat"),
    "": ("",),
    "lot": (" a lot", " as much as you can", " really strongly", " to the maximum"),
}
_ONLY = (" only in the", ", only with the", ", just the", " but only in your")
_PART_WORDS: dict[str, Ways] = {
    "arms": ("arms",), "legs": ("legs", "feet", "footwork"), "head": ("head",), "torso": ("torso", "trunk"),
    "upper": ("upper body", "top half"), "left_arm": ("left arm",), "right_arm": ("right arm",),
}  # fmt: skip


def degree(edit: Edit) -> str:
    """ "little", "" or "lot" as the edit's strength says; "" where halves make no sense."""
    if not EDIT_KINDS[edit.kind].halves:
        return ""
    return "little" if edit.strength <= SLIGHT + 0.05 else "lot" if edit.strength >= 0.97 else ""


def slots(edit: Edit) -> Mapping[str, Ways]:
    """Slot -> the ways to fill it for this edit."""
    params = edit.params
    side = params.get("side", "both")
    found: dict[str, Ways] = {name: ways[side] for name, ways in _SIDES.items()}
    to = params.get("to", "")
    if edit.kind == "raise_arms":
        found["to"] = _TO[to]
        found["to_t"] = tuple(f" {way}" for way in _TO[to])
    if edit.kind == "punch":
        found["pto"] = _PUNCH[to]
    if edit.kind == "clap":
        found["cto"] = ("", "in front of you") if to == "front" else ("overhead", "above the head")
    if edit.kind == "kick":
        found["kto"] = ("to the front", "forwards") if to == "front" else ("to the side", "sideways")
    if edit.kind == "travel":
        found["tto"] = _GO[to]
    if edit.kind == "look":
        found["lto"] = _LOOK[to]
    if edit.kind == "lean":
        found["lean"] = _LEAN[to]
    if "way" in params:
        found["way"] = (params["way"],)
    if "count" in params:
        count = params["count"]
        found["times"], found["times_t"] = _TIMES[count], (f"x{count}", f"{count}x")
        plural = "" if count == 1 else "s"
        found["turns"] = tuple(f"{number} {noun}{plural}" for number in (_NUMBERS[count], str(count))
                               for noun in ("turn", "full turn", "spin"))  # fmt: skip
        found["pirouettes"] = (f"{_NUMBERS[count]} pirouette{plural}", f"{_MULTIPLES[count]} turn")
    found.update(_rhythm(edit))
    if "on" in params:
        found["on"] = found["on_t"] = _ON[params["on"]]
    amount = degree(edit)
    found["deg"], found["deg_end"] = _DEGREES[amount], _DEGREES_END[amount]
    if edit.only:
        names = _PART_WORDS[edit.only[0]]
        found["it"] = tuple(f"{your} {name}" for name in names for your in ("the", "your"))
        found["with"] = tuple(
            f" {how} {name}" for name in names for how in ("with the", "only in the", "just with the")
        )
    else:
        found["it"], found["with"] = ("it", "the dance", "everything"), ("",)
    found["hold"] = found["hold_t"] = found["shold"] = found["shold_t"] = ("",)
    return found


def _rhythm(edit: Edit) -> dict[str, Ways]:
    """All slots that say how often; the usual rhythm need not be said."""
    every = edit.params.get("every")
    if every is None:
        return {}
    usual = edit.params["every"] == EDIT_KINDS[edit.kind].choices["every"][0]
    ways, short = _EVERY.get(every, ("",)), _EVERY_T.get(every, ("",))
    found = {"every_only": tuple(way.removeprefix(" on ").strip() for way in ways)}
    if edit.kind == "lean":
        ways, short = (ways, short) if every > 0 and edit.params["to"] != "sides" else (("",), ("",))
        usual = False
    unsaid: Ways = ("", "") if usual else ()
    for name in ("every", "fevery", "kevery", "levery"):
        found[name] = (*unsaid, *ways)
    for name in ("every_t", "fevery_t", "kevery_t", "levery_t"):
        found[name] = (*unsaid, *short)
    found["jevery"] = tuple(way.strip() for way in (*unsaid, *ways))
    found["jevery_t"] = tuple(way.strip(" ,") for way in (*unsaid, *short))
    return found


def has_degree(edit: Edit, template: str) -> bool:
    """Whether a wording says already by how much."""
    return "{deg" in template or degree(edit) == ""


def degree_end(edit: Edit) -> Ways:
    return tuple(f",{way}" if index % 2 else way for index, way in enumerate(_DEGREES_END[degree(edit)]))


def only_words(edit: Edit) -> Ways:
    """ "only with the arms"; ("",) when nothing is said."""
    if not edit.only:
        return ("",)
    name = _PART_WORDS[edit.only[0]]
    return tuple(f"{how} {part}" for part in name for how in _ONLY)


def keep_words(edit: Edit) -> Ways:
    """ ", but keep the arms"; ("",) when nothing is said."""
    if not edit.keep:
        return ("",)
    found = []
    for part in _PART_WORDS[edit.keep[0]]:
        same = "as they are" if part.endswith("s") or part == "feet" else "as it is"
        found += [
            f", but keep the {part}", f", but leave the {part} {same}", f" without changing the {part}",
            f", keep the {part} {same}", f" but don't touch the {part}", f"; the {part} should stay {same}",
        ]  # fmt: skip
    return tuple(found)


def time_ways(edit: Edit) -> Ways:
    """When, to put at an instruction's end or start; ("",) for the whole dance."""
    name, a, b = edit.when.name, int(edit.when.a) if edit.when.a == int(edit.when.a) else edit.when.a, edit.when.b
    if edit.kind in ("hold_end", "hold_start"):
        return _hold_ways(name, a)
    b = int(b) if b == int(b) else b
    ordinal = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth"}
    counted = {1: "bar", 2: "two bars", 4: "four bars"}
    return {
        "whole": ("", "", "", "", "throughout", "all the way through", "the whole time"),
        "first_half": ("in the first half", "during the first half", "for the first half", "until halfway"),
        "second_half": ("in the second half", "during the second half", "from halfway on", "for the second half"),
        "middle": ("in the middle", "during the middle part", "in the middle section"),
        "first_counts": (f"on the first {a} counts", f"for the first {a} counts", f"over the first {a} beats"),
        "last_counts": (f"on the last {a} counts", f"for the last {a} counts", f"in the final {a} counts"),
        "counts_from": (
            f"in the {ordinal.get(int(a), f'{a}th')} eight-count", f"on the {ordinal.get(int(a), f'{a}th')} eight",
            f"during eight-count {a}",
        ),
        "first_bars": (
            f"in the first {counted.get(int(a), '')}", f"during the first {counted.get(int(a), '')}",
            f"for the first {counted.get(int(a), '')}",
        ),
        "last_bars": (
            f"in the last {counted.get(int(a), '')}", f"during the final {counted.get(int(a), '')}",
            f"for the last {counted.get(int(a), '')}",
        ),
        "bar": (f"in bar {a}", f"in the {ordinal.get(int(a), f'{a}th')} bar", f"during bar {a}"),
        "from_s": (f"from {a} seconds on", f"after {a} seconds", f"starting at {a}s", f"from second {a} onwards"),
        "until_s": (f"until {a} seconds", f"in the first {a} seconds", f"up to second {a}"),
        "between_s": (
            f"from {a} to {b} seconds", f"between {a} and {b} seconds", f"from {a}s to {b}s",
            f"between seconds {a} and {b}",
        ),
        "last_s": (f"in the last {a} seconds", f"for the last {a} seconds", f"during the final {a} seconds"),
    }[name]  # fmt: skip


def _hold_ways(name: str, a: float) -> Ways:
    """How long a pose is held."""
    return {
        "last_bars": ("for the last bar", "through the final bar", "for a bar"),
        "first_bars": ("for the first bar", "for a bar"),
        "last_counts": (f"for the last {a} counts", f"for {a} counts"),
        "first_counts": (f"for the first {a} counts", f"for {a} counts"),
        "last_s": (f"for the last {a} seconds", f"for {a} seconds"),
        "until_s": (f"for the first {a} seconds", f"for {a} seconds"),
    }[name]
