"""What is to be done: the settings of an edit, checked; each reading made into a job on certain frames and parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import WHOLE, When
from demos.corpus.edits import SLIGHT, Edit, make_edit
from demos.corpus.parts import PARTS, expand
from demos.editing.conditions import blend_s
from demos.editing.reader import Reading
from demos.editing.reader_said import describe
from demos.motion import vector
from demos.motion.dance import Dance
from demos.runtime.errors import InputError
from demos.runtime.limits import LARGEST_SEED, SHORTEST_S, SHORTEST_SPAN_S, check

FULL = 0.999


@dataclass(frozen=True)
class Order:
    """How a text is to be carried out. span : seconds or None. parts : plain names or None. The rest: pipeline.edit."""

    span: tuple[float, float] | None
    parts: tuple[str, ...] | None
    strength: float
    seed: int
    steps: int
    text_guidance: float
    source_guidance: float
    lock: bool
    rules: bool

    @staticmethod
    def of(
        dance: Dance,
        *,
        span: tuple[float, float] | None,
        parts: Sequence[str] | None,
        strength: float,
        seed: int,
        steps: int,
        text_guidance: float,
        source_guidance: float,
        lock: bool,
        rules: bool,
    ) -> Order:
        """Checked against a dance. InputError names what is out of range."""
        if dance.duration_s < SHORTEST_S:
            raise InputError(
                f"The dance lasts {dance.duration_s:.1f} s; at least {SHORTEST_S:g} s are needed to change it."
            )
        check("strength", strength, 0, 1)
        check("seed", seed, 0, LARGEST_SEED, whole=True)
        check("number of steps", steps, 1, 1000, whole=True)
        check("text guidance", text_guidance, 0, 20)
        check("source guidance", source_guidance, 0, 20)
        return Order(
            _span(span, dance), _parts(parts), float(strength), int(seed), int(steps), float(text_guidance),
            float(source_guidance), bool(lock), bool(rules),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Job:
    """One clause, ready to be carried out, or why it cannot be.

    edit : for this dance, None when there is a problem. said : what was understood. first, stop : the frames of the
    dance that may change, where the change comes and goes included: that lies inside a stretch picked by hand, around
    one said in words. strength : 0 to 1 for the network; share : of its result that is shown.
    """

    reading: Reading
    edit: Edit | None
    said: str
    problem: str = ""
    first: int = 0
    stop: int = 0
    strength: float = 1.0
    share: float = 1.0

    @property
    def blend_s(self) -> float:
        """Seconds over which the change comes and goes."""
        assert self.edit is not None
        return blend_s(self.edit.kind)

    def window(self, dance: Dance, frames: int) -> tuple[int, int, int]:
        """(start, stop, blend) for a network on `frames` frames at 30 fps: full in between, coming and going outside.

        What comes and goes ends where `first` and `stop` are.
        """
        scale = vector.FPS / dance.fps
        first, stop = math.ceil(self.first * scale - 1e-6), math.floor(self.stop * scale + 1e-6)
        blend = min(round(self.blend_s * vector.FPS), max(1, (stop - first) // 4))
        at_start, at_end = self.first == 0, self.stop == len(dance)
        return 0 if at_start else first + blend, frames if at_end else stop - blend, blend


def job_of(dance: Dance, reading: Reading, order: Order) -> Job:
    """What one reading asks of this dance where a person's own stretch, parts and strength override the words'."""
    edit = reading.edit
    if edit is None:
        return Job(reading, None, "", reading.problem or "That was not understood.")
    try:
        edit = _confined(dance, edit, order)
    except InputError as error:
        return Job(reading, None, reading.said, _cannot(reading, order, error))
    picked = order.span is not None
    fps, around = dance.fps, 0.0 if picked else blend_s(edit.kind)
    first = max(0, math.ceil((edit.start_s - around) * fps - 1e-6))
    stop = min(len(dance), math.ceil((edit.end_s + around) * fps - 1e-6))
    strength, share = edit.strength, 1.0
    if EDIT_KINDS[edit.kind].halves and order.strength < FULL:
        asked = edit.strength * order.strength
        strength = max(asked, SLIGHT)  # the networks know no less; below it, less of the result is shown
        share = asked / strength
    return Job(
        reading, edit, describe(edit) if picked or order.parts else reading.said, "", first, stop, strength, share
    )


def _confined(dance: Dance, edit: Edit, order: Order) -> Edit:
    """The edit within the picked stretch and parts. InputError when nothing of it is left."""
    when = edit.when
    if order.span is not None:
        when = _named(order.span, dance)
    only = edit.only
    if order.parts is not None:
        wanted = expand(order.parts)
        only = tuple(part for part in PARTS if part in (wanted & expand(edit.only) if edit.only else wanted))
        if not only:
            raise InputError("none of the picked body parts")
    if when == edit.when and only == edit.only:
        return edit
    confined = make_edit(
        dance, edit.kind, when=when, params=edit.params, only=only, keep=edit.keep, strength=edit.strength
    )
    if order.parts is not None:  # spoken of as picked, without the parts that it would not have touched anyway
        own = edit.parts
        if own <= confined.parts:
            confined = replace(confined, only=edit.only)
    return confined


def _named(span: tuple[float, float], dance: Dance) -> When:
    start, end = span
    if end >= dance.duration_s:
        return When("from_s", start) if start > 0 else WHOLE
    return When("between_s", start, end) if start > 0 else When("until_s", end)


def _cannot(reading: Reading, order: Order, error: InputError) -> str:
    said = reading.said.rstrip(".")
    if order.parts is not None:
        names = part_words(order.parts)
        return f"“{said}” cannot be done with {names} alone: pick the body parts it needs, or none."
    return f"“{said}” is not possible here: {error}"


def part_words(parts: Sequence[str]) -> str:
    """Plain names of parts for people: "the left arm, the legs and the pelvis"."""
    left = [part for part in PARTS if part in parts]
    words = []
    if {"left_arm", "right_arm"} <= set(left):
        words.append("the arms")
        left = [part for part in left if not part.endswith("arm")]
    words += [f"the {'pelvis' if part == 'root' else part.replace('_', ' ')}" for part in left]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _span(span: tuple[float, float] | None, dance: Dance) -> tuple[float, float] | None:
    if span is None:
        return None
    start, end = (float(edge) for edge in span)
    if not (math.isfinite(start) and math.isfinite(end)) or start < 0 or end <= start or start >= dance.duration_s:
        raise InputError(
            f"The dance lasts {dance.duration_s:.1f} s and has no stretch from {start:g} to {end:g} s: pick one inside."
        )
    # Whole hundredths, to be spoken of; inwards, so that nothing outside is touched.
    start, end = math.ceil(100 * start - 1e-6) / 100, math.floor(100 * end + 1e-6) / 100
    end = dance.duration_s if end > dance.duration_s - 0.02 else end
    if end - start < SHORTEST_SPAN_S:
        raise InputError(f"The stretch lasts {end - start:.2g} s: pick at least {SHORTEST_SPAN_S:g} s.")
    return start, end


def _parts(parts: Sequence[str] | None) -> tuple[str, ...] | None:
    """Plain names in the order of PARTS; with the legs goes the pelvis, which they carry. None for no choice."""
    if not parts:
        return None
    chosen = expand([parts] if isinstance(parts, str) else parts)
    chosen = chosen | {"root"} if "legs" in chosen else chosen
    return tuple(part for part in PARTS if part in chosen)
