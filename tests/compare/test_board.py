"""What a visitor compares: adding, undo, blind votes, versions, and a reload that finds it all again."""

from pathlib import Path

import pytest

from demos.compare import board as boards
from demos.compare.board import Board, Source
from demos.compare.pipeline import Row
from demos.motion import history
from demos.runtime import workspace
from demos.runtime.errors import InputError


@pytest.fixture
def sources(groove, couple, tmp_path) -> list[Source]:
    found = []
    for index, dance in enumerate((groove, couple, groove)):
        path = dance.save(tmp_path / f"dance {index}.npz")
        found.append(Source(path, Row(f"Dance {index}"), f"note {index}"))
    return found


def names(board: Board) -> tuple[str, ...]:
    result = board.comparison()
    return result.names if result else ()


def test_dances_are_added_taken_out_and_brought_back(sources, click_song, private_cache):
    board = Board()
    board.welcome(sources[2:], None, "")
    board.add(sources[:2], music=(click_song, "own"))
    assert names(board) == ("Dance 0", "Dance 1")
    board.drop(0)
    assert names(board) == ("Dance 1",)
    board.undo()
    assert names(board) == ("Dance 0", "Dance 1")
    board.undo()
    assert names(board) == ("Dance 2",)
    assert board.song is None
    assert not board.can_undo


def test_no_more_than_fit(sources):
    board = Board()
    board.add(sources)
    with pytest.raises(InputError, match="3 are here"):
        board.add(sources[:2])
    assert len(board.sources) == 3


def test_blind_names_are_letters_in_an_order_of_their_own(sources):
    board = Board()
    board.add(sources)
    orders = set()
    for _ in range(40):
        board.hide(True)
        assert names(board) == ("A", "B", "C")
        assert {(row["name"], row["note"]) for row in board.rows()} == {("A", ""), ("B", ""), ("C", "")}
        assert board.order is not None
        orders.add(board.order)
    assert len(orders) == 6


def test_a_vote_reveals_and_is_counted(sources, couple):
    board = Board()
    board.add(sources)
    with pytest.raises(InputError, match="hidden"):
        board.vote(0)
    board.hide(True)
    shown = board.comparison()
    assert shown is not None
    duet = next(place for place, dance in enumerate(shown.dances) if len(dance.motions) == 2)
    vote = board.vote(duet)
    assert vote.names[vote.best] == "Dance 1"
    assert vote.notes[vote.best] == "note 1"
    assert names(board)[duet] == f"{'ABC'[duet]}: Dance 1"
    assert board.tally()[0] == ("Dance 1", 1, 1)
    with pytest.raises(InputError):
        board.vote(duet)  # once only: now the names are known


def test_partners_in_two_files_are_one_dance(groove, tmp_path):
    paths = [groove.save(tmp_path / f"we_{side}.npz") for side in "ab"]
    board = Board()
    found, problems = boards.of_files([*paths, groove.save(tmp_path / "solo.npz")], tmp_path / "kept")
    board.add(found)
    assert problems == ()
    assert names(board) == ("we_a + we_b", "solo")
    assert [row["name"] for row in board.rows()] == ["we_a + we_b", "solo"]
    board.drop(1)
    assert names(board) == ("we_a + we_b",)
    board.drop(0)
    assert names(board) == ("we_b",)  # whose partner is gone dances alone


def test_a_wrong_file_is_a_sentence_and_the_others_are_taken(groove, tmp_path):
    diary = tmp_path / "diary.bvh"
    diary.write_text("dear diary")
    found, problems = boards.of_files([diary, groove.save(tmp_path / "groove.npz")], tmp_path / "kept")
    assert [source.row.name for source in found] == ["groove"]
    assert len(problems) == 1
    with pytest.raises(InputError, match=r"diary\.bvh"):
        boards.of_files([diary], tmp_path / "kept")


def test_the_versions_of_a_dance_stand_side_by_side(groove, couple, tmp_path):
    tree = history.History().add(groove, name="First")
    for step in range(5):
        tree = tree.add(couple, name=f"Step {step}", text=f"edit {step}")
    path = history.export_npz(tree, tmp_path / "tree.npz")
    (source,), _ = boards.of_files([path], tmp_path / "kept")
    assert source.versions == 6
    board = Board()
    board.add([source])
    board.versions(0, tmp_path / "versions")
    assert names(board) == ("Step 1", "Step 2", "Step 3", "Step 4")
    board.undo()
    assert names(board) == ("tree",)


def test_a_reload_finds_it_all_again(sources, click_song, private_cache):
    before, after = workspace.create(), workspace.create()
    kept = [Source(place_of(before, source.path), source.row, source.note) for source in sources]
    board = Board()
    board.add(kept, music=(place_of(before, click_song), "own"))
    board.hide(True)
    board.vote(1)
    boards.keep(board, before / "compare")
    again = boards.recall(before.name, "compare", after / "compare", ())
    assert again is not None
    assert names(again) == names(board)
    assert again.votes == board.votes
    assert again.song is not None
    assert again.song.is_relative_to(after)
    assert all(source.path.is_relative_to(after) for source in again.sources)


def test_a_reload_reaches_no_other_file(sources, private_cache):
    before = workspace.create()
    board = Board()
    board.add(sources)  # their files lie outside every workspace
    boards.keep(board, before / "compare")
    assert boards.recall(before.name, "compare", workspace.create(), ()) is None
    assert boards.recall("../../etc", "compare", workspace.create(), ()) is None
    (before / "compare" / "board.json").write_text('{"sources": 3}')
    assert boards.recall(before.name, "compare", workspace.create(), ()) is None


def place_of(folder: Path, path: Path) -> Path:
    target = folder / path.name
    target.write_bytes(path.read_bytes())
    return target
