"""The pipeline on tiny networks: what is held stays bit by bit, what is not done is said, all can be replayed."""

import functools
import itertools

import numpy as np
import pytest
import torch
from made_motion import make_groove
from rigged import heard, obey, puzzled, read_as, reading, tiny_weights

from demos.corpus.edit_ranges import When
from demos.corpus.edits import make_edit
from demos.corpus.parts import PARTS, joint_set
from demos.editing import pipeline
from demos.motion.dance import Dance, Provenance
from demos.motion.vector import FPS
from demos.nn import finishing
from demos.runtime.errors import InputError

torch.set_num_threads(1)  # more only wait for one another on networks this small
generate = functools.partial(pipeline.generate, steps=2)
edit = functools.partial(pipeline.edit, steps=2)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return tiny_weights(tmp_path_factory.mktemp("weights"))


def dance(seconds: float = 10.0, *, fps: float = 30.0, dancers: int = 1) -> Dance:
    motions = tuple(make_groove(seconds, fps=fps, side=1.5 * index) for index in range(dancers))
    beats = np.arange(0, seconds, 0.5)
    return Dance(motions, Provenance("test"), "c0" * 32, beats, beats[::4])


def same(first: Dance, second: Dance) -> bool:
    return first.provenance == second.provenance and all(
        np.array_equal(a.poses, b.poses) and np.array_equal(a.translation, b.translation)
        for a, b in zip(first.motions, second.motions, strict=True)
    )


# --- a dance from a song


def test_a_dance_has_the_songs_length_beats_and_story(weights):
    made = generate(heard(9.0), weights=weights, seed=5, style="Jazz ")
    assert len(made.dance) == 270
    assert made.dance.beats.tolist() == np.arange(0, 9, 0.5).tolist()
    assert made.dance.song_sha256 == "c0" * 32
    story = made.dance.provenance
    assert (story.system, story.seed, story.settings["generate"]["style"]) == (pipeline.SYSTEM, 5, "jazz")
    assert len(story.weights_sha256) == 64
    assert "120 beats" in made.message


def test_the_same_seed_is_the_same_dance_and_another_is_not(weights):
    first, again, other = (generate(heard(4.0), weights=weights, seed=seed).dance for seed in (1, 1, 2))
    assert same(first, again)
    assert not np.array_equal(first.motions[0].poses, other.motions[0].poses)


def test_it_streams_and_ends_as_the_whole(weights):
    parts = list(pipeline.preview(heard(20.0), weights=weights, steps=2))
    assert [round(part.done, 2) for part in parts] == [0.4, 0.7, 1.0]
    assert len(parts[0].dance) == 8 * FPS
    assert same(parts[-1].dance, generate(heard(20.0), weights=weights).dance)
    for early, late in itertools.pairwise(parts):
        assert np.array_equal(early.raw.motions[0].poses, late.raw.motions[0].poses[: len(early.raw)])
        settled = len(early.dance) - round(finishing.RAMP_S * FPS)
        assert np.array_equal(early.dance.motions[0].poses[:settled], late.dance.motions[0].poses[:settled])


def test_raw_is_kept_and_lock_can_be_off(weights):
    locked = generate(heard(4.0), weights=weights)
    loose = generate(heard(4.0), weights=weights, lock=False)
    assert np.array_equal(locked.raw.motions[0].poses, loose.dance.motions[0].poses)
    assert not np.array_equal(locked.dance.motions[0].poses, locked.raw.motions[0].poses)


def test_a_part_of_a_song_and_more_than_there_is(weights):
    assert len(generate(heard(9.0), seconds=3.0, weights=weights).dance) == 90
    assert len(generate(heard(9.0), seconds=99.0, weights=weights).dance) == 270


def test_a_song_without_a_beat_is_danced_to_and_said(weights):
    made = generate(heard(3.0, beats=False), weights=weights)
    assert "no beat was heard" in made.message
    assert len(made.dance.beats) == 0


