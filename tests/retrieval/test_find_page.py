"""The Find page in chromium: ask, refine, play, pin two, send to Edit and back; a phone; previews; no errors."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import browser as browser_tests
import pytest
from browser import needs_chromium, serving
from playwright.sync_api import Browser, Locator, expect
from retrieval.made_library import make_shipped, make_song, tiny_loaded
from retrieval.test_find_quest import knowing

from demos.retrieval import api, handlers, pipeline, quest, understanding
from demos.retrieval.library import Library, load_dance
from demos.retrieval.previews import write_preview
from demos.retrieval.quest import Shelf
from demos.runtime.settings import settings

pytestmark = [*needs_chromium, pytest.mark.timeout(600)]
WAIT_MS = 120_000
EVIL = "<img src=x onerror=window.hacked=1>"
PLAYER = "document.querySelector('#find-player dancefloor-player')?.player"


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """The suite over a library of 30 made dances, the first two with a preview, and a tiny network."""
    folder = tmp_path_factory.mktemp("library")
    clips = make_shipped(folder / "shipped", count=30)
    for place in (0, 1):
        clips[place] = replace(clips[place], preview=f"previews/{clips[place].id}.mp4")
        dance = load_dance(clips[place], folder / "shipped")
        write_preview(dance, folder / "own" / clips[place].preview, size=(64, 80))
    lines = "".join(clip.to_json() + "\n" for clip in clips)
    (folder / "shipped" / "clips.jsonl.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))
    loaded = knowing(tiny_loaded())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANCEFLOOR_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("DANCEFLOOR_LIBRARY", str(folder / "own"))
        settings.cache_clear()
        for module in (pipeline, understanding):
            patch.setattr(module, "load", lambda source=None: loaded)
        shelf = Shelf(Library.open(folder / "own", shipped=folder / "shipped"))
        shelf.library.preview_path = lambda name: _preview(folder / "own", name)  # only such files are served
        for module in (handlers, quest, api):
            patch.setattr(module, "shelf", lambda: shelf)
        with serving() as url:
            yield url
    settings.cache_clear()


def _preview(folder: Path, clip) -> Path | None:
    path = folder / "previews" / f"{clip.id}.mp4"
    return path if path.is_file() else None


@dataclass
class Visit(browser_tests.Visit):
    """A visitor of the Find tab."""

    @property
    def cards(self) -> Locator:
        return self.page.locator("#find-grid .fd-card:not(.fd-waiting)")

    @property
    def title(self) -> Locator:
        return self.page.locator("#find-grid .fd-title")

    def ask(self, words: str) -> None:
        self.page.fill("#find-words textarea", words)
        self.page.click("#find-search")

    def tool(self, place: int, name: str) -> None:
        self.cards.nth(place).hover()
        self.cards.nth(place).locator(f".fd-tool-{name}").click()

    def plays(self, *names: str) -> None:
        """Wait until these dances are on the stage and the clock runs."""
        expect(self.page.locator("#find-player .dfp-label")).to_have_text(list(names), timeout=WAIT_MS)
        self.page.wait_for_function(f"{PLAYER}?.ready && {PLAYER}.clock.time > 0.2", timeout=WAIT_MS)


def begin(browser: Browser, address: str, **size: int) -> Visit:
    visit = Visit.begin(browser, address, wait_ms=WAIT_MS, **size)
    expect(visit.cards.first).to_be_visible(timeout=WAIT_MS)
    return visit


def test_ask_refine_play_pin_send_and_come_back(browser, address):
    visit = begin(browser, address, width=1400, height=900)
    expect(visit.title).to_have_text("30 dances")
    expect(visit.cards).to_have_count(24)
    visit.page.click("#find-grid .fd-more")
    expect(visit.cards).to_have_count(30)

    visit.ask("salsa without zorblax")
    expect(visit.title).to_have_text("Best of 30 dances")
    expect(visit.page.locator("#find-reading .fd-known")).to_have_text("salsa")
    expect(visit.cards.first.locator(".fd-meter")).to_contain_text("sure")
    visit.page.click("#find-facets .fd-value[data-key=salsa]")
    expect(visit.title).to_have_text("Best of 15 dances")
    visit.tool(2, "away")
    expect(visit.page.locator("#find-wishes .fd-wish")).to_have_count(2)
    expect(visit.cards).to_have_count(14)
    visit.page.select_option("#find-grid .fd-sort", "slow")
    expect(visit.cards.first.locator(".fd-facts")).to_contain_text("BPM")

    visit.cards.first.locator(".fd-play").click()
    name = visit.page.locator("#find-about h3").inner_text(timeout=WAIT_MS)
    visit.plays(name)
    for place in (0, 1):
        visit.tool(place, "pin")
        expect(visit.page.locator("#find-pins .fd-pin")).to_have_count(place + 1)
    names = visit.page.locator("#find-pins .fd-pin-play span").all_inner_texts()
    visit.plays(*names)
    visit.page.check("#find-pins input[type=checkbox]")
    visit.plays(*names)

    visit.page.click("#find-send-edit")
    titles = visit.page.locator("#edit-tree .ed-row-title")
    expect(titles.last).to_have_text(names[0], timeout=WAIT_MS)
    expect(visit.page.locator("#edit-tree .ed-row[aria-current] .ed-row-title")).to_have_text(names[0])
    expect(titles).to_have_count(3)  # what was on that stage before is still there
    visit.page.click("#edit-send-find")
    expect(visit.page.locator("#find-wishes .fd-wish")).to_have_count(3, timeout=WAIT_MS)
    expect(visit.page.locator("#find-wishes .fd-wish-text").last).to_have_text(names[0])

    visit.page.click("#find-send-compare")
    heads = visit.page.locator("#compare-measures table").first.locator("thead th")
    expect(heads).to_have_text(["Measure", *names], timeout=WAIT_MS)
    visit.end()


def test_a_song_finds_dances_and_a_dance_goes_to_a_song(browser, address, tmp_path):
    visit = begin(browser, address)
    tune = make_song(tmp_path / "tick tock.wav", 12.0)
    visit.page.set_input_files("#find-more-ways input[type=file] >> nth=0", str(tune))
    expect(visit.page.locator("#find-wishes .fd-wish-text")).to_have_text("tick tock", timeout=WAIT_MS)
    expect(visit.cards.first.locator(".fd-meter")).to_contain_text("alike")
    visit.cards.first.locator(".fd-play").click()
    expect(visit.page.locator("#find-about h3")).to_be_visible(timeout=WAIT_MS)
    visit.page.get_by_role("button", name="Dance it to another song").click()
    visit.page.click("#find-songs .fd-chip >> nth=0")
    expect(visit.page.locator("#find-about .fd-fit, #find-fitted [role=alert]").first).to_be_visible(timeout=WAIT_MS)
    visit.page.locator("#find-wishes .fd-out").click()
    expect(visit.title).to_have_text("30 dances")
    visit.end()


def test_doubt_emptiness_and_stray_markup_are_said_in_one_sentence(browser, address):
    visit = begin(browser, address)
    visit.ask("   ")
    expect(visit.page.locator("#find-reading [role=alert]")).to_contain_text("The search is empty", timeout=WAIT_MS)
    expect(visit.cards).to_have_count(24)
    visit.ask("una danza muy rapida con los brazos")
    expect(visit.page.locator("#find-reading .fd-doubt")).to_contain_text("Only English", timeout=WAIT_MS)
    visit.ask(f"salsa {EVIL} " + 800 * "turn ")
    expect(visit.page.locator("#find-reading .fd-doubt")).to_contain_text("end is not read", timeout=WAIT_MS)
    assert visit.page.evaluate("window.hacked") is None
    visit.page.evaluate(  # nothing is known of the mood of clicks
        "const mood = document.querySelector('#find-facets .fd-range:nth-child(3) input'); mood.value = 0.55;"
        "mood.dispatchEvent(new Event('change'))"
    )
    expect(visit.title).to_have_text("No dance passes these filters", timeout=WAIT_MS)
    visit.page.locator(".fd-empty .fd-chip").click()
    expect(visit.cards).to_have_count(24, timeout=WAIT_MS)
    visit.end()


def test_only_previews_on_the_screen_play(browser, address):
    visit = begin(browser, address, width=1200, height=700)
    visit.page.select_option("#find-grid .fd-sort", "slow")  # the two with a preview come first
    films = "[...document.querySelectorAll('#find-grid video')].filter((film) => film.src)"
    visit.page.wait_for_function(f"{films}.length === 2 && {films}.every((film) => !film.paused && film.muted)")
    visit.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    visit.page.wait_for_function(f"{films}.every((film) => film.paused)")
    visit.end()


def test_nothing_sticks_out_of_a_phone(browser, address):
    visit = begin(browser, address, width=390, height=844)
    visit.ask("salsa")
    expect(visit.cards.first.locator(".fd-meter")).to_contain_text("sure", timeout=WAIT_MS)
    visit.cards.first.locator(".fd-play").click()
    expect(visit.page.locator("#find-about h3")).to_be_visible(timeout=WAIT_MS)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(visit.page.locator(".fd-facets-body")).to_be_hidden()
    visit.page.click("#find-facets .fd-fold-button")
    expect(visit.page.locator(".fd-facets-body")).to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    visit.end()
