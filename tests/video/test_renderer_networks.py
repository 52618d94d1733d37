"""The diffusion renderer's networks, tiny and of random weights: who attends to whom, what guides, what is silent."""

import pytest
import torch
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from torch import nn

from demos.runtime.errors import InputError
from demos.video.renderer.driving import Heard
from demos.video.renderer.guidance import MotionDecoder, StyledBlock, skip_shapes
from demos.video.renderer.network import WAYS, Renderer, Told
from demos.video.renderer.reference import MOTION
from demos.video.renderer.sizes import BEFORE, SIZES, sizes

TINY = SIZES["tiny"]
SIDE, FRAMES = 4, 8


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def latents(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, TINY.latent, SIDE, SIDE)


def loud(network: nn.Module, *, only: str = "") -> None:
    """Give what begins as nothing something to say."""
    for name, value in network.named_parameters():
        if only in name and not value.detach().any():
            nn.init.normal_(value, std=0.5)


def heard_of(network: Renderer, picture: torch.Tensor) -> Heard:
    """Music of five sounds, beats at random, the picture as the last frames."""
    batch = len(picture)
    before = network.look_back(picture[:, None].repeat(1, BEFORE, 1, 1, 1))
    return Heard(torch.randn(batch, 5, TINY.music), torch.randint(2, (batch, FRAMES)), before)


