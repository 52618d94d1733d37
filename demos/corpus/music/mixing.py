"""The mixing desk: levels, panorama and effects as MIDI controls, and the master's loudness and limiter."""

import numpy as np
import pretty_midi
from scipy.signal import butter, lfilter, sosfilt

from demos.corpus.music.score import Page
from demos.corpus.music.styles.style import Part, Style

BANK, MODULATION, VOLUME, PAN, EXPRESSION, REVERB, CHORUS = 0, 1, 7, 10, 11, 91, 93
TARGET_DB = -14.0  # loudness of the loud half of a song, dB below full scale, K-weighted as in ITU-R BS.1770
CEILING = 0.89  # -1 dB
KNEE = 0.6  # below this the limiter leaves samples alone


def _control(number: int, value: float, time: float = 0.0) -> pretty_midi.ControlChange:
    return pretty_midi.ControlChange(number, int(np.clip(round(value), 0, 127)), time)


def part_controls(
    part: Part, bank: int, notes: list[pretty_midi.Note], page: Page, grid: np.ndarray
) -> list[pretty_midi.ControlChange]:
    """A part's fader, panorama, reverb, chorus and sound bank at the start; then vibrato and pumping as it plays."""
    controls = [
        _control(BANK, bank),
        _control(VOLUME, part.volume),
        _control(PAN, 64 + 63 * part.pan),
        _control(REVERB, 127 * part.reverb * (0.5 + page.style.room)),
        _control(CHORUS, 127 * part.chorus),
    ]
    if part.vibrato:
        for note in notes:
            if note.end - note.start > 0.35:
                controls += [
                    _control(MODULATION, part.vibrato, note.start + 0.18),
                    _control(MODULATION, 0, note.end),
                ]
    if part.pump:
        for bar in page.bars:
            for beat in range(int(bar.beat), int(bar.beat) + page.bar_beats):
                start, length = grid[beat], grid[beat + 1] - grid[beat]
                # Ducked under the kick, back within two thirds of the beat; let alone where no kick plays.
                depth = 62.0 if bar.energy > 0.45 else 0.0
                curve = [
                    (0.0, 127 - depth),
                    (0.2, 127 - 0.75 * depth),
                    (0.4, 127 - 0.35 * depth),
                    (0.65, 127),
                ]
                controls += [_control(EXPRESSION, value, start + place * length) for place, value in curve]
    return controls


def drum_controls(style: Style) -> list[pretty_midi.ControlChange]:
    """The kit's fader and room."""
    return [
        _control(VOLUME, style.kit_volume),
        _control(REVERB, 127 * style.kit_reverb * (0.5 + style.room)),
        _control(CHORUS, 0),
    ]


def _highpass(samples: np.ndarray, order: int, cutoff_hz: float, sample_rate: int) -> np.ndarray:
    sections = butter(order, cutoff_hz, "highpass", fs=sample_rate, output="sos")
    return np.asarray(sosfilt(sections, samples, axis=0))


def _k_weighted(samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """Rough K-weighting: a high shelf made of a first-order high-pass added at 1.5 kHz, and no lows under 40 Hz."""
    highs = _highpass(samples, 1, 1500, sample_rate)
    return _highpass(samples + 0.58 * highs, 2, 40, sample_rate)


def loudness_db(samples: np.ndarray, sample_rate: int) -> float:
    """Loudness of the louder half of a song in dB: K-weighted power of 0.4-s blocks above their median, averaged.

    samples : (n, channels) float, full scale 1.
    """
    block = int(0.4 * sample_rate)
    power = np.square(_k_weighted(samples, sample_rate)).sum(axis=1)
    whole = power[: len(power) // block * block].reshape(-1, block).mean(axis=1) if len(power) >= block else power
    loud = whole[whole >= np.median(whole)]
    return float(10 * np.log10(max(loud.mean(), 1e-12)) - 0.691)


def compress(samples: np.ndarray, sample_rate: int, *, threshold_db: float, ratio: float = 2.2) -> np.ndarray:
    """Bus compression: power over 30 ms above the threshold is reduced by the ratio, both channels alike.

    samples : (n, channels) float. The gain follows within 10 ms and lets go within about 120 ms.
    """
    hop = max(1, int(0.005 * sample_rate))
    count = -(-len(samples) // hop)
    power = np.square(samples).mean(axis=1)
    blocks = np.pad(power, (0, count * hop - len(power))).reshape(count, hop).mean(axis=1)
    over = np.maximum(0.0, 10 * np.log10(np.convolve(blocks, np.ones(6) / 6, mode="same") + 1e-12) - threshold_db)
    # Rising levels are met at once, falling ones released: the larger of a short and a long look around.
    released = np.asarray(lfilter([0.04], [1, -0.96], over))
    cut = np.maximum(0.5 * (over + released), released) * (1 - 1 / ratio)
    gain = 10 ** (-np.convolve(cut, np.ones(3) / 3, mode="same") / 20)
    return samples * np.interp(np.arange(len(samples)), np.arange(count) * hop, gain)[:, None]


def soft_limit(samples: np.ndarray) -> np.ndarray:
    """Leave quiet samples alone and bend loud ones smoothly towards the ceiling, which none passes."""
    size = np.abs(samples)
    room = CEILING - KNEE
    return np.sign(samples) * np.where(size < KNEE, size, KNEE + room * np.tanh((size - KNEE) / room))


def master(samples: np.ndarray, sample_rate: int, *, fade_s: float = 0.35) -> np.ndarray:
    """Rumble cut, loudness brought to the target, peaks limited, the very end faded.

    samples : (n, channels) float. Returns the same shape, float32, never beyond +-0.89.
    """
    clean = _highpass(samples, 2, 28, sample_rate)
    clean = compress(clean, sample_rate, threshold_db=loudness_db(clean, sample_rate) - 3.0)
    gain = 10 ** ((TARGET_DB - loudness_db(clean, sample_rate)) / 20)
    loud = soft_limit(clean * min(gain, 60.0))
    fade = min(len(loud), int(fade_s * sample_rate))
    if fade:
        loud[-fade:] *= np.linspace(1, 0, fade)[:, None] ** 2
    return loud.astype(np.float32)
