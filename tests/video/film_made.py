"""Pictures and tracks made here, whose truth is known."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from made_motion import make_groove

from demos.corpus.keypoints import NAMES, PLACE
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import REST_HEIGHT
from demos.video.figure import Figure
from demos.video.track import PoseTrack, from_motion

PAPER = (236, 232, 224)
INK = (60, 40, 120)


def doll(height: int = 360, width: int = 300, *, seen: bool = True) -> np.ndarray:
    """(h, w, 4) uint8: a paper doll with arms out and legs apart; its background see-through unless `seen`."""
    fine = 4
    sheet = np.zeros((height * fine, width * fine, 4), np.uint8)
    sheet[:] = (*PAPER, 255) if seen else 0
    unit = height * fine

    def line(start, end, wide, colour):
        first, last = ((round(x * unit), round(y * unit)) for x, y in (start, end))
        cv2.line(sheet, first, last, (*colour, 255), round(wide * unit), cv2.LINE_AA)

    middle = 0.5 * width / height
    for sign in (-1, 1):
        line((middle + 0.06 * sign, 0.36), (middle + 0.27 * sign, 0.42), 0.05, (240, 150, 60))
        line((middle + 0.06 * sign, 0.58), (middle + 0.11 * sign, 0.9), 0.07, (40, 110, 190))
        line((middle + 0.11 * sign, 0.92), (middle + 0.15 * sign, 0.93), 0.05, (30, 30, 30))
    line((middle, 0.38), (middle, 0.58), 0.17, (200, 60, 80))
    cv2.circle(sheet, (round(middle * unit), round(0.18 * unit)), round(0.11 * unit), (*INK, 255), -1, cv2.LINE_AA)
    return cv2.resize(sheet, (width, height), interpolation=cv2.INTER_AREA)


def standing() -> PoseTrack:
    """Two frames of the neutral skeleton at rest."""
    return from_motion(Motion(np.zeros((2, 24, 3)), np.tile([0.0, REST_HEIGHT, 0.0], (2, 1)), 30))


def mannequin(height: int = 420, width: int = 320) -> Figure:
    """A figure whose points are exactly those of the skeleton at rest: a person with arms straight out."""
    tall = 0.8 * height
    values = standing().values[0]
    origin = np.array([width / 2, height * 0.94 - standing().floor * tall])
    points = values[:, :2] * tall + origin
    alpha = np.zeros((height, width), np.uint8)
    picture = np.full((height, width, 4), 255, np.uint8)
    picture[..., :3] = (120, 170, 200)

    def at(name):
        return tuple(int(v) for v in np.round(points[PLACE[name]]))

    for side in ("left", "right"):
        chain = ("shoulder", "elbow", "wrist", "hand")
        ends = [at(f"{side}_{j}") if j != "hand" else at(f"{side}_middle_tip") for j in chain]
        for start, end in pairwise(ends):
            cv2.line(alpha, start, end, (255,), round(0.045 * tall))
        for start, end in (("hip", "knee"), ("knee", "ankle")):
            cv2.line(alpha, at(f"{side}_{start}"), at(f"{side}_{end}"), (255,), round(0.07 * tall))
        ankle = at(f"{side}_ankle")
        cv2.line(alpha, ankle, (ankle[0], round(height * 0.94) - 6), (255,), 12)
    quad = np.array([at("left_shoulder"), at("right_shoulder"), at("right_hip"), at("left_hip")])
    cv2.fillConvexPoly(alpha, quad, (255,))
    cv2.line(alpha, at("neck"), at("pelvis"), (255,), round(0.13 * tall))
    cv2.circle(alpha, at("nose"), round(0.075 * tall), (255,), -1)
    cv2.line(alpha, at("neck"), at("nose"), (255,), round(0.05 * tall))
    y, x = np.mgrid[0:height, 0:width]
    stripes = (60 + 140 * (((x // 9 + y // 9) % 2) == 0)).astype(np.uint8)
    picture[alpha > 0, 0], picture[alpha > 0, 1] = stripes[alpha > 0], 40
    return Figure(
        picture, alpha.astype(np.float32) / 255, points.astype(np.float32), np.ones(len(NAMES), np.float32),
        np.zeros(len(NAMES), np.float32), "person",
    )  # fmt: skip


def groove(seconds: float = 2.0) -> Dance:
    """Swinging arms and bouncing knees."""
    return Dance((make_groove(seconds),), Provenance("test"), beats=np.arange(0, seconds, 0.5))


def walk(seconds: float = 3.0, *, far: float = 1.6) -> Motion:
    """The groove, carried sideways by so many metres."""
    motion = make_groove(seconds)
    moved = motion.translation.copy()
    moved[:, 0] += np.linspace(0, far, len(motion))
    return Motion(motion.poses, moved, 30)


def turning(angles) -> PoseTrack:
    """The skeleton at rest, turned to angles (frames,), radians about the vertical."""
    poses = np.zeros((len(angles), 24, 3))
    poses[:, 0, 1] = angles
    return from_motion(Motion(poses, np.tile([0.0, REST_HEIGHT, 0.0], (len(angles), 1)), 30))
