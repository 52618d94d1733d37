"""The library of dances: those that ship with the app and those that a host added, found by their vectors.

assets/library/        ships, read only: clips.jsonl.gz, motion.bin, songs/, previews/, embeddings.safetensors
DANCEFLOOR_LIBRARY/    the host's: index/ (the vector store of both), dances/, songs/, previews/ of what was added
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
from filelock import FileLock

from demos.audio import cache
from demos.audio.features import FPS, AudioFeatures
from demos.audio.song import decode
from demos.motion.dance import Dance, Provenance
from demos.motion.files import open_dance
from demos.retrieval import pipeline
from demos.retrieval.clips import Clip, unpack
from demos.retrieval.store import Filters, Hit, Row, Store
from demos.runtime.caches import file_sha256
from demos.runtime.errors import InputError
from demos.runtime.settings import ASSETS, settings

SHIPPED = ASSETS / "library"
CLIPS_FILE, MOTION_FILE, EMBEDDINGS_FILE = "clips.jsonl.gz", "motion.bin", "embeddings.safetensors"
_BATCH = 64
_REFRESH_WAIT_S = 3600.0

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Taken:
    """A clip to hand on: its dance, and a song file that begins with it (None without music)."""

    dance: Dance
    song: Path | None


class Library:
    """Clips with their dances, songs and previews; searched through a vector store."""

    def __init__(self, folder: Path, store: Store, shipped: Path) -> None:
        self.folder, self.store, self.shipped_folder = folder, store, shipped
        self.shipped = {clip.id: clip for clip in read_clips(shipped)}
        self._fresh = ""

    @staticmethod
    def open(folder: Path | str | None = None, *, shipped: Path = SHIPPED, index: str = "") -> Library:
        """The library of a folder together with what ships.

        folder : the host's; by default the settings' library_dir. shipped : the read-only part.
        index : where the vectors are, for `Store.open`; by default the settings' library_index, else in the folder.
        Raises InputError when the folder cannot be written to.
        """
        folder = Path(folder) if folder is not None else settings().library_dir
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"The library's folder {folder} cannot be made ({error.strerror}); set DANCEFLOOR_LIBRARY to another."
            ) from error
        return Library(folder, Store.open(index or settings().library_index or folder / "index"), Path(shipped))

    def __len__(self) -> int:
        return len(self.store)

    def clip(self, name: str) -> Clip:
        """A clip by its id. Raises InputError when there is none."""
        if name in self.shipped:
            return self.shipped[name]
        found = self.store.get([name])
        if not found:
            raise InputError(f"There is no dance called {name!r} in the library; it may have been removed.")
        return found[0].clip

    def dance(self, name: str | Clip) -> Dance:
        """The dance of a clip, with its provenance. Raises InputError when its file is gone."""
        clip = self._clip(name)
        return load_dance(clip, self.home(clip))

    def song_path(self, name: str | Clip) -> Path | None:
        """The whole song of a clip; the dance begins `start_s` into it. None without music."""
        clip = self._clip(name)
        return _file(self.home(clip), clip.song)

    def preview_path(self, name: str | Clip) -> Path | None:
        """The looping film of a clip, None where none was made."""
        clip = self._clip(name)
        return _file(self.home(clip), clip.preview)

    def features(self, name: str | Clip) -> AudioFeatures | None:
        """The features of a clip's song from the dance's beginning to its end; None without music."""
        clip = self._clip(name)
        return load_features(clip, self.home(clip))

    def take(self, name: str | Clip, folder: Path) -> Taken:
        """A clip for another room: its dance, and its part of the song as a file of `folder` that begins with it."""
        clip = self._clip(name)
        dance, path = self.dance(clip), self.song_path(clip)
        if path is None:
            return Taken(replace(dance, song_sha256=""), None)
        song = decode(path)
        begin, end = (round(at * song.sample_rate) for at in (clip.start_s, clip.start_s + clip.length_s))
        if begin > 0 or end < len(song.samples):
            path = Path(folder) / f"{clip.id}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, song.samples[begin:end], song.sample_rate, subtype="PCM_16")
        return Taken(replace(dance, song_sha256=file_sha256(path)), path)

    def search(self, vector: np.ndarray, *, top: int = 24, filters: Filters | None = None) -> list[Hit]:
        """The clips nearest to a unit vector (256,) of the pipeline, nearest first."""
        self.refresh()
        return self.store.search(vector, top=top, filters=filters)

    def refresh(self, *, loaded: pipeline.Loaded | None = None, on_progress: Progress | None = None) -> int:
        """Bring the store up to the app: shipped clips in, vectors of other weights made anew; the number of changes.

        Costs nothing after the first call for the same weights. Of several processes one does it, the others wait.
        """
        loaded = loaded or pipeline.load()
        if self._fresh == loaded.sha256:
            return 0
        changes = 0
        if any(self._due(loaded.sha256)):
            with FileLock(self.folder / "refresh.lock", timeout=_REFRESH_WAIT_S):
                gone, due = self._due(loaded.sha256)  # another process may have just done it
                self.store.remove(gone)
                changes = len(gone) + self._embed(due, loaded, on_progress)
                self.store.maintain()
        self._fresh = loaded.sha256
        return changes

    def _due(self, weights: str) -> tuple[list[str], list[Clip]]:
        """Ids to take out, and clips whose vectors are missing or of other weights."""
        there = {entry["id"]: entry for entry in self.store.entries()}
        gone = [name for name, entry in there.items() if entry["origin"] == "shipped" and name not in self.shipped]
        due = [
            clip
            for name, clip in self.shipped.items()
            if name not in there or (there[name]["content"], there[name]["weights"]) != (clip.content, weights)
        ]
        old = [name for name, entry in there.items() if entry["origin"] != "shipped" and entry["weights"] != weights]
        for start in range(0, len(old), _BATCH):
            due += [hit.clip for hit in self.store.get(old[start : start + _BATCH])]
        return gone, due

    def _embed(self, clips: Sequence[Clip], loaded: pipeline.Loaded, on_progress: Progress | None) -> int:
        """Embed clips and put them into the store; those whose files are gone are taken out."""
        kept = read_embeddings(self.shipped_folder / EMBEDDINGS_FILE, loaded.sha256)
        done = 0
        for start in range(0, len(clips), _BATCH):
            rows, lost = [], []
            for clip in clips[start : start + _BATCH]:
                shipped = clip.id in self.shipped
                parts = kept.get(f"{clip.id}-{clip.content}") if shipped else None
                try:
                    parts = parts or embed(clip, self.home(clip), loaded=loaded)
                except InputError:
                    lost.append(clip.id)
                    continue
                origin = "shipped" if shipped else "added"
                rows.append(Row(clip, parts.whole, parts.motion, parts.music, loaded.sha256, origin))
            self.store.upsert(rows)
            self.store.remove(lost)
            done += len(rows) + len(lost)
            if on_progress:
                on_progress(done, len(clips))
        return done

    def home(self, clip: Clip) -> Path:
        """The folder that a clip's file names belong to."""
        return self.shipped_folder if clip.id in self.shipped else self.folder

    def _clip(self, name: str | Clip) -> Clip:
        return name if isinstance(name, Clip) else self.clip(name)


