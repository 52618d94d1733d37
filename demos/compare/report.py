"""A comparison as one HTML file that needs nothing beside it: film, dances, measures, charts, votes."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

from demos.compare import table
from demos.compare.board import Vote
from demos.compare.charts import charts
from demos.compare.pipeline import Comparison
from demos.motion.dance import Dance
from demos.runtime.settings import ASSETS

_STYLES = (ASSETS / "compare" / "report.css", ASSETS / "compare" / "compare.css", ASSETS / "suite.css")
_HIDDEN = ("history", "history_tree")


def write_report(
    result: Comparison, path: str | Path, *, notes: Sequence[str] = (), votes: Sequence[Vote] = (),
    film: Path | None = None,
) -> Path:  # fmt: skip
    """Write the report of a comparison. notes : a sentence a dance. film : an MP4 to put inside."""
    path = Path(path)
    path.write_text(report(result, notes=notes, votes=votes, film=film), encoding="utf-8")
    return path


def report(
    result: Comparison, *, notes: Sequence[str] = (), votes: Sequence[Vote] = (), film: Path | None = None
) -> str:
    """The report as HTML; every text from outside is escaped."""
    song = result.song.name if result.song else ""
    title = f"Dances to {song}" if song else "Dances compared"
    parts = [f"<h1>{escape(title)}</h1>", table.facts(result)]
    if film is not None:
        data = base64.b64encode(film.read_bytes()).decode()
        parts.append(f'<h2>Side by side</h2><video controls src="data:video/mp4;base64,{data}"></video>')
    texts = [*notes, *[""] * len(result.dances)]
    rows = "".join(
        _dance(name, dance, note) for name, dance, note in zip(result.names, result.dances, texts, strict=False)
    )
    parts.append(f'<h2>Dances</h2><ol class="rp-dances">{rows}</ol>')
    parts.append(f"<h2>Measures</h2>{table.measures(result)}")
    parts.append(f'<h2>Over time</h2><div class="cp-charts">{charts(result)}</div>')
    if votes:
        parts.append(f"<h2>Votes without names</h2>{_votes(votes)}")
    if result.problems:
        parts.append("".join(f"<p>{escape(sentence)}</p>" for sentence in result.problems))
    return page(title, "".join(parts))


def page(title: str, body: str) -> str:
    """A whole page around HTML, with the styles inside."""
    styles = "\n".join(_without_fonts(path.read_text(encoding="utf-8")) for path in _STYLES)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{styles}</style></head><body>{body}"
        "<footer>Made with Dancefloor. ▲ best, ▼ worst, where one is better than the other.</footer></body></html>"
    )


def _without_fonts(style: str) -> str:
    """A style sheet without the page's own font, which is a file of the server."""
    start = style.find("@font-face")
    return style if start < 0 else style[:start] + style[style.index("}", start) + 1 :]


def _dance(name: str, dance: Dance, note: str) -> str:
    made = dance.provenance
    settings = {key: value for key, value in made.settings.items() if key not in _HIDDEN}
    facts = [made.system, f"seed {made.seed}" if made.seed is not None else "", made.source]
    facts += [f"weights {made.weights_sha256[:12]}"] if made.weights_sha256 else []
    told = escape(", ".join(filter(None, facts)))
    more = escape(json.dumps({"prompts": list(made.prompts), **settings}, indent=1, default=str, ensure_ascii=False))
    said = f"<p>{escape(note)}</p>" if note else ""
    return (
        f"<li><b>{escape(name)}</b> {said}<p>{told}</p>"
        f"<details><summary>How it was made</summary><pre>{more}</pre></details></li>"
    )


def _votes(votes: Sequence[Vote]) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{escape(vote.song or 'no song')}</th><td>{escape(vote.names[vote.best])}</td>"
        f"<td>{escape(', '.join(name for place, name in enumerate(vote.names) if place != vote.best))}</td></tr>"
        for vote in votes
        if 0 <= vote.best < len(vote.names)
    )
    return (
        '<div class="df-scroll"><table class="df-table"><thead><tr><th scope="col">Song</th><th scope="col">Best</th>'
        f'<th scope="col">Before</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )
