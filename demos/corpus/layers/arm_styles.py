"""Whole vocabularies for the arms: ballet, disco, salsa, vogue, hip-hop, flamenco, Indian, robot.

Each is a short phrase of poses that repeats, with its own timing; the dance below keeps its trunk and legs.
"""

from __future__ import annotations

from typing import NamedTuple

from demos.corpus.layers.arms import Keys, Pose, shifted, support
from demos.corpus.layers.curves import wave
from demos.corpus.layers.kind import Kind, Param
from demos.corpus.layers.workspace import Work


class Style(NamedTuple):
    """left, right : poses on the beats of a period. snap : 0 flowing to 1 shooting. twist : radians of the chest that
    follow, there and back every two beats."""

    left: Keys
    right: Keys
    period: float
    snap: float
    twist: float = 0.0


_OUT = (1.0, -0.25, -0.2)  # an elbow held out to the side, as arms rounded before the body have it
_HIGH = (1.0, 0.35, -0.1)
_HIP = Pose((0.06, -0.60, 0.10), 0.55, -0.5, (1.0, 0.0, -0.45))

_FIFTH, _SECOND = Pose((0.02, 0.88, 0.26), 0.15, 0.2, (1.0, -0.1, 0.3)), Pose((0.90, 0.0, 0.30), 0.1, 0.2)
_LOW, _FIRST = Pose((-0.06, -0.74, 0.36), 0.15, 0.3, _OUT), Pose((-0.22, -0.16, 0.64), 0.1, 0.4, _OUT)
_POINT, _CROSSED = Pose((0.58, 0.76, 0.24), -0.1), Pose((-0.52, -0.58, 0.46), 0.0)
_LEAD, _TRAIL = (
    Pose((0.10, -0.34, 0.56), 0.1, 0.4, (0.5, -1.0, -0.5)),
    Pose((0.20, -0.50, 0.14), 0.1, 0.4, (0.5, -1.0, -0.7)),
)
_SQUARE_UP, _SQUARE_DOWN = Pose((0.53, 0.47, 0.05), 0, 0, (0.6, -1.0, 0)), Pose((0.53, -0.47, 0.12), 0, 0, (0.6, 1, 0))
_SQUARE_AHEAD = Pose((0.10, -0.46, 0.52), 0.0, 0.3, (0.1, -0.6, -1.0))
_FRAME, _CROWN = Pose((-0.20, 0.40, 0.42), -0.5, 0.0, (1.0, -0.5, 0.2)), Pose((0.05, 0.78, 0.12), -0.9, 0.0, _HIGH)
_SIDE_LINE, _CHIN = Pose((0.88, 0.16, 0.25), -0.8), Pose((-0.32, 0.08, 0.46), 0.6, 0.0, _HIGH)

STYLES: dict[str, Style] = {
    "ballet": Style(*[[(0.0, _FIFTH), (2.0, _SECOND), (4.0, _LOW), (6.0, _FIRST)]] * 2, period=8.0, snap=0.0),
    "disco": Style(
        [(0.0, _HIP), (3.0, _HIP), (4.0, _POINT), (5.0, _CROSSED), (6.0, _POINT), (7.0, _CROSSED)],
        [(0.0, _POINT), (1.0, _CROSSED), (2.0, _POINT), (3.0, _CROSSED), (4.0, _HIP), (7.0, _HIP)],
        8.0, 0.5, 0.12),
    "salsa": Style([(0.0, _LEAD), (1.0, _TRAIL)], [(0.0, _TRAIL), (1.0, _LEAD)], 2.0, 0.1, 0.12),
    "vogue": Style(
        [(0.0, _FRAME), (1.0, _SIDE_LINE), (2.0, _CROWN), (3.0, _CHIN), (4.0, _SIDE_LINE), (5.0, _FRAME),
         (6.0, Pose((0.10, 0.96, 0.10), -0.6)), (7.0, _CHIN)],
        [(0.0, _CROWN), (1.0, _CHIN), (2.0, _SIDE_LINE), (3.0, _FRAME), (4.0, _SIDE_LINE), (5.0, _CROWN),
         (6.0, Pose((0.62, -0.62, 0.20), -0.7)), (7.0, _FRAME)],
        8.0, 0.9),
    "hip_hop": Style(
        *[[(0.0, Pose((0.30, -0.62, 0.42), 0.2)), (0.5, Pose((0.16, -0.26, 0.50), 0.1, 0.5)),
           (1.0, Pose((-0.34, -0.34 - over, 0.46 + over), 0.3)), (1.5, Pose((0.22, -0.24, 0.46), 0.1, 0.5))]
          for over in (0.0, 0.10)],
        period=2.0, snap=0.5, twist=0.08),
    "flamenco": Style(
        [(0.0, Pose((0.06, 0.92, 0.14), -0.9, 0.4)), (2.0, Pose((0.62, 0.40, 0.34), 0.7, -0.3, _HIGH)),
         (4.0, Pose((0.16, -0.56, 0.42), -0.8, 0.4, _OUT)), (6.0, Pose((-0.28, -0.06, 0.56), 0.7, -0.3, _HIGH))],
        [(0.0, Pose((0.16, -0.56, 0.42), -0.8, 0.4, _OUT)), (2.0, Pose((-0.28, -0.06, 0.56), 0.7, -0.3, _HIGH)),
         (4.0, Pose((0.06, 0.92, 0.14), -0.9, 0.4)), (6.0, Pose((0.62, 0.40, 0.34), 0.7, -0.3, _HIGH))],
        8.0, 0.15, 0.10),
    "indian": Style(
        [(0.0, _CHIN), (1.0, Pose((0.92, 0.10, 0.28), -0.9)), (2.0, _CHIN), (3.0, Pose((0.56, 0.72, 0.26), -0.9))],
        [(0.0, _CHIN), (1.0, Pose((0.56, 0.72, 0.26), -0.9)), (2.0, _CHIN), (3.0, Pose((0.92, 0.10, 0.28), -0.9))],
        4.0, 0.6),
    "robot": Style(
        [(0.0, _SQUARE_UP), (0.5, _SQUARE_UP), (1.0, _SQUARE_DOWN), (1.5, _SQUARE_DOWN), (2.0, _SQUARE_AHEAD),
         (2.5, _SQUARE_AHEAD), (3.0, _SQUARE_DOWN), (3.5, _SQUARE_DOWN)],
        [(0.0, _SQUARE_DOWN), (0.5, _SQUARE_DOWN), (1.0, _SQUARE_UP), (1.5, _SQUARE_UP), (2.0, _SQUARE_DOWN),
         (2.5, _SQUARE_DOWN), (3.0, _SQUARE_AHEAD), (3.5, _SQUARE_AHEAD)],
        4.0, 0.3),
}  # fmt: skip


def _style(work: Work) -> None:
    style = STYLES[work.params["style"]]
    for side in work.sides:
        shifted(work, side, style.left if side == "left" else style.right, style.period, 0.0, snap=style.snap)
    if style.twist:
        support(work, twist=style.twist * wave(work.phase, 2.0))


KINDS = (
    Kind("arm_style", "arms", "The arms of another style: ballet, disco, salsa, vogue, hip-hop, flamenco, Indian dance "
         "or robot.", ("arms", "torso"), _style, defaults=("arms",),
         params={"style": Param("ballet", choices=tuple(STYLES)),
                 "side": Param("both", choices=("both", "left", "right"))}),
)  # fmt: skip
