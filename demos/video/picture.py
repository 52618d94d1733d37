"""Pictures as they come from people: any usual file, straightened, of a workable size, or one sentence on why not."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from demos.runtime.errors import InputError

ACCEPTED = "a JPEG, PNG, WebP, BMP, TIFF or GIF picture"
SHORTEST, LONGEST = 48, 1920
"""Pixels: smaller pictures are refused, larger ones are made smaller."""
MOST_PIXELS = 120_000_000


def open_picture(path: str | Path) -> np.ndarray:
    """A picture (h, w, 4) uint8 sRGB with alpha, upright, its longer side at most LONGEST.

    Of an animation the first frame is taken. Raises InputError in one sentence for anything that is no such picture.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f'There is no file "{path.name}": choose {ACCEPTED}.')
    if path.stat().st_size == 0:
        raise InputError(f'"{path.name}" is empty: choose {ACCEPTED}.')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as file:
                return _upright(file, path.name)
    except InputError:  # is a ValueError as well
        raise
    except UnidentifiedImageError:
        raise InputError(_what_instead(path)) from None
    except Image.DecompressionBombError:
        raise InputError(_too_large(path.name)) from None
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise InputError(f'"{path.name}" is damaged and cannot be read: save or download it again.') from error


def from_array(values: np.ndarray, name: str = "The picture") -> np.ndarray:
    """Like `open_picture`, of an array (h, w), (h, w, 3) or (h, w, 4) uint8, as a camera gives it."""
    try:
        return _upright(Image.fromarray(np.ascontiguousarray(values)), name)
    except TypeError:
        raise InputError(f"{name} must be of whole numbers 0 to 255, grey, RGB or RGBA.") from None


def _upright(image: Image.Image, name: str) -> np.ndarray:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise InputError(_too_large(name))
    if min(width, height) < SHORTEST:
        raise InputError(
            f'"{name}" is only {width} x {height} pixels: choose a picture of at least {SHORTEST} x {SHORTEST}.'
        )
    if max(width, height) > 8 * min(width, height):
        raise InputError(
            f'"{name}" is a strip of {width} x {height} pixels: choose one less than 8 times as long as wide.'
        )
    if max(width, height) > 2 * LONGEST:
        image.draft(image.mode, (2 * LONGEST, 2 * LONGEST))  # lets JPEG decode small at once; no other format has it
    image = ImageOps.exif_transpose(image)
    image = _eight_bits(image).convert("RGBA")
    if max(image.size) > LONGEST:
        scale = LONGEST / max(image.size)
        size = max(1, round(image.size[0] * scale)), max(1, round(image.size[1] * scale))
        # Premultiplied, so that what is invisible does not bleed into what is seen.
        image = image.convert("RGBa").resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0).convert("RGBA")
    return np.array(image)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen-bit and floating greys stretched to 8 bits, which Pillow's own conversion would clip."""
    if image.mode not in ("I", "F", "I;16", "I;16B", "I;16L"):
        return image
    values = np.asarray(image, np.float64)
    span = float(values.max() - values.min())
    return Image.fromarray((255 * (values - values.min()) / (span or 1.0)).astype(np.uint8))


def _what_instead(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
    if b"<svg" in start.lower():
        return f'"{path.name}" is a vector drawing (SVG): save it as PNG and choose that.'
    if start.startswith(b"%PDF"):
        return f'"{path.name}" is a PDF: save the page as PNG and choose that.'
    if b"ftypheic" in start[:32] or b"ftypheix" in start[:32] or b"ftypmif1" in start[:32]:
        return f'"{path.name}" is a HEIC photo: save it as JPEG and choose that.'
    if b"ftyp" in start[:32] or start.startswith(b"\x1aE\xdf\xa3"):
        return f'"{path.name}" is a video: choose {ACCEPTED}, such as a screenshot of it.'
    return f'"{path.name}" is not a picture that can be read: choose {ACCEPTED}.'


def _too_large(name: str) -> str:
    return f'"{name}" has more than {MOST_PIXELS // 1_000_000} million pixels: make it smaller and choose it again.'
