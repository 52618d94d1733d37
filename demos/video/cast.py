"""What one visitor has on the Film tab: the picture's figures, the dances at hand, the last film. No gradio here."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from demos.motion.dance import Dance
from demos.runtime.errors import InputError
from demos.runtime.settings import ASSETS
from demos.video import finding, muse_shown, pipeline
from demos.video.figure import HANDLES, Figure
from demos.video.puppet_pose import Bones
from demos.video.puppet_rig import Rig

NEW = "new"
"""Steps invented for the song."""
_SHOWN = 640
"""Pixels of the longer side of the picture as the page shows it."""
_LINES = (
    ("crown", "chin"), ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"), ("left_shoulder", "left_hip"),
    ("right_shoulder", "right_hip"), ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"),
    ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"), ("left_hip", "left_knee"),
    ("left_knee", "left_ankle"), ("left_ankle", "left_toe"), ("right_hip", "right_knee"), ("right_knee", "right_ankle"),
    ("right_ankle", "right_toe"),
)  # fmt: skip
_STICK = (
    "head", "neck", "pelvis", "left_shoulder", "left_elbow", "left_wrist", "left_knuckles", "right_shoulder",
    "right_elbow", "right_wrist", "right_knuckles", "left_hip", "left_knee", "left_ankle", "right_hip", "right_knee",
    "right_ankle",
)  # fmt: skip
"""Joints of the stick figure that is shown beside the film."""


@dataclass(frozen=True)
class Steps:
    """A dance at hand. song : what it is danced to, if anything."""

    name: str
    dance: Dance
    song: Path | None


@dataclass(eq=False)
class Cast:
    """One visitor's figures. It changes in place, so that a long job and a click beside it never undo each other.

    found : as it was found, first figure chosen. figures : as the visitor has put them right. chosen : which dances.
    partner : a figure of a second picture. wanted : of pipeline.SYSTEMS, once the visitor has chosen. steps : dances
    of other tabs, by name. screen : what the page shows of the last film. ticket : of the job that may report.
    """

    name: str = ""
    found: finding.Found | None = None
    figures: list[Figure] = field(default_factory=list)
    chosen: int = 0
    partner: Figure | None = None
    wanted: str | None = None
    steps: dict[str, Steps] = field(default_factory=dict)
    received: set[str] = field(default_factory=set)
    film: pipeline.Film | None = None
    made: dict[str, Any] | None = None
    screen: dict[str, Any] | None = None
    ticket: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def figure(self) -> Figure:
        """The one that dances."""
        if not self.figures:
            raise InputError("Choose a picture first: one of the examples, or one of yours.")
        return self.figures[self.chosen]

    @property
    def system(self) -> str:
        """Who makes the steps: what the visitor chose, else what suits the picture."""
        suits = "musedance" if self.figures and self.figure.kind == "shape" else "xdancer"
        return self.wanted or suits

    @property
    def dancers(self) -> list[Figure]:
        """All that dance: one, or a couple."""
        return [self.figure] if self.partner is None else [self.figure, self.partner]

    def show(self, path: Path) -> None:
        """Look into another picture."""
        found = pipeline.find(path)
        self.name, self.found, self.figures, self.chosen = path.stem, found, list(found.figures), 0

    def invite(self, path: Path | None) -> None:
        """A second picture's figure dances as well; None sends it away."""
        self.partner = None if path is None else pipeline.find(path).figures[0]

    def choose(self, index: Any) -> None:
        """Another of the people found."""
        if not (isinstance(index, int) and 0 <= index < len(self.figures)):
            raise InputError("There is no such figure in this picture.")
        self.chosen = index

    def move(self, name: Any, x: Any, y: Any) -> None:
        """A joint dragged to a place, as shares of the picture's width and height."""
        if name not in HANDLES or not all(isinstance(v, int | float) and np.isfinite(v) for v in (x, y)):
            raise InputError("There is no such joint.")
        width, height = self.figure.size
        place = float(np.clip(x, -0.5, 1.5)) * width, float(np.clip(y, -0.5, 1.5)) * height
        self.figures[self.chosen] = self.figure.with_point(name, place)

    def paint(self, strokes: Any) -> None:
        """The outline painted over: strokes of {"erase", "radius" (share of the longer side), "points" [[x, y]]}."""
        figure = self.figure
        width, height = figure.size
        alpha = figure.alpha.copy()
        for stroke in strokes if isinstance(strokes, list) else []:
            try:
                points = np.array(stroke["points"], np.float64).reshape(-1, 2)[:4000] * [width, height]
                radius = float(np.clip(stroke["radius"], 0.001, 0.2)) * max(width, height)
                erase = bool(stroke["erase"])
            except (KeyError, TypeError, ValueError):
                raise InputError("The strokes could not be read: paint again.") from None
            if len(points) == 0 or not np.isfinite(points).all():
                continue
            brush = np.zeros(alpha.shape, np.uint8)
            # Sixteenths of a pixel, for an edge as soft as the outline's own.
            line = np.round(np.clip(points, -width, 2 * max(width, height)) * 16).astype(np.int32).reshape(-1, 1, 2)
            cv2.polylines(brush, [line], False, (255,), max(1, round(2 * radius)), cv2.LINE_AA, 4)
            for point in points[:: max(1, len(points) // 200)]:
                cv2.circle(brush, (int(point[0]), int(point[1])), max(1, round(radius)), (255,), -1, cv2.LINE_AA)
            share = brush.astype(np.float32) / 255
            alpha = alpha * (1 - share) if erase else np.maximum(alpha, share)
        painted = figure.with_alpha(alpha)
        if figure.kind != "person" and (alpha > 0.5).sum() > 200:
            painted = finding.of_shape(figure.picture, painted.alpha)  # a drawing's joints follow its outline
        self.figures[self.chosen] = painted

    def reset(self) -> None:
        """All as it was found."""
        if self.found is not None:
            self.figures = list(self.found.figures)

    def begin(self) -> int:
        """A new job: those before may not report any more."""
        with self.lock:
            self.ticket += 1
            return self.ticket

    def may(self, ticket: int) -> bool:
        """Whether a job is still the newest."""
        return ticket == self.ticket


def shipped_pictures() -> dict[str, Path]:
    """Title -> file of the pictures in assets/pictures."""
    return {path.stem.replace("-", " ").capitalize(): path for path in sorted((ASSETS / "pictures").glob("*.*"))
            if path.suffix in (".png", ".jpg")}  # fmt: skip


@cache
def shipped_dances() -> Mapping[str, Path]:
    """Title -> file of the dances in assets/dances."""
    return {path.stem.replace("-", " ").capitalize(): path for path in sorted((ASSETS / "dances").glob("*.npz"))}


def finder_value(cast: Cast, folder: str = "") -> dict[str, Any] | None:
    """What the panel of the picture shows: the picture, the outline, the joints, who can be chosen.

    folder : the workspace that the browser is to remember over a reload.
    """
    if not cast.figures:
        return None
    figure = cast.figure
    width, height = figure.size
    names = list(HANDLES)
    places = np.stack([figure.point(name) for name in names]) / [width, height]
    parts = {
        "points": {name: np.round(place, 4).tolist() for name, place in zip(names, places, strict=True)},
        "lines": [list(line) for line in _LINES],
    }
    if cast.system == "musedance":
        parts, _ = muse_shown.finder_parts(figure)
    return {
        "picture": picture_url(figure.picture),
        "outline": outline_url(figure.alpha),
        "size": [width, height],
        **parts,
        "figures": [_box(other) for other in cast.figures],
        "chosen": cast.chosen,
        "kind": figure.kind,
        "folder": folder,
    }


def _box(figure: Figure) -> list[float]:
    left, top, right, bottom = figure.box
    width, height = figure.size
    return np.round([left / width, top / height, right / width, bottom / height], 4).tolist()


def picture_url(picture: np.ndarray, longest: int = _SHOWN) -> str:
    """A picture (h, w, 3 or 4) uint8 as a data address: PNG where it is see-through, else JPEG."""
    scale = min(1.0, longest / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    file = io.BytesIO()
    if small.shape[2] == 4 and (small[..., 3] < 250).mean() > 0.01:
        Image.fromarray(small).save(file, "PNG")
        kind = "png"
    else:
        Image.fromarray(np.ascontiguousarray(small[..., :3])).save(file, "JPEG", quality=82)
        kind = "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"


def outline_url(alpha: np.ndarray) -> str:
    """An outline as a data address: a PNG that is white and see-through."""
    scale = min(1.0, _SHOWN / max(alpha.shape))
    small = cv2.resize(alpha, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else alpha
    seen = np.full((*small.shape, 4), 255, np.uint8)
    seen[..., 3] = np.round(np.clip(small, 0, 1) * 16) * 15.9375  # sixteen steps: a quarter of the bytes
    file = io.BytesIO()
    Image.fromarray(seen).save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def stick_value(rigs: Sequence[Rig], bones: Sequence[Bones], fps: float) -> dict[str, Any]:
    """The stick figures that move beside the film: places in parts of 10,000 of a square, int16, little endian."""
    flat = np.stack([np.stack([own.points[name][:, :2] for name in _STICK], axis=1) for own in bones], axis=1)
    low, high = flat.min(axis=(0, 1, 2)), flat.max(axis=(0, 1, 2))
    side = max(float((high - low).max()), 1e-3) * 1.14
    middle = (low + high) / 2
    shown = np.stack([(flat[..., 0] - middle[0]) / side + 0.5, 0.5 - (flat[..., 1] - middle[1]) / side], axis=-1)
    data = np.clip(np.round(shown * 10000), -32000, 32000).astype("<i2")
    return {
        "fps": fps, "frames": len(flat), "dancers": len(rigs), "names": list(_STICK),
        "data": base64.b64encode(data.tobytes()).decode(),
    }  # fmt: skip


def with_steps(cast: Cast, steps: Steps) -> Cast:
    """Remember a dance; a name that is taken gets a number."""
    name, count = steps.name, 2
    while name in cast.steps or name in shipped_dances():
        name = f"{steps.name} {count}"
        count += 1
    cast.steps[name] = replace(steps, name=name)
    return cast
