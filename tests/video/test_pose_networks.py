"""The codec and the transformer: shapes, what may see what, hidden points that do not pull, weights that fit."""

import json

import numpy as np
import pose_made as made
import pytest
import torch
from safetensors.torch import save_file

from demos.nn import weight_files
from demos.runtime.errors import InputError
from demos.video import pose_decoding as decoding
from demos.video import pose_losses as goals
from demos.video import pose_state as state
from demos.video import pose_train as training
from demos.video import pose_weights as weights
from demos.video.pose_codec import PARTS, Codec, Config
from demos.video.pose_decoding import Choices
from demos.video.pose_model import SEGMENT, Told, XDancer, parameters_of, rounds


def states(frames=64):
    return torch.from_numpy(made.true_states(made.groove(4.0, 0.3))[:frames])[None]


def told(rows=2, *, hears=1.0):
    torch.manual_seed(1)
    return Told(
        torch.randn(rows, 4 * SEGMENT, 39), torch.randn(rows, 70), torch.zeros(rows, dtype=torch.long),
        torch.randn(rows, state.STATE), torch.randn(rows, 4, state.STATE), torch.ones(rows, 4),
        torch.full((rows,), hears),
    )  # fmt: skip


def drawn_tokens(rows=2, steps=SEGMENT, seed=0):
    config = made.network().config
    chance = torch.Generator().manual_seed(seed)
    return torch.randint(config.codes, (rows, steps, PARTS, config.levels), generator=chance)


def test_what_ships_is_small():
    assert parameters_of(XDancer(Config())) < 1_500_000


def test_tokens_there_and_back_are_what_forward_says():
    codec = made.network().codec
    normal = codec.normalise(states())
    coded = codec(normal)
    tokens = codec.encode(normal)
    assert tokens.shape == (1, 16, PARTS, codec.config.levels)
    assert coded.made.shape == normal.shape
    np.testing.assert_allclose(codec.decode(tokens), coded.made, atol=1e-5)
    fewer = codec(normal, levels=1)
    np.testing.assert_allclose(codec.decode(tokens[..., :1]), fewer.made, atol=1e-5)


def test_each_part_has_its_own_tokens():
    codec = made.network().codec
    plain = codec.normalise(states())
    moved = plain.clone()
    moved[..., torch.from_numpy(state.part_columns()[3])] += 1.0  # the left hand
    changed = (codec.encode(plain) != codec.encode(moved)).any(dim=-1).any(dim=1)[0]
    assert changed.tolist() == [False, False, False, True, False]


def test_without_confidence_nothing_of_it_is_read():
    plain = states()
    other = plain.clone()
    other[..., state.SURE] = 0.1
    for confidence in (True, False):
        codec = XDancer.tiny(confidence=confidence).codec
        latents = [codec(codec.normalise(values)).latents[0] for values in (plain, other)]
        assert torch.equal(*latents) is not confidence


def test_hidden_points_do_not_pull_unless_confidence_is_left_out():
    wanted = states(8)
    tip = 43  # of the left little finger: nothing hangs on it
    wanted[..., state.SURE.start + tip] = 0.0
    for confidence in (True, False):
        off = wanted.clone()
        off[..., 3 * tip] += 0.3
        off.requires_grad_()
        goals.codec_loss(goals.codec_terms(off, wanted, confidence=confidence), torch.zeros(())).backward()
        assert off.grad is not None
        pull = float(off.grad[..., 3 * tip].abs().max())
        assert (pull < 1e-6) is confidence


def test_nothing_is_lost_where_nothing_is_wrong():
    wanted = states(8)
    terms = goals.codec_terms(wanted, wanted, confidence=True)
    assert all(float(value) < 1e-3 for value in terms.values())


def test_tokens_of_hidden_parts_hardly_count():
    sure = torch.tensor([[[1.0, 0.0, 1.0, 0.5, 1.0]]])
    weights_of = training.token_weights(sure, Config(levels=2))
    np.testing.assert_allclose(weights_of[0, 0, :5], [1, 0, 1, 0.5, 1])
    np.testing.assert_allclose(weights_of[0, 0, 5:], 0.75 * weights_of[0, 0, :5])
    assert (training.token_weights(sure, Config(levels=2, confidence=False))[0, 0, :5] == 1).all()


def test_no_token_sees_what_comes_after_it():
    network = made.network()
    config = network.config
    tokens, conditions = drawn_tokens(), told()
    plain = network.dancer(tokens, conditions, network.codec)
    assert plain.shape == (2, SEGMENT, PARTS * config.levels, config.codes)
    for step, part, level in ((5, 2, 0), (7, 1, 1)):
        other = tokens.clone()
        other[:, step, part, level] = (other[:, step, part, level] + 1) % config.codes
        moved = (network.dancer(other, conditions, network.codec) - plain).abs().amax(dim=(0, 3)) > 1e-6
        assert not moved[:step].any()
        assert moved[step + 1 :].any()
        written = rounds(config.levels)
        number = next(n for n, one in enumerate(written) if one.start <= PARTS * level + part < one.stop)
        for later, one in enumerate(written):
            assert bool(moved[step, one].any()) is (later > number)


