"""Films out of noise: windows that agree, every sampler on the noise of every size, guidance, a start that is kept."""

import itertools
from dataclasses import replace

import pytest
import torch
from torch import nn

from demos.runtime.errors import InputError
from demos.video.renderer.network import Renderer, Told
from demos.video.renderer.sampling import SAMPLERS, Plan, chain, paint, paint_on, weights, windows
from demos.video.renderer.sizes import OVERLAP, SIZES, WINDOW

TINY = SIZES["tiny"]
SHAPE = (24, 2, 2)


class Knowing(Renderer):
    """A network that knows the film: the clean latents of a frame are its tokens' number; of nobody they are 0."""

    def __init__(self, size):
        nn.Module.__init__(self)  # without networks
        self.size = size
        self.none = nn.Parameter(torch.zeros(1))
        self.calls = 0

    def forward(self, noisy, steps, told, seen):
        self.calls += 1
        kept = chain(self.size, "ddim").alphas_cumprod[int(steps)]
        alpha, sigma = kept.sqrt(), (1 - kept).sqrt()
        clean = torch.zeros_like(noisy)
        if told.codes is not None:
            clean = clean + told.codes[..., :1].repeat_interleave(4, 1)[..., None, None]
        if self.size.noise["prediction_type"] == "epsilon":
            return (noisy - alpha * clean) / sigma
        return (alpha * noisy - clean) / sigma


def numbered(frames: int = SHAPE[0]) -> Told:
    return Told(codes=torch.linspace(-1, 1, frames // 4)[None, :, None])


def wanted(told: Told) -> torch.Tensor:
    assert told.codes is not None
    return told.codes[0, :, 0].repeat_interleave(4)


@pytest.mark.parametrize("name", ["tiny", "sd15"])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_sampler_finds_what_the_network_knows(sampler, name):
    told = numbered()
    size = SIZES[name]
    found = paint(Knowing(size), told, {}, SHAPE, Plan(steps=8, sampler=sampler, guidance=1))
    assert found.shape == (1, 24, size.latent, 2, 2)
    # Stable Diffusion's chain does not end at the clean picture itself.
    torch.testing.assert_close(found.mean((0, 2, 3, 4)), wanted(told), atol=0.06 if name == "sd15" else 0.02, rtol=0)


def test_windows_cover_a_film_and_share_frames():
    assert windows(40) == [0, 12, 24]
    assert windows(16) == [0]
    assert windows(8) == [0]
    for frames in range(4, 200, 4):
        begins = windows(frames)
        covered = {frame for begin in begins for frame in range(begin, min(begin + WINDOW, frames))}
        assert covered == set(range(frames))
        assert all(second - first <= WINDOW - OVERLAP for first, second in itertools.pairwise(begins))
    with pytest.raises(ValueError, match="multiple of 4"):
        windows(10)
    assert weights(16).min() > 0
    assert weights(16)[8] == 1


def test_guidance_carries_beyond_nobody():
    told, network = numbered(), Knowing(TINY)
    plain = paint(network, told, {}, SHAPE, Plan(steps=4, guidance=1))
    assert network.calls == 4 * 2  # steps x windows
    found = paint(network, told, {}, SHAPE, Plan(steps=4, guidance=1.5))
    torch.testing.assert_close(found.mean((0, 2, 3, 4)), 1.5 * plain.mean((0, 2, 3, 4)), atol=0.02, rtol=0)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_strength_says_how_much_of_a_start_is_left(sampler):
    start = torch.full((1, 24, TINY.latent, 2, 2), 3.0)
    plan = Plan(steps=10, sampler=sampler, guidance=1)
    network = Knowing(TINY)
    kept = paint(network, numbered(), {}, SHAPE, replace(plan, strength=0.0), start=start)
    assert torch.equal(kept, start)
    assert network.calls == 0
    paint(network, numbered(), {}, SHAPE, replace(plan, strength=0.3), start=start)
    assert network.calls == 3 * 2
    found = paint(network, numbered(), {}, SHAPE, plan, start=start)
    torch.testing.assert_close(found.mean((0, 2, 3, 4)), wanted(numbered()), atol=0.02, rtol=0)


def test_a_little_strength_leaves_what_an_ignorant_network_would_paint_over():
    class Ignorant(Knowing):
        def forward(self, noisy, steps, told, seen):
            return torch.zeros_like(noisy)

    torch.manual_seed(7)  # not the plan's own seed: the noise would be the start
    start = torch.randn(1, 24, TINY.latent, 2, 2)
    near, far = (
        (paint(Ignorant(TINY), Told(), {}, SHAPE, Plan(steps=20, guidance=1, strength=s), start=start) - start).std()
        for s in (0.1, 0.8)
    )
    assert near < 0.5 * far


def test_a_seed_gives_the_same_film():
    shape = (24, 4, 4)
    network = Renderer(TINY).eval()
    told = replace(numbered(), codes=torch.randn(1, 6, TINY.codes), placement=torch.rand(1, 3))
    seen = network.look(torch.randn(1, TINY.latent, 4, 4))
    steps = []
    films = [
        paint(network, told, seen, shape, Plan(steps=2, seed=seed), on_step=lambda *at: steps.append(at))
        for seed in (1, 1, 2)
    ]
    assert torch.equal(films[0], films[1])
    assert not torch.allclose(films[0], films[2])
    assert steps[:2] == [(1, 2), (2, 2)]


def test_pieces_go_on_from_the_last_frames():
    torch.manual_seed(0)
    network = Renderer(TINY, "muse").eval()
    assert network.driver is not None
    for value in network.driver.parameters():
        if not value.detach().any():
            nn.init.normal_(value, std=0.5)
    picture, mask = torch.randn(1, TINY.latent, 2, 2), torch.ones(1, 1, 2 * TINY.factor, 2 * TINY.factor)
    music, beats = torch.randn(1, 40, TINY.music), torch.randint(2, (1, 40))
    steps: list[tuple[int, int]] = []

    def film(music):
        return paint_on(network, None, music, beats, picture, mask, Plan(steps=2), on_step=lambda *at: steps.append(at))

    first = film(music)
    assert first.shape == (1, 40, TINY.latent, 2, 2)
    assert steps == [(done, 6) for done in range(1, 7)]
    other = music.clone()
    other[:, :16] = torch.randn(1, 16, TINY.music)
    second = film(other)
    assert not torch.allclose(first[:, :16], second[:, :16])
    assert not torch.allclose(first[:, 16:32], second[:, 16:32])  # told of by the frames before alone
    other = music.clone()
    other[:, 16:] = 0
    torch.testing.assert_close(film(other)[:, :16], first[:, :16])


def test_plans_out_of_range_are_refused():
    with pytest.raises(InputError, match="ddim, dpm, lcm"):
        Plan(sampler="euler")
    with pytest.raises(InputError, match="at least 1 step"):
        Plan(steps=0)
    with pytest.raises(InputError, match="from 0 to 1"):
        Plan(strength=1.5)
