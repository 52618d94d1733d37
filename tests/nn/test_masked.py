"""Masks by the cosine schedule; filling that keeps what is known, finds the likeliest, and varies with the seed."""

import math

import pytest
import torch

from demos.nn.masked import HIDDEN, fill, hidden_share, training_mask


def _chance(seed=0):
    return torch.Generator().manual_seed(seed)


def test_the_schedule_is_a_cosine():
    assert hidden_share(0.0) == 1.0
    assert hidden_share(1.0) == pytest.approx(0.0, abs=1e-9)
    assert hidden_share(2 / 3) == pytest.approx(0.5)
    torch.testing.assert_close(hidden_share(torch.tensor([0.5])), torch.tensor([math.sqrt(0.5)]))


def test_only_free_tokens_are_hidden_and_one_at_least():
    free = torch.zeros(200, 10, 4, dtype=torch.bool)
    free[:, 2:7, 1:3] = True
    mask = training_mask(free, _chance())
    assert not (mask & ~free).any()
    counts = mask.flatten(1).sum(1)
    assert counts.min() >= 1
    assert counts.max() == 10
    # The mean share of a cosine schedule is 2 / pi.
    assert abs(counts.float().mean() / 10 - 2 / math.pi) < 0.1


def _known_logits(answer, codes=12, sharp=30.0):
    return lambda tokens: sharp * torch.nn.functional.one_hot(answer, codes).float().expand(len(tokens), -1, -1, -1)


def test_filling_finds_what_is_sure_and_keeps_what_is_known():
    answer = torch.randint(12, (1, 9, 4), generator=_chance(1))
    tokens = torch.full((1, 9, 4), HIDDEN)
    tokens[0, :3] = 7
    seen = []
    found = fill(_known_logits(answer), tokens, steps=5, generator=_chance(), on_step=lambda *told: seen.append(told))
    assert (found[0, :3] == 7).all()
    assert (found[0, 3:] == answer[0, 3:]).all()
    assert (tokens[0, 3:] == HIDDEN).all()  # the caller's own are left alone
    assert seen[-1] == (5, 5)


def test_tokens_are_found_a_few_at_a_time_surest_first():
    left = []

    def logits(tokens):
        left.append((tokens == HIDDEN).clone())
        scores = torch.zeros(1, 16, 1, 4)
        scores[..., 0] = torch.arange(16.0).view(1, 16, 1)  # later places are surer
        return scores

    fill(logits, torch.full((1, 16, 1), HIDDEN), steps=4, generator=_chance(), top_k=4, temperature=0.0)
    counts = [int(step.sum()) for step in left]
    assert counts == [16, *(math.floor(16 * math.cos(math.pi / 2 * done / 4)) for done in (1, 2, 3))]
    assert left[-1][0, :, 0].nonzero().max() < 8  # the least sure are last


def test_seeds_vary_and_repeat_and_top_one_does_not():
    def logits(tokens):
        return torch.zeros(*tokens.shape, 12) + torch.linspace(0, 1, 12)

    tokens = torch.full((1, 20, 4), HIDDEN)
    first, again, other = (fill(logits, tokens, steps=4, generator=_chance(seed)) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert (fill(logits, tokens, steps=4, generator=_chance(), top_k=1) == 11).all()
