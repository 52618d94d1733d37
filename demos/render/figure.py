"""Figures: what a dancer looks like, as a mesh that follows a motion: the suite's body in an outfit, or a skeleton."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from demos.body import body
from demos.body.body import DANCERS, PALETTES, Region
from demos.motion import kinematics, rotations
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, PARENTS, REST_OFFSETS
from demos.render.theme import decode, linear
from demos.runtime.errors import InputError

STYLES = ("mesh", "skeleton")

GLOSS = {
    Region.SKIN: 0.10,
    Region.TOP: 0.04,
    Region.LEGGINGS: 0.09,
    Region.SHOES: 0.2,
    Region.HAIR: 0.16,
    Region.EYE: 0.6,
}


@dataclass(frozen=True, eq=False)
class Figure:
    """A mesh that dances.

    faces : (f, 3) int32, anticlockwise seen from outside. albedo : (v, 3) float32 linear. gloss : (v,) float32, 0..1.
    pose : Motion -> (frames, v, 3) float32 metres, world.
    """

    faces: np.ndarray
    albedo: np.ndarray
    gloss: np.ndarray
    pose: Callable[[Motion], np.ndarray]


def figure(style: str, dancer: int) -> Figure:
    """The figure of dancer 0 (coral) or 1 (teal) in a style of STYLES; InputError for any other style."""
    if style == "mesh":
        return body_figure(dancer)
    if style == "skeleton":
        return skeleton_figure(dancer)
    raise InputError(f"There is no style called {style!r}; choose {' or '.join(STYLES)}.")


def body_figure(dancer: int) -> Figure:
    """The suite's body (or the host's SMPL file) in the dancer's outfit."""
    shape = body.load_body()
    albedo = decode(body.colours(shape, list(PALETTES)[dancer]) / 255.0).astype(np.float32)
    gloss = np.array([GLOSS.get(region, 0.1) for region in Region], np.float32)
    return Figure(shape.faces, albedo, gloss[shape.regions], lambda motion: body.skin(shape, motion))


def skeleton_figure(dancer: int) -> Figure:
    """Bones and joints of the dancer's colour; the right side darker, so that left and right can be told apart."""
    local, bone, faces, joint_like = _skeleton_mesh()
    colour = linear(DANCERS[dancer])
    albedo = np.where(joint_like[:, None], 0.35 * colour + 0.5, colour)
    right = np.array(["right" in name for name in INDEX])[bone]
    albedo = np.where(right[:, None], 0.62 * albedo, albedo)

    def pose(motion: Motion) -> np.ndarray:
        positions, turned = kinematics.forward(
            rotations.rotvec_to_matrix(motion.poses), motion.translation.astype(np.float64)
        )
        moved = np.einsum("fvij,vj->fvi", turned[:, bone], local, optimize=True)
        return (moved + positions[:, bone]).astype(np.float32)

    gloss = np.full(len(local), 0.25, np.float32)
    return Figure(faces, albedo.astype(np.float32), gloss, pose)


@cache
def _skeleton_mesh() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Vertices (v, 3) in their joint's frame, the joint (v,) each follows, faces (f, 3), which vertices are joints."""
    parts = []
    for joint in range(24):
        radius = 0.105 if joint == INDEX["head"] else 0.034 if joint not in (10, 11, 22, 23) else 0.026
        at = np.array([0.0, 0.06, 0.02]) if joint == INDEX["head"] else np.zeros(3)
        pole = np.array([0.0, radius, 0.0])
        parts.append((*_lathe(at - pole, at + pole, _ball(radius)), joint, True))
        parent = PARENTS[joint]
        if parent >= 0:
            profile = [(0.0, 0.0), (0.03, 0.012), (0.18, 0.026), (0.5, 0.020), (0.97, 0.011), (1.0, 0.0)]
            parts.append((*_lathe(np.zeros(3), REST_OFFSETS[joint].astype(float), profile), parent, False))
    vertices = np.concatenate([part[0] for part in parts])
    starts = np.cumsum([0] + [len(part[0]) for part in parts[:-1]])
    faces = np.concatenate([part[1] + start for part, start in zip(parts, starts, strict=True)]).astype(np.int32)
    bone = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    return vertices, bone, faces, np.concatenate([np.full(len(part[0]), part[3]) for part in parts])


def _ball(radius: float) -> list[tuple[float, float]]:
    angles = np.linspace(0, np.pi, 9)
    return [((1 - np.cos(a)) / 2, radius * np.sin(a)) for a in angles]


def _lathe(
    start: np.ndarray, end: np.ndarray, profile: list[tuple[float, float]], sides: int = 14
) -> tuple[np.ndarray, np.ndarray]:
    """A solid turned around the line from start to end. profile: (share of the way, radius), radius 0 at both ends."""
    along = end - start
    axis = along / np.linalg.norm(along)
    helper = np.array([1.0, 0, 0]) if abs(axis[0]) < 0.9 else np.array([0, 1.0, 0])
    u = np.cross(axis, helper)
    u /= np.linalg.norm(u)
    v = np.cross(axis, u)
    angle = 2 * np.pi * np.arange(sides) / sides
    circle = np.cos(angle)[:, None] * u + np.sin(angle)[:, None] * v
    rings = [start + share * along + radius * circle for share, radius in profile[1:-1]]
    vertices = np.concatenate([start[None], *rings, end[None]])
    faces = []
    for k in range(sides):
        n = (k + 1) % sides
        faces.append((0, 1 + n, 1 + k))
        for ring in range(len(rings) - 1):
            a, b = 1 + ring * sides + k, 1 + ring * sides + n
            faces += [(a, b, a + sides), (b, b + sides, a + sides)]
        last = 1 + (len(rings) - 1) * sides
        faces.append((last + k, last + n, len(vertices) - 1))
    return vertices, np.array(faces)
