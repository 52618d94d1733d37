"""Captions: the name under each dance, drawn once in the typeface Pillow brings and laid over every picture."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from demos.render.theme import Theme


class Overlay:
    """Names under panels.

    names : one a panel; an empty one leaves its panel bare. places : (left, top, right, bottom) of each panel, pixels.
    """

    def __init__(self, names: Sequence[str], places: Sequence[tuple[int, int, int, int]], look: Theme) -> None:
        self.patches = [_patch(name, place, look) for name, place in zip(names, places, strict=True) if name.strip()]

    def lay(self, pictures: np.ndarray) -> None:
        """Lay the names over pictures (frames, h, w, 3) uint8, in place."""
        for left, top, ink, keep in self.patches:
            height, width = keep.shape[:2]
            part = pictures[:, top : top + height, left : left + width]
            part[:] = (ink + part * keep).astype(np.uint8)


def _patch(name: str, place: tuple[int, int, int, int], look: Theme) -> tuple[int, int, np.ndarray, np.ndarray]:
    """Where a caption goes and its two layers: what it adds (h, w, 3) and what it keeps of the picture (h, w, 1)."""
    left, _, right, bottom = place
    room = right - left
    size = int(np.clip(0.036 * min(room * 1.2, bottom - place[1]), 11, 44))
    font = ImageFont.load_default(size)
    name = _fitting(" ".join(name.split()), font, int(0.86 * room - 2 * size))
    box = font.getbbox(name)
    width, height = int(box[2] - box[0]) + 2 * size, int(2.0 * size)
    scale = 4  # rounded ends drawn large, for smooth edges
    plate = Image.new("L", (width * scale, height * scale), 0)
    ImageDraw.Draw(plate).rounded_rectangle(
        (0, 0, width * scale - 1, height * scale - 1), height * scale // 2, fill=255
    )
    ink = Image.new("L", (width, height), 0)
    ImageDraw.Draw(ink).text((width / 2, height / 2), name, font=font, fill=255, anchor="mm")
    below = np.asarray(plate.resize((width, height), Image.Resampling.LANCZOS), np.float32)[..., None] / 255
    below = below * look.plate[1]
    above = np.asarray(ink, np.float32)[..., None] / 255
    adds = _rgb(look.plate[0]) * below * (1 - above) + _rgb(look.ink) * above + 0.5
    return left + (room - width) // 2, bottom - int(1.45 * height), adds, (1 - below) * (1 - above)


def _fitting(name: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: int) -> str:
    """The name, shortened with an ellipsis until it fits room pixels."""
    if font.getlength(name) <= room:
        return name
    while len(name) > 1 and font.getlength(name + "…") > room:
        name = name[:-1].rstrip()
    return name + "…"


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float32)
