"""Training data of the pose networks: what cameras and a detector saw of the corpus's dances, as states, with music.

The corpus says what the camera was, as a data set with calibrated cameras does; how far away the dancer is comes from
the lengths of its limbs in the picture. What is learnt from are the detector's points, with their errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter
from torch import Tensor

from demos.audio.conditions import music_condition
from demos.corpus import pose2d
from demos.corpus.keypoints import PARTS
from demos.corpus.shards import Item, Shards, read_index
from demos.corpus.styles import STYLE_NAMES
from demos.runtime.errors import InputError
from demos.video.pose_bones import LIMBS, PARENTS, usual_lengths
from demos.video.pose_codec import STEP, Codec
from demos.video.pose_model import PRIORS, SEGMENT, song_style, still
from demos.video.pose_state import AHEAD, ASIDE, STATE, SURE, TURN, Z, mirrored, states_of

CROP = STEP * SEGMENT
SHIFTS = (0, 2, 1, 3)
"""First frames at which dances are cut into steps, so that cuts fall anywhere in a beat."""
TEMPI = (0.9, 1.12)
"""At which dances and their music are taken besides their own: what is learnt from is little, and tempi are many."""
_DEPTH_NOISE_M = (0.015, 0.06)
"""Of a lifted depth at confidence 1 and 0; the corpus keeps the true one (not measured; chosen)."""
_DISTANCE_FRAMES = 10.0


@dataclass(frozen=True, eq=False)
class Sequence2D:
    """One dance as one camera saw it.

    seen, true : states (frames, 252) of the detector's points, and of where they truly were. music (frames, 39).
    style : 0 for none, else index + 1 of STYLE_NAMES. values : the 35 features. beats, downbeats : seconds.
    """

    name: str
    seen: np.ndarray
    true: np.ndarray
    music: np.ndarray
    style: int
    values: np.ndarray
    beats: np.ndarray
    downbeats: np.ndarray


def sequences(corpus: Path | str, split: str, *, most: int | None = None) -> Iterator[Sequence2D]:
    """The 2-D sequences of a split, `most` spread over it when given. InputError where the corpus has none."""
    items = Shards(corpus, "pose2d", split)
    count = len(items) if most is None else min(most, len(items))
    for number in range(count):
        yield sequence_of(items[number * len(items) // count])


def couples_seen(corpus: Path | str, split: str, *, most: int) -> Iterator[Sequence2D]:
    """Dancers of a corpus's couples, each alone before a camera of its own, `most` spread over the split. They are
    more dances to more songs, but keep the beat less. Nothing where the corpus has no couples."""
    if split not in read_index(Path(corpus))["sets"].get("duets", {}):
        return
    items = Shards(corpus, "duets", split)
    count = min(most, len(items))
    for number in range(count):
        item = items[number * len(items) // count]
        rng = np.random.default_rng(list(item.facts["id"].encode()))
        motion = item.motion(("lead", "follow")[number % 2])
        camera = pose2d.random_camera(motion, rng)
        seen = pose2d.see(motion, camera, rng)
        arrays = {**vars(seen), "music": item.arrays["music"]}
        yield sequence_of(Item({**item.facts, "camera": camera.facts()}, arrays))


def sequence_of(item: Item) -> Sequence2D:
    """An item of the set pose2d."""
    arrays, facts = item.arrays, item.facts
    sure = arrays["confidence"]
    rng = np.random.default_rng(list(facts["id"].encode()))
    depth = arrays["depth"] + _depth_noise(sure, rng)
    seen = states_of(lifted(arrays["keypoints"], depth, sure, facts["camera"]), sure)
    true = states_of(lifted(arrays["clean"], arrays["depth"], np.ones_like(sure), facts["camera"]), np.ones_like(sure))
    for states in (seen, true):  # a place along the view means nothing by itself
        states[:, Z] -= states[:, Z].mean()
    beats, downbeats = np.array(facts["beats"]), np.array(facts["downbeats"])
    style = STYLE_NAMES.index(facts["style"]) + 1 if facts["style"] in STYLE_NAMES else 0
    music = music_condition(arrays["music"], beats, downbeats, len(seen))
    return Sequence2D(facts["id"], seen, true, music, style, arrays["music"], beats, downbeats)


def lifted(points: np.ndarray, depth: np.ndarray, sure: np.ndarray, camera: Mapping[str, Any]) -> np.ndarray:
    """Picture points (frames, 60, 2) in heights, depths (frames, 60) metres behind the pelvis, and the facts of a
    camera -> places (frames, 60, 3) metres in the camera's level space, the floor at 0."""
    flat = np.stack([points[..., 0] - camera["aspect"] / 2, 0.5 - points[..., 1]], axis=-1) / camera["focal"]
    flat, depth = flat.astype(np.float64), depth.astype(np.float64)
    distance = gaussian_filter1d(distances(flat, depth, sure), _DISTANCE_FRAMES, mode="nearest")
    far = distance[:, None] + depth
    local = np.stack([flat[..., 0] * far, flat[..., 1] * far, np.negative(far)], axis=-1)
    turn = np.array(camera["turn"])
    back = turn[2] * [1, 0, 1]
    back /= np.linalg.norm(back)
    level = np.stack([np.cross([0.0, 1.0, 0.0], back), [0.0, 1.0, 0.0], back])
    space = local @ turn @ level.T
    space[..., 1] += camera["place"][1]
    return space


