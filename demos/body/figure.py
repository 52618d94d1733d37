"""What the dancer is made of: the kept surfaces of MakeHuman's mesh, how they are thinned, dressed and given hair.

Only the left half is worked on and then reflected, so both sides are exact mirror images. The clothes are MakeHuman's
tights helper, cut at neck, sleeves, waist and ankles; the skin is what shows outside them.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.spatial import KDTree

from demos.body import makehuman, mesh, rig
from demos.body.body import Region
from demos.body.surface import Row, Surface, matrix, mirrored
from demos.motion.skeleton import INDEX

FACES = 13900
"""Triangles of the whole body; the skin is thinned to what clothes, eyes and hair leave."""

HAIR_DEPTH = 0.012
BUN_RADIUS = 0.034
UNDER_CLOTH = 0.005
UNDER_HEM = 0.022
"""Metres: the height of the hair above the scalp, the radius of the bun, how far skin lies back under a hem, and how
far it goes on there. Chosen."""

SOLE = 0.012
"""Metres: the shoes are flattened over this height."""

CLOTH_STEPS = 10
"""Rounds of smoothing of the clothes, which rounds off what a bodysuit would."""

HEM_BLEND = 0.03
"""Metres beyond a hem over which skin goes over from the cloth's movement to its own."""

BUN_RINGS, BUN_SEGMENTS = 7, 12
BUN_POINTS = (BUN_RINGS - 1) * BUN_SEGMENTS + 2

GONE = 255
"""Tag of faces that are cut away."""


@dataclass(frozen=True, eq=False)
class Figure:
    """The chosen surface.

    source : (v, m) sparse, each vertex as a blend of MakeHuman's m vertices. offset : (v, 3) metres added to it at
    rest. faces : (f, 3) int32. regions : (v,) uint8. mirror : (v,) the vertex at the mirror image.
    outside : (v,) metres beyond the clothes' nearest hem; negative where clothes cover.
    """

    source: csr_matrix
    offset: np.ndarray
    faces: np.ndarray
    regions: np.ndarray
    mirror: np.ndarray
    outside: np.ndarray


def choose(template: np.ndarray) -> Figure:
    """The dancer's surface from the T-posed template (m, 3)."""
    base = makehuman.base_mesh()
    joint = rig.joints(template)
    tights = _left(mesh.triangulate(base.quads["helper-tights"], template), template)
    body = _left(mesh.triangulate(base.quads["body"], template), template)
    eye = _left(mesh.triangulate(base.quads["helper-l-eye"], template), template)
    surface = Surface()
    surface.add(tights, Region.TOP)
    dress(surface, template, joint)
    seen = _seen(surface, np.concatenate([body, eye]), template)
    eye = eye[mesh.grow(eye, seen[len(body) :], 1)]
    surface.add(eye, Region.EYE)
    _iris(surface, template, eye)
    bun = _bun()
    budget = (FACES - 2 * len(surface.faces) - len(bun[1])) // 2 - 310  # cutting hair and brows adds about 310
    skin = _thin(template, body[_bare(template, body, seen[: len(body)], joint)], joint, budget)
    surface.add(skin, Region.SKIN)
    _make_up(surface, template)
    surface.cut(hair_field(surface, template), Region.SKIN, Region.HAIR)
    under = np.flatnonzero(_outside_clothes(template, joint) < 0)
    return _assemble(surface, template, under, bun)


def _left(triangles: np.ndarray, template: np.ndarray) -> np.ndarray:
    return triangles[template[triangles].mean(1)[:, 0] > 0]


