"""The Film page in chromium: a person and a drawing dance, a joint is dragged, paint is laid on; the API."""

from collections.abc import Iterator

import browser as browser_tests
import pytest
from browser import needs_chromium, serving
from film_made import doll, groove
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from playwright.sync_api import Browser, expect

from demos.runtime.settings import settings
from demos.video import tab

pytestmark = [*needs_chromium, pytest.mark.timeout(600)]
WAIT_MS = 180_000


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """The suite with this room alone, on a free port of loopback."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANCEFLOOR_CACHE", str(tmp_path_factory.mktemp("cache")))
        settings.cache_clear()
        with serving((tab,)) as url:
            yield url
    settings.cache_clear()


def preview(page) -> None:
    """Choose a dance that ships, and wait for the preview."""
    page.click("#film-steps input")
    page.get_by_role("option").nth(1).click()
    page.fill("#film-seconds input[type=number]", "3")
    page.click("#film-preview")
    expect(page.locator("#film-made")).to_contain_text("pixels", timeout=WAIT_MS)
    page.wait_for_function("document.querySelector('#film-screen video').currentTime > 0.2", timeout=WAIT_MS)


def test_a_person_and_a_drawing_dance(browser: Browser, address, tmp_path):
    visit = browser_tests.Visit.begin(browser, address, width=1200, height=1000, wait_ms=WAIT_MS)
    page = visit.page
    expect(page.locator("#film-found")).to_contain_text("One person", timeout=WAIT_MS)
    preview(page)
    size = page.evaluate("(() => { const v = document.querySelector('#film-screen video');"
                         " return [v.videoWidth, v.videoHeight, v.duration]; })()")  # fmt: skip
    assert size[:2] == [256, 340]
    assert abs(size[2] - 3) < 0.2
    Image.fromarray(doll(seen=False)).save(tmp_path / "doll.png")
    page.set_input_files("#film-picture input[type=file] >> nth=0", str(tmp_path / "doll.png"))
    expect(page.locator("#film-found")).not_to_contain_text("One person.", timeout=WAIT_MS)
    # A joint dragged: the label of the joint follows, and the figure dances with it.
    canvas = page.locator("#film-finder canvas")
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.get_by_role("button", name="Add", exact=True).click()
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 34, steps=4)
    page.mouse.up()
    expect(page.locator("#film-found")).to_contain_text("as you painted it", timeout=WAIT_MS)
    page.click("#film-preview")
    expect(page.locator("#film-stop")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator("#film-made")).to_contain_text("pixels", timeout=WAIT_MS)
    page.click("#film-save")
    expect(page.locator("#film-downloads")).to_contain_text("film", timeout=WAIT_MS)
    visit.end()


def test_a_phone_shows_all_of_it(browser: Browser, address):
    visit = browser_tests.Visit.begin(browser, address, width=390, height=844, wait_ms=WAIT_MS)
    expect(visit.page.locator("#film-found")).to_contain_text("One person", timeout=WAIT_MS)
    wide = visit.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    visit.end()


def test_the_endpoint(address, tmp_path, click_song):
    client = Client(address, verbose=False)
    Image.fromarray(doll()).save(tmp_path / "doll.png")
    groove().save(tmp_path / "dance.npz")
    film, about = client.predict(
        image=handle_file(tmp_path / "doll.png"), song=handle_file(click_song),
        dance=handle_file(tmp_path / "dance.npz"), seconds=2, size=128, api_name="/animate",
    )  # fmt: skip
    assert str(film["path"] if isinstance(film, dict) else film).endswith(".mp4")
    assert about["seconds"] == 2
    (tmp_path / "notes.png").write_text("dear diary")
    with pytest.raises(AppError, match="not a picture"):
        client.predict(
            image=handle_file(tmp_path / "notes.png"), song=handle_file(click_song), api_name="/animate"
        )  # fmt: skip
