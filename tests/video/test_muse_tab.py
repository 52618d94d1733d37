"""What the Film tab does when anything may move, as words say."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from demos.video import handlers


@pytest.fixture(autouse=True)
def own_cache(private_cache):
    """Films go to this test's own folder."""


@pytest.fixture
def arrived():
    return handlers.arrive(None, None, event())


def event(**values) -> Any:
    return cast(Any, SimpleNamespace(_data=values))


def make(arrived, **changes) -> list[handlers.Shown]:
    values = {"key": "", "own": None, "text": "", "steps": "", "seconds": 3, "camera": "still", "size": 160, "seed": 0,
              "shadow": True, **changes}  # fmt: skip
    shown = list(handlers.make(arrived.cast, arrived.folder, *values.values(), small=True))
    assert shown
    return shown


def test_what_is_no_person_moves_as_words_say(arrived):
    here = arrived.cast
    assert not arrived.words["visible"]
    shown = handlers.choose_system(here, arrived.folder, "musedance")
    assert shown.words["visible"]
    assert shown.system == "musedance"  # also where an earlier answer comes late
    assert not shown.steps["visible"]
    assert shown.finder["fixed"]
    assert {"axis_0", "axis_5"} <= set(shown.finder["points"])
    assert all(name in shown.finder["points"] for line in shown.finder["lines"] for name in line)
    assert "limb" in shown.told["value"]
    assert handlers.pick_text(here, arrived.folder, event(key="Sway gently")).text == "Sway gently"
    no_song = make(arrived, text="sway")[-1]
    assert "Choose a song" in no_song.made["value"]
    back = handlers.choose_system(here, arrived.folder, "xdancer")
    assert "left_wrist" in back.finder["points"]
    assert back.steps["visible"]


def test_the_picture_says_who_should_move_it(arrived):
    values = np.full((120, 160, 3), 230, np.uint8)
    values[30:100, 60:100] = (200, 20, 30)
    shown = handlers.photograph(arrived.cast, arrived.folder, values)
    assert shown.system == "musedance"
    assert handlers.pick(arrived.cast, arrived.folder, event(key="A person")).system == "xdancer"


def test_a_film_by_words(arrived, click_song):
    here = arrived.cast
    handlers.pick(here, arrived.folder, event(key="E teapot"))
    handlers.choose_system(here, arrived.folder, "musedance")
    steps = make(arrived, own=str(click_song), text="bounce")
    done = steps[-1]
    assert "“bounce”" in done.made["value"]
    assert "MuseDance" in done.made["value"]
    assert done.screen["stick"]["head"] == "axis_5"
    assert done.screen["stick"]["frames"] == 90
    sticker = list(handlers.save(done.cast, arrived.folder, "WebM"))[-1]
    assert Path(sticker.downloads["value"]).suffix == ".webm"
    long = make(arrived, own=str(click_song), text="a" * 500)[-1]
    assert "at most 400" in long.made["value"]
