"""Quick clicks and long work of a room's page: wired to its handlers, reporting, stopped, failing in one sentence."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import gradio as gr

from demos.page.panels import trouble
from demos.runtime import jobs
from demos.runtime.errors import InputError

Shown = TypeVar("Shown")
"""The new values of a page, one for each of its outputs."""
SILENT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Progress is shown in the page's own cards, and the public endpoints are those of a room's `api` alone."""
OUR_FAULT = "Something went wrong on our side. Nothing of yours is lost: try again."
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wires:
    """Connects events with handlers: all are given `inputs` first and answer with `outputs`.

    stopped : the handler of a Stop button, which keeps what its job has made. after : called with every finished event,
    to hang on it what follows.
    """

    inputs: list
    outputs: list
    stopped: Callable
    after: Callable[[Any], object] = lambda done: None

    def quick(self, event: Callable, handler: Callable, *more: Any) -> Any:
        """A click that is answered at once."""
        done = event(handler, [*self.inputs, *more], self.outputs, trigger_mode="multiple", **SILENT)
        self.after(done)
        return done

    def job(self, event: Callable, begin: Callable, work: Callable, *more: Any) -> Any:
        """Long work: the page says at once that it begins, then it reports from the one lane of heavy work."""
        begun = event(begin, None, self.outputs, queue=False, **SILENT)
        working = begun.then(
            work, [*self.inputs, *more], self.outputs, concurrency_limit=1, concurrency_id="gpu", **SILENT
        )
        self.after(working)
        return working

    def stop(self, button: gr.Button, working: list, handler: Callable | None = None) -> None:
        """A button that ends jobs."""
        stopped = button.click(
            handler or self.stopped, self.inputs, self.outputs, cancels=working, queue=False, **SILENT
        )
        self.after(stopped)


def safely(steps: Iterator[Shown], ended: Callable[[str], Shown], *, fault: str = OUR_FAULT) -> Iterator[Shown]:
    """The steps of a job; whatever goes wrong is one sentence (HTML) given to `ended`, the last step."""
    try:
        yield from steps
    except InputError as error:
        yield ended(trouble(str(error)))
    except Exception:
        _LOG.exception("a job of the page failed")
        yield ended(trouble(fault))


def watched(work: Callable[..., Any], show: Callable[[int, int], Shown]) -> Generator[Shown, None, Any]:
    """Run `work(report)` beside the page, showing how far it is by `show(done, total)`; its result."""
    steps = jobs.steps(work)
    with contextlib.closing(steps):
        try:
            while True:
                yield show(*next(steps))
        except StopIteration as end:
            return end.value


def heard(event: gr.EventData, name: str) -> str:
    """What a script of the page told with an event, as text."""
    return str((event._data or {}).get(name, ""))


def said(text: str) -> dict:
    """A card at its place, or none."""
    return gr.update(value=text, visible=bool(text))
