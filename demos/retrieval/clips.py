"""Clips: what a library knows of one dance, what can be filtered on, and how the shipped dances' poses are packed."""

from __future__ import annotations

import json
import lzma
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from demos.motion.motion import Motion

POSE_STEP = math.pi / 8192
"""Radians of one step of a packed pose: under 1 mm at a hand, all joints of an arm together."""
ROOT_STEP = 1 / 2000
"""Metres of one step of a packed position."""
_XZ = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 0, "pb": 0}]
_CHANNELS = 24 * 3 + 3

PARTS = ("arms", "legs", "torso", "feet", "turns", "jumps")
"""What `Clip.parts` measures the involvement of."""
LEVELS = ("low", "bent", "mid", "high")
_FULL = {
    "arms": (("arms.speed", 1.2),),
    "legs": (("legs.speed", 1.0), ("legs.kicks", 4.0), ("legs.knee_lifts", 4.0), ("legs.lifts", 3.0)),
    "torso": (("torso.twist", 70.0), ("torso.sway", 0.2), ("torso.roll", 40.0), ("torso.bends", 3.0)),
    "feet": (("legs.step_rate", 2.4), ("space.travel", 0.7)),
    "turns": (("turns.full", 3.0), ("turns.yaw", 140.0)),
    "jumps": (("jumps.count", 4.0),),
}
"""Part -> measures, each with the value that counts as wholly involved (about the 90th percentile of real dances)."""
_LEVELS_BELOW = ((0.72, "low"), (0.78, "bent"))
"""Height of the hips, 1 in standing, under which a dance goes: a squat, bent knees."""
_ON_TOES = 0.1
"""Share of the time on both toes or in the air that makes a dance high."""
_FASTEST = 1.2  # m/s, mean of the joints: energy 1


