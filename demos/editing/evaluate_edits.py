"""How well words change dances: success, what is left alone, quality, and drift over rounds, beside dumb baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from demos.corpus.checkers import Verdict, check
from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edits import Edit, carry_out, sample_chain, sample_edit
from demos.corpus.instructions import instructions
from demos.corpus.report import Window
from demos.editing.conditions import PART_NAMES, blend_s, columns_of_parts
from demos.editing.evaluate_material import Stretch
from demos.editing.evaluate_prediction import measured
from demos.editing.model import Editor, Predictor
from demos.editing.sampling import edit as sample
from demos.motion import vector
from demos.motion.clip_features import Features, distances, features_of
from demos.motion.dance import Dance
from demos.motion.vector import FPS
from demos.runtime.errors import InputError

WORDS, KNOWN, PAGE = "words", "reader known", "words, as the page"
WORDS_PLAIN, KNOWN_PLAIN = "words, without CEM", "reader known, without CEM"
ANOTHER, UNCHANGED, CORPUS = "another instruction", "unchanged", "corpus"
EDITOR, PLAIN = "editor", "editor without CEM"
ROUNDS = 3
TRIES = 6
"""Stretches on which a kind of edit is tried before one is left out."""
AWAY_S = 1.0
"""Before and after an edit, from where on frames should be exactly those of the dance before."""


class Read(Protocol):
    """What of a reader's answer counts here (demos.editing.reader.Reading)."""

    @property
    def edit(self) -> Edit | None:
        """The edit understood, None when none was."""
        ...

    @property
    def embedding(self) -> np.ndarray:
        """(128,) float32."""
        ...


@dataclass(frozen=True, eq=False)
class Systems:
    """The networks that are measured.

    plain : the editor without CEM, None when there is none. read : words and a dance -> what each clause asks for.
    tell : an edit -> (128,) float32 of demos.editing.reader.told. page : a stretch, words and a seed -> the vectors
    that the page's own way (pipeline.edit, feet locked) makes of them, and whether by rule; None for words that change
    nothing. Left out when None.
    """

    predictor: Predictor
    editor: Editor
    plain: Editor | None
    read: Callable[[str, Dance], Sequence[Read]]
    tell: Callable[[Edit], np.ndarray]
    page: Callable[[Stretch, str, int], tuple[np.ndarray, bool] | None] | None = None

    @property
    def editors(self) -> dict[str, Editor]:
        """By name, those there are."""
        return {EDITOR: self.editor} | ({PLAIN: self.plain} if self.plain is not None else {})


@dataclass(frozen=True)
class Settings:
    """Of sampling: as in `sampling.edit`."""

    steps: int = 10
    text_guidance: float = 1.0
    source_guidance: float = 1.0


@dataclass(frozen=True, eq=False)
class Task:
    """An edit asked of a stretch of an unseen dance.

    said : in a wording of the test split. after : as the corpus's layers carry it out, passed by the checker.
    """

    edit: Edit
    said: str
    stretch: Stretch
    after: np.ndarray
    seed: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of a task: the verdict on what was really asked, the motion, whether words were understood.

    same : whether all that should stay is the very same. by_rule : the corpus's layers did it in the network's place.
    """

    task: Task
    verdict: Verdict
    vectors: np.ndarray
    understood: bool
    same: bool
    by_rule: bool = False


def draw_tasks(
    chosen: Sequence[Stretch], each: int, *, seed: int = 0, kinds: Sequence[str] = tuple(EDIT_KINDS)
) -> list[Task]:
    """`each` edits of every kind, where a stretch suits them and the corpus's own layers pass the checker."""
    tasks = []
    for number, kind in enumerate(kinds):
        for turn in range(each):
            rng = np.random.default_rng([seed, number, turn])
            for _ in range(TRIES):
                stretch = chosen[int(rng.integers(len(chosen)))]
                task = _task(stretch, kind, int(rng.integers(1 << 31)))
                if task is not None:
                    tasks.append(task)
                    break
    return tasks


def _task(stretch: Stretch, kind: str, seed: int) -> Task | None:
    dance = stretch.dance
    try:
        edit = sample_edit(dance, seed=seed, kinds=[kind])
    except InputError:
        return None
    after = carry_out(dance, edit)
    if not check(dance, after, edit).passed:
        return None
    said = instructions(edit, seed=seed, count=1, split="test")[0]
    return Task(edit, said, stretch, vector.encode(after.motions[0]), seed)