def test_progress_counts_up_and_can_stop_it(weights):
    seen = []
    generate(heard(14.0), weights=weights, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(heard(4.0), weights=weights, on_progress=stop)


@pytest.mark.parametrize(
    ("song_s", "settings", "said"),
    [
        (1.0, {}, "at least 2 s"),
        (9.0, {"seconds": 0.5}, "at least 2 s"),
        (9.0, {"seconds": float("nan")}, "at least 2 s"),
        (9.0, {"style": "waltz"}, "choose from mixed"),
        (9.0, {"seed": -1}, "seed"),
        (9.0, {"seed": 1.5}, "seed"),
        (9.0, {"steps": 0}, "steps"),
        (9.0, {"guidance": float("inf")}, "guidance"),
        (9.0, {"weights": "nowhere.safetensors"}, "no weights"),
    ],
)
def test_bad_orders_are_one_sentence(weights, song_s, settings, said):
    with pytest.raises(InputError, match=said):
        generate(heard(song_s), **{"weights": weights, **settings})


def test_a_file_that_is_no_song(weights, tmp_path, private_cache):
    path = tmp_path / "song.mp3"
    path.write_bytes(b"")
    with pytest.raises(InputError, match="empty"):
        generate(path, weights=weights)


# --- words change it


def raise_arms(before: Dance, when: When | None = None, **how):
    return make_edit(before, "raise_arms", when=when or When(), **how)


@pytest.mark.parametrize("fps", [30.0, 60.0, 25.0])
@pytest.mark.parametrize("lock", [True, False])
def test_outside_a_picked_stretch_and_parts_every_bit_stays(weights, monkeypatch, fps, lock):
    before = dance(fps=fps)
    read_as(monkeypatch, reading(make_edit(before, "energy")))
    after = edit(
        before, "x", song=heard(10.0), span=(2.02, 6.4), parts=("legs", "left_arm"), lock=lock, weights=weights
    )
    time = np.arange(len(before)) / fps
    outside = (time < 2.02) | (time >= 6.4)
    other = [joint for part in set(PARTS) - {"legs", "left_arm", "root"} for joint in PARTS[part]]
    for result in (after.dance, after.raw):
        a, b = result.motions[0], before.motions[0]
        assert np.array_equal(a.poses[outside], b.poses[outside])
        assert np.array_equal(a.translation[outside], b.translation[outside])
        assert np.array_equal(a.poses[:, other], b.poses[:, other])
        assert not np.array_equal(a.poses[:, joint_set(["left_arm"])], b.poses[:, joint_set(["left_arm"])])
    assert after.change[:20].max() == 0.0
    assert after.change[65:].max() == 0.0


def test_nothing_jumps_at_the_ends_of_a_stretch(weights, monkeypatch):
    before = dance()
    read_as(monkeypatch, reading(make_edit(before, "energy")))
    after = edit(before, "x", span=(2.0, 6.0), rules=False, weights=weights).dance.motions[0]
    step = np.abs(np.diff(after.joints - before.motions[0].joints, axis=0)).max(axis=(1, 2))
    assert step[[59, 60, 178, 179]].max() < 0.02  # metres a frame; a random network wanders by much more inside


def test_an_arm_edit_leaves_the_feet_unlocked_and_alone(weights, monkeypatch):
    before = dance()
    read_as(monkeypatch, reading(raise_arms(before)))
    after = edit(before, "x", rules=False, weights=weights).dance.motions[0]
    rest = [joint for joint in range(24) if joint not in joint_set(["arms"])]
    assert np.array_equal(after.poses[:, rest], before.motions[0].poses[:, rest])
    assert np.array_equal(after.translation, before.motions[0].translation)


def test_what_is_achieved_is_said_with_what_was_seen(weights, monkeypatch):
    before = dance()
    asked = raise_arms(before, When("second_half"))
    read_as(monkeypatch, reading(asked))
    calls = obey(monkeypatch, before, asked)
    after = edit(before, "both arms up later", song=heard(10.0), seed=7, text_guidance=2.0, weights=weights)
    assert after.achieved
    assert after.changed
    assert after.message.startswith("Raise both arms overhead in the second half: done. The arms are")
    assert (calls[0]["seed"], calls[0]["text_guidance"], calls[0]["parts"]) == (7, 2.0, asked.parts)
    assert calls[0]["music"][:, :35].any()
    arms = after.change[:, :2]
    assert arms[60:].mean() > 0.5
    assert arms[:36].max() == 0.0


def test_what_does_not_come_out_is_said(weights, monkeypatch):
    before = dance()
    asked = raise_arms(before)
    read_as(monkeypatch, reading(asked))
    obey(monkeypatch, before, make_edit(before, "lower_arms"))
    after = edit(before, "arms up", rules=False, weights=weights)
    assert not after.achieved
    assert "did not come out" in after.message
    assert "another seed" in after.message


def test_where_the_network_fails_rules_do_it_and_that_is_said(weights, monkeypatch):
    before = dance()
    asked = raise_arms(before, When("second_half"))
    read_as(monkeypatch, reading(asked))
    after = edit(before, "arms up", weights=weights)
    assert (after.achieved, after.by_rule) == (True, (True,))
    assert "done by rule" in after.message
    picked = edit(before, "arms up", span=(2.0, 7.0), weights=weights)
    assert picked.by_rule == (True,)
    outside = np.r_[0:60, 210:300]
    assert np.array_equal(picked.dance.motions[0].poses[outside], before.motions[0].poses[outside])
    obey(monkeypatch, before, asked)
    assert edit(before, "arms up", weights=weights).by_rule == (False,)


def test_what_is_not_understood_changes_nothing(weights, monkeypatch):
    before = dance()
    read_as(monkeypatch, puzzled(problem="I read English only."))
    after = edit(before, "blub blub", weights=weights)
    assert after.dance is before
    assert after.raw is before
    assert after.message == "I read English only."
    assert (after.changed, after.achieved, after.change.max()) == (False, False, 0.0)


def test_clauses_are_carried_out_one_after_another(weights, monkeypatch):
    before = dance()
    first, second = raise_arms(before, When("first_half")), make_edit(before, "nod", when=When("second_half"))
    read_as(monkeypatch, reading(first), puzzled("paint it blue", "Only the dance can be changed."), reading(second))
    obey(monkeypatch, before, first, second)
    seen = []
    after = edit(before, "x", weights=weights, on_progress=lambda *step: seen.append(step))
    assert [verdict.achieved for verdict in after.verdicts] == [True, True]
    assert not after.achieved  # one clause was not understood
    told = after.message.split("\n")
    assert told[1] == "“paint it blue”: Only the dance can be changed."
    assert len(told) == 3
    assert seen == [(50, 100), (100, 100)]


def test_a_clause_that_a_later_one_takes_back_is_not_called_done(weights, monkeypatch):
    before = dance()
    first, second = raise_arms(before), make_edit(before, "lower_arms")
    read_as(monkeypatch, reading(first), reading(second))
    obey(monkeypatch, before, first, second)
    after = edit(before, "x", weights=weights)
    assert not after.verdicts[0].achieved
    assert "took it back" in after.message


def test_picked_parts_that_cannot_do_it(weights, monkeypatch):
    before = dance()
    read_as(monkeypatch, reading(raise_arms(before)))
    after = edit(before, "arms up", parts=("legs",), weights=weights)
    assert after.dance is before
    assert "“Raise both arms overhead” cannot be done with the legs and the pelvis alone" in after.message


def test_a_picked_stretch_wins_over_the_words(weights, monkeypatch):
    before = dance()
    asked = raise_arms(before, When("first_half"))
    there = raise_arms(before, When("from_s", 6.0))
    read_as(monkeypatch, reading(asked))
    calls = obey(monkeypatch, before, there)
    after = edit(before, "x", span=(6.0, 10.0), weights=weights)
    assert "from 6 s on" in after.message
    assert (calls[0]["start"], calls[0]["stop"]) == (180 + calls[0]["blend"], 300)


def test_strength_scales_what_the_words_ask(weights, monkeypatch):
    before = dance()
    asked = raise_arms(before)
    read_as(monkeypatch, reading(asked))
    sizes = []
    for strength in (1.0, 0.8, 0.3, 0.0):
        calls = obey(monkeypatch, before, asked)
        after = edit(before, "x", strength=strength, weights=weights)
        sizes.append(float(after.change.mean()))
        assert len(calls) == (strength > 0)
        if calls:
            assert calls[0]["strength"] == pytest.approx(max(0.85 * strength, 0.6))
    assert sizes[0] == sizes[1] > 2 * sizes[2] > 0  # the rigged editor obeys alike; what is shown of it does not
    assert sizes[3] == 0
    assert "strength is 0" in after.message


def test_a_turn_has_no_half_strength(weights, monkeypatch):
    before = dance()
    asked = make_edit(before, "turn", strength=1.0)
    read_as(monkeypatch, reading(asked))
    calls = obey(monkeypatch, before, asked)
    assert edit(before, "x", strength=0.3, weights=weights).achieved
    assert calls[0]["strength"] == 1.0


def test_both_of_a_couple_or_the_one_who_is_named(weights, monkeypatch):
    before = dance(dancers=2)
    asked = raise_arms(before)
    texts = read_as(monkeypatch, reading(asked))
    obey(monkeypatch, before, asked, asked)
    both = edit(before, "raise the arms", weights=weights)
    assert both.achieved
    assert all(not np.array_equal(a.poses, b.poses) for a, b in zip(both.dance.motions, before.motions, strict=True))
    obey(monkeypatch, before, asked)
    one = edit(before, "the follower raises the arms", weights=weights)
    assert texts[-1] == "the dancer raises the arms"
    assert one.achieved
    assert np.array_equal(one.dance.motions[0].poses, before.motions[0].poses)
    assert one.message.startswith("The follower: raise both arms")
    alone = edit(dance(), "the follower raises the arms", weights=weights)
    assert not alone.changed
    assert "one dancer" in alone.message


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"span": (3.0, 3.5)}, "at least 1 s"),
        ({"span": (12.0, 14.0)}, "pick one inside"),
        ({"span": (5.0, 2.0)}, "pick one inside"),
        ({"span": (float("nan"), 2.0)}, "pick one inside"),
        ({"parts": ("tail",)}, "no body part"),
        ({"strength": 2.0}, "strength"),
        ({"seed": 2**40}, "seed"),
        ({"steps": 2.5}, "steps"),
        ({"text_guidance": -1}, "text guidance"),
    ],
)
def test_bad_settings_are_one_sentence(weights, monkeypatch, settings, said):
    before = dance()
    read_as(monkeypatch, reading(raise_arms(before)))
    with pytest.raises(InputError, match=said):
        edit(before, "x", **{"weights": weights, **settings})


