"""Small parts of the Edit page that scripts of assets/editing draw: chips, the tree of versions, the answer card."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import gradio as gr
from gradio.route_utils import API_PREFIX

from demos.runtime.settings import ASSETS

SCRIPTS = ASSETS / "editing"
MARKS = ("good", "half", "bad")
"""How an edit went: carried out, in part, not."""
_HEADS = {"good": "Done", "half": "Not all of it came out", "bad": "Nothing was changed"}


class Panel(gr.HTML):
    """A gr.HTML that a module of assets/editing fills; its template never changes, so gradio leaves the content alone.

    module : the file's name without its suffix. events : what the script may tell Python, each with a dict that the
    handler's gr.EventData carries.
    """

    def __init__(self, module: str, events: Sequence[str], template: str, value: Any = None, **arguments: Any) -> None:
        script = SCRIPTS / f"{module}.js"
        told = " ".join(f'"{event}"' for event in events)
        super().__init__(
            value,
            html_template=template,
            js_on_load=f"""
import(props.script.url)
    .then((part) => part.mount(element, {{ props, trigger, watch }}))
    .catch((problem) => {{
        console.error(problem);
        element.textContent = "A part of the page could not be loaded. Reload the page.";
    }});
// Events for Python: {told}
""",
            apply_default_css=False,
            script={
                "path": str(script),
                "url": f"{API_PREFIX}/file={script}?v={_version()}",
                "meta": {"_type": "gradio.FileData"},
            },
            **arguments,
        )

    def preprocess(self, payload: Any) -> Any:
        """The value as the visitor left it: it comes from a browser, so it may hold anything."""
        return payload

    def postprocess(self, value: Any) -> Any:
        """The value as it is sent."""
        return value

    def api_info(self) -> dict[str, Any]:
        """What the API says of the value."""
        return {"type": "object", "description": "what this part of the page shows"}

    def example_payload(self) -> None:
        """No example: the script makes the value."""

    def example_value(self) -> None:
        """No example: the script makes the value."""


class Chips(Panel):
    """A row of choices; its event `pick` carries `key`.

    Value: {"items": [{"key", "text", "quiet"?}], "label"?, "chosen"?}.
    """

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        super().__init__("chips", ["pick"], '<div class="ed-chips" hidden></div>', value, **arguments)


class Tree(Panel):
    """The versions as a branch graph (`tree_value`). Events: `go`, `compare` (id), `rename` (id, name), `undo`."""

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        template = '<section class="ed-tree" aria-label="Versions" hidden></section>'
        super().__init__("tree", ["go", "compare", "rename", "undo"], template, value, **arguments)


def _version() -> str:
    """Changes when any file of the scripts does."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(SCRIPTS.glob("*.*")))).hexdigest()[:12]


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
