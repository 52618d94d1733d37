"""What is in a picture: people first, else a drawing with limbs, else a shape; never a crash, and never nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.corpus.keypoints import NAMES, PLACE
from demos.runtime.errors import InputError
from demos.video import limbs, matting, silhouette
from demos.video.figure import Figure
from demos.video.people import Person, find_people, top_of_head

_COVERS = 0.6
"""A person that is less than this share of the shape on plain paper is a mistake: the drawing is meant."""


_ANKLE = 0.052, 0.078
"""Of a person's height: how high in a picture ankles are above the soles of feet seen from the side, shoes included,
and above the tips of feet that point at the viewer."""


@dataclass(frozen=True, eq=False)
class Found:
    """What was found in a picture. figures : largest first, at least one. said : one sentence for people."""

    figures: tuple[Figure, ...]
    said: str


def find(picture: np.ndarray) -> Found:
    """The figures of a picture (h, w, 4) uint8.

    Raises InputError when it shows nothing that stands out at all, such as one colour.
    """
    flat = on_white(picture)
    if np.ptp(flat.reshape(-1, 3).astype(int), axis=0).max() < 12:
        raise InputError("The picture is one plain colour: choose one with somebody or something in it.")
    cut_out = silhouette.transparent(picture)
    persons = find_people(flat)
    shape = None
    if cut_out or not persons or silhouette.plain(flat):
        shape = silhouette.find_shape(picture)
        if shape is not None and persons and not cut_out and _on_border(shape) < 0.12:
            own = persons[0].mask > 0.5
            if (own & (shape > 0.5)).sum() < _COVERS * (shape > 0.5).sum() and len(persons) == 1:
                persons = []
    if persons:
        figures = [_of_person(picture, flat, person, picture if cut_out else None) for person in persons]
        return Found(tuple(figures), _people_said(figures))
    if shape is None:
        shape = _middle(picture.shape[0], picture.shape[1])
        said = "Nobody could be made out, so the middle of the picture dances: paint over what should."
        return Found((of_shape(picture, shape),), said)
    figure = of_shape(picture, shape)
    said = {
        "drawing": "No person, but a figure with limbs: its joints were guessed from the outline; drag what is off.",
        "shape": "Nobody here, but a shape: it will sway and hop as one piece.",
    }[figure.kind]
    return Found((figure,), said)


def _of_person(picture: np.ndarray, flat: np.ndarray, person: Person, cut_out: np.ndarray | None) -> Figure:
    alpha = _outline(flat, person.mask, cut_out)
    points = person.points.copy()
    points[PLACE["crown"]] = top_of_head(points, alpha)  # by the finer outline, which has the hair
    _lower_ankles(points, alpha)
    return Figure(picture, alpha, points, person.confidence, person.depth, "person")


def _lower_ankles(points: np.ndarray, alpha: np.ndarray) -> None:
    """Ankles in place, at most _ANKLE of the height above the soles: the detector puts those of bare legs too high."""
    height, width = alpha.shape
    tall = points[:, 1].max() - points[PLACE["crown"], 1]
    for side in ("left", "right"):
        ankle, knee, toe = (points[PLACE[f"{side}_{name}"]] for name in ("ankle", "knee", "toe"))
        if not 0 < ankle[1] < height - 2:
            continue
        low, high = sorted((ankle[0], toe[0]))
        left, right = int(max(0, low - 0.03 * tall)), int(min(width, high + 0.03 * tall + 1))
        rows = np.flatnonzero((alpha[int(ankle[1]) :, left:right] > 0.5).any(axis=1)) if left < right else []
        aside = min(abs(toe[0] - ankle[0]) / (0.1 * tall), 1.0)
        usual = (_ANKLE[0] + (_ANKLE[1] - _ANKLE[0]) * np.sqrt(1 - aside**2)) * tall
        if len(rows) == 0 or rows[-1] + 1 < 0.5 * usual:
            continue
        sole = ankle[1] + rows[-1] + 1
        down = ankle[1] - knee[1]
        if usual < sole - ankle[1] < 0.2 * tall and down > 0.1 * tall:
            ankle += (sole - usual - ankle[1]) / down * (ankle - knee)


def of_shape(picture: np.ndarray, alpha: np.ndarray) -> Figure:
    """A figure from an outline alone; joints by its limbs."""
    if (alpha > 0.5).sum() < 60:
        raise InputError("The outline is empty: paint over the figure that should dance.")
    points, confidence, kind = limbs.find_joints(alpha)
    return Figure(picture, alpha, points, confidence, np.zeros(len(NAMES)), kind)


def on_white(picture: np.ndarray) -> np.ndarray:
    """(h, w, 4) uint8 laid on white paper: (h, w, 3)."""
    alpha = picture[..., 3:].astype(np.float32) / 255
    return np.ascontiguousarray((picture[..., :3] * alpha + 255 * (1 - alpha)).round().astype(np.uint8))


def _outline(flat: np.ndarray, mask: np.ndarray, picture: np.ndarray | None) -> np.ndarray:
    if picture is None and matting.drawn(flat):
        alpha = silhouette.against_border(flat, mask)
        if alpha is not None:
            return alpha
    alpha = matting.refine(flat, mask)
    # The cut-out's own edge is the better one.
    return alpha if picture is None else np.minimum(np.where(mask > 0.2, 1.0, 0.0), picture[..., 3] / 255.0)


def _on_border(alpha: np.ndarray) -> float:
    """Share of the picture's border that an outline covers: one that covers much of it is no figure."""
    edge = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    return float((edge > 0.5).mean())


def _middle(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    off = ((x + 0.5 - width / 2) / (0.28 * width)) ** 2 + ((y + 0.5 - 0.52 * height) / (0.42 * height)) ** 2
    return np.clip((1 - off) * 0.1 * min(height, width) + 0.5, 0, 1).astype(np.float32)


def _people_said(figures: list[Figure]) -> str:
    figure = figures[0]
    count = len(figures)
    who = "One person" if count == 1 else f"{count} people: choose who dances"
    height = figure.size[1]
    low = max(figure.point(f"{side}_ankle")[1] for side in ("left", "right"))
    hips = figure.point("pelvis")[1]
    if hips > height:
        who += "; the picture ends at the chest, so the shoulders and arms dance"
    elif low > 1.02 * height:
        who += "; the picture ends above the feet, so the upper body dances"
    elif _seated(figure):
        who += ", seated: legs were lengthened from what is seen"
    return who + "."


def _seated(figure: Figure) -> bool:
    trunk = np.linalg.norm(figure.points[PLACE["neck"]] - figure.points[PLACE["pelvis"]])
    thighs = [
        abs(figure.point(f"{side}_knee")[1] - figure.point(f"{side}_hip")[1]) for side in ("left", "right")
    ]  # fmt: skip
    return bool(max(thighs) < 0.45 * trunk)
