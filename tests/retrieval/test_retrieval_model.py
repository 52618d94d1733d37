"""The network: what movement says and is blind to, shapes of every ablation, unit vectors, masks, absent streams."""

import numpy as np
import pytest
import torch
from made_motion import make_groove
from retrieval.made_shards import dance_of

from demos.motion import vector
from demos.nn.kinematics import moved
from demos.retrieval.model import MOVEMENT, Reduce, Retriever, movement


def _vectors(index: int = 0) -> torch.Tensor:
    return torch.from_numpy(vector.encode(dance_of(index)))[None]


def test_movement_does_not_see_where_the_dance_is_or_faces():
    vectors = _vectors(1)
    elsewhere = moved(vectors, torch.tensor([1.1]), torch.tensor([[3.0, -2.0]]))
    assert movement(vectors).shape == (1, vectors.shape[1], MOVEMENT)
    torch.testing.assert_close(movement(vectors), movement(elsewhere), atol=2e-4, rtol=1e-3)


def test_movement_counts_turns_and_their_speed():
    turned = movement(_vectors(1))[0, :, 7]  # 4 contacts, height, place (2), then revolutions since the start
    assert turned[-1] == pytest.approx(2.0, abs=0.02)
    assert turned[45] == pytest.approx(1.0, abs=0.05)


def test_movement_knows_ahead_from_left():
    motion = make_groove(1.0)
    walk = motion.translation.copy()
    walk[:, 2] += np.linspace(0, 1.0, len(walk))  # one metre a second along +z, which is ahead
    vectors = torch.from_numpy(vector.encode(type(motion)(motion.poses, walk, 30)))[None]
    ahead, left = movement(vectors)[0, 10, 8:10]
    assert float(ahead) == pytest.approx(1.0, abs=0.06)
    assert float(left) == pytest.approx(0.0, abs=0.01)


def test_reduce_is_the_convolution_that_it_says():
    reduce = Reduce(5, 7)
    for frames in (8, 9):
        tokens = torch.randn(2, frames, 5)
        kernel = reduce.weigh.weight.view(7, 3, 5).permute(0, 2, 1)
        same = torch.nn.functional.conv1d(tokens.mT, kernel, reduce.weigh.bias, stride=2, padding=1).mT
        torch.testing.assert_close(reduce(tokens), same, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "changes", [{}, {"backbone": "rnn"}, {"backbone": "lstm"}, {"fusion": "add"}, {"fusion": "mul"}], ids=str
)
def test_every_variant_makes_unit_vectors_and_learns(changes: dict):
    network = Retriever.tiny(**changes)
    music, motion = network.encode_music(torch.randn(3, 50, 35)), network.encode_motion(_vectors().expand(3, -1, -1))
    assert music.shape[0] == 3
    whole = network.blend(music, motion[:, : music.shape[1]])
    assert whole.shape == (3, 12)
    torch.testing.assert_close(whole.norm(dim=-1), torch.ones(3))
    whole[0, 0].backward()
    assert all(value.grad is not None for value in network.motion.parameters())


def test_the_blender_has_only_the_paths_it_should():
    assert Retriever.tiny(fusion="add").blender.multiply is None
    assert Retriever.tiny(fusion="mul").blender.add is None


def test_padding_does_not_change_a_text():
    network = Retriever.tiny().eval()
    words = torch.randn(1, 6, 384)
    padded = torch.cat([words, torch.randn(1, 4, 384)], dim=1)
    mask = torch.arange(10)[None] < 6
    torch.testing.assert_close(network.encode_text(words), network.encode_text(padded, mask), atol=1e-5, rtol=1e-4)
    assert network.encode_text(torch.randn(5, 384)).shape == (5, 12)


def test_music_or_motion_may_be_absent_but_not_both():
    network = Retriever.tiny().eval()
    music, motion = network.encode_music(torch.randn(2, 40, 35)), network.encode_motion(torch.randn(2, 40, MOVEMENT))
    whole, song, moves = network.blend(music, motion), network.blend(music, None), network.blend(None, motion)
    assert not torch.allclose(whole, song)
    assert not torch.allclose(song, moves)
    with pytest.raises(ValueError, match="music or motion"):
        network.blend(None, None)
