"""What the dancer is made of: which of MakeHuman's surfaces are kept, how they are thinned, dressed and coloured."""

from dataclasses import dataclass

import numpy as np

from demos.body import makehuman, mesh, rig
from demos.body.body import Region
from demos.motion.skeleton import INDEX

SKIN_FACES = 8400
"""Triangles left for head, neck and hands after thinning; the clothes keep MakeHuman's own."""


@dataclass(frozen=True, eq=False)
class Figure:
    """source (v,): the MakeHuman vertex of each vertex; faces (f, 3); regions (v,); mirror (v,) vertex permutation."""

    source: np.ndarray
    faces: np.ndarray
    regions: np.ndarray
    mirror: np.ndarray


def choose(template: np.ndarray) -> Figure:
    """Clothes from MakeHuman's tights helper, the skin that shows outside them, and the eyes."""
    base = makehuman.base_mesh()
    joint = rig.joints(template)
    body = mesh.triangulate(base.quads["body"], template)
    eyes = mesh.triangulate(
        np.concatenate([base.quads["helper-l-eye"], base.quads["helper-r-eye"]]), template
    )
    tights = mesh.triangulate(base.quads["helper-tights"], template)
    tights = tights[worn(template, tights, joint)]
    everything = np.concatenate([body, tights, eyes])
    seen = mesh.visible(template, everything)
    shown = seen[: len(body)] & _bare(template, body, joint)
    skin = body[mesh.grow(body, shown, 2)]
    eyes = eyes[mesh.grow(eyes, seen[-len(eyes) :], 1)]
    skin = _mirrored_simplify(template, skin, joint)
    faces = np.concatenate([skin, tights, eyes])
    source, compact = np.unique(faces, return_inverse=True)
    faces = compact.reshape(faces.shape).astype(np.int32)
    place = np.full(len(template), -1)
    place[source] = np.arange(len(source))
    mirror = place[rig.mirror_map()[source]]
    if (mirror < 0).any():
        raise RuntimeError("the chosen surface is not symmetric")
    return Figure(source, faces, regions(template, source, tights, eyes), mirror)


def worn(template: np.ndarray, tights: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """(f,) bool: the faces of the tights helper that become clothes; open at the neck."""
    centre = np.abs(template[tights].mean(1))
    upper = template[tights].mean(1)[:, 1]
    return (upper < joint[INDEX["neck"], 1] + 0.02) | (centre[:, 0] > 0.12)


def _bare(template: np.ndarray, body: np.ndarray, joint: np.ndarray) -> np.ndarray:
    centre = template[body].mean(1)
    head = (centre[:, 1] > joint[INDEX["spine3"], 1] + 0.08) & (np.abs(centre[:, 0]) < 0.15)
    hand = np.abs(centre[:, 0]) > joint[INDEX["left_elbow"], 0] + 0.05
    return head | hand


def _mirrored_simplify(template: np.ndarray, skin: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """Thin the left half and reflect it, so that both sides stay exact mirror images."""
    mirror = rig.mirror_map()
    left = skin[template[skin].mean(1)[:, 0] > 0]
    x, y, z = template.T
    face = (y > joint[INDEX["head"], 1] - 0.03) & (z > joint[INDEX["head"], 2] + 0.02)
    importance = np.where(face, 12.0, 1.0)
    importance[np.abs(x) > joint[INDEX["left_wrist"], 0]] = 1.5
    middle = mirror == np.arange(len(mirror))
    left = mesh.simplify(template, left, SKIN_FACES // 2, importance=importance, middle=middle)
    return np.concatenate([left, mirror[left][:, ::-1]])


def regions(template: np.ndarray, source: np.ndarray, tights: np.ndarray, eyes: np.ndarray) -> np.ndarray:
    """(v,) uint8 Region of each kept vertex."""
    joint = rig.joints(template)
    at = template[source]
    result = np.full(len(source), Region.SKIN, np.uint8)
    cloth = np.isin(source, tights)
    waist = (joint[INDEX["pelvis"], 1] + joint[INDEX["spine1"], 1]) / 2
    result[cloth] = Region.TOP
    result[cloth & (at[:, 1] < waist) & (np.abs(at[:, 0]) < 0.3)] = Region.LEGGINGS
    result[cloth & (at[:, 1] < joint[INDEX["left_ankle"], 1] + 0.01)] = Region.SHOES
    eye = np.isin(source, eyes)
    result[eye] = Region.EYE
    for letter in ("l", "r"):
        ball = makehuman.base_mesh().group_vertices(f"helper-{letter}-eye")
        front = template[ball].mean(0) + [0, 0, np.ptp(template[ball][:, 2]) / 2]
        result[eye & (np.linalg.norm(at - front, axis=1) < 0.0075)] = Region.IRIS
    return result
