"""The motion graph: which moments of the real dances can be joined, and how well.

Nodes are the kinematic beats inside usable stretches of clips, each also mirrored. The cost of joining two nodes is the
mean joint distance after turning both to face +z over the origin, plus 0.15 s times the mean difference of joint
velocities, plus what differs in foot contacts. In a natural 0.1 s of dance the first two come to about 0.10.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numba
import numpy as np

from demos.corpus.phrases import FPS, Clip, Phrase
from demos.motion import rotations
from demos.motion.skeleton import MIRROR

VELOCITY_S = 0.15
CONTACT_M = 0.06
"""Cost of a foot (all of it) that stands on one side of the join and flies on the other."""
_VELOCITY_FRAMES = 2  # each side
_FLIP = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True, eq=False)
class MotionGraph:
    """Nodes (n of them, and n mirrored ones numbered from n) and what joining them costs.

    clips : the clips used. clip (n,) int, time_s (n,) seconds in that clip, rising within a clip.
    span (n,) int : nodes of one span are linked by usable motion.
    heading (n,) radians, place (n, 2) metres (x, z) of the pelvis, in the clip's world.
    same, crossed : (n, n) float32, cost from node i to node j when both are mirrored or neither; when one is.
    """

    clips: tuple[Clip, ...]
    clip: np.ndarray
    span: np.ndarray
    time_s: np.ndarray
    heading: np.ndarray
    place: np.ndarray
    same: np.ndarray
    crossed: np.ndarray

    def __len__(self) -> int:
        return len(self.clip)

    @cached_property
    def _rows(self) -> tuple[np.ndarray, np.ndarray]:
        return np.concatenate([self.same, self.crossed], axis=1), np.concatenate([self.crossed, self.same], axis=1)

    def cost_from(self, node: int) -> np.ndarray:
        """(2 n,) cost of leaving a node (mirrored when >= n) towards every node."""
        plain, mirrored = self._rows
        return plain[node] if node < len(self) else mirrored[node - len(self)]


def build_graph(phrases: list[Phrase], *, couple: bool = False) -> MotionGraph:
    """The graph over the ends of phrases. couple : partners are joined together, as one pose of 48 joints."""
    clips = tuple({id(phrase.clip): phrase.clip for phrase in phrases}.values())
    number = {id(clip): index for index, clip in enumerate(clips)}
    ends: list[set[float]] = [set() for _ in clips]
    covered = [np.zeros(len(clip.motion), bool) for clip in clips]
    for phrase in phrases:
        index = number[id(phrase.clip)]
        ends[index] |= {phrase.start_s, phrase.end_s}
        covered[index][phrase.start : phrase.stop] = True
    owner, times, spans, features = [], [], [], []
    for index, clip in enumerate(clips):
        moments = np.array(sorted(ends[index]))
        gaps = np.cumsum(~covered[index])
        frames = np.clip(np.round(moments * FPS).astype(int), 0, len(clip.motion) - 1)
        owner.append(np.full(len(moments), index))
        times.append(moments)
        spans.append(gaps[np.minimum(frames, len(gaps) - 1)] + 100_000 * index)
        features.append(_features(clip, frames, couple))
    owner, times = np.concatenate(owner), np.concatenate(times)
    points, velocities, contacts, headings, places = (
        np.concatenate([feature[part] for feature in features]) for part in range(5)
    )
    order = _mirror_order(points.shape[1])
    swapped = [4 * body + foot for body in range(contacts.shape[1] // 4) for foot in (1, 0, 3, 2)]
    flipped = [points[:, order] * _FLIP, velocities[:, order] * _FLIP, contacts[:, swapped]]
    plain = [np.ascontiguousarray(a, np.float32) for a in (points, velocities, contacts)]
    mirrored = [np.ascontiguousarray(a, np.float32) for a in flipped]
    return MotionGraph(
        clips=clips,
        clip=owner,
        span=np.concatenate(spans),
        time_s=times,
        heading=headings,
        place=places,
        same=_costs(plain[0], plain[1], plain[2], plain[0], plain[1], plain[2], VELOCITY_S, CONTACT_M),
        crossed=_costs(plain[0], plain[1], plain[2], mirrored[0], mirrored[1], mirrored[2], VELOCITY_S, CONTACT_M),
    )


def _mirror_order(joints: int) -> list[int]:
    return [24 * body + joint for body in range(joints // 24) for joint in MIRROR]


def _features(clip: Clip, frames: np.ndarray, couple: bool) -> tuple[np.ndarray, ...]:
    """Joints and velocities seen from the pelvis's place and facing, contacts, heading, place; at given frames."""
    joints = clip.motion.joints.astype(np.float64)
    contacts = clip.contacts[frames].astype(np.float64)
    if couple:
        assert clip.partner is not None
        joints = np.concatenate([joints, clip.partner.joints.astype(np.float64)], axis=1)
        contacts = np.concatenate([contacts, clip.partner_contacts[frames].astype(np.float64)], axis=1)
    last = len(joints) - 1
    before, after = np.maximum(frames - _VELOCITY_FRAMES, 0), np.minimum(frames + _VELOCITY_FRAMES, last)
    elapsed = np.maximum(after - before, 1)[:, None, None] / FPS
    velocities = (joints[after] - joints[before]) / elapsed
    headings = clip.heading[frames]
    place = joints[frames, 0][:, [0, 2]]
    centred = joints[frames] - joints[frames, :1] * np.array([1.0, 0.0, 1.0])
    turn = rotations.yaw(-headings)
    return (
        np.einsum("fij,fkj->fki", turn, centred),
        np.einsum("fij,fkj->fki", turn, velocities),
        contacts,
        headings,
        place,
    )


@numba.njit(parallel=True, fastmath=True, cache=True)
def _costs(points, velocities, contacts, other_points, other_velocities, other_contacts, velocity_s, contact_m):
    """(n, n) float32: mean joint distance + velocity_s * mean velocity difference + contact_m * differing feet."""
    n, joints = points.shape[0], points.shape[1]
    feet = contacts.shape[1]
    result = np.empty((n, n), np.float32)
    for i in numba.prange(n):
        for j in range(n):
            total = np.float32(0.0)
            for k in range(joints):
                a = points[i, k, 0] - other_points[j, k, 0]
                b = points[i, k, 1] - other_points[j, k, 1]
                c = points[i, k, 2] - other_points[j, k, 2]
                total += np.sqrt(a * a + b * b + c * c)
                a = velocities[i, k, 0] - other_velocities[j, k, 0]
                b = velocities[i, k, 1] - other_velocities[j, k, 1]
                c = velocities[i, k, 2] - other_velocities[j, k, 2]
                total += velocity_s * np.sqrt(a * a + b * b + c * c)
            total /= joints
            differ = np.float32(0.0)
            for k in range(feet):
                differ += abs(contacts[i, k] - other_contacts[j, k])
            result[i, j] = total + contact_m * differ / 4
    return result
