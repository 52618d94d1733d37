"""Batches from a corpus made here, losses by hand, and a run that learns, stops and goes on."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import torch
from made_motion import make_groove
from safetensors import safe_open
from safetensors.torch import load_file

from demos.corpus.edit_ranges import When
from demos.corpus.edits import carry_out, make_edit
from demos.corpus.shards import FORMAT, ShardWriter, shard_folder, sub_view
from demos.corpus.styles import STYLE_NAMES
from demos.editing import data, train
from demos.editing.conditions import PART_NAMES
from demos.editing.losses import motion_losses, weighted
from demos.editing.model import TINY, Editor
from demos.motion import vector
from demos.motion.contacts import foot_contacts
from demos.motion.dance import Dance, Provenance
from demos.runtime.errors import InputError

BEATS = [round(0.5 * beat, 2) for beat in range(24)]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """One shard of two grooves of 18 s in windows of 12 s, and two edits of 8 s."""
    folder = tmp_path_factory.mktemp("corpus")
    rng = np.random.default_rng(0)
    solo, edits = ShardWriter(), ShardWriter()
    heard = solo.add_rows("music", rng.normal(size=(540, 35)).astype(np.float32))
    for number, style in enumerate(("salsa", "pop")):
        motion = make_groove(seconds=18.0, side=float(number))
        view = solo.add_motion(motion, foot_contacts(motion))
        for place, start in enumerate((0, 180)):
            solo.add_item(
                {"motion": sub_view(view, start, start + 360), "music": sub_view(heard, start, start + 360)},
                {"id": f"solo/train/00000/{number}/{place}", "dance": number, "start": start, "style": style,
                 "beats": BEATS, "downbeats": BEATS[::4]},
            )  # fmt: skip
    solo.write(shard_folder(folder, "solo", "train", 0))
    motion = make_groove(seconds=8.0)
    dance = Dance((motion,), Provenance("test"), "0" * 64, np.array(BEATS[:16]), np.array(BEATS[:16:4]))
    heard = edits.add_rows("music", rng.normal(size=(240, 35)).astype(np.float32))
    for number, (kind, when) in enumerate((("raise_arms", When("second_half")), ("slower", When("whole")))):
        edit = make_edit(dance, kind, when=when)
        after = carry_out(dance, edit).motions[0]
        views = {"before": motion, "after": after}
        edits.add_item(
            {name: edits.add_motion(value, foot_contacts(value)) for name, value in views.items()} | {"music": heard},
            {"id": f"edits/train/00000/0-0/{number}", "edit": json.loads(edit.to_json()), "beats": BEATS[:16],
             "downbeats": BEATS[:16:4], "instructions": [f"{kind} please", f"now {kind}"]},
        )  # fmt: skip
    edits.write(shard_folder(folder, "edits", "train", 0))
    sets = {"solo": {"train": {"items": [4], "seconds": 36.0}}, "edits": {"train": {"items": [2], "seconds": 16.0}}}
    (folder / "corpus.json").write_text(json.dumps({"format": FORMAT, "sets": sets, "statistics": {}}))
    return folder


@pytest.fixture
def no_reader(monkeypatch):
    """Embeddings that differ between sentences, without the sentence encoder."""
    monkeypatch.setattr(train, "embedded", lambda sentences, corpus: np.eye(len(sentences), 128, dtype=np.float32))


def test_crops_come_from_whole_dances_seen_from_their_first_frame(corpus):
    dances = data.Dances(corpus, "train")
    assert [len(dance.motion) for dance in dances.dances] == [540, 540]  # windows joined again
    batch = dances.batch(32, np.random.default_rng(0))
    assert batch.motion.shape == (32, 240, 151)
    assert batch.music.shape == (32, 240, 39)
    assert set(batch.style.tolist()) == {STYLE_NAMES.index("salsa") + 1, STYLE_NAMES.index("pop") + 1}
    torch.testing.assert_close(batch.motion[:, 0, [4, 6]], torch.zeros(32, 2), atol=1e-5, rtol=0)
    beat = batch.music[:, :, 35]
    assert (beat.amax(1) > 0.99).all()  # every crop hears beats, those of the second window included


def test_pairs_differ_only_where_their_mask_allows(corpus):
    pairs = data.Pairs(corpus, "train", lambda sentences: np.eye(len(sentences), 128))
    assert len(pairs.embeddings) == sum(len(pair.sentences) for pair in pairs.pairs) > 8  # each in several wordings
    batch = pairs.take([0, 1], np.random.default_rng(0))
    columns = torch.from_numpy(data.change_mask(1, 0, 1, frozenset({"left_arm"}))) @ torch.ones(6, 1)
    assert columns.item() == 1
    from demos.editing.conditions import columns_of_parts

    free = (batch.where[..., :6] @ torch.from_numpy(columns_of_parts()).float()) > 0
    changed = (batch.after - batch.before).abs() > 2e-3
    changed[..., :4] = False
    assert not (changed & ~free).any()
    assert changed.any(-1).any(-1).all()
    arms = [PART_NAMES.index(name) for name in ("left_arm", "right_arm")]
    assert batch.where[0, 200, arms].tolist() == [1, 1]
    assert batch.where[0, 0].sum() == 0
    assert batch.instruction.shape == (2, 129)
    assert batch.instruction[:, 128].tolist() == pytest.approx([0.85, 0.85])


def test_losses_are_nought_for_the_truth_and_feet_must_stand():
    motion = torch.from_numpy(vector.encode(make_groove(seconds=4.0)))[None]
    rng = torch.Generator().manual_seed(0)
    truth = motion_losses(motion, motion, lambda x: x, generator=rng)
    assert all(float(truth[name]) == 0 for name in ("reconstruction", "velocity", "position"))
    slid = motion.clone()
    slid[..., 4] += torch.linspace(0, 1, motion.shape[1])  # a metre sideways in four seconds, feet and all
    assert motion[..., :4].mean() > 0.5  # they were standing
    moved = motion_losses(slid, motion, lambda x: x, generator=torch.Generator().manual_seed(0))
    assert float(moved["foot"]) > float(truth["foot"]) + 100 * 0.8 * (1 / 119) ** 2
    lifted = motion.clone()
    lifted[..., 5] += 0.1
    raised = motion_losses(lifted, motion, lambda x: x, generator=torch.Generator().manual_seed(0))
    assert float(raised["position"]) == pytest.approx(0.1**2 / 3, rel=1e-3)  # of three coordinates one is off
    assert float(raised["velocity"]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", ["predictor", "editor", "origins"])
def test_a_run_learns_stops_and_goes_on(name, corpus, tmp_path, monkeypatch, no_reader):
    plan = train.Preset(9.0, 12, 4, 3e-3, train.Config(width=32, heads=2, depth=1, detail=16))
    monkeypatch.setitem(train.PRESETS, "trial", plan)
    out, checkpoint = tmp_path / f"{name}.safetensors", tmp_path / "checkpoint.pt"
    first = train.train(name, corpus=corpus, preset="trial", out=out, checkpoint=checkpoint)
    assert first["steps"] == 12
    monkeypatch.setitem(train.PRESETS, "trial", train.replace(plan, steps=24))
    later = train.train(name, corpus=corpus, preset="trial", out=out, checkpoint=checkpoint)
    assert later["steps"] == 24  # 12 more, not 24
    assert weighted(later) < weighted(first)  # pyright: ignore[reportArgumentType]
    with safe_open(str(out), "pt") as file:
        assert file.metadata()["kind"] == ("predictor" if name == "predictor" else "editor")
        assert json.loads(file.metadata()["config"])["width"] == 32
        assert file.get_tensor("normalise.mean").abs().sum() > 0  # the statistics travel with the weights
        assert file.get_tensor("blocks.0.forward_in.weight").dtype == torch.int8
    last = tmp_path / "last.safetensors"
    found = train.train(
        name, corpus=corpus, preset="trial", start=out, out=last, checkpoint=tmp_path / "x.pt", minutes=1e-9, rate=1e-12
    )
    assert found["steps"] == 1
    begun, old = load_file(last), load_file(out)  # with those weights and their statistics, hardly moved
    assert all(torch.equal(begun[name], value) for name, value in old.items())


def test_the_ablation_takes_of_a_start_what_it_has_too(corpus, tmp_path, no_reader):
    start, out = tmp_path / "start.safetensors", tmp_path / "out.safetensors"
    train.write_weights(Editor.tiny(), start)
    train.train(
        "editor", corpus=corpus, preset="trial", start=start, cem=False, out=out, checkpoint=tmp_path / "x.pt",
        minutes=1e-9, rate=1e-12,
    )  # fmt: skip
    with safe_open(str(out), "pt") as file:
        assert json.loads(file.metadata()["config"]) == asdict(TINY) | {"cem": False}
    begun, old = load_file(out), load_file(start)
    assert torch.equal(begun["blocks.0.forward_in.weight"], old["blocks.0.forward_in.weight"])
    assert begun["detail.out.weight"].shape != old["detail.out.weight"].shape


def test_unknown_names_are_one_sentence(corpus):
    with pytest.raises(InputError, match="trial"):
        train.train("predictor", corpus=corpus, preset="huge")
    with pytest.raises(InputError, match="editor"):
        train.train("painter", corpus=corpus)
    with pytest.raises(InputError, match="corpus"):
        train.train("predictor", corpus=corpus / "absent", preset="trial")
