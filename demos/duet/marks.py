"""What happens between two dancers, for the strip under the player: hands held, bodies that touch, faces that meet."""

from __future__ import annotations

import numpy as np

from demos.corpus.holds import find_holds
from demos.motion.change import PART_NAMES, change
from demos.motion.contacts import runs
from demos.motion.dance import Dance
from demos.motion.duet_metrics import FACING_DEG, TOUCH_GAP_M, capsule_gaps, facing_angles
from demos.motion.vector import FPS
from demos.page.strip import Mark

LANES = {
    "lead_arms": "Lead’s arms",
    "lead_body": "Lead’s body",
    "follow_arms": "Follow’s arms",
    "follow_body": "Follow’s body",
}
"""Of what changed, from top to bottom."""
SHORTEST_S, SHORTEST_GAP_S = 0.3, 0.4
"""Of touch and facing: shorter moments are not shown, shorter gaps are closed."""
_SIDES = ("left", "right")


def marks_of(dance: Dance) -> tuple[Mark, ...]:
    """The lanes of a couple; none for one dancer."""
    if len(dance.motions) != 2:
        return ()
    lead, follow = (motion if motion.fps <= FPS else motion.resample(FPS) for motion in dance.motions)
    fps = lead.fps
    holds = find_holds(lead, follow)
    hands = [
        Mark(
            f"Lead’s {side} hand",
            tuple(
                (hold.start / fps, hold.stop / fps, f"In the follow’s {_SIDES[hold.follow_side]} hand")
                for hold in holds
                if hold.lead_side == index
            ),
            "hold",
        )
        for index, side in enumerate(_SIDES)
    ]
    _, depth = capsule_gaps(lead, follow)
    close = np.radians(FACING_DEG)
    faces = np.all([angle < close for angle in facing_angles(lead, follow)], axis=0)
    return (
        *hands,
        Mark("Bodies touch", _spans(depth > -TOUCH_GAP_M, fps, "They touch"), "touch"),
        Mark("Face to face", _spans(faces, fps, "They face each other"), "face"),
    )


def change_of(before: Dance, after: Dance) -> np.ndarray:
    """(bins, 4) radians: what changed between two couples, columns LANES. InputError for dances that do not match."""
    arms = [name.endswith("arm") for name in PART_NAMES]
    columns = []
    for index in range(2):
        alone = (dance.with_motions((dance.motions[index],)) for dance in (before, after))
        found = change(*alone)
        columns += [found[:, arms].max(axis=1), found[:, np.logical_not(arms)].max(axis=1)]
    return np.stack(columns, axis=1)


def _spans(mask: np.ndarray, fps: float, text: str) -> tuple[tuple[float, float, str], ...]:
    mask = mask.copy()
    for start, stop in runs(~mask):
        if start > 0 and stop < len(mask) and stop - start < SHORTEST_GAP_S * fps:
            mask[start:stop] = True
    return tuple((a / fps, b / fps, text) for a, b in runs(mask) if b - a >= SHORTEST_S * fps)
