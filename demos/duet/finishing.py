"""After the networks: feet locked, bodies pushed apart, held hands closed; what was given stays bit by bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus import reaching
from demos.corpus.apartness import draw_arms_out, push_apart
from demos.corpus.holds import Hold, close_holds, find_holds
from demos.duet.representation import headings
from demos.motion import rotations
from demos.motion.contacts import STANDING_HEIGHTS, foot_contacts
from demos.motion.footlock import lock_feet
from demos.motion.motion import Motion
from demos.motion.skeleton import FEET
from demos.nn.finishing import settle

HANDS_M = {"hold": (0.26, 0.34), "open": (0.2, 0.27), None: (0.23, 0.3)}
"""Hands nearer than the first hold one another until they are further apart than the second, metres: codes blur where
hands are by a few centimetres, so wider than among real dancers where hands are wanted held."""
STAGE_M = 2.5
"""Couples that stray further than this from the middle are drawn back, gently."""
_STRAY_S = 2.0
ON_FLOOR_M = 0.04
"""A lead whose feet stand this near to the floor is left as it is."""


@dataclass(frozen=True, eq=False)
class Finished:
    """The couple as it is shown, and which hands hold one another."""

    lead: Motion
    follow: Motion
    holds: tuple[Hold, ...]


def finish(
    lead: Motion,
    follow: Motion,
    *,
    claimed: Sequence[np.ndarray] | None = None,
    closeness: str | None = None,
    given: bool = False,
) -> Finished:
    """The couple with steady feet, bodies out of one another, and hands that hold where they come near.

    claimed : (frames, 4) bool contacts that the networks claim, of each. closeness : "apart" closes no hands.
    given : the lead was given and stays as it is; all is done by the follow.
    """
    claims = (None, None) if claimed is None else claimed
    follow = settle(follow, claimed=claims[1])
    lead = lead if given else settle(lead, claimed=claims[0])
    lead, follow = _apart(lead, follow, given=given)
    if closeness == "apart":
        return Finished(lead, follow, ())
    near, far = HANDS_M[closeness]
    holds = find_holds(lead, follow, near_m=near, far_m=far)
    if holds:
        meeting = None
        if given:
            meeting = np.stack([lead.joints[:, reaching.HANDS[hold.lead_side]] for hold in holds])
        closed = close_holds(lead, follow, holds, meeting=meeting)
        lead, follow = (lead, closed[1]) if given else closed
    return Finished(lead, follow, tuple(holds))


def _apart(lead: Motion, follow: Motion, *, given: bool) -> tuple[Motion, Motion]:
    if not given:
        return push_apart(lead, follow)
    contacts = foot_contacts(follow)
    pushed, gone = push_apart(lead, follow, contacts=(foot_contacts(lead), contacts))
    step = (lead.translation - pushed.translation) * np.array([1.0, 0.0, 1.0], np.float32)
    if np.abs(step).max() > 1e-4:
        gone = lock_feet(Motion(gone.poses, gone.translation + step, gone.fps), contacts)
    return lead, draw_arms_out(lead, gone)[1]


def staged(lead: Motion, follow: Motion) -> tuple[Motion, Motion]:
    """The couple in the middle of the stage, the lead mostly on the left as the audience sees it, never far off."""
    line = (follow.translation - lead.translation).astype(np.float64).mean(axis=0)
    aside = np.pi / 2 - float(np.arctan2(line[0], line[2]))
    lead, follow = lead.turn(aside), follow.turn(aside)
    middle = 0.5 * (lead.translation + follow.translation).astype(np.float64) * [1.0, 0.0, 1.0]
    centre = middle.mean(axis=0)
    calm = gaussian_filter1d(middle - centre, _STRAY_S * lead.fps, axis=0, mode="nearest")
    far = np.linalg.norm(calm, axis=1, keepdims=True)
    drawn = calm * (1 - STAGE_M * np.tanh(far / STAGE_M) / np.maximum(far, 1e-6)) if far.max() > STAGE_M else 0 * calm
    moved = [Motion(part.poses, part.translation - centre - drawn, part.fps) for part in (lead, follow)]
    return moved[0], moved[1]


def above_floor(motion: Motion) -> float:
    """Metres by which a dancer's standing feet are off the floor; negative: in it."""
    lowest = (motion.joints[:, FEET, 1] - STANDING_HEIGHTS).min(axis=1)
    return float(np.percentile(lowest, 10))


def on_floor(motion: Motion) -> tuple[Motion, float]:
    """The dancer with feet on the floor, and by how much it was off; as it is where that is next to nothing."""
    off = above_floor(motion)
    return (motion, 0.0) if abs(off) <= ON_FLOOR_M else (motion.move(np.array([0.0, -off, 0.0])), off)


def bridged(new: Motion, before: Motion) -> Motion:
    """A stretch danced anew that begins and ends where the old one does: the way is bent a little all along.

    new, before : of the same length and rate, over the stretch alone.
    """
    count = len(new)
    share = np.linspace(0.0, 1.0, count)
    fresh, old = (headings(rotations.rotvec_to_matrix(motion.poses[:, 0])) for motion in (new, before))
    fresh, old = np.unwrap(fresh), np.unwrap(old)
    off = np.angle(np.exp(1j * (old[[0, -1]] - fresh[[0, -1]])))
    turn = rotations.yaw(off[0] + np.angle(np.exp(1j * (off[1] - off[0]))) * share)
    poses = new.poses.copy()
    poses[:, 0] = rotations.matrix_to_rotvec(turn @ rotations.rotvec_to_matrix(poses[:, 0]))
    steps = np.diff(new.translation.astype(np.float64), axis=0)
    way = np.concatenate([np.zeros((1, 3)), np.cumsum((turn[:-1] @ steps[..., None])[..., 0], axis=0)])
    way += before.translation[0]
    way += share[:, None] * (before.translation[-1] - way[-1])
    way[:, 1] = new.translation[:, 1]
    return Motion(poses, way, new.fps)
