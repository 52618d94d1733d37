"""Shards: what is written is read back, at random, within the stated precision; whole or not at all."""

import json
import pickle

import numpy as np
import pytest
from corpus.dancers import made_motion

from demos.corpus import shards
from demos.corpus.shards import Shard, Shards, ShardWriter
from demos.motion import rotations, vector
from demos.motion.contacts import foot_contacts
from demos.runtime.errors import InputError


def made_corpus(folder, counts=(3, 2)):
    for number, count in enumerate(counts):
        writer = ShardWriter()
        motion = made_motion(number, seconds=4)
        view = writer.add_motion(motion, foot_contacts(motion))
        music = writer.add_rows("music", np.full((120, 35), number, np.float32))
        for item in range(count):
            views = {"motion": shards.sub_view(view, 30 * item, 30 * item + 60), "music": shards.sub_view(music, 0, 60)}
            writer.add_item(views, {"id": f"{number}-{item}", "captions": ["a ünïcode caption"]})
        writer.write(shards.shard_folder(folder, "solo", "train", number))
    index = {"format": shards.FORMAT, "sets": {"solo": {"train": {"items": list(counts), "seconds": 8.0}}},
             "statistics": {"solo": {"motion": {"mean": [0.0]}}}}  # fmt: skip
    (folder / shards.INDEX_FILE).write_text(json.dumps(index))
    return Shards(folder, "solo", "train")


def test_items_come_back_in_any_order(tmp_path):
    corpus = made_corpus(tmp_path)
    assert len(corpus) == 5
    assert [corpus[i].facts["id"] for i in (4, 0, -1, 2)] == ["1-1", "0-0", "1-1", "0-2"]
    assert [item.facts["id"] for item in corpus] == ["0-0", "0-1", "0-2", "1-0", "1-1"]
    assert corpus[3].facts["captions"] == ["a ünïcode caption"]
    assert corpus[3].arrays["music"].mean() == 1
    assert corpus.statistics["motion"]["mean"] == [0.0]
    with pytest.raises(IndexError):
        corpus[5]


def test_a_motion_comes_back_to_a_tenth_of_a_millimetre_with_its_contacts(tmp_path):
    corpus = made_corpus(tmp_path)
    motion = made_motion(0, seconds=4)
    item = corpus[1]
    expected = vector.encode(motion)[30:90]
    assert item.arrays["motion"].shape == (60, 151)
    assert np.array_equal(item.arrays["motion"][:, vector.CONTACTS], expected[:, vector.CONTACTS])
    assert np.abs(item.motion().joints - motion.joints[30:90]).max() < 5e-4
    assert np.abs(item.arrays["motion"] - expected).max() < 2e-4


def test_poses_beyond_half_a_turn_are_the_same_rotation_when_stored():
    rotvec = np.array([[[4.0, 0, 0], [0, -6.0, 0], [0.1, 0.2, 0.3], [np.pi, 0, 0], [0, 9.0, 0]]])
    back = shards.restore(shards.quantise(rotvec))
    assert np.abs(rotations.rotvec_to_matrix(back) - rotations.rotvec_to_matrix(rotvec)).max() < 3e-4
    assert np.linalg.norm(back, axis=-1).max() <= np.pi + 1e-4


def test_contacts_pack_into_bits():
    contacts = np.random.default_rng(0).random((50, 4)) > 0.5
    assert np.array_equal(shards.unpack_contacts(shards.pack_contacts(contacts)), contacts)


def test_lengths_and_shares_are_read_as_floats(tmp_path):
    writer = ShardWriter()
    lengths = np.linspace(-2, 2, 20).reshape(10, 2)
    writer.add_item(
        {
            "keypoints": writer.add_rows("keypoints", shards.shorten(lengths)),
            "confidence": writer.add_rows("confidence", np.full((10, 2), 51, np.uint8)),
        },
        {},
    )
    writer.write(tmp_path / "00000")
    shard = Shard(tmp_path / "00000")
    views = shard.facts(0)["views"]
    assert np.abs(shard.rows(views["keypoints"]) - lengths).max() < 2e-4
    assert shard.rows(views["confidence"]) == pytest.approx(0.2)


def test_a_shard_is_whole_or_absent(tmp_path):
    writer = ShardWriter()
    writer.add_item({}, {"bad": {1, 2}})  # a set is no JSON
    with pytest.raises(TypeError):
        writer.write(tmp_path / "00000")
    assert not (tmp_path / "00000").exists()
    good = ShardWriter()
    good.add_item({}, {"good": 1})
    good.write(tmp_path / "00000")
    assert [path.name for path in tmp_path.iterdir()] == ["00000"]


def test_a_loader_may_be_handed_to_workers(tmp_path):
    corpus = made_corpus(tmp_path)
    assert corpus[0].facts["id"] == pickle.loads(pickle.dumps(corpus))[0].facts["id"]


def test_an_empty_shard_and_a_missing_corpus(tmp_path):
    ShardWriter().write(tmp_path / "solo" / "train" / "00000")
    assert len(Shard(tmp_path / "solo" / "train" / "00000")) == 0
    with pytest.raises(InputError, match="corpus build"):
        Shards(tmp_path, "solo", "train")
    made_corpus(tmp_path)
    with pytest.raises(InputError, match="no duets for test"):
        Shards(tmp_path, "duets", "test")
