"""Figure: what was found in a picture - its outline, its 60 key points, how sure they are - and how to change it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from demos.corpus.keypoints import NAMES, PARTS, PLACE

KINDS = ("person", "drawing", "shape")
HANDLES = (
    "crown", "chin", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "left_toe", "right_toe",
)  # fmt: skip
"""The points a person may drag; all others follow them."""


@dataclass(frozen=True, eq=False)
class Figure:
    """One figure in a picture.

    picture : (h, w, 4) uint8 sRGB, upright. alpha : (h, w) float32 0 to 1, how much of a pixel is the figure.
    points : (60, 2) float32 pixels (x right, y down; pixel centres at .5), names in demos.corpus.keypoints.NAMES. They
        may lie outside the picture. "left" is the figure's own left.
    confidence : (60,) float32 0 to 1; points that were not seen but guessed have 0.
    depth : (60,) float32 pixels behind the middle of the hips, where it is known, else 0.
    kind : person (a detector saw one), drawing (a shape with limbs) or shape (anything: moved as one soft piece).
    """

    picture: np.ndarray
    alpha: np.ndarray
    points: np.ndarray
    confidence: np.ndarray
    depth: np.ndarray
    kind: str = "person"

    def __post_init__(self) -> None:
        height, width = self.picture.shape[:2]
        if self.picture.shape != (height, width, 4) or self.picture.dtype != np.uint8:
            raise ValueError(f"the picture must be (h, w, 4) uint8, not {self.picture.shape} {self.picture.dtype}")
        if self.alpha.shape != (height, width):
            raise ValueError(f"alpha must be {(height, width)}, not {self.alpha.shape}")
        if self.points.shape != (len(NAMES), 2) or not np.isfinite(self.points).all():
            raise ValueError("points must be (60, 2) finite numbers")
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {KINDS}, not {self.kind!r}")
        for name in ("alpha", "points", "confidence", "depth"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), np.float32))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.picture.shape[1], self.picture.shape[0]

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom (excluded) of the outline, pixels."""
        ys, xs = np.nonzero(self.alpha > 0.5)
        if len(xs) == 0:
            return 0, 0, 0, 0
        return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1

    def point(self, name: str) -> np.ndarray:
        """(2,) pixels."""
        return self.points[PLACE[name]]

    def with_point(self, name: str, place: tuple[float, float]) -> Figure:
        """The same figure with one of HANDLES elsewhere; what hangs on it (hand, foot, face) comes along."""
        if name not in HANDLES:
            raise ValueError(f"{name!r} is not one of {HANDLES}")
        points, confidence = self.points.copy(), self.confidence.copy()
        moved = np.asarray(place, np.float32) - points[PLACE[name]]
        for follower in followers(name):
            points[follower] += moved
            confidence[follower] = max(float(confidence[follower]), 0.5)
        confidence[PLACE[name]] = 1.0
        return replace(self, points=settle(points), confidence=confidence)

    def with_alpha(self, alpha: np.ndarray) -> Figure:
        """The same figure with another outline."""
        return replace(self, alpha=np.clip(np.asarray(alpha, np.float32), 0, 1))

    def scaled(self, scale: float) -> Figure:
        """The same figure in a smaller (or larger) picture."""
        import cv2

        width, height = self.size
        size = max(2, round(width * scale)), max(2, round(height * scale))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        ratio = np.array([size[0] / width, size[1] / height], np.float32)
        return replace(
            self,
            picture=cv2.resize(self.picture, size, interpolation=how),
            alpha=np.clip(cv2.resize(self.alpha, size, interpolation=how), 0, 1),
            points=self.points * ratio,
            depth=self.depth * ratio[1],
        )


def followers(name: str) -> list[int]:
    """The places of a handle and of the points that move with it."""
    places = [PLACE[name]]
    side, _, joint = name.partition("_")
    if joint == "wrist":
        hand = PARTS[f"{side}_hand"]
        places += list(range(hand.start, hand.stop))
    elif joint == "ankle":
        places += [PLACE[f"{side}_heel"], PLACE[f"{side}_toe"]]
    elif name == "chin":
        places += [PLACE[f"{s}_mouth"] for s in ("left", "right")]
    elif name == "crown":
        places.append(PLACE["forehead"])
    return places


def settle(points: np.ndarray) -> np.ndarray:
    """(60, 2) points with those that lie between others put there: the neck, the middle of the hips."""
    points = points.copy()
    points[PLACE["neck"]] = (points[PLACE["left_shoulder"]] + points[PLACE["right_shoulder"]]) / 2
    points[PLACE["pelvis"]] = (points[PLACE["left_hip"]] + points[PLACE["right_hip"]]) / 2
    return points
