"""Reads instructions: a sentence to an edit of this dance and its embedding, or to a sentence on what is wrong with it.

The trained network (reader_model) says which kind of edit is asked for, its parameters, its strength and the parts that
are kept; numbers and stretches of time are read by grammar (reader_times), with the network's guess where that finds
nothing. What is not understood is said to be so: a wrong edit costs the user more than a question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import WHOLE, When
from demos.corpus.edits import SLIGHT, STRONG, USUAL, Edit, make_edit, opposite
from demos.corpus.understanding import kind_fits
from demos.editing import reader_clauses as clauses
from demos.editing.reader_model import EMBEDDING, HEADS, NO_EDIT, Reader, ReaderConfig
from demos.editing.reader_said import describe, retold
from demos.editing.reader_times import time_said
from demos.motion.dance import Dance
from demos.runtime.caches import file_sha256, shared
from demos.runtime.errors import InputError
from demos.runtime.settings import WEIGHTS
from demos.text.encoder import encode_tokens

LONGEST = 400
"""Characters of one instruction; longer ones are read clause by clause."""
MOST_CLAUSES = 6
LEAST = 0.4
"""The least probability of the likeliest kind at which an edit is carried out."""
SURE = 0.7
"""The probability from which on a reading of several words outweighs readings of a few of them."""
STEPS = frozenset({"step_touch", "two_step", "grapevine", "box", "cha_cha", "salsa", "march", "kick"})
"""Kinds whose figures are told step by step."""
_WORDS = 3.0
"""What the likeness to a known wording (0 to 1.35) is worth in the logarithm of a kind's probability; chosen on
reader_free.FREE_SET, where the network alone read 75 % of the kinds and both together 81 %."""
_BATCH = 256
_KEEPS = re.compile(r"\b(?:keep|leav|preserv|touch|stay|same|alone|chang|unaffect|except)", re.IGNORECASE)
_DEGREES = {"little": SLIGHT, "usual": USUAL, "lot": STRONG}
EXAMPLES = '"raise both arms in the second half", "make it sharper" or "turn to the left twice"'


@dataclass(frozen=True)
class Reading:
    """What was made of one instruction.

    edit : complete for this dance, or None. embedding : (128,) float32, of an edit as `told` has it. confidence : 0 to
    1 that the kind is right.
    said : what was understood, in plain words, "" for nothing. problem : one sentence when there is no edit.
    text : the words that were read. note : what could not be taken into account, although there is an edit.
    """

    edit: Edit | None
    embedding: np.ndarray
    confidence: float
    said: str
    problem: str | None
    text: str = ""
    note: str = ""


@dataclass(frozen=True)
class _Heard:
    """The network's answers for one text: embedding (128,), and head -> probabilities of its choices."""

    embedding: np.ndarray
    chances: dict[str, np.ndarray]

    def best(self, head: str, among: Sequence | None = None):
        """The likeliest choice of a head, among some of them."""
        names = HEADS[head]
        rows = range(len(names)) if among is None else [names.index(value) for value in among]
        return names[max(rows, key=lambda row: self.chances[head][row])]

    @property
    def kind(self) -> tuple[str, float]:
        """The likeliest kind and its probability."""
        row = int(self.chances["kind"].argmax())
        return HEADS["kind"][row], float(self.chances["kind"][row])


def load_reader(path: str | Path | None = None) -> Reader:
    """The trained reader, or a user's; loaded once per content. InputError when the file is missing or another's."""
    path = Path(path) if path else WEIGHTS / "reader.safetensors"
    if not path.is_file():
        raise InputError(f"There are no reader weights at {path.name}: make them with `python -m demos train reader`.")
    return shared(f"reader {file_sha256(path)}", lambda: _load(path))


def _load(path: Path) -> Reader:
    wrong = InputError(
        f"{path.name} holds no weights of this reader: choose a file made by `python -m demos train reader`."
    )
    try:
        with safe_open(str(path), "pt") as file:
            config = json.loads((file.metadata() or {})["config"])
        heads = config.pop("heads")
        if heads != json.loads(json.dumps(HEADS)):
            raise InputError(
                f"{path.name} was trained for other kinds of edits than this version knows: train it anew with "
                "`python -m demos train reader`."
            )
        reader = Reader(ReaderConfig(**config))
        reader.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
    except InputError:
        raise
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise wrong from error
    return reader.eval().requires_grad_(False)


