"""The strip under the player: what changed and what happens over time, and what may change next."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from demos.corpus.parts import PARTS
from demos.motion.change import PART_NAMES, RATE_HZ, SEEN
from demos.motion.dance import Dance
from demos.page import Panel
from demos.page.panels import SCRIPTS

LABELS = {
    "head": "Head",
    "left_arm": "Left arm",
    "right_arm": "Right arm",
    "torso": "Torso",
    "root": "Hips and place",
    "legs": "Legs",
}
"""Lanes from top to bottom."""
MUCH = 1.5
"""Radians shown as "a lot": an arm that is level instead of down."""


@dataclass(frozen=True)
class Mark:
    """A lane of moments: label : what happens. spans : (start s, end s, what is said of it). tone : one of TONES."""

    label: str
    spans: tuple[tuple[float, float, str], ...]
    tone: str


TONES = ("hold", "touch", "face")
"""Colours of marks, by what they were chosen for."""


class Strip(Panel):
    """Shows `strip_value`. As an input a handler gets the value back, with "chosen" as the visitor left it.

    room : HASH of the room whose it is. It reads and moves the loop of its player, so the time is in the player's value
    (`render.player.region_of`). The event `arrive` comes once, when the strip is first on a visitor's screen, with the
    "folder" of before a reload.
    """

    def __init__(self, room: str, value: dict | None = None, **arguments: Any) -> None:
        template = '<section class="ed-strip" aria-label="What changed, and what may change next" hidden></section>'
        super().__init__(SCRIPTS / "strip.js", ["arrive"], template, value, memory=_memory(room), **arguments)


def strip_value(
    dance: Dance,
    *,
    player: str,
    target: str,
    change: np.ndarray | None = None,
    title: str = "What may change",
    chosen: Sequence[str] = (),
    clock: str = "",
    look: bool = False,
    folder: str = "",
    room: str = "edit",
    columns: Sequence[str] = PART_NAMES,
    lanes: Mapping[str, str] = LABELS,
    picks: bool = True,
    marks: Sequence[Mark] = (),
) -> dict[str, Any]:
    """What the strip shows of a dance.

    Parameters
    ----------
    player, target : elem_ids of the player that it follows and of the line that says what may change next.
    change : (bins, columns) radians, as of motion.change, or None for a dance that was not changed.
    columns : key of each column of it. lanes : key -> label of those shown, from top to bottom.
    chosen : parts the visitor has picked. clock : names the song; the playhead stays when it stays the same.
    look : whether a playhead at rest goes to where the change is plainest.
    folder : name of the visitor's workspace, which the browser's tab keeps for a reload. room : for whom.
    picks : whether a lane can be picked to change alone.
    marks : further lanes, of what happens when.
    """
    value: dict[str, Any] = {
        "player": player,
        "target": target,
        "duration_s": round(dance.duration_s, 4),
        "beats": np.round(dance.beats, 4).tolist(),
        "downbeats": np.round(dance.downbeats, 4).tolist(),
        "title": title,
        "chosen": list(chosen),
        "clock": clock,
        "folder": folder,
        "memory": _memory(room),
        "picks": picks,
        "parts": [{"key": key, "label": label, "summary": f"{label}: tap to let only this change" if picks else label}
                  for key, label in lanes.items()],
        "marks": [_marked(mark) for mark in marks],
    }  # fmt: skip
    if change is not None and len(change):
        levels = _levels(change[:, [columns.index(key) for key in lanes]])
        value["heat"] = base64.b64encode(levels.T.tobytes()).decode()
        value["columns"] = len(change)
        value["look_s"] = _most(change) if look and levels.any() else None
        for part, lane in zip(value["parts"], levels.T, strict=True):
            part["summary"] = f"{part['label']}: {_words(lane)}"
    return value


def chosen_parts(value: Any) -> tuple[str, ...] | None:
    """The body parts the visitor picked in a strip's value, None for all of them."""
    chosen = value.get("chosen") if isinstance(value, dict) else None
    known = tuple(part for part in PARTS if isinstance(chosen, list) and part in chosen)
    return known or None


def _memory(room: str) -> str:
    """Where a tab of the browser keeps the name of its workspace over a reload."""
    return f"dancefloor-{room}"


def _marked(mark: Mark) -> dict[str, Any]:
    lasting = sum(end - start for start, end, _ in mark.spans)
    times = {0: "never", 1: "once"}.get(len(mark.spans), f"{len(mark.spans)} times")
    return {
        "label": mark.label,
        "tone": mark.tone,
        "summary": f"{mark.label}: {times}" + (f", {lasting:.1f} s together" if mark.spans else ""),
        "spans": [[round(start, 3), round(end, 3), text] for start, end, text in mark.spans],
    }


def _levels(change: np.ndarray) -> np.ndarray:
    """(bins, lanes) radians -> (bins, lanes) uint8; 0 where nothing is to be seen."""
    seen = np.where(change < SEEN, 0.0, change)
    return np.round(255 * np.clip(seen / MUCH, 0, 1) ** 0.7).astype(np.uint8)


def _most(change: np.ndarray) -> float:
    """Seconds: where the change is plainest, smoothed over half a second so that one odd frame does not decide."""
    total = np.convolve(np.minimum(change, MUCH).sum(axis=1), np.ones(5) / 5, mode="same")
    return round(float(np.argmax(total)) / RATE_HZ, 2)


def _words(lane: np.ndarray) -> str:
    """How much of the time a part changed, in words."""
    bins = np.flatnonzero(lane)
    if not len(bins):
        return "unchanged"
    return f"changes from {bins[0] / RATE_HZ:.1f} to {(bins[-1] + 1) / RATE_HZ:.1f} s"
