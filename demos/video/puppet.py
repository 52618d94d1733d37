"""The puppet: a figure that was cut out of a picture performs a track before the picture's own background."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import cv2
import numpy as np

from demos.render import raster
from demos.render.scene import processors
from demos.video import puppet_raster as loops
from demos.video.puppet_depth import settled
from demos.video.puppet_pose import Bones, pose, way_of
from demos.video.puppet_rig import BONE, CAMERA_FAR, CAMERA_HIGH, Rig, flat_of
from demos.video.track import PoseTrack

LATE_S = 0.085
"""Seconds that hair and cloth are behind."""
_LAMP = np.array([-0.35, 0.72, 0.6])
_LEAN = np.array([0.16, -0.1])
_CELL, _LEFT, _BACK, _ROWS, _COLUMNS = 0.02, -2.0, -1.6, 130, 200
_DARK = 0.42
_BACK_MOST = 0.07
"""Of the picture's height: how far up its floor figures may go to have room before them."""
CHUNK = 6
"""Frames that a worker draws at a time."""
Working = TypeVar("Working")
_PADDING = {"knuckles": 0.06, "ankle": 0.09, "knee": 0.06, "elbow": 0.05}
"""Heights: flesh about the joints."""


@dataclass(frozen=True, eq=False)
class Actor:
    """A rig with what it does. view_height : pixels of one unit; origin : (2,) pixels: where it stands in the film."""

    rig: Rig
    bones: Bones
    late: np.ndarray
    view_height: float
    origin: np.ndarray

    def extent(self) -> np.ndarray:
        """(frames, 4) left, top, right, bottom in pixels, with room for flesh, hair and cloth."""
        low, high = _reach(self.rig, self.bones)
        unit = self.view_height
        return np.stack(
            [self.origin[0] + unit * low[:, 0], self.origin[1] - unit * high[:, 1],
             self.origin[0] + unit * high[:, 0], self.origin[1] - unit * low[:, 1]], axis=1,
        )  # fmt: skip


def rehearse(
    rigs: Sequence[Rig], tracks: Sequence[PoseTrack], size: tuple[int, int], *, lag: bool = True, stay: bool = True
) -> list[Actor]:
    """Actors that stay inside the picture: with as much of the tracks' travel as fits, smaller where it must be.

    All stand on the first one's spot and are as tall as it; their tracks share an origin. size : of the film, pixels,
    in which the first rig is where its picture has it. stay : False leaves travel and size as they are.
    """
    rigs = [settled(rig, track) for rig, track in zip(rigs, tracks, strict=True)]
    first = rigs[0]
    made: list[Actor] = []
    length = min(len(track) for track in tracks)
    way = np.mean([way_of(track)[:length] for track in tracks], axis=0)
    for travel in (1.0, 0.8, 0.6, 0.4, 0.2, 0.0) if stay else (1.0,):
        bones = [pose(rig, track, travel=travel, way=way) for rig, track in zip(rigs, tracks, strict=True)]
        scale, shift = _fit(rigs, bones, size) if stay else (1.0, np.zeros(2))
        made = [
            Actor(rig, each, each.transforms, first.anatomy.height * scale, first.origin + shift)
            for rig, each in zip(rigs, bones, strict=True)
        ]
        if scale > 0.93:
            break
    if lag:
        made = [
            replace(actor, late=_behind(actor.bones.transforms, track.fps))
            for actor, track in zip(made, tracks, strict=True)
        ]  # fmt: skip
    return made


def _reach(rig: Rig, bones: Bones) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest x and y (frames, 2) of an actor on the picture's plane, in heights."""
    crown = float(np.linalg.norm(rig.joints["crown"] - (rig.joints["left_ear"] + rig.joints["right_ear"]) / 2))
    own = {"head": max(0.05, crown + 0.03), "pelvis": _width(rig)}
    low, high = [], []
    for name, place in bones.points.items():
        pad = own.get(name, _PADDING.get(name.split("_")[-1], 0.05))
        at = flat_of(place, rig.side)[:, :2]
        # Feet reach a little below the ankle only.
        below = min(pad, float(rig.joints[name][1])) if name.endswith("ankle") else pad
        low.append(at - np.array([pad, max(below, 0.0)]))
        high.append(at + pad)
    return np.min(low, axis=0), np.max(high, axis=0)


