"""PoseTrack: what a picture is made to do, as 60 key points in time; from a performer in the world, or read and kept.

Networks write tracks from music, dances become tracks by looking at them, and the puppet follows any of them. A track
knows nothing of the picture: it is in units of a standing figure's height, and only directions of bones, travel and
the floor are taken from it; lengths of bones are the picture's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from demos.corpus.keypoints import NAMES, PLACE, landmarks
from demos.motion.motion import Motion
from demos.motion.skeleton import REST_HEIGHT

POINTS = len(NAMES)
FPS = 30.0


@dataclass(frozen=True, eq=False)
class PoseTrack:
    """60 key points (demos.corpus.keypoints.NAMES) of one figure in time, as the viewer sees them, without perspective.

    values : (frames, 60, 4) float32: x, y, depth, confidence. x grows to the right in the picture (a figure that faces
        the viewer has its left hand at larger x), y DOWNWARDS as in demos.corpus.pose2d, depth away from the viewer.
        All three in heights of the standing figure, crown to sole. The origin is the middle of the hips of the figure
        as it stands in the picture: travel is kept, so later frames' hips lie elsewhere. confidence : 0 to 1.
    fps : frames a second.
    floor : y of the floor; where the soles of a figure standing at the origin are.

    Worked case: the neutral skeleton at rest, seen from the front: hips' middle at (0, 0, 0), soles at y about 0.53.
    """

    values: np.ndarray
    fps: float = FPS
    floor: float = 0.53

    def __post_init__(self) -> None:
        values = np.array(self.values, np.float32, order="C")
        if values.ndim != 3 or values.shape[1:] != (POINTS, 4) or len(values) == 0:
            raise ValueError(f"a track must be (frames, {POINTS}, 4) with at least one frame, not {values.shape}")
        if not np.isfinite(values).all():
            raise ValueError("a track must hold finite numbers")
        if not (np.isfinite(self.fps) and self.fps > 0 and np.isfinite(self.floor)):
            raise ValueError(f"fps must be positive and floor a number, not {self.fps} and {self.floor}")
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return len(self) / self.fps

    def at(self, times_s: np.ndarray, fps: float) -> PoseTrack:
        """Frames at given times (seconds, clamped to the track), linearly between its own."""
        place = np.clip(np.asarray(times_s, np.float64) * self.fps, 0, len(self) - 1)
        low = np.minimum(place.astype(int), max(len(self) - 2, 0))
        high = np.minimum(low + 1, len(self) - 1)
        share = (place - low)[:, None, None]
        return PoseTrack((1 - share) * self.values[low] + share * self.values[high], fps, self.floor)

    def resample(self, fps: float) -> PoseTrack:
        """At another frame rate; same start, length within a frame."""
        return self.at(np.arange(max(1, round(len(self) * fps / self.fps))) / fps, fps)


def from_motion(motion: Motion, *, azimuth: float = 0.0, origin: np.ndarray | None = None) -> PoseTrack:
    """How a performer looks from an azimuth (radians; 0 from +z, positive towards +x).

    origin : (3,) world metres of the track's origin; where the first frame's hips stand, at their standing height,
        when None. Give both dancers of a couple the same one.
    """
    points, _ = landmarks(motion)
    sine, cosine = np.sin(azimuth), np.cos(azimuth)
    if origin is None:
        first = points[0, PLACE["pelvis"]]
        origin = np.array([first[0], standing_hips_m(), first[2]])
    moved = points - origin
    unit = height_m()
    values = np.ones((len(motion), POINTS, 4), np.float32)
    values[..., 0] = (cosine * moved[..., 0] - sine * moved[..., 2]) / unit
    values[..., 1] = -moved[..., 1] / unit
    values[..., 2] = -(sine * moved[..., 0] + cosine * moved[..., 2]) / unit
    return PoseTrack(values, motion.fps, float(origin[1]) / unit)


@cache
def _standing() -> np.ndarray:
    rest = Motion(np.zeros((1, 24, 3)), np.array([[0.0, REST_HEIGHT, 0.0]]), FPS)
    return landmarks(rest)[0][0]


def height_m() -> float:
    """Metres from the soles to the crown of the suite's skeleton at rest: the unit of tracks made from it."""
    return float(_standing()[PLACE["crown"], 1])


def standing_hips_m() -> float:
    """Metres from the soles to the middle of the hips of the suite's skeleton at rest."""
    return float(_standing()[PLACE["pelvis"], 1])
