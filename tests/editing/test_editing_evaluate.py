"""The room's evaluation: its measures on material whose answers are known, and the whole job, small."""

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest
from corpus.dancers import made_motion

from demos.corpus.edit_ranges import When
from demos.corpus.edits import Edit, make_edit
from demos.corpus.instructions import instructions
from demos.corpus.shards import FORMAT, INDEX_FILE, ShardWriter, shard_folder, sub_view
from demos.editing import evaluate as job
from demos.editing import evaluate_edits as edits
from demos.editing import evaluate_material as material
from demos.editing import evaluate_prediction as prediction
from demos.editing import pipeline
from demos.editing.model import EMBEDDING, Editor, Predictor
from demos.editing.reader import Reading
from demos.editing.train import write_weights
from demos.motion import clip_features, vector
from demos.nn import weight_files
from demos.runtime.errors import InputError

SETTINGS = edits.Settings(steps=2)
KINDS = ("raise_arms", "smaller", "nod")


@dataclass(frozen=True)
class Said:
    """What a reader answers here."""

    edit: Edit | None
    embedding: np.ndarray


def embed(sentences) -> np.ndarray:
    """A different vector for every sentence, the same one whenever it is asked."""
    rows = [np.random.default_rng(sum(map(ord, text))).normal(size=EMBEDDING) for text in sentences]
    return np.array(rows, np.float32).reshape(-1, EMBEDDING)


def tell(edit: Edit) -> np.ndarray:
    """A different vector for every edit."""
    return embed([edit.to_json()])[0]


def made_song(
    name: str, pulse_s: float, *, seconds: float = 24.0, seeds: tuple[int, ...] = (0, 1)
) -> material.UnheardSong:
    """A song of a steady pulse and dances that come to rest on each of its beats."""
    danced = tuple(vector.encode(made_motion(seed, seconds=seconds, pulse_s=pulse_s)) for seed in seeds)
    beats = np.arange(0, seconds, pulse_s)
    values = np.random.default_rng(len(name)).normal(size=(len(danced[0]), 35)).astype(np.float32)
    return material.UnheardSong(name, "pop", values, beats, beats[::4], danced)


@pytest.fixture(scope="module")
def songs() -> list[material.UnheardSong]:
    return [made_song("one", 0.5), made_song("three", 0.62), made_song("seven", 0.42)]


@pytest.fixture(scope="module")
def tasks(songs) -> list[edits.Task]:
    own = [part for song in songs for danced in song.danced for part in material.stretches(danced, song)]
    return edits.draw_tasks(own, 2, seed=3, kinds=KINDS)


def systems(read=lambda text, dance: []) -> edits.Systems:
    return edits.Systems(Predictor.tiny(), Editor.tiny(), None, read, tell)


def test_stretches_begin_on_downbeats_and_do_not_overlap(songs):
    for song in songs:
        parts = material.stretches(song.danced[0], song)
        assert 2 <= len(parts) <= 3
        for part in parts:
            assert part.vectors.shape == (240, 151)
            assert part.values.shape == (240, 35)
            assert part.music.shape == (240, 39)
            assert part.downbeats[0] < 0.1
            assert ((part.beats >= 0) & (part.beats < 8)).all()
            assert np.isin(part.downbeats, part.beats).all()


def test_windows_are_whole_and_keep_their_beats(songs):
    song = songs[0]
    found = material.windows(vector.decode(song.danced[0]), song.beats, song.name)
    assert [len(window.motion) for window in found] == [360, 360]
    assert np.allclose(found[1].beats, np.arange(0, 12, 0.5))
    assert len(material.windows(vector.decode(song.danced[0][:100]), song.beats, "short")) == 1


def test_a_distance_is_zero_to_itself_and_grows_with_the_difference(songs):
    calm = [made_motion(seed, seconds=4, speed=0.5) for seed in range(6)]
    wild = [made_motion(seed, seconds=4, speed=1.5) for seed in range(6)]
    near, far = clip_features.features_of(calm), clip_features.features_of(wild)
    same = clip_features.distances(near, near, near, count=6)
    other = clip_features.distances(near, far, near, count=6)
    for key in ("FID_k", "FID_g"):
        assert same[key] == pytest.approx(0, abs=1e-3)
        assert other[key] > 1
    assert clip_features.distances(near, far, near, count=3) == clip_features.distances(near, far, near, count=3)
    wide, narrow = (clip_features.diversities(some, near)["DIV_k"] for some in (far, near))
    assert wide is not None
    assert narrow is not None
    assert wide > narrow > 0


