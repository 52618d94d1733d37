"""Tiny networks of random weights, and songs and couples made here."""

import json

import numpy as np
import pytest
from made_motion import make_groove

from demos.audio.features import SAMPLE_RATE, AudioFeatures
from demos.audio.song import Song
from demos.corpus.shards import FORMAT, ShardWriter, shard_folder, sub_view
from demos.duet.model import Duet
from demos.duet.train import write_weights
from demos.motion.contacts import foot_contacts
from demos.motion.dance import Dance, Provenance


@pytest.fixture(scope="session")
def duet_network():
    return Duet.tiny()


@pytest.fixture(scope="session")
def duet_weights(duet_network, tmp_path_factory):
    path = tmp_path_factory.mktemp("duet") / "duet.safetensors"
    write_weights(duet_network, path)
    return path


@pytest.fixture(scope="session")
def duet_song():
    """Thirteen seconds at 120 beats a minute, as the cache gives them."""
    seconds = 13.0
    values = np.random.default_rng(0).normal(size=(round(30 * seconds), 35)).astype(np.float32)
    beats = np.arange(0, seconds, 0.5)
    song = Song(np.zeros(round(seconds * SAMPLE_RATE), np.float32), SAMPLE_RATE, "a" * 64, "made here")
    return song, AudioFeatures(values, beats, beats[::4], 120.0, seconds)


@pytest.fixture(scope="session")
def grooving_couple():
    """Ten seconds of two who face each other, at 30 fps."""
    lead = make_groove(seconds=10.0).turn(np.pi / 2).move(np.array([-0.4, 0.0, 0.0]))
    follow = make_groove(seconds=10.0, bpm=110).turn(-np.pi / 2).move(np.array([0.4, 0.0, 0.0]))
    beats = np.arange(0, 10, 0.5)
    return Dance((lead, follow), Provenance("test"), "b" * 64, beats, beats[::4])


@pytest.fixture(scope="session")
def duet_corpus(tmp_path_factory):
    """A song and two couples in windows of 12 s, for training and for testing."""
    folder = tmp_path_factory.mktemp("duet-corpus")
    rng = np.random.default_rng(0)
    beats = [round(0.5 * beat, 2) for beat in range(24)]
    for split in ("train", "test"):
        writer = ShardWriter()
        heard = writer.add_rows("music", rng.normal(size=(540, 35)).astype(np.float32))
        for number, (style, closeness) in enumerate((("salsa", "hold"), ("pop", "apart"))):
            lead = make_groove(seconds=18.0, bpm=112 + 6 * number).turn(np.pi / 2).move(np.array([-0.4, 0.0, 0.0]))
            follow = make_groove(seconds=18.0, bpm=108).turn(-np.pi / 2).move(np.array([0.4, 0.0, 0.0]))
            views = [writer.add_motion(motion, foot_contacts(motion)) for motion in (lead, follow)]
            for place, start in enumerate((0, 180)):
                writer.add_item(
                    {
                        "lead": sub_view(views[0], start, start + 360),
                        "follow": sub_view(views[1], start, start + 360),
                        "music": sub_view(heard, start, start + 360),
                    },
                    {"id": f"duets/{split}/00000/{number}/{place}", "dance": number, "start": start, "style": style,
                     "closeness": closeness, "beats": beats, "downbeats": beats[::4]},
                )  # fmt: skip
        writer.write(shard_folder(folder, "duets", split, 0))
    held = {"duets": {split: {"items": [4], "seconds": 36.0} for split in ("train", "test")}}
    (folder / "corpus.json").write_text(json.dumps({"format": FORMAT, "sets": held, "statistics": {}}))
    return folder
