"""The page in chromium: songs and dances dropped, watched, measured, exported; wrong files; no word to the outside."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import browser as browser_tests
import numpy as np
import pytest
import trimesh
from browser import needs_chromium, serving
from playwright.sync_api import Browser, expect

from demos.compare.examples import examples
from demos.compare.layout import KINDS
from demos.motion.files import open_dance
from demos.runtime.settings import settings

pytestmark = needs_chromium
WAIT_MS = 120_000


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """The suite as `app.py` serves it, with a cache of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANCEFLOOR_CACHE", str(tmp_path_factory.mktemp("cache")))
        settings.cache_clear()
        with serving() as url:
            yield url
    settings.cache_clear()


@dataclass
class Visit(browser_tests.Visit):
    """A visitor of the Compare tab."""

    def drop(self, where: str, *paths: Path) -> None:
        self.page.set_input_files(f"#compare-{where} input[type=file]", [str(path) for path in paths])

    def export(self, kind: str, folder: Path) -> list[Path]:
        label = next(words for words, name in KINDS if name == kind)
        self.page.get_by_label(label, exact=True).check()
        self.page.click("#compare-export")
        links = self.page.locator("#compare-downloads a[download]")
        expect(links.first).to_have_attribute("download", re.compile(kind.lower() + "$"), timeout=3 * WAIT_MS)
        saved = []
        for index in range(links.count()):
            with self.page.expect_download() as waiting:
                links.nth(index).click()
            path = folder / waiting.value.suggested_filename
            waiting.value.save_as(path)
            saved.append(path)
        return saved


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    visit = Visit.begin(browser, address, width=1100, height=800, wait_ms=WAIT_MS)
    visit.page.get_by_role("tab", name="Compare").click(timeout=WAIT_MS)
    visit.page.wait_for_selector("#compare-files input[type=file]", state="attached", timeout=WAIT_MS)
    yield visit
    visit.end()


def shown(visit: Visit, *names: str, song: bool = False) -> None:
    """Wait until exactly these dances are compared, with a song or without, and the player can play them."""
    heads = visit.page.locator("#compare-measures table").first.locator("thead th")
    expect(heads).to_have_text(["Measure", *names], timeout=WAIT_MS)
    if song:
        expect(visit.page.locator("#compare-measures")).to_contain_text("chance", timeout=WAIT_MS)
    ready(visit)


def ready(visit: Visit) -> None:
    visit.page.wait_for_function(
        "document.querySelector('#compare-player dancefloor-player')?.player?.ready", timeout=WAIT_MS
    )


def plays(visit: Visit) -> None:
    """Press play, again where a browser short of time has paused the song; the clock runs."""
    player = "document.querySelector('#compare-player dancefloor-player').player"
    visit.page.evaluate(f"{player}.root.scrollIntoView()")
    visit.page.evaluate(f"{player}.play()")
    running = f"({player}.clock.playing || {player}.play(), {player}.clock.time > 0.5)"
    visit.page.wait_for_function(running, timeout=WAIT_MS)
    visit.page.evaluate(f"{player}.pause()")


def test_made_here_from_drop_to_file(visit, groove, couple, click_song, tmp_path):
    visit.drop("files", groove.save(tmp_path / "groove.npz"), couple.save(tmp_path / "pair.npz"))
    visit.drop("song", click_song)
    shown(visit, "groove", "pair", song=True)
    plays(visit)
    (first, second) = visit.export("NPZ", tmp_path)
    assert np.allclose(open_dance(first).motions[0].joints, groove.motions[0].joints, atol=1e-4)
    assert len(open_dance(second).motions) == 2
    assert len(visit.export("BVH", tmp_path)) == 3
    scenes = visit.export("GLB", tmp_path)
    assert len(trimesh.load_scene(scenes[1]).geometry) > 0
    (film,) = visit.export("MP4", tmp_path)
    assert film.read_bytes()[4:8] == b"ftyp"


