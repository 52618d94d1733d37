"""What the torso does: upright, leaning, bending, twisting, rolling; hips swaying; the head."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.measures.performer import FPS, Performer, spells, spread, swings

UPRIGHT_DEG, BEND_DEG, BACK_DEG, SIDE_DEG = 12.0, 40.0, 20.0, 18.0
LIFTED_M = 0.2
SWAY_M, ROLL_DEG, TWIST_DEG = 0.03, 12.0, 18.0


def measure_torso(dancer: Performer) -> dict[str, float]:
    """All keys "torso.*"; shares of time 0-1, degrees, metres, counts, times a second."""
    ahead, left = dancer.tilt[:, 0], dancer.tilt[:, 1]
    standing = dancer.lean < 80
    grounded = (dancer.foot_rise[:, :2].max(axis=1) < LIFTED_M) & (dancer.lean < 45)  # a lifted leg tips the hips
    sway = hip_sway(dancer)
    twist = shoulder_twist(dancer)
    flexion = spine_flexion(dancer)
    nod = head_pitch(dancer)
    seconds = dancer.seconds
    return {
        "torso.lean": float(dancer.lean.mean()),
        "torso.upright": float((dancer.lean < UPRIGHT_DEG).mean()),
        "torso.forward": float(np.mean(ahead[standing])) if standing.any() else 0.0,
        "torso.bends": float(len(spells(ahead > BEND_DEG, shortest_s=0.2, gap_s=0.3))),
        "torso.backbends": float(len(spells((ahead < -BACK_DEG) & standing, shortest_s=0.2, gap_s=0.3))),
        "torso.side_leans": float(len(spells((np.abs(left) > SIDE_DEG) & standing, shortest_s=0.2, gap_s=0.2))),
        "torso.twist": spread(twist),
        "torso.twists": swings(twist, least=TWIST_DEG) / seconds,
        "torso.sway": spread(sway[grounded]) if grounded.mean() > 0.5 else 0.0,
        "torso.sways": swings(sway[grounded], least=SWAY_M) / seconds if grounded.mean() > 0.5 else 0.0,
        "torso.hip_roll": spread(hip_roll(dancer)[grounded]) if grounded.mean() > 0.5 else 0.0,
        "torso.roll": spread(flexion),
        "torso.rolls": swings(flexion, least=ROLL_DEG) / seconds,
        "torso.nods": swings(nod, least=10.0) / seconds,
    }


def hip_sway(dancer: Performer) -> np.ndarray:
    """(frames,) metres of the pelvis to the left (+) of the line from between the ankles to the neck, drift removed."""
    feet = (dancer.at("left_ankle") + dancer.at("right_ankle"))[:, 0] / 2
    neck = dancer.at("neck")[:, 0]
    return _drift_free(-(feet + neck) / 2)


def shoulder_twist(dancer: Performer) -> np.ndarray:
    """(frames,) degrees that the shoulders are turned to the left (+) of the hips, seen from above."""
    angles = []
    for pair in ("hip", "shoulder"):
        line = dancer.at(f"left_{pair}") - dancer.at(f"right_{pair}")
        angles.append(np.arctan2(-line[:, 2], line[:, 0]))
    difference = angles[1] - angles[0]
    return np.degrees((difference + np.pi) % (2 * np.pi) - np.pi)


def hip_roll(dancer: Performer) -> np.ndarray:
    """(frames,) degrees that the left hip is higher than the right one."""
    line = dancer.at("left_hip") - dancer.at("right_hip")
    return np.degrees(np.arctan2(line[:, 1], np.hypot(line[:, 0], line[:, 2])))


def spine_flexion(dancer: Performer) -> np.ndarray:
    """(frames,) degrees that the upper spine is pitched ahead (+) of the lower one."""
    pitches = []
    for low, high in (("pelvis", "spine2"), ("spine3", "neck")):
        bone = dancer.at(high) - dancer.at(low)
        pitches.append(np.arctan2(bone[:, 2], np.hypot(bone[:, 1], bone[:, 0])))
    return np.degrees(pitches[1] - pitches[0])


def head_pitch(dancer: Performer) -> np.ndarray:
    """(frames,) degrees that the head is pitched ahead (+) of the upper spine."""
    neck, chest = dancer.at("head") - dancer.at("neck"), dancer.at("neck") - dancer.at("spine3")
    return np.degrees(np.arctan2(neck[:, 2], neck[:, 1]) - np.arctan2(chest[:, 2], chest[:, 1]))


def _drift_free(values: np.ndarray) -> np.ndarray:
    return values - gaussian_filter1d(values, 1.5 * FPS, mode="nearest")
