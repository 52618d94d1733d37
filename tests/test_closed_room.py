"""A room whose system libraries are missing says so; the others stay open."""

import importlib

import gradio as gr
import pytest

from demos import suite


def test_a_room_without_its_libraries_is_closed_and_says_what_to_install(monkeypatch):
    found = importlib.import_module

    def missing(name):
        if name == "demos.video.tab":
            raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")
        return found(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    closed = suite.room("video")
    assert (closed.TITLE, closed.HASH) == ("Film", "video")
    assert not hasattr(closed, "RECEIVES")  # nothing can be sent there
    with gr.Blocks() as page:
        closed.build(page, None, None)
    sentence = next(block.value for block in page.blocks.values() if isinstance(block, gr.Markdown))
    assert "libGL.so.1" in sentence
    assert "apt-get install libgl1" in sentence
    assert suite.room("compare") is found("demos.compare.tab")


def test_a_missing_module_of_ours_is_a_fault(monkeypatch):
    with pytest.raises(ModuleNotFoundError):
        suite.room("nowhere")


def test_rooms_are_in_the_order_of_their_titles():
    assert [room.TITLE for room in suite.ROOMS] == list(suite.TITLES.values())
