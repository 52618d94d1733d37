"""Small parts of a page on which dances are made and changed: chips, the tree of versions, the answer card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from demos.page import Panel
from demos.runtime.settings import ASSETS

SCRIPTS = ASSETS / "page"
MARKS = ("good", "half", "bad")
"""How an edit went: carried out, in part, not."""
_HEADS = {"good": "Done", "half": "Not all of it came out", "bad": "Nothing was changed"}


class Chips(Panel):
    """A row of choices; its event `pick` carries `key`.

    Value: {"items": [{"key", "text", "quiet"?}], "label"?, "chosen"?}.
    """

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        super().__init__(SCRIPTS / "chips.js", ["pick"], '<div class="ed-chips" hidden></div>', value, **arguments)


class Tree(Panel):
    """The versions as a branch graph (`tree_value`). Events: `go`, `compare` (id), `rename` (id, name), `undo`."""

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        template = '<section class="ed-tree" aria-label="Versions" hidden></section>'
        super().__init__(SCRIPTS / "tree.js", ["go", "compare", "rename", "undo"], template, value, **arguments)


def tree_value(
    rows: Sequence[Mapping[str, Any]], *, current: str | None, compared: str | None = None, undo: bool = False
) -> dict[str, Any]:
    """What `Tree` shows. rows : in order of making, each with "id", "parent", "title", "note" and "mark"."""
    placed = lanes({row["id"]: row["parent"] for row in rows})
    return {
        "rows": [{**row, "lane": placed[row["id"]]} for row in rows],
        "current": current,
        "compared": compared,
        "undo": undo,
    }


def lanes(parents: Mapping[str, str | None]) -> dict[str, int]:
    """A lane for every version, given the parent of each in order of making.

    A first child goes on in its parent's lane, every other child and every other root opens the next free lane.
    Worked case: a -> b -> c and a -> d gives a, b, c: 0 and d: 1.
    """
    placed: dict[str, int] = {}
    continued: set[str] = set()
    opened = 0
    for name, parent in parents.items():
        if parent in placed and parent not in continued:
            placed[name] = placed[parent]
            continued.add(parent)
        else:
            placed[name] = opened
            opened += 1
    return placed


def card(title: str, points: Iterable[tuple[str, str]] = (), *, mark: str = "") -> str:
    """An answer: a sentence, then points of (mark, sentence). All text is escaped here."""
    tone = f" ed-{mark}" if mark in MARKS else ""
    items = "".join(
        f'<li><i class="ed-mark ed-{escape(how)}"></i><span>{escape(text)}</span></li>' for how, text in points
    )
    listed = f"<ul>{items}</ul>" if items else ""
    return f'<div class="ed-card{tone}" role="status"><p class="ed-said">{escape(title)}</p>{listed}</div>'


def answer(message: str, *, mark: str) -> str:
    """What became of an instruction: a word for it, then the pipeline's paragraphs. All text is escaped here."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in message.splitlines() if line.strip())
    return (
        f'<div class="ed-card ed-{escape(mark)}" role="status"><p class="ed-said">{_HEADS[mark]}</p>{paragraphs}</div>'
    )


def trouble(sentence: str) -> str:
    """One sentence about what went wrong, announced at once."""
    return f'<div class="ed-card ed-bad" role="alert"><p>{escape(sentence)}</p></div>'


def progress(title: str, done: int = 0, total: int = 0) -> str:
    """Work under way; the bar runs to and fro while how far it is is not known."""
    share = f'style="width:{100 * min(done / total, 1):.0f}%"' if total else ""
    unknown = "" if total else " ed-unknown"
    return (
        f'<div class="ed-card"><p class="ed-said">{escape(title)}</p>'
        f'<div class="ed-progress{unknown}" role="progressbar"><i {share}></i></div></div>'
    )
