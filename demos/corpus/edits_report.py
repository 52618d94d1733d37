"""How well edits are carried out, checked and told apart, on built and on real dances, as a table to print.

python -m demos.corpus.edits_report [--data ../shared/data/mocap] [--dances 4] [--edits 6]
    [--of built real] [--no-confusion]
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from demos.corpus.checkers import ALSO, check, enough, finding
from demos.corpus.choreographer import choreograph
from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import When
from demos.corpus.edits import STRONG, Edit, carry_out, make_edit, opposite, sample_chain, sample_edit, suits
from demos.corpus.instructions import instructions
from demos.corpus.phrases import Phrase, cut_phrases
from demos.corpus.understanding import parse
from demos.motion.dance import Dance, Provenance
from demos.motion.rhythm import kinematic_beats
from demos.runtime.errors import InputError
from demos.runtime.settings import ROOT

DATA = ROOT.parent / "shared" / "data" / "mocap"
SECONDS, BEAT_S = 16.0, 0.5
STYLES = ("pop", "hiphop", "salsa", "mixed", "jazz", "disco")
HALF, TENTH = 0.5, 0.1


@dataclass
class Row:
    """What happened to the edits of one kind; lists of True and False."""

    full: list[bool] = field(default_factory=list)
    kept: list[bool] = field(default_factory=list)
    half: list[bool] = field(default_factory=list)
    tenth: list[bool] = field(default_factory=list)
    none: list[bool] = field(default_factory=list)
    opposite: list[bool] = field(default_factory=list)
    elsewhere: list[bool] = field(default_factory=list)
    read: list[bool] = field(default_factory=list)


def built_dances(phrases: list[Phrase], count: int) -> list[Dance]:
    """Dances by the choreographer at 120 a minute, a style and seed each."""
    beats = np.arange(0.3, SECONDS + 4, BEAT_S)
    return [
        choreograph(beats, beats[::4], seconds=SECONDS, phrases=phrases, style=STYLES[i % len(STYLES)], seed=i).dance
        for i in range(count)
    ]


def real_dances(phrases: list[Phrase], count: int) -> list[Dance]:
    """Stretches of real clips of different dancers, with their own kinematic beats thinned to a pulse."""
    found, seen = [], set()
    for phrase in phrases:
        clip = phrase.clip
        if clip.trial in seen or clip.partner is not None or clip.motion.duration_s < phrase.start_s + SECONDS:
            continue
        seen.add(clip.trial)
        start = round(phrase.start_s * clip.motion.fps)
        motion = clip.motion.slice(start, start + round(SECONDS * clip.motion.fps))
        pulse_s = clip.pulse_s or BEAT_S
        while pulse_s < 0.4:
            pulse_s *= 2
        first = float(next(iter(kinematic_beats(motion.joints) / motion.fps), 0.0)) % pulse_s
        beats = np.arange(first, SECONDS, pulse_s)
        found.append(Dance((motion,), Provenance("real", source=clip.source), beats=beats, downbeats=beats[::4]))
    step = max(1, len(found) // count)
    return found[::step][:count]


def measure(dances: Sequence[Dance], edits_each: int, *, kinds: Sequence[str] = tuple(EDIT_KINDS)) -> dict[str, Row]:
    """Carry out sampled edits of every kind in full, by half, by a tenth, not at all, contrariwise, elsewhere."""
    rows = {kind: Row() for kind in kinds}
    for number, kind in enumerate(kinds):
        for turn in range(edits_each):
            dance = dances[(turn + number) % len(dances)]
            try:
                edit = sample_edit(dance, seed=1000 * number + turn, kinds=[kind])
            except InputError:
                continue
            _measure_one(rows[kind], dance, edit, turn)
    return rows


def _measure_one(row: Row, dance: Dance, edit: Edit, seed: int) -> None:
    kind = EDIT_KINDS[edit.kind]
    verdict = check(dance, carry_out(dance, edit), edit)
    row.full.append(verdict.achieved)
    row.kept.append(verdict.preserved)
    row.none.append(check(dance, dance, edit).achieved)
    if kind.halves:
        for strength, column in ((HALF, row.half), (TENTH, row.tenth)):
            column.append(check(dance, carry_out(dance, replace(edit, strength=strength)), edit).achieved)
    against = opposite(edit)
    if against is not None:
        row.opposite.append(check(dance, carry_out(dance, against), edit).achieved)
    wrong = sabotaged(dance, edit)
    if wrong is not None:
        row.elsewhere.append(check(dance, wrong, edit).passed)
    for text in instructions(edit, seed=seed, count=4, split="test"):
        row.read.append(understood(parse(text, dance), edit))


def sabotaged(dance: Dance, edit: Edit) -> Dance | None:
    """The edit carried out in the other half of the dance instead, None where it lasts throughout."""
    end = dance.duration_s
    if edit.end_s - edit.start_s > 0.6 * end or EDIT_KINDS[edit.kind].ends:
        return None
    late = edit.start_s + edit.end_s > end
    length = edit.end_s - edit.start_s
    start_s = 0.0 if late else end - length
    moved = replace(edit, when=When("between_s", start_s, start_s + length), start_s=start_s, end_s=start_s + length)
    return carry_out(dance, moved)


def understood(read: Edit | None, edit: Edit) -> bool:
    """Whether a parsed instruction asks for the edit: kind, stretch, parts and everything but rhythm and degree."""
    if read is None or read.kind != edit.kind:
        return False
    same = all(read.params.get(name) == value for name, value in edit.params.items() if name != "every")
    near = abs(read.start_s - edit.start_s) < 0.3 and abs(read.end_s - edit.end_s) < 0.3
    return same and near and read.parts == edit.parts


def confusion(dances: Sequence[Dance], *, kinds: Sequence[str] = tuple(EDIT_KINDS)) -> tuple[np.ndarray, list[str]]:
    """(asked, done) share of dances in which the check of one kind passes what another kind did; the kinds.

    Each kind's usual edit over the second half, where it suits the dance. NaN where a pair never arose.
    """
    names = [kind for kind in kinds if not EDIT_KINDS[kind].ends]
    hits, tries = np.zeros((len(names), len(names))), np.zeros((len(names), len(names)))
    for dance in dances:
        edits = [make_edit(dance, name, when=When("second_half"), strength=STRONG) for name in names]
        done = [carry_out(dance, edit) for edit in edits]
        for asked, edit in enumerate(edits):
            if not suits(dance, edit):
                continue
            for column, after in enumerate(done):
                hits[asked, column] += finding(dance, after, edit).score >= enough(edit.kind)
                tries[asked, column] += 1
    with np.errstate(invalid="ignore"):
        return hits / tries, names


def chains(dances: Sequence[Dance], count: int) -> tuple[float, float, float]:
    """Of chains of up to four edits: their mean length, the share of steps that pass, of earlier edits that survive."""
    lengths, passed, survived = [], [], []
    for seed in range(count):
        turns = sample_chain(dances[seed % len(dances)], seed=seed)
        lengths.append(len(turns))
        for place, turn in enumerate(turns):
            passed.append(check(turn.before, turn.after, turn.edit).passed)
            survived += [ok for _, ok in survivors(turns[: place + 1])]
    return float(np.mean(lengths)), float(np.mean(passed)), float(np.mean(survived)) if survived else 1.0


def survivors(turns) -> list[tuple[str, bool]]:
    """Earlier edits of a chain that the last one should not have touched, and whether each is still to be seen."""
    last = turns[-1]
    found = []
    for turn in turns[:-1]:
        apart = turn.edit.end_s < last.edit.start_s - 0.9 or turn.edit.start_s > last.edit.end_s + 0.9
        later = [step.edit for step in turns[turns.index(turn) + 1 : -1]]
        if later or not (apart or not (turn.edit.parts & last.edit.parts)):
            continue  # another edit of the same parts and time may fairly change it
        found.append((turn.edit.kind, check(turn.before, last.after, turn.edit).achieved))
    return found


def table(rows: dict[str, Row]) -> str:
    """The rows as text: percent of edits that each check passed, and wordings of the test that the parser read."""
    names = ("full", "kept", "half", "tenth", "none", "opposite", "elsewhere", "read")
    lines = [f"{'percent passed':14s}{'edits':>6s}" + "".join(f"{name:>10s}" for name in names)]
    for kind, row in rows.items():
        lines.append(f"{kind:14s}{len(row.full):6d}" + "".join(_percent(getattr(row, name)) for name in names))
    pooled = [[value for row in rows.values() for value in getattr(row, name)] for name in names]
    lines.append(f"{'all':14s}{len(pooled[0]):6d}" + "".join(_percent(values) for values in pooled))
    return "\n".join(lines)


def _percent(values: list[bool]) -> str:
    return f"{100 * np.mean(values):10.1f}" if values else f"{'-':>10s}"


def confused(matrix: np.ndarray, names: list[str]) -> str:
    """The confusion matrix in words: the diagonal, what is fairly both, and every other pair that passed."""
    own = np.diag(matrix)
    lines = [f"own kind passes {100 * np.nanmean(own):.1f} %"]
    fair, wrong, total = [], [], 0
    for asked, name in enumerate(names):
        for done, other in enumerate(names):
            share = matrix[asked, done]
            if asked == done or np.isnan(share):
                continue
            if name in ALSO.get(other, ()):
                fair.append(share)
                continue
            total += 1
            if share > 0:
                wrong.append((share, f"{other} passes as {name} {100 * share:.0f} %"))
    lines.append(f"fairly both (ALSO): {len(fair)} pairs, {100 * np.mean(fair):.0f} % pass")
    lines.append(f"others: {100 * sum(share for share, _ in wrong) / max(total, 1):.2f} % of {total} pairs pass")
    lines += [f"  {text}" for _, text in sorted(wrong, reverse=True)]
    return "\n".join(lines)


def grid(matrix: np.ndarray, names: list[str]) -> str:
    """The matrix itself: rows asked, columns done, tenths (blank 0, # all, . no pair)."""
    lines = [f"{'asked / done':14s}" + "".join(f"{index:3d}" for index in range(len(names)))]
    for index, row in enumerate(matrix):
        cells = "".join(
            f"{'.' if np.isnan(v) else '' if v < 0.05 else '#' if v > 0.95 else round(10 * v)!s:>3}" for v in row
        )
        lines.append(f"{index:2d} {names[index]:11.11s}{cells}")
    return "\n".join(lines)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real dances")
    parser.add_argument("--dances", type=int, default=4, help="built dances, and as many real ones")
    parser.add_argument("--edits", type=int, default=6, help="edits of each kind")
    parser.add_argument("--of", nargs="+", choices=("built", "real"), default=("built", "real"), help="which dances")
    parser.add_argument("--no-confusion", action="store_true")
    arguments = parser.parse_args()
    phrases = cut_phrases(arguments.data)
    for name, find in (("built", built_dances), ("real", real_dances)):
        if name not in arguments.of:
            continue
        dances = find(phrases, arguments.dances)
        print(f"\n{name} dances: {len(dances)} of {SECONDS:.0f} s")
        print(table(measure(dances, arguments.edits)))
        length, passed, survived = chains(dances, 2 * arguments.dances)
        print(f"chains of {length:.1f} edits: {100 * passed:.0f} % of steps pass, {100 * survived:.0f} % survive")
        if not arguments.no_confusion:
            matrix, names = confusion(dances)
            print(grid(matrix, names))
            print(confused(matrix, names))


if __name__ == "__main__":
    main()
