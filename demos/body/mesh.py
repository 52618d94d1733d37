"""Triangle surgery for the body's build: visibility, symmetric simplification, smoothing, welding (build time only)."""

import heapq

import numba
import numpy as np
from scipy.sparse import coo_matrix, diags


def triangulate(quads: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """(q, 4) quads -> (2 q, 3) triangles, each cut along its shorter diagonal."""
    a, b, c, d = (vertices[quads[:, k]] for k in range(4))
    first = np.linalg.norm(a - c, axis=1) <= np.linalg.norm(b - d, axis=1)
    one = np.where(first[:, None], quads[:, [0, 1, 2]], quads[:, [0, 1, 3]])
    two = np.where(first[:, None], quads[:, [0, 2, 3]], quads[:, [1, 2, 3]])
    return np.concatenate([one, two])


def face_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(f, 3), length twice the face's area."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return np.cross(b - a, c - a)


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(v, 3) unit, area-weighted; zero for vertices without faces."""
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], face_normals(vertices, faces))
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def edges(faces: np.ndarray) -> np.ndarray:
    """(e, 2) each undirected edge once, lower index first."""
    pairs = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    return np.unique(np.sort(pairs, axis=1), axis=0)


def visible(vertices: np.ndarray, faces: np.ndarray, *, directions: int = 96, pixels: int = 900) -> np.ndarray:
    """(f,) bool: faces seen from the outside from at least one of many directions, by depth buffer."""
    golden = np.pi * (3 - np.sqrt(5))
    k = np.arange(directions)
    y = 1 - 2 * (k + 0.5) / directions
    radius = np.sqrt(1 - y * y)
    seen = np.zeros(len(faces), bool)
    for view in np.stack([radius * np.cos(golden * k), y, radius * np.sin(golden * k)], axis=1):
        side = np.cross(view, [0, 1, 0] if abs(view[1]) < 0.9 else [1, 0, 0])
        side /= np.linalg.norm(side)
        points = vertices @ np.stack([side, np.cross(side, view), view], axis=1)
        points[:, :2] -= points[:, :2].min(0)
        points[:, :2] *= (pixels - 1) / points[:, :2].max()
        nearest = _nearest_face(points, faces, pixels)
        seen[nearest[nearest >= 0]] = True
    return seen


@numba.njit(cache=True)
def _nearest_face(points: np.ndarray, faces: np.ndarray, pixels: int) -> np.ndarray:
    depth = np.full((pixels, pixels), -1e9)
    owner = np.full((pixels, pixels), -1)
    for f in range(len(faces)):
        a, b, c = points[faces[f, 0]], points[faces[f, 1]], points[faces[f, 2]]
        area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
        if abs(area) < 1e-12:
            continue
        for y in range(int(np.ceil(min(a[1], b[1], c[1]))), int(max(a[1], b[1], c[1])) + 1):
            for x in range(int(np.ceil(min(a[0], b[0], c[0]))), int(max(a[0], b[0], c[0])) + 1):
                u = ((x - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (y - a[1])) / area
                w = ((b[0] - a[0]) * (y - a[1]) - (x - a[0]) * (b[1] - a[1])) / area
                if u >= 0 and w >= 0 and u + w <= 1:
                    d = a[2] + u * (b[2] - a[2]) + w * (c[2] - a[2])
                    if d > depth[y, x]:
                        depth[y, x] = d
                        owner[y, x] = f
    return owner.ravel()


def grow(faces: np.ndarray, chosen: np.ndarray, rings: int) -> np.ndarray:
    """(f,) bool: the chosen faces and those within some rings of them."""
    chosen = chosen.copy()
    for _ in range(rings):
        touched = np.zeros(faces.max() + 1, bool)
        touched[faces[chosen]] = True
        chosen |= touched[faces].any(1)
    return chosen


def simplify(
    vertices: np.ndarray, faces: np.ndarray, target: int, *, importance: np.ndarray, middle: np.ndarray
) -> np.ndarray:
    """Fewer triangles by half-edge collapse in the order of quadric error (Garland and Heckbert 1997).

    Vertices only disappear and never move, so every shape of the body keeps its exact surface points.
    importance : (v,) factor on the error of removing detail there. middle : (v,) bool, vertices of the mirror plane,
    which collapse only along the plane. Open borders stay. Returns (about target, 3) faces into the same vertices.
    """
    normals = face_normals(vertices, faces)
    size = np.linalg.norm(normals, axis=1)
    unit = normals / np.maximum(size[:, None], 1e-15)
    planes = np.concatenate([unit, -np.sum(unit * vertices[faces[:, 0]], axis=1, keepdims=True)], axis=1)
    quadrics = np.zeros((len(vertices), 4, 4))
    for corner in range(3):
        np.add.at(quadrics, faces[:, corner], planes[:, :, None] * planes[:, None, :] * size[:, None, None])
    edge = border(faces, len(vertices))
    around: list[set[int]] = [set() for _ in range(len(vertices))]
    live = [tuple(int(k) for k in face) for face in faces]
    alive = [True] * len(live)
    for f, face in enumerate(live):
        for v in face:
            around[v].add(f)
    homogeneous = np.concatenate([vertices, np.ones((len(vertices), 1))], axis=1)

    def cost(source: int, goal: int) -> float:
        both = quadrics[source] + quadrics[goal]
        error = float(homogeneous[goal] @ both @ homogeneous[goal])
        length = float(np.sum((vertices[source] - vertices[goal]) ** 2))
        return (error + 1e-5 * length * length) * max(importance[source], importance[goal])

    def allowed(source: int, goal: int) -> bool:
        return not edge[source] and (not middle[source] or bool(middle[goal]))

    def neighbours(v: int) -> set[int]:
        return {u for f in around[v] for u in live[f]} - {v}

    queue: list[tuple[float, int, int, int]] = []
    stamp = [0] * len(vertices)

    def push(source: int, goal: int) -> None:
        if allowed(source, goal):
            heapq.heappush(queue, (cost(source, goal), stamp[source] + stamp[goal], source, goal))

    for a, b in edges(faces).tolist():
        push(a, b)
        push(b, a)
    count = len(live)
    while count > target and queue:
        _, when, source, goal = heapq.heappop(queue)
        if when != stamp[source] + stamp[goal] or not around[source] or goal not in neighbours(source):
            continue
        shared = around[source] & around[goal]
        opposite = {u for f in shared for u in live[f]} - {source, goal}
        if len(neighbours(source) & neighbours(goal)) != len(opposite):  # the collapse would pinch the surface
            continue
        if _flips(vertices, [live[f] for f in around[source] - shared], source, goal):
            continue
        for f in shared:
            alive[f] = False
            for v in live[f]:
                around[v].discard(f)
            count -= 1
        for f in list(around[source]):
            live[f] = tuple(goal if v == source else v for v in live[f])
            around[goal].add(f)
        around[source].clear()
        quadrics[goal] += quadrics[source]
        stamp[goal] += 1_000_003  # older queue entries of this vertex no longer match
        stamp[source] += 7_000_003
        for u in neighbours(goal):
            push(goal, u)
            push(u, goal)
    return np.array([face for face, kept in zip(live, alive, strict=True) if kept])


def border(faces: np.ndarray, count: int) -> np.ndarray:
    """(count,) bool: the vertices on an open edge."""
    pairs = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    unique, uses = np.unique(pairs, axis=0, return_counts=True)
    open_edge = np.zeros(count, bool)
    open_edge[unique[uses == 1]] = True
    return open_edge


def _flips(vertices: np.ndarray, faces: list[tuple[int, ...]], source: int, goal: int) -> bool:
    """Whether moving source onto goal turns a face by more than about 75 degrees or makes a sliver."""
    old = np.array(faces)
    new = np.where(old == source, goal, old)
    before, after = face_normals(vertices, old), face_normals(vertices, new)
    size = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    if (np.sum(before * after, axis=1) < 0.25 * size).any():
        return True
    corners = vertices[new]
    longest = max(float(np.sum((corners[:, i] - corners[:, i - 1]) ** 2, axis=1).max()) for i in range(3))
    return bool((np.linalg.norm(after, axis=1) < 0.04 * longest).any())


def diffuse(values: np.ndarray, links: np.ndarray, steps: int, amount: np.ndarray | float = 0.5) -> np.ndarray:
    """(v, k) values smoothed over a graph: `steps` times, each goes `amount` of the way to its neighbours' mean."""
    count = len(values)
    ones = np.ones(2 * len(links))
    matrix = coo_matrix(
        (ones, (np.concatenate([links[:, 0], links[:, 1]]), np.concatenate([links[:, 1], links[:, 0]]))),
        shape=(count, count),
    ).tocsr()
    degree = np.asarray(matrix.sum(1)).ravel()
    mean = diags(1 / np.maximum(degree, 1)) @ matrix
    share = np.broadcast_to(np.asarray(amount, float), (count,)).copy()
    share[degree == 0] = 0
    for _ in range(steps):
        values = values + share[:, None] * (mean @ values - values)
    return values
