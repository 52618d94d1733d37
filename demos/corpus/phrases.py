"""Phrases: the real dances opened, cleaned, and cut at kinematic beats. Where they join is motion_graph.py's matter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy.ndimage import uniform_filter1d

from demos.corpus.cleaning import SHORTEST_SPAN_S, broken, joint_speed, mend, usable_frames
from demos.corpus.sources import Trial, find_trials
from demos.motion import files as files_module
from demos.motion import rhythm
from demos.motion.contacts import foot_contacts, runs
from demos.motion.files import open_dance
from demos.motion.footlock import lock_feet
from demos.motion.motion import Motion
from demos.motion.skeleton import FEET, INDEX
from demos.motion.solo_metrics import heading
from demos.runtime.caches import ContentCache, file_sha256, read_arrays, shared, write_arrays
from demos.runtime.settings import settings

FPS = 30
VERSION = 3  # of what prepared clips look like: raise it when preparing changes
LENGTHS_BEATS = (1, 2, 4, 8)
"""Lengths of phrases in beats of their dance's pulse."""
USUAL_PULSE_S = 0.5  # of dances whose own pulse is not clear

HELD_M = 0.25  # hands of partners nearer than this hold one another
PULSE_CLEAR = 0.2  # autocorrelation of a pulse worth the name

_UPPER = [INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("wrist", "elbow", "shoulder")]
_HANDS = [INDEX["left_hand"], INDEX["right_hand"]]


@dataclass(frozen=True, eq=False)
class Clip:
    """One dancer's whole trial at 30 fps, with feet locked.

    source : the file's stem. role : "solo", "lead" or "follow".
    motion, partner : of one world and length; partner None for a soloist.
    contacts : (frames, 4) bool, skeleton.FEET order. usable : (frames,) bool: no glitch and no standing about.
    held : (frames,) bool: a hand is in the partner's. beats_s : (n,) rising, kinematic beats, seconds from the start.
    pulse_s : seconds of one beat of the dance's own, None when it has no clear one.
    """

    trial: str
    source: str
    dancer: str
    role: str
    genre: str
    collection: str
    motion: Motion
    partner: Motion | None
    contacts: np.ndarray
    usable: np.ndarray
    held: np.ndarray
    beats_s: np.ndarray
    pulse_s: float | None

    @cached_property
    def speed(self) -> np.ndarray:
        """(frames,) m/s, mean over the joints."""
        return joint_speed(self.motion.joints, FPS)

    @cached_property
    def partner_contacts(self) -> np.ndarray:
        """(frames, 4) bool: the partner's, none for a soloist."""
        return np.zeros_like(self.contacts) if self.partner is None else foot_contacts(self.partner)

    @cached_property
    def footwork(self) -> np.ndarray:
        """(frames,) m/s, mean over ankles and toes."""
        return joint_speed(self.motion.joints[:, FEET], FPS)

    @cached_property
    def armwork(self) -> np.ndarray:
        """(frames,) m/s, mean over wrists, elbows and shoulders, about the pelvis."""
        return joint_speed(self.motion.joints[:, _UPPER] - self.motion.joints[:, :1], FPS)

    @cached_property
    def heading(self) -> np.ndarray:
        """(frames,) radians, unwrapped: 0 faces +z, positive towards +x."""
        return np.unwrap(heading(self.motion))


