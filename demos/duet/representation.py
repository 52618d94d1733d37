"""A couple as one sequence of vectors, and what the networks see of it.

Two layouts, both at 30 fps. *Vectors* (frames, 302) hold everything: the lead in EDGE's 151 columns, seen from where
the first frame stands, and the follow in the same columns with the root relative to the lead, frame by frame. *States*
(frames, 308) hold the same without places in the world, as something that may be learnt from windows: both dancers
without their headings, their speeds over the floor, and where the follow stands as the lead sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demos.corpus.parts import PARTS
from demos.motion import rotations, vector
from demos.motion.contacts import foot_contacts
from demos.motion.motion import Motion
from demos.motion.vector import CONTACTS, FPS, ROOT

WIDTH = 2 * vector.WIDTH
LEAD, FOLLOW = slice(0, vector.WIDTH), slice(vector.WIDTH, WIDTH)
_PELVIS = slice(7, 13)

DANCER = 152
"""Columns of one dancer's state: 4 contacts, pelvis height, 24 x 6 rotations (the pelvis without its heading), speed to
its left and ahead (m/s), turning (rad/s)."""
RELATION = slice(2 * DANCER, 2 * DANCER + 4)
"""Columns of a state: the follow's place to the lead's left and ahead (m), cosine and sine of how much further to the
left it is turned."""
STATE = 2 * DANCER + 4
STATES = (slice(0, DANCER), slice(DANCER, 2 * DANCER))
HEIGHT, TURNS, SPEED = 4, slice(5, 149), slice(149, 152)
"""Columns of a dancer's state."""


@dataclass(frozen=True)
class Stage:
    """Where in the world a couple belongs: the lead's heading (radians) and place (x, z) in the first frame."""

    heading: float = 0.0
    x: float = 0.0
    z: float = 0.0


def encode(
    lead: Motion, follow: Motion, contacts: tuple[np.ndarray, np.ndarray] | None = None
) -> tuple[np.ndarray, Stage]:
    """A couple as vectors -> (frames, 302) float32, and where they belong.

    lead, follow : at 30 fps, of one length, in one world. contacts : (frames, 4) bool of each, skeleton.FEET order;
    detected when None. Heights are kept; only headings and places on the floor are relative.
    Raises ValueError for another rate or lengths that differ.
    Worked case: a follow one metre ahead of the lead, facing it, has root (0, its height, 1) and pelvis -1 0 0 0 1 0,
    wherever in the world the lead stands.
    """
    _check(lead, follow)
    if contacts is None:
        contacts = foot_contacts(lead), foot_contacts(follow)
    pelves = [rotations.rotvec_to_matrix(motion.poses[:, 0]) for motion in (lead, follow)]
    places = [motion.translation.astype(np.float64) for motion in (lead, follow)]
    faces = headings(pelves[0])
    stage = Stage(float(faces[0]), float(places[0][0, 0]), float(places[0][0, 2]))
    seen_from = np.array([stage.x, 0.0, stage.z])
    # (frames of reference, origins) of lead and follow
    frames = (rotations.yaw(-stage.heading)[None], rotations.yaw(-faces))
    origins = (seen_from[None], places[0] * [1.0, 0.0, 1.0])
    halves = []
    for index, motion in enumerate((lead, follow)):
        half = vector.pack(motion.poses, motion.translation, contacts[index])
        half[:, ROOT] = (frames[index] @ (places[index] - origins[index])[..., None])[..., 0]
        half[:, _PELVIS] = rotations.matrix_to_sixd(frames[index] @ pelves[index])
        halves.append(half)
    return np.concatenate(halves, axis=1), stage


def decode(vectors: np.ndarray, stage: Stage | None = None) -> tuple[Motion, Motion]:
    """The couple of (frames, 302) vectors: the inverse of `encode`. 6-D rotations need not be orthonormal."""
    stage = stage or Stage()
    vectors = np.asarray(vectors, np.float64)
    if vectors.ndim != 2 or vectors.shape[1] != WIDTH:
        raise ValueError(f"a couple's vectors are (frames, {WIDTH}), not {vectors.shape}")
    place = rotations.yaw(stage.heading)
    pelvis = place @ _matrices(vectors[:, LEAD][:, _PELVIS])
    root = vectors[:, LEAD][:, ROOT] @ place.T + [stage.x, 0.0, stage.z]
    turn = rotations.yaw(headings(pelvis))
    follow_pelvis = turn @ _matrices(vectors[:, FOLLOW][:, _PELVIS])
    follow_root = (turn @ vectors[:, FOLLOW][:, ROOT][..., None])[..., 0] + root * [1.0, 0.0, 1.0]
    return _motion(vectors[:, LEAD], pelvis, root), _motion(vectors[:, FOLLOW], follow_pelvis, follow_root)


