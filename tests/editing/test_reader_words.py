"""The plain-text side of reading: clauses, times, parts, contradictions, and the words that training makes."""

import re

import pytest

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import WHOLE, When
from demos.corpus.edits import Edit
from demos.corpus.instructions import WORDINGS, expansions
from demos.editing import reader_clauses as clauses
from demos.editing.reader_data import UNSAID, examples, further, labels
from demos.editing.reader_evaluate import blank_dance
from demos.editing.reader_free import FREE_SET, FRESH_SET
from demos.editing.reader_model import HEADS, NO_EDIT
from demos.editing.reader_model import PROBLEMS as NAMES
from demos.editing.reader_said import describe
from demos.editing.reader_times import time_said
from demos.editing.reader_words import FREE, PROBLEMS
from demos.editing.reader_words_more import FURTHER, MORE_NONE

TWELVE = blank_dance(seconds=12.0)  # beats every half second


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in clauses.pieces(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("calmer, but keep the arms and turn twice", ["calmer, but keep the arms", "turn twice"]),
        ("turn left, then jump. Keep it sharp!", ["turn left", "jump", "Keep it sharp"]),
        ("raise both arms in the second half", ["raise both arms in the second half"]),
        ("lift the left and the right arm", ["lift the left and the right arm"]),
        ("more energy\nmirror it", ["more energy", "mirror it"]),
    ],
)
def test_pieces(text, parts):
    assert cut(text) == parts


def test_join_puts_what_is_no_edit_to_its_neighbour():
    text = "in the first half, raise the arms, to the side, jump"
    spans = clauses.pieces(text)
    joined = clauses.join(spans, [False, True, False, True])
    assert [text[start:end] for start, end in joined] == ["in the first half, raise the arms, to the side", "jump"]
    assert clauses.join(spans, [False] * 4) == [(0, len(text))]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("calmer, but keep the arms", ("arms",)),
        ("bounce, don't touch the head", ("head",)),
        ("sharper; the footwork should stay as it is", ("legs",)),
        ("leave the arms and the head alone", ("arms", "head")),
        ("keep the arms up", ()),
        ("keep your hands on the hips", ()),
        ("raise the arms", ()),
    ],
)
def test_kept(text, parts):
    assert clauses.kept(text) == parts


def test_only():
    assert clauses.only("sharper, only with the left arm") == ("left_arm",)
    assert clauses.only("smoother, upper body only") == ("upper",)
    assert clauses.only("make the arms sharper") == ()


@pytest.mark.parametrize(
    "text", ["raise and lower the arms", "faster and slower", "make it bigger but smaller", "open and cross the arms"]
)
def test_contradictions_are_named(text):
    said = clauses.contradiction(text)
    assert said is not None
    assert "choose one" in said


@pytest.mark.parametrize(
    "text",
    ["nod the head up and down", "look left and right", "raise the arms in the first half and lower them in the second",
     "bigger and more energetic", "sharper and faster"],
)  # fmt: skip
def test_no_contradiction(text):
    assert clauses.contradiction(text) is None


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("turn twice at the end", When("last_counts", 8)),
        ("from 0:02 to 0:05", When("between_s", 2, 5)),
        ("more energy 2-5s", When("between_s", 2, 5)),
        ("in the last third", When("between_s", 8, 12)),
        ("second quarter", When("between_s", 3, 6)),
        ("jump in bars 2 to 3", When("between_s", 2, 6)),
        ("kick at 3 seconds", When("from_s", 3)),
        ("in the second half", When("second_half")),
        ("on the last eight counts", When("last_counts", 8)),
        ("turn to the left twice", WHOLE),
        ("look in the second mirror", WHOLE),
    ],
)
def test_times(text, when):
    assert time_said(text, TWELVE, "turn").when == when


def test_a_place_in_the_music_that_is_not_known_is_said():
    said = time_said("get low at the drop", TWELVE, "crouch")
    assert said.when == WHOLE
    assert said.rest == "get low"
    assert "drop" in said.note


