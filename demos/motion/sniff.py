"""What a file is, by its first bytes, and what to say about those that are no motion."""

from __future__ import annotations

from demos.runtime.errors import InputError

ACCEPTED = "BVH, AIST++ pkl and NPZ files are read"

_NOT_MOTION = (
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"BM", "a picture"),
    (b"ID3", "music"), (b"\xff\xfb", "music"), (b"\xff\xf3", "music"), (b"OggS", "music"), (b"fLaC", "music"),
    (b"\x1aE\xdf\xa3", "a video"), (b"\x00\x00\x01\xba", "a video"), (b"FLV", "a video"), (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file"), (b"Rar!", "an archive"), (b"7z\xbc\xaf", "an archive"),
    (b"\x89HDF", "an HDF5 file"), (b"\x7fELF", "a program"), (b"MZ", "a program"),
)  # fmt: skip
_MODELS = ((b"glTF", "a GLB model"), (b"Kaydara FBX", "an FBX file"), (b"; FBX", "an FBX file"))


def kind(data: bytes, *, name: str, suffix: str) -> str:
    """ "bvh", "zip", "npy" or "pickle". InputError with advice for everything else."""
    if not data.strip():
        raise InputError(f"{name} is empty; {ACCEPTED}.")
    head = data[:512]
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:9].upper() == b"HIERARCHY":
        return "bvh"
    if head.startswith(b"\x93NUMPY"):
        return "npy"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "pickle"
    _refuse_media(head, name)
    for start, what in _MODELS:
        if text.startswith(start) or head.startswith(start):
            raise InputError(f"{name} is {what}, which cannot be read; save it as BVH and drop that instead.")
    if suffix == ".bvh":
        raise InputError(f"{name} is not a BVH file: it does not start with HIERARCHY; export the motion as BVH again.")
    if suffix in (".pkl", ".pickle") and not _is_text(head):
        return "pickle"
    if suffix in (".npz", ".npy"):
        raise InputError(f"{name} is not a NumPy file, whatever its name says; {ACCEPTED}.")
    if suffix in (".pkl", ".pickle") and head[:1] in (b"(", b"c", b"]", b"}", b"I"):
        return "pickle"
    if _is_text(head):
        raise InputError(f"{name} is text, not motion; {ACCEPTED}.")
    raise InputError(f"{name} is no motion file that we know; {ACCEPTED}.")


def _refuse_media(head: bytes, name: str) -> None:
    """InputError for pictures, sound, films and archives."""
    what = next((what for start, what in _NOT_MOTION if head.startswith(start)), None)
    if head[:4] == b"RIFF":
        what = {b"WAVE": "music", b"WEBP": "a picture"}.get(head[8:12], "a video")
    if head[4:8] == b"ftyp":
        what = "music" if head[8:11] == b"M4A" else "a picture" if head[8:12] in (b"heic", b"avif") else "a video"
    if what == "music":
        raise InputError(f"{name} is music, not motion: drop it where the song goes; as dances, {ACCEPTED}.")
    if what is not None:
        raise InputError(f"{name} is {what}, not motion; {ACCEPTED}.")


def _is_text(head: bytes) -> bool:
    """Whether the bytes read as text."""
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # a character cut in two at the end
    return True
