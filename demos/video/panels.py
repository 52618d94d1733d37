"""Parts of the Film tab that scripts draw: the picture with what was found in it, and the screen."""

from __future__ import annotations

from typing import Any

from demos.page import Panel
from demos.runtime.settings import ASSETS

SCRIPTS = ASSETS / "video"
_MEMORY = "dancefloor-film"
"""Where a tab of the browser keeps the name of its workspace over a reload."""


class Finder(Panel):
    """The picture with outline and joints (`cast.finder_value`), to be put right.

    Events: `move` (name, x, y), `paint` (strokes), `choose` (index), `reset`, `arrive` (when the page is there, with
    the "folder" of before a reload).
    """

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        template = '<section class="fm-finder" aria-label="What was found in the picture"></section>'
        super().__init__(
            SCRIPTS / "finder.js", ["move", "paint", "choose", "reset", "arrive"], template, value, memory=_MEMORY,
            **arguments,
        )  # fmt: skip


class Screen(Panel):
    """The film beside its picture and its pose. Value: {"film" (a file), "poster"?, "picture", "stick", "title"}."""

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        template = '<section class="fm-screen" aria-label="The film"></section>'
        super().__init__(SCRIPTS / "screen.js", [], template, value, **arguments)


class Shelf(Panel):
    """The example pictures; its event `pick` carries `key`. Value: {"items": [{"key", "picture"}], "chosen"}."""

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        super().__init__(
            SCRIPTS / "shelf.js", ["pick"], '<div class="fm-shelf"></div>', value, **arguments
        )  # fmt: skip
