"""A panel: one dance in one part of the picture: the buffers it is drawn with and the order in which it is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demos.render import raster, shading, shadow
from demos.render.camera import Shot, centre, focal
from demos.render.figure import Figure
from demos.render.theme import Theme


class Canvas:
    """The buffers one thread draws a panel with."""

    def __init__(self, panel: "Panel") -> None:
        height, width, vertices = panel.height, panel.width, len(panel.albedo)
        self.samples = np.zeros((height, width, 4), np.uint64)
        self.picture = np.zeros((height, width, 3), np.float32)
        self.floorness = np.zeros((height, width), np.float32)
        self.screen = np.zeros((vertices, 3), np.float32)
        self.image_samples = np.zeros((height, width, 4), np.uint64)
        self.image_screen = np.zeros((vertices, 3), np.float32)
        self.image = np.zeros((vertices, 3), np.float32)
        self.surface = np.zeros((vertices, 10), np.float32)
        self.surface[:, 6:9] = panel.albedo
        self.surface[:, 9] = panel.gloss
        self.used = np.array([width, height, 0, 0])
        self.image_used = self.used.copy()

    def clear(self) -> None:
        """Forget the dancers of the last picture."""
        height, width = self.floorness.shape
        for samples, used in ((self.samples, self.used), (self.image_samples, self.image_used)):
            left, top, right, bottom = used
            samples[top:bottom, left:right] = 0
            used[:] = width, height, 0, 0


@dataclass(frozen=True, eq=False)
class Still:
    """The empty stage seen by a camera that does not move, drawn once."""

    picture: np.ndarray
    floorness: np.ndarray
    encoded: np.ndarray


class Panel:
    """A panel: one dance in one part of the picture: everything that stays the same over its frames."""

    def __init__(self, figures: Sequence[Figure], shot: Shot, look: Theme, height: int, width: int) -> None:
        counts = [len(each.albedo) for each in figures]
        starts = np.cumsum([0, *counts[:-1]])
        self.faces = np.concatenate([each.faces + start for each, start in zip(figures, starts, strict=True)])
        self.albedo = np.concatenate([each.albedo for each in figures])
        self.gloss = np.concatenate([each.gloss for each in figures])
        self.turned = np.ascontiguousarray(self.faces[:, ::-1])
        self.height, self.width = height, width
        self.shot, self.look = shot, look
        self.focal, self.centre = focal(height, width), centre(height, width)
        self.direction = shadow.light_direction(shot.light_azimuth)
        self.lights = shading.lamps(look, self.direction, shot.light_azimuth)
        self.colours = shading.floor_colours(look)
        self.wall = shading.backdrop(look, height, width)
        self.noise = shading.dither(height, width)
        self.table = shading.tone_table()
        self.still = self._still() if shot.still else None

    def _still(self) -> Still:
        picture = np.empty((self.height, self.width, 3), np.float32)
        floorness = np.empty((self.height, self.width), np.float32)
        encoded = np.empty((self.height, self.width, 3), np.uint8)
        self._stage(0, picture, floorness)
        shading.tone(picture, self.table, self.noise, self._whole(), encoded)
        return Still(picture, floorness, encoded)

    def _whole(self) -> np.ndarray:
        return np.array([0, 0, self.width, self.height])

    def _stage(self, frame: int, picture: np.ndarray, floorness: np.ndarray) -> None:
        shot = self.shot
        shading.stage(
            self.wall, shot.axes(frame), shot.eye(frame), self.focal, self.centre, shot.target[frame][[0, 2]],
            self.colours, self.look.line_strength, 0, self.height, picture, floorness,
        )  # fmt: skip

    def draw(self, vertices: np.ndarray, frame: int, canvas: Canvas, out: np.ndarray) -> None:
        """One picture into out (h, w, 3) uint8: vertices (v, 3) of all figures, seen by the shot's frame."""
        self.rasterise(vertices, frame, canvas)
        self.shade(shadow.cast(vertices, self.faces, self.direction), frame, canvas, out)

    def rasterise(self, vertices: np.ndarray, frame: int, canvas: Canvas) -> None:
        """Which face each sample of the picture shows, into the canvas."""
        canvas.clear()
        axes, eye = self.shot.axes(frame), self.shot.eye(frame)
        raster.project(vertices, axes, eye, self.focal, self.centre, canvas.screen)
        raster.place(vertices, self.faces, canvas.surface)
        raster.fill(canvas.screen, self.faces, canvas.samples, canvas.used)
        raster.mirror(
            vertices, shading.REFLECTED_M, axes, eye, self.focal, self.centre, canvas.image, canvas.image_screen
        )
        raster.fill(canvas.image_screen, self.turned, canvas.image_samples, canvas.image_used)

    def shade(self, cast: shadow.ShadowMap, frame: int, canvas: Canvas, out: np.ndarray) -> None:
        """Stage, shadows and lit dancers into out (h, w, 3) uint8, from a canvas that has been rasterised."""
        axes, eye = self.shot.axes(frame), self.shot.eye(frame)
        touched = self._shadowed(cast, axes, eye)
        if self.still is None:
            self._stage(frame, canvas.picture, canvas.floorness)
            floorness, region = canvas.floorness, self._whole()
        else:
            region = _union(_union(touched, canvas.used), canvas.image_used)
            left, top, right, bottom = region
            canvas.picture[top:bottom, left:right] = self.still.picture[top:bottom, left:right]
            floorness = self.still.floorness
            out[:] = self.still.encoded
        shading.darken(
            canvas.picture, floorness, axes, eye, self.focal, self.centre, cast.floor, cast.origin, cast.cell,
            cast.hush, cast.hush_origin, shadow.HUSH_CELL_M, np.array(self.look.shade), touched,
        )  # fmt: skip
        shading.reflect(
            canvas.image_samples, canvas.image_used, canvas.image_screen, self.turned, canvas.surface, floorness,
            self.lights, self.look.reflection, canvas.picture,
        )  # fmt: skip
        shading.resolve(
            canvas.samples, canvas.used, canvas.screen, self.faces, canvas.surface, eye, self.lights,
            cast.highest, cast.origin, cast.cell, cast.slope, canvas.picture,
        )  # fmt: skip
        shading.tone(canvas.picture, self.table, self.noise, region, out)

    def _shadowed(self, cast: shadow.ShadowMap, axes: np.ndarray, eye: np.ndarray) -> np.ndarray:
        """The part of the picture (4,) where the floor may be in shadow."""
        boxes = []
        for origin, cell, field in (
            (cast.origin, cast.cell, cast.floor),
            (cast.hush_origin, shadow.HUSH_CELL_M, cast.hush),
        ):
            far = origin + cell * np.array(field.shape[::-1])
            corners = np.array([[x, 0.0, z] for x in (origin[0], far[0]) for z in (origin[1], far[1])])
            seen = np.empty((4, 3), np.float32)
            raster.project(corners, axes, eye, self.focal, self.centre, seen)
            if (seen[:, 2] == 0).any():
                return self._whole()
            low, high = np.floor(seen[:, :2].min(axis=0)), np.ceil(seen[:, :2].max(axis=0))
            boxes.append(np.concatenate([low, high]))
        limits = (self.width, self.height) * 2
        return np.clip(_union(*boxes), 0, limits).astype(np.int64)


def _union(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.concatenate([np.minimum(a[:2], b[:2]), np.maximum(a[2:], b[2:])])
