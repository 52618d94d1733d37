"""People of many looks, filmed as they dance: pictures, masks, and where their key points truly are.

What a diffusion renderer learns from: the first frame is the picture it is given, the others are what it should paint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demos.body.body import grounded, skin
from demos.corpus.keypoints import PLACE, landmarks
from demos.corpus.looks import Look, scenery
from demos.corpus.pose2d import Camera, project
from demos.motion.motion import Motion
from demos.motion.skeleton import REST_HEIGHT
from demos.render.camera import FIELD_OF_VIEW, Shot, plan
from demos.render.figure import Figure
from demos.render.panel import Canvas, Panel, Still
from demos.render.shading import tone

FOCAL = float(0.5 / np.tan(FIELD_OF_VIEW / 2))
"""Picture heights."""
_DOWN = -0.02
"""Heights by which the renderer's middle lies off the picture's (render.camera.centre)."""


@dataclass(frozen=True, eq=False)
class Portrayal:
    """One filmed dance.

    frames : (shown, h, w, 3) uint8. masks : (shown, h, w) uint8, 0 to 255, where the figure is. points : (n, 60, 2)
    float32 picture heights from the top left corner, hidden ones too. depth : (n, 60) float32 metres behind the pelvis.
    camera : as of the set pose2d, whose pictures have their middle 0.02 heights lower: seen_by_camera.
    placement : (3,) of the pelvis in the first frame: across, down, and its metre's height, all in picture heights.
    """

    frames: np.ndarray
    masks: np.ndarray
    points: np.ndarray
    depth: np.ndarray
    camera: Camera
    placement: np.ndarray

    @property
    def seen_by_camera(self) -> np.ndarray:
        """Points as `camera` projects them."""
        return self.points - np.array([0.0, _DOWN], np.float32)


def portray(
    chosen: Look,
    motion: Motion,
    *,
    size: tuple[int, int],
    rng: np.random.Generator,
    shown: Sequence[int] | None = None,
) -> Portrayal:
    """Film a dance of somebody.

    size : height and width in pixels. rng : for the camera. shown : of which frames there are pictures, all when None;
    points are of all.
    """
    height, width = size
    shape = chosen.shape
    danced = grounded(shape, motion)
    shot = _shot(danced, width / height, rng)
    figure = Figure(shape.faces, chosen.albedo, chosen.gloss, lambda moved: skin(shape, moved))
    panel = Panel([figure], shot, chosen.theme, height, width)
    panel.still = _still(panel, chosen)
    canvas = Canvas(panel)
    wanted = range(len(motion)) if shown is None else shown
    frames = np.empty((len(wanted), height, width, 3), np.uint8)
    masks = np.empty((len(wanted), height, width), np.uint8)
    for place, number in enumerate(wanted):
        vertices = figure.pose(danced.slice(number, number + 1))[0]
        panel.draw(np.ascontiguousarray(vertices), number, canvas, frames[place])
        masks[place] = np.round(255 * (canvas.samples > 0).mean(-1))
    camera = _camera(shot, width / height)
    points, _ = landmarks(danced, offsets=shape.offsets.astype(np.float64))
    flat, depth = project(points, camera)
    pelvis = PLACE["pelvis"]
    flat = flat + np.array([0.0, _DOWN])
    size_of_metre = FOCAL / depth[0, pelvis] * (shape.joints[0, 1] - shape.sole_y) / REST_HEIGHT
    return Portrayal(
        frames=frames,
        masks=masks,
        points=flat.astype(np.float32),
        depth=(depth - depth[:, pelvis, None]).astype(np.float32),
        camera=camera,
        placement=np.array([*flat[0, pelvis], size_of_metre], np.float32),
    )


def _shot(motion: Motion, aspect: float, rng: np.random.Generator) -> Shot:
    """A camera that stands still, near the front of the dance, with all of it in the picture."""
    calm = plan(motion.joints[None], motion.fps, camera="front", aspect=aspect)
    aside = rng.normal(0, 0.35) if rng.random() < 0.8 else rng.uniform(-np.pi, np.pi)
    count = len(calm)
    return Shot(
        target=calm.target + rng.normal(0, 0.04, 3) * [1, 1, 0],
        azimuth=np.full(count, aside),
        elevation=np.full(count, np.clip(rng.normal(0.08, 0.08), -0.02, 0.35)),
        distance=calm.distance * rng.uniform(0.8, 1.1),  # nearer than the plan's own: hands may leave the picture
        light_azimuth=float(rng.uniform(-np.pi, np.pi)),
    )


def _camera(shot: Shot, aspect: float) -> Camera:
    right, up, forward = shot.axes(0)
    return Camera(np.stack([right, up, -forward]), shot.eye(0), FOCAL, aspect)


def _still(panel: Panel, chosen: Look) -> Still:
    """The place, instead of the renderer's own stage."""
    horizon = 0.5 + _DOWN - FOCAL * np.tan(panel.shot.elevation[0])
    picture = scenery(chosen, panel.height, panel.width, float(horizon))
    floorness = np.ones((panel.height, panel.width), np.float32)
    floorness[: max(0, round(horizon * panel.height))] = 0
    encoded = np.empty((panel.height, panel.width, 3), np.uint8)
    tone(picture, panel.table, panel.noise, np.array([0, 0, panel.width, panel.height]), encoded)
    return Still(picture, floorness, encoded)
