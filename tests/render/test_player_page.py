"""The player in a real browser: the clock, the timeline, the keys, and two players on one page."""

import json
import re

import numpy as np
import pytest
from browser import needs_chromium
from player_site import FPS, SECONDS, SPEED, ask, player, ready, settled
from playwright.sync_api import Page, expect

pytest_plugins = ["player_fixtures"]
pytestmark = needs_chromium


def lags(page: Page, seconds: float) -> list[float]:
    """Measured from outside, for every frame drawn: where the pelvis is against what the audio element says."""
    return ask(
        page,
        f"""await P.clock.play();
        const lags = [];
        const end = performance.now() + {1000 * seconds};
        let drawn = P.stage.meter.frames;
        while (performance.now() < end) {{
            await new Promise(requestAnimationFrame);
            const heard = P.clock.audio.currentTime;
            const shown = P.jointAt(0, 0, 'pelvis')[0] / {SPEED};
            if (P.stage.meter.frames !== drawn && heard > 0.3) lags.push(shown - heard);
            drawn = P.stage.meter.frames;
        }}
        return lags;""",
    )


def test_the_picture_follows_the_sound(page: Page):
    ask(page, "P.stage.meter.reset()")
    measured = lags(page, 2.5)
    assert len(measured) >= 5
    assert np.median(np.abs(measured)) <= 0.040
    stats = ask(page, "return P.stats()")
    assert stats["song"]
    assert stats["lag_ms"]["median"] <= 40


def test_time_never_runs_backwards_while_playing(page: Page):
    times = ask(
        page,
        """await P.clock.play(); const times = [];
        for (let i = 0; i < 300; i++) { times.push(P.clock.tick()); await new Promise((go) => setTimeout(go, 4)); }
        return times;""",
    )
    assert np.diff(times).min() >= 0
    assert times[-1] > times[0]


def test_paused_picture_and_sound_agree_exactly(page: Page):
    state = ask(
        page,
        """await P.clock.play(); await new Promise((go) => setTimeout(go, 700)); P.pause();
        P.stage.draw(P.clock.tick()); return [P.jointAt(0, 0, 'pelvis')[0], P.clock.audio.currentTime];""",
    )
    assert state[0] / SPEED == pytest.approx(state[1], abs=0.002)


def test_a_click_on_the_waveform_goes_there(page: Page):
    box = page.locator("#first .dfp-wave").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 20)
    settled(page)
    x, heard = ask(page, "return [P.jointAt(0, 0, 'pelvis')[0], P.clock.audio.currentTime]")
    assert x / SPEED == pytest.approx(4.0, abs=0.05)
    assert heard == pytest.approx(4.0, abs=0.05)
    slider = page.locator("#first .dfp-wave")
    assert slider.get_attribute("role") == "slider"
    assert slider.get_attribute("aria-valuetext") == "4.0 of 8.0 seconds, bar 2, beat 4"


def test_a_drag_over_the_ruler_loops_and_tells_python(page: Page):
    box = page.locator("#first .dfp-ruler").bounding_box()
    assert box

    def at(second: float) -> float:
        return box["x"] + box["width"] * second / SECONDS

    page.mouse.move(at(1.01), box["y"] + 8)  # the edges take the beats nearby: 1.0 and 2.0
    page.mouse.down()
    page.mouse.move(at(1.5), box["y"] + 8)
    page.mouse.move(at(1.99), box["y"] + 8)
    page.mouse.up()
    told = page.get_by_label("region")
    expect(told).to_have_value(re.compile(r"^\[\["))
    assert json.loads(told.input_value()) == [[1.0, 2.0], 1.0, 2.0]
    times = ask(
        page,
        """P.seek(1.7); await P.clock.play(); const times = [];
        for (let i = 0; i < 12; i++) { await new Promise((go) => setTimeout(go, 100)); times.push(P.clock.time); }
        P.pause(); return times;""",
    )
    assert min(times) < 1.5 < max(times)
    assert all(0.99 <= time < 2.05 for time in times)
    handles = page.locator("#first .dfp-handle")
    handles.nth(1).press("ArrowRight")
    assert ask(page, "return P.clock.region") == pytest.approx([1.0, 2.1])
    page.keyboard.press("Escape")
    assert ask(page, "return P.clock.region") is None


