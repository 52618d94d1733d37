"""How good this room is: `python -m demos evaluate editing`. Dances to unheard songs, and edits in unheard words.

The songs, phrases and wordings are those of the test split, which trained nothing; the real dances beside them are of
trials that trained nothing. Every figure stands beside what it must be compared with: real dances, the choreographer's,
other songs' beats, dumb baselines, and the networks without the paper's module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from demos.audio.features import SAMPLE_RATE, AudioFeatures
from demos.audio.song import Song
from demos.corpus.edit_kinds import EDIT_KINDS
from demos.editing import evaluate_edits as edits
from demos.editing import evaluate_prediction as prediction
from demos.editing.evaluate_edits import Settings, Systems
from demos.editing.evaluate_material import Stretch, find_corpus, real_dances, stretches, unheard_songs
from demos.editing.sampling import GUIDANCE
from demos.motion import vector
from demos.motion.clip_features import features_of
from demos.motion.vector import FPS
from demos.runtime.settings import WEIGHTS

ABLATION = "editor_without_cem.safetensors"
"""Among the weights where it has been trained; it is not shipped, and its columns are left out without it."""
NEAR = 0.85
"""Share of the real dances' BAS that counts as near it (not stated; chosen)."""
CLEAR = 2.0
"""Standard errors by which a BAS must exceed that with other songs' beats to be clearly above it (chosen)."""
SKATE, SUCCESS, PRESERVED, DRIFT = 1.3, 80.0, 95.0, 0.05
WORSE_POINTS, WORSE_SHARE = 5.0, 1.1
"""Visibly worse without CEM (chosen): so many points less success, or so many times the FID_k."""
Found = dict[str, Any]
_MET = {True: "yes", False: "NO", None: "not measured"}


def load_systems(folder: Path | None = None) -> Systems:
    """The networks in a folder, the shipped ones when None, and the ablation where it lies beside them.

    InputError where weights are missing.
    """
    from demos.editing import reader as reading
    from demos.editing.model import Editor, Predictor
    from demos.editing.weights import load

    path = (folder or WEIGHTS) / ABLATION
    predictor, editor = load("predictor", folder), load("editor", folder)
    ablated = load("editor", path) if path.is_file() else None
    assert isinstance(predictor, Predictor)
    assert isinstance(editor, Editor)
    assert ablated is None or isinstance(ablated, Editor)
    reader = reading.load_reader()
    return Systems(
        predictor,
        editor,
        ablated,
        lambda text, dance: reading.read_all(text, dance, reader=reader),
        lambda edit: reading.told(edit, reader=reader),
        partial(page, weights=folder),
    )


def page(stretch: Stretch, words: str, seed: int, *, weights: Path | None = None) -> tuple[np.ndarray, bool] | None:
    """What the page makes of words about a stretch of a dance, feet locked, and whether any of it was done by rule.

    None where it changes nothing.
    """
    from demos.editing import pipeline

    song = Song(np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE, "", "unheard")  # its features are what counts
    heard = AudioFeatures(stretch.values, stretch.beats, stretch.downbeats, 0.0, len(stretch.values) / FPS)
    made = pipeline.edit(stretch.dance, words, song=(song, heard), seed=seed % 2**31, weights=weights)
    return (vector.encode(made.dance.motions[0]), any(made.by_rule)) if made.changed else None


