"""Previews: a few seconds of a dance that loop without a seam, as a small silent film that starts to play at once.

H.264 rather than animated WebP: the same picture takes a third of the bytes, and the browser decodes it in hardware.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.motion import rotations
from demos.motion.dance import Dance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX
from demos.render.camera import FIELD_OF_VIEW, Shot, axes, facing
from demos.render.figure import body_figure
from demos.render.panel import Canvas, Panel
from demos.render.theme import THEMES, Theme

SIZE = (176, 220)
"""Width and height in pixels: even, upright as dancers are."""
FPS = 15.0
SHORTEST_S, LONGEST_S = 2.4, 4.4
SEAM_S = 0.4
"""The end of a loop is blended into what comes before its start for so long."""
_QUALITY = 32  # x264's constant rate factor: about 13 kB
_GRID = 10.0  # frames a second that loops are looked for at
_LIGHT = {
    "salsa": ("#1f1730", "#ff8f5e", "#382645"),
    "pop": ("#201838", "#b784ff", "#31265a"),
    "hiphop": ("#161c36", "#6a9dff", "#232d55"),
    "modern": ("#182033", "#9cc8e6", "#28344d"),
    "jazz": ("#241a2a", "#ffc070", "#40303f"),
    "disco": ("#221534", "#ff6fc0", "#3d2450"),
    "indian": ("#271b20", "#ffae5c", "#443030"),
    "breaking": ("#13202b", "#55d8c6", "#1f383f"),
    "mixed": ("#1d1833", "#ffb98a", "#2f2750"),
}
"""Backdrop at the horizon, stage light, floor: one evening for each dance style, so that a wall of previews is lively
while the dancer keeps the suite's colours."""


@dataclass(frozen=True)
class Loop:
    """A stretch of a dance that can be repeated: from start_s for length_s, with the dancer back in place."""

    start_s: float
    length_s: float


def find_loop(dance: Dance) -> Loop:
    """The liveliest stretch of a dance of a few seconds at whose end everything is nearly as at its start.

    Whole counts when the beats are known. A dance too short for a seam is taken whole.
    """
    length_s = dance.duration_s
    if length_s < SHORTEST_S + SEAM_S:
        return Loop(0.0, length_s)
    motions = [motion.resample(_GRID) for motion in dance.motions]
    joints = np.concatenate([motion.joints for motion in motions], axis=1)
    speed = np.linalg.norm(np.diff(joints, axis=0, append=joints[-1:]), axis=-1).mean(axis=1) * _GRID
    velocity = np.gradient(joints, axis=0) * _GRID
    best, found = -np.inf, Loop(SEAM_S, min(LONGEST_S, length_s - SEAM_S))
    for span in _lengths(dance, length_s - SEAM_S):
        frames, seam = round(span * _GRID), max(1, round(SEAM_S * _GRID))
        for start in range(seam, len(joints) - frames):
            before, after = slice(start - seam, start), slice(start + frames - seam, start + frames)
            apart = np.linalg.norm(joints[before] - joints[after], axis=-1).mean()
            apart += 0.1 * np.linalg.norm(velocity[before] - velocity[after], axis=-1).mean()
            reach = np.ptp(joints[start : start + frames, :, [0, 2]].reshape(-1, 2), axis=0).max()
            score = min(speed[start : start + frames].mean(), 1.2) - 1.8 * apart - 0.25 * max(reach - 1.6, 0)
            if score > best:
                best, found = score, Loop(start / _GRID, span)
    return found


def _lengths(dance: Dance, longest_s: float) -> list[float]:
    """Lengths to try, seconds: four, eight or sixteen counts, or some fixed ones."""
    lengths = [2.8, 3.2, 3.6, 4.0]
    if len(dance.beats) > 4:
        beat = float(np.median(np.diff(dance.beats)))
        lengths = [count * beat for count in (4, 6, 8, 12, 16) if SHORTEST_S <= count * beat <= LONGEST_S] or lengths
    return [length for length in lengths if length <= longest_s] or [longest_s]


def looped(motion: Motion, loop: Loop, fps: float = FPS) -> Motion:
    """The stretch at another rate, its end blended into what came before its start (when there is enough before it).

    The number of frames is the loop's length times fps, rounded; time is stretched by less than half a frame.
    """
    frames = max(2, round(loop.length_s * fps))
    phase = np.arange(frames) / frames
    here = motion.at(loop.start_s + phase * loop.length_s, fps)
    seam_s = min(SEAM_S, loop.start_s)
    if seam_s <= 0:
        return here
    before = motion.at(loop.start_s + (phase - 1) * loop.length_s, fps)
    weight = np.clip(1 - (1 - phase) * loop.length_s / seam_s, 0, 1)
    weight = weight * weight * (3 - 2 * weight)
    mixed = rotations.slerp(
        rotations.rotvec_to_quaternion(here.poses), rotations.rotvec_to_quaternion(before.poses), weight[:, None]
    )
    moved = here.translation + weight[:, None] * (before.translation - here.translation)
    return Motion(rotations.quaternion_to_rotvec(mixed), moved, fps)


