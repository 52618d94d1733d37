"""Outlines to learn from: people in poses of real dances, animals, insects, things, plants, words - drawn by chance."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from demos.motion.skeleton import INDEX, PARENTS
from demos.video import muse_shape
from demos.video.muse_shape import Shape

SIZE = 144
"""Pixels of a drawing's sides."""
_ON = (1.0,)
KINDS = ("person", "animal", "sitter", "insect", "bird", "pot", "plant", "thing", "word")


def shapes(count: int, *, seed: int = 0, poses: Sequence[np.ndarray] = ()) -> list[Shape]:
    """Shapes of random outlines, kinds in turn. poses : (24, 3) joints of real dancers in metres, for people."""
    rng = np.random.default_rng([seed, 5])
    made: list[Shape] = []
    while len(made) < count:
        mask = outline(KINDS[len(made) % len(KINDS)], rng, poses)
        made.append(muse_shape.find(mask))
    return made


def outline(kind: str, rng: np.random.Generator, poses: Sequence[np.ndarray] = ()) -> np.ndarray:
    """(h, w) float32, 0 or 1: one drawing of a kind of KINDS, the right way up, possibly mirrored."""
    sheet = np.zeros((SIZE, SIZE if kind != "word" else 3 * SIZE), np.uint8)
    if kind == "person" and len(poses) and rng.random() < 0.8:
        _dancer(sheet, rng, poses[int(rng.integers(len(poses)))])
    else:
        _DRAWN[kind](sheet, rng)
    if rng.random() < 0.5:
        sheet = sheet[:, ::-1]
    return np.ascontiguousarray(sheet).astype(np.float32)


def _line(sheet: np.ndarray, points: Sequence[tuple[float, float]], thick: float) -> None:
    """A thick line through points in hundredths of the sheet's height, x from the left, y DOWN."""
    at = np.round(np.array(points) * SIZE / 100).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(sheet, [at], False, _ON, max(2, round(thick * SIZE / 100)))


def _blob(sheet: np.ndarray, x: float, y: float, wide: float, high: float, angle: float = 0.0) -> None:
    scale = SIZE / 100
    centre = round(x * scale), round(y * scale)
    cv2.ellipse(sheet, centre, (max(1, round(wide * scale)), max(1, round(high * scale))), angle, 0, 360, _ON, -1)


def _dancer(sheet: np.ndarray, rng: np.random.Generator, joints: np.ndarray) -> None:
    flat = joints[:, :2] * [1, -1]
    low, high = flat.min(axis=0), flat.max(axis=0)
    scale = 78 / max(float((high - low).max()), 1e-3)
    at = (flat - (low + high) / 2) * scale + [50, 52]
    thick = rng.uniform(0.8, 1.6)
    for child, parent in enumerate(PARENTS):
        if parent < 0:
            continue
        wide = 8 if child in (INDEX["spine1"], INDEX["spine2"], INDEX["spine3"]) else 5
        _line(sheet, [tuple(at[parent]), tuple(at[child])], wide * thick)
    trunk = [at[INDEX[name]] for name in ("left_shoulder", "right_shoulder", "right_hip", "left_hip")]
    cv2.fillConvexPoly(sheet, cv2.convexHull(np.round(np.array(trunk) * SIZE / 100).astype(np.int32)), _ON)
    _blob(sheet, at[INDEX["head"], 0], at[INDEX["head"], 1] - 3, rng.uniform(5, 8), rng.uniform(6, 9))


def _person(sheet: np.ndarray, rng: np.random.Generator) -> None:
    wide, leg, arm = rng.uniform(5, 16), rng.uniform(22, 42), rng.uniform(18, 30)
    hip, shoulder = 92 - leg, 92 - leg - rng.uniform(20, 32)
    _blob(sheet, 50, (hip + shoulder) / 2, wide, (hip - shoulder) / 2 + 4)
    _blob(sheet, 50, shoulder - 11, rng.uniform(6, 12), rng.uniform(8, 12))
    _line(sheet, [(50, shoulder), (50, shoulder - 8)], 5)
    for sign in (-1, 1):
        _line(
            sheet,
            [(50 + sign * 0.5 * wide, hip), (50 + sign * (0.6 * wide + rng.uniform(0, 8)), 92)],
            rng.uniform(4, 9),
        )
        a = rng.uniform(-1.2, 1.3)
        b = a + rng.uniform(-0.3, 1.0)
        x, y = 50 + sign * 0.9 * wide, shoulder + 4
        mid = x + sign * arm * 0.5 * np.cos(a), y - arm * 0.5 * np.sin(a)
        tip = mid[0] + sign * arm * 0.5 * np.cos(b), mid[1] - arm * 0.5 * np.sin(b)
        _line(sheet, [(x - sign * 3, y), mid, tip], rng.uniform(3, 7))


