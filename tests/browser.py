"""Debian's chromium for the browser tests, the mark that skips them where it is absent, and a visit to the page."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlparse

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
]
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on this machine: sudo apt-get install chromium"),
]


@dataclass
class Visit:
    """A visitor's page, and what it said and asked for."""

    page: Page
    errors: list[str] = field(default_factory=list)
    hosts: set[str | None] = field(default_factory=set)

    @classmethod
    def begin(cls, browser: Browser, address: str, *, width: int = 1000, height: int = 700, wait_ms: int = 60_000):
        """Open the page in a window of its own, and listen from the first request on."""
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        context.set_default_timeout(wait_ms)
        visit = cls(context.new_page())
        visit.page.on("console", lambda message: visit.errors.append(message.text) if message.type == "error" else None)
        visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
        visit.page.on("request", lambda request: visit._asked(request.url))
        visit.page.goto(address)
        return visit

    def _asked(self, url: str) -> None:
        if not url.startswith(("data:", "blob:")):
            self.hosts.add(urlparse(url).hostname)

    def end(self) -> None:
        """Close the window; nothing may have gone wrong in it, and nobody outside been asked."""
        self.page.context.close()
        assert self.errors == []
        assert self.hosts == {"127.0.0.1"}, "the page asked someone outside"


@contextmanager
def serving(rooms: tuple | None = None) -> Iterator[str]:
    """The suite as app.py serves it, or some of its rooms alone, on a free port of loopback; its address."""
    from demos import suite
    from demos.runtime.settings import settings

    with pytest.MonkeyPatch.context() as patch:
        if rooms is not None:
            patch.setattr(suite, "ROOMS", rooms)
        page = suite.build_suite(settings())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = suite.launch_options(settings())
    page.launch(server_name="127.0.0.1", server_port=port, prevent_thread_lock=True, quiet=True, **options)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        page.close()
