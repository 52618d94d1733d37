"""What is given stays bit by bit, what is asked is made, bad input is named in one sentence."""

import numpy as np
import pytest
from made_motion import make_groove

from demos.audio.features import AudioFeatures
from demos.audio.song import Song
from demos.duet import pipeline
from demos.duet.model import Tokens
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.runtime.errors import InputError


@pytest.fixture(scope="module")
def made(duet_song, duet_weights):
    told = []
    found = pipeline.generate(
        duet_song, weights=duet_weights, style="salsa", closeness="hold", seed=3, on_progress=lambda *p: told.append(p)
    )
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    return found


def _same(one: Motion, other: Motion) -> np.ndarray:
    return (one.poses == other.poses).all((1, 2)) & (one.translation == other.translation).all(1)


def test_a_couple_as_long_as_its_song(made, duet_song):
    assert [len(motion) for motion in made.dance.motions] == [390, 390]
    assert made.dance.song_sha256 == duet_song[0].sha256
    np.testing.assert_array_equal(made.dance.beats, duet_song[1].beats)
    settings = made.dance.provenance.settings
    assert settings["generate"]["style"] == "salsa"
    assert "holds" in settings
    assert "two" in made.message
    middle = np.mean([motion.translation.mean(axis=0) for motion in made.dance.motions], axis=0)
    assert np.linalg.norm(middle[[0, 2]]) < 0.5


def test_seeds_repeat_and_vary(made, duet_song, duet_weights):
    again = pipeline.generate(duet_song, weights=duet_weights, style="salsa", closeness="hold", seed=3, finishing=False)
    np.testing.assert_array_equal(again.dance.motions[1].poses, made.raw.motions[1].poses)
    assert again.dance.motions[0] is again.raw.motions[0]
    other = pipeline.generate(duet_song, weights=duet_weights, style="salsa", closeness="hold", seed=4, finishing=False)
    assert np.abs(other.dance.motions[0].poses - again.dance.motions[0].poses).max() > 0.1


@pytest.mark.parametrize("fps", [30, 60, 24])
def test_a_lead_of_any_rate_facing_anywhere_stays_as_it_is(fps, duet_song, duet_weights):
    lead = make_groove(seconds=4.0, fps=fps).turn(2.2).move(np.array([9.0, 0.0, -4.0]))
    found = pipeline.follow(lead, duet_song, weights=duet_weights)
    assert found.dance.fps == fps
    assert _same(found.dance.motions[0], lead).all()
    assert len(found.dance.motions[1]) == len(lead)


def test_where_the_lead_stands_does_not_change_the_follow(duet_song, duet_weights):
    lead = make_groove(seconds=3.0)
    here = pipeline.follow(lead, duet_song, weights=duet_weights, finishing=False).dance.motions
    moved = lead.turn(1.0).move(np.array([3.0, 0.0, 1.0]))
    there = pipeline.follow(moved, duet_song, weights=duet_weights, finishing=False).dance.motions
    back = there[1].move(np.array([-3.0, 0.0, -1.0])).turn(-1.0)
    np.testing.assert_allclose(back.joints, here[1].joints, atol=1e-3)


def test_a_lead_off_the_floor_is_put_on_it_and_that_is_said(duet_weights):
    lead = make_groove(seconds=3.0)
    found = pipeline.follow(lead.move(np.array([0.0, 1.5, 0.0])), weights=duet_weights)
    np.testing.assert_allclose(found.dance.motions[0].translation, lead.translation, atol=0.05)
    assert "above the floor" in found.message
    assert found.features is None


def test_five_minutes_of_lead_find_a_partner(duet_weights, monkeypatch):
    def first_codes(network, tokens, music, choices, *, on_step=None):
        return Tokens(tokens.coarse.clamp(min=0), tokens.fine.clamp(min=0))

    monkeypatch.setattr(pipeline.decoding, "find_tokens", first_codes)  # what the networks do takes no other turn
    lead = make_groove(seconds=300.0)
    found = pipeline.follow(lead, weights=duet_weights, finishing=False)
    assert len(found.dance) == 9000
    assert np.isfinite(found.dance.joints).all()