def load_dance(clip: Clip, home: Path) -> Dance:
    """The dance of a clip whose files are below `home`. Raises InputError when its file is gone."""
    path = _file(home, clip.motion)
    if path is None:
        raise InputError(f"The file of the dance {clip.id!r} is missing: add its folder to the library again.")
    provenance = Provenance.from_json(json.dumps(dict(clip.provenance)))
    if clip.size:
        with path.open("rb") as file:
            file.seek(clip.offset)
            motions = (unpack(file.read(clip.size)),)
    else:
        motions = open_dance(path).motions
    return Dance(motions, provenance, clip.song_sha256, np.array(clip.beats), np.array(clip.downbeats))


def load_features(clip: Clip, home: Path) -> AudioFeatures | None:
    """The features of a clip's song while the dance lasts, on the dance's clock; None without music."""
    path = _file(home, clip.song)
    if path is None:
        return None
    _, found = cache.load(path)
    start, stop = round(clip.start_s * FPS), round((clip.start_s + clip.length_s) * FPS)
    beats, downbeats = (
        each[(each >= clip.start_s) & (each < clip.start_s + clip.length_s)] - clip.start_s
        for each in (found.beats, found.downbeats)
    )
    values = found.values[start:stop]
    return AudioFeatures(values, beats, downbeats, found.tempo_bpm, len(values) / FPS)


def embed(clip: Clip, home: Path, *, loaded: pipeline.Loaded | None = None) -> pipeline.Parts:
    """The vectors of a clip, from its files."""
    return pipeline.embed_parts(load_dance(clip, home), load_features(clip, home), loaded=loaded)


def _file(home: Path, name: str) -> Path | None:
    path = home / name
    return path if name and path.is_file() else None


def read_clips(folder: Path) -> Iterator[Clip]:
    """The clips of a shipped library, each with a hash of its line as its content; none where there is no library."""
    path = folder / CLIPS_FILE
    if not path.is_file():
        return
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        yield replace(Clip.from_json(line), content=hashlib.sha256(line.encode()).hexdigest()[:16])


def read_embeddings(path: Path, weights: str) -> dict[str, pipeline.Parts]:
    """The vectors that ship, by "id-content"; none when they are of other weights or cannot be read."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="np") as file:
            facts = file.metadata() or {}
            if facts.get("weights") != weights:
                return {}
            names = json.loads(facts["names"])
            whole, music, motion = (_unit(file.get_tensor(part)) for part in ("whole", "music", "motion"))
    except (OSError, SafetensorError, KeyError, ValueError):
        return {}
    return {name: pipeline.Parts(whole[i], music[i], motion[i]) for i, name in enumerate(names)}


def write_embeddings(shipped: Path = SHIPPED, *, on_progress: Progress | None = None) -> int:
    """Embed the shipped clips with the present weights into the file that ships beside them; how many."""
    from safetensors.numpy import save_file

    loaded, clips = pipeline.load(), list(read_clips(shipped))
    found = []
    for clip in clips:
        found.append(embed(clip, shipped, loaded=loaded))
        if on_progress:
            on_progress(len(found), len(clips))
    if not found:
        raise InputError(f"There is no library in {shipped}: make it with python -m demos.retrieval.make_library.")
    tensors = {
        name: np.stack([getattr(parts, name) for parts in found]).astype(np.float16)
        for name in ("whole", "music", "motion")
    }
    names = [f"{clip.id}-{clip.content}" for clip in clips]
    save_file(tensors, str(shipped / EMBEDDINGS_FILE), {"weights": loaded.sha256, "names": json.dumps(names)})
    return len(found)


def _unit(vectors: np.ndarray) -> np.ndarray:
    vectors = vectors.astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
