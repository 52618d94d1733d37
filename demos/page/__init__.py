"""What rooms build their pages from: parts that a script of the room draws, and files of the page by address."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.route_utils import API_PREFIX


class Panel(gr.HTML):
    """A gr.HTML that a module of the room's scripts fills; its template never changes, so gradio leaves the content
    alone.

    script : the module. events : what it may tell Python, each with a dict that the handler's gr.EventData carries.
    """

    def __init__(self, script: Path, events: Sequence[str], template: str, value: Any = None, **arguments: Any) -> None:
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
                "url": f"{API_PREFIX}/file={script}?v={_version(script.parent)}",
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


def told(event: gr.EventData, name: str) -> Any:
    """What a script of the page told with an event; it comes from a browser, so it may be anything."""
    return (event._data or {}).get(name)


def _version(folder: Path) -> str:
    """Changes when any file of the scripts does."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.*")))).hexdigest()[:12]
