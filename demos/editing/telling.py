"""What the page says about a result: what was understood, what the checkers saw, what did not come out. No promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from demos.corpus import checkers
from demos.corpus.checkers import Verdict
from demos.editing.orders import FULL, Job, Order, part_words
from demos.motion.dance import Dance

_NOT = "Not what was asked: "
_UNDONE = 0.5
"""Share of the least score under which a change that was there counts as taken back by a later one."""


def message(
    jobs: Sequence[Job], verdicts: Sequence[Verdict], order: Order, by_rule: Sequence[bool], *, whom: str = ""
) -> str:
    """One paragraph a clause. verdicts, by_rule : of the jobs that have an edit, in their order. whom : one dancer."""
    told, left = [], list(zip(verdicts, by_rule, strict=True))
    for job in jobs:
        if job.edit is None:
            text = job.reading.text
            told.append(f"“{_short(text)}”: {job.problem}" if len(jobs) > 1 and text else job.problem)
        elif left:
            told.append(_outcome(job, *left.pop(0), order, whom))
        else:
            told.append(f"{job.said} Nothing was changed, for the strength is 0.")
    return "\n".join(told)


def _outcome(job: Job, verdict: Verdict, by_rule: bool, order: Order, whom: str) -> str:
    said = job.said.rstrip(".")
    said = f"{whom[0].upper()}{whom[1:]}: {said[0].lower()}{said[1:]}" if whom else said
    limits = []
    if order.parts is not None:
        limits.append(f"{part_words(order.parts)} alone may change")
    if job.reading.note:
        limits.append(job.reading.note.rstrip("."))
    aside = f" ({'; '.join(limits)})" if limits else ""
    if verdict.achieved:
        how = "done by rule, for the network's own change did not show it" if by_rule else "done"
        return f"{said}{aside}: {how}. {verdict.reason}"
    seen = verdict.reason.removeprefix(_NOT)
    return f"{said}{aside}: tried, but it did not come out. {seen[0].upper()}{seen[1:]} {_advice(job, order)}"


def _advice(job: Job, order: Order) -> str:
    ways = ["another seed"]
    if order.strength < FULL:
        ways.insert(0, "more strength")
    if order.span is not None:
        ways.append("a longer stretch")
    return f"Try {' or '.join(ways)}, or say it in other words."


def lasting(verdict: Verdict, first: Dance, last: Dance, job: Job) -> Verdict:
    """A verdict on one clause once the later ones are carried out: not achieved where they took it back."""
    assert job.edit is not None
    if not verdict.achieved:
        return verdict
    edit = job.edit
    left = min(checkers.finding(first, last, edit, dancer).score for dancer in range(len(last.motions)))
    if left >= _UNDONE * checkers.enough(edit.kind):
        return verdict
    return replace(verdict, achieved=False, score=left, reason=f"{_NOT}a later part of the instruction took it back.")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59].rstrip() + "…"
