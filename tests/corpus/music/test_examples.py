"""The example songs in assets: there, light, playable, and what their README says."""

import numpy as np
import pytest
import soundfile

from demos.corpus.music.composition import compose
from demos.corpus.music.examples import EXAMPLES, FOLDER, write_mp3
from demos.corpus.music.styles import CATALOGUE

LARGEST_BYTES = 350_000


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_examples_are_light_and_play(example):
    path = FOLDER / f"{example.name}.mp3"
    assert path.stat().st_size <= LARGEST_BYTES
    samples, rate = soundfile.read(path)
    assert rate == 44100
    assert len(samples) / rate == pytest.approx(example.seconds, abs=0.1)
    assert 20 <= example.seconds <= 30
    assert np.abs(samples).max() < 1.0
    assert np.sqrt(np.mean(samples**2)) > 0.05
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"| `{path.name}` | {example.title} |" in readme


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_examples_sound_on_their_composition_s_beats(example):
    """The files are those of this composer: their onsets gather on its beats more than between them."""
    song = compose(example.style, seconds=example.seconds, seed=example.seed, tempo_bpm=example.tempo_bpm)
    samples, rate = soundfile.read(FOLDER / f"{example.name}.mp3")
    hop = rate // 200
    power = np.square(samples.mean(axis=1))
    envelope = np.log(power[: len(power) // hop * hop].reshape(-1, hop).mean(axis=1) + 1e-6)
    rise = np.maximum(0, np.diff(np.convolve(envelope, np.ones(4) / 4, mode="same")))

    def strength(times: np.ndarray) -> float:
        places = (times * 200).astype(int)
        return float(np.mean([rise[p : p + 8].max() for p in places if p + 8 < len(rise)]))

    period = 60 / song.tempo_bpm
    between = [strength(song.beats[:-4] + shift * period) for shift in (0.35, 0.4, 0.6, 0.65)]
    assert strength(song.beats[:-4]) > 1.5 * np.mean(between)
    low, high = CATALOGUE[example.style][0].tempo_bpm
    assert low <= example.tempo_bpm <= high


def test_an_mp3_keeps_length_and_place(tmp_path):
    rate = 44100
    tone = np.zeros((2 * rate, 2), np.float32)
    tone[rate : rate + 4000] = 0.5 * np.sin(np.arange(4000) * 0.1)[:, None]
    write_mp3(tone, rate, tmp_path / "tone.mp3", title="Tone", genre="test")
    back, back_rate = soundfile.read(tmp_path / "tone.mp3")
    assert back_rate == rate
    assert len(back) == pytest.approx(len(tone), abs=1200)
    assert np.argmax(np.abs(back[:, 0]) > 0.2) == pytest.approx(rate, abs=60)
