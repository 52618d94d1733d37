"""Real mocap beside the dances of a corpus: one table of how alike they are, the bad numbers with the good ones."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from demos.corpus.build import build
from demos.corpus.cleaning import broken, mend
from demos.corpus.phrases import FPS, Clip, load_clips
from demos.corpus.sets import Sources
from demos.corpus.shards import Shards, read_index
from demos.corpus.sources import find_trials
from demos.corpus.splits import SPLITS, split_trials
from demos.corpus.variety import longest_idle_s, minutes, off_beat, summary
from demos.motion import fairmotion_features, rhythm, solo_metrics
from demos.motion.contacts import runs
from demos.motion.duet_metrics import CAPSULE_RADII, CAPSULES, capsules, measure_duet, segment_distance
from demos.motion.files import open_dance
from demos.motion.motion import Motion, concatenate
from demos.motion.skeleton import INDEX

WINDOW_S, SHORTEST_S = 12.0, 6.0
MOST_WINDOWS = 400
"""Of a column: more only cost time."""
BANDS_HZ = ((0, 1), (1, 2), (2, 4), (4, 8), (8, 15))
HALVES = 8
HELD_M = 0.10
PHASES = 12
_ANGLES = ("knee", "elbow", "hip", "shoulder", "ankle", "wrist", "neck", "spine2")
_SELF_M = 0.03
Row = dict[str, float]


@dataclass(frozen=True, eq=False)
class Window:
    """A stretch of a dance and the beats inside; group : the trial, or the dance, that it is of."""

    motion: Motion
    beats: np.ndarray
    group: str


def report(
    data: Path | str,
    corpus: Path | str | None = None,
    *,
    captured: bool = True,
    music: Sequence[str] = (),
    workers: int = 2,
    on_progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Measure real dances and those of a corpus.

    data : the folder of real dances. corpus : a finished corpus; a small one is built for the purpose when None.
    captured : also measure the captures before their feet were locked, which opens all files again.
    music : styles of music for the minute's dances of variety.py; all of them when empty.

    Returns {"solo": column -> measure -> value, "couples": the same, "minutes": music -> measure -> value, "fid": ...,
    "counts": ...}, ready for JSON.
    """
    say = on_progress or (lambda _: None)
    if corpus is None:
        with tempfile.TemporaryDirectory() as folder:
            say("building a small corpus")
            build(Path(folder) / "corpus", size="small", data=data, workers=workers, wanted=("solo", "duets"))
            return report(data, Path(folder) / "corpus", captured=captured, music=music, on_progress=on_progress)
    corpus = Path(corpus)
    held = read_index(corpus)["sets"]
    clips = load_clips(data)
    splits = split_trials(clips)
    say("real dances")
    real = real_windows(clips)
    columns: dict[str, list[Window]] = {}
    if captured:
        columns["captured"] = captured_windows(Path(data))
    columns["real, feet locked"] = real
    plain, layered, dances = built_windows(corpus)
    columns["built"], columns["built with layers"] = plain, layered
    solo = {}
    for name, windows in columns.items():
        if windows:
            say(name)
            solo[name] = solo_row(windows)
    solo["real, feet locked"] |= own_grid(clips)
    for name, kind in (("built", False), ("built with layers", True)):
        chosen = [dance for dance in dances if bool(dance.layers) == kind]
        if chosen:
            solo[name] |= composition_row(chosen)
    say("features")
    heldout = [window for window in real if splits[window.group] != "train"]
    found: dict[str, Any] = {
        "solo": solo,
        "fid": fids(real, heldout, plain, layered),
        "counts": {name: len(windows) for name, windows in columns.items()},
    }
    if "duets" in held:
        say("couples")
        found["couples"] = couples(clips, corpus)
    say("a minute's dance to every style of music")
    found["minutes"] = minutes(Sources(clips), music)
    return found


def real_windows(clips: Iterable[Clip]) -> list[Window]:
    """Windows of up to 12 s of the usable stretches of prepared clips (feet locked)."""
    return [
        Window(clip.motion.slice(start, stop), np.zeros(0), clip.trial)
        for clip in clips
        for start, stop in _pieces(clip.usable)
    ]


