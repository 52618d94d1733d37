"""Windows agree where they meet, changes stay where they belong, seeds decide."""

import numpy as np
import pytest
import torch
from made_motion import make_groove

from demos.audio.conditions import MUSIC, music_condition
from demos.editing import sampling
from demos.editing.conditions import (
    CYCLES,
    PART_NAMES,
    WHERE,
    change_mask,
    columns_of_parts,
    edit_condition,
    edit_counts,
    edit_ways,
)
from demos.editing.model import Editor, Predictor
from demos.motion import vector
from demos.nn.kinematics import ground_below, moved
from demos.runtime.errors import InputError


def _music(frames: int) -> np.ndarray:
    values = np.random.default_rng(0).normal(size=(frames, 35)).astype(np.float32)
    return music_condition(values, np.arange(0, frames / 30, 0.5), np.arange(0, frames / 30, 2.0), frames)


@pytest.fixture(scope="module")
def predictor():
    return Predictor.tiny()


@pytest.fixture(scope="module")
def editor():
    return Editor.tiny()


@pytest.fixture(scope="module")
def groove_vectors():
    return vector.encode(make_groove(seconds=20.0))


def _predicted(network, frames, **options):
    return list(sampling.predict(network, _music(frames), steps=2, **options))


@pytest.mark.parametrize("frames", [1, 7, 240, 241, 500])
def test_a_dance_is_as_long_as_its_music(predictor, frames):
    stretches = _predicted(predictor, frames)
    assert sum(len(stretch) for stretch in stretches) == frames
    assert all(np.isfinite(stretch).all() for stretch in stretches)
    assert len(stretches) == 1 + int(np.ceil(max(frames - 240, 0) / 180))


