"""The suite as a program sees it: named endpoints, real answers, one sentence for bad input, no files of others."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from gradio.utils import get_function_description
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from demos.runtime.settings import settings
from demos.suite import build_suite, launch_options


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Iterator[Client]:
    patch = pytest.MonkeyPatch()
    patch.setenv("DANCEFLOOR_CACHE", str(tmp_path_factory.mktemp("cache")))
    settings.cache_clear()
    suite = build_suite(settings())
    _, url, _ = suite.launch(
        server_name="127.0.0.1", prevent_thread_lock=True, quiet=True, **launch_options(settings())
    )
    caller = Client(url, verbose=False)
    caller.suite = suite  # type: ignore[attr-defined]
    yield caller
    suite.close()
    patch.undo()
    settings.cache_clear()


def test_only_the_documented_endpoint_is_public(client):
    described = client.view_api(return_format="dict", print_info=False)
    assert set(described["named_endpoints"]) == {
        "/search",
        "/compare",
        "/systems",
        "/generate",
        "/edit",
        "/duet",
        "/animate",
    }
    assert not described["unnamed_endpoints"]


def test_every_parameter_is_described(client):
    described = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    functions = {fn.api_name: fn.fn for fn in client.suite.fns.values() if fn.api_visibility == "public"}
    assert {f"/{name}" for name in functions} == set(described)
    for name, function in functions.items():
        says, parameters, returns = get_function_description(function)
        assert says, name
        assert returns, name
        assert [key for key, text in parameters.items() if not text] == [], name


def test_dances_are_measured_on_a_song(client, couple, click_song, tmp_path):
    path = couple.save(tmp_path / "pair.npz")
    answer, report = client.predict([handle_file(str(path))], handle_file(str(click_song)), api_name="/compare")
    assert report is None
    assert answer["names"] == ["pair"]
    assert answer["problems"] == []
    assert answer["measures"][0]["bas_shuffled"] is not None
    json.dumps(answer)


def test_bad_input_is_a_sentence(client, tmp_path):
    diary = tmp_path / "diary.bvh"
    diary.write_text("dear diary")
    with pytest.raises(AppError, match=r"diary\.bvh"):
        client.predict([handle_file(str(diary))], None, api_name="/compare")


def test_systems_dance_to_a_song_and_are_reported(client, click_song):
    known = {system["key"]: system for system in client.predict(api_name="/systems")}
    assert known["random"]["baseline"]
    answer, report = client.predict(
        [], handle_file(str(click_song)), ["danceeditor:seed=2", "random"], 4, True, api_name="/compare"
    )
    assert answer["names"] == ["DanceEditor, seed 2", "Random clip"]
    assert "DanceEditor, seed 2" in Path(report).read_text(encoding="utf-8")
    with pytest.raises(AppError, match="There is no system “waltzer”"):
        client.predict([], handle_file(str(click_song)), ["waltzer"], api_name="/compare")


@pytest.mark.parametrize("meta", [{}, {"meta": {"_type": "gradio.FileData"}}])
def test_files_of_the_server_are_out_of_reach(client, groove, tmp_path, meta):
    secret = groove.save(tmp_path / "secret.npz")
    data = [[{"path": str(secret), **meta}], None]
    call = f"{client.src}gradio_api/call/compare"
    ticket = httpx.post(call, json={"data": data}).json()["event_id"]
    answer = httpx.get(f"{call}/{ticket}", timeout=60).text
    assert "event: error" in answer
    assert "measures" not in answer
