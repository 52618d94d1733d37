"""Whole dances from windows, losses by hand, masks as the room is used, a run that learns, stops and goes on."""

import numpy as np
import pytest
import torch

from demos.corpus.styles import STYLE_NAMES
from demos.duet import data, losses, train
from demos.duet import representation as rep
from demos.duet.model import CLOSENESS, TINY, Duet, dancer_joints, feet_seen
from demos.duet.weights import load
from demos.nn.training import Randomness
from demos.runtime.errors import InputError


@pytest.fixture
def quick(monkeypatch):
    preset = train.Preset((1, 1, 1, 1), (4, 4, 4, 4), steps=6, config=TINY)
    monkeypatch.setitem(train.PRESETS, "quick", preset)


def test_windows_are_joined_and_mirrors_follow(duet_corpus):
    couples = list(data.corpus_couples(duet_corpus, "train", mirror=True))
    assert len(couples) == 4
    plain, image = couples[:2]
    assert plain.states.shape == (540, rep.STATE)
    assert plain.music.shape == (540, 39)
    assert STYLE_NAMES[plain.style - 1] == "salsa"
    assert CLOSENESS[plain.closeness - 1] == "hold"
    assert abs(plain.beats[-1] - 17.5) < 1e-6
    np.testing.assert_allclose(plain.states, rep.states_of(*plain.motions), atol=2e-2)
    # In the mirror the follow is on the other side, and contacts change feet.
    np.testing.assert_allclose(image.states[:, rep.RELATION.start], -plain.states[:, rep.RELATION.start], atol=1e-5)
    np.testing.assert_array_equal(image.states[:, 0], plain.states[:, 1])


def test_tokens_of_dances_come_with_their_music(duet_corpus, duet_network):
    dances = data.TokenDances(duet_corpus, duet_network.codec)
    batch = dances.batch(3, np.random.default_rng(0))
    assert batch.tokens.coarse.shape == (3, 30, 5)
    assert batch.tokens.fine.shape == (3, 60, 10)
    assert batch.music.shape == (3, 240, 39)
    assert set(batch.closeness.tolist()) <= {1, 3}


def test_crops_are_danced_faster_and_slower_and_real_ones_come_too(duet_corpus, grooving_couple, monkeypatch):
    marked = [
        motion.move(np.array([0.0, 5.0, 0.0])) for motion in grooving_couple.motions
    ]  # who floats is the real one
    monkeypatch.setattr(data, "real_couples", lambda *_: [("trial", *marked)])
    crops = data.Crops(duet_corpus, data="anywhere")
    batch = crops.batch(400, np.random.default_rng(0))
    assert batch.shape == (400, data.CROP, rep.STATE)
    real = batch[:, 0, rep.HEIGHT] > 4
    assert 0.5 * data.REAL < float(real.float().mean()) < 1.5 * data.REAL
    # Speeds are those of what is seen: the way that the relation and the pelvis go by themselves knows no other.
    crops.states = torch.arange(len(crops.states), dtype=torch.float32)[:, None].repeat(1, rep.STATE)
    ramp = crops.batch(200, np.random.default_rng(1))
    pace = ramp[:, 1, rep.HEIGHT] - ramp[:, 0, rep.HEIGHT]
    assert float(pace.min()) < 0.85 < 1.2 < float(pace.max())
    assert 60 < int((pace - 1).abs().lt(1e-3).sum()) < 140
    shown = ramp[:, 5, rep.SPEED.start] / ramp[:, 5, rep.HEIGHT]
    torch.testing.assert_close(shown, pace, atol=1e-3, rtol=1e-3)


def test_a_share_of_the_known_tokens_is_misread():
    tokens = torch.full((50, 30, 5), 7)
    seen = train.misread(tokens, 256, Randomness(0))
    share = float((seen != tokens).float().mean())
    assert 0.8 * train.MISREAD < share < 1.2 * train.MISREAD
    assert int(seen.min()) >= 0
    assert int(seen.max()) < 256


def test_the_loss_on_unheard_songs_is_always_of_the_same_windows(duet_corpus, duet_network):
    dances, held = (
        data.TokenDances(duet_corpus, duet_network.codec),
        data.TokenDances(duet_corpus, duet_network.codec, "test"),
    )
    task = train.FillerTask(Duet.tiny(seed=1), "coarse", dances, 4, held)
    task.filler.train()
    found = []
    for seed in (0, 1):
        task.step = 0
        found.append(task.losses(Randomness(seed), 0.0)[1])
    assert found[0]["held out"] == found[1]["held out"] > 0
    assert found[0]["loss"] != found[1]["loss"]
    assert task.filler.training


def test_no_couples_is_said(tmp_path, duet_corpus):
    with pytest.raises(InputError, match="no finished corpus"):
        data.Crops(tmp_path)
    with pytest.raises(InputError, match="has no duets"):
        list(data.corpus_couples(duet_corpus, "validation"))


def test_losses_are_nothing_for_the_truth_and_count_where_the_partner_is(grooving_couple):
    wanted = torch.from_numpy(rep.states_of(*grooving_couple.motions)[:32])[None]
    chance = torch.Generator().manual_seed(0)
    none = losses.codec_losses(wanted, wanted, lambda x: x, interaction=True, generator=chance)
    for name in ("reconstruction", "velocity", "position", "joint speed", "distance"):
        assert float(none[name]) < 1e-9, name
    off = wanted.clone()
    off[..., rep.RELATION.start] += 0.1  # the follow stands 10 cm aside
    terms = losses.codec_losses(off, wanted, lambda x: x, interaction=True, generator=chance)
    assert float(terms["position"]) == pytest.approx(0.01 / 2, rel=1e-3)
    assert float(terms["distance"]) > 1e-5
    alone = losses.codec_losses(off, wanted, lambda x: x, interaction=False, generator=chance)
    assert "distance" not in alone
    assert float(alone["position"]) < 1e-9


