"""Fixtures that every test may use: the reference data where it is, and a song and dances made here."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from browser import CHROMIUM, FLAGS
from made_motion import make_groove
from playwright.sync_api import Browser, sync_playwright

from demos.motion.dance import Dance, Provenance
from demos.runtime.settings import settings

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The reference data beside the repository; tests that need it are skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the reference data (../shared/data) is not on this machine")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium for all browser tests; each test opens its own context in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def private_cache(tmp_path, monkeypatch):
    """Settings whose cache is this test's own folder."""
    monkeypatch.setenv("DANCEFLOOR_CACHE", str(tmp_path / "cache"))
    settings.cache_clear()
    yield tmp_path / "cache"
    settings.cache_clear()


@pytest.fixture
def groove() -> Dance:
    """Four seconds of one dancer at 120 beats a minute."""
    return Dance((make_groove(),), Provenance("test"), beats=np.arange(0, 4, 0.5), downbeats=np.arange(0, 4, 2.0))


@pytest.fixture
def couple() -> Dance:
    """Two dancers side by side, four seconds."""
    return Dance((make_groove(side=-0.5), make_groove(side=0.5)), Provenance("test"))


@pytest.fixture(scope="session")
def click_song(tmp_path_factory) -> Path:
    """Six seconds of clicks at 120 beats a minute over a soft chord that changes each bar."""
    rate, seconds = 22050, 6.0
    time = np.arange(int(rate * seconds)) / rate
    sound = np.zeros_like(time)
    for bar, root in enumerate((220.0, 174.6, 196.0)):
        inside = (time >= 2 * bar) & (time < 2 * bar + 2)
        for ratio in (1, 1.25, 1.5):
            sound[inside] += 0.05 * np.sin(2 * np.pi * root * ratio * time[inside])
    for index, beat in enumerate(np.arange(0, seconds, 0.5)):
        since = time - beat
        hit = (since >= 0) & (since < 0.06)
        strength = 0.8 if index % 4 == 0 else 0.5
        sound[hit] += strength * np.sin(2 * np.pi * 900 * since[hit]) * np.exp(-60 * since[hit])
    path = tmp_path_factory.mktemp("song") / "clicks.wav"
    soundfile.write(path, 0.9 * sound / np.abs(sound).max(), rate)
    return path
