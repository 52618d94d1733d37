"""Handing dances from tab to tab: what is sent, and the buttons that send it. Rooms meet only here."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
    id : of this sending, so that the same dance may be sent twice, and each is taken in once.
    """

    to: str
    dances: tuple[Dance, ...]
    names: tuple[str, ...]
    song: Path | None = None
    history: History | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass(frozen=True)
class Desk:
    """Where parcels pass. parcel : the one last sent. tabs : of the page, None where there is but one room.
    receivers : HASH -> the words on the button that sends a dance there."""

    parcel: gr.State
    tabs: gr.Tabs | None
    receivers: Mapping[str, str]

    def buttons(self, room: str) -> dict[str, gr.Button]:
        """Buttons for the receiving rooms other than `room` itself, by their HASH."""
        return {
            to: gr.Button(words, size="sm", min_width=130, elem_id=f"{room}-send-{to}", elem_classes="df-send")
            for to, words in self.receivers.items()
            if to != room
        }

    def connect(self, buttons: Mapping[str, gr.Button], pack: Callable[..., Parcel], inputs: Sequence[Any]) -> None:
        """A click packs what `pack(to, *inputs)` gives and opens the tab that it goes to.

        An InputError of `pack` is shown in the corner of the page, and the visitor stays where they are.
        """
        if self.tabs is None:
            return
        for to, button in buttons.items():
            sent = button.click(
                _sender(to, pack), list(inputs), [self.parcel, self.tabs], show_progress="hidden",
                api_visibility="private",
            )  # fmt: skip
            sent.then(None, js=TO_THE_TOP, api_visibility="private")


def _sender(to: str, pack: Callable[..., Parcel]) -> Callable[..., tuple]:
    def send(*values: Any) -> tuple:
        try:
            return pack(to, *values), gr.Tabs(selected=to)
        except InputError as error:
            gr.Warning(str(error))
            return gr.skip(), gr.skip()

    return send