def _animal(sheet: np.ndarray, rng: np.random.Generator) -> None:
    leg = rng.uniform(14, 34)
    body = 88 - leg - rng.uniform(8, 13)
    long = rng.uniform(20, 30)
    _blob(sheet, 50, body, long, rng.uniform(9, 15))
    for x in (-0.8, -0.4, 0.4, 0.8):
        _line(sheet, [(50 + x * long, body), (50 + x * long + rng.uniform(-4, 4), 88)], rng.uniform(4, 7))
    neck = rng.uniform(2, 26)
    _line(sheet, [(50 + 0.8 * long, body), (52 + 1.05 * long, body - neck)], rng.uniform(6, 9))
    _blob(sheet, 54 + 1.05 * long, body - neck - 4, rng.uniform(7, 11), rng.uniform(5, 8))
    _line(sheet, [(50 - 0.9 * long, body - 4), (46 - 1.15 * long, body - rng.uniform(-6, 20))], rng.uniform(2.5, 5))


def _sitter(sheet: np.ndarray, rng: np.random.Generator) -> None:
    """A sitting cat, bear, rabbit, owl."""
    wide = rng.uniform(15, 24)
    _blob(sheet, 50, 68, wide, 22)
    _blob(sheet, 50, 36, rng.uniform(12, 17), rng.uniform(11, 14))
    ear = rng.uniform(8, 24)
    for sign in (-1, 1):
        _line(sheet, [(50 + sign * 8, 32), (50 + sign * rng.uniform(8, 14), 30 - ear)], rng.uniform(4, 7))
        _blob(sheet, 50 + sign * 0.7 * wide, 88, 7, 3.5)
    if rng.random() < 0.7:
        _line(
            sheet, [(50 + wide - 3, 82), (54 + wide + 8, 76), (50 + wide + 14, rng.uniform(48, 70))], rng.uniform(3, 5)
        )
    if rng.random() < 0.5:
        for sign in (-1, 1):
            _line(sheet, [(50 + sign * (wide - 4), 58), (50 + sign * (wide + 12), rng.uniform(48, 76))], 5)


def _insect(sheet: np.ndarray, rng: np.random.Generator) -> None:
    wide = rng.uniform(8, 15)
    _blob(sheet, 50, 58, wide, 24)
    _blob(sheet, 50, 27, rng.uniform(7, 11), rng.uniform(7, 10))
    for sign in (-1, 1):
        _line(sheet, [(50 + sign * 4, 22), (50 + sign * rng.uniform(8, 18), rng.uniform(5, 12))], 2.5)
        for k in range(int(rng.integers(2, 4))):
            y = 44 + 14 * k
            _line(sheet, [(50 + sign * 0.7 * wide, y), (50 + sign * (wide + 10), y + rng.uniform(-8, 4)),
                          (50 + sign * (wide + 20), y + rng.uniform(-4, 12))], rng.uniform(2.5, 4))  # fmt: skip
    if rng.random() < 0.5:
        _line(sheet, [(44, 80), (42, 94)], 3)
        _line(sheet, [(56, 80), (58, 94)], 3)


def _bird(sheet: np.ndarray, rng: np.random.Generator) -> None:
    _blob(sheet, 50, 55, rng.uniform(14, 22), rng.uniform(12, 20))
    _blob(sheet, 60, 32, 9, 9)
    _line(sheet, [(56, 44), (60, 32)], 9)
    for sign in (-1, 1):
        _line(sheet, [(50 + sign * 5, 68), (50 + sign * 6, 92)], 2.5)
        _line(sheet, [(50 + sign * 10, 52), (50 + sign * rng.uniform(26, 42), rng.uniform(32, 66))], rng.uniform(4, 8))


