"""What items of each set hold: music and motion on one clock, true words, changes that were checked, and no leak."""

import json

import numpy as np
import pytest
from corpus.built import tiny

from demos.corpus import sets
from demos.corpus.checkers import check
from demos.corpus.edits import Edit
from demos.corpus.music import CATALOGUE
from demos.corpus.shards import Shards, read_index
from demos.corpus.splits import SPLITS
from demos.corpus.styles import STYLES
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion


@pytest.fixture
def tiny_corpus(tmp_path_factory):
    return tiny(tmp_path_factory.getbasetemp())


def items(folder, name):
    held = read_index(folder)["sets"][name]
    return [(split, item) for split in held for item in Shards(folder, name, split)]


def test_no_trial_and_no_song_crosses_splits(tiny_corpus):
    _, folder, _ = tiny_corpus
    index = read_index(folder)
    songs = {split: set() for split in SPLITS}
    used = {split: set() for split in SPLITS}
    for name in ("solo", "duets", "edits", "pose2d"):
        for split, item in items(folder, name):
            songs[split].add(item.facts["song"]["sha256"])
            if name == "solo":
                used[split] |= {source["trial"] for source in item.facts["sources"]}
            if name == "duets":
                used[split] |= set(item.facts["sources"])
    for split in SPLITS:
        assert used[split], split
        assert {index["trials"][trial] for trial in used[split]} == {split}
        for other in SPLITS:
            assert split == other or songs[split].isdisjoint(songs[other])


def test_solo_items_are_whole(tiny_corpus):
    _, folder, _ = tiny_corpus
    for split, item in items(folder, "solo"):
        facts = item.facts
        frames = len(item.arrays["motion"])
        assert item.arrays["motion"].shape == (frames, 151)
        assert item.arrays["music"].shape == (frames, 35)
        assert frames == sets.WINDOW_S * 30
        assert facts["id"].startswith(f"solo/{split}/")
        assert len(facts["captions"]) == sets.CAPTIONS
        assert all(6 <= len(caption.split()) <= 25 for caption in facts["captions"])
        beats = np.array(facts["beats"])
        assert ((beats >= 0) & (beats < sets.WINDOW_S)).all()
        assert np.diff(beats) == pytest.approx(60 / facts["song"]["tempo_bpm"], rel=0.1)
        assert facts["attributes"]["music"]["genre"] == facts["song"]["genre"]
        joints = item.motion().joints
        assert np.isfinite(joints).all()
        assert joints[..., 1].min() > -0.15


def test_the_beats_of_an_item_are_heard_in_its_music(tiny_corpus):
    _, folder, _ = tiny_corpus
    louder = []
    for _, item in items(folder, "solo"):
        onset = item.arrays["music"][:, 0]
        places = np.round(np.array(item.facts["beats"]) * 30).astype(int)
        places = places[(places > 1) & (places < len(onset) - 2)]
        near = np.max([onset[places + shift] for shift in (-1, 0, 1)], axis=0).mean()
        off = (places[:-1] + places[1:]) // 2
        louder.append(near / np.max([onset[off + shift] for shift in (-1, 0, 1)], axis=0).mean())
    assert np.mean(louder) > 1.1


def test_edits_are_checked_and_chained(tiny_corpus):
    _, folder, _ = tiny_corpus
    found = items(folder, "edits")
    assert found
    last = {}
    for split, item in found:
        facts = item.facts
        assert facts["instructions"]
        edit = Edit.from_json(json.dumps(facts["edit"]))
        dances = [
            Dance((item.motion(name),), Provenance("test"), beats=facts["beats"], downbeats=facts["downbeats"])
            for name in ("before", "after")
        ]
        verdict = check(dances[0], dances[1], edit)
        assert verdict.achieved, facts["id"]
        assert verdict.preserved, facts["id"]
        key = (split, facts["chain"])
        if facts["turn"]:
            assert np.array_equal(item.arrays["before"], last[key])
        last[key] = item.arrays["after"]
        assert facts["turn"] < facts["turns"] <= sets.CHAIN


def test_couples_have_two_dancers_on_one_clock(tiny_corpus):
    _, folder, _ = tiny_corpus
    for _, item in items(folder, "duets"):
        assert item.arrays["lead"].shape == item.arrays["follow"].shape
        assert len(item.arrays["music"]) == len(item.arrays["lead"])
        assert item.facts["closeness"] in ("hold", "open", "apart")
        assert (
            np.linalg.norm(item.motion("lead").joints[:, 0] - item.motion("follow").joints[:, 0], axis=-1).min() > 0.1
        )


def test_key_points_belong_to_their_dance(tiny_corpus):
    _, folder, _ = tiny_corpus
    for split, item in items(folder, "pose2d"):
        arrays = item.arrays
        frames = len(arrays["music"])
        assert arrays["keypoints"].shape == arrays["clean"].shape == (frames, 60, 2)
        assert arrays["confidence"].shape == arrays["depth"].shape == (frames, 60)
        assert 0 <= arrays["confidence"].min() <= arrays["confidence"].max() <= 1
        sure = arrays["confidence"] > 0.8
        assert np.median(np.linalg.norm(arrays["keypoints"] - arrays["clean"], axis=-1)[sure]) < 0.02
        assert item.facts["solo"].startswith(f"solo/{split}/")


def test_every_style_of_music_has_its_dances():
    assert set(sets.DANCED) == set(CATALOGUE)
    assert {style for styles in sets.DANCED.values() for style in styles} <= set(STYLES)
    for style, tunes, _ in sets.COUPLES:
        assert style in STYLES
        assert set(tunes) <= set(CATALOGUE)


def test_full_holds_what_was_asked_for():
    size = sets.SIZES["full"]
    songs = sum(size.songs)
    assert songs * size.dances * size.song_s >= 10 * 3600
    assert sum(size.duet_songs) * size.duets * size.song_s >= 4 * 3600
    assert songs * size.dances * size.chains * 2.4 >= 60_000  # 2.4 to 2.7 edits a chain, measured


def test_windows_cover_a_dance():
    assert sets.window_starts(26 * 30) == [0, 180, 360]
    assert sets.window_starts(200) == [0]


def test_layers_are_laid_on_eight_counts():
    from corpus.dancers import made_motion

    from demos.corpus.music import compose

    song = compose("house", seconds=20, seed=1)
    motion = made_motion(1, seconds=20)
    changed, layers = sets.lay_over(motion, song, np.random.default_rng(0))
    assert isinstance(changed, Motion)
    assert layers
    starts = np.array([layer["start_s"] for layer in layers])
    assert np.abs(starts[:, None] - song.phrases[None]).min(axis=1).max() < 0.01
    assert not np.array_equal(changed.poses, motion.poses)
