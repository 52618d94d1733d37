"""The chain ends in pure noise, and few steps find what a perfect network knows."""

import pytest
import torch

from demos.nn.diffusion import STEPS, sample, scheduler


def test_training_ends_in_pure_noise():
    chain = scheduler()
    clean, noise = torch.full((1, 5), 7.0), torch.randn(1, 5)
    torch.testing.assert_close(chain.add_noise(clean, noise, torch.IntTensor([STEPS - 1])), noise, atol=1e-3, rtol=0)
    assert chain.config["prediction_type"] == "sample"


@pytest.mark.parametrize("steps", [1, 8, 20])
def test_a_perfect_network_is_sampled_exactly(steps):
    wanted, told = torch.randn(2, 6, 3), []
    made = sample(
        lambda noisy, step: wanted, torch.randn(2, 6, 3), steps=steps, on_step=lambda done, of: told.append((done, of))
    )
    torch.testing.assert_close(made, wanted, atol=0.05, rtol=0)
    assert told == [(done, steps) for done in range(1, steps + 1)]


def test_a_network_that_knows_the_distribution_gives_its_spread():
    """For clean ~ N(0, s^2) the best guess is noisy * signal s^2 / (signal^2 s^2 + noise^2): samples spread like s."""
    spread, chain = 0.5, scheduler()

    def denoise(noisy, step):
        signal = chain.alphas_cumprod[step].sqrt()[:, None]
        return noisy * signal * spread**2 / (signal**2 * spread**2 + 1 - signal**2)

    torch.manual_seed(0)
    made = sample(denoise, torch.randn(4000, 1), steps=20)
    assert 0.4 < float(made.std()) < 0.6
