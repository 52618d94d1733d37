"""How good the room is: `python -m demos evaluate duet`. Couples to unheard songs, and what the tokens lose.

Beside every figure stand real couples of trials that trained nothing, the choreographer's couples to the same songs,
and two solos to one song that know nothing of each other, put face to face as far apart as real couples are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import wasserstein_distance

from demos.audio.features import SAMPLE_RATE, AudioFeatures
from demos.audio.song import Song
from demos.corpus.styles import STYLE_NAMES
from demos.duet import codec_report, pipeline, weights
from demos.duet.data import DancedCouple, corpus_couples, real_couples
from demos.duet.finishing import staged
from demos.duet.model import CLOSENESS
from demos.duet.representation import FPS, headings
from demos.motion import duet_metrics, fairmotion_features, rhythm, rotations, solo_metrics
from demos.motion.clip_features import Features, distances, diversities, features_of, mean_rows
from demos.motion.dance import Dance
from demos.motion.motion import Motion

WINDOW_S, HOP_S = 12.0, 6.0
REAL, CHOREOGRAPHED, SOLOS = "real, held-out", "choreographer", "two solos"
MADE, RAW, FOLLOWED, ALONE = "generated", "generated, raw", "follow to a real lead", "without interaction"
BED_SHARE, RECONSTRUCTION_MM = 0.1, 35.0
_MET = {True: "yes", False: "NO", None: "not measured"}
Found = dict[str, Any]
Column = list["Stretch"]


@dataclass(frozen=True, eq=False)
class Stretch:
    """Twelve seconds of a couple, and the beats inside where there is music."""

    lead: Motion
    follow: Motion
    beats: np.ndarray


def evaluate(
    corpus: Path | str,
    *,
    data: Path | str,
    source: Path | str | None = None,
    ablation: Path | str | None = None,
    songs: int = 9,
    seconds: float = 36.0,
    style: str | None = "salsa",
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> Found:
    """Measure couples to the songs of a corpus's test split.

    corpus : finished, with duets. data : the folder of real dances. source, ablation : the weights, the shipped ones
    when None, and those trained without interaction (its column is left out when None). songs : at most so many, of
    each `seconds` are danced. style : only songs that the choreographer danced in this style, where there are any; the
    real couples dance salsa, and only like can be compared with like.

    Returns {"columns", "windows", "codec", "targets", "settings"}, ready for JSON.
    Raises InputError where corpus, data or weights are missing.
    """
    network = weights.load(source)
    couples = list(corpus_couples(corpus, "test"))
    alike = [couple for couple in couples if style and couple.style == STYLE_NAMES.index(style) + 1]
    material = _one_a_song(alike or couples)[:songs]
    real = list(real_couples(data, ("validation", "test")))
    columns: dict[str, Column] = {REAL: [s for _, lead, partner in real for s in _cut(lead, partner)]}
    apart_m = float(np.median(np.concatenate([duet_metrics.root_distance(s.lead, s.follow) for s in columns[REAL]])))
    columns |= {CHOREOGRAPHED: [], SOLOS: [], MADE: [], RAW: []} | ({ALONE: []} if ablation else {}) | {FOLLOWED: []}
    done, total = 0, len(material) + len(real) + 2

    def tick() -> None:
        nonlocal done
        done += 1
        if on_progress:
            on_progress(done, total)

    for number, (couple, other) in enumerate(material):
        frames = min(round(seconds * FPS), len(couple.states))
        for danced in (couple, other):
            columns[CHOREOGRAPHED] += _cut(*_first(danced, frames))
        columns[SOLOS] += [
            Stretch(*_face_to_face(a.lead, b.lead, apart_m), a.beats)
            for a, b in zip(_cut(*_first(couple, frames)), _cut(*_first(other, frames)), strict=True)
        ]
        manner = {"style": STYLE_NAMES[couple.style - 1] if couple.style else None,
                  "closeness": CLOSENESS[couple.closeness - 1], "seed": seed + number}  # fmt: skip
        made = pipeline.generate(_heard(couple), seconds=frames / FPS, weights=source, **manner)
        columns[MADE] += _cut(*_pair(made.dance), couple.beats)
        columns[RAW] += _cut(*_pair(made.raw), couple.beats)
        if ablation:
            alone = pipeline.generate(_heard(couple), seconds=frames / FPS, weights=ablation, **manner)
            columns[ALONE] += _cut(*_pair(alone.dance), couple.beats)
        tick()
    for _, lead, _ in real:
        stop = min(len(lead), round(seconds * FPS))
        partner = pipeline.follow(lead.slice(0, stop), style="salsa", closeness="hold", seed=seed, weights=source)
        columns[FOLLOWED] += _cut(*_pair(partner.dance))
        tick()
    table = measure(columns)
    tick()
    codec = codec_report.report(
        network, [(lead, partner) for _, lead, partner in real], [couple.motions for couple, _ in material]
    )
    tick()
    found: Found = {
        "columns": table,
        "windows": {name: len(column) for name, column in columns.items()},
        "codec": codec,
        "settings": {
            "corpus": Path(corpus).name,
            "songs": len(material),
            "seconds": seconds,
            "style": style,
            "seed": seed,
        },
    }
    found["targets"] = targets(found)
    return found


def measure(columns: Mapping[str, Column]) -> dict[str, dict[str, float | None]]:
    """The table: name -> measure -> value. All distances and Fréchet distances are to the column REAL."""
    features = {name: features_of(m for s in column for m in (s.lead, s.follow)) for name, column in columns.items()}
    paired = {name: _pair_features(column) for name, column in columns.items()}
    scale = features[REAL]
    count = min(len(item) for item in features.values() if len(item))
    table: dict[str, dict[str, float | None]] = {}
    spread = {name: _distributions(column) for name, column in columns.items()}
    for name, column in columns.items():
        if not column:
            continue
        row: dict[str, float | None] = dict(_against(features[name], scale, count))
        row["FID_cd"] = _pair_distance(paired[name], paired[REAL])
        row |= diversities(features[name], scale)
        row |= {
            f"{key}, from real": float(wasserstein_distance(values, spread[REAL][key]))
            for key, values in spread[name].items()
        }
        row |= mean_rows(_one(stretch) for stretch in column)
        table[name] = row
    return table


def targets(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the room set out to reach: "target", "value" (words), "met" (True, False, None where not measured)."""
    columns, codec = found["columns"], found["codec"]
    made, real = columns.get(MADE, {}), columns.get(REAL, {})
    rows = []
    for key in ("distance, m, from real", "facing, deg, from real"):
        beside = [columns.get(name, {}).get(key) for name in (CHOREOGRAPHED, SOLOS)]
        mine = made.get(key)
        met = None if mine is None or None in beside else all(mine < other for other in beside)
        value = f"{_number(mine)} beside {' and '.join(_number(other) for other in beside)}"
        rows.append(_target(f"{key}: nearer than the choreographer's and two solos", value, met))
    bed, wanted = made.get("BED"), real.get("BED")
    met = None if bed is None or not wanted else abs(bed / wanted - 1) <= BED_SHARE
    rows.append(_target("BED within 10 % of real", f"{_number(bed)} beside {_number(wanted)}", met))
    key = "overlap, cm"
    deep, theirs = made.get(key), real.get(key)
    met = None if deep is None or theirs is None else deep <= theirs
    rows.append(_target("bodies in one another no more than real", f"{_number(deep)} beside {_number(theirs)} cm", met))
    lost = codec[REAL]["mean joint error, mm"]
    rows.append(_target("tokens lose at most 35 mm", f"{_number(lost)} mm", lost <= RECONSTRUCTION_MM))
    alone = columns.get(ALONE)
    if alone is None:
        rows.append(_target("without interaction clearly worse", "not trained", None))
    else:
        worse = [alone[key] for key in ("FID_cd", "distance, m, from real")]
        mine = [made[key] for key in ("FID_cd", "distance, m, from real")]
        value = f"FID_cd {_number(worse[0])} beside {_number(mine[0])}, distance {_number(worse[1])} beside "
        met = all(a is not None and b is not None and a > 1.2 * b for a, b in zip(worse, mine, strict=True))
        rows.append(_target("without interaction clearly worse", value + _number(mine[1]), met))
    return rows