def test_writing_with_a_cache_follows_the_likeliest_of_forward():
    network = made.network()
    chosen = Choices(temperature=0.0, guidance=1.0)
    music, _ = made.song()[1].values, None
    heard = np.concatenate([music, np.zeros((len(music), 4), np.float32)], axis=1)[: 4 * SEGMENT]
    start = made.true_states(made.groove())[0]
    tokens = decoding.write(network, heard, music, start, chosen)
    writer = decoding._Writer(network, chosen)
    begin = decoding.still(network.codec.normalise(torch.from_numpy(start)[None]))
    padded = torch.from_numpy(heard)[None]
    conditions = writer.told(padded, decoding.song_style(torch.from_numpy(music))[None], begin, torch.zeros(0, 252))
    logits = network.dancer(tokens, conditions, network.codec)
    likeliest = logits.argmax(-1).unflatten(2, (-1, PARTS)).transpose(2, 3)
    assert (likeliest == tokens).float().mean() > 0.99  # a tie may fall either way


def test_guidance_mixes_what_music_says_with_what_comes_without():
    network = made.network()
    heard, quiet = told(), told(hears=0.0)
    assert not torch.allclose(
        network.dancer(drawn_tokens(), heard, network.codec), network.dancer(drawn_tokens(), quiet, network.codec)
    )


@pytest.mark.parametrize("frames", [1, 64, 66, 131])
def test_dances_of_any_length_go_on_from_themselves(frames):
    network = made.network()
    music = np.random.default_rng(0).normal(size=(frames, 39)).astype(np.float32)
    seen = []
    tokens = decoding.write(
        network, music, music[:, :35], None, Choices(seed=3), on_step=lambda done, total: seen.append((done, total))
    )
    steps = -(-frames // 4)
    assert tokens.shape[1] == steps
    assert seen[-1] == (steps, steps)
    states_made = decoding.states_from(network, tokens, frames)
    assert states_made.shape == (frames, state.STATE)
    again = decoding.write(network, music, music[:, :35], None, Choices(seed=3))
    assert torch.equal(tokens, again)
    if frames > 1:
        assert not torch.equal(tokens, decoding.write(network, music, music[:, :35], None, Choices(seed=4)))


def test_what_was_danced_is_decoded_bit_by_bit_as_at_once():
    network = made.network()
    tokens = drawn_tokens(1, 40)
    whole = decoding.still(network.codec.decode(tokens)[0, ::4])
    past = torch.zeros(0, state.STATE)
    for count in (16, 29, 40):
        past = decoding._longer(network, past, tokens[:, :count])
        assert len(past) == count
    np.testing.assert_allclose(past, whole, atol=1e-5)


def test_weights_are_read_as_written_and_others_are_refused(tmp_path):
    network = made.network()
    path = tmp_path / "xdancer.safetensors"
    training.write_weights(network, path)
    read = weights.load(path)
    assert read.config == network.config
    np.testing.assert_allclose(read.codec.normalise.mean, network.codec.normalise.mean)
    save_file({"x": torch.zeros(1)}, tmp_path / "other.safetensors", metadata={"kind": "duet", "config": "{}"})
    with pytest.raises(InputError, match="weights of the duet"):
        weights.load(tmp_path / "other.safetensors")
    save_file({"x": torch.zeros(1)}, tmp_path / "bare.safetensors", metadata={"kind": "xdancer", "config": "[]"})
    with pytest.raises(InputError, match="does not say what network"):
        weights.load(tmp_path / "bare.safetensors")
    tensors = weight_files_of(path)
    header = {"kind": "xdancer", "config": json.dumps({**vars(network.config)}), "styles": json.dumps(["waltz"])}
    save_file(tensors, tmp_path / "styles.safetensors", metadata=header)
    with pytest.raises(InputError, match="other dance styles"):
        weights.load(tmp_path / "styles.safetensors")
    with pytest.raises(InputError, match="no"):
        weight_files.find("xdancer", tmp_path / "nothing.safetensors")


def weight_files_of(path):
    from safetensors.torch import load_file

    return load_file(path)


def test_a_codec_of_one_level_has_one_token_a_part():
    from dataclasses import replace

    codec = Codec(replace(made.network().config, levels=1)).eval()
    assert codec.encode(torch.zeros(1, 8, state.STATE)).shape == (1, 2, PARTS, 1)