def run(
    tasks: Sequence[Task],
    systems: Systems,
    *,
    settings: Settings | None = None,
    on_done: Callable[[], None] = lambda: None,
) -> dict[str, list[Outcome]]:
    """Every task in every way: end to end; as if the reader knew; with another's words; by the corpus; not at all.

    "reader known" takes the edit itself: what is then missed is the editor's fault.
    """
    settings = settings or Settings()
    embedded = [systems.tell(task.edit) for task in tasks]
    outcomes: dict[str, list[Outcome]] = {}

    def add(way: str, task: Task, vectors: np.ndarray, understood: bool = True, by_rule: bool = False) -> None:
        outcomes.setdefault(way, []).append(judge(task, vectors, understood, by_rule))

    for number, task in enumerate(tasks):
        readings = [reading for reading in systems.read(task.said, task.stretch.dance) if reading.edit is not None]
        stranger = next((i for i in _after(number, len(tasks)) if tasks[i].edit.kind != task.edit.kind), None)
        for network, words, known in ((systems.editor, WORDS, KNOWN), (systems.plain, WORDS_PLAIN, KNOWN_PLAIN)):
            if network is None:
                continue
            vectors = task.stretch.vectors
            for reading in readings:
                assert reading.edit is not None
                vectors = apply(network, vectors, task.stretch, reading.edit, reading.embedding, settings, task.seed)
            add(words, task, vectors, bool(readings))
            add(known, task, told(network, task, embedded[number], settings))
        if systems.page is not None:
            shown = systems.page(task.stretch, task.said, task.seed)
            vectors, by_rule = shown or (task.stretch.vectors, False)
            add(PAGE, task, vectors, shown is not None, by_rule)
        if stranger is not None:
            add(ANOTHER, task, told(systems.editor, task, embedded[stranger], settings))
        add(UNCHANGED, task, task.stretch.vectors)
        add(CORPUS, task, task.after)
        on_done()
    return outcomes