def states_of(lead: Motion, follow: Motion, contacts: tuple[np.ndarray, np.ndarray] | None = None) -> np.ndarray:
    """A couple as states -> (frames, 308) float32; parameters as in `encode`. Does not depend on where it stands."""
    _check(lead, follow)
    if contacts is None:
        contacts = foot_contacts(lead), foot_contacts(follow)
    faces = [headings(rotations.rotvec_to_matrix(motion.poses[:, 0])) for motion in (lead, follow)]
    apart = (follow.translation - lead.translation).astype(np.float64)
    seen = (rotations.yaw(-faces[0]) @ apart[..., None])[..., 0]
    turned = faces[1] - faces[0]
    relation = np.stack([seen[:, 0], seen[:, 2], np.cos(turned), np.sin(turned)], axis=1)
    dancers = [dancer_state(motion, standing) for motion, standing in zip((lead, follow), contacts, strict=True)]
    return np.concatenate([*dancers, relation], axis=1).astype(np.float32)


def dancer_state(motion: Motion, contacts: np.ndarray | None = None) -> np.ndarray:
    """One dancer's columns of a state -> (frames, 152) float32. Motion at 30 fps."""
    contacts = foot_contacts(motion) if contacts is None else contacts
    pelvis = rotations.rotvec_to_matrix(motion.poses[:, 0])
    faces = headings(pelvis)
    state = np.empty((len(motion), DANCER), np.float32)
    state[:, CONTACTS] = contacts
    state[:, HEIGHT] = motion.translation[:, 1]
    packed = vector.pack(motion.poses, motion.translation, contacts)
    state[:, TURNS] = packed[:, vector.ROTATIONS]
    state[:, 5:11] = rotations.matrix_to_sixd(rotations.yaw(-faces) @ pelvis)
    state[:, SPEED] = _speeds(motion.translation.astype(np.float64), np.unwrap(faces))
    return state


def motions_of(states: np.ndarray, stage: Stage | None = None, *, lead: Motion | None = None) -> tuple[Motion, Motion]:
    """The couple of (frames, 308) states.

    The lead walks on from the stage by its speeds, or is the motion given (of the same length, at 30 fps); the follow
    is where the relation says. Contacts and the follow's own speeds are not used.
    """
    states = np.asarray(states, np.float64)
    if lead is None:
        lead = walked(states[:, STATES[0]], stage or Stage())
    place = lead.translation.astype(np.float64)
    faces = headings(rotations.rotvec_to_matrix(lead.poses[:, 0]))
    follow, relation = states[:, STATES[1]], states[:, RELATION]
    ahead = np.stack([relation[:, 0], np.zeros(len(states)), relation[:, 1]], axis=1)
    root = place * [1.0, 0.0, 1.0] + (rotations.yaw(faces) @ ahead[..., None])[..., 0]
    root[:, 1] = follow[:, HEIGHT]
    turned = faces + np.arctan2(relation[:, 3], relation[:, 2])
    return lead, placed(follow, root, turned)


def walked(state: np.ndarray, stage: Stage) -> Motion:
    """One dancer of (frames, 152) states, walking on from the stage by its own speeds."""
    state = np.asarray(state, np.float64)
    faces = stage.heading + np.concatenate([[0.0], np.cumsum(state[1:, 151] / FPS)])
    steps = np.stack([state[:, 149], np.zeros(len(state)), state[:, 150]], axis=1) / FPS
    # The step into a frame is told as the dancer saw it in the frame before.
    way = (rotations.yaw(faces[:-1]) @ steps[1:, :, None])[..., 0]
    root = np.array([stage.x, 0.0, stage.z]) + np.concatenate([np.zeros((1, 3)), np.cumsum(way, axis=0)])
    root[:, 1] = state[:, HEIGHT]
    return placed(state, root, faces)


def mirrored(lead: Motion, follow: Motion) -> tuple[Motion, Motion]:
    """The couple in a mirror: another couple that might well be."""
    return lead.mirror(), follow.mirror()