@dataclass(frozen=True, eq=False)
class Phrase:
    """A stretch of a clip between two of its kinematic beats; its arrays are made when asked for.

    start, stop : frames of the clip (stop excluded). beats : how many beats of its dance's pulse it is about, 1 2 4 8.
    """

    clip: Clip
    start_s: float
    end_s: float
    beats: int

    @property
    def start(self) -> int:
        """First frame in the clip."""
        return round(self.start_s * FPS)

    @property
    def stop(self) -> int:
        """The frame of the clip after the last."""
        return min(round(self.end_s * FPS) + 1, len(self.clip.motion))

    @property
    def source(self) -> str:
        """The stem of the file it comes from."""
        return self.clip.source

    @property
    def trial(self) -> str:
        """The recording it comes from; partners share it. Split training sets by it."""
        return self.clip.trial

    @property
    def dancer(self) -> str:
        """Who danced it."""
        return self.clip.dancer

    @property
    def genre(self) -> str:
        """Its family, of sources.GENRES."""
        return self.clip.genre

    @property
    def pulse_s(self) -> float | None:
        """Seconds of a beat of its own dance, None when unclear."""
        return self.clip.pulse_s

    @property
    def motion(self) -> Motion:
        """The dancer, where the recording has them."""
        return self.clip.motion.slice(self.start, self.stop)

    @property
    def partner(self) -> Motion | None:
        """The partner in the same world, None for a soloist."""
        return None if self.clip.partner is None else self.clip.partner.slice(self.start, self.stop)

    @property
    def contacts(self) -> np.ndarray:
        """(frames, 4) bool."""
        return self.clip.contacts[self.start : self.stop]

    @property
    def beats_s(self) -> np.ndarray:
        """(n,) kinematic beats inside, ends included, seconds from the phrase's start."""
        beats = self.clip.beats_s
        return beats[(beats >= self.start_s - 1e-6) & (beats <= self.end_s + 1e-6)] - self.start_s

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return self.end_s - self.start_s

    @property
    def energy(self) -> float:
        """Mean speed of the joints, m/s."""
        return float(self.clip.speed[self.start : self.stop].mean())

    @property
    def travel(self) -> float:
        """Metres from where the pelvis starts to where it ends, over the floor."""
        root = self.clip.motion.translation
        return float(np.linalg.norm((root[self.stop - 1] - root[self.start])[[0, 2]]))

    @property
    def turn(self) -> float:
        """Radians by which the facing changes, whole turns counted; positive towards the dancer's left."""
        return float(self.clip.heading[self.stop - 1] - self.clip.heading[self.start])

    @property
    def level(self) -> float:
        """Mean height of the pelvis, metres."""
        return float(self.clip.motion.translation[self.start : self.stop, 1].mean())

    @property
    def held(self) -> float:
        """Share of the time in which a hand is in the partner's, 0 for a soloist."""
        return float(self.clip.held[self.start : self.stop].mean())


def cut_phrases(folder: Path | str, *, on_progress: Callable[[int, int], None] | None = None) -> list[Phrase]:
    """Every phrase of every real dance below a folder, overlapping, by clip and start.

    Preparing takes a minute or two the first time and is cached by the files' content. `on_progress` is called with
    (trials done, trials in all). Raises InputError when the folder holds no dances.
    """
    return [phrase for clip in load_clips(folder, on_progress=on_progress) for phrase in phrases_of(clip)]


def load_clips(folder: Path | str, *, on_progress: Callable[[int, int], None] | None = None) -> list[Clip]:
    """Every dancer of every trial below a folder, prepared; partners are two clips, each the other's partner."""
    trials = find_trials(Path(folder))
    cache = _clip_cache()
    clips: list[Clip] = []
    for done, trial in enumerate(trials):
        key = "-".join([f"v{VERSION}", _readers(), trial.genre, *(file_sha256(file) for file in trial.files)])
        clips += cache.get(key, lambda trial=trial: prepare(trial))
        if on_progress:
            on_progress(done + 1, len(trials))
    return clips


def prepare(trial: Trial) -> list[Clip]:
    """Open a trial, bring it to 30 fps, lock its feet, mark what cannot be used and find its beats."""
    partner = trial.files[1] if len(trial.files) == 2 else None
    dance = open_dance(trial.files[0], partner=partner)
    raw = [mend(motion.resample(FPS)) for motion in dance.motions]
    bad = np.any([broken(motion) for motion in raw], axis=0)
    motions = [lock_feet(motion) for motion in raw]
    held = _holding(motions[0].joints, motions[1].joints) if len(motions) == 2 else np.zeros(len(raw[0]), bool)
    pulse = own_pulse(np.concatenate([motion.joints for motion in motions], axis=1))  # partners share theirs
    clips = []
    for index, motion in enumerate(motions):
        clips.append(
            Clip(
                trial=trial.name,
                source=trial.files[index].stem,
                dancer=trial.dancers[index],
                role="solo" if partner is None else ("lead", "follow")[index],
                genre=trial.genre,
                collection=trial.collection,
                motion=motion,
                partner=motions[1 - index] if len(motions) == 2 else None,
                contacts=foot_contacts(motion),
                usable=usable_frames(motion, bad),
                held=held,
                beats_s=rhythm.kinematic_beats(motion.resample(rhythm.FPS).joints) / rhythm.FPS,
                pulse_s=pulse,
            )
        )
    return clips