def test_a_standing_foot_slides_as_fast_as_the_dancer_is_told_to_go(grooving_couple):
    still = np.repeat(rep.states_of(*grooving_couple.motions)[:1], 20, axis=0)
    states = torch.from_numpy(still)[None]
    states[..., rep.STATES[0]][..., :4] = 1.0
    states[..., rep.STATES[1]][..., :4] = 0.0
    for dancer in rep.STATES:
        states[..., dancer][..., rep.SPEED] = torch.tensor([0.3, 0.4, 0.0])
    joints = losses.dancer_pair(states)
    # The lead goes at half a metre a second on standing feet; the follow's feet are in the air.
    assert float(losses.skating(states, joints, states)) == pytest.approx(0.25 / 2, rel=1e-3)


def test_the_trajectory_of_true_feet_is_told_by_true_speeds(grooving_couple):
    states = torch.from_numpy(rep.states_of(*grooving_couple.motions)[:90])[None]
    feet, speeds = losses.trajectory_inputs(states)
    assert feet.shape == (2, 90, 20)
    torch.testing.assert_close(feet[..., -3:], speeds)
    terms = losses.trajectory_losses(speeds, feet, speeds)
    assert float(terms["way"]) == 0.0
    wrong = losses.trajectory_losses(speeds + torch.tensor([0.3, 0.0, 0.0]), feet, speeds)
    assert float(wrong["way"]) == pytest.approx(0.09, rel=1e-3)  # 30 cm after a second
    own = states[..., : rep.DANCER]
    torch.testing.assert_close(feet[:1], feet_seen(own, dancer_joints(own)))


def test_masks_are_those_that_the_room_needs():
    free = train.free_tokens((400, 30, 5), Randomness(0))
    lead_known = ~free[:, :, :2].flatten(1).any(1) & free[:, :, 2:].flatten(1).all(1)
    arms_only = free[:, :, [1, 3]].flatten(1).all(1) & ~free[:, :, [0, 2, 4]].flatten(1).any(1)
    everything = free.flatten(1).all(1)
    begun = ~free[:, 0].any(1) & free[:, -1].all(1)
    for name, rows, least in (
        ("lead", lead_known, 60), ("arms", arms_only, 25), ("all", everything, 100), ("begun", begun, 25)
    ):  # fmt: skip
        assert int(rows.sum()) > least, name
    assert free.flatten(1).any(1).all()


def test_deeper_codes_are_asked_for_when_those_above_are_known():
    hidden, asked = train.hidden_tokens((40, 30, 15), 1, Randomness(0))
    assert hidden.shape == (40, 30, 15)
    assert not hidden[:, :, :5].any()
    assert torch.equal(hidden[:, :, 5:10], asked)
    assert not (asked & ~hidden[:, :, 10:]).any()  # what hangs on a token is hidden with it
    hidden, asked = train.hidden_tokens((40, 30, 5), 0, Randomness(0))
    assert torch.equal(hidden, asked)


def test_a_run_learns_stops_and_goes_on(quick, duet_corpus, tmp_path):
    out, folder = tmp_path / "duet.safetensors", tmp_path / "checkpoints"
    found = train.train(corpus=duet_corpus, preset="quick", out=out, checkpoint=folder)
    assert all(found[f"{stage} steps"] == 6 for stage in train.STAGES)
    network = load(out)
    assert network.config == TINY
    assert float(network.codec.normalise.deviation.min()) >= train.LEAST_DEVIATION["states"] - 1e-6
    assert sorted(path.name for path in folder.iterdir()) == ["coarse.pt", "codec.pt", "fine.pt", "trajectory.pt"]
    # Going on with a run that is done changes nothing; one stage alone takes the others as they were left.
    kept = out.read_bytes()
    again = train.train(corpus=duet_corpus, preset="quick", out=out, checkpoint=folder)
    assert again["fine steps"] == 6
    train.train(corpus=duet_corpus, preset="quick", out=out, checkpoint=folder, stages=["fine"])
    other, first = load(out), kept
    assert len(first) == len(out.read_bytes())
    torch.testing.assert_close(other.codec.out.weight, network.codec.out.weight, atol=1e-3, rtol=1e-2)


def test_the_codec_learns(duet_corpus):
    torch.manual_seed(0)
    network = Duet(TINY)
    crops = data.Crops(duet_corpus)
    train.set_statistics(network, crops, Randomness(0))
    task = train.CodecTask(network, crops, 4)
    network.train()
    optimiser = torch.optim.AdamW(network.codec.parameters(), lr=5e-3)
    chance, seen = Randomness(0), []
    for _ in range(40):
        loss, numbers = task.losses(chance, 0.0)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        seen.append(numbers["reconstruction"])
    assert np.mean(seen[-5:]) < 0.8 * np.mean(seen[:5])


@pytest.mark.parametrize("wrong", [{"preset": "huge"}, {"stages": ["dessert"]}])
def test_unknown_names_are_said(wrong, duet_corpus, tmp_path):
    with pytest.raises(InputError, match="choose from"):
        train.train(corpus=duet_corpus, out=tmp_path / "x.safetensors", checkpoint=tmp_path, **wrong)
