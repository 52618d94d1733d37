"""Dances, songs, a corpus and networks of random weights for the tests of pose from music, all made here."""

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
from made_motion import make_groove

from demos.audio.features import SAMPLE_RATE, AudioFeatures
from demos.audio.song import Song
from demos.corpus.keypoints import landmarks
from demos.corpus.pose2d import Camera, look_at, see
from demos.corpus.shards import FORMAT, Item, ShardWriter, shard_folder, shorten, sub_view
from demos.motion.motion import Motion
from demos.video.pose_model import XDancer
from demos.video.pose_state import states_of


@lru_cache
def groove(seconds: float = 4.0, turn: float = 0.0, slides: bool = False) -> Motion:
    """One dancer on the spot; or who slides over the floor on a curved way."""
    motion = make_groove(seconds=seconds).turn(turn)
    if not slides:
        return motion
    time = np.arange(len(motion)) / motion.fps
    way = np.stack([0.2 * np.sin(time), np.zeros_like(time), 0.1 * np.cos(time)], axis=-1)
    return Motion(motion.poses, motion.translation + way.astype(np.float32), motion.fps)


def camera(azimuth: float = 0.0, height: float = 1.3) -> Camera:
    """Four metres away, looking at the hips."""
    place = np.array([4 * np.sin(azimuth), height, 4 * np.cos(azimuth)])
    return look_at(place, np.array([0.0, 0.95, 0.0]), 1.2, 1.0, roll=0.01)


def item(motion: Motion, *, azimuth: float = 0.0, seed: int = 0) -> Item:
    """An item of the set pose2d."""
    rng = np.random.default_rng(seed)
    seen = see(motion, camera(azimuth), rng)
    beats = [round(0.5 * beat, 3) for beat in range(int(2 * motion.duration_s))]
    facts = {"id": f"pose2d/train/{seed:05d}/0/0", "camera": camera(azimuth).facts(), "style": "salsa",
             "beats": beats, "downbeats": beats[::4]}  # fmt: skip
    arrays = {
        "keypoints": seen.keypoints, "clean": seen.clean, "confidence": seen.confidence, "depth": seen.depth,
        "music": rng.normal(size=(len(motion), 35)).astype(np.float32),
    }  # fmt: skip
    return Item(facts, arrays)


def true_states(motion: Motion) -> np.ndarray:
    """States of where the points are, faultlessly seen."""
    points, _ = landmarks(motion)
    return states_of(points, np.ones(points.shape[:2]))


def song(seconds: float = 6.0) -> tuple[Song, AudioFeatures]:
    """At 120 beats a minute, as the cache gives them."""
    values = np.random.default_rng(0).normal(size=(round(30 * seconds), 35)).astype(np.float32)
    beats = np.arange(0, seconds, 0.5)
    made = Song(np.zeros(round(seconds * SAMPLE_RATE), np.float32), SAMPLE_RATE, "a" * 64, "made here")
    return made, AudioFeatures(values, beats, beats[::4], 120.0, seconds)


@lru_cache
def network() -> XDancer:
    """Tiny."""
    return XDancer.tiny()


def corpus(folder: Path) -> Path:
    """Two sequences of six seconds for training and for testing."""
    for split in ("train", "test"):
        writer = ShardWriter()
        for number in range(2):
            one = item(groove(6.0), azimuth=0.4 * number, seed=number)
            views = {name: writer.add_rows(name, shorten(one.arrays[name])) for name in ("keypoints", "clean", "depth")}
            share = np.round(255 * one.arrays["confidence"]).astype(np.uint8)
            views["confidence"] = writer.add_rows("confidence", share)
            views["music"] = writer.add_rows("music", one.arrays["music"])
            writer.add_item(views, one.facts)
        writer.write(shard_folder(folder, "pose2d", split, 0))
    held = {"pose2d": {split: {"items": [2], "seconds": 12.0} for split in ("train", "test")}}
    (folder / "corpus.json").write_text(json.dumps({"format": FORMAT, "sets": held, "statistics": {}}))
    return folder


def couples(folder: Path) -> Path:
    """A corpus of one couple in two windows, and no 2-D sequences."""
    writer = ShardWriter()
    beats = [0.5 * beat for beat in range(8)]
    heard = writer.add_rows("music", np.zeros((180, 35), np.float32))
    views = [writer.add_motion(groove(6.0, turn), np.zeros((180, 4), bool)) for turn in (0.0, np.pi)]
    for start in (0, 60):
        view = {name: sub_view(rows, start, start + 120) for name, rows in zip(("lead", "follow"), views, strict=True)}
        facts = {"id": f"duets/train/00000/0/{start}", "style": "pop", "beats": beats, "downbeats": beats[::4]}
        writer.add_item({**view, "music": sub_view(heard, start, start + 120)}, facts)
    writer.write(shard_folder(folder, "duets", "train", 0))
    held = {"duets": {"train": {"items": [2], "seconds": 6.0}}}
    (folder / "corpus.json").write_text(json.dumps({"format": FORMAT, "sets": held, "statistics": {}}))
    return folder
