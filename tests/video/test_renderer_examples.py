"""What the renderer learns from: windows of rendered people, told by tokens and drawn skeletons."""

import numpy as np
import pytest
import torch
from made_motion import make_groove

from demos.corpus.keypoints import NAMES, PLACE
from demos.video.pose_codec import PARTS, STEP, TINY, Codec
from demos.video.renderer.examples import Examples
from demos.video.renderer.network import Renderer, Told
from demos.video.renderer.poses import BONES, codes_of, drawn, tokens_of
from demos.video.renderer.sizes import SIZES, WINDOW

SIZE = (48, 40)


@pytest.fixture(scope="module")
def codec() -> Codec:
    torch.manual_seed(0)
    network = Codec(TINY).eval()
    for book in network.books:
        for value in book.buffers():
            if value.is_floating_point():
                value.normal_()
    return network


@pytest.fixture(scope="module")
def examples(codec) -> Examples:
    dances = [make_groove(seconds=4.0), make_groove(seconds=3.0).turn(0.7)]
    return Examples(dances, codec, "train", size=SIZE, looks=50)


def test_an_example_is_a_picture_and_the_window_after_it(examples):
    one = examples[3]
    assert one.picture.shape == (3, *SIZE)
    assert one.frames.shape == one.drawn.shape == (WINDOW, 3, *SIZE)
    assert one.masks.shape == (WINDOW, 1, *SIZE)
    assert one.mask.shape == (1, *SIZE)
    assert one.codes.shape == (WINDOW // STEP, PARTS * TINY.code)
    assert one.placement.shape == (3,)
    assert one.frames.min() >= -1
    assert one.frames.max() <= 1
    background = (one.masks.amax(0) == 0)[0] & (one.mask[0] == 0)
    background[SIZE[0] // 2 :] = False  # below there are shadows
    same = (one.frames - one.picture)[:, :, background].abs()
    assert same.max() == 0
    torch.testing.assert_close(examples[3].frames, one.frames)
    assert not torch.allclose(examples[4].picture, one.picture)


def test_skeletons_are_drawn_on_the_figure(examples):
    for number in range(3):
        one = examples[number]
        ink = one.drawn.amax(1, keepdim=True) > 0
        assert 0.005 < ink.float().mean() < 0.2
        near = torch.nn.functional.max_pool2d(one.masks, 5, 1, 2) > 0
        assert (near & ink).sum() > 0.95 * ink.sum()


def test_what_is_not_seen_is_not_drawn_and_sides_differ():
    points = np.random.default_rng(0).uniform(0.2, 0.8, (1, len(NAMES), 2))
    assert not drawn(points, np.zeros((1, len(NAMES))), SIZE).any()
    sure = np.zeros((1, len(NAMES)))
    colours = []
    for side in ("left", "right"):
        sure[:] = 0
        sure[:, [PLACE[f"{side}_elbow"], PLACE[f"{side}_wrist"]]] = 1
        made = drawn(points, sure, SIZE)
        colours.append(made.amax((0, 2, 3)))
        half = drawn(points, 0.5 * sure, SIZE)
        torch.testing.assert_close(half.max(), made.max() / 2, atol=0.01, rtol=0)
    assert not torch.allclose(*colours)
    assert {point for bone in BONES for point in bone[:2]} >= {PLACE[name] for name in ("left_little_tip", "right_toe")}


def test_codes_are_what_the_codec_decodes_from(codec):
    """The numbers told are those that the codec's own decoder begins with."""
    states = np.random.default_rng(1).normal(size=(16, 252)).astype(np.float32)
    tokens = tokens_of(codec, states)
    assert tokens.shape == (4, PARTS, TINY.levels)
    codes = codes_of(codec, tokens)
    given = []
    codec.start.register_forward_pre_hook(lambda module, args: given.append(args[0]))
    codec.decode(tokens[None])
    torch.testing.assert_close(codes[None], given[0])
    with pytest.raises(ValueError, match="multiple of 4"):
        tokens_of(codec, states[:10])


def test_a_dance_elsewhere_in_depth_is_the_same_tokens(codec):
    states = np.random.default_rng(1).normal(size=(16, 252)).astype(np.float32)
    from demos.video.pose_state import Z

    moved = states.copy()
    moved[:, Z] += 3
    assert torch.equal(tokens_of(codec, states), tokens_of(codec, moved))


def test_an_example_goes_through_the_network(examples):
    from dataclasses import replace

    size = replace(SIZES["tiny"], codes=PARTS * TINY.code)
    network = Renderer(size)
    one = examples[0]
    latents = network.encode(one.frames)
    told = Told(codes=one.codes[None], placement=one.placement[None])
    seen = network.look(network.encode(one.picture[None]))
    made = network(latents[None], torch.tensor([10]), told, seen)
    made.square().mean().backward()
    assert made.shape == (1, WINDOW, size.latent, SIZE[0] // 2, SIZE[1] // 2)
    assert network.decoder is not None
    gradient = network.decoder.middle.weight.grad
    assert gradient is not None
    assert gradient.abs().max() > 0
