"""What an edit should leave alone: joint errors of other parts while it holds, and of everything before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demos.corpus.checks.view import View
from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.layers.registry import KINDS as LAYERS
from demos.corpus.parts import PARTS
from demos.motion.dance import Dance
from demos.motion.skeleton import JOINTS

if TYPE_CHECKING:
    from demos.corpus.edits import Edit

PART_M, OUTSIDE_M, ROOT_M = 0.05, 0.10, 0.12
"""Error allowed: mean of a part in its own frame; before and after, of the worst joint nine tenths of the time; mean of
the dancer's place."""
_FRAMES = {
    "left_arm": ("spine3", ("left_elbow", "left_wrist", "left_hand")),
    "right_arm": ("spine3", ("right_elbow", "right_wrist", "right_hand")),
    "head": ("neck", ("head",)),
    "torso": ("pelvis", ("spine3", "neck", "left_collar", "right_collar")),
    "legs": ("pelvis", ("left_knee", "left_ankle", "left_foot", "right_knee", "right_ankle", "right_foot")),
}
_MOVES_ON = {"travel", "turn", "stay", "mirror", "slower", "hold_start", "hold_end"}
"""Kinds after which the dance may fairly go on from another place."""


def errors(before: Dance, after: Dance, edit: Edit) -> dict[str, float]:
    """Metres of mean joint error: of each part that should not change, and "before" and "after" the stretch."""
    found: dict[str, float] = {}
    for dancer in range(len(before.motions)):
        for name, value in _of_dancer(before, after, edit, dancer).items():
            found[name] = max(found.get(name, 0.0), value)
    return found


def broken(found: dict[str, float], edit: Edit) -> list[str]:
    """The names of what changed by more than its tolerance."""
    return [name for name, value in found.items() if value > _tolerance(name)]


def _tolerance(name: str) -> float:
    return OUTSIDE_M if name in ("before", "after") else ROOT_M if name == "root" else PART_M


def _of_dancer(before: Dance, after: Dance, edit: Edit, dancer: int) -> dict[str, float]:
    found = {}
    views = [View.of(dance, dancer, edit.start_s, edit.end_s) for dance in (before, after)]
    for part in sorted(set(PARTS) - edit.parts):
        if part == "root":
            b, a = (view.at("pelvis") for view in views)
            found[part] = float(np.linalg.norm(a - b, axis=-1).mean())
            continue
        frame, names = _FRAMES[part]
        b, a = (_turns_of(view) if part == "head" else view.in_frame(names, frame) for view in views)
        found[part] = float(np.linalg.norm(a - b, axis=-1).mean())
    blend = LAYERS[EDIT_KINDS[edit.kind].layer].blend_s if EDIT_KINDS[edit.kind].layer else 0.8
    end = before.duration_s
    for name, start_s, end_s in (("before", 0.0, edit.start_s - blend - 0.1), ("after", edit.end_s + blend + 0.1, end)):
        if end_s - start_s < 0.2:
            continue
        b, a = (View.of(dance, dancer, start_s, end_s) for dance in (before, after))
        moved = a.joints
        if name == "after" and edit.kind in _MOVES_ON:
            moved = _placed(a, b)
        away = np.linalg.norm(moved - b.joints, axis=-1).max(axis=1)
        gaze = np.linalg.norm(_turns_of(a) - _turns_of(b), axis=-1)[:, 0]
        found[name] = float(np.percentile(np.maximum(away, gaze), 90))
    return found


_HEAD_M = 0.3


def _turns_of(view: View) -> np.ndarray:
    """(frames, 1, 3) metres: a point ahead of the face, over the chest, as joints alone do not show a head's turn."""
    turns = np.swapaxes(view.turns[:, JOINTS.index("spine3")], -1, -2) @ view.turns[:, JOINTS.index("head")]
    return _HEAD_M * turns[:, None, :, 2]


def _placed(view: View, like: View) -> np.ndarray:
    """A view's joints, set down where another's begin and facing as they do."""
    angle = float(like.heading[0] - view.heading[0])
    sine, cosine = np.sin(angle), np.cos(angle)
    turn = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    moved = (view.joints - view.joints[0, 0]) @ turn.T
    return moved + np.array([like.joints[0, 0, 0], view.joints[0, 0, 1], like.joints[0, 0, 2]])


def words(name: str) -> str:
    """Of an error's name, for people."""
    return {
        "before": "what comes before", "after": "what comes after", "left_arm": "the left arm",
        "right_arm": "the right arm", "root": "the dancer's place",
    }.get(name, f"the {name}")  # fmt: skip


def time_words(edit: Edit) -> str:
    """When an edit holds, to end a sentence; "" for the whole dance."""
    name, a, b = edit.when.name, edit.when.a, edit.when.b
    plain = {
        "whole": "", "first_half": "in the first half", "second_half": "in the second half",
        "middle": "in the middle", "first_counts": f"on the first {a:.0f} counts",
        "last_counts": f"on the last {a:.0f} counts", "counts_from": f"in eight-count {a:.0f}",
        "first_bars": f"in the first {'bar' if a == 1 else f'{a:.0f} bars'}",
        "last_bars": f"in the last {'bar' if a == 1 else f'{a:.0f} bars'}", "bar": f"in bar {a:.0f}",
        "from_s": f"from {a:g} s on", "until_s": f"in the first {a:g} s", "between_s": f"from {a:g} to {b:g} s",
        "last_s": f"in the last {a:g} s",
    }  # fmt: skip
    return plain[name]
