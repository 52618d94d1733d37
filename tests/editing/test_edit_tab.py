"""The Edit tab without a browser: the visitor's desk, the values of its parts, and the handlers of its buttons."""

import base64

import gradio as gr
import numpy as np
import pytest
from made_motion import make_groove
from obedient import rig

from demos.editing import handlers
from demos.editing.handlers import Shown
from demos.motion import history
from demos.motion.change import PART_NAMES
from demos.motion.dance import Dance, Provenance
from demos.motion.files import open_dance
from demos.page.panels import answer, card, lanes, tree_value, trouble
from demos.page.stage import OWN
from demos.page.strip import LABELS, chosen_parts, strip_value
from demos.page.studio import ALONE, BOTH, RAW, Offer, Studio, shipped, title_of
from demos.runtime import workspace
from demos.runtime.errors import InputError

EVIL = "<img src=x onerror=alert(1)>"


def dance(seconds: float = 6.0, *, side: float = 0.0, song: str = "") -> Dance:
    beats = np.arange(0, seconds, 0.5)
    return Dance((make_groove(seconds, side=side),), Provenance("test"), song, beats, beats[::4])


@pytest.fixture
def desk() -> Studio:
    """A first dance, and one change of it."""
    studio = Studio()
    studio.keep(Offer(dance(), "Song"))
    studio.keep(Offer(dance(side=0.5), "raise", text="raise", parent="v1", raw=dance(), achieved=True))
    return studio


# --- the desk


def test_a_change_is_shown_beside_what_it_was_made_from(desk):
    scene = desk.scene()
    assert scene is not None
    assert scene.names == ("Before", "After")
    assert scene.change is not None
    assert scene.change[:, PART_NAMES.index("root")].min() > 0.3
    assert scene.change[:, PART_NAMES.index("head")].max() < 0.01
    assert desk.ways() == [BOTH, ALONE, RAW]


def test_the_raw_result_can_be_seen(desk):
    desk.view = RAW
    scene = desk.scene()
    assert scene is not None
    assert scene.names == ("Raw", "Feet tidied")
    desk.keep(Offer(dance(), "again", text="again", parent="v2"))
    assert desk.view == BOTH  # no raw result here


def test_any_two_versions_can_be_compared_and_let_go_again(desk):
    desk.go("v1")
    desk.compare("v2")
    scene = desk.scene()
    assert scene is not None
    assert scene.names == ("raise", "Song")
    desk.compare("v2")
    assert desk.compared is None
    with pytest.raises(InputError, match="v9"):
        desk.compare("v9")


def test_versions_of_unlike_lengths_are_shown_without_a_difference(desk):
    desk.keep(Offer(dance(3.0), "short"))
    desk.compare("v1")
    scene = desk.scene()
    assert scene is not None
    assert scene.change is None
    assert "Not the same length" in scene.title


def test_going_back_and_changing_again_branches(desk):
    desk.go("v1")
    desk.keep(Offer(dance(), "turn", text="turn", parent="v1"))
    desk.undo()
    assert desk.current is not None
    assert desk.current.id == "v1"
    assert [row["parent"] for row in desk.rows()] == [None, "v1", "v1"]


def test_alternatives_wait_for_a_choice(desk):
    offers = [Offer(dance(side=side), "clap", text="clap", parent="v2") for side in (0.1, 0.2, 0.3)]
    assert desk.propose(desk.begin(), offers)
    scene = desk.scene()
    assert scene is not None
    assert scene.names == ("A", "B", "C")
    assert desk.ways() == []
    kept = desk.choose(1)
    assert kept.dance is offers[1].dance
    assert kept.parent == "v2"
    with pytest.raises(InputError, match="gone"):
        desk.choose(2)


def test_a_choice_ends_the_job_that_makes_more_alternatives(desk):
    ticket = desk.begin()
    desk.propose(ticket, [Offer(dance(), "clap", text="clap", parent="v2")])
    desk.choose(0)
    assert not desk.propose(ticket, [Offer(dance(), "late", text="late", parent="v2")])
    assert desk.offers == ()


def test_stop_keeps_what_there_is_once(desk):
    ticket = desk.begin()
    desk.sketch(ticket, Offer(dance(2.0), "half done"))
    scene = desk.scene()
    assert scene is not None
    assert scene.names == ("In the making",)
    kept = desk.call_off()
    assert kept is not None
    assert [version.name for version in desk.history.versions] == ["Song", "raise", "half done"]
    assert not desk.finish(ticket, Offer(dance(), "too late"))  # a step that was under way when Stop was pressed
    assert len(desk.history) == 3
    assert desk.call_off() is None


def test_a_click_during_a_job_is_not_undone_by_it(desk):
    ticket = desk.begin()
    desk.rename("v1", "My first")
    desk.go("v1")
    assert desk.finish(ticket, Offer(dance(), "new", text="new", parent="v2"))
    assert [version.name for version in desk.history.versions] == ["My first", "raise", "new"]


