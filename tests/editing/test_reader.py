"""The reader: what the page promises is read right; what cannot be read is answered; weights are checked."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from demos.corpus.edit_kinds import EDIT_KINDS
from demos.editing import reader as reading
from demos.editing import reader_train
from demos.editing.reader import Reading, embeddings, load_reader, read, read_all, told
from demos.editing.reader_clauses import ASK
from demos.editing.reader_data import examples, labels
from demos.editing.reader_evaluate import blank_dance, for_dance, free_matches, same, table
from demos.editing.reader_free import CONTRADICTIONS, ISSUE, Case
from demos.editing.reader_model import EMBEDDING, HEADS, Reader
from demos.runtime.errors import InputError
from demos.text.encoder import token_states

DANCE = blank_dance(seconds=20.0)


@pytest.fixture(scope="module")
def tiny() -> Reader:
    torch.manual_seed(0)
    return Reader.tiny()


@pytest.fixture(scope="module")
def trained() -> Reader:
    return load_reader()


@pytest.mark.parametrize("case", ISSUE, ids=lambda case: case.text)
def test_what_the_page_promises_is_read_right(trained, case):
    found = read(case.text, DANCE, reader=trained)
    assert free_matches(found.edit, case, DANCE) == (True, True), found


def test_every_kind_can_be_asked_for(trained):
    """The wordings that the page offers when it is not sure."""
    token_states(list(ASK.values()))  # at once, so that reading finds them kept
    found = {kind: read(text, DANCE, reader=trained).edit for kind, text in ASK.items()}
    assert {kind: edit and edit.kind for kind, edit in found.items()} == {kind: kind for kind in EDIT_KINDS}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("calmer, but keep the arms and turn to the left twice at the end", ["calmer", "turn"]),
        ("turn to the left twice, then jump on every beat. Make it sharper", ["turn", "jump", "sharper"]),
        ("raise both arms in the first half, lower both arms in the second half", ["raise_arms", "lower_arms"]),
        ("raise both arms in the second half", ["raise_arms"]),
    ],
)
def test_clauses_are_read_in_order(trained, text, kinds):
    found = read_all(text, DANCE, reader=trained)
    assert [one.edit.kind for one in found if one.edit] == kinds
    if kinds[0] == "calmer":
        first, second = (one.edit for one in found)
        assert first is not None
        assert second is not None
        assert first.keep == ("arms",)
        assert first.when.name == "whole"
        assert second.params["count"] == 2
        assert second.when.name == "last_counts"


def test_a_time_before_its_clause_belongs_to_it(trained):
    found = read_all("in the first half, raise both arms, then jump on every beat", DANCE, reader=trained)
    assert [(one.edit.kind, one.edit.when.name) for one in found if one.edit] == [
        ("raise_arms", "first_half"), ("jump", "whole"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", CONTRADICTIONS)
def test_contradictions_are_refused(tiny, text):
    found = read_all(text, DANCE, reader=tiny)
    assert found[0].edit is None
    assert "choose one" in (found[0].problem or "")


def test_a_clause_that_undoes_an_earlier_one_is_refused(trained):
    first, second = read_all("make it faster. make it slower", DANCE, reader=trained)
    assert first.edit is not None
    assert second.edit is None
    assert second.problem is not None
    assert "undoes" in second.problem


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "Say what to change"),
        (" \n\t ", "Say what to change"),
        ("🔥💃🔥", "no words"),
        ("もっとゆっくり踊って", "English"),
        ("bitte die Arme und die Beine", "English"),
        ("x" * 2000, "at most 400"),
        ("lorem ipsum " * 170, "at most 400"),
    ],
)
def test_what_cannot_be_read_is_answered(tiny, text, word):
    for found in (read(text, DANCE, reader=tiny), read_all(text, DANCE, reader=tiny)[0]):
        assert found.edit is None
        assert found.said == ""
        assert found.problem is not None
        assert word in found.problem
        assert found.embedding.shape == (EMBEDDING,)
        assert np.isfinite(found.embedding).all()


@pytest.mark.parametrize(
    "text",
    ["write me a poem about autumn", "fly to the moon", "grow a third arm", "make it better", "undo that", "asdf qwer"],
)
def test_what_is_no_edit_is_not_carried_out(trained, text):
    found = read(text, DANCE, reader=trained)
    assert found.edit is None
    assert found.problem is not None
    assert found.problem.endswith((".", "?"))


def test_many_changes_at_once_are_cut_short(trained):
    text = ". ".join(["turn to the left twice", "jump on every beat", "clap on every beat", "nod the head", "march",
                      "sway the hips", "make it sharper", "mirror it"])  # fmt: skip
    found = read_all(text, DANCE, reader=trained)
    assert len(found) == reading.MOST_CLAUSES + 1
    assert found[-1].problem is not None
    assert "mirror it" in found[-1].text


def test_a_stretch_the_dance_has_not_is_said(trained):
    found = read("make it sharper from 50 to 60 seconds", DANCE, reader=trained)
    assert found.edit is None
    assert found.problem is not None
    assert "20.0 s" in found.problem


def test_a_place_in_the_music_is_noted(trained):
    found = read("jump on every beat at the drop", DANCE, reader=trained)
    assert found.edit is not None
    assert "drop" in found.note


def test_random_weights_still_give_whole_readings(tiny):
    for text in ("kick", "raise the left arm", "50% bigger", "\ud800", "a" * 399):
        found = read(text, DANCE, reader=tiny)
        assert isinstance(found, Reading)
        assert (found.edit is None) != (found.problem is None)
        assert 0 <= found.confidence <= 1


def test_embeddings(tiny):
    found = embeddings(["kick", "turn to the left twice", "kick"], reader=tiny)
    assert found.shape == (3, EMBEDDING)
    assert found.dtype == np.float32
    assert np.allclose(found[0], found[2], atol=1e-5)
    assert not np.allclose(found[0], found[1], atol=1e-2)
    assert embeddings([], reader=tiny).shape == (0, EMBEDDING)


def test_the_editor_is_told_in_words_it_knows(trained):
    """However an edit was asked for, it is told alike; another one otherwise."""
    one, other = (read(text, DANCE, reader=trained) for text in ("raise both arms", "please, both arms, raise them"))
    third = read("raise the left arm", DANCE, reader=trained)
    assert one.edit is not None
    assert np.allclose(one.embedding, told(one.edit, reader=trained))
    assert np.allclose(one.embedding, other.embedding, atol=1e-4)
    assert not np.allclose(one.embedding, third.embedding, atol=1e-2)


def test_training_lowers_the_loss_and_leaves_the_embedder(tiny):
    torch.manual_seed(0)
    reader = Reader.tiny()
    made = examples(48, seed=2)
    states = reader_train.encoded([example.text for example in made])
    answers = {name: torch.tensor([labels(example)[name] for example in made]) for name in HEADS}
    before = embeddings(["kick"], reader=reader)
    losses: list[str] = []
    reader_train.fit(reader, states, answers, epochs=30, seed=0, rate=1e-2, on_progress=losses.append)
    first, last = (float(line.rsplit(" ", 1)[1]) for line in (losses[0], losses[-1]))
    assert last < 0.7 * first
    assert np.array_equal(before, embeddings(["kick"], reader=reader))


def test_calibration_finds_the_temperature(tiny):
    reader = Reader.tiny()
    reader.load_state_dict(tiny.state_dict())
    made = examples(40, seed=2)
    with torch.no_grad():
        reader.heads.weight *= 20  # far too sure of itself
    assert reader_train.calibrate(reader, made) == pytest.approx(3.0)


def test_weights_come_back(tmp_path, tiny):
    path = tmp_path / "reader.safetensors"
    reader_train.save(tiny, path, facts={})
    again = load_reader(path)
    assert path.stat().st_size < 200_000
    assert np.allclose(embeddings(["kick"], reader=tiny), embeddings(["kick"], reader=again), atol=2e-2)


def test_wrong_weights_are_said(tmp_path, tiny):
    with pytest.raises(InputError, match="train reader"):
        load_reader(tmp_path / "none.safetensors")
    junk = tmp_path / "junk.safetensors"
    junk.write_bytes(b"not a file of weights")
    with pytest.raises(InputError, match="no weights of this reader"):
        load_reader(junk)
    other = tmp_path / "other.safetensors"
    save_file({"a": torch.zeros(2)}, other)
    with pytest.raises(InputError, match="no weights of this reader"):
        load_reader(other)
    good = tmp_path / "reader.safetensors"
    reader_train.save(tiny, good, facts={})
    save_file(
        load_file(good), tmp_path / "kinds.safetensors", {"config": '{"heads": {"kind": ["kick"]}, "facts": "{}"}'}
    )
    with pytest.raises(InputError, match="other kinds"):
        load_reader(tmp_path / "kinds.safetensors")


def test_scores():
    edit = for_dance(examples(5, seed=0, split="test"), DANCE)[0].edit
    assert edit is not None
    assert same(edit, edit)
    right, wrong = Case("", edit.kind), Case("", next(kind for kind in EDIT_KINDS if kind != edit.kind))
    assert free_matches(edit, wrong, DANCE) == (False, False)
    assert free_matches(edit, right, DANCE)[0]
    assert free_matches(None, right, DANCE) == (False, False)
    assert free_matches(None, Case("", None), DANCE) == (True, True)
    assert table({"x": {"count": 3, "kind": 0.5}}).splitlines()[2] == "| x | 3 | 50.0 % |"
