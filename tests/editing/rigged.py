"""A studio without trained weights: tiny networks on disk, a song by its features, words that are read as told."""

from pathlib import Path

import numpy as np

from demos.audio.features import AudioFeatures
from demos.audio.song import Song
from demos.corpus.edits import Edit, carry_out
from demos.editing import reader, sampling
from demos.editing.model import EMBEDDING, Editor, Predictor
from demos.editing.reader import Reading
from demos.editing.reader_said import describe
from demos.editing.train import write_weights
from demos.motion import vector
from demos.motion.dance import Dance


def tiny_weights(folder: Path, *, seed: int = 0) -> Path:
    """A folder with tiny weights of both networks."""
    for network in (Predictor.tiny(seed=seed), Editor.tiny(seed=seed)):
        # About the size of what a dancer does, so that contacts and feet are not absurd.
        network.normalise.deviation.fill_(0.05)
        network.normalise.mean[7:].copy_(network.normalise.mean.new_tensor([1, 0, 0, 0, 1, 0] * 24))
        network.normalise.mean[5] = 0.95
        write_weights(network, folder / f"{network.kind}.safetensors")
    return folder


def heard(seconds: float = 20.0, *, beats: bool = True) -> tuple[Song, AudioFeatures]:
    """A song that was never sound: 120 beats a minute, or none."""
    frames = 1 + round(seconds * 30)
    values = np.random.default_rng(0).normal(size=(frames, 35)).astype(np.float32)
    times = np.arange(0, seconds, 0.5) if beats else np.zeros(0)
    song = Song(np.zeros(round(seconds * 1000), np.float32), 1000, "c0" * 32, "made.wav")
    return song, AudioFeatures(values, times, times[::4], 120.0 if beats else 0.0, seconds)


def reading(edit: Edit, text: str = "words") -> Reading:
    """A reading of an edit, whose embedding depends on it alone."""
    rng = np.random.default_rng(sum(map(ord, edit.to_json())))
    return Reading(edit, rng.normal(size=EMBEDDING).astype(np.float32), 0.9, describe(edit), None, text)


def puzzled(text: str = "blub", problem: str = "That was not understood.") -> Reading:
    """A reading of nothing."""
    return Reading(None, np.zeros(EMBEDDING, np.float32), 0.1, "", problem, text)


def read_as(monkeypatch, *readings: Reading) -> list[str]:
    """Let any text be read as these; returns a list that collects the texts."""
    asked: list[str] = []

    def read_all(text, dance, **_):
        asked.append(text)
        return list(readings)

    monkeypatch.setattr(reader, "read_all", read_all)
    return asked


def obey(monkeypatch, dance: Dance, *edits: Edit) -> list[dict]:
    """Let the editor carry out what the corpus would: one edit a call; returns a list that collects its arguments."""
    calls: list[dict] = []
    waiting = list(edits)

    def perfect(network, before, music, embedding, **how):
        calls.append({"music": music, "embedding": embedding, **how})
        motion = vector.decode(before)
        timed = Dance((motion,), dance.provenance, dance.song_sha256, dance.beats, dance.downbeats)
        made = carry_out(timed, waiting.pop(0)).motions[0]
        if how["on_step"]:
            how["on_step"](1, 1)
        return vector.encode(made)

    monkeypatch.setattr(sampling, "edit", perfect)
    return calls
