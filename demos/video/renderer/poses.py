"""What a figure does, as the renderer is told: the codec's pose tokens as numbers, or a drawn skeleton (ablation).

Points are the suite's 60 in picture heights, (0, 0) the top left corner.
"""

from __future__ import annotations

import itertools

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from demos.corpus.keypoints import PLACE
from demos.video.pose_codec import PARTS, STEP, Codec
from demos.video.pose_state import Z

_SIDES = (("left", (255, 110, 60)), ("right", (60, 150, 255)))
_MIDDLE = (90, 220, 110)
_FINGERS = ("thumb", "index", "middle", "ring", "little")


def _bones() -> list[tuple[int, int, tuple[int, int, int]]]:
    """Two points and a colour each: sides differ, as front and back must."""
    found = [("neck", "pelvis", _MIDDLE), ("neck", "nose", _MIDDLE), ("chin", "crown", _MIDDLE)]
    for side, colour in _SIDES:
        chains = [
            ("neck", f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist"),
            ("pelvis", f"{side}_hip", f"{side}_knee", f"{side}_ankle", f"{side}_toe"),
            (f"{side}_ankle", f"{side}_heel"),
            ("nose", f"{side}_eye", f"{side}_ear"),
        ]
        for finger in _FINGERS:
            joints = ("cmc", "mcp", "ip", "tip") if finger == "thumb" else ("mcp", "pip", "tip")
            chains.append((f"{side}_wrist", *(f"{side}_{finger}_{joint}" for joint in joints)))
        for chain in chains:
            found += [(first, second, colour) for first, second in itertools.pairwise(chain)]
    return [(PLACE[first], PLACE[second], colour) for first, second, colour in found]


BONES = _bones()


def drawn(points: np.ndarray, sure: np.ndarray, size: tuple[int, int]) -> Tensor:
    """Skeletons (frames, 3, height, width) 0 to 1, of points (frames, 60, 2) and how sure they are (frames, 60).

    What is hardly seen is drawn darkly. size : height and width.
    """
    height, width = size
    sheets = np.empty((len(points), height, width, 3), np.uint8)
    for number, (at, known) in enumerate(zip(points * height, sure, strict=True)):
        sheet = Image.new("RGB", (width, height))
        draw = ImageDraw.Draw(sheet)
        for first, second, colour in BONES:
            light = float(np.clip(min(known[first], known[second]), 0, 1))
            ink = (int(light * colour[0]), int(light * colour[1]), int(light * colour[2]))
            draw.line([tuple(at[first]), tuple(at[second])], fill=ink, width=max(1, height // 64))
        sheets[number] = np.asarray(sheet)
    return torch.from_numpy(sheets).permute(0, 3, 1, 2).float() / 255


@torch.no_grad()
def tokens_of(codec: Codec, states: np.ndarray) -> Tensor:
    """Plain states (frames, 252), frames a multiple of 4 -> tokens (frames / 4, 5, levels)."""
    if len(states) % STEP:
        raise ValueError(f"states of a multiple of {STEP} frames, not {len(states)}")
    plain = np.array(states, np.float32)
    plain[:, Z] -= plain[:, Z].mean()  # a place along the view means nothing by itself, as in training
    return codec.encode(codec.normalise(torch.from_numpy(plain)[None]))[0]


@torch.no_grad()
def codes_of(codec: Codec, tokens: Tensor) -> Tensor:
    """Tokens (steps, 5, levels) -> what they stand for (steps, 5 x code): a part's levels add up."""
    parts = []
    for part in range(PARTS):
        levels = [codec.book(part, level).lookup(tokens[:, part, level]) for level in range(tokens.shape[2])]
        parts.append(torch.stack(levels).sum(0))
    return torch.cat(parts, dim=-1)
