"""Film: a picture's figure dances to a song. Plain inputs, frozen result; the page, the shell and the API call this."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from demos.motion.dance import Dance, Provenance
from demos.render.camera import facing
from demos.render.video import write_video
from demos.runtime.caches import ContentCache, shared
from demos.runtime.errors import InputError
from demos.runtime.limits import LARGEST_SEED, SHORTEST_S, check
from demos.video import backdrop, finding, followcam, puppet, puppet_rig
from demos.video.clips import KINDS, write_clip
from demos.video.figure import Figure
from demos.video.picture import open_picture
from demos.video.track import FPS, PoseTrack, from_motion

SYSTEMS = ("xdancer", "musedance")
"""xdancer moves people by key points, from music; musedance moves anything, from music and words."""
CAMERAS = ("still", "follow")
LONGEST_S = 180.0
SMALLEST, LARGEST = 96, 1080
"""Pixels of a film's shorter side."""
PREVIEW = 256
_SCENE_BYTES = 400 * 2**20

Progress = Callable[[int, int], None]
"""Called with (done, all); it may raise to stop the work."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture made ready in the size of a film: its figures as puppets, and what is behind them.

    The first rig stands where its picture has it; others come from pictures of their own.
    """

    rigs: tuple[puppet_rig.Rig, ...]
    background: np.ndarray
    size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Steps:
    """What figures are to do. tracks : one a figure. provenance : how the steps were made. message : one sentence."""

    tracks: tuple[PoseTrack, ...]
    provenance: Provenance
    message: str


@dataclass(frozen=True, eq=False)
class Film:
    """A finished film. track : what the first figure did; None where it has no key points."""

    path: Path
    size: tuple[int, int]
    seconds: float
    fps: float
    track: PoseTrack | None
    provenance: Provenance
    message: str


def find(path: str | Path) -> finding.Found:
    """The figures of a picture file; InputError in one sentence when it is no picture."""
    return finding.find(open_picture(path))


