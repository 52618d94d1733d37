"""What a visitor has on the Film tab, kept in their workspace, so that a reload of the page finds it again."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from demos.motion.files import open_dance
from demos.runtime import workspace
from demos.runtime.errors import InputError
from demos.video import finding
from demos.video.cast import Cast, Steps
from demos.video.figure import Figure

_FILE = "visit.json"


def keep(cast: Cast, folder: Path) -> None:
    """Write down a cast in a folder; what lies there goes. A film stays where it is and is only named."""
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[int, str] = {}
    rows = [_figure(figure, folder, known) for figure in cast.figures]
    found = [_figure(figure, folder, known) for figure in cast.found.figures] if cast.found else []
    steps = []
    for index, one in enumerate(cast.steps.values()):
        path = folder / f"steps-{index}.npz"
        if not path.is_file():
            one.dance.save(path)
        steps.append({"name": one.name, "dance": path.name, "song": str(one.song) if one.song else None})
    told = {
        "name": cast.name, "said": cast.found.said if cast.found else "", "figures": rows, "found": found,
        "chosen": cast.chosen, "wanted": cast.wanted, "steps": steps, "received": sorted(cast.received),
        "partner": _figure(cast.partner, folder, known) if cast.partner else None, "screen": cast.screen,
    }  # fmt: skip
    draft = folder / f".{_FILE}.part"
    draft.write_text(json.dumps(told))
    draft.replace(folder / _FILE)
    named = {row[key] for row in (*rows, *found, told["partner"]) if row for key in ("picture", "outline")}
    for path in folder.glob("*.png"):
        if path.name not in named:
            path.unlink(missing_ok=True)


def recall(name: str, room: str, folder: Path) -> Cast | None:
    """The cast of a workspace's name, as a browser remembers it over a reload; its film and songs are copied to the
    folder of the new visit. None where the name is none, or nothing or nothing whole was kept."""
    if not re.fullmatch(r"[\w-]{16,64}", str(name)):
        return None
    before = workspace.root() / name / room
    try:
        told = json.loads((before / _FILE).read_text())
        pictures: dict[str, np.ndarray] = {}
        figures = [_read(row, before, pictures) for row in told["figures"]]
        found = [_read(row, before, pictures) for row in told["found"]]
        partner = _read(told["partner"], before, pictures) if told["partner"] else None
        cast = Cast(
            name=str(told["name"]), found=finding.Found(tuple(found), str(told["said"])) if found else None,
            figures=figures, chosen=int(told["chosen"]), partner=partner, wanted=told["wanted"],
            received=set(told["received"]),
        )  # fmt: skip
        for row in told["steps"]:
            song = _copied(row["song"], folder) if row["song"] else None
            cast.steps[row["name"]] = Steps(row["name"], open_dance(before / row["dance"]), song)
        screen = told["screen"]
        film = _copied(screen["film"]["path"], folder) if screen else None
        if film is not None:
            cast.screen = {**screen, "film": {**screen["film"], "path": str(film)}}
    except (OSError, ValueError, KeyError, TypeError, IndexError, InputError):
        return None
    return cast if 0 <= cast.chosen < len(cast.figures) else None


def _figure(figure: Figure, folder: Path, known: dict[int, str]) -> dict[str, Any]:
    """A figure as numbers; its picture and outline lie beside, each once."""
    if id(figure.picture) not in known:
        known[id(figure.picture)] = _written(figure.picture[..., [2, 1, 0, 3]], folder)
    outline = _written(np.round(255 * figure.alpha).astype(np.uint8), folder)
    numbers = {key: np.round(getattr(figure, key), 3).tolist() for key in ("points", "confidence", "depth")}
    return {"picture": known[id(figure.picture)], "outline": outline, "kind": figure.kind, **numbers}


def _written(values: np.ndarray, folder: Path) -> str:
    """Write pixels as PNG, quickly -> the file's name, which goes by its content."""
    data = cv2.imencode(".png", values, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()
    path = folder / f"{hashlib.sha256(data).hexdigest()[:20]}.png"
    if not path.is_file():
        path.write_bytes(data)
    return path.name


def _read(row: dict[str, Any], folder: Path, pictures: dict[str, np.ndarray]) -> Figure:
    name = Path(row["picture"]).name
    if name not in pictures:
        pictures[name] = _pixels(folder / name)[..., [2, 1, 0, 3]].copy()
    alpha = _pixels(folder / Path(row["outline"]).name).astype(np.float32) / 255
    points, confidence, depth = (np.array(row[key], np.float32) for key in ("points", "confidence", "depth"))
    return Figure(pictures[name], alpha, points, confidence, depth, row["kind"])


def _pixels(path: Path) -> np.ndarray:
    values = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if values is None:
        raise ValueError(f"{path.name} is no picture")
    return values


def _copied(path: str, folder: Path) -> Path | None:
    """A file of an earlier visit in the folder of this one; None where it is gone. No other file can be reached."""
    source = Path(path)
    if not source.is_relative_to(workspace.root()) or not source.is_file():
        return None
    target = folder / "before" / source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(source, target))
