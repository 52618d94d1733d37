"""The Compare tab's handlers: runs and line-ups to a song, other songs, files to take home, weights of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demos import systems
from demos.compare import handlers
from demos.compare.board import Board
from demos.compare.handlers import Shown
from demos.compare.layout import LINE_UPS
from demos.runtime import workspace
from demos.runtime.settings import settings
from demos.systems import Ask

USUAL = (0, 4, "", "", systems.SONG, True, "")


@pytest.fixture
def folder(private_cache) -> str:
    return workspace.create().name


@pytest.fixture
def board(folder, click_song) -> Board:
    board = Board()
    handlers.own_song(board, folder, str(click_song))
    return board


def last(steps: Iterator[Shown]) -> list[Shown]:
    return list(steps)


def names(board: Board) -> list[str]:
    return [row["name"] for row in board.rows()]


def test_runs_are_added_until_the_stage_is_full(board, folder):
    for seed in range(4):
        done = last(handlers.add_run(board, folder, "random", seed, *USUAL[1:]))[-1]
    assert names(board) == ["Random clip", "Random clip, seed 1", "Random clip, seed 2", "Random clip, seed 3"]
    assert done.add["interactive"]
    assert done.charts["html"]
    assert "df-best" in done.measures["value"]
    full = last(handlers.add_run(board, folder, "random", *USUAL))[-1]
    assert "take one out first" in full.made["value"]
    assert len(board.sources) == 4


def test_without_a_song_one_sentence(folder):
    done = last(handlers.add_run(Board(), folder, "random", *USUAL))[-1]
    assert "Choose one of the songs" in done.made["value"]


def test_a_line_up_is_anew_and_undone_step_by_step(board, folder, monkeypatch):
    monkeypatch.setattr(handlers, "line_up", lambda *_: [("random", Ask(4, seed)) for seed in (5, 6)])
    last(handlers.add_run(board, folder, "random", *USUAL))
    last(handlers.add_line_up(board, folder, "random", *USUAL, kind="seeds"))
    assert names(board) == ["Random clip, seed 5", "Random clip, seed 6"]
    handlers.undo(board, folder)
    handlers.undo(board, folder)
    assert names(board) == ["Random clip"]


@pytest.mark.parametrize("kind", LINE_UPS)
@pytest.mark.parametrize("key", [system.key for system in systems.available()])
def test_every_line_up_asks_for_what_its_systems_take(kind, key):
    runs = handlers.line_up(
        kind, key, Ask(seconds=4, seed=7, style="salsa", closeness="hold", weights="mine.safetensors")
    )
    assert 2 <= len(runs) <= 4
    assert len({systems.name_of(*run) for run in runs}) == len(runs)
    for name, ask in runs:
        systems._checked(systems.SYSTEMS[name], ask)
        assert ask.weights is None or name == key


def test_what_was_made_to_another_song_says_so_and_is_made_again(board, folder, tmp_path, click_song):
    done = last(handlers.add_run(board, folder, "random", *USUAL))[-1]
    assert not done.again["visible"]
    other = tmp_path / "other.wav"
    data = click_song.read_bytes()
    other.write_bytes(data[:44] + data[-(len(data) - 44) // 4 * 2 :])
    shown = handlers.own_song(board, folder, str(other))
    assert shown.again["visible"]
    assert board.rows()[0]["stale"]
    handlers.own_song(board, folder, str(click_song))
    board.play(Path(board.song or ""), "x")
    made = last(handlers.make_again(board, folder))[-1]
    assert not made.again["visible"]
    assert not board.rows()[0]["stale"]


def test_what_is_ready_when_stopped_stays(board, folder, monkeypatch):
    last(handlers.add_run(board, folder, "random", *USUAL))
    running = systems.run

    def stopped_meanwhile(*given, **named):
        assert handlers.stopped(board, folder).add["interactive"]
        return running(*given, **named)

    monkeypatch.setattr(systems, "run", stopped_meanwhile)
    last(handlers.add_run(board, folder, "random", 1, *USUAL[1:]))
    assert names(board) == ["Random clip"]


def test_a_host_for_others_runs_its_own_weights_alone(monkeypatch):
    asked = ("danceeditor", 0, 4, "", "", systems.SONG, True, "somewhere/weights.safetensors")
    settings.cache_clear()
    monkeypatch.delenv("SPACE_ID", raising=False)
    monkeypatch.setenv("GRADIO_SERVER_NAME", "127.0.0.1")
    assert handlers._ask(*asked[1:]).weights == asked[-1]
    for name, value in (("SPACE_ID", "someone/dancefloor"), ("GRADIO_SERVER_NAME", "0.0.0.0")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            settings.cache_clear()
            assert handlers._ask(*asked[1:]).weights is None
    settings.cache_clear()


def test_a_report_and_files_are_taken_home(board, folder):
    last(handlers.add_run(board, folder, "random", 0, 3, *USUAL[2:]))
    report = last(handlers.save(board, folder, "HTML", ""))[-1].downloads["value"]
    assert "data:video/mp4" in Path(report[0]).read_text()
    files = last(handlers.save(board, folder, "NPZ", ""))[-1].downloads["value"]
    assert [Path(path).suffix for path in files] == [".npz"]
    empty = last(handlers.save(Board(), folder, "NPZ", ""))[-1]
    assert "Add dances" in empty.saved["value"]