def _width(rig: Rig) -> float:
    """Half the width of the trunk with its cloth."""
    trunk = rig.vertices[: rig.solid][rig.weights[: rig.solid, BONE["pelvis"]] > 0.3]
    return float(np.clip(np.abs(trunk[:, 0]).max() if len(trunk) else 0.1, 0.05, 0.4))


def _fit(rigs: Sequence[Rig], bones: Sequence[Bones], size: tuple[int, int]) -> tuple[float, np.ndarray]:
    """How much smaller figures must be to stay in the picture, and how far aside and back they stand, (2,) pixels."""
    width, height = size
    rig = rigs[0]
    reach = [_reach(each, own) for each, own in zip(rigs, bones, strict=True)]
    left, bottom = np.min([low.min(axis=0) for low, _ in reach], axis=0)
    right, top = np.max([high.max(axis=0) for _, high in reach], axis=0)
    unit = rig.anatomy.height
    margin = 0.012 * max(width, height)
    cropped = rig.anatomy.floor > height + 1
    # Steps towards the viewer come down in the picture: who has no room there stands a little farther back.
    below = 0.0 if cropped else max(0.0, -unit * bottom - (height - rig.origin[1] - 1))
    back = min(below, _BACK_MOST * height)
    room = [(rig.origin[1] - back - margin) / max(top, 1e-3), (width - 2 * margin) / max(right - left, 1e-3)]
    if below > back:
        room.append((height - 1 - rig.origin[1] + back) / -bottom)
    scale = float(np.clip(min(room) / unit, 0.97 if cropped else 0.3, 1.0))
    origin = rig.origin[0]
    shift = 0.0
    if origin + unit * scale * left < margin:
        shift = margin - (origin + unit * scale * left)
    elif origin + unit * scale * right > width - margin:
        shift = width - margin - (origin + unit * scale * right)
    return scale, np.zeros(2) if cropped else np.array([shift, -scale * back])


def _behind(transforms: np.ndarray, fps: float) -> np.ndarray:
    """The transforms as a spring sees them: late, and a little past where they stopped."""
    late = transforms.copy()
    speed = np.zeros_like(transforms[0])
    stiff = (2 / (LATE_S * fps)) ** 2
    damping = 2 * 0.55 * np.sqrt(stiff)
    steps = 2
    for frame in range(1, len(transforms)):
        place = late[frame - 1].copy()
        for _ in range(steps):
            speed = speed + (stiff * (transforms[frame] - place) - damping * speed) / steps
            place = place + speed / steps
        late[frame] = place
    return late


class Stage:
    """What one thread draws on: buffers of a picture's size, used again for every frame."""

    def __init__(self, height: int, width: int, actors: Sequence[Actor]):
        self.samples = np.zeros((height, width, 4), np.uint64)
        self.cover = np.zeros((height, width), np.uint8)
        self.faces, self.texture, self.textures, self.places, self.rest_normals = [], [], [], [], []
        self.vertices = [np.empty_like(actor.rig.vertices) for actor in actors]
        self.screens = [np.empty_like(actor.rig.vertices) for actor in actors]
        self.normals = [np.empty_like(actor.rig.vertices) for actor in actors]
        self.rest = [_rest_normals(actor.rig) for actor in actors]
        self.shades = [np.ones(len(actor.rig.vertices), np.float32) for actor in actors]


def _rest_normals(rig: Rig) -> np.ndarray:
    out = np.empty_like(rig.vertices)
    loops.normals(rig.vertices, rig.faces, out)
    return out


