"""How a song unfolds: sections made of whole eight-count phrases, the energy of each bar, and when each beat falls."""

from typing import NamedTuple

import numpy as np

from demos.corpus.music.score import Bar
from demos.corpus.music.styles.style import Style

# Chosen: how much of the band plays in each kind of section.
ENERGY = {"intro": 0.48, "verse": 0.56, "build": 0.7, "chorus": 0.92, "drop": 0.94, "outro": 0.5}
SECTION_SECONDS = 15.0  # what a full section lasts in dance music, about eight bars at 120


class Span(NamedTuple):
    """One section: label, first bar, number of bars, energy 0..1 at its first and last bar."""

    label: str
    first_bar: int
    bars: int
    start_energy: float
    end_energy: float


def section_labels(style: Style, phrases: int, phrase_s: float) -> list[tuple[str, int]]:
    """Sections as (label, phrases) that add up to `phrases`; short songs keep the verse and the climax."""
    if phrases == 1:
        return [(style.climax, 1)]
    if phrases == 2:
        return [("verse", 1), (style.climax, 1)]
    full = 1
    for size in (2, 4, 8):
        if size * phrase_s <= SECTION_SECONDS * 1.35 and phrases >= 4 * size:
            full = size
    half = max(1, full // 2)
    lengths = {"verse": full, style.climax: full}
    body = phrases - 2 * half
    sections: list[tuple[str, int]] = []
    used = 0
    while used < body:
        label = style.form[len(sections) % len(style.form)]
        length = lengths.get(label, half)
        if used + length > body:
            break
        sections.append((label, length))
        used += length
    left = body - used
    while len(sections) > 1 and sections[-1][0] in ("break", "build"):
        left += sections.pop()[1]  # nothing leads into the close but a verse or the climax
    if not any(label == style.climax for label, _ in sections) and sections:
        sections[-1] = (style.climax, sections[-1][1])
    if left and sections and sections[-1][0] == style.climax:
        sections[-1] = (style.climax, sections[-1][1] + left)
    elif left:
        sections.append((style.climax, left))
    return [("intro", half), *sections, ("outro", half)]


def lay_out(style: Style, bars: int, bar_s: float) -> tuple[list[Span], tuple[Bar, ...]]:
    """Sections and bars of a song of the given number of bars; an unfinished last phrase shortens the last section."""
    phrase_bars = style.meter.phrase_bars
    phrases = -(-bars // phrase_bars)
    spans: list[Span] = []
    rows: list[Bar] = []
    seen: dict[str, int] = {}
    for label, length in section_labels(style, phrases, phrase_bars * bar_s):
        first = len(rows)
        count = min(length * phrase_bars, bars - first)
        again = seen.get(label, 0)
        seen[label] = again + 1
        level = style.break_energy if label == "break" else ENERGY[label]
        level = min(1.0, level + 0.04 * min(again, 2))
        start, end = {"intro": (0.72, 1.0), "build": (0.75, 1.3), "outro": (1.2, 0.7)}.get(label, (1.0, 1.0))
        spans.append(Span(label, first, count, level * start, level * end))
        for place in range(count):
            # Players join and leave every two bars, as bands do, not bar by bar.
            progress = (place // 2 * 2) / max(1, count - 1)
            energy = level * (start + (end - start) * min(1.0, progress))
            rows.append(
                Bar(
                    first + place,
                    (first + place) * style.meter.beats,
                    len(spans) - 1,
                    label,
                    place,
                    count,
                    energy,
                )
            )
    return spans, tuple(rows)


def beat_times(style: Style, bars: int, tempo_bpm: float, lead_in_s: float, rng: np.random.Generator) -> np.ndarray:
    """(beats + 1,) seconds of every beat and of the end of the last bar.

    Styles with rubato breathe within each phrase (quicker in the middle, broader at its end) and broaden the close.
    """
    beats = bars * style.meter.beats
    pace = np.ones(beats)
    if style.rubato:
        phrase = style.meter.phrase_bars * style.meter.beats
        place = (np.arange(beats) % phrase) / phrase
        shape = -np.sin(np.pi * place) + 0.6 * place**4
        depth = style.rubato * rng.uniform(0.7, 1.3, size=beats // phrase + 1)[np.arange(beats) // phrase]
        pace += depth * (shape - shape.mean())
        closing = min(beats, 2 * style.meter.beats)
        pace[-closing:] += 4 * style.rubato * np.linspace(0, 1, closing) ** 2
    return lead_in_s + np.concatenate([[0.0], np.cumsum(pace * 60.0 / tempo_bpm)])
