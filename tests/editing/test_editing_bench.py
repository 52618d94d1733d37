"""The yardstick has EDGE's size and way of sampling; the benchmark measures everything, small."""

import numpy as np
import pytest
import torch

from demos.corpus.edit_ranges import When
from demos.corpus.edits import make_edit
from demos.editing import bench, edge_size, pipeline
from demos.editing.model import EMBEDDING, Editor, Predictor
from demos.editing.reader import Reading
from demos.editing.train import write_weights
from demos.nn import weight_files


def test_the_yardstick_has_the_published_size():
    with torch.device("meta"):
        network = edge_size.EdgeSize()
    assert sum(parameter.numel() for parameter in network.parameters()) == pytest.approx(49.7e6, rel=0.01)


@pytest.mark.parametrize(("frames", "windows"), [(100, 1), (150, 1), (151, 2), (225, 2), (900, 11)])
def test_windows_overlap_by_half(frames, windows):
    assert edge_size.windows_of(frames) == windows


def test_neighbouring_windows_agree_where_they_overlap():
    torch.manual_seed(0)
    network = edge_size.EdgeSize.tiny().eval()
    steps = []
    made = edge_size.dance(network, 300, steps=3, on_step=lambda done, of: steps.append((done, of)))
    assert made.shape == (3, 150, 151)
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert torch.isfinite(made).all()
    assert torch.allclose(made[1:, :75], made[:-1, 75:], atol=1e-4)


def test_the_yardstick_hears_the_music_and_the_step():
    torch.manual_seed(0)
    network = edge_size.EdgeSize.tiny().eval()
    noisy, music = torch.randn(1, 150, 151), torch.randn(1, 150, 8)
    early, late = torch.tensor([10]), torch.tensor([900])
    plain = network(noisy, music, early)
    assert plain.shape == (1, 150, 151)
    assert not torch.allclose(plain, network(noisy, 2 * music, early))
    assert not torch.allclose(plain, network(noisy, music, late))
    alone = network(noisy, music, early, unconditioned=True)
    assert torch.equal(alone, network(noisy, 2 * music, early, unconditioned=True))


def test_bench_measures_everything(tmp_path, monkeypatch, click_song, private_cache):
    for network in (Predictor.tiny(), Editor.tiny()):
        write_weights(network, tmp_path / f"{network.kind}.safetensors")
    monkeypatch.setattr(weight_files, "WEIGHTS", tmp_path)
    monkeypatch.setattr(bench.edge_size, "EdgeSize", edge_size.EdgeSize.tiny)
    monkeypatch.setattr(bench, "REPEATS", 1)
    monkeypatch.setattr(bench, "THREADS", 1)
    monkeypatch.setattr(pipeline, "_reader_sha256", lambda: "")

    def understood(text, dance):
        edit = make_edit(dance, "raise_arms", when=When("second_half"))
        return [Reading(edit, np.zeros(EMBEDDING, np.float32), 1.0, "arms up", None, text)]

    monkeypatch.setattr(pipeline.reader, "read_all", understood)
    before = torch.get_num_threads()
    found = bench.bench(click_song, seconds=5.0, edge_steps=2)
    assert torch.get_num_threads() == before
    assert found["song_seconds"] == pytest.approx(5)
    assert found["threads"] == 1
    for key in ("features_s", "first_preview_s", "dance_s", "edit_s", "predict_s", "edge_s", "edge_edit_s"):
        assert found[key] > 0
    assert found["edge_to_ours"] == pytest.approx(found["edge_s"] / found["predict_s"])
    assert set(found["parameters"]) == {"predictor", "editor", "EDGE-size"}
    assert "EDGE-size" in bench.text(found)
