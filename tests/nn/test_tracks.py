"""Tracks told as places and as steps."""

import pytest
import torch

from demos.nn.tracks import fused


def _told(frames: int = 9) -> list[torch.Tensor]:
    torch.manual_seed(3)
    place, step = torch.randn(2, frames), torch.randn(2, frames - 1)
    sure_place, sure_step = torch.rand(2, frames) + 0.1, 5 * torch.rand(2, frames - 1)
    return [part.requires_grad_() for part in (place, step, sure_place, sure_step)]


def test_the_track_solves_the_least_squares_problem():
    place, step, a, b = (part.detach().double() for part in _told())
    differences = torch.diff(torch.eye(9).double(), dim=0)
    for row in range(2):
        system = torch.cat([a[row].sqrt().diag(), b[row].sqrt()[:, None] * differences])
        wanted = torch.cat([a[row].sqrt() * place[row], b[row].sqrt() * step[row]])
        expected = torch.linalg.lstsq(system, wanted[:, None]).solution[:, 0]
        found = fused(place[row : row + 1], step[row : row + 1], a[row : row + 1], b[row : row + 1])[0]
        torch.testing.assert_close(found.double(), expected, atol=1e-5, rtol=1e-5)


def test_gradients_are_those_of_differences():
    told = _told()
    weights = torch.randn(2, 9)
    slopes = torch.autograd.grad((fused(*told) * weights).sum(), told)
    for number, slope in enumerate(slopes):
        nudged = [part.detach().clone() for part in told]
        for row, column in ((0, 0), (1, 4), (0, 7)):
            values = []
            for nudge in (-0.01, 0.01):
                nudged[number][row, column] += nudge
                values.append(float((fused(*nudged) * weights).sum()))
                nudged[number][row, column] -= nudge
            assert float(slope[row, column]) == pytest.approx((values[1] - values[0]) / 0.02, rel=0.02, abs=2e-3)


def test_steps_that_are_trusted_leave_no_tremble_and_places_no_drift():
    """A pose held for ten seconds: places tremble by .1 s, rates are off by a hundredth."""
    torch.manual_seed(0)
    truth = -torch.arange(300) / 30
    place = truth + 0.1 * torch.randn(300)
    step = torch.full((299,), -1.01 / 30)
    found = fused(place[None], step[None], torch.ones(1, 300), torch.full((1, 299), 900.0))[0]
    assert float((found - truth).abs().max()) < 0.06
    assert float((found.diff() + 1 / 30).abs().max()) < 0.25 / 30
    jump = torch.where(torch.arange(300) < 150, truth, 0 * truth)  # back to the dance's own time at once
    loose = torch.full((1, 299), 900.0)
    loose[0, 149] = 1e-6
    found = fused(jump[None], torch.where(torch.arange(299) < 149, step, 0 * step)[None], torch.ones(1, 300), loose)[0]
    assert float((found - jump).abs().max()) < 0.1
