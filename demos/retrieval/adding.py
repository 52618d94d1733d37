"""Adding a host's own dances to the library: a folder of motion files with songs beside them, cut, measured, indexed.

Stopped, it goes on where it was: a file that is in the library is known by its content, wherever it lies now.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from demos.audio import cache
from demos.audio.features import AudioFeatures
from demos.corpus.attributes import measure_attributes
from demos.corpus.captions import captions
from demos.corpus.measures.music import facts_of_sound
from demos.motion.dance import Dance
from demos.motion.files import open_dance
from demos.motion.motion import Motion
from demos.retrieval import pipeline
from demos.retrieval.clips import Clip
from demos.retrieval.library import Library, load_dance
from demos.retrieval.previews import write_preview
from demos.retrieval.store import Filters, Row
from demos.runtime.caches import file_sha256
from demos.runtime.errors import InputError

MOTIONS = (".bvh", ".npz", ".npy", ".pkl")
SONGS = (".wav", ".flac", ".mp3", ".ogg", ".m4a", ".opus", ".aac", ".mp4")
CLIP_S = 12.0
SHORTEST_S = 2.0
"""Dances shorter than this, and remainders of longer ones, are not indexed."""
MOST_FILES = 200_000
SAME_SCORE, SAME_M = 0.995, 0.01
"""Two clips are the same dance when their vectors are this near and no joint is farther apart on average."""
_CAPTIONS = 4
_BATCH_FILES = 8  # written together: a stop costs at most these

Progress = Callable[[int, int], None]


@dataclass
class Report:
    """What became of the files of a folder. skipped, duplicates : (file, why or whom it equals)."""

    files: int = 0
    clips: int = 0
    added: list[str] = field(default_factory=list)
    known: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)


def add(
    library: Library,
    folder: Path | str,
    *,
    previews: bool = True,
    loaded: pipeline.Loaded | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Put every dance below a folder into the library.

    A motion file goes with the sound file of its own name, with one whose name is a part of its name (AIST++:
    gBR_..._mBR0_ch01.pkl and mBR0.wav), or with the only one beside the only motion; without one it is indexed by its
    motion alone. Dances longer than 12 s are cut. A text file of the same name gives captions, a line each.
    Files that cannot be read are reported and left out. Several processes may add at the same time.

    previews : film a loop of each clip. on_progress : called with (files done, files in all).
    Raises InputError when there is no such folder, or nothing in it that could be a dance.
    """
    folder = Path(folder).expanduser()
    files = motion_files(folder, without=library.folder)
    loaded = loaded or pipeline.load()
    library.refresh(loaded=loaded)
    known = {entry["content"] for entry in library.store.entries(Filters(origin="added"))}
    report = Report(files=len(files))
    waiting: list[Row] = []
    seen: dict[str, str] = {}
    for number, path in enumerate(files):
        name = str(path.relative_to(folder))
        try:
            content = file_sha256(path)[:32]
            if content in seen:
                report.duplicates.append((name, seen[content]))
            elif content in known:
                report.known += 1
            else:
                waiting += _index_file(library, path, name, content, loaded, previews, report, waiting)
                seen[content] = name
        except InputError as error:
            report.skipped.append((name, str(error)))
        except OSError as error:
            report.skipped.append((name, f"{path.name} cannot be read: {error.strerror or 'unknown reason'}."))
        if len({row.clip.content for row in waiting}) >= _BATCH_FILES or number == len(files) - 1:
            report.clips += library.store.upsert(waiting)
            waiting = []
        if on_progress:
            on_progress(number + 1, len(files))
    if report.clips:
        library.store.maintain()
    return report


