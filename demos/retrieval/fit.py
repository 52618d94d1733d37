"""A dance put onto the beats of another song: its time is bent, smoothly and never backwards."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import PchipInterpolator

from demos.audio.features import FPS as SONG_FPS
from demos.audio.features import AudioFeatures
from demos.motion import rhythm
from demos.motion.dance import Dance, Provenance
from demos.runtime.errors import InputError

FEWEST = 4
"""Beats, of the dance and of the song, without which nothing can be fitted."""
COMFORT, LIMIT = 1.15, 1.6
"""Factors of speed up to which a dance looks like itself, and beyond which it is not bent."""
_STEADY, _LOUD = 4.0, 0.15
"""What counts when a place in the song is chosen: steady speed, against loudness in standard deviations."""
_PERIODS_S = np.arange(0.33, 0.86, 0.01)
_PHASES = 12


@dataclass(frozen=True, eq=False)
class Fitted:
    """A dance on another song. dance : on a clock that begins `start_s` into the song, with the song's beats.

    slowest, fastest : least and greatest speed of any moment, 1 is its own. bas : beat alignment on the song,
    bas_own : of the dance before on its own beats, bas_chance : on shuffled beats; None where undefined.
    """

    dance: Dance
    start_s: float
    slowest: float
    fastest: float
    bas: float | None
    bas_own: float | None
    bas_chance: float | None

    @property
    def verdict(self) -> str:
        """How well it fits, in a few words."""
        bent = max(self.fastest, 1 / self.slowest)
        if bent <= COMFORT:
            return "Fits well"
        return "Fits, a little hurried" if self.fastest >= 1 / self.slowest and bent <= 1.35 else (
            "Fits, a little slowed" if bent <= 1.35 else "Fits only by force"
        )  # fmt: skip

    @property
    def said(self) -> str:
        """One sentence with the figures."""
        speed = f"danced at {self.slowest:.0%} to {self.fastest:.0%} of its own speed"
        at = f"from {int(self.start_s // 60)}:{int(self.start_s % 60):02d} of the song"
        if self.bas is None or self.bas_own is None or self.bas_chance is None:
            return f"{self.verdict}: {speed}, {at}."
        return (
            f"{self.verdict}: {speed}, {at}. It hits the beats with {self.bas:.2f} "
            f"(its own music {self.bas_own:.2f}, chance {self.bas_chance:.2f})."
        )


def fit_song(dance: Dance, song: AudioFeatures, *, song_sha256: str = "", name: str = "") -> Fitted:
    """Put a dance where it sits best in a song.

    Tried is every downbeat; the best place needs the steadiest bend of time and is loud rather than quiet. Tempi of
    twice or half the dance's are danced in half or double time. What does not fit before the song's end is cut.
    Raises InputError where the song has no beats to speak of, or its tempo is out of reach.
    """
    if len(song.beats) < FEWEST:
        raise InputError("No steady beat was found in this song, so no dance can be put onto it; choose another.")
    own = beats_of(dance)
    grid = counts(song.beats, float(np.median(np.diff(own))))
    first = _first_downbeat(dance, own)
    marks = song.downbeats if len(song.downbeats) else song.beats
    longest = min(len(own), len(grid))
    starts = np.unique(np.searchsorted(grid, marks - 1e-3)) - first
    starts = starts[(starts >= 0) & (starts + longest <= len(grid))]
    if not len(starts):
        starts = np.array([max(0, min(first, len(grid) - longest))])
    loudness = _loudness(song)
    best = min(starts, key=lambda start: _cost(own[:longest], grid[start : start + longest], loudness))
    return fit_beats(
        dance, own[:longest], grid[best : best + longest], song=song, song_sha256=song_sha256, name=name
    )  # fmt: skip


def fit_beats(
    dance: Dance,
    own: np.ndarray,
    beats: np.ndarray,
    *,
    song: AudioFeatures,
    song_sha256: str = "",
    name: str = "",
    start_s: float | None = None,
) -> Fitted:
    """Bend a dance so that its beats `own` come at `beats` (as many, seconds of the song).

    Between beats the speed changes smoothly (monotone cubic); before the first and after the last it stays.
    start_s : where on the song's clock the result begins; where the dance's first frame falls when None.
    Raises InputError when it would be more than LIMIT times faster or slower anywhere.
    """
    if len(own) < 2 or len(own) != len(beats):
        raise InputError("Too few beats meet each other: choose a longer dance or another song.")
    here, there = _with_ends(np.asarray(own, float), np.asarray(beats, float), dance.duration_s)
    begin = max(0.0, there[0]) if start_s is None else start_s
    end = min(there[-1], song.duration_s)
    speeds = np.diff(here) / np.diff(there)
    if speeds.max() > LIMIT or speeds.min() < 1 / LIMIT:
        raise InputError(
            f"This song is out of reach: the dance would run at {speeds.min():.0%} to {speeds.max():.0%} of its own "
            "speed. Choose a song nearer to its tempo."
        )
    fps = dance.fps
    moments = begin + np.arange(max(2, int(np.floor((end - begin) * fps + 1e-6)))) / fps
    source = PchipInterpolator(there, here)(np.clip(moments, there[0], there[-1]))
    motions = tuple(motion.at(np.clip(source, 0, dance.duration_s - 1 / fps), fps) for motion in dance.motions)
    inside = begin, begin + len(moments) / fps
    heard, strong = (
        each[(each >= inside[0]) & (each < inside[1])] - begin for each in (song.beats, song.downbeats)
    )  # fmt: skip
    slowest, fastest = float(speeds.min()), float(speeds.max())
    facts = {"beat_fit": {"song": name, "from_s": round(begin, 3), "speed": [round(slowest, 3), round(fastest, 3)]}}
    provenance = replace(dance.provenance, settings={**dance.provenance.settings, **facts})
    fitted = Dance(motions, _named(provenance), song_sha256, heard, strong)
    score = rhythm.beat_alignment(fitted.motions[0], heard)
    before = rhythm.beat_alignment(dance.motions[0], own).bas
    return Fitted(fitted, begin, slowest, fastest, score.bas, before, score.bas_shuffled)


def beats_of(dance: Dance) -> np.ndarray:
    """The beats (n,) a dance is danced to, seconds; where it has none, the even grid that its own accents meet best.

    Raises InputError for a dance too short for FEWEST of them.
    """
    if len(dance.beats) >= FEWEST:
        return dance.beats
    joints = dance.motions[0].resample(rhythm.FPS).joints
    danced = rhythm.kinematic_beats(joints)
    best, found = -1.0, np.zeros(0)
    for period in _PERIODS_S:
        for phase in np.arange(_PHASES) / _PHASES * period:
            grid = np.arange(phase, dance.duration_s, period)
            score = rhythm.hit_rate(danced, grid * rhythm.FPS) or 0.0
            if score - 0.15 / period > best:  # a denser grid meets more by chance alone
                best, found = score - 0.15 / period, grid
    if len(found) < FEWEST:
        raise InputError("This dance is too short to be put onto a song: a few seconds with a beat are needed.")
    return found


def counts(beats: np.ndarray, own_s: float) -> np.ndarray:
    """A song's beats at the density nearest to a dance's beats `own_s` apart: every one, every other, or halves too.

    Worked case: beats every 0.4 s and a dance on 0.75 s gives 0, 0.8, 1.6 ...
    """
    beats = np.asarray(beats, float)
    step = float(np.median(np.diff(beats)))
    factor = min((1.0, 2.0, 0.5), key=lambda each: abs(np.log(each * step / own_s)))
    if factor == 2.0:
        return beats[::2]
    if factor == 0.5:
        return np.sort(np.concatenate([beats, (beats[:-1] + beats[1:]) / 2]))
    return beats


def _first_downbeat(dance: Dance, own: np.ndarray) -> int:
    """Which of a dance's beats is its first downbeat."""
    if not len(dance.downbeats) or own is not dance.beats:
        return 0
    return int(np.argmin(np.abs(own - dance.downbeats[0])))


