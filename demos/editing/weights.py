"""Weights of this room's networks: the shipped ones, a user's file, or a repository on the Hub; checked before use."""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from demos.editing.conditions import STYLES
from demos.editing.model import NETWORKS, Config, Editor, Kind, Predictor
from demos.runtime.caches import file_sha256, shared
from demos.runtime.errors import InputError
from demos.runtime.settings import WEIGHTS

Network = Predictor | Editor
MOST_KEPT = 4
"""Networks in memory at once."""
_MOST = {"width": 2048, "heads": 64, "depth": 64, "patch": 32, "detail": 2048}
"""Sizes beyond these no file of ours has; a header that asks for more would only fill the memory."""
_REPOSITORY = re.compile(r"[\w][\w.-]*/[\w][\w.-]*(@[\w./-]+)?")


def load(kind: Kind, source: str | Path | None = None, *, sha256: str = "") -> Network:
    """The network of a kind with its weights, ready to run; kept in memory by content.

    source : None for the shipped weights; a .safetensors file, a folder that holds KIND.safetensors, or a Hub
        repository "owner/name" ("owner/name@revision") that does, which is fetched only then.
    sha256 : the file must have this hash ("" accepts any).

    Raises InputError: not there, damaged, another kind or format, shapes that do not fit, another hash.
    """
    path = find(kind, source)
    found = file_sha256(path)
    if sha256 and found != sha256:
        raise InputError(
            f'"{path.name}" is not the file asked for: its sha256 begins with {found[:12]}, not {sha256[:12]}.'
        )
    return _kept().get(kind, found, path)


def digest(kind: Kind, source: str | Path | None = None) -> str:
    """Hexadecimal sha256 of the file that `load` would read: what provenance records."""
    return file_sha256(find(kind, source))


def find(kind: Kind, source: str | Path | None = None) -> Path:
    """The .safetensors file that a source means; a Hub repository is fetched into the Hub's own cache."""
    if source is None or str(source).strip() == "":
        path = WEIGHTS / f"{kind}.safetensors"
        if not path.is_file():
            raise InputError(
                f'The weights "{path.name}" are missing: run python -m demos train editing, or name a file.'
            )
        return path
    text = str(source).strip()
    path = Path(text).expanduser()
    if path.is_dir():
        path = path / f"{kind}.safetensors"
        if not path.is_file():
            raise InputError(f'The folder "{path.parent.name}" holds no {path.name}; name the file itself.')
    if path.is_file():
        if path.suffix.lower() != ".safetensors":
            raise InputError(f'"{path.name}" is no .safetensors file; save the weights as safetensors and name that.')
        return path
    if path.suffix.lower() != ".safetensors" and _REPOSITORY.fullmatch(text):
        return _fetched(kind, text)
    raise InputError(f'There are no weights "{path.name}": name a .safetensors file or a Hub repository owner/name.')


def _fetched(kind: Kind, repository: str) -> Path:
    from huggingface_hub import hf_hub_download  # deferred: nobody without a repository needs it

    name, _, revision = repository.partition("@")
    try:
        return Path(hf_hub_download(name, f"{kind}.safetensors", revision=revision or None))
    except Exception as error:  # no network, offline mode, no such repository, revision or file, no right to read it
        raise InputError(
            f'"{kind}.safetensors" could not be fetched from the Hub repository "{repository}": check its name and the '
            "connection, or name a file on this machine."
        ) from error


class _Kept:
    """The networks in memory, least recently used ones leaving first; one load at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._networks: OrderedDict[tuple[str, str], Network] = OrderedDict()

    def get(self, kind: Kind, sha256: str, path: Path) -> Network:
        with self._lock:
            key = (kind, sha256)
            if key not in self._networks:
                self._networks[key] = _read(kind, path)
            self._networks.move_to_end(key)
            while len(self._networks) > MOST_KEPT:
                self._networks.popitem(last=False)
            return self._networks[key]


def _kept() -> _Kept:
    return shared("editing networks", _Kept)


def _read(kind: Kind, path: Path) -> Network:
    try:
        with safe_open(str(path), framework="pt") as file:
            header = file.metadata() or {}
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
            network = _empty(kind, header, path.name)
            _check_shapes(network, shapes, path.name)
            tensors = {name: file.get_tensor(name) for name in shapes}
    except (OSError, SafetensorError) as error:
        raise InputError(f'The weights "{path.name}" are damaged: get the file again.') from error
    network.load_state_dict({name: _plain(value, name, path.name) for name, value in tensors.items()})
    return network.eval().requires_grad_(False)


def _empty(kind: Kind, header: Mapping[str, str], name: str) -> Network:
    """The network that a header describes, with weights still to come."""
    said = header.get("kind", kind)
    if said != kind:
        raise InputError(f'"{name}" holds weights of the {said}; choose those of the {kind}.')
    try:
        values = json.loads(header["config"])
        config = Config(**values)
        sizes = {key: getattr(config, key) for key in _MOST}
        fits = all(type(size) is int and 1 <= size <= _MOST[key] for key, size in sizes.items())
        if not fits or type(config.cem) is not bool or config.width % config.heads or config.width % 2:
            raise ValueError("sizes out of range")
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f'"{name}" does not say what network it is for: its header needs the "config" that this suite writes.'
        ) from error
    if header.get("styles", json.dumps(STYLES)) != json.dumps(STYLES):
        raise InputError(
            f'"{name}" was trained on other dance styles than this suite has; choose weights of this suite.'
        )
    return NETWORKS[kind](config)


def _check_shapes(network: Network, found: Mapping[str, tuple[int, ...]], name: str) -> None:
    wanted = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    for key in sorted(wanted.keys() | found.keys()):
        if wanted.get(key) != found.get(key):
            there, here = (_words(shapes[key]) if key in shapes else "missing" for shapes in (found, wanted))
            raise InputError(
                f'"{name}" does not fit the {network.kind}: "{key}" is {there} there and {here} here; '
                "choose weights of this suite."
            )


def _words(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "one number"


def _plain(value: Tensor, key: str, name: str) -> Tensor:
    value = value.float() if value.is_floating_point() else value
    if not torch.isfinite(value).all():
        raise InputError(f'The weights "{name}" are damaged: "{key}" holds numbers that are not finite.')
    return value
