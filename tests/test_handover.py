"""Dances on their way from tab to tab, and the same way back: each room puts back what was there."""

from pathlib import Path

import pytest

from demos.compare import handlers as compare
from demos.compare.board import Board
from demos.duet import handlers as duet
from demos.editing import handlers as editing
from demos.handover import Parcel
from demos.page.studio import Offer, Studio
from demos.retrieval import handlers as retrieval
from demos.runtime import workspace
from demos.video import handlers as video
from demos.video.cast import Cast


@pytest.fixture
def folder(private_cache) -> str:
    return workspace.create().name


@pytest.mark.parametrize("room", [editing, duet], ids=["edit", "duet"])
def test_a_stage_is_as_it_was(room, groove, couple, folder):
    studio = Studio()
    studio.keep(Offer(groove, "Mine"))
    parcel = Parcel(room.HASH, (couple,), ("Theirs",))
    room.receive(studio, folder, None, None, parcel)
    assert studio.history.current.name == "Theirs"
    shown = room.withdraw(studio, folder, None, None, parcel)
    assert studio.history.current.name == "Mine"
    assert [dance["name"] for dance in shown.player["dances"]] == ["Mine"]
    assert room.receive(studio, folder, None, None, parcel) == type(shown)()  # the same one does not come again


@pytest.mark.parametrize("room", [editing, duet], ids=["edit", "duet"])
def test_what_was_made_of_it_since_stays(room, groove, couple, folder):
    studio = Studio()
    studio.keep(Offer(groove, "Mine"))
    parcel = Parcel(room.HASH, (couple,), ("Theirs",))
    room.receive(studio, folder, None, None, parcel)
    studio.keep(Offer(couple, "Changed", parent=studio.history.current_id))
    room.withdraw(studio, folder, None, None, parcel)
    assert studio.history.current.name == "Changed"


def test_a_search_is_without_it(groove, folder, monkeypatch, tmp_path):
    monkeypatch.setenv("DANCEFLOOR_LIBRARY", str(tmp_path / "library"))
    visitor = retrieval.Visitor()
    parcel = Parcel("find", (groove,), ("A groove",))
    retrieval.receive(visitor, folder, parcel)
    assert [wish.label for wish in visitor.quest.wishes.values()] == ["A groove"]
    retrieval.withdraw(visitor, folder, parcel)
    assert visitor.quest.wishes == {}
    assert retrieval.withdraw(visitor, folder, Parcel("find", (groove,), ("Never came",))) == retrieval.Shown()


def test_the_menu_of_steps_is_without_it(groove, folder):
    cast = Cast()
    parcel = Parcel(video.HASH, (groove,), ("A groove",))
    video.receive(cast, folder, parcel)
    assert list(cast.steps) == ["A groove"]
    shown = video.withdraw(cast, folder, parcel)
    assert cast.steps == {}
    assert shown.steps["value"] == "new"


def test_a_comparison_is_as_it_was(groove, couple, click_song, folder):
    board = Board()
    compare.drop_files(board, folder, [str(groove.save(workspace.root() / folder / "mine.npz"))])
    parcel = Parcel("compare", (couple,), ("Theirs",), click_song)
    compare.receive(board, folder, parcel)
    assert [row["name"] for row in board.rows()] == ["mine", "Theirs"]
    assert board.song is not None
    compare.withdraw(board, folder, parcel)
    assert [row["name"] for row in board.rows()] == ["mine"]
    assert board.song is None


def test_of_a_comparison_changed_since_only_what_came_goes(groove, couple, click_song, folder, tmp_path):
    board = Board()
    parcel = Parcel("compare", (couple,), ("Theirs",), click_song)
    compare.receive(board, folder, parcel)
    compare.drop_files(board, folder, [str(groove.save(tmp_path / "mine.npz"))])
    compare.withdraw(board, folder, parcel)
    assert [row["name"] for row in board.rows()] == ["mine"]


def test_versions_travel_to_where_they_can_be_compared(groove, couple, folder):
    studio = Studio()
    studio.keep(Offer(groove, "First"))
    studio.keep(Offer(couple, "Then", parent=studio.history.current_id))
    board = Board()
    compare.receive(board, folder, editing.pack("compare", studio))
    assert [row["versions"] for row in board.rows()] == [2]
    board.versions(0, workspace.root() / folder)
    assert [row["name"] for row in board.rows()] == ["First", "Then"]
    assert Path(board.sources[0].path).is_relative_to(workspace.root() / folder)