def captured_windows(data: Path) -> list[Window]:
    """The same of the captures as they are read, only heads and hands mended."""
    windows = []
    usable = {clip.source: clip.usable for clip in load_clips(data)}
    for trial in find_trials(data):
        dance = open_dance(trial.files[0], partner=trial.files[1] if len(trial.files) == 2 else None)
        for file, motion in zip(trial.files, dance.motions, strict=True):
            motion = mend(motion.resample(FPS))
            windows += [Window(motion.slice(*piece), np.zeros(0), trial.name) for piece in _pieces(usable[file.stem])]
    return windows


def _pieces(usable: np.ndarray) -> list[tuple[int, int]]:
    length, least = round(WINDOW_S * FPS), round(SHORTEST_S * FPS)
    return [
        (first, min(first + length, stop))
        for start, stop in runs(usable)
        for first in range(start, stop, length)
        if min(first + length, stop) - first >= least
    ]


@dataclass(frozen=True, eq=False)
class Built:
    """A whole solo dance of a corpus: its windows joined, the passages it is made of."""

    motion: Motion
    split: str
    bar_s: float
    passages: frozenset[tuple[str, float]]
    trials: frozenset[str]
    layers: int


def built_windows(corpus: Path) -> tuple[list[Window], list[Window], list[Built]]:
    """Windows (not overlapping) of the solo dances without and with layers; and the whole dances."""
    plain: list[Window] = []
    layered: list[Window] = []
    dances: list[Built] = []
    for split in SPLITS:
        try:
            shards = Shards(corpus, "solo", split)
        except ValueError:
            continue
        groups: dict[str, list[int]] = {}
        for index in range(len(shards)):
            groups.setdefault(shards.facts(index)["id"].rsplit("/", 1)[0], []).append(index)
        for group, members in groups.items():
            items = [shards[index] for index in members]
            layers = sum(len(item.facts["layers"]) for item in items)
            joined, measured, parts = 0, 0, []
            for item in items:
                motion, start = item.motion(), item.facts["start"]
                if start >= measured:
                    (layered if layers else plain).append(Window(motion, np.array(item.facts["beats"]), group))
                    measured = start + len(motion)
                parts.append(motion.slice(max(joined - start, 0), len(motion)))
                joined = start + len(motion)
            downbeats = [beat for item in items[:1] for beat in item.facts["downbeats"]]
            dances.append(
                Built(
                    concatenate(parts),
                    split,
                    float(np.median(np.diff(downbeats))) if len(downbeats) > 1 else 2.0,
                    frozenset((s["source"], s["from_s"]) for item in items for s in item.facts["sources"]),
                    frozenset(s["trial"] for item in items for s in item.facts["sources"]),
                    layers,
                )
            )
    return _thin(plain), _thin(layered), dances


def _thin(windows: list[Window]) -> list[Window]:
    if len(windows) <= MOST_WINDOWS:
        return windows
    return [windows[i] for i in np.linspace(0, len(windows) - 1, MOST_WINDOWS).astype(int)]


def solo_row(windows: Sequence[Window]) -> Row:
    """Means over windows of everything measured on one dancer."""
    return _mean(_measured(window) for window in windows)