def told_of(network: Renderer, picture: torch.Tensor) -> Told:
    """All that a network may be told."""
    batch, pixels = len(picture), SIDE * TINY.factor
    return Told(
        codes=torch.randn(batch, FRAMES // 4, TINY.codes), placement=torch.rand(batch, 3),
        drawn=torch.rand(batch, FRAMES, 3, pixels, pixels),
        heard=heard_of(network, picture) if network.way == "muse" else None,
    )  # fmt: skip


def first_of(told: Told) -> Told:
    """The first film's part of it."""
    heard = told.heard and Heard(
        told.heard.music[:1], told.heard.beats[:1], {name: kept[:BEFORE] for name, kept in told.heard.before.items()}
    )
    assert told.codes is not None
    assert told.placement is not None
    assert told.drawn is not None
    return Told(codes=told.codes[:1], placement=told.placement[:1], drawn=told.drawn[:1], heard=heard)


@pytest.mark.parametrize("way", WAYS)
@torch.no_grad()
def test_couples_of_windows_do_not_mix(way):
    network = Renderer(TINY, way)
    loud(network)
    picture, noisy, steps = latents(2), latents(2, FRAMES), torch.tensor([3, 800])
    told, seen = told_of(network, picture), network.look(picture)
    both = network(noisy, steps, told, seen)
    assert both.shape == noisy.shape
    alone = network(noisy[:1], steps[:1], first_of(told), {name: value[:1] for name, value in seen.items()})
    torch.testing.assert_close(both[:1], alone, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_a_film_of_nobody_is_what_stable_diffusion_would_paint():
    """Until they are trained, motion modules and guidance are as if not there, and frames are single pictures."""
    network = Renderer(TINY, "tokens")
    still = network.reference.state_dict()
    network.unet.load_state_dict({**network.unet.state_dict(), **still})
    noisy, steps = latents(1, FRAMES), torch.tensor([500])
    told = told_of(network, latents(1))
    words = torch.randn(1, 3, TINY.words)
    made = network(noisy, steps, Told(words=words, codes=told.codes, placement=told.placement), None)
    plain = network.reference(noisy[0], steps.expand(FRAMES), words.expand(FRAMES, -1, -1)).sample
    torch.testing.assert_close(made[0], plain, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_reading_the_reference_is_the_first_half_of_attention_over_both():
    network = Renderer(TINY)
    kept: dict[str, torch.Tensor] = {}
    name = "mid_block.attentions.0.transformer_blocks.0.attn1.processor"
    attn = network.unet.get_submodule(name.removesuffix(".processor"))
    own, other = torch.randn(3, 4, TINY.levels[-1]), torch.randn(1, 4, TINY.levels[-1])
    assert isinstance(attn, Attention)
    found = attn(own, seen={name: other}, keep=kept)
    both = torch.cat([own, other.expand(3, -1, -1)], dim=1)
    attn.set_processor(AttnProcessor2_0())  # pyright: ignore[reportArgumentType]
    torch.testing.assert_close(found, attn(both)[:, :4])
    assert kept[name] is own


@torch.no_grad()
def test_every_attention_of_the_picture_is_read():
    network = Renderer(TINY)
    noisy, steps = latents(1, FRAMES), torch.tensor([500])
    seen = network.look(latents(1))
    spatial = {name for name in network.unet.attn_processors if "attn1" in name and MOTION not in name}
    assert seen.keys() == spatial
    plain = network(noisy, steps, Told(), seen)
    for name in seen:
        other = {**seen, name: torch.randn_like(seen[name])}
        assert not torch.allclose(network(noisy, steps, Told(), other), plain)


@torch.no_grad()
def test_frames_hear_each_other_through_motion_modules_alone():
    network = Renderer(TINY)
    noisy, steps, seen = latents(1, FRAMES), torch.tensor([500]), network.look(latents(1))
    changed = noisy.clone()
    changed[:, 5] += 1
    before, after = (network(given, steps, Told(), seen)[:, 0] for given in (noisy, changed))
    torch.testing.assert_close(before, after)
    loud(network.unet, only=MOTION)
    before, after = (network(given, steps, Told(), seen)[:, 0] for given in (noisy, changed))
    assert not torch.allclose(before, after)


@torch.no_grad()
def test_the_motion_decoder_says_something_at_every_scale_and_to_the_frames_of_its_tokens():
    decoder = MotionDecoder(TINY)
    codes, placement = torch.randn(1, 4, TINY.codes), torch.rand(1, 3)
    silent = decoder(codes, placement, (SIDE, SIDE))
    assert not any(part.any() for part in (*silent.skips, silent.middle))
    loud(decoder)
    found = decoder(codes, placement, (SIDE, SIDE))
    shapes = [(16, width, SIDE >> level, SIDE >> level) for width, level in skip_shapes(TINY)]
    assert [tuple(part.shape) for part in found.skips] == shapes
    codes[:, 0] += 1  # reaches two steps of tokens on either side
    other = decoder(codes, placement, (SIDE, SIDE))
    for part, changed in zip((*found.skips, found.middle), (*other.skips, other.middle), strict=True):
        assert not torch.allclose(part[:4], changed[:4])
        torch.testing.assert_close(part[12:], changed[12:])
    moved = decoder(codes, placement + 0.3, (SIDE, SIDE))
    assert not torch.allclose(moved.middle, other.middle)


@torch.no_grad()
def test_a_style_sets_the_mean_and_deviation_of_channels():
    block = StyledBlock(3, 2, 4)
    nn.init.zeros_(block.scale_shift.weight)
    block.scale_shift.bias.copy_(torch.tensor([0.0, 1.0, 40.0, 60.0]))  # far above 0, where SiLU changes nothing
    made = block(torch.randn(1, 3, 8, 8), torch.randn(1, 4))
    torch.testing.assert_close(made.mean((0, 2, 3)), torch.tensor([40.0, 60.0]), atol=1e-3, rtol=0)
    torch.testing.assert_close(made.std((0, 2, 3), correction=0), torch.tensor([1.0, 2.0]), atol=1e-2, rtol=0)


@torch.no_grad()
def test_drawn_skeletons_guide_through_controlnet():
    network = Renderer(TINY, "skeleton")
    noisy, steps, seen = latents(1, FRAMES), torch.tensor([500]), network.look(latents(1))
    told = told_of(network, latents(1))
    torch.testing.assert_close(network(noisy, steps, told, seen), network(noisy, steps, Told(), seen))
    loud(network)
    assert told.drawn is not None
    drawn = told.drawn.clone()
    drawn[:, 2] = 1 - drawn[:, 2]
    loud(network.unet, only=MOTION)
    before, after = (network(noisy, steps, Told(drawn=d), seen) for d in (told.drawn, drawn))
    assert not torch.allclose(before[:, 2], after[:, 2])


@torch.no_grad()
def test_music_beats_and_the_last_frames_drive_and_begin_silent():
    network = Renderer(TINY, "muse")
    picture = latents(1)
    noisy, steps, seen = latents(1, FRAMES), torch.tensor([500]), network.look(picture)
    heard = heard_of(network, picture)
    quiet = network(noisy, steps, Told(), seen)
    torch.testing.assert_close(network(noisy, steps, Told(heard=heard), seen), quiet)
    assert network.driver is not None
    loud(network.driver)
    plain = network(noisy, steps, Told(heard=heard), seen)
    back = network.look_back(latents(1, BEFORE))
    for other in (
        Heard(heard.music.flip(1), heard.beats, heard.before),
        Heard(heard.music, 1 - heard.beats, heard.before),
        Heard(heard.music, heard.beats, back),
    ):
        assert not torch.allclose(network(noisy, steps, Told(heard=other), seen), plain)
    torch.testing.assert_close(network(noisy, steps, Told(), seen), quiet)  # what was heard is forgotten


@torch.no_grad()
def test_the_mask_and_words_are_seen_in_the_picture():
    network = Renderer(TINY, "muse")
    assert network.mask is not None
    loud(network.mask)
    picture, mask = latents(1), torch.rand(1, 1, SIDE * TINY.factor, SIDE * TINY.factor)
    plain = network.look(picture)
    for other in (network.look(picture, mask=mask), network.look(picture, words=torch.randn(1, 3, TINY.words))):
        assert any(not torch.allclose(plain[name], other[name]) for name in plain)
    with pytest.raises(ValueError, match="frames before"):
        network.look_back(latents(1, BEFORE + 1))


@torch.no_grad()
def test_pictures_become_latents_and_come_back_in_size():
    network = Renderer(TINY)
    pictures = torch.rand(2, 3, 12, 8) * 2 - 1
    coded = network.encode(pictures)
    assert coded.shape == (2, TINY.latent, 12 // TINY.factor, 8 // TINY.factor)
    back = network.decode(coded)
    assert back.shape == pictures.shape
    assert back.abs().max() <= 1


def test_a_window_is_cut_between_steps_of_tokens():
    told = Told(codes=torch.arange(5.0).view(1, 5, 1), drawn=torch.arange(20.0).view(1, 20, 1, 1, 1))
    part = told.cut(4, 12)
    assert part.codes is not None
    assert part.drawn is not None
    assert part.codes.flatten().tolist() == [1, 2]
    assert part.drawn.flatten().tolist() == [*range(4, 12)]
    with pytest.raises(ValueError, match="between their steps"):
        told.cut(2, 12)


def test_sizes_are_known_by_name():
    assert sizes("small") is SIZES["small"]
    with pytest.raises(InputError, match="tiny, small, sd15"):
        sizes("huge")