def test_dances_on_their_own_beats_are_told_from_those_on_others(songs):
    own = [w for song in songs for w in material.windows(vector.decode(song.danced[0]), song.beats, song.name)]
    heard = prediction.beat_listening(own)
    more, error, count = (heard[key] for key in ("more", "error", "songs"))
    assert count == 3
    assert more is not None
    assert error is not None
    assert more > 5 * error > 0
    bas, other = prediction.measured(own)["BAS"], prediction.other_beats(own)
    assert bas is not None
    assert other is not None
    assert other < bas - 0.3
    deaf = [replace(window, beats=own[0].beats) for window in own]
    assert prediction.beat_listening(deaf)["more"] == pytest.approx(0, abs=1e-9)


def test_the_mean_pose_stands_upright_and_still(songs):
    windows = material.windows(vector.decode(songs[0].danced[0]), songs[0].beats, "x")
    still = vector.decode(material.mean_pose(windows, 60))
    assert prediction.measured([material.Window(still, np.zeros(0), "x")])["speed, m/s"] == 0
    assert still.joints[0, 15, 1] > 1.2  # the head over the floor
    assert np.abs(still.joints[0, 15, [0, 2]]).max() < 0.3


def test_tasks_are_in_unheard_words_and_the_corpus_carries_them_out(tasks):
    assert {task.edit.kind for task in tasks} == set(KINDS)
    for task in tasks:
        assert edits.judge(task, task.after).verdict.passed
        assert task.said in instructions(task.edit, seed=task.seed, count=1, split="test")


def test_untouched_means_the_very_same_numbers_elsewhere(songs):
    stretch = material.stretches(songs[0].danced[0], songs[0])[0]
    edit = make_edit(stretch.dance, "raise_arms", when=When("until_s", 4.0), params={"side": "left"})
    after = stretch.vectors.copy()
    after[30:90, 7 + 6 * 16 : 13 + 6 * 16] += 0.1  # the left shoulder, inside
    assert edits.untouched(stretch.vectors, after, edit)
    elsewhere, later = after.copy(), after.copy()
    elsewhere[60, 7 + 6 * 17] += 0.01  # the right shoulder
    later[200, 7 + 6 * 16] += 0.01
    assert not edits.untouched(stretch.vectors, elsewhere, edit)
    assert not edits.untouched(stretch.vectors, later, edit)


def test_shares_count_what_was_understood_achieved_and_kept(tasks, monkeypatch):
    """With an editor that gives the corpus's own result for the right words, and the dance before for others."""
    right = {tuple(np.round(tell(task.edit), 4)): task.after for task in tasks}
    right |= {tuple(np.round(embed([task.said])[0], 4)): task.after for task in tasks}

    def oracle(network, before, music, embedding, **_):
        after = right.get(tuple(np.round(embedding, 4)), before)
        task = next(task for task in tasks if task.stretch.vectors is before)
        return after if any(after is other.after for other in tasks if other.stretch is task.stretch) else before

    said = {task.said: task.edit for task in tasks}
    missed = tasks[0].said

    def read(text, dance):
        return [Said(None if text == missed else said[text], embed([text])[0])]

    monkeypatch.setattr(edits, "sample", oracle)
    found = edits.summarise(edits.run(tasks, systems(read), settings=SETTINGS))
    ways, count = found["ways"], len(tasks)
    assert found["tasks"] == count
    assert ways[edits.KNOWN]["both, %"] == ways[edits.CORPUS]["both, %"] == 100
    assert ways[edits.WORDS]["understood, %"] == pytest.approx(100 * (count - 1) / count)
    assert ways[edits.WORDS]["achieved, %"] == pytest.approx(100 * (count - 1) / count)
    assert ways[edits.UNCHANGED]["achieved, %"] == 0
    assert ways[edits.UNCHANGED]["outside the very same, %"] == 100
    assert ways[edits.CORPUS]["FID_k"] == pytest.approx(0, abs=1e-3)
    assert ways[edits.UNCHANGED]["FID_k"] > 0.01
    assert [row["said"] for row in found["missed"]] == [missed]
    assert found["kinds"][tasks[-1].edit.kind][edits.KNOWN] == 100


