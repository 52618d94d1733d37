"""The player in a real browser: what is drawn, other values, other screens, and what is left behind."""

from typing import Any

import numpy as np
import pytest
from browser import needs_chromium
from player_site import EVIL, FPS, SMALL, SPEED, Log, Site, ask, opened, player, ready, show
from playwright.sync_api import Browser, Page

pytest_plugins = ["player_fixtures"]
pytestmark = needs_chromium


def test_contact_marks_shine_under_planted_feet_only(page: Page):
    def strengths(second: float) -> list[float]:
        return ask(
            page,
            f"P.setContacts(true); P.stage.draw({second}); "
            "return P.stage.views[0].view.dancers[0].marks.map((m) => m.mesh.material.uniforms.strength.value)",
        )

    moving = ask(page, "return P.stage.views[0].view.spec.contacts[0]")
    assert set(moving) != {"0"}
    for second in (1.0, 4.5, 7.0):
        digit = int(moving[int(second * FPS)], 16)
        shown = strengths(second)
        assert [strength == 1 for strength in shown] == [bool(digit >> foot & 1) for foot in range(4)]
    assert strengths(4.5)[0] == 0  # the left foot is in the air


def test_bones_and_body_are_drawn(page: Page):
    counts = {}
    for mode in ("body", "bones", "both"):
        counts[mode] = ask(page, f"P.setMode('{mode}'); P.stage.draw(1); return P.stage.renderer.info.render.triangles")
    assert counts["both"] > counts["bones"] > 1000
    assert counts["body"] > 10_000


def test_cameras_differ_and_follow_moves(page: Page):
    def camera(second: float) -> np.ndarray:
        place = ask(
            page,
            f"P.orbit.tick(1e9); P.stage.draw({second}); return P.stage.views[0].view.camera.position.toArray()",
        )
        return np.array(place)

    front = camera(1)
    assert camera(6)[0] - front[0] == pytest.approx(5 * SPEED, abs=0.05)  # follows
    ask(page, "P.setAngle('side')")
    side = camera(1)
    assert side[0] - front[0] > 2
    ask(page, "P.setAngle('top')")
    assert camera(1)[1] > 3
    ask(page, "P.setAngle('front'); P.setFollow(false)")
    np.testing.assert_allclose(camera(1), camera(6))


def test_a_drag_turns_all_views_and_a_click_plays(page: Page):
    box = page.locator("#first .dfp-stage").bounding_box()
    assert box
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1], steps=4)
    page.mouse.up()
    assert ask(page, "return [P.orbit.angle, P.orbit.to.azimuth < -0.2, P.clock.playing]") == ["", True, False]
    page.mouse.click(*middle)
    assert ask(page, "return P.clock.playing") is True


def test_names_are_text_never_markup(page: Page):
    assert page.locator("#first .dfp-label bdi").first.text_content() == EVIL
    assert page.locator("#first .dfp-label img").count() == 0
    assert page.evaluate("window.hacked") is None


def test_nothing_is_drawn_while_paused_or_out_of_sight(page: Page):
    still = ask(
        page,
        """while (!P.stage.idle) await new Promise((go) => setTimeout(go, 50));
        const before = P.stage.renderer.info.render.frame;
        await new Promise((go) => setTimeout(go, 400)); return P.stage.renderer.info.render.frame - before;""",
    )
    assert still == 0
    hidden = ask(
        page,
        """await P.clock.play(); scrollTo(0, document.body.scrollHeight);
        document.querySelector('#second').scrollIntoView();
        while (P.stage.seen) await new Promise((go) => setTimeout(go, 50));
        await new Promise((go) => setTimeout(go, 200));  // the frame that was already asked for
        const before = P.stage.renderer.info.render.frame; const from = P.clock.time;
        await new Promise((go) => setTimeout(go, 500));
        const out = [P.stage.seen, P.stage.renderer.info.render.frame - before, P.clock.time > from];
        P.pause(); return out;""",
    )
    assert hidden == [False, 0, True]


def test_another_dance_replaces_the_first_and_frees_it(page: Page):
    def held() -> list[int]:
        return ask(
            page, "P.stage.draw(1, true); const m = P.stage.renderer.info.memory; return [m.geometries, m.textures]"
        )

    show(page, "couple")
    assert ask(page, "return [P.stage.views[0].view.dancers.length, P.clock.time]") == [2, 0]
    first = held()
    show(page, "solo")
    show(page, "couple")
    assert held() == first
    show(page, "none")
    assert "No dance here yet" in (page.locator("#first .dfp-note").text_content() or "")
    assert ask(page, "return [P.clock.duration, P.stage.renderer.info.memory.geometries]") == [0, 0]
    page.keyboard.press(" ")
    assert ask(page, "return P.clock.playing") is False


