"""The master: loud enough, never clipped, quiet at the very end."""

import numpy as np
import pytest

from demos.corpus.music.mixing import CEILING, KNEE, TARGET_DB, compress, loudness_db, master, soft_limit

RATE = 22050


def noise(level: float, seconds: float = 6.0) -> np.ndarray:
    """Stereo noise with a louder second half."""
    rng = np.random.default_rng(0)
    swell = np.repeat([0.3, 1.0], int(seconds * RATE / 2))[:, None]
    return level * swell * rng.normal(size=(len(swell), 2))


@pytest.mark.parametrize("level", [0.003, 0.1, 3.0])
def test_any_level_is_brought_to_the_target_without_clipping(level):
    loud = master(noise(level), RATE)
    assert loud.dtype == np.float32
    assert np.abs(loud).max() <= CEILING
    assert loudness_db(loud, RATE) == pytest.approx(TARGET_DB, abs=1.5)
    assert np.abs(loud[-10:]).max() < 0.01


def test_silence_stays_silent():
    assert not master(np.zeros((RATE, 2)), RATE).any()


def test_the_limiter_leaves_quiet_samples_alone_and_keeps_their_order():
    line = np.linspace(-4, 4, 2001)
    bent = soft_limit(line)
    quiet = np.abs(line) < KNEE
    np.testing.assert_array_equal(bent[quiet], line[quiet])
    assert (np.diff(bent) >= 0).all()
    assert np.abs(bent).max() <= CEILING


def test_the_compressor_narrows_the_gap_between_loud_and_quiet():
    sound = noise(0.2)
    half = len(sound) // 2

    def gap(samples: np.ndarray) -> float:
        return 20 * np.log10(samples[half + RATE : -RATE].std() / samples[RATE : half - RATE].std())

    assert gap(compress(sound, RATE, threshold_db=-25)) < gap(sound) - 2


def test_a_sine_at_one_kilohertz_reads_its_own_level():
    tone = np.sin(2 * np.pi * 1000 * np.arange(4 * RATE) / RATE)[:, None] * [0.1, 0.1]
    # BS.1770: a 1 kHz stereo sine of amplitude a reads close to 20 log10 a.
    assert loudness_db(tone, RATE) == pytest.approx(-20.0, abs=1.5)