def _with_ends(here: np.ndarray, there: np.ndarray, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Knots of the dance's time and the song's, with the dance's first and last moment at the speed beside them."""
    if here[0] > 1e-6:
        rate = (there[1] - there[0]) / (here[1] - here[0])
        here, there = np.concatenate([[0.0], here]), np.concatenate([[there[0] - here[0] * rate], there])
    if here[-1] < seconds - 1e-6 and len(here) > 1:
        rate = (there[-1] - there[-2]) / (here[-1] - here[-2])
        here, there = np.append(here, seconds), np.append(there, there[-1] + (seconds - here[-1]) * rate)
    return here, there


def _cost(own: np.ndarray, beats: np.ndarray, loudness: np.ndarray) -> float:
    ratios = np.log(np.diff(beats) / np.diff(own))
    first, last = (int(np.clip(at * SONG_FPS, 0, len(loudness) - 1)) for at in (beats[0], beats[-1]))
    return _STEADY * float(ratios.std()) - _LOUD * float(loudness[first : last + 1].mean())


def _loudness(song: AudioFeatures) -> np.ndarray:
    """(frames,) onset strength in standard deviations about its mean."""
    onset = np.asarray(song.values[:, 0], float)
    return (onset - onset.mean()) / max(float(onset.std()), 1e-9)


def _named(provenance: Provenance) -> Provenance:
    system = provenance.system
    return replace(provenance, system=system if system.endswith("beat-fit") else f"{system}, beat-fit")
