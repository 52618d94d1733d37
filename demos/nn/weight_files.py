"""Files of weights: found by name, folder or Hub repository, and read into a network only where they fit it."""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from demos.runtime.caches import file_sha256
from demos.runtime.errors import InputError
from demos.runtime.settings import WEIGHTS

Network = TypeVar("Network", bound=nn.Module)
Loaded = TypeVar("Loaded")
SUFFIX = ".safetensors"
_SCALE = "@scale"
"""Ends the name of what the rows of a tensor of whole numbers -127 .. 127 are multiplied by."""
_LARGE = 4096
"""Numbers from which a tensor is worth 8 bits: the small ones (norms, biases) set the rest and weigh nothing."""
_REPOSITORY = re.compile(r"[\w][\w.-]*/[\w][\w.-]*(@[\w./-]+)?")


def shipped(name: str) -> Path:
    """Where the suite's own weights of a name are, there or not."""
    return WEIGHTS / f"{name}{SUFFIX}"


def find(name: str, source: str | Path | None = None) -> Path:
    """The file that a source means.

    source : None for the shipped weights/NAME.safetensors; a .safetensors file, a folder that holds one of that name,
    or a Hub repository "owner/name" ("owner/name@revision") that does, which is fetched only then.
    Raises InputError where there is none.
    """
    if source is None or str(source).strip() == "":
        path = shipped(name)
        if not path.is_file():
            raise InputError(
                f'The weights "{path.name}" are missing: run python -m demos train {name}, or name a file.'
            )
        return path
    text = str(source).strip()
    path = Path(text).expanduser()
    if path.is_dir():
        path = path / f"{name}{SUFFIX}"
        if not path.is_file():
            raise InputError(f'The folder "{path.parent.name}" holds no {path.name}; name the file itself.')
    if path.is_file():
        if path.suffix.lower() != SUFFIX:
            raise InputError(f'"{path.name}" is no {SUFFIX} file; save the weights as safetensors and name that.')
        return path
    if path.suffix.lower() != SUFFIX and _REPOSITORY.fullmatch(text):
        return _fetched(name, text)
    raise InputError(f'There are no weights "{path.name}": name a {SUFFIX} file or a Hub repository owner/name.')


def read(path: Path, make: Callable[[Mapping[str, str]], Network]) -> Network:
    """The network that a file's header describes, with its weights, ready to run; of any precision, also as `write`
    packs them.

    make : header -> the network, weights still to come; ValueError, KeyError or TypeError where the header says nothing
    that can be made. Raises InputError: damaged, no such header, shapes that do not fit, numbers that are not finite.
    """
    try:
        with safe_open(str(path), framework="pt") as file:
            header = file.metadata() or {}
            stored = {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}  # noqa: SIM118
            shapes = {
                key: shape for key, shape in stored.items() if key.removesuffix(_SCALE) not in stored.keys() - {key}
            }
            try:
                network = make(header)
            except InputError:  # has said it all
                raise
            except (KeyError, TypeError, ValueError) as error:
                raise InputError(
                    f'"{path.name}" does not say what network it is for: its header needs the "config" that this suite '
                    "writes."
                ) from error
            _check_shapes(network, shapes, path.name)
            tensors = {key: file.get_tensor(key) for key in stored}
    except (OSError, SafetensorError) as error:
        raise InputError(f'The weights "{path.name}" are damaged: get the file again.') from error
    network.load_state_dict({key: _plain(tensors, key, path.name) for key in shapes})
    return network.eval().requires_grad_(False)