def pictures(dance: Dance, *, style: str = "", size: tuple[int, int] = SIZE) -> Iterator[np.ndarray]:
    """The pictures (height, width, 3) uint8 of a dance's loop; style : of the dance, chooses the stage's light."""
    loop = find_loop(dance)
    motions = [looped(motion, loop) for motion in dance.motions]
    figures = [body_figure(index) for index in range(len(motions))]
    width, height = size
    joints = np.stack([motion.joints for motion in motions])
    panel = Panel(figures, _shot(joints, width / height), _stage(style), height, width)
    canvas = Canvas(panel)
    skins = [figure.pose(motion) for figure, motion in zip(figures, motions, strict=True)]
    vertices = np.ascontiguousarray(np.concatenate(skins, axis=1))
    for frame in range(len(vertices)):
        picture = np.empty((height, width, 3), np.uint8)
        panel.draw(vertices[frame], frame, canvas, picture)
        yield picture


def write_preview(dance: Dance, path: Path, *, style: str = "", size: tuple[int, int] = SIZE) -> Path:
    """Film a dance's loop into a small .mp4 without sound; the same dance gives the same bytes.

    The file appears whole or not at all.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}-{os.getpid()}.mp4")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", f"{FPS:g}", "-i", "pipe:0"]
    look = "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p,"
    look += "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    command += ["-vf", look, "-c:v", "libx264", "-preset", "slower", "-tune", "animation", "-crf", str(_QUALITY)]
    command += ["-threads", "1", "-g", "120", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
    command += ["-movflags", "+faststart", "-f", "mp4", str(part)]
    frames = b"".join(picture.tobytes() for picture in pictures(dance, style=style, size=size))
    try:
        done = subprocess.run(command, input=frames, capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"ffmpeg failed with code {done.returncode}: {done.stderr.decode()[-500:]}")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _stage(style: str) -> Theme:
    """The page's dark stage in the light of an evening."""
    low, light, floor = _LIGHT.get(style, _LIGHT["mixed"])
    dark = THEMES["dark"]
    return replace(dark, low=low, floor=floor, glow=(light, 0.06), pool=(light, 0.06), rim=(light, 1.0))


def _shot(joints: np.ndarray, aspect: float) -> Shot:
    """A camera for a loop (dancers, frames, 24, 3): close, from the dancers' front, gliding after those who travel."""
    frames = joints.shape[1]
    azimuth = _front(joints)
    elevation = np.radians(7.0)
    points = joints.transpose(1, 0, 2, 3).reshape(frames, -1, 3)
    place = (points.min(axis=1) + points.max(axis=1)) / 2
    still = (points.reshape(-1, 3).min(axis=0) + points.reshape(-1, 3).max(axis=0)) / 2
    high = max(1.45, float(np.percentile(points[..., 1].max(axis=1), 90)))
    gliding = gaussian_filter1d(place, 0.5 * FPS, axis=0, mode="wrap")
    best: Shot | None = None
    for target in (np.tile(still, (frames, 1)), gliding):
        target = target.copy()
        target[:, 1] = 0.5 * high
        distance = _room(points - target[:, None], azimuth, elevation, aspect)
        shot = Shot(target, np.full(frames, azimuth), np.full(frames, elevation), np.full(frames, distance), azimuth)
        # A still picture takes fewer bytes and is calmer: glide only for a clearly larger dancer.
        if best is None or distance < 0.8 * best.distance[0]:
            best = shot
    assert best is not None
    return best


def _front(joints: np.ndarray) -> float:
    """The azimuth that faces the dancers, turned a little so that limbs in front of the body show."""
    left, right = joints[0, :, INDEX["left_hip"]], joints[0, :, INDEX["right_hip"]]
    return facing(joints) + (0.22 if (left - right)[:, 2].mean() <= 0 else -0.22)


def _room(points: np.ndarray, azimuth: float, elevation: float, aspect: float) -> float:
    """Metres to stand back so that points (frames, n, 3) about the target fit into the picture, with flesh on them."""
    seen = points @ axes(azimuth, elevation).T
    focal = 0.5 / np.tan(FIELD_OF_VIEW / 2)
    near = -seen[..., 2]
    across = near + (np.abs(seen[..., 0]) + 0.10) * focal / (0.48 * aspect)
    up = near + (seen[..., 1] + 0.16) * focal / 0.46
    down = near + (0.10 - seen[..., 1]) * focal / 0.47
    # The very widest moments may leave the picture: a hand's breadth for a frame or two costs less than a small dancer.
    needed = np.maximum(np.maximum(across, up), down).max(axis=1)
    return max(2.4, float(np.percentile(needed, 96)))
