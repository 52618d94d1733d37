"""Dancers made here: clips whose beats are known, to cut phrases from and to choreograph."""

import numpy as np

from demos.corpus.phrases import FPS, Clip
from demos.motion import rhythm
from demos.motion.contacts import foot_contacts
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT


def made_motion(seed: int, *, seconds: float = 16.0, pulse_s: float = 0.5, speed: float = 1.0) -> Motion:
    """Arms and knees that swing and come to rest on every beat of a pulse; what swings differs with the seed."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * FPS)) / FPS
    phase = np.pi * time / pulse_s  # half a turn a beat: both ends of each swing fall on beats
    swing = np.cos(phase)
    poses = np.zeros((len(time), 24, 3), np.float32)
    for name, sign in (("left_shoulder", -1.0), ("right_shoulder", 1.0)):
        poses[:, INDEX[name], 2] = sign * 0.8 + speed * rng.uniform(0.4, 0.7) * swing
        poses[:, INDEX[name], 1] = speed * rng.uniform(-0.4, 0.4) * swing
    poses[:, INDEX["left_elbow"], 1] = -0.6 + 0.3 * speed * swing
    poses[:, INDEX["right_elbow"], 1] = 0.6 + 0.3 * speed * swing
    bend = 0.15 * speed * (1 + rng.uniform(0.5, 1.0) * swing)
    for joint, share in (("hip", -1.0), ("knee", 2.0), ("ankle", -1.0)):
        for side in ("left", "right"):
            poses[:, INDEX[f"{side}_{joint}"], 0] = share * bend
    poses[:, 0, 1] = 0.25 * speed * np.sin(phase / 4)
    root = np.stack([0.1 * np.sin(phase / 4), REST_HEIGHT - 0.8 * (1 - np.cos(bend)), np.zeros_like(time)], axis=1)
    return Motion(poses, root, FPS)


def made_clip(
    name: str, seed: int, *, genre: str = "pop", partner: Motion | None = None, role: str = "solo", **manner: float
) -> Clip:
    """A clip of `made_motion`, usable throughout."""
    motion = made_motion(seed, **manner)
    return Clip(
        trial=name,
        source=name,
        dancer=f"dancer {seed}",
        role=role,
        genre=genre,
        collection="cmu",
        motion=motion,
        partner=partner,
        contacts=foot_contacts(motion),
        usable=np.ones(len(motion), bool),
        held=np.zeros(len(motion), bool),
        beats_s=rhythm.kinematic_beats(motion.resample(rhythm.FPS).joints) / rhythm.FPS,
        pulse_s=None,
    )