def test_a_damaged_dance_is_a_sentence(page: Page):
    show(page, "lost")
    sentence = page.locator("#first .dfp-bad").text_content()  # waits for it
    assert sentence == f"“{EVIL}” could not be read: its 3-D file is damaged."


def test_a_song_that_cannot_play_leaves_a_silent_dance(browser: Browser, site: Site):
    context = browser.new_context(viewport=SMALL)
    page = context.new_page()
    page.route("**/song.m4a", lambda route: route.fulfill(status=200, body="not a song"))
    page.goto(site.url)
    ready(page, "first")
    page.wait_for_function(f"!{player()}.clock.song")
    times = ask(
        page, "P.play(); await new Promise((go) => setTimeout(go, 300)); return [P.clock.tick(), P.clock.virtual]"
    )
    assert times[0] > 0.1
    assert times[1] is True
    context.close()


def test_nothing_comes_from_another_machine(open_page: tuple[Page, Log], site: Site):
    _, log = open_page
    outside = [url for url in log.requests if not url.startswith((site.url, "data:", "blob:"))]
    assert outside == []
    assert any("three-" in url for url in log.requests)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_in_both_themes(browser: Browser, site: Site, theme: str):
    options: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True}
    page, log = opened(browser, site, theme=theme, **options)
    ready(page, "second")
    for which in ("first", "second"):
        sizes = page.evaluate(
            """(which) => { const root = document.querySelector(`#${which} dancefloor-player`);
            const wide = root.getBoundingClientRect();
            const buttons = [...root.querySelectorAll('button, select')].filter((b) => b.offsetWidth);
            const boxes = buttons.map((b) => b.getBoundingClientRect());
            return { page: document.documentElement.scrollWidth,
                small: boxes.filter((b) => b.width < 40 || b.height < 40).length,
                out: boxes.filter((b) => b.left < wide.left || b.right > wide.right).length,
                count: boxes.length,
                unnamed: buttons.filter((b) => !b.getAttribute('aria-label')).length,
                text: root.querySelector('.dfp-time').getBoundingClientRect().right <= wide.right }; }""",
            which,
        )
        assert sizes["page"] <= 360
        assert (sizes["small"], sizes["out"], sizes["unnamed"], sizes["text"]) == (0, 0, 0, True)
        assert sizes["count"] >= 10
    back = page.locator("#first .dfp-panel").evaluate("(e) => getComputedStyle(e.parentElement).backgroundColor")
    brightness = sum(int(part) for part in back[4:-1].split(",")[:3])
    assert (brightness > 600) if theme == "light" else (brightness < 150)
    canvas = page.locator("#first .dfp-marks")
    assert canvas.evaluate("(e) => e.width / e.clientWidth") == pytest.approx(2, abs=0.02)  # crisp
    assert log.errors == []
    page.context.close()


def test_less_motion_and_no_player_starts_by_itself(browser: Browser, site: Site):
    page, _ = opened(browser, site, reduced_motion="reduce")
    assert ask(page, "return P.clock.playing") is False
    assert ask(
        page, "P.setAngle('side'); P.orbit.tick(performance.now()); return P.orbit.now.azimuth"
    ) == pytest.approx(np.pi / 2)
    page.context.close()


def test_leaving_the_tab_pauses_and_removal_frees(browser: Browser, site: Site):
    page, log = opened(browser, site)
    assert ask(page, "window.kept = P; P.setLooping(true); P.play(); return P.clock.playing") is True
    page.get_by_role("tab", name="There", exact=True).click()
    page.wait_for_function("!kept.clock.playing && kept.clock.audio.paused", timeout=10_000)
    page.get_by_role("tab", name="Here", exact=True).click()
    ready(page, "first")
    assert ask(page, "return [P.clock.playing, P === kept]") == [False, True]
    ask(page, "await P.clock.play(); document.querySelector('#first dancefloor-player').remove()")
    page.wait_for_function("window.kept.stage.renderer === null")
    assert page.evaluate("[kept.clock.playing, kept.clock.audio.paused, kept.stage.views.length]") == [False, True, 0]
    assert log.errors == []
    page.context.close()