def text(found: Mapping[str, Any]) -> str:
    """The results as tables."""
    windows = ", ".join(f"{name} {count}" for name, count in found["windows"].items())
    return "\n\n".join(
        [
            "## Couples to unheard songs (means over stretches of 12 s)",
            _table(found["columns"]),
            f"Stretches: {windows}. Fréchet distances are to the real, held-out couples, of as many stretches on "
            "either side; with so few they compare columns and mean nothing alone. Real couples have no music.",
            "## What the tokens lose",
            _table(found["codec"]),
            "## Targets",
            "\n".join(f"- {row['target']}: {row['value']}: {_MET[row['met']]}" for row in found["targets"]),
        ]
    )


def _one_a_song(couples: Sequence[DancedCouple]) -> list[tuple[DancedCouple, DancedCouple]]:
    """For each song its first couple and another to the same song (itself where there is none)."""
    songs: dict[str, list[DancedCouple]] = {}
    for couple in couples:
        songs.setdefault(couple.name.rpartition("/")[0], []).append(couple)
    return [(found[0], found[-1]) for found in songs.values()]


def _pair(dance: Dance) -> tuple[Motion, Motion]:
    return dance.motions[0], dance.motions[1]


def _first(couple: DancedCouple, frames: int) -> tuple[Motion, Motion, np.ndarray]:
    lead, follow = (motion.slice(0, frames) for motion in couple.motions)
    return lead, follow, couple.beats


