"""The Duet page's handlers on tiny networks: what is made is kept, what is given stays, bad input is one sentence."""

import itertools
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from made_motion import make_groove

from demos.duet import handlers, making, pipeline
from demos.duet.layout import BOTH, EVERYTHING
from demos.duet.model import Tokens
from demos.duet.showing import Shown, new_studio
from demos.handover import Parcel
from demos.motion import history
from demos.motion.dance import Dance, Provenance
from demos.motion.files import open_dance
from demos.nn import weight_files
from demos.page.stage import OWN, first_song
from demos.page.studio import Offer, Studio
from demos.runtime import workspace

MANNER = ("salsa", "hold", 0, 2.0, 1.0, True)
RAW_MANNER = (*MANNER[:-1], False)
EVIL = "<img src=x onerror=alert(1)>"


def told(**data) -> gr.EventData:
    """What a script of the page tells with an event."""
    return gr.EventData(None, data)


def run(steps) -> list[Shown]:
    shown = list(steps)
    assert shown
    return shown


@pytest.fixture
def folder(monkeypatch, private_cache, duet_weights) -> str:
    """A visitor's workspace, on tiny networks whose windows are short."""
    monkeypatch.setattr(weight_files, "WEIGHTS", duet_weights.parent)
    monkeypatch.setattr(pipeline.decoding, "WINDOW", 64)
    monkeypatch.setattr(pipeline.decoding, "OVERLAP", 32)
    return workspace.create().name


@pytest.fixture
def desk(grooving_couple) -> Studio:
    """Four seconds of a couple on the stage."""
    studio = new_studio()
    short = tuple(motion.slice(0, 120) for motion in grooving_couple.motions)
    studio.keep(Offer(Dance(short, Provenance("test"), "", np.arange(0, 4, 0.5)), "Couple"))
    return studio


def solo(motion=None, **options) -> Dance:
    return Dance((motion or make_groove(seconds=3.0),), Provenance("test"), **options)


def sent(dance: Dance, name: str = "Solo", song: Path | None = None) -> Parcel:
    return Parcel("duet", (dance,), (name,), song)


# --- a couple from a song


def test_a_couple_grows_on_the_stage_and_is_kept(folder, click_song):
    desk = new_studio()
    steps = run(making.make(desk, folder, None, None, OWN, str(click_song), 5, *MANNER, count=1))
    lengths = [step.player["duration_s"] for step in steps if "dances" in step.player]
    assert lengths[-1] == pytest.approx(5.0)
    assert len(desk.history) == 1
    version = desk.history.current
    assert (version.name, len(version.dance.motions)) == ("Clicks", 2)
    assert version.raw is not None
    assert "A salsa dance for two of 5 s" in steps[-1].made["value"]
    assert version.facts["note"] == "salsa, hold, seed 0"
    assert steps[-1].make["interactive"]
    assert steps[-1].player["song"] is not None
    assert len(steps[-1].player["dances"][0]["colours"]) == 2


def test_a_preview_comes_before_the_whole(folder, duet_song):
    parts = list(pipeline.preview(duet_song, seconds=6.0, finishing=False))
    lengths = [len(part.dance) for part in parts]
    assert lengths[0] == 64
    assert lengths[-1] == 180
    assert all(later >= 2 * earlier for earlier, later in itertools.pairwise(lengths[:-1]))
    whole = pipeline.generate(duet_song, seconds=6.0, finishing=False)
    np.testing.assert_array_equal(parts[-1].dance.motions[1].poses, whole.dance.motions[1].poses)


@pytest.mark.parametrize("own", [None, "nothing.wav"])
def test_without_a_song_one_sentence_comes(folder, desk, tmp_path, own):
    path = tmp_path / "nothing.wav"
    path.write_text("no sound")
    steps = run(making.make(desk, folder, None, None, OWN, own and str(path), 5, *MANNER, count=1))
    assert 'role="alert"' in steps[-1].made["value"]
    assert steps[-1].make["interactive"]
    assert len(desk.history) == 1


def test_stop_keeps_what_was_ready(folder, desk, click_song):
    ticket = desk.begin()
    desk.sketch(ticket, Offer(solo(), "half done"))
    shown = handlers.stopped(desk, folder, None, None)
    assert "3 s that were ready" in shown.made["value"]
    assert len(desk.history) == 2
    again = handlers.stopped(desk, folder, None, None)
    assert "All is as it was" in again.answer["value"]


def test_missing_weights_are_one_sentence(private_cache, monkeypatch, tmp_path):
    monkeypatch.setattr(weight_files, "WEIGHTS", tmp_path)
    shown = handlers.arrive(None, None, None, None, told(folder=""))
    assert "are missing" in shown.made["value"]
    assert shown.player["song"] is not None  # there is a couple to watch all the same
    steps = run(making.make(shown.studio, shown.folder, None, None, first_song(), None, 5, *MANNER, count=1))
    assert "are missing" in steps[-1].made["value"]


