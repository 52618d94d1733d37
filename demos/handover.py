"""Handing dances from tab to tab: what is sent, and the buttons that send it. Rooms meet only here."""

from __future__ import annotations

import html
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import gradio as gr

from demos.motion.dance import Dance
from demos.motion.history import History
from demos.runtime.errors import InputError

TO_THE_TOP = "() => window.scrollTo({ top: 0 })"


@dataclass(frozen=True, eq=False)
class Parcel:
    """Dances on their way to a tab.

    to : HASH of the receiving room. dances, names : one to four. song : what they are danced to, beginning with them;
    None for silence. Its file belongs to the sender: who receives it keeps a copy. history : the versions of the first
    dance, where there are any.
    id : of this sending, so that the same dance may be sent twice, and each is taken in once. origin : HASH of the room
    that sent it.
    """

    to: str
    dances: tuple[Dance, ...]
    names: tuple[str, ...]
    song: Path | None = None
    history: History | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    origin: str = ""


@dataclass(frozen=True)
class Inbox:
    """Of one room. parcel : the one last sent to it. recalled : the one last taken back from it; the room puts back
    what was there."""

    parcel: gr.State = field(default_factory=lambda: gr.State(None))
    recalled: gr.State = field(default_factory=lambda: gr.State(None))


@dataclass(frozen=True)
class Desk:
    """Where parcels pass.

    inboxes : HASH -> of that room. Rooms have one each, so that nothing is told to a tab that was never opened: gradio
    (6.31) would later show such a tab without the properties of its parts.
    tabs : of the page, None where there is but one room. receivers : HASH -> the words on the button that sends there.
    sent : the parcel last sent to any.
    """

    inboxes: Mapping[str, Inbox]
    tabs: gr.Tabs | None = None
    receivers: Mapping[str, str] = field(default_factory=dict)
    sent: gr.State = field(default_factory=lambda: gr.State(None))

    def buttons(self, room: str) -> dict[str, gr.Button]:
        """Buttons for the receiving rooms other than `room` itself, by their HASH."""
        return {
            to: gr.Button(words, size="sm", min_width=130, elem_id=f"{room}-send-{to}", elem_classes="df-send")
            for to, words in self.receivers.items()
            if to != room
        }

    def connect(
        self, room: str, buttons: Mapping[str, gr.Button], pack: Callable[..., Parcel], inputs: Sequence[Any]
    ) -> None:
        """A click packs what `pack(to, *inputs)` gives and opens the tab that it goes to.

        An InputError of `pack` is shown in the corner of the page, and the visitor stays where they are.
        """
        if self.tabs is None:
            return
        for to, button in buttons.items():
            sent = button.click(
                _sender(room, to, pack), list(inputs), [self.inboxes[to].parcel, self.sent, self.tabs],
                show_progress="hidden", api_visibility="private",
            )  # fmt: skip
            sent.then(None, js=TO_THE_TOP, api_visibility="private")

    @contextmanager
    def line(self, titles: Mapping[str, str]) -> Iterator[Desk]:
        """The desk with its line above the tabs that are laid out inside; titles : HASH -> title of every room."""
        with gr.Row(visible=False, elem_id="df-sent", equal_height=True) as bar:
            told = gr.HTML(elem_id="df-sent-told", padding=False)
            undo = gr.Button("Undo", size="sm", min_width=90, scale=0, elem_id="df-sent-undo")
            close = gr.Button("Fine", size="sm", min_width=90, scale=0, elem_id="df-sent-close")
        with gr.Tabs() as tabs:
            yield replace(self, tabs=tabs)
        silent: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.sent.change(lambda parcel: _said(parcel, titles), self.sent, [bar, told], **silent)
        recalled = {room: inbox.recalled for room, inbox in self.inboxes.items()}
        undo.click(
            lambda parcel: _take_back(parcel, list(recalled)), self.sent, [tabs, bar, *recalled.values()], **silent
        )
        close.click(lambda: gr.update(visible=False), None, bar, **silent)


def _said(parcel: Parcel | None, titles: Mapping[str, str]) -> tuple:
    if parcel is None:
        return gr.update(visible=False), ""
    text = f"“{parcel.names[0]}” is in {titles.get(parcel.to, parcel.to)} now."
    return gr.update(visible=True), f'<p role="status">{html.escape(text)}</p>'


def _take_back(parcel: Parcel | None, rooms: Sequence[str]) -> tuple:
    if parcel is None:
        return gr.skip(), gr.update(visible=False), *(gr.skip() for _ in rooms)
    recalled = (parcel if room == parcel.to else gr.skip() for room in rooms)
    return gr.Tabs(selected=parcel.origin or parcel.to), gr.update(visible=False), *recalled


def _sender(room: str, to: str, pack: Callable[..., Parcel]) -> Callable[..., tuple]:
    def send(*values: Any) -> tuple:
        try:
            parcel = replace(pack(to, *values), origin=room)
        except InputError as error:
            gr.Warning(str(error))
            return gr.skip(), gr.skip(), gr.skip()
        return parcel, parcel, gr.Tabs(selected=to)

    return send
