"""What the renderer learns from: windows of rendered people who dance a corpus's dances.

Everything of an example comes from its number, so that training can go on where it was, and a window is filmed when it
is asked for: thousands of looks need no disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from demos.corpus.looks import look, seeds
from demos.corpus.portrayal import Portrayal, portray
from demos.corpus.shards import Shards
from demos.motion.motion import Motion
from demos.video.pose_codec import STEP, Codec
from demos.video.pose_data import lifted
from demos.video.pose_state import states_of
from demos.video.renderer.poses import codes_of, drawn, tokens_of
from demos.video.renderer.sizes import WINDOW


class Dances(Protocol):
    """Dances to choose from."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Motion: ...


class CorpusDances:
    """The solo dances of a corpus's split."""

    def __init__(self, corpus: Path | str, split: str) -> None:
        self._items = Shards(corpus, "solo", split)

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int, /) -> Motion:
        return self._items[index].motion()


@dataclass(frozen=True)
class Example:
    """One window of somebody's dance.

    picture : (3, h, w) -1 to 1, the frame that is given: of the same film, from some time before. mask : (1, h, w) 0 to
    1, where the figure is in it. frames : (n, 3, h, w) -1 to 1. codes : (n / 4, codes). placement : (3,) of the figure
    in the film's first frame. drawn : (n, 3, h, w) skeletons 0 to 1. masks : (n, 1, h, w).
    """

    picture: Tensor
    mask: Tensor
    frames: Tensor
    codes: Tensor
    placement: Tensor
    drawn: Tensor
    masks: Tensor


class Examples:
    """Examples by number, of dances of WINDOW frames or more.

    looks : how many people there are. lead : frames of the film before the window, at most; the first is the picture.
    """

    def __init__(
        self, dances: Dances, codec: Codec, split: str, *, size: tuple[int, int], looks: int = 4000, lead: int = 44
    ) -> None:
        self._dances, self._codec, self._size = dances, codec, size
        self._seeds: Sequence[int] = seeds(split, looks)
        self._lead = lead // STEP

    def __getitem__(self, number: int, /) -> Example:
        rng = np.random.default_rng([number, 0xF11A])
        motion = self._dances[int(rng.integers(len(self._dances)))]
        most = min(self._lead, (len(motion) - WINDOW) // STEP)
        lead = STEP * int(rng.integers(0, most + 1))
        start = int(rng.integers(0, len(motion) - lead - WINDOW + 1))
        stretch = motion.slice(start, start + lead + WINDOW)
        if rng.random() < 0.5:
            stretch = stretch.mirror()
        chosen = look(self._seeds[int(rng.integers(len(self._seeds)))])
        shown = [0, *range(len(stretch) - WINDOW, len(stretch))]
        return example(portray(chosen, stretch, size=self._size, rng=rng, shown=shown), self._codec)


def example(film: Portrayal, codec: Codec) -> Example:
    """A film that shows its first frame, which becomes the picture, and its last WINDOW."""
    count = len(film.points)
    sure = np.ones(film.points.shape[:2], np.float32)
    space = lifted(film.seen_by_camera, film.depth, sure, film.camera.facts())
    codes = codes_of(codec, tokens_of(codec, states_of(space, sure)))
    window = slice(count - WINDOW, count)
    masks = torch.from_numpy(film.masks)[:, None].float() / 255
    return Example(
        picture=pictures(film.frames[:1])[0],
        mask=masks[0],
        frames=pictures(film.frames[1:]),
        codes=codes[-WINDOW // STEP :],
        placement=torch.from_numpy(film.placement),
        drawn=drawn(film.points[window], sure[window], (film.frames.shape[1], film.frames.shape[2])),
        masks=masks[1:],
    )


def pictures(frames: np.ndarray) -> Tensor:
    """(n, h, w, 3) uint8 -> (n, 3, h, w) -1 to 1."""
    return torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).float() / 127.5 - 1
