"""A small library made here: clips of a plain dance with a click song, and a tiny network that places them."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from made_motion import make_groove

from demos.corpus.attributes import measure_attributes
from demos.corpus.measures.music import MusicFacts
from demos.motion.dance import Dance, Provenance
from demos.retrieval.clips import Clip, pack
from demos.retrieval.model import Retriever
from demos.retrieval.pipeline import Loaded
from demos.retrieval.store import Row

RATE = 22050


def unit(rng: np.random.Generator) -> np.ndarray:
    """(256,) of length one."""
    vector = rng.standard_normal(256).astype(np.float32)
    return vector / np.linalg.norm(vector)


def make_clip(name: str, rng: np.random.Generator, **changes) -> Clip:
    """A clip of which only facts exist."""
    dancer = {
        "arms.speed": float(rng.uniform(0, 1.2)),
        "legs.speed": float(rng.uniform(0, 1)),
        "level.lowest": float(rng.uniform(0.6, 1)),
        "dynamics.speed": float(rng.uniform(0, 1.2)),
        "jumps.count": float(rng.integers(5)),
    }
    genre, tempo = str(rng.choice(["salsa", "rock 'n' roll", "waltz"])), float(rng.integers(60, 180))
    heard = {**MusicFacts(genre, tempo, valence=float(rng.random())).to_dict(), "sections": [], "beats_s": []}
    facts = {
        "captions": ("A dance.",),
        "attributes": {
            "seconds": 12.0,
            "dancers": [dancer],
            "music": heard,
            "pair": {},
        },
        "genre": genre,
        "style": str(rng.choice(["salsa", "pop", "modern"])),
        "tempo_bpm": tempo,
    }
    return Clip(name, **{**facts, **changes})


def make_rows(count: int, seed: int = 0) -> list[Row]:
    """Rows of random vectors; every third has no music."""
    rng = np.random.default_rng(seed)
    return [
        Row(make_clip(f"clip-{i}", rng), unit(rng), unit(rng), unit(rng) if i % 3 else None, "w1", "shipped")
        for i in range(count)
    ]


def tiny_loaded(sha256: str = "w1", seed: int = 0) -> Loaded:
    """A network of the real class with random weights."""
    import torch

    torch.manual_seed(seed)
    network = Retriever.tiny(embedding=256).eval().requires_grad_(False)
    return Loaded(network, {"calibration": [4.0, 0.0, 0.0, 0.0]}, np.zeros((1, 384), np.float32), sha256)


def make_song(path: Path, seconds: float = 12.0, *, bpm: float = 120.0) -> Path:
    """Clicks on every beat, the first of four louder, each bar a little higher."""
    time = np.arange(round(RATE * seconds)) / RATE
    sound = np.zeros_like(time)
    for number, beat in enumerate(np.arange(0, seconds, 60 / bpm)):
        since = time - beat
        hit = (since >= 0) & (since < 0.05)
        sound[hit] += (0.8 if number % 4 == 0 else 0.5) * np.sin(2 * np.pi * (500 + 20 * number) * since[hit])
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound, RATE)
    return path


def make_shipped(folder: Path, count: int = 3, seconds: float = 4.0) -> list[Clip]:
    """A shipped library: clips in a pack, one song of which each begins a second later than the last."""
    folder.mkdir(parents=True, exist_ok=True)
    make_song(folder / "songs" / "clicks.wav", seconds + count)
    clips, packed = [], b""
    for number in range(count):
        motion = make_groove(seconds, bpm=90 + 15 * number)
        dance = Dance((motion,), Provenance("test", seed=number, source="here"))
        data = pack(motion)
        clip = Clip(
            f"made-{number}",
            (f"Dance number {number}.",),
            json.loads(measure_attributes(dance).to_json()),
            genre="salsa" if number % 2 else "house",
            style="pop",
            tempo_bpm=90.0 + 15 * number,
            length_s=seconds,
            provenance=json.loads(dance.provenance.to_json()),
            motion="motion.bin",
            offset=len(packed),
            size=len(data),
            song="songs/clicks.wav",
            song_name="Clicks",
            start_s=float(number),
            beats=(0.0, 0.5),
        )
        packed += data
        clips.append(replace(clip))
    (folder / "motion.bin").write_bytes(packed)
    lines = "".join(clip.to_json() + "\n" for clip in clips)
    (folder / "clips.jsonl").write_text(lines, encoding="utf-8")  # as in the making's work folder
    (folder / "clips.jsonl.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))  # as it ships
    return clips
