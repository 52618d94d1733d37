"""The rules of the house that a script can hold: who imports whom, pins, sizes, nothing of one machine."""

import ast
import re
import subprocess
from pathlib import Path

import gradio
import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = {"retrieval", "editing", "duet", "video", "compare"}
NOUNS = {"audio", "text", "motion", "body", "render", "corpus", "nn", "runtime"}
SHARED = {"page", "handover.py"}
LARGEST_REPOSITORY_BYTES = 60e6


def sources() -> list[Path]:
    return sorted((ROOT / "demos").rglob("*.py"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.decode().split("\0") if name]


PAGE_FILES = {
    *(f"editing/{name}.py" for name in ("api", "handlers", "layout")),
    *(f"duet/{name}.py" for name in ("api", "handlers", "layout", "making", "showing")),
    *(f"compare/{name}.py" for name in ("api", "handlers", "layout")),
    *(f"retrieval/{name}.py" for name in ("api", "handlers", "layout")),
    *(f"video/{name}.py" for name in ("api", "handlers", "layout")),
    "handover.py",
    *(f"page/{name}.py" for name in ("__init__", "endpoints", "stage", "work")),
}
"""What tab.py of a room with a large page is divided into, and what the rooms' pages share."""


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_one_way(path):
    place = path.relative_to(ROOT / "demos").parts
    used = imports(path)
    if path.name not in ("tab.py", "suite.py", "player.py") and str(path.relative_to(ROOT / "demos")) not in PAGE_FILES:
        assert not any(name.split(".")[0] == "gradio" for name in used), "only tabs, the suite and the player may"
    rooms = {name.split(".")[1] for name in used if name.startswith("demos.")} & (ROOMS | {"suite"})
    if place[0] in NOUNS | SHARED:
        assert not rooms, f"what rooms share imports a room: {rooms}"
    if place[0] == "systems.py":
        assert not any(name.endswith((".tab", ".handlers", ".api")) for name in used), "systems run without a page"
    if place[0] in ROOMS:
        assert rooms <= {place[0]}, f"rooms meet in the hand-over alone: {rooms}"


def test_the_space_runs_the_pinned_gradio():
    front = (ROOT / "README.md").read_text(encoding="utf-8").split("---")[1]
    space = re.search(r"^sdk_version: *\"?([\d.]+)", front, re.M)
    pin = re.search(r"^gradio==([\d.]+)", (ROOT / "requirements.txt").read_text(), re.M)
    assert space is not None
    assert pin is not None
    assert space[1] == pin[1] == gradio.__version__


def test_every_requirement_is_pinned():
    lines = [line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
    assert [line for line in lines if line and "==" not in line] == []


def test_the_repository_travels_light():
    sizes = {path: path.stat().st_size for path in tracked() if path.is_file()}
    assert sum(sizes.values()) < LARGEST_REPOSITORY_BYTES, sorted(sizes.items(), key=lambda item: -item[1])[:5]


def test_nothing_speaks_of_one_machine():
    pattern = re.compile(rb"(/root/|/home/[a-z]|/work/|/tmp/[a-z])")
    here = Path(__file__)
    texts = [
        path for path in tracked() if path.suffix in {".py", ".md", ".toml", ".js", ".css", ".txt", ""} and path != here
    ]
    assert [str(path) for path in texts if path.is_file() and pattern.search(path.read_bytes())] == []


def test_weights_have_cards():
    weights = ROOT / "weights"
    for file in weights.glob("*.safetensors"):
        assert file.with_suffix(".md").is_file(), f"{file.name} has no card"
