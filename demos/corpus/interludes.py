"""Weaving two performances of a couple into one: real partnering, and between it dancing apart, without a break."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from demos.corpus import inertialisation
from demos.corpus.compositions import Pair
from demos.corpus.phrases import FPS
from demos.motion import rotations
from demos.motion.duet_metrics import facing_angles
from demos.motion.motion import Motion
from demos.motion.skeleton import FEET

JOINTS_S, PLACE_S, ROUND_S = 0.7, 1.3, 4.0
"""Over which limbs, the places of the two, and the couple's place in the room go from one performance to the other."""
CARRIED_SPEED = 1.4
"""m/s: a foot that is carried along faster, from one performance to the other, is let go."""


def switch_frames(partnered: Pair, wanted: list[np.ndarray]) -> list[int]:
    """For each list of frames to choose from, the one where real partners look at one another most."""
    lead, follow = facing_angles(*partnered.motions)
    return [int(options[(lead + follow)[options].argmin()]) for options in wanted]


def weave(partnered: Pair, composed: Pair, switches: list[int]) -> Pair:
    """The partnered performance up to the first switch (a frame), then the composed one, and so on in turn.

    Partnering is moved and turned as a whole and otherwise stays as it is; composed parts start from where partners
    are and, at their end, come to where partners will be. Both last as long and share a clock. Feet are not locked.
    """
    length = len(partnered.motions[0])
    edges = [0, *switches, length]
    quaternions = [
        rotations.rotvec_to_quaternion(np.stack([m.poses for m in pair.motions])) for pair in (partnered, composed)
    ]
    roots = [np.stack([m.translation for m in pair.motions]).astype(np.float64) for pair in (partnered, composed)]
    for index, frame in enumerate(switches):
        came, comes = index % 2, 1 - index % 2
        turn, before, after = _alignment(roots[came], roots[comes], frame)
        stop = edges[index + 2]
        part = np.arange(frame, length)
        if comes == 0:  # partnering begins: all of it moves
            angle, share = np.full(len(part), turn), np.ones(len(part))
        else:  # dancing apart begins where the couple is and goes home to its own place in the room
            share = _fading(part - frame, min(ROUND_S * FPS, stop - frame))
            angle = turn * share
        matrices = rotations.yaw(angle)
        centre = roots[comes][:, part].mean(axis=0) if comes else np.broadcast_to(after, (len(part), 3))
        moved = np.einsum("fij,bfj->bfi", matrices, roots[comes][:, part] - centre) + centre
        roots[comes][:, part] = moved + share[:, None] * (before - after)
        world = rotations.quaternion_to_matrix(quaternions[comes][:, part, 0])
        quaternions[comes][:, part, 0] = rotations.matrix_to_quaternion(matrices @ world)
        _meet(quaternions, roots, came, frame, (edges[index], stop))
    chosen = np.zeros(length, int)
    for index, (start, stop) in enumerate(pairwise(edges)):
        chosen[start:stop] = index % 2
    motions, contacts = [], []
    for body in (0, 1):
        poses = np.where(chosen[:, None, None] == 0, quaternions[0][body], quaternions[1][body])
        places = np.where(chosen[:, None] == 0, roots[0][body], roots[1][body])
        motions.append(Motion(rotations.quaternion_to_rotvec(poses), places, FPS))
        stood = np.where(chosen[:, None] == 0, partnered.contacts[body], composed.contacts[body])
        contacts.append(stood & ((chosen == 0)[:, None] | _nearly_still(motions[body])))
    return Pair((motions[0], motions[1]), (contacts[0], contacts[1]))


def _nearly_still(motion: Motion) -> np.ndarray:
    """(frames, 4) bool: feet slow enough to be held where they are; others would tear at their ankles."""
    speed = np.linalg.norm(np.gradient(motion.joints[:, FEET][..., [0, 2]].astype(np.float64), axis=0), axis=-1)
    return speed * motion.fps < CARRIED_SPEED


def _alignment(came: np.ndarray, comes: np.ndarray, frame: int) -> tuple[float, np.ndarray, np.ndarray]:
    """The turn (radians) that lays one couple's line onto the other's at a frame, and the two middles (3,), level."""
    lines = [couple[1, frame] - couple[0, frame] for couple in (came, comes)]
    bearing = [np.arctan2(line[0], line[2]) for line in lines]
    middles = [couple[:, frame].mean(axis=0) * [1.0, 0.0, 1.0] for couple in (came, comes)]
    return float((bearing[0] - bearing[1] + np.pi) % (2 * np.pi) - np.pi), middles[0], middles[1]


def _fading(since: np.ndarray, over: float) -> np.ndarray:
    """1 at 0, 0 from `over` on, level at both ends."""
    return inertialisation.decay(np.ones(1), np.zeros(1), since / max(over, 1), 1.0)[:, 0]


def _meet(
    quaternions: list[np.ndarray], roots: list[np.ndarray], came: int, frame: int, reach: tuple[int, int]
) -> None:
    """Bend the composed performance (1) so that at a switch it is where the partnered one (0) is; writes into it.

    Before the switch when partnering comes, after it when it ends; within `reach` frames.
    """
    side = -1 if came == 1 else 1
    frames = np.arange(reach[0], frame) if side < 0 else np.arange(frame, reach[1])
    since = side * (frames - frame) / FPS
    room = max(len(frames) / FPS, 2 / FPS)
    low, high = max(frame - 1, 0), min(frame + 1, roots[0].shape[1] - 1)
    elapsed = (high - low) / FPS
    offset = inertialisation.rotation_offset(quaternions[1][:, frame], quaternions[0][:, frame])
    spins = [inertialisation.rotation_offset(q[:, low], q[:, high]) / elapsed for q in quaternions]
    over = min(JOINTS_S, room)
    speed = inertialisation.tame(offset, side * (spins[0] - spins[1]), over)
    turned = inertialisation.decay(offset, speed, since, over)
    turned[:, :, 0] = inertialisation.decay(offset[:, 0], speed[:, 0] * over / PLACE_S, since, min(PLACE_S, room))
    quaternions[1][:, frames] = inertialisation.add_rotation(np.swapaxes(turned, 0, 1), quaternions[1][:, frames])
    away = roots[0][:, frame] - roots[1][:, frame]
    rates = [(r[:, high] - r[:, low]) / elapsed for r in roots]
    drift = inertialisation.tame(away, side * (rates[0] - rates[1]), PLACE_S)
    roots[1][:, frames] += np.swapaxes(inertialisation.decay(away, drift, since, min(PLACE_S, room)), 0, 1)
