"""What the Film tab does, through its handlers: pictures, joints, paint, parcels, films, and what goes wrong."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from film_made import groove
from PIL import Image

from demos.handover import Parcel
from demos.runtime import workspace
from demos.runtime.errors import InputError
from demos.video import handlers
from demos.video.cast import Cast, shipped_pictures


@pytest.fixture(autouse=True)
def own_cache(private_cache):
    """Films go to this test's own folder."""


def event(**values) -> Any:
    return cast(Any, SimpleNamespace(_data=values))


@pytest.fixture
def arrived():
    return handlers.arrive(None, None, event(folder=""))


def last(steps):
    shown = list(steps)
    assert shown
    return shown


def settings(**changes):
    values = {"key": "", "own": None, "text": "", "steps": "", "seconds": 3, "camera": "still", "size": 160, "seed": 0,
              "shadow": True, **changes}  # fmt: skip
    return list(values.values())


def test_whoever_arrives_finds_a_picture(arrived):
    assert arrived.cast.figures
    assert arrived.finder["picture"].startswith("data:image")
    assert "person" in arrived.told["value"]
    assert (workspace.root() / arrived.folder).is_dir()
    assert handlers.arrive(arrived.cast, arrived.folder, event()).cast == handlers.Shown().cast  # once is enough


def test_another_example(arrived):
    shown = handlers.pick(arrived.cast, arrived.folder, event(key="C robot"))
    assert shown.shelf["chosen"] == "C robot"
    assert "No person" in shown.told["value"]
    assert handlers.pick(arrived.cast, arrived.folder, event(key="../../etc")).finder == handlers.Shown().finder


@pytest.mark.parametrize("name", ["notes.txt", "bad.svg", "tiny.png", "plain.png"])
def test_bad_files_are_told_and_all_stays(arrived, tmp_path, name):
    path = tmp_path / name
    if name.endswith(".png"):
        Image.new("RGB", (20, 20) if name == "tiny.png" else (100, 100), (9, 9, 9)).save(path)
    else:
        path.write_text("<svg/>" if name == "bad.svg" else "dear diary")
    before = arrived.cast.figures
    shown = handlers.upload(arrived.cast, arrived.folder, str(path))
    assert 'role="alert"' in shown.told["value"]
    assert shown.cast.figures is before


def test_a_name_of_a_file_is_text(arrived, tmp_path):
    path = tmp_path / "<img src=x onerror=alert(1)>.png"
    path.write_text("x")
    shown = handlers.upload(arrived.cast, arrived.folder, str(path))
    assert "<img" not in shown.told["value"]


def test_joints_outlines_and_people(arrived):
    here = arrived.cast
    handlers.move(here, arrived.folder, event(name="left_wrist", x=0.9, y=0.1))
    assert np.allclose(here.figure.point("left_wrist"), [0.9 * here.figure.size[0], 0.1 * here.figure.size[1]])
    assert 'role="alert"' in handlers.move(here, arrived.folder, event(name="tail", x=0, y=0)).told["value"]
    shown = handlers.paint(here, arrived.folder, event(strokes=[{"erase": False, "radius": 0.05, "points": [[0, 0]]}]))
    assert here.figure.alpha[2, 2] > 0.9
    assert "painted" in shown.told["value"]
    assert 'role="alert"' in handlers.choose(here, arrived.folder, event(index=7)).told["value"]
    handlers.reset(here, arrived.folder)
    assert here.figure.alpha[2, 2] < 0.1


def test_a_picture_of_the_camera(arrived):
    values = np.full((120, 160, 3), 230, np.uint8)
    values[30:100, 60:100] = (200, 20, 30)
    assert handlers.photograph(arrived.cast, arrived.folder, values).finder["kind"] == "shape"
    assert handlers.photograph(arrived.cast, arrived.folder, None) == handlers.Shown()


def test_a_dance_of_another_tab_is_filmed(arrived, click_song):
    parcel = Parcel(handlers.HASH, (groove(),), ("A groove",), click_song)
    shown = handlers.receive(arrived.cast, arrived.folder, parcel)
    assert shown.steps["value"] == "own:A groove"
    assert handlers.receive(arrived.cast, arrived.folder, parcel) == handlers.Shown()  # taken in once
    click = handlers.begin()
    assert click.stop["visible"]
    steps = last(handlers.make(arrived.cast, arrived.folder, *settings(steps="own:A groove", seconds=2), small=True))
    done = steps[-1]
    assert 'role="alert"' not in done.made["value"]
    assert "quick preview" in done.made["value"]
    assert "Beat alignment" in done.made["value"]
    film = Path(done.screen["film"]["path"])
    assert film.is_file()
    assert film.is_relative_to(workspace.root() / arrived.folder)
    assert done.screen["stick"]["frames"] == 60
    assert done.home["visible"]
    assert done.preview["interactive"]
    # The bar went forward.
    assert any("Filming" in str(step.made) for step in steps)
    saved = last(handlers.save(done.cast, arrived.folder, "MP4"))[-1]
    assert saved.downloads["value"] == str(film)
    sticker = last(handlers.save(done.cast, arrived.folder, "GIF"))[-1]
    assert Path(sticker.downloads["value"]).suffix == ".gif"