def embeddings(sentences: Sequence[str], *, reader: Reader | None = None) -> np.ndarray:
    """Sentences -> (n, 128) float32, what the Editor is trained on."""
    heard = _hear(sentences, reader or load_reader())
    return np.stack([one.embedding for one in heard]) if heard else np.zeros((0, EMBEDDING), np.float32)


def told(edit: Edit, *, reader: Reader | None = None) -> np.ndarray:
    """(128,) float32: what the Editor is told of an edit that was understood.

    The mean embedding of the wordings that it was trained on: other words for the same lie where it has never been.
    """
    return embeddings(retold(edit), reader=reader).mean(axis=0)


def _weighed(heard: _Heard, text: str, dance: Dance) -> _Heard:
    """The kinds' probabilities with the likeness of the text's words to known wordings as a second witness."""
    fits = kind_fits(clauses.without_kept(time_said(text, dance).rest))
    likeness = np.array([fits.get(kind, 0.0) for kind in HEADS["kind"]])
    logits = np.log(heard.chances["kind"] + 1e-4) + _WORDS * likeness
    chances = np.exp(logits - logits.max())
    return replace(heard, chances={**heard.chances, "kind": chances / chances.sum()})


@torch.inference_mode()
def _hear(texts: Sequence[str], reader: Reader) -> list[_Heard]:
    found = []
    for start in range(0, len(texts), _BATCH):
        states, mask = encode_tokens(texts[start : start + _BATCH])
        embedding, logits = reader(torch.from_numpy(states), torch.from_numpy(mask))
        chances = {name: values.float().softmax(1).numpy() for name, values in logits.items()}
        rows = embedding.float().numpy()
        found += [
            _Heard(rows[row], {name: values[row] for name, values in chances.items()}) for row in range(len(rows))
        ]
    return found


def read(text: str, dance: Dance, *, reader: Reader | None = None) -> Reading:
    """One instruction as one edit of this dance; of several clauses the whole text is read as if it were one."""
    reader = reader or load_reader()
    text = clauses.tidy(text)
    heard = _hear([text[:LONGEST]], reader)[0]
    problem = clauses.unreadable(text)
    if problem is None and len(text) > LONGEST:
        problem = (
            f"That is {len(text)} characters long, and an instruction has at most {LONGEST}: say one change at a time, "
            f"such as {EXAMPLES}."
        )
    if problem is None:
        problem = clauses.contradiction(text)
    if problem is not None:
        return Reading(None, heard.embedding, 0.0, "", problem, text)
    return _interpret(text, _weighed(heard, text, dance), dance, reader)


def read_all(text: str, dance: Dance, *, reader: Reader | None = None) -> list[Reading]:
    """One reading for each clause of a text, in the order said; always at least one."""
    reader = reader or load_reader()
    text = clauses.tidy(text)
    if clauses.unreadable(text) is not None:
        return [read(text, dance, reader=reader)]
    spans = clauses.pieces(text)
    if len(spans) > 1:
        spans = _cut(text, spans, dance, reader)
    if len(spans) == 1 or (len(text) <= LONGEST and clauses.contradiction(text)):
        return [read(text, dance, reader=reader)]
    parts = [text[start:end].strip(" ,") for start, end in spans]
    readings = [read(part, dance, reader=reader) for part in parts[:MOST_CLAUSES]]
    readings = _one_kind(text, readings, dance, reader)
    if len(parts) > MOST_CLAUSES:
        problem = (
            f"Those are more than {MOST_CLAUSES} changes at once: say these after the first {MOST_CLAUSES} are done."
        )
        rest = ", ".join(parts[MOST_CLAUSES:])
        readings.append(Reading(None, np.zeros_like(readings[0].embedding), 0.0, "", problem, rest))
    return _opposed(readings)


def _cut(text: str, spans: list[tuple[int, int]], dance: Dance, reader: Reader) -> list[tuple[int, int]]:
    """The clauses of a text that may be cut at these places: one where its pieces only spell out a single figure
    ("step to the side, behind, to the side, touch")."""
    parts = [text[start:end] for start, end in spans]
    whole, *kinds = (
        _weighed(heard, part, dance).kind
        for heard, part in zip(_hear([text[:LONGEST], *parts], reader), [text, *parts], strict=True)
    )
    able = [
        kind != NO_EDIT and chance >= LEAST and clauses.names_change(time_said(part, dance).rest)
        for part, (kind, chance) in zip(parts, kinds, strict=True)
    ]
    joined = clauses.join(spans, able)
    asked = [found for found, can in zip(kinds, able, strict=True) if can]
    sure = whole[0] != NO_EDIT and whole[1] >= SURE and len(text) <= LONGEST
    figure = whole[0] in STEPS and all(kind in STEPS or kind in ("turn", "travel") for kind, _ in asked)
    doubtful = min((chance for _, chance in asked), default=0.0) < SURE
    if len(joined) > 1 and sure and not clauses.parted(text) and (figure or doubtful):
        return [(0, len(text))]
    return joined


