"""Every reader against damaged and hostile files: it gives a value or says one sentence, and never anything else.

A few examples run with the tests (test_fuzzing.py). The long run, which prints what it found:

    PYTHONPATH=.:tests python -m fuzzing --count 100000 [READER ...]
"""

from __future__ import annotations

import argparse
import io
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import torch
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from made_motion import make_groove
from motion.made_files import bvh_text, stepping
from PIL import Image
from safetensors.torch import save

from demos.audio.song import decode
from demos.body.smpl_file import read_smpl
from demos.compare import board as boards
from demos.motion import history
from demos.motion.dance import Dance, Provenance
from demos.motion.files import open_dance
from demos.nn import weight_files
from demos.runtime.errors import InputError
from demos.video.picture import open_picture

LONGEST = 60_000
"""Bytes of a damaged file: longer ones find nothing that shorter ones do not."""
_WORDS = (
    b"", b"\x00", b"\xff" * 8, b"-1", b"1e309", b"nan", b"99999999999", b"{", b"}", b"PK\x03\x04", b"../../etc/passwd",
    b"MOTION", b"CHANNELS 99", b"Frames: 2147483647", b"Frame Time: 0", b"OFFSET", b"\r\n", b"<script>",
    b"cos\nsystem\n",
    b"\x80\x04", b"RIFF", b"ID3", b"data", (2**31 - 1).to_bytes(4, "little"), (2**63 - 1).to_bytes(8, "little"),
)  # fmt: skip


@dataclass(frozen=True)
class Reader:
    """read : a path -> anything, or InputError. seeds : (suffix, content) of files that it reads."""

    read: Callable[[Path], object]
    seeds: Sequence[tuple[str, bytes]]


def _saved(dance: Dance) -> bytes:
    buffer = tempfile.TemporaryDirectory()
    with buffer as folder:
        return dance.save(Path(folder) / "x.npz").read_bytes()


def _tree(dance: Dance) -> bytes:
    tree = history.History().add(dance, name="First").add(dance, name="Then", text="raise the arms")
    with tempfile.TemporaryDirectory() as folder:
        return history.export_npz(tree, Path(folder) / "x.npz").read_bytes()


def _npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def _sound(kind: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, 0.1 * np.sin(np.arange(8000) / 9), 8000, format=kind)
    return file.getvalue()


def _picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray((np.arange(64 * 64 * 3) % 251).astype(np.uint8).reshape(64, 64, 3)).save(file, format=kind)
    return file.getvalue()


def readers() -> dict[str, Reader]:
    """All of them, with small files that they read."""
    groove = Dance((make_groove(1.0),), Provenance("test"), beats=np.arange(0, 1, 0.5))
    poses, translation = groove.motions[0].poses[:8], groove.motions[0].translation[:8]
    aist = pickle.dumps({"smpl_poses": poses.reshape(8, 72), "smpl_trans": translation, "smpl_scaling": np.ones(1)})
    amass = _npz(poses=np.zeros((8, 156)), trans=translation, mocap_framerate=np.array(60.0), gender=np.array("male"))
    bvh = bvh_text(turns=stepping(8), frames=8).encode()
    names = {"config": "{}", "kind": "duet"}
    weights = save({"a": torch.zeros(4, 4), "b": torch.zeros(3, dtype=torch.int8)}, metadata=names)
    return {
        "motion": Reader(
            open_dance,
            [(".npz", _saved(groove)), (".npz", amass), (".pkl", aist), (".bvh", bvh),
             (".npy", aist), (".bin", b"")],
        ),
        "history": Reader(history.restore, [(".npz", _tree(groove))]),
        "song": Reader(decode, [(f".{kind.lower()}", _sound(kind)) for kind in ("WAV", "FLAC", "OGG", "MP3")]),
        "picture": Reader(
            open_picture, [(f".{kind.lower()}", _picture(kind)) for kind in ("PNG", "JPEG", "GIF", "BMP")]
        ),
        "weights": Reader(
            lambda path: weight_files.read(path, lambda header: torch.nn.Linear(4, 4)), [(".safetensors", weights)]
        ),
        "body": Reader(read_smpl, [(".npz", amass), (".pkl", aist)]),
        "dropped": Reader(
            lambda path: boards.of_files([path], path.parent / "kept"), [(".npz", _tree(groove)), (".bvh", bvh)]
        ),
    }  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, seeds: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """A file that was read once, now with bytes changed, cut out, put in, doubled; its name may be of another kind."""
    suffix, content = draw(st.sampled_from(seeds))
    data = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(1, 40))
        how = draw(st.sampled_from(("flip", "cut", "put", "double", "end", "number")))
        if how == "flip" and data:
            data[place] ^= draw(st.integers(1, 255))
        elif how == "cut":
            del data[place : place + length]
        elif how == "put":
            data[place:place] = draw(st.sampled_from(_WORDS) | st.binary(max_size=16))
        elif how == "double":
            data[place:place] = data[place : place + length * 20]
        elif how == "end":
            del data[place:]
        else:
            data[place : place + 4] = draw(st.integers(0, 2**32 - 1)).to_bytes(4, "little")
    suffix = draw(st.sampled_from((suffix, suffix, suffix, ".npz", ".pkl", ".bvh")))
    return suffix, bytes(data[:LONGEST])


def fuzz(name: str, count: int, *, start: int = 0) -> dict[str, int]:
    """Give a reader `count` damaged files; how many it read and refused. Whatever else it raises is raised here."""
    reader = readers()[name]
    seen = {"read": 0, "refused": 0}
    with tempfile.TemporaryDirectory() as folder:

        @seed(start)
        @settings(
            max_examples=count, deadline=None, database=None, phases=(Phase.generate, Phase.shrink),
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        )  # fmt: skip
        @given(file=damaged(reader.seeds))
        def read(file: tuple[str, bytes]) -> None:
            path = Path(folder) / f"file{file[0]}"
            path.write_bytes(file[1])
            try:
                reader.read(path)
            except InputError as error:
                sentence = str(error)
            else:
                sentence = ""
            seen["refused" if sentence else "read"] += 1
            assert len(sentence) < 600, "one sentence"
            assert folder not in sentence, "no path of the server"

        read()
    return seen


def main() -> None:
    """The long run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="*", help="of those below; all when left out")
    parser.add_argument("--count", type=int, default=100_000, help="files, shared out among the readers")
    options = parser.parse_args()
    chosen = options.readers or list(readers())
    failed = False
    for name in chosen:
        clock = time.monotonic()
        try:
            print(name, fuzz(name, options.count // len(chosen)), f"{time.monotonic() - clock:.0f} s", flush=True)
        except Exception as error:
            failed = True
            print(name, "FAILED:", repr(error)[:500], flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
