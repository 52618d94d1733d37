"""Shards of a solo set made here: two songs, dances that differ, measured and captioned by the corpus's own code."""

import json
from functools import cache
from pathlib import Path

import numpy as np
from made_motion import make_groove

from demos.corpus.attributes import measure_attributes
from demos.corpus.captions import captions
from demos.corpus.measures.music import MusicFacts
from demos.corpus.shards import ShardWriter
from demos.motion.contacts import foot_contacts
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.rotations import matrix_to_rotvec, rotvec_to_matrix

SECONDS = 3.0
GENRES = (("salsa", 180.0, 0.8), ("waltz", 90.0, 0.2))


def dance_of(index: int, *, seconds: float = SECONDS) -> Motion:
    """A groove; odd ones turn round and round."""
    motion = make_groove(seconds, bpm=90.0 + 15 * index)
    if index % 2 == 0:
        return motion
    poses = motion.poses.copy()
    angle = np.linspace(0, 4 * np.pi, len(poses))
    turn = rotvec_to_matrix(np.stack([np.zeros_like(angle), angle, np.zeros_like(angle)], -1))
    poses[:, 0] = matrix_to_rotvec(turn @ rotvec_to_matrix(poses[:, 0])).astype(np.float32)
    return Motion(poses, motion.translation, motion.fps)


def music_of(song: int, *, seconds: float = SECONDS) -> np.ndarray:
    """(frames, 35) features by which songs differ."""
    rng = np.random.default_rng(song)
    frames = round(seconds * 30)
    values = rng.normal(song, 1.0, (frames, 35)).astype(np.float32)
    values[:, 33:] = rng.random((frames, 2)) > 0.9
    return values


def write_shard(folder: Path, song: int, *, dances: int = 4) -> None:
    """One song's shard, a window a dance."""
    genre, tempo, valence = GENRES[song % len(GENRES)]
    writer = ShardWriter()
    heard = writer.add_rows("music", music_of(song))
    for index in range(dances):
        motion = dance_of(index)
        facts = MusicFacts(genre=genre, tempo_bpm=tempo, valence=valence, energy=0.6, swing=0.5, kick=0.2)
        attributes = measure_attributes(Dance((motion,), Provenance("test")), music=facts)
        view = writer.add_motion(motion, foot_contacts(motion))
        writer.add_item(
            {"motion": view, "music": heard},
            {"id": f"solo/{song}/{index}", "dance": index, "start": 0, "style": "mixed",
             "song": {"genre": genre, "sha256": f"{song:064d}"}, "captions": captions(attributes, seed=index, count=4),
             "attributes": json.loads(attributes.to_json())},
        )  # fmt: skip
    writer.write(folder / f"{song:05d}")


@cache
def corpus(folder: Path) -> Path:
    """A corpus with two songs a split, written once below a session's folder."""
    root = folder / "found-corpus"
    for split in ("train", "validation", "test"):
        for song in (0, 1):
            write_shard(root / "solo" / split, song)
    return root
