"""Reading SMPL model files, .npz or .pkl, without running what is inside a pickle.

The original .pkl files hold chumpy arrays and a scipy sparse matrix. The unpickler here builds only NumPy arrays,
SciPy sparse matrices and an inert stand-in for chumpy's class; every other global is refused.
"""

import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from demos.motion.skeleton import PARENTS
from demos.runtime.errors import InputError

KEYS = ("v_template", "shapedirs", "J_regressor", "weights", "f")
MAX_SHAPES = 10


@dataclass(frozen=True, eq=False)
class SmplData:
    """template (v, 3), shapes (v, 3, s), regressor (24, v) float64; weights (v, 24) float32; faces (f, 3) int32;
    regions (v,) uint8, 1 throughout where the file has none; pose_offsets (v, 3, 207) float32 or None. Metres."""

    template: np.ndarray
    shapes: np.ndarray
    regressor: np.ndarray
    weights: np.ndarray
    faces: np.ndarray
    regions: np.ndarray
    pose_offsets: np.ndarray | None


class _Chumpy:
    """Stands in for chumpy's classes while unpickling and keeps their state, which is all that is wanted."""

    state: dict

    def __setstate__(self, state: Any) -> None:
        self.state = state if isinstance(state, dict) else {}

    def array(self) -> np.ndarray:
        """A plain variable (`x`) or a selection of another one's entries (`a`, `idxs`)."""
        if "x" in self.state:
            return np.asarray(self.state["x"])
        chosen = _array(self.state["a"]).ravel()[np.asarray(self.state["idxs"])]
        return chosen.reshape(self.state.get("preferred_shape", chosen.shape))


_ALLOWED = {
    ("numpy", "ndarray"), ("numpy", "dtype"), ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"), ("copy_reg", "_reconstructor"), ("copyreg", "_reconstructor"),
    ("__builtin__", "object"), ("builtins", "object"), ("_codecs", "encode"), ("collections", "OrderedDict"),
}  # fmt: skip
_SPARSE = {"csc_matrix", "csr_matrix"}


class _SmplUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] == "chumpy":
            return _Chumpy
        if module.startswith("scipy.sparse") and name in _SPARSE:
            import scipy.sparse

            return getattr(scipy.sparse, name)
        if (module, name) in _ALLOWED:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} does not belong in an SMPL file")


def read_smpl(path: Path) -> SmplData:
    """An SMPL model from .npz or .pkl, told apart by content. Raises InputError when it is not one."""
    try:
        with open(path, "rb") as file:
            start = file.read(4)
    except OSError as error:
        raise InputError(f"The SMPL file {path} cannot be read: give the path of an SMPL .npz or .pkl.") from error
    try:
        fields = _read_npz(path) if start[:2] == b"PK" else _read_pickle(path)
        return _checked(fields, path)
    except InputError:
        raise
    except Exception as error:  # a damaged or foreign file fails in many ways, all of them the file's fault
        raise InputError(f"{path.name} is not an SMPL model: give an SMPL .npz or .pkl with 24 joints.") from error


def _read_npz(path: Path) -> dict[str, Any]:
    if not zipfile.is_zipfile(path):
        raise ValueError("damaged archive")
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in (*KEYS, "kintree_table", "posedirs", "regions") if name in archive}


def _read_pickle(path: Path) -> Mapping[str, Any]:
    with open(path, "rb") as file:
        fields = _SmplUnpickler(file, encoding="latin1").load()
    if not isinstance(fields, dict):
        raise ValueError("not a mapping")
    return fields


def _array(value: Any) -> np.ndarray:
    """A plain array from an array, a sparse matrix or chumpy's stand-in."""
    if isinstance(value, _Chumpy):
        return value.array()
    if type(value).__name__ in _SPARSE:
        value.check_format(full_check=True)  # SciPy's own loops trust the indices; a file need not deserve it
        return type(value).toarray(value)
    return np.asarray(value)


def _checked(fields: Mapping[str, Any], path: Path) -> SmplData:
    missing = [key for key in KEYS if key not in fields]
    if missing:
        raise InputError(f"{path.name} is not an SMPL model: it lacks {', '.join(missing)}; give an SMPL .npz or .pkl.")
    template = _array(fields["v_template"]).astype(np.float64)
    count = len(template)
    shapes = _array(fields["shapedirs"]).astype(np.float64)[:, :, :MAX_SHAPES]
    regressor = _array(fields["J_regressor"]).astype(np.float64)
    weights = _array(fields["weights"]).astype(np.float32)
    faces = _array(fields["f"]).astype(np.int32)
    fits = bool(
        template.shape == (count, 3)
        and shapes.shape[:2] == (count, 3)
        and regressor.shape == (24, count)
        and weights.shape == (count, 24)
        and faces.ndim == 2
        and faces.shape[1] == 3
        and faces.min() >= 0
        and faces.max() < count
        and np.isfinite(template).all()
    )
    if fits and "kintree_table" in fields:
        parents = _array(fields["kintree_table"])[0].astype(np.int64)[1:]
        fits = parents.shape == (23,) and (parents == PARENTS[1:]).all()
    if not fits:
        raise InputError(
            f"{path.name} is not a 24-joint SMPL model (SMPL-H and SMPL-X differ): give an SMPL .npz or .pkl."
        )
    pose_offsets = _array(fields["posedirs"]) if "posedirs" in fields else None
    if pose_offsets is not None and (pose_offsets.shape != (count, 3, 207) or not pose_offsets.any()):
        pose_offsets = None
    regions = _array(fields["regions"]) if "regions" in fields else np.ones(count)  # one outfit all over
    return SmplData(
        template=template,
        shapes=shapes,
        regressor=regressor,
        weights=weights,
        faces=faces,
        regions=regions.astype(np.uint8),
        pose_offsets=None if pose_offsets is None else pose_offsets.astype(np.float32),
    )
