"""What the evaluation is made of: songs and dances of a corpus that trained nothing, and real dances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from demos.audio.conditions import music_condition
from demos.corpus import build
from demos.corpus.phrases import load_clips
from demos.corpus.report import Window, own_grid, real_windows
from demos.corpus.shards import INDEX_FILE, Shards
from demos.corpus.splits import split_trials
from demos.motion import vector
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.vector import FPS, WIDTH
from demos.runtime.settings import settings

WINDOW_S = 12.0
"""Length of the clips that features are taken of, as in the corpus's report."""
SONG_S = 36.0
"""Of each held-out song is danced: three clips."""
STRETCH_S = 8.0
"""Of a dance is edited, as in training."""
CORPUS_FOLDER = "editing-corpus"
Table = dict[str, dict[str, float | None]]


@dataclass(frozen=True, eq=False)
class UnheardSong:
    """A held-out song of a corpus and the choreographer's dances to it.

    style : the first dance's. values : (frames, 35). beats, downbeats : seconds. danced : (frames, 151) each.
    """

    name: str
    style: str
    values: np.ndarray
    beats: np.ndarray
    downbeats: np.ndarray
    danced: tuple[np.ndarray, ...]

    @property
    def music(self) -> np.ndarray:
        """(frames, 39) what the networks hear."""
        return music_condition(self.values, self.beats, self.downbeats, len(self.values))


@dataclass(frozen=True, eq=False)
class Stretch:
    """8 s of a dance that can be edited: vectors (240, 151), values (240, 35), beats and downbeats on its own clock."""

    vectors: np.ndarray
    values: np.ndarray
    beats: np.ndarray
    downbeats: np.ndarray

    @property
    def music(self) -> np.ndarray:
        """(240, 39) what the networks hear."""
        return music_condition(self.values, self.beats, self.downbeats, len(self.values))

    @property
    def dance(self) -> Dance:
        """As a Dance."""
        return self.with_vectors(self.vectors)

    def with_vectors(self, vectors: np.ndarray) -> Dance:
        """Another motion to the same music, as a Dance."""
        return Dance((vector.decode(vectors),), Provenance("evaluation"), "", self.beats, self.downbeats)


def find_corpus(corpus: Path | str | None, data: Path, *, workers: int = 1) -> Path:
    """The corpus to use: the one given, else a small one in the cache, built when it is not there (minutes)."""
    if corpus is not None:
        return Path(corpus)
    folder = settings().cache_dir / CORPUS_FOLDER
    if not (folder / INDEX_FILE).is_file():
        build.build(folder, size="small", data=data, workers=workers, wanted=("solo",))
    return folder


def unheard_songs(corpus: Path, count: int, *, seconds: float = SONG_S) -> list[UnheardSong]:
    """Up to `count` songs of the test split, evenly chosen, cut to `seconds`. InputError where the corpus has none."""
    shards = Shards(corpus, "solo", "test")
    members: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index in range(len(shards)):
        facts = shards.facts(index)
        members[facts["id"].split("/")[2]][facts["dance"]].append(index)
    names = sorted(members)
    chosen = [names[i] for i in np.unique(np.linspace(0, len(names) - 1, min(count, len(names))).astype(int))]
    return [_song(shards, name, members[name], round(seconds * FPS)) for name in chosen]


def _song(shards: Shards, name: str, dances: dict[int, list[int]], frames: int) -> UnheardSong:
    danced: list[np.ndarray] = []
    heard: dict[str, np.ndarray] = {}
    style = ""
    for indices in dances.values():
        items = [shards[index] for index in indices]
        items = [item for item in items if item.facts["start"] < frames]
        danced.append(_joined([(item.facts["start"], item.arrays["motion"]) for item in items])[:frames])
        if not heard:
            style = items[0].facts["style"]
            heard["values"] = _joined([(item.facts["start"], item.arrays["music"]) for item in items])[:frames]
            for grid in ("beats", "downbeats"):
                times = [np.asarray(item.facts[grid]) + item.facts["start"] / FPS for item in items]
                found = np.unique(np.round(np.concatenate(times), 3))
                keep = np.diff(found, prepend=-1.0) > 0.02  # the same beat, seen from two windows
                heard[grid] = found[keep & (found < frames / FPS)]
    return UnheardSong(name, style, heard["values"], heard["beats"], heard["downbeats"], tuple(danced))


def _joined(pieces: Sequence[tuple[int, np.ndarray]]) -> np.ndarray:
    """Overlapping windows of one array, by their first frames."""
    joined = pieces[0][1]
    for start, rows in pieces[1:]:
        joined = np.concatenate([joined[:start], rows])
    return joined


def windows(motion: Motion, beats: np.ndarray, group: str) -> list[Window]:
    """Whole clips of 12 s of a dance, one after the other, and the beats inside (all of it when it is shorter)."""
    length = round(WINDOW_S * FPS)
    starts = range(0, max(len(motion) - length, 0) + 1, length)
    return [Window(motion.slice(s, s + length), _inside(beats, s / FPS, (s + length) / FPS), group) for s in starts]


def stretches(vectors: np.ndarray, song: UnheardSong) -> list[Stretch]:
    """Stretches of 8 s of a dance to a song, each from a downbeat on, not overlapping."""
    length, found, start = round(STRETCH_S * FPS), [], 0
    while start + length <= len(vectors):
        later = song.downbeats[song.downbeats * FPS >= start - 1]
        start = max(start, round(float(later[0]) * FPS) - 2) if len(later) else start
        if start + length > len(vectors):
            break
        stop = start + length
        grids = (_inside(grid, start / FPS, stop / FPS) for grid in (song.beats, song.downbeats))
        found.append(Stretch(vectors[start:stop], song.values[start:stop], *grids))
        start = stop
    return found


def _inside(times: np.ndarray, start_s: float, end_s: float) -> np.ndarray:
    return times[(times >= start_s) & (times < end_s)] - start_s


@dataclass(frozen=True, eq=False)
class Real:
    """Real dances, feet locked: clips of trials that trained nothing, and of those that did.

    pulse : BAS of the held-out ones on the grid of their own pulse, best phase, and the mean over phases, as "BAS" and
    "BAS, random grid"; empty when none has a clear pulse.
    """

    held_out: tuple[Window, ...]
    trained: tuple[Window, ...]
    pulse: dict[str, float]


def real_dances(data: Path) -> Real:
    """The real dances in a folder, held-out (validation and test) and training trials."""
    clips = load_clips(data)
    splits = split_trials(clips)
    found = real_windows(clips)
    pulse = own_grid([clip for clip in clips if splits[clip.trial] != "train"])
    return Real(
        tuple(window for window in found if splits[window.group] != "train"),
        tuple(window for window in found if splits[window.group] == "train"),
        {"BAS": pulse["BAS"], "BAS, random grid": pulse["BAS, shuffled"]} if pulse else {},
    )


def mean_pose(trained: Sequence[Window], frames: int) -> np.ndarray:
    """A dancer who does not dance: the mean frame of real dances, standing in the middle -> (frames, 151)."""
    rows = [vector.encode(window.motion)[::30] for window in trained]
    mean = np.concatenate(rows).mean(axis=0)
    mean[[4, 6]] = 0.0
    mean[7:13] = [1, 0, 0, 0, 1, 0]  # dancers face all ways, and the mean of those is no way
    return np.tile(mean.astype(np.float32), (frames, 1)).reshape(frames, WIDTH)