def _measured(window: Window) -> Row:
    motion = window.motion
    speed, peak = solo_metrics.speed(motion)
    jerk, jerk_median = solo_metrics.jerk(motion)
    depth, share = solo_metrics.floor_depth(motion)
    row: dict[str, float | None] = {
        "speed, m/s": speed,
        "peak speed, m/s": peak,
        "jerk, m/s3": jerk,
        "typical jerk, m/s3": jerk_median,
        "foot skate, %": _percent(solo_metrics.foot_skate(motion)),
        "on its feet, %": _percent(solo_metrics.planted(motion)),
        "through the floor, cm": 100 * depth,
        "over 2 cm through, %": 100 * share,
        "PFC": solo_metrics.physical_foot_contact(motion),
        "pops or past range, %": _percent(float(broken(motion).mean())),
        "limb range, deg": solo_metrics.limb_range(motion),
        **spectra(motion),
        **angles(motion),
        **self_collisions(motion),
    }
    if len(window.beats):
        aligned = rhythm.beat_alignment(motion, window.beats)
        row |= {"BAS": aligned.bas, "BAS, shuffled": aligned.bas_shuffled, "BAS, dance beats": aligned.bas_dance}
        row["BAS, off the beat"] = off_beat(motion, window.beats)
        row["beats a second"] = 1 / float(np.median(np.diff(window.beats))) if len(window.beats) > 1 else None
    row["dance beats a second"] = len(rhythm.kinematic_beats(motion.resample(rhythm.FPS).joints)) / motion.duration_s
    return {key: float(value) for key, value in row.items() if value is not None}


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def spectra(motion: Motion) -> Row:
    """Shares of power by frequency of the joints' speed, acceleration and jerk about the pelvis, in per cent."""
    local = (motion.joints - motion.joints[:, :1]).astype(np.float64)
    row = {}
    for order, name in enumerate(("speed", "acceleration", "jerk"), start=1):
        values = np.diff(local, n=order, axis=0).reshape(len(local) - order, -1)
        values = (values - values.mean(axis=0)) * np.hanning(len(values))[:, None]
        power = (np.abs(np.fft.rfft(values, axis=0)) ** 2).sum(axis=1)
        hertz = np.fft.rfftfreq(len(values), 1 / FPS)
        total = power.sum() or 1.0
        for low, high in BANDS_HZ:
            inside = (hertz >= low) & ((hertz < high) | (high == BANDS_HZ[-1][1]))
            row[f"{name} {low}-{high} Hz, %"] = float(100 * power[inside].sum() / total)
    return row


def angles(motion: Motion) -> Row:
    """Degrees from the rest pose that joints of each kind reach, 99th percentile over frames and sides."""
    turned = np.degrees(np.linalg.norm(motion.poses, axis=-1))
    row = {}
    for kind in _ANGLES:
        joints = [i for name, i in INDEX.items() if name.removeprefix("left_").removeprefix("right_") == kind]
        row[f"{kind} reaches, deg"] = float(np.percentile(turned[:, joints], 99))
    return row


def _apart_at_rest() -> np.ndarray:
    """(pairs, 2) of capsules that are clear of each other at rest and share no joint: those that can collide."""
    start, end = capsules(Motion(np.zeros((1, 24, 3)), np.zeros((1, 3)), FPS).joints)
    pairs = []
    for i in range(len(CAPSULES)):
        for j in range(i + 1, len(CAPSULES)):
            gap = segment_distance(start[0, i], end[0, i], start[0, j], end[0, j])
            if gap > CAPSULE_RADII[i] + CAPSULE_RADII[j] + 0.02 and not set(CAPSULES[i][:2]) & set(CAPSULES[j][:2]):
                pairs.append((i, j))
    return np.array(pairs)


_PAIRS = _apart_at_rest()


def self_collisions(motion: Motion) -> Row:
    """Depth in cm to which limbs go into one another or the trunk, and share of the time with over 3 cm (at 10 fps)."""
    start, end = capsules(motion.joints[::3])
    a, b = _PAIRS.T
    gap = segment_distance(start[:, a], end[:, a], start[:, b], end[:, b]) - CAPSULE_RADII[a] - CAPSULE_RADII[b]
    depth = np.maximum(-gap.min(axis=1), 0)
    return {"self-collision, cm": float(100 * depth.mean()), "self-collision, %": float(100 * (depth > _SELF_M).mean())}


def own_grid(clips: Iterable[Clip]) -> Row:
    """BAS of real dances on the grid of their own pulse, where they have one: best phase, and mean over phases."""
    best, usual, density = [], [], []
    for clip in clips:
        if clip.pulse_s is None:
            continue
        scores = [
            rhythm.beat_alignment(
                clip.motion, np.arange(phase * clip.pulse_s / PHASES, clip.motion.duration_s, clip.pulse_s)
            ).bas
            for phase in range(PHASES)
        ]
        known = [score for score in scores if score is not None]
        best.append(max(known))
        usual.append(float(np.mean(known)))
        density.append(1 / clip.pulse_s)
    if not best:
        return {}
    return {
        "BAS": float(np.mean(best)), "BAS, shuffled": float(np.mean(usual)), "beats a second": float(np.mean(density))
    }  # fmt: skip


