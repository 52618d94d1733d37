"""The README's examples run as they stand, but for the server's port."""

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from browser import serving

from demos.runtime.settings import ROOT, settings

SERVER = "http://127.0.0.1:7860/"
needs_mcp = pytest.mark.skipif(find_spec("mcp") is None, reason="the package mcp is not installed")


def example(word: str) -> str:
    """The one block of code of "From a program" in which a word stands."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## From a program")[1].split("\n## ")[0]
    (found,) = [block for block in re.findall(r"```\w+\n(.*?)```", section, re.S) if word in block]
    return found


@pytest.fixture
def place(tmp_path, click_song) -> Path:
    """A folder in which the song lies that the examples speak of."""
    (tmp_path / "song.mp3").write_bytes(click_song.read_bytes())
    return tmp_path


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[str]:
    monkeypatch.setenv("DANCEFLOOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DANCEFLOOR_LIBRARY", str(tmp_path / "library"))
    if find_spec("mcp") is not None:
        monkeypatch.setenv("DANCEFLOOR_MCP", "1")
    settings.cache_clear()
    with serving() as url:
        yield url
    settings.cache_clear()


def run(command: list[str], place: Path) -> str:
    here = {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "DANCEFLOOR_CACHE": str(place / "cache")}
    done = subprocess.run(
        command, cwd=place, env={**os.environ, **here}, capture_output=True, text=True, timeout=150, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_shell(place):
    command = shlex.split(example("--json"))
    found = json.loads(run([sys.executable, *command[1:]], place))
    assert [row["name"] for row in found["songs"][0]["runs"]] == ["DanceEditor", "Random clip"]
    assert (place / "compared" / "summary.html").is_file()


def test_python(place):
    assert "A dance of 4 s" in run([sys.executable, "-c", example("systems.run")], place)
    assert (place / "dance.npz").is_file()


def test_the_client(place, server):
    said = run([sys.executable, "-c", example("gradio_client").replace(SERVER.rstrip("/"), server)], place)
    assert said.splitlines()[-1].startswith("4.0 Raise both arms")


@needs_mcp
def test_tools(place, server):
    said = ast.literal_eval(run([sys.executable, "-c", example("ClientSession").replace(SERVER, server)], place))
    assert len(said["found"]) == 2
