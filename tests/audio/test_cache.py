"""Songs are decoded and analysed once, whoever asks and however the file is called."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from demos.audio import cache
from demos.audio.features import AudioFeatures
from demos.audio.song import Song, decode
from demos.runtime import caches
from demos.runtime.errors import InputError
from demos.runtime.settings import settings

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def counted(monkeypatch) -> list[int]:
    """Grows by one at every analysis, which is a light stand-in: what is tested here is the keeping."""
    calls = []

    def analyse(song: Song) -> AudioFeatures:
        calls.append(1)
        values = np.resize(song.samples, (40, 35))
        return AudioFeatures(values, np.arange(4) / 2, np.zeros(1), 120.0, song.duration_s)

    monkeypatch.setattr(cache, "extract", analyse)
    return calls


def same(one, other) -> bool:
    (song, features), (other_song, other_features) = one, other
    return (
        song.sha256 == other_song.sha256
        and np.array_equal(song.samples, other_song.samples)
        and song.sample_rate == other_song.sample_rate
        and np.array_equal(features.values, other_features.values)
        and np.array_equal(features.beats, other_features.beats)
        and np.array_equal(features.downbeats, other_features.downbeats)
        and features.tempo_bpm == other_features.tempo_bpm
        and features.duration_s == other_features.duration_s
    )


def test_the_real_analysis_comes_back_from_disk(sound_files):
    first = cache.load(sound_files["wav"])
    caches.drop_shared()
    assert same(first, cache.load(sound_files["wav"]))


def test_second_request_is_served_from_memory(sound_files, counted):
    first = cache.load(sound_files["wav"])
    second = cache.load(str(sound_files["wav"]))
    assert second[1] is first[1]
    assert len(counted) == 1


def test_a_new_process_reads_it_from_disk(sound_files, counted):
    first = cache.load(sound_files["ogg"])
    caches.drop_shared()
    assert same(first, cache.load(sound_files["ogg"]))
    assert len(counted) == 1


def test_another_name_is_the_same_song(sound_files, tmp_path, counted):
    first = cache.load(sound_files["wav"])
    renamed = shutil.copy(sound_files["wav"], tmp_path / "renamed.dat")
    song, features = cache.load(renamed)
    assert song.name == "renamed.dat"
    assert features is first[1]
    assert len(counted) == 1


def test_changed_content_under_the_same_name_is_another_song(sound_files, tmp_path, counted):
    path = Path(shutil.copy(sound_files["wav"], tmp_path / "song.wav"))
    first = cache.load(path)
    soundfile.write(path, np.zeros(22050), 22050)
    second = cache.load(path)
    assert second[0].sha256 != first[0].sha256
    assert not second[1].values.any()
    assert len(counted) == 2


def test_features_of_a_decoded_song_use_the_same_cache(sound_files, counted):
    found = cache.features(decode(sound_files["wav"]))
    assert cache.load(sound_files["wav"])[1] is found
    assert len(counted) == 1


def test_threads_share_one_analysis(sound_files, counted):
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: cache.load(sound_files["wav"]), range(6)))
    assert all(features is found[0][1] for _, features in found)
    assert len(counted) == 1


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "text"])
def test_a_damaged_file_is_analysed_anew(sound_files, own_cache, counted, damage):
    first = cache.load(sound_files["wav"])
    (path,) = (own_cache / "audio").glob("*.song")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes({"cut": data[: len(data) // 3], "changed": data, "emptied": b"", "text": b"{}\n"}[damage])
    caches.drop_shared()
    assert same(first, cache.load(sound_files["wav"]))
    assert len(counted) == 2


def test_a_new_version_of_the_extractor_computes_anew(sound_files, counted, monkeypatch):
    cache.load(sound_files["wav"])
    monkeypatch.setattr(cache, "VERSION", cache.VERSION + 1)
    cache.load(sound_files["wav"])
    assert len(counted) == 2


@pytest.mark.usefixtures("counted")
def test_disk_is_bounded(own_cache, monkeypatch, tmp_path):
    monkeypatch.setenv("DANCEFLOOR_CACHE_MB", "1")
    settings.cache_clear()
    for seed in range(4):  # about 0.4 MB each
        path = tmp_path / f"{seed}.wav"
        soundfile.write(path, np.random.default_rng(seed).normal(0, 0.1, 100_000), 22050)
        cache.load(path)
    files = list((own_cache / "audio").glob("*.song"))
    assert 1 <= len(files) < 4
    assert sum(path.stat().st_size for path in files) <= 2**20


def test_a_bad_file_is_refused_every_time(tmp_path):
    (tmp_path / "bad.mp3").write_text("not a song")
    for path in (tmp_path / "bad.mp3", tmp_path / "bad.mp3", tmp_path / "missing.mp3", tmp_path):
        with pytest.raises(InputError):
            cache.load(path)


@pytest.mark.usefixtures("counted")
def test_a_song_beyond_a_lowered_limit_is_refused(sound_files, monkeypatch):
    cache.load(sound_files["wav"])
    monkeypatch.setenv("DANCEFLOOR_MAX_MINUTES", "0.1")
    settings.cache_clear()
    with pytest.raises(InputError, match="longer than the 6 seconds"):
        cache.load(sound_files["wav"])