def _one_kind(text: str, readings: list[Reading], dance: Dance, reader: Reader) -> list[Reading]:
    """One reading instead of several clauses that say the same: "kick, kick to the front"."""
    edits = [reading.edit for reading in readings]
    if len(text) > LONGEST or any(edit is None for edit in edits):
        return readings
    if len({(edit.kind, edit.when, edit.parts, str(edit.params)) for edit in edits if edit}) > 1:
        return readings
    whole = read(text, dance, reader=reader)
    if whole.edit is not None and edits[0] is not None and whole.edit.kind == edits[0].kind:
        return [whole]
    return [max(readings, key=lambda reading: reading.confidence)]


def _opposed(readings: list[Reading]) -> list[Reading]:
    """Readings of which none undoes an earlier one at the same time and with the same parts."""
    kept: list[Reading] = []
    for reading in readings:
        edit = reading.edit
        for earlier in kept:
            if edit is None or earlier.edit is None:
                continue
            contrary = opposite(earlier.edit)
            overlap = min(edit.end_s, earlier.edit.end_s) - max(edit.start_s, earlier.edit.start_s)
            if contrary and contrary.kind == edit.kind and overlap > 0.5 and edit.parts & earlier.edit.parts:
                if edit.kind == earlier.edit.kind and contrary.params != edit.params:
                    continue
                problem = (
                    f'"{reading.text}" undoes "{earlier.text}" at the same time: choose one, or give each its own time.'
                )
                reading = replace(reading, edit=None, said="", problem=problem)
                edit = None
        kept.append(reading)
    return kept


def _interpret(text: str, heard: _Heard, dance: Dance, reader: Reader) -> Reading:
    """The edit that the network's answers and the grammar make together."""
    kind, confidence = heard.kind
    if kind == NO_EDIT:
        return Reading(None, heard.embedding, confidence, "", clauses.answer(heard.best("problem"), text), text)
    if confidence < LEAST:
        order = [HEADS["kind"][row] for row in np.argsort(-heard.chances["kind"]) if HEADS["kind"][row] != NO_EDIT]
        guesses = " or ".join(f'"{clauses.ASK[name]}"' for name in order[:2])
        return Reading(
            None, heard.embedding, confidence, "", f"I am not sure what to change. Did you mean {guesses}?", text
        )
    time = time_said(text, dance, kind)
    when = time.when
    if EDIT_KINDS[kind].ends and when == WHOLE:
        when = When("last_bars", 1) if kind == "hold_end" else When("first_bars", 1)
    params = {name: heard.best(name, choices) for name, choices in EDIT_KINDS[kind].choices.items()}
    params.update(clauses.params_said(kind, time.rest))
    keep, only = _parts(kind, text, heard)
    try:
        edit = make_edit(
            dance, kind, when=when, params=params, only=only, keep=keep, strength=_strength(kind, text, heard)
        )
    except InputError as error:
        return Reading(None, heard.embedding, confidence, "", str(error), text)
    return Reading(edit, told(edit, reader=reader), confidence, describe(edit), None, text, time.note)


def _parts(kind: str, text: str, heard: _Heard) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Parts that are kept, and that alone change: as said, else as the network is sure of."""
    keep = clauses.kept(text)
    only = tuple(part for part in clauses.only(text) if part in EDIT_KINDS[kind].only)
    likely = heard.best("keep")
    if (
        not keep
        and likely
        and heard.chances["keep"].max() > 0.9
        and _KEEPS.search(text)
        and clauses.names(likely, text)
    ):
        keep = (likely,)
    if not only and EDIT_KINDS[kind].only:
        likeliest = heard.best("only", ("", *EDIT_KINDS[kind].only))
        only = (likeliest,) if likeliest and clauses.names(likeliest, text) and likeliest not in keep else ()
    return keep, only


def _strength(kind: str, text: str, heard: _Heard) -> float:
    if not EDIT_KINDS[kind].halves:
        return STRONG
    percent = re.search(r"(\d+) ?(?:%|percent)", text)
    if percent:
        return float(np.clip(float(percent[1]) / 100, 0.2, 1.0))
    return _DEGREES[heard.best("degree")]
