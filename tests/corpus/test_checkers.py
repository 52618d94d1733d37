from dataclasses import replace

import numpy as np
import pytest
from corpus.edit_dances import edit_dance

from demos.corpus.checkers import ALSO, check, enough, finding
from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import When
from demos.corpus.edits import STRONG, carry_out, make_edit, opposite, suits
from demos.corpus.parts import PARTS
from demos.motion.dance import Dance
from demos.motion.motion import Motion
from demos.runtime.errors import InputError

_DONE: dict[str, Dance] = {}


@pytest.fixture(scope="module")
def dance():
    return edit_dance()


def asked(dance, kind):
    if EDIT_KINDS[kind].ends:
        return make_edit(dance, kind, when=When("last_bars", 2) if kind == "hold_end" else When("first_bars", 1))
    # To the end: travelling need not come back, staying has no way to keep.
    return make_edit(dance, kind, when=When("second_half"), strength=STRONG)


def done(dance, kind):
    if kind not in _DONE:
        _DONE[kind] = carry_out(dance, asked(dance, kind))
    return _DONE[kind]


@pytest.fixture(params=EDIT_KINDS)
def kind(request):
    return request.param


def test_it_passes_when_carried_out(dance, kind):
    verdict = check(dance, done(dance, kind), asked(dance, kind))
    assert verdict.achieved, verdict
    assert verdict.preserved, verdict
    assert verdict.passed
    assert verdict.reason[0].isupper()
    assert verdict.reason.endswith(".")


def test_it_fails_when_nothing_was_done(dance, kind):
    verdict = check(dance, dance, asked(dance, kind))
    assert not verdict.achieved
    assert verdict.preserved
    assert all(value < 1e-5 for value in verdict.errors.values())


def test_it_fails_on_the_opposite(dance, kind):
    against = opposite(asked(dance, kind))
    if against is None:
        pytest.skip("nothing is its opposite")
    assert not check(dance, carry_out(dance, against), asked(dance, kind)).achieved


def test_it_follows_strength(dance, kind):
    if not EDIT_KINDS[kind].halves:
        pytest.skip("half of it makes no sense")
    edit = asked(dance, kind)
    half, tenth = (finding(dance, carry_out(dance, replace(edit, strength=s)), edit).score for s in (0.5, 0.1))
    full = finding(dance, done(dance, kind), edit).score
    assert tenth < enough(kind)
    assert tenth < half <= full + 0.02
    if kind not in ("punch", "swing_arms", "cross_arms", "smoother"):  # of these a half is hardly one
        assert half >= 0.8 * enough(kind)


def test_kinds_are_told_apart(dance):
    # Every kind's result before every other's check; the dance must leave room for what is asked.
    kinds = [name for name in EDIT_KINDS if not EDIT_KINDS[name].ends and suits(dance, asked(dance, name))]
    wrong, total = [], 0
    for name in kinds:
        edit = asked(dance, name)
        for other in kinds[:: 3 if name not in ("bigger", "energy", "calmer", "smaller") else 1]:
            if other == name or name in ALSO.get(other, ()):
                continue
            total += 1
            if finding(dance, done(dance, other), edit).score >= enough(name):
                wrong.append(f"{other} passes as {name}")
    assert total > 500
    assert len(wrong) <= 0.03 * total, wrong


@pytest.mark.parametrize("kind", ["raise_arms", "clap", "crouch", "jump", "kick", "nod", "torso_twist", "sharper"])
def test_at_the_wrong_time_it_fails(dance, kind):
    edit = make_edit(dance, kind, when=When("between_s", 9, 13), strength=STRONG)
    early = replace(edit, start_s=1.0, end_s=5.0)
    verdict = check(dance, carry_out(dance, early), edit)
    assert not verdict.achieved
    assert not verdict.preserved
    assert verdict.errors["before"] > 0.01


