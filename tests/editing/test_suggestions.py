"""Suggestions: what the dance has room for, varied, and in words that are understood."""

import numpy as np
import pytest
from corpus.edit_dances import edit_dance
from made_motion import make_groove
from rigged import puzzled, reading

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.corpus.edits import make_edit
from demos.editing import reader
from demos.editing.reader_clauses import ASK
from demos.editing.suggestions import suggest
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.runtime.errors import InputError

KIND_OF = {text: kind for kind, text in ASK.items()}


@pytest.fixture(autouse=True)
def a_reader_that_knows_its_own_phrases(monkeypatch):
    def read(text, dance):
        return reading(make_edit(dance, kinds([text])[0]))

    monkeypatch.setattr(reader, "read", read)


def kinds(texts: list[str]) -> list[str]:
    return [KIND_OF[text.removesuffix(" in the second half")] for text in texts]


def test_they_are_different_and_of_different_families():
    found = suggest(edit_dance(), n=5)
    assert len(found) == 5
    families = [EDIT_KINDS[kind].family for kind in kinds(found)]
    assert len(set(families)) == 5
    assert found == suggest(edit_dance(), n=5)


def test_what_would_not_be_understood_is_not_suggested(monkeypatch):
    first = suggest(edit_dance(), n=5)
    plain = reader.read

    def read(text, dance):
        return (
            puzzled()
            if text == first[0]
            else reading(make_edit(dance, "nod"))
            if text == first[1]
            else plain(text, dance)
        )

    monkeypatch.setattr(reader, "read", read)
    again = suggest(edit_dance(), n=5)
    assert len(again) == 5
    assert not set(again) & set(first[:2])


def test_other_seeds_bring_other_ideas():
    assert len({text for seed in range(4) for text in suggest(edit_dance(), seed=seed)}) > 8


def test_what_was_asked_is_not_suggested_again():
    first = suggest(edit_dance(), n=5)
    again = suggest(edit_dance(), n=5, avoid=[f"Please, {text}!" for text in first])
    assert not set(kinds(first)) & set(kinds(again))


def test_nothing_is_suggested_that_the_dance_shows_already():
    arms_up = make_groove(8.0).poses.copy()
    arms_up[:, 16, 2], arms_up[:, 17, 2] = 1.3, -1.3
    base = make_groove(8.0)
    dance = Dance((Motion(arms_up, base.translation, 30.0),), Provenance("test"), beats=np.arange(0, 8, 0.5))
    for seed in range(5):
        found = kinds(suggest(dance, n=6, seed=seed))
        assert "raise_arms" not in found
        assert "stay" not in found  # it does not go anywhere


def test_of_a_couple_one_may_be_named():
    pair = Dance((make_groove(8.0, side=-1), make_groove(8.0, side=1)), Provenance("test"), beats=np.arange(0, 8, 0.5))
    found = [text for seed in range(4) for text in suggest(pair, seed=seed)]
    assert any(text.startswith(("the leader should ", "the follower should ")) for text in found)


def test_short_dances():
    assert suggest(Dance((make_groove(2.5),), Provenance("test")))
    with pytest.raises(InputError, match="too short"):
        suggest(Dance((make_groove(1.0),), Provenance("test")))
