"""Dance: one or two performers on one clock, their song, and how they were made. Saved as one .npz."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from demos.motion.motion import Motion


@dataclass(frozen=True)
class Provenance:
    """Enough to make the very same dance again."""

    system: str
    weights_sha256: str = ""
    seed: int | None = None
    prompts: tuple[str, ...] = ()
    settings: dict = field(default_factory=dict)
    source: str = ""

    def to_json(self) -> str:
        """As JSON text, keys sorted."""
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def from_json(text: str) -> Provenance:
        """From JSON text; unknown keys are kept under settings so that newer files still open."""
        values = json.loads(text)
        known = {key: values.pop(key) for key in list(values) if key in Provenance.__dataclass_fields__}
        known["prompts"] = tuple(known.get("prompts", ()))
        known["settings"] = {**known.get("settings", {}), **values}
        return Provenance(**{"system": "unknown", **known})


@dataclass(frozen=True, eq=False)
class Dance:
    """One or two performers on one clock.

    motions : one or two Motions of the same length and frame rate, in one world.
    song_sha256 : content hash of the song the dance belongs to, or "" when it has none.
    beats, downbeats : (n,) float64 seconds on the dance's clock, rising.
    """

    motions: tuple[Motion, ...]
    provenance: Provenance
    song_sha256: str = ""
    beats: np.ndarray = field(default_factory=lambda: np.zeros(0))
    downbeats: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        if len(self.motions) not in (1, 2):
            raise ValueError(f"a dance has one or two performers, not {len(self.motions)}")
        if len({(len(motion), motion.fps) for motion in self.motions}) != 1:
            raise ValueError("the performers of a dance must share length and frame rate")
        object.__setattr__(self, "motions", tuple(self.motions))
        for name in ("beats", "downbeats"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), np.float64).ravel())

    def __len__(self) -> int:
        return len(self.motions[0])

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self.motions[0].fps

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return self.motions[0].duration_s

    @property
    def joints(self) -> np.ndarray:
        """(dancers, frames, 24, 3) float32 metres, world."""
        return np.stack([motion.joints for motion in self.motions])

    def resample(self, fps: float) -> Dance:
        """At another frame rate."""
        return self.with_motions(tuple(motion.resample(fps) for motion in self.motions))

    def with_motions(self, motions: tuple[Motion, ...]) -> Dance:
        """The same dance with other performers' motions."""
        return Dance(motions, self.provenance, self.song_sha256, self.beats, self.downbeats)

    def save(self, path: str | Path) -> Path:
        """Write the dance as .npz (layout in the README)."""
        path = Path(path)
        with path.open("wb") as file:  # given a name, NumPy would add .npz to one that lacks it
            np.savez_compressed(
                file,
                poses=np.stack([motion.poses for motion in self.motions]),
                translation=np.stack([motion.translation for motion in self.motions]),
                joints=self.joints,
                fps=np.float64(self.fps),
                beats=self.beats,
                downbeats=self.downbeats,
                song_sha256=np.array(self.song_sha256),
                provenance=np.array(self.provenance.to_json()),
            )
        return path
