"""Settings from the environment, read in one place."""

import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
WEIGHTS = ROOT / "weights"


@dataclass(frozen=True)
class Settings:
    """What a host may change without touching code. Every field has an environment variable."""

    host: str
    port: int
    cache_dir: Path
    cache_bytes: int
    max_song_seconds: float
    max_upload_bytes: int
    smpl_path: Path | None
    library_dir: Path
    library_index: str
    hosted: bool = False
    mcp: bool = False

    @property
    def local(self) -> bool:
        """Whether only whoever sits at this machine can reach the page: then it may open files by their path.

        A Space (`hosted`) serves the page to the world whatever the host says.
        """
        return self.host in ("127.0.0.1", "localhost", "::1") and not self.hosted


def from_environment(environment: dict[str, str]) -> Settings:
    """Settings from a mapping of variables, each with a default that suits a laptop."""
    smpl = environment.get("DANCEFLOOR_SMPL")
    default_cache = Path(tempfile.gettempdir()) / "dancefloor-cache"
    return Settings(
        host=environment.get("GRADIO_SERVER_NAME", "127.0.0.1"),
        port=int(environment.get("GRADIO_SERVER_PORT", "7860")),
        cache_dir=Path(environment.get("DANCEFLOOR_CACHE", str(default_cache))),
        cache_bytes=int(environment.get("DANCEFLOOR_CACHE_MB", "512")) * 2**20,
        max_song_seconds=60 * float(environment.get("DANCEFLOOR_MAX_MINUTES", "10")),
        max_upload_bytes=int(environment.get("DANCEFLOOR_MAX_UPLOAD_MB", "100")) * 2**20,
        smpl_path=Path(smpl) if smpl else None,
        library_dir=Path(environment.get("DANCEFLOOR_LIBRARY", str(_kept(environment) / "library"))).expanduser(),
        library_index=environment.get("DANCEFLOOR_LIBRARY_INDEX", ""),
        hosted="SPACE_ID" in environment,
        mcp=environment.get("DANCEFLOOR_MCP", "") not in ("", "0"),
    )


def _kept(environment: dict[str, str]) -> Path:
    """Where what must outlast a restart lies: beside the cache when the host chose its place, else in the home."""
    if "DANCEFLOOR_CACHE" in environment:
        return Path(environment["DANCEFLOOR_CACHE"])
    return Path(environment.get("XDG_DATA_HOME", "~/.local/share")) / "dancefloor"


@cache
def settings() -> Settings:
    """The settings of this process."""
    return from_environment(dict(os.environ))
