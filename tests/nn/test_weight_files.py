"""Weights are found, and refused with a sentence where they are not what is wanted."""

import json

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from demos.nn import weight_files
from demos.nn.weight_files import Kept, find, read, sizes, write
from demos.runtime.errors import InputError


def _make(header):
    return nn.Linear(sizes(header, {"width": 64})["width"], 2)


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "thing.safetensors"
    save_file(nn.Linear(3, 2).state_dict(), found, metadata={"config": json.dumps({"width": 3})})
    return found


def test_a_file_a_folder_and_the_shipped_one_are_found(path, monkeypatch):
    assert find("thing", path) == path
    assert find("thing", path.parent) == path
    monkeypatch.setattr(weight_files, "WEIGHTS", path.parent)
    assert find("thing") == find("thing", "") == path
    with pytest.raises(InputError, match="train other"):
        find("other")


def test_what_is_read_is_frozen_and_ready(path):
    network = read(path, _make)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    kept = Kept[nn.Linear]()
    assert kept.get(path, lambda p: read(p, _make)) is kept.get(path, lambda p: read(p, _make))


@pytest.mark.parametrize(
    ("state", "header", "words"),
    [
        ({"weight": torch.zeros(2, 3)}, {"width": 3}, "missing"),
        ({"weight": torch.zeros(2, 4), "bias": torch.zeros(2)}, {"width": 3}, "2x4 there and 2x3 here"),
        ({"weight": torch.full((2, 3), torch.nan), "bias": torch.zeros(2)}, {"width": 3}, "not finite"),
        ({"weight": torch.zeros(2, 3), "bias": torch.zeros(2)}, {"width": 1000}, "does not say"),
        ({"weight": torch.zeros(2, 3), "bias": torch.zeros(2)}, {}, "does not say"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path, state, header, words):
    path = tmp_path / "thing.safetensors"
    save_file(state, path, metadata={"config": json.dumps(header)})
    with pytest.raises(InputError, match=words):
        read(path, _make)


def test_damage_and_other_files_are_said(tmp_path, path):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(path.read_bytes()[:40])
    with pytest.raises(InputError, match="damaged"):
        read(broken, _make)
    other = tmp_path / "weights.pt"
    other.write_bytes(b"x")
    with pytest.raises(InputError, match=r"no \.safetensors"):
        find("thing", other)
    with pytest.raises(InputError, match="holds no"):
        find("absent", tmp_path)
    with pytest.raises(InputError, match="no weights"):
        find("thing", tmp_path / "nowhere.safetensors")


def test_a_hub_repository_that_cannot_be_reached_is_said(monkeypatch):
    def fails(*_, **__):
        raise OSError("offline")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", fails)
    with pytest.raises(InputError, match="could not be fetched"):
        find("thing", "owner/name")


def test_what_is_written_comes_back_nearly_the_same_and_large_matrices_take_a_byte_a_number(tmp_path):
    torch.manual_seed(0)
    network = nn.Linear(4096, 2)
    with torch.no_grad():
        network.weight[1] *= 1000  # a row of its own scale
    path = tmp_path / "deep" / "thing.safetensors"
    write(path, network.state_dict(), {"config": json.dumps({"width": 4096})})
    assert path.stat().st_size < 4096 * 2 * 1.1
    found = read(path, lambda header: nn.Linear(sizes(header, {"width": 4096})["width"], 2))
    for row in (0, 1):
        step = network.weight[row].abs().max() / 127
        assert (found.weight[row] - network.weight[row]).abs().max() <= step * 0.501
    torch.testing.assert_close(found.bias, network.bias, atol=1e-4, rtol=1e-3)
    write(path, network.state_dict(), {"config": json.dumps({"width": 4096})}, exact=["weight"])
    assert torch.equal(read(path, lambda header: nn.Linear(4096, 2)).weight, network.weight)


@pytest.mark.parametrize("change", ["lost", "short", "halved"])
def test_packed_numbers_without_their_scales_are_damaged(tmp_path, change):
    whole = torch.ones(2, 4096, dtype=torch.int8)
    scale = {"lost": {}, "short": {"weight@scale": torch.ones(1)}, "halved": {"weight@scale": torch.ones(2)}}[change]
    weight = whole.half() if change == "halved" else whole
    path = tmp_path / "thing.safetensors"
    save_file({"weight": weight, "bias": torch.zeros(2), **scale}, path, metadata={"config": "{}"})
    with pytest.raises(InputError, match="damaged"):
        read(path, lambda header: nn.Linear(4096, 2))
