"""The Duet page in chromium: a couple from a song, a time made anew, choices, a lead, files; a phone; the API."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import browser as browser_tests
import numpy as np
import pytest
from browser import needs_chromium, serving
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from made_motion import make_groove
from playwright.sync_api import Browser, expect

from demos.compare import tab as compare_tab
from demos.duet import tab
from demos.motion import history
from demos.motion.dance import Dance, Provenance
from demos.motion.files import open_dance
from demos.nn import weight_files
from demos.runtime.settings import settings

pytestmark = [*needs_chromium, pytest.mark.timeout(600)]
WAIT_MS = 120_000
READY = "document.querySelector('#duet-player dancefloor-player')?.player?.ready"


@pytest.fixture(scope="module")
def address(tmp_path_factory, duet_weights) -> Iterator[str]:
    """The suite with this room and Compare, on tiny networks, on a free port of loopback."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANCEFLOOR_CACHE", str(tmp_path_factory.mktemp("cache")))
        settings.cache_clear()
        patch.setattr(weight_files, "WEIGHTS", duet_weights.parent)
        with serving((tab, compare_tab)) as url:
            yield url
    settings.cache_clear()


@dataclass
class Visit(browser_tests.Visit):
    """A visitor of the Duet tab."""

    def ready(self) -> None:
        self.page.wait_for_function(READY, timeout=WAIT_MS)

    def titles(self, *names: str) -> None:
        expect(self.page.locator("#duet-tree .ed-row-title")).to_have_text(list(names), timeout=WAIT_MS)

    def labels(self, *names: str) -> None:
        expect(self.page.locator("#duet-player .dfp-label")).to_have_text(list(names), timeout=WAIT_MS)
        self.ready()

    def pick(self, start: float, end: float) -> None:
        """Drag on the player's timeline, in shares of its width."""
        ruler = self.page.locator("#duet-player .dfp-ruler")
        ruler.scroll_into_view_if_needed()
        box = ruler.bounding_box()
        assert box
        places = [box["x"] + share * box["width"] for share in (start, (start + end) / 2, end)]
        self.page.mouse.move(places[0], box["y"] + 12)
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(place, box["y"] + 12, steps=4)
        self.page.mouse.up()

    def open(self, path: Path) -> None:
        with self.page.expect_file_chooser() as waiting:
            self.page.click("#duet-open")
        waiting.value.set_files(str(path))

    def export(self, kind: str, folder: Path) -> list[Path]:
        self.page.check(f"#duet-home input[value={kind}]")
        self.page.click("#duet-save")
        links = self.page.locator(f"#duet-downloads a[download$='.{kind.lower()}']")
        expect(links.first).to_be_visible(timeout=WAIT_MS)
        paths = []
        for index in range(links.count()):
            with self.page.expect_download() as waiting:
                links.nth(index).click()
            paths.append(folder / waiting.value.suggested_filename)
            waiting.value.save_as(paths[-1])
        return paths


def opened(browser: Browser, address: str, width: int = 900, height: int = 620) -> Visit:
    visit = Visit.begin(browser, address, width=width, height=height, wait_ms=WAIT_MS)
    visit.ready()
    return visit


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    visit = opened(browser, address)
    yield visit
    visit.end()