def distances(flat: np.ndarray, depth: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """(frames,) metres to the pelvis at which limbs have the lengths that they have: least squares over LIMBS of
    |d (a - b) + z_a a - z_b b|^2 + (z_a - z_b)^2 = length^2, sure ones counting more.

    flat : (frames, 60, 2) pictures at distance 1. depth : (frames, 60) behind the pelvis.
    """
    low, high = np.array(LIMBS), np.array([PARENTS[limb] for limb in LIMBS])
    weight = sure[:, low] * sure[:, high] + 1e-4
    step = np.asarray(flat[:, low] - flat[:, high], np.float64)
    more = depth[:, low, None] * flat[:, low] - depth[:, high, None] * flat[:, high]
    along = depth[:, low] - depth[:, high]
    length = np.asarray(usual_lengths()[low], np.float64)
    a = (weight * (step**2).sum(-1)).sum(1)
    b = 2 * (weight * (step * more).sum(-1)).sum(1)
    c = (weight * ((more**2).sum(-1) + along**2 - length**2)).sum(1)
    root = np.sqrt(np.maximum(b * b - 4 * a * c, 0.0))
    return np.clip((-b + root) / np.maximum(2 * a, 1e-9), 0.8, 40.0)


def _depth_noise(sure: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    steps = rng.standard_normal(sure.shape) * np.sqrt(1 - 0.8**2)
    noise = np.asarray(lfilter([1.0], [1.0, -0.8], steps, axis=0))
    return noise * (_DEPTH_NOISE_M[1] + (_DEPTH_NOISE_M[0] - _DEPTH_NOISE_M[1]) * sure)


def at_tempo(states: np.ndarray, music: np.ndarray, tempo: float) -> tuple[np.ndarray, np.ndarray]:
    """States (frames, 252) and music (frames, 39), `tempo` times as fast."""
    if tempo == 1:
        return states, music
    frames = int((len(states) - 1) / tempo) + 1
    place = tempo * np.arange(frames)
    low = np.minimum(place.astype(int), len(states) - 2)
    share = (place - low)[:, None].astype(np.float32)
    faster = (1 - share) * states[low] + share * states[low + 1]
    faster[:, [AHEAD, ASIDE, TURN]] *= tempo
    return faster, music[np.round(place).astype(int)]


class Crops:
    """Stretches of CROP frames from anywhere, mirrored as often as not."""

    def __init__(self, found: Iterable[Sequence2D]) -> None:
        self._states = [one.seen.astype(np.float16) for one in found if len(one.seen) >= CROP]
        if not self._states:
            raise InputError(f"The corpus has no 2-D sequences of {CROP} frames; build a larger size.")

    def batch(self, size: int, rng: np.random.Generator) -> Tensor:
        """(size, CROP, 252) plain states as seen."""
        lengths = np.array([len(states) - CROP + 1 for states in self._states], float)
        crops = np.empty((size, CROP, STATE), np.float32)
        for row, index in enumerate(rng.choice(len(lengths), size, p=lengths / lengths.sum())):
            start = int(rng.integers(lengths[index]))
            crop = self._states[index][start : start + CROP]
            crops[row] = mirrored(crop) if rng.random() < 0.5 else crop
        return torch.from_numpy(crops)


@dataclass(frozen=True)
class TokenBatch:
    """tokens (batch, 16, 5, levels); sure (batch, 16, 5): how well each part was seen; the rest as in Told, normalised,
    but for `hears`."""

    tokens: Tensor
    sure: Tensor
    music: Tensor
    song: Tensor
    style: Tensor
    start: Tensor
    priors: Tensor
    known: Tensor


class TokenDances:
    """Dances as tokens of a codec, with their music, cut at SHIFTS, mirrored and at several tempi."""

    def __init__(self, found: Iterable[Sequence2D], codec: Codec) -> None:
        self._tokens: list[Tensor] = []
        self._sure: list[Tensor] = []
        self._states: list[Tensor] = []
        self._music: list[Tensor] = []
        self._song: list[Tensor] = []
        self._style: list[int] = []
        for number, one in enumerate(found):
            # As it is and in the mirror; at other tempi in turn.
            ways = [(1.0, False), (1.0, True), *((tempo, (number + i) % 2 > 0) for i, tempo in enumerate(TEMPI))]
            for tempo, image in ways:
                states, music = at_tempo(one.seen, one.music, tempo)
                states = mirrored(states) if image else states
                shift = SHIFTS[(number + image) % len(SHIFTS)]
                frames = (len(states) - shift) // STEP * STEP
                if frames >= CROP:
                    self._add(one, states[shift : shift + frames], music[shift : shift + frames], codec)
        if not self._tokens:
            raise InputError(f"The corpus has no 2-D sequences of {CROP} frames; build a larger size.")

    def _add(self, one: Sequence2D, states: np.ndarray, music: np.ndarray, codec: Codec) -> None:
        whole = torch.from_numpy(np.ascontiguousarray(states))[None]
        with torch.no_grad():
            normal = codec.normalise(whole)
            self._tokens.append(codec.encode(normal)[0].short())
        sure = whole[0, :, SURE]
        parts = torch.stack([sure[:, part].mean(-1) for part in PARTS.values()], dim=-1)
        self._sure.append(parts.view(-1, STEP, len(PARTS)).mean(1))
        # Segments and priors begin with a step.
        self._states.append(normal[0, ::STEP].half())
        self._music.append(torch.from_numpy(music))
        self._song.append(song_style(torch.from_numpy(one.values)))
        self._style.append(one.style)

    def batch(self, size: int, rng: np.random.Generator) -> TokenBatch:
        """Segments from anywhere, each with poses from before it."""
        places = np.array([len(tokens) - SEGMENT + 1 for tokens in self._tokens], float)
        rows: list[list[Tensor]] = []
        for index in rng.choice(len(places), size, p=places / places.sum()):
            start = int(rng.integers(places[index]))
            states = self._states[index].float()
            earlier = rng.integers(0, max(start, 1), PRIORS)
            known = torch.full((PRIORS,), float(start > 0 and rng.random() < 0.8))
            rows.append(
                [
                    self._tokens[index][start : start + SEGMENT].long(),
                    self._sure[index][start : start + SEGMENT],
                    self._music[index][STEP * start : STEP * (start + SEGMENT)],
                    self._song[index],
                    torch.tensor(self._style[index]),
                    still(states[start]),
                    still(states[torch.from_numpy(earlier)]),
                    known,
                ]
            )
        return TokenBatch(*(torch.stack(column) for column in zip(*rows, strict=True)))
