"""People in pictures: MediaPipe's holistic model behind one function. Key points, confidence, depth, a rough mask.

MediaPipe finds one person at a time, so found ones are painted over and the rest is looked at again. Its models are
inside its package: nothing is downloaded.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from demos.corpus.keypoints import MIRROR_PLACES, NAMES, PARTS, PLACE
from demos.video.figure import settle

MOST = 4
"""People looked for in one picture."""
LONGEST = 1280
"""Pixels: larger pictures are looked at in this size; the model itself works in 256."""
_LEAST_INSIDE, _LEAST_SPREAD = 0.7, 0.35

# Ours -> MediaPipe's 33 body points.
_BODY = {
    "nose": 0, "left_eye": 2, "right_eye": 5, "left_ear": 7, "right_ear": 8, "left_mouth": 9, "right_mouth": 10,
    **{f"{side}_{joint}": first + (side == "right")
       for joint, first in (("shoulder", 11), ("elbow", 13), ("wrist", 15), ("hip", 23), ("knee", 25), ("ankle", 27),
                            ("heel", 29), ("toe", 31)) for side in ("left", "right")},
}  # fmt: skip
_HAND = (1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 17, 18, 20)
"""Of MediaPipe's 21 hand points, ours in order."""
_CHIN, _FOREHEAD = 152, 10  # of its 468 face points
_KNUCKLES = {"thumb": 21, "index": 19, "little": 17}  # of the left; the right's follow each
_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class Person:
    """One person. points (60, 2) pixels, confidence (60,), depth (60,) pixels behind the hips, mask (h, w) float32."""

    points: np.ndarray
    confidence: np.ndarray
    depth: np.ndarray
    mask: np.ndarray


