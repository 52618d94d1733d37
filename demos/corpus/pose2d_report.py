"""Simulated key points beside real ones: one AIST++ dance through eight of its cameras, detected and simulated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from demos.corpus.pose2d import Camera, coco, look_at, see
from demos.motion import pickles
from demos.motion.contacts import runs
from demos.motion.files import open_dance
from demos.motion.motion import Motion
from demos.motion.vector import FPS
from demos.runtime.errors import InputError

CLIP = "gBR_sBM_cAll_d04_mBR0_ch01"
# Index of the camera, its place (metres) and focal length (picture heights): found by fitting a pinhole to the
# confident body points of CLIP; the median point lies within 1.5 % of a picture height. Camera 4 could not be fitted.
CAMERAS = (
    (0, (1.48, 1.16, 4.48), 1.252), (1, (-1.97, 1.21, 3.24), 1.170), (2, (-5.72, 1.17, 1.45), 1.616),
    (3, (-7.12, 1.25, -4.47), 2.503), (5, (5.17, 1.17, -7.48), 2.677), (6, (7.47, 1.27, -1.67), 2.106),
    (7, (3.68, 1.15, 2.01), 1.183), (8, (1.55, 0.58, 4.92), 1.613),
)  # fmt: skip
_BINS = ((0.0, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 0.8), (0.8, 1.01))
_LOW = 0.1
_LEFT = {"shoulder": (5, 6), "elbow": (7, 8), "wrist": (9, 10), "hip": (11, 12), "knee": (13, 14), "ankle": (15, 16),
         "nose": (0,), "eye": (1, 2), "ear": (3, 4)}  # fmt: skip


def stage_camera(motion: Motion, place: tuple[float, float, float], focal: float) -> Camera:
    """A camera of AIST++'s ring, looking at the middle of the dance."""
    middle = motion.joints.reshape(-1, 3).astype(np.float64).mean(axis=0)
    return look_at(np.array(place), middle, focal, 16 / 9)


def read_keypoints(path: Path) -> np.ndarray:
    """AIST++ key points of all cameras at 30 fps -> (cameras, frames, 17, 3): picture heights and confidence."""
    if not path.is_file():
        raise InputError(f"There are no key points {path.name}; give the folder of the AIST++ 2-D key points.")
    values = np.asarray(pickles.load(path.read_bytes(), name=path.name)["keypoints2d"], np.float64)[:, ::2].copy()
    values[..., :2] /= 1080
    return values


def report(pose2d: Path | str, mocap: Path | str, *, seed: int = 0) -> dict[str, dict]:
    """Statistics of the real key points of CLIP and of those simulated of the same motion through the same cameras.

    pose2d, mocap : folders with the AIST++ files. Returns {"real": ..., "simulated": ...} of `statistics`.
    """
    motion = open_dance(Path(mocap) / f"{CLIP}.pkl").motions[0].resample(FPS)
    real = read_keypoints(Path(pose2d) / f"{CLIP}.pkl")[[index for index, _, _ in CAMERAS]]
    rng = np.random.default_rng(seed)
    simulated = []
    for _, place, focal in CAMERAS:
        seen = see(motion, stage_camera(motion, place, focal), rng)
        simulated.append(np.concatenate([coco(seen.keypoints), coco(seen.confidence)[..., None]], axis=-1))
    return {"real": statistics(real), "simulated": statistics(np.stack(simulated).astype(np.float64))}


def statistics(seen: np.ndarray) -> dict[str, Mapping[str, list[float]]]:
    """Of (cameras, frames, 17, 3) key points at 30 fps.

    confidence : 10, 50, 90 % of each joint's. dropout : share under 0.1, median and 90 % of how many frames it lasts.
    jitter : by confidence, 50, 90 and 99 % of the distance to the smoothed path, in body heights.
    all : share of the jitter's power under 5, 5-10 and over 10 Hz; confidence's autocorrelation after 1, 5, 15 frames.
    """
    found = ~np.isnan(seen[..., 0])
    flat = np.nan_to_num(seen[..., :2])
    score = np.nan_to_num(seen[..., 2])
    height = np.percentile(np.ptp(flat[..., 1], axis=2), 75, axis=1)
    off = (flat - gaussian_filter1d(flat, 1.0, axis=1)) / height[:, None, None, None]
    apart = np.linalg.norm(off, axis=-1)
    confidence, dropout = {}, {}
    for name, joints in _LEFT.items():
        values = score[:, :, joints]
        confidence[name] = np.percentile(values, [10, 50, 90]).tolist()
        lengths = [b - a for camera in range(len(seen)) for j in joints for a, b in runs(score[camera, :, j] < _LOW)]
        spread = np.percentile(lengths, [50, 90]).tolist() if lengths else [0.0, 0.0]
        dropout[name] = [float((values < _LOW).mean()), *spread]
    jitter = {}
    for low, high in _BINS:
        inside = (score >= low) & (score < high) & found
        if inside.sum() > 30:
            jitter[f"{low:g}-{min(high, 1):g}"] = np.percentile(apart[inside], [50, 90, 99]).tolist()
    steady = np.clip(off, -0.03, 0.03)  # strays would drown the rest
    power = (np.abs(np.fft.rfft(steady, axis=1)) ** 2).sum(axis=(0, 2, 3))
    hertz = np.fft.rfftfreq(steady.shape[1], 1 / FPS)
    bands = [float(power[(hertz >= a) & (hertz < b)].sum() / power.sum()) for a, b in ((0, 5), (5, 10), (10, 16))]
    moved = score - score.mean(axis=1, keepdims=True)
    memory = [float((moved[:, lag:] * moved[:, :-lag]).mean() / (moved**2).mean()) for lag in (1, 5, 15)]
    return {
        "confidence": confidence, "dropout": dropout, "jitter": jitter,
        "all": {"jitter's power <5, 5-10, >10 Hz": bands, "confidence's memory, 1 5 15 frames": memory},
    }  # fmt: skip


def text(found: Mapping[str, Mapping[str, Mapping[str, list[float]]]]) -> str:
    """Real and simulated side by side, as Markdown."""
    heads = {
        "confidence": "confidence, 10/50/90 %", "dropout": "share under 0.1, frames it lasts 50/90 %",
        "jitter": "jitter by confidence, body heights, 50/90/99 %", "all": "over time",
    }  # fmt: skip
    lines = []
    for section, head in heads.items():
        lines += ["", f"| {head} | real | simulated |", "|---|---|---|"]
        for key, values in found["real"][section].items():
            other = found["simulated"][section].get(key)
            lines.append(f"| {key} | {_cell(values)} | {_cell(other)} |")
    return "\n".join(lines[1:])


def _cell(values: list[float] | None) -> str:
    return (
        "-" if values is None else " / ".join(f"{value:.3f}" if abs(value) < 2 else f"{value:.0f}" for value in values)
    )
