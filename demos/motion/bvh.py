"""BVH in: a tolerant and safe parser of BVH text, and the forward kinematics of what it finds, in its own units."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from demos.runtime.errors import InputError

MAX_JOINTS = 400
MAX_DEPTH = 100
MAX_FRAMES = 200_000
MAX_NUMBERS = 60_000_000
MAX_MAGNITUDE = 1e7
"""Limits of what a performance of at most ten minutes needs, with room: beyond them a file is a mistake or a trap."""

_COMMON_RATES = (
    12,
    15,
    23.976,
    24,
    25,
    29.97,
    30,
    48,
    50,
    59.94,
    60,
    72,
    75,
    90,
    100,
    120,
    144,
    150,
    180,
    200,
    240,
)
_CHANNELS = {f"{axis}{kind}": (kind, i) for kind in ("position", "rotation") for i, axis in enumerate("xyz")}
_BLOCK = 1 << 20


@dataclass(frozen=True, eq=False)
class BvhClip:
    """A BVH file as it is written.

    names : (joints,) joint names in file order, parents before children. parents : index of each parent, -1 for roots.
    offsets : (joints, 3) float64, file units, from the parent in the parent's frame.
    channels : per joint, its channel names in file order, lower case ("xposition", "zrotation").
    values : (frames, all channels) float64, file units and degrees.
    frame_time : seconds from frame to frame as the header says.
    end_sites : (joint, offset (3,)) of each End Site.
    notes : sentences on what had to be put right while reading.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray
    channels: tuple[tuple[str, ...], ...]
    values: np.ndarray
    frame_time: float
    end_sites: tuple[tuple[int, np.ndarray], ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    @property
    def fps(self) -> float:
        """Frames per second of the header; within .2 % of a usual rate it is that rate (0.0333333 s is 30)."""
        rate = 1 / self.frame_time
        near = min(_COMMON_RATES, key=lambda common: abs(common - rate))
        return float(near) if abs(near - rate) <= 0.002 * near else rate


def read(path: str | Path) -> BvhClip:
    """Read a BVH file. InputError when it is none."""
    path = Path(path)
    return parse(path.read_bytes(), name=path.name)


def parse(data: bytes, *, name: str = "the file") -> BvhClip:
    """Parse the bytes of a BVH file.

    Tolerated: any letter case and spacing, a byte-order mark, tabs and commas, several roots, joints with position
    channels, a frame count that is off, a last frame that is cut. Anything else is an InputError of one sentence.
    """
    if b"\0" in data[:4096]:
        raise InputError(f"{name} is not BVH text but binary data; export the motion as BVH and try again.")
    text = data.decode("utf-8-sig", errors="replace")
    motion = re.search(r"^\s*MOTION\b", text, re.IGNORECASE | re.MULTILINE)
    if not re.match(r"\s*HIERARCHY\b", text, re.IGNORECASE):
        raise InputError(f"{name} is not a BVH file: it does not start with HIERARCHY.")
    if motion is None:
        raise InputError(f"{name} has a skeleton but no MOTION section; export it again with its animation.")
    hierarchy = _Hierarchy(text[: motion.start()], name)
    width = sum(len(names) for names in hierarchy.channels)
    if width == 0:
        raise InputError(f"{name} has no CHANNELS, so nothing in it can move; export it again with its animation.")
    declared, frame_time, rows_at = _motion_header(text, motion.end(), name)
    values, notes = _rows(text, rows_at, declared, width, name)
    return BvhClip(
        names=tuple(hierarchy.names),
        parents=tuple(hierarchy.parents),
        offsets=np.array(hierarchy.offsets, np.float64),
        channels=tuple(hierarchy.channels),
        values=values,
        frame_time=frame_time,
        end_sites=tuple((joint, np.array(offset)) for joint, offset in hierarchy.end_sites),
        notes=tuple(notes),
    )


class _Hierarchy:
    """The HIERARCHY section, read token by token with an explicit stack (no recursion: nesting is hostile)."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.names: list[str] = []
        self.parents: list[int] = []
        self.offsets: list[list[float]] = []
        self.channels: list[tuple[str, ...]] = []
        self.end_sites: list[tuple[int, list[float]]] = []
        self._tokens = re.sub(r"([{}])", r" \1 ", text).split()[1:]
        self._at = 0
        self._read()

    def _wrong(self, what: str) -> InputError:
        return InputError(f"{self.name} is a damaged BVH file: {what}.")

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise self._wrong("its HIERARCHY ends in the middle")
        self._at += 1
        return self._tokens[self._at - 1]

    def _numbers(self, count: int) -> list[float]:
        words = [self._next().rstrip(",") for _ in range(count)]
        try:
            numbers = [float(word) for word in words]
        except ValueError:
            raise self._wrong(f"{' '.join(words)[:40]!r} should be {count} numbers") from None
        if not all(math.isfinite(number) and abs(number) < MAX_MAGNITUDE for number in numbers):
            raise self._wrong("an OFFSET is not a sensible number")
        return numbers

    def _joint_name(self) -> str:
        words = []
        while (word := self._next()) != "{":
            words.append(word)
        self._at -= 1
        return " ".join(words)[:80] or f"joint{len(self.names)}"

    def _read(self) -> None:
        stack: list[int | None] = []  # None stands for an End Site
        opened: int | str | None = "nothing"
        while self._at < len(self._tokens):
            word = self._next()
            key = word.lower()
            if key in ("root", "joint"):
                if stack and stack[-1] is None:
                    raise self._wrong("a joint stands inside an End Site")
                if len(self.names) >= MAX_JOINTS:
                    raise self._wrong(f"it has more than {MAX_JOINTS} joints")
                self.parents.append(-1 if not stack else stack[-1])  # type: ignore[arg-type]
                self.names.append(self._joint_name())
                self.offsets.append([0.0, 0.0, 0.0])
                self.channels.append(())
                opened = len(self.names) - 1
            elif key == "end":
                self._joint_name()
                opened = None
            elif key == "{":
                if opened == "nothing" or len(stack) >= MAX_DEPTH:
                    raise self._wrong("its braces do not match" if opened == "nothing" else "it nests too deeply")
                stack.append(opened)  # type: ignore[arg-type]
                opened = "nothing"
            elif key == "}":
                if not stack:
                    raise self._wrong("its braces do not match")
                stack.pop()
            elif key == "offset" and stack:
                self._offset(stack)
            elif key == "channels" and stack and stack[-1] is not None:
                self.channels[stack[-1]] = self._channel_names()
            else:
                raise self._wrong(f"{word[:40]!r} was not expected in its HIERARCHY")
        if stack:
            raise self._wrong("its braces do not match")
        if not self.names:
            raise self._wrong("it has no joints")

    def _offset(self, stack: list[int | None]) -> None:
        numbers = self._numbers(3)
        if stack[-1] is not None:
            self.offsets[stack[-1]] = numbers
        elif len(stack) > 1 and stack[-2] is not None:
            self.end_sites.append((stack[-2], numbers))

    def _channel_names(self) -> tuple[str, ...]:
        count = self._next()
        if not count.isdigit() or int(count) > 9:
            raise self._wrong(f"a joint with {count[:20]!r} CHANNELS")
        names = tuple(self._next().lower() for _ in range(int(count)))
        for name in names:
            if name not in _CHANNELS:
                raise self._wrong(f"the channel {name[:40]!r} is unknown")
        return names


def _motion_header(text: str, at: int, name: str) -> tuple[int, float, int]:
    """Declared number of frames, frame time in seconds, and where the rows start."""
    frames = re.compile(r"\s*Frames\s*:?\s*(\S+)", re.IGNORECASE).match(text, at)
    if frames is None:
        raise InputError(f"{name} is a damaged BVH file: its MOTION section does not say how many Frames it has.")
    time = re.compile(r"\s*Frame\s*Time\s*:?\s*(\S+)", re.IGNORECASE).match(text, frames.end())
    if time is None:
        raise InputError(f"{name} is a damaged BVH file: its MOTION section does not say the Frame Time.")
    try:
        declared, frame_time = int(float(frames[1])), float(time[1].replace(",", "."))
    except (ValueError, OverflowError):
        raise InputError(f"{name} is a damaged BVH file: its Frames or Frame Time is not a number.") from None
    if not 1e-4 <= frame_time <= 2:
        raise InputError(f"{name} is a damaged BVH file: a Frame Time of {time[1][:20]} seconds makes no sense.")
    return declared, frame_time, time.end()


def _rows(text: str, at: int, declared: int, width: int, name: str) -> tuple[np.ndarray, list[str]]:
    """(frames, width) float64 values, and notes on what was put right."""
    numbers = _numbers(text, at, min(MAX_FRAMES * width, MAX_NUMBERS), name)
    first_line = next((line for line in text[at : at + 50 * width + 4096].splitlines() if line.strip()), "")
    columns = len(first_line.replace(",", " ").split())
    frames, rest = divmod(len(numbers), width)
    notes = []
    if len(numbers) == 0:
        raise InputError(f"{name} has no frames of motion; export it again with its animation.")
    if columns != width and rest:
        raise InputError(
            f"{name} is a damaged BVH file: its skeleton needs {width} numbers a frame but its first frame "
            f"has {columns}."
        )
    if frames == 0:
        raise InputError(f"{name} is a damaged BVH file: its only frame has {rest} numbers instead of {width}.")
    if rest:
        notes.append("The last frame is cut off and was left out.")
    if declared != frames:
        notes.append(f"The header says {declared} frames but {frames} are there.")
    values = numbers[: frames * width].reshape(frames, width)
    bad = ~np.isfinite(values).all(axis=1) | (np.abs(values) > MAX_MAGNITUDE).any(axis=1)
    if bad.any():
        raise InputError(
            f"{name} is a damaged BVH file: {int(bad.sum())} of its {frames} frames hold numbers that are not finite."
        )
    return values, notes


def _numbers(text: str, at: int, most: int, name: str) -> np.ndarray:
    """All numbers from a place in the text on, in blocks so that memory stays near the size of the result."""
    blocks, count = [], 0
    while at < len(text):
        end = min(at + _BLOCK, len(text))
        while end < len(text) and not text[end].isspace():
            end += 1
        words = text[at:end].replace(",", " ").split()
        try:
            blocks.append(np.array(words, np.float64))
        except ValueError:
            wrong = next(word for word in words if not _is_number(word))
            raise InputError(
                f"{name} is a damaged BVH file: {wrong[:40]!r} among its frames is not a number."
            ) from None
        count += len(words)
        if count > most:
            raise InputError(f"{name} holds more motion than ten minutes; cut it into shorter files.")
        at = end
    return np.concatenate(blocks) if blocks else np.zeros(0)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def rest(clip: BvhClip) -> np.ndarray:
    """(joints, 3) positions of the zero pose: every rotation zero, the roots at the origin; file units."""
    positions = np.zeros((len(clip.names), 3))
    for joint, parent in enumerate(clip.parents):
        if parent >= 0:
            positions[joint] = positions[parent] + clip.offsets[joint]
    return positions


def forward(clip: BvhClip, joints: list[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Forward kinematics.

    Parameters
    ----------
    joints : the joints wanted (all when None); fingers cost as much as legs, so ask for what you need.

    Returns
    -------
    positions : (frames, len(joints), 3) file units, the file's world. orientations : (frames, len(joints), 3, 3); in
    the zero pose every orientation is the identity.
    """
    wanted = list(range(len(clip.names))) if joints is None else list(joints)
    needed = set(wanted)
    for joint in wanted:
        while (joint := clip.parents[joint]) >= 0:
            needed.add(joint)
    starts = np.cumsum([0, *(len(names) for names in clip.channels)])
    position: dict[int, np.ndarray] = {}
    orientation: dict[int, np.ndarray] = {}
    for joint in sorted(needed):
        columns = clip.values[:, starts[joint] : starts[joint + 1]]
        local = _local_rotation(columns, clip.channels[joint])
        shift = _local_shift(columns, clip.channels[joint], clip.offsets[joint], root=clip.parents[joint] < 0)
        parent = clip.parents[joint]
        if parent < 0:
            position[joint], orientation[joint] = shift, local
        else:
            position[joint] = position[parent] + np.einsum("fij,fj->fi", orientation[parent], shift)
            orientation[joint] = orientation[parent] @ local
    return np.stack([position[j] for j in wanted], 1), np.stack([orientation[j] for j in wanted], 1)


def _local_rotation(columns: np.ndarray, channels: tuple[str, ...]) -> np.ndarray:
    """(frames, 3, 3): the channels' rotations multiplied in the order in which the file lists them."""
    rotation = np.broadcast_to(np.eye(3), (len(columns), 3, 3))
    for column, channel in zip(columns.T, channels, strict=True):
        kind, axis = _CHANNELS[channel]
        if kind == "rotation":
            rotation = rotation @ _about(axis, np.radians(column))
    return rotation


def _about(axis: int, angle: np.ndarray) -> np.ndarray:
    """(frames, 3, 3): right-handed rotation by angle (frames,) about a coordinate axis."""
    matrix = np.zeros((len(angle), 3, 3))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix[:, axis, axis] = 1
    matrix[:, i, i] = matrix[:, j, j] = np.cos(angle)
    matrix[:, j, i] = np.sin(angle)
    matrix[:, i, j] = -matrix[:, j, i]
    return matrix


def _local_shift(columns: np.ndarray, channels: tuple[str, ...], offset: np.ndarray, *, root: bool) -> np.ndarray:
    """(frames, 3): position from the parent.

    A root's position channels are its place. Other joints' channels stand for the offset in most writers' files and
    are added to it in some: whichever keeps the bone's length nearer to the offset's is taken.
    """
    shift = np.broadcast_to(offset, (len(columns), 3)).copy()
    for column, channel in zip(columns.T, channels, strict=True):
        kind, axis = _CHANNELS[channel]
        if kind == "position":
            added = not root and np.median(np.abs(column)) < np.median(np.abs(column - offset[axis]))
            shift[:, axis] = offset[axis] + column if added else column
    return shift