def test_three_rounds_of_the_same_edits_for_every_editor(songs):
    starts = [part for song in songs for part in material.stretches(song.danced[0], song)]
    reference = clip_features.features_of(vector.decode(part.vectors) for part in starts)
    both = replace(systems(), plain=Editor.tiny(seed=1))
    found = edits.drift(starts, both, reference, chains=1, settings=SETTINGS, kinds=KINDS)
    assert found["chains"] == 1
    assert set(found["rounds"]) == {edits.EDITOR, edits.PLAIN, edits.CORPUS}
    for chain in found["rounds"].values():
        assert len(chain) == 4
        assert chain[0] == found["rounds"][edits.EDITOR][0]
    assert [row["achieved, %"] for row in found["rounds"][edits.CORPUS][1:]] == [100, 100, 100]


def test_drift_is_a_share_of_the_first_round():
    rounds = [{"FID_k": 2.83}, {"FID_k": None}, {"FID_k": 2.95}]
    assert edits.drifted(rounds, "FID_k") == pytest.approx(0.0424, abs=1e-4)
    assert edits.drifted(rounds, "BAS") is None
    assert edits.drifted([], "BAS") is None


def made_results(**changes) -> dict:
    """Results that reach every target, with some of them changed."""
    values = {"bas": 0.3, "skate": 12.0, "achieved": 85.0, "preserved": 97.0, "last": 10.4, "more": 0.1} | changes
    row = {"BAS": values["bas"], "foot skate, %": values["skate"]}
    way = {"achieved, %": values["achieved"], "preserved, %": values["preserved"], "FID_k": 4.0}
    chain = [{"FID_k": 10.0, "FID_g": 10.0, "BAS": 0.30}, {"FID_k": values["last"], "FID_g": 10.0, "BAS": 0.29}]
    return {
        "prediction": {
            "columns": {
                prediction.RAW: row, prediction.LOCKED: row, prediction.REAL: {"BAS": 0.2, "foot skate, %": 10.0},
            },
            "beat": {"more": values["more"], "error": 0.02, "songs": 9},
        },
        "editing": {
            "ways": {
                edits.WORDS: way, edits.PAGE: way | {"by rule, %": 9.0}, edits.KNOWN: way,
                edits.KNOWN_PLAIN: way | {"achieved, %": 60.0},
            },
        },
        "drift": {"rounds": {edits.EDITOR: chain}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "missed"),
    [
        ({}, []),
        ({"more": 0.03}, ["BAS clearly"]),
        ({"bas": 0.16}, ["BAS near"]),
        ({"skate": 14.0}, ["foot skate, feet locked", "foot skate, raw"]),
        ({"achieved": 79.0}, ["edits achieved"] * 2),
        ({"preserved": 94.0}, ["edits that leave"] * 2),
        ({"last": 10.6}, ["three rounds drift FID_k"]),
    ],
)
def test_targets_are_met_or_not(change, missed):
    rows = job.targets(made_results(**change))
    failed = [row["target"] for row in rows if row["met"] is False]
    assert len(failed) == len(missed)
    assert all(name.startswith(start) for name, start in zip(failed, missed, strict=True))
    assert all(row["met"] is not None for row in rows)


def test_what_was_not_trained_is_not_measured():
    found = made_results()
    del found["editing"]["ways"][edits.KNOWN_PLAIN]
    assert job.targets(found)[-1] == {"target": "without CEM visibly worse", "value": "not trained", "met": None}


def write_corpus(folder) -> None:
    """A corpus of one test song of 20 s with two dances, in windows of 12 s every 6 s."""
    folder.mkdir()
    motions = [made_motion(seed, seconds=20) for seed in range(2)]
    beats = np.arange(0, 20, 0.5)
    writer = ShardWriter()
    values = np.arange(600 * 35, dtype=np.float32).reshape(600, 35)
    heard = writer.add_rows("music", values)
    for dance, motion in enumerate(motions):
        view = writer.add_motion(motion, np.zeros((600, 4), bool))
        for place, start in enumerate((0, 180, 240)):
            inside = beats[(beats >= start / 30) & (beats < start / 30 + 12)] - start / 30
            facts = {"id": f"solo/test/00000/{dance}/{place}", "dance": dance, "start": start, "style": "pop"}
            facts |= {"beats": list(inside), "downbeats": list(inside[::4])}
            views = {"motion": sub_view(view, start, start + 360), "music": sub_view(heard, start, start + 360)}
            writer.add_item(views, facts)
    writer.write(shard_folder(folder, "solo", "test", 0))
    index = {"format": FORMAT, "sets": {"solo": {"test": {"items": [6], "seconds": 40.0}}}, "statistics": {}}
    (folder / INDEX_FILE).write_text(json.dumps(index))


