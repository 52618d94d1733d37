"""The Film page in chromium, moved by words: an animal and an object do what two texts say, and not the same."""

from collections.abc import Iterator

import browser as browser_tests
import numpy as np
import pytest
from browser import needs_chromium, serving
from playwright.sync_api import Browser, Page, expect

from demos.runtime.settings import settings
from demos.video import tab

pytestmark = [*needs_chromium, pytest.mark.timeout(600)]
WAIT_MS = 180_000
FRAMES = """async () => {
  const video = document.querySelector('#film-screen video');
  video.pause();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [48, 48];
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const seen = [];
  for (let k = 0; k < 8; k++) {
    const there = new Promise((done) => video.addEventListener('seeked', done, { once: true }));
    video.currentTime = 0.9 + 0.17 * k;
    await there;
    pen.drawImage(video, 0, 0, 48, 48);
    seen.push(Array.from(pen.getImageData(0, 0, 48, 48).data.filter((_, i) => i % 4 === 1)));
  }
  return seen;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """The suite with this room alone, on a free port of loopback."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANCEFLOOR_CACHE", str(tmp_path_factory.mktemp("cache")))
        settings.cache_clear()
        with serving((tab,)) as url:
            yield url
    settings.cache_clear()


def film(page: Page, text: str) -> np.ndarray:
    """Frames (8, 48, 48) of the preview for a text."""
    before = page.evaluate("document.querySelector('#film-screen video').src")
    page.fill("#film-text textarea", text)
    page.click("#film-preview")
    page.wait_for_function(
        f"(() => {{ const v = document.querySelector('#film-screen video');"
        f" return v.src !== {before!r} && v.readyState > 2; }})()", timeout=WAIT_MS,
    )  # fmt: skip
    expect(page.locator("#film-made")).to_contain_text(text, timeout=WAIT_MS)
    expect(page.locator("#film-made")).to_contain_text("Steps: MuseDance, weights", timeout=WAIT_MS)
    return np.array(page.evaluate(FRAMES), np.float64).reshape(8, 48, 48)


def test_an_animal_and_a_thing_do_as_two_texts_say(browser: Browser, address):
    visit = browser_tests.Visit.begin(browser, address, width=1200, height=1000, wait_ms=WAIT_MS)
    page = visit.page
    expect(page.locator("#film-found")).to_contain_text("One person", timeout=WAIT_MS)
    expect(page.locator("#film-text")).to_be_hidden()
    page.get_by_label("Anything, as words say").click()
    page.fill("#film-seconds input[type=number]", "3")
    for key, texts in (
        ("D cat", ("Jump on every beat", "Sway slowly")), ("E teapot", ("Rock wildly", "Stretch up tall")),
    ):  # fmt: skip
        page.get_by_role("button", name=key).click()
        expect(page.locator("#film-found")).to_contain_text("limb", timeout=WAIT_MS)
        first, second = (film(page, text) for text in texts)
        for frames in (first, second):
            assert np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2)).max() > 0.8  # it moves
        assert np.abs(first - second).mean() > 1.5
    visit.end()


def test_the_example_texts_and_the_way_back_to_a_person(browser: Browser, address):
    visit = browser_tests.Visit.begin(browser, address, width=390, height=844, wait_ms=WAIT_MS)
    page = visit.page
    expect(page.locator("#film-found")).to_contain_text("One person", timeout=WAIT_MS)
    page.get_by_label("Anything, as words say").click()
    expect(page.locator("#film-found")).to_contain_text("limb", timeout=WAIT_MS)
    page.locator("#film-texts").get_by_role("button", name="Nod, then spin").click()
    expect(page.locator("#film-text textarea")).to_have_value("Nod, then spin", timeout=WAIT_MS)
    expect(page.locator("#film-steps")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("A person (X-Dancer)").click()
    expect(page.locator("#film-found")).to_contain_text("One person", timeout=WAIT_MS)
    expect(page.locator("#film-steps")).to_be_visible()
    expect(page.locator("#film-text")).to_be_hidden()
    visit.end()