def _neckline(points: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """(points,) metres above a round neckline; negative away from the neck."""
    x, y, z = points.T
    hem = joint[INDEX["left_collar"], 1] + 0.042 - 0.55 * (z - 0.03) + 0.9 * np.maximum(np.abs(x) - 0.058, 0)
    return np.where(np.abs(x) < 0.16, y - hem, -1)


def _sleeve(points: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """(points,) metres beyond the end of a short sleeve, towards the hand."""
    shoulder, elbow = joint[INDEX["left_shoulder"], 0], joint[INDEX["left_elbow"], 0]
    return np.abs(points[:, 0]) - (shoulder + 0.52 * (elbow - shoulder))


def _outside_clothes(points: np.ndarray, joint: np.ndarray) -> np.ndarray:
    return np.maximum(_neckline(points, joint), _sleeve(points, joint))


def dress(surface: Surface, template: np.ndarray, joint: np.ndarray) -> None:
    """Cut the tights: open neck, short sleeves, leggings below the waist, shoes below the ankle."""
    surface.cut(_neckline(surface.positions(template), joint), Region.TOP, GONE)
    surface.cut(_sleeve(surface.positions(template), joint), Region.TOP, GONE)
    surface.drop(GONE)
    y, z = surface.positions(template).T[1:]
    waist = joint[INDEX["pelvis"], 1] + 0.055
    surface.cut(waist + 0.12 * z - y, Region.TOP, Region.LEGGINGS)
    y, z = surface.positions(template).T[1:]
    ankle = joint[INDEX["left_ankle"]]
    surface.cut(ankle[1] - 0.012 - 0.15 * (z - ankle[2]) - y, Region.LEGGINGS, Region.SHOES)


def _seen(surface: Surface, others: np.ndarray, template: np.ndarray) -> np.ndarray:
    """(f,) bool: which of the other triangles (f, 3) of the left half show outside the dressed body."""
    points = surface.positions(template)
    both = np.concatenate([points, template, points * [-1, 1, 1], template * [-1, 1, 1]])
    left = np.concatenate([others + len(points), np.array(surface.faces)])
    right = left[:, ::-1] + len(points) + len(template)
    return mesh.visible(both, np.concatenate([left, right]))[: len(others)]


def _bare(template: np.ndarray, body: np.ndarray, seen: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """(f,) bool: the skin to keep: all that shows, a strip of UNDER_HEM beneath the hems, and a rim inside the lips."""
    outside = _outside_clothes(template[body].mean(1), joint)
    face = template[body].mean(1)[:, 2] > joint[INDEX["head"], 2] + 0.07
    shown = seen & (outside > 0)
    return shown | ((outside <= 0) & (outside > -UNDER_HEM)) | (mesh.grow(body, shown, 1) & face)


def _iris(surface: Surface, template: np.ndarray, eye: np.ndarray) -> None:
    ball = template[makehuman.base_mesh().group_vertices("helper-l-eye")]
    front = np.array([*ball.mean(0)[:2], ball[:, 2].max()])
    distance = np.linalg.norm(surface.positions(template) - front, axis=1)
    surface.cut(0.0062 - distance, Region.EYE, Region.IRIS)


def _make_up(surface: Surface, template: np.ndarray) -> None:
    """Lips and eyebrows cut out of the skin."""
    full = np.zeros(len(template))
    for lip in ("upperlip", "lowerlip"):
        rows, offsets = makehuman.target(f"mouth/mouth-{lip}-volume-incr")
        full[rows] = np.maximum(full[rows], np.linalg.norm(offsets, axis=1) / np.linalg.norm(offsets, axis=1).max())
    full = _softened(full, template, 2)
    surface.cut(surface.positions(full[:, None])[:, 0] - 0.2, Region.SKIN, Region.LIPS)
    eye = _face_marks(template)["eye"]

    def band() -> tuple[np.ndarray, np.ndarray]:
        """Across and above the brow's arch, and which points may be brow at all."""
        x, y, z = surface.positions(template).T
        across = x - eye[0]
        height = y - (eye[1] + 0.0215 - 4.5 * (across - 0.004) ** 2)
        near = (z > eye[2] - 0.02) & (np.abs(across) < 0.035) & (np.abs(height) < 0.03)
        return np.stack([across, height]), near

    (_, height), near = band()
    surface.cut(np.where(near, height + 0.0032, -1), Region.SKIN, Region.BROWS)
    (across, height), _ = band()
    surface.cut(height - 0.0032 * np.clip(1.1 - across / 0.024, 0.2, 1), Region.BROWS, Region.SKIN)
    (across, _), _ = band()
    surface.cut(np.abs(across) - 0.0205, Region.BROWS, Region.SKIN)


def _thin(template: np.ndarray, skin: np.ndarray, joint: np.ndarray, target: int) -> np.ndarray:
    middle = rig.mirror_map() == np.arange(len(template))
    x, y, z = template.T
    importance = np.ones(len(template))
    face = (y > joint[INDEX["head"], 1] - 0.06) & (z > joint[INDEX["head"], 2] + 0.03)
    importance[face] = 14.0
    importance[np.abs(x) > joint[INDEX["left_wrist"], 0]] = 2.0
    return mesh.simplify(template, skin, target, importance=importance, middle=middle)


def _softened(values: np.ndarray, template: np.ndarray, steps: int) -> np.ndarray:
    """(m,) smoothed over MakeHuman's own body mesh, so that a cut along it runs smoothly."""
    links = mesh.edges(mesh.triangulate(makehuman.base_mesh().quads["body"], template))
    return mesh.diffuse(values[:, None], links, steps)[:, 0]


def _face_marks(template: np.ndarray) -> dict[str, np.ndarray]:
    """Landmarks of the left half: eye, the ear's vertices (indices), crown and back of the skull."""
    base = makehuman.base_mesh()
    eye = template[base.group_vertices("helper-l-eye")].mean(0)
    rows, offsets = makehuman.target("ears/l-ear-flap-incr")
    moved = np.linalg.norm(offsets, axis=1)
    head = template[base.group_vertices("body")]
    head = head[head[:, 1] > eye[1] - 0.03]
    return {
        "eye": eye,
        "ear": rows[moved > 0.12 * moved.max()],
        "crown": head[np.argmax(head[:, 1])],
        "back": head[np.argmin(head[:, 2])],
    }


def hair_field(surface: Surface, template: np.ndarray) -> np.ndarray:
    """(points,) metres above the hairline: brow to temple, in front of the ear, around it and down to the nape."""
    marks = _face_marks(template)
    eye, back = marks["eye"], marks["back"]
    points = surface.positions(template)
    ear_z = template[marks["ear"]][:, 2].mean()
    depth = [back[2], ear_z - 0.035, ear_z - 0.012, ear_z + 0.016, ear_z + 0.03, eye[2] - 0.012, eye[2] + 0.03]
    line = [-0.062, -0.05, -0.005, 0.012, 0.038, 0.064, 0.076]
    above = points[:, 1] - eye[1] - np.interp(points[:, 2], depth, line)
    ear = np.zeros(len(template))
    ear[marks["ear"]] = 1
    ear = _softened(np.maximum(ear, ear[rig.mirror_map()]), template, 3)
    return np.minimum(above, 0.012 * (0.4 - surface.positions(ear[:, None])[:, 0]) / 0.4 + 0.05 * (above > 0.05))


def _bun() -> tuple[np.ndarray, np.ndarray]:
    """A ball of BUN_RINGS by BUN_SEGMENTS, symmetric in x: unit vertices (b, 3) and faces."""
    rings, segments = BUN_RINGS, BUN_SEGMENTS
    polar = np.pi * np.arange(1, rings) / rings
    around = 2 * np.pi * np.arange(segments) / segments
    ring = np.stack(
        [
            np.outer(np.sin(polar), np.sin(around)),
            np.repeat(np.cos(polar), segments).reshape(-1, segments),
            np.outer(np.sin(polar), np.cos(around)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    vertices = np.concatenate([ring, [[0, 1, 0], [0, -1, 0]]])
    top, bottom = len(ring), len(ring) + 1
    faces = []
    for k in range(segments):
        after = (k + 1) % segments
        faces.append((top, k, after))
        last = (rings - 2) * segments
        faces.append((bottom, last + after, last + k))
        for r in range(rings - 2):
            a, b, c, d = r * segments + k, r * segments + after, (r + 1) * segments + k, (r + 1) * segments + after
            faces += [(a, c, b), (b, c, d)] if 2 * k < segments else [(a, c, d), (a, d, b)]
    return vertices, np.array(faces)


def _assemble(surface: Surface, template: np.ndarray, under: np.ndarray, bun: tuple[np.ndarray, np.ndarray]) -> Figure:
    """Reflect the left half, separate the regions' points, lift the hair, tuck the skin under the hems."""
    flip = rig.mirror_map()
    place: dict[tuple[Row, int], int] = {}
    faces = []
    for face, tag in zip(surface.faces, surface.tags, strict=True):
        rows = [surface.rows[v] for v in face]
        faces.append([place.setdefault((row, tag), len(place)) for row in rows])
        faces.append([place.setdefault((mirrored(row, flip), tag), len(place)) for row in reversed(rows)])
    keys = list(place)
    rows, tags = [row for row, _ in keys], np.array([tag for _, tag in keys])
    mirror = np.array([place[mirrored(row, flip), tag] for row, tag in keys])
    source = matrix(rows, len(template))
    rest = source @ template
    buried = set(under.tolist())
    triangles = np.array(faces)
    hairline = np.array([tag == Region.HAIR and (row, Region.SKIN) in place for row, tag in keys])
    offset = _lift_hair(rest, triangles, tags, hairline, template)
    hidden = np.array([tag == Region.SKIN and all(v in buried for v, _ in row) for row, tag in keys])
    hidden |= hidden[mirror]
    offset[hidden] -= UNDER_CLOTH * mesh.vertex_normals(rest, triangles)[hidden]
    offset += _smooth_cloth(rest, triangles, tags, rig.joints(template))
    ball, ball_faces = bun
    anchor, centre = _bun_place(template)
    at = centre + ball * BUN_RADIUS * [1.0, 0.95, 0.85]
    reflected = np.array([int(np.argmin(np.linalg.norm(ball - v * [-1, 1, 1], axis=1))) for v in ball])
    count = len(rows)
    offset = (offset + offset[mirror] * [-1, 1, 1]) / 2
    return Figure(
        source=matrix([*rows, *[((anchor, 1.0),)] * len(ball)], len(template)),
        offset=np.concatenate([offset, at - template[anchor]]),
        faces=np.concatenate([triangles, ball_faces + count]).astype(np.int32),
        regions=np.concatenate([tags, np.full(len(ball), Region.HAIR)]).astype(np.uint8),
        mirror=np.concatenate([mirror, reflected + count]),
        outside=np.concatenate([_outside_clothes(rest, rig.joints(template)), np.ones(len(ball))]),
    )


def under_cloth(values: np.ndarray, rest: np.ndarray, chosen: Figure) -> np.ndarray:
    """(v, k) with those of the skin under a hem taken from the nearest cloth, fading out within HEM_BLEND beyond."""
    top = np.flatnonzero(chosen.regions == Region.TOP)
    skin = np.flatnonzero((chosen.regions == Region.SKIN) & (chosen.outside < HEM_BLEND))
    distance, near = KDTree(rest[top]).query(rest[skin], k=4)
    closeness = 1 / (distance + 1e-4) ** 2
    closeness /= closeness.sum(1, keepdims=True)
    cloth = np.einsum("sn,snk->sk", closeness, values[top[near]])
    share = np.clip(1 - chosen.outside[skin] / HEM_BLEND, 0, 1)[:, None]
    values = values.copy()
    values[skin] += share * (cloth - values[skin])
    return values


def rigid(chosen: Figure) -> np.ndarray:
    """(v,) bool: what moves with the head alone."""
    hair = (chosen.regions == Region.HAIR) & (np.arange(len(chosen.regions)) >= len(chosen.regions) - BUN_POINTS)
    return hair | np.isin(chosen.regions, (Region.EYE, Region.IRIS))


def _lift_hair(
    rest: np.ndarray, triangles: np.ndarray, tags: np.ndarray, hairline: np.ndarray, template: np.ndarray
) -> np.ndarray:
    """(v, 3) metres: the scalp raised along its smoothed normals, from nothing at the hairline to HAIR_DEPTH."""
    hair = tags == Region.HAIR
    inside = KDTree(rest[hairline]).query(rest)[0] / 0.045
    height = np.clip(inside, 0, 1)
    lift = np.where(hair, HAIR_DEPTH * np.sqrt(height * (2 - height)), 0)
    normals = mesh.diffuse(mesh.vertex_normals(rest, triangles), mesh.edges(triangles), 3)
    return lift[:, None] * normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)


def _smooth_cloth(rest: np.ndarray, triangles: np.ndarray, tags: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """(v, 3) metres: what takes navel, chest and crotch detail out of the clothes and makes the soles flat.

    Taubin's two-sided smoothing (1995), which does not shrink; only the trunk moves and hems stay.
    """
    cloth = np.isin(tags, (Region.TOP, Region.LEGGINGS))
    links = mesh.edges(triangles[cloth[triangles].all(1)])
    trunk = np.clip((joint[INDEX["left_shoulder"], 0] - 0.02 - np.abs(rest[:, 0])) / 0.04, 0, 1)
    trunk *= np.clip((rest[:, 1] - joint[INDEX["left_hip"], 1] + 0.16) / 0.06, 0, 1)
    share = np.where(cloth & ~mesh.border(triangles, len(rest)), trunk, 0)
    smooth = rest
    for _ in range(CLOTH_STEPS):
        smooth = mesh.diffuse(smooth, links, 1, 0.5 * share)
        smooth = mesh.diffuse(smooth, links, 1, -0.52 * share)
    shoes = tags == Region.SHOES
    above = rest[:, 1] - rest[shoes, 1].min()
    flat = np.where(above < SOLE, above * above / (2 * SOLE), above - SOLE / 2)
    offset = smooth - rest
    offset[shoes, 1] += (flat - above)[shoes] + SOLE / 2 * np.clip(above / 0.05, 0, 1)[shoes]
    return offset


def _bun_place(template: np.ndarray) -> tuple[int, np.ndarray]:
    """The scalp vertex that carries the bun, on the mirror plane high on the back of the head, and its centre."""
    marks = _face_marks(template)
    middle = np.flatnonzero(rig.mirror_map() == np.arange(len(template)))
    body = np.intersect1d(middle, makehuman.base_mesh().group_vertices("body"))
    goal = np.array([0, (marks["crown"][1] * 0.55 + marks["back"][1] * 0.45), marks["back"][2] + 0.012])
    anchor = int(body[np.argmin(np.linalg.norm(template[body] - goal, axis=1))])
    outward = np.array([0, 0.5, -0.86])
    return anchor, template[anchor] * [0, 1, 1] + outward * (HAIR_DEPTH + 0.35 * BUN_RADIUS)