def test_windows_of_a_corpus_are_joined_to_whole_songs(tmp_path):
    write_corpus(tmp_path / "corpus")
    (song,) = material.unheard_songs(tmp_path / "corpus", 5, seconds=18.0)
    assert np.array_equal(song.values, np.arange(540 * 35, dtype=np.float32).reshape(540, 35))
    assert np.allclose(song.beats, np.arange(0, 18, 0.5))
    assert len(song.danced) == 2
    assert np.abs(vector.decode(song.danced[1]).joints - made_motion(1, seconds=18).joints).max() < 1e-3


def test_the_whole_evaluation(tmp_path, songs, monkeypatch):
    corpus = tmp_path / "corpus"
    write_corpus(corpus)
    real = [w for song in songs for w in material.windows(vector.decode(song.danced[1]), np.zeros(0), song.name)]
    held = material.Real(tuple(real[:3]), tuple(real[3:]), {"BAS": 0.2, "BAS, random grid": 0.15})
    monkeypatch.setattr(job, "real_dances", lambda data: held)
    calls = []
    found = job.evaluate(
        corpus, data=tmp_path, songs=2, each=1, chains=1, settings=SETTINGS, kinds=KINDS,
        systems=replace(systems(), plain=Editor.tiny(seed=1), page=lambda part, words, seed: (part.vectors, True)),
        on_progress=lambda done, total: calls.append((done, total)),
    )  # fmt: skip
    assert calls[0][0] == 0
    assert calls[-1][0] == calls[-1][1]
    columns = found["prediction"]["columns"]
    for name in (prediction.RAW, prediction.LOCKED, prediction.MADE, prediction.STILL):
        assert np.isfinite(columns[name]["on its feet, %"])
    assert prediction.NEAREST not in columns  # nothing trained on
    assert columns[prediction.MADE]["BAS"] > columns[prediction.STILL]["BAS"]
    assert set(found["editing"]["ways"]) >= {edits.WORDS, edits.PAGE, edits.KNOWN, edits.KNOWN_PLAIN, edits.UNCHANGED}
    assert found["editing"]["ways"][edits.PAGE]["by rule, %"] == 100
    assert found["editing"]["ways"][edits.WORDS]["by rule, %"] == 0
    json.dumps(found)
    table = job.text(found)
    assert "## Targets" in table
    assert prediction.LOCKED in table


def test_the_page_s_way_runs_the_real_pipeline(songs, tmp_path, monkeypatch):
    stretch = material.stretches(songs[0].danced[0], songs[0])[0]
    edit = make_edit(stretch.dance, "raise_arms", when=When("first_half"))
    said = Reading(edit, embed(["x"])[0], 1.0, "arms up", None, "raise the arms")
    monkeypatch.setattr(pipeline.reader, "read_all", lambda text, dance: [said] if "arms" in text else [])
    monkeypatch.setattr(pipeline, "_reader_sha256", lambda: "")
    write_weights(Editor.tiny(), tmp_path / "editor.safetensors")
    monkeypatch.setattr(weight_files, "WEIGHTS", tmp_path)
    made = job.page(stretch, "raise the arms", 1)
    assert made is not None
    changed, _ = made
    assert changed.shape == stretch.vectors.shape
    arms = [7 + 6 * joint for joint in (16, 17)]
    assert np.abs(changed[:90, arms] - stretch.vectors[:90, arms]).max() > 0.01
    assert np.abs(changed[180:, 4:] - stretch.vectors[180:, 4:]).max() < 1e-4
    assert job.page(stretch, "what a lovely day", 1) is None


def test_a_corpus_without_an_index_is_refused(tmp_path):
    with pytest.raises(InputError):
        material.unheard_songs(tmp_path, 2)