def evaluate(
    corpus: Path | str | None = None,
    *,
    data: Path,
    songs: int = 18,
    each: int = 3,
    chains: int = 24,
    seed: int = 0,
    style: str | None = None,
    settings: Settings | None = None,
    guidance: float = GUIDANCE,
    systems: Systems | None = None,
    kinds: Sequence[str] = tuple(EDIT_KINDS),
    on_progress: Callable[[int, int], None] | None = None,
) -> Found:
    """Measure prediction, editing and drift.

    corpus : a finished corpus; a small one in the cache is built when None, of few songs, for a first look only.
    data : the folder of real dances. songs : held-out songs danced to, 36 s each. each : edits of every kind.
    chains : of three edits of generated dances. style : for the predictor; None: from the music, as the page does.

    Returns {"prediction", "editing", "drift", "targets", "settings"}, ready for JSON.
    """
    settings = settings or Settings()
    systems = systems or load_systems()
    folder = find_corpus(corpus, data)
    material = unheard_songs(folder, songs)
    own = [part for song in material for danced in song.danced for part in stretches(danced, song)]
    done, total = 0, len(material) + len(kinds) * each + chains + 1

    def tick(count: int = 1) -> None:
        nonlocal done
        done = min(done + count, total)
        if on_progress:
            on_progress(done, total)

    tick(0)
    with torch.inference_mode():
        generated = prediction.generate(
            systems.predictor, material, style=style, seed=seed, steps=settings.steps, guidance=guidance, on_done=tick
        )
        predicted = prediction.measure(generated, real_dances(data), folder)
        tick()
        tasks = edits.draw_tasks(own, each, seed=seed, kinds=kinds)
        outcomes = edits.run(tasks, systems, settings=settings, on_done=tick)
        starts = [
            part
            for song, made in zip(generated.songs, generated.vectors, strict=True)
            for part in stretches(made, song)
        ]
        reference = features_of(vector.decode(part.vectors) for part in own)
        drifting = edits.drift(
            starts, systems, reference, chains=chains, seed=seed, kinds=kinds, settings=settings, on_done=tick
        )  # fmt: skip
    tick(total)
    found: Found = {
        "prediction": predicted,
        "editing": edits.summarise(outcomes),
        "drift": drifting,
        "settings": {
            "corpus": folder.name, "songs": len(material), "each": each, "seed": seed, "style": style,
            "guidance": guidance, **settings.__dict__,
        },
    }  # fmt: skip
    found["targets"] = targets(found)
    return found