@dataclass(frozen=True)
class Clip:
    """One dance of a library.

    captions : sentences, the best first. attributes : of demos.corpus.attributes, as their JSON's values.
    genre : of the music, "" when unknown. style : of the dance, "" when unknown. tempo_bpm : None when unknown.
    source : where it is from, for people. provenance : values of a demos.motion.dance.Provenance.
    motion : file within the library's folder that holds it; offset, size : the bytes, of a pack; 0 for an .npz.
    song, song_sha256 : file within the folder and its content's hash, "" without music; start_s : where in the song
    the dance begins. preview : file within the folder, "" when none was made. beats, downbeats : seconds of the clip.
    content : hash of the file that it came from.
    """

    id: str
    captions: tuple[str, ...]
    attributes: Mapping[str, Any]
    genre: str = ""
    style: str = ""
    tempo_bpm: float | None = None
    length_s: float = 12.0
    source: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    motion: str = ""
    offset: int = 0
    size: int = 0
    song: str = ""
    song_sha256: str = ""
    song_name: str = ""
    start_s: float = 0.0
    preview: str = ""
    beats: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    content: str = ""

    def number(self, key: str) -> float | None:
        """A measured attribute: the largest of all dancers; "music.*" and "pair.*" of the whole. None if unknown."""
        group, _, name = key.partition(".")
        if group in ("music", "pair"):
            found = self.attributes.get(group, {}).get(name if group == "music" else key)
            return None if found is None else float(found)
        found = [dancer[key] for dancer in self.attributes.get("dancers", ()) if key in dancer]
        return float(max(found)) if found else None

    @property
    def energy(self) -> float:
        """How much the body moves, 0 still to 1 as fast as dances get."""
        return min(1.0, (self.number("dynamics.speed") or 0.0) / _FASTEST)

    @property
    def valence(self) -> float | None:
        """Of the music, 0 sad to 1 happy; None when unknown."""
        return self.number("music.valence")

    @property
    def level(self) -> str:
        """Of LEVELS: how far down the hips go at their lowest, or whether much is danced on the toes; "" when not
        measured. A dance's mean height says little: nearly all are upright most of the time."""
        lowest = self.number("level.lowest")
        if lowest is None:
            return ""
        for below, level in _LEVELS_BELOW:
            if lowest < below:
                return level
        return "high" if (self.number("level.toes") or 0.0) >= _ON_TOES else "mid"

    @property
    def parts(self) -> dict[str, float]:
        """How much each of PARTS is involved, 0 to 1."""
        return {
            part: max(min(1.0, (self.number(key) or 0.0) / full) for key, full in measures)
            for part, measures in _FULL.items()
        }

    @property
    def dancers(self) -> int:
        """One or two."""
        return max(1, len(self.attributes.get("dancers", ())))

    def to_json(self) -> str:
        """One line of JSON, keys sorted; fields that say nothing are left out."""
        values = {key: value for key, value in asdict(self).items() if value not in ("", (), None)}
        return json.dumps(values, sort_keys=True, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> Clip:
        """From `to_json`'s text; unknown keys of newer versions are passed over."""
        values = json.loads(text)
        known = {entry.name for entry in fields(Clip)}
        values = {key: value for key, value in values.items() if key in known}
        for key in ("captions", "beats", "downbeats"):
            values[key] = tuple(values.get(key, ()))
        return Clip(**values)


def pack(motion: Motion) -> bytes:
    """A motion at 30 fps as bytes: whole steps, their second differences, high and low bytes apart, LZMA.

    A 12-s dance takes about 14 kB.
    """
    poses = np.round(_short_way(motion.poses).reshape(len(motion), -1) / POSE_STEP)
    root = np.round(motion.translation / ROOT_STEP)
    steps = np.concatenate([poses, root], axis=1)
    if np.abs(steps).max(initial=0) > 32767:
        raise ValueError("a dance that leaves a stage of 16 m cannot be packed")
    change = steps.astype(np.int16)
    for _ in range(2):  # wrapping round, as the sums of `unpack` do
        change = np.diff(change, axis=0, prepend=np.int16(0))
    # Small numbers of either sign become small positive ones.
    folded = np.ascontiguousarray(((change << 1) ^ (change >> 15)).T).view(np.uint16)
    planes = (folded & 0xFF).astype(np.uint8).tobytes() + (folded >> 8).astype(np.uint8).tobytes()
    return lzma.compress(planes, format=lzma.FORMAT_RAW, filters=_XZ)


def unpack(data: bytes, fps: float = 30.0) -> Motion:
    """The inverse of `pack`. Raises ValueError for anything else."""
    try:
        planes = np.frombuffer(lzma.decompress(data, format=lzma.FORMAT_RAW, filters=_XZ), np.uint8)
        low, high = planes.reshape(2, _CHANNELS, -1).astype(np.uint16)
    except (lzma.LZMAError, ValueError) as error:
        raise ValueError("these bytes are no packed dance") from error
    folded = low | high << 8
    change = ((folded >> 1) ^ (0 - (folded & 1))).view(np.int16).T
    for _ in range(2):
        change = np.cumsum(change, axis=0, dtype=np.int16)
    steps = change.astype(np.float32)
    poses = (steps[:, :-3] * np.float32(POSE_STEP)).reshape(-1, 24, 3)
    return Motion(poses, steps[:, -3:] * np.float32(ROOT_STEP), fps)


def _short_way(poses: np.ndarray) -> np.ndarray:
    """Rotation vectors (frames, 24, 3) of the same rotations that do not leap from frame to frame where their angle
    passes half a turn: what changes little packs small."""
    poses = poses.astype(np.float64)
    angle = np.linalg.norm(poses, axis=-1, keepdims=True)
    axis = poses / np.maximum(angle, 1e-9)
    found = poses.copy()
    for frame in range(1, len(poses)):
        before = found[frame - 1]
        turns = np.round(((before * axis[frame]).sum(axis=-1, keepdims=True) - angle[frame]) / (2 * np.pi))
        found[frame] = axis[frame] * (angle[frame] + 2 * np.pi * turns)
    return np.where(np.abs(found).max(axis=(0, 2), keepdims=True) < 3.9 * np.pi, found, poses)


def describe_source(sources: Sequence[Mapping[str, Any]]) -> str:
    """The collections that a made dance draws on, for people."""
    names = {"cmu": "CMU mocap", "g1moves": "G1 Moves", "aist": "AIST++", "rokoko": "AnimatedDrawings"}
    return ", ".join(sorted({names.get(str(entry["collection"]), str(entry["collection"])) for entry in sources}))
