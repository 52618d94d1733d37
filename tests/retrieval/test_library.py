"""The library: packed clips, their files, hand-over, vectors that follow the weights, and what ships."""

import gzip
import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from made_motion import make_groove
from retrieval.made_library import RATE, make_clip, make_shipped, tiny_loaded

from demos.audio import cache
from demos.corpus.music import CATALOGUE
from demos.corpus.styles import STYLES
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.retrieval import library as libraries
from demos.retrieval import pipeline
from demos.retrieval.clips import PARTS, Clip, pack, unpack
from demos.retrieval.library import SHIPPED, Library, read_clips
from demos.retrieval.store import Filters
from demos.runtime.caches import drop_shared, file_sha256
from demos.runtime.errors import InputError


@pytest.fixture
def shelf(tmp_path, private_cache) -> Library:
    """A library of three shipped clips and an empty host's folder."""
    drop_shared()
    make_shipped(tmp_path / "shipped")
    return Library.open(tmp_path / "own", shipped=tmp_path / "shipped")


def test_a_packed_dance_comes_back_within_a_millimetre():
    motion = make_groove(12.0)
    data = pack(motion)
    again = unpack(data)
    assert len(data) < 16_000
    assert len(again) == len(motion)
    assert np.abs(again.joints - motion.joints).max() < 1.5e-3


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
@settings(max_examples=15, deadline=None)
def test_any_poses_can_be_packed(seed, frames):
    rng = np.random.default_rng(seed)
    motion = Motion(rng.uniform(-3.1, 3.1, (frames, 24, 3)), rng.uniform(-5, 5, (frames, 3)), 30.0)
    again = unpack(pack(motion))
    assert np.abs(again.joints - motion.joints).max() < 3e-3


def test_what_is_no_packed_dance_is_refused():
    for junk in (b"", b"nothing", pack(make_groove(1.0))[:-20]):
        with pytest.raises(ValueError, match="no packed dance"):
            unpack(junk)


def test_a_clip_survives_json():
    clip = make_clip("a", np.random.default_rng(0), beats=(0.5, 1.0), song="songs/a.mp3", start_s=3.25)
    assert Clip.from_json(clip.to_json()) == clip
    newer = json.dumps({**json.loads(clip.to_json()), "of a later version": 1})
    assert Clip.from_json(newer) == clip


def test_what_can_be_filtered_on_is_measured():
    still = {
        "arms.speed": 0.0,
        "legs.speed": 0.0,
        "dynamics.speed": 0.0,
        "level.lowest": 0.95,
        "level.toes": 0.2,
        "turns.full": 0.0,
    }
    lively = {**still, "arms.speed": 2.0, "dynamics.speed": 5.0, "level.lowest": 0.5, "turns.full": 1.5}
    one, other = (Clip("x", (), {"dancers": [dancer], "music": {}}) for dancer in (still, lively))
    assert (one.energy, one.level, one.parts["arms"]) == (0, "high", 0)
    assert (other.energy, other.level, other.parts["arms"], other.parts["turns"]) == (1, "low", 1, 0.5)
    assert one.valence is None
    assert set(one.parts) == set(PARTS)
    assert Clip("y", (), {"dancers": [still, lively]}).energy == 1  # of a couple, the livelier


def test_a_clip_opens_with_its_song_and_beats(shelf):
    dance = shelf.dance("made-1")
    assert dance.provenance.seed == 1
    assert dance.duration_s == pytest.approx(4.0)
    assert np.abs(dance.joints[0] - make_groove(4.0, bpm=105).joints).max() < 1.5e-3
    heard = shelf.features("made-1")
    assert heard is not None
    path = shelf.song_path("made-1")
    assert path is not None
    whole = cache.load(path)[1]
    np.testing.assert_array_equal(heard.values, whole.values[30:150])  # begins a second into the song
    with pytest.raises(InputError, match="no dance called"):
        shelf.clip("nobody")


def test_a_clip_is_handed_on_with_its_part_of_the_song(shelf, tmp_path):
    taken = shelf.take("made-2", tmp_path / "visitor")
    part, rate = soundfile.read(taken.song)
    whole, _ = soundfile.read(shelf.song_path("made-2"))
    assert rate == RATE
    np.testing.assert_allclose(part, whole[2 * RATE : 6 * RATE], atol=1e-4)
    assert taken.dance.song_sha256 == file_sha256(taken.song)
    (shelf.shipped_folder / "songs" / "clicks.wav").unlink()
    silent = shelf.take("made-2", tmp_path / "visitor")
    assert silent.song is None
    assert silent.dance.song_sha256 == ""