def test_song_to_couple_to_a_part_made_anew_to_files(visit, click_song, tmp_path):
    page = visit.page
    visit.titles("Late for the last bus couple")  # whoever arrives finds a couple, and marks of what they do
    expect(page.locator("#duet-strip .ed-part")).to_have_text(
        ["Lead’s left hand", "Lead’s right hand", "Bodies touch", "Face to face"]
    )
    assert page.locator("#duet-strip .ed-tone-hold").count() > 3
    page.click("#duet-songs .ed-chip:last-child")
    page.set_input_files("#duet-own input[type=file]", str(click_song))
    page.locator("#duet-seconds input[type=number]").fill("4")
    page.locator("#duet-seconds input[type=number]").blur()
    expect(page.locator("#duet-own audio, #duet-own [data-testid*=waveform]").first).to_be_attached(timeout=WAIT_MS)
    page.click("#duet-make")
    expect(page.locator("#duet-made .ed-card.ed-good")).to_contain_text("dance for two of 4 s", timeout=WAIT_MS)
    visit.titles("Late for the last bus couple", "Clicks")
    visit.labels("Clicks")
    assert page.locator("#duet-player .dfp-label i").count() == 2  # two colours

    visit.pick(0.3, 0.75)
    expect(page.locator("#duet-target")).to_contain_text(re.compile(r"Only 0:0\d\.\d to 0:0\d\.\d\. All else"))
    page.locator("#duet-who label").nth(2).click()
    page.locator("#duet-what label").nth(1).click()
    page.click("#duet-redo")
    expect(page.locator("#duet-answer .ed-good")).to_contain_text("the follow (arms)", timeout=WAIT_MS)
    visit.labels("Before", "After")
    (saved,) = visit.export("NPZ", tmp_path)
    tree = history.restore(saved)
    before, after = (version.dance for version in tree.path())
    assert (before.motions[0].poses == after.motions[0].poses).all()
    changed = (before.motions[1].poses != after.motions[1].poses).any(axis=2)
    assert set(np.flatnonzero(changed.any(axis=0))) <= {13, 14, 16, 17, 18, 19, 20, 21, 22, 23}
    assert 0 < changed.any(axis=1).mean() < 0.6

    assert [path.name for path in visit.export("BVH", tmp_path)] == ["dance_a.bvh", "dance_b.bvh"]
    page.check("#duet-each input")
    films = visit.export("MP4", tmp_path)
    assert [path.name for path in films] == ["dance-lead.mp4", "dance-follow.mp4"]
    assert all(path.read_bytes()[4:8] == b"ftyp" for path in films)

    page.click("#duet-tree .ed-small")  # undo
    expect(page.locator("#duet-tree .ed-row[aria-current] .ed-row-title")).to_have_text("Clicks", timeout=WAIT_MS)
    known = len(visit.errors)
    page.reload()
    expect(page.locator("#duet-tree .ed-row-title")).to_have_count(3, timeout=WAIT_MS)
    # What the page that was left was still asking is broken off, and Gradio's client says so in the console.
    visit.errors[known:] = [
        text for text in visit.errors[known:] if not ("AbortError" in text or "errored out" in text)
    ]


def test_a_lead_gets_three_partners_to_choose_from_and_goes_to_compare(visit, tmp_path):
    page = visit.page
    junk = tmp_path / "diary.bvh"
    junk.write_text("dear diary")
    visit.open(junk)
    expect(page.locator("#duet-found [role=alert]")).to_contain_text("diary.bvh", timeout=WAIT_MS)
    lead = Dance((make_groove(seconds=3.0, fps=60).turn(2.0),), Provenance("test")).save(tmp_path / "sixty fps.npz")
    visit.open(lead)
    expect(page.locator("#duet-found .ed-good")).to_contain_text("leads", timeout=WAIT_MS)
    visit.labels("Sixty fps")
    expect(page.locator("#duet-redo-box")).to_be_hidden()
    page.click("#duet-find-three")
    expect(page.locator("#duet-found")).to_contain_text("keep the one you like", timeout=WAIT_MS)
    visit.labels("A", "B", "C")
    page.get_by_role("button", name="Keep B").click()
    visit.titles("Late for the last bus couple", "Sixty fps", "A partner for Sixty fps")
    page.click("#duet-swap")
    visit.titles("Late for the last bus couple", "Sixty fps", "A partner for Sixty fps", "Roles swapped")
    page.click("#duet-send-compare")
    heads = page.locator("#compare-measures table").first.locator("thead th")
    expect(heads).to_have_text(["Measure", "Roles swapped"], timeout=WAIT_MS)


def test_nothing_sticks_out_of_a_phone(browser, address):
    visit = opened(browser, address, 390, 700)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    for name in ("duet-make-three", "duet-find-three", "duet-redo-three"):
        assert visit.page.evaluate(f"(b => b.scrollWidth <= b.clientWidth)(document.querySelector('#{name}'))"), name
    visit.page.context.close()


def test_the_endpoint_makes_a_couple_and_finds_a_partner(address, click_song, tmp_path):
    client = Client(address, verbose=False)
    described = cast(dict, client.view_api(return_format="dict", print_info=False))
    assert set(described["named_endpoints"]) == {"/duet", "/compare", "/systems"}
    song = handle_file(str(click_song))
    made, about = client.predict(song, None, 3, "salsa", "hold", 1, api_name="/duet")
    assert about["seconds"] == pytest.approx(3.0)
    json.dumps(about)
    assert len(open_dance(made).motions) == 2
    lead = Dance((make_groove(seconds=2.5, fps=24),), Provenance("test")).save(tmp_path / "lead.npz")
    _, about = client.predict(song, handle_file(str(lead)), api_name="/duet")
    assert about["fps"] == 24
    assert "A partner for" in about["message"]
    with pytest.raises(AppError, match="closeness"):
        client.predict(song, None, 3, "", "far", 1, api_name="/duet")
