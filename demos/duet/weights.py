"""The weights of this room's networks, all in one file; checked before use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from demos.corpus.styles import STYLE_NAMES
from demos.duet.model import CLOSENESS, Config, Duet
from demos.nn import weight_files
from demos.runtime.caches import file_sha256, shared
from demos.runtime.errors import InputError

NAME = "duet"
_MOST = {
    "codes": 8192, "code": 512, "depth": 16, "encoder": 2048, "decoder": 2048, "detail": 1024, "width": 2048,
    "heads": 64, "coarse_depth": 64, "fine_depth": 64,
}  # fmt: skip


def load(source: str | Path | None = None) -> Duet:
    """The networks with their weights, ready to run; kept in memory by content. source : as weight_files.find.

    Raises InputError: not there, damaged, of another room, shapes that do not fit.
    """
    path = weight_files.find(NAME, source)
    return shared("duet networks", weight_files.Kept[Duet]).get(path, lambda found: weight_files.read(found, _empty))


def digest(source: str | Path | None = None) -> str:
    """Hexadecimal sha256 of the file that `load` would read: what provenance records."""
    return file_sha256(weight_files.find(NAME, source))


def _empty(header: Mapping[str, str]) -> Duet:
    said = header.get("kind", NAME)
    if said != NAME:
        raise InputError(f"These are weights of the {said}; choose those of the {NAME}.")
    config = Config(**weight_files.sizes(header, _MOST))
    if type(config.interaction) is not bool or config.width % config.heads or config.width // config.heads % 2:
        raise ValueError("sizes that do not go together")
    known = {"styles": list(STYLE_NAMES), "closeness": list(CLOSENESS)}
    if any(json.loads(header.get(key, "null")) not in (None, names) for key, names in known.items()):
        raise InputError("These weights know other dance styles than this suite has; choose weights of this suite.")
    return Duet(config)
