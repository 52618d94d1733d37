"""Export: a dance as the file its suffix asks for. The formats live in dance, bvh_writer and glb."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from demos.body.body import Body
from demos.motion.bvh_writer import write_bvh
from demos.motion.dance import Dance
from demos.motion.glb import write_glb
from demos.runtime.errors import InputError

SUFFIXES = (".npz", ".bvh", ".glb")


def export(dance: Dance, path: str | Path, *, body: Body | None = None) -> list[Path]:
    """Write a dance; the files written.

    A .npz or .glb holds all dancers; a .bvh holds one, so a couple becomes NAME_a.bvh and NAME_b.bvh in one
    world. Missing folders are made. A file appears whole or not at all.

    Parameters
    ----------
    path : where to, ending in .npz, .bvh or .glb in any letter case.
    body : what the dancers of a .glb look like; the suite's own body when None.

    Raises
    ------
    InputError : another suffix, or a place that cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        ending = f"a file ending in {path.suffix}" if path.suffix else f'"{path.name}", which has no ending'
        raise InputError(f"Dances cannot be exported to {ending}; choose .npz, .bvh or .glb.")
    if suffix == ".npz":
        return [_atomic(path, dance.save)]
    if suffix == ".glb":
        return [_atomic(path, lambda place: write_glb(dance, place, body=body))]
    if len(dance.motions) == 1:
        return [_atomic(path, lambda place: write_bvh(dance.motions[0], place))]
    written = []
    for motion, dancer in zip(dance.motions, "ab", strict=True):
        target = path.with_stem(f"{path.stem}_{dancer}")
        written.append(_atomic(target, lambda place, motion=motion: write_bvh(motion, place)))
    return written


def _atomic(path: Path, write: Callable[[Path], object]) -> Path:
    """Let `write` make a file beside the path, then move it there in one step, over whatever was there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A folder and not a file: what is written inside gets the permissions that the user's own files get.
        with tempfile.TemporaryDirectory(prefix=".export-", dir=path.parent) as folder:
            draft = Path(folder) / f"draft{path.suffix.lower()}"
            write(draft)
            os.replace(draft, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path.name} cannot be written to {path.parent}: {reason}; choose another folder.") from error
    return path