def test_an_opened_tree_stands_beside_what_was_there(desk, tmp_path):
    path = history.export_npz(desk.history, tmp_path / "dance.npz", "v1")
    desk.adopt(history.restore(path))
    assert [(version.id, version.parent) for version in desk.history.versions] == [
        ("v1", None), ("v2", "v1"), ("v3", None), ("v4", "v3")
    ]  # fmt: skip
    assert desk.current is not None
    assert desk.current.id == "v3"  # the version that was exported


def test_shipped_songs_are_known_by_content(desk):
    sha256, path = next(iter(shipped().items()))
    assert desk.song_of(dance(song=sha256)) == path
    assert desk.song_of(dance(song="unknown")) is None
    assert title_of(path) == path.stem.replace("-", " ").capitalize()


# --- the parts of the page


def test_branches_get_lanes_of_their_own():
    assert lanes({"a": None, "b": "a", "c": "b", "d": "a", "e": None}) == {"a": 0, "b": 0, "c": 0, "d": 1, "e": 2}


def test_the_tree_shows_every_version(desk):
    value = tree_value(desk.rows(), current="v2", undo=True)
    assert [(row["title"], row["lane"], row["mark"]) for row in value["rows"]] == [
        ("Song", 0, ""),
        ("raise", 0, "good"),
    ]


def test_the_strip_shows_where_and_how_much():
    change = np.zeros((60, 6), np.float32)
    change[20:40, PART_NAMES.index("left_arm")] = 2.0
    change[30, PART_NAMES.index("head")] = 0.05  # too little to be seen
    value = strip_value(dance(), player="p", target="t", change=change, chosen=("head",), look=True)
    heat = np.frombuffer(base64.b64decode(value["heat"]), np.uint8).reshape(6, 60)
    arm = list(LABELS).index("left_arm")
    assert heat[arm, 20:40].tolist() == [255] * 20
    assert heat.sum() == 255 * 20
    assert 2.0 <= value["look_s"] <= 4.0
    assert value["chosen"] == ["head"]
    assert value["parts"][arm]["summary"] == "Left arm: changes from 2.0 to 4.0 s"
    assert value["parts"][0]["summary"] == "Head: unchanged"


def test_the_strip_of_an_unchanged_dance_has_no_heat():
    assert "heat" not in strip_value(dance(), player="p", target="t")
    same = strip_value(dance(), player="p", target="t", change=np.zeros((60, 6), np.float32), look=True)
    assert same["look_s"] is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"chosen": ["legs", "left_arm"]}, ("left_arm", "legs")),
        ({"chosen": ["legs", "moon", 7, None]}, ("legs",)),
        ({"chosen": []}, None),
        ({"chosen": "legs"}, None),
        ({}, None),
        (None, None),
        ("nonsense", None),
    ],
)
def test_what_the_browser_says_of_body_parts_is_checked(value, expected):
    assert chosen_parts(value) == expected


def test_answers_escape_what_was_said():
    for text in (answer(EVIL, mark="bad"), card(EVIL, [("good", EVIL)]), trouble(EVIL)):
        assert "<img" not in text
        assert "&lt;img" in text


# --- the handlers


@pytest.fixture
def rigged(monkeypatch, tmp_path, private_cache):
    rig(monkeypatch, tmp_path)
    return workspace.create().name


def told(**data) -> gr.EventData:
    """What a script of the page tells with an event."""
    return gr.EventData(None, data)


def run(steps) -> list[Shown]:
    shown = list(steps)
    assert shown
    return shown


def test_a_dance_grows_and_is_kept(rigged, click_song):
    desk = Studio()
    steps = run(handlers.make(desk, rigged, None, None, OWN, str(click_song), "", 5, 3, 1.5, True))
    assert [version.name for version in desk.history.versions] == ["Clicks"]
    version = desk.history.current
    assert version.dance.duration_s == pytest.approx(5.0)
    assert version.raw is not None
    assert steps[-1].player["song"] is not None
    assert steps[-1].make["interactive"]
    assert "A dance of 5 s" in steps[-1].made["value"]


@pytest.mark.parametrize("own", [None, "nothing.wav"])
def test_without_a_song_one_sentence_comes(rigged, tmp_path, own):
    desk = Studio()
    path = tmp_path / "nothing.wav"
    path.write_text("no sound")
    steps = run(handlers.make(desk, rigged, None, None, OWN, own and str(path), "", 5, 0, 1.5, True))
    assert 'role="alert"' in steps[-1].made["value"]
    assert steps[-1].make["interactive"]
    assert len(desk.history) == 0


def change(desk: Studio, folder: str, words: str, *, count: int = 1, region=None, parts=()) -> list[Shown]:
    player, strip = {"region": region}, {"chosen": list(parts)}
    return run(handlers.change(desk, folder, player, strip, words, 1.0, 0, 1.0, 1.0, True, False, count=count))


