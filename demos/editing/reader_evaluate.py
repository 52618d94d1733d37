"""Measures the reader beside the keyword baseline: held-out wordings, free instructions, texts that ask for none."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from demos.corpus.edit_ranges import span_of
from demos.corpus.edits import SLIGHT, STRONG, Edit, make_edit
from demos.corpus.understanding import parse
from demos.editing.reader import Reading, embeddings, load_reader, read, read_all
from demos.editing.reader_data import Example, examples
from demos.editing.reader_free import CONTRADICTIONS, FREE_SET, FRESH_SET, ISSUE, Case
from demos.editing.reader_model import Reader
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.runtime.errors import InputError
from demos.text.encoder import token_states

COUNT = 600


def blank_dance(*, tempo_bpm: float = 120.0, seconds: float = 40.0) -> Dance:
    """A dancer at rest with beats from 0 s in bars of four: all that naming stretches of time needs."""
    frames = round(seconds * 30)
    motion = Motion(np.zeros((frames, 24, 3), np.float32), np.zeros((frames, 3), np.float32), 30.0)
    beats = np.arange(0.0, seconds, 60 / tempo_bpm)
    return Dance((motion,), Provenance("blank"), beats=beats, downbeats=beats[::4])


def evaluate(reader: Reader | None = None, *, count: int = COUNT, seed: int = 77) -> dict[str, dict[str, float]]:
    """Set -> measure -> share from 0 to 1; rows of the reader and, with " (baseline)", of the keyword grammar."""
    reader = reader or load_reader()
    dance = blank_dance()
    ways: dict[str, Callable[[str], Edit | None]] = {
        "": lambda text: read(text, dance, reader=reader).edit,
        " (baseline)": lambda text: parse(text, dance),
    }
    found: dict[str, dict[str, float]] = {}
    for split in ("validation", "test"):
        asked = for_dance(examples(count, seed=seed, split=split), dance)
        token_states([example.text for example in asked])  # in batches, so that reading one by one finds them kept
        for name, way in ways.items():
            found[f"{split} wordings{name}"] = _score_made([(way(example.text), example.edit) for example in asked])
    for title, cases in (("issue's examples", ISSUE), ("free, looked at", FREE_SET), ("free, fresh", FRESH_SET)):
        token_states([case.text for case in cases])
        for name, way in ways.items():
            found[f"{title}{name}"] = _score_free([(way(case.text), case) for case in cases], dance)
    contrary = [any(reading.problem for reading in read_all(text, dance, reader=reader)) for text in CONTRADICTIONS]
    found["contradictions"] = {"count": len(contrary), "refused": float(np.mean(contrary))}
    return found


def for_dance(made: Sequence[Example], dance: Dance) -> list[Example]:
    """The examples whose stretch this dance has, with its seconds."""
    found = []
    for example in made:
        edit = example.edit
        if edit is None:
            continue
        try:
            fitted = make_edit(
                dance,
                edit.kind,
                when=edit.when,
                params=edit.params,
                only=edit.only,
                keep=edit.keep,
                strength=edit.strength,
            )
        except InputError:
            continue
        found.append(Example(example.text, fitted))
    return found


def same(one: Edit, other: Edit) -> bool:
    """Whether two edits are one: kind, parameters, seconds, parts and strength."""
    return (
        one.kind == other.kind
        and dict(one.params) == dict(other.params)
        and abs(one.start_s - other.start_s) < 0.05
        and abs(one.end_s - other.end_s) < 0.05
        and one.parts == other.parts
        and abs(one.strength - other.strength) < 0.1
    )


def _score_made(pairs: Sequence[tuple[Edit | None, Edit | None]]) -> dict[str, float]:
    kinds = [got is not None and asked is not None and got.kind == asked.kind for got, asked in pairs]
    whole = [got is not None and asked is not None and same(got, asked) for got, asked in pairs]
    params = [
        dict(got.params) == dict(asked.params) for got, asked in pairs if got and asked and got.kind == asked.kind
    ]
    none = [got is None for got, _ in pairs]
    return {
        "count": len(pairs), "kind": float(np.mean(kinds)), "whole edit": float(np.mean(whole)),
        "parameters, kind right": float(np.mean(params)) if params else 0.0, "not understood": float(np.mean(none)),
    }  # fmt: skip


def free_matches(edit: Edit | None, case: Case, dance: Dance) -> tuple[bool, bool]:
    """(kind is right, all that is said is right) for a free instruction."""
    if case.kind is None or edit is None:
        return (edit is None) == (case.kind is None), (edit is None) == (case.kind is None)
    kind = edit.kind == case.kind or edit.kind in case.also
    params = edit.kind != case.kind or all(edit.params[name] == value for name, value in case.params.items())
    if len(case.when) == 1 and case.when[0] == "between_s":
        time = edit.when.name == "between_s"
    elif edit.when.name == case.when[0] and tuple(case.when[1:]) == (edit.when.a, edit.when.b)[: len(case.when) - 1]:
        time = True
    else:  # the same seconds by another name
        time = (edit.kind in ("hold_end", "hold_start") and case.when == ("whole",)) or (
            np.allclose((edit.start_s, edit.end_s), _seconds(case, dance), atol=0.05)
        )
    degree = {"little": edit.strength <= SLIGHT + 0.05, "lot": edit.strength >= STRONG, "": True}[case.degree]
    parts = set(edit.keep) == set(case.keep) and (edit.kind != case.kind or set(edit.only) == set(case.only))
    return kind, bool(kind and params and time and degree and parts)


def _seconds(case: Case, dance: Dance) -> tuple[float, float]:
    from demos.corpus.edit_ranges import When

    return span_of(When(*case.when), dance)


def _score_free(pairs: Sequence[tuple[Edit | None, Case]], dance: Dance) -> dict[str, float]:
    asks = [free_matches(edit, case, dance) for edit, case in pairs if case.kind]
    none = [edit is None for edit, case in pairs if not case.kind]
    wrong = [edit is not None and not free_matches(edit, case, dance)[0] for edit, case in pairs]
    return {
        "count": len(pairs), "kind": float(np.mean([kind for kind, _ in asks])),
        "whole edit": float(np.mean([whole for _, whole in asks])),
        "not understood": float(np.mean([edit is None for edit, case in pairs if case.kind])),
        **({"no edit, said so": float(np.mean(none))} if none else {}), "wrong kind carried out": float(np.mean(wrong)),
    }  # fmt: skip


def failures(reader: Reader | None = None) -> list[tuple[Case, Reading]]:
    """The free instructions that are not read entirely right."""
    reader = reader or load_reader()
    dance = blank_dance()
    token_states([case.text for case in (*ISSUE, *FREE_SET)])
    readings = [(case, read(case.text, dance, reader=reader)) for case in (*ISSUE, *FREE_SET)]
    return [(case, reading) for case, reading in readings if not free_matches(reading.edit, case, dance)[1]]


def spread(sentences: Sequence[str], *, reader: Reader | None = None) -> float:
    """Mean distance of embeddings of different sentences over their mean length: near 0, they say nothing."""
    found = embeddings(sentences, reader=reader)
    away = np.linalg.norm(found[:, None] - found[None], axis=-1)
    return float(away[np.triu_indices(len(found), 1)].mean() / np.linalg.norm(found, axis=1).mean())


def table(found: dict[str, dict[str, float]]) -> str:
    """The measures as lines of a Markdown table."""
    names = list(dict.fromkeys(name for row in found.values() for name in row))
    lines = ["| set | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for title, row in found.items():
        cells = [
            f"{row[name]:.0f}" if name == "count" else f"{100 * row[name]:.1f} %" if name in row else ""
            for name in names
        ]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and with --failures what of the free instructions is misread."""
    parser = argparse.ArgumentParser(description="Measure the reader of instructions.")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--failures", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    reader = load_reader(options.weights)
    found = evaluate(reader, count=options.count)
    print(json.dumps(found) if options.json else table(found))
    if options.failures:
        for case, reading in failures(reader):
            wanted = f"{case.kind} {dict(case.params)} {case.when} {case.degree}"
            print(f"{case.text!r}: wanted {wanted}; {reading.confidence:.2f} "
                  f"{reading.said or reading.problem}")  # fmt: skip


if __name__ == "__main__":
    main()
