"""A small gradio page with two players on loopback, and chromium to look at it: helpers of the player's tests."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT

FPS, SECONDS, SPEED = 30, 8.0, 0.25
SMALL: ViewportSize = {"width": 460, "height": 620}  # few pixels: the tests' chromium draws with the processor
EVIL = '<img src=x onerror="window.hacked=1">'


def walking() -> Dance:
    """The pelvis moves SPEED m/s towards +x, so the pose on show tells the time; the left foot is up in 3-6 s."""
    frames = round(SECONDS * FPS)
    poses = np.zeros((frames, 24, 3))
    poses[3 * FPS : 6 * FPS, INDEX["left_hip"], 0] = -1.2
    seconds = np.arange(frames) / FPS
    place = np.stack([SPEED * seconds, np.full(frames, REST_HEIGHT), 0 * seconds], axis=1)
    beats = np.arange(0.5, SECONDS, 0.5)
    return Dance((Motion(poses, place, FPS),), Provenance("test"), beats=beats, downbeats=beats[::4])


def couple() -> Dance:
    one = walking()
    return Dance((one.motions[0], one.motions[0].move(np.array([0, 0, 1.0]))), one.provenance)


@dataclass
class Site:
    """The page under test: its address, and files that tests spoil."""

    url: str
    made: dict[str, dict] = field(default_factory=dict)


@dataclass
class Log:
    """What a page said and asked for."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def opened(browser: Browser, site: Site, *, theme: str = "dark", **options: Any) -> tuple[Page, Log]:
    context: BrowserContext = browser.new_context(**{"viewport": SMALL, **options})
    page, log = context.new_page(), Log()
    page.on("console", lambda message: log.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: log.errors.append(str(error)))
    page.on("request", lambda request: log.requests.append(request.url))
    page.goto(f"{site.url}?__theme={theme}")
    ready(page, "first")
    return page, log


def ready(page: Page, which: str) -> None:
    page.wait_for_function(f"{player(which)}?.ready", timeout=30_000)


def player(which: str = "first") -> str:
    return f"document.querySelector('#{which} dancefloor-player')?.player"


def ask(page: Page, code: str, which: str = "first") -> Any:
    """Run script in the page with the player as P."""
    return page.evaluate(f"async () => {{ const P = {player(which)}; {code} }}")


def show(page: Page, kind: str) -> None:
    """Have Python put another dance into the first player."""
    before = ask(page, "return P.id")
    box = page.get_by_label("kind")
    box.fill(kind)
    box.press("Enter")
    page.wait_for_function(f"before => {player()}.id !== before", arg=before, timeout=30_000)
    if kind not in ("none", "lost"):
        ready(page, "first")


def settled(page: Page) -> None:
    """Two frames later."""
    page.evaluate("() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
