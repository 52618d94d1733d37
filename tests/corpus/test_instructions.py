import re

import pytest
from corpus.edit_dances import edit_dance

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edit_ranges import When
from demos.corpus.edits import make_edit, sample_edit
from demos.corpus.instructions import REGISTERS, SPLITS, WORDINGS, expansions, instructions, wordings
from demos.corpus.understanding import parse
from demos.runtime.errors import InputError


@pytest.fixture(scope="module")
def dance():
    return edit_dance()


def usual(dance, kind):
    return make_edit(dance, kind, when=When("last_bars", 2) if EDIT_KINDS[kind].ends else When("second_half"))


@pytest.mark.parametrize("kind", EDIT_KINDS)
def test_there_are_sixty_ways_and_they_are_clean(dance, kind):
    edit = usual(dance, kind)
    if EDIT_KINDS[kind].ends:
        edit = make_edit(dance, kind, when=When("last_bars", 1) if kind == "hold_end" else When("first_bars", 1))
    texts = instructions(edit, seed=0, count=60)
    assert len(set(texts)) == 60
    for text in texts:
        assert not re.search(r"[\[\]{}|]|  | [,.?]|^\s|\s$", text), text
        assert 1 <= len(text.split()) <= 40
    assert texts == instructions(edit, seed=0, count=60)
    assert texts != instructions(edit, seed=1, count=60)


@pytest.mark.parametrize("kind", EDIT_KINDS)
def test_held_out_wordings_are_not_trained_on(dance, kind):
    by_split = {split: {text for _, text in wordings(kind, split)} for split in SPLITS}
    assert all(by_split.values())
    assert not by_split["train"] & by_split["test"]
    assert not by_split["train"] & by_split["validation"]
    assert sum(len(wordings(kind, split)) for split in SPLITS) == len(WORDINGS[kind])
    said = {split: set(instructions(_edit(dance, kind), seed=0, count=40, split=split)) for split in SPLITS}
    assert not said["train"] & said["test"]


def _edit(dance, kind):
    return (
        sample_edit(dance, seed=5, kinds=[kind])
        if kind not in ("rise", "stay", "lower_arms")
        else make_edit(dance, kind)
    )


def test_what_is_asked_is_said(dance):
    edit = make_edit(dance, "raise_arms", when=When("second_half"), params={"side": "left"}, keep=("head",))
    for text in instructions(edit, seed=2, count=40):
        assert "left" in text
        assert re.search(r"second half|halfway", text)
        assert "head" in text
    for text in instructions(make_edit(dance, "turn", params={"way": "right", "count": 2}), seed=2, count=40):
        assert "right" in text
        assert re.search(r"twice|two|2|double", text)
    for text in instructions(make_edit(dance, "sharper", only=("left_arm",)), seed=2, count=40):
        assert "left arm" in text
    slight = instructions(make_edit(dance, "crouch", strength=0.6), seed=2, count=40)
    assert all(re.search(r"bit|little|slightly|touch|somewhat", text) for text in slight)


@pytest.mark.parametrize("register", REGISTERS)
def test_registers_differ(dance, register):
    texts = instructions(usual(dance, "bigger"), seed=0, count=20, registers=[register])
    assert len(texts) >= 4
    if register == "formal":
        assert all(text[0].isupper() and text[-1] in ".?" for text in texts)
    if register == "terse":
        assert max(len(text.split()) for text in texts) <= 14


def test_bad_requests_are_refused(dance):
    edit = make_edit(dance, "jump")
    for bad in ({"registers": ["rude"]}, {"split": "all"}, {"count": 0}):
        with pytest.raises(InputError):
            instructions(edit, **{"seed": 0, "count": 3, **bad})


def test_alternatives_are_expanded():
    assert expansions("[raise|lift] {arms} [up|]") == [
        "raise {arms} up",
        "raise {arms} ",
        "lift {arms} up",
        "lift {arms} ",
    ]


def test_training_wordings_are_read_back(dance):
    right = total = 0
    for number, kind in enumerate(EDIT_KINDS):
        edit = _edit(dance, kind)
        for text in instructions(edit, seed=number, count=3):
            read = parse(text, dance)
            right += read is not None and read.kind == kind
            total += 1
    assert right / total > 0.85


@pytest.mark.parametrize(
    ("text", "kind", "params"),
    [
        ("Raise your left arm in the second half", "raise_arms", {"side": "left"}),
        ("turn to the left twice", "turn", {"way": "left", "count": 2}),
        ("kick instead of stepping", "kick", {}),
        ("sink lower on every downbeat", "sink", {"on": "downbeats"}),
        ("calmer, but keep the arms", "calmer", {}),
        ("mirror it", "mirror", {}),
        ("make it sharper", "sharper", {}),
        ("raise both arms in the second half", "raise_arms", {"side": "both"}),
    ],
)
def test_the_requests_of_the_page_are_understood(dance, text, kind, params):
    read = parse(text, dance)
    assert read is not None
    assert read.kind == kind
    assert params.items() <= dict(read.params).items()
    if "second half" in text:
        assert read.when == When("second_half")
    if "keep the arms" in text:
        assert read.keep == ("arms",)


@pytest.mark.parametrize("text", ["", "   ", "🙂🙂", "qwer asdf zxcv", "quel temps fait-il", "12345", "x" * 2000])
def test_nonsense_is_not_understood(dance, text):
    assert parse(text, dance) is None