def _pot(sheet: np.ndarray, rng: np.random.Generator) -> None:
    """A teapot, jug or watering can."""
    wide, high = rng.uniform(18, 28), rng.uniform(14, 26)
    y = 90 - high
    _blob(sheet, 50, y, wide, high)
    cv2.rectangle(sheet, _at(50 - 0.6 * wide, y), _at(50 + 0.6 * wide, 90), _ON, -1)
    if rng.random() < 0.8:
        _line(sheet, [(50 + 0.8 * wide, y + 6), (50 + wide + 10, y - 4), (50 + wide + 15, y - 16)], rng.uniform(4, 7))
    if rng.random() < 0.8:
        scale = SIZE / 100
        centre = round((50 - wide - 2) * scale), round(y * scale)
        cv2.ellipse(sheet, centre, (round(9 * scale), round(0.6 * high * scale)), 0, 0, 360, _ON, round(4 * scale))
    _blob(sheet, 50, y - high - 2, 4, 5)


def _plant(sheet: np.ndarray, rng: np.random.Generator) -> None:
    trunk = rng.uniform(20, 50)
    _line(sheet, [(50, 94), (50 + rng.uniform(-5, 5), 94 - trunk)], rng.uniform(3, 9))
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(3, 7))):
            _blob(
                sheet,
                50 + rng.uniform(-14, 14),
                80 - trunk + rng.uniform(-16, 8),
                rng.uniform(12, 18),
                rng.uniform(10, 16),
            )
    else:
        for sign in (-1, 1):
            for _ in range(int(rng.integers(1, 4))):
                y = 94 - trunk * rng.uniform(0.4, 1.0)
                _line(sheet, [(50, y), (50 + sign * rng.uniform(14, 34), y - rng.uniform(4, 26))], rng.uniform(3, 6))
        _blob(sheet, 50, 90 - trunk, rng.uniform(8, 14), rng.uniform(8, 16))


def _thing(sheet: np.ndarray, rng: np.random.Generator) -> None:
    """A box, bottle, lamp, star, balloon, robot's block."""
    kind = int(rng.integers(5))
    if kind == 0:
        wide, high = rng.uniform(12, 34), rng.uniform(16, 40)
        cv2.rectangle(sheet, _at(50 - wide, 92 - 2 * high), _at(50 + wide, 92), _ON, -1)
    elif kind == 1:
        cv2.rectangle(sheet, _at(38, 45), _at(62, 92), _ON, -1)
        cv2.rectangle(sheet, _at(45, rng.uniform(10, 30)), _at(55, 50), _ON, -1)
    elif kind == 2:
        _line(sheet, [(50, 90), (50, 40)], rng.uniform(4, 8))
        _blob(sheet, 50, 90, 18, 4)
        at = [_at(30, 45), _at(70, 45), _at(60, 15), _at(40, 15)]
        cv2.fillConvexPoly(sheet, np.array(at, np.int32), _ON)
    elif kind == 3:
        angles = np.linspace(0, 2 * np.pi, 11)[:-1] + np.pi / 2
        far = np.where(np.arange(10) % 2 == 0, 42, rng.uniform(15, 26))
        at = np.stack([50 + far * np.cos(angles), 50 - far * np.sin(angles)], axis=1)
        cv2.fillPoly(sheet, [np.round(at * SIZE / 100).astype(np.int32)], _ON)
    else:
        _blob(sheet, 50, 50, rng.uniform(22, 40), rng.uniform(28, 42))


def _word(sheet: np.ndarray, rng: np.random.Generator) -> None:
    letters = "".join(rng.choice(list("ABCDEFGHKLMNOPRSTUVWXYZ"), int(rng.integers(2, 7))))
    x = 8.0
    for letter in letters:
        cv2.putText(sheet, letter, _at(x, 80), cv2.FONT_HERSHEY_SIMPLEX, 3.0, _ON, int(rng.integers(14, 26)))
        x += 46


def _at(x: float, y: float) -> tuple[int, int]:
    return round(x * SIZE / 100), round(y * SIZE / 100)


_DRAWN = {
    "person": _person, "animal": _animal, "sitter": _sitter, "insect": _insect, "bird": _bird, "pot": _pot,
    "plant": _plant, "thing": _thing, "word": _word,
}  # fmt: skip