def phrases_of(clip: Clip) -> list[Phrase]:
    """The overlapping phrases of a clip: from each kinematic beat to those about 1, 2, 4 and 8 pulses later."""
    pulse = clip.pulse_s or USUAL_PULSE_S
    phrases = []
    for start, stop in _spans(clip.usable):
        beats = clip.beats_s[(clip.beats_s * FPS >= start) & (clip.beats_s * FPS <= stop - 1)]
        for first, begin in enumerate(beats):
            later = beats[first + 1 :]
            taken = set()
            for length in LENGTHS_BEATS:
                ratio = (later - begin) / (length * pulse)
                fits = np.flatnonzero((ratio > 0.8) & (ratio < 1.25))
                if len(fits):
                    taken.add((int(fits[np.abs(np.log(ratio[fits])).argmin()]), length))
            phrases += [Phrase(clip, float(begin), float(later[end]), length) for end, length in sorted(taken)]
    return phrases


def own_pulse(joints: np.ndarray) -> float | None:
    """Seconds of one beat of a dance, from how its joint speed repeats; None when it does not clearly.

    A salsa repeats every eight counts (2.5 to 3 s), other dances every two or four beats: the strongest peak of the
    autocorrelation between 1 and 3.2 s is divided by the power of two that brings a beat to 0.3-0.6 s.
    """
    speed = joint_speed(joints, FPS)
    speed = speed - uniform_filter1d(speed, 4 * FPS, mode="nearest")
    speed = uniform_filter1d(speed, 5, mode="nearest")
    low, high = round(1.0 * FPS), round(3.2 * FPS)
    if len(speed) < 3 * high or not speed.any():
        return None
    full = np.correlate(speed, speed, "full")[len(speed) - 1 :]
    unbiased = full / np.arange(len(speed), 0, -1)
    values = unbiased[: high + 2] / unbiased[0]
    peaks = [lag for lag in range(low, high + 1) if values[lag] > max(values[lag - 1], values[lag + 1])]
    if not peaks:
        return None
    best = max(peaks, key=lambda lag: values[lag])
    if values[best] < PULSE_CLEAR:
        return None
    pulse = best / FPS
    while pulse >= 0.6:
        pulse /= 2
    return float(pulse)


def _spans(usable: np.ndarray) -> list[tuple[int, int]]:
    return [(start, stop) for start, stop in runs(usable) if stop - start >= SHORTEST_SPAN_S * FPS]


def _holding(lead: np.ndarray, follow: np.ndarray) -> np.ndarray:
    """(frames,) bool: some hand of the one within HELD_M of some hand of the other."""
    apart = np.linalg.norm(lead[:, _HANDS, None] - follow[:, None, _HANDS], axis=-1)
    return apart.min(axis=(1, 2)) < HELD_M


def _clip_cache() -> ContentCache[list[Clip]]:
    return shared("corpus clips", _make_cache)


def _make_cache() -> ContentCache[list[Clip]]:
    return ContentCache(
        folder=settings().cache_dir / "corpus",
        memory_bytes=settings().cache_bytes,
        disk_bytes=settings().cache_bytes,
        write=_write,
        read=_read,
        size_of=lambda clips: sum(3 * clip.motion.poses.nbytes for clip in clips),  # with the joints made on demand
        suffix=".clips",
    )


def _readers() -> str:
    """A hash of the code that a prepared clip depends on: better opened anew than wrong."""
    files = sorted(Path(files_module.__file__).parent.glob("*.py"))
    hashed = [file_sha256(file) for file in files if file.stem in _READERS]
    return hashlib.sha256("".join(hashed).encode()).hexdigest()[:12]


_READERS = {
    *("bvh", "bvh_source", "files", "retarget", "skeleton_maps", "robot", "pickles", "smpl_arrays", "anatomy", "npz"),
    *("stage", "floor", "skeleton", "kinematics", "contacts", "footlock", "ik", "motion", "rhythm"),
}
_FACTS = ("trial", "source", "dancer", "role", "genre", "collection", "pulse_s")
_ARRAYS = ("contacts", "usable", "held", "beats_s")


def _write(clips: list[Clip], path: Path) -> None:
    arrays = {}
    for index, clip in enumerate(clips):
        arrays |= {f"poses{index}": clip.motion.poses, f"translation{index}": clip.motion.translation}
        arrays |= {f"{name}{index}": getattr(clip, name) for name in _ARRAYS}
    write_arrays(path, arrays, {"clips": [{name: getattr(clip, name) for name in _FACTS} for clip in clips]})


def _read(path: Path) -> list[Clip]:
    arrays, facts = read_arrays(path)
    count = len(facts["clips"])
    motions = [Motion(arrays[f"poses{i}"], arrays[f"translation{i}"], FPS) for i in range(count)]
    return [
        Clip(
            motion=motions[i],
            partner=motions[1 - i] if count == 2 else None,
            **{name: arrays[f"{name}{i}"] for name in _ARRAYS},
            **facts["clips"][i],
        )
        for i in range(count)
    ]