def test_vectors_follow_the_weights(shelf, tmp_path, monkeypatch):
    assert shelf.refresh(loaded=tiny_loaded("w1")) == 3
    assert shelf.refresh(loaded=tiny_loaded("w1")) == 0
    again = Library.open(tmp_path / "own", shipped=tmp_path / "shipped")
    assert again.refresh(loaded=tiny_loaded("w1")) == 0  # another process finds everything in place
    old = again.store.vectors(["made-0"])["made-0"]
    assert again.refresh(loaded=tiny_loaded("w2", seed=1)) == 3
    new = again.store.vectors(["made-0"])["made-0"]
    np.testing.assert_allclose(
        new,
        libraries.embed(again.clip("made-0"), again.shipped_folder, loaded=tiny_loaded("w2", seed=1)).whole,
        atol=1e-5,
    )
    assert np.abs(new - old).max() > 0.01
    monkeypatch.setattr(pipeline, "load", lambda source=None: tiny_loaded("w2", seed=1))
    hits = again.search(new, top=2, filters=Filters(genres=("house",)))
    assert hits[0].id == "made-0"
    assert hits[0].clip.captions == ("Dance number 0.",)


def test_clips_that_ship_no_longer_leave_and_changed_ones_are_embedded_again(shelf, tmp_path):
    shelf.refresh(loaded=tiny_loaded())
    path = shelf.shipped_folder / "clips.jsonl.gz"
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    lines[1] = replace(Clip.from_json(lines[1]), captions=("Said anew.",)).to_json()
    path.write_bytes(gzip.compress(("\n".join(lines[:2]) + "\n").encode()))
    later = Library.open(tmp_path / "own", shipped=shelf.shipped_folder)
    assert later.refresh(loaded=tiny_loaded()) == 2  # one out, one anew
    assert sorted(entry["id"] for entry in later.store.entries()) == ["made-0", "made-1"]
    assert later.store.get(["made-1"])[0].clip.captions == ("Said anew.",)


def test_vectors_that_ship_are_used_for_their_weights_only(shelf, monkeypatch):
    monkeypatch.setattr(pipeline, "load", lambda source=None: tiny_loaded("w1"))
    assert libraries.write_embeddings(shelf.shipped_folder) == 3
    asked = []
    monkeypatch.setattr(libraries, "embed", lambda clip, home, loaded: asked.append(clip.id))
    assert shelf.refresh() == 3
    assert asked == []
    right = libraries.read_embeddings(shelf.shipped_folder / libraries.EMBEDDINGS_FILE, "w1")
    assert len(right) == 3
    assert libraries.read_embeddings(shelf.shipped_folder / libraries.EMBEDDINGS_FILE, "others") == {}
    (shelf.shipped_folder / libraries.EMBEDDINGS_FILE).write_bytes(b"broken")
    assert libraries.read_embeddings(shelf.shipped_folder / libraries.EMBEDDINGS_FILE, "w1") == {}


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="DANCEFLOOR_LIBRARY"):
        Library.open(tmp_path / "file" / "library")


# --- what ships ---


@pytest.fixture(scope="module")
def shipped() -> list[Clip]:
    return list(read_clips(SHIPPED))


def test_at_least_four_hundred_dances_of_all_styles_ship(shipped):
    assert len(shipped) >= 400
    assert len({clip.id for clip in shipped}) == len(shipped)
    assert len({clip.genre for clip in shipped}) == len(CATALOGUE)
    # Train phrases hold too little disco and breaking to dance a whole song of.
    assert {clip.style for clip in shipped} >= set(STYLES) - {"disco", "breaking"}
    assert all(clip.length_s == 12.0 and len(clip.captions) >= 3 and clip.tempo_bpm for clip in shipped)
    assert all(clip.provenance["settings"]["attribution"] and clip.source for clip in shipped)


def test_what_ships_is_whole_and_light(shipped):
    files = [path for path in SHIPPED.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 20e6
    for name in {name for clip in shipped for name in (clip.song, clip.preview, clip.motion)}:
        assert (SHIPPED / name).is_file()
    used = {SHIPPED / name for clip in shipped for name in (clip.song, clip.preview)}
    assert used == {path for path in files if path.suffix in (".mp3", ".mp4")}


def test_shipped_dances_open(shipped):
    for clip in shipped[::40]:
        dance = libraries.load_dance(clip, SHIPPED)
        assert len(dance) == 360
        assert dance.beats[-1] < 12
        assert 0.2 < np.abs(dance.joints[0, :, 0, 1]).mean() < 1.5
        assert soundfile.info(SHIPPED / clip.song).duration >= clip.start_s + clip.length_s - 0.1


def test_dances_of_the_readme_are_those_that_ship(shipped):
    text = (SHIPPED / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert f"{len(shipped)} dances" in text
    for line in {line for clip in shipped for line in clip.provenance["settings"]["attribution"]}:
        assert line in text


def test_a_saved_clip_is_an_ordinary_dance(shelf, tmp_path):
    path = shelf.dance("made-0").save(tmp_path / "found.npz")
    from demos.motion.files import open_dance

    again = open_dance(path)
    assert isinstance(again, Dance)
    assert isinstance(again.provenance, Provenance)
    assert again.provenance.system == "test"