def composition_row(dances: Sequence[Built]) -> Row:
    """How many passages dances are made of and how long they stand idle; held-out ones have few to choose from."""
    row: Row = {"seconds of a dance": float(np.mean([dance.motion.duration_s for dance in dances]))}
    for name, chosen in (
        ("train", [dance for dance in dances if dance.split == "train"]),
        ("held out", [dance for dance in dances if dance.split != "train"]),
    ):
        if chosen:
            clips = [len({source for source, _ in dance.passages}) for dance in chosen]
            row[f"source trials in a dance, {name}"] = float(np.mean([len(dance.trials) for dance in chosen]))
            row[f"source clips in a dance, {name}"] = float(np.mean(clips))
            row[f"fewest source clips, {name}"] = float(np.min(clips))
            row[f"phrases in a dance, {name}"] = float(np.mean([len(dance.passages) for dance in chosen]))
    idle = [longest_idle_s(dance.motion) for dance in dances]
    over = [longest > dance.bar_s for longest, dance in zip(idle, dances, strict=True)]
    return {
        **row,
        "passages a minute": float(np.mean([60 * len(d.passages) / d.motion.duration_s for d in dances])),
        "longest idle, s (mean)": float(np.mean(idle)),
        "longest idle, s (worst)": float(np.max(idle)),
        "dances idle over a bar, %": float(100 * np.mean(over)),
    }


def fids(
    real: Sequence[Window], heldout: Sequence[Window], plain: Sequence[Window], layered: Sequence[Window]
) -> dict[str, dict[str, float | None]]:
    """FID_k and FID_g, all against normalisation by the real windows.

    halves : of the real trials to each other, mean over random partings. held-out : of the held-out real trials to the
    other real ones. built ... : to the held-out real windows, drawn as many as those are (few samples raise an FID);
    all : to all real windows.
    """
    rng = np.random.default_rng(0)
    table: dict[str, dict[str, float | None]] = {}
    for name, function in (
        ("FID_k", fairmotion_features.kinetic_features),
        ("FID_g", fairmotion_features.geometric_features),
    ):
        known = {id(w): function(w.motion) for w in (*real, *plain, *layered)}

        def features(windows: Sequence[Window], known: Mapping[int, np.ndarray] = known) -> np.ndarray:
            return np.stack([known[id(window)] for window in windows])

        whole = features(real)

        def distance(one: Sequence[Window], other: Sequence[Window], features=features, whole=whole) -> float | None:
            if min(len(one), len(other)) < 2:
                return None
            scaled = [fairmotion_features.normalise(whole, features(windows))[1] for windows in (one, other)]
            return fairmotion_features.frechet_distance(*scaled)

        def drawn(windows: Sequence[Window]) -> list[Window]:
            count = min(len(heldout), len(windows))
            return [windows[i] for i in np.sort(rng.choice(len(windows), count, replace=False))]

        rest = [window for window in real if window not in set(heldout)]
        halves = [distance(*_halves(real, rng)) for _ in range(HALVES)]
        row: dict[str, float | None] = {
            "real halves": float(np.mean([h for h in halves if h is not None])) if any(halves) else None,
            "real held-out to other real": distance(heldout, drawn(rest)) if rest else None,
        }
        for label, windows in (("built", plain), ("built with layers", layered)):
            if windows:
                row[f"{label} to held-out real"] = distance(drawn(windows), heldout)
                row[f"{label} to all real"] = distance(windows, real)
        table[name] = row
    table["windows"] = {
        "real": len(real), "held-out": len(heldout), "built": len(plain), "built with layers": len(layered)
    }  # fmt: skip
    return table


