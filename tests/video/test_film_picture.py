"""Pictures of every kind, and files that are none: opened, or one sentence."""

import io

import numpy as np
import pytest
from PIL import Image

from demos.runtime.errors import InputError
from demos.video.picture import LONGEST, from_array, open_picture


def save(path, image, **arguments):
    image.save(path, **arguments)
    return path


@pytest.fixture
def gradient():
    """(h, w) = (120, 200), red grows to the right, green downwards."""
    y, x = np.mgrid[0:120, 0:200]
    return np.stack([x, y, np.full_like(x, 90)], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("suffix", ["png", "webp", "bmp", "tiff"])
def test_usual_formats_open_as_they_are(tmp_path, gradient, suffix):
    picture = open_picture(save(tmp_path / f"a.{suffix}", Image.fromarray(gradient), **(
        {"lossless": True} if suffix == "webp" else {})))  # fmt: skip
    assert picture.dtype == np.uint8
    assert np.array_equal(picture[..., :3], gradient)
    assert (picture[..., 3] == 255).all()


def test_a_photo_is_turned_upright(tmp_path, gradient):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    picture = open_picture(save(tmp_path / "a.jpg", Image.fromarray(gradient), exif=exif, quality=95))
    assert picture.shape == (200, 120, 4)
    # What was at the left is at the top.
    assert picture[:20, :, 0].mean() < 40 < 150 < picture[-20:, :, 0].mean()


def test_of_an_animation_the_first_picture_is_taken(tmp_path):
    pictures = [Image.new("RGB", (60, 80), colour) for colour in ((250, 0, 0), (0, 0, 250))]
    path = save(tmp_path / "a.gif", pictures[0], save_all=True, append_images=pictures[1:])
    assert open_picture(path)[40, 30, 0] > 240


def test_what_is_see_through_stays_so(tmp_path):
    values = np.zeros((64, 64, 4), np.uint8)
    values[16:48, 16:48] = (10, 200, 30, 255)
    picture = open_picture(save(tmp_path / "a.png", Image.fromarray(values)))
    assert np.array_equal(picture[..., 3], values[..., 3])


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16", "F", "CMYK"])
def test_every_mode_becomes_colour(tmp_path, mode):
    grey = Image.fromarray(np.tile(np.arange(100, dtype=np.uint8), (60, 1)))
    image = Image.fromarray(np.tile(np.arange(100, dtype=np.uint16) * 600, (60, 1))) if mode == "I;16" else (
        grey.convert(mode))  # fmt: skip
    path = save(tmp_path / ("a.jpg" if mode == "CMYK" else "a.tiff" if mode == "F" else "a.png"), image)
    picture = open_picture(path)
    assert picture.shape == (60, 100, 4)
    assert picture[:, -10:, 0].mean() > picture[:, :10, 0].mean() + 50


def test_a_huge_photo_is_made_smaller(tmp_path):
    picture = open_picture(save(tmp_path / "a.jpg", Image.new("L", (8200, 6200), 120), quality=40))
    assert max(picture.shape[:2]) == LONGEST
    assert abs(picture.shape[1] / picture.shape[0] - 8200 / 6200) < 0.01


def test_a_bomb_is_refused(tmp_path):
    path = save(tmp_path / "a.png", Image.new("1", (12000, 11000)))
    with pytest.raises(InputError, match="million pixels"):
        open_picture(path)


BAD = {
    "text": (b"dear diary\n", "not a picture"),
    "svg": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "pdf": (b"%PDF-1.7 ...", "PDF"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
    "mp4": (b"\0\0\0\x18ftypisom\0\0\0\0", "video"),
    "nothing": (b"", "empty"),
    "half a png": (b"", "damaged"),
    "a stamp": (b"", "only 20 x 30"),
    "a strip": (b"", "strip"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_picture_is_told_in_one_sentence(tmp_path, kind):
    content, word = BAD[kind]
    file = io.BytesIO()
    if kind == "half a png":
        noise = np.random.default_rng(0).integers(0, 255, (90, 90, 3), np.uint8)
        Image.fromarray(noise).save(file, "PNG")
        content = file.getvalue()[: len(file.getvalue()) // 2]
    elif kind in ("a stamp", "a strip"):
        Image.new("RGB", (20, 30) if kind == "a stamp" else (900, 60)).save(file, "PNG")
        content = file.getvalue()
    path = tmp_path / "my picture.png"
    path.write_bytes(content)
    with pytest.raises(InputError, match=word) as caught:
        open_picture(path)
    assert "my picture.png" in str(caught.value)
    assert str(caught.value).count(".") <= 3


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="no file"):
        open_picture(tmp_path / "gone.jpg")


def test_a_camera_gives_an_array():
    picture = from_array(np.full((60, 80, 3), 7, np.uint8))
    assert picture.shape == (60, 80, 4)
    with pytest.raises(InputError):
        from_array(np.zeros((60, 80, 3)), "The camera's picture")
