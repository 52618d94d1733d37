"""Songs with their features, cached by content: a song is decoded and analysed once for every tab and
process.
"""

from pathlib import Path

from demos.audio import beats
from demos.audio.features import VERSION, AudioFeatures, extract
from demos.audio.song import Song, check_file, decode, refuse_long
from demos.runtime.caches import ContentCache, file_sha256, read_arrays, shared, write_arrays
from demos.runtime.settings import settings

Analysed = tuple[Song, AudioFeatures]


def load(path: str | Path, cache: ContentCache[Analysed] | None = None) -> Analysed:
    """The song in a file and its features.

    The first request decodes and analyses; later ones, from any thread or process and under any file name,
    find both in memory or on disk. Raises InputError where the file is not a song (that is not remembered).
    `cache` is the one to use instead of this process's shared one.
    """
    path = Path(path)
    check_file(path)
    song, found = (cache or _shared_cache()).get(_key(file_sha256(path)), lambda: _analyse(decode(path)))
    if song.duration_s > settings().max_song_seconds:  # cached when the limit was higher
        refuse_long(path.name, settings().max_song_seconds)
    if song.name != path.name:
        song = Song(song.samples, song.sample_rate, song.sha256, path.name)
    return song, found


def features(song: Song) -> AudioFeatures:
    """The features of a song that is already decoded, from the same cache."""
    return _shared_cache().get(_key(song.sha256), lambda: _analyse(song))[1]


def _analyse(song: Song) -> Analysed:
    return song, extract(song)


def _key(sha256: str) -> str:
    """All that the numbers depend on: the song, the extractor's version, the beat network's weights."""
    weights = shared("beat weights hash", lambda: file_sha256(beats.WEIGHTS_FILE))
    return f"{sha256}-v{VERSION}-{weights[:12]}"


def _shared_cache() -> ContentCache[Analysed]:
    return shared("audio cache", lambda: make_cache(settings().cache_dir / "audio"))


def make_cache(folder: Path) -> ContentCache[Analysed]:
    """An empty cache of analysed songs over a folder, bounded by the settings."""
    return ContentCache(
        folder=folder,
        memory_bytes=settings().cache_bytes,
        disk_bytes=settings().cache_bytes,
        write=_write,
        read=_read,
        size_of=lambda analysed: analysed[0].samples.nbytes + analysed[1].values.nbytes,
        suffix=".song",
    )


def _write(analysed: Analysed, path: Path) -> None:
    song, found = analysed
    arrays = {
        "samples": song.samples,
        "values": found.values,
        "beats": found.beats,
        "downbeats": found.downbeats,
    }
    facts = {
        "sample_rate": song.sample_rate,
        "sha256": song.sha256,
        "name": song.name,
        "tempo_bpm": found.tempo_bpm,
        "duration_s": found.duration_s,
    }
    write_arrays(path, arrays, facts)


def _read(path: Path) -> Analysed:
    arrays, facts = read_arrays(path)
    song = Song(arrays["samples"], int(facts["sample_rate"]), str(facts["sha256"]), str(facts["name"]))
    return song, AudioFeatures(
        values=arrays["values"],
        beats=arrays["beats"],
        downbeats=arrays["downbeats"],
        tempo_bpm=float(facts["tempo_bpm"]),
        duration_s=float(facts["duration_s"]),
    )
