"""How well a track keeps the beat, as the viewer sees it."""

from __future__ import annotations

import numpy as np

from demos.corpus.keypoints import COCO_PLACES
from demos.motion.rhythm import FPS as BEAT_FPS
from demos.motion.rhythm import hit_rate, kinematic_beats, music_frames, shuffled_grids
from demos.video.track import PoseTrack


def beat_alignment(track: PoseTrack, beats: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """BAS of the body's points as the viewer sees them, the mean of it against random grids of the same steps, and that
    of beats halfway between the true ones."""
    points = track.resample(BEAT_FPS).values[:, COCO_PLACES, :2]
    danced = kinematic_beats(points)
    grid = music_frames(beats, len(points) - 1)
    between = music_frames(beats[:-1] + np.diff(beats) / 2, len(points) - 1)
    others = [hit_rate(other, danced) for other in shuffled_grids(grid, len(points) - 1)]
    known = [other for other in others if other is not None]
    random = float(np.mean(known)) if known else None
    return hit_rate(grid, danced), random, hit_rate(between, danced)