def test_python_moves_the_loop_without_loading_again(page: Page):
    ask(page, "P.seek(1); P.marker = P.stage.views[0].view")
    page.get_by_role("button", name="loop 2 to 3").click()
    page.wait_for_function(f"{player()}.clock.region?.[0] === 2")
    assert ask(page, "return [P.clock.region, P.marker === P.stage.views[0].view, P.clock.looping]") == [
        [2, 3],
        True,
        True,
    ]


def test_speed_changes_sound_and_picture_but_not_the_pitch(page: Page):
    page.locator("#first .dfp-speed").select_option("0.5")
    assert ask(page, "return [P.clock.audio.playbackRate, P.clock.audio.preservesPitch]") == [0.5, True]
    assert np.median(np.abs(lags(page, 1.5))) <= 0.040


def test_without_a_song_the_page_keeps_the_time(page: Page):
    ready(page, "second")
    ratio = ask(
        page,
        """P.setRate(2); P.seek(0); await P.clock.play();
        const [a, s] = [P.clock.tick(), performance.now()]; await new Promise((go) => setTimeout(go, 500));
        const ratio = (P.clock.tick() - a) / ((performance.now() - s) / 1000); P.pause();
        P.setRate(1); P.seek(0); return ratio;""",
        "second",
    )
    assert ratio == pytest.approx(2.0, abs=0.02)


def test_keys(page: Page):
    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    press("ArrowRight", "ArrowRight", ".", ".", ",")
    assert ask(page, "return P.clock.time") == pytest.approx(2 + 1 / FPS, abs=1e-6)
    press("[")
    press("End")
    assert ask(page, "return P.clock.time") == pytest.approx(SECONDS)
    press("Home", "3")
    assert ask(page, "return [P.orbit.angle, P.clock.time]") == ["top", 0]
    press("4", "m", "c", ">", "s")
    state = ask(page, "return [P.orbit.follow, P.mode, P.contacts, P.clock.rate, P.clock.audio.muted]")
    assert state == [False, "bones", True, 1.25, True]
    press("Shift+ArrowLeft")
    assert ask(page, "return P.orbit.angle") == ""
    region = ask(page, "return P.clock.region")
    assert region == pytest.approx([2 + 1 / FPS, SECONDS], abs=1e-3)
    press("Escape", " ")
    assert ask(page, "return [P.clock.region, P.clock.playing]") == [None, True]
    press(" ")
    assert ask(page, "return P.clock.playing") is False


def test_two_players_do_not_fight(page: Page):
    ready(page, "second")
    assert ask(page, "P.play(); return P.clock.playing") is True
    assert ask(page, "P.play(); return P.clock.playing", "second") is True
    assert ask(page, "return [P.clock.playing, P.clock.audio.paused]") == [False, True]
    ask(page, "P.pause(); P.seek(0); P.root.focus()", "second")
    ask(page, "P.seek(0)")
    page.keyboard.press("ArrowRight")
    assert ask(page, "return P.clock.time", "second") == pytest.approx(1)
    assert ask(page, "return P.clock.time") == 0
    page.get_by_label("kind").focus()
    page.keyboard.press("ArrowRight")
    assert [ask(page, "return P.clock.time", which) for which in ("first", "second")] == [0, pytest.approx(1)]
    doubled = page.evaluate(
        """() => { const ids = [...document.querySelectorAll('dancefloor-player [id]')].map((e) => e.id);
        return ids.length - new Set(ids).size; }"""
    )
    assert doubled == 0


def test_the_end_stops_and_play_begins_again(page: Page):
    ask(page, f"P.seek({SECONDS - 0.25}); await P.clock.play();")
    page.wait_for_function(f"!{player()}.clock.playing")
    assert ask(page, "return P.clock.time") == pytest.approx(SECONDS, abs=1e-6)
    assert ask(page, "P.play(); return P.clock.time") < 1
