"""Weights of this room's networks: the shipped ones, a user's file, or a repository on the Hub; checked before use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from demos.corpus.styles import STYLE_NAMES
from demos.editing.model import NETWORKS, Config, Editor, Kind, Predictor
from demos.nn import weight_files
from demos.runtime.caches import file_sha256, shared
from demos.runtime.errors import InputError

Network = Predictor | Editor
_MOST = {"width": 2048, "heads": 64, "depth": 64, "patch": 32, "detail": 2048}
"""Sizes beyond these no file of ours has; a header that asks for more would only fill the memory."""


def load(kind: Kind, source: str | Path | None = None, *, sha256: str = "") -> Network:
    """The network of a kind with its weights, ready to run; kept in memory by content.

    source : as weight_files.find. sha256 : the file must have this hash ("" accepts any).
    Raises InputError: not there, damaged, another kind or format, shapes that do not fit, another hash.
    """
    path = weight_files.find(kind, source)
    found = file_sha256(path)
    if sha256 and found != sha256:
        raise InputError(
            f'"{path.name}" is not the file asked for: its sha256 begins with {found[:12]}, not {sha256[:12]}.'
        )
    kept = shared(f"{kind} networks", weight_files.Kept[Network])
    return kept.get(path, lambda file: weight_files.read(file, lambda header: _empty(kind, header)))


def digest(kind: Kind, source: str | Path | None = None) -> str:
    """Hexadecimal sha256 of the file that `load` would read: what provenance records."""
    return file_sha256(weight_files.find(kind, source))


def _empty(kind: Kind, header: Mapping[str, str]) -> Network:
    """The network that a header describes, with weights still to come."""
    said = header.get("kind", kind)
    if said != kind:
        raise InputError(f"These are weights of the {said}; choose those of the {kind}.")
    config = Config(**weight_files.sizes(header, _MOST))
    if type(config.cem) is not bool or config.width % config.heads or config.width % 2:
        raise ValueError("sizes that do not go together")
    if header.get("styles", json.dumps(STYLE_NAMES)) != json.dumps(STYLE_NAMES):
        raise InputError("These weights know other dance styles than this suite has; choose weights of this suite.")
    return NETWORKS[kind](config)