def test_the_same_seed_the_same_dance_and_prefixes_agree(predictor):
    first, again, other = (np.concatenate(_predicted(predictor, 420, seed=seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
    # A preview is the beginning of the whole: windows do not depend on what comes after them.
    preview = next(sampling.predict(predictor, _music(420), steps=2, seed=3))
    np.testing.assert_array_equal(preview, first[:240])


def test_windows_are_given_what_the_last_one_made(predictor, monkeypatch):
    seen = []
    plain = sampling._predict_window

    def spy(network, music, past, *rest):
        seen.append((past, made := plain(network, music, past, *rest)))
        return made

    monkeypatch.setattr(sampling, "_predict_window", spy)
    whole = np.concatenate(_predicted(predictor, 600))
    assert seen[0][0] is None
    for number, (past, made) in enumerate(seen[1:], start=1):
        np.testing.assert_array_equal(past, whole[180 * number : 180 * number + 60])
        np.testing.assert_allclose(made[:60, 4:7], past[:, 4:7], atol=1e-4)


def test_a_dance_goes_on_from_given_frames(predictor, groove_vectors):
    whole = np.concatenate(_predicted(predictor, 100, start=groove_vectors[:90]))
    assert whole.shape == (100, 151)
    other = np.concatenate(_predicted(predictor, 100, start=groove_vectors[200:290]))
    assert np.abs(whole - other).max() > 1e-3


def test_rotations_come_out_as_rotations(predictor):
    made = np.concatenate(_predicted(predictor, 60))
    columns = made[:, 7:].reshape(-1, 2, 3)
    np.testing.assert_allclose(np.linalg.norm(columns, axis=-1), 1, atol=1e-4)
    np.testing.assert_allclose((columns[:, 0] * columns[:, 1]).sum(-1), 0, atol=1e-4)


def test_music_style_and_guidance_matter_even_to_an_untrained_network(predictor):
    plain = np.concatenate(_predicted(predictor, 60, guidance=1.0))
    assert np.abs(np.concatenate(_predicted(predictor, 60, style="salsa", guidance=1.0)) - plain).max() > 1e-4
    assert np.abs(np.concatenate(_predicted(predictor, 60, guidance=3.0)) - plain).max() > 1e-4
    with pytest.raises(InputError, match="salsa"):
        _predicted(predictor, 60, style="moonwalking")


def _edited(network, before, **options):
    asked = {"start": 150, "stop": 300, "parts": frozenset({"left_arm", "head"}), "steps": 2, **options}
    return sampling.edit(network, before, _music(len(before)), np.ones(128, np.float32), **asked)


@pytest.mark.parametrize(
    "options", [{}, {"text_guidance": 2.0, "source_guidance": 2.0}, {"kind": "faster"}, {"kind": "turn"}]
)
@pytest.mark.parametrize(("start", "stop"), [(0, 60), (150, 300), (20, 560), (560, 600)])
def test_what_was_not_asked_to_change_is_bit_equal(editor, groove_vectors, start, stop, options):
    before = groove_vectors[:600]
    after = _edited(editor, before, start=start, stop=stop, **options)
    changed = after != before
    outside = np.ones(600, bool)
    outside[max(start - 12, 0) : stop + 12] = False
    assert not changed[outside].any()
    parts = columns_of_parts()[[PART_NAMES.index("left_arm"), PART_NAMES.index("head")]].any(0)
    assert not changed[:, ~parts].any()
    assert changed[start:stop][:, parts].any()


def test_an_empty_stretch_changes_nothing(editor, groove_vectors):
    np.testing.assert_array_equal(_edited(editor, groove_vectors, start=90, stop=90, blend=0), groove_vectors)


def test_words_seeds_and_strength_matter_even_to_an_untrained_network(editor, groove_vectors):
    plain = _edited(editor, groove_vectors)
    np.testing.assert_array_equal(plain, _edited(editor, groove_vectors))
    assert np.abs(plain - _edited(editor, groove_vectors, seed=1)).max() > 1e-3
    assert np.abs(plain - _edited(editor, groove_vectors, strength=0.1)).max() > 1e-5
    with pytest.raises(ValueError, match="frames"):
        sampling.edit(
            editor, groove_vectors, _music(10), np.zeros(128, np.float32), start=0, stop=9, parts=frozenset({"head"})
        )


def test_a_long_cyclic_edit_is_several_short_ones(editor, groove_vectors):
    before = groove_vectors[:600]
    whole = _edited(editor, before, start=20, stop=560, kind="faster")
    first = _edited(editor, before[:200], start=20, stop=200)
    np.testing.assert_array_equal(whole[:200], first)
    short = _edited(editor, before, start=20, stop=200, kind="faster")
    np.testing.assert_array_equal(short, _edited(editor, before, start=20, stop=200))


def test_a_turn_is_done_at_the_beginning_of_a_long_stretch(editor, groove_vectors):
    before = groove_vectors[:600]
    after = _edited(editor, before, start=100, stop=560, kind="turn")
    np.testing.assert_array_equal(after[100 + 240 :], before[100 + 240 :])
    assert (after != before)[100:300].any(1).all()


@pytest.mark.parametrize("kind", ["", "faster"])
def test_steps_are_told(editor, groove_vectors, kind):
    told = []
    _edited(
        editor, groove_vectors[:600], start=0, stop=600, kind=kind,
        on_step=lambda done, of: told.append((done, of)),
    )  # fmt: skip
    assert told == [(done, len(told)) for done in range(1, len(told) + 1)]
    assert len(told) > 4  # more than one window


def test_a_change_comes_and_goes_within_its_blends():
    mask = change_mask(60, 20, 40, frozenset({"legs"}), blend=5)
    legs = mask[:, PART_NAMES.index("legs")]
    assert mask.sum() == legs.sum()
    assert (legs[20:40] == 1).all()
    assert not legs[:15].any()
    assert not legs[45:].any()
    assert (np.diff(legs[14:21]) > 0).all()
    assert columns_of_parts().any(0).all()  # every number belongs to a part
    assert (columns_of_parts().sum(0) == 1).all()


def test_an_edit_counts_from_its_first_downbeat():
    beats = np.arange(0.2, 20, 0.5)  # 120 a minute, bars of four
    music = music_condition(np.zeros((300, 35), np.float32), beats, beats[::4], 300)
    counts = edit_counts(music, 100)  # in the bar of 2.2 s: the next begins at 4.2 s
    frame = 126
    for beat in range(9):
        place = frame + round(15 * beat)
        angle = np.arctan2(counts[place, 1::2], counts[place, ::2])
        wanted = 2 * np.pi * beat / np.array(CYCLES)
        np.testing.assert_allclose(np.cos(angle - wanted), 1, atol=0.02)
    late = edit_counts(music, 128)  # a little before the downbeat still counts from it
    np.testing.assert_allclose(late, counts, atol=1e-5)
    assert np.abs(edit_counts(music, 140)[:, 0] + counts[:, 0]).max() < 0.01  # a bar later: the other half of eight
    assert not edit_counts(np.zeros((300, 39), np.float32), 100).any()


def test_an_edit_knows_the_ways_to_its_start_and_its_end():
    frames = 300
    walk = _standing(frames)
    walk[:, 6] = np.linspace(0, 6, frames)
    ways = edit_ways(walk, 60, 200)
    np.testing.assert_allclose(ways[150], [0, 0, 6 * (60 - 150) / 299, 6 * (199 - 150) / 299], atol=0.01)
    turned = moved(torch.from_numpy(walk)[None], torch.tensor([2.0]), torch.tensor([[3.0, -1.0]]))[0].numpy()
    np.testing.assert_allclose(edit_ways(turned, 60, 200), ways, atol=1e-4)


def test_times_of_an_edit_stay_where_training_had_them():
    mask = change_mask(900, 100, 800, frozenset({"head"}))
    told = edit_condition(mask, np.zeros((900, MUSIC), np.float32), _standing(900), 100, 800)
    np.testing.assert_allclose(told[100:800, -2:].sum(1), 1, atol=1e-6)
    assert told.shape == (900, WHERE)
    assert told[:, -2:].max() <= 1
    assert not told[:100].any()


def _standing(frames: int) -> np.ndarray:
    vectors = np.zeros((frames, 151), np.float32)
    vectors[:, [7, 11]] = 1  # no joint turned: facing +z
    return vectors


def _inputs() -> tuple:
    motion, one = torch.randn(1, 12, 151), torch.ones(1)
    return (
        motion, torch.tensor([5]), motion, ground_below(motion), torch.randn(1, 12, MUSIC), torch.randn(1, 129),
        torch.ones(1, 12, WHERE), one, one,
    )  # fmt: skip


def test_the_ablation_has_no_gate():
    from dataclasses import replace

    from demos.editing.model import TINY

    torch.manual_seed(0)
    network = Editor(replace(TINY, cem=False)).eval()
    assert network(*_inputs()).shape == (1, 12, 151)
    cues, sigma = network.cem(*(torch.randn(1, 5, TINY.width) for _ in range(3)))
    assert (sigma == 0.5).all()
    torch.testing.assert_close(cues, cues[:, :1].expand_as(cues))
    cues, sigma = Editor.tiny().cem(*(torch.randn(1, 5, TINY.width) for _ in range(3)))
    assert sigma.shape == (1, 5, 1)
    assert len(sigma.unique()) == 5
    assert not torch.allclose(cues[:, 0], cues[:, 1])
