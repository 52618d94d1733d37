"""Figures alone, see-through: WebM (VP9 with alpha) and GIF, for stickers and for editing programs."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from demos.runtime.errors import InputError

KINDS = (".mp4", ".webm", ".gif")
GIF_LONGEST_S = 15.0
GIF_FPS = 15.0


def write_clip(
    pictures: Generator[np.ndarray, None, None],
    path: str | Path,
    *,
    fps: float,
    size: tuple[int, int],
    count: int,
    on_progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Pictures (h, w, 4) uint8 as a see-through .webm or .gif; a GIF has 15 pictures a second and 15 s at most."""
    path = Path(path)
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise InputError(f"The folder {path.parent} does not exist or cannot be written to; choose another.")
    gif = path.suffix.lower() == ".gif"
    if gif:
        count = min(count, round(GIF_LONGEST_S * fps))
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix.lower(), dir=path.parent)
    os.close(handle)
    half_written = Path(name)
    try:
        _encode(pictures, _command(half_written, fps, size, gif), size, count, on_progress)
        half_written.chmod(0o644)
        half_written.replace(path)
    finally:
        half_written.unlink(missing_ok=True)
        pictures.close()
    return path


def _command(out: Path, fps: float, size: tuple[int, int], gif: bool) -> list[str]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{size[0]}x{size[1]}", "-r", f"{fps:.9g}", "-i", "pipe:0"]
    if gif:
        # One palette of 255 colours and nothing, from all pictures.
        scale = "scale='min(480,iw)':-2:flags=area," if size[0] > 480 else ""
        look = f"fps={min(GIF_FPS, fps):g},{scale}split[a][b];[a]palettegen=reserve_transparent=1:stats_mode=diff[p];"
        command += ["-filter_complex", f"{look}[b][p]paletteuse=alpha_threshold=128:dither=bayer:bayer_scale=4"]
        return [*command, "-loop", "0", str(out)]
    command += ["-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-deadline", "realtime", "-cpu-used", "6", "-row-mt", "1"]
    return [*command, "-b:v", "0", "-crf", "32", "-auto-alt-ref", "0", str(out)]


def _encode(
    pictures: Generator[np.ndarray, None, None],
    command: list[str],
    size: tuple[int, int],
    count: int,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stdin is not None
    complaints: list[bytes] = []
    listener = threading.Thread(target=lambda: complaints.extend(process.stderr or ()), daemon=True)
    listener.start()
    try:
        try:
            for done, picture in enumerate(pictures, start=1):
                seen = picture.copy()
                seen[seen[..., 3] == 0] = 0  # what is not seen costs nothing
                process.stdin.write(np.ascontiguousarray(seen).data)
                if on_progress is not None:
                    on_progress(done, count)
                if done == count:
                    break
            process.stdin.close()
        except BrokenPipeError:
            pass  # its exit code and its words say why
        code = process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        listener.join(timeout=5)
        if process.stderr is not None:
            process.stderr.close()
    if code != 0:
        raise RuntimeError(f"ffmpeg failed with code {code}: {b''.join(complaints).decode(errors='replace')[-2000:]}")