@pytest.mark.parametrize("part", ["left_arm", "head", "torso", "legs"])
def test_a_sabotaged_part_is_named(dance, part):
    edit = make_edit(dance, "raise_arms", params={"side": "right"}, when=When("second_half"), strength=STRONG)
    after = carry_out(dance, edit).motions[0]
    poses = after.poses.copy()
    frames = slice(int(edit.start_s * after.fps), len(after))
    joint = {"left_arm": 16, "head": 15, "torso": 6, "legs": 1}[part]
    poses[frames, joint] += np.array([0.8, 0.0, 0.0], np.float32)
    spoiled = dance.with_motions((Motion(poses, after.translation, after.fps),))
    verdict = check(dance, spoiled, edit)
    assert verdict.achieved
    assert not verdict.preserved
    assert max((name for name in verdict.errors if name in PARTS), key=lambda name: verdict.errors[name]) == part
    assert part.replace("_", " ") in verdict.reason


def test_arms_already_at_the_height_of_the_shoulders_need_only_go_where_asked(dance):
    front = make_edit(dance, "raise_arms", params={"to": "front"}, strength=STRONG)
    ahead = carry_out(dance, front)
    aside = make_edit(ahead, "raise_arms", params={"to": "side"}, strength=STRONG)
    after = carry_out(ahead, aside)
    assert check(ahead, after, aside).achieved
    assert not check(ahead, ahead, aside).achieved
    assert not check(after, ahead, aside).achieved
    assert not check(ahead, carry_out(ahead, make_edit(ahead, "lower_arms", strength=STRONG)), aside).achieved


def test_an_arm_already_overhead_need_only_stay_there(dance):
    one = carry_out(dance, make_edit(dance, "raise_arms", params={"side": "left"}, strength=STRONG))
    both = make_edit(one, "raise_arms", strength=STRONG)
    verdict = check(one, carry_out(one, both), both)
    assert verdict.achieved
    assert "lower" not in verdict.reason
    assert not check(one, one, both).achieved
    right = carry_out(one, make_edit(one, "raise_arms", params={"side": "right"}, strength=STRONG))
    left_down = carry_out(right, make_edit(right, "lower_arms", params={"side": "left"}, strength=STRONG))
    assert not check(one, left_down, both).achieved


def test_the_left_arm_for_the_right_fails(dance):
    right = make_edit(dance, "raise_arms", params={"side": "right"}, strength=STRONG)
    left = make_edit(dance, "raise_arms", params={"side": "left"}, strength=STRONG)
    verdict = check(dance, carry_out(dance, left), right)
    assert not verdict.achieved
    assert not verdict.preserved


def test_turns_are_counted(dance):
    twice = make_edit(dance, "turn", params={"way": "left", "count": 2})
    assert check(dance, carry_out(dance, twice), twice).achieved
    for count, way in ((1, "left"), (3, "left"), (2, "right")):
        other = make_edit(dance, "turn", params={"way": way, "count": count})
        assert not check(dance, carry_out(dance, other), twice).achieved


def test_a_reason_says_how_much_and_when(dance):
    edit = make_edit(dance, "crouch", when=When("second_half"), strength=STRONG)
    reason = check(dance, carry_out(dance, edit), edit).reason
    assert "cm lower" in reason
    assert "second half" in reason
    assert check(dance, dance, edit).reason.startswith("Not what was asked")


def test_an_earlier_edit_survives_one_of_other_parts(dance):
    crouch = make_edit(dance, "crouch", when=When("second_half"), strength=STRONG)
    low = carry_out(dance, crouch)
    arms = make_edit(low, "raise_arms", when=When("second_half"), strength=STRONG)
    both = carry_out(low, arms)
    assert check(low, both, arms).passed
    assert check(dance, both, crouch).achieved


def test_couples_need_both(dance):
    two = Dance((dance.motions[0], dance.motions[0].move(np.array([2.0, 0, 0]))), dance.provenance, "", dance.beats,
                dance.downbeats)  # fmt: skip
    edit = make_edit(two, "clap", strength=STRONG)
    after = carry_out(two, edit)
    assert check(two, after, edit).achieved
    assert not check(two, two.with_motions((after.motions[0], two.motions[1])), edit).achieved


def test_what_cannot_be_compared_is_refused(dance):
    edit = make_edit(dance, "jump")
    with pytest.raises(InputError):
        check(dance, dance.resample(20), edit)
    with pytest.raises(InputError):
        check(dance, dance, replace(edit, start_s=90.0, end_s=95.0))