def draw(stage: Stage, actors: Sequence[Actor], frame: int, picture: np.ndarray, *, shadows: bool = True) -> np.ndarray:
    """Draw a frame of the actors into picture (h, w, 3) uint8, which holds the background; returns the cover (h, w)
    uint8, a buffer that the next frame overwrites."""
    stage.cover[:] = 0
    height = picture.shape[0]
    for index, actor in enumerate(actors):
        rig, vertices = actor.rig, stage.vertices[index]
        loops.skin(rig.vertices, rig.weights, rig.loose, actor.bones.transforms[frame], actor.late[frame], vertices)
        if shadows and rig.anatomy.floor < height + 1:
            _shadow(actor, vertices[: rig.solid], picture)
    # Nearer actors are drawn over farther ones: each with a depth of its own, so that two never cut each other up.
    order = sorted(range(len(actors)), key=lambda k: float(actors[k].bones.points["pelvis"][frame, 2]))
    for index in order:
        actor = actors[index]
        rig, vertices, screen = actor.rig, stage.vertices[index], stage.screens[index]
        loops.normals(vertices, rig.faces, stage.normals[index])
        strength = 0.26 if rig.kind == "person" else 0.1
        loops.light(stage.normals[index], stage.rest[index], _LAMP, strength, stage.shades[index])
        loops.project(vertices, CAMERA_FAR, CAMERA_HIGH, rig.side, actor.view_height, actor.origin, screen)
        box = np.array([picture.shape[1], height, 0, 0], np.int64)
        raster.fill(screen, rig.faces, stage.samples, box)
        if box[2] > box[0]:
            loops.paint(
                stage.samples, box, screen, rig.faces, rig.places, rig.texture, rig.textures, stage.shades[index],
                picture, stage.cover,
            )  # fmt: skip
            stage.samples[box[1] : box[3], box[0] : box[2]] = 0
    return stage.cover


def _shadow(actor: Actor, vertices: np.ndarray, picture: np.ndarray) -> None:
    near, soft = np.zeros((_ROWS, _COLUMNS), np.float32), np.zeros((_ROWS, _COLUMNS), np.float32)
    loops.drop(vertices, _LEAN, _CELL, _LEFT, _BACK, near, soft)
    near = np.minimum(cv2.GaussianBlur(near, (0, 0), 0.9) * 0.6, 1)
    soft = np.minimum(cv2.GaussianBlur(soft, (0, 0), 3.2) * 0.05, 1)
    high = actor.view_height * CAMERA_HIGH
    top = max(0, int(actor.origin[1] - 0.6 * high))
    loops.shadow(
        picture, CAMERA_FAR, CAMERA_HIGH, actor.rig.side, actor.view_height, actor.origin, _CELL, _LEFT, _BACK, near,
        soft, top, picture.shape[0], _DARK,
    )  # fmt: skip


def frames(
    actors: Sequence[Actor],
    background: np.ndarray,
    *,
    shadows: bool = True,
    workers: int | None = None,
    cut_out: bool = False,
) -> Generator[np.ndarray, None, None]:
    """Pictures (h, w, 3) uint8 of actors before a background (h, w, 3); (h, w, 4) with transparency when cut_out."""
    height, width = background.shape[:2]
    workers = workers or processors()

    def take(stage: Stage, frame: int, picture: np.ndarray) -> np.ndarray:
        return draw(stage, actors, frame, picture, shadows=shadows and not cut_out)

    stages = [Stage(height, width, actors) for _ in range(workers)]
    yield from shot(len(actors[0].bones.transforms), stages, take, background, cut_out=cut_out)


def shot(
    count: int,
    stages: Sequence[Working],
    take: Callable[[Working, int, np.ndarray], np.ndarray],
    background: np.ndarray,
    *,
    cut_out: bool,
) -> Generator[np.ndarray, None, None]:
    """Frames in their order, drawn side by side, as many at once as there are stages.

    take : draws a frame by its number into a picture (h, w, 3), with a stage to itself, and returns what of it the
    figure covers (h, w), which comes fourth when cut_out.
    """
    free = deque(stages)

    def job(start: int) -> list[np.ndarray]:
        stage = free.popleft()
        try:
            made = []
            for frame in range(start, min(start + CHUNK, count)):
                picture = background.copy()
                cover = take(stage, frame, picture)
                made.append(np.dstack([picture, cover]) if cut_out else picture)
            return made
        finally:
            free.append(stage)

    pool = ThreadPoolExecutor(len(stages), thread_name_prefix="puppet")
    try:
        ahead: deque[Future[list[np.ndarray]]] = deque()
        for start in range(0, count, CHUNK):
            ahead.append(pool.submit(job, start))
            if len(ahead) > len(stages):
                yield from ahead.popleft().result()
        while ahead:
            yield from ahead.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
