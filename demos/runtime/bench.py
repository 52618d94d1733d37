"""How long the page takes from a cold start to its first usable tab, and what memory its process has then."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from demos.runtime.settings import ROOT

TURNS = 3
PROMISED_S = 15.0
"""On 2 cores."""
_WAIT_S = 300.0


def bench(turns: int = TURNS) -> dict:
    """Start app.py `turns` times, each with an empty cache; seconds until the page answers with all its tabs.

    `cpu_s` is what its process computed until then: the time on an idle machine, where nothing else runs. `memory_mb`
    is the resident memory then.
    """
    runs = [_start() for _ in range(turns)]
    best = min(runs, key=lambda run: run["seconds"])
    return {
        "seconds": [round(run["seconds"], 1) for run in runs], "cpu_s": round(best["cpu_s"], 1),
        "memory_mb": round(best["memory_mb"]), "promised_s": PROMISED_S, "cores": os.cpu_count(),
    }  # fmt: skip


def text(found: dict) -> str:
    """In words."""
    return (
        f"Cold start to the first tab: {', '.join(map(str, found['seconds']))} s on {found['cores']} cores (promised: "
        f"{found['promised_s']:g}), {found['cpu_s']} s of them computing; {found['memory_mb']} MB of memory."
    )


def _start() -> dict[str, float]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "GRADIO_SERVER_PORT": str(port), "DANCEFLOOR_CACHE": cache}
        begun = time.monotonic()
        server = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        try:
            _answered(server, f"http://127.0.0.1:{port}/config", begun)
            return {"seconds": time.monotonic() - begun, **_used(server.pid)}
        finally:
            server.kill()
            server.wait()


def _answered(server: subprocess.Popen, address: str, begun: float) -> None:
    """Wait until the page with its tabs is there."""
    while time.monotonic() - begun < _WAIT_S:
        if server.poll() is not None:
            raise RuntimeError(f"app.py ended: {(server.stderr.read() if server.stderr else b'').decode()[-500:]}")
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if b"compare-player" in answer.read():
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"app.py did not answer within {_WAIT_S:g} s")


def _used(process: int) -> dict[str, float]:
    """Seconds computed and resident megabytes of a process, as Linux tells them."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return {
        "cpu_s": (int(fields[11]) + int(fields[12])) / ticks,
        "memory_mb": pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
    }
