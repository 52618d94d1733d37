"""Where the camera stands: one calm path for a whole dance that keeps every dancer in the picture.

A shot is decided from the whole dance before its first picture, so it never chases. The camera has no roll: it is
given by the point it looks at, its azimuth (0 looks from +z, positive towards +x), its elevation and its distance.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from demos.motion.skeleton import INDEX
from demos.runtime.errors import InputError

CAMERAS = ("follow", "front", "side", "top", "orbit")
FIELD_OF_VIEW = np.radians(30.0)
"""Vertical: about a 45 mm lens, kind to proportions."""
CALM_S = 0.9
"""Sigma of the smoothing of the path."""
SLACK_M = 0.28
"""Metres the dancers may wander before a following camera moves at all."""
ORBIT_S = 24.0
"""Seconds of one turn of the orbiting camera."""
NEAREST_M = 3.2


@dataclass(frozen=True, eq=False)
class Shot:
    """A camera over time. target (frames, 3) metres; azimuth, elevation (frames,) radians; distance (frames,) metres.

    light_azimuth : the azimuth the lights are set up for; they stand still however the camera moves.
    """

    target: np.ndarray
    azimuth: np.ndarray
    elevation: np.ndarray
    distance: np.ndarray
    light_azimuth: float

    def __len__(self) -> int:
        return len(self.target)

    @property
    def still(self) -> bool:
        """Whether the camera never moves."""
        rows = np.column_stack([self.target, self.azimuth, self.elevation, self.distance])
        return bool((rows == rows[0]).all())

    def axes(self, frame: int) -> np.ndarray:
        """(3, 3) rows right, up, forward at a frame."""
        return axes(self.azimuth[frame], self.elevation[frame])

    def eye(self, frame: int) -> np.ndarray:
        """(3,) metres: where the camera stands at a frame."""
        return self.target[frame] - self.distance[frame] * self.axes(frame)[2]


def axes(azimuth: float, elevation: float) -> np.ndarray:
    """(3, 3) rows right, up, forward of a camera without roll."""
    sin, cos = np.sin(azimuth), np.cos(azimuth)
    forward = np.array([-sin * np.cos(elevation), -np.sin(elevation), -cos * np.cos(elevation)])
    right = np.array([cos, 0.0, -sin])
    return np.stack([right, np.cross(right, forward), forward])


def plan(joints: np.ndarray, fps: float, *, camera: str = "follow", aspect: float = 1.0) -> Shot:
    """The shot for a dance.

    Parameters
    ----------
    joints : (dancers, frames, 24, 3) metres, every frame that will be shown.
    camera : follow (faces the dancers, moves with them when they travel), front (still, from +z), side (still, from
        +x), top (still, from above), orbit (turns around them once in ORBIT_S).
    aspect : width of the picture over its height.

    Raises
    ------
    InputError when the camera's name is unknown.
    """
    if camera not in CAMERAS:
        raise InputError(f"There is no camera called {camera!r}; choose one of {', '.join(CAMERAS)}.")
    frames = joints.shape[1]
    azimuth = {"front": 0.0, "side": np.pi / 2, "top": 0.0}.get(camera)
    if azimuth is None:
        azimuth = facing(joints)
    elevation = np.radians(89.0 if camera == "top" else 9.0)
    azimuths = np.full(frames, azimuth)
    if camera == "orbit":
        azimuths = azimuth + 2 * np.pi * np.arange(frames) / (ORBIT_S * fps)
    elevations = np.full(frames, elevation)
    fixed = _middle(joints.reshape(-1, 3), azimuth)
    target = np.tile(fixed, (frames, 1))
    distance = np.full(frames, _room(joints, target, azimuths, elevations, aspect).max())
    if camera in ("follow", "orbit"):
        moving = _path(joints, fps)
        moving[:, 1] = fixed[1]
        needed = _room(joints, moving, azimuths, elevations, aspect)
        reach = max(1, round(2.5 * CALM_S * fps))
        nearer = gaussian_filter1d(
            maximum_filter1d(needed, 2 * reach + 1, mode="nearest"), CALM_S * fps, mode="nearest", truncate=2.5
        )
        # A camera that need not move should not: travel with the dancers only where that shows them clearly larger.
        if distance.max() > 1.15 * np.percentile(nearer, 25):
            target, distance = moving, np.maximum(nearer, needed)
    return Shot(target, azimuths, elevations, np.maximum(distance, NEAREST_M), float(azimuth))


def facing(joints: np.ndarray) -> float:
    """The azimuth that shows a dance best, radians: dancers facing the camera, a couple side by side rather than
    one behind the other. joints : (dancers, frames, 24, 3)."""
    left, right = joints[:, :, INDEX["left_hip"]], joints[:, :, INDEX["right_hip"]]
    across = left - right
    # The way a dancer faces: across the hips turned a quarter about the vertical (left x up = forward at rest).
    front = np.stack([-across[..., 2], across[..., 0]], axis=-1)
    front = front / (np.linalg.norm(front, axis=-1, keepdims=True) + 1e-9)
    candidates = np.arange(-180, 180, 5) * np.pi / 180
    towards = np.stack([np.sin(candidates), np.cos(candidates)])
    # Facing counts most at the start, where a dance is presented.
    weight = np.linspace(1.5, 0.5, joints.shape[1])
    score = np.einsum("dfi,ic,f->c", front, towards, weight) / (weight.sum() * len(joints))
    if len(joints) == 2:
        between = joints[1, :, 0][:, [0, 2]] - joints[0, :, 0][:, [0, 2]]
        depth = np.abs(between @ towards)
        apart = np.linalg.norm(between, axis=-1).mean() + 0.2
        # The leader on the left, where it is all the same.
        score += 0.2 * (between @ np.stack([np.cos(candidates), -np.sin(candidates)])).mean(axis=0) / apart
        score = 0.5 * score - (depth.mean(axis=0) / apart) * 1.5
    best = candidates[int(np.argmax(score + 1e-3 * np.cos(candidates)))]
    return 0.0 if abs(best) <= np.radians(15) and score[len(candidates) // 2] > score.max() - 0.1 else float(best)


def _middle(points: np.ndarray, azimuth: float) -> np.ndarray:
    """The point to look at (3,): the middle of what points (n, 3) cover, seen from the azimuth."""
    turn = np.array([[np.cos(azimuth), -np.sin(azimuth)], [np.sin(azimuth), np.cos(azimuth)]])
    local = points[:, [0, 2]] @ turn.T
    across = (local.min(axis=0) + local.max(axis=0)) / 2
    x, z = turn.T @ across
    top = max(1.2, float(np.percentile(points[:, 1], 99.5)) + 0.15)
    return np.array([x, 0.5 * top, z])


def _path(joints: np.ndarray, fps: float) -> np.ndarray:
    """A calm path (frames, 3) after the dancers: lazy within SLACK_M, then smooth."""
    flat = joints.transpose(1, 0, 2, 3).reshape(joints.shape[1], -1, 3)
    place = (flat.min(axis=1) + flat.max(axis=1)) / 2
    place = gaussian_filter1d(place, 0.3 * fps, axis=0, mode="nearest")
    forward, backward = place.copy(), place.copy()
    for t in range(1, len(place)):
        forward[t] = np.clip(forward[t - 1], place[t] - SLACK_M, place[t] + SLACK_M)
        backward[-t - 1] = np.clip(backward[-t], place[-t - 1] - SLACK_M, place[-t - 1] + SLACK_M)
    return gaussian_filter1d((forward + backward) / 2, CALM_S * fps, axis=0, mode="nearest")


def focal(height: int, width: int) -> float:
    """Focal length in pixels of a picture."""
    return 0.5 * height / np.tan(FIELD_OF_VIEW / 2)


def centre(height: int, width: int) -> np.ndarray:
    """(2,) principal point in pixels: a little above the middle, to leave room for the floor and a caption."""
    return np.array([0.5 * width, 0.48 * height])


def _room(
    joints: np.ndarray, target: np.ndarray, azimuth: np.ndarray, elevation: np.ndarray, aspect: float
) -> np.ndarray:
    """Metres (frames,) the camera must stand back so that every joint, and flesh around it, is in the picture."""
    frames = joints.shape[1]
    focal_length = 0.5 / np.tan(FIELD_OF_VIEW / 2)
    limits = (0.44 * aspect, 0.42, 0.43)  # sideways, up, down, in heights of the picture
    local = joints.transpose(1, 0, 2, 3).reshape(frames, -1, 3) - target[:, None]
    basis = np.stack([axes(a, e) for a, e in zip(azimuth, elevation, strict=True)])
    seen = np.einsum("fij,fpj->fpi", basis, local)
    pad = 0.13
    wide = -seen[..., 2] + (np.abs(seen[..., 0]) + pad) * focal_length / limits[0]
    high = -seen[..., 2] + (seen[..., 1] + pad) * focal_length / limits[1]
    low = -seen[..., 2] + (pad - seen[..., 1]) * focal_length / limits[2]
    return np.maximum(np.maximum(wide, high), low).max(axis=1) + pad