def _after(number: int, count: int) -> list[int]:
    """The other tasks, from the next third on, so that neighbours of one family do not serve each other."""
    return [(number + count // 3 + step) % count for step in range(count)]


def told(network: Editor, task: Task, embedding: np.ndarray, settings: Settings) -> np.ndarray:
    """A task's dance as a network changes it for an embedding, where and as far as the task asks."""
    return apply(network, task.stretch.vectors, task.stretch, task.edit, embedding, settings, task.seed)


def apply(
    network: Editor, before: np.ndarray, stretch: Stretch, edit: Edit, embedding: np.ndarray, settings: Settings,
    seed: int,
) -> np.ndarray:  # fmt: skip
    """Vectors changed by a network -> (frames, 151)."""
    return sample(
        network, before, stretch.music, embedding, start=round(edit.start_s * FPS), stop=round(edit.end_s * FPS),
        parts=edit.parts, blend=round(blend_s(edit.kind) * FPS), strength=edit.strength, seed=seed % 2**31,
        steps=settings.steps, text_guidance=settings.text_guidance, source_guidance=settings.source_guidance,
        kind=edit.kind,
    )  # fmt: skip


def judge(task: Task, vectors: np.ndarray, understood: bool = True, by_rule: bool = False) -> Outcome:
    """The checker's verdict on a result, and whether all that should stay is exactly the same."""
    verdict = check(task.stretch.dance, task.stretch.with_vectors(vectors), task.edit)
    return Outcome(task, verdict, vectors, understood, untouched(task.stretch.vectors, vectors, task.edit), by_rule)


def untouched(before: np.ndarray, after: np.ndarray, edit: Edit) -> bool:
    """Whether other parts, at any time, and all parts well away from the stretch are the very same numbers."""
    columns = columns_of_parts()
    free = columns[[PART_NAMES.index(part) for part in edit.parts]].any(axis=0)
    time = np.arange(len(before)) / FPS
    away = (time < edit.start_s - AWAY_S) | (time > edit.end_s + AWAY_S)
    differs = np.abs(after - before) > 1e-5
    return not (differs[:, ~free].any() or differs[away].any())


def summarise(outcomes: Mapping[str, Sequence[Outcome]]) -> dict[str, Any]:
    """Tables: "ways" (way -> measure -> value), "kinds" (kind -> way -> share achieved), "tasks", "missed" (words)."""
    scale = features_of(_motion(outcome) for outcome in outcomes[CORPUS])
    ways = {}
    for way, found in outcomes.items():
        features = features_of(_motion(outcome) for outcome in found)
        ways[way] = _shares(found) | _quality(found, features, scale)
    kinds: dict[str, dict[str, float | None]] = {}
    for way, found in outcomes.items():
        for outcome in found:
            kinds.setdefault(outcome.task.edit.kind, {})
        for kind, row in kinds.items():
            hits = [outcome.verdict.achieved for outcome in found if outcome.task.edit.kind == kind]
            row[way] = 100 * float(np.mean(hits)) if hits else None
    missed = [
        {"said": outcome.task.said, "kind": outcome.task.edit.kind, "reason": outcome.verdict.reason}
        for outcome in outcomes.get(WORDS, ())
        if not outcome.verdict.achieved
    ]
    return {"ways": ways, "kinds": kinds, "tasks": len(outcomes[CORPUS]), "missed": missed}


def _shares(found: Sequence[Outcome]) -> dict[str, float | None]:
    errors = [np.mean(list(o.verdict.errors.values())) for o in found if o.verdict.errors]
    return {
        "understood, %": 100 * float(np.mean([o.understood for o in found])),
        "achieved, %": 100 * float(np.mean([o.verdict.achieved for o in found])),
        "preserved, %": 100 * float(np.mean([o.verdict.preserved for o in found])),
        "both, %": 100 * float(np.mean([o.verdict.passed for o in found])),
        "score": float(np.mean([min(o.verdict.score, 1.0) for o in found])),
        "error outside, cm": 100 * float(np.mean(errors)) if errors else None,
        "outside the very same, %": 100 * float(np.mean([o.same for o in found])),
        "by rule, %": 100 * float(np.mean([o.by_rule for o in found])),
    }


def _quality(found: Sequence[Outcome], features: Features, scale: Features) -> dict[str, float | None]:
    clips = [Window(_motion(outcome), outcome.task.stretch.beats, "") for outcome in found]
    wanted = ("BAS", "PFC", "foot skate, %", "speed, m/s", "typical jerk, m/s3", "pops or past range, %")
    row = measured(clips)
    return {**distances(features, scale, scale, count=len(scale)), **{key: row.get(key) for key in wanted}}


def _motion(outcome: Outcome):
    return vector.decode(outcome.vectors)


def drift(
    starts: Sequence[Stretch],
    systems: Systems,
    reference: Features,
    *,
    chains: int,
    seed: int = 0,
    kinds: Sequence[str] = tuple(EDIT_KINDS),
    settings: Settings | None = None,
    on_done: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Three edits one after the other of generated dances: what becomes of FID and BAS.

    starts : stretches of generated dances. reference : clips that FIDs are measured to.
    The same edits, drawn so that they suit, are also carried out by the corpus's layers: asked-for change moves
    an FID too. The reader is known.

    Returns "rounds": way -> ["0", "1", "2", "3"] -> measures; "chains": how many.
    """
    settings = settings or Settings()
    drawn = draw_chains(starts, chains, seed=seed, kinds=kinds)
    states: dict[str, list[list[np.ndarray]]] = {way: [] for way in (*systems.editors, CORPUS)}
    passed: dict[str, list[list[bool]]] = {way: [[] for _ in range(ROUNDS)] for way in states}
    for number, (stretch, edits) in enumerate(drawn):
        embedded = [systems.tell(edit) for edit in edits]
        for way, chain in states.items():
            present, states_here = stretch.vectors, [stretch.vectors]
            for turn, edit in enumerate(edits):
                before = stretch.with_vectors(present)
                if way == CORPUS:
                    present = vector.encode(carry_out(before, edit).motions[0])
                else:
                    present = apply(
                        systems.editors[way], present, stretch, edit, embedded[turn], settings, seed + number
                    )
                states_here.append(present)
                passed[way][turn].append(check(before, stretch.with_vectors(present), edit).achieved)
            chain.append(states_here)
        on_done()
    rounds = {}
    for way, chain in states.items():
        rounds[way] = [
            _round([steps[place] for steps in chain], [stretch.beats for stretch, _ in drawn], reference)
            | ({"achieved, %": 100 * float(np.mean(passed[way][place - 1]))} if place else {})
            for place in range(ROUNDS + 1 if chain else 0)
        ]
    return {"rounds": rounds, "chains": len(drawn), "reference": len(reference)}


def draw_chains(
    starts: Sequence[Stretch], count: int, *, seed: int = 0, kinds: Sequence[str] = tuple(EDIT_KINDS)
) -> list[tuple[Stretch, list[Edit]]]:
    """Stretches with three edits each that suit one after the other, and that the corpus's layers carry out."""
    found: list[tuple[Stretch, list[Edit]]] = []
    for number in range(TRIES * count if starts else 0):
        stretch = starts[number % len(starts)]
        turns = sample_chain(stretch.dance, seed=seed + number, length=ROUNDS, kinds=kinds)
        if len(turns) == ROUNDS and all(check(turn.before, turn.after, turn.edit).passed for turn in turns):
            found.append((stretch, [turn.edit for turn in turns]))
        if len(found) == count:
            break
    return found


def _round(vectors: Sequence[np.ndarray], beats: Sequence[np.ndarray], reference: Features) -> dict[str, float | None]:
    clips = [Window(vector.decode(v), b, "") for v, b in zip(vectors, beats, strict=True)]
    features = features_of(clip.motion for clip in clips)
    row = measured(clips)
    wanted = ("BAS", "foot skate, %", "typical jerk, m/s3", "pops or past range, %")
    count = min(len(features), len(reference))
    return {**distances(features, reference, reference, count=count), **{key: row.get(key) for key in wanted}}


def drifted(rounds: Sequence[Mapping[str, float | None]], key: str) -> float | None:
    """How much a measure has changed from the first round to the last, as a share of the first."""
    if not rounds:
        return None
    first, last = rounds[0].get(key), rounds[-1].get(key)
    return (last - first) / first if first and last is not None else None
