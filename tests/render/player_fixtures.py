"""Fixtures of the player's browser tests: the page on loopback, chromium, and one open page for many tests."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
import soundfile
from player_site import EVIL, SECONDS, Log, Site, ask, couple, opened, show, walking
from playwright.sync_api import Browser, Page

from demos.render.player import Player, player_value, region_of


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("player")
    rate = 22050
    clicks = np.zeros(round(SECONDS * rate))
    for beat in np.arange(0.5, SECONDS, 0.5):
        clicks[round(beat * rate) : round(beat * rate) + 400] = 0.4
    soundfile.write(folder / "clicks.wav", clicks, rate)
    made: dict[str, dict] = {}

    def make(kind: str) -> dict | None:
        dances = {"solo": [walking()], "couple": [couple()], "four": [walking()] * 4, "lost": [walking()]}
        if kind == "none":
            return None
        song = None if kind == "four" else folder / "clicks.wav"
        names = [EVIL, "Second", "Third", "Fourth with a name that is far too long for its place"]
        shown = dances[kind]
        value = player_value(shown, names=names[: len(shown)], song_path=song, folder=folder)
        if kind == "lost":
            Path(value["dances"][0]["file"]["path"]).write_bytes(b"not a dance")
        made[kind] = value
        return value

    def picked(value: dict | None, event: gr.EventData) -> str:
        return json.dumps([region_of(value), event.start_s, event.end_s])

    with gr.Blocks(analytics_enabled=False) as page:
        with gr.Tab("Here"):
            kind = gr.Textbox("solo", label="kind")
            first = Player(make("solo"), elem_id="first")
            region = gr.Textbox(label="region")
            loop = gr.Button("loop 2 to 3")
            Player(make("four"), elem_id="second")
        with gr.Tab("There"):
            gr.Markdown("Another tab.")
        kind.submit(make, kind, first)
        first.region(picked, first, region)
        loop.click(lambda value: {**value, "region": [2.0, 3.0]}, first, first)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    page.launch(server_name="127.0.0.1", server_port=port, prevent_thread_lock=True, quiet=True)
    yield Site(f"http://127.0.0.1:{port}/", made)
    page.close()


@pytest.fixture(scope="session")
def open_page(browser: Browser, site: Site) -> Iterator[tuple[Page, Log]]:
    page, log = opened(browser, site)
    yield page, log
    page.context.close()


@pytest.fixture
def page(open_page: tuple[Page, Log]) -> Iterator[Page]:
    """One page for many tests, as new: paused at 0, no loop, front camera; and it may not complain."""
    page, log = open_page
    if ask(page, "return P.id === null || !P.ready"):
        show(page, "solo")
    ask(
        page,
        """P.pause(); P.setRegion(null); P.setLooping(false); P.seek(0); P.setRate(1); P.setMode('body');
        P.setContacts(false); P.setAngle('front'); P.setFollow(true); P.showKeys(false); P.setMuted(false);
        P.root.scrollIntoView(); P.root.focus(); scrollTo(0, 0); P.root.scrollIntoView();""",
    )
    yield page
    assert log.errors == []