def test_parcels_for_others_are_left(arrived):
    assert handlers.receive(arrived.cast, None, Parcel("edit", (groove(),), ("x",))) == handlers.Shown()
    assert handlers.receive(arrived.cast, None, None) == handlers.Shown()


def test_without_a_picture_or_a_song_one_sentence():
    for here, changes, word in ((Cast(), {}, "picture first"), (None, {}, "picture first")):
        shown = last(handlers.make(here, None, *settings(**changes), small=True))[-1]
        assert word in shown.made["value"]
        assert shown.preview["interactive"]


def test_without_a_song_the_network_is_not_asked(arrived):
    shown = last(handlers.make(arrived.cast, arrived.folder, *settings(), small=True))[-1]
    assert "Choose a song" in shown.made["value"]


def test_nothing_to_take_home_is_told():
    assert "no film yet" in last(handlers.save(Cast(), None, "MP4"))[-1].saved["value"]


def test_what_was_stopped_reports_no_more(arrived, click_song):
    here = arrived.cast
    handlers.receive(here, arrived.folder, Parcel(handlers.HASH, (groove(),), ("A groove",), click_song))
    job = handlers.make(here, arrived.folder, *settings(steps="own:A groove", seconds=2), small=True)
    next(job)
    told = handlers.stopped(here, arrived.folder)
    assert "Stopped" in told.made["value"]
    assert all(step == handlers.Shown() for step in job)
    assert here.film is None


def test_a_partner_comes_and_goes(arrived):
    shown = handlers.invite(arrived.cast, arrived.folder, str(shipped_pictures()["C robot"]))
    assert len(arrived.cast.dancers) == 2
    assert shown.alone["visible"]
    handlers.dance_alone(arrived.cast, arrived.folder)
    assert len(arrived.cast.dancers) == 1


def test_after_a_reload_all_is_there_but_in_a_workspace_of_its_own(arrived, click_song):
    here = arrived.cast
    handlers.receive(here, arrived.folder, Parcel(handlers.HASH, (groove(),), ("A groove",), click_song))
    handlers.invite(here, arrived.folder, str(shipped_pictures()["C robot"]))
    handlers.move(here, arrived.folder, event(name="left_wrist", x=0.9, y=0.1))
    done = last(handlers.make(here, arrived.folder, *settings(steps="own:A groove", seconds=2), small=True))[-1]
    again = handlers.arrive(None, None, event(folder=arrived.folder))
    assert again.folder != arrived.folder
    assert again.finder["folder"] == again.folder
    assert [figure.kind for figure in again.cast.dancers] == ["person", "drawing"]
    np.testing.assert_allclose(again.cast.figure.points, here.figure.points, atol=0.01)
    np.testing.assert_array_equal(again.cast.figure.picture, here.figure.picture)
    assert ("A groove (from another tab)", "own:A groove") in again.steps["choices"]
    assert again.screen["stick"] == done.screen["stick"]
    film = Path(again.screen["film"]["path"])
    assert film.is_relative_to(workspace.root() / again.folder)
    workspace.remove(workspace.root() / arrived.folder)
    assert film.is_file()
    assert last(handlers.save(again.cast, again.folder, "MP4"))[-1].downloads["value"] == str(film)
    assert "film it again" in last(handlers.save(again.cast, again.folder, "GIF"))[-1].saved["value"]
    twice = handlers.arrive(None, None, event(folder=again.folder))
    assert Path(twice.screen["film"]["path"]).is_file()
    handlers.reset(again.cast, again.folder)
    assert not np.allclose(again.cast.figure.points, here.figure.points, atol=0.01)


@pytest.mark.parametrize("folder", ["", "../../../etc", "a" * 20, 7, None])
def test_a_workspace_that_is_gone_or_none_begins_anew(folder):
    shown = handlers.arrive(None, None, event(folder=folder))
    assert shown.cast.figures
    assert shown.cast.screen is None


def test_a_damaged_visit_begins_anew(arrived):
    place = workspace.root() / arrived.folder / handlers.HASH
    told = json.loads((place / "visit.json").read_text())
    for broken in ("{", json.dumps({**told, "chosen": 9}), json.dumps({**told, "figures": [{}]})):
        (place / "visit.json").write_text(broken)
        assert handlers.arrive(None, None, event(folder=arrived.folder)).cast.figures


def test_steps_are_sent_on(arrived, click_song):
    here = arrived.cast
    with pytest.raises(InputError, match="no steps yet"):
        handlers.pack("compare", here)
    handlers.receive(here, arrived.folder, Parcel(handlers.HASH, (groove(),), ("A groove",), click_song))
    last(handlers.make(here, arrived.folder, *settings(steps="own:A groove", seconds=2), small=True))
    parcel = handlers.pack("compare", here)
    assert parcel.names == ("A groove",)
    assert parcel.dances[0] is here.steps["A groove"].dance
    made, steps = here.made, here.made["steps"]
    made["dance"], made["name"] = None, "Film of a person"  # as if the network had made them
    dance = handlers.pack("edit", here).dances[0]
    assert len(dance) == len(steps.tracks[0])
    assert len(dance.beats) > 1