def find_people(rgb: np.ndarray, *, most: int = MOST) -> list[Person]:
    """The people in a picture (h, w, 3) uint8, largest first; none where the detector sees none it can believe."""
    import cv2

    if not _there():
        return []
    height, width = rgb.shape[:2]
    scale = min(1.0, LONGEST / max(height, width))
    small = rgb if scale == 1 else cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found: list[Person] = []
    left = small.copy()
    for box in _looks(small.shape[1], small.shape[0]):
        while len(found) < most:
            person = _look(left, box)
            if person is None or any(_same(person.mask, other.mask) for other in found):
                break
            found.append(person)
            hidden = cv2.dilate((person.mask > 0.3).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
            left[hidden] = np.median(small.reshape(-1, 3), axis=0)
    found.sort(key=lambda person: -float((person.mask > 0.5).sum()))
    return [
        Person(
            person.points / scale, person.confidence, person.depth / scale,
            cv2.resize(person.mask, (width, height), interpolation=cv2.INTER_LINEAR),
        )
        for person in found
    ]  # fmt: skip


def _same(mask: np.ndarray, other: np.ndarray) -> bool:
    """Whether a person is what is left of one that was found already, or a speck beside one."""
    import cv2

    own, reach = mask > 0.4, max(3, round(0.012 * max(mask.shape)))
    covered = cv2.dilate((other > 0.3).astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    return own.sum() < 0.08 * (other > 0.5).sum() or (own & covered).sum() > 0.35 * own.sum()


def _looks(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """Where to look: everywhere, then in squares along a long picture, whose people the model would see small."""
    yield 0, 0, width, height
    short, long = min(width, height), max(width, height)
    if long < 1.25 * short:
        return
    for start in np.linspace(0, long - short, 2 if long < 2 * short else 3).astype(int):
        left, top = (int(start), 0) if width > height else (0, int(start))
        yield left, top, left + short, top + short


def _look(rgb: np.ndarray, box: tuple[int, int, int, int]) -> Person | None:
    """The most prominent person within a box of the picture."""
    x0, y0, x1, y1 = box
    crop = np.ascontiguousarray(rgb[y0:y1, x0:x1])
    with _lock:  # the graph is one, and not for many threads
        seen = _holistic().process(crop)
    if seen.pose_landmarks is None or seen.segmentation_mask is None:
        return None
    size = np.array([x1 - x0, y1 - y0], np.float64)
    body = np.array([[p.x, p.y, p.z, p.visibility] for p in seen.pose_landmarks.landmark])
    body[:, :2] = body[:, :2] * size + [x0, y0]
    body[:, 2] *= size[0]
    mask = np.zeros(rgb.shape[:2], np.float32)
    mask[y0:y1, x0:x1] = seen.segmentation_mask
    points, confidence, depth = _collect(body, seen, size, np.array([x0, y0], np.float64))
    points[PLACE["crown"]] = top_of_head(points, mask)
    if points[PLACE["left_shoulder"], 0] < points[PLACE["right_shoulder"], 0]:
        # Seen from behind. What the picture shows is what the viewer should see, so it counts as the front.
        points, confidence, depth = points[MIRROR_PLACES], confidence[MIRROR_PLACES], depth[MIRROR_PLACES]
    return Person(points, confidence, depth, mask) if _believable(points, confidence, mask) else None


def _collect(
    body: np.ndarray, seen: Any, size: np.ndarray, corner: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    points, confidence, depth = np.zeros((len(NAMES), 2)), np.zeros(len(NAMES)), np.zeros(len(NAMES))
    for name, place in _BODY.items():
        at = PLACE[name]
        points[at], depth[at], confidence[at] = body[place, :2], body[place, 2], body[place, 3]
    points = settle(points)
    for name, sides in (("neck", "shoulder"), ("pelvis", "hip")):
        pair = [PLACE[f"left_{sides}"], PLACE[f"right_{sides}"]]
        confidence[PLACE[name]], depth[PLACE[name]] = confidence[pair].min(), depth[pair].mean()
    _head(points, confidence, depth, seen, size, corner)
    for side in ("left", "right"):
        part = PARTS[f"{side}_hand"]
        wrist = PLACE[f"{side}_wrist"]
        depth[part], confidence[part] = depth[wrist], confidence[wrist]
        hand = getattr(seen, f"{side}_hand_landmarks")
        if hand is not None:
            points[part] = np.array([[hand.landmark[k].x, hand.landmark[k].y] for k in _HAND]) * size + corner
        else:
            towards = {name: body[place + (side == "right"), :2] for name, place in _KNUCKLES.items()}
            points[part] = guess_hand(points[wrist], (towards["index"] + towards["little"]) / 2, towards["thumb"])
            confidence[part] *= 0.5
    return points, confidence, depth


def _head(
    points: np.ndarray, confidence: np.ndarray, depth: np.ndarray, seen: Any, size: np.ndarray, corner: np.ndarray
) -> None:
    """Chin, forehead and crown, in place; by the eyes and the mouth where the face was not seen in detail."""
    eyes = (points[PLACE["left_eye"]] + points[PLACE["right_eye"]]) / 2
    mouth = (points[PLACE["left_mouth"]] + points[PLACE["right_mouth"]]) / 2
    down = mouth - eyes
    chin, forehead = mouth + 0.75 * down, eyes - 0.95 * down
    if seen.face_landmarks is not None:
        face = seen.face_landmarks.landmark
        chin, forehead = (np.array([face[k].x, face[k].y]) * size + corner for k in (_CHIN, _FOREHEAD))
    for name, place in (("chin", chin), ("forehead", forehead), ("crown", forehead + 0.32 * (forehead - chin))):
        points[PLACE[name]] = place
        confidence[PLACE[name]], depth[PLACE[name]] = confidence[PLACE["nose"]], depth[PLACE["nose"]]


def top_of_head(points: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(2,) pixels: where the outline (h, w) ends above the forehead, within reason: under the hair, not in the sky."""
    forehead, chin = points[PLACE["forehead"]], points[PLACE["chin"]]
    up = forehead - chin
    height, width = mask.shape
    shares = np.linspace(0.1, 1.4, 52)
    way = forehead + shares[:, None] * up
    inside = (way >= 0).all(axis=1) & (way[:, 0] < width) & (way[:, 1] < height)
    at = np.clip(way, 0, [width - 1, height - 1]).astype(int)
    held = inside & (mask[at[:, 1], at[:, 0]] > 0.5)
    last = shares[0] if not held[0] else shares[int(np.argmin(held)) - 1] if not held.all() else shares[-1]
    return forehead + max(0.15, float(last)) * up


def guess_hand(wrist: np.ndarray, knuckles: np.ndarray, thumb: np.ndarray) -> np.ndarray:
    """(16, 2) hand points from the wrist, the middle of the knuckles and the thumb, each (2,)."""
    along = knuckles - wrist
    side = np.array([-along[1], along[0]])
    if side @ (thumb - wrist) < 0:
        side = -side
    rows = [wrist + share * along + 0.45 * share * side for share in (0.3, 0.6, 0.85, 1.05)]
    for index, reach in enumerate((1.9, 2.05, 1.95, 1.7)):
        across = (0.28 - 0.19 * index) * side
        rows += [wrist + share * along + across for share in (1.0, 0.5 * (1 + reach), reach)]
    return np.array(rows)


def _believable(points: np.ndarray, confidence: np.ndarray, mask: np.ndarray) -> bool:
    """Whether what the detector says could be a person: it also finds eyes in a button and legs in a cloud."""
    names = ("nose", *(f"{s}_{j}" for s in ("left", "right") for j in ("shoulder", "elbow", "hip", "knee", "ankle")))
    sure = [PLACE[name] for name in names if confidence[PLACE[name]] > 0.5]
    if len(sure) < 4 or (mask > 0.5).sum() < 200:
        return False
    height, width = mask.shape
    own = points[sure]
    inside = (own >= 0).all(1) & (own[:, 0] < width) & (own[:, 1] < height)
    at = own[inside].astype(int)
    if len(at) < 3 or (mask[at[:, 1], at[:, 0]] > 0.4).mean() < _LEAST_INSIDE:
        return False
    ys, xs = np.nonzero(mask > 0.5)
    seen = np.array([np.ptp(np.percentile(xs, [1, 99])), np.ptp(np.percentile(ys, [1, 99]))])
    # Hips need not be in the picture, yet the trunk must be longer than the face, and the whole as large as the mask.
    face = np.linalg.norm(points[PLACE["forehead"]] - points[PLACE["chin"]])
    trunk = np.linalg.norm(points[PLACE["neck"]] - points[PLACE["pelvis"]])
    shoulders = np.linalg.norm(points[PLACE["left_shoulder"]] - points[PLACE["right_shoulder"]])
    spread = np.ptp(points[: PARTS["head"].stop], axis=0)
    up = points[PLACE["pelvis"]] - points[PLACE["neck"]]
    if up[1] < 0.25 * np.linalg.norm(up):  # lying or upside down: more often a mistake than a dancer
        return False
    if spread.max() < _LEAST_SPREAD * seen.max() or max(trunk, shoulders) < 0.8 * face:
        return False
    return bool(spread.max() > 0.62 * seen.max() or face > 0.1 * seen.max())


@cache
def _there() -> bool:
    """Whether the detector can be loaded; without it (it has no wheels for some machines) shapes are found all the
    same."""
    try:
        _holistic()
    except ImportError as error:
        logging.getLogger(__name__).warning("no people will be found in pictures: %s", error)
        return False
    return True


@cache
def _holistic() -> Any:
    """The model, loaded once."""
    os.environ.setdefault("GLOG_minloglevel", "2")
    with _quiet():
        from mediapipe.python.solutions.holistic import Holistic

        model = Holistic(
            static_image_mode=True, model_complexity=1, enable_segmentation=True, min_detection_confidence=0.35
        )  # fmt: skip
        model.process(np.zeros((64, 64, 3), np.uint8))  # what it prints at first use, it prints here
    return model


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what the C++ side writes to the standard error of the process while it starts."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
