"""Workspaces: one unguessable folder a visitor, for the files that the page serves back to that visitor."""

import secrets
import shutil
import time
from pathlib import Path

from demos.runtime.settings import settings

STALE_AFTER_S = 24 * 3600


def root() -> Path:
    """The folder that holds all workspaces; the page may serve files below it, so nothing else belongs there."""
    folder = settings().cache_dir / "workspaces"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def create() -> Path:
    """A new, empty workspace. Whoever does not know its name cannot find it; stale ones are swept on the way."""
    sweep(older_than_s=STALE_AFTER_S)
    folder = root() / secrets.token_urlsafe(18)
    folder.mkdir(mode=0o700)
    return folder


def remove(folder: Path) -> None:
    """Delete a workspace and what is in it; anything that is not a workspace is left alone."""
    folder = Path(folder)
    if folder.parent == root():
        shutil.rmtree(folder, ignore_errors=True)


def sweep(*, older_than_s: float) -> None:
    """Delete workspaces that nobody has touched for so long, such as those of a server that was killed."""
    for folder in root().iterdir():
        try:
            stale = time.time() - folder.stat().st_mtime > older_than_s
        except FileNotFoundError:  # swept by another server at the same moment
            continue
        if stale:
            remove(folder)