def test_a_dance_of_a_second_and_a_book(weights):
    with pytest.raises(InputError, match="at least 2 s"):
        edit(dance(1.0), "arms up", weights=weights)
    before = dance()
    after = edit(before, "raise the arms and then " * 100, weights=weights)
    assert after.dance is before
    assert "characters" in after.message


def test_a_dance_without_a_song_takes_on_the_one_given(weights, monkeypatch):
    before = Dance(dance().motions, Provenance("file", source="mine.bvh"))
    read_as(monkeypatch, reading(raise_arms(before)))
    after = edit(before, "x", song=heard(10.0), weights=weights).dance
    assert after.song_sha256 == "c0" * 32
    assert len(after.beats) == 20
    assert after.provenance.source == "mine.bvh"
    silent = edit(before, "x", weights=weights).dance
    assert silent.song_sha256 == ""


# --- again


def test_a_conversation_can_be_replayed_from_its_provenance(weights, monkeypatch):
    song = heard(8.0)
    made = generate(song, weights=weights, seed=3).dance
    read_as(monkeypatch, reading(raise_arms(made)))
    once = edit(made, "arms up", song=song, weights=weights, seed=4, span=(2.0, 5.0), parts=("arms",)).dance
    read_as(monkeypatch, reading(make_edit(once, "crouch")))
    twice = edit(once, "lower", song=song, weights=weights, strength=0.5, lock=False).dance
    assert twice.provenance.prompts == ("arms up", "lower")
    assert Provenance.from_json(twice.provenance.to_json()) == twice.provenance
    turns = iter([reading(raise_arms(made)), reading(make_edit(once, "crouch"))])
    monkeypatch.setattr(pipeline.reader, "read_all", lambda *_, **__: [next(turns)])
    again = pipeline.replay(Provenance.from_json(twice.provenance.to_json()), song, weights=weights)
    assert same(again, twice)


def test_a_replay_needs_the_same_beginning_and_weights(weights, monkeypatch, tmp_path):
    song, before = heard(10.0), dance()
    read_as(monkeypatch, reading(raise_arms(before)))
    after = edit(before, "arms up", song=song, weights=weights).dance
    assert same(pipeline.replay(after.provenance, song, base=before, weights=weights), after)
    with pytest.raises(InputError, match="give that one too"):
        pipeline.replay(after.provenance, song, weights=weights)
    with pytest.raises(InputError, match="other weights of the editor"):
        pipeline.replay(after.provenance, song, base=before, weights=tiny_weights(tmp_path, seed=9))
    with pytest.raises(InputError, match="cannot be made again"):
        pipeline.replay(before.provenance, song, weights=weights)


def test_alternatives_differ_by_their_seeds(weights, monkeypatch):
    before = dance()
    read_as(monkeypatch, reading(raise_arms(before)))
    ways = list(pipeline.alternatives(functools.partial(edit, before, "x", rules=False, weights=weights), seed=5))
    assert [way.dance.provenance.settings["edits"][0]["seed"] for way in ways] == [5, 6, 7]
    assert not np.array_equal(ways[0].dance.motions[0].poses, ways[1].dance.motions[0].poses)