def test_a_real_couple_and_a_real_solo_on_a_real_song(visit, shared_data, tmp_path):
    mocap = shared_data / "mocap" / "cmu"
    visit.drop("files", mocap / "60_01.bvh", mocap / "61_01.bvh", mocap / "05_10.bvh")
    visit.drop("song", shared_data / "music" / "enemy_unknown.ogg")
    shown(visit, "60_01 + 61_01", "05_10", song=True)
    plays(visit)
    assert [path.suffix for path in visit.export("GLB", tmp_path)] == [".glb", ".glb"]


def test_wrong_files_get_a_sentence_and_nothing_is_lost(visit, groove, tmp_path):
    bad = tmp_path / "holiday.bvh"
    bad.write_text("dear diary")
    visit.drop("files", bad, groove.save(tmp_path / "groove.npz"))
    notice = visit.page.locator("#compare-notice [role=alert]")
    expect(notice).to_contain_text("holiday.bvh", timeout=WAIT_MS)
    assert "Traceback" not in notice.inner_text()
    shown(visit, "groove")


def test_names_cannot_run_script(visit, groove, tmp_path):
    visit.drop("files", groove.save(tmp_path / "<img src=x onerror=window.hacked=1>.npz"))
    heads = visit.page.locator("#compare-measures table").first.locator("thead th")
    expect(heads).to_have_count(2, timeout=WAIT_MS)  # whatever Gradio left of the name
    assert visit.page.evaluate("window.hacked") is None


def test_whoever_arrives_finds_a_dance(visit):
    shown(visit, examples()[0].dances[0].stem, song=True)
    plays(visit)


def test_an_example_plays_on_one_click(visit):
    second = examples()[1]
    visit.page.get_by_role("button", name=second.title).click()
    shown(visit, second.dances[0].stem, song=True)
    plays(visit)


@pytest.mark.parametrize("width", [360, 768, 1400])
def test_nothing_sticks_out_sideways(visit, groove, tmp_path, width):
    visit.page.set_viewport_size({"width": width, "height": 800})
    visit.drop("files", groove.save(tmp_path / "groove.npz"))
    shown(visit, "groove")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_dance_is_sent_on_and_taken_back(visit):
    shown(visit, examples()[0].dances[0].stem, song=True)
    visit.page.click("#compare-send-edit")
    expect(visit.page.locator("#df-sent-told")).to_contain_text("is in Edit now", timeout=WAIT_MS)
    stage = visit.page.locator("#edit-tree [aria-current]")
    expect(stage).to_contain_text(examples()[0].dances[0].stem, timeout=WAIT_MS)
    visit.page.click("#df-sent-undo")
    expect(visit.page.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true", timeout=WAIT_MS)
    visit.page.get_by_role("tab", name="Edit").click()
    expect(stage).not_to_contain_text(examples()[0].dances[0].stem, timeout=WAIT_MS)


def test_a_blind_vote_outlasts_a_reload(visit, groove, couple, tmp_path):
    visit.drop("files", groove.save(tmp_path / "groove.npz"), couple.save(tmp_path / "pair.npz"))
    shown(visit, "groove", "pair")
    visit.page.get_by_label("Hide the names").check()
    rows = visit.page.locator("#compare-lineup li")
    expect(rows.locator("b")).to_have_text(["A", "B"], timeout=WAIT_MS)
    expect(visit.page.locator("#compare-measures")).to_be_hidden()
    visit.page.locator(".cp-vote").first.click()
    expect(visit.page.locator("#compare-lineup p")).to_contain_text("Best in 1 blind vote", timeout=WAIT_MS)
    tally = visit.page.inner_text("#compare-lineup p")
    visit.page.reload()
    visit.page.get_by_role("tab", name="Compare").click(timeout=WAIT_MS)
    expect(visit.page.locator("#compare-lineup p")).to_have_text(tally, timeout=WAIT_MS)
    ready(visit)


def test_a_run_is_added_to_the_song(visit):
    shown(visit, examples()[0].dances[0].stem, song=True)
    visit.page.get_by_role("button", name="Settings of the run").click()
    visit.page.locator("#compare-seconds input[type=number]").fill("4")
    visit.page.click("#compare-add")
    shown(visit, "DanceEditor", song=True)
    expect(visit.page.locator("#compare-charts .cp-plot").first).to_be_visible()