@pytest.mark.parametrize(
    ("kind", "text", "params"),
    [
        ("turn", "spin twice counter-clockwise", {"way": "left", "count": 2}),
        ("turn", "3 turns clockwise", {"way": "right", "count": 3}),
        ("turn", "pirouette left x4", {"way": "left", "count": 4}),
        ("raise_arms", "arms up", {"side": "both", "to": "overhead"}),
        ("raise_arms", "left arm up to the side", {"to": "side"}),
        ("punch", "punch the sky", {"side": "both", "to": "up"}),
        ("kick", "kick instead of stepping", {"to": "front"}),
        ("freeze", "freeze every 8 counts", {"every": 8.0}),
        ("jump", "jump every 3 beats", {}),
    ],
)
def test_params_said_beyond_doubt(kind, text, params):
    assert clauses.params_said(kind, text) == params


@pytest.mark.parametrize(
    "text", ["", "   ", "🔥💃", "???", "もっとゆっくり", "руки вверх", "bitte die Arme und die Beine"]
)
def test_unreadable(text):
    said = clauses.unreadable(clauses.tidy(text))
    assert said is not None
    assert said.endswith(".")


@pytest.mark.parametrize("text", ["make it sharper", "do a plié", "la la la", "relevé on the toes", "cha-cha-cha"])
def test_readable(text):
    assert clauses.unreadable(text) is None


def test_every_problem_has_an_answer_of_one_sentence():
    for name in NAMES:
        said = clauses.answer(name, "")
        assert said.count(". ") == 0
        assert said.endswith(".")


def test_every_kind_has_words():
    assert set(FREE) == set(FURTHER) == set(clauses.ASK) == set(EDIT_KINDS)
    assert set(MORE_NONE) <= set(PROBLEMS) == set(NAMES)
    for name, kind in EDIT_KINDS.items():
        said = describe(Edit(name, WHOLE, 0.0, 8.0, kind.complete({})))
        assert said.endswith(".")
        assert "  " not in said


def test_describe():
    edit = Edit("raise_arms", When("second_half"), 4.0, 8.0, {"side": "both", "to": "overhead"}, (), ("legs",), 1.0)
    assert describe(edit) == "Raise both arms overhead, a lot in the second half; the legs stay as before."


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", re.sub(r"\{\w+\}", "", text.lower())).strip()


def test_the_free_sets_are_not_among_the_words_of_training():
    known = {
        _bare(text) for words in (FREE, FURTHER, PROBLEMS, MORE_NONE) for texts in words.values() for text in texts
    }
    known |= {
        _bare(way) for texts in WORDINGS.values() for text in texts for way in expansions(re.sub("^[a-z]:", "", text))
    }
    assert not [case.text for case in (*FREE_SET, *FRESH_SET) if _bare(case.text) and _bare(case.text) in known]
    assert len(FREE_SET) >= 80
    assert len({case.text for case in (*FREE_SET, *FRESH_SET)}) == len(FREE_SET) + len(FRESH_SET)


def test_examples_are_the_same_for_the_same_seed_and_fit_their_labels():
    made = examples(60, seed=3)
    assert made == examples(60, seed=3)
    assert made != examples(60, seed=4)
    for example in (*made, *further(60, seed=3)):
        marks = labels(example)
        assert set(marks) == set(HEADS)
        assert example.text
        if example.edit is None:
            assert HEADS["kind"][marks["kind"]] == NO_EDIT
            assert marks["degree"] == UNSAID
        else:
            assert HEADS["kind"][marks["kind"]] == example.edit.kind
            for name, value in example.edit.params.items():
                assert HEADS[name][marks[name]] == value


def test_held_out_examples_all_ask_for_an_edit():
    made = examples(40, seed=1, split="test")
    assert all(example.edit is not None for example in made)
    assert len({example.edit.kind for example in made if example.edit}) > 10
