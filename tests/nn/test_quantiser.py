"""Codes follow what chooses them, gradients pass, dead codes come back to life."""

import torch

from demos.nn.quantiser import Quantiser, nearest, perplexity


def _quantiser(codes=4, width=2):
    torch.manual_seed(0)
    return Quantiser(codes, width)


def test_the_nearest_code_is_the_nearest():
    codes = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    latents = torch.tensor([[0.1, 0.1], [0.9, 0.2], [0.2, 1.2], [0.0, 0.9]])
    brute = torch.cdist(latents, codes).argmin(-1)
    assert nearest(latents, codes).tolist() == brute.tolist() == [0, 1, 2, 0]


def test_gradients_go_straight_through_and_commit_pulls_to_the_code():
    book = _quantiser().eval()
    latents = torch.randn(3, 5, 2, requires_grad=True)
    found = book(latents)
    assert found.tokens.shape == (3, 5)
    torch.testing.assert_close(found.values.detach(), book.lookup(found.tokens))
    found.values.sum().backward(retain_graph=True)
    torch.testing.assert_close(latents.grad, torch.ones_like(latents))
    latents.grad = None
    found.commitment.backward()
    torch.testing.assert_close(latents.grad, 2 * (latents - book.lookup(found.tokens)).detach() / latents.numel())


def test_codes_settle_on_clusters():
    book = _quantiser(12).train()
    centres = torch.tensor([[3.0, 0.0], [-3.0, 0.0], [0.0, 3.0], [0.0, -3.0]])
    chance = torch.Generator().manual_seed(1)
    for _ in range(150):
        latents = centres[torch.randint(4, (64,), generator=chance)] + 0.1 * torch.randn(64, 2, generator=chance)
        book(latents)
        book.reset_dead(latents, chance)
    assert torch.cdist(centres, book.codes).min(dim=1).values.max() < 0.2
    before = book.codes.clone()
    book.eval()(torch.randn(50, 2))
    torch.testing.assert_close(book.codes, before)  # nothing moves outside training


def test_dead_codes_are_put_where_latents_are():
    book = _quantiser().train()
    book.codes[3] = 100.0
    book.counts[:] = torch.tensor([10.0, 10.0, 10.0, 0.0])
    latents = torch.randn(20, 2)
    assert book.reset_dead(latents, torch.Generator().manual_seed(0)) == 1
    assert torch.cdist(book.codes[3:], latents).min() < 1e-6
    assert book.reset_dead(latents, torch.Generator().manual_seed(0)) == 0


def test_perplexity_counts_codes_in_even_use():
    assert abs(perplexity(torch.arange(8).repeat(3), 16) - 8) < 1e-4
    assert abs(perplexity(torch.zeros(9, dtype=torch.long), 16) - 1) < 1e-4