def motion_files(folder: Path, *, without: Path | None = None) -> list[Path]:
    """The files below a folder that may be dances, sorted; hidden ones, and those of the library itself, left out.

    Raises InputError when there is no such folder, it holds none, or more than MOST_FILES.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}: name the folder that holds your dances.")
    own = without.resolve() if without else None
    found: list[Path] = []
    for place, names, entries in os.walk(folder):
        names[:] = sorted(n for n in names if not n.startswith(".") and (Path(place) / n).resolve() != own)
        found += [Path(place) / n for n in entries if n.lower().endswith(MOTIONS) and not n.startswith(".")]
        if len(found) > MOST_FILES:
            raise InputError(f"{folder} holds more than {MOST_FILES:,} motion files: add it in parts.")
    if not found:
        raise InputError(f"No dances were found in {folder}: {', '.join(MOTIONS)} files are read.")
    return sorted(found)


def find_song(path: Path) -> Path | None:
    """The sound file beside a motion file that belongs to it, or None."""
    beside = sorted(p for p in path.parent.iterdir() if p.suffix.lower() in SONGS and not p.name.startswith("."))
    named = [song for song in beside if song.stem.lower() == path.stem.lower()]
    if named:
        return named[0]
    words = path.stem.lower().split("_")
    parts = [song for song in beside if len(song.stem) > 2 and song.stem.lower() in words]
    if parts:
        return max(parts, key=lambda song: len(song.stem))
    motions = [p for p in path.parent.iterdir() if p.suffix.lower() in MOTIONS]
    return beside[0] if len(beside) == 1 and len(motions) == 1 else None


def pieces(dance: Dance) -> Iterator[tuple[float, Dance]]:
    """A dance cut into clips of 12 s: where each begins, and the clip with its own beats; short rests are left out."""
    frames, step = len(dance), round(CLIP_S * dance.fps)
    for start in range(0, frames, step):
        stop = min(start + step, frames)
        if (stop - start) / dance.fps < SHORTEST_S:
            continue
        begin, end = start / dance.fps, stop / dance.fps
        motions = tuple(motion.slice(start, stop) for motion in dance.motions)
        beats, downbeats = (each[(each >= begin) & (each < end)] - begin for each in (dance.beats, dance.downbeats))
        yield begin, Dance(motions, dance.provenance, dance.song_sha256, beats, downbeats)


def _index_file(
    library: Library,
    path: Path,
    name: str,
    content: str,
    loaded: pipeline.Loaded,
    previews: bool,
    report: Report,
    waiting: Sequence[Row],
) -> list[Row]:
    """The rows of one file, its dances, song and previews put into the library's folder."""
    dance = open_dance(path)
    if dance.duration_s < SHORTEST_S:
        raise InputError(
            f"{path.name} lasts {dance.duration_s:.1f} s; dances of {SHORTEST_S:g} s and more are indexed."
        )
    song, heard = find_song(path), None
    if song is not None:
        try:
            heard = cache.load(song)[1]
        except InputError as error:
            report.skipped.append((str(Path(name).with_name(song.name)), str(error)))
            song = None
    if song is None:
        report.silent.append(name)
    if heard is not None:
        dance = replace(
            dance, song_sha256=file_sha256(song) if song else "", beats=heard.beats, downbeats=heard.downbeats
        )
    rows: list[Row] = []
    for begin, piece in pieces(dance):
        if heard is not None and begin >= heard.duration_s - 1:
            heard_here, song_here = None, None  # the song is over before the dance
        else:
            heard_here, song_here = heard, song
        clip = _describe(path, name, content, len(rows), begin, piece, heard_here, song_here)
        parts = pipeline.embed_parts(piece, _part(heard_here, begin, piece.duration_s), loaded=loaded)
        row = Row(clip, parts.whole, parts.motion, parts.music, loaded.sha256)
        equal = _same(library, row, piece, [*waiting, *rows])
        if equal:
            report.duplicates.append((name, equal))
            continue
        _keep(library.folder, row.clip, piece, song_here, previews)
        rows.append(row)
    if rows:
        report.added.append(name)
    return rows