def test_our_own_fault_is_one_sentence(folder, desk, monkeypatch):
    monkeypatch.setattr(pipeline, "follow", lambda *_, **__: 1 / 0)
    steps = run(making.find(desk, folder, None, None, OWN, None, *MANNER, count=1))
    assert "our side" in steps[-1].found["value"]
    assert "ZeroDivision" not in steps[-1].found["value"]
    assert len(desk.history) == 1


# --- a partner for a lead


LEADS = {
    "60 fps, far away, turned": make_groove(seconds=3.0, fps=60).turn(2.4).move(np.array([7.0, 0.0, -5.0])),
    "24 fps, above the floor": make_groove(seconds=3.0, fps=24).move(np.array([0.0, 1.5, 0.0])),
}


@pytest.mark.parametrize("case", LEADS)
def test_a_dancer_of_another_tab_gets_a_partner(folder, desk, click_song, case):
    shown = handlers.receive(desk, folder, None, None, sent(solo(LEADS[case]), EVIL, click_song))
    assert "leads" in shown.found["value"]
    assert "<img" not in shown.found["value"] + shown.leading["value"]
    assert not shown.anew["visible"]  # there is nothing to make anew of one dancer
    steps = run(making.find(desk, folder, None, None, OWN, None, *MANNER, count=1))
    version = desk.history.current
    lead, given = version.dance.motions[0], LEADS[case]
    assert (lead.fps, len(lead)) == (given.fps, len(given))
    np.testing.assert_array_equal(lead.poses, given.poses)
    assert "A partner for 3 s" in steps[-1].found["value"]
    assert ("above the floor" in steps[-1].found["value"]) == ("floor" in case)
    assert desk.song_of(version.dance) is not None
    assert steps[-1].anew["visible"]


def test_a_dancer_without_music_dances_to_the_picked_song(folder, desk, click_song):
    desk.keep(Offer(solo(), "silent"))
    run(making.find(desk, folder, None, None, OWN, str(click_song), *RAW_MANNER, count=1))
    assert desk.song_of(desk.history.current.dance) is not None
    desk.keep(Offer(solo(beats=np.arange(0, 3, 0.4)), "counted"))  # the beats it has are not those of that song
    run(making.find(desk, folder, None, None, OWN, str(click_song), *RAW_MANNER, count=1))
    assert desk.song_of(desk.history.current.dance) is None


def test_a_lead_of_a_second_is_too_short_and_five_minutes_are_not_too_long(folder, desk, tmp_path, monkeypatch):
    def first_codes(network, tokens, music, choices, *, on_step=None):
        return Tokens(tokens.coarse.clamp(min=0), tokens.fine.clamp(min=0))

    monkeypatch.setattr(pipeline.decoding, "find_tokens", first_codes)
    for seconds, words in ((1.0, "at least 2 s"), (300.0, "A partner for 300 s")):
        path = solo(make_groove(seconds=seconds, fps=10)).save(tmp_path / "lead.npz")
        shown = handlers.open_file(desk, folder, None, None, str(path))
        assert "leads" in shown.found["value"]
        steps = run(making.find(desk, folder, None, None, OWN, None, *RAW_MANNER, count=1))
        assert words in steps[-1].found["value"]
    assert len(desk.history.current.dance) == 3000


def test_three_partners_are_offered_and_one_is_kept(folder, desk):
    desk.keep(Offer(solo(), "alone"))
    steps = run(making.find(desk, folder, None, None, OWN, None, *RAW_MANNER, count=3))
    assert [dance["name"] for dance in steps[-1].player["dances"]] == ["A", "B", "C"]
    assert steps[-1].offers["visible"]
    third = desk.offers[2].dance
    shown = handlers.keep(desk, folder, None, None, index=2)
    assert desk.history.current.dance is third
    assert desk.history.current.parent == "v2"
    assert not shown.offers["visible"]
    assert desk.history.current.facts["note"].endswith("seed 2")


