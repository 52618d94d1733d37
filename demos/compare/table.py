"""The table of measures and the song's facts, as HTML. Every text from outside is escaped here."""

from collections.abc import Sequence
from html import escape

from demos.compare.pipeline import Comparison
from demos.motion.metrics import MEASURES, Measure, display

# Shown beside another measure instead of in rows of their own.
FOLDED = {"bas_shuffled", "bas_shuffled_sd", "bed_shifted"}


def facts(result: Comparison) -> str:
    """What was found in the song and in the dances, as a row of small labels."""
    labels = []
    if result.song and result.features:
        features = result.features
        labels.append(f"♪ {_clock(result.song.duration_s)}")
        labels.append(f"{features.tempo_bpm:.0f} beats a minute" if features.tempo_bpm else "no steady beat found")
        labels.append(f"{len(features.beats)} beats, {len(features.downbeats)} bars")
    else:
        labels.append("no song: add one to see how the dance meets its beats")
    for name, dance in zip(result.names, result.dances, strict=True):
        who = "couple" if len(dance.motions) == 2 else "solo"
        labels.append(f"{name}: {who}, {dance.duration_s:.1f} s at {dance.fps:g} frames/s")
    return '<div class="df-facts">' + "".join(f"<span>{escape(label)}</span>" for label in labels) + "</div>"


def measures(result: Comparison) -> str:
    """One row a measure, one column a dance; the best and the worst of several dances stand out where there is one."""
    shown = [row for row in MEASURES if row.key not in FOLDED and any(_has(report, row) for report in result.reports)]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in result.names)
    headline = "".join(_row(row, result.reports) for row in shown if row.headline)
    details = "".join(_row(row, result.reports) for row in shown if not row.headline)
    more = f'<details class="df-more"><summary>More measures</summary>{_table(head, details)}</details>'
    return _table(head, headline) + more


def _table(head: str, rows: str) -> str:
    return (
        f'<div class="df-scroll"><table class="df-table"><thead><tr><th scope="col">Measure</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _has(report: dict, row: Measure) -> bool:
    return report.get(row.key) is not None


def _row(row: Measure, reports: tuple[dict, ...]) -> str:
    values = [display(row, report.get(row.key)) for report in reports]
    best, worst = extremes(row, values)
    unit = f" ({escape(row.unit)})" if row.unit else ""
    cells = "".join(
        f'<td class="{mark(value, best, worst)}">{_cell(row, value, report)}</td>'
        for value, report in zip(values, reports, strict=True)
    )
    return f'<tr><th scope="row">{escape(row.label)}{unit}<small>{escape(row.meaning)}</small></th>{cells}</tr>'


def extremes(row: Measure, values: Sequence[float | None]) -> tuple[str, str]:
    """The best and the worst of several values as `number` writes them; "" where there is none: a matter of style, or
    all read the same."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or row.better == "neither" or number(min(known)) == number(max(known)):
        return "", ""
    best, worst = (max(known), min(known)) if row.better == "higher" else (min(known), max(known))
    return number(best), number(worst)


def mark(value: float | None, best: str, worst: str) -> str:
    """The class of a cell."""
    if value is None or not best:
        return ""
    return "df-best" if number(value) == best else "df-worst" if number(value) == worst else ""


def _cell(row: Measure, value: float | None, report: dict) -> str:
    if value is None:
        return "–"
    text = number(value)
    if row.key == "bas" and report.get("bas_shuffled") is not None:
        spread = report.get("bas_shuffled_sd") or 0.0
        return f"{text}<small>chance {report['bas_shuffled']:.2f} ± {spread:.2f}</small>"
    if row.key == "bed" and report.get("bed_shifted") is not None:
        return f"{text}<small>chance {report['bed_shifted']:.2f}</small>"
    return text


def number(value: float) -> str:
    """Three significant digits, no exponent."""
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