def write(path: Path, tensors: Mapping[str, Tensor], header: Mapping[str, str], *, exact: Sequence[str] = ()) -> None:
    """Write weights as they ship: large matrices in 8 bits with a scale for each row, the rest in half precision.

    exact : what the names of those contain that stay in single precision, such as statistics.
    Rounding a row to 127 steps of its largest weight leaves the losses of this suite's networks as they are, to the
    third digit, and halves the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {}
    for name, value in tensors.items():
        value = value.detach().cpu()
        if not value.is_floating_point():
            kept[name] = value.contiguous()
        elif any(part in name for part in exact):
            kept[name] = value.float().contiguous()
        elif value.ndim > 1 and value.numel() >= _LARGE:
            kept[name], kept[name + _SCALE] = _packed(value.float())
        else:
            kept[name] = value.half().contiguous()
    part = path.with_name(path.name + ".part")
    save_file(kept, part, metadata=dict(header))
    part.replace(path)


def _packed(value: Tensor) -> tuple[Tensor, Tensor]:
    rows = value.reshape(len(value), -1)
    scale = rows.abs().amax(dim=1).clamp(min=1e-12) / 127
    return (rows / scale[:, None]).round().to(torch.int8).reshape(value.shape).contiguous(), scale


def sizes(header: Mapping[str, str], most: Mapping[str, int]) -> dict:
    """A header's configuration; ValueError where a size is none or beyond `most`: it would only fill the memory."""
    values = json.loads(header["config"])
    if not isinstance(values, dict):
        raise ValueError("no names")
    for key, largest in most.items():
        size = values.get(key, 1)  # what is not said is as it is by itself
        if type(size) is not int or not 1 <= size <= largest:
            raise ValueError(f"{key} out of range")
    return values


class Kept(Generic[Loaded]):
    """Networks in memory by the content of their files, least recently used ones leaving first; one load at a time."""

    def __init__(self, most: int = 3) -> None:
        self._most, self._lock = most, threading.Lock()
        self._networks: OrderedDict[str, Loaded] = OrderedDict()

    def get(self, path: Path, load: Callable[[Path], Loaded]) -> Loaded:
        with self._lock:
            key = file_sha256(path)
            if key not in self._networks:
                self._networks[key] = load(path)
            self._networks.move_to_end(key)
            while len(self._networks) > self._most:
                self._networks.popitem(last=False)
            return self._networks[key]


def _fetched(name: str, repository: str) -> Path:
    from huggingface_hub import hf_hub_download  # deferred: nobody without a repository needs it

    owner_name, _, revision = repository.partition("@")
    try:
        return Path(hf_hub_download(owner_name, f"{name}{SUFFIX}", revision=revision or None))
    except Exception as error:  # no network, offline mode, no such repository, revision or file, no right to read it
        raise InputError(
            f'"{name}{SUFFIX}" could not be fetched from the Hub repository "{repository}": check its name and the '
            "connection, or name a file on this machine."
        ) from error


def _check_shapes(network: nn.Module, found: Mapping[str, tuple[int, ...]], name: str) -> None:
    wanted = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    for key in sorted(wanted.keys() | found.keys()):
        if wanted.get(key) != found.get(key):
            there, here = (_words(shapes[key]) if key in shapes else "missing" for shapes in (found, wanted))
            raise InputError(
                f'"{name}" does not fit the {getattr(network, "kind", "network")}: "{key}" is {there} there and {here} '
                "here; choose weights of this suite."
            )


def _words(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "one number"


def _plain(tensors: Mapping[str, Tensor], key: str, name: str) -> Tensor:
    value, scale = tensors[key], tensors.get(key + _SCALE)
    if scale is not None:
        if value.dtype != torch.int8 or scale.shape != value.shape[:1]:
            raise InputError(f'The weights "{name}" are damaged: "{key}" and its scale do not go together.')
        value = value.float() * scale.float().view(-1, *[1] * (value.ndim - 1))
    elif value.dtype == torch.int8:
        raise InputError(f'The weights "{name}" are damaged: "{key}" comes without its scale.')
    value = value.float() if value.is_floating_point() else value
    if not torch.isfinite(value).all():
        raise InputError(f'The weights "{name}" are damaged: "{key}" holds numbers that are not finite.')
    return value
