"""Taps are torch's own convolution, written as one matrix."""

import pytest
import torch
from torch.nn import functional

from demos.nn.taps import Residual, Taps


@pytest.mark.parametrize("edge", ["constant", "replicate"])
def test_taps_are_a_convolution(edge):
    torch.manual_seed(0)
    taps, values = Taps(3, 5, 5, edge=edge), torch.randn(2, 9, 3)
    padded = functional.pad(values.transpose(1, 2), (2, 2), mode=edge)
    kernel = taps.mix.weight.view(5, 5, 3).permute(0, 2, 1)
    wanted = functional.conv1d(padded, kernel, taps.mix.bias).transpose(1, 2)
    torch.testing.assert_close(taps(values), wanted, atol=1e-5, rtol=1e-5)


def test_a_residual_begins_at_what_it_is_given():
    residual, values = Residual(4), torch.randn(1, 6, 4)
    torch.nn.init.zeros_(residual.taps.mix.weight)
    torch.nn.init.zeros_(residual.taps.mix.bias)
    assert torch.equal(residual(values), values)
