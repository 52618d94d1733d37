"""Tokens of each stream see what they may and no more; shapes, the ablation, joints as the lead sees them."""

import numpy as np
import pytest
import torch

from demos.duet import representation as rep
from demos.duet.model import (
    TINY,
    Config,
    Duet,
    Tokens,
    couple_joints,
    feet_seen,
    parameters_of,
)
from demos.nn.masked import HIDDEN


@pytest.fixture(scope="module")
def states(grooving_couple):
    return torch.from_numpy(rep.states_of(*grooving_couple.motions)[:64])[None]


def test_all_networks_together_stay_small():
    assert parameters_of(Duet(Config())) <= 2_200_000


def test_tokens_and_back_have_the_right_shapes(duet_network, states):
    codec = duet_network.codec
    tokens = codec.encode(codec.normalise(states))
    assert tokens.coarse.shape == (1, 8, 5)
    assert tokens.fine.shape == (1, 16, 10)
    assert codec.decode(tokens).shape == states.shape
    assert int(tokens.coarse.max()) < TINY.codes
    made, _, found = codec(states)
    torch.testing.assert_close(made, codec.decode(codec.encode(states)), atol=1e-5, rtol=1e-4)
    assert len(found) == 15


def test_streams_see_only_what_they_may(duet_network, states):
    codec = duet_network.codec
    own = rep.stream_columns()
    before = codec.encode(states)
    for changed, columns in enumerate(own):
        other = states.clone()
        other[..., columns] += 5 * torch.randn(len(columns), generator=torch.Generator().manual_seed(1))
        after = codec.encode(other)
        fine = (before.fine == after.fine).all(dim=(0, 1)).view(TINY.depth, -1).all(dim=0)
        same = fine & (before.coarse == after.coarse).all(dim=(0, 1))
        allowed = [set(columns) & set(seen) != set() for seen in rep.seen_columns()]
        for stream in range(5):
            assert allowed[stream] or bool(same[stream]), (changed, stream)
        assert not bool(same[changed])


def test_tokens_do_not_depend_on_how_much_of_the_dance_is_there(duet_network, grooving_couple):
    whole = torch.from_numpy(rep.states_of(*grooving_couple.motions)[:240])[None]
    codec = duet_network.codec
    inside = codec.encode(whole).fine[:, 16:24]
    part = codec.encode(whole[:, 32:128]).fine[:, 8:16]
    assert torch.equal(inside, part)


def test_without_interaction_nothing_of_the_relation_gets_through(states):
    network = Duet.tiny(interaction=False)
    other = states.clone()
    other[..., rep.RELATION] += 3.0
    assert torch.equal(network.codec.encode(states).fine, network.codec.encode(other).fine)
    assert not network.codec.decode(network.codec.encode(states))[..., rep.RELATION].any()


def test_fillers_read_music_known_tokens_and_what_is_above(duet_network):
    torch.manual_seed(0)
    music, none = torch.randn(2, 64, 39), torch.zeros(2, dtype=torch.long)
    hears, codec = torch.ones(2), duet_network.codec
    coarse = torch.randint(TINY.codes, (2, 8, 5))
    tokens = torch.full((2, 16, 10), HIDDEN)
    plain = duet_network.fine(tokens, music, none, none, hears, codec, coarse)
    assert plain.shape == (2, 16, 5, TINY.codes)
    deeper = duet_network.fine(tokens, music, none, none, hears, codec, coarse, 1)
    assert (deeper - plain).abs().max() > 1e-4
    known = tokens.clone()
    known[:, 3, 2] = 5
    cases = {
        "music": (tokens, music + 1, none, none, hears, coarse),
        "style": (tokens, music, none + 1, none, hears, coarse),
        "closeness": (tokens, music, none, none + 2, hears, coarse),
        "known": (known, music, none, none, hears, coarse),
        "above": (tokens, music, none, none, hears, (coarse + 1) % TINY.codes),
        "deaf": (tokens, music, none, none, 0 * hears, coarse),
    }
    for name, (seen, heard, style, near, ears, above) in cases.items():
        assert (duet_network.fine(seen, heard, style, near, ears, codec, above) - plain).abs().max() > 1e-4, name
    deaf = duet_network.fine(tokens, music, none, none, 0 * hears, codec, coarse)
    torch.testing.assert_close(duet_network.fine(tokens, music + 1, none + 1, none, 0 * hears, codec, coarse), deaf)


def test_joints_as_the_lead_sees_them_are_those_of_the_motions(grooving_couple, states):
    lead, follow = couple_joints(states[0])
    motions = [motion.slice(0, 64) for motion in grooving_couple.motions]
    place = motions[0].translation * [1.0, 0.0, 1.0]
    turn = -np.pi / 2  # the lead faces +x
    cosine, sine = np.cos(turn), np.sin(turn)
    world = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    for made, motion in zip((lead, follow), motions, strict=True):
        wanted = (motion.joints - place[:, None]) @ world.T
        np.testing.assert_allclose(made.numpy(), wanted, atol=1e-4)
    assert feet_seen(states[..., : rep.DANCER], couple_joints(states)[0]).shape == (1, 64, 20)


def test_tokens_hold_long_numbers():
    tokens = Tokens(torch.zeros(1, 2, 5, dtype=torch.long), torch.zeros(1, 4, 10, dtype=torch.long))
    assert Duet.tiny().codec.decode(tokens).shape == (1, 16, rep.STATE)
