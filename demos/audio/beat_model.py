"""The network that hears beats: a log-mel spectrogram in, beat and downbeat logits out.

Convolutions over a few frames and bands, then dilated convolutions over time (a temporal convolutional
network for beats: Davies and Boeck, "Temporal convolutional networks for musical audio beat tracking",
EUSIPCO 2019). Sizes are chosen here so that a minute of music takes a few hundredths of a second on one
core.
"""

from functools import cache

import librosa
import numpy as np
import scipy.fft
import torch
from torch import nn

SAMPLE_RATE = 15360
HOP = 256
FPS = SAMPLE_RATE // HOP  # 60 frames a second: 17 ms, twice as fine as the 30 fps features
FRAME = 1024
BANDS = 64
BLOCK_FRAMES = 4096  # frames transformed at once: bounds the memory of a long song


@cache
def _filterbank() -> np.ndarray:
    return librosa.filters.mel(sr=SAMPLE_RATE, n_fft=FRAME, n_mels=BANDS, fmin=30.0, fmax=7600.0, norm=None)


def mel_magnitudes(samples: np.ndarray) -> np.ndarray:
    """Mel magnitudes of a mono signal at 15,360 Hz: (frames, 64) float32, frame i centred on i / 60 s.

    The loudness of the recording is taken out: its root mean square becomes 0.1.
    """
    level = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
    scale = 0.1 / level if level > 1e-5 else 0.0
    frames = 1 + len(samples) // HOP
    padded = np.pad(samples.astype(np.float32), (FRAME // 2, FRAME // 2 + HOP))
    window = np.hanning(FRAME + 1)[:-1].astype(np.float32) * np.float32(scale)
    view = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP][:frames]
    bank = _filterbank().T.astype(np.float32)
    blocks = [
        np.abs(np.asarray(scipy.fft.rfft(view[first : first + BLOCK_FRAMES] * window, axis=1))) @ bank
        for first in range(0, frames, BLOCK_FRAMES)
    ]
    return np.concatenate(blocks)


def compress(magnitudes: np.ndarray | torch.Tensor) -> torch.Tensor:
    """Loudness as the network sees it: log(1 + m)."""
    return torch.log1p(torch.as_tensor(magnitudes, dtype=torch.float32))


class BeatNetwork(nn.Module):
    """(batch, frames, 64) compressed mel magnitudes -> (batch, frames, 2) logits: beat, downbeat."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, *, front: int = 16, width: int = 32, layers: int = 11, dropout: float = 0.1) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(BANDS))
        self.register_buffer("deviation", torch.ones(BANDS))
        self.front = nn.Sequential(
            nn.Conv2d(1, front, 3, padding=1),
            nn.ELU(),
            nn.MaxPool2d((1, 3)),
            nn.Conv2d(front, front, 3, padding=1),
            nn.ELU(),
            nn.MaxPool2d((1, 3)),
            nn.Conv2d(front, width, (1, 7)),
            nn.ELU(),
            nn.Dropout(dropout),
        )
        self.layers = nn.ModuleList(_Dilated(width, 2**level, dropout) for level in range(layers))
        self.head = nn.Conv1d(width, 2, 1)

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        x = (mel - self.mean) / self.deviation
        x = self.front(x[:, None]).squeeze(-1)  # (batch, width, frames)
        total = torch.zeros_like(x)
        for layer in self.layers:
            x, skip = layer(x)
            total = total + skip
        return self.head(nn.functional.elu(total)).transpose(1, 2)


class _Dilated(nn.Module):
    """Two dilated convolutions side by side (d and 2 d frames apart: beats and halves), one residual."""

    def __init__(self, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.near = nn.Conv1d(width, width, 5, padding=2 * dilation, dilation=dilation)
        self.far = nn.Conv1d(width, width, 5, padding=4 * dilation, dilation=2 * dilation)
        self.drop = nn.Dropout(dropout)
        self.mix = nn.Conv1d(2 * width, width, 1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        skip = self.mix(self.drop(nn.functional.elu(torch.cat([self.near(x), self.far(x)], dim=1))))
        return x + skip, skip
