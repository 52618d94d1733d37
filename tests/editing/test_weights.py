"""Loading weights: shipped, a user's file, a Hub repository; whatever is wrong with them is one sentence."""

import json
from pathlib import Path

import huggingface_hub
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from demos.editing import weights
from demos.editing.model import Editor, Predictor
from demos.editing.train import write_weights
from demos.runtime.caches import drop_shared, file_sha256
from demos.runtime.errors import InputError


@pytest.fixture(autouse=True)
def fresh():
    drop_shared()
    yield
    drop_shared()


def written(network: Predictor | Editor, path: Path) -> Path:
    write_weights(network, path)
    return path


@pytest.fixture
def saved(tmp_path) -> Path:
    return written(Predictor.tiny(seed=1), tmp_path / "mine.safetensors")


def rewritten(path: Path, *, header=None, **tensors) -> Path:
    """The same file with another header or other tensors; None takes one out."""
    kept = load_file(path)
    for name, value in tensors.items():
        name = name.replace("__", ".")
        if value is None:
            del kept[name]
        else:
            kept[name] = value
    with safe_open(str(path), framework="pt") as file:
        old = file.metadata()
    changed = path.with_name("changed.safetensors")
    save_file(kept, changed, metadata=old if header is None else header)
    return changed


def test_what_training_writes_comes_back(saved):
    network = weights.load("predictor", saved)
    assert isinstance(network, Predictor)
    for name, value in Predictor.tiny(seed=1).state_dict().items():
        found = network.state_dict()[name]
        assert found.dtype == torch.float32
        torch.testing.assert_close(found, value, rtol=1e-3, atol=float(value.abs().max()) / 200 + 1e-7, msg=name)
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert not network.training


def test_one_content_is_one_network(saved, tmp_path):
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(saved.read_bytes())
    assert weights.load("predictor", saved) is weights.load("predictor", copy)
    other = written(Predictor.tiny(seed=2), tmp_path / "other.safetensors")
    assert weights.load("predictor", other) is not weights.load("predictor", saved)


def test_memory_holds_only_a_few(tmp_path):
    paths = [written(Predictor.tiny(seed=i), tmp_path / f"{i}.safetensors") for i in range(4)]
    first = weights.load("predictor", paths[0])
    for path in paths[1:]:
        weights.load("predictor", path)
    assert weights.load("predictor", paths[0]) is not first


def test_a_folder_holds_one_file_a_kind(tmp_path):
    written(Editor.tiny(), tmp_path / "editor.safetensors")
    assert isinstance(weights.load("editor", tmp_path), Editor)
    with pytest.raises(InputError, match=r"predictor\.safetensors"):
        weights.load("predictor", tmp_path)


def test_the_hash_is_the_files(saved):
    sha256 = weights.digest("predictor", saved)
    assert sha256 == file_sha256(saved)
    weights.load("predictor", saved, sha256=sha256)
    with pytest.raises(InputError, match="not the file asked for"):
        weights.load("predictor", saved, sha256="0" * 64)


def test_weights_of_another_kind(saved):
    with pytest.raises(InputError, match="of the predictor"):
        weights.load("editor", saved)


@pytest.mark.parametrize(
    "config",
    ["", "[]", '{"width": 32}x', '{"height": 3}', '{"width": 1000000}', '{"width": "32"}', '{"width": 30, "heads": 4}'],
)
def test_a_header_that_says_nothing_useful(saved, config):
    with pytest.raises(InputError, match="header"):
        weights.load("predictor", rewritten(saved, header={"kind": "predictor", "config": config}))
    with pytest.raises(InputError, match="header"):
        weights.load("predictor", rewritten(saved, header={"kind": "predictor"}))


def test_other_styles_would_be_mixed_up(saved):
    with safe_open(str(saved), framework="pt") as file:
        header = file.metadata()
    with pytest.raises(InputError, match="styles"):
        weights.load("predictor", rewritten(saved, header={**header, "styles": '["waltz"]'}))


def test_shapes_that_do_not_fit_are_named(saved):
    wider = json.dumps({"width": 64, "heads": 2, "depth": 1, "detail": 16})
    with pytest.raises(InputError, match=r"does not fit the predictor: .* is .*32.* there and .*64.* here"):
        weights.load("predictor", rewritten(saved, header={"kind": "predictor", "config": wider}))
    with pytest.raises(InputError, match=r"style\.weight.* missing there"):
        weights.load("predictor", rewritten(saved, style__weight=None))
    with pytest.raises(InputError, match="missing here"):
        weights.load("predictor", rewritten(saved, more=torch.zeros(3)))


def test_numbers_that_are_none(saved):
    broken = torch.full_like(load_file(saved)["style.weight"], float("nan"))
    with pytest.raises(InputError, match="not finite"):
        weights.load("predictor", rewritten(saved, style__weight=broken))


def test_damaged_pickled_and_absent_files(saved, tmp_path):
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(saved.read_bytes()[:-100])
    with pytest.raises(InputError, match="damaged"):
        weights.load("predictor", cut)
    pickled = tmp_path / "mine.pt"
    torch.save({"a": torch.zeros(1)}, pickled)
    with pytest.raises(InputError, match="safetensors"):
        weights.load("predictor", pickled)
    with pytest.raises(InputError, match="no weights"):
        weights.load("predictor", tmp_path / "absent.safetensors")
    with pytest.raises(InputError, match="no weights"):
        weights.load("predictor", "what is this?")


def test_a_repository_is_asked_only_when_named(saved, monkeypatch):
    asked = []

    def download(repository, file, revision=None):
        asked.append((repository, file, revision))
        return str(saved)

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    weights.load("predictor", saved)
    assert asked == []
    weights.load("predictor", "someone/dances@v2")
    assert asked == [("someone/dances", "predictor.safetensors", "v2")]


def test_a_repository_that_cannot_be_reached(monkeypatch):
    def fail(*_, **__):
        raise OSError("no route to host")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fail)
    with pytest.raises(InputError, match="someone/dances"):
        weights.load("predictor", "someone/dances")