def targets(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the room set out to reach: "target", "value" (words), "met" (True, False, None where not measured)."""
    columns, beat = found["prediction"]["columns"], found["prediction"]["beat"]
    made, raw, real = (columns.get(name, {}) for name in (prediction.LOCKED, prediction.RAW, prediction.REAL))
    ways, rounds = found["editing"]["ways"], found["drift"]["rounds"]
    words, paged, plain = ways.get(edits.WORDS, {}), ways.get(edits.PAGE, {}), ways.get(edits.KNOWN_PLAIN)
    by_rule = f", of which by rule {_number(paged.get('by rule, %'))} %"
    rows = [
        _target(
            "BAS clearly above other songs' beats",
            f"{_number(beat['more'], '+')} +- {_number(beat['error'])} over {beat['songs']} songs",
            None if not beat["error"] else beat["more"] > CLEAR * beat["error"],
        ),
        _compared(f"BAS near real dances' (at least {NEAR:g} of it)", made, real, "BAS", lambda m, r: m >= NEAR * r),
        _compared("foot skate, feet locked, <= 1.3 x real", made, real, "foot skate, %", lambda m, r: m <= SKATE * r),
        _compared("foot skate, raw, <= 1.3 x real", raw, real, "foot skate, %", lambda m, r: m <= SKATE * r),
        _least("edits achieved in held-out words, by the networks alone, >= 80 %", words.get("achieved, %"), SUCCESS),
        _least("edits achieved in held-out words, as the page, >= 80 %", paged.get("achieved, %"), SUCCESS, by_rule),
        _least("edits that leave the rest alone, networks alone, >= 95 %", words.get("preserved, %"), PRESERVED),
        _least("edits that leave the rest alone, as the page, >= 95 %", paged.get("preserved, %"), PRESERVED),
    ]
    for key, worse in (("FID_k", 1), ("FID_g", 1), ("BAS", -1)):
        moved = edits.drifted(rounds.get(edits.EDITOR, ()), key)
        beside = edits.drifted(rounds.get(edits.CORPUS, ()), key)
        value = f"{_percent(moved)} (the corpus's own edits: {_percent(beside)})"
        name = f"three rounds drift {key} by no more than 5 %"
        rows.append(_target(name, value, None if moved is None else worse * moved <= DRIFT))
    if plain is None:
        rows.append(_target("without CEM visibly worse", "not trained", None))
    else:
        known = ways[edits.KNOWN]
        lost = known["achieved, %"] - plain["achieved, %"]
        quality = plain["FID_k"] / known["FID_k"] if known["FID_k"] and plain["FID_k"] is not None else 1.0
        value = f"{lost:+.1f} points of success, FID_k x {quality:.2f}"
        rows.append(_target("without CEM visibly worse", value, lost >= WORSE_POINTS or quality >= WORSE_SHARE))
    return rows


def _target(target: str, value: str, met: bool | None) -> dict[str, Any]:
    return {"target": target, "value": value, "met": None if met is None else bool(met)}


def _compared(
    target: str, one: Mapping[str, float | None], other: Mapping[str, float | None], key: str,
    good: Callable[[float, float], bool],
) -> dict[str, Any]:  # fmt: skip
    mine, theirs = one.get(key), other.get(key)
    met = None if mine is None or theirs is None else good(mine, theirs)
    return _target(target, f"{_number(mine)} beside {_number(theirs)}", met)


def _least(target: str, value: float | None, least: float, more: str = "") -> dict[str, Any]:
    return _target(target, f"{_number(value)} %{more}", None if value is None else value >= least)


def text(found: Mapping[str, Any]) -> str:
    """The results as tables."""
    predicted, editing, drifting = found["prediction"], found["editing"], found["drift"]
    clips = ", ".join(f"{name} {count}" for name, count in predicted["clips"].items())
    parts = [
        "## Dances to unheard songs (means over clips of 12 s)",
        _table(predicted["columns"]),
        f"Clips: {clips}. Every FID is of {predicted['compared']} clips a side, the same for all columns (the mean of "
        "random choices where there are more); features are scaled by all real clips. FID of the real column: held-out "
        "real clips to real clips that trained. Real dances have no music: their BAS is on the grid of their own pulse "
        "(best phase; the mean over phases beside it).",
        "## Edits in unheard words",
        _table(editing["ways"]),
        f"{editing['tasks']} edits. FIDs are to the corpus's own results. 'reader known': the edit itself, with the "
        "true stretch, parts and strength. 'words, as the page': with feet locked, and where the checker does not see "
        "in the network's change what was read, the corpus's layers do it by rule; so its success is partly theirs.",
        "### Achieved by kind, %",
        _table(_turned(editing["kinds"])),
        f"## Three edits one after the other, {drifting['chains']} chains on generated dances",
        _table(_rounds(drifting["rounds"])),
        f"FIDs are to {drifting['reference']} clips of 8 s of the choreographer's dances to the same songs.",
        "## Targets",
        "\n".join(f"- {row['target']}: {row['value']}: {_MET[row['met']]}" for row in found["targets"]),
    ]
    return "\n\n".join(parts)


def _rounds(rounds: Mapping[str, Sequence[Mapping[str, float | None]]]) -> dict[str, Mapping[str, float | None]]:
    return {f"{way}, {number}": row for way, chain in rounds.items() for number, row in enumerate(chain)}


def _turned(rows: Mapping[str, Mapping[str, float | None]]) -> dict[str, dict[str, float | None]]:
    """kind -> way -> share as way -> kind -> share, so that kinds are rows."""
    ways = dict.fromkeys(way for row in rows.values() for way in row)
    return {way: {kind: row.get(way) for kind, row in rows.items()} for way in ways}


def _table(columns: Mapping[str, Mapping[str, float | None]]) -> str:
    keys = dict.fromkeys(key for column in columns.values() for key in column)
    width = max((len(key) for key in keys), default=0)
    lines = ["| " + " " * width + " | " + " | ".join(columns) + " |", "|" + "---|" * (len(columns) + 1)]
    for key in keys:
        cells = [_number(column.get(key)).rjust(len(name)) for name, column in columns.items()]
        lines.append(f"| {key:<{width}} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _number(value: float | None, sign: str = "") -> str:
    if value is None:
        return "-"
    size = abs(value)
    return f"{value:{sign}.0f}" if size >= 100 else f"{value:{sign}.1f}" if size >= 10 else f"{value:{sign}.3f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:+.1f} %"
