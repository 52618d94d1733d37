"""Pickles in, safely: an unpickler that builds numbers, text, lists and arrays, and nothing else."""

from __future__ import annotations

import io
import math
import pickle
from typing import Any

import numpy as np

from demos.runtime.errors import InputError

MAX_ARRAY_BYTES = 1 << 30
MAX_DEPTH = 12
MAX_ITEMS = 100_000
_KINDS = frozenset("biufcSU?")


def load(data: bytes, *, name: str = "the file") -> Any:
    """Bytes of a pickle -> dictionaries, lists, numbers, text and arrays. No code of the pickle ever runs.

    Not even NumPy's own reconstruction is used: arrays are described to stand-ins and built from their bytes here.
    InputError when the pickle asks for anything else or is damaged.
    """
    try:
        return _plain(_Unpickler(io.BytesIO(data), name).load(), 0, [MAX_ITEMS])
    except InputError:
        raise
    except Exception as error:  # a damaged pickle fails in every way there is, always for the same reason
        raise InputError(f"{name} is a damaged pickle and cannot be read; export it again.") from error


def load_npy(data: bytes, *, name: str = "the file") -> Any:
    """Bytes of a .npy file -> its array, or, when it holds one pickled object, what `load` makes of that."""
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = reader(stream)
        if not dtype.hasobject:
            if math.prod(shape) * dtype.itemsize > len(data) - stream.tell():
                raise InputError(f"{name} is cut short: it announces more numbers than it holds.")
            return np.load(io.BytesIO(data), allow_pickle=False)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{name} is a damaged .npy file and cannot be read; save it again.") from error
    return load(data[stream.tell() :], name=name)


class _Dtype:
    """Stands for numpy.dtype: keeps its description only."""

    def __init__(self, description: Any = "", *_: Any) -> None:
        self.description = str(description)
        self.order = "<"

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) > 1 and state[1] in ("<", ">", "|", "="):
            self.order = state[1]

    def numpy(self) -> np.dtype[Any]:
        """The plain numeric type meant. ValueError for any other."""
        dtype = np.dtype(self.description)
        if dtype.kind not in _KINDS or dtype.fields or dtype.subdtype:
            raise ValueError(f"type {self.description!r}")
        return dtype.newbyteorder(">") if self.order == ">" else dtype


class _Array:
    """Stands for numpy.ndarray: takes the state that a pickled array carries."""

    def __init__(self) -> None:
        self.value: Any = None

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, fortran, raw = state
        self.value = _build(raw, dtype, shape, "F" if fortran else "C")


def _build(raw: Any, dtype: _Dtype, shape: Any, order: str) -> Any:
    """An array from its bytes; object arrays stay lists of plain things."""
    shape = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
    if isinstance(raw, list):
        return raw[0] if shape == () and raw else raw
    raw = raw.encode("latin1") if isinstance(raw, str) else bytes(raw)
    kind = dtype.numpy()
    if math.prod(shape) * kind.itemsize != len(raw) or len(raw) > MAX_ARRAY_BYTES:
        raise ValueError("an array whose size and content disagree")
    return np.frombuffer(raw, kind).reshape(shape, order="F" if order == "F" else "C")


def _reconstruct(*_: Any) -> _Array:
    return _Array()


def _scalar(dtype: _Dtype, raw: Any = b"") -> Any:
    return _build(raw, dtype, (), "C")[()]


def _frombuffer(raw: Any, dtype: _Dtype, shape: Any, order: str) -> _Array:
    array = _Array()
    array.value = _build(raw, dtype, shape, order)
    return array


def _encode(text: str, encoding: str = "latin1") -> bytes:
    if encoding.lower() not in ("latin1", "latin-1"):
        raise ValueError(encoding)
    return text.encode("latin1")


def _no_bytes() -> bytes:
    return b""  # how old protocols write an array of nothing


_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _encode,
    ("__builtin__", "bytes"): _no_bytes,
    ("builtins", "bytes"): _no_bytes,
    ("collections", "OrderedDict"): dict,
    # The "core" package was renamed in NumPy 2; files of both kinds are about.
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _reconstruct for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _scalar for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _frombuffer for core in ("core", "_core")},
}


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, name: str) -> None:
        super().__init__(stream, encoding="latin1")
        self._name = name

    def find_class(self, module: str, name: str) -> Any:
        """Only what arrays are made of; everything else is refused before it is even imported."""
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise InputError(
                f"{self._name} is a pickle that asks for {f'{module}.{name}'[:60]}, which is not motion data; only "
                "numbers, text and NumPy arrays are read from pickles."
            ) from None

    def persistent_load(self, pid: Any) -> Any:
        """References outside the file are refused."""
        raise InputError(f"{self._name} is a pickle that refers to data outside itself, which is not read.")


def _plain(value: Any, depth: int, budget: list[int]) -> Any:
    """Stand-ins replaced by what they stand for; `budget` counts down, for lists that hold each other many times."""
    budget[0] -= 1
    if depth > MAX_DEPTH or budget[0] < 0:
        raise ValueError("nested too deeply")
    if isinstance(value, _Array):
        return _plain(value.value, depth + 1, budget)
    if isinstance(value, _Dtype):
        return value.description
    if isinstance(value, dict):
        return {str(key): _plain(item, depth + 1, budget) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1, budget) for item in value]
    if value is None or isinstance(value, bool | int | float | str | bytes | np.ndarray | np.generic):
        return value
    raise ValueError(f"a {type(value).__name__}")
