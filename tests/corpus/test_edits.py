from itertools import pairwise

import numpy as np
import pytest
from corpus.edit_dances import edit_dance
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.corpus.checkers import check
from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import NAMES, When, span_of
from demos.corpus.edits import Edit, carry_out, make_edit, opposite, sample_chain, sample_edit
from demos.corpus.layers.registry import KINDS as LAYERS
from demos.corpus.parts import joint_set
from demos.motion.dance import Dance
from demos.runtime.errors import InputError


@pytest.fixture(scope="module")
def dance() -> Dance:
    return edit_dance()


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When("first_counts", 8), (0.0, 4.0)),
        (When("second_half"), (6.0, 14.0)),  # the downbeat nearest to 7 s
        (When("last_bars", 1), (12.0, 14.0)),
        (When("counts_from", 2, 8), (4.0, 8.0)),
        (When("bar", 3), (4.0, 6.0)),
        (When("between_s", 2, 5), (2.0, 5.0)),
        (When("last_s", 3), (11.0, 14.0)),
    ],
)
def test_stretches_by_hand(dance, when, expected):
    found = span_of(when, dance)
    if when.name == "second_half":
        assert found in ((6.0, 14.0), (8.0, 14.0))
    else:
        assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("when", [When("from_s", 20), When("bar", 40), When("between_s", 5, 4)])
def test_a_stretch_outside_the_dance_is_refused(dance, when):
    with pytest.raises(InputError):
        span_of(when, dance)


def test_an_unknown_stretch_kind_param_or_part_is_refused(dance):
    for call in (
        lambda: When("sometimes"),
        lambda: make_edit(dance, "levitate"),
        lambda: make_edit(dance, "turn", params={"count": 99}),
        lambda: make_edit(dance, "turn", params={"speed": 2}),
        lambda: make_edit(dance, "clap", keep=("arms",)),
        lambda: make_edit(dance, "kick", keep=("legs",)),
        lambda: make_edit(dance, "bigger", only=("tail",)),
        lambda: make_edit(dance, "crouch", strength=2.0),
    ):
        with pytest.raises(InputError):
            call()


@pytest.mark.parametrize("kind", EDIT_KINDS)
def test_an_edit_leaves_other_parts_and_times_bit_equal(dance, kind):
    edit = make_edit(dance, kind, when=When("between_s", 5, 9) if not EDIT_KINDS[kind].ends else When("last_bars", 1))
    after = carry_out(dance, edit)
    other = [joint for joint in range(24) if joint not in joint_set(tuple(edit.parts))]
    before_motion, motion = dance.motions[0], after.motions[0]
    np.testing.assert_array_equal(motion.poses[:, other], before_motion.poses[:, other])
    layer = EDIT_KINDS[kind].layer
    blend = LAYERS[layer].blend_s if layer else 0.8
    time = np.arange(len(dance)) / dance.fps
    outside = (time < edit.start_s - blend - 1e-6) | ((time > edit.end_s + blend + 1e-6) & (kind != "hold_start"))
    if kind != "hold_start":
        np.testing.assert_array_equal(motion.poses[outside], before_motion.poses[outside])
    assert not np.array_equal(motion.poses, before_motion.poses)


@pytest.mark.parametrize("part", ["arms", "head", "torso"])
def test_what_is_to_be_kept_is_kept(dance, part):
    after = carry_out(dance, make_edit(dance, "energy", keep=(part,)))
    kept = list(joint_set((part,)))
    np.testing.assert_array_equal(after.motions[0].poses[:, kept], dance.motions[0].poses[:, kept])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_sampled_edits_are_deterministic_and_fit_the_dance(seed):
    made = edit_dance()
    edit = sample_edit(made, seed=seed)
    assert edit == sample_edit(made, seed=seed)
    assert edit == Edit.from_json(edit.to_json())
    assert 0 <= edit.start_s < edit.end_s <= made.duration_s
    assert edit.when.name in NAMES
    assert edit.parts
    assert not check(made, made, edit).achieved


def test_what_is_there_already_is_not_asked_for(dance):
    raised = carry_out(dance, make_edit(dance, "raise_arms", strength=1.0))
    with pytest.raises(InputError):
        sample_edit(raised, seed=0, kinds=["raise_arms"])
    assert sample_edit(raised, seed=0, kinds=["lower_arms"]).kind == "lower_arms"


@pytest.mark.parametrize(("kind", "other"), [("bigger", "smaller"), ("clap", "open_arms"), ("salsa", None)])
def test_opposites(dance, kind, other):
    turned = opposite(make_edit(dance, kind))
    assert (turned.kind if turned else None) == other


def test_the_opposite_of_a_turn_goes_the_other_way(dance):
    back = opposite(make_edit(dance, "turn", params={"way": "left", "count": 2}))
    assert back is not None
    assert back.params == {"way": "right", "count": 2}


def test_chains_build_on_each_other(dance):
    turns = sample_chain(dance, seed=3)
    assert len(turns) == 4
    assert turns[0].before is dance
    for turn, following in pairwise(turns):
        assert following.before is turn.after
    assert len({turn.edit.kind for turn in turns}) == 4
    assert sum(check(turn.before, turn.after, turn.edit).passed for turn in turns) >= 3


def test_a_held_end_stands_and_starts_from_the_dance(dance):
    edit = make_edit(dance, "hold_end", when=When("last_bars", 1))
    after = carry_out(dance, edit).motions[0]
    still = after.poses[int((edit.start_s + 0.9) * after.fps) :]
    assert np.abs(still - still[0]).max() < 1e-6
    step = np.linalg.norm(np.diff(after.joints, axis=0), axis=-1).max()
    assert step <= 1.05 * np.linalg.norm(np.diff(dance.motions[0].joints, axis=0), axis=-1).max()