def _cut(lead: Motion, follow: Motion, beats: np.ndarray | None = None) -> Column:
    """Stretches of 12 s, every 6; all of a shorter dance."""
    length, hop = round(WINDOW_S * FPS), round(HOP_S * FPS)
    found = []
    for start in range(0, max(len(lead) - length, 0) + 1, hop):
        inside = np.zeros(0) if beats is None else beats - start / FPS
        inside = inside[(inside >= 0) & (inside < WINDOW_S)]
        found.append(Stretch(lead.slice(start, start + length), follow.slice(start, start + length), inside))
    return found


def _face_to_face(one: Motion, other: Motion, apart_m: float) -> tuple[Motion, Motion]:
    """Two who know nothing of each other, put opposite one another by how they stand and face most of the time."""
    placed = []
    for motion, turn, side in ((one, np.pi / 2, -0.5), (other, -np.pi / 2, 0.5)):
        faces = headings(rotations.rotvec_to_matrix(motion.poses[:, 0]))
        usual = float(np.angle(np.exp(1j * faces).mean()))
        motion = motion.turn(turn - usual)
        middle = motion.translation.mean(axis=0) * np.array([1.0, 0.0, 1.0], np.float32)
        placed.append(motion.move(np.array([side * apart_m, 0.0, 0.0]) - middle))
    return staged(placed[0], placed[1])


def _heard(couple: DancedCouple) -> tuple[Song, AudioFeatures]:
    """A song of a corpus: its features are what counts."""
    seconds = len(couple.values) / FPS
    song = Song(np.zeros(round(seconds * SAMPLE_RATE), np.float32), SAMPLE_RATE, "", "unheard")
    steps = np.diff(couple.beats)
    tempo = 60 / float(np.median(steps)) if len(steps) else 0.0
    return song, AudioFeatures(couple.values, couple.beats, couple.downbeats, tempo, seconds)


def _one(stretch: Stretch) -> dict[str, float | None]:
    found = duet_metrics.measure_duet(stretch.lead, stretch.follow)
    both = (stretch.lead, stretch.follow)
    row: dict[str, float | None] = {
        "distance, m": found["distance"],
        "lead faces, %": _percent(found["lead_faces"]),
        "follow faces, %": _percent(found["follow_faces"]),
        "hands held, %": _percent(found["hand_hold"]),
        "contact (CF), %": _percent(found["contact"]),
        "overlap, cm": _percent(found["overlap"]),
        "overlapping, %": _percent(found["overlap_share"]),
        "BED": found["bed"],
        "BED, shifted": found["bed_shifted"],
        "together": found["together"],
    }
    row |= mean_rows(
        {
            "foot skate, %": _percent(solo_metrics.foot_skate(motion)),
            "speed, m/s": solo_metrics.speed(motion)[0],
            "typical jerk, m/s3": solo_metrics.jerk(motion)[1],
        }
        for motion in both
    )
    if len(stretch.beats) > 1:
        aligned = [rhythm.beat_alignment(motion, stretch.beats) for motion in both]
        row |= mean_rows({"BAS": one.bas, "BAS, random grid": one.bas_shuffled} for one in aligned)
    return row


def _distributions(column: Column) -> dict[str, np.ndarray]:
    """Frame by frame: the distance between the pelvises, and both facing angles."""
    facing = [np.degrees(angle) for s in column for angle in duet_metrics.facing_angles(s.lead, s.follow)]
    return {
        "distance, m": np.concatenate([duet_metrics.root_distance(s.lead, s.follow) for s in column] or [np.zeros(1)]),
        "facing, deg": np.concatenate(facing or [np.zeros(1)]),
    }


def _against(found: Features, real: Features, count: int) -> dict[str, float | None]:
    return distances(found, real, real, count=count)


def _pair_features(column: Column) -> np.ndarray:
    rows = [duet_metrics.interaction_features(stretch.lead, stretch.follow) for stretch in column]
    return np.array(rows).reshape(-1, 100)


def _pair_distance(one: np.ndarray, other: np.ndarray) -> float | None:
    return fairmotion_features.frechet_distance(one, other) if min(len(one), len(other)) > 1 else None


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _target(target: str, value: str, met: bool | None) -> dict[str, Any]:
    return {"target": target, "value": value, "met": None if met is None else bool(met)}


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.3f}"


def _table(columns: Mapping[str, Mapping[str, float | None]]) -> str:
    keys = dict.fromkeys(key for column in columns.values() for key in column)
    width = max((len(key) for key in keys), default=0)
    lines = ["| " + " " * width + " | " + " | ".join(columns) + " |", "|" + "---|" * (len(columns) + 1)]
    for key in keys:
        cells = [_number(column.get(key)).rjust(len(name)) for name, column in columns.items()]
        lines.append(f"| {key:<{width}} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