def test_words_change_the_dance_and_the_rest_stays(desk, rigged):
    steps = change(desk, rigged, "raise both arms", region=[2.0, 5.0], parts=["left_arm", "right_arm"])
    version = desk.history.current
    assert (version.text, version.parent) == ("raise both arms", "v2")
    before, after = desk.history["v2"].dance.motions[0], version.dance.motions[0]
    assert np.array_equal(before.poses[:60], after.poses[:60])
    assert not np.array_equal(before.poses[100], after.poses[100])
    assert steps[-1].player["region"] == [2.0, 5.0]  # the picked time stays for the next change
    assert steps[-1].strip["chosen"] == ["left_arm", "right_arm"]
    assert steps[-1].words["value"] == ""
    assert steps[-1].words["interactive"]
    assert "Raise" in steps[-1].answer["value"]


@pytest.mark.parametrize("words", ["", "   ", "the weather in Paris", "🕺🕺🕺", "x" * 2500])
def test_what_cannot_be_done_is_said_and_nothing_is_lost(desk, rigged, words):
    steps = change(desk, rigged, words)
    assert len(desk.history) == 2
    assert "ed-bad" in steps[-1].answer["value"]
    assert steps[-1].change["interactive"]
    assert all("value" not in step.words for step in steps)  # the words stay, to be said in another way
    assert steps[-1].words["interactive"]


def test_three_ways_are_offered_and_one_is_kept(desk, rigged):
    change(desk, rigged, "raise both arms", count=3)
    assert len(desk.offers) == 3
    assert [offer.facts["seed"] for offer in desk.offers] == [0, 1, 2]
    shown = handlers.keep(desk, rigged, None, None, index=2)
    assert desk.history.current.facts["seed"] == 2
    assert not shown.offers["visible"]


def test_our_own_fault_is_one_sentence(desk, rigged, monkeypatch):
    monkeypatch.setattr(handlers.pipeline, "edit", lambda *_, **__: 1 / 0)
    steps = change(desk, rigged, "raise both arms")
    assert "our side" in steps[-1].answer["value"]
    assert "ZeroDivision" not in steps[-1].answer["value"]
    assert len(desk.history) == 2


def test_files_hold_the_version_at_hand(desk, rigged):
    for kind in ("NPZ", "BVH", "GLB"):
        (step,) = run(handlers.save(desk, rigged, None, None, kind))
        (path,) = step.downloads["value"]
        assert path.endswith(f"dance.{kind.lower()}")
        if kind == "NPZ":
            assert len(history.restore(path)) == 2
        if kind != "GLB":
            assert open_dance(path).duration_s == pytest.approx(6.0, abs=0.1)


def test_an_opened_dance_goes_on(desk, rigged, tmp_path):
    path = history.export_npz(desk.history, tmp_path / "dance.npz")
    fresh = Studio()
    shown = handlers.open_dance(fresh, rigged, None, None, str(path))
    assert "2 versions" in shown.made["value"]
    assert fresh.history.current.name == "raise"
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"no dance")
    shown = handlers.open_dance(fresh, rigged, None, None, str(broken))
    assert 'role="alert"' in shown.made["value"]
    assert len(fresh.history) == 2


def test_whoever_arrives_finds_a_dance_with_its_song(private_cache):
    shown = handlers.arrive(None, None, None, None, told(folder=""))
    assert shown.player["song"] is not None
    assert len(shown.tree["rows"]) == 1
    assert handlers.arrive(shown.studio, shown.folder, None, None, told()) == Shown()  # coming back changes nothing


def test_a_reload_finds_all_that_was_there(rigged, click_song):
    desk = Studio()
    run(handlers.make(desk, rigged, None, None, OWN, str(click_song), "", 4, 3, 1.5, True))
    change(desk, rigged, "raise both arms")
    shown = handlers.arrive(None, None, None, None, told(folder=rigged))
    assert shown.folder != rigged  # the old workspace goes when the old visit is over
    workspace.remove(workspace.root() / rigged)
    assert [version.text for version in shown.studio.history.versions] == ["", "raise both arms"]
    assert shown.studio.song_of(shown.studio.history.current.dance) is not None
    assert shown.strip["folder"] == shown.folder


@pytest.mark.parametrize("folder", ["", "..", "../../etc", "a" * 24, "x/y"])
def test_nobody_reaches_another_folder(private_cache, folder):
    shown = handlers.arrive(None, None, None, None, told(folder=folder))
    assert len(shown.studio.history) == 1  # the welcome


def test_a_wrong_click_is_a_sentence(desk, rigged):
    shown = handlers.go(desk, rigged, None, None, told(id="v77", name=EVIL))
    assert "v77" in shown.answer["value"]
    handlers.rename(desk, rigged, None, None, told(id="v1", name=" "))
    assert desk.history["v1"].name == "Song"
