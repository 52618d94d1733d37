"""The weights of the pose networks, all in one file; checked before use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from demos.corpus.styles import STYLE_NAMES
from demos.nn import weight_files
from demos.runtime.caches import file_sha256, shared
from demos.runtime.errors import InputError
from demos.video.pose_codec import Config
from demos.video.pose_model import XDancer

NAME = "xdancer"
_MOST = {
    "codes": 4096, "code": 256, "levels": 16, "encoder": 1024, "decoder": 2048, "detail": 1024, "width": 2048,
    "heads": 64, "depth": 64, "inner": 2048, "inner_depth": 32,
}  # fmt: skip


def load(source: str | Path | None = None) -> XDancer:
    """The networks with their weights, ready to run; kept in memory by content. source : as weight_files.find.

    Raises InputError: not there, damaged, of another room, shapes that do not fit.
    """
    path = weight_files.find(NAME, source)
    return shared("pose networks", weight_files.Kept[XDancer]).get(path, lambda found: weight_files.read(found, _empty))


def digest(source: str | Path | None = None) -> str:
    """Hexadecimal sha256 of the file that `load` would read: what provenance records."""
    return file_sha256(weight_files.find(NAME, source))


def _empty(header: Mapping[str, str]) -> XDancer:
    said = header.get("kind", NAME)
    if said != NAME:
        raise InputError(f"These are weights of the {said}; choose those of the {NAME}.")
    config = Config(**weight_files.sizes(header, _MOST))
    if type(config.confidence) is not bool or config.width % config.heads or config.inner % config.heads:
        raise ValueError("sizes that do not go together")
    if json.loads(header.get("styles", "null")) not in (None, list(STYLE_NAMES)):
        raise InputError("These weights know other dance styles than this suite has; choose weights of this suite.")
    return XDancer(config)
