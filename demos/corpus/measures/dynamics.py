"""How the dance moves: intensity, fluidity, hits and freezes, pace, growth; and how it sits on the beat."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.measures.performer import FPS, Performer, rate, spells, swings
from demos.motion import rhythm
from demos.motion.skeleton import INDEX

LIMBS = [INDEX[f"{side}_{end}"] for end in ("wrist", "elbow", "ankle", "knee") for side in ("left", "right")]
ENDS = [INDEX[name] for name in ("left_wrist", "right_wrist", "left_ankle", "right_ankle", "head")]
FREEZE_SPEED, FREEZE_S = 0.12, 0.35
STILL_SPEED = 0.02
HIT_DROP, HIT_S = 0.9, 0.1
"""A hit: the ends of the limbs, as a mean, lose this many m/s in this time."""
BOUNCE_FROM_HZ, BOUNCE_M = 0.7, 0.03


def measure_dynamics(dancer: Performer, beats_s: np.ndarray) -> dict[str, float]:
    """All keys "dynamics.*", and "beat.*" of the music's beats where there are at least four of them."""
    speed = np.linalg.norm(dancer.velocity, axis=-1)
    mean = speed.mean(axis=1)
    thirds = np.array_split(mean, 3)
    found = {
        "dynamics.speed": float(mean.mean()),
        "dynamics.sharpness": sharpness(dancer),
        "dynamics.hits": len(hits(dancer)) / dancer.seconds,
        "dynamics.freezes": float(len(freezes(mean))),
        "dynamics.pace": len(_kinematic_beats(dancer)) / dancer.seconds,
        "dynamics.growth": float((thirds[2].mean() + 0.05) / (thirds[0].mean() + 0.05)) if len(mean) >= 3 else 1.0,
        "dynamics.bounce": bounce(dancer),
        "dynamics.bounces": swings(vertical(dancer), least=BOUNCE_M) / dancer.seconds,
    }
    inside = beats_s[(beats_s >= 0) & (beats_s < dancer.seconds)]
    return found | (_on_beat(dancer, inside) if len(inside) >= 4 else {})


def sharpness(dancer: Performer) -> float:
    """Hz: the frequency of a sine whose speed and jerk are the limbs' own: low flows, high is jagged; 0 when still.

    sqrt(RMS jerk / RMS speed) / 2 pi of wrists, elbows, ankles and knees about the pelvis. Amplitude cancels, so that
    small sharp moves are sharp and large soft ones soft.
    """
    if len(dancer) < 8:
        return 0.0
    speed = rate(dancer.local[:, LIMBS])
    jerk = rate(rate(speed))[3:-3]
    power = np.sqrt((speed[3:-3] ** 2).mean())
    return float(np.sqrt(np.sqrt((jerk**2).mean()) / power) / (2 * np.pi)) if power > STILL_SPEED else 0.0


def hits(dancer: Performer) -> list[int]:
    """Frames at which fast limbs have stopped short together."""
    ends = np.linalg.norm(dancer.velocity[:, ENDS], axis=-1).mean(axis=1)
    step = round(HIT_S * FPS)
    if len(ends) <= step:
        return []
    drop = np.concatenate([np.zeros(step), ends[:-step] - ends[step:]])
    # Ends nearly still after the drop: a swing that turns back also slows, but not to a third of its speed.
    sharp = (drop > HIT_DROP) & (ends < 0.5 * np.maximum(drop, 1e-9))
    return [int(start) for start, _ in spells(sharp, gap_s=0.15)]


def freezes(mean_speed: np.ndarray) -> list[tuple[int, int]]:
    """Spells of at least 0.35 s of near stillness between moves; stillness at either end of the clip is none."""
    still = spells(mean_speed < FREEZE_SPEED, shortest_s=FREEZE_S, gap_s=0.07)
    return [(start, stop) for start, stop in still if start > 0 and stop < len(mean_speed)]


def vertical(dancer: Performer) -> np.ndarray:
    """(frames,) metres of the pelvis up and down, slow changes of level removed."""
    height = dancer.joints[:, 0, 1]
    slow = gaussian_filter1d(height, FPS / (2 * np.pi * BOUNCE_FROM_HZ), mode="nearest")
    return height - slow


def bounce(dancer: Performer) -> float:
    """Metres up and down of the pelvis at the rate of beats: the height of a sine of the same power."""
    return float(2 * np.sqrt(2) * vertical(dancer).std())


def _on_beat(dancer: Performer, beats_s: np.ndarray) -> dict[str, float]:
    danced = _kinematic_beats(dancer) * rhythm.FPS
    frames = round(dancer.seconds * rhythm.FPS)
    grid = rhythm.music_frames(beats_s, frames)
    score = rhythm.hit_rate(grid, danced) or 0.0
    chance = np.array([rhythm.hit_rate(g, danced) or 0.0 for g in rhythm.shuffled_grids(grid, frames)])
    return {
        "beat.alignment": score,
        "beat.over_chance": float((score - chance.mean()) / max(chance.std(), 0.02)),
        "beat.bounce_lock": bounce_lock(dancer, beats_s),
    }


def bounce_lock(dancer: Performer, beats_s: np.ndarray) -> float:
    """Share of the pelvis's ups and downs (0-1) that repeat with the beat, once or twice a beat or every other."""
    curve = vertical(dancer)
    if curve.std() < 1e-4:
        return 0.0
    phase = np.interp(np.arange(len(dancer)) / FPS, beats_s, np.arange(len(beats_s)), left=np.nan, right=np.nan)
    inside = np.isfinite(phase)
    waves = [f(2 * np.pi * k * phase[inside]) for k in (0.5, 1, 2) for f in (np.sin, np.cos)]
    basis = np.stack([np.ones(inside.sum()), *waves], axis=1)
    if len(basis) < 2 * basis.shape[1]:
        return 0.0
    rest = curve[inside] - basis @ np.linalg.lstsq(basis, curve[inside], rcond=None)[0]
    return float(np.clip(1 - rest.var() / max(curve[inside].var(), 1e-9), 0, 1))


def _kinematic_beats(dancer: Performer) -> np.ndarray:
    """Seconds of the minima of joint speed, found at the 60 fps of the published score."""
    joints = dancer.joints
    times = np.arange(0, (len(joints) - 1) * 2 + 1) / 2
    low = np.minimum(times.astype(int), len(joints) - 1)
    high = np.minimum(low + 1, len(joints) - 1)
    doubled = (joints[low] + joints[high]) / 2
    doubled[::2] = joints[: len(doubled[::2])]
    return rhythm.kinematic_beats(doubled) / rhythm.FPS
