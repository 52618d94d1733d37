"""MuseDance's networks in small: what they are told, how they learn, what they make, what they refuse."""

import numpy as np
import pytest
import torch

from demos.audio.features import AudioFeatures
from demos.audio.song import Song
from demos.motion.motion import Motion
from demos.nn import training
from demos.nn.training import Randomness
from demos.runtime.errors import InputError
from demos.text import encoder
from demos.video import (
    muse_data,
    muse_moves,
    muse_outlines,
    muse_pipeline,
    muse_train,
    muse_weights,
    muse_words,
    pipeline,
)
from demos.video.muse_data import Stretch
from demos.video.muse_model import ANSWERS, BEATS, BEFORE, PATCH, PIECE, SAID, Config, MuseDance, Told
from demos.video.muse_pose import STATE


def music(frames: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, (frames, 35)).astype(np.float32)
    values[:, 1] = -100 + 40 * np.sin(np.arange(frames) / 100)
    return values


@pytest.fixture(scope="module")
def pieces():
    poses = np.zeros((360, 24, 3))
    poses[:, 16, 2] = 0.5 * np.sin(np.arange(360) / 8)
    motion = Motion(poses, np.tile([0.0, 0.95, 0.0], (360, 1)), 30)
    found = [Stretch(music(360), np.arange(0.2, 12, 0.5), np.arange(0.2, 12, 2.0), motion)]
    return muse_data.build(found, count=16, kinds=9, sentences=24)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    made = MuseDance(Config.tiny()).eval().requires_grad_(False)
    for name, value in made.named_parameters():
        if "scale_shift.weight" in name:  # conditions count for nothing before training
            value.normal_(std=0.3)
    return made


@pytest.fixture(scope="module")
def shape():
    return muse_outlines.shapes(1, seed=1)[0]