def _halves(windows: Sequence[Window], rng: np.random.Generator) -> tuple[list[Window], list[Window]]:
    """Two halves, by trial."""
    groups = list(dict.fromkeys(window.group for window in windows))
    first = {groups[i] for i in rng.permutation(len(groups))[: len(groups) // 2]}
    return [w for w in windows if w.group in first], [w for w in windows if w.group not in first]


def couples(clips: Sequence[Clip], corpus: Path) -> dict[str, Row]:
    """Real couples beside those of a corpus, in salsa hold and all others."""
    rows: dict[str, list[Row]] = {"real": []}
    for clip in clips:
        if clip.role == "lead" and clip.partner is not None:
            rows["real"] += [
                _couple(clip.motion.slice(*piece), clip.partner.slice(*piece), []) for piece in _pieces(clip.usable)
            ]
    for split in SPLITS:
        try:
            shards = Shards(corpus, "duets", split)
        except ValueError:
            continue
        end: tuple[str, int] = ("", 0)
        for item in shards:
            facts = item.facts
            group = facts["id"].rsplit("/", 1)[0]
            if group == end[0] and facts["start"] < end[1]:
                continue
            lead, follow = item.motion("lead"), item.motion("follow")
            end = (group, facts["start"] + len(lead))
            real = facts["forms"] and facts["forms"][0].get("form") == "couple"
            name = "built from real couples" if real else f"composed, {facts['closeness']}"
            rows.setdefault(name, []).append(_couple(lead, follow, facts["holds"]))
    return {name: {**_mean(found), "windows": float(len(found))} for name, found in rows.items() if found}


def _couple(lead: Motion, follow: Motion, holds: Sequence[Mapping]) -> Row:
    values = measure_duet(lead, follow)
    skates = [solo_metrics.foot_skate(motion) for motion in (lead, follow)]
    row: dict[str, float | None] = {
        "distance, m": values["distance"],
        "lead faces, %": _percent(values["lead_faces"]),
        "follow faces, %": _percent(values["follow_faces"]),
        "same way, %": _percent(values["same_way"]),
        "nearest hands, m": values["hand_distance"],
        "hands within 20 cm, %": _percent(values["hand_hold"]),
        "overlap, cm": _percent(values["overlap"]),
        "over 3 cm inside, %": _percent(values["overlap_share"]),
        "BED": values["bed"],
        "BED, shifted": values["bed_shifted"],
        "together": values["together"],
        "foot skate, %": _percent(float(np.mean([s for s in skates if s is not None]))) if any(skates) else None,
    }
    gaps = [_gap(lead, follow, hold) for hold in holds]
    if gaps:
        gap = np.concatenate(gaps)
        row |= {"held hands, cm": 100 * float(gap.mean()), "held within 10 cm, %": 100 * float((gap < HELD_M).mean())}
    return {key: float(value) for key, value in row.items() if value is not None}


def _gap(lead: Motion, follow: Motion, hold: Mapping) -> np.ndarray:
    """Metres between the hands of a hold, inside the window."""
    part = slice(max(0, round(hold["start_s"] * FPS)), max(0, round(hold["end_s"] * FPS)))
    one = lead.joints[part, INDEX[f"{hold['lead']}_hand"]]
    other = follow.joints[part, INDEX[f"{hold['follow']}_hand"]]
    return np.linalg.norm(one - other, axis=-1)


def _mean(rows: Iterable[Row]) -> Row:
    rows = list(rows)
    keys = dict.fromkeys(key for row in rows for key in row)
    return {key: float(np.mean([row[key] for row in rows if key in row])) for key in keys}


def text(found: Mapping[str, Any]) -> str:
    """The tables, as Markdown."""
    parts = ["## One dancer: real mocap and built dances (means over windows of 12 s)", _table(found["solo"])]
    parts.append(
        "BAS of real dances: on the grid of their own pulse, best phase; under it the mean over phases. Their pulses "
        "are faster than most music's beats, and a denser grid leaves more beats without a move: compare each with "
        "the chance beside it. Built dances keep to the beats of their songs as given."
    )
    windows = found["fid"]["windows"]
    parts += ["## Distance of feature distributions", _table({k: v for k, v in found["fid"].items() if k != "windows"})]
    parts.append("Windows: " + ", ".join(f"{name} {count}" for name, count in windows.items()) + ".")
    if "couples" in found:
        parts += ["## Couples", _table(found["couples"])]
    if found.get("minutes"):
        parts += ["## A minute's dance to every style of music, of training trials", _minutes(found["minutes"])]
    return "\n\n".join(parts)


def _minutes(table: Mapping[str, Row]) -> str:
    rows = {**table, **summary(table)}
    keys = dict.fromkeys(key for row in rows.values() for key in row)
    return _table({key: {name: row.get(key) for name, row in rows.items()} for key in keys})


def _table(columns: Mapping[str, Mapping[str, float | None]]) -> str:
    keys = dict.fromkeys(key for column in columns.values() for key in column)
    width = max(len(key) for key in keys)
    lines = ["| " + " " * width + " | " + " | ".join(columns) + " |", "|" + "---|" * (len(columns) + 1)]
    for key in keys:
        cells = [_number(column.get(key)).rjust(len(name)) for name, column in columns.items()]
        lines.append(f"| {key:<{width}} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"
