"""How dancing sits on a beat: kinematic beats, beat alignment score and its baseline, beat echo degree."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import argrelextrema

from demos.motion.motion import Motion

FPS = 60
"""Frame rate of the published scores (AIST++, Bailando); sigma and distances below count frames of it."""
ECHO_FPS = 30
"""Frame rate of the beat echo degree (Duolando)."""
SMOOTHING_FRAMES = 5
TOLERANCE_FRAMES = 3
BASELINE_SEEDS = 20


@dataclass(frozen=True)
class BeatAlignment:
    """Beat alignment of one dancer. All in [0, 1]; None where undefined.

    bas : the published score, a mean over music beats; 0 when the dancer has no kinematic beat at all.
    bas_dance : the same kernel averaged over the dancer's own beats.
    bas_shuffled, bas_shuffled_sd : mean and spread of `bas` against beat grids of the same intervals in
        random order and phase. A score within the spread says nothing about the music.
    """

    bas: float | None
    bas_dance: float | None
    bas_shuffled: float | None
    bas_shuffled_sd: float | None


def kinematic_beats(joints: np.ndarray) -> np.ndarray:
    """Frames where the smoothed mean joint speed has a strict local minimum.

    As Bailando's and Duolando's evaluation: speed = joint displacement a frame averaged over joints, Gaussian
    of sigma 5 frames with reflected ends, strict minima, ends excluded: where the two lowest neighbours are
    equal there is none. Index i lies between frames i and i + 1.

    joints : (frames, joints, 3) at the rate the caller counts in. Returns (beats,) int.
    """
    speed = np.linalg.norm(np.diff(np.asarray(joints, np.float64), axis=0), axis=-1).mean(axis=1)
    if len(speed) < 3:
        return np.zeros(0, int)
    return argrelextrema(gaussian_filter1d(speed, SMOOTHING_FRAMES), np.less)[0]


def hit_rate(targets: np.ndarray, hits: np.ndarray) -> float | None:
    """Mean over targets of exp(-d^2 / (2 * 3^2)), d the distance in frames to the nearest hit.

    None without targets, 0 without hits (the published code stops with an error on both).
    Worked case: target 10, hits 7 and 20: exp(-9 / 18) = 0.6065.
    """
    if len(targets) == 0:
        return None
    if len(hits) == 0:
        return 0.0
    targets, hits = np.asarray(targets, np.float64), np.sort(np.asarray(hits, np.float64))
    right = np.clip(np.searchsorted(hits, targets), 0, len(hits) - 1)
    left = np.maximum(right - 1, 0)
    distance = np.minimum(np.abs(targets - hits[left]), np.abs(targets - hits[right]))
    return float(np.exp(-(distance**2) / (2 * TOLERANCE_FRAMES**2)).mean())


def beat_alignment(motion: Motion, beats: np.ndarray) -> BeatAlignment:
    """BAS of one dancer against music beats (seconds on the dance's clock).

    As published systems run it: at 60 fps, beats on whole frames, and only those inside the motion.
    """
    joints = motion.resample(FPS).joints
    danced = kinematic_beats(joints)
    music = music_frames(beats, len(joints) - 1)
    scores = [hit_rate(shuffled, danced) for shuffled in shuffled_grids(music, len(joints) - 1)]
    chance = np.array([score for score in scores if score is not None])
    return BeatAlignment(
        bas=hit_rate(music, danced),
        bas_dance=hit_rate(danced, music) if len(music) else None,
        bas_shuffled=float(chance.mean()) if len(chance) else None,
        bas_shuffled_sd=float(chance.std()) if len(chance) else None,
    )


def music_frames(beats: np.ndarray, frames: int) -> np.ndarray:
    """Beats in seconds -> whole frames at 60 fps inside [0, frames), rising, each once."""
    places = np.unique(np.round(np.asarray(beats, np.float64) * FPS))
    return places[(places >= 0) & (places < frames)]


def shuffled_grids(grid: np.ndarray, frames: int, seeds: int = BASELINE_SEEDS) -> list[np.ndarray]:
    """The chance baseline: the beats with their intervals in random order, moved round by a random phase."""
    grids = []
    for seed in range(seeds if len(grid) else 0):
        rng = np.random.default_rng(seed)
        steps = rng.permutation(np.diff(grid))
        places = grid[0] + np.concatenate([[0.0], np.cumsum(steps)])
        grids.append(np.sort((places + rng.uniform(0, frames)) % frames))
    return grids


def beat_echo_degree(lead: Motion, follow: Motion) -> tuple[float | None, float | None]:
    """BED (Duolando): how often the follower's kinematic beats echo the lead's; and the same by chance.

    Mean over the LEAD's beats of the kernel of BAS to the nearest of the follower's. At Duolando's 30 fps, so
    that smoothing and tolerance span twice the time they do in BAS. Not symmetric. By chance: the follower's
    beats moved round the clip by 20 random times, as a mean. None when the lead has no beat.
    """
    lead_joints, follow_joints = (motion.resample(ECHO_FPS).joints for motion in (lead, follow))
    led, followed = kinematic_beats(lead_joints), kinematic_beats(follow_joints)
    frames = len(follow_joints) - 1
    moved = [
        (followed + np.random.default_rng(seed).uniform(0, frames)) % max(frames, 1) for seed in range(BASELINE_SEEDS)
    ]
    chance = [score for score in (hit_rate(led, beats) for beats in moved) if score is not None]
    return hit_rate(led, followed), float(np.mean(chance)) if chance else None