@pytest.fixture(scope="module")
def weights(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("muse") / "musedance.safetensors"
    muse_weights.write(network, path)
    return path


def heard(seconds: float = 9.0) -> tuple[Song, AudioFeatures]:
    song = Song(np.zeros(round(seconds * 8000), np.float32), 8000, "0" * 64, "song")
    values = music(round(seconds * 30))
    beats = np.arange(0.1, seconds, 0.5)
    return song, AudioFeatures(values, beats, beats[::4], 120.0, seconds)


def test_pieces_hold_what_was_asked(pieces):
    states, told = pieces.batch(np.arange(4), torch.rand(24, SAID))
    assert states.shape == (4, PIECE, STATE)
    assert told.before.shape == (4, BEFORE, STATE)
    assert told.said.shape == (4, PIECE // PATCH, SAID)
    assert (told.said[torch.from_numpy(pieces.text[:4, BEFORE // PATCH :]) < 0] == 0).all()
    assert told.beats.shape == (4, PIECE, BEATS)
    assert np.array_equal(told.music[1], pieces.heard(np.arange(4))[1])
    assert np.isfinite(pieces.states).all()
    absent = pieces.present[pieces.shape][:, None] == 0
    assert np.abs(np.where(absent, pieces.states, 0)).max() == 0


def test_kept_pieces_come_back(pieces, tmp_path):
    first = muse_data.kept(tmp_path / "pieces.npz", lambda: pieces)
    second = muse_data.kept(tmp_path / "pieces.npz", lambda: pytest.fail("made again"))
    assert first is pieces
    assert np.array_equal(second.states, pieces.states)
    assert all(np.array_equal(second.answers[name], value) for name, value in pieces.answers.items())


def test_a_real_dance_moves_arms(shape):
    poses = np.zeros((60, 24, 3))
    poses[:, 16, 2] = np.linspace(-1.2, 1.2, 60)  # the left shoulder lifts the arm
    states = muse_moves.from_dance(Motion(poses, np.tile([0.0, 0.95, 0.0], (60, 1)), 30), shape)
    assert states.shape == (60, STATE)
    assert np.isfinite(states).all()
    assert np.abs(np.diff(states, axis=0)).max() < 0.5


def test_both_stages_learn(pieces):
    torch.manual_seed(0)
    network = MuseDance(Config.tiny())
    muse_train.measure(network, pieces)
    stills = muse_train.StillsTask(network.stills, pieces, 32)
    plan = training.Plan(1.0, 60, 8e-3)
    first = float(stills.losses(Randomness(1), 0)[0].detach())
    training.run(network.stills, stills.losses, plan, name="stills")
    assert float(stills.losses(Randomness(1), 0)[0].detach()) < 0.97 * first
    muse_train.even_out(network.stills, pieces)
    states, told = pieces.batch(np.arange(8), pieces.said(network.stills.reader))
    latents = network.stills.encode(states, network.stills.see(told.shapes))
    assert 0.3 < float(latents.detach().std()) < 3
    mover = muse_train.MoverTask(network, pieces, 8)
    before = [value.clone() for value in network.stills.parameters()]
    first = float(mover.losses(Randomness(1), 0)[0].detach())
    training.run(network.mover, mover.losses, training.Plan(1.0, 60, 8e-3), name="mover")
    assert float(mover.losses(Randomness(1), 0)[0].detach()) < 0.9 * first
    assert all(torch.equal(a, b) for a, b in zip(before, network.stills.parameters(), strict=True))  # frozen


def test_the_reader_says_how_likely_each_choice_is(network):
    states, real = encoder.encode_tokens(["sway gently", "jump, twice as high, on every single beat of the song"])
    reader = network.stills.reader
    said = reader.say(torch.from_numpy(states), torch.from_numpy(real))
    assert said.shape == (2, SAID)
    assert torch.allclose(said.sum(1), torch.full((2,), float(len(ANSWERS))))
    alone, whole = encoder.encode_tokens(["sway gently"])  # padding says nothing
    assert torch.allclose(reader.say(torch.from_numpy(alone), torch.from_numpy(whole))[0], said[0], atol=1e-4)


def test_modules_hear_only_when_on(network, pieces):
    _, told = pieces.batch(np.arange(2), pieces.said(network.stills.reader))
    mover, stills = network.mover, network.stills
    noisy, steps = torch.randn(2, PIECE, network.config.latent), torch.tensor([500, 500])
    seen = stills.see(told.shapes)
    before = stills.encode(told.before, seen)

    def run(beats: torch.Tensor, on: list[float]) -> torch.Tensor:
        other = Told(told.shapes, told.music, beats, told.said, told.before, torch.tensor([on, on]))
        return mover(noisy, steps, other, seen, before)

    heard_beats, others = run(told.beats, [1, 1, 1]), run(told.beats + 1, [1, 1, 1])
    assert not torch.allclose(heard_beats, others)
    assert torch.equal(run(told.beats, [1, 0, 1]), run(told.beats + 1, [1, 0, 1]))


def test_a_dance_of_any_length(weights, shape):
    made = muse_pipeline.dance(heard(), shape, text="nod, then spin", seed=3, steps=2, weights=weights)
    assert made.states.shape == (270, STATE)
    assert np.isfinite(made.states).all()
    assert np.abs(made.states[0]).max() < 1e-6  # from rest
    assert "nod, then spin" in made.message
    assert made.provenance.prompts == ("nod, then spin",)
    again = muse_pipeline.dance(heard(), shape, text="nod, then spin", seed=3, steps=2, weights=weights)
    other = muse_pipeline.dance(heard(), shape, text="nod, then spin", seed=4, steps=2, weights=weights)
    assert np.array_equal(made.states, again.states)
    assert not np.allclose(made.states, other.states)


def test_pieces_meet_without_a_step():
    rng = np.random.default_rng(0)
    before = np.cumsum(rng.normal(0, 0.01, (120, STATE)), axis=0)
    after = muse_pipeline.joined(before, rng.normal(0, 0.01, (120, STATE)) + 1)
    assert np.abs(after[0] - before[-1]).max() < 0.05
    assert np.allclose(after[20:].mean(), 1, atol=0.05)


def test_what_drifts_is_drawn_back():
    states = np.zeros((1800, STATE))
    states[:, 0] = np.linspace(0, 3, 1800)  # off to the right for a minute
    states[:, 1] = np.linspace(0, 1, 1800) + 0.2 * np.abs(np.sin(np.arange(1800) / 5))  # and up, hopping
    made = muse_pipeline.finished(states)
    assert np.abs(made[90:-90, 0]).max() < 0.3
    assert made[600:1200, 1].min() < 0.05
    assert made[600:1200, 1].max() > 0.12


def test_words_have_their_time():
    clauses = muse_words.clauses("sway, then jump")
    beat = np.arange(240) / 15
    plan = muse_pipeline.schedule(clauses, beat, np.zeros(240), 240)
    assert plan[0] == 0
    assert plan[-1] == 1
    turn = int(np.flatnonzero(np.diff(plan))[0]) + 1
    assert turn >= 120
    assert beat[turn] % 1 < 0.1
    loud = muse_words.clauses("sway, shake in the chorus")
    plan = muse_pipeline.schedule(loud, beat, np.where(np.arange(240) > 160, 1.0, 0.0), 240)
    assert (plan[:160] == 0).all()
    assert (plan[161:] == 1).all()


def test_the_beats_reach_the_network(weights, shape):
    song, features = heard()
    shifted = AudioFeatures(features.values, features.beats + 0.2, features.downbeats + 0.2, 120.0, 9.0)
    first = muse_pipeline.dance((song, features), shape, steps=1, weights=weights)
    second = muse_pipeline.dance((song, shifted), shape, steps=1, weights=weights)
    deaf = [
        muse_pipeline.dance((song, f), shape, steps=1, without=("beat",), weights=weights) for f in (features, shifted)
    ]
    assert not np.allclose(first.states, second.states)
    assert np.allclose(deaf[0].states, deaf[1].states)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [({"text": "a" * 500}, "at most 400"), ({"seconds": 0.5}, "length in seconds"),
     ({"without": ("legs",)}, "no module"),
     ({"guidance": 99}, "guidance"), ({"seed": -1}, "seed"), ({"weights": "nowhere.safetensors"}, "no weights")],
)  # fmt: skip
def test_bad_settings_are_one_sentence(settings, sentence, weights, shape):
    with pytest.raises(InputError, match=sentence):
        muse_pipeline.dance(heard(), shape, **{"weights": weights, **settings})


def test_a_film_of_a_pot(weights, tmp_path, click_song):
    picture = np.zeros((120, 120, 4), np.uint8)
    mask = muse_outlines.outline("pot", np.random.default_rng(1))[:120, 12:132]
    picture[..., 3], picture[..., 1] = 255, np.where(mask > 0, 200, 40)
    figure = pipeline.finding.of_shape(picture, mask)
    film = pipeline.animate(
        figure, click_song, tmp_path / "pot.mp4", system="musedance", text="bounce", seconds=2, weights=weights
    )
    assert film.path.stat().st_size > 2000
    assert film.size == (120, 120)
    assert film.track is None
    assert film.provenance.system == "MuseDance"
    with pytest.raises(InputError, match="one figure"):
        pipeline.animate([figure, figure], click_song, tmp_path / "two.mp4", system="musedance", weights=weights)


def test_weights_of_others_are_refused(network, tmp_path):
    other = tmp_path / "musedance.safetensors"
    network.kind = "xdancer"
    try:
        muse_weights.write(network, other)
    finally:
        network.kind = "musedance"
    with pytest.raises(InputError, match="weights of the xdancer"):
        muse_weights.load(other)


def test_training_needs_a_corpus(tmp_path):
    with pytest.raises(InputError, match="no solo dances"):
        muse_train.train(corpus=tmp_path, preset="trial", out=tmp_path / "musedance.safetensors")
    with pytest.raises(InputError, match="no preset"):
        muse_train.train(corpus=tmp_path, preset="huge")
