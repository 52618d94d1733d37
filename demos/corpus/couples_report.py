"""How couples of the choreographer compare with the real ones: one table.

python -m demos.corpus.couples_report [--data ../shared/data/mocap] [--seeds 4] [--seconds 30]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from demos.corpus import reaching
from demos.corpus.couples import choreograph_couple
from demos.corpus.examples import DATA
from demos.corpus.phrases import FPS, Clip, Phrase, cut_phrases
from demos.motion.dance import Dance, Provenance
from demos.motion.duet_metrics import root_distance
from demos.motion.metrics import measure

KEYS = (
    "distance", "lead_faces", "follow_faces", "same_way", "hand_distance", "hand_hold", "contact", "overlap",
    "overlap_share", "bed", "bed_shifted", "together", "skate", "floor_depth", "speed", "speed_peak", "jerk",
    "jerk_median", "bas", "bas_shuffled",
)  # fmt: skip
HELD_M = 0.10
KINDS = (("salsa", "hold"), ("salsa", "open"), ("pop", "hold"), ("pop", "open"), ("hiphop", "apart"))
TEMPI_BPM = {"salsa": (165, 172, 180, 188), "pop": (112, 118, 124, 128), "hiphop": (88, 94, 100, 106)}
Row = dict[str, float]


def report(
    phrases: list[Phrase], *, kinds: Sequence[tuple[str, str]] = KINDS, seeds: int = 4, seconds: float = 30.0
) -> dict[str, Row]:
    """Means over the real couples and over `seeds` dances of each kind: name -> measure -> value.

    kinds : (style, closeness); styles are those of TEMPI_BPM.

    Measures are those of metrics.measure, and `near`, `far` (5 and 95 % of the distance, metres), `closed` (share of
    the frames of holds whose hands are within 10 cm; absent where nobody holds hands).
    """
    leads = {phrase.trial: phrase.clip for phrase in phrases if phrase.clip.role == "lead"}
    table = {"real couples": _mean(_measured(_real(clip)) for clip in leads.values())}
    for style, closeness in kinds:
        made = []
        for seed in range(seeds):
            tempo = TEMPI_BPM[style][seed % len(TEMPI_BPM[style])]
            beats = np.arange(0, seconds + 2, 60 / tempo)
            made.append(
                choreograph_couple(
                    beats, beats[::4], seconds=seconds, phrases=phrases, style=style, seed=seed, closeness=closeness
                )
            )
        table[f"{style}, {closeness}"] = _mean(_measured(dance) for dance in made)
    return table


def _real(clip: Clip) -> Dance:
    """A captured couple from where the dance begins to where it ends: they stand about before and after."""
    assert clip.partner is not None
    dancing = np.flatnonzero(clip.usable)
    start, stop = int(dancing[0]), int(dancing[-1]) + 1
    return Dance((clip.motion.slice(start, stop), clip.partner.slice(start, stop)), Provenance("capture"))


def _measured(dance: Dance) -> Row:
    values = measure(dance)
    row = {key: values[key] for key in KEYS if values[key] is not None}
    distance = root_distance(*dance.motions)
    row["near"], row["far"] = (float(value) for value in np.percentile(distance, [5, 95]))
    holds = dance.provenance.settings.get("holds", [])
    if holds:
        row["closed"] = float(np.mean(np.concatenate([_gaps(dance, hold) for hold in holds]) < HELD_M))
    return row


def _gaps(dance: Dance, hold: dict) -> np.ndarray:
    """(frames,) metres between the two hands of a hold while it lasts."""
    sides = ("left", "right")
    part = slice(round(hold["start_s"] * FPS), round(hold["end_s"] * FPS))
    one, other = (
        motion.joints[part, reaching.HANDS[sides.index(hold[who])]]
        for motion, who in zip(dance.motions, ("lead", "follow"), strict=True)
    )
    return np.linalg.norm(one - other, axis=-1)


def _mean(rows: Iterable[Row]) -> Row:
    rows = list(rows)
    keys = dict.fromkeys(key for row in rows for key in row)
    return {key: float(np.mean([row[key] for row in rows if key in row])) for key in keys}


def table_text(table: dict[str, Row]) -> str:
    """The table for a terminal: a measure a line, a kind of couple a column."""
    names = list(table)
    keys = dict.fromkeys(key for row in table.values() for key in row)
    lines = ["".join([" " * 15, *(f"{name:>15}" for name in names)])]
    lines += [
        "".join(
            [f"{key:<15}", *(f"{table[name][key]:15.3f}" if key in table[name] else f"{'-':>15}" for name in names)]
        )
        for key in keys
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real dances")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=30.0)
    chosen = parser.parse_args(arguments)
    print(table_text(report(cut_phrases(chosen.data), seeds=chosen.seeds, seconds=chosen.seconds)))


if __name__ == "__main__":
    main()