def _describe(
    path: Path,
    name: str,
    content: str,
    number: int,
    begin: float,
    piece: Dance,
    heard: AudioFeatures | None,
    song: Path | None,
) -> Clip:
    """What is known of a clip of a user's file."""
    import json

    facts = facts_of_sound(heard, start_s=begin, end_s=begin + piece.duration_s) if heard else None
    attributes = measure_attributes(piece, music=facts)
    identity = f"{content[:12]}-{number + 1}"
    seed = int.from_bytes(hashlib.sha256(identity.encode()).digest()[:4], "big")
    provenance = json.loads(piece.provenance.to_json())
    provenance["settings"] = {**provenance["settings"], "file": name, "from_s": round(begin, 3)}
    return Clip(
        id=identity,
        captions=(*_own_captions(path), *captions(attributes, seed=seed, count=_CAPTIONS)),
        attributes=json.loads(attributes.to_json()),
        tempo_bpm=facts.tempo_bpm if facts else None,
        length_s=round(piece.duration_s, 3),
        source=path.name if begin == 0 else f"{path.name}, from {begin:.0f} s",
        provenance=provenance,
        motion=f"dances/{identity}.npz",
        song=f"songs/{file_sha256(song)[:16]}{song.suffix.lower()}" if song else "",
        song_sha256=file_sha256(song) if song else "",
        song_name=song.stem if song else "",
        start_s=round(begin, 4),
        preview=f"previews/{identity}.mp4",
        beats=tuple(round(float(beat), 3) for beat in piece.beats),
        downbeats=tuple(round(float(beat), 3) for beat in piece.downbeats),
        content=content,
    )


def _own_captions(path: Path) -> list[str]:
    """The lines of a text file of the same name, at most _CAPTIONS of at most 300 characters."""
    text = path.with_suffix(".txt")
    try:
        lines = text.read_text(encoding="utf-8").splitlines() if text.is_file() else []
    except (OSError, UnicodeDecodeError):
        return []
    return [line.strip()[:300] for line in lines if line.strip()][:_CAPTIONS]


def _part(heard: AudioFeatures | None, begin: float, seconds: float) -> AudioFeatures | None:
    """A song's features while a clip lasts."""
    if heard is None:
        return None
    start, stop = round(begin * 30), round((begin + seconds) * 30)
    return replace(heard, values=heard.values[start:stop], duration_s=seconds)


def _same(library: Library, row: Row, piece: Dance, waiting: Sequence[Row]) -> str:
    """Which clip of the library, or of those that wait, is the very same dance, however its file is written; "" if
    none. Only clips that the index finds next to it are compared joint by joint."""
    near = [hit.clip for hit in library.store.search(row.vector, top=3) if hit.score > SAME_SCORE]
    near += [other.clip for other in waiting if float(other.vector @ row.vector) > SAME_SCORE]
    for clip in near:
        if clip.id == row.clip.id or abs(clip.length_s - row.clip.length_s) > 0.2 or clip.dancers != len(piece.motions):
            continue
        try:
            other = load_dance(clip, library.home(clip))
        except InputError:
            continue
        apart = [_apart(one, two) for one, two in zip(piece.motions, other.motions, strict=True)]
        if max(apart) < SAME_M:
            return clip.source if clip.id not in library.shipped else f"{clip.id} of the app's own library"
    return ""


def _apart(one: Motion, two: Motion) -> float:
    """Metres between the joints of two performances about the pelvis, mean, at 10 fps, over what both have."""
    joints = [motion.resample(10.0).joints for motion in (one, two)]
    frames = min(map(len, joints))
    joints = [each[:frames] - each[:frames, :1] for each in joints]
    return float(np.linalg.norm(joints[0] - joints[1], axis=-1).mean())


def _keep(folder: Path, clip: Clip, piece: Dance, song: Path | None, previews: bool) -> None:
    """Put a clip's files into the library, so that it stays whole when the user's folder goes."""
    for name in ("dances", "songs", "previews"):
        (folder / name).mkdir(exist_ok=True)
    part = folder / f"{clip.motion}.{os.getpid()}.part"
    piece.save(part)
    part.replace(folder / clip.motion)
    if song is not None and not (folder / clip.song).is_file():
        part = folder / f"{clip.song}.{os.getpid()}.part"
        shutil.copyfile(song, part)
        part.replace(folder / clip.song)
    if previews:
        write_preview(piece, folder / clip.preview)
