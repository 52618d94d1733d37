"""What stands on the Find page's stage: one dance alone, or up to four pinned ones side by side. No gradio here."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import soundfile

from demos.audio import cache
from demos.audio.features import AudioFeatures
from demos.audio.song import decode
from demos.motion.dance import Dance
from demos.retrieval.clips import Clip
from demos.retrieval.fit import Fitted, beats_of, counts, fit_beats, fit_song
from demos.retrieval.library import Library
from demos.retrieval.quest import title_of
from demos.runtime.caches import file_sha256
from demos.runtime.errors import InputError

MOST_PINS = 4


@dataclass(frozen=True, eq=False)
class Staged:
    """A dance of the library, ready to play. id : of its clip. song : a file that begins with the dance, None for
    silence. fitted : how it sits on a song that is not its own, None on its own."""

    id: str
    name: str
    dance: Dance
    song: Path | None
    clip: Clip
    fitted: Fitted | None = None


@dataclass(frozen=True)
class Scene:
    """Dances for the player. note : what should be known about them, ""."""

    dances: tuple[Dance, ...]
    names: tuple[str, ...]
    song: Path | None
    note: str = ""


@dataclass(eq=False)
class Stage:
    """One visitor's stage; it changes in place. alone : what was last clicked. beside : whether the pinned ones are
    shown instead. lead : id of the pinned dance whose music plays. together : the others dance on its beats."""

    alone: Staged | None = None
    pins: dict[str, Staged] = field(default_factory=dict)
    beside: bool = False
    lead: str = ""
    together: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def play(self, staged: Staged) -> None:
        """One dance, alone."""
        self.alone, self.beside = staged, False

    def pin(self, staged: Staged) -> None:
        """One more beside the others; from two on they are shown. Raises InputError when all places are taken."""
        with self._lock:
            if staged.id not in self.pins and len(self.pins) >= MOST_PINS:
                raise InputError(f"{MOST_PINS} dances fit side by side: take one out first.")
            self.pins = {**self.pins, staged.id: staged}
            self.lead = self.lead if self.lead in self.pins else staged.id
            self.alone = self.alone or staged
            self.beside = len(self.pins) > 1

    def unpin(self, name: str) -> None:
        """Without one of them."""
        with self._lock:
            gone = self.pins.get(name)
            self.pins = {other: staged for other, staged in self.pins.items() if other != name}
            self.lead = self.lead if self.lead in self.pins else next(iter(self.pins), "")
            if self.beside and len(self.pins) < 2:
                self.beside, self.alone = False, next(iter(self.pins.values()), gone)

    def follow(self, name: str) -> None:
        """Let another pinned dance's music play, for all of them."""
        if name in self.pins:
            self.lead, self.beside = name, len(self.pins) > 1
            if not self.beside:
                self.alone = self.pins[name]

    @property
    def shown(self) -> tuple[Staged, ...]:
        """What is on the stage, the one whose music plays first."""
        if self.beside and self.pins:
            lead = self.pins[self.lead]
            return (lead, *(staged for name, staged in self.pins.items() if name != self.lead))
        return (self.alone,) if self.alone else ()

    def scene(self) -> Scene | None:
        """For the player; None for an empty stage."""
        shown = self.shown
        if not shown:
            return None
        lead = shown[0]
        placed = list(self.pins.values()) if self.beside else [lead]
        dances, apart = [], []
        for staged in placed:
            dance = staged.dance
            if self.together and self.beside and staged is not lead:
                try:
                    dance = on_beats_of(dance, lead.dance)
                except InputError:
                    apart.append(staged.name)
            dances.append(dance)
        note = f"{' and '.join(apart)} cannot be bent that far: as before." if apart else ""
        return Scene(tuple(dances), tuple(staged.name for staged in placed), lead.song, note)


def bring(library: Library, name: str, folder: Path) -> Staged:
    """A dance of the library, its part of the song as a file of `folder`. Raises InputError when it is gone."""
    clip = library.clip(name)
    taken = library.take(clip, folder)
    return Staged(name, title_of(clip), taken.dance, taken.song, clip)


def adapt(library: Library, staged: Staged, song: Path, folder: Path) -> Staged:
    """The staged dance, as the library has it, on another song. Raises InputError where that cannot be."""
    dance = library.take(staged.clip, folder).dance
    heard = cache.load(song)[1]
    fitted = fit_song(dance, heard, name=song.stem)
    part = _part(song, fitted.start_s, fitted.dance.duration_s, folder)
    dance = replace(fitted.dance, song_sha256=file_sha256(part))
    title = " ".join(song.stem.replace("-", " ").replace("_", " ").split())[:40]
    name = f"{title_of(staged.clip)} on {title[:1].upper()}{title[1:]}"
    return replace(staged, name=name, dance=dance, song=part, fitted=fitted)


def on_beats_of(dance: Dance, lead: Dance) -> Dance:
    """A dance bent so that it lands on another's beats, on that one's clock. Raises InputError out of reach."""
    own = beats_of(dance)
    theirs = beats_of(lead)
    grid = counts(theirs, float(np.median(np.diff(own))))
    first, mine = _downbeat(grid, lead.downbeats), _downbeat(own, dance.downbeats)
    step = min(first, mine)
    own, grid = own[mine - step :], grid[first - step :]
    both = min(len(own), len(grid))
    clock = AudioFeatures(np.zeros((1, 35), np.float32), theirs, lead.downbeats, 0.0, lead.duration_s)
    return fit_beats(dance, own[:both], grid[:both], song=clock, song_sha256=lead.song_sha256, start_s=0.0).dance


def _downbeat(beats: np.ndarray, downbeats: np.ndarray) -> int:
    return int(np.argmin(np.abs(beats - downbeats[0]))) if len(downbeats) else 0


def _part(song: Path, start_s: float, seconds: float, folder: Path) -> Path:
    """A stretch of a song as a file of its own."""
    heard = decode(song)
    first = round(start_s * heard.sample_rate)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{song.stem[:40]}-{first}.wav"
    last = first + round(seconds * heard.sample_rate)
    soundfile.write(path, heard.samples[first:last], heard.sample_rate, subtype="PCM_16")
    return path
