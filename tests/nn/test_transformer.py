"""Attention that knows distances, norms that read conditions."""

import pytest
import torch

from demos.nn.transformer import AdaIN, Attention, Block, rotary, timestep_embedding


def test_rotary_keeps_lengths_and_sees_only_distances():
    rng = torch.Generator().manual_seed(0)
    queries, keys = torch.randn(1, 1, 1, 8, generator=rng), torch.randn(1, 1, 1, 8, generator=rng)
    turned_q, turned_k = (rotary(part.expand(1, 1, 12, 8)) for part in (queries, keys))
    torch.testing.assert_close(turned_q.norm(dim=-1), queries.norm(dim=-1).expand(1, 1, 12))
    scores = (turned_q @ turned_k.transpose(-1, -2))[0, 0]
    for distance in (0, 3):
        along = scores.diagonal(distance)
        torch.testing.assert_close(along, along[:1].expand_as(along), atol=1e-4, rtol=0)
    assert not torch.isclose(scores[0, 0], scores[0, 3])


def test_attention_is_blind_to_where_a_sequence_lies_but_not_to_its_order():
    torch.manual_seed(1)
    attention, tokens = Attention(16, 2), torch.randn(1, 6, 16)
    swapped = tokens[:, [1, 0, 2, 3, 4, 5]]
    assert not torch.allclose(attention(tokens)[:, 3], attention(swapped)[:, 3], atol=1e-6)


def test_adain_starts_as_a_plain_norm_and_learns_scale_and_shift():
    norm, tokens = AdaIN(8, 4), torch.randn(2, 3, 8) * 5 + 2
    plain = norm(tokens, torch.randn(2, 3, 4))
    torch.testing.assert_close(plain.mean(-1), torch.zeros(2, 3), atol=1e-5, rtol=0)
    with torch.no_grad():
        norm.scale_shift.bias[8:] = 3.0
    torch.testing.assert_close(norm(tokens, torch.zeros(2, 3, 4)), plain + 3.0)


@pytest.mark.parametrize("length", [1, 40, 75])
def test_a_block_takes_any_length_and_one_condition_for_all_tokens(length):
    torch.manual_seed(2)
    block = Block(16, 2, 16)
    tokens, condition = torch.randn(2, length, 16), torch.randn(2, 1, 16)
    out = block(tokens, condition)
    assert out.shape == tokens.shape
    torch.testing.assert_close(out, block(tokens, condition.expand(2, length, 16)))


def test_steps_of_the_diffusion_are_told_apart():
    embedding = timestep_embedding(torch.tensor([0, 1, 500, 999]), 32)
    assert embedding.shape == (4, 32)
    assert torch.cdist(embedding, embedding).fill_diagonal_(9).min() > 0.3
