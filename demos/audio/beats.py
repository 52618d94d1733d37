"""Beats, downbeats and tempo of a song: the network hears them, the bar-pointer model makes a steady pulse
of them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from demos.audio import bar_pointer
from demos.audio.beat_model import FPS, SAMPLE_RATE, BeatNetwork, compress, mel_magnitudes
from demos.runtime.caches import shared
from demos.runtime.errors import InputError
from demos.runtime.settings import WEIGHTS

WEIGHTS_FILE = WEIGHTS / "beats.safetensors"
CHUNK_FRAMES = 120 * FPS  # the network hears two minutes at once: bounds the memory of a long song
OVERLAP_FRAMES = 10 * FPS  # heard on both sides of a chunk's cut
SILENT_PEAK = 1e-4  # -80 dB of full scale
FEWEST_BEATS = 3  # fewer are no pulse


@dataclass(frozen=True, eq=False)
class Pulse:
    """beats, downbeats : seconds, float64, rising, downbeats among the beats; tempo_bpm : 0 where there is
    no pulse.
    """

    beats: np.ndarray
    downbeats: np.ndarray
    tempo_bpm: float


def track(samples: np.ndarray) -> Pulse:
    """The pulse of mono samples at 15,360 Hz; empty in silence and where nothing beats."""
    if not len(samples) or float(np.abs(samples).max()) < SILENT_PEAK:
        return Pulse(np.zeros(0), np.zeros(0), 0.0)
    probabilities = activations(samples)
    decoded = bar_pointer.decode(probabilities[:, 0], probabilities[:, 1], FPS)
    inside = decoded.beats < len(samples) / SAMPLE_RATE
    beats, positions = decoded.beats[inside], decoded.positions[inside]
    if len(beats) < FEWEST_BEATS:
        return Pulse(np.zeros(0), np.zeros(0), 0.0)
    return Pulse(beats, beats[positions == 0], tempo(beats))


def tempo(beats: np.ndarray) -> float:
    """Beats a minute: the median, over the song, of the tempo measured across up to eight beats (not one: the
    decoder's grid is 8 ms, which one beat would turn into 3 BPM)."""
    span = min(8, len(beats) - 1)
    return float(60 * span / np.median(beats[span:] - beats[:-span]))


def activations(samples: np.ndarray, network: BeatNetwork | None = None) -> np.ndarray:
    """(frames, 2) float32 probabilities of a beat and of a downbeat, at 60 frames a second."""
    network = network or shared("beat network", load_network)
    mel = compress(mel_magnitudes(samples))
    pieces = []
    for start in range(0, len(mel), CHUNK_FRAMES):
        first, last = max(0, start - OVERLAP_FRAMES), min(len(mel), start + CHUNK_FRAMES + OVERLAP_FRAMES)
        with torch.inference_mode():
            heard = torch.sigmoid(network(mel[None, first:last]))[0].numpy()
        pieces.append(heard[start - first : start - first + CHUNK_FRAMES])
    return np.concatenate(pieces)


def load_network(path: Path = WEIGHTS_FILE) -> BeatNetwork:
    """The trained network, on the CPU (it takes a fraction of a second a song)."""
    network = BeatNetwork()
    try:
        network.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    except (OSError, SafetensorError, RuntimeError) as error:
        raise InputError(f'The beat weights "{path.name}" are missing or damaged: install them again.') from error
    return network.eval()
