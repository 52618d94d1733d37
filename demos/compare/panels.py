"""The parts of the Compare page that scripts draw: the dances of the comparison, the charts."""

from __future__ import annotations

from typing import Any

from demos.compare.board import Board
from demos.compare.charts import COLOURS, charts
from demos.compare.pipeline import Comparison
from demos.page import Panel
from demos.runtime.settings import ASSETS

SCRIPTS = ASSETS / "compare"
_MEMORY = "dancefloor-compare"
"""Where a tab of the browser keeps the name of its workspace over a reload."""


class LineUp(Panel):
    """Shows `lineup_value`. Events: `arrive` (folder) once the visitor sees it, `undo`; `drop`, `versions` and `vote`,
    each with the `index` of a dance on the stage."""

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        events = ["arrive", "undo", "drop", "versions", "vote"]
        template = '<section class="cp-list" aria-label="Dances compared" hidden></section>'
        super().__init__(SCRIPTS / "lineup.js", events, template, value, memory=_MEMORY, **arguments)


class Charts(Panel):
    """Shows `charts_value`: a playhead follows the player, a click seeks."""

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        super().__init__(SCRIPTS / "charts.js", [], '<div class="cp-charts" hidden></div>', value, **arguments)


def lineup_value(board: Board, folder: str) -> dict[str, Any]:
    """The dances of a board."""
    said = [f"{name} {wins} of {shown}" for name, wins, shown in board.tally()]
    count = len(board.votes)
    return {
        "title": "An example" if board.guest else "On the stage",
        "rows": board.rows(),
        "blind": board.blind,
        "undo": board.can_undo,
        "colours": list(COLOURS),
        "tally": f"Best in {count} blind vote{'s' if count > 1 else ''}: {'; '.join(said)}." if said else "",
        "folder": folder,
        "memory": _MEMORY,
    }


def charts_value(result: Comparison, *, player: str) -> dict[str, Any]:
    """The charts of a comparison under a player, by its elem_id."""
    return {
        "html": charts(result),
        "player": player,
        "duration_s": max(dance.duration_s for dance in result.dances),
    }
