"""The weights of MuseDance: written with what they need to be read, checked before use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from demos.nn import weight_files
from demos.runtime.caches import file_sha256, shared
from demos.runtime.errors import InputError
from demos.video.muse_model import NAME, Config, MuseDance
from demos.video.muse_moves import MOVES

_MOST = {"latent": 512, "spatial": 2048, "words": 1024, "width": 2048, "heads": 64, "depth": 64, "condition": 2048}


def load(source: str | Path | None = None) -> MuseDance:
    """The networks with their weights, ready to run; kept in memory by content. source : as weight_files.find.

    Raises InputError: not there, damaged, of another room, shapes that do not fit.
    """
    path = weight_files.find(NAME, source)
    return shared("muse networks", weight_files.Kept[MuseDance]).get(
        path, lambda found: weight_files.read(found, _empty)
    )


def digest(source: str | Path | None = None) -> str:
    """Hexadecimal sha256 of the file that `load` would read: what provenance records."""
    return file_sha256(weight_files.find(NAME, source))


def write(network: MuseDance, path: Path) -> None:
    """Weights with configuration and moves in the header."""
    header = {"kind": network.kind, "config": json.dumps(asdict(network.config)), "moves": json.dumps(MOVES)}
    weight_files.write(path, network.state_dict(), header, exact=("normalise", "spread"))


def _empty(header: Mapping[str, str]) -> MuseDance:
    said = header.get("kind", NAME)
    if said != NAME:
        raise InputError(f"These are weights of the {said}; choose those of {NAME}.")
    config = Config(**weight_files.sizes(header, _MOST))
    if config.width % (2 * config.heads):
        raise ValueError("sizes that do not go together")
    if json.loads(header.get("moves", "null")) not in (None, list(MOVES)):
        raise InputError("These weights know other moves than this suite has; choose weights of this suite.")
    return MuseDance(config)
