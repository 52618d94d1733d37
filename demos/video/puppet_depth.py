"""How a picture's pose lies in depth, where the track that is danced begins with that very pose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demos.corpus.keypoints import PLACE
from demos.video.layers import SIDES
from demos.video.puppet_pose import source_of
from demos.video.puppet_rig import Rig, lifted
from demos.video.track import PoseTrack

_ALIKE = 0.04
"""Heights: how far joints of the picture and of a track's first frame lie apart, median, in one pose."""
_SIZES = 0.5, 2.0
_TRUNK = ("neck", "pelvis", "chin", *(f"{side}_{joint}" for side in SIDES for joint in ("shoulder", "hip")))


def settled(rig: Rig, track: PoseTrack) -> Rig:
    """The puppet in depth where the track begins with its pose; else as it is."""
    first = {name: place[0] for name, place in source_of(track).items()}
    names = [*_TRUNK, *_limbs(rig.anatomy.limbs)]
    here = np.stack([rig.joints[name][:2] for name in names])
    size = _laid_over(here, np.stack([first[name][:2] for name in names]))
    if size is None:
        return rig
    # The picture's plane goes through the ankle of the foot that stands: there the picture's floor was measured.
    foot = min((first[f"{side}_ankle"] for side in SIDES), key=lambda place: place[1])
    middle = np.array([*first["pelvis"][:2], foot[2]])
    return lifted(rig, {name: size * (first[name] - middle) for name in PLACE}, begins=True)


def _limbs(limbs: Sequence[str]) -> list[str]:
    joints = {"arm": ("elbow", "wrist"), "leg": ("knee", "ankle")}
    return [f"{side}_{joint}" for side, kind in (limb.split("_") for limb in limbs) for joint in joints[kind]]


def _laid_over(here: np.ndarray, there: np.ndarray) -> float | None:
    """How much larger joints here (n, 2), heights, are than those there; None where they are of another pose.

    A few may stray: the fit is done again without the worst quarter.
    """
    kept = np.ones(len(here), bool)
    size, off = 1.0, np.zeros(len(here))
    for _ in range(3):
        middle, centre = there[kept].mean(axis=0), here[kept].mean(axis=0)
        wide = float(((there[kept] - middle) ** 2).sum())
        size = float(((there[kept] - middle) * (here[kept] - centre)).sum() / max(wide, 1e-9))
        off = np.linalg.norm(here - centre - size * (there - middle), axis=1)
        kept = off <= np.quantile(off, 0.75)
    alike = np.median(off) < _ALIKE and off.max() < 4 * _ALIKE
    return size if alike and _SIZES[0] < size < _SIZES[1] else None