def test_only_the_stretch_is_made_anew(grooving_couple, duet_song, duet_weights):
    found = pipeline.redo(grooving_couple, (3.0, 6.0), weights=duet_weights, song=duet_song).dance
    for before, after in zip(grooving_couple.motions, found.motions, strict=True):
        same = _same(before, after)
        assert same[:90].all()
        assert same[180:].all()
        assert not same[100:170].any()
    # The lead's new way begins and ends where the old one did.
    steps = np.linalg.norm(np.diff(found.motions[0].translation, axis=0), axis=1)
    assert steps[[88, 89, 179, 180]].max() < min(0.1, steps[90:179].max())  # random weights wander in between
    assert found.provenance.settings["redo"][0]["span"] == [3.0, 6.0]


def test_only_the_arms_of_one_dancer_are_made_anew(grooving_couple, duet_weights):
    found = pipeline.redo(grooving_couple, (2.0, 8.0), ["arms"], dancers=["follow"], weights=duet_weights)
    assert _same(found.dance.motions[0], grooving_couple.motions[0]).all()
    before, after = grooving_couple.motions[1], found.dance.motions[1]
    np.testing.assert_array_equal(before.translation, after.translation)
    changed = (before.poses != after.poses).any(axis=(0, 2))
    assert set(np.flatnonzero(changed)) <= {13, 14, 16, 17, 18, 19, 20, 21, 22, 23}
    assert changed[[16, 17, 18, 19]].all()


def test_one_dancer_whole_and_at_another_rate(grooving_couple, duet_weights):
    fast = grooving_couple.resample(50)
    found = pipeline.redo(fast, (0.0, 10.0), dancers=["follow"], weights=duet_weights).dance
    assert _same(found.motions[0], fast.motions[0]).all()
    assert found.fps == 50
    assert not _same(found.motions[1], fast.motions[1]).any()


def test_roles_are_swapped(grooving_couple):
    assert pipeline.swapped(grooving_couple).motions[0] is grooving_couple.motions[1]
    with pytest.raises(InputError, match="Only one dancer"):
        pipeline.swapped(Dance((grooving_couple.motions[0],), Provenance("test")))


BAD = {
    "style": ({"style": "polka"}, "no dance style"),
    "closeness": ({"closeness": "far"}, "no closeness"),
    "seed": ({"seed": -1}, "seed"),
    "guidance": ({"guidance": 99.0}, "guidance"),
    "variety": ({"variety": 7.0}, "variety"),
    "seconds": ({"seconds": 0.5}, "too short"),
}


@pytest.mark.parametrize("case", BAD)
def test_settings_out_of_range_are_named(case, duet_song, duet_weights):
    options, words = BAD[case]
    with pytest.raises(InputError, match=words):
        pipeline.generate(duet_song, weights=duet_weights, **options)


def test_what_cannot_be_danced_with_is_named(duet_song, duet_weights, grooving_couple, tmp_path):
    short = (
        Song(np.zeros(1000, np.float32), 1000, "", "blip"),
        AudioFeatures(np.zeros((30, 35), np.float32), np.zeros(0), np.zeros(0), 0.0, 1.0),
    )
    with pytest.raises(InputError, match="choose a song"):
        pipeline.generate(short, weights=duet_weights)
    with pytest.raises(InputError, match="at least 2 s"):
        pipeline.follow(make_groove(seconds=1.0), duet_song, weights=duet_weights)
    with pytest.raises(InputError, match="cut it"):
        pipeline.follow(make_groove(seconds=700.0, fps=5), duet_song, weights=duet_weights)
    with pytest.raises(InputError, match="Only one dancer"):
        pipeline.redo(Dance((make_groove(),), Provenance("test")), (0, 3), weights=duet_weights)
    for span in ((4.0, 4.5), (50.0, 60.0), (float("nan"), 3.0)):
        with pytest.raises(InputError, match="stretch"):
            pipeline.redo(grooving_couple, span, weights=duet_weights)
    with pytest.raises(InputError, match="no body part"):
        pipeline.redo(grooving_couple, (1, 4), ["tail"], weights=duet_weights)
    with pytest.raises(InputError, match="no dancer"):
        pipeline.redo(grooving_couple, (1, 4), dancers=["audience"], weights=duet_weights)
    with pytest.raises(InputError, match="There are no weights"):
        pipeline.generate(duet_song, weights=tmp_path / "none.safetensors")