BAD_FILES = {"empty.bvh": b"", "noise.npz": b"PK\x03\x04nothing", "words.pkl": b"dear diary", "none.npy": b"\x93NUMPY"}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_dance_is_one_sentence(folder, desk, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(BAD_FILES[name])
    shown = handlers.open_file(desk, folder, None, None, str(path))
    assert 'role="alert"' in shown.found["value"]
    assert len(desk.history) == 1


# --- a part made anew


def test_the_picked_time_of_one_dancers_arms_is_made_anew(folder, desk):
    player = {"region": [1.0, 3.0]}
    steps = run(making.redo(desk, folder, player, None, "follow", "arms", *MANNER, count=1))
    before, after = desk.history["v1"].dance, desk.history.current.dance
    assert after.motions[0] is before.motions[0]
    changed = (before.motions[1].poses != after.motions[1].poses).any(axis=2)
    assert set(np.flatnonzero(changed.any(axis=0))) <= {13, 14, 16, 17, 18, 19, 20, 21, 22, 23}
    frames = np.flatnonzero(changed.any(axis=1))
    assert frames.min() >= 30
    assert frames.max() < 90
    assert desk.history.current.name == "Arms, follow, 1.0 to 3.0 s"
    shown = steps[-1]
    assert [dance["name"] for dance in shown.player["dances"]] == ["Before", "After"]
    assert shown.player["region"] == [1.0, 3.0]
    summaries = {part["key"]: part["summary"] for part in shown.strip["parts"]}
    assert "changes from" in summaries["follow_arms"]
    assert summaries["lead_body"].endswith("unchanged")
    assert "the follow (arms) from 1.0 to 3.0 s" in shown.answer["value"]


def test_again_is_not_the_same_again(folder, desk):
    run(making.redo(desk, folder, {"region": [1.0, 3.0]}, None, BOTH, EVERYTHING, *RAW_MANNER, count=1))
    first = desk.history.current.dance
    run(making.redo(desk, folder, {"region": [1.0, 3.0]}, None, BOTH, EVERYTHING, *RAW_MANNER, count=1))
    seeds = [entry["seed"] for entry in desk.history.current.dance.provenance.settings["redo"]]
    assert seeds == [1, 2]
    assert (first.motions[0].poses != desk.history.current.dance.motions[0].poses).any()


@pytest.mark.parametrize("region", [[1.0, 1.3], [90.0, 95.0], "nonsense"])
def test_a_stretch_that_is_none_is_said_or_taken_as_the_whole(folder, desk, region):
    steps = run(making.redo(desk, folder, {"region": region}, None, BOTH, "arms", *RAW_MANNER, count=1))
    if isinstance(region, str):
        assert "from 0.0 to 4.0 s" in steps[-1].answer["value"]
    else:
        assert "choose a longer one" in steps[-1].answer["value"]
        assert steps[-1].redo["interactive"]


def test_one_dancer_has_no_part_to_make_anew_and_no_roles_to_swap(folder, desk):
    desk.keep(Offer(solo(), "alone"))
    steps = run(making.redo(desk, folder, None, None, BOTH, "arms", *MANNER, count=1))
    assert "Only one dancer" in steps[-1].answer["value"]
    assert "Only one dancer" in handlers.swap(desk, folder, None, None).answer["value"]
    assert len(desk.history) == 2


def test_roles_are_swapped_and_undone(folder, desk):
    shown = handlers.swap(desk, folder, None, None)
    assert desk.history.current.dance.motions[0] is desk.history["v1"].dance.motions[1]
    assert "The follow leads" in shown.answer["value"]
    assert shown.strip["marks"][0]["label"] == "Lead’s left hand"
    handlers.undo(desk, folder, None, None)
    assert desk.history.current.id == "v1"


# --- files, tabs, reloads


@pytest.mark.parametrize("each", [False, True])
@pytest.mark.parametrize("kind", ["NPZ", "BVH", "GLB"])
def test_files_of_both_or_of_each(folder, desk, kind, each):
    *_, step = run(making.save(desk, folder, None, None, kind, each))
    names = [Path(path).name for path in step.downloads["value"]]
    ending = kind.lower()
    if kind == "BVH":
        assert names == ["dance_a.bvh", "dance_b.bvh"]
    elif each:
        assert names == [f"dance-lead.{ending}", f"dance-follow.{ending}"]
    else:
        assert names == [f"dance.{ending}"]
    if kind == "NPZ":
        dancers = [len(open_dance(path).motions) for path in step.downloads["value"]]
        assert dancers == ([1, 1] if each else [2])


def test_an_opened_couple_comes_with_its_versions(folder, desk, tmp_path):
    handlers.swap(desk, folder, None, None)
    path = history.export_npz(desk.history, tmp_path / "dance.npz")
    fresh = new_studio()
    shown = handlers.open_file(fresh, folder, None, None, str(path))
    assert [version.name for version in fresh.history.versions] == ["Couple", "Roles swapped"]
    assert "dances as a couple" in shown.found["value"]


def test_a_reload_finds_all_that_was_there_beside_other_rooms(folder, desk, click_song):
    handlers.receive(desk, folder, None, None, sent(solo(), "kept", click_song))
    history.save(history.History().add(solo()), workspace.root() / folder)  # another room's
    shown = handlers.arrive(None, None, None, None, told(folder=folder))
    assert shown.folder != folder  # the old workspace goes when the old visit is over
    workspace.remove(workspace.root() / folder)
    studio = shown.studio
    assert [version.name for version in studio.history.versions] == ["Couple", "kept"]
    assert studio.song_of(studio.history.current.dance) is not None
    assert shown.strip["memory"] == "dancefloor-duet"
    assert handlers.arrive(studio, shown.folder, None, None, told()) == Shown()


def test_dances_are_handed_over(folder, desk):
    parcel = handlers.pack("edit", desk)
    assert parcel.dances[0] is desk.history.current.dance
    there = sent(parcel.dances[0], "back")
    handlers.receive(desk, folder, None, None, there)
    assert handlers.receive(desk, folder, None, None, there) == Shown()  # taken in once
    assert handlers.receive(desk, folder, None, None, Parcel("edit", parcel.dances, ("x",))) == Shown()
    assert len(desk.history) == 2