def animate(
    picture: str | Path | Figure | Sequence[Figure],
    song: str | Path | None,
    out: str | Path,
    *,
    system: str = "xdancer",
    text: str | None = None,
    dance: Dance | None = None,
    seconds: float | None = None,
    size: int | None = None,
    fps: float = FPS,
    seed: int = 0,
    style: str | None = None,
    camera: str = "still",
    shadow: bool = True,
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Film:
    """A film of a picture's figure dancing.

    Parameters
    ----------
    picture : a file, a figure that was found, or one or two figures (a duet, before the first one's background).
    song : what it dances to; None only together with a dance, for silence.
    out : where it goes; the suffix says what it is: .mp4 with sound, .webm or .gif of the figure alone, see-through.
    system : who invents the steps: one of SYSTEMS. dance : steps to perform instead. text : for systems that read.
    seconds : length, at most LONGEST_S; the song's or the dance's own when None. size : pixels of the shorter side, at
    most 1080; the picture's own when None. fps : 10 to 60. camera : still, or follow (gently nearer and after them).

    Raises InputError in one sentence for anything that cannot be done.
    """
    figures = _figures(picture)
    check("frame rate", fps, 10, 60)
    out = Path(out)
    if out.suffix.lower() not in KINDS:
        raise InputError(f'A film is written as {", ".join(KINDS)}, not "{out.suffix or out.name}".')
    if camera not in CAMERAS:
        raise InputError(f"There is no camera called {camera!r}; choose {' or '.join(CAMERAS)}.")
    if system == "musedance" and dance is None:
        return _mused(
            figures, song, out, text=text, seconds=seconds, size=size, fps=fps, seed=seed, camera=camera, shadow=shadow,
            weights=weights, on_progress=on_progress,
        )  # fmt: skip
    scene = prepare(figures, size)
    steps = choreograph(
        figures, song, system=system, text=text, dance=dance, seconds=seconds, seed=seed, style=style, weights=weights
    )
    return shoot(scene, steps, out, song=song, fps=fps, camera=camera, shadow=shadow, on_progress=on_progress)


def _mused(figures: Sequence[Figure], song: str | Path | None, out: Path, *, camera: str, **settings) -> Film:
    """A film by the system that moves anything."""
    from demos.video import muse_pipeline

    if len(figures) > 1:
        raise InputError("The system musedance moves one figure: leave the second picture out.")
    if camera != "still":
        raise InputError("The system musedance films with a camera that stands still.")
    return muse_pipeline.animate(figures[0], song, out, **settings)


def prepare(figures: Sequence[Figure], size: int | None = None) -> Scene:
    """Puppets and background in the size of the film (its shorter side, pixels); kept in memory by content."""
    first = figures[0]
    if (first.alpha > 0.5).sum() < 60:
        raise InputError("The outline is empty: paint over the figure that should dance.")
    short = min(first.size)
    wanted = min(short, LARGEST) if size is None else size
    check("size", wanted, SMALLEST if size is not None else 1, LARGEST, whole=True)
    # Films never show more than the picture has, except where that would be a stamp.
    scale = min(wanted, max(short, 2 * SMALLEST)) / short
    cache = shared("film scenes", _scenes)
    return cache.get(_key(figures, scale), lambda: _prepare(figures, scale))


def _prepare(figures: Sequence[Figure], scale: float) -> Scene:
    first = figures[0] if scale == 1 else figures[0].scaled(scale)
    others = [
        other.scaled(first_height(first) / first_height(other)) if other.picture is not figures[0].picture
        else other if scale == 1 else other.scaled(scale)
        for other in figures[1:]
    ]  # fmt: skip
    width, height = (side - side % 2 for side in first.size)
    same = tuple(o for o, given in zip(others, figures[1:], strict=True) if given.picture is figures[0].picture)
    background = np.ascontiguousarray(backdrop.behind(first, same)[:height, :width])
    rigs = tuple(puppet_rig.build(figure) for figure in (first, *others))
    return Scene(rigs, background, (width, height))


def first_height(figure: Figure) -> float:
    """Pixels: how tall a figure is, for putting two of them into one picture."""
    _, top, _, bottom = figure.box
    return float(max(bottom - top, 1))


def choreograph(
    figures: Sequence[Figure],
    song: str | Path | None,
    *,
    system: str = "xdancer",
    text: str | None = None,
    dance: Dance | None = None,
    seconds: float | None = None,
    seed: int = 0,
    style: str | None = None,
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Steps:
    """What the figures do: a given dance looked at from its best side, or steps invented from the song."""
    check("seed", seed, 0, LARGEST_SEED, whole=True)
    if seconds is not None:
        check("length in seconds", seconds, SHORTEST_S, LONGEST_S)
    if dance is not None:
        return _given(dance, len(figures), seconds)
    if system not in SYSTEMS:
        raise InputError(f"There is no system called {system!r}; choose {' or '.join(SYSTEMS)}.")
    if text and text.strip():
        raise InputError("The system xdancer follows the music alone: leave the text out.")
    if song is None:
        raise InputError("Choose a song to dance to, or a dance to perform.")
    from demos.video import pose_pipeline

    made = [
        pose_pipeline.dance(
            song, figure, seconds=LONGEST_S if seconds is None else seconds, style=style, seed=seed + index,
            weights=weights, on_progress=on_progress,
        )
        for index, figure in enumerate(figures)
    ]  # fmt: skip
    tracks = tuple(each.track for each in made)
    return Steps(_beside(tracks), made[0].provenance, made[0].message)


def _given(dance: Dance, count: int, seconds: float | None) -> Steps:
    motions = dance.motions[:count] if count <= len(dance.motions) else dance.motions * count
    length = min(dance.duration_s, LONGEST_S if seconds is None else seconds)
    times = np.arange(max(2, round(length * FPS))) / FPS
    motions = [motion.at(times, FPS) for motion in motions[:count]]
    azimuth = facing(np.stack([motion.joints for motion in motions]))
    tracks = tuple(from_motion(motion, azimuth=azimuth) for motion in motions)
    if count > 1 and len(dance.motions) > 1:
        origin = np.mean([motion.joints[0, 0] for motion in motions], axis=0).astype(np.float64)
        origin[1] = _standing()
        tracks = tuple(from_motion(motion, azimuth=azimuth, origin=origin) for motion in motions)
    elif count > 1:
        tracks = _beside(tracks)
    settings = {**dance.provenance.settings, "azimuth": round(float(azimuth), 4)}
    said = f"{length:.0f} s of the dance, seen from where it faces."
    return Steps(tracks, replace(dance.provenance, settings=settings), said)


def _standing() -> float:
    from demos.video.track import standing_hips_m

    return standing_hips_m()


def _beside(tracks: tuple[PoseTrack, ...]) -> tuple[PoseTrack, ...]:
    """Tracks that know nothing of each other, side by side."""
    if len(tracks) == 1:
        return tracks
    moved = []
    for index, track in enumerate(tracks):
        values = track.values.copy()
        values[..., 0] += 0.5 * (index - (len(tracks) - 1) / 2)
        moved.append(replace(track, values=values))
    return tuple(moved)


def shoot(
    scene: Scene,
    steps: Steps,
    out: str | Path,
    *,
    song: str | Path | None = None,
    fps: float = FPS,
    camera: str = "still",
    shadow: bool = True,
    on_progress: Progress | None = None,
) -> Film:
    """The film of prepared puppets and given steps."""
    out = Path(out)
    tracks = [track.resample(fps) for track in steps.tracks]
    count = min(len(track) for track in tracks)
    see_through = out.suffix.lower() != ".mp4"
    pictures = frames(scene, tracks, camera=camera, shadow=shadow, cut_out=see_through)
    seconds = count / fps
    if see_through:
        write_clip(pictures, out, fps=fps, size=scene.size, count=count, on_progress=on_progress)
    else:
        write_video(
            pictures, out, fps=fps, size=scene.size, song_path=song, seconds=seconds, on_progress=on_progress
        )  # fmt: skip
    return Film(out, scene.size, seconds, fps, tracks[0], steps.provenance, steps.message)


def frames(
    scene: Scene, tracks: Sequence[PoseTrack], *, camera: str = "still", shadow: bool = True, cut_out: bool = False
) -> Generator[np.ndarray, None, None]:
    """Pictures (h, w, 3) uint8 of the scene, or (h, w, 4) of the figures alone when cut_out."""
    actors = puppet.rehearse(scene.rigs, tracks, scene.size)
    pictures = puppet.frames(actors, scene.background, shadows=shadow, cut_out=cut_out)
    if camera == "follow" and not cut_out:
        return followcam.follow(pictures, actors, scene.size, tracks[0].fps)
    return pictures


def _figures(picture: str | Path | Figure | Sequence[Figure]) -> list[Figure]:
    if isinstance(picture, Figure):
        return [picture]
    if isinstance(picture, str | Path):
        return [find(picture).figures[0]]
    figures = list(picture)
    if not 1 <= len(figures) <= 2:
        raise InputError(f"One figure dances, or two as a couple, not {len(figures)}.")
    return figures


def _scenes() -> ContentCache[Scene]:
    def unkept(*_: object) -> Scene:
        raise OSError("scenes are kept in memory alone")

    return ContentCache(
        folder=None, memory_bytes=_SCENE_BYTES, disk_bytes=0, write=lambda scene, path: None, read=unkept,
        size_of=lambda scene: scene.background.nbytes
        + sum(rig.textures.nbytes + rig.weights.nbytes + rig.vertices.nbytes * 4 for rig in scene.rigs),
    )  # fmt: skip


def _key(figures: Sequence[Figure], scale: float) -> str:
    """Says everything that a scene depends on."""
    digest = hashlib.sha256(f"{scale:.6f}".encode())
    for figure in figures:
        digest.update(f"{figure.kind}{figure.size}".encode())
        for values in (figure.picture, figure.alpha, figure.points, figure.confidence):
            digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()