def stage_of(lead: Motion) -> Stage:
    """Where a lead's first frame stands."""
    heading = headings(rotations.rotvec_to_matrix(lead.poses[:1, 0]))[0]
    return Stage(float(heading), float(lead.translation[0, 0]), float(lead.translation[0, 2]))


def headings(pelvis: np.ndarray) -> np.ndarray:
    """(frames, 3, 3) -> (frames,) radians: where the pelvis's left points, seen from above; 0 faces +z."""
    return np.arctan2(-pelvis[:, 2, 0], pelvis[:, 0, 0])


def _speeds(place: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(frames, 3): m/s to the left and ahead as seen in the frame before, rad/s; the first frame's are the second's."""
    speeds = np.zeros((len(place), 3))
    if len(place) > 1:
        steps = (rotations.yaw(-faces[:-1]) @ np.diff(place, axis=0)[..., None])[..., 0]
        speeds[1:] = np.stack([steps[:, 0], steps[:, 2], np.diff(faces)], axis=1) * FPS
        speeds[0] = speeds[1]
    return speeds


def placed(state: np.ndarray, root: np.ndarray, faces: np.ndarray) -> Motion:
    """The dancer of (frames, 152) states with the pelvis at root (frames, 3) metres, facing (frames,) radians."""
    matrices = _matrices(state[:, TURNS].reshape(len(state), 24, 6))
    # What is left of a heading in the pelvis is an error of a network: it would turn the dancer twice.
    upright = rotations.yaw(-headings(matrices[:, 0])) @ matrices[:, 0]
    matrices[:, 0] = rotations.yaw(faces) @ upright
    return Motion(rotations.matrix_to_rotvec(matrices), root, FPS)


def _motion(half: np.ndarray, pelvis: np.ndarray, root: np.ndarray) -> Motion:
    matrices = _matrices(half[:, vector.ROTATIONS].reshape(len(half), 24, 6))
    matrices[:, 0] = pelvis
    return Motion(rotations.matrix_to_rotvec(matrices), root, FPS)


def _matrices(sixd: np.ndarray) -> np.ndarray:
    return rotations.sixd_to_matrix(np.asarray(sixd, np.float64))


def _check(lead: Motion, follow: Motion) -> None:
    if (len(lead), lead.fps) != (len(follow), follow.fps) or lead.fps != FPS:
        raise ValueError(f"partners must share a length, at {FPS} fps")


# --- streams: what tokens are of ---

STREAMS = ("lead body", "lead arms", "follow body", "follow arms", "relation")
"""Each has tokens of its own, so that a partner, a stretch or the arms alone can be made anew; and where the follow
stands has, which is seen from further off than anything else about it."""
ARMS = tuple(sorted(PARTS["left_arm"] + PARTS["right_arm"]))


def stream_columns() -> tuple[np.ndarray, ...]:
    """For each of STREAMS the columns of a state that its tokens are of; every column is in one of them."""
    arms = np.zeros(DANCER, bool)
    for joint in ARMS:
        arms[5 + 6 * joint : 11 + 6 * joint] = True
    body, arm = np.flatnonzero(~arms), np.flatnonzero(arms)
    return body, arm, DANCER + body, DANCER + arm, np.arange(STATE)[RELATION]


def columns_of(streams: Sequence[int], columns: int) -> list[int]:
    """Which of a level's columns of tokens hold some streams: all streams stand side by side, once for each depth."""
    return [column for column in range(columns) if column % len(STREAMS) in streams]


def streams_of(dancers: Sequence[int], *, body: bool = True, arms: bool = True) -> tuple[int, ...]:
    """The streams of some dancers (0 the lead, 1 the follow); where the follow stands goes with its body."""
    found = [index for dancer in dancers for index, wanted in ((2 * dancer, body), (2 * dancer + 1, arms)) if wanted]
    return (*found, STREAMS.index("relation")) if body and 1 in dancers else tuple(found)


def seen_columns() -> tuple[np.ndarray, ...]:
    """For each of STREAMS the columns that its encoder sees: the lead never sees the follow, bodies never see arms."""
    body, arm, other, other_arm, relation = stream_columns()
    lead = np.concatenate([body, arm])
    return body, lead, np.concatenate([body, other]), np.concatenate([lead, other, other_arm]), relation
